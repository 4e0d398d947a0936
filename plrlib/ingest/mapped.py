"""Any sheet of coded segments, of people or of codes, by what its columns say."""

import re
from collections import Counter
from collections.abc import Mapping

from plrlib.faults import Fault, StudyError
from plrlib.guards import refused
from plrlib.ingest.columns import PEOPLE, Columns, columns_of
from plrlib.ingest.grid import Grid
from plrlib.ingest.material import NOBODY, Code, Document, Material, Person, Segment

_YES = ("1", "x", "yes", "y", "true", "applied", "✓", "✔")
_NO = ("", "0", "no", "n", "false", "not applied")
_SEVERAL = re.compile(r"\s*[;\n]\s*")
_PATHS = (" > ", "\\", " :: ")


def read_grid(grid: Grid, asked: Mapping[str, str], nesting: str = "") -> Material:
    """Take a sheet: coded segments, a row a segment or a row a coding; or people, a row each; or codes, a row each.

    Parameters
    ----------
    grid
        The sheet.
    asked
        Fields by column, as `--map` gives them.
    nesting
        What stands between a theme and a code in the column of codes; blank: looked for.

    Raises
    ------
    StudyError
        If a cell of a wide sheet is neither yes nor no, or the sheet cannot be told to be any of these.
    """
    found = columns_of(grid, asked)
    material = Material(grid.file, "sheet", told=list(grid.told))
    has = found.places.keys()
    if "code" in has and not has & {"text", "gist", "excerpt", "participant", "event"}:
        _codes(grid, found, material, nesting)
    elif "participant" in has and not has & {"code", "text", "gist", "excerpt"} and not found.wide:
        _people(grid, found, material)
    elif (found.wide or "code" in has) and has & {"text", "gist", "excerpt", "participant", "event"}:
        _segments(grid, found, material, nesting)
    else:
        remedy = 'say which columns do: --map participant="..." --map code="..." --map text="..." --map event="..."'
        what = "its columns do not say what it is: coded segments, people or codes"
        raise refused(grid.file, what, remedy, ", ".join(grid.header[:12])[:200])
    for name, column in found.guessed.items():
        material.guessed.append(f'column "{column}" is taken for {name}; otherwise --map {name}="..."')
    return material


def _people(grid: Grid, found: Columns, material: Material) -> None:
    """Take a sheet of people; each column is an attribute."""
    material.origin = "sheet of people"
    who = found.places["participant"]
    names = {at: name for name, at in found.places.items() if name in (*PEOPLE, "event")}
    for line, row in grid.rows.items():
        material.found(people=1)
        if not row[who]:
            material.tallies["people"].less("rows without a participant")
            continue
        values = {names.get(at, grid.header[at]): cell for at, cell in enumerate(row) if cell and at != who}
        material.people[str(line)] = Person(row[who], values)


def _codes(grid: Grid, found: Columns, material: Material, nesting: str) -> None:
    """Take a codebook; a column `parent` may say what each stands under."""
    material.origin = "codebook"
    parent, definition = grid.place("parent", "parent code"), grid.place("definition", "description", "memo", "comment")
    keys: dict[str, str] = {}
    for line, row in grid.rows.items():
        name = row[found.places["code"]]
        material.found(codes=1)
        if not name or name in keys:
            material.tallies["codes"].less("codes that stand twice" if name else "rows without a code")
            continue
        keys[name] = str(line)
        material.codes[str(line)] = Code(name, "", row[definition] if definition >= 0 else "")
    if parent >= 0:
        for line, row in grid.rows.items():
            above = keys.get(row[parent], "")
            if str(line) in material.codes and above and above != str(line):
                material.codes[str(line)].parent = above
    else:
        _nest(material, [code.name for code in material.codes.values()], nesting)


def _segments(grid: Grid, found: Columns, material: Material, nesting: str) -> None:
    """Take coded segments; rows that name the same segment, or have the same words of the same voice, are one."""
    material.origin = "sheet of coded segments"
    cells = {name: [row[at] for row in grid.rows.values()] for name, at in found.places.items()}
    given = _wide(grid, found) if found.wide else [_SEVERAL.split(cell) if cell else [] for cell in cells["code"]]
    _nest(material, [code for codes in given for code in codes], nesting)
    attributes = [n for n in cells if n in PEOPLE[1:] and n not in ("role", "sector")]
    attributes += [name for name in cells if name not in PEOPLE and name not in _SEGMENT]
    segments: dict[tuple[str, ...], Segment] = {}
    for i, (line, codes) in enumerate(zip(grid.rows, given, strict=True)):
        row = {name: values[i] for name, values in cells.items()}
        voice = (row.get("event", ""), row.get("participant", ""))
        own = (row["excerpt"],) if row.get("excerpt") else ()
        words = (row.get("start", ""), row.get("end", ""), row.get("text", "") or row.get("gist", ""))
        identity = own or (*voice, *words, "" if any(words) else str(line))
        segment = segments.get(identity)
        if segment is None:
            segment = segments[identity] = _segment(material, row, voice, own)
            _attributes(material, row, attributes)
        _give(material, segment, [code for code in codes if code], row.get("coder", NOBODY))
    material.segments = list(segments.values())
    material.found(excerpts=len(segments), codes=len(material.codes), people=len(material.people))
    material.found(documents=len(material.documents))
    if found.unused:
        material.left[f"columns that were not asked for ({', '.join(found.unused)[:200]})"] += len(found.unused)


_SEGMENT = ("excerpt", "participant", "event", "text", "gist", "code", "coder", "start", "end", "role", "sector",
            "form", "quantifier", "page", "section")  # fmt: skip


def _segment(material: Material, row: Mapping[str, str], voice: tuple[str, str], own: tuple[str, ...]) -> Segment:
    document, person = voice
    if document:
        material.documents.setdefault(document, Document(document))
    if person:
        material.people.setdefault(person, Person(person))
    values = {name: row[name] for name in ("gist", "form", "quantifier", "page", "section") if row.get(name)}
    if not person:
        values |= {name: row[name] for name in ("role", "sector") if row.get(name)}
    start, end = (int(row[n]) if row.get(n, "").isdecimal() else -1 for n in ("start", "end"))
    return Segment(document, start, end, row.get("text", ""), person, values, name="".join(own))


def _attributes(material: Material, row: Mapping[str, str], names: list[str]) -> None:
    """Keep what the sheet says of whoever speaks."""
    person = material.people.get(row.get("participant", ""))
    if person:
        for name in (*names, "role", "sector"):
            if row.get(name):
                person.values.setdefault(name, row[name])


def _give(material: Material, segment: Segment, codes: list[str], coder: str) -> None:
    material.found(codings=len(codes))
    for code in codes:
        material.codes.setdefault(code, Code(code))
        if (coder, code) in segment.coded:
            material.tallies["codings"].less("codings given twice")
        segment.coded[coder, code] = None


def _wide(grid: Grid, found: Columns) -> list[list[str]]:
    """Return the codes of each row of a sheet that has a column for each code."""
    faults, given = [], []
    for line, row in grid.rows.items():
        codes = [code for code, at in found.wide.items() if row[at].casefold() in _YES]
        given.append(codes)
        for at in found.wide.values():
            if row[at].casefold() not in (*_YES, *_NO):
                what, allowed = (
                    "the cell says neither that the code was given nor that it was not",
                    "1, x, yes, true; 0",
                )
                remedy = "write one of these, or leave it blank"
                faults.append(Fault(grid.file, line, grid.header[at], what, row[at][:40], allowed, remedy))
    if faults:
        raise StudyError(grid.file, faults)
    return given


def _nest(material: Material, codes: list[str], nesting: str) -> None:
    """Note what parts themes from codes, as asked or as it is found in some of the codes."""
    material.nesting = nesting or next((path for path in _PATHS if any(path in code for code in codes)), "")
    material.complete_paths = bool(material.nesting)
    if material.nesting and not nesting:
        n = Counter(material.nesting in code for code in set(codes))[True]
        material.guessed.append(
            f'"{material.nesting.strip()}" in {n} codes is taken to part a theme from a code under it'
        )
