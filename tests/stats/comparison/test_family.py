"""`family`, from who raised what to adjusted p-values, against every permutation of groups written out.

The oracle shares no code with plrlib: a p-value is counted among the permutations, an adjusted one by its definition.
"""

from itertools import permutations, product

import numpy as np
import pytest

from plrlib.stats.comparison import permutation
from plrlib.stats.comparison.effects import cramers_v, difference
from plrlib.stats.comparison.family import family
from plrlib.stats.comparison.permutation import NamedPeople

CRAMERS_V = 0.1666666666666667


def people(level, block, raised, asked=None, alone=()):
    level, block = np.array(level), np.array(block)
    asked = np.ones(raised.shape, dtype=bool) if asked is None else asked
    return NamedPeople(level, block, np.where(np.isin(block, alone), -1, 0), asked, raised & asked)


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
    assert found.adjusted == pytest.approx(adjusted(p_of, p_of[now]), rel=1e-9)


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
    assert not found.jointly_sampled


def mean_of(some):
    return sum(some) / len(some)


def variance(values):
    return mean_of([(value - mean_of(values)) ** 2 for value in values])


@pytest.mark.parametrize("seed", range(12))
def test_whole_events_permuted(seed):
    """Six events of 4 or 5 people, three of each group or two of each of three; each event counts once."""
    rng = np.random.default_rng(seed)
    of_event = [0, 0, 0, 1, 1, 1] if seed % 2 else [0, 0, 1, 1, 2, 2]
    sizes = rng.integers(4, 6, 6).tolist()
    block = [b for b, n in enumerate(sizes) for _ in range(n)]
    level = [of_event[b] for b in block]
    raised = rng.random((len(block), 3)) < rng.uniform(0.2, 0.8, 3)
    found = family(people(level, block, raised), 3, seed=1)
    assert {how.kind for how in found.settings} == {"whole events"}
    permuted = sorted(set(permutations(of_event)))
    shares = [[raised[np.array(block) == b, c].mean() for b in range(6)] for c in range(3)]

    def apart(way, c):
        groups = [[shares[c][b] for b in range(6) if way[b] == at] for at in sorted(set(of_event))]
        return sum(len(some) * (mean_of(some) - mean_of(shares[c])) ** 2 for some in groups)

    by_code = [
        p_of_every([apart(way, c) for way in permuted], lambda other, one: other >= one - 1e-9) for c in range(3)
    ]
    check(tuple(of_event), found, permuted, by_code)


@pytest.mark.parametrize("seed", range(16))
def test_people_within_events_and_whole_events_together(seed):
    """One or two mixed events beside four or five of one group each, against every joint permutation written out.

    T = D_within / V_within + D_whole / V_whole; D are Mantel and Haenszel's difference and the difference of means of
    event proportions; V are variances over the permutations themselves.
    """
    rng = np.random.default_rng(seed)
    mixed = ([0, 1], [0, 0, 1], [0, 1, 1, 0])[seed % 3], ([0, 1, 1], [1, 0])[seed % 2]
    mixed = mixed[: 1 + seed % 2]
    pure = [0, 0, 1, 1] if seed % 4 else [0, 1, 0, 1, 1]
    level = [at for some in mixed for at in some] + [at for at in pure for _ in range(4)]
    block = [b for b, some in enumerate(mixed) for _ in some] + [10 + v for v in range(len(pure)) for _ in range(4)]
    raised = rng.random((len(level), 3)) < rng.uniform(0.2, 0.8, 3)
    raised[:, 2] &= np.array(block) < 10 if seed % 2 else np.array(block) >= 10  # one part alone tells
    found = family(people(level, block, raised), 2, seed=1)
    assert {how.kind for how in found.settings} == {"both"}
    n = sum(map(len, mixed))
    ways = [(*a, *b) for a in every_permutation(level[:n], block[:n]) for b in sorted(set(permutations(pure)))]
    events = [[raised[np.array(block) == 10 + v, c].mean() for v in range(len(pure))] for c in range(3)]

    def within(way, c):
        top = bottom = 0.0
        for b in range(len(mixed)):
            one, other = ([raised[i, c] for i in range(n) if block[i] == b and way[i] == at] for at in (0, 1))
            weight = len(one) * len(other) / (len(one) + len(other))
            top, bottom = top + weight * (mean_of(one) - mean_of(other)), bottom + weight
        return top / bottom

    def whole(way, c):
        one, other = ([events[c][v] for v in range(len(pure)) if way[n + v] == at] for at in (0, 1))
        return mean_of(one) - mean_of(other)

    by_code = []
    for c in range(3):
        total = np.zeros(len(ways))
        for part in (within, whole):
            values = [part(way, c) for way in ways]
            if (v := variance(values)) > 1e-12:
                total += (np.array(values) - mean_of(values)) / v
        by_code.append(p_of_every(np.abs(total).tolist(), lambda other, one: other >= one - 1e-7 * max(1, one)))
    check((*level[:n], *pure), found, ways, by_code)
    assert found.p_min == pytest.approx([min(some) for some in by_code], rel=1e-9)


def test_codes_put_to_other_rooms_are_tested_in_those():
    """The second code was put to the second room alone; its p is that of the room, and permuting keeps it so."""
    level, block = [0, 0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1]
    raised = np.array([[1, 0], [1, 0], [0, 0], [0, 0], [1, 1], [0, 0], [0, 0]], dtype=bool)
    asked = np.array([[True, b == 1] for b in block])
    found = family(people(level, block, raised, asked), 2, seed=1)
    assert found.p[1] == found.p_min[1] == pytest.approx(1 / 3)
    assert found.how(1).blocks.tolist() == [1]


def test_codes_put_to_other_events_are_permuted_together():
    """The first code was put to a mixed event only, the second to events of one group each: 20 × 6 permutations."""
    level = [0, 0, 0, 1, 1, 1] + [0] * 4 + [1] * 4
    block = [0] * 6 + [1, 1, 2, 2, 3, 3, 4, 4]
    asked = np.array([[b == 0, b != 0] for b in block])
    raised = np.array([[at == 0] * 2 for at in level]) & asked
    found = family(people(level, block, raised, asked), 2, seed=1)
    assert [found.how(c).kind for c in (0, 1)] == ["within", "whole events"]
    assert found.p == pytest.approx([2 / 20, 2 / 6])
    assert found.adjusted == pytest.approx([2 / 20, 2 / 6])
    assert found.reach == pytest.approx([2 / 20, 1 - (1 - 2 / 20) * (1 - 2 / 6)])


def test_events_asked_about_other_codes_are_not_permuted_with_one_another():
    """Both groups have three events of each sort; 20 ways for the sort that was asked about the second code alone."""
    level = [v % 2 for v in range(12) for _ in range(3)]
    block = [v for v in range(12) for _ in range(3)]
    asked = np.array([[True, b < 6] for b in block])
    raised = np.array([[at == 0] * 2 for at in level]) & asked
    found = family(people(level, block, raised, asked), 2, seed=1)
    assert found.p == pytest.approx([2 / 400, 2 / 20])


def test_a_sample_of_events_never_gives_less_than_the_least_p():
    """The clearest of 2,704,156 divisions is seldom drawn: what was observed may be beyond all that were."""
    level, block = [int(v >= 12) for v in range(24) for _ in range(3)], [v for v in range(24) for _ in range(3)]
    raised = np.array([[at == 0, False] for at in level])
    raised[0, 1] = True
    found = family(people(level, block, raised), 2, seed=1)
    assert found.sampled.all()
    assert found.p[0] == pytest.approx(1e-4)
    assert found.p_min[0] == pytest.approx(1 / 2704156)
    assert found.reach[0] <= 1e-4 * 1.01
    assert found.reach[1] >= found.p_min[1] == pytest.approx(1 / 24)  # one event of 24 did: it is one of 24 ways


def test_five_groups_and_many_codes_find_one_that_is_planted():
    """510 codes, five groups in two events of 25: p of a sample has steps, and they do not hide what is plain."""
    rng = np.random.default_rng(5)
    level, block = [at for _ in range(2) for at in range(5) for _ in range(5)], [0] * 25 + [1] * 25
    raised = rng.random((50, 510)) < rng.uniform(0.1, 0.6, 510)
    raised[:, 0] = np.array(level) < 2
    found = family(people(level, block, raised), 5, seed=1)
    assert found.adjusted[0] < 0.01
    assert (found.adjusted[1:] > 0.05).all()
    assert (found.reach <= 0.05).sum() > 400
    few = raised.sum(axis=0) <= 2
    assert (found.reach[few] > 0.05).all()


def test_of_too_many_permutations_a_sample_is_drawn_and_labelled(monkeypatch):
    rng = np.random.default_rng(3)
    level, block = [0] * 5 + [1] * 5, [0] * 10
    who = people(level, block, rng.random((10, 3)) < 0.5)
    exact = family(who, 2, seed=1)
    monkeypatch.setattr(permutation, "MOST", 100)
    drawn, again = family(who, 2, seed=1), family(who, 2, seed=1)
    assert (exact.jointly_sampled, drawn.jointly_sampled) == (False, True)
    assert drawn.p.tolist() == exact.p.tolist()
    assert drawn.adjusted == pytest.approx(exact.adjusted, abs=0.03)
    assert drawn.adjusted.tolist() == again.adjusted.tolist()


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
