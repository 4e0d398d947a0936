"""Time `load_study` against vectorised pandas that makes the same checks, on large studies.

Run from the project's folder: `python bench/bench_load.py`. Three sizes; every measurement is a process of its own,
and the two take turns. Written to bench/results/load.md: what each side does, the median seconds of several rounds with
their ratio, how they grow, and the memory at its highest.
"""

import hashlib
import json
import math
import random
import statistics
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from processes import in_a_process, peak

import plrlib
from plrlib import load_study

SIZES, ROUNDS, AIM = (10_000, 30_000, 100_000), 7, 1.2
PEOPLE, EVENTS, CODINGS_EACH, THEMES, CODES = 2_000, 200, 3, 8, 60
WORDS = [
    "we",
    "asked",
    "for",
    "help",
    "and",
    "they",
    "said",
    "there",
    "was",
    "none",
    "so",
    "the",
    "school",
    "rang",
    "us",
]
TOML = """\
[study]
id = "large"
kind = "simulated"
reference_coder = "anna"

[coders]
anna = { kind = "researcher" }
ben = { kind = "researcher" }

[populations]
staff = { role = ["manager", "practitioner"] }

[groupings.sector]
label = "Sector"
column = "sector"
levels = { voluntary = "Voluntary", statutory = "Statutory" }
population = "staff"
"""
RESULTS = Path(__file__).resolve().parent / "results" / "load.md"


def write_study(folder: Path, size: int) -> None:
    """Write a study of that many excerpts: nine in ten are named, the others attributed to an event and a role."""
    rng = random.Random(20090201)
    roles, sectors = ("manager", "practitioner", "young_person"), ("voluntary", "statutory", "")
    people = [
        (
            f"R{i:05}",
            roles[i % 3],
            sectors[i % 2 if i % 3 == 2 else i % 7 % 3],
            f"FG{i % EVENTS:03}",
            "yes" if i % 4 else "",
        )
        for i in range(PEOPLE)
    ]
    events = [(f"FG{v:03}", "focus group", PEOPLE // EVENTS, v + 1) for v in range(EVENTS)]
    excerpts = []
    for e in range(size):
        who = people[rng.randrange(PEOPLE)]
        attribution = ("", who[3], who[1]) if e % 10 == 0 else (who[0], who[3], "")
        text = " ".join(rng.choices(WORDS, k=25))
        excerpts.append((f"E{e:06}", *attribution, "quoted", f'"{text}, {text[:20]}"', text[:60]))
    codebook = [(f"T{t}", "", f"Theme {t}") for t in range(THEMES)]
    codebook += [(f"code-{c}", f"T{c % THEMES}", f"Code {c}") for c in range(CODES)]
    codings = [
        (f"E{e:06}", "ben" if e % 5 == 0 else "anna", f"code-{c}")
        for e in range(size)
        for c in rng.sample(range(CODES), CODINGS_EACH)
    ]
    tables = {
        "participants": ("participant,role,sector,focus_group,consent_quote", people),
        "events": ("event,kind,participants,order", events),
        "excerpts": ("excerpt,participant,event,role,form,text,gist", excerpts),
        "codebook": ("code,parent,label", codebook),
        "codings": ("excerpt,coder,code", codings),
    }
    for name, (header, rows) in tables.items():
        lines = [header, *(",".join(map(str, row)) for row in rows), ""]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8", newline="")
    (folder / "study.toml").write_text(TOML, encoding="utf-8", newline="")


# The same in vectorised pandas, for these five tables and no others.

IDS = {
    "participants": {"participant": "participants", "focus_group": "events"},
    "events": {"event": "events"},
    "excerpts": {"excerpt": "excerpts", "participant": "participants", "event": "events"},
    "codebook": {"code": "codebook", "parent": "codebook"},
    "codings": {"excerpt": "excerpts", "coder": "coders", "code": "codebook"},
}
KEYS = {
    "participants": ["participant"], "events": ["event"], "excerpts": ["excerpt"], "codebook": ["code"],
    "codings": ["excerpt", "coder", "code"],
}  # fmt: skip
CHOICES = {
    "participants": {"role": None, "sector": None, "consent_quote": ("yes", "no")},
    "events": {"kind": ("focus group", "interview")},
    "excerpts": {"role": None, "form": ("quoted", "reported")},
    "codebook": {},
    "codings": {},
}
WHOLE = {"events": ["participants", "order"]}


def none_of(wrong: pd.Series | np.ndarray, what: str) -> None:
    """Stop where a check finds something."""
    if np.any(wrong):
        raise ValueError(f"{what}: {int(np.sum(wrong))}")


def with_pandas(folder: Path) -> dict[str, pd.DataFrame]:
    """Read, check and type the study; what is at fault is counted, not told one by one."""
    settings = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    tables, digests = {}, {}
    for name, ids in IDS.items():
        data = (folder / f"{name}.csv").read_bytes()
        digests[name] = hashlib.sha256(data).hexdigest()
        tables[name] = pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False, engine="pyarrow")
        few = [*ids, *CHOICES[name]]
        tables[name] = tables[name].astype(dict.fromkeys(few, "category"))
    for name, table in tables.items():
        check_table(name, table)
    check_keys(tables, settings)
    check_people(tables, settings)
    return typed(tables, settings)


def distinct(cells: pd.Series) -> pd.Index:
    """Return the distinct values of a column."""
    return cells.cat.categories if isinstance(cells.dtype, pd.CategoricalDtype) else pd.Index(cells)


def check_table(name: str, table: pd.DataFrame) -> None:
    """Check headers, blanks, kinds, values allowed, keys, and ids that look alike."""
    none_of(~pd.Index(KEYS[name]).isin(table.columns), "columns that are missing")
    for column in table:
        values = distinct(table[column])
        trimmed = values.str.strip()
        none_of((trimmed == "") & (values != ""), "cells that hold only blanks")
        if column in IDS[name] or column in CHOICES[name]:
            none_of(trimmed != values, "cells that start or end with a blank")
            if name == "excerpts":
                long = (values.str.len() > 60) | (values.str.count(" ") > 4) | values.str.contains("\n")
                none_of(long, "texts in place of an id")
        if CHOICES[name].get(column):
            none_of(~values.isin(["", *CHOICES[name][column]]), "values that are not allowed")
        if column in WHOLE.get(name, ()):
            none_of(~values.str.fullmatch("[0-9]{1,15}"), "cells that are no whole number")
    none_of((table[KEYS[name]] == "").any(axis=1), "keys that are blank")
    none_of(table.duplicated(KEYS[name]), "keys that stand twice")
    if len(KEYS[name]) == 1:
        check_look_alikes(distinct(table[KEYS[name][0]]))


def check_look_alikes(values: pd.Index) -> None:
    """Check that no two ids differ only in blanks, case or leading zeros."""
    plain = values.str.normalize("NFKC").str.replace(r"\s+", "", regex=True).str.casefold()
    none_of(plain.str.replace(r"(?<!\d)0+(?=\d)", "", regex=True).duplicated(), "ids that look alike")


def check_keys(tables: dict[str, pd.DataFrame], settings: dict) -> None:
    """Check that every id is there, what study.toml names, and that codes stand under themes."""
    ids = {name: distinct(tables[name][keys[0]]) for name, keys in KEYS.items() if len(keys) == 1}
    ids["coders"] = pd.Index(list(settings["coders"]), dtype="str")
    for name, columns in IDS.items():
        for column, refers in columns.items():
            values = distinct(tables[name][column])
            if not values.equals(ids[refers]):
                none_of((ids[refers].get_indexer(values) < 0) & (values != ""), "ids that point nowhere")
    none_of(settings["study"]["reference_coder"] not in tables["codings"]["coder"].cat.categories, "reference coder")
    parents = tables["codebook"].astype("str").set_index("code")["parent"]
    above = parents
    for _ in range(len(parents)):
        above = above.map(parents).fillna("")
        if not (above != "").any():
            break
    none_of(above != "", "codes in a circle")


def check_people(tables: dict[str, pd.DataFrame], settings: dict) -> None:
    """Check levels, totals of events, roles of those named, and that every attribution fits somebody."""
    people, events, excerpts = tables["participants"], tables["events"], tables["excerpts"]
    for values in settings["populations"].values():
        for attribute, wanted in values.items():
            none_of(~pd.Index(wanted).isin(people[attribute].cat.categories), "levels that nobody has")
    for grouping in settings["groupings"].values():
        rules = settings["populations"][grouping["population"]]
        about = np.logical_and.reduce([people[attribute].isin(wanted) for attribute, wanted in rules.items()])
        none_of(about & ~people[grouping["column"]].isin(["", *grouping["levels"]]), "levels not declared")
    check_look_alikes(people["role"].cat.categories)
    sizes = people["focus_group"].value_counts()
    heard = events["participants"].astype("int64").to_numpy()
    none_of(events["event"].astype("str").map(sizes).fillna(0).to_numpy() > heard, "events that list too many")
    spoke = ["participant", "event", "role"]
    combinations = excerpts[spoke].drop_duplicates().astype("str")
    none_of((combinations == "").all(axis=1), "excerpts that nobody said")
    combinations = combinations.merge(
        people[["participant", "role", "focus_group"]].astype("str"), "left", "participant"
    )
    named = combinations["participant"] != ""
    differs = (combinations["role_x"] != "") & (combinations["role_x"] != combinations["role_y"])
    none_of(named & differs, "roles that are not the person's")
    elsewhere = named & (combinations["event"] != combinations["focus_group"])
    none_of(elsewhere & (combinations["event"] != ""), "people named where others are listed")
    attributed = combinations.loc[~named, ["event", "role_x"]].rename(columns={"role_x": "role"})
    possible = people.astype("str").groupby(["focus_group", "role"]).size().rename("people").reset_index()
    fits = attributed.merge(possible, "left", left_on=["event", "role"], right_on=["focus_group", "role"])
    none_of(fits["people"].fillna(0) < 1, "attributions that fit nobody")


def typed(tables: dict[str, pd.DataFrame], settings: dict) -> dict[str, pd.DataFrame]:
    """Return the tables with ids of one kind as one categorical, numbers as numbers, blanks missing, words counted."""
    order = {name: tables[name][keys[0]].unique() for name, keys in KEYS.items() if len(keys) == 1}
    order["coders"] = list(settings["coders"])
    dtypes = {name: pd.CategoricalDtype(pd.Index(values, dtype="str")) for name, values in order.items()}
    levels = {grouping["column"]: list(grouping["levels"]) for grouping in settings["groupings"].values()}
    for name, table in tables.items():
        for column in table:
            if column in IDS[name]:
                table[column] = table[column].cat.set_categories(dtypes[IDS[name][column]].categories)
            elif column in CHOICES[name]:
                values = [*levels.get(column, ()), *(CHOICES[name][column] or ()), *table[column].unique()]
                table[column] = table[column].cat.set_categories([*dict.fromkeys(v for v in values if v)])
            elif column in WHOLE.get(name, ()):
                table[column] = table[column].replace("", pd.NA).astype("Int64")
            else:
                table[column] = table[column].where(table[column] != "")
    words = [len(text.split()) if isinstance(text, str) else None for text in tables["excerpts"]["text"].tolist()]
    tables["excerpts"]["n_words"] = pd.array(words, dtype="Int64")
    return tables


# Measured.

HEADS = (
    "excerpts", "codings", "MB of CSV", "seconds: `load_study`", "pandas", "ratio", "of the processor: `load_study`",
    "pandas", "ratio", "MB of memory: `load_study`", "pandas",
)  # fmt: skip
BOTH = (
    "What both do: read five CSV files and study.toml as text; take their digests; check that columns are there; "
    "that no cell holds only blanks, or has blanks around an id; that keys are filled and stand once; that no two "
    "ids look alike but for blanks, case and leading zeros; that no text stands in place of an id; that whole "
    "numbers and choices are allowed; that every id is in the table it points to; that no codes stand in a "
    "circle; that groups are declared, and roles are those of the people named; that events do not list more "
    "people than they had; that every attribution fits somebody; and give ids of one kind one set of categories, "
    "in order, numbers as numbers, blanks as missing, words counted. The pandas side reads with Arrow's parser, "
    "and works on categoricals and masks."
)
BESIDE = (
    "What `load_study` does beside: it serves any study's tables and study.toml, not these five; it gives every "
    "row its line, reads other encodings and separators, finds stray quotation marks and rows of a wrong length, "
    "takes out who has withdrawn, and tells each fault with its row and remedy. The pandas side counts what is "
    "wrong, and stops at it."
)


def measure(what: str, folder: Path) -> dict[str, float]:
    """Do one thing with the study and return seconds, those of the processor, and the most memory used, in MB."""
    start, busy = time.perf_counter(), time.process_time()
    if what.startswith("write"):
        write_study(folder, int(what.removeprefix("write")))
    elif what == "load_study":
        study = load_study(folder)
        assert study.notes.empty
        tables = {"excerpts": study.excerpts, "codings": study.codings}
    elif what == "pandas":
        tables = with_pandas(folder)
    found = {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy, "memory": peak()}
    if what in ("load_study", "pandas"):
        assert len(tables["codings"]) == CODINGS_EACH * len(tables["excerpts"]) > 0
        found["words"] = float(tables["excerpts"]["n_words"].sum())
    return found


def main() -> None:
    """Write the studies, time both ways in turns, and write what came out."""
    measured: dict[tuple[int, str], dict[str, float]] = {}
    sizes = {}
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            folder = Path(name) / str(size)
            folder.mkdir()
            # A process starts with the memory mark of the one that started it, so that writing has one of its own.
            in_a_process(__file__, f"write{size}", folder)
            sizes[size] = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
            rounds = []
            for number in range(ROUNDS):
                rounds.append({what: in_a_process(__file__, what, folder) for what in ("load_study", "pandas")})
                assert rounds[-1]["load_study"]["words"] == rounds[-1]["pandas"]["words"]
                print(f"{size:,} excerpts, round {number + 1} of {ROUNDS}", flush=True)
            imports = in_a_process(__file__, "nothing", folder)["memory"]
            for what in ("load_study", "pandas"):
                units = {u: statistics.median(r[what][u] for r in rounds) for u in ("seconds", "busy", "memory")}
                measured[size, what] = {**units, "memory": units["memory"] - imports}
    lines = page(measured, sizes)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), encoding="utf-8", newline="")
    print("\n".join(lines))


def page(measured: dict[tuple[int, str], dict[str, float]], sizes: dict[int, float]) -> list[str]:
    """Return the lines of the page."""
    rows = []
    for size in SIZES:
        ours, theirs = measured[size, "load_study"], measured[size, "pandas"]
        pairs = [f"{ours[u]:.2f} | {theirs[u]:.2f} | {ours[u] / theirs[u]:.2f}" for u in ("seconds", "busy")]
        memory = f"{ours['memory']:.0f} | {theirs['memory']:.0f}"
        cells = [f"{size:,}", f"{CODINGS_EACH * size:,}", f"{sizes[size]:.0f}", *pairs, memory]
        rows.append(f"| {' | '.join(cells)} |")
    grown = [exponent([measured[size, what]["busy"] for size in SIZES]) for what in ("load_study", "pandas")]
    return [
        "# Loading a large study",
        "",
        f"{PEOPLE:,} people, {EVENTS} events, {CODES} codes, excerpts with their texts. Median of {ROUNDS} rounds, the",
        "two in turns, each in a process of its own; seconds and memory (the highest) are without what imports take.",
        "",
        f"| {' | '.join(HEADS)} |",
        f"|{' ---: |' * 11}",
        *rows,
        "",
        f"Aimed at: a ratio of {AIM} or less at 100,000 excerpts. Seconds of the processor grow with the number of",
        f"excerpts to the power of {grown[0]:.2f} (`load_study`) and {grown[1]:.2f} (pandas).",
        "",
        BOTH,
        "",
        BESIDE,
        "",
        f"plrlib {plrlib.__version__}, pandas {pd.__version__}, Python {sys.version.split()[0]}.",
        "",
    ]


def exponent(seconds: list[float]) -> float:
    """Return the power with which seconds grow, by least squares of the logarithms."""
    logs = [[math.log(value) for value in values] for values in (SIZES, seconds)]
    return statistics.linear_regression(*logs).slope


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
