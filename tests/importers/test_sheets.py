"""Sheets from anywhere: by a mapping, by usual names, wide, of people, of codes; Dedoose's and OpenQDA's."""
# ruff: noqa: E501 - rows of data and of files

from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.reading import read
from plrlib import StudyError


def sheet(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path, **pages: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    path = folder / "a.xlsx"
    book.save(path)
    return path


def segments(material):
    people, codes = material.people, material.codes
    return [
        (s.document, people[s.person].name if s.person else "", s.text, sorted((w, codes[c].name) for w, c in s.coded))
        for s in material.segments
    ]


LONG = "Speaker,Interview,Quote,fullCode,By\nP1,I1,one,A > b,ann\nP1,I1,one,A > c,ann\nP2,I2,two,A > b,bob\nP2,I2,,A > b,bob\n"


def test_columns_are_found_by_a_mapping(tmp_path):
    asked = {"participant": "speaker", "code": "fullCode", "text": "Quote", "event": "Interview", "coder": "By"}
    (material,) = read(sheet(tmp_path, LONG), asked)
    assert segments(material) == [
        ("I1", "P1", "one", [("ann", "A > b"), ("ann", "A > c")]),
        ("I2", "P2", "two", [("bob", "A > b")]),
        ("I2", "P2", "", [("bob", "A > b")]),
    ]
    assert (material.nesting, material.complete_paths) == (" > ", True)
    assert any('">" in 2 codes is taken to part a theme' in guess for guess in material.guesses)
    assert not any("taken for" in guess for guess in material.guesses)  # all were asked for


def test_columns_with_usual_names_are_guessed_and_told(tmp_path):
    """As MAXQDA calls them; a title above the header is passed over, and merged cells count for all that they cover."""
    path = workbook(tmp_path, Segments=[["Retrieved segments"], ["Document name", "Code", "Segment", "Created by"],
                                        ["I1", "cost", "one", "ann"], [None, "trust", "one", "ann"]])  # fmt: skip
    (material,) = read(path, {})
    assert segments(material)[0] == ("I1", "", "one", [("ann", "cost")])
    assert 'column "Document name" is taken for event; otherwise --map event="..."' in material.guesses


def test_merged_cells_count_for_all_that_they_cover(tmp_path):
    path = workbook(tmp_path, S=[["document", "code", "text"], ["I1", "cost", "one"], [None, "trust", "one"]])
    from openpyxl import load_workbook  # noqa: PLC0415

    book = load_workbook(path)
    book["S"].merge_cells("A2:A3")
    book.save(path)
    (material,) = read(path, {})
    assert segments(material) == [("I1", "", "one", [("", "cost"), ("", "trust")])]


def test_several_codes_in_a_cell(tmp_path):
    (material,) = read(
        sheet(tmp_path, 'document,text,codes\nI1,one,"cost; trust"\nI1,two,"cost\ntrust"\nI1,three,\n'), {}
    )
    assert [coded for *_, coded in segments(material)] == [[("", "cost"), ("", "trust")]] * 2 + [[]]
    assert material.found["codings"] == 4


def test_a_wide_sheet_has_a_column_a_code(tmp_path):
    text = "who,said,Code: Cost,Code: Trust,Other\nP1,one,1,0,1\nP2,two,x,yes,0\nP3,three,,no,\n"
    (material,) = read(sheet(tmp_path, text), {"participant": "who", "text": "said", "codes": "Code: *, Other"})
    assert [[code for _, code in coded] for *_, coded in segments(material)] == [
        ["Cost", "Other"],
        ["Cost", "Trust"],
        [],
    ]


def test_a_wide_sheet_with_other_marks_tells_each(tmp_path):
    text = "who,said,A,B\nP1,one,2,0\nP2,two,maybe,1\n"
    with pytest.raises(StudyError) as error:
        read(sheet(tmp_path, text), {"participant": "who", "text": "said", "codes": "A,B"})
    assert [(f.row, f.column, f.value) for f in error.value.faults] == [(2, "A", "2"), (3, "A", "maybe")]


def test_people_and_codes_have_sheets_of_their_own(tmp_path):
    path = workbook(
        tmp_path,
        People=[
            ["Respondent", "Role", "consent_quote", "Age"],
            ["P1", "manager", "yes", 34],
            ["P2", None, None, 51.0],
            [None, "x"],
        ],
        Codes=[["code", "parent", "definition"], ["A", None, "all"], ["b", "A", None], ["b", None, "again"]],
    )
    people, codes = read(path, {})
    assert [(p.name, p.values) for p in people.people.values()] == [
        ("P1", {"role": "manager", "consent_quote": "yes", "Age": "34"}), ("P2", {"Age": "51"}),
    ]  # fmt: skip
    assert people.changes == {("people", "rows without a participant"): -1}
    names = {key: code.name for key, code in codes.codes.items()}
    assert [(c.name, names.get(c.parent, ""), c.definition) for c in codes.codes.values()] == [
        ("A", "", "all"),
        ("b", "A", ""),
    ]
    assert codes.changes == {("codes", "codes that stand twice"): -1}


def test_formulas_are_what_they_last_showed(tmp_path):
    path = workbook(tmp_path, S=[["document", "code", "text"], ["I1", "cost", "=1+1"], ["I1", "cost", "two"]])
    (material,) = read(path, {})
    assert [s.text for s in material.segments] == ["=1+1", "two"]  # nothing was kept with it
    assert any("1 cell holds a formula: none was computed" in told for told in material.notes)


def test_a_workbook_under_another_ending_is_read_by_what_is_in_it(tmp_path):
    path = workbook(tmp_path, S=[["document", "code", "text"], ["I1", "cost", "one"]])
    (material,) = read(path.rename(tmp_path / "a.xls"))
    assert segments(material) == [("I1", "", "one", [("", "cost")])]


def test_one_of_anything_is_told_in_the_singular(tmp_path):
    (material,) = read(sheet(tmp_path, "document,code,text\nI1,A > b,one\nI1,c,two\n"))
    assert '">" in 1 code is taken to part a theme from a code under it' in material.guesses


def test_a_sheet_that_says_nothing_of_itself_is_refused_with_its_columns(tmp_path):
    with pytest.raises(StudyError, match=r"its columns do not say.*a, b.*--map participant"):
        read(sheet(tmp_path, "a,b\n1,2\n"), {})


def test_dedoose(tmp_path):
    head = ["Media Title", "Excerpt Range", "Excerpt Creator", "Excerpt Copy", "Codes Applied Combined"]
    head += [
        "Code: Cost Applied",
        "Code: Cost Range",
        "Code: Cost Weight",
        "Code: Trust Applied",
        "Code: Trust Range",
        "Code: Trust Weight",
    ]
    path = workbook(tmp_path, Sheet1=[
        head, ["Interview: One", "1-9", "ann", "words", "Cost; Trust", True, "1-9", 1, "True", "1-9", 2],
        ["Focus group", "2-3", "bob", "more", "", False, None, None, False, None, None],
    ])  # fmt: skip
    (material,) = read(path, {})
    assert material.origin == "Dedoose excerpts"
    assert segments(material) == [
        ("Interview: One", "", "words", [("ann", "Cost"), ("ann", "Trust")]), ("Focus group", "", "more", []),
    ]  # fmt: skip
    assert +material.not_carried == {"weights of codes": 2}


@pytest.mark.parametrize("first", ["file", "source"])
def test_openqda(tmp_path, first):
    text = (
        f"{first};code category;created by;created at;last update;start pos;end pos;selection\n"
        'I1;cost;ann;2026;;3;9;"it\'s dear; very"\nI1;trust;ann;2026;;3;9;"it\'s dear; very"\nI2;cost;bob;2026;;0;4;"what"\n'
    )
    (material,) = read(sheet(tmp_path, text), {})
    assert material.origin == "OpenQDA selections"
    assert segments(material) == [
        ("I1", "", "it's dear; very", [("ann", "cost"), ("ann", "trust")]), ("I2", "", "what", [("bob", "cost")]),
    ]  # fmt: skip
    assert (material.segments[0].start, material.segments[0].end) == (3, 9)


def test_excel_in_the_uk_saves_cp1252_and_semicolons(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Speaker;Code;Quote\nP1;cost;\u201cdear\u201d \u2013 Z\u00f6e\n".encode("cp1252"))
    (material,) = read(path, {})
    assert material.segments[0].text == "\u201cdear\u201d \u2013 Z\u00f6e"
    assert any("cp1252" in told for told in material.notes)


def test_other_programs_own_formats_are_named(tmp_path):
    for ending, program in ((".nvpx", "NVivo"), (".mx24", "MAXQDA"), (".atlproj26", "ATLAS.ti")):
        path = tmp_path / f"a{ending}"
        path.write_bytes(b"\x00\x01binary")
        with pytest.raises(StudyError, match=f"{program}'s own format.*REFI-QDA"):
            read(path, {})


def test_a_no_is_read_and_a_blank_is_not_known(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(
        "person,text,coder,a,b\nP1,one,ann,1,\nP2,two,ann,0,\nP3,three,ann,,\nP2,two,ben,,no\n", encoding="utf-8"
    )
    (material,) = read(path, {"participant": "person", "codes": "a,b"})
    assert [(s.text, s.read, sorted(who for who, _ in s.coded)) for s in material.segments] == [
        ("one", set(), ["ann"]), ("two", {"ann", "ben"}, []), ("three", set(), []),
    ]  # fmt: skip


def test_a_quotation_without_a_code_was_read_by_its_coder(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("person,text,coder,code\nP1,one,ann,a\nP2,two,ann,\nP1,one,ben,\n", encoding="utf-8")
    (material,) = read(path, {"participant": "person"})
    assert [(s.text, s.read) for s in material.segments] == [("one", {"ben"}), ("two", {"ann"})]
