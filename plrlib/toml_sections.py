"""Read a section of study.toml at a time, and keep what is wrong with each; and write a text as it stands there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from plrlib.faults import Fault
from plrlib.settings import fault_at

_WRITE = {
    str: "text in quotation marks", bool: "true or false", int: "a whole number, not below 0",
    dict: 'a table: { key = "value" }', list: 'a list of texts: ["one", "other"]',
}  # fmt: skip


class Reader:
    """Collects faults and notes while study.toml is read section by section."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []

    def fault(self, place: tuple[str, ...], message: str, value: str = "", allowed: str = "", remedy: str = "") -> None:
        """Keep a fault of what stands at a place, as ("study", "seed")."""
        self.faults.append(fault_at(self.text, place, message, value, allowed, remedy))

    def section(self, place: tuple[str, ...], found: Any, types: Mapping[str, type]) -> dict[str, Any]:
        """Return the entries of a section that are of the right type; note those that mean nothing."""
        if not isinstance(found, dict):
            self.fault(
                place, "is not a section", _shown(found), remedy=f"write [{'.'.join(place)}] above lines key = value"
            )
            return {}
        good = {}
        for key, value in found.items():
            if key not in types:
                self.notes.append(fault_at(self.text, (*place, key), "means nothing here", allowed=", ".join(types)))
            elif not _is(value, types[key]):
                self.fault((*place, key), "is of the wrong type", _shown(value), _WRITE[types[key]], "write it so")
            else:
                good[key] = value
        return good

    def tables(self, name: str, found: Any) -> dict[str, Any]:
        """Return the entries of a section whose keys are free and whose values are tables."""
        return self.section((name,), found, dict.fromkeys(found, dict) if isinstance(found, dict) else {})

    def entries(self, name: str, found: Any, types: Mapping[str, type]) -> Iterator[dict[str, Any]]:
        """Yield each of the sections [[name]] that has no entry of the wrong type."""
        for entry in found if isinstance(found, list) else [found]:
            before = len(self.faults)
            good = self.section((name,), entry, types)
            if len(self.faults) == before:
                yield good


def _is(value: Any, kind: type) -> bool:
    """Tell whether a value is of a type; true is no number here, numbers count, and a list holds texts."""
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, kind) and (not isinstance(value, list) or all(isinstance(v, str) for v in value))


def _shown(value: Any) -> str:
    """Return a value as it may be told: as study.toml has it, where that is short."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
