"""Other programs' files into a study's folder: known by their content, read, laid out, written whole and reported."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from plrlib.exporters.files import write_folder
from plrlib.faults import Fault, RunError, StudyError
from plrlib.importers import new_study, qualcoder, refi, sheets, taguette
from plrlib.importers.material import FORMATS, Choices, Grid, Material, Reader, Source, merge, told
from plrlib.importers.sheets import asked_of, csv_grid, workbook_grids
from plrlib.importers.to_tables import TABLE_OF, UNNAMED_CODER, StudyTables, to_tables
from plrlib.markup import table as markdown_table
from plrlib.paths import WORKBOOK
from plrlib.privacy.keys import read_key, write_key
from plrlib.safe_open import refused
from plrlib.study.schema import TABLES
from plrlib.study.settings import FILE, read_settings
from plrlib.study.workbooks import is_workbook
from plrlib.text import listed

REPORT_FILE = "import-report.md"


class Unreconciled(RuntimeError):  # noqa: N818 - what was lost is named in the message
    """What was read, less what was lost and with what was added, is not what was written: a fault of this program."""


def import_files(paths: Sequence[Path], name: str, choices: Choices) -> tuple[Path, str]:
    """Make a study of files, and return its folder and the import report.

    Raises
    ------
    StudyError
        If any file cannot be read; it lists the faults of all of them, and nothing is written.
    RunError
        If a study of that name has rows already, and may not be replaced.
    """
    folder = new_study.folder_of(name)
    settings, workbook = folder / FILE, folder / WORKBOOK
    if not choices.replace:
        tables = [folder / f"{table}.csv" for table in TABLES]
        filled = [path.name for path in tables if path.is_file() and len(path.read_bytes().strip().splitlines()) > 1]
        # The workbook of a new study has no rows, and goes: the CSV files hold them.
        if workbook.is_file() and workbook.read_bytes() != new_study.new_files(name)[WORKBOOK]:
            filled.append(WORKBOOK)
        if filled:
            raise RunError(told("rows_there", name=name, filled=listed(filled)))
    if settings.is_file():  # its [import] says of columns what was not said with this call
        there, faults, _ = read_settings(settings)
        if faults:
            raise StudyError(folder.name, faults)
        nesting = choices.nesting or there.nesting
        choices = replace(choices, columns={**there.columns, **choices.columns}, nesting=nesting)
    materials = _read_all(paths, choices)
    made = to_tables(merge(materials), choices, {} if choices.keep_names else read_key(name))
    key = write_key(name, made.ids) if made.ids else None  # first: without it nobody knows who an id is
    text = report(name, materials, made, str(key or ""))
    files = tables_as_csv(made) | {new_study.DICTIONARY: new_study.described(), REPORT_FILE: text.encode()}
    # A study.toml that somebody has written stays.
    if not settings.is_file() or settings.read_text(encoding="utf-8-sig") == new_study.template(name):
        files[FILE] = new_study.imported_settings(name, made).encode()
    return write_folder(folder, files, remove=[WORKBOOK]), text


def _read_all(paths: Sequence[Path], choices: Choices) -> list[Material]:
    """Read each file, and be told the faults of all of them; a column that was asked for must be in one of them."""
    grids: list[Grid] = []
    materials: list[Material] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            here = sources(path, choices)
            materials += map(read, here)
            grids += [source.grid for source in here if source.grid.header]
        except StudyError as error:
            faults += error.faults
        except OSError as error:
            faults += refused(path.name, "the file cannot be opened", "check its path", error.strerror or "").faults
    if not faults:  # else the column may be in a file that could not be read
        allowed = "; ".join(f"{grid.file}: {', '.join(grid.header)}" for grid in grids) or "no sheet was given"
        faults = [
            Fault("--map", None, name, "no sheet has such a column", column, allowed, "correct the name")
            for name, column in choices.columns.items()
            if not any(any(asked_of(grid, {name: column})) for grid in grids)
        ]
    if faults:
        raise StudyError(listed(path.name for path in paths), faults)
    return materials


def tables_as_csv(made: StudyTables) -> dict[str, bytes]:
    """Return each table as the bytes of its CSV file, by the file's name."""
    frames = {
        table: pd.concat([pd.DataFrame(columns=TABLES[table].names), pd.DataFrame(rows, dtype="object")])
        for table, rows in made.tables.items()
    }
    return {f"{name}.csv": frame.to_csv(index=False, lineterminator="\n").encode() for name, frame in frames.items()}


# Which program a file comes from, told by what is in it and not by its ending alone; the list of all readers.


READERS: tuple[Reader, ...] = (sheets, qualcoder, taguette, refi)
"""Every reader; the first that fits reads a source. Sheets come first: to know one, its workbook need not be opened."""
_EXPORT = "export the project there as REFI-QDA (.qdpx) and import that"
_AGAIN = "export or save it again from its program"
_ANEW = "export it again from the program it comes from"


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
        return [Source(path, choices, grid) for grid in workbook_grids(path)]
    if refusal := _refusal(whole):  # text that is none of these may be CSV, whatever its ending
        raise refusal
    return [Source(path, choices, csv_grid(path))]


def _refusal(source: Source) -> StudyError | None:
    """Return why a source cannot be read; None where it may be a CSV file."""
    ending, known = source.ending, told("known")
    program = next((program for own, program in FORMATS["own_formats"].items() if ending.startswith(own)), "")
    own = f"it is in {program}'s own format"
    old = (b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")
    convert = "save a workbook as .xlsx or CSV; a transcript alone is not coded"
    reasons = (
        (source.path.is_dir(), "the folder is no QualCoder project", "name the file to import", "no data.qda in it"),
        (program and (source.is_database or source.is_zip), own, _EXPORT, known),
        (source.is_database, "it is a database, but of no program known here", _EXPORT, known),
        (source.is_zip, "it is a ZIP, but neither a project nor a workbook", _EXPORT, known),
        (program, f"{own}, which only that program reads", _EXPORT, ""),
        (ending in (".qda", ".sqlite3", ".sqlite", ".db"), "it is not an SQLite database", _AGAIN, ""),
        (ending in (".qdpx", ".xlsx", ".xlsm"), "the ZIP is cut short or damaged", _ANEW, ""),
        (source.start.startswith(old), "it is a document or an old kind of workbook", convert, known),
    )
    faults = (refused(source.path.name, what, remedy, found) for holds, what, remedy, found in reasons if holds)
    return next(faults, None)


# The import report: what was read, what became of it, what could not be carried, and what was guessed.


def reconciled(made: StudyTables) -> dict[str, list[tuple[str, int]]]:
    """Return for each kind what was found, each change, and what is in the tables, with its number.

    Raises
    ------
    Unreconciled
        If the numbers do not add up.
    """
    rows = {}
    for kind, table in TABLE_OF.items():
        found, written = made.material.found[kind], len(made.tables[table])
        changes = [(reason, n) for (of, reason), n in made.material.changes.items() if of == kind and n]
        if found + sum(n for _, n in changes) != written:
            raise Unreconciled(f"{kind}: {found} found, {dict(changes)}, but {written} written")
        rows[kind] = [("in the files", found), *changes, (f"in {table}.csv", written)]
    return rows


def report(name: str, read: Sequence[Material], made: StudyTables, key: str) -> str:
    """Return the report in Markdown.

    Parameters
    ----------
    name
        The study.
    read
        Each file, as it was read.
    made
        The tables.
    key
        Where the names are kept that ids stand for; blank: none was replaced.
    """
    material = made.material
    rows = [(kind if n == 0 else "", _plain(what), f"{number:+d}" if 0 < n < len(steps) - 1 else str(number))
            for kind, steps in reconciled(made).items() for n, (what, number) in enumerate(steps)]  # fmt: skip
    guesses = [*material.guesses]
    if len(made.coders) > 1 and made.reference:
        guesses.append("reference_coder in study.toml is the coder with the most codings")
    not_carried = [f"{what}: {n}" for what, n in material.not_carried.items() if n > 0]
    text = (Path(__file__).parent / "import_report.md").read_text(encoding="utf-8")
    return text.format(
        name=_plain(name),
        read=markdown_table(["file", "what it is"], [(_plain(one.file), _plain(one.origin)) for one in read]),
        became=markdown_table(["", "what", "number"], rows),
        not_carried=_bullets(not_carried or ["Nothing that was found."]),
        guesses=_bullets(guesses or ["Nothing."]),
        notes=_bullets([*material.notes, *_notes(made, key)]),
    )


def _notes(made: StudyTables, key: str) -> list[str]:
    participants = made.tables["participants"]
    renamed = sum(kind == "person" for kind, _ in made.ids)
    left_over = {row["excerpt"] for row in made.tables["excerpts"]} - {row["excerpt"] for row in made.tables["codings"]}
    consent = sum(row.get("consent_quote") == "yes" for row in participants)
    unnamed = sum(row["coder"] == UNNAMED_CODER for row in made.tables["codings"])
    notes = (
        (unnamed and len(made.coders) > 1, told("unnamed", n=unnamed, coder=UNNAMED_CODER)),
        (key, told("renamed", n=renamed, documents=len(made.ids) - renamed, key=key)),
        (left_over, told("left_over", n=len(left_over))),
        (participants, told("consent", yes=consent, n=len(participants))),
        (participants and made.coders, "coders are shown under the names that the program has for them"),
    )
    return [note for holds, note in notes if holds]


def _plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, and an editor shows little else."""
    return re.sub(r"([|<>`*\[\]\\])", r"\\\1", " ".join(text.split()))


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)
