"""What a design could ever show: the exact power of the test that `compare` uses, and the smallest gap it would see.

Letters: B blocks (rooms), K pairs of probabilities.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb, prod

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlog1py, xlogy

from plrlib.stats.comparison.exact import TIE, log_choose, p_values, two_group_nulls

# Which outcomes the exact test of two levels rejects, whatever the true probabilities are.

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
        null = two_group_nulls(totals[some], sizes)
        rejected = within(p_values(null), level)
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
    nulls = two_group_nulls(np.arange(n_1 + n_2 + 1)[:, None], np.array([room]))
    by_total = p_values(nulls)
    k_1, k_2 = np.indices((n_1 + 1, n_2 + 1))
    return np.asarray(by_total[k_1 + k_2, k_1])


def within(p: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Return which p-values are at most `level`, or equal to it but for rounding."""
    return np.asarray(p <= level * (1 + TIE))


# What a design could ever show: the exact power of the test that `compare` uses, and the smallest gap it would see.

_STEPS = 10_000
"""True probabilities are looked for to one in so many."""


def power(
    n: Sequence[int] | None,
    p: ArrayLike,
    alpha: float = 0.05,
    blocks: Sequence[Sequence[int]] | None = None,
    family: int = 1,
) -> pd.DataFrame:
    """Return the chance that a true difference between two levels would be shown, by the exact test.

    Parameters
    ----------
    n
        The people at the first and at the second level, all in one room. None where `blocks` says it.
    p
        The true probability that somebody at the first and at the second level raises the code, the same in every
        room; or a K × 2 array of such pairs.
    alpha
        The chance of a false alarm that is accepted, for all codes together.
    blocks
        B × 2: the people of each level in each room, in place of `n`; people are exchanged within rooms. A room that
        holds one level counts in n_1 or n_2 and adds no power.
    family
        How many codes are compared at once. Each is judged at alpha / family (Bonferroni). `compare` allows for a
        family by step-down minP, which never does worse than that: its power is this or more.

    Returns
    -------
    DataFrame
        One row a pair of probabilities. Unit: people; nothing is missing.

        - n_1, n_2, p_1, p_2, alpha, family: what was asked;
        - power: the probability that the exact two-sided p is at most alpha / family;
        - size: the same where both levels have the probability of everybody taken together, (n_1 p_1 + n_2 p_2) /
          (n_1 + n_2): the true chance of a false alarm, never above alpha / family.

    Raises
    ------
    ValueError
        If there is nobody at a level, a probability, alpha or family is none, `n` and `blocks` contradict one another,
        there are more than 1,400 people at each level, or the rooms have more than 200,000 sets of totals (rooms
        alike are taken together).

    Notes
    -----
    No simulation and no approximation: whether an outcome is rejected depends on the totals of the rooms and on how
    many at the first level raised the code. So every set of totals is gone through once, and what is left of it is the
    share of outcomes rejected among those with k_1 and k_2 people in all: (n_1 + 1) × (n_2 + 1) numbers, to which
    binomial probabilities are applied. The test is `exact.two_groups` (Fisher 1935; several rooms: Mehta,
    Patel & Gray 1985). Its p is compared with alpha / family with a relative tolerance of 1e-7.
    """
    rooms = _rooms(n, blocks)
    level = _share_of_alpha(alpha, family)
    pairs = np.asarray(p, dtype=np.float64)
    if pairs.shape[-1:] != (2,) or pairs.ndim > 2 or not ((pairs >= 0) & (pairs <= 1)).all():
        raise ValueError("p is a pair of probabilities between 0 and 1, or a list of such pairs")
    pairs = pairs.reshape(-1, 2)
    people = np.array(rooms).sum(axis=0)
    rejected = share_rejected(tuple(sorted(rooms)), level)
    pooled = pairs @ people / people.sum()
    return pd.DataFrame(
        {
            "n_1": int(people[0]),
            "n_2": int(people[1]),
            "p_1": pairs[:, 0],
            "p_2": pairs[:, 1],
            "alpha": float(alpha),
            "family": int(family),
            "power": _chance(rejected, pairs[:, 0], pairs[:, 1]),
            "size": _chance(rejected, pooled, pooled),
        }
    )


def smallest_difference(n: Sequence[int], power: float = 0.8, family: int = 1, alpha: float = 0.05) -> pd.DataFrame:
    """Return, for each number at the second level who might raise a code, how many at the first must for it to show.

    Parameters
    ----------
    n
        The people at the first and at the second level, all in one room.
    power
        The chance with which a true difference is to be shown.
    family
        How many codes are compared at once; each is judged at alpha / family, see `power`.
    alpha
        The chance of a false alarm that is accepted, for all codes together.

    Returns
    -------
    DataFrame
        One row a number at the second level, from 0 to n_2. Unit: people.

        - raised_2, n_2: so many of the second level;
        - raised_1, n_1: the smallest number of the first level, a larger share of it, whose exact two-sided p is at
          most alpha / family; missing where even everybody is too few;
        - p: that p; missing with it;
        - true_2: the true probability raised_2 / n_2;
        - true_1: the smallest true probability at the first level that would be shown with `power` if true_2 is the
          one at the second, to 0.0001 (rounded up); missing where even 1 is not enough;
        - power: the exact power at true_1 and true_2; missing with it.

    Raises
    ------
    ValueError
        If there is nobody at a level, power, alpha or family is none, or there are more than 1,400 people at each
        level.
    """
    (room,) = _rooms(n, None)
    level = _share_of_alpha(alpha, family)
    if not 0 < power < 1:
        raise ValueError(f"power lies between 0 and 1, not at {power}")
    n_1, n_2 = room
    k_1, k_2 = np.arange(n_1 + 1)[:, None], np.arange(n_2 + 1)
    rejected = share_rejected((room,), level)
    p = p_of_room(room)
    shown = (rejected == 1) & (k_1 * n_2 > k_2 * n_1)
    some, raised = shown.any(axis=0), shown.argmax(axis=0)
    true_2 = k_2 / n_2
    steps = np.arange(_STEPS + 1) / _STEPS
    chance = _binomial(n_1, steps) @ rejected @ _binomial(n_2, true_2).T
    seen = (chance >= power) & (steps[:, None] > true_2)
    found, step = seen.any(axis=0), seen.argmax(axis=0)
    frame = pd.DataFrame(
        {
            "raised_2": k_2,
            "n_2": n_2,
            "raised_1": np.where(some, raised, np.nan),
            "n_1": n_1,
            "p": np.where(some, p[raised, k_2], np.nan),
            "true_2": true_2,
            "true_1": np.where(found, steps[step], np.nan),
            "power": np.where(found, chance[step, k_2], np.nan),
        }
    )
    whole = dict.fromkeys(("raised_2", "n_2", "raised_1", "n_1"), "Int64")
    return frame.astype({**whole, **dict.fromkeys(("p", "true_2", "true_1", "power"), "Float64")})


def _chance(rejected: NDArray[np.float64], p_1: NDArray[np.float64], p_2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each of K pairs of probabilities how probable it is that an outcome is rejected."""
    n_1, n_2 = rejected.shape[0] - 1, rejected.shape[1] - 1
    return np.asarray(((_binomial(n_1, p_1) @ rejected) * _binomial(n_2, p_2)).sum(axis=1))


def _binomial(n: int, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return K × (n + 1): how probable each number of n people is, for each of K probabilities."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_choose(n, k) + xlogy(k, p[:, None]) + xlog1py(n - k, -p[:, None])))


def _rooms(n: Sequence[int] | None, blocks: Sequence[Sequence[int]] | None) -> list[Sizes]:
    """Return the people of each level in each room."""
    given = [n] if blocks is None else list(blocks)
    if not all(isinstance(room, Sequence | np.ndarray) for room in given):
        raise ValueError("n is two numbers of people, as (7, 7); blocks is a list of such pairs, one a room")
    if any(room is None or len(room) != 2 or any(int(k) != k or k < 0 for k in room) for room in given):
        raise ValueError(
            "n, and each of blocks, is two numbers of people, 0 or more: at the first level and at the second"
        )
    rooms = [(int(room[0]), int(room[1])) for room in given if room is not None]
    people = tuple(sum(room[i] for room in rooms) for i in (0, 1))
    if min(people) < 1:
        raise ValueError(f"each level has at least one person, not {people[0]} and {people[1]}")
    if max(people) > MOST_PEOPLE:
        told = f"{people[0]:,} and {people[1]:,} people are more than is gone through"
        raise ValueError(f"{told}: at most {MOST_PEOPLE:,} at each level")
    if n is not None and tuple(n) != people:
        raise ValueError(f"the rooms hold {people[0]} and {people[1]} people, and n says {tuple(n)}")
    return rooms


def _share_of_alpha(alpha: float, family: int) -> float:
    """Return what the p of one code is compared with."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    if int(family) != family or family < 1:
        raise ValueError(f"family is a number of codes, at least 1, not {family}")
    return alpha / family
