"""What groups, codes and verdicts are called, and how a number and a chance are read out."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from plrlib.stats.themes import statements
from plrlib.study.evidence import LEVELS, codes_at, reading_values
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import Count, Text, few, inner, joined

PLURAL = ("people", "children", "men", "women", "staff")
SCALES = (100, 1000, 10000)
TINY = 1e-9
FEWER = "fewer than 1"


def noun(study: Study, level: str) -> str:
    """Return what one of the codes of a level is called: `theme`, `code`, `code of depth 2`, `side of the market`."""
    if level in LEVELS or str(level).isdigit():
        return level if level in LEVELS else f"code of depth {level}"
    read = study.settings.readings.get(level)
    return inner(read.label) if read and read.label != level else f"value of {level}"


def is_code(what: str) -> bool:
    """Tell whether a noun is what `noun` calls a theme or a code, and not a value of a column."""
    return what in LEVELS or what.startswith("code of depth ")


def labels(study: Study, level: str = "code") -> dict[str, str]:
    """Return the label of each code, or of each value of a reading; the code itself where it has none."""
    if level not in LEVELS and not str(level).isdigit():
        read = study.settings.readings.get(level)
        given = read.levels if read else {}
        return {value: given.get(value, value) for value in reading_values(study, level)}
    texts = study.codebook["label"].astype("object").where(study.codebook["label"].notna(), study.codebook["code"])
    return dict(zip(study.codebook["code"], texts, strict=True))


def named_codes(study: Study, level: str) -> dict[str, str]:
    """Return the codes of a level in the codebook's order, and what each is called."""
    named = labels(study, level)
    return {code: named[code] for code in codes_at(study, level)[0]}


def stated_labels(study: Study, names: Mapping[str, str], stance: object = True) -> dict[str, str]:
    """Return labels of themes or codes, each with its statement where it has one of its own; blank stance: as given."""
    stated = statements(study) if stance else {}
    return {code: f"{name}: {stated[code]}" if stated.get(code, name) != name else name for code, name in names.items()}


def named_coder(study: Study, coder: str) -> str:
    """Return a coder's name, with the kind where study.toml has one."""
    kind = (study.settings.coders or {}).get(coder)
    return f"{coder} ({kind})" if kind and kind != coder else coder


def named_coders(study: Study, coders: Sequence[str]) -> str:
    """Return the names of some coders, with the kind of one."""
    return named_coder(study, coders[0]) if len(coders) == 1 else few(coders)


def quoted(label: object, ids: Iterable[str] = ()) -> str:
    """Return a label in quotation marks, with a number of excerpts where there are any: `“Money” (3)`."""
    some = tuple(ids)
    return f"“{label}”" + (Text(" (", Count(str(len(some)), some), ")") if some else "")


# People of a group.


def whom(grouping: Grouping, key: str) -> str:
    """Return the people of a group as a sentence names them: `voluntary staff`, `managers`."""
    return " ".join(filter(None, _named(grouping, key)))


def _named(grouping: Grouping, key: str) -> tuple[str, str]:
    """Return the name of a group, and the noun that it needs beside it; blank where it is one by itself."""
    name = inner(grouping.levels[key])
    last = name.split()[-1] if name else ""
    is_plural = last in PLURAL or (last.endswith("s") and not last.endswith("ss"))
    return name, "" if is_plural else grouping.population or "people"


def everybody(grouping: Grouping, numbers: Mapping[str, str] | None = None) -> str:
    """Return the people of all groups, with a number before each: `5 of 7 voluntary and none of 7 statutory staff`."""
    names = {key: _named(grouping, key) for key in grouping.levels if numbers is None or key in numbers}
    before = {key: numbers[key] + " " if numbers else "" for key in names}
    nouns = {noun for _, noun in names.values()}
    if len(nouns) == 1 and "" not in nouns:
        return joined(before[key] + name for key, (name, _) in names.items()) + f" {nouns.pop()}"
    return joined(before[key] + whom(grouping, key) for key in names)


def raised(lower: int, upper: int) -> str:
    """Return how many people, in figures: `5`, `none`, `1 to 7`."""
    return f"{lower} to {upper}" if lower < upper else str(lower or "none")


def out_of(lower: int, upper: int, n: int) -> str:
    """Return how many of n people, in figures: `5 of 7`, `none of 7`, `1 to 7 of 7`."""
    return f"{raised(lower, upper)} of {n}"


# Chances.


def chance(p: float, bar: float | None = None) -> str:
    """Return a probability as so many of 100: `2 of 100`, `fewer than 1 of 100`.

    Where it would read the same as the bar it is held against, it is given of 1,000 or 10,000.
    """
    parts, scale = _parts(p, bar)
    return f"{parts} of {scale:,}"


def _parts(p: float, bar: float | None) -> tuple[str, int]:
    scale = next((s for s in SCALES if bar is None or round(s * p) != round(s * bar)), SCALES[-1])
    parts = round(scale * p)
    if parts == scale and p < 1 - TINY:
        return f"more than {scale - 1:,}", scale
    return str(parts) if parts else FEWER, scale


def chances(low: object, high: object, bar: float | None = None) -> str:
    """Return a range of probabilities as so many of 100; blank where it is not known."""
    if pd.isna(low) or pd.isna(high):  # type: ignore[call-overload]
        return ""
    (least, scale), (most, above) = (_parts(float(p), bar) for p in (low, high))  # type: ignore[arg-type]
    if (least, scale) == (most, above):
        return f"{least} of {scale:,}"
    first = least if scale == above == SCALES[0] else f"{least} of {scale:,}"
    return f"{'from ' if least == FEWER else ''}{first} to {most} of {above:,}"
