"""Who was heard in each document, and which passages are whose: from cases, from labels in the text, or from names."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import Choices, Material, Person
from plrlib.text import count, look, people, verb

MODERATOR = "\0moderator"
"""The owner of a passage that belongs to whoever leads the talk."""
GROUP, INTERVIEW = "focus group", "interview"
_GROUP = re.compile(r"\b(focus|group|groups|workshop|fg[ _-]?\d*)\b", re.IGNORECASE)
"""What in a document's name shows that several people sat there."""
_ENDING = re.compile(r"\.(txt|docx?|odt|rtf|pdf|md|html?|mp3|mp4|m4a|wav|vtt|srt)$", re.IGNORECASE)


@dataclass
class Speakers:
    """Of one document: who was heard, in which kind of event, and (start, end, person) of passages told apart."""

    people: dict[str, None] = field(default_factory=dict)
    kind: str = INTERVIEW
    owners: list[tuple[int, int, str]] = field(default_factory=list)


def speakers_of(material: Material, choices: Choices) -> dict[str, Speakers]:
    """Return for each document who was heard; people whom only labels or documents name are added to the material.

    Raises
    ------
    StudyError
        If a label stands in several documents and it was not said whether it is the same person; it lists each.
    """
    found = {key: Speakers() for key in material.documents}
    _find_by_case(material, found)
    for segment in material.segments:
        if segment.person and segment.document:
            found[segment.document].people[segment.person] = None
    if choices.read_labels:
        _find_by_label(material, found, choices)
    _find_by_document(material, found)
    for key, speakers in found.items():
        speakers.owners.sort()  # those at a place are found by bisection
        if len(speakers.people) > 1 or _GROUP.search(material.documents[key].name):
            speakers.kind = GROUP
    return found


def document_name(name: str) -> str:
    """Return a document's name without the ending of its file, on one line."""
    return " ".join(_ENDING.sub("", name.strip()).replace(";", ",").split())


def _find_by_case(material: Material, found: dict[str, Speakers]) -> None:
    """Take the documents and passages of each case; a sheet of people may say where they sat."""
    names = {look(document_name(document.name)): key for key, document in material.documents.items()}
    without_document = 0
    for key, person in material.people.items():
        for column in ("focus_group", "event"):
            event = person.values.get(column, "")
            document = names.get(look(document_name(event)))
            if document and event:
                person.documents[document] = None
                del person.values[column]  # else it would become an attribute, with a name that ids have replaced
            without_document += bool(event and not document)
        for document in person.documents:
            found[document].people[key] = None
        for document, start, end in person.spans:
            found[document].people[key] = None
            found[document].owners.append((start, end, key))
    if without_document:
        n = without_document
        material.notes.append(f"{people(n)} {verb(n, 'is', 'are')} listed at an event of which there is no document")


def _find_by_label(material: Material, found: dict[str, Speakers], choices: Choices) -> None:
    """Read the labels of the documents in which no case has passages of its own."""
    known = {look(person.name): key for key, person in material.people.items()}
    labelled: dict[str, list[Turn]] = {}
    where: dict[str, set[str]] = {}
    for key, document in material.documents.items():
        # A program that tells passages apart by cases knows better than the text.
        own = turns(document.text) if document.text and not found[key].owners else []
        labels = {look(turn.label) for turn in own if not is_moderator(turn.label, choices.moderators)}
        if labels:
            labelled[key] = own
        for label in labels:
            where.setdefault(label, set()).add(key)
    shared = {label for label, keys in where.items() if len(keys) > 1 and label not in known}
    if shared and choices.same_speakers is None:
        told = {label: f"a label begins lines in {count(len(where[label]), 'document')}" for label in sorted(shared)}
        same = "say --speakers same if it is one person wherever it stands"
        remedy = f"{same}, --speakers apart if each document has its own"
        faults = [Fault(material.file, None, "", message, label, "", remedy) for label, message in told.items()]
        raise StudyError("who speaks", faults)
    for key, own in labelled.items():
        for turn in own:
            label, person = look(turn.label), MODERATOR
            if label in where:
                local = label in shared and not choices.same_speakers  # somebody else in each document
                person = known.get(label, f"label {key if local else ''} {label}")
                if person not in material.people:
                    prefix = f"{document_name(material.documents[key].name)} " if local else ""
                    material.people[person] = Person(prefix + turn.label)
                    material.found["people"] += 1
                found[key].people[person] = None
            found[key].owners.append((turn.start, turn.end, person))
    if labelled:
        n = len({owner for key in labelled for *_, owner in found[key].owners} - {MODERATOR})
        what = f"lines of {count(len(labelled), 'document')} begin with whose they are"
        who = f"{people(n)} {verb(n, 'is', 'are')} told apart so"
        remedy = "otherwise --speakers none, and --leader LABEL for whoever leads the talk"
        material.guesses.append(f"{what}: {who}; {remedy}")


def _find_by_document(material: Material, found: dict[str, Speakers]) -> None:
    """Take a document in which nobody is told apart as one person's, unless its name says that it was a group."""
    used = {segment.document for segment in material.segments}
    known = {look(person.name): key for key, person in material.people.items()}
    interviews = groups = 0
    for key, document in material.documents.items():
        # Of a sheet a document is a name alone: where nothing was marked in it, nobody was heard.
        if found[key].people or (document.text is None and key not in used):
            continue
        if _GROUP.search(document.name):
            groups += key in used
            continue
        name = document_name(document.name)
        person = known.setdefault(look(name), f"document {key}")
        if person not in material.people:
            material.people[person] = Person(name)
            material.found["people"] += 1
            interviews += 1
        found[key].people[person] = None
    if interviews:
        what = f"{count(interviews, 'document')} in which nobody is told apart {verb(interviews, 'is', 'are')}"
        material.guesses.append(f"{what} taken for an interview with one person each")
    if groups:
        what = f"{count(groups, 'document')} of a group {verb(groups, 'does', 'do')} not tell whose words are whose"
        so = "their excerpts are given to the event, and count for anybody who may have sat there"
        material.notes.append(f"{what}: {so}")


# Whose each line of a transcript is, where lines begin with a label: `P01: ...`.

WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
_MODERATORS, _HEADINGS = (re.compile(f"({'|'.join(WORDS[of])})[0-9]*") for of in ("moderators", "headings"))
"""Labels of whoever leads the talk, as `look` sees them: what they say is no respondent's."""
_LABEL = re.compile(r"^[ \t]*(?P<label>[^\W\d_][^:\n\t]{0,39}?)[ \t]*:(?!//)(?=[ \t]|$)", re.MULTILINE)
_CODE = re.compile(r"[^\W\d_]{1,12}(?:[ _-]?[^\W\d_]{0,5}\d{1,3}){1,3}[a-z]?")
_SHARE = 0.5
"""The share of the lines of a text that labels other than codes must begin, to be taken for those of speakers."""


@dataclass(frozen=True)
class Turn:
    """What somebody says in one go: from behind their label to the next one."""

    label: str
    start: int
    end: int


def turns(text: str) -> list[Turn]:
    """Return the turns of a transcript; none where it does not mark them.

    A label is up to four words and a colon at the beginning of a line. Labels that look like codes (`P01`,
    `Speaker 2`) or name whoever leads the talk count from the first time; others (`Anna:`, `Well:`) only where labels
    begin half of all lines, and one of the others comes again.
    """
    found = [(m, look(m["label"])) for m in _LABEL.finditer(text) if len(m["label"].split()) <= 4]
    found = [(m, label) for m, label in found if not _HEADINGS.fullmatch(label)]
    often = Counter(label for _, label in found)
    labels = {label for label in often if _CODE.fullmatch(label) or is_moderator(label)}
    lines = sum(1 for line in text.split("\n") if line.strip())
    # `Well:` begins a line now and then; names begin most lines, and somebody speaks more than once.
    if len(found) >= _SHARE * lines and any(n > 1 for label, n in often.items() if label not in labels):
        labels = set(often)
    if all(map(is_moderator, labels)):  # questions are marked, and the answers between them are not
        return []
    kept = [m for m, label in found if label in labels]
    ends = [m.start() for m in kept[1:]] + [len(text)]
    return [Turn(m["label"].strip(), m.end(), end) for m, end in zip(kept, ends, strict=True)]


def is_moderator(label: str, more: Collection[str] = ()) -> bool:
    """Tell whether a label is that of whoever leads the talk, among them those that somebody named."""
    return bool(_MODERATORS.fullmatch(look(label))) or look(label) in map(look, more)
