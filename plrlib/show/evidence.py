"""Excerpts as a grid of marks: who is heard saying what, and whether for or against; one mark is one excerpt."""

import numpy as np
import pandas as pd

from plrlib.privacy.consent import text_of
from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.data import forms, given_say, heard_labels, others_say, whose_say
from plrlib.show.display import Picture, Say, Table, say
from plrlib.show.excerpts import column_ids, excerpt_ids, ids_by, people_ids
from plrlib.show.figure import AMBER, BLUE, GREY, INK, RED, picture
from plrlib.show.labels import labels, named_codes, noun, quoted, stated_labels
from plrlib.stats.bounds.presence import attribution, group_sets, presence
from plrlib.stats.matrix import matrix
from plrlib.stats.themes import statements
from plrlib.study.coverage import used_codings
from plrlib.study.evidence import codes_at, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import everybody
from plrlib.text import Text, capital, chain, count, few, inner, joined, number, passage, people, verb

NOT_SAID, NOWHERE = "not said", "left over"
LOOKS = {
    "supports": Look(BLUE, "o", "supports"),
    "qualifies": Look(AMBER, "s", "qualifies"),
    "opposes": Look(RED, "X", "opposes"),
    "context": Look(GREY, "^", "context"),
    NOT_SAID: Look(INK, "D", "stance not said"),
}
VERBS = {"supports": "support", "qualifies": "qualify", "opposes": "oppose"}
MOST_ACROSS, FEWEST, MOST = 30, 5, 12
"""So many marks stand side by side at most over all columns; at least and at most in one."""
MOST_STATED = 8
"""Stances on so many statements are told in a sentence."""
NAMED = 6
"""So many excerpts are named in a cell."""


def evidence_map(study: Study, marks: pd.DataFrame, rows: Axis, columns: Axis, title: str, more: str) -> Picture:
    """Draw excerpts in a grid, with their stance.

    Parameters
    ----------
    study
        A study.
    marks
        One row a mark: excerpt, row and column (keys of the axes; row missing: the last of them), theme, look (a key
        of `LOOKS`: the stance to the statement of the theme) and form.
    rows, columns
        The axes; what all rows are is a noun in the singular, and columns are of people.
    title
        What is seen.
    more
        What the caption says after it.
    """
    marks = marks.assign(row=marks["row"].fillna(list(rows.labels)[-1]), filled=marks["form"] != "reported")
    sizes = marks["row"].value_counts()
    order = marks["look"].map(list(LOOKS).index) + 0.5 * ~marks["filled"]
    drawn = marks[["row", "column", "look", "filled"]].loc[order.sort_values(kind="stable").index]
    stance = rows.title == "theme" and marks["look"].isin(VERBS).any()
    named = stated_labels(study, rows.labels, stance)
    heads = Axis({key: f"{label} ({sizes.get(key, 0)})" for key, label in named.items()}, rows.title, "excerpts")
    across, filled = min(max(MOST_ACROSS // max(len(columns.labels), 1), FEWEST), MOST), forms(marks["form"])
    figure = dot_grid(drawn, heads, columns, LOOKS, title, per_line=across, filled=filled, from_left=True)
    ids, by_look = ids_by(marks, "row", "column"), ids_by(marks, "row", "column", "look")
    cells = [(row, key) for row in rows.labels for key in columns.labels if (row, key) in ids]
    counts = [(rows.labels[row], columns.labels[key], len(ids[row, key])) for row, key in cells]
    numbers = pd.DataFrame(counts, columns=[rows.title, columns.title, "excerpts"])
    for look, drawn_as in LOOKS.items():
        if (marks["look"] == look).any():
            which = [by_look.get((*cell, look), []) for cell in cells]
            numbers[drawn_as.label] = [few(some, NAMED) if some else "" for some in which]
    if stance:
        numbers["statement"] = [statements(study).get(row, "") for row, _ in cells]
    told = "; ".join(f"{row}, {column}: {n}" for row, column, n in counts)
    twice = (
        f"An excerpt of more than one {rows.title} has a mark in each." if marks["excerpt"].duplicated().any() else ""
    )
    caption = passage(f"{mark_say(len(marks))}, in the row of its {rows.title}.", twice, title, more)
    alt = f"A grid of excerpts. {title} {told}."
    return picture(figure, study, caption, alt, numbers, column_ids(cells, "excerpts", ids))


def heard_columns(study: Study, by: str) -> tuple[Axis, str]:
    """Return the columns of a map: who may have said an excerpt, with people; and who other people are, if any."""
    sizes = presence(study, by).groupby("group", observed=False)["n"].max()
    sets, columns = group_sets(study, study.grouping(by)), heard_labels(study, by)
    for key in columns:
        if set(sets[key]) <= set(sizes.index):
            columns[key] += f" ({sizes[list(sets[key])].sum()})"
    return Axis(columns, "who may have said it", "people"), others_say(columns.values())


def stances_say(study: Study, marks: pd.DataFrame) -> str:
    """Return how many excerpts take which stance to which statement, in words; each counts once, whatever it has.

    Parameters
    ----------
    study
        A study.
    marks
        A row a mark: excerpt, theme, look (a key of `LOOKS`).
    """
    stated, ids = statements(study), ids_by(marks.drop_duplicates(["excerpt", "theme"]), "theme", "look")
    themes = sorted(
        (theme for theme in stated if any((theme, stance) in ids for stance in VERBS)),
        key=lambda theme: -sum(len(ids.get((theme, stance), [])) for stance in VERBS),
    )
    told = [
        joined(
            number(ids[theme, stance]) + f" {verb(ids[theme, stance], stance, many)}"
            for stance, many in VERBS.items() if (theme, stance) in ids
        ) + f" {quoted(stated[theme])}"
        for theme in themes[:MOST_STATED]
    ]  # fmt: skip
    more = len(themes) - MOST_STATED
    told += [f"stances on {count(more, 'more statement')} are not told here"] if more > 0 else []
    outside = list(marks.loc[marks["theme"].isna() & marks["look"].isin(VERBS), "excerpt"].astype(str))
    told += [number(outside) + f" {verb(outside, 'takes', 'take')} a stance outside of any theme"] if outside else []
    by_look = ids_by(marks.drop_duplicates("excerpt"), "look")
    context, none = by_look.get("context", []), by_look.get(NOT_SAID, [])
    told += [number(context) + f" {verb(context, 'gives', 'give')} context"] if context else []
    told += [number(none) + f" {verb(none, 'has', 'have')} no stance on record"] if none else []
    return Text(
        "of ", count(list(dict.fromkeys(marks["excerpt"].astype(str))), "excerpt"), ", ", chain(told, "; "), "."
    )


# Who is heard saying what.

MOST_LISTED = 20
"""Of more excerpts only the first of each theme and group are listed."""
GROUP, ALONE, EITHER = "focus group", "interview", "focus group or interview"
ORIGINS = {
    GROUP: "from a focus group", ALONE: "from an interview", EITHER: "may come from either",
    NOT_SAID: "may come from anywhere",
}  # fmt: skip


def evidence_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one group, what they support, and which statements are opposed.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Say
        Unit: excerpts, with the stance of the stance coder; without envelopes, an excerpt counts under each theme of
        its codes, with no stance on record.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.attribution : Whose each excerpt can be.
    stance_say : The same by people, as a test.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.evidence_say(study, "provision").sentences[2].split(";")[0]
    'Universal: of 38 excerpts, 17 support and 3 qualify “Services ought to do things the same way”'
    """
    grouping = study.grouping(by)
    marks = by_heard(_marks(study), study, by)
    told = [*whose_say(study, by).sentences[:1]]
    by_group = {label: marks[marks["column"] == key] for key, label in grouping.levels.items()}
    told += [Text(f"{label}: ", stances_say(study, theirs)) for label, theirs in by_group.items() if len(theirs)]
    sets = group_sets(study, grouping)
    about = marks["column"].map(lambda key: not set(sets[key]).isdisjoint(grouping.levels))
    opposed, stated = ids_by(marks[about & (marks["look"] == "opposes")], "theme"), statements(study)
    some = few(quoted(stated[str(theme)], ids) for theme, ids in opposed.items())
    theirs = study.excerpts[attribution(study, by)["about"].to_numpy()].dropna(subset=["participant"])
    most = max(ids_by(theirs, "participant").values(), key=len, default=[])
    alone = Text("Excerpts are not people: one person alone said ", number(most), " of them.") if len(most) > 1 else ""
    against = Text("Of all that they said or may have said, opposed to: ", some, ".")
    nothing = (
        "Nothing that they said or may have said opposes the statement of its theme."
        if marks["look"].isin(VERBS).any()
        else ""
    )
    return say(*told, alone, against if opposed else nothing)


def evidence_picture(study: Study, by: str) -> Picture:
    """Return a picture of the excerpts by theme and by who may have said them, with their stance.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Picture
        Its numbers have a row a theme and group (or several of which it may be one): excerpts, and the first of each
        stance.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    evidence_say : What it shows, in sentences.
    people_picture : People in place of excerpts.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.evidence_picture(study, "provision").numbers
    >>> print(numbers.iloc[:3, :3].to_string(index=False))
                  theme who may have said it  excerpts
    Money that runs out         Targeted (8)        10
    Money that runs out        Universal (7)         5
    Money that runs out         Other people        63
    """
    columns, others = heard_columns(study, by)
    marks = by_heard(_marks(study), study, by)
    title = f"{study.grouping(by).label}: " + given_say(study, by)
    return evidence_map(
        study, marks, _themes(study, marks), columns, title, passage(capital(stances_say(study, marks)), others)
    )


def codes_table(study: Study, level: str = "theme") -> Table:
    """Return each code with the people who raised it and the excerpts that have it; it needs no grouping.

    Parameters
    ----------
    study : Study
        A study.
    level : str
        A level of the codebook, as `plrlib.matrix` takes it.

    Returns
    -------
    Table
        A row a code: how many people raised it, at any event (where excerpts name nobody: at least), in how many
        excerpts, and how many of these are of one person at most, which tells whether it is one voice.

    See Also
    --------
    plrlib.matrix : The same person by person.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.codes_table(study).frame.iloc[0].astype(str).tolist()
    ['Money that runs out', '23', '78', '13']
    """
    by_person, found = matrix(study, "participant", level, "excerpts"), evidence(study, str(level), events="all")
    fewest = presence(study, everybody(""), level, events="all").set_index("code")["lower"]
    names, e = labels(study, str(level)), study.excerpts["excerpt"].astype(str).to_numpy()
    rows, ids = [], {}
    for i, code in enumerate(found.codes):
        some, theirs, least = found.excerpts(code), by_person[code], int(fewest[code])
        named = theirs.sum() == len(some)
        rows.append((names[code], least if named else f"{least} or more", len(some), theirs.max() if named else None))
        ids[i, "excerpts"] = e[some].tolist()
        ids[i, "people"] = list(theirs.index[theirs > 0]) if named else []
    frame = pd.DataFrame(rows, columns=[noun(study, str(level)), "people", "excerpts", "most by one person"])
    return Table(frame, Text("Who raised what, of ", people(people_ids(study)), ", at any event"), ids)


def evidence_table(study: Study, by: str) -> Table | Say:
    """Return the excerpts that can be given to one group, with what was said; of many, the first a theme and group.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Table or Say
        Of more than 20 excerpts, the first of each theme and group. Words are shown where consent allows, else the
        gist. A sentence where no excerpt can be given to one group.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.attribution : Whose each excerpt can be.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.evidence_table(study, "sector")
    >>> print(table.frame.iloc[:2, :4].to_string(index=False))
                  theme    sector   stance excerpt
    Money that runs out Voluntary supports   E0001
      Planning together Voluntary supports   E0005
    """
    grouping = study.grouping(by)
    marks, names = by_heard(_marks(study), study, by), {**labels(study), NOWHERE: capital(NOWHERE)}
    theirs = marks[marks["column"].isin(list(grouping.levels))].fillna({"row": NOWHERE})
    if theirs.empty:
        return say("No excerpt can be given to one level, so none is listed.")
    order = {code: i for i, code in enumerate(names)} | {key: i for i, key in enumerate(grouping.levels)}
    theirs = theirs.sort_values(["row", "column"], key=lambda c: c.map(order), kind="stable")
    some = theirs if len(theirs) <= MOST_LISTED else theirs.drop_duplicates(["row", "column"])
    frame = pd.DataFrame({"theme": [names[theme] for theme in some["row"]]}, index=some.index)
    frame[inner(grouping.label)] = [grouping.levels[key] for key in some["column"]]
    frame["stance"], frame["excerpt"] = [LOOKS[look].label for look in some["look"]], some["excerpt"]
    stated = some["theme"].where(some["look"] != NOT_SAID).map(statements(study))
    if (stated.dropna() != frame["theme"].reindex(stated.dropna().index)).any():
        frame.insert(4, "to the statement", stated)
    frame["what was said"] = text_of(study, some["excerpt"]).to_numpy()
    which = "" if len(some) == len(theirs) else f": of {len(theirs)}, the first of each theme and level"
    return Table(frame.dropna(axis=1, how="all"), f"What each level is heard saying{which}")


def hearings_say(study: Study) -> Say:
    """Return how many excerpts come from a focus group and from an interview, and of how many that is not published.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Then how many of each theme are for certain from a focus group, and how many from an interview.

    See Also
    --------
    hearings_picture : The same, theme by theme.
    twice_say : People heard at both.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.hearings_say(study).sentences[0]
    'Of 439 excerpts, 307 come from a focus group and 132 come from an interview.'
    """
    marks = _by_event_kind(study)
    where = ids_by(marks.drop_duplicates("excerpt"), "column")
    names, parts, told = {**labels(study), NOWHERE: capital(NOWHERE)}, [], []
    for kind in (GROUP, ALONE):
        ids = where.get(kind, [])
        parts.append(number(ids) + f" {verb(len(ids) or 1, 'comes', 'come')} {ORIGINS[kind]}")
        by_theme = ids_by(marks[marks["column"] == kind].fillna({"row": NOWHERE}), "row")
        some = few(quoted(label, by_theme[code]) for code, label in names.items() if code in by_theme)
        told.append(Text(f"{capital(ORIGINS[kind])} for certain: ", some, ".") if by_theme else "")
    parts += [number(where[kind]) + f" {ORIGINS[kind]}" for kind in (EITHER, NOT_SAID) if kind in where]
    return say(Text("Of ", count(excerpt_ids(study), "excerpt"), ", ", joined(parts), "."), *told)


def hearings_picture(study: Study) -> Picture:
    """Return a picture of the excerpts by theme and by the kind of event where they may have been said.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Picture
        Its numbers have a row a theme and kind of event: excerpts, and the first of each stance.

    See Also
    --------
    hearings_say : What it shows, in sentences.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.hearings_picture(study).numbers
    >>> print(numbers.iloc[:2, :3].to_string(index=False))
                  theme where it may have been said  excerpts
    Money that runs out                 Focus group        62
    Money that runs out                   Interview        16
    """
    marks = _by_event_kind(study)
    kept = [kind for kind in ORIGINS if kind in (GROUP, ALONE) or (marks["column"] == kind).any()]
    columns = Axis({kind: capital(kind) for kind in kept}, "where it may have been said")
    return evidence_map(study, marks, _themes(study, marks), columns, hearings_say(study).sentences[0], "")


def _themes(study: Study, marks: pd.DataFrame) -> Axis:
    """Return the themes as rows of a map, and what is in none of them where anything is."""
    left_over = {NOWHERE: capital(NOWHERE)} if marks["row"].isna().any() else {}
    return Axis(named_codes(study, "theme") | left_over, "theme")


def by_heard(marks: pd.DataFrame, study: Study, by: str) -> pd.DataFrame:
    """Return marks of excerpts, each in the column of those who may have said it."""
    heard = attribution(study, by).set_index("excerpt")["heard"].astype("object")
    return marks.assign(column=marks["excerpt"].map(heard))


def _by_event_kind(study: Study) -> pd.DataFrame:
    """Return the marks, each in the column of the kinds of event where its excerpt may have been said."""
    kinds = study.events["kind"].astype("object").fillna(NOT_SAID).to_numpy()
    there, where = study.prepared.attended, {}
    people = zip(study.excerpts["excerpt"], study.prepared.events_of(), study.prepared.speaker, strict=True)
    for excerpt, events, person in people:
        some = {str(kinds[v]) for v in (events if events or person < 0 else np.flatnonzero(there[person]))}
        known = [kind for kind in (GROUP, ALONE) if kind in some]
        where[excerpt] = " or ".join(known) if known and NOT_SAID not in some else NOT_SAID
    return _marks(study).assign(column=lambda marks: marks["excerpt"].map(where))


def _marks(study: Study) -> pd.DataFrame:
    """Return a row a mark: excerpt, form, row and theme (its theme), look (its stance).

    An excerpt has the one envelope into which the stance coder put it. Where there are no envelopes, it has each theme
    to which the reference coder's codes belong, and no stance.
    """
    sorted_ = study.envelopes[study.envelopes["coder"] == study.settings.stance_coder]
    theirs = sorted_[["excerpt", "theme", "stance"]].astype("object")
    if theirs.empty:
        codes, counts_for = codes_at(study, "theme")
        mine = used_codings(study)
        themes = np.array([*codes, None], dtype=object)[counts_for[mine["code"].cat.codes]]
        theirs = pd.DataFrame({"excerpt": mine["excerpt"].astype("object"), "theme": themes, "stance": None})
        theirs = theirs.drop_duplicates()
    found = study.excerpts[["excerpt", "form"]].astype("object").merge(theirs, on="excerpt", how="left")
    marks = found.set_axis(["excerpt", "form", "row", "look"], axis=1).fillna({"look": NOT_SAID})
    return marks.assign(theme=marks["row"])
