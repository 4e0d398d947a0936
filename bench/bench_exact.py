"""Time the exact test of codes among 24 people against scipy's permutation test and R's mantelhaen.test.

Against R twice: p alone, and p with the common odds ratio and its interval, which is what R returns in any case.

Run from the project's folder: `python bench/bench_exact.py`. The ways take turns; a first round is not counted. Written
to bench/results/exact.md: the median of nine rounds, the ratios beside what is aimed at, and how far the p-values are
from R's. Without Rscript R is left out, and the table says so.
"""

import csv
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from processes import peak, report
from scipy.stats import permutation_test

from plrlib.stats.comparison.effects import odds_interval, odds_ratio
from plrlib.stats.comparison.exact import two_groups

RESULTS = Path(__file__).resolve().parent / "results" / "exact.md"
EVENTS, EACH, CODES, RESAMPLES, ROUNDS, CALLS = 4, 3, 30, 9_999, 9, 50
MORE_CODES = (10, 30, 90, 270)
OURS, ALL_OURS, LOOP, TOGETHER, R = (
    "p: `two_groups`, all codes in one call",
    "p, odds ratio and interval: `two_groups`, `odds_ratio`, `odds_interval`",
    "p: `permutation_test`, a loop over the codes",
    "p: `permutation_test`, all codes along an axis",
    "p, odds ratio and interval: R's `mantelhaen.test(exact = TRUE)`, a loop over the codes",
)
AIMS = {LOOP: 2_000, TOGETHER: 150, R: 1}
R_SCRIPT = """
files <- commandArgs(TRUE)
rows <- as.matrix(read.csv(files[1], header = FALSE))
tables <- lapply(seq_len(nrow(rows)), function(i) array(rows[i, ], c(2, 2, ncol(rows) / 4)))
one <- function(table) {
  found <- mantelhaen.test(table, exact = TRUE)
  c(found$p.value, found$estimate, found$conf.int)
}
all <- function() vapply(tables, one, numeric(4))
found <- all()
seconds <- numeric(5)
for (i in seq_along(seconds)) {
  begun <- Sys.time()
  all()
  seconds[i] <- as.numeric(Sys.time() - begun, units = "secs")
}
writeLines(sprintf("%.17g", c(median(seconds), found)), files[2])
cat(R.version$major, R.version$minor, sep = ".")
"""


def difference(x: np.ndarray, y: np.ndarray, axis: int = -1) -> Any:
    """Return the difference of the shares who raised a code."""
    return x.mean(axis=axis) - y.mean(axis=axis)


class People:
    """Four events of six, three of each sector; some codes are raised by few and some by many."""

    def __init__(self, codes: int = CODES) -> None:
        rng = np.random.default_rng(20090701)
        self.codes, shape = codes, (codes, EVENTS, 2, EACH)
        self.raised = rng.random(shape) < rng.beta(1.5, 2.5, size=(codes, 1, 1, 1))
        self.counts = self.raised.sum(axis=3)
        self.sizes = np.full((EVENTS, 2), EACH)
        self.first, self.second = (self.raised[:, :, i].reshape(codes, -1).astype(float) for i in (0, 1))

    def exact(self) -> np.ndarray:
        return two_groups(self.counts, self.sizes).p

    def with_odds(self) -> np.ndarray:
        """Return p, the odds ratio and its limits, C × 4."""
        found = two_groups(self.counts, self.sizes)
        return np.column_stack(
            [found.p, odds_ratio(self.counts, self.sizes), odds_interval(self.counts, self.sizes, 0.05)]
        )

    def loop(self, seed: int) -> np.ndarray:
        return np.array([drawn(self.first[c], self.second[c], seed) for c in range(self.codes)])

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
        csv.writer(file).writerows(cells.reshape(people.codes, -1).tolist())
    command = ["Rscript", str(script), str(tables), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    seconds, *found = [float(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return seconds, np.array(found).reshape(-1, 4), done.stdout


def measure(people: People, folder: Path) -> tuple[dict[str, list[float]], dict[str, np.ndarray], str]:
    """Return the seconds of each way, round by round, its last p-values, and R's version; blank: there is no R."""
    has_r = shutil.which("Rscript") is not None
    seconds: dict[str, list[float]] = {way: [] for way in (OURS, ALL_OURS, TOGETHER, LOOP, R) if way != R or has_r}
    p: dict[str, np.ndarray] = {}
    version = ""
    for i in range(-1, ROUNDS):  # the first round is not counted
        found: dict[str, tuple[float, np.ndarray]] = {
            OURS: timed(people.exact, CALLS),
            ALL_OURS: timed(people.with_odds, CALLS),
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
    if way in (OURS, ALL_OURS):
        return f"| {way} | {milliseconds(seconds[way])} | | |"
    aim = f"{'more than' if way == R else 'at least'} {AIMS[way]:,}"
    if way not in seconds:
        return f"| {way} | not measured: there is no Rscript here | | {aim} |"
    ratio = statistics.median(seconds[way]) / statistics.median(seconds[ALL_OURS if way == R else OURS])
    return f"| {way} | {milliseconds(seconds[way])} | {ratio:,.1f} | {aim} |"


def agreement(p: dict[str, np.ndarray]) -> list[str]:
    """Return how far the p-values are from R's, and scipy's from ours."""
    drawn_off = np.abs(p[TOGETHER] - p[OURS]).max()
    drawn_from = (
        f"`permutation_test` permutes people between events too, and draws: its p is up to {drawn_off:.2f} away."
    )
    if R not in p:
        return [drawn_from]
    far = (np.abs(p[OURS] - p[R][:, 0]) / p[R][:, 0]).max()
    ours, theirs = p[ALL_OURS][:, 1], p[R][:, 1]
    some = np.isfinite(theirs) & (theirs > 0)
    off = (np.abs(ours[some] - theirs[some]) / theirs[some]).max()
    return [
        f"The largest relative difference from R's p-values is {far:.0e}, and from its odds ratios {off:.0e}.",
        "The limits differ: R inverts two one-sided tests, and ours the two-sided one.",
        drawn_from,
    ]


def growth() -> str:
    """Return how the time of ours grows with the number of codes, and what memory it takes."""
    took = [timed(People(n).with_odds, 20)[0] for n in MORE_CODES]
    exponent = np.polyfit(np.log(MORE_CODES), np.log(took), 1)[0]
    sizes = ", ".join(f"{n}: {1000 * one:.1f}" for n, one in zip(MORE_CODES, took, strict=True))
    return (
        f"Milliseconds of p, odds ratio and interval by the number of codes: {sizes}; to the power of {exponent:.2f}."
        f" The process took {peak():.0f} MB at most."
    )


def main() -> None:
    """Time every way in turns, and write what came out."""
    people = People()
    first, _ = timed(people.exact)
    with tempfile.TemporaryDirectory() as name:
        seconds, p, version = measure(people, Path(name))
    lines = [
        "# The exact test of two groups",
        "",
        f"{2 * EVENTS * EACH} people at {EVENTS} events, {EACH} of each group at each; {CODES} codes.",
        f"`permutation_test` draws {RESAMPLES:,} resamples.",
        f"Median of {ROUNDS} rounds (smallest to largest) after one that is not counted; the ways take turns.",
        f"The first call of `two_groups` took {1000 * first:.2g} ms: it makes tables that later calls look up.",
        "",
        "| | milliseconds for all codes | times as long as ours that returns the same | aim |",
        "| --- | ---: | ---: | ---: |",
        *(row(way, seconds) for way in (OURS, ALL_OURS, LOOP, TOGETHER, R)),
        "",
        " ".join(agreement(p)),
        "",
        growth(),
    ]
    report(RESULTS, lines, "numpy", "scipy", also=f"R {version}" if version else "")


if __name__ == "__main__":
    main()
