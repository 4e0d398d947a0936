"""Claims: the excerpts for and against each, the people behind them, and the rules by which a claim is answered.

Letters: P people, E excerpts, G groups, S stances.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.bounds.presence import attribution, count_people
from plrlib.stats.comparison.verdict import DIFFERS, NOT_SHOWN
from plrlib.stats.themes import envelopes, moved, pairs
from plrlib.study.evidence import Evidence, coder_or_reference, evidence, paths, read_by
from plrlib.study.load import Study
from plrlib.study.prepared import everybody, remembered
from plrlib.study.schema import STANCES
from plrlib.study.settings import Grouping

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


@remembered
def claim_evidence(study: Study) -> pd.DataFrame:
    """Evidence of each claim: the excerpts of the theme (or code) that it rests on, and what they are to it.

    Parameters
    ----------
    study : Study
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
        - left: the coders of another kind who assign it to another theme, as a tuple.

    Raises
    ------
    NotInStudy
        If the study has no claims.
    ValueError
        If totals and quantifiers cannot all be true.

    See Also
    --------
    joint_display : What can be inferred from it.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = claim_evidence(study)
    >>> found[found["claim"] == "C1"].groupby("part", observed=True)["excerpt"].size().to_dict()
    {'supports': 55, 'qualifies': 4, 'opposes': 4, 'others': 15}
    """
    study.needs("claims")
    away: dict[tuple[str, str], tuple[str, ...]] = {}  # the coders who take an excerpt out of a theme
    for first, other in others_of_another_kind(study):
        gone = moved(study, first, other)
        for key in zip(gone["excerpt"].astype("object"), gone["from"].astype("object"), strict=True):
            away[key] = (*away.get(key, ()), other)
    form = study.excerpts["form"].astype("object").to_numpy()
    ids = study.excerpts["excerpt"].astype("object").to_numpy()
    rows: list[tuple[object, ...]] = []
    for claim, finding, who in zip(study.claims["claim"], study.claims["finding"], study.claims["who"], strict=True):
        about = attribution(study, everybody(_who(who)))
        of, stance = _evidence_of(study, str(finding))
        theirs, certain = about["about"].to_numpy(), about["certain"].to_numpy()
        for e in np.flatnonzero(of):
            left = away.get((ids[e], finding), ())
            rows.append((claim, ids[e], stance[e] if theirs[e] else OTHERS, bool(certain[e]), form[e], left))
    frame = pd.DataFrame(rows, columns=["claim", "excerpt", "part", "certain", "form", "left"])
    frame["part"] = pd.Categorical(frame["part"], categories=PARTS)
    return frame.astype({"certain": "bool"})


def people_by_stance(study: Study, claim: str, rows: pd.DataFrame, grouping: Grouping | None = None) -> list[People]:
    """People by stance to a claim, at least and at most; they count once a stance, whenever they were heard.

    Parameters
    ----------
    study : Study
        A study.
    claim : str
        The claim.
    rows : DataFrame
        What `claim_evidence` says of it.
    grouping : Grouping, optional
        A grouping of the study: one answer for each of its groups; None: one for all whom the claim is about.

    Raises
    ------
    ValueError
        If totals and quantifiers cannot all be true.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = claim_evidence(study)
    >>> [people] = people_by_stance(study, "C1", found[found["claim"] == "C1"])
    >>> people.n, people.least("supports"), people.most("supports")
    (30, 14, 14)
    """
    who = _who(study.claims.loc[study.claims["claim"] == claim, "who"].iloc[0])
    grouping = everybody(who) if grouping is None else grouping
    row = pd.Index(study.excerpts["excerpt"]).get_indexer(pd.Index(rows["excerpt"]))
    stance = pd.Index(STANCES).get_indexer(pd.Index(rows["part"]))
    taken = stance >= 0
    every = np.ones(len(study.excerpts), dtype=bool)
    asked = np.ones((len(study.participants), len(STANCES)), dtype=bool)
    read = read_by(study, sorter(study) or coder_or_reference(study))
    found = Evidence(list(STANCES), row[taken], stance[taken], every, read, asked)
    counts = count_people(study, grouping, found)
    return [People(int(counts[0, i, 0]), counts[:, i, 1:3]) for i in range(len(grouping.levels))]


def sorter(study: Study) -> str:
    """Coder whose theme assignments say which theme an excerpt is of; blank: the reference coder's codes do.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> sorter(study)
    'first'
    """
    coder = study.settings.stance_coder
    return coder if (study.envelopes["coder"] == coder).any() else ""


def excerpts_of(study: Study, finding: str) -> tuple[str, ...]:
    """Excerpts of a theme or code, as `claim_evidence` finds them.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> excerpts_of(study, "bidding")[:3]
    ('E0009', 'E0017', 'E0018')
    """
    of, _ = _evidence_of(study, finding)
    return tuple(study.excerpts["excerpt"].astype("object")[of])


def raised_in(study: Study, by: str, finding: str) -> tuple[str, ...]:
    """Excerpts by which `presence` counts the people of a grouping who raised a theme or code.

    They have it by the reference coder's codes, belong to a first event, and somebody in a group may have said them.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> raised_in(study, "sector", "bidding")[:3]
    ('E0009', 'E0017', 'E0018')
    """
    of = np.zeros(len(study.excerpts), dtype=bool)
    of[evidence(study, _level_of(study, finding)).excerpts(finding)] = True
    return tuple(study.excerpts["excerpt"].astype("object")[of & attribution(study, by)["about"].to_numpy(dtype=bool)])


def _level_of(study: Study, finding: str) -> str:
    return "theme" if finding in set(study.themes["code"]) else "code"


def _who(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


@remembered
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
    of = np.zeros(n, dtype=bool)
    of[evidence(study, _level_of(study, finding), events="all").excerpts(finding)] = True
    return of, np.where(theme == paths(study)[finding][-1], stance, NO_STANCE)


def others_of_another_kind(study: Study) -> list[tuple[str, str]]:
    """Pairs of the stance coder and a coder of another kind who assigned themes; none where there is none.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> others_of_another_kind(study)
    [('first', 'second')]
    """
    try:
        return [pair for pair in pairs(study) if pair[0] == sorter(study)]
    except NotInStudy:
        return []


CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE = "confirmed", "expanded", "discordant", "not testable"
INFERENCES = (CONFIRMED, EXPANDED, DISCORDANT, NOT_TESTABLE)
"""Three are those of mixed-methods reporting [fetters2013]_; the fourth: a design cannot tell."""
ENOUGH = 2
"""So many people at least must support a claim for certain before it is confirmed."""


@dataclass(frozen=True)
class Facts:
    """What the rules look at: a claim's theme, whom it is about, whether it says that groups differ; never its words.

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
        Where more people oppose than support it for certain: a grouping and a group of it; (None, blank): all together.
    left
        Excerpts that a coder of another kind assigns to another theme.
    sorters
        How many coders of another kind there are.
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
    against: tuple[tuple[Grouping | None, str], ...]
    left: int
    sorters: int
    compares: bool
    verdicts: dict[str, str]
    unlike: tuple[str, ...] = ()

    @property
    def differing(self) -> list[str]:
        """The groupings compared whose groups differ."""
        return [by for by, verdict in self.verdicts.items() if verdict == DIFFERS]

    @property
    def all_differ(self) -> bool:
        """Whether the claim says that groups differ, and every comparison that bears on it found that."""
        return self.compares and len(self.differing) == len(self.verdicts)


@dataclass(frozen=True)
class Rule:
    """One rule: its code, by which `show` has its words; the answer that it gives, and where it holds."""

    code: str
    inference: str
    holds: Callable[[Facts], bool]


RULES: tuple[Rule, ...] = (
    Rule("nobody heard", NOT_TESTABLE, lambda facts: facts.heard == 0),
    Rule(
        "comparison cannot tell", NOT_TESTABLE,
        lambda facts: facts.compares and any(v not in (DIFFERS, NOT_SHOWN) for v in facts.verdicts.values()),
    ),
    Rule("not shown to differ", DISCORDANT, lambda facts: facts.compares and NOT_SHOWN in facts.verdicts.values()),
    Rule("differ by one coder", EXPANDED, lambda facts: facts.all_differ and bool(facts.unlike)),
    Rule("differ", CONFIRMED, lambda facts: facts.all_differ),
    Rule("not quoted", NOT_TESTABLE, lambda facts: facts.quoted == facts.unsaid == 0),
    Rule(
        "opposed", DISCORDANT,
        lambda facts: not facts.compares and (bool(facts.against) or (facts.opposes > 0 and facts.supports == 0)),
    ),
    Rule("no stance", NOT_TESTABLE, lambda facts: not (facts.supports or facts.qualifies or facts.opposes)),
    Rule(
        "more to it", EXPANDED,
        lambda facts: bool(facts.qualifies or facts.opposes or facts.left or facts.differing),
    ),
    Rule("one person", NOT_TESTABLE, lambda facts: facts.people.least("supports") < ENOUGH),
    Rule("supported", CONFIRMED, lambda facts: True),
)  # fmt: skip
"""In the order in which they are read: the first that holds decides, and the last always holds."""


def infer(facts: Facts) -> tuple[int, Rule]:
    """Inference from the facts of a claim: the first rule that holds, with its number from 1.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> number, rule = infer(plrlib.joint_display(study).facts["C1"])
    >>> number, rule.code, rule.inference
    (5, 'differ', 'confirmed')
    """
    return next((number, rule) for number, rule in enumerate(RULES, 1) if rule.holds(facts))
