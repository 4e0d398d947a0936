"""Test a family of codes at once: each exactly, and all of them together over the same exchanges.

Letters: P people, C codes, B blocks, V events, L levels, A exchanges.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.exact import (
    Answer,
    exchanges,
    more_levels,
    outcome_places,
    p_values,
    two_levels,
    whole_events,
)
from plrlib.study.evidence import Evidence
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN

# How levels can be compared at all: people within rooms, whole rooms, or not.

WITHIN, WHOLE, CONFOUNDED = "within", "whole events", "confounded"
LARGEST_TO_SMALLEST = 1.5
"""Whole events are exchanged only where the largest is at most so many times the smallest."""


@dataclass(frozen=True)
class Setting:
    """What can be exchanged.

    Parameters
    ----------
    kind
        `within`: people, in blocks that hold two levels or more. `whole events`: events that hold one level each.
        `confounded`: neither; a difference could as well be one between the rooms.
    blocks
        The B blocks that are used; none where the levels are confounded.
    """

    kind: str
    blocks: NDArray[np.int64]


def setting(sizes: NDArray[np.int64], blocks: NDArray[np.int64], alone: NDArray[np.bool_]) -> Setting:
    """Return what can be exchanged.

    Parameters
    ----------
    sizes
        B × L: how many people of each level were first heard in each block.
    blocks
        The number of each of B blocks.
    alone
        Whether the people of each of B blocks were heard one by one.

    Returns
    -------
    Setting
        `within` where any block holds two levels or more; only such blocks are used. `whole events` where none does,
        each level that has people sat in at least two events of several people, and the largest of these is at most 1.5
        times the smallest. Otherwise `confounded`.
    """
    mixed = (sizes > 0).sum(axis=1) > 1
    if mixed.any():
        return Setting(WITHIN, blocks[mixed])
    people = sizes.sum(axis=1)
    several = (people > 1) & ~alone
    there = sizes.sum(axis=0) > 0
    rooms = (sizes[several] > 0).sum(axis=0)
    if there.sum() < 2 or (rooms[there] < 2).any():
        return Setting(CONFOUNDED, blocks[:0])
    if people[several].max() > LARGEST_TO_SMALLEST * people[several].min():
        return Setting(CONFOUNDED, blocks[:0])
    return Setting(WHOLE, blocks[several])


# Who raised what, person by person, and which blocks of people can be exchanged.


@dataclass(frozen=True)
class Named:
    """People, with what is known by name of each.

    Parameters
    ----------
    level
        For each of P people the position of the level; -1: not compared.
    block
        For each of P people the number of the block within which people are exchanged: the focus group where they were
        first heard; for those heard only alone one block for all who were asked the same.
    alone
        For each of P people whether they were heard only alone.
    asked
        P × C: whether a person was asked about a code.
    raised
        P × C: whether a person, by name, raised it.
    """

    level: NDArray[np.int64]
    block: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    raised: NDArray[np.bool_]

    def only(self, who: NDArray[np.bool_]) -> "Named":
        """Return some of the P people."""
        return Named(self.level[who], self.block[who], self.alone[who], self.asked[who], self.raised[who])

    def about(self, codes: NDArray[np.bool_]) -> "Named":
        """Return all people, with some of the C codes."""
        return Named(self.level, self.block, self.alone, self.asked[:, codes], self.raised[:, codes])


def named(study: Study, found: Evidence, level: NDArray[np.int64]) -> Named:
    """Return what is known by name of each of P people; `level` is the position of the group of each."""
    speaker = study.prepared.speaker[found.excerpt]
    by_name = speaker >= 0
    raised = np.zeros((len(study.participants), len(found.codes)), dtype=bool)
    raised[speaker[by_name], found.code[by_name]] = True
    where = study.prepared.focus_group
    alone = where == NOT_KNOWN
    _, topics = np.unique(found.asked, axis=0, return_inverse=True)
    where = np.where(alone, len(study.events) + topics.reshape(-1), where)
    return Named(level, where.astype(np.int64), alone, found.asked, raised & found.asked)


# Allow for many codes being compared at once: step-down minP over the same exchanges, and what could show at all.

_TIE = 1e-9


def step_down(p_of: NDArray[np.float64], p: NDArray[np.float64], sampled: bool = False) -> NDArray[np.float64]:
    """Return the p-values adjusted for all codes of a family.

    Codes are taken from the smallest p up. For each, the adjusted p is the share of exchanges in which this code, or
    one with a larger p, gets a p as small as this or smaller; it is never smaller than that of the code before.

    Parameters
    ----------
    p_of
        A × C: the p-value of each code under each exchange, one exchange for all codes.
    p
        For each of C codes the p-value observed.
    sampled
        Whether the exchanges are a sample; then b of m give (b + 1) / (m + 1).

    Returns
    -------
    array
        For each of C codes the adjusted p-value, at least p.

    Notes
    -----
    Westfall & Young 1993, algorithm 2.8. The chance of any false finding is kept at alpha whatever codes do differ.
    """
    adjusted = np.empty(len(p))
    if not len(p):
        return adjusted
    order = np.argsort(p, kind="stable")
    least = np.minimum.accumulate(p_of[:, order[::-1]], axis=1)[:, ::-1]
    extreme = (least <= p[order] * (1 + _TIE)).sum(axis=0)
    share = (extreme + 1) / (len(p_of) + 1) if sampled else extreme / len(p_of)
    adjusted[order] = np.maximum.accumulate(np.maximum(share, p[order]))
    return np.minimum(adjusted, 1.0)


def tarone(p_min: NDArray[np.float64], alpha: float) -> int:
    """Return for how many codes alpha has to be shared: only those that could show at that share.

    The smallest K such that no more than K codes could reach a p of alpha / K, given the smallest p that the margins of
    each allow.

    Notes
    -----
    Tarone 1990.
    """
    k = 1
    while (p_min <= alpha / k * (1 + _TIE)).sum() > k:
        k += 1
    return k


# The two ways to exchange levels, ready to test any codes: people within their blocks, or whole events.

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


# Test a family of codes at once: each exactly, and all of them together over the same exchanges.


@dataclass(frozen=True)
class Counts:
    """Who raised what, as counts by block.

    Parameters
    ----------
    blocks
        The numbers of the B blocks.
    alone
        For each of B blocks whether its people were heard one by one.
    asked
        C × B × L: how many people of a level in a block were asked about a code.
    raised
        C × B × L: how many of these raised it.
    """

    blocks: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.int64]
    raised: NDArray[np.int64]


@dataclass(frozen=True)
class Family:
    """The answer for C codes of which everybody's part is known by name.

    Parameters
    ----------
    settings
        For each of C codes what can be exchanged.
    counts
        By block.
    tests
        What tests the codes of each kind.
    p, p_min
        For each of C codes; nan where its levels are confounded.
    low, high
        For each of C codes the adjusted p, and what it is at most where codes of the family cannot be exchanged
        together.
    sampled
        For each of C codes whether its p is of a sample.
    jointly_sampled
        Whether the adjusted p is.
    """

    settings: list[Setting]
    counts: Counts
    tests: Mapping[str, Exchange]
    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sampled: NDArray[np.bool_]
    jointly_sampled: bool

    def of(self, kind: str) -> NDArray[np.int64]:
        """Return the codes that are tested in one way."""
        return np.array([c for c, found in enumerate(self.settings) if found.kind == kind], dtype=np.int64)


def count(people: Named, n_levels: int) -> Counts:
    """Return the people who are compared, by block and level."""
    who = people.only(people.level >= 0)
    blocks, place = np.unique(who.block, return_inverse=True)
    cell = place.reshape(-1) * n_levels + who.level
    shape = (len(blocks) * n_levels, who.asked.shape[1])
    asked, raised = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(asked, cell, who.asked)
    np.add.at(raised, cell, who.raised)
    alone = np.zeros(len(blocks), dtype=bool)
    alone[place.reshape(-1)[who.alone]] = True
    by_code = (shape[1], len(blocks), n_levels)
    return Counts(blocks, alone, asked.T.reshape(by_code), raised.T.reshape(by_code))


def settings_of(counts: Counts) -> list[Setting]:
    """Return for each of C codes what can be exchanged; codes about which the same people were asked have the same."""
    known: dict[bytes, Setting] = {}
    found = []
    for asked in counts.asked:
        key = asked.tobytes()
        if key not in known:
            known[key] = setting(asked, counts.blocks, counts.alone)
        found.append(known[key])
    return found


def family(people: Named, n_levels: int, seed: int) -> Family:
    """Test C codes at once.

    Parameters
    ----------
    people
        Who raised what; who is at the level -1 is not compared.
    n_levels
        The number of levels declared.
    seed
        Of samples, where they are drawn.
    """
    counts = count(people, n_levels)
    settings = settings_of(counts)
    kinds = np.array([one.kind for one in settings], dtype=object)
    p, p_min, low, high = (np.full(len(settings), np.nan) for _ in range(4))
    sampled = np.zeros(len(settings), dtype=bool)
    jointly_sampled = False
    tests: dict[str, Exchange] = {}
    for kind in (WITHIN, WHOLE):
        codes = np.flatnonzero(kinds == kind)
        if len(codes):
            blocks = np.unique(np.concatenate([settings[c].blocks for c in codes]))
            who = people.only((people.level >= 0) & np.isin(people.block, blocks)).about(kinds == kind)
            test = tests[kind] = Within(who, seed) if kind == WITHIN else Whole(who, seed)
            answer, p_of, exact = test.jointly(who.raised, who.asked)
            p[codes], p_min[codes], sampled[codes] = answer.p, answer.p_min, not answer.exact
            by_hand = np.minimum(answer.p * len(codes), 1.0)  # Bonferroni's, where no exchange has a p of its own
            low[codes] = by_hand if p_of is None else step_down(p_of, answer.p, not exact)
            jointly_sampled |= not exact
    for c in np.flatnonzero(kinds != CONFOUNDED):
        apart = (kinds != kinds[c]) & (kinds != CONFOUNDED) & (p_min <= p[c])
        high[c] = min(1.0, low[c] + apart.sum() * p[c])
    return Family(settings, counts, tests, p, p_min, low, high, sampled, jointly_sampled)
