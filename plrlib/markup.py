"""Text as Markdown and HTML that show what it says: what a study brings is text, and never markup."""

import html
import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from urllib.parse import quote

import pandas as pd

from plrlib.text import Count, Mark, Text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^@%:+.!()=-])")
_TAKEN = re.compile(r"([\\`*\[<$&~])")
"""What a notebook would take for markup inside of a sentence; `_` in a word is none."""
_BLANK = "–"
MOST_TOLD = 12
"""So many ids are told where a number is pointed at."""


def plain(text: object) -> str:
    """Return a text so that Markdown takes nothing in it for a sign of its own; a missing one is a dash."""
    if pd.isna(text) or text == "":  # type: ignore[call-overload]
        return _BLANK
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def link(text: object, target: str) -> str:
    """Return a link; the text is taken as it stands."""
    return f"[{plain(text)}]({target})"


@cache  # each excerpt is linked to hundreds of times
def link_html(text: str, page: str, name: str = "") -> str:
    """Return a link to a page as HTML, or to a name on it: thousands of them in Markdown take Sphinx seconds.

    It may stand in Markdown too, in the cell of a table as well: whatever is no letter is given by its number.
    """
    place = quote(page) + (f".html#{anchor(name)}" if name else ".html")
    shown = re.sub(r"[^\w\s]|_", lambda sign: f"&#{ord(sign[0])};", " ".join(text.split()))
    return f'<a href="{place}">{shown}</a>'


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
    """Return sentences as a list in Markdown; what they mark stands out."""
    return "\n".join(f"- {_parts(sentence, plain)}" for sentence in sentences)


def markdown(sentence: str) -> str:
    """Return a sentence as Markdown for a notebook: only what would be taken for markup is escaped."""
    return _parts(sentence, lambda text: _TAKEN.sub(r"\\\1", text))


def _parts(sentence: str, escape: Callable[[str], str]) -> str:
    told = []
    for part in Text(sentence).parts:
        text = str(part) if isinstance(part, Count) else part if isinstance(part, str) else part.text
        text = text if isinstance(part, Mark) and part.element == "code" else _around(text, escape)
        told.append(f"{part.sign}{text}{part.sign}" if isinstance(part, Mark) else text)
    return "".join(told)


def _around(text: str, escape: Callable[[str], str]) -> str:
    """Escape the words and keep the blanks around them."""
    return re.sub(r"\S(.*\S)?", lambda words: escape(words[0]), text, count=1, flags=re.DOTALL)


def sentence_html(sentence: str, of: str = "") -> str:
    """Return a sentence as HTML: its counts with their ids, and what they are of (blank: the sentence)."""
    told = []
    for part in Text(sentence).parts:
        if isinstance(part, Count):
            told.append(count_html(part, of or str(sentence)))
        elif isinstance(part, Mark):
            told.append(f"<{part.element}>{html.escape(part.text)}</{part.element}>")
        else:
            told.append(html.escape(part))
    return "".join(told)


def count_html(count: Count, of: str = "") -> str:
    """Return a number as HTML, with the ids of what it counts as data, and what that is (where it does not say so)."""
    text, ids = html.escape(count.text), list(count.ids)
    if not ids:
        return text
    told = ", ".join(ids[:MOST_TOLD]) + (f" and {len(ids) - MOST_TOLD} more" if len(ids) > MOST_TOLD else "")
    value, of = (_in_single_quotes(data) for data in (json.dumps(ids, ensure_ascii=False), count.of or of))
    return f"<data value='{value}' data-of='{of}' title='{_in_single_quotes(told)}'>{text}</data>"


def _in_single_quotes(text: str) -> str:
    """Escape what an attribute of HTML says; it stands in single quotes, since JSON has double ones."""
    return html.escape(text, quote=False).replace("'", "&#x27;")
