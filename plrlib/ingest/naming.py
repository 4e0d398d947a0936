"""Ids that say nothing of anybody: a program's own names are kept where they are codes, and else replaced by some."""

import re
from collections.abc import Iterable, Mapping

from plrlib.alike import look

_ENDING = re.compile(r"\.(txt|docx?|odt|rtf|pdf|md|html?|mp3|mp4|m4a|wav|vtt|srt)$", re.IGNORECASE)
_WORDS = frozenset({
    "a", "adult", "and", "carer", "case", "child", "client", "discussion", "doc", "document", "dyad", "event",
    "family", "father", "female", "fg", "file", "final", "focus", "follow", "followup", "foster", "fr", "gp",
    "group", "hearing", "int", "interview", "interviewee", "male", "man", "manager", "mother", "ni", "nurse", "of",
    "officer", "one", "parent", "part", "participant", "patient", "person", "police", "practitioner", "pupil", "r",
    "respondent", "round", "school", "session", "social", "source", "speaker", "staff", "statutory", "student",
    "survey", "teacher", "team", "text", "three", "transcript", "triad", "two", "up", "v", "version", "voice",
    "voluntary", "week", "woman", "worker", "workshop", "young", "youth",
})  # fmt: skip
_TOKEN = re.compile(r"\d+[a-z]?|[^\W\d_]{1,5}\d+[a-z]?|[^\W\d_]", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z]{2,5}")


def bare(name: str) -> str:
    """Return a document's name without the ending of its file, on one line."""
    return " ".join(_ENDING.sub("", name.strip()).replace(";", ",").split())


def is_code(name: str) -> bool:
    """Tell whether a name is made of codes and common words alone, so that it can be nobody's: `P01`, `Focus group 2`.

    Numbers, single letters, up to five letters with a number, up to five capitals and the words of the trade count.
    """
    tokens = [token for token in re.split(r"[\W_]+", name) if token]
    return bool(tokens) and all(
        _TOKEN.fullmatch(token) or _CAPITALS.fullmatch(token) or token.casefold() in _WORDS for token in tokens
    )


def coded_names(
    names: Iterable[str], prefix: str, before: Mapping[str, str], *, keep: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Return an id for each name, no two of which look alike, and the names that were replaced with what replaced them.

    Parameters
    ----------
    names
        The program's names, in order.
    prefix
        What an id begins with that replaces a name; a number follows.
    before
        Names that were replaced earlier, with their ids: the same name gets the same id.
    keep
        Whether names are kept, whatever they are made of.
    """
    names = list(names)
    taken = {look(name) for name in names if keep or is_code(name)} | {look(one) for one in before.values()}
    ids: list[str] = []
    replaced: dict[str, str] = {}
    given: set[str] = set()
    number = 0
    for name in names:
        if keep or is_code(name):
            one = name or "unnamed"
        elif name in before or name in replaced:
            one = before.get(name) or replaced[name]
        else:
            while look(f"{prefix}{number + 1}") in taken:
                number += 1
            number += 1
            one = f"{prefix}{number}"
        if one != name:
            replaced[name] = one
        ids.append(distinct(one, given))
    return ids, replaced


def distinct(name: str, given: set[str]) -> str:
    """Return a name that looks like none given so far, with a number behind it where there is one, and remember it."""
    one, n = name, 1
    while look(one) in given:
        n += 1
        one = f"{name} ({n})"
    given.add(look(one))
    return one
