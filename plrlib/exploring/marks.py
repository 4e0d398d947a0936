"""The grid of people as data: how many marks of which kind stand in a cell, and what it says."""

from typing import Any

import pandas as pd

from plrlib.exploring.view import View
from plrlib.show.naming import of
from plrlib.study import Study

MOST = 60
"""Of more people at a level one mark stands for several."""


def grid(study: Study, view: View, counted: pd.DataFrame, named: dict[str, str], what: str) -> dict[str, Any]:
    """Return the grid as the page draws it: columns, rows, and in each cell what it says and its marks.

    Parameters
    ----------
    study
        A study.
    view
        What was chosen.
    counted
        The frame that `plrlib.presence` returns for it.
    named
        The codes to show, and what each is called.
    what
        What one of them is.

    Returns
    -------
    dict
        `marks` counts, in a cell, the marks that raised it, may have and did not; `each` is how many people one mark
        is; `says` reads the cell out.
    """
    grouping = study.grouping(view.by)
    most = int(counted["n"].max()) if len(counted) else 0
    each = -(-most // MOST) if most > MOST else 1
    columns = (counted[c].tolist() for c in ("code", "level", "n", "lower", "upper"))
    counts = {(str(code), str(key)): numbers for code, key, *numbers in zip(*columns, strict=True)}
    cells = {}
    for code, name in named.items():
        for key, label in grouping.levels.items():
            n, lower, upper = counts[code, key]
            told = of(lower, upper, n)
            cells[f"{code}\t{key}"] = {
                "text": told, "says": f"{name}, {label}: {told} raised it",
                "marks": [-(-lower // each), -(-(upper - lower) // each), -(-(n - upper) // each)],
            }  # fmt: skip
    return {
        "what": what, "each": each,
        "columns": [{"key": key, "label": label} for key, label in grouping.levels.items()],
        "rows": [{"key": code, "label": label} for code, label in named.items()],
        "cells": cells,
    }  # fmt: skip
