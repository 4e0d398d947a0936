"""Whether people are named at events that list others and not them: it may be so, or a slip of the pen."""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

import pandas as pd

from plrlib.faults import Fault
from plrlib.study.checks.cells import (
    Known,
    Sheets,
    cells_outside,
    cells_where,
    column,
    distinct,
    file,
    known,
    lost,
    twins,
    voices,
)
from plrlib.study.schema import WHOLE
from plrlib.study.settings import FILE, Settings
from plrlib.study.speakers import (
    ATTRIBUTES,
    FEWEST_WORDS,
    MOST_WORDS,
    UNSAID,
    attributions,
    bounds,
    may_fit,
    parts,
    seats,
)

# Whether the levels that tables and study.toml name are levels that somebody has.


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
    columns = _participant_columns(sheets)
    if not columns.alike(name):  # else it is told with the header
        remedy = columns.advice(name, "add the column, or correct the name")
        yield settings.fault(place, "is not a column of participants.csv", name, columns.listed, remedy)


def _participant_columns(sheets: Sheets) -> Known:
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
        if attribute not in sheets["participants"].cells and _participant_columns(sheets).alike(attribute):
            continue  # told with the header
        there, message = had(sheets, settings, attribute), f"nobody has this {attribute}"
        for row, value in cells_outside(column(sheets, "excerpts", attribute), there, several=True):
            remedy = there.advice(value, f"correct it, or add the {attribute} to participants.csv")
            yield Fault(file(sheets, "excerpts"), row, attribute, message, value, there.listed, remedy)


# Whether totals fit the people listed.


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
    return [*_margins(sheets, settings), *_misspelt_attributes(sheets), *_heard(sheets)]


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


def _misspelt_attributes(sheets: Sheets) -> Iterator[Fault]:
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


# Whether every excerpt is said by somebody: by name, or by enough of the people it may be.

_SAID = ("participant", "event", *ATTRIBUTES, "quantifier")


def check_speakers(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every excerpt that nobody, or not so many, can have said, and every quantifier that is no number."""
    return [*_quantifiers(sheets), *_silent(sheets), *_contradictions(sheets), *_candidates(sheets, settings)]


def ends(sheets: Sheets) -> dict[str, tuple[str, str]]:
    """Return the fewest and the most voices of each quantifier that is sound."""
    words = (column(sheets, "quantifiers", name) for name in ("quantifier", "lower", "upper"))
    return {
        word: (fewest, most)
        for word, fewest, most in zip(*words, strict=True)
        if _is_number(fewest, FEWEST_WORDS) and _is_number(most, MOST_WORDS)
    }


def _is_number(cell: str, words: tuple[str, ...]) -> bool:
    return cell in words or bool(WHOLE.fullmatch(cell))


def _quantifiers(sheets: Sheets) -> Iterator[Fault]:
    place = file(sheets, "quantifiers")
    for end, words in (("lower", FEWEST_WORDS), ("upper", MOST_WORDS)):
        allowed = f"a whole number, {' or '.join(words)}"
        for row, value in cells_where(column(sheets, "quantifiers", end), lambda v: bool(v.strip())):
            if not _is_number(value, words):
                yield Fault(place, row, end, "is no number of voices", value, allowed, "write one of these")
    fewest, most = column(sheets, "quantifiers", "lower"), column(sheets, "quantifiers", "upper")
    for row, low, high in zip(fewest.index, fewest, most, strict=True):
        if WHOLE.fullmatch(low) and WHOLE.fullmatch(high) and int(low) > int(high):
            yield Fault(place, int(row), "upper", "is less than lower", high, f"{low} or more", "correct one of them")


def _silent(sheets: Sheets) -> Iterator[Fault]:
    if "excerpts" not in sheets or not {*_SAID} & {*sheets["excerpts"].cells}:
        return
    said = pd.DataFrame({name: column(sheets, "excerpts", name) for name in _SAID})
    for row in said.index[(said == "").all(axis=1)]:
        message = "nothing says who spoke: participant, event, role, sector and quantifier are all blank"
        remedy = "name the participant, or fill what is known of who spoke"
        yield Fault(file(sheets, "excerpts"), int(row), "participant", message, remedy=remedy)


def _contradictions(sheets: Sheets) -> Iterator[Fault]:
    """Check that a named excerpt's role or sector, where given, is the person's."""
    people, speakers = column(sheets, "participants", "participant"), column(sheets, "excerpts", "participant")
    for attribute in ATTRIBUTES:
        own = dict(zip(people, column(sheets, "participants", attribute).str.strip(), strict=True))
        for row, who, said in zip(speakers.index, speakers, column(sheets, "excerpts", attribute), strict=True):
            if who and said and own.get(who) and own[who] not in parts(said):
                message = f"the {attribute} of whoever is named is {own[who]!r} in participants.csv"
                remedy = "correct one of them, or leave this blank"
                yield Fault(file(sheets, "excerpts"), row, attribute, message, said, own[who], remedy)


def _candidates(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that an attributed excerpt fits somebody, and as many people as its quantifier says at the least."""
    excerpts, people, events = (voices(sheets, table) for table in ("excerpts", "participants", "events"))
    known: dict[str, Container[str]] = {a: had(sheets, settings, a) for a in ATTRIBUTES}
    known["event"] = set(events["event"])
    for name, values in known.items():  # a name that nobody knows is a fault of its own
        strange = {v for v in excerpts[name].dropna().unique() if any(part not in values for part in parts(v))}
        excerpts = excerpts[~excerpts[name].isin(strange)]
    found = attributions(excerpts, events)
    listed = seats(people, voices(sheets, "attendance"), events)
    candidates = may_fit(found, listed, people).sum(axis=0) + lost(sheets, "participants")
    numbers = ends(sheets)
    place = file(sheets, "excerpts")
    attributed = found.of >= 0
    words = excerpts["quantifier"].where(excerpts["quantifier"].notna(), "")
    for row, k, word in zip(excerpts.index[attributed], found.of[attributed], words[attributed], strict=True):
        n = int(candidates[k])
        low, high = (bounds(end, n) for end in numbers.get(word, UNSAID))
        if n == 0:
            remedy = "correct event, role or sector, or the people listed there"
            yield Fault(place, int(row), "event, role, sector", "nobody fits all of these", remedy=remedy)
        elif low > min(high, n):
            fitting = "1 person fits" if n == 1 else f"{n} people fit"
            message = (
                f"{fitting} event, role and sector: {low} voices or more are meant, and {min(high, n)} is the most"
            )
            yield Fault(place, int(row), "quantifier", message, word, remedy="correct it, or who may have spoken")


# Whether people are named at events that list others and not them: it may be so, or a slip of the pen.


def note_elsewhere(sheets: Sheets) -> list[Fault]:
    """Return a note on each person and event where an excerpt names the person and the event lists only others.

    The person then counts as heard there as well, and where they were heard first decides which excerpts count. A slip
    in `focus_group` would leave out what they said, without a word.
    """
    listed: defaultdict[str, set[str]] = defaultdict(set)
    for table, event in (("participants", "focus_group"), ("attendance", "event")):
        for who, where in zip(column(sheets, table, "participant"), column(sheets, table, event), strict=True):
            if where:
                listed[where].add(who)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    speakers, events = column(sheets, "excerpts", "participant"), column(sheets, "excerpts", "event")
    for row, who, event in zip(speakers.index, speakers, events, strict=True):
        possible = parts(event)
        if who and len(possible) == 1 and possible[0] in listed and who not in listed[possible[0]]:
            first, n = found.get((who, possible[0]), (int(row), 0))
            found[who, possible[0]] = first, n + 1
    return [
        Fault(
            file(sheets, "excerpts"), row, "event",
            f"{who!r} is named here ({n} time{'' if n == 1 else 's'}), and is not among those listed at this event",
            event, remedy="if it is a slip, correct focus_group or this; if not, add a row to attendance.csv",
        )
        for (who, event), (row, n) in found.items()
    ]  # fmt: skip


def check_people(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every level, total and attribution that the people listed contradict."""
    if not column(sheets, "participants", "participant").any():
        return []  # told already
    return [*check_levels(sheets, settings), *check_totals(sheets, settings), *check_speakers(sheets, settings)]
