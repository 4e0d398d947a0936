"""The two ways to exchange levels, ready to test any codes: people within their blocks, or whole events.

Letters: U people compared, C codes, B blocks, V events, L levels, A exchanges.
"""

from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.exact import Answer, more_levels, outcome_places, p_values, two_levels, whole_events
from plrlib.stats.named import Named
from plrlib.stats.ways import exchanges

_AT_ONCE = 1000


class Exchange(Protocol):
    """Tests codes by exchanging levels."""

    people: Named

    def singly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return p and p_min for U × C: who raised each code, and who was asked about it."""

    def jointly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[Answer, NDArray[np.float64] | None, bool]:
        """Return the answer, A × C the p of each code under each exchange, and whether these are all exchanges.

        Where a code's own p is of a sample there is no p under each exchange.
        """


class Within:
    """People are exchanged within their blocks.

    Parameters
    ----------
    people
        The U people of blocks that hold two levels or more.
    seed
        Of samples, where they are drawn.
    """

    def __init__(self, people: Named, seed: int) -> None:
        self.people = people
        self._seed = seed
        levels = np.unique(people.level, return_inverse=True)[1].reshape(-1)
        place = np.unique(people.block, return_inverse=True)[1].reshape(-1)
        self._level = levels.astype(np.int64)
        self._shape = (int(place.max()) + 1, int(levels.max()) + 1)
        self._cells = np.zeros((len(levels), self._shape[0] * self._shape[1]), dtype=np.float32)
        self._cells[np.arange(len(levels)), place * self._shape[1] + levels] = 1
        self._sizes = self._cells.sum(axis=0).astype(np.int64).reshape(self._shape)

    @cached_property
    def _labels(self) -> tuple[list[NDArray[np.float32]], bool]:
        labels, exact = exchanges(self._level, self.people.block, self._seed)
        told = 1 if self._shape[1] == 2 else self._shape[1]  # of two levels the second follows from the first
        return [(labels == i).astype(np.float32) for i in range(told)], exact

    def singly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return p and p_min for U × C; a block is asked about a code as a whole or not at all."""
        counts, place = np.unique(self._counts(raised), axis=0, return_inverse=True)
        answer = self._answer(counts)
        return answer.p[place.reshape(-1)], answer.p_min[place.reshape(-1)]

    def _counts(self, raised: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of each level in each block raised each code."""
        return np.asarray(np.rint(raised.T.astype(np.float32) @ self._cells), dtype=np.int64)

    def _answer(self, counts: NDArray[np.int64]) -> Answer:
        counts = counts.reshape(-1, *self._shape)
        return two_levels(counts, self._sizes) if self._shape[1] == 2 else more_levels(counts, self._sizes, self._seed)

    def jointly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[Answer, NDArray[np.float64] | None, bool]:
        """Return the answer, A × C the p of each code under each exchange, and whether these are all exchanges."""
        answer = self._answer(self._counts(raised))
        if not answer.exact:
            return answer, None, False
        at, exact = self._labels
        voices = raised.astype(np.float32)
        totals = [np.rint(here @ voices).astype(np.int64) for here in at]
        places = totals[0] if len(at) == 1 else outcome_places(np.stack(totals, axis=-1), self._sizes)
        p_of = np.empty(places.shape)
        for c, null in enumerate(answer.null):
            p_of[:, c] = p_values(null)[places[:, c]]
        return answer, p_of, exact


class Whole:
    """Whole events are exchanged, only those that were asked about the same codes.

    Parameters
    ----------
    people
        The U people of events that hold one level each.
    seed
        Of the sample, where one is drawn.
    """

    def __init__(self, people: Named, seed: int) -> None:
        self.people = people
        self._seed = seed
        events, first, place = np.unique(people.block, return_index=True, return_inverse=True)
        self._event = np.zeros((len(place), len(events)), dtype=np.float32)
        self._event[np.arange(len(place)), place.reshape(-1)] = 1
        self._level = np.unique(people.level[first], return_inverse=True)[1].reshape(-1).astype(np.int64)
        self._topics = np.unique(people.asked[first], axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)

    def singly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return p and p_min for U × C."""
        told, place = np.unique(np.hstack(self._counts(raised, asked)), axis=0, return_inverse=True)
        found = []
        for some in np.array_split(told, -(-len(told) // _AT_ONCE)):
            voices, people = np.hsplit(some, 2)
            answer, _ = whole_events(voices, people, self._level, self._seed, self._topics)
            found.append(np.column_stack([answer.p, answer.p_min]))
        p, p_min = np.vstack(found)[place.reshape(-1)].T
        return p, p_min

    def _counts(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how many of each event raised each code, and how many were asked."""
        voices, people = (np.rint(m.T.astype(np.float32) @ self._event).astype(np.int64) for m in (raised, asked))
        return voices, people

    def jointly(
        self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> tuple[Answer, NDArray[np.float64] | None, bool]:
        """Return the answer, A × C the p of each code under each exchange, and whether these are all exchanges."""
        voices, people = self._counts(raised, asked)
        answer, p_of = whole_events(voices, people, self._level, self._seed, self._topics)
        return answer, p_of, answer.exact
