"""The workbook of a new study: a sheet a table, headers that stay in sight, lists to choose from, text throughout."""

import io

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from plrlib.drafts.safe import steady
from plrlib.tables import TABLES, Column, Table

ROWS = 2000
"""How many rows have lists to choose from."""
_WIDE = ("text", "gist", "definition", "use_when", "do_not_use_when", "label", "finding")
_LISTED = ("events", "participants", "excerpts", "codebook", "quantifiers")


def workbook() -> bytes:
    """Return it: with the same headers as the CSV files, and nothing below them."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    book.properties.title, book.properties.creator = "A study's tables", ""
    for table in TABLES.values():
        _sheet(book.create_sheet(table.name), table)
    stream = io.BytesIO()
    book.save(stream)
    return steady(stream.getvalue())


def _sheet(sheet: Worksheet, table: Table) -> None:
    for across, column in enumerate(table.columns, 1):
        letter = get_column_letter(across)
        head = sheet.cell(row=1, column=across, value=column.name)
        head.font = Font(bold=True)
        head.alignment = Alignment(vertical="top")
        note = f"{column.about}{'; must be filled' if column.filled else ''}"
        head.comment = Comment(note, "plrlib", height=60, width=260)
        sheet.column_dimensions[letter].width = 48 if column.name in _WIDE else max(14, len(column.name) + 3)
        sheet.column_dimensions[letter].number_format = "@"  # text: an id keeps its zeros, and = stays a sign
        if choices := _choices(column, table):
            choices.add(f"{letter}2:{letter}{ROWS}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "B2"


def _choices(column: Column, table: Table) -> DataValidation | None:
    """Return the list of a column: the levels it may take, or the ids that stand in the sheet it refers to."""
    if column.allowed:
        formula = f'"{",".join(column.allowed)}"'
    elif column.refers in _LISTED and not column.several and column.refers != table.name:
        formula = f"{column.refers}!$A$2:$A${ROWS}"
    else:
        return None
    choices = DataValidation(type="list", formula1=formula, allow_blank=True)
    choices.showErrorMessage = bool(column.allowed)
    choices.errorTitle, choices.error = column.name, f"one of: {', '.join(column.allowed)}; or blank"
    return choices
