"""Whether every excerpt is said by somebody: by name, or by enough of the people it may be."""

from collections.abc import Container, Iterator

import pandas as pd

from plrlib.checks.common import Sheets, cells_where, column, file, lost, voices
from plrlib.checks.levels import had
from plrlib.faults import Fault
from plrlib.settings import Settings
from plrlib.tables import WHOLE
from plrlib.voices import ATTRIBUTES, FEWEST_WORDS, MOST_WORDS, UNSAID, attributions, bounds, may_fit, parts, seats

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
