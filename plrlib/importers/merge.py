"""Several files of one study as one: codes by their path, people by their name, documents by name and text."""

from collections.abc import Mapping, Sequence
from unicodedata import normalize

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import Code, Document, Material, Person, Segment
from plrlib.text import look

_AGAIN = "the same in another file"


def merge(materials: Sequence[Material]) -> Material:
    """Return one material for all files, which are used up by it; keys get the number of their file.

    Raises
    ------
    StudyError
        If two files say different things of the same person; it lists each.
    """
    _nest(materials)
    whole = Material(materials[0].file, materials[0].origin, title=next((m.title for m in materials if m.title), ""))
    faults: list[Fault] = []
    for number, material in enumerate(materials):
        whole.found.update(material.found)
        whole.changes.update(material.changes)
        whole.not_carried.update(material.not_carried)
        file = f"{material.file}: " if len(materials) > 1 else ""
        whole.guesses += [file + guess for guess in material.guesses]
        whole.notes += [file + note for note in material.notes]
        codes = _add_codes(whole, material, number)
        documents = _add_documents(whole, material, number)
        people, contradictions = _add_people(whole, material, number, documents)
        faults += contradictions
        for segment in material.segments:
            segment.document = documents.get(segment.document, "")
            segment.person = people.get(segment.person, "")
            segment.coded = {(coder, codes[code]): None for coder, code in segment.coded}
        _add_segments(whole, material)
    if faults:
        raise StudyError("what the files say of people", faults)
    return whole


def _add_codes(whole: Material, material: Material, number: int) -> dict[str, str]:
    """Take the codes and return their new keys; one of the same path is an earlier file's."""
    known = {path: key for key, path in reversed(_paths(whole).items())}  # of one path the first code is meant
    keys = {key: known.get(path, f"{number} {key}") for key, path in _paths(material).items()}
    for key, code in material.codes.items():
        old = whole.codes.get(keys[key])
        if old is None:
            code.parent = keys.get(code.parent, "")
            whole.codes[keys[key]] = code
        else:
            whole.lose("codes", _AGAIN)
            old.definition = old.definition or code.definition
    return keys


def _add_documents(whole: Material, material: Material, number: int) -> dict[str, str]:
    """Take the documents and return their new keys; one of the same name and text is an earlier file's."""
    before = dict(whole.documents)  # two of one file are two, whatever they are called
    keys = {}
    for key, document in material.documents.items():
        same = next((known for known, old in before.items() if _same(old, document)), "")
        keys[key] = same or f"{number} {key}"
        if same:
            whole.lose("documents", _AGAIN)
            old = whole.documents[same]
            old.text = document.text if old.text is None else old.text
            old.values |= document.values
        else:
            whole.documents[keys[key]] = document
    return keys


def _same(one: Document, other: Document) -> bool:
    return look(one.name) == look(other.name) and (one.text == other.text or None in (one.text, other.text))


def _add_people(
    whole: Material, material: Material, number: int, documents: Mapping[str, str]
) -> tuple[dict[str, str], list[Fault]]:
    """Take the people and return their new keys, and contradictions; those whose names look alike are one person."""
    # Within a file too: two cases of one name are one person.
    known = {look(person.name): key for key, person in whole.people.items()}
    keys: dict[str, str] = {}
    faults = []
    for key, person in material.people.items():
        keys[key] = known.setdefault(look(person.name), f"{number} {key}")
        person.spans = [(documents[of], start, end) for of, start, end in person.spans if of in documents]
        person.documents = {documents[of]: None for of in person.documents if of in documents}
        old = whole.people.setdefault(keys[key], person)
        if old is not person:
            whole.lose("people", "the same person named again")
            faults += _contradictions(old, person, material.file)
            old.values |= person.values | old.values  # what was said first stays
            old.spans += person.spans
            old.documents |= person.documents
    return keys, faults


def _contradictions(old: Person, new: Person, file: str) -> list[Fault]:
    """Return a fault for each attribute of which two values are given; it tells the attribute and not the name."""
    what = "the same person has another value before this"
    remedy = "correct one of them, or tell two people apart by their names"
    return [
        Fault(file, None, name, what, value[:40], old.values[name][:40], remedy)
        for name, value in new.values.items()
        if name in old.values and look(old.values[name]) != look(value)
    ]


def _add_segments(whole: Material, material: Material) -> None:
    """Take the passages; one at the same place is one with it."""
    earlier = {place: segment for segment in whole.segments if (place := _place(segment))}
    own: dict[tuple[str, int, int], Segment] = {}
    for segment in material.segments:
        place = _place(segment)
        same = place and (earlier.get(place) or own.get(place))
        if same:
            whole.lose("excerpts", _AGAIN if place in earlier else "passages at the same place, taken as one")
            for coder, code in segment.coded:
                whole.give(same, coder, code)
        else:
            whole.segments.append(segment)
            if place:
                own[place] = segment


def _place(segment: Segment) -> tuple[str, int, int] | None:
    return (segment.document, segment.start, segment.end) if segment.start >= 0 and segment.document else None


# Codes that are written as paths, put under one another.


def _nest(materials: Sequence[Material]) -> None:
    """Put each code that is written as a path under the one that the path begins with.

    Where a file's paths are complete (`Theme > Code`), a theme that stands in paths only becomes a code. Otherwise (a
    full stop in a tag, as in `e.g.`) only a beginning that is a tag itself counts, in whichever of the files.
    """
    tags = {code.name for material in materials if material.nesting for code in material.codes.values()}
    for material in materials:
        if material.nesting:
            own = {code.name: key for key, code in material.codes.items()}
            for name in [code.name for code in material.codes.values() if not code.parent]:
                _nest_code(material, name, own, tags)


def _nest_code(material: Material, name: str, own: dict[str, str], tags: set[str]) -> None:
    """Set the parent of the code of this full name, and shorten its name to what the path ends with."""
    code, parts = material.codes[own[name]], name.split(material.nesting)
    for n in range(len(parts) - 1, 0, -1):  # the longest beginning first: the nearest code above
        above, below = material.nesting.join(parts[:n]), material.nesting.join(parts[n:])
        if not above.strip() or not below.strip():
            continue
        if above not in own and (material.complete_paths or above in tags):
            own[above] = f"path {above}"
            material.codes[own[above]] = Code(above)
            in_paths, in_a_file = "themes that stand in the paths of codes alone", "codes that another of the files has"
            material.gain("codes", in_paths if material.complete_paths else in_a_file)
            _nest_code(material, above, own, tags)  # it may stand under another in its turn
        if above in own:
            code.parent, code.name = own[above], below.strip()
            return


def _paths(material: Material) -> dict[str, tuple[str, ...]]:
    """Return the names from the top to each code."""
    names = {key: normalize("NFC", code.name).strip() for key, code in material.codes.items()}
    return {key: tuple(names[above] for above in material.path(key)) for key in names}
