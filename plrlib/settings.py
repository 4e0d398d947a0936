"""What study.toml says: what a study is called, how its people are grouped, and what was planned."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from plrlib.faults import Fault

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
