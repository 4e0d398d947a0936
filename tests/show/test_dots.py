"""The grid of marks: every mark in its cell, nothing over anything else, also with many marks and long labels."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection

from plrlib.show import assignments
from plrlib.show import data as checking
from plrlib.show import people as hearing
from plrlib.show.charts.canvas import MARK_AREA, Look
from plrlib.show.charts.dots import MOST_MARKS, Axis, dot_grid, mark_say
from plrlib.show.figure import BLUE, GREY, text_width, wrapped

LOOKS = {"a": Look(BLUE, "o", "one of them"), "b": Look(GREY, "s", "the other, which has a longer name in the key")}
RADIUS = (np.sqrt(MARK_AREA) + 1.3) / 2 / 72
LONG = "Knowing where to turn when a crisis begin"  # 41 letters


def marks(n, rows=4, columns=3, tags=0, seed=1):
    """Return n marks; the first `tags` of them carry a name."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "row": [f"r{i}" for i in rng.integers(0, rows, n)],
            "column": [f"c{i}" for i in rng.integers(0, columns, n)],
            "look": rng.choice(["a", "b"], n),
            "filled": rng.random(n) < 0.5,
            "tag": [f"E{i:04}" if i < tags else "" for i in range(n)],
        }
    )


def draw(some, label="Row {}", **more):
    rows = Axis({f"r{i}": label.format(i) for i in range(4)}, "what the rows are, in so many words as it takes")
    columns = Axis({f"c{i}": label.format(i) for i in range(3)}, "what the columns are")
    return dot_grid(some, rows, columns, LOOKS, f"A title that goes on for {len(some)} words or so", **more)


def places(figure):
    """Return the centres of all marks but those of the key, and the boxes of all texts, in inches."""
    renderer = FigureCanvasAgg(figure)
    figure.set_dpi(192)
    renderer.draw()
    ax = figure.axes[0]
    dots = [c.get_offsets() for c in ax.collections if isinstance(c, PathCollection)]
    floor = max(line.get_ydata()[0] for line in ax.lines)
    centres = np.concatenate([np.asarray(d, dtype=float) for d in dots])
    inverse = ax.transData.inverted()
    boxes = [
        text.get_bbox_patch().get_window_extent() if text.get_bbox_patch() else text.get_window_extent()
        for text in ax.texts
        if text.get_text()
    ]
    corners = [inverse.transform([[b.x0, b.y0], [b.x1, b.y1]]) for b in boxes]
    return centres[centres[:, 1] < floor], [np.concatenate([c.min(axis=0), c.max(axis=0)]) for c in corners]


def apart(a, b):
    """Tell whether two boxes (left, top, right, bottom) have nothing in common."""
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


CASES = [
    (12, 0, "Row {}", 8, False), (500, 0, LONG, 5, False), (500, 60, LONG, 5, False), (300, 300, "Row {}", 5, False),
    (500, 0, LONG, 26, True), (2, 1, "W" * 40, 1, False),
]  # fmt: skip


@pytest.mark.parametrize(("n", "tags", "label", "per_line", "from_left"), CASES)
def test_nothing_lies_over_anything_else_or_beyond_the_edge(n, tags, label, per_line, from_left):
    figure = draw(marks(n, tags=tags), label, per_line=per_line, filled=("full", "open"), from_left=from_left)
    centres, texts = places(figure)
    wide, high = figure.get_size_inches()
    assert len(centres) == n - tags
    assert all(left >= 0 and top >= 0 and right <= wide and bottom <= high for left, top, right, bottom in texts)
    assert all(apart(one, other) for one, other in combinations(texts, 2))
    gaps = np.abs(centres[:, None, :] - centres[None, :, :]).max(axis=2) + np.eye(len(centres)) * 9
    assert len(centres) < 2 or gaps.min() >= 2 * RADIUS
    for x, y in centres:
        box = (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)
        assert box[0] >= 0
        assert box[2] <= wide
        assert all(apart(box, text) for text in texts)


@pytest.mark.parametrize("from_left", [False, True])
def test_marks_stay_in_their_row_and_column(from_left):
    """One look a column, so that the marks of a column can be told from the artists."""
    some = marks(300).assign(filled=True).sort_values("row", kind="stable")
    some["look"] = some["column"].map({"c0": "a", "c1": "b", "c2": "c"})
    looks = {**LOOKS, "c": Look(BLUE, "^", "a third")}
    rows, columns = Axis({f"r{i}": f"Row {i}" for i in range(4)}), Axis({f"c{i}": f"Column {i}" for i in range(3)})
    ax = dot_grid(some, rows, columns, looks, "Title", from_left=from_left).axes[0]
    lines = sorted(float(line.get_ydata()[0]) for line in ax.lines)
    by_column = {}
    for dots in ax.collections[:3]:
        at = np.asarray(dots.get_offsets(), dtype=float)
        look = next(key for key, look in looks.items() if len(at) == (some["look"] == key).sum())
        by_column[look] = at
        of_row = np.searchsorted(lines, at[:, 1]) - 1
        counts = some[some["look"] == look]["row"].value_counts().reindex([f"r{i}" for i in range(4)], fill_value=0)
        assert np.bincount(of_row, minlength=4).tolist() == counts.tolist()
        edge = np.minimum(at[:, 1] - np.take(lines, of_row), np.take(lines, of_row + 1) - at[:, 1])
        assert edge.min() > RADIUS
    assert by_column["a"][:, 0].max() + 2 * RADIUS < by_column["b"][:, 0].min()
    assert by_column["b"][:, 0].max() + 2 * RADIUS < by_column["c"][:, 0].min()


def test_an_open_mark_is_hollow_and_a_shape_doubles_each_colour():
    ax = draw(marks(40), filled=("full", "open")).axes[0]
    faces = [tuple(np.round(c.get_facecolor()[0], 2)) for c in ax.collections[:4]]
    edges = [tuple(np.round(c.get_edgecolor()[0], 2)) for c in ax.collections[:4]]
    shapes = [len(c.get_paths()[0].vertices) for c in ax.collections[:4]]
    assert len(set(zip(faces, edges, shapes, strict=True))) == 4
    assert faces.count((1.0, 1.0, 1.0, 1.0)) == 2
    assert len(set(zip(edges, shapes, strict=True))) == len(set(shapes)) == 2


@pytest.mark.parametrize("draws", [checking, hearing, assignments])
def test_every_picture_has_a_shape_for_each_colour(draws, monkeypatch, tmp_path):
    from plrlib import load_study, show  # noqa: PLC0415 - the pictures that these rooms draw

    used = []
    monkeypatch.setattr(draws, "dot_grid", lambda m, r, c, looks, *a, **k: used.append(looks) or draw(marks(3)))
    study = load_study("plr0809-017")
    show.whose(study, "sector")
    show.seats_picture(study, "sector")
    show.moved_picture(study, "report", "reader-2")
    looks = list(used[0].values())
    assert len({look.shape for look in looks}) == len({look.colour for look in looks}) == len(looks)


def test_a_dollar_sign_is_no_mathematics():
    figure = draw(marks(3), "$5 \\frac $6 {}")  # as mathematics this is an error
    FigureCanvasAgg(figure).draw()
    assert any("$5 \\frac $6" in text.get_text() for text in figure.axes[0].texts)


def test_a_grid_without_marks_is_drawn():
    FigureCanvasAgg(draw(marks(0))).draw()


def test_texts_are_broken_where_they_are_as_wide_as_they_may_be():
    assert wrapped("one two", 9) == "one two"
    for text in (LONG, "W" * 40, "a " * 60, "Zusammengehörigkeitsgefühl in der Kinder- und Jugendhilfe"):
        lines = wrapped(text, 1.3).split("\n")
        assert max(text_width(line) for line in lines) <= 1.3
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert text_width("MMM") > text_width("iii") > 0
    assert text_width("a\nmmmm") == text_width("mmmm")


def test_of_too_many_marks_each_cell_is_a_bar_to_scale_with_its_numbers():
    """No mark stands for several: 1 of 17 and 6 of 17 never look the same."""
    assert mark_say(MOST_MARKS) == "One mark is one excerpt"
    assert mark_say(MOST_MARKS + 1, "person", "people").startswith("A bar is to scale: the number of people")
    many = marks(MOST_MARKS + 1)
    ax = draw(many).axes[0]
    cells = many.groupby(["row", "column"])
    parts = many.groupby(["row", "column", "look", "filled"]).size()
    wide = np.array([patch.get_width() for patch in ax.patches])
    assert sorted(wide / wide.sum()) == pytest.approx(sorted(parts / parts.sum()))
    assert not [c for c in ax.collections if isinstance(c, PathCollection) and len(c.get_offsets()) > 1]
    told = {text.get_text() for text in ax.texts}
    for _, some in cells:
        assert " + ".join(str((some["look"] == look).sum()) for look in LOOKS) in told
    named = {(f"r{i}", f"c{j}"): f"{i} of {j}" for i in range(4) for j in range(3)}
    assert set(named.values()) <= {text.get_text() for text in draw(many, beside=named).axes[0].texts}


def test_bars_and_their_numbers_lie_clear_of_one_another():
    texts = places(draw(marks(3 * MOST_MARKS)))[1]
    assert not [
        (a, b) for a, b in combinations(texts, 2) if (a[:2] < b[2:] - 0.01).all() and (b[:2] < a[2:] - 0.01).all()
    ]
