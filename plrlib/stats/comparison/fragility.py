"""Fragility: how few people decide a verdict, those whose part would have to be otherwise for it to change.

Letters: U people compared, C codes, A permutations, S sets of people.
"""

from collections.abc import Iterator
from itertools import accumulate, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.permutation import CONFOUNDED, P_TIE, Family, tarone

MOST_SETS = 150_000
"""So many sets of people of one size are looked at."""
MOST_FAMILIES = 300
"""So many times a whole family is tested again for one code."""


def fragility(found: Family, c: int, alpha: float, others: NDArray[np.float64]) -> int | None:
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
        The smallest p of each code that is compared too, but of which it is not known by name who raised it.

    Returns
    -------
    int or None
        None where more than 150,000 sets of one size, or more than 300 families, would have to be gone through: it is
        found in small studies, and where a verdict hangs on very few.

    Notes
    -----
    [walsh2014]_, who turn outcomes of one group round; here anybody's may be.
    """
    if found.settings[c].kind == CONFOUNDED:
        return None
    search = _Search(found, c, alpha, others)
    answer = search.differs(0)
    now = answer is not None and bool(answer[0])
    for size in range(1, search.people + 1):
        answer = search.differs(size, stop_at=not now) if comb(search.people, size) <= MOST_SETS else None
        if answer is None or (answer != now).any():
            return None if answer is None else size
    return None


class _Search:
    """Tests a family again with one code changed.

    The other codes' part is kept: for each permutation the smallest p among those from the i-th on, in order of p.
    """

    def __init__(self, found: Family, c: int, alpha: float, others: NDArray[np.float64]) -> None:
        kind = found.settings[c].kind
        codes = found.of(kind)
        self._test, self._alpha = found.tests[kind], alpha
        people = self._test.people
        at = int(np.flatnonzero(codes == c)[0])
        self._now, self._asked = people.raised[:, at], people.asked[:, at]
        told = np.column_stack([people.block, people.group, people.raised])
        self._alike = np.unique(told, axis=0, return_inverse=True)[1].reshape(-1)  # who is in all like whom
        self.people = int(self._asked.sum())
        rest = np.delete(np.arange(len(codes)), at)
        order = rest[np.argsort(found.p[codes[rest]], kind="stable")]
        self._p = found.p[codes[order]]
        self._family = len(codes)
        self._jointly = not found.sampled[c]
        self._exact = self._jointly and self._test.permutations.exact
        self._least = dict(self._smallest_p(order)) if self._jointly else {}
        apart = found.p_min[[i for i, one in enumerate(found.settings) if one.kind not in (kind, CONFOUNDED)]]
        self._apart = np.concatenate([apart, others])
        self._p_min = np.concatenate([found.p_min[codes[order]], self._apart])
        self._families = 0

    def _smallest_p(self, order: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Yield the place of a code and, for each permutation, the smallest p of the codes from there on.

        Only a code with a p of at most alpha can make the changed code's adjusted p larger and yet at most alpha; of
        the others their smallest p is enough.
        """
        people = self._test.people
        columns = self._test.under(people.raised[:, order[::-1]], people.asked[:, order[::-1]])
        first_above = int((self._p <= self._alpha * (1 + P_TIE)).sum())
        for place, least in zip(range(len(order))[::-1], accumulate(columns, np.minimum), strict=True):
            if place <= first_above:
                yield place, least

    def differs(self, size: int, stop_at: bool | None = None) -> NDArray[np.bool_] | None:
        """Return for S sets of so many people whether the code differs with them turned round; None: too many families.

        With `stop_at` the answer may end at the first set of which that is so.
        """
        who = np.flatnonzero(self._asked)
        sets = np.array(list(combinations(who.tolist(), size)), dtype=np.int64)
        sets = sets[np.unique(np.sort(self._alike[sets], axis=1), axis=0, return_index=True)[1]]
        columns = np.repeat(self._now[:, None], len(sets), axis=1)
        columns[sets.T, np.arange(len(sets))] ^= True
        tested = self._test.test(columns, self._asked_of(columns))
        p, p_min = tested.p, tested.p_min
        extra = (self._apart[:, None] <= p * (1 + P_TIE)).sum(axis=0)
        enough = self._alpha * (1 + P_TIE)
        may: NDArray[np.bool_] = (p * (1 + extra) <= enough) & (p_min <= self._share(p_min) * (1 + P_TIE))
        differs: NDArray[np.bool_] = may & (p * (self._family + extra) <= enough) & self._exact
        doubtful = np.flatnonzero(may & ~differs)
        if stop_at is not None and (differs if stop_at else ~may).any():
            return differs
        tried = doubtful if stop_at is None else doubtful[: MOST_FAMILIES - self._families]
        self._families += len(tried)
        for s, adjusted in zip(tried.tolist(), self._adjusted(columns[:, tried], p[tried]), strict=True):
            differs[s] = adjusted + extra[s] * p[s] <= enough
            if differs[s] == stop_at:
                return differs
        return differs if len(tried) == len(doubtful) else None

    def _asked_of(self, columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.broadcast_to(self._asked[:, None], columns.shape)

    def _share(self, p_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return Tarone's share of alpha for each smallest p that the changed code may have."""
        values, place = np.unique(p_min, return_inverse=True)
        shares = [self._alpha / tarone(np.append(self._p_min, one), self._alpha) for one in values]
        return np.array(shares, dtype=float)[place.reshape(-1)]

    def _adjusted(self, columns: NDArray[np.bool_], p: NDArray[np.float64]) -> Iterator[float]:
        """Yield the adjusted p of the code for one way in which it was raised after another, the others as they are."""
        if not self._jointly:
            yield from np.minimum(p * self._family, 1.0).tolist()
            return
        for own, here in zip(self._test.under(columns, self._asked_of(columns)), p.tolist(), strict=True):
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
