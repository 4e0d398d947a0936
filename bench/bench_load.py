"""Time `load_study` on 100,000 excerpts with 300,000 codings, against `pandas.read_csv` of the same files.

Run from the project's folder: `python bench/bench_load.py`. Every measurement is a process of its own, and the two take
turns. Written to bench/results/load.md: the median seconds of three, their ratio, and the memory at its highest.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from processes import in_a_process, peak

import plrlib

PEOPLE, EVENTS, EXCERPTS, CODINGS, THEMES, CODES = 2_000, 200, 100_000, 300_000, 8, 60
WORDS = (
    "we",
    "asked",
    "for",
    "help",
    "and",
    "they",
    "said",
    "there",
    "was",
    "none",
    "so",
    "the",
    "school",
    "rang",
    "us",
)
TOML = """\
[study]
id = "large"
kind = "simulated"
reference_coder = "anna"

[coders]
anna = { kind = "researcher" }
ben = { kind = "researcher" }

[populations]
staff = { role = ["manager", "practitioner"] }

[groupings.sector]
label = "Sector"
column = "sector"
levels = { voluntary = "Voluntary", statutory = "Statutory" }
population = "staff"
"""
RESULTS = Path(__file__).resolve().parent / "results" / "load.md"
ROUNDS = 3


def write_study(folder: Path) -> None:
    """Write a study of that size: nine in ten excerpts are named, the others attributed to an event and a role."""
    rng = random.Random(20090201)
    roles, sectors = ("manager", "practitioner", "young_person"), ("voluntary", "statutory", "")
    people = [
        (
            f"R{i:05}",
            roles[i % 3],
            sectors[i % 2 if i % 3 == 2 else i % 7 % 3],
            f"FG{i % EVENTS:03}",
            "yes" if i % 4 else "",
        )
        for i in range(PEOPLE)
    ]
    events = [(f"FG{v:03}", "focus group", PEOPLE // EVENTS, v + 1) for v in range(EVENTS)]
    excerpts = []
    for e in range(EXCERPTS):
        who = people[rng.randrange(PEOPLE)]
        attribution = ("", who[3], who[1]) if e % 10 == 0 else (who[0], who[3], "")
        text = " ".join(rng.choices(WORDS, k=25))
        excerpts.append((f"E{e:06}", *attribution, "quoted", f'"{text}, {text[:20]}"', text[:60]))
    codebook = [(f"T{t}", "", f"Theme {t}") for t in range(THEMES)]
    codebook += [(f"code-{c}", f"T{c % THEMES}", f"Code {c}") for c in range(CODES)]
    codings = [
        (f"E{e:06}", "ben" if e % 5 == 0 else "anna", f"code-{c}")
        for e in range(EXCERPTS)
        for c in rng.sample(range(CODES), CODINGS // EXCERPTS)
    ]
    tables = {
        "participants": ("participant,role,sector,focus_group,consent_quote", people),
        "events": ("event,kind,participants,order", events),
        "excerpts": ("excerpt,participant,event,role,form,text,gist", excerpts),
        "codebook": ("code,parent,label", codebook),
        "codings": ("excerpt,coder,code", codings),
    }
    for name, (header, rows) in tables.items():
        lines = [header, *(",".join(map(str, row)) for row in rows), ""]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    (folder / "study.toml").write_text(TOML, encoding="utf-8", newline="")


def measure(what: str, folder: Path) -> dict[str, float]:
    """Do one thing with the study and return seconds and the most memory used, in MB."""
    start, busy = time.perf_counter(), time.process_time()
    if what == "write_study":
        write_study(folder)
    if what == "load_study":
        study = plrlib.load_study(folder)
        assert (len(study.excerpts), len(study.codings), len(study.notes)) == (EXCERPTS, CODINGS, 0)
    elif what == "read_csv":
        tables = [pd.read_csv(path) for path in sorted(folder.glob("*.csv"))]
        assert sum(map(len, tables)) == PEOPLE + EVENTS + EXCERPTS + CODINGS + THEMES + CODES
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy, "memory": peak()}


def row(what: str, found: dict[str, float]) -> str:
    """Return one line of the table."""
    return f"| {what} | {found['seconds']:.2f} | {found['busy']:.2f} | {found['memory']:.0f} |"


def main() -> None:
    """Write the study, time both ways in turns, and write what came out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_a_process(
            __file__, "write_study", folder
        )  # a process starts with the memory mark of the one that started it
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        runs = [
            {what: in_a_process(__file__, what, folder) for what in ("load_study", "read_csv")} for _ in range(ROUNDS)
        ]
        imports = in_a_process(__file__, "nothing", folder)["memory"]
    load, plain = (
        {unit: statistics.median(run[what][unit] for run in runs) for unit in ("seconds", "busy", "memory")}
        for what in ("load_study", "read_csv")
    )
    for found in (load, plain):
        found["memory"] -= imports
    ratio = {unit: load[unit] / plain[unit] for unit in load}
    what = f"{EXCERPTS:,} excerpts with their texts, {CODINGS:,} codings, {PEOPLE:,} people, {EVENTS} events"
    how = f"Median of {ROUNDS} runs, each in a process of its own; memory is the highest above what the imports take."
    lines = [
        "# Loading a large study",
        "",
        f"{what}: {size:.0f} MB of CSV. {how}",
        "",
        "| | seconds | of the processor | memory, MB |",
        "| --- | ---: | ---: | ---: |",
        row("`plrlib.load_study`: read, check, join", load),
        row("`pandas.read_csv` of the same files", plain),
        f"| ratio | {ratio['seconds']:.1f} | {ratio['busy']:.1f} | {ratio['memory']:.1f} |",
        "",
        f"plrlib {plrlib.__version__}, pandas {pd.__version__}, Python {sys.version.split()[0]}.",
        "",
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), encoding="utf-8", newline="")
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
