"""A study begun: every table with the right headers, study.toml, the data dictionary, and the same as a workbook."""

import io
import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from plrlib.exporters.archives import steady
from plrlib.faults import RunError
from plrlib.importers.to_tables import Carried
from plrlib.paths import SHIPPED, WORKBOOK, home
from plrlib.study.schema import TABLES, Column, Table, dictionary
from plrlib.study.settings import FILE, quoted

# The study.toml of an imported study: what the files tell, and groupings to start from.

_MOST_GROUPINGS, _MOST_LEVELS, _FEWEST = 6, 6, 2
_NO_GROUPING = ("participant", "focus_group", "consent_quote", "withdrawn")


def groupings(carried: Carried) -> dict[str, list[str]]:
    """Return the attributes that people can be grouped by, each with its levels in the order they come.

    An attribute serves where two to six values are in use, two of them by two people or more, and not all are numbers.
    """
    found: dict[str, list[str]] = {}
    rows = carried.tables["participants"]
    for column in dict.fromkeys(name for row in rows for name in row if name not in _NO_GROUPING):
        counts = Counter(row[column] for row in rows if row.get(column))
        often = sum(n >= _FEWEST for n in counts.values())
        numbers = all(re.fullmatch(r"[\d.,-]+", value) for value in counts)
        if often > 1 and len(counts) <= _MOST_LEVELS and not numbers and len(found) < _MOST_GROUPINGS:
            found[column] = list(counts)
    return found


def written(name: str, carried: Carried) -> str:
    """Return the text of study.toml."""
    material = carried.material
    often = Counter(row["coder"] for row in carried.tables["codings"])
    lines = [
        "[study]",
        f"id = {quoted(name)}",
        f"title = {quoted(material.title or name)}",
        f"source = {quoted(f'imported from {material.origin}')}",
        'kind = "collected"        # published, collected or simulated; shown wherever results are',
        "complete = false          # true once every transcript was coded through: then a code not given was not said",
        *(
            f"reference_coder = {quoted(coder)}   # whose codings the comparisons use"
            for coder, _ in often.most_common(1)
        ),
        "seed = 1",
    ]
    if carried.coders:
        lines += ["", "[coders]                  # who coded; `kind` tells which are not independent of one another"]
        lines += [f'{quoted(coder)} = {{ kind = "researcher" }}' for coder in carried.coders]
    for column, levels in groupings(carried).items():
        labels = ", ".join(f"{quoted(level)} = {quoted(level[:1].upper() + level[1:])}" for level in levels)
        label = column.replace("_", " ")
        lines += [
            "",
            f"[groupings.{_slug(column)}]      # guessed; take out what you will not compare",
            f"label = {quoted(label[:1].upper() + label[1:])}",
            f"column = {quoted(column)}",
            f"levels = {{ {labels} }}",
        ]
    known = {n: None for row in carried.tables["participants"] for n, value in row.items() if value}
    quasi = ", ".join(quoted(name) for name in known if name not in _NO_GROUPING)
    lines += ["", "[privacy]", f"quasi_identifiers = [{quasi}]", "smallest_group = 3", "names = []"]
    return "\n".join(lines) + "\n"


def _slug(column: str) -> str:
    """Return a column as the name of a grouping, which becomes part of a file's name."""
    plain = re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_")
    return plain or f"column_{sum(map(ord, column))}"


# A study's folder in data/raw/, put there whole: whoever is stopped at any moment leaves what was there before.

_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def place(name: str) -> Path:
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
    _, old = _beside(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    return folder


def _beside(folder: Path) -> tuple[Path, Path]:
    """Return where a study's folder is made, and where the one before it waits until that is in its place."""
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def put(name: str, files: Mapping[str, bytes], *, replace: bool, gone: Collection[str] = ()) -> Path:
    """Write files into a study's folder, beside whatever else is there, and return the folder.

    Parameters
    ----------
    name
        The study's name.
    files
        All of each file, by its name.
    replace
        Whether the folder may be there already.
    gone
        Files that are there and are not kept.

    Raises
    ------
    RunError
        If the name will not do, or the folder is there and may not be.
    """
    folder = place(name)
    if folder.exists() and not replace:
        raise RunError(f"data/raw/{name}/ is there already; nothing was written")
    made, old = _beside(folder)
    for left in (made, old):
        shutil.rmtree(left, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.copytree(folder, made, symlinks=True)
    made.mkdir(exist_ok=True)
    for file in gone:
        (made / file).unlink(missing_ok=True)
    for file, data in files.items():
        with (made / file).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    if folder.exists():
        folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


# The workbook of a new study: a sheet a table, headers that stay in sight, lists to choose from, text throughout.

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


# A study begun: every table with the right headers, study.toml, the data dictionary, and the same as a workbook.

DICTIONARY = "data-dictionary.md"


def files(name: str) -> dict[str, bytes]:
    """Return the files of a study that has nothing in it yet."""
    tables = {f"{table}.csv": header(table).encode() for table in TABLES}
    return tables | {
        FILE: template(name).encode(),
        DICTIONARY: f"{dictionary()}\n".encode(),
        WORKBOOK: workbook(),
    }


def header(table: str) -> str:
    """Return the header row of a table: every column that may stand in it."""
    return ",".join(column.name for column in TABLES[table].columns) + "\n"


def begin(name: str) -> Path:
    """Make the folder of a new study in data/raw/, all of it or nothing, and return it.

    Raises
    ------
    RunError
        If the name is no plain one, or the folder is there already.
    """
    return put(name, files(name), replace=False)


def template(name: str) -> str:
    """Return a study.toml to fill in, whose least is there already."""
    return f'''\
# What this study is called and how its people are grouped; `plr check {name}` says what is wrong.
[study]
id = "{name}"
title = ""
source = ""
kind = "collected"        # published, collected or simulated; shown wherever results are
complete = false          # true: every transcript was coded through, so a code not given means "not said"
seed = 1

# A grouping of people, by a column of participants; take the # away and write your own.
# [groupings.sector]
# label = "Sector"
# column = "sector"
# levels = {{ voluntary = "Voluntary", statutory = "Statutory" }}

# A comparison that was planned before the data were seen: planned ones share alpha.
# [[comparisons]]
# by = "sector"
# level = "theme"

[privacy]
quasi_identifiers = ["role", "sector"]
smallest_group = 3
names = []                # words that must never stand in a text: people, places, services
'''
