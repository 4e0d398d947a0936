"""What a file of another program holds, in the terms that all of them share, before it is laid out as tables."""

from collections import Counter
from dataclasses import dataclass, field

NOBODY = ""
"""The coder of a program that does not say who coded."""


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
class Tally:
    """How many of something a file has, and what became of those that did not come through one for one."""

    found: int = 0
    changes: Counter[str] = field(default_factory=Counter)

    def less(self, why: str, n: int = 1) -> None:
        """Count so many that are not carried, and why."""
        self.changes.update({why: -n} if n else {})

    def more(self, why: str, n: int = 1) -> None:
        """Count so many that one became, and why."""
        self.changes.update({why: n} if n else {})


KINDS = ("documents", "people", "codes", "excerpts", "codings")


@dataclass
class Material:
    """All of one file.

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
        Whether a code of which only the path tells is one all the same.
    tallies
        For each of KINDS, what was counted in the file itself and not in what was made of it.
    left
        What the tables have no place for, with its number.
    guessed
        What was taken to be so, and how to say otherwise.
    told
        What is worth knowing.
    header, asked
        Of a sheet, the columns there are, and the fields that were asked for and found in it.
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
    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    left: Counter[str] = field(default_factory=Counter)
    guessed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    header: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    def found(self, **numbers: int) -> None:
        """Keep how many of each kind the file has."""
        for kind, n in numbers.items():
            self.tallies[kind].found += n
