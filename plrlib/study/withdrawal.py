"""Withdrawal: people who have withdrawn are left out, with everything they said."""

from collections.abc import Container

import numpy as np

from plrlib.faults import Fault
from plrlib.study.checks.people import attendees, event_sizes, members, quantifier_ends
from plrlib.study.checks.tables import Sheets, on_speakers
from plrlib.study.files import Sheet
from plrlib.study.schema import CODED, TABLES
from plrlib.study.settings import Settings
from plrlib.study.speakers import UNSAID, attributions, bounds, may_fit, parts, seats
from plrlib.text import count, verb


def without_the_withdrawn(sheets: Sheets, settings: Settings) -> tuple[Sheets, int, list[Fault]]:
    """Return the sheets without those who have withdrawn, how many they are, and what had to be changed.

    Dropped are the people, where they sat, the excerpts that name them or can be nobody else's, and these excerpts'
    codings and envelopes. Where an attributed excerpt may be theirs or somebody else's, it stays without its words, and
    its quantifier is lowered: of "4 of them or more" at least 3 are left when one has withdrawn. A total goes down by
    one where the person was counted in it; where nobody can say, the totals of that attribute are left out.

    Parameters
    ----------
    sheets
        The cells as text; all checks have passed.
    settings
        What study.toml says.
    """
    people = sheets["participants"]
    gone = {who for who, withdrawn in people.rows("participant", "withdrawn") if withdrawn == "yes"}
    if not gone:
        return sheets, 0, []
    kept = {**sheets}
    dropped, doubtful = _excerpts(sheets, kept, gone)
    _drop(kept, "participant", gone, "participants", "attendance")
    _drop(kept, "excerpt", dropped, "excerpts", *CODED)
    _drop(kept, "event", _events_of(sheets, kept, gone), "events", "asked", "coverage")
    notes = [*_totals(sheets, kept, settings, gone), *_event_sizes(sheets, kept, gone)]
    have, are = verb(len(gone), "has", "have"), verb(len(gone), "is", "are")
    lost = {"people": count(len(gone), "person"), "excerpts": count(len(dropped), "excerpt")}
    notes.append(people.told("withdrawn", None, "withdrawn", "", have=have, are=are, **lost))
    if doubtful:
        notes.append(sheets["excerpts"].told("doubtful", excerpts=count(doubtful, "attributed excerpt")))
    if sheets["words"].digest:
        notes.append(sheets["words"].told("counted_words"))
    return kept, len(gone), notes


def nothing_left(sheets: Sheets) -> list[Fault]:
    """Return a fault for each table that must have rows and has lost them all: the study cannot be used any more."""
    emptied = [sheets[name] for name, table in TABLES.items() if table.required and not len(sheets[name])]
    return [sheet.told("nothing_left") for sheet in emptied]


def _drop(kept: dict[str, Sheet], name: str, values: Container[str], *tables: str) -> None:
    """Take the rows that have one of these values in a column out of some tables."""
    for table in tables:
        kept[table] = kept[table].keep(~kept[table].column(name).where(values.__contains__))


def _excerpts(sheets: Sheets, kept: dict[str, Sheet], gone: set[str]) -> tuple[set[str], int]:
    """Return the excerpts to drop, and how many may be theirs; these lose their words, and part of their quantifier."""
    excerpts, people, events = (on_speakers(sheets, table) for table in ("excerpts", "participants", "events"))
    found, listed = attributions(excerpts, events), seats(people, on_speakers(sheets, "attendance"), events)
    out = people["participant"].isin(gone).to_numpy()
    fit, sure = may_fit(found, listed, people), may_fit(found, listed, people, surely=True)
    fewer, left = fit[out].sum(axis=0), fit[~out].sum(axis=0)
    may_be_theirs = np.append(fewer > 0, False)[found.of]
    only_theirs = may_be_theirs & np.append(left == 0, False)[found.of]
    doubtful = may_be_theirs & ~only_theirs
    ends, added = quantifier_ends(sheets), {}
    words, texts = list(sheets["excerpts"].column("quantifier")), list(sheets["excerpts"].column("text"))
    for row in np.flatnonzero(doubtful).tolist():
        k, word = found.of[row], words[row]
        fewest, most = ends.get(word, UNSAID)
        low = max(0, bounds(fewest, int(sure[:, k].sum())) - int(fewer[k]))
        high = min(bounds(most, int(fit[:, k].sum())), int(left[k]))
        words[row], texts[row] = f"{word} ({low} to {high} of those who stay)".strip(), ""
        added[words[row]] = {"quantifier": words[row], "lower": str(low), "upper": str(high)}
    if added:
        kept["excerpts"] = kept["excerpts"].change(quantifier=words, text=texts)
        before = kept["quantifiers"]
        names = dict.fromkeys([*before.cells, "quantifier", "lower", "upper"])
        columns = {name: [*before.column(name), *(one.get(name, "") for one in added.values())] for name in names}
        kept["quantifiers"] = before.change(**columns)
    named = excerpts["participant"].isin(gone)
    return set(excerpts["excerpt"][named | only_theirs]), int(doubtful.sum())


def _events_of(sheets: Sheets, kept: Sheets, gone: set[str]) -> set[str]:
    """Return the events where nobody else is listed, and of which nothing that stays speaks: they were theirs alone."""
    named = {event for cell in kept["excerpts"].column("event").values for event in parts(cell)}
    return {event for event, people in attendees(sheets).items() if people and people <= gone and event not in named}


def _totals(sheets: Sheets, kept: dict[str, Sheet], settings: Settings, gone: set[str]) -> list[Fault]:
    """Lower the totals that counted people who are gone, or leave them out where it is not known which did."""
    margins, people = sheets["margins"], sheets["participants"]
    out = people.column("participant").where(gone.__contains__)
    totals: list[str] = []
    notes: dict[tuple[str, str], Fault] = {}
    for population, attribute, group, n in margins.rows("population", "attribute", "level", "n"):
        who, values = members(sheets, settings, population), people.column(attribute)
        counted = out & who.possible
        if (counted & ~(who.certain & values.where(bool))).any():
            totals.append("")
            notes[population, attribute] = margins.told("totals_left_out", column=attribute, population=population)
        else:
            totals.append(str(int(n) - int((counted & values.where(group.__eq__)).sum())))
    lowered = margins.change(n=totals)
    kept["margins"] = lowered.keep(lowered.column("n").where(bool))
    return list(notes.values())


def _event_sizes(sheets: Sheets, kept: dict[str, Sheet], gone: set[str]) -> list[Fault]:
    """Lower the number of people at an event by those who are gone; blank where it lists nobody."""
    listed, events = attendees(sheets), kept["events"]
    sizes = event_sizes({"events": events})
    left = {event: str(n - len(listed[event] & gone)) for event, n in sizes.items() if listed.get(event)}
    kept["events"] = events.change(participants=[left.get(event, "") for event in events.column("event")])
    unknown = [event for event in sizes if event not in left]
    return [events.told("size_left_out", column="participants", event=event) for event in unknown]
