"""Whether people are named at events that list others and not them: it may be so, or a slip of the pen."""

from collections import defaultdict

from plrlib.checks.common import Sheets, column, file
from plrlib.faults import Fault
from plrlib.voices import parts


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
