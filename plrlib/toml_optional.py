"""The sections of study.toml that most studies do without: words, privacy, what may stay, and how sheets are read."""

from typing import Any

from plrlib.settings import Allowed, Privacy, Words
from plrlib.toml_sections import Reader

_WORDS = {"families": dict, "leave_out": list}
_ALLOWED = {"kind": str, "table": str, "column": str, "row": str, "reason": str}
_IMPORT = {"map": dict, "nesting": str}
_PRIVACY = {"quasi_identifiers": list, "smallest_group": int, "names": list}


def words_of(reader: Reader, found: Any) -> Words:
    """Return the word families, each with the beginnings of its words, in small letters."""
    good = reader.section(("words",), found, _WORDS)
    families = {}
    for name, starts in good.get("families", {}).items():
        place = ("words", "families", name)
        whole = isinstance(starts, list) and starts and all(isinstance(s, str) and s.strip() for s in starts)
        if not whole:
            reader.fault(place, "does not say how its words begin", remedy=f'write {name} = ["beginning", "other"]')
            continue
        families[name] = tuple(dict.fromkeys(start.strip().casefold() for start in starts))
    return Words(families, tuple(word.strip().casefold() for word in good.get("leave_out", ())))


def allowed_of(reader: Reader, found: Any) -> tuple[Allowed, ...]:
    """Return the identifiers that may stay, each with its reason."""
    kept = []
    for entry in reader.entries("allowed", found, _ALLOWED):
        missing = [key for key in ("kind", "table", "column", "reason") if not entry.get(key, "").strip()]
        if missing:
            remedy = (
                'write kind = "...", table = "...", column = "...", row = "..." and why it may stay: reason = "..."'
            )
            reader.fault(("allowed",), f"does not say {', '.join(missing)}", remedy=remedy)
        else:
            kept.append(Allowed(**entry))
    return tuple(kept)


def columns_of(reader: Reader, found: Any) -> dict[str, Any]:
    """Return what columns of other programs' sheets mean, as `plr import` takes it."""
    good = reader.section(("import",), found, _IMPORT)
    columns = good.get("map", {})
    for name in [name for name, column in columns.items() if not isinstance(column, str) or not column.strip()]:
        remedy = f'write {name} = "Name of the column"'
        reader.fault(("import", "map", name), "does not name a column", str(columns.pop(name)), remedy=remedy)
    return {"columns": columns, "nesting": good.get("nesting", "")}


def privacy_of(reader: Reader, found: Any) -> Privacy:
    """Return what could tell who somebody is."""
    good = reader.section(("privacy",), found, _PRIVACY)
    if good.get("smallest_group") == 0:
        reader.fault(
            ("privacy", "smallest_group"), "is no group", str(good.pop("smallest_group")), "1 or more", "write a number"
        )
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in good.items()}
    return Privacy(**values)
