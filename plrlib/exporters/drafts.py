"""Drafts for a report: the joint display as Word and as Excel, and what a mentor should check as a form in Word."""

import sys
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pandas as pd
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from plrlib.exporters.files import safe, saved, saved_workbook
from plrlib.faults import NotInStudy
from plrlib.paths import DRAFTS
from plrlib.privacy.consent import text_of
from plrlib.show import about, joint_say, joint_table, limits_of_claims, rules_table, stamp
from plrlib.show.claims import in_words
from plrlib.show.display import Table
from plrlib.show.excerpts import Opening
from plrlib.stats.claims import claim_evidence, joint_display
from plrlib.study.load import Study, load_study


def drafts(study: Study) -> dict[str, bytes]:
    """Return the joint display as a Word document and an Excel workbook, by the file's name.

    Text stands there as far as consent allows, and none of it can be taken for a formula. The same study gives the same
    bytes.

    Returns
    -------
    dict
        Nothing where the study has no claims.
    """
    try:
        found = joint_display(study)
    except NotInStudy:
        return {}
    display, rules = joint_table(study, found), rules_table()
    introduction = [sentence.unmarked for sentence in (*about(study).sentences, *joint_say(study, found).sentences)]
    limits = [*limits_of_claims(study, found).sentences, *stamp(study).sentences]
    title = f"{study.title}: what can be claimed"
    sheets = {
        "claims": in_words(found),
        "evidence": _evidence(study),
        "rules": rules.frame,
        "read me": pd.DataFrame({title: [*introduction, *limits]}),
    }
    files = (document(title, introduction, display, rules, limits), saved_workbook(title, sheets, fill_sheet))
    return dict(zip(DRAFTS, files, strict=True))


def _evidence(study: Study) -> pd.DataFrame:
    """Return a row a claim and excerpt, with what may be shown of it."""
    found = claim_evidence(study)
    found["what was said"] = text_of(study, found["excerpt"]).to_numpy()
    found["page"] = study.excerpts.set_index("excerpt")["page"].reindex(found["excerpt"]).to_numpy()
    found["left"] = found["left"].map(", ".join)
    return found.rename(columns={"part": "stance", "certain": "theirs for certain", "left": "elsewhere by"})


# Word: the joint display, and what a mentor should check.

A4 = (Cm(21.0), Cm(29.7))
MARGIN, NORMAL, SMALL = Cm(1.5), Pt(10), Pt(8.5)
DISPLAY = (Cm(4.6), Cm(2.8), Cm(2.8), Cm(2.8), Cm(3.4), Cm(2.5), Cm(3.9), Cm(3.9))
"""How wide the columns of the display are, as the next two are of the rules and of the form."""
RULES = (Cm(1.5), Cm(3.0), Cm(22.2))
FORM = (Cm(10.5), Cm(1.7), Cm(5.8))
BOX = "☐"


def document(title: str, about: Sequence[str], display: Opening, rules: Table, limits: Sequence[str]) -> bytes:
    """Return a Word document, landscape: sentences, the display, its rules, its limits, and every excerpt it counts."""
    file = _document(title, title, about)
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = reversed(A4)
    file.add_heading("Claim by claim", level=2)
    texts = [["\n".join(line.text for line in cell) for cell in row] for row in display.rows]
    _table(file, list(display.heads), texts, DISPLAY)
    file.add_heading("By which rules", level=2)
    file.add_paragraph(rules.caption + ".")
    _table(file, list(rules.frame.columns), rules.frame.astype(str).to_numpy().tolist(), RULES)
    file.add_heading("Limits", level=2)
    _list(file, limits)
    file.add_heading("The excerpts behind the numbers", level=2)
    for claim, counted in display.counted.groupby("row", sort=False):
        file.add_heading(safe(str(claim)), level=3)
        for excerpt in counted["excerpt"].drop_duplicates():
            for run in file.add_paragraph(safe(display.shown[excerpt]), style="List Bullet").runs:
                run.font.size = SMALL
    return saved(file)


def checklist(title: str, about: Sequence[str], lists: Mapping[str, Sequence[str]]) -> bytes:
    """Return a Word document: a row for each thing to check, with a box to tick and room for a remark.

    Parameters
    ----------
    title
        The study.
    about
        Sentences on what is reviewed: which data, and how to give the review back.
    lists
        What to check in each notebook, by its title.
    """
    file = _document(title, f"Review: {title}", about)
    file.add_paragraph("Reviewed by: ______________________________     On: ________________")
    for name, items in lists.items():
        file.add_heading(safe(name), level=2)
        _table(file, ["to check", "seen", "remark"], [[item, BOX, ""] for item in items], FORM)
    return saved(file)


def _document(title: str, heading: str, about: Sequence[str]) -> Any:
    """Return a document of upright pages that has a heading and sentences, without a word on who made it."""
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    properties = file.core_properties
    properties.title, properties.author, properties.language, properties.comments = title, "", "en-GB", ""
    file.styles["Normal"].font.size = NORMAL
    file.add_heading(safe(heading), level=1)
    _list(file, about)
    return file


def _list(file: Any, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        file.add_paragraph(safe(sentence), style="List Bullet")


def _table(file: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[Any]) -> None:
    """Add a table whose columns keep their widths, with its heads at the top of each page."""
    table = file.add_table(rows=1 + len(rows), cols=len(heads), style="Table Grid")
    table.autofit = False
    _mark(table.rows[0], "w:tblHeader")  # at the top of each page, and known as its heading
    for at, (row, texts) in enumerate(zip(table.rows, [heads, *rows], strict=True)):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(safe(text))
            run.font.size, run.bold = SMALL, at == 0
        _mark(row, "w:cantSplit")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


# Excel: a sheet a frame, headers that stay in sight, numbers and plain text.

NARROW, WIDE = 12, 60


def fill_sheet(sheet: Any, frame: pd.DataFrame) -> None:
    """Fill a sheet with a frame."""
    for across, head in enumerate(map(str, frame.columns), 1):
        cells = [_plain(value) for value in frame.iloc[:, across - 1]]
        longest = max(len(str(cell)) for cell in (head, *cells))
        sheet.column_dimensions[get_column_letter(across)].width = min(max(longest + 2, NARROW), WIDE)
        for down, value in enumerate([safe(head), *cells], 1):
            cell = sheet.cell(row=down, column=across, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=down == 1)
    sheet.freeze_panes = "A2"


def _plain(value: Any) -> Any:
    """Return a value as a cell may hold it: a number, text that is no formula, or nothing."""
    if pd.isna(value):
        return None
    return value if isinstance(value, (Real, np.bool_)) else safe(str(value))


if __name__ == "__main__":
    _study, _folder = sys.argv[1:]
    for _name, _data in drafts(load_study(_study)).items():
        (Path(_folder) / _name).write_bytes(_data)
