"""Who raised what, person by person, and which blocks of people can be exchanged.

Letters: P people, C codes, V events, L levels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.evidence import Evidence
from plrlib.stats.hearings import NOT_KNOWN, block, rows_of
from plrlib.study import Study


@dataclass(frozen=True)
class Named:
    """People, with what is known by name of each.

    Parameters
    ----------
    level
        For each of P people the position of the level; -1: not compared.
    block
        For each of P people the number of the block within which people are exchanged: the focus group where they were
        first heard; for those heard only alone one block for all who were asked the same.
    alone
        For each of P people whether they were heard only alone.
    asked
        P × C: whether a person was asked about a code.
    raised
        P × C: whether a person, by name, raised it.
    """

    level: NDArray[np.int64]
    block: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    raised: NDArray[np.bool_]

    def only(self, who: NDArray[np.bool_]) -> "Named":
        """Return some of the P people."""
        return Named(self.level[who], self.block[who], self.alone[who], self.asked[who], self.raised[who])

    def about(self, codes: NDArray[np.bool_]) -> "Named":
        """Return all people, with some of the C codes."""
        return Named(self.level, self.block, self.alone, self.asked[:, codes], self.raised[:, codes])


def named(study: Study, found: Evidence, level: NDArray[np.int64]) -> Named:
    """Return what is known by name of each of P people; `level` is the position of the level of each."""
    speaker = rows_of(study, study.excerpts["participant"])
    rows, codes = found.coded.nonzero()
    by_name = speaker[rows] >= 0
    raised = np.zeros((len(study.participants), len(found.codes)), dtype=bool)
    raised[speaker[rows[by_name]], codes[by_name]] = True
    where = block(study)
    alone = where == NOT_KNOWN
    _, topics = np.unique(found.asked, axis=0, return_inverse=True)
    where = np.where(alone, len(study.events) + topics.reshape(-1), where)
    return Named(level, where.astype(np.int64), alone, found.asked, raised & found.asked)
