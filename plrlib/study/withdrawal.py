"""Leave out people who have withdrawn, with everything they said."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from plrlib.faults import Fault
from plrlib.study.checks.cells import Sheets, column, file, voices
from plrlib.study.checks.people import ends, heads, listing, members
from plrlib.study.files import Sheet
from plrlib.study.schema import TABLES
from plrlib.study.settings import Settings
from plrlib.study.speakers import UNSAID, attributions, bounds, may_fit, parts, seats


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
    people = column(sheets, "participants", "participant")
    gone = set(people[column(sheets, "participants", "withdrawn") == "yes"])
    if not gone:
        return sheets, 0, []
    kept = {**sheets}
    lost, doubtful = _excerpts(sheets, kept, gone)
    for name in ("participants", "attendance"):
        _drop(kept, name, "participant", gone)
    for name in ("excerpts", "codings", "envelopes"):
        _drop(kept, name, "excerpt", lost)
    theirs = _events_of(sheets, kept, gone)
    for name in ("events", "asked"):
        _drop(kept, name, "event", theirs)
    notes = [*_margins(sheets, kept, settings, gone), *_heads(sheets, kept, gone)]
    who = "1 person has withdrawn and is" if len(gone) == 1 else f"{len(gone)} people have withdrawn and are"
    notes.append(_note(sheets, "participants", "withdrawn", f"{who} left out, with {_count(len(lost), 'excerpt')}"))
    if doubtful:
        message = f"{_count(doubtful, 'attributed excerpt')} may hold what the withdrawn said: kept, but without words"
        notes.append(_note(sheets, "excerpts", "", message))
    if "words" in sheets:
        notes.append(_note(sheets, "words", "", "the counts may still hold the words of those who have withdrawn"))
    return kept, len(gone), notes


def _events_of(sheets: Sheets, kept: Sheets, gone: Collection[str]) -> set[str]:
    """Return the events where nobody else is listed, and of which nothing that stays speaks: they were theirs alone."""
    sat = listing(sheets)
    spoken = {part for cell in column(kept, "excerpts", "event").unique() for part in parts(cell)}
    return {event for event, people in sat.items() if people and people <= set(gone) and event not in spoken}


def nothing_left(sheets: Sheets) -> list[Fault]:
    """Return a fault for each table that must have rows and has lost them all: the study cannot be used any more."""
    message, remedy = "nothing is left once those who have withdrawn are left out", "leave the study out"
    return [
        Fault(file(sheets, name), None, "", message, remedy=remedy)
        for name, table in TABLES.items()
        if table.required and sheets[name].cells.empty
    ]


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _note(sheets: Sheets, table: str, name: str, message: str) -> Fault:
    return Fault(file(sheets, table), None, name, message)


def _drop(kept: dict[str, Sheet], table: str, name: str, values: Collection[str]) -> None:
    cells = column(kept, table, name)
    if len(cells):
        kept[table] = replace(kept[table], cells=kept[table].cells[~cells.isin(values)])


def _excerpts(sheets: Sheets, kept: dict[str, Sheet], gone: Collection[str]) -> tuple[set[str], int]:
    """Return the excerpts that are lost, and how many may be; these lose their words, and part of their quantifier."""
    excerpts, people, events = (voices(sheets, table) for table in ("excerpts", "participants", "events"))
    found, listed = attributions(excerpts, events), seats(people, voices(sheets, "attendance"), events)
    out = people["participant"].isin(gone).to_numpy()
    fit, sure = may_fit(found, listed, people), may_fit(found, listed, people, surely=True)
    fewer, left = fit[out].sum(axis=0), fit[~out].sum(axis=0)
    touched = np.append(fewer > 0, False)[found.of]
    only_theirs = touched & np.append(left == 0, False)[found.of]
    doubtful = touched & ~only_theirs
    cells = kept["excerpts"].cells.copy()
    if "text" in cells:
        cells.loc[doubtful, "text"] = ""
    numbers, added = ends(sheets), {}
    words = column(sheets, "excerpts", "quantifier").copy()
    for k, word in dict.fromkeys(zip(found.of[doubtful], words[doubtful], strict=True)):
        fewest, most = numbers.get(word, UNSAID)
        low = max(0, bounds(fewest, int(sure[:, k].sum())) - int(fewer[k]))
        high = min(bounds(most, int(fit[:, k].sum())), int(left[k]))
        name = f"{word} ({low} to {high} of those who stay)".strip()
        added[name] = {"quantifier": name, "lower": str(low), "upper": str(high)}
        words[doubtful & (found.of == k) & (words == word)] = name
    if added:
        kept["excerpts"] = replace(kept["excerpts"], cells=cells.assign(quantifier=words))
        old = kept.get("quantifiers", Sheet("quantifiers.csv", pd.DataFrame(dtype="object")))
        rows = pd.concat([old.cells, pd.DataFrame(list(added.values()), dtype="object")]).fillna("")
        kept["quantifiers"] = replace(old, cells=rows.reset_index(drop=True))
    named = column(sheets, "excerpts", "participant").isin(gone)
    return set(column(sheets, "excerpts", "excerpt")[named | only_theirs]), int(doubtful.sum())


def _margins(sheets: Sheets, kept: dict[str, Sheet], settings: Settings, gone: Collection[str]) -> list[Fault]:
    """Lower the totals that counted people who are gone, or leave them out where it is not known which did."""
    if "margins" not in sheets:
        return []
    out = column(sheets, "participants", "participant").isin(gone)
    cells = sheets["margins"].cells.copy()
    notes = []
    for (population, attribute), rows in cells.groupby(["population", "attribute"], sort=False):
        who = members(sheets, settings, str(population))
        theirs = column(sheets, "participants", str(attribute))[out & who.possible]
        if (out & who.possible & ~who.certain).any() or (theirs == "").any():
            cells = cells.drop(index=rows.index)
            message = f"the totals of {population} are left out: which of them count the withdrawn is not known"
            notes.append(_note(sheets, "margins", str(attribute), message))
        else:
            fewer = rows["level"].map(theirs.value_counts()).fillna(0)
            cells.loc[rows.index, "n"] = (rows["n"].astype("int64") - fewer.astype("int64")).map(str)
    kept["margins"] = replace(sheets["margins"], cells=cells)
    return notes


def _heads(sheets: Sheets, kept: dict[str, Sheet], gone: Collection[str]) -> list[Fault]:
    """Lower the number of people heard at an event by those who are gone; blank where it lists nobody."""
    sat, heard = listing(sheets), heads(sheets)
    if not heard:
        return []
    cells = sheets["events"].cells.copy()
    notes = []
    for row, event in cells["event"].items():
        there = sat.get(event, set())
        if event in heard and there:
            cells.loc[row, "participants"] = str(heard[event] - len(there & set(gone)))
        elif event in heard:
            cells.loc[row, "participants"] = ""
            message = f"{event}: the number is left out: whether it counts who has withdrawn is not known"
            notes.append(_note(sheets, "events", "participants", message))
    kept["events"] = replace(sheets["events"], cells=cells)
    return notes
