"""The range of p where speakers are only attributed: its least and largest value over all completions.

Letters: C codes, B blocks, G groups, N cells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells
from plrlib.stats.bounds.constraints import Raising, assign
from plrlib.stats.bounds.program import Sums
from plrlib.stats.comparison.exact import enumerable, free_groups, group_totals, p_values, two_group_nulls
from plrlib.stats.comparison.family import event_p
from plrlib.stats.comparison.permutation import CONFOUNDED, Setting, setting
from plrlib.study.load import Study

MOST_COUNTS = 20_000
"""So many ways to divide people, or those of them who raised a code, over blocks are looked at."""
MOST_TRIES = 500
"""So many outcomes are tried before p is given no nearer than is surely true."""


class Range(NamedTuple):
    """What the p of one code may be.

    Parameters
    ----------
    low, high
        The smallest and the largest p over the completions in which the groups can be compared; nan: in none.
    p_min
        The smallest p that the margins of any such completion allow, or less.
    sometimes_confounded
        Whether there is a completion in which the groups cannot be compared.
    people
        How many people are compared; -1: that depends on the completion.
    attained
        Whether some completion has the p `low`, and some the p `high`; otherwise p lies between them.
    """

    low: float
    high: float
    p_min: float
    sometimes_confounded: bool
    people: int
    attained: bool


def unbounded(sometimes_confounded: bool = False) -> Range:
    """Return what is given where there is too much to go through."""
    return Range(0.0, 1.0, 0.0, sometimes_confounded, -1, False)


@dataclass(frozen=True)
class Places:
    """Where the people of N cells are.

    Parameters
    ----------
    group
        For each of N cells its group; -1: not compared.
    block
        For each of N cells its block.
    kinds
        By block the number of the kind of event that it is; -1: its people were interviewed alone.
    only_within
        Whether whole events are left aside.
    sizes
        The number of people in each of G groups.
    """

    group: NDArray[np.int64]
    block: NDArray[np.int64]
    kinds: Mapping[int, int]
    only_within: bool
    sizes: list[int]

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """The B blocks that hold anybody who is compared, in ascending order."""
        return np.unique(self.block[self.group >= 0])

    def of(self, variables: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return the variables of the people of each block and group, B × G in one row."""
        pairs = product(self.blocks, range(len(self.sizes)))
        return [variables[(self.block == b) & (self.group == i)] for b, i in pairs]

    def divisions(self, study: Study, cells: Cells) -> list[NDArray[np.int64]] | None:
        """Return every division of people over blocks and groups, B × G, whoever raised what; None: too many."""
        shape = (len(self.blocks), len(self.sizes))
        if cells.certain(self.group).all():
            pairs = product(self.blocks, range(len(self.sizes)))
            counts = [cells.people((self.block == b) & (self.group == i)) for b, i in pairs]
            return [np.array(counts, dtype=np.int64).reshape(shape)]
        found = assign(study, cells)
        sums = self.of(found.people)
        ends = [found.program.ends(some) for some in sums]
        if prod(high - low + 1 for low, high in ends) > MOST_COUNTS:
            return None
        every = (np.array(counts).reshape(shape) for counts in product(*(range(low, high + 1) for low, high in ends)))
        fit = [sizes for sizes in every if (sizes.sum(axis=0) == self.sizes).all()]
        return [sizes for sizes in fit if found.program.allows(list(zip(sums, sizes.ravel().tolist(), strict=True)))]


class _Outcomes(NamedTuple):
    """What may have come out in one division of people over blocks: p of each, and the sums that make it so."""

    p: NDArray[np.float64]
    sums: Callable[[int], Sums]
    p_min: float


def p_range(code: Raising, places: Places, divisions: list[NDArray[np.int64]] | None, seed: int) -> Range:
    """Return what the p of a code may be, over all completions.

    Every outcome there could be is put in order of its p: the first that some completion has gives the smallest p, and
    the last the largest. Where there are too many (more than 20,000 divisions, or 500 tries in vain), `attained` is
    false, and no completion has a p beyond the limits given.

    Parameters
    ----------
    code
        The programme of the code.
    places
        Where its people are.
    divisions
        Each division of people over blocks and groups that some completion has, B × G; None: too many.
    seed
        Of the sample of permutations of whole events, where one is drawn.
    """
    if divisions is None:
        return unbounded()
    kind = np.array([places.kinds[int(b)] for b in places.blocks], dtype=np.int64)
    settings = [setting(sizes, places.blocks, kind, places.only_within) for sizes in divisions]
    confounded = any(how.kind == CONFOUNDED for how in settings)
    sums = places.of(code.people)
    found: list[_Outcomes] = []
    people: set[int] = set()
    for sizes, how in zip(divisions, settings, strict=True):
        if how.kind == CONFOUNDED:
            continue
        given = list(zip(sums, sizes.ravel().tolist(), strict=True)) if len(divisions) > 1 else []
        used = np.isin(places.blocks, how.blocks)
        outcomes = _outcomes(code, places, how, sizes[used], given, seed)
        if outcomes is None:
            return unbounded(confounded)
        people.add(int(sizes[used].sum()))
        found.append(outcomes)
    if not found:
        return Range(np.nan, np.nan, np.nan, True, 0, True)
    p = np.concatenate([one.p for one in found])
    whose = np.repeat(np.arange(len(found)), [len(one.p) for one in found])
    within = np.concatenate([np.arange(len(one.p)) for one in found])
    order = np.argsort(p, kind="stable")

    def attainable(i: int) -> bool:
        return code.program.allows(found[whose[i]].sums(int(within[i])))

    low, surely = _first(p, order, attainable)
    high, as_surely = _first(p, order[::-1], attainable)
    least = min(one.p_min for one in found)
    return Range(low, high, least, confounded, people.pop() if len(people) == 1 else -1, surely and as_surely)


def _first(p: NDArray[np.float64], order: NDArray[np.int64], attainable: Callable[[int], bool]) -> tuple[float, bool]:
    """Return the p of the first outcome that some completion has, and whether it was found within the tries allowed."""
    for i in order[:MOST_TRIES].tolist():
        if attainable(i):
            return float(p[i]), True
    return float(p[order[min(MOST_TRIES, len(order) - 1)]]), False


def _outcomes(
    code: Raising, places: Places, how: Setting, sizes: NDArray[np.int64], given: Sums, seed: int
) -> _Outcomes | None:
    """Return what may have come out in one division; None where there are too many ways."""
    compared = (places.group >= 0) & np.isin(places.block, how.blocks)
    of_block = [code.raised[compared & (places.block == b)] for b in how.blocks]
    ends = [code.program.ends(some, given) for some in of_block]
    if prod(high - low + 1 for low, high in ends) > MOST_COUNTS:
        return None
    totals = np.array(list(product(*(range(low, high + 1) for low, high in ends))), dtype=np.int64)
    mixed, groups = np.isin(how.blocks, how.mixed), np.flatnonzero(sizes.sum(axis=0))
    sizes = sizes[:, groups]
    free = [0] if len(groups) == 2 else free_groups(sizes[mixed]) if mixed.any() else []
    if len(how.whole):
        kind = np.array([places.kinds[int(b)] for b in how.blocks[~mixed]], dtype=np.int64)
        every = event_p(totals, sizes, mixed, kind, seed)
        if every is None:
            return None
        nulls = every
    elif len(groups) == 2:
        nulls = [np.where(null > 0, p_values(null), np.nan) for null in two_group_nulls(totals, sizes)]
    elif enumerable(totals, sizes).all():
        nulls = [group_totals(tuple(row), sizes) for row in totals.tolist()]
        nulls = [np.where(null > 0, p_values(null.reshape(-1)).reshape(null.shape), np.nan) for null in nulls]
    else:
        return None
    within = compared & np.isin(places.block, how.mixed)
    of_group = [code.raised[within & (places.group == groups[i])] for i in free] if mixed.any() else []
    limits = [code.program.ends(some, given) for some in of_group]
    rows, raised, p = [], [], []
    for row, null in enumerate(nulls):
        there = ~np.isnan(null)
        for axis, (low, high) in enumerate(limits):
            position = np.arange(null.shape[axis]).reshape([-1 if a == axis else 1 for a in range(null.ndim)])
            there &= (position >= low) & (position <= high)
        found = np.argwhere(there)
        rows += [row] * len(found)
        raised += found[:, : len(of_group)].tolist()
        p.append(null[there])
    least = min(float(np.nanmin(null)) for null in nulls)

    def sums(i: int) -> Sums:
        by_block = [*given, *zip(of_block, totals[rows[i]].tolist(), strict=True)]
        return [*by_block, *zip(of_group, raised[i], strict=True)]

    return _Outcomes(np.concatenate(p), sums, least)
