"""Which column of a sheet says what: as it was asked for, or as programs call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from plrlib.alike import look
from plrlib.ingest.grid import Grid
from plrlib.tables import PARTICIPANTS

CODES = "codes"
"""The field of a wide sheet: names of its columns, parted by commas, * standing for anything."""
USUAL = {
    "excerpt": ("excerpt", "excerpt id", "quotation id", "segment id", "id"),
    "participant": ("participant", "participant id", "speaker", "respondent", "interviewee", "case", "person"),
    "event": ("event", "document", "document name", "media title", "source", "file", "transcript", "interview"),
    "text": ("text", "segment", "coded segment", "content", "quotation content", "excerpt copy", "quotation", "quote",
             "coded text", "selection", "seltext"),
    "gist": ("gist", "summary", "paraphrase"),
    "code": ("code", "codes", "fullcode", "full code", "code name", "tag", "code category"),
    "coder": ("coder", "created by", "creating user", "author", "coded by", "owner", "excerpt creator", "modified by"),
}  # fmt: skip
"""Fields, and how columns for them are called in the exports of MAXQDA, ATLAS.ti, NVivo, Dedoose and others."""
PEOPLE = tuple(c.name for c in PARTICIPANTS.columns)
_LOOKS = {look(name): (known, rank) for known, names in USUAL.items() for rank, name in enumerate(names)}
FIELDS = (*USUAL, "start", "end", "form", "quantifier", "page", "section", *PEOPLE[1:])


@dataclass
class Columns:
    """The columns of one sheet by what they say: `places` of fields, `wide` ones by the code that each stands for."""

    places: dict[str, int]
    wide: dict[str, int] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def columns_of(grid: Grid, asked: Mapping[str, str]) -> Columns:
    """Find the columns of a sheet.

    Parameters
    ----------
    grid
        The sheet.
    asked
        Fields by the name of their column; a field that is none of FIELDS is an attribute of people. One whose column
        is not there is passed over: it may be in another sheet.
    """
    found = Columns({})
    for name, column in asked.items():
        if name == CODES:
            found.wide = _wide(grid, column)
        elif (at := grid.place(column)) >= 0:
            found.places[name] = at
    taken = {*found.places.values(), *found.wide.values()}
    _usual(grid, found, taken)
    found.unused = [name for at, name in enumerate(grid.header) if at not in taken]
    return found


def fitting(grid: Grid, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a sheet has a column for, of those that were asked for."""
    return {n: column for n, column in asked.items() if (_wide(grid, column) if n == CODES else grid.has(column))}


def _usual(grid: Grid, found: Columns, taken: set[int]) -> None:
    """Add the columns that have a usual name for a field that nothing was asked for."""
    best: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(grid.header):
        known, rank = _LOOKS.get(look(name), ("", 0))
        if known and at not in taken and known not in found.places and not (known == "code" and found.wide):
            best[known] = min(best.get(known, (rank, at)), (rank, at))
    for known, (_, at) in best.items():
        found.places[known] = at
        taken.add(at)
        if look(grid.header[at]) != look(known):
            found.guessed[known] = grid.header[at]
    for known in FIELDS:
        at = grid.place(known)
        if at >= 0 and at not in taken and known not in found.places:
            found.places[known] = at
            taken.add(at)


def _wide(grid: Grid, patterns: str) -> dict[str, int]:
    """Return the columns that fit one of these patterns, by the code of each: what the * stands for, or its name."""
    found = {}
    for pattern in (part.strip() for part in patterns.split(",")):
        before, star, after = pattern.partition("*")
        for at, name in enumerate(grid.header):
            if star and fnmatchcase(name, pattern.replace("[", "[[]")) and len(name) > len(before) + len(after):
                found[name[len(before) : len(name) - len(after)].strip() or name] = at
            elif not star and look(name) == look(pattern):
                found[name] = at
    return found
