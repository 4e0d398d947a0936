"""The data dictionary: every table and column that a study may have, as schema.toml lists them.

The checks, the typing of columns, the files of a new study and the page of the site are all made from it.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plrlib.markup import plain, table
from plrlib.text import joined

WHOLE = re.compile("[0-9]{1,15}")
"""What a whole number looks like, wherever one may stand."""

Kind = Literal["id", "choice", "whole", "text", "words"]
_KINDS = {"id": "an id", "choice": "one of a few values", "whole": "a whole number", "text": "text", "words": "words"}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        The header, as it stands in the file.
    about
        What a cell says, in half a line.
    kind
        `id` names a thing, `choice` is one of a few values, `whole` is a whole number, `text` is free text, `words` are
        the words of respondents, which leave a study through `plrlib.text_of` alone.
    key
        Whether it is among the columns that together tell the table's rows apart.
    required
        Whether the header must be there, as that of a key must.
    filled
        Whether every cell must be filled, as a key must; otherwise blank means unknown or not published.
    allowed
        The only values a `choice` may take; empty where study.toml or the data say.
    refers
        The table whose key this names; `coders` and `populations` are study.toml's.
    several
        Whether `;` may separate several values.
    """

    name: str
    about: str
    kind: Kind = "text"
    key: bool = False
    required: bool = False
    filled: bool = False
    allowed: tuple[str, ...] = ()
    refers: str = ""
    several: bool = False


@dataclass(frozen=True)
class TableSchema:
    """One table of a study; with `any_column` it may have columns that are not declared: attributes of people."""

    name: str
    about: str
    columns: tuple[Column, ...]
    required: bool = False
    any_column: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The headers that are declared."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together tell its rows apart."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The headers that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Return the schema of a column; one that is not declared is an attribute of people, or else free text."""
        kind: Kind = "choice" if self.any_column else "text"
        return next((c for c in self.columns if c.name == name), Column(name, "not described", kind))


def _read(path: Path) -> dict[str, TableSchema]:
    tables = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        columns = []
        for column in entry.pop("columns"):
            of_a_key = dict.fromkeys(("required", "filled"), column.get("key", False))
            columns.append(Column(**{**of_a_key, **column, "allowed": tuple(column.get("allowed", ()))}))
        tables[name] = TableSchema(name, columns=tuple(columns), **entry)
    return tables


TABLES = _read(Path(__file__).parent / "schema.toml")
PARTICIPANTS, CODEBOOK = TABLES["participants"], TABLES["codebook"]
CODED = ("codings", "envelopes", "coverage")
"""The tables that say what a coder did."""
STANCES = TABLES["envelopes"].column("stance").allowed
AHEAD = ">"
"""What stands in a direction between the group that is ahead and the one behind."""


def direction(cell: object) -> tuple[str, ...]:
    """Return the group that is ahead and the one behind, of a cell such as `one > other`; of a blank one none.

    Examples
    --------
    >>> direction("targeted > universal")
    ('targeted', 'universal')
    """
    return tuple(group.strip() for group in cell.split(AHEAD)) if isinstance(cell, str) and cell else ()


def dictionary() -> str:
    """Return the data dictionary as a page in Markdown."""
    head = (
        "# Data dictionary\n\nA study is a folder of CSV files in UTF-8, one header row each; a blank cell means "
        "unknown or not published. This page is made from plrlib/study/schema.toml."
    )
    return "\n\n".join([head, *map(_table_as_markdown, TABLES.values())])


def _table_as_markdown(one: TableSchema) -> str:
    need = "must be there" if one.required else "may be left out"
    more = " It may have any other column: an attribute of people." if one.any_column else ""
    about = f"One row is {one.about}. The table {need}; its rows are told apart by {joined(one.key)}.{more}"
    rows = [(f"`{column.name}`", plain(column.about), plain(_allowed(column))) for column in one.columns]
    return f"## {one.name}\n\n{plain(about)}\n\n{table(['column', 'what a cell says', 'what may stand in it'], rows)}"


def _allowed(column: Column) -> str:
    """Return what may stand in a column."""
    found = [" or ".join(column.allowed) or _KINDS[column.kind]]
    if column.refers:
        in_settings = column.refers in ("coders", "populations")
        found.append(f"one of {f'[{column.refers}] of study.toml' if in_settings else column.refers}")
    if column.several:
        found.append("several, parted by ;")
    if column.required:
        found.append("never blank" if column.filled else "the column must be there")
    return "; ".join(found)
