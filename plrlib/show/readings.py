"""What notebook 08 shows of a second-level reading: what each side gathers, who is heard on it, and who is not."""

from collections.abc import Sequence

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.charts.dots import Axis
from plrlib.show.compare_charts import people_picture
from plrlib.show.display import Picture, Say, Table, say
from plrlib.show.evidence import LOOKS, NOT_SAID, by_heard, evidence_map, heard_columns, stances_say
from plrlib.show.excerpts import column_ids, ids_by
from plrlib.show.labels import everybody, labels, named_coder, named_coders, named_codes, noun, out_of, quoted, whom
from plrlib.show.limits import coding_say, kind_say, speak_for_say
from plrlib.stats.themes import on_sides, sides, statements
from plrlib.study.coverage import coders_used, used_codings
from plrlib.study.evidence import codes_at, needs_reading, reading_columns
from plrlib.study.load import Study
from plrlib.study.schema import STANCES
from plrlib.study.settings import Grouping
from plrlib.text import Text, capital, count, few, inner, joined, number, one, passage, plural, share, verb


def reading_column(study: Study) -> str:
    """Return the column by which the codebook is read a second time: the first that study.toml declares, or any.

    Parameters
    ----------
    study : Study
        A study.

    Raises
    ------
    NotInStudy
        If no column of the codebook gathers its codes.

    See Also
    --------
    reading_say : What each side of that reading gathers.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.reading_column(study)
    'market_side'
    """
    if not (found := reading_columns(study)):
        raise NotInStudy("The codebook of this study has no column that gathers its codes, so it is read once only.")
    return found[0]


def reading_say(study: Study, column: str) -> Say:
    """Return what each side gathers, with the stance of it, and for which side no excerpt speaks.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Returns
    -------
    Say
        Unit: excerpts, by the codes of the reference coder; one with codes of two sides counts for each.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    plrlib.sides : The same as a frame.
    silent_say : Who is not heard on a side.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.reading_say(study, "market_side").sentences[4].split(";")[0]
    'Commissioning: of 69 excerpts, 38 support, 2 qualify and 2 oppose “Services are held back by money that runs out”'
    """
    marks, what = on_sides(study, column), noun(study, column)
    every, on = (ids_by(some, "excerpt") for some in (marks, marks[marks["side"].notna()]))
    off, several = [e for e in every if e not in on], [e for e, some in on.items() if len(some) > 1]
    coder = named_coders(study, coders_used(study))
    first = Text(f"As {coder} coded them, ", share(on, every, "excerpt"))
    none = capital(count(off, "excerpt")) + f" {verb(off, 'has', 'have')} no code of any, and {verb(off, 'is', 'are')}"
    twice = capital(count(several, "excerpt")) + f" {verb(several, 'is', 'are')} on more than one, and "
    twice += f"{verb(several, 'counts', 'count')} once for each."
    looked, named = marks.assign(look=marks["stance"].fillna(NOT_SAID)), labels(study, column)
    by_side = {label: looked[looked["side"] == side] for side, label in named.items()}
    missing = [inner(label) for label, theirs in by_side.items() if theirs.empty]
    told = [Text(f"{capital(s)}: ", stances_say(study, theirs)) for s, theirs in by_side.items() if len(theirs)]
    needed = f"No excerpt speaks for {joined(missing, 'or')}. Needed: to ask about {verb(missing, 'it', 'them')}."
    stance = f"A stance is what an excerpt is to the statement of its theme, not to the {what}."
    return say(
        first + f" {verb(len(on) or 1, 'is', 'are')} on {one(what)}.", none + " shown apart." if off else "",
        twice if several else "", *told, needed if missing else "",
        stance if marks["stance"].notna().any() else "",
    )  # fmt: skip


def reading_table(study: Study, column: str) -> Table:
    """Return a row a side: its codes that were used, its excerpts, their form and stance, and the people behind it.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Returns
    -------
    Table
        Unit: excerpts, by the codes of the reference coder; the last column counts people, as a range where it is not
        known who raised it. What is on no side has a row of its own, where there is any; columns of noughts are left
        out.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    plrlib.sides : The same as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.reading_table(study, "market_side")
    >>> print(table.frame.iloc[:2, [0, 2, -1]].to_string(index=False))
    side of the market  excerpts people who raised it
                Demand        77             31 of 45
                Supply       142             42 of 45
    """
    found, what, marks = sides(study, column), noun(study, column), on_sides(study, column)
    names, there = labels(study, column), study.codebook[column].value_counts()
    rows = found[found["side"].notna() | (found["excerpts"] > 0)]
    keys = [None if pd.isna(side) else str(side) for side in rows["side"].astype("object")]
    frame = pd.DataFrame({what: [f"on no {what}" if key is None else names[key] for key in keys]})
    used = zip(keys, rows["codes"], strict=True)
    frame["codes used"] = [str(n) if key is None else f"{n} of {there.get(key, 0)}" for key, n in used]
    marks = marks.assign(side=marks["side"].astype("object").where(marks["side"].notna(), None))
    parts = {"excerpts": ("excerpts", marks)}
    parts |= {form: (form, marks[marks["form"] == form]) for form in ("quoted", "reported")}
    parts |= {stance: (LOOKS[stance].label, marks[marks["stance"] == stance]) for stance in STANCES}
    parts["no_stance"] = (LOOKS[NOT_SAID].label, marks[marks["stance"].isna()])
    ids: dict[tuple[int, str], Sequence[str]] = {}
    for name, (head, some) in parts.items():
        frame[head] = rows[name].to_numpy()
        ids |= column_ids(keys, head, ids_by(some, "side"))
    raised = "people who raised it"
    ends = rows[["lower", "upper", "n"]].itertuples(index=False, name=None)
    frame[raised] = [None if key is None else out_of(*map(int, end)) for key, end in zip(keys, ends, strict=True)]
    ids |= column_ids(keys, raised, ids_by(marks[marks["side"].notna()], "side"))
    kept = [c for c in frame if c in (what, "excerpts") or not (frame[c] == 0).all()]
    twice = "an excerpt with codes of two counts once for each"
    stated = (
        ""
        if marks["stance"].isna().all()
        else f", and its stance is to the statement of its theme: {stated_say(study)}"
    )
    return Table(frame[kept], f"What each {what} gathers; {twice}{stated}", ids)


def codes_of_sides_say(study: Study, column: str) -> Say:
    """Return which sides rest on one theme alone, and which codes are on none.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    codes_of_sides_table : The codes of each side.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.codes_of_sides_say(study, "market_side")
    Every side of the market gathers codes of two themes or more.
    """
    made, what = _codes(study, column), noun(study, column)
    named, themes = labels(study, column), labels(study)
    gathers = {label: made.loc[made["side"] == side, "theme"].unique() for side, label in named.items()}
    empty = [inner(label) for label, some in gathers.items() if not len(some)]
    of_one = [
        f"{capital(label)} gathers codes of one theme only, {quoted(themes[some[0]])}: it tells little more."
        for label, some in gathers.items() if len(some) == 1
    ]  # fmt: skip
    several = f"Every {what} gathers codes of two themes or more." if not of_one and not empty else ""
    off = made.loc[made["side"].isna(), "code"]
    none = f"{capital(count(len(off), 'code'))} {verb(len(off), 'is', 'are')} on no {what}: "
    none += f"{few(quoted(themes[code]) for code in off)}."
    blank = f"No code of the codebook is on {joined(empty, 'or')}, so nothing can speak for it." if empty else ""
    return say(several, *of_one, blank, none if len(off) else "")


def codes_of_sides_table(study: Study, column: str) -> Table:
    """Return which codes of which themes make up a side, each with the excerpts that have it.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Returns
    -------
    Table
        A row a side and theme; in brackets the excerpts to which the reference coder gave the code.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    reading_table : The sides, without their codes.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.codes_of_sides_table(study, "market_side").frame.iloc[0].tolist()
    ['Demand', 'Finding a way in', 'Knowing what there is (14); Somebody to ask (17)']
    """
    made, what = _codes(study, column), noun(study, column)
    names, themes = labels(study, column), labels(study)
    made["told"] = [f"{themes[code]} ({n})" for code, n in zip(made["code"], made["excerpts"], strict=True)]
    rows = []
    for side in [*names, None]:
        theirs = made[made["side"].isna() if side is None else made["side"] == side]
        for theme, told in theirs.groupby("theme", sort=False)["told"]:
            rows.append((names[side] if side else f"on no {what}", themes[str(theme)], "; ".join(told)))
    frame = pd.DataFrame(rows, columns=[what, "theme", "codes (excerpts)"])
    return Table(frame, f"What makes up each {what}, by the codebook")


def _codes(study: Study, column: str) -> pd.DataFrame:
    """Return a row a code: its side (missing: none), its theme, and how many excerpts the reference coder gave it."""
    needs_reading(study, column)
    codes, path = codes_at(study, "code")[0], study.prepared.paths
    mine = used_codings(study)
    frame = study.codebook[["code", column]].astype("object").set_axis(["code", "side"], axis=1)
    frame["theme"] = [path[code][-1] for code in frame["code"]]
    frame["excerpts"] = frame["code"].map(mine["code"].astype("object").value_counts()).fillna(0).astype(int)
    return frame[frame["code"].isin(codes)]


def reading_others_table(study: Study, column: str) -> Table | Say:
    """Return how many excerpts are on each side by each coder, and how many are on other sides than by the reference.

    Only excerpts to which both coders gave codes are set against one another.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Returns
    -------
    Table or Say
        The last row counts the excerpts that are on other sides. A sentence where only the reference coder coded.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    agreement_say : How far coders agree on the codes themselves.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.reading_others_table(study, "market_side")
    >>> table.frame["second"].tolist()
    ['88', '136', '149', '66', '41 of 439']
    """
    needs_reading(study, column)
    used, what = coders_used(study), noun(study, column)
    reference = ", ".join(used)
    others = [coder for coder in study.prepared.coders("codings") if coder not in used]
    if not others:
        return say(f"Nobody but {reference} coded these excerpts: how another coder would have found it is not known.")
    found = {reference: _sets(study, column, None), **{coder: _sets(study, column, coder) for coder in others}}
    names = labels(study, column)
    frame = pd.DataFrame({what: [*names.values(), f"not on the same {plural(what)} as by {reference}"]})
    ids: dict[tuple[int, str], Sequence[str]] = {}
    for coder, sets in found.items():
        on = [[excerpt for excerpt, some in sets.items() if side in some] for side in names]
        both = [excerpt for excerpt in sets if excerpt in found[reference]]
        away = [excerpt for excerpt in both if sets[excerpt] != found[reference][excerpt]]
        last = None if coder == reference else f"{number(len(away))} of {len(both)}"
        frame[coder] = [*(str(len(some)) for some in on), last]
        ids |= {(i, coder): some for i, some in enumerate([*on, away])}
    kinds = joined([named_coders(study, used), *(named_coder(study, coder) for coder in others)])
    return Table(frame, f"Excerpts on each {what}, as coded by {kinds}", ids)


def _sets(study: Study, column: str, coder: str | None) -> dict[str, frozenset[str]]:
    """Return the sides of each excerpt to which a coder gave codes."""
    marks = on_sides(study, column, coder).astype({"side": "object"})
    coded = marks[marks["codes"].map(len) > 0]
    return {str(excerpt): frozenset(some.dropna()) for excerpt, some in coded.groupby("excerpt", sort=False)["side"]}


def limits_of_reading(study: Study, column: str) -> Say:
    """Return what a second-level reading cannot tell.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    reading_say : What the reading gathers.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.limits_of_reading(study, "market_side").sentences[1]
    'The codebook puts all 20 codes on a side of the market, each on no more than one.'
    """
    made, what = _codes(study, column), noun(study, column)
    n = int(made["side"].notna().sum())
    return say(
        kind_say(study), f"The codebook puts {share(n, len(made), 'code')} on {one(what)}, each on no more than one.",
        "It does not say who decided, and another reader could have put them otherwise.",
        coding_say(study, ": others may have said the same, or the opposite."), speak_for_say(study),
        f"No comparison by {what} was planned before the data were seen.",
    )  # fmt: skip


def stated_say(study: Study) -> str:
    """Return the statements that stances are to, theme by theme."""
    stated, named = statements(study), named_codes(study, "theme")
    return few(
        f"{label}, {quoted(stated[code])}" if stated[code] != label else quoted(label) for code, label in named.items()
    )


# On which side nobody of a group can be heard, and what would be needed to hear them.

CANNOT, NOT_CERTAIN = "no excerpt on {} can be from {}", "no excerpt on {} is for certain from {}"
ASK, AND_CODE = "to ask them", "to ask them, or every transcript coded through"
WHO = "who said each excerpt, or at least at which level they were"


def silent_say(study: Study, column: str) -> Say:
    """Return, grouping by grouping, on which side nobody in a group can be heard, and on which nobody is for certain.

    Always with what would be needed. A side for which no excerpt speaks at all is told by `reading_say`.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.

    Returns
    -------
    Say
        A sentence or more a grouping; one where study.toml declares none.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.

    See Also
    --------
    plrlib.sides : `by=`, the excerpts on each side that a group can have said.
    reading_picture : The excerpts of one grouping.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.silent_say(study, "market_side").sentences[0]
    'Sector: voluntary and statutory staff are each heard for certain on every side of the market.'
    """
    needs_reading(study, column)
    if not study.settings.groupings:
        return say("study.toml declares no grouping, so who is heard on which side is not asked.")
    told = []
    for grouping in study.settings.groupings.values():
        cannot, not_certain = _gaps(study, column, grouping)
        parts = [*cannot, f"needed: {ASK if study.settings.complete else AND_CODE}"] if cannot else []
        parts += [*not_certain, f"needed: {WHO}"] if not_certain else []
        parts = parts or [_heard(study, column, grouping)]
        told.append(f"{grouping.label}: {'. '.join([parts[0], *map(capital, parts[1:])])}.")
    return say(*told, "That somebody is not heard on a side does not mean that they have no view of it.")


def silent_title(study: Study, column: str, grouping: Grouping) -> str:
    """Return in one sentence on which side nobody in a group can be heard, or is for certain; or that all are."""
    cannot, not_certain = _gaps(study, column, grouping)
    told = next((some for some in (cannot, not_certain) if some), [_heard(study, column, grouping)])
    return f"{grouping.label}: {'; '.join(told)}."


def _heard(study: Study, column: str, grouping: Grouping) -> str:
    found = _sides(study, column, grouping)
    if found.empty:
        return "nobody is known to be at any level"
    that = "" if found["side"].nunique() == len(labels(study, column)) else " that any excerpt speaks for"
    return f"{everybody(grouping)} are each heard for certain on every {noun(study, column)}{that}"


def _gaps(study: Study, column: str, grouping: Grouping) -> list[list[str]]:
    """Return sentences on which sides whoever is in a group cannot be heard, and may be but not for certain.

    One sentence for all groups that lack the same sides.
    """
    named = {side: inner(label) for side, label in labels(study, column).items()}
    found, every = _sides(study, column, grouping), f"any {noun(study, column)}"
    cannot = found["excerpts"] == 0
    silent = {CANNOT: found[cannot], NOT_CERTAIN: found[~cannot & ~(found["certain"] > 0)]}
    told: dict[str, list[str]] = {sentence: [] for sentence in silent}
    for sentence, rows in silent.items():
        lacking: dict[tuple[str, ...], list[str]] = {}
        for key, theirs in rows.groupby("group", observed=True):
            lacking.setdefault(tuple(theirs["side"]), []).append(whom(grouping, str(key)))
        for some, who in lacking.items():
            on = every if len(some) == len(named) > 1 else joined((named[side] for side in some), "or")
            told[sentence].append(sentence.format(on, joined(who, "or")))
    return list(told.values())


def _sides(study: Study, column: str, grouping: Grouping) -> pd.DataFrame:
    """Return the sides by level, without those for which no excerpt speaks, and levels at which nobody is."""
    found, whole = sides(study, column, grouping.name), sides(study, column)
    spoken = whole.loc[whole["excerpts"] > 0, "side"].dropna()
    there = found.groupby("group", observed=False)["n"].transform("max") > 0
    return found[found["side"].isin(set(spoken)) & there.fillna(False).astype(bool)]


# Excerpts by side and by who may have said them, and people by side.

NO_SIDE = ""
"""The row of excerpts on no side; no value of a column is blank."""


def reading_picture(study: Study, column: str, by: str) -> Picture:
    """Return a picture of the excerpts by side and by who may have said them, with their stance to their theme.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Picture
        Its numbers have a row a side and group (or several of which it may be one): excerpts, and the first of each
        stance.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it; or if the study has no such grouping.

    See Also
    --------
    silent_say : Who is not heard on a side.
    reading_people_picture : People in place of excerpts.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.reading_picture(study, "market_side", "provision").numbers
    >>> print(numbers.iloc[:3, :3].to_string(index=False))
    side of the market who may have said it  excerpts
                Demand         Targeted (8)        23
                Demand        Universal (7)         6
                Demand         Other people        48
    """
    found, what = on_sides(study, column), noun(study, column)
    columns, others = heard_columns(study, by)
    marks = found[["excerpt", "form", "theme", "side", "stance"]].set_axis(
        ["excerpt", "form", "theme", "row", "look"], axis=1
    )
    marks = by_heard(marks.astype({"row": "object"}).fillna({"row": NO_SIDE, "look": NOT_SAID}), study, by)
    off = {NO_SIDE: f"On no {what}"} if (marks["row"] == NO_SIDE).any() else {}
    title = silent_title(study, column, study.grouping(by))
    stated = f"A stance is to the statement of its theme, not to the {what}: {stated_say(study)}."
    stated = stated if found["stance"].notna().any() else ""
    rows = Axis(labels(study, column) | off, what)
    return evidence_map(study, marks, rows, columns, title, passage(stated, others))


def reading_people_picture(study: Study, column: str, by: str) -> Picture:
    """Return a picture of the people in each group by the sides on which they raised something, when first heard.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        A column of the codebook that gathers codes, as `reading_column` returns one.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Picture
        Its numbers have a row a side and group: raised it (where that is not known: at least, at most), and of how many
        people.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it; or if the study has no such grouping.

    See Also
    --------
    plrlib.presence : The counts that are drawn.
    people_picture : The same of themes and codes.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.reading_people_picture(study, "market_side", "provision").numbers
    >>> print(numbers.head(2).to_string(index=False))
    side of the market provision  raised it  of
                Demand  Targeted          8   8
                Demand Universal          3   7
    """
    needs_reading(study, column)
    return people_picture(study, by, column)
