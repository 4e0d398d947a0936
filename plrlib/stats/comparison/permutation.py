"""Permute groups within blocks, or over whole events, and test a family of codes over the same permutations.

Letters: P people, U units (people or events), C codes, B blocks, V events, G groups, A permutations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import factorial, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.exact import SAMPLE, ExactTest, index_weights, p_values, several_groups, two_groups
from plrlib.study.evidence import Evidence
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN

# What can be permuted: people within blocks, whole events, or nothing.

WITHIN, WHOLE, CONFOUNDED = "within", "whole events", "confounded"
LARGEST_TO_SMALLEST = 1.5
"""Whole events are permuted only where the largest is at most so many times the smallest."""


class Setting(NamedTuple):
    """What can be permuted.

    Parameters
    ----------
    kind
        `within`: people, in blocks that hold two groups or more. `whole events`: events that hold one group each.
        `confounded`: neither; a difference could as well be one between the events.
    blocks
        The B blocks that are used; none where the groups are confounded.
    """

    kind: str
    blocks: NDArray[np.int64]


def setting(sizes: NDArray[np.int64], blocks: NDArray[np.int64], alone: NDArray[np.bool_]) -> Setting:
    """Return what can be permuted.

    Parameters
    ----------
    sizes
        B × G: how many people of each group were first heard in each block.
    blocks
        The number of each of B blocks.
    alone
        Whether the people of each of B blocks were interviewed one by one.

    Returns
    -------
    Setting
        `within` where any block holds two groups or more; only such blocks are used. `whole events` where none does,
        each group that has people was in at least two events of several people, and the largest of these is at most 1.5
        times the smallest. Otherwise `confounded`.
    """
    mixed = (sizes > 0).sum(axis=1) > 1
    if mixed.any():
        return Setting(WITHIN, blocks[mixed])
    several = (sizes.sum(axis=1) > 1) & ~alone
    people = sizes[several].sum(axis=1)
    there = sizes.sum(axis=0) > 0
    events = (sizes[several] > 0).sum(axis=0)
    if there.sum() < 2 or (events[there] < 2).any() or people.max() > LARGEST_TO_SMALLEST * people.min():
        return Setting(CONFOUNDED, blocks[:0])
    return Setting(WHOLE, blocks[several])


# Every permutation of groups within strata: what chance alone could have done, given who was where.

MOST = 200_000
"""So many permutations are enumerated; of more, a seeded sample is drawn."""


@dataclass(frozen=True)
class Permutations:
    """The A permutations of the groups of U units within strata.

    All permutations are the product of those of each stratum, so that they are kept stratum by stratum: four blocks of
    twenty permutations each stand for 160,000.

    Parameters
    ----------
    strata
        For each stratum its units and the groups that these have under each of its permutations, one a row. A sample is
        one stratum of all units.
    exact
        Whether these are all; otherwise they are a seeded sample.
    """

    strata: list[tuple[NDArray[np.int64], NDArray[np.int8]]]
    exact: bool

    @classmethod
    def of(cls, group: NDArray[np.int64], stratum: NDArray[np.int64], seed: int) -> "Permutations":
        """Return all permutations of groups within strata up to 200,000, else 9,999 drawn at random.

        Parameters
        ----------
        group
            For each of U units the position of its group, from 0.
        stratum
            For each of U units the number of its stratum.
        seed
            Of the sample, where one is drawn.
        """
        strata = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
        if number_of_permutations(group, stratum) <= MOST:
            return cls([(units, _every_order(np.bincount(group[units]))) for units in strata], exact=True)
        rng = np.random.default_rng(seed)
        drawn = np.tile(group.astype(np.int8), (SAMPLE, 1))
        for units in strata:
            drawn[:, units] = rng.permuted(drawn[:, units], axis=1)
        return cls([(np.arange(len(group)), drawn)], exact=False)

    def __len__(self) -> int:
        return prod(len(groups) for _, groups in self.strata)

    def sums(self, scores: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.floating]:
        """Return C × A: the sum, over units, of their scores (U × C) times the weight of the group they are given."""
        # whole numbers up to 16 million are exact in both
        kind: type[np.floating] = np.float32 if scores.dtype == bool else np.float64
        total = np.zeros((scores.shape[1], 1), dtype=kind)
        for units, groups in self.strata:
            of_stratum = np.matmul(scores[units].T.astype(kind), weights.astype(kind)[groups].T)
            total = (total[:, :, None] + of_stratum[:, None, :]).reshape(len(total), -1)
        return total


def number_of_permutations(group: NDArray[np.int64], stratum: NDArray[np.int64]) -> int:
    """Return how many different ways there are to permute groups within strata."""
    sizes = (np.bincount(group[stratum == s]).tolist() for s in np.unique(stratum))
    return prod(factorial(sum(some)) // prod(map(factorial, some)) for some in sizes)


def _every_order(sizes: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return every way to give groups of these sizes to the units of one stratum, one a row."""
    orders, left = np.zeros((1, 0), dtype=np.int8), sizes[None, :]
    for _ in range(int(sizes.sum())):
        rows, group = np.nonzero(left)  # each way so far, with each group that has room for one more
        orders = np.column_stack([orders[rows], group.astype(np.int8)])
        left = left[rows].copy()
        left[np.arange(len(rows)), group] -= 1
    return orders


# Who raised what, by name.


@dataclass(frozen=True)
class NamedPeople:
    """People, with what is known by name of each.

    Parameters
    ----------
    group
        For each of P people the position of the group; -1: not compared.
    block
        For each of P people the number of the block within which people are permuted: the focus group where they were
        first heard; for those interviewed alone one block for all who were asked the same.
    alone
        For each of P people whether they were interviewed alone.
    asked
        P × C: whether a person was asked about a code.
    raised
        P × C: whether a person, by name, raised it.
    """

    group: NDArray[np.int64]
    block: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    raised: NDArray[np.bool_]

    def only(self, who: NDArray[np.bool_]) -> "NamedPeople":
        """Return some of the P people."""
        return NamedPeople(self.group[who], self.block[who], self.alone[who], self.asked[who], self.raised[who])

    def about(self, codes: NDArray[np.bool_]) -> "NamedPeople":
        """Return all people, with some of the C codes."""
        return NamedPeople(self.group, self.block, self.alone, self.asked[:, codes], self.raised[:, codes])

    def counts(self, n_groups: int) -> "Counts":
        """Return the people who are compared, by block and group."""
        who = self.only(self.group >= 0)
        blocks, place = np.unique(who.block, return_inverse=True)
        cell = _members(place * n_groups + who.group, len(blocks) * n_groups)
        shape = (who.asked.shape[1], len(blocks), n_groups)
        asked, raised = ((cell @ some).astype(np.int64).T.reshape(shape) for some in (who.asked, who.raised))
        return Counts(blocks, np.isin(blocks, who.block[who.alone]), asked, raised)


class Counts(NamedTuple):
    """Who raised what, as counts by block.

    Parameters
    ----------
    blocks
        The numbers of the B blocks.
    alone
        For each of B blocks whether its people were interviewed one by one.
    asked
        C × B × G: how many people of a group in a block were asked about a code.
    raised
        C × B × G: how many of these raised it.
    """

    blocks: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.int64]
    raised: NDArray[np.int64]

    def settings(self) -> list[Setting]:
        """Return for each of C codes what can be permuted, the same for codes about which the same were asked."""
        distinct, which = np.unique(self.asked, axis=0, return_inverse=True)
        found = [setting(asked, self.blocks, self.alone) for asked in distinct]
        return [found[i] for i in which.reshape(-1)]


def _members(place: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return n × U: 1 where a unit is in a place, else 0."""
    return np.asarray(place == np.arange(n)[:, None], dtype=np.float64)


def named_people(study: Study, found: Evidence, group: NDArray[np.int64]) -> NamedPeople:
    """Return what is known by name of each of P people; `group` is the position of the group of each."""
    speaker = study.prepared.speaker[found.excerpt]
    by_name = speaker >= 0
    raised = np.zeros((len(study.participants), len(found.codes)), dtype=bool)
    raised[speaker[by_name], found.code[by_name]] = True
    where = study.prepared.focus_group
    alone = where == NOT_KNOWN
    _, topics = np.unique(found.asked, axis=0, return_inverse=True)
    where = np.where(alone, len(study.events) + topics.reshape(-1), where)
    return NamedPeople(group, where.astype(np.int64), alone, found.asked, raised & found.asked)


# Tests of many codes over the same permutations: of people within blocks, or of whole events.

_AT_ONCE = 4_000_000
"""So many numbers are worked out at once, permutations times codes: memory stays below 100 MB at any size."""


class WithinBlocks:
    """People are permuted within their blocks.

    Parameters
    ----------
    people
        The U people of blocks that hold two groups or more. A block was asked about a code as a whole or not at all.
    seed
        Of samples, where they are drawn.
    """

    def __init__(self, people: NamedPeople, seed: int) -> None:
        self.people, self._seed = people, seed
        groups, self._group = np.unique(people.group, return_inverse=True)
        blocks, place = np.unique(people.block, return_inverse=True)
        self._cell = _members(place * len(groups) + self._group, len(blocks) * len(groups))
        self._sizes = self._cell.sum(axis=1).astype(np.int64).reshape(len(blocks), len(groups))
        self._two = len(groups) == 2

    @cached_property
    def permutations(self) -> Permutations:
        """All permutations, or a sample of them."""
        return Permutations.of(self._group, self.people.block, self._seed)

    def test(self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]) -> ExactTest:
        """Return the exact test of each code; of codes alike once."""
        counts = (self._cell @ raised).astype(np.int64).T
        counts, place = np.unique(counts, axis=0, return_inverse=True)
        by_block = counts.reshape(-1, *self._sizes.shape)
        found = two_groups(by_block, self._sizes) if self._two else several_groups(by_block, self._sizes, self._seed)
        place = place.reshape(-1)
        null = [found.null[i] for i in place]
        return ExactTest(found.p[place], found.p_min[place], null, found.observed[place], found.exact)

    def under(self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
        """Yield the p of one code after another under each of A permutations."""
        weights = np.array([1, 0]) if self._two else index_weights(self._sizes)
        step = max(1, _AT_ONCE // len(self.permutations))
        for start in range(0, raised.shape[1], step):
            some = slice(start, start + step)
            outcomes = self.permutations.sums(raised[:, some], weights).astype(np.int64)
            for one, null in zip(outcomes, self.test(raised[:, some], asked[:, some]).null, strict=True):
                yield p_values(null)[one]


class WholeEvents:
    """Whole events are permuted, only those that were asked about the same codes.

    Parameters
    ----------
    people
        The U people of events that hold one group each.
    seed
        Of the sample, where one is drawn.
    """

    def __init__(self, people: NamedPeople, seed: int) -> None:
        self.people, self._seed = people, seed
        events, first, place = np.unique(people.block, return_index=True, return_inverse=True)
        self._event = _members(place, len(events))
        self._group = np.unique(people.group[first], return_inverse=True)[1]
        self._topics = np.unique(people.asked[first], axis=0, return_inverse=True)[1].reshape(-1)

    @cached_property
    def permutations(self) -> Permutations:
        """All permutations, or a sample of them."""
        return Permutations.of(self._group, self._topics, self._seed)

    def _counts(self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        return [(self._event @ some).astype(np.int64).T for some in (raised, asked)]

    def test(self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]) -> ExactTest:
        """Return the permutation test of each code; of codes alike once."""
        told, place = np.unique(np.hstack(self._counts(raised, asked)), axis=0, return_inverse=True)
        voices, people = np.hsplit(told, 2)
        found = whole_events(voices, people, self._group, self.permutations)
        place = place.reshape(-1)
        return ExactTest(found.p[place], found.p_min[place], [], found.observed[place], found.exact)

    def under(self, raised: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
        """Yield the p of one code after another under each of A permutations."""
        for values in event_differences(self.permutations, self._group, *self._counts(raised, asked)):
            _, place, times = np.unique(values, return_inverse=True, return_counts=True)
            yield _upper_share(times, self.permutations)[place]


PermutationTest = WithinBlocks | WholeEvents
"""Tests codes, each given as who raised it and who was asked about it (U × C), over the same permutations for all."""


def whole_events(
    raised: NDArray[np.int64], sizes: NDArray[np.int64], group: NDArray[np.int64], permutations: Permutations
) -> ExactTest:
    """Permutation test of whether groups raised a code equally often where each event held one group.

    The statistic is the difference of the groups' proportions (more than two groups: the sum of squares between them);
    p is the share of permutations at least as extreme. Of a sample it is (b + 1) / (m + 1).

    Parameters
    ----------
    raised
        C × V: how many people of each event raised each code.
    sizes
        C × V: how many people of each event were asked about each code; 0: the event does not count for it.
    group
        For each of V events the position of its group.
    permutations
        Of the events; only those that count for the same codes are permuted: what participants were asked may go with
        their group.

    Returns
    -------
    ExactTest
        An outcome is a value of the statistic, ascending.
    """
    as_they_are = Permutations([(np.arange(len(group)), group.astype(np.int8)[None, :])], exact=True)
    seen = np.array([one.item() for one in event_differences(as_they_are, group, raised, sizes)])
    p, p_min, observed = np.empty(len(raised)), np.empty(len(raised)), np.empty(len(raised), dtype=np.int64)
    nulls = []
    for c, values in enumerate(event_differences(permutations, group, raised, sizes)):
        every, times = np.unique(values, return_counts=True)
        share = _upper_share(times, permutations)
        at = int(np.searchsorted(every, seen[c]))
        # of a sample the observed value may be beyond all that were drawn
        p[c] = share[at] if at < len(every) else 1 / (len(permutations) + 1)
        p_min[c] = min(share[-1], p[c])
        observed[c] = min(at, len(every) - 1)
        nulls.append(times / len(permutations))
    return ExactTest(p, p_min, nulls, observed, permutations.exact)


def _upper_share(times: NDArray[np.int64], permutations: Permutations) -> NDArray[np.float64]:
    """Return for values in ascending order, drawn so many times each, the share of permutations as large or larger."""
    more = 0 if permutations.exact else 1
    return np.asarray((np.cumsum(times[::-1])[::-1] + more) / (len(permutations) + more))


def event_differences(
    permutations: Permutations, group: NDArray[np.int64], raised: NDArray[np.int64], sizes: NDArray[np.int64]
) -> Iterator[NDArray[np.float64]]:
    """Yield for one code (C × V) after another how far apart the groups' proportions are, under each permutation."""
    only = np.eye(int(group.max(initial=0)) + 1)
    for both in np.stack([raised, sizes], axis=-1):
        n_raised, n = np.moveaxis(np.stack([permutations.sums(both, one) for one in only]), 1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(n > 0, n_raised / n, 0.0)
        if len(only) == 2:
            apart = np.where((n > 0).all(axis=0), np.abs(share[0] - share[1]), 0.0)
        else:
            overall = n_raised.sum(axis=0) / np.maximum(n.sum(axis=0), 1)
            apart = (n * (share - overall) ** 2).sum(axis=0)
        yield np.asarray(np.round(apart, 10), dtype=np.float64)  # equal but for the order in which numbers were added


# p adjusted for all codes of a family.

P_TIE = 1e-9
"""p-values closer than this, relatively, are equal: only rounding has made them differ."""
Under = Callable[[NDArray[np.int64]], Iterable[NDArray[np.float64]]]
"""Gives, for the positions of some codes, the p of each under all A permutations, one code after another."""


def step_down(p: NDArray[np.float64], under: Under, sampled: bool = False) -> NDArray[np.float64]:
    """Step-down minP: p adjusted for all codes of a family, whatever their dependence.

    Codes are taken from the smallest p up. For each, the adjusted p is the share of permutations in which this code, or
    one with a larger p, gets a p as small as this or smaller; it is never smaller than that of the code before.

    Parameters
    ----------
    p
        For each of C codes the p observed.
    under
        Gives the p of codes under each permutation, the same permutations for all.
    sampled
        Whether the permutations are a sample; then b of m give (b + 1) / (m + 1).

    Returns
    -------
    array
        For each of C codes the adjusted p, at least p.

    Notes
    -----
    [westfall1993]_, algorithm 2.8. The chance of any false finding is at most alpha whatever codes do differ.
    """
    order = np.argsort(p, kind="stable")
    share = np.empty(len(p))
    # From the largest p down, so that one number a permutation is kept, the smallest p so far, and not one a code.
    least: NDArray[np.float64] | None = None
    for c, column in zip(order[::-1].tolist(), under(order[::-1]), strict=True):
        least = column.copy() if least is None else np.minimum(least, column, out=least)
        extreme = np.count_nonzero(least <= p[c] * (1 + P_TIE))
        share[c] = (extreme + 1) / (len(least) + 1) if sampled else extreme / len(least)
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.maximum(share, p)[order])
    return np.minimum(adjusted, 1.0)


def tarone(p_min: NDArray[np.float64], alpha: float) -> int:
    """Return Tarone's K: for how many codes alpha has to be shared, since only these could show at that share.

    It is the smallest K such that no more than K codes could reach a p of alpha / K.

    Parameters
    ----------
    p_min
        For each of C codes the smallest p that its margins allow.
    alpha
        The familywise alpha.

    Notes
    -----
    [tarone1990]_.
    """
    k = 1
    while (p_min <= alpha / k * (1 + P_TIE)).sum() > k:
        k += 1
    return k


# A family of codes: each tested exactly, and all of them over the same permutations.


class Family(NamedTuple):
    """The tests of C codes of which every participant's part is known by name.

    Parameters
    ----------
    settings
        For each of C codes what can be permuted.
    counts
        By block.
    tests
        What tests the codes of each kind.
    p, p_min
        For each of C codes; nan where its groups are confounded.
    low, high
        For each of C codes the adjusted p, and what it is at most where codes of the family cannot be permuted
        together.
    sampled
        For each of C codes whether its p is of a sample.
    jointly_sampled
        Whether the adjusted p is.
    """

    settings: list[Setting]
    counts: Counts
    tests: Mapping[str, PermutationTest]
    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sampled: NDArray[np.bool_]
    jointly_sampled: bool

    def of(self, kind: str) -> NDArray[np.int64]:
        """Return the codes that are tested in one way."""
        return np.flatnonzero([found.kind == kind for found in self.settings])

    def alike(self) -> list[NDArray[np.int64]]:
        """Return the codes that can be tested, those together about which the same people were asked."""
        tested = np.flatnonzero([found.kind != CONFOUNDED for found in self.settings])
        distinct, which = np.unique(self.counts.asked[tested], axis=0, return_inverse=True)
        return [tested[which == i] for i in range(len(distinct))]


def family(people: NamedPeople, n_groups: int, seed: int) -> Family:
    """Test C codes at once.

    Parameters
    ----------
    people
        Who raised what; who is in the group -1 is not compared.
    n_groups
        The number of groups declared.
    seed
        Of samples, where they are drawn.
    """
    counts = people.counts(n_groups)
    settings = counts.settings()
    kinds = np.array([one.kind for one in settings], dtype=object)
    p, p_min, low, high = (np.full(len(settings), np.nan) for _ in range(4))
    sampled = np.zeros(len(settings), dtype=bool)
    jointly_sampled = False
    tests: dict[str, PermutationTest] = {}
    for kind in sorted({*kinds} - {CONFOUNDED}):
        codes = np.flatnonzero(kinds == kind)
        blocks = np.unique(np.concatenate([settings[c].blocks for c in codes]))
        who = people.only((people.group >= 0) & np.isin(people.block, blocks)).about(kinds == kind)
        test: PermutationTest = WithinBlocks(who, seed) if kind == WITHIN else WholeEvents(who, seed)
        tests[kind] = test
        found = test.test(who.raised, who.asked)
        p[codes], p_min[codes], sampled[codes] = found.p, found.p_min, not found.exact
        jointly = kind == WHOLE or found.exact  # else no permutation has a p of its own: Bonferroni
        low[codes] = _adjusted(test, found.p) if jointly else np.minimum(found.p * len(codes), 1.0)
        jointly_sampled |= not (jointly and test.permutations.exact)
    for c in np.flatnonzero(kinds != CONFOUNDED):
        apart = (kinds != kinds[c]) & (kinds != CONFOUNDED) & (p_min <= p[c])
        high[c] = min(1.0, low[c] + apart.sum() * p[c])
    return Family(settings, counts, tests, p, p_min, low, high, sampled, jointly_sampled)


def _adjusted(test: PermutationTest, p: NDArray[np.float64]) -> NDArray[np.float64]:
    who, sampled = test.people, not test.permutations.exact
    return step_down(p, lambda codes: test.under(who.raised[:, codes], who.asked[:, codes]), sampled)
