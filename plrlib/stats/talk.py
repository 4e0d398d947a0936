"""Whether the levels were heard equally often and talked equally much: if not, one had more chances to raise things."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.attribution import attribution
from plrlib.stats.exchange import exchange_test
from plrlib.stats.hearings import attended, block, rows_of
from plrlib.stats.layout import unseen
from plrlib.stats.people import known_level
from plrlib.study import Study

MEASURES = ("hearings", "excerpts", "words")


def talk(study: Study, by: str) -> pd.DataFrame:
    """Return how often the people of each level were heard and how much they said, and test the differences.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row a measure and level. Unit: people.

        - grouping, measure (hearings, excerpts, words), level;
        - people: those whose level is known;
        - mean: the measure a person; missing where it is not known of each of them;
        - p: the exact p-value of a difference between the levels, people exchanged within the events where they were
          first heard; the same for all levels of a measure. Missing where no event held two levels, or the measure is
          not known of each person;
        - why: what p rests on, or why there is none.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.

    Notes
    -----
    Hearings are not known of each person where an event does not say whom it heard; excerpts and words are not, where
    people of the grouping may have said excerpts that name nobody.
    """
    grouping = study.grouping(by)
    level = known_level(study, grouping)
    known = level >= 0
    blocks = block(study)
    unknown = _unknown(study, by, known)
    rows = []
    for measure, values in zip(MEASURES, _values(study), strict=True):
        p, why = np.nan, unknown[measure]
        if not why:
            found = exchange_test(values[known], level[known], blocks[known], study.settings.seed)
            p, why = found.p, _why(found.assignments, found.exact, found.people)
        for position, key in enumerate(grouping.levels):
            who = level == position
            mean = values[who].mean() if who.any() and not unknown[measure] else np.nan
            rows.append((grouping.name, measure, key, int(who.sum()), mean, p, why))
    frame = pd.DataFrame(rows, columns=["grouping", "measure", "level", "people", "mean", "p", "why"])
    frame["level"] = pd.Categorical(frame["level"], categories=list(grouping.levels))
    return frame.astype({"mean": "Float64", "p": "Float64"})


def _unknown(study: Study, by: str, known: NDArray[np.bool_]) -> dict[str, str]:
    """Return for each measure why it is not known of each person; blank where it is."""
    nobody = unseen(study, by)
    nowhere = int((known & ~attended(study).any(axis=1)).sum())
    does = "does not say whom it" if len(nobody) == 1 else "do not say whom they"
    hearings = f"not known of each person: {', '.join(nobody)} {does} heard" if nobody else ""
    hearings = hearings or (f"not known of each person: of {nowhere} no event is known" if nowhere else "")
    named = study.excerpts["participant"].notna().to_numpy()
    open_ones = int((attribution(study, by)["about"].to_numpy() & ~named).sum())
    names = "1 excerpt names" if open_ones == 1 else f"{open_ones} excerpts name"
    said = f"not known of each person: {names} nobody" if open_ones else ""
    theirs = np.append(known, False)[rows_of(study, study.excerpts["participant"])]
    words = said or (
        "not every excerpt has a number of words" if study.excerpts["n_words"][theirs].isna().any() else ""
    )
    return {"hearings": hearings, "excerpts": said, "words": words}


def _values(study: Study) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return hearings, excerpts and words of each of P people."""
    who = rows_of(study, study.excerpts["participant"])
    words = study.excerpts["n_words"].fillna(0).to_numpy(dtype=float)
    n = len(study.participants)
    named = who >= 0
    excerpts = np.bincount(who[named], minlength=n).astype(float)
    spoken = np.bincount(who[named], weights=words[named], minlength=n).astype(float)
    return attended(study).sum(axis=1).astype(float), excerpts, spoken


def _why(assignments: int, exact: bool, people: int) -> str:
    if not people:
        return "no event held two levels: nobody can be exchanged"
    of = f"all {assignments} ways" if exact else f"{assignments} ways drawn at random"
    return f"{people} people exchanged within their events, over {of} to do so"
