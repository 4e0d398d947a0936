"""Exact power against R's tests outcome by outcome, against brute force, and what is said of 7 and 7 people."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from plrlib.stats.comparison import power as rejection
from plrlib.stats.comparison.exact import two_groups
from plrlib.stats.comparison.power import power, smallest_difference

ORACLE = Path(__file__).parents[2] / "oracles" / "power.csv"


def cases():
    """Give the oracle's rows: rooms, alpha, family, the pairs of probabilities, and power and size of each."""
    with ORACLE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for (rooms, alpha, family), some in itertools.groupby(rows, lambda r: (r["rooms"], r["alpha"], r["family"])):
        values = np.array([[float(r[c]) for c in ("p_1", "p_2", "power", "size")] for r in some])
        blocks = [tuple(int(n) for n in room.split("+")) for room in rooms.split()]
        yield pytest.param(
            blocks, float(alpha), int(family), values[:, :2], values[:, 2:], id=f"{rooms}/{alpha}/{family}"
        )


@pytest.mark.parametrize(("blocks", "alpha", "family", "p", "expected"), list(cases()))
def test_as_r_sums_it_over_every_outcome(blocks, alpha, family, p, expected):
    found = power(None, p, alpha, blocks, family)
    assert np.abs(found[["power", "size"]].to_numpy() - expected).max() < 1e-12
    if len(blocks) == 1:
        pd.testing.assert_frame_equal(power(blocks[0], p, alpha, family=family), found)


def test_the_oracle_holds_enough():
    rows = [case.values for case in cases()]
    assert sum(len(row[3]) for row in rows) >= 180
    assert sum(len(row[3]) for row in rows if len(row[0]) > 1) >= 60


@pytest.mark.parametrize("blocks", [[(3, 2)] * 3, [(2, 2), (3, 1), (2, 2)], [(4, 4)], [(1, 3), (0, 4), (2, 2), (3, 0)]])
@pytest.mark.parametrize(("alpha", "family"), [(0.05, 1), (0.3, 2)])
def test_every_outcome_one_by_one(blocks, alpha, family):
    """Rooms alike are taken together and rooms of one level left out; here nothing is."""
    sizes = np.array(blocks)
    every = np.array(list(itertools.product(*(range(n + 1) for n in sizes.ravel())))).reshape(-1, *sizes.shape)
    rejected = two_groups(every, sizes).p <= alpha / family * (1 + 1e-7)
    pairs = [(0.8, 0.2), (0.3, 0.6), (0, 1)]
    expected = [binom.pmf(every, sizes, pair).prod(axis=(1, 2))[rejected].sum() for pair in pairs]
    found = power(sizes.sum(axis=0), pairs, alpha, blocks, family)
    assert np.abs(found["power"] - expected).max() < 1e-12


def test_what_is_returned():
    found = power((7, 5), [(0.7, 0.1), (0.5, 0.5)], family=6)
    assert list(found) == ["n_1", "n_2", "p_1", "p_2", "alpha", "family", "power", "size"]
    assert found.drop(columns=["power", "size"]).to_dict("records") == [
        {"n_1": 7, "n_2": 5, "p_1": 0.7, "p_2": 0.1, "alpha": 0.05, "family": 6},
        {"n_1": 7, "n_2": 5, "p_1": 0.5, "p_2": 0.5, "alpha": 0.05, "family": 6},
    ]
    assert found["power"][1] == found["size"][1]
    assert len(power((7, 5), (0.7, 0.1))) == 1
    assert len(power((7, 5), np.empty((0, 2)))) == 0


@pytest.mark.parametrize("blocks", [[(7, 7)], [(20, 3)], [(3, 2)] * 6, [(4, 4), (2, 5), (3, 3)]])
@pytest.mark.parametrize("family", [1, 6])
def test_a_false_alarm_is_never_more_frequent_than_alpha(blocks, family):
    p = np.linspace(0, 1, 201)
    found = power(None, np.column_stack([p, p]), 0.05, blocks, family)
    assert found["size"].max() <= 0.05 / family
    assert found["size"].max() > 0.001 / family
    assert np.abs(found["size"] - found["power"]).max() < 1e-14


def test_rooms_that_hold_one_level_tell_nothing():
    assert power(None, (1, 0), blocks=[(7, 0), (0, 7)])["power"].item() == 0
    one, more = power((5, 5), (0.9, 0.1)), power(None, (0.9, 0.1), blocks=[(5, 5), (9, 0)])
    assert more["power"].item() == one["power"].item()
    assert more[["n_1", "n_2"]].to_numpy().tolist() == [[14, 5]]


def test_the_size_is_that_of_everybody_taken_together():
    found = power((6, 2), (0.5, 0.1))
    assert found["size"].item() == pytest.approx(power((6, 2), (0.4, 0.4))["power"].item(), abs=1e-15)


def test_with_7_and_7_people_only_5_against_none_would_have_shown():
    """As the sketches have it: "With 7 and 7 people, only a gap as wide as 5 of 7 against none would have shown."."""
    found = smallest_difference((7, 7))
    assert found["raised_2"].tolist() == list(range(8))
    assert found["raised_1"].fillna(-1).tolist() == [5, 6, 7, -1, -1, -1, -1, -1]
    # Fisher: 2 of the C(14, 5) ways to choose who raised it have all five at one level, 21 ways each
    assert found["p"][0] == pytest.approx(2 * math.comb(7, 5) / math.comb(14, 5), rel=1e-12)
    assert found["p"].isna().tolist() == found["raised_1"].isna().tolist()
    assert found["true_1"].round(4).fillna(-1).tolist() == [0.7717, 0.9192, -1, -1, -1, -1, -1, -1]
    assert list(found) == ["raised_2", "n_2", "raised_1", "n_1", "p", "true_2", "true_1", "power"]
    assert found.dtypes.astype(str).tolist() == ["Int64"] * 4 + ["Float64"] * 4


@pytest.mark.parametrize(
    ("n", "aim", "family", "alpha"),
    [
        ((7, 7), 0.8, 1, 0.05),
        ((9, 4), 0.5, 2, 0.2),
        ((2, 11), 0.9, 1, 0.1),
        ((25, 22), 0.8, 6, 0.05),
    ],
)
def test_each_smallest_difference_is_the_smallest(n, aim, family, alpha):
    found = smallest_difference(n, aim, family, alpha)
    assert len(found) == n[1] + 1
    for row in found.itertuples():
        above = [k for k in range(n[0] + 1) if k * n[1] > row.raised_2 * n[0]]
        p = [two_groups(np.array([[[k, row.raised_2]]]), np.array([n])).p.item() for k in above]
        shown = [(k, one) for k, one in zip(above, p, strict=True) if one <= alpha / family * (1 + 1e-7)]
        seen = (row.raised_1, row.p) if row.raised_1 is not pd.NA else None
        assert seen == (pytest.approx(shown[0]) if shown else None)

        def chance(p_1, p_2=row.raised_2 / n[1]):
            return power(n, (p_1, p_2), alpha, family=family)["power"].item()

        if row.true_1 is pd.NA:
            assert row.power is pd.NA
            assert chance(1) < aim or row.raised_2 == n[1]
        else:
            assert row.power == pytest.approx(chance(row.true_1), abs=1e-12)
            assert row.power >= aim
            assert row.true_1 > row.true_2
            assert row.true_1 - 1e-4 <= row.true_2 or chance(row.true_1 - 1e-4) < aim
    assert found["raised_1"].notna().any()
    assert found["true_1"].notna().any()


def test_a_p_that_is_alpha_but_for_rounding_is_shown():
    """5 of 7 against none of 5: 22 of the 792 ways to choose five people, one in 36, which is summed to a hair more."""
    assert smallest_difference((7, 5), alpha=1 / 36)["raised_1"][0] == 5
    assert smallest_difference((7, 5), alpha=1 / 36.001)["raised_1"][0] == 6


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n": (0, 7)}, "at least one person, not 0 and 7"),
        ({"n": (7,)}, "two numbers of people"),
        ({"n": None}, "two numbers of people"),
        ({"n": (7.5, 7)}, "two numbers of people"),
        ({"n": (7, 7), "blocks": [(3, 3), (4, 3)]}, r"hold 7 and 6 people, and n says \(7, 7\)"),
        ({"n": (7, 7), "p": (0.5, 1.5)}, "between 0 and 1"),
        ({"n": (7, 7), "p": (0.5, 0.5, 0.5)}, "a pair of probabilities"),
        ({"n": (7, 7), "p": (0.5, float("nan"))}, "between 0 and 1"),
        ({"n": (7, 7), "alpha": 0}, "alpha lies between 0 and 1"),
        ({"n": (7, 7), "family": 0}, "family is a number of codes"),
        ({"n": (2000, 2000)}, "2,000 and 2,000 people are more than is gone through"),
        ({"n": None, "blocks": [(n, 6) for n in range(1, 9)]}, "the totals of these 8 events can fall in .* ways"),
    ],
)
def test_what_is_no_design_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        power(**{"p": (0.5, 0.1), **given})


@pytest.mark.parametrize("aim", [0, 1, 1.2])
def test_no_chance_is_promised_that_none_can_be(aim):
    with pytest.raises(ValueError, match="power lies between 0 and 1"):
        smallest_difference((7, 7), aim)


def test_how_many_sets_of_totals_there_are(monkeypatch):
    """Six rooms of 3 and 2 have 12**6 outcomes, 6**6 sets of totals, and 462 where rooms alike are taken together."""
    monkeypatch.setattr(rejection, "MOST", 462)
    found = power(None, (0.8, 0.2), 0.04, [*[(3, 2)] * 6, (5, 0)])  # a room of one level has none that matter
    assert found[["n_1", "n_2"]].to_numpy().tolist() == [[23, 12]]
    monkeypatch.setattr(rejection, "MOST", 461)
    with pytest.raises(ValueError, match="can fall in 462 ways, and no more than 461 are gone through"):
        power(None, (0.8, 0.2), 0.03, [(3, 2)] * 6)


def test_sets_of_totals_taken_in_parts_come_to_the_same(monkeypatch):
    rooms = [(3, 2), (2, 2), (3, 2), (1, 4)]
    whole = power(None, (0.8, 0.2), 0.0499, rooms)["power"].item()
    rejection.share_rejected.cache_clear()
    monkeypatch.setattr(rejection, "_AT_ONCE", 7)
    assert power(None, (0.8, 0.2), 0.0499, rooms)["power"].item() == pytest.approx(whole, abs=1e-14)
