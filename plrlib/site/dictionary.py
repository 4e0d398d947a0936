"""The data dictionary as a page: every table and column that a study may bring."""

from plrlib.site.markdown import plain, table
from plrlib.tables import TABLES, Column, Table


def dictionary() -> str:
    """Return the data dictionary in Markdown, from `plrlib.tables`."""
    head = (
        "# Data dictionary\n\nA study is a folder of CSV files in UTF-8, one header row each; a blank cell means "
        "unknown or not published. This page is made from plrlib/tables.py."
    )
    return "\n\n".join([head, *map(_table, TABLES.values())])


def _table(one: Table) -> str:
    need = "must be there" if one.required else "may be left out"
    more = " It may have any other column: an attribute of people." if one.any_column else ""
    key = " and ".join(one.key)
    about = f"One row is {one.about}. The table {need}; its rows are told apart by {key}.{more}"
    rows = [(f"`{c.name}`", plain(c.about), plain(_cell(c))) for c in one.columns]
    return f"## {one.name}\n\n{plain(about)}\n\n{table(['column', 'what a cell says', 'what may stand in it'], rows)}"


def _cell(column: Column) -> str:
    kinds = {
        "id": "an id",
        "choice": "one of a few values",
        "whole": "a whole number",
        "text": "text",
        "words": "words",
    }
    what = " or ".join(column.allowed) if column.allowed else kinds[column.kind]
    parts = [what]
    if column.refers:
        where = column.refers if column.refers not in ("coders", "populations") else f"[{column.refers}] of study.toml"
        parts.append(f"one of {where}")
    parts += ["several, parted by ;"] if column.several else []
    parts.append("never blank" if column.filled else "the column must be there" if column.required else "")
    return "; ".join(part for part in parts if part)
