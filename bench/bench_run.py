"""Time `plr run` on the notebooks and studies that are shipped, against the floor: the start of their kernels alone.

Both shipped studies and all notebooks are copied to a temporary folder, and there

- `plr run` executes them where nothing was ever run, from the start of the process to its end, the site included;
- `plr run` executes them again, nothing having changed, and must leave every file as it was, to the byte;
- the floor: as many kernels are started, each a process that begins anew, as Jupyter starts them, and make the
  notebooks' imports, as many at a time as `plr run` has jobs, and nothing else is done; not even the start of the
  program that does it is counted.

The three take turns, so that other work on the machine meets them alike; each number is the median of the rounds.

    python bench/bench_run.py [--rounds 3]
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sysconfig
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from processes import run_watched

from plrlib.paths import SHIPPED
from plrlib.suite.kernels import Kernel, kernel_environment
from plrlib.suite.run import default_jobs

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = "import matplotlib.pyplot as plt\nimport seaborn as sns\n\nimport plrlib\n\nplrlib.load_study"
COLD, AGAIN, FLOOR = "plr run, the first time", "plr run, again", "the floor"
AIMS = {COLD: "at most 1.5", AGAIN: "at most 1.15", FLOOR: ""}


def main() -> None:
    parser = argparse.ArgumentParser(description="Time `plr run` on what is shipped against the start of its kernels.")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {COLD: [], AGAIN: [], FLOOR: []}
    memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        for round_ in range(rounds):
            _begin(project)
            for name in (COLD, AGAIN):
                before = _digests(project)
                took, most = run_watched([str(Path(sysconfig.get_path("scripts")) / "plr"), "run"], project)
                seconds[name].append(took)
                memory = max(memory, most)
            assert _digests(project) == before, "a second run changed a file"
            notebooks = len(_executed(project))
            began = time.perf_counter()
            asyncio.run(_floor(project, notebooks))
            seconds[FLOOR].append(time.perf_counter() - began)
            print(f"round {round_ + 1}:", *(f"{name} {took[-1]:.1f} s;" for name, took in seconds.items()), flush=True)
        report = _report(seconds, notebooks, _sizes(project), memory)
    print(report)
    result = ROOT / "bench" / "results" / "run.md"
    result.parent.mkdir(exist_ok=True)
    result.write_text(report, encoding="utf-8")


def _begin(project: Path) -> None:
    """Make the folder a project in which nothing was run."""
    for path in project.iterdir():
        shutil.rmtree(path)
    shutil.copytree(ROOT / "notebooks", project / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for study in SHIPPED:
        shutil.copytree(ROOT / "data" / "raw" / study, project / "data" / "raw" / study)


def _executed(project: Path) -> list[Path]:
    """Return the notebooks that a run has executed: the project's, and the copies among a study's results."""
    return [path for folder in ("notebooks", "data/processed") for path in (project / folder).rglob("*.ipynb")]


def _digests(project: Path) -> dict[Path, str]:
    """Return a digest of every file."""
    return {path: sha256(path.read_bytes()).hexdigest() for path in project.rglob("*") if path.is_file()}


def _sizes(project: Path) -> dict[str, float]:
    """Return how many MB a run has made."""
    made = {
        "executed notebooks": _executed(project),
        "tables, drafts, manifests": [p for p in (project / "data" / "processed").rglob("*") if p.suffix != ".ipynb"],
        "the site": list((project / "site").rglob("*")),
    }
    return {what: sum(path.stat().st_size for path in paths if path.is_file()) / 1e6 for what, paths in made.items()}


async def _floor(project: Path, number: int) -> None:
    """Start kernels and import in them what the notebooks import."""
    slots = asyncio.Semaphore(default_jobs())
    environment = {**os.environ, **kernel_environment()}

    async def one() -> None:
        kernel = Kernel(project, environment, scratch)
        async with slots:
            await kernel.launch()
            client = await kernel.ready()
            await client.execute_interactive(IMPORTS, store_history=False, output_hook=lambda message: None)
            await kernel.stop()

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        await asyncio.gather(*(one() for _ in range(number)))


def _report(seconds: dict[str, list[float]], notebooks: int, sizes: dict[str, float], memory: float) -> str:
    floor = statistics.median(seconds[FLOOR])
    lines = [
        f"`plr run` on {' and '.join(SHIPPED)}: {notebooks} notebooks and the site.",
        f"{default_jobs()} at a time on {os.cpu_count()} cores; median and range of {len(seconds[FLOOR])} rounds.",
        "",
        "| | seconds | of the floor | aim |",
        "| --- | --- | --- | --- |",
    ]
    for name, values in seconds.items():
        middle = statistics.median(values)
        ratio = "" if name == FLOOR else f"{middle / floor:.2f}"
        lines.append(f"| {name} | {middle:.1f} ({min(values):.1f} to {max(values):.1f}) | {ratio} | {AIMS[name]} |")
    lines += ["", "| made | MB |", "| --- | --- |", *(f"| {what} | {size:.1f} |" for what, size in sizes.items())]
    lines += ["", f"At most {memory:.0f} MB were in use at once, kernels and all."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
