"""Coefficients of agreement from arrays: alpha, kappa, AC1 and raw agreement of coders, for any weights of excerpts.

All are made of two kinds of terms: sums over excerpts of what is known of one excerpt, and products of two such sums,
category by category. So excerpts are added up by unit once, and what a bootstrap draws a thousand times is units: a few
dozen events in place of thousands of excerpts.

Letters: R coders, E excerpts, U units that are resampled, C codes, Q categories (distinct sets of codes, or themes), B
replicates. References: references.toml, beside this file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import invpascal

Array = NDArray[np.float64]
Found = dict[str, Array]
ALPHA, KAPPA, AC1, RAW, POSITIVE = "alpha", "kappa", "AC1", "raw", "positive"
COEFFICIENTS = (ALPHA, KAPPA, AC1, RAW, POSITIVE)
POOLED = "pooled"
"""Positive agreement on all codes together."""
UNSEEN = -1
REPLICATES = 1000
LOST = 0.05
"""No interval is claimed where more than this share of the replicates has no result."""
_NUMBERS_AT_ONCE = 2_000_000
_NOTHING = 1e-12
_FEW_UNITS = 256
"""Up to so many units, products are summed over categories once for each two units, and not for each replicate."""
SUBSET, OVERLAP = 2 / 3, 1 / 3
_MOST_CODES = 8
"""Sets of so many codes at most are compared by the subsets that they share: 256 for a set of eight."""
_ROWS, _COLUMNS = 256, 16
"""Larger sets are compared with all others so many at once; products are made for so many columns at once."""


# Resampling: how often each unit counts, and between what the results lie.


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
    step = max(1, _NUMBERS_AT_ONCE // n)
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


# Coefficients, as functions of weights.


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


def yes_or_no(
    given: NDArray[np.bool_],
    seen: NDArray[np.bool_],
    units: sp.csr_array | None = None,
    pooled: slice = slice(None),
) -> Callable[[Array], Found]:
    """Alpha, kappa, AC1, raw and positive agreement of C codes, each given or not, as a function of weights.

    Parameters
    ----------
    given, seen : ndarray
        R × E × C: whether a coder gave a code; R × E: whether the coder saw the excerpt.
    units : sparse array, optional
        U × E: which excerpts belong to a unit; None: every excerpt is a unit.
    pooled : slice
        The codes of which positive agreement is given for all together.

    Returns
    -------
    Callable
        From weights, B × U, to the coefficients, B × C; nan where one is not defined. Positive agreement is 2a / (2a +
        b + c), summed over the pairs of coders: a times both gave the code, b and c times one of them alone did.
        `pooled`, B, sums over the codes as well.

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
    >>> {name: round(float(value.flat[0]), 3) for name, value in found.items()}
    {'alpha': 0.533, 'kappa': 0.5, 'AC1': 0.529, 'raw': 0.75, 'positive': 0.667, 'pooled': 0.667}
    """
    units = sp.eye_array(seen.shape[1], format="csr") if units is None else units
    m = seen.sum(axis=0).astype(np.float64)
    paired = m > 1
    others = np.where(paired, m - 1, 1)
    codes = [sp.csr_array(one & there[:, None], dtype=np.float64) for one, there in zip(given, seen, strict=True)]
    k = sum(codes[1:], codes[0])
    # Of m coders k gave the code, and k (m - k) pairs differ: none where nobody gave it, so that all stays sparse.
    differing = (sp.diags_array(m) @ k - k.power(2)).tocsr()
    differing.eliminate_zeros()

    def total(features: sp.csr_array, by: NDArray[Any]) -> sp.csr_array:
        return units @ sp.diags_array(by.astype(np.float64)) @ features

    def sums(by: NDArray[Any]) -> Array:
        return np.asarray(units @ by)[:, None]

    apart, apart_by_excerpt = total(differing, 2 * paired / others), total(differing, 2 * paired / others / _or_one(m))
    ones, share = total(k, paired), total(k, 1 / _or_one(m))
    pairable, excerpts, read = sums(m * paired), sums(paired), sums(m > 0)
    twos = []
    for a, b in combinations(range(len(given)), 2):
        both = seen[a] & seen[b]
        parts = (abs(codes[a] - codes[b]), codes[a], codes[b])
        twos.append((sums(both), *(total(part, both) for part in parts)))

    def coefficients(weights: Array) -> Found:
        n, some = weights @ pairable, weights @ ones
        expected = _ratio(some * (some - 1) + (n - some) * (n - some - 1), n * (n - 1))
        common = _ratio(weights @ share, weights @ read)
        kappas, yes, once = [], np.zeros_like(some), np.zeros_like(some)
        for both, *parts in twos:
            summed = [weights @ part for part in parts]
            yes, once = yes + summed[1] + summed[2], once + summed[0]
            differ, first, second = (_ratio(part, weights @ both) for part in summed)
            kappas.append(_beyond(1 - differ, first * second + (1 - first) * (1 - second)))
        raw = 1 - _ratio(weights @ apart_by_excerpt, weights @ excerpts)
        alpha = _beyond(1 - _ratio(weights @ apart, n), expected)
        found = {ALPHA: alpha, KAPPA: _mean(kappas), AC1: _beyond(raw, 2 * common * (1 - common)), RAW: raw}
        yes, once = (np.asarray(some) for some in (yes, once))
        together = (some[:, pooled].sum(axis=1) for some in (yes - once, yes))
        return found | {POSITIVE: _ratio(yes - once, yes), POOLED: _ratio(*together)}

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
    onehot = [_onehot(given, n_categories) for given in category]
    same, alike, twos = np.zeros(len(m)), np.zeros(len(m)), []
    for a, b in combinations(range(len(category)), 2):
        both = (seen[a] & seen[b]).astype(np.float64)
        equal = both * (category[a] == category[b])
        same += 2 * equal
        alike += 2 * (equal if sets is None else _alike(sets, category[a], category[b]))
        first, second = (units @ sp.diags_array(both) @ onehot[r] for r in (a, b))
        twos.append((units @ both, units @ equal, _products(first, second)))
    counts = sum(onehot[1:], onehot[0])
    sizes = units @ sp.diags_array(paired.astype(np.float64)) @ counts
    squares = _products(sizes, sizes, None if sets is None else masi_product(sets))
    shares = units @ sp.diags_array(1 / _or_one(m)) @ counts
    share_squares = _products(shares, shares)
    agreeing, agreeing_by_excerpt = units @ (alike * per_pair), units @ (same * per_pair / _or_one(m))
    pairable, excerpts, read = units @ (m * paired), units @ paired, units @ (m > 0)

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


def _onehot(given: NDArray[np.int64], n_categories: int) -> sp.csr_array:
    """Return E × Q: one where the excerpt has the category."""
    at = np.flatnonzero(given >= 0)
    return sp.csr_array((np.ones(len(at)), (at, given[at])), shape=(len(given), n_categories))


def _products(
    left: sp.csr_array, right: sp.csr_array, similar: Callable[[Array], Array] | None = None
) -> Callable[[Array], Array]:
    """Return a function that sums, for weights, the products of two weighted sums (U × Q) over the categories: B.

    With `similar`, every category of the one is multiplied by every category of the other, as far as they are similar.
    """
    if left.shape[0] <= _FEW_UNITS:
        by_two = left @ (right.T.toarray() if similar is None else similar(right.T.toarray()))
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


def _alike(sets: NDArray[np.bool_], first: NDArray[np.int64], second: NDArray[np.int64]) -> Array:
    """Return for each of E excerpts the similarity of the sets that two coders gave; 0 where not both saw it."""
    both = (first >= 0) & (second >= 0)
    found = np.zeros(len(both))
    size = sets.sum(axis=1)
    one, other = first[both], second[both]
    found[both] = masi((sets[one] & sets[other]).sum(axis=1), size[one], size[other])
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
