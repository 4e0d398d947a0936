"""Is the answer right where the truth is known? Draw thousands of studies, and count findings that are false or missed.

`python bench/calibrate.py` takes about an hour on two processors; `--studies 50` a minute or two. It writes
results/calibration.md, calibration-*.csv and calibration.png. All studies are simulated.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from scipy.stats import binomtest

from plrlib.show.figure import BLUE, CRISP, DOTS_PER_INCH, INK, QUIET, RED, STYLE

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from stats.calibration import (
    check_bounds,
    count_false_findings,
    measure_boschloo,
    measure_coverage,
    measure_power,
    rows,
)

RESULTS = Path(__file__).parent / "results"
SEED = 20261125
BOUNDED = 10  # bounds are looked at in so many times fewer studies: each takes many integer programmes


def one_design(about: str, studies: int) -> pd.DataFrame:
    """Return the row of one design."""
    return next(count_false_findings(studies, SEED, [about]))


def whole(measure: Callable[[int, int], Iterator[pd.DataFrame]], studies: int) -> pd.DataFrame:
    """Return all rows of a measure."""
    return pd.concat(measure(studies, SEED), ignore_index=True)


def measure_all(studies: int) -> dict[str, pd.DataFrame]:
    """Return every table, each part in a process of its own."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begun = time.monotonic()
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        designs = {about: pool.submit(one_design, about, studies) for about in rows()}
        others = {
            "power": pool.submit(whole, measure_power, studies),
            "coverage": pool.submit(whole, measure_coverage, studies),
            "bounds": pool.submit(whole, check_bounds, max(studies // BOUNDED, 2)),
        }
        for name, part in {**designs, **others}.items():
            part.result()
            print(f"{time.monotonic() - begun:6.0f} s  {name}", file=sys.stderr)
    found = pd.concat([part.result() for part in designs.values()], ignore_index=True)
    exact = pd.concat(measure_boschloo(), ignore_index=True)
    return {"null": found, **{name: part.result() for name, part in others.items()}, "boschloo": exact}


def per_cent(k: int, n: int) -> str:
    """Return a share with its 95 % interval, Clopper and Pearson's."""
    low, high = binomtest(int(k), int(n)).proportion_ci(0.95)
    return f"{100 * k / n:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def as_markdown(found: dict[str, pd.DataFrame]) -> str:
    """Return the tables as a page."""
    n = found["null"]["studies"].iloc[0]
    drawn_so = f"Seed of the first: {SEED}; {n:,} studies a row, 20 codes each, alpha 0.05."
    lines = [
        "# Calibration", "", f"All studies here are simulated. {drawn_so}", "",
        "## No difference of views between groups: how often is one found?", "",
        "Studies with any code said to differ (aim: at most 5 %), as raised and at equal talk (of those judged",
        "there), and beside it a chi-squared test on counts of coded segments, the usual crosstab: those with any p of",
        "0.05 or less, and the share of all its comparisons. Events have effects: a code comes up more readily in some",
        "than in others. *Outside* are designs that the test says it does not hold for: groups that talk",
        "unequally, echoes of one's own group, interviewers who are not named, a coder for each group.", "",
        "| design | `compare`: any code differs | at equal talk | crosstab: any code | crosstab: of comparisons |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for row in found["null"].itertuples():
        crosstab = f"{100 * row.with_segments / row.studies:.0f} % | {100 * row.segments_called:.0f} %"
        equal = per_cent(row.with_equal, row.judged_equal) if row.judged_equal else ""
        outside = "" if row.promised else " (*outside*)"
        lines.append(f"| {row.design}{outside} | {per_cent(row.with_differs, row.studies)} | {equal} | {crosstab} |")
    lines += [
        "", "## One of 20 codes differs: how often is it found?", "",
        "24 people in three rooms of 4 and 4; about 3 of 10 people of the second level raise the code. The oracle",
        "knows which code differs, so it tests that one alone.", "",
        "| log odds planted | found by `compare` | found by the oracle | another code said to differ |",
        "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for row in found["power"].itertuples():
        shares = " | ".join(per_cent(k, row.studies) for k in (row.found, row.oracle, row.with_false))
        lines.append(f"| {row.log_odds:g} | {shares} |")
    lines += ["", "## The exact 95 % interval: how often does it hold the true odds ratio?", "",
              "| log odds | intervals | holding it |", "| --- | --- | --- |"]  # fmt: skip
    lines += [
        f"| {r.log_odds:g} | {r.intervals:,} | {per_cent(r.covering, r.intervals)} |"
        for r in found["coverage"].itertuples()
    ]
    lines += ["", "## One code, one event: what an unconditional test would see", "",
              "Exact power at 0.05. `compare` conditions on how many raised the code, as Fisher's test does;",
              "Boschloo's does not, and has no counterpart over several events.", "",
              "| people of each group | true probabilities | `compare` | Boschloo |",
              "| --- | --- | --- | --- |"]  # fmt: skip
    lines += [
        f"| {r.n} | {r.p_1:g} against {r.p_2:g} | {100 * r.compare:.0f} % | {100 * r.boschloo:.0f} % |"
        for r in found["boschloo"].itertuples()
    ]
    lines += ["", "## Excerpts that name nobody: do the bounds hold what is true?", "",
              "| share that names nobody | counts between lower and upper | p between p_low and p_high |",
              "| --- | --- | --- |"]  # fmt: skip
    lines += [
        f"| {r.blur:g} | {r.holding:,} of {r.counts:,} | {r.p_holding:,} of {r.comparisons:,} |"
        for r in found["bounds"].itertuples()
    ]
    return "\n".join(lines) + "\n"


def drawn(null: pd.DataFrame) -> Figure:
    """Return a figure: a row a design: how many studies have a false finding as raised, at equal talk, by crosstab."""
    shares = null.assign(
        raised=null["with_differs"] / null["studies"], crosstab=null["with_segments"] / null["studies"],
        equal=(null["with_equal"] / null["judged_equal"].where(null["judged_equal"] > 0)),
    )  # fmt: skip
    looks = {"crosstab": (RED, "s", "white"), "raised": (BLUE, "o", BLUE), "equal": (INK, "D", "white")}
    with sns.axes_style("white"), mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.6, 2.2 + 0.24 * len(null)))
        ax = figure.add_axes((0.40, 0.07, 0.56, 0.84))
        for name, (colour, marker, face) in looks.items():
            sns.scatterplot(
                x=shares[name], y=range(len(shares)), ax=ax, s=40, marker=marker, legend=False, facecolor=face,
                edgecolor=colour, linewidth=1.4, zorder=3,
            )  # fmt: skip
        ax.axvline(0.05, color=INK, lw=1, ls=(0, (4, 3)))
        ax.text(0.06, -0.9, "5 %", ha="left", va="center", size=9)
        ax.set(xlim=(-0.02, 1.03), ylim=(len(shares) - 0.4, -1.5), xlabel="", ylabel="")
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        names = [
            name if promised else f"{name} *" for name, promised in zip(null["design"], null["promised"], strict=True)
        ]
        ax.set_yticks(range(len(names)), names, size=8.5)
        for y in range(len(names)):
            ax.axhline(y + 0.5, color="#e6eaec", lw=0.8, zorder=0)
        most = 100 * shares.loc[shares["promised"], "raised"].max()
        least, highest = (100 * getattr(shares["crosstab"], end)() for end in ("min", "max"))
        title = (
            "No group sees things differently: how many of 100 studies find a difference?\n"
            f"compare: {most:.1f} at most where it promises. A crosstab of segments: {least:.0f} to {highest:.0f}."
        )
        figure.text(0.02, 0.985, title, size=12, weight="bold", va="top")
        key = (
            "Circles: compare, as raised. Diamonds: at equal talk. Squares: chi-squared on segments. * outside of what "
            "compare promises.\nSimulated data."
        )
        figure.text(0.02, 0.008, key, size=8.5, color=QUIET, va="bottom")
    return figure


def main() -> None:
    """Measure, and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--studies", type=int, default=1000, help="of each design")
    options.add_argument("--out", type=Path, default=RESULTS, help="the folder to write to")
    options.add_argument(
        "--draw", action="store_true", help="only write the page and the figure again, from the tables"
    )
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    tables = ("null", "power", "coverage", "bounds", "boschloo")
    if chosen.draw:
        found = {name: pd.read_csv(chosen.out / f"calibration-{name}.csv") for name in tables}
    else:
        found = measure_all(chosen.studies)
    (chosen.out / "calibration.md").write_text(as_markdown(found), encoding="utf-8")
    for name, table in found.items():
        table.to_csv(chosen.out / f"calibration-{name}.csv", index=False, lineterminator="\n")
    drawn(found["null"]).savefig(chosen.out / "calibration.png", dpi=DOTS_PER_INCH * CRISP, metadata={"Software": None})


if __name__ == "__main__":
    main()
