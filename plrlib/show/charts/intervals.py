"""Rows with a label, marks and ranges on one scale, and words to the right; all lengths are inches.

A row of the picture is a group, such as a theme, and holds one line or several, such as one a group of people.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from plrlib.show.charts.canvas import LINE_HEIGHT, PAD, ROW_LABEL, SIDE, STEP, TO_BASE, Canvas, Key, Look
from plrlib.show.figure import INK, LINE, PAPER, QUIET, SMALL, lines_of, text_width, wrapped

PANEL, AFTER = 3.3, 1.7
"""The width of the scale, and the most that words to the right of it take."""
LINE_GAP = 0.23
END = 0.07
"""How far the end of a range stands out."""
CLEAR = {"fc": PAPER, "ec": "none", "pad": 2}


@dataclass(frozen=True)
class Scale:
    """The scale of the marks: its ends, what is written at which place of it, and what it is of."""

    start: float
    end: float
    ticks: Mapping[float, str]
    title: str
    sides: tuple[str, str] = ("", "")
    middle: float | None = None

    def place(self, value: float) -> float:
        """Return how far a value is from the start of the scale as drawn; one beyond its ends stands at the end."""
        inside = min(max(value, self.start), self.end)
        return (inside - self.start) / (self.end - self.start) * PANEL


def intervals(
    lines: pd.DataFrame, scale: Scale, looks: Mapping[str, Look], title: str, heads: tuple[str, str, str]
) -> Figure:
    """Draw ranges and marks on one scale.

    Parameters
    ----------
    lines
        One row a line: group (its label stands once), count (beside the label), low, at, high (places on the scale: the
        mark and the ends of its range; none where missing; where there is no mark, both ends are marks; an end beyond
        the scale is an arrow), look (a key of `looks`), words (in the place of a mark; blank: none), after (words to
        the right, once a group; blank: none). The last two may be left out.
    scale
        The scale.
    looks
        How each kind of mark looks; those in use are named below, where there are several.
    title
        What is seen, in a sentence.
    heads
        What stands above labels, counts and the words to the right.
    """
    lines = lines.assign(**{name: "" for name in ("words", "after") if name not in lines})
    first = lines.drop_duplicates("group").set_index("group")
    names = {group: wrapped(group, ROW_LABEL) for group in first.index}
    after = {group: wrapped(str(text), AFTER) for group, text in first["after"].items()}
    words = [wrapped(text, PANEL - PAD, SMALL) if text else "" for text in lines["words"]]
    tall = np.array([max(LINE_GAP, lines_of(text) * LINE_HEIGHT) for text in words])
    label_end = SIDE + max(text_width(heads[0], SMALL), *map(text_width, names.values()))
    count_start = label_end + PAD
    start = count_start + max(text_width(heads[1], SMALL), *map(text_width, lines["count"])) + 2 * PAD
    after_start = start + PANEL + 2 * PAD
    wide = after_start + max(text_width(heads[2], SMALL), *map(text_width, after.values())) + SIDE
    canvas = Canvas(title, wide)
    edges, down = [canvas.top + LINE_HEIGHT + PAD], np.zeros(len(lines))
    for group, name in names.items():
        here = np.flatnonzero(lines["group"].to_numpy() == group)
        room = tall[here].sum()
        high = max(room, *(lines_of(text) * LINE_HEIGHT for text in (name, after[group]))) + 1.6 * PAD
        ends = edges[-1] + (high - room) / 2 + np.cumsum(tall[here])
        down[here] = ends - tall[here] / 2
        edges.append(edges[-1] + high)
    key = Key(looks, list(lines["look"].unique()), (), wide)
    sides = [wrapped(text, PANEL / 2 - PAD / 2, SMALL) for text in scale.sides]
    below = max(map(lines_of, sides)) if any(sides) else 0
    scale_title = wrapped(scale.title, PANEL, SMALL)
    foot = edges[-1] + LINE_HEIGHT + (below + lines_of(scale_title)) * LINE_HEIGHT + PAD
    with canvas.figure(foot + key.high + SIDE) as figure:
        places = (label_end, "right"), (count_start, "left"), (after_start, "left")
        for (x, side), head in zip(places, heads, strict=True):
            canvas.write(x, edges[0] - PAD / 2 - TO_BASE, head, ha=side, va="baseline", color=QUIET, size=SMALL)
        canvas.rule(edges, SIDE, wide - SIDE)
        base = edges[-1] + LINE_HEIGHT
        for tick, text in scale.ticks.items():
            x, strong = start + scale.place(tick), tick == scale.middle
            colour, thick = (QUIET, 1.0) if strong else (LINE, 0.6)
            canvas.ax.plot([x, x], [edges[0], edges[-1]], color=colour, lw=thick, zorder=0)
            canvas.write(x, base, text, ha="center", va="baseline", size=SMALL)
        for x, text, side in zip((start, start + PANEL), sides, ("left", "right"), strict=True):
            if text:
                canvas.write_lines(x, base + lines_of(text) * LINE_HEIGHT, text, ha=side, size=SMALL)
        middle, last = start + PANEL / 2, base + (below + lines_of(scale_title)) * LINE_HEIGHT
        canvas.write_lines(middle, last, scale_title, ha="center", color=QUIET, size=SMALL)
        for i, group in enumerate(names):
            for x, text, side in ((label_end, names[group], "right"), (after_start, after[group], "left")):
                canvas.write_middle(x, (edges[i] + edges[i + 1]) / 2, text, ha=side)
        for y, text, beside, line in zip(down, words, lines["count"], lines.itertuples(), strict=True):
            canvas.write(count_start, y + LINE_HEIGHT / 2 - TO_BASE, beside, va="baseline")
            if text:
                canvas.write_middle(middle, y, text, ha="center", color=QUIET, size=SMALL, bbox=CLEAR)
            look = looks.get(str(line.look), Look(INK, "o", ""))
            _mark(canvas, (float(line.low), float(line.at), float(line.high)), scale, look, start, y)  # type: ignore[arg-type]
        key.draw(canvas, foot + 0.1)
    return figure


def _mark(canvas: Canvas, values: tuple[float, float, float], scale: Scale, look: Look, start: float, y: float) -> None:
    """Draw one line's range, with an end where it ends and an arrow where it does not, and its mark."""
    low, at, high = values
    if not math.isnan(low) and not math.isnan(high):
        ends = [start + scale.place(value) for value in (low, high)]
        canvas.ax.plot(ends, [y, y], color=look.colour, lw=2.2, solid_capstyle="butt", zorder=1)
        for value, x, arrow in ((low, ends[0], "<"), (high, ends[1], ">")):
            if not scale.start <= value <= scale.end:
                canvas.mark(x, y, Look(look.colour, arrow, ""))
            elif math.isnan(at):
                canvas.mark(x, y, look)
            else:
                canvas.ax.plot([x, x], [y - END, y + END], color=look.colour, lw=2.2, zorder=1)
    if not math.isnan(at):
        beside = 0.0 if math.isfinite(at) else math.copysign(STEP, at)  # an estimate without end stands at the arrow
        canvas.mark(start + scale.place(at) - beside, y, look)
