"""How levels can be compared at all: people within rooms, whole rooms, or not.

Letters: P people, B blocks, L levels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WITHIN, WHOLE, CONFOUNDED = "within", "whole events", "confounded"
LARGEST_TO_SMALLEST = 1.5
"""Whole events are exchanged only where the largest is at most so many times the smallest."""


@dataclass(frozen=True)
class Setting:
    """What can be exchanged.

    Parameters
    ----------
    kind
        `within`: people, in blocks that hold two levels or more. `whole events`: events that hold one level each.
        `confounded`: neither; a difference could as well be one between the rooms.
    blocks
        The B blocks that are used; none where the levels are confounded.
    """

    kind: str
    blocks: NDArray[np.int64]


def setting(sizes: NDArray[np.int64], blocks: NDArray[np.int64], alone: NDArray[np.bool_]) -> Setting:
    """Return what can be exchanged.

    Parameters
    ----------
    sizes
        B × L: how many people of each level were first heard in each block.
    blocks
        The number of each of B blocks.
    alone
        Whether the people of each of B blocks were heard one by one.

    Returns
    -------
    Setting
        `within` where any block holds two levels or more; only such blocks are used. `whole events` where none does,
        each level that has people sat in at least two events of several people, and the largest of these is at most 1.5
        times the smallest. Otherwise `confounded`.
    """
    mixed = (sizes > 0).sum(axis=1) > 1
    if mixed.any():
        return Setting(WITHIN, blocks[mixed])
    people = sizes.sum(axis=1)
    several = (people > 1) & ~alone
    there = sizes.sum(axis=0) > 0
    rooms = (sizes[several] > 0).sum(axis=0)
    if there.sum() < 2 or (rooms[there] < 2).any():
        return Setting(CONFOUNDED, blocks[:0])
    if people[several].max() > LARGEST_TO_SMALLEST * people[several].min():
        return Setting(CONFOUNDED, blocks[:0])
    return Setting(WHOLE, blocks[several])
