"""study.toml: what a study is called, how its people are grouped, and what was planned.

A field of a class here is a key of the file: its type says what may stand there, its default what a missing one means.
`SECTIONS` says which class a section is, and `CHOICES` which values a key may have where they are few.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from plrlib.faults import Fault
from plrlib.text import listed

FILE = "study.toml"
KINDS = ("published", "collected", "simulated")
LEFT_OVER = "T0"
Place = tuple[str, ...]
"""The path of a key, as ("study", "seed")."""


@dataclass(frozen=True)
class Grouping:
    """One way to group people: `levels` maps a value in the participants' `column` to the group's label, in order."""

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


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """An identifier that may stay where it is: its kind, the table, column and row (blank: any), and the reason why."""

    kind: str
    table: str
    column: str
    row: str = ""
    reason: str


@dataclass(frozen=True)
class StudySection:
    """What stands in [study] itself; `left_over` is the theme for what fits no theme."""

    id: str
    title: str = ""
    source: str = ""
    kind: str = "collected"
    complete: bool = False
    reference_coder: str = ""
    stance_coder: str = ""
    left_over: str = LEFT_OVER
    seed: int = 0


@dataclass(frozen=True)
class Settings(StudySection):
    """All that study.toml says; a field left out there has the value it has here.

    `coders` maps a coder to its kind; None means that study.toml does not list coders and any coder is known.
    `populations` maps a name to the values that each attribute may take (`event` is an attribute too). `columns` and
    `nesting` say what columns of another program's sheets mean to `plr import`. `text` is the file itself.
    """

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

    def fault(self, place: Place, message: str, value: str = "", allowed: str = "", remedy: str = "") -> Fault:
        """Return a fault of study.toml, with the line of the value, or else of the key or its section."""
        lines = (_line(self.text, *names) for names in ((*place, value), place, place[:-1]) if names and all(names))
        line = next((line for line in lines if line), None)
        return Fault(FILE, line, ".".join(place), message, value, allowed, remedy)

    def levels(self, column: str) -> dict[str, None]:
        """Return the groups that the groupings declare for a column of participants, in order."""
        return dict.fromkeys(level for g in self.groupings.values() if g.column == column for level in g.levels)


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


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def grouping_lines(grouping: Grouping, name: str, note: str = "") -> list[str]:
    """Return a grouping as study.toml has it, under a blank line; `name` as it may stand in a section's head."""
    groups = ", ".join(f"{quoted(value)} = {quoted(label)}" for value, label in grouping.levels.items())
    lines = {"label": quoted(grouping.label), "column": quoted(grouping.column), "levels": f"{{ {groups} }}"}
    return ["", f"[groupings.{name}]{note}", *(f"{key} = {value}" for key, value in lines.items())]


# What study.toml may say.


def _keys(holder: type, *, named: bool = False) -> dict[str, type]:
    """Return the keys of a section, and the type of each: the fields of the class that holds what it says.

    The first field of what is `named` is the name of its table.
    """
    types = get_type_hints(holder)
    return {one.name: get_origin(types[one.name]) or types[one.name] for one in fields(holder)[named:]}


SECTIONS: dict[str, dict[str, type]] = {
    "study": _keys(StudySection),
    "coders": {"kind": str},
    "populations": {},
    "groupings": _keys(Grouping, named=True),
    "comparisons": _keys(Comparison),
    "disagreements": _keys(Disagreement),
    "readings": _keys(Reading, named=True),
    "words": _keys(Words),
    "privacy": _keys(Privacy),
    "allowed": _keys(Allowed),
    "import": {"map": Mapping, "nesting": str},
}
"""The keys of each section; those of [populations] are columns of participants."""
CHOICES: dict[tuple[str, str], tuple[tuple[str, ...] | str, str, str]] = {
    ("study", "kind"): (KINDS, "is not known", "choose one"),
    ("study", "reference_coder"): ("coders", "is not among [coders]", "add or correct it"),
    ("study", "stance_coder"): ("coders", "is not among [coders]", "add or correct it"),
    ("groupings", "population"): ("populations", "is not declared", "add it to [populations]"),
    ("comparisons", "by"): ("groupings", "is not a grouping", "declare it in [groupings]"),
    ("comparisons", "level"): (("theme", "code"), "is not known", "choose one"),
    ("disagreements", "population"): ("populations", "is not declared", "add it to [populations]"),
}
"""The values that a key may have, or the section that declares them; what is told of any other, and what to do then."""
_HOW_TO_WRITE = {
    str: "text in quotation marks",
    bool: "true or false",
    int: "a whole number, not below 0",
    Mapping: 'a table: { key = "value" }',
    tuple: 'a list of texts: ["one", "other"]',
}
_LABELS = 'write levels = { value = "Label", other = "Other label" }'
_PLAIN_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_NO_READING = ("theme", "code", "parent", "label")
"""What a codebook is read by anyhow."""


# Read, with every fault told.


def read_settings(path: Path) -> tuple[Settings, list[Fault], list[Fault]]:
    """Read a study.toml and return the settings, its faults and its notes; never raises for what is in it.

    What is at fault is left out of the settings, so that the tables can still be checked. A missing file is a fault.
    """
    if not path.is_file():
        remedy = 'write one; its least is a line [study] and below it id = "..."'
        return Settings(path.parent.name), [Fault(FILE, None, "", "the file is missing", remedy=remedy)], []
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = _Reader(text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(FILE, line, "", "the text is not UTF-8", remedy="save it as UTF-8")
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        remedy = "correct the line: text stands in quotation marks, and each key once in its section"
        fault = Fault(FILE, int(found[1]) if found else None, "", f"not valid TOML: {error}", remedy=remedy)
    else:
        return reader.settings(path.parent.name), reader.faults, reader.notes
    return Settings(path.parent.name), [fault], []


class _Reader:
    """Reads section after section, and keeps what is wrong with each."""

    def __init__(self, text: str, content: dict[str, Any]) -> None:
        self.text = text
        self.content = content
        self.names: dict[str, tuple[str, ...]] = {}
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []
        self._at = Settings(id="", text=text).fault

    def settings(self, folder: str) -> Settings:
        """Return what the file says; sections that name others are read after these."""
        for name in self.content:
            if name not in SECTIONS:
                self.notes.append(self._at((name,), "means nothing here", allowed=", ".join(SECTIONS)))
        if "study" not in self.content:
            self._fault(("study",), "the section is missing", remedy='add a line [study] and below it id = "..."')
        coders, study, populations = self._coders(), self._study(), self._populations()
        groupings = self._groupings()
        return Settings(
            **{"id": folder, **study},
            coders=coders,
            populations=populations,
            groupings=groupings,
            comparisons=tuple(self._comparisons(groupings)),
            disagreements=tuple(self._disagreements()),
            readings=self._readings(),
            words=self._words(),
            privacy=self._privacy(),
            allowed=tuple(self._allowed()),
            **self._import(),
            text=self.text,
        )

    def _fault(self, place: Place, message: str, value: str = "", allowed: str = "", remedy: str = "") -> None:
        self.faults.append(self._at(place, message, value, allowed, remedy))

    def _section(self, place: Place, found: Any, keys: Mapping[str, type]) -> dict[str, Any]:
        """Return the entries of a section that are of the right type; note those that mean nothing."""
        if not isinstance(found, dict):
            remedy = f"write [{'.'.join(place)}] above lines key = value"
            self._fault(place, "is not a section", _shown(found), remedy=remedy)
            return {}
        good = {}
        for key, value in found.items():
            if key not in keys:
                self.notes.append(self._at((*place, key), "means nothing here", allowed=", ".join(keys)))
            elif not _is(value, keys[key]):
                how = _HOW_TO_WRITE[keys[key]]
                self._fault((*place, key), "is of the wrong type", _shown(value), how, remedy="write it so")
            else:
                good[key] = tuple(value) if isinstance(value, list) else value
        return good

    def _one(self, name: str) -> dict[str, Any]:
        """Return the entries of the section [name]."""
        return self._section((name,), self.content.get(name, {}), SECTIONS[name])

    def _tables(self, name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Yield the name of each of the tables [name.x], what stands in it, and what of that is of the right type."""
        found = self.content.get(name, {})
        tables = self._section((name,), found, dict.fromkeys(found, Mapping) if isinstance(found, dict) else {})
        for key, entry in tables.items():
            yield key, entry, self._section((name, key), entry, SECTIONS[name] or dict.fromkeys(entry, tuple))

    def _entries(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield each of the sections [[name]] that has no entry of the wrong type."""
        found = self.content.get(name, [])
        for entry in found if isinstance(found, list) else [found]:
            before = len(self.faults)
            good = self._section((name,), entry, SECTIONS[name])
            if len(self.faults) == before:
                yield good

    def _is_allowed(self, place: Place, entry: dict[str, Any], key: str) -> bool:
        """Tell whether a value is one of the few allowed, or not given; any other is taken out, with a fault."""
        choices, message, remedy = CHOICES[place[0], key]
        allowed = self.names.get(choices) if isinstance(choices, str) else choices
        if key not in entry or allowed is None or entry[key] in allowed:
            return True
        self._fault((*place, key), message, entry.pop(key), ", ".join(filter(None, allowed)), remedy=remedy)
        return False

    def _study(self) -> dict[str, Any]:
        study, found = self._one("study"), self.content.get("study")
        if isinstance(found, dict) and "id" not in found:
            self._fault(("study",), "the study has no id", remedy='add a line id = "..." below [study]')
        elif "id" in study and not _PLAIN_ID.fullmatch(study["id"]):
            allowed = "letters, digits, and . _ - between them"
            remedy = "give the study a short plain name: it becomes the name of a folder"
            self._fault(("study", "id"), "is no plain name", study.pop("id"), allowed, remedy=remedy)
        for key in ("kind", "reference_coder", "stance_coder"):
            self._is_allowed(("study",), study, key)
        return study

    def _coders(self) -> dict[str, str] | None:
        """Return the kind of each coder; one whose entry is at fault is still a coder."""
        kinds = {name: good.get("kind") for name, _, good in self._tables("coders")}
        found = self.content.get("coders")
        if not isinstance(found, dict):
            return None
        self.names["coders"] = ("", *found)
        return {name: kinds.get(name) or name for name in found}

    def _populations(self) -> dict[str, dict[str, tuple[str, ...]]]:
        populations = {name: good for name, _, good in self._tables("populations")}
        self.names["populations"] = ("", *populations)
        return populations

    def _groupings(self) -> dict[str, Grouping]:
        groupings = {}
        for name, entry, good in self._tables("groupings"):
            place = ("groupings", name)
            if "levels" in entry and "levels" not in good:
                continue  # its type is a fault already
            if len(good.get("levels", ())) < 2 or not _are_labelled(good["levels"]):
                message = "has fewer than two levels, or one without a label"
                self._fault((*place, "levels"), message, remedy=_LABELS)
            else:
                self._is_allowed(place, good, "population")
                groupings[name] = Grouping(name, **{"label": name, "column": name, **good})
        found = self.content.get("groupings")
        self.names["groupings"] = tuple(found) if isinstance(found, dict) else ()
        return groupings

    def _comparisons(self, groupings: Collection[str]) -> Iterator[Comparison]:
        """Yield the planned comparisons; one by a grouping that is declared, but at fault, is passed over."""
        place = ("comparisons",)
        for entry in self._entries("comparisons"):
            if "by" not in entry:
                allowed, remedy = ", ".join(self.names["groupings"]), 'write by = "..." below [[comparisons]]'
                self._fault(place, "does not say which groups are compared", "", allowed, remedy=remedy)
            elif all(self._is_allowed(place, entry, key) for key in ("by", "level")) and entry["by"] in groupings:
                yield Comparison(**entry)

    def _disagreements(self) -> Iterator[Disagreement]:
        for entry in self._entries("disagreements"):
            says = entry.get("says", {})
            if not entry.get("about") or len(says) < 2 or not all(isinstance(what, str) for what in says.values()):
                remedy = 'write about = "..." and says = { "one place" = "...", "another" = "..." }'
                self._fault(("disagreements",), "does not say what disagrees with what", remedy=remedy)
            elif self._is_allowed(("disagreements",), entry, "population"):
                yield Disagreement(**entry)

    def _readings(self) -> dict[str, Reading]:
        """Return the second-level readings of the codebook, each under the column it reads."""
        readings = {}
        for column, _, good in self._tables("readings"):
            place = ("readings", column)
            if column in _NO_READING:
                remedy = "name a column of codebook.csv that is not called so"
                self._fault(place, "is no second reading: every codebook is read by it", remedy=remedy)
            elif not _are_labelled(good.get("levels", {})):
                self._fault((*place, "levels"), "has a level without a label", remedy=_LABELS)
            else:
                readings[column] = Reading(column, **{"label": column, **good})
        return readings

    def _words(self) -> Words:
        """Return the word families, each with the beginnings of its words, in small letters."""
        good = self._one("words")
        families = {}
        for name, starts in good.get("families", {}).items():
            if isinstance(starts, list) and starts and all(isinstance(s, str) and s.strip() for s in starts):
                families[name] = tuple(dict.fromkeys(start.strip().casefold() for start in starts))
            else:
                place, remedy = ("words", "families", name), f'write {name} = ["beginning", "other"]'
                self._fault(place, "does not say how its words begin", remedy=remedy)
        return Words(families, tuple(word.strip().casefold() for word in good.get("leave_out", ())))

    def _privacy(self) -> Privacy:
        good = self._one("privacy")
        if good.get("smallest_group") == 0:
            place, found = ("privacy", "smallest_group"), str(good.pop("smallest_group"))
            self._fault(place, "is no group", found, "1 or more", remedy="write a number")
        return Privacy(**good)

    def _allowed(self) -> Iterator[Allowed]:
        """Yield the identifiers that may stay, each with its reason."""
        for entry in self._entries("allowed"):
            missing = [key for key in ("kind", "table", "column", "reason") if not entry.get(key, "").strip()]
            if missing:
                remedy = (
                    'write kind = "...", table = "...", column = "...", row = "..." and why it may stay: reason = "..."'
                )
                self._fault(("allowed",), f"does not say {listed(missing)}", remedy=remedy)
            else:
                yield Allowed(**entry)

    def _import(self) -> dict[str, Any]:
        """Return what columns of other programs' sheets mean, as `plr import` takes it."""
        good = self._one("import")
        columns = good.get("map", {})
        for name in [name for name, column in columns.items() if not isinstance(column, str) or not column.strip()]:
            remedy = f'write {name} = "Name of the column"'
            self._fault(("import", "map", name), "does not name a column", str(columns.pop(name)), remedy=remedy)
        return {"columns": columns, "nesting": good.get("nesting", "")}


def _is(value: Any, kind: type) -> bool:
    """Tell whether a value is of a type; true is no number here, numbers count, and a list holds texts."""
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind is tuple:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind)


def _are_labelled(levels: Mapping[str, Any]) -> bool:
    return all(isinstance(label, str) and label and value for value, label in levels.items())


def _shown(value: Any) -> str:
    """Return a value as it may be told: as study.toml has it, where that is short."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
