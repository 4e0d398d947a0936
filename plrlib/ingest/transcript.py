"""Transcripts as plain text, with the places that programs counted in them."""

from bisect import bisect_left, bisect_right
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)


def plain(text: str) -> str:
    """Return a text with one character a line end, and no byte-order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class Flat:
    """The text of an HTML document, with a line for each block, and how to get there from bytes of its bare text.

    Taguette counts UTF-8 bytes in the text without tags, in which blocks run into one another.
    """

    def __init__(self, html: str) -> None:
        parser = _Parser()
        parser.feed(html)
        parser.close()
        self.text = "".join(parser.parts)
        self._bare = "".join(part for part, own in zip(parser.parts, parser.own, strict=True) if own).encode()
        self._breaks = parser.breaks

    def place(self, at: int, *, end: bool = False) -> int:
        """Return the character that a byte of the bare text is, and for an `end` the one after the last."""
        while (
            at < len(self._bare) and 0x80 <= self._bare[at] <= 0xBF
        ):  # inside a character: after it, as Taguette has it
            at += 1
        added = bisect_left(self._breaks, at) if end else bisect_right(self._breaks, at)
        return len(self._bare[:at].decode()) + added

    def __len__(self) -> int:
        return len(self._bare)


class _Parser(HTMLParser):
    """Collects text, and a line end wherever a block begins or ends between two texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.own: list[bool] = []
        self.breaks: list[int] = []
        self._bytes = 0
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a block begins."""
        self._open |= tag in _BLOCKS

    def handle_endtag(self, tag: str) -> None:
        """Note where a block ends."""
        self._open |= tag in _BLOCKS

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._open and self.parts and not self.parts[-1].endswith("\n") and not data.startswith("\n"):
            self.parts.append("\n")
            self.own.append(False)
            self.breaks.append(self._bytes)
        self._open = False
        self.parts.append(data)
        self.own.append(True)
        self._bytes += len(data.encode())
