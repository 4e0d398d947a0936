"""One style for every figure, and the frame it is shown in: picture, caption, alt text and its numbers as a table."""

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from plrlib.show.display import BehindCells, Table
from plrlib.study.load import Study

INK, QUIET, LINE, PAPER = "#22313a", "#5d6b73", "#d9dfe2", "#ffffff"
# Of Okabe and Ito's colours, darkened where they would be faint on white; a shape always doubles a colour.
BLUE, RED, GREY, PALE, AMBER = "#1f6a9a", "#bf3f12", "#8a959b", "#c3cbd0", "#b87a00"
FONT = "DejaVu Sans"
DOTS_PER_INCH = 96
CRISP = 2

_STYLE: dict[Any, Any] = {
    "font.family": FONT, "font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": LINE,
    "axes.titlesize": 12, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.spines.top": False,
    "axes.spines.right": False, "axes.spines.left": False, "axes.spines.bottom": False, "axes.grid": False,
    "xtick.color": INK, "ytick.color": INK, "xtick.major.size": 0, "ytick.major.size": 0, "figure.facecolor": PAPER,
    "svg.hashsalt": "plrlib",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A figure as it is shown and handed on.

    Parameters
    ----------
    png
        The picture, at twice the size it is shown in.
    width
        The width it is shown in, in pixels.
    caption
        What is to be seen, as sentences.
    alt
        The same for who cannot see it: what the picture shows, with its numbers.
    numbers
        What was drawn, as a tidy frame.
    behind
        What the numbers count, as in a `Table`.
    """

    png: bytes
    width: int
    caption: str
    alt: str
    numbers: pd.DataFrame
    behind: BehindCells = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"{self.caption}\n\n{self.numbers.to_string(index=False)}"

    def _repr_html_(self) -> str:
        code = base64.b64encode(self.png).decode("ascii")
        image = f'<img src="data:image/png;base64,{code}" width="{self.width}" alt="{html.escape(self.alt)}">'
        table = Table(self.numbers, behind=self.behind)._repr_html_()
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>"
        return f"<figure>{image}{caption}<details><summary>The numbers drawn</summary>{table}</details></figure>"


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the suite."""
    with mpl.rc_context(), sns.axes_style("white"):
        mpl.rcParams.update(_STYLE)
        yield


def picture(
    figure: Figure, study: Study, caption: str, alt: str, numbers: pd.DataFrame, behind: BehindCells | None = None
) -> Picture:
    """Return a finished figure as a `Picture`; simulated data are marked on the picture itself.

    The bytes are the same whenever the same figure is drawn with the same versions.
    """
    if study.settings.kind == "simulated":
        figure.text(0.995, 0.005, "simulated data", ha="right", va="bottom", color=RED, size=11, weight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH * CRISP, metadata={"Software": None})
    return Picture(file.getvalue(), round(figure.get_figwidth() * DOTS_PER_INCH), caption, alt, numbers, behind or {})
