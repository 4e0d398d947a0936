"""Every way to exchange levels within blocks: what chance alone could have done, given who sat where.

Letters: P people (or events), A exchanges, L levels.
"""

from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

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
