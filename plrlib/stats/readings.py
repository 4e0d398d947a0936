"""Second-level readings of a codebook: a column of it gathers codes across themes.

What the levels of a count or comparison are: themes, codes, or the values of such a column; and what one is called.
"""

from plrlib.faults import NotInStudy
from plrlib.study import Study
from plrlib.tables import CODEBOOK
from plrlib.wording import inner

LEVELS = ("theme", "code")
"""What every codebook has; any other level is the name of a column of it."""
_CONSONANTS = set("bcdfghjklmnpqrstvwxz")
_JOINTS = ("of", "for", "in", "to", "on", "by", "with", "from")
"""What stands after the word that is made plural: `side of the market`, `sides of the market`."""


def reading_columns(study: Study) -> list[str]:
    """Return the columns by which the codebook can be read a second time, and in which some code has a value.

    Those that `[readings]` of study.toml names come first, then any other that has a few values to choose from.
    """
    own = [column.name for column in CODEBOOK.columns if column.kind == "choice"]
    names = dict.fromkeys([*study.settings.readings, *own])
    return [name for name in names if name in study.codebook and study.codebook[name].notna().any()]


def needs_reading(study: Study, column: str) -> None:
    """Say in one sentence that the codebook cannot be read by a column, where it cannot.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.
    """
    known = reading_columns(study)
    if column not in known:
        named = ", ".join(known) or "none"
        raise NotInStudy(
            f"This study's codebook has no column {column!r} to read it by a second time; those it has: {named}."
        )


def reading_values(study: Study, column: str) -> list[str]:
    """Return the values of a column: as `[readings]` orders them, then as they come in the codebook."""
    return [str(value) for value in study.codebook[column].cat.categories]


def reading_labels(study: Study, column: str) -> dict[str, str]:
    """Return the label of each value of a column; the value itself where study.toml has none."""
    read = study.settings.readings.get(column)
    given = read.levels if read else {}
    return {value: given.get(value, value) for value in reading_values(study, column)}


def noun(study: Study, level: str) -> str:
    """Return what one of the codes of a level is called in a sentence: `theme`, `code`, `side of the market`."""
    read = study.settings.readings.get(level)
    if level in LEVELS:
        return level
    return inner(read.label) if read and read.label != level else f"value of {level}"


def plural(noun: str) -> str:
    """Return a noun for several: `themes`, `sides of the market`, `values of market_side`, `countries`."""
    words = noun.split(" ")
    head = next((i for i, word in enumerate(words) if word in _JOINTS and i), len(words)) - 1
    word = words[head]
    if word.endswith("y") and word[-2:-1] in _CONSONANTS:
        word = f"{word[:-1]}ies"
    elif word.endswith(("s", "x", "ch", "sh")):
        word = f"{word}es"
    else:
        word = f"{word}s"
    return " ".join([*words[:head], word, *words[head + 1 :]])


def one(noun: str) -> str:
    """Return a noun with its article: `a theme`, `an age group`."""
    return f"{'an' if noun[:1].casefold() in 'aeiou' else 'a'} {noun}"
