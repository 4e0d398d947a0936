"""Respondents' words leave a study through one door."""

import re
from pathlib import Path

import pytest
from study_maker import RICH, RICH_TOML, least, rich, the_fault

import plrlib
from plrlib import NotInStudy, kwic, load_study, show, text_of, words_of
from plrlib.privacy.consent import left_out_words, tokens
from plrlib.site.build import start_page

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


PUBLIC = RICH_TOML + '[consent]\nquotes = "all"\nreason = "printed with names in a book."\n'


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("R1,,,,", "words"),
        ("R3,,,,", "gist"),  # said no
        ("R4,,,,", "words"),  # blank
        (",FG1,,,", "words"),
        (",FG2,,,", "gist"),  # it may be R3
        (",FG2,,statutory,", "words"),  # R4 alone fits
        (",,,,one", "gist"),
    ],
)
def test_public_words_are_shown_of_everybody_who_has_not_said_no(tmp_path, cells, text):
    assert shown(tmp_path, cells, toml=PUBLIC) == text


def test_public_words_of_people_who_are_not_listed(tmp_path):
    events = RICH["events"].replace("FG1,focus group,2", "FG1,focus group,3")
    assert shown(tmp_path, ",FG1,,,", toml=PUBLIC, events=events) == "words"
    assert shown(tmp_path, ",INT,,,", toml=PUBLIC, attendance=None) == "gist"  # R3 may have been there


def test_the_withdrawn_stay_out_of_public_words(tmp_path):
    people = RICH["participants"].replace("R4,practitioner,,FG2,,", "R4,practitioner,,FG2,,yes")
    people = people.replace("R3,practitioner,voluntary,FG2,no,", "R3,practitioner,voluntary,FG2,,")
    assert shown(tmp_path, ",FG2,,,", toml=PUBLIC, participants=people, margins=None) != "words"  # it may be R4's
    rows = f"{HEAD}E01,R1,,,,,,a,\nE08,R4,,,,,,b,c\n"
    study = load_study(rich(tmp_path, toml=PUBLIC, excerpts=rows, participants=people, margins=None, **NO_CODES))
    assert list(text_of(study)) == ["a"]


def test_why_words_are_public_stands_on_the_first_page_and_must_be_given(tmp_path):
    study = load_study(rich(tmp_path / "a", toml=PUBLIC))
    told = "All words may be quoted, as study.toml says: printed with names in a book."
    assert show.about(study).sentences[-1] == show.consent(study).sentences[0] == told
    assert told in start_page(study, {}).replace("\\", "")
    for reason in ("", 'reason = " "\n'):
        fault = the_fault(rich(tmp_path / "b", toml=f'{RICH_TOML}[consent]\nquotes = "all"\n{reason}'))
        assert (fault.column, fault.message) == (
            "consent.quotes", "lets all words be quoted, and no reason is given",
        )  # fmt: skip
    fault = the_fault(rich(tmp_path / "c", toml=PUBLIC.replace('"all"', '"some"')))
    assert fault.message == "is not known"
    assert not any("quoted" in sentence for sentence in show.about(load_study(rich(tmp_path / "d"))).sentences)


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


def modules_with(pattern, sources=SOURCES):
    return {path.name for path in sources if re.search(pattern, path.read_text("utf-8"))}


def test_the_seal_is_opened_in_one_module_only():
    """What is sealed may be counted everywhere; the words in it, `_texts`, are taken out by `text_of` alone."""
    assert modules_with(r"(?<!self)\._texts\b|(?<!len\(study)\.texts\b|getattr\([^)]*texts") == {"consent.py"}
    assert modules_with(r"\b_texts\b") == {"consent.py", "load.py"}


def test_the_column_of_words_is_used_in_two_places_only():
    """Between reading and sealing `load` takes it out of the table, and `withdrawal` blanks it; importers make it."""
    sources = [path for path in SOURCES if path.parent.name != "importers"]
    found = modules_with(r"""(\[|, *)["']text["']\]|\.column\(["']text["']\)""", sources)
    assert found == {"load.py", "withdrawal.py"}


def test_only_loading_and_importing_read_sheets():
    """A sheet holds the words as they stand in the file: nothing but loading and importing may read one."""
    assert modules_with(r"\bread_sheet\b") == {"files.py", "sheets.py"}


# Words counted, and seen where they stand: only those of people who let them be shown.

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
