"""QualCoder projects: the folder `.qda`, or the database in it.

Source: QualCoder's database v17. Older databases lack columns, so each is asked for and none presumed. Positions are
Unicode characters from 0, the end not included.
"""

from pathlib import Path
from typing import Any

from plrlib.importers.material import Code, Document, Material, Person, Segment
from plrlib.importers.speakers import plain
from plrlib.safe_open import Database, database

FILE = "data.qda"
_LEFT = {
    "code_image": "codings of pictures", "code_av": "codings of sound and video", "annotation": "notes and memos",
    "journal": "notes and memos", "graph": "maps", "stored_sql": "stored queries",
}  # fmt: skip
_LIBRARY = "Ref_"
"""How the attributes begin that QualCoder fills from a list of literature."""


def read(path: Path) -> Material:
    """Read a project.

    Raises
    ------
    StudyError
        If the database is damaged, hostile, or no project.
    """
    name = path.name if path.is_dir() or path.name != FILE else path.parent.name
    with database(path / FILE if path.is_dir() else path) as base:
        material = Material(name, "QualCoder project", title=name.removesuffix(".qda"))
        _codes(base, material)
        _documents(base, material)
        _segments(base, material)
        _people(base, material)
        for table, what in _LEFT.items():
            material.left[what] += base.count(table)
    return material


def _codes(base: Database, material: Material) -> None:
    for key, name, memo, above in base.rows("code_cat", "catid", "name", "memo", "supercatid", order="catid"):
        material.codes[f"cat {key}"] = Code(_text(name), _key("cat", above), _text(memo).strip())
    for key, name, memo, category, above in base.rows(
        "code_name", "cid", "name", "memo", "catid", "supercid", order="cid"
    ):
        parent = _key("code", above) or _key("cat", category)
        material.codes[f"code {key}"] = Code(_text(name), parent, _text(memo).strip())
    for code in material.codes.values():
        if code.parent not in material.codes:
            code.parent = ""
    material.found(codes=base.count("code_cat") + base.count("code_name"))


def _documents(base: Database, material: Material) -> None:
    for key, name, text in base.rows("source", "id", "name", "fulltext", order="id"):
        material.documents[str(key)] = Document(_text(name), _text(text) or None)
    material.found(documents=base.count("source"))
    for kind, key, name, value in base.rows("attribute", "attr_type", "id", "name", "value", order="attrid"):
        document = material.documents.get(str(key))
        if kind == "file" and document and _text(value).strip() and not _text(name).startswith(_LIBRARY):
            document.values[_text(name)] = _text(value).strip()


def _segments(base: Database, material: Material) -> None:
    """Take the coded passages; whoever codes the same place codes the same passage."""
    asked = base.rows("code_text", "cid", "fid", "seltext", "pos0", "pos1", "owner", "memo", order="ctid")
    rows = [(f"code {code}", str(fid), _text(words), *_ends(pos0, pos1), _text(who), memo)
            for code, fid, words, pos0, pos1, who, memo in asked]  # fmt: skip
    _settle_line_ends(material, rows)
    places: dict[tuple[str, int, int], Segment] = {}
    differing = 0
    for code, fid, words, start, end, who, memo in rows:
        segment = places.get((fid, start, end))
        if segment is None:
            document = material.documents.get(fid)
            there = document.text[start:end] if document and document.text and 0 <= start < end else ""
            differing += bool(there) and there != words
            segment = places[fid, start, end] = Segment(fid if document else "", start, end, there or words)
        if code in material.codes:
            segment.coded[who, code] = None
        else:
            material.tallies["codings"].less("codings with a code that is not in the codebook")
        material.left["memos on passages"] += bool(memo)
    material.segments = list(places.values())
    material.found(excerpts=len({(fid, start, end) for _, fid, _, start, end, *_ in rows}))
    material.found(codings=base.count("code_text"))
    doubled = len(rows) - sum(len(s.coded) for s in places.values()) + material.tallies["codings"].changes.total()
    if doubled:
        material.tallies["codings"].less("codings given twice", doubled)
    if differing:
        material.told.append(f"{differing} passages are not worded as the program noted beside them")


def _settle_line_ends(material: Material, rows: list[tuple[Any, ...]]) -> None:
    """Count line ends of two characters as the positions do: as one, where that fits what was marked better."""
    for key, document in material.documents.items():
        if document.text and "\r" in document.text:
            raw, clean = document.text, plain(document.text)
            marked = [(words, start, end) for _, fid, words, start, end, *_ in rows if fid == key]
            fits = [sum(text[start:end] == words for words, start, end in marked) for text in (raw, clean)]
            document.text = clean if fits[1] >= fits[0] else raw


def _people(base: Database, material: Material) -> None:
    values: dict[str, dict[str, str]] = {}
    for kind, key, name, value in base.rows("attribute", "attr_type", "id", "name", "value", order="attrid"):
        if kind == "case" and _text(value).strip():
            values.setdefault(str(key), {})[_text(name)] = _text(value).strip()
    for key, name in base.rows("cases", "caseid", "name", order="caseid"):
        material.people[str(key)] = Person(_text(name), values.get(str(key), {}))
    material.found(people=base.count("cases"))
    for key, fid, pos0, pos1 in base.rows("case_text", "caseid", "fid", "pos0", "pos1", order="id"):
        person, document = material.people.get(str(key)), material.documents.get(str(fid))
        if person is None or document is None:
            material.left["links from a case to a source that is not there"] += 1
            continue
        start, end = _ends(pos0, pos1)
        if end <= start or (start == 0 and end >= len((document.text or "").rstrip())):
            person.documents[str(fid)] = None
        else:
            person.spans.append((str(fid), start, end))


def _ends(pos0: Any, pos1: Any) -> tuple[int, int]:
    """Return two positions; -1 where one is no number."""
    start, end = (int(p) if isinstance(p, int | float) and abs(p) < 2**53 else -1 for p in (pos0, pos1))
    return start, end


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _key(kind: str, number: Any) -> str:
    return "" if number is None else f"{kind} {number}"
