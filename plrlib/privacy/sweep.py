"""Look for identifiers in everything that a study brings: they stop a run until they are dealt with.

The tables are read as they stand, words that nobody may be shown among them; of what is found only the shape is told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from plrlib.faults import Fault
from plrlib.folder import read_tables
from plrlib.privacy.finders import LISTED, Found, find, settled
from plrlib.privacy.keys import known_names
from plrlib.privacy.person_names import found_names
from plrlib.settings import FILE, Allowed, Settings
from plrlib.sheets import Sheet
from plrlib.study import Study
from plrlib.tables import TABLES

_NEVER = ("sha256",)
_SHAPE_LENGTH = 24


@dataclass(frozen=True)
class Place:
    """One identifier and where it stands: table, line of the file, id of the row, column."""

    table: str
    file: str
    line: int
    row: str
    column: str
    found: Found
    text: str

    @property
    def shape(self) -> str:
        """What it looks like, without what it says: letters are x, figures 9."""
        words = self.text[self.found.start : self.found.end]
        return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", words))[:_SHAPE_LENGTH]


def identifiers(study: Study, names: Iterable[str] = ()) -> pd.DataFrame:
    """Return every identifier in a study's tables and study.toml, one row each.

    Parameters
    ----------
    study
        A study; its folder is read again, so that texts which may not be shown are looked at too.
    names
        More words that must never stand in a text, beside those of study.toml.

    Returns
    -------
    DataFrame
        kind, table, row (the id), column, line, shape (letters as x, figures as 9), allowed (the reason that
        study.toml gives; missing where there is none). Unit: one identifier. What was found is not in it.
    """
    places = [*sweep(study.folder, study.settings, names)]
    reasons = [_reason(place, study.settings.allowed) for place in places]
    columns = {
        "kind": [p.found.kind for p in places],
        "table": [p.table for p in places],
        "row": [p.row for p in places],
        "column": [p.column for p in places],
        "line": pd.array([p.line for p in places], dtype="Int64"),
        "shape": [p.shape for p in places],
        "allowed": reasons,
    }
    return pd.DataFrame(columns)


def sweep(folder: Path, settings: Settings, names: Iterable[str] = ()) -> Iterator[Place]:
    """Yield every identifier in the tables of a folder, and in the title and source of study.toml."""
    listed = tuple(dict.fromkeys([*settings.privacy.names, *names, *known_names(settings.id)]))
    sheets, _, _ = read_tables(folder)
    for table, sheet in sheets.items():
        yield from _sheet(table, sheet, listed)
    for key in ("title", "source"):
        text = getattr(settings, key)
        for found in find(text, listed):
            yield Place("study", FILE, 1, settings.id, key, found, text)


def _sheet(table: str, sheet: Sheet, names: tuple[str, ...]) -> Iterator[Place]:
    key = TABLES[table].key[0]
    ids = sheet.cells[key] if key in sheet.cells else pd.Series("", index=sheet.cells.index)
    for column in sheet.cells.columns:
        schema = TABLES[table].column(column)
        if schema.kind == "whole" or column in _NEVER:
            continue
        distinct = sheet.cells[column].unique()
        looked = _look(distinct, names, free=schema.kind in ("text", "words"))
        if looked:
            for line, row, text in zip(sheet.cells.index, ids, sheet.cells[column], strict=True):
                for found in looked.get(text, ()):
                    yield Place(table, sheet.file, int(line), str(row), column, found, text)


def _look(texts: Iterable[str], names: tuple[str, ...], *, free: bool) -> Mapping[str, list[Found]]:
    """Return the identifiers in each distinct text that has any; personal names are looked for in free text only."""
    texts = [text for text in texts if text]
    people = found_names(texts) if free else {}
    looked = {text: settled(text, [*find(text, names), *people.get(text, ())]) for text in texts}
    return {text: found for text, found in looked.items() if found}


def _reason(place: Place, allowed: Iterable[Allowed]) -> str | None:
    """Return why an identifier may stay, where study.toml says so."""
    for one in allowed:
        same_row = one.row in ("", place.row)
        if same_row and (one.kind, one.table, one.column) == (place.found.kind, place.table, place.column):
            return one.reason
    return None


def stops(study: Study) -> list[Fault]:
    """Return a fault for each identifier that is not allowed: none of them may be shown anywhere."""
    faults = []
    for place in sweep(study.folder, study.settings):
        if _reason(place, study.settings.allowed) is None:
            kind = place.found.kind
            what = f"a {kind}" if kind[0] not in "aeiou" else f"an {kind}"
            if kind == LISTED:
                what = "a name of [privacy] names, or of the key of names"
            where = f'kind = "{kind}", table = "{place.table}", column = "{place.column}", row = "{place.row}"'
            remedy = (
                f"take it out, or make a copy without: plr mask {study.folder.name} --out FOLDER; if it may stay, say "
                f"so in study.toml: [[allowed]] {where}, reason"
            )
            message = f"{what} stands here"
            faults.append(Fault(place.file, place.line, place.column, message, place.shape, "", remedy))
    return faults
