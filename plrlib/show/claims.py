"""The claims as a picture, and the prompts that were put to people with what is reported to have come of each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from plrlib.show.charts.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.data import level_label
from plrlib.show.display import BLUE, RED, Picture, Say, Table, picture, say
from plrlib.show.excerpts import Cell, Line, Opening, ids_by, shown_excerpts
from plrlib.show.labels import counts_say, labels, level_of
from plrlib.stats.bounds.presence import attribution, presence
from plrlib.stats.claims import (
    INFERENCES,
    NO_STANCE,
    NOT_TESTABLE,
    OTHERS,
    RULES,
    claim_evidence,
    excerpts_of,
    others_of_another_kind,
    raised_in,
)
from plrlib.study.load import Study
from plrlib.study.schema import STANCES
from plrlib.study.settings import Grouping
from plrlib.text import capital, count, few, inner, joined, verb

# What notebook 10 shows of the claims: the joint display, the rules behind its answers, and its picture.

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


# The claims as a picture, and the prompts that were put to people with what is reported to have come of each.

SIDES = {"supports": "for it", "qualifies": "qualifying", "opposes": "against it", "context": "context",
         NO_STANCE: "no stance on record"}  # fmt: skip
ALWAYS = STANCES[:3]
NOT_REPORTED = "not reported"
STAYS, LEAVES = "stays under the theme", "goes under another theme when others sort"


def joint_picture(study: Study, found: pd.DataFrame) -> Picture:
    """Return a picture of the evidence of each claim: one mark is one excerpt, in the column of its stance.

    Parameters
    ----------
    study
        A study.
    found
        The frame that `joint_display` returned for it.
    """
    evidence = claim_evidence(study)
    theirs = evidence[evidence["part"] != OTHERS]
    used = [part for part in SIDES if part in ALWAYS or (theirs["part"] == part).any()]
    looks = {STAYS: Look(BLUE, "o", STAYS), LEAVES: Look(RED, "s", LEAVES)}
    every = pd.DataFrame(
        {
            "row": theirs["claim"].astype("object"), "column": theirs["part"].astype("object"),
            "look": (theirs["left"] != "").map({True: LEAVES, False: STAYS}), "filled": theirs["form"] != "reported",
        }
    )  # fmt: skip
    drawn, each = thinned(every.sort_values(["look", "filled"], ascending=[False, False], kind="stable").assign(tag=""))
    rows = {
        str(c): f"{c}, {inference}: {gist}"
        for c, inference, gist in zip(found["claim"], found["inference"], found["gist"], strict=True)
    }
    columns = {part: f"{SIDES[part]} ({int((theirs['part'] == part).sum())})" for part in used}
    forms = ("quoted, or not said" if theirs["form"].isna().any() else "quoted", "reported")
    title = joint_say(study, found).sentences[0].rstrip(".")
    figure = dot_grid(
        drawn, Axis(rows, "claim"), Axis(columns, "excerpts"), looks, title, per_line=10, filled=forms, from_left=True
    )
    numbers = pd.DataFrame({"claim": found["claim"], **{SIDES[part]: _counts(theirs, found, part) for part in used}})
    if others_of_another_kind(study):
        numbers["goes elsewhere"] = found["left"]
    numbers["answer"] = found["inference"].astype("object")
    ids = ids_by(theirs, "part", "claim")
    behind = {
        (i, SIDES[part]): ids.get((part, claim), ()) for i, claim in enumerate(found["claim"]) for part in used
    } | {
        (i, "goes elsewhere"): ids_by(theirs[theirs["left"] != ""], "claim").get(c, ())
        for i, c in enumerate(found["claim"])
    }
    told = "; ".join(
        f"{row[0]}: {joined(f'{n or None} {SIDES[part]}' for part, n in zip(used, row[1:], strict=False))}"
        for row in numbers.itertuples(index=False, name=None)
    ).replace("None", "none")
    caption = f"One mark is {of_marks(each)}, in the row of the claim and the column of the stance it takes. {title}."
    return picture(figure, study, caption, f"A grid of excerpts, claims by stance. {told}.", numbers, behind)


def _counts(theirs: pd.DataFrame, found: pd.DataFrame, part: str) -> list[int]:
    sizes = theirs.loc[theirs["part"] == part, "claim"].value_counts()
    return [int(sizes.get(claim, 0)) for claim in found["claim"]]


def statements_say(study: Study) -> Say:
    """Return how many prompts were put to people, and of how many the study leaves unsaid what came of them."""
    if study.statements.empty:
        return say("This study has no statements.csv: no prompts are on record.")
    n = len(study.statements)
    silent = list(study.statements.loc[_unreported(study), "statement"])
    no_theme = list(study.statements.loc[study.statements["finding"].isna(), "statement"])
    none = [
        f"{s} (“{labels(study)[str(theme)]}”)"
        for s, theme in zip(study.statements["statement"], study.statements["finding"], strict=True)
        if isinstance(theme, str) and not excerpts_of(study, theme)
    ]
    unsaid = f"What came of {few(silent)} is not reported: {verb(len(silent), 'it', 'each')} may have been accepted, "
    unsaid += "rejected or passed over."
    answers = "Which excerpts answer which prompt is not on record: those below are all under the theme it bears on."
    return say(
        f"{capital(count(n, 'prompt'))} {verb(n, 'was', 'were')} put to people.",
        unsaid if silent else "",
        f"{joined(no_theme)} {verb(len(no_theme), 'bears', 'bear')} on no theme." if no_theme else "",
        f"No excerpt is under the theme of {few(none)}." if none else "",
        answers,
    )


def statements_table(study: Study) -> Opening | Say:
    """Return a row a prompt: where it came from, what is reported to have come of it, and the evidence on its theme."""
    if study.statements.empty:
        return say("So there is nothing to list.")
    rows: list[list[Cell]] = []
    shown: list[str] = []
    for prompt, silent in zip(study.statements.to_dict(orient="records"), _unreported(study), strict=True):
        theme = prompt["finding"]
        ids = excerpts_of(study, theme) if isinstance(theme, str) else ()
        shown += ids
        bears = [Line(labels(study)[theme])] if isinstance(theme, str) else []
        outcome = NOT_REPORTED if silent else str(prompt["outcome_reported"])
        rows.append(
            [
                [Line(str(prompt["statement"]), strong=True), Line(str(prompt["gist"]))],
                [Line(prompt["source"])] if isinstance(prompt["source"], str) else [],
                [Line(outcome, strong=silent)],
                bears,
                [Line(count(len(ids), "excerpt"), ids)] if bears else [],
            ]
        )
    heads = ["prompt", "where it came from", "what came of it", "theme it bears on", "evidence on that theme"]
    return Opening(heads, rows, shown_excerpts(study, shown), "The prompts put to people, and what came of each")


def _unreported(study: Study) -> "pd.Series[bool]":
    told = study.statements["outcome_reported"]
    return told.isna() | (told.str.strip().str.casefold() == NOT_REPORTED)
