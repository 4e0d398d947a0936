"""Where people are, by block and level: every way to divide them that some completion has.

Letters: B blocks, L levels, N cells.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.program import Program

MOST_COUNTS = 20_000
"""So many ways to divide people, or those of them who raised a code, over blocks are looked at."""


@dataclass(frozen=True)
class Spread:
    """Where the people of N cells are.

    Parameters
    ----------
    level
        For each of N cells its level; -1: not compared.
    block
        For each of N cells its block.
    alone
        The blocks whose people were heard one by one.
    sizes
        The number of people at each of L levels.
    """

    level: NDArray[np.int64]
    block: NDArray[np.int64]
    alone: frozenset[int]
    sizes: list[int]

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """The B blocks that hold anybody who is compared, in ascending order."""
        return np.unique(self.block[self.level >= 0])

    def divisions(self, program: Program, people: NDArray[np.int64]) -> list[NDArray[np.int64]] | None:
        """Return every division over blocks and levels that a programme allows, each B × L; None: too many.

        `people` are the variables of how many people are in each of N cells.
        """
        ends = [program.ends(some) for row in self._cells(people) for some in row]
        if prod(high - low + 1 for low, high in ends) > MOST_COUNTS:
            return None
        every = product(*(range(low, high + 1) for low, high in ends))
        found = (np.array(counts, dtype=np.int64).reshape(len(self.blocks), -1) for counts in every)
        fit = [sizes for sizes in found if (sizes.sum(axis=0) == self.sizes).all()]
        return [sizes for sizes in fit if program.allows(self._sums(people, sizes))]

    def divided(self, program: Program, people: NDArray[np.int64], sizes: NDArray[np.int64]) -> Program:
        """Return a programme in which people are divided so."""
        other = program.copy()
        for some, n in self._sums(people, sizes):
            other.require([(some, 1.0)], low=float(n), high=float(n))
        return other

    def _cells(self, variables: NDArray[np.int64]) -> list[list[NDArray[np.int64]]]:
        levels = range(len(self.sizes))
        return [[variables[(self.block == b) & (self.level == i)] for i in levels] for b in self.blocks]

    def _sums(self, people: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], int]]:
        pairs = zip(self._cells(people), sizes.tolist(), strict=True)
        return [(some, n) for row, ns in pairs for some, n in zip(row, ns, strict=True)]
