"""What notebook 02 shows: who was heard at which event, what that design can separate, and who talked how much."""

from collections.abc import Hashable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.display import Picture, Say, Table, say
from plrlib.show.excerpts import column_ids, comparable_people, counted, excerpt_ids, known_ids, people_at, people_ids
from plrlib.show.figure import BLUE, picture
from plrlib.show.labels import raised
from plrlib.show.limits import not_listed_say
from plrlib.stats.bounds.presence import attribution
from plrlib.stats.comparison.permutation import BOTH, WITHIN
from plrlib.stats.design import BETWEEN, NOT_COUNTED, NOT_MIXED, NOT_NAMED, NOWHERE, UNLISTED, design, talk
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN
from plrlib.study.settings import Grouping
from plrlib.text import Text, capital, chain, count, few, inner, joined, number, people, size, verb

NOT_SAID = "not known"
MOST_EVENTS = 8
"""Of more events a sentence gives the number, and of more interviews one by one the picture has one row."""
NOT_TOGETHER = "no event held two levels at a first hearing"
NO_EVENT, ALONE = "no known event", "interviewed one by one"


def heard_say(study: Study) -> Say:
    """Return how many people were heard, in how many events of which kind, and of whom that is not known.

    Parameters
    ----------
    study : Study
        A study.

    See Also
    --------
    events : The events, one by one.
    limits_of_people : What that cannot tell.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.heard_say(study)
    45 people were heard.
    There were 9 focus groups and 15 interviews.
    Everybody sat in one focus group.
    """
    who, kinds = people_ids(study, study.prepared.heard), study.events["kind"]
    interviews = int(study.events.loc[kinds == "interview", "participants"].fillna(1).sum())
    groups, others = int((kinds == "focus group").sum()), int(kinds.isna().sum())
    events = {"focus group": groups, "interview": interviews, "other event": others}
    held = [count(n, kind) for kind, n in events.items() if n]
    there = f"There {verb(sum(events.values()), 'was', 'were')} {joined(held)}." if held else ""
    sat = study.prepared.attended[:, (kinds == "focus group").to_numpy(dtype=bool)].sum(axis=1)
    alone = study.prepared.heard & (sat == 0)
    where = {"no focus group": people_ids(study, alone), "more than one focus group": people_ids(study, sat > 1)}
    seats = [capital(people(ids)) + f" sat in {place}." for place, ids in where.items() if ids]
    others_in = study.events.dropna(subset=["other_attendee"]).groupby("other_attendee", sort=False)["event"]
    present = joined(f"{name} at {few(at)}" for name, at in others_in)
    rooms = f"Also in the room, and not counted as heard: {present}." if len(others_in) else ""
    single = [] if not groups else seats or ["Everybody sat in one focus group."]
    heard = capital(people(who)) + f" {verb(who, 'was', 'were')} heard."
    return say(heard, there, *single, not_listed_say(study), rooms)


def events(study: Study) -> Table | Say:
    """Return a row an event: kind, order, how many people, and what they were asked to talk about.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A column that is blank throughout is left out. A sentence where the study names no events.

    See Also
    --------
    seats_picture : Participants by event and group.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.events(study).frame.head(2).to_string(index=False))
    event        kind  order  people
    FG-M1 focus group      1       5
    FG-M2 focus group      2       5
    """
    if study.events.empty:
        return say("The study names no events: nothing is known of who was heard together.")
    columns = ["event", "kind", "order", "participants", "stimulus"]
    frame = study.events[columns].rename(columns={"participants": "people", "stimulus": "asked to talk about"})
    ids = column_ids(frame["event"].astype(str), "people", people_at(study))
    return Table(frame.dropna(axis=1, how="all"), "The events, in the order held; equal numbers for the same time", ids)


def groupings(study: Study) -> Table | Say:
    """Return a row a grouping: its groups in order, whom it is about, and of how many people the group is known.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A sentence where study.toml declares no grouping.

    See Also
    --------
    separable_say : Whether the design can tell the groups from events.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.groupings(study).frame.iloc[:, [0, 2, 3]].to_string(index=False))
     grouping        about  people
       Sector        staff      30
         Role    everybody      45
    Provision young people      15
    """
    if not (declared := list(study.settings.groupings.values())):
        return say("study.toml declares no grouping, so nothing is compared in this study.")
    about = [people_ids(study, study.prepared.inside(grouping.population)) for grouping in declared]
    known = [people_ids(study, study.prepared.group(grouping) >= 0) for grouping in declared]
    levels = [", ".join(grouping.levels.values()) for grouping in declared]
    whom = [grouping.population or "everybody" for grouping in declared]
    words = {"grouping": [grouping.label for grouping in declared], "levels": levels, "about": whom}
    frame, ids = counted(words, {"people": about, "level known of": known})
    return Table(frame, "The groupings that study.toml declares", ids)


def seats_picture(study: Study, by: str) -> Picture | Say:
    """Return a picture of participants by event and group: one mark is one person at one event.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Picture or Say
        An open mark is a person known only from a total. Many interviews of one person are one row. Its numbers have a
        row an event and a column a group. A sentence where no participant whom the grouping is about is known to
        have attended an event.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.design : The numbers that are drawn.
    separable_say : What the design can separate.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.seats_picture(study, "provision").numbers.head(3).to_string(index=False))
    event  Targeted  Universal
    FG-Y1         3          2
    FG-Y2         2          3
    FG-Y3         3          2
    """
    grouping = study.grouping(by)
    found = design(study, by)
    marks = pd.DataFrame(_marks(study, grouping, found), columns=["row", "column", "filled"])
    interviews = study.events["event"][study.events["kind"] == "interview"].astype("object")
    one = marks["row"].isin(interviews) & ~marks["row"].duplicated(keep=False)
    if one.sum() > MOST_EVENTS:  # many interviews of one person are one row
        marks["row"] = marks["row"].mask(one, ALONE)
    if marks.empty:
        return say(f"{grouping.label}: nobody whom this grouping is about is known to have been heard.")
    columns = dict(grouping.levels)
    if (marks["column"] == NOT_SAID).any():
        columns[NOT_SAID] = f"{grouping.label} not known"
    counts = marks.groupby(["row", "column"], observed=True).size()
    of_row = counts.groupby(level="row").sum()
    rows = {e: f"{e} ({of_row[e]})" for e in [*study.events["event"], ALONE, NO_EVENT] if e in of_row}
    title = separable_say(study, by).sentences[0]
    axes, looks = (Axis(rows, "event (people)"), Axis(columns)), {"person": Look(BLUE, "o", "a person")}
    filled = "a person known by code", "known only as a total"
    figure = dot_grid(marks.assign(look="person"), *axes, looks, title, per_line=10, filled=filled)
    numbers = counts.unstack(fill_value=0).reindex(index=list(rows), columns=list(columns), fill_value=0)
    cells = [f"{e}: {joined(f'{columns[str(c)]} {n}' for c, n in row.items() if n)}" for e, row in numbers.iterrows()]
    numbers = numbers.rename(columns=columns).rename_axis(index="event", columns=None).reset_index()
    known = attended_by_group(study, grouping)
    ids = {}
    for key, label in grouping.levels.items():
        known[ALONE, key] = [who for event in study.events["event"] if event not in rows for who in known[event, key]]
        for i, (event, n) in enumerate(zip(numbers["event"], numbers[label], strict=True)):
            who = known.get((event, key), [])
            ids[i, label] = who if len(who) == n else []  # none where some are known as a total only
    caption = f"{mark_say(len(marks), 'person at one event', 'people')}. {title}"
    alt = f"A grid of people, event by {inner(grouping.label)}. {'; '.join(cells)}."
    return picture(figure, study, caption, alt, numbers, ids)


def _marks(study: Study, grouping: Grouping, found: pd.DataFrame) -> list[tuple[str, str, bool]]:
    """Return one (event, level, known by code) for each person of the grouping heard at an event."""
    about = study.prepared.inside(grouping.population)
    keys = [*grouping.levels, NOT_SAID]  # the level -1, not known, is the last
    level = study.prepared.group(grouping)
    there = study.prepared.attended
    open_ones = set(study.prepared.unlisted)
    marks: list[tuple[str, str, bool]] = []
    for v, (event, heard) in enumerate(zip(study.events["event"], study.events["participants"], strict=True)):
        at = level[there[:, v] & about]
        more = _more(grouping, found[found["event"] == event], at, heard) if event in open_ones else []
        marks += [*((event, keys[i], True) for i in at), *((event, key, False) for key in more)]
    nowhere = ~there.any(axis=1) & about
    return marks + [(NO_EVENT, keys[i], True) for i in level[nowhere]]


def _more(grouping: Grouping, found: pd.DataFrame, known: NDArray[np.int64], heard: int) -> list[str]:
    """Return a level for each person heard at an event beside those known: from totals, or that it is not known."""
    listed = np.bincount(known[known >= 0], minlength=len(grouping.levels))
    totals = found["people"].fillna(0).astype(int).to_numpy() - listed
    more = [key for key, n in zip(grouping.levels, totals, strict=True) for _ in range(n)]
    most = 0 if pd.isna(heard) else min(int(heard), int(found["upper"].sum()))
    return more + [NOT_SAID] * (most - len(known) - len(more))


def attended_by_group(study: Study, grouping: Grouping) -> dict[Hashable, list[str]]:
    """Return who is known to have attended each event, by its name and their group."""
    prepared, group = study.prepared, study.prepared.group(grouping)
    seats = product(zip(study.events["event"], prepared.attended.T, strict=True), enumerate(grouping.levels))
    return {(event, key): people_ids(study, (group == i) & there) for (event, there), (i, key) in seats}


def separable_say(study: Study, by: str) -> Say:
    """Return whether a grouping can be separated from the events, and why.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Say
        Whether groups were heard together, had several events each, or neither, or that this is not known; how many are
        known to have been heard where; and what would be needed.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.design : Participants by event and group.
    compare_say : What came of comparing the groups.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.separable_say(study, "role").sentences[0]
    'Role: no event held two levels, but each level had several events of like size to compare.'
    """
    grouping, found = study.grouping(by), design(study, by)
    verdict, label, need = found["separable"].iloc[0], grouping.label, ""
    if pd.isna(verdict):
        answer = f"{label}: who sat where is not known, so the design may or may not tell {inner(label)} from the room."
        need = f"Needed: the {inner(label)} of each person, or of each event in total."
    elif verdict in (WITHIN, BOTH):
        answer, need = _together_say(study, grouping)
    elif verdict == BETWEEN:
        answer = f"{label}: no event held two levels, but each level had several events of like size to compare."
    else:
        answer = f"{label}: {NOT_TOGETHER}, so a difference could as well be one between the rooms."
        need = "Needed: events that hold several levels, or several events of like size for each level."
    about = people_ids(study, study.prepared.inside(grouping.population))
    known = people_ids(study, study.prepared.group(grouping) >= 0)
    unknown = Text(f"Person by person the {inner(label)} is known of ", number(known), " of ", people(about), ".")
    return say(answer, _where_say(study, grouping, found), unknown if len(known) < len(about) else "", need)


def _where_say(study: Study, grouping: Grouping, found: pd.DataFrame) -> str:
    """Return how many of each group are known to have been heard where; interviews of one person are one place."""
    interviews = set(study.events["event"][study.events["kind"] == "interview"])
    where = found[found["people"].fillna(0) > 0].assign(at=lambda f: f["event"].astype("object").fillna(NO_EVENT))
    events, there = study.events["event"].astype("object"), study.prepared.attended
    twice = {e for e, who in zip(events, there.T, strict=True) if who.any() and (there[who].sum(axis=1) > 1).all()}
    by_event, sat = attended_by_group(study, grouping), []
    for key, rows in where.groupby("group", observed=True):
        heard = zip(rows["at"], rows["people"], strict=True)
        counts = {at: known_ids(by_event.get((at, key), []), int(n)) for at, n in heard}
        alone = [at for at, n in counts.items() if at in interviews and size(n) == 1]
        if len(alone) == 1:
            alone = []  # one such place is told as any other
        places = [number(n) + f" at {at}" for at, n in counts.items() if at not in alone]
        if alone:
            ids = [who for at in alone for who in by_event.get((at, key), [])]
            interviewed = number(ids) if len(set(ids)) == len(alone) else str(len(alone))
            places.append(interviewed + f" {'of them again, ' if set(alone) <= twice else ''}{ALONE}")
        many = f"{count(len(rows), 'event')}, with {rows['people'].sum()} seats taken"
        sat.append(Text(f"{grouping.levels[str(key)]}: ", many if len(places) > MOST_EVENTS else joined(places)))
    return Text("Known of who was heard where: ", chain(sat, "; "), ".") if sat else ""


def _together_say(study: Study, grouping: Grouping) -> tuple[str, str]:
    """Return which levels were first heard together, and which were with no other."""
    level, block_of = study.prepared.group(grouping), study.prepared.focus_group
    rooms = {v: set(level[(block_of == v) & (level >= 0)].tolist()) for v in sorted(set(block_of.tolist()))}
    mixed = {v: levels for v, levels in rooms.items() if len(levels) > 1}
    names = [inner(name) for name in grouping.levels.values()]
    answer = "levels sat together in the same event, so people can be compared within a room"
    if set(mixed) == {NOT_KNOWN}:
        answer = "people of several levels were heard one by one, and can be compared with one another"
    together = set().union(*mixed.values())
    alone = [names[i] for i in sorted(set(level[level >= 0].tolist()) - together)] if mixed else []
    told = f"No other level was heard together with {joined(alone, 'or')}: of them nothing can be told from the room."
    return f"{grouping.label}: {answer}.", told if alone else ""


def design_table(study: Study, by: str) -> Table:
    """Return `design` as people read it: a range where only totals are known, and no rows without anybody.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Table
        A row an event and group: people; how many events each of them attended, and how many excerpts and words each
        said at this one, on average. Missing where that is not known; a column that is not known at all is left out.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.design : The same as a frame.
    seats_picture : The same, drawn.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.design_table(study, "sector").frame.iloc[:2, :4].to_string(index=False))
    event    sector people  hearings a person
    FG-M1 Voluntary      3                1.3
    FG-M1 Statutory      2                1.5
    """
    grouping, found = study.grouping(by), design(study, by)
    found = found[found["upper"] > 0]
    digits = {"hearings": 1, "excerpts": 1, "words": 0}
    frame = found[["event", "group", "people", *digits]].round(digits)
    frame["event"] = found["event"].astype("object").fillna(NO_EVENT)
    frame["group"] = found["group"].map(dict(grouping.levels))
    frame["people"] = [raised(*ends) for ends in zip(found["lower"], found["upper"], strict=True)]
    frame = frame.rename(columns={"group": grouping.label.lower(), **{name: f"{name} a person" for name in digits}})
    unknown = [name for name in digits if found[name].isna().all()]
    told = f"; {joined(unknown)} a person are not known" if unknown else ""
    ids = column_ids(zip(found["event"], found["group"], strict=True), "people", attended_by_group(study, grouping))
    return Table(frame.dropna(axis=1, how="all"), f"{grouping.label}: who was heard where{told}", ids)


# Chances to speak: whether groups were heard equally often and talked equally much.


def talk_say(study: Study, by: str) -> Say:
    """Return for each measure whether the groups differ in it, with p, or why that cannot be told.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Say
        A sentence each on events, excerpts and words a person, with the p of permuting people within their events; or
        why a measure is not known, or cannot be compared.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.talk : The measures and their test, as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.talk_say(study, "role").sentences[0].partition(" (")[0]
    'Role: hearings a person are 1.3 for managers, 1.3 for practitioners and 1.3 for young people'
    """
    grouping = study.grouping(by)
    sentences: list[str] = []
    unknown: dict[str, list[str]] = {}
    for measure, rows in talk(study, by).groupby("measure", sort=False):
        first, reason = rows.iloc[0], _no_talk(study, by, rows.iloc[0])
        if rows["mean"].isna().all():
            unknown.setdefault(reason, []).append(str(measure))
            continue
        means = rows[["group", "mean"]].dropna().itertuples(index=False, name=None)
        seen = joined(f"{mean:.1f} for {inner(grouping.levels[key])}" for key, mean in means)
        tested = reason or _by_chance(first, comparable_people(study, grouping))
        sentences.append(Text(f"{grouping.label}: {measure} a person are {seen} (", tested, ")."))
    for reason, measures in unknown.items():
        sentences.append(Text(f"{grouping.label}: {joined(measures)} a person are not known, because ", reason, "."))
    return say(*sentences)


def _no_talk(study: Study, by: str, row: "pd.Series[Any]") -> str:
    """Return why a measure of talk is not known of each person, or cannot be compared; blank where it can."""
    reason, missing, events = row["reason"], row["missing"], row["events"]
    if reason == NOT_NAMED:
        unnamed = attribution(study, by)["about"].to_numpy() & study.excerpts["participant"].isna().to_numpy()
        told = count(known_ids(excerpt_ids(study, unnamed), missing), "excerpt")
        return told + f" {verb(missing, 'names', 'name')} nobody"
    return {
        "": "",
        UNLISTED: f"{', '.join(events)} {verb(events, 'does not say whom it', 'do not say whom they')} heard",
        NOWHERE: f"of {missing} no event is known",
        NOT_COUNTED: "not every excerpt has a number of words",
        NOT_MIXED: "no event held two levels: nobody can be exchanged",
    }[reason]


def _by_chance(row: "pd.Series[Any]", comparable: list[str]) -> str:
    """Return the p-value of a measure as a practitioner reads it, with the number and how it was found."""
    p = float(row["p"])
    often = "fewer than 1" if p < 0.005 else round(100 * p)
    ways = f"{row['permutations']} ways drawn at random" if row["sampled"] else f"all {row['permutations']} ways"
    over = people(known_ids(comparable, int(row["permuted"])))
    first = f"chance alone would do this in {often} of 100 such studies, p = {p:.2g}; "
    return Text(first, over, f" exchanged within their events, over {ways} to do so")
