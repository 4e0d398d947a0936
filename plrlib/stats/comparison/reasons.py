"""Why a verdict is what it is: one sentence a code, with the numbers in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.stats.comparison.permutation import CONFOUNDED, WHOLE
from plrlib.stats.comparison.verdict import NOT_ATTRIBUTED, TOO_FEW, Judged
from plrlib.study.evidence import LEVELS, one, plural
from plrlib.study.settings import Grouping
from plrlib.text import capital, inner, joined, p_value, people

DID = {
    None: "raised",
    "supports": "supported",
    "qualifies": "qualified",
    "opposes": "opposed",
    "context": "gave context to",
}
_ON_THE_WAY = {
    "supports": "raised it in support of a theme",
    "qualifies": "raised it to qualify a theme",
    "opposes": "raised it against a theme",
    "context": "raised it as context to a theme",
}
"""What people did to a value of a reading: a stance is one to the theme of the excerpt, not to it."""


@dataclass(frozen=True)
class Asked:
    """What was compared.

    Parameters
    ----------
    grouping
        The levels.
    noun
        What one of the codes is called: `theme`, `code`, `side of the market`.
    stance
        Which stance alone counted; None: any.
    alpha
        What the comparison is judged at.
    complete
        Whether coding is complete.
    """

    grouping: Grouping
    noun: str
    stance: str | None
    alpha: float
    complete: bool


def why(judged: Judged, c: int, asked: Asked, left_out: int, used: int | None) -> str:
    """Return the sentence about one code.

    Parameters
    ----------
    judged
        What was found.
    c
        The position of the code.
    asked
        What was compared.
    left_out
        How many people the grouping is about whose level is not known, nor fixed by a total.
    used
        How many people are compared with one another; None: not known.
    """
    verdict = judged.verdicts[c]
    grouping, noun = asked.grouping, asked.noun
    said = capital(who_raised(judged.counts[c], grouping, did(noun, asked.stance)))
    outside = f"{people(left_out)} of unknown {inner(grouping.label)} left out" if left_out else ""
    if verdict == CONFOUNDED:
        return f"{said}{_in_brackets(outside)}, but {_apart(judged.counts[c], grouping)}: {verdict}."
    if not judged.known[c]:
        return f"{said}{_in_brackets(outside)}; {_open(judged, c, asked)}: {verdict}."
    numbers = _in_brackets(_chance(judged, c, noun, used), outside)
    if verdict == TOO_FEW:
        reason = f"no division of these people has a p below {p_value(judged.p_min[c])}, and {_needed(judged, asked)}"
        return f"{said}{numbers}, but {reason}: {verdict}."
    if verdict == NOT_ATTRIBUTED:
        return f"{said}{numbers}, which depends on {plural(noun)} of which it is not known who raised them: {verdict}."
    return f"{said}{numbers}: {verdict}."


def did(noun: str, stance: str | None) -> str:
    """Return what people did to a code with a stance (None: any), as the end of a sentence: `raised it`."""
    return f"{DID[stance]} it" if noun in LEVELS or stance is None else _ON_THE_WAY[stance]


def who_raised(counts: NDArray[np.int64], grouping: Grouping, doing: str) -> str:
    """Return how many of each level raised a code, as a sentence begins.

    Parameters
    ----------
    counts
        L × 4: n, lower, upper and excerpts, as `presence` counts them.
    grouping
        The levels.
    doing
        What they did to it, as `did` has it.
    """
    some = []
    for (n, lower, upper, _), label in zip(counts.tolist(), grouping.levels.values(), strict=True):
        number = str(lower) if lower == upper else f"{lower} to {upper}"
        some.append(f"{number if upper else 'none'} of {n} {inner(label)}")
    whom = f" {grouping.population}" if grouping.population else ""
    return f"{joined(some)}{whom} {doing}"


def _in_brackets(*parts: str) -> str:
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _chance(judged: Judged, c: int, noun: str, used: int | None) -> str:
    """Return the p of a known code, and what it comes to with all codes compared."""
    k, n = judged.place(c), len(judged.verdicts)
    how = "p with whole events exchanged" if judged.named.settings[k].kind == WHOLE else "exact p"
    how += " by exchanges drawn at random" if judged.named.sampled[k] else ""
    over = f", over the {used} people who can be compared" if used and used < judged.counts[c, :, 0].sum() else ""
    told = f"{how} = {p_value(judged.p_low[c])}{over}"
    if n == 1:
        return told
    drawn = ", by exchanges drawn at random" if judged.named.jointly_sampled else ""
    least = f"{p_value(judged.low[c])} to " if judged.verdicts[c] == NOT_ATTRIBUTED else ""
    return f"{told}; {least}{p_value(judged.high[c])} after allowing for the {n} {plural(noun)} compared{drawn}"


def _apart(counts: NDArray[np.int64], grouping: Grouping) -> str:
    """Return why levels cannot be compared."""
    nobody = [inner(label) for label, n in zip(grouping.levels.values(), counts[:, 0], strict=True) if not n]
    if len(nobody) > len(grouping.levels) - 2:
        return f"of {joined(nobody, 'and')} nobody was asked" if nobody else "nobody can be compared"
    return "each level was first heard in rooms of its own, so a difference could as well be one between the rooms"


def _needed(judged: Judged, asked: Asked) -> str:
    """Return what p is needed, and why it is so small."""
    sharing = round(asked.alpha / judged.share)
    shared = f" ({p_value(asked.alpha)} shared by the {sharing} {plural(asked.noun)} that could show)"
    return f"{p_value(judged.share)} is needed{shared if sharing > 1 else ''}"


def _open(judged: Judged, c: int, asked: Asked) -> str:
    """Return what may have come out where it is not known who raised a code."""
    found = judged.open[c]
    rooms = f"and whether {inner(asked.grouping.label)} can be told from the rooms depends on who sat where"
    least, most = p_value(found.low), p_value(found.high)
    span = f"exact p is {least}" if least == most else f"exact p may be anything from {least} to {most}"
    span = span if found.attained else f"exact p lies somewhere between {least} and {most}"
    who = "by who may have said it"
    if not asked.complete:
        who = f"as coding is not complete, {one(asked.noun)} not found may still have been raised: {who}"
    if judged.verdicts[c] == TOO_FEW:
        return f"{who}, {span}, but none is below {p_value(found.p_min)}, and {_needed(judged, asked)}"
    return f"{who}, {span}{', ' + rooms if found.sometimes_confounded else ''}"
