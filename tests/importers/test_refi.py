"""REFI-QDA projects: what is carried, and where each passage stands. Oracles: the standard's schema, and pyrefiqda."""
# ruff: noqa: E501 - rows of data and of files

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from pyrefiqda import RefiProject

from importers.reading import read_one
from importers.refi_writer import ALONE, GROUP, TREE, Text, alone, at, case, group, guid, made, packed, project
from plrlib import StudyError
from plrlib.importers.material import Material

ORACLE = Path(__file__).parents[1] / "oracles" / "refi_schemas.csv"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


def read(folder: Path, data: bytes) -> Material:
    path = folder / "a.qdpx"
    path.write_bytes(data)
    return read_one(path)


def by_words(material: Material) -> dict[str, set[tuple[str, str]]]:
    """Return who gave which codes, by the words of the passage."""
    found: dict[str, set[tuple[str, str]]] = {}
    for segment in material.segments:
        codes = {(who, material.codes[code].name) for who, code in segment.coded}
        found.setdefault(segment.text, set()).update(codes)
    return found


@pytest.mark.parametrize("name", made())
def test_the_standards_own_schema_accepts_what_the_tests_write(name):
    """tests/oracles/refi_schemas.py asked it; this holds the bytes to those that it was asked about."""
    with ORACLE.open(encoding="utf-8", newline="") as stream:
        asked = {row["project"]: row for row in csv.DictReader(stream)}
    with zipfile.ZipFile(io.BytesIO(made()[name])) as zipped:
        qde = zipped.read(next(member for member in zipped.namelist() if member.endswith(".qde")))
    assert asked[name]["sha256"] == hashlib.sha256(qde).hexdigest()
    assert asked[name]["valid"] == "yes"
    assert asked.keys() == made().keys()


@pytest.mark.parametrize("name", made())
def test_as_many_are_read_as_another_reader_finds(tmp_path, name):
    """Oracle: pyrefiqda, whose models are generated from the schema."""
    path = tmp_path / "a.qdpx"
    path.write_bytes(made()[name])
    other = RefiProject.load(path, tmp_path / "extracted")
    ours = read_one(path)

    def nested(codes):
        return [name for one in codes for name in (one.name, *nested(one.code))]

    assert sorted(nested(other.code_book.codes.code)) == sorted(code.name for code in ours.codes.values())
    texts = other.sources.text_source if other.sources else []
    places = [(s.start_position, s.end_position) for text in texts for s in text.plain_text_selection]
    read = [(s.start, s.end) for s in ours.segments if ours.documents[s.document].name in ("FG1.txt", "P03.txt")]
    assert sorted(places) == sorted(read)
    codings = sum(len(s.coding) for text in texts for s in text.plain_text_selection)
    assert codings == sum(
        len(s.coded) for s in ours.segments if ours.documents[s.document].name in ("FG1.txt", "P03.txt")
    )
    assert len(places) == (8 if texts else 0)


@pytest.mark.parametrize("name", ["windows line ends and a mark", "text in the project", "cases by passage"])
def test_every_place_is_the_words_that_were_marked(tmp_path, name):
    """With emoji of one and of five characters, combining letters, Hebrew, Windows line ends and a byte-order mark."""
    material = read(tmp_path, made()[name])
    texts = {document.name: document.text for document in material.documents.values()}
    assert texts == {"FG1.txt": GROUP, "P03.txt": ALONE}
    assert by_words(material) == {
        f"I feel worn {FAMILY} by forms.": {("ann", "worry"), ("bob", "Mood")},
        "by forms": {("ann", "cost"), ("bob", "cost")},
        'Cafe\u0301 & <tea> "yes".': {("ann", "größe")},
        "Hello all": {("ann", "größe")},
        "by forms.\nP02: Cafe\u0301": {("bob", "worry")},
        "Größe; \u05e9\u05dc\u05d5\u05dd": {("ann", "größe")},
        "The end": set(),
    }
    for segment in material.segments:
        assert material.documents[segment.document].text[segment.start : segment.end] == segment.text


def test_codes_nest_to_any_depth_and_may_share_names(tmp_path):
    material = read(tmp_path, made()["text in the project"])
    codes = material.codes
    named = {(code.name, codes[code.parent].name if code.parent else ""): code.definition for code in codes.values()}
    assert named == {
        ("Barriers", ""): "", ("Access", "Barriers"): "", ("cost", "Access"): "what it costs", ("unused", "Barriers"): "",
        ("Mood", ""): "", ("worry", "Mood"): 'a <b>"word"</b>', ("Mood", "Mood"): "as its category", ("größe", ""): "",
    }  # fmt: skip
    deep = {f"level {n}": "" for n in range(1)}
    for n in range(1, 60):
        deep = {f"level {n}": deep}
    material = read(tmp_path, packed(project("a", [], tree=deep)))
    assert len(material.codes) == 60


def test_a_code_that_stands_twice_is_counted_as_one(tmp_path):
    qde = project("a", [], tree={"a": {"b": "", "c": ""}}).replace(
        guid("code", "a/c").encode(), guid("code", "a/b").encode()
    )
    material = read(tmp_path, packed(qde))
    assert [code.name for code in material.codes.values()] == ["a", "b"]
    assert material.found["codes"] == 3
    assert material.changes == {("codes", "codes that stand twice"): -1}


def test_a_case_without_a_name_speaks_of_its_document(tmp_path):
    """MAXQDA and Quirkos put the variables of a document there."""
    material = read(tmp_path, made()["windows line ends and a mark"])
    assert material.people == {}
    assert {d.name: d.values for d in material.documents.values()} == {"FG1.txt": {}, "P03.txt": {"role": "manager"}}


def test_cases_have_passages_and_documents(tmp_path):
    material = read(tmp_path, made()["cases by passage"])
    documents = material.documents.values()
    found = {
        p.name: (
            [GROUP[start:end] for d in documents for start, end, person in d.owners if person == key],
            [d.name for d in documents if key in d.people],
            p.values,
        )
        for key, p in material.people.items()
    }
    assert found == {
        "P01": ([f"I feel worn {FAMILY} by forms.", "by forms"], [], {"role": "manager"}),
        "P02": (['Cafe\u0301 & <tea> "yes".'], [], {"role": "worker"}),
        "P03": ([], ["P03.txt"], {"role": "manager"}),
    }


def test_what_is_no_text_is_counted_or_read_where_its_words_are_there(tmp_path):
    material = read(tmp_path, made()["pictures and recordings"])
    assert (material.found["excerpts"], material.found["codings"]) == (12, 11)
    assert material.changes == {
        ("excerpts", "parts of pictures"): -1,
        ("codings", "of parts of pictures"): -1,
        ("excerpts", "stretches of sound"): -1,
    }
    assert sum(len(s.coded) for s in material.segments) == 10
    words = {segment.text: material.documents[segment.document].name for segment in material.segments}
    assert words["Words on a page."] == "P04.pdf"
    assert words["Spoken words"] == "P05.mp3"
    assert material.not_carried["sets"] == 1


def test_qualcoder_links_a_case_to_a_copy_of_the_text(tmp_path):
    """Its SourceRef names a second file with the same text; a target that is nothing at all is counted."""
    texts = [group(stored=GROUP.encode()), alone(stored=ALONE.encode())]
    copy = guid("copy")
    data = packed(project("QualCoder 4.0", texts, users=("ann", "bob"), tree=TREE,
                          cases=[case("P03", {}, [copy]), case("P09", {}, [guid("nowhere")])]), texts)  # fmt: skip
    made_of = io.BytesIO(data)
    with zipfile.ZipFile(made_of, "a") as zipped:
        zipped.writestr(f"sources/{copy}.txt", ALONE)
    material = read(tmp_path, made_of.getvalue())
    documents = material.documents.values()
    heard = {p.name: [d.name for d in documents if key in d.people] for key, p in material.people.items()}
    assert heard == {"P03": ["P03.txt"], "P09": []}
    assert material.not_carried["links from a case to a source that is not there"] == 1


def test_texts_in_other_places_are_not_looked_for(tmp_path):
    """A path that points outside is neither followed nor an error: its passages have no words then."""
    secret = tmp_path / "secret.txt"
    secret.write_text(GROUP, encoding="utf-8")
    for scheme in ("absolute://", "relative://", "internal://../"):
        text = group(stored=b"", scheme=scheme)
        qde = project("NVivo 15", [text], users=("ann", "bob"), tree=TREE).replace(
            text.file.encode(), str(secret).encode()
        )
        material = read(tmp_path, packed(qde, [text]))
        assert {document.text for document in material.documents.values()} == {None}
        assert not any(segment.text for segment in material.segments)
        assert sum(n for what, n in material.not_carried.items() if what.startswith("texts that should lie")) == 1


def test_a_passage_outside_of_its_text_is_a_named_loss(tmp_path):
    text = Text("FG1.txt", GROUP, [at(GROUP, "Hello all", ("ann", "größe"))])
    text.passages[0].end = 5000
    material = read(tmp_path, packed(project("x", [text], tree=TREE)))
    assert material.segments == []
    assert material.changes == {
        ("excerpts", "passages whose place is not in the text"): -1,
        ("codings", "of passages whose place is not in the text"): -1,
    }


def test_a_codebook_alone(tmp_path):
    path = tmp_path / "codes.qdc"
    path.write_text(
        '\ufeff<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Taguette 1.5.2">'
        f'<Codes><Code guid="{guid(1)}" name="mood.worry" isCodable="true"><Description>a</Description></Code>'
        f'<Code guid="{guid(2)}" name="mood" isCodable="true"/></Codes><Sets/></CodeBook>',
        encoding="utf-8",
    )
    material = read_one(path)
    assert [(code.name, code.definition) for code in material.codes.values()] == [("mood.worry", "a"), ("mood", "")]
    assert (material.origin, material.nesting) == ("REFI-QDA codebook of Taguette 1.5.2", ".")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<a/>", "no project and no codebook"),
        ("<TextSource/>", "no REFI-QDA"),
        ("<Project", "well-formed"),
        ("", "well-formed"),
        ("nothing", "well-formed"),
    ],
)
def test_what_is_no_project_is_refused_in_words(tmp_path, content, message):
    path = tmp_path / "a.qde"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_one(path)
