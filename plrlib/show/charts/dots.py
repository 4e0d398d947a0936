"""A grid of marks: one mark is one person or one excerpt, and nothing is summed away.

Of more than can be drawn one by one, each cell is a bar to scale with its numbers beside it: no mark ever stands for
several. All lengths are inches. A column is as wide as its fullest cell and its label need, and a row as high, so that
twice as many marks still fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from plrlib.show.charts.canvas import LINE_HEIGHT, PAD, ROW_LABEL, SIDE, STEP, TO_BASE, Canvas, Key, Look
from plrlib.show.figure import PAPER, QUIET, SMALL, lines_of, text_width, wrapped

TAG_STEP = 0.24
"""The height of a mark with a name on it."""
TAG = 7.5  # points
COLUMN_LABEL, NARROWEST = 1.3, 4.2
MOST_MARKS = 2000
BAR, THICK = 1.6, 0.13
"""The length of the longest bar, and how thick bars are."""
HATCHED = "/////"


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
    marks: pd.DataFrame, rows: Axis, columns: Axis, looks: Mapping[str, Look], title: str, *, per_line: int = 8,
    filled: tuple[str, str] = ("", ""), from_left: bool = False, beside: Mapping[tuple[str, str], str] | None = None,
) -> Figure:  # fmt: skip
    """Draw a grid of marks, or of bars where they are more than `MOST_MARKS`.

    Parameters
    ----------
    marks
        One row a mark: row, column (keys of the axes), look (a key of `looks`), filled (an open mark where False), and
        tag (a name written on the mark; blank: none). The last two may be left out.
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
    beside
        What stands beside the bar of a row and column; None: its numbers by look, in the order of `looks`.
    """
    marks = marks.assign(**{name: some for name, some in (("filled", True), ("tag", "")) if name not in marks})
    bars = len(marks) > MOST_MARKS
    if bars:
        looks = {name: replace(look, shape="s") for name, look in looks.items()}
        placed = _bars(marks, looks, beside or {})
    else:
        placed = _place(marks, per_line)
    names = {key: wrapped(label, ROW_LABEL) for key, label in rows.labels.items()}
    heads = {key: wrapped(label, COLUMN_LABEL) for key, label in columns.labels.items()}
    across, down = (placed.groupby(axis, observed=True).max(numeric_only=True) for axis in ("column", "row"))
    widths = [max(across["wide"].get(key, STEP), text_width(heads[key])) + 2 * PAD for key in heads]
    heights = [
        max(down["high"].get(key, STEP), lines_of(names[key]) * LINE_HEIGHT) + (1 if bars else 2) * PAD for key in names
    ]
    left = SIDE + max(text_width(rows.heading, SMALL), *map(text_width, names.values())) + PAD
    wide = max(left + max(sum(widths), text_width(columns.heading, SMALL)) + SIDE, NARROWEST)
    canvas = Canvas(title, wide)
    top = canvas.top + (LINE_HEIGHT + TO_BASE if columns.title else 0)
    top += max(map(lines_of, heads.values())) * LINE_HEIGHT + PAD
    key = Key(looks, list(marks["look"].unique()), filled if marks["filled"].nunique() > 1 else (), wide)
    x = left + np.concatenate([[0], np.cumsum(widths)])
    y = top + np.concatenate([[0], np.cumsum(heights)])
    with canvas.figure(top + sum(heights) + PAD + key.high + SIDE) as figure:
        canvas.rule(y, SIDE, x[-1])
        for name, middle in zip(names.values(), (y[:-1] + y[1:]) / 2, strict=True):
            canvas.write_middle(x[0] - PAD, middle, name, ha="right")
        base = y[0] - PAD / 2 - TO_BASE / 2
        for head, middle in zip(heads.values(), (x[:-1] + x[1:]) / 2, strict=True):
            canvas.write_lines(middle, base, head, ha="center")
        above = base - max(map(lines_of, heads.values())) * LINE_HEIGHT - TO_BASE
        canvas.write(x[0], above, columns.heading, ha="left", va="baseline", color=QUIET, size=SMALL)
        canvas.write(x[0] - PAD, base, rows.heading, ha="right", va="baseline", color=QUIET, size=SMALL)
        start = dict(zip(heads, x[:-1] + PAD if from_left or bars else (x[:-1] + x[1:]) / 2, strict=True))
        middles = dict(zip(names, (y[:-1] + y[1:]) / 2, strict=True))
        placed["x"] = placed["run" if from_left or bars else "dx"] + placed["column"].map(start).astype(float)
        placed["y"] = placed["dy"] + placed["row"].map(middles).astype(float)
        (_draw_bars if bars else _draw)(canvas, placed, looks)
        key.draw(canvas, y[-1] + PAD + 0.2)
    return figure


def mark_say(n: int, one: str = "excerpt", many: str = "excerpts") -> str:
    """Return what a mark of a grid of n marks is, or a bar, as a sentence begins: `One mark is one person`."""
    if n <= MOST_MARKS:
        return f"One mark is one {one}"
    return f"A bar is to scale: the number of {many} stands beside it; of several kinds, in the order of the key"


def _bars(marks: pd.DataFrame, looks: Mapping[str, Look], beside: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Return the parts of the bars with their place in their cell, and (tag, of the last part) what stands beside."""
    used = [look for look in looks if (marks["look"] == look).any()]
    parts = marks.groupby(["row", "column", "look", "filled"], sort=False, observed=True).size().reset_index(name="n")
    by_look = parts.pivot_table(index=["row", "column"], columns="look", values="n", aggfunc="sum", fill_value=0)
    numbers = by_look[used].to_numpy()
    numbers = numbers if (numbers > 0).sum(axis=1).max() > 1 else numbers.sum(axis=1, keepdims=True)
    told = {cell: " + ".join(map(str, row)) for cell, row in zip(by_look.index, numbers, strict=True)}
    cells = parts.groupby(["row", "column"], sort=False, observed=True)["n"]
    ends, unit = cells.cumsum(), BAR / float(cells.sum().max())
    last = ends == cells.transform("sum")
    tags = [beside.get(cell, told[cell]) for cell in zip(parts["row"], parts["column"], strict=True)]
    room = [text_width(tag, SMALL) + PAD for tag in tags]
    return parts.assign(
        tag=np.where(last, tags, ""), run=(ends - parts["n"]) * unit, size=parts["n"] * unit, dy=0.0,
        wide=cells.transform("sum") * unit + room, high=STEP,
    )  # fmt: skip


def _draw_bars(canvas: Canvas, placed: pd.DataFrame, looks: Mapping[str, Look]) -> None:
    for part in placed.itertuples(index=False):
        look = looks[str(part.look)]
        full = bool(part.filled) and look.fill != "open"
        look_of = {"fc": look.colour if full and look.fill == "full" else PAPER, "ec": look.colour, "lw": 0.8}
        hatch = HATCHED if full and look.fill == "half" else None
        corner = (float(part.x), float(part.y) - THICK / 2)  # type: ignore[arg-type]
        canvas.ax.add_patch(Rectangle(corner, float(part.size), THICK, hatch=hatch, **look_of))  # type: ignore[arg-type]
        if part.tag:
            at = float(part.x) + float(part.size) + PAD / 2  # type: ignore[arg-type]
            canvas.write(at, float(part.y), str(part.tag), va="center", size=SMALL)  # type: ignore[arg-type]


def _place(marks: pd.DataFrame, per_line: int) -> pd.DataFrame:
    """Return the marks with their place in their cell, from its middle and (run) its left, and the room it takes."""
    longest = max((text_width(str(tag), TAG, "bold") for tag in marks["tag"].unique()), default=0.0)
    cells = marks.assign(tagged=marks["tag"] != "").groupby(["row", "column"], sort=False, observed=True)
    tagged, n, number = cells["tagged"].transform("any"), cells["tagged"].transform("size"), cells.cumcount()
    step, drop = np.where(tagged, max(longest + PAD, STEP), STEP), np.where(tagged, TAG_STEP, STEP)
    line = np.maximum(1, (per_line * STEP / step).astype(int))
    lines, across = -(-n // line), np.minimum(line, n - number // line * line)
    return marks.assign(
        run=(number % line + 0.5) * step, dx=(number % line - (across - 1) / 2) * step,
        dy=(number // line - (lines - 1) / 2) * drop, wide=np.minimum(n, line) * step, high=lines * drop,
    )  # fmt: skip


def _draw(canvas: Canvas, placed: pd.DataFrame, looks: Mapping[str, Look]) -> None:
    for (key, filled), these in placed.groupby(["look", "filled"], sort=False):
        look = looks[str(key)]
        canvas.scatter(these[these["tag"] == ""], look, bool(filled))
        face, colour = (look.colour, PAPER) if filled else (PAPER, look.colour)
        box = {"boxstyle": "round,pad=0.22", "fc": face, "ec": look.colour, "lw": 1.2}
        tagged = these[these["tag"] != ""]
        for across, down, tag in zip(tagged["x"], tagged["y"], tagged["tag"], strict=True):
            canvas.write(across, down, tag, ha="center", va="center", size=TAG, color=colour, weight="bold", bbox=box)
