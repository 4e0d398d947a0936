"""The verdict on every code of a comparison: p or its range, adjusted for all codes, and what can be said.

Letters: P people, C codes, G groups.
"""

from collections.abc import Hashable
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import people_by_cell
from plrlib.stats.bounds.constraints import counted_groups, raising
from plrlib.stats.bounds.presence import presence_counts, states
from plrlib.stats.comparison.family import Family, family
from plrlib.stats.comparison.permutation import (
    CONFOUNDED,
    P_TIE,
    TOO_FEW_EVENTS,
    WITHIN,
    NamedPeople,
    named_people,
)
from plrlib.stats.comparison.ranges import Places, Range, p_range, unbounded
from plrlib.stats.work import followed
from plrlib.study.evidence import Evidence, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN, remembered
from plrlib.study.settings import Grouping

NO_VARIATION, NOT_ATTRIBUTED, DIFFERS = "no variation", "not attributed", "differs"
TOO_FEW, NOT_SHOWN = "too few to tell", "not shown to differ"
MOST_PROGRAMMES = 500_000
"""So many linear programmes are solved for the ranges of p of one coder's codes, two minutes or so; it is looked at
between codes, and of those left p may be anything."""
VERDICTS = (CONFOUNDED, NO_VARIATION, NOT_ATTRIBUTED, DIFFERS, TOO_FEW, NOT_SHOWN)
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
    reach
        For each of C codes the smallest adjusted p that its margins allow in a single step; where p is a range, a
        number below which it cannot be.
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
    reach: NDArray[np.float64]
    verdicts: list[str]

    def place(self, c: int) -> int:
        """Return the position of a known code among those known."""
        return int(self.known[:c].sum())


@remembered
def judge(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str | None, alpha: float,
    events: str = "first", codes: tuple[str, ...] = (), within: Grouping | None = None,
) -> Judged:  # fmt: skip
    """Judge every code; the arguments are those of `compare`, and `alpha` is what this comparison has of it.

    With `codes` only these are looked at, and adjusted for.

    Raises
    ------
    ValueError
        As `presence` does, and if a code is not of the level.
    """
    found = evidence(study, level, stance, coder, events)
    counts = presence_counts(study, grouping, level, stance, coder, events)
    if codes:
        if other := [code for code in codes if code not in found.codes]:
            raise ValueError(f"{', '.join(other)}: planned at the level {level!r}, which has {', '.join(found.codes)}")
        chosen = np.array([found.codes.index(code) for code in codes], dtype=np.int64)
        found, counts = found.only(chosen), counts[chosen]
    people = named_people(study, found, study.prepared.group(grouping))
    known = _known(people, counts)
    if within is not None:
        people = people.within(study.prepared.group(within))
    whole = family(people.about(known), len(grouping.levels), study.settings.seed)
    ranges = _ranges(study, grouping, found, people, np.flatnonzero(~known))
    n = len(found.codes)
    p_low, p_high, p_min, low, high, reach = (np.full(n, np.nan) for _ in range(6))
    p_low[known] = p_high[known] = whole.p
    p_min[known], low[known], high[known], reach[known] = whole.p_min, whole.adjusted, whole.adjusted, whole.reach
    for c, one in ranges.items():
        p_low[c], p_high[c], p_min[c], low[c] = one.low, one.high, one.p_min, one.low
    _allow_for_ranges(known, p_high, p_min, high, reach)
    sometimes = np.array([c in ranges and ranges[c].sometimes_confounded for c in range(n)], dtype=bool)
    nobody, everybody = (counts[..., 2] == 0).all(axis=1), (counts[..., 1] == counts[..., 0]).all(axis=1)
    alike = nobody | everybody
    verdicts = [verdict(p_min[c], alike[c], sometimes[c], low[c], high[c], reach[c], alpha) for c in range(n)]
    return Judged(found, counts, people, known, whole, ranges, p_low, p_high, p_min, low, high, reach, verdicts)


def _allow_for_ranges(
    known: NDArray[np.bool_], p: NDArray[np.float64], p_min: NDArray[np.float64], high: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> None:  # fmt: skip
    """Adjust for codes that are not permuted together with the others, as p is a range: Holm's, over Tarone's set.

    Each adds at most its own chance of so small a p, and none where its margins allow no p so small.
    """
    compared, before = np.flatnonzero(~np.isnan(p)), 0.0
    for c in compared[np.argsort(p[compared], kind="stable")].tolist():
        left = (p >= p[c] * (1 - P_TIE)) & (p_min <= p[c] * (1 + P_TIE))
        if known[c]:
            high[c] += (left & ~known).sum() * p[c]
        else:
            high[c] = max(1, left.sum()) * p[c]
        high[c] = before = min(1.0, max(high[c], before))
        others = (p_min <= p_min[c] * (1 + P_TIE)) & ~known
        reach[c] = min(1.0, reach[c] + others.sum() * p_min[c]) if known[c] else p_min[c]


def verdict(
    p_min: float, alike: bool, sometimes_confounded: bool, low: float, high: float, reach: float, alpha: float
) -> str:
    """Return the verdict on a code.

    Parameters
    ----------
    p_min
        The smallest p that its margins allow; nan: its groups cannot be compared.
    alike
        Whether everybody raised it, or nobody.
    sometimes_confounded
        Whether it depends on what is not known if its groups can be compared.
    low, high
        The smallest and largest that its adjusted p can be.
    reach
        The smallest adjusted p that its margins allow.
    alpha
        What the comparison is judged at.
    """
    enough = alpha * (1 + P_TIE)
    if np.isnan(p_min):
        return CONFOUNDED
    if alike:
        return NO_VARIATION
    if sometimes_confounded or low <= enough < high:
        return NOT_ATTRIBUTED
    if high <= enough:
        return DIFFERS
    return TOO_FEW if reach > enough else NOT_SHOWN


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
    kinds = dict(zip(people.block.tolist(), people.kind.tolist(), strict=True))
    in_group = people.group >= 0 if people.only_within else np.ones(len(people.group), dtype=bool)
    for column in np.unique(found.asked[:, codes], axis=1).T:
        cells, was_asked, _ = everybody.split((column & in_group).astype(np.int64))
        at, sizes = counted_groups(study, cells, grouping, was_asked == 1)
        parts, block, old = cells.split(people.block)
        divisions = Places(at[old], block, kinds, people.only_within, sizes).divisions(study, parts)
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
            places = Places(at[old], state // 3, kinds, people.only_within, sizes)
            programme = raising(study, parts, state % 3, coded, could)
            ranges[int(c)] = seen[key] = p_range(programme, places, divisions, study.settings.seed)
            solved += programme.program.solved
    return ranges


# At equal talk: groups compared among people who talked about as much, as talk gives chances to raise things.

NOT_AT_EQUAL_TALK = ONLY_CODED, NOT_COUNTED, EVENTS, NOT_COMPARED, NOT_NAMED, TALK_REMAINS = (
    "only coded passages", "talk not known", "whole events", TOO_FEW_EVENTS, "speakers not known", "talk remains",
)  # fmt: skip
"""Why there is no verdict at equal talk; their words are in plrlib/show/compare.py."""
MOST_THAT_REMAINS = 1.25
"""There is no verdict where, within the pairs, a group still talked more than so many times as much as another."""


class EqualTalk(NamedTuple):
    """What is found of C codes at equal talk.

    Parameters
    ----------
    verdicts, reasons
        For each of C codes; one of the two is blank.
    p
        For each of C codes the adjusted p; nan where there is none.
    ratio
        How many times as much the most talkative group talked as the least, within pairs; nan where it is not known.
    """

    verdicts: list[str]
    reasons: list[str]
    p: NDArray[np.float64]
    ratio: float


def equal_talk(study: Study, judged: Judged, n_groups: int, alpha: float, events: str = "first") -> EqualTalk:
    """Judge codes again with people permuted only among those of their block who talked about as much.

    The people of a block are ordered by talk, ties broken by a seed that does not know the groups, and permuted in twos
    of neighbours; an odd one joins the last two.

    Parameters
    ----------
    study
        A study.
    judged
        What was found without regard to talk.
    n_groups
        The number of groups declared.
    alpha
        What the comparison is judged at.
    events
        As in `presence`.
    """
    n = len(judged.verdicts)
    p, ratio = np.full(n, np.nan), np.nan
    talk, why = talk_of(study, judged, events)
    if talk is None:
        return EqualTalk([""] * n, [why] * n, p, ratio)
    paired = neighbours(judged.people, talk, study.settings.seed)
    ratio = talk_ratio(paired, talk)
    found = family(paired.about(judged.known), n_groups, study.settings.seed)
    kinds = {int(c): judged.named.how(judged.place(int(c))).kind for c in np.flatnonzero(judged.known)}
    verdicts, reasons = [""] * n, [""] * n
    for c, usual in enumerate(judged.verdicts):
        kind = kinds.get(c, WITHIN)
        if usual == NO_VARIATION:
            verdicts[c] = usual
        elif not judged.known[c]:
            reasons[c] = NOT_NAMED
        elif kind != WITHIN:
            reasons[c] = NOT_COMPARED if kind == CONFOUNDED else EVENTS
        elif not ratio <= MOST_THAT_REMAINS:
            reasons[c] = TALK_REMAINS
        else:
            k = judged.place(c)
            p[c] = found.adjusted[k]
            verdicts[c] = verdict(found.p_min[k], False, False, p[c], p[c], found.reach[k], alpha)
            if verdicts[c] == CONFOUNDED:
                verdicts[c], reasons[c] = "", TALK_REMAINS
    return EqualTalk(verdicts, reasons, p, ratio)


def talk_of(study: Study, judged: Judged, events: str) -> tuple[NDArray[np.float64] | None, str]:
    """Return how much each of P people talked, or None and why that is not known.

    Words spoken where the attendance table has them of everybody compared; else words, or where these are not counted
    excerpts, if there are excerpts without a code: passages that were kept for their codes tell nothing of talk.
    """
    prepared, compared = study.prepared, judged.people.group >= 0
    where = prepared.attended if events == "all" else np.arange(len(prepared.events)) == prepared.first_event[:, None]
    spoken = study.attendance.dropna(subset="words")
    words = np.full(where.shape, np.nan)
    person, event = (
        pd.Index(names).get_indexer(pd.Index(spoken[column]))
        for names, column in ((prepared.people, "participant"), (prepared.events, "event"))
    )
    words[person, event] = spoken["words"].to_numpy(dtype=float)
    told = np.where(where, words, 0.0).sum(axis=1)
    told[~where.any(axis=1)] = np.nan
    if compared.any() and not np.isnan(told[compared]).any():
        return np.nan_to_num(told), ""
    coded = np.zeros(len(study.excerpts), dtype=bool)
    coded[prepared.excerpt_rows(study.codings["excerpt"])] = True
    counts, speaker = judged.found.counts, prepared.speaker
    if coded.all():
        return None, ONLY_CODED
    if (speaker[counts] == NOT_KNOWN).any():
        return None, NOT_COUNTED
    counted = study.excerpts["n_words"].to_numpy(dtype=float, na_value=np.nan)[counts]
    weights = None if np.isnan(counted).any() else counted
    return np.bincount(speaker[counts].astype(np.int64), weights, minlength=len(compared)).astype(float), ""


def neighbours(people: NamedPeople, talk: NDArray[np.float64], seed: int) -> NamedPeople:
    """Return the people with each block that holds two groups or more parted into twos who talked about as much."""
    block = np.full(len(talk), NOT_KNOWN, dtype=np.int64)
    tie = np.random.default_rng(seed).random(len(talk))
    number = 0
    for one in np.unique(people.block[people.group >= 0]):
        here = np.flatnonzero((people.block == one) & (people.group >= 0))
        here = here[np.lexsort((tie[here], talk[here]))]
        of_pair = np.minimum(np.arange(len(here)) // 2, max(len(here) // 2 - 1, 0))
        block[here] = number + of_pair
        number += int(of_pair.max()) + 1
    return replace(people, block=block, only_within=True)


def talk_ratio(people: NamedPeople, talk: NDArray[np.float64]) -> float:
    """Return how many times as much one group talked as another within blocks, for the two most unlike; nan: none."""
    groups = np.unique(people.group[people.group >= 0])
    most = np.nan
    blocks = [people.block == one for one in np.unique(people.block[people.group >= 0])]
    for first, second in combinations(groups, 2):
        sums = np.zeros(2)
        for here in blocks:
            a, b = talk[here & (people.group == first)], talk[here & (people.group == second)]
            if len(a) and len(b):
                sums += len(a) * len(b) / (len(a) + len(b)) * np.array([a.mean(), b.mean()])
        if sums.any():
            most = np.fmax(most, sums.max() / sums.min() if sums.min() else np.inf)
    return float(most)
