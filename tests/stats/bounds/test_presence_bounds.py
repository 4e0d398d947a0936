"""`presence` against brute force over all completions (tests/stats/brute.py), on random small studies."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, assume, given, settings

import plrlib

from ..brute import DOMAINS, GROUPINGS, POPULATIONS, QUANTIFIERS, Person, Small, fits

_folders = count()


def toml(complete: bool) -> str:
    lines = ['[study]\nid = "small"', f"complete = {str(complete).lower()}", "[populations]"]
    for name, rules in POPULATIONS.items():
        inner = ", ".join(f"{a} = [{', '.join(f'{v!r}' for v in values)}]" for a, values in rules.items())
        lines.append(f"{name!r} = {{ {inner} }}")
    for name, (column, levels, population) in GROUPINGS.items():
        lines.append(f"[groupings.{name}]\ncolumn = {column!r}\npopulation = {population!r}" if population else
                     f"[groupings.{name}]\ncolumn = {column!r}")  # fmt: skip
        lines.append(f"levels = {{ {', '.join(f'{v} = {v!r}' for v in levels)} }}")
    return "\n".join(lines) + "\n"


def write(folder: Path, small: Small) -> Path:
    def table(name: str, header: str, rows: list[tuple[Any, ...]]) -> None:
        lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    folder.mkdir()
    (folder / "study.toml").write_text(toml(small.complete), encoding="utf-8")
    people = [(p["id"], p["role"], p["sector"], p["event"]) for p in small.people]
    table("participants", "participant,role,sector,focus_group", people)
    events = [("A", "focus group", 1), ("B", "focus group", 1), ("INT", "interview", 2)]
    table("events", "event,kind,order,participants", [(*e, small.heard.get(e[0], "")) for e in events])
    table("margins", "population,attribute,level,n", [(name, "sector", level, n) for name, level, n in small.margins])
    table("quantifiers", "quantifier,lower,upper", [(word, *ends) for word, ends in QUANTIFIERS.items() if word])
    codes = [(code, "T1", code) for code in (*small.codes, "other")]
    table("codebook", "code,parent,label", [("T1", "", "Theme"), *codes])
    alone = [(f"X{p['id']}", p["id"], *[""] * 4) for p in small.people if not p["event"]]  # they were heard, and silent
    table("excerpts", "excerpt,participant,event,role,sector,quantifier", [
        *((f"E{i}", e["participant"], *(";".join(e[name]) for name in ("event", "role", "sector")), e["quantifier"])
          for i, e in enumerate(small.excerpts)), *alone,
    ])  # fmt: skip
    read = [(f"E{i}", e["codes"] or ("other",)) for i, e in enumerate(small.excerpts) if e["codes"] is not None]
    table("codings", "excerpt,coder,code", [(e, "me", code) for e, codes in read for code in codes])
    table("coverage", "coder,event,excerpt", [("me", "", e) for e, *_ in (*read, *alone)])
    return folder


def person(i: int, role: str = "staff", sector: str = "", where: str = "A") -> Person:
    return {"id": f"P{i}", "role": role, "sector": sector, "event": where}


def said(*codes: str, by: str = "", **attribution: Any) -> dict[str, Any]:
    everything: dict[str, Any] = {"event": (), "role": (), "sector": (), "quantifier": ""}
    return {"participant": by, **everything, **attribution, "codes": codes}


@st.composite
def small_studies(draw: st.DrawFn) -> Small:
    known = draw(st.sampled_from(("all", "some", "totals", "totals")))  # what is published of the sectors
    sectors = {"all": SECTORS, "some": (*SECTORS, "")}.get(known, ("", "", "", "voluntary"))
    roles = draw(st.sampled_from((("staff",), ("staff", "young"), ("staff", "staff", "young", ""))))
    people = [
        person(i, draw(st.sampled_from(roles)), draw(st.sampled_from(sectors)), draw(st.sampled_from("AAAB")))
        for i in range(draw(st.integers(3, 5)))
    ]
    if draw(st.booleans()):
        people.append(person(5, "staff", "statutory", draw(st.sampled_from(("A", "B", "")))))
    truth = [{**p, **{a: p[a] or draw(st.sampled_from(DOMAINS[a][:2])) for a in DOMAINS}} for p in people]
    ids = [p["id"] for p in people]
    there = {v: draw(st.sets(st.sampled_from(ids), min_size=1, max_size=3)) for v in ("INT", "A")}
    there["A"] = {p["id"] for p in people if p["event"] == "A"} | (
        there["A"] if draw(st.integers(0, 3)) == 0 else set()
    )
    heard = {v: len(who) for v, who in there.items() if draw(st.integers(0, 2)) and who}
    margins = []
    for name in (
        draw(st.lists(st.sampled_from(tuple(POPULATIONS)), min_size=1, unique=True)) if known == "totals" else ()
    ):
        where = set().union(*(there[v] for v in POPULATIONS[name].get("event", ()))) or set(ids)
        members = [p for p in truth if p["id"] in where and fits(p, name)]
        levels = draw(st.sampled_from((SECTORS, SECTORS, SECTORS[:1])))
        margins += [(name, level, sum(p["sector"] == level for p in members)) for level in levels]
    excerpts = []
    for i in range(draw(st.integers(1, 4))):
        by = draw(st.sampled_from(ids)) if draw(st.integers(0, 3)) == 0 else ""
        one = said(
            *draw(st.sampled_from((("c",), ("c",), ()))), f"k{i}", by=by, quantifier=draw(st.sampled_from(WORDS)),
            event=draw(st.sampled_from(((), ("INT",)) if by else EVENTS)),
            role=() if by else draw(st.sampled_from(((), (), ("staff",), ("young",), ("staff", "young")))),
            sector=() if by else draw(st.sampled_from(((), (), ("voluntary",), ("statutory",)))),
        )  # fmt: skip
        if i and draw(st.integers(0, 4)) == 0:
            one["codes"] = None
        excerpts += [one] * draw(st.sampled_from((1, 1, 2)))
    return Small(people, heard, margins, excerpts, complete=draw(st.integers(0, 5)) > 0)


SECTORS = DOMAINS["sector"][:2]
WORDS = ("one", "two", "most", "few", "few", "pair", "all", "alone")
EVENTS = ((), ("A",), ("A",), ("B",), ("A", "B"), ("INT",), ("A", "INT"))


def check(folder: Path, small: Small, groupings: Iterable[str] = GROUPINGS) -> None:
    study = plrlib.load_study(write(folder / f"s{next(_folders)}", small))
    for by in groupings:
        rows = plrlib.presence(study, by, level="code", events="all").set_index(["code", "group"])
        for (code, level), expected in small.presence(by).items():
            row = rows.loc[(code, level)]
            assert (row.n, row.lower, row.upper, row.excerpts) == expected, (by, code, level)


AS_VOLUNTARY_IN_A = said("c", event=("A",), sector=("voluntary",), quantifier="one")
STAFF_OF_TWO = [("staff", "voluntary", 1), ("staff", "statutory", 1)]
SELDOM_DRAWN = [
    # Fewer than half of the voluntary people in A are a voice or more: all three are voluntary.
    Small([person(i) for i in range(3)], {}, [], [said("c", event=("A",), sector=("voluntary",), quantifier="few")]),
    # The totals are of P0 and P1; of P2 none is published.
    Small([person(0), person(1), person(2, "young")], {}, STAFF_OF_TWO, [said("c", by="P0")]),
    # All three were interviewed, one of them voluntary; two statutory people say something: two are left for that.
    Small(
        [person(i) for i in range(3)], {"INT": 3}, [("staff interviewed", "voluntary", 1)],
        [said("c", sector=("statutory",), quantifier="two"), said("c", by="P0")],
    ),
    # One of those in A is voluntary, and that is P0: so P1 is not, and P0 said it.
    Small(
        [person(0, sector="voluntary"), person(1), person(2, where="B")], {"A": 3}, [("anybody in A", "voluntary", 1)],
        [AS_VOLUNTARY_IN_A],
    ),
    Small(
        [person(0, sector="voluntary"), person(1), person(2, where="B")], {"INT": 1},
        [("heard in A or INT", "voluntary", 1)], [AS_VOLUNTARY_IN_A],
    ),
    # Everybody was interviewed, one of them voluntary, and that is P0.
    Small(
        [person(0, sector="voluntary", where="B"), person(1, where="B"), person(2, sector="statutory")], {"INT": 3},
        [("heard in A or INT", "voluntary", 1)], [said("c", event=("B",), sector=("voluntary",), quantifier="one")],
    ),
    # Whoever was interviewed is voluntary; the statutory person is P2, and P3 said it.
    Small(
        [person(0, where="B"), person(1, where="B"), person(2), person(3, sector="voluntary")], {"INT": 1},
        [("staff interviewed", "voluntary", 1), ("heard in A or INT", "statutory", 1)], [AS_VOLUNTARY_IN_A],
    ),
]  # fmt: skip


@pytest.mark.parametrize("small", SELDOM_DRAWN)
def test_what_chance_seldom_draws(tmp_path, small):
    assert small.assignments
    check(tmp_path, small)


def bounds_are_the_extremes(tmp_path_factory: pytest.TempPathFactory, small: Small, by: str) -> None:
    assume(small.assignments)
    check(tmp_path_factory.getbasetemp(), small, [by])


REPEATABLE = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=60, **REPEATABLE)
@given(small=small_studies(), by=st.sampled_from(tuple(GROUPINGS)))
def test_bounds_are_the_extremes_over_all_completions(
    tmp_path_factory: pytest.TempPathFactory, small: Small, by: str
) -> None:
    bounds_are_the_extremes(tmp_path_factory, small, by)


@pytest.mark.full
@settings(max_examples=3000, **REPEATABLE)
@given(small=small_studies(), by=st.sampled_from(tuple(GROUPINGS)))
def test_bounds_are_the_extremes_over_many_more(
    tmp_path_factory: pytest.TempPathFactory, small: Small, by: str
) -> None:
    bounds_are_the_extremes(tmp_path_factory, small, by)
