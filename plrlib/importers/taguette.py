"""Taguette's database, which alone keeps highlights without a tag and who gave each tag.

Source: Taguette 1.5.2, database/models.py, extract.py and export.py. Offsets are UTF-8 bytes in the text without tags.
Its exports as CSV and XLSX are layouts of sheets.
"""

import json
from bisect import bisect_left, bisect_right
from html.parser import HTMLParser

from plrlib.importers.material import FORMATS, NO_CODER, Code, Document, Material, Segment, Source
from plrlib.safe_open import Database, database, refused
from plrlib.text import listed


def fits(source: Source) -> bool:
    """Tell whether a source is such a database."""
    return "start_offset" in source.tables.get("highlights", ())


def read(source: Source) -> Material:
    """Return one project of a database: the one that was chosen, where there are several.

    Raises
    ------
    StudyError
        If the database is damaged, hostile, or has several projects and none was chosen.
    """
    with database(source.path) as base:
        number, title = _project(source, base)
        material = Material(source.path.name, "Taguette database", title=title, nesting=".")
        for key, name, description, of in base.rows("tags", "id", "path", "description", "project_id", order="id"):
            if of == number:
                material.codes[str(key)] = Code(str(name or ""), definition=str(description or "").strip())
        texts = {}
        for key, name, html, of in base.rows("documents", "id", "name", "contents", "project_id", order="id"):
            if of == number:
                texts[str(key)] = text = HtmlText(str(html or ""))
                material.documents[str(key)] = Document(str(name or ""), text.text)
        material.found.update(codes=len(material.codes), documents=len(material.documents))
        coders, authors = _coders(base)
        members = base.rows("project_members", "project_id", "user_login")
        users = {str(login) for of, login in members if login and of == number}
        only = users.pop() if len(users) == 1 else NO_CODER
        tags: dict[int, list[str]] = {}
        for highlight, tag in base.rows("highlight_tags", "highlight_id", "tag_id", order="tag_id"):
            tags.setdefault(highlight, []).append(str(tag))
        places = base.rows("highlights", "id", "document_id", "start_offset", "end_offset", order="id")
        for key, document, start, end in places:
            if str(document) not in texts:  # of another project
                continue
            text = texts[str(document)]
            segment = Segment(str(document), name=str(key))
            there = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)
            if there:
                segment.start, segment.end = text.character(start), text.character(end, end=True)
                segment.text = text.text[segment.start : segment.end]
            author = authors.get(key, only)
            given = [(coders.get((key, tag), author), tag) for tag in tags.get(key, ())]
            if author and not given:
                segment.read.add(author)
            material.mark(segment, given, there)
    return material


def _project(source: Source, base: Database) -> tuple[int, str]:
    wanted = source.choices.project
    rows = base.rows("projects", "id", "name", order="id")
    projects = [(key, str(name or "")) for key, name in rows if isinstance(key, int)]
    fitting = [(key, name) for key, name in projects if not wanted or wanted in (str(key), name)]
    if len(fitting) != 1:
        there = listed((f"{key} ({name})" for key, name in projects), 20, "none")
        what = f"one project is imported at a time; there: {there}"
        raise refused(source.path.name, what, "choose with --project", wanted)
    return fitting[0]


def _coders(base: Database) -> tuple[dict[tuple[int, str], str], dict[int, str]]:
    """Return who gave each tag to each highlight, and who made each highlight, from the log of the project.

    A tag is given by the first to leave it there. The log may know a tag under an older number than the tables, as of a
    project that was brought in from elsewhere: then the maker of the highlight stands for it.
    """
    given: dict[tuple[int, str], str] = {}
    authors: dict[int, str] = {}
    for login, payload in base.rows("commands", "user_login", "payload", order="id"):
        try:  # the log is the program's own affair: an entry that is not understood tells nothing
            entry = json.loads(payload)
            highlight, now = entry.get("highlight_id"), {str(tag) for tag in entry.get("tags") or ()}
        except (ValueError, TypeError, AttributeError):
            continue
        if not login:
            continue
        if entry.get("type") == "highlight_add":
            authors.setdefault(highlight, str(login))
            for tag in [tag for number, tag in given if number == highlight and tag not in now]:
                del given[highlight, tag]
            for tag in now:
                given.setdefault((highlight, tag), str(login))
        elif entry.get("type") == "tag_merge":
            gone, into = str(entry.get("src_tag_id")), str(entry.get("dest_tag_id"))
            for number, tag in [place for place in given if place[1] == gone]:
                given.setdefault((number, into), given.pop((number, tag)))
    return given, authors


# The text of a document, which Taguette keeps as HTML, and the characters at its offsets.

_BLOCKS = frozenset(FORMATS["taguette"]["blocks"])


class HtmlText(HTMLParser):
    """The text of an HTML document, with a line for each block, and how to get there from bytes of its bare text.

    Taguette counts UTF-8 bytes in the text without tags, in which blocks run into one another: the line ends that are
    put between them here are in no offset. Its length is that of the bare text.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._bare = bytearray()
        self._breaks: list[int] = []
        self._new_block = False
        self.feed(html)
        self.close()
        self.text = "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a block begins."""
        self._new_block |= tag in _BLOCKS

    def handle_endtag(self, tag: str) -> None:
        """Note where a block ends."""
        self._new_block |= tag in _BLOCKS

    def handle_data(self, data: str) -> None:
        """Take a text, on a line of its own where a block began or ended before it."""
        if self._new_block and self._parts and not self._parts[-1].endswith("\n") and not data.startswith("\n"):
            self._parts.append("\n")
            self._breaks.append(len(self._bare))
        self._new_block = False
        self._parts.append(data)
        self._bare += data.encode()

    def character(self, at: int, *, end: bool = False) -> int:
        """Return the character that a byte of the bare text is, and for an `end` the one after the last."""
        while at < len(self._bare) and 0x80 <= self._bare[at] <= 0xBF:  # inside a character: after it, as Taguette cuts
            at += 1
        added = bisect_left(self._breaks, at) if end else bisect_right(self._breaks, at)
        return len(self._bare[:at].decode()) + added

    def __len__(self) -> int:
        return len(self._bare)
