"""What notebook 02 shows: who was heard at which event, and what that design can tell apart."""

import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.dots import Axis, Look, dot_grid
from plrlib.show.picture import BLUE, Picture, picture
from plrlib.show.say import Say, count, joined, people, say
from plrlib.show.table import Table
from plrlib.stats.hearings import attended, unlisted
from plrlib.stats.layout import BETWEEN, WITHIN, design
from plrlib.study import Study

NOT_SAID = "not published"
NO_EVENT = "no known event"


def heard_say(study: Study) -> Say:
    """Return how many people were heard, in how many events of which kind."""
    n = len(study.participants)
    alone = study.events["kind"] == "interview"
    interviews = int(study.events.loc[alone, "participants"].fillna(1).sum())
    groups = int((study.events["kind"] == "focus group").sum())
    parts = [count(groups, "focus group")] * bool(groups) + [count(interviews, "interview")] * bool(interviews)
    nobody = unlisted(study)
    outside = int(study.participants["focus_group"].isna().sum())
    single = (
        f"{people(outside).capitalize()} sat in no focus group." if outside else "Everybody sat in one focus group."
    )
    where = f"There were {joined(parts)}." if parts else ""
    hidden = f"Who was heard at {joined(nobody)} is not published." if nobody else ""
    others = study.events.dropna(subset=["other_attendee"])
    rooms = [f"{row.other_attendee} at {row.event}" for row in others.itertuples()]
    present = f"Also in the room, and not counted as heard: {joined(rooms)}." if rooms else ""
    return say(f"{people(n).capitalize()} were heard.", where, single, hidden, present)


def _seated(study: Study, event: str) -> "pd.Series[bool]":
    sat = study.attendance["participant"][study.attendance["event"] == event]
    return (study.participants["focus_group"] == event) | study.participants["participant"].isin(sat)


def events(study: Study) -> Table | Say:
    """Return a row an event: kind, order, how many people, and what they were asked to talk about."""
    if study.events.empty:
        return say("The study names no events: nothing is known of who was heard together.")
    columns = ["event", "kind", "order", "participants", "stimulus"]
    frame = study.events[columns].rename(columns={"participants": "people", "stimulus": "asked to talk about"})
    return Table(frame.dropna(axis=1, how="all"), "The events, in the order held; equal numbers for the same time")


def groupings(study: Study) -> Table | Say:
    """Return a row a grouping: its levels in order, whom it is about, and how many of them have a known level."""
    if not study.settings.groupings:
        return say("study.toml declares no grouping, so nothing is compared in this study.")
    rows = []
    for grouping in study.settings.groupings.values():
        who = members(study, grouping.population)
        known = int(who[grouping.column].isin(list(grouping.levels)).sum())
        levels = ", ".join(grouping.levels.values())
        rows.append((grouping.label, levels, grouping.population or "everybody", len(who), known))
    columns = ["grouping", "levels", "about", "people", "level known of"]
    return Table(pd.DataFrame(rows, columns=columns), "The groupings that study.toml declares")


def members(study: Study, population: str) -> pd.DataFrame:
    """Return the participants of a population of study.toml, by what is published of them; blank: everybody."""
    inside = study.participants
    for attribute, values in study.settings.populations.get(population, {}).items():
        if attribute in inside:
            inside = inside[inside[attribute].isin(values)]
    return inside


def seats_picture(study: Study, by: str) -> Picture:
    """Return a picture of who of each level was heard where: one mark is one person at one event."""
    grouping = study.grouping(by)
    found = design(study, by)
    marks = pd.DataFrame(_marks(study, grouping, found), columns=["row", "column", "filled"])
    marks = marks.assign(look="person", tag="")
    columns = dict(grouping.levels)
    if (marks["column"] == NOT_SAID).any():
        columns[NOT_SAID] = f"{grouping.label} not published"
    present = list(dict.fromkeys(marks["row"]))
    counts = marks.groupby(["row", "column"], observed=True).size()
    rows = {e: f"{e} ({int(counts[e].sum())})" for e in [*study.events["event"], NO_EVENT] if e in present}
    title = separable_say(study, by).sentences[0]
    figure = dot_grid(
        marks, Axis(rows, "event (people)"), Axis(columns), {"person": Look(BLUE, "o", "a person")}, title.rstrip("."),
        per_line=10, filled=("a person listed there", "known only as a total"),
    )  # fmt: skip
    numbers = counts.unstack(fill_value=0).reindex(index=list(rows), columns=list(columns), fill_value=0)
    numbers = numbers.rename(columns=columns).rename_axis(index="event", columns=None).reset_index()
    caption = f"One mark is one person at one event. {title}"
    cells = [f"{e}: {joined(f'{n} {columns[c]}' for c, n in counts[e].items())}" for e in rows]
    return picture(
        figure, study, caption, f"A grid of people, event by {grouping.label.lower()}. {'; '.join(cells)}.", numbers
    )


def _marks(study: Study, grouping: Grouping, found: pd.DataFrame) -> list[tuple[str, str, bool]]:
    """Return one (event, level, listed one by one) for each person of the grouping heard at an event."""
    level = study.participants[grouping.column].astype("object")
    inside = study.participants.index.isin(members(study, grouping.population).index)
    marks: list[tuple[str, str, bool]] = []
    for event, participants in zip(
        study.events["event"], study.events["participants"].fillna(0).astype(int), strict=True
    ):
        here = _seated(study, event)
        if here.any():
            levels = level[here & inside].fillna(NOT_SAID)
            marks += [(event, key if key in grouping.levels else NOT_SAID, True) for key in levels]
            continue
        known = found[(found["event"] == event) & found["people"].notna()]
        totals = list(zip(known["level"], known["people"].astype(int), strict=True))
        marks += [(event, key, False) for key, n in totals for _ in range(n)]
        most = found.loc[found["event"] == event, "upper"].sum()
        rest = min(participants, int(most)) - sum(n for _, n in totals)
        marks += [(event, NOT_SAID, False)] * max(rest, 0)
    nowhere = ~attended(study).any(axis=1) & inside
    return marks + [
        (NO_EVENT, key if key in grouping.levels else NOT_SAID, True) for key in level[nowhere].fillna(NOT_SAID)
    ]


def separable_say(study: Study, by: str) -> Say:
    """Return what the design can tell apart of a grouping, and why."""
    grouping = study.grouping(by)
    found = design(study, by)
    verdict = found["separable"].iloc[0]
    label = grouping.label
    where = found[found["people"].fillna(0) > 0].assign(at=lambda f: f["event"].astype("object").fillna(NO_EVENT))
    groups = study.events["event"][study.events["kind"] != "interview"]
    together = where[where["event"].isin(groups)].groupby("event", observed=True)["level"].nunique().max() > 1
    sat = [
        f"{grouping.levels[key]}: {joined(rows['people'].astype(str) + ' at ' + rows['at'])}"
        for key, rows in ((key, where[where["level"] == key]) for key in grouping.levels)
        if len(rows)
    ]
    seen = f"Known of who was heard where: {'; '.join(sat)}." if sat else ""
    if pd.isna(verdict):
        answer = (
            f"{label}: who sat where is not published, so the design may or may not tell {label.lower()} from the room."
        )
        need = f"Needed: the {label.lower()} of each person, or of each event in total."
    elif verdict == WITHIN and not together:
        answer = f"{label}: people of several levels were heard one by one, and can be compared with one another."
        need = ""
    elif verdict == WITHIN:
        answer = f"{label}: levels sat together in the same event, so people can be compared within a room."
        need = ""
    elif verdict == BETWEEN:
        answer = f"{label}: no event held two levels, but each level had several events of like size to compare."
        need = ""
    else:
        answer = f"{label}: no event held two levels, so a difference could as well be one between the rooms."
        need = "Needed: events that hold several levels, or several events of like size for each level."
    return say(answer, seen, need)


def design_table(study: Study, by: str) -> Table:
    """Return `design` as people read it: a range where only totals are known, and no rows without anybody."""
    grouping = study.grouping(by)
    found = design(study, by)
    found = found[found["upper"] > 0]
    exact = found["lower"] == found["upper"]
    number = found["lower"].astype(str).where(exact, found["lower"].astype(str) + " to " + found["upper"].astype(str))
    columns = {
        "event": found["event"].astype("object").fillna(NO_EVENT),
        grouping.label.lower(): found["level"].map(dict(grouping.levels)),
        "people": number,
        "hearings a person": found["hearings"].round(1),
        "excerpts a person": found["excerpts"].round(1),
        "words a person": found["words"].round(0),
    }
    frame = pd.DataFrame(columns)
    silent = [name for name in ("hearings", "excerpts", "words") if frame[f"{name} a person"].isna().all()]
    told = f"; {joined(silent)} a person are not known" if silent else ""
    return Table(frame.dropna(axis=1, how="all"), f"{grouping.label}: who was heard where{told}")
