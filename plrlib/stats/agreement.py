"""How far coders agree: alpha, kappa, AC1 and raw agreement, by code and over all of them, with intervals.

Letters: R coders, E excerpts, C codes, B replicates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.themes import envelopes
from plrlib.study.evidence import codes_at
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN

# How unlike two sets of codes are: the MASI distance (Passonneau 2006).

SUBSET, OVERLAP = 2 / 3, 1 / 3


def masi(sets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the MASI distance of each of S sets to each: S × S, from 0 (the same) to 1 (nothing in common).

    Parameters
    ----------
    sets
        S × C: whether a set has a code. Two empty sets are the same; an empty one has nothing in common with another.

    Notes
    -----
    1 - J × M. J is Jaccard's share, of all codes in either set those in both. M is 1 where the sets are the same, 2/3
    where one holds the other, 1/3 where they overlap otherwise, 0 where they have nothing in common. Passonneau 2006.
    """
    given = sets.astype(np.float64)
    both = given @ given.T
    sizes = given.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - both
    same = (both == sizes[:, None]) & (both == sizes[None, :])
    held = (both == sizes[:, None]) | (both == sizes[None, :])
    kind = np.where(same, 1.0, np.where(held, SUBSET, OVERLAP)) * (both > 0)
    alike = np.where(same, 1.0, kind * both / np.where(either > 0, either, 1.0))
    return np.asarray(1.0 - alike, dtype=np.float64)


# Coefficients of agreement between coders, for every set of weights of the excerpts at once.

Array = NDArray[np.float64]
ALPHA, KAPPA, AC1, RAW = "alpha", "kappa", "AC1", "raw"
COEFFICIENTS = (ALPHA, KAPPA, AC1, RAW)
_NOTHING = 1e-12


def yes_or_no(given: NDArray[np.bool_], seen: NDArray[np.bool_], weights: Array) -> dict[str, Array]:
    """Return each coefficient of C codes, each given or not: B × C.

    Parameters
    ----------
    given, seen
        R × E × C: whether a coder gave a code; R × E: whether the coder saw the excerpt.
    weights
        B × E.
    """
    m = seen.sum(axis=0).astype(np.float64)[:, None]
    k = (given & seen[:, :, None]).sum(axis=0).astype(np.float64)
    paired = m > 1
    agreeing = np.where(paired, (k * (k - 1) + (m - k) * (m - k - 1)) / np.where(paired, m - 1, 1), 0.0)
    raw = _ratio(weights @ (agreeing / np.where(paired, m, 1)), weights @ paired)
    n, ones = weights @ np.where(paired, m, 0.0), weights @ np.where(paired, k, 0.0)
    expected = _ratio(ones * (ones - 1) + (n - ones) * (n - ones - 1), n * (n - 1))
    alpha = _beyond(_ratio(weights @ agreeing, n), expected)
    share = _ratio(weights @ (k / np.where(m > 0, m, 1)), weights @ (m > 0))
    ac1 = _beyond(raw, 2 * share * (1 - share))
    kappas = []
    for a, b in combinations(range(len(given)), 2):
        both = (seen[a] & seen[b]).astype(np.float64)[:, None]
        total = weights @ both
        po = _ratio(weights @ ((given[a] == given[b]) * both), total)
        pa, pb = (_ratio(weights @ (given[r] * both), total) for r in (a, b))
        kappas.append(_beyond(po, pa * pb + (1 - pa) * (1 - pb)))
    return {ALPHA: alpha, KAPPA: _mean(kappas), AC1: ac1, RAW: raw}


def one_of_many(
    category: NDArray[np.int64], n_categories: int, weights: Array, distance: Array | None = None
) -> dict[str, Array]:
    """Return each coefficient of one rating an excerpt, of Q categories: B.

    Parameters
    ----------
    category
        R × E: the category given; -1: not seen.
    n_categories
        Q: those that were used at all, whatever the weights.
    weights
        B × E.
    distance
        Q × Q: how unlike two categories are, for alpha; None: the same or not.
    """
    onehot = [_onehot(ratings, n_categories) for ratings in category]
    counts = sum(onehot[1:], onehot[0])
    m = np.asarray(counts.sum(axis=1), dtype=np.float64)
    paired = m > 1
    per_pair = np.where(paired, 1 / np.where(paired, m - 1, 1), 0.0)
    same = np.asarray(counts.multiply(counts).sum(axis=1)) - m
    raw = _ratio(weights @ (same * per_pair / np.where(m > 0, m, 1)), weights @ paired)
    n = weights @ np.where(paired, m, 0.0)
    sizes = _weighted(weights, counts.multiply(paired[:, None]).tocsr())
    if distance is None:
        alpha = _beyond(_ratio(weights @ (same * per_pair), n), _ratio((sizes * (sizes - 1)).sum(axis=1), n * (n - 1)))
    else:
        unlike = np.array([_unlike(ratings, distance) for ratings in category.T]) * per_pair
        apart = _ratio(_quadratic(sizes, distance), n * (n - 1))
        alpha = np.where(apart > _NOTHING, 1 - _ratio(_ratio(weights @ unlike, n), apart), np.nan)
    share = _weighted(weights, sp.csr_array(counts.multiply(np.where(m > 0, 1 / np.where(m > 0, m, 1), 0.0)[:, None])))
    share = _ratio(share, (weights @ (m > 0))[:, None])
    chance = (share * (1 - share)).sum(axis=1) / (n_categories - 1) if n_categories > 1 else np.zeros(len(weights))
    return {ALPHA: alpha, KAPPA: _kappa(category, onehot, weights), AC1: _beyond(raw, chance), RAW: raw}


def _kappa(category: NDArray[np.int64], onehot: list[sp.csr_array], weights: Array) -> Array:
    """Return Cohen's kappa of two coders; of more, the mean over the pairs that have one."""
    found = []
    for a, b in combinations(range(len(category)), 2):
        both = (category[a] >= 0) & (category[b] >= 0)
        total = weights @ both
        po = _ratio(weights @ (both & (category[a] == category[b])), total)
        pa, pb = (_weighted(weights, onehot[r].multiply(both[:, None]).tocsr()) for r in (a, b))
        found.append(_beyond(po, _ratio((pa * pb).sum(axis=1), total**2)))
    return _mean(found)


def _onehot(ratings: NDArray[np.int64], n_categories: int) -> sp.csr_array:
    """Return E × Q: one where the excerpt has the category."""
    at = np.flatnonzero(ratings >= 0)
    return sp.csr_array((np.ones(len(at)), (at, ratings[at])), shape=(len(ratings), n_categories))


def _weighted(weights: Array, features: sp.csr_array) -> Array:
    return np.asarray((features.T @ weights.T).T, dtype=np.float64)


def _unlike(ratings: NDArray[np.int64], distance: Array) -> float:
    """Return the distances between the ratings of one excerpt, each pair counted both ways."""
    there = ratings[ratings >= 0]
    return float(distance[np.ix_(there, there)].sum())


def _quadratic(sizes: Array, distance: Array) -> Array:
    """Return for each of B rows of sizes the distances between all that it counts, each pair both ways."""
    return np.concatenate([((rows @ distance) * rows).sum(axis=1) for rows in _blocks(sizes)])


def _blocks(rows: Array, most: int = 20_000_000) -> Iterator[Array]:
    step = max(1, most // max(rows.shape[1], 1))
    for start in range(0, max(len(rows), 1), step):
        yield rows[start : start + step]


def _beyond(observed: Array, expected: Array) -> Array:
    """Return agreement beyond what is expected; nan where chance alone would always agree."""
    room = 1 - expected
    return np.asarray(np.where(room > _NOTHING, (observed - expected) / np.where(room > _NOTHING, room, 1), np.nan))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan))


def _mean(found: list[Array]) -> Array:
    """Return the mean over the pairs of coders for whom it is defined."""
    every = np.array(found)
    known = ~np.isnan(every)
    return _ratio(np.where(known, every, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))


# Which coder gave what to which excerpt, as arrays.

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
    """Return the coders who gave codes, or (unit `theme`) who have envelopes, in the order of study.toml."""
    table = study.codings if unit == "code" else study.envelopes
    return [str(c) for c in table["coder"].cat.categories if (table["coder"] == c).any()]


def ratings(study: Study, unit: str, coders: Sequence[str]) -> Ratings:
    """Return what coders gave: sets of codes, or (unit `theme`) one envelope an excerpt."""
    if unit == "theme":
        return _envelopes(study, coders)
    codes, target = codes_at(study, "code")
    place = _place(study)
    given = np.zeros((len(coders), len(study.excerpts), len(codes)), dtype=bool)
    seen = np.zeros(given.shape[:2], dtype=bool)
    for r, coder in enumerate(coders):
        mine = study.codings[study.codings["coder"] == coder]
        at, code = place[mine["excerpt"].cat.codes], target[mine["code"].cat.codes]
        given[r, at[code >= 0], code[code >= 0]] = True
        seen[r, at] = True
        seen[r, place[study.envelopes.loc[study.envelopes["coder"] == coder, "excerpt"].cat.codes]] = True
    return _with_categories(codes, given, seen)


def alike_excerpts(study: Study, unit: str, pair: Sequence[str], code: str = "") -> list[str]:
    """Return the excerpts on which two coders agree whether they have a code; blank: to which they gave the same."""
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
        put = ledger["theme"].astype("object").fillna(study.settings.left_over)
        at = np.array([themes.index(theme) for theme in put])
        given[r, np.flatnonzero(seen[r]), at[seen[r]]] = True
    return _with_categories(themes, given, seen)


def _with_categories(codes: list[str], given: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Ratings:
    """Return ratings with each distinct set of codes as a category."""
    packed = np.packbits(given[seen], axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, max(packed.shape[1], 1)))).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    category = np.full(seen.shape, UNSEEN, dtype=np.int64)
    category[seen] = which
    return Ratings(codes, given, seen, category, given[seen][first])


def _place(study: Study) -> NDArray[np.int64]:
    """Return for each category of excerpt ids its row in the excerpts."""
    codes = study.excerpts["excerpt"].cat.codes.to_numpy()
    place = np.full(len(study.excerpts["excerpt"].cat.categories), -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return place


# Resample excerpts, or the whole events where they were said, and say between what the results lie.

EVENTS, EXCERPTS = "events", "excerpts, optimistic"
FEWEST_EVENTS, MOST_NOWHERE = 8, 0.2
"""Events are resampled where there are so many, and less than this share of the excerpts is in no one event."""
REPLICATES = 1000
LOST = 0.05
"""No interval is claimed where more than this share of the replicates has no result."""
_ROOM = 8_000_000


@dataclass(frozen=True)
class Units:
    """What is drawn again and again: its `kind`, and for each of E excerpts its unit, from 0 to U-1; -1: none."""

    kind: str
    of: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.of.max(initial=-1)) + 1


def units(study: Study, counted: NDArray[np.bool_]) -> Units:
    """Return the units to resample: whole events, or excerpts where events are too few or not known.

    Parameters
    ----------
    study
        A study.
    counted
        For each of E excerpts whether it counts at all.

    Returns
    -------
    Units
        Excerpts said in one event resemble one another, so that resampling them one by one is optimistic: the interval
        comes out too narrow. Where events are resampled, an excerpt of no one event is a unit of its own.
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
    """Yield how often each of E excerpts is drawn, in blocks of replicates: together B × E."""
    rng = np.random.default_rng(seed)
    n = len(drawn)
    step = max(1, _ROOM // max(len(drawn.of), 1))
    for start in range(0, replicates, step):
        b = min(step, replicates - start)
        times = rng.multinomial(n, np.full(n, 1 / n), size=b).astype(np.float64)
        yield np.column_stack([times, np.zeros(b)])[:, drawn.of]  # the last column is for what is in no unit


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 2.5th and the 97.5th percentile over B replicates (first axis); nan where too many have no result."""
    lost = np.isnan(values)
    ends = np.full((2, *values.shape[1:]), np.nan)
    claimed = lost.mean(axis=0) <= LOST
    if claimed.any():
        ends[:, claimed] = np.nanpercentile(values[:, claimed], [2.5, 97.5], axis=0)
    return ends[0], ends[1]


# How far coders agree: alpha, kappa, AC1 and raw agreement, by code and over all of them, with intervals.

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
