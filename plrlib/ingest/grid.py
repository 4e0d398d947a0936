"""Sheets from other programs, CSV or XLSX, as rows under a header."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plrlib.alike import look
from plrlib.faults import StudyError
from plrlib.guards import refused
from plrlib.sheets import read_sheet
from plrlib.workbooks import Page, read_workbook


@dataclass
class Grid:
    """One sheet: `rows` maps the line in the file to the cells of that row, as many as the header has, all stripped.

    A column without a name is not in it.
    """

    file: str
    header: list[str]
    rows: dict[int, list[str]]
    told: list[str] = field(default_factory=list)

    def place(self, *names: str) -> int:
        """Return where the first of these columns is that is there, however it is written; -1: none is."""
        looks = [look(name) for name in self.header]
        return next((looks.index(look(name)) for name in names if look(name) in looks), -1)

    def has(self, *names: str) -> bool:
        """Tell whether all of these columns are there."""
        return all(self.place(name) >= 0 for name in names)

    def records(self, *names: str) -> Iterator[dict[str, str]]:
        """Yield each row's cells in these columns; blank where there is no such column."""
        places = [(name, self.place(name)) for name in names]
        for row in self.rows.values():
            yield {name: row[at] if at >= 0 else "" for name, at in places}


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
    header = [str(name) for name in sheet.cells.columns]
    rows = {
        int(line): [cell.strip() for cell in row]
        for line, row in zip(sheet.cells.index, sheet.cells.itertuples(index=False, name=None), strict=True)
    }
    return Grid(path.name, header, rows, [note.message for note in sheet.notes])


def workbook_grids(path: Path) -> list[Grid]:
    """Read every sheet of a workbook that has a header and a row.

    Raises
    ------
    StudyError
        If it is damaged or hostile, or two columns of a sheet have the same name.
    """
    book = read_workbook(path)
    if any(_taguette(page) for page in book.pages):  # it writes texts that begin with = as formulas
        book = read_workbook(path, formulas=True)
    grids = [grid for page in book.pages if (grid := _grid(path.name, page, len(book.pages) > 1))]
    if not grids:
        raise refused(path.name, "no sheet of it has a header and a row", "save the sheet that is meant, with a header")
    grids[0].told += book.told
    return grids


def _taguette(page: Page) -> bool:
    first = next(iter(page.rows.values()), [])
    return first[:4] == ["id", "document", "tag", "content"] or first[:2] == ["tag", "description"]


def _grid(file: str, page: Page, several: bool) -> Grid | None:
    """Return a sheet under its first row with two filled cells; a title above it is passed over."""
    lines = [line for line, row in page.rows.items() if sum(map(bool, row)) > 1]
    if len(lines) < 2:
        return None
    names = [cell.strip() for cell in page.rows[lines[0]]]
    label = f"{file}[{page.name}]" if several else file
    there = [at for at, name in enumerate(names) if name]
    header = [names[at] for at in there]
    doubled = next((name for name in header if header.count(name) > 1), "")
    if doubled:
        raise refused(
            label, "two columns have the same name", "keep one of them, or give it another", doubled, lines[0]
        )
    rows = {
        line: [row[at].strip() if at < len(row) else "" for at in there]
        for line, row in page.rows.items()
        if line > lines[0]
    }
    return Grid(label, header, {line: row for line, row in rows.items() if any(row)})
