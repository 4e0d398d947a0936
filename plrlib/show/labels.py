"""What levels, codes and verdicts are called, and how a count of people and a chance are read out."""

from collections.abc import Mapping, Sequence

import pandas as pd

from plrlib.study.evidence import LEVELS, reading_columns, reading_values
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import count, inner, joined, plural

PLURAL = ("people", "children", "men", "women", "staff")
SCALES = (100, 1000, 10000)
TINY = 1e-9


def reading_labels(study: Study, column: str) -> dict[str, str]:
    """Return the label of each value of a column; the value itself where study.toml has none."""
    read = study.settings.readings.get(column)
    given = read.levels if read else {}
    return {value: given.get(value, value) for value in reading_values(study, column)}


def noun(study: Study, level: str) -> str:
    """Return what one of the codes of a level is called in a sentence: `theme`, `code`, `side of the market`."""
    read = study.settings.readings.get(level)
    if level in LEVELS:
        return level
    return inner(read.label) if read and read.label != level else f"value of {level}"


def labels(study: Study, level: str = "code") -> dict[str, str]:
    """Return the label of each code, or of each value of a reading; the code itself where it has none."""
    if level not in LEVELS:
        return reading_labels(study, level)
    texts = study.codebook["label"].astype("object").where(study.codebook["label"].notna(), study.codebook["code"])
    return dict(zip(study.codebook["code"], texts, strict=True))


def level_of(study: Study, codes: Sequence[str]) -> str:
    """Return `theme` if all codes stand under nothing, a reading if all are its values, otherwise `code`."""
    if set(codes) <= set(study.themes["code"]):
        return "theme"
    of = (name for name in reading_columns(study) if set(codes) <= set(reading_values(study, name)))
    return "code" if set(codes) <= set(study.codebook["code"]) else next(of, "code")


def whom(grouping: Grouping, key: str) -> str:
    """Return the people at a level as a sentence names them: `voluntary staff`, `managers`."""
    return " ".join(filter(None, _named(grouping, key)))


def _named(grouping: Grouping, key: str) -> tuple[str, str]:
    """Return the name of a level, and the noun that it needs beside it; blank where it is one by itself."""
    name = inner(grouping.levels[key])
    last = name.split()[-1] if name else ""
    plural = last in PLURAL or (last.endswith("s") and not last.endswith("ss"))
    return name, "" if plural else grouping.population or "people"


def everybody(grouping: Grouping, numbers: Mapping[str, str] | None = None) -> str:
    """Return the people at all levels, with a number before each: `5 of 7 voluntary and none of 7 statutory staff`."""
    named = {key: _named(grouping, key) for key in grouping.levels if numbers is None or key in numbers}
    before = {key: f"{numbers[key]} " if numbers else "" for key in named}
    nouns = {noun for _, noun in named.values()}
    if len(nouns) == 1 and "" not in nouns:
        return f"{joined(before[key] + name for key, (name, _) in named.items())} {nouns.pop()}"
    return joined(before[key] + whom(grouping, key) for key in named)


def raised(lower: int, upper: int) -> str:
    """Return how many people, in numbers: `5`, `none`, `1 to 7`."""
    return f"{lower} to {upper}" if lower < upper else str(lower or "none")


def of(lower: int, upper: int, n: int) -> str:
    """Return how many of n people, in numbers: `5 of 7`, `none of 7`, `1 to 7 of 7`."""
    return f"{raised(lower, upper)} of {n}"


def counts_say(grouping: Grouping, rows: pd.DataFrame) -> str:
    """Return the counts of one code at all levels, from its rows of `presence`.

    As in `5 of 7 voluntary and none of 7 statutory staff`.
    """
    parts = zip(rows["group"], rows["lower"], rows["upper"], rows["n"], strict=True)
    return everybody(grouping, {str(key): of(lower, upper, n) for key, lower, upper, n in parts})


def chance(p: float, bar: float | None = None) -> str:
    """Return a probability as so many of 100: `2 of 100`, `fewer than 1 of 100`.

    Where it would read the same as the bar it is held against, it is given of 1,000 or 10,000.
    """
    scale = next((s for s in SCALES if bar is None or round(s * p) != round(s * bar)), SCALES[-1])
    parts = round(scale * p)
    if parts == 0:
        return f"fewer than 1 of {scale:,}"
    if parts == scale and p < 1 - TINY:
        return f"more than {scale - 1:,} of {scale:,}"
    return f"{parts} of {scale:,}"


def chances(low: object, high: object, bar: float | None = None) -> str:
    """Return a range of probabilities as so many of 100; blank where it is not known."""
    if pd.isna(low) or pd.isna(high):  # type: ignore[call-overload]
        return ""
    ends = [chance(float(p), bar) for p in (low, high)]  # type: ignore[arg-type]
    if ends[0] == ends[1]:
        return ends[0]
    first = ends[0].removesuffix(" of 100") if all(end.endswith(" of 100") for end in ends) else ends[0]
    return f"from {first} to {ends[1]}" if first.startswith("fewer") else f"{first} to {ends[1]}"


def kinds(one: str, n: int) -> str:
    """Return a number of themes, codes, or values of a reading: `7 themes`, `1 code`, `4 sides of the market`."""
    return count(n, one, plural(one))
