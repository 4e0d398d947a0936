"""The joint display: claim by claim what speaks for it and against it, who was heard, and what can be inferred."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from plrlib.stats.claims import (
    INFERENCES,
    NO_STANCE,
    OTHERS,
    Facts,
    People,
    claim_evidence,
    infer,
    others_of_another_kind,
    people_by_stance,
)
from plrlib.stats.comparison.compare import compare
from plrlib.stats.comparison.verdict import DIFFERS
from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.schema import STANCES
from plrlib.study.settings import Comparison as Plan
from plrlib.study.settings import Grouping

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
        One row a claim and grouping: claim, grouping, verdict. What `compare` says of the theme by the groupings that
        the claim stands or falls with or, where it does not compare, by each planned one about the same people; `not
        compared`: that comparison is not about its theme or code.
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

        - claim, finding (theme or code), who (the population it is about; missing: everybody), gist, page;
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
       C2        78        67        6     expanded    differ by one coder
       C3        28        26        0 not testable comparison cannot tell
       C4        85        42       40   discordant                opposed
       C5        27        26        1   discordant    not shown to differ
    """
    found = claim_evidence(study)
    comparisons = [_compared(study, plan) for plan in study.settings.comparisons]
    rows, verdicts, every = [], [], {}
    for claim in study.claims.itertuples(index=False):
        evidence = found[found["claim"] == claim.claim]
        theirs = evidence[evidence["part"] != OTHERS]
        counts = theirs["part"].value_counts()
        facts = every[str(claim.claim)] = _facts(study, claim, evidence, comparisons)
        number, rule = infer(facts)
        least_and_most = [(facts.people.least(s), facts.people.most(s)) for s in _SIDES]
        verdicts += [(claim.claim, by, verdict) for by, verdict in facts.verdicts.items()]
        rows.append(
            {
                "claim": claim.claim, "finding": claim.finding, "who": claim.who, "gist": claim.gist,
                "page": claim.page, "excerpts": facts.heard, **{s: counts[s] for s in STANCES},
                "no_stance": counts[NO_STANCE], "others": len(evidence) - len(theirs),
                "certain": theirs["certain"].sum(), "quoted": facts.quoted,
                "left": facts.left if facts.sorters else pd.NA, "people": facts.people.n,
                **dict(zip(ENDS, chain(*least_and_most), strict=True)), "compares": facts.compares,
                "inference": rule.inference, "rule": number, "reason": rule.code,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["inference"] = pd.Categorical(frame["inference"], categories=INFERENCES)
    frame = frame.astype(dict.fromkeys((*COUNTS, *ENDS, "rule"), "Int64"))
    return JointDisplay(
        frame, pd.DataFrame(verdicts, columns=["claim", "grouping", "verdict"], dtype="str"), found, every
    )


@dataclass(frozen=True)
class Compared:
    """A planned comparison, done.

    Parameters
    ----------
    plan
        What study.toml says of it; its `claims` are those that it decides.
    population
        Whom it is about; blank: everybody.
    verdicts
        By code, as `compare` gives them.
    unlike
        By code that differs, the other coders by whose codings it does not.
    """

    plan: Plan
    population: str
    verdicts: dict[str, str]
    unlike: dict[str, list[str]]


def _compared(study: Study, plan: Plan) -> Compared:
    found = compare(study, plan.by, plan.level)
    verdicts = dict(zip(found.frame["code"], found.frame["verdict"], strict=True))
    unlike: dict[str, list[str]] = {}
    if DIFFERS in verdicts.values():
        others = compare(study, plan.by, plan.level, other_coders=True).other_coders
        for row in others[others["verdict"] != DIFFERS].itertuples():
            unlike.setdefault(str(row.code), []).append(str(row.coder))
    return Compared(plan, found.grouping.population, verdicts, unlike)


def _facts(study: Study, row: Any, evidence: pd.DataFrame, comparisons: list[Compared]) -> Facts:
    """Return what the rules look at, of one row of the claims."""
    claim, finding = str(row.claim), str(row.finding)
    whose = row.who if isinstance(row.who, str) else ""
    theirs = evidence[evidence["part"] != OTHERS]
    counts = theirs["part"].value_counts()
    [people] = people_by_stance(study, claim, evidence)
    own = [c for c in comparisons if claim in c.plan.claims]
    bearing = own or [c for c in comparisons if c.population == whose]
    unlike = [o for c in bearing if c.verdicts.get(finding) == DIFFERS for o in c.unlike.get(finding, [])]
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
