"""Coefficients of agreement between coders, for every set of weights of the excerpts at once.

Letters: R coders, E excerpts, C codes, Q categories, B sets of weights. A weight says how often an excerpt is there:
weights of one give the coefficient, and those of a resample give that of the resample. A coefficient is nan where it is
not defined.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Array = NDArray[np.float64]
ALPHA, KAPPA, AC1, RAW = "alpha", "kappa", "AC1", "raw"
COEFFICIENTS = (ALPHA, KAPPA, AC1, RAW)
_NOTHING = 1e-12


def yes_or_no(given: NDArray[np.bool_], seen: NDArray[np.bool_], weights: Array) -> dict[str, Array]:
    """Return each coefficient of C codes, each given or not: B × C.

    Parameters
    ----------
    given, seen
        R × E × C: whether a coder gave a code; R × E: whether the coder saw the excerpt.
    weights
        B × E.
    """
    m = seen.sum(axis=0).astype(np.float64)[:, None]
    k = (given & seen[:, :, None]).sum(axis=0).astype(np.float64)
    paired = m > 1
    agreeing = np.where(paired, (k * (k - 1) + (m - k) * (m - k - 1)) / np.where(paired, m - 1, 1), 0.0)
    raw = _ratio(weights @ (agreeing / np.where(paired, m, 1)), weights @ paired)
    n, ones = weights @ np.where(paired, m, 0.0), weights @ np.where(paired, k, 0.0)
    expected = _ratio(ones * (ones - 1) + (n - ones) * (n - ones - 1), n * (n - 1))
    alpha = _beyond(_ratio(weights @ agreeing, n), expected)
    share = _ratio(weights @ (k / np.where(m > 0, m, 1)), weights @ (m > 0))
    ac1 = _beyond(raw, 2 * share * (1 - share))
    kappas = []
    for a, b in combinations(range(len(given)), 2):
        both = (seen[a] & seen[b]).astype(np.float64)[:, None]
        total = weights @ both
        po = _ratio(weights @ ((given[a] == given[b]) * both), total)
        pa, pb = (_ratio(weights @ (given[r] * both), total) for r in (a, b))
        kappas.append(_beyond(po, pa * pb + (1 - pa) * (1 - pb)))
    return {ALPHA: alpha, KAPPA: _mean(kappas), AC1: ac1, RAW: raw}


def one_of_many(
    category: NDArray[np.int64], n_categories: int, weights: Array, distance: Array | None = None
) -> dict[str, Array]:
    """Return each coefficient of one rating an excerpt, of Q categories: B.

    Parameters
    ----------
    category
        R × E: the category given; -1: not seen.
    n_categories
        Q: those that were used at all, whatever the weights.
    weights
        B × E.
    distance
        Q × Q: how unlike two categories are, for alpha; None: the same or not.
    """
    onehot = [_onehot(ratings, n_categories) for ratings in category]
    counts = sum(onehot[1:], onehot[0])
    m = np.asarray(counts.sum(axis=1), dtype=np.float64)
    paired = m > 1
    per_pair = np.where(paired, 1 / np.where(paired, m - 1, 1), 0.0)
    same = np.asarray(counts.multiply(counts).sum(axis=1)) - m
    raw = _ratio(weights @ (same * per_pair / np.where(m > 0, m, 1)), weights @ paired)
    n = weights @ np.where(paired, m, 0.0)
    sizes = _weighted(weights, counts.multiply(paired[:, None]).tocsr())
    if distance is None:
        alpha = _beyond(_ratio(weights @ (same * per_pair), n), _ratio((sizes * (sizes - 1)).sum(axis=1), n * (n - 1)))
    else:
        unlike = np.array([_unlike(ratings, distance) for ratings in category.T]) * per_pair
        apart = _ratio(_quadratic(sizes, distance), n * (n - 1))
        alpha = np.where(apart > _NOTHING, 1 - _ratio(_ratio(weights @ unlike, n), apart), np.nan)
    share = _weighted(weights, sp.csr_array(counts.multiply(np.where(m > 0, 1 / np.where(m > 0, m, 1), 0.0)[:, None])))
    share = _ratio(share, (weights @ (m > 0))[:, None])
    chance = (share * (1 - share)).sum(axis=1) / (n_categories - 1) if n_categories > 1 else np.zeros(len(weights))
    return {ALPHA: alpha, KAPPA: _kappa(category, onehot, weights), AC1: _beyond(raw, chance), RAW: raw}


def _kappa(category: NDArray[np.int64], onehot: list[sp.csr_array], weights: Array) -> Array:
    """Return Cohen's kappa of two coders; of more, the mean over the pairs that have one."""
    found = []
    for a, b in combinations(range(len(category)), 2):
        both = (category[a] >= 0) & (category[b] >= 0)
        total = weights @ both
        po = _ratio(weights @ (both & (category[a] == category[b])), total)
        pa, pb = (_weighted(weights, onehot[r].multiply(both[:, None]).tocsr()) for r in (a, b))
        found.append(_beyond(po, _ratio((pa * pb).sum(axis=1), total**2)))
    return _mean(found)


def _onehot(ratings: NDArray[np.int64], n_categories: int) -> sp.csr_array:
    """Return E × Q: one where the excerpt has the category."""
    at = np.flatnonzero(ratings >= 0)
    return sp.csr_array((np.ones(len(at)), (at, ratings[at])), shape=(len(ratings), n_categories))


def _weighted(weights: Array, features: sp.csr_array) -> Array:
    return np.asarray((features.T @ weights.T).T, dtype=np.float64)


def _unlike(ratings: NDArray[np.int64], distance: Array) -> float:
    """Return the distances between the ratings of one excerpt, each pair counted both ways."""
    there = ratings[ratings >= 0]
    return float(distance[np.ix_(there, there)].sum())


def _quadratic(sizes: Array, distance: Array) -> Array:
    """Return for each of B rows of sizes the distances between all that it counts, each pair both ways."""
    return np.concatenate([((rows @ distance) * rows).sum(axis=1) for rows in _blocks(sizes)])


def _blocks(rows: Array, most: int = 20_000_000) -> Iterator[Array]:
    step = max(1, most // max(rows.shape[1], 1))
    for start in range(0, max(len(rows), 1), step):
        yield rows[start : start + step]


def _beyond(observed: Array, expected: Array) -> Array:
    """Return agreement beyond what is expected; nan where chance alone would always agree."""
    room = 1 - expected
    return np.asarray(np.where(room > _NOTHING, (observed - expected) / np.where(room > _NOTHING, room, 1), np.nan))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan))


def _mean(found: list[Array]) -> Array:
    """Return the mean over the pairs of coders for whom it is defined."""
    every = np.array(found)
    known = ~np.isnan(every)
    return _ratio(np.where(known, every, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))
