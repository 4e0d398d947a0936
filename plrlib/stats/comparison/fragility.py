"""How few people decide a verdict: whose part would have to be otherwise for it to change.

Letters: U people compared, C codes, A exchanges, S sets of people.
"""

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.permutation import CONFOUNDED, Family, tarone

MOST_SETS = 150_000
"""So many sets of people of one size are looked at."""
MOST_FAMILIES = 300
"""So many times a whole family is tested again for one code."""
_AT_ONCE = 32
_TIE = 1e-9


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
    Walsh et al. 2014, who turn outcomes of one group round; here anybody's may be.
    """
    if found.settings[c].kind == CONFOUNDED:
        return None
    search = _Search(found, c, alpha, others)
    now = search.differs_now()
    for size in range(1, search.people + 1):
        if comb(search.people, size) > MOST_SETS:
            return None
        answer = search.any_changes(size, now)
        if answer is None or answer:
            return None if answer is None else size
    return None


class _Search:
    """Tests a family again with one code changed.

    The other codes' part is kept: for each exchange the smallest p among those from the i-th on, in order of p.
    """

    def __init__(self, found: Family, c: int, alpha: float, others: NDArray[np.float64]) -> None:
        kind = found.settings[c].kind
        codes = found.of(kind)
        self._test = found.tests[kind]
        self._alpha = alpha
        raised, asked = self._test.people.raised, self._test.people.asked
        at = int(np.flatnonzero(codes == c)[0])
        self._now, self._asked = raised[:, at], asked[:, at]
        told = np.column_stack([self._test.people.block, self._test.people.level, raised])
        self._alike = np.unique(told, axis=0, return_inverse=True)[1].reshape(-1)  # who is in all like whom
        self.people = int(self._asked.sum())
        rest = np.delete(np.arange(len(codes)), at)
        order = rest[np.argsort(found.p[codes[rest]], kind="stable")]
        self._p = found.p[codes[order]]
        self._family = len(codes)
        answer, p_of, exact = self._test.jointly(raised[:, order], asked[:, order])
        self._least = None if p_of is None else np.minimum.accumulate(p_of[:, ::-1], axis=1)[:, ::-1]
        self._exact = exact
        apart = found.p_min[[i for i, one in enumerate(found.settings) if one.kind not in (kind, CONFOUNDED)]]
        self._apart = np.concatenate([apart, others])
        self._p_min = np.concatenate([answer.p_min, self._apart])
        self._families = 0

    def differs_now(self) -> bool:
        found = self._differs(self._now[:, None])
        return found is not None and bool(found[0])

    def any_changes(self, size: int, now: bool) -> bool | None:
        """Tell whether turning so many people round changes `differs`; None: too much would have to be tried."""
        who = np.flatnonzero(self._asked)
        sets = np.array(list(combinations(who.tolist(), size)))
        sets = sets[np.unique(np.sort(self._alike[sets], axis=1), axis=0, return_index=True)[1]]
        columns = np.repeat(self._now[:, None], len(sets), axis=1)
        columns[sets.T, np.arange(len(sets))] ^= True
        answer = self._differs(columns, stop_at=not now)
        return None if answer is None else bool((answer != now).any())

    def _differs(self, columns: NDArray[np.bool_], stop_at: bool | None = None) -> "NDArray[np.bool_] | None":
        """Return for U × S whether the code differs where it was raised so; None: too many families to test.

        With `stop_at` the answer may end at the first column of which that is so.
        """
        p, p_min = self._test.singly(columns, np.repeat(self._asked[:, None], columns.shape[1], axis=1))
        extra = (self._apart[:, None] <= p * (1 + _TIE)).sum(axis=0)
        enough = self._alpha * (1 + _TIE)
        share = self._share(p_min)
        may: NDArray[np.bool_] = (p * (1 + extra) <= enough) & (p_min <= share * (1 + _TIE))
        surely: NDArray[np.bool_] = may & (p * (self._family + extra) <= enough) & self._exact
        differs: NDArray[np.bool_] = surely.copy()
        doubtful = np.flatnonzero(may & ~surely)
        if stop_at is not None and (differs if stop_at else ~may).any():
            return differs
        if stop_at is not None and self._families + len(doubtful) > MOST_FAMILIES:
            doubtful = doubtful[: MOST_FAMILIES - self._families]
            if not len(doubtful):
                return None
        self._families += len(doubtful)
        for some in np.array_split(doubtful, -(-len(doubtful) // _AT_ONCE)) if len(doubtful) else ():
            adjusted = self._adjusted(columns[:, some], p[some])
            differs[some] = adjusted + extra[some] * p[some] <= enough
            if stop_at is not None and (differs[some] == stop_at).any():
                return differs
        if stop_at is not None and self._families >= MOST_FAMILIES:
            return None
        return differs

    def _share(self, p_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return Tarone's share of alpha for each smallest p that the changed code may have."""
        known = {float(one): self._alpha / tarone(np.append(self._p_min, one), self._alpha) for one in np.unique(p_min)}
        return np.array([known[float(one)] for one in p_min])

    def _adjusted(self, columns: NDArray[np.bool_], p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the adjusted p of the code for U × S ways in which it was raised, the other codes as they are."""
        own = None
        if self._least is not None:
            _, own, _ = self._test.jointly(columns, np.repeat(self._asked[:, None], columns.shape[1], axis=1))
        if own is None or self._least is None:
            return np.minimum(p * self._family, 1.0)
        most = p.copy()
        for s, least in enumerate(own.T):
            before = int(np.searchsorted(self._p, p[s] * (1 - _TIE), side="left"))  # the codes with a smaller p
            for i in range(before + 1):
                at = p[s] if i == before else self._p[i]
                later = np.minimum(self._least[:, i], least) if i < len(self._p) else least
                extreme = int((later <= at * (1 + _TIE)).sum())
                share = extreme / len(later) if self._exact else (extreme + 1) / (len(later) + 1)
                most[s] = max(most[s], share)
        return np.minimum(most, 1.0)
