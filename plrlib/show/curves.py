"""Curves over one scale, with one line across that is worth reaching; all lengths are inches."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from plrlib.show.dots import (
    KEY_HEIGHT,
    LINE_HEIGHT,
    PAD,
    SIDE,
    SMALL,
    TITLE,
    TITLE_HEIGHT,
    TO_BASE,
    Look,
    draw_key,
    key_lines,
    lines_of,
    scatter,
    write,
    write_lines,
)
from plrlib.show.lettering import text_width, wrapped
from plrlib.show.picture import INK, LINE, QUIET, style

WIDE, HIGH = 5.4, 2.8
"""The room of the curves."""
UP = {0.0: "never", 0.25: "1 in 4", 0.5: "1 in 2", 0.75: "3 in 4", 1.0: "always"}


def curves(
    drawn: pd.DataFrame,
    ticks: Mapping[float, str],
    titles: tuple[str, str],
    level: float,
    name: str,
    looks: Mapping[str, Look],
    title: str,
) -> Figure:
    """Draw curves of chances.

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

    Returns
    -------
    Figure
        Not shown and not known to pyplot.
    """
    left = SIDE + max(text_width(text, SMALL) for text in UP.values()) + PAD
    wide = left + WIDE + max(text_width(name, SMALL) + PAD, text_width(list(ticks.values())[-1], SMALL) / 2) + SIDE
    headline = wrapped(title, wide - 2 * SIDE, TITLE, "bold")
    top = SIDE + lines_of(headline) * TITLE_HEIGHT + PAD + LINE_HEIGHT + PAD
    along = wrapped(titles[0], WIDE, SMALL)
    foot = top + HIGH + LINE_HEIGHT + PAD + lines_of(along) * LINE_HEIGHT + PAD
    keys = key_lines(list(looks.values()), (), wide - 2 * SIDE)
    with style():
        figure = Figure(figsize=(wide, foot + len(keys) * KEY_HEIGHT + SIDE))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, wide), ylim=(figure.get_figheight(), 0))
        ax.set_axis_off()
        write(ax, SIDE, SIDE, headline, va="top", size=TITLE, weight="bold")
        write(ax, SIDE, top - PAD - TO_BASE / 2, titles[1], va="baseline", color=QUIET, size=SMALL)
        for height, text in UP.items():
            y = top + (1 - height) * HIGH
            ax.plot([left, left + WIDE], [y, y], color=LINE, lw=0.8, zorder=0)
            write(ax, left - PAD, y, text, ha="right", va="center", size=SMALL)
        for place, text in ticks.items():
            x = left + place * WIDE
            ax.plot([x, x], [top, top + HIGH], color=LINE, lw=0.6, zorder=0)
            write(ax, x, top + HIGH + LINE_HEIGHT, text, ha="center", va="baseline", size=SMALL)
        last = top + HIGH + LINE_HEIGHT + PAD + lines_of(along) * LINE_HEIGHT - TO_BASE
        write_lines(ax, left + WIDE / 2, last, along, ha="center", color=QUIET, size=SMALL)
        y = top + (1 - level) * HIGH
        ax.plot([left, left + WIDE], [y, y], color=INK, lw=1.2, ls=(0, (4, 3)), zorder=1)
        write(ax, left + WIDE + PAD, y, name, va="center", size=SMALL)
        for i, (key, look) in enumerate(looks.items()):
            line = drawn[drawn["curve"] == key].assign(
                x=lambda f: left + f["x"] * WIDE, y=lambda f: top + (1 - f["y"]) * HIGH
            )
            ax.plot(line["x"], line["y"], color=look.colour, lw=2, zorder=2)
            marked = line.iloc[20 * i + 12 :: 40]
            scatter(ax, marked[["x", "y"]], look, True)
        draw_key(ax, keys, foot + 0.1)
    return figure
