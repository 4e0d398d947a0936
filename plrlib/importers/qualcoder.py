"""QualCoder projects: the folder `.qda`, or the database in it.

Source: QualCoder's database v17. Older databases lack columns, so each is asked for and none presumed. Positions are
Unicode characters from 0, the end not included.
"""

from collections.abc import Iterator
from typing import Any

from plrlib.importers.material import FORMATS, Code, Document, Material, Person, Segment, Source, plain_text
from plrlib.safe_open import Database, database

_FILE = "data.qda"
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
        for key, title, text in _rows(base, "source", "id", "name", "fulltext", order="id"):
            material.documents[key] = Document(title, text or None)
        for key, person in _rows(base, "cases", "caseid", "name", order="caseid"):
            material.people[key] = Person(person)
        material.found.update(documents=base.count("source"), people=base.count("cases"))
        rows = _rows(base, "attribute", "attr_type", "id", "name", "value", order="attrid")
        for of, key, attribute, value in rows:
            if of == "case" and key in material.people and value.strip():
                material.people[key].values[attribute] = value.strip()
            elif of == "file" and key in material.documents and value.strip() and not attribute.startswith(_LIBRARY):
                material.documents[key].values[attribute] = value.strip()
        _read_segments(base, material)
        _read_links(base, material)
        for table, what in FORMATS["qualcoder"]["not_carried"].items():
            material.not_carried[what] += base.count(table)
    return material


def _read_codes(base: Database, material: Material) -> None:
    for key, name, memo, above in _rows(base, "code_cat", "catid", "name", "memo", "supercatid", order="catid"):
        material.codes[f"cat {key}"] = Code(name, above and f"cat {above}", memo.strip())
    codes = _rows(base, "code_name", "cid", "name", "memo", "catid", "supercid", order="cid")
    for key, name, memo, category, above in codes:
        parent = f"code {above}" if above else category and f"cat {category}"
        material.codes[f"code {key}"] = Code(name, parent, memo.strip())
    material.found["codes"] = base.count("code_cat") + base.count("code_name")


def _read_segments(base: Database, material: Material) -> None:
    """Take the coded passages; whoever codes the same place codes the same passage."""
    codings = []
    rows = base.rows("code_text", "cid", "fid", "seltext", "pos0", "pos1", "owner", "memo", order="ctid")
    for cid, fid, words, pos0, pos1, owner, memo in rows:
        codings.append((f"code {cid}", str(fid), _text(words), _position(pos0), _position(pos1), _text(owner)))
        material.not_carried["memos on passages"] += bool(memo)
    for key, document in material.documents.items():
        if document.text and "\r" in document.text:
            # Line ends of two characters are counted as the positions do: as one, where that fits better.
            marked = [coding[2:5] for coding in codings if coding[1] == key]
            texts = (plain_text(document.text), document.text)  # of two that fit alike the first is taken
            document.text = max(texts, key=lambda text: sum(text[at:to] == words for words, at, to in marked))
    segments: dict[tuple[str, int, int], Segment] = {}
    other_words = 0
    for code, key, words, start, end, coder in codings:
        if (key, start, end) not in segments:
            source = material.documents.get(key)
            there = source.text[start:end] if source and source.text and 0 <= start < end else ""
            other_words += bool(there) and there != words
            segments[key, start, end] = Segment(key if source else "", start, end, there or words)
        material.give(segments[key, start, end], coder, code)
    material.segments = list(segments.values())
    material.found.update(excerpts=len(segments), codings=len(codings))
    material.note("other_words", other_words)


def _read_links(base: Database, material: Material) -> None:
    """Take which documents and passages are whose."""
    for key, fid, pos0, pos1 in base.rows("case_text", "caseid", "fid", "pos0", "pos1", order="id"):
        document = material.documents.get(str(fid))
        if document is None or str(key) not in material.people:
            material.not_carried["links from a case to a source that is not there"] += 1
            continue
        start, end = _position(pos0), _position(pos1)
        # A link without an extent, or from end to end, is one to the whole file.
        if end <= start or (start == 0 and end >= len((document.text or "").rstrip())):
            document.people[str(key)] = None
        else:
            document.owners.append((start, end, str(key)))


def _rows(base: Database, table: str, *columns: str, order: str) -> Iterator[list[str]]:
    """Yield some columns of a table as texts, blank where there is nothing."""
    return (list(map(_text, row)) for row in base.rows(table, *columns, order=order))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _position(number: Any) -> int:
    """Return a position; -1 where it is none."""
    return int(number) if isinstance(number, int | float) and abs(number) < 2**53 else -1
