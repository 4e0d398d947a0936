"""Whether the levels were heard equally often and talked equally much: if not, one had more chances to raise things."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.presence import attribution
from plrlib.stats.comparison.exact import exchanges
from plrlib.stats.design import unseen
from plrlib.study.load import Study
from plrlib.study.prepared import attended, block, known_level, rows_of

# Exchange people between levels within their blocks: what chance alone would do, given who sat where.

_TIE = 1e-9


@dataclass(frozen=True)
class Exchange:
    """The answer of `exchange_test`.

    Parameters
    ----------
    p
        The share of assignments at least as extreme as the one observed; missing (nan) where no block holds two levels.
    assignments
        How many assignments that share is of.
    exact
        Whether these were all there are; otherwise they were a seeded sample.
    people
        How many of the P people sit in a block that holds two levels or more: only these are exchanged.
    """

    p: float
    assignments: int
    exact: bool
    people: int


def exchange_test(
    values: NDArray[np.float64], levels: NDArray[np.int64], blocks: NDArray[np.int64], seed: int
) -> Exchange:
    """Test whether a quantity differs between levels, exchanging people within their blocks only.

    Unit: people. The statistic is the sum of squares between levels of the values, each less the mean of its block.
    All assignments of levels to the people of each block are enumerated up to 200,000; beyond that 9,999 are drawn from
    `seed`, and p is (b + 1) / (m + 1).

    Parameters
    ----------
    values
        For each of P people the quantity; none may be missing.
    levels
        For each of P people the position of the level, from 0.
    blocks
        For each of P people the number of the block.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    Exchange
        p, and what it rests on.

    Raises
    ------
    ValueError
        If the three are not of one length, or a value is missing.

    Notes
    -----
    Fisher 1935; restricted randomisation.
    """
    if not len(values) == len(levels) == len(blocks):
        raise ValueError(f"{len(values)} values, {len(levels)} levels and {len(blocks)} blocks: one of each a person")
    if np.isnan(values).any():
        raise ValueError("a value is missing: leave the person out, and say so")
    mixed = np.array([len(set(levels[blocks == b])) > 1 for b in blocks], dtype=bool)
    if not mixed.any():
        return Exchange(float("nan"), 0, True, 0)
    values, levels, blocks = values[mixed].astype(float), levels[mixed], blocks[mixed]
    n_levels = int(levels.max()) + 1
    for stratum in np.unique(blocks):
        values[blocks == stratum] -= values[blocks == stratum].mean()
    labels, exact = exchanges(levels, blocks, seed)
    sums = np.stack([(labels == level) @ values for level in range(n_levels)], axis=1)
    sizes = np.bincount(levels, minlength=n_levels)
    seen = _spread(np.bincount(levels, weights=values, minlength=n_levels).astype(np.float64), sizes)
    extreme = int((_spread(sums, sizes) >= seen * (1 - _TIE) - _TIE).sum())
    p = extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)
    return Exchange(float(p), len(sums), exact, len(values))


def _spread(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of squares between levels for sums by level, the last axis."""
    there = sizes > 0
    return np.asarray((sums[..., there] ** 2 / sizes[there]).sum(axis=-1))


# Whether the levels were heard equally often and talked equally much: if not, one had more chances to raise things.

MEASURES = ("hearings", "excerpts", "words")


def talk(study: Study, by: str) -> pd.DataFrame:
    """Return how often the people of each level were heard and how much they said, and test the differences.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row a measure and level. Unit: people.

        - grouping, measure (hearings, excerpts, words), level;
        - people: those whose level is known;
        - mean: the measure a person; missing where it is not known of each of them;
        - p: the exact p-value of a difference between the levels, people exchanged within the events where they were
          first heard; the same for all levels of a measure. Missing where no event held two levels, or the measure is
          not known of each person;
        - why: what p rests on, or why there is none.

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
    level = known_level(study, grouping)
    known = level >= 0
    blocks = block(study)
    unknown = _unknown(study, by, known)
    rows = []
    for measure, values in zip(MEASURES, _values(study), strict=True):
        p, why = np.nan, unknown[measure]
        if not why:
            found = exchange_test(values[known], level[known], blocks[known], study.settings.seed)
            p, why = found.p, _why(found.assignments, found.exact, found.people)
        for position, key in enumerate(grouping.levels):
            who = level == position
            mean = values[who].mean() if who.any() and not unknown[measure] else np.nan
            rows.append((grouping.name, measure, key, int(who.sum()), mean, p, why))
    frame = pd.DataFrame(rows, columns=["grouping", "measure", "level", "people", "mean", "p", "why"])
    frame["level"] = pd.Categorical(frame["level"], categories=list(grouping.levels))
    return frame.astype({"mean": "Float64", "p": "Float64"})


def _unknown(study: Study, by: str, known: NDArray[np.bool_]) -> dict[str, str]:
    """Return for each measure why it is not known of each person; blank where it is."""
    nobody = unseen(study, by)
    nowhere = int((known & ~attended(study).any(axis=1)).sum())
    does = "does not say whom it" if len(nobody) == 1 else "do not say whom they"
    hearings = f"not known of each person: {', '.join(nobody)} {does} heard" if nobody else ""
    hearings = hearings or (f"not known of each person: of {nowhere} no event is known" if nowhere else "")
    named = study.excerpts["participant"].notna().to_numpy()
    open_ones = int((attribution(study, by)["about"].to_numpy() & ~named).sum())
    names = "1 excerpt names" if open_ones == 1 else f"{open_ones} excerpts name"
    said = f"not known of each person: {names} nobody" if open_ones else ""
    theirs = np.append(known, False)[rows_of(study, study.excerpts["participant"])]
    words = said or (
        "not every excerpt has a number of words" if study.excerpts["n_words"][theirs].isna().any() else ""
    )
    return {"hearings": hearings, "excerpts": said, "words": words}


def _values(study: Study) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return hearings, excerpts and words of each of P people."""
    who = rows_of(study, study.excerpts["participant"])
    words = study.excerpts["n_words"].fillna(0).to_numpy(dtype=float)
    n = len(study.participants)
    named = who >= 0
    excerpts = np.bincount(who[named], minlength=n).astype(float)
    spoken = np.bincount(who[named], weights=words[named], minlength=n).astype(float)
    return attended(study).sum(axis=1).astype(float), excerpts, spoken


def _why(assignments: int, exact: bool, people: int) -> str:
    if not people:
        return "no event held two levels: nobody can be exchanged"
    of = f"all {assignments} ways" if exact else f"{assignments} ways drawn at random"
    return f"{people} people exchanged within their events, over {of} to do so"
