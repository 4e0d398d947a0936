"""What an exact test says, and the p-value of each outcome of a null distribution.

Letters: C codes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TIE = 1e-7
"""Outcomes whose probabilities differ by less than this, relatively, are equally probable, as in R's fisher.test."""


@dataclass(frozen=True)
class Answer:
    """What an exact test says of C codes.

    Parameters
    ----------
    p
        For each of C codes the two-sided p-value of what was observed; 1 where the margins allow one outcome only.
    p_min
        For each of C codes the smallest p-value that its margins allow.
    null
        For each of C codes the probability of every outcome if levels make no difference.
    seen
        For each of C codes the place of the observed outcome in `null`.
    exact
        Whether every outcome was enumerated; otherwise p rests on a seeded sample.
    """

    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    null: list[NDArray[np.float64]]
    seen: NDArray[np.int64]
    exact: bool = True


def p_values(null: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every outcome of a null distribution its two-sided p-value."""
    order = np.argsort(null, kind="stable")
    ascending = null[order]
    upto = np.searchsorted(ascending, ascending * (1 + TIE), side="right")
    p = np.empty(len(null))
    p[order] = np.minimum(np.cumsum(ascending)[upto - 1], 1.0)
    return p
