"""What can be permuted: one test a design that confounds, or does not."""

import numpy as np
import pytest

from plrlib.stats.comparison.permutation import ALONE, BOTH, CONFOUNDED, WHOLE, WITHIN, setting


def how(*events, alone=(), kinds=None, only_within=False):
    """Return the kind, the blocks used, and why no event is permuted; an event is a number of people of each group."""
    sizes = np.array(events)
    kind = np.array(kinds if kinds else [ALONE if b in alone else 0 for b in range(len(sizes))])
    found = setting(sizes, np.arange(len(sizes)), kind, only_within)
    return found.kind, found.mixed.tolist(), found.whole.tolist(), found.reason


PURE = [(5, 0), (5, 0), (0, 5), (0, 5)]


@pytest.mark.parametrize(
    ("events", "alone", "expected"),
    [
        # each role in events of its own, as in PLR0809/017
        ([(7, 0, 0), (0, 7, 0), (0, 0, 6), (0, 0, 4)], (), (CONFOUNDED, [], [], "own events")),
        # one event a group
        ([(5, 0), (0, 5)], (), (CONFOUNDED, [], [], "own events")),
        # two events a group, alike: whole events
        (PURE, (), (WHOLE, [], [0, 1, 2, 3], "")),
        # a group in one event, the other interviewed one by one
        ([(6, 0), (0, 6)], (1,), (CONFOUNDED, [], [], "own events")),
        # a group in two events, the other interviewed one by one
        ([(6, 0), (6, 0), (0, 6)], (2,), (CONFOUNDED, [], [], "own events")),
        # four events of 3 against four of 10
        ([(3, 0)] * 4 + [(0, 10)] * 4, (), (CONFOUNDED, [], [], "sizes go with group")),
        # mean sizes may differ by a quarter, and no more
        ([(4, 0), (4, 0), (0, 5), (0, 5)], (), (WHOLE, [], [0, 1, 2, 3], "")),
        ([(4, 0), (4, 0), (0, 5), (0, 6)], (), (CONFOUNDED, [], [], "sizes go with group")),
        # ten events of 4 to 8 people, mixed at random
        ([(4, 0), (8, 0), (6, 0), (5, 0), (7, 0), (0, 8), (0, 4), (0, 5), (0, 7), (0, 6)], (),
         (WHOLE, [], list(range(10)), "")),
        # interviews alone: everybody can be permuted with everybody
        ([(8, 8)], (0,), (WITHIN, [0], [], "")),
        # mixed events and too few of one group
        ([(3, 2), (5, 0), (0, 4), (1, 4)], (), (WITHIN, [0, 3], [], "own events")),
        # a mixed pair does not make ten others useless
        ([*PURE, (1, 1)], (), (BOTH, [4], [0, 1, 2, 3], "")),
        ([(3, 0), (3, 0), (0, 5), (0, 5), (1, 1)], (), (WITHIN, [4], [], "sizes go with group")),
        # people interviewed alone stay out of an exchange of events
        ([*PURE, (3, 0)], (4,), (WHOLE, [], [0, 1, 2, 3], "")),
        # nobody of the other group
        ([(5, 0), (5, 0)], (), (CONFOUNDED, [], [], "own events")),
        # three groups, one of them without anybody: the other two are compared
        ([(*one, 0) for one in PURE], (), (WHOLE, [], [0, 1, 2, 3], "")),
        # three groups and a mixed event: people within it alone
        ([(5, 0, 0), (5, 0, 0), (0, 5, 0), (0, 5, 0), (0, 0, 5), (0, 0, 5), (2, 2, 1)], (),
         (WITHIN, [6], [], "own events")),
    ],
)  # fmt: skip
def test_what_can_be_permuted(events, alone, expected):
    assert how(*events, alone=alone) == expected


def test_only_events_of_one_kind_are_permuted():
    assert how(*PURE, kinds=[0, 0, 1, 1])[0] == CONFOUNDED
    assert how(*PURE, *PURE, (5, 0), kinds=[0] * 4 + [1] * 4 + [2])[:3] == (WHOLE, [], list(range(8)))


def test_whole_events_are_left_aside_where_that_is_asked_for():
    assert how(*PURE, (1, 1), only_within=True)[:3] == (WITHIN, [4], [])
    assert how(*PURE, only_within=True)[0] == CONFOUNDED
