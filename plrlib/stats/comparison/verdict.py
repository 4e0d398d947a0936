"""The verdict on every code of a comparison: p or its range, adjusted for all codes, and what can be said.

Letters: P people, C codes, G groups.
"""

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import people_by_cell
from plrlib.stats.bounds.constraints import counted_groups, raising
from plrlib.stats.bounds.presence import presence_counts, states
from plrlib.stats.comparison.permutation import CONFOUNDED, P_TIE, Family, NamedPeople, family, named_people, tarone
from plrlib.stats.comparison.ranges import Places, Range, p_range, unbounded
from plrlib.stats.work import followed
from plrlib.study.evidence import Evidence, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.settings import Grouping

NOT_ATTRIBUTED, TOO_FEW, DIFFERS, NOT_SHOWN = "not attributed", "too few to tell", "differs", "not shown to differ"
MOST_PROGRAMMES = 500_000
"""So many linear programmes are solved for the ranges of p of one coder's codes, two minutes or so; it is looked at
between codes, and of those left p may be anything."""
VERDICTS = (CONFOUNDED, NOT_ATTRIBUTED, TOO_FEW, DIFFERS, NOT_SHOWN)
"""In the order in which they are looked at: the first that holds is the verdict."""


class Judged(NamedTuple):
    """What is found of C codes by one coder.

    Parameters
    ----------
    found
        The evidence.
    counts
        C × G × 4: n, lower, upper and excerpts, as `presence` counts them.
    people
        Who raised what, by name.
    known
        Which of C codes are known by name of all who count.
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
    people: NamedPeople
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


@remembered
def judge(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str | None, alpha: float,
    events: str = "first",
) -> Judged:  # fmt: skip
    """Judge every code; the arguments are those of `compare`, and `alpha` is what this comparison has of it.

    Raises
    ------
    ValueError
        As `presence` does.
    """
    found = evidence(study, level, stance, coder, events)
    counts = presence_counts(study, grouping, level, stance, coder, events)
    people = named_people(study, found, study.prepared.group(grouping))
    known = _known(people, counts)
    whole = family(people.about(known), len(grouping.levels), study.settings.seed)
    ranges = _ranges(study, grouping, found, people, np.flatnonzero(~known))
    n = len(found.codes)
    p_low, p_high, p_min, low, high = (np.full(n, np.nan) for _ in range(5))
    p_low[known] = p_high[known] = whole.p
    p_min[known], low[known], high[known] = whole.p_min, whole.low, whole.high
    for c, one in ranges.items():
        p_low[c], p_high[c], p_min[c] = one.low, one.high, one.p_min
    for c in np.flatnonzero(~np.isnan(p_low)).tolist():
        # a code that cannot be permuted together with the others adds at most its own chance of so small a p
        others = p_min <= p_high[c] * (1 + P_TIE)
        if known[c]:
            high[c] = min(1.0, high[c] + (others & ~known).sum() * p_high[c])
        else:
            low[c], high[c] = p_low[c], min(1.0, max(1, others.sum()) * p_high[c])
    share = alpha / tarone(p_min[~np.isnan(p_min)], alpha)
    sometimes = [c in ranges and ranges[c].sometimes_confounded for c in range(n)]
    verdicts = [verdict(p_min[c], low[c], high[c], sometimes[c], share, alpha) for c in range(n)]
    return Judged(found, counts, people, known, whole, ranges, p_low, p_high, p_min, low, high, share, verdicts)


def verdict(p_min: float, low: float, high: float, sometimes_confounded: bool, share: float, alpha: float) -> str:
    """Return the verdict on a code.

    Parameters
    ----------
    p_min
        The smallest p that its margins allow; nan: its groups cannot be compared.
    low, high
        The smallest and largest that its adjusted p can be.
    sometimes_confounded
        Whether it depends on what is not known if its groups can be compared.
    share
        Tarone's alpha / K.
    alpha
        What the comparison is judged at.
    """
    if np.isnan(p_min):
        return CONFOUNDED
    if sometimes_confounded or low <= alpha * (1 + P_TIE) < high:
        return NOT_ATTRIBUTED
    if p_min > share * (1 + P_TIE):
        return TOO_FEW
    return DIFFERS if high <= alpha * (1 + P_TIE) else NOT_SHOWN


def _known(people: NamedPeople, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of C codes are known by name of all who count: no completion says anything else."""
    named = people.counts(counts.shape[1])
    asked, raised = named.asked.sum(axis=1), named.raised.sum(axis=1)
    return np.asarray((counts[..., :3] == np.stack([asked, raised, raised], axis=-1)).all(axis=(1, 2)))


def _ranges(
    study: Study, grouping: Grouping, found: Evidence, people: NamedPeople, codes: NDArray[np.int64]
) -> dict[int, Range]:
    """Return the range of p of each code that is not known by name of all; past so many programmes 0 to 1."""
    ranges: dict[int, Range] = {}
    seen: dict[Hashable, Range] = {}
    if not len(codes):
        return ranges
    solved = 0
    everybody = people_by_cell(study, grouping)
    alone = frozenset(people.block[people.alone].tolist())
    for column in np.unique(found.asked[:, codes], axis=1).T:
        cells, was_asked, _ = everybody.split(column.astype(np.int64))
        at, sizes = counted_groups(study, cells, grouping, was_asked == 1)
        parts, block, old = cells.split(people.block)
        divisions = Places(at[old], block, alone, sizes).divisions(study, parts)
        here = codes[(found.asked[:, codes] == column[:, None]).all(axis=0)]
        for c in followed(here, "What p may be, code by code"):
            code = states(study, found, int(c))
            key = (column.tobytes(), code.signature(study))
            if key in seen:  # codes of which the same is known have the same range
                ranges[int(c)] = seen[key]
                continue
            if solved >= MOST_PROGRAMMES:
                ranges[int(c)] = unbounded()
                continue
            coded, could = code.kinds(study)
            parts, state, old = cells.split(people.block * 3 + code.known)
            places = Places(at[old], state // 3, alone, sizes)
            programme = raising(study, parts, state % 3, coded, could)
            ranges[int(c)] = seen[key] = p_range(programme, places, divisions, study.settings.seed)
            solved += programme.program.solved
    return ranges
