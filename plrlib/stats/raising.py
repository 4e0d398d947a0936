"""One code and the people of a study by cell: the programme of who may have raised it.

Letters: N cells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.assignments import Attributed, Voices, assign
from plrlib.stats.cells import Cells
from plrlib.stats.program import Program
from plrlib.study import Study

SILENT, RAISED, UNREAD = 0, 1, 2
"""What is known by name of a person and a code: nothing, that they raised it, that some of their words are uncoded."""


@dataclass(frozen=True)
class Raising:
    """The programme of one code.

    Parameters
    ----------
    program
        All that a completion has to satisfy.
    people, raised
        The variables of how many people are in each of N cells, and of how many of these raised the code.
    """

    program: Program
    people: NDArray[np.int64]
    raised: NDArray[np.int64]


def raising(
    study: Study,
    cells: Cells,
    state: NDArray[np.int64],
    said_at_all: Attributed,
    coded: list[Voices],
    could: list[Voices] | None,
) -> Raising:
    """Return the programme of who may have raised a code.

    Parameters
    ----------
    study, cells, said_at_all
        A study, its people, and its attributed excerpts.
    state
        For each of N cells what is known by name of its people and this code.
    coded
        The attributed excerpts with the code: each has as many voices among its candidates as its quantifier says.
    could
        Where coding is complete, all that have it or may have it: who raised the code is a voice of one of them, or
        raised it by name. None: anybody may have raised it.
    """
    found = assign(study, cells, said_at_all)
    program, people = found.program, found.people
    raised = program.variables(cells.room)
    program.pairwise(raised, people)
    program.pairwise(people[state == RAISED], raised[state == RAISED])
    voices: dict[tuple[int, str, str], NDArray[np.int64]] = {}
    for kind in [*coded, *(could or [])]:
        key = (kind.attribution, kind.low, kind.high)
        if key not in voices:
            fit = cells.fits[:, kind.attribution]
            voices[key] = program.variables(cells.room[fit])
            program.pairwise(voices[key], raised[fit])
    read = {(kind.attribution, kind.low, kind.high) for kind in coded}
    for key, said in voices.items():
        _enough(program, people[cells.fits[:, key[0]]], said, key[1], sure=key in read)
    if could is not None:
        _nobody_else(program, cells, people, raised, state, [(k, voices[k.attribution, k.low, k.high]) for k in could])
    return Raising(program, people, raised)


def _enough(program: Program, candidates: NDArray[np.int64], said: NDArray[np.int64], low: str, *, sure: bool) -> None:
    """Require as many voices as the quantifier says; where it is not sure that an excerpt has the code, or none."""
    slack, has = 0.0, np.zeros(0, dtype=np.int64)
    if not sure:
        if low == "1":
            return  # none, or some: nothing is asked
        slack, has = 2.0 * program.most_of(said, candidates) + 1.0, program.variables(np.ones(1, dtype=np.int64))
        program.require([(said, 1.0), (has, -slack)], high=0.0)
    if low == "majority":
        program.require([(said, 2.0), (candidates, -1.0), (has, -slack)], low=1.0 - slack)
    elif low == "all":
        program.require([(said, 1.0), (candidates, -1.0), (has, -slack)], low=-slack)
    else:
        program.require([(said, 1.0), (has, -slack)], low=float(low) - slack)


def _nobody_else(
    program: Program,
    cells: Cells,
    people: NDArray[np.int64],
    raised: NDArray[np.int64],
    state: NDArray[np.int64],
    could: list[tuple[Voices, NDArray[np.int64]]],
) -> None:
    """Require that whoever raised the code did so by name or is a voice of an excerpt, and that each has no more."""
    terms = [(np.arange(len(raised)), raised, 1.0)]
    for kind, said in could:
        fit = np.flatnonzero(cells.fits[:, kind.attribution])
        if kind.high == "minority":
            each = program.variables(np.array([len(cells.group)]))
            program.require([(each, 2.0), (people[fit], -1.0)], high=-1.0)
            program.require([(said, 1.0), (each, -float(kind.copies))], high=0.0)
        elif kind.high != "all":
            program.require([(said, 1.0)], high=float(kind.high) * kind.copies)
        terms.append((fit, said, -1.0))
    program.require_each(len(raised), terms, high=np.where(state == SILENT, 0, cells.room))
