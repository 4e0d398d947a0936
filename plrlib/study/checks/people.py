"""Whether what tables and study.toml say of people agrees: values, totals, and who may have said an excerpt."""

from collections import defaultdict
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import Fault
from plrlib.study import speakers
from plrlib.study.checks.tables import Known, Sheets, known, look_alikes, on_speakers
from plrlib.study.files import Cells, Sheet, first_rows
from plrlib.study.schema import WHOLE
from plrlib.study.settings import Settings
from plrlib.study.speakers import ATTRIBUTES, parts
from plrlib.text import count, verb


def check_people(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every value, total and attribution that the people listed contradict."""
    if not any(sheets["participants"].column("participant").values):
        return []  # told already
    return [
        *_check_populations(sheets, settings),
        *_check_disagreements(sheets, settings),
        *_check_groups(sheets, settings),
        *_check_undeclared(sheets, settings),
        *_check_attributed_values(sheets, settings),
        *_check_totals(sheets, settings),
        *_check_attributes_of_totals(sheets),
        *_check_event_sizes(sheets),
        *_check_quantifiers(sheets),
        *_check_blank_speakers(sheets),
        *_check_named_speakers(sheets),
        *_check_possible_speakers(sheets, settings),
    ]


# Whether the values that tables and study.toml name are values that somebody has.


def _values(sheets: Sheets, settings: Settings, attribute: str) -> Known:
    """Return the values of an attribute that somebody has, or may have where it is not published who."""
    totals = _totals_by(sheets, attribute).column("level").values
    return known(sheets, "participants", attribute, *settings.levels(attribute), *totals)


def _totals_by(sheets: Sheets, attribute: str) -> Sheet:
    return sheets["margins"].keep(sheets["margins"].column("attribute").where(attribute.__eq__))


def _check_populations(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that events and columns are there, and that a value nobody has is not one misspelt."""
    for name, rules in settings.populations.items():
        for attribute, values in rules.items():
            place = ("populations", name, attribute)
            if attribute == "event":
                there, code = known(sheets, "events", "event"), "no_event"
                wrong = [value for value in values if there.values and value not in there]
            elif attribute in sheets["participants"].cells:
                there, code = _values(sheets, settings, attribute), "nobody_has"
                wrong = [value for value in values if value not in there and there.near(value)]
            else:
                yield from _check_column(sheets, settings, place, attribute)
                continue
            for value in wrong:
                words = there.words(value, "correct it, or leave it out")
                yield settings.fault(code, place, value, attribute=attribute, **words)


def _check_disagreements(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    for matter in settings.disagreements:
        if matter.column:
            yield from _check_column(sheets, settings, ("disagreements", "column"), matter.column)


def _check_column(sheets: Sheets, settings: Settings, place: tuple[str, ...], name: str) -> Iterator[Fault]:
    """Check that study.toml names a column of participants; one written in another way is told with the header."""
    headers = Known(sheets["participants"].cells)
    if name not in headers and not headers.alike(name):
        yield settings.fault("no_column", place, name, **headers.words(name, "add the column, or correct the name"))


def _check_groups(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that every group is declared: of the people a grouping is about, and of totals."""
    otherwise = "declare it there, or correct it here"
    for grouping in settings.groupings.values():
        about = sheets["participants"]
        if grouping.population:
            about = about.keep(members(sheets, settings, grouping.population).possible)
        declared = Known(grouping.levels)
        yield from declared.faults(about, grouping.column, "undeclared", otherwise, grouping=grouping.name)
    for attribute in dict.fromkeys(grouping.column for grouping in settings.groupings.values()):
        declared, totals = Known(settings.levels(attribute)), _totals_by(sheets, attribute)
        yield from declared.faults(totals, "level", "undeclared_total", otherwise, attribute=attribute)


def _check_undeclared(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that values which no grouping declares, but which count all the same, are written in one way."""
    of_populations = (attribute for rules in settings.populations.values() for attribute in rules)
    for attribute in dict.fromkeys((*ATTRIBUTES, *of_populations)):
        if not settings.levels(attribute):
            yield from look_alikes(sheets, attribute, [("participants", attribute)])


def _check_attributed_values(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that somebody has, or could have, each role and sector that an excerpt is attributed to."""
    headers = Known(sheets["participants"].cells)
    for attribute in ATTRIBUTES:
        if attribute in headers or not headers.alike(attribute):  # else it is told with the header
            yield from _values(sheets, settings, attribute).faults(
                sheets["excerpts"], attribute, "nobody_has", f"correct it, or add the {attribute} to participants.csv",
                several=True, attribute=attribute,
            )  # fmt: skip


# Whether totals fit the people listed.


class Members(NamedTuple):
    """Who of P participants belongs to a population by what is published of them; `most` of them at once.

    Parameters
    ----------
    certain
        For each of P participants whether they do for certain; somebody listed twice counts once.
    possible
        For each of P participants whether they may.
    most
        How many of them may at once.
    """

    certain: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    most: int


def members(sheets: Sheets, settings: Settings, population: str) -> Members:
    """Return who belongs to a population of study.toml.

    Somebody with a blank attribute possibly does. So does everybody where an event had more people than it lists, and
    whoever stands in a row that could not be read.
    """
    people, unreadable = sheets["participants"].column("participant"), len(sheets["participants"].faults)
    certain, possible = np.zeros(len(people), dtype=bool), np.ones(len(people), dtype=bool)
    certain[first_rows(people.codes)] = True
    certain &= people.where(bool)
    room = everybody = len(people) + unreadable
    listed, sizes = attendees(sheets), event_sizes(sheets)
    for attribute, values in settings.populations.get(population, {}).items():
        if attribute == "event":
            by_event = {event: listed.get(event, set()) for event in values}
            room = sum(max(len(who), sizes.get(v, 0 if who else everybody)) for v, who in by_event.items())
            there = people.where(set().union(*by_event.values()).__contains__)
            may_be = there | (room > sum(map(len, by_event.values())))
        else:
            cells = _trimmed(sheets, attribute)
            there = cells.where(values.__contains__)
            may_be = there | _may_be_any(settings, attribute, cells)
        certain, possible = certain & there, possible & may_be
    return Members(certain, possible, min(room, int(possible.sum()) + unreadable))


def _trimmed(sheets: Sheets, attribute: str) -> Cells:
    cells = sheets["participants"].column(attribute)
    return Cells([*map(str.strip, cells.values)], cells.codes)


def _may_be_any(settings: Settings, attribute: str, cells: Cells) -> NDArray[np.bool_]:
    """Return for whom a value is not known: it is blank, or a fault of its own and may be any."""
    declared = settings.levels(attribute)
    return ~cells.where(declared.__contains__ if declared else bool)


def attendees(sheets: Sheets) -> dict[str, set[str]]:
    """Return who of the participants is listed at each event."""
    people = set(sheets["participants"].column("participant").values)
    listed: dict[str, set[str]] = {}
    for table, event in (("participants", "focus_group"), ("attendance", "event")):
        for who, where in sheets[table].rows("participant", event):
            listed.setdefault(where, set()).update({who} & people)
    return listed


def event_sizes(sheets: Sheets) -> dict[str, int]:
    """Return how many people each event says it had, where it does."""
    return {event: int(n) for event, n in sheets["events"].rows("event", "participants") if WHOLE.fullmatch(n)}


def _check_totals(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that those known to be in a group, the total, and those who could be in it follow in size."""
    margins = sheets["margins"]
    declared = margins.column("population").where(settings.populations.__contains__)
    margins = margins.keep(declared & margins.column("n").where(WHOLE.fullmatch))
    number, kinds = margins.combinations("population", "attribute")
    for at, (population, attribute) in enumerate(kinds):
        totals = margins.keep(number == at)
        who = members(sheets, settings, population)
        wrong = list(_wrong_totals(sheets, settings, attribute, who, totals))
        yield from wrong
        numbers = list(totals.column("n"))
        if sum(map(int, numbers)) > who.most and not wrong:
            words = {"numbers": " + ".join(numbers), "population": population, "attribute": attribute}
            for line, n in zip(totals.lines.tolist(), numbers, strict=True):
                yield margins.told("wrong_totals", line, "n", n, most=who.most, **words)


def _wrong_totals(sheets: Sheets, settings: Settings, attribute: str, who: Members, totals: Sheet) -> Iterator[Fault]:
    """Check that each total of a population by an attribute is one that the people listed allow."""
    if attribute not in sheets["participants"].cells:
        return
    declared, values = settings.levels(attribute), _trimmed(sheets, attribute)
    may_be_any = _may_be_any(settings, attribute, values)
    for line, (population, group, n) in zip(totals.lines, totals.rows("population", "level", "n"), strict=True):
        if declared and group not in declared:
            continue  # told already
        there = values.where(group.__eq__)
        certain = int((who.certain & there).sum())
        possible = int((who.possible & (there | may_be_any)).sum()) + len(sheets["participants"].faults)
        if not certain <= int(n) <= possible:
            allowed = str(certain) if certain == possible else f"{certain} to {possible}"
            more = f", and {possible - certain} more could be" if possible > certain else ""
            words = {"certain": certain, "are": verb(certain, "is", "are"), "group": group, "more": more}
            words |= {"population": population, "allowed": allowed}
            yield totals.told("wrong_total", int(line), "n", str(int(n)), **words)


def _check_attributes_of_totals(sheets: Sheets) -> Iterator[Fault]:
    """Check that no attribute is a misspelt column of participants; it need not be a column at all."""
    headers = Known(sheets["participants"].cells)
    margins = sheets["margins"]
    for line, name in margins.rows_where("attribute", wrong=lambda name: name not in headers and headers.alike(name)):
        twin, remedy = headers.alike(name), headers.advice(name, "")
        yield margins.told("misspelt_attribute", line, "attribute", name, twin=twin, remedy=remedy)


def _check_event_sizes(sheets: Sheets) -> Iterator[Fault]:
    """Check that no event lists more people than it had; not all need be known."""
    listed, sizes = attendees(sheets), event_sizes(sheets)
    events, crowded = sheets["events"], {v for v, n in sizes.items() if n < len(listed.get(v, ()))}
    for line, event in events.rows_with("event", crowded):
        here = len(listed[event])
        words = {"people": count(here, "person"), "are": verb(here, "is", "are"), "event": event, "here": here}
        yield events.told("too_many_listed", line, "participants", str(sizes[event]), **words)


# Whether every excerpt is said by somebody: by name, or by enough of the people it may be.


def quantifier_ends(sheets: Sheets) -> dict[str, tuple[str, str]]:
    """Return the fewest and the most speakers of each quantifier that is sound."""
    return {
        word: (fewest, most)
        for word, fewest, most in sheets["quantifiers"].rows("quantifier", "lower", "upper")
        if _is_number(fewest, speakers.FEWEST_WORDS) and _is_number(most, speakers.MOST_WORDS)
    }


def _is_number(cell: str, words: tuple[str, ...]) -> bool:
    return cell in words or bool(WHOLE.fullmatch(cell))


def _check_quantifiers(sheets: Sheets) -> Iterator[Fault]:
    sheet = sheets["quantifiers"]
    for end, words in (("lower", speakers.FEWEST_WORDS), ("upper", speakers.MOST_WORDS)):
        for line, value in sheet.rows_where(end, wrong=lambda v, words=words: v.strip() and not _is_number(v, words)):
            yield sheet.told("no_number", line, end, value, words=" or ".join(words))
    for line, low, high in sheet.rows_where("lower", "upper", wrong=lambda *ends: all(map(WHOLE.fullmatch, ends))):
        if int(low) > int(high):
            yield sheet.told("crossed", line, "upper", high, low=low)


def _check_blank_speakers(sheets: Sheets) -> Iterator[Fault]:
    said = ("participant", "event", *ATTRIBUTES, "quantifier")
    if not {*said} & {*sheets["excerpts"].cells}:
        return
    for line, *_ in sheets["excerpts"].rows_where(*said, wrong=lambda *cells: not any(cells)):
        yield sheets["excerpts"].told("nobody_spoke", line, "participant")


def _check_named_speakers(sheets: Sheets) -> Iterator[Fault]:
    """Check that a named excerpt's role or sector, where given, is the person's."""
    for attribute in ATTRIBUTES:
        own = {who: value.strip() for who, value in sheets["participants"].rows("participant", attribute)}

        def differs(who: str, said: str, own: dict[str, str] = own) -> bool:
            return bool(who and said and own.get(who)) and own[who] not in parts(said)

        for line, who, said in sheets["excerpts"].rows_where("participant", attribute, wrong=differs):
            yield sheets["excerpts"].told("other_speaker", line, attribute, said, own=own[who])


def _check_possible_speakers(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that an attributed excerpt fits somebody, and as many people as its quantifier says at the least."""
    names, excerpts = ("participant", "event", *ATTRIBUTES, "quantifier"), sheets["excerpts"]
    people, events = on_speakers(sheets, "participants"), on_speakers(sheets, "events")
    known_values: dict[str, Container[str]] = {name: _values(sheets, settings, name) for name in ATTRIBUTES}
    known_values["event"] = set(events["event"])

    def is_known(cells: dict[str, str]) -> bool:
        return all(part in values for name, values in known_values.items() for part in parts(cells[name]))

    # A name that nobody knows is a fault of its own.
    distinct = [dict(zip(names, cells, strict=True)) for cells in excerpts.combinations(*names)[1]]
    attributed = [cells for cells in distinct if not cells["participant"] and is_known(cells)]
    frame = pd.DataFrame(attributed, columns=names, dtype="object")
    found = speakers.attributions(frame.where(frame != "", np.nan), events)
    listed = speakers.seats(people, on_speakers(sheets, "attendance"), events)
    possible = speakers.may_fit(found, listed, people).sum(axis=0) + len(sheets["participants"].faults)
    ends = quantifier_ends(sheets)
    problems: dict[tuple[str, ...], dict[str, Any]] = {}
    for cells, n in zip(attributed, possible[found.of].tolist(), strict=True):
        low, high = (speakers.bounds(end, n) for end in ends.get(cells["quantifier"], speakers.UNSAID))
        if n == 0:
            problems[tuple(cells.values())] = {"code": "nobody_fits", "column": "event, role, sector"}
        elif low > min(high, n):
            place = {"code": "too_few_fit", "column": "quantifier", "value": cells["quantifier"]}
            words = {"people": count(n, "person"), "fit": verb(n, "fits", "fit"), "low": low, "most": min(high, n)}
            problems[tuple(cells.values())] = place | words
    for line, *combination in excerpts.rows_where(*names, wrong=lambda *cells: cells in problems):
        yield excerpts.told(line=line, **problems[tuple(combination)])


def note_unlisted_speakers(sheets: Sheets) -> list[Fault]:
    """Return a note on each person and event where an excerpt names the person and the event lists only others.

    The person then counts as having been there as well, and where they were first decides which excerpts count. A slip
    in `focus_group` would leave out what they said, without a word.
    """
    listed = attendees(sheets)

    def unlisted(who: str, cell: str) -> bool:
        events = parts(cell)
        return bool(who) and len(events) == 1 and who not in listed.get(events[0], {who})

    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for line, who, cell in sheets["excerpts"].rows_where("participant", "event", wrong=unlisted):
        lines[who, parts(cell)[0]].append(line)
    return [
        sheets["excerpts"].told("unlisted_speaker", named[0], "event", event, who=who, times=count(len(named), "time"))
        for (who, event), named in lines.items()
    ]
