"""Words counted, and seen where they stand: only those of people who let them be shown."""

import pytest
from study_maker import RICH, least, rich

from plrlib import NotInStudy, kwic, load_study, words_of
from plrlib.privacy.consent import left_out_words, tokens

EXCERPTS = (
    "excerpt,participant,event,role,sector,quantifier,form,text,gist\n"
    'E01,R1,FG1,,,,quoted,"The Plan, the plan: it’s ours",gist\n'
    "E02,R2,FG1,,,,quoted,a plan of two,gist\n"
    "E03,R3,FG2,,,,quoted,SECRET plan of three,gist\n"
    "E04,,FG1,manager,,one,quoted,said by a manager,gist\n"
)


@pytest.fixture
def study(tmp_path):
    return load_study(
        rich(tmp_path, excerpts=EXCERPTS, envelopes=None, codings="excerpt,coder,code\nE01,anna,c1\nE02,anna,c1\n")
    )


def test_words_are_letters_with_what_is_inside_them_or_numbers():
    assert tokens("It’s Siobhán's co-op, 24 of x1 — naïve 'quoted'") == [
        "it's", "siobhán's", "co-op", "24", "of", "x", "1", "naïve", "quoted"
    ]  # fmt: skip
    assert tokens("") == []


def test_words_csv_comes_first():
    study = load_study("plr0809-017")
    found = words_of(study)
    assert found["count"].sum() == study.words["count"].sum() == 6471
    assert list(found.columns) == ["voice", "word", "count"]


def test_words_are_counted_by_level_and_only_with_consent(study):
    found = words_of(study, "sector")
    assert set(found["voice"]) == {"Voluntary", "Statutory"}
    counts = found.set_index(["voice", "word"])
    assert counts.loc[("Voluntary", "plan"), "count"] == 2
    assert counts.loc[("Voluntary", "plan"), "people"] == 1
    assert counts.loc[("Statutory", "plan"), "count"] == 1
    assert "secret" not in set(found["word"]), "R3 lets nobody quote them"
    assert "said" not in set(found["word"]), "who said E04 is not known to be at one level"
    left = left_out_words(study, "sector")
    assert (left.people, left.excerpts, left.elsewhere) == (1, 1, 1)


def test_without_a_grouping_everybody_is_one_voice_and_people_are_not_counted_where_somebody_is_not_named(tmp_path):
    toml = '[study]\nid = "made"\n'
    people = RICH["participants"].replace("R3,practitioner,voluntary,FG2,no", "R3,practitioner,voluntary,FG2,yes")
    codings = "excerpt,coder,code\nE01,anna,c1\nE02,anna,c1\n"
    tables = {"participants": people, "excerpts": EXCERPTS, "envelopes": None, "codings": codings}
    found = words_of(load_study(rich(tmp_path, toml, words=None, margins=None, claims=None, **tables)))
    assert set(found["voice"]) == {"everybody"}
    assert found.set_index("word").loc["plan", "count"] == 4
    assert found["people"].isna().all(), "the manager may be anybody"


def test_neither_words_nor_texts_is_told(tmp_path):
    with pytest.raises(NotInStudy, match=r"no words\.csv, and no texts"):
        words_of(load_study(least(tmp_path)))


def test_kwic_shows_places_with_what_is_around_them(study):
    found = kwic(study, r"\bplans?\b", width=4)
    assert found[["excerpt", "left", "match", "right"]].to_numpy().tolist() == [
        ["E01", "The ", "Plan", ", th"],
        ["E01", "the ", "plan", ": it"],
        ["E02", "a ", "plan", " of "],
    ]
    assert found["event"].tolist() == ["FG1", "FG1", "FG1"]
    assert kwic(study, "secret").empty
    assert kwic(study, "plan", width=0)["left"].tolist() == ["", "", ""]


@pytest.mark.parametrize(("pattern", "why"), [("(", "not a pattern"), ("x*", "matches even where nothing stands")])
def test_a_pattern_that_means_nothing_is_refused(study, pattern, why):
    with pytest.raises(ValueError, match=why):
        kwic(study, pattern)


def test_kwic_of_a_study_without_texts_is_told():
    with pytest.raises(NotInStudy, match="no texts that may be shown"):
        kwic(load_study("plr0809-017"), "conform")
