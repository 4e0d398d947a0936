"""The range of p against brute force over all completions (tests/stats/brute.py), on random small studies.

The oracle writes out every completion, and for each every exchange; it shares no code with plrlib.
"""

from itertools import combinations, count, permutations, product

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings

import plrlib
from plrlib.stats.comparison.verdict import judge

from ..bounds.test_presence_bounds import REPEATABLE, person, small_studies, write
from ..bounds.test_presence_bounds import said as brute_said
from ..brute import GROUPINGS, Small, _options, fits

_folders = count()
ALONE = "alone"


def block_of(small, person):
    """Return where somebody was first heard: the group that lists them, else the first event they are named at."""
    if person["event"]:
        return person["event"]
    at = {e["event"][0] for e in small.excerpts if e["participant"] == person["id"] and len(e["event"]) == 1}
    return next((event for event in ("A", "B") if event in at), ALONE)


def p_within(blocks, levels, raised):
    """Return the exact p from every exchange within the blocks that hold two levels; None where none does."""
    rooms = [[i for i, b in enumerate(blocks) if b == room] for room in sorted(set(blocks))]
    rooms = [room for room in rooms if len({levels[i] for i in room}) > 1]
    if not rooms:
        return None
    outcomes = {}
    ways = [sorted(set(permutations([levels[i] for i in room]))) for room in rooms]
    for way in product(*ways):
        labels = {
            i: label for room, given_ in zip(rooms, way, strict=True) for i, label in zip(room, given_, strict=True)
        }
        outcome = tuple(sum(raised[i] for i in labels if labels[i] == level) for level in sorted(set(levels)))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    used = [i for room in rooms for i in room]
    seen = tuple(sum(raised[i] for i in used if levels[i] == level) for level in sorted(set(levels)))
    return sum(n for n in outcomes.values() if n <= outcomes[seen] * (1 + 1e-7)) / sum(outcomes.values())


def counted_ways(small, by):
    """Yield every assignment with the people who count in it, as `Small.presence` decides who does."""
    column, levels, population = GROUPINGS[by]
    at = [[p[column] if fits(p, population) else "" for p in way] for way in small.assignments]
    told = [name for name, *_ in small.margins] if column == "sector" else []
    sure = [len({q[column] if fits(q, population) else "" for q in _options(p)}) == 1 for p in small.people]
    for stage in (0, 1, 2):
        kept = [
            [
                i for i, p in enumerate(way)
                if of[i] in levels and (stage == 0 or sure[i] or (stage == 1 and any(fits(p, n) for n in told)))
            ]
            for way, of in zip(small.assignments, at, strict=True)
        ]  # fmt: skip
        if (
            len({tuple(sum(of[i] == level for i in who) for level in levels) for who, of in zip(kept, at, strict=True)})
            == 1
        ):
            break
    return zip(small.assignments, at, kept, strict=True)


def p_by_hand(small, by, code):
    """Return every p there can be; None among them: in some completion the levels cannot be compared."""
    found = set()
    for way, of, who in counted_ways(small, by):
        blocks = [block_of(small, way[i]) for i in who]
        levels = [of[i] for i in who]
        unions = {
            frozenset(name for name in union if name in {way[i]["id"] for i in who})
            for union in small.raised(code, way)
        }
        if not small.complete:
            names = [way[i]["id"] for i in who]
            more = [frozenset(c) for n in range(len(names) + 1) for c in combinations(names, n)]
            unions = {extra for extra in more if any(union <= extra for union in unions)}
        for union in unions:
            found.add(p_within(blocks, levels, [way[i]["id"] in union for i in who]))
    return found


def check(folder, small, by):
    study = plrlib.load_study(write(folder / f"j{next(_folders)}", small))
    judged = judge(study, study.grouping(by), "code", None, None, 0.05, events="all")
    for c, code in enumerate(judged.found.codes):
        if code not in small.codes:
            continue
        expected = p_by_hand(small, by, code)
        known = sorted(p for p in expected if p is not None)
        if not known:
            assert judged.verdicts[c] == "confounded"
            continue
        assert judged.p_low[c] == pytest.approx(known[0], rel=1e-9), (by, code)
        assert judged.p_high[c] == pytest.approx(known[-1], rel=1e-9), (by, code)
        if c in judged.open:
            assert judged.open[c].attained
            assert judged.open[c].sometimes_confounded == (None in expected)


def test_an_excerpt_that_nobody_coded_has_all_its_voices_or_none(tmp_path):
    """If the unread excerpt has the code everybody in A raised it, otherwise P1 alone: nothing lies between."""
    people = [person(0, sector="statutory"), person(1, sector="voluntary"), person(2, sector="voluntary"),
              person(5, sector="statutory")]  # fmt: skip
    for word in ("all", "most", "two"):
        unread = brute_said(event=("A",), quantifier=word) | {"codes": None}
        small = Small(people, {"A": 4}, [], [unread, brute_said("c", by="P1")])
        assert small.assignments
        check(tmp_path, small, "sector")


@settings(max_examples=60, **REPEATABLE)
@given(small=small_studies(), by=st.sampled_from(tuple(GROUPINGS)))
def test_the_range_of_p_is_that_over_all_completions(tmp_path_factory, small, by):
    assume(small.assignments)
    check(tmp_path_factory.getbasetemp(), small, by)


@pytest.mark.full
@settings(max_examples=2000, **REPEATABLE)
@given(small=small_studies(), by=st.sampled_from(tuple(GROUPINGS)))
def test_the_range_of_p_over_many_more(tmp_path_factory, small, by):
    assume(small.assignments)
    check(tmp_path_factory.getbasetemp(), small, by)
