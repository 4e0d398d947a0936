"""Who was heard in each document, and which passages are whose: from cases, from labels in the text, or from names."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import Material, Person
from plrlib.importers.merge import bare
from plrlib.text import look

# Transcripts as plain text, with the places that programs counted in them.

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)


def plain(text: str) -> str:
    """Return a text with one character a line end, and no byte-order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class Flat:
    """The text of an HTML document, with a line for each block, and how to get there from bytes of its bare text.

    Taguette counts UTF-8 bytes in the text without tags, in which blocks run into one another.
    """

    def __init__(self, html: str) -> None:
        parser = _Parser()
        parser.feed(html)
        parser.close()
        self.text = "".join(parser.parts)
        self._bare = "".join(part for part, own in zip(parser.parts, parser.own, strict=True) if own).encode()
        self._breaks = parser.breaks

    def place(self, at: int, *, end: bool = False) -> int:
        """Return the character that a byte of the bare text is, and for an `end` the one after the last."""
        while (
            at < len(self._bare) and 0x80 <= self._bare[at] <= 0xBF
        ):  # inside a character: after it, as Taguette has it
            at += 1
        added = bisect_left(self._breaks, at) if end else bisect_right(self._breaks, at)
        return len(self._bare[:at].decode()) + added

    def __len__(self) -> int:
        return len(self._bare)


class _Parser(HTMLParser):
    """Collects text, and a line end wherever a block begins or ends between two texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.own: list[bool] = []
        self.breaks: list[int] = []
        self._bytes = 0
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a block begins."""
        self._open |= tag in _BLOCKS

    def handle_endtag(self, tag: str) -> None:
        """Note where a block ends."""
        self._open |= tag in _BLOCKS

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._open and self.parts and not self.parts[-1].endswith("\n") and not data.startswith("\n"):
            self.parts.append("\n")
            self.own.append(False)
            self.breaks.append(self._bytes)
        self._open = False
        self.parts.append(data)
        self.own.append(True)
        self._bytes += len(data.encode())


# Who speaks in a transcript, where the lines of its text begin with whose they are: `P01: ...`.

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


# Who was heard in each document, and which passages are whose: from cases, from labels in the text, or from names.

GROUP = re.compile(r"\b(focus|group|groups|workshop|fg[ _-]?\d*)\b", re.IGNORECASE)
"""What in a document's name shows that several people sat there."""
LED = "\0leader"
"""The owner of a passage that belongs to whoever leads the talk."""


@dataclass(frozen=True)
class Options:
    """How voices are told apart, as the command line says.

    Parameters
    ----------
    labels
        Whether labels at the beginning of lines are read.
    same
        Whether a label means the same person in every document; None: a label in several documents is a fault.
    leaders
        More labels of whoever leads the talk.
    """

    labels: bool = True
    same: bool | None = None
    leaders: tuple[str, ...] = ()


@dataclass
class Heard:
    """Of one document: who was heard, whether as a group, and (start, end, person) of passages that are told apart."""

    people: dict[str, None] = field(default_factory=dict)
    group: bool = False
    owners: list[tuple[int, int, str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)

    def settle(self) -> None:
        """Put the passages in order, so that those at a place are found without a look at all of them."""
        self.owners.sort()
        self.starts = [start for start, *_ in self.owners]
        self.reach = list(accumulate((end for _, end, _ in self.owners), max))


def heard(material: Material, options: Options) -> dict[str, Heard]:
    """Return for each document who was heard; people whom only labels or documents name are added to the material.

    Raises
    ------
    StudyError
        If a label stands in several documents and it was not said whether it is the same person; it lists each.
    """
    found = {key: Heard() for key in material.documents}
    _by_case(material, found)
    for segment in material.segments:
        if segment.person and segment.document:
            found[segment.document].people[segment.person] = None
    if options.labels:
        _by_label(material, found, options)
    _by_document(material, found)
    for key, one in found.items():
        one.settle()
        one.group = len(one.people) > 1 or bool(GROUP.search(material.documents[key].name))
    return found


def _by_case(material: Material, found: dict[str, Heard]) -> None:
    names = {look(bare(document.name)): key for key, document in material.documents.items()}
    strangers = 0
    for key, person in material.people.items():
        for field_name in ("focus_group", "event"):
            place = names.get(look(bare(person.values.get(field_name, ""))))
            if person.values.get(field_name):
                strangers += place is None
                person.documents |= {place: None} if place else {}
                if place:
                    del person.values[field_name]
        for document in person.documents:
            found[document].people[key] = None
        for document, start, end in person.spans:
            found[document].people[key] = None
            found[document].owners.append((start, end, key))
    if strangers:
        material.told.append(f"{strangers} people are listed at an event of which there is no document")


def _by_label(material: Material, found: dict[str, Heard], options: Options) -> None:
    """Read the labels of the documents in which no case has passages of its own."""
    known = {look(person.name): key for key, person in material.people.items()}
    marked = {}
    for key, document in material.documents.items():
        spoken = turns(document.text) if document.text and not found[key].owners else []
        if any(is_voice(turn.label, options.leaders) for turn in spoken):
            marked[key] = spoken
    where: dict[str, set[str]] = {}
    for key, spoken in marked.items():
        for turn in spoken:
            if is_voice(turn.label, options.leaders):
                where.setdefault(look(turn.label), set()).add(key)
    _ask(material, {label: keys for label, keys in where.items() if len(keys) > 1 and label not in known}, options)
    for key, spoken in marked.items():
        for turn in spoken:
            if not is_voice(turn.label, options.leaders):
                found[key].owners.append((turn.words, turn.end, LED))
                continue
            label = look(turn.label)
            shared = len(where[label]) > 1 and options.same is False and label not in known
            person = known.get(label, f"label {key if shared else ''} {label}")
            if person not in material.people:
                name = f"{bare(material.documents[key].name)} {turn.label}" if shared else turn.label
                material.people[person] = Person(name)
                material.found(people=1)
            found[key].people[person] = None
            found[key].owners.append((turn.words, turn.end, person))
    if marked:
        people = {owner for key in marked for *_, owner in found[key].owners if owner != LED}
        what = f"lines of {_documents(len(marked))} begin with whose they are: {len(people)} people are told apart so"
        material.guessed.append(f"{what}; otherwise --speakers none, and --leader LABEL for whoever leads the talk")


def _ask(material: Material, shared: dict[str, set[str]], options: Options) -> None:
    if shared and options.same is None:
        remedy = (
            "say --speakers same if it is one person wherever it stands, --speakers apart if each document has its own"
        )
        faults = [
            Fault(material.file, None, "", f"a label begins lines in {_documents(len(keys))}", label, "", remedy)
            for label, keys in sorted(shared.items())
        ]
        raise StudyError("who speaks", faults)


def _by_document(material: Material, found: dict[str, Heard]) -> None:
    """Take a document in which nobody is told apart as one person's, unless its name says that it was a group."""
    used = {segment.document for segment in material.segments}
    made = groups = 0
    for key, document in material.documents.items():
        if found[key].people or (document.text is None and key not in used):
            continue
        if GROUP.search(document.name):
            groups += key in used
            continue
        known = {look(person.name): k for k, person in material.people.items()}
        name = bare(document.name)
        person = known.get(look(name), f"document {key}")
        if person not in material.people:
            material.people[person] = Person(name)
            material.found(people=1)
            made += 1
        found[key].people[person] = None
    if made:
        material.guessed.append(
            f"{_documents(made)} in which nobody is told apart {'is' if made == 1 else 'are'} taken for an interview "
            "with one person each"
        )
    if groups:
        material.told.append(
            f"{_documents(groups)} of a group {'does' if groups == 1 else 'do'} not tell whose words are whose: their "
            "excerpts are given to the event, and count for anybody who may have sat there"
        )


def owner_parts(one: Heard, start: int, end: int, text: str) -> dict[str, list[tuple[int, int]]]:
    """Return the parts of a passage by whose they are; a part without a letter or a digit is nobody's.

    Parameters
    ----------
    one
        Who was heard in its document.
    start, end
        Where it stands there.
    text
        The document's text.
    """
    at = after = bisect_left(one.starts, end)
    while at and one.reach[at - 1] > start:
        at -= 1
    parts: dict[str, list[tuple[int, int]]] = {}
    for first, last, person in one.owners[at:after]:
        low, high = max(start, first), min(end, last)
        if low < high and any(c.isalnum() for c in text[low:high]):
            parts.setdefault(person, []).append((low, high))
    return parts


def _documents(n: int) -> str:
    return "1 document" if n == 1 else f"{n} documents"
