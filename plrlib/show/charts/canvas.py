"""What all kinds of figure share: a canvas measured in inches, texts that fit, marks, and a key to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle

from plrlib.show.figure import INK, LINE, PAPER, SMALL, STYLE, TITLE, lines_of, text_width, wrapped

STEP = 0.19
"""The room that a mark takes."""
PAD, SIDE = 0.14, 0.3
LINE_HEIGHT, KEY_HEIGHT, TITLE_HEIGHT = 0.19, 0.26, 0.24
TO_BASE = 0.06
"""The room below the letters of a line."""
ROW_LABEL = 1.9
"""The most that the label of a row takes."""
MARK_AREA = 62


@dataclass(frozen=True)
class Look:
    """How one kind of mark looks: colour and shape together, and what it is called.

    `fill` is full, half or open; a mark that is open by itself is drawn so whatever its fill.
    """

    colour: str
    shape: str
    label: str
    fill: str = "full"

    def coats(self, filled: bool) -> list[dict[str, Any]]:
        """Return how to draw it, one thing on another: its outline, and what fills half of it."""
        face = self.colour if filled and self.fill == "full" else PAPER
        whole = {"marker": self.shape, "linewidth": 1.3, "facecolor": face, "edgecolor": self.colour}
        half = {"marker": MarkerStyle(self.shape, fillstyle="left"), "linewidth": 0, "facecolor": self.colour}
        return [whole, half] if filled and self.fill == "half" else [whole]


def looks_in_turn(labels: Mapping[str, str], colours: Sequence[str], shapes: Sequence[str]) -> dict[str, Look]:
    """Return how each of several kinds looks, by its key: colours and shapes in turn."""
    marks = zip(labels.items(), cycle(colours), cycle(shapes), strict=False)
    return {key: Look(colour, shape, label) for (key, label), colour, shape in marks}


class Canvas:
    """An empty figure in the style of the suite, with its headline, and what is drawn on it; y runs down from `top`.

    The figure is not shown and not known to pyplot.

    Parameters
    ----------
    title
        The headline; it is broken into lines that fit, and has no full stop.
    wide
        The width of the figure.
    """

    ax: Axes

    def __init__(self, title: str, wide: float) -> None:
        self.wide = wide
        self._headline = wrapped(title.rstrip("."), wide - 2 * SIDE, TITLE, "bold")
        self.top = SIDE + lines_of(self._headline) * TITLE_HEIGHT + PAD

    @contextmanager
    def figure(self, high: float) -> Iterator[Figure]:
        """Give the figure to draw on."""
        import seaborn as sns  # noqa: PLC0415 - a second that those who draw nothing need not wait

        with sns.axes_style("white"), mpl.rc_context(STYLE):
            figure = Figure(figsize=(self.wide, high))
            self.ax = figure.add_axes((0, 0, 1, 1))
            self.ax.set(xlim=(0, self.wide), ylim=(high, 0))
            self.ax.set_axis_off()
            self.write(SIDE, SIDE, self._headline, va="top", size=TITLE, weight="bold")
            yield figure

    def write(self, x: float, y: float, text: str, **look: Any) -> None:
        """Write a text as it stands: a dollar sign is no mathematics."""
        self.ax.text(x, y, text, parse_math=False, **look)

    def write_lines(self, x: float, last: float, text: str, **look: Any) -> None:
        """Write lines evenly one below the other; `last` is where the letters of the last line stand."""
        for i, line in enumerate(reversed(text.split("\n"))):
            self.write(x, last - i * LINE_HEIGHT, line, va="baseline", **look)

    def write_middle(self, x: float, middle: float, text: str, **look: Any) -> None:
        """Write lines whose middle is at a height."""
        self.write_lines(x, middle + lines_of(text) * LINE_HEIGHT / 2 - TO_BASE, text, **look)

    def rule(self, heights: Iterable[float], start: float, end: float) -> None:
        """Draw quiet lines from side to side."""
        for y in heights:
            self.ax.plot([start, end], [y, y], color=LINE, lw=0.8, zorder=0)

    def scatter(self, marks: pd.DataFrame, look: Look, filled: bool = True) -> None:
        """Draw marks of one look at their places."""
        import seaborn as sns  # noqa: PLC0415

        for coat in look.coats(filled) if len(marks) else ():
            sns.scatterplot(marks, x="x", y="y", ax=self.ax, s=MARK_AREA, legend=False, **coat)

    def mark(self, x: float, y: float, look: Look, filled: bool = True) -> None:
        """Draw one mark."""
        for coat in look.coats(filled):
            self.ax.scatter(x, y, MARK_AREA, **coat)


class Key:
    """The key of a figure, below it: what each look in use means where there are several, and what filled ones mean.

    Parameters
    ----------
    looks
        How each kind of mark looks.
    used
        The kinds that are drawn.
    filled
        What a filled mark means and what an open one; blank: nothing.
    wide
        The width of the figure.
    """

    def __init__(self, looks: Mapping[str, Look], used: Sequence[str], filled: Sequence[str], wide: float) -> None:
        named = [(look, True) for key, look in looks.items() if key in used]
        entries = named if len(named) > 1 else []
        entries += [(Look(INK, "o", label), not i) for i, label in enumerate(filled)]
        self._lines: list[list[tuple[Look, bool, float]]] = [[]]
        at = 0.0
        for look, solid in entries:
            room = 0.22 + text_width(look.label, SMALL) + 0.3
            if at + room > wide - 2 * SIDE and self._lines[-1]:
                self._lines.append([])
                at = 0.0
            self._lines[-1].append((look, solid, at))
            at += room
        self.high = len([line for line in self._lines if line]) * KEY_HEIGHT

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draw the entries; `top` is where the first line runs."""
        for i, line in enumerate(self._lines):
            y = top + i * KEY_HEIGHT
            for look, filled, start in line:
                canvas.mark(SIDE + start + 0.08, y, look, filled)
                canvas.write(SIDE + start + 0.22, y, look.label, va="center", size=SMALL)
