"""Claim by claim: what speaks for it and against it, who was heard, and what can be inferred."""

from dataclasses import dataclass

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
from plrlib.stats.comparison.compare import planned_verdicts
from plrlib.stats.comparison.verdict import DIFFERS
from plrlib.study.evidence import coder_or_reference
from plrlib.study.load import Study
from plrlib.study.schema import STANCES
from plrlib.study.settings import Comparison
from plrlib.text import inner

TOGETHER = "all together"
NOT_COMPARED = "not compared"
COUNTS = ("excerpts", *STANCES, "no_stance", "others", "certain", "quoted", "left", "people")
_SIDES = ("supports", "qualifies", "opposes")
ENDS = tuple(f"{stance}_{end}" for stance in _SIDES for end in ("lower", "upper"))


def joint_display(study: Study) -> pd.DataFrame:
    """Return a row a claim: the evidence for and against it, and what can be inferred from all of it.

    Parameters
    ----------
    study
        A study with a table of claims.

    Returns
    -------
    DataFrame
        One row a claim, in the study's order.

        - claim, finding (theme or code), who (the population it is about; missing: everybody), gist, page;
        - excerpts: how many of the theme people whom it is about may have said; of these supports, qualifies, opposes,
          context (the stance they take to the theme) and no_stance; certain: how many of them only these people can
          have said; quoted: how many are respondents' own words. others: excerpts of the theme that only other people
          can have said, in none of the counts before. Unit: excerpts;
        - left: how many of the excerpts a sorter of another kind puts under another theme; missing where nobody of
          another kind sorted. Unit: excerpts;
        - people: how many people it is about; supports_lower, supports_upper and so on: how many of them took that
          stance, at least and at most, over all completions (see `presence`). Unit: people, each once a stance,
          whenever they were heard;
        - compares: whether study.toml says, in a planned comparison, that the claim stands or falls with it;
        - verdicts: what `compare` says of the theme by these groupings or, where the claim does not compare, by each
          planned one about the same people, as `sector: not attributed`; blank where none bears on it;
          `not compared`: the comparison that the claim stands or falls with is not about its theme or code;
        - inference: confirmed, expanded, discordant or not testable; rule: the number of the rule that decides
          (`plrlib.stats.claims.RULES`); reason: that in one sentence.

    Raises
    ------
    NotInStudy
        If the study has no claims.
    ValueError
        If totals and quantifiers cannot all be true.

    Notes
    -----
    Fetters, Curry & Creswell 2013; Guetterman, Fetters & Creswell 2015.
    """
    found = claim_evidence(study)
    comparisons = _compared(study)
    rows = []
    for claim in study.claims.itertuples(index=False):
        evidence = found[found["claim"] == claim.claim]
        whose = str(claim.who) if isinstance(claim.who, str) else ""
        facts = _facts(study, str(claim.claim), str(claim.finding), whose, evidence, comparisons)
        rule, inference, reason = infer(facts)
        theirs = evidence[evidence["part"] != OTHERS]
        counts = theirs["part"].value_counts()
        sides = {f"{s}_{end}": getattr(facts.people, of)(s) for s in _SIDES for end, of in _ENDS.items()}
        rows.append(
            {
                "claim": claim.claim, "finding": claim.finding, "who": claim.who, "gist": claim.gist,
                "page": claim.page, "excerpts": facts.heard, **{s: counts[s] for s in STANCES},
                "no_stance": counts[NO_STANCE], "others": len(evidence) - len(theirs),
                "certain": theirs["certain"].sum(), "quoted": facts.quoted,
                "left": facts.left if facts.sorters else pd.NA, "people": facts.people.n, **sides,
                "compares": facts.compares, "verdicts": "; ".join(f"{b}: {v}" for b, v in facts.verdicts.items()),
                "inference": inference, "rule": rule, "reason": reason,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["inference"] = pd.Categorical(frame["inference"], categories=INFERENCES)
    return frame.astype(dict.fromkeys((*COUNTS, *ENDS, "rule"), "Int64"))


_ENDS = {"lower": "least", "upper": "most"}


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

    plan: Comparison
    population: str
    verdicts: dict[str, str]
    unlike: dict[str, list[str]]


def _compared(study: Study) -> list[Compared]:
    coded = study.codings["coder"].cat.remove_unused_categories().cat.categories
    others = [coder for coder in coded if coder != coder_or_reference(study, None)]
    found = []
    for plan in study.settings.comparisons:
        verdicts = planned_verdicts(study, plan)
        differ = [code for code, verdict in verdicts.items() if verdict == DIFFERS]
        theirs = {coder: planned_verdicts(study, plan, coder) for coder in others} if differ else {}
        unlike = {code: [name for name, other in theirs.items() if other[code] != DIFFERS] for code in differ}
        found.append(Compared(plan, study.grouping(plan.by).population, verdicts, unlike))
    return found


def _facts(
    study: Study, claim: str, finding: str, whose: str, evidence: pd.DataFrame, comparisons: list[Compared]
) -> Facts:
    theirs = evidence[evidence["part"] != OTHERS]
    counts = theirs["part"].value_counts()
    [people] = people_by_stance(study, claim, evidence)
    own = [c for c in comparisons if claim in c.plan.claims]
    bearing = own or [c for c in comparisons if c.population == whose]
    verdicts = {c.plan.by: c.verdicts.get(finding, NOT_COMPARED) for c in bearing if own or finding in c.verdicts}
    unlike = [coder for c in bearing for coder in c.unlike.get(finding, [])]
    return Facts(
        heard=len(theirs),
        supports=int(counts["supports"]),
        qualifies=int(counts["qualifies"]),
        opposes=int(counts["opposes"]),
        quoted=int((theirs["form"] == "quoted").sum()),
        unsaid=int(theirs["form"].isna().sum()),
        people=people,
        against=_against(study, claim, whose, evidence, people),
        left=int((theirs["left"] != "").sum()),
        sorters=len(others_of_another_kind(study)),
        compares=bool(own),
        verdicts=verdicts,
        unlike=tuple(dict.fromkeys(unlike)),
    )


def _against(study: Study, claim: str, whose: str, evidence: pd.DataFrame, people: People) -> tuple[str, ...]:
    """Return the groups of people in which more oppose than support it for certain."""
    if not (evidence["part"] == "opposes").any():
        return ()
    groups = {TOGETHER: people}
    for grouping in study.settings.groupings.values():
        if grouping.population == whose:
            counted = people_by_stance(study, claim, evidence, grouping)
            groups.update(zip((f"among {inner(label)}" for label in grouping.levels.values()), counted, strict=True))
    return tuple(label for label, some in groups.items() if some.least("opposes") > some.most("supports"))
