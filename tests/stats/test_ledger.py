"""Envelopes: every excerpt once, and what moves."""

from dataclasses import replace

import pandas as pd
import pytest
from study_maker import RICH_TOML, changed, rich

import plrlib
from plrlib import NotInStudy, load_study


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


def test_every_excerpt_stands_in_the_ledger_once(published):
    for coder in ("report", "reader-1", "reader-2", "reader-3"):
        ledger = plrlib.envelopes(published, coder)
        assert list(ledger["excerpt"]) == list(published.excerpts["excerpt"])
        assert set(ledger["coder"]) == {coder}
        assert ledger["status"].value_counts().sum() == 64


def test_the_report_has_six_themes_and_two_left_over(published):
    """Counted by hand from the report's headings in excerpts.csv: a blank heading is left over."""
    ledger = plrlib.envelopes(published, "report")
    assert ledger["theme"].value_counts(sort=False).to_dict() == {
        "T1": 15, "T2": 14, "T3": 9, "T4": 10, "T5": 12, "T6": 2, "T0": 2,
    }  # fmt: skip
    assert ledger.loc[ledger["status"] == "left over", "excerpt"].tolist() == ["E63", "E64"]
    headings = published.excerpts.set_index("excerpt")["heading"].astype("object").fillna("T0")
    assert (ledger.set_index("excerpt")["theme"].astype("object") == headings).all()


def test_thirteen_excerpts_leave_their_heading_when_read_blind(published):
    away = plrlib.moved(published, "report", "reader-2")
    assert len(away) == 13
    assert away[away["from"] == "T4"]["excerpt"].tolist() == ["E44", "E45", "E46", "E47", "E48"]
    assert set(away[away["from"] == "T4"]["to"]) == {"T2"}
    back = plrlib.moved(published, "reader-2", "report")
    assert set(zip(away["excerpt"], away["from"], away["to"], strict=True)) == set(
        zip(back["excerpt"], back["to"], back["from"], strict=True)
    )
    assert plrlib.moved(published, "report", "report").empty


def test_left_over_and_not_seen_are_told_apart(tmp_path):
    """anna put E01 into T1 and left E02 over, for which there is no theme; she did not see E03 and E04."""
    study = load_study(rich(tmp_path / "s"))
    ledger = plrlib.envelopes(study, "anna").set_index("excerpt")
    assert ledger["status"].to_dict() == {"E01": "in a theme", "E02": "left over", "E03": "not seen", "E04": "not seen"}
    assert ledger["theme"].isna().tolist() == [False, True, True, True]


def test_a_move_to_left_over_is_a_move_and_what_one_did_not_see_is_not(tmp_path):
    rows = "excerpt,coder,theme,stance\nE01,anna,T1,\nE02,anna,,\nE01,ben,,\nE02,ben,,\nE03,ben,T2,\n"
    away = plrlib.moved(load_study(rich(tmp_path / "s", envelopes=rows)), "anna", "ben")
    assert away["excerpt"].tolist() == ["E01"]
    assert away["from"].tolist() == ["T1"]
    assert away["to"].isna().all()


def test_totals_reconcile_or_it_raises(published):
    twice = pd.concat([published.envelopes, published.envelopes.iloc[[0]]], ignore_index=True)
    with pytest.raises(ValueError, match="not a one-to-one merge"):
        plrlib.envelopes(replace(published, envelopes=twice), "report")


def test_who_did_not_sort_is_told(published, tmp_path):
    with pytest.raises(ValueError, match=r"'nobody' has no envelopes.*reader-3"):
        plrlib.envelopes(published, "nobody")
    study = load_study(rich(tmp_path / "s", envelopes=None, toml=_without_stances()))
    with pytest.raises(NotInStudy, match=r"no envelopes\.csv"):
        plrlib.envelopes(study, "anna")


def _without_stances():
    return RICH_TOML.replace('stance_coder = "anna"\n', "")


def test_the_codebook_decides_the_order(tmp_path):
    study = load_study(
        rich(tmp_path / "s", **changed("codebook", "T1,,A theme\nT2,,Another", "T2,,Another\nT1,,A theme"))
    )
    assert list(plrlib.envelopes(study, "anna")["theme"].cat.categories) == ["T2", "T1"]
