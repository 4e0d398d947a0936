"""The exact tests against every assignment of groups to people, or to events, written out one by one.

The oracle shares no code with plrlib: a group is a number in a tuple, a chance a fraction of the assignments counted.
"""

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import permutations, product
from math import prod

import numpy as np
import pytest

from plrlib.stats.comparison import exact, permutation
from plrlib.stats.comparison.exact import ExactTest, outcome_index, several_groups, two_groups
from plrlib.stats.comparison.permutation import NamedPeople, Permutations, WholeEvents

CASES = range(200)


@cache
def in_a_block(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return every way to give the people of a block their groups."""
    every = product(range(len(sizes)), repeat=sum(sizes))
    return [labels for labels in every if all(labels.count(i) == n for i, n in enumerate(sizes))]


def outcomes(sizes: list[tuple[int, ...]], raised: list[int]) -> Counter[tuple[int, ...]]:
    """Return how many assignments lead to each vector of group totals.

    The first of each block raised it, as many as `raised` says; who is of which group is what is permuted.
    """
    found: Counter[tuple[int, ...]] = Counter()
    for rooms in product(*(in_a_block(block) for block in sizes)):
        voices = [group for labels, n in zip(rooms, raised, strict=True) for group in labels[:n]]
        found[tuple(voices.count(i) for i in range(len(sizes[0])))] += 1
    return found


def p_of(found: Counter[tuple[int, ...]], outcome: tuple[int, ...]) -> Fraction:
    """Return the share of assignments whose outcome is no more frequent than this one."""
    return Fraction(sum(n for n in found.values() if n <= found[outcome]), found.total())


def small_case(seed: int, groups: int) -> tuple[list[tuple[int, ...]], np.ndarray]:
    """Return the sizes of one to three blocks, and who of them raised it, few enough to write everything out."""
    rng = np.random.default_rng(seed)
    fewest = 1 if seed % 10 == 0 else 60
    while True:
        sizes = rng.integers(0, 6 if groups == 2 else 4, size=(rng.integers(1, 4), groups))
        if (sizes.sum(axis=1) == 0).any() or (sizes.sum(axis=1) > 8).any():
            continue
        blocks = [tuple(block) for block in sizes.tolist()]
        if fewest <= prod(len(in_a_block(block)) for block in blocks) <= 4000:
            return blocks, sizes * (seed // 20 % 2) if seed % 20 == 1 else rng.integers(0, sizes + 1)


@pytest.mark.parametrize("seed", CASES)
def test_two_groups_over_blocks_against_every_assignment(seed: int) -> None:
    sizes, raised = small_case(seed, groups=2)
    found = outcomes(sizes, raised.sum(axis=1).tolist())
    answer = two_groups(raised[None], np.array(sizes))
    seen = tuple(raised.sum(axis=0).tolist())
    assert answer.exact
    assert answer.observed[0] == seen[0]
    assert answer.p[0] == pytest.approx(float(p_of(found, seen)), rel=1e-12)
    assert answer.p_min[0] == pytest.approx(float(min(p_of(found, one) for one in found)), rel=1e-12)
    null = np.zeros(len(answer.null[0]))
    for (first, _), n in found.items():
        null[first] = n / found.total()
    np.testing.assert_allclose(answer.null[0], null, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", CASES)
def test_several_groups_over_blocks_against_every_assignment(seed: int) -> None:
    sizes, raised = small_case(seed, groups=3 + seed % 2)
    found = outcomes(sizes, raised.sum(axis=1).tolist())
    answer = several_groups(raised[None], np.array(sizes))
    seen = tuple(raised.sum(axis=0).tolist())
    assert answer.exact
    assert answer.p[0] == pytest.approx(float(p_of(found, seen)), rel=1e-12)
    assert answer.p_min[0] == pytest.approx(float(min(p_of(found, one) for one in found)), rel=1e-12)
    null = np.zeros(len(answer.null[0]))
    for outcome, n in found.items():
        null[outcome_index(np.array(outcome), np.array(sizes))] = n / found.total()
    np.testing.assert_allclose(answer.null[0], null, rtol=1e-12, atol=1e-15)
    assert answer.observed[0] == outcome_index(np.array(seen), np.array(sizes))


def test_the_cases_are_of_every_kind() -> None:
    two = [small_case(seed, groups=2) for seed in CASES]
    more = [small_case(seed, groups=3 + seed % 2) for seed in CASES]
    for cases in (two, more):
        assert {len(sizes) for sizes, _ in cases} == {1, 2, 3}
        assert sum(any(0 in block for block in sizes) for sizes, _ in cases) >= 50  # a group that is not at the event
        none_or_all = sum(raised.sum() in (0, np.sum(sizes)) for sizes, raised in cases)
        assert none_or_all >= 10
        found = [outcomes(sizes, raised.sum(axis=1).tolist()) for sizes, raised in cases]
        assert sum(len(one) >= 5 for one in found) >= 50
        assert sum(len(set(one.values())) < len(one) for one in found) >= 30  # ties
        assert sum(one.total() >= 200 for one in found) >= 100


@pytest.mark.parametrize("seed", range(20))
def test_every_null_distribution_sums_to_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for groups, test, most in ((2, two_groups, 90), (3, several_groups, 12), (4, several_groups, 6)):
        sizes = rng.integers(0, most, size=(rng.integers(1, 6), groups))
        raised = rng.integers(0, sizes + 1, size=(8, *sizes.shape))
        answer = test(raised, sizes)
        for c in range(8):
            assert answer.null[c].sum() == pytest.approx(1, rel=1e-11)
            assert (answer.null[c] >= 0).all()
            assert answer.null[c][answer.observed[c]] > 0
            assert answer.null[c][answer.observed[c]] <= answer.p[c] <= 1
            assert answer.p_min[c] <= answer.p[c]


def test_what_is_not_possible_is_refused() -> None:
    sizes = np.array([[3, 3, 2]])
    for raised in ([[[4, 0, 0]]], [[[-1, 0, 0]]], [[[1, 0]]]):
        with pytest.raises(ValueError, match="no group can raise more than it is"):
            several_groups(np.array(raised), sizes)
    with pytest.raises(ValueError, match="no group can raise more than it is"):
        two_groups(np.array([[[0, 4]]]), sizes[:, :2])


# whole events


def apart(labels: tuple[int, ...], raised: list[int], people: list[int], groups: int) -> Fraction:
    """Return the difference of two proportions, or the sum of squares between more; 0 where nobody is of one of two."""
    n = [sum(m for label, m in zip(labels, people, strict=True) if label == i) for i in range(groups)]
    k = [sum(m for label, m in zip(labels, raised, strict=True) if label == i) for i in range(groups)]
    if groups == 2:
        return abs(Fraction(k[0], n[0]) - Fraction(k[1], n[1])) if all(n) else Fraction(0)
    overall = Fraction(sum(k), sum(n))
    return sum((n[i] * (Fraction(k[i], n[i]) - overall) ** 2 for i in range(groups) if n[i]), Fraction(0))


def every_permutation(groups: list[int], strata: list[int]) -> list[tuple[int, ...]]:
    """Return every way to permute groups among events of the same stratum."""
    labels = sorted(set(permutations(groups))) if len(groups) <= 8 else []
    kept = [
        [
            sorted(group for group, s in zip(some, strata, strict=True) if s == stratum)
            for stratum in sorted(set(strata))
        ]
        for some in [groups, *labels]
    ]
    return [some for some, rooms in zip(labels, kept[1:], strict=True) if rooms == kept[0]]


def whole_events(
    raised: np.ndarray, sizes: np.ndarray, group: np.ndarray, seed: int = 1, strata: np.ndarray | None = None
) -> tuple[ExactTest, Permutations]:
    """Return the tests, and the permutations: of events of one stratum that were asked about the same codes."""
    topics = np.vstack([np.zeros(len(group)) if strata is None else strata, sizes > 0])
    drawn = Permutations.of(group, np.unique(topics, axis=1, return_inverse=True)[1].reshape(-1), seed)
    return permutation.whole_events(raised, sizes, group, drawn), drawn


def p_under_each(raised: np.ndarray, people: list[int], groups: list[int], strata: list[int]) -> tuple[np.ndarray, ...]:
    """Return for each code its p under every permutation; last, for a code that only events of stratum 1 were asked."""
    event = np.repeat(np.arange(len(people)), people)
    order = np.concatenate([np.arange(n) for n in people])
    asked = np.ones((len(event), len(raised) + 1), dtype=bool)
    asked[:, -1] = np.array(strata)[event] == 1
    by = np.column_stack([*(order < k[event] for k in raised), np.zeros(len(event), dtype=bool)])
    who = NamedPeople(np.array(groups)[event], event, np.zeros(len(event), dtype=bool), asked, by)
    return tuple(WholeEvents(who, 1).under(who.raised, who.asked))


def event_case(seed: int) -> tuple[list[int], list[int], list[int], list[int], int]:
    rng = np.random.default_rng(seed)
    events, n_groups = int(rng.integers(3, 8)), int(rng.integers(2, 4))
    groups = [*range(n_groups), *rng.integers(0, n_groups, size=events - n_groups).tolist()]
    rng.shuffle(groups)
    strata = rng.integers(0, 2, size=events).tolist() if seed % 3 == 0 else [0] * events
    people = rng.integers(1, 11, size=events) if seed % 4 else np.full(events, 5)
    return rng.integers(0, people + 1).tolist(), people.tolist(), groups, strata, n_groups


@pytest.mark.parametrize("seed", CASES)
def test_whole_events_against_every_assignment(seed: int) -> None:
    raised, people, groups, strata, n_groups = event_case(seed)
    every = every_permutation(groups, strata)
    values = [apart(labels, raised, people, n_groups) for labels in every]
    observed = apart(tuple(groups), raised, people, n_groups)
    shares = {value: Fraction(sum(other >= value for other in values), len(values)) for value in set(values)}
    given = np.array([raised]), np.array([people]), np.array(groups)
    answer, drawn = whole_events(*given, strata=np.array(strata))
    assert answer.exact
    assert answer.p[0] == pytest.approx(float(shares[observed]), rel=1e-12)
    assert answer.p_min[0] == pytest.approx(float(min(shares.values())), rel=1e-12)
    times = Counter(values)
    ascending = sorted(times)
    np.testing.assert_allclose(answer.null[0], [times[value] / len(values) for value in ascending], rtol=1e-12)
    assert answer.observed[0] == ascending.index(observed)
    under, _ = p_under_each(given[0], people, groups, strata)
    assert len(drawn) == len(under)
    np.testing.assert_allclose(np.sort(under), sorted(float(shares[value]) for value in values), rtol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_p_under_each_permutation_is_the_p_had_it_been_observed(seed: int) -> None:
    raised, people, groups, strata, _ = event_case(seed)
    codes = np.array([raised, [n - k for n, k in zip(people, raised, strict=True)], [min(1, k) for k in raised]])
    sizes = np.tile(people, (3, 1))
    of_each = np.array(p_under_each(codes, people, groups, strata)[:3]).T
    _, drawn = whole_events(codes, sizes, np.array(groups), strata=np.array(strata))
    labels = drawn.sums(np.eye(len(people)), np.arange(max(groups) + 1)).T
    assert len(of_each) == len(labels)
    for a in range(0, len(labels), 1 + len(labels) // 20):
        again, _ = whole_events(codes, sizes, labels[a].astype(np.int64), strata=np.array(strata))
        np.testing.assert_allclose(of_each[a], again.p, rtol=1e-12)


def test_two_events_of_each_group_cannot_say_much() -> None:
    answer, _ = whole_events(np.array([[5, 5, 0, 0]]), np.full((1, 4), 5), np.array([0, 0, 1, 1]))
    assert answer.p[0] == answer.p_min[0] == pytest.approx(2 / 6)


def test_a_code_that_one_group_was_not_asked_about_says_nothing() -> None:
    """Nor does another code tested with it: an event asked about both is not permuted with one asked about one."""
    raised, sizes = np.array([[5, 4, 0, 0], [5, 4, 1, 0]]), np.array([[5, 5, 0, 0], [5, 5, 5, 5]])
    groups = np.array([0, 0, 1, 1])
    assert whole_events(raised[:1], sizes[:1], groups)[0].p.tolist() == [1]
    assert whole_events(raised[1:], sizes[1:], groups)[0].p.tolist() == pytest.approx([2 / 6])
    assert whole_events(raised, sizes, groups)[0].p.tolist() == [1, 1]


def test_events_that_do_not_count_are_not_permuted() -> None:
    """Four events count, two of each group, and a fifth and sixth do not: 2 of 6 ways, not 3 of 15 or 2 of 20."""
    answer, _ = whole_events(np.array([[5, 5, 0, 0, 0]]), np.array([[5, 5, 0, 5, 5]]), np.array([0, 0, 0, 1, 1]))
    assert answer.p[0] == pytest.approx(2 / 6)


def test_a_sample_never_gives_less_than_the_least_p() -> None:
    """The clearest of 2,704,156 divisions is seldom drawn: what was observed may be beyond all that were."""
    raised = np.array([[5] * 12 + [0] * 12])
    answer, _ = whole_events(raised, np.full((1, 24), 5), np.repeat([0, 1], 12), seed=1)
    assert not answer.exact
    assert answer.p_min[0] <= answer.p[0] == pytest.approx(1e-4)


# where not everything is enumerated


def test_a_sample_of_vectors_is_labelled_seeded_and_near_the_exact_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = np.array([[6, 6, 6], [3, 3, 3]])
    raised = np.array([[[5, 2, 1], [2, 1, 1]], [[3, 3, 3], [1, 1, 1]], [[6, 0, 0], [3, 0, 0]]])
    enumerated = several_groups(raised, sizes)
    monkeypatch.setattr(exact, "MOST_OUTCOMES", 10)
    drawn, again, other = (several_groups(raised, sizes, seed=seed) for seed in (1, 1, 2))
    assert (enumerated.exact, drawn.exact) == (True, False)
    assert (drawn.p == again.p).all()
    assert (drawn.p != other.p).any()
    np.testing.assert_allclose(drawn.p, enumerated.p, atol=0.03)
    assert drawn.p[2] == 1 / (exact.SAMPLE + 1)
    assert (drawn.p_min <= drawn.p).all()


def test_a_sample_of_permutations_is_labelled_seeded_and_near_the_exact_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    raised, sizes = np.array([[4, 1, 3, 0, 1, 2, 2, 0], [5, 5, 5, 5, 0, 0, 0, 0]]), np.full((2, 8), 5)
    groups = np.repeat([0, 1], 4)
    enumerated, _ = whole_events(raised, sizes, groups)
    monkeypatch.setattr(permutation, "MOST", 10)
    drawn, again, other = (whole_events(raised, sizes, groups, seed=seed)[0] for seed in (1, 1, 2))
    assert (enumerated.exact, drawn.exact) == (True, False)
    assert (drawn.p == again.p).all()
    assert (drawn.p != other.p).any()
    np.testing.assert_allclose(drawn.p, enumerated.p, atol=0.03)
    assert (drawn.p_min <= drawn.p).all()
