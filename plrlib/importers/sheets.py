"""OpenQDA's export of selections as CSV.

Source: OpenQDA, web/resources/js/exchange/useExport.js. Cells are parted by `;` and only the selection is quoted; in it
double quotation marks have become single ones, and line ends blanks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from unicodedata import normalize

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import NOBODY, Code, Document, Material, Person, Segment
from plrlib.safe_open import refused
from plrlib.study.files import read_sheet
from plrlib.study.schema import PARTICIPANTS
from plrlib.study.workbooks import Page, read_workbook
from plrlib.text import look

# Sheets from other programs, CSV or XLSX, as rows under a header.


@dataclass
class Grid:
    """One sheet: `rows` maps the line in the file to the cells of that row, as many as the header has, all stripped.

    A column without a name is not in it.
    """

    file: str
    header: list[str]
    rows: dict[int, list[str]]
    told: list[str] = field(default_factory=list)

    def place(self, *names: str) -> int:
        """Return where the first of these columns is that is there, however it is written; -1: none is."""
        looks = [look(name) for name in self.header]
        return next((looks.index(look(name)) for name in names if look(name) in looks), -1)

    def has(self, *names: str) -> bool:
        """Tell whether all of these columns are there."""
        return all(self.place(name) >= 0 for name in names)

    def records(self, *names: str) -> Iterator[dict[str, str]]:
        """Yield each row's cells in these columns; blank where there is no such column."""
        places = [(name, self.place(name)) for name in names]
        for row in self.rows.values():
            yield {name: row[at] if at >= 0 else "" for name, at in places}


def csv_grid(path: Path) -> Grid:
    """Read a CSV file.

    Raises
    ------
    StudyError
        If it is no text, or has rows that do not fit its header.
    """
    sheet = read_sheet(path)
    if sheet.faults:
        raise StudyError(path.name, sheet.faults)
    header = [str(name) for name in sheet.cells.columns]
    rows = {
        int(line): [cell.strip() for cell in row]
        for line, row in zip(sheet.cells.index, sheet.cells.itertuples(index=False, name=None), strict=True)
    }
    return Grid(path.name, header, rows, [note.message for note in sheet.notes])


def workbook_grids(path: Path) -> list[Grid]:
    """Read every sheet of a workbook that has a header and a row.

    Raises
    ------
    StudyError
        If it is damaged or hostile, or two columns of a sheet have the same name.
    """
    book = read_workbook(path)
    if any(_taguette(page) for page in book.pages):  # it writes texts that begin with = as formulas
        book = read_workbook(path, formulas=True)
    grids = [grid for page in book.pages if (grid := _grid(path.name, page, len(book.pages) > 1))]
    if not grids:
        raise refused(path.name, "no sheet of it has a header and a row", "save the sheet that is meant, with a header")
    grids[0].told += book.told
    return grids


def _taguette(page: Page) -> bool:
    first = next(iter(page.rows.values()), [])
    return first[:4] == ["id", "document", "tag", "content"] or first[:2] == ["tag", "description"]


def _grid(file: str, page: Page, several: bool) -> Grid | None:
    """Return a sheet under its first row with two filled cells; a title above it is passed over."""
    lines = [line for line, row in page.rows.items() if sum(map(bool, row)) > 1]
    if len(lines) < 2:
        return None
    names = [cell.strip() for cell in page.rows[lines[0]]]
    label = f"{file}[{page.name}]" if several else file
    there = [at for at, name in enumerate(names) if name]
    header = [names[at] for at in there]
    doubled = next((name for name in header if header.count(name) > 1), "")
    if doubled:
        raise refused(
            label, "two columns have the same name", "keep one of them, or give it another", doubled, lines[0]
        )
    rows = {
        line: [row[at].strip() if at < len(row) else "" for at in there]
        for line, row in page.rows.items()
        if line > lines[0]
    }
    return Grid(label, header, {line: row for line, row in rows.items() if any(row)})


# Which column of a sheet says what: as it was asked for, or as programs call it.

CODES = "codes"
"""The field of a wide sheet: names of its columns, parted by commas, * standing for anything."""
USUAL = {
    "excerpt": ("excerpt", "excerpt id", "quotation id", "segment id", "id"),
    "participant": ("participant", "participant id", "speaker", "respondent", "interviewee", "case", "person"),
    "event": ("event", "document", "document name", "media title", "source", "file", "transcript", "interview"),
    "text": ("text", "segment", "coded segment", "content", "quotation content", "excerpt copy", "quotation", "quote",
             "coded text", "selection", "seltext"),
    "gist": ("gist", "summary", "paraphrase"),
    "code": ("code", "codes", "fullcode", "full code", "code name", "tag", "code category"),
    "coder": ("coder", "created by", "creating user", "author", "coded by", "owner", "excerpt creator", "modified by"),
}  # fmt: skip
"""Fields, and how columns for them are called in the exports of MAXQDA, ATLAS.ti, NVivo, Dedoose and others."""
PEOPLE = tuple(c.name for c in PARTICIPANTS.columns)
_LOOKS = {look(name): (known, rank) for known, names in USUAL.items() for rank, name in enumerate(names)}
FIELDS = (*USUAL, "start", "end", "form", "quantifier", "page", "section", *PEOPLE[1:])


@dataclass
class Columns:
    """The columns of one sheet by what they say: `places` of fields, `wide` ones by the code that each stands for."""

    places: dict[str, int]
    wide: dict[str, int] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def columns_of(grid: Grid, asked: Mapping[str, str]) -> Columns:
    """Find the columns of a sheet.

    Parameters
    ----------
    grid
        The sheet.
    asked
        Fields by the name of their column; a field that is none of FIELDS is an attribute of people. One whose column
        is not there is passed over: it may be in another sheet.
    """
    found = Columns({})
    for name, column in asked.items():
        if name == CODES:
            found.wide = _wide(grid, column)
        elif (at := grid.place(column)) >= 0:
            found.places[name] = at
    taken = {*found.places.values(), *found.wide.values()}
    _usual(grid, found, taken)
    found.unused = [name for at, name in enumerate(grid.header) if at not in taken]
    return found


def fitting(grid: Grid, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a sheet has a column for, of those that were asked for."""
    return {n: column for n, column in asked.items() if (_wide(grid, column) if n == CODES else grid.has(column))}


def _usual(grid: Grid, found: Columns, taken: set[int]) -> None:
    """Add the columns that have a usual name for a field that nothing was asked for."""
    best: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(grid.header):
        known, rank = _LOOKS.get(look(name), ("", 0))
        if known and at not in taken and known not in found.places and not (known == "code" and found.wide):
            best[known] = min(best.get(known, (rank, at)), (rank, at))
    for known, (_, at) in best.items():
        found.places[known] = at
        taken.add(at)
        if look(grid.header[at]) != look(known):
            found.guessed[known] = grid.header[at]
    for known in FIELDS:
        at = grid.place(known)
        if at >= 0 and at not in taken and known not in found.places:
            found.places[known] = at
            taken.add(at)


def _wide(grid: Grid, patterns: str) -> dict[str, int]:
    """Return the columns that fit one of these patterns, by the code of each: what the * stands for, or its name."""
    found = {}
    for pattern in (part.strip() for part in patterns.split(",")):
        before, star, after = pattern.partition("*")
        for at, name in enumerate(grid.header):
            if star and fnmatchcase(name, pattern.replace("[", "[[]")) and len(name) > len(before) + len(after):
                found[name[len(before) : len(name) - len(after)].strip() or name] = at
            elif not star and look(name) == look(pattern):
                found[name] = at
    return found


# Codes of several files as one codebook: paths taken apart, the same code of two files made one.


def nest(materials: list[Material]) -> None:
    """Put each code that is written as a path under the one that the path begins with.

    Where a file's paths are complete (`Theme > Code`), a theme that stands in paths only becomes a code. Otherwise (a
    full stop in a tag, as in `e.g.`) only a beginning that is a tag itself counts, in whichever of the files.
    """
    tags = {code.name: key for material in materials if material.nesting for key, code in material.codes.items()}
    for material in materials:
        if material.nesting:
            own = {code.name: key for key, code in material.codes.items()}
            for name in [code.name for code in material.codes.values() if not code.parent]:
                _under(material, name, own, set(tags))


def _under(material: Material, name: str, own: dict[str, str], tags: set[str]) -> None:
    """Set the parent of the code of this full name, and shorten its name to what the path ends with."""
    code, parts = material.codes[own[name]], name.split(material.nesting)
    for n in range(len(parts) - 1, 0, -1):
        above = material.nesting.join(parts[:n])
        rest = material.nesting.join(parts[n:])
        if not above.strip() or not rest.strip():
            continue
        if above not in own and (material.complete_paths or above in tags):
            key = own[above] = f"path {above}"
            material.codes[key] = Code(above)
            if material.complete_paths:
                material.tallies["codes"].more("themes that stand in the paths of codes alone")
            else:
                material.tallies["codes"].more("codes that another of the files has")
            _under(material, above, own, tags)
        if above in own:
            code.parent, code.name = own[above], rest.strip()
            return


def paths(material: Material) -> dict[str, tuple[str, ...]]:
    """Return the names from the top to each code; a circle of parents is cut where it is met."""
    found: dict[str, tuple[str, ...]] = {}
    for key in material.codes:
        way: dict[str, None] = {}
        at = key
        while at in material.codes and at not in way:
            way[at] = None
            at = material.codes[at].parent
        found[key] = tuple(normalize("NFC", material.codes[step].name).strip() for step in reversed(way))
    return found


# Any sheet of coded segments, of people or of codes, by what its columns say.

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
    given = _given_wide(grid, found) if found.wide else [_SEVERAL.split(cell) if cell else [] for cell in cells["code"]]
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


def _given_wide(grid: Grid, found: Columns) -> list[list[str]]:
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


# Dedoose's export of excerpts as XLSX: a row an excerpt, and three columns a code.

_DEDOOSE = {
    "event": "Media Title", "coder": "Excerpt Creator", "text": "Excerpt Copy", "codes": "Code: * Applied",
}  # fmt: skip


def is_dedoose(grid: Grid) -> bool:
    """Tell whether a sheet is such an export."""
    wide = any(name.startswith("Code: ") and name.endswith(" Applied") for name in grid.header)
    return wide and grid.has("Media Title", "Excerpt Copy")


def read_dedoose(grid: Grid) -> Material:
    """Return its excerpts: the creator is the coder, and a code's weight is left out."""
    fields = {name: column for name, column in _DEDOOSE.items() if name == "codes" or grid.has(column)}
    material = read_grid(grid, fields)
    material.origin = "Dedoose excerpts"
    weights = [at for at, name in enumerate(grid.header) if name.startswith("Code: ") and name.endswith(" Weight")]
    material.left.clear()
    material.left["weights of codes"] += sum(bool(row[at]) for row in grid.rows.values() for at in weights)
    return material


# OpenQDA's export of selections as CSV.

_CODE, _START, _END, _TEXT = "code category", "start pos", "end pos", "selection"


def is_openqda(grid: Grid) -> bool:
    """Tell whether a sheet is such an export."""
    return grid.has(_CODE, _START, _END, _TEXT)


def read_openqda(grid: Grid) -> Material:
    """Return its selections; those at the same place are one excerpt."""
    source = grid.header[max(0, grid.place("source", "file"))]
    fields = {"event": source, "code": _CODE, "coder": "created by", "start": _START, "end": _END, "text": _TEXT}
    material = read_grid(grid, fields)
    material.origin = "OpenQDA selections"
    material.guessed.clear()
    material.left.clear()
    return material
