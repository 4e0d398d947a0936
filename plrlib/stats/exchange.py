"""Exchange people between levels within their blocks: what chance alone would do, given who sat where.

Letters: P people, L levels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.ways import exchanges

_TIE = 1e-9


@dataclass(frozen=True)
class Exchange:
    """The answer of `exchange_test`.

    Parameters
    ----------
    p
        The share of assignments at least as extreme as the one observed; missing (nan) where no block holds two levels.
    assignments
        How many assignments that share is of.
    exact
        Whether these were all there are; otherwise they were a seeded sample.
    people
        How many of the P people sit in a block that holds two levels or more: only these are exchanged.
    """

    p: float
    assignments: int
    exact: bool
    people: int


def exchange_test(
    values: NDArray[np.float64], levels: NDArray[np.int64], blocks: NDArray[np.int64], seed: int
) -> Exchange:
    """Test whether a quantity differs between levels, exchanging people within their blocks only.

    Unit: people. The statistic is the sum of squares between levels of the values, each less the mean of its block.
    All assignments of levels to the people of each block are enumerated up to 200,000; beyond that 9,999 are drawn from
    `seed`, and p is (b + 1) / (m + 1).

    Parameters
    ----------
    values
        For each of P people the quantity; none may be missing.
    levels
        For each of P people the position of the level, from 0.
    blocks
        For each of P people the number of the block.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    Exchange
        p, and what it rests on.

    Raises
    ------
    ValueError
        If the three are not of one length, or a value is missing.

    Notes
    -----
    Fisher 1935; restricted randomisation.
    """
    if not len(values) == len(levels) == len(blocks):
        raise ValueError(f"{len(values)} values, {len(levels)} levels and {len(blocks)} blocks: one of each a person")
    if np.isnan(values).any():
        raise ValueError("a value is missing: leave the person out, and say so")
    mixed = np.array([len(set(levels[blocks == b])) > 1 for b in blocks], dtype=bool)
    if not mixed.any():
        return Exchange(float("nan"), 0, True, 0)
    values, levels, blocks = values[mixed].astype(float), levels[mixed], blocks[mixed]
    n_levels = int(levels.max()) + 1
    for block in np.unique(blocks):
        values[blocks == block] -= values[blocks == block].mean()
    labels, exact = exchanges(levels, blocks, seed)
    sums = np.stack([(labels == level) @ values for level in range(n_levels)], axis=1)
    sizes = np.bincount(levels, minlength=n_levels)
    seen = _spread(np.bincount(levels, weights=values, minlength=n_levels).astype(np.float64), sizes)
    extreme = int((_spread(sums, sizes) >= seen * (1 - _TIE) - _TIE).sum())
    p = extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)
    return Exchange(float(p), len(sums), exact, len(values))


def _spread(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of squares between levels for sums by level, the last axis."""
    there = sizes > 0
    return np.asarray((sums[..., there] ** 2 / sizes[there]).sum(axis=-1))
