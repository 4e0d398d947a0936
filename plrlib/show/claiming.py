"""What notebook 10 shows of the claims: the joint display, the rules behind its answers, and its picture."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.checking import level_label
from plrlib.show.naming import counts_say, labels, level_of
from plrlib.show.opening import Cell, Line, Opening, shown_excerpts
from plrlib.show.say import Say, capital, count, few, inner, joined, say, verb
from plrlib.show.table import Table
from plrlib.stats.attribution import attribution
from plrlib.stats.claims import OTHERS, claim_evidence, others_of_another_kind, raised_in
from plrlib.stats.inference import INFERENCES, NOT_TESTABLE, RULES
from plrlib.stats.presence import presence
from plrlib.study import Study

HEADS = {
    "claim": "claim", "supports": "for it", "qualifies": "qualifying", "opposes": "against it", "heard": "who is heard",
    "left": "when others sort", "verdicts": "groups compared", "inference": "what can be inferred",
}  # fmt: skip
EVERYBODY = "everybody"
NONE = "none"


def joint_say(study: Study, found: pd.DataFrame) -> Say:
    """Return how many claims have each answer, and what keeps most of them from being confirmed.

    Parameters
    ----------
    study
        A study.
    found
        The frame that `joint_display` returned for it.
    """
    tally = found["inference"].value_counts()
    ids = {inference: list(found.loc[found["inference"] == inference, "claim"]) for inference in INFERENCES}
    told = [
        f"{n or 'none'} {verb(n or 1, 'is', 'are')} {inference}{f' ({few(ids[inference])})' if n else ''}"
        for inference, n in ((inference, int(tally[inference])) for inference in INFERENCES)
    ]
    unquoted = list(found.loc[found["quoted"].eq(0) & found["excerpts"].gt(0) & _known_form(study, found), "claim"])
    hands = f"No printed words of a respondent stand behind {joined(unquoted)}: only what is reported of them."
    open_ = list(found.loc[found["compares"] & found["inference"].eq(NOT_TESTABLE), "claim"])
    cannot = f"That groups differ, as {joined(open_)} {verb(len(open_), 'says', 'say')}, this design cannot tell."
    left = list(found.loc[found["left"].fillna(0) > 0, "claim"])
    moved = f"When others sort, excerpts leave the theme of {joined(left)}."
    return say(
        f"Of {count(len(found), 'claim')}, {joined(told)}.",
        cannot if open_ else "",
        hands if unquoted else "",
        moved if left else "",
    )


def _known_form(study: Study, found: pd.DataFrame) -> "pd.Series[bool]":
    """Return for each claim whether the study says of all its evidence if it is quoted."""
    evidence = claim_evidence(study)
    unsaid = evidence[evidence["form"].isna() & (evidence["part"] != OTHERS)]
    return ~found["claim"].isin(unsaid["claim"])


def joint_table(study: Study, found: pd.DataFrame) -> Opening:
    """Return the joint display: a row a claim; each number opens to the excerpts behind it."""
    evidence = claim_evidence(study)
    rows = [
        _row(study, claim, evidence[evidence["claim"] == claim["claim"]]) for claim in found.to_dict(orient="records")
    ]
    caption = "Claim by claim: the evidence, who gave it, and what can be inferred. A number opens to its excerpts."
    used = [excerpt for row in rows for cell in row for line in cell for excerpt in line.excerpts]
    return Opening(list(HEADS.values()), rows, shown_excerpts(study, used), caption)


def _row(study: Study, claim: Mapping[Any, Any], evidence: pd.DataFrame) -> list[Cell]:
    who = str(claim["who"]) if isinstance(claim["who"], str) else EVERYBODY
    page = "" if pd.isna(claim["page"]) else f", p. {claim['page']}"
    theme = labels(study)[str(claim["finding"])]
    about = f"About {who}; evidence under “{theme}”{page}."
    theirs = _ids(evidence[evidence["part"] != OTHERS])
    first = [Line(str(claim["claim"]), strong=True), Line(str(claim["gist"])), Line(about)]
    return [
        first,
        *(_stance(claim, evidence, stance) for stance in ("supports", "qualifies", "opposes")),
        _heard(study, claim, evidence),
        _left(study, evidence),
        _compared(study, claim),
        [Line(str(claim["inference"]), strong=True), Line(f"{claim['reason']} (rule {claim['rule']})", theirs)],
    ]


def _stance(claim: Mapping[Any, Any], evidence: pd.DataFrame, stance: str) -> Cell:
    """Return how many excerpts take a stance, and how many people."""
    ids = _ids(evidence[evidence["part"] == stance])
    if not ids:
        return [Line(NONE)]
    quoted = int((evidence.loc[evidence["part"] == stance, "form"] == "quoted").sum())
    known = evidence.loc[evidence["part"] == stance, "form"].notna().all()
    own = f", {quoted or 'none'} in their own words" if known and quoted < len(ids) else ""
    return [Line(f"{count(len(ids), 'excerpt')}{own}\n{people_of(claim, stance)}", ids)]


def people_of(claim: Mapping[Any, Any], stance: str) -> str:
    """Return how many people took a stance: `13 of 30 people`, `7 to 9 of 10 people`, `7 or more of 10 people`."""
    low, high, n = (int(claim[key]) for key in (f"{stance}_lower", f"{stance}_upper", "people"))
    of = f"of {count(n, 'person', 'people')}"
    if low == high:
        return f"{low} {of}"
    return f"{low} or more {of}" if high == n and low else f"{low} to {high} {of}"


def bearing(study: Study, who: object) -> Grouping | None:
    """Return the first grouping that is about the same people as a claim; None where there is none."""
    population = who if isinstance(who, str) else ""
    return next((g for g in study.settings.groupings.values() if g.population == population), None)


def _heard(study: Study, claim: Mapping[Any, Any], evidence: pd.DataFrame) -> Cell:
    """Return of whom the excerpts are, by the first grouping about the same people, and who never is for certain."""
    theirs = evidence[evidence["part"] != OTHERS]
    grouping = bearing(study, claim["who"])
    lines: list[Line] = []
    if grouping is not None and len(theirs):
        heard = attribution(study, grouping.name).set_index("excerpt")["heard"].reindex(theirs["excerpt"])
        for key in heard.cat.categories:
            ids = tuple(heard.index[heard == key].astype(str))
            if ids:
                lines.append(Line(f"{level_label(str(key), grouping.levels)}: {len(ids)}", ids))
        silent = [label for key, label in grouping.levels.items() if not (heard == key).any()]
        if silent:
            lines.append(Line(f"Of {joined(map(inner, silent))} alone: none"))
    elif len(theirs):
        lines.append(Line(count(len(theirs), "excerpt"), _ids(theirs)))
    others = _ids(evidence[evidence["part"] == OTHERS])
    if others:
        lines.append(Line(f"Of other people only, not counted: {len(others)}", others))
    return lines or [Line(NONE)]


def _left(study: Study, evidence: pd.DataFrame) -> Cell:
    """Return how many excerpts each sorter of another kind puts under another theme."""
    theirs = evidence[evidence["part"] != OTHERS]
    lines = []
    for _, coder in others_of_another_kind(study):
        ids = _ids(theirs[theirs["left"].str.split(", ").map(lambda names, c=coder: c in names)])
        lines.append(
            Line(f"{len(ids) or NONE} of {len(theirs)} {verb(len(ids) or 1, 'leaves', 'leave')} ({coder})", ids)
        )
    return lines or [Line("nobody of another kind sorted")]


def _compared(study: Study, claim: Mapping[Any, Any]) -> Cell:
    """Return the verdict of each comparison that bears on a claim, and how many people at each level raised it."""
    lines = []
    for by, verdict in (part.rsplit(": ", 1) for part in str(claim["verdicts"]).split("; ") if part):
        grouping = study.grouping(by)
        counted = presence(study, by, level_of(study, [str(claim["finding"])]))
        counts = counts_say(grouping, counted[counted["code"] == claim["finding"]])
        ids = raised_in(study, by, str(claim["finding"]))
        lines.append(Line(f"{grouping.label}: {verdict}. {capital(counts)} raised it.", ids))
    if claim["compares"]:
        return [Line("The claim says that they differ."), *lines]
    return lines or [Line("no planned comparison is about these people")]


def _ids(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["excerpt"].astype(str))


def rules_table() -> Table:
    """Return the rules by which a claim is answered, in the order in which they are read."""
    rows = [(i, rule.inference, rule.when) for i, rule in enumerate(RULES, 1)]
    return Table(
        pd.DataFrame(rows, columns=["rule", "answer", "where"]),
        "The first rule that holds decides; none reads the claim",
    )
