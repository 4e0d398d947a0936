"""study.toml: what a study is called, how its people are grouped, and what was planned.

A field of a class here is a key of the file: its type says what may stand there, its default what a missing one means.
`SECTIONS` says which class a section is, and `CHOICES` which values a key may have where they are few.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_origin, get_type_hints

from plrlib.faults import Fault, told
from plrlib.text import listed

FILE = "study.toml"
KINDS = ("published", "collected", "simulated")
LEFT_OVER = "T0"
Entry = TypeVar("Entry")
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
    """One comparison that was planned before the data were seen; `claims` are those that stand or fall with it.

    `level` is `theme`, `code` or, as a whole number, a depth of the codebook. `codes` are those of the level that it is
    about; none: all. `smallest_that_matters` is the odds ratio, above 1, below which a difference is too small to
    matter; 0: not said.
    """

    by: str
    level: str = "theme"
    codes: tuple[str, ...] = ()
    claims: tuple[str, ...] = field(default=(), compare=False)
    smallest_that_matters: float = field(default=0, compare=False)


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
class Consent:
    """Whose words may be shown beside those whose row says so: `quotes` is `all` for data that are public, and why.

    A person whose row says no, or who has withdrawn, is never quoted.
    """

    quotes: str = ""
    reason: str = ""


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
    """What stands in [study] itself.

    `left_over` is the theme for what fits no theme. `interview_blocks` names the columns of events in which people who
    were interviewed alone must be alike to be compared.
    """

    id: str
    title: str = ""
    source: str = ""
    kind: str = "collected"
    complete: bool = False
    reference_coder: str | tuple[str, ...] = ""
    stance_coder: str = ""
    left_over: str = LEFT_OVER
    seed: int = 0
    interview_blocks: tuple[str, ...] = ("interviewer",)


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
    consent: Consent = Consent()
    allowed: tuple[Allowed, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    nesting: str = ""
    text: str = field(default="", repr=False, compare=False)

    def fault(self, code: str, place: Place, value: str = "", **words: object) -> Fault:
        """Return a fault of study.toml, with the line of the value, or else of the key or its section."""
        lines = (_line(self.text, *names) for names in ((*place, value), place, place[:-1]) if names and all(names))
        line = next((line for line in lines if line), None)
        return told(code, FILE, line, ".".join(place), value, **words)

    @property
    def reference(self) -> tuple[str, ...]:
        """The reference coders, in order."""
        given = self.reference_coder
        return tuple(filter(None, (given,) if isinstance(given, str) else given))

    def levels(self, column: str) -> dict[str, None]:
        """Return the groups that the groupings declare for a column of participants, in order."""
        return dict.fromkeys(level for g in self.groupings.values() if g.column == column for level in g.levels)


def _line(text: str, *names: str) -> int | None:
    """Return the line that has the last of these names, looking for each from the line of the one before it."""
    lines = ["" if line.lstrip().startswith("#") else line for line in text.splitlines()]
    at = 0
    for name in names:
        pattern = re.compile(rf"""(^|[\s\["'.{{,]){re.escape(name)}(["'\s\].=]|$)""")
        at = next((i for i in range(at, len(lines)) if pattern.search(lines[i])), -1)
        if at < 0:
            return None
    return at + 1


def quoted(value: object) -> str:
    """Return a text, a number, or true or false as TOML writes it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def bare(name: str) -> str:
    """Return a key as TOML writes it, without quotation marks where it needs none."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else quoted(name)


def toml(sections: Iterable[tuple[str, Mapping[str, object]]], key: Callable[[str], str] = quoted) -> str:
    """Return sections, by their heads, as TOML; `key` writes the keys of the tables that stand in a line."""

    def shown(value: object) -> str:
        if isinstance(value, Mapping):
            return "{ " + ", ".join(f"{key(name)} = {shown(entry)}" for name, entry in value.items()) + " }"
        if isinstance(value, Iterable) and not isinstance(value, str):
            return "[" + ", ".join(map(shown, value)) + "]"
        return quoted(value)

    def section(head: str, entries: Mapping[str, object]) -> str:
        return f"{head}\n" + "".join(f"{bare(name)} = {shown(value)}\n" for name, value in entries.items())

    return "\n".join(section(*one) for one in sections)


def grouping_entries(grouping: Grouping) -> dict[str, object]:
    """Return what study.toml says of a grouping."""
    return {name: value for name, value in vars(grouping).items() if name != "name" and (value or name != "population")}


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
    "consent": _keys(Consent),
    "allowed": _keys(Allowed),
    "import": {"map": Mapping, "nesting": str},
}
"""The keys of each section; those of [populations] are columns of participants."""
CHOICES: dict[tuple[str, str], tuple[tuple[str, ...] | str, str, str]] = {
    ("study", "kind"): (KINDS, "is not known", "choose one"),
    ("study", "reference_coder"): ("coders", "is not among [coders]", "add or correct it"),
    ("study", "stance_coder"): ("coders", "is not among [coders]", "add or correct it"),
    ("consent", "quotes"): (("", "all"), "is not known", "write all, or leave the line out"),
    ("groupings", "population"): ("populations", "is not declared", "add it to [populations]"),
    ("comparisons", "by"): ("groupings", "is not a grouping", "declare it in [groupings]"),
    ("comparisons", "level"): (("theme", "code", *"23456789"), "is not known", "choose one; a number is a depth"),
    ("disagreements", "population"): ("populations", "is not declared", "add it to [populations]"),
}
"""The values that a key may have, or the section that declares them; what is told of any other, and what to do then."""
_HOW_TO_WRITE = {
    str: "text in quotation marks",
    bool: "true or false",
    int: "a whole number, not below 0",
    float: "a number above 1",
    Mapping: 'a table: { key = "value" }',
    tuple: 'a list of texts: ["one", "other"]',
    UnionType: 'text in quotation marks, or a list of texts: ["one", "other"]',
}
_PLAIN_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_NO_READING = ("theme", "code", "parent", "label")
"""What a codebook is read by anyhow."""


# Read, with every fault told.


def read_settings(path: Path) -> tuple[Settings, list[Fault], list[Fault]]:
    """Read a study.toml and return the settings, its faults and its notes; never raises for what is in it.

    What is at fault is left out of the settings, so that the tables can still be checked. A missing file is a fault.
    """
    if not path.is_file():
        return Settings(path.parent.name), [told("no_settings", FILE)], []
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = _Reader(text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        fault = told("not_utf_8", FILE, error.object.count(b"\n", 0, error.start) + 1)
    except (ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        fault = told("not_toml", FILE, int(found[1]) if found else None, error=error)
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
        self._section((), self.content, dict.fromkeys(SECTIONS, object))
        if "study" not in self.content:
            self._fault("no_study", ("study",))
        coders, study = self._coders(), self._study()
        populations = {name: good for name, _, good in self._tables("populations")}
        self.names["populations"] = ("", *populations)
        groupings = self._groupings()
        return Settings(
            **{"id": folder, **study},
            coders=coders,
            populations=populations,
            groupings=groupings,
            # One by a grouping that is declared, but at fault, is passed over.
            comparisons=tuple(plan for plan in self._entries("comparisons", Comparison) if plan.by in groupings),
            disagreements=tuple(self._entries("disagreements", Disagreement)),
            readings=self._readings(),
            words=self._words(),
            privacy=self._privacy(),
            consent=self._consent(),
            allowed=tuple(self._entries("allowed", Allowed)),
            **self._import(),
            text=self.text,
        )

    def _fault(self, code: str, place: Place, value: str = "", **words: object) -> None:
        self.faults.append(self._at(code, place, value, **words))

    def _section(self, place: Place, found: Any, keys: Mapping[str, type]) -> dict[str, Any]:
        """Return the entries of a section that are of the right type; note those that mean nothing."""
        if not isinstance(found, dict):
            self._fault("no_section", place, _shown(found))
            return {}
        good = {}
        for key, value in found.items():
            if key not in keys:
                self.notes.append(self._at("meaningless", (*place, key), allowed=", ".join(keys)))
            elif not _is(value, keys[key]):
                self._fault("wrong_type", (*place, key), _shown(value), allowed=_HOW_TO_WRITE[keys[key]])
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

    def _entries(self, name: str, holder: Callable[..., Entry]) -> Iterator[Entry]:
        """Yield what each of the sections [[name]] says that has no fault and lacks nothing."""
        found = self.content.get(name, [])
        for entry in found if isinstance(found, list) else [found]:
            before = len(self.faults)
            depth = (
                {"level": str(entry["level"])} if isinstance(entry, dict) and type(entry.get("level")) is int else {}
            )
            good = self._section((name,), {**entry, **depth} if depth else entry, SECTIONS[name])
            if len(self.faults) > before:
                continue
            if lacking := _LACKING[name](good):
                self._fault(name, (name,), lacking=listed(lacking), groupings=", ".join(self.names["groupings"]))
            elif all(self._is_allowed((name,), good, key) for section, key in CHOICES if section == name):
                yield holder(**good)

    def _is_allowed(self, place: Place, entry: dict[str, Any], key: str) -> bool:
        """Tell whether a value is one of the few allowed, or not given; any other is taken out, with a fault."""
        choices, message, remedy = CHOICES[place[0], key]
        allowed = self.names.get(choices) if isinstance(choices, str) else choices
        if key not in entry or allowed is None:
            return True
        given = (entry[key],) if isinstance(entry[key], str) else entry[key]
        wrong, known = [value for value in given if value not in allowed], ", ".join(filter(None, allowed))
        for value in wrong:
            self._fault("not_a_choice", (*place, key), value, message=message, allowed=known, remedy=remedy)
        if wrong:
            del entry[key]
        return not wrong

    def _study(self) -> dict[str, Any]:
        study, found = self._one("study"), self.content.get("study")
        if isinstance(found, dict) and "id" not in found:
            self._fault("no_id", ("study",))
        elif "id" in study and not _PLAIN_ID.fullmatch(study["id"]):
            self._fault("not_plain", ("study", "id"), study.pop("id"))
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

    def _groupings(self) -> dict[str, Grouping]:
        groupings = {}
        for name, entry, good in self._tables("groupings"):
            levels = good.get("levels", {})
            if "levels" in entry and "levels" not in good:
                continue  # its type is a fault already
            if len(levels) < 2 or not _are_labelled(levels):
                self._fault("few_levels", ("groupings", name, "levels"))
            else:
                self._is_allowed(("groupings", name), good, "population")
                groupings[name] = Grouping(name, **{"label": name, "column": name, **good})
        found = self.content.get("groupings")
        self.names["groupings"] = tuple(found) if isinstance(found, dict) else ()
        return groupings

    def _readings(self) -> dict[str, Reading]:
        """Return the second-level readings of the codebook, each under the column it reads."""
        readings = {}
        for column, _, good in self._tables("readings"):
            if column in _NO_READING:
                self._fault("readings", ("readings", column))
            elif not _are_labelled(good.get("levels", {})):
                self._fault("unlabelled", ("readings", column, "levels"))
            else:
                readings[column] = Reading(column, **{"label": column, **good})
        return readings

    def _words(self) -> Words:
        """Return the word families, each with the beginnings of its words, in small letters."""
        good = self._one("words")
        families = {}
        for name, starts in good.get("families", {}).items():
            if starts and _is(starts, tuple) and all(map(str.strip, starts)):
                families[name] = tuple(dict.fromkeys(start.strip().casefold() for start in starts))
            else:
                self._fault("families", ("words", "families", name), name=name)
        return Words(families, tuple(word.strip().casefold() for word in good.get("leave_out", ())))

    def _privacy(self) -> Privacy:
        good = self._one("privacy")
        if good.get("smallest_group") == 0:
            self._fault("smallest_group", ("privacy", "smallest_group"), str(good.pop("smallest_group")))
        return Privacy(**good)

    def _consent(self) -> Consent:
        """Return whose words may be shown; without a good reason nothing more than each person's own row allows."""
        good = self._one("consent")
        self._is_allowed(("consent",), good, "quotes")
        if good.get("quotes") and not good.get("reason", "").strip():
            self._fault("consent_reason", ("consent", "quotes"), good["quotes"])
            return Consent()
        return Consent(**good)

    def _import(self) -> dict[str, Any]:
        """Return what columns of other programs' sheets mean, as `plr import` takes it."""
        good = self._one("import")
        columns = good.get("map", {})
        for name in [name for name, column in columns.items() if not isinstance(column, str) or not column.strip()]:
            self._fault("map", ("import", "map", name), str(columns.pop(name)), name=name)
        return {"columns": columns, "nesting": good.get("nesting", "")}


def _lacks_matter(entry: dict[str, Any]) -> list[str]:
    says = entry.get("says", {})
    is_whole = entry.get("about") and len(says) > 1 and all(isinstance(what, str) for what in says.values())
    return [] if is_whole else ["about, says"]


_LACKING: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "comparisons": lambda entry: [key for key in ("by",) if key not in entry],
    "disagreements": _lacks_matter,
    "allowed": lambda entry: [key for key in ("kind", "table", "column", "reason") if not entry.get(key, "").strip()],
}
"""What an entry of a list must say and does not."""


def _is(value: Any, kind: type) -> bool:
    """Tell whether a value is of a type; true is no number, whole ones count, others are ratios; a list holds texts."""
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and 1 < value < inf
    if kind is tuple:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind is UnionType:
        return isinstance(value, str) or _is(value, tuple)
    return isinstance(value, kind)


def _are_labelled(levels: Mapping[str, Any]) -> bool:
    return all(isinstance(label, str) and label and value for value, label in levels.items())


def _shown(value: Any) -> str:
    """Return a value as it may be told: as study.toml has it, where that is short."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
