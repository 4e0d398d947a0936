"""Change: participants heard in a focus group and again in an interview, and who kept, gained and lost a code.

Letters: P people heard twice, E excerpts, C codes, V events, A permutations (ways to swap each person's two events).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from plrlib.faults import NotInStudy
from plrlib.stats.comparison.exact import SAMPLE
from plrlib.stats.comparison.permutation import MOST, P_TIE, step_down
from plrlib.study.evidence import Evidence, asked_at, evidence
from plrlib.study.load import Study, typed
from plrlib.study.prepared import NOT_KNOWN, stored
from plrlib.study.speakers import may_fit
from plrlib.text import count, verb

_BEFORE, _AFTER, _OTHER = 0, 1, 2


class Paired(NamedTuple):
    """The people heard twice.

    Parameters
    ----------
    before, after
        P × C: whether they are known to have raised a code in the focus group where they were first heard, and in an
        interview.
    asked
        P × C: whether they were asked about it at both.
    unclear
        P × C: whether it is not known if they raised it at one of the two, as an excerpt may be of either event or
        was not read by the coder.
    rows
        For each of the P people their row in `participants`.
    """

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    unclear: NDArray[np.bool_]
    rows: NDArray[np.int64]

    @property
    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """P × C: whether a person's two hearings can be set side by side (`people`), and what they did with a code."""
        here, before, after = self.asked & ~self.unclear, self.before, self.after
        return {
            "people": here,
            "kept": here & before & after,
            "gained": here & ~before & after,
            "lost": here & before & ~after,
            "neither": here & ~before & ~after,
        }


def participants_by_part(study: Study, level: str) -> dict[tuple[str, str], list[str]]:
    """Return who kept, gained, lost and never raised each code, by the reference coder; raises as `change` does.

    The keys are a code and `kept`, `gained`, `lost`, `neither`, or `people` for all of them.
    """
    found = evidence(study, level, events="all")
    heard = paired(study, found)
    names = study.participants["participant"].astype(str).to_numpy()[heard.rows]
    return {
        (code, part): list(names[who[:, c]]) for part, who in heard.parts.items() for c, code in enumerate(found.codes)
    }


def paired(study: Study, found: Evidence) -> Paired:
    """Return the people heard in a focus group first and again in an interview, with what they raised at each.

    Parameters
    ----------
    study
        A study.
    found
        What its excerpts count for, at every event.

    Raises
    ------
    NotInStudy
        If who was interviewed is not known, nobody was heard twice, coding is not complete, or excerpts that name
        nobody may be of somebody heard twice; one sentence says which.
    """
    there, start = study.prepared.attended, study.prepared.first_event
    interviews = (study.events["kind"] == "interview").to_numpy(dtype=bool)
    again = (study.prepared.focus_group != NOT_KNOWN) & there[:, interviews].any(axis=1)
    who = np.asarray(study.prepared.counted & again, dtype=bool)
    if not interviews.all() and (interviews & study.prepared.not_all_known).any():
        raise NotInStudy("Who was interviewed again is not known, so nobody's two hearings can be set side by side.")
    if not who.any():
        raise NotInStudy("Nobody was heard in a focus group and again in an interview, so there is no change to see.")
    if not study.settings.complete:
        why = "Coding is not complete: a code that was not found in a hearing may still have been raised there"
        raise NotInStudy(f"{why}, so nobody's two hearings can be set side by side.")
    if nobodys := _may_be_theirs(study, found, who):
        why = f"{count(nobodys, 'excerpt')} that {verb(nobodys, 'names', 'name')} nobody may be of people heard twice"
        raise NotInStudy(f"{why}, so nobody's two hearings can be set side by side.")
    hearing = np.tile(np.where(interviews, _AFTER, _OTHER), (len(who), 1))
    hearing[who, start[who]] = _BEFORE
    hearing[~who] = NOT_KNOWN
    sure, perhaps = _raised(study, found, hearing)
    about = asked_at(study, found.level)
    asked = about[start] & ((there & interviews).astype(np.int64) @ about.astype(np.int64) > 0)
    unclear = np.asarray((perhaps & ~sure).any(axis=0), dtype=bool)
    return Paired(sure[_BEFORE, who], sure[_AFTER, who], asked[who], unclear[who], np.flatnonzero(who))


def _raised(study: Study, found: Evidence, hearing: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who raised what before and after, and who may have: each 2 × people × C.

    `hearing` says for each person and event which of their hearings it was; -1 for people not heard twice.
    """
    reach = study.prepared.attended | study.prepared.not_all_known
    speaker = study.prepared.speaker
    coded = found.coded.copy()
    coded[~found.read] = True
    sure = np.zeros((2, len(hearing), len(found.codes)), dtype=bool)
    perhaps = sure.copy()
    events_of = study.prepared.events_of()
    matters = (speaker >= 0) & (hearing[speaker, 0] != NOT_KNOWN) & coded.any(axis=1)
    for e in np.flatnonzero(matters).tolist():
        p, events = speaker[e], events_of[e]
        could = set(np.flatnonzero(reach[p]).tolist())
        hearings = set(hearing[p, list(events & could or events or could)].tolist())
        where = sure if len(hearings) == 1 and found.read[e] else perhaps
        where[list(hearings - {_OTHER}), p] |= coded[e]
    return sure, perhaps


def _may_be_theirs(study: Study, found: Evidence, who: NDArray[np.bool_]) -> int:
    """Return how many excerpts with a code, or not seen by the coder, name nobody and may be of somebody heard twice.

    Those count that may be of the focus group where somebody was first heard or of an interview of theirs.
    """
    there = study.prepared.attended
    said = study.prepared.attributions
    matters = there & (study.events["kind"] == "interview").to_numpy(dtype=bool)
    matters[np.flatnonzero(who), study.prepared.first_event[who]] = True
    at_one = said.anywhere | ((matters.astype(np.int64) @ said.events.T.astype(np.int64)) > 0)
    theirs = (may_fit(said, there, study.participants) & at_one)[who].any(axis=0)
    tells = (found.coded.any(axis=1)) | ~found.read
    return int(np.append(theirs, False)[said.of[tells]].sum())


VERDICTS = NO_VARIATION, CHANGED, TOO_FEW, NOT_SHOWN = (
    "no variation", "changed", "too few to tell", "not shown to change",
)  # fmt: skip


@stored
def change(study: Study, level: str | int = "theme", coder: str | None = None, alpha: float = 0.05) -> pd.DataFrame:
    """Set the two hearings of each person side by side: the focus group they sat in first, and an interview after it.

    The two hearings differ in kind: a group has others in it, and an interview one voice and other prompts. So a change
    may be the setting's and not the person's; and somebody who was heard again had a second chance to raise things.

    Parameters
    ----------
    study
        A study in which everybody heard again is known by name, and coding is complete.
    level
        As `presence` takes it.
    coder
        Whose codings; None: those of the reference coder, or of all who divided the work.
    alpha
        The chance of any false finding that is accepted, for all codes together.

    Returns
    -------
    DataFrame
        One row a code, in the order of the codebook, also where nobody raised it. Unit: people, each heard twice.

        - code: categorical;
        - people: those asked about it at both hearings of whom it is known at which they raised it;
        - kept, gained, lost, neither: how many of them raised it at both hearings, only in an interview, only in the
          focus group, at neither;
        - left_out: those of whom it is not known whether or at which they raised it; not_asked: those not asked about
          it at both;
        - p: exact McNemar, two-sided: the binomial test of gained against lost; 1 where nobody changed;
        - p_min: the smallest p that so many who changed allow: if all had changed alike;
        - p_adjusted: step-down minP (Westfall & Young) over swapping each person's two hearings, jointly over the
          codes: every way up to 200,000, beyond that 9,999 drawn from the study's seed, (b + 1) / (m + 1), which
          `sampled` says; p_min_adjusted: the share of these ways in which any code gets a p as small as this p_min;
        - verdict, the first that holds: `no variation` (everybody raised it at both hearings, or nobody at either),
          `changed` (p_adjusted at most alpha), `too few to tell` (p_min_adjusted above alpha), `not shown to change`.
          Categorical.

    Raises
    ------
    NotInStudy
        If who was interviewed is not known, nobody was heard twice, coding is not complete, or excerpts that name
        nobody may be of somebody heard twice.
    ValueError
        If an argument has a value that the study does not know.

    Notes
    -----
    [mcnemar1947]_, exact; [westfall1993]_. A person is left out of a code, and counted in `left_out`,
    where an excerpt of theirs may be of either event, or was not read by the coder, and it makes a difference.

    Examples
    --------
    >>> from plrlib import change, load_study
    >>> found = change(load_study("worked-example"))
    >>> print(found[["code", "people", "kept", "gained", "lost", "verdict"]].head(2).to_string(index=False))
    code  people  kept  gained  lost         verdict
      T1      15     7       0     1 too few to tell
      T2      15     8       0     0 too few to tell
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    found = evidence(study, str(level), coder=coder, events="all")
    pairs = paired(study, found)
    parts = pairs.parts
    people = {name: who.sum(axis=0) for name, who in parts.items()}
    p, p_min = mcnemar(people["gained"], people["lost"]), mcnemar(people["gained"] + people["lost"], 0)
    p_of, exact = swapped(parts["gained"].astype(np.int64) - parts["lost"], study.settings.seed)
    adjusted, reach = step_down(p, lambda codes: p_of.T[codes], not exact, p_min)
    alike, enough = (people["kept"] == people["people"]) | (people["neither"] == people["people"]), alpha * (1 + P_TIE)
    verdict = np.select([alike, adjusted <= enough, reach > enough], [NO_VARIATION, CHANGED, TOO_FEW], NOT_SHOWN)
    others = {"left_out": (pairs.asked & pairs.unclear).sum(axis=0), "not_asked": (~pairs.asked).sum(axis=0)}
    tested = {"p": p, "p_min": p_min, "p_adjusted": adjusted, "p_min_adjusted": reach}
    frame = pd.DataFrame({"code": found.codes, **people, **others, **tested, "sampled": not exact, "verdict": verdict})
    return typed(frame, whole=(*people, *others), numbers=tested, code=found.codes, verdict=VERDICTS)


def mcnemar(gained: ArrayLike, lost: ArrayLike) -> NDArray[np.float64]:
    """Return the exact two-sided p of McNemar's test: of those who changed, as many would gain as lose.

    Parameters
    ----------
    gained, lost
        Numbers of people, of shapes that broadcast together.

    Returns
    -------
    array
        Of the broadcast shape; 1 where nobody changed.
    """
    a, b = np.broadcast_arrays(np.asarray(gained, dtype=np.int64), np.asarray(lost, dtype=np.int64))
    return np.asarray(np.minimum(2 * bdtr(np.minimum(a, b).astype(float), a + b, 0.5), 1.0))


def swapped(step: NDArray[np.int64], seed: int) -> tuple[NDArray[np.float64], bool]:
    """Return the p of every code where each person's two hearings are swapped or not, the same for all codes.

    Parameters
    ----------
    step
        P × C: 1 where a person gained a code, -1 where they lost it, 0 otherwise.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    p_of
        A × C. P people who changed at all can be swapped in 2**P ways: all of them up to 200,000 (to swap everybody
        changes no p, so that one person stays as they were), else 9,999 drawn at random.
    exact
        Whether these are all.
    """
    changers = step[step.any(axis=1)]
    n = len(changers)
    if exact := 2**n <= MOST:
        ways = np.arange(2 ** max(n - 1, 0))[:, None] >> np.arange(n) & 1
    else:
        ways = np.random.default_rng(seed).integers(0, 2, size=(SAMPLE, n))
    changed = np.abs(changers).sum(axis=0)
    gained = (changed + (1 - 2 * ways) @ changers) // 2
    numbers = np.arange(n + 1)
    p = mcnemar(numbers[:, None], numbers)
    return np.asarray(p[gained, changed - gained]), exact
