"""The joint display as an Excel workbook."""

import io
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from plrlib.drafts.safe import safe, steady

NARROW, WIDE = 12, 60


def workbook(sheets: Mapping[str, pd.DataFrame], title: str) -> bytes:
    """Return a workbook with a sheet a frame: headers that stay in sight, numbers and plain text."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, ""
    for name, frame in sheets.items():
        _fill(book.create_sheet(name), frame)
    stream = io.BytesIO()
    book.save(stream)
    return steady(stream.getvalue())


def _fill(sheet: Any, frame: pd.DataFrame) -> None:
    for across, head in enumerate(map(str, frame.columns), 1):
        cells = [_plain(value) for value in frame.iloc[:, across - 1]]
        longest = max((len(cell) for cell in [head, *map(str, cells)]), default=0)
        sheet.column_dimensions[get_column_letter(across)].width = min(max(longest + 2, NARROW), WIDE)
        for down, value in enumerate([safe(head), *cells], 1):
            cell = sheet.cell(row=down, column=across)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=down == 1)
    sheet.freeze_panes = "A2"


def _plain(value: object) -> str | int | float | bool | None:
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else safe(str(value))
