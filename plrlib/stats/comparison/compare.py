"""Compare groups in what their people raised: a row a code, with exact p, adjusted p, effect and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.presence import Counted, presence
from plrlib.stats.comparison.effects import (
    cramers_v,
    difference,
    mean_difference,
    newcombe,
    odds_interval,
    odds_ratio,
)
from plrlib.stats.comparison.fragility import Ranges
from plrlib.stats.comparison.fragility import fragility as fewest_people
from plrlib.stats.comparison.permutation import SIZES_GO_WITH_GROUP, TOO_FEW_EVENTS, WHOLE
from plrlib.stats.comparison.verdict import (
    DIFFERS,
    NO_VARIATION,
    NOT_ATTRIBUTED,
    NOT_SHOWN,
    VERDICTS,
    Judged,
    equal_talk,
    judge,
)
from plrlib.stats.work import followed
from plrlib.study.coverage import coders_used, reference_coders
from plrlib.study.evidence import evidence
from plrlib.study.load import Study, typed
from plrlib.study.prepared import remembered, stored
from plrlib.study.settings import Grouping

PLANNED, EXPLORATORY = "planned", "exploratory"
NUMBERS = (
    "p", "p_low", "p_high", "p_min", "p_adjusted", "p_adjusted_low", "p_adjusted_high", "p_min_adjusted", "effect",
    "effect_low", "effect_high", "odds_ratio", "low", "high", "p_equal_talk", "talk_ratio",
)  # fmt: skip
COUNTS = ("people_used", "left_out", "fragility", "silent")
COLUMNS = (
    "grouping", "level", "stance", "coder", "code", "status", "alpha", "method", *NUMBERS, *COUNTS, "verdict", "reason",
    "verdict_equal_talk", "reason_equal_talk", "sampled", "attained", "sometimes_confounded",
)  # fmt: skip
REASONS = NOT_ASKED, OWN_EVENTS, SIZES, NOT_NAMED, OTHERS_NOT_NAMED, MARGINS, NOBODY, EVERYBODY = (
    "not asked", TOO_FEW_EVENTS, SIZES_GO_WITH_GROUP, "speakers not known", "speakers of other codes not known",
    "margins", "raised by none", "raised by all",
)  # fmt: skip
"""Why a verdict says nothing of the people; their words are in plrlib/show/compare.py."""


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """What `compare` found.

    Parameters
    ----------
    frame
        One row a code; see `compare`.
    counts
        The people of each group who raised each code, as `presence` counts them.
    grouping
        The grouping compared.
    other_coders
        One row a code and other coder: code, coder, verdict; no rows where it was not asked for.
    counted
        The excerpts and people that the counts are of.
    within
        The other grouping within which people were permuted; None: there is none.
    """

    frame: pd.DataFrame
    counts: pd.DataFrame
    grouping: Grouping
    other_coders: pd.DataFrame
    counted: Counted = field(repr=False)
    within: Grouping | None = None

    @property
    def level(self) -> str:
        """What the codes are: `theme`, `code`, a depth or a column of the codebook."""
        return self.counted.found.level

    @property
    def alpha(self) -> float:
        """What this comparison has of the chance of any false finding; of a plan of some codes, what these have."""
        return float(self.frame["alpha"].min())

    @property
    def coders(self) -> tuple[str, ...]:
        """Whose codings count."""
        return self.counted.found.coders

    @property
    def coder(self) -> str | None:
        """The coder whose codings count; None: several."""
        return self.coders[0] if len(self.coders) == 1 else None

    def excerpts(self, code: str, group: str | None = None) -> list[str]:
        """Return the excerpts with a code that a participant in a group (None: any) may have said, in order."""
        return self.counted.excerpts(code, group)

    def summary(self) -> pd.DataFrame:
        """Return one row a verdict, in the order in which they are looked at, with the number of codes that have it."""
        return self.frame["verdict"].value_counts(sort=False).rename_axis("verdict").reset_index(name="codes")

    def __repr__(self) -> str:
        return self.frame.to_string(index=False)

    def _repr_html_(self) -> str:
        return self.frame.to_html(index=False)


def compare(
    study: Study,
    by: str | Grouping,
    level: str | int = "theme",
    stance: str | None = None,
    coder: str | None = None,
    alpha: float = 0.05,
    *,
    codes: Sequence[str] | None = None,
    within: str | Grouping | None = None,
    fragility: bool = False,
    silent: bool = False,
    other_coders: bool = False,
) -> Comparison:
    """Stratified exact permutation test of whether groups raised each code equally often.

    People are permuted between groups within the focus group where they were first heard (those interviewed alone:
    among those of the same interviewer, or of whatever `interview_blocks` of study.toml names); events that held one
    group each are permuted as a whole. What cannot be permuted tells nothing about groups.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml, by its name.
    level
        `theme`: the top of the codebook. `code`: whatever was given as a code. A depth (2: below the themes). At each
        of these a code counts for all that it stands under. The name of a column of the codebook: a code counts for the
        value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    stance
        Only excerpts to which the study's stance coder gave this stance; it is one to the excerpt's theme, whatever the
        level.
    coder
        Whose codings; None: those of the reference coder, or of all who divided the work.
    alpha
        The chance of any false finding that is allowed. Comparisons that study.toml plans share it equally; any other
        has all of it and is labelled exploratory.
    codes
        Only these. Where study.toml plans a comparison of just these codes, only they are adjusted for; else all of the
        level are. None: all, those of such a plan as planned.
    within
        Another grouping: people are permuted only within its groups as well, as sector within role. Whole events are
        left aside then, and so are people whose group of it is not known.
    fragility
        Also search for the fewest people whose part decides a verdict; it takes up to a minute.
    silent
        Also search for the fewest people of one group who did not raise a code and would have to for `differs` to go.
    other_coders
        Also give the verdict by each other coder who gave codes.

    Returns
    -------
    Comparison
        Its `frame` has one row a code, in the order of the codebook. Unit: people. Numbers are missing where they are
        not defined.

        - grouping, code; level (`theme`, `code`, a depth or a column of the codebook), stance (missing: any) and coder
          (`a, b` where the codings of several count), as compared;
        - status: `planned` or `exploratory` (as by a column of the codebook it always is); alpha: what this comparison
          has of it;
        - method: `within`: people were permuted within blocks (two groups: the exact conditional test of a common odds
          ratio; more: Fisher–Freeman–Halton). `whole events`: events were. `both`: people there, and events here.
          Missing where neither can be, or where that depends on what is not known;
        - p: exact and two-sided; missing where it depends on who raised the code, which is not known;
        - p_low, p_high: the smallest and the largest p over all completions (see `presence`); p where it is known;
        - p_min: the smallest p that the numbers of people, and of those who raised the code, allow at all (where p is
          of a sample: a number below which none is); p_min_adjusted: the chance, over the same permutations, that any
          code gets a p so small: no difference could have had a smaller adjusted p in a single step;
        - p_adjusted: for all codes of the call, by step-down minP over the same permutations (all of them up to
          200,000, else a seeded sample, which `sampled` says). Codes whose p is a range are allowed for by Holm's
          method over those that could have so small a p; p_adjusted_low, p_adjusted_high: between which it lies;
        - effect: the difference of proportions, first group less second, weighted over the blocks compared (whole
          events only: of the means of event proportions; more than two groups: Cramér's V). effect_low, effect_high:
          Newcombe's 95 % interval, which knows nothing of events and only describes: where two groups are compared in
          one event;
        - odds_ratio, low, high: the common conditional odds ratio, first group against second, and the interval got by
          inverting the same test at `alpha`; from blocks that hold both groups, and for two groups only;
        - people_used: people who could be permuted; the others were only with their own group. left_out: people whom
          the grouping is about and whose group is not known;
        - fragility: the fewest people whose part must be turned round for `differs` to come or go, by exact search;
          silent: of those who did not raise it, the fewest of one group who would have to for `differs` to go; missing
          for other verdicts, and where the search is too large or was not asked for;
        - verdict: the first of these that holds. `confounded`: each group had events of its own that cannot be
          permuted. `no variation`: everybody raised it, or nobody. `not attributed`: by who said what, or who is what,
          the adjusted p could fall on either side of alpha. `differs`: p_adjusted is at most alpha. `too few to tell`:
          p_min_adjusted is above alpha. `not shown to differ`;
        - reason: why a verdict says nothing of the people: `not asked`; `own events` or `sizes go with group`, why
          whole events are not permuted; `raised by none`, `raised by all`; `speakers not known`, `speakers of other
          codes not known`; `margins`; blank for `differs` and `not shown to differ`;
        - verdict_equal_talk, p_equal_talk: the verdict and the adjusted p where only people who talked about as much
          are permuted (see `equal_talk`), since talk gives chances to raise a code; talk_ratio: how many times as much
          one group still talked there as another. Where there is no verdict reason_equal_talk says why: `only coded
          passages`, `talk not known`, `whole events`, `own events`, `speakers not known`, `talk remains` (a talk_ratio
          above 1.25);
        - sampled: whether p or p_adjusted rests on a sample (`p`, `p_adjusted`, `both`; blank: neither);
        - attained, sometimes_confounded: where p is a range, whether its ends are those of a completion, and whether
          there is a completion in which groups cannot be compared.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study, if a stance is asked for that is blank, or if totals and quantifiers
        cannot all be true.

    Notes
    -----
    [fisher1935]_, [freeman1951]_ and [mehta1985]_ for the tests; [westfall1993]_ and [tarone1990]_ for what is allowed
    for; [newcombe1998]_ and [fay2010]_ for intervals; [walsh2014]_ for fragility.

    Examples
    --------
    >>> from plrlib import compare, load_study
    >>> found = compare(load_study("worked-example"), "sector")
    >>> found.frame.loc[0, ["code", "method", "verdict"]].tolist()
    ['T1', 'within', 'differs']

    See Also
    --------
    presence : The counts that are compared.
    power : What groups of given sizes could show at all.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, and {alpha} does not")
    grouping, coders = study.grouping(by), coders_used(study, coder)
    whose = coders[0] if len(coders) == 1 else None  # several are those that count where nobody is asked for
    other = None if within is None else study.grouping(within)
    chosen = tuple(codes or ())
    return _compare(study, grouping, str(level), stance, whose, alpha, chosen, other, fragility, silent, other_coders)


@remembered
def _compare(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str | None, alpha: float,
    chosen: tuple[str, ...], within: Grouping | None, fragility: bool, silent: bool, other_coders: bool,
) -> Comparison:  # fmt: skip
    found = evidence(study, level, stance, coder)
    if unknown := [code for code in chosen if code not in found.codes]:
        known = ", ".join(found.codes)
        raise ValueError(f"{', '.join(map(repr, unknown))}: not at the level {level!r}, which has {known}")
    as_planned = stance is None and within is None
    as_planned &= found.coders == reference_coders(study)
    plans = [
        plan for plan in study.settings.comparisons if as_planned and (plan.by, plan.level) == (grouping.name, level)
    ]
    share = alpha / max(len(study.settings.comparisons), 1)
    status = PLANNED if plans else EXPLORATORY

    def rows(alpha: float, status: str, family: tuple[str, ...]) -> pd.DataFrame:
        return _rows(study, grouping, level, stance, coder, alpha, status, family, within, fragility, silent)

    if not plans or any(not plan.codes for plan in plans):
        frame = rows(share if plans else alpha, status, ())
    else:
        some = [rows(share, PLANNED, plan.codes) for plan in plans]
        planned = pd.concat(some, ignore_index=True).drop_duplicates("code")
        rest = rows(alpha, EXPLORATORY, ())
        rest = rest[~rest["code"].isin(planned["code"])]
        frame = pd.concat([planned, rest]).sort_values("code", kind="stable")
    if chosen:
        frame = frame[frame["code"].isin(chosen)]
    others = tuple(c for c in study.prepared.coders("codings") if c not in found.coders) if other_coders else ()
    verdicts = _verdicts(study, grouping, level, stance, others, share if plans else alpha, within)
    counts = presence(study, grouping, level, stance, coder)
    return Comparison(frame.reset_index(drop=True), counts, grouping, verdicts, Counted(study, grouping, found), within)


@stored
def _rows(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str | None, alpha: float, status: str,
    family: tuple[str, ...], within: Grouping | None, fragility: bool, silent: bool,
) -> pd.DataFrame:  # fmt: skip
    """Return the frame of a comparison of a family of codes; none: all of the level."""
    judged = judge(study, grouping, level, stance, coder, alpha, codes=family, within=within)
    n, codes = len(judged.verdicts), judged.found.codes
    talk = equal_talk(study, judged, len(grouping.levels), alpha)
    frame = pd.DataFrame(
        {
            "grouping": grouping.name, "level": level, "stance": stance,
            "coder": ", ".join(judged.found.coders), "code": codes,
            "status": status, "alpha": alpha, **_sizes(judged, len(grouping.levels), alpha),
            **_searched(judged, len(grouping.levels), alpha, fragility, silent),
            "p": np.where(judged.p_low == judged.p_high, judged.p_low, np.nan), "p_low": judged.p_low,
            "p_high": judged.p_high, "p_min": judged.p_min, "p_adjusted": np.where(judged.known, judged.high, np.nan),
            "p_adjusted_low": judged.low, "p_adjusted_high": judged.high, "p_min_adjusted": judged.reach,
            "left_out": _left_out(study, grouping, judged), "verdict": judged.verdicts,
            "reason": [_reason(judged, c) for c in range(n)], "sampled": [_sampled(judged, c) for c in range(n)],
            "verdict_equal_talk": talk.verdicts, "reason_equal_talk": talk.reasons, "p_equal_talk": talk.p,
            "talk_ratio": talk.ratio,
            "attained": [judged.open[c].attained if c in judged.open else True for c in range(n)],
            "sometimes_confounded": [c in judged.open and judged.open[c].sometimes_confounded for c in range(n)],
        }, index=range(n), columns=COLUMNS,
    )  # fmt: skip
    every = evidence(study, level, stance, coder).codes
    return typed(frame, numbers=NUMBERS, whole=COUNTS, code=every, verdict=VERDICTS)


@stored
def _verdicts(
    study: Study, grouping: Grouping, level: str, stance: str | None, coders: tuple[str, ...], alpha: float,
    within: Grouping | None,
) -> pd.DataFrame:  # fmt: skip
    """Return the verdicts by several coders: one row a code and coder."""
    found = {coder: judge(study, grouping, level, stance, coder, alpha, within=within) for coder in coders}
    codes = next(iter(found.values())).found.codes if found else []
    rows = [(code, coder, judged.verdicts[c]) for c, code in enumerate(codes) for coder, judged in found.items()]
    return pd.DataFrame(rows, columns=["code", "coder", "verdict"], dtype="str")


def _reason(judged: Judged, c: int) -> str:
    """Return why the verdict on a code says nothing of the people; blank where it does."""
    verdict = judged.verdicts[c]
    if verdict in (DIFFERS, NOT_SHOWN):
        return ""
    if np.isnan(judged.p_min[c]):
        none_asked = (judged.counts[c, :, 0] == 0).sum()
        if none_asked > judged.counts.shape[1] - 2:
            return NOT_ASKED
        return judged.named.how(judged.place(c)).reason or OWN_EVENTS if judged.known[c] else OWN_EVENTS
    if verdict == NO_VARIATION:
        return EVERYBODY if judged.counts[c, :, 1].sum() else NOBODY
    if not judged.known[c]:
        return NOT_NAMED
    return OTHERS_NOT_NAMED if verdict == NOT_ATTRIBUTED else MARGINS


def _sampled(judged: Judged, c: int) -> str:
    """Return which p of a code rest on a sample of permutations."""
    if not judged.known[c]:
        return ""
    own, joint = bool(judged.named.sampled[judged.place(c)]), judged.named.jointly_sampled
    return "both" if own and joint else "p" if own else "p_adjusted" if joint else ""


def _sizes(judged: Judged, n_groups: int, alpha: float) -> dict[str, NDArray[Any]]:
    """Return by what is permuted how large differences are, and over how many people."""
    n = len(judged.verdicts)
    numbers = {name: np.full(n, np.nan) for name in NUMBERS[NUMBERS.index("effect") : -2]}
    people, method = np.full(n, np.nan), np.full(n, None, dtype=object)
    for c, found in judged.open.items():
        people[c] = found.people if found.people > 0 else np.nan
    counts, rows = judged.named.counts, np.flatnonzero(judged.known)
    for k in judged.named.alike():
        how, at = judged.named.how(k[0]), rows[k]
        used, mixed = np.isin(counts.blocks, how.blocks), np.isin(counts.blocks, how.mixed)
        raised, asked = counts.raised[k], counts.asked[k]
        method[at], people[at] = how.kind, asked[:, used].sum(axis=(1, 2))
        if n_groups > 2:
            numbers["effect"][at] = cramers_v(raised[:, used].sum(axis=1), asked[:, used].sum(axis=1))
        elif how.kind == WHOLE:
            numbers["effect"][at] = mean_difference(raised[:, used], asked[:, used])
        else:
            raised, asked = raised[:, mixed], asked[:, mixed]
            numbers["effect"][at] = difference(raised, asked)
            numbers["odds_ratio"][at] = odds_ratio(raised, asked[0])
            numbers["low"][at], numbers["high"][at] = odds_interval(raised, asked[0], alpha).T
            if used.sum() == 1:
                ends = newcombe(raised[:, 0, 0], asked[:, 0, 0], raised[:, 0, 1], asked[:, 0, 1])
                numbers["effect_low"][at], numbers["effect_high"][at] = ends
    return {"method": method, "people_used": people, **numbers}


def _searched(
    judged: Judged, n_groups: int, alpha: float, fragility: bool, silent: bool
) -> dict[str, list[int | None]]:
    """Return for each code how many people its verdict hangs on, and how many silent people; None: not searched."""
    ranges = ~judged.known & ~np.isnan(judged.p_min)
    others = Ranges(judged.p_min[ranges], judged.p_high[ranges], judged.high[ranges])
    found: dict[str, list[int | None]] = {name: [None] * len(judged.verdicts) for name in ("fragility", "silent")}
    told = {"fragility": (DIFFERS, NOT_SHOWN) if fragility else (), "silent": (DIFFERS,) if silent else ()}
    if not any(told.values()):
        return found
    for c in followed(range(len(judged.verdicts)), "How many people a verdict hangs on, code by code"):
        if not judged.known[c]:
            continue
        search = partial(fewest_people, judged.named, judged.place(c), alpha, others)
        if judged.verdicts[c] in told["fragility"]:
            found["fragility"][c] = search()
        if judged.verdicts[c] in told["silent"]:
            quiet = ~judged.people.raised[:, c]
            fewest = [search(who=quiet & (judged.people.group == at)) for at in range(n_groups)]
            found["silent"][c] = min((n for n in fewest if n is not None), default=None)
    return found


def _left_out(study: Study, grouping: Grouping, judged: Judged) -> NDArray[np.int64]:
    """Return for each code how many people the grouping is about who are counted in no group."""
    about = judged.people.asked[study.prepared.inside(grouping.population)].sum(axis=0)
    left = np.maximum(0, about - judged.counts[:, :, 0].sum(axis=1))
    apart = (study.prepared.group(grouping) >= 0) & (judged.people.group < 0)  # in no group of `within`
    return np.asarray(left + judged.people.asked[apart].sum(axis=0), dtype=np.int64)
