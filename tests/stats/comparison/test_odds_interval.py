"""`odds_interval` by its definition: the outermost odds ratios that the two-sided exact test does not reject.

The test at an odds ratio is written out here: the chance of each outcome from whole numbers, and p the sum of those no
more probable than the one seen. Where the odds ratios not rejected have a gap, the limits enclose it.
"""

from itertools import product
from math import comb, log

import numpy as np
import pytest

from plrlib.stats.comparison.effects import odds_interval, odds_ratio
from plrlib.stats.comparison.exact import two_groups

CASES = range(200)
JUST = np.array([1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4])  # relative


def ways(raised: np.ndarray, sizes: np.ndarray) -> tuple[list[int], int]:
    """Return in how many ways each outcome can come about, and the place of the one seen."""
    found, start = [1], 0
    for (first, second), total in zip(sizes.tolist(), raised.sum(axis=1).tolist(), strict=True):
        low, high = max(0, total - second), min(first, total)
        block = [comb(first, t) * comb(second, total - t) for t in range(low, high + 1)]
        both = [0] * (len(found) + len(block) - 1)
        for (i, a), (j, b) in product(enumerate(found), enumerate(block)):
            both[i + j] += a * b
        found, start = both, start + low
    return found, int(raised[:, 0].sum()) - start


def p_at(null: list[int], seen: int, odds: np.ndarray) -> np.ndarray:
    """Return the two-sided p-value at each odds ratio."""
    logs = np.array([log(n) for n in null]) + np.multiply.outer(np.log(odds), np.arange(len(null)))
    chance = np.exp(logs - logs.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    return np.where(chance <= chance[:, [seen]] * (1 + 1e-7), chance, 0).sum(axis=1)


def jumps(null: list[int], seen: int) -> np.ndarray:
    """Return the odds ratios at which an outcome is as probable as the one seen: where p jumps."""
    return np.array([(null[seen] / n) ** (1 / (t - seen)) for t, n in enumerate(null) if t != seen])


def looked_at(null: list[int], seen: int) -> np.ndarray:
    """Return odds ratios from very small to very large, close together, and closer still around every jump."""
    around = np.multiply.outer(jumps(null, seen), np.concatenate([-JUST, [0], JUST]) + 1).ravel()
    middle = np.concatenate([jumps(null, seen), [1.0]])
    grid = np.geomspace(middle.min() / 1e5, middle.max() * 1e5, 4000)
    return np.unique(np.concatenate([around, grid]))


def case(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return who raised it, B × 2, how many there are, and alpha: for one in five of them such that there is a gap."""
    rng = np.random.default_rng(seed)
    most = (6, 15, 200)[seed % 3]
    sizes = rng.integers(1, most, size=(1 if seed % 2 else rng.integers(2, 6), 2))
    share = rng.random() + rng.normal(size=(len(sizes), 1)) * 0.1 + np.array([0.5, -0.5]) * rng.random()
    raised = rng.binomial(sizes, np.clip(share, 0, 1))
    raised, sizes = (raised, sizes) if rng.random() < 0.5 else (raised[:, ::-1], sizes[:, ::-1])
    return raised, sizes, alpha_with_a_gap(*ways(raised, sizes)) if seed % 5 == 0 else (0.05, 0.1, 0.01)[seed % 3]


def alpha_with_a_gap(null: list[int], seen: int) -> float:
    """Return an alpha at which an odds ratio is rejected, and neither a nearer nor a farther one is; else 0.05."""
    odds = looked_at(null, seen) if len(null) > 1 else np.ones(1)
    p = p_at(null, seen, odds)
    rises = []
    for outwards in (p[p.argmax() :], p[p.argmax() :: -1]):
        farther = np.maximum.accumulate(outwards[::-1])[::-1]
        i = int((farther - outwards).argmax())
        rises.append((float(farther[i] - outwards[i]), float(farther[i] + outwards[i]) / 2))
    rise, alpha = max(rises)
    return alpha if rise > 1e-4 else 0.05


def gap_at_one(null: list[int], seen: int, alpha: float) -> bool:
    """Tell whether 1 is rejected, and some odds ratio on either side of it is not."""
    odds = looked_at(null, seen)
    kept = odds[p_at(null, seen, odds) > alpha]
    return bool(p_at(null, seen, np.ones(1))[0] <= alpha and (kept < 1).any() and (kept > 1).any())


@pytest.mark.parametrize("seed", CASES)
def test_outside_every_odds_ratio_is_rejected_and_the_limits_are_where_that_ends(seed: int) -> None:
    raised, sizes, alpha = case(seed)
    null, seen = ways(raised, sizes)
    low, high = odds_interval(raised[None], sizes, alpha)[0]
    odds = looked_at(null, seen)
    p = p_at(null, seen, odds)
    outside = (odds < low * (1 - 1e-6)) | (odds > high * (1 + 1e-6))
    assert (p[outside] <= alpha).all(), odds[outside][p[outside] > alpha]
    assert (low == 0) == (seen == 0)
    assert (high == np.inf) == (seen == len(null) - 1)
    if low > 0:
        assert (p_at(null, seen, low * (1 + JUST)) > alpha).any()  # just inside, some are not rejected
        assert (p_at(null, seen, low * (1 - JUST[2:])) <= alpha).all()
    if high < np.inf:
        assert (p_at(null, seen, high * (1 - JUST)) > alpha).any()
        assert (p_at(null, seen, high * (1 + JUST[2:])) <= alpha).all()
    inside = (odds > low * (1 + 1e-6)) & (odds < high * (1 - 1e-6))
    rejected = odds[inside & (p <= alpha)]  # only in a gap, which begins or ends where p jumps
    for odd in rejected:
        between = np.sort(odds[inside & (p > alpha)])
        assert (between < odd).any()
        assert (between > odd).any()
    estimate = odds_ratio(raised[None], sizes)[0]
    assert np.isnan(estimate) or low <= estimate <= high


def test_some_of_these_have_a_gap_and_most_have_none() -> None:
    gaps = 0
    for seed in CASES:
        raised, sizes, alpha = case(seed)
        null, seen = ways(raised, sizes)
        low, high = odds_interval(raised[None], sizes, alpha)[0]
        odds = looked_at(null, seen)
        odds = odds[(odds > low * (1 + 1e-6)) & (odds < high * (1 - 1e-6))]
        gaps += bool((p_at(null, seen, odds) <= alpha).any())
    print(f"{gaps} of {len(CASES)} tables have a gap")
    assert 25 <= gaps <= 60


@pytest.mark.parametrize("seed", CASES)
def test_one_is_inside_where_it_is_not_rejected(seed: int) -> None:
    raised, sizes, _ = case(seed)
    null, seen = ways(raised, sizes)
    p = two_groups(raised[None], sizes).p[0]
    assert p == pytest.approx(p_at(null, seen, np.ones(1))[0], rel=1e-9)
    for alpha in (0.01, 0.05, 0.1, 0.2):
        low, high = odds_interval(raised[None], sizes, alpha)[0]
        if p > alpha * (1 + 1e-9) or gap_at_one(null, seen, alpha):
            assert low <= 1 <= high
        elif p < alpha * (1 - 1e-9):
            assert low >= 1 - 1e-6 or high <= 1 + 1e-6
        else:  # p is alpha to the last digits: 1 is a limit
            assert 1 in (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


@pytest.mark.parametrize("seed", range(40))
def test_swapping_the_levels_turns_the_interval_over(seed: int) -> None:
    raised, sizes, alpha = case(seed)
    low, high = odds_interval(raised[None], sizes, alpha)[0]
    with np.errstate(divide="ignore"):
        swapped = 1 / odds_interval(raised[None, :, ::-1], sizes[:, ::-1], alpha)[0]
        others = 1 / odds_interval((sizes - raised)[None], sizes, alpha)[0]
    np.testing.assert_allclose(swapped[::-1], [low, high], rtol=1e-9)
    np.testing.assert_allclose(others[::-1], [low, high], rtol=1e-9)


def test_a_smaller_alpha_gives_a_wider_interval() -> None:
    for seed in range(40):
        raised, sizes, _ = case(seed)
        limits = np.array([odds_interval(raised[None], sizes, alpha)[0] for alpha in (0.2, 0.1, 0.05, 0.01, 0.001)])
        assert (limits[1:, 0] <= limits[:-1, 0]).all()
        assert (limits[1:, 1] >= limits[:-1, 1]).all()


# published

PUBLISHED = {
    # The vignette of Fay's package exact2x2 (tsmethod = "minlike"), p and the interval that goes with it
    (6, 12, 12, 5): (0.04371, 0.0435, 0.9170, 0.2189021),
    (12, 6, 5, 12): (0.04371, 1.0905, 22.9610, 4.568253),
}


@pytest.mark.parametrize(("table", "said"), PUBLISHED.items())
def test_the_published_examples(table: tuple[int, ...], said: tuple[float, ...]) -> None:
    counts = np.array(table).reshape(2, 2)
    raised, sizes = counts[:, 0][None, None], counts.sum(axis=1)[None]
    found = [two_groups(raised, sizes).p[0], *odds_interval(raised, sizes)[0], odds_ratio(raised, sizes)[0]]
    assert found[0] == pytest.approx(said[0], abs=5e-6)
    assert found[1:3] == pytest.approx(said[1:3], abs=6e-5)  # four decimals there
    assert found[3] == pytest.approx(said[3], rel=2e-4)  # fisher.test's own tolerance


def test_an_interval_can_hold_one_though_p_is_below_alpha() -> None:
    """7 of 262 against 30 of 494: the example that exact2x2's help gives for a set of odds ratios with gaps."""
    raised, sizes = np.array([[[7, 30]]]), np.array([[262, 494]])
    p = two_groups(raised, sizes).p[0]
    low, high = odds_interval(raised, sizes)[0]
    assert p == pytest.approx(0.04996, abs=5e-6)
    null, seen = ways(raised[0], sizes)
    assert gap_at_one(null, seen, 0.05)
    assert not gap_at_one(null, seen, 0.04)
    assert (p_at(null, seen, np.array([low * 1.0001, 0.9925, 1.0065, high * 0.9999])) > 0.05).all()
    assert (p_at(null, seen, np.array([low * 0.9999, 0.9935, 1.0055, high * 1.0001])) <= 0.05).all()
    assert [f"{limit:.3f}" for limit in (low, high)] == ["0.177", "1.014"]


# at the edges


@pytest.mark.parametrize("raised", [[[0, 0]], [[5, 3]]])
def test_one_outcome_only_bounds_nothing(raised: list[list[int]]) -> None:
    sizes = np.array([[5, 3]])
    assert odds_interval(np.array([raised]), sizes).tolist() == [[0, np.inf]]
    assert np.isnan(odds_ratio(np.array([raised]), sizes)).all()


@pytest.mark.parametrize("sizes", [[[5, 0]], [[0, 4]], [[5, 0], [0, 4]]])
def test_blocks_of_one_level_bound_nothing(sizes: list[list[int]]) -> None:
    raised = np.minimum(np.array(sizes), 2)[None]
    assert odds_interval(raised, np.array(sizes)).tolist() == [[0, np.inf]]
    assert np.isnan(odds_ratio(raised, np.array(sizes))).all()


def test_all_of_one_level_and_none_of_the_other() -> None:
    """2 of 2 against 0 of 2: below 1 nothing is rarer, so the limit has x² / (x² + 4x + 1) = 0.05."""
    sizes, raised = np.array([[2, 2]]), np.array([[[2, 0]], [[0, 2]]])
    limit = (0.2 + (0.04 + 4 * 0.95 * 0.05) ** 0.5) / (2 * 0.95)
    np.testing.assert_allclose(odds_interval(raised, sizes), [[limit, np.inf], [0, 1 / limit]], rtol=1e-9)
    assert odds_ratio(raised, sizes).tolist() == [np.inf, 0]


def test_blocks_that_say_nothing_change_nothing() -> None:
    raised, sizes = np.array([[4, 1], [3, 2]]), np.array([[6, 6], [5, 4]])
    more = np.array([[3, 0], [0, 1], [0, 0], [2, 2]]), np.array([[4, 0], [0, 2], [3, 3], [2, 2]])
    alone = odds_interval(raised[None], sizes)
    together = odds_interval(np.vstack([raised, more[0]])[None], np.vstack([sizes, more[1]]))
    np.testing.assert_allclose(together, alone, rtol=1e-9)
    assert 0 < alone[0, 0] < 1 < alone[0, 1]


def test_many_codes_in_one_call_are_as_one_by_one() -> None:
    rng = np.random.default_rng(5)
    sizes = np.array([[3, 3], [4, 2], [6, 5]])
    codes = rng.integers(0, sizes + 1, size=(50, 3, 2))
    together = odds_interval(codes, sizes)
    assert together.shape == (50, 2)
    np.testing.assert_allclose(together, [odds_interval(codes[[c]], sizes)[0] for c in range(50)], rtol=1e-12)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, 5])
def test_an_alpha_that_is_none_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha lies between 0 and 1"):
        odds_interval(np.array([[[1, 2]]]), np.array([[3, 3]]), alpha)


def test_as_many_people_as_a_large_survey_has() -> None:
    """No chance is lost to underflow where the odds ratio is far from 1."""
    raised, sizes = np.array([[[995, 5]]]), np.array([[1000, 1000]])
    low, high = odds_interval(raised, sizes)[0]
    estimate = odds_ratio(raised, sizes)[0]
    assert 0 < low < estimate < high < np.inf
    null, seen = ways(raised[0], sizes)
    assert null[seen] / sum(null) == 0  # too rare for a double
    inside, outside = np.array([low * 1.0001, high * 0.9999]), np.array([low * 0.9999, high * 1.0001])
    assert (p_at(null, seen, inside) > 0.05).all()
    assert (p_at(null, seen, outside) <= 0.05).all()
