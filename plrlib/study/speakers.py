"""Possible speakers: where each participant was, and whom an excerpt without a participant fits.

An excerpt that names its participant is *named*; any other is *attributed* to everybody who fits its event, role and
sector. Letters used here and in `plrlib.stats`: P people, E excerpts, C codes, V events, G groups, K attributions (the
distinct combinations of event, role and sector that excerpts carry).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study.schema import WHOLE

SEPARATOR = ";"
ATTRIBUTES = ("role", "sector")
FEWEST_WORDS, MOST_WORDS = ("majority", "all"), ("minority", "all")
UNSAID = ("1", "all")
"""The fewest and the most speakers of an excerpt without a quantifier."""


def parts(cell: object) -> tuple[str, ...]:
    """Return the possible values that a cell of a study's table names, separated by `;`; none where it is blank."""
    if not isinstance(cell, str):
        return ()
    return tuple(part.strip() for part in cell.split(SEPARATOR) if part.strip())


def seats(participants: pd.DataFrame, attendance: pd.DataFrame, events: pd.DataFrame) -> NDArray[np.bool_]:
    """Return who is listed where: P × V, from `focus_group` and the attendance table."""
    people = pd.Index(participants["participant"])
    where = pd.Index(events["event"])
    listed = np.zeros((len(people), len(where)), dtype=bool)
    for who, event in ((participants["participant"], participants["focus_group"]),
                       (attendance["participant"], attendance["event"])):  # fmt: skip
        p, v = people.get_indexer(pd.Index(who)), where.get_indexer(pd.Index(event))
        known = (p >= 0) & (v >= 0)
        listed[p[known], v[known]] = True
    return listed


def among(cells: Sequence[tuple[str, ...]], events: pd.DataFrame) -> NDArray[np.bool_]:
    """Return for each of some cells which of the V events it names."""
    names = list(events["event"])
    return np.array([[name in cell for name in names] for cell in cells], dtype=bool).reshape(len(cells), len(names))


def first_event(attended: NDArray[np.bool_], participants: pd.DataFrame, events: pd.DataFrame) -> NDArray[np.int64]:
    """Return for each of P people the position of the event that they attended first; -1: not known.

    By the order of the events, and at equal order by their place in the table; but the focus group is the first event
    unless another is known to have come before it.
    """
    latest = np.iinfo(np.int64).max
    order = np.append(events["order"].fillna(latest).to_numpy(dtype=np.int64), latest)  # the last one is nowhere's
    ranked = np.append(np.argsort(order[:-1], kind="stable"), -1)
    there = np.column_stack([attended[:, ranked[:-1]], np.ones(len(attended), dtype=bool)])
    earliest = ranked[there.argmax(axis=1)]
    group = pd.Index(events["event"]).get_indexer(pd.Index(participants["focus_group"]))
    before = (order[group] < latest) & (order[earliest] < order[group])
    return np.asarray(np.where((group >= 0) & ~before, group, earliest), dtype=np.int64)


@dataclass(frozen=True)
class Attributions:
    """The distinct attributions of the excerpts that name nobody.

    Parameters
    ----------
    of
        For each of E excerpts the number of its attribution, 0 to K-1; -1 where the excerpt is named.
    events
        K × V: whether the event is among the possible ones.
    anywhere
        For each of K attributions whether the event is not said.
    allowed
        For role and for sector, the possible values of each attribution; empty: not said.
    """

    of: NDArray[np.integer]
    events: NDArray[np.bool_]
    anywhere: NDArray[np.bool_]
    allowed: dict[str, list[tuple[str, ...]]]

    def __len__(self) -> int:
        return len(self.events)

    def sits(self, listed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return P × K: whether a person may have been at one of the possible events.

        An event that lists nobody may have had anybody.
        """
        reach = listed | ~listed.any(axis=0)
        shared = reach.astype(np.float32) @ self.events.T.astype(np.float32)  # whole numbers have no fast product
        return np.asarray(self.anywhere | (shared > 0), dtype=bool)

    def fits(self, attribute: str, value: object) -> NDArray[np.bool_]:
        """Return for each of K attributions whether somebody with this role (or sector) is a possible speaker."""
        return np.array([not allowed or value in allowed for allowed in self.allowed[attribute]], dtype=bool)


def attributions(excerpts: pd.DataFrame, events: pd.DataFrame) -> Attributions:
    """Return the distinct attributions of the excerpts without a participant, in alphabetical order."""
    attributed = excerpts["participant"].isna().to_numpy()
    cells = excerpts.loc[attributed, ["event", *ATTRIBUTES]].astype("object").fillna("")
    alike = cells.groupby(list(cells))
    distinct = alike.size().index.to_list()
    of = np.full(len(excerpts), -1, dtype=np.min_scalar_type(-len(distinct) - 1))
    of[attributed] = alike.ngroup()
    events_of = [parts(event) for event, *_ in distinct]
    anywhere = np.array([not mine for mine in events_of], dtype=bool)
    allowed = {a: [parts(key[i]) for key in distinct] for i, a in enumerate(ATTRIBUTES, 1)}
    return Attributions(of, among(events_of, events), anywhere, allowed)


def may_fit(
    found: Attributions, listed: NDArray[np.bool_], participants: pd.DataFrame, *, surely: bool = False
) -> NDArray[np.bool_]:
    """Return P × K: whether a person is, or with an attribute that is not published could be, a possible speaker.

    With `surely` somebody with such an attribute is none.
    """
    fit = found.sits(listed)
    for attribute in ATTRIBUTES:
        values = participants[attribute].astype("object")
        for value in values.dropna().unique():
            fit[(values == value).to_numpy()] &= found.fits(attribute, value)[None, :]
        if surely:
            fit[values.isna().to_numpy()] &= found.fits(attribute, None)[None, :]
    return fit


def bounds(word: str, candidates: int) -> int:
    """Return how many speakers one end of a quantifier means among so many possible ones.

    Parameters
    ----------
    word
        A whole number, `majority` (more than half), `minority` (fewer than half) or `all`.
    candidates
        The number of people whom the attribution fits.

    Raises
    ------
    ValueError
        If the word is none of these.
    """
    if WHOLE.fullmatch(word):
        return int(word)
    meanings = {"majority": candidates // 2 + 1, "minority": (candidates - 1) // 2, "all": candidates}
    if word not in meanings:
        raise ValueError(f"{word!r} is no number of speakers: write a whole number, majority, minority or all")
    return meanings[word]
