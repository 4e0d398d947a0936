"""Make the worked example: draw a study by a plan, and put words to it. Nobody said any of it.

    python data/raw/worked-example/make.py              writes the tables beside this file
    python data/raw/worked-example/make.py --power N    draws N other studies and prints what README.md tells of power

The seed is study.toml's; it was fixed before anything was drawn. Letters: P people, C codes.
"""

import argparse
import tomllib
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import logit

from plrlib import Coder, Plan, Room, Simulated, change, files_of, simulate
from plrlib.study.settings import FILE
from plrlib.stats.comparison.verdict import DIFFERS, judge
from plrlib.study.settings import read_settings

HERE = Path(__file__).resolve().parent
SETTINGS = read_settings(HERE / FILE)[0]
PHRASES = tomllib.loads((HERE / "phrases.toml").read_text(encoding="utf-8"))
ROLES = {"M": "manager", "P": "practitioner", "Y": "young_person"}
KINDS = {
    "v": ("sector", "voluntary"),
    "s": ("sector", "statutory"),
    "t": ("provision", "targeted"),
    "u": ("provision", "universal"),
}

# A word a person. v, s: sector; t, u: provision; l: lead professional; i: interviewed again; n: words may not be shown.
ROOMS = {
    "FG-M1": "vi v vn si s",
    "FG-M2": "vi v s s sn",
    "FG-M3": "vi v v si s",
    "FG-P1": "vi vl s sli sn",
    "FG-P2": "vli vl v si sl",
    "FG-P3": "vl vn sli sl s",
    "FG-Y1": "ti t t ui un",
    "FG-Y2": "ti tn u u u",
    "FG-Y3": "ti t t ui u",
}

# How likely an average person in an average room is to raise a theme: anybody, and whoever it was planted for.
ANYBODY = {"T1": 0.5, "T2": 0.5, "T3": 0.5, "T4": 0.9, "T5": 0.1, "T6": 0.5}
PLANTED = {
    ("sector", "voluntary", "T1"): 0.92,
    ("sector", "statutory", "T1"): 0.08,
    ("role", "manager", "T2"): 0.97,
    ("role", "young_person", "T2"): 0.03,
    ("lead_professional", "yes", "T2"): 0.95,  # practitioners: those who lead, and not the others
    ("lead_professional", "no", "T2"): 0.05,
    ("provision", "targeted", "T3"): 0.98,
    ("provision", "universal", "T3"): 0.02,
    ("hearing", "second", "T5"): 0.9,
}
STANCE = {("sector", "statutory", "T4", "opposes"): 0.95}
CHANGED = {"first": 0.0, "second": 0.125}
WAYS = {
    "supports": ("openers", "closers", "Says that {}."),
    "qualifies": ("openers", "reservations", "Says that {}, with a reservation."),
    "opposes": ("against", "endings", "Does not agree that {}."),
}


def person(room: str, marks: str) -> dict[str, str]:
    """Return what is known of somebody, from a word of ROOMS."""
    role = ROLES[room[3]]
    known = {"role": role, "sector": "", "provision": "", "lead_professional": ""}
    if role == "practitioner":
        known["lead_professional"] = "yes" if "l" in marks else "no"
    known |= {column: level for mark, (column, level) in KINDS.items() if mark in marks}
    return known | {"interviewed": "yes" if "i" in marks else "no", "consent_quote": "no" if "n" in marks else "yes"}


def design() -> tuple[Plan, dict[tuple[str, ...], float]]:
    """Return the plan, and what is planted: log odds by code that make the probabilities by theme."""
    under = {theme["code"]: tuple(code["code"] for code in theme["codes"]) for theme in PHRASES["themes"]}
    each = {code: chance(ANYBODY[theme], len(codes)) for theme, codes in under.items() for code in codes}
    effects = {
        (column, level, code): float(logit(chance(p, len(under[theme]))) - logit(each[code]))
        for (column, level, theme), p in PLANTED.items()
        for code in under[theme]
    }
    plan = Plan(
        rooms=tuple(
            Room(room, tuple((person(room, marks), 1) for marks in words.split())) for room, words in ROOMS.items()
        ),
        groupings=SETTINGS.groupings,
        populations=SETTINGS.populations,
        comparisons=SETTINGS.comparisons,
        privacy=SETTINGS.privacy,
        name=SETTINGS.id,
        themes=under,
        popularity=each,
        propensity=0.3,
        event_sd=0.2,
        talk=0.3,
        steadiness=0.3,
        again=("interviewed", "yes"),
        coders=tuple(Coder(name, kind, CHANGED[name]) for name, kind in SETTINGS.coders.items()),
    )
    return plan, effects | STANCE


def chance(theme: float, codes: int) -> float:
    """Return the probability of each of so many codes with which somebody raises at least one of them."""
    return 1 - (1 - theme) ** (1 / codes)


def tables(seed: int = SETTINGS.seed) -> dict[str, str]:
    """Return the content of every CSV file by its name."""
    study = simulate(*design(), seed)
    files = files_of(study)
    del files[FILE]
    who = {"M": "managers", "P": "practitioners", "Y": "young people", "a": "one person"}
    events = study.events.assign(
        who=[who[event[3] if event.startswith("FG") else "a"] for event in study.events["event"]]
    )
    files["events.csv"] = written(events[["event", "kind", "who", "participants", "order"]])
    files["excerpts.csv"] = written(worded(study, np.random.default_rng([seed, 1])))
    codes = [theme | code | {"parent": above} for theme in PHRASES["themes"] for code, above in below(theme)]
    codebook = pd.DataFrame(codes)[["code", "parent", "label", "market_side", "statement", "definition"]]
    files["codebook.csv"] = written(codebook)
    files["claims.csv"] = written(pd.DataFrame(PHRASES["claims"]))
    return dict(sorted(files.items()))


def below(theme: dict) -> list[tuple[dict, str]]:
    """Return a theme and the codes under it, each with what it stands under."""
    return [({"market_side": ""}, ""), *(({"statement": ""} | code, theme["code"]) for code in theme["codes"])]


def written(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def worded(study: Simulated, rng: np.random.Generator) -> pd.DataFrame:
    """Return the excerpts with words and gist: a clause of the code, said as the stance has it. No words come twice."""
    of = {code["code"]: sayings(code["says"]) for theme in PHRASES["themes"] for code in theme["codes"]}
    left = {(code, stance): list(rng.permutation(said)) for code, by in of.items() for stance, said in by.items()}
    meant = (frame[frame["coder"] == SETTINGS.reference_coder] for frame in (study.codings, study.envelopes))
    codings, envelopes = meant
    rows = [left[code, stance].pop() for code, stance in zip(codings["code"], envelopes["stance"], strict=True)]
    frame = study.excerpts[["excerpt", "participant", "event"]].assign(form="quoted")
    frame[["text", "gist"]] = rows
    return frame


def sayings(clauses: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each stance every way to say one of these clauses, with its gist."""
    return {
        stance: [
            (f"{start.format(clause) if '{}' in start else f'{start} {clause}'}{end}.", gist.format(clause))
            for clause, start, end in product(clauses, PHRASES[before], PHRASES[after])
        ]
        for stance, (before, after, gist) in WAYS.items()
    }


def power(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw n studies with the seeds 1 to n.

    Returns
    -------
    shares
        The share of people at each level who raise each theme when first heard: true, as nothing is blurred.
    found
        In how many studies each comparison finds each theme: the three planned ones at their third of alpha; the
        sectors' opposing, which is exploratory, and change at all of it.
    """
    plan, effects = design()
    planned = [(by, None, 0.05 / len(SETTINGS.comparisons)) for by in SETTINGS.groupings]
    levels = {f"{by}: {key}": (by, key) for by, grouping in SETTINGS.groupings.items() for key in grouping.levels}
    shares = pd.DataFrame(0.0, index=list(plan.under), columns=list(levels))
    found = pd.DataFrame(0, index=list(plan.under), columns=[*SETTINGS.groupings, "sector, opposing", "change"])
    for seed in range(1, n + 1):
        study = simulate(plan, effects, seed)
        raised = study.raised("theme")
        for name, (by, key) in levels.items():
            shares[name] += raised[(study.participants[by] == key).to_numpy()].mean(axis=0) / n
        for by, stance, alpha in [*planned, ("sector", "opposes", 0.05)]:
            verdicts = judge(study, study.grouping(by), "theme", stance, study.settings.reference_coder, alpha).verdicts
            found[f"{by}, opposing" if stance else by] += np.array(verdicts) == DIFFERS
        found["change"] += (change(study)["verdict"] == "changed").to_numpy()
    return shares, found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--power", type=int, metavar="N", help="draw N studies and print how often each test finds something"
    )
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER", help="write the tables there")
    given = parser.parse_args(arguments)
    if n := given.power:
        shares, found = power(n)
        print(shares.round(2).T.to_string(), f"\n\nFound, in how many of {n} studies:", found.T.to_string(), sep="\n")
        return
    for name, text in tables().items():
        (given.to / name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
