"""What names a row of another table, a coder or a population: each must be there."""

from collections.abc import Container, Iterator

from plrlib.faults import Fault
from plrlib.study.checks.cells import EVENT_COLUMNS, Known, Sheets, known, listed, look_alikes
from plrlib.study.schema import TABLES
from plrlib.study.settings import FILE, LEFT_OVER, Settings
from plrlib.text import ALIKE


def check_keys(sheets: Sheets, settings: Settings) -> list[Fault]:
    """Return every key that points nowhere, and every circle in the codebook."""
    return [
        *_check_references(sheets, settings),
        *_check_look_alikes(sheets, settings),
        *_check_settings(sheets, settings),
        *_check_themes(sheets),
        *_check_circles(sheets),
    ]


def _check_references(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    keys: dict[str, Known | None] = {}
    for name, sheet in sheets.items():
        for one in TABLES[name].columns:
            if not one.refers or one.name not in sheet.cells:
                continue
            if one.refers not in keys:
                keys[one.refers] = _keys(sheets, settings, one.refers)
            there = keys[one.refers]
            if there is None:
                continue
            in_settings = one.refers in ("coders", "populations")
            where = f"[{one.refers}] of {FILE}" if in_settings else sheets[one.refers].file
            for line, value in there.unknown(sheet, one.name, several=one.several):
                message, remedy = f"is not in {where}", there.advice(value, f"add it to {where}, or correct it here")
                if twin := there.alike(value):
                    message, remedy = f"{message}, but {twin!r} is: they differ {ALIKE}", f"write {twin!r}"
                yield Fault(sheet.file, line, one.name, message, value, there.listed, remedy)


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


def _check_look_alikes(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Find coders and events that look alike, where nothing lists those there are."""
    if settings.coders is None:
        yield from look_alikes(sheets, "coder", [("codings", "coder"), ("envelopes", "coder")])
    if not sheets["events"].digest:
        yield from look_alikes(sheets, "event", EVENT_COLUMNS)


def _check_settings(sheets: Sheets, settings: Settings) -> Iterator[Fault]:
    """Check that the coders and claims that study.toml names are there, and that what is left over is a theme."""
    claims = [claim for plan in settings.comparisons for claim in plan.claims]
    left_over = [settings.left_over] if settings.left_over != LEFT_OVER else []
    coder, theme = "name a coder who has, or leave the line out", "name a theme of the codebook, or leave the line out"
    for section, key, values, table, column, problem, remedy in (
        (
            "study",
            "reference_coder",
            filter(None, [settings.reference_coder]),
            "codings",
            "coder",
            "has no row in",
            coder,
        ),
        ("study", "stance_coder", filter(None, [settings.stance_coder]), "envelopes", "coder", "has no row in", coder),
        (
            "comparisons",
            "claims",
            claims,
            "claims",
            "claim",
            "is not in",
            "name a claim of claims.csv, or leave it out",
        ),
        ("study", "left_over", left_over, "codebook", "code", "is not in", theme),
    ):
        there, message = known(sheets, table, column), f"{problem} {sheets[table].file}"
        for value in values:
            if value not in there and (there.values or table == "claims"):
                yield settings.fault((section, key), message, value, there.listed, there.advice(value, remedy))


def _parents(sheets: Sheets) -> dict[str, str]:
    return dict(sheets["codebook"].rows("code", "parent"))


def _ancestry(code: str, parents: dict[str, str], done: Container[str] = ()) -> list[str]:
    """Return a code, its parents, and what ends them: the blank above a theme, or a code unknown, done or met twice."""
    met: dict[str, None] = {}
    while code in parents and code not in met and code not in done:
        met[code] = None
        code = parents[code]
    return [*met, code]


def _check_themes(sheets: Sheets) -> Iterator[Fault]:
    """Check that an excerpt is put under a theme, not under a code below one."""
    parents = _parents(sheets)
    themes = listed(code for code, parent in parents.items() if not parent)
    for line, value in sheets["envelopes"].rows_where("theme", wrong=parents.get):
        *codes, end = _ancestry(value, parents)
        if not end:  # else the codebook itself is at fault
            remedy = f"write the theme it stands under, {codes[-1]!r}"
            yield Fault(sheets["envelopes"].file, line, "theme", "is a code, not a theme", value, themes, remedy)


def _check_circles(sheets: Sheets) -> Iterator[Fault]:
    """Check that following the parents from any code ends at a theme."""
    parents = _parents(sheets)
    lines = dict(zip(sheets["codebook"].column("code"), sheets["codebook"].lines.tolist(), strict=True))
    done: set[str] = set()
    for code in parents:
        *codes, end = _ancestry(code, parents, done)
        if end in codes:
            circle = " → ".join([*codes[codes.index(end) :], end])
            message = f"the codes stand under one another in a circle: {circle}"
            remedy = "leave the parent of the topmost one blank"
            yield Fault(sheets["codebook"].file, lines[end], "parent", message, parents[end], remedy=remedy)
        done.update(codes)
