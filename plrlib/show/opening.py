"""A table whose numbers open to the excerpts behind them, in the page itself and without any script."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from plrlib.privacy import text_of
from plrlib.show.say import few
from plrlib.show.table import MISSING, caption_html
from plrlib.study import Study


@dataclass(frozen=True)
class Line:
    """A text in a cell, of one line or several, and the excerpts that it counts, if any; strong: it stands out."""

    text: str
    excerpts: tuple[str, ...] = ()
    strong: bool = False


Cell = Sequence[Line]


@dataclass(frozen=True)
class Opening:
    """A table of lines.

    Parameters
    ----------
    heads
        The columns.
    rows
        A cell a column.
    shown
        By excerpt what its entry says: id, page, what was said.
    caption
        What the table is, in a sentence.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shown: Mapping[str, str]
    caption: str

    @property
    def frame(self) -> pd.DataFrame:
        """The table as text, without the excerpts."""
        plain = [["\n".join(line.text for line in cell) or MISSING for cell in row] for row in self.rows]
        return pd.DataFrame(plain, columns=list(self.heads))

    @property
    def counted(self) -> pd.DataFrame:
        """One row a number and excerpt: row and column of the table, the number's line, and the excerpt."""
        found = [
            (row[0][0].text, head, line.text, excerpt)
            for row in self.rows
            for head, cell in zip(self.heads, row, strict=True)
            for line in cell
            for excerpt in line.excerpts
        ]
        return pd.DataFrame(found, columns=["row", "column", "number", "excerpt"])

    def __repr__(self) -> str:
        told = [self.caption]
        for row in self.rows:
            told.append("")
            for head, cell in zip(self.heads, row, strict=True):
                texts = [
                    line.text.replace("\n", "; ") + (f" [{few(line.excerpts)}]" if line.excerpts else "")
                    for line in cell
                ]
                told.append(f"{head}: {' | '.join(texts) or MISSING}")
        return "\n".join(told)

    def _repr_html_(self) -> str:
        top = "text-align:left;vertical-align:top"
        head = "".join(f'<th scope="col" style="{top}">{html.escape(text)}</th>' for text in self.heads)
        body = ""
        for first, *rest in self.rows:
            cells = "".join(f'<td style="{top}">{self._cell(cell)}</td>' for cell in rest)
            body += f'<tr><th scope="row" style="{top};font-weight:normal">{self._cell(first)}</th>{cells}</tr>'
        return f"<table>{caption_html(self.caption)}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cell(self, cell: Cell) -> str:
        return "".join(map(self._line, cell)) or MISSING

    def _line(self, line: Line) -> str:
        text = html.escape(line.text).replace("\n", "<br>")
        text = f"<strong>{text}</strong>" if line.strong else text
        if not line.excerpts:
            return f"<div>{text}</div>"
        entries = "".join(f"<li>{html.escape(self.shown[excerpt])}</li>" for excerpt in line.excerpts)
        style = "min-width:16em;padding-left:1.2em;text-align:left"
        return f'<details><summary>{text}</summary><ul style="{style}">{entries}</ul></details>'


def shown_excerpts(study: Study, excerpts: Sequence[str]) -> dict[str, str]:
    """Return by excerpt what a reader is shown of it: its id, its page where there is one, and what was said."""
    wanted = list(dict.fromkeys(excerpts))
    said = text_of(study, wanted)
    pages = study.excerpts.set_index("excerpt")["page"].reindex(wanted)
    entries = {}
    for excerpt, text, page in zip(wanted, said, pages, strict=True):
        where = "" if pd.isna(page) else f", p. {page}"
        entries[excerpt] = f"{excerpt}{where}: {text if isinstance(text, str) else 'nothing of it can be shown'}"
    return entries
