"""Adjust p for all codes of a family: step-down minP over the same permutations, and Tarone's share of alpha.

Letters: C codes, A permutations.
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

TIE = 1e-9
"""p-values closer than this, relatively, are equal: only rounding has made them differ."""
Under = Callable[[NDArray[np.int64]], Iterable[NDArray[np.float64]]]
"""Gives, for the positions of some codes, the p of each under all A permutations, one code after another."""


def step_down(p: NDArray[np.float64], under: Under, sampled: bool = False) -> NDArray[np.float64]:
    """Step-down minP: p adjusted for all codes of a family, whatever their dependence.

    Codes are taken from the smallest p up. For each, the adjusted p is the share of permutations in which this code, or
    one with a larger p, gets a p as small as this or smaller; it is never smaller than that of the code before.

    Parameters
    ----------
    p
        For each of C codes the p observed.
    under
        Gives the p of codes under each permutation, the same permutations for all.
    sampled
        Whether the permutations are a sample; then b of m give (b + 1) / (m + 1).

    Returns
    -------
    array
        For each of C codes the adjusted p, at least p.

    Notes
    -----
    [westfall1993]_, algorithm 2.8. The chance of any false finding is at most alpha whatever codes do differ.
    """
    order = np.argsort(p, kind="stable")
    share = np.empty(len(p))
    # From the largest p down, so that one number a permutation is kept, the smallest p so far, and not one a code.
    least: NDArray[np.float64] | None = None
    for c, column in zip(order[::-1].tolist(), under(order[::-1]), strict=True):
        least = column.copy() if least is None else np.minimum(least, column, out=least)
        extreme = np.count_nonzero(least <= p[c] * (1 + TIE))
        share[c] = (extreme + 1) / (len(least) + 1) if sampled else extreme / len(least)
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.maximum(share, p)[order])
    return np.minimum(adjusted, 1.0)


def tarone(p_min: NDArray[np.float64], alpha: float) -> int:
    """Return Tarone's K: for how many codes alpha has to be shared, since only these could show at that share.

    It is the smallest K such that no more than K codes could reach a p of alpha / K.

    Parameters
    ----------
    p_min
        For each of C codes the smallest p that its margins allow.
    alpha
        The familywise alpha.

    Notes
    -----
    [tarone1990]_.
    """
    k = 1
    while (p_min <= alpha / k * (1 + TIE)).sum() > k:
        k += 1
    return k
