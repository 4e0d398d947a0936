"""What totals, quantifiers and possible speakers require: the programme of who is in which group and who raised a code.

Letters: E excerpts, K attributions, V events, N cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells
from plrlib.stats.bounds.program import Program, Term
from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.settings import Grouping
from plrlib.study.speakers import UNSAID


@dataclass(frozen=True)
class Kind:
    """`copies` excerpts of one attribution and one quantifier: each has at least `low` and at most `high` speakers."""

    attribution: int
    low: str
    high: str
    copies: int = 1


class Attributed(NamedTuple):
    """The excerpts of a study that name no speaker.

    Parameters
    ----------
    whose
        For each of E excerpts the number of its attribution, 0 to K-1; -1: it names its speaker.
    kinds
        The attributions with the fewest and the most speakers said, each combination once.
    of
        For each of E excerpts its place among the kinds; -1: it names its speaker.
    """

    whose: NDArray[np.integer]
    kinds: list[Kind]
    of: NDArray[np.int64]

    def among(self, which: NDArray[np.bool_]) -> list[Kind]:
        """Return the attributed ones among some of E excerpts, those that are alike taken together."""
        copies = np.bincount(self.of[which & (self.of >= 0)], minlength=len(self.kinds))
        return [replace(self.kinds[i], copies=int(copies[i])) for i in np.flatnonzero(copies)]


@remembered
def attributed(study: Study) -> Attributed:
    """Return the excerpts of a study that name no speaker, by attribution and number of speakers."""
    whose = study.prepared.attributions.of
    words, lows, highs = (list(study.quantifiers[name]) for name in ("quantifier", "lower", "upper"))
    ends = dict(zip(words, zip(lows, highs, strict=True), strict=True))
    rows = np.flatnonzero(whose >= 0)
    said = study.excerpts["quantifier"].iloc[rows].astype("object")
    keys = [(int(k), *ends.get(word, UNSAID)) for k, word in zip(whose[rows], said, strict=True)]
    kinds = sorted(set(keys))
    place = {key: i for i, key in enumerate(kinds)}
    of = np.full(len(whose), -1, dtype=np.int64)
    of[rows] = [place[key] for key in keys]
    return Attributed(whose, [Kind(*key) for key in kinds], of)


class Assignment(NamedTuple):
    """A programme of all that holds whoever raised what.

    Parameters
    ----------
    program
        Where more can be required.
    people
        The variables of the number of people in each of N cells.
    there
        By the name of an event of which not everybody is known: how many of the people of each cell were there.
    """

    program: Program
    people: NDArray[np.int64]
    there: dict[str, NDArray[np.int64]]


def assign(study: Study, cells: Cells, *, events: bool = False) -> Assignment:
    """Return the programme of who is in which group.

    Everybody is in one cell, every total is met, and each attributed excerpt fits as many people as its quantifier
    says.

    Parameters
    ----------
    study
        A study.
    cells
        Its people.
    events
        Say also who was at the events of which not everybody is known; otherwise only where a total depends on it.
    """
    program = Program(study.id)
    people = program.variables(cells.room, np.where(cells.open, 0, cells.room))
    sets, row = np.unique(cells.of[cells.open], return_inverse=True)
    program.require_each(len(sets), [(row, people[cells.open], 1.0)], low=cells.sizes[sets], high=cells.sizes[sets])
    found = Assignment(program, people, {})
    needed = {event for rules, _ in _totals(study) for event in rules.get("event", ())}
    for v in np.flatnonzero(cells.unlisted):
        if events or study.prepared.events[v] in needed:
            _attend(study, cells, found, int(v))
    for rules, totals in _totals(study):
        who = _members(study, cells, found, rules)
        for attribute, value, n in totals:
            counted = np.array([values[attribute] == value for values in cells.values]) & (who >= 0)
            program.require([(who[counted], 1.0)], low=n, high=n)
    if cells.open.any():
        for kind in attributed(study).kinds:
            _enough(program, people[cells.fits[:, kind.attribution]], kind)
    return found


@remembered
def _totals(study: Study) -> list[tuple[Mapping[str, tuple[str, ...]], list[tuple[str, str, float]]]]:
    """Return for each population of which totals are published its rules, and each total: attribute, value, number."""
    known = study.margins[study.margins["attribute"].isin(study.participants.columns)]
    return [
        (
            study.settings.populations[str(name)],
            list(zip(at["attribute"], at["level"], at["n"].astype(float), strict=True)),
        )
        for name, at in known.groupby("population", sort=False, observed=True)
    ]


def _attend(study: Study, cells: Cells, found: Assignment, v: int) -> None:
    """Add how many of each cell were at an event of which not everybody is known."""
    name, heard = study.prepared.events[v], study.events["participants"].iloc[v]
    seated = cells.seats[:, v]
    there = found.there[name] = found.program.variables(cells.room)
    found.program.pairwise(there, found.people)
    found.program.pairwise(found.people[seated], there[seated])
    if not pd.isna(heard):
        most = float(min(heard, len(study.participants)))
        found.program.require([(there, 1.0)], low=0.0 if seated.any() else most, high=most)


def _members(study: Study, cells: Cells, found: Assignment, rules: Mapping[str, tuple[str, ...]]) -> NDArray[np.int64]:
    """Return the variables of the members of a population in each of N cells; -1 where nobody can be one."""
    events, fit = rules.get("event", ()), cells.fit(rules)
    open_ones = [found.there[event] for event in events if event in found.there]
    seated = cells.sat(study, events)
    if not events:
        who = found.people
    elif not open_ones:
        who = np.where(seated, found.people, -1)
    elif len(events) == 1:
        who = open_ones[0]
    else:
        who = found.program.variables(cells.room)
        found.program.pairwise(who, found.people)
        found.program.pairwise(found.people[seated], who[seated])
        for there in open_ones:
            found.program.pairwise(there, who)
        others = np.flatnonzero(~seated)
        each = np.arange(len(others))
        terms = [(each, who[others], 1.0), *((each, there[others], -1.0) for there in open_ones)]
        found.program.require_each(len(others), terms, high=0.0)
    return np.where(fit, who, -1)


def _enough(program: Program, candidates: NDArray[np.int64], kind: Kind) -> None:
    """Require that an excerpt's possible speakers can be as many as its quantifier says."""
    low, high = kind.low, kind.high
    least = 1 if low in ("majority", "all") else int(low)
    if high == "minority":  # fewer than half of them must still be `low`
        least = 2 * least + 1
        if low in ("majority", "all"):
            program.require([(candidates, 1.0)], high=-1.0)
    program.require([(candidates, 1.0)], low=float(least))
    if high.isdigit() and low in ("majority", "all"):
        program.require([(candidates, 1.0)], high=float(high) * 2 - 1 if low == "majority" else float(high))


def possible(study: Study, cells: Cells) -> NDArray[np.bool_]:
    """Return for each of N cells whether some completion puts anybody there.

    Raises
    ------
    Infeasible
        If totals and excerpts contradict one another.
    """
    some = np.ones(len(cells.of), dtype=bool)
    if cells.open.any():
        found = assign(study, cells)
        some[cells.open] = found.program.fillable(found.people[cells.open])
    return some


def counted_groups(
    study: Study, cells: Cells, grouping: Grouping, asked: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], list[int]]:
    """Return the group of each of N cells (-1: not counted), and the number of people in each group.

    Who is in which group need not be published; how many are in each must be. So if totals do not fix that for
    everybody, only those count of whom some total is published; and if they do not fix it for these either, only those
    whose own group is.

    Parameters
    ----------
    study, cells, grouping
        A study, its people, and a grouping.
    asked
        For each of N cells whether its people count at all; None: all do.

    Raises
    ------
    Infeasible
        If totals and excerpts contradict one another.
    """
    at = cells.groups(study, grouping)
    at = at if asked is None else np.where(asked, at, -1)
    certain = cells.certain(at)
    groups = range(len(grouping.levels))
    if not certain.all():
        totals = study.margins.loc[study.margins["attribute"] == grouping.column, "population"].unique()
        told = np.any([cells.fit(study.settings.populations[name]) for name in totals], axis=0) | certain
        found = assign(study, cells)
        for kept in (np.where(some, at, -1) for some in (np.ones_like(certain), told)):
            ends = [found.program.ends(found.people[kept == i]) for i in groups]
            if all(fewest == most for fewest, most in ends):
                return kept, [fewest for fewest, _ in ends]
    at = np.where(certain, at, -1)
    return at, [cells.people(at == i) for i in groups]


SILENT, RAISED, UNREAD = 0, 1, 2
"""What is known by name of a person and a code: nothing, that they raised it, that some of their words are uncoded."""


class Raising(NamedTuple):
    """The programme of one code.

    Parameters
    ----------
    program
        All that a completion has to satisfy.
    people, raised
        The variables of how many people are in each of N cells, and of how many of these raised the code.
    """

    program: Program
    people: NDArray[np.int64]
    raised: NDArray[np.int64]


def raising(
    study: Study, cells: Cells, state: NDArray[np.int64], coded: list[Kind], could: list[Kind] | None
) -> Raising:
    """Return the programme of who may have raised a code.

    Parameters
    ----------
    study, cells
        A study and its people.
    state
        For each of N cells what is known by name of its people and this code.
    coded
        The attributed excerpts with the code: each has as many speakers among its possible ones as its quantifier says.
    could
        Where coding is complete, all that have it or may have it: who raised the code is a speaker of one of them, or
        raised it by name. None: anybody may have raised it.
    """
    found = assign(study, cells)
    program, people = found.program, found.people
    raised = program.variables(cells.room)
    program.pairwise(raised, people)
    program.pairwise(people[state == RAISED], raised[state == RAISED])
    speakers: dict[tuple[int, str, str], NDArray[np.int64]] = {}
    for kind in [*coded, *(could or [])]:
        key = (kind.attribution, kind.low, kind.high)
        if key not in speakers:
            fit = cells.fits[:, kind.attribution]
            speakers[key] = program.variables(cells.room[fit])
            program.pairwise(speakers[key], raised[fit])
    read = {(kind.attribution, kind.low, kind.high) for kind in coded}
    for key, said in speakers.items():
        fit = cells.fits[:, key[0]]
        _speak(program, people[fit], cells.number(fit), said, key[1], key in read)
    if could is not None:
        known = [(kind, speakers[kind.attribution, kind.low, kind.high]) for kind in could]
        _nobody_else(program, cells, people, raised, state, known)
    return Raising(program, people, raised)


def _speak(
    program: Program, candidates: NDArray[np.int64], number: int | None, said: NDArray[np.int64], low: str, sure: bool
) -> None:
    """Require as many speakers as the quantifier says; where it is not sure that an excerpt has the code, or none.

    `number` is that of the candidates, if it is the same in every completion.
    """
    if not sure and low == "1":
        return  # none, or some: nothing is asked
    if number is not None and low in ("majority", "all"):
        low = str(number // 2 + 1 if low == "majority" else number)
    most = program.most_of(candidates)
    # what is asked, and by how much it fails where nobody spoke: a larger number would allow the same whole numbers
    # and more that are not whole, and these have to be branched away
    asked: tuple[list[Term], float, float] = {
        "majority": ([(said, 2.0), (candidates, -1.0)], 1.0, most + 1.0),
        "all": ([(said, 1.0), (candidates, -1.0)], 0.0, most),
    }.get(low) or ([(said, 1.0)], float(low), float(low))
    terms, least, short = asked
    if sure:
        program.require(terms, low=least)
        return
    has = program.variables(np.ones(1, dtype=np.int64))
    program.require([(said, 1.0), (has, -program.most_of(said))], high=0.0)
    program.require([*terms, (has, -short)], low=least - short)


def _nobody_else(
    program: Program, cells: Cells, people: NDArray[np.int64], raised: NDArray[np.int64], state: NDArray[np.int64],
    could: list[tuple[Kind, NDArray[np.int64]]],
) -> None:  # fmt: skip
    """Require that who raised the code did so by name or is a speaker of an excerpt, and that each has no more."""
    terms = [(np.arange(len(raised)), raised, 1.0)]
    for kind, said in could:
        fit = np.flatnonzero(cells.fits[:, kind.attribution])
        if kind.high == "minority":
            each = program.variables(np.array([len(cells.alike)]))
            if (number := cells.number(cells.fits[:, kind.attribution])) is None:
                program.require([(each, 2.0), (people[fit], -1.0)], high=-1.0)
            else:
                program.require([(each, 1.0)], high=float((number - 1) // 2))
            program.require([(said, 1.0), (each, -float(kind.copies))], high=0.0)
        elif kind.high != "all":
            program.require([(said, 1.0)], high=float(kind.high) * kind.copies)
        terms.append((fit, said, -1.0))
    program.require_each(len(raised), terms, high=np.where(state == SILENT, 0, cells.room))
