"""Test a family of codes at once: each exactly, and all of them together over the same exchanges.

Letters: P people, C codes, B blocks, V events, L levels, A exchanges.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.exchanging import Exchange, Whole, Within
from plrlib.stats.minp import step_down
from plrlib.stats.named import Named
from plrlib.stats.setting import CONFOUNDED, WHOLE, WITHIN, Setting, setting


@dataclass(frozen=True)
class Counts:
    """Who raised what, as counts by block.

    Parameters
    ----------
    blocks
        The numbers of the B blocks.
    alone
        For each of B blocks whether its people were heard one by one.
    asked
        C × B × L: how many people of a level in a block were asked about a code.
    raised
        C × B × L: how many of these raised it.
    """

    blocks: NDArray[np.int64]
    alone: NDArray[np.bool_]
    asked: NDArray[np.int64]
    raised: NDArray[np.int64]


@dataclass(frozen=True)
class Family:
    """The answer for C codes of which everybody's part is known by name.

    Parameters
    ----------
    settings
        For each of C codes what can be exchanged.
    counts
        By block.
    tests
        What tests the codes of each kind.
    p, p_min
        For each of C codes; nan where its levels are confounded.
    low, high
        For each of C codes the adjusted p, and what it is at most where codes of the family cannot be exchanged
        together.
    sampled
        For each of C codes whether its p is of a sample.
    jointly_sampled
        Whether the adjusted p is.
    """

    settings: list[Setting]
    counts: Counts
    tests: Mapping[str, Exchange]
    p: NDArray[np.float64]
    p_min: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sampled: NDArray[np.bool_]
    jointly_sampled: bool

    def of(self, kind: str) -> NDArray[np.int64]:
        """Return the codes that are tested in one way."""
        return np.array([c for c, found in enumerate(self.settings) if found.kind == kind], dtype=np.int64)


def count(people: Named, n_levels: int) -> Counts:
    """Return the people who are compared, by block and level."""
    who = people.only(people.level >= 0)
    blocks, place = np.unique(who.block, return_inverse=True)
    cell = place.reshape(-1) * n_levels + who.level
    shape = (len(blocks) * n_levels, who.asked.shape[1])
    asked, raised = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(asked, cell, who.asked)
    np.add.at(raised, cell, who.raised)
    alone = np.zeros(len(blocks), dtype=bool)
    alone[place.reshape(-1)[who.alone]] = True
    by_code = (shape[1], len(blocks), n_levels)
    return Counts(blocks, alone, asked.T.reshape(by_code), raised.T.reshape(by_code))


def settings_of(counts: Counts) -> list[Setting]:
    """Return for each of C codes what can be exchanged; codes about which the same people were asked have the same."""
    known: dict[bytes, Setting] = {}
    found = []
    for asked in counts.asked:
        key = asked.tobytes()
        if key not in known:
            known[key] = setting(asked, counts.blocks, counts.alone)
        found.append(known[key])
    return found


def family(people: Named, n_levels: int, seed: int) -> Family:
    """Test C codes at once.

    Parameters
    ----------
    people
        Who raised what; who is at the level -1 is not compared.
    n_levels
        The number of levels declared.
    seed
        Of samples, where they are drawn.
    """
    counts = count(people, n_levels)
    settings = settings_of(counts)
    kinds = np.array([one.kind for one in settings], dtype=object)
    p, p_min, low, high = (np.full(len(settings), np.nan) for _ in range(4))
    sampled = np.zeros(len(settings), dtype=bool)
    jointly_sampled = False
    tests: dict[str, Exchange] = {}
    for kind in (WITHIN, WHOLE):
        codes = np.flatnonzero(kinds == kind)
        if len(codes):
            blocks = np.unique(np.concatenate([settings[c].blocks for c in codes]))
            who = people.only((people.level >= 0) & np.isin(people.block, blocks)).about(kinds == kind)
            test = tests[kind] = Within(who, seed) if kind == WITHIN else Whole(who, seed)
            answer, p_of, exact = test.jointly(who.raised, who.asked)
            p[codes], p_min[codes], sampled[codes] = answer.p, answer.p_min, not answer.exact
            by_hand = np.minimum(answer.p * len(codes), 1.0)  # Bonferroni's, where no exchange has a p of its own
            low[codes] = by_hand if p_of is None else step_down(p_of, answer.p, not exact)
            jointly_sampled |= not exact
    for c in np.flatnonzero(kinds != CONFOUNDED):
        apart = (kinds != kinds[c]) & (kinds != CONFOUNDED) & (p_min <= p[c])
        high[c] = min(1.0, low[c] + apart.sum() * p[c])
    return Family(settings, counts, tests, p, p_min, low, high, sampled, jointly_sampled)
