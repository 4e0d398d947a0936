"""The sheets of an Excel workbook as text: nothing in it is computed, run or fetched."""

import datetime
import re
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from plrlib.safe_open import Archive, archive, elements, refused, refusing, without_document_type
from plrlib.text import count, verb

_ANEW = "open it in Excel or LibreOffice and save it again as .xlsx"
_DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError, EOFError)
_CONTENTS = "[Content_Types].xml"
_MOST_MERGED = 100
_MOST_CELLS = 20_000_000


class Page(NamedTuple):
    """One sheet of a workbook: `rows` maps a row's number there to its cells as text, blank ones as empty strings.

    Rows without a filled cell are not in it. What a formula once gave is what its cell holds; where that is not kept,
    the formula itself.
    """

    name: str
    rows: dict[int, list[str]]


class Workbook(NamedTuple):
    """All sheets, in order, and what is worth knowing of the file."""

    pages: list[Page]
    told: list[str]


def is_workbook(path: Path) -> bool:
    """Tell whether a ZIP holds a workbook."""
    with archive(path) as zipped:
        return _CONTENTS in zipped and any(name.startswith("xl/") for name in zipped.names())


def read_workbook(path: Path, *, formulas: bool = False) -> Workbook:
    """Read every sheet.

    Parameters
    ----------
    path
        The file.
    formulas
        Whether what starts with `=` is a text that Excel took for a formula, as in exports of highlights.

    Raises
    ------
    StudyError
        If it is no workbook, damaged or hostile.
    """
    with archive(path) as zipped:
        if _CONTENTS not in zipped:
            raise refused(path.name, "it is a ZIP, but no workbook", _ANEW)
        told = _oddities(path.name, zipped)
        merged = {name: _merged(path.name, zipped, name) for name in zipped.names() if "worksheets/" in name}
    pages = _pages(path, merged, data_only=False)
    at = [
        (page, line, place)
        for page, sheet in enumerate(pages)
        for line, row in sheet.rows.items()
        for place, cell in enumerate(row)
        if cell.startswith("=")
    ]
    if at and not formulas:
        shown = _pages(path, merged, data_only=True)
        for page, line, place in at:
            before = shown[page].rows.get(line, [])[place : place + 1]
            pages[page].rows[line][place] = "".join(before) or pages[page].rows[line][place]
        hold = f"{count(len(at), 'cell')} {verb(len(at), 'holds a formula', 'hold formulas')}"
        told.append(f"{hold}: none was computed, and what Excel last showed was read")
    return Workbook(pages, told)


def _oddities(file: str, zipped: Archive) -> list[str]:
    """Refuse document types in any part, and tell of macros and of links to other files."""
    names = zipped.names()
    for name in names:
        if name.endswith((".xml", ".rels")):
            without_document_type(file, lambda name=name: zipped.open(name))  # type: ignore[misc]
    told = []
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        told.append("the workbook holds macros: they were not run")
    if any(name.startswith("xl/externalLinks/") for name in names):
        told.append("the workbook refers to other files: they were not looked at")
    return told


def _merged(file: str, zipped: Archive, name: str) -> list[tuple[int, int, int, int]]:
    """Return the merged cells of a sheet: first column and row, last column and row."""
    if not name.endswith(".xml"):
        return []
    found = elements(file, lambda: zipped.open(name), ("mergeCell",))
    references = [str(element.get("ref")) for element in found]
    return [range_boundaries(ref) for ref in references if re.fullmatch(r"[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7}", ref)]


def _pages(path: Path, merged: dict[str, list[tuple[int, int, int, int]]], *, data_only: bool) -> list[Page]:
    with (
        refusing(path.name, _DAMAGE, "the workbook is damaged", _ANEW, about=None),
        path.open("rb") as stream,  # of a path openpyxl reads the ending first, and refuses all but its own
        warnings.catch_warnings(action="ignore", category=UserWarning),  # styles, charts, lists
        closing(load_workbook(stream, read_only=True, data_only=data_only, keep_links=False)) as book,
    ):
        return [_page(path.name, sheet, merged) for sheet in book.worksheets]


def _page(file: str, sheet: Any, merged: dict[str, list[tuple[int, int, int, int]]]) -> Page:
    page, size = Page(str(sheet.title), {}), 0
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        row = [_text(cell) for cell in cells] if any(cell is not None for cell in cells) else []
        while row and not row[-1]:
            row.pop()
        size += len(row)
        if size > _MOST_CELLS:
            raise refused(file, "a sheet of the workbook is too large", "save it as CSV", page.name)
        if row:
            page.rows[number] = row
    part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    for left, top, right, bottom in merged.get(part, ()):
        value = "".join(page.rows.get(top, [])[left - 1 : left])
        across = range(left - 1, min(right, left + _MOST_MERGED))
        for row in [page.rows[at] for at in range(top, bottom + 1) if at in page.rows]:
            row.extend([""] * (across.stop - len(row)))
            for at in across:
                row[at] = row[at] or value
    return page


def _text(value: object) -> str:
    """Return a cell as one would have typed it: days without a time, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value).replace("\r\n", "\n").replace("_x000D_", "")
