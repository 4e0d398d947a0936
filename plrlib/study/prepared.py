"""A whole population as one: how many of all it is about, whatever else tells them apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.study.speakers import first_hearing, parts, seats

# Where people were heard, where first, and which excerpts belong to which hearing.

NOT_KNOWN = -1
"""Stands for the position of an event that is not known."""


def listed(study: Study) -> NDArray[np.bool_]:
    """Return who is listed where, P × V: from `focus_group` and the attendance table."""
    return seats(study.participants, study.attendance, study.events)


def attended(study: Study) -> NDArray[np.bool_]:
    """Return who was heard where as far as that is known, P × V: who is listed, and whose excerpts name one event."""
    there = listed(study)
    named = study.excerpts[study.excerpts["participant"].notna() & study.excerpts["event"].notna()]
    pairs = named[["participant", "event"]].drop_duplicates()
    for who, possible in zip(rows_of(study, pairs["participant"]), possible_events(study, pairs["event"]), strict=True):
        if len(possible) == 1:
            there[who, list(possible)] = True
    return there


def not_all_known(study: Study) -> NDArray[np.bool_]:
    """Return for each of V events whether somebody may have been heard there of whom nothing says so."""
    known = attended(study).sum(axis=0)
    heard = study.events["participants"].fillna(0).to_numpy(dtype=np.int64)
    return np.asarray((known == 0) | (known < heard), dtype=bool)


def unlisted(study: Study) -> list[str]:
    """Return the events where somebody may have been heard of whom nothing says so."""
    return [str(event) for event in study.events["event"][not_all_known(study)]]


def first(study: Study) -> NDArray[np.int64]:
    """Return for each of P people the position in `events` of their first hearing; -1: not known."""
    return first_hearing(attended(study), study.participants, study.events)


def block(study: Study) -> NDArray[np.int64]:
    """Return for each of P people the position of the focus group where they were first heard; -1: heard only alone."""
    alone = np.append((study.events["kind"] == "interview").to_numpy(dtype=bool), True)
    start = first(study)
    return np.where(alone[start], NOT_KNOWN, start)


def rows_of(study: Study, who: "pd.Series[str]") -> NDArray[np.int64]:
    """Return the row in `participants` of each person named; -1 where nobody is."""
    return np.asarray(pd.Index(study.participants["participant"]).get_indexer(pd.Index(who)), dtype=np.int64)


def possible_events(study: Study, cells: "pd.Series[str]") -> list[frozenset[int]]:
    """Return for each cell of an event column the positions of the events it names; none where it is blank."""
    position = {name: v for v, name in enumerate(study.events["event"])}
    read = {cell: frozenset(position[part] for part in parts(cell)) for cell in cells.dropna().unique()}
    return [read.get(cell, frozenset()) for cell in cells]


def counting(study: Study, hearing: str) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether it belongs to the hearings asked for.

    Parameters
    ----------
    study
        A study.
    hearing
        `first`: a named excerpt counts if one of its possible events is where the person was first heard, or if nobody
        knows where that was; an attributed one if one of its possible events is anybody's first hearing. Where the
        event is not said the excerpt counts. `all`: every excerpt counts.

    Raises
    ------
    ValueError
        If `hearing` is neither.
    """
    if hearing == "all":
        return np.ones(len(study.excerpts), dtype=bool)
    if hearing != "first":
        raise ValueError(f"hearing is 'first' or 'all', not {hearing!r}")
    own = first(study)
    anybodys = set(own.tolist())
    if NOT_KNOWN in anybodys:  # it may be any event that lists nobody, or not everybody
        anybodys |= set(np.flatnonzero(not_all_known(study) | ~listed(study).any(axis=0)).tolist())
    theirs = np.append(own, NOT_KNOWN)[rows_of(study, study.excerpts["participant"])]
    named = study.excerpts["participant"].notna()
    possible = possible_events(study, study.excerpts["event"])
    counts = [
        not events or (start in events or start == NOT_KNOWN if by_name else not anybodys.isdisjoint(events))
        for events, start, by_name in zip(possible, theirs.tolist(), named, strict=True)
    ]
    return np.array(counts, dtype=bool)


def only_event(study: Study) -> NDArray[np.int64]:
    """Return for each of E excerpts the position of the one event where it can have been said; -1: there is none.

    That is the one event it names; where it names none, but who said it, the one event where they were heard.
    """
    there = attended(study)
    speaker = rows_of(study, study.excerpts["participant"])
    place = np.full(len(study.excerpts), NOT_KNOWN)
    for e, (who, events) in enumerate(zip(speaker, possible_events(study, study.excerpts["event"]), strict=True)):
        places = events or (set(np.flatnonzero(there[who]).tolist()) if who >= 0 else set())
        if len(places) == 1:
            place[e] = next(iter(places))
    return place


# Who belongs to a population and is at which level, by what is published of each person.


def inside(study: Study, population: str) -> NDArray[np.bool_]:
    """Return for each of P people whether they are known to belong to a population of study.toml; blank: everybody.

    Where the population names events, people count who are known to have been heard at one of them.
    """
    people = study.participants
    there = np.ones(len(people), dtype=bool)
    for attribute, values in study.settings.populations.get(population, {}).items():
        if attribute == "event":
            there &= attended(study)[:, study.events["event"].isin(values).to_numpy(dtype=bool)].any(axis=1)
        elif attribute in people:
            there &= people[attribute].isin(values).to_numpy(dtype=bool)
    return there


def known_level(study: Study, grouping: Grouping) -> NDArray[np.int64]:
    """Return for each of P people the position of their level; -1: not known, or outside the grouping's population."""
    positions = {key: i for i, key in enumerate(grouping.levels)}
    at = [positions.get(value, -1) for value in study.participants[grouping.column]]
    return np.where(inside(study, grouping.population), np.array(at, dtype=np.int64), -1)


# A whole population as one: how many of all it is about, whatever else tells them apart.

NAME = "everybody it is about"


def as_one(study: Study, population: str) -> tuple[Study, Grouping]:
    """Return a study with one more grouping, of one level, which everybody of a population is at.

    Parameters
    ----------
    study
        A study.
    population
        A population of study.toml; blank: all participants.

    Returns
    -------
    study, grouping
        The same study, whose `participants` have one more column, and the grouping by it: `attribution` tells of each
        excerpt whether somebody of the population may have said it, and counts of people are bounds for all of them
        together, which the bounds by level do not give.
    """
    grouping = Grouping(NAME, NAME, NAME, {NAME: NAME}, population)
    settings = replace(study.settings, groupings={**study.settings.groupings, NAME: grouping})
    people = study.participants.assign(**{NAME: NAME})
    return replace(study, settings=settings, participants=people), grouping
