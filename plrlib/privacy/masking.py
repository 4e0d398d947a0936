"""A copy of a study in which identifiers are masked: each by its kind and a number, the same one wherever it stands."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plrlib.privacy.identifiers import Found, Place, plain, sweep
from plrlib.study.files import read_tables
from plrlib.study.load import Study
from plrlib.study.settings import FILE

Key = tuple[str, str]


@dataclass
class Masked:
    """The files of the copy, the key (kind and identifier, and their mask), and how often each kind was masked."""

    files: dict[str, bytes]
    key: dict[Key, str]
    counts: dict[str, int]


def mask(study: Study, before: Mapping[Key, str], names: Iterable[str] = ()) -> Masked:
    """Return a study's files with every identifier masked, those too that study.toml allows.

    Parameters
    ----------
    study
        A study; its folder is read as it stands.
    before
        The key of an earlier copy: the same identifier gets the same mask.
    names
        More words that must never stand in a text, beside those of study.toml.

    Returns
    -------
    Masked
        CSV tables and study.toml. An id that holds an identifier is masked wherever it stands, so that tables still
        fit together. Unit: one identifier.
    """
    places = list(sweep(study.folder, study.settings, names))
    key: dict[Key, str] = {}
    for place in places:
        _named(place, key, before)
    sheets, _, _ = read_tables(study.folder)
    by_text: dict[str, list[Found]] = {}
    for place in places:
        by_text.setdefault(place.text, [])
        if place.found not in by_text[place.text]:
            by_text[place.text].append(place.found)
    files = {}
    for table, sheet in sheets.items():
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(sheet.cells.columns)
        for row in sheet.cells.itertuples(index=False, name=None):
            writer.writerow([_masked(cell, by_text, key) for cell in row])
        files[f"{table}.csv"] = stream.getvalue().encode()
    files[FILE] = _settings(study, by_text, key).encode()
    return Masked(files, key, dict(Counter(place.found.kind for place in places)))


def _named(place: Place, key: dict[Key, str], before: Mapping[Key, str]) -> None:
    """Give an identifier its mask: one that is written in other ways, with blanks or capitals, has the same."""
    one = _identity(place.found, place.text)
    if one in key:
        return
    if one in before:
        key[one] = before[one]
        return
    kind = place.found.kind.removesuffix(" on the study's list")
    taken = {*before.values(), *key.values()}
    number = 1
    while f"[{kind} {number}]" in taken:
        number += 1
    key[one] = f"[{kind} {number}]"


def _identity(found: Found, text: str) -> Key:
    """Return an identifier's kind and what it comes to, however it is spaced, accented and written."""
    words = plain(text[found.start : found.end])
    return (found.kind, "".join(c for c in words if c.isalnum() or c in "@._"))


def _masked(cell: str, by_text: Mapping[str, list[Found]], key: Mapping[Key, str]) -> str:
    for found in sorted(by_text.get(cell, ()), reverse=True):
        cell = cell[: found.start] + key[_identity(found, cell)] + cell[found.end :]
    return cell


def _settings(study: Study, by_text: Mapping[str, list[Found]], key: Mapping[Key, str]) -> str:
    """Return study.toml under a name of its own, without the names on its list and the identifiers it held."""
    text = re.sub(
        rf"""(?m)^(\s*id\s*=\s*)(["']){re.escape(study.id)}\2""",
        lambda found: f"{found[1]}{found[2]}{study.id}-masked{found[2]}",
        study.settings.text,
        count=1,
    )
    for words, found in by_text.items():
        if words in text:
            text = text.replace(words, _masked(words, {words: found}, key))
    for name in study.settings.privacy.names:
        text = text.replace(f'"{name}"', '"[name]"')
    return text
