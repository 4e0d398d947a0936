"""What the checks share: cells by line, values that are known, ids that look alike."""

import difflib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from plrlib.alike import ALIKE, look
from plrlib.faults import Fault
from plrlib.sheets import Sheet
from plrlib.tables import TABLES
from plrlib.voices import ATTRIBUTES, parts

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
    where = (("events", "event"),) if "event" in _cells(sheets, "events") else EVENT_COLUMNS
    cells = (cell for source in where for cell in column(sheets, *source).unique())
    return list(dict.fromkeys(part for cell in cells for part in parts(cell)))


def _cells(sheets: Sheets, table: str) -> pd.DataFrame:
    return sheets[table].cells if table in sheets else pd.DataFrame()


_VOICES = {
    "participants": ("participant", "focus_group", *ATTRIBUTES),
    "attendance": ("participant", "event"),
    "events": ("event", "participants"),
    "excerpts": ("excerpt", "participant", "event", *ATTRIBUTES, "quantifier"),
}


def voices(sheets: Sheets, table: str) -> pd.DataFrame:
    """Return what a table says about who spoke, as `plrlib.voices` takes it: blanks missing, each person once."""
    frame = pd.DataFrame({name: column(sheets, table, name) for name in _VOICES[table]})
    if table == "events" and "event" not in _cells(sheets, table):
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
