"""Lines over one scale: curves of chances, and steps that climb with every event; all lengths are inches."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from plrlib.show.charts.canvas import LINE_HEIGHT, PAD, SIDE, TO_BASE, Canvas, Key, Look
from plrlib.show.figure import BLUE, INK, LINE, PALE, PAPER, QUIET, SMALL, lines_of, text_width, wrapped

WIDE, HIGH = 5.4, 2.8
"""The room of the curves."""
UP = {0.0: "never", 0.25: "1 in 4", 0.5: "1 in 2", 0.75: "3 in 4", 1.0: "always"}
DASHED = (0, (4, 3))


def curves(
    drawn: pd.DataFrame, ticks: Mapping[float, str], titles: tuple[str, str], level: float, name: str,
    looks: Mapping[str, Look], title: str,
) -> Figure:  # fmt: skip
    """Draw curves of chances, with one line across that is worth reaching.

    Parameters
    ----------
    drawn
        One row a point: curve (a key of `looks`), x, y; both run from 0 to 1.
    ticks
        What is written at which place of the scale below.
    titles
        What the scale below is of, and the one at the left.
    level, name
        The height of the line across, and what it is called.
    looks
        How the marks of each curve look, at the ticks.
    title
        What is seen, in a sentence.
    """
    left = SIDE + max(text_width(text, SMALL) for text in UP.values()) + PAD
    right = left + WIDE
    wide = right + max(text_width(name, SMALL) + PAD, text_width(list(ticks.values())[-1], SMALL) / 2) + SIDE
    canvas = Canvas(title, wide)
    top = canvas.top + LINE_HEIGHT + PAD
    along = wrapped(titles[0], WIDE, SMALL)
    foot = top + HIGH + LINE_HEIGHT + PAD + lines_of(along) * LINE_HEIGHT + PAD
    key = Key(looks, list(looks), (), wide)
    with canvas.figure(foot + key.high + SIDE) as figure:
        canvas.write(SIDE, top - PAD - TO_BASE / 2, titles[1], va="baseline", color=QUIET, size=SMALL)
        for height, text in UP.items():
            y = top + (1 - height) * HIGH
            canvas.rule([y], left, right)
            canvas.write(left - PAD, y, text, ha="right", va="center", size=SMALL)
        for place, text in ticks.items():
            x = left + place * WIDE
            canvas.ax.plot([x, x], [top, top + HIGH], color=LINE, lw=0.6, zorder=0)
            canvas.write(x, top + HIGH + LINE_HEIGHT, text, ha="center", va="baseline", size=SMALL)
        last = top + HIGH + LINE_HEIGHT + PAD + lines_of(along) * LINE_HEIGHT - TO_BASE
        canvas.write_lines(left + WIDE / 2, last, along, ha="center", color=QUIET, size=SMALL)
        y = top + (1 - level) * HIGH
        canvas.ax.plot([left, right], [y, y], color=INK, lw=1.2, ls=DASHED, zorder=1)
        canvas.write(right + PAD, y, name, va="center", size=SMALL)
        for i, (curve, look) in enumerate(looks.items()):
            at = drawn[drawn["curve"] == curve]
            line = pd.DataFrame({"x": left + at["x"] * WIDE, "y": top + (1 - at["y"]) * HIGH})
            canvas.ax.plot(line["x"], line["y"], color=look.colour, lw=2, zorder=2)
            # not at the same places, so that curves that lie on one another can be told apart
            canvas.scatter(line.iloc[20 * i + 12 :: 40], look)
        key.draw(canvas, foot + 0.1)
    return figure


PANEL_WIDE, PANEL_HIGH, GAP = 5.6, 2.0, 0.95
"""The room of a panel, and what lies between two."""
MOST_TICKS = 15
MARK, TAG = 6.0, 8.0
CLEAR = {"fc": PAPER, "ec": "none", "pad": 0.6, "alpha": 0.85}


def staircase(panels: Mapping[str, pd.DataFrame], title: str, left: str, band: str) -> Figure:
    """Draw steps, a panel a kind of event, one above the other on one scale.

    Parameters
    ----------
    panels
        One a kind of event, by its head: a row an event, with its name, its step, and the band's middle, low and high.
        What each event adds is written above its step.
    title
        What is seen, in a sentence.
    left
        What the scale at the left is of.
    band
        What the line in the band is called.
    """
    most = max(1.0, *(float(panel["step"].max()) for panel in panels.values()))
    start = SIDE + text_width(f"{most:.0f}", SMALL) + PAD
    wide = start + PANEL_WIDE + PAD + text_width(f"{band} ", SMALL) + SIDE
    canvas = Canvas(title, wide)
    each = LINE_HEIGHT + PANEL_HIGH + GAP
    with canvas.figure(canvas.top + len(panels) * each + SIDE / 2) as figure:
        for i, (head, panel) in enumerate(panels.items()):
            y = canvas.top + i * each + LINE_HEIGHT + PAD
            canvas.write(SIDE, y - PAD - TO_BASE, f"{head}: {left}", va="baseline", weight="bold", size=SMALL)
            _panel(canvas, panel, (start, y), most, band)
    return figure


def _panel(canvas: Canvas, panel: pd.DataFrame, corner: tuple[float, float], most: float, band: str) -> None:
    start, base = corner[0], corner[1] + PANEL_HIGH
    n = len(panel)
    names = max(map(text_width, panel["name"])) < PANEL_WIDE / n - PAD  # else numbers: names would run together
    x = start + (np.arange(n) + 0.5) * PANEL_WIDE / n

    down = base - panel[["step", "middle", "low", "high"]].astype(float) / most * (PANEL_HIGH - 2 * PAD)
    for value in sorted({0, round(most / 2), round(most)}):
        height = base - value / most * (PANEL_HIGH - 2 * PAD)
        canvas.rule([height], start, start + PANEL_WIDE)
        canvas.write(start - PAD / 2, height, f"{value}", ha="right", va="center", size=SMALL)
    canvas.ax.fill_between(x, down["low"], down["high"], color=PALE, alpha=0.45, lw=0, zorder=1)
    canvas.ax.plot(x, down["middle"], color=QUIET, lw=1.2, ls=DASHED, zorder=2)
    canvas.write(x[-1] + PAD, down["middle"].iloc[-1] + LINE_HEIGHT, band, va="center", color=QUIET, size=SMALL)
    heights = down["step"].to_numpy()
    canvas.ax.step(x, heights, where="post", color=BLUE, lw=2, zorder=3)
    canvas.ax.plot(x, heights, "o", color=BLUE, ms=MARK, mec=PAPER, zorder=4)
    every = -(-n // MOST_TICKS)
    added = {"ha": "center", "va": "bottom", "size": TAG, "color": INK, "bbox": CLEAR}
    below = {"ha": "center", "va": "baseline", "size": SMALL}
    for v, (name, new) in enumerate(zip(panel["name"], np.diff(panel["step"], prepend=0.0), strict=True)):
        if new > 0:
            canvas.write(x[v], heights[v] - PAD / 2, f"+{new:.0f}", **added)
        if names or v % every == 0:
            canvas.write(x[v], base + LINE_HEIGHT, name if names else str(v + 1), **below)
    along = "in the order held" if names else f"1 to {n}, in the order held"
    canvas.write(start + PANEL_WIDE / 2, base + 2 * LINE_HEIGHT + TO_BASE, along, color=QUIET, **below)
