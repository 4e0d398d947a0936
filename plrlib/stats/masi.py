"""How unlike two sets of codes are: the MASI distance (Passonneau 2006).

Letters: S distinct sets, C codes.
"""

import numpy as np
from numpy.typing import NDArray

SUBSET, OVERLAP = 2 / 3, 1 / 3


def masi(sets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the MASI distance of each of S sets to each: S × S, from 0 (the same) to 1 (nothing in common).

    Parameters
    ----------
    sets
        S × C: whether a set has a code. Two empty sets are the same; an empty one has nothing in common with another.

    Notes
    -----
    1 - J × M. J is Jaccard's share, of all codes in either set those in both. M is 1 where the sets are the same, 2/3
    where one holds the other, 1/3 where they overlap otherwise, 0 where they have nothing in common. Passonneau 2006.
    """
    given = sets.astype(np.float64)
    both = given @ given.T
    sizes = given.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - both
    same = (both == sizes[:, None]) & (both == sizes[None, :])
    held = (both == sizes[:, None]) | (both == sizes[None, :])
    kind = np.where(same, 1.0, np.where(held, SUBSET, OVERLAP)) * (both > 0)
    alike = np.where(same, 1.0, kind * both / np.where(either > 0, either, 1.0))
    return np.asarray(1.0 - alike, dtype=np.float64)
