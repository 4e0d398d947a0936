"""REFI-QDA projects (.qdpx, .qde) and codebooks (.qdc), as NVivo, MAXQDA, ATLAS.ti, QualCoder and others export them.

Source: the REFI-QDA standard 1.5 and its schemas. Positions are Unicode characters from 0, the end not included; a line
end of two characters counts as one, and a byte-order mark as none.
"""

from pathlib import Path, PurePosixPath
from typing import Any

from plrlib.importers.material import NOBODY, Code, Document, Material, Person, Segment
from plrlib.importers.speakers import plain
from plrlib.safe_open import Archive, Opener, archive, elements, local, refused

_OTHER_PASSAGES = {
    "PDFSelection": "passages of a PDF of which only the place on the page is known",
    "PictureSelection": "parts of pictures",
    "AudioSelection": "stretches of sound",
    "VideoSelection": "stretches of video",
}
_NAMES = (
    "User", "Codes", "Variable", "Case", "TextSource", "Representation", "TextDescription", "Transcript",
    *_OTHER_PASSAGES, "Set", "Link", "Note", "Graph", "CodeBook", "Project",
    "PDFSource", "PictureSource", "AudioSource", "VideoSource",
)  # fmt: skip
_TEXTS = ("TextSource", "Representation", "TextDescription", "Transcript")
_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
_WHOLE = "codings of a whole document, not of a passage"
_LEFT = {"Set": "sets", "Link": "links", "Note": "notes and memos", "Graph": "maps"}


def read_project(path: Path) -> Material:
    """Read a .qdpx: the project in it, and the texts it names.

    Raises
    ------
    StudyError
        If the archive or the XML is damaged, hostile, or no project.
    """
    with archive(path) as zipped:
        projects = [name for name in zipped.names() if name.casefold().endswith(".qde")]
        if len(projects) != 1:
            found = ", ".join(projects) or "no .qde"
            raise refused(path.name, "one project (.qde) is expected in it", "export it again as REFI-QDA", found)
        reader = _Reader(path.name, lambda: zipped.open(projects[0]), zipped)
        return reader.project()


def read_bare(path: Path) -> Material:
    """Read a .qde or .qdc that lies by itself: the same XML, without texts beside it."""
    return _Reader(path.name, lambda: path.open("rb"), None).project()


class _Reader:
    """Reads one project, element by element."""

    def __init__(self, file: str, opener: Opener, zipped: Archive | None) -> None:
        self.file, self.zipped = file, zipped
        self._open = opener
        self.material = Material(file, "REFI-QDA")
        self.users: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.selections: dict[str, tuple[str, int, int]] = {}
        self.cases: list[tuple[str, Person, list[str], list[str]]] = []
        self.names_are_words = False
        self.represented: dict[str, str] = {}
        self.differing = 0

    def project(self) -> Material:
        root = None
        for element in elements(self.file, self._open, _NAMES):
            if root is None:
                root = element.getroottree().getroot()
                self._origin(root)
            name = local(element)
            if name in _TEXTS:
                self._text(element, name)
            elif name in _OTHER_PASSAGES:
                self._other(element, _OTHER_PASSAGES[name])
            elif name in _LEFT:
                self.material.left[_LEFT[name]] += 1
            elif name in ("PDFSource", "PictureSource", "AudioSource", "VideoSource"):
                self._source_itself(element)
            elif name in ("User", "Codes", "Variable", "Case"):
                getattr(self, f"_{name.casefold()}")(element)
        if root is None:
            raise refused(self.file, "it holds no project and no codebook", "export it again as REFI-QDA")
        self._settle_cases()
        if self.differing:
            self.material.told.append(f"{self.differing} passages are not worded as the program noted beside them")
        return self.material

    def _origin(self, root: Any) -> None:
        kind = {"CodeBook": "codebook", "Project": "project"}.get(local(root))
        if kind is None:
            raise refused(self.file, "it is XML, but no REFI-QDA", "export it again as REFI-QDA", local(root)[:60])
        program = root.get("origin") or "a program that does not say its name"
        self.names_are_words = program.startswith("QualCoder")
        self.material.origin = f"REFI-QDA {kind} of {program}"
        self.material.title = root.get("name") or ""
        self.material.nesting = "." if program.startswith("Taguette") else ""

    def _user(self, element: Any) -> None:
        self.users[_key(element.get("guid"))] = element.get("name") or element.get("id") or NOBODY

    def _codes(self, element: Any) -> None:
        """Take the whole tree of codes; `element` is Codes, whose children nest to any depth."""
        waiting = [(child, "") for child in reversed(element) if local(child) == "Code"]
        while waiting:
            one, parent = waiting.pop()
            key = _key(one.get("guid"))
            definition = "".join(child.text or "" for child in one if local(child) == "Description")
            self.material.codes[key] = Code(one.get("name") or "", parent, definition.strip())
            self.material.found(codes=1)
            waiting += [(child, key) for child in reversed(one) if local(child) == "Code"]

    def _variable(self, element: Any) -> None:
        self.variables[_key(element.get("guid"))] = element.get("name") or ""

    def _case(self, element: Any) -> None:
        """Keep a case until the sources have been read: it names them, and stands before them."""
        guid = _key(element.get("guid"))
        person = Person(element.get("name") or "", self._values(element))
        sources = [_target(child) for child in element if local(child) == "SourceRef"]
        passages = [_target(child) for child in element if local(child) == "SelectionRef"]
        self.cases.append((guid, person, sources, passages))
        self.material.left["codes of a whole case"] += sum(local(child) == "CodeRef" for child in element)

    def _values(self, element: Any) -> dict[str, str]:
        values = {}
        for child in element:
            if local(child) == "VariableValue":
                name = next((self.variables.get(_target(c), "") for c in child if local(c) == "VariableRef"), "")
                value = next((c.text or "" for c in child if local(c) in _VALUES), "")
                if name and value.strip():
                    values[name] = value.strip()
        return values

    def _text(self, element: Any, kind: str) -> None:
        """Take one text with all that was marked in it."""
        owner = element if kind == "TextSource" else element.getparent()
        if local(owner) == "PDFSelection":  # the words of one passage, and no document
            self.represented[_key(owner.get("guid"))] = self._content(element) or ""
            return
        key = self._document(owner)
        if self.material.documents[key].text is not None:  # a second transcript of the same recording
            key = self._document(element)
        document = self.material.documents[key]
        document.text = text = self._content(element)
        document.values |= self._values(element)
        points = {_key(p.get("guid")): _whole(p.get("position")) for p in element if local(p) == "SyncPoint"}
        for child in element:
            what = local(child)
            if what == "PlainTextSelection":
                self._passage(child, key, text, _whole(child.get("startPosition")), _whole(child.get("endPosition")))
            elif what == "TranscriptSelection":
                first, last = (points.get(_key(child.get(end)), -1) for end in ("fromSyncPoint", "toSyncPoint"))
                self._passage(child, key, text, first, last)
            elif what == "Coding":
                self._lose(1, _WHOLE)

    def _document(self, source: Any) -> str:
        """Return the key of a source's document, which is made where there is none."""
        key = _key(source.get("guid"))
        if key not in self.material.documents:
            self.material.documents[key] = Document(source.get("name") or "")
            self.material.found(documents=1)
        return key

    def _source_itself(self, element: Any) -> None:
        """Take what is said of a source that is no text: its attributes, and codes of all of it."""
        self.material.documents[self._document(element)].values |= self._values(element)
        self._lose(sum(local(child) == "Coding" for child in element), _WHOLE)

    def _content(self, element: Any) -> str | None:
        """Return the text that the project holds itself, or that lies beside it in the archive, and nowhere else."""
        inline = next((child.text or "" for child in element if local(child) == "PlainTextContent"), None)
        if inline is not None:
            return plain(inline)
        path = element.get("plainTextPath") or ""
        scheme, _, rest = path.rpartition("://")
        if rest and self.zipped is not None:
            found = next((n for n in (f"sources/{rest}", f"Sources/{rest}", rest) if n in self.zipped), "")
            if found:
                return plain(self._decoded(self.zipped.read(found), found))
        if path:
            where = "in the file" if scheme in ("", "internal") else "in a place outside of the file, not looked at"
            self.material.left[f"texts that should lie {where}"] += 1
        return None

    def _decoded(self, data: bytes, name: str) -> str:
        try:
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                return data.decode("utf-16")
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            remedy = "export the project again; the standard asks for UTF-8"
            raise refused(self.file, "a text in it is not UTF-8", remedy, PurePosixPath(name).name) from error

    def _passage(
        self, element: Any, document: str, text: str | None, start: int, end: int, represented: str = ""
    ) -> None:
        segment = Segment(document, start, end)
        creator = element.get("creatingUser")
        codings = memos = 0
        for child in element:
            what = local(child)
            if what == "Coding":
                codings += 1
                coder = self.users.get(_key(child.get("creatingUser") or creator), NOBODY)
                self._give(segment, coder, next((_target(c) for c in child if local(c) == "CodeRef"), ""))
            elif what == "Description" and child.text:
                memos += 1
        self.material.found(excerpts=1, codings=codings)
        self.material.left["memos on passages"] += memos
        if text is not None and not 0 <= start < end <= len(text):
            self._drop(len(segment.coded), "passages whose place is not in the text")
            return
        words = represented or ((element.get("name") or "") if self.names_are_words else "")
        segment.text = words if text is None else text[start:end]
        if text is not None and words and segment.text != words:
            self.differing += 1
        self.material.segments.append(segment)
        self.selections[_key(element.get("guid"))] = (document, start, end)

    def _give(self, segment: Segment, coder: str, code: str) -> None:
        if code not in self.material.codes:
            self._lose(1, "codings with a code that is not in the codebook")
        elif (coder, code) in segment.coded:
            self._lose(1, "codings given twice")
        else:
            segment.coded[coder, code] = None

    def _other(self, element: Any, what: str) -> None:
        """Take a passage of what is no text, where the file has its words; else count it."""
        words = self.represented.pop(_key(element.get("guid")), "")
        if words:
            self._passage(element, self._document(element.getparent()), None, -1, -1, words)
            return
        codings = sum(local(child) == "Coding" for child in element)
        self.material.found(excerpts=1, codings=codings)
        self._drop(codings, what)

    def _drop(self, codings: int, what: str) -> None:
        self.material.tallies["excerpts"].less(what)
        self.material.tallies["codings"].less(f"of {what}", codings)

    def _lose(self, codings: int, what: str) -> None:
        if what == _WHOLE:
            self.material.found(codings=codings)
        self.material.tallies["codings"].less(what, codings)

    def _source(self, target: str) -> str:
        """Return the key of a source; QualCoder names a copy of the text, which lies beside the one that it means."""
        documents = self.material.documents
        if target in documents:
            return target
        copy = (
            next((name for name in self.zipped.names() if PurePosixPath(name).stem.casefold() == target), "")
            if self.zipped
            else ""
        )
        if not copy.casefold().endswith(".txt"):
            return ""
        text = plain(self._decoded(self.zipped.read(copy) if self.zipped else b"", copy))
        same = [key for key, document in documents.items() if document.text == text]
        return same[0] if len(same) == 1 else ""

    def _settle_cases(self) -> None:
        """Give each case its documents and passages; one without a name only says something of its document."""
        for guid, person, sources, passages in self.cases:
            there = [source for source in map(self._source, sources) if source]
            if len(there) < len(sources):
                self.material.left["links from a case to a source that is not there"] += len(sources) - len(there)
            if not person.name:
                for source in there:
                    self.material.documents[source].values |= person.values
                self.material.left["cases without a name and a source"] += not there
                continue
            person.documents = dict.fromkeys(there)
            person.spans = [self.selections[passage] for passage in passages if passage in self.selections]
            self.material.people[guid] = person
            self.material.found(people=1)


def _key(guid: str | None) -> str:
    """Return a GUID as a key: programs write it in small or capital letters, with or without braces."""
    return (guid or "").strip("{}").casefold()


def _target(reference: Any) -> str:
    return _key(reference.get("targetGUID"))


def _whole(number: str | None) -> int:
    """Return a position; -1 where it is none."""
    return int(number) if number and number.isascii() and number.isdigit() and len(number) < 16 else -1
