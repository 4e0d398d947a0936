"""Write REFI-QDA projects as programs do: the same bytes each time, so that what was validated once stays so.

tests/oracles/refi_schemas.csv holds the digests of what `made()` writes and what the standard's own schemas said of it.
"""
# ruff: noqa: E501 - rows of data and of files

import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

MOMENT = "2026-01-31T10:00:00Z"


def guid(*names: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, names))))


@dataclass
class Passage:
    """A selection: where, by whom with which codes, and what the program calls it."""

    start: int
    end: int
    given: tuple[tuple[str, str], ...] = ()
    name: str = ""
    memo: str = ""

    def xml(self, source: str) -> str:
        made = guid(source, self.start, self.end, self.given)
        coded = "".join(
            f'<Coding guid="{guid(made, who, code)}" creatingUser="{guid("user", who)}">'
            f'<CodeRef targetGUID="{guid("code", code)}"/></Coding>'
            for who, code in self.given
        )
        name = f" name={quoteattr(self.name)}" if self.name else ""
        memo = f"<Description>{escape(self.memo)}</Description>" if self.memo else ""
        return (
            f'<PlainTextSelection guid="{made}"{name} startPosition="{self.start}" endPosition="{self.end}">'
            f"{memo}{coded}</PlainTextSelection>"
        )


@dataclass
class Text:
    """A source of text; `stored` are its bytes beside the project, or None where the text stands in the XML."""

    name: str
    text: str
    passages: list[Passage] = field(default_factory=list)
    stored: bytes | None = None
    scheme: str = "internal://"

    @property
    def guid(self) -> str:
        return guid("source", self.name)

    @property
    def file(self) -> str:
        return f"{guid('file', self.name)}.txt"

    def xml(self) -> str:
        where = f' plainTextPath="{self.scheme}{self.file}"' if self.stored is not None else ""
        inline = "" if self.stored is not None else f"<PlainTextContent>{escape(self.text)}</PlainTextContent>"
        marked = "".join(passage.xml(self.name) for passage in self.passages)
        return f'<TextSource guid="{self.guid}" name={quoteattr(self.name)}{where}>{inline}{marked}</TextSource>'


def codes(nested: Mapping[str, object], above: str = "") -> str:
    """Return nested codes; each is known by its path, as in `Theme/Code`."""
    parts = []
    for name, under in nested.items():
        path = f"{above}/{name}" if above else name
        text = f"<Description>{escape(under)}</Description>" if isinstance(under, str) and under else ""
        inside = codes(under, path) if isinstance(under, Mapping) else ""
        parts.append(f'<Code guid="{guid("code", path)}" name={quoteattr(name)} isCodable="true">{text}{inside}</Code>')
    return "".join(parts)


def case(
    name: str, values: Mapping[str, str] | None = None, sources: Iterable[str] = (), passages: Iterable[str] = ()
) -> str:
    """Return a case; a blank value becomes one with its variable alone, as QualCoder writes it."""
    given = "".join(
        f'<VariableValue><VariableRef targetGUID="{guid("variable", variable)}"/>'
        f"{f'<TextValue>{escape(value)}</TextValue>' if value else ''}</VariableValue>"
        for variable, value in (values or {}).items()
    )
    refs = "".join(f'<SourceRef targetGUID="{source}"/>' for source in sources)
    refs += "".join(f'<SelectionRef targetGUID="{passage}"/>' for passage in passages)
    called = f" name={quoteattr(name)}" if name else ""
    return f'<Case guid="{guid("case", name, values)}"{called}>{given}{refs}</Case>'


def project(
    origin: str, sources: Iterable[Text], *, users: Iterable[str] = ("ann",), tree: Mapping[str, object],
    variables: Iterable[str] = (), cases: Iterable[str] = (), more: str = "", after: str = "",
) -> bytes:  # fmt: skip
    """Return the XML of a project; `more` are further sources, `after` what follows them."""
    people = "".join(f'<User guid="{guid("user", user)}" name={quoteattr(user)}/>' for user in users)
    named = "".join(
        f'<Variable guid="{guid("variable", v)}" name={quoteattr(v)} typeOfVariable="Text"/>' for v in variables
    )
    inside = "".join(source.xml() for source in sources) + more
    parts = [
        f"<Users>{people}</Users>",
        f"<CodeBook><Codes>{codes(tree)}</Codes></CodeBook>",
        f"<Variables>{named}</Variables>" if named else "",
        f"<Cases>{''.join(cases)}</Cases>" if cases else "",
        f"<Sources>{inside}</Sources>" if inside else "",
        after,
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Project xmlns="urn:QDA-XML:project:1.0" name="A study" origin={quoteattr(origin)} '
        f'creationDateTime="{MOMENT}">{"".join(parts)}</Project>'
    ).encode()


def packed(qde: bytes, sources: Iterable[Text] = (), *, name: str = "project.qde", stored: bool = False) -> bytes:
    """Return a .qdpx; `stored`: uncompressed and with sources/.root, as NVivo packs it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as zipped:
        for source in sources:
            if source.stored is not None and source.scheme in ("internal://", ""):
                zipped.writestr(zipfile.ZipInfo(f"sources/{source.file}"), source.stored)
        if stored:
            zipped.writestr(zipfile.ZipInfo("sources/.root"), b"")
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        zipped.writestr(entry, qde)
    return made.getvalue()


# A focus group with emoji that are one sign and five characters, letters with combining accents, and line ends of Windows.
GROUP = 'Mod: Hello all \U0001f600\U0001f600.\nP01: I feel worn \U0001f469\u200d\U0001f469\u200d\U0001f467 by forms.\nP02: Cafe\u0301 & <tea> "yes".\n'
ALONE = "P03: Größe; \u05e9\u05dc\u05d5\u05dd.\n\nThe end"
TREE = {
    "Barriers": {"Access": {"cost": "what it costs"}, "unused": ""},
    "Mood": {"worry": 'a <b>"word"</b>', "Mood": "as its category"},
    "größe": "",
}


def at(text: str, words: str, *given: tuple[str, str], **more: str) -> Passage:
    """Return the passage of a text that has these words."""
    start = text.index(words)
    return Passage(start, start + len(words), given, **more)


def group(**changes: object) -> Text:
    return Text(
        "FG1.txt", GROUP,
        [
            at(GROUP, "I feel worn \U0001f469\u200d\U0001f469\u200d\U0001f467 by forms.", ("ann", "Mood/worry"), ("bob", "Mood/Mood")),
            at(GROUP, "by forms", ("ann", "Barriers/Access/cost"), memo="why?"),
            at(GROUP, "by forms", ("bob", "Barriers/Access/cost")),
            at(GROUP, "Cafe\u0301 & <tea> \"yes\".", ("ann", "größe")),
            at(GROUP, "Hello all", ("ann", "größe")),
            at(GROUP, "by forms.\nP02: Cafe\u0301", ("bob", "Mood/worry")),
        ],
        **changes,
    )  # fmt: skip


def alone(**changes: object) -> Text:
    return Text(
        "P03.txt",
        ALONE,
        [at(ALONE, "Größe; \u05e9\u05dc\u05d5\u05dd", ("ann", "größe")), at(ALONE, "The end")],
        **changes,
    )


def made() -> dict[str, bytes]:
    """Return projects as several programs write them, by what is special about each."""
    values = {"role": "manager", "sector": ""}
    windows = [group(stored=b"\xef\xbb\xbf" + GROUP.replace("\n", "\r\n").encode()), alone(stored=ALONE.encode())]
    inline = [group(), alone()]
    common = {"users": ("ann", "bob"), "tree": TREE, "variables": ("role", "sector")}
    spans = [guid("FG1.txt", p.start, p.end, p.given) for p in group().passages]
    picture = (
        f'<PictureSource guid="{guid("picture")}" name="wall.png" path="internal://wall.png"><PictureSelection '
        f'guid="{guid("corner")}" firstX="0" firstY="0" secondX="9" secondY="9"><Coding guid="{guid("corner", 1)}">'
        f'<CodeRef targetGUID="{guid("code", "größe")}"/></Coding></PictureSelection></PictureSource>'
        f'<PDFSource guid="{guid("pdf")}" name="P04.pdf" path="internal://P04.pdf"><PDFSelection guid="{guid("pdf", 1)}" '
        f'page="1" firstX="0" firstY="0" secondX="9" secondY="9"><Representation guid="{guid("pdf", 2)}">'
        f"<PlainTextContent>Words on a page.</PlainTextContent></Representation><Coding "
        f'guid="{guid("pdf", 3)}" creatingUser="{guid("user", "bob")}"><CodeRef targetGUID="{guid("code", "größe")}"/></Coding>'
        f"</PDFSelection></PDFSource>"
        f'<AudioSource guid="{guid("audio")}" name="P05.mp3" path="internal://P05.mp3"><Transcript guid="{guid("audio", 1)}">'
        f"<PlainTextContent>P05: Spoken words.</PlainTextContent>"
        f'<SyncPoint guid="{guid("sync", 0)}" timeStamp="0" position="5"/><SyncPoint guid="{guid("sync", 1)}" timeStamp="9" '
        f'position="17"/><TranscriptSelection guid="{guid("audio", 2)}" fromSyncPoint="{guid("sync", 0)}" '
        f'toSyncPoint="{guid("sync", 1)}"><Coding guid="{guid("audio", 3)}"><CodeRef targetGUID="{guid("code", "Mood/worry")}"/>'
        f'</Coding></TranscriptSelection></Transcript><AudioSelection guid="{guid("audio", 4)}" begin="0" end="9"/></AudioSource>'
    )
    sets = f'<Sets><Set guid="{guid("set")}" name="a set"><MemberSource targetGUID="{guid("source", "FG1.txt")}"/></Set></Sets>'
    files = {
        "windows line ends and a mark": packed(project("MAXQDA 24", windows, **common, cases=[
            case("", values, [windows[1].guid])]), windows),
        "text in the project": packed(project("ATLAS.ti 23", inline, **common)),
        "cases by passage": packed(project("NVivo 15", inline, **common, cases=[
            case("P01", values, passages=spans[:2]), case("P02", {"role": "worker"}, passages=spans[3:4]),
            case("P03", {"role": "manager"}, [inline[1].guid])]), stored=True, name="A study.qde"),
        "pictures and recordings": packed(project("MAXQDA 24", inline, **common, more=picture, after=sets)),
        "no sources": packed(project("ATLAS.ti 23", [], tree={"a": {"b": ""}})),
    }  # fmt: skip
    return files  # noqa: RET504
