"""Which program a file comes from, told by what is in it and not by its ending alone."""

from collections.abc import Mapping
from pathlib import Path

from plrlib.importers import qualcoder, refi, sheets, taguette
from plrlib.importers.material import Material
from plrlib.importers.sheets import Grid, csv_grid, fitting, workbook_grids
from plrlib.safe_open import MAGIC, archive, database, refused
from plrlib.study.workbooks import is_workbook

_OWN_FORMATS = {
    ".nvp": "NVivo", ".nvpx": "NVivo", ".mx": "MAXQDA", ".atlproj": "ATLAS.ti", ".hpr": "ATLAS.ti", ".dsx": "Dedoose",
}  # fmt: skip
_EXPORT = "export the project there as REFI-QDA (.qdpx) and import that"
KNOWN = (
    "REFI-QDA .qdpx and .qdc; Taguette .sqlite3, .csv, .xlsx; QualCoder .qda; Dedoose .xlsx; OpenQDA .csv; "
    "CSV and XLSX sheets of coded segments, people or codes"
)


def read(path: Path, asked: Mapping[str, str], nesting: str = "", project: str = "") -> list[Material]:
    """Read a file, or QualCoder's folder; a workbook gives one material a sheet.

    Parameters
    ----------
    path
        The file.
    asked
        Fields by column, for sheets of no known program.
    nesting
        What stands between a theme and a code in a sheet's column of codes.
    project
        Which project of a Taguette database.

    Raises
    ------
    StudyError
        If nothing here reads it, or if it is damaged or hostile.
    """
    if path.is_dir():
        if (path / qualcoder.FILE).is_file():
            return [qualcoder.read(path)]
        raise refused(path.name, "the folder is no QualCoder project", "name the file to import", "no data.qda in it")
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(MAGIC):
        return [_database(path, project)]
    if start.startswith(b"PK"):
        return _zip(path, asked, nesting)
    if _program(path):
        raise refused(path.name, f"it is in {_program(path)}'s own format, which only that program reads", _EXPORT)
    if path.suffix.casefold() in (".qde", ".qdc") or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return [refi.read_bare(path)]
    if path.suffix.casefold() in (".qda", ".sqlite3", ".sqlite", ".db"):
        raise refused(path.name, "it is not an SQLite database", "export or save it again from its program")
    if path.suffix.casefold() in (".qdpx", ".xlsx", ".xlsm"):
        raise refused(path.name, "the ZIP is cut short or damaged", "export it again from the program it comes from")
    if start.startswith((b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")):
        remedy = "save a workbook as .xlsx or CSV; a transcript alone is not coded"
        raise refused(path.name, "it is a document or an old kind of workbook", remedy, f"known: {KNOWN}")
    return [_sheet(csv_grid(path), asked, nesting)]


def _program(path: Path) -> str:
    ending = path.suffix.casefold()
    return next((name for own, name in _OWN_FORMATS.items() if ending.startswith(own)), "")


def _database(path: Path, project: str) -> Material:
    with database(path) as base:
        if base.has("code_text", "pos0"):
            kind = "QualCoder"
        elif base.has("highlights", "start_offset"):
            kind = "Taguette"
        else:
            kind = _program(path)
    if kind == "QualCoder":
        return qualcoder.read(path)
    if kind == "Taguette":
        return taguette.read(path, project)
    what = f"it is in {kind}'s own format" if kind else "it is a database, but of no program known here"
    raise refused(path.name, what, _EXPORT, f"known: {KNOWN}")


def _zip(path: Path, asked: Mapping[str, str], nesting: str) -> list[Material]:
    with archive(path) as zipped:
        project = any(name.casefold().endswith(".qde") for name in zipped.names())
    if project or path.suffix.casefold() == ".qdpx":
        return [refi.read_project(path)]
    if not is_workbook(path):
        program = _program(path)
        what = f"it is in {program}'s own format" if program else "it is a ZIP, but neither a project nor a workbook"
        raise refused(path.name, what, _EXPORT, f"known: {KNOWN}")
    return [_sheet(grid, asked, nesting) for grid in workbook_grids(path)]


def _sheet(grid: Grid, asked: Mapping[str, str], nesting: str) -> Material:
    """Read a sheet as the export that its header shows it to be, or else by its columns."""
    if here := fitting(grid, asked):
        material = sheets.read_grid(grid, here, nesting)
        material.asked = tuple(here)
    elif grid.has(*taguette.HIGHLIGHTS):
        material = taguette.from_highlights(grid)
    elif grid.has(*taguette.CODEBOOK):
        material = taguette.from_codebook(grid)
    elif sheets.is_dedoose(grid):
        material = sheets.read_dedoose(grid)
    elif sheets.is_openqda(grid):
        material = sheets.read_openqda(grid)
    else:
        material = sheets.read_grid(grid, {}, nesting)
    material.header = tuple(grid.header)
    return material
