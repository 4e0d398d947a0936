"""`step_down` against Westfall & Young's definition written out, and `tarone` against Tarone's own way of counting."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from plrlib.stats.comparison.permutation import step_down


def of_codes(p_of):
    """Return what `step_down` takes from what the oracle has, one row a permutation."""
    return lambda codes: np.asarray(p_of).T[codes]


def written_out(p_of, p):
    """Return the adjusted p-values as algorithm 2.8 has them, one code after the other."""
    order = sorted(range(len(p)), key=lambda c: p[c])
    adjusted, before = [0.0] * len(p), 0.0
    for step, c in enumerate(order):
        rest = order[step:]
        share = sum(min(row[r] for r in rest) <= p[c] * (1 + 1e-9) for row in p_of) / len(p_of)
        before = adjusted[c] = max(before, share)
    return adjusted


@pytest.mark.parametrize("seed", range(25))
def test_it_is_the_definition_over_every_permutation_of_eight_people(seed):
    """Every division of 8 people into 4 and 4, each code's p by scipy's fisher_exact."""
    rng = np.random.default_rng(seed)
    raised = rng.random((8, 4)) < rng.uniform(0.2, 0.8, 4)
    if seed % 5 == 0:
        raised[:, 1] = raised[:, 0]  # two codes raised by the same people
    ways = list(combinations(range(8), 4))

    def p(way, c):
        first, all_in_all = int(raised[list(way), c].sum()), int(raised[:, c].sum())
        return fisher_exact([[first, 4 - first], [all_in_all - first, 4 - all_in_all + first]]).pvalue

    p_of = np.array([[p(way, c) for c in range(4)] for way in ways])
    seen = p_of[int(rng.integers(len(ways)))]
    found, _ = step_down(seen, of_codes(p_of))
    assert found == pytest.approx(written_out(p_of.tolist(), seen.tolist()), rel=1e-12)
    assert (found >= seen * (1 - 1e-12)).all()


def test_one_code_alone_keeps_its_p():
    p_of = np.array([[0.1], [0.1], [0.6], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0]])
    assert step_down(np.array([0.2]), of_codes(p_of))[0] == pytest.approx([0.2])


def test_of_a_sample_b_of_m_give_b_and_1_of_m_and_1():
    p_of = np.array([[0.01, 0.5], [0.5, 0.5], [0.9, 0.02], [1.0, 1.0]])
    assert step_down(np.array([0.01, 0.6]), of_codes(p_of), sampled=True)[0] == pytest.approx([2 / 5, 4 / 5])


def test_no_code_at_all():
    assert len(step_down(np.zeros(0), of_codes(np.zeros((3, 0))))[0]) == 0


@pytest.mark.parametrize("seed", range(10))
def test_what_margins_allow_is_the_share_of_permutations_with_any_p_so_small(seed):
    """Single step: counted over the permutations, code by code."""
    rng = np.random.default_rng(seed)
    p_of = rng.choice([0.01, 0.02, 0.05, 0.2, 1.0], size=(60, 5))
    p_min = p_of.min(axis=0) * rng.choice([0.5, 1.0], 5)
    least = p_of.min(axis=1)
    _, reach = step_down(p_of[0], of_codes(p_of), p_min=p_min)
    assert reach == pytest.approx([max(np.mean(least <= one), one) for one in p_min])
