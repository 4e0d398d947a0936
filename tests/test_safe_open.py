"""Files that mean harm: each gives one error in words, reads nothing outside, and writes nothing.

`FILES` is the table of them, with what each is told.
"""
# ruff: noqa: E501 - rows of data and of files

import os
import socket
import sqlite3
import stat
import struct
import tracemalloc
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from importers.reading import read
from importers.refi_writer import Text, alone, at, group, packed, project
from openpyxl import Workbook

from plrlib import StudyError
from plrlib.safe_open import database

CANARY = "THE-WORDS-OF-ANOTHER-FILE"
BODY = project("x", [group(), alone()], users=("ann", "bob"), tree={"größe": ""})
BILLION = (
    "<!DOCTYPE Project [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)  # fmt: skip


def qdpx(folder: Path, qde: bytes = BODY, **members: bytes) -> Path:
    path = folder / "a.qdpx"
    path.write_bytes(packed(qde))
    with zipfile.ZipFile(path, "a") as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)
    return path


def with_doctype(doctype: str, inside: str = "") -> bytes:
    head, _, rest = BODY.partition(b"\n")
    return head + doctype.encode() + rest.replace(b'name="A study"', f'name="A study{inside}"'.encode())


def xlsx(folder: Path, rows=(("document", "code", "text"), ("I1", "c", "t")), ending="xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / f"a.{ending}"
    book.save(path)
    return path


def entities(folder):
    return qdpx(folder, with_doctype(BILLION, "&j;"))


def external(folder):
    secret = folder.parent / "secret"
    secret.write_text(CANARY, encoding="utf-8")
    return qdpx(folder, with_doctype(f'<!DOCTYPE Project [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', "&x;"))


def from_a_network(folder):
    return qdpx(folder, with_doctype('<!DOCTYPE Project SYSTEM "http://127.0.0.1:9/a.dtd">'))


def in_utf_16(folder):
    text = with_doctype(BILLION, "&j;").decode().replace("utf-8", "utf-16")
    return qdpx(folder, text.encode("utf-16"))


def parents(folder):
    return qdpx(folder, **{"../../outside.txt": b"x"})


def backslashes(folder):
    return qdpx(folder, **{"..\\..\\outside.txt": b"x"})


def absolute(folder):
    return qdpx(folder, **{"/etc/outside": b"x"})


def drive(folder):
    return qdpx(folder, **{"C:/outside": b"x"})


def link(folder):
    path = qdpx(folder)
    entry = zipfile.ZipInfo("sources/link.txt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(entry, "/etc/passwd")
    return path


def bomb(folder):
    path = qdpx(folder)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("sources/big.txt", bytes(50 * 2**20))
    return path


def too_large(folder):
    """One text of more than 64 MB that is packed no tighter than text is."""
    text = Text("big", "", stored=b"")
    path = folder / "a.qdpx"
    path.write_bytes(packed(project("x", [text], tree={"größe": ""})))
    block = os.urandom(2**20)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as zipped,
        zipped.open(f"sources/{text.file}", "w", force_zip64=True) as file,
    ):
        for _ in range(65):
            file.write(block)
    return path


def cut_short(folder):
    path = qdpx(folder)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def cut_inside(folder):
    """The directory is whole, and the project in it is not."""
    path = qdpx(folder)
    data = bytearray(path.read_bytes())
    at_data = data.index(b"project.qde") + 400
    data[at_data : at_data + 60] = bytes(60)
    path.write_bytes(bytes(data))
    return path


def lies_of_its_size(folder):
    path = qdpx(folder)
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    return path


def deep(folder):
    return qdpx(folder, BODY.replace(b"<Codes>", b"<Codes>" + b'<Code guid="1" name="a" isCodable="true">' * 5000))


def no_sqlite(folder):
    path = folder / "a.qda"
    path.write_bytes(b"not a database at all" * 100)
    return path


def sqlite_damaged(folder):
    path = folder / "a.qda"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("create table code_text (ctid integer primary key, pos0 integer, seltext text)")
        base.executemany("insert into code_text (pos0, seltext) values (?, ?)", [(n, "x" * 3000) for n in range(200)])
    data = bytearray(path.read_bytes())
    data[4096:300_000] = os.urandom(300_000 - 4096)
    path.write_bytes(bytes(data))
    return path


def sqlite_with_views(folder):
    """Names of tables that are views which never end; they are not asked."""
    path = folder / "a.sqlite3"
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select x as id, x as start_offset from n"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(f"create view highlights as {endless}")
    return path


def with_entities(folder, part, root):
    """Return a workbook of which one part brings entities that expand."""
    path, new = xlsx(folder), folder / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as made:
        for name in old.namelist():
            bad = BILLION.replace("Project", root).encode() if name.endswith(part) else b""
            made.writestr(name, bad + old.read(name).removeprefix(b"<?xml version='1.0' encoding='UTF-8'?>"))
    return new


def workbook_with_entities(folder):
    return with_entities(folder, "sheet1.xml", "worksheet")


def workbook_with_entities_elsewhere(folder):
    return with_entities(folder, "styles.xml", "styleSheet")


def csv_of_nuls(folder):
    path = folder / "a.csv"
    path.write_bytes(b"document,code,text\nI1,c\0,t\n")
    return path


def csv_of_nuls_alone(folder):
    path = folder / "a.csv"
    path.write_bytes(bytes(5000))
    return path


def a_document(folder):
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nwhatever")
    return path


def empty(folder):
    path = folder / "a.qdpx"
    path.write_bytes(b"")
    return path


FILES = {
    entities: "DOCTYPE", external: "DOCTYPE", from_a_network: "DOCTYPE", in_utf_16: "DOCTYPE|well-formed",
    parents: "outside of it", backslashes: "outside of it", absolute: "outside of it", drive: "outside of it",
    link: "a link to some other place", bomb: "packed tighter than text can be", too_large: "a text in it is too large",
    cut_short: "cut short or damaged", cut_inside: "cut short or damaged|well-formed", lies_of_its_size: "damaged|well-formed",
    deep: "well-formed", no_sqlite: "not an SQLite database", sqlite_damaged: "database is damaged",
    sqlite_with_views: "of no program known here", workbook_with_entities: "DOCTYPE", workbook_with_entities_elsewhere: "DOCTYPE", csv_of_nuls: "NUL bytes",
    csv_of_nuls_alone: "NUL bytes and nothing else",
    a_document: "a document", empty: "cut short or damaged",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever asks for a connection fails the test."""

    def never(*_, **__):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(socket, "getaddrinfo", never)


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_it_is_refused_in_one_sentence_and_leaves_nothing(tmp_path, make, monkeypatch):
    folder = tmp_path / "a folder"
    folder.mkdir()
    path = make(folder)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    tracemalloc.start()
    with pytest.raises(StudyError, match=FILES[make]) as error:
        read(path, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(error.value.faults) == 1
    assert error.value.faults[0].file == path.name
    assert error.value.faults[0].remedy
    assert CANARY not in str(error.value)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before
    assert peak < 40 * 2**20


def test_macros_are_not_run_and_told(tmp_path):
    path = xlsx(tmp_path, ending="xlsm")
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
        zipped.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    (material,) = read(path, {})
    assert [s.text for s in material.segments] == ["t"]
    assert any("macros: they were not run" in told for told in material.notes)
    assert any("other files: they were not looked at" in told for told in material.notes)


def test_formulas_that_reach_out_are_text(tmp_path):
    path = xlsx(tmp_path, [("document", "code", "text"), ("I1", "c", '=HYPERLINK("http://127.0.0.1/?"&A1)')])
    (material,) = read(path, {})
    assert material.segments[0].text == '=HYPERLINK("http://127.0.0.1/?"&A1)'


def test_a_sheet_of_one_cell_far_away_costs_little(tmp_path):
    book = Workbook()
    for at_row, row in enumerate((("document", "code", "text"), ("I1", "c", "t")), 1):
        for column, value in enumerate(row, 1):
            book.active.cell(at_row, column, value)
    book.active.cell(90_000, 16_000, "far")
    path = tmp_path / "a.xlsx"
    book.save(path)
    tracemalloc.start()
    (material,) = read(path, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert material.segments[0].text == "t"
    assert peak < 30 * 2**20


def test_a_whole_project_still_passes():
    """The guards are not so tight that they refuse what is sound."""
    text = Text("long", "many words " * 400_000)
    text.passages = [at(text.text, "many", ("ann", "größe"))]
    assert len(packed(project("x", [text], tree={"größe": ""}))) < len(text.text) / 50


def test_tables_that_are_made_up_when_they_are_asked_are_not_asked(tmp_path):
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("create virtual table highlights using fts5(id, start_offset)")
        base.execute("create table documents (id)")
    with database(path) as opened:
        assert "documents" in opened
        assert "highlights" not in opened
        assert list(opened.rows("highlights", "id")) == []
