"""How many people of a level raise a code if levels make no difference, block by block and summed over blocks.

Letters: C codes, B blocks, L levels.
"""

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

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
