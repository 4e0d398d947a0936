"""What notebook 02 shows of chances to speak: whether levels were heard equally often and talked equally much."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.show.charts.dots import Axis, Look, dot_grid
from plrlib.show.display import Say, Table, say
from plrlib.show.excerpts import behind_groups, people_at, seated
from plrlib.show.figure import BLUE, Picture, picture
from plrlib.stats.comparison.permutation import WITHIN
from plrlib.stats.design import BETWEEN, design
from plrlib.stats.talk import NOT_COUNTED, NOT_MIXED, NOT_NAMED, NOWHERE, UNLISTED, talk
from plrlib.study.load import Study
from plrlib.study.prepared import NOT_KNOWN
from plrlib.study.settings import Grouping
from plrlib.text import capital, count, few, inner, joined, people, verb

# What notebook 02 shows: who was heard at which event, and what that design can tell apart.

NOT_SAID = "not known"
MOST_EVENTS = 8
"""Of more events a sentence gives the number, and of more interviews one by one the picture has one row."""
NOT_TOGETHER = "no event held two levels at a first hearing"
NO_EVENT, ALONE = "no known event", "interviewed one by one"


def heard_say(study: Study) -> Say:
    """Return how many people were heard, in how many events of which kind, and of whom that is not known."""
    n, kinds = len(study.participants), study.events["kind"]
    interviews = int(study.events.loc[kinds == "interview", "participants"].fillna(1).sum())
    groups, others = int((kinds == "focus group").sum()), int(kinds.isna().sum())
    held = [
        count(k, *names)
        for k, *names in ((groups, "focus group"), (interviews, "interview"), (others, "other event"))
        if k
    ]
    there = f"There {verb(groups + interviews + others, 'was', 'were')} {joined(held)}." if held else ""
    sat = study.prepared.attended[:, (kinds == "focus group").to_numpy(dtype=bool)].sum(axis=1)
    alone, twice = int((sat == 0).sum()), int((sat > 1).sum())
    seats = [f"{capital(people(alone))} sat in no focus group."] * bool(alone)
    seats += [f"{capital(people(twice))} sat in more than one focus group."] * bool(twice)
    nobody = study.prepared.unlisted
    hidden = f"Who was heard at {few(nobody)} is not fully known." if nobody else ""
    others_in = study.events.dropna(subset=["other_attendee"]).groupby("other_attendee", sort=False)["event"]
    present = joined(f"{who} at {few(at)}" for who, at in others_in)
    rooms = f"Also in the room, and not counted as heard: {present}." if len(others_in) else ""
    heard = f"{capital(people(n))} {verb(n, 'was', 'were')} heard."
    single = [] if not groups else seats or ["Everybody sat in one focus group."]
    return say(heard, there, *single, hidden, rooms)


def events(study: Study) -> Table | Say:
    """Return a row an event: kind, order, how many people, and what they were asked to talk about."""
    if study.events.empty:
        return say("The study names no events: nothing is known of who was heard together.")
    columns = ["event", "kind", "order", "participants", "stimulus"]
    frame = study.events[columns].rename(columns={"participants": "people", "stimulus": "asked to talk about"})
    behind = behind_groups(frame["event"].astype(str), "people", people_at(study))
    return Table(
        frame.dropna(axis=1, how="all"), "The events, in the order held; equal numbers for the same time", behind
    )


def groupings(study: Study) -> Table | Say:
    """Return a row a grouping: its levels in order, whom it is about, and of how many the level is known."""
    if not study.settings.groupings:
        return say("study.toml declares no grouping, so nothing is compared in this study.")
    rows = [
        (
            grouping.label,
            ", ".join(grouping.levels.values()),
            grouping.population or "everybody",
            int(study.prepared.inside(grouping.population).sum()),
            int((study.prepared.group(grouping) >= 0).sum()),
        )
        for grouping in study.settings.groupings.values()
    ]
    columns = ["grouping", "levels", "about", "people", "level known of"]
    who, behind = study.participants["participant"].astype(str), {}
    for i, grouping in enumerate(study.settings.groupings.values()):
        behind[i, "people"] = list(who[study.prepared.inside(grouping.population)])
        behind[i, "level known of"] = list(who[study.prepared.group(grouping) >= 0])
    return Table(pd.DataFrame(rows, columns=columns), "The groupings that study.toml declares", behind)


def seats_picture(study: Study, by: str) -> Picture | Say:
    """Return a picture of who of each level was heard where: one mark is one person at one event."""
    grouping = study.grouping(by)
    found = design(study, by)
    marks = pd.DataFrame(_marks(study, grouping, found), columns=["row", "column", "filled"])
    marks["row"] = _taken_together(study, marks["row"])
    if marks.empty:
        return say(f"{grouping.label}: nobody whom this grouping is about is known to have been heard.")
    columns = dict(grouping.levels)
    if (marks["column"] == NOT_SAID).any():
        columns[NOT_SAID] = f"{grouping.label} not known"
    counts = marks.groupby(["row", "column"], observed=True).size()
    of_row = counts.groupby(level="row").sum()
    rows = {e: f"{e} ({of_row[e]})" for e in [*study.events["event"], ALONE, NO_EVENT] if e in of_row}
    title = separable_say(study, by).sentences[0]
    figure = dot_grid(
        marks.assign(look="person", tag=""), Axis(rows, "event (people)"), Axis(columns),
        {"person": Look(BLUE, "o", "a person")}, title.rstrip("."), per_line=10,
        filled=("a person known by code", "known only as a total"),
    )  # fmt: skip
    numbers = counts.unstack(fill_value=0).reindex(index=list(rows), columns=list(columns), fill_value=0)
    cells = [f"{e}: {joined(f'{columns[str(c)]} {n}' for c, n in row.items() if n)}" for e, row in numbers.iterrows()]
    numbers = numbers.rename(columns=columns).rename_axis(index="event", columns=None).reset_index()
    known = seated(study, grouping)
    for key in grouping.levels:  # several interviews are one row
        rest = (known[event, key] for event in study.events["event"] if event not in rows)
        known[ALONE, key] = [who for some in rest for who in some]
    behind = {
        (i, label): known.get((event, key), ())
        for i, event in enumerate(numbers["event"])
        for key, label in grouping.levels.items()
        if len(known.get((event, key), ())) == numbers[label].iloc[i]  # not where some are known as a total only
    }
    caption = f"One mark is one person at one event. {title}"
    alt = f"A grid of people, event by {inner(grouping.label)}. {'; '.join(cells)}."
    return picture(figure, study, caption, alt, numbers, behind)


def _taken_together(study: Study, events: "pd.Series[str]") -> "pd.Series[str]":
    """Return the event of each mark; where there are many interviews of one person, they are one."""
    interviews = study.events["event"][study.events["kind"] == "interview"].astype("object")
    one = events.isin(interviews) & ~events.duplicated(keep=False)
    return events.where(~one, ALONE) if one.sum() > MOST_EVENTS else events


def _marks(study: Study, grouping: Grouping, found: pd.DataFrame) -> list[tuple[str, str, bool]]:
    """Return one (event, level, known by code) for each person of the grouping heard at an event."""
    about = study.prepared.inside(grouping.population)
    keys = [*grouping.levels, NOT_SAID]  # the level -1, not known, is the last
    level = study.prepared.group(grouping)
    there = study.prepared.attended
    open_ones = set(study.prepared.unlisted)
    marks: list[tuple[str, str, bool]] = []
    for v, event in enumerate(study.events["event"]):
        at = level[there[:, v] & about]
        marks += [(event, keys[i], True) for i in at]
        if event in open_ones:
            marks += [
                (event, key, False)
                for key in _more(grouping, found[found["event"] == event], at, study.events["participants"].iloc[v])
            ]
    nowhere = ~there.any(axis=1) & about
    return marks + [(NO_EVENT, keys[i], True) for i in level[nowhere]]


def _more(grouping: Grouping, found: pd.DataFrame, known: NDArray[np.int64], heard: int) -> list[str]:
    """Return a level for each person heard at an event beside those known: from totals, or that it is not known."""
    listed = np.bincount(known[known >= 0], minlength=len(grouping.levels))
    totals = found["people"].fillna(0).astype(int).to_numpy() - listed
    more = [key for key, n in zip(grouping.levels, totals, strict=True) for _ in range(n)]
    most = 0 if pd.isna(heard) else min(int(heard), int(found["upper"].sum()))
    return more + [NOT_SAID] * (most - len(known) - len(more))


def separable_say(study: Study, by: str) -> Say:
    """Return what the design can tell apart of a grouping, and why."""
    grouping = study.grouping(by)
    found = design(study, by)
    verdict = found["separable"].iloc[0]
    label = grouping.label
    seen = _where_say(study, grouping, found)
    need = ""
    if pd.isna(verdict):
        answer = f"{label}: who sat where is not known, so the design may or may not tell {inner(label)} from the room."
        need = f"Needed: the {inner(label)} of each person, or of each event in total."
    elif verdict == WITHIN:
        answer, need = _together_say(study, grouping)
    elif verdict == BETWEEN:
        answer = f"{label}: no event held two levels, but each level had several events of like size to compare."
    else:
        answer = f"{label}: {NOT_TOGETHER}, so a difference could as well be one between the rooms."
        need = "Needed: events that hold several levels, or several events of like size for each level."
    about = int(study.prepared.inside(grouping.population).sum())
    known = int((study.prepared.group(grouping) >= 0).sum())
    left = (
        f"Person by person the {inner(label)} is known of {known or 'none'} of {people(about)}."
        if known < about
        else ""
    )
    return say(answer, seen, left, need)


def _where_say(study: Study, grouping: Grouping, found: pd.DataFrame) -> str:
    """Return how many of each level are known to have been heard where; interviews of one person are one place."""
    interviews = set(study.events["event"][study.events["kind"] == "interview"])
    where = found[found["people"].fillna(0) > 0].assign(at=lambda f: f["event"].astype("object").fillna(NO_EVENT))
    events, there = study.events["event"].astype("object"), study.prepared.attended
    twice = {e for e, who in zip(events, there.T, strict=True) if who.any() and (there[who].sum(axis=1) > 1).all()}
    sat = []
    for key, rows in where.groupby("group", observed=True):
        alone = rows["at"].isin(interviews) & (rows["people"] == 1)
        here = set(rows.loc[alone, "at"])
        again = "of them again, " if here and here <= twice else ""
        places = list(rows["people"].astype(str) + " at " + rows["at"])
        if alone.sum() > 1:
            places = [place for place, one in zip(places, alone, strict=True) if not one]
            places.append(f"{alone.sum()} {again}{ALONE}")
        many = f"{rows['people'].sum()} in all, at {len(rows)} events"
        sat.append(f"{grouping.levels[str(key)]}: {many if len(places) > MOST_EVENTS else joined(places)}")
    return f"Known of who was heard where: {'; '.join(sat)}." if sat else ""


def _together_say(study: Study, grouping: Grouping) -> tuple[str, str]:
    """Return which levels were first heard together, and which were with no other."""
    level, block_of = study.prepared.group(grouping), study.prepared.focus_group
    rooms = {v: set(level[(block_of == v) & (level >= 0)].tolist()) for v in sorted(set(block_of.tolist()))}
    mixed = {v: levels for v, levels in rooms.items() if len(levels) > 1}
    names = [inner(name) for name in grouping.levels.values()]
    if set(mixed) == {NOT_KNOWN}:
        answer = "people of several levels were heard one by one, and can be compared with one another"
    else:
        answer = "levels sat together in the same event, so people can be compared within a room"
    together = set().union(*mixed.values())
    apart = [names[i] for i in sorted(set(level[level >= 0].tolist()) - together)] if mixed else []
    alone = f"No other level was heard together with {joined(apart, 'or')}: of them nothing can be told from the room."
    return f"{grouping.label}: {answer}.", alone if apart else ""


def design_table(study: Study, by: str) -> Table:
    """Return `design` as people read it: a range where only totals are known, and no rows without anybody."""
    grouping = study.grouping(by)
    found = design(study, by)
    found = found[found["upper"] > 0]
    exact = found["lower"] == found["upper"]
    number = found["lower"].astype(str).where(exact, found["lower"].astype(str) + " to " + found["upper"].astype(str))
    columns = {
        "event": found["event"].astype("object").fillna(NO_EVENT),
        grouping.label.lower(): found["group"].map(dict(grouping.levels)),
        "people": number,
        "hearings a person": found["hearings"].round(1),
        "excerpts a person": found["excerpts"].round(1),
        "words a person": found["words"].round(0),
    }
    frame = pd.DataFrame(columns)
    silent = [name for name in ("hearings", "excerpts", "words") if frame[f"{name} a person"].isna().all()]
    told = f"; {joined(silent)} a person are not known" if silent else ""
    behind = behind_groups(zip(found["event"], found["group"], strict=True), "people", seated(study, grouping))
    return Table(frame.dropna(axis=1, how="all"), f"{grouping.label}: who was heard where{told}", behind)


def talk_say(study: Study, by: str) -> Say:
    """Return for each measure whether the groups differ in it, how likely that is by chance, or why nobody can say."""
    grouping = study.grouping(by)
    found = {str(measure): rows for measure, rows in talk(study, by).groupby("measure", sort=False)}
    reasons = {measure: _no_talk(rows.iloc[0]) for measure, rows in found.items()}
    sentences = []
    for measure, rows in found.items():
        if rows["mean"].isna().all():
            continue
        means = zip(rows["group"], rows["mean"], strict=True)
        seen = joined(f"{mean:.1f} for {inner(grouping.levels[key])}" for key, mean in means if not pd.isna(mean))
        first = rows.iloc[0]
        chance = reasons[measure]
        if not pd.isna(first["p"]):
            how = "drawn at random " if first["sampled"] else ""
            ways = f"{'' if how else 'all '}{first['permutations']} ways {how}to do so"
            chance = (
                f"{_chance(float(first['p']))}; {first['permuted']} people exchanged within their events, over {ways}"
            )
        sentences.append(f"{grouping.label}: {measure} a person are {seen} ({chance}).")
    for reason in dict.fromkeys(reasons.values()):
        lost = [m for m, rows in found.items() if reasons[m] == reason and rows["mean"].isna().all()]
        if lost:
            sentences.append(f"{grouping.label}: {joined(lost)} a person are not known, because {reason}.")
    return say(*sentences)


def _no_talk(row: "pd.Series[Any]") -> str:
    """Return why a measure of talk is not known of each person, or cannot be compared; blank where it can."""
    reason, missing, events = row["reason"], row["missing"], row["events"]
    return {
        "": "",
        UNLISTED: f"{', '.join(events)} {verb(len(events), 'does not say whom it', 'do not say whom they')} heard",
        NOWHERE: f"of {missing} no event is known",
        NOT_NAMED: f"{count(missing, 'excerpt')} {verb(missing, 'names', 'name')} nobody",
        NOT_COUNTED: "not every excerpt has a number of words",
        NOT_MIXED: "no event held two levels: nobody can be exchanged",
    }[reason]


def _chance(p: float) -> str:
    """Return a p-value as a practitioner reads it, with the number."""
    if p < 0.005:
        return f"chance alone would do this in fewer than 1 of 100 such studies, p = {p:.2g}"
    return f"chance alone would do this in {round(100 * p)} of 100 such studies, p = {p:.2g}"
