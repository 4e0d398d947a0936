"""How large differences are: odds with exact ranges, words where there is no answer, and counts for many levels."""

import math

import pytest
from stats.made import TOML, made, said

from plrlib import compare, load_study, presence, show
from plrlib.show import compare_charts as forest
from plrlib.show.charts.canvas import STEP
from plrlib.show.charts.intervals import PANEL
from show.frames import RADIUS, assert_clear, found
from show.rooms import everyone, two_rooms

ODDS = {"odds_ratio": 3.0, "low": 0.2, "high": 50.0, "p": 0.3, "p_low": 0.3, "p_high": 0.3, "p_adjusted": 0.4}


@pytest.fixture
def drawn(monkeypatch):
    kept = {}
    draw = forest.intervals

    def kept_too(lines, scale, *more):
        kept.update(lines=lines, scale=scale, figure=draw(lines, scale, *more))
        return kept["figure"]

    monkeypatch.setattr(forest, "intervals", kept_too)
    return kept


def test_without_an_answer_there_is_no_picture(tmp_path):
    study = made(tmp_path)
    told = show.forest_picture(study, found(study, "role", ("confounded", {}), ("confounded", {})))
    assert told.sentences == (
        "Role: there is no difference to draw, for none has an answer: it could as well be the rooms.",
    )
    published = load_study("plr0809-017")
    told = show.forest_picture(published, found(published, "sector", *[("not attributed", {})] * 7))
    assert told.sentences[0].endswith("for none has an answer: who raised it is not known.")


def test_odds_stand_on_a_scale_of_tens_with_counts_and_verdict(tmp_path, drawn):
    study = made(tmp_path, **said("V1,,,, > c1", "V2,,,, > c1", "S1,,,, > c1"))
    picture = show.forest_picture(study, found(study, "sector", ("not shown to differ", ODDS), ("not attributed", {})))
    lines, scale = drawn["lines"], drawn["scale"]
    first, second = lines.iloc[0], lines.iloc[1]
    assert (first["at"], first["low"], first["high"]) == pytest.approx((math.log10(3), math.log10(0.2), math.log10(50)))
    assert lines["count"].tolist() == ["2 of 3 against 1 of 4", "none of 3 against none of 4"]
    assert lines["after"].tolist() == ["not shown to differ", "not attributed"]
    assert (math.isnan(second["at"]), second["words"]) == (True, "no answer: who raised it is not known")
    assert scale.ticks == {-2: "100×", -1: "10×", 0: "alike", 1: "10×", 2: "100×"}
    assert scale.start < -2 < 2 < scale.end
    assert scale.sides == ("← raised more by statutory people", "→ raised more by voluntary people")
    assert picture.numbers.iloc[0].tolist() == [
        "First theme", "2 of 3", "1 of 4", "3", "0.2", "50", "not shown to differ",
    ]  # fmt: skip
    assert_clear(drawn["figure"])


def test_a_ratio_without_end_is_an_arrow_and_not_a_number(tmp_path, drawn):
    study = two_rooms(tmp_path, {"T1": everyone("V"), "T2": everyone("S")})
    picture = show.forest_picture(study, compare(study, "sector"))
    lines, scale = drawn["lines"], drawn["scale"]
    assert lines["at"].tolist() == lines["high"].tolist()[:1] + lines["low"].tolist()[1:] == [math.inf, -math.inf]
    assert 0 < lines["low"][0] < scale.end
    assert scale.start < lines["high"][1] < 0
    assert picture.numbers["to"].tolist()[0] == "no end"
    assert picture.caption.startswith(
        "Sector: 2 of 2 themes are shown to differ between voluntary and statutory staff."
    )
    beyond = (max(scale.ticks) - scale.start) / (scale.end - scale.start) * PANEL
    assert PANEL - beyond > STEP + RADIUS  # the mark beside an arrow stands at no number
    assert_clear(drawn["figure"])


def test_odds_that_are_not_defined_are_words(tmp_path, drawn):
    study = made(tmp_path)
    rows = found(study, "sector", ("not shown to differ", ODDS), ("too few to tell", {"low": 0.0, "high": math.inf}))
    show.forest_picture(study, rows)
    assert drawn["lines"]["words"].tolist() == ["", "no odds to compare: raised by none"]
    assert drawn["lines"]["low"].isna().tolist() == [False, True]


def test_a_row_without_odds_says_why_and_never_what_is_not_so(tmp_path, drawn):
    """Where whole events are compared there are no odds: none of these is raised by all or by none."""
    study = made(tmp_path, **said("V1,,,, > c1", "S2,,,, > c1", "V2,,,, > c3"))
    some = found(study, "sector", ("not shown to differ", ODDS), ("not shown to differ", {"p": 1.0}))
    show.forest_picture(study, some)
    assert drawn["lines"]["words"].tolist() == ["", "no odds to compare: in each event raised by all or by none"]
    some.frame.loc[1, "method"] = "whole events"
    show.forest_picture(study, some)
    assert drawn["lines"]["words"].tolist() == ["", "whole events are compared: no odds of people"]
    some.frame.loc[1, ["method", "p"]] = ["within", None]
    show.forest_picture(study, some)
    assert drawn["lines"]["words"].tolist() == ["", "who raised it is not fully known: no odds"]


def test_where_no_code_has_odds_the_shares_are_drawn(tmp_path, drawn):
    study = made(tmp_path, **said("V1,,,, > c1", "S2,,,, > c1"))
    picture = show.forest_picture(study, found(study, "sector", *[("not shown to differ", {"p": 1.0})] * 2))
    assert drawn["lines"]["at"].tolist()[:2] == pytest.approx([1 / 3, 1 / 4])
    assert "odds" not in picture.caption + " ".join(picture.numbers)


def test_more_levels_have_counts_and_no_range(tmp_path, drawn):
    toml = TOML.replace('practitioner = "Practitioners" }', 'practitioner = "Practitioners", carer = "Carers" }')
    study = made(tmp_path, toml, **said("V1,,,, > c1", "S2,,,, > c1"))
    rows = found(study, "role", ("not shown to differ", {}), ("too few to tell", {}))
    picture = show.forest_picture(study, rows)
    lines = drawn["lines"]
    assert lines["at"].tolist()[:2] == pytest.approx([1 / 3, 1 / 4])
    assert lines["low"].isna().all()
    assert lines["count"].tolist()[:3] == ["1 of 3 managers", "1 of 4 practitioners", "none of 0 carers"]
    assert "odds" not in picture.caption
    assert_clear(drawn["figure"])


def test_the_widest_scale_has_an_end(tmp_path, drawn):
    study = made(tmp_path)
    far = {**ODDS, "odds_ratio": 2e7, "high": math.inf}
    show.forest_picture(study, found(study, "sector", ("differs", far), ("not shown to differ", ODDS)))
    assert max(drawn["scale"].ticks) == forest.WIDEST
    assert_clear(drawn["figure"])


def test_counts_are_of_the_coder_and_the_stance_that_were_compared():
    study = load_study("worked-example")
    for asked in ({"coder": "second"}, {"stance": "opposes"}):
        counted = presence(study, "sector", **asked).set_index(["code", "group"])
        numbers = show.forest_picture(study, compare(study, "sector", **asked)).numbers
        for row, code in enumerate(study.themes["code"]):
            n = counted.loc[(code, "voluntary"), "lower"]
            assert numbers["Voluntary"].iloc[row] == f"{n or 'none'} of 15"
