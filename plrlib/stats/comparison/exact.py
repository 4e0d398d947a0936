"""Exact tests of whether levels raised a code equally often, people exchanged within rooms, or whole rooms.

Arrays only. Unit: people. Letters: C codes, B blocks, V events, L levels, A exchanges.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb, factorial, prod

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

# What an exact test says, and the p-value of each outcome of a null distribution.

_SHORT, _AT_ONCE = 64, 2_000_000
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
    """Return for every outcome of null distributions, the last axis, its two-sided p-value.

    That is the probability of all outcomes that are no more probable, and those that are as probable but for rounding.
    """
    rows = null.reshape(-1, null.shape[-1])
    order = np.argsort(rows, axis=1, kind="stable")
    ascending = np.take_along_axis(rows, order, axis=1)
    upto = np.empty(rows.shape, dtype=np.int64)
    if rows.shape[1] <= _SHORT:  # comparing all with all is quicker than a search row by row
        step = max(1, _AT_ONCE // rows.shape[1] ** 2)
        for start in range(0, len(rows), step):
            some = ascending[start : start + step]
            upto[start : start + step] = (some[:, None, :] <= (some * (1 + TIE))[:, :, None]).sum(axis=2)
    else:
        for row, up in zip(ascending, upto, strict=True):
            up[:] = np.searchsorted(row, row * (1 + TIE), side="right")
    summed = np.minimum(np.take_along_axis(np.cumsum(ascending, axis=1), upto - 1, axis=1), 1.0)
    p = np.empty_like(rows)
    np.put_along_axis(p, order, summed, axis=1)
    return p.reshape(null.shape)


# How many people of a level raise a code if levels make no difference, block by block and summed over blocks.

_TABLE = 120  # rooms of so many people or fewer have their distributions kept, exact to the last digit


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
    """Return for each number who raised it in a block the distribution of how many of these are of the first level."""
    if first + second <= _TABLE:
        return _hypergeometric_table(first, second)[totals]
    t = np.arange(first + 1)
    rest = totals[:, None] - t
    fits = (rest >= 0) & (rest <= second)
    logs = log_choose(first, t) + log_choose(second, np.where(fits, rest, 0))
    logs = np.where(fits, logs, -np.inf)
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


def grid(sizes: NDArray[np.int64]) -> tuple[list[int], tuple[int, ...]]:
    """Return which levels' totals tell a vector (the largest follows from the others), and how many values each has."""
    people = sizes.sum(axis=0)
    kept = [i for i in range(len(people)) if i != int(people.argmax())]
    return kept, tuple(int(people[i]) + 1 for i in kept)


def vectors(totals: tuple[int, ...], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of the vector of level totals: one axis a level, but for the largest."""
    kept, _ = grid(sizes)
    largest = int(sizes.sum(axis=0).argmax())
    null = np.ones((1,) * len(kept))
    for total, room in zip(totals, sizes, strict=True):
        counts = np.indices(tuple(int(room[i]) + 1 for i in kept))
        rest = total - counts.sum(axis=0)
        fits = (rest >= 0) & (rest <= room[largest])
        logs = log_choose(int(room[largest]), np.where(fits, rest, 0)) - log_choose(int(room.sum()), np.array(total))
        for i, taken in zip(kept, counts, strict=True):
            logs = logs + log_choose(int(room[i]), taken)
        block = np.where(fits, np.exp(logs), 0.0)
        both = np.zeros(tuple(a + b - 1 for a, b in zip(null.shape, block.shape, strict=True)))
        few, many = sorted((null, block), key=lambda chances: chances.size)
        for place in zip(*np.nonzero(few), strict=True):
            both[tuple(slice(k, k + n) for k, n in zip(place, many.shape, strict=True))] += many * few[place]
        null = both
    return null


# Every way to exchange levels within blocks: what chance alone could have done, given who sat where.

MOST = 200_000
"""So many exchanges are enumerated; of more, a seeded sample is drawn."""
SAMPLE = 9_999


def number_of_exchanges(levels: NDArray[np.int64], blocks: NDArray[np.int64]) -> int:
    """Return how many different ways there are to exchange levels within blocks."""
    return prod(_ways(np.bincount(levels[blocks == b])) for b in np.unique(blocks))


def exchanges(levels: NDArray[np.int64], blocks: NDArray[np.int64], seed: int) -> tuple[NDArray[np.int8], bool]:
    """Return the ways to exchange levels within blocks, and whether these are all.

    Parameters
    ----------
    levels
        For each of P people the position of the level, from 0.
    blocks
        For each of P people the number of the block.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    labels
        A × P: the level of each person in each exchange. All of them, up to 200,000; else 9,999 drawn at random.
    exact
        Whether these are all there are.
    """
    rooms = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    exact = number_of_exchanges(levels, blocks) <= MOST
    if not exact:
        rng = np.random.default_rng(seed)
        labels = np.tile(levels.astype(np.int8), (SAMPLE, 1))
        for room in rooms:
            labels[:, room] = rng.permuted(labels[:, room], axis=1)
        return labels, False
    labels = np.zeros((1, len(levels)), dtype=np.int8)
    for room in rooms:
        of_room = _every(np.bincount(levels[room]))
        labels = np.repeat(labels, len(of_room), axis=0)
        labels[:, room] = np.tile(of_room, (len(labels) // len(of_room), 1))
    return labels, True


def _ways(sizes: NDArray[np.int64]) -> int:
    return factorial(int(sizes.sum())) // prod(factorial(int(n)) for n in sizes)


def _every(sizes: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return every way to give levels of these sizes to the people of one block, one a row."""
    labels, left = np.zeros((1, 0), dtype=np.int8), sizes[None, :]
    for _ in range(int(sizes.sum())):
        rows, level = np.nonzero(left)  # each way so far, with each level that has room for one more
        labels = np.column_stack([labels[rows], level.astype(np.int8)])
        left = left[rows].copy()
        left[np.arange(len(rows)), level] -= 1
    return labels


# The exact test where each event held one level: whole events are exchanged.


def whole_events(
    raised: NDArray[np.int64],
    sizes: NDArray[np.int64],
    levels: NDArray[np.int64],
    seed: int = 0,
    strata: NDArray[np.int64] | None = None,
) -> tuple[Answer, NDArray[np.float64]]:
    """Test whether levels raised a code equally often where each event held one level: whole events are exchanged.

    The statistic is the difference of the levels' proportions (more than two levels: the sum of squares between them);
    p is the share of assignments of levels to events at least as extreme, of all of them up to 200,000. Beyond that
    9,999 are drawn from `seed`, p is (b + 1) / (m + 1), and `exact` is false.

    Parameters
    ----------
    raised
        C × V: how many people of each event raised each code.
    sizes
        C × V: how many people of each event were asked about each code; 0: the event does not count for it.
    levels
        For each of V events the position of its level.
    seed
        Of the sample, where one is drawn.
    strata
        For each of V events a number; only events of one number are exchanged, and only those that count for the same
        codes: what somebody was asked may go with their level. None: all of these are.

    Returns
    -------
    Answer
        An outcome is a value of the statistic, ascending.
    p_of
        A × C: the p-value of each code under each exchange.
    """
    given = np.zeros(len(levels), dtype=np.int64) if strata is None else strata
    alike = np.column_stack([given, (sizes > 0).T])
    strata = np.unique(alike, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    labels, exact = exchanges(levels, strata, seed)
    values = _between(labels, raised, sizes, int(levels.max(initial=0)) + 1)
    observed = _between(levels[None, :], raised, sizes, int(levels.max(initial=0)) + 1)[0]
    values = np.round(values, 10)  # equal but for the order in which numbers were added
    observed = np.round(observed, 10)
    p_of = np.empty_like(values)
    p, p_min, seen = np.empty(len(raised)), np.empty(len(raised)), np.empty(len(raised), dtype=np.int64)
    nulls = []
    more = 0 if exact else 1
    for c in range(len(raised)):
        every, place, times = np.unique(values[:, c], return_inverse=True, return_counts=True)
        share = (np.cumsum(times[::-1])[::-1] + more) / (len(labels) + more)
        p_of[:, c] = share[place]
        seen[c] = min(int(np.searchsorted(every, observed[c])), len(every) - 1)
        p[c] = ((values[:, c] >= observed[c]).sum() + more) / (len(labels) + more)
        p_min[c] = min(share[-1], p[c])  # of a sample the observed value may be beyond all that were drawn
        nulls.append(times / len(labels))
    return Answer(p, p_min, nulls, seen, exact), p_of


def _between(
    labels: NDArray[np.integer], raised: NDArray[np.int64], sizes: NDArray[np.int64], n_levels: int
) -> NDArray[np.float64]:
    """Return A × C: how far apart the levels' proportions are under each assignment of levels to events."""
    there = [(labels == i).astype(float) for i in range(n_levels)]
    people = np.stack([at @ sizes.T for at in there])
    voices = np.stack([at @ raised.T for at in there])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(people > 0, voices / people, 0.0)
    if n_levels == 2:
        return np.asarray(np.where((people > 0).all(axis=0), np.abs(share[0] - share[1]), 0.0))
    overall = voices.sum(axis=0) / np.maximum(people.sum(axis=0), 1)
    return np.asarray((people * (share - overall) ** 2).sum(axis=0))


# Exact tests of whether levels raised a code equally often, people exchanged within rooms, or whole rooms.

MOST_OUTCOMES = 5_000_000
"""Vectors of level totals are enumerated up to so many; beyond, `more_levels` draws a seeded sample."""
_EQUAL = 1e-9


def two_levels(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> Answer:
    """Test a common odds ratio of 1 between two levels over any number of blocks.

    The outcome is how many of the first level raised the code, over all blocks. Given how many of each block did, its
    distribution is the convolution of the blocks' hypergeometric distributions: exact at any size. p sums the outcomes
    no more probable than the one observed. One block: Fisher's exact test.

    Parameters
    ----------
    raised
        C × B × 2: how many people of each level raised each code in each block.
    sizes
        B × 2: how many people of each level each block holds. A block that holds one level changes nothing.

    Returns
    -------
    Answer
        An outcome is a number of people, from 0.

    Raises
    ------
    ValueError
        If more people raised a code than there are.

    Notes
    -----
    Fisher 1935; Mehta, Patel & Gray 1985; as R's fisher.test and mantelhaen.test(exact = TRUE).
    """
    raised = _checked(raised, sizes)
    null = two_level_nulls(raised.sum(axis=2), sizes)
    seen = raised[:, :, 0].sum(axis=1)
    at = np.arange(len(null))
    here = null[at, seen]
    p = np.minimum(np.where(null <= (here * (1 + TIE))[:, None], null, 0.0).sum(axis=1), 1.0)
    least = np.where(null > 0, null, np.inf).min(axis=1)
    p_min = np.minimum(np.where(null <= (least * (1 + TIE))[:, None], null, 0.0).sum(axis=1), 1.0)
    return Answer(p, p_min, list(null), seen)


def two_level_nulls(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the null distributions of `two_levels`, C × outcomes, given how many of each block raised each code."""
    null = np.ones((len(totals), 1))
    for b, (first, second) in enumerate(sizes.tolist()):
        if first and second:
            null = convolved(null, hypergeometric(first, second, totals[:, b]))
        elif first:  # all of the block are at the first level: the outcome moves up by those who raised it
            null = convolved(null, (np.arange(first + 1) == totals[:, b, None]).astype(float))
    return null


def more_levels(raised: NDArray[np.int64], sizes: NDArray[np.int64], seed: int = 0) -> Answer:
    """Test whether any number of levels raised a code equally often, over any number of blocks.

    The outcome is the vector of how many of each level raised the code, over all blocks. Its distribution is the
    convolution of the blocks' multivariate hypergeometric ones, enumerated up to 5,000,000 vectors; p sums the vectors
    no more probable than the one observed. One block: Fisher–Freeman–Halton. Beyond that 9,999 vectors are drawn from
    `seed`, the statistic is the probability each would have in a normal approximation (the quadratic form of the
    extended Mantel–Haenszel test), p is (b + 1) / (m + 1), and `exact` is false.

    Parameters
    ----------
    raised
        C × B × L: how many people of each level raised each code in each block.
    sizes
        B × L: how many people of each level each block holds.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    Answer
        An outcome is a vector; its place is the one that `outcome_places` gives. For a sample `null` is that of the
        statistic.

    Raises
    ------
    ValueError
        If more people raised a code than there are.

    Notes
    -----
    Freeman & Halton 1951; as R's fisher.test on a table of levels by raised or not.
    """
    raised = _checked(raised, sizes)
    _, shape = grid(sizes)
    if np.prod(shape, dtype=float) > MOST_OUTCOMES:
        return _sampled(raised, sizes, seed)
    totals = raised.sum(axis=2)
    seen = outcome_places(raised.sum(axis=1), sizes)
    known: dict[tuple[int, ...], NDArray[np.float64]] = {}
    nulls = []
    for row in totals.tolist():
        key = tuple(row)
        if key not in known:
            known[key] = vectors(key, sizes).reshape(-1)
        nulls.append(known[key])
    tables = {key: p_values(null) for key, null in known.items()}
    keys = [tuple(row) for row in totals.tolist()]
    p = np.array([tables[key][place] for key, place in zip(keys, seen, strict=True)])
    p_min = np.array([tables[key][known[key] > 0].min() for key in keys])
    return Answer(p, p_min, nulls, seen)


def outcome_places(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place in the null distribution of `more_levels` of vectors of level totals, the last axis (L)."""
    kept, shape = grid(sizes)
    return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(totals[..., kept], -1, 0)), shape), dtype=np.int64)


def _checked(raised: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    raised = np.asarray(raised, dtype=np.int64)
    if raised.shape[1:] != sizes.shape or (raised < 0).any() or (raised > sizes).any():
        raise ValueError(
            f"raised has the shape {raised.shape}, sizes {sizes.shape}; no level can raise more than it is"
        )
    return raised


def _sampled(raised: NDArray[np.int64], sizes: NDArray[np.int64], seed: int) -> Answer:
    """Return the answer of a seeded sample of vectors of level totals."""
    rng = np.random.default_rng(seed)
    totals = raised.sum(axis=2)
    p, seen, nulls = np.ones(len(raised)), np.zeros(len(raised), dtype=np.int64), []
    for c in range(len(raised)):
        drawn = sum(
            rng.multivariate_hypergeometric(room, int(m), size=SAMPLE) for m, room in zip(totals[c], sizes, strict=True)
        )
        mean, spread = np.zeros(sizes.shape[1]), np.zeros((sizes.shape[1],) * 2)
        for m, room in zip(totals[c], sizes, strict=True):
            n = room.sum()
            share = room / n if n else room * 0.0
            mean += m * share
            spread += m * (n - m) / max(n - 1, 1) * (np.diag(share) - np.outer(share, share))
        inverse = np.linalg.pinv(spread)
        away = [((v - mean) @ inverse * (v - mean)).sum(axis=-1) for v in (drawn, raised[c].sum(axis=0))]
        values, times = np.unique(np.round(away[0], 9), return_counts=True)
        p[c] = ((away[0] >= away[1] * (1 - _EQUAL) - _EQUAL).sum() + 1) / (SAMPLE + 1)
        seen[c] = min(int(np.searchsorted(values, np.round(away[1], 9))), len(values) - 1)
        nulls.append(times / SAMPLE)
    return Answer(p, np.full(len(raised), 1 / (SAMPLE + 1)), nulls, seen, exact=False)
