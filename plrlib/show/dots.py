"""A grid of marks: one mark is one person or one excerpt, and nothing is summed away.

All lengths are inches. A column is as wide as its fullest cell needs, and a row as high, so that twice as many marks
still fit.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plrlib.show.picture import INK, LINE, PAPER, QUIET, style

STEP, TAG = 0.19, 0.44
"""The room that a mark takes, and a mark with a name on it."""
PAD, SIDE, TALLEST = 0.14, 0.3, 0.24
LETTER, LINE_HEIGHT = 0.083, 0.19
MARK_AREA = 62


@dataclass(frozen=True)
class Look:
    """How one kind of mark looks: colour and shape together, and what it is called."""

    colour: str
    shape: str
    label: str


@dataclass(frozen=True)
class Axis:
    """Rows or columns of the grid: the keys in order, the label of each, and what all of them are."""

    labels: Mapping[str, str]
    title: str = ""


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
    names = {key: _wrap(label, 22) for key, label in rows.labels.items()}
    heads = {key: _wrap(label, 15) for key, label in columns.labels.items()}
    widths = [max(_extent(placed, "column", key, "wide"), _text_width(heads[key])) + 2 * PAD for key in heads]
    heights = [max(_extent(placed, "row", key, "high"), _lines(names[key]) * LINE_HEIGHT) + 2 * PAD for key in names]
    left = SIDE + max(map(_text_width, names.values())) + PAD
    wide = left + sum(widths) + SIDE
    headline = textwrap.fill(title, max(30, int((wide - 2 * SIDE) / 0.105)))
    top = SIDE + _lines(headline) * 0.24 + 0.15 + (LINE_HEIGHT if columns.title else 0)
    top += max(map(_lines, heads.values())) * LINE_HEIGHT + PAD
    used = [look for key, look in looks.items() if (marks["look"] == key).any()]
    keys = _key_lines(used, filled if marks["filled"].nunique() > 1 else (), wide - 2 * SIDE)
    high = top + sum(heights) + PAD + len(keys) * 0.26 + SIDE
    x = left + np.concatenate([[0], np.cumsum(widths)])
    y = top + np.concatenate([[0], np.cumsum(heights)])
    with style():
        figure = Figure(figsize=(wide, high))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(high, 0))
        ax.set_axis_off()
        ax.text(SIDE, SIDE, headline, va="top", size=12, weight="bold")
        _frame(ax, x, y, list(names.values()), list(heads.values()), rows.title, columns.title)
        at = {key: x[i] + PAD if from_left else (x[i] + x[i + 1]) / 2 for i, key in enumerate(heads)}
        down = {key: (y[i] + y[i + 1]) / 2 for i, key in enumerate(names)}
        placed["x"] = placed["run" if from_left else "dx"] + placed["column"].map(at).astype(float)
        placed["y"] = placed["dy"] + placed["row"].map(down).astype(float)
        _draw(ax, placed, looks)
        _legend(ax, keys, y[-1] + PAD + 0.2)
    return figure


def _place(marks: pd.DataFrame, per_line: int) -> pd.DataFrame:
    """Return the marks with their place in their cell, from its middle and (run) its left, and the room it takes."""
    parts = []
    for _, cell in marks.groupby(["row", "column"], sort=False, observed=True):
        tagged = bool((cell["tag"] != "").any())
        step, drop = (TAG, TALLEST) if tagged else (STEP, STEP)
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


def _wrap(label: str, width: int) -> str:
    return textwrap.fill(label, width)


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _text_width(text: str) -> float:
    return max(len(line) for line in text.split("\n")) * LETTER


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
        ax.text(x[0] - PAD, (y[i] + y[i + 1]) / 2, name, ha="right", va="center", linespacing=1.15)
    for i, head in enumerate(heads):
        ax.text((x[i] + x[i + 1]) / 2, y[0] - PAD / 2, head, ha="center", va="bottom", linespacing=1.15)
    lines = max(map(_lines, heads))
    if column_title:
        ax.text(x[0], y[0] - PAD - lines * LINE_HEIGHT, column_title, ha="left", va="bottom", color=QUIET, size=9)
    if row_title:
        ax.text(x[0] - PAD, y[0] - PAD / 2, row_title, ha="right", va="bottom", color=QUIET, size=9)


def _draw(ax: Axes, placed: pd.DataFrame, looks: Mapping[str, Look]) -> None:
    for key, look in looks.items():
        for filled in (True, False):
            these = placed[(placed["look"] == key) & (placed["filled"] == filled)]
            if these.empty:
                continue
            plain, tagged = these[these["tag"] == ""], these[these["tag"] != ""]
            _scatter(ax, plain, look, filled)
            for across, down, tag in zip(tagged["x"], tagged["y"], tagged["tag"], strict=True):
                box = {
                    "boxstyle": "round,pad=0.22",
                    "fc": look.colour if filled else PAPER,
                    "ec": look.colour,
                    "lw": 1.2,
                }
                colour = PAPER if filled else look.colour
                ax.text(across, down, tag, ha="center", va="center", size=7.5, color=colour, weight="bold", bbox=box)


def _scatter(ax: Axes, marks: pd.DataFrame, look: Look, filled: bool) -> None:
    if len(marks):
        sns.scatterplot(
            data=marks, x="x", y="y", ax=ax, marker=look.shape, s=MARK_AREA, linewidth=1.3, legend=False,
            facecolor=look.colour if filled else PAPER, edgecolor=look.colour,
        )  # fmt: skip


def _key_lines(used: Sequence[Look], filled: Sequence[str], wide: float) -> list[list[tuple[Look, bool, float]]]:
    """Return the entries of the key, line by line, each with the place where it starts."""
    entries = [(look, True) for look in used] if len(used) > 1 else []
    entries += [(Look(INK, "o", label), not i) for i, label in enumerate(filled)]
    lines: list[list[tuple[Look, bool, float]]] = [[]]
    at = 0.0
    for look, solid in entries:
        room = 0.25 + len(look.label) * LETTER + 0.25
        if at + room > wide and lines[-1]:
            lines.append([])
            at = 0.0
        lines[-1].append((look, solid, at))
        at += room
    return [line for line in lines if line]


def _legend(ax: Axes, lines: list[list[tuple[Look, bool, float]]], top: float) -> None:
    for i, line in enumerate(lines):
        for look, filled, start in line:
            place = pd.DataFrame({"x": [SIDE + start + 0.08], "y": [top + i * 0.26]})
            _scatter(ax, place, look, filled)
            ax.text(SIDE + start + 0.22, top + i * 0.26, look.label, va="center", size=9)
