"""A frame as a table that people read: numbers to the right, words to the left, in plain HTML.

No style sheet comes along, so that a table looks like the page it stands in: in JupyterLab, light or dark, in the
site, and where a viewer strips styles from notebooks it does not trust.
"""

import html
from dataclasses import dataclass

import pandas as pd

MISSING = "–"
ONE_LINE = 80
"""A caption of so many letters or fewer stays on one line."""


@dataclass(frozen=True)
class Table:
    """A frame with a caption; a missing value shows as a dash."""

    frame: pd.DataFrame
    caption: str = ""

    def __repr__(self) -> str:
        body = self.frame.astype("object").where(self.frame.notna(), MISSING).to_string(index=False)
        body = body if len(self.frame) else "(no rows)"
        return f"{self.caption}\n\n{body}" if self.caption else body

    def _repr_html_(self) -> str:
        sides = ["right" if pd.api.types.is_numeric_dtype(self.frame[c]) else "left" for c in self.frame.columns]
        head = _row("th", self.frame.columns, sides, ' scope="col"')
        rows = "".join(_row("td", row, sides) for row in self.frame.itertuples(index=False, name=None))
        return f"<table>{caption_html(self.caption)}<thead>{head}</thead><tbody>{rows}</tbody></table>"


def caption_html(caption: str) -> str:
    """Return the caption of a table; a short one stays on one line, since a narrow table would fold it."""
    style = f"text-align:left;white-space:{'nowrap' if len(caption) <= ONE_LINE else 'normal'}"
    return f'<caption style="{style}">{html.escape(caption)}</caption>' if caption else ""


def _row(tag: str, cells: object, sides: list[str], more: str = "") -> str:
    texts = zip(cells, sides, strict=True)  # type: ignore[call-overload]
    return "<tr>" + "".join(f'<{tag}{more} style="text-align:{side}">{_cell(c)}</{tag}>' for c, side in texts) + "</tr>"


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return MISSING
    return html.escape(f"{value:.2g}" if isinstance(value, float) and not value.is_integer() else _plain(value))


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)
