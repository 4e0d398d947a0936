"""What notebook 03 shows of agreement: coders of different kinds first, then those of one kind."""

from itertools import combinations

import numpy as np
import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.charts.dots import Look
from plrlib.show.charts.strips import Scale, strips
from plrlib.show.display import MISSING, Say, Table, say
from plrlib.show.figure import AMBER, BLUE, GREY, RED, Picture, picture
from plrlib.show.labels import labels
from plrlib.stats.agreement import EXCERPTS, OVERALL, agreement, alike_excerpts, coders_of, ratings
from plrlib.stats.themes import kind_of, sorters
from plrlib.study.load import Study
from plrlib.text import count, few, joined, share

DONE = {"code": ("gave the same codes to", ""), "theme": ("put", " in the same envelope")}
COLOURS, SHAPES = (BLUE, RED, AMBER, GREY), ("o", "s", "D", "^")
MOST_LINES = 4
"""So many pairs are drawn beside each other at most."""
Pair = tuple[str, str]


def agreement_say(study: Study, unit: str) -> Say:
    """Return how far coders agree, those of different kinds first; then who agrees because they are alike.

    Parameters
    ----------
    study
        A study.
    unit
        `code` or `theme`, as in `agreement`.
    """
    try:
        found = _of_pairs(study, unit)
    except NotInStudy as error:
        return say(str(error))
    apart, alike = _kinds(study, unit)
    told = [_pair_say(study, unit, found, pair) for pair in apart]
    same = [f"{_pair_say(study, unit, found, pair)} They are of one kind: that says little." for pair in alike]
    if not apart:
        told.append("All coders are of one kind, so that their agreement says little of how clear the themes are.")
    what = (
        "Alpha is agreement beyond chance: 1 is always, 0 no better than if each had dealt out what they gave blindly."
    )
    return say(*told, _least_say(study, unit, found, apart), what, _interval_say(study, unit, found), *same)


def _pair_say(study: Study, unit: str, found: pd.DataFrame, pair: Pair) -> str:
    raw, alpha = (_row(found, pair, c, OVERALL) for c in ("raw", "alpha"))
    who, n = joined(pair), int(raw["n"])
    if n == 0:
        return f"{who} saw no excerpt both."
    same = round(float(raw["estimate"]) * n)
    before, after = DONE[unit]
    first = f"{who} {before} {share(same, n, 'excerpt')}{after}"
    if pd.isna(alpha["estimate"]):
        return f"{first}; nothing varied, so that no agreement beyond chance can be told."
    return f"{first}: alpha {_span(alpha)}."


def _least_say(study: Study, unit: str, found: pd.DataFrame, apart: list[Pair]) -> str:
    """Return what the first two coders of different kinds agree on least."""
    if not apart:
        return ""
    rows = _rows(found, apart[0], "alpha")
    rows = rows[(rows["target"] != OVERALL) & rows["estimate"].notna() & (rows["estimate"] < 1)]
    named = _names(study, unit)
    least = rows.sort_values("estimate", kind="stable").head(3)
    some = few(f"“{named[t]}” (alpha {e:.2f})" for t, e in zip(least["target"], least["estimate"], strict=True))
    return f"Least agreed on by {joined(apart[0])}: {some}." if len(least) else ""


def _interval_say(study: Study, unit: str, found: pd.DataFrame) -> str:
    """Return what the intervals are, and why they are optimistic where they are."""
    kinds = set(found.loc[found["resampled"].notna(), "resampled"])
    if not kinds:
        return "No interval is given: nothing disagrees, or there is too little to resample."
    base = "In brackets: between which values it lies in 95 of 100 resamples"
    if EXCERPTS not in kinds:
        return f"{base} of whole events."
    seen = ratings(study, unit, coders_of(study, unit)).seen.sum(axis=0) > 1
    place = study.prepared.only_event[seen]
    nowhere, events = int((place < 0).sum()), len(np.unique(place[place >= 0]))
    why = f"{nowhere} of {len(place)} are in no one event" if nowhere else f"there are but {count(events, 'event')}"
    return f"{base} of excerpts. That is optimistic, for excerpts of one event are alike; to draw events, {why}."


def agreement_table(study: Study, unit: str) -> Table | Say:
    """Return a row a pair of coders: whether they are of one kind, and each coefficient over all."""
    try:
        found = _of_pairs(study, unit)
    except NotInStudy:
        return say("So there is no table.")
    apart, alike = _kinds(study, unit)
    rows = []
    for pair in (*apart, *alike):
        values = {c: _row(found, pair, c, OVERALL) for c in ("raw", "alpha", "kappa", "AC1")}
        n = int(values["raw"]["n"])
        same = MISSING if n == 0 else f"{round(float(values['raw']['estimate']) * n)} of {n}"
        kind = "one kind" if pair in alike else "different kinds"
        rows.append((joined(pair), kind, same, *(_span(values[c]) for c in ("alpha", "kappa", "AC1"))))
    head = {"code": "same set of codes", "theme": "same envelope"}[unit]
    columns = ["coders", "of", head, "alpha", "Cohen's kappa", "Gwet's AC1"]
    what = {"code": "codes they gave (alpha: by how unlike the sets are)", "theme": "envelopes"}[unit]
    behind = {(i, head): alike_excerpts(study, unit, pair) for i, pair in enumerate((*apart, *alike))}
    return Table(pd.DataFrame(rows, columns=columns), f"Agreement of each two coders on the {what}", behind)


def agreed_table(study: Study, unit: str) -> Table | Say:
    """Return a row a theme or code: how many excerpts each coder gave it to, and alpha between kinds."""
    try:
        found = _of_pairs(study, unit)
    except NotInStudy:
        return say("So there is no table.")
    chosen = _drawn(study, unit)
    coders = list(dict.fromkeys(coder for pair in chosen for coder in pair))
    given = ratings(study, unit, coders)
    named = _names(study, unit)
    frame = pd.DataFrame({unit: [named[code] for code in given.codes]})
    for r, coder in enumerate(coders):
        frame[coder] = given.given[r].sum(axis=0)
    for pair in chosen:
        frame[f"alpha, {joined(pair)}"] = [_span(_row(found, pair, "alpha", code)) for code in given.codes]
    kept, names = np.flatnonzero(frame[coders].sum(axis=1) > 0), study.excerpts["excerpt"].astype(str)
    behind = {
        (i, coder): list(names[given.given[r, :, c]]) for i, c in enumerate(kept) for r, coder in enumerate(coders)
    }
    about = f"Excerpts that each coder gave each {unit}, and agreement on it beyond chance"
    return Table(frame.iloc[kept], about, behind)


def agreement_picture(study: Study, unit: str) -> Picture | Say:
    """Return a picture of alpha by theme or code, with its interval, for coders of different kinds."""
    try:
        found = _of_pairs(study, unit)
    except NotInStudy:
        return say("So there is nothing to draw.")
    chosen = _drawn(study, unit)
    given = ratings(study, unit, list(dict.fromkeys(c for pair in chosen for c in pair)))
    named = _names(study, unit)
    used = [c for c, code in enumerate(given.codes) if given.given[:, :, c].any()]
    looks = {joined(pair): Look(COLOURS[i], SHAPES[i], joined(pair)) for i, pair in enumerate(chosen)}
    rows = [
        (named[given.codes[c]], joined(pair), _row(found, pair, "alpha", given.codes[c]))
        for c in used
        for pair in chosen
    ]
    lines = pd.DataFrame(
        {
            "group": [group for group, _, _ in rows],
            "count": [_agreeing(row, found, who) for _, who, row in rows],
            "low": [_float(row["low"]) for _, _, row in rows],
            "at": [_float(row["estimate"]) for _, _, row in rows],
            "high": [_float(row["high"]) for _, _, row in rows],
            "look": [who for _, who, _ in rows],
            "words": ["nothing varied" if pd.isna(row["estimate"]) else "" for _, _, row in rows],
            "after": "",
        }
    )  # fmt: skip
    lowest = min([0.0, *lines["at"].dropna(), *lines["low"].dropna()])
    start = max(-1.0, np.floor(lowest * 2) / 2) - 0.05
    ticks = {t: text for t, text in ((-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")) if t >= start}
    scale = Scale(start, 1.08, ticks, "alpha: 0 as by chance, 1 always agreed", middle=0.0)
    title = _pair_say(study, unit, found, chosen[0])
    figure = strips(lines, scale, looks, title.rstrip("."), (unit, "alike", ""))
    numbers = pd.DataFrame(
        [
            (group, who, _agreeing(row, found, who), *(_rounded(row[c]) for c in ("estimate", "low", "high")))
            for group, who, row in rows
        ],
        columns=[unit, "coders", "alike", "alpha", "from", "to"],
    )  # fmt: skip
    told = "; ".join(f"{g}, {w}: {'nothing varied' if pd.isna(r['estimate']) else _span(r)}" for g, w, r in rows)
    caption = (
        f"A mark is alpha, how far two coders agree beyond chance on whether an excerpt has the {unit}; its line is "
        f"where it lies in 95 of 100 resamples. “Alike” counts the excerpts on which they agree. {title}"
    )
    behind = {
        (i, "alike"): alike_excerpts(study, unit, pair, given.codes[c])
        for i, (c, pair) in enumerate((c, pair) for c in used for pair in chosen)
    }
    return picture(figure, study, caption, f"A row a {unit}, with alpha and its interval. {told}.", numbers, behind)


def _agreeing(row: "pd.Series[float]", found: pd.DataFrame, who: str) -> str:
    """Return on how many excerpts a pair agrees whether they have a code."""
    raw = found[(found["who"] == who) & (found["coefficient"] == "raw") & (found["target"] == row["target"])].iloc[0]
    n = int(raw["n"])
    return f"{round(float(raw['estimate']) * n)} of {n}" if n else MISSING


def _of_pairs(study: Study, unit: str) -> pd.DataFrame:
    found = agreement(study, unit, "pairs")
    names = {", ".join(pair): joined(pair) for pair in combinations(coders_of(study, unit), 2)}
    return found.assign(who=found["coders"].map(names))


def _kinds(study: Study, unit: str) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs of coders of different kinds, the first coder's before others, and those of one kind."""
    order = coders_of(study, unit)
    first = sorters(study)[0] if unit == "theme" else order[0]
    every = sorted(combinations(order, 2), key=lambda pair: first not in pair)
    apart = [pair for pair in every if kind_of(study, pair[0]) != kind_of(study, pair[1])]
    return apart, [pair for pair in every if pair not in apart]


def _drawn(study: Study, unit: str) -> list[Pair]:
    """Return the first coder with one of each other kind; where all are of one kind, the first two."""
    apart, alike = _kinds(study, unit)
    first = apart[0][0] if apart else ""
    chosen: dict[frozenset[str], Pair] = {}
    for pair in apart:
        if first in pair:
            chosen.setdefault(frozenset(kind_of(study, coder) for coder in pair), pair)
    return [*chosen.values()][:MOST_LINES] or alike[:1]


def _rows(found: pd.DataFrame, pair: Pair, coefficient: str) -> pd.DataFrame:
    return found[(found["who"] == joined(pair)) & (found["coefficient"] == coefficient)]


def _row(found: pd.DataFrame, pair: Pair, coefficient: str, target: str) -> "pd.Series[float]":
    rows = _rows(found, pair, coefficient)
    return rows[rows["target"] == target].iloc[0]


def _span(row: "pd.Series[float]") -> str:
    """Return an estimate with its interval: `0.79 (0.67 to 0.90)`."""
    if pd.isna(row["estimate"]):
        return MISSING
    value = f"{float(row['estimate']):.2f}"
    return value if pd.isna(row["low"]) else f"{value} ({float(row['low']):.2f} to {float(row['high']):.2f})"


def _names(study: Study, unit: str) -> dict[str, str]:
    return {study.settings.left_over: "left over", **labels(study)} if unit == "theme" else labels(study)


def _float(value: object) -> float:
    return float("nan") if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _rounded(value: object) -> float | None:
    return None if pd.isna(value) else round(float(value), 2)  # type: ignore[call-overload, arg-type]
