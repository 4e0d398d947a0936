"""What in a text could tell who somebody is: each kind with the pattern or the check that finds it.

Sources: NHS number, modulus 11 (NHS Data Dictionary); National Insurance number (HMRC, NIM39110); postcode (BS 7666);
telephone numbers by the phonenumbers library. A pattern finds what is written as such a thing usually is, and no more.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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
