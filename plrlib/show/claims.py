"""What notebook 10 shows of claims: the joint display, the rules of its answers, its picture, and the prompts."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.data import forms, heard_labels
from plrlib.show.display import Picture, Say, Table, say
from plrlib.show.excerpts import Cell, Line, Opening, counted, counts_say, ids_by, opening
from plrlib.show.figure import BLUE, RED, picture
from plrlib.show.labels import labels, quoted
from plrlib.stats import claims
from plrlib.stats.bounds.presence import Counted, attribution, presence
from plrlib.stats.claims import INFERENCES, NO_STANCE, OTHERS, RULES, Facts, JointDisplay
from plrlib.study.evidence import level_of
from plrlib.study.load import Study
from plrlib.study.schema import STANCES, direction
from plrlib.study.settings import Grouping
from plrlib.text import capital, count, few, inner, joined, number, share, verb

HEADS = (
    "claim", "supports", "qualifies", "opposes", "who is heard", "when others sort", "groups compared",
    "what can be inferred",
)  # fmt: skip
EVERYBODY = "everybody"
NONE = "none"


def joint_say(study: Study, found: JointDisplay) -> Say:
    """Return how many claims have each answer, and what keeps most of them from being confirmed.

    Parameters
    ----------
    study : Study
        A study.
    found : JointDisplay
        As `joint_display` returns it for this study.

    See Also
    --------
    plrlib.joint_display : The answers, as a frame.
    rules_table : The rules by which a claim is answered.

    Examples
    --------
    >>> from plrlib import joint_display, load_study, show
    >>> study = load_study("worked-example")
    >>> found = joint_display(study)
    >>> show.joint_say(study, found).sentences[0]
    'Of 5 claims, 2 are confirmed (C1 and C2), none is expanded, 1 is discordant (C4) and 2 are not testable (C3 and
    C5).'
    """
    frame = found.frame
    told = []
    for inference in INFERENCES:
        some = list(frame.loc[frame["inference"] == inference, "claim"])
        which = f" ({few(some)})" if some else ""
        told.append(f"{number(len(some))} {verb(len(some) or 1, 'is', 'are')} {inference}{which}")
    unsaid = found.evidence[found.evidence["form"].isna() & (found.evidence["part"] != OTHERS)]
    known = ~frame["claim"].isin(unsaid["claim"])
    unquoted = list(frame.loc[frame["quoted"].eq(0) & frame["excerpts"].gt(0) & known, "claim"])
    hands = f"No printed words of a respondent stand behind {joined(unquoted)}: only what is reported of them."
    open_ = list(frame.loc[frame["reason"] == "comparison cannot tell", "claim"])
    cannot = f"That groups differ, as {joined(open_)} {verb(len(open_), 'says', 'say')}, this design cannot tell."
    unshown = list(frame.loc[frame["reason"] == "not shown to differ", "claim"])
    open_say = (
        f"That groups differ, as {joined(unshown)} {verb(len(unshown), 'says', 'say')}, is not shown and not ruled out."
    )
    left = list(frame.loc[frame["left"].fillna(0) > 0, "claim"])
    moved = f"When others sort, excerpts leave the theme of {joined(left)}."
    head = f"Of {count(len(frame), 'claim')}, {joined(told)}."
    return say(
        head, cannot if open_ else "", open_say if unshown else "", hands if unquoted else "", moved if left else ""
    )


def in_words(found: JointDisplay) -> pd.DataFrame:
    """Return the frame of a joint display for a sheet: with the verdicts, and the reason as a sentence."""
    frame = found.frame.assign(reason=[reason_say(found, claim) for claim in found.frame["claim"]])
    told = found.verdicts["grouping"] + ": " + found.verdicts["verdict"].astype(str)
    verdicts = told.groupby(found.verdicts["claim"], sort=False).agg("; ".join)
    frame.insert(list(frame).index("inference"), "verdicts", list(verdicts.reindex(frame["claim"], fill_value="")))
    return frame


def joint_table(study: Study, found: JointDisplay) -> Opening:
    """Return the joint display: a row a claim; each number opens to the excerpts behind it.

    Parameters
    ----------
    study : Study
        A study.
    found : JointDisplay
        As `joint_display` returns it for this study.

    Returns
    -------
    Opening
        A table whose cells hold lines; `.frame` has it as text, `.counted` a row a number and excerpt. Excerpts are
        shown in words where consent allows, else by their gist.

    See Also
    --------
    plrlib.joint_display : The same as a frame.
    joint_picture : The evidence as marks.

    References
    ----------
    [fetters2013]_, [guetterman2015]_

    Examples
    --------
    >>> from plrlib import joint_display, load_study, show
    >>> study = load_study("worked-example")
    >>> found = joint_display(study)
    >>> print(show.joint_table(study, found).frame.loc[0, "supports"])
    55 excerpts
    14 of 30 people
    """
    rows = [_row(study, found, claim) for claim in found.frame.to_dict(orient="records")]
    caption = (
        "Claim by claim: the evidence, who gave it, and what can be inferred. A stance is to the statement named. "
    )
    caption += "A number opens to its excerpts."
    return opening(study, HEADS, rows, caption)


def _row(study: Study, found: JointDisplay, claim: Mapping[Any, Any]) -> list[Cell]:
    evidence = found.evidence[found.evidence["claim"] == claim["claim"]]
    theirs = evidence[evidence["part"] != OTHERS]
    who = str(claim["who"]) if isinstance(claim["who"], str) else EVERYBODY
    page = "" if pd.isna(claim["page"]) else f", p. {claim['page']}"
    label, stated = labels(study)[str(claim["finding"])], claim["statement"]
    about = f"About {who}; evidence under {quoted(label)}{page}."
    to = "the claim" if stated == claim["gist"] else quoted(stated)
    about += f" Stances are to {to}." if claim["excerpts"] > claim["no_stance"] else ""
    reason = f"{reason_say(found, claim['claim'])} (rule {claim['rule']})"
    first = [Line(str(claim["claim"]), strong=True), Line(str(claim["gist"])), Line(about)]
    stances = (_stance(claim, evidence[evidence["part"] == stance], stance) for stance in ALWAYS)
    last = [Line(str(claim["inference"]), strong=True), Line(reason, _ids(theirs))]
    heard, left, compared = _heard(study, claim, evidence), _left(study, theirs), _compared(study, found, claim)
    return [first, *stances, heard, left, compared, last]


def _stance(claim: Mapping[Any, Any], rows: pd.DataFrame, stance: str) -> Cell:
    """Return how many excerpts take a stance, and how many people."""
    if not (ids := _ids(rows)):
        return [Line(NONE)]
    quotes = int((rows["form"] == "quoted").sum())
    own = f", {number(quotes)} in their own words" if rows["form"].notna().all() and quotes < len(ids) else ""
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
        names = heard_labels(study, grouping.name)
        heard = attribution(study, grouping.name).set_index("excerpt")["heard"].reindex(theirs["excerpt"])
        for key, ids in heard.groupby(heard, observed=True).groups.items():
            lines.append(Line(f"{names[str(key)]}: {len(ids)}", tuple(ids.astype(str))))
        silent = [label for key, label in grouping.levels.items() if not (heard == key).any()]
        if silent:
            lines.append(Line(f"Of {joined(map(inner, silent))} alone: none"))
    elif len(theirs):
        lines.append(Line(count(len(theirs), "excerpt"), _ids(theirs)))
    if others := _ids(evidence[evidence["part"] == OTHERS]):
        lines.append(Line(f"Of other people only, not counted: {len(others)}", others))
    return lines or [Line(NONE)]


def _left(study: Study, theirs: pd.DataFrame) -> Cell:
    """Return how many excerpts each coder of another kind assigns to another theme."""
    lines = []
    for _, coder in claims.others_of_another_kind(study):
        ids = _ids(theirs[[coder in coders for coders in theirs["left"]]])
        told = f"{number(len(ids))} of {len(theirs)} {verb(len(ids) or 1, 'leaves', 'leave')} ({coder})"
        lines.append(Line(told, ids))
    return lines or [Line("nobody of another kind sorted")]


def _compared(study: Study, found: JointDisplay, claim: Mapping[Any, Any]) -> Cell:
    """Return the verdict of each comparison that bears on a claim, and how many people in each group raised it."""
    lines, finding = [], str(claim["finding"])
    mine = found.verdicts[found.verdicts["claim"] == claim["claim"]]
    for by, verdict in zip(mine["grouping"], mine["verdict"], strict=True):
        level = level_of(study, [finding])
        people, counts = Counted.of(study, by, level), presence(study, by, level)
        told = f"{people.grouping.label}: {verdict}. {capital(counts_say(people, counts, finding))} raised it."
        lines.append(Line(told, claims.raised_in(study, by, finding)))
    if claim["compares"]:
        return [Line(_claimed(study, claim)), *lines]
    return lines or [Line("no planned comparison is about these people")]


def _claimed(study: Study, claim: Mapping[Any, Any]) -> str:
    """Return what a claim says of groups: that they differ, and which is ahead where it says so."""
    named = {
        key: inner(label) for grouping in study.settings.groupings.values() for key, label in grouping.levels.items()
    }
    ahead = [named[key] for key in direction(claim["direction"])]
    return f"The claim says that they differ{': ' if ahead else ''}{' more than '.join(ahead)}."


def _ids(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["excerpt"].astype(str))


def rules_table() -> Table:
    """Return the rules by which a claim is answered, in the order in which they are read.

    See Also
    --------
    plrlib.joint_display : What applies them.
    joint_table : Each claim with the number of its rule.

    References
    ----------
    [fetters2013]_ for three of the four answers; the fourth: the study cannot tell.

    Examples
    --------
    >>> from plrlib import show
    >>> show.rules_table().frame.loc[7, "where"]
    'it says that groups differ, and they do, in the direction it gives, whoever coded it'
    """
    rows = [(i, rule.inference, WHEN[rule.code]) for i, rule in enumerate(RULES, 1)]
    frame = pd.DataFrame(rows, columns=["rule", "answer", "where"])
    return Table(frame, "The first rule that holds decides; none reads the claim")


WHEN = {
    "nobody heard": "no excerpt of its theme can have been said by anybody whom the claim is about",
    "other way": "it says which group is ahead, and the groups differ the other way",
    "smaller than matters": "it says that groups differ, and the interval excludes a difference as large as study.toml "
    "says matters",
    "comparison cannot tell": "it says that groups differ, and the comparison cannot tell (confounded, not attributed, "
    "too few to tell), or was not made",
    "not shown to differ": "it says that groups differ, and a comparison that could have shown it did not, nor ruled "
    "it out",
    "way not certain": "it says which group is ahead, and the groups differ, but the evidence does not tell which way",
    "differ by one coder": "it says that groups differ, and they do, but as another coder coded it that does not show",
    "differ": "it says that groups differ, and they do, in the direction it gives, whoever coded it",
    "not quoted": "none of its evidence is in respondents' own words: who draws the claim also reports what it rests "
    "on",
    "opposed": "more people oppose than support it for certain, all together or in one group; or none of the excerpts "
    "supports it and some oppose it",
    "no stance": "no excerpt supports, qualifies or opposes it",
    "more to it": "some evidence qualifies or opposes it, or goes under another theme when others sort, or groups that "
    "a planned comparison set against each other differ in whether they raised it",
    "one person": "nothing speaks against it, and one person could have said all that speaks for it",
    "supported": "there is evidence for it, in respondents' words and from several people, and none of the above",
}
"""Where each rule of `plrlib.stats.claims.RULES` holds, in words."""


def reason_say(found: JointDisplay, claim: str) -> str:
    """Return why a claim has its answer: one sentence, with its numbers."""
    row = found.frame[found.frame["claim"] == claim].iloc[0]
    it = "the claim" if row["statement"] == row["gist"] else quoted(row["statement"])
    return capital(_REASONS[str(row["reason"])](found.facts[claim], it))


def _verdicts_say(facts: Facts) -> str:
    return joined(f"{by}: {verdict}" for by, verdict in facts.verdicts.items())


def _supports(facts: Facts, it: str) -> str:
    return f"{share(facts.supports, facts.heard, 'excerpt')} {verb(facts.supports or 1, 'supports', 'support')} {it}"


def _opposed_say(facts: Facts, it: str) -> str:
    if not facts.against:
        return (
            f"{count(facts.opposes, 'excerpt')} {verb(facts.opposes, 'opposes', 'oppose')} {it} and none supports it."
        )
    where = [f"among {inner(grouping.levels[key])}" if grouping else "all together" for grouping, key in facts.against]
    return f"More people oppose than support {it} for certain: {joined(where)}."


def _more_say(facts: Facts, it: str) -> str:
    """Return what the evidence adds to a claim: who qualifies or opposes it, what leaves the theme, who differs."""
    told = []
    for n, one, many in ((facts.qualifies, "qualifies", "qualify"), (facts.opposes, "opposes", "oppose")):
        told += [f"{n} {verb(n, one, many)} it"] if n else []
    if facts.left:
        told.append(f"{facts.left} {verb(facts.left, 'goes', 'go')} under another theme when others sort")
    told += [f"people differ in whether they raised it ({by})" for by in facts.differing]
    return f"{_supports(facts, it)}; {joined(told)}."


def _supported_say(facts: Facts, it: str) -> str:
    stays = "nothing leaves the theme when others sort" if facts.sorters else "nobody of another kind sorted"
    return f"{_supports(facts, it)}, none qualifies or opposes it, and {stays}."


_SAYS = "It says that groups differ, and the comparison"
_REASONS: dict[str, Callable[[Facts, str], str]] = {
    "nobody heard": lambda facts, _: "Nobody whom it is about is heard on it.",
    "other way": lambda facts, _: f"The groups differ, but not in the direction it gives ({_verdicts_say(facts)}).",
    "smaller than matters": lambda facts, _: (
        f"{_SAYS} excludes a difference as large as was said to matter ({_verdicts_say(facts)})."
    ),
    "comparison cannot tell": lambda facts, _: f"{_SAYS} cannot tell ({_verdicts_say(facts)}).",
    "not shown to differ": lambda facts, _: f"{_SAYS} neither shows it nor rules it out ({_verdicts_say(facts)}).",
    "way not certain": lambda facts, _: (
        f"The groups differ ({_verdicts_say(facts)}), but it is not certain that they do in the direction it gives."
    ),
    "differ by one coder": lambda facts, _: (
        f"The groups differ as one coder has it; as coded by {joined(facts.unlike)}, that does not show."
    ),
    "differ": lambda facts, _: (
        f"The groups differ, in the direction it gives ({_verdicts_say(facts)})."
        if facts.ways
        else f"The groups differ, as it says ({_verdicts_say(facts)}); it gives no direction to check."
    ),
    "not quoted": lambda facts, _: (
        f"None of {count(facts.heard, 'excerpt')} is in respondents' own words: "
        "the claim and what it rests on come from the same hands."
    ),
    "opposed": _opposed_say,
    "no stance": lambda facts, it: (
        f"Of {count(facts.heard, 'excerpt')} none supports, qualifies or opposes {it}, or none has a stance on record."
    ),
    "more to it": _more_say,
    "one person": lambda facts, it: f"{_supports(facts, it)}, and one person could have said all of that.",
    "supported": _supported_say,
}


# The claims as a picture.

SIDES = {"supports": "supports", "qualifies": "qualifies", "opposes": "opposes", "context": "context",
         NO_STANCE: "no stance on record"}  # fmt: skip
ALWAYS = STANCES[:3]
NOT_REPORTED = "not reported"
STAYS, LEAVES = "stays under the theme", "goes under another theme when others sort"


def joint_picture(study: Study, found: JointDisplay) -> Picture:
    """Return a picture of the evidence of each claim: one mark is one excerpt, in the column of its stance.

    Parameters
    ----------
    study : Study
        A study.
    found : JointDisplay
        As `joint_display` returns it for this study.

    Returns
    -------
    Picture
        Its numbers have a row a claim: excerpts by stance; `goes elsewhere`, where coders of another kind assigned
        themes; and the answer. Excerpts of other people than the claim is about are not counted.

    See Also
    --------
    plrlib.joint_display : The answers, as a frame.
    joint_say : What it shows, in sentences.

    Examples
    --------
    >>> from plrlib import joint_display, load_study, show
    >>> study = load_study("worked-example")
    >>> found = joint_display(study)
    >>> print(show.joint_picture(study, found).numbers.iloc[:1, :4].to_string(index=False))
    claim  supports  qualifies  opposes
       C1        55          4        4
    """
    frame = found.frame
    theirs = found.evidence[found.evidence["part"] != OTHERS]
    leaves = theirs["left"].map(len) > 0
    used = [part for part in SIDES if part in ALWAYS or (theirs["part"] == part).any()]
    looks = {STAYS: Look(BLUE, "o", STAYS), LEAVES: Look(RED, "s", LEAVES)}
    every = theirs[["claim", "part"]].astype("object").set_axis(["row", "column"], axis=1)
    every = every.assign(look=leaves.map({True: LEAVES, False: STAYS}), filled=theirs["form"] != "reported")
    drawn = every.sort_values(["look", "filled"], ascending=[False, False], kind="stable")
    to = (frame["statement"] + ")").radd(" (stances are to: ").where(frame["statement"] != frame["gist"], "")
    answers = zip(frame["claim"], frame["inference"], frame["gist"] + to, strict=True)
    rows = Axis({str(claim): f"{claim}, {inference}: {gist}" for claim, inference, gist in answers}, "claim")
    columns = Axis({part: f"{SIDES[part]} ({int((theirs['part'] == part).sum())})" for part in used}, "excerpts")
    title, filled = joint_say(study, found).sentences[0], forms(theirs["form"])
    figure = dot_grid(drawn, rows, columns, looks, title, per_line=10, filled=filled, from_left=True)
    by_part, away = ids_by(theirs, "part", "claim"), ids_by(theirs[leaves], "claim")
    marked = {SIDES[part]: [by_part.get((part, claim), []) for claim in frame["claim"]] for part in used}
    if claims.others_of_another_kind(study):
        marked["goes elsewhere"] = [away.get(claim, []) for claim in frame["claim"]]
    numbers, ids = counted({"claim": list(frame["claim"])}, marked)
    numbers["answer"] = frame["inference"].astype("object")
    sides = numbers.set_index("claim")[[SIDES[part] for part in used]].iterrows()
    told = "; ".join(f"{claim}: {joined(f'{number(n)} {side}' for side, n in row.items())}" for claim, row in sides)
    caption = f"{mark_say(len(drawn))}, in the row of the claim and the column of the stance it takes to the claim, "
    caption += f"or to the statement beside it. {title}"
    return picture(figure, study, caption, f"A grid of excerpts, claims by stance. {told}.", numbers, ids)


# The prompts that were put to people, with what is reported to have come of each.


def statements_say(study: Study) -> Say:
    """Return how many prompts were put to people, and of how many the study leaves unsaid what came of them.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        One sentence where the study has no statements.

    See Also
    --------
    statements_table : The prompts, one by one.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.statements_say(study)
    This study has no statements.csv: no prompts are on record.
    """
    if study.statements.empty:
        return say("This study has no statements.csv: no prompts are on record.")
    n = len(study.statements)
    unreported = list(study.statements.loc[_unreported(study), "statement"])
    no_theme = list(study.statements.loc[study.statements["finding"].isna(), "statement"])
    bearing_on = study.statements[["statement", "finding"]].dropna().itertuples(index=False, name=None)
    named = labels(study)
    none = [f"{s} ({quoted(named[theme])})" for s, theme in bearing_on if not claims.excerpts_of(study, theme)]
    unsaid = f"What came of {few(unreported)} is not reported: "
    unsaid += f"{verb(unreported, 'it', 'each')} may have been accepted, rejected or passed over."
    answers = "Which excerpts answer which prompt is not on record: those below are all under the theme it bears on."
    on_none = f"{joined(no_theme)} {verb(no_theme, 'bears', 'bear')} on no theme." if no_theme else ""
    put = f"{capital(count(n, 'prompt'))} {verb(n, 'was', 'were')} put to people."
    empty = f"No excerpt is under the theme of {few(none)}." if none else ""
    return say(put, unsaid if unreported else "", on_none, empty, answers)


def statements_table(study: Study) -> Opening | Say:
    """Return a row a prompt: where it came from, what is reported to have come of it, and the evidence on its theme.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Opening or Say
        As `joint_table`: a number opens to its excerpts, which are all those under the theme that the prompt bears on.
        A sentence where the study has no statements.

    See Also
    --------
    statements_say : What is not reported.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.statements_table(study)
    There is no table of prompts, since the study has no statements.csv.
    """
    if study.statements.empty:
        return say("There is no table of prompts, since the study has no statements.csv.")
    rows: list[list[Cell]] = []
    for prompt, unreported in zip(study.statements.to_dict(orient="records"), _unreported(study), strict=True):
        theme = prompt["finding"]
        put = [Line(str(prompt["statement"]), strong=True), Line(str(prompt["gist"]))]
        source = [Line(prompt["source"])] if isinstance(prompt["source"], str) else []
        outcome = [Line(NOT_REPORTED if unreported else str(prompt["outcome_reported"]), strong=unreported)]
        bears, evidence = [], []
        if isinstance(theme, str):
            ids = claims.excerpts_of(study, theme)
            bears, evidence = [Line(labels(study)[theme])], [Line(count(len(ids), "excerpt"), ids)]
        rows.append([put, source, outcome, bears, evidence])
    heads = ["prompt", "where it came from", "what came of it", "theme it bears on", "evidence on that theme"]
    return opening(study, heads, rows, "The prompts put to people, and what came of each")


def _unreported(study: Study) -> "pd.Series[bool]":
    told = study.statements["outcome_reported"]
    return told.isna() | (told.str.strip().str.casefold() == NOT_REPORTED)
