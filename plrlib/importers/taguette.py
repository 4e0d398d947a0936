"""Taguette's database, which alone keeps highlights without a tag, and its exports as CSV and XLSX.

Source: Taguette 1.5.2, database/models.py, extract.py and export.py. Offsets are UTF-8 bytes in the text without tags.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from plrlib.importers.material import NOBODY, Code, Document, Material, Segment
from plrlib.importers.sheets import Grid
from plrlib.importers.speakers import Flat
from plrlib.safe_open import Database, database, refused

HIGHLIGHTS = ("id", "document", "tag", "content")
CODEBOOK = ("tag", "description")
NESTING = "."


def read(path: Path, project: str = "") -> Material:
    """Read one project of a database.

    Parameters
    ----------
    path
        The SQLite file.
    project
        The project's name or number, where the database has several.

    Raises
    ------
    StudyError
        If the database is damaged, hostile, or has several projects and none was chosen.
    """
    with database(path) as base:
        number, title = _project(path.name, base, project)
        material = Material(path.name, "Taguette database", title=title, nesting=NESTING)
        for key, name, of in base.rows("tags", "id", "path", "project_id", order="id"):
            if of == number:
                material.codes[str(key)] = Code(str(name))
        for key, text in base.rows("tags", "id", "description"):
            if str(key) in material.codes:
                material.codes[str(key)].definition = str(text or "").strip()
        flats = {}
        for key, name, html, of in base.rows("documents", "id", "name", "contents", "project_id", order="id"):
            if of == number:
                flats[str(key)] = flat = Flat(str(html or ""))
                material.documents[str(key)] = Document(str(name), flat.text)
        material.found(codes=len(material.codes), documents=len(material.documents))
        _segments(base, material, flats)
    return material


def _project(file: str, base: Database, wanted: str) -> tuple[int, str]:
    rows = base.rows("projects", "id", "name", order="id")
    projects = [(key, str(name)) for key, name in rows if isinstance(key, int)]
    fitting = [(key, name) for key, name in projects if not wanted or wanted in (str(key), name)]
    if len(fitting) != 1:
        listed = ", ".join(f"{key} ({name})" for key, name in projects[:20]) or "none"
        raise refused(file, f"one project is imported at a time; there: {listed}", "choose with --project", wanted)
    return fitting[0]


def _segments(base: Database, material: Material, flats: Mapping[str, Flat]) -> None:
    coders = _coders(base)
    tags: dict[int, list[str]] = {}
    for highlight, tag in base.rows("highlight_tags", "highlight_id", "tag_id"):
        tags.setdefault(highlight, []).append(str(tag))
    for key, document, start, end in base.rows(
        "highlights", "id", "document_id", "start_offset", "end_offset", order="id"
    ):
        flat = flats.get(str(document))
        if flat is None:  # of another project
            continue
        given = tags.get(key, [])
        material.found(excerpts=1, codings=len(given))
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(flat):
            material.tallies["excerpts"].less("passages whose place is not in the text")
            material.tallies["codings"].less("of passages whose place is not in the text", len(given))
            continue
        first, last = flat.place(start), flat.place(end, end=True)
        segment = Segment(str(document), first, last, flat.text[first:last], name=str(key))
        for tag in sorted(given, key=int):
            if tag in material.codes:
                segment.coded[coders.get((key, tag), NOBODY), tag] = None
            else:
                material.tallies["codings"].less("codings with a code that is not in the codebook")
        material.segments.append(segment)


def _coders(base: Database) -> dict[tuple[int, str], str]:
    """Return who gave each tag to each highlight, from the log of the project: whoever first left it there."""
    given: dict[tuple[int, str], str] = {}
    for login, payload in base.rows("commands", "user_login", "payload", order="id"):
        try:
            entry = json.loads(payload)
            highlight, now = entry.get("highlight_id"), {str(tag) for tag in entry.get("tags") or ()}
        except (ValueError, TypeError, AttributeError):
            continue
        if entry.get("type") == "highlight_add":
            for tag in [tag for number, tag in given if number == highlight and tag not in now]:
                del given[highlight, tag]
            for tag in now:
                given.setdefault((highlight, tag), str(login))
        elif entry.get("type") == "tag_merge":
            gone, into = str(entry.get("src_tag_id")), str(entry.get("dest_tag_id"))
            for number, tag in [place for place in given if place[1] == gone]:
                given.setdefault((number, into), given.pop((number, tag)))
    return given


def from_highlights(grid: Grid) -> Material:
    """Return an export of highlights: a row a highlight and tag, the highlight's number repeating.

    Documents of the same name cannot be told apart there, and untagged highlights are not in it.
    """
    material = Material(grid.file, "Taguette highlights", nesting=NESTING, told=list(grid.told))
    segments: dict[str, Segment] = {}
    for row in grid.records(*HIGHLIGHTS):
        document, tag = row["document"], row["tag"]
        if document:
            material.documents.setdefault(document, Document(document))
        if tag:
            material.codes.setdefault(tag, Code(tag))
        segment = segments.setdefault(row["id"], Segment(document, text=row["content"], name=row["id"]))
        material.found(codings=bool(tag))
        if tag and (NOBODY, tag) in segment.coded:
            material.tallies["codings"].less("codings given twice")
        elif tag:
            segment.coded[NOBODY, tag] = None
    material.segments = list(segments.values())
    material.found(excerpts=len(segments), documents=len(material.documents), codes=len(material.codes))
    material.told.append("this export leaves out highlights without a tag; the database (.sqlite3) has them")
    return material


def from_codebook(grid: Grid) -> Material:
    """Return an export of the codebook."""
    material = Material(grid.file, "Taguette codebook", nesting=NESTING, told=list(grid.told))
    for row in grid.records(*CODEBOOK):
        material.found(codes=1)
        if row["tag"] in material.codes:
            material.tallies["codes"].less("codes that stand twice")
        else:
            material.codes[row["tag"]] = Code(row["tag"], "", row["description"].strip())
    return material
