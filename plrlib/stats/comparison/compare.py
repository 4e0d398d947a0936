"""Do levels differ in what they raised? A row a code: exact p, allowed for all that is compared, and a verdict."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.program import Infeasible
from plrlib.stats.comparison.effects import cramers_v, difference, newcombe, odds_interval, odds_ratio
from plrlib.stats.comparison.fragility import fragility
from plrlib.stats.comparison.permutation import WHOLE, WITHIN
from plrlib.stats.comparison.reasons import Asked, why
from plrlib.stats.comparison.verdict import DIFFERS, NOT_SHOWN, VERDICTS, Judged, judge
from plrlib.study.evidence import LEVELS, coder_or_reference, noun
from plrlib.study.load import Study
from plrlib.study.prepared import inside
from plrlib.study.settings import Comparison, Grouping

PLANNED, EXPLORATORY = "planned", "exploratory"
NUMBERS = (
    "p", "p_low", "p_high", "p_min", "p_adjusted", "effect", "effect_low", "effect_high", "odds_ratio", "low", "high",
)  # fmt: skip
COLUMNS = (
    "grouping", "level", "stance", "coder", "code", "status", "alpha", "method", *NUMBERS, "people_used",
    "fragility", "verdict", "why",
    "other_coders",
)  # fmt: skip


def compare(
    study: Study,
    by: str,
    level: str = "theme",
    stance: str | None = None,
    coder: str | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Compare levels in what their people raised when they were first heard, code by code.

    People are exchanged between levels within the room where they were first heard (those heard only alone: among
    themselves); where each room held one level, whole rooms are. What cannot be exchanged tells nothing about levels.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.
    level
        `theme`: a code counts for the theme above it. `code`: each code counts for itself. The name of a column of the
        codebook: a code counts for the value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    stance
        Only excerpts to which the study's stance coder gave this stance; it is one to the excerpt's theme, whatever the
        level.
    coder
        Whose codings; None: the study's reference coder.
    alpha
        The chance of any false finding that is allowed. Comparisons that study.toml plans share it equally; any other
        has all of it and is labelled exploratory.

    Returns
    -------
    DataFrame
        One row a code, in the order of the codebook. Unit: people. Numbers are missing where they are not defined.

        - grouping, code; level (`theme`, `code` or a column of the codebook), stance (missing: any) and coder, as
          compared;
        - status: `planned` or `exploratory` (as by a column of the codebook it always is); alpha: what this comparison
          has of it;
        - method: `within`: people were exchanged within rooms (two levels: the exact conditional test of a common odds
          ratio; more: Fisher–Freeman–Halton). `whole events`: rooms were. Missing where neither can be, or where that
          depends on what is not known;
        - p: exact and two-sided; missing where it depends on who raised the code, which is not known;
        - p_low, p_high: the smallest and the largest p over all completions (see `presence`); p where it is known;
        - p_min: the smallest p that the numbers of people, and of those who raised the code, allow at all;
        - p_adjusted: allowed for all codes of the call, by step-down minP over the same exchanges (all of them up to
          200,000, else a seeded sample, which `why` says). Codes that cannot be exchanged jointly are allowed for by
          adding what they could contribute at most;
        - effect: the difference of proportions, first level less second, weighted over the rooms compared (more than
          two levels: Cramér's V). effect_low, effect_high: Newcombe's 95 % interval, which knows nothing of rooms and
          only describes: where two levels are compared in one room;
        - odds_ratio, low, high: the common conditional odds ratio, first level against second, and the interval got by
          inverting the same test at `alpha`; within rooms and for two levels only;
        - people_used: people who could be exchanged; the others sat only with their own level;
        - fragility: the fewest people whose part must be turned round for `differs` to come or go, by exact search;
          missing for other verdicts, and where the search is too large;
        - verdict: the first of these that holds. `confounded`: each level had rooms of its own, too few or too unlike
          to be exchanged. `not attributed`: by who said what, or who is what, the adjusted p could fall on either side
          of alpha. `too few to tell`: no outcome could have shown (p_min is above alpha / K, Tarone's K). `differs`:
          p_adjusted is at most alpha. `not shown to differ`;
        - why: that in one sentence, with its numbers;
        - other_coders: the verdict by each other coder who gave codes.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study, if a stance is asked for that is blank, or if totals and quantifiers
        cannot all be true.

    Notes
    -----
    Fisher 1935; Freeman & Halton 1951; Mehta, Patel & Gray 1985; Tarone 1990; Westfall & Young 1993; Newcombe 1998; Fay
    2010; Walsh et al. 2014.
    """
    grouping = study.grouping(by)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, and {alpha} does not")
    reference = coder_or_reference(study, coder)
    plan = Comparison(by, level)
    planned = level in LEVELS and plan in study.settings.comparisons and stance is None
    planned = planned and reference == coder_or_reference(study, None)
    share = alpha / len(study.settings.comparisons) if planned else alpha
    try:
        judged = judge(study, grouping, level, stance, reference, share)
        others = _others(study, grouping, level, stance, reference, share)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, pd.NA), index=range(len(judged.verdicts)))
    frame = frame.astype(dict.fromkeys(NUMBERS, "Float64") | dict.fromkeys(("people_used", "fragility"), "Int64"))
    frame["grouping"], frame["alpha"] = grouping.name, share
    frame["level"], frame["coder"] = level, reference
    if stance is not None:
        frame["stance"] = stance
    frame["status"] = PLANNED if planned else EXPLORATORY
    frame["code"] = pd.Categorical(judged.found.codes, categories=judged.found.codes)
    frame["verdict"] = pd.Categorical(judged.verdicts, categories=VERDICTS)
    _numbers(frame, judged)
    _sizes(frame, judged, len(grouping.levels), share)
    frame["fragility"] = pd.array(_fragilities(judged, share), dtype="Int64")
    left_out = _left_out(study, grouping, judged)
    asked = Asked(grouping, noun(study, level), stance, share, study.settings.complete)
    used = [None if pd.isna(n) else int(n) for n in frame["people_used"]]
    frame["why"] = [why(judged, c, asked, left_out[c], used[c]) for c in range(len(frame))]
    frame["other_coders"] = [
        "; ".join(f"{name}: {verdicts[c]}" for name, verdicts in others) for c in range(len(frame))
    ]
    return frame


def planned_verdicts(study: Study, plan: Comparison, coder: str | None = None, alpha: float = 0.05) -> dict[str, str]:
    """Return the verdict on each code that `compare` gives for a planned comparison, without all the rest.

    Raises
    ------
    ValueError
        As `compare` does.
    """
    grouping, reference = study.grouping(plan.by), coder_or_reference(study, coder)
    share = alpha / len(study.settings.comparisons)
    try:
        judged = judge(study, grouping, plan.level, None, reference, share)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    return dict(zip(judged.found.codes, judged.verdicts, strict=True))


def _others(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str, alpha: float
) -> list[tuple[str, list[str]]]:
    """Return the verdicts by each other coder who gave codes."""
    coders = study.codings["coder"].cat.remove_unused_categories().cat.categories
    return [(c, judge(study, grouping, level, stance, c, alpha).verdicts) for c in coders if c != coder]


def _numbers(frame: pd.DataFrame, judged: Judged) -> None:
    """Fill in what is known of p."""
    with_p = judged.p_low == judged.p_high
    frame["p"] = _missing(np.where(with_p, judged.p_low, np.nan))
    for name in ("p_low", "p_high", "p_min"):
        frame[name] = _missing(getattr(judged, name))
    frame["p_adjusted"] = _missing(np.where(judged.known, judged.high, np.nan))


def _sizes(frame: pd.DataFrame, judged: Judged, n_levels: int, alpha: float) -> None:
    """Fill in how large differences are, and over how many people."""
    codes = np.flatnonzero(judged.known)
    for c, found in judged.open.items():
        if found.people > 0:
            frame.loc[c, "people_used"] = found.people
    for k, c in enumerate(codes.tolist()):
        how = judged.named.settings[k]
        counts = judged.named.counts
        used = np.isin(counts.blocks, how.blocks)
        if how.kind not in (WITHIN, WHOLE):
            continue
        raised, asked = counts.raised[[k]][:, used], counts.asked[[k]][:, used]
        frame.loc[c, "method"] = how.kind
        frame.loc[c, "people_used"] = int(asked.sum())
        if n_levels > 2:
            frame.loc[c, "effect"] = _one(cramers_v(raised.sum(axis=1), asked.sum(axis=1)))
        elif how.kind == WHOLE:
            frame.loc[c, "effect"] = _one(
                difference(raised.sum(axis=1, keepdims=True), asked.sum(axis=1, keepdims=True))
            )
        else:
            frame.loc[c, "effect"] = _one(difference(raised, asked))
            frame.loc[c, "odds_ratio"] = _one(odds_ratio(raised, asked[0]))
            frame.loc[c, ["low", "high"]] = odds_interval(raised, asked[0], alpha)[0]
            if used.sum() == 1:
                (k1, k2), (n1, n2) = raised[0, 0], asked[0, 0]
                frame.loc[c, ["effect_low", "effect_high"]] = [float(end) for end in newcombe(k1, n1, k2, n2)]


def _fragilities(judged: Judged, alpha: float) -> list[int | None]:
    unknown = judged.p_min[~judged.known & ~np.isnan(judged.p_min)]
    return [
        fragility(judged.named, judged.place(c), alpha, unknown)
        if judged.known[c] and verdict in (DIFFERS, NOT_SHOWN)
        else None
        for c, verdict in enumerate(judged.verdicts)
    ]


def _left_out(study: Study, grouping: Grouping, judged: Judged) -> list[int]:
    """Return for each code how many people the grouping is about who are counted at no level."""
    about = inside(study, grouping.population)
    counted = judged.counts[:, :, 0].sum(axis=1)
    return [max(0, int((about & asked).sum() - n)) for asked, n in zip(judged.people.asked.T, counted, strict=True)]


def _missing(values: NDArray[np.float64]) -> "pd.Series[float]":
    return pd.Series(values).astype("Float64").where(~np.isnan(values))


def _one(values: NDArray[np.float64]) -> float | None:
    return None if np.isnan(values[0]) else float(values[0])
