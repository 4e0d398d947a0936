"""Time the exact test of 30 codes among 24 people against scipy's permutation test and R's mantelhaen.test.

Run from the project's folder: `python bench/bench_exact.py`. The ways take turns; a first round is not counted. Written
to bench/results/exact.md: the median of nine rounds, the ratios beside what is aimed at, and how far the p-values are
from R's. Without Rscript R is left out, and the table says so.
"""

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from scipy.stats import permutation_test

import plrlib
from plrlib.stats.comparison.exact import two_groups

RESULTS = Path(__file__).resolve().parent / "results" / "exact.md"
GROUPS, EACH, CODES, RESAMPLES, ROUNDS, CALLS = 4, 3, 30, 9_999, 9, 200
OURS, LOOP, TOGETHER, R = (
    "`two_groups`, all codes in one call",
    "`permutation_test`, a loop over the codes",
    "`permutation_test`, all codes along an axis",
    "R's `mantelhaen.test(exact = TRUE)`, a loop over the codes",
)
AIMS = {LOOP: 2_000, TOGETHER: 150, R: 1}
R_SCRIPT = """
files <- commandArgs(TRUE)
rows <- as.matrix(read.csv(files[1], header = FALSE))
tables <- lapply(seq_len(nrow(rows)), function(i) array(rows[i, ], c(2, 2, ncol(rows) / 4)))
all <- function() vapply(tables, function(table) mantelhaen.test(table, exact = TRUE)$p.value, 0)
p <- all()
seconds <- numeric(5)
for (i in seq_along(seconds)) {
  begun <- Sys.time()
  all()
  seconds[i] <- as.numeric(Sys.time() - begun, units = "secs")
}
writeLines(sprintf("%.17g", c(median(seconds), p)), files[2])
cat(R.version$major, R.version$minor, sep = ".")
"""


def difference(x: np.ndarray, y: np.ndarray, axis: int = -1) -> Any:
    """Return the difference of the shares who raised a code."""
    return x.mean(axis=axis) - y.mean(axis=axis)


class People:
    """Four groups of six, three of each sector; some codes are raised by few and some by many."""

    def __init__(self) -> None:
        rng = np.random.default_rng(20090701)
        shape = (CODES, GROUPS, 2, EACH)
        self.raised = rng.random(shape) < rng.beta(1.5, 2.5, size=(CODES, 1, 1, 1))
        self.counts = self.raised.sum(axis=3)
        self.sizes = np.full((GROUPS, 2), EACH)
        self.first, self.second = (self.raised[:, :, i].reshape(CODES, -1).astype(float) for i in (0, 1))

    def exact(self) -> np.ndarray:
        return two_groups(self.counts, self.sizes).p

    def loop(self, seed: int) -> np.ndarray:
        return np.array([drawn(self.first[c], self.second[c], seed) for c in range(CODES)])

    def together(self, seed: int) -> np.ndarray:
        return np.asarray(drawn(self.first, self.second, seed))


def drawn(x: np.ndarray, y: np.ndarray, seed: int) -> Any:
    """Return scipy's p: blocks are not among what it knows, so people are exchanged across groups."""
    return permutation_test((x, y), difference, n_resamples=RESAMPLES, vectorized=True, axis=-1, rng=seed).pvalue


def timed(act: Callable[[], np.ndarray], calls: int = 1) -> tuple[float, np.ndarray]:
    """Return the seconds of one call, on average, and what it returned."""
    begun = time.perf_counter()
    for _ in range(calls):
        found = act()
    return (time.perf_counter() - begun) / calls, found


def in_r(people: People, folder: Path) -> tuple[float, np.ndarray, str]:
    """Return the seconds that R took, by its own clock and without its start, its p-values and its version."""
    rest = people.sizes - people.counts
    cells = np.stack([people.counts, rest], axis=2)  # C × B × raised or not × level: R fills the level first
    script, tables, out = folder / "time.R", folder / "tables.csv", folder / "out.txt"
    script.write_text(R_SCRIPT, encoding="utf-8")
    with tables.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(cells.reshape(CODES, -1).tolist())
    command = ["Rscript", str(script), str(tables), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    seconds, *p = [float(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return seconds, np.array(p), done.stdout


def measure(people: People, folder: Path) -> tuple[dict[str, list[float]], dict[str, np.ndarray], str]:
    """Return the seconds of each way, round by round, its last p-values, and R's version; blank: there is no R."""
    has_r = shutil.which("Rscript") is not None
    seconds: dict[str, list[float]] = {way: [] for way in (OURS, TOGETHER, LOOP, R) if way != R or has_r}
    p: dict[str, np.ndarray] = {}
    version = ""
    for i in range(-1, ROUNDS):  # the first round is not counted
        found: dict[str, tuple[float, np.ndarray]] = {
            OURS: timed(people.exact, CALLS),
            TOGETHER: timed(lambda seed=i + 1: people.together(seed)),
            LOOP: timed(lambda seed=i + 1: people.loop(seed)),
        }
        if has_r:
            took, values, version = in_r(people, folder)
            found[R] = took, values
        for way, (took, values) in found.items():
            p[way] = values
            if i >= 0:
                seconds[way].append(took)
    return seconds, p, version


def milliseconds(took: list[float]) -> str:
    low, middle, high = (1000 * number for number in (min(took), statistics.median(took), max(took)))
    decimals = 0 if middle > 100 else 1 if middle > 1 else 3
    return f"{middle:,.{decimals}f} ({low:,.{decimals}f} to {high:,.{decimals}f})"


def row(way: str, seconds: dict[str, list[float]]) -> str:
    """Return one line of the table."""
    if way == OURS:
        return f"| {way} | {milliseconds(seconds[way])} | | |"
    aim = f"{'more than' if way == R else 'at least'} {AIMS[way]:,}"
    if way not in seconds:
        return f"| {way} | not measured: there is no Rscript here | | {aim} |"
    ratio = statistics.median(seconds[way]) / statistics.median(seconds[OURS])
    return f"| {way} | {milliseconds(seconds[way])} | {ratio:,.0f} | {aim} |"


def agreement(p: dict[str, np.ndarray]) -> list[str]:
    """Return how far the p-values are from R's, and scipy's from ours."""
    off = np.abs(p[TOGETHER] - p[OURS]).max()
    lines = [f"`permutation_test` exchanges people between groups too, and draws: its p is up to {off:.2f} away."]
    if R in p:
        far = (np.abs(p[OURS] - p[R]) / p[R]).max()
        lines.insert(0, f"The largest relative difference of the {CODES} p-values from R's is {far:.0e}.")
    return lines


def main() -> None:
    """Time every way in turns, and write what came out."""
    people = People()
    first, _ = timed(people.exact)
    with tempfile.TemporaryDirectory() as name:
        seconds, p, version = measure(people, Path(name))
    versions = {"plrlib": plrlib.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    versions |= {"Python": sys.version.split()[0], "R": version}
    lines = [
        "# The exact test of two levels",
        "",
        f"{2 * GROUPS * EACH} people in {GROUPS} groups, {EACH} of each level in each; {CODES} codes.",
        f"`permutation_test` draws {RESAMPLES:,} resamples.",
        f"Median of {ROUNDS} rounds (smallest to largest) after one that is not counted; the ways take turns.",
        f"The first call of `two_groups` took {1000 * first:.2g} ms: it makes tables that later calls look up.",
        "",
        "| | milliseconds for all codes | times as long | aim |",
        "| --- | ---: | ---: | ---: |",
        *(row(way, seconds) for way in (OURS, LOOP, TOGETHER, R)),
        "",
        " ".join(agreement(p)),
        "",
        f"{', '.join(f'{what} {number}' for what, number in versions.items() if number)}.",
        "",
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), encoding="utf-8", newline="")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
