"""`fragility` against turning round every set of people and comparing the whole study again."""

from itertools import combinations

import numpy as np
import pytest

from plrlib.stats.comparison import fragility as module
from plrlib.stats.comparison.family import family
from plrlib.stats.comparison.fragility import Ranges, fragility
from plrlib.stats.comparison.permutation import NamedPeople

NONE = Ranges(np.zeros(0), np.zeros(0), np.zeros(0))
ALPHA = 0.2  # small groups show something at a mild alpha


def people(level, block, raised):
    level, block = np.array(level), np.array(block)
    asked = np.ones(raised.shape, dtype=bool)
    return NamedPeople(level, block, np.zeros(len(level), dtype=np.int64), asked, raised)


def differs(found, c):
    return found.adjusted[c] <= ALPHA * (1 + 1e-9)


def by_hand(who, levels, c, most):
    """Return the fewest people to turn round, each set of them tried on the whole study; 0: none of up to `most`."""
    now = differs(family(who, levels, seed=1), c)
    for size in range(1, most + 1):
        for some in combinations(range(len(who.group)), size):
            raised = who.raised.copy()
            raised[list(some), c] ^= True
            changed = NamedPeople(who.group, who.block, who.kind, who.asked, raised)
            if differs(family(changed, levels, seed=1), c) != now:
                return size
    return 0


CASES = {
    "one room": ([0] * 4 + [1] * 4, [0] * 8),
    "two rooms": ([0, 0, 1, 1, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]),
    "three levels": ([0, 0, 1, 1, 2, 2, 0, 1], [0, 0, 0, 0, 0, 0, 1, 1]),
    "whole rooms": ([0] * 6 + [1] * 6, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_fewest_people_of_all_sets(case, seed):
    level, block = CASES[case]
    rng = np.random.default_rng(seed)
    chance = np.where(np.array(level) == 0, 0.8, 0.25)[:, None] * np.array([1, 1, 0.6])
    who = people(level, block, rng.random((len(level), 3)) < chance)
    levels = max(level) + 1
    found = family(who, levels, seed=1)
    for c in range(3):
        expected = by_hand(who, levels, c, 3)
        got = fragility(found, c, ALPHA, NONE)
        assert got == expected or (not expected and (got is None or got > 3)), (c, got, expected)


@pytest.mark.parametrize("seed", range(4))
def test_where_the_other_codes_decide(seed):
    """Twelve people: 5 of 6 against 1 of 6 has p = 0.08, and only the family of four codes tells if that is enough."""
    level, block = [0] * 6 + [1] * 6, [0] * 12
    rng = np.random.default_rng(seed)
    raised = rng.random((12, 4)) < 0.5
    raised[:, 0] = [True] * 5 + [False] * 6 + [True]
    raised[:, 1] = [True] * 4 + [False] * 6 + [True] * 2
    who = people(level, block, raised)
    found = family(who, 2, seed=1)
    for c in (0, 1):
        expected = by_hand(who, 2, c, 2)
        got = fragility(found, c, ALPHA, NONE)
        assert got == expected or (not expected and (got is None or got > 2)), (c, got, expected)


def test_a_verdict_that_hangs_on_one_person():
    """4 of 4 against none of 4 has p = 2/70; with one fewer p = 0.143, which is above 0.05."""
    raised = np.array([[True]] * 4 + [[False]] * 4)
    found = family(people([0] * 4 + [1] * 4, [0] * 8, raised), 2, seed=1)
    assert fragility(found, 0, 0.05, NONE) == 1


def test_codes_of_which_nobody_knows_who_raised_them_count_against_a_finding():
    """Alone p = 2/70 differs at 0.05; one more code that could show adds as much again, and it does not."""
    raised = np.array([[True]] * 4 + [[False]] * 4)
    found = family(people([0] * 4 + [1] * 4, [0] * 8, raised), 2, seed=1)
    assert (
        fragility(found, 0, 0.05, Ranges(*(np.array([p]) for p in (0.001, 1.0, 1.0)))) is None
    )  # nothing would make it differ


def test_a_search_that_is_too_large_gives_no_answer(monkeypatch):
    raised = np.array([[True]] * 2 + [[False]] * 6)
    found = family(people([0] * 4 + [1] * 4, [0] * 8, raised), 2, seed=1)
    assert fragility(found, 0, 0.05, NONE) == 2
    monkeypatch.setattr(module, "MOST_SETS", 27)
    assert fragility(found, 0, 0.05, NONE) is None


def test_levels_in_rooms_of_their_own_have_none():
    found = family(people([0] * 4 + [1] * 4, [0] * 4 + [1] * 4, np.ones((8, 1), dtype=bool)), 2, seed=1)
    assert fragility(found, 0, 0.05, NONE) is None


def test_silent_people_who_would_have_to_share_the_view():
    """Of 5 and 5 people all of the first and none of the second raised it: p = 0.008, with one more 0.048, two 0.17."""
    who = people([0] * 5 + [1] * 5, [0] * 10, np.array([[True]] * 5 + [[False]] * 5))
    found = family(who, 2, seed=1)
    silent = ~who.raised[:, 0]
    assert fragility(found, 0, 0.05, NONE, silent & (who.group == 1)) == 2
    assert fragility(found, 0, 0.05, NONE, silent & (who.group == 0)) is None
