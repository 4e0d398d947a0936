"""The joint display as a Word document."""

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from plrlib.drafts.safe import safe, steady
from plrlib.show.opening import Opening
from plrlib.show.table import Table

A4 = (Cm(29.7), Cm(21.0))
MARGIN, SMALL = Cm(1.5), Pt(8.5)
FIRST = (Cm(4.6), Cm(2.8), Cm(2.8), Cm(2.8), Cm(3.4), Cm(2.5), Cm(3.9), Cm(3.9))
"""How wide the columns of the display are."""
RULES = (Cm(1.5), Cm(3.0), Cm(22.2))


def document(title: str, about: Sequence[str], display: Opening, rules: Table, limits: Sequence[str]) -> bytes:
    """Return a Word document, landscape: sentences, the display, its rules, its limits, and every excerpt it counts."""
    file = docx.Document()
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    file.core_properties.title, file.core_properties.author, file.core_properties.language = title, "", "en-GB"
    file.core_properties.comments = ""
    file.styles["Normal"].font.size = Pt(10)
    file.add_heading(safe(title), level=1)
    _sentences(file, about)
    file.add_heading("Claim by claim", level=2)
    texts = [["\n".join(line.text for line in cell) for cell in row] for row in display.rows]
    fixed_table(file, list(display.heads), texts, FIRST)
    file.add_heading("By which rules", level=2)
    file.add_paragraph(rules.caption + ".")
    fixed_table(
        file, list(rules.frame.columns), [list(map(str, row)) for row in rules.frame.itertuples(index=False)], RULES
    )
    file.add_heading("Limits", level=2)
    _sentences(file, limits)
    file.add_heading("The excerpts behind the numbers", level=2)
    for claim, counted in display.counted.groupby("row", sort=False):
        file.add_heading(safe(str(claim)), level=3)
        for excerpt in counted["excerpt"].drop_duplicates():
            _small(file.add_paragraph(safe(display.shown[excerpt]), style="List Bullet"))
    stream = io.BytesIO()
    file.save(stream)
    return steady(stream.getvalue())


def _sentences(file: Any, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        file.add_paragraph(safe(sentence), style="List Bullet")


def fixed_table(file: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[Any]) -> None:
    """Add a table whose columns keep their widths, with its heads at the top of each page."""
    table = file.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    for _ in rows:
        table.add_row()
    for at, texts in enumerate([heads, *rows]):
        for cell, text in zip(table.rows[at].cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(safe(text))
            run.font.size, run.bold = SMALL, at == 0
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    _mark(table.rows[0], "w:tblHeader")  # at the top of each page, and known as its heading
    for row in table.rows:
        _mark(row, "w:cantSplit")


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _small(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.size = SMALL
