"""What a design could ever show: the exact power of the test that `compare` uses, and the smallest gap it would see.

Letters: B blocks, K pairs of probabilities.
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
from plrlib.study.load import typed

# Which outcomes the exact test of two groups rejects, whatever the true probabilities are.

MOST = 200_000
"""Sets of totals are gone through up to so many; they stand for ten to a thousand times as many outcomes."""
MOST_PEOPLE = 1_400
"""So many people of each group are gone through."""
_AT_ONCE = 20_000

Sizes = tuple[int, int]


@lru_cache(maxsize=128)
def share_rejected(blocks: tuple[Sizes, ...], threshold: float) -> NDArray[np.float64]:
    """Return the share of outcomes with k_1 and k_2 people in all whose exact p is at most `threshold`.

    Parameters
    ----------
    blocks
        The people of each group in each block.
    threshold
        What p is compared with.

    Returns
    -------
    array
        (n_1 + 1) × (n_2 + 1), not to be written to. An outcome counts as often as there are ways to choose its people.
        Blocks that hold one group are left out.

    Raises
    ------
    ValueError
        If the blocks have more than 200,000 sets of totals.
    """
    tested = [block for block in blocks if min(block) > 0]
    n_1, n_2 = (sum(block[i] for block in tested) for i in (0, 1))
    share = np.zeros((n_1 + 1, n_2 + 1))
    if len(tested) == 1:
        share[:] = within(p_of_block(tested[0]), threshold)
    elif tested:
        kept = _kept(tested, threshold)
        k_1, k_2 = np.indices(share.shape)
        split = np.exp(log_choose(n_1, k_1) + log_choose(n_2, k_2) - log_choose(n_1 + n_2, k_1 + k_2))
        share[:] = np.minimum(kept[k_1 + k_2, k_1] / split, 1.0)
    share.setflags(write=False)
    return share


def _kept(blocks: list[Sizes], threshold: float) -> NDArray[np.float64]:
    """Return for each total and each number of the first group the share of the total's outcomes that are rejected."""
    sizes, totals, logs = _sets_of_totals(blocks)
    every = totals.sum(axis=1)
    people = sizes.sum(axis=0)
    weights = np.exp(logs - log_choose(int(people.sum()), every))
    kept = np.zeros((int(people.sum()) + 1, int(people[0]) + 1))
    for start in range(0, len(totals), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        null = two_group_nulls(totals[some], sizes)
        rejected = within(p_values(null), threshold)
        np.add.at(kept, every[some], np.where(rejected, null, 0.0) * weights[some, None])
    return kept


def _sets_of_totals(blocks: list[Sizes]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the blocks (B × 2), every set of totals (T × B), and the logarithm of the number of outcomes of each.

    Blocks alike change nothing by changing places, so that of their sets of totals only one order is among them.
    """
    alike = sorted(Counter(blocks).items())
    number = prod(comb(sum(block) + copies, copies) for block, copies in alike)
    if number > MOST:
        raise ValueError(
            f"the totals of these {len(blocks)} events can fall in {number:,} ways, and no more than {MOST:,} are gone"
            " through: give fewer events, or events of the same make-up, which are taken together"
        )
    totals, logs = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
    for block, copies in alike:
        size = sum(block)
        some = np.array(list(combinations_with_replacement(range(size + 1), copies)), dtype=np.int64)
        repeats = (some[:, :, None] == np.arange(size + 1)).sum(axis=1)
        orders = gammaln(copies + 1) - gammaln(repeats + 1).sum(axis=1)
        logs = (logs[:, None] + orders + log_choose(size, some).sum(axis=1)).ravel()
        totals = np.hstack([np.repeat(totals, len(some), axis=0), np.tile(some, (len(totals), 1))])
    sizes = np.array([block for block, copies in alike for _ in range(copies)], dtype=np.int64)
    return sizes, totals, logs


def p_of_block(block: Sizes) -> NDArray[np.float64]:
    """Return (n_1 + 1) × (n_2 + 1): the exact p of every outcome of one block."""
    n_1, n_2 = block
    nulls = two_group_nulls(np.arange(n_1 + n_2 + 1)[:, None], np.array([block]))
    by_total = p_values(nulls)
    k_1, k_2 = np.indices((n_1 + 1, n_2 + 1))
    return np.asarray(by_total[k_1 + k_2, k_1])


def within(p: NDArray[np.float64], threshold: float) -> NDArray[np.bool_]:
    """Return which p-values are at most `threshold`, or equal to it but for rounding."""
    return np.asarray(p <= threshold * (1 + TIE))


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
    """Exact power of the stratified exact test of two groups: the chance that a true difference would be shown.

    Parameters
    ----------
    n
        The people of the first and of the second group, all at one event. None where `blocks` says it.
    p
        The true probability that a participant of the first and of the second group raises the code, the same at every
        event; or a K × 2 array of such pairs.
    alpha
        The chance of a false alarm that is accepted, for all codes together.
    blocks
        B × 2: the people of each group at each event, in place of `n`; people are permuted within events. An event
        that held one group counts in n_1 or n_2 and adds no power.
    family
        How many codes are compared at once. Each is judged at alpha / family (Bonferroni). `compare` allows for a
        family by step-down minP, which never does worse than that: its power is this or more.

    Returns
    -------
    DataFrame
        One row a pair of probabilities. Unit: people; nothing is missing.

        - n_1, n_2, p_1, p_2, alpha, family: what was asked;
        - power: the probability that the exact two-sided p is at most alpha / family;
        - size: the same where both groups have the probability of all taken together, (n_1 p_1 + n_2 p_2) /
          (n_1 + n_2): the true chance of a false alarm, never above alpha / family.

    Raises
    ------
    ValueError
        If a group is empty, a probability, alpha or family is none, `n` and `blocks` contradict one another,
        there are more than 1,400 people in each group, or the events have more than 200,000 sets of totals (events
        alike are taken together).

    Notes
    -----
    No simulation and no approximation: whether an outcome is rejected depends on the totals of the events and on how
    many of the first group raised the code. So every set of totals is gone through once, and what is left of it is
    the share of outcomes rejected among those with k_1 and k_2 people in all: (n_1 + 1) × (n_2 + 1) numbers, to
    which binomial probabilities are applied. The test is `exact.two_groups` ([fisher1935]_; several events:
    [mehta1985]_). Its p is compared with alpha / family with a relative tolerance of 1e-7.

    Examples
    --------
    >>> from plrlib import power
    >>> print(power((7, 7), (0.8, 0.2)).round(3).to_string(index=False))
     n_1  n_2  p_1  p_2  alpha  family  power  size
       7    7  0.8  0.2   0.05       1  0.448 0.013
    """
    events = _events(n, blocks)
    threshold = _share_of_alpha(alpha, family)
    pairs = np.asarray(p, dtype=np.float64)
    if pairs.shape[-1:] != (2,) or pairs.ndim > 2 or not ((pairs >= 0) & (pairs <= 1)).all():
        raise ValueError("p is a pair of probabilities between 0 and 1, or a list of such pairs")
    pairs = pairs.reshape(-1, 2)
    people = np.array(events).sum(axis=0)
    rejected = share_rejected(tuple(sorted(events)), threshold)
    pooled = pairs @ people / people.sum()
    asked = {"n_1": int(people[0]), "n_2": int(people[1]), "p_1": pairs[:, 0], "p_2": pairs[:, 1]}
    found = {"power": _chance(rejected, pairs[:, 0], pairs[:, 1]), "size": _chance(rejected, pooled, pooled)}
    return pd.DataFrame({**asked, "alpha": float(alpha), "family": int(family), **found})


def smallest_difference(n: Sequence[int], power: float = 0.8, family: int = 1, alpha: float = 0.05) -> pd.DataFrame:
    """Return, for each number of the second group who might raise a code, how many of the first must for it to show.

    Parameters
    ----------
    n
        The people of the first and of the second group, all at one event.
    power
        The chance with which a true difference is to be shown.
    family
        How many codes are compared at once; each is judged at alpha / family, see `power`.
    alpha
        The chance of a false alarm that is accepted, for all codes together.

    Returns
    -------
    DataFrame
        One row a number of the second group, from 0 to n_2. Unit: people.

        - raised_2, n_2: so many of the second group;
        - raised_1, n_1: the smallest number of the first group, a larger share of it, whose exact two-sided p is at
          most alpha / family; missing where even all of them are too few;
        - p: that p; missing with it;
        - true_2: the true probability raised_2 / n_2;
        - true_1: the smallest true probability in the first group that would be shown with `power` if true_2 is the
          one in the second, to 0.0001 (rounded up); missing where even 1 is not enough;
        - power: the exact power at true_1 and true_2; missing with it.

    Raises
    ------
    ValueError
        If a group is empty, power, alpha or family is none, or there are more than 1,400 people in each
        group.

    Examples
    --------
    >>> from plrlib import smallest_difference
    >>> print(smallest_difference((7, 7)).head(2).round(3).to_string(index=False))
     raised_2  n_2  raised_1  n_1     p  true_2  true_1  power
            0    7         5    7 0.021     0.0   0.772    0.8
            1    7         6    7 0.029   0.143   0.919    0.8
    """
    (event,) = _events(n, None)
    threshold = _share_of_alpha(alpha, family)
    if not 0 < power < 1:
        raise ValueError(f"power lies between 0 and 1, not at {power}")
    n_1, n_2 = event
    k_1, k_2 = np.arange(n_1 + 1)[:, None], np.arange(n_2 + 1)
    rejected = share_rejected((event,), threshold)
    p = p_of_block(event)
    shown = (rejected == 1) & (k_1 * n_2 > k_2 * n_1)
    some, raised = shown.any(axis=0), shown.argmax(axis=0)
    true_2 = k_2 / n_2
    steps = np.arange(_STEPS + 1) / _STEPS
    chance = _binomial(n_1, steps) @ rejected @ _binomial(n_2, true_2).T
    seen = (chance >= power) & (steps[:, None] > true_2)
    found, step = seen.any(axis=0), seen.argmax(axis=0)
    people = {"raised_2": k_2, "n_2": n_2, "raised_1": np.where(some, raised, np.nan), "n_1": n_1}
    true = {"true_2": true_2, "true_1": np.where(found, steps[step], np.nan)}
    chances = {"p": np.where(some, p[raised, k_2], np.nan), **true, "power": np.where(found, chance[step, k_2], np.nan)}
    return typed(pd.DataFrame({**people, **chances}), whole=people, numbers=chances)


def _chance(rejected: NDArray[np.float64], p_1: NDArray[np.float64], p_2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each of K pairs of probabilities how probable it is that an outcome is rejected."""
    n_1, n_2 = rejected.shape[0] - 1, rejected.shape[1] - 1
    return np.asarray(((_binomial(n_1, p_1) @ rejected) * _binomial(n_2, p_2)).sum(axis=1))


def _binomial(n: int, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return K × (n + 1): how probable each number of n people is, for each of K probabilities."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_choose(n, k) + xlogy(k, p[:, None]) + xlog1py(n - k, -p[:, None])))


def _events(n: Sequence[int] | None, blocks: Sequence[Sequence[int]] | None) -> list[Sizes]:
    """Return the people of each group at each event."""
    given = [n] if blocks is None else list(blocks)
    if not all(isinstance(event, Sequence | np.ndarray) for event in given):
        raise ValueError("n is two numbers of people, as (7, 7); blocks is a list of such pairs, one an event")
    if any(event is None or len(event) != 2 or any(int(k) != k or k < 0 for k in event) for event in given):
        what = "two numbers of people, 0 or more: of the first group and of the second"
        raise ValueError(f"n, and each of blocks, is {what}")
    events = [(int(event[0]), int(event[1])) for event in given if event is not None]
    people = tuple(sum(event[i] for event in events) for i in (0, 1))
    if min(people) < 1:
        raise ValueError(f"each group has at least one person, not {people[0]} and {people[1]}")
    if max(people) > MOST_PEOPLE:
        told = f"{people[0]:,} and {people[1]:,} people are more than is gone through"
        raise ValueError(f"{told}: at most {MOST_PEOPLE:,} in each group")
    if n is not None and tuple(n) != people:
        raise ValueError(f"the events hold {people[0]} and {people[1]} people, and n says {tuple(n)}")
    return events


def _share_of_alpha(alpha: float, family: int) -> float:
    """Return what the p of one code is compared with."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    if int(family) != family or family < 1:
        raise ValueError(f"family is a number of codes, at least 1, not {family}")
    return alpha / family
