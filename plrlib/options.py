"""What the commands of `plr` are given: arguments, options, and the words that some of them may be."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A folder's name in data/raw/, or its path.")]
StudyOrAll = Annotated[
    str | None,
    typer.Argument(metavar="STUDY", help="One study; without it those that are shipped.", show_default=False),
]
Site = Annotated[
    bool, typer.Option("--site/--no-site", envvar="PLR_SITE", help="Build site/ from the executed notebooks.")
]
Jobs = Annotated[int, typer.Option(min=0, help="How many notebooks at a time; 0: as many as there are processors.")]

AsJson = Annotated[bool, typer.Option("--json", help="Write all columns as JSON: null is missing, 1e999 infinite.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write all columns as CSV.")]


class Level(StrEnum):
    """What is compared."""

    theme = "theme"
    code = "code"


class Speakers(StrEnum):
    """How labels at the beginning of a transcript's lines are read."""

    auto = "auto"
    none = "none"
    as_one = "same"
    apart = "apart"

    @property
    def same(self) -> bool | None:
        """Whether a label is one person in every document; None: it is asked where it matters."""
        return {"same": True, "apart": False}.get(self.value)


class Stance(StrEnum):
    """What an excerpt may do to its theme; `plrlib.tables.STANCES`."""

    supports = "supports"
    qualifies = "qualifies"
    opposes = "opposes"
    context = "context"


NewName = Annotated[str, typer.Argument(metavar="NAME", help="What it is called in data/raw/.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of other programs, or QualCoder's folder.")]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder for the copy, not in data/raw/.")]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ATTRIBUTE", help="An attribute that the copy is to have; once for each. Without: all of them."
    ),
]
Into = Annotated[str, typer.Option(metavar="NAME", help="The study's name in data/raw/.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="What a column of a sheet says: participant, code, text, event, coder, excerpt, any attribute of people; "
        'codes="A, B, Code: *" for a sheet with a column a code. Once for each.',
    ),
]
Nesting = Annotated[str, typer.Option(metavar="SIGN", help="What parts a theme from a code in a sheet, as > or .")]
Project = Annotated[str, typer.Option(metavar="PROJECT", help="Which one, of a Taguette database with several.")]
SpeakersAre = Annotated[
    Speakers,
    typer.Option(
        help="Labels at the beginning of lines (P01: ...): read them where they are clear; none of them; the same "
        "person in every document; each document has its own."
    ),
]
Leader = Annotated[list[str] | None, typer.Option(metavar="LABEL", help="Whoever leads the talk; once for each.")]
KeepNames = Annotated[bool, typer.Option("--keep-names", help="Keep names of people and documents as they are.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put imported rows in the place of those that are there.")]


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Return FIELD=COLUMN pairs as a mapping.

    Raises
    ------
    typer.BadParameter
        If one of them is no such pair.
    """
    found = {}
    for pair in given or ():
        name, sign, column = pair.partition("=")
        if not sign or not name.strip() or not column.strip():
            raise typer.BadParameter(f'--map takes FIELD=COLUMN, as in --map participant="Speaker", not {pair!r}')
        found[name.strip()] = column.strip()
    return found
