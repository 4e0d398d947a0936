"""How far coders agree: alpha, kappa, AC1 and raw agreement, by code and over all of them, with intervals.

Letters: R coders, E excerpts, C codes, B replicates.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.coefficients import COEFFICIENTS, RAW, one_of_many, yes_or_no
from plrlib.stats.masi import masi
from plrlib.stats.ratings import Ratings, coders_of, ratings
from plrlib.stats.resampling import interval, resampled, units
from plrlib.study import Study

OVERALL, PAIRS = "overall", "pairs"
UNITS = ("code", "theme")
_WHOLE = 1 - 1e-12
Found = dict[str, NDArray[np.float64]]


def agreement(
    study: Study, unit: str = "code", coders: str | Sequence[str | Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return how far coders agree on what they gave to the same excerpts.

    Parameters
    ----------
    study
        A study.
    unit
        `code`: who gave which codes; each code is given to an excerpt or not, and overall it is sets of codes that are
        compared. `theme`: who put the excerpt into which envelope; what is left over is an envelope too.
    coders
        None: all who coded (or sorted), together. Names: these, together. `"pairs"`: every two of them. Groups of
        names: each of these groups.

    Returns
    -------
    DataFrame
        One row a group of coders, target and coefficient. Unit: excerpts.

        - unit, coders (`a, b`);
        - coefficient: `alpha` (Krippendorff's; overall by code the distance of two sets is MASI's, else two ratings are
          the same or not), `kappa` (Cohen's; of more than two coders Light's mean over the pairs), `AC1` (Gwet's),
          `raw` (the share of pairs of coders that agree, averaged over the excerpts). Overall by code, the last three
          take two sets of codes as the same or not;
        - target: `overall`, or a code or theme (given or not);
        - estimate: missing where it is not defined;
        - low, high: 95 % percentile bootstrap, 1,000 replicates; missing where none is claimed;
        - n: the excerpts that at least two of the coders saw;
        - resampled: `events`, whole; `excerpts, optimistic`: events are fewer than eight, or a fifth of the excerpts
          is in no one event; missing where no interval is claimed.

        A coder saw an excerpt who has any row for it. Seen and not coded is the empty set of codes: two of these are
        the same, and one has nothing in common with any other set.

    Raises
    ------
    NotInStudy
        If fewer than two coders coded (or sorted).
    ValueError
        If the unit is neither, or a group names somebody twice, fewer than two, or who did not code.

    Notes
    -----
    Hard cases. Nothing varied (all gave one thing, or nobody gave the code): alpha and kappa are missing, since nothing
    was put to the test; raw is 1, and AC1 is 1 by its formula. An excerpt that one coder saw: not in n, and without
    weight but in AC1, which takes from it how common a category is. Coders who agree throughout: 1 where something
    varied, and no interval, since resampling what never disagrees cannot show how often it would. No excerpt seen by
    two: all are missing, n is 0. No interval is claimed either where more than a twentieth of the replicates has no
    result, or there is but one unit to draw.

    Krippendorff 2011 (alpha), Passonneau 2006 (MASI), Cohen 1960 and Light 1971 (kappa), Gwet 2008 and 2014 (AC1).
    """
    if unit not in UNITS:
        raise ValueError(f"unit is 'code' or 'theme', not {unit!r}")
    rows = [_rows(study, unit, group) for group in _groups(study, unit, coders)]
    frame = pd.concat(rows, ignore_index=True)
    targets = [t for t in frame["target"].unique() if t != OVERALL]
    frame["target"] = pd.Categorical(frame["target"], categories=[OVERALL, *targets])
    frame["coefficient"] = pd.Categorical(frame["coefficient"], categories=COEFFICIENTS)
    return frame


def _groups(study: Study, unit: str, coders: str | Sequence[str | Sequence[str]] | None) -> list[tuple[str, ...]]:
    known = coders_of(study, unit)
    if len(known) < 2:
        done = {"code": "gave codes", "theme": "sorted excerpts into envelopes"}[unit]
        raise NotInStudy(f"Fewer than two coders {done}, so that there is nobody to agree or disagree with.")
    if coders is None:
        groups: list[tuple[str, ...]] = [tuple(known)]
    elif coders == PAIRS:
        groups = list(combinations(known, 2))
    elif isinstance(coders, str):
        raise ValueError(f"coders is {PAIRS!r}, or names them one by one, not {coders!r}")
    elif all(isinstance(name, str) for name in coders):
        groups = [tuple(str(name) for name in coders)]
    else:
        groups = [tuple(group) for group in coders]
    for group in groups:
        strangers = [name for name in group if name not in known]
        if strangers or len(set(group)) < max(2, len(group)):
            why = (
                f"{', '.join(strangers)} did not code"
                if strangers
                else "two different coders at least, each named once"
            )
            raise ValueError(f"coders {', '.join(map(str, group))}: {why}; those who did: {', '.join(known)}")
    return groups


def _rows(study: Study, unit: str, group: tuple[str, ...]) -> pd.DataFrame:
    given = ratings(study, unit, group)
    paired = given.seen.sum(axis=0) > 1
    distance = masi(given.sets) if unit == "code" else None
    estimate = _at(given, distance, np.ones((1, len(paired))))
    drawn = units(study, paired)
    low, high = ({name: np.full(v.shape[1], np.nan) for name, v in estimate.items()} for _ in range(2))
    if len(drawn) > 1:
        found = [_at(given, distance, weights) for weights in resampled(drawn, study.settings.seed)]
        imperfect = ~(estimate[RAW][0] >= _WHOLE)
        for name in COEFFICIENTS:
            ends = interval(np.concatenate([part[name] for part in found]))
            low[name], high[name] = (np.where(imperfect, end, np.nan) for end in ends)
    targets = [OVERALL, *given.codes]
    parts = []
    for name in COEFFICIENTS:
        frame = pd.DataFrame({"unit": unit, "coders": ", ".join(group), "coefficient": name, "target": targets})
        for column, values in (("estimate", estimate[name][0]), ("low", low[name]), ("high", high[name])):
            frame[column] = pd.Series(values).astype("Float64").where(~np.isnan(values))
        frame["n"] = pd.array([int(paired.sum())] * len(targets), dtype="Int64")
        frame["resampled"] = pd.Series([drawn.kind] * len(targets), dtype="str").where(frame["low"].notna())
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _at(given: Ratings, distance: NDArray[np.float64] | None, weights: NDArray[np.float64]) -> Found:
    """Return each coefficient for B sets of weights: B × (1 + C), overall first."""
    overall = one_of_many(given.category, len(given.sets), weights, distance)
    each = yes_or_no(given.given, given.seen, weights)
    return {name: np.column_stack([overall[name], each[name]]) for name in COEFFICIENTS}
