"""What the numbers of tables and pictures count, so that each can lead to its excerpts or people."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.table import BehindCells
from plrlib.stats.behind import behind
from plrlib.stats.hearings import attended, listed
from plrlib.stats.people import known_level
from plrlib.study import Study

Asked = tuple[str, str | None, str | None]
"""Level, stance and coder, as `presence` takes them."""


def behind_levels(
    study: Study,
    grouping: Grouping,
    codes: Sequence[str],
    columns: Mapping[str, str],
    asked: Asked,
) -> BehindCells:
    """Return the excerpts behind a table with a row a code and a column a level.

    Parameters
    ----------
    study, grouping
        Who is counted.
    codes
        The code of each row.
    columns
        The column of each level.
    asked
        As `presence` was called.
    """
    found = behind(study, grouping.name, *asked)
    return {(i, head): found.cell(code, key) for i, code in enumerate(codes) for key, head in columns.items()}


def behind_rows(
    study: Study, grouping: Grouping, counted: pd.DataFrame, numbers: pd.DataFrame, asked: Asked
) -> BehindCells:
    """Return what is behind a table with a row a code and level, as `presence` has them.

    Behind those who raised the code lie excerpts; behind `of`, all at the level, people where all are known by name.

    Parameters
    ----------
    study, grouping, counted
        Who is counted, and the frame of `presence`.
    numbers
        The table: its first two columns name code and level, its last is `of`.
    asked
        As `presence` was called.
    """
    found = behind(study, grouping.name, *asked)
    known = {key: found.at(key) for key in grouping.levels}
    cells: dict[tuple[int, str], Sequence[str]] = {}
    places = zip(counted["code"].astype(str), counted["level"].astype(str), counted["n"], strict=True)
    for i, (code, key, n) in enumerate(places):
        cells |= dict.fromkeys(((i, head) for head in numbers.columns[2:-1]), found.cell(code, key))
        if len(known[key]) == n:
            cells[i, "of"] = known[key]
    return cells


def behind_groups(rows: Iterable[Hashable], column: str, ids: Mapping[Hashable, Sequence[str]]) -> BehindCells:
    """Return what is behind one column of a table; `ids` has it by the key of each row."""
    return {(i, column): ids.get(key, ()) for i, key in enumerate(rows)}


def ids_by(frame: pd.DataFrame, *columns: str, what: str = "excerpt") -> dict[Hashable, list[str]]:
    """Return the ids of a frame's rows by the value of a column, or by the values of several."""
    found: dict[Hashable, list[str]] = {}
    keys = [frame[c].astype("object") for c in columns]
    for name, *key in zip(frame[what].astype(str), *keys, strict=True):
        found.setdefault(key[0] if len(key) == 1 else tuple(key), []).append(name)
    return found


def users(words: pd.DataFrame) -> dict[Hashable, Sequence[str]]:
    """Return who used each word, by voice and word, as far as a frame of `words_of` knows."""
    if "who" not in words:
        return {}
    known = words.dropna(subset=["who"])
    return dict(zip(zip(known["voice"].astype(str), known["word"], strict=True), known["who"], strict=True))


def people_at(study: Study) -> dict[Hashable, list[str]]:
    """Return who is listed at each event."""
    who = study.participants["participant"].astype(str)
    return {str(event): list(who[seats]) for event, seats in zip(study.events["event"], listed(study).T, strict=True)}


def seated(study: Study, grouping: Grouping) -> dict[Hashable, list[str]]:
    """Return who is known to have been at each event, by its name and their level."""
    who, level, there = study.participants["participant"].astype(str), known_level(study, grouping), attended(study)
    return {
        (event, key): list(who[(level == i) & there[:, v]])
        for v, event in enumerate(study.events["event"])
        for i, key in enumerate(grouping.levels)
    }
