"""A family of codes: each tested exactly, and all of them over the same permutations of people and of whole events.

Letters: P people, U units (people and events), C codes, B blocks, V events, G groups, A permutations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln, ndtr

from plrlib.stats.comparison.exact import (
    ExactTest,
    group_totals,
    outcome_index,
    p_values,
    quadratic_form,
    several_groups,
    two_group_nulls,
    two_groups,
)
from plrlib.stats.comparison.permutation import (
    BOTH,
    CONFOUNDED,
    WHOLE,
    Counts,
    NamedPeople,
    Permutations,
    Setting,
    members,
    number_of_permutations,
    step_down,
)

_AT_ONCE = 4_000_000
"""So many numbers are worked out at once, permutations times codes: memory stays below 100 MB at any size."""
_MOST_WORK = 400_000_000
"""So many permutations times codes are gone through for one range of p."""
_DIGITS = 9
"""Values of a statistic that differ after so many digits differ only by the order in which numbers were added."""


class Units:
    """What is permuted for a family: people of mixed blocks one by one, and events that hold one group as a whole.

    Parameters
    ----------
    people
        The P people.
    settings
        What can be permuted, for all codes of the family.
    seed
        Of the sample, where one is drawn.
    """

    def __init__(self, people: NamedPeople, settings: Sequence[Setting], seed: int) -> None:
        self.people, self.seed = people, seed
        mixed, whole = (
            np.unique(np.concatenate([some, *(getattr(how, part) for how in settings)]))
            for part, some in (("mixed", np.zeros(0, dtype=np.int64)), ("whole", np.zeros(0, dtype=np.int64)))
        )
        here = people.group >= 0
        self.rows = np.flatnonzero(here & np.isin(people.block, mixed))
        """The people who are permuted one by one."""
        events, first = np.unique(np.where(here, people.block, -1), return_index=True)
        kept = np.isin(events, whole)
        self.events, first = events[kept], first[kept]
        """The numbers of the V events that are permuted as a whole, those of one kind asked about the same together."""
        topics = np.unique(people.asked[first], axis=0, return_inverse=True)[1].reshape(-1)
        self.stratum = np.unique(np.column_stack([people.kind[first], topics]), axis=0, return_inverse=True)[1]
        self.stratum = self.stratum.reshape(-1).astype(np.int64)
        self.event_group = people.group[first]
        self.event_of = members(np.searchsorted(self.events, people.block), len(self.events)) * (
            here & np.isin(people.block, self.events)
        )
        """V × P: 1 where a person is of an event."""

    @cached_property
    def permutations(self) -> Permutations:
        """All permutations of the U units, people first, or a sample of them."""
        block = self.people.block[self.rows]
        stratum = np.concatenate([block, self.stratum + block.max(initial=-1) + 1])
        return Permutations.of(np.concatenate([self.people.group[self.rows], self.event_group]), stratum, self.seed)

    def sums(self, scores: NDArray[Any], weights: NDArray[Any], events: bool = False) -> NDArray[np.floating]:
        """Return C × A: sums over people (or over events) of their scores times the weight of the group given."""
        every = np.zeros((len(self.rows) + len(self.events), scores.shape[1]), dtype=scores.dtype)
        every[slice(len(self.rows), None) if events else slice(len(self.rows))] = scores
        return self.permutations.sums(every, weights)


class BlockTest:
    """Tests codes with people permuted within blocks.

    Parameters
    ----------
    units
        What is permuted.
    blocks
        The blocks that hold two groups or more, and were asked about the codes.
    """

    def __init__(self, units: Units, blocks: NDArray[np.int64]) -> None:
        people = units.people
        self._units, self._used = units, np.isin(people.block[units.rows], blocks)
        rows = units.rows[self._used]
        groups, group = np.unique(people.group[rows], return_inverse=True)
        place = np.searchsorted(np.unique(people.block[rows]), people.block[rows])
        n_blocks = int(place.max(initial=-1)) + 1
        self._cell = np.zeros((n_blocks * len(groups), len(people.group)))
        self._cell[:, rows] = members(place * len(groups) + group, n_blocks * len(groups))
        self.groups = groups
        self.sizes = self._cell.sum(axis=1).astype(np.int64).reshape(n_blocks, len(groups))

    def counts(self, raised: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return C × B × G: how many people of each group raised each code (P × C) in each block."""
        return (self._cell @ raised).astype(np.int64).T.reshape(-1, *self.sizes.shape)

    def own(self, raised: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return who of those permuted raised each code."""
        return np.asarray(raised[self._units.rows] & self._used[:, None])

    def test(self, raised: NDArray[np.bool_]) -> ExactTest:
        """Return the exact test of each code (P × C); of codes alike once."""
        counts, place = np.unique(self.counts(raised), axis=0, return_inverse=True)
        if len(self.groups) == 2:
            found = two_groups(counts, self.sizes)
        else:
            found = several_groups(counts, self.sizes, self._units.seed)
        return _placed(found, place.reshape(-1))

    def under(self, raised: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
        """Yield the score of one code after another under each of A permutations."""
        totals = self.counts(raised).sum(axis=2)
        if len(self.groups) == 2:
            first = np.arange(int(self.groups.max()) + 1) == self.groups[0]
            outcomes = self._units.sums(self.own(raised), first).astype(np.int64)
            for one, null in zip(outcomes, two_group_nulls(totals, self.sizes), strict=True):
                yield p_values(null)[one]
            return
        every = np.eye(int(self.groups.max()) + 1, dtype=np.int64)[self.groups]
        by_group = np.stack([self._units.sums(self.own(raised), one).astype(np.int64) for one in every], axis=-1)
        exact = self.test(raised).exact
        for vectors, row, enumerated in zip(by_group, totals, exact, strict=True):
            if enumerated:
                null = group_totals(tuple(row.tolist()), self.sizes)
                yield p_values(null.reshape(-1))[outcome_index(vectors, self.sizes, null.shape)]
            else:
                away, tail = quadratic_form(row, self.sizes)
                yield tail(away(vectors))


class EventExchange:
    """Whole events exchanged, and people within mixed blocks as well where there are any.

    Two groups: T = D_within / V_within + D_whole / V_whole, the differences of proportions within blocks (as Mantel and
    Haenszel weigh them) and of the means of event proportions, each less its mean and by its exact variance; p is the
    share of permutations with |T| as large. More groups: the sum over groups of V_g (mean_g - mean)², of events alone.
    A proportion is taken less the mean of its stratum.

    Parameters
    ----------
    group
        For each of V events its group.
    stratum
        For each of V events the number of its stratum: events of one kind that were asked about the same.
    sizes
        B × 2: how many people of each group each mixed block holds.
    seed
        Of the sample, where one is drawn.
    """

    def __init__(
        self, group: NDArray[np.int64], stratum: NDArray[np.int64], sizes: NDArray[np.int64], seed: int
    ) -> None:
        self.group, self.sizes = group, sizes
        groups, self.number = np.unique(group, return_counts=True)
        self.one_of = np.eye(int(groups.max(initial=0)) + 1)[groups]
        """G × groups: 1 where an event's group is this."""
        self.of_first = group == groups[0]
        self.two = len(groups) == 2
        self.strata = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
        self.permutations = Permutations.of(group, stratum, seed)

    def centred(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return proportions (V × C) less the mean of their stratum."""
        share = share.copy()
        for events in self.strata:
            share[events] -= share[events].mean(axis=0)
        return share

    def weights(self, share: NDArray[np.float64], totals: NDArray[np.int64]) -> "_Weights":
        """Return what each person and event of the first group adds to T: `totals` is C × B, who raised each code."""
        per_event, spread = (1 / self.number).sum(), np.zeros(share.shape[1])
        for events in self.strata:
            n, k = len(events), int(self.of_first[events].sum())
            spread += k * (n - k) / max(n * (n - 1), 1) * (share[events] ** 2).sum(axis=0)
        whole = _inverse(spread * per_event**2)
        n, n_1 = self.sizes.sum(axis=1), self.sizes[:, 0]
        weight = (n_1 * (n - n_1) / n).sum() if len(n) else 1.0
        chance = n_1 * (n - n_1) * totals * (n - totals) / (n**2 * np.maximum(n - 1, 1))
        within = weight**2 * _inverse(chance.sum(axis=1))
        mean = within / weight * (totals * n_1 / n).sum(axis=1)
        return _Weights(within / weight, share * per_event * whole, mean, np.sqrt(np.maximum(within + whole, 1e-12)))

    def statistic(
        self, weights: "_Weights", c: int, of_events: NDArray[np.floating], raised: NDArray[Any]
    ) -> NDArray[np.float64]:
        """Return |T| in its standard deviations, from what events add and how many of the first group raised it."""
        total = of_events + weights.person[c] * raised - weights.mean[c]
        return np.asarray(np.abs(np.round(total / weights.spread[c], _DIGITS)))

    def between(self, sums: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the statistic of more than two groups, from the sum of proportions of each (the first axis)."""
        number = self.number.reshape(-1, *[1] * (sums.ndim - 1))
        return np.asarray(np.round((sums**2 / number).sum(axis=0), _DIGITS))

    def outcomes(
        self, share: NDArray[np.float64], totals: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Yield for one code after another every value of the statistic, ascending, and how probable each is."""
        ways = self.permutations
        if not self.two:
            for values in self.between(np.stack([ways.sums(share, one) for one in self.one_of])):
                yield _distinct(values, np.full(len(values), 1 / len(values)))
            return
        weights, nulls = self.weights(share, totals), two_group_nulls(totals, self.sizes)
        for c, null in enumerate(nulls):
            of_events = np.round(ways.sums(weights.event[:, c : c + 1], self.one_of[0])[0], _DIGITS)
            of_events, times = np.unique(of_events, return_counts=True)
            values = self.statistic(weights, c, of_events[:, None], np.flatnonzero(null > 0))
            yield _distinct(values.reshape(-1), (times[:, None] / len(ways) * null[null > 0]).reshape(-1))

    def seen(self, share: NDArray[np.float64], totals: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[Any]:
        """Return the statistic of each of C codes as it was observed; `first`: of the first group who raised it."""
        if not self.two:
            groups = np.unique(self.group)
            return self.between(np.stack([share[self.group == one].sum(axis=0) for one in groups]))
        weights = self.weights(share, totals)
        of_events = weights.event[self.of_first].sum(axis=0)
        return np.array([self.statistic(weights, c, of_events[c], first[c]) for c in range(len(first))])

    def most(self, share: NDArray[np.float64], totals: NDArray[np.int64]) -> float:
        """Return what the statistic of one code cannot exceed; of more than two groups nothing is known of that."""
        if not self.two:
            return np.inf
        weights, (n_1, n_2) = self.weights(share, totals), self.sizes.T
        ends = []
        for sign, raised in ((1, np.minimum(n_1, totals[0])), (-1, np.maximum(totals[0] - n_2, 0))):
            every = [np.sort(sign * weights.event[events, 0])[::-1] for events in self.strata]
            number = [int(self.of_first[events].sum()) for events in self.strata]
            best = sum(float(some[:k].sum()) for some, k in zip(every, number, strict=True))
            ends.append(self.statistic(weights, 0, np.array(sign * best), raised.sum()))
        return float(max(ends))

    def tail(self, share: NDArray[np.float64], statistic: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the tail of the normal distribution (more than two groups: of chi-squared) beyond values of a code."""
        if self.two:
            return np.asarray(2 * ndtr(-statistic))
        variance = (share**2).sum() / max(len(share) - 1, 1)
        return np.asarray(chdtrc(len(self.number) - 1, statistic / (variance or 1.0)))

    def least_p(self, share: NDArray[np.float64], totals: NDArray[np.int64]) -> float:
        """Return a number below which p of one code cannot be: an outcome is one of so many ways at least.

        Ways to give groups to events, or proportions to them, whichever are fewer.
        """
        log_ways = 0.0
        for events in self.strata:
            alike = np.unique(np.round(share[events, 0], _DIGITS), return_counts=True)[1]
            log_ways += float(gammaln(alike.sum() + 1) - gammaln(alike + 1).sum())
        strata = np.concatenate([np.full(len(events), s) for s, events in enumerate(self.strata)])
        ways = min(np.exp(log_ways), float(number_of_permutations(self.group[np.concatenate(self.strata)], strata)))
        null = two_group_nulls(totals, self.sizes) if self.two else np.ones((1, 1))
        return float(null[null > 0].min() / ways)


class _Weights(NamedTuple):
    """What a person and an event of the first group adds to T (C; V × C), and its mean and standard deviation (C)."""

    person: NDArray[np.float64]
    event: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


class EventTest:
    """Tests codes by an exchange of events.

    Parameters
    ----------
    units
        What is permuted.
    how
        Which blocks and events are used.
    """

    def __init__(self, units: Units, how: Setting) -> None:
        self._units, self._blocks = units, BlockTest(units, how.mixed) if len(how.mixed) else None
        self._used = np.isin(units.events, how.whole)
        sizes = np.zeros((0, 2), dtype=np.int64) if self._blocks is None else self._blocks.sizes
        group, stratum = units.event_group[self._used], units.stratum[self._used]
        self.exchange = EventExchange(group, stratum, sizes, units.seed)

    def _told(self, raised: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Return the events' proportions, and who raised the codes in mixed blocks: in all, and of the first group."""
        event_of = self._units.event_of[self._used]
        share = self.exchange.centred((event_of @ raised) / event_of.sum(axis=1, keepdims=True))
        if self._blocks is None:
            none = np.zeros((raised.shape[1], 0), dtype=np.int64)
            return share, none, none.sum(axis=1)
        counts = self._blocks.counts(raised)
        return share, counts.sum(axis=2), counts[:, :, 0].sum(axis=1)

    def test(self, raised: NDArray[np.bool_]) -> ExactTest:
        """Return the test of each code (P × C), of codes alike once; an outcome is a value of the statistic."""
        share, totals, first = self._told(raised)
        told = np.vstack([np.round(share, _DIGITS), totals.T, first])
        _, one_of, place = np.unique(told, axis=1, return_index=True, return_inverse=True)
        share, totals, first = share[:, one_of], totals[one_of], first[one_of]
        exchange, n = self.exchange, len(self.exchange.permutations)
        seen = exchange.seen(share, totals, first)
        p, p_min, score, score_min = (np.ones(len(one_of)) for _ in range(4))
        observed, nulls = np.zeros(len(one_of), dtype=np.int64), []
        for c, (values, chances) in enumerate(exchange.outcomes(share, totals)):
            above = np.append(np.minimum(np.cumsum(chances[::-1])[::-1], 1.0), 0.0)
            at = int(_at_least(values, seen[c]))
            observed[c] = min(at, len(values) - 1)
            nulls.append(chances)
            p[c], p_min[c] = score[c], score_min[c] = above[observed[c]], above[-2]
            if not exchange.permutations.exact:  # what was seen may be beyond all that were drawn
                own = share[:, c : c + 1], totals[c : c + 1]
                p[c], p_min[c] = (above[at] * n + 1) / (n + 1), exchange.least_p(*own)
                score[c], score_min[c] = exchange.tail(own[0], np.array([seen[c], exchange.most(*own)]))
        exact = np.full(len(one_of), exchange.permutations.exact)
        return _placed(ExactTest(p, p_min, nulls, observed, exact, score, score_min), place.reshape(-1))

    def under(self, raised: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
        """Yield the score of one code after another under each of A permutations."""
        exchange, units, (share, totals, _) = self.exchange, self._units, self._told(raised)
        every = np.zeros((len(self._used), raised.shape[1]))
        if exchange.two:
            weights = exchange.weights(share, totals)
            every[self._used] = weights.event
            of_events = units.sums(every, exchange.one_of[0], events=True)
            people: NDArray[Any] = np.zeros((raised.shape[1], 1))
            if self._blocks is not None:
                people = units.sums(self._blocks.own(raised), exchange.one_of[0])
            under = [exchange.statistic(weights, c, of_events[c], people[c]) for c in range(raised.shape[1])]
        else:
            every[self._used] = share
            under = [*exchange.between(np.stack([units.sums(every, one, events=True) for one in exchange.one_of]))]
        if not exchange.permutations.exact:
            yield from (exchange.tail(share[:, c : c + 1], one) for c, one in enumerate(under))
            return
        for one, (values, chances) in zip(under, exchange.outcomes(share, totals), strict=True):
            above = np.minimum(np.cumsum(chances[::-1])[::-1], 1.0)
            yield above[np.minimum(_at_least(values, one), len(values) - 1)]


def event_p(
    totals: NDArray[np.int64], sizes: NDArray[np.int64], mixed: NDArray[np.bool_], kind: NDArray[np.int64], seed: int
) -> list[NDArray[np.float64]] | None:
    """Return the p of every outcome of an exchange of events, for C codes; None where there are too many.

    Parameters
    ----------
    totals
        C × B: how many people raised each code.
    sizes
        B × G: how many people of each group.
    mixed
        Which of B blocks are mixed; the others are exchanged as a whole.
    kind
        The kind of each of these others.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    list of array
        For each code p by how many of the first group raised it in mixed blocks, from 0; nan where that cannot be.
        One number where no block is mixed.
    """
    whole, group = sizes[~mixed], sizes[~mixed].argmax(axis=1)
    blocks = sizes[mixed] if mixed.any() else np.zeros((0, 2), dtype=np.int64)
    exchange = EventExchange(group, kind, blocks, seed)
    if len(totals) * len(exchange.permutations) > _MOST_WORK:
        return None
    share = exchange.centred((totals[:, ~mixed] / whole.sum(axis=1)).T)
    nulls = two_group_nulls(totals[:, mixed], blocks)
    found, n = [], len(exchange.permutations)
    for c, (values, chances) in enumerate(exchange.outcomes(share, totals[:, mixed])):
        own = (
            share[:, c : c + 1].repeat(nulls.shape[1], axis=1),
            totals[c : c + 1, mixed].repeat(nulls.shape[1], axis=0),
        )
        seen = exchange.seen(*own, np.arange(nulls.shape[1]))
        above = np.append(np.minimum(np.cumsum(chances[::-1])[::-1], 1.0), 0.0)
        p = above[_at_least(values, seen)]
        p = p if exchange.permutations.exact else (p * n + 1) / (n + 1)
        found.append(np.where(nulls[c] > 0, p, np.nan))
    return found


def _inverse(variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one by each variance, and 0 where that is nothing: such a part drops out."""
    there = variance > 1e-12
    return np.where(there, 1 / np.where(there, variance, 1.0), 0.0)


def _distinct(
    values: NDArray[np.float64], chances: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct values, ascending, and how probable each is."""
    every, place = np.unique(values, return_inverse=True)
    return every, np.bincount(place.reshape(-1), weights=chances).astype(np.float64)


def _at_least(values: NDArray[np.float64], some: Any) -> NDArray[np.int64]:
    """Return the place of the first of ascending values that is as large as another, but for rounding."""
    return np.asarray(np.searchsorted(values, some - 3 * 10.0**-_DIGITS * np.maximum(1.0, some)))


def _placed(found: ExactTest, place: NDArray[np.int64]) -> ExactTest:
    """Return the tests of distinct codes for all codes that are like one of them."""
    null = [found.null[i] for i in place]
    numbers = (found.observed[place], found.exact[place], found.score[place], found.score_min[place])
    return ExactTest(found.p[place], found.p_min[place], null, *numbers)


@dataclass(frozen=True)
class Family:
    """The tests of C codes of which every participant's part is known by name.

    Parameters
    ----------
    people, counts
        Who raised what; and by block.
    settings, setting_of
        What can be permuted, and for each of C codes the number of its setting.
    units
        What is permuted.
    p, p_min
        For each of C codes; nan where its groups are confounded.
    adjusted, reach
        For each of C codes the adjusted p, and the smallest that its margins allow in a single step.
    sampled
        For each of C codes whether its p is of a sample.
    score
        For each of C codes what is compared with other codes over the permutations; see `ExactTest`.
    """

    people: NamedPeople
    counts: Counts
    settings: list[Setting]
    setting_of: NDArray[np.int64]
    units: Units
    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    reach: NDArray[np.float64]
    sampled: NDArray[np.bool_]
    score: NDArray[np.float64]

    @property
    def jointly_sampled(self) -> bool:
        """Whether the adjusted p is of a sample."""
        return bool((~np.isnan(self.p)).any()) and not self.units.permutations.exact

    def how(self, c: int) -> Setting:
        """Return what can be permuted for a code."""
        return self.settings[int(self.setting_of[c])]

    def alike(self) -> list[NDArray[np.int64]]:
        """Return the codes that can be tested, those together about which the same people were asked."""
        every = (np.flatnonzero(self.setting_of == i) for i in range(len(self.settings)))
        return [codes for codes, how in zip(every, self.settings, strict=True) if how.kind != CONFOUNDED]

    def test_like(self, c: int) -> "BlockTest | EventTest":
        """Return what tests a code."""
        return _test(self.units, self.how(c))

    def scores(self, codes: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
        """Yield the score of one code after another under each permutation of all units."""
        step = max(1, _AT_ONCE // len(self.units.permutations))
        for number, some in groupby(codes.tolist(), key=lambda c: self.setting_of[c]):
            test, alike = _test(self.units, self.settings[number]), list(some)
            for start in range(0, len(alike), step):
                yield from test.under(self.people.raised[:, alike[start : start + step]])


def _test(units: Units, how: Setting) -> BlockTest | EventTest:
    return EventTest(units, how) if how.kind in (WHOLE, BOTH) else BlockTest(units, how.mixed)


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
    settings, which = counts.settings()
    n = len(which)
    p, p_min, adjusted, reach, score, score_min = (np.full(n, np.nan) for _ in range(6))
    sampled = np.zeros(n, dtype=bool)
    units = Units(people, settings, seed)
    found = Family(people, counts, settings, which, units, p, p_min, adjusted, reach, sampled, score)
    for codes in found.alike():
        one = found.test_like(int(codes[0])).test(people.raised[:, codes])
        p[codes], p_min[codes], sampled[codes] = one.p, one.p_min, ~one.exact
        score[codes], score_min[codes] = one.score, one.score_min
    tested = np.flatnonzero(~np.isnan(p))
    if len(tested):
        draws = not units.permutations.exact
        both = step_down(score[tested], lambda codes: found.scores(tested[codes]), draws, score_min[tested])
        for all_of, own, given in zip((adjusted, reach), (p, p_min), both, strict=True):
            all_of[tested] = np.maximum(given, own[tested])
    return found
