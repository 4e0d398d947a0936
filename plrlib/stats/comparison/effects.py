"""The common odds ratio of two levels over blocks, and the interval that goes with the exact test.

Arrays only. Unit: people. Letters: C codes, B blocks, T outcomes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from plrlib.stats.comparison.exact import TIE, log_choose

# How large a difference between levels is, over the blocks that are compared.


def difference(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes the difference of proportions, first level less second, weighted over the blocks.

    Each block's difference weighs n1 × n2 / (n1 + n2); nan where no block holds both levels.

    Parameters
    ----------
    raised, sizes
        C × B × 2: how many people of each level in each block raised each code, and how many were asked.

    Notes
    -----
    Mantel & Haenszel's weights, as Greenland & Robins 1985 use them for differences.
    """
    first, second = sizes[..., 0].astype(float), sizes[..., 1].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where((first > 0) & (second > 0), first * second / (first + second), 0.0)
        away = np.where(weight > 0, raised[..., 0] / first - raised[..., 1] / second, 0.0)
        return np.asarray((weight * away).sum(axis=-1) / weight.sum(axis=-1))


def cramers_v(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes Cramér's V of level by raised or not; nan where everybody, or nobody, raised it.

    Parameters
    ----------
    raised, sizes
        C × L: how many people of each level raised each code, and how many were asked.
    """
    n = sizes.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (raised.sum(axis=1) / n)[:, None]
        chi2 = np.where(sizes > 0, (raised - sizes * share) ** 2 / (sizes * share * (1 - share)), 0.0).sum(axis=1)
        return np.asarray(np.sqrt(chi2 / n))


# Newcombe's interval for a difference of two proportions: a description of one pair, never a verdict.


def newcombe(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, alpha: float = 0.05
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits of k1/n1 − k2/n2 by squaring and adding Wilson's limits, without continuity correction.

    Parameters
    ----------
    k1, n1, k2, n2
        Whole numbers of any shapes that broadcast together: of n1 people k1 raised it, and of n2 people k2. Unit:
        people.
    alpha
        One minus the level of the interval.

    Returns
    -------
    low, high
        Arrays of the broadcast shape, between −1 and 1; missing (nan) where n1 or n2 is 0.

    Raises
    ------
    ValueError
        If a count is below 0 or above its n, or alpha is not between 0 and 1.

    Notes
    -----
    Method 10 of Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17, 873–890. It approximates, and it knows no rooms: it
    describes one pair of groups and is not what a verdict rests on.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    a, m, b, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (k1, n1, k2, n2)))
    if ((a < 0) | (a > m) | (b < 0) | (b > n)).any():
        raise ValueError("a count lies between 0 and the number of people it is out of")
    z = float(ndtri(1 - alpha / 2))
    share1, low1, high1 = _wilson(a, m, z)
    share2, low2, high2 = _wilson(b, n, z)
    gap = share1 - share2
    low = gap - np.hypot(share1 - low1, high2 - share2)
    high = gap + np.hypot(high1 - share1, share2 - low2)
    return low, high


def _wilson(
    k: NDArray[np.float64], n: NDArray[np.float64], z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the share k/n with the limits of Wilson's score interval; missing where n is 0."""
    n = np.where(n > 0, n, np.nan)
    share = k / n
    middle = (k + z * z / 2) / (n + z * z)
    half = z * np.sqrt(n * share * (1 - share) + z * z / 4) / (n + z * z)
    # At the edges the limit is the edge itself; rounding must not put it beyond.
    return share, np.where(k == 0, 0.0, middle - half), np.where(k == n, 1.0, middle + half)


# The common odds ratio of two levels over blocks, and the interval that goes with the exact test.

_FAR = 1e4  # no log odds is sought beyond


def odds_ratio(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes the common odds ratio of the first level against the second.

    The conditional maximum-likelihood estimate, given how many of each block raised the code: the odds ratio under
    which the expected number of the first level who raised it is the one observed.

    Parameters
    ----------
    raised
        C × B × 2: how many people of each level raised each code in each block.
    sizes
        B × 2: how many people of each level each block holds.

    Returns
    -------
    array
        0 or infinity where as few, or as many, of the first level raised it as could; nan where the margins allow one
        outcome only.

    Notes
    -----
    As R's fisher.test and mantelhaen.test(exact = TRUE).
    """
    return np.array([_estimate(*_log_null(code, sizes)) for code in np.asarray(raised)])


def odds_interval(raised: NDArray[np.int64], sizes: NDArray[np.int64], alpha: float = 0.05) -> NDArray[np.float64]:
    """Return for each of C codes the odds ratios that the exact test does not reject at alpha: lower and upper limit.

    The same two-sided test is inverted that gives p: outside the limits every odds ratio is rejected, and inside none
    is, but for one thing. Where the odds ratios not rejected have a gap (the two-sided p-value jumps), the limits are
    the outermost of them: 7 of 262 against 30 of 494 has p = 0.04996 and limits of 0.177 and 1.014, with a gap from
    0.993 to 1.006 (Fay's example).

    Parameters
    ----------
    raised
        C × B × 2: how many people of each level raised each code in each block.
    sizes
        B × 2: how many people of each level each block holds.
    alpha
        1 less the confidence, between 0 and 1.

    Returns
    -------
    array
        C × 2; from 0, or to infinity, where nothing bounds it: both where the margins allow one outcome only.

    Raises
    ------
    ValueError
        If alpha is not between 0 and 1.

    Notes
    -----
    Fay 2010. Between the odds ratios at which an outcome becomes as probable as the one observed, the outcomes summed
    stay the same, and what is left out has a probability with one peak: so each such stretch is looked at by its ends.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, and {alpha} does not")
    limits = np.empty((len(raised), 2))
    for c, code in enumerate(np.asarray(raised)):
        logs, at = _log_null(code, sizes)
        limits[c, 1] = np.exp(_upper(logs, at, alpha))
        limits[c, 0] = np.exp(-_upper(logs[::-1], len(logs) - 1 - at, alpha))
    return limits


def _log_null(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.float64], int]:
    """Return for one code the logs of the outcomes' probabilities, but for a constant, and the place of the observed.

    The blocks are convolved under a log odds ratio near the one observed and tilted back, so that what was observed
    does not vanish however improbable it is if levels make no difference.
    """
    taken, other = raised[:, 0] + 0.5, raised[:, 1] + 0.5
    left, others_left = sizes[:, 0] - raised[:, 0] + 0.5, sizes[:, 1] - raised[:, 1] + 0.5
    both = (sizes > 0).all(axis=1)
    near = float(np.log((taken * others_left)[both].sum() / (other * left)[both].sum())) if both.any() else 0.0
    null, start = np.ones(1), 0
    for (first, second), total in zip(sizes.tolist(), raised.sum(axis=1).tolist(), strict=True):
        possible = np.arange(max(0, total - second), min(first, total) + 1)
        logs = log_choose(first, possible) + log_choose(second, total - possible) + near * possible
        weights = np.exp(logs - logs.max())
        null = np.convolve(null, weights / weights.sum())
        start += int(possible[0])
    with np.errstate(divide="ignore"):
        logs = np.log(null) - near * np.arange(len(null))
    return logs, int(raised[:, 0].sum()) - start


def _tilted(logs: NDArray[np.float64], theta: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the probabilities of the outcomes, the last axis, under log odds ratios."""
    weights = logs + np.multiply.outer(np.asarray(theta, dtype=float), np.arange(len(logs)))
    weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _estimate(logs: NDArray[np.float64], at: int) -> float:
    """Return the odds ratio under which the outcome observed is the one expected."""
    if len(logs) == 1:
        return float("nan")
    if at in (0, len(logs) - 1):
        return 0.0 if at == 0 else float("inf")
    outcomes = np.arange(len(logs))
    return float(np.exp(_root(lambda theta: float(_tilted(logs, theta) @ outcomes) - at, -1.0, 1.0)))


def _upper(logs: NDArray[np.float64], at: int, alpha: float) -> float:
    """Return the largest log odds ratio that is not rejected; infinity where the largest outcome was observed."""
    above = np.arange(at + 1, len(logs))
    if not len(above):
        return float("inf")
    until = (logs[at] - logs[above] + np.log1p(TIE)) / (above - at)  # so far each is no more probable than the observed
    ends = np.unique(until[np.isfinite(until)])
    chance = _tilted(logs, ends)
    below = chance[:, : at + 1].sum(axis=1)
    at_end = below + np.where(until >= ends[:, None], chance[:, at + 1 :], 0.0).sum(axis=1)
    beyond = below + np.where(until > ends[:, None], chance[:, at + 1 :], 0.0).sum(axis=1)
    for i in reversed(range(len(ends))):
        if beyond[i] > alpha:
            summed = np.concatenate([np.ones(at + 1, dtype=bool), until > ends[i]])
            top = ends[i + 1] if i + 1 < len(ends) else ends[i] + 1.0
            return _root(_shortfall(logs, summed, alpha), float(ends[i]), float(top))
        if at_end[i] > alpha:
            return float(ends[i])
    return float(ends[0])


def _shortfall(logs: NDArray[np.float64], summed: NDArray[np.bool_], alpha: float) -> Callable[[float], float]:
    """Return the function that says by how much a log odds ratio is rejected, where these outcomes are summed."""
    return lambda theta: alpha - float(_tilted(logs, theta)[summed].sum())


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function passes from below 0 to above it, also beyond these ends."""
    step = 1.0
    while rising(low) > 0 and step < _FAR:
        low, step = low - step, step * 2
    while rising(high) < 0 and step < _FAR:
        high, step = high + step, step * 2
    return float(brentq(rising, low, high, xtol=1e-13, rtol=1e-13))
