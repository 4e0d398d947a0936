"""Exact tests of whether levels raised a code equally often, people exchanged within rooms, or whole rooms.

Arrays only. Unit: people. Letters: C codes, B blocks, V events, L levels, A exchanges.
"""

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.answer import TIE, Answer, p_values
from plrlib.stats.distributions import convolved, grid, hypergeometric, vectors
from plrlib.stats.ways import SAMPLE
from plrlib.stats.wholes import whole_events

__all__ = [
    "TIE",
    "Answer",
    "more_levels",
    "outcome_places",
    "p_values",
    "two_level_nulls",
    "two_levels",
    "whole_events",
]

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
