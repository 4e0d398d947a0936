"""One style for every figure, and how a finished one becomes a picture: the same bytes whenever it is drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from plrlib.show.display import Cells, Picture
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


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the suite."""
    with mpl.rc_context(), sns.axes_style("white"):
        mpl.rcParams.update(_STYLE)
        yield


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
