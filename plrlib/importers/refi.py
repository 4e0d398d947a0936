"""REFI-QDA projects (.qdpx, .qde) and codebooks (.qdc), as NVivo, MAXQDA, ATLAS.ti, QualCoder and others export them.

Source: the REFI-QDA standard 1.5 and its schemas. Positions are Unicode characters from 0, the end not included; a line
end of two characters counts as one, and a byte-order mark as none.
"""

from pathlib import PurePosixPath
from typing import Any

from plrlib.importers.material import FORMATS, NO_CODER, Code, Document, Material, Person, Segment, Source, plain_text
from plrlib.safe_open import Archive, Opener, archive, elements, local, refused
from plrlib.study.schema import WHOLE
from plrlib.text import listed

_PROJECT = ".qde"
_CODEBOOK = ".qdc"
_REFI: dict[str, Any] = FORMATS["refi"]
_SOURCES, _OTHER_PASSAGES = (*_REFI["texts"], *_REFI["other_sources"]), _REFI["other_passages"]
_ELEMENTS = (*_REFI["others"], *_SOURCES, *_OTHER_PASSAGES, *_REFI["not_carried"])
_AGAIN = "export it again as REFI-QDA"


def fits(source: Source) -> bool:
    """Tell whether a source is a project, packed with its texts or not, or a codebook: any XML is taken for one."""
    if source.is_zip:
        with archive(source.path) as zipped:
            return source.ending == ".qdpx" or any(name.casefold().endswith(_PROJECT) for name in zipped.names())
    return source.ending in (_PROJECT, _CODEBOOK) or source.start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(source: Source) -> Material:
    """Return all of a project, with the texts that lie beside it in its archive, or of a codebook.

    Raises
    ------
    StudyError
        If the archive or the XML is damaged, hostile, or no project.
    """
    name = source.path.name
    if not source.is_zip:
        return _Project(name, lambda: source.path.open("rb"), None).read()
    with archive(source.path) as zipped:
        projects = [member for member in zipped.names() if member.casefold().endswith(_PROJECT)]
        if len(projects) != 1:
            raise refused(name, "one project (.qde) is expected in it", _AGAIN, listed(projects, none="no .qde"))
        return _Project(name, lambda: zipped.open(projects[0]), zipped).read()


class _Project:
    """Reads one project element by element: it may be too large to be held as a tree."""

    def __init__(self, file: str, opener: Opener, zipped: Archive | None) -> None:
        self.file, self.opener, self.zipped = file, opener, zipped
        self.material = Material(file, "REFI-QDA")
        self.names: dict[str, str] = {}  # of users and variables
        self.places: dict[str, tuple[str, int, int]] = {}
        self.cases: list[tuple[str, Person, list[str], list[str]]] = []
        self.words_in_pdfs: dict[str, str] = {}
        self.names_are_words = False
        self.other_words = 0

    def read(self) -> Material:
        takers = dict.fromkeys(_SOURCES, self._take_source) | dict.fromkeys(_OTHER_PASSAGES, self._take_other_passage)
        takers |= {"Codes": self._take_codes, "Case": self._take_case}
        root = None  # comes last as a whole; its attributes can be read from the first element on
        for element in elements(self.file, self.opener, _ELEMENTS):
            if root is None:
                root = element.getroottree().getroot()
                kind = {"CodeBook": "codebook", "Project": "project"}.get(local(root))
                if kind is None:
                    raise refused(self.file, "it is XML, but no REFI-QDA", _AGAIN, local(root)[:60])
                program = root.get("origin") or "a program that does not say its name"
                self.names_are_words = program.startswith("QualCoder")  # it calls a passage by its words
                self.material.origin = f"REFI-QDA {kind} of {program}"
                self.material.title = root.get("name") or ""
                self.material.nesting = "." if program.startswith("Taguette") else ""
            name = local(element)
            if name in takers:
                takers[name](element)
            elif name in ("User", "Variable"):
                self.names[_guid(element)] = element.get("name") or element.get("id") or NO_CODER
            elif name in _REFI["not_carried"]:
                self.material.not_carried[_REFI["not_carried"][name]] += 1
        if root is None:
            raise refused(self.file, "it holds no project and no codebook", _AGAIN)
        self._settle_cases()
        self.material.note("other_words", self.other_words)
        return self.material

    def _take_codes(self, element: Any) -> None:
        """Take the whole tree of codes; `element` is Codes, whose children nest to any depth."""
        for one in element.iterdescendants("{*}Code"):
            key = _guid(one)
            self.material.found["codes"] += 1
            if key in self.material.codes:
                self.material.lose("codes", "codes that stand twice")
            else:
                definition = one.findtext("{*}Description", "").strip()
                self.material.codes[key] = Code(one.get("name") or "", _guid(one.getparent()), definition)

    def _take_case(self, element: Any) -> None:
        """Keep a case until the sources have been read: it names them, and stands before them."""
        person = Person(element.get("name") or "", self._values(element))
        self.cases.append((_guid(element), person, _targets(element, "SourceRef"), _targets(element, "SelectionRef")))
        self.material.not_carried["codes of a whole case"] += len(_targets(element, "CodeRef"))

    def _values(self, element: Any) -> dict[str, str]:
        values = {}
        for child in element.iterfind("{*}VariableValue"):
            name = self.names.get(_target(child.find("{*}VariableRef")), "")
            value = next((given.text or "" for given in child if local(given) in _REFI["values"]), "").strip()
            if name and value:
                values[name] = value
        return values

    def _take_source(self, element: Any) -> None:
        """Take a source with its attributes, or a text of one, with all that was marked in it."""
        owner = element if local(element).endswith("Source") else element.getparent()
        if local(owner) == "PDFSelection":  # the words of one passage, and no document
            self.words_in_pdfs[_guid(owner)] = self._content(element) or ""
            return
        key = self._document(owner)
        if local(element) in _REFI["texts"]:
            if self.material.documents[key].text is not None:  # a second transcript of the same recording
                key = self._document(element)
            self.material.documents[key].text = self._content(element)
        self.material.documents[key].values |= self._values(element)
        for child in element.iterfind("{*}PlainTextSelection"):
            self._take_passage(child, key, child.get("startPosition"), child.get("endPosition"))
        points = {_guid(point): point.get("position") for point in element.iterfind("{*}SyncPoint")}
        for child in element.iterfind("{*}TranscriptSelection"):
            first, last = (points.get(_guid(child, end)) for end in ("fromSyncPoint", "toSyncPoint"))
            self._take_passage(child, key, first, last)
        codings = len(element.findall("{*}Coding"))
        self.material.found["codings"] += codings
        self.material.lose("codings", "codings of a whole document, not of a passage", codings)

    def _take_other_passage(self, element: Any) -> None:
        """Take a passage of what is no text, where the file has its words; else count it."""
        words = self.words_in_pdfs.pop(_guid(element), "")
        if words:
            self._take_passage(element, self._document(element.getparent()), None, None, words)
        else:
            codings = len(element.findall("{*}Coding"))
            self.material.found.update(excerpts=1, codings=codings)
            self.material.lose_passage(_OTHER_PASSAGES[local(element)], codings)

    def _document(self, source: Any) -> str:
        """Return the key of a source's document, which is made where there is none."""
        key = _guid(source)
        if key not in self.material.documents:
            self.material.documents[key] = Document(source.get("name") or "")
            self.material.found["documents"] += 1
        return key

    def _content(self, element: Any) -> str | None:
        """Return the text that the project holds itself, or that lies beside it in the archive, and nowhere else."""
        inline = element.findtext("{*}PlainTextContent")
        if inline is not None:
            return plain_text(inline)
        path = element.get("plainTextPath") or ""
        scheme, _, rest = path.rpartition("://")
        # The standard says `sources`; a capital, or no folder, is accepted.
        members = [name for name in (f"sources/{rest}", f"Sources/{rest}", rest) if self.zipped and name in self.zipped]
        if rest and members:
            return self._member(members[0])
        if path:
            where = "in the file" if scheme in ("", "internal") else "in a place outside of the file, not looked at"
            self.material.not_carried[f"texts that should lie {where}"] += 1
        return None

    def _member(self, name: str) -> str:
        """Return a text that lies beside the project."""
        data = self.zipped.read(name) if self.zipped else b""
        try:
            return plain_text(data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"))
        except UnicodeDecodeError as error:
            remedy = "export the project again; the standard asks for UTF-8"
            raise refused(self.file, "a text in it is not UTF-8", remedy, PurePosixPath(name).name) from error

    def _take_passage(self, element: Any, document: str, start: Any, end: Any, words: str = "") -> None:
        """Take one passage, which stands at a place of a document's text or has words of its own."""
        text = None if words else self.material.documents[document].text
        first, last = (int(number) if number and WHOLE.fullmatch(number) else -1 for number in (start, end))
        noted = words or ((element.get("name") or "") if self.names_are_words else "")
        segment = Segment(document, first, last, noted if text is None else text[first:last])
        given = []
        marked = _guid(element, "creatingUser")
        for coding in element.iterfind("{*}Coding"):
            user = _guid(coding, "creatingUser") or marked
            given.append((self.names.get(user, NO_CODER), _target(coding.find("{*}CodeRef"))))
        if marked in self.names and not given:
            segment.read.add(self.names[marked])
        there = text is None or 0 <= first < last <= len(text)
        self.material.mark(segment, given, there)
        self.material.not_carried["memos on passages"] += bool(element.findtext("{*}Description"))
        if there:
            self.other_words += bool(noted) and segment.text != noted
            self.places[_guid(element)] = (document, first, last)

    def _settle_cases(self) -> None:
        """Give each case its documents and passages; one without a name only says something of its document."""
        for guid, person, sources, passages in self.cases:
            there = [source for target in sources if (source := self._source(target))]
            self.material.not_carried["links from a case to a source that is not there"] += len(sources) - len(there)
            if not person.name:
                for source in there:
                    self.material.documents[source].values |= person.values
                self.material.not_carried["cases without a name and a source"] += not there
                continue
            self.material.people[guid] = person
            self.material.found["people"] += 1
            for source in there:
                self.material.documents[source].people[guid] = None
            for source, first, last in [self.places[passage] for passage in passages if passage in self.places]:
                self.material.documents[source].owners.append((first, last, guid))

    def _source(self, target: str) -> str:
        """Return the key of a source; QualCoder names a copy of the text, which lies beside the one that it means."""
        documents = self.material.documents
        if target in documents:
            return target
        members = self.zipped.names() if self.zipped else []
        copy = next((name for name in members if PurePosixPath(name).stem.casefold() == target), "")
        if not copy.casefold().endswith(".txt"):
            return ""
        text = self._member(copy)
        same = [key for key, document in documents.items() if document.text == text]
        return same[0] if len(same) == 1 else ""


def _guid(element: Any, name: str = "guid") -> str:
    """Return a GUID as a key: programs write it in small or capital letters, with or without braces."""
    return (element.get(name) or "").strip("{}").casefold()


def _target(reference: Any) -> str:
    """Return the key of what a reference means; blank where there is none."""
    return "" if reference is None else _guid(reference, "targetGUID")


def _targets(element: Any, reference: str) -> list[str]:
    """Return the keys of all that an element refers to in such a way."""
    return [_target(child) for child in element.iterfind(f"{{*}}{reference}")]
