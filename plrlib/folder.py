"""The tables in a study's folder: each a CSV file, or a sheet of the workbook, whichever has rows."""

import difflib
from hashlib import sha256
from pathlib import Path

from plrlib.faults import Fault, StudyError
from plrlib.places import WORKBOOK
from plrlib.sheets import Sheet, read_sheet, sheet_of
from plrlib.tables import TABLES, Table


def read_tables(folder: Path) -> tuple[dict[str, Sheet], list[Fault], list[Fault]]:
    """Return the sheets of the tables in a folder, what is wrong with them as a whole, and a note on what was not read.

    Of a table that is there twice the one with rows counts, and a blank one is passed over; both with rows are a fault.
    """
    sheets, notes = _csv(folder)
    faults: list[Fault] = []
    if (folder / WORKBOOK).is_file():
        try:
            others, told = _workbook(folder / WORKBOOK)
        except StudyError as error:
            return sheets, list(error.faults), notes
        notes += told
        for name, sheet in others.items():
            if name in sheets and _has_rows(sheets[name]) and _has_rows(sheet):
                what = f"{name}.csv and the sheet of that name in {WORKBOOK} both have rows"
                faults.append(
                    Fault(f"{name}.csv", None, "", what, remedy="empty one of them, so that one of them counts")
                )
            elif name not in sheets or _has_rows(sheet):
                sheets[name] = sheet
    return sheets, faults, notes


def _has_rows(sheet: Sheet) -> bool:
    return bool(len(sheet.cells) or sheet.faults)


def _csv(folder: Path) -> tuple[dict[str, Sheet], list[Fault]]:
    sheets, notes = {}, []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.suffix == ".csv" and path.stem in TABLES:
            table = TABLES[path.stem]
            sheets[path.stem] = read_sheet(path, [column.name for column in table.columns])
        elif path.suffix.lower() == ".csv" or path.stem.casefold() in TABLES:
            near = difflib.get_close_matches(path.stem.casefold(), TABLES, n=1, cutoff=0.75)
            remedy = f"did you mean {near[0]}.csv?" if near else ""
            notes.append(Fault(path.name, None, "", "the file is no table of a study and was not read", remedy=remedy))
    return sheets, notes


def _workbook(path: Path) -> tuple[dict[str, Sheet], list[Fault]]:
    """Return the sheets that are called as tables are, and a note on each of the others."""
    from plrlib.workbooks import read_workbook  # noqa: PLC0415 - most studies have none, and reading one takes openpyxl

    digest = sha256(path.read_bytes()).hexdigest()
    book = read_workbook(path)
    sheets = {}
    notes = [Fault(path.name, None, "", what) for what in book.told]
    for page in book.pages:
        name = page.name.strip().casefold()
        if name in TABLES:
            label = f"{path.name}[{page.name}]"
            sheets[name] = sheet_of(label, digest, page.rows, [column.name for column in TABLES[name].columns])
        elif page.rows:
            near = difflib.get_close_matches(name, TABLES, n=1, cutoff=0.75)
            remedy = f"did you mean {near[0]}?" if near else ""
            what = "the sheet is no table of a study and was not read"
            notes.append(Fault(f"{path.name}[{page.name}]", None, "", what, remedy=remedy))
    return sheets, notes


def missing(table: Table, folder: Path) -> Fault:
    """Return the fault that a table is missing; a file that is perhaps meant for it is named."""
    meant = [p.name for p in sorted(folder.iterdir()) if p.stem.casefold().strip() == table.name]
    remedy = f"add it, with the columns {', '.join(table.required_columns)}"
    if meant:
        remedy = f"save {meant[0]!r} as CSV UTF-8 under the name {table.name}.csv"
    return Fault(f"{table.name}.csv", None, "", "the table is missing", remedy=remedy)
