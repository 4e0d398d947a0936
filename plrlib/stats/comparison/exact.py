"""Exact tests of whether groups raised a code equally often, where people are permuted between groups within blocks.

Given how many people of each block raised a code, how many of each group did has a known distribution: the convolution
of the blocks' hypergeometric distributions. p sums its outcomes that are no more probable than the one observed.
Arrays only. Unit: people. Letters: C codes, B blocks, G groups, T outcomes.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from math import comb
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln

TIE = 1e-7
"""Outcomes whose probabilities differ by less than this, relatively, are equally probable, as in R's fisher.test."""
SAMPLE = 9_999
"""So many outcomes, or permutations, are drawn where there are too many to enumerate."""
MOST_OUTCOMES = 5_000_000
"""So many vectors of group totals are enumerated."""
MOST_PRODUCTS = 50_000_000
"""So many products of probabilities are worked out to enumerate them: half a second or so."""
_EQUAL = 1e-9  # relative difference of two values of a statistic that only rounding has made


class ExactTest(NamedTuple):
    """What an exact test says of C codes.

    Parameters
    ----------
    p
        For each of C codes the two-sided p of what was observed; 1 where the margins allow one outcome only.
    p_min
        For each of C codes the smallest p that its margins allow; where p is of a sample, a number below which none is.
    null
        For each of C codes the probability of every outcome if groups make no difference.
    observed
        For each of C codes the place of the observed outcome in `null`.
    exact
        For each of C codes whether every outcome was enumerated; otherwise p rests on a seeded sample.
    score, score_min
        For each of C codes what is compared with other codes over the same permutations: p and p_min themselves; of a
        sample, whose p has steps, the tail of the chi-squared distribution of its statistic, and the least it can be.
    """

    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    null: list[NDArray[np.float64]]
    observed: NDArray[np.int64]
    exact: NDArray[np.bool_]
    score: NDArray[np.float64]
    score_min: NDArray[np.float64]


def two_groups(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> ExactTest:
    """Exact conditional test that the common odds ratio of two groups over blocks is 1.

    The outcome is how many of the first group raised the code, over all blocks. With one block this is Fisher's exact
    test. It is exact at any size, since distributions are convolved and permutations never enumerated.

    Parameters
    ----------
    raised
        C × B × 2: how many people of each group raised each code in each block.
    sizes
        B × 2: how many people of each group each block holds. A block that holds one group changes nothing.

    Returns
    -------
    ExactTest
        An outcome is a number of people, from 0.

    Raises
    ------
    ValueError
        If more people raised a code than there are.

    Notes
    -----
    [fisher1935]_, [mehta1985]_; as R's fisher.test and mantelhaen.test(exact = TRUE).

    Examples
    --------
    One code, one event: five of six against one of six.

    >>> two_groups(np.array([[[5, 1]]]), np.array([[6, 6]])).p.round(4)
    array([0.0801])
    """
    raised = _checked(raised, sizes)
    null = two_group_nulls(raised.sum(axis=2), sizes)
    observed = raised[:, :, 0].sum(axis=1)
    here = null[np.arange(len(null)), observed]
    least = np.where(null > 0, null, np.inf).min(axis=1)
    p, p_min = (
        np.minimum(np.where(null <= (most * (1 + TIE))[:, None], null, 0.0).sum(axis=1), 1.0) for most in (here, least)
    )
    return ExactTest(p, p_min, list(null), observed, np.ones(len(p), dtype=bool), p, p_min)


def several_groups(raised: NDArray[np.int64], sizes: NDArray[np.int64], seed: int = 0) -> ExactTest:
    """Fisher–Freeman–Halton exact test of any number of groups over any number of blocks.

    The outcome is the vector of how many of each group raised the code, over all blocks. The vectors are enumerated up
    to 5,000,000 of them, or 50,000,000 products. Beyond that 9,999 are drawn from `seed`, the statistic is the
    quadratic form of the extended Mantel–Haenszel test, p is (b + 1) / (m + 1), and `exact` is false.

    Parameters
    ----------
    raised
        C × B × G: how many people of each group raised each code in each block.
    sizes
        B × G: how many people of each group each block holds.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    ExactTest
        An outcome is a vector; its place is the one that `outcome_index` gives. For a sample `null` is that of the
        statistic.

    Raises
    ------
    ValueError
        If more people raised a code than there are.

    Notes
    -----
    [freeman1951]_; as R's fisher.test on a table of groups by raised or not. The sample's statistic: [landis1978]_.
    """
    raised = _checked(raised, sizes)
    totals = raised.sum(axis=2)
    exact = enumerable(totals, sizes)
    p, p_min, score, score_min = (np.ones(len(raised)) for _ in range(4))
    observed, nulls = np.zeros(len(raised), dtype=np.int64), []
    every_p: dict[tuple[int, ...], tuple[NDArray[np.float64], NDArray[np.float64], float]] = {}
    for c, (row, groups) in enumerate(zip(totals.tolist(), raised.sum(axis=1), strict=True)):
        if not exact[c]:
            p[c], score[c], observed[c], null = _of_a_sample(raised[c], sizes, seed)
            # each way to say who raised it is as probable, and an outcome has one of them at least
            ways = [float(log_choose(int(n), np.array(m))) for n, m in zip(sizes.sum(axis=1), row, strict=True)]
            p_min[c] = np.exp(-sum(ways))
            score_min[c] = 0.0
            nulls.append(null)
            continue
        if (key := tuple(row)) not in every_p:  # many codes share their totals
            null = group_totals(key, sizes)
            chances = p_values(null.reshape(-1))
            every_p[key] = null, chances, float(chances[null.reshape(-1) > 0].min())
        null, chances, p_min[c] = every_p[key]
        observed[c] = outcome_index(groups, sizes, null.shape)
        p[c] = chances[observed[c]]
        nulls.append(null.reshape(-1))
    return ExactTest(p, p_min, nulls, observed, exact, np.where(exact, p, score), np.where(exact, p_min, score_min))


def _checked(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    raised = np.asarray(raised, dtype=np.int64)
    if raised.shape[1:] != sizes.shape or (raised < 0).any() or (raised > sizes).any():
        shapes = f"raised has the shape {raised.shape}, sizes {sizes.shape}"
        raise ValueError(f"{shapes}; no group can raise more than it is")
    return raised


def p_values(null: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every outcome of null distributions, the last axis, its two-sided p.

    That is the probability of all outcomes that are no more probable, and of those as probable but for rounding.
    """
    rows = null.reshape(-1, null.shape[-1])
    order = np.argsort(rows, axis=1, kind="stable")
    ascending = np.take_along_axis(rows, order, axis=1)
    until = np.empty(rows.shape, dtype=np.int64)
    for row, up in zip(ascending, until, strict=True):
        up[:] = np.searchsorted(row, row * (1 + TIE), side="right")
    summed = np.minimum(np.take_along_axis(np.cumsum(ascending, axis=1), until - 1, axis=1), 1.0)
    p = np.empty_like(rows)
    np.put_along_axis(p, order, summed, axis=1)
    return p.reshape(null.shape)


# Null distributions of two groups.

_LARGEST_TABLE = 120
"""Blocks of so many people or fewer have their distributions kept, from whole numbers, exact to the last digit."""


def two_group_nulls(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the null distributions of `two_groups`, C × T, given how many of each block raised each code (C × B)."""
    null = np.ones((len(totals), 1))
    for b, (first, second) in enumerate(sizes.tolist()):
        if first and second:
            null = convolved(null, hypergeometric(first, second, totals[:, b]))
        elif first:  # all of the block are of the first group: the outcome moves up by those who raised it
            null = convolved(null, (np.arange(first + 1) == totals[:, b, None]).astype(float))
    return null


def convolved(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distribution of the sum of two numbers of people, code by code."""
    if a.shape[1] < b.shape[1]:
        a, b = b, a
    width = a.shape[1]
    both = np.zeros((len(a), width + b.shape[1] - 1))
    for j in range(b.shape[1]):
        both[:, j : j + width] += a * b[:, j, None]
    return both


def hypergeometric(first: int, second: int, totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each number who raised it in a block the distribution of how many of these are of the first group."""
    if first + second <= _LARGEST_TABLE:
        return _hypergeometric_table(first, second)[totals]
    return noncentral(first, second, totals, np.zeros(len(totals)))


def noncentral(
    first: int, second: int, totals: NDArray[np.int64], log_odds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what `hypergeometric` does, under a log odds ratio for each number who raised it."""
    t = np.arange(first + 1)
    rest = totals[:, None] - t
    fits = (rest >= 0) & (rest <= second)
    logs = log_choose(first, t) + log_choose(second, np.where(fits, rest, 0))
    logs = np.where(fits, logs + log_odds[:, None] * t, -np.inf)
    null = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(null / null.sum(axis=1, keepdims=True))


@lru_cache(maxsize=512)
def _hypergeometric_table(first: int, second: int) -> NDArray[np.float64]:
    def chance(m: int, t: int) -> float:
        return comb(first, t) * comb(second, m - t) / comb(first + second, m) if m >= t else 0.0

    return np.array([[chance(m, t) for t in range(first + 1)] for m in range(first + second + 1)])


def log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the logs of how many ways there are to choose each of k people of n."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


# Null distributions of several groups.

_AT_ALL = 10
_MOST_KEPT = 4_000_000
"""So many numbers of them are kept: codes of which little is known ask for the same ones again and again."""
_nulls: dict[tuple[tuple[int, ...], bytes, tuple[int, ...]], NDArray[np.float64]] = {}


def free_groups(sizes: NDArray[np.int64]) -> list[int]:
    """Return which groups' totals tell a vector: all but the largest group's, which follows from the others."""
    people = sizes.sum(axis=0)
    return [i for i in range(len(people)) if i != int(people.argmax())]


def outcome_index(totals: NDArray[np.int64], sizes: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the place of vectors of group totals, the last axis (G), in `group_totals` of this shape."""
    return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(totals[..., free_groups(sizes)], -1, 0)), shape))


def enumerable(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each of C codes (totals: C × B) whether its outcomes can be gone through, by the work that it takes.

    All codes together get ten times what one may take, those with the least work first.
    """
    rows, place = np.unique(totals, axis=0, return_inverse=True)
    work, width = np.zeros(len(rows)), np.ones((len(rows), sizes.shape[1] - 1))
    for block, total in zip(sizes[:, free_groups(sizes)], rows.T, strict=True):
        more = np.minimum(block, total[:, None]).astype(float)
        work += width.prod(axis=1) * (more + 1).prod(axis=1)
        width += more
    outcomes, order = width.prod(axis=1), np.argsort(work, kind="stable")
    can = (outcomes <= MOST_OUTCOMES) & (work <= MOST_PRODUCTS)
    for needed, most in ((work, MOST_PRODUCTS), (outcomes, MOST_OUTCOMES)):
        can[order] &= np.cumsum(needed[order]) <= _AT_ALL * most
    return np.asarray(can[place.reshape(-1)], dtype=bool)


def group_totals(totals: tuple[int, ...], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of the vector of group totals: one axis a group, but for the largest.

    An axis ends where no more of its group can have raised the code.

    Parameters
    ----------
    totals
        How many people of each of B blocks raised the code.
    sizes
        B × G: how many people of each group each block holds.
    """
    largest = int(sizes.sum(axis=0).argmax())
    key = (totals, sizes.tobytes(), sizes.shape)
    if key not in _nulls:
        null = np.ones((1,) * (sizes.shape[1] - 1))
        for total, people in zip(totals, sizes.tolist(), strict=True):
            rest = people.pop(largest)
            few, many = sorted((null, _block_totals(total, tuple(people), rest)), key=lambda chances: chances.size)
            null = np.zeros(tuple(a + b - 1 for a, b in zip(few.shape, many.shape, strict=True)))
            for place in zip(*np.nonzero(few), strict=True):
                null[tuple(slice(k, k + n) for k, n in zip(place, many.shape, strict=True))] += many * few[place]
        null.setflags(write=False)
        if (len(_nulls) + 1) * null.size > _MOST_KEPT:
            _nulls.clear()
        _nulls[key] = null
    return _nulls[key]


@lru_cache(maxsize=4_096)
def _block_totals(total: int, people: tuple[int, ...], rest: int) -> NDArray[np.float64]:
    """Return the distribution of how many of each group raised a code, of one block; `rest` are the largest group's."""
    counts = np.indices([min(n, total) + 1 for n in people])
    others = total - counts.sum(axis=0)
    fits = (others >= 0) & (others <= rest)
    logs = log_choose(rest, np.where(fits, others, 0)) - log_choose(sum(people) + rest, np.array(total))
    for n, taken in zip(people, counts, strict=True):
        logs = logs + log_choose(n, taken)
    return np.where(fits, np.exp(logs), 0.0)


def _of_a_sample(
    raised: NDArray[np.int64], sizes: NDArray[np.int64], seed: int
) -> tuple[float, float, int, NDArray[np.float64]]:
    """Return p, the tail of chi-squared, and the place in the null distribution of one code (B × G), from a sample."""
    rng = np.random.default_rng(seed)
    totals = raised.sum(axis=1)
    drawn = np.zeros((SAMPLE, sizes.shape[1]), dtype=np.int64)
    for m, block in zip(totals, sizes, strict=True):
        drawn += rng.multivariate_hypergeometric(block, int(m), size=SAMPLE)
    away, score = quadratic_form(totals, sizes)
    values, seen = np.round(away(drawn), 9), np.round(away(raised.sum(axis=0)), 9)
    every, times = np.unique(values, return_counts=True)
    p = ((values >= seen * (1 - _EQUAL) - _EQUAL).sum() + 1) / (SAMPLE + 1)
    return float(p), float(score(seen)), min(int(np.searchsorted(every, seen)), len(every) - 1), times / SAMPLE


Form = Callable[[NDArray[np.int64]], NDArray[np.float64]]


def quadratic_form(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Form, Callable[..., Any]]:
    """Return the statistic of the extended Mantel–Haenszel test of one code, and its tail of chi-squared.

    The statistic takes vectors of group totals, the last axis (G), and is the squared distance from what is expected.

    Parameters
    ----------
    totals
        How many people of each of B blocks raised the code.
    sizes
        B × G: how many people of each group each block holds.
    """
    n = sizes.sum(axis=1)
    share = sizes / np.maximum(n, 1)[:, None]
    one = totals * (n - totals) / np.maximum(n - 1, 1)
    spread = np.einsum("b,bg,gh->gh", one, share, np.eye(sizes.shape[1])) - np.einsum("b,bg,bh->gh", one, share, share)
    inverse, mean, rank = np.linalg.pinv(spread), totals @ share, max(int(np.linalg.matrix_rank(spread)), 1)

    def away(vectors: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(((vectors - mean) @ inverse * (vectors - mean)).sum(axis=-1))

    return away, partial(chdtrc, rank)
