"""What a design can tell apart: who of each level was heard where, how often, and how much of it is on record."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells, people_by_cell
from plrlib.stats.bounds.constraints import Attributed, assign, attributed, counted_levels, possible
from plrlib.stats.bounds.program import Infeasible
from plrlib.stats.comparison.permutation import WHOLE, WITHIN, setting
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN, attended, inside, known_level, not_all_known, possible_events, rows_of
from plrlib.study.settings import Grouping

BETWEEN, NO = "between", "no"


def design(study: Study, by: str) -> pd.DataFrame:
    """Return who of each level was heard at each event, and whether the grouping can be told apart from the events.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row an event and level, in the order of the events and the levels declared. Unit: people.

        - grouping, event, level; the event is missing for people of whom no event is known;
        - people: how many of that level were heard there; missing where it is not published;
        - lower, upper: the smallest and largest number that published totals and the excerpts allow;
        - separable: one answer for the grouping. `within`: some event (or the people heard only alone, taken together)
          holds two levels or more, so that they can be compared within it. `between`: each event holds one level,
          each level sat in at least two events of several people, and the largest of these is at most 1.5 times the
          smallest, so that whole events can be exchanged. `no`: a difference between levels could as well be one
          between rooms. Missing where it may depend on who sat where, which is not published. People whose level is not
          known count where totals fix how many are at each level, and are left out otherwise;
        - hearings: hearings a person, of the people there; missing where one of them may have been heard at an event
          that does not say whom it heard;
        - excerpts, words: excerpts and words a person, of what these people said there; missing where some of what
          was said there is only attributed, or may have been said elsewhere.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If totals and quantifiers cannot all be true.
    """
    grouping = study.grouping(by)
    cells, said = people_by_cell(study, grouping), attributed(study)
    try:
        people = _people(study, cells, grouping, said)
        verdict = _separable(study, cells, grouping, said)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    columns = ["grouping", "event", "level", "people", "lower", "upper", "separable", "hearings", "excerpts", "words"]
    talk = _talk(study, grouping, people)
    rows: list[tuple[object, ...]] = [
        (grouping.name, event, key, low if low == high else pd.NA, low, high, verdict, *talk[v][i])
        for v, event in enumerate(study.events["event"])
        for i, (key, (low, high)) in enumerate(zip(grouping.levels, people[v], strict=True))
    ]
    rows += [
        (grouping.name, None, key, low if low == high else pd.NA, low, high, verdict, *[pd.NA] * 3)
        for key, low, high in _nowhere(study, grouping)
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame["event"] = pd.Categorical(frame["event"], categories=list(study.events["event"]))
    frame["level"] = pd.Categorical(frame["level"], categories=list(grouping.levels))
    whole = dict.fromkeys(("people", "lower", "upper"), "Int64")
    return frame.astype({**whole, **dict.fromkeys(("hearings", "excerpts", "words"), "Float64")})


def unseen(study: Study, by: str) -> list[str]:
    """Return the events where somebody of a grouping may have been heard of whom nothing says so."""
    grouping = study.grouping(by)
    cells = people_by_cell(study, grouping)
    level = cells.levels(study, grouping)
    found = assign(study, cells, attributed(study), events=True)
    events = list(study.events["event"])
    about = level >= 0
    return [
        name
        for name, people in found.there.items()
        if found.program.most(people[about]) > cells.people(cells.seats[:, events.index(name)] & about)
    ]


def _nowhere(study: Study, grouping: Grouping) -> list[tuple[str, int, int]]:
    """Return each level and how many of its people, at least and at most, have no known event; nothing where all do."""
    alone = ~attended(study).any(axis=1) & inside(study, grouping.population)
    level = known_level(study, grouping)
    unknown = int((alone & (level < 0)).sum())
    counts = [int((alone & (level == i)).sum()) for i in range(len(grouping.levels))]
    return [(key, n, n + unknown) for key, n in zip(grouping.levels, counts, strict=True)] if alone.any() else []


def _people(study: Study, cells: Cells, grouping: Grouping, said: Attributed) -> list[list[tuple[int, int]]]:
    """Return V × L: the smallest and largest number of people of a level at an event."""
    level = cells.levels(study, grouping)
    certain = cells.certain(level)
    found = assign(study, cells, said, events=True)
    ends = []
    for v, event in enumerate(study.events["event"]):
        sat = cells.seats[:, v]
        if certain[sat].all() and not cells.unlisted[v]:
            ends.append([(n, n) for n in (cells.people(sat & (level == i)) for i in range(len(grouping.levels)))])
            continue
        there = found.there.get(event, np.where(sat, found.people, -1))
        of = [there[(there >= 0) & (level == i)] for i in range(len(grouping.levels))]
        ends.append([(found.program.least(some), found.program.most(some)) for some in of])
    return ends


def _separable(study: Study, cells: Cells, grouping: Grouping, said: Attributed) -> str | None:
    """Return `within`, `between` or `no`, as `design` defines them; None where it depends on what is not published."""
    level, _ = counted_levels(study, cells, grouping, said)
    if not _unmixed_is_possible(study, cells, level, said):
        return WITHIN
    there = possible(study, cells, said)
    if any(len(set(level[there & (cells.of == g)])) > 1 for g in np.unique(cells.of)):
        return None
    counted = there & (level >= 0)
    blocks = np.unique(cells.block[counted])
    at = [counted & (level == i) for i in range(len(grouping.levels))]
    sizes = np.array([[cells.people(here & (cells.block == v)) for here in at] for v in blocks], dtype=np.int64)
    how = setting(sizes.reshape(len(blocks), len(at)), blocks, blocks == NOT_KNOWN)
    return BETWEEN if how.kind == WHOLE else NO


def _unmixed_is_possible(study: Study, cells: Cells, level: NDArray[np.int64], said: Attributed) -> bool:
    """Tell whether there is a completion in which no block holds two levels."""
    found = assign(study, cells, said)
    for v in np.unique(cells.block):
        here = [np.flatnonzero((cells.block == v) & (level == i)) for i in np.unique(level[level >= 0])]
        chosen = found.program.variables(np.ones(len(here), dtype=np.int64))
        found.program.require([(chosen, 1.0)], high=1.0)
        for one, these in zip(chosen, here, strict=True):
            found.program.require([(found.people[these], 1.0), (one[None], -float(len(cells.group)))], high=0.0)
    try:
        found.program.least(found.people)
    except Infeasible:
        return False
    return True


def _talk(
    study: Study, grouping: Grouping, people: list[list[tuple[int, int]]]
) -> list[list[tuple[float, float, float]]]:
    """Return V × L: hearings, excerpts and words a person of a level at an event; missing where not known."""
    there, level = attended(study), known_level(study, grouping)
    hearings = there.sum(axis=1)
    place, doubtful = _where_said(study)
    speaker = rows_of(study, study.excerpts["participant"])
    words = study.excerpts["n_words"].to_numpy(dtype=float, na_value=np.nan)
    at = [np.asarray(level == i, dtype=bool) for i in range(len(grouping.levels))]
    listed = [[int((there[:, v] & who).sum()) for who in at] for v in range(len(people))]
    open_ones = np.flatnonzero(not_all_known(study))
    more = [any(people[v][i][1] > listed[v][i] for v in open_ones) for i in range(len(at))]
    rows = []
    for v, ends in enumerate(people):
        row = []
        for i, (low, high) in enumerate(ends):
            who = there[:, v] & at[i]
            theirs = (place == v) & np.append(who, False)[speaker]
            heard = excerpts = spoken = np.nan
            if low == high == listed[v][i] > 0:  # otherwise it is not known of each who they are
                heard = np.nan if more[i] else float(hearings[who].mean())
                excerpts = np.nan if doubtful[v] else float(theirs.sum() / high)
                spoken = np.nan if doubtful[v] else float(words[theirs].sum() / high)
            row.append((heard, excerpts, spoken))
        rows.append(row)
    return rows


def _where_said(study: Study) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return at which event each of E excerpts was said by somebody who is named (-1: not known, or attributed).

    Then, for each of V events, whether an excerpt may have been said there of which that is not known.
    """
    there = attended(study)
    everywhere = frozenset(range(len(study.events)))
    heard_at = [frozenset(np.flatnonzero(row).tolist()) for row in there]
    speaker = rows_of(study, study.excerpts["participant"])
    place = np.full(len(study.excerpts), NOT_KNOWN)
    doubtful = np.zeros(len(study.events), dtype=bool)
    for e, (who, events) in enumerate(zip(speaker, possible_events(study, study.excerpts["event"]), strict=True)):
        places = events or (heard_at[who] if who >= 0 else everywhere) or everywhere
        if who >= 0 and len(places) == 1:
            place[e] = next(iter(places))
        else:
            doubtful[list(places)] = True
    return place, doubtful
