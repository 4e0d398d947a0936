"""Which program a file comes from, told by what is in it and not by its ending alone; the list of all readers."""

from dataclasses import replace
from pathlib import Path

from plrlib.faults import StudyError
from plrlib.importers import qualcoder, refi, sheets, taguette
from plrlib.importers.material import Choices, Material
from plrlib.importers.sources import Reader, Source, csv_grid, workbook_grids
from plrlib.safe_open import refused
from plrlib.study.workbooks import is_workbook

READERS: tuple[Reader, ...] = (*sheets.LAYOUTS, sheets, qualcoder, taguette, refi)
"""Every reader; the first that fits reads a source. Sheets come first: to know one, its workbook need not be opened."""
KNOWN = (
    "REFI-QDA .qdpx and .qdc; Taguette .sqlite3, .csv, .xlsx; QualCoder .qda; Dedoose .xlsx; OpenQDA .csv; "
    "CSV and XLSX sheets of coded segments, people or codes"
)
_OWN_FORMATS = {
    ".nvp": "NVivo", ".nvpx": "NVivo", ".mx": "MAXQDA", ".atlproj": "ATLAS.ti", ".hpr": "ATLAS.ti", ".dsx": "Dedoose",
}  # fmt: skip
"""Programs by how the endings of files begin that only they read."""
_EXPORT = "export the project there as REFI-QDA (.qdpx) and import that"


def read(source: Source) -> Material:
    """Return all that a source holds.

    Raises
    ------
    StudyError
        If it is damaged, hostile, or lacks what it takes.
    """
    return next(reader for reader in READERS if reader.fits(source)).read(source)


def sources(path: Path, choices: Choices) -> list[Source]:
    """Return what is to be read of a file or a folder: each sheet of a workbook, or all of it as one.

    Raises
    ------
    StudyError
        If nothing here reads it, or if it is damaged or hostile.
    """
    whole = Source(path, choices)
    if any(reader.fits(whole) for reader in READERS):
        return [whole]
    if whole.is_zip and is_workbook(path):
        return [replace(whole, grid=grid) for grid in workbook_grids(path)]
    if refusal := _refusal(whole):  # text that is none of these may be CSV, whatever its ending
        raise refusal
    return [replace(whole, grid=csv_grid(path))]


def _refusal(source: Source) -> StudyError | None:
    """Return why a source cannot be read; None where it may be a CSV file."""
    name, ending = source.path.name, source.ending
    program = next((program for own, program in _OWN_FORMATS.items() if ending.startswith(own)), "")
    if source.path.is_dir():
        what, remedy = "the folder is no QualCoder project", "name the file to import"
        return refused(name, what, remedy, "no data.qda in it")
    if source.is_database or source.is_zip:
        unknown = ("a database, but of no program known here", "a ZIP, but neither a project nor a workbook")
        what = f"in {program}'s own format" if program else unknown[source.is_zip]
        return refused(name, f"it is {what}", _EXPORT, f"known: {KNOWN}")
    if program:
        return refused(name, f"it is in {program}'s own format, which only that program reads", _EXPORT)
    if ending in (".qda", ".sqlite3", ".sqlite", ".db"):
        return refused(name, "it is not an SQLite database", "export or save it again from its program")
    if ending in (".qdpx", ".xlsx", ".xlsm"):
        return refused(name, "the ZIP is cut short or damaged", "export it again from the program it comes from")
    if source.start.startswith((b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")):
        remedy = "save a workbook as .xlsx or CSV; a transcript alone is not coded"
        return refused(name, "it is a document or an old kind of workbook", remedy, f"known: {KNOWN}")
    return None
