"""Text that no spreadsheet takes for a formula, and files that are the same whenever they are made."""

import io
import re
import zipfile
from collections.abc import Mapping

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the start of a formula (OWASP, CSV injection)."""
_MADE = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
MOMENT = b"2000-01-01T00:00:00Z"
_DATE = (1980, 1, 1, 0, 0, 0)


def safe(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula.

    Blanks before the sign do not help a spreadsheet to see it, but some drop them; letters that neither Word nor Excel
    can hold are left out.
    """
    plain = _CONTROL.sub("", text)
    return f"'{plain}" if text.startswith(FORMULA) or plain.lstrip().startswith(FORMULA) else plain


def steady(data: bytes) -> bytes:
    """Return an Office file without the moments at which it and its parts were made."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    core = "docProps/core.xml"
    return zipped({**parts, core: _MADE.sub(rb"\g<1>" + MOMENT + rb"\g<2>", parts[core])})


def zipped(files: Mapping[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Return files as a ZIP, in their order and without the moment; those with a `stored` ending are packed as is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(stored) and stored else zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return made.getvalue()
