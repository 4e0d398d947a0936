"""People heard twice: each in one of four columns, and a plain sentence where nobody's two hearings are known."""

from collections import defaultdict

import pytest
from stats.made import made

from plrlib import load_study, show
from plrlib.show import change as changing
from show.frames import assert_clear, changes
from show.rooms import FOR, everyone, two_rooms

ALL = [f"V{i}" for i in range(1, 13)]


@pytest.fixture
def drawn(monkeypatch):
    kept = {}
    draw = changing.dot_grid

    def kept_too(marks, *more, **options):
        kept.update(marks=marks, figure=draw(marks, *more, **options))
        return kept["figure"]

    monkeypatch.setattr(changing, "dot_grid", kept_too)
    return kept


@pytest.mark.parametrize("shown", [show.twice_say, show.change_say, show.change_table, show.change_picture])
def test_of_the_published_study_there_is_a_sentence(shown):
    told = shown(load_study("plr0809-017"))
    assert isinstance(told, show.Say)
    assert told.sentences[0].startswith(("Nothing can be said of a change", "There "))


def test_who_gained_a_theme_is_told_in_people(tmp_path):
    study = two_rooms(tmp_path, {"T2": {"V1": FOR}}, again=[*((who, "T1") for who in ALL), ("V1", "T2")])
    assert show.twice_say(study).sentences == (
        "12 people were heard in a focus group and again in an interview, and compared over 2 themes.",
    )
    first, changed, needed = show.change_say(study).sentences
    assert first == "Between the two hearings, of 2 themes 1 changed and for 1 there are too few who changed to tell."
    assert changed == (
        "“First theme”: 12 of 12 people raised it only when interviewed, and none only in the group. Chance alone "
        "would do this in fewer than 1 of 100 such studies; with 2 themes compared, in fewer than 1 of 100. Changed."
    )
    assert needed == "Needed for 1 of the 2 themes: more people who are heard twice."
    table = show.change_table(study).frame.set_index("theme")
    assert table.loc["First theme"].tolist()[:5] == [0, 0, 12, 0, 12]
    assert table.loc["Second theme"].tolist()[:5] == [1, 0, 0, 11, 12]


def test_one_mark_is_one_person_in_the_column_of_their_hearing(tmp_path, drawn, monkeypatch):
    study = made(tmp_path)
    rows = changes(("T1", 3, 5, 1, 6, "changed"), ("T2", 0, 0, 0, 14, "too few to tell"))
    monkeypatch.setattr(changing, "change", lambda _: rows)
    monkeypatch.setattr(changing, "participants_by_part", lambda *_: defaultdict(list))
    picture = show.change_picture(study)
    marks = drawn["marks"]
    assert marks.groupby(["row", "column"], observed=True).size().to_dict() == {
        ("T1", "kept"): 3, ("T1", "gained"): 5, ("T1", "lost"): 1, ("T1", "neither"): 6, ("T2", "neither"): 14,
    }  # fmt: skip
    assert (marks["column"] == marks["look"]).all()
    assert picture.numbers.iloc[0].tolist() == ["First theme", 3, 1, 5, 6, 15]
    assert "First theme: 3 in both, 1 only in the group, 5 only when interviewed and 6 in neither" in picture.alt
    assert len({(look.shape, look.fill) for look in changing.PARTS.values()}) == 4
    assert_clear(drawn["figure"])


def test_nobody_changed(tmp_path):
    study = two_rooms(tmp_path, {"T1": everyone("V")}, again=[(who, "T1") for who in ALL])
    assert show.change_say(study).sentences[0] == (
        "Between the two hearings, of 2 themes none changed and 2 were raised by everybody at both, or by nobody at "
        "either."
    )


def test_other_prompts_at_the_second_hearing_are_a_limit(tmp_path):
    events = (
        "event,kind,order,participants,stimulus\nA,focus group,1,12,{}\nB,focus group,2,12,{}\nINT,interview,3,1,{}\n"
    )
    told = {
        prompts: show.limits_of_change(
            two_rooms(tmp_path, {"T1": everyone("V")}, again=[("V1", "T1")], events=events.format(*prompts))
        ).sentences
        for prompts in (("a", "a", "a"), ("a", "a", "b"), ("a", "a", ""))
    }
    assert told["a", "a", "a"] == ()
    assert told["a", "a", "b"] == ("People were asked other things in the focus groups than when interviewed.",)
    assert told["a", "a", ""] == ("What people were asked at the two hearings is not on record for both.",)
