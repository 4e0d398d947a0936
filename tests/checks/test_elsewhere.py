"""A note where somebody is named at an event that lists others only."""

from study_maker import changed, notes, rich

from plrlib import load_study


def test_a_slip_in_the_focus_group_is_told(tmp_path):
    """R3 sat in FG2, where an excerpt names them; their row says FG1."""
    slipped = changed("participants", "R3,practitioner,voluntary,FG2", "R3,practitioner,voluntary,FG1")
    events = changed("events", "FG1,focus group,2,1\nFG2,focus group,2,2", "FG1,focus group,3,1\nFG2,focus group,1,2")
    study = load_study(rich(tmp_path / "s", **slipped, **events))
    [note] = [n for n in study.notes.to_dict("records") if "not among those listed" in n["message"]]
    assert (note["file"], note["row"], note["column"], note["value"]) == ("excerpts.csv", 3, "event", "FG2")
    assert note["message"].startswith("'R3' is named here (1 time)")
    assert "attendance.csv" in note["remedy"]


def test_those_listed_and_events_that_list_nobody_are_no_matter(tmp_path):
    study = load_study(rich(tmp_path / "s", attendance=None))
    assert not [message for _, message in notes(study) if "not among those listed" in message]


def test_each_person_and_event_is_told_once(tmp_path):
    excerpts = "excerpt,participant,event,gist\nE01,R1,FG1,a\nE02,R1,FG2,b\nE03,R1,FG2,c\n"
    study = load_study(rich(tmp_path / "s", excerpts=excerpts, envelopes=None))
    told = [message for _, message in notes(study) if "not among those listed" in message]
    assert told == ["'R1' is named here (2 times), and is not among those listed at this event"]
