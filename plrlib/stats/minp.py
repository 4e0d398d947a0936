"""Allow for many codes being compared at once: step-down minP over the same exchanges, and what could show at all.

Letters: C codes, A exchanges.
"""

import numpy as np
from numpy.typing import NDArray

_TIE = 1e-9


def step_down(p_of: NDArray[np.float64], p: NDArray[np.float64], sampled: bool = False) -> NDArray[np.float64]:
    """Return the p-values adjusted for all codes of a family.

    Codes are taken from the smallest p up. For each, the adjusted p is the share of exchanges in which this code, or
    one with a larger p, gets a p as small as this or smaller; it is never smaller than that of the code before.

    Parameters
    ----------
    p_of
        A × C: the p-value of each code under each exchange, one exchange for all codes.
    p
        For each of C codes the p-value observed.
    sampled
        Whether the exchanges are a sample; then b of m give (b + 1) / (m + 1).

    Returns
    -------
    array
        For each of C codes the adjusted p-value, at least p.

    Notes
    -----
    Westfall & Young 1993, algorithm 2.8. The chance of any false finding is kept at alpha whatever codes do differ.
    """
    adjusted = np.empty(len(p))
    if not len(p):
        return adjusted
    order = np.argsort(p, kind="stable")
    least = np.minimum.accumulate(p_of[:, order[::-1]], axis=1)[:, ::-1]
    extreme = (least <= p[order] * (1 + _TIE)).sum(axis=0)
    share = (extreme + 1) / (len(p_of) + 1) if sampled else extreme / len(p_of)
    adjusted[order] = np.maximum.accumulate(np.maximum(share, p[order]))
    return np.minimum(adjusted, 1.0)


def tarone(p_min: NDArray[np.float64], alpha: float) -> int:
    """Return for how many codes alpha has to be shared: only those that could show at that share.

    The smallest K such that no more than K codes could reach a p of alpha / K, given the smallest p that the margins of
    each allow.

    Notes
    -----
    Tarone 1990.
    """
    k = 1
    while (p_min <= alpha / k * (1 + _TIE)).sum() > k:
        k += 1
    return k
