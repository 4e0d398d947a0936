"""What can be exchanged: one test a design that confounds, or does not."""

import numpy as np
import pytest

from plrlib.stats.comparison.permutation import CONFOUNDED, WHOLE, WITHIN, setting


def kind(*rooms, alone=()):
    """Return the kind and the blocks used; a room is a number of people of each level."""
    sizes = np.array(rooms)
    found = setting(sizes, np.arange(len(sizes)), np.isin(np.arange(len(sizes)), alone))
    return found.kind, found.blocks.tolist()


@pytest.mark.parametrize(
    ("rooms", "alone", "expected"),
    [
        # each role in rooms of its own, as in PLR0809/017
        ([(7, 0, 0), (0, 7, 0), (0, 0, 6), (0, 0, 4)], (), (CONFOUNDED, [])),
        # one room a level
        ([(5, 0), (0, 5)], (), (CONFOUNDED, [])),
        # two rooms a level, alike: whole rooms
        ([(5, 0), (5, 0), (0, 5), (0, 5)], (), (WHOLE, [0, 1, 2, 3])),
        # a level in one room, the other interviewed one by one
        ([(6, 0), (0, 6)], (1,), (CONFOUNDED, [])),
        # a level in two rooms, the other interviewed one by one
        ([(6, 0), (6, 0), (0, 6)], (2,), (CONFOUNDED, [])),
        # four rooms of 3 against four of 10
        ([(3, 0)] * 4 + [(0, 10)] * 4, (), (CONFOUNDED, [])),
        # 1.5 times is still alike, a little more is not
        ([(4, 0), (4, 0), (0, 6), (0, 6)], (), (WHOLE, [0, 1, 2, 3])),
        ([(4, 0), (4, 0), (0, 7), (0, 7)], (), (CONFOUNDED, [])),
        # interviews alone: everybody can be exchanged with everybody
        ([(8, 8)], (0,), (WITHIN, [0])),
        # mixed rooms and rooms of one level: only the mixed ones are used
        ([(3, 2), (5, 0), (0, 4), (1, 4)], (), (WITHIN, [0, 3])),
        # one mixed room is enough, and whole rooms are then not asked
        ([(5, 0), (5, 0), (0, 5), (0, 5), (1, 1)], (), (WITHIN, [4])),
        # a room of one person is no room to exchange
        ([(5, 0), (1, 0), (0, 5), (0, 5)], (), (CONFOUNDED, [])),
        # people heard alone stay out of an exchange of rooms
        ([(5, 0), (5, 0), (0, 5), (0, 5), (3, 0)], (4,), (WHOLE, [0, 1, 2, 3])),
        # nobody of the other level
        ([(5, 0), (5, 0)], (), (CONFOUNDED, [])),
        # three levels, one of them without anybody: the other two are compared
        ([(5, 0, 0), (5, 0, 0), (0, 5, 0), (0, 5, 0)], (), (WHOLE, [0, 1, 2, 3])),
    ],
)
def test_what_can_be_exchanged(rooms, alone, expected):
    assert kind(*rooms, alone=alone) == expected
