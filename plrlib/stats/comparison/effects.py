"""Effect sizes: differences of proportions, Cramér's V, and the common odds ratio with the interval of the exact test.

Arrays only. Unit: people. Letters: C codes, B blocks, G groups, T outcomes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise
from scipy.special import ndtri

from plrlib.stats.comparison.exact import TIE, convolved, noncentral


def difference(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes the difference of proportions, first group less second, weighted over the blocks.

    Each block's difference weighs n1 × n2 / (n1 + n2); nan where no block holds both groups.

    Parameters
    ----------
    raised, sizes
        C × B × 2: how many people of each group in each block raised each code, and how many were asked.

    Notes
    -----
    Mantel & Haenszel's weights, as [greenland1985]_ uses them for differences.
    """
    first, second = sizes[..., 0].astype(float), sizes[..., 1].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where((first > 0) & (second > 0), first * second / (first + second), 0.0)
        away = np.where(weight > 0, raised[..., 0] / first - raised[..., 1] / second, 0.0)
        return np.asarray((weight * away).sum(axis=-1) / weight.sum(axis=-1))


def mean_difference(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes the difference of the groups' means of event proportions, each event counting once.

    Parameters
    ----------
    raised, sizes
        C × V × 2: how many people of each group at each event raised each code, and how many were asked; an event holds
        one group, and counts nothing for the other.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nanmean(np.where(sizes > 0, raised / sizes, np.nan), axis=1)
    return np.asarray(share[:, 0] - share[:, 1])


def cramers_v(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes Cramér's V of group by raised or not; nan where all, or none, raised it.

    Parameters
    ----------
    raised, sizes
        C × G: how many people of each group raised each code, and how many were asked.
    """
    n = sizes.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (raised.sum(axis=1) / n)[:, None]
        chi2 = np.where(sizes > 0, (raised - sizes * share) ** 2 / (sizes * share * (1 - share)), 0.0).sum(axis=1)
        return np.asarray(np.sqrt(chi2 / n))


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
    Method 10 of [newcombe1998]_. It approximates, and it knows no blocks: it describes one pair of groups and is not
    what a verdict rests on.
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


# The common odds ratio of two groups over blocks, and the interval that goes with the exact test.

_FAR = 1e4
"""No log odds is sought beyond."""
_AT_ONCE = 4_000_000


def odds_ratio(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each of C codes the common odds ratio of the first group against the second.

    The conditional maximum-likelihood estimate, given how many of each block raised the code: the odds ratio under
    which the expected number of the first group who raised it is the one observed.

    Parameters
    ----------
    raised
        C × B × 2: how many people of each group raised each code in each block.
    sizes
        B × 2: how many people of each group each block holds.

    Returns
    -------
    array
        0 or infinity where as few, or as many, of the first group raised it as could; nan where the margins allow one
        outcome only.

    Notes
    -----
    As R's fisher.test and mantelhaen.test(exact = TRUE).
    """
    logs, observed = _log_nulls(np.asarray(raised), sizes)
    possible = np.isfinite(logs)
    least, most = possible.argmax(axis=1), logs.shape[1] - 1 - possible[:, ::-1].argmax(axis=1)
    odds = np.where(observed == most, np.inf, 0.0)
    odds[least == most] = np.nan
    inside = np.flatnonzero((least < observed) & (observed < most))
    outcomes = np.arange(logs.shape[1])

    def above_observed(theta: NDArray[np.float64], code: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(_tilted(logs[code], theta) @ outcomes - observed[code])

    odds[inside] = np.exp(_roots(above_observed, -np.ones(len(inside)), np.ones(len(inside)), inside))
    return odds


def odds_interval(raised: NDArray[np.int64], sizes: NDArray[np.int64], alpha: float = 0.05) -> NDArray[np.float64]:
    """Return for each of C codes the odds ratios that the exact test does not reject at alpha: lower and upper limit.

    The same two-sided test is inverted that gives p: outside the limits every odds ratio is rejected, and inside none
    is, but for one thing. Where the odds ratios not rejected have a gap (the two-sided p jumps), the limits are the
    outermost of them: 7 of 262 against 30 of 494 has p = 0.04996 and limits of 0.177 and 1.014, with a gap from 0.993
    to 1.006 (the example of [fay2010]_).

    Parameters
    ----------
    raised
        C × B × 2: how many people of each group raised each code in each block.
    sizes
        B × 2: how many people of each group each block holds.
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
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, and {alpha} does not")
    raised = np.asarray(raised)
    limits = np.empty((len(raised), 2))
    step = max(1, _AT_ONCE // int(sizes[:, 0].sum() + 1) ** 2)
    for start in range(0, len(raised), step):
        logs, observed = _log_nulls(raised[start : start + step], sizes)
        limits[start : start + step, 1] = np.exp(_upper(logs, observed, alpha))
        limits[start : start + step, 0] = np.exp(-_upper(logs[:, ::-1], logs.shape[1] - 1 - observed, alpha))
    return limits


def _log_nulls(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the logs of the outcomes' probabilities (C × T), but for a constant, and the place of the observed.

    The blocks are convolved under a log odds ratio near the one observed and tilted back, so that what was observed
    does not vanish however improbable it is if groups make no difference.
    """
    left = sizes - raised
    both = (sizes > 0).all(axis=1)
    ahead, behind = (
        ((a + 0.5) * (b + 0.5) * both).sum(axis=1)
        for a, b in ((raised[..., 0], left[..., 1]), (raised[..., 1], left[..., 0]))
    )
    near = np.log(ahead / behind) if both.any() else np.zeros(len(raised))
    null = np.ones((len(raised), 1))
    for (first, second), total in zip(sizes.tolist(), raised.sum(axis=2).T, strict=True):
        null = convolved(null, noncentral(first, second, total, near))
    with np.errstate(divide="ignore"):
        logs = np.log(null) - near[:, None] * np.arange(null.shape[1])
    return logs, raised[..., 0].sum(axis=1)


def _tilted(logs: NDArray[np.float64], theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of the outcomes, the last axis, under a log odds ratio each."""
    weights = logs + theta[..., None] * np.arange(logs.shape[-1])
    weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _upper(logs: NDArray[np.float64], observed: NDArray[np.int64], alpha: float) -> NDArray[np.float64]:
    """Return for each of C codes the largest log odds ratio that is not rejected.

    An outcome above the observed is summed into p up to the log odds at which it becomes more probable than the
    observed. Between two such ends the outcomes summed stay the same, and what is left out has a probability with one
    peak, so that each stretch is looked at by its ends alone, from the last one down.
    """
    outcomes = np.arange(logs.shape[1])
    above = (outcomes > observed[:, None]) & np.isfinite(logs)
    at = np.take_along_axis(logs, observed[:, None], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        until = np.where(above, (at - logs + np.log1p(TIE)) / (outcomes - observed[:, None]), np.nan)
    ends = np.sort(until, axis=1)  # what is missing comes last
    n_ends = above.sum(axis=1)
    there = outcomes < n_ends[:, None]
    chance = _tilted(logs[:, None], np.where(there, ends, 0.0))
    below = outcomes <= observed[:, None]
    at_end, beyond = (
        (chance * (below[:, None] | further)).sum(axis=2)
        for further in (until[:, None] >= ends[..., None], until[:, None] > ends[..., None])
    )
    reached = there & ((beyond > alpha) | (at_end > alpha))
    stretch = np.where(reached, outcomes, 0).max(axis=1)
    row = np.arange(len(logs))
    limit = ends[row, stretch]
    limit[n_ends == 0] = np.inf  # the largest outcome was observed
    inside = np.flatnonzero((n_ends > 0) & (beyond[row, stretch] > alpha))
    summed = below | (until > limit[:, None])

    def shortfall(theta: NDArray[np.float64], code: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(alpha - (_tilted(logs[code], theta) * summed[code]).sum(axis=1))

    last = stretch[inside] + 1 == n_ends[inside]
    top = np.where(last, limit[inside] + 1.0, ends[inside, np.minimum(stretch[inside] + 1, logs.shape[1] - 1)])
    limit[inside] = _roots(shortfall, limit[inside], top, inside)
    return np.asarray(limit)


def _roots(
    rising: Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]],
    low: NDArray[np.float64], high: NDArray[np.float64], code: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """Return where a function of each code passes from below 0 to above it, also beyond these ends."""
    for end, sign in ((low, 1), (high, -1)):
        step = 1.0
        while (outside := sign * rising(end, code) > 0).any() and step < _FAR:
            end[outside] -= sign * step
            step *= 2
    precise = {"xatol": 1e-13, "xrtol": 1e-13, "fatol": 0.0, "frtol": 0.0}
    return np.asarray(elementwise.find_root(rising, (low, high), args=(code,), tolerances=precise).x)
