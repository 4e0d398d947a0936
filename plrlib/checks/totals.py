"""Whether totals fit the people listed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from plrlib.checks.common import Known, Sheets, cells_where, column, file, lost
from plrlib.faults import Fault
from plrlib.settings import Settings
from plrlib.tables import WHOLE


@dataclass(frozen=True)
class Members:
    """Who belongs to a population by what is published of them: for certain, and possibly; `most` of them at once."""

    certain: pd.Series
    possible: pd.Series
    most: int


def members(sheets: Sheets, settings: Settings, population: str) -> Members:
    """Return who belongs to a population of study.toml.

    Somebody with a blank attribute possibly does. So does everybody where an event heard more people than it lists, and
    whoever stands in a row that could not be read.
    """
    people = column(sheets, "participants", "participant")
    certain, possible = (people != "") & ~people.duplicated(), pd.Series(True, index=people.index)
    room = everybody = len(people) + lost(sheets, "participants")
    sat, told = listing(sheets), heads(sheets)
    for attribute, values in settings.populations.get(population, {}).items():
        if attribute == "event":
            listed = [sat.get(event, set()) for event in values]
            heard = [max(len(sat.get(v, ())), told.get(v, 0 if sat.get(v) else everybody)) for v in values]
            there, all_listed = people.isin(set().union(*listed)), sum(heard) == sum(map(len, listed))
            certain, possible, room = certain & there, possible & (there | (not all_listed)), sum(heard)
        else:
            cells = column(sheets, "participants", attribute).str.strip()
            certain, possible = (
                certain & cells.isin(values),
                possible & (cells.isin(values) | _open(settings, attribute, cells)),
            )
    return Members(certain, possible, min(room, int(possible.sum()) + lost(sheets, "participants")))


def _open(settings: Settings, attribute: str, values: pd.Series) -> pd.Series:
    """Return for whom a value is not known: it is blank, or a fault of its own and may be any."""
    declared = settings.levels(attribute)
    return ~values.isin(list(declared)) if declared else values == ""


def listing(sheets: Sheets) -> dict[str, set[str]]:
    """Return who of the participants is listed at each event."""
    people = set(column(sheets, "participants", "participant"))
    there: dict[str, set[str]] = {}
    for table, event in (("participants", "focus_group"), ("attendance", "event")):
        for who, where in zip(column(sheets, table, "participant"), column(sheets, table, event), strict=True):
            there.setdefault(where, set()).update({who} & people)
    return there


def heads(sheets: Sheets) -> dict[str, int]:
    """Return how many people each event says it heard, where it does."""
    events, said = column(sheets, "events", "event"), column(sheets, "events", "participants")
    return {event: int(n) for event, n in zip(events, said, strict=True) if WHOLE.fullmatch(n)}


def check_totals(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every total that the people listed contradict."""
    return [*_margins(sheets, settings), *_columns(sheets), *_heard(sheets)]


def _margins(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that those known to be at a level, the total, and those who could be at it follow in size."""
    cells = pd.DataFrame({name: column(sheets, "margins", name) for name in ("population", "attribute", "level", "n")})
    cells = cells[cells["n"].map(lambda n: bool(WHOLE.fullmatch(n))).astype(bool)]
    cells = cells[cells["population"].isin(list(settings.populations))]
    place, remedy = file(sheets, "margins"), "correct the total, or the people listed in participants.csv"
    for (population, attribute), rows in cells.groupby(["population", "attribute"], sort=False):
        who = members(sheets, settings, str(population))
        totals = rows["n"].astype("int64")
        wrong = list(_out_of_range(sheets, settings, str(attribute), who, rows.assign(n=totals)))
        for row, n, allowed, message in wrong:
            yield Fault(place, row, "n", f"of {population} {message}", str(n), allowed, remedy)
        if totals.sum() > who.most and not wrong:
            message = f"{' + '.join(rows['n'])} {population} by {attribute} are more than the {who.most} there can be"
            for line, n in rows["n"].items():
                yield Fault(place, int(str(line)), "n", message, n, f"at most {who.most} together", remedy)


def _out_of_range(
    sheets: Sheets, settings: Settings, attribute: str, who: Members, totals: pd.DataFrame
) -> Iterator[tuple[int, int, str, str]]:
    """Yield line, total, the totals possible, and what is listed, for each total that nobody's levels can add up to."""
    if attribute not in sheets["participants"].cells:
        return
    declared, values = settings.levels(attribute), column(sheets, "participants", attribute).str.strip()
    for row, level, n in zip(totals.index, totals["level"], totals["n"], strict=True):
        if declared and level not in declared:
            continue  # told already
        at = values == level
        known = int((who.certain & at).sum())
        possible = int((who.possible & (at | _open(settings, attribute, values))).sum()) + lost(sheets, "participants")
        if not known <= n <= possible:
            allowed = str(known) if known == possible else f"{known} to {possible}"
            more = f", and {possible - known} more could be" if possible > known else ""
            yield int(row), int(n), allowed, f"{known} {'is' if known == 1 else 'are'} listed as {level}{more}"


def _columns(sheets: Sheets) -> Iterator[Fault]:
    """Check that no attribute is a misspelt column of participants; it need not be a column at all."""
    known = Known(map(str, sheets["participants"].cells))
    cells = column(sheets, "margins", "attribute")
    for row, value in cells_where(cells, lambda v: v not in known and bool(known.alike(v))):
        message = f"participants.csv has {known.alike(value)!r}"
        yield Fault(file(sheets, "margins"), row, "attribute", message, value, "", known.advice(value, ""))


def _heard(sheets: Sheets) -> Iterator[Fault]:
    """Check that no event lists more people than it heard; not all need be known."""
    sat, heard = listing(sheets), heads(sheets)
    for row, event in column(sheets, "events", "event").items():
        here, said = len(sat.get(event, ())), heard.get(event, 0)
        if event in heard and said < here:
            message, remedy = f"{here} people are listed at {event}", "correct the number, or the people listed there"
            allowed = f"{here} or more"
            yield Fault(file(sheets, "events"), int(str(row)), "participants", message, str(said), allowed, remedy)
