"""Ranges and marks on one scale: every line in its row, nothing over anything else, no end where there is none."""

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from plrlib.show.charts.canvas import STEP, Look
from plrlib.show.charts.dots import Axis, dot_grid
from plrlib.show.charts.intervals import PANEL, Scale, intervals
from plrlib.show.charts.lines import curves
from plrlib.show.figure import BLUE, GREY, PAPER, RED
from show.frames import assert_clear, boxes

LOOKS = {"a": Look(BLUE, "o", "one of them"), "b": Look(GREY, "s", "the other, which has a longer name in the key")}
LONG = "Knowing where to turn when a crisis begins and nobody answers"
NAN = math.nan
SCALE = Scale(-2, 2, {-1.0: "10×", 0.0: "alike", 1.0: "10×"}, "how many times as high", ("← this", "that →"), 0.0)


def lines(n, group="Row {}", a_group=1, after="not shown to differ", **more):
    frame = pd.DataFrame(
        {
            "group": [group.format(i // a_group) for i in range(n)],
            "count": [f"{i % 15} of 15 against none of 15" for i in range(n)],
            "low": -1.0, "at": 0.5, "high": 1.5, "look": ["ab"[i % 2] for i in range(n)], "words": "", "after": after,
        }
    )  # fmt: skip
    return frame.assign(**more)


def draw(frame, title="A title that is long enough to be broken into more lines than one of them", scale=SCALE):
    return intervals(frame, scale, LOOKS, title, ("theme", "voluntary against statutory", "verdict"))


@pytest.mark.parametrize(
    "frame",
    [
        lines(7), lines(40), lines(14, LONG + " {}"), lines(30, LONG + " {}", a_group=3), lines(2, at=NAN),
        lines(5, low=-math.inf, at=-math.inf, high=0.3), lines(5, high=math.inf),
        lines(6, low=NAN, at=NAN, high=NAN, words="no answer: it could as well be the rooms where they were heard"),
    ],
)  # fmt: skip
def test_nothing_lies_over_anything_else_or_beyond_the_edge(frame):
    assert_clear(draw(frame))


def marks(figure):
    ax = figure.axes[0]
    dots = [np.asarray(c.get_offsets(), dtype=float) for c in ax.collections if isinstance(c, PathCollection)]
    return np.concatenate([np.empty((0, 2)), *dots])


def test_marks_stand_at_their_place():
    """Between two ticks one apart lies a quarter of the scale."""
    places = sorted(marks(draw(lines(3, at=[-1.0, 0.0, 1.0]), scale=SCALE))[:3, 0].tolist())
    assert np.diff(places) == pytest.approx([PANEL / 4, PANEL / 4])


def test_where_there_is_no_mark_both_ends_are_marks():
    assert len(marks(draw(lines(1, at=NAN)))) == 2
    assert len(marks(draw(lines(1)))) == 1


def test_an_end_beyond_the_scale_is_an_arrow():
    (arrow, dot) = marks(draw(lines(1, high=math.inf)))
    wide = marks(draw(lines(1, at=2.0)))[0, 0]
    assert arrow[0] == pytest.approx(wide)
    assert dot[0] < arrow[0]


@pytest.mark.parametrize(("at", "side"), [(math.inf, -1), (-math.inf, 1)])
def test_an_estimate_without_end_stands_beside_its_arrow(at, side):
    arrow, dot = marks(draw(lines(1, low=min(at, 0.0), at=at, high=max(at, 0.0))))
    assert dot[0] - arrow[0] == pytest.approx(side * STEP)


def test_words_in_place_of_a_mark_hide_the_lines_behind_them():
    figure = draw(lines(1, low=NAN, at=NAN, high=NAN, words="no answer"))
    text = next(t for t in figure.axes[0].texts if t.get_text() == "no answer")
    assert text.get_bbox_patch().get_facecolor()[:3] == pytest.approx((1, 1, 1))
    assert len(marks(figure)) == 0


def test_curves_lie_between_never_and_always():
    x = np.linspace(0, 1, 241)
    drawn = pd.concat([pd.DataFrame({"curve": c, "x": x, "y": x**k}) for c, k in (("a", 1), ("b", 5))])
    ticks = {k / 7: f"{k} of 7" for k in range(8)}
    figure = curves(drawn, ticks, ("of voluntary staff, " * 6, "chance"), 0.8, "4 times in 5", LOOKS, "A title " * 12)
    texts, _ = boxes(figure)
    wide, high = figure.get_size_inches()
    assert all(left >= 0 and top >= 0 and right <= wide and bottom <= high for left, top, right, bottom in texts)
    first, second = (line.get_xydata() for line in figure.axes[0].lines if len(line.get_xdata()) > 2)
    assert first[120, 1] == pytest.approx((first[0, 1] + first[-1, 1]) / 2)
    assert second[-1, 1] == pytest.approx(first[-1, 1])
    across = next(line for line in figure.axes[0].lines if line.get_linestyle() != "-")
    share = (first[0, 1] - across.get_ydata()[0]) / (first[0, 1] - first[-1, 1])
    assert share == pytest.approx(0.8)


def test_a_mark_is_full_half_or_open():
    looks = {fill: Look(RED, "o", fill, fill) for fill in ("full", "half", "open")}
    some = pd.DataFrame({"row": "r", "column": "c", "look": list(looks), "filled": True, "tag": ""})
    ax = dot_grid(some, Axis({"r": "Row"}), Axis({"c": "Column"}), looks, "Title").axes[0]
    drawn = [(len(c.get_paths()[0].vertices), tuple(c.get_facecolor()[0].round(2))) for c in ax.collections[:4]]
    paper, red = (tuple(np.round([int(h[i : i + 2], 16) / 255 for i in (1, 3, 5)] + [1], 2)) for h in (PAPER, RED))
    assert [face for _, face in drawn] == [red, paper, red, paper]
    assert drawn[2][0] < drawn[1][0]  # half a circle has fewer points than a circle
