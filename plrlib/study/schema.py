"""The data dictionary: every table and column that a study may have, one schema a table.

The checks, the typing of columns, the files of a new study and the page of the site are all made from it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from plrlib.markup import plain, table

WHOLE = re.compile("[0-9]{1,15}")
"""What a whole number looks like, wherever one may stand."""

Kind = Literal["id", "choice", "whole", "text", "words"]
_KINDS = {"id": "an id", "choice": "one of a few values", "whole": "a whole number", "text": "text", "words": "words"}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        The header, as it stands in the file.
    about
        What a cell says, in half a line.
    kind
        `id` names a thing, `choice` is one of a few values, `whole` is a whole number, `text` is free text, `words` are
        the words of respondents, which leave a study through `plrlib.text_of` alone.
    key
        Whether it is among the columns that together tell the table's rows apart.
    required
        Whether the header must be there.
    filled
        Whether every cell must be filled; otherwise blank means unknown or not published.
    allowed
        The only values a `choice` may take; empty where study.toml or the data say.
    refers
        The table whose key this names; `coders` and `populations` are study.toml's.
    several
        Whether `;` may separate several values.
    """

    name: str
    about: str
    kind: Kind = "text"
    key: bool = False
    required: bool = False
    filled: bool = False
    allowed: tuple[str, ...] = ()
    refers: str = ""
    several: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a study; with `any_column` it may have columns that are not declared: attributes of people."""

    name: str
    about: str
    columns: tuple[Column, ...]
    required: bool = False
    any_column: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The headers that are declared."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together tell its rows apart."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The headers that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Return the schema of a column; one that is not declared is an attribute of people, or else free text."""
        kind: Kind = "choice" if self.any_column else "text"
        return next((c for c in self.columns if c.name == name), Column(name, "not described", kind))


def _key(name: str, about: str, refers: str = "", kind: Kind = "id") -> Column:
    return Column(name, about, kind, key=True, required=True, filled=True, refers=refers)


TABLES: dict[str, Table] = {}


def _table(name: str, about: str, *columns: Column, required: bool = False, any_column: bool = False) -> Table:
    TABLES[name] = Table(name, about, columns, required, any_column)
    return TABLES[name]


_PAGE = Column("page", "page of the source", "whole")
_NOTE = Column("note", "a remark")
YES_NO = ("yes", "no")
STANCES = ("supports", "qualifies", "opposes", "context")

PARTICIPANTS = _table(
    "participants",
    "a person who was heard",
    _key("participant", "the person's code; never a name"),
    Column("role", "what the person is in the services", "choice"),
    Column("sector", "the sector the person belongs to", "choice"),
    Column("focus_group", "the event where the person sat in a group; blank: interviewed alone", "id", refers="events"),
    Column("consent_quote", "whether the person's words may be shown; blank: no", "choice", allowed=YES_NO),
    Column("withdrawn", "yes: the person, and all they said, is left out", "choice", allowed=YES_NO),
    required=True,
    any_column=True,
)
_table(
    "events",
    "a focus group, or an interview (or interviews taken together)",
    _key("event", "the event's code"),
    Column("kind", "what sort of hearing it was", "choice", allowed=("focus group", "interview")),
    Column("who", "who was invited, in words"),
    Column("participants", "how many people were heard there", "whole"),
    Column("order", "when: 1 for the first; equal numbers for the same time", "whole"),
    Column("date", "the day, where known"),
    Column("facilitators", "how many led it", "whole"),
    Column("note_taker", "whether somebody took notes", "choice", allowed=YES_NO),
    Column("audio", "whether sound was recorded", "choice", allowed=YES_NO),
    Column("video", "whether pictures were recorded", "choice", allowed=YES_NO),
    Column("stimulus", "what people were asked to talk about"),
    Column("other_attendee", "anybody in the room who is not a participant"),
    _PAGE,
)
_table(
    "excerpts",
    "one thing that one voice, or several together, said",
    _key("excerpt", "the excerpt's code"),
    Column("participant", "who said it; blank: only attributed", "id", refers="participants"),
    Column("event", "where it was said; `;` parts the possible ones", "id", refers="events", several=True),
    Column("role", "the role of whoever said it; `;` parts the possible ones", "choice", several=True),
    Column("sector", "the sector of whoever said it; `;` parts the possible ones", "choice", several=True),
    Column("quantifier", "how many voices it is said to be", "id", refers="quantifiers"),
    Column("form", "quoted, or reported by the authors", "choice", allowed=("quoted", "reported")),
    Column("text", "the words themselves", "words"),
    Column("gist", "what was said, in other words"),
    _PAGE,
    Column("section", "section of the source"),
    Column("heading", "the theme whose heading it stands under", "id", refers="codebook"),
    Column("stance", "what it is to its theme, as the source has it", "choice", allowed=STANCES),
    Column("start", "where it starts in its transcript, in characters from 0", "whole"),
    Column("end", "where it ends there, the end not included", "whole"),
    Column("n_words", "how many words it has", "whole"),
    Column("sha256", "digest of the passage in normal form"),
    required=True,
)
_table(
    "codings",
    "one code that one coder gave to one excerpt",
    _key("excerpt", "the excerpt", "excerpts"),
    _key("coder", "who gave the code", "coders"),
    _key("code", "the code", "codebook"),
    required=True,
)
CODEBOOK = _table(
    "codebook",
    "a theme, or a code under one",
    _key("code", "the code's short name"),
    Column("parent", "the theme or code it stands under; blank: a theme", "id", required=True, refers="codebook"),
    Column("label", "the name shown", required=True, filled=True),
    Column("market_side", "demand, supply, regulation or commissioning", "choice"),
    Column("definition", "what it means"),
    Column("use_when", "when to give it"),
    Column("do_not_use_when", "when to give another"),
    required=True,
)
_table(
    "envelopes",
    "the one theme under which one coder puts an excerpt",
    _key("excerpt", "the excerpt", "excerpts"),
    _key("coder", "who put it there", "coders"),
    Column("theme", "the theme; blank: left over", "id", required=True, refers="codebook"),
    Column("stance", "what the excerpt is to the theme", "choice", allowed=STANCES),
)
_table(
    "attendance",
    "one person at one event, when some were heard more than once",
    _key("participant", "the person", "participants"),
    _key("event", "the event", "events"),
)
_table(
    "asked",
    "one code or theme that one event was asked about",
    _key("event", "the event", "events"),
    _key("code", "the code or theme", "codebook"),
)
_table(
    "margins",
    "a total that is known for people of whom it is not known one by one",
    _key("population", "which people, by study.toml's name", "populations"),
    _key("attribute", "the column of participants that is not known"),
    _key("level", "the level counted"),
    Column("n", "how many people are at it", "whole", required=True, filled=True),
    _PAGE,
    _NOTE,
)
_table(
    "quantifiers",
    "how a number word is read",
    _key("quantifier", "the word"),
    Column("lower", "fewest voices: a whole number, majority or all", required=True, filled=True),
    Column("upper", "most voices: a whole number, minority or all", required=True, filled=True),
    Column("reads_as", "the same in words"),
    _NOTE,
)
_table(
    "claims",
    "a finding that the study draws",
    _key("claim", "the claim's code"),
    Column("finding", "the theme it rests on", "id", required=True, refers="codebook"),
    Column("who", "whose view it is, by study.toml's name of a population", "id", refers="populations"),
    Column("gist", "the claim, in a sentence", required=True),
    _PAGE,
)
_table(
    "statements",
    "a prompt put to a group, and what came of it",
    _key("statement", "the prompt's code"),
    Column("gist", "the prompt, in a sentence", required=True),
    Column("source", "where the prompt came from"),
    Column("outcome_reported", "what is reported to have come of it"),
    Column("finding", "the theme it bears on", "id", refers="codebook"),
    _PAGE,
)
_table(
    "words",
    "how often a word stands in a section, by voice",
    _key("section", "section of the source", kind="text"),
    _key("voice", "whose words they are: authors, reported, respondents", kind="choice"),
    _key("word", "the word, in small letters", kind="text"),
    Column("count", "how often", "whole", required=True, filled=True),
)


def dictionary() -> str:
    """Return the data dictionary as a page in Markdown."""
    head = (
        "# Data dictionary\n\nA study is a folder of CSV files in UTF-8, one header row each; a blank cell means "
        "unknown or not published. This page is made from plrlib/study/schema.py."
    )
    return "\n\n".join([head, *map(_table_as_markdown, TABLES.values())])


def _table_as_markdown(one: Table) -> str:
    need = "must be there" if one.required else "may be left out"
    more = " It may have any other column: an attribute of people." if one.any_column else ""
    about = f"One row is {one.about}. The table {need}; its rows are told apart by {' and '.join(one.key)}.{more}"
    rows = [(f"`{column.name}`", plain(column.about), plain(_allowed(column))) for column in one.columns]
    return f"## {one.name}\n\n{plain(about)}\n\n{table(['column', 'what a cell says', 'what may stand in it'], rows)}"


def _allowed(column: Column) -> str:
    """Return what may stand in a column."""
    found = [" or ".join(column.allowed) or _KINDS[column.kind]]
    if column.refers:
        in_settings = column.refers in ("coders", "populations")
        found.append(f"one of {f'[{column.refers}] of study.toml' if in_settings else column.refers}")
    if column.several:
        found.append("several, parted by ;")
    if column.required:
        found.append("never blank" if column.filled else "the column must be there")
    return "; ".join(found)
