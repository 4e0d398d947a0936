"""What all kinds of figure share: a canvas measured in inches, texts that fit, marks, and a key to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.markers import MarkerStyle
from matplotlib.textpath import text_to_path

from plrlib.show.figure import FONT, INK, LINE, PAPER, style

LABEL, TITLE, SMALL = 10.0, 12.0, 9.0  # points
STEP = 0.19
"""The room that a mark takes."""
PAD, SIDE = 0.14, 0.3
LINE_HEIGHT, KEY_HEIGHT, TITLE_HEIGHT = 0.19, 0.26, 0.24
TO_BASE = 0.06
"""The room below the letters of a line."""
ROW_LABEL = 1.9
"""The most that the label of a row takes."""
MARK_AREA = 62
_POINTS = 72
_HINTED = 1.06
"""Letters set on whole pixels come out wider than the outline by up to so much."""


@dataclass(frozen=True)
class Look:
    """How one kind of mark looks: colour and shape together, and what it is called.

    `fill` is full, half or open; a mark that is open by itself is drawn so whatever its fill.
    """

    colour: str
    shape: str
    label: str
    fill: str = "full"


@contextmanager
def canvas(wide: float, high: float, headline: str) -> Iterator[tuple[Figure, Axes]]:
    """Give an empty figure in the style of the suite, with its headline; y runs down.

    The figure is not shown and not known to pyplot.
    """
    with style():
        figure = Figure(figsize=(wide, high))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(high, 0))
        ax.set_axis_off()
        write(ax, SIDE, SIDE, headline, va="top", size=TITLE, weight="bold")
        yield figure, ax


def headline_of(title: str, wide: float) -> tuple[str, float]:
    """Return a title in lines that fit, and how far down the figure goes on below it."""
    headline = wrapped(title, wide - 2 * SIDE, TITLE, "bold")
    return headline, SIDE + lines_of(headline) * TITLE_HEIGHT + PAD


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


def write(ax: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Write a text as it stands: a dollar sign is no mathematics."""
    ax.text(x, y, text, parse_math=False, **look)


def write_lines(ax: Axes, x: float, last: float, text: str, **look: Any) -> None:
    """Write lines evenly one below the other; `last` is where the letters of the last line stand."""
    for i, line in enumerate(reversed(text.split("\n"))):
        write(ax, x, last - i * LINE_HEIGHT, line, va="baseline", **look)


def write_middle(ax: Axes, x: float, middle: float, text: str, **look: Any) -> None:
    """Write lines whose middle is at a height."""
    write_lines(ax, x, middle + lines_of(text) * LINE_HEIGHT / 2 - TO_BASE, text, **look)


def rule(ax: Axes, heights: Iterable[float], start: float, end: float) -> None:
    """Draw quiet lines from side to side."""
    for y in heights:
        ax.plot([start, end], [y, y], color=LINE, lw=0.8, zorder=0)


# Marks, and the key that names them.


def scatter(ax: Axes, marks: pd.DataFrame, look: Look, filled: bool = True) -> None:
    """Draw marks of one look at their places."""
    if marks.empty:
        return
    size: dict[str, Any] = {"data": marks, "x": "x", "y": "y", "ax": ax, "s": MARK_AREA, "legend": False}
    face = look.colour if filled and look.fill == "full" else PAPER
    sns.scatterplot(marker=look.shape, linewidth=1.3, facecolor=face, edgecolor=look.colour, **size)
    if filled and look.fill == "half":
        half = MarkerStyle(look.shape, fillstyle="left")
        sns.scatterplot(marker=half, linewidth=0, facecolor=look.colour, **size)


def mark(ax: Axes, x: float, y: float, look: Look, filled: bool = True) -> None:
    """Draw one mark."""
    scatter(ax, pd.DataFrame({"x": [x], "y": [y]}), look, filled)


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

    def draw(self, ax: Axes, top: float) -> None:
        """Draw the entries; `top` is where the first line runs."""
        for i, line in enumerate(self._lines):
            y = top + i * KEY_HEIGHT
            for look, filled, start in line:
                mark(ax, SIDE + start + 0.08, y, look, filled)
                write(ax, SIDE + start + 0.22, y, look.label, va="center", size=SMALL)
