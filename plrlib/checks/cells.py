"""One table at a time: its header, its keys, and what stands in its cells."""

import re
from collections.abc import Iterator
from dataclasses import replace

from plrlib.checks.common import Known, cells_where, distinct, listed, twins
from plrlib.faults import Fault
from plrlib.settings import Settings
from plrlib.sheets import Sheet
from plrlib.tables import WHOLE, Column, Table

_SPEAKERS = {"participant", "event", "role", "sector"}


def with_readings(table: Table, settings: Settings) -> Table:
    """Return the codebook's table with the columns that [readings] names, each as one of a few levels."""
    if table.name != "codebook":
        return table
    read = {r.column: Column(r.column, f"a second reading: {r.label}", "choice") for r in settings.readings.values()}
    columns = {c.name: c for c in table.columns} | read
    return replace(table, columns=tuple(columns.values()))


def check_headers(table: Table, sheet: Sheet, settings: Settings) -> tuple[list[Fault], list[Fault]]:
    """Return the faults and the notes on which columns a table has."""
    have = list(sheet.cells.columns)
    if not have:
        return [], []
    known = [c.name for c in table.columns]
    needed = dict.fromkeys(table.required_columns, "add the column; leave a cell blank where its value is not known")
    if table.name == "participants":
        for grouping in settings.groupings.values():
            needed.setdefault(grouping.column, f"add the column, or correct [groupings.{grouping.name}] of study.toml")
    by_look = {_plain(name): name for name in (*known, *needed)}
    faults, notes, meant = [], [], set()
    for name in have:
        near = by_look.get(_plain(name), name)
        if near != name and name not in needed:
            message, remedy = f"differs from {near!r} only in how it is written", f"rename the column to {near!r}"
            faults.append(Fault(sheet.file, 1, name, message, name, near, remedy))
            meant.add(near)
        elif name not in by_look.values():
            what = "the column is taken for an attribute of people" if table.any_column else "the column is not used"
            advice = Known(known).advice(name, "")
            if advice or not table.any_column:
                notes.append(Fault(sheet.file, 1, name, what, remedy=advice))
    if table.name == "codebook":
        faults += [
            settings.fault(
                ("readings", name), f"is not a column of {sheet.file}", name, listed(have),
                Known(have).advice(name, "add the column, or correct the name"),
            )
            for name in settings.readings
            if name not in have and name not in meant
        ]  # fmt: skip
    faults += [
        Fault(sheet.file, 1, name, "the column is missing", "", listed(known), remedy)
        for name, remedy in needed.items()
        if name not in have and name not in meant
    ]
    if table.name == "excerpts" and not _SPEAKERS & {*have, *meant}:
        remedy = "add `participant`, or some of `event`, `role` and `sector`"
        faults.append(Fault(sheet.file, 1, "participant", "no column says who spoke", "", listed(known), remedy))
    return faults, notes


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def check_cells(table: Table, sheet: Sheet) -> list[Fault]:
    """Return every fault in the cells of a table: blanks, kinds, values and keys."""
    cells = sheet.cells
    if len(cells.columns) == 0:
        return []
    if cells.empty:
        if not table.required or sheet.faults:  # rows that cannot be read are told already
            return []
        return [Fault(sheet.file, None, "", "the table is empty", remedy=f"add a row for {table.about}")]
    faults: list[Fault] = []
    for name in cells.columns:
        faults += _cells(sheet, table.column(name), table)
    if set(table.key) <= set(cells.columns):
        faults += _duplicates(table, sheet)
    alike = [*table.key] if len(table.key) == 1 else []
    alike += [c.name for c in table.columns if table.name == "codebook" and c.kind == "choice"]
    for name in (name for name in alike if name in cells):
        faults += twins(distinct({table.name: sheet}, table.name, name), name)
    return faults


def _cells(sheet: Sheet, column: Column, table: Table) -> Iterator[Fault]:
    cells, name = sheet.cells[column.name], column.name
    values = cells.unique()
    filled = [value for value in values if value and not value.isspace()]
    for row, value in cells_where(cells, str.isspace, values):
        yield Fault(sheet.file, row, name, "the cell holds only blanks", value, remedy="empty it, or fill it")
    if column.filled:
        what = "the key is blank" if name in table.key else "the cell is blank"
        for row, _ in cells_where(cells, lambda v: not v, values):
            yield Fault(sheet.file, row, name, what, "", listed(column.allowed), "fill it, or remove the row")
    if column.kind == "whole":
        for row, value in cells_where(cells, lambda v: not WHOLE.fullmatch(v), filled):
            yield Fault(sheet.file, row, name, "is not a whole number", value, "0, 1, 2, …", "write digits only")
    elif column.allowed:
        allowed = Known(column.allowed)
        for row, value in cells_where(cells, lambda v: v not in allowed, filled):
            remedy = allowed.advice(value, "write one of these, or leave it blank")
            yield Fault(sheet.file, row, name, "the value is not known", value, allowed.listed, remedy)
    elif column.kind in ("id", "choice") and not column.several:
        both = set(values) if table.key == (name,) else set()  # an id that is there without the blanks too is a twin
        for row, value in cells_where(cells, lambda v: v != v.strip() and v.strip() not in both, filled):
            yield Fault(sheet.file, row, name, "starts or ends with a blank", value, remedy=f"write {value.strip()!r}")


def _duplicates(table: Table, sheet: Sheet) -> Iterator[Fault]:
    key = table.key
    seen: dict[tuple[str, ...], int] = {}
    for row, values in zip(sheet.cells.index, zip(*(sheet.cells[name] for name in key), strict=True), strict=True):
        first = seen.setdefault(values, row)
        if first == row or not all(values):
            continue
        message = f"the same {' and '.join(key)} stand{'s' if len(key) == 1 else ''} in line {first} already"
        remedy = "keep one of the two rows" + (f", or give this {key[0]} an id of its own" if len(key) == 1 else "")
        yield Fault(sheet.file, row, ", ".join(key), message, ", ".join(values), remedy=remedy)
