"""Time `plr run` against what it replaces and against what it cannot beat, in one go and as ratios.

Ten copies of a notebook that loads the published study, makes a table and a figure, are

- run by `plr run`, from the start of the process to its end;
- given one by one to `jupyter nbconvert --execute`;
- and compared with the floor: as many kernels are started and make the notebook's imports, as many at a time as
  `plr run` has jobs, and nothing else is done; not even the start of the program that does it is counted.

The three take turns, so that other work on the machine meets them alike; each number is the median of the rounds.

    python bench/bench_run.py [--rounds 3] [--notebooks 10]
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from plrlib.paths import DEFAULT_STUDY
from plrlib.suite.kernels import Kernel, kernel_environment
from plrlib.suite.run import default_jobs

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = "import matplotlib.pyplot as plt\nimport seaborn as sns\n\nimport plrlib\n\nplrlib.load_study"
CELLS = [
    IMPORTS,
    f'study = plrlib.load_study("{DEFAULT_STUDY}")\nstudy',
    'table = study.codings.value_counts("code").head(8).rename("n").reset_index()\ntable',
    'fig, ax = plt.subplots()\nsns.barplot(table.astype({"code": str}), x="n", y="code", ax=ax)\nplt.show()',
]
AIMS = {"nbconvert, one by one": 0.35, "the floor": 1.2}


def main() -> None:
    parser = argparse.ArgumentParser(description="Time `plr run` against nbconvert and against the floor.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notebooks", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = _project(Path(folder), options.notebooks)
        contestants: dict[str, Callable[[], None]] = {
            "plr run": lambda: _call([str(Path(sysconfig.get_path("scripts")) / "plr"), "run"], project),
            "nbconvert, one by one": lambda: _nbconvert(project),
            "the floor": lambda: asyncio.run(_floor(project, options.notebooks)),
        }
        contestants["plr run"]()  # once, so that nothing is made for the first time in a round
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, action in contestants.items():
                began = time.perf_counter()
                action()
                seconds[name].append(time.perf_counter() - began)
                print(f"{name}: {seconds[name][-1]:.1f} s", flush=True)
    report = _report(seconds, options.notebooks)
    print(report)
    result = ROOT / "bench" / "results" / "run.md"
    result.parent.mkdir(exist_ok=True)
    result.write_text(report, encoding="utf-8")


def _project(folder: Path, number: int) -> Path:
    """Make a project of the published study and copies of one notebook."""
    shutil.copytree(ROOT / "data" / "raw" / DEFAULT_STUDY, folder / "data" / "raw" / DEFAULT_STUDY)
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(CELLS)
    ]
    kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernelspec}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("notebooks", "converted"):
        (folder / name).mkdir()
    for i in range(1, number + 1):
        (folder / "notebooks" / f"{i:02d}-copy.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def _call(command: list[str], folder: Path) -> None:
    """Run a command as most people would: some shells forbid Python to keep bytecode, which slows whoever obeys."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def _nbconvert(project: Path) -> None:
    for path in sorted((project / "notebooks").iterdir()):
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute"]
        _call([*command, f"--output-dir={project / 'converted'}", str(path)], project)


async def _floor(project: Path, number: int) -> None:
    """Start kernels and import in them what the notebook imports."""
    slots = asyncio.Semaphore(default_jobs())
    environment = {**os.environ, **kernel_environment()}

    async def one() -> None:
        kernel = Kernel(project, environment, project)
        async with slots:
            await kernel.launch()
            client = await kernel.ready()
            await client.execute_interactive(IMPORTS, store_history=False, output_hook=lambda message: None)
        await kernel.stop()

    await asyncio.gather(*(one() for _ in range(number)))


def _report(seconds: dict[str, list[float]], number: int) -> str:
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    rounds = len(seconds["plr run"])
    lines = [
        f"`plr run` on {number} copies of a notebook, {default_jobs()} at a time on {os.cpu_count()} cores.",
        f"Median of {rounds} rounds (smallest to largest).",
        "",
        "| | seconds | `plr run` takes, of this | aim |",
        "| --- | --- | --- | --- |",
    ]
    for name, values in seconds.items():
        ratio = f"{medians['plr run'] / medians[name]:.2f}" if name in AIMS else ""
        aim = f"at most {AIMS[name]}" if name in AIMS else ""
        lines.append(f"| {name} | {medians[name]:.1f} ({min(values):.1f} to {max(values):.1f}) | {ratio} | {aim} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
