"""Who was heard in each document, and which passages are whose: from cases, from labels in the text, or from names."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from plrlib.alike import look
from plrlib.faults import Fault, StudyError
from plrlib.ingest.material import Material, Person
from plrlib.ingest.naming import bare
from plrlib.ingest.speakers import is_voice, turns

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
