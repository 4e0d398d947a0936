"""The exact tests against every assignment of groups to people, or to events, written out one by one.

The oracle shares no code with plrlib: a group is a number in a tuple, a chance a fraction of the assignments counted.
"""

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod

import numpy as np
import pytest

from plrlib.stats.comparison import exact
from plrlib.stats.comparison.exact import group_totals, outcome_index, several_groups, two_groups

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
    assert answer.exact.all()
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
    assert answer.exact.all()
    assert answer.p[0] == pytest.approx(float(p_of(found, seen)), rel=1e-12)
    assert answer.p_min[0] == pytest.approx(float(min(p_of(found, one) for one in found)), rel=1e-12)
    null = np.zeros(len(answer.null[0]))
    shape = group_totals(tuple(raised.sum(axis=1).tolist()), np.array(sizes)).shape
    for outcome, n in found.items():
        null[outcome_index(np.array(outcome), np.array(sizes), shape)] = n / found.total()
    np.testing.assert_allclose(answer.null[0], null, rtol=1e-12, atol=1e-15)
    assert answer.observed[0] == outcome_index(np.array(seen), np.array(sizes), shape)


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


# where not everything is enumerated


def test_a_sample_of_vectors_is_labelled_seeded_and_near_the_exact_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = np.array([[6, 6, 6], [3, 3, 3]])
    raised = np.array([[[5, 2, 1], [2, 1, 1]], [[3, 3, 3], [1, 1, 1]], [[6, 0, 0], [3, 0, 0]]])
    enumerated = several_groups(raised, sizes)
    monkeypatch.setattr(exact, "MOST_OUTCOMES", 10)
    drawn, again, other = (several_groups(raised, sizes, seed=seed) for seed in (1, 1, 2))
    assert (enumerated.exact.all(), drawn.exact.any()) == (True, False)
    assert (drawn.p == again.p).all()
    assert (drawn.p != other.p).any()
    np.testing.assert_allclose(drawn.p, enumerated.p, atol=0.03)
    assert drawn.p[2] == 1 / (exact.SAMPLE + 1)
    assert (drawn.p_min <= drawn.p).all()
