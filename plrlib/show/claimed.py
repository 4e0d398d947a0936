"""The claims as a picture, and the prompts that were put to people with what is reported to have come of each."""

import pandas as pd

from plrlib.show.claiming import joint_say
from plrlib.show.counting import ids_by
from plrlib.show.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.naming import labels
from plrlib.show.opening import Cell, Line, Opening, shown_excerpts
from plrlib.show.picture import BLUE, RED, Picture, picture
from plrlib.show.say import Say, capital, count, few, joined, say, verb
from plrlib.stats.claims import NO_STANCE, OTHERS, claim_evidence, excerpts_of, others_of_another_kind
from plrlib.study import Study
from plrlib.tables import STANCES

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
