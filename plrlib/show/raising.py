"""Who raised what: people as dots in a grid by level, and ranges where a count is known only between bounds."""

import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.counting import behind_rows
from plrlib.show.dots import Axis, Look, dot_grid, thinned
from plrlib.show.naming import counts_say, everybody, kinds, labels, level_of, of
from plrlib.show.picture import AMBER, BLUE, GREY, RED, Picture, picture
from plrlib.show.say import Say, few, inner, joined, say, verb
from plrlib.show.strips import Scale, strips
from plrlib.stats.presence import presence
from plrlib.stats.readings import LEVELS, noun, one
from plrlib.study import Study

RAISED, MAY, NOT = "raised it", "may have raised it", "did not raise it"
LOOKS = {RAISED: Look(BLUE, "o", RAISED), MAY: Look(BLUE, "o", MAY, "half"), NOT: Look(BLUE, "o", NOT, "open")}
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
        Axis(heads, f"{inner(grouping.label)} (people)"), LOOKS, title.rstrip("."),
        per_line=across, from_left=True,
    )  # fmt: skip
    numbers = _numbers(grouping, counted, named, what)
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


def _numbers(grouping: Grouping, counted: pd.DataFrame, named: dict[str, str], what: str) -> pd.DataFrame:
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
    numbers = _numbers(grouping, counted, named, what)
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
