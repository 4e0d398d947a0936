"""Which outcomes the exact test of two levels rejects, whatever the true probabilities are.

Letters: B blocks (rooms), T sets of totals (how many in each room raised a code).
"""

from collections import Counter
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb, prod

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from plrlib.stats.distributions import log_choose
from plrlib.stats.exact import TIE, p_values, two_level_nulls

MOST = 200_000
"""Sets of totals are gone through up to so many; they stand for ten to a thousand times as many outcomes."""
MOST_PEOPLE = 1_400
"""So many people at each level are gone through."""
_AT_ONCE = 20_000

Sizes = tuple[int, int]


@lru_cache(maxsize=128)
def share_rejected(rooms: tuple[Sizes, ...], level: float) -> NDArray[np.float64]:
    """Return the share of outcomes with k_1 and k_2 people in all whose exact p is at most `level`.

    Parameters
    ----------
    rooms
        The people of each level in each room.
    level
        What p is compared with.

    Returns
    -------
    array
        (n_1 + 1) × (n_2 + 1), not to be written to. An outcome counts as often as there are ways to choose its people.
        Rooms that hold one level are left out.

    Raises
    ------
    ValueError
        If the rooms have more than 200,000 sets of totals.
    """
    tested = [room for room in rooms if min(room) > 0]
    n_1, n_2 = (sum(room[i] for room in tested) for i in (0, 1))
    share = np.zeros((n_1 + 1, n_2 + 1))
    if len(tested) == 1:
        share[:] = within(p_of_room(tested[0]), level)
    elif tested:
        kept = _kept(tested, level)
        k_1, k_2 = np.indices(share.shape)
        split = np.exp(log_choose(n_1, k_1) + log_choose(n_2, k_2) - log_choose(n_1 + n_2, k_1 + k_2))
        share[:] = np.minimum(kept[k_1 + k_2, k_1] / split, 1.0)
    share.setflags(write=False)
    return share


def _kept(rooms: list[Sizes], level: float) -> NDArray[np.float64]:
    """Return for each total and each number at the first level the share of the total's outcomes that are rejected."""
    sizes, totals, logs = _sets_of_totals(rooms)
    every = totals.sum(axis=1)
    people = sizes.sum(axis=0)
    weights = np.exp(logs - log_choose(int(people.sum()), every))
    kept = np.zeros((int(people.sum()) + 1, int(people[0]) + 1))
    for start in range(0, len(totals), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        null = two_level_nulls(totals[some], sizes)
        rejected = np.array([within(p_values(row), level) for row in null])
        np.add.at(kept, every[some], np.where(rejected, null, 0.0) * weights[some, None])
    return kept


def _sets_of_totals(rooms: list[Sizes]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the rooms (B × 2), every set of totals (T × B), and the logarithm of the number of outcomes of each.

    Rooms alike change nothing by changing places, so that of their sets of totals only one order is among them.
    """
    alike = sorted(Counter(rooms).items())
    number = prod(comb(sum(room) + copies, copies) for room, copies in alike)
    if number > MOST:
        raise ValueError(
            f"the totals of these {len(rooms)} rooms can fall in {number:,} ways, and no more than {MOST:,} are gone"
            " through: give fewer rooms, or rooms of the same make-up, which are taken together"
        )
    totals, logs = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
    for room, copies in alike:
        size = sum(room)
        some = np.array(list(combinations_with_replacement(range(size + 1), copies)), dtype=np.int64)
        repeats = (some[:, :, None] == np.arange(size + 1)).sum(axis=1)
        orders = gammaln(copies + 1) - gammaln(repeats + 1).sum(axis=1)
        logs = (logs[:, None] + orders + log_choose(size, some).sum(axis=1)).ravel()
        totals = np.hstack([np.repeat(totals, len(some), axis=0), np.tile(some, (len(totals), 1))])
    sizes = np.array([room for room, copies in alike for _ in range(copies)], dtype=np.int64)
    return sizes, totals, logs


def p_of_room(room: Sizes) -> NDArray[np.float64]:
    """Return (n_1 + 1) × (n_2 + 1): the exact p of every outcome of one room."""
    n_1, n_2 = room
    nulls = two_level_nulls(np.arange(n_1 + n_2 + 1)[:, None], np.array([room]))
    by_total = np.array([p_values(null) for null in nulls])
    k_1, k_2 = np.indices((n_1 + 1, n_2 + 1))
    return np.asarray(by_total[k_1 + k_2, k_1])


def within(p: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Return which p-values are at most `level`, or equal to it but for rounding."""
    return np.asarray(p <= level * (1 + TIE))
