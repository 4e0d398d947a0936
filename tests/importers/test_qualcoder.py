"""QualCoder projects: cases that are part of a file, codings over two speakers, old databases, line ends."""
# ruff: noqa: E501 - rows of data and of files

import sqlite3
from contextlib import closing

import pytest

from importers.qualcoder_writer import OLD, coded, project
from importers.reading import read_one
from importers.refi_writer import ALONE, GROUP

CODES = {
    "code_cat": [{"catid": 1, "name": "Mood"}, {"catid": 2, "name": "Barriers"}, {"catid": 3, "name": "Access", "supercatid": 2}],
    "code_name": [
        {"cid": 1, "name": "worry", "memo": "being worried", "catid": 1}, {"cid": 2, "name": "cost", "catid": 3},
        {"cid": 3, "name": "größe"},
    ],
}  # fmt: skip
SOURCES = {"source": [{"id": 1, "name": "FG1.txt", "fulltext": GROUP}, {"id": 2, "name": "P03.txt", "fulltext": ALONE}]}


def span(words, case, fid=1, text=GROUP):
    start = text.index(words)
    return {"caseid": case, "fid": fid, "pos0": start, "pos1": start + len(words)}


def test_the_same_place_is_one_passage_and_coders_stay_apart(tmp_path):
    rows = CODES | SOURCES | {"code_text": [
        coded(GROUP, "by forms", 2, "ann", memo="why?"), coded(GROUP, "by forms", 2, "bob"), coded(GROUP, "by forms", 1, "bob"),
        coded(GROUP, "worn \U0001f469\u200d\U0001f469\u200d\U0001f467", 1, "ann"), coded(ALONE, "Größe; \u05e9\u05dc\u05d5\u05dd", 3, "bob", 2),
    ]}  # fmt: skip
    material = read_one(project(tmp_path / "a.qda", rows))
    found = {s.text: {(who, material.codes[code].name) for who, code in s.coded} for s in material.segments}
    assert found == {
        "by forms": {("ann", "cost"), ("bob", "cost"), ("bob", "worry")},
        "worn \U0001f469\u200d\U0001f469\u200d\U0001f467": {("ann", "worry")},
        "Größe; \u05e9\u05dc\u05d5\u05dd": {("bob", "größe")},
    }
    for segment in material.segments:
        assert material.documents[segment.document].text[segment.start : segment.end] == segment.text
    assert (material.found["excerpts"], material.found["codings"]) == (3, 5)
    assert material.not_carried["memos on passages"] == 1
    tree = {code.name: material.codes[code.parent].name if code.parent else "" for code in material.codes.values()}
    assert tree == {"Mood": "", "Barriers": "", "Access": "Barriers", "worry": "Mood", "cost": "Access", "größe": ""}


def test_cases_are_passages_or_whole_files(tmp_path):
    rows = CODES | SOURCES | {
        "cases": [{"caseid": 1, "name": "P01"}, {"caseid": 2, "name": "P02"}, {"caseid": 3, "name": "P03"}],
        "case_text": [span("I feel worn", 1), span("by forms.", 1), span("<tea>", 2), {"caseid": 3, "fid": 2, "pos0": 0, "pos1": 0},
                      {"caseid": 9, "fid": 2, "pos0": 0, "pos1": 0}],
        "attribute": [{"name": "role", "attr_type": "case", "value": "manager", "id": 1},
                      {"name": "role", "attr_type": "case", "value": " ", "id": 2},
                      {"name": "sector", "attr_type": "file", "value": "voluntary", "id": 2},
                      {"name": "Ref_Title", "attr_type": "file", "value": "A book", "id": 2}],
    }  # fmt: skip
    material = read_one(project(tmp_path / "a.qda", rows))
    assert {person.name: person.values for person in material.people.values()} == {
        "P01": {"role": "manager"}, "P02": {}, "P03": {}
    }  # fmt: skip
    owned = [(GROUP[start:end], material.people[key].name) for start, end, key in material.documents["1"].owners]
    assert owned == [("I feel worn", "P01"), ("by forms.", "P01"), ("<tea>", "P02")]
    assert [material.people[key].name for key in material.documents["2"].people] == ["P03"]
    assert (material.documents["1"].people, material.documents["2"].owners) == ({}, [])
    assert material.documents["2"].values == {"sector": "voluntary"}
    assert material.not_carried["links from a case to a source that is not there"] == 1


def test_a_whole_file_that_is_linked_from_end_to_end_is_one_persons(tmp_path):
    rows = SOURCES | {
        "cases": [{"caseid": 3, "name": "P03"}],
        "case_text": [{"caseid": 3, "fid": 2, "pos0": 0, "pos1": len(ALONE)}],
    }
    document = read_one(project(tmp_path / "a.qda", rows)).documents["2"]
    assert (list(document.people), document.owners) == (["3"], [])


def test_an_older_database_lacks_columns(tmp_path):
    rows = CODES | {"source": SOURCES["source"], "code_text": [coded(GROUP, "by forms", 1, "ann")]}
    folder = project(tmp_path / "a.qda", rows, OLD)
    with closing(sqlite3.connect(folder / "data.qda")) as base, base:
        base.execute("drop table annotation")
    material = read_one(folder)
    assert [s.text for s in material.segments] == ["by forms"]
    assert len(material.codes) == 6


@pytest.mark.parametrize("counted", ["as one", "as two"])
def test_windows_line_ends_are_counted_as_the_places_were(tmp_path, counted):
    """Which way is told by the words that the program keeps beside each place."""
    stored = GROUP.replace("\n", "\r\n")
    places = GROUP if counted == "as one" else stored
    rows = CODES | {
        "source": [{"id": 1, "name": "FG1.txt", "fulltext": stored}],
        "code_text": [coded(places, "by forms", 2, "ann"), coded(places, "<tea>", 1, "ann")],
    }
    material = read_one(project(tmp_path / "a.qda", rows))
    assert [s.text for s in material.segments] == ["by forms", "<tea>"]
    assert [material.documents["1"].text[s.start : s.end] for s in material.segments] == ["by forms", "<tea>"]
    assert material.notes == []


def test_words_that_are_not_those_at_the_place_are_told(tmp_path):
    rows = CODES | SOURCES | {"code_text": [coded(GROUP, "by forms", 2, "ann", seltext="other words")]}
    material = read_one(project(tmp_path / "a.qda", rows))
    assert material.notes == ["1 passage is not worded as the program noted beside it"]
    assert material.segments[0].text == "by forms"


def test_the_file_in_the_folder_serves_as_well(tmp_path):
    folder = project(tmp_path / "a study.qda", CODES | SOURCES)
    assert read_one(folder / "data.qda").title == read_one(folder).title == "a study"
