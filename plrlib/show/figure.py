"""One style for every figure, how its texts fit, and how a finished one becomes a picture: always the same bytes."""

import io
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from plrlib.show.display import Cells, Picture
from plrlib.study.load import Study

INK, QUIET, LINE, PAPER = "#22313a", "#5d6b73", "#d9dfe2", "#ffffff"
# Of Okabe and Ito's colours, darkened where they would be faint on white; a shape always doubles a colour.
BLUE, RED, GREY, PALE, AMBER = "#1f6a9a", "#bf3f12", "#8a959b", "#c3cbd0", "#b87a00"
FONT = "DejaVu Sans"
LABEL, TITLE, SMALL = 10.0, 12.0, 9.0  # points
DOTS_PER_INCH = 96
CRISP = 2
_POINTS = 72
_HINTED = 1.06
"""Letters set on whole pixels come out wider than the outline by up to so much."""

STYLE: dict[Any, Any] = {
    "font.family": FONT, "font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": LINE,
    "axes.titlesize": 12, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.spines.top": False,
    "axes.spines.right": False, "axes.spines.left": False, "axes.spines.bottom": False, "axes.grid": False,
    "xtick.color": INK, "ytick.color": INK, "xtick.major.size": 0, "ytick.major.size": 0, "figure.facecolor": PAPER,
    "svg.hashsalt": "plrlib",
}  # fmt: skip
"""The style of the suite, over the white one of seaborn."""


def picture(
    figure: Figure, study: Study, caption: str, alt: str, numbers: pd.DataFrame, ids: Cells | None = None
) -> Picture:
    """Return a finished figure as a `Picture`; simulated data are marked on the picture itself.

    The bytes are the same whenever the same figure is drawn with the same versions.
    """
    if study.settings.kind == "simulated":
        figure.text(0.995, 0.005, "simulated data", ha="right", va="bottom", color=RED, size=11, weight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH * CRISP, metadata={"Software": None})
    return Picture(file.getvalue(), round(figure.get_figwidth() * DOTS_PER_INCH), caption, alt, numbers, ids or {})


# Texts: how wide they are when drawn, and where to break them.


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = LABEL, weight: str = "normal") -> float:
    """Return how wide a text is drawn; of several lines, the widest."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    lines = (text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n"))
    return _HINTED * max(map(float, lines)) / _POINTS


def wrapped(text: str, width: float, size: float = LABEL, weight: str = "normal") -> str:
    """Return a text in lines no wider than `width`, broken between words, or in a word that is wider than that."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and text_width(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        while text_width(rest, size, weight) > width and len(rest) > 1:
            cut = next(n for n in range(len(rest), 0, -1) if n == 1 or text_width(rest[:n], size, weight) <= width)
            lines[-1:] = [rest[:cut], ""]
            rest = rest[cut:]
        lines[-1] = rest
    return "\n".join(lines)


def lines_of(text: str) -> int:
    """Return how many lines a text has."""
    return text.count("\n") + 1
