"""What an exact test may say where it is not known who raised what: the least and the largest p over all completions.

Letters: C codes, B blocks, L levels, N cells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.distributions import grid, vectors
from plrlib.stats.exact import p_values, two_level_nulls, whole_events
from plrlib.stats.program import Program
from plrlib.stats.raising import Raising
from plrlib.stats.setting import CONFOUNDED, WITHIN, setting
from plrlib.stats.spread import MOST_COUNTS, Spread

MOST_TRIES = 500
"""So many outcomes are tried before p is given no nearer than is surely true."""
Sums = list[tuple[NDArray[np.int64], int]]


@dataclass(frozen=True)
class Range:
    """What the p of one code may be.

    Parameters
    ----------
    low, high
        The smallest and the largest p over the completions in which the levels can be compared; nan: in none.
    p_min
        The smallest p that the margins of any such completion allow, or less.
    sometimes_confounded
        Whether there is a completion in which the levels cannot be compared.
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


@dataclass(frozen=True)
class _Outcomes:
    """What may have come out in one division of people over blocks: p of each, and the sums that make it so."""

    program: Program
    p: NDArray[np.float64]
    sums: Callable[[int], Sums]
    p_min: float


UNBOUNDED = Range(0.0, 1.0, 0.0, False, -1, False)
"""What is given where there is too much to go through."""


def p_range(code: Raising, spread: Spread, divisions: list[NDArray[np.int64]] | None, seed: int) -> Range:
    """Return what the p of a code may be, over all completions.

    Every outcome there could be is put in order of its p: the first that some completion has gives the smallest p, and
    the last the largest. Where there are too many (more than 20,000 divisions, or 500 tries in vain), `attained` is
    false, and no completion has a p beyond the limits given.

    Parameters
    ----------
    code
        The programme of the code.
    spread
        Where its people are.
    divisions
        Each division of people over blocks and levels that some completion has, B × L; None: too many.
    seed
        Of the sample of exchanges of whole events, where one is drawn.
    """
    if divisions is None:
        return UNBOUNDED
    alone = np.array([int(b) in spread.alone for b in spread.blocks], dtype=bool)
    found: list[_Outcomes] = []
    people: set[int] = set()
    settings = [setting(sizes, spread.blocks, alone) for sizes in divisions]
    confounded = any(how.kind == CONFOUNDED for how in settings)
    for sizes, how in zip(divisions, settings, strict=True):
        if how.kind == CONFOUNDED:
            continue
        program = code.program if len(divisions) == 1 else spread.divided(code.program, code.people, sizes)
        used = np.isin(spread.blocks, how.blocks)
        outcomes = _outcomes(program, code, spread, how.blocks, sizes[used], how.kind == WITHIN, seed)
        if outcomes is None:
            return replace(UNBOUNDED, sometimes_confounded=confounded)
        people.add(int(sizes[used].sum()))
        found.append(outcomes)
    if not found:
        return Range(np.nan, np.nan, np.nan, True, 0, True)
    p = np.concatenate([one.p for one in found])
    whose = np.repeat(np.arange(len(found)), [len(one.p) for one in found])
    within = np.concatenate([np.arange(len(one.p)) for one in found])
    order = np.argsort(p, kind="stable")

    def attainable(i: int) -> bool:
        one = found[whose[i]]
        return bool(one.program.allows(one.sums(int(within[i]))))

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
    program: Program,
    code: Raising,
    spread: Spread,
    blocks: NDArray[np.int64],
    sizes: NDArray[np.int64],
    within: bool,
    seed: int,
) -> _Outcomes | None:
    """Return what may have come out in one division; None where there are too many ways."""
    compared = (spread.level >= 0) & np.isin(spread.block, blocks)
    of_block = [code.raised[compared & (spread.block == b)] for b in blocks]
    ends = [program.ends(some) for some in of_block]
    if prod(high - low + 1 for low, high in ends) > MOST_COUNTS:
        return None
    totals = np.array(list(product(*(range(low, high + 1) for low, high in ends))), dtype=np.int64)

    def margins(i: int) -> Sums:
        return [(some, int(n)) for some, n in zip(of_block, totals[i], strict=True)]

    if not within:
        people = np.broadcast_to(sizes.sum(axis=1), totals.shape)
        level = np.unique(sizes.argmax(axis=1), return_inverse=True)[1].reshape(-1)
        answer, _ = whole_events(totals, people, level, seed)
        return _Outcomes(program, answer.p, margins, float(answer.p_min.min()))
    levels = np.flatnonzero(sizes.sum(axis=0))
    sizes = sizes[:, levels]
    kept = [0] if len(levels) == 2 else grid(sizes)[0]
    of_level = [code.raised[compared & (spread.level == levels[i])] for i in kept]
    ranges = [program.ends(some) for some in of_level]
    p, row, counts, least = [], [], [], 1.0
    for i, null in enumerate(_nulls(totals, sizes)):
        flat = p_values(null.reshape(-1)).reshape(null.shape)
        there = null > 0
        least = min(least, float(flat[there].min()))
        for axis, (low, high) in enumerate(ranges):
            position = np.arange(null.shape[axis]).reshape([-1 if a == axis else 1 for a in range(null.ndim)])
            there = there & (position >= low) & (position <= high)
        places = np.argwhere(there)
        p.append(flat[there])
        row.append(np.full(len(places), i))
        counts.append(places)
    rows, places = np.concatenate(row), np.concatenate(counts)

    def sums(i: int) -> Sums:
        return [*margins(int(rows[i])), *((some, int(n)) for some, n in zip(of_level, places[i], strict=True))]

    return _Outcomes(program, np.concatenate(p), sums, least)


def _nulls(totals: NDArray[np.int64], sizes: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    """Yield the null distribution for each number of those who raised a code in each block."""
    if sizes.shape[1] == 2:
        yield from two_level_nulls(totals, sizes)
        return
    for row in totals.tolist():
        yield vectors(tuple(row), sizes)
