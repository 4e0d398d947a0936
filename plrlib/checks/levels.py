"""Whether the levels that tables and study.toml name are levels that somebody has."""

from collections.abc import Iterator

from plrlib.checks.common import Known, Sheets, cells_outside, column, distinct, file, known, twins
from plrlib.checks.totals import members
from plrlib.faults import Fault
from plrlib.settings import FILE, Settings
from plrlib.voices import ATTRIBUTES


def check_levels(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every level that is not declared, or that nobody has."""
    return [
        *_populations(sheets, settings),
        *_disagreements(sheets, settings),
        *_undeclared(sheets, settings),
        *_alike(sheets, settings),
        *_attributions(sheets, settings),
    ]


def had(sheets: Sheets, settings: Settings, attribute: str) -> Known:
    """Return the levels of an attribute that somebody has, or may have where it is not published who."""
    counted = column(sheets, "margins", "attribute") == attribute
    totals = column(sheets, "margins", "level")[counted].unique()
    return known(sheets, "participants", attribute, *settings.levels(attribute), *totals)


def _populations(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that events and columns are there, and that a level nobody has is not one misspelt."""
    for name, rules in settings.populations.items():
        for attribute, values in rules.items():
            place = ("populations", name, attribute)
            if attribute == "event":
                there, message = known(sheets, "events", "event"), "is not in events.csv"
                wrong = [value for value in values if len(there) and value not in there]
            elif attribute in sheets["participants"].cells:
                there, message = had(sheets, settings, attribute), f"nobody has this {attribute}"
                wrong = [value for value in values if value not in there and there.near(value)]
            else:
                yield from _not_a_column(sheets, settings, place, attribute)
                continue
            for value in wrong:
                remedy = there.advice(value, "correct it, or leave it out")
                yield settings.fault(place, message, value, there.listed, remedy)


def _disagreements(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    for matter in settings.disagreements:
        if matter.column and matter.column not in sheets["participants"].cells:
            yield from _not_a_column(sheets, settings, ("disagreements", "column"), matter.column)


def _not_a_column(sheets: Sheets, settings: Settings, place: tuple[str, ...], name: str) -> Iterator[Fault]:
    columns = _columns(sheets)
    if not columns.alike(name):  # else it is told with the header
        remedy = columns.advice(name, "add the column, or correct the name")
        yield settings.fault(place, "is not a column of participants.csv", name, columns.listed, remedy)


def _columns(sheets: Sheets) -> Known:
    return Known(map(str, sheets["participants"].cells))


def _undeclared(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that every level of a grouping is declared, for the people the grouping is about."""
    for grouping in settings.groupings.values():
        cells = column(sheets, "participants", grouping.column)
        if grouping.population:
            cells = cells[members(sheets, settings, grouping.population).possible]
        levels = Known(grouping.levels)
        for row, value in cells_outside(cells, levels):
            message = f"the level is not declared in [groupings.{grouping.name}] of {FILE}"
            remedy = levels.advice(value, "declare it there, or correct it here")
            yield Fault(file(sheets, "participants"), row, grouping.column, message, value, levels.listed, remedy)
    for attribute in dict.fromkeys(g.column for g in settings.groupings.values()):
        counted = column(sheets, "margins", "attribute") == attribute
        levels = Known(settings.levels(attribute))
        for row, value in cells_outside(column(sheets, "margins", "level")[counted], levels):
            message = f"the level is not declared in any of the groupings of {FILE} by {attribute}"
            remedy = levels.advice(value, "declare it there, or correct it here")
            yield Fault(file(sheets, "margins"), row, "level", message, value, levels.listed, remedy)


def _alike(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that levels which no grouping declares, but which count all the same, are written in one way."""
    named = (attribute for rules in settings.populations.values() for attribute in rules)
    for attribute in dict.fromkeys((*ATTRIBUTES, *named)):
        if not settings.levels(attribute):
            yield from twins(distinct(sheets, "participants", attribute), attribute)


def _attributions(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that somebody has, or could have, each role and sector that an excerpt is attributed to."""
    for attribute in ATTRIBUTES:
        if attribute not in sheets["participants"].cells and _columns(sheets).alike(attribute):
            continue  # told with the header
        there, message = had(sheets, settings, attribute), f"nobody has this {attribute}"
        for row, value in cells_outside(column(sheets, "excerpts", attribute), there, several=True):
            remedy = there.advice(value, f"correct it, or add the {attribute} to participants.csv")
            yield Fault(file(sheets, "excerpts"), row, attribute, message, value, there.listed, remedy)
