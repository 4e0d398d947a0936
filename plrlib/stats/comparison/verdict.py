"""Judge every code of a comparison by one coder: p or its range, adjusted, and the verdict.

Letters: P people, C codes, B blocks, L levels.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import MOST_COUNTS, Cells, Spread, people_by_cell
from plrlib.stats.bounds.constraints import Attributed, Raising, assign, attributed, counted_levels, raising
from plrlib.stats.bounds.presence import count_people, states
from plrlib.stats.bounds.program import Program
from plrlib.stats.comparison.exact import grid, p_values, two_level_nulls, vectors, whole_events
from plrlib.stats.comparison.permutation import CONFOUNDED, WITHIN, Family, Named, family, named, setting, tarone
from plrlib.study.evidence import Evidence, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import known_level
from plrlib.study.settings import Grouping

# What an exact test may say where it is not known who raised what: the least and the largest p over all completions.

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


# Judge every code of a comparison by one coder: p or its range, adjusted, and the verdict.

NOT_ATTRIBUTED, TOO_FEW, DIFFERS, NOT_SHOWN = "not attributed", "too few to tell", "differs", "not shown to differ"
VERDICTS = (CONFOUNDED, NOT_ATTRIBUTED, TOO_FEW, DIFFERS, NOT_SHOWN)
"""In the order in which they are looked at: the first that holds is the verdict."""
_TIE = 1e-9


@dataclass(frozen=True)
class Judged:
    """What is found of C codes by one coder.

    Parameters
    ----------
    found
        The evidence.
    counts
        C × L × 4: n, lower, upper and excerpts, as `presence` counts them.
    people
        Who raised what, by name.
    known
        Which of C codes are known of everybody by name.
    named
        The answer for these.
    open
        The range of p of each of the others, by the code's position.
    p_low, p_high, p_min
        For each of C codes; nan where confounded. Where a code is known p_low and p_high are its p.
    low, high
        For each of C codes the smallest and largest that the adjusted p can be.
    share
        The p below which p_min has to lie for a difference to show at all: Tarone's alpha / K.
    verdicts
        For each of C codes.
    """

    found: Evidence
    counts: NDArray[np.int64]
    people: Named
    known: NDArray[np.bool_]
    named: Family
    open: dict[int, Range]
    p_low: NDArray[np.float64]
    p_high: NDArray[np.float64]
    p_min: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    share: float
    verdicts: list[str]

    def place(self, c: int) -> int:
        """Return the position of a known code among those known."""
        return int(self.known[:c].sum())


def judge(
    study: Study,
    grouping: Grouping,
    level: str,
    stance: str | None,
    coder: str | None,
    alpha: float,
    hearing: str = "first",
) -> Judged:
    """Judge every code; the arguments are those of `compare`, and `alpha` is what this comparison has of it.

    Raises
    ------
    ValueError
        As `presence` does.
    Infeasible
        If totals and quantifiers cannot all be true.
    """
    found = evidence(study, level, stance, coder, hearing)
    counts = count_people(study, grouping, found)
    people = named(study, found, known_level(study, grouping))
    n_levels = len(grouping.levels)
    known = _known(people, counts)
    whole = family(people.about(known), n_levels, study.settings.seed)
    ranges = _ranges(study, grouping, found, people, np.flatnonzero(~known))
    n = len(found.codes)
    p_low, p_high, p_min, low, high = (np.full(n, np.nan) for _ in range(5))
    p_low[known] = p_high[known] = whole.p
    p_min[known], low[known], high[known] = whole.p_min, whole.low, whole.high
    for c, one in ranges.items():
        p_low[c], p_high[c], p_min[c] = one.low, one.high, one.p_min
    for c in np.flatnonzero(~np.isnan(p_low)).tolist():
        # a code that cannot be exchanged together with the others adds at most its own chance of so small a p
        others = p_min <= p_high[c] * (1 + _TIE)
        if known[c]:
            high[c] = min(1.0, high[c] + (others & ~known).sum() * p_high[c])
        else:
            low[c], high[c] = p_low[c], min(1.0, max(1, others.sum()) * p_high[c])
    share = alpha / tarone(p_min[~np.isnan(p_min)], alpha)
    sometimes = np.array([c in ranges and ranges[c].sometimes_confounded for c in range(n)])
    verdicts = [verdict(p_min[c], low[c], high[c], bool(sometimes[c]), share, alpha) for c in range(n)]
    return Judged(found, counts, people, known, whole, ranges, p_low, p_high, p_min, low, high, share, verdicts)


def verdict(p_min: float, low: float, high: float, sometimes_confounded: bool, share: float, alpha: float) -> str:
    """Return the verdict on a code.

    Parameters
    ----------
    p_min
        The smallest p that its margins allow; nan: its levels cannot be compared.
    low, high
        The smallest and largest that its adjusted p can be.
    sometimes_confounded
        Whether it depends on what is not known if its levels can be compared.
    share
        Tarone's alpha / K.
    alpha
        What the comparison is judged at.
    """
    if np.isnan(p_min):
        return CONFOUNDED
    if sometimes_confounded or low <= alpha * (1 + _TIE) < high:
        return NOT_ATTRIBUTED
    if p_min > share * (1 + _TIE):
        return TOO_FEW
    return DIFFERS if high <= alpha * (1 + _TIE) else NOT_SHOWN


def _known(people: Named, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of C codes are known by name of everybody who counts: no completion says anything else."""
    known = np.ones(len(counts), dtype=bool)
    for i in range(counts.shape[1]):
        at = people.level == i
        raised = people.raised[at].sum(axis=0)
        known &= (counts[:, i, 0] == people.asked[at].sum(axis=0)) & (counts[:, i, 1] == raised)
        known &= counts[:, i, 2] == raised
    return known


def _ranges(
    study: Study, grouping: Grouping, found: Evidence, people: Named, codes: NDArray[np.int64]
) -> dict[int, Range]:
    """Return the range of p of each code that is not known of everybody by name."""
    ranges: dict[int, Range] = {}
    if not len(codes):
        return ranges
    everybody, said = people_by_cell(study, grouping), attributed(study)
    alone = frozenset(people.block[people.alone].tolist())
    for column in np.unique(found.asked[:, codes], axis=1).T:
        cells, was_asked, _ = everybody.split(column.astype(np.int64))
        at, sizes = counted_levels(study, cells, grouping, said, was_asked == 1)
        parts, block, old = cells.split(people.block)
        divisions = _divisions(study, parts, Spread(at[old], block, alone, sizes), said)
        for c in codes[(found.asked[:, codes] == column[:, None]).all(axis=0)]:
            known, coded, unread = states(study, found, int(c))
            parts, state, old = cells.split(people.block * 3 + known)
            could = said.among(coded | unread) if study.settings.complete else None
            code = raising(study, parts, state % 3, said, said.among(coded), could)
            spread = Spread(at[old], state // 3, alone, sizes)
            ranges[int(c)] = p_range(code, spread, divisions, study.settings.seed)
    return ranges


def _divisions(study: Study, cells: Cells, spread: Spread, said: Attributed) -> list[NDArray[np.int64]] | None:
    """Return every division of people over blocks and levels, whoever raised what; None: too many."""
    if cells.certain(spread.level).all():
        here = [[(spread.block == b) & (spread.level == i) for i in range(len(spread.sizes))] for b in spread.blocks]
        return [np.array([[cells.people(some) for some in row] for row in here], dtype=np.int64)]
    found = assign(study, cells, said)
    return spread.divisions(found.program, found.people)
