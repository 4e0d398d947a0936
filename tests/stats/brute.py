"""The oracle for `presence`: every completion of a small study, written out one by one from the definition alone.

It shares no code with plrlib: a study is a `Small`, of plain lists, tuples and sets. A blank is not published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

Person = dict[str, str]

DOMAINS = {"role": ("staff", "young", ""), "sector": ("voluntary", "statutory", "")}
POPULATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "staff": {"role": ("staff",)},
    "staff interviewed": {"role": ("staff",), "event": ("INT",)},
    "anybody in A": {"event": ("A",)},
    "heard in A or INT": {"event": ("A", "INT")},
}
GROUPINGS = {
    "sector": ("sector", ("voluntary", "statutory"), ""),
    "role": ("role", ("staff", "young"), ""),
    "staff_sector": ("sector", ("voluntary", "statutory"), "staff"),
}
QUANTIFIERS = {
    "": ("1", "all"), "one": ("1", "all"), "two": ("2", "all"), "most": ("majority", "all"), "few": ("1", "minority"),
    "pair": ("1", "2"), "all": ("all", "all"), "alone": ("1", "1"),
}  # fmt: skip


@dataclass
class Small:
    """A small study.

    people: id, role, sector and event (A, B or blank: where they are listed). heard: event -> number, where said.
    margins: (population, level of the sector, n). excerpts: participant or else event, role, sector (tuples of possible
    ones) and quantifier; codes (those given; None: the coder did not see it).
    """

    people: list[Person]
    heard: dict[str, int]
    margins: list[tuple[str, str, int]]
    excerpts: list[dict[str, Any]]
    complete: bool = True

    @property
    def codes(self) -> list[str]:
        return sorted({code for e in self.excerpts for code in e["codes"] or ()})

    def listed(self, event: str) -> set[str]:
        return {p["id"] for p in self.people if p["event"] == event}

    @cached_property
    def assignments(self) -> list[list[Person]]:
        """Every way of saying what is not published of people that the totals and the excerpts allow."""
        options = [
            [{**p, "role": r, "sector": s} for r in _values(p, "role") for s in _values(p, "sector")]
            for p in self.people
        ]
        ways = (list(way) for way in product(*options))
        return [way for way in ways if self._totals_hold(way) and self._everything_is_said(way)]

    def _totals_hold(self, way: list[Person]) -> bool:
        where = {e for name, *_ in self.margins for e in POPULATIONS[name].get("event", ())}
        return any(
            all(sum(p["sector"] == level for p in _members(way, name, sat)) == n for name, level, n in self.margins)
            for sat in self._seatings(sorted(where))
        )

    def _seatings(self, events: list[str]) -> Iterator[dict[str, frozenset[str]]]:
        """Yield who was heard at these events, in every way that can be."""
        choices = []
        for event in events:
            known = self.listed(event)
            known |= {e["participant"] for e in self.excerpts if e["participant"] and e["event"] == (event,)}
            everybody = {p["id"] for p in self.people}
            n = self.heard.get(event)
            if known and (n is None or n <= len(known)):
                sizes = [0]  # nobody else was there
            elif n is None:
                sizes = list(range(len(everybody - known) + 1))
            else:
                most = min(n, len(everybody)) - len(known)
                sizes = list(range(most + 1)) if known else [most]
            others = sorted(everybody - known)
            choices.append([frozenset(known) | set(c) for size in sizes for c in combinations(others, size)])
        for chosen in product(*choices):
            yield dict(zip(events, chosen, strict=True))

    def _everything_is_said(self, way: list[Person]) -> bool:
        return all(any(True for _ in self.voices(e, way)) for e in self.excerpts)

    def candidates(self, excerpt: dict[str, Any], way: list[Person]) -> list[str]:
        """Return whom an excerpt fits."""
        return [
            p["id"]
            for p in way
            if (not excerpt["event"] or any(not self.listed(v) or p["id"] in self.listed(v) for v in excerpt["event"]))
            and (not excerpt["role"] or p["role"] in excerpt["role"])
            and (not excerpt["sector"] or p["sector"] in excerpt["sector"])
        ]

    def voices(self, excerpt: dict[str, Any], way: list[Person]) -> Iterator[frozenset[str]]:
        """Yield every set of people who may have said an excerpt."""
        if excerpt["participant"]:
            yield frozenset([excerpt["participant"]])
            return
        fit = self.candidates(excerpt, way)
        low, high = QUANTIFIERS[excerpt["quantifier"]]
        for size in range(1, len(fit) + 1):
            enough = {"majority": 2 * size > len(fit), "all": size == len(fit)}.get(low, size >= int(_number(low)))
            few = {"minority": 2 * size < len(fit), "all": True}.get(high, size <= int(_number(high)))
            if enough and few:
                yield from map(frozenset, combinations(fit, size))

    def raised(self, code: str, way: list[Person]) -> set[frozenset[str]]:
        """Return every set of people who may have raised a code."""
        unions: set[frozenset[str]] = {frozenset()}
        for excerpt in self.excerpts:
            if excerpt["codes"] is None and self.complete:  # nobody has read it: it may hold the code, or not
                unions |= {u | v for u in unions for v in self.voices(excerpt, way)}
            elif code in (excerpt["codes"] or ()):
                unions = {u | v for u in unions for v in self.voices(excerpt, way)}
        return unions

    def presence(self, by: str) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """Return n, lower, upper and excerpts for each code and level; there must be an assignment."""
        column, levels, population = GROUPINGS[by]
        at = [[p[column] if fits(p, population) else "" for p in way] for way in self.assignments]
        # Who counts: everybody, if it is fixed how many are at each level; else whom totals are of; else who is known.
        told = [name for name, *_ in self.margins] if column == "sector" else []
        sure = [len({q[column] if fits(q, population) else "" for q in _options(p)}) == 1 for p in self.people]
        for stage in (0, 1, 2):
            counted = []
            for way, levels_of in zip(self.assignments, at, strict=True):
                keep = [
                    i for i, p in enumerate(way)
                    if stage == 0 or sure[i] or (stage == 1 and any(fits(p, name) for name in told))
                ]  # fmt: skip
                counted.append([{way[i]["id"] for i in keep if levels_of[i] == level} for level in levels])
            sizes = {tuple(map(len, who)) for who in counted}
            if len(sizes) == 1:
                break
        found = {}
        for code in self.codes:
            ends: list[set[int]] = [set() for _ in levels]
            excerpts: list[set[int]] = [set() for _ in levels]
            for way, who, levels_of in zip(self.assignments, counted, at, strict=True):
                for number, here in zip(ends, who, strict=True):
                    number |= {len(union & here) for union in self.raised(code, way)}
                for i, e in enumerate(self.excerpts):
                    if code in (e["codes"] or ()):
                        fit = [e["participant"]] if e["participant"] else self.candidates(e, way)
                        may_be = {level for p, level in zip(way, levels_of, strict=True) if p["id"] in fit}
                        for level, some in zip(levels, excerpts, strict=True):
                            some.update({i} if level in may_be else ())
            for level, n, number, some in zip(levels, sizes.copy().pop(), ends, excerpts, strict=True):
                found[code, level] = n, min(number), max(number) if self.complete else n, len(some)
        return found


def _number(word: str) -> str:
    return word if word.isdigit() else "0"


def _values(person: Person, attribute: str) -> tuple[str, ...]:
    return (person[attribute],) if person[attribute] else DOMAINS[attribute]


def _options(person: Person) -> list[Person]:
    return [{**person, "role": r, "sector": s} for r in _values(person, "role") for s in _values(person, "sector")]


def fits(person: Person, population: str) -> bool:
    """Tell whether a person fits the rules of a population, events left aside; blank: everybody does."""
    rules = POPULATIONS[population] if population else {}
    return all(person[a] in allowed for a, allowed in rules.items() if a != "event")


def _members(way: list[Person], population: str, sat: dict[str, frozenset[str]]) -> list[Person]:
    events = POPULATIONS[population].get("event")
    return [p for p in way if fits(p, population) and (events is None or any(p["id"] in sat[v] for v in events))]
