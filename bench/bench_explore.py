"""Time the explorer in JupyterLab, in a browser: from a choice to the changed grid, and to the verdicts.

Run from the project's folder: `python bench/bench_explore.py`. Three studies: the two shipped, and the worked example
with every excerpt twelve times, 5,268 of them. In each, a dozen choices one after another, twice; a choice waits for
the verdicts of the one before. Answers are remembered within a process, so that a choice counts as the first only where
that combination has not been asked before, by opening the study either. Beside it what the same numbers take where they
are asked for in a cell (`presence`, `compare`), each of a study loaded anew. Needs Chromium. Written to
bench/results/explore.md.
"""

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import sync_playwright

from plrlib import Study, compare, load_study, presence
from plrlib.explorer.answers import choices

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from programs import copy_project  # noqa: E402
from website.browser import CHROMIUM  # noqa: E402
from website.lab import open_notebook, run_all, served  # noqa: E402

RESULTS = HERE / "results" / "explore.md"
TIMES = 12
AIMS = {"plr0809-017": 200, "worked-example": 200, "large": 1000}
WATCH = """() => { const box = document.querySelector(".plr-explorer"); window.grid = 0; window.verdict = 0;
  box.addEventListener("change", () => { window.chose = performance.now(); }, { once: true, capture: true });
  const node = box.querySelector(".plr-grid");
  const grid = new MutationObserver((all) => {
    if (!all.some((one) => one.type === "childList") && node.getAttribute("aria-busy") !== "false") return;
    window.grid = performance.now() - window.chose; grid.disconnect(); });
  grid.observe(node, { childList: true, attributes: true });
  const verdicts = new MutationObserver(() => { if (box.querySelector(".plr-verdicts table")) {
    window.verdict = performance.now() - window.chose; verdicts.disconnect(); } });
  verdicts.observe(box.querySelector(".plr-verdicts"), { childList: true, subtree: true }); }"""


def enlarge(folder: Path) -> None:
    """Write the worked example with every excerpt so many times."""
    source = folder.parent / "worked-example"
    folder.mkdir()
    for path in source.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if "excerpt" in frame:
            copies = [frame.assign(excerpt=frame["excerpt"] + f"-{i}") for i in range(TIMES)]
            frame = pd.concat(copies, ignore_index=True)
        frame.to_csv(folder / path.name, index=False)
    toml = (source / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(toml.replace('"worked-example"', '"large"', 1), encoding="utf-8")


def timed(page: Any, control: str, value: str) -> tuple[float, float]:
    """Choose a value and return the milliseconds to the changed grid and to the verdicts."""
    page.evaluate(WATCH)
    box = page.locator(".plr-explorer .widget-dropdown").filter(has_text=control).locator("select")
    box.select_option(label=value)
    page.wait_for_function("() => window.grid && window.verdict", timeout=120_000)
    found: list[float] = page.evaluate("[window.grid, window.verdict]")
    print(control, value, found, flush=True)
    return found[0], found[1]


def steps(folder: Path) -> list[tuple[str, str, bool]]:
    """Return choices that go through groupings, levels, stances and coders, and whether each asks something new."""
    some = choices(load_study(folder))
    controls = {"Groups": some.by, "Level": some.level, "Stance": some.stance, "Coder": some.coder}
    now = {control: next(iter(values.values())) for control, values in controls.items()}
    asked, path = {tuple(now.values())}, []
    for control, values in controls.items():
        labels = list(values.values())[:3]
        for label in [*labels[1:], labels[0]]:
            now[control] = label
            path.append((control, label, tuple(now.values()) not in asked))
            asked.add(tuple(now.values()))
    return path


def in_a_cell(folder: Path) -> tuple[float, float]:
    """Return the median milliseconds of `presence` and `compare` for the groupings of a study, by theme."""

    def median(call: Callable[[Study, str], object]) -> float:
        took = []
        for by in load_study(folder).settings.groupings:
            study = load_study(folder)  # a study remembers what it was asked
            start = time.perf_counter()
            call(study, by)
            took.append(1000 * (time.perf_counter() - start))
        return statistics.median(took)

    return median(presence), median(compare)


def main() -> None:
    """Measure and write."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place) / "scratch"
        scratch.mkdir()
        project = copy_project(Path(place) / "project")
        raw = project / "data" / "raw"
        enlarge(raw / "large")
        with served(project, scratch) as (address, token, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1300, "height": 1400})
            open_notebook(page, address, token, "11-explore.ipynb")
            assert run_all(page) == []
            page.wait_for_selector(".plr-verdicts table", timeout=120_000)
            for name, aim in AIMS.items():
                if name != "plr0809-017":
                    timed(page, "Study", name)
                path = steps(raw / name)
                first, again = ([timed(page, control, label) for control, label, _ in path] for _ in range(2))
                counted = [took for took, (_, _, new) in zip(first, path, strict=True) if new]
                cell = in_a_cell(raw / name)
                rows.append((name, aim, counted, again, cell))
                print(rows[-1], flush=True)
            browser.close()
    about = (
        f"Milliseconds, median (largest), in Chromium and JupyterLab {version('jupyterlab')}; Python "
        f"{platform.python_version()}, {platform.machine()}, two cores. *At first*: that combination was not asked "
        "before. *In a cell*: each of a study loaded anew, for answers are remembered. Made by bench/bench_explore.py."
    )
    heads = [
        "study", "aim", "grid, at first", "grid, asked before", "verdicts, at first", "verdicts, asked before",
        "`presence` in a cell", "grid at first / `presence`", "`compare` in a cell",
    ]  # fmt: skip
    lines = ["# The explorer, from a choice to what is seen", "", about, "", f"| {' | '.join(heads)} |"]
    lines.append("|" + " --- |" * len(heads))
    for name, aim, counted, again, (count, verdict) in rows:
        parts = [span([one[k] for one in some]) for k in (0, 1) for some in (counted, again)]
        ratio = statistics.median(one[0] for one in counted) / count
        lines.append(f"| {name} | {aim} | {' | '.join(parts)} | {count:.0f} | {ratio:.2f} | {verdict:.0f} |")
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def span(took: list[float]) -> str:
    """Return the median and the largest."""
    return f"{statistics.median(took):.0f} ({max(took):.0f})"


if __name__ == "__main__":
    main()
