"""A simulated study as the files that `load_study` reads."""

import json
import re
from collections.abc import Iterable, Mapping

from plrlib.settings import FILE, Grouping, Settings
from plrlib.stats.simulate import Simulated
from plrlib.tables import TABLES


def files_of(study: Simulated) -> dict[str, str]:
    """Return the content of each file of a simulated study by its name: study.toml, and each table that has rows.

    Columns without any value are left out, unless the table must have them. UTF-8, one line feed a line.
    """
    files = {FILE: _toml(study.settings)}
    for name, frame in study.tables.items():
        kept = [c for c in frame if c in TABLES[name].required_columns or frame[c].notna().any()]
        files[f"{name}.csv"] = frame[kept].to_csv(index=False, lineterminator="\n")
    return files


def _toml(settings: Settings) -> str:
    study = ("id", "title", "source", "kind", "complete", "reference_coder", "stance_coder", "left_over", "seed")
    privacy = ("quasi_identifiers", "smallest_group", "names")
    sections = {
        "[study]": {name: getattr(settings, name) for name in study},
        "[coders]": {name: {"kind": kind} for name, kind in (settings.coders or {}).items()},
        "[populations]": settings.populations,
        **{f"[groupings.{_key(name)}]": _grouping(g) for name, g in settings.groupings.items()},
    }
    parts = [_section(head, entries) for head, entries in sections.items()]
    parts += [_section("[[comparisons]]", {"by": c.by, "level": c.level}) for c in settings.comparisons]
    parts.append(_section("[privacy]", {name: getattr(settings.privacy, name) for name in privacy}))
    return "\n".join(parts)


def _grouping(grouping: Grouping) -> dict[str, object]:
    entries: dict[str, object] = {"label": grouping.label, "column": grouping.column, "levels": grouping.levels}
    return entries | ({"population": grouping.population} if grouping.population else {})


def _section(head: str, entries: Mapping[str, object]) -> str:
    return "".join([f"{head}\n", *(f"{_key(key)} = {_value(value)}\n" for key, value in entries.items())])


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return json.dumps(value, ensure_ascii=False)
