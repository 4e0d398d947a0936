"""Time `compare` where it is large: many codes, many permutations, several groups, speakers not named.

Run from the project's folder: `python bench/bench_compare.py`. Each row is measured in a process of its own, with a
study loaded or simulated anew for each time it is asked, since answers are remembered. Written to
bench/results/compare.md.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from processes import in_a_process, peak, report

from plrlib import Coder, Plan, Room, Study, compare, load_study, simulate

ABOUT = (
    "Median seconds of the processor and of the clock of `compare`, each case in a process of its own and each time on"
    " a study that was asked nothing yet; the most memory of the process, and how much of it came with the comparison."
)
RESULTS = Path(__file__).resolve().parent / "results" / "compare.md"
SECTORS = ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})


def plan_of(*rooms: tuple[int, int], **plan: Any) -> Plan:
    """Return a plan of events with so many voluntary and statutory people each."""
    kinds = [{"sector": sector} for sector in SECTORS[1]]
    events = tuple(
        Room(f"FG{i}", tuple((kind, n) for kind, n in zip(kinds, sizes, strict=True) if n))
        for i, sizes in enumerate(rooms, 1)
    )
    given = {"themes": 3, "codes": 2, "popularity": (0.2, 0.6), **plan}
    return Plan(rooms=events, groupings={"sector": SECTORS}, **given)


def simulated(*rooms: tuple[int, int], **plan: Any) -> Study:
    """Return a simulated study of such a plan."""
    return simulate(plan_of(*rooms, **plan), {}, seed=1)


def by_two_coders() -> Study:
    """Return 30 people by 20 codes, with a second coder who read every fifth excerpt."""
    study = simulated(
        (5, 5), (5, 5), (5, 5), themes=4, codes=5, coders=(Coder("coder-1"), Coder("coder-2", changed=0.2))
    )
    read = study.excerpts["excerpt"][::5]
    kept = (study.codings["coder"] != "coder-2") | study.codings["excerpt"].isin(read)
    envelopes = study.envelopes[study.envelopes["coder"] == "coder-1"]
    return replace(study, codings=study.codings[kept].reset_index(drop=True), envelopes=envelopes)


def of_six_groups() -> Study:
    """Return two events of sixty people, ten of each of six groups."""
    groups = {f"g{i}": f"Group {i}" for i in range(6)}
    events = tuple(Room(f"FG{i}", tuple(({"team": group}, 10) for group in groups)) for i in (1, 2))
    plan = Plan(rooms=events, groupings={"team": ("Team", groups)}, themes=3, codes=1, popularity=(0.2, 0.6))
    return simulate(plan, {}, seed=1)


FOUR = ((3, 3),) * 4
# What is measured: how the study is made, what is asked of it, how often, and what is aimed at.
CASES: dict[str, tuple[Callable[[], Study], dict[str, Any], int, str]] = {
    "24 people, 10 codes": (lambda: simulated(*FOUR, themes=2, codes=5), {"by": "sector", "level": "code"}, 7, ""),
    "24 people, 30 codes": (lambda: simulated(*FOUR, codes=10), {"by": "sector", "level": "code"}, 7, "0.1 s"),
    "24 people, 90 codes": (lambda: simulated(*FOUR, codes=30), {"by": "sector", "level": "code"}, 7, ""),
    "24 people, 30 codes, with fragility": (
        lambda: simulated(*FOUR, codes=10), {"by": "sector", "level": "code", "fragility": True}, 1, "asked for alone",
    ),
    "30 people, 20 codes, a second coder who read a fifth": (
        by_two_coders, {"by": "sector", "level": "code"}, 7, "0.1 s",
    ),
    "the same, with the other coder's verdicts": (
        by_two_coders, {"by": "sector", "level": "code", "other_coders": True}, 3, "asked for alone",
    ),
    "20 people, 125 codes, 184,756 permutations": (
        lambda: simulated((10, 10), themes=5, codes=25, popularity=(0.05, 0.9)), {"by": "sector", "level": "code"}, 1,
        "",
    ),
    "20 people, 500 codes, 184,756 permutations": (
        lambda: simulated((10, 10), themes=10, codes=50, popularity=(0.05, 0.9)), {"by": "sector", "level": "code"}, 1,
        "300 MB",
    ),
    "six groups, two events of 60": (of_six_groups, {"by": "team"}, 3, "2 s"),
    **{
        f"the published study by {by}, codes": (
            lambda: load_study("plr0809-017"), {"by": by, "level": "code"}, 3, "1.5 s",
        )
        for by in ("sector", "role", "provision")
    },
}  # fmt: skip


def measured(case: str) -> dict[str, float]:
    """Return the median seconds of the processor and of the clock of a case, and the memory it needs."""
    make, asked, times, _ = CASES[case]
    study = make()
    compare(study, asked["by"])  # what is imported or made once is not counted
    before = peak()
    took = []
    for _ in range(times):
        fresh = replace(study)
        cpu, clock = time.process_time(), time.perf_counter()
        found = compare(fresh, **asked)
        took.append((time.process_time() - cpu, time.perf_counter() - clock))
    cpu, clock = (statistics.median(some) for some in zip(*took, strict=True))
    sampled = float((found.frame["sampled"] != "").any())
    return {"cpu": cpu, "clock": clock, "before": before, "MB": peak(), "sampled": sampled}


def drawing() -> str:
    """Return what a draw of a study takes beside its comparison: calibration does both tens of thousands of times."""
    took: dict[str, list[float]] = {"draw": [], "compare": []}
    for seed in range(30):
        begun = time.process_time()
        study = simulate(plan_of(*FOUR), {}, seed=seed)
        drawn = time.process_time()
        compare(study, "sector", level="code")
        took["draw"].append(drawn - begun)
        took["compare"].append(time.process_time() - drawn)
    draw, asked = (1000 * statistics.median(some) for some in took.values())
    return (
        f"To draw a study of 24 people and 6 codes takes {draw:.1f} ms, and to compare its groups {asked:.1f} ms:"
        f" {draw / asked:.2f} of it."
    )


def main() -> None:
    """Measure every case, and write what came out."""
    rows, cpu = [], {}
    for case, (*_, aim) in CASES.items():
        found = in_a_process(__file__, case, Path())
        cpu[case] = found["cpu"]
        rows.append(
            f"| {case} | {found['cpu']:.2f} | {found['clock']:.2f} | {found['MB']:,.0f} |"
            f" {found['MB'] - found['before']:,.0f} | {'a labelled sample' if found['sampled'] else 'exact'} | {aim} |"
        )
    codes = (10, 30, 90)
    exponent = np.polyfit(np.log(codes), np.log([cpu[f"24 people, {n} codes"] for n in codes]), 1)[0]
    lines = [
        "# Comparisons of groups",
        "",
        ABOUT,
        "",
        "| | processor, s | clock, s | MB | MB more | permutations | aim: at most |",
        "| --- | ---: | ---: | ---: | ---: | --- | --- |",
        *rows,
        "",
        f"With the number of codes (10, 30, 90) the time grows to the power of {exponent:.2f}.",
        "",
        drawing(),
    ]
    report(RESULTS, lines, "numpy", "scipy")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
