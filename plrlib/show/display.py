"""One style for every figure, and the frame it is shown in: picture, caption, alt text and its numbers as a table."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

# Sentences computed from data.


@dataclass(frozen=True)
class Say:
    """Sentences shown as a list; one alone is shown as a paragraph."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_markdown_(self) -> str:
        if len(self.sentences) == 1:
            return self.sentences[0]
        return "\n".join(f"- {sentence}" for sentence in self.sentences)


def say(*sentences: str) -> Say:
    """Return sentences to show; empty ones are left out."""
    return Say(tuple(sentence for sentence in sentences if sentence))


# A frame as a table that people read: numbers to the right, words to the left, in plain HTML.

MISSING = "–"
SEPARATOR = ";"
"""Between the ids behind a number; no id has it in it."""
MOST_TOLD = 12
"""So many ids are told where a number is pointed at."""
BehindCells = Mapping[tuple[int, str], Sequence[str]]
"""What is counted in a cell, by the position of its row and by its column: the ids of excerpts, or of people."""
ONE_LINE = 80
"""A caption of so many letters or fewer stays on one line."""


@dataclass(frozen=True)
class Table:
    """A frame with a caption; a missing value shows as a dash.

    A number that counts excerpts or people has them `behind` it: the page carries their ids, unseen, and the site makes
    of the number a link to them.
    """

    frame: pd.DataFrame
    caption: str = ""
    behind: BehindCells = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        body = self.frame.astype("object").where(self.frame.notna(), MISSING).to_string(index=False)
        body = body if len(self.frame) else "(no rows)"
        return f"{self.caption}\n\n{body}" if self.caption else body

    def _repr_html_(self) -> str:
        sides = ["right" if pd.api.types.is_numeric_dtype(self.frame[c]) else "left" for c in self.frame.columns]
        head = _row("th", self.frame.columns, sides, ' scope="col"')
        rows = "".join(
            _row("td", row, sides, behind=[(str(c), self.behind.get((i, str(c)), ())) for c in self.frame.columns])
            for i, row in enumerate(self.frame.itertuples(index=False, name=None))
        )
        return f"<table>{caption_html(self.caption)}<thead>{head}</thead><tbody>{rows}</tbody></table>"


def caption_html(caption: str) -> str:
    """Return the caption of a table; a short one stays on one line, since a narrow table would fold it."""
    style = f"text-align:left;white-space:{'nowrap' if len(caption) <= ONE_LINE else 'normal'}"
    return f'<caption style="{style}">{html.escape(caption)}</caption>' if caption else ""


def _row(
    tag: str, cells: Any, sides: list[str], more: str = "", behind: Sequence[tuple[str, Sequence[str]]] | None = None
) -> str:
    first = _cell(next(iter(cells), ""))
    texts = [
        counted_html(_cell(c), ids, f"{first}, {html.escape(column)}")
        for c, (column, ids) in zip(cells, behind or [("", ())] * len(sides), strict=True)
    ]
    shown = (f'<{tag}{more} style="text-align:{side}">{t}</{tag}>' for t, side in zip(texts, sides, strict=True))
    return f"<tr>{''.join(shown)}</tr>"


def counted_html(text: str, ids: Sequence[str], of: str) -> str:
    """Return a number, as HTML, with the ids of what it counts and (`of`, HTML too) what it is, if there are any."""
    if not ids:
        return text
    told = ", ".join(ids[:MOST_TOLD]) + (f" and {len(ids) - MOST_TOLD} more" if len(ids) > MOST_TOLD else "")
    return f'<data value="{html.escape(SEPARATOR.join(ids))}" data-of="{of}" title="{html.escape(told)}">{text}</data>'


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return MISSING
    return html.escape(f"{value:.2g}" if isinstance(value, float) and not value.is_integer() else _plain(value))


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)
