"""Compare groups in what their people raised: a row a code, with exact p, adjusted p, effect and verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.presence import Counted, presence
from plrlib.stats.comparison.effects import cramers_v, difference, newcombe, odds_interval, odds_ratio
from plrlib.stats.comparison.fragility import fragility as fewest_people
from plrlib.stats.comparison.permutation import WHOLE
from plrlib.stats.comparison.verdict import DIFFERS, NOT_ATTRIBUTED, NOT_SHOWN, VERDICTS, Judged, judge
from plrlib.stats.work import followed
from plrlib.study.evidence import coder_or_reference, evidence
from plrlib.study.load import Study, typed
from plrlib.study.prepared import remembered, stored
from plrlib.study.settings import Comparison as Plan
from plrlib.study.settings import Grouping

PLANNED, EXPLORATORY = "planned", "exploratory"
NUMBERS = (
    "p", "p_low", "p_high", "p_min", "p_adjusted", "p_adjusted_low", "p_adjusted_high", "p_needed", "effect",
    "effect_low", "effect_high", "odds_ratio", "low", "high",
)  # fmt: skip
COUNTS = ("people_used", "left_out", "fragility")
COLUMNS = (
    "grouping", "level", "stance", "coder", "code", "status", "alpha", "method", *NUMBERS, *COUNTS, "verdict", "reason",
    "sampled", "attained", "sometimes_confounded",
)  # fmt: skip
REASONS = NOT_ASKED, OWN_EVENTS, NOT_NAMED, OTHERS_NOT_NAMED, MARGINS = (
    "not asked", "own events", "speakers not known", "speakers of other codes not known", "margins",
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
    """

    frame: pd.DataFrame
    counts: pd.DataFrame
    grouping: Grouping
    other_coders: pd.DataFrame
    counted: Counted = field(repr=False)

    @property
    def level(self) -> str:
        """What the codes are: `theme`, `code`, a depth or a column of the codebook."""
        return self.counted.found.level

    @property
    def alpha(self) -> float:
        """What this comparison has of the chance of any false finding."""
        return float(self.frame["alpha"].iloc[0])

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
    fragility: bool = False,
    other_coders: bool = False,
) -> Comparison:
    """Stratified exact permutation test of whether groups raised each code equally often.

    People are permuted between groups within the focus group where they were first heard (those interviewed alone:
    among themselves); where each event held one group, whole events are. What cannot be permuted tells nothing about
    groups.

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
        Whose codings; None: the study's reference coder.
    alpha
        The chance of any false finding that is allowed. Comparisons that study.toml plans share it equally; any other
        has all of it and is labelled exploratory.
    fragility
        Also search for the fewest people whose part decides a verdict; it takes up to a minute.
    other_coders
        Also give the verdict by each other coder who gave codes.

    Returns
    -------
    Comparison
        Its `frame` has one row a code, in the order of the codebook. Unit: people. Numbers are missing where they are
        not defined.

        - grouping, code; level (`theme`, `code`, a depth or a column of the codebook), stance (missing: any) and
          coder, as compared;
        - status: `planned` or `exploratory` (as by a column of the codebook it always is); alpha: what this comparison
          has of it;
        - method: `within`: people were permuted within events (two groups: the exact conditional test of a common odds
          ratio; more: Fisher–Freeman–Halton). `whole events`: events were. Missing where neither can be, or where that
          depends on what is not known;
        - p: exact and two-sided; missing where it depends on who raised the code, which is not known;
        - p_low, p_high: the smallest and the largest p over all completions (see `presence`); p where it is known;
        - p_min: the smallest p that the numbers of people, and of those who raised the code, allow at all; p_needed:
          the one that is needed (Tarone's alpha / K);
        - p_adjusted: for all codes of the call, by step-down minP over the same permutations (all of them up to
          200,000, else a seeded sample, which `sampled` says). Codes that cannot be permuted jointly are allowed for by
          adding what they could contribute at most; p_adjusted_low, p_adjusted_high: between which it lies;
        - effect: the difference of proportions, first group less second, weighted over the events compared (more than
          two groups: Cramér's V). effect_low, effect_high: Newcombe's 95 % interval, which knows nothing of events and
          only describes: where two groups are compared in one event;
        - odds_ratio, low, high: the common conditional odds ratio, first group against second, and the interval got by
          inverting the same test at `alpha`; within events and for two groups only;
        - people_used: people who could be permuted; the others were only with their own group. left_out: people whom
          the grouping is about and whose group is not known;
        - fragility: the fewest people whose part must be turned round for `differs` to come or go, by exact search;
          missing for other verdicts, and where the search is too large or was not asked for;
        - verdict: the first of these that holds. `confounded`: each group had events of its own, too few or too unlike
          to be permuted. `not attributed`: by who said what, or who is what, the adjusted p could fall on either side
          of alpha. `too few to tell`: no outcome could have shown (p_min is above p_needed). `differs`: p_adjusted is
          at most alpha. `not shown to differ`;
        - reason: why a verdict says nothing of the people: `not asked`, `own events`, `speakers not known`, `speakers
          of other codes not known`, `margins`; blank for `differs` and `not shown to differ`;
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
    grouping, reference = study.grouping(by), coder_or_reference(study, coder)
    return _compare(study, grouping, str(level), stance, reference, alpha, fragility, other_coders)


@remembered
def _compare(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str, alpha: float, fragility: bool,
    other_coders: bool,
) -> Comparison:  # fmt: skip
    planned = Plan(grouping.name, level) in study.settings.comparisons and stance is None
    planned = planned and (coder == study.settings.reference_coder or study.prepared.coders("codings") == [coder])
    share = alpha / len(study.settings.comparisons) if planned else alpha
    others = tuple(c for c in study.prepared.coders("codings") if c != coder) if other_coders else ()
    frame = _rows(study, grouping, level, stance, coder, share, PLANNED if planned else EXPLORATORY, fragility)
    verdicts = _verdicts(study, grouping, level, stance, others, share)
    counts, found = presence(study, grouping, level, stance, coder), evidence(study, level, stance, coder)
    return Comparison(frame, counts, grouping, verdicts, Counted(study, grouping, found))


@stored
def _rows(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str, alpha: float, status: str,
    fragility: bool,
) -> pd.DataFrame:  # fmt: skip
    """Return the frame of a comparison."""
    judged = judge(study, grouping, level, stance, coder, alpha)
    n, codes = len(judged.verdicts), judged.found.codes
    frame = pd.DataFrame(
        {
            "grouping": grouping.name, "level": level, "stance": stance, "coder": coder, "code": codes,
            "status": status, "alpha": alpha, **_sizes(judged, len(grouping.levels), alpha),
            "fragility": _fragilities(judged, alpha) if fragility else None,
            "p": np.where(judged.p_low == judged.p_high, judged.p_low, np.nan), "p_low": judged.p_low,
            "p_high": judged.p_high, "p_min": judged.p_min, "p_adjusted": np.where(judged.known, judged.high, np.nan),
            "p_adjusted_low": judged.low, "p_adjusted_high": judged.high, "p_needed": judged.share,
            "left_out": _left_out(study, grouping, judged), "verdict": judged.verdicts,
            "reason": [_reason(judged, c) for c in range(n)], "sampled": [_sampled(judged, c) for c in range(n)],
            "attained": [judged.open[c].attained if c in judged.open else True for c in range(n)],
            "sometimes_confounded": [c in judged.open and judged.open[c].sometimes_confounded for c in range(n)],
        }, index=range(n), columns=COLUMNS,
    )  # fmt: skip
    return typed(frame, numbers=NUMBERS, whole=COUNTS, code=codes, verdict=VERDICTS)


@stored
def _verdicts(
    study: Study, grouping: Grouping, level: str, stance: str | None, coders: tuple[str, ...], alpha: float
) -> pd.DataFrame:
    """Return the verdicts by several coders: one row a code and coder."""
    found = {coder: judge(study, grouping, level, stance, coder, alpha) for coder in coders}
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
        return NOT_ASKED if none_asked > judged.counts.shape[1] - 2 else OWN_EVENTS
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
    numbers = {name: np.full(n, np.nan) for name in NUMBERS[NUMBERS.index("effect") :]}
    people, method = np.full(n, np.nan), np.full(n, None, dtype=object)
    for c, found in judged.open.items():
        people[c] = found.people if found.people > 0 else np.nan
    counts, settings, rows = judged.named.counts, judged.named.settings, np.flatnonzero(judged.known)
    for k in judged.named.alike():
        how, at = settings[k[0]], rows[k]
        used = np.isin(counts.blocks, how.blocks)
        raised, asked = counts.raised[k][:, used], counts.asked[k][:, used]
        method[at], people[at] = how.kind, asked.sum(axis=(1, 2))
        if n_groups > 2:
            numbers["effect"][at] = cramers_v(raised.sum(axis=1), asked.sum(axis=1))
        elif how.kind == WHOLE:
            numbers["effect"][at] = difference(*(some.sum(axis=1, keepdims=True) for some in (raised, asked)))
        else:
            numbers["effect"][at] = difference(raised, asked)
            numbers["odds_ratio"][at] = odds_ratio(raised, asked[0])
            numbers["low"][at], numbers["high"][at] = odds_interval(raised, asked[0], alpha).T
            if used.sum() == 1:
                ends = newcombe(raised[:, 0, 0], asked[:, 0, 0], raised[:, 0, 1], asked[:, 0, 1])
                numbers["effect_low"][at], numbers["effect_high"][at] = ends
    return {"method": method, "people_used": people, **numbers}


def _fragilities(judged: Judged, alpha: float) -> list[int | None]:
    unknown = judged.p_min[~judged.known & ~np.isnan(judged.p_min)]
    told = [judged.known[c] and verdict in (DIFFERS, NOT_SHOWN) for c, verdict in enumerate(judged.verdicts)]
    codes = followed(range(len(told)), "How many people a verdict hangs on, code by code")
    return [fewest_people(judged.named, judged.place(c), alpha, unknown) if told[c] else None for c in codes]


def _left_out(study: Study, grouping: Grouping, judged: Judged) -> NDArray[np.int64]:
    """Return for each code how many people the grouping is about who are counted in no group."""
    about = judged.people.asked[study.prepared.inside(grouping.population)].sum(axis=0)
    return np.asarray(np.maximum(0, about - judged.counts[:, :, 0].sum(axis=1)), dtype=np.int64)
