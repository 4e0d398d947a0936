"""Time agreement between coders as studies grow, against the krippendorff package where it computes the same.

Run from the project's folder: `python bench/bench_agreement.py`. Three coders. First, 1,000 bootstrap replicates of
alpha for 30 codes, several sizes: `krippendorff.alpha` is called once a code and replicate, with the value counts of
the resample, over fewer replicates, and its time is scaled up. Then all that `agreement` makes of 40,000 excerpts, so
120,000 codings, of 50 and of 200 codes, sets of codes compared by MASI. Seconds are those of the processor, so that
other work on the machine counts little. Each measurement has a process of its own. Written to
bench/results/agreement.md.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import krippendorff
import numpy as np
from processes import in_a_process, peak, report

from plrlib.stats.agreement import EVENTS, EXCERPTS
from plrlib.stats.coefficients import ALPHA, Units, distinct_sets, interval, one_of_many, resampled, yes_or_no

RESULTS = Path(__file__).resolve().parent / "results" / "agreement.md"
SIZES = (1_250, 5_000, 20_000, 40_000)
CODERS, CODES, EVENTS_N, REPLICATES, FEWER, ROUNDS, AIM = 3, 30, 40, 1_000, 3, 3, 20
SETS = ((40_000, 50), (40_000, 200))


class Codings:
    """Two of C codes an excerpt on average; a coder drops or adds one in eight; one rating in twenty is missing."""

    def __init__(self, excerpts: int, codes: int) -> None:
        rng = np.random.default_rng(20111101)
        often = 1 / np.arange(1, codes + 1) ** 0.7  # some codes are common, most are rare
        often *= 2 / often.sum()
        first = rng.random((excerpts, codes), dtype=np.float32) < often
        self.seen = rng.random((CODERS, excerpts)) > 0.05
        self.given = np.zeros((CODERS, excerpts, codes), dtype=bool)
        for given, seen in zip(self.given, self.seen, strict=True):
            dropped, added = (rng.random(first.shape, dtype=np.float32) < share for share in (1 / 8, often / 8))
            given[:] = (first & ~dropped | added) & seen[:, None]
        self.events = Units(EVENTS, rng.integers(0, EVENTS_N, size=excerpts))
        self.excerpts = Units(EXCERPTS, np.arange(excerpts))

    def ours(self, units: Units, replicates: int) -> np.ndarray:
        """Return alpha by code, replicates × C; kappa, AC1 and raw agreement come with it."""
        coefficients = yes_or_no(self.given, self.seen, units.members)
        return np.concatenate([coefficients(weights)[ALPHA] for weights in resampled(units, 1, replicates)])

    def package(self, units: Units, replicates: int) -> np.ndarray:
        """Return the same by the package, from the value counts of each resample."""
        yes, raters = self.given.sum(axis=0), self.seen.sum(axis=0)
        counts = np.stack([yes, raters[:, None] - yes], axis=2)
        found = []
        for weights in resampled(units, 1, replicates):
            for times in weights.astype(int):
                rows = np.repeat(np.arange(len(counts)), times[units.of])
                found.append([alpha(counts[rows, c]) for c in range(counts.shape[1])])
        return np.array(found)

    def all_of_it(self) -> tuple[int, float]:
        """Do what `agreement` does with the arrays; return how many distinct sets there are, and alpha over sets."""
        category, sets = distinct_sets(self.given, self.seen)
        each = yes_or_no(self.given, self.seen, self.events.members)
        whole = one_of_many(category, len(sets), self.events.members, sets)
        for coefficients in (each, whole):
            interval(np.concatenate([coefficients(w)[ALPHA] for w in resampled(self.events, 1, REPLICATES)]))
        return len(sets), float(whole(np.ones((1, EVENTS_N + 1)))[ALPHA][0])


def alpha(counts: np.ndarray) -> float:
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def measured(what: str) -> dict[str, float]:
    """Return the measurement that a process was started for: `compare excerpts codes` or `sets excerpts codes`."""
    kind, excerpts, codes = what.split()
    codings = Codings(int(excerpts), int(codes))
    if kind == "sets":
        before = peak()
        took = [clock(codings.all_of_it)[1] for _ in range(ROUNDS)]
        n, found = codings.all_of_it()
        return {"seconds": statistics.median(took), "sets": n, "alpha": found, "more": peak() - before, "peak": peak()}
    differ = np.abs(codings.ours(codings.events, FEWER) - codings.package(codings.events, FEWER)).max()
    before = peak()
    ours = [clock(codings.ours, codings.events, REPLICATES)[1] for _ in range(ROUNDS)]
    more = peak() - before
    drawn_one_by_one = clock(codings.ours, codings.excerpts, REPLICATES)[1]
    package = [clock(codings.package, codings.events, FEWER)[1] * REPLICATES / FEWER for _ in range(ROUNDS)]
    once, package_once = clock(codings.ours, codings.events, 1)[1], statistics.median(package) / REPLICATES
    return {
        "ours": statistics.median(ours), "package": statistics.median(package), "differ": float(differ),
        "excerpts": drawn_one_by_one, "once": once, "package once": package_once, "more": more,
    }  # fmt: skip


def clock(function, *arguments):
    begun = time.process_time()
    found = function(*arguments)
    return found, time.process_time() - begun


def exponent(seconds: list[float]) -> float:
    """Return the power of the number of excerpts with which time grows: the slope of logarithms."""
    return float(np.polyfit(np.log(SIZES), np.log(seconds), 1)[0])


def main() -> None:
    """Measure, each in a process of its own, and write the tables."""
    compared, sets = [], []
    for excerpts in SIZES:
        compared.append(in_a_process(__file__, f"compare {excerpts} {CODES}", RESULTS.parent))
        print(excerpts, compared[-1], flush=True)
    for excerpts, codes in SETS:
        sets.append(in_a_process(__file__, f"sets {excerpts} {codes}", RESULTS.parent))
        print(excerpts, codes, sets[-1], flush=True)
    lines = [
        "# Agreement between coders",
        "",
        f"{CODERS} coders; one rating in twenty is missing. Seconds of the processor, median of {ROUNDS}.",
        "",
        f"## {REPLICATES:,} bootstrap replicates of Krippendorff's alpha, {CODES} codes",
        "",
        f"Whole events are drawn, {EVENTS_N} of them. The krippendorff package is given the value counts of each",
        f"resample, over {FEWER} replicates; its time is scaled to {REPLICATES:,}. `yes_or_no` gives kappa, AC1 and",
        f"raw agreement in the same time. Aim: at least {AIM} times as fast. *Excerpts drawn*: the same numbers by",
        "`yes_or_no` where every excerpt is a unit of its own. MB: memory in use beyond that of the arrays, at most.",
        "",
        "| excerpts | `yes_or_no` | krippendorff | times as long | one replicate | package's | excerpts drawn | MB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for excerpts, found in zip(SIZES, compared, strict=True):
        cells = [f"{found[k]:.3g}" for k in ("once", "package once", "excerpts")]
        ratio = found["package"] / found["ours"]
        lines.append(
            f"| {excerpts:,} | {found['ours']:.3g} | {found['package']:.3g} | {ratio:,.0f} | {' | '.join(cells)} | "
            f"{found['more']:.0f} |"
        )
    powers = {name: exponent([found[name] for found in compared]) for name in ("ours", "package", "excerpts")}
    lines += [
        "",
        f"Time grows with the number of excerpts to the power of {powers['ours']:.2f} (events drawn),",
        f"{powers['excerpts']:.2f} (excerpts drawn) and {powers['package']:.2f} (the package).",
        f"The largest difference from the package: {max(found['differ'] for found in compared):.0e}.",
        "",
        f"## All coefficients with intervals, over all codes and by code, sets by MASI; {REPLICATES:,} replicates",
        "",
        "Aim: at most 1 second and 200 MB.",
        "",
        "| excerpts | codings | codes | distinct sets | seconds | MB beyond the arrays | MB of the process |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {excerpts:,} | {excerpts * CODERS:,} | {codes} | {found['sets']:,.0f} | {found['seconds']:.2f} | "
        f"{found['more']:.0f} | {found['peak']:.0f} |"
        for (excerpts, codes), found in zip(SETS, sets, strict=True)
    ]
    report(RESULTS, lines, "krippendorff", "numpy", "scipy")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
