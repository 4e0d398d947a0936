"""What `compare` and `change` return, made by hand; and where things lie in a figure."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection

from plrlib.show.charts.canvas import MARK_AREA
from plrlib.stats.change import VERDICTS as CHANGES
from plrlib.stats.comparison.compare import COLUMNS, COUNTS, NUMBERS, compare
from plrlib.stats.comparison.verdict import VERDICTS

RADIUS = (np.sqrt(MARK_AREA) + 1.3) / 2 / 72


def found(study, by, *rows, status="exploratory", alpha=0.05, method="within", others=()):
    """Return what `compare` found, with a row a theme made by hand: each a verdict and what else is known of it."""
    real = compare(study, by)
    codes = list(study.themes["code"])
    assert len(rows) == len(codes)
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, pd.NA), index=range(len(codes)))
    frame["grouping"], frame["status"], frame["alpha"], frame["method"] = by, status, alpha, method
    frame["level"], frame["coder"] = "theme", real.frame["coder"]
    frame["code"] = pd.Categorical(codes, categories=codes)
    for i, (verdict, more) in enumerate(rows):
        talk = {"verdict_equal_talk": "", "reason_equal_talk": ""}
        known = {"people_used": 7, "left_out": 0, "reason": "", "sampled": "", **talk, **more}
        frame.loc[i, ["verdict", *known]] = [verdict, *known.values()]
    frame["verdict"] = pd.Categorical(frame["verdict"], categories=VERDICTS)
    frame = frame.astype({**dict.fromkeys(NUMBERS, "Float64"), **dict.fromkeys(COUNTS, "Int64")})
    return replace(real, frame=frame, other_coders=pd.DataFrame(others, columns=["code", "coder", "verdict"]))


def changes(*rows):
    """Return a frame of `change` from rows (code, kept, gained, lost, neither, verdict)."""
    names = ["code", "kept", "gained", "lost", "neither", "verdict"]
    frame = pd.DataFrame(rows, columns=names)
    frame["code"] = pd.Categorical(frame["code"], categories=list(frame["code"]))
    frame["verdict"] = pd.Categorical(frame["verdict"], categories=CHANGES)
    frame["people"] = frame[["kept", "gained", "lost", "neither"]].sum(axis=1)
    return frame.assign(p=0.02, p_min=0.01, p_adjusted=0.04)


def boxes(figure):
    """Return the boxes (left, top, right, bottom) of all texts and of all marks, in inches."""
    renderer = FigureCanvasAgg(figure)
    figure.set_dpi(192)
    renderer.draw()
    ax = figure.axes[0]
    inverse = ax.transData.inverted()
    ends = [text.get_window_extent() for text in ax.texts if text.get_text()]
    corners = [inverse.transform([[b.x0, b.y0], [b.x1, b.y1]]) for b in ends]
    texts = [np.concatenate([c.min(axis=0), c.max(axis=0)]) for c in corners]
    dots = [np.asarray(c.get_offsets(), dtype=float) for c in ax.collections if isinstance(c, PathCollection)]
    centres = np.unique(np.concatenate([np.empty((0, 2)), *dots]).round(6), axis=0)  # a half mark is drawn twice
    return texts, [np.concatenate([c - RADIUS, c + RADIUS]) for c in centres]


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def assert_clear(figure):
    """Fail where a text or a mark lies over another, or beyond the edge."""
    wide, high = figure.get_size_inches()
    texts, marks = boxes(figure)
    for left, top, right, bottom in [*texts, *marks]:
        assert left >= 0
        assert top >= 0
        assert right <= wide
        assert bottom <= high
    assert all(apart(one, other) for one, other in combinations([*texts, *marks], 2))
