"""How large each difference is: odds ratios with exact intervals, counts beside them and verdicts in words."""

import math

import numpy as np
import pandas as pd

from plrlib.show.charts.dots import Axis, Look, dot_grid, thinned
from plrlib.show.charts.strips import Scale, strips
from plrlib.show.display import AMBER, BLUE, GREY, MISSING, QUIET, RED, Picture, Say, picture, say
from plrlib.show.excerpts import behind_levels, behind_rows
from plrlib.show.labels import asked_of, compared, counts_say, everybody, kinds, labels, level_of, of, whom
from plrlib.stats.bounds.presence import presence
from plrlib.stats.comparison.permutation import CONFOUNDED, WITHIN
from plrlib.stats.comparison.verdict import DIFFERS, NOT_ATTRIBUTED, NOT_SHOWN, TOO_FEW
from plrlib.study.evidence import LEVELS, noun, one
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import few, inner, joined, verb

# Who raised what: people as dots in a grid by level, and ranges where a count is known only between bounds.

RAISED, MAY, NOT = "raised it", "may have raised it", "did not raise it"
PERSON_LOOKS = {RAISED: Look(BLUE, "o", RAISED), MAY: Look(BLUE, "o", MAY, "half"), NOT: Look(BLUE, "o", NOT, "open")}
COLUMNS = ["code", "level", "n", "lower", "upper"]
COLOURS, SHAPES = (BLUE, AMBER, RED, GREY), ("o", "s", "^", "D", "v", "P")
MOST_ACROSS = 30
"""So many marks stand side by side at most, over all levels."""


def people_picture(study: Study, by: str, level: str = "theme") -> Picture:
    """Return a picture of the people at each level by what they raised: one mark is one person."""
    grouping = study.grouping(by)
    return people_grid(study, grouping, presence(study, by, level), level)


def people_grid(
    study: Study,
    grouping: Grouping,
    counted: pd.DataFrame,
    level: str = "",
    stance: str | None = None,
    coder: str | None = None,
) -> Picture:
    """Draw the people of a frame of `presence`, called with these arguments: raised it for certain, may have, did not.

    A blank level is told from the codes.
    """
    named, what = _named(study, counted, level)
    rows = [
        (code, key, look)
        for code, key, n, lower, upper in zip(*(counted[c] for c in COLUMNS), strict=True)
        for look, some in ((RAISED, lower), (MAY, upper - lower), (NOT, n - upper))
        for _ in range(some)
    ]
    every = pd.DataFrame(rows, columns=["row", "column", "look"]).assign(filled=True, tag="")
    marks, each = thinned(every)
    sizes = counted.groupby("level", observed=False)["n"].agg(["min", "max"])
    heads = {key: f"{label} ({_from_to(*sizes.loc[key])})" for key, label in grouping.levels.items()}
    codes = list(counted["code"].cat.categories)
    title = raised_say(study, grouping, counted, level)
    across = max(5, min(MOST_ACROSS // len(heads), int(sizes["max"].max())))
    figure = dot_grid(
        marks, Axis({code: named[code] for code in codes}, what),
        Axis(heads, f"{inner(grouping.label)} (people)"), PERSON_LOOKS, title.rstrip("."),
        per_line=across, from_left=True,
    )  # fmt: skip
    numbers = _people_numbers(grouping, counted, named, what)
    mark = "One mark is one person" if each == 1 else f"One mark is {each} people, or what is left of them"
    alt = "; ".join(f"{named[c]}: {counts_say(grouping, counted[counted['code'] == c])}" for c in codes)
    once = one(what) if what in LEVELS else f"for each {what}"
    caption = f"{mark}; each person counts once {once}, however often they raised it. {title}"
    asked = (level or level_of(study, codes), stance, coder)
    excerpts = behind_rows(study, grouping, counted, numbers, asked)
    about = f"A grid of people, {what} by {inner(grouping.label)}. {alt}."
    return picture(figure, study, caption, about, numbers, excerpts)


def _from_to(least: int, most: int) -> str:
    return str(most) if least == most else f"{least} to {most}"


def _named(study: Study, counted: pd.DataFrame, level: str) -> tuple[dict[str, str], str]:
    """Return the labels of the codes of a frame of `presence`, and what one is called; blank: as the codes tell."""
    level = level or level_of(study, [str(code) for code in counted["code"].unique()])
    return labels(study, level), noun(study, level)


def raised_say(study: Study, grouping: Grouping, counted: pd.DataFrame, level: str = "") -> str:
    """Return the code with the widest gap that is certain, or that none is."""
    named, what = _named(study, counted, level)
    gap = certain_gaps(counted)
    if gap.empty or gap.max() <= 0:
        exact = (counted["lower"] == counted["upper"]).all()
        how = f"Every {what} was" if exact else f"As far as is known, every {what} may have been"
        return f"{how} raised by equal shares of {everybody(grouping)}."
    code = str(gap.idxmax())
    return f"Widest apart, “{named[code]}”: {counts_say(grouping, counted[counted['code'] == code])}."


def certain_gaps(counted: pd.DataFrame) -> "pd.Series[float]":
    """Return for each code the gap that is certain between the shares of two levels; not above 0 where none is."""
    whole = counted[counted["n"] > 0].assign(low=lambda f: f["lower"] / f["n"], high=lambda f: f["upper"] / f["n"])
    ends = whole.groupby("code", observed=True).agg(low=("low", "max"), high=("high", "min"))
    return ends["low"] - ends["high"]


def _people_numbers(grouping: Grouping, counted: pd.DataFrame, named: dict[str, str], what: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            what: [named[code] for code in counted["code"]],
            inner(grouping.label): [grouping.levels[key] for key in counted["level"]],
        }
    )
    exact = (counted["lower"] == counted["upper"]).all()
    ends = {RAISED: "lower"} if exact else {"raised it, at least": "lower", "at most": "upper"}
    for name, end in ends.items():
        frame[name] = counted[end].to_numpy()
    return frame.assign(of=counted["n"].to_numpy())


def ranges_picture(study: Study, by: str, level: str = "theme") -> Picture | Say:
    """Return a picture of the smallest and largest number of people who may have raised each code, a line a level."""
    grouping = study.grouping(by)
    return ranges(study, grouping, presence(study, by, level), level)


def ranges(study: Study, grouping: Grouping, counted: pd.DataFrame, level: str = "") -> Picture | Say:
    """Draw the ranges of a frame of `presence` at a level; a sentence where every count is exact."""
    named, what = _named(study, counted, level)
    open_ones = counted[counted["lower"] < counted["upper"]]
    if open_ones.empty:
        return say("Every count is exact: who raised what is known person by person, so there are no ranges to show.")
    looks = level_looks(grouping)
    lines = pd.DataFrame(
        {
            "group": [named[code] for code in counted["code"]],
            "count": [
                f"{of(lower, upper, n)} {inner(grouping.levels[key])}"
                for _, key, n, lower, upper in zip(*(counted[c] for c in COLUMNS), strict=True)
            ],
            "low": counted["lower"].astype(float), "high": counted["upper"].astype(float),
            "at": counted["lower"].where(counted["lower"] == counted["upper"]).astype(float),
            "look": counted["level"].astype("object"), "words": "", "after": "",
        }
    )  # fmt: skip
    most = int(counted["n"].max())
    scale = Scale(0, max(most, 1), {float(t): str(t) for t in ticks(most)}, "people who raised it")
    title = ranges_say(study, counted, level)
    figure = strips(lines, scale, looks, title.rstrip("."), (what, "people", ""))
    cells = [f"{group}: {joined(rows['count'])}" for group, rows in lines.groupby("group", sort=False)]
    caption = (
        f"A line runs from the smallest to the largest number of people who may have raised it, over every way of "
        f"giving the excerpts to people that fits what is known. {title}"
    )
    alt = f"Ranges of people, a line {one(what)} and level. {'; '.join(cells)}."
    asked = (level or level_of(study, [str(code) for code in counted["code"].unique()]), None, None)
    numbers = _people_numbers(grouping, counted, named, what)
    excerpts = behind_rows(study, grouping, counted, numbers, asked)
    return picture(figure, study, caption, alt, numbers, excerpts)


def ranges_say(study: Study, counted: pd.DataFrame, level: str = "") -> str:
    """Return for how many codes the ranges of all levels overlap, as shares of the people there."""
    (named, what), gap = _named(study, counted, level), certain_gaps(counted)
    apart = [f"“{named[str(code)]}”" for code in gap.index[gap > 0]]
    n = len(gap) - len(apart)
    of_all = f"all {kinds(what, n)}" if not apart else f"{n or 'none'} of {kinds(what, len(gap))}"
    part = f"; {few(apart, 3)} {verb(len(apart), 'is', 'are')} certainly raised by unequal shares" if apart else ""
    return f"In {of_all} the ranges of all levels overlap{part}."


def level_looks(grouping: Grouping) -> dict[str, Look]:
    """Return how each level looks."""
    return {
        key: Look(COLOURS[i % len(COLOURS)], SHAPES[i % len(SHAPES)], label)
        for i, (key, label) in enumerate(grouping.levels.items())
    }


def ticks(most: int) -> list[int]:
    """Return the numbers to write on a scale from none to so many people."""
    step = next(s for k in range(9) for s in (10**k, 2 * 10**k, 5 * 10**k) if most / s <= 10)
    return list(range(0, most + 1, step))


# How large each difference is: odds ratios with exact intervals, counts beside them and verdicts in words.

VERDICT_LOOKS = {
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
    looks = VERDICT_LOOKS if two else level_looks(grouping)
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
    numbers, codes = _forest_numbers(found, counted, named, grouping, what), [str(code) for code in found["code"]]
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


def _forest_numbers(
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
