"""Who may have said an excerpt, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from plrlib.study.speakers import attributions, bounds, first_event, may_fit, parts, seats

# Four people, three events; R4 sat in no group, nobody is listed at INT.
PEOPLE = pd.DataFrame(
    {
        "participant": ["R1", "R2", "R3", "R4"],
        "role": ["manager", "manager", "practitioner", None],
        "sector": ["voluntary", None, "statutory", "voluntary"],
        "focus_group": ["FG1", "FG1", "FG2", None],
    }
)
EVENTS = pd.DataFrame({"event": ["FG1", "FG2", "INT"], "order": pd.array([1, 2, 3], dtype="Int64")})
NOBODY = pd.DataFrame({"participant": [], "event": []})


def excerpts(*rows):
    return pd.DataFrame(rows, columns=["participant", "event", "role", "sector"])


def listing(*pairs):
    return pd.DataFrame(list(pairs), columns=["participant", "event"])


def fitting(event=None, role=None, sector=None, attendance=NOBODY, **options):
    """Return who fits one attribution."""
    found = attributions(excerpts((None, event, role, sector)), EVENTS)
    fit = may_fit(found, seats(PEOPLE, attendance, EVENTS), PEOPLE, **options)
    return list(PEOPLE["participant"][fit[:, 0]])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("a", ("a",)), ("a;b", ("a", "b")), (" a ; b;", ("a", "b")), ("", ()), (";", ()), (None, ()), (np.nan, ())],
)
def test_parts(cell, expected):
    assert parts(cell) == expected


def test_seats():
    assert seats(PEOPLE, NOBODY, EVENTS).astype(int).tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]]
    more = listing(("R1", "INT"), ("R4", "FG2"), ("R9", "INT"), ("R1", "elsewhere"), ("R1", "FG1"))
    assert seats(PEOPLE, more, EVENTS).astype(int).tolist() == [[1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 1, 0]]


def test_seats_without_events():
    nowhere = EVENTS.iloc[:0]
    assert seats(PEOPLE, NOBODY, nowhere).shape == (4, 0)
    assert first_event(seats(PEOPLE, NOBODY, nowhere), PEOPLE, nowhere).tolist() == [-1, -1, -1, -1]


@pytest.mark.parametrize(
    ("order", "group", "heard", "first"),
    [
        ([1, 2, 3], "FG1", [], "FG1"),
        ([1, 2, 3], None, [], None),  # nobody says where
        ([1, 2, 3], None, ["INT"], "INT"),
        ([1, 2, 3], "FG1", ["INT"], "FG1"),  # the interview followed
        ([2, 3, 1], "FG1", ["INT"], "INT"),  # the interview came before
        ([1, 2, 1], "FG1", ["INT"], "FG1"),  # at the same time: the group
        ([None, None, 1], "FG1", ["INT"], "FG1"),  # not known when the group sat
        ([1, None, None], "FG1", ["INT"], "FG1"),
        ([None, None, None], None, ["FG2", "INT"], "FG2"),  # their place in the table
        ([3, 2, 1], None, ["FG1", "FG2"], "FG2"),
        ([None, 5, None], None, ["FG1", "FG2", "INT"], "FG2"),  # known before not known
        ([3, 2, 1], "FG1", ["FG2"], "FG2"),  # two groups: the earlier
    ],
)
def test_first_hearing(order, group, heard, first):
    events = EVENTS.assign(order=pd.array(order, dtype="Int64"))
    people = pd.DataFrame({"participant": ["R1"], "focus_group": [group]})
    there = seats(people, listing(*(("R1", event) for event in heard)), events)
    expected = -1 if first is None else list(events["event"]).index(first)
    assert first_event(there, people, events).tolist() == [expected]


def test_attributions_are_distinct_and_named_excerpts_have_none():
    found = attributions(
        excerpts(
            ("R1", "FG1", None, None),
            (None, "FG1", "manager", None),
            (None, "FG2;INT", None, None),
            (None, "FG1", "manager", None),
            (None, None, None, "voluntary"),
        ),
        EVENTS,
    )
    assert len(found) == 3
    assert found.of.tolist() == [-1, 1, 2, 1, 0]
    assert found.events.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 1]]
    assert found.anywhere.tolist() == [True, False, False]
    assert found.allowed == {"role": [(), ("manager",), ()], "sector": [("voluntary",), (), ()]}
    assert found.fits("role", "practitioner").tolist() == [True, False, True]


def test_attributions_of_excerpts_that_are_all_named():
    found = attributions(excerpts(("R1", None, None, None)), EVENTS)
    assert (len(found), found.of.tolist(), found.events.shape) == (0, [-1], (0, 3))
    assert may_fit(found, seats(PEOPLE, NOBODY, EVENTS), PEOPLE).shape == (4, 0)


@pytest.mark.parametrize(
    ("event", "role", "sector", "fit"),
    [
        (None, None, None, ["R1", "R2", "R3", "R4"]),
        ("FG1", None, None, ["R1", "R2"]),
        ("FG1;FG2", None, None, ["R1", "R2", "R3"]),
        ("INT", None, None, ["R1", "R2", "R3", "R4"]),  # it lists nobody: anybody may have been there
        ("FG1;INT", None, None, ["R1", "R2", "R3", "R4"]),
        (None, "manager", None, ["R1", "R2", "R4"]),  # R4's role is not known
        (None, "manager;practitioner", None, ["R1", "R2", "R3", "R4"]),
        (None, None, "voluntary", ["R1", "R2", "R4"]),  # nor R2's sector
        ("FG1", None, "statutory", ["R2"]),
        ("INT", "practitioner", "statutory", ["R3"]),
        ("FG2", "manager", None, []),
        ("FG9", None, None, []),
    ],
)
def test_may_fit(event, role, sector, fit):
    assert fitting(event, role, sector) == fit


def test_an_event_that_lists_somebody_heard_nobody_else():
    assert fitting("INT", attendance=listing(("R3", "INT"))) == ["R3"]


@pytest.mark.parametrize(
    ("role", "sector", "fit"),
    [
        (None, None, ["R1", "R2", "R3", "R4"]),
        ("manager", None, ["R1", "R2"]),
        (None, "voluntary", ["R1", "R4"]),
        ("manager", "voluntary", ["R1"]),
        ("practitioner", "voluntary", []),
    ],
)
def test_who_fits_surely(role, sector, fit):
    assert fitting(None, role, sector, surely=True) == fit


def test_letting_an_attribute_be_unsaid_never_loses_a_candidate():
    for event in (None, "FG1", "INT"):
        for role in (None, "manager"):
            assert set(fitting(event, role, "voluntary")) <= set(fitting(event, role)) <= set(fitting(event))


@pytest.mark.parametrize(
    ("word", "by_candidates"),
    [
        ("majority", {0: 1, 1: 1, 2: 2, 3: 2, 4: 3, 7: 4, 10: 6}),
        ("minority", {1: 0, 2: 0, 3: 1, 4: 1, 7: 3, 10: 4}),
        ("all", {0: 0, 1: 1, 7: 7}),
        ("3", {0: 3, 7: 3}),
        ("0", {7: 0}),
    ],
)
def test_bounds(word, by_candidates):
    assert {n: bounds(word, n) for n in by_candidates} == by_candidates


@pytest.mark.parametrize("n", range(1, 30))
def test_a_majority_is_more_and_a_minority_fewer_than_half(n):
    assert bounds("majority", n) == min(v for v in range(n + 1) if 2 * v > n)
    assert bounds("minority", n) == max(v for v in range(n + 1) if 2 * v < n)


@pytest.mark.parametrize("word", ["some", "", "-1", "1.5", "Majority", "²"])
def test_bounds_of_what_is_no_number(word):
    with pytest.raises(ValueError, match="is no number of speakers"):
        bounds(word, 5)
