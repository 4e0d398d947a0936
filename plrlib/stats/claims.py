"""Claims: the evidence for and against each, the rules by which it is answered, and the joint display of them all.

Letters: P people, E excerpts, G groups, S stances.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.stats.bounds.presence import attribution, count_people
from plrlib.stats.comparison.compare import Comparison as Found
from plrlib.stats.comparison.compare import compare
from plrlib.stats.comparison.verdict import DIFFERS, NOT_SHOWN
from plrlib.stats.themes import envelopes, moved, pairs, statements
from plrlib.study.coverage import coders_used, read_by
from plrlib.study.evidence import Evidence, evidence, level_of
from plrlib.study.load import Study, typed
from plrlib.study.prepared import everybody, remembered
from plrlib.study.schema import STANCES, direction
from plrlib.study.settings import Comparison, Grouping

NO_STANCE, OTHERS = "no stance", "others"
PARTS = (*STANCES, NO_STANCE, OTHERS)
"""What an excerpt of the theme is to a claim: its stance, or that only people said it whom the claim is not about."""


class People(NamedTuple):
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
    return typed(frame, part=PARTS).astype({"certain": "bool"})


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
    by = sorter(study)
    read = read_by(study, *((by,) if by else coders_used(study)))
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
    of[evidence(study, level_of(study, [finding])).excerpts(finding)] = True
    return tuple(study.excerpts["excerpt"].astype("object")[of & attribution(study, by)["about"].to_numpy(dtype=bool)])


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
    of[evidence(study, level_of(study, [finding]), events="all").excerpts(finding)] = True
    return of, np.where(theme == study.prepared.paths[finding][-1], stance, NO_STANCE)


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
"""Three are those of mixed-methods reporting [fetters2013]_; the fourth: the study cannot tell."""
WAYS = AS_CLAIMED, OTHER_WAY, NOT_CERTAIN = "as claimed", "the other way", "not certain"
"""Which way a difference goes, of the two groups that a claim's direction names."""
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
    ways
        Which way groups differ, one of `WAYS`, by the grouping; none where the claim has no direction, or none differ.
    excluded
        The groupings not shown to differ whose interval excludes the smallest difference that matters.
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
    ways: dict[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    @property
    def differing(self) -> list[str]:
        """The groupings compared whose groups differ."""
        return [by for by, verdict in self.verdicts.items() if verdict == DIFFERS]

    @property
    def all_differ(self) -> bool:
        """Whether the claim says that groups differ, and every comparison that bears on it found that."""
        return self.compares and len(self.differing) == len(self.verdicts)


class Rule(NamedTuple):
    """One rule: its code, by which `show` has its words; the answer that it gives, and where it holds."""

    code: str
    inference: str
    holds: Callable[[Facts], bool]


RULES: tuple[Rule, ...] = (
    Rule("nobody heard", NOT_TESTABLE, lambda facts: facts.heard == 0),
    Rule("other way", DISCORDANT, lambda facts: facts.compares and OTHER_WAY in facts.ways.values()),
    Rule("smaller than matters", DISCORDANT, lambda facts: facts.compares and bool(facts.excluded)),
    Rule(
        "comparison cannot tell", NOT_TESTABLE,
        lambda facts: facts.compares and any(v not in (DIFFERS, NOT_SHOWN) for v in facts.verdicts.values()),
    ),
    Rule("not shown to differ", NOT_TESTABLE, lambda facts: facts.compares and NOT_SHOWN in facts.verdicts.values()),
    Rule("way not certain", NOT_TESTABLE, lambda facts: facts.compares and NOT_CERTAIN in facts.ways.values()),
    Rule("differ by one coder", EXPANDED, lambda facts: facts.all_differ and bool(facts.unlike)),
    Rule("differ", CONFIRMED, lambda facts: facts.all_differ),
    Rule("not quoted", NOT_TESTABLE, lambda facts: facts.quoted == facts.unsaid == 0),
    Rule(
        "opposed", DISCORDANT,
        lambda facts: not facts.compares and (bool(facts.against) or (facts.opposes > 0 and facts.supports == 0)),
    ),
    Rule("no stance", NOT_TESTABLE, lambda facts: not (facts.supports or facts.qualifies or facts.opposes)),
    Rule("more to it", EXPANDED, lambda facts: bool(facts.qualifies or facts.opposes or facts.left or facts.differing)),
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
    (8, 'differ', 'confirmed')
    """
    return next((number, rule) for number, rule in enumerate(RULES, 1) if rule.holds(facts))


# Claim by claim what speaks for it and against it, who was heard, and what can be inferred.

NOT_COMPARED = "not compared"
COUNTS = ("excerpts", *STANCES, "no_stance", "others", "certain", "quoted", "left", "people")
_SIDES = ("supports", "qualifies", "opposes")
ENDS = tuple(f"{stance}_{end}" for stance in _SIDES for end in ("lower", "upper"))


@dataclass(frozen=True, repr=False, eq=False)
class JointDisplay:
    """What `joint_display` found.

    Parameters
    ----------
    frame
        One row a claim; see `joint_display`.
    verdicts
        One row a claim and grouping: claim, grouping, verdict, way. What `compare` says of the theme by the groupings
        that the claim stands or falls with or, where it does not compare, by each planned one about the same people;
        `not compared`: that comparison is not about its theme or code. way: whether a difference goes `as claimed` or
        `the other way`, or that is `not certain`; blank where none is claimed or none is found.
    evidence
        One row a claim and excerpt, as `claim_evidence` returns them.
    facts
        What the rules looked at, by claim.
    """

    frame: pd.DataFrame
    verdicts: pd.DataFrame
    evidence: pd.DataFrame
    facts: dict[str, Facts]

    def __repr__(self) -> str:
        return self.frame.to_string(index=False)

    def _repr_html_(self) -> str:
        return self.frame.to_html(index=False)


@remembered
def joint_display(study: Study) -> JointDisplay:
    """Joint display: a row a claim, with the evidence for and against it, and what can be inferred from all of it.

    Parameters
    ----------
    study : Study
        A study with a table of claims.

    Returns
    -------
    JointDisplay
        Its `frame` has one row a claim, in the study's order.

        - claim, finding (theme or code), who (the population it is about; missing: everybody), gist, direction (which
          group it says is ahead; missing: it does not say), page; statement: what stances are to;
        - excerpts: how many of the theme people whom it is about may have said; of these supports, qualifies, opposes,
          context (the stance they take to the theme) and no_stance; certain: how many of them only these people can
          have said; quoted: how many are respondents' own words. others: excerpts of the theme that only other people
          can have said, in none of the counts before. Unit: excerpts;
        - left: how many of the excerpts a coder of another kind assigns to another theme; missing where nobody of
          another kind assigned themes. Unit: excerpts;
        - people: how many people it is about; supports_lower, supports_upper and so on: how many of them took that
          stance, at least and at most, over all completions (see `presence`). Unit: people, each once a stance,
          whenever they were heard;
        - compares: whether study.toml says, in a planned comparison, that the claim stands or falls with it;
        - inference: confirmed, expanded, discordant or not testable; rule: the number of the rule that decides
          (`plrlib.stats.claims.RULES`), reason: its code.

    Raises
    ------
    NotInStudy
        If the study has no claims.
    ValueError
        If totals and quantifiers cannot all be true.

    References
    ----------
    [fetters2013]_, [guetterman2015]_.

    See Also
    --------
    compare : The comparisons of groups that bear on a claim.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = plrlib.joint_display(study)
    >>> print(found.frame[["claim", "excerpts", "supports", "opposes", "inference", "reason"]].to_string(index=False))
    claim  excerpts  supports  opposes    inference                 reason
       C1        63        55        4    confirmed                 differ
       C2        78        67        6    confirmed                 differ
       C3        28        26        0 not testable comparison cannot tell
       C4        85        42       40   discordant                opposed
       C5        27        26        1 not testable    not shown to differ
    """
    found = claim_evidence(study)
    comparisons = [_compared(study, plan) for plan in study.settings.comparisons]
    sides, stated = [STANCES.index(stance) for stance in _SIDES], statements(study)
    rows, verdicts, every = [], [], {}
    for claim in study.claims.itertuples(index=False):
        evidence = found[found["claim"] == claim.claim]
        theirs = evidence[evidence["part"] != OTHERS]
        counts = theirs["part"].value_counts()
        facts = every[str(claim.claim)] = _facts(study, claim, evidence, theirs, comparisons)
        number, rule = infer(facts)
        verdicts += [(claim.claim, by, verdict, facts.ways.get(by, "")) for by, verdict in facts.verdicts.items()]
        rows.append(
            {
                "claim": claim.claim, "finding": claim.finding, "who": claim.who, "gist": claim.gist,
                "direction": claim.direction, "page": claim.page,
                "statement": stated[str(claim.finding)], "excerpts": facts.heard, **{s: counts[s] for s in STANCES},
                "no_stance": counts[NO_STANCE], "others": len(evidence) - len(theirs),
                "certain": theirs["certain"].sum(), "quoted": facts.quoted,
                "left": facts.left if facts.sorters else pd.NA, "people": facts.people.n,
                **dict(zip(ENDS, facts.people.ends[sides].ravel(), strict=True)), "compares": facts.compares,
                "inference": rule.inference, "rule": number, "reason": rule.code,
            }
        )  # fmt: skip
    frame = typed(pd.DataFrame(rows), whole=(*COUNTS, *ENDS, "rule"), inference=INFERENCES)
    compared = pd.DataFrame(verdicts, columns=["claim", "grouping", "verdict", "way"], dtype="str")
    return JointDisplay(frame, compared, found, every)


class Compared(NamedTuple):
    """A planned comparison, done.

    Parameters
    ----------
    plan
        What study.toml says of it; its `claims` are those that it decides.
    found
        What `compare` found.
    verdicts
        By code, as `compare` gives them.
    unlike
        By code that differs, the other coders by whose codings it does not.
    """

    plan: Comparison
    found: Found
    verdicts: dict[str, str]
    unlike: dict[str, list[str]]

    def way(self, code: str, groups: tuple[str, ...]) -> str:
        """Return which way the difference in a code goes, of a group said to be ahead and one said to be behind.

        By the effect that was tested, which weighs events; of more than two groups by the shares of these two.
        """
        levels, row = list(self.found.grouping.levels), self.found.frame.set_index("code").loc[code]
        if len(levels) == len(groups) and not pd.isna(row["effect"]):
            low = high = float(row["effect"]) * (1 if groups[0] == levels[0] else -1)
        else:
            rows = self.found.counts[self.found.counts["code"] == code].set_index("group").loc[list(groups)]
            (ahead_low, behind_low), (ahead_high, behind_high) = (rows[end] / rows["n"] for end in ("lower", "upper"))
            low, high = ahead_low - behind_high, ahead_high - behind_low
        return AS_CLAIMED if low > 0 else OTHER_WAY if high < 0 else NOT_CERTAIN

    def excludes(self, code: str, groups: tuple[str, ...]) -> bool:
        """Tell whether a difference that was not shown is smaller, in the way said or in both, than one that matters.

        By the interval of the odds ratio; False where it has none, or study.toml does not say what matters.
        """
        row, matters = self.found.frame.set_index("code").loc[code], self.plan.smallest_that_matters
        if not matters or row["verdict"] != NOT_SHOWN or row[["low", "high"]].isna().any():
            return False
        first = next(iter(self.found.grouping.levels))
        ends = {True: row["high"] < matters, False: row["low"] > 1 / matters}
        return bool(ends[groups[0] == first] if groups else all(ends.values()))


def _compared(study: Study, plan: Comparison) -> Compared:
    found = compare(study, plan.by, plan.level)
    verdicts = dict(zip(found.frame["code"], found.frame["verdict"], strict=True))
    unlike: dict[Any, list[str]] = {}
    if DIFFERS in verdicts.values():
        others = compare(study, plan.by, plan.level, other_coders=True).other_coders
        unlike = others[others["verdict"] != DIFFERS].groupby("code")["coder"].agg(list).to_dict()
    return Compared(plan, found, verdicts, unlike)


def _facts(study: Study, row: Any, evidence: pd.DataFrame, theirs: pd.DataFrame, comparisons: list[Compared]) -> Facts:
    """Return what the rules look at, of one row of the claims; `theirs` are the excerpts of whom it is about."""
    claim, finding, whose = str(row.claim), str(row.finding), _who(row.who)
    counts = theirs["part"].value_counts()
    [people] = people_by_stance(study, claim, evidence)
    own = [c for c in comparisons if claim in c.plan.claims]
    bearing = own or [c for c in comparisons if study.grouping(c.plan.by).population == whose]
    differing = [c for c in bearing if c.verdicts.get(finding) == DIFFERS]
    unlike = [other for c in differing for other in c.unlike.get(finding, [])]
    groups = direction(row.direction)
    named = [c for c in own if finding in c.verdicts and set(groups) <= set(c.found.grouping.levels)]
    return Facts(
        heard=len(theirs),
        supports=int(counts["supports"]),
        qualifies=int(counts["qualifies"]),
        opposes=int(counts["opposes"]),
        quoted=int((theirs["form"] == "quoted").sum()),
        unsaid=int(theirs["form"].isna().sum()),
        people=people,
        against=_against(study, claim, whose, evidence, people),
        left=int((theirs["left"].map(len) > 0).sum()),
        sorters=len(others_of_another_kind(study)),
        compares=bool(own),
        verdicts={c.plan.by: c.verdicts.get(finding, NOT_COMPARED) for c in bearing if own or finding in c.verdicts},
        ways={c.plan.by: c.way(finding, groups) for c in named if groups and c in differing},
        excluded=tuple(c.plan.by for c in named if c.excludes(finding, groups)),
        unlike=tuple(dict.fromkeys(unlike)),
    )


def _against(
    study: Study, claim: str, whose: str, evidence: pd.DataFrame, people: People
) -> tuple[tuple[Grouping | None, str], ...]:
    """Return the groups of people in which more oppose than support it for certain; all together come first."""
    if not (evidence["part"] == "opposes").any():
        return ()
    groups: list[tuple[Grouping | None, str, People]] = [(None, "", people)]
    for grouping in study.settings.groupings.values():
        if grouping.population == whose:
            counted = people_by_stance(study, claim, evidence, grouping)
            groups += [(grouping, key, some) for key, some in zip(grouping.levels, counted, strict=True)]
    return tuple((grouping, key) for grouping, key, some in groups if some.least("opposes") > some.most("supports"))
