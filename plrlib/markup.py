"""Text as Markdown that shows what it says, and tables of it; so built, Sphinx can search it."""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^@%:+.!()=-])")
_BLANK = "–"


def plain(text: object) -> str:
    """Return a text so that Markdown takes nothing in it for a sign of its own; a missing one is a dash."""
    if pd.isna(text) or text == "":  # type: ignore[call-overload]
        return _BLANK
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def link(text: object, target: str) -> str:
    """Return a link; the text is taken as it stands."""
    return f"[{plain(text)}]({target})"


def anchored(text: str, name: str) -> str:
    """Return a text that can be linked to by a name."""
    return f"[{plain(text)}]{{#{anchor(name)}}}"


def anchor(name: str) -> str:
    """Return a name as it may stand behind a `#`: small letters and figures as they are, all others by their number.

    Whoever builds the page makes capitals small and takes other signs together; names that differ must not meet.
    """
    return "x-" + re.sub("[^a-y0-9]", lambda match: f"z{ord(match[0]):x}z", name)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def bullets(sentences: Iterable[str]) -> str:
    """Return sentences as a list; bold that a sentence brings is kept."""
    return "\n".join(f"- {_with_bold(sentence)}" for sentence in sentences)


def _with_bold(sentence: str) -> str:
    parts = " ".join(sentence.split()).split("**")
    if len(parts) % 2 == 0:  # an odd number of marks is no bold
        return plain(sentence)
    return "**".join(_SPECIAL.sub(r"\\\1", part) for part in parts)
