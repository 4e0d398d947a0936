"""Time `presence` of up to ten million codings against numpy on the same categoricals.

Run from the project's folder: `python bench/bench_presence.py`. Both take turns on the same study, which is loaded anew
for each time that `presence` is asked, since answers are remembered; memory is measured in processes of their own.
Written to bench/results/presence.md.
"""

import json
import statistics
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from processes import in_a_process, report

from plrlib import Study, load_study, presence

RESULTS = Path(__file__).resolve().parent / "results" / "presence.md"
SIZES = ((500_000, 300), (1_500_000, 300), (5_000_000, 300), (5_000_000, 3_000))
CODES, CODINGS, ROUNDS, AIM = 50, 2, 5, 1.5

ABOUT = (
    f"Every excerpt names its speaker and has {CODINGS} of {CODES} codes. Processor seconds, median of {ROUNDS} rounds"
    " in turns after one that is not counted; both must count the same people and excerpts. numpy does what somebody"
    " would write by hand for this one question: it knows no population, no event, no second coder and nothing"
    " unknown. Memory is the most that each took at once beside the study, in a process of its own."
)


def study_of(n_excerpts: int, n_people: int) -> Study:
    """Return a simulated study in which every excerpt names its speaker and has two of fifty codes."""
    rng = np.random.default_rng(1)
    like = load_study("worked-example")

    def categorical(prefix: str, codes: np.ndarray, n: int) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, categories=pd.Index([f"{prefix}{i}" for i in range(n)], dtype="str"))

    participants = like.participants.iloc[np.arange(n_people) % len(like.participants)].reset_index(drop=True)
    participants["participant"] = categorical("P", np.arange(n_people), n_people)
    for column in ("sector", "role"):  # two of each: everybody is somebody whom the grouping is about
        kinds = like.participants[column].dtype
        participants[column] = pd.Categorical.from_codes(rng.integers(0, 2, n_people), dtype=kinds)
    excerpts = like.excerpts.iloc[:0].reindex(range(n_excerpts))
    excerpts["excerpt"] = categorical("E", np.arange(n_excerpts), n_excerpts)
    excerpts["participant"] = pd.Categorical.from_codes(
        rng.integers(0, n_people, n_excerpts), dtype=participants["participant"].dtype
    )
    codebook = like.codebook.iloc[:0].reindex(range(CODES + 1))
    names = pd.Index(["T", *(f"c{i}" for i in range(CODES))], dtype="str")
    codebook["code"] = pd.Categorical(names, categories=names)
    codebook["parent"] = pd.Categorical([None] + ["T"] * CODES, categories=names)
    codebook["label"] = names
    n, half = n_excerpts * CODINGS, CODES // CODINGS
    code = rng.integers(1, half + 1, n) + (np.arange(n) % CODINGS) * half
    excerpt = np.repeat(np.arange(n_excerpts), CODINGS)
    codings = pd.DataFrame(
        {
            "excerpt": pd.Categorical.from_codes(excerpt, dtype=excerpts["excerpt"].dtype),
            "coder": pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index(["first"])),
            "code": pd.Categorical.from_codes(code.astype(np.int8), dtype=codebook["code"].dtype),
        }
    )
    empty = {name: getattr(like, name)[:0] for name in ("envelopes", "asked", "attendance", "margins", "words")}
    return replace(like, participants=participants, excerpts=excerpts, codebook=codebook, codings=codings, **empty)


def in_numpy(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Return by sector and code the people who raised it and their excerpts: what somebody would write by hand."""
    speaker = study.excerpts["participant"].cat.codes.to_numpy()
    excerpt = study.codings["excerpt"].cat.codes.to_numpy()
    n_people, n_codes = len(study.participants), len(study.codebook)
    place = speaker[excerpt].astype(np.int64) * n_codes + study.codings["code"].cat.codes.to_numpy()
    excerpts = np.bincount(place, minlength=n_people * n_codes).reshape(n_people, n_codes)
    sector = study.participants["sector"].cat.codes.to_numpy()
    of_sector = [excerpts[sector == i][:, 1:] for i in (0, 1)]
    return np.stack([some.astype(bool).sum(axis=0) for some in of_sector]), np.stack([s.sum(axis=0) for s in of_sector])


def ours(study: Study) -> pd.DataFrame:
    return presence(replace(study), "sector", level="code")


def timed(n_excerpts: int, n_people: int) -> tuple[float, float]:
    """Return the median processor seconds of `presence` and of numpy; both must say the same."""
    study = study_of(n_excerpts, n_people)
    seconds: dict[str, list[float]] = {"ours": [], "numpy": []}
    for i in range(-1, ROUNDS):
        begun = time.process_time()
        people, excerpts = in_numpy(study)
        between = time.process_time()
        found = ours(study)
        ended = time.process_time()
        for name, counted in (("lower", people), ("upper", people), ("excerpts", excerpts)):
            assert (counted == found[name].to_numpy().reshape(CODES, 2).T).all()
        if i >= 0:
            seconds["numpy"].append(between - begun)
            seconds["ours"].append(ended - between)
    return statistics.median(seconds["ours"]), statistics.median(seconds["numpy"])


def main() -> None:
    """Measure every size, and write what came out."""
    rows, found = [], {}
    for n, people in SIZES:
        took, by_hand = found[n, people] = timed(n, people)
        with_ours, with_numpy = (
            in_a_process(__file__, what, Path(f"{n}-{people}"))["MB"] for what in ("ours", "numpy")
        )
        rows.append(
            f"| {n:,} | {n * CODINGS:,} | {people:,} | {took:.3f} | {by_hand:.3f} | {took / by_hand:.2f} |"
            f" {with_ours:,.0f} | {with_numpy:,.0f} |"
        )
    sizes = np.log([n for n, people in SIZES if people == SIZES[0][1]])
    grows = [np.polyfit(sizes, np.log([found[s][i] for s in SIZES if s[1] == SIZES[0][1]]), 1)[0] for i in (0, 1)]
    lines = [
        "# Presence in a large simulated study",
        "",
        ABOUT,
        "",
        f"| excerpts | codings | people | `presence` | numpy | ratio (aim: at most {AIM}) | MB, ours | MB, numpy |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        f"Time grows with the number of excerpts to the power of {grows[0]:.2f} (numpy: {grows[1]:.2f}).",
    ]
    report(RESULTS, lines, "numpy", "pandas")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        what, size = sys.argv[1:]
        big = study_of(*map(int, Path(size).name.split("-")))
        tracemalloc.start()
        {"ours": ours, "numpy": in_numpy}[what](big)
        print(json.dumps({"MB": tracemalloc.get_traced_memory()[1] / 1e6}))
    else:
        main()
