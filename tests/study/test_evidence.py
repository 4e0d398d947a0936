"""Where people were heard and where first; which excerpts belong to a first hearing; who belongs to a population."""

import numpy as np
import pytest
from stats.made import TOML, made, said

from plrlib.study.evidence import evidence
from plrlib.study.prepared import blocks

PEOPLE = "participant,role,sector,focus_group\nP1,manager,voluntary,A\nP2,manager,statutory,A\nP3,manager,voluntary,\n"
EVENTS = "event,kind,order,participants\nA,focus group,2,2\nB,focus group,{b},\nINT,interview,3,{n}\n"


def study(tmp_path, *rows, b="1", n="", attendance=None):
    events = EVENTS.format(b=b, n=n)
    excerpts = said(*rows, columns="participant,event") if rows else {}
    more = {"attendance": f"participant,event\n{attendance}"} if attendance else {}
    return made(
        tmp_path, participants=PEOPLE, events=events, **{"excerpts": "excerpt,participant\nE1,P1\n", **excerpts, **more}
    )


def names(study, numbers):
    return [study.events["event"].iloc[v] if v >= 0 else "-" for v in numbers]


def where(study):
    return [sorted(study.events["event"][there]) for there in study.prepared.attended]


def test_who_was_heard_where_is_listed_or_told_by_an_excerpt(tmp_path):
    found = study(tmp_path, "P1,INT > c1", "P2,A;B > c1", "P2,INT;  > c1", "P3, > c1", attendance="P2,B\n")
    # P2's A;B may be either: nothing is known from it. `INT;` names one event.
    assert where(found) == [["A", "INT"], ["A", "B", "INT"], []]
    assert found.prepared.listed.sum() == 3


@pytest.mark.parametrize(
    ("b", "attendance", "first"),
    [
        ("1", "P1,B\n", ["B", "A", "-"]),  # B was held before A
        ("2", "P1,B\n", ["A", "A", "-"]),  # at the same time: the focus group
        ("", "P1,B\n", ["A", "A", "-"]),  # nobody knows when B was held: the focus group
        ("1", "P3,INT\nP3,B\n", ["A", "A", "B"]),
        ("1", "P3,INT\n", ["A", "A", "INT"]),
    ],
)
def test_the_first_hearing(tmp_path, b, attendance, first):
    found = study(tmp_path, b=b, attendance=attendance)
    assert names(found, found.prepared.first_event) == first
    assert names(found, found.prepared.focus_group) == ["-" if event == "INT" else event for event in first]


@pytest.mark.parametrize(
    ("n", "rows", "unlisted"),
    [
        ("", [], ["B", "INT"]),  # they list nobody
        ("1", ["P3,INT > c1"], ["B"]),  # one was heard at INT, and an excerpt tells who
        ("2", ["P3,INT > c1"], ["B", "INT"]),  # two were
        ("", ["P3,INT > c1"], ["B"]),  # no number says that there were more
    ],
)
def test_events_of_which_not_everybody_is_known(tmp_path, n, rows, unlisted):
    found = study(tmp_path, *rows, n=n)
    assert found.prepared.unlisted == unlisted
    assert found.prepared.not_all_known.tolist() == [event in unlisted for event in ("A", "B", "INT")]


def test_which_excerpts_are_of_a_first_hearing(tmp_path):
    rows = ["P1,A > c1", "P1,INT > c1", "P1,A;INT > c1", "P1, > c1", ",A > c1", ",B > c1", ",INT > c1", ",B;A > c1"]
    # P3 may have been first heard at B or INT, which list nobody.
    found = study(tmp_path, *rows)
    assert found.prepared.of_a_first_event.tolist() == [True, False, True, True, True, True, True, True]
    # P3 is listed at INT: B is nobody's first hearing.
    found = study(tmp_path, *rows, attendance="P3,INT\n")
    assert found.prepared.of_a_first_event.tolist() == [True, False, True, True, True, False, True, True]
    assert evidence(found, "theme", events="all").counts.all()
    with pytest.raises(ValueError, match="events is 'first' or 'all', not 'last'"):
        evidence(found, "theme", events="last")


@pytest.mark.parametrize("seed", range(20))
def test_who_was_heard_where_and_first_against_one_excerpt_at_a_time(tmp_path, seed):
    rng = np.random.default_rng(seed)
    cells = [(who, event) for who in ("P1", "P2", "P3", "") for event in ("A", "B", "INT", "A;INT", "B;A", "")]
    del cells[-1]  # both blank would be a fault
    drawn = [cells[i] for i in rng.integers(0, len(cells), rng.integers(1, 8))]
    found = study(tmp_path, *(f"{who},{event} > c1" for who, event in drawn)).prepared
    there = found.listed.copy()
    for who, event in drawn:
        if who and event in found.events:
            there[int(who[1]) - 1, found.events.index(event)] = True
    assert np.array_equal(found.attended, there)
    first = [found.events[v] if v >= 0 else "" for v in found.first_event]
    open_events = {event for event, known in zip(found.events, found.not_all_known, strict=True) if known}
    open_events |= {event for event, listed in zip(found.events, found.listed.T, strict=True) if not listed.any()}
    anybodys = {*first} | (open_events if "" in first else set())
    for (who, event), belongs in zip(drawn, found.of_a_first_event, strict=True):
        own = first[int(who[1]) - 1] if who else None
        wanted = anybodys if own is None else {own}
        assert belongs == (event == "" or own == "" or not wanted.isdisjoint(event.split(";")))


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9])
def test_blocks_hold_every_row_once(n):
    assert [i for block in blocks(n, 4) for i in range(n)[block]] == list(range(n))


def test_who_belongs_to_a_population_by_what_is_published(tmp_path):
    toml = TOML.replace(
        "[populations]",
        '[populations]\ninterviewed = { sector = ["voluntary"], event = ["INT", "B"] }\n"in A" = { event = ["A"] }',
    ).replace('label = "Sector"', 'label = "Sector"\npopulation = "in A"')
    found = made(tmp_path, toml, attendance="participant,event\nV1,INT\nS2,INT\n")
    people = found.participants["participant"]
    assert sorted(people[found.prepared.inside("interviewed")]) == ["V1", "V3"]  # V3 sat in B
    assert sorted(people[found.prepared.inside("in A")]) == ["S1", "V1", "V2"]
    assert found.prepared.inside("").all()
    level = dict(zip(people, found.prepared.group(found.grouping("sector")), strict=True))
    assert {name: int(at) for name, at in level.items()} == {
        "V1": 0, "V2": 0, "S1": 1, "V3": -1, "S2": -1, "S3": -1, "S4": -1,
    }  # fmt: skip


def test_positions_of_people_and_events(tmp_path):
    found = made(tmp_path, **said("V2,A;B,,, > c1", ",,,,one > c1", "S1,INT,,, > c1"))
    assert np.array_equal(found.prepared.speaker, [1, -1, 2])
    assert found.prepared.events_of() == [{0, 1}, set(), {2}]
