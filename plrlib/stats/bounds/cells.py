"""People as counts by cell: who is alike in all that is known, and every group each could be in.

Letters: P people, K attributions, V events, N cells. A cell is a set of people who are alike in where they were, in
what is published of them, and in the value that a completion gives to what is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.settings import Grouping
from plrlib.study.speakers import ATTRIBUTES

_UNSAID = ""


@dataclass(frozen=True)
class Cells:
    """The people of a study by cell.

    Parameters
    ----------
    alike
        For each of P people the number of the set of alike people they are in.
    of
        For each of N cells its set; the people of a set are spread over its cells.
    values
        For each of N cells the value of every attribute that counts; blank: none of those declared.
    block
        For each of N cells the block of its people, within which groups may change places.
    seats
        N × V: where the people of a cell are known to have been.
    unlisted
        For each of V events whether somebody may have been there of whom nothing says so.
    fits
        N × K: whether the people of a cell are possible speakers of an attribution.
    counted
        For each of N cells whether its people count: they were heard, and are not excluded.
    """

    alike: NDArray[np.int64]
    of: NDArray[np.int64]
    values: list[dict[str, str]]
    block: NDArray[np.int64]
    seats: NDArray[np.bool_]
    unlisted: NDArray[np.bool_]
    fits: NDArray[np.bool_]
    counted: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of people in each set."""
        return np.bincount(self.alike, minlength=int(self.of.max(initial=-1)) + 1).astype(np.int64)

    @property
    def room(self) -> NDArray[np.int64]:
        """The most people that each of N cells can hold: all of its set."""
        return self.sizes[self.of]

    @property
    def open(self) -> NDArray[np.bool_]:
        """Whether each of N cells is one of several that its people may be in."""
        return np.bincount(self.of)[self.of] > 1

    def people(self, here: NDArray[np.bool_]) -> int:
        """Return the number of people in the sets of some cells."""
        return int(self.sizes[np.unique(self.of[here])].sum())

    def number(self, here: NDArray[np.bool_]) -> int | None:
        """Return the number of people in some cells, if these are all cells of their sets; None: that may differ."""
        whole = np.isin(self.of, self.of[here]).sum() == here.sum()
        return self.people(here) if whole else None

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
        pairs = np.column_stack([self.alike, states])
        sets, new = np.unique(pairs, axis=0, return_inverse=True)
        parts = [np.flatnonzero(self.of == one) for one in sets[:, 0]]
        old = np.concatenate(parts).astype(np.int64)
        of = np.repeat(np.arange(len(sets)), [len(part) for part in parts]).astype(np.int64)
        values = [self.values[i] for i in old]
        alike = new.reshape(-1).astype(np.int64)
        arrays = (some[old] for some in (self.fits, self.counted))
        cells = Cells(alike, of, values, self.block[old], self.seats[old], self.unlisted, *arrays)
        return cells, sets[of, 1].astype(np.int64), old

    def fit(self, rules: Mapping[str, tuple[str, ...]]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people fit the rules of a population, events left aside."""
        kept = {a: allowed for a, allowed in rules.items() if a != "event"}
        fit = [all(v.get(a, _UNSAID) in allowed for a, allowed in kept.items()) for v in self.values]
        return np.array(fit, dtype=bool)

    def sat(self, study: Study, events: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people are known to have been at one of some events."""
        return np.asarray(self.seats[:, np.isin(study.prepared.events, list(events))].any(axis=1), dtype=bool)

    def groups(self, study: Study, grouping: Grouping) -> NDArray[np.int64]:
        """Return for each of N cells the position of its group; -1: in none, outside its population, or not counted."""
        rules = study.settings.populations.get(grouping.population, {})
        inside = self.counted & self.fit(rules) & (self.sat(study, rules["event"]) if "event" in rules else True)
        positions = {key: i for i, key in enumerate(grouping.levels)}
        at = [positions.get(values[grouping.column], -1) if grouping.column else 0 for values in self.values]
        return np.where(inside, np.array(at, dtype=np.int64), -1)

    def certain(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each of N cells whether its people are in one group for certain, given the group of each cell."""
        same = np.ones(len(self.sizes), dtype=bool)
        same[self.of[at != at[np.unique(self.of, return_index=True)[1]][self.of]]] = False
        return same[self.of]


@remembered
def people_by_cell(study: Study, grouping: Grouping) -> Cells:
    """Return the people of a study by cell; the grouping's column is among the attributes that count."""
    prepared, people = study.prepared, study.participants
    found = prepared.attributions
    totals = [str(attribute) for attribute in study.margins["attribute"].unique()]
    ruled = [attribute for rules in study.settings.populations.values() for attribute in rules]
    # the columns of participants that decide groups, populations, totals and possible speakers
    counted = [a for a in dict.fromkeys((*ATTRIBUTES, grouping.column, *totals, *ruled)) if a in people]
    values = people[counted].astype("object").where(people[counted].notna(), _UNSAID)
    block, sits = prepared.block, found.sits(prepared.listed)
    key = pd.DataFrame({**{a: values[a].to_numpy() for a in counted}, "block": block, "counted": prepared.counted})
    for name, matrix in (("seats", prepared.attended), ("sits", sits)):
        key[name] = [row.tobytes() for row in np.ascontiguousarray(matrix)]
    alike = key.groupby(list(key.columns), sort=False).ngroup().to_numpy().astype(np.int64)
    one_of_each = np.unique(alike, return_index=True)[1]
    domains = {a: _domain(study, a) for a in counted}
    deciding = {*totals, *ruled, *(a for a in ATTRIBUTES if study.excerpts[a].notna().any())}
    about = study.settings.populations.get(grouping.population, {})
    of: list[int] = []
    cells: list[dict[str, str]] = []
    for number, person in enumerate(one_of_each):
        known = {a: str(v) for a, v in values.iloc[person].items()}
        possibly = all(known.get(a, _UNSAID) in ("", *allowed) for a, allowed in about.items())
        matters = deciding | ({grouping.column} if possibly else set())
        hidden = [a for a in counted if known[a] == _UNSAID and a in matters]
        for choice in product(*(domains[a] for a in hidden)):
            of.append(number)
            cells.append({**known, **dict(zip(hidden, choice, strict=True))})
    whose = one_of_each[of]
    fits = sits[whose]
    for attribute in ATTRIBUTES:
        for value in {cell[attribute] for cell in cells}:
            at = np.array([cell[attribute] == value for cell in cells])
            fits[at] &= found.fits(attribute, value)[None, :]
    seats = prepared.attended[whose]
    counts = prepared.counted[whose]
    return Cells(alike, np.array(of, dtype=np.int64), cells, block[whose], seats, prepared.not_all_known, fits, counts)


def _domain(study: Study, attribute: str) -> list[str]:
    """Return the values that an attribute may have where it is not published; the last is none of those declared."""
    levels = [str(v) for v in study.margins.loc[study.margins["attribute"] == attribute, "level"].unique()]
    levels += study.settings.levels(attribute)
    levels += [str(v) for v in study.participants[attribute].dropna().unique()]
    return [*dict.fromkeys(levels), _UNSAID]
