"""The integer programme, against every whole number that could solve it, and what excerpts require of candidates."""

from itertools import product

import numpy as np
import pytest

from plrlib import design, load_study
from plrlib.stats.bounds.cells import people_by_cell
from plrlib.stats.bounds.constraints import Kind, _enough, raising
from plrlib.stats.bounds.presence import states
from plrlib.stats.bounds.program import Infeasible, Program
from plrlib.study.evidence import evidence

ENDS = [
    (low, high)
    for low, high in product(("0", "1", "2", "3", "majority", "all"), ("1", "2", "3", "minority", "all"))
    if not (low.isdigit() and high.isdigit() and low > high)
]


def total(program, variables):
    return program.least(variables), program.most(variables)


def test_smallest_and_largest_sums_agree_with_every_solution():
    # x, y, z from 0 to 4; x + 2 y <= 7; y >= z; 1 <= x - z <= 3.
    program = Program()
    x, y, z = variables = program.variables(np.array([4, 4, 4]))[:, None]
    program.require([(x, 1.0), (y, 2.0)], high=7.0)
    program.pairwise(z, y)
    program.require([(x, 1.0), (z, -1.0)], low=1.0, high=3.0)
    every = [(a, b, c) for a, b, c in product(range(5), repeat=3) if a + 2 * b <= 7 and b >= c and 1 <= a - c <= 3]
    for some in ([0], [1], [2], [0, 1], [1, 2], [0, 1, 2]):
        sums = {sum(solution[i] for i in some) for solution in every}
        assert total(program, np.concatenate([variables[i] for i in some])) == (min(sums), max(sums))


def test_whole_numbers_only():
    program = Program()
    x = program.variables(np.array([9]))
    program.require([(x, 2.0)], low=3.0, high=7.0)
    assert total(program, x) == (2, 3)


def test_each_of_several_sums_has_ends_of_its_own():
    program = Program()
    x = program.variables(np.array([9, 9]), lower=np.array([1, 0]))
    program.require_each(2, [(np.array([0, 1]), x, 1.0)], low=np.array([2, 0]), high=np.array([5, 4]))
    assert total(program, x[:1]) == (2, 5)
    assert total(program, x[1:]) == (0, 4)
    assert total(program, x) == (2, 9)


def test_what_can_be_filled_although_not_all_of_it_at_once():
    program = Program()
    x = program.variables(np.array([2, 2, 2, 2]))
    program.require([(x[:3], 1.0)], high=1.0)
    program.require([(x[3:], 1.0)], high=0.0)
    assert program.fillable(x).tolist() == [True, True, True, False]


def test_what_cannot_be_is_told():
    program = Program()
    x = program.variables(np.array([2]))
    program.require([(x, 1.0)], low=3.0)
    for ask in (program.least, program.most, program.fillable):
        with pytest.raises(Infeasible, match="no assignment of people"):
            ask(x)


def test_nothing_to_solve():
    assert total(Program(), np.empty(0, dtype=np.int64)) == (0, 0)


@pytest.mark.parametrize(("low", "high"), ENDS)
def test_an_excerpt_requires_candidates_for_its_voices(low, high):
    def enough(size, n):
        return {"majority": 2 * size > n, "all": size == n}.get(low, low.isdigit() and size >= int(low))

    def few(size, n):
        return {"minority": 2 * size < n, "all": True}.get(high, high.isdigit() and size <= int(high))

    for n in range(8):
        program = Program()
        candidates = program.variables(np.array([n]), lower=np.array([n]))
        _enough(program, candidates, Kind(0, low, high))
        sizes = range(n + 1) if low == "0" else range(1, n + 1)
        if any(enough(size, n) and few(size, n) for size in sizes):
            assert program.least(candidates) == n
        else:
            with pytest.raises(Infeasible):
                program.least(candidates)


def test_no_solution_is_lost_where_a_presolve_loses_some():
    """HiGHS 1.14 with its presolve says that at least 6 of 7 voluntary staff are in one room: none need be.

    Every division from 0 and 7 to 7 and 0 can be, as requiring each shows.
    """
    study = load_study("plr0809-017")
    found = evidence(study, "theme")
    cells = people_by_cell(study, study.grouping("sector"))
    known = states(study, found, found.codes.index("T1"))
    parts, state, _ = cells.split(known.known)
    code = raising(study, parts, state, known.kinds(study)[0], None)
    level = parts.groups(study, study.grouping("sector"))
    room = code.people[(parts.block == parts.block[level == 0].min()) & (level == 0)]
    assert all(code.program.allows([(room, n)]) for n in range(8))
    assert code.program.ends(room) == (0, 7)


def test_solving_prints_nothing(capfd):
    """HiGHS's own search for whole numbers prints a line here, which would stand in a notebook."""
    assert design(load_study("worked-example"), "role")["separable"].iloc[0] == "between"
    assert capfd.readouterr() == ("", "")
