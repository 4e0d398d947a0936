"""The tables in a study's folder: each a CSV file, or a sheet of the workbook, whichever has rows.

A file is read as it stands: every cell as text, every row with the line where it starts, every oddity told. What a cell
means is not known here; that is for `plrlib.study.checks`.
"""

import codecs
import csv
import difflib
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import compress
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from plrlib.faults import Fault, StudyError, told
from plrlib.paths import WORKBOOK
from plrlib.study.schema import TABLES, TableSchema
from plrlib.text import count, listed

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
LARGE = 2**20
"""Bytes from which on it pays to have Arrow read a file."""


@dataclass
class Cells:
    """One column of a sheet as text: its distinct values in order, and for each row which of them stands there.

    So a check judges each distinct value once, however many rows there are. A blank cell is the empty string. Free text
    is not searched for what stands in it twice.
    """

    values: list[str]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, cells: Iterable[str]) -> Self:
        """Return the cells of a column from those of its rows."""
        codes, values = pd.factorize(np.array([*cells], dtype=object))
        return cls(values.tolist(), codes.astype(np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return map(self.values.__getitem__, self.codes.tolist())

    def where(self, judge: Callable[[str], object]) -> NDArray[np.bool_]:
        """Return for each row whether its cell is as asked."""
        return np.fromiter(map(judge, self.values), dtype=bool, count=len(self.values))[self.codes]


def first_rows(codes: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return for each code, from 0 and in order of appearance, the first row where it stands."""
    return np.flatnonzero(~pd.Series(codes).duplicated())


@dataclass
class Sheet:
    """A table as it stands in its file; without columns where there is no such file, or none that can be read.

    Parameters
    ----------
    file
        The file's name.
    digest
        SHA-256 of the bytes, in hexadecimal; blank where there is no file.
    cells
        The columns by their header.
    lines
        For each row the line of the file where it starts; the header is line 1.
    unreadable
        What stands in rows that cannot be read and so are not in `cells`: a key among it is not missing.
    faults
        What makes the file unreadable, as a whole or in places.
    notes
        What was read although it is not as it should be.
    """

    file: str
    digest: str = ""
    cells: dict[str, Cells] = field(default_factory=dict)
    lines: NDArray[np.int64] = field(default_factory=lambda: np.array([], dtype=np.int64))
    unreadable: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(next(iter(self.cells.values()), ()))

    def column(self, name: str) -> Cells:
        """Return a column; all blank where it is not there."""
        blank = Cells([""] if len(self) else [], np.zeros(len(self), dtype=np.int32))
        return self.cells.get(name, blank)

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of each row in some of its columns."""
        return zip(*map(self.column, names), strict=True)

    def rows_with(self, name: str, values: Collection[str]) -> Iterator[tuple[int, str]]:
        """Return line and cell of each row that has one of these values in a column."""
        return self.rows_where(name, wrong=values.__contains__) if values else iter(())

    def rows_where(self, *names: str, wrong: Callable[..., object]) -> Iterator[tuple[Any, ...]]:
        """Yield line and cells of each row whose cells in some columns are wrong together."""
        number, distinct = self.combinations(*names)
        judged = np.array([bool(wrong(*cells)) for cells in distinct], dtype=bool)
        for row in np.flatnonzero(judged[number]).tolist():
            yield int(self.lines[row]), *distinct[number[row]]

    def combinations(self, *names: str) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
        """Return for each row the number of its combination of cells in some columns, and the combinations in order."""
        number = self.numbered(*names)
        columns = [self.column(name) for name in names]
        distinct = ([cells.values[code] for code in cells.codes[first_rows(number)].tolist()] for cells in columns)
        return number, list(zip(*distinct, strict=True))

    def numbered(self, *names: str) -> NDArray[np.int64]:
        """Return for each row the number of its combination of cells in some columns, in order of appearance."""
        first, *others = map(self.column, names)
        number: NDArray[np.int64] = first.codes.astype(np.int64)
        for cells in others:  # numbered anew each time, so that no product is too large
            number = np.asarray(pd.factorize(number * len(cells.values) + cells.codes)[0], dtype=np.int64)
        return number

    def keep(self, rows: NDArray[np.bool_]) -> Self:
        """Return the sheet with some of its rows."""
        cells = {name: Cells.of(compress(cells, rows.tolist())) for name, cells in self.cells.items()}
        return replace(self, cells=cells, lines=self.lines[rows])

    def change(self, **columns: Iterable[str]) -> Self:
        """Return the sheet with other cells in some columns."""
        return replace(self, cells=self.cells | {name: Cells.of(cells) for name, cells in columns.items()})

    def told(self, code: str, line: int | None = None, column: str = "", value: str = "", **words: object) -> Fault:
        """Return a fault of the file, or a note on it."""
        return told(code, self.file, line, column, value, **words)

    def fault(self, code: str, line: int, column: str = "", value: str = "", **words: object) -> None:
        """Add a fault that makes a part of the file unreadable."""
        self.faults.append(self.told(code, line, column, value, **words))


def read_tables(folder: Path) -> tuple[dict[str, Sheet], list[Fault], list[Fault]]:
    """Return the sheet of every table, what is wrong with the folder as a whole, and notes on what was not read.

    Of a table that is there twice the one with rows counts, and a blank one is passed over; both with rows are a fault.
    """
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    notes: list[Fault] = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        if path.suffix == ".csv" and path.stem in TABLES:
            sheets[path.stem] = read_sheet(path, TABLES[path.stem])
        elif path.suffix.lower() == ".csv" or path.stem.casefold() in TABLES:
            notes.append(_not_read(path.name, "file", path.stem, ".csv"))
    try:
        others, workbook_notes = _workbook(folder / WORKBOOK)
    except StudyError as error:
        others, workbook_notes, faults = {}, [], list(error.faults)
    for name, sheet in others.items():
        if name in sheets and _has_rows(sheets[name]) and _has_rows(sheet):
            faults.append(told("both_have_rows", f"{name}.csv", table=name, workbook=WORKBOOK))
        elif name not in sheets or _has_rows(sheet):
            sheets[name] = sheet
    sheets |= {name: Sheet(f"{name}.csv") for name in TABLES if name not in sheets}
    # Nothing is known to be missing while there is a workbook that cannot be read.
    return sheets, faults or list(_missing(sheets, folder)), notes + workbook_notes


def _has_rows(sheet: Sheet) -> bool:
    return bool(len(sheet) or sheet.faults)


def _not_read(file: str, kind: str, name: str, ending: str = "") -> Fault:
    """Return the note on a file or sheet that is no table, with the table whose name is most like its own."""
    near = difflib.get_close_matches(name.casefold(), TABLES, n=1, cutoff=0.75)
    return told("no_table", file, kind=kind, remedy=f"did you mean {near[0]}{ending}?" if near else "")


def _workbook(path: Path) -> tuple[dict[str, Sheet], list[Fault]]:
    """Return the sheets of a workbook that are called as tables are, and a note on each of the others."""
    if not path.is_file():
        return {}, []
    from plrlib.study.workbooks import read_workbook  # noqa: PLC0415 - most studies have none; it takes openpyxl

    digest = sha256(path.read_bytes()).hexdigest()
    book = read_workbook(path)
    sheets = {}
    notes = [Fault(path.name, None, "", oddity) for oddity in book.told]
    for page in book.pages:
        name, file = page.name.strip().casefold(), f"{path.name}[{page.name}]"
        if name in TABLES:
            sheets[name] = Sheet(file, digest)
            width = len(next(iter(page.rows.values()), ()))
            rows = ((line, [*row, *[""] * (width - len(row))]) for line, row in page.rows.items())
            # Blank rows above the header are no fault of a sheet, as they would be of a CSV file.
            records = ((line if n else 1, row) for n, (line, row) in enumerate(rows))
            if header := _header(sheets[name], records, TABLES[name].names):
                _read_rows(sheets[name], records, header)
        elif page.rows:
            notes.append(_not_read(file, "sheet", name))
    return sheets, notes


def _missing(sheets: Mapping[str, Sheet], folder: Path) -> Iterator[Fault]:
    """Yield a fault for each table that must be there and is not; a file that is perhaps meant for it is named."""
    for table in TABLES.values():
        if table.required and not sheets[table.name].digest:
            meant = [path.name for path in sorted(folder.iterdir()) if path.stem.casefold().strip() == table.name]
            code, words = ("misnamed_table", meant[0]) if meant else ("missing_table", "")
            yield told(code, f"{table.name}.csv", meant=words, columns=listed(table.required_columns))


# One CSV file, cell by cell; or a large one without oddities all at once.


def read_sheet(path: Path, table: TableSchema | None = None) -> Sheet:
    """Read a CSV file of text; never raises for what is in it.

    UTF-8 with or without a byte-order mark and cp1252 are read, `,`, `;` and tab separate the cells; whatever is not
    plain UTF-8 with commas is noted. NUL bytes, other encodings, a broken header, open quotes and rows with too many or
    too few cells are faults. Rows of blank cells are passed over.

    Parameters
    ----------
    path
        The file.
    table
        The table that it holds, where that is known: the header must then have one of its columns, for a file without a
        header starts with somebody's words, which no message may repeat.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    data = path.read_bytes()
    sheet = Sheet(path.name, sha256(data).hexdigest())
    if (text := _decode(data, sheet)) is None:
        return sheet
    outside_quotes = "".join(next(_lines(text), "").split('"')[::2])
    separator = max(SEPARATORS, key=outside_quotes.count)
    if separator != ",":
        sheet.notes.append(sheet.told("separator", name=SEPARATORS[separator]))
    records = _records(sheet, text, separator)
    header = _header(sheet, records, table.names if table else ())
    # Without a copy where there is nothing to encode: memory is what a large file costs most.
    data = data.removeprefix(codecs.BOM_UTF8) if text.isascii() else text.encode()
    if header and not _read_at_once(sheet, data, header, separator, table):
        _read_rows(sheet, records, header)
    return sheet


def _decode(data: bytes, sheet: Sheet) -> str | None:
    """Return the text, or None with a fault where no encoding fits."""
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if is_utf_16 or b"\0" in data:
        if not data.strip(b"\0"):
            sheet.fault("only_nul", 1)
        elif is_utf_16 or data.count(0) > len(data) // 4:
            sheet.fault("utf_16", 1)
        else:
            for line, content in enumerate(data.split(b"\n"), 1):
                if b"\0" in content:
                    sheet.fault("nul", line)
        return None
    if data.startswith(codecs.BOM_UTF8):
        sheet.notes.append(sheet.told("byte_order_mark"))
        data = data.removeprefix(codecs.BOM_UTF8)
    for encoding in ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
            line = data.count(b"\n", 0, at) + 1
        else:
            if encoding != "utf-8":
                sheet.notes.append(sheet.told("cp1252", line))
            return text
    sheet.fault("no_encoding", line, value=f"byte 0x{data[at]:02X}")
    return None


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text with what ends them; `str.splitlines` would take more signs for the end of a line."""
    return (found[0] for found in re.finditer(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text))


def _header(sheet: Sheet, records: Iterator[tuple[int, list[str]]], expected: Collection[str]) -> list[str]:
    """Return the names of the columns; none, with a fault, where one has no name, or not one of its own."""
    line, names = next(records, (1, []))
    header, allowed = [name.strip() for name in names], ", ".join(expected)
    if line > 1:
        return []  # what stands in line 1 cannot be read, and is a fault already
    if not any(header):
        sheet.fault("no_header", 1, allowed=allowed)
    elif expected and not set(expected) & {name.casefold() for name in header}:
        sheet.fault("unknown_header", 1, allowed=allowed)
    elif any(len(name.splitlines()) > 1 for name in header):
        sheet.fault("open_header", 1)
    else:
        for place, name in enumerate(header, 1):
            if not name:
                sheet.fault("unnamed_column", 1, place=place)
            elif name in header[: place - 1]:
                sheet.fault("same_name", 1, name, name)
    return [] if sheet.faults else header


def _read_at_once(sheet: Sheet, data: bytes, header: list[str], separator: str, table: TableSchema | None) -> bool:
    """Read a large file in which quotation marks and the lengths of rows are all sound; tell whether this is one.

    Arrow is ten times as fast as `_records`, but takes stray quotation marks as they come and tells no lines. Both are
    worked out here from where quotation marks and line breaks stand.
    """
    if not LARGE <= len(data) < 2**31 or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return False
    data = data if data.endswith(b"\n") else data + b"\n"
    signs = np.frombuffer(data, dtype=np.uint8)
    quotes, breaks = np.flatnonzero(signs == ord('"')), np.flatnonzero(signs == ord("\n"))
    beside = np.concatenate([signs[quotes[::2] - 1], signs[quotes[1::2] + 1]])
    between_records = np.searchsorted(quotes, breaks) % 2 == 0
    if len(quotes) % 2 or not between_records[0] or not np.isin(beside, list(f'{separator}"\r\n'.encode())).all():
        return False
    above_a_row = between_records[:-1] & ~np.isin(signs[breaks[:-1] + 1], list(b"\r\n"))
    lines = np.flatnonzero(above_a_row) + 2
    free = {column.name for column in table.columns if column.kind in ("text", "words")} if table else set()
    few = pa.dictionary(pa.int32(), pa.large_string())
    try:
        found = arrow_csv.read_csv(
            pa.py_buffer(memoryview(data)[breaks[0] + 1 :]),
            arrow_csv.ReadOptions(column_names=header, block_size=len(data)),
            arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            arrow_csv.ConvertOptions(column_types={n: pa.large_string() if n in free else few for n in header}),
        )
    except pa.ArrowInvalid:  # no row below the header, or one that is too long or too short
        return False
    if len(lines) != len(found):
        return False
    for name, column in zip(header, found.combine_chunks().columns, strict=True):
        chunk = column.chunk(0)
        if name in free:
            sheet.cells[name] = Cells(chunk.to_pylist(), np.arange(len(chunk), dtype=np.int32))
        else:
            sheet.cells[name] = Cells(chunk.dictionary.to_pylist(), chunk.indices.to_numpy())
    sheet.lines = lines
    if all("" in cells.values for cells in sheet.cells.values()):
        kept = sheet.keep(np.any([cells.where(bool) for cells in sheet.cells.values()], axis=0))
        sheet.cells, sheet.lines = kept.cells, kept.lines
    return True


def _read_rows(sheet: Sheet, records: Iterator[tuple[int, list[str]]], header: list[str]) -> None:
    """Read the rows that are as long as the header; the others are faults."""
    cells: list[str] = []
    lines: list[int] = []
    for line, row in records:
        if len(row) == len(header):
            lines.append(line)
            cells.extend(row)
        else:
            sheet.unreadable.update(cell.strip() for cell in row)
            more = "many" if len(row) > len(header) else "few"
            sheet.fault("row_length", line, value=count(len(row), "cell"), more=more, width=len(header))
    sheet.cells = {name: Cells.of(cells[place :: len(header)]) for place, name in enumerate(header)}
    sheet.lines = np.array(lines, dtype=np.int64)


def _records(sheet: Sheet, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with the line it starts on: the header, blank or not, then those that are not all blank.

    After a record that cannot be read the reader starts afresh on the line below its first: a quotation mark left open
    would swallow the rest of the file.
    """
    # csv's limit of 131,072 characters a cell is there for its own sake; an interview's answer may be longer.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    below = _lines(text)
    record: list[str] = []
    again: deque[str] = deque()

    def lines() -> Iterator[str]:
        while line := again.popleft() if again else next(below, ""):
            record.append(line)
            yield line

    line = 1
    while True:
        try:
            for row in csv.reader(lines(), delimiter=separator, strict=True):
                if line == 1 or any(row):
                    yield line, row
                line += len(record)
                record.clear()
        except csv.Error:
            sheet.unreadable.update(part.strip() for part in re.split(rf'[{separator}"]', record[0]))
            sheet.fault("open_quotation", line)
            again.extendleft(reversed(record[1:]))
            record.clear()
            line += 1
        else:
            return
