"""The tables in a study's folder: each a CSV file, or a sheet of the workbook, whichever has rows."""

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pandas as pd

from plrlib.faults import Fault, StudyError
from plrlib.paths import WORKBOOK
from plrlib.study.schema import TABLES, Table

# Read one CSV file as it stands: every cell as text, every row with its line, every oddity told.

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
SAVE = "save it again as 'CSV UTF-8'"


@dataclass
class Sheet:
    """The cells of a file, before anything is known of what they mean.

    Parameters
    ----------
    file
        The file's name.
    cells
        One row a record and one column a header, all text; a blank cell is the empty string. The index is the line of
        the file where the record starts, the header being line 1.
    digest
        SHA-256 of the bytes, in hexadecimal.
    loose
        What stands in rows that cannot be read and so are not in `cells`: a key among it is not missing.
    faults
        What makes the file unreadable, as a whole or in places.
    notes
        What was read although it is not as it should be.
    """

    file: str
    cells: pd.DataFrame
    digest: str = ""
    loose: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(
        self, row: int, message: str, remedy: str, *, column: str = "", value: str = "", allowed: str = ""
    ) -> None:
        """Add a fault."""
        self.faults.append(Fault(self.file, row, column, message, value, allowed, remedy))

    def note(self, message: str, row: int | None = None) -> None:
        """Add a note."""
        self.notes.append(Fault(self.file, row, "", message))


def read_sheet(path: Path, expected: Collection[str] = ()) -> Sheet:
    """Read a CSV file of text; never raises for what is in it.

    UTF-8 with or without a byte-order mark and cp1252 are read, `,`, `;` and tab part the cells; whatever is not plain
    UTF-8 with commas is noted. NUL bytes, other encodings, a broken header, open quotes and rows with too many or too
    few cells are faults. Rows of blank cells are passed over.

    Parameters
    ----------
    path
        The file.
    expected
        Names of which the header must have one: a file without a header starts with somebody's words, which no message
        may repeat.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    data = path.read_bytes()
    sheet = Sheet(path.name, pd.DataFrame(), hashlib.sha256(data).hexdigest())
    text = _decode(data, sheet)
    if text is not None:
        lines = io.StringIO(text, newline="").readlines()
        separator = max(SEPARATORS, key=_unquoted(lines[0] if lines else "").count)
        if separator != ",":
            sheet.note(f"cells are parted by a {SEPARATORS[separator]}, not by a comma; read so")
        _fill(sheet, _records(sheet, lines, separator), expected)
    return sheet


def sheet_of(file: str, digest: str, rows: Mapping[int, Sequence[str]], expected: Collection[str] = ()) -> Sheet:
    """Return a sheet of a workbook as one that was read from CSV: the first row is the header.

    Parameters
    ----------
    file
        What the sheet is called in messages.
    digest
        SHA-256 of the workbook.
    rows
        The cells of each row that is not blank, by its number; blank cells at the end may be missing.
    expected
        Names of which the header must have one.
    """
    sheet = Sheet(file, pd.DataFrame(), digest)
    width = len(next(iter(rows.values()), ()))
    padded = ((1 if n == 0 else at, [*row, *[""] * (width - len(row))]) for n, (at, row) in enumerate(rows.items()))
    _fill(sheet, padded, expected)
    return sheet


def _decode(data: bytes, sheet: Sheet) -> str | None:
    """Return the text, or None with a fault where no encoding fits."""
    if data and not data.strip(b"\0"):
        sheet.fault(
            1, "the file holds NUL bytes and nothing else: it is damaged", "take it again from where it came from"
        )
        return None
    if data.startswith(UTF16_BOMS) or data.count(0) > len(data) // 4:
        sheet.fault(1, "the file is UTF-16, which Excel calls 'Unicode Text'", SAVE)
        return None
    if b"\0" in data:
        for line, content in enumerate(data.split(b"\n"), 1):
            if b"\0" in content:
                remedy = f"open the file where it came from and {SAVE}"
                sheet.fault(line, "the line holds NUL bytes: it is damaged, or not text", remedy)
        return None
    if data.startswith(UTF8_BOM):
        sheet.note("the file starts with a byte-order mark; read as UTF-8 without it")
        data = data.removeprefix(UTF8_BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        line, value = data.count(b"\n", 0, error.start) + 1, f"byte 0x{data[error.start]:02X}"
        sheet.fault(line, "the text is neither UTF-8 nor cp1252, as Excel writes it", SAVE, value=value)
        return None
    sheet.note("the text is not UTF-8; read as cp1252, as Excel saves it: check accents and quotation marks", line)
    return text


def _fill(sheet: Sheet, records: Iterator[tuple[int, list[str]]], expected: Collection[str]) -> None:
    """Put header and rows into the sheet, each row under the line it starts on."""
    line, names = next(records, (1, []))
    header = [name.strip() for name in names]
    if line > 1 or not _sound(sheet, header, expected):
        return
    cells: list[str] = []
    starts: list[int] = []
    for start, row in records:
        if len(row) == len(header):
            starts.append(start)
            cells.extend(row)
        else:
            sheet.loose.update(cell.strip() for cell in row)
            more = "many" if len(row) > len(header) else "few"
            remedy = (
                "put quotation marks round a cell that holds a separator, and leave a blank cell for what is unknown"
            )
            found, allowed = f"{len(row)} cells", f"{len(header)}, as in the header"
            sheet.fault(start, f"the row has too {more} cells", remedy, value=found, allowed=allowed)
    columns = {name: cells[place :: len(header)] for place, name in enumerate(header)}
    sheet.cells = pd.DataFrame(columns, index=pd.Index(starts, dtype="int64"), dtype="object")


def _records(sheet: Sheet, lines: list[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with the line it starts on: the header, blank or not, then those that are not all blank.

    After a record that cannot be read the reader starts afresh on the line below its first: a quotation mark left open
    would swallow the rest of the file.
    """
    # csv's limit of 131,072 characters a cell is there for its own sake; an interview's answer may be longer.
    csv.field_size_limit(max(csv.field_size_limit(), sum(map(len, lines)) + 1))
    above = 0
    while above < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(above, len(lines))), delimiter=separator, strict=True)
        start = above + 1
        try:
            for row in reader:
                if start == 1 or (row and (row[0] or any(row))):
                    yield start, row
                start = above + reader.line_num + 1
        except csv.Error:
            sheet.loose.update(part.strip() for part in re.split(rf'[{separator}"]', lines[start - 1]))
            remedy = "close it before the next cell, and write one that stands inside a quoted cell twice"
            sheet.fault(start, "a quotation mark that starts in this row is not closed where the cell ends", remedy)
        above = start


def _sound(sheet: Sheet, header: list[str], expected: Collection[str]) -> bool:
    """Tell whether the header names every column, each once."""
    allowed = ", ".join(expected)
    if not any(header):
        sheet.fault(1, "the header is missing", "write the names of the columns into line 1", allowed=allowed)
    elif expected and not set(expected) & {name.casefold() for name in header}:
        sheet.fault(
            1, "no column has a name that is known", "write the names of the columns into line 1", allowed=allowed
        )
    elif any(len(name.splitlines()) > 1 for name in header):
        sheet.fault(1, "the header runs over several lines", "close the quotation mark in line 1")
    else:
        for place, name in enumerate(header, 1):
            if not name:
                sheet.fault(1, f"column {place} has no name", "name it, or remove the column")
            elif name in header[: place - 1]:
                sheet.fault(1, "two columns have the same name", "keep one of them", column=name, value=name)
    return not sheet.faults


def _unquoted(line: str) -> str:
    """Return a line without what stands in quotation marks."""
    return "".join(line.split('"')[::2])


# The tables in a study's folder: each a CSV file, or a sheet of the workbook, whichever has rows.


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
    from plrlib.study.workbooks import read_workbook  # noqa: PLC0415 - most studies have none; it takes openpyxl

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
