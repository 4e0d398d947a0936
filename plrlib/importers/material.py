"""Sources and material: what every reader is given, and the one thing that it makes of it, whatever the program.

A reader takes from a file what the tables of a study have a place for, and counts in the file itself how many of each
kind it holds. All that follows (`merge`, `to_tables`, the report) knows material alone, and no program.
What is lost or gained on the way is counted with its reason, so that the report can account for every number.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, Literal, Protocol
from unicodedata import normalize

from plrlib.faults import Fault, StudyError
from plrlib.safe_open import SQLITE, database
from plrlib.text import count, look, verb

NO_CODER = ""
"""The coder of a program that does not say who coded."""


FORMATS, _MESSAGES = (
    tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    for file in ("formats.toml", "messages.toml")
)


class _Sentences(Formatter):
    """Fills in the sentences of messages.toml: numbers with what they count, and the words that go with them."""

    def format_field(self, value: Any, spec: str) -> str:
        """Return a value as it stands in a sentence."""
        one, several, many = spec.partition("|")
        if several:
            return verb(value, one, many)
        return count(value, one) if one else str(value)


def told(message: str, **words: str | int) -> str:
    """Return one of the sentences of messages.toml, filled in."""
    return _Sentences().format(_MESSAGES[message], **words)


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
    speakers
        What labels at the beginning of a transcript's lines tell: `none` of them is read; the `same` person in every
        document; `apart`, somebody else in each; `auto`, that a label in several documents is a fault.
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
    speakers: Literal["auto", "none", "same", "apart"] = "auto"
    moderators: tuple[str, ...] = ()
    keep_names: bool = False
    replace: bool = False


@dataclass
class Grid:
    """One sheet: `rows` maps the line in the file to the cells of that row by their column, all stripped.

    A column without a name is not in it; what is no sheet has no header.
    """

    file: str = ""
    header: list[str] = field(default_factory=list)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def columns(self, *names: str) -> list[str]:
        """Return the columns of these names, however they are written; the first name's before the second's."""
        return [column for name in names for column in self.header if look(column) == look(name)]

    def matching(self, pattern: str) -> dict[str, str]:
        """Return the columns that fit a pattern, by what its * stands for, or by their name where it has none."""
        before, star, after = pattern.partition("*")
        if not star:
            return {column: column for column in self.columns(pattern)}
        return {
            column[len(before) : len(column) - len(after)].strip() or column: column
            for column in self.header
            if fnmatchcase(column, pattern.replace("[", "[[]")) and len(column) > len(before) + len(after)
        }


class Source:
    """A folder or a file to be read, or one of its sheets where it consists of sheets; and what was said beside it.

    `start` is how the file begins, empty for a folder; `ending` is that of its name, in small letters.
    """

    def __init__(self, path: Path, choices: Choices, grid: Grid | None = None) -> None:
        self.path, self.choices, self.grid = path, choices, grid or Grid()
        self.start = b""
        if not path.is_dir():
            with path.open("rb") as stream:
                self.start = stream.read(4096)
        self.is_zip, self.is_database = self.start.startswith(b"PK"), self.start.startswith(SQLITE)
        self.ending = path.suffix.casefold()

    @cached_property
    def tables(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table of a database."""
        if not self.is_database:
            return {}
        with database(self.path) as base:
            return base.columns


class Reader(Protocol):
    """Whatever reads one format: a module or an object with these two functions, listed in `import_files.READERS`."""

    def fits(self, source: Source, /) -> bool:
        """Tell, by what is in it, whether a source is of this format."""

    def read(self, source: Source, /) -> "Material":
        """Return all that a fitting source holds.

        Raises
        ------
        StudyError
            If it is damaged, hostile, or lacks what it takes.
        """


# What a reader makes.


@dataclass(slots=True)
class Code:
    """A code, or a category that holds some; `parent` is the key of the one it stands under, blank at the top."""

    name: str
    parent: str = ""
    definition: str = ""


@dataclass(slots=True)
class Document:
    """One transcript.

    Parameters
    ----------
    name
        As the program has it.
    text
        All of it; None where the file has only passages of it.
    values
        Attributes that the program gives to the document: of whoever speaks in it.
    people
        Keys of those who were heard in it, alone or among others.
    owners
        (start, end, key of a person): passages that are theirs, who were then heard in it.
    """

    name: str
    text: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)
    owners: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """Somebody whom the program knows as a case.

    Parameters
    ----------
    name
        As the program has it: it may be a real name, and is shown nowhere until it has become a code.
    values
        Attributes.
    """

    name: str
    values: dict[str, str] = field(default_factory=dict)


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
    read
        Coders of whom the file says that they read it, whether or not they gave it a code.
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
    read: set[str] = field(default_factory=set)
    name: str = ""

    @property
    def place(self) -> tuple[str, int, int] | None:
        """Where it stands; None where that is not known."""
        return (self.document, self.start, self.end) if self.start >= 0 and self.document else None


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

    def lose(self, kind: str, reason: str, n: int = 1) -> None:
        """Count so many of a kind that are not carried; below zero, so many more than the file has."""
        if n:  # a reason without a number would be a row of the report
            self.changes[kind, reason] -= n

    def lose_passage(self, reason: str, codings: int) -> None:
        """Count a passage that is not carried, and its codings."""
        self.lose("excerpts", reason)
        self.lose("codings", f"of {reason}", codings)

    def mark(self, segment: Segment, given: Sequence[tuple[str, str]], there: bool) -> None:
        """Count a passage with its codings (coder, code), and take it if it is `there` in its document's text."""
        self.found.update(excerpts=1, codings=len(given))
        for coder, code in given:
            self.give(segment, coder, code)
        if there:
            self.segments.append(segment)
        else:
            self.lose_passage("passages whose place is not in the text", len(segment.coded))

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

    def note(self, message: str, n: int) -> None:
        """Note one of the sentences of messages.toml that tell of a number of things, unless there are none."""
        if n:
            self.notes.append(told(message, n=n))


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
        people = _add_people(whole, material, number, faults)
        documents = _add_documents(whole, material, number, people)
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
        old = whole.codes.setdefault(keys[key], code)
        if old is code:
            code.parent = keys.get(code.parent, "")
        else:
            whole.lose("codes", _AGAIN)
            old.definition = old.definition or code.definition
    return keys


def _add_documents(whole: Material, material: Material, number: int, people: Mapping[str, str]) -> dict[str, str]:
    """Take the documents and return their new keys; one of the same name and text is an earlier file's."""
    before = dict(whole.documents)  # two of one file are two, whatever they are called
    keys = {}
    for key, document in material.documents.items():
        document.people = {people[person]: None for person in document.people}
        document.owners = [(start, end, people[person]) for start, end, person in document.owners]
        alike = (known for known, old in before.items() if look(old.name) == look(document.name))
        same = (known for known in alike if len({before[known].text, document.text} - {None}) < 2)
        keys[key] = next(same, f"{number} {key}")
        old = whole.documents.setdefault(keys[key], document)
        if old is not document:
            whole.lose("documents", _AGAIN)
            old.text = document.text if old.text is None else old.text
            old.values |= document.values
            old.people |= document.people
            old.owners += document.owners
    return keys


def _add_people(whole: Material, material: Material, number: int, faults: list[Fault]) -> dict[str, str]:
    """Take the people and return their new keys; those whose names look alike are one person, within a file too.

    Each attribute of which two values are given is a fault, which tells the attribute and not the name.
    """
    known = {look(person.name): key for key, person in whole.people.items()}
    keys: dict[str, str] = {}
    what = "the same person has another value before this"
    remedy = "correct one of them, or tell two people apart by their names"
    for key, person in material.people.items():
        keys[key] = known.setdefault(look(person.name), f"{number} {key}")
        old = whole.people.setdefault(keys[key], person)
        if old is not person:
            whole.lose("people", "the same person named again")
            faults += [
                Fault(material.file, None, name, what, value[:40], old.values[name][:40], remedy)
                for name, value in person.values.items()
                if name in old.values and look(old.values[name]) != look(value)
            ]
            old.values |= person.values | old.values  # what was said first stays
    return keys


def _add_segments(whole: Material, material: Material) -> None:
    """Take the passages; one at the same place is one with it."""
    earlier = {segment.place: segment for segment in whole.segments if segment.place}
    known = dict(earlier)
    for segment in material.segments:
        same = known.setdefault(segment.place, segment) if segment.place else segment
        if same is segment:
            whole.segments.append(segment)
            continue
        whole.lose("excerpts", _AGAIN if segment.place in earlier else "passages at the same place, taken as one")
        same.read |= segment.read
        for coder, code in segment.coded:
            whole.give(same, coder, code)


# Codes that are written as paths, put under one another.


def _nest(materials: Sequence[Material]) -> None:
    """Put each code that is written as a path under the one that the path begins with.

    Where a file's paths are complete (`Theme > Code`), a theme that stands in paths only becomes a code. Otherwise (a
    full stop in a tag, as in `e.g.`) only a beginning that is a tag itself counts, in whichever of the files.
    """
    nested = [material for material in materials if material.nesting]
    tags = {code.name for material in nested for code in material.codes.values()}
    for material in nested:
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
            material.lose("codes", in_paths if material.complete_paths else in_a_file, -1)
            _nest_code(material, above, own, tags)  # it may stand under another in its turn
        if above in own:
            code.parent, code.name = own[above], below.strip()
            return


def _paths(material: Material) -> dict[str, tuple[str, ...]]:
    """Return the names from the top to each code."""
    names = {key: normalize("NFC", code.name).strip() for key, code in material.codes.items()}
    return {key: tuple(names[above] for above in material.path(key)) for key in names}
