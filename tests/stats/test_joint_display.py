"""The joint display: which comparison bears on a claim, and what comes of the two shipped studies."""

import pytest
from claimed import claims_of
from show.rooms import PLANNED, everyone, two_rooms

from plrlib import compare, joint_display
from plrlib.show.claims import in_words
from stats.made import TOML
from stats.test_claims import STANCED, stanced

STAFF = STANCED.replace("levels = { voluntary", 'population = "staff"\nlevels = { voluntary')
PLAN = STAFF + '[[comparisons]]\nby = "sector"\n'
HALVES = everyone("V", 1, 2, 3, 7, 8, 9) | everyone("S", 1, 2, 3, 4, 7, 8, 9)
ROWS = ["V1,A,,,,quoted > T1 supports", "V2,A,,,,quoted > T1 supports", "V3,B,,,,quoted > T1 supports"]


def test_the_published_study_is_answered_as_its_design_allows():
    """C1 compares who sat in different rooms; C6 rests on two sentences of the authors; the others say more."""
    found = in_words(claims_of("plr0809-017")[1])
    assert found["inference"].tolist() == ["not testable", *["expanded"] * 4, "not testable"]
    assert found["rule"].tolist() == [4, 12, 12, 12, 12, 9]
    assert found["supports"].tolist() == [8, 8, 8, 8, 7, 2]
    assert found["qualifies"].tolist() == [3, 6, 0, 2, 3, 0]
    assert found["opposes"].tolist() == [0, 0, 1, 0, 2, 0]
    assert found["left"].tolist() == [4, 2, 0, 5, 0, 0]
    assert found["quoted"].tolist() == [0, 6, 3, 8, 3, 0]
    assert found["verdicts"].tolist() == ["provision: confounded", *["sector: not attributed"] * 5]
    assert found["supports_upper"].tolist() == found["people"].tolist() == [10, *[14] * 5]  # coding is not complete


def test_the_worked_example_is_answered_as_planted_but_for_what_its_draw_misses():
    """README: C1 to C3 are planted, T3 is missed by this draw; C4 and C5 are not so."""
    study, found = claims_of("worked-example")
    found = in_words(found)
    assert found["inference"].tolist() == ["confirmed", "confirmed", "not testable", "discordant", "not testable"]
    assert found["verdicts"].tolist()[3] == "sector: too few to tell"
    assert "among statutory" in found["reason"][3]
    others = compare(study, "role", other_coders=True).other_coders
    assert others.loc[others["code"] == "T2", ["coder", "verdict"]].to_numpy().tolist() == [["second", "differs"]], (
        "else C2 is not confirmed"
    )


@pytest.mark.parametrize("claims", ["", 'claims = ["C1"]\n'])
def test_a_claim_that_compares_stands_or_falls_with_its_comparison(tmp_path, claims):
    [claim] = in_words(joint_display(stanced(tmp_path, ROWS, PLAN + claims))).to_dict(orient="records")
    assert claim["compares"] is bool(claims)
    assert claim["verdicts"].startswith("sector: ")
    assert (claim["rule"], claim["inference"]) == ((4, "not testable") if claims else (14, "confirmed"))


def test_a_comparison_about_other_people_bears_on_no_claim_that_does_not_name_it(tmp_path):
    everybody = "claim,finding,who,gist\nC1,T1,,First\n"
    assert in_words(joint_display(stanced(tmp_path, ROWS, PLAN, claims=everybody)))["verdicts"].tolist() == [""]
    named = PLAN + 'claims = ["C1"]\n'
    assert in_words(joint_display(stanced(tmp_path, ROWS, named, claims=everybody)))["verdicts"].tolist() == [
        "sector: too few to tell"
    ]


def test_a_comparison_that_is_not_about_the_claims_theme_cannot_tell(tmp_path):
    plan = PLAN + 'level = "code"\nclaims = ["C1"]\n'
    [claim] = in_words(joint_display(stanced(tmp_path, ROWS, plan))).to_dict(orient="records")
    assert (claim["verdicts"], claim["rule"]) == ("sector: not compared", 4)


@pytest.mark.parametrize(
    ("raised", "direction", "matters", "way", "rule", "inference"),
    [
        (everyone("V"), "voluntary > statutory", 0, "as claimed", 8, "confirmed"),
        (everyone("V"), "statutory > voluntary", 0, "the other way", 2, "discordant"),
        (everyone("V"), "statutory > voluntary", 2, "the other way", 2, "discordant"),
        (everyone("V"), "", 0, "", 8, "confirmed"),
        # six of twelve against seven: odds ratio 0.73 [0.12, 3.9]
        (HALVES, "voluntary > statutory", 0, "", 5, "not testable"),
        (HALVES, "voluntary > statutory", 3, "", 5, "not testable"),
        (HALVES, "voluntary > statutory", 6, "", 3, "discordant"),
        (HALVES, "statutory > voluntary", 6, "", 5, "not testable"),
        (HALVES, "", 6, "", 5, "not testable"),
        (HALVES, "statutory > voluntary", 20, "", 3, "discordant"),
        (HALVES, "", 20, "", 3, "discordant"),
    ],
)
def test_a_claim_is_answered_by_the_direction_it_gives(tmp_path, raised, direction, matters, way, rule, inference):
    toml = TOML + PLANNED + 'claims = ["C1"]\n' + (f"smallest_that_matters = {matters}\n" if matters else "")
    claims = f"claim,finding,who,gist,direction\nC1,T1,staff,First,{direction}\n"
    study = two_rooms(
        tmp_path, {"T1": raised, "T2": everyone("V", 1, 2, 7) | everyone("S", 1, 7, 8)}, toml, claims=claims
    )
    found = joint_display(study)
    assert found.verdicts["way"].tolist() == [way]
    assert found.frame[["rule", "inference"]].to_numpy().tolist() == [[rule, inference]]


def test_one_group_against_it_for_certain_is_told(tmp_path):
    rows = [*ROWS, "S2,B,,,,quoted > T1 opposes"]
    [claim] = in_words(joint_display(stanced(tmp_path, rows))).to_dict(orient="records")
    assert claim["rule"] == 12, "a claim about staff is not told by a grouping of everybody"
    [claim] = in_words(joint_display(stanced(tmp_path, rows, STAFF))).to_dict(orient="records")
    assert (claim["rule"], claim["reason"]) == (
        10,
        "More people oppose than support “First theme” for certain: among statutory.",
    )
