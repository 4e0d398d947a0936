"""Who speaks in a transcript, where the lines of its text begin with whose they are: `P01: ...`."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from plrlib.alike import look

LEADERS = re.compile(
    "(moderator|moderatorin|mod|interviewer|int|facilitator|fac|researcher|chair|host|i|q|m|question|notetaker|observer)[0-9]*"
)
"""Labels of whoever leads the talk, as `look` sees them: what they say is no respondent's."""
_HEADINGS = re.compile(
    "(section|part|topic|item|line|theme|chapter|figure|table|step|day|week|note|slide|page|time|date|file)[0-9]*"
)
_LABEL = re.compile(r"^[ \t]*(?P<label>[^\W\d_][^:\n\t]{0,39}?)[ \t]*:(?!//)(?=[ \t]|$)", re.MULTILINE)
_CODE = re.compile(r"[^\W\d_]{1,12}(?:[ _-]?[^\W\d_]{0,5}\d{1,3}){1,3}[a-z]?")
_SHARE = 0.5
"""The share of the lines of a text that labels other than codes must begin, to be taken for voices."""


@dataclass(frozen=True)
class Turn:
    """What one voice says in one go: from its label to the next one; `words` is where the label ends."""

    label: str
    start: int
    words: int
    end: int


def turns(text: str) -> list[Turn]:
    """Return the turns of a transcript; none where it does not mark them.

    A label is up to four words and a colon at the beginning of a line. Labels that look like codes (`P01`,
    `Speaker 2`) or name whoever leads the talk count from the first time; others (`Anna:`, `Well:`) only where labels
    begin half of all lines, and one of the others comes again.
    """
    found = [
        m for m in _LABEL.finditer(text) if len(m["label"].split()) <= 4 and not _HEADINGS.fullmatch(look(m["label"]))
    ]
    often = Counter(look(m["label"]) for m in found)
    sure = {name for name in often if _CODE.fullmatch(name) or LEADERS.fullmatch(name)}
    others = set(often) - sure
    lines = sum(1 for line in text.split("\n") if line.strip())
    if sum(often.values()) < _SHARE * lines or not any(often[name] > 1 for name in others):
        others = set()
    kept = [m for m in found if look(m["label"]) in sure | others]
    if not any(is_voice(m["label"]) for m in kept):
        return []
    ends = [m.start() for m in kept[1:]] + [len(text)]
    return [Turn(m["label"].strip(), m.start(), m.end(), end) for m, end in zip(kept, ends, strict=True)]


def is_voice(label: str, leaders: Collection[str] = ()) -> bool:
    """Tell whether a label is a respondent's, and not of somebody who leads the talk."""
    return not LEADERS.fullmatch(look(label)) and look(label) not in {look(leader) for leader in leaders}
