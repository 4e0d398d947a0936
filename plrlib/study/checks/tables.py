"""The tables: their headers, cells and keys, whether every id is in the table that it names; and what all checks share.

A check judges each distinct value, or each distinct combination of values, once; only the rows at fault are looked at
one by one. So 300,000 rows take little longer than their distinct values do.
"""

import difflib
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, compress, islice

import numpy as np
import pandas as pd

from plrlib.faults import Fault, told
from plrlib.study.files import Sheet, first_rows
from plrlib.study.prepared import ancestry, passed_over
from plrlib.study.schema import CODED, TABLES, WHOLE, Column, TableSchema, direction
from plrlib.study.settings import FILE, LEFT_OVER, Settings, quoted
from plrlib.study.speakers import ATTRIBUTES, SEPARATOR, parts
from plrlib.text import ALIKE, count, joined, listed, look, looks, verb

Sheets = Mapping[str, Sheet]
"""The sheet of every table, by its name."""

EVENT_COLUMNS = (
    ("participants", "focus_group"), ("attendance", "event"), ("asked", "event"), ("excerpts", "event"),
    ("coverage", "event"),
)  # fmt: skip
_ON_SPEAKERS = ("excerpt", "participant", "focus_group", "event", "participants", *ATTRIBUTES, "quantifier")


def check_tables(sheets: dict[str, Sheet], settings: Settings) -> list[Fault]:
    """Return the faults of all tables; excerpts whose cells have shifted are taken out of theirs.

    Notes on the columns of a table are added to those of its sheet.
    """
    _leave_out_shifted_rows(sheets)
    faults: list[Fault] = []
    for name in TABLES:
        if (sheet := sheets[name]).digest:
            table = with_readings(TABLES[name], settings)
            faults += [*sheet.faults, *_check_headers(table, sheet, settings), *_check_cells(table, sheet)]
    faults += [*_check_references(sheets, settings), *_check_look_alikes(sheets, settings)]
    faults += [*_check_settings(sheets, settings), *_check_whose(sheets, settings), *_check_coverage(sheets)]
    faults += _check_directions(sheets["claims"], settings)
    return [*faults, *_check_themes(sheets), *_check_circles(sheets)]


def events_sheet(sheets: Sheets) -> Sheet:
    """Return the table of events; where there is none, one of the events that other tables name, in order."""
    if "event" in sheets["events"].cells:
        return sheets["events"]
    cells = (cell for table, name in EVENT_COLUMNS for cell in sheets[table].column(name).values)
    names = list(dict.fromkeys(part for cell in cells for part in parts(cell)))
    groups = set(sheets["participants"].column("focus_group").values)
    kinds = ["focus group" if name in groups else "" for name in names]
    return Sheet(sheets["events"].file).change(event=names, kind=kinds)


def on_speakers(sheets: Sheets, table: str) -> pd.DataFrame:
    """Return what a table says on who spoke, as `plrlib.study.speakers` takes it: blanks missing, each key once."""
    sheet = events_sheet(sheets) if table == "events" else sheets[table]
    names = [name for name in TABLES[table].names if name in _ON_SPEAKERS]
    frame = pd.DataFrame({name: list(sheet.column(name)) for name in names}, dtype="object")
    if table == "excerpts":
        return frame.where(frame != "", np.nan)
    key = list(TABLES[table].key)
    return frame.map(str.strip).replace("", np.nan).dropna(subset=key).drop_duplicates(key)


class Known:
    """The values that may stand in some place, in order, and what to say of one that may not.

    What stands in rows that could not be read may stand there too: whether it is known cannot be told.
    """

    _GUESSES = 50  # a guess takes milliseconds, and a wrong column would ask for one in every row
    _NAMES = 1000

    def __init__(self, values: Iterable[str], unreadable: Container[str] = ()) -> None:
        self._unreadable = unreadable
        self.values = dict.fromkeys(filter(None, map(str.strip, values)))
        self._by_look: dict[str, str] = {}
        self._near: dict[str, str] = {}
        self.listed = listed(self.values)

    def __contains__(self, value: object) -> bool:
        return value in self.values or value in self._unreadable

    def unknown(self, sheet: Sheet, name: str, *, several: bool = False) -> Iterator[tuple[int, str]]:
        """Yield line and value of each filled cell, or of each of its values separated by `;`, that is not known."""
        others = set(sheet.column(name).values).difference(self.values)
        named = {cell: parts(cell) if several else (cell.strip(),) for cell in others}
        strangers = {cell: [value for value in values if value and value not in self] for cell, values in named.items()}
        for line, cell in sheet.rows_with(name, {cell for cell in others if strangers[cell]}):
            yield from ((line, value) for value in strangers[cell])

    def faults(
        self, sheet: Sheet, name: str, code: str, otherwise: str, *, several: bool = False, **words: str
    ) -> Iterator[Fault]:
        """Yield a fault for each value that is not known."""
        for line, value in self.unknown(sheet, name, several=several):
            yield sheet.told(code, line, name, value, **words, **self.words(value, otherwise))

    def alike(self, value: str) -> str:
        """Return the value that differs from this one only in blanks, case or leading zeros; blank: there is none."""
        if not self._by_look:
            self._by_look = dict(zip(looks([*self.values]), self.values, strict=True))
        return self._by_look.get(look(value), "")

    def near(self, value: str) -> str:
        """Return the value that is written most like this one; blank: none is."""
        if value not in self._near and len(self._near) < self._GUESSES:
            found = difflib.get_close_matches(value, islice(self.values, self._NAMES), n=1, cutoff=0.75)
            self._near[value] = self.alike(value) or "".join(found)
        return self._near.get(value, "")

    def words(self, value: str, otherwise: str) -> dict[str, str]:
        """Return what a fault says of a value that may not stand there: the values allowed, and the remedy."""
        return {"allowed": self.listed, "remedy": self.advice(value, otherwise)}

    def advice(self, value: str, otherwise: str) -> str:
        """Return what to do about a value that may not stand there: write the one meant, where it can be guessed."""
        if twin := self.alike(value):
            return f"write {twin!r}: it differs {ALIKE}"
        if near := self.near(value):
            return f"did you mean {near!r}?" + (f" If not, {otherwise}" if otherwise else "")
        return otherwise


def known(sheets: Sheets, table: str, name: str, *more: str) -> Known:
    """Return what stands in a column of a table, and more."""
    return Known([*more, *sheets[table].column(name).values], sheets[table].unreadable)


def look_alikes(sheets: Sheets, name: str, sources: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Yield a fault for each id in some columns that differs from an earlier one only in how it is written."""
    columns = [(sheets[t], sheets[t].column(source), TABLES[t].column(source).several) for t, source in sources]
    ids = (chain.from_iterable(map(parts, cells.values)) if several else cells.values for _, cells, several in columns)
    values = [*filter(str.strip, dict.fromkeys(chain.from_iterable(ids)))]
    alike = looks(values)
    if len(set(alike)) == len(values):
        return
    places: dict[str, tuple[str, int]] = {}
    for sheet, cells, several in columns:
        for line, cell in zip(sheet.lines[first_rows(cells.codes)].tolist(), cells.values, strict=True):
            for value in parts(cell) if several else (cell,):
                places.setdefault(value, (sheet.file, line))
    first: dict[str, str] = {}
    for value, plain in zip(values, alike, strict=True):
        other = first.setdefault(plain, value)
        if other != value:
            (file, line), (other_file, other_line) = places[value], places[other]
            yield told("look_alike", file, line, name, value, other=other, other_file=other_file, other_line=other_line)


# Rows whose cells have shifted, so that a respondent's words stand where an id belongs.

_LONGEST_ID = 60
_MOST_BLANKS = 4


def _leave_out_shifted_rows(sheets: dict[str, Sheet]) -> None:
    """Take the excerpts where a text stands in place of an id out of their table; no message repeats it.

    A long id or value is one all the same if another table has it.
    """
    for column in TABLES["excerpts"].columns:
        sheet = sheets["excerpts"]
        cells = sheet.column(column.name)
        longer = (cell for cell in cells.values if len(cell) > _LONGEST_ID or not cell.isalnum())  # few ids are
        if column.kind in ("text", "words") or not any(map(_is_text, longer)):
            continue
        others = (cells.values for name in sheets if name != "excerpts" for cells in sheets[name].cells.values())
        elsewhere = set().union(*others)
        texts = {cell for cell in cells.values if _is_shifted(cell, elsewhere)}
        shifted = cells.where(texts.__contains__)
        if texts:
            for line in sheet.lines[shifted].tolist():
                sheet.fault("shifted", line, column.name, about=column.about)
            for lost in sheet.keep(shifted).cells.values():
                sheet.unreadable.update(map(str.strip, lost.values))
            sheets["excerpts"] = sheet.keep(~shifted)


def _is_shifted(cell: str, elsewhere: set[str]) -> bool:
    values = cell.split(SEPARATOR)
    return any(map(_is_text, values)) and not {value.strip() for value in values} <= elsewhere


def _is_text(value: str) -> bool:
    return len(value) > _LONGEST_ID or value.strip().count(" ") > _MOST_BLANKS or "\n" in value or "\r" in value


# The header and the cells of one table.

_SPEAKERS = {"participant", "event", "role", "sector"}


def with_readings(table: TableSchema, settings: Settings) -> TableSchema:
    """Return the codebook's table with the columns that [readings] names, each as one of a few values."""
    if table.name != "codebook":
        return table
    read = {r.column: Column(r.column, f"a second reading: {r.label}", "choice") for r in settings.readings.values()}
    declared = {c.name: c for c in table.columns} | read
    return replace(table, columns=tuple(declared.values()))


def _check_headers(table: TableSchema, sheet: Sheet, settings: Settings) -> Iterator[Fault]:
    """Check which columns a table has; what is only worth knowing of them is noted with the sheet."""
    if not (have := list(sheet.cells)):
        return
    needed = dict.fromkeys(table.required_columns, "add the column; leave a cell blank where its value is not known")
    if table.name == "participants":
        for grouping in settings.groupings.values():
            needed.setdefault(grouping.column, f"add the column, or correct [groupings.{grouping.name}] of study.toml")
    expected = {_plain(name): name for name in (*table.names, *needed)}
    there, allowed = set(have), listed(table.names)
    for name in have:
        near = expected.get(_plain(name), name)
        if near != name and name not in needed:
            yield sheet.told("misspelt_header", 1, name, name, near=near)
            there.add(near)
        elif name not in expected.values():
            advice = Known(table.names).advice(name, "")
            if advice or not table.any_column:
                sheet.notes.append(sheet.told("attribute" if table.any_column else "unused", 1, name, remedy=advice))
    for name in settings.readings if table.name == "codebook" else ():
        if name not in there:
            words = Known(have).words(name, "add the column, or correct the name")
            yield settings.fault("no_reading", ("readings", name), name, table=sheet.file, **words)
    for name, remedy in needed.items():
        if name not in there:
            yield sheet.told("missing_column", 1, name, allowed=allowed, remedy=remedy)
    if table.name == "excerpts" and not _SPEAKERS & there:
        yield sheet.told("no_speakers", 1, "participant", allowed=allowed)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _check_cells(table: TableSchema, sheet: Sheet) -> Iterator[Fault]:
    """Check the cells of a table: blanks, kinds, values and keys."""
    if table.required and sheet.cells and not len(sheet) and not sheet.faults:  # else rows without sense are told
        yield sheet.told("empty_table", about=table.about)
    for name in sheet.cells:
        yield from _check_column(sheet, table, table.column(name))
    if set(table.key) <= set(sheet.cells):
        yield from _check_duplicates(table, sheet)
    ids = [*table.key] if len(table.key) == 1 else []
    if table.name == "codebook":
        ids += [column.name for column in table.columns if column.kind == "choice"]
    for name in ids:
        yield from look_alikes({table.name: sheet}, name, [(table.name, name)])


def _check_column(sheet: Sheet, table: TableSchema, column: Column) -> Iterator[Fault]:
    name, values = column.name, sheet.cells[column.name].values
    padded = {value for value, stripped in zip(values, map(str.strip, values), strict=True) if value != stripped}
    blank = set(filter(str.isspace, padded))
    allowed = Known(column.allowed)
    wrong = {"only_blanks": blank}
    if column.filled:
        wrong["blank_key" if column.key else "blank_cell"] = {""}
    if column.kind == "whole":
        wrong["not_whole"] = {value for value in values if not WHOLE.fullmatch(value)} - blank - {""}
    elif column.allowed:
        wrong["unknown_choice"] = {*values} - {"", *blank, *column.allowed}
    elif column.kind in ("id", "choice") and not column.several:
        padded -= blank
        if table.key == (name,):  # an id that is there without the blanks too is told as one that looks like another
            padded = {value for value in padded if value.strip() not in values}
        wrong["padded"] = padded
    for code, among in wrong.items():
        for line, value in sheet.rows_with(name, among):
            words = allowed.words(value, "write one of these, or leave it blank")
            yield sheet.told(code, line, name, value, stripped=value.strip(), **words)


def _check_duplicates(table: TableSchema, sheet: Sheet) -> Iterator[Fault]:
    number = sheet.numbered(*table.key)
    first = first_rows(number)
    if len(first) == len(sheet):
        return
    key, stand = joined(table.key), verb(len(table.key), "stands", "stand")
    or_new_id = f", or give this {key} an id of its own" if len(table.key) == 1 else ""
    filled = [table.column(name).filled for name in table.key]
    for row, cells in enumerate(sheet.rows(*table.key)):
        if first[number[row]] != row and all(compress(cells, filled)):
            place = (int(sheet.lines[row]), ", ".join(table.key), ", ".join(cells))
            above = sheet.lines[first[number[row]]]
            yield sheet.told("same_key", *place, key=key, stand=stand, above=above, or_new_id=or_new_id)


# What names a row of another table, a coder or a population: each must be there.


def _check_references(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    naming = [(sheet, one) for name, sheet in sheets.items() for one in TABLES[name].columns if one.name in sheet.cells]
    keys = {name: _keys(sheets, settings, name) for name in {one.refers for _, one in naming if one.refers}}
    for sheet, one in naming:
        if there := keys.get(one.refers):
            where = sheets[one.refers].file if one.refers in sheets else f"[{one.refers}] of {FILE}"
            for line, value in there.unknown(sheet, one.name, several=one.several):
                twin, words = there.alike(value), there.words(value, f"add it to {where}, or correct it here")
                code = "misspelt_key" if twin else "unknown_key"
                yield sheet.told(code, line, one.name, value, where=where, twin=twin, **words)


def _keys(sheets: Sheets, settings: Settings, table: str) -> Known | None:
    """Return the keys that there are; None where nothing lists them, or what does is itself at fault."""
    if table == "coders":
        return None if settings.coders is None else Known(settings.coders)
    if table == "populations":
        return Known(settings.populations) if settings.text else None
    if not sheets[table].digest:
        return None if table == "events" or TABLES[table].required else Known(())
    key = TABLES[table].key[0]
    return known(sheets, table, key) if key in sheets[table].cells else None


def _check_coverage(sheets: Sheets) -> Iterator[Fault]:
    """Check that an excerpt that was read is not said to be of another event than its own."""
    own = {excerpt: parts(event) for excerpt, event in sheets["excerpts"].rows("excerpt", "event")}

    def differs(excerpt: str, event: str) -> bool:
        return bool(event and own.get(excerpt)) and event not in own[excerpt]

    for line, excerpt, event in sheets["coverage"].rows_where("excerpt", "event", wrong=differs):
        yield sheets["coverage"].told("other_event", line, "event", event, own=joined(own[excerpt], "or"))


def _check_look_alikes(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Find coders and events that look alike, where nothing lists those there are."""
    if settings.coders is None:
        yield from look_alikes(sheets, "coder", [(table, "coder") for table in CODED])
    if not sheets["events"].digest:
        yield from look_alikes(sheets, "event", EVENT_COLUMNS)


def _check_settings(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that coders, claims and codes that study.toml names are there, and that what is left over is a theme."""
    claims, codes = (
        [one for plan in settings.comparisons for one in getattr(plan, key)] for key in ("claims", "codes")
    )
    left_over = [settings.left_over] if settings.left_over != LEFT_OVER else []
    coder, theme = "name a coder who has, or leave the line out", "name a theme of the codebook, or leave the line out"
    claim, no_row = "name a claim of claims.csv, or leave it out", "has no row in"
    code = "name a code or theme of the codebook, or leave it out"
    read = sheets["coverage"].column("coder").values  # who read and gave nothing is a coder too
    for section, key, values, table, column, problem, remedy in (
        ("study", "reference_coder", settings.reference, "codings", "coder", no_row, coder),
        ("study", "stance_coder", [settings.stance_coder], "envelopes", "coder", no_row, coder),
        ("comparisons", "claims", claims, "claims", "claim", "is not in", claim),
        ("comparisons", "codes", codes, "codebook", "code", "is not in", code),
        ("study", "left_over", left_over, "codebook", "code", "is not in", theme),
    ):
        there, file = known(sheets, table, column, *(read if table == "codings" else ())), sheets[table].file
        for value in filter(None, values):
            if value not in there and (there.values or table == "claims"):
                words = there.words(value, remedy)
                yield settings.fault("names_no_row", (section, key), value, problem=problem, table=file, **words)
    columns, events = Known(sheets["events"].cells), sheets["events"].file
    for value in settings.interview_blocks:
        if value not in columns and value != "interviewer":
            words = columns.words(value, "name a column of the events table")
            place = ("study", "interview_blocks")
            yield settings.fault("names_no_row", place, value, problem="is no column of", table=events, **words)
    parents, passed = _parents(sheets), _passed_over(sheets)
    deepest = max((len(ancestry(code, parents, passed)) - 1 for code in parents), default=0)
    for level in {plan.level for plan in settings.comparisons if plan.level.isdigit() and int(plan.level) > deepest}:
        words = {"message": f"is deeper than the codebook, which has {deepest}", "remedy": "choose one that it has"}
        allowed = listed(("theme", "code", *map(str, range(2, deepest + 1))))
        yield settings.fault("not_a_choice", ("comparisons", "level"), level, allowed=allowed, **words)


_TWO = 2


def _check_directions(claims: Sheet, settings: Settings) -> Iterator[Fault]:
    """Check that a claim's direction names two groups of a grouping by which a planned comparison decides it."""
    for line, claim, cell in claims.rows_where("claim", "direction", wrong=lambda _, cell: cell):
        plans = [plan for plan in settings.comparisons if claim in plan.claims]
        levels = [settings.groupings[plan.by].levels for plan in plans]
        groups, allowed = direction(cell), Known(chain.from_iterable(levels))
        strange = next((group for group in groups if group and group not in allowed), "")
        if not plans:
            yield claims.told("no_comparison", line, "direction", cell, claim=claim)
        elif len(set(filter(None, groups))) != len(groups) or len(groups) != _TWO:
            yield claims.told("no_direction", line, "direction", cell, allowed=allowed.listed)
        elif strange or not any(set(groups) <= set(some) for some in levels):
            words = allowed.words(strange, "write two groups of one grouping")
            yield claims.told("strange_group", line, "direction", strange or cell, **words)


def _check_whose(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that it is known whose codings count: of several who coded the same excerpts study.toml must say."""
    place, given = ("study", "reference_coder"), list(settings.reference)
    if len(given) > 1 and not len(sheets["coverage"]):
        yield settings.fault("list_needs_coverage", place, ", ".join(given), first=quoted(given[0]))
    pairs = sheets["codings"].combinations("coder", "excerpt")[1]
    often, coded = (Counter(pair[at] for pair in pairs if all(pair)) for at in (1, 0))
    if both := sum(n > 1 for n in often.values()) if not given and len(coded) > 1 else 0:
        each = joined(f"{coder} coded {n}" for coder, n in coded.most_common())
        most = quoted(coded.most_common(1)[0][0])
        excerpts, were = count(both, "excerpt"), verb(both, "was", "were")
        yield settings.fault("which_coder", place, each=each, excerpts=excerpts, were=were, line=most)


def _parents(sheets: Sheets) -> dict[str, str]:
    return dict(sheets["codebook"].rows("code", "parent"))


def _passed_over(sheets: Sheets) -> list[str]:
    return passed_over(_parents(sheets), set(sheets["envelopes"].column("theme").values))


def note_given_roots(sheets: Sheets) -> list[Fault]:
    """Return a note on each root that is passed over and was given as a code: it counts at level `code` alone."""
    given = sheets["codings"].column("code")
    times = {
        root: int((given.codes == given.values.index(root)).sum())
        for root in _passed_over(sheets)
        if root in given.values
    }
    return [
        sheets["codings"].told("given_root", None, "code", root, times=count(n, "time"))
        for root, n in times.items()
        if n
    ]


def _check_themes(sheets: Sheets) -> Iterator[Fault]:
    """Check that an excerpt is put under a theme, not under a code below one."""
    parents, passed = _parents(sheets), {"", *_passed_over(sheets)}
    themes = listed(code for code, parent in parents.items() if parent in passed and code not in passed)
    for line, value in sheets["envelopes"].rows_where("theme", wrong=lambda code: parents.get(code, "") not in passed):
        *codes, end = ancestry(value, parents, passed)
        if end in passed:  # else the codebook itself is at fault
            yield sheets["envelopes"].told("not_a_theme", line, "theme", value, themes=themes, theme=codes[-1])


def _check_circles(sheets: Sheets) -> Iterator[Fault]:
    """Check that following the parents from any code ends at a theme."""
    parents = _parents(sheets)
    lines = dict(zip(sheets["codebook"].column("code"), sheets["codebook"].lines.tolist(), strict=True))
    done: set[str] = set()
    for code in parents:
        *codes, end = ancestry(code, parents, done)
        if end in codes:
            circle = " → ".join([*codes[codes.index(end) :], end])
            yield sheets["codebook"].told("circle", lines[end], "parent", parents[end], circle=circle)
        done.update(codes)
