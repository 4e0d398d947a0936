"""Respondents' words leave a study through one door."""

import re
from pathlib import Path

import pytest
from study_maker import RICH, rich

import plrlib
from plrlib import load_study, text_of

HEAD = "excerpt,participant,event,role,sector,quantifier,form,text,gist\n"
# R1 and R2 (managers, FG1) consent, R3 (FG2) does not, R4 (FG2) has not said; R4's sector is not known.


def shown(tmp_path, cells, **tables):
    """Return what may be shown of one excerpt said by whoever these cells say."""
    others = "E01,R1,,,,,,a,\n"
    study = load_study(rich(tmp_path, **{"excerpts": f"{HEAD}{others}E09,{cells},,words,gist\n"} | NO_CODES | tables))
    return text_of(study)["E09"]


NO_CODES = {"codings": "excerpt,coder,code\nE01,anna,c1\n", "envelopes": "excerpt,coder,theme\nE01,anna,T1\n"}


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("R1,,,,", "words"),
        ("R3,,,,", "gist"),  # no
        ("R4,,,,", "gist"),  # blank
        ("R1,FG1,manager,voluntary,one", "words"),
        (",FG1,,,", "words"),  # R1 and R2
        (",FG2,,,", "gist"),
        (",FG1;FG2,,,", "gist"),
        (",,manager,,", "words"),
        (",,manager;practitioner,,", "gist"),
        (",,,statutory,", "gist"),  # R2 consents, but it may be R4
        (",,manager,statutory,", "words"),
        (",INT,,,", "gist"),  # R1 and R3 are listed
        (",,,,one", "gist"),  # anybody
    ],
)
def test_words_are_shown_where_everybody_who_may_have_said_them_consents(tmp_path, cells, text):
    assert shown(tmp_path, cells) == text


def test_an_event_that_lists_nobody_may_have_heard_anybody(tmp_path):
    assert shown(tmp_path, ",INT,,,", attendance=None) == "gist"
    assert shown(tmp_path, ",INT,manager,,", attendance=None) == "words"


def test_an_event_that_does_not_list_everybody_it_heard_shows_nothing(tmp_path):
    """The third person at FG1 is not among R1 and R2, and has consented to nothing."""
    events = RICH["events"].replace("FG1,focus group,2", "FG1,focus group,3")
    assert shown(tmp_path, ",FG1,,,", events=events) == "gist"
    assert shown(tmp_path, "R1,FG1,,,", events=events) == "words"
    assert shown(tmp_path, ",FG1,,,", events=RICH["events"].replace("FG1,focus group,2", "FG1,focus group,")) == "words"


def test_without_a_column_of_consent_nothing_is_shown(tmp_path):
    people = "participant,role,sector,focus_group\nR1,manager,voluntary,FG1\nR2,manager,statutory,FG1\nR3,,,\nR4,,,\n"
    assert (
        shown(tmp_path, "R1,,,,", participants=people, margins=None, toml='[study]\nid = "rich"\n', claims=None)
        == "gist"
    )


@pytest.mark.parametrize("value", ["no", ""])
def test_anything_but_yes_is_no(tmp_path, value):
    people = RICH["participants"].replace("R1,manager,voluntary,FG1,yes", f"R1,manager,voluntary,FG1,{value}")
    assert shown(tmp_path, "R1,,,,", participants=people) == "gist"


def test_text_of_gives_what_there_is(tmp_path):
    excerpts = f"{HEAD}E01,R1,,,,,,words 1,gist 1\nE02,R1,,,,,,,gist 2\nE03,R3,,,,,,words 3,\nE04,R1,,,,,,words 4,\n"
    study = load_study(rich(tmp_path, excerpts=excerpts, **NO_CODES))
    text = text_of(study)
    assert text.index.tolist() == ["E01", "E02", "E03", "E04"]
    assert text.iloc[[0, 1, 3]].tolist() == ["words 1", "gist 2", "words 4"]
    assert text.isna().tolist() == [False, False, True, False]
    assert text.name == "text"


def test_text_of_gives_the_excerpts_asked_for_in_that_order(tmp_path):
    study = load_study(rich(tmp_path))
    assert text_of(study, ["E03", "E01", "E03"]).tolist() == [
        "words of a manager",
        "words of one",
        "words of a manager",
    ]
    assert text_of(study, study.codings["excerpt"]).index.tolist() == ["E01", "E02", "E03"]
    assert text_of(study, []).empty
    with pytest.raises(KeyError, match="not among the excerpts of rich: E08, E09"):
        text_of(study, ["E09", "E01", "E08"])


def test_text_of_works_on_a_study_without_words(tmp_path):
    excerpts = "excerpt,participant,gist\nE01,R1,a gist\nE02,R2,\nE03,R2,\n"
    text = text_of(load_study(rich(tmp_path, excerpts=excerpts)))
    assert text.iloc[0] == "a gist"
    assert text.isna().tolist() == [False, True, True]


SOURCES = sorted(Path(plrlib.__file__).parent.rglob("*.py"))


def modules_with(pattern):
    return {path.name for path in SOURCES if re.search(pattern, path.read_text("utf-8"))}


def test_the_seal_is_opened_in_one_module_only():
    """What is sealed may be counted everywhere; the words in it, `_texts`, are taken out by `text_of` alone."""
    assert modules_with(r"(?<!self)\._texts\b|(?<!len\(study)\.texts\b|getattr\([^)]*texts") == {"consent.py"}
    assert modules_with(r"\b_texts\b") == {"consent.py", "load.py"}


def test_the_column_of_words_is_used_in_two_places_only():
    """Between reading and sealing `load` takes it out of the table, and `withdrawal` blanks it."""
    assert modules_with(r"""(\[|, *)["']text["']\]|"excerpts", *["']text["']""") == {"load.py", "withdrawal.py"}


def test_only_the_loading_rooms_read_sheets():
    """A sheet holds the words as they stand in the file: nothing but loading may read one."""
    readers = {p.name for p in SOURCES if re.search(r"\bread_sheet\b", p.read_text("utf-8"))}
    assert readers == {"files.py", "sheets.py"}
