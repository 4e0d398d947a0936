"""Time reading a REFI-QDA project of 2,000 sources and 200,000 codings, against `pyrefiqda` reading the same file.

Run from the project's folder: `python bench/bench_import.py`. Every measurement is a process of its own, and they take
turns. Written to bench/results/import.md: the median seconds of three, their ratios, and the memory at its highest.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from importers.refi_writer import Passage, Text, case, packed, project
from processes import in_a_process, peak, report

SOURCES, CODINGS, CODES, PEOPLE = 2_000, 200_000, 120, 2_000
WORDS = ("we", "asked", "for", "help", "and", "they", "said", "there", "was", "none", "so", "\U0001f600", "caf\u00e9")
RESULTS = Path(__file__).resolve().parent / "results" / "import.md"
ROUNDS = 3
TIMED = ("pyrefiqda", "read", "tables")
ABOUT = {
    "pyrefiqda": "`pyrefiqda` reads the XML into its models; no text is opened",
    "read": "`plrlib.importers.refi` reads it, with each passage's words taken from its text",
    "tables": "the same, and all tables of a study made from it, as `plr import` does",
}


def write(folder: Path) -> None:
    """Write the project: texts of 150 lines in turns, codes nested in twelve themes, two coders, a case a person."""
    rng = random.Random(20090201)
    tree = {f"Theme {t}": {f"Code {c}": "" for c in range(t, CODES, 12)} for t in range(12)}
    paths = [f"Theme {c % 12}/Code {c}" for c in range(CODES)]
    sources = []
    for s in range(SOURCES):
        lines = [f"{'Mod' if n % 3 == 0 else f'P{s:04}'}: {' '.join(rng.choices(WORDS, k=14))}." for n in range(150)]
        text = "\n".join(lines)
        places = sorted(rng.sample(range(len(text) - 200), CODINGS // SOURCES))
        marked = [
            Passage(at, at + rng.randrange(20, 200), ((rng.choice(("ann", "ben")), rng.choice(paths)),))
            for at in places
        ]
        sources.append(Text(f"Interview {s:04}.txt", text, marked, stored=text.encode()))
    cases = [case(f"P{s:04}", {"role": rng.choice(("manager", "worker"))}, [sources[s].guid]) for s in range(PEOPLE)]
    qde = project("NVivo 15", sources, users=("ann", "ben"), tree=tree, variables=("role",), cases=cases)
    (folder / "large.qdpx").write_bytes(packed(qde, sources))


def measure(what: str, folder: Path) -> dict[str, float]:
    """Do one thing with the project and return seconds and the most memory used, in MB."""
    path = folder / "large.qdpx"
    if what == "write":
        write(folder)
    start = time.perf_counter()
    if what == "pyrefiqda":
        from pyrefiqda import RefiProject  # noqa: PLC0415

        start = time.perf_counter()
        read = RefiProject.load(path, folder / "extracted")
        assert sum(len(s.coding) for t in read.sources.text_source for s in t.plain_text_selection) == CODINGS
    elif what in ("read", "tables"):
        from plrlib.importers.import_files import read, reconciled, sources, tables_as_csv  # noqa: PLC0415
        from plrlib.importers.material import Choices, merge  # noqa: PLC0415
        from plrlib.importers.to_tables import to_tables  # noqa: PLC0415

        start = time.perf_counter()
        (material,) = map(read, sources(path, Choices()))
        assert sum(len(s.coded) for s in material.segments) == CODINGS
        assert all(s.text == material.documents[s.document].text[s.start : s.end] for s in material.segments)
        if what == "tables":
            tables = to_tables(merge([material]), Choices(), {})
            assert reconciled(tables)["codings"][0] == ("in the files", CODINGS)
            tables_as_csv(tables)
    return {"seconds": time.perf_counter() - start, "memory": peak()}


def main() -> None:
    """Write the project, time each way in turns, and write what came out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_a_process(__file__, "write", folder)
        size = (folder / "large.qdpx").stat().st_size / 1e6
        runs = [{what: in_a_process(__file__, what, folder) for what in TIMED} for _ in range(ROUNDS)]
    found = {
        what: {unit: statistics.median(run[what][unit] for run in runs) for unit in ("seconds", "memory")}
        for what in TIMED
    }
    what = f"A .qdpx of {SOURCES:,} sources, {CODINGS:,} codings, {CODES} codes, {PEOPLE:,} cases: {size:.0f} MB."
    how = (
        f"Median of {ROUNDS} runs, each in a process of its own; imports are not in the seconds; memory is the highest."
    )
    lines = [
        "# Importing a large project",
        "",
        f"{what} {how}",
        "",
        "| | seconds | memory, MB | seconds, to pyrefiqda's | memory, to pyrefiqda's |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    base = found["pyrefiqda"]
    for name, one in found.items():
        ratios = f"{one['seconds'] / base['seconds']:.2f} | {one['memory'] / base['memory']:.2f}"
        lines.append(f"| {ABOUT[name]} | {one['seconds']:.1f} | {one['memory']:.0f} | {ratios} |")
    report(RESULTS, [*lines, "", "Aimed at: below 1.00."], "pyrefiqda")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
