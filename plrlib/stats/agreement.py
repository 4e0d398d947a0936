"""Agreement between coders: Krippendorff's alpha, Cohen's kappa, Gwet's AC1, raw and positive, with intervals.

Letters: R coders, E excerpts, C codes, Q categories (distinct sets of codes, or themes), B replicates. References:
references.toml, beside this file.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.coefficients import (
    COEFFICIENTS,
    POOLED,
    POSITIVE,
    Units,
    distinct_sets,
    interval,
    one_of_many,
    resampled,
    yes_or_no,
)  # fmt: skip
from plrlib.stats.themes import NOT_SEEN, envelopes
from plrlib.study.coverage import codings_of, read_by, silence_is_known
from plrlib.study.evidence import codes_at
from plrlib.study.load import Study, typed
from plrlib.study.prepared import NOT_KNOWN, stored

OVERALL, PAIRS = "overall", "pairs"
UNITS = ("code", "theme")
READ, GIVEN = OVER = ("read", "given")
"""Agreement over all that was read, silence included, and over what somebody gave something."""
EVENTS, EXCERPTS = "events", "excerpts, optimistic"
FEWEST_EVENTS, MOST_NOWHERE = 8, 0.2
"""Events are resampled where there are so many, and less than this share of the excerpts is in no one event."""
COLUMNS = (
    "unit", "coders", "coefficient", "target", "over", "estimate", "low", "high", "n", "prevalence", "resampled",
)  # fmt: skip
_WHOLE = 1 - 1e-12


@stored
def agreement(
    study: Study, unit: str = "code", coders: str | Sequence[str | Sequence[str]] | None = None
) -> pd.DataFrame:
    """Krippendorff's alpha, Cohen's kappa, Gwet's AC1, raw and positive agreement of coders who read the same excerpts.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code`: who gave which codes; each code is given to an excerpt or not, and overall it is sets of codes that are
        compared. `theme`: who put the excerpt into which envelope; what is left over is an envelope too.
    coders : str or sequence, optional
        None: all who coded (or sorted), together. Names: these, together. `"pairs"`: every two of them. Groups of
        names: each of these groups.

    Returns
    -------
    DataFrame
        One row a group of coders, target and coefficient. Unit: excerpts.

        - unit, coders (`a, b`);
        - coefficient: `alpha` (Krippendorff's; overall by code the distance of two sets is MASI's, else two ratings are
          the same or not), `kappa` (Cohen's; of more than two coders Light's mean over the pairs), `AC1` (Gwet's),
          `raw` (the share of pairs of coders that agree, averaged over the excerpts), `positive` (2a / (2a + b + c): of
          what two coders gave, the share that both did; overall of all codes together, what is left over apart).
          Overall by code, kappa, AC1 and raw take two sets of codes as the same or not;
        - target: `overall`, or a code or theme (given or not);
        - over: `read`: all excerpts that at least two of the coders read, also where none of them gave anything. Not
          there where it is not on record what a coder read and passed over: then excerpts are there only because they
          were coded. `given`: those to which at least one of them gave something (a code, or a theme that is not what
          is left over);
        - estimate: missing where it is not defined;
        - low, high: 95 % percentile bootstrap, 1,000 replicates; missing where none is claimed;
        - n: these excerpts;
        - prevalence: the share of the coders' readings of them in which the code was given; overall, in which anything
          was; missing where n is 0;
        - resampled: `events`, whole; `excerpts, optimistic`: events are fewer than eight, or a fifth of the excerpts
          is in no one event; missing where no interval is claimed.

        What a coder read is what coverage.csv says, or what they coded or sorted; the reference coder of a complete
        study read everything. Read and not coded is the empty set of codes: two of these are the same, and one has
        nothing in common with any other set. By theme, only who assigned an excerpt to one, or left it over, counts.

    Raises
    ------
    NotInStudy
        If fewer than two coders coded (or sorted).
    ValueError
        If the unit is neither, or a group names somebody twice, fewer than two, or who did not code.

    Notes
    -----
    Hard cases. Nothing varied (all gave one thing, or nobody gave the code): alpha and kappa are missing, since nothing
    was put to the test; raw is 1, and AC1 is 1 by its formula. Nobody gave the code: positive agreement is missing. An
    excerpt that one coder read: not in n, and without weight but in AC1, which takes from it how common a category is.
    Coders who agree throughout: 1 where something varied, and no interval, since resampling what never disagrees cannot
    show how often it would. No excerpt read by two: all are missing, n is 0. No interval is claimed either where more
    than a twentieth of the replicates has no result, or there is but one unit to draw.

    References
    ----------
    [krippendorff2011]_ (alpha), [passonneau2006]_ (MASI), [cohen1960]_ and [light1971]_ (kappa), [gwet2008]_ and
    [gwet2014]_ (AC1).

    See Also
    --------
    moved : The excerpts that two coders assign to different themes.

    Examples
    --------
    >>> import plrlib
    >>> found = plrlib.agreement(plrlib.load_study("worked-example"))
    >>> overall = found[(found["target"] == "overall") & (found["over"] == "read")]
    >>> print(overall[["coefficient", "estimate", "low", "high", "n"]].round(2).to_string(index=False))
    coefficient  estimate   low  high   n
          alpha      0.87  0.84  0.91 439
          kappa      0.87  0.84  0.91 439
            AC1      0.88  0.84  0.91 439
            raw      0.88  0.85  0.92 439
       positive      0.88  0.85  0.92 439
    """
    if unit not in UNITS:
        raise ValueError(f"unit is 'code' or 'theme', not {unit!r}")
    frame = pd.concat([_rows(study, unit, group) for group in _groups(study, unit, coders)], ignore_index=True)
    return typed(frame, target=frame["target"].unique(), coefficient=COEFFICIENTS, over=OVER)


def _groups(study: Study, unit: str, coders: str | Sequence[str | Sequence[str]] | None) -> list[tuple[str, ...]]:
    known = coders_of(study, unit)
    if len(known) < 2:
        done = {"code": "gave codes", "theme": "sorted excerpts into envelopes"}[unit]
        raise NotInStudy(f"Fewer than two coders {done}, so that agreement cannot be told: add a second.")
    if isinstance(coders, str) and coders != PAIRS:
        raise ValueError(f"coders is {PAIRS!r}, or names them one by one, not {coders!r}")
    listed: list[Any] = list(combinations(known, 2) if coders == PAIRS else known if coders is None else coders)
    groups = [tuple(group) for group in ([listed] if all(isinstance(name, str) for name in listed) else listed)]
    for group in groups:
        strangers = [name for name in group if name not in known]
        if strangers or len(set(group)) < max(2, len(group)):
            twice = "two different coders at least, each named once"
            why = f"{', '.join(strangers)} did not code" if strangers else twice
            raise ValueError(f"coders {', '.join(map(str, group))}: {why}; those who did: {', '.join(known)}")
    return groups


def _rows(study: Study, unit: str, group: tuple[str, ...]) -> pd.DataFrame:
    read = ratings(study, unit, group)
    given = read.of_something()
    found = {GIVEN: _coefficients(study, unit, given)}
    if read.silence_is_known:
        same = np.array_equal(read.seen, given.seen)
        found = {READ: found[GIVEN] if same else _coefficients(study, unit, read), **found}
    frame = pd.concat([some.assign(over=over) for over, some in found.items()], ignore_index=True)
    return frame.assign(unit=unit, coders=", ".join(group))[[*COLUMNS]]


def _coefficients(study: Study, unit: str, given: "Ratings") -> pd.DataFrame:
    paired = given.seen.sum(axis=0) > 1
    drawn = units(study, paired)
    each = yes_or_no(given.given, given.seen, drawn.members, given.named)
    overall = one_of_many(given.category, len(given.sets), drawn.members, given.sets if unit == "code" else None)

    def coefficients(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each coefficient for B sets of weights: B × coefficients × (1 + C), overall first."""
        by_code = each(weights)
        whole = overall(weights) | {POSITIVE: by_code[POOLED]}
        return np.stack([np.column_stack([whole[name], by_code[name]]) for name in COEFFICIENTS], axis=1)

    [estimate] = coefficients(np.ones((1, len(drawn) + 1)))
    low = high = np.full(estimate.shape, np.nan)
    if len(drawn) > 1:
        replicates = [coefficients(weights) for weights in resampled(drawn, study.settings.seed)]
        raw = estimate[COEFFICIENTS.index("raw")]
        low, high = (np.where(raw < _WHOLE, end, np.nan) for end in interval(np.concatenate(replicates)))
    targets = [OVERALL, *given.codes]
    about = {"coefficient": np.repeat(COEFFICIENTS, len(targets)), "target": targets * len(COEFFICIENTS)}
    numbers = {"estimate": estimate.ravel(), "low": low.ravel(), "high": high.ravel()}
    frame = pd.DataFrame({**about, **numbers, "n": paired.sum()})
    frame["prevalence"] = np.tile(given.prevalence(paired), len(COEFFICIENTS))
    frame["resampled"] = pd.Series(drawn.kind, index=frame.index).where(frame["low"].notna())
    return typed(frame, numbers=(*numbers, "prevalence"), whole=("n",))


# Which coder gave what to which excerpt.


class Ratings(NamedTuple):
    """What R coders gave to E excerpts.

    Parameters
    ----------
    codes
        The C codes, or the themes and, last, what is left over.
    given
        R × E × C: whether the coder gave the excerpt the code.
    seen
        R × E: whether the coder saw the excerpt.
    category
        R × E: the number of the category: an envelope, or a set of codes; -1: not seen.
    sets
        Q × C: the codes of each category.
    named
        The codes that say something: all but what is left over.
    silence_is_known
        Whether it is on record for every coder what they read and gave nothing.
    """

    codes: list[str]
    given: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    category: NDArray[np.int64]
    sets: NDArray[np.bool_]
    named: slice
    silence_is_known: bool

    def of_something(self) -> "Ratings":
        """Return the ratings of the excerpts to which at least one of the coders gave something."""
        seen = self.seen & self.given[:, :, self.named].any(axis=(0, 2))
        category, sets = distinct_sets(self.given, seen)
        return self._replace(seen=seen, category=category, sets=sets)

    def shown(self) -> "Ratings":
        """Return all ratings where silence is on record, else those of the excerpts that were given something."""
        return self if self.silence_is_known else self.of_something()

    def prevalence(self, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the share of the readings of some of E excerpts with anything (first), and with each code: 1 + C."""
        read = (self.seen & counted)[:, :, None]
        some = self.given[:, :, self.named].any(axis=2, keepdims=True)
        times = np.concatenate([some & read, self.given & read], axis=2).sum(axis=(0, 1))
        return np.asarray(times / read.sum() if read.any() else np.full(len(times), np.nan))


def coders_of(study: Study, unit: str) -> list[str]:
    """Coders who gave codes, or (unit `theme`) who have envelopes, in the order of study.toml.

    Examples
    --------
    >>> import plrlib
    >>> coders_of(plrlib.load_study("worked-example"), "code")
    ['first', 'second']
    """
    return study.prepared.coders("codings" if unit == "code" else "envelopes")


def ratings(study: Study, unit: str, coders: Sequence[str]) -> Ratings:
    """Ratings by R coders: the sets of codes, or (unit `theme`) the one theme, that they gave each excerpt.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code` or `theme`.
    coders : sequence of str
        R coders who gave codes, or have envelopes; see `coders_of`.

    Returns
    -------
    Ratings
        Read and not coded is the empty set of codes.

    Raises
    ------
    NotInStudy, ValueError
        If the unit is `theme`: as `envelopes` does.

    Examples
    --------
    >>> import plrlib
    >>> found = ratings(plrlib.load_study("worked-example"), "code", ["first", "second"])
    >>> found.given.shape, len(found.sets)
    ((2, 439, 20), 20)
    """
    left_over = study.settings.left_over
    if unit == "code":
        codes, target = codes_at(study, "code")
        named, known = slice(None), all(silence_is_known(study, coder) for coder in coders)
    else:
        codes = [*(theme for theme in study.themes["code"] if theme != left_over), left_over]
        named, known = slice(-1), True
    given = np.zeros((len(coders), len(study.excerpts), len(codes)), dtype=bool)
    seen = np.zeros(given.shape[:2], dtype=bool)
    for r, coder in enumerate(coders):
        if unit == "code":
            seen[r] = read_by(study, coder)
            excerpt, code = codings_of(study, coder)
            code = target[code]
        else:
            found = envelopes(study, coder)
            seen[r] = found["status"] != NOT_SEEN
            excerpt = np.flatnonzero(seen[r])
            code = pd.Index(codes).get_indexer(pd.Index(found["theme"].astype("object").fillna(left_over)))[excerpt]
        given[r, excerpt[code >= 0], code[code >= 0]] = True
    return Ratings(codes, given, seen, *distinct_sets(given, seen), named, known)


def alike_excerpts(study: Study, unit: str, pair: Sequence[str], code: str = "") -> list[str]:
    """Excerpts on which two coders agree whether they have a code; blank: to which they gave the same.

    Among those that both read, or, where it is not on record what they passed over, that either gave something.

    Examples
    --------
    >>> import plrlib
    >>> alike_excerpts(plrlib.load_study("worked-example"), "code", ["first", "second"])[:2]
    ['E0001', 'E0002']
    """
    found = ratings(study, unit, pair).shown()
    same = found.category[0] == found.category[1]
    if code:
        given = found.given[:, :, found.codes.index(code)]
        same = given[0] == given[1]
    return [str(name) for name in study.excerpts["excerpt"][same & found.seen.all(axis=0)]]


def units(study: Study, counted: NDArray[np.bool_]) -> Units:
    """Units of a bootstrap: whole events, or excerpts where events are too few or not known.

    Parameters
    ----------
    study : Study
        A study.
    counted : ndarray
        For each of E excerpts whether it counts at all.

    Returns
    -------
    Units
        Excerpts said in one event resemble one another, so that resampling them one by one is optimistic: the interval
        comes out too narrow. Where events are resampled, an excerpt of no one event is a unit of its own.

    Examples
    --------
    >>> import plrlib
    >>> drawn = units(plrlib.load_study("worked-example"), np.ones(439, dtype=bool))
    >>> drawn.kind, len(drawn)
    ('events', 23)
    """
    place = np.where(counted, study.prepared.only_event, NOT_KNOWN)
    nowhere = counted & (place < 0)
    events = np.unique(place[place >= 0])
    if len(events) < FEWEST_EVENTS or nowhere.sum() >= MOST_NOWHERE * counted.sum():
        return Units(EXCERPTS, np.where(counted, np.cumsum(counted) - 1, NOT_KNOWN))
    of = np.where(place >= 0, np.searchsorted(events, place), NOT_KNOWN)
    of[nowhere] = len(events) + np.arange(int(nowhere.sum()))
    return Units(EVENTS, of)
