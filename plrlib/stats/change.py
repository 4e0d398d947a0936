"""People heard in a focus group and again in an interview: who kept, gained and lost a code.

Letters: P people heard twice, C codes, A exchanges (ways to swap each person's two hearings).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from plrlib.faults import NotInStudy
from plrlib.stats.comparison.exact import MOST, SAMPLE
from plrlib.stats.comparison.permutation import step_down, tarone
from plrlib.study.evidence import Evidence, asked_at, evidence, noun, plural
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN, attended, block, first, not_all_known, possible_events, rows_of
from plrlib.study.speakers import attributions, may_fit
from plrlib.text import capital, count, joined, p_value, people, verb

# Who was heard in a focus group and again in an interview, and at which of the two they raised a code.

_BEFORE, _AFTER, _OTHER = 0, 1, 2


@dataclass(frozen=True)
class Twice:
    """The people heard twice.

    Parameters
    ----------
    before, after
        P × C: whether they are known to have raised a code in the focus group where they were first heard, and in an
        interview.
    asked
        P × C: whether they were asked about it at both.
    unclear
        P × C: whether it is not known if they raised it at one of the two, as an excerpt may be of either hearing or
        was not seen by the coder.
    rows
        For each of the P people their row in `participants`.
    """

    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    unclear: NDArray[np.bool_]
    rows: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """P × C: whether a person's two hearings can be set side by side."""
        return self.asked & ~self.unclear


def by_part(study: Study, level: str) -> dict[tuple[str, str], list[str]]:
    """Return who kept, gained, lost and never raised each code, by the reference coder; raises as `change` does.

    The keys are a code and `kept`, `gained`, `lost`, `neither`, or `people` for all of them.
    """
    found = evidence(study, level, None, None, "all")
    heard = heard_twice(study, found)
    here, before, after = heard.counted, heard.before, heard.after
    parts = {
        "people": here, "kept": here & before & after, "gained": here & ~before & after,
        "lost": here & before & ~after, "neither": here & ~before & ~after,
    }  # fmt: skip
    names = study.participants["participant"].astype(str).to_numpy()[heard.rows]
    return {(code, part): list(names[who[:, c]]) for part, who in parts.items() for c, code in enumerate(found.codes)}


def heard_twice(study: Study, found: Evidence) -> Twice:
    """Return the people heard in a focus group first and again in an interview, with what they raised at each.

    Parameters
    ----------
    study
        A study.
    found
        What its excerpts speak for, at every hearing.

    Raises
    ------
    NotInStudy
        If who was interviewed is not known, nobody was heard twice, coding is not complete, or excerpts that name
        nobody may be of somebody heard twice; one sentence says which.
    """
    there, start = attended(study), first(study)
    interviews = (study.events["kind"] == "interview").to_numpy(dtype=bool)
    who = np.asarray((block(study) != NOT_KNOWN) & there[:, interviews].any(axis=1), dtype=bool)
    if not interviews.all() and (interviews & not_all_known(study)).any():
        raise NotInStudy("Who was interviewed again is not known, so nobody's two hearings can be set side by side.")
    if not who.any():
        raise NotInStudy("Nobody was heard in a focus group and again in an interview, so there is no change to see.")
    if not study.settings.complete:
        raise NotInStudy(
            "Coding is not complete: a code that was not found in a hearing may still have been raised there, so"
            " nobody's two hearings can be set side by side."
        )
    nobodys = _may_be_theirs(study, found, who)
    if nobodys:
        raise NotInStudy(
            f"{count(nobodys, 'excerpt')} that {verb(nobodys, 'names', 'name')} nobody may be of people heard twice, so"
            " nobody's two hearings can be set side by side."
        )
    hearing = np.tile(np.where(interviews, _AFTER, _OTHER), (len(who), 1))
    hearing[who, start[who]] = _BEFORE
    hearing[~who] = NOT_KNOWN
    sure, perhaps = _raised(study, found, hearing)
    about = asked_at(study, found.level)
    asked = about[start] & ((there & interviews).astype(np.int64) @ about.astype(np.int64) > 0)
    unclear = np.asarray((perhaps & ~sure).any(axis=0), dtype=bool)
    return Twice(sure[_BEFORE, who], sure[_AFTER, who], asked[who], unclear[who], np.flatnonzero(who))


def _raised(study: Study, found: Evidence, hearing: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who raised what before and after, and who may have: each 2 × people × C.

    `hearing` says for each person and event which of their hearings it was; -1 for people not heard twice.
    """
    reach = attended(study) | not_all_known(study)
    speaker = rows_of(study, study.excerpts["participant"])
    coded = found.coded.toarray()
    coded[~found.seen] = True
    sure = np.zeros((2, len(hearing), len(found.codes)), dtype=bool)
    perhaps = sure.copy()
    for e, (p, events) in enumerate(zip(speaker, possible_events(study, study.excerpts["event"]), strict=True)):
        if p < 0 or hearing[p, 0] == NOT_KNOWN or not coded[e].any():
            continue
        could = set(np.flatnonzero(reach[p]).tolist())
        hearings = set(hearing[p, list(events & could or events or could)].tolist())
        where = sure if len(hearings) == 1 and found.seen[e] else perhaps
        where[list(hearings - {_OTHER}), p] |= coded[e]
    return sure, perhaps


def _may_be_theirs(study: Study, found: Evidence, who: NDArray[np.bool_]) -> int:
    """Return how many excerpts with a code, or not seen by the coder, name nobody and may be of somebody heard twice.

    Those count that may be of the focus group where somebody was first heard or of an interview of theirs.
    """
    there = attended(study)
    said = attributions(study.excerpts, study.events)
    matters = there & (study.events["kind"] == "interview").to_numpy(dtype=bool)
    matters[np.flatnonzero(who), first(study)[who]] = True
    at_one = said.anywhere | ((matters.astype(np.int64) @ said.events.T.astype(np.int64)) > 0)
    theirs = (may_fit(said, there, study.participants) & at_one)[who].any(axis=0)
    tells = (found.coded.sum(axis=1) > 0) | ~found.seen
    return int(np.append(theirs, False)[said.of[tells]].sum())


# People heard in a focus group and again in an interview: who kept, gained and lost a code.

_TIE = 1e-9
VERDICTS = TOO_FEW, CHANGED, NOT_SHOWN = ("too few to tell", "changed", "not shown to change")


def change(study: Study, level: str = "theme", coder: str | None = None, alpha: float = 0.05) -> pd.DataFrame:
    """Set the two hearings of each person side by side: the focus group they sat in first, and an interview after it.

    The two hearings differ in kind: a group has others in it, and an interview one voice and other prompts. So a change
    may be the setting's and not the person's; and somebody who was heard again had a second chance to raise things.

    Parameters
    ----------
    study
        A study in which everybody heard again is known by name, and coding is complete.
    level
        `theme`: a code counts for the theme above it. `code`: each code counts for itself. The name of a column of the
        codebook: a code counts for the value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    coder
        Whose codings; None: the study's reference coder.
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
        - p: exact McNemar, two-sided: the binomial test of gained against lost; 1 where nobody changed;
        - p_min: the smallest p that so many who changed allow: if all had changed alike;
        - p_adjusted: step-down minP (Westfall & Young) over swapping each person's two hearings, jointly over the
          codes: every way up to 200,000, beyond that 9,999 drawn from the study's seed, (b + 1) / (m + 1);
        - verdict: `too few to tell` (p_min above Tarone's alpha / K), `changed` (p_adjusted at most alpha), or
          `not shown to change`. Categorical;
        - why: one sentence with the numbers in it.

    Raises
    ------
    NotInStudy
        If who was interviewed is not known, nobody was heard twice, coding is not complete, or excerpts that name
        nobody may be of somebody heard twice.
    ValueError
        If an argument has a value that the study does not know.

    Notes
    -----
    McNemar 1947, exact; Tarone 1990; Westfall & Young 1993. A person is left out of a code, and counted in `why`, where
    an excerpt of theirs may be of either hearing, or was not seen by the coder, and it makes a difference.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    found = evidence(study, level, None, coder, "all")
    heard = heard_twice(study, found)
    here, before, after = heard.counted, heard.before, heard.after
    step = np.where(here, after.astype(np.int64) - before, 0)
    gained, lost = (step == 1).sum(axis=0), (step == -1).sum(axis=0)
    p, p_min = mcnemar(gained, lost), mcnemar(gained + lost, 0)
    p_of, exact = swapped(step, study.settings.seed)
    adjusted = step_down(p_of, p, sampled=not exact)
    needed = alpha / tarone(p_min, alpha)
    few = p_min > needed * (1 + _TIE)
    verdict = np.where(few, TOO_FEW, np.where(adjusted <= alpha * (1 + _TIE), CHANGED, NOT_SHOWN))
    frame = pd.DataFrame(
        {
            "code": pd.Categorical(found.codes, categories=found.codes),
            "people": here.sum(axis=0),
            "kept": (here & before & after).sum(axis=0),
            "gained": gained,
            "lost": lost,
            "neither": (here & ~before & ~after).sum(axis=0),
            "p": p,
            "p_min": p_min,
            "p_adjusted": adjusted,
            "verdict": pd.Categorical(verdict, categories=list(VERDICTS)),
        }
    )
    whole = dict.fromkeys(("people", "kept", "gained", "lost", "neither"), "Int64")
    frame = frame.astype({**whole, **dict.fromkeys(("p", "p_min", "p_adjusted"), "Float64")})
    family = f"{count(len(frame), noun(study, level), plural(noun(study, level)))} compared"
    allowed = f"after allowing for the {family}" + ("" if exact else f", over {SAMPLE:,} swaps drawn at random")
    best = f"at best, and no more than {needed:.2g} would do with {family}"
    left_out = (heard.asked & heard.unclear).sum(axis=0)
    not_asked = (~heard.asked).sum(axis=0)
    frame["why"] = [_why(*row, allowed, best) for row in zip(frame.itertuples(), left_out, not_asked, strict=True)]
    return frame


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
    exact = 2**n <= MOST
    if exact:
        ways = np.arange(2 ** max(n - 1, 0))[:, None] >> np.arange(n) & 1
    else:
        ways = np.random.default_rng(seed).integers(0, 2, size=(SAMPLE, n))
    changed = np.abs(changers).sum(axis=0)
    gained = (changed + (1 - 2 * ways) @ changers) // 2
    numbers = np.arange(n + 1)
    p = mcnemar(numbers[:, None], numbers)
    return np.asarray(p[gained, changed - gained]), exact


def _why(row: Any, left_out: int, not_asked: int, allowed: str, best: str) -> str:
    """Return the sentence for one code."""
    aside = [f"{left_out} left out, as it is not known whether or when they raised it"] if left_out else []
    aside += [f"{not_asked} not asked about it at both hearings"] if not_asked else []
    if row.people == 0:
        return f"Nobody's two hearings can be set side by side ({joined(aside)}): {row.verdict}."
    told = [
        f"{capital(str(row.kept or 'none'))} of {people(row.people)} raised it in both",
        f"{row.gained or 'none'} only when interviewed",
        f"{row.lost or 'none'} only in the group",
        *aside,
    ]
    changed = row.gained + row.lost
    if row.verdict != TOO_FEW:
        chance = f"exact p = {p_value(row.p)}; {p_value(row.p_adjusted)} {allowed}"
    elif changed:
        chance = f"with {people(changed)} who changed the exact p is {p_value(row.p_min)} {best}"
    else:
        chance = "nobody changed"
    return f"{', '.join(told)} ({chance}): {row.verdict}."
