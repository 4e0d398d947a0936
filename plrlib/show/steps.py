"""Steps that climb with every event, a panel a kind of event, in the band of any order; all lengths are inches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from plrlib.show.dots import LINE_HEIGHT, PAD, SIDE, SMALL, TITLE, TITLE_HEIGHT, TO_BASE, lines_of, write
from plrlib.show.lettering import text_width, wrapped
from plrlib.show.picture import BLUE, INK, LINE, PALE, PAPER, QUIET, style

WIDE, HIGH, GAP = 5.6, 2.0, 0.95
"""The room of a panel, and what lies between two."""
MOST_TICKS = 15
MARK, TAG = 6.0, 8.0
CLEAR = {"fc": PAPER, "ec": "none", "pad": 0.6, "alpha": 0.85}


@dataclass(frozen=True)
class Panel:
    """One panel: its head, the names of its V events, the steps, and the band's middle and ends (V each)."""

    head: str
    names: Sequence[str]
    steps: NDArray[np.float64]
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def staircase(panels: Sequence[Panel], title: str, left: str, band: str) -> Figure:
    """Draw the panels one above the other on one scale.

    Parameters
    ----------
    panels
        One a kind of event.
    title
        What is seen, in a sentence.
    left
        What the scale at the left is of.
    band
        What the line in the band is called.

    Returns
    -------
    Figure
        Not shown and not known to pyplot. What each event adds is written above its step.
    """
    most = max(1.0, *(float(panel.steps.max(initial=0)) for panel in panels))
    names_fit = [max(map(text_width, panel.names)) < WIDE / len(panel.names) - PAD for panel in panels]
    start = SIDE + text_width(f"{most:.0f}", SMALL) + PAD
    wide = start + WIDE + PAD + text_width(f"{band} ", SMALL) + SIDE
    headline = wrapped(title, wide - 2 * SIDE, TITLE, "bold")
    top = SIDE + lines_of(headline) * TITLE_HEIGHT + PAD
    high = top + len(panels) * (LINE_HEIGHT + HIGH + GAP) + SIDE / 2
    with style():
        figure = Figure(figsize=(wide, high))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(high, 0))
        ax.set_axis_off()
        write(ax, SIDE, SIDE, headline, va="top", size=TITLE, weight="bold")
        for i, (panel, fits) in enumerate(zip(panels, names_fit, strict=True)):
            y = top + i * (LINE_HEIGHT + HIGH + GAP) + LINE_HEIGHT + PAD
            write(ax, SIDE, y - PAD - TO_BASE, f"{panel.head}: {left}", va="baseline", weight="bold", size=SMALL)
            _panel(ax, panel, (start, y), most, fits, band)
    return figure


def _panel(ax: Axes, panel: Panel, corner: tuple[float, float], most: float, names: bool, band: str) -> None:
    start, top = corner
    n = len(panel.names)
    x = start + (np.arange(n) + 0.5) * WIDE / n
    base = top + HIGH

    def y(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(base - values / most * (HIGH - 2 * PAD))

    for value in sorted({0, round(most / 2), round(most)}):
        height = float(y(np.array([float(value)]))[0])
        ax.plot([start, start + WIDE], [height, height], color=LINE, lw=0.8, zorder=0)
        write(ax, start - PAD / 2, height, f"{value}", ha="right", va="center", size=SMALL)
    ax.fill_between(x, y(panel.low), y(panel.high), color=PALE, alpha=0.45, lw=0, zorder=1)
    ax.plot(x, y(panel.middle), color=QUIET, lw=1.2, ls=(0, (4, 3)), zorder=2)
    write(ax, x[-1] + PAD, float(y(panel.middle)[-1]) + LINE_HEIGHT, band, va="center", color=QUIET, size=SMALL)
    heights = y(panel.steps)
    ax.step(x, heights, where="post", color=BLUE, lw=2, zorder=3)
    ax.plot(x, heights, "o", color=BLUE, ms=MARK, mec=PAPER, zorder=4)
    new = np.diff(panel.steps, prepend=0.0)
    every = -(-n // MOST_TICKS)
    for v, name in enumerate(panel.names):
        if new[v] > 0:
            write(
                ax,
                x[v],
                heights[v] - PAD / 2,
                f"+{new[v]:.0f}",
                ha="center",
                va="bottom",
                size=TAG,
                color=INK,
                bbox=CLEAR,
            )
        if names or v % every == 0:
            tick = name if names else str(v + 1)
            write(ax, x[v], base + LINE_HEIGHT, tick, ha="center", va="baseline", size=SMALL)
    along = "in the order held" if names else f"1 to {n}, in the order held"
    write(
        ax,
        start + WIDE / 2,
        base + 2 * LINE_HEIGHT + TO_BASE,
        along,
        ha="center",
        va="baseline",
        size=SMALL,
        color=QUIET,
    )
