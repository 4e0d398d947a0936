"""Where the truth is known the answers are right: a few studies here, and with `--full` all that bench/ committed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2_contingency

from plrlib.stats.simulate.simulate import simulate

from . import calibration
from .calibration import (
    ALPHA,
    BY,
    check_bounds,
    count_false_findings,
    measure_coverage,
    measure_power,
    null_plans,
    segments,
)

RESULTS = Path(__file__).parents[2] / "bench" / "results"
SEED = 20261125
FEW = 25
CONFOUNDED = ("each level in rooms of its own", "a room against interviews", "four rooms of 3 against four of 10")


def committed(name):
    return pd.read_csv(RESULTS / f"calibration-{name}.csv")


def whole(parts):
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    "about", ["rooms unlike, both levels in each", "whole rooms of three levels", "one level talks three times as much"]
)
def test_few_null_studies_have_a_finding_and_the_crosstab_has_many(about):
    found = whole(count_false_findings(FEW, SEED, {about: null_plans()[about]}))
    most = int(binom.ppf(0.9999, FEW, ALPHA))
    assert (found["with_differs"] <= most).all()
    assert (found["with_segments"] >= FEW / 2).all()
    assert found["room_effects"].tolist() == [False, True]


@pytest.mark.parametrize("about", CONFOUNDED)
def test_a_design_that_confounds_finds_nothing_whatever_there_is(about):
    drawn = null_plans()[about]
    study = simulate(drawn, {(BY, "first", f"T{i}"): 6.0 for i in range(1, 6)}, seed=SEED)
    assert set(calibration._judged(study).verdicts) == {"confounded"}


def test_the_crosstab_is_the_usual_one():
    """Oracle: scipy.stats.chi2_contingency on segments by level, with and without the code."""
    study = simulate(null_plans()["two rooms of 7, as in PLR0809/017"], {}, seed=SEED)
    level = study.participants.set_index("participant")[BY].astype("object")
    of = study.excerpts["participant"].astype("object").map(level)
    coded = study.codings.set_index("excerpt")["code"].astype("object")
    code = study.excerpts["excerpt"].astype("object").map(coded)
    codes = study.codebook["code"][study.codebook["parent"].notna()]
    for p, name in zip(segments(study), codes, strict=True):
        table = pd.crosstab(of, code == name).to_numpy()
        if table.shape[1] == 1:
            assert np.isnan(p)  # a code that no segment has
            continue
        assert p == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-9)


def test_what_is_planted_is_found_the_more_the_larger_it_is():
    found = whole(measure_power(FEW, SEED))
    assert found["found"].is_monotonic_increasing
    assert found["found"].iloc[-1] > FEW / 2 > found["found"].iloc[0]
    assert (found["oracle"] >= found["found"]).all()


def test_intervals_hold_the_truth_and_bounds_do_so_always():
    cover = whole(measure_coverage(FEW, SEED))
    least = binom.ppf(0.0001, cover["intervals"], 1 - ALPHA)
    assert (cover["covering"] >= least).all()
    assert (cover["covering"] < cover["intervals"]).any()
    bounds = whole(check_bounds(3, SEED))
    assert (bounds["holding"] == bounds["counts"]).all()
    assert (bounds["p_holding"] == bounds["comparisons"]).all()


class TestCommitted:
    """The tables of the whole run, which `--full` makes again."""

    def test_at_most_one_null_study_in_twenty_has_a_finding(self):
        null = committed("null")
        assert set(null["design"]) == set(null_plans())
        assert (null["studies"] >= 1000).all()
        assert (null["with_differs"] <= 0.05 * null["studies"]).all()
        assert (null.loc[null["design"].isin(CONFOUNDED), "with_differs"] == 0).all()

    def test_intervals_cover_and_bounds_hold(self):
        cover = committed("coverage")
        assert (cover["covering"] >= 0.95 * cover["intervals"]).all()
        bounds = committed("bounds")
        assert (bounds["holding"] == bounds["counts"]).all()
        assert (bounds["p_holding"] == bounds["comparisons"]).all()

    @pytest.mark.full
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("about", list(null_plans()))
    def test_null_studies_come_out_the_same(self, about):
        expected = committed("null")
        expected = expected[expected["design"] == about].reset_index(drop=True)
        found = whole(count_false_findings(int(expected["studies"].iloc[0]), SEED, {about: null_plans()[about]}))
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)

    @pytest.mark.full
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize(
        ("name", "measure", "studies"),
        [("power", measure_power, 1000), ("coverage", measure_coverage, 1000), ("bounds", check_bounds, 100)],
    )
    def test_power_coverage_and_bounds_come_out_the_same(self, name, measure, studies):
        pd.testing.assert_frame_equal(whole(measure(studies, SEED)), committed(name), rtol=1e-12)


def test_a_study_without_a_code_in_any_segment_has_no_p():
    study = simulate(
        null_plans()["interviews alone"], {(BY, level, "T1"): -30.0 for level in ("first", "second")}, seed=1
    )
    assert np.isnan(segments(study)[:4]).all()
