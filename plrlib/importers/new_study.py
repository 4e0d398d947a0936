"""A new study: every table with the right headers, study.toml, the data dictionary, and the same as a workbook."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from plrlib.exporters.files import bring_back, saved, write_folder
from plrlib.faults import RunError
from plrlib.importers.to_tables import StudyTables
from plrlib.paths import SHIPPED, WORKBOOK, home
from plrlib.study.schema import TABLES, Column, Table, dictionary
from plrlib.study.settings import FILE, Grouping, grouping_lines, quoted
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
    tables = {f"{table}.csv": f"{','.join(header(table))}\n".encode() for table in TABLES}
    return tables | {
        FILE: template(name).encode(),
        DICTIONARY: described(),
        WORKBOOK: workbook(),
    }


def described() -> bytes:
    """Return the data dictionary as a file."""
    return f"{dictionary()}\n".encode()


def header(table: str) -> list[str]:
    """Return every column that may stand in a table."""
    return [column.name for column in TABLES[table].columns]


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
_WIDE = ("text", "gist", "definition", "use_when", "do_not_use_when", "label", "finding")
_LISTED = ("events", "participants", "excerpts", "codebook", "quantifiers")


def workbook() -> bytes:
    """Return it: with the same headers as the CSV files, and nothing below them."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = "A study's tables", ""
    for table in TABLES.values():
        _fill_sheet(book.create_sheet(table.name), table)
    return saved(book)


def _fill_sheet(sheet: Worksheet, table: Table) -> None:
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
    """Return the list of a column: the values it may take, or the ids that stand in the sheet it refers to."""
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


# study.toml: to be filled in, or, of an imported study, what the files tell and groupings to start from.


def template(name: str) -> str:
    """Return a study.toml to fill in, whose least is there already."""
    return (Path(__file__).parent / "new_study.toml").read_text(encoding="utf-8").replace("NAME", name)


_MOST_GROUPINGS, _MOST_GROUPS, _FEWEST = 6, 6, 2
_NO_ATTRIBUTES = ("participant", "focus_group", "consent_quote", "withdrawn")


def imported_settings(name: str, made: StudyTables) -> str:
    """Return the text of an imported study's study.toml."""
    coders = Counter(row["coder"] for row in made.tables["codings"])
    lines = [
        "[study]",
        f"id = {quoted(name)}",
        f"title = {quoted(made.material.title or name)}",
        f"source = {quoted(f'imported from {made.material.origin}')}",
        'kind = "collected"        # published, collected or simulated; shown wherever results are',
        "complete = false          # true once every transcript was coded through: then a code not given was not said",
    ]
    if coders:
        most = quoted(coders.most_common(1)[0][0])
        lines.append(f"reference_coder = {most}   # whose codings the comparisons use")
    lines.append("seed = 1")
    if coders:
        lines += ["", "[coders]                  # who coded; `kind` tells which are not independent of one another"]
        lines += [f'{quoted(coder)} = {{ kind = "researcher" }}' for coder in made.coders]
    counts = _attributes(made)
    for column in [column for column, groups in counts.items() if _can_group(groups)][:_MOST_GROUPINGS]:
        labels = {group: capital(group) for group in counts[column]}
        grouping = Grouping(_slug(column), capital(column.replace("_", " ")), column, labels)
        lines += grouping_lines(grouping, grouping.name, "      # guessed; take out what you will not compare")
    quasi = ", ".join(map(quoted, counts))
    lines += ["", "[privacy]", f"quasi_identifiers = [{quasi}]", "smallest_group = 3", "names = []"]
    return "\n".join(lines) + "\n"


def _attributes(made: StudyTables) -> dict[str, Counter[str]]:
    """Return how many people have each value, by the attribute."""
    counts: dict[str, Counter[str]] = {}
    for row in made.tables["participants"]:
        for column, value in row.items():
            if value and column not in _NO_ATTRIBUTES:
                counts.setdefault(column, Counter())[value] += 1
    return counts


def _can_group(counts: Mapping[str, int]) -> bool:
    """Tell whether values make groups of people: up to six, two of them of two people or more, and not all numbers."""
    often = sum(n >= _FEWEST for n in counts.values())
    return often > 1 and len(counts) <= _MOST_GROUPS and not all(re.fullmatch(r"[\d.,-]+", value) for value in counts)


def _slug(column: str) -> str:
    """Return a column as the name of a grouping, which becomes part of a file's name."""
    plain = re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_")
    return plain or f"column_{sum(map(ord, column))}"
