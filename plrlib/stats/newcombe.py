"""Newcombe's interval for a difference of two proportions: a description of one pair, never a verdict."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri


def newcombe(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, alpha: float = 0.05
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits of k1/n1 − k2/n2 by squaring and adding Wilson's limits, without continuity correction.

    Parameters
    ----------
    k1, n1, k2, n2
        Whole numbers of any shapes that broadcast together: of n1 people k1 raised it, and of n2 people k2. Unit:
        people.
    alpha
        One minus the level of the interval.

    Returns
    -------
    low, high
        Arrays of the broadcast shape, between −1 and 1; missing (nan) where n1 or n2 is 0.

    Raises
    ------
    ValueError
        If a count is below 0 or above its n, or alpha is not between 0 and 1.

    Notes
    -----
    Method 10 of Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17, 873–890. It approximates, and it knows no rooms: it
    describes one pair of groups and is not what a verdict rests on.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    a, m, b, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (k1, n1, k2, n2)))
    if ((a < 0) | (a > m) | (b < 0) | (b > n)).any():
        raise ValueError("a count lies between 0 and the number of people it is out of")
    z = float(ndtri(1 - alpha / 2))
    share1, low1, high1 = _wilson(a, m, z)
    share2, low2, high2 = _wilson(b, n, z)
    gap = share1 - share2
    low = gap - np.hypot(share1 - low1, high2 - share2)
    high = gap + np.hypot(high1 - share1, share2 - low2)
    return low, high


def _wilson(
    k: NDArray[np.float64], n: NDArray[np.float64], z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the share k/n with the limits of Wilson's score interval; missing where n is 0."""
    n = np.where(n > 0, n, np.nan)
    share = k / n
    middle = (k + z * z / 2) / (n + z * z)
    half = z * np.sqrt(n * share * (1 - share) + z * z / 4) / (n + z * z)
    # At the edges the limit is the edge itself; rounding must not put it beyond.
    return share, np.where(k == 0, 0.0, middle - half), np.where(k == n, 1.0, middle + half)
