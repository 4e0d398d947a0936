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
    CONFOUNDED,
    check_bounds,
    count_false_findings,
    measure_coverage,
    measure_power,
    rows,
    segments,
)

RESULTS = Path(__file__).parents[2] / "bench" / "results"
SEED = 20261125
FEW = 25
RARE = 0.99
"""A row with more findings than this quantile of what 5 % of its studies make has too many: of 1,000 that is 66."""


def committed(name):
    return pd.read_csv(RESULTS / f"calibration-{name}.csv")


def whole(parts):
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    "about", ["events unlike in make-up", "whole events of three groups", "mixed and whole events"]
)
def test_few_null_studies_have_a_finding_and_the_crosstab_has_many(about):
    found = whole(count_false_findings(FEW, SEED, [about]))
    most = int(binom.ppf(0.9999, FEW, ALPHA))
    assert (found["with_differs"] <= most).all()
    assert (found["with_segments"] >= FEW / 2).all()


def test_talk_makes_findings_that_go_at_equal_talk():
    """The row can fail: with three times the talk most studies have a finding as raised."""
    found = whole(count_false_findings(FEW, SEED, ["one group talks 3 times as much"])).iloc[0]
    assert found["with_differs"] > FEW / 2
    assert found["judged_equal"] > 0
    assert found["with_equal"] <= int(binom.ppf(0.9999, found["judged_equal"], ALPHA))


@pytest.mark.parametrize("about", CONFOUNDED)
def test_a_design_that_confounds_finds_nothing_whatever_there_is(about):
    study = simulate(rows()[about].design(1), {(BY, "first", f"T{i}"): 6.0 for i in range(1, 6)}, seed=SEED)
    assert set(calibration._judged(study).verdicts) == {"confounded"}


def test_the_crosstab_is_the_usual_one():
    """Oracle: scipy.stats.chi2_contingency on segments by level, with and without the code."""
    study = simulate(rows()["two events of 7, as in PLR0809/017"].design(1), {}, seed=SEED)
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

    def test_no_row_has_more_findings_than_it_promises(self):
        null = committed("null")
        assert set(null["design"]) == set(rows())
        assert (null["studies"] >= 300).all()
        held = null[null["promised"]]
        assert (held["with_differs"] <= binom.ppf(RARE, held["studies"], ALPHA)).all()
        assert (null.loc[null["design"].isin(CONFOUNDED), "with_differs"] == 0).all()
        talk = null[null["design"].str.contains("talk")]
        assert len(talk) == 4
        assert (talk["with_equal"] <= binom.ppf(RARE, talk["judged_equal"], ALPHA)).all()

    def test_rows_outside_of_the_promise_show_what_they_are_outside_for(self):
        null = committed("null").set_index("design")
        outside = null[~null["promised"]]
        assert (outside["with_differs"] > binom.ppf(RARE, outside["studies"], ALPHA)).all()

    def test_intervals_cover_and_bounds_hold(self):
        cover = committed("coverage")
        assert (cover["covering"] >= 0.95 * cover["intervals"]).all()
        bounds = committed("bounds")
        assert (bounds["holding"] == bounds["counts"]).all()
        assert (bounds["p_holding"] == bounds["comparisons"]).all()

    @pytest.mark.full
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize("about", list(rows()))
    def test_null_studies_come_out_the_same(self, about):
        expected = committed("null")
        expected = expected[expected["design"] == about].reset_index(drop=True)
        found = whole(count_false_findings(int(expected["studies"].iloc[0]), SEED, [about]))
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)

    @pytest.mark.full
    @pytest.mark.timeout(3600)
    @pytest.mark.parametrize(
        ("name", "measure", "studies"),
        [("power", measure_power, 300), ("coverage", measure_coverage, 300), ("bounds", check_bounds, 30)],
    )
    def test_power_coverage_and_bounds_come_out_the_same(self, name, measure, studies):
        pd.testing.assert_frame_equal(whole(measure(studies, SEED)), committed(name), rtol=1e-12)


def test_a_study_without_a_code_in_any_segment_has_no_p():
    study = simulate(
        rows()["interviews alone"].design(1), {(BY, level, "T1"): -30.0 for level in ("first", "second")}, seed=1
    )
    assert np.isnan(segments(study)[:4]).all()
