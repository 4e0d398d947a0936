"""Several files of one study as one: codes by their path, people by their name, documents by name and text."""

import re
from collections.abc import Iterable, Mapping

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import KINDS, Document, Material, Person, Segment
from plrlib.importers.sheets import nest, paths
from plrlib.text import look

# Ids that say nothing of anybody: a program's own names are kept where they are codes, and else replaced by some.

_ENDING = re.compile(r"\.(txt|docx?|odt|rtf|pdf|md|html?|mp3|mp4|m4a|wav|vtt|srt)$", re.IGNORECASE)
_WORDS = frozenset({
    "a", "adult", "and", "carer", "case", "child", "client", "discussion", "doc", "document", "dyad", "event",
    "family", "father", "female", "fg", "file", "final", "focus", "follow", "followup", "foster", "fr", "gp",
    "group", "hearing", "int", "interview", "interviewee", "male", "man", "manager", "mother", "ni", "nurse", "of",
    "officer", "one", "parent", "part", "participant", "patient", "person", "police", "practitioner", "pupil", "r",
    "respondent", "round", "school", "session", "social", "source", "speaker", "staff", "statutory", "student",
    "survey", "teacher", "team", "text", "three", "transcript", "triad", "two", "up", "v", "version", "voice",
    "voluntary", "week", "woman", "worker", "workshop", "young", "youth",
})  # fmt: skip
_TOKEN = re.compile(r"\d+[a-z]?|[^\W\d_]{1,5}\d+[a-z]?|[^\W\d_]", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z]{2,5}")


def bare(name: str) -> str:
    """Return a document's name without the ending of its file, on one line."""
    return " ".join(_ENDING.sub("", name.strip()).replace(";", ",").split())


def is_code(name: str) -> bool:
    """Tell whether a name is made of codes and common words alone, so that it can be nobody's: `P01`, `Focus group 2`.

    Numbers, single letters, up to five letters with a number, up to five capitals and the words of the trade count.
    """
    tokens = [token for token in re.split(r"[\W_]+", name) if token]
    return bool(tokens) and all(
        _TOKEN.fullmatch(token) or _CAPITALS.fullmatch(token) or token.casefold() in _WORDS for token in tokens
    )


def coded_names(
    names: Iterable[str], prefix: str, before: Mapping[str, str], *, keep: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Return an id for each name, no two of which look alike, and the names that were replaced with what replaced them.

    Parameters
    ----------
    names
        The program's names, in order.
    prefix
        What an id begins with that replaces a name; a number follows.
    before
        Names that were replaced earlier, with their ids: the same name gets the same id.
    keep
        Whether names are kept, whatever they are made of.
    """
    names = list(names)
    taken = {look(name) for name in names if keep or is_code(name)} | {look(one) for one in before.values()}
    ids: list[str] = []
    replaced: dict[str, str] = {}
    given: set[str] = set()
    number = 0
    for name in names:
        if keep or is_code(name):
            one = name or "unnamed"
        elif name in before or name in replaced:
            one = before.get(name) or replaced[name]
        else:
            while look(f"{prefix}{number + 1}") in taken:
                number += 1
            number += 1
            one = f"{prefix}{number}"
        if one != name:
            replaced[name] = one
        ids.append(distinct(one, given))
    return ids, replaced


def distinct(name: str, given: set[str]) -> str:
    """Return a name that looks like none given so far, with a number behind it where there is one, and remember it."""
    one, n = name, 1
    while look(one) in given:
        n += 1
        one = f"{name} ({n})"
    given.add(look(one))
    return one


# Several files of one study as one: codes by their path, people by their name, documents by name and text.

_TWICE = "the same in another file"


def merge(materials: list[Material]) -> Material:
    """Return one material for all files, which are used up by it; keys get the number of their file.

    Raises
    ------
    StudyError
        If two files say different things of the same person; it lists each.
    """
    nest(materials)
    whole = Material(materials[0].file, materials[0].origin, title=next((m.title for m in materials if m.title), ""))
    faults: list[Fault] = []
    for number, material in enumerate(materials):
        for kind in KINDS:
            whole.tallies[kind].found += material.tallies[kind].found
            whole.tallies[kind].changes.update(material.tallies[kind].changes)
        whole.left.update(material.left)
        several = f"{material.file}: " if len(materials) > 1 else ""
        whole.guessed += [several + one for one in material.guessed]
        whole.told += [several + one for one in material.told]
        codes = _codes(whole, material, number)
        documents = _documents(whole, material, number)
        people = _people(whole, material, number, documents, faults)
        _segments(whole, material, documents, people, codes)
    if faults:
        raise StudyError("what the files say of people", faults)
    return whole


def _codes(whole: Material, material: Material, number: int) -> dict[str, str]:
    known = {path: key for key, path in reversed(paths(whole).items())}
    keys: dict[str, str] = {}
    for key, path in paths(material).items():
        keys[key] = known.get(path, f"{number} {key}")
    for key, code in material.codes.items():
        if keys[key] in whole.codes:
            whole.tallies["codes"].less(_TWICE)
            whole.codes[keys[key]].definition = whole.codes[keys[key]].definition or code.definition
        else:
            code.parent = keys.get(code.parent, "")
            whole.codes[keys[key]] = code
    return keys


def _documents(whole: Material, material: Material, number: int) -> dict[str, str]:
    """Take the documents; one of the same name and text is an earlier file's."""
    before = dict(whole.documents)
    keys = {}
    for key, document in material.documents.items():
        same = [k for k, old in before.items() if _same(old, document)]
        keys[key] = same[0] if same else f"{number} {key}"
        if same:
            whole.tallies["documents"].less(_TWICE)
            old = whole.documents[same[0]]
            old.text = document.text if old.text is None else old.text
            old.values |= document.values
        else:
            whole.documents[keys[key]] = document
    return keys


def _same(one: Document, other: Document) -> bool:
    return look(one.name) == look(other.name) and (one.text == other.text or None in (one.text, other.text))


def _people(
    whole: Material, material: Material, number: int, documents: dict[str, str], faults: list[Fault]
) -> dict[str, str]:
    """Take the people; names that look alike are one person."""
    known = {look(person.name): key for key, person in whole.people.items()}
    keys = {}
    for key, person in material.people.items():
        old = known.setdefault(look(person.name), f"{number} {key}")
        keys[key] = old
        spans = [(documents[document], start, end) for document, start, end in person.spans if document in documents]
        heard = dict.fromkeys(documents[document] for document in person.documents if document in documents)
        if old in whole.people:
            whole.tallies["people"].less("the same person named again")
            _join(whole.people[old], person, material.file, faults)
            whole.people[old].spans += spans
            whole.people[old].documents |= heard
        else:
            whole.people[old] = Person(person.name, person.values, heard, spans)
    return keys


def _join(old: Person, new: Person, file: str, faults: list[Fault]) -> None:
    """Add what is said of somebody once more; a contradiction is a fault, told by the attribute and not by the name."""
    for name, value in new.values.items():
        before = old.values.setdefault(name, value)
        if look(before) != look(value):
            what = "the same person has another value before this"
            remedy = "correct one of them, or tell two people apart by their names"
            faults.append(Fault(file, None, name, what, value[:40], before[:40], remedy))


def _segments(
    whole: Material, material: Material, documents: dict[str, str], people: dict[str, str], codes: dict[str, str]
) -> None:
    """Take the passages; one at the same place is one with it."""
    at: dict[tuple[object, ...], Segment] = {_place(s): s for s in whole.segments if _place(s)}
    in_this: set[int] = set()
    for segment in material.segments:
        _rename(segment, documents, people, codes)
        place = _place(segment)
        old = at.get(place) if place else None
        if old is None:
            if place:
                at[place] = segment
            whole.segments.append(segment)
            in_this.add(id(segment))
            continue
        why = "passages at the same place, taken as one" if id(old) in in_this else _TWICE
        whole.tallies["excerpts"].less(why)
        for given in segment.coded:
            if given in old.coded:
                whole.tallies["codings"].less("codings given twice")
            old.coded[given] = None


def _place(segment: Segment) -> tuple[object, ...]:
    if segment.start >= 0 and segment.document:
        return (segment.document, segment.start, segment.end)
    return ()


def _rename(segment: Segment, documents: dict[str, str], people: dict[str, str], codes: dict[str, str]) -> None:
    segment.document = documents.get(segment.document, "")
    segment.person = people.get(segment.person, "")
    segment.coded = {(coder, codes[code]): None for coder, code in segment.coded if code in codes}
