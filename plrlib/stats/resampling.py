"""Resample excerpts, or the whole events where they were said, and say between what the results lie.

Letters: E excerpts, U units, B replicates.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.hearings import NOT_KNOWN, only_event
from plrlib.study import Study

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
    place = np.where(counted, only_event(study), NOT_KNOWN)
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
