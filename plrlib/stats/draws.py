"""Draw what people raise, how often, and how it is coded: arrays only.

Letters: P people, C codes (those under the themes), A people heard again, V rooms, E excerpts, K coders.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from plrlib.stats.plan import Coder, Plan
from plrlib.tables import STANCES

Effects = Mapping[tuple[str, ...], float]
SECOND = ("hearing", "second")
"""Stands for a column and level in effects that only second hearings have."""
OPPOSES = "opposes"
_STREAMS = (
    "popularity", "propensity", "rooms", "raising", "talk", "again", "second", "stance", "words", "blur", "coders",
)  # fmt: skip


@dataclass(frozen=True)
class Draws:
    """All that is drawn of a study.

    Parameters
    ----------
    raised
        P × C: whether a person raised a code at their first hearing.
    again
        The rows of the A people heard again.
    speaker, event, code
        For each of E excerpts, in the order of events, whose it is, where it was said (second hearings after the V
        rooms) and the code it is about.
    blurred
        For each of E excerpts whether it does not name its speaker.
    words
        For each of E excerpts the number of words.
    codings, stances
        E × K: the code, and the position of the stance, that each coder gives.
    """

    raised: NDArray[np.bool_]
    again: NDArray[np.int64]
    speaker: NDArray[np.int64]
    event: NDArray[np.int64]
    code: NDArray[np.int64]
    blurred: NDArray[np.bool_]
    words: NDArray[np.int64]
    codings: NDArray[np.int64]
    stances: NDArray[np.int64]


def draw(plan: Plan, effects: Effects, seed: int) -> Draws:
    """Draw a study; every part of it comes from a stream of its own. See `plrlib.stats.simulate`.

    Raises
    ------
    ValueError
        If an effect names a column and level that nobody has, or a code that is not there.
    """
    children = np.random.SeedSequence(seed).spawn(len(_STREAMS))
    rng = {name: np.random.Generator(np.random.PCG64(c)) for name, c in zip(_STREAMS, children, strict=True)}
    people, codes = shape = (len(plan.people), len(plan.code_names))
    added, later, opposes = _effects(plan, effects)
    ready = _popularity(plan, rng["popularity"]) + rng["propensity"].normal(0, plan.propensity, (people, 1)) + added
    rooms = rng["rooms"].normal(0, plan.event_sd, (len(plan.rooms), codes))
    raised = rng["raising"].random(shape) < expit(ready + rooms[plan.room])
    talk = rng["talk"].gamma(plan.steadiness, 1 / plan.steadiness, (people, 1)) * np.full(shape, plan.talk)
    for (column, level), factor in plan.talkative.items():
        talk[plan.at(column, level)] *= factor
    counts = np.where(raised, 1 + rng["talk"].poisson(talk), 0)
    again = _again(plan, rng["again"])
    own = rng["second"].normal(0, plan.event_sd, shape)[again]
    anew = rng["second"].random(shape)[again] < expit(ready[again] + own + later)
    stays = (rng["second"].random(shape)[again] < plan.stay) & (later == 0)
    raised_again = np.where(stays, raised[again], anew)
    counts_again = np.where(raised_again, 1 + rng["second"].poisson(talk[again]), 0)
    row, code = np.divmod(np.repeat(np.arange((people + len(again)) * codes), np.append(counts, counts_again)), codes)
    speaker = np.append(np.arange(people), again)[row]
    stance = _views(plan, opposes, rng["stance"])[speaker, code]
    return Draws(
        raised=raised,
        again=again,
        speaker=speaker,
        event=np.append(plan.room, len(plan.rooms) + np.arange(len(again)))[row],
        code=code,
        blurred=rng["blur"].random(len(row)) < plan.blur,
        words=rng["words"].integers(5, 40, len(row)),
        codings=_changed(code, codes, plan.coders, rng["coders"]),
        stances=_changed(stance, len(STANCES), plan.coders, rng["coders"]),
    )


def _effects(plan: Plan, effects: Effects) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return log odds added (P × C), log odds added at second hearings (C), and the probability to oppose (P × C)."""
    added = np.zeros((len(plan.people), len(plan.code_names)))
    later, opposes = np.zeros(added.shape[1]), np.full(added.shape, plan.opposes)
    for (column, level, code, *on), effect in effects.items():
        which = plan.below(code)
        if (column, level) == SECOND and not on:
            later[which] += effect
        elif not on:
            added[np.ix_(plan.at(column, level), which)] += effect
        elif on == [OPPOSES] and 0 <= effect <= 1:
            opposes[np.ix_(plan.at(column, level), which)] = effect
        else:
            raise ValueError(f"an effect of {effect} on {' '.join(on)!r} is not known: write 'opposes', a probability")
    return added, later, opposes


def _popularity(plan: Plan, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the log odds of each of C codes to be raised."""
    if isinstance(plan.popularity, Mapping):
        chances = np.array([plan.popularity[code] for code in plan.code_names])
    else:
        chances = rng.uniform(*plan.popularity, len(plan.code_names))
    return np.asarray(logit(chances))


def _again(plan: Plan, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of those who are heard again, in order."""
    may_be = np.flatnonzero(plan.grouped)
    if isinstance(plan.again, tuple):
        return may_be[plan.at(*plan.again)[may_be]]
    return np.sort(rng.permutation(may_be)[: len(plan.later)])


def _views(plan: Plan, opposes: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return P × C: the stance that each person takes on each code, as its position among the stances."""
    drawn = rng.random((2, *opposes.shape))
    qualifies = drawn[1] * (1 - plan.opposes) < plan.qualifies  # of those who do not oppose
    otherwise = np.where(qualifies, STANCES.index("qualifies"), STANCES.index("supports"))
    return np.where(drawn[0] < opposes, STANCES.index(OPPOSES), otherwise)


def _changed(
    meant: NDArray[np.int64], n: int, coders: tuple[Coder, ...], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return E × K: what each coder gives to each excerpt; what is changed is any of the other values below n."""
    shape = (len(meant), len(coders))
    change = rng.random(shape) < np.array([coder.changed for coder in coders])
    other = rng.integers(1, max(n, 2), shape)
    return np.where(change, (meant[:, None] + other) % n, meant[:, None])
