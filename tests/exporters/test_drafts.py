"""The joint display as Word and Excel: what is in them, that nothing runs as a formula, and that the bytes hold."""

import io
import subprocess
import sys
import zipfile
from hashlib import sha256

import docx
import openpyxl
import pandas as pd
import pytest
from claimed import claims_of
from stats.made import made
from stats.test_claims import STANCED, stanced

from plrlib import load_study
from plrlib.exporters.drafts import drafts, fill_sheet
from plrlib.exporters.files import safe, saved_workbook, steady
from plrlib.paths import DRAFTS
from plrlib.stats.claims import RULES

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)", "\x00=1"]


@pytest.fixture(scope="module")
def published():
    return claims_of("plr0809-017")[0]


@pytest.fixture(scope="module")
def files(published):
    return drafts(published)


@pytest.fixture(scope="module")
def worked():
    study = load_study("worked-example")
    return study, drafts(study)


def cells(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def texts(data):
    document = docx.Document(io.BytesIO(data))
    told = [paragraph.text for paragraph in document.paragraphs]
    return told + [cell.text for table in document.tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_made_safe(text):
    assert safe(text).startswith("'")
    assert not set(safe(text)) & {"\x00"}


@pytest.mark.parametrize("text", ["a = b", "", "E01: said -1", "’tis", "1-2"])
def test_other_text_stays_as_it_is(text):
    assert safe(text) == text


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_gist_that_looks_like_a_formula_is_text_in_both(tmp_path, formula):
    claims = f"claim,finding,who,gist\nC1,T1,staff,{formula}\n"
    study = stanced(tmp_path, ["V1,A,,,,quoted > T1 supports"], STANCED, claims=claims)
    made_of_it = drafts(study)
    found = [cell for cell in cells(made_of_it[DRAFTS[1]]) if formula in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in found] == [(f"'{formula}", "s")]
    shown = [text for text in texts(made_of_it[DRAFTS[0]]) if text.startswith(("=", "+", "-", "@"))]
    assert shown == []


def test_no_cell_is_a_formula_and_no_column_is_called_like_one():
    data = saved_workbook("t", {"a": pd.DataFrame({"=cmd": ["=1", None], "n": [1, 2]})}, fill_sheet)
    assert [(cell.value, cell.data_type) for cell in cells(data)] == [
        ("'=cmd", "s"), ("n", "s"), ("'=1", "s"), (1, "n"), (2, "n")
    ]  # fmt: skip


def test_the_workbook_has_every_claim_and_every_excerpt(published, files):
    book = openpyxl.load_workbook(io.BytesIO(files[DRAFTS[1]]))
    assert book.sheetnames == ["claims", "evidence", "rules", "read me"]
    found = claims_of("plr0809-017")[1].frame
    rows = list(book["claims"].iter_rows(values_only=True))
    assert [head for head in rows[0] if head != "verdicts"] == list(found.columns)
    assert [row[0] for row in rows[1:]] == found["claim"].tolist()
    supports = rows[0].index("supports")
    assert [row[supports] for row in rows[1:]] == found["supports"].tolist()
    assert book["evidence"].max_row == 1 + int((found["excerpts"] + found["others"]).sum())
    assert all(sheet.freeze_panes == "A2" for sheet in book)


def test_the_document_has_the_display_the_rules_the_limits_and_the_excerpts(published, files):
    document = docx.Document(io.BytesIO(files[DRAFTS[0]]))
    display, rules = document.tables
    assert [row.cells[0].text.split("\n")[0] for row in display.rows[1:]] == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert display.rows[1].cells[-1].text.startswith("not testable\n")
    assert len(rules.rows) == 1 + len(RULES)
    told = [paragraph.text for paragraph in document.paragraphs]
    gists = published.excerpts.set_index("excerpt")["gist"]
    assert f"E44, p. 16: {gists['E44']}" in told
    assert "Coding is not complete: others may have said the same, or the opposite." in told
    section = document.sections[0]
    assert section.page_width > section.page_height
    header = display.rows[0]._tr.trPr.xpath("./w:tblHeader")
    assert len(header) == 1


def test_they_are_the_same_in_another_process_and_hold_no_moment(worked):
    files = worked[1]
    code = (
        "import hashlib; from plrlib import load_study; from plrlib.exporters.drafts import drafts;"
        "print(*(hashlib.sha256(d).hexdigest() for d in drafts(load_study('worked-example')).values()))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert there.stdout.split() == [sha256(data).hexdigest() for data in files.values()]
    for data in files.values():
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            assert {part.date_time[:3] for part in parts.infolist()} == {(1980, 1, 1)}
            core = parts.read("docProps/core.xml")
            assert core.count(b"2000-01-01T00:00:00Z") == 2
            assert parts.testzip() is None


def test_steady_keeps_every_part(files):
    for data in files.values():
        again = steady(data)
        assert again == data


def test_without_claims_there_is_nothing_to_draft(tmp_path):
    assert drafts(made(tmp_path)) == {}


def test_words_stand_there_only_where_consent_allows(worked):
    study, both = worked
    told = "\n".join([*texts(both[DRAFTS[0]]), *(str(cell.value) for cell in cells(both[DRAFTS[1]]))])
    people = study.participants.set_index("participant")["consent_quote"]
    raw = pd.read_csv(study.folder / "excerpts.csv", dtype="str", keep_default_na=False)
    agreed = raw["participant"].map(people).astype("object") == "yes"
    assert sum(text in told for text in raw.loc[agreed, "text"]) > 100
    own = set(raw.loc[~agreed, "text"]) - set(raw.loc[agreed, "text"])
    assert len(own) > 20
    assert [text for text in own if text in told] == []
    assert "The data are simulated: nobody said any of this." in told
