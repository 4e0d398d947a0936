"""Agreement between coders: Krippendorff's alpha, Cohen's kappa, Gwet's AC1 and raw agreement, with intervals.

Letters: R coders, E excerpts, U units that are resampled, C codes, Q categories (distinct sets of codes, or themes), B
replicates. References: references.toml, beside this file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import invpascal

from plrlib.faults import NotInStudy
from plrlib.stats.themes import envelopes
from plrlib.study.evidence import codes_at, codings_of, read_by
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN

Array = NDArray[np.float64]
Found = dict[str, Array]
ALPHA, KAPPA, AC1, RAW = "alpha", "kappa", "AC1", "raw"
COEFFICIENTS = (ALPHA, KAPPA, AC1, RAW)
OVERALL, PAIRS = "overall", "pairs"
UNITS = ("code", "theme")
_WHOLE = 1 - 1e-12


def agreement(
    study: Study, unit: str = "code", coders: str | Sequence[str | Sequence[str]] | None = None
) -> pd.DataFrame:
    """Krippendorff's alpha, Cohen's kappa, Gwet's AC1 and raw agreement of coders who read the same excerpts.

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
    >>> overall = found[found["target"] == "overall"]
    >>> print(overall[["coefficient", "estimate", "low", "high", "n"]].round(2).to_string(index=False))
    coefficient  estimate   low  high   n
          alpha      0.87  0.84  0.91 439
          kappa      0.87  0.84  0.91 439
            AC1      0.88  0.84  0.91 439
            raw      0.88  0.85  0.92 439
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
    drawn = units(study, paired)
    each = yes_or_no(given.given, given.seen, drawn.members)
    overall = one_of_many(given.category, len(given.sets), drawn.members, given.sets if unit == "code" else None)

    def coefficients(weights: Array) -> Found:
        """Return each coefficient for B sets of weights: B × (1 + C), overall first."""
        whole, by_code = overall(weights), each(weights)
        return {name: np.column_stack([whole[name], by_code[name]]) for name in COEFFICIENTS}

    estimate = coefficients(np.ones((1, len(drawn) + 1)))
    low, high = ({name: np.full(v.shape[1], np.nan) for name, v in estimate.items()} for _ in range(2))
    if len(drawn) > 1:
        found = [coefficients(weights) for weights in resampled(drawn, study.settings.seed)]
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


# Which coder gave what to which excerpt.

UNSEEN = -1


@dataclass(frozen=True)
class Ratings:
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
    """

    codes: list[str]
    given: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    category: NDArray[np.int64]
    sets: NDArray[np.bool_]


def coders_of(study: Study, unit: str) -> list[str]:
    """Coders who gave codes, or (unit `theme`) who have envelopes, in the order of study.toml.

    Examples
    --------
    >>> import plrlib
    >>> coders_of(plrlib.load_study("worked-example"), "code")
    ['first', 'second']
    """
    table = study.codings if unit == "code" else study.envelopes
    return [str(c) for c in table["coder"].cat.categories if (table["coder"] == c).any()]


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
        A coder saw an excerpt who has any row for it; seen and not coded is the empty set of codes.

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
    if unit == "theme":
        return _envelopes(study, coders)
    codes, target = codes_at(study, "code")
    given = np.zeros((len(coders), len(study.excerpts), len(codes)), dtype=bool)
    for r, coder in enumerate(coders):
        excerpt, code = codings_of(study, coder)
        counts = target[code] >= 0
        given[r, excerpt[counts], target[code[counts]]] = True
    seen = np.array([read_by(study, coder) for coder in coders])
    return Ratings(codes, given, seen, *distinct_sets(given, seen))


def alike_excerpts(study: Study, unit: str, pair: Sequence[str], code: str = "") -> list[str]:
    """Excerpts on which two coders agree whether they have a code; blank: to which they gave the same.

    Examples
    --------
    >>> import plrlib
    >>> alike_excerpts(plrlib.load_study("worked-example"), "code", ["first", "second"])[:2]
    ['E0001', 'E0002']
    """
    found = ratings(study, unit, pair)
    same = found.category[0] == found.category[1]
    if code:
        given = found.given[:, :, found.codes.index(code)]
        same = given[0] == given[1]
    return [str(name) for name in study.excerpts["excerpt"][same & found.seen.all(axis=0)]]


def _envelopes(study: Study, coders: Sequence[str]) -> Ratings:
    themes = [*(code for code in study.themes["code"] if code != study.settings.left_over), study.settings.left_over]
    given = np.zeros((len(coders), len(study.excerpts), len(themes)), dtype=bool)
    seen = np.zeros(given.shape[:2], dtype=bool)
    for r, coder in enumerate(coders):
        ledger = envelopes(study, coder)
        seen[r] = (ledger["status"] != "not seen").to_numpy()
        theme = pd.Index(themes).get_indexer(ledger["theme"].astype("object").fillna(study.settings.left_over))
        given[r, np.flatnonzero(seen[r]), theme[seen[r]]] = True
    return Ratings(themes, given, seen, *distinct_sets(given, seen))


def distinct_sets(given: NDArray[np.bool_], seen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Which set of codes each coder gave each excerpt (R × E numbers; -1: not seen), and each set once: Q × C.

    Examples
    --------
    >>> given = np.array([[[1, 0], [1, 1]], [[1, 0], [0, 0]]], dtype=bool)  # two coders, two excerpts, two codes
    >>> category, sets = distinct_sets(given, np.array([[True, True], [True, False]]))
    >>> category.tolist(), sets.astype(int).tolist()
    ([[0, 1], [0, -1]], [[1, 0], [1, 1]])
    """
    packed = np.packbits(given[seen], axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, max(packed.shape[1], 1)))).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    category = np.full(seen.shape, UNSEEN, dtype=np.int64)
    category[seen] = which
    return category, given[seen][first]


# Resample excerpts, or the whole events where they were said, and say between what the results lie.

EVENTS, EXCERPTS = "events", "excerpts, optimistic"
FEWEST_EVENTS, MOST_NOWHERE = 8, 0.2
"""Events are resampled where there are so many, and less than this share of the excerpts is in no one event."""
REPLICATES = 1000
LOST = 0.05
"""No interval is claimed where more than this share of the replicates has no result."""
_ROOM = 2_000_000


@dataclass(frozen=True)
class Units:
    """What is drawn again and again: its `kind`, and for each of E excerpts its unit, from 0 to U-1; -1: none."""

    kind: str
    of: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.of.max(initial=-1)) + 1

    @cached_property
    def members(self) -> sp.csr_array:
        """U + 1 × E: which excerpts belong to a unit; the last row: those that belong to none."""
        n, row = len(self.of), np.where(self.of < 0, len(self), self.of)
        return sp.csr_array((np.ones(n), (row, np.arange(n))), shape=(len(self) + 1, n))


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


def resampled(drawn: Units, seed: int, replicates: int = REPLICATES) -> Iterator[NDArray[np.float64]]:
    """How often each unit is drawn in a bootstrap, in blocks of replicates: together B × U + 1, as in `Units.members`.

    Examples
    --------
    >>> [block] = resampled(Units("events", np.array([0, 0, 1, 2])), seed=1, replicates=2)
    >>> block.tolist()  # three units, and last what is in none
    [[1.0, 2.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0]]
    """
    rng = np.random.default_rng(seed)
    n = len(drawn)
    step = max(1, _ROOM // n)
    for start in range(0, replicates, step):
        b = min(step, replicates - start)
        times = np.zeros((n + 1, b))  # units first: sparse products would copy the other order
        times[:n] = rng.multinomial(n, np.full(n, 1 / n), size=b).T
        yield times.T


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentile interval of 95 %: over B replicates (first axis); nan where too many of them have no result.

    Examples
    --------
    >>> low, high = interval(np.linspace(0, 1, 1001)[:, None])
    >>> print(low.round(3), high.round(3))
    [0.025] [0.975]
    """
    lost = np.isnan(values)
    ends = np.full((2, *values.shape[1:]), np.nan)
    claimed = lost.mean(axis=0) <= LOST
    if claimed.any():
        ends[:, claimed] = np.nanpercentile(values[:, claimed], [2.5, 97.5], axis=0)
    return ends[0], ends[1]


# Coefficients of agreement. All are made of two kinds of terms: sums over excerpts of what is known of one excerpt, and
# products of two such sums, category by category. So excerpts are added up by unit once, and what is drawn a thousand
# times is units: a few dozen events in place of thousands of excerpts.

_NOTHING = 1e-12
_FEW_UNITS = 256
"""Up to so many units, products are summed over categories once for each two units, and not for each replicate."""


def yes_or_no(
    given: NDArray[np.bool_], seen: NDArray[np.bool_], units: sp.csr_array | None = None
) -> Callable[[Array], Found]:
    """Alpha, kappa, AC1 and raw agreement of C codes, each given or not, as a function of weights.

    Parameters
    ----------
    given, seen : ndarray
        R × E × C: whether a coder gave a code; R × E: whether the coder saw the excerpt.
    units : sparse array, optional
        U × E: which excerpts belong to a unit; None: every excerpt is a unit.

    Returns
    -------
    Callable
        From weights, B × U, to the coefficients, B × C; nan where one is not defined.

    See Also
    --------
    one_of_many : The same of ratings that are one of several categories.

    References
    ----------
    [krippendorff2011]_, [cohen1960]_, [light1971]_, [gwet2008]_.

    Examples
    --------
    >>> given = np.array([[[1], [1], [0], [0]], [[1], [0], [0], [0]]], dtype=bool)  # two coders, four excerpts, a code
    >>> found = yes_or_no(given, np.ones((2, 4), dtype=bool))(np.ones((1, 4)))
    >>> {name: round(float(value[0, 0]), 3) for name, value in found.items()}
    {'alpha': 0.533, 'kappa': 0.5, 'AC1': 0.529, 'raw': 0.75}
    """
    units = sp.eye_array(seen.shape[1], format="csr") if units is None else units
    m = seen.sum(axis=0).astype(np.float64)
    paired = m > 1
    others = np.where(paired, m - 1, 1)
    codes = [_sparse(one & there[:, None]) for one, there in zip(given, seen, strict=True)]
    k = sum(codes[1:], codes[0])
    # Of m coders k gave the code, and k (m - k) pairs differ: none where nobody gave it, so that all stays sparse.
    differing = (sp.diags_array(m) @ k - k.power(2)).tocsr()
    differing.eliminate_zeros()

    def total(features: sp.csr_array, by: Array) -> sp.csr_array:
        return _weighted(units, by) @ features

    def sums(by: Array) -> Array:
        return np.asarray(units @ by)[:, None]

    apart, apart_by_excerpt = total(differing, 2 * paired / others), total(differing, 2 * paired / others / _or_one(m))
    ones, share = total(k, paired), total(k, 1 / _or_one(m))
    pairable, excerpts, read = sums(m * paired), sums(paired), sums(m > 0)
    twos = []
    for a, b in combinations(range(len(given)), 2):
        both = seen[a] & seen[b]
        twos.append((sums(both), total(abs(codes[a] - codes[b]), both), total(codes[a], both), total(codes[b], both)))

    def coefficients(weights: Array) -> Found:
        n, some = weights @ pairable, weights @ ones
        raw = 1 - _ratio(weights @ apart_by_excerpt, weights @ excerpts)
        expected = _ratio(some * (some - 1) + (n - some) * (n - some - 1), n * (n - 1))
        common = _ratio(weights @ share, weights @ read)
        kappas = []
        for both, differ, first, second in twos:
            po, pa, pb = (_ratio(weights @ part, weights @ both) for part in (differ, first, second))
            kappas.append(_beyond(1 - po, pa * pb + (1 - pa) * (1 - pb)))
        return {
            ALPHA: _beyond(1 - _ratio(weights @ apart, n), expected),
            KAPPA: _mean(kappas),
            AC1: _beyond(raw, 2 * common * (1 - common)),
            RAW: raw,
        }

    return coefficients


def one_of_many(
    category: NDArray[np.int64],
    n_categories: int,
    units: sp.csr_array | None = None,
    sets: NDArray[np.bool_] | None = None,
) -> Callable[[Array], Found]:
    """Alpha, kappa, AC1 and raw agreement of one rating an excerpt, of Q categories, as a function of weights.

    Parameters
    ----------
    category : ndarray
        R × E: the category given; -1: not seen.
    n_categories : int
        Q: those that were used at all, whatever the weights.
    units : sparse array, optional
        U × E: which excerpts belong to a unit; None: every excerpt is a unit.
    sets : ndarray, optional
        Q × C: the codes of each category, which alpha compares by MASI; None: two categories are the same or not.

    Returns
    -------
    Callable
        From weights, B × U, to the coefficients, B; nan where one is not defined.

    See Also
    --------
    yes_or_no : The same of many codes, each given or not.

    References
    ----------
    [krippendorff2011]_, [passonneau2006]_, [cohen1960]_, [light1971]_, [gwet2008]_.

    Examples
    --------
    >>> category = np.array([[0, 1, 2, 2], [0, 1, 2, 1]])
    >>> found = one_of_many(category, 3)(np.ones((1, 4)))
    >>> {name: round(float(value[0]), 3) for name, value in found.items()}
    {'alpha': 0.667, 'kappa': 0.636, 'AC1': 0.628, 'raw': 0.75}
    """
    units = sp.eye_array(category.shape[1], format="csr") if units is None else units
    seen = category >= 0
    m = seen.sum(axis=0).astype(np.float64)
    paired = m > 1
    per_pair = paired / np.where(paired, m - 1, 1)
    onehot = [_onehot(ratings, n_categories) for ratings in category]
    counts = sum(onehot[1:], onehot[0])
    pairs = [(a, b, seen[a] & seen[b]) for a, b in combinations(range(len(category)), 2)]
    same = np.zeros(len(m))
    alike = np.zeros(len(m))
    for a, b, both in pairs:
        equal = both & (category[a] == category[b])
        same += 2 * equal
        alike += 2 * (equal if sets is None else _alike(sets, category[a], category[b], both))
    sizes = _weighted(units, paired) @ counts
    squares = _products(sizes, sizes, None if sets is None else masi_product(sets))
    shares = _weighted(units, 1 / _or_one(m)) @ counts
    share_squares = _products(shares, shares)
    agreeing, agreeing_by_excerpt = units @ (alike * per_pair), units @ (same * per_pair / _or_one(m))
    pairable, excerpts, read = units @ (m * paired), units @ paired.astype(float), units @ (m > 0).astype(float)
    twos = []
    for a, b, both in pairs:
        first, second = (_weighted(units, both) @ onehot[r] for r in (a, b))
        equal = both & (category[a] == category[b])
        twos.append((units @ both.astype(float), units @ equal.astype(float), _products(first, second)))

    def coefficients(weights: Array) -> Found:
        n = weights @ pairable
        raw = _ratio(weights @ agreeing_by_excerpt, weights @ excerpts)
        alpha = _beyond(_ratio(weights @ agreeing, n), _ratio(squares(weights) - n, n * (n - 1)))
        chance = 1 - _ratio(share_squares(weights), (weights @ read) ** 2)
        kappas = []
        for both, equal, expected in twos:
            total = weights @ both
            kappas.append(_beyond(_ratio(weights @ equal, total), _ratio(expected(weights), total**2)))
        return {ALPHA: alpha, KAPPA: _mean(kappas), AC1: _beyond(raw, chance / max(n_categories - 1, 1)), RAW: raw}

    return coefficients


def _sparse(flags: NDArray[np.bool_]) -> sp.csr_array:
    """Return E × C flags as a sparse array; SciPy's own way, through pairs of indices, takes twice as long."""
    at = np.flatnonzero(flags)
    ends = np.append(0, np.cumsum(np.count_nonzero(flags, axis=1)))
    return sp.csr_array((np.ones(len(at)), at % flags.shape[1], ends), shape=flags.shape)


def _weighted(units: sp.csr_array, by: NDArray[Any]) -> sp.csr_array:
    """Return the excerpts of each unit (U × E), each excerpt with its weight."""
    return sp.csr_array((units.data * by[units.indices], units.indices, units.indptr), shape=units.shape)


def _onehot(ratings: NDArray[np.int64], n_categories: int) -> sp.csr_array:
    """Return E × Q: one where the excerpt has the category."""
    at = np.flatnonzero(ratings >= 0)
    return sp.csr_array((np.ones(len(at)), (at, ratings[at])), shape=(len(ratings), n_categories))


def _products(
    left: sp.csr_array, right: sp.csr_array, similar: Callable[[Array], Array] | None = None
) -> Callable[[Array], Array]:
    """Return a function that sums, for weights, the products of two weighted sums (U × Q) over the categories: B.

    With `similar`, every category of the one is multiplied by every category of the other, as far as they are similar.
    """
    if left.shape[0] <= _FEW_UNITS:
        by_two = left @ (right.T if similar is None else similar(right.T.toarray()))
        by_two = by_two.toarray() if sp.issparse(by_two) else by_two
        return lambda weights: np.asarray(((weights @ by_two) * weights).sum(axis=1))

    def products(weights: Array) -> Array:
        mine = weights @ left
        other = mine if right is left else weights @ right
        return np.asarray(np.einsum("bq,bq->b", mine, other if similar is None else similar(other.T).T))

    return products


def _beyond(observed: Array, expected: Array) -> Array:
    """Return agreement beyond what is expected; nan where chance alone would always agree."""
    room = 1 - expected
    return np.asarray(np.where(room > _NOTHING, (observed - expected) / np.where(room > _NOTHING, room, 1), np.nan))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.where(bottom > 0, top / _or_one(bottom), np.nan))


def _or_one(values: Array) -> Array:
    """Return values to divide by: 1 where they are 0, or less."""
    return np.where(values > 0, values, 1.0)


def _mean(found: list[Array]) -> Array:
    """Return the mean over the pairs of coders for whom it is defined."""
    every = np.array(found)
    known = ~np.isnan(every)
    return _ratio(np.where(known, every, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))


# How alike two sets of codes are: 1 - the MASI distance.

SUBSET, OVERLAP = 2 / 3, 1 / 3
_MOST_CODES = 8
"""Sets of so many codes at most are compared by the subsets that they share: 256 for a set of eight."""
_ROWS, _COLUMNS = 256, 16
"""Larger sets are compared with all others so many at once; products are made for so many columns at once."""


def masi(common: NDArray[Any], one: NDArray[Any], other: NDArray[Any]) -> Array:
    """MASI similarity of two sets of codes, 1 - their MASI distance, from how many codes they have.

    Parameters
    ----------
    common, one, other : ndarray or int
        How many codes are in both sets, in the one and in the other; arrays that broadcast.

    Returns
    -------
    ndarray
        From 0 (nothing in common) to 1 (the same). Two empty sets are the same; an empty one has nothing in common with
        another.

    Notes
    -----
    J × M. J is Jaccard's share, of all codes in either set those in both. M is 1 where the sets are the same, 2/3
    where one holds the other, 1/3 where they overlap otherwise [passonneau2006]_.

    Examples
    --------
    >>> masi(np.array([2, 1, 0]), np.array([2, 1, 1]), np.array([2, 2, 1])).round(3).tolist()
    [1.0, 0.333, 0.0]
    """
    monotonicity = np.where(common == np.minimum(one, other), SUBSET, OVERLAP)
    jaccard = common / np.maximum(one + other - common, 1)
    return np.asarray(np.where((common == one) & (common == other), 1.0, monotonicity * jaccard), dtype=np.float64)


def _alike(
    sets: NDArray[np.bool_], first: NDArray[np.int64], second: NDArray[np.int64], both: NDArray[np.bool_]
) -> Array:
    """Return for each of E excerpts the similarity of the sets that two coders gave; 0 where not both saw it."""
    found = np.zeros(len(both))
    size = sets.sum(axis=1)
    distinct, which = np.unique(first[both] * len(sets) + second[both], return_inverse=True)
    one, other = np.divmod(distinct, len(sets))
    found[both] = masi((sets[one] & sets[other]).sum(axis=1), size[one], size[other])[which]
    return found


def masi_product(sets: NDArray[np.bool_]) -> Callable[[Array], Array]:
    """Product of the Q × Q MASI similarities of sets with Q × K numbers, as a function; it never holds all of them.

    Parameters
    ----------
    sets : ndarray
        Q × C: whether a set has a code.

    Notes
    -----
    Similarity depends on sizes a and b and on how many codes c are common. As a function of c it is a sum of binomials,
    f(a, b, c) = sum over k of g(a, b, k) (c over k), Newton's forward differences; and (c over k) is the number of
    subsets of k codes that are in both sets. So similarities factor over the subsets: thousands of sets of few codes
    take as many steps as they have subsets, in place of millions for each two of them.

    Examples
    --------
    >>> sets = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool)
    >>> masi_product(sets)(np.eye(3)).round(3).tolist()
    [[1.0, 0.333, 0.0], [0.333, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    size, width = sets.sum(axis=1), sets.shape[1] + 1
    most = min(_MOST_CODES, int(62 / np.log2(width + 1)))  # a subset is one number of 63 bits: its codes as digits
    rows, keys, lengths = [], [], []
    for n in range(min(most, int(size.max(initial=0))) + 1):
        mine = np.flatnonzero(size == n)
        codes = sets[mine].nonzero()[1].reshape(len(mine), n) + 1
        for k in range(n + 1):
            for chosen in combinations(range(n), k):
                rows.append(mine)
                keys.append(codes[:, list(chosen)] @ width ** np.arange(k))
                lengths.append(np.full(len(mine), k))
    row, length = np.concatenate(rows), np.concatenate(lengths)
    _, first, of = np.unique(np.concatenate(keys), return_index=True, return_inverse=True)
    length = length[first]
    column, at = np.unique(of * (most + 1) + size[row], return_inverse=True)
    features = sp.csr_array((np.ones(len(row)), (row, at)), shape=(len(sets), len(column)))
    each = pd.DataFrame({"column": range(len(column)), "subset": column // (most + 1), "size": column % (most + 1)})
    two = each.merge(each, on="subset")
    sizes = np.arange(most + 1)
    weight = masi(sizes, sizes[:, None, None], sizes[:, None]) @ invpascal(most + 1, kind="lower").T
    values = weight[two["size_x"], two["size_y"], length[two["subset"]]]
    between = sp.csr_array((values, (two["column_x"], two["column_y"])), shape=(len(column), len(column)))
    large = np.flatnonzero(size > most)

    def multiplied(numbers: Array) -> Array:
        found = np.empty_like(numbers)
        for start in range(0, numbers.shape[1], _COLUMNS):
            some = np.s_[:, start : start + _COLUMNS]
            found[some] = features @ (between @ (features.T @ numbers[some]))
        for start in range(0, len(large), _ROWS):
            block = large[start : start + _ROWS]
            common = sets[block].astype(np.float32) @ sets.T.astype(np.float32)
            similar = masi(common, size[block, None], size)
            found[block] += similar @ numbers
            similar[:, large] = 0  # those are in the rows of the larger sets already
            found += similar.T @ numbers[block]
        return found

    return multiplied
