"""Rows with a label, marks and ranges on one scale, and words to the right; all lengths are inches.

A row of the picture is a group, such as a theme, and holds one line or several, such as one a level.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plrlib.show.charts.dots import (
    KEY_HEIGHT,
    LINE_HEIGHT,
    PAD,
    ROW_LABEL,
    SIDE,
    SMALL,
    STEP,
    TITLE,
    TITLE_HEIGHT,
    TO_BASE,
    Look,
    draw_key,
    key_lines,
    lines_of,
    scatter,
    text_width,
    wrapped,
    write,
    write_lines,
)
from plrlib.show.figure import INK, LINE, PAPER, QUIET, style

PANEL, AFTER = 3.3, 1.7
"""The width of the scale, and the most that words to the right of it take."""
LINE_GAP = 0.23
END = 0.07
"""How far the end of a range stands out."""


@dataclass(frozen=True)
class Scale:
    """The scale of the marks: its ends, what is written at which place of it, and what it is of."""

    start: float
    end: float
    ticks: Mapping[float, str]
    title: str
    sides: tuple[str, str] = ("", "")
    middle: float | None = None


def strips(
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

    Returns
    -------
    Figure
        Not shown and not known to pyplot.
    """
    lines = lines.assign(**{name: "" for name in ("words", "after") if name not in lines})
    groups = list(dict.fromkeys(lines["group"]))
    names = {group: wrapped(group, ROW_LABEL) for group in groups}
    after = {group: wrapped(str(lines.loc[lines["group"] == group, "after"].iloc[0]), AFTER) for group in groups}
    words = [wrapped(text, PANEL - PAD, SMALL) if text else "" for text in lines["words"]]
    tall = [max(LINE_GAP, lines_of(text) * LINE_HEIGHT) for text in words]
    label_wide = max(text_width(heads[0], SMALL), *map(text_width, names.values()))
    text_wide = max(text_width(heads[1], SMALL), *map(text_width, lines["count"]))
    after_wide = max(text_width(heads[2], SMALL), *map(text_width, after.values()))
    x_label = SIDE + label_wide
    x_text = x_label + PAD
    start = x_text + text_wide + 2 * PAD
    end = start + PANEL
    wide = end + 2 * PAD + after_wide + SIDE
    headline = wrapped(title, wide - 2 * SIDE, TITLE, "bold")
    y, line_y = _down(lines, groups, names, after, tall, SIDE + lines_of(headline) * TITLE_HEIGHT + PAD + LINE_HEIGHT)
    used = [look for key, look in looks.items() if (lines["look"] == key).any()]
    keys = key_lines(used, (), wide - 2 * SIDE)
    sides, below = _below(scale)
    foot = y[-1] + LINE_HEIGHT + below + PAD
    with style():
        figure = Figure(figsize=(wide, foot + len(keys) * KEY_HEIGHT + SIDE))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(figure.get_figheight(), 0))
        ax.set_axis_off()
        write(ax, SIDE, SIDE, headline, va="top", size=TITLE, weight="bold")
        places = ((x_label, heads[0], "right"), (x_text, heads[1], "left"), (end + 2 * PAD, heads[2], "left"))
        for x, head, side in places:
            write(ax, x, y[0] - PAD / 2 - TO_BASE, head, ha=side, va="baseline", color=QUIET, size=SMALL)
        _rule(ax, y, wide, scale, start, end)
        _foot(ax, scale, sides, start, end, y[-1])
        for i, group in enumerate(groups):
            middle = (y[i] + y[i + 1]) / 2
            for x, text, side in ((x_label, names[group], "right"), (end + 2 * PAD, after[group], "left")):
                write_lines(ax, x, middle + lines_of(text) * LINE_HEIGHT / 2 - TO_BASE, text, ha=side)
        for down, text, line, beside in zip(line_y, words, lines.itertuples(), lines["count"], strict=True):
            write(ax, x_text, down + LINE_HEIGHT / 2 - TO_BASE, beside, va="baseline")
            if text:
                last = down + lines_of(text) * LINE_HEIGHT / 2 - TO_BASE
                clear = {"fc": PAPER, "ec": "none", "pad": 2}
                write_lines(ax, (start + end) / 2, last, text, ha="center", color=QUIET, size=SMALL, bbox=clear)
            _mark(ax, line, scale, looks, start, down)
        draw_key(ax, keys, foot + 0.1)
    return figure


def _down(
    lines: pd.DataFrame,
    groups: list[str],
    names: Mapping[str, str],
    after: Mapping[str, str],
    tall: list[float],
    top: float,
) -> tuple[list[float], list[float]]:
    """Return where the rows begin, with the end of the last, and where each line runs."""
    y, line_y = [top + PAD], [0.0] * len(lines)
    of = lines["group"].to_numpy()
    for group in groups:
        here = np.flatnonzero(of == group)
        room = sum(tall[i] for i in here)
        high = max(room, *(lines_of(text) * LINE_HEIGHT for text in (names[group], after[group]))) + 1.6 * PAD
        at = y[-1] + (high - room) / 2
        for i in here:
            line_y[i] = at + tall[i] / 2
            at += tall[i]
        y.append(y[-1] + high)
    return y, line_y


def _place(value: float, scale: Scale, start: float) -> float:
    inside = min(max(value, scale.start), scale.end)
    return start + (inside - scale.start) / (scale.end - scale.start) * PANEL


def _rule(ax: Axes, y: list[float], wide: float, scale: Scale, start: float, end: float) -> None:
    """Draw lines between the rows, and one from top to bottom at each tick."""
    for line in y:
        ax.plot([SIDE, wide - SIDE], [line, line], color=LINE, lw=0.8, zorder=0)
    for tick in scale.ticks:
        strong = tick == scale.middle
        x = _place(tick, scale, start)
        ax.plot([x, x], [y[0], y[-1]], color=QUIET if strong else LINE, lw=1.0 if strong else 0.6, zorder=0)


def _below(scale: Scale) -> tuple[tuple[str, str], float]:
    """Return what stands at both sides below the scale, in lines, and the room that it takes with the title."""
    left, right = (wrapped(text, PANEL / 2 - PAD / 2, SMALL) for text in scale.sides)
    lines = max(lines_of(left), lines_of(right)) if left or right else 0
    return (left, right), (lines + lines_of(wrapped(scale.title, PANEL, SMALL))) * LINE_HEIGHT


def _foot(ax: Axes, scale: Scale, sides: tuple[str, str], start: float, end: float, bottom: float) -> None:
    base = bottom + LINE_HEIGHT
    for tick, text in scale.ticks.items():
        write(ax, _place(tick, scale, start), base, text, ha="center", va="baseline", size=SMALL)
    for x, text, side in ((start, sides[0], "left"), (end, sides[1], "right")):
        if text:
            write_lines(ax, x, base + lines_of(text) * LINE_HEIGHT, text, ha=side, size=SMALL)
    most = max(map(lines_of, sides)) if any(sides) else 0
    title = wrapped(scale.title, PANEL, SMALL)
    last = base + (most + lines_of(title)) * LINE_HEIGHT
    write_lines(ax, (start + end) / 2, last, title, ha="center", color=QUIET, size=SMALL)


def _mark(ax: Axes, line: object, scale: Scale, looks: Mapping[str, Look], start: float, y: float) -> None:
    """Draw one line's range, with an end where it ends and an arrow where it does not, and its mark."""
    low, at, high = (float(getattr(line, name)) for name in ("low", "at", "high"))
    look = looks[line.look] if line.look in looks else Look(INK, "o", "")  # type: ignore[attr-defined]
    if not math.isnan(low) and not math.isnan(high):
        ends = _place(low, scale, start), _place(high, scale, start)
        ax.plot(ends, [y, y], color=look.colour, lw=2.2, solid_capstyle="butt", zorder=1)
        for value, x, arrow in ((low, ends[0], "<"), (high, ends[1], ">")):
            place = pd.DataFrame({"x": [x], "y": [y]})
            if not scale.start <= value <= scale.end:
                scatter(ax, place, Look(look.colour, arrow, ""), True)
            elif math.isnan(at):
                scatter(ax, place, look, True)
            else:
                ax.plot([x, x], [y - END, y + END], color=look.colour, lw=2.2, zorder=1)
    if not math.isnan(at):
        beside = 0.0 if math.isfinite(at) else math.copysign(STEP, at)  # an estimate without end stands at the arrow
        scatter(ax, pd.DataFrame({"x": [_place(at, scale, start) - beside], "y": [y]}), look, True)
