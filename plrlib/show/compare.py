"""What notebooks 04 to 06 say of a comparison: who is compared, what each verdict is, and why."""

from typing import Any

import pandas as pd

from plrlib.show.display import MISSING, Say, Table, say
from plrlib.show.excerpts import comparable_people, counts_of, counts_say, group_ids, group_size, known_ids, people_ids
from plrlib.show.labels import (
    chance,
    chances,
    everybody,
    is_code,
    labels,
    named_coders,
    noun,
    out_of,
    quoted,
    raised,
    stated_labels,
)
from plrlib.stats.comparison.compare import NOT_ASKED, OTHERS_NOT_NAMED, PLANNED, Comparison, compare
from plrlib.stats.comparison.permutation import BOTH, CONFOUNDED, SIZES_GO_WITH_GROUP, WHOLE, WITHIN
from plrlib.stats.comparison.verdict import (
    DIFFERS,
    EVENTS,
    NO_VARIATION,
    NOT_ATTRIBUTED,
    NOT_COUNTED,
    NOT_SHOWN,
    ONLY_CODED,
    TALK_REMAINS,
    TOO_FEW,
)
from plrlib.stats.themes import statements
from plrlib.study.load import Study
from plrlib.study.plans import as_frozen
from plrlib.text import Text, capital, chain, count, few, inner, joined, number, one, p_value, plural, share, verb

SIDES = {"supports": "supporting", "opposes": "opposing"}
OPEN = {
    CONFOUNDED: "it could as well be one between the rooms where they were heard",
    NOT_ATTRIBUTED: "who raised what is not known well enough",
}
"""Verdicts that say nothing of the people, and why."""
NEEDED = {
    CONFOUNDED: "events that hold several groups, or several events of like size for each group",
    NOT_ATTRIBUTED: "who said each excerpt, or at least at which level they were",
    TOO_FEW: "more people",
}
WHY_NOT_AT_EQUAL_TALK = {
    ONLY_CODED: "only coded passages are on record, and how much each person talked is not",
    NOT_COUNTED: "how much each person talked is not known",
    EVENTS: "whole events are permuted",
    TALK_REMAINS: "one group talked more than the other even among those who talked about as much",
}
"""Why there is no verdict at equal talk; where it has the reason that the verdict itself has, nothing is added."""
DID = {
    None: "raised", "supports": "supported", "qualifies": "qualified", "opposes": "opposed",
    "context": "gave context to",
}  # fmt: skip
TO_A_THEME = {"supports": "in support of", "qualifies": "to qualify", "opposes": "against", "context": "as context to"}
"""How people raised a code or a value of a column: a stance is to the statement of the excerpt's theme."""


def did(study: Study, what: str, stance: str | None, code: str) -> str:
    """Return what people did to a code with a stance (None: any), as the end of a sentence: `raised it`."""
    if stance is None:
        return "raised it"
    if not is_code(what):
        return f"raised it {TO_A_THEME[stance]} the statement of a theme"
    stated = quoted(statements(study)[code])
    return f"{DID[stance]} {stated}" if what == "theme" else f"raised it {TO_A_THEME[stance]} {stated}"


def compared_say(study: Study, found: Comparison) -> Say:
    """Return who is compared with whom, over how many themes, how, by whose codes, and whether it was planned.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Say
        Unit: people, as they were when first heard. What is permuted is said where anything can be.

    See Also
    --------
    plrlib.compare : The test.
    compare_say : What it found.
    separable_say : Whether the design can tell groups from events.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "sector")
    >>> show.compared_say(study, found).sentences[0]
    'Sector: 15 voluntary and 15 statutory staff are compared, over 6 themes.'
    """
    grouping, what, frame = found.grouping, noun(study, found.level), found.frame
    sizes = found.counts.groupby("group", observed=False)["n"].max()
    who = everybody(grouping, {key: group_size(found.counted, key, int(sizes[key])) for key in grouping.levels})
    first = Text(f"{grouping.label}: ", who, f" are compared, over {count(len(frame), what)}.")
    coder = named_coders(study, found.coders)
    codes = f"Only what people said when they were first heard counts, as {coder} coded it."
    method = next(iter(frame["method"].dropna()), "")
    how = "Whole events change places, since each held one level: it is events that count here, not people."
    if method in (WITHIN, BOTH):
        how = "People change places only with others first heard in the same room: rooms cannot pass for levels."
    if method == BOTH:
        how += " Events that held one group each change places as a whole."
    if found.within is not None and method:
        how += f" They do so only with others of the same {inner(found.within.label)}."
    bar = f"{100 * found.alpha:.2g} of 100 such studies"
    planned = len(study.settings.comparisons)
    told = "Not planned in study.toml: whatever differs here is a question for another study."
    n, as_planned, highest = len(frame), int((frame["status"] == PLANNED).sum()), frame["alpha"].max()
    if as_planned:
        some = f"{as_planned} of the {count(n, what)} are planned" if as_planned < n else "Planned"
        told = f"{some} in study.toml{f', as one of {planned} that share what chance may do' if planned > 1 else ''}."
        told += (
            f" The others are judged at {highest:.2g}, and are questions for another study." if as_planned < n else ""
        )
        told += _frozen_say(study)
    together = as_planned or n
    allowing = f", after allowing for all {count(together, what)}" if together > 1 else ""
    rule = f"{capital(one(what))} differs if chance alone would bring such a gap in {bar} or fewer{allowing}."
    return say(first, codes, how if method else "", f"{told} {rule}")


def _frozen_say(study: Study) -> str:
    """Return when the plan was put on record and what was there then; blank where it was not."""
    frozen, changed = as_frozen(study)
    if frozen is None:
        return ""
    if changed:
        return f" The plan has changed since it was put on record on {frozen.date}."
    if frozen.excerpts:
        return f" It was put on record on {frozen.date}, when {count(frozen.excerpts, 'excerpt')} were there."
    held = sorted(study.events["date"].dropna().astype(str))
    return f" It was put on record on {frozen.date}, before {f'the data of {held[0]}' if held else 'there were data'}."


def compare_say(study: Study, found: Comparison) -> Say:
    """Return how many themes have each verdict, each that differs in words, and what the others would need.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Say
        The tally first, or that nothing can be said and why; then one sentence a theme that differs, and one a verdict
        that leaves it open. With `fragility=True` in `compare`, also how many people it would take to change what
        differs.

    See Also
    --------
    plrlib.compare : The test, and what each verdict means.
    compare_table : Every theme, with its counts.
    why_table : The reason for each verdict.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "sector")
    >>> show.compare_say(study, found).sentences[0]
    'Sector: of 6 themes compared, 1 differs, 2 are not shown to differ and for 3 there are too few to tell.'
    """
    what, n = noun(study, found.level), len(found.frame)
    tally, needs = found.frame["verdict"].value_counts(), []
    needed = {**NEEDED, TOO_FEW: "more events"} if (found.frame["method"] == WHOLE).any() else NEEDED
    for verdict in [verdict for verdict in needed if tally.get(verdict, 0)]:
        coded = "" if study.settings.complete or verdict != NOT_ATTRIBUTED else ", and every transcript coded through"
        whole = f"for {tally[verdict]} of the {count(n, what)}" if tally[verdict] < n else "to tell"
        needs.append(f"Needed {whole}: {needed[verdict]}{coded}.")
    head = f"{found.grouping.label}: {_head_say(study, found)}"
    return say(head, *_differs_say(study, found), equal_talk_say(study, found), *needs)


def equal_talk_say(study: Study, found: Comparison) -> str:
    """Return what is found among people who talked about as much, or why that cannot be told; blank: nothing to add."""
    frame, what = found.frame, noun(study, found.level)
    judged = frame["verdict_equal_talk"] != ""
    reasons = [WHY_NOT_AT_EQUAL_TALK.get(one, "") for one in frame["reason_equal_talk"].unique() if one]
    if set(frame["verdict"]) <= {CONFOUNDED, NO_VARIATION, NOT_ATTRIBUTED}:
        return ""
    if not judged[frame["verdict"] != NO_VARIATION].any():
        why = next(filter(None, reasons), "")
        return f"Whether this would hold at equal talk cannot be told: {why}." if why else ""
    n = int((frame["verdict_equal_talk"] == DIFFERS).sum())
    one = frame.loc[judged & (frame["verdict"] == DIFFERS) & (frame["verdict_equal_talk"] != DIFFERS), "code"]
    lost = f": not {few(quoted(labels(study, found.level)[code]) for code in one)}" if len(one) else ""
    among = f"Among people who talked about as much, {number(n)} of {count(int(judged.sum()), what)} "
    return f"{among}{verb(n or 1, 'differs', 'differ')}{lost}."


def _differs_say(study: Study, found: Comparison, stance: str | None = None) -> list[str]:
    """Return a sentence or two on each code that differs: who raised it, and how often chance would do this."""
    what, named = noun(study, found.level), labels(study, found.level)
    told: list[str] = []
    for _, row in found.frame[found.frame["verdict"] == DIFFERS].iterrows():
        seen = capital(counts_say(found.counted, found.counts, row["code"]))
        often, many, by_chance = "at most ", "", ""
        if not pd.isna(row["p_adjusted"]):
            often, allowed = "", chance(row["p_adjusted"], found.alpha)
            many = f"; with {count(len(found.frame), what)} compared, in {allowed}"
        if not pd.isna(row["p_high"]):
            often += chance(row["p_high"], found.alpha)
            by_chance = f" Chance alone would do this in {often} such studies{many}."
        n = row["fragility"]
        change = "" if pd.isna(n) else f" It would take {count(int(n), 'person')} who did otherwise to change that."
        end = f" {did(study, what, stance, row['code'])}.{by_chance} Differs.{change}"
        told.append(Text(f"{quoted(named[row['code']])}: ", seen, end))
    return told


def _head_say(study: Study, found: Comparison) -> str:
    """Return how many codes have each verdict, or that nothing can be said, as a sentence goes on after the label."""
    grouping, what, verdicts = found.grouping, noun(study, found.level), found.frame["verdict"]
    if set(verdicts) <= set(OPEN):
        reason = joined((why for verdict, why in OPEN.items() if (verdicts == verdict).any()), "or")
        return f"nothing can be said of a difference between {everybody(grouping)}: {reason}."
    n = {v: int((verdicts == v).sum()) for v in verdicts.cat.categories}
    them = verb(n[NOT_ATTRIBUTED], "it", "them")
    parts = {
        DIFFERS: f"{number(n[DIFFERS])} {verb(n[DIFFERS] or 1, 'differs', 'differ')}",
        NOT_SHOWN: f"{n[NOT_SHOWN]} {verb(n[NOT_SHOWN], 'is', 'are')} not shown to differ",
        NOT_ATTRIBUTED: f"{n[NOT_ATTRIBUTED]} cannot be told, as who raised {them} is not known well enough",
        CONFOUNDED: f"{n[CONFOUNDED]} cannot be told from the rooms",
        TOO_FEW: f"for {n[TOO_FEW]} there are too few to tell",
        NO_VARIATION: f"{n[NO_VARIATION]} {verb(n[NO_VARIATION], 'was', 'were')} raised by everybody or by nobody",
    }
    some = [told for verdict, told in parts.items() if n[verdict] or verdict == DIFFERS]
    return f"of {count(len(verdicts), what)} compared, {joined(some)}."


def compare_table(study: Study, found: Comparison) -> Table:
    """Return a row a theme: how many raised it in each group, how often chance would do this, and the verdict.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Table
        Unit: people. A count is a range (`1 to 7`) where it is not known who raised the theme. `by chance alone` is p,
        the column after it the p adjusted for all themes; blank where they are not known, and left out where none is
        known.

    See Also
    --------
    plrlib.compare : The test, and what each verdict means.
    forest_picture : How large each difference is.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "sector")
    >>> frame = show.compare_table(study, found).frame
    >>> print(frame.iloc[:2, [0, 1, 2, -1]].to_string(index=False))
                  theme Voluntary (of 15) Statutory (of 15)         verdict
    Money that runs out                15              none         differs
      Planning together                11                11 too few to tell
    """
    grouping, what, frame = found.grouping, noun(study, found.level), found.frame
    stance = None if frame["stance"].isna().all() else str(frame["stance"].iloc[0])
    named = stated_labels(study, labels(study, found.level), stance)
    shown = pd.DataFrame({what: [named[code] for code in frame["code"]]})
    heads = {}
    for key, label in grouping.levels.items():
        rows = found.counts[found.counts["group"] == key]
        same = rows["n"].nunique() == 1
        heads[key] = head = f"{label} (of {rows['n'].iloc[0]})" if same else label
        ends = zip(rows["lower"], rows["upper"], rows["n"], strict=True)
        shown[head] = [raised(lower, upper) if same else out_of(lower, upper, n) for lower, upper, n in ends]
    chance_alone, allowing = "by chance alone", f"allowing for {count(len(frame), what)}"
    p_low, p_high = (frame[end].fillna(frame["p"]) for end in ("p_low", "p_high"))
    shown[chance_alone] = [chances(a, b, found.alpha) or None for a, b in zip(p_low, p_high, strict=True)]
    shown[allowing] = [chances(p, p, found.alpha) or None for p in frame["p_adjusted"]]
    shown["verdict"] = list(frame["verdict"])
    if (frame["verdict_equal_talk"] != "").any():
        shown["at equal talk"] = [told or MISSING for told in frame["verdict_equal_talk"]]
    shown = shown.drop(columns=[c for c in (chance_alone, allowing) if shown[c].isna().all()])
    studies = "; by chance alone: how often so wide a gap would come about with no difference at all"
    how = f" {TO_A_THEME[stance]} {'its statement' if is_code(what) else 'the statement of a theme'}" if stance else ""
    caption = f"{grouping.label}: people who raised each {what}{how}{studies if chance_alone in shown else ''}"
    return Table(shown, caption, group_ids(found, list(frame["code"]), heads))


def why_table(study: Study, found: Comparison) -> Table | Say:
    """Return the reason for each verdict; one sentence where it is the same for all.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Table or Say
        A row a reason: the themes that have it, and p with what is needed. With `fragility=True` in `compare`, also the
        fewest people whose part must change for the verdict to.

    See Also
    --------
    plrlib.compare : What each verdict means.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "provision")
    >>> show.why_table(study, found).frame.loc[0, "why"]
    '5 of 8 targeted and 3 of 7 universal young people raised it (exact p = 0.48; 0.79 after allowing for the 6 themes
    compared), but with these numbers of people no p is below 0.48, or 0.84 after allowing for the 6 themes compared:
    too few to tell.'
    """
    frame, named, what = found.frame, labels(study, found.level), noun(study, found.level)
    rows: dict[str, list[int]] = {}
    for i, why in enumerate(whys(study, found)):
        rows.setdefault(why, []).append(i)
    if len(rows) == 1:
        return say(capital(next(iter(rows))))
    themes = [few(named[code] for code in frame["code"].iloc[alike]) for alike in rows.values()]
    # as objects, since a column of strings would lose what the counts in them are of
    shown = pd.DataFrame({what: themes, "why": pd.Series(list(rows), dtype="object")})
    if frame["fragility"].notna().any():
        shown["people to change it"] = [_to_change(frame.iloc[alike]) for alike in rows.values()]
    return Table(shown, f"{found.grouping.label}: why each verdict is what it is")


def _to_change(alike: pd.DataFrame) -> str:
    if alike["verdict"].iloc[0] not in (DIFFERS, NOT_SHOWN):
        return MISSING
    fewest = alike["fragility"].min()
    return "more than were tried" if pd.isna(fewest) else str(fewest)


def whys(study: Study, found: Comparison) -> list[str]:
    """Return why each verdict is what it is: one sentence a code, with the numbers in it."""
    return [_why(study, found, row) for _, row in found.frame.iterrows()]


def _why(study: Study, found: Comparison, row: "pd.Series[Any]") -> str:
    """Return the sentence about one code, from its row."""
    what, verdict = noun(study, found.level), row["verdict"]
    stance = None if pd.isna(row["stance"]) else str(row["stance"])
    counts = found.counts[found.counts["code"] == row["code"]]
    said = capital(_who_raised(found, counts)) + f" {did(study, what, stance, row['code'])}"
    outside = _left_out(study, found, int(row["left_out"]))
    if verdict == NO_VARIATION:
        return said + _in_brackets(outside) + f": {verdict}."
    if verdict == CONFOUNDED:
        return said + _in_brackets(outside) + f", but {_not_comparable(found, counts, row)}: {verdict}."
    if pd.isna(row["p_adjusted"]):  # it is not known by name who raised it
        return said + _in_brackets(outside) + f"; {_open(study, found, row)}: {verdict}."
    told = said + _in_brackets(_chance(study, found, counts, row), outside)
    if verdict == TOO_FEW:
        return told + f", but {_no_less(found, row, what)}: {verdict}."
    if row["reason"] == OTHERS_NOT_NAMED:
        return told + f", which depends on {plural(what)} of which it is not known who raised them: {verdict}."
    talk = row["verdict_equal_talk"]
    apart = f"; {talk} at equal talk" if talk and talk != verdict else ""
    return told + f": {verdict}{apart}."


def _who_raised(found: Comparison, counts: pd.DataFrame) -> str:
    """Return how many of each group raised a code, as a sentence begins."""
    groups = found.grouping.levels
    some = [told + f" {inner(groups[key])}" for key, told in counts_of(found.counted, counts).items()]
    return joined(some) + (f" {found.grouping.population}" if found.grouping.population else "")


def _left_out(study: Study, found: Comparison, n: int) -> str:
    if not n:
        return ""
    prepared, grouping, within = study.prepared, found.grouping, found.within
    unknown = prepared.group(grouping) < 0
    label = inner(grouping.label)
    if within is not None:
        unknown, label = unknown | (prepared.group(within) < 0), f"{label} or {inner(within.label)}"
    ids = people_ids(study, prepared.inside(grouping.population) & unknown)
    return count(known_ids(ids, n), "person") + f" of unknown {label} left out"


def _in_brackets(*parts: str) -> str:
    told = chain(parts, "; ")
    return Text(" (", told, ")") if told else ""


def _chance(study: Study, found: Comparison, counts: pd.DataFrame, row: "pd.Series[Any]") -> str:
    """Return the p of a code known by name, and what it comes to with all codes compared."""
    drawn = "by exchanges drawn at random"
    how = "p with whole events exchanged" if row["method"] == WHOLE else "exact p"
    how += f" {drawn}" if row["sampled"] in ("p", "both") else ""
    used, n = row["people_used"], len(found.frame)
    told = Text(f"{how} = {p_value(row['p_low'])}")
    if not pd.isna(used) and used < counts["n"].sum():
        over = number(known_ids(comparable_people(study, found.grouping), int(used)))
        told = Text(told, ", over the ", over, " people who can be compared")
    if n == 1:
        return told
    jointly = f", {drawn}" if row["sampled"] in ("p_adjusted", "both") else ""
    least = f"{p_value(row['p_adjusted_low'])} to " if row["verdict"] == NOT_ATTRIBUTED else ""
    most = p_value(row["p_adjusted_high"])
    compared = count(n, noun(study, found.level))
    return told + f"; {least}{most} after allowing for the {compared} compared{jointly}"


def _not_comparable(found: Comparison, counts: pd.DataFrame, row: "pd.Series[Any]") -> str:
    """Return why groups cannot be compared."""
    if row["reason"] == NOT_ASKED:
        nobody = [inner(found.grouping.levels[g]) for g, n in zip(counts["group"], counts["n"], strict=True) if not n]
        return f"of {joined(nobody, 'and')} nobody was asked" if nobody else "nobody can be compared"
    own = "each group was first heard in events of its own"
    if row["reason"] == SIZES_GO_WITH_GROUP:
        return f"{own}, and those of one group were larger, so a difference could as well be one of their size"
    return f"{own}, so a difference could as well be one between the events"


def _no_less(found: Comparison, row: "pd.Series[Any]", what: str) -> str:
    """Return that no outcome of these numbers of people could have had a p that is small enough."""
    least = p_value(row["p_min"])
    if len(found.frame) == 1:
        return f"with these numbers of people no p is below {least}"
    among = f"{p_value(row['p_min_adjusted'])} after allowing for the {count(len(found.frame), what)} compared"
    return f"with these numbers of people no p is below {least}, or {among}"


def _open(study: Study, found: Comparison, row: "pd.Series[Any]") -> str:
    """Return what may have come out where it is not known who raised a code."""
    what = noun(study, found.level)
    rooms = f"and whether {inner(found.grouping.label)} can be told from the rooms depends on who sat where"
    least, most = p_value(row["p_low"]), p_value(row["p_high"])
    span = f"exact p is {least}" if least == most else f"exact p may be anything from {least} to {most}"
    if not row["attained"]:
        span = f"more may have come out than is worked out, and exact p lies between {least} and {most}"
    who = "by who may have said it"
    if not study.settings.complete:
        who = f"as coding is not complete, {one(what)} not found may still have been raised: {who}"
    if row["verdict"] == TOO_FEW:
        return f"{who}, {span}, but {_no_less(found, row, what)}"
    return f"{who}, {span}{', ' + rooms if row['sometimes_confounded'] else ''}"


def others_table(study: Study, found: Comparison) -> Table | Say:
    """Return the verdict under each other coder beside the one under the reference coder.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it with `other_coders=True`.

    Returns
    -------
    Table or Say
        A sentence where `found` holds no verdict by another coder: there is none, or they were not asked for.

    See Also
    --------
    plrlib.compare : The test.
    agreement_say : How far coders agree excerpt by excerpt.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> show.others_table(study, compare(study, "sector", other_coders=True)).caption
    'Sector: for 5 of 6 themes every coder leads to the same verdict'
    """
    what, frame = noun(study, found.level), found.frame
    named, reference = labels(study, found.level), str(frame["coder"].iloc[0])
    if found.other_coders.empty and len(study.prepared.coders("codings")) > len(found.coders):
        return say("What other coders would have found was not asked: compare(…, other_coders=True) tells.")
    if found.other_coders.empty:
        return say(f"Nobody but {reference} coded these excerpts: how another coder would have found it is not known.")
    shown = pd.DataFrame({what: [named[code] for code in frame["code"]], reference: list(frame["verdict"])})
    for coder, rows in found.other_coders.groupby("coder", sort=False):
        shown[coder] = list(rows["verdict"])
    same = int((shown.drop(columns=what).nunique(axis=1) == 1).sum())
    alike = f"for {share(same, len(shown), what)} every coder leads to the same verdict"
    return Table(shown, f"{found.grouping.label}: {alike}")


def stance_say(study: Study, found: Comparison) -> Say:
    """Return the same comparison for those who supported a theme, and for those who opposed it.

    One group for a theme and the other against it is a difference that raising alone does not show.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Say
        Both comparisons are made here, as exploratory ones at 0.05, with the codes of the same coder and with
        fragility, which can take some seconds. One sentence where no stance is on record, or both come to the same.

    See Also
    --------
    plrlib.compare : `stance=`, one stance at a time.
    evidence_say : Excerpts by their stance.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "provision")
    >>> show.stance_say(study, found).sentences[0]
    'Supporting the statement of a theme: of 6 themes compared, 1 differs, 1 is not shown to differ, for 3 there are too
    few to tell and 1 was raised by everybody or by nobody.'
    """
    what, frame = noun(study, found.level), found.frame
    stances = study.envelopes.loc[study.envelopes["coder"] == study.settings.stance_coder, "stance"]
    if stances.isna().all():
        return say("No stances are on record, so who supported what and who opposed it is not compared.")
    # a stance is one to the theme of an excerpt, whatever is compared
    of_it = f"the statement of {one(what) if found.level == 'theme' else f'a theme, by {what}'}"
    either = f"{capital(joined(SIDES.values(), 'or'))} {of_it}"
    if (frame["verdict"] == CONFOUNDED).all():  # and so is every stance: it depends on who sat where alone
        return say(f"{either}: {_head_say(study, found)}")
    named, heads = labels(study, found.level), {}
    told, bars, p_of = [], set(), frame.set_index("code")["p_adjusted"]
    for stance, doing in SIDES.items():
        try:
            sided = compare(study, found.grouping, level=found.level, stance=stance, coder=found.coder, fragility=True)
        except ValueError as error:
            return say(f"Not compared by stance: {error}.")
        heads[doing] = _head_say(study, sided)
        bars.add(sided.alpha)
        differs = sided.frame.loc[sided.frame["verdict"] == DIFFERS, "code"]
        only = [quoted(named[c]) for c in differs if pd.isna(p_of[c]) or p_of[c] > sided.alpha]
        alone = f"Raising {few(only)} alone does not show this." if only else ""
        told += [f"{capital(doing)} {of_it}: {heads[doing]}", *_differs_say(study, sided, stance), alone]
    both = set(heads.values())
    if len(both) == 1 and len([sentence for sentence in told if sentence]) == len(SIDES):
        return say(f"{either}: {both.pop()}")
    each = f"{100 * max(bars):.2g} of 100 such studies"
    apart = f"Neither was planned: each is judged by itself, at {each}, and is a question for another study."
    return say(*told, apart if max(bars) != found.alpha else "")
