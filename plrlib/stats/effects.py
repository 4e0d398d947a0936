"""How large a difference between levels is, over the blocks that are compared.

Arrays only. Unit: people. Letters: C codes, B blocks, L levels.
"""

import numpy as np
from numpy.typing import NDArray


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
