"""Marks in columns joined by lines, in rows that all columns share; all lengths are inches."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from plrlib.show.charts.canvas import LINE_HEIGHT, PAD, ROW_LABEL, SIDE, TO_BASE, Canvas
from plrlib.show.figure import GREY, INK, PALE, PAPER, QUIET, RED, SMALL, lines_of, text_width, wrapped

STEP, THIN, FLAT, MOST_FLAT = 0.15, 0.055, 0.012, 6.0
"""The height of a mark, of one where many have no name, of one in a block, and the most of all blocks together."""
BETWEEN, WIDEST, TAG, DOT = 1.75, 3.5, 6.5, 3.2
HEAD = 0.2
"""The room of the number above the marks of a row and column."""
MOST_NAMED = 150
_NAMED, _PLAIN = 0.32, 0.08
CLEAR = {"fc": PAPER, "ec": "none", "pad": 0.8, "alpha": 0.9}
NUMBER = {"ha": "center", "va": "center", "size": SMALL, "bbox": CLEAR, "zorder": 7}


def flows(
    where: pd.DataFrame, rows: Mapping[str, str], heads: Mapping[str, str], title: str, whole: pd.DataFrame,
    blocks: bool,
) -> Figure:  # fmt: skip
    """Draw everything that is followed; what changes its row is coloured and named.

    Parameters
    ----------
    where
        A row a thing that is followed (its index is its name) and a column a place where it is looked at: the key of
        the row in which it is then.
    rows
        The label of each row, in order.
    heads
        What stands above each column.
    title
        What is seen, in a sentence.
    whole
        All that there is, of which `where` may hold a part; numbers are counted from it.
    blocks
        Draw those that stay in one row throughout as one block.
    """
    stays = whole[whole.nunique(axis=1) == 1].iloc[:, 0].value_counts()
    moves = (where.nunique(axis=1) > 1).to_numpy()
    single = moves | (not blocks)
    named = bool(moves.sum() <= MOST_NAMED)
    step = STEP if named else THIN
    names = {key: wrapped(label, ROW_LABEL) for key, label in rows.items()}
    unit = min(FLAT, MOST_FLAT / max(1, int(stays.sum()))) if blocks else 0.0
    flat = {key: max(stays.get(key, 0) * unit, LINE_HEIGHT) if unit and stays.get(key, 0) else 0.0 for key in names}
    most = {key: int((where[single] == key).sum().max()) for key in names}
    rooms = {key: flat[key] + step * most[key] + 2 * PAD + HEAD for key in names}
    heights = [max(lines_of(name) * LINE_HEIGHT, rooms[key]) for key, name in names.items()]
    left = SIDE + max(map(text_width, names.values())) + PAD + 0.5
    between = max(BETWEEN, min(WIDEST, 2 * WIDEST / where.shape[1]))
    wide = left + between * (where.shape[1] - 1) + max(0.5, between / 2 - PAD) + SIDE
    canvas = Canvas(title, wide)
    # each line of a head is broken where it is too wide for its column
    above = {c: "\n".join(wrapped(line, BETWEEN - PAD, SMALL) for line in heads[str(c)].split("\n")) for c in where}
    top = canvas.top + max(map(lines_of, above.values())) * LINE_HEIGHT + PAD
    edges = top + np.concatenate([[0], np.cumsum(heights)])
    x = left + between * np.arange(where.shape[1])
    with canvas.figure(edges[-1] + SIDE + LINE_HEIGHT) as figure:
        for at, column in zip(x, where, strict=True):
            canvas.write_lines(at, top - PAD - TO_BASE, above[column], ha="center", size=SMALL)
        canvas.rule(edges, SIDE, wide - SIDE)
        for i, key in enumerate(names):
            canvas.write_middle(left - 0.5 - PAD, (edges[i] + edges[i + 1]) / 2, names[key], ha="right")
            for at, column in zip(x, where, strict=True):
                n = str(int((whole[column] == key).sum()))
                canvas.write(at, edges[i] + PAD, n, color=QUIET, weight="bold", **NUMBER)
            if flat[key]:  # those that stay, as one band through all columns, with their number
                start = edges[i] + PAD + HEAD - TO_BASE
                size = x[-1] - x[0] + 2 * _PLAIN, flat[key]
                canvas.ax.add_patch(Rectangle((x[0] - _PLAIN, start), *size, fc=PALE, ec="none", zorder=1))
                canvas.write((x[0] + x[-1]) / 2, start + flat[key] / 2, f"{stays[key]} stay", color=INK, **NUMBER)
        places = _places(where, single, list(names), edges, flat, step)
        _lines(canvas, x, places, where.index, moves, single, named)
    return figure


def _places(
    where: pd.DataFrame, single: np.ndarray, rows: list[str], edges: np.ndarray, flat: Mapping[str, float], step: float
) -> np.ndarray:
    """Return how far down each thing is in each column, in the order of the one before, so that lines cross little."""
    place = np.full(where.shape, np.nan)
    goes = [[rows.index(key) for key in path] for path in where.itertuples(index=False, name=None)]
    before = np.array([sum((k + 1) * 0.01**i for i, k in enumerate(path)) for path in goes], dtype=float)
    for c, column in enumerate(where):
        for r, key in enumerate(rows):
            here = np.flatnonzero((where[column] == key).to_numpy() & single)
            here = here[np.argsort(before[here], kind="stable")]
            start = edges[r] + PAD + HEAD + flat[key] + step / 2
            place[here, c] = start + step * np.arange(len(here))
        before = place[:, c]
    return place


def _lines(
    canvas: Canvas, x: np.ndarray, places: np.ndarray, names: pd.Index, moves: np.ndarray, single: np.ndarray,
    named: bool,
) -> None:  # fmt: skip
    """Draw the line and the marks of each thing: quiet and round where it stays, coloured and named where it moves."""
    way = np.linspace(0, 1, 30)
    bend = way * way * (3 - 2 * way)
    for these, colour, wide, layer in ((single & ~moves, GREY, 0.7, 2), (single & moves, RED, 1.4, 3)):
        room = _NAMED / 2 if layer == 3 and named else _PLAIN
        curves = []
        for e, c in product(np.flatnonzero(these).tolist(), range(len(x) - 1)):
            across = x[c] + room + way * (x[c + 1] - x[c] - 2 * room)
            curves.append(np.column_stack([across, places[e, c] + bend * (places[e, c + 1] - places[e, c])]))
        canvas.ax.add_collection(LineCollection(curves, colors=colour, linewidths=wide, zorder=layer), autolim=False)
    box = {"boxstyle": "round,pad=0.12", "fc": PAPER, "ec": RED, "lw": 0.9}
    tag = {"ha": "center", "va": "center", "size": TAG, "color": RED, "weight": "bold", "bbox": box, "zorder": 6}
    for e in np.flatnonzero(single).tolist():
        if moves[e] and named:
            for at, down in zip(x, places[e], strict=True):
                canvas.write(at, down, str(names[e]), **tag)
        elif named:
            canvas.write(x[0] - _PLAIN, places[e, 0], str(names[e]), ha="right", va="center", size=TAG, color=QUIET)
    for these, colour, shape in ((single & ~moves, GREY, "o"), (single & moves & (not named), RED, "s")):
        across = np.broadcast_to(x, places.shape)[these]
        canvas.ax.plot(across.ravel(), places[these].ravel(), shape, color=colour, ms=DOT, zorder=4, ls="none")
