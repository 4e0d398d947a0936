"""The excerpts behind a count of people: who said them, as far as that is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.attribution import SEPARATOR, attribution
from plrlib.stats.evidence import Evidence, evidence
from plrlib.stats.hearings import rows_of
from plrlib.stats.people import known_level
from plrlib.study import Study


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
