"""A grid of marks: one mark is one person or one excerpt, and nothing is summed away.

All lengths are inches. A column is as wide as its fullest cell and its label need, and a row as high, so that twice as
many marks still fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.markers import MarkerStyle
from matplotlib.textpath import text_to_path

from plrlib.show.figure import FONT, INK, LINE, PAPER, QUIET, style

# How wide a text is when it is drawn, and where to break it.

LABEL = 10.0
"""The size of a label, in points."""
_POINTS = 72
_HINTED = 1.06
"""Letters set on whole pixels come out wider than the outline by up to so much."""


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


# A grid of marks: one mark is one person or one excerpt, and nothing is summed away.

STEP, LINE_STEP = 0.19, 0.24
"""The room that a mark takes, and the height of a mark with a name on it."""
PAD, SIDE = 0.14, 0.3
LINE_HEIGHT, KEY_HEIGHT, TITLE_HEIGHT = 0.19, 0.26, 0.24
TO_BASE = 0.06
"""The room below the letters of a line."""
TAG, TITLE, SMALL = 7.5, 12.0, 9.0  # points
ROW_LABEL, COLUMN_LABEL, NARROWEST = 1.9, 1.3, 4.2
MARK_AREA = 62
MOST_MARKS = 2000


@dataclass(frozen=True)
class Look:
    """How one kind of mark looks: colour and shape together, and what it is called.

    `fill` is full, half or open; a mark that is open by itself is drawn so whatever its fill.
    """

    colour: str
    shape: str
    label: str
    fill: str = "full"


@dataclass(frozen=True)
class Axis:
    """Rows or columns of the grid: the keys in order, the label of each, what all of them are, and what is counted."""

    labels: Mapping[str, str]
    title: str = ""
    unit: str = ""

    @property
    def heading(self) -> str:
        """What stands above the labels."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def dot_grid(
    marks: pd.DataFrame,
    rows: Axis,
    columns: Axis,
    looks: Mapping[str, Look],
    title: str,
    *,
    per_line: int = 8,
    filled: tuple[str, str] = ("", ""),
    from_left: bool = False,
) -> Figure:
    """Draw a grid of marks.

    Parameters
    ----------
    marks
        One row a mark: row, column (keys of the axes), look (a key of `looks`), filled (an open mark where False), and
        tag (a name written on the mark; blank: none).
    rows, columns
        The axes; a cell without marks stays empty.
    looks
        How each kind of mark looks; those in use are named below the grid.
    title
        What is seen, in a sentence.
    per_line
        The most marks side by side in a cell.
    filled
        What a filled mark means and what an open one.
    from_left
        Start every line of marks at the left of its cell, so that rows can be compared by length.

    Returns
    -------
    Figure
        Not shown and not known to pyplot.
    """
    placed = _place(marks, per_line)
    names = {key: wrapped(label, ROW_LABEL) for key, label in rows.labels.items()}
    heads = {key: wrapped(label, COLUMN_LABEL) for key, label in columns.labels.items()}
    widths = [max(_extent(placed, "column", key, "wide"), text_width(heads[key])) + 2 * PAD for key in heads]
    heights = [max(_extent(placed, "row", key, "high"), lines_of(names[key]) * LINE_HEIGHT) + 2 * PAD for key in names]
    left = SIDE + max(text_width(rows.heading, SMALL), *map(text_width, names.values())) + PAD
    wide = max(left + max(sum(widths), text_width(columns.heading, SMALL)) + SIDE, NARROWEST)
    headline = wrapped(title, wide - 2 * SIDE, TITLE, "bold")
    top = SIDE + lines_of(headline) * TITLE_HEIGHT + PAD + (LINE_HEIGHT + TO_BASE if columns.heading else 0)
    top += max(map(lines_of, heads.values())) * LINE_HEIGHT + PAD
    used = [look for key, look in looks.items() if (marks["look"] == key).any()]
    keys = key_lines(used, filled if marks["filled"].nunique() > 1 else (), wide - 2 * SIDE)
    high = top + sum(heights) + PAD + len(keys) * KEY_HEIGHT + SIDE
    x = left + np.concatenate([[0], np.cumsum(widths)])
    y = top + np.concatenate([[0], np.cumsum(heights)])
    with style():
        figure = Figure(figsize=(wide, high))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(high, 0))
        ax.set_axis_off()
        write(ax, SIDE, SIDE, headline, va="top", size=TITLE, weight="bold")
        _frame(ax, x, y, list(names.values()), list(heads.values()), rows.heading, columns.heading)
        at = {key: x[i] + PAD if from_left else (x[i] + x[i + 1]) / 2 for i, key in enumerate(heads)}
        down = {key: (y[i] + y[i + 1]) / 2 for i, key in enumerate(names)}
        placed["x"] = placed["run" if from_left else "dx"] + placed["column"].map(at).astype(float)
        placed["y"] = placed["dy"] + placed["row"].map(down).astype(float)
        _draw(ax, placed, looks)
        draw_key(ax, keys, y[-1] + PAD + 0.2)
    return figure


def thinned(marks: pd.DataFrame, most: int = MOST_MARKS) -> tuple[pd.DataFrame, int]:
    """Return marks that are few enough to be drawn, and how many of those given one of them stands for.

    Marks that are alike are taken together, ten or a hundred to one; what is left of them is a mark too.
    """
    each = 1
    while len(marks) > each * most:
        each *= 10
    alike = marks.groupby(list(marks.columns), sort=False, observed=True).cumcount()
    return marks[alike.to_numpy() % each == 0], each


def of_marks(each: int, one: str = "excerpt", many: str = "excerpts") -> str:
    """Return what one mark stands for: `one person`, `10 excerpts, or what is left of them`."""
    return f"one {one}" if each == 1 else f"{each} {many}, or what is left of them"


def _place(marks: pd.DataFrame, per_line: int) -> pd.DataFrame:
    """Return the marks with their place in their cell, from its middle and (run) its left, and the room it takes."""
    parts = [marks.assign(run=0.0, dx=0.0, dy=0.0, wide=0.0, high=0.0).iloc[:0]]
    longest = max((text_width(str(tag), TAG, "bold") for tag in marks["tag"].unique()), default=0.0)
    for _, cell in marks.groupby(["row", "column"], sort=False, observed=True):
        tagged = bool((cell["tag"] != "").any())
        step, drop = (max(longest + PAD, STEP), LINE_STEP) if tagged else (STEP, STEP)
        line = max(1, int(per_line * STEP / step))
        n = len(cell)
        number = np.arange(n)
        lines = -(-n // line)
        across = np.minimum(line, n - number // line * line)
        parts.append(
            cell.assign(
                run=(number % line + 0.5) * step,
                dx=(number % line - (across - 1) / 2) * step,
                dy=(number // line - (lines - 1) / 2) * drop,
                wide=min(n, line) * step,
                high=lines * drop,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _extent(placed: pd.DataFrame, axis: str, key: str, side: str) -> float:
    return float(placed.loc[placed[axis] == key, side].max()) if (placed[axis] == key).any() else STEP


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


def _frame(
    ax: Axes,
    x: np.ndarray,
    y: np.ndarray,
    names: Sequence[str],
    heads: Sequence[str],
    row_title: str,
    column_title: str,
) -> None:
    """Draw lines between the cells, the labels, and what the labels are."""
    for line in y:
        ax.plot([SIDE, x[-1]], [line, line], color=LINE, lw=0.8, zorder=0)
    for i, name in enumerate(names):
        last = (y[i] + y[i + 1] + lines_of(name) * LINE_HEIGHT) / 2 - TO_BASE
        write_lines(ax, x[0] - PAD, last, name, ha="right")
    base = y[0] - PAD / 2 - TO_BASE / 2
    for i, head in enumerate(heads):
        write_lines(ax, (x[i] + x[i + 1]) / 2, base, head, ha="center")
    above = base - max(map(lines_of, heads)) * LINE_HEIGHT - TO_BASE
    write(ax, x[0], above, column_title, ha="left", va="baseline", color=QUIET, size=SMALL)
    write(ax, x[0] - PAD, base, row_title, ha="right", va="baseline", color=QUIET, size=SMALL)


def _draw(ax: Axes, placed: pd.DataFrame, looks: Mapping[str, Look]) -> None:
    for (key, filled), these in placed.groupby(["look", "filled"], sort=False):
        look = looks[str(key)]
        scatter(ax, these[these["tag"] == ""], look, bool(filled))
        tagged = these[these["tag"] != ""]
        face, colour = (look.colour, PAPER) if filled else (PAPER, look.colour)
        box = {"boxstyle": "round,pad=0.22", "fc": face, "ec": look.colour, "lw": 1.2}
        for across, down, tag in zip(tagged["x"], tagged["y"], tagged["tag"], strict=True):
            write(ax, across, down, tag, ha="center", va="center", size=TAG, color=colour, weight="bold", bbox=box)


def scatter(ax: Axes, marks: pd.DataFrame, look: Look, filled: bool) -> None:
    """Draw marks of one look at their places."""
    if marks.empty:
        return
    size: dict[str, Any] = {"data": marks, "x": "x", "y": "y", "ax": ax, "s": MARK_AREA, "legend": False}
    face = look.colour if filled and look.fill == "full" else PAPER
    sns.scatterplot(marker=look.shape, linewidth=1.3, facecolor=face, edgecolor=look.colour, **size)
    if filled and look.fill == "half":
        half = MarkerStyle(look.shape, fillstyle="left")
        sns.scatterplot(marker=half, linewidth=0, facecolor=look.colour, **size)


def key_lines(used: Sequence[Look], filled: Sequence[str], wide: float) -> list[list[tuple[Look, bool, float]]]:
    """Return the entries of the key, line by line, each with the place where it starts."""
    entries = [(look, True) for look in used] if len(used) > 1 else []
    entries += [(Look(INK, "o", label), not i) for i, label in enumerate(filled)]
    lines: list[list[tuple[Look, bool, float]]] = [[]]
    at = 0.0
    for look, solid in entries:
        room = 0.22 + text_width(look.label, SMALL) + 0.3
        if at + room > wide and lines[-1]:
            lines.append([])
            at = 0.0
        lines[-1].append((look, solid, at))
        at += room
    return [line for line in lines if line]


def draw_key(ax: Axes, lines: list[list[tuple[Look, bool, float]]], top: float) -> None:
    """Draw the entries of a key; `top` is where the first line runs."""
    for i, line in enumerate(lines):
        for look, filled, start in line:
            place = pd.DataFrame({"x": [SIDE + start + 0.08], "y": [top + i * KEY_HEIGHT]})
            scatter(ax, place, look, filled)
            write(ax, SIDE + start + 0.22, top + i * KEY_HEIGHT, look.label, va="center", size=SMALL)
