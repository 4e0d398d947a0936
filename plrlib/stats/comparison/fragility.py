"""Fragility: how few people decide a verdict, those whose part would have to be otherwise for it to change.

Letters: U people compared, C codes, A permutations, S sets of people.
"""

from collections.abc import Iterator
from itertools import accumulate, combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.family import Family
from plrlib.stats.comparison.permutation import CONFOUNDED, P_TIE

MOST_SETS = 150_000
"""So many sets of people of one size are looked at."""
MOST_FAMILIES = 300
"""So many times a whole family is tested again for one code."""


class Ranges(NamedTuple):
    """The codes of a comparison whose p is a range: the smallest p of each, the largest, and that adjusted."""

    p_min: NDArray[np.float64]
    p_high: NDArray[np.float64]
    adjusted: NDArray[np.float64]


def fragility(found: Family, c: int, alpha: float, others: Ranges, who: NDArray[np.bool_] | None = None) -> int | None:
    """Return the fewest people whose having raised a code must be turned round for `differs` to come or go.

    Every set of one person is tried, then every set of two, and so on; for each the whole family is tested again, as
    far as its answer is not plain from the code's own p.

    Parameters
    ----------
    found
        The answer for C codes known by name.
    c
        The code.
    alpha
        What the comparison is judged at.
    others
        The codes that are compared too, but of which it is not known by name who raised them.
    who
        For each of P people whether they may be turned round; None: anybody who is compared.

    Returns
    -------
    int or None
        None where more than 150,000 sets of one size, or more than 300 families, would have to be gone through: it is
        found in small studies, and where a verdict hangs on very few. Also where not even all of `who` change it.

    Notes
    -----
    [walsh2014]_, who turn outcomes of one group round; here anybody's may be.
    """
    if found.how(c).kind == CONFOUNDED:
        return None
    search = _Search(found, c, alpha, others, who)
    answer = search.differs(0)
    now = answer is not None and bool(answer[0])
    for size in range(1, len(search.who) + 1):
        answer = search.differs(size, stop_at=not now) if comb(len(search.who), size) <= MOST_SETS else None
        if answer is None or (answer != now).any():
            return None if answer is None else size
    return None


class _Search:
    """Tests a family again with one code changed.

    The other codes' part is kept: for each permutation the smallest p among those from the i-th on, in order of p.
    """

    def __init__(
        self, found: Family, c: int, alpha: float, others: Ranges, who: NDArray[np.bool_] | None = None
    ) -> None:
        people = found.people
        self._test, self._alpha, self._others = found.test_like(c), alpha, others
        self._now = people.raised[:, c]
        used = (people.group >= 0) & people.asked[:, c] & np.isin(people.block, found.how(c).blocks)
        self.who = np.flatnonzero(used if who is None else used & who)
        told = np.column_stack([people.block, people.group, people.raised])
        self._alike = np.unique(told, axis=0, return_inverse=True)[1].reshape(-1)  # who is in all like whom
        rest = np.flatnonzero(~np.isnan(found.p) & (np.arange(len(found.p)) != c))
        order = rest[np.argsort(found.score[rest], kind="stable")]
        self._p = found.score[order]
        self._family = len(rest) + 1
        self._exact = found.units.permutations.exact
        self._least = dict(self._smallest_p(found.scores(order[::-1])))
        self._families = 0

    def _smallest_p(self, columns: Iterator[NDArray[np.float64]]) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Yield the place of a code and, for each permutation, the smallest p of the codes from there on.

        Only a code with a p of at most alpha can make the changed code's adjusted p larger and yet at most alpha; of
        the others their smallest p is enough.
        """
        first_above = int((self._p <= self._alpha * (1 + P_TIE)).sum())
        for place, least in zip(range(len(self._p))[::-1], accumulate(columns, np.minimum), strict=True):
            if place <= first_above:
                yield place, least

    def differs(self, size: int, stop_at: bool | None = None) -> NDArray[np.bool_] | None:
        """Return for S sets of so many people whether the code differs with them turned round; None: too many families.

        With `stop_at` the answer may end at the first set of which that is so.
        """
        sets = np.array(list(combinations(self.who.tolist(), size)), dtype=np.int64)
        sets = sets[np.unique(np.sort(self._alike[sets], axis=1), axis=0, return_index=True)[1]]
        columns = np.repeat(self._now[:, None], len(sets), axis=1)
        columns[sets.T, np.arange(len(sets))] ^= True
        tested = self._test.test(columns)
        p, (p_min, p_high, high) = tested.p, self._others
        extra = ((p_min[:, None] <= p * (1 + P_TIE)) & (p_high[:, None] >= p * (1 - P_TIE))).sum(axis=0) * p
        least = np.where(p_high[:, None] < p * (1 - P_TIE), high[:, None], 0.0).max(axis=0, initial=0.0)
        enough = self._alpha * (1 + P_TIE)
        may: NDArray[np.bool_] = (p + extra <= enough) & (least <= enough)
        differs: NDArray[np.bool_] = may & (p * self._family + extra <= enough) & self._exact & tested.exact
        doubtful = np.flatnonzero(may & ~differs)
        if stop_at is not None and (differs if stop_at else ~may).any():
            return differs
        tried = doubtful if stop_at is None else doubtful[: MOST_FAMILIES - self._families]
        self._families += len(tried)
        for s, adjusted in zip(tried.tolist(), self._adjusted(columns[:, tried], tested.score[tried]), strict=True):
            differs[s] = max(adjusted, p[s]) + extra[s] <= enough
            if differs[s] == stop_at:
                return differs
        return differs if len(tried) == len(doubtful) else None

    def _adjusted(self, columns: NDArray[np.bool_], p: NDArray[np.float64]) -> Iterator[float]:
        """Yield the adjusted p of the code for one way in which it was raised after another, the others as they are."""
        for own, here in zip(self._test.under(columns), p.tolist(), strict=True):
            before = int(np.searchsorted(self._p, here * (1 - P_TIE), side="left"))  # the codes with a smaller p
            most = here
            for i in range(before + 1):
                at = (here if i == before else float(self._p[i])) * (1 + P_TIE)
                extreme = own <= at
                if i in self._least:
                    extreme |= self._least[i] <= at
                n = np.count_nonzero(extreme)
                most = max(most, n / len(own) if self._exact else (n + 1) / (len(own) + 1))
            yield min(most, 1.0)
