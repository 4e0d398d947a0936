"""Material: the one thing that every reader makes of a file, in terms that all programs share.

A reader takes from a file what the tables of a study have a place for, and counts in the file itself how many of each
kind it holds. All that follows (`merge`, `speakers`, `to_tables`, the report) knows material alone, and no program.
What is lost or gained on the way is counted with its reason, so that the report can account for every number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from plrlib.faults import Fault, StudyError
from plrlib.text import count, look, verb

NO_CODER = ""
"""The coder of a program that does not say who coded."""
NO_PLACE = "passages whose place is not in the text"


@dataclass(frozen=True)
class Choices:
    """What somebody says beside the files, on the command line or in study.toml.

    Parameters
    ----------
    columns
        Of sheets, the name of the column for each field.
    nesting
        What stands between a theme and a code in a sheet's column of codes; blank: looked for.
    project
        Which project of a Taguette database that has several.
    read_labels
        Whether labels at the beginning of a transcript's lines tell who speaks.
    same_speakers
        Whether a label means the same person in every document; None: a label in several documents is a fault.
    moderators
        More labels of whoever leads the talk.
    keep_names
        Whether the program's own names of people and documents stay.
    replace
        Whether imported rows take the place of those that are there.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    nesting: str = ""
    project: str = ""
    read_labels: bool = True
    same_speakers: bool | None = None
    moderators: tuple[str, ...] = ()
    keep_names: bool = False
    replace: bool = False


@dataclass(slots=True)
class Code:
    """A code, or a category that holds some; `parent` is the key of the one it stands under, blank at the top."""

    name: str
    parent: str = ""
    definition: str = ""


@dataclass(slots=True)
class Document:
    """One transcript; `text` is None where the file has only passages of it.

    `values` are attributes that the program gives to the document: of whoever speaks in it.
    """

    name: str
    text: str | None = None
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Person:
    """Somebody whom the program knows as a case.

    Parameters
    ----------
    name
        As the program has it: it may be a real name, and is shown nowhere until it has become a code.
    values
        Attributes.
    documents
        Keys of documents in which they alone, or among others, were heard.
    spans
        (document, start, end): passages that are theirs.
    """

    name: str
    values: dict[str, str] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)
    spans: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Segment:
    """One marked passage, and who gave which codes to it.

    Parameters
    ----------
    document
        The key of its document; blank where the file does not say.
    start, end
        Where it stands in the document's text, in characters from 0, the end not included; -1 where that is not known.
    text
        The words; blank where the file has none.
    person
        The key of whoever said it, where the file says so passage by passage.
    values
        What else the file says of it, by a column of the excerpts.
    coded
        (coder, key of a code), each once.
    name
        What the file calls it.
    """

    document: str
    start: int = -1
    end: int = -1
    text: str = ""
    person: str = ""
    values: dict[str, str] = field(default_factory=dict)
    coded: dict[tuple[str, str], None] = field(default_factory=dict)
    name: str = ""


@dataclass
class Material:
    """All that one file holds for a study.

    Codes, documents and people stand under keys of the reader's own, which its segments refer to.

    Parameters
    ----------
    file
        Its name.
    origin
        The program and the kind of file.
    title
        What the project is called there.
    nesting
        What stands between a code and the one it is under, where codes are written as a path; blank: they are not.
    complete_paths
        Whether a theme that stands in paths only is a code all the same.
    found
        How many documents, people, codes, excerpts and codings were counted in the file itself, and not in what was
        made of it.
    changes
        (kind, reason): how many more came of what was found, or, below zero, how many fewer.
    not_carried
        What the tables have no place for, with its number.
    guesses
        What was taken to be so, and how to say otherwise.
    notes
        What is worth knowing.
    """

    file: str
    origin: str
    title: str = ""
    nesting: str = ""
    complete_paths: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_carried: Counter[str] = field(default_factory=Counter)
    guesses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def gain(self, kind: str, reason: str, n: int = 1) -> None:
        """Count so many more of a kind than the file has."""
        if n:  # a reason without a number would be a row of the report
            self.changes[kind, reason] += n

    def lose(self, kind: str, reason: str, n: int = 1) -> None:
        """Count so many of a kind that are not carried."""
        self.gain(kind, reason, -n)

    def lose_passage(self, reason: str, codings: int) -> None:
        """Count a passage that is not carried, and its codings."""
        self.lose("excerpts", reason)
        self.lose("codings", f"of {reason}", codings)

    def give(self, segment: Segment, coder: str, code: str) -> None:
        """Give a code to a passage, or count that it cannot be given."""
        if code not in self.codes:
            self.lose("codings", "codings with a code that is not in the codebook")
        elif (coder, code) in segment.coded:
            self.lose("codings", "codings given twice")
        else:
            segment.coded[coder, code] = None

    def path(self, key: str) -> list[str]:
        """Return the keys from the top to a code; a circle of parents is cut where it is met."""
        upwards: list[str] = []
        while key in self.codes and key not in upwards:
            upwards.append(key)
            key = self.codes[key].parent
        return upwards[::-1]

    def note_other_words(self, n: int) -> None:
        """Tell how many passages stand at places whose words are not those that the program keeps beside them."""
        if n:
            passages, are, them = count(n, "passage"), verb(n, "is", "are"), verb(n, "it", "them")
            self.notes.append(f"{passages} {are} not worded as the program noted beside {them}")


def plain_text(text: str) -> str:
    """Return a text with one character a line end, and no byte-order mark: so most programs count places."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


# Several files of one study as one: codes by their path, people by their name, documents by name and text.


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
