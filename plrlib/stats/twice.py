"""Who was heard in a focus group and again in an interview, and at which of the two they raised a code.

Letters: P people heard twice, E excerpts, C codes, V events, K attributions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.evidence import Evidence, asked_at, evidence
from plrlib.stats.hearings import NOT_KNOWN, attended, block, first, not_all_known, possible_events, rows_of
from plrlib.study import Study
from plrlib.voices import attributions, may_fit
from plrlib.wording import count, verb

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
