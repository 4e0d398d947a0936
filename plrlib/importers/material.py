"""Material: the one thing that every reader makes of a file, in terms that all programs share.

A reader takes from a file what the tables of a study have a place for, and counts in the file itself how many of each
kind it holds. All that follows (`merge`, `speakers`, `to_tables`, the report) knows material alone, and no program.
What is lost or gained on the way is counted with its reason, so that the report can account for every number.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from plrlib.text import count, verb

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
