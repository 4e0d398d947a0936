"""One table at a time: its header, its keys, and what stands in its cells."""

import difflib
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from plrlib.faults import Fault
from plrlib.study.files import Sheet
from plrlib.study.schema import TABLES, WHOLE, Column, Table
from plrlib.study.settings import Settings
from plrlib.study.speakers import ATTRIBUTES, SEPARATOR, parts
from plrlib.text import ALIKE, look

# What the checks share: cells by line, values that are known, ids that look alike.

Sheets = Mapping[str, Sheet]


def column(sheets: Sheets, table: str, name: str) -> pd.Series:
    """Return a column as text under its lines; all blank where the table or the column is not there."""
    if table not in sheets:
        return pd.Series([], dtype="object")
    cells = sheets[table].cells
    return cells[name] if name in cells else pd.Series("", index=cells.index, dtype="object")


def file(sheets: Sheets, table: str) -> str:
    """Return the name of the file a table was read from."""
    return sheets[table].file if table in sheets else f"{table}.csv"


def lost(sheets: Sheets, table: str) -> int:
    """Return how many rows of a table could not be read."""
    return len(sheets[table].faults) if table in sheets else 0


EVENT_COLUMNS = (("participants", "focus_group"), ("attendance", "event"), ("asked", "event"), ("excerpts", "event"))


def event_names(sheets: Sheets) -> list[str]:
    """Return the events in order; those that other tables name, where there is no table of them."""
    where = (("events", "event"),) if "event" in _shared_cells(sheets, "events") else EVENT_COLUMNS
    cells = (cell for source in where for cell in column(sheets, *source).unique())
    return list(dict.fromkeys(part for cell in cells for part in parts(cell)))


def _shared_cells(sheets: Sheets, table: str) -> pd.DataFrame:
    return sheets[table].cells if table in sheets else pd.DataFrame()


_VOICES = {
    "participants": ("participant", "focus_group", *ATTRIBUTES),
    "attendance": ("participant", "event"),
    "events": ("event", "participants"),
    "excerpts": ("excerpt", "participant", "event", *ATTRIBUTES, "quantifier"),
}


def voices(sheets: Sheets, table: str) -> pd.DataFrame:
    """Return what a table says about who spoke, as `study.speakers` takes it: blanks missing, each person once."""
    frame = pd.DataFrame({name: column(sheets, table, name) for name in _VOICES[table]})
    if table == "events" and "event" not in _shared_cells(sheets, table):
        frame = pd.DataFrame({"event": event_names(sheets), "participants": ""}, dtype="object")
    if table == "excerpts":
        return frame.where(frame != "", np.nan)
    frame = frame.map(str.strip).replace("", np.nan)
    key = list(TABLES[table].key)
    return frame.dropna(subset=key).drop_duplicates(key)


def cells_where(
    cells: pd.Series, bad: Callable[[str], bool], values: Iterable[str] | None = None
) -> Iterator[tuple[int, str]]:
    """Yield line and value of each cell whose value is bad; each distinct value (`values`, if found already) once."""
    found = [value for value in (cells.unique() if values is None else values) if bad(value)]
    if found:
        hits = cells[cells.isin(found)]
        yield from zip(hits.index, hits, strict=True)


def cells_outside(cells: pd.Series, allowed: Container[str], *, several: bool = False) -> Iterator[tuple[int, str]]:
    """Yield line and value of each filled cell, or of each of its values parted by `;`, that is not allowed."""

    def strangers(value: str) -> list[str]:
        return [v for v in (parts(value) if several else (value.strip(),)) if v and v not in allowed]

    for row, value in cells_where(cells, lambda v: bool(strangers(v))):
        for stranger in strangers(value):
            yield row, stranger


class Known:
    """The values that may stand in some place, in order, and what to say of one that may not.

    What is `loose`, in rows that could not be read, may stand there too: whether it is known cannot be told.
    """

    _GUESSES = 50  # a guess takes milliseconds, and a wrong column would ask for one in every row
    _NAMES = 1000

    def __init__(self, values: Iterable[str], loose: Container[str] = ()) -> None:
        self._loose = loose
        self._values = dict.fromkeys(stripped for value in values if (stripped := value.strip()))
        self._by_look: dict[str, str] | None = None
        self._near: dict[str, str] = {}
        self.listed = listed(self._values)

    def __contains__(self, value: object) -> bool:
        return value in self._values or value in self._loose

    def __len__(self) -> int:
        return len(self._values)

    def alike(self, value: str) -> str:
        """Return the value that differs from this one only in blanks, case or leading zeros; blank: there is none."""
        if self._by_look is None:
            self._by_look = {look(known): known for known in self._values}
        return self._by_look.get(look(value), "")

    def advice(self, value: str, otherwise: str) -> str:
        """Return what to do about a value that may not stand there: write the one meant, where it can be guessed."""
        if twin := self.alike(value):
            return f"write {twin!r}: it differs {ALIKE}"
        if near := self.near(value):
            return f"did you mean {near!r}?" + (f" If not, {otherwise}" if otherwise else "")
        return otherwise

    def near(self, value: str) -> str:
        """Return the value that is written most like this one; blank: none is."""
        if value not in self._near and len(self._near) < self._GUESSES:
            found = difflib.get_close_matches(value, list(self._values)[: self._NAMES], n=1, cutoff=0.75)
            self._near[value] = self.alike(value) or "".join(found)
        return self._near.get(value, "")


def known(sheets: Sheets, table: str, name: str, *more: str) -> Known:
    """Return what stands in a column of a table, and more."""
    loose = sheets[table].loose if table in sheets else ()
    return Known([*more, *column(sheets, table, name).unique()], loose)


def listed(values: Iterable[str], most: int = 12) -> str:
    """Return values parted by commas, and how many more there are."""
    names = list(values)
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def twins(places: Iterable[tuple[str, int, str]], column: str) -> Iterator[Fault]:
    """Yield a fault for each id (with its file and line) that differs from an earlier one only in how it is written."""
    seen: dict[str, tuple[str, str]] = {}
    told: set[str] = set()
    for where, row, value in places:
        if not value.strip() or value in told:
            continue
        other, place = seen.setdefault(look(value), (value, f"{where}, line {row}"))
        if other != value:
            told.add(value)
            message = f"{value!r} and {other!r} ({place}) differ {ALIKE}"
            remedy = "if they are the same, write them the same way; if not, tell them apart by more than that"
            yield Fault(where, row, column, message, value, "", remedy)


def distinct(sheets: Sheets, table: str, name: str) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and value where each distinct value of a column, `;` parting several, stands first."""
    cells = column(sheets, table, name).drop_duplicates()
    several = TABLES[table].column(name).several
    for row, value in zip(cells.index, cells, strict=True):
        for part in parts(value) if several else (value,):
            yield file(sheets, table), int(row), part


# Rows whose cells have slipped, so that a respondent's words stand where an id belongs.

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


# One table at a time: its header, its keys, and what stands in its cells.

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
