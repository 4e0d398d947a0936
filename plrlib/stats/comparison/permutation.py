"""Who may change places with whom, every permutation of groups, and p adjusted for all codes over the same ones.

Letters: P people, U units (people or events), C codes, B blocks, G groups, A permutations.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import factorial, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.exact import SAMPLE
from plrlib.study.evidence import Evidence
from plrlib.study.load import Study

# What can be permuted: people within blocks, whole events, both, or nothing.

WITHIN, WHOLE, BOTH, CONFOUNDED = "within", "whole events", "both", "confounded"
TOO_FEW_EVENTS, SIZES_GO_WITH_GROUP = "own events", "sizes go with group"
"""Why whole events are not permuted."""
LARGEST_TO_SMALLEST = 1.25
"""Whole events are permuted only where no group's mean event is more than so many times as large as another's.

With three events of 3 people against nine of 10, and no effect at all, 24 of 100 studies have a finding.
"""
ALONE = -1
"""The kind of a block of people who were interviewed one by one."""


class Setting(NamedTuple):
    """What can be permuted.

    Parameters
    ----------
    kind
        `within`: people, within blocks that hold two groups or more. `whole events`: events that hold one group each.
        `both`: people there, and events here. `confounded`: neither; a difference could as well be one between events.
    mixed, whole
        The blocks within which people are permuted, and those that are permuted as a whole.
    reason
        Where no event is permuted as a whole though some hold one group: `own events`, fewer than two of one kind for
        each group; `sizes go with group`. Else blank.
    """

    kind: str
    mixed: NDArray[np.int64]
    whole: NDArray[np.int64]
    reason: str = ""

    @property
    def blocks(self) -> NDArray[np.int64]:
        """The blocks that are used; none where the groups are confounded."""
        return np.sort(np.concatenate([self.mixed, self.whole]))


def setting(
    sizes: NDArray[np.int64], blocks: NDArray[np.int64], kind: NDArray[np.int64], only_within: bool = False
) -> Setting:
    """Return what can be permuted; every part that can be is used.

    Parameters
    ----------
    sizes
        B × G: how many people of each group were first heard in each block.
    blocks
        The number of each of B blocks.
    kind
        The number of the kind of event that each of B blocks is; -1: people who were interviewed one by one.
    only_within
        Whether whole events are left aside.

    Returns
    -------
    Setting
        People are permuted within blocks that hold two groups or more. Events that hold one group each are permuted
        with others of their kind, where each group has two or more of it and no group's mean event is more than 1.25
        times as large as another's; with three groups or more only where no block is mixed.
    """
    there = sizes.sum(axis=0) > 0
    mixed = (sizes > 0).sum(axis=1) > 1
    pure = ((sizes > 0).sum(axis=1) == 1) & (kind != ALONE)
    whole, reason = (
        np.zeros(len(blocks), dtype=bool),
        TOO_FEW_EVENTS if (~mixed & (sizes > 0).any(axis=1)).any() else "",
    )
    if not only_within and (there.sum() == 2 or not mixed.any()):
        for one in np.unique(kind[pure]):
            here = pure & (kind == one)
            events, people = (sizes[here][:, there] > 0).sum(axis=0), sizes[here][:, there].sum(axis=0)
            if len(events) < 2 or (events < 2).any():
                continue
            means = people / events
            if means.max() > LARGEST_TO_SMALLEST * means.min() * (1 + 1e-9):
                reason = SIZES_GO_WITH_GROUP
            else:
                whole |= here
    chosen = {(True, True): BOTH, (True, False): WITHIN, (False, True): WHOLE, (False, False): CONFOUNDED}
    how = chosen[bool(mixed.any()), bool(whole.any())]
    return Setting(how, blocks[mixed], blocks[whole], "" if whole.any() else reason)


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
        first heard; for those interviewed alone one for all who had the same interviewer and were asked the same.
    kind
        For each of P people the number of the kind of event that their block is; -1: interviewed alone.
    asked
        P × C: whether a person was asked about a code.
    raised
        P × C: whether a person, by name, raised it.
    only_within
        Whether whole events are left aside.
    """

    group: NDArray[np.int64]
    block: NDArray[np.int64]
    kind: NDArray[np.int64]
    asked: NDArray[np.bool_]
    raised: NDArray[np.bool_]
    only_within: bool = False

    def only(self, who: NDArray[np.bool_]) -> "NamedPeople":
        """Return some of the P people."""
        asked, raised = self.asked[who], self.raised[who]
        return NamedPeople(self.group[who], self.block[who], self.kind[who], asked, raised, self.only_within)

    def about(self, codes: NDArray[np.bool_]) -> "NamedPeople":
        """Return all people, with some of the C codes."""
        return replace(self, asked=self.asked[:, codes], raised=self.raised[:, codes])

    def within(self, other: NDArray[np.int64]) -> "NamedPeople":
        """Return the people with each block parted by another grouping; who is in no group of that is left out."""
        parted = np.unique(np.column_stack([self.block, other]), axis=0, return_inverse=True)[1].reshape(-1)
        group = np.where(other >= 0, self.group, -1)
        return replace(self, group=group, block=parted.astype(np.int64), only_within=True)

    def counts(self, n_groups: int) -> "Counts":
        """Return the people who are compared, by block and group."""
        who = self.only(self.group >= 0)
        blocks, first, place = np.unique(who.block, return_index=True, return_inverse=True)
        cell = members(place * n_groups + who.group, len(blocks) * n_groups)
        shape = (who.asked.shape[1], len(blocks), n_groups)
        asked, raised = ((cell @ some).astype(np.int64).T.reshape(shape) for some in (who.asked, who.raised))
        return Counts(blocks, who.kind[first], asked, raised, self.only_within)


class Counts(NamedTuple):
    """Who raised what, as counts by block.

    Parameters
    ----------
    blocks
        The numbers of the B blocks.
    kind
        The number of the kind of event that each of B blocks is; -1: people who were interviewed one by one.
    asked
        C × B × G: how many people of a group in a block were asked about a code.
    raised
        C × B × G: how many of these raised it.
    only_within
        Whether whole events are left aside.
    """

    blocks: NDArray[np.int64]
    kind: NDArray[np.int64]
    asked: NDArray[np.int64]
    raised: NDArray[np.int64]
    only_within: bool

    def settings(self) -> tuple[list[Setting], NDArray[np.int64]]:
        """Return what can be permuted, one setting for all codes about which the same were asked, and whose it is."""
        distinct, which = np.unique(self.asked, axis=0, return_inverse=True)
        found = [setting(asked, self.blocks, self.kind, self.only_within) for asked in distinct]
        return found, which.reshape(-1)


def members(place: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return n × U: 1 where a unit is in a place, else 0."""
    return np.asarray(place == np.arange(n)[:, None], dtype=np.float64)


def named_people(study: Study, found: Evidence, group: NDArray[np.int64]) -> NamedPeople:
    """Return what is known by name of each of P people; `group` is the position of the group of each."""
    prepared = study.prepared
    speaker = prepared.speaker[found.excerpt]
    by_name = speaker >= 0
    raised = np.zeros((len(study.participants), len(found.codes)), dtype=bool)
    raised[speaker[by_name], found.code[by_name]] = True
    _, topics = np.unique(found.asked, axis=0, return_inverse=True)
    alone = prepared.kind == ALONE
    n_topics = int(topics.max(initial=0)) + 1
    block = np.where(alone, len(study.events) + (prepared.block - len(study.events)) * n_topics, prepared.block)
    block = np.where(alone, block + topics.reshape(-1), block)
    return NamedPeople(group, block.astype(np.int64), prepared.kind, found.asked, raised & found.asked)


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
            total = (total[:, :, None] + of_stratum[:, None, :]).reshape(len(total), total.shape[1] * len(groups))
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


# p adjusted for all codes of a family.

P_TIE = 1e-9
"""p-values closer than this, relatively, are equal: only rounding has made them differ."""
Under = Callable[[NDArray[np.int64]], Iterable[NDArray[np.float64]]]
"""Gives, for the positions of some codes, the p of each under all A permutations, one code after another."""


def step_down(
    p: NDArray[np.float64], under: Under, sampled: bool = False, p_min: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
    p_min
        For each of C codes the smallest p that its margins allow; None: p.

    Returns
    -------
    adjusted
        For each of C codes the adjusted p, at least p.
    reach
        For each of C codes the share of permutations in which any code gets a p as small as its p_min: no difference
        in it could have had a smaller adjusted p in a single step.

    Notes
    -----
    [westfall1993]_, algorithm 2.8. The chance of any false finding is at most alpha whatever codes do differ.
    """
    order = np.argsort(p, kind="stable")
    adjusted, least_p = np.empty(len(p)), p if p_min is None else p_min
    # From the largest p down, so that one number a permutation is kept, the smallest p so far, and not one a code.
    least: NDArray[np.float64] = np.ones(1)
    for c, column in zip(order[::-1].tolist(), under(order[::-1]), strict=True):
        least = np.minimum(least, column)
        adjusted[c] = _shares(least, p[c : c + 1], sampled)[0]
    adjusted[order] = np.maximum.accumulate(np.maximum(adjusted, p)[order])
    reach = np.maximum(_shares(least, least_p, sampled), least_p)
    return np.minimum(adjusted, 1.0), np.minimum(reach, 1.0)


def _shares(least: NDArray[np.float64], p: NDArray[np.float64], sampled: bool) -> NDArray[np.float64]:
    """Return for each p the share of permutations whose smallest p is as small."""
    if len(p) == 1:
        extreme: NDArray[Any] = np.array([np.count_nonzero(least <= p[0] * (1 + P_TIE))])
    else:
        extreme = np.searchsorted(np.sort(least), p * (1 + P_TIE), side="right")
    return np.asarray((extreme + 1) / (len(least) + 1) if sampled else extreme / len(least))
