"""Rows whose cells have slipped, so that a respondent's words stand where an id belongs."""

from plrlib.checks.common import Sheets, cells_where
from plrlib.tables import TABLES
from plrlib.voices import SEPARATOR

_LONGEST_ID = 60
_MOST_BLANKS = 4


def set_slipped_rows_aside(sheets: Sheets) -> None:
    """Take the rows where a text stands in place of an id out of the tables that hold words; no message repeats it.

    A long id or level is one all the same if another table has it.
    """
    holding = [name for name in sheets if any(c.kind == "words" for c in TABLES[name].columns)]
    others = [sheet.cells for name, sheet in sheets.items() if name not in holding]
    for name in holding:
        sheet = sheets[name]
        for column in TABLES[name].columns:
            if column.name not in sheet.cells or column.kind not in ("id", "choice", "whole"):
                continue
            texts = dict(cells_where(sheet.cells[column.name], lambda v: any(map(_is_text, v.split(SEPARATOR)))))
            known = {cell for cells in others for cell in cells.to_numpy().ravel()} if texts else set()
            slipped = [
                row for row, value in texts.items() if not {part.strip() for part in value.split(SEPARATOR)} <= known
            ]
            for row in slipped:
                message = f"a long text stands where an id or a level belongs ({column.about}); it is not repeated here"
                remedy = "look for a separator or a quotation mark too many, or too few, in this row"
                sheet.fault(row, message, remedy, column=column.name)
                sheet.loose.update(sheet.cells.loc[row].str.strip())
            sheet.cells = sheet.cells.drop(index=slipped)


def _is_text(value: str) -> bool:
    return len(value) > _LONGEST_ID or value.strip().count(" ") > _MOST_BLANKS or "\n" in value or "\r" in value
