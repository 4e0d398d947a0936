"""`permutation_test` against scipy.stats.permutation_test (exact) and against every permutation written out."""

from itertools import permutations, product

import numpy as np
import pytest
import scipy.stats

from plrlib.stats.comparison import permutation
from plrlib.stats.design import permutation_test


def one_block(n):
    return np.zeros(n, dtype=np.int64)


@pytest.mark.parametrize("seed", range(20))
def test_one_block_and_two_groups_agree_with_scipy(seed):
    """Oracle: scipy.stats.permutation_test over all partitions, two-sided by the square of the difference of means."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 6, 4).astype(float), rng.integers(0, 6, 5).astype(float)

    def squared(x, y, axis):
        return (x.mean(axis=axis) - y.mean(axis=axis)) ** 2

    oracle = scipy.stats.permutation_test((a, b), squared, n_resamples=np.inf, alternative="greater", vectorized=True)
    group = np.array([0] * 4 + [1] * 5)
    found = permutation_test(np.concatenate([a, b]), group, one_block(9), seed=1)
    assert found.exact
    assert found.permutations == 126
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_several_blocks_and_three_group_agree_with_every_assignment(seed):
    rng = np.random.default_rng(seed)
    blocks = np.array([0] * 4 + [1] * 4 + [2] * 2)
    group = np.array([0, 0, 1, 2, 0, 1, 1, 2, 1, 1])  # the last block holds one group: nobody there is permuted
    values = rng.integers(0, 4, 10).astype(float)
    values[8:] = 50.0
    mixed = slice(0, 8)
    centred = values[mixed] - np.repeat([values[:4].mean(), values[4:8].mean()], 4)

    def spread(assigned):
        means = {level: centred[assigned == level] for level in set(assigned)}
        return sum(len(v) * v.mean() ** 2 for v in means.values())

    ways = product(set(permutations(group[:4].tolist())), set(permutations(group[4:8].tolist())))
    drawn = np.array([spread(np.array([*x, *y])) for x, y in ways])
    found = permutation_test(values, group, blocks, seed=1)
    assert found.people == 8
    assert found.permutations == len(drawn) == 144
    assert found.p == pytest.approx((drawn >= spread(group[mixed]) - 1e-9).mean(), rel=1e-9)


def test_what_cannot_be_permuted_has_no_p():
    found = permutation_test(np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), seed=1)
    assert np.isnan(found.p)
    assert (found.people, found.permutations) == (0, 0)


def test_of_too_many_a_seeded_sample_is_drawn_and_labelled(monkeypatch):
    rng = np.random.default_rng(5)
    values, group = rng.normal(size=12), np.array([0, 1] * 6)
    exact = permutation_test(values, group, one_block(12), seed=1)
    monkeypatch.setattr(permutation, "MOST", 100)
    sampled = permutation_test(values, group, one_block(12), seed=1)
    assert exact.exact
    assert not sampled.exact
    assert sampled.permutations == permutation.SAMPLE
    assert sampled.p * (permutation.SAMPLE + 1) == pytest.approx(round(sampled.p * (permutation.SAMPLE + 1)), abs=1e-6)
    assert sampled.p == permutation_test(values, group, one_block(12), seed=1).p
    assert sampled.p == pytest.approx(exact.p, abs=5 * np.sqrt(exact.p * (1 - exact.p) / permutation.SAMPLE) + 1e-4)


def test_a_sample_stays_within_blocks_of_unlike_size(monkeypatch):
    """One high value in the block that is mostly of level 1: across blocks it would weigh otherwise than within."""
    values = np.array([9.0, 1, 2, 3, 0, 5, 1, 4])
    group, blocks = np.array([0, 1, 1, 1, 0, 0, 1, 2]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    exact = permutation_test(values, group, blocks, seed=1)
    assert exact.permutations == 4 * 12
    monkeypatch.setattr(permutation, "MOST", 47)
    sampled = permutation_test(values, group, blocks, seed=2)
    assert not sampled.exact
    assert sampled.p == pytest.approx(exact.p, abs=5 * np.sqrt(exact.p * (1 - exact.p) / permutation.SAMPLE) + 1e-4)


def test_wrong_input_is_told():
    with pytest.raises(ValueError, match="one of each a person"):
        permutation_test(np.ones(3), np.zeros(2, dtype=np.int64), one_block(3), seed=1)
    with pytest.raises(ValueError, match="a value is missing"):
        permutation_test(np.array([1.0, np.nan]), np.array([0, 1]), one_block(2), seed=1)
