"""Read study.toml, and tell what is wrong with it."""

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plrlib.faults import Fault

# What study.toml says: what a study is called, how its people are grouped, and what was planned.

FILE = "study.toml"
KINDS = ("published", "collected", "simulated")
LEFT_OVER = "T0"


@dataclass(frozen=True)
class Grouping:
    """One way to group people: `levels` maps a value in the participants' `column` to the label shown, in order."""

    name: str
    label: str
    column: str
    levels: Mapping[str, str]
    population: str = ""


@dataclass(frozen=True)
class Comparison:
    """One comparison that was planned before the data were seen; `claims` are those that stand or fall with it."""

    by: str
    level: str = "theme"
    claims: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Disagreement:
    """One matter in which the source contradicts itself.

    `says` maps a place in the source to what it says there. What the tables hold is counted from them: the people of
    `population` (blank: everybody), or how many of them have each value of `column`.
    """

    about: str
    says: Mapping[str, str]
    population: str = ""
    column: str = ""


@dataclass(frozen=True)
class Reading:
    """A second-level reading: a `column` of the codebook that gathers codes across themes.

    `levels` maps a value in the column to the label shown, in order; values that it does not name follow, as they are.
    """

    column: str
    label: str
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """Which words are looked at together, and which are left out as too common.

    `families` maps a name to the beginnings of its words: `conform` stands for conform, conforming, conformity.
    """

    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Privacy:
    """What could tell who somebody is, and the smallest group that may be shown."""

    quasi_identifiers: tuple[str, ...] = ()
    smallest_group: int = 3
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Allowed:
    """An identifier that may stay where it is: its kind, the table, column and row (blank: any), and the reason why."""

    kind: str
    table: str
    column: str
    reason: str
    row: str = ""


@dataclass(frozen=True)
class Settings:
    """All that study.toml says; a field left out there has the value it has here.

    `coders` maps a coder to its kind; None means that study.toml does not list coders and any coder is known.
    `populations` maps a name to the values that each attribute may take (`event` is an attribute too). `left_over` is
    the theme for what fits no theme. `columns` and `nesting` say what columns of another
    program's sheets mean to `plr import`. `text` is the file itself.
    """

    id: str
    title: str = ""
    source: str = ""
    kind: str = "collected"
    complete: bool = False
    reference_coder: str = ""
    stance_coder: str = ""
    left_over: str = LEFT_OVER
    seed: int = 0
    coders: Mapping[str, str] | None = None
    populations: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    groupings: Mapping[str, Grouping] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    words: Words = Words()
    privacy: Privacy = Privacy()
    allowed: tuple[Allowed, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    nesting: str = ""
    text: str = field(default="", repr=False, compare=False)

    def fault(
        self, place: tuple[str, ...], message: str, value: str = "", allowed: str = "", remedy: str = ""
    ) -> Fault:
        """Return a fault of study.toml: `place` is the path of a key, as ("study", "seed")."""
        return fault_at(self.text, place, message, value, allowed, remedy)

    def levels(self, column: str) -> dict[str, None]:
        """Return the levels that the groupings declare for a column of participants, in order."""
        return dict.fromkeys(level for g in self.groupings.values() if g.column == column for level in g.levels)


def fault_at(
    text: str, place: tuple[str, ...], message: str, value: str = "", allowed: str = "", remedy: str = ""
) -> Fault:
    """Return a fault of a study.toml with this text, with the line of the value, or else of the key or its section."""
    rows = (_line(text, *names) for names in ((*place, value), place, place[:-1]) if names and all(names))
    row = next((row for row in rows if row), None)
    return Fault(FILE, row, ".".join(place), message, value, allowed, remedy)


def _line(text: str, *names: str) -> int | None:
    """Return the line that has the last of these names, looking for each from the line of the one before it."""
    lines = ["" if line.lstrip().startswith("#") else line for line in text.splitlines()]
    at = 0
    for name in names:
        pattern = re.compile(rf"""(^|[\s\["'.{{,]){re.escape(name)}(["'\s\].=]|$)""")
        found = next((i for i in range(at, len(lines)) if pattern.search(lines[i])), None)
        if found is None:
            return None
        at = found
    return at + 1


# Read a section of study.toml at a time, and keep what is wrong with each; and write a text as it stands there.

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


# The sections of study.toml that most studies do without: words, privacy, what may stay, and how sheets are read.

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


# Read study.toml, and tell what is wrong with it.

_PLAIN_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
# Each section of study.toml and the keys it may have, with the type of each.
_STUDY = {
    "id": str, "title": str, "source": str, "kind": str, "complete": bool, "reference_coder": str, "stance_coder": str,
    "left_over": str, "seed": int,
}  # fmt: skip
_GROUPING = {"label": str, "column": str, "levels": dict, "population": str}
_COMPARISON = {"by": str, "level": str, "claims": list}
_DISAGREEMENT = {"about": str, "says": dict, "population": str, "column": str}
_READING = {"label": str, "levels": dict}
_NO_READING = ("theme", "code", "parent", "label")
"""What a codebook is read by anyhow."""
_SECTIONS = (
    "study", "coders", "populations", "groupings", "comparisons", "disagreements", "readings", "words", "privacy",
    "allowed", "import",
)  # fmt: skip


def read_settings(path: Path) -> tuple[Settings, list[Fault], list[Fault]]:
    """Read a study.toml and return the settings, its faults and its notes; never raises for what is in it.

    What is at fault is left out of the settings, so that the tables can still be checked. A missing file is a fault.
    """
    nothing = Settings(id=path.parent.name)
    if not path.is_file():
        remedy = 'write one; its least is a line [study] and below it id = "..."'
        return nothing, [Fault(FILE, None, "", "the file is missing", remedy=remedy)], []
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        return nothing, [Fault(FILE, row, "", "the text is not UTF-8", remedy="save it as UTF-8")], []
    except (ValueError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        remedy = "correct the line: text stands in quotation marks, and each key once in its section"
        fault = Fault(FILE, int(line[1]) if line else None, "", f"not valid TOML: {error}", remedy=remedy)
        return nothing, [fault], []
    reader = Reader(text)
    settings = _settings(reader, content, path.parent.name)
    return settings, reader.faults, reader.notes


def _settings(reader: Reader, content: dict[str, Any], folder: str) -> Settings:
    for name in content:
        if name not in _SECTIONS:
            reader.notes.append(fault_at(reader.text, (name,), "means nothing here", allowed=", ".join(_SECTIONS)))
    if "study" not in content:
        reader.fault(("study",), "the section is missing", remedy='add a line [study] and below it id = "..."')
    coders = _coders(reader, content["coders"]) if "coders" in content else None
    study = _study(reader, content["study"], coders) if "study" in content else {}
    populations = _populations(reader, content.get("populations", {}))
    declared = content.get("groupings", {})
    groupings = _groupings(reader, declared, populations)
    declared = declared if isinstance(declared, dict) else {}
    return Settings(
        **{"id": folder, **study},
        coders=coders,
        populations=populations,
        groupings=groupings,
        comparisons=_comparisons(reader, content.get("comparisons", []), declared, groupings),
        disagreements=_disagreements(reader, content.get("disagreements", []), populations),
        readings=_readings(reader, content.get("readings", {})),
        words=words_of(reader, content.get("words", {})),
        privacy=privacy_of(reader, content.get("privacy", {})),
        allowed=allowed_of(reader, content.get("allowed", [])),
        **columns_of(reader, content.get("import", {})),
        text=reader.text,
    )


def _study(reader: Reader, found: Any, coders: Collection[str] | None) -> dict[str, Any]:
    study = reader.section(("study",), found, _STUDY)
    if isinstance(found, dict) and "id" not in found:
        reader.fault(("study",), "the study has no id", remedy='add a line id = "..." below [study]')
    elif "id" in study and not _PLAIN_ID.fullmatch(study["id"]):
        remedy = "give the study a short plain name: it becomes the name of a folder"
        reader.fault(
            ("study", "id"), "is no plain name", study.pop("id"), "letters, digits, and . _ - between them", remedy
        )
    if study.get("kind", KINDS[0]) not in KINDS:
        reader.fault(("study", "kind"), "is not known", study.pop("kind"), ", ".join(KINDS), "choose one")
    for role in ("reference_coder", "stance_coder"):
        if coders is not None and study.get(role, "") not in ("", *coders):
            reader.fault(
                ("study", role), "is not among [coders]", study.pop(role), ", ".join(coders), "add or correct it"
            )
    return study


def _coders(reader: Reader, found: Any) -> dict[str, str] | None:
    """Return the kind of each coder; one whose entry is at fault is still a coder."""
    if not isinstance(found, dict):
        return reader.tables("coders", found) or None
    kinds = dict.fromkeys(found, "")
    for name, entry in reader.tables("coders", found).items():
        kinds[name] = reader.section(("coders", name), entry, {"kind": str}).get("kind", "")
    return {name: kind or name for name, kind in kinds.items()}


def _populations(reader: Reader, found: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {
            attribute: tuple(values)
            for attribute, values in reader.section(("populations", name), entry, dict.fromkeys(entry, list)).items()
        }
        for name, entry in reader.tables("populations", found).items()
    }


def _groupings(reader: Reader, found: Any, populations: Collection[str]) -> dict[str, Grouping]:
    groupings = {}
    for name, entry in reader.tables("groupings", found).items():
        place = ("groupings", name)
        good = reader.section(place, entry, _GROUPING)
        levels = good.get("levels", {})
        if "levels" in entry and "levels" not in good:
            continue  # its type is a fault already
        if len(levels) < 2 or not all(isinstance(label, str) and label and key for key, label in levels.items()):
            remedy = 'write levels = { value = "Label", other = "Other label" }'
            reader.fault((*place, "levels"), "has fewer than two levels, or one without a label", remedy=remedy)
            continue
        if "population" in good and good["population"] not in populations:
            allowed = ", ".join(populations)
            reader.fault(
                (*place, "population"), "is not declared", good.pop("population"), allowed, "add it to [populations]"
            )
        column = good.get("column", name)
        groupings[name] = Grouping(name, good.get("label", name), column, levels, good.get("population", ""))
    return groupings


def _comparisons(
    reader: Reader, found: Any, declared: Collection[str], groupings: Collection[str]
) -> tuple[Comparison, ...]:
    """Return the planned comparisons; one by a grouping that is declared, but at fault, is passed over."""
    planned = []
    for entry in reader.entries("comparisons", found, _COMPARISON):
        if "by" not in entry:
            remedy = 'write by = "..." below [[comparisons]]'
            reader.fault(("comparisons",), "does not say which groups are compared", "", ", ".join(declared), remedy)
        elif entry["by"] not in declared:
            allowed = ", ".join(declared)
            reader.fault(("comparisons", "by"), "is not a grouping", entry["by"], allowed, "declare it in [groupings]")
        elif entry.get("level", "theme") not in ("theme", "code"):
            reader.fault(("comparisons", "level"), "is not known", entry["level"], "theme, code", "choose one")
        elif entry["by"] in groupings:
            planned.append(Comparison(**{**entry, "claims": tuple(entry.get("claims", ()))}))
    return tuple(planned)


def _disagreements(reader: Reader, found: Any, populations: Collection[str]) -> tuple[Disagreement, ...]:
    matters = []
    for entry in reader.entries("disagreements", found, _DISAGREEMENT):
        says = entry.get("says", {})
        if not entry.get("about") or len(says) < 2 or not all(isinstance(what, str) for what in says.values()):
            remedy = 'write about = "..." and says = { "one place" = "...", "another" = "..." }'
            reader.fault(("disagreements",), "does not say what disagrees with what", remedy=remedy)
        elif entry.get("population", "") not in ("", *populations):
            allowed, remedy = ", ".join(populations), "add it to [populations]"
            reader.fault(("disagreements", "population"), "is not declared", entry["population"], allowed, remedy)
        else:
            matters.append(Disagreement(**entry))
    return tuple(matters)


def _readings(reader: Reader, found: Any) -> dict[str, Reading]:
    """Return the second-level readings of the codebook, each under the column it reads."""
    readings = {}
    for column, entry in reader.tables("readings", found).items():
        good = reader.section(("readings", column), entry, _READING)
        if column in _NO_READING:
            remedy = "name a column of codebook.csv that is not called so"
            reader.fault(("readings", column), "is no second reading: every codebook is read by it", "", "", remedy)
            continue
        levels = good.get("levels", {})
        if not all(isinstance(label, str) and label and key for key, label in levels.items()):
            place, remedy = ("readings", column, "levels"), 'write levels = { value = "Label", other = "Other label" }'
            reader.fault(place, "has a level without a label", remedy=remedy)
            continue
        readings[column] = Reading(column, good.get("label", column), levels)
    return readings
