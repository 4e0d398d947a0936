"""Time 1,000 bootstrap replicates of alpha, code by code, against a loop over the krippendorff package.

Run from the project's folder: `python bench/bench_agreement.py`. 5,000 excerpts, three coders, 30 codes. The two take
turns; a first round is not counted. The package is called once a code and replicate, over fewer replicates, and the
time is scaled up to 1,000; it gets each resample as the array it reads. Written to bench/results/agreement.md.
"""

import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
import scipy

import plrlib
from plrlib.stats.agreement import ALPHA, EXCERPTS, Units, interval, resampled, yes_or_no

RESULTS = Path(__file__).resolve().parent / "results" / "agreement.md"
EXCERPTS_N, CODERS, CODES, REPLICATES, FEWER, ROUNDS, AIM = 5_000, 3, 30, 1_000, 10, 5, 20
OURS, LOOP = "`yes_or_no`, all codes and replicates together", "`krippendorff.alpha`, a loop over codes and replicates"


class Codings:
    """Codes given to one excerpt in ten, changed by each coder for one in twenty; one rating in twenty is missing."""

    def __init__(self) -> None:
        rng = np.random.default_rng(20111101)
        first = rng.random((EXCERPTS_N, CODES)) < 0.1
        changed = rng.random((CODERS, EXCERPTS_N, CODES)) < 0.05
        self.given = first[None] ^ changed
        self.seen = rng.random((CODERS, EXCERPTS_N)) > 0.05
        self.units = Units(EXCERPTS, np.arange(EXCERPTS_N))
        self.data = np.where(self.seen[:, :, None], self.given, np.nan)

    def ours(self, replicates: int) -> np.ndarray:
        blocks = resampled(self.units, 1, replicates)
        return np.concatenate([yes_or_no(self.given, self.seen, weights)[ALPHA] for weights in blocks])

    def loop(self, replicates: int) -> np.ndarray:
        found = []
        for weights in resampled(self.units, 1, replicates):
            for times in weights.astype(int):
                rows = np.repeat(self.data, times, axis=1)
                found.append([alpha(rows[:, :, c]) for c in range(CODES)])
        return np.array(found)


def alpha(ratings: np.ndarray) -> float:
    return float(krippendorff.alpha(reliability_data=ratings, level_of_measurement="nominal"))


def main() -> None:
    """Measure and write the table."""
    codings = Codings()
    apart = np.abs(codings.ours(FEWER) - codings.loop(FEWER)).max()
    ours, loop = [], []
    for number in range(ROUNDS + 1):
        begun = time.perf_counter()
        values = codings.ours(REPLICATES)
        interval(values)
        middle = time.perf_counter()
        codings.loop(FEWER)
        if number:
            ours.append(middle - begun)
            loop.append((time.perf_counter() - middle) * REPLICATES / FEWER)
        print(f"round {number} of {ROUNDS}", flush=True)
    ratio = statistics.median(loop) / statistics.median(ours)
    of = f"{EXCERPTS_N:,} excerpts, {CODERS} coders, {CODES} codes, {REPLICATES:,} replicates"
    versions = f"plrlib {plrlib.__version__}, krippendorff {version('krippendorff')}, numpy {np.__version__}"
    lines = [
        "# Bootstrap of Krippendorff's alpha",
        "",
        f"{of}; one rating in twenty is missing.",
        f"Median of {ROUNDS} rounds (smallest to largest) after one that is not counted; the two take turns.",
        f"The loop ran over {FEWER} replicates, and its time is scaled to {REPLICATES:,}.",
        "`yes_or_no` gives kappa, AC1 and raw agreement in the same time, and the percentiles are in it.",
        "",
        "| | seconds | times as long | aim |",
        "| --- | ---: | ---: | ---: |",
        f"| {OURS} | {spread(ours)} | | |",
        f"| {LOOP} | {spread(loop)} | {ratio:,.0f} | at least {AIM} |",
        "",
        f"The largest difference between the two over {FEWER} replicates and {CODES} codes is {apart:.0e}.",
        "",
        f"{versions}, scipy {scipy.__version__}, Python {platform.python_version()}.",
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3g} ({min(seconds):.3g} to {max(seconds):.3g})"


if __name__ == "__main__":
    main()
