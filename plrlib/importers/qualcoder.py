"""QualCoder projects: the folder `.qda`, or the database in it.

Source: QualCoder's database v17. Older databases lack columns, so each is asked for and none presumed. Positions are
Unicode characters from 0, the end not included.
"""

from collections.abc import Iterator
from typing import Any

from plrlib.importers.material import Code, Document, Material, Person, Segment, plain_text
from plrlib.importers.sources import Source
from plrlib.safe_open import Database, database

_FILE = "data.qda"
_NOT_CARRIED = {
    "code_image": "codings of pictures", "code_av": "codings of sound and video", "annotation": "notes and memos",
    "journal": "notes and memos", "graph": "maps", "stored_sql": "stored queries",
}  # fmt: skip
_LIBRARY = "Ref_"
"""How the attributes begin that QualCoder fills from a list of literature."""


def fits(source: Source) -> bool:
    """Tell whether a source is such a folder or database."""
    return (source.path / _FILE).is_file() or "pos0" in source.tables.get("code_text", ())


def read(source: Source) -> Material:
    """Return all of a project.

    Raises
    ------
    StudyError
        If the database is damaged or hostile.
    """
    path = source.path / _FILE if source.path.is_dir() else source.path
    name = path.parent.name if path.name == _FILE else path.name
    with database(path) as base:
        material = Material(name, "QualCoder project", title=name.removesuffix(".qda"))
        _read_codes(base, material)
        _read_documents(base, material)
        _read_segments(base, material)
        _read_cases(base, material)
        for table, what in _NOT_CARRIED.items():
            material.not_carried[what] += base.count(table)
    return material


def _read_codes(base: Database, material: Material) -> None:
    for key, name, memo, above in base.rows("code_cat", "catid", "name", "memo", "supercatid", order="catid"):
        material.codes[f"cat {key}"] = Code(_text(name), f"cat {above}", _text(memo).strip())
    codes = base.rows("code_name", "cid", "name", "memo", "catid", "supercid", order="cid")
    for key, name, memo, category, above in codes:
        parent = f"cat {category}" if above is None else f"code {above}"
        material.codes[f"code {key}"] = Code(_text(name), parent, _text(memo).strip())
    for code in material.codes.values():
        if code.parent not in material.codes:
            code.parent = ""
    material.found["codes"] = base.count("code_cat") + base.count("code_name")


def _read_documents(base: Database, material: Material) -> None:
    for key, name, text in base.rows("source", "id", "name", "fulltext", order="id"):
        material.documents[str(key)] = Document(_text(name), _text(text) or None)
    material.found["documents"] = base.count("source")
    for key, name, value in _attributes(base, "file"):
        if key in material.documents and not name.startswith(_LIBRARY):
            material.documents[key].values[name] = value


Coding = tuple[str, str, str, int, int, str]
"""Code, document, words, start, end, coder."""


def _read_segments(base: Database, material: Material) -> None:
    """Take the coded passages; whoever codes the same place codes the same passage."""
    codings = []
    rows = base.rows("code_text", "cid", "fid", "seltext", "pos0", "pos1", "owner", "memo", order="ctid")
    for code, document, words, pos0, pos1, owner, memo in rows:
        start, end = _position(pos0), _position(pos1)
        codings.append((f"code {code}", str(document), _text(words), start, end, _text(owner)))
        material.not_carried["memos on passages"] += bool(memo)
    _settle_line_ends(material, codings)
    segments: dict[tuple[str, int, int], Segment] = {}
    other_words = 0
    for code, key, words, start, end, coder in codings:
        if (key, start, end) not in segments:
            document = material.documents.get(key)
            there = document.text[start:end] if document and document.text and 0 <= start < end else ""
            other_words += bool(there) and there != words
            segments[key, start, end] = Segment(key if document else "", start, end, there or words)
        material.give(segments[key, start, end], coder, code)
    material.segments = list(segments.values())
    material.found.update(excerpts=len(segments), codings=len(codings))
    material.note_other_words(other_words)


def _settle_line_ends(material: Material, codings: list[Coding]) -> None:
    """Count line ends of two characters as the positions do: as one, where that fits what was marked better."""
    for key, document in material.documents.items():
        if document.text and "\r" in document.text:
            marked = [coding[2:5] for coding in codings if coding[1] == key]
            texts = (plain_text(document.text), document.text)  # of two that fit alike the first is taken
            document.text = max(texts, key=lambda text: sum(text[at:to] == words for words, at, to in marked))


def _read_cases(base: Database, material: Material) -> None:
    for key, name in base.rows("cases", "caseid", "name", order="caseid"):
        material.people[str(key)] = Person(_text(name))
    material.found["people"] = base.count("cases")
    for key, name, value in _attributes(base, "case"):
        if key in material.people:
            material.people[key].values[name] = value
    for key, fid, pos0, pos1 in base.rows("case_text", "caseid", "fid", "pos0", "pos1", order="id"):
        person, document = material.people.get(str(key)), material.documents.get(str(fid))
        if person is None or document is None:
            material.not_carried["links from a case to a source that is not there"] += 1
            continue
        start, end = _position(pos0), _position(pos1)
        # A link without an extent, or from end to end, is one to the whole file.
        if end <= start or (start == 0 and end >= len((document.text or "").rstrip())):
            person.documents[str(fid)] = None
        else:
            person.spans.append((str(fid), start, end))


def _attributes(base: Database, of: str) -> Iterator[tuple[str, str, str]]:
    """Yield the attributes of files or of cases that are filled: whose, which, what."""
    for kind, key, name, value in base.rows("attribute", "attr_type", "id", "name", "value", order="attrid"):
        if kind == of and _text(value).strip():
            yield str(key), _text(name), _text(value).strip()


def _position(number: Any) -> int:
    """Return a position; -1 where it is none."""
    return int(number) if isinstance(number, int | float) and abs(number) < 2**53 else -1


def _text(value: Any) -> str:
    return "" if value is None else str(value)
