"""The plan of a study to be drawn: who sits where, what can be raised, and how readily.

Letters: P people, C codes (those under the themes), V rooms, the events of first hearings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plrlib.study.files import Sheet
from plrlib.study.load import Tables, typed_tables
from plrlib.study.schema import TABLES
from plrlib.study.settings import Comparison, Grouping, Privacy, Settings

Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Room:
    """An event where people are first heard.

    Parameters
    ----------
    name
        The event's id.
    people
        Who is there: attributes, such as `{"role": "manager"}`, and the number of people who have them.
    kind
        `focus group` or `interview`.
    interviewer
        Who asked; blank: not said.
    unlike
        A factor on how differently readily a code comes up there (`event_sd` of the plan).
    """

    name: str
    people: tuple[tuple[Attributes, int], ...]
    kind: str = "focus group"
    interviewer: str = ""
    unlike: float = 1.0


def alone(n: int, attributes: Attributes, name: str, interviewer: str = "") -> tuple[Room, ...]:
    """Return n interviews of one person each, all with the same attributes; they are called `name-1` and so on.

    Examples
    --------
    >>> from plrlib import alone
    >>> [room.name for room in alone(2, {"sector": "voluntary"}, "INT")]
    ['INT-1', 'INT-2']
    """
    return tuple(Room(f"{name}-{i}", ((attributes, 1),), "interview", interviewer) for i in range(1, n + 1))


@dataclass(frozen=True)
class Coder:
    """Somebody who codes every excerpt; `changed` is the share of codes, and of stances, given otherwise than meant."""

    name: str
    kind: str = "simulated"
    changed: float = 0.0


@dataclass(frozen=True)
class Plan:
    """All that `simulate` needs but the planted effects and the seed. Unit: people; probabilities lie from 0 to 1.

    Parameters
    ----------
    rooms
        The events where people are first heard, in the order held.
    groupings
        By name: a Grouping; or its label, and its levels with theirs, where the column has the grouping's name.
    themes
        The number of themes (T1, T2 and so on), or by each theme's name the names of the codes under it.
    codes
        The number of codes under each theme (T1-1, T1-2 and so on), unless they are named.
    popularity
        The probability that an average person in an average room raises a code: the ends of the range from which each
        study draws one a code, or one by each code's name.
    propensity
        How differently readily people raise anything: a standard deviation in log odds. Whatever their level.
    event_sd
        How differently readily a code comes up in each room, for all who are there: a standard deviation in log odds.
    talk
        How many more times a person says a code they raise, on average.
    steadiness
        How alike people are in talk: the shape of a gamma distribution (variance: mean squared, by this number).
    turns
        How many turns a person takes on average; the number is overdispersed as talk is, and `words` of the attendance
        table tells of it. 0: turns are not drawn.
    talkative
        By column and level a factor on talk: on turns, and on how many more times a code is said. Talk gives chances to
        raise a code: who takes r times as many turns as is usual raises it with the probability 1 - (1 - p)**r.
    echo
        What it adds, in log odds, that somebody in the same room has raised a code before, people speaking in an order
        drawn at random; `echo_of` names a column: only somebody alike in it.
    interviewer_sd
        How differently readily a code comes up with each interviewer: a standard deviation in log odds.
    again
        Who, of those who sat in a focus group, is interviewed a second time, one by one: a number of people or a share
        of them below 1, drawn at random; or everybody with an attribute, as `("sector", "voluntary")`.
    stay
        The probability that a person does with a code at a second hearing what they did at the first; else, and always
        where an effect on second hearings is planted, it is drawn anew.
    blur
        The share of excerpts that do not name who said them, only event, role and sector.
    complete
        Whether the study says that it is coded through.
    coders
        Who codes; the first codes as meant, and is reference and stance coder.
    opposes, qualifies
        The probability that what a person says of a code opposes, or qualifies, its theme; otherwise it supports it.
        Drawn once for each person and code, so that talking more does not make it likelier.
    comparisons, populations, privacy, name, title
        As in study.toml; `name` is the study's id.

    Raises
    ------
    ValueError
        If it cannot be carried out.
    """

    rooms: tuple[Room, ...]
    groupings: Mapping[str, Grouping | tuple[str, Mapping[str, str]]]
    themes: int | Mapping[str, Sequence[str]] = 5
    codes: int = 4
    popularity: tuple[float, float] | Mapping[str, float] = (0.1, 0.6)
    propensity: float = 0.5
    event_sd: float = 0.0
    talk: float = 1.5
    steadiness: float = 1.0
    turns: float = 0.0
    talkative: Mapping[tuple[str, str], float] = field(default_factory=dict)
    echo: float = 0.0
    echo_of: str = ""
    interviewer_sd: float = 0.0
    again: float | tuple[str, str] = 0
    stay: float = 0.5
    blur: float = 0.0
    complete: bool = True
    coders: tuple[Coder, ...] = (Coder("coder-1"),)
    opposes: float = 0.05
    qualifies: float = 0.1
    comparisons: tuple[Comparison, ...] = ()
    populations: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    privacy: Privacy = field(default_factory=Privacy)
    name: str = "simulated"
    title: str = ""

    def __post_init__(self) -> None:
        if not self.rooms or any(not room.people or min(n for _, n in room.people) < 1 for room in self.rooms):
            raise ValueError("a plan needs rooms, and each room people, at least 1 of each sort")
        names = [*(room.name for room in self.rooms), *self.later]
        if len(set(names)) < len(names):
            raise ValueError(f"rooms need names of their own, and none that interviews have: {', '.join(names)}")
        if not self.coders or self.coders[0].changed:
            raise ValueError("the first coder is the reference: name one, with changed = 0")
        if self.opposes + self.qualifies > 1:
            raise ValueError(f"opposes and qualifies are more than 1 together: {self.opposes} + {self.qualifies}")
        if isinstance(self.popularity, Mapping) and set(self.popularity) != set(self.code_names):
            wrong = sorted(set(self.popularity) ^ set(self.code_names))
            raise ValueError(f"popularity must name every code and nothing else: {', '.join(wrong)}")
        for column, level in self.talkative:
            self.at(column, level)

    @cached_property
    def under(self) -> dict[str, tuple[str, ...]]:
        """The codes under each theme."""
        if isinstance(self.themes, int):
            names = [f"T{i}" for i in range(1, self.themes + 1)]
            return {t: tuple(f"{t}-{i}" for i in range(1, self.codes + 1)) for t in names}
        return {theme: tuple(codes) for theme, codes in self.themes.items()}

    @cached_property
    def code_names(self) -> list[str]:
        """The C codes, theme by theme."""
        return [code for codes in self.under.values() for code in codes]

    @cached_property
    def people(self) -> list[Attributes]:
        """The attributes of each of P people, room by room."""
        return [attributes for room in self.rooms for attributes, n in room.people for _ in range(n)]

    @cached_property
    def room(self) -> NDArray[np.int64]:
        """The number of the room of each of P people."""
        return np.repeat(np.arange(len(self.rooms)), [sum(n for _, n in room.people) for room in self.rooms])

    @cached_property
    def grouped(self) -> NDArray[np.bool_]:
        """Whether each of P people first sat in a focus group."""
        return np.array([room.kind == "focus group" for room in self.rooms])[self.room]

    @cached_property
    def later(self) -> list[str]:
        """The names of the second hearings, one a person interviewed again."""
        most = int(self.grouped.sum())
        if isinstance(self.again, tuple):
            n = int((self.at(*self.again) & self.grouped).sum()) or most + 1
        else:
            n = round(self.again * most) if self.again < 1 else int(self.again)
        if n > most:
            raise ValueError(f"{self.again!r} cannot be interviewed again: {most} people sat in focus groups")
        return [f"again-{i:02d}" for i in range(1, n + 1)]

    @cached_property
    def talkativeness(self) -> NDArray[np.float64]:
        """How many times as much as is usual each of P people talks, on average."""
        factor = np.ones(len(self.people))
        for (column, level), more in self.talkative.items():
            factor[self.at(column, level)] *= more
        return factor

    def at(self, column: str, level: str) -> NDArray[np.bool_]:
        """Return who of P people is at a level; somebody must be."""
        there = np.array([attributes.get(column) == level for attributes in self.people], dtype=bool)
        if not there.any():
            raise ValueError(f"nobody in the plan has {column} {level!r}")
        return there

    def below(self, code: str) -> NDArray[np.bool_]:
        """Return which of C codes a name means: a code itself, or all under a theme."""
        meant = self.under.get(code, (code,))
        if not set(meant) <= set(self.code_names):
            known = ", ".join([*self.under, *self.code_names])
            raise ValueError(f"the plan has no theme or code {code!r}; there are {known}")
        return np.isin(self.code_names, meant)

    @cached_property
    def settings(self) -> Settings:
        """What the study.toml of a study so drawn says, but for the seed."""
        groupings = {
            name: given if isinstance(given, Grouping) else Grouping(name, given[0], name, dict(given[1]))
            for name, given in self.groupings.items()
        }
        first, kinds = self.coders[0].name, {coder.name: coder.kind for coder in self.coders}
        return Settings(
            id=self.name, title=self.title, kind="simulated", complete=self.complete, reference_coder=first,
            stance_coder=first, coders=kinds, populations=self.populations, groupings=groupings,
            comparisons=self.comparisons, privacy=self.privacy,
        )  # fmt: skip

    @cached_property
    def tables(self) -> Tables:
        """The tables that are the same in every study so drawn, as `load_study` shapes them; others are empty."""
        ids = [f"P{i:0{max(2, len(str(len(self.people))))}d}" for i in range(1, len(self.people) + 1)]
        columns = dict.fromkeys(name for person in self.people for name in person)
        attributes = {name: [person.get(name, "") for person in self.people] for name in columns}
        names = [room.name for room in self.rooms]
        code = [name for theme, codes in self.under.items() for name in (theme, *codes)]
        parent = [above for theme, codes in self.under.items() for above in ("", *[theme] * len(codes))]
        where = [names[v] if grouped else "" for v, grouped in zip(self.room, self.grouped, strict=True)]
        events = [*names, *self.later]
        heard = [str(n) for n in [*np.bincount(self.room), *(1 for _ in self.later)]]
        kinds = [*(room.kind for room in self.rooms), *("interview" for _ in self.later)]
        order = [str(i) for i in range(1, len(events) + 1)]
        asking = [*(room.interviewer for room in self.rooms), *("" for _ in self.later)]
        cells: dict[str, dict[str, list[str]]] = {
            "participants": {"participant": ids, **attributes, "focus_group": where},
            "events": {"event": events, "kind": kinds, "participants": heard, "order": order, "interviewer": asking},
            "codebook": {"code": code, "parent": parent, "label": code},
            "excerpts": {"excerpt": [], "participant": []},
            "codings": {},
        }
        if self.blur:
            cells["quantifiers"] = {"quantifier": ["one"], "lower": ["1"], "upper": ["all"]}
        sheets = {name: Sheet(f"{name}.csv").change(**cells.get(name, {})) for name in TABLES}
        return typed_tables(sheets, self.settings)[0]
