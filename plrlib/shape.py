"""Turn checked cells into typed tables: ids and levels as categories, numbers as numbers, blanks as missing."""

from collections.abc import Collection, Iterable

import pandas as pd
from pandas.api.extensions import ExtensionArray

from plrlib.checks.cells import with_readings
from plrlib.checks.common import Sheets, column, event_names
from plrlib.settings import Settings
from plrlib.tables import TABLES, Column
from plrlib.voices import SEPARATOR, parts

Tables = dict[str, pd.DataFrame]


def shape(sheets: Sheets, settings: Settings) -> tuple[Tables, pd.Series]:
    """Return every table with every column it may have, and apart from them the words of respondents.

    Parameters
    ----------
    sheets
        The cells as text; all checks have passed.
    settings
        What study.toml says; it gives the order of levels and coders.

    Returns
    -------
    tables
        One frame a table of `plrlib.tables`; a table that the study does not have is empty.
    texts
        The words by excerpt, for those excerpts that have any.
    """
    keys = _keys(sheets, settings)
    tables = {}
    for name, schema in TABLES.items():
        table = with_readings(schema, settings)
        declared = [c.name for c in table.columns if c.kind != "words"]
        cells = sheets[name].cells if name in sheets else pd.DataFrame()
        extra = cells.columns if table.any_column else ()
        names = _distinct([*declared, *extra])
        columns = {c: _typed(cells.get(c, []), table.column(c), keys, _order(name, c, settings)) for c in names}
        tables[name] = pd.DataFrame({c: _as_long(typed, len(cells)) for c, typed in columns.items()})
    if tables["events"].empty:
        tables["events"] = _events(sheets, keys["events"], tables["events"])
    words = list(column(sheets, "excerpts", "text"))
    counted = pd.array([len(text.split()) if text else None for text in words], dtype="Int64")
    tables["excerpts"]["n_words"] = tables["excerpts"]["n_words"].fillna(pd.Series(counted))
    texts = pd.Series(words, index=list(column(sheets, "excerpts", "excerpt")), dtype="object", name="text")
    return tables, texts[texts != ""]


def _keys(sheets: Sheets, settings: Settings) -> dict[str, list[str]]:
    """Return the ids that each `refers` may name, in the order in which they are to be shown."""
    keys = {name: _distinct(column(sheets, name, t.key[0])) for name, t in TABLES.items() if len(t.key) == 1}
    keys["events"] = event_names(sheets)
    coded = [*column(sheets, "codings", "coder").unique(), *column(sheets, "envelopes", "coder").unique()]
    keys["coders"] = _distinct([*(settings.coders or ()), *coded])
    keys["populations"] = list(settings.populations)
    return keys


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _order(table: str, name: str, settings: Settings) -> Collection[str]:
    """Return the values that study.toml declares for a column of a table, in order."""
    if table == "codebook" and name in settings.readings:
        return settings.readings[name].levels
    return settings.levels(name)


def _typed(cells: Collection[str], col: Column, keys: dict[str, list[str]], order: Collection[str]) -> ExtensionArray:
    """Return a column as what it is, its values in the order declared; a blank is missing."""
    if col.kind == "whole":
        return pd.array([int(cell) if cell else None for cell in cells], dtype="Int64")
    if col.kind == "text":
        return pd.array([cell or None for cell in cells], dtype="str")
    own = next((name for name, table in TABLES.items() if table.key == (col.name,)), "")
    if col.kind == "id" and not col.several and (col.refers or own):
        categories = keys[col.refers or own]
    elif col.several:
        tidy = {cell: SEPARATOR.join(parts(cell)) for cell in set(cells)}
        cells = [tidy[cell] for cell in cells]
        there = _distinct(cells)
        categories = _distinct([*(level for level in order if level in there), *there])
    else:
        categories = _distinct([*order, *col.allowed, *cells])
    places = {category: i for i, category in enumerate(categories)}
    codes = [places[cell] if cell else -1 for cell in cells]
    return pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str"))


def _as_long(typed: ExtensionArray, rows: int) -> ExtensionArray:
    """Return a column of so many rows; one that the file does not have is missing throughout."""
    return typed if len(typed) == rows else typed.take([-1] * rows, allow_fill=True)


def _events(sheets: Sheets, names: list[str], empty: pd.DataFrame) -> pd.DataFrame:
    """Return the events that the other tables name, for a study that has no table of them."""
    groups = set(column(sheets, "participants", "focus_group").unique())
    frame = empty.reindex(range(len(names)))
    frame["event"] = pd.Categorical(names, categories=names)
    kinds = ["focus group" if name in groups else None for name in names]
    frame["kind"] = pd.Categorical(kinds, categories=["focus group", "interview"])
    return frame
