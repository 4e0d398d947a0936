"""The exact test where each event held one level: whole events are exchanged.

Arrays only. Unit: people. Letters: C codes, V events, A exchanges.
"""

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.answer import Answer
from plrlib.stats.ways import exchanges


def whole_events(
    raised: NDArray[np.int64],
    sizes: NDArray[np.int64],
    levels: NDArray[np.int64],
    seed: int = 0,
    strata: NDArray[np.int64] | None = None,
) -> tuple[Answer, NDArray[np.float64]]:
    """Test whether levels raised a code equally often where each event held one level: whole events are exchanged.

    The statistic is the difference of the levels' proportions (more than two levels: the sum of squares between them);
    p is the share of assignments of levels to events at least as extreme, of all of them up to 200,000. Beyond that
    9,999 are drawn from `seed`, p is (b + 1) / (m + 1), and `exact` is false.

    Parameters
    ----------
    raised
        C × V: how many people of each event raised each code.
    sizes
        C × V: how many people of each event were asked about each code; 0: the event does not count for it.
    levels
        For each of V events the position of its level.
    seed
        Of the sample, where one is drawn.
    strata
        For each of V events a number; only events of one number are exchanged, and only those that count for the same
        codes: what somebody was asked may go with their level. None: all of these are.

    Returns
    -------
    Answer
        An outcome is a value of the statistic, ascending.
    p_of
        A × C: the p-value of each code under each exchange.
    """
    given = np.zeros(len(levels), dtype=np.int64) if strata is None else strata
    alike = np.column_stack([given, (sizes > 0).T])
    strata = np.unique(alike, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    labels, exact = exchanges(levels, strata, seed)
    values = _between(labels, raised, sizes, int(levels.max(initial=0)) + 1)
    observed = _between(levels[None, :], raised, sizes, int(levels.max(initial=0)) + 1)[0]
    values = np.round(values, 10)  # equal but for the order in which numbers were added
    observed = np.round(observed, 10)
    p_of = np.empty_like(values)
    p, p_min, seen = np.empty(len(raised)), np.empty(len(raised)), np.empty(len(raised), dtype=np.int64)
    nulls = []
    more = 0 if exact else 1
    for c in range(len(raised)):
        every, place, times = np.unique(values[:, c], return_inverse=True, return_counts=True)
        share = (np.cumsum(times[::-1])[::-1] + more) / (len(labels) + more)
        p_of[:, c] = share[place]
        seen[c] = min(int(np.searchsorted(every, observed[c])), len(every) - 1)
        p[c] = ((values[:, c] >= observed[c]).sum() + more) / (len(labels) + more)
        p_min[c] = min(share[-1], p[c])  # of a sample the observed value may be beyond all that were drawn
        nulls.append(times / len(labels))
    return Answer(p, p_min, nulls, seen, exact), p_of


def _between(
    labels: NDArray[np.integer], raised: NDArray[np.int64], sizes: NDArray[np.int64], n_levels: int
) -> NDArray[np.float64]:
    """Return A × C: how far apart the levels' proportions are under each assignment of levels to events."""
    there = [(labels == i).astype(float) for i in range(n_levels)]
    people = np.stack([at @ sizes.T for at in there])
    voices = np.stack([at @ raised.T for at in there])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(people > 0, voices / people, 0.0)
    if n_levels == 2:
        return np.asarray(np.where((people > 0).all(axis=0), np.abs(share[0] - share[1]), 0.0))
    overall = voices.sum(axis=0) / np.maximum(people.sum(axis=0), 1)
    return np.asarray((people * (share - overall) ** 2).sum(axis=0))
