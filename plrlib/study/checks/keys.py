"""What names a row of another table, a coder or a population: each must be there."""

from collections.abc import Container, Iterator

from plrlib.faults import Fault
from plrlib.study.checks.cells import (
    EVENT_COLUMNS,
    Known,
    Sheets,
    cells_outside,
    cells_where,
    column,
    distinct,
    file,
    known,
    listed,
    twins,
)
from plrlib.study.files import Sheet
from plrlib.study.schema import TABLES, Column
from plrlib.study.settings import FILE, LEFT_OVER, Settings
from plrlib.text import ALIKE


def check_keys(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every key that points nowhere, and every circle in the codebook."""
    faults: list[Fault] = []
    for name, sheet in sheets.items():
        for col in TABLES[name].columns:
            if col.refers and col.name in sheet.cells:
                faults += _reference(sheets, settings, sheet, col)
    faults += _unlisted(sheets, settings)
    faults += _study_toml(sheets, settings)
    faults += _themes(sheets)
    faults += _circles(sheets)
    return faults


def _reference(sheets: Sheets, settings: Settings, sheet: Sheet, col: Column) -> Iterator[Fault]:
    there = _there(sheets, settings, col.refers)
    if there is None:
        return
    where = f"[{col.refers}] of {FILE}" if col.refers in ("coders", "populations") else file(sheets, col.refers)
    for row, value in cells_outside(sheet.cells[col.name], there, several=col.several):
        twin = there.alike(value)
        message = f"is not in {where}" + (f", but {twin!r} is: they differ {ALIKE}" if twin else "")
        remedy = f"write {twin!r}" if twin else there.advice(value, f"add it to {where}, or correct it here")
        yield Fault(sheet.file, row, col.name, message, value, there.listed, remedy)


def _there(sheets: Sheets, settings: Settings, refers: str) -> Known | None:
    """Return the keys there are; None where nothing lists them, or what does is itself at fault."""
    if refers == "coders":
        return None if settings.coders is None else Known(settings.coders)
    if refers == "populations":
        return Known(settings.populations) if settings.text else None
    if refers not in sheets:
        return None if refers == "events" or TABLES[refers].required else Known(())
    key = TABLES[refers].key[0]
    return known(sheets, refers, key) if key in sheets[refers].cells else None


def _unlisted(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Find coders and events that look alike, where nothing lists those there are."""
    if settings.coders is None:
        coders = [("codings", "coder"), ("envelopes", "coder")]
        yield from twins((place for source in coders for place in distinct(sheets, *source)), "coder")
    if "events" not in sheets:
        yield from twins((place for source in EVENT_COLUMNS for place in distinct(sheets, *source)), "event")


def _study_toml(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that the coders and claims that study.toml names are there, and that what is left over is a theme."""
    for key, table in (("reference_coder", "codings"), ("stance_coder", "envelopes")):
        coder, there = getattr(settings, key), known(sheets, table, "coder")
        if coder and len(there) and coder not in there:
            remedy = there.advice(coder, "name a coder who has, or leave the line out")
            message = f"has no row in {file(sheets, table)}"
            yield settings.fault(("study", key), message, coder, there.listed, remedy)
    claims = known(sheets, "claims", "claim")
    for claim in (claim for plan in settings.comparisons for claim in plan.claims if claim not in claims):
        remedy = claims.advice(claim, "name a claim of claims.csv, or leave it out")
        message = f"is not in {file(sheets, 'claims')}"
        yield settings.fault(("comparisons", "claims"), message, claim, claims.listed, remedy)
    codes = known(sheets, "codebook", "code")
    if settings.left_over != LEFT_OVER and len(codes) and settings.left_over not in codes:
        remedy = codes.advice(settings.left_over, "name a theme of the codebook, or leave the line out")
        message = f"is not in {file(sheets, 'codebook')}"
        yield settings.fault(("study", "left_over"), message, settings.left_over, codes.listed, remedy)


def _parents(sheets: Sheets) -> dict[str, str]:
    codes, parents = column(sheets, "codebook", "code"), column(sheets, "codebook", "parent")
    return dict(zip(codes, parents, strict=True))


def _way_up(code: str, under: dict[str, str], done: Container[str] = ()) -> list[str]:
    """Return a code, its parents, and what ends them: the blank above a theme, or a code unknown, done or met twice."""
    way: dict[str, None] = {}
    while code in under and code not in way and code not in done:
        way[code] = None
        code = under[code]
    return [*way, code]


def _themes(sheets: Sheets) -> Iterator[Fault]:
    """Check that an envelope is a theme, not a code under one."""
    under = _parents(sheets)
    themes = listed(code for code, parent in under.items() if not parent)
    for row, value in cells_where(column(sheets, "envelopes", "theme"), lambda v: bool(under.get(v))):
        *way, end = _way_up(value, under)
        if not end:  # else the codebook itself is at fault
            remedy = f"write the theme it stands under, {way[-1]!r}"
            yield Fault(file(sheets, "envelopes"), row, "theme", "is a code, not a theme", value, themes, remedy)


def _circles(sheets: Sheets) -> Iterator[Fault]:
    """Check that following the parents from any code ends at a theme."""
    under = _parents(sheets)
    lines = {code: row for row, code in column(sheets, "codebook", "code").items()}
    done: set[str] = set()
    for code in under:
        *way, end = _way_up(code, under, done)
        if end in way:
            circle = " → ".join([*way[way.index(end) :], end])
            message = f"the codes stand under one another in a circle: {circle}"
            remedy = "leave the parent of the topmost one blank"
            yield Fault(file(sheets, "codebook"), int(str(lines[end])), "parent", message, under[end], remedy=remedy)
        done.update(way)
