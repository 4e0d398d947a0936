"""What a mentor should check, as a Word document to fill in."""

import io
from collections.abc import Mapping, Sequence

import docx
from docx.shared import Cm, Pt

from plrlib.drafts.safe import safe, steady
from plrlib.drafts.word import MARGIN, fixed_table

WIDTHS = (Cm(10.5), Cm(1.7), Cm(5.8))
BOX = "☐"


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
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    file.core_properties.title, file.core_properties.author, file.core_properties.language = title, "", "en-GB"
    file.core_properties.comments = ""
    file.styles["Normal"].font.size = Pt(10)
    file.add_heading(safe(f"Review: {title}"), level=1)
    for sentence in about:
        file.add_paragraph(safe(sentence), style="List Bullet")
    file.add_paragraph("Reviewed by: ______________________________     On: ________________")
    for name, items in lists.items():
        file.add_heading(safe(name), level=2)
        fixed_table(file, ["to check", "seen", "remark"], [[item, BOX, ""] for item in items], WIDTHS)
    stream = io.BytesIO()
    file.save(stream)
    return steady(stream.getvalue())
