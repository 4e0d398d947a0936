"""Where people are, by block and level: every way to divide them that some completion has.

Letters: B blocks, L levels, N cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.program import Program
from plrlib.study.load import Study
from plrlib.study.prepared import attended, block, listed, not_all_known
from plrlib.study.settings import Grouping
from plrlib.study.speakers import ATTRIBUTES, attributions

# People as counts by cell: who is alike in all that is known, and every level each could be at.

_UNSAID = ""


@dataclass(frozen=True)
class Cells:
    """The people of a study by cell.

    Parameters
    ----------
    group
        For each of P people the number of the group of alike people they are in.
    of
        For each of N cells its group; the people of a group are spread over its cells.
    values
        For each of N cells the value of every attribute that counts; blank: none of those declared.
    block
        For each of N cells the position of the focus group where its people were first heard; -1: heard only alone.
    seats
        N × V: where the people of a cell are known to have been heard.
    unlisted
        For each of V events whether somebody may have been heard there of whom nothing says so.
    fits
        N × K: whether the people of a cell are candidates of an attribution.
    """

    group: NDArray[np.int64]
    of: NDArray[np.int64]
    values: list[dict[str, str]]
    block: NDArray[np.int64]
    seats: NDArray[np.bool_]
    unlisted: NDArray[np.bool_]
    fits: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of people in each group."""
        return np.bincount(self.group, minlength=int(self.of.max(initial=-1)) + 1).astype(np.int64)

    @property
    def room(self) -> NDArray[np.int64]:
        """The most people that each of N cells can hold: all of its group."""
        return self.sizes[self.of]

    @property
    def open(self) -> NDArray[np.bool_]:
        """Whether each of N cells is one of several that its people may be in."""
        return np.bincount(self.of)[self.of] > 1

    def people(self, here: NDArray[np.bool_]) -> int:
        """Return the number of people in the groups of some cells."""
        return int(self.sizes[np.unique(self.of[here])].sum())

    def split(self, states: NDArray[np.int64]) -> tuple["Cells", NDArray[np.int64], NDArray[np.int64]]:
        """Keep people in different states apart; `states` gives a whole number for each of P people.

        Returns
        -------
        cells
            The new cells.
        state
            The state of the people in each of them.
        old
            For each of them the number of the cell it comes from.
        """
        pairs = np.column_stack([self.group, states])
        groups, new = np.unique(pairs, axis=0, return_inverse=True)
        parts = [np.flatnonzero(self.of == g) for g in groups[:, 0]]
        old = np.concatenate(parts).astype(np.int64)
        of = np.repeat(np.arange(len(groups)), [len(p) for p in parts]).astype(np.int64)
        group = new.reshape(-1).astype(np.int64)
        values = [self.values[i] for i in old]
        cells = Cells(group, of, values, self.block[old], self.seats[old], self.unlisted, self.fits[old])
        return cells, groups[of, 1].astype(np.int64), old

    def fit(self, rules: Mapping[str, tuple[str, ...]]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people fit the rules of a population, events left aside."""
        kept = {a: allowed for a, allowed in rules.items() if a != "event"}
        fit = [all(v.get(a, _UNSAID) in allowed for a, allowed in kept.items()) for v in self.values]
        return np.array(fit, dtype=bool)

    def sat(self, study: Study, events: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people are known to have been heard at one of some events."""
        return np.asarray(self.seats[:, np.isin(list(study.events["event"]), list(events))].any(axis=1), dtype=bool)

    def levels(self, study: Study, grouping: Grouping) -> NDArray[np.int64]:
        """Return for each of N cells the position of its level; -1: at none, or outside the grouping's population."""
        rules = study.settings.populations.get(grouping.population, {})
        inside = self.fit(rules) & (self.sat(study, rules["event"]) if "event" in rules else True)
        positions = {key: i for i, key in enumerate(grouping.levels)}
        at = np.array([positions.get(values[grouping.column], -1) for values in self.values], dtype=np.int64)
        return np.where(inside, at, -1)

    def certain(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people are at one level for certain, given the level of each cell."""
        same = np.ones(len(self.sizes), dtype=bool)
        same[self.of[at != at[np.unique(self.of, return_index=True)[1]][self.of]]] = False
        return same[self.of]


def people_by_cell(study: Study, grouping: Grouping) -> Cells:
    """Return the people of a study by cell; the grouping's column is among the attributes that count."""
    people = study.participants
    found = attributions(study.excerpts, study.events)
    counted = _attributes(study, grouping)
    values = people[counted].astype("object").where(people[counted].notna(), _UNSAID)
    seats, start, sits = attended(study), block(study), found.sits(listed(study))
    key = pd.DataFrame({**{a: values[a].to_numpy() for a in counted}, "block": start})
    for name, matrix in (("seats", seats), ("sits", sits)):
        key[name] = [row.tobytes() for row in np.ascontiguousarray(matrix)]
    group = key.groupby(list(key.columns), sort=False).ngroup().to_numpy().astype(np.int64)
    one_of_each = np.unique(group, return_index=True)[1]
    domains = {a: _domain(study, a) for a in counted}
    about = study.settings.populations.get(grouping.population, {})
    of: list[int] = []
    cells: list[dict[str, str]] = []
    for g, person in enumerate(one_of_each):
        known = {a: str(v) for a, v in values.iloc[person].items()}
        matters = {a for a in counted if _decides(study, a)}
        if all(known.get(a, _UNSAID) in ("", *allowed) for a, allowed in about.items()):
            matters.add(grouping.column)
        hidden = [a for a in counted if known[a] == _UNSAID and a in matters]
        for choice in product(*(domains[a] for a in hidden)):
            of.append(g)
            cells.append({**known, **dict(zip(hidden, choice, strict=True))})
    whose = one_of_each[of]
    fits = sits[whose]
    for attribute in ATTRIBUTES:
        for value in {cell[attribute] for cell in cells}:
            at = np.array([cell[attribute] == value for cell in cells])
            fits[at] &= found.fits(attribute, value)[None, :]
    return Cells(group, np.array(of, dtype=np.int64), cells, start[whose], seats[whose], not_all_known(study), fits)


def _attributes(study: Study, grouping: Grouping) -> list[str]:
    """Return the columns of participants that decide levels, populations, totals and attributions."""
    used = [*ATTRIBUTES, grouping.column, *(str(a) for a in study.margins["attribute"].unique())]
    used += [a for rules in study.settings.populations.values() for a in rules]
    return [a for a in dict.fromkeys(used) if a in study.participants]


def _decides(study: Study, attribute: str) -> bool:
    """Tell whether an attribute decides who is a candidate, in a population, or counted in a total."""
    in_excerpts = attribute in ATTRIBUTES and bool(study.excerpts[attribute].notna().any())
    in_rules = any(attribute in rules for rules in study.settings.populations.values())
    return in_excerpts or in_rules or attribute in set(study.margins["attribute"])


def _domain(study: Study, attribute: str) -> list[str]:
    """Return the values that an attribute may have where it is not published; the last is none of those declared."""
    levels = [str(v) for v in study.margins.loc[study.margins["attribute"] == attribute, "level"].unique()]
    levels += study.settings.levels(attribute)
    levels += [str(v) for v in study.participants[attribute].dropna().unique()]
    return [*dict.fromkeys(levels), _UNSAID]


# Where people are, by block and level: every way to divide them that some completion has.

MOST_COUNTS = 20_000
"""So many ways to divide people, or those of them who raised a code, over blocks are looked at."""


@dataclass(frozen=True)
class Spread:
    """Where the people of N cells are.

    Parameters
    ----------
    level
        For each of N cells its level; -1: not compared.
    block
        For each of N cells its block.
    alone
        The blocks whose people were heard one by one.
    sizes
        The number of people at each of L levels.
    """

    level: NDArray[np.int64]
    block: NDArray[np.int64]
    alone: frozenset[int]
    sizes: list[int]

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """The B blocks that hold anybody who is compared, in ascending order."""
        return np.unique(self.block[self.level >= 0])

    def divisions(self, program: Program, people: NDArray[np.int64]) -> list[NDArray[np.int64]] | None:
        """Return every division over blocks and levels that a programme allows, each B × L; None: too many.

        `people` are the variables of how many people are in each of N cells.
        """
        ends = [program.ends(some) for row in self._cells(people) for some in row]
        if prod(high - low + 1 for low, high in ends) > MOST_COUNTS:
            return None
        every = product(*(range(low, high + 1) for low, high in ends))
        found = (np.array(counts, dtype=np.int64).reshape(len(self.blocks), -1) for counts in every)
        fit = [sizes for sizes in found if (sizes.sum(axis=0) == self.sizes).all()]
        return [sizes for sizes in fit if program.allows(self._sums(people, sizes))]

    def divided(self, program: Program, people: NDArray[np.int64], sizes: NDArray[np.int64]) -> Program:
        """Return a programme in which people are divided so."""
        other = program.copy()
        for some, n in self._sums(people, sizes):
            other.require([(some, 1.0)], low=float(n), high=float(n))
        return other

    def _cells(self, variables: NDArray[np.int64]) -> list[list[NDArray[np.int64]]]:
        levels = range(len(self.sizes))
        return [[variables[(self.block == b) & (self.level == i)] for i in levels] for b in self.blocks]

    def _sums(self, people: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], int]]:
        pairs = zip(self._cells(people), sizes.tolist(), strict=True)
        return [(some, n) for row, ns in pairs for some, n in zip(row, ns, strict=True)]
