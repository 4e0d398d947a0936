"""The grid of people as data: how many marks of which kind stand in a cell, and the excerpts behind each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.exploring.view import View
from plrlib.show.naming import of
from plrlib.stats.attribution import SEPARATOR, attribution
from plrlib.stats.evidence import Evidence, evidence
from plrlib.stats.hearings import rows_of
from plrlib.stats.people import known_level
from plrlib.study import Study

MOST = 60
"""Of more people at a level one mark stands for several."""


@dataclass(frozen=True)
class Behind:
    """What lies behind the marks of a view.

    Parameters
    ----------
    study, view
        What is shown.
    found
        The excerpts that count.
    heard
        For each of E excerpts the levels at which whoever said it may be.
    level
        For each of P people the position of their level; -1: not known, or not compared.
    speaker
        For each of E excerpts the row of whoever said it; -1: nobody is named.
    """

    study: Study
    view: View
    found: Evidence
    heard: list[frozenset[str]]
    level: NDArray[np.int64]
    speaker: NDArray[np.int64]

    def coded(self, code: str) -> NDArray[np.int64]:
        """Return the rows of the excerpts that count for a code, in the study's order."""
        c = self.found.codes.index(code)
        columns = self.found.coded
        return np.sort(columns.indices[columns.indptr[c] : columns.indptr[c + 1]])

    def cell(self, code: str, key: str) -> list[str]:
        """Return the excerpts with a code that somebody at a level may have said."""
        return self._named([e for e in self.coded(code) if key in self.heard[e]])

    def people(self, code: str, key: str) -> list[str]:
        """Return those at a level who, by name, raised a code, in the study's order."""
        at = list(self.study.grouping(self.view.by).levels).index(key)
        c = self.found.codes.index(code)
        rows = np.unique(self.speaker[self.coded(code)])
        there = [p for p in rows if p >= 0 and self.level[p] == at and self.found.asked[p, c]]
        return list(self.study.participants["participant"].iloc[there].astype(str))

    def mark(self, code: str, key: str, number: int) -> list[str]:
        """Return the excerpts behind one mark of a cell: a person's, where it is known whose mark it is.

        None lie behind the mark of somebody who did not raise the code; the caller knows those.
        """
        known = self.people(code, key)
        if number >= len(known):
            return self.cell(code, key)
        who = self.study.participants["participant"].tolist().index(known[number])
        return self._named([e for e in self.coded(code) if self.speaker[e] == who])

    def _named(self, rows: list[Any]) -> list[str]:
        return [str(self.study.excerpts["excerpt"].iloc[row]) for row in rows]


def behind(study: Study, view: View) -> Behind:
    """Return what lies behind the marks of a view; raises as `plrlib.presence` does."""
    heard = attribution(study, view.by)["heard"].astype(str)
    return Behind(
        study, view, evidence(study, view.level, view.asked, view.coder, "first"),
        [frozenset(levels.split(SEPARATOR)) for levels in heard], known_level(study, study.grouping(view.by)),
        rows_of(study, study.excerpts["participant"]),
    )  # fmt: skip


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
        "what": what, "who": grouping.label, "each": each,
        "columns": [{"key": key, "label": label} for key, label in grouping.levels.items()],
        "rows": [{"key": code, "label": label} for code, label in named.items()],
        "cells": cells,
    }  # fmt: skip
