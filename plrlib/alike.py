"""Ids that look alike: what is left of one without blanks, case and leading zeros."""

import re
import unicodedata
from functools import lru_cache

ALIKE = "only in blanks, case or leading zeros"
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@lru_cache(maxsize=2**16)
def look(identifier: str) -> str:
    """Return what is left of an id without blanks, case and leading zeros: `R1-01` and ` r1-1` look the same."""
    plain = "".join(unicodedata.normalize("NFKC", identifier).split()).casefold()
    return _LEADING_ZEROS.sub("", plain) if "0" in plain else plain
