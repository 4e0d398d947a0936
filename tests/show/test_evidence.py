"""The evidence map: every excerpt once, in the row of its theme, with its stance; and words only with consent."""

import pytest
from stats.made import TOML, made, said
from study_maker import rich

from plrlib import load_study, show
from plrlib.show import evidence as maps
from show.frames import assert_clear
from show.rooms import AGAINST, everyone, two_rooms


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture
def drawn(monkeypatch):
    kept = {}
    draw = maps.dot_grid

    def kept_too(marks, *more, **options):
        kept.update(marks=marks, figure=draw(marks, *more, **options))
        return kept["figure"]

    monkeypatch.setattr(maps, "dot_grid", kept_too)
    return kept


@pytest.mark.parametrize("by", ["sector", "role", "provision"])
def test_every_excerpt_has_one_mark(published, drawn, by):
    picture = show.evidence_picture(published, by)
    marks = drawn["marks"]
    assert len(marks) == picture.numbers["excerpts"].sum() == 64
    assert marks["look"].value_counts().to_dict() == {"supports": 42, "qualifies": 14, "context": 5, "opposes": 3}
    assert int((~marks["filled"]).sum()) == 40
    assert_clear(drawn["figure"])


def test_the_row_is_the_theme_and_the_column_who_may_have_said_it(published, drawn):
    show.evidence_picture(published, "sector")
    cells = drawn["marks"].groupby(["row", "column"]).size()
    assert cells["T2", "voluntary"] == 1
    assert cells["T2", "statutory"] == 2
    assert cells["T4", "statutory"] == 1
    assert cells["T1", "outside"] == 11


def test_marks_lead_to_their_excerpts(published):
    numbers = show.evidence_picture(published, "sector").numbers
    row = numbers[(numbers["theme"] == "Integration") & (numbers["who may have said it"] == "Statutory (7)")].iloc[0]
    assert (row["supports"], row["qualifies"]) == ("E28", "E29")
    assert row["statement"] == "Integrated services are welcome"


def test_what_is_said_of_the_published_study(published):
    assert show.evidence_say(published, "sector").sentences == (
        "Sector: 4 of the 53 excerpts that staff may have said can be given to one level (8 %).",
        "Voluntary: of 1 excerpt, 1 qualifies “Integrated services are welcome”.",
        (
            "Statutory: of 3 excerpts, 1 supports and 1 qualifies “Integrated services are welcome”; "
            "1 supports “Diversity of services is welcome”."
        ),
        (
            "Of all that they said or may have said, opposed to: “The trust should enable services and not provide "
            "them” (1) and “Common processes are welcome” (2)."
        ),
    )
    heard, certain = show.hearings_say(published).sentences
    assert heard == (
        "Of 64 excerpts, 16 come from a focus group, none comes from an interview, 47 may come from either and 1 may "
        "come from anywhere."
    )
    assert certain == "From a focus group for certain: “Understanding of services” (15) and “Outside the themes” (1)."


def test_excerpts_are_not_people(tmp_path, drawn):
    study = two_rooms(tmp_path, {"T1": everyone("V") | {"S1": AGAINST}}, again=[("V1", "T1"), ("V1", "T2")])
    told = show.evidence_say(study, "sector").sentences
    assert told[1:3] == (
        "Voluntary: of 14 excerpts, 13 support “First theme”; 1 supports “Second theme”.",
        "Statutory: of 1 excerpt, 1 opposes “First theme”.",
    )
    assert "Excerpts are not people: one person alone said 3 of them." in told
    assert show.hearings_say(study).sentences[0] == (
        "Of 15 excerpts, 13 come from a focus group and 2 come from an interview."
    )
    show.hearings_picture(study)
    assert drawn["marks"].groupby(["row", "column"]).size().to_dict() == {
        ("T1", "focus group"): 13, ("T1", "interview"): 1, ("T2", "interview"): 1,
    }  # fmt: skip
    assert_clear(drawn["figure"])


def test_the_one_who_talks_most_is_one_of_those_compared(tmp_path):
    toml = TOML.replace('label = "Sector"', 'label = "Sector"\npopulation = "managers"').replace(
        "[populations]", '[populations]\nmanagers = { role = ["manager"] }'
    )
    study = made(tmp_path, toml, **said("V1,,,, > c1", "V1,,,, > c1", *["S2,,,, > c1"] * 5))
    assert "Excerpts are not people: one person alone said 2 of them." in show.evidence_say(study, "sector").sentences


def test_without_envelopes_the_codes_say_which_theme(tmp_path, drawn):
    study = made(tmp_path, **said("V1,,,, > c1 c2", "S1,,,, > c1 c3", "S2,,,, >"))
    show.evidence_picture(study, "sector")
    marks = drawn["marks"]
    assert marks.groupby(["row", "column"]).size().to_dict() == {
        ("T1", "voluntary"): 1, ("T1", "statutory"): 1, ("T2", "statutory"): 1, ("left over", "statutory"): 1,
    }  # fmt: skip
    assert set(marks["look"]) == {"not said"}
    assert "have no stance on record" in show.evidence_say(study, "sector").sentences[2]


def test_words_are_shown_only_where_consent_allows(tmp_path):
    table = show.evidence_table(load_study(rich(tmp_path / "s")), "sector")
    assert table.frame["what was said"].tolist()[0] == "words of one"
    assert "words of three" not in repr(table)


def test_of_many_excerpts_the_first_of_each_theme_and_level_are_listed(tmp_path):
    study = two_rooms(tmp_path, {"T1": everyone("V") | everyone("S"), "T2": everyone("V", 3, 4)})
    table = show.evidence_table(study, "sector")
    assert table.frame["excerpt"].tolist() == ["E1", "E13", "E25"]
    assert table.caption == "What each level is heard saying: of 26, the first of each theme and level"


def test_twice_as_many_excerpts_have_room(tmp_path, drawn):
    raised = {"T1": everyone("V") | everyone("S"), "T2": everyone("V") | everyone("S", stance=AGAINST)}
    study = two_rooms(tmp_path, raised, again=[(f"V{i}", "T1") for i in range(1, 13)] * 12)
    show.evidence_picture(study, "sector")
    assert len(drawn["marks"]) == 48 + 144
    assert_clear(drawn["figure"])
