"""Whatever a program's file has become on its way, it is read or refused in words, and its numbers reconcile.

Sound exports are changed at random, in their bytes and in what they hold; the short run is the same each time, and
`--full` makes thousands. How many were tried stands at the end of the tests' output.
"""
# ruff: noqa: E501 - rows of data and of files

import io
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from importers import qualcoder_writer
from importers.reading import read
from importers.refi_writer import GROUP, guid, made
from plrlib import StudyError
from plrlib.importers.import_files import reconciled, report, tables_as_csv
from plrlib.importers.material import Choices, merge
from plrlib.importers.new_study import imported_settings
from plrlib.importers.to_tables import to_tables

SHORT = settings(
    max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=1500)
ODD = [
    b"", b"\0", b"<", b">", b"&", b'"', b"&#0;", b"-1", b"999999999999999999999", b"1e400", b"NaN", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\r", b"\r\n", b";", b",", b"'", b"=1+1", b"\xf0\x9f\x98\x80", b"e\xcc\x81", b"\xd7\xa9", b"../", b"A" * 3000, b"]]>", b"<!--",
    b"<!DOCTYPE a>", guid(1).encode(), b"None", b"true", b"\x80", b"P01: ", b"\n",
]  # fmt: skip


def sheet(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def database(kind: str) -> bytes:
    with TemporaryDirectory() as name:
        path = Path(name) / "a.qda"
        if kind == "qualcoder":
            rows = {
                "source": [{"id": 1, "name": "FG1", "fulltext": GROUP}], "code_name": [{"cid": 1, "name": "cost"}],
                "code_text": [qualcoder_writer.coded(GROUP, "by forms", 1, "ann")], "cases": [{"caseid": 1, "name": "P01"}],
                "case_text": [{"caseid": 1, "fid": 1, "pos0": 20, "pos1": 50}],
                "attribute": [{"name": "role", "attr_type": "case", "value": "m", "id": 1}],
            }  # fmt: skip
            return (qualcoder_writer.project(path, rows) / "data.qda").read_bytes()
        with closing(sqlite3.connect(path)) as base, base:
            base.executescript(
                "create table projects (id, name); create table documents (id, name, contents, project_id);"
                "create table highlights (id, document_id, start_offset, end_offset, snippet);"
                "create table tags (id, project_id, path, description); create table highlight_tags (highlight_id, tag_id);"
                "create table commands (id, user_login, payload);"
                "insert into projects values (1, 'p'); insert into tags values (1, 1, 'a.b', ''), (2, 1, 'a', '');"
                "insert into highlights values (1, 1, 4, 9, ''), (2, 1, 12, 15, ''); insert into highlight_tags values (1, 1);"
                'insert into commands values (1, \'ann\', \'{"type": "highlight_add", "highlight_id": 1, "tags": [1]}\');'
            )
            base.execute("insert into documents values (1, 'd', ?, 1)", [f"<p>{GROUP}</p>"])
        return path.read_bytes()


CSVS = {
    "highlights": b"id,document,tag,content\n1,FG1,a.b,words\n1,FG1,a,words\n2,P2,a,more\n",
    "mapped": b"Speaker,Document,Code,Segment,Coder\nP1,I1,A > b,one,ann\nP2,I2,A > c,two,bob\nP2,I2,A > b,two,bob\n",
    "openqda": b'source;code category;created by;created at;last update;start pos;end pos;selection\nI1;c;ann;;;3;9;"one; two"\n',
    "people": b"participant;role;consent_quote\nP1;manager;yes\nP2;worker;\n",
}
SEEDS = {
    **{name: (data, "a.qdpx") for name, data in made().items()},
    "workbook": (sheet([["document", "code", "text"], ["I1", "c", "one"], ["I2", "d", "two"]]), "a.xlsx"),
    "qualcoder": (database("qualcoder"), "a.qda"),
    "taguette": (database("taguette"), "a.sqlite3"),
    **{name: (data, "a.csv") for name, data in CSVS.items()},
}


def changed(data: bytes, draw) -> bytes:
    """Change a few places: something else, something more, something missing, or something twice."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), at + draw(st.integers(0, 30)))
        what = draw(st.sampled_from(["odd", "gone", "twice", "flip", "cut"]))
        if what == "odd":
            data = data[:at] + draw(st.sampled_from(ODD)) + data[end:]
        elif what == "gone":
            data = data[:at] + data[end:]
        elif what == "twice":
            data = data[:end] + data[at:]
        elif what == "flip" and data:
            data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
        elif what == "cut" and draw(st.booleans()):
            data = data[:at]
    return data


def repacked(data: bytes, draw) -> bytes:
    """Change one member of a ZIP, so that what is inside is reached too."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    chosen = draw(st.sampled_from(sorted(name for name, content in members.items() if content)))
    members[chosen] = changed(members[chosen], draw)
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return new.getvalue()


def tried(name: str, data: bytes) -> str:
    """Import it as far as the tables, and tell what came of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            materials = read(path)
            tables = to_tables(merge(materials), Choices(speakers="same"), {})
        except StudyError as error:
            assert error.faults
            assert all(fault.message and str(fault).isprintable() for fault in error.faults)
            return "refused"
        assert list(Path(folder).iterdir()) == [path]
    reconciled(tables)
    report("made", materials, tables, "")
    imported_settings("made", tables)
    tables_as_csv(tables)
    return "read"


def run(seed: str, most: settings, record) -> None:
    data, name = SEEDS[seed]
    assert tried(name, data) == "read"
    became: Counter[str] = Counter()

    @most
    @given(st.data())
    def each(choices):
        inside = data.startswith(b"PK") and choices.draw(st.booleans())
        other = repacked(data, choices.draw) if inside else changed(data, choices.draw)
        became[tried(name, other)] += 1

    each()
    assert sum(became.values()) >= most.max_examples
    record("inputs tried", f"{sum(became.values())} ({became['read']} read, {became['refused']} refused in words)")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_export_is_read_or_refused(seed, record_property):
    run(seed, SHORT, record_property)


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
def test_thousands_of_changed_exports_are_read_or_refused(seed, record_property):
    run(seed, LONG, record_property)
