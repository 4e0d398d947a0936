"""Talk: whether groups had equal chances to speak, and so to raise things.

Letters: P people, G groups.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.presence import attribution
from plrlib.stats.comparison.permutation import Permutations
from plrlib.stats.design import unseen
from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.settings import Grouping

MEASURES = ("hearings", "excerpts", "words")
REASONS = UNLISTED, NOWHERE, NOT_NAMED, NOT_COUNTED, NOT_MIXED = (
    "events unlisted", "no event known", "speakers not named", "words not counted", "no event held two groups",
)  # fmt: skip
"""Why there is no p; their words are in plrlib/show/people.py."""
_TIE = 1e-9


@remembered
def talk(study: Study, by: str | Grouping) -> pd.DataFrame:
    """Return how often the people of each group were heard and how much they said, and test the differences.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row a measure and group. Unit: people.

        - grouping, measure (hearings, excerpts, words), group;
        - people: those whose group is known;
        - mean: the measure a person; missing where it is not known of each of them;
        - p: the exact p-value of a difference between the groups, people permuted within the events where they were
          first heard; the same for all groups of a measure. Missing where no event held two groups, or the measure is
          not known of each person;
        - permuted: how many people that is over; permutations: how many ways to permute them; sampled: whether these
          are a sample of all;
        - reason: why there is no p: `events unlisted` (which: `events`, as a tuple), `no event known` (of how many
          people: `missing`), `speakers not named` (of how many excerpts: `missing`), `words not counted`, `no event
          held two groups`; blank where there is one.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.

    Notes
    -----
    Hearings are not known of each person where an event does not say whom it heard; excerpts and words are not, where
    people of the grouping may have said excerpts that name nobody.
    """
    grouping = study.grouping(by)
    group = study.prepared.group(grouping)
    known = group >= 0
    unknown = _unknown(study, grouping, known)
    rows = []
    for measure, values in zip(MEASURES, _values(study), strict=True):
        reason, missing, events = unknown[measure]
        found = Permuted(np.nan, 0, True, 0)
        if not reason:
            block = study.prepared.focus_group[known]
            found = permutation_test(values[known], group[known], block, study.settings.seed)
        for position, key in enumerate(grouping.levels):
            who = group == position
            mean = values[who].mean() if who.any() and not reason else np.nan
            told = reason or ("" if found.people else NOT_MIXED)
            rows.append(
                (grouping.name, measure, key, int(who.sum()), mean, found.p, found.people, found.permutations,
                 not found.exact, told, missing, events)
            )  # fmt: skip
    columns = ["grouping", "measure", "group", "people", "mean", "p", "permuted", "permutations", "sampled", "reason"]
    frame = pd.DataFrame(rows, columns=[*columns, "missing", "events"])
    frame["group"] = pd.Categorical(frame["group"], categories=list(grouping.levels))
    return frame.astype({"mean": "Float64", "p": "Float64"})


def _unknown(study: Study, grouping: Grouping, known: NDArray[np.bool_]) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    """Return for each measure why it is not known of each person, of how many, and where; blank where it is known."""
    unlisted, prepared = unseen(study, grouping), study.prepared
    nowhere = int((known & ~prepared.attended.any(axis=1)).sum())
    hearings = (UNLISTED, 0, tuple(unlisted)) if unlisted else (NOWHERE if nowhere else "", nowhere, ())
    attributed = int((attribution(study, grouping)["about"].to_numpy() & (prepared.speaker < 0)).sum())
    said = (NOT_NAMED if attributed else "", attributed, ())
    theirs = np.append(known, False)[prepared.speaker]
    uncounted = study.excerpts["n_words"][theirs].isna().any()
    words = said if attributed or not uncounted else (NOT_COUNTED, 0, ())
    return {"hearings": hearings, "excerpts": said, "words": words}


def _values(study: Study) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return events, excerpts and words of each of P people."""
    who = study.prepared.speaker
    words = study.excerpts["n_words"].fillna(0).to_numpy(dtype=float)
    n = len(study.participants)
    named = who >= 0
    excerpts = np.bincount(who[named], minlength=n).astype(float)
    spoken = np.bincount(who[named], weights=words[named], minlength=n).astype(float)
    return study.prepared.attended.sum(axis=1).astype(float), excerpts, spoken


@dataclass(frozen=True)
class Permuted:
    """The answer of `permutation_test`.

    Parameters
    ----------
    p
        The share of permutations at least as extreme as what was observed; missing (nan) where no block holds two
        groups.
    permutations
        How many permutations that share is of.
    exact
        Whether these were all there are; otherwise they were a seeded sample.
    people
        How many of the P people sit in a block that holds two groups or more: only these are permuted.
    """

    p: float
    permutations: int
    exact: bool
    people: int


def permutation_test(
    values: NDArray[np.float64], group: NDArray[np.int64], block: NDArray[np.int64], seed: int
) -> Permuted:
    """Stratified permutation test of whether a quantity differs between groups; people are permuted within blocks.

    Unit: people. The statistic is the sum of squares between groups of the values, each less the mean of its block.
    All permutations of groups within blocks are enumerated up to 200,000; beyond that 9,999 are drawn from
    `seed`, and p is (b + 1) / (m + 1).

    Parameters
    ----------
    values
        For each of P people the quantity; none may be missing.
    group
        For each of P people the position of the group, from 0.
    block
        For each of P people the number of the block.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    Permuted
        p, and what it rests on.

    Raises
    ------
    ValueError
        If the three are not of one length, or a value is missing.

    Notes
    -----
    [fisher1935]_; restricted randomisation.
    """
    if not len(values) == len(group) == len(block):
        raise ValueError(f"{len(values)} values, {len(group)} groups and {len(block)} blocks: one of each a person")
    if np.isnan(values).any():
        raise ValueError("a value is missing: leave the person out, and say so")
    mixed = np.array([len(set(group[block == b])) > 1 for b in block], dtype=bool)
    if not mixed.any():
        return Permuted(float("nan"), 0, True, 0)
    values, group, block = values[mixed].astype(float), group[mixed], block[mixed]
    sizes = np.bincount(group)
    for one in np.unique(block):
        values[block == one] -= values[block == one].mean()
    permutations = Permutations.of(group, block, seed)
    sums = np.concatenate([permutations.sums(values[:, None], only) for only in np.eye(len(sizes))]).T
    seen = _spread(np.bincount(group, weights=values).astype(np.float64), sizes)
    extreme = int((_spread(sums, sizes) >= seen * (1 - _TIE) - _TIE).sum())
    p = extreme / len(sums) if permutations.exact else (extreme + 1) / (len(sums) + 1)
    return Permuted(float(p), len(sums), permutations.exact, len(values))


def _spread(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of squares between groups for sums by group, the last axis."""
    there = sizes > 0
    return np.asarray((sums[..., there] ** 2 / sizes[there]).sum(axis=-1))
