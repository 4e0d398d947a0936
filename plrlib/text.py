"""Words of computed sentences: numbers with what they count, lists, labels; and ids that look alike."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import floor, log10


def count(n: int, one: str, many: str = "") -> str:
    """Return a number with what it counts: `1 person`, `7 people`, `no excerpts`."""
    return f"{n or 'no'} {one if n == 1 else many or plural(one)}"


def share(k: int, n: int, one: str, many: str = "") -> str:
    """Return how many of how many: `5 of 7 excerpts`, `all 7 excerpts`, `the one excerpt`, `none of 7 excerpts`."""
    if k == n:
        return {0: count(0, one, many), 1: f"the one {one}"}.get(n, f"all {count(n, one, many)}")
    return f"{k or 'none'} of {count(n, one, many)}"


def verb(n: int, one: str, many: str) -> str:
    """Return the form of a verb that goes with a number."""
    return one if n == 1 else many


def people(n: int) -> str:
    """Return a number of people in words."""
    return count(n, "person")


def joined(words: Iterable[str], last: str = "and", none: str = "none") -> str:
    """Return words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    items: Sequence[str] = list(words)
    if len(items) < 2:
        return items[0] if items else none
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def listed(values: Iterable[str], most: int = 12, none: str = "") -> str:
    """Return values separated by commas, as they are told beside a sentence, and how many more there are."""
    names = list(values)
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more or none


def few(words: Iterable[str], most: int = 8, last: str = "and") -> str:
    """Return words as a list in a sentence; of a long list the first ones, and how many more there are."""
    items = list(words)
    return joined(items, last) if len(items) <= most + 1 else f"{', '.join(items[:most])} and {len(items) - most} more"


def inner(label: str) -> str:
    """Return a label as it stands inside a sentence: small, unless it looks like an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def capital(sentence: str) -> str:
    """Return a sentence that starts with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def p_value(p: float) -> str:
    """Return a p-value to two digits: `0.31`, `0.050`, `0.0012`, and `1` as it is."""
    if p < 0.00001:
        return "0.00001 or less"
    return "1" if p > 0.995 else f"{p:.{max(2, 1 - floor(log10(p)))}f}"


ALIKE = "only in blanks, case or leading zeros"
_LEADING_ZEROS = re.compile(r"0(?<!\d0)0*(?=\d)")  # starts with a plain sign, which is found three times as fast


@lru_cache(maxsize=2**16)
def look(identifier: str) -> str:
    """Return what is left of an id without blanks, case and leading zeros: `R1-01` and ` r1-1` look the same."""
    plain = "".join(unicodedata.normalize("NFKC", identifier).split()).casefold()
    return _LEADING_ZEROS.sub("", plain) if "0" in plain else plain


def looks(identifiers: Sequence[str]) -> list[str]:
    """Return what `look` leaves of each id; taken as one text they are done five times as fast as one by one."""
    return look.__wrapped__("\0".join(identifiers)).split("\0") if identifiers else []


_CONSONANTS = set("bcdfghjklmnpqrstvwxz")
_IRREGULAR = {"person": "people"}
_JOINTS = ("of", "for", "in", "to", "on", "by", "with", "from")
"""What stands after the word that is made plural: `side of the market`, `sides of the market`."""


def plural(noun: str) -> str:
    """Return a noun for several: `themes`, `sides of the market`, `values of market_side`, `countries`."""
    words = noun.split(" ")
    head = next((i for i, word in enumerate(words) if word in _JOINTS and i), len(words)) - 1
    word = words[head]
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    elif word.endswith("y") and word[-2:-1] in _CONSONANTS:
        word = f"{word[:-1]}ies"
    elif word.endswith(("s", "x", "ch", "sh")):
        word = f"{word}es"
    else:
        word = f"{word}s"
    return " ".join([*words[:head], word, *words[head + 1 :]])


def one(noun: str) -> str:
    """Return a noun with its article: `a theme`, `an age group`."""
    return f"{'an' if noun[:1].casefold() in 'aeiou' else 'a'} {noun}"
