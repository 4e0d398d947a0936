"""A file as a reader sees it: what kind it is, what tables or members it has, or the rows of one of its sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Protocol

from plrlib.faults import StudyError
from plrlib.importers.material import Choices, Material
from plrlib.safe_open import SQLITE, archive, database, refused
from plrlib.study.files import read_sheet
from plrlib.study.workbooks import Page, read_workbook
from plrlib.text import look


class Reader(Protocol):
    """Whatever reads one format: a module or an object with these two functions, listed in `import_files.READERS`."""

    def fits(self, source: "Source", /) -> bool:
        """Tell, by what is in it, whether a source is of this format."""

    def read(self, source: "Source", /) -> Material:
        """Return all that a fitting source holds.

        Raises
        ------
        StudyError
            If it is damaged, hostile, or lacks what it takes.
        """


@dataclass
class Grid:
    """One sheet: `rows` maps the line in the file to the cells of that row by their column, all stripped.

    A column without a name is not in it; what is no sheet has no header.
    """

    file: str = ""
    header: list[str] = field(default_factory=list)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def columns(self, *names: str) -> list[str]:
        """Return the columns of these names, however they are written; the first name's before the second's."""
        return [column for name in names for column in self.header if look(column) == look(name)]

    def matching(self, pattern: str) -> dict[str, str]:
        """Return the columns that fit a pattern, by what its * stands for, or by their name where it has none."""
        before, star, after = pattern.partition("*")
        if not star:
            return {column: column for column in self.columns(pattern)}
        return {
            column[len(before) : len(column) - len(after)].strip() or column: column
            for column in self.header
            if fnmatchcase(column, pattern.replace("[", "[[]")) and len(column) > len(before) + len(after)
        }


@dataclass(frozen=True)
class Source:
    """A folder or a file to be read, or one of its sheets where it consists of sheets; and what was said beside it."""

    path: Path
    choices: Choices = field(default_factory=Choices)
    grid: Grid = field(default_factory=Grid)

    @cached_property
    def start(self) -> bytes:
        """How the file begins; empty for a folder."""
        if self.path.is_dir():
            return b""
        with self.path.open("rb") as stream:
            return stream.read(4096)

    @property
    def is_zip(self) -> bool:
        """Whether it is a ZIP."""
        return self.start.startswith(b"PK")

    @property
    def is_database(self) -> bool:
        """Whether it is an SQLite database."""
        return self.start.startswith(SQLITE)

    @cached_property
    def tables(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table of a database."""
        if not self.is_database:
            return {}
        with database(self.path) as base:
            return base.columns

    @cached_property
    def members(self) -> Sequence[str]:
        """The names of what is in a ZIP."""
        if not self.is_zip:
            return []
        with archive(self.path) as zipped:
            return zipped.names()

    @property
    def ending(self) -> str:
        """The ending of the file's name, in small letters."""
        return self.path.suffix.casefold()


def csv_grid(path: Path) -> Grid:
    """Read a CSV file.

    Raises
    ------
    StudyError
        If it is no text, or has rows that do not fit its header.
    """
    sheet = read_sheet(path)
    if sheet.faults:
        raise StudyError(path.name, sheet.faults)
    rows = {
        line: dict(zip(sheet.cells, map(str.strip, cells), strict=True))
        for line, cells in zip(sheet.lines.tolist(), sheet.rows(*sheet.cells), strict=True)
    }
    return Grid(path.name, list(sheet.cells), rows, [note.message for note in sheet.notes])


def workbook_grids(path: Path) -> list[Grid]:
    """Read every sheet of a workbook that has a header and a row.

    Raises
    ------
    StudyError
        If it is damaged or hostile, or two columns of a sheet have the same name.
    """
    book = read_workbook(path)
    # Taguette writes texts that begin with = as formulas, and what they once gave is no text.
    if any(_taguette(page) for page in book.pages):
        book = read_workbook(path, formulas=True)
    grids = [grid for page in book.pages if (grid := _grid(path.name, page, len(book.pages) > 1))]
    if not grids:
        raise refused(path.name, "no sheet of it has a header and a row", "save the sheet that is meant, with a header")
    grids[0].notes += book.told
    return grids


def _taguette(page: Page) -> bool:
    first = next(iter(page.rows.values()), [])
    return first[:4] == ["id", "document", "tag", "content"] or first[:2] == ["tag", "description"]


def _grid(file: str, page: Page, several: bool) -> Grid | None:
    """Return a sheet under its first row with two filled cells; a title above it is passed over."""
    lines = [line for line, row in page.rows.items() if sum(map(bool, row)) > 1]
    if len(lines) < 2:
        return None
    label = f"{file}[{page.name}]" if several else file
    names = {at: name for at, cell in enumerate(page.rows[lines[0]]) if (name := cell.strip())}
    header = list(names.values())
    doubled = next((name for name in header if header.count(name) > 1), "")
    if doubled:
        remedy = "keep one of them, or give it another"
        raise refused(label, "two columns have the same name", remedy, doubled, lines[0])
    below = {line: row for line, row in page.rows.items() if line > lines[0]}
    rows = {
        line: {name: row[at].strip() if at < len(row) else "" for at, name in names.items()}
        for line, row in below.items()
    }
    return Grid(label, header, {line: row for line, row in rows.items() if any(row.values())})
