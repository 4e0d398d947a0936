"""A new study: every table with the right headers, study.toml, the data dictionary, and the same as a workbook."""

import re
from pathlib import Path

import pandas as pd
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from plrlib.exporters.files import bring_back, saved_workbook, write_folder
from plrlib.faults import RunError
from plrlib.importers.to_tables import StudyTables
from plrlib.paths import SHIPPED, WORKBOOK, home
from plrlib.study.schema import TABLES, TableSchema, dictionary
from plrlib.study.settings import FILE, quoted, toml
from plrlib.text import capital

DICTIONARY = "data-dictionary.md"


def new_study(name: str) -> Path:
    """Make the folder of a new study in data/raw/, all of it or nothing, and return it.

    Raises
    ------
    RunError
        If the name is no plain one, or the folder is there already.
    """
    folder = folder_of(name)
    if folder.exists():
        raise RunError(f"data/raw/{name}/ is there already; nothing was written")
    return write_folder(folder, new_files(name))


def new_files(name: str) -> dict[str, bytes]:
    """Return the files of a study that has nothing in it yet."""
    tables = {f"{name}.csv": f"{','.join(table.names)}\n".encode() for name, table in TABLES.items()}
    workbook = saved_workbook("A study's tables", TABLES, _fill_sheet)
    return tables | {FILE: template(name).encode(), DICTIONARY: described(), WORKBOOK: workbook}


def described() -> bytes:
    """Return the data dictionary as a file."""
    return f"{dictionary()}\n".encode()


_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def folder_of(name: str) -> Path:
    """Return the folder that a study of this name has in data/raw/.

    One that was moved aside by somebody who was stopped before the new one had its place is put back.

    Raises
    ------
    RunError
        If the name is no plain one, or that of a study that comes with the project.
    """
    if not _PLAIN.fullmatch(name) or len(name) > 80 or _DEVICES.fullmatch(name):
        raise RunError(f"{name!r} is no name for a study: use letters, digits, and . _ - between them, as in my-study")
    if name in SHIPPED:
        raise RunError(f"{name} comes with the project; choose another name")
    folder = home() / "data" / "raw" / name
    bring_back(folder)
    return folder


# The workbook of a new study: a sheet a table, headers that stay in sight, lists to choose from, text throughout.

ROWS = 2000
"""How many rows have lists to choose from."""
_WIDE = ("text", "gist", "definition", "use_when", "do_not_use_when", "label", "statement", "finding")
_LISTED = ("events", "participants", "excerpts", "codebook", "quantifiers")


def _fill_sheet(sheet: Worksheet, table: TableSchema) -> None:
    for across, column in enumerate(table.columns, 1):
        letter = get_column_letter(across)
        head = sheet.cell(row=1, column=across, value=column.name)
        head.font = Font(bold=True)
        head.alignment = Alignment(vertical="top")
        note = f"{column.about}{'; must be filled' if column.filled else ''}"
        head.comment = Comment(note, "plrlib", height=60, width=260)
        sheet.column_dimensions[letter].width = 48 if column.name in _WIDE else max(14, len(column.name) + 3)
        sheet.column_dimensions[letter].number_format = "@"  # text: an id keeps its zeros, and = stays a sign
        # To choose from are the values that a column may take, or the ids in the sheet that it refers to.
        formula = f'"{",".join(column.allowed)}"' if column.allowed else ""
        if not formula and column.refers in _LISTED and not column.several and column.refers != table.name:
            formula = f"{column.refers}!$A$2:$A${ROWS}"
        if formula:
            choices = DataValidation(type="list", formula1=formula, allow_blank=True)
            choices.showErrorMessage = bool(column.allowed)
            choices.errorTitle, choices.error = column.name, f"one of: {', '.join(column.allowed)}; or blank"
            choices.add(f"{letter}2:{letter}{ROWS}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "B2"


# study.toml: to be filled in, or, of an imported study, what the files tell and groupings to start from.


_TEXTS = Path(__file__).parent
_MOST_GROUPINGS, _MOST_GROUPS, _FEWEST = 6, 6, 2
_NO_ATTRIBUTES = ["participant", "focus_group", "consent_quote", "excluded", "withdrawn"]


def template(name: str) -> str:
    """Return a study.toml to fill in, whose least is there already."""
    return (_TEXTS / "new_study.toml").read_text(encoding="utf-8").replace("NAME", name)


def imported_settings(name: str, made: StudyTables) -> str:
    """Return the text of an imported study's study.toml."""
    reference = coders = groupings = ""
    if made.coders:
        if made.reference:
            reference = f"reference_coder = {quoted(made.reference)}   # whose codings the comparisons use\n"
        coders = "\n[coders]                  # who coded; `kind` tells which are not independent of one another\n"
        coders += "".join(f'{quoted(coder)} = {{ kind = "researcher" }}\n' for coder in made.coders)
    people = pd.DataFrame(made.tables["participants"], dtype="object").drop(columns=_NO_ATTRIBUTES, errors="ignore")
    counts = {str(column): cells.value_counts(sort=False) for column, cells in people.items()}
    for column in [column for column, groups in counts.items() if _can_group(groups)][:_MOST_GROUPINGS]:
        # The name of a grouping becomes part of a file's name.
        plain = re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_") or f"column_{sum(map(ord, column))}"
        levels = {group: capital(group) for group in counts[column].index}
        entries = {"label": capital(column.replace("_", " ")), "column": column, "levels": levels}
        groupings += "\n" + toml([(f"[groupings.{plain}]      # guessed; take out what you will not compare", entries)])
    text = (_TEXTS / "imported_study.toml").read_text(encoding="utf-8")
    title, source = made.material.title or name, f"imported from {made.material.origin}"
    head = {"id": quoted(name), "title": quoted(title), "source": quoted(source), "reference": reference}
    return text.format(**head, coders=coders, groupings=groupings, quasi=", ".join(map(quoted, counts)))


def _can_group(counts: pd.Series) -> bool:
    """Tell whether values make groups of people: up to six, two of them of two people or more, and not all numbers."""
    often, are_numbers = (counts >= _FEWEST).sum(), counts.index.str.fullmatch(r"[\d.,-]+").all()
    return bool(often > 1 and len(counts) <= _MOST_GROUPS and not are_numbers)
