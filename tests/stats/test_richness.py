"""How many codes are unseen: against R's vegan on the same tables, and published examples."""

import csv
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from plrlib.stats.saturation import NORMAL, any_order, chao2, coverage, coverage_interval

ORACLE = Path(__file__).parents[1] / "oracles" / "specpool.csv"


def oracle():
    with ORACLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 250
    for row in rows:
        table = np.array([[int(cell) for cell in event] for event in row["table"].split(";")])
        times = table.sum(axis=0)
        yield row, times[times > 0], len(table)


def test_chao2_and_its_error_are_those_of_specpool():
    without_pairs = with_interval = 0
    for row, times, events in oracle():
        estimate, low, high = chao2(times, events)
        assert len(times) == int(row["codes"])
        assert estimate == pytest.approx(float(row["chao"]), rel=1e-12)
        without_pairs += not (times == 2).any()
        unseen, error = estimate - len(times), float(row["se"])
        if unseen > 0 and error > 0:
            spread = np.exp(NORMAL * np.sqrt(np.log1p(error**2 / unseen**2)))  # Chao 1987
            assert (low - len(times), high - len(times)) == pytest.approx((unseen / spread, unseen * spread), rel=1e-9)
            with_interval += 1
        else:
            assert np.isnan([low, high]).all()
    assert without_pairs > 20
    assert with_interval > 150


def test_codes_met_in_any_order_are_those_of_specaccum():
    for row, times, events in oracle():
        theirs = [float(value) for value in row["any_order"].split()]
        assert any_order(times, events) == pytest.approx(theirs, rel=1e-10)


def test_codes_met_in_any_order_are_the_mean_over_every_order():
    rng = np.random.default_rng(3)
    for _ in range(20):
        table = rng.random((5, 6)) < 0.4
        met = [np.logical_or.accumulate(table[list(order)]).sum(axis=1) for order in permutations(range(5))]
        times = table.sum(axis=0)
        assert any_order(times[times > 0], 5) == pytest.approx(np.mean(met, axis=0))


@pytest.mark.parametrize(
    ("events", "total", "seen", "once", "twice", "published"),
    [
        (599, 5268, 227, 49, 23, 0.9907),
        (150, 1775, 122, 28, 16, 0.9843),
        (200, 1472, 56, 13, 4, 0.9912),
        (200, 645, 14, 1, 2, 0.9985),
    ],
)
def test_coverage_is_the_published_one(events, total, seen, once, twice, published):
    """Ants at La Selva (Longino & Colwell 2011), as iNEXT's introduction prints them: SC of h50m to h2000m."""
    rest = total - once - 2 * twice
    others = np.full(seen - once - twice, rest // (seen - once - twice))
    others[: rest - others.sum()] += 1
    times = np.concatenate([np.ones(once), np.full(twice, 2), others]).astype(int)
    assert (times.sum(), (times == 1).sum(), (times == 2).sum()) == (total, once, twice)
    assert round(coverage(times, events), 4) == published


def test_coverage_by_hand():
    """Chao & Jost 2012, equation for incidences: 4 events, 7 occurrences, 2 codes seen once and 1 twice."""
    assert coverage(np.array([1, 1, 2, 3]), 4) == pytest.approx(1 - 2 / 7 * (3 * 2) / (3 * 2 + 2 * 1))


class TestWhatIsNotDefined:
    def test_nothing_seen(self):
        none = np.array([], dtype=int)
        assert np.isnan(chao2(none, 5)).all()
        assert np.isnan(coverage(none, 5))
        assert any_order(none, 3).tolist() == [0, 0, 0]

    def test_one_event(self):
        assert np.isnan(chao2(np.array([1, 1]), 1)).all()
        assert np.isnan(coverage(np.array([1, 1]), 1))
        assert np.isnan(coverage_interval(np.array([1, 1]), 1, 1)).all()

    def test_nothing_seen_but_once_leaves_nothing_unseen(self):
        estimate, low, high = chao2(np.array([3, 2, 4]), 5)
        assert estimate == 3
        assert np.isnan([low, high]).all()
        assert coverage(np.array([3, 2, 4]), 5) == 1
        assert np.isnan(coverage_interval(np.array([5, 5]), 5, 1)).all(), "never off in any draw"

    def test_every_code_in_one_event_alone(self):
        """Q2 is 0: 6 codes, once each, in 4 events; 3/4 of 6 × 5 / 2 unseen."""
        assert chao2(np.ones(6, dtype=int), 4)[0] == 6 + 0.75 * 15
        assert coverage(np.ones(6, dtype=int), 4) == pytest.approx(1 - 15 / 17)
        assert coverage(np.ones(1, dtype=int), 4) == 1


def test_the_interval_of_coverage_holds_the_truth():
    """Of 300 studies drawn from known chances, the share of intervals that hold the coverage that is true of them."""
    rng = np.random.default_rng(11)
    held = defined = 0
    for number in range(300):
        chances = rng.beta(1, 4, size=40)
        table = rng.random((12, 40)) < chances
        times = table.sum(axis=0)
        truth = chances[times > 0].sum() / chances.sum()
        low, high = coverage_interval(times[times > 0], 12, number)
        if not np.isnan(low):
            defined += 1
            held += low <= truth <= high
    assert defined == 300
    assert held / defined > 0.9
