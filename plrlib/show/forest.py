"""How large each difference is: odds ratios with exact intervals, counts beside them and verdicts in words."""

import math

import numpy as np
import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.counting import behind_levels
from plrlib.show.dots import Look
from plrlib.show.naming import (
    asked_of,
    compared,
    counts_say,
    everybody,
    kinds,
    labels,
    of,
    whom,
)
from plrlib.show.picture import BLUE, GREY, QUIET, Picture, picture
from plrlib.show.raising import level_looks
from plrlib.show.say import Say, inner, say, verb
from plrlib.show.strips import Scale, strips
from plrlib.show.table import MISSING
from plrlib.stats.judged import DIFFERS, NOT_ATTRIBUTED, NOT_SHOWN, TOO_FEW
from plrlib.stats.presence import presence
from plrlib.stats.readings import one
from plrlib.stats.setting import CONFOUNDED, WITHIN
from plrlib.study import Study

LOOKS = {
    DIFFERS: Look(BLUE, "o", DIFFERS),
    NOT_SHOWN: Look(GREY, "s", NOT_SHOWN),
    TOO_FEW: Look(QUIET, "D", TOO_FEW, "open"),
}
WIDEST = 3
"""The scale of odds ratios ends at 1,000 times either way."""
NO_ANSWER = {
    CONFOUNDED: "no answer: it could as well be the rooms",
    NOT_ATTRIBUTED: "no answer: who raised it is not known",
}
NO_ODDS = "no odds to compare: raised by all or by none"


def forest_picture(study: Study, found: pd.DataFrame) -> Picture | Say:
    """Return a picture of every difference with its counts and its verdict; a sentence where there is none to draw."""
    return forest(study, found, presence(study, compared(study, found)[0].name, *asked_of(study, found)))


def forest(study: Study, found: pd.DataFrame, counted: pd.DataFrame) -> Picture | Say:
    """Draw a frame of `compare`, with the counts of one of `presence`.

    Two levels: the odds ratio of each code and its exact interval. More levels: how many of each level raised it.
    """
    grouping, level, what = compared(study, found)
    if set(found["verdict"]) <= set(NO_ANSWER):
        reasons = [NO_ANSWER[v].removeprefix("no answer: ") for v in NO_ANSWER if (found["verdict"] == v).any()]
        return say(
            f"{grouping.label}: there is no difference to draw, for none has an answer: {'; or '.join(reasons)}."
        )
    two, named = len(grouping.levels) == 2, labels(study, level)
    lines = _odds_lines(found, counted, named) if two else _level_lines(found, counted, named, grouping)
    scale = _odds_scale(found, grouping) if two else _share_scale()
    looks = LOOKS if two else level_looks(grouping)
    names = [inner(label) for label in grouping.levels.values()]
    heads = (what, " against ".join(names) if two else "people who raised it", "verdict")
    title = _title(grouping, found, what)
    figure = strips(lines, scale, looks, title.rstrip("."), heads)
    told = [
        f"{named[code]}: {counts_say(grouping, counted[counted['code'] == code])}: {verdict}"
        for code, verdict in zip(found["code"], found["verdict"], strict=True)
    ]
    caption = _odds_caption(grouping, found) if two else "A mark shows how many of the people at a level raised it."
    alt = f"A row {one(what)}, with its counts and its verdict. {'; '.join(told)}."
    numbers, codes = _numbers(found, counted, named, grouping, what), [str(code) for code in found["code"]]
    behind = behind_levels(study, grouping, codes, grouping.levels, asked_of(study, found))
    return picture(figure, study, f"{title} {caption}", alt, numbers, behind)


def _title(grouping: Grouping, found: pd.DataFrame, what: str) -> str:
    n = int((found["verdict"] == DIFFERS).sum())
    shown = f"{n or 'none'} of {kinds(what, len(found))} {verb(n or 1, 'is', 'are')} shown to differ"
    return f"{grouping.label}: {shown} between {everybody(grouping)}."


def _odds_caption(grouping: Grouping, found: pd.DataFrame) -> str:
    first = whom(grouping, next(iter(grouping.levels)))
    within = (
        " People are compared within rooms, so it need not be the ratio of the counts beside it."
        if (found["method"] == WITHIN).any()
        else ""
    )
    return (
        f"A mark is the odds of raising it among {first} against the others (odds are those who did to those who did "
        f"not).{within} Its line holds every ratio that the exact test does not reject at "
        f"{100 * float(found['alpha'].iloc[0]):.2g} of 100; an arrow means that it has no end, and a mark at an arrow "
        "that it has none either."
    )


def _odds_lines(found: pd.DataFrame, counted: pd.DataFrame, named: dict[str, str]) -> pd.DataFrame:
    cells = {str(code): rows for code, rows in counted.groupby("code", observed=True)}
    logs = {name: _log(found[name]) for name in ("odds_ratio", "low", "high")}
    known = ~np.isnan(logs["odds_ratio"])
    verdicts = list(found["verdict"])
    return pd.DataFrame(
        {
            "group": [named[code] for code in found["code"]],
            "count": [_against(cells[code]) for code in found["code"]],
            "low": np.where(known, logs["low"], np.nan),
            "at": logs["odds_ratio"],
            "high": np.where(known, logs["high"], np.nan),
            "look": verdicts,
            "words": ["" if k else NO_ANSWER.get(v, NO_ODDS) for k, v in zip(known, verdicts, strict=True)],
            "after": verdicts,
        }
    )


def _against(rows: pd.DataFrame) -> str:
    return " against ".join(of(*row) for row in zip(rows["lower"], rows["upper"], rows["n"], strict=True))


def _log(values: "pd.Series[float]") -> np.ndarray:
    """Return logarithms to the base 10; minus infinity of 0, and none where missing."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    return np.array([-math.inf if x == 0 else math.log10(x) for x in numbers])


def _odds_scale(found: pd.DataFrame, grouping: Grouping) -> Scale:
    """Return a scale that holds every finite odds ratio and end of a range, alike to both sides, by powers of 10."""
    logs = np.concatenate([_log(found[name]) for name in ("odds_ratio", "low", "high")])
    finite = np.abs(logs[np.isfinite(logs)])
    end = min(max(1, math.ceil(finite.max(initial=0.0))), WIDEST)
    ticks = {float(t): "alike" if t == 0 else f"{10 ** abs(t):,}×" for t in range(-end, end + 1)}
    if end == WIDEST:  # the numbers would stand too close
        ticks = {t: text for t, text in ticks.items() if abs(t) != WIDEST - 1}
    first, second = (whom(grouping, key) for key in grouping.levels)
    sides = (f"← raised more by {second}", f"→ raised more by {first}")
    room = 0.05 + 0.24 * end  # beyond the last tick, for arrows and for marks beside them
    return Scale(-end - room, end + room, ticks, "how many times as high the odds of raising it are", sides, middle=0.0)


def _share_scale() -> Scale:
    return Scale(0, 1, {0.0: "none", 0.5: "half", 1.0: "all"}, "of the people at that level")


def _level_lines(found: pd.DataFrame, counted: pd.DataFrame, named: dict[str, str], grouping: Grouping) -> pd.DataFrame:
    verdict = dict(zip(found["code"], found["verdict"], strict=True))
    rows = counted[counted["code"].isin(found["code"])]
    share = {end: rows[end] / rows["n"].where(rows["n"] > 0) for end in ("lower", "upper")}
    exact = rows["lower"] == rows["upper"]
    return pd.DataFrame(
        {
            "group": [named[code] for code in rows["code"]],
            "count": [
                f"{of(lower, upper, n)} {inner(grouping.levels[key])}"
                for key, n, lower, upper in zip(rows["level"], rows["n"], rows["lower"], rows["upper"], strict=True)
            ],
            "low": share["lower"].mask(exact).to_numpy(dtype=float),
            "at": share["lower"].where(exact).to_numpy(dtype=float),
            "high": share["upper"].mask(exact).to_numpy(dtype=float),
            "look": list(rows["level"]),
            "words": "",
            "after": [verdict[code] for code in rows["code"]],
        }
    )


def _numbers(
    found: pd.DataFrame, counted: pd.DataFrame, named: dict[str, str], grouping: Grouping, what: str
) -> pd.DataFrame:
    frame = pd.DataFrame({what: [named[code] for code in found["code"]]})
    for key, label in grouping.levels.items():
        rows = counted[counted["level"] == key].set_index("code").loc[list(found["code"])]
        frame[label] = [of(*row) for row in zip(rows["lower"], rows["upper"], rows["n"], strict=True)]
    if len(grouping.levels) == 2:
        for name, column in (("odds ratio", "odds_ratio"), ("from", "low"), ("to", "high")):
            frame[name] = [_odds(value) for value in found[column]]
    return frame.assign(verdict=list(found["verdict"]))


def _odds(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return MISSING
    number = float(value)  # type: ignore[arg-type]
    if math.isinf(number):
        return "no end"
    digits = 3 if 0.9 < number < 1.1 else 2  # which side of alike it is on must show
    return f"{number:.{digits}g}" if number < 100 else f"{number:.0f}"
