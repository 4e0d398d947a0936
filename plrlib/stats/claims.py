"""What can be inferred about a claim: four answers, and the rules by which one of them is given.

The answers are those of mixed-methods reporting (Fetters, Curry & Creswell 2013: confirmation, expansion, discordance),
with a fourth, since a design may not be able to tell. The rules are read in order and the first that holds decides.
They know a claim by its theme, by whom it is about and by whether it says that groups differ; they do not read it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.bounds.presence import attribution, count_people
from plrlib.stats.bounds.program import Infeasible
from plrlib.stats.comparison.verdict import DIFFERS, NOT_SHOWN
from plrlib.stats.themes import envelopes, moved, pairs
from plrlib.study.evidence import Evidence, coder_or_reference, codes_at, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import NAME, as_one
from plrlib.study.schema import STANCES
from plrlib.study.settings import Grouping
from plrlib.text import capital, count, joined, share, verb

# Which excerpts are evidence for or against a claim, who may have said them, and how many people that is.

NO_STANCE, OTHERS = "no stance", "others"
PARTS = (*STANCES, NO_STANCE, OTHERS)
"""What an excerpt of the theme is to a claim: its stance, or that only people said it whom the claim is not about."""


@dataclass(frozen=True)
class People:
    """How many of n people took each stance, at least and at most: S × 2, in the order of `STANCES`."""

    n: int
    ends: NDArray[np.int64]

    def least(self, stance: str) -> int:
        """Return the smallest number who took a stance."""
        return int(self.ends[STANCES.index(stance), 0])

    def most(self, stance: str) -> int:
        """Return the largest number who may have taken a stance."""
        return int(self.ends[STANCES.index(stance), 1])


def claim_evidence(study: Study) -> pd.DataFrame:
    """Return the excerpts of the theme (or code) that each claim rests on, and what they are to the claim.

    Parameters
    ----------
    study
        A study with claims. An excerpt is of a theme where the stance coder put it in its envelope. Where nobody whose
        stances count sorted, or the claim rests on a code, it is where the reference coder gave it the code, or one
        of that theme; then its stance counts only if its envelope is of the same theme.

    Returns
    -------
    DataFrame
        One row a claim and excerpt, in the order of the claims and of the excerpts. Unit: excerpts.

        - claim, excerpt;
        - part: the stance the excerpt takes to the theme; `no stance`: none is on record; `others`: nobody whom the
          claim is about can have said it. Categorical;
        - certain: whether only people whom the claim is about can have said it;
        - form: quoted or reported; missing where the study does not say;
        - left: the sorters of another kind who put it in another envelope, parted by `, `; blank where none did.

    Raises
    ------
    NotInStudy
        If the study has no claims.
    ValueError
        If totals and quantifiers cannot all be true.
    """
    study.needs("claims")
    away = _left(study)
    about = {who: _about(study, who) for who in dict.fromkeys(_who(claim) for claim in study.claims["who"])}
    form = study.excerpts["form"].astype("object").to_numpy()
    ids = study.excerpts["excerpt"].astype("object").to_numpy()
    rows: list[tuple[object, ...]] = []
    for claim, finding, who in zip(study.claims["claim"], study.claims["finding"], study.claims["who"], strict=True):
        theirs, certain = about[_who(who)]
        of, stance = _evidence_of(study, str(finding))
        for e in np.flatnonzero(of):
            part = stance[e] if theirs[e] else OTHERS
            rows.append((claim, ids[e], part, bool(certain[e]), form[e], away.get((ids[e], finding), "")))
    frame = pd.DataFrame(rows, columns=["claim", "excerpt", "part", "certain", "form", "left"])
    frame["part"] = pd.Categorical(frame["part"], categories=PARTS)
    return frame.astype({"certain": "bool"})


def people_by_stance(study: Study, claim: str, rows: pd.DataFrame, grouping: Grouping | None = None) -> list[People]:
    """Return how many people took each stance to a claim; people count once a stance, whenever they were heard.

    Parameters
    ----------
    study
        A study.
    claim
        The claim.
    rows
        What `claim_evidence` says of it.
    grouping
        A grouping of the study: one answer for each of L levels; None: one for all whom the claim is about.

    Raises
    ------
    ValueError
        If totals and quantifiers cannot all be true.
    """
    who = _who(study.claims.loc[study.claims["claim"] == claim, "who"].iloc[0])
    if grouping is None:
        study, grouping = as_one(study, who)
    place = {excerpt: e for e, excerpt in enumerate(study.excerpts["excerpt"])}
    taken = [(place[e], STANCES.index(p)) for e, p in zip(rows["excerpt"], rows["part"], strict=True) if p in STANCES]
    at, stance = np.array(taken, dtype=np.int64).reshape(-1, 2).T
    shape = (len(study.excerpts), len(STANCES))
    coded = sp.csc_array((np.ones(len(at), dtype=bool), (at, stance)), shape=shape)
    seen = np.isin(study.excerpts["excerpt"].astype("object"), _seen(study))
    asked = np.ones((len(study.participants), len(STANCES)), dtype=bool)
    found = Evidence(list(STANCES), coded, np.ones(len(study.excerpts), dtype=bool), seen, asked)
    try:
        counts = count_people(study, grouping, found)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    return [People(int(counts[0, i, 0]), counts[:, i, 1:3]) for i in range(len(grouping.levels))]


def sorter(study: Study) -> str:
    """Return whose envelopes say which theme an excerpt is of; blank: the reference coder's codes do."""
    coder = study.settings.stance_coder
    return coder if (study.envelopes["coder"] == coder).any() else ""


def excerpts_of(study: Study, finding: str) -> tuple[str, ...]:
    """Return the excerpts of a theme or code, as `claim_evidence` finds them."""
    of, _ = _evidence_of(study, finding)
    return tuple(study.excerpts["excerpt"].astype("object")[of])


def raised_in(study: Study, by: str, finding: str) -> tuple[str, ...]:
    """Return the excerpts by which `presence` counts the people at the levels of a grouping who raised a theme or code.

    They have it by the reference coder's codes, belong to a first hearing, and somebody at a level may have said them.
    """
    level = "theme" if finding in set(study.themes["code"]) else "code"
    found = evidence(study, level, None, None, "first")
    of = np.zeros(len(study.excerpts), dtype=bool)
    if finding in found.codes:
        of[_having(found, finding)] = True
    return tuple(study.excerpts["excerpt"].astype("object")[of & attribution(study, by)["about"].to_numpy(dtype=bool)])


def _having(found: Evidence, code: str) -> NDArray[np.int64]:
    c = found.codes.index(code)
    return np.asarray(found.coded.indices[found.coded.indptr[c] : found.coded.indptr[c + 1]], dtype=np.int64)


def _who(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _seen(study: Study) -> list[str]:
    """Return the excerpts that whoever says which theme an excerpt is of has seen."""
    coder = sorter(study) or coder_or_reference(study, None)
    tables = (study.envelopes, study.codings)
    return [str(e) for table in tables for e in table.loc[table["coder"] == coder, "excerpt"].unique()]


def _evidence_of(study: Study, finding: str) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Return for each of E excerpts whether it is of a theme or code, and which stance it takes to it."""
    n = len(study.excerpts)
    stance, theme = np.full(n, NO_STANCE, dtype=object), np.full(n, None, dtype=object)
    if coder := sorter(study):
        ledger = envelopes(study, coder)
        theme = ledger["theme"].astype("object").to_numpy()
        stance = ledger["stance"].astype("object").fillna(NO_STANCE).to_numpy()
        if finding in set(study.themes["code"]):
            return np.asarray(theme == finding, dtype=bool), stance
    level = "theme" if finding in set(study.themes["code"]) else "code"
    found = evidence(study, level, None, None, "all")
    of = np.zeros(n, dtype=bool)
    if finding in found.codes:
        of[_having(found, finding)] = True
    return of, np.where(theme == _theme_of(study, finding), stance, NO_STANCE)


def _theme_of(study: Study, code: str) -> str:
    codes, counts_for = codes_at(study, "theme")
    return codes[int(counts_for[list(study.codebook["code"]).index(code)])]


def _about(study: Study, who: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each of E excerpts whether somebody of a population may have said it, and whether nobody else can."""
    heard = attribution(as_one(study, who)[0], NAME)
    return heard["about"].to_numpy(dtype=bool), heard["certain"].to_numpy(dtype=bool)


def _left(study: Study) -> dict[tuple[str, str], str]:
    """Return the sorters of another kind who take an excerpt out of a theme, by excerpt and theme."""
    away: dict[tuple[str, str], list[str]] = {}
    for first, other in others_of_another_kind(study):
        gone = moved(study, first, other)
        for excerpt, theme in zip(gone["excerpt"], gone["from"].astype("object"), strict=True):
            away.setdefault((str(excerpt), str(theme)), []).append(other)
    return {key: ", ".join(coders) for key, coders in away.items()}


def others_of_another_kind(study: Study) -> list[tuple[str, str]]:
    """Return the stance coder with each sorter of another kind who is set against it; none where there is none."""
    try:
        return [pair for pair in pairs(study) if pair[0] == sorter(study)]
    except NotInStudy:
        return []


# What can be inferred about a claim: four answers, and the rules by which one of them is given.

CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE = "confirmed", "expanded", "discordant", "not testable"
ENOUGH = 2
"""So many people at least must support a claim for certain before it is confirmed."""
INFERENCES = (CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE)


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    Parameters
    ----------
    heard
        Excerpts of the theme that people whom the claim is about may have said.
    supports, qualifies, opposes
        How many of these take each stance to the theme.
    quoted, unsaid
        How many of these are respondents' own words, and of how many the study does not say.
    people
        How many people took each stance, at least and at most.
    against
        Where more people oppose than support it for certain: `all together`, `among managers`.
    left
        Excerpts that a sorter of another kind puts under another theme.
    sorters
        How many sorters of another kind there are.
    compares
        Whether the claim says that groups differ.
    verdicts
        What `compare` says of the theme, by the grouping compared; none where no planned comparison bears on it.
    unlike
        The other coders by whose codings a difference that was found is not found.
    """

    heard: int
    supports: int
    qualifies: int
    opposes: int
    quoted: int
    unsaid: int
    people: People
    against: tuple[str, ...]
    left: int
    sorters: int
    compares: bool
    verdicts: dict[str, str]
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule: the answer, when it is given (in words, and as it is tested), and the reason told with its numbers."""

    inference: str
    when: str
    holds: Callable[[Facts], bool]
    reason: Callable[[Facts], str]


def infer(facts: Facts) -> tuple[int, str, str]:
    """Return the number of the first rule that holds (from 1), its answer, and the reason in one sentence."""
    number, rule = next((i, rule) for i, rule in enumerate(RULES, 1) if rule.holds(facts))
    return number, rule.inference, capital(rule.reason(facts))


def _verdicts(facts: Facts) -> str:
    return joined(f"{by}: {verdict}" for by, verdict in facts.verdicts.items())


def _open(facts: Facts) -> bool:
    return facts.compares and any(verdict not in (DIFFERS, NOT_SHOWN) for verdict in facts.verdicts.values())


def _all_differ(facts: Facts) -> bool:
    return facts.compares and all(verdict == DIFFERS for verdict in facts.verdicts.values())


def _some_against(facts: Facts) -> bool:
    return not facts.compares and (bool(facts.against) or (facts.opposes > 0 and facts.supports == 0))


def _against_say(facts: Facts) -> str:
    if not facts.against:
        return f"{count(facts.opposes, 'excerpt')} {verb(facts.opposes, 'opposes', 'oppose')} it and none supports it."
    return f"More people oppose it than support it for certain: {joined(facts.against)}."


def _differing(facts: Facts) -> list[str]:
    return [by for by, verdict in facts.verdicts.items() if verdict == DIFFERS]


def _more_to_it(facts: Facts) -> bool:
    return bool(facts.qualifies or facts.opposes or facts.left or _differing(facts))


def _more_say(facts: Facts) -> str:
    """Return what the evidence adds to a claim: who qualifies or opposes it, what leaves the theme, who differs."""
    told = [
        f"{n} {verb(n, one, many)} it"
        for n, one, many in (
            (facts.qualifies, "qualifies", "qualify"),
            (facts.opposes, "opposes", "oppose"),
        )
        if n
    ]
    if facts.left:
        told.append(f"{facts.left} {verb(facts.left, 'goes', 'go')} under another theme when others sort")
    told += [f"people differ in whether they raised it ({by})" for by in _differing(facts)]
    start = f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports or 1, 'supports', 'support')} it"
    return f"{start}; {joined(told)}."


def _whole_say(facts: Facts) -> str:
    start = f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports, 'supports', 'support')} it"
    stays = "nothing leaves the theme when others sort" if facts.sorters else "nobody of another kind sorted"
    return f"{start}, none qualifies or opposes it, and {stays}."


RULES: tuple[Rule, ...] = (
    Rule(
        NOT_TESTABLE,
        "no excerpt of its theme can have been said by anybody whom the claim is about",
        lambda facts: facts.heard == 0,
        lambda facts: "Nobody whom it is about is heard on it.",
    ),
    Rule(
        NOT_TESTABLE,
        "it says that groups differ, and the comparison cannot tell (confounded, not attributed, too few to tell), or "
        "was not made",
        _open,
        lambda facts: f"It says that groups differ, and the comparison cannot tell ({_verdicts(facts)}).",
    ),
    Rule(
        DISCORDANT,
        "it says that groups differ, and a comparison that could have shown it did not",
        lambda facts: facts.compares and NOT_SHOWN in facts.verdicts.values(),
        lambda facts: f"It says that groups differ, and the comparison does not show it ({_verdicts(facts)}).",
    ),
    Rule(
        EXPANDED,
        "it says that groups differ, and they do, but as another coder coded it that does not show",
        lambda facts: _all_differ(facts) and bool(facts.unlike),
        lambda facts: f"The groups differ as one coder has it; as coded by {joined(facts.unlike)}, that does not show.",
    ),
    Rule(
        CONFIRMED,
        "it says that groups differ, and they do, whoever coded it",
        _all_differ,
        lambda facts: f"The groups differ, as it says ({_verdicts(facts)}); read from the counts which way.",
    ),
    Rule(
        NOT_TESTABLE,
        "none of its evidence is in respondents' own words: who draws the claim also reports what it rests on",
        lambda facts: facts.quoted == facts.unsaid == 0,
        lambda facts: (
            f"None of {count(facts.heard, 'excerpt')} is in respondents' own words: "
            "the claim and what it rests on come from the same hands."
        ),
    ),
    Rule(
        DISCORDANT,
        "more people oppose than support it for certain, all together or in one group; or none of the excerpts "
        "supports it and some oppose it",
        _some_against,
        _against_say,
    ),
    Rule(
        NOT_TESTABLE,
        "no excerpt supports, qualifies or opposes it",
        lambda facts: not (facts.supports or facts.qualifies or facts.opposes),
        lambda facts: f"Of {count(facts.heard, 'excerpt')} none takes a side, or none has a stance on record.",
    ),
    Rule(
        EXPANDED,
        "some evidence qualifies or opposes it, or goes under another theme when others sort, or groups that a planned "
        "comparison set against each other differ in whether they raised it",
        _more_to_it,
        _more_say,
    ),
    Rule(
        NOT_TESTABLE,
        "nothing speaks against it, and one person could have said all that speaks for it",
        lambda facts: facts.people.least("supports") < ENOUGH,
        lambda facts: (
            f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports, 'supports', 'support')} it, "
            "and one person could have said all of that."
        ),
    ),
    Rule(
        CONFIRMED,
        "there is evidence for it, in respondents' words and from several people, and none of the above",
        lambda facts: True,
        _whole_say,
    ),
)
"""In the order in which they are read; the last always holds."""
