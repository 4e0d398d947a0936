"""How a CSV file is read: encodings, separators, quotes, lines; a large one as a small one."""

import codecs
import hashlib
import random

import pytest
from study_maker import LEAST, faults, least, notes, the_fault

from plrlib import load_study
from plrlib.study import files
from plrlib.study.files import read_sheet
from plrlib.study.schema import Column, TableSchema

ACCENTS = "code,parent,label\nT1,,Thème\nc1,T1,“Quoted”\n"
LETTERS = TableSchema("letters", "three letters", (Column("a", ""), Column("b", ""), Column("c", "", "choice")))


@pytest.fixture(autouse=True, params=["as a small file", "as a large file"])
def size(request, monkeypatch):
    """Read every file in both ways: row by row, and at once where it is sound."""
    if request.param == "as a large file":
        monkeypatch.setattr(files, "LARGE", 0)
    return request.param


def sheet(tmp_path, content, table=None):
    path = tmp_path / "some.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_sheet(path, table)


def rows(read):
    return {line: list(cells) for line, cells in zip(read.lines.tolist(), read.rows(*read.cells), strict=True)}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n", "\n,,\n,,\n"])
def test_lines_may_end_in_any_way_and_blank_rows_follow(tmp_path, newline, last):
    read = sheet(tmp_path, f"a,b,c\n1,2,3\n\n4,,6{last}".replace("\n", newline))
    assert (read.faults, read.notes) == ([], [])
    assert rows(read) == {2: ["1", "2", "3"], 4: ["4", "", "6"]}


def test_a_row_has_the_line_it_starts_on(tmp_path):
    read = sheet(tmp_path, 'a,b\n1,"two\nlines"\n2,"three\r\nmore\nlines"\n\n3,one\n')
    assert rows(read) == {2: ["1", "two\nlines"], 4: ["2", "three\r\nmore\nlines"], 8: ["3", "one"]}


def test_other_line_breaks_inside_a_cell_are_no_lines(tmp_path):
    read = sheet(tmp_path, "a,b\n1,x\u2028y\x0bz\x85\n2,y\n")
    assert rows(read) == {2: ["1", "x\u2028y\x0bz\x85"], 3: ["2", "y"]}


def test_cells_stay_text_as_they_are(tmp_path):
    read = sheet(tmp_path, 'a,b,c,d\n01,NA,"a ""quoted"" word",  x \n1e5,None,nan,TRUE\nhe said "no",é,,\n')
    assert rows(read) == {
        2: ["01", "NA", 'a "quoted" word', "  x "],
        3: ["1e5", "None", "nan", "TRUE"],
        4: ['he said "no"', "é", "", ""],
    }
    assert read.faults == []


def test_a_very_long_cell(tmp_path):
    assert rows(sheet(tmp_path, f"a,b\n1,{'x' * 200_000}\n"))[2][1] == "x" * 200_000


def test_the_digest_is_that_of_the_bytes(tmp_path):
    content = codecs.BOM_UTF8 + b"a,b\r\n1,2\r\n"
    assert sheet(tmp_path, content).digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("row", "more", "found"),
    [("1,2,3,4", "many", "4 cells"), ("1,2", "few", "2 cells"), ("1", "few", "1 cell"), ('"1,2,3"', "few", "1 cell")],
)
def test_a_row_has_too_many_or_too_few_cells(tmp_path, row, more, found):
    read = sheet(tmp_path, f"a,b,c\n1,2,3\n{row}\n4,5,6\n")
    (fault,) = read.faults
    assert (fault.row, fault.message) == (3, f"the row has too {more} cells")
    assert fault.value == found
    assert fault.allowed == "3, as in the header"
    assert fault.remedy
    assert list(rows(read)) == [2, 4]


def test_every_row_of_the_wrong_length_is_told(tmp_path):
    assert [f.row for f in sheet(tmp_path, "a,b\n1\n1,2\n1,2,3\n").faults] == [2, 4]


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ('2,"open', [2, 4, 5]),
        ('2,"he said "no" to me"', [2, 4, 5]),
        ('2,"closed" ', [2, 4, 5]),
    ],
)
def test_a_stray_quotation_mark_costs_one_row(tmp_path, row, kept):
    read = sheet(tmp_path, f"a,b\n1,x\n{row}\n3,y\n4,z\n")
    assert [f.row for f in read.faults] == [3]
    assert read.faults[0].message == "a quotation mark that starts in this row is not closed where the cell ends"
    assert list(rows(read)) == kept


def test_every_stray_quotation_mark_is_told(tmp_path):
    read = sheet(tmp_path, 'a,b\n1,"x\n2,"y\n3,z\n4,"w" w\n5,"two\nlines"\n')
    assert [f.row for f in read.faults] == [2, 3, 5]
    assert rows(read) == {4: ["3", "z"], 6: ["5", "two\nlines"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the header is missing"),
        ("\n", "the header is missing"),
        ("\na,b\n1,2\n", "the header is missing"),
        (",,\n1,2,3\n", "the header is missing"),
        ("a,,c\n1,2,3\n", "column 2 has no name"),
        ("a,b,a\n1,2,3\n", "two columns have the same name"),
        ("a,b, a\n1,2,3\n", "two columns have the same name"),
        ('a,"b\nmore",c\n1,2,3\n', "the header runs over several lines"),
        ('a,"b\n1,2\n', "a quotation mark that starts in this row is not closed where the cell ends"),
        ("1,2\n3,4\n", "no column has a name that is known"),
    ],
)
def test_the_header_is_odd(tmp_path, content, message):
    read = sheet(tmp_path, content, LETTERS)
    assert [(f.row, f.message) for f in read.faults] == [(1, message)]
    assert read.faults[0].remedy
    assert read.cells == {}


def test_every_oddity_of_a_header_is_told(tmp_path):
    read = sheet(tmp_path, "a,,a,\n1,2,3,4\n")
    assert [f.message for f in read.faults] == [
        "column 2 has no name", "two columns have the same name", "column 4 has no name",
    ]  # fmt: skip


def test_blanks_round_a_name_in_the_header_mean_nothing(tmp_path):
    assert list(sheet(tmp_path, ' a ,"b "\n1,2\n').cells) == ["a", "b"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(tmp_path, separator):
    read = sheet(tmp_path, f'a{separator}b\n1{separator}"x,y;z"\n')
    assert rows(read) == {2: ["1", "x,y;z"]}
    assert bool(read.notes) == (separator != ",")


def test_a_study_parted_by_semicolons_is_read_and_noted(tmp_path):
    study = load_study(least(tmp_path, **{name: text.replace(",", ";") for name, text in LEAST.items()}))
    assert {file for file, _ in notes(study)} == {"excerpts.csv", "codings.csv", "codebook.csv"}
    assert "cells are parted by a semicolon, not by a comma; read so" in dict(notes(study)).values()
    assert study.codebook["label"].tolist() == ["A theme", "A code"]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", "the file starts with a byte-order mark; read as UTF-8 without it"),
        ("cp1252", "the text is not UTF-8; read as cp1252, as Excel saves it: check accents and quotation marks"),
    ],
)
def test_encodings_that_are_read(tmp_path, encoding, note):
    study = load_study(least(tmp_path, codebook=ACCENTS.encode(encoding)))
    assert study.codebook["label"].tolist() == ["Thème", "“Quoted”"]
    assert notes(study) == ([("codebook.csv", note)] if note else [])
    if encoding == "cp1252":
        assert study.notes["row"].tolist() == [2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_a_fault(tmp_path, encoding):
    fault = the_fault(least(tmp_path, codebook=ACCENTS.encode(encoding)))
    assert (fault.file, fault.row) == ("codebook.csv", 1)
    assert fault.message == "the file is UTF-16, which Excel calls 'Unicode Text'"
    assert fault.remedy == "save it again as 'CSV UTF-8'"


def test_text_that_is_neither_utf_8_nor_cp1252_is_a_fault(tmp_path):
    fault = the_fault(least(tmp_path, codebook=b"code,parent,label\nT1,,A theme\nc1,T1,Th\x8dme\n"))
    assert (fault.file, fault.row, fault.value) == ("codebook.csv", 3, "byte 0x8D")
    assert fault.message == "the text is neither UTF-8 nor cp1252, as Excel writes it"


def test_nul_bytes_are_faults_with_their_lines(tmp_path):
    found = faults(least(tmp_path, codebook=b"code,parent,label\nT1,,A\0 theme\nc1,T1,A code\nc2,T1,\0\n"))
    assert [(f.file, f.row) for f in found] == [("codebook.csv", 2), ("codebook.csv", 4)]
    assert {f.message for f in found} == {"the line holds NUL bytes: it is damaged, or not text"}


def test_a_file_without_a_header_repeats_nobodys_words(tmp_path):
    fault = the_fault(least(tmp_path, excerpts="E01,R1,what I said\nE02,R2,what I said\n"))
    assert (fault.file, fault.row) == ("excerpts.csv", 1)
    assert "what I said" not in str(fault)
    assert "participant" in fault.allowed


def test_a_line_number_counts_lines_inside_cells(tmp_path):
    """What is at fault below a cell of several lines is told with the line an editor shows."""
    text = 'excerpt,participant,text\nE01,R1,"one\ntwo\nthree"\nE02,R9,four\n'
    fault = the_fault(least(tmp_path, excerpts=text))
    assert (fault.row, fault.value) == (5, "R9")


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_a_study_with_other_line_ends(tmp_path, newline):
    study = load_study(least(tmp_path, **{name: text.replace("\n", newline) for name, text in LEAST.items()}))
    assert study.notes.empty
    assert study.codings["code"].tolist() == ["c1", "c1"]


# A file that is read at once holds the same as one that is read row by row.

CELLS = [
    "a",
    "",
    " z ",
    "é",
    "NA",
    "null",
    "1.5",
    '"a,b"',
    '"x\ny"',
    '"l\r\nm"',
    '"he said ""no"""',
    '""',
    '"p;q"',
    "\u2028",
    "\x85",
]
ODD = ['he said "no"', '"closed" ', '"', 'a"', '""x']


def random_file(seed):
    draw = random.Random(seed)
    ends, separator = draw.choice(["\n", "\n", "\r\n", "\r"]), draw.choice([",", ",", ";", "\t"])
    cells = CELLS + (ODD if seed % 3 == 0 else [])
    lines = [separator.join("abc")]
    for _ in range(draw.randint(0, 8)):
        width = 3 if draw.random() < 0.97 else draw.randint(1, 4)
        lines.append(separator.join(draw.choice(cells) for _ in range(width)))
        lines += draw.choice([[], [], [], [""], [separator * 2]])
    return ends.join(lines) + draw.choice(["", ends])


def test_both_ways_of_reading_agree(tmp_path, monkeypatch, size):
    if size == "as a small file":
        pytest.skip("both are tried once")
    at_once = 0
    for seed in range(600):
        content = random_file(seed)
        quick = sheet(tmp_path, content, LETTERS)
        with monkeypatch.context() as patch:
            patch.setattr(files, "LARGE", len(content.encode()) + 1)
            slow = sheet(tmp_path, content, LETTERS)
        told = [(one.faults, one.notes, one.unreadable, one.digest, list(one.cells)) for one in (quick, slow)]
        assert (told[0], rows(quick)) == (told[1], rows(slow)), repr(content)
        at_once += not slow.faults
    assert at_once > 300


def test_a_sound_file_is_read_at_once(tmp_path, monkeypatch, size):
    """Otherwise the two ways could only agree."""
    monkeypatch.setattr(files, "_read_rows", lambda *_: pytest.fail("row by row"))
    content = 'a,b,c\n1,"two, and\nmore","he said ""no"""\n\n,,\n2,é,\n'
    if size == "as a small file":
        with pytest.raises(pytest.fail.Exception):
            sheet(tmp_path, content)
    else:
        assert rows(sheet(tmp_path, content)) == {
            2: ["1", "two, and\nmore", 'he said "no"'],
            6: ["2", "é", ""],
        }
