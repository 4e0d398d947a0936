"""The smallest and largest number of people who raised a code, over all completions.

Letters: P people, E excerpts, C codes, L levels, N cells.
"""

import numpy as np
from numpy.typing import NDArray

from plrlib.settings import Grouping
from plrlib.stats.assignments import Attributed, Voices, attributed, counted_levels, possible
from plrlib.stats.cells import Cells, people_by_cell
from plrlib.stats.evidence import Evidence
from plrlib.stats.hearings import rows_of
from plrlib.stats.raising import RAISED, SILENT, UNREAD, raising
from plrlib.study import Study


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
    counts = np.zeros((len(found.codes), len(grouping.levels), 4), dtype=np.int64)
    for column in np.unique(found.asked, axis=1).T:  # codes about which the same people were asked
        cells, was_asked, _ = everybody.split(column.astype(np.int64))
        at, sizes = counted_levels(study, cells, grouping, said, was_asked == 1)
        could_be = np.where((was_asked == 1) & possible(study, cells, said), cells.levels(study, grouping), -1)
        may_be = np.array([np.isin(cells.group, cells.of[could_be == i]) for i in range(len(sizes))])
        for c in np.flatnonzero((found.asked == column[:, None]).all(axis=0)):
            known, coded, unread = states(study, found, int(c))
            could = said.among(coded | unread) if study.settings.complete else None
            bounds = _Bounds(study, cells, known, at, said, said.among(coded), could)
            fits = cells.fits[:, said.whose[coded & ~named]]
            for level, n in enumerate(sizes):
                excerpts = may_be[level, speaker[coded & named]].sum() + fits[could_be == level].any(axis=0).sum()
                most = bounds.most(level) if study.settings.complete else n
                counts[c, level] = n, bounds.least(level), most, excerpts
    return counts


def states(study: Study, found: Evidence, c: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what is known by name of each of P people and a code.

    Then, for each of E excerpts, whether it has the code, and whether it counts and nobody has coded it.
    """
    coded = np.zeros(len(study.excerpts), dtype=bool)
    coded[found.coded.indices[found.coded.indptr[c] : found.coded.indptr[c + 1]]] = True
    speaker = rows_of(study, study.excerpts["participant"])
    unread = found.counts & ~found.seen
    known = np.full(len(study.participants), SILENT)
    known[speaker[unread & (speaker >= 0)]] = UNREAD
    known[speaker[coded & (speaker >= 0)]] = RAISED
    return known, coded, unread


class _Bounds:
    """The smallest and largest number of people at a level who raised one code.

    `known` says of each of P people what is known by name of them and this code, `at` of each cell its level.
    """

    def __init__(
        self,
        study: Study,
        cells: Cells,
        known: NDArray[np.int64],
        at: NDArray[np.int64],
        said: Attributed,
        coded: list[Voices],
        could: list[Voices] | None,
    ) -> None:
        self.cells, self.state, old = cells.split(known)
        self.at = at[old]
        self.raising = None
        if coded or could or not self.cells.certain(self.at).all():
            self.raising = raising(study, self.cells, self.state, said, coded, could)

    def least(self, level: int) -> int:
        if self.raising is None:
            return self.cells.people((self.at == level) & (self.state == RAISED))
        return self.raising.program.least(self.raising.raised[self.at == level])

    def most(self, level: int) -> int:
        if self.raising is None:
            return self.cells.people((self.at == level) & (self.state != SILENT))
        return self.raising.program.most(self.raising.raised[self.at == level])
