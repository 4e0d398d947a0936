"""Taguette 1.5.2 itself makes a project and exports it in each of its formats; each is read, and all agree."""
# ruff: noqa: E501 - rows of data and of files

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from importers.reading import read, read_one
from importers.taguette_server import MISSING, NEEDED, install, served
from plrlib import StudyError
from plrlib.importers.material import merge
from plrlib.importers.taguette import HtmlText

LINES = (
    "Moderator: Welcome.", "P01: I am \U0001f600 worried about cost, \u201creally\u201d.", "P02: =SUM(A1) is what I typed; <b> & so.",
    "P01: Cafe\u0301 na\u00efve \u05e9\u05dc\u05d5\u05dd.", "P02: https://example.org helped.",
)  # fmt: skip
HTML = "".join(f"<p>{line.replace('&', '&amp;').replace('<', '&lt;')}</p>" for line in LINES)
SECOND = "<h1>Talk</h1><p>P03: <i>Ten</i> euros.</p><ul><li>one</li><li>two</li></ul>"
TAGS = ("mood", "mood.worry", "Cost", "cost", "a, b", "=cmd", "gr\u00f6\u00dfe", "unused", " lead", "e.g. this")
FILES = ("project.sqlite3", "highlights/.csv", "highlights/.xlsx", "codebook.qdc", "codebook.csv", "codebook.xlsx")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder with one project in each format, made by the program."""
    folder = tmp_path_factory.mktemp("taguette")
    programs = install(folder / "environment")
    if programs is None:
        if NEEDED:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with served(programs, folder) as server:
        server.project("Traps")
        group, alone = server.document("FG1.txt", HTML), server.document("P03", SECOND)
        tags = {path: server.tag(path, f"about {path}") for path in TAGS}
        bare = "".join(LINES)

        def mark(words, *given):
            start = len(bare[: bare.index(words)].encode())
            server.highlight(group, start, start + len(words.encode()), [tags[tag] for tag in given])

        mark("I am \U0001f600 worried", "mood.worry", "Cost")
        mark("=SUM(A1) is what I typed; <b> & so.", "=cmd", "e.g. this")
        mark("Cafe\u0301 na\u00efve \u05e9\u05dc\u05d5\u05dd", "gr\u00f6\u00dfe", " lead")
        mark("https://example.org helped.", "a, b", "cost")
        mark("really\u201d.P02: =SUM(A1)", "mood")
        mark("Welcome")
        server.highlight(alone, 0, len("TalkP03: Ten euros.one"), [tags["mood"]])
        for name in FILES:
            (folder / name.replace("highlights/", "highlights")).write_bytes(server.get(f"/project/1/export/{name}"))
        server.project("Another")
    shutil.copy(folder / "own.sqlite3", folder / "both.sqlite3")
    return folder


def one(folder: Path, *names: str):
    return merge([material for name in names for material in read(folder / name, {})])


def words(material):
    return {
        " ".join(s.text.split()): sorted(material.codes[code].name.strip() for _, code in s.coded)
        for s in material.segments
    }


MARKED = {
    "I am \U0001f600 worried": ["Cost", "worry"],
    "=SUM(A1) is what I typed; <b> & so.": ["=cmd", "e.g. this"],
    "Cafe\u0301 na\u00efve \u05e9\u05dc\u05d5\u05dd": ["gr\u00f6\u00dfe", "lead"],
    "https://example.org helped.": ["a, b", "cost"],
    "really\u201d. P02: =SUM(A1)": ["mood"],
    "Talk P03: Ten euros. one": ["mood"],
}


def test_the_database_has_every_highlight_at_its_place(exported):
    material = one(exported, "project.sqlite3")
    assert words(material) == MARKED | {"Welcome": []}
    for segment in material.segments:
        assert material.documents[segment.document].text[segment.start : segment.end] == segment.text
    assert {who for s in material.segments for who, _ in s.coded} == {"admin"}
    assert {c.name: c.definition for c in material.codes.values()}["worry"] == "about mood.worry"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_of_highlights_has_those_with_a_tag(exported, ending):
    material = one(exported, f"highlights.{ending}", f"codebook.{ending}")
    assert words(material) == MARKED
    assert any("without a tag" in told for told in material.notes)


@pytest.mark.parametrize("name", ["codebook.qdc", "codebook.csv", "codebook.xlsx"])
def test_a_codebook_nests_by_tags_that_are_there(exported, name):
    """`e.g. this` is one tag; `mood.worry` stands under `mood`; `Cost` and `cost` are two."""
    material = one(exported, name)
    above = {code.name: material.codes[code.parent].name if code.parent else "" for code in material.codes.values()}
    assert above.pop("worry") == "mood"
    assert {name.strip() for name in above} == {name.strip() for name in TAGS} - {"mood.worry"} | {"interesting"}
    assert set(above.values()) == {""}
    assert {"Cost", "cost", "e.g. this"} <= set(above)


def test_of_several_projects_one_is_chosen(exported):
    with pytest.raises(StudyError, match=r"1 \(Traps\), 2 \(Another\).*--project"):
        read(exported / "both.sqlite3", {})
    (material,) = read(exported / "both.sqlite3", {}, project="Traps")
    assert len(material.segments) == 7


def test_bytes_become_characters_at_both_ends():
    """A place inside of a character is after it, as Taguette cuts; blocks are lines, and no byte counts them."""
    flat = HtmlText("<p>a\u00e9</p><p>\U0001f600b</p><ul><li>c</li></ul>")
    assert flat.text == "a\u00e9\n\U0001f600b\nc"
    assert flat.text[flat.character(3) : flat.character(8, end=True)] == "\U0001f600b"
    assert flat.text[flat.character(0) : flat.character(3, end=True)] == "a\u00e9"
    assert flat.text[flat.character(2) : flat.character(4, end=True)] == "\U0001f600"
    assert len(flat) == 9


def test_a_tag_that_was_given_twice_counts_once_and_is_told(tmp_path):
    """Taguette itself keeps it from happening; a database that was changed by hand may hold it."""
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript(
            "create table projects (id, name); insert into projects values (1, 'p');"
            "create table documents (id, name, contents, project_id); insert into documents values (1, 'd', '<p>words</p>', 1);"
            "create table tags (id, project_id, path, description); insert into tags values (1, 1, 'a', '');"
            "create table highlights (id, document_id, start_offset, end_offset); insert into highlights values (1, 1, 0, 5);"
            "create table highlight_tags (highlight_id, tag_id); insert into highlight_tags values (1, 1), (1, 1), (1, null);"
        )
    material = read_one(path)
    assert [sorted(segment.coded) for segment in material.segments] == [[("", "1")]]
    assert material.found["codings"] == 3
    assert material.changes == {
        ("codings", "codings given twice"): -1,
        ("codings", "codings with a code that is not in the codebook"): -1,
    }


def database_of(path: Path, *commands: tuple[str | None, int, list[int]], members: str = "ann") -> Path:
    """Make a database with two highlights tagged 7 and 8, and one without a tag; `commands` are its log."""
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript("""
            CREATE TABLE projects (id INTEGER, name TEXT);
            CREATE TABLE project_members (project_id INTEGER, user_login TEXT);
            CREATE TABLE documents (id INTEGER, name TEXT, project_id INTEGER, contents TEXT);
            CREATE TABLE tags (id INTEGER, project_id INTEGER, path TEXT, description TEXT);
            CREATE TABLE highlights (id INTEGER, document_id INTEGER, start_offset INTEGER, end_offset INTEGER);
            CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER);
            CREATE TABLE commands (id INTEGER PRIMARY KEY, user_login TEXT, payload TEXT);
            INSERT INTO projects VALUES (1, NULL);
            INSERT INTO documents VALUES (1, NULL, 1, '<p>one two three</p>');
            INSERT INTO tags VALUES (7, 1, 'a', NULL), (8, 1, NULL, NULL);
            INSERT INTO highlights VALUES (1, 1, 0, 3), (2, 1, 4, 7), (3, 1, 8, 13);
            INSERT INTO highlight_tags VALUES (1, 7), (2, 8);
        """)
        base.executemany("INSERT INTO project_members VALUES (1, ?)", [(name,) for name in members.split()])
        for login, highlight, tags in commands:
            entry = {"type": "highlight_add", "highlight_id": highlight, "tags": tags}
            base.execute("INSERT INTO commands (user_login, payload) VALUES (?, ?)", (login, json.dumps(entry)))
    return path


def coders(material):
    return [({who for who, _ in segment.coded}, segment.read) for segment in material.segments]


def test_a_log_with_older_numbers_of_tags_makes_no_second_coder(tmp_path):
    """The project was brought in from elsewhere: its tags were 70 and 80 when the passages were marked."""
    material = read_one(database_of(tmp_path / "a.sqlite3", ("ann", 1, [70]), ("ann", 2, [80]), ("ann", 3, [])))
    assert coders(material) == [({"ann"}, set()), ({"ann"}, set()), (set(), {"ann"})]


def test_whoever_made_a_highlight_gave_what_the_log_does_not_explain(tmp_path):
    log = ("ann", 1, [70]), ("ben", 2, [8]), ("ben", 3, []), ("ann", 2, [8])
    material = read_one(database_of(tmp_path / "a.sqlite3", *log, members="ann ben"))
    assert coders(material) == [({"ann"}, set()), ({"ben"}, set()), (set(), {"ben"})]


@pytest.mark.parametrize(("members", "who"), [("ann", "ann"), ("ann ben", "")])
def test_without_a_log_a_projects_only_member_coded(tmp_path, members, who):
    material = read_one(database_of(tmp_path / "a.sqlite3", (None, 1, [7]), members=members))
    read_it = {who} - {""}
    assert coders(material) == [({who}, set()), ({who}, set()), (set(), read_it)]


def test_a_name_that_is_not_there_is_no_word(tmp_path):
    material = read_one(database_of(tmp_path / "a.sqlite3", (None, 1, [7])))
    assert [document.name for document in material.documents.values()] == [""]
    assert [code.name for code in material.codes.values()] == ["a", ""]
    assert material.title == ""
