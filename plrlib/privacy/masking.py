"""Masking: a copy of a study in which each identifier is its kind and a number, the same one wherever it stands."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

import pandas as pd

from plrlib.privacy.identifiers import LISTED, Found, places, plain
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
    key: dict[Key, str] = {}
    kinds: Counter[str] = Counter()
    by_text: defaultdict[str, set[Found]] = defaultdict(set)
    taken = set(before.values())
    numbers: defaultdict[str, count[int]] = defaultdict(count)
    for place in places(study.folder, study.settings, names):
        kind, identifier = place.found.kind, _identifier(place.found, place.text)
        kinds[kind] += 1
        by_text[place.text].add(place.found)
        if identifier not in key:
            label = "name" if kind == LISTED else kind
            new = (f"[{label} {number + 1}]" for number in numbers[kind])
            key[identifier] = before.get(identifier) or next(mask for mask in new if mask not in taken)
    masked = {text: _masked(text, found, key) for text, found in by_text.items()}
    files = {}
    for table, sheet in read_tables(study.folder)[0].items():
        if sheet.digest:
            cells = {name: [masked.get(cell, cell) for cell in column] for name, column in sheet.cells.items()}
            files[f"{table}.csv"] = pd.DataFrame(cells).to_csv(index=False, lineterminator="\n").encode()
    files[FILE] = _settings_text(study, masked).encode()
    return Masked(files, key, dict(kinds))


def _identifier(found: Found, text: str) -> Key:
    """Return an identifier's kind and what it comes to, however it is spaced, accented and written."""
    words = plain(text[found.start : found.end])
    return found.kind, "".join(c for c in words if c.isalnum() or c in "@._")


def _masked(text: str, found: Iterable[Found], key: Mapping[Key, str]) -> str:
    for one in sorted(found, reverse=True):
        text = text[: one.start] + key[_identifier(one, text)] + text[one.end :]
    return text


def _settings_text(study: Study, masked: Mapping[str, str]) -> str:
    """Return study.toml under a name of its own, without the names on its list and the identifiers it held."""
    text = re.sub(
        rf"""(?m)^(\s*id\s*=\s*)(["']){re.escape(study.id)}\2""",
        lambda found: f"{found[1]}{found[2]}{study.id}-masked{found[2]}",
        study.settings.text,
        count=1,
    )
    for words, instead in masked.items():
        text = text.replace(words, instead)
    for name in study.settings.privacy.names:
        text = text.replace(f'"{name}"', '"[name]"')
    return text
