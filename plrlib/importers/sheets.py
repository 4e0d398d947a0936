"""Sheets of coded segments, of people or of codes: laid out as a program exports them, or known by their columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from plrlib.faults import Fault, StudyError
from plrlib.importers.material import FORMATS, NO_CODER, Code, Document, Grid, Material, Person, Segment, Source, told
from plrlib.safe_open import refused
from plrlib.study.files import read_sheet
from plrlib.study.schema import PARTICIPANTS, WHOLE
from plrlib.study.workbooks import Page, read_workbook
from plrlib.text import look

CODES = "codes"
"""The field of a wide sheet: names of its columns, parted by commas, * standing for anything."""
USUAL: dict[str, list[str]] = FORMATS["usual"]
"""Fields, and how programs call the columns for them."""
KEPT_AS_THEY_ARE = ("gist", "form", "quantifier", "page", "section")
"""Fields that are columns of the excerpts."""
OF_SEGMENTS = (*USUAL, "start", "end", *KEPT_AS_THEY_ARE[1:])
SPEAKER = ("role", "sector")
"""What may be known of whoever spoke where the person is not."""
_BLANK = dict.fromkeys((*OF_SEGMENTS, *SPEAKER), "")
"""A row of which nothing is known."""
_YES = ("1", "x", "yes", "y", "true", "applied", "✓", "✔")
_NO = ("0", "no", "n", "false", "not applied")
_SEVERAL = re.compile(r"\s*[;\n]\s*")
_PATHS = (" > ", "\\", " :: ")


@dataclass(frozen=True)
class Layout:
    """How a program lays out one kind of sheet, as formats.toml has it.

    Parameters
    ----------
    origin
        The program and the kind of sheet.
    known_by
        Columns that all must be there.
    fields
        The column of each field; one that is not there is passed over.
    nesting
        What stands between a code and the one it is under, where only codes that the sheet has can be above others;
        blank: looked for.
    one_code
        Whether a cell holds one code, whatever signs are in it.
    not_carried
        Columns whose filled cells are counted and left out, by what they hold.
    notes
        What is worth knowing of every such sheet.
    """

    origin: str
    known_by: Sequence[str]
    fields: Mapping[str, str]
    nesting: str = ""
    one_code: bool = False
    not_carried: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


LAYOUTS = tuple(Layout(**table) for table in FORMATS["layouts"])


# Which column of a sheet says what: as it was asked for, or as programs call it.


class Columns(NamedTuple):
    """The columns of one sheet, by their field and, in a wide one, by the code that each stands for."""

    fields: dict[str, str]
    wide: dict[str, str]


def asked_of(grid: Grid, asked: Mapping[str, str]) -> Columns:
    """Return those columns that were asked for and that a sheet has: the others may be in another sheet."""
    found = {name: grid.columns(column) for name, column in asked.items() if name != CODES}
    wide = {code: at for one in asked.get(CODES, "").split(",") for code, at in grid.matching(one.strip()).items()}
    return Columns({name: columns[0] for name, columns in found.items() if columns}, wide)


def columns_of(grid: Grid, asked: Mapping[str, str]) -> Columns:
    """Return the columns of a sheet by what they say: as it was asked for, or as programs call them.

    Parameters
    ----------
    grid
        The sheet.
    asked
        Fields by the name of their column; a field of another name is an attribute of people.
    """
    fields, wide = asked_of(grid, asked)
    for name in (*OF_SEGMENTS, *PARTICIPANTS.names[1:]):
        taken = {*fields.values(), *wide.values()}
        free = [column for column in grid.columns(*USUAL.get(name, (name,))) if column not in taken]
        if free and name not in fields and not (name == "code" and wide):
            fields[name] = free[0]
    return Columns(fields, wide)


# What a sheet holds: coded segments, a row a segment or a row a coding; people, a row each; or codes, a row each.


def fits(source: Source) -> bool:
    """Tell whether a source is a sheet, of a program known or of none."""
    return bool(source.grid.header)


def read(source: Source) -> Material:
    """Return what a sheet holds, as a program lays it out that is known; what was said of its columns goes before.

    Raises
    ------
    StudyError
        If a cell of a wide sheet is neither yes nor no, or the sheet cannot be told to be any of these.
    """
    grid, choices = source.grid, source.choices
    asked = asked_of(grid, choices.columns)
    known = [] if any(asked) else [one for one in LAYOUTS if all(map(grid.matching, one.known_by))]
    layout = known[0] if known else Layout("", (), choices.columns, choices.nesting)
    columns = columns_of(grid, layout.fields)
    has = columns.fields.keys()
    tells_what = has & {"text", "gist", "excerpt", "participant", "event"}
    if "code" in has and not tells_what:
        origin, take = "codebook", _read_codebook
    elif "participant" in has and not has & {"code", "text", "gist", "excerpt"} and not columns.wide:
        origin, take = "sheet of people", _read_people
    elif (columns.wide or "code" in has) and tells_what:
        origin, take = "sheet of coded segments", _read_segments
    else:
        what = "its columns do not say what it is: coded segments, people or codes"
        raise refused(grid.file, what, told("which_columns"), ", ".join(grid.header[:12])[:200])
    material = Material(grid.file, layout.origin or origin, notes=[*grid.notes, *layout.notes])
    take(grid, columns, material, layout)
    if known:
        material.complete_paths = material.complete_paths and not layout.nesting
        material.not_carried.clear()  # the columns that a program always writes are not news
        for what, pattern in layout.not_carried.items():
            filled = (bool(row[column]) for column in grid.matching(pattern).values() for row in grid.rows.values())
            material.not_carried[what] += sum(filled)
        return material
    for name, column in sorted(columns.fields.items(), key=lambda field: grid.header.index(field[1])):
        if name not in asked.fields and look(column) != look(name):
            material.guesses.append(f'column "{column}" is taken for {name}; otherwise --map {name}="..."')
    return material


def _read_people(grid: Grid, columns: Columns, material: Material, layout: Layout) -> None:
    """Take a sheet of people; each column is an attribute, however a program lays it out."""
    who = columns.fields["participant"]
    names = {column: name for name, column in columns.fields.items() if name in (*PARTICIPANTS.names, "event")}
    for line, row in grid.rows.items():
        if row[who]:
            values = {names.get(column, column): cell for column, cell in row.items() if cell and column != who}
            material.people[str(line)] = Person(row[who], values)
    material.found["people"] = len(grid.rows)
    material.lose("people", "rows without a participant", len(grid.rows) - len(material.people))


def _read_codebook(grid: Grid, columns: Columns, material: Material, layout: Layout) -> None:
    """Take a codebook; a column `parent` may say what each stands under."""
    parents = grid.columns("parent", "parent code")[:1]
    definitions = grid.columns("definition", "description", "memo", "comment")[:1]
    for row in grid.rows.values():
        name = row[columns.fields["code"]]
        parent, definition = ("".join(row[column] for column in found) for found in (parents, definitions))
        if name and name not in material.codes:
            material.codes[name] = Code(name, "" if parent == name else parent, definition)
        else:
            material.lose("codes", "codes that stand twice" if name else "rows without a code")
    material.found["codes"] = len(grid.rows)
    if not parents:
        _note_nesting(material, layout.nesting)


def _read_segments(grid: Grid, columns: Columns, material: Material, layout: Layout) -> None:
    """Take coded segments; rows that name the same segment, or have the same words of the same person, are one."""
    given = _codes_by_row(grid, columns, one_code=layout.one_code)
    segments: dict[tuple[str, ...], Segment] = {}
    for line, cells in grid.rows.items():
        row = _BLANK | {name: cells[column] for name, column in columns.fields.items()}
        words = (row["start"], row["end"], row["text"] or row["gist"])
        same = (row["event"], row["participant"], *(words if any(words) else [str(line)]))
        key = (row["excerpt"],) if row["excerpt"] else same
        if key not in segments:
            segments[key] = _segment(material, row)
        if not given[line] and _is_read(cells, columns):
            segments[key].read.add(row["coder"] or NO_CODER)
        for code in given[line]:
            material.codes.setdefault(code, Code(code))
            material.give(segments[key], row["coder"] or NO_CODER, code)
    material.segments = list(segments.values())
    material.found.update(documents=len(material.documents), people=len(material.people), codes=len(material.codes))
    material.found.update(excerpts=len(segments), codings=sum(map(len, given.values())))
    unused = [column for column in grid.header if column not in {*columns.fields.values(), *columns.wide.values()}]
    if unused:
        material.not_carried[f"columns that were not asked for ({', '.join(unused)[:200]})"] += len(unused)
    _note_nesting(material, layout.nesting)


def _segment(material: Material, row: Mapping[str, str]) -> Segment:
    """Return the segment of a row, and keep what the row says of its document and of whoever speaks."""
    document, person = row["event"], row["participant"]
    own: tuple[str, ...] = KEPT_AS_THEY_ARE
    if document:
        material.documents.setdefault(document, Document(document))
    if person:
        values = material.people.setdefault(person, Person(person)).values
        for name in [*(name for name in row if name not in _BLANK), *SPEAKER]:
            if row[name]:
                values.setdefault(name, row[name])  # what was said first stays
    else:
        own += SPEAKER
    start, end = (int(row[name]) if WHOLE.fullmatch(row[name]) else -1 for name in ("start", "end"))
    return Segment(document, start, end, row["text"], person, {n: row[n] for n in own if row[n]}, name=row["excerpt"])


def _codes_by_row(grid: Grid, columns: Columns, *, one_code: bool) -> dict[int, list[str]]:
    """Return the codes that the cell of a row holds, or whose columns are marked in it."""
    if not columns.wide:
        cells = {line: row[columns.fields["code"]] for line, row in grid.rows.items()}
        codes = {line: [cell] if one_code else _SEVERAL.split(cell) for line, cell in cells.items()}
        return {line: list(filter(None, found)) for line, found in codes.items()}
    wide = columns.wide.items()
    marks = {line: {code: row[column] for code, column in wide} for line, row in grid.rows.items()}
    what = "the cell says neither that the code was given nor that it was not"
    allowed, remedy = "1, x, yes, true; 0", "write one of these, or leave it blank"
    faults = [
        Fault(grid.file, line, columns.wide[code], what, mark[:40], allowed, remedy)
        for line, row in marks.items()
        for code, mark in row.items()
        if mark.casefold() not in (*_YES, *_NO, "")
    ]
    if faults:
        raise StudyError(grid.file, faults)
    return {line: [code for code, mark in row.items() if mark.casefold() in _YES] for line, row in marks.items()}


def _is_read(cells: Mapping[str, str], columns: Columns) -> bool:
    """Tell whether a row without a code says that it was read: by a blank for it, or, in a wide sheet, by a no."""
    return not columns.wide or any(cells[column].casefold() in _NO for column in columns.wide.values())


def _note_nesting(material: Material, nesting: str) -> None:
    """Note what parts themes from codes, as it was said or as it is found in some of the codes."""
    names = [code.name for code in material.codes.values()]
    material.nesting = nesting or next((path for path in _PATHS if any(path in name for name in names)), "")
    material.complete_paths = bool(material.nesting)
    if material.nesting and not nesting:
        n = sum(material.nesting in name for name in names)
        material.guesses.append(told("nesting", sign=material.nesting.strip(), n=n))


# Sheets as they stand in CSV files and workbooks.


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
    there = zip(sheet.lines.tolist(), sheet.rows(*sheet.cells), strict=True)
    rows = {line: dict(zip(sheet.cells, map(str.strip, row), strict=True)) for line, row in there}
    return Grid(path.name, list(sheet.cells), rows, [note.message for note in sheet.notes])


def workbook_grids(path: Path) -> list[Grid]:
    """Read every sheet of a workbook that has a header and a row.

    Raises
    ------
    StudyError
        If it is damaged or hostile, or two columns of a sheet have the same name.
    """
    book = read_workbook(path)
    heads = [next(iter(page.rows.values()), []) for page in book.pages]
    if any(head[:4] == ["id", "document", "tag", "content"] or head[:2] == ["tag", "description"] for head in heads):
        # Taguette writes texts that begin with = as formulas, and what they once gave is no text.
        book = read_workbook(path, formulas=True)
    grids = [grid for page in book.pages if (grid := _grid(path.name, page, len(book.pages) > 1))]
    if not grids:
        raise refused(path.name, "no sheet of it has a header and a row", "save the sheet that is meant, with a header")
    grids[0].notes += book.told
    return grids


def _grid(file: str, page: Page, several: bool) -> Grid | None:
    """Return a sheet under its first row with two filled cells; a title above it is passed over."""
    lines = [line for line, row in page.rows.items() if sum(map(bool, row)) > 1]
    if len(lines) < 2:
        return None
    label = f"{file}[{page.name}]" if several else file
    names = {at: name for at, cell in enumerate(page.rows[lines[0]]) if (name := cell.strip())}
    header = list(names.values())
    doubled = next((name for name in header if header.count(name) > 1), "")
    if doubled:
        remedy = "keep one of them, or give it another"
        raise refused(label, "two columns have the same name", remedy, doubled, lines[0])
    rows = {}
    for line, row in page.rows.items():
        cells = {name: row[at].strip() if at < len(row) else "" for at, name in names.items()}
        if line > lines[0] and any(cells.values()):
            rows[line] = cells
    return Grid(label, header, rows)
