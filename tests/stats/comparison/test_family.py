"""`family`, from who raised what to adjusted p-values, against every permutation of groups written out.

The oracle shares no code with plrlib: a p-value is counted among the permutations, an adjusted one by its definition.
"""

from itertools import permutations, product

import numpy as np
import pytest

from plrlib.stats.comparison import permutation
from plrlib.stats.comparison.effects import cramers_v, difference
from plrlib.stats.comparison.permutation import NamedPeople, family

CRAMERS_V = 0.1666666666666667


def people(level, block, raised, asked=None, alone=()):
    level, block = np.array(level), np.array(block)
    asked = np.ones(raised.shape, dtype=bool) if asked is None else asked
    return NamedPeople(level, block, np.isin(block, alone), asked, raised & asked)


def every_permutation(labels, blocks):
    """Yield every way to permute labels within blocks."""
    rooms = [[i for i, b in enumerate(blocks) if b == room] for room in sorted(set(blocks))]
    for way in product(*(sorted(set(permutations([labels[i] for i in room]))) for room in rooms)):
        given = {i: one for room, some in zip(rooms, way, strict=True) for i, one in zip(room, some, strict=True)}
        yield [given[i] for i in range(len(labels))]


def p_of_every(outcomes, extreme):
    """Return for each permutation the share of permutations whose outcome is at least as extreme."""
    return [sum(extreme(other, one) for other in outcomes) / len(outcomes) for one in outcomes]


def adjusted(p_of, p):
    order, before, found = sorted(range(len(p)), key=lambda c: p[c]), 0.0, [0.0] * len(p)
    for step, c in enumerate(order):
        share = sum(min(row[r] for r in order[step:]) <= p[c] * (1 + 1e-9) for row in p_of) / len(p_of)
        before = found[c] = max(before, share)
    return found


def check(who, found, ways_of, p_of_codes):
    now = ways_of.index(who)
    p_of = [list(row) for row in zip(*p_of_codes, strict=True)]
    assert found.p == pytest.approx(p_of[now], rel=1e-9)
    assert found.low == pytest.approx(adjusted(p_of, p_of[now]), rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_people_permuted_within_events(seed):
    """Two or three levels in two rooms; a third room of one level is there and must not count."""
    rng = np.random.default_rng(seed)
    levels = [0, 0, 1, 1, 0, 1, 1] if seed % 2 else [0, 1, 2, 0, 0, 1, 2]
    level, block = [*levels, 0, 0], [0, 0, 0, 0, 1, 1, 1, 2, 2]
    raised = rng.random((9, 4)) < rng.uniform(0.2, 0.8, 4)
    found = family(people(level, block, raised), 3, seed=1)
    permuted = list(every_permutation(levels, block[:7]))

    def outcome(way, c):
        return tuple(sum(raised[i, c] for i in range(7) if way[i] == at) for at in sorted(set(levels)))

    by_code = []
    for c in range(4):
        outcomes = [outcome(way, c) for way in permuted]
        often = {one: outcomes.count(one) for one in set(outcomes)}
        by_code.append(p_of_every(outcomes, lambda other, one, often=often: often[other] <= often[one]))
    check(levels, found, permuted, by_code)
    assert found.high == pytest.approx(found.low)
    assert not found.jointly_sampled


@pytest.mark.parametrize("seed", range(12))
def test_whole_events_permuted(seed):
    """Six rooms of 4 to 6 people, three of each level or two of each of three."""
    rng = np.random.default_rng(seed)
    of_room = [0, 0, 0, 1, 1, 1] if seed % 2 else [0, 0, 1, 1, 2, 2]
    sizes = rng.integers(4, 7, 6).tolist()
    block = [b for b, n in enumerate(sizes) for _ in range(n)]
    level = [of_room[b] for b in block]
    raised = rng.random((len(block), 3)) < rng.uniform(0.2, 0.8, 3)
    found = family(people(level, block, raised), 3, seed=1)
    permuted = sorted(set(permutations(of_room)))
    voices = [[int(raised[np.array(block) == b, c].sum()) for b in range(6)] for c in range(3)]

    def apart(way, c):
        rooms = [[b for b in range(6) if way[b] == at] for at in sorted(set(of_room))]
        n, k = [sum(sizes[b] for b in some) for some in rooms], [sum(voices[c][b] for b in some) for some in rooms]
        if len(n) == 2:
            return abs(k[0] / n[0] - k[1] / n[1])
        return sum(m * (j / m - sum(k) / sum(n)) ** 2 for m, j in zip(n, k, strict=True))

    by_code = [
        p_of_every([apart(way, c) for way in permuted], lambda other, one: other >= one - 1e-9) for c in range(3)
    ]
    check(tuple(of_room), found, permuted, by_code)


def test_codes_put_to_other_rooms_are_tested_in_those():
    """The second code was put to the second room alone; its p is that of the room, and permuting keeps it so."""
    level, block = [0, 0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1]
    raised = np.array([[1, 0], [1, 0], [0, 0], [0, 0], [1, 1], [0, 0], [0, 0]], dtype=bool)
    asked = np.array([[True, b == 1] for b in block])
    found = family(people(level, block, raised, asked), 2, seed=1)
    assert found.p[1] == found.p_min[1] == pytest.approx(1 / 3)
    assert found.settings[1].blocks.tolist() == [1]


def test_codes_that_cannot_be_permuted_together_are_allowed_for_singly():
    """The first code was put to a mixed room only, the second to rooms of one level each."""
    level = [0, 0, 0, 1, 1, 1] + [0] * 4 + [1] * 4
    block = [0] * 6 + [1, 1, 2, 2, 3, 3, 4, 4]
    asked = np.array([[b == 0, b != 0] for b in block])
    raised = np.array([[at == 0] * 2 for at in level]) & asked
    found = family(people(level, block, raised, asked), 2, seed=1)
    assert [one.kind for one in found.settings] == ["within", "whole events"]
    assert found.p == pytest.approx([2 / 20, 2 / 6])
    assert found.low == pytest.approx([2 / 20, 2 / 6])
    assert found.high == pytest.approx([2 / 20, 2 / 6 + 2 / 6])


def test_of_too_many_permutations_a_sample_is_drawn_and_labelled(monkeypatch):
    rng = np.random.default_rng(3)
    level, block = [0] * 5 + [1] * 5, [0] * 10
    who = people(level, block, rng.random((10, 3)) < 0.5)
    exact = family(who, 2, seed=1)
    monkeypatch.setattr(permutation, "MOST", 100)
    drawn, again = family(who, 2, seed=1), family(who, 2, seed=1)
    assert (exact.jointly_sampled, drawn.jointly_sampled) == (False, True)
    assert drawn.p.tolist() == exact.p.tolist()
    assert drawn.low == pytest.approx(exact.low, abs=0.03)
    assert drawn.low.tolist() == again.low.tolist()


def test_people_at_no_level_are_left_out():
    level, block = [0, 0, 1, 1, -1, -1], [0] * 6
    raised = np.array([[1], [1], [0], [0], [1], [0]], dtype=bool)
    assert family(people(level, block, raised), 2, seed=1).p == pytest.approx([2 / 6])


def test_what_somebody_was_not_asked_does_not_count():
    """The last two people raised the second code unasked."""
    asked = np.array([[True, True], [True, True], [True, False], [True, False]])
    who = people([0, 0, 1, 1], [0, 0, 1, 1], np.ones((4, 2), dtype=bool), asked)
    assert family(who, 2, seed=1).counts.raised[1].sum() == 2


class TestEffects:
    def test_rooms_weigh_by_how_many_pairs_they_make(self):
        """By hand: 2 and 3 people make 6/5, 1 and 1 make 1/2; a room of one level weighs nothing."""
        raised, sizes = np.array([[[2, 0], [0, 1], [3, 0]]]), np.array([[[2, 3], [1, 1], [4, 0]]])
        assert difference(raised, sizes)[0] == pytest.approx((1.2 * 1 + 0.5 * -1) / 1.7)

    def test_no_room_with_both_levels_has_no_difference(self):
        assert np.isnan(difference(np.array([[[2, 0]]]), np.array([[[3, 0]]]))[0])

    def test_cramers_v(self):
        """Oracle: R 4.2.2, sqrt(chisq.test(matrix(c(5,2,3,5,4,6),3), correct=FALSE)$statistic / 25)."""
        assert cramers_v(np.array([[5, 2, 3]]), np.array([[10, 6, 9]]))[0] == pytest.approx(CRAMERS_V, rel=1e-9)
        assert np.isnan(cramers_v(np.array([[0, 0]]), np.array([[3, 3]]))[0])
