"""How many people raised a code: exactly where everybody is named, between bounds where not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells, people_by_cell
from plrlib.stats.bounds.constraints import (
    RAISED,
    SILENT,
    UNREAD,
    Attributed,
    Voices,
    attributed,
    counted_levels,
    possible,
    raising,
)
from plrlib.stats.bounds.program import Infeasible
from plrlib.study.evidence import Evidence, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import known_level, rows_of
from plrlib.study.settings import Grouping
from plrlib.study.speakers import attributions

# To which levels an excerpt can be given at all.

OUTSIDE = "outside"
SEPARATOR = " or "


def attribution(study: Study, by: str) -> pd.DataFrame:
    """Return for each excerpt the levels at which whoever said it may be.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row an excerpt, in the study's order. Unit: excerpts.

        - excerpt;
        - heard: the levels somebody who may have said it can be at, parted by ` or `, in declared order; `outside`
          stands for people whom the grouping is not about, or who may be at none of its levels. Categorical;
        - about: whether somebody at one of the levels may have said it;
        - certain: whether all who may have are at one level, and the excerpt therefore evidence of it.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If totals and quantifiers cannot all be true.
    """
    grouping = study.grouping(by)
    cells = people_by_cell(study, grouping)
    level = cells.levels(study, grouping)
    try:
        there = possible(study, cells, attributed(study))
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    names = [*grouping.levels, OUTSIDE if OUTSIDE not in grouping.levels else f"{OUTSIDE} the grouping"]
    last = len(grouping.levels)
    level = np.where(level < 0, last, level)
    by_fit = [_levels(level[there & fit]) for fit in cells.fits.T]
    by_group = [_levels(level[there & (cells.of == g)]) for g in range(len(cells.sizes))]
    speaker = rows_of(study, study.excerpts["participant"])
    whose = attributions(study.excerpts, study.events).of
    heard = [by_group[cells.group[p]] if p >= 0 else by_fit[k] for p, k in zip(speaker, whose, strict=True)]
    sets = {(i,) for i in range(last + 1)} | set(heard)
    order = sorted(sets, key=lambda some: (some == (last,), len(some), some))
    called = {some: SEPARATOR.join(names[i] for i in some) for some in order}
    return pd.DataFrame(
        {
            "excerpt": study.excerpts["excerpt"],
            "heard": pd.Categorical([called[some] for some in heard], categories=list(called.values())),
            "about": [some != (last,) for some in heard],
            "certain": [len(some) == 1 and some != (last,) for some in heard],
        }
    )


def _levels(level: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(sorted(set(level.tolist())))


# The excerpts behind a count of people: who said them, as far as that is known.


@dataclass(frozen=True)
class Behind:
    """What lies behind the counts of `presence`.

    Parameters
    ----------
    study, by
        The study, and the grouping that people are counted by.
    found
        The excerpts that count.
    heard
        For each of E excerpts the levels at which whoever said it may be.
    level
        For each of P people the position of their level; -1: not known, or not compared.
    speaker
        For each of E excerpts the row of whoever said it; -1: nobody is named.
    """

    study: Study
    by: str
    found: Evidence
    heard: list[frozenset[str]]
    level: NDArray[np.int64]
    speaker: NDArray[np.int64]

    def coded(self, code: str) -> NDArray[np.int64]:
        """Return the rows of the excerpts that count for a code, in the study's order."""
        c = self.found.codes.index(code)
        columns = self.found.coded
        return np.sort(columns.indices[columns.indptr[c] : columns.indptr[c + 1]])

    def cell(self, code: str, key: str) -> list[str]:
        """Return the excerpts with a code that somebody at a level may have said."""
        return self._named([e for e in self.coded(code) if key in self.heard[e]])

    def people(self, code: str, key: str) -> list[str]:
        """Return those at a level who, by name, raised a code, in the study's order."""
        at = list(self.study.grouping(self.by).levels).index(key)
        c = self.found.codes.index(code)
        rows = np.unique(self.speaker[self.coded(code)])
        there = [p for p in rows if p >= 0 and self.level[p] == at and self.found.asked[p, c]]
        return list(self.study.participants["participant"].iloc[there].astype(str))

    def at(self, key: str) -> list[str]:
        """Return those who are known to be at a level, in the study's order."""
        at = list(self.study.grouping(self.by).levels).index(key)
        return list(self.study.participants["participant"].astype(str)[self.level == at])

    def mark(self, code: str, key: str, number: int) -> list[str]:
        """Return the excerpts behind one person of a cell: theirs, where it is known who it is.

        Those who raised the code come first. None lie behind somebody who did not; the caller knows those.
        """
        known = self.people(code, key)
        if number >= len(known):
            return self.cell(code, key)
        who = self.study.participants["participant"].tolist().index(known[number])
        return self._named([e for e in self.coded(code) if self.speaker[e] == who])

    def _named(self, rows: list[Any]) -> list[str]:
        return self.study.excerpts["excerpt"].astype(str).iloc[rows].tolist()


def behind(study: Study, by: str, level: str = "theme", stance: str | None = None, coder: str | None = None) -> Behind:
    """Return what lies behind the counts of `presence`, called with the same arguments; raises as it does."""
    heard = attribution(study, by)["heard"].astype(str)
    return Behind(
        study, by, evidence(study, level, stance, coder, "first"),
        [frozenset(levels.split(SEPARATOR)) for levels in heard], known_level(study, study.grouping(by)),
        rows_of(study, study.excerpts["participant"]),
    )  # fmt: skip


# The smallest and largest number of people who raised a code, over all completions.


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


# How many people raised a code: exactly where everybody is named, between bounds where not.


def presence(
    study: Study,
    by: str,
    level: str = "theme",
    stance: str | None = None,
    coder: str | None = None,
    hearing: str = "first",
) -> pd.DataFrame:
    """Count, of the people at each level, those who raised each code.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.
    level
        `theme`: a code counts for the theme above it. `code`: each code counts for itself. The name of a column of the
        codebook: a code counts for the value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    stance
        Only excerpts to which the study's stance coder gave this stance: supports, qualifies, opposes or context.
    coder
        Whose codings; None: the study's reference coder.
    hearing
        `first`: only what people said when they were first heard. `all`: every hearing.

    Returns
    -------
    DataFrame
        One row a code and level, also where nobody raised it. Unit: people.

        - grouping, level, code: categorical, levels and codes in declared order;
        - n: the people at that level who were asked. People whose level is not published count where published totals
          fix how many are at each level, and are left out otherwise;
        - lower, upper: the smallest and the largest number of the n who raised it, over all completions: every way of
          saying who is at which level and who raised what that satisfies every excerpt's candidates and quantifier and
          every published total. Where coding is not complete upper is n: a code not found may still have been raised;
        - excerpts: the excerpts with that code that somebody at that level may have said.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study, if a stance is asked for that is blank, or if totals and quantifiers
        cannot all be true.

    Notes
    -----
    A quantifier's upper end limits its excerpt, not the code. The bounds are integer programmes over counts of people
    by cell (where they sat × what they are), solved exactly: by linear programmes (HiGHS, through `scipy.optimize`),
    and by branching where these have no whole numbers.
    """
    grouping = study.grouping(by)
    found = evidence(study, level, stance, coder, hearing)
    try:
        counts = count_people(study, grouping, found)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    rows = [
        (grouping.name, key, code, *counts[c, position])
        for c, code in enumerate(found.codes)
        for position, key in enumerate(grouping.levels)
    ]
    frame = pd.DataFrame(rows, columns=["grouping", "level", "code", "n", "lower", "upper", "excerpts"])
    frame["level"] = pd.Categorical(frame["level"], categories=list(grouping.levels))
    frame["code"] = pd.Categorical(frame["code"], categories=found.codes)
    return frame
