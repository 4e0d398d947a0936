"""Exact tests of whether groups raised a code equally often, where people are permuted between groups within blocks.

Given how many people of each block raised a code, how many of each group did has a known distribution: the convolution
of the blocks' hypergeometric distributions. p sums its outcomes that are no more probable than the one observed.
Arrays only. Unit: people. Letters: C codes, B blocks, G groups, T outcomes.
"""

from functools import lru_cache
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

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
        For each of C codes the smallest p that its margins allow.
    null
        For each of C codes the probability of every outcome if groups make no difference.
    observed
        For each of C codes the place of the observed outcome in `null`.
    exact
        Whether every outcome was enumerated; otherwise p rests on a seeded sample.
    """

    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    null: list[NDArray[np.float64]]
    observed: NDArray[np.int64]
    exact: bool = True


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
    return ExactTest(p, p_min, list(null), observed)


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
    if not enumerable(sizes):
        return _of_a_sample(raised, sizes, seed)
    observed = outcome_index(raised.sum(axis=1), sizes)
    totals = [tuple(row) for row in raised.sum(axis=2).tolist()]
    null = {key: group_totals(key, sizes).reshape(-1) for key in set(totals)}  # many codes share their totals
    every_p = {key: p_values(one) for key, one in null.items()}
    least = {key: every_p[key][one > 0].min() for key, one in null.items()}
    p = np.array([every_p[key][place] for key, place in zip(totals, observed, strict=True)])
    return ExactTest(p, np.array([least[key] for key in totals]), [null[key] for key in totals], observed)


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

_MOST_KEPT = 4_000_000
"""So many numbers of them are kept: codes of which little is known ask for the same ones again and again."""
_nulls: dict[tuple[tuple[int, ...], bytes, tuple[int, ...]], NDArray[np.float64]] = {}


def free_groups(sizes: NDArray[np.int64]) -> tuple[list[int], tuple[int, ...]]:
    """Return which groups' totals tell a vector (the largest follows from the others), and how many values each has."""
    people = sizes.sum(axis=0)
    free = [i for i in range(len(people)) if i != int(people.argmax())]
    return free, tuple(int(people[i]) + 1 for i in free)


def outcome_index(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place in the null distribution of `several_groups` of vectors of group totals, the last axis (G)."""
    return np.asarray(totals @ index_weights(sizes), dtype=np.int64)


def index_weights(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of G groups by how much one person who raised the code moves an outcome's place."""
    free, shape = free_groups(sizes)
    weights = np.zeros(sizes.shape[1], dtype=np.int64)
    weights[free] = np.cumprod([1, *shape[:0:-1]])[::-1]
    return weights


def enumerable(sizes: NDArray[np.int64]) -> bool:
    """Tell whether the outcomes of these blocks can be gone through, by the work that it takes."""
    free, shape = free_groups(sizes)
    work, width = 0.0, np.ones(len(free))
    for block in sizes[:, free]:
        work += np.minimum(width.prod(), (block + 1.0).prod()) * np.maximum(width.prod(), (block + 1.0).prod())
        width = width + block
    return bool(np.prod(shape, dtype=float) <= MOST_OUTCOMES and work <= MOST_PRODUCTS)


def group_totals(totals: tuple[int, ...], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of the vector of group totals: one axis a group, but for the largest.

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
    counts = np.indices([n + 1 for n in people])
    others = total - counts.sum(axis=0)
    fits = (others >= 0) & (others <= rest)
    logs = log_choose(rest, np.where(fits, others, 0)) - log_choose(sum(people) + rest, np.array(total))
    for n, taken in zip(people, counts, strict=True):
        logs = logs + log_choose(n, taken)
    return np.where(fits, np.exp(logs), 0.0)


def _of_a_sample(raised: NDArray[np.int64], sizes: NDArray[np.int64], seed: int) -> ExactTest:
    """Return the test of a seeded sample of vectors of group totals."""
    rng = np.random.default_rng(seed)
    totals = raised.sum(axis=2)
    people = sizes.sum(axis=1)
    share = sizes / np.maximum(people, 1)[:, None]
    p, observed, nulls = np.ones(len(raised)), np.zeros(len(raised), dtype=np.int64), []
    for c, of_block in enumerate(totals):
        drawn = np.zeros((SAMPLE, sizes.shape[1]), dtype=np.int64)
        mean = of_block @ share
        spread = np.zeros((sizes.shape[1],) * 2)
        for m, block, n, one in zip(of_block, sizes, people, share, strict=True):
            drawn += rng.multivariate_hypergeometric(block, int(m), size=SAMPLE)
            spread += m * (n - m) / max(n - 1, 1) * (np.diag(one) - np.outer(one, one))
        inverse = np.linalg.pinv(spread)
        away = [((v - mean) @ inverse * (v - mean)).sum(axis=-1) for v in (drawn, raised[c].sum(axis=0))]
        values, times = np.unique(np.round(away[0], 9), return_counts=True)
        p[c] = ((away[0] >= away[1] * (1 - _EQUAL) - _EQUAL).sum() + 1) / (SAMPLE + 1)
        observed[c] = min(int(np.searchsorted(values, np.round(away[1], 9))), len(values) - 1)
        nulls.append(times / SAMPLE)
    return ExactTest(p, np.full(len(raised), 1 / (SAMPLE + 1)), nulls, observed, exact=False)
