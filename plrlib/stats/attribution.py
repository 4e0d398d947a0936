"""To which levels an excerpt can be given at all."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.assignments import attributed, possible
from plrlib.stats.cells import people_by_cell
from plrlib.stats.hearings import rows_of
from plrlib.stats.program import Infeasible
from plrlib.study import Study
from plrlib.voices import attributions

OUTSIDE = "outside"
SEPARATOR = " or "


def attribution(study: Study, by: str) -> pd.DataFrame:
    """Return for each excerpt the levels at which whoever said it may be.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row an excerpt, in the study's order. Unit: excerpts.

        - excerpt;
        - heard: the levels somebody who may have said it can be at, parted by ` or `, in declared order; `outside`
          stands for people whom the grouping is not about, or who may be at none of its levels. Categorical;
        - about: whether somebody at one of the levels may have said it;
        - certain: whether all who may have are at one level, and the excerpt therefore evidence of it.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If totals and quantifiers cannot all be true.
    """
    grouping = study.grouping(by)
    cells = people_by_cell(study, grouping)
    level = cells.levels(study, grouping)
    try:
        there = possible(study, cells, attributed(study))
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    names = [*grouping.levels, OUTSIDE if OUTSIDE not in grouping.levels else f"{OUTSIDE} the grouping"]
    last = len(grouping.levels)
    level = np.where(level < 0, last, level)
    by_fit = [_levels(level[there & fit]) for fit in cells.fits.T]
    by_group = [_levels(level[there & (cells.of == g)]) for g in range(len(cells.sizes))]
    speaker = rows_of(study, study.excerpts["participant"])
    whose = attributions(study.excerpts, study.events).of
    heard = [by_group[cells.group[p]] if p >= 0 else by_fit[k] for p, k in zip(speaker, whose, strict=True)]
    sets = {(i,) for i in range(last + 1)} | set(heard)
    order = sorted(sets, key=lambda some: (some == (last,), len(some), some))
    called = {some: SEPARATOR.join(names[i] for i in some) for some in order}
    return pd.DataFrame(
        {
            "excerpt": study.excerpts["excerpt"],
            "heard": pd.Categorical([called[some] for some in heard], categories=list(called.values())),
            "about": [some != (last,) for some in heard],
            "certain": [len(some) == 1 and some != (last,) for some in heard],
        }
    )


def _levels(level: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(sorted(set(level.tolist())))
