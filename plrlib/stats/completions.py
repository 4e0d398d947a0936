"""The smallest and largest number of people who raised a code, over all completions.

Letters: P people, E excerpts, C codes, L levels, N cells.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from plrlib.settings import Grouping
from plrlib.stats.assignments import Attributed, Voices, assign, attributed, counted_levels, possible
from plrlib.stats.cells import Cells, people_by_cell
from plrlib.stats.evidence import Evidence
from plrlib.stats.hearings import rows_of
from plrlib.study import Study

SILENT, RAISED, UNREAD = 0, 1, 2
"""What is known by name of a person and a code: nothing, that they raised it, that some of their words are uncoded."""


def count_people(study: Study, grouping: Grouping, found: Evidence) -> NDArray[np.int64]:
    """Return C × L × 4: n, lower, upper and excerpts, as `presence` defines them.

    Raises
    ------
    Infeasible
        If no completion satisfies every total and every quantifier.
    """
    everybody = people_by_cell(study, grouping)
    said = attributed(study)
    speaker = rows_of(study, study.excerpts["participant"])
    named = speaker >= 0
    unread = found.counts & ~found.seen
    counts = np.zeros((len(found.codes), len(grouping.levels), 4), dtype=np.int64)
    for column in np.unique(found.asked, axis=1).T:  # codes about which the same people were asked
        cells, was_asked, _ = everybody.split(column.astype(np.int64))
        at, sizes = counted_levels(study, cells, grouping, said, was_asked == 1)
        could_be = np.where((was_asked == 1) & possible(study, cells, said), cells.levels(study, grouping), -1)
        may_be = np.array([np.isin(cells.group, cells.of[could_be == i]) for i in range(len(sizes))])
        for c in np.flatnonzero((found.asked == column[:, None]).all(axis=0)):
            coded = np.zeros(len(study.excerpts), dtype=bool)
            coded[found.coded.indices[found.coded.indptr[c] : found.coded.indptr[c + 1]]] = True
            states = np.full(len(study.participants), SILENT)
            states[speaker[unread & named]] = UNREAD
            states[speaker[coded & named]] = RAISED
            part = _Part(study, cells, states, at, said)
            fewest = part.fewest(said.among(coded))
            most = part.most(said.among(coded | unread)) if study.settings.complete else None
            fits = cells.fits[:, said.whose[coded & ~named]]
            for level, n in enumerate(sizes):
                excerpts = may_be[level, speaker[coded & named]].sum() + fits[could_be == level].any(axis=0).sum()
                counts[c, level] = n, fewest(level), n if most is None else most(level), excerpts
    return counts


class _Part:
    """The people of a study by cell, as one code divides them, and the programmes that count them.

    `states` says of each of P people what is known by name of them and this code, `at` of each cell its level.
    """

    def __init__(
        self, study: Study, cells: Cells, states: NDArray[np.int64], at: NDArray[np.int64], said: Attributed
    ) -> None:
        self.study, self.said_at_all = study, said
        self.cells, self.state, old = cells.split(states)
        self.at = at[old]
        self.certain = bool(self.cells.certain(self.at).all())

    def fewest(self, coded: list[Voices]) -> Callable[[int], int]:
        """Return the function that gives the smallest number of people at a level who raised the code."""
        by_name = self.state == RAISED
        if self.certain and not coded:
            return lambda level: self.cells.people((self.at == level) & by_name)
        found = assign(self.study, self.cells, self.said_at_all)
        program, people = found.program, found.people
        raised = program.variables(self.cells.room)
        program.pairwise(people[by_name], raised[by_name])
        for voice in coded:
            fit = self.cells.fits[:, voice.attribution]
            said = program.variables(self.cells.room[fit])
            program.pairwise(said, people[fit])
            program.pairwise(said, raised[fit])
            if voice.low == "majority":
                program.require([(said, 2.0), (people[fit], -1.0)], low=1.0)
            elif voice.low == "all":
                program.require([(said, 1.0), (people[fit], -1.0)], low=0.0)
            else:
                program.require([(said, 1.0)], low=float(voice.low))
        return lambda level: program.least(raised[self.at == level])

    def most(self, coded: list[Voices]) -> Callable[[int], int]:
        """Return the function that gives the largest number of people at a level who raised the code."""
        if self.certain and not coded:
            return lambda level: self.cells.people((self.at == level) & (self.state != SILENT))
        found = assign(self.study, self.cells, self.said_at_all)
        program, people = found.program, found.people
        raised = program.variables(self.cells.room)
        program.pairwise(raised, people)
        told: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        for voice in coded:
            fit = np.flatnonzero(self.cells.fits[:, voice.attribution])
            said = program.variables(self.cells.room[fit])
            program.pairwise(said, people[fit])
            if voice.high == "minority":
                each = program.variables(np.array([len(self.cells.group)]))
                program.require([(each, 2.0), (people[fit], -1.0)], high=-1.0)
                program.require([(said, 1.0), (each, -float(voice.copies))], high=0.0)
            elif voice.high != "all":
                program.require([(said, 1.0)], high=float(voice.high) * voice.copies)
            told.append((fit, said))
        every = np.arange(len(raised))
        terms = [(every, raised, 1.0), *((fit, said, -1.0) for fit, said in told)]
        beyond = np.where(self.state == SILENT, 0, self.cells.room)
        program.require_each(len(raised), terms, high=beyond)
        return lambda level: program.most(raised[self.at == level])
