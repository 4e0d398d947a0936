"""Pictures of a comparison: who raised what, how far counts are known, and how large each difference is."""

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from plrlib.show.charts.canvas import Look, looks_in_turn
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.charts.intervals import Scale, intervals
from plrlib.show.compare import compare_say, compare_table, why_table
from plrlib.show.display import MISSING, Cells, Picture, Say, Several, Table, say
from plrlib.show.excerpts import counts_say, group_ids
from plrlib.show.figure import AMBER, BLUE, GREY, QUIET, RED, picture
from plrlib.show.labels import everybody, is_code, labels, noun, out_of, quoted, raised, stated_labels, whom
from plrlib.stats.bounds.presence import Counted, presence
from plrlib.stats.comparison.compare import Comparison, compare
from plrlib.stats.comparison.permutation import BOTH, CONFOUNDED, WHOLE, WITHIN
from plrlib.stats.comparison.verdict import DIFFERS, NOT_ATTRIBUTED, NOT_SHOWN, TOO_FEW
from plrlib.study.evidence import levels_of
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import Text, count, few, inner, joined, number, one, verb

RAISED, MAY, NOT = "raised it", "may have raised it", "did not raise it"
PERSON_LOOKS = {RAISED: Look(BLUE, "o", RAISED), MAY: Look(BLUE, "o", MAY, "half"), NOT: Look(BLUE, "o", NOT, "open")}
COLOURS, SHAPES = (BLUE, AMBER, RED, GREY), ("o", "s", "^", "D", "v", "P")
MOST_ACROSS = 30
"""So many marks stand side by side at most, over all groups."""
FEW_THEMES = 3
"""Of fewer themes the level below is shown as well."""


def people_picture(
    study: Study, by: str | Grouping, level: str = "theme", stance: str | None = None, coder: str | None = None,
    codes: Collection[str] | None = None,
) -> Picture:  # fmt: skip
    """Return a picture of the people in each group by what they raised: one mark is one person.

    Parameters
    ----------
    study : Study
        A study.
    by : str or Grouping
        A grouping of study.toml, by its name or itself.
    level, stance, coder
        As `presence` takes them.
    codes : collection of str, optional
        The codes to draw; None: all.

    Returns
    -------
    Picture
        Its numbers have a row a code and group: raised it (where that is not known: at least, at most), and of how many
        people.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.
    ValueError
        If there is no such level, stance or coder, or no such code at that level.

    See Also
    --------
    plrlib.presence : The counts that are drawn.
    ranges_picture : How far the counts are known.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.people_picture(study, "provision", codes=["T3"]).numbers.to_string(index=False))
               theme provision  raised it  of
    Finding a way in  Targeted          8   8
    Finding a way in Universal          2   7
    """
    grouping = study.grouping(by)
    counted, frame = Counted.of(study, grouping, level, stance, coder), presence(study, grouping, level, stance, coder)
    names, what = stated_labels(study, labels(study, level), stance), noun(study, level)
    if codes is not None:
        known = list(frame["code"].cat.categories)
        if strangers := [code for code in codes if code not in known] or ([] if codes else ["none"]):
            raise ValueError(
                f"codes: {', '.join(strangers)} cannot be drawn; those of level {level!r}: {', '.join(known)}"
            )
        frame = frame[frame["code"].isin(codes)].assign(code=lambda f: f["code"].cat.remove_unused_categories())
    looks = {RAISED: frame["lower"], MAY: frame["upper"] - frame["lower"], NOT: frame["n"] - frame["upper"]}
    cells = frame[["code", "group"]].set_axis(["row", "column"], axis=1).astype("object").assign(**looks)
    cells = cells.melt(["row", "column"], var_name="look", value_name="people")
    marks = cells.loc[cells.index.repeat(cells["people"]), ["row", "column", "look"]]
    sizes = frame.groupby("group", observed=False)["n"].agg(["min", "max"])
    heads = {key: f"{label} ({raised(*sizes.loc[key])})" for key, label in grouping.levels.items()}
    drawn = list(frame["code"].cat.categories)
    title = widest_gap_say(counted, frame, names, what)
    axes = Axis({code: names[code] for code in drawn}, what), Axis(heads, f"{inner(grouping.label)} (people)")
    across = max(5, min(MOST_ACROSS // len(heads), int(sizes["max"].max())))
    cell = zip(frame["code"].astype(str), frame["group"].astype(str), strict=True)
    beside = dict(zip(cell, _counts_of(frame), strict=True))
    figure = dot_grid(marks, *axes, PERSON_LOOKS, title, per_line=across, from_left=True, beside=beside)
    once = one(what) if is_code(what) else f"for each {what}"
    mark = mark_say(len(marks), "person", "people")
    only = f"Only what {stance} the statement of its theme counts. " if stance else ""
    caption = Text(f"{mark}; each person counts once {once}, however often they raised it. {only}", title)
    told = "; ".join(f"{names[code]}: {counts_say(counted, frame, code)}" for code in drawn)
    alt = f"A grid of people, {what} by {inner(grouping.label)}. {told}."
    return picture(figure, study, caption, alt, *_people_numbers(counted, frame))


def widest_gap_say(counted: Counted, frame: pd.DataFrame, names: dict[str, str], what: str) -> str:
    """Return the code with the widest gap that is certain, or that none is."""
    gap = certain_gaps(frame)
    if gap.empty or gap.max() <= 0:
        exact = (frame["lower"] == frame["upper"]).all()
        how = f"Every {what} was" if exact else f"As far as is known, every {what} may have been"
        return f"{how} raised by equal shares of {everybody(counted.grouping)}."
    code = str(gap.idxmax())
    return Text(f"Widest apart, {quoted(names[code])}: ", counts_say(counted, frame, code), ".")


def certain_gaps(frame: pd.DataFrame) -> "pd.Series[float]":
    """Return for each code the gap that is certain between the shares of two groups; not above 0 where none is."""
    whole = frame[frame["n"] > 0].assign(low=lambda f: f["lower"] / f["n"], high=lambda f: f["upper"] / f["n"])
    ends = whole.groupby("code", observed=True).agg(low=("low", "max"), high=("high", "min"))
    return ends["low"] - ends["high"]


def _people_numbers(counted: Counted, frame: pd.DataFrame) -> tuple[pd.DataFrame, Cells]:
    """Return the numbers of a picture, a row a code and group, and their ids.

    Those who raised the code have excerpts; `of`, all in the group, people where all are known by name.
    """
    grouping, level, exact = counted.grouping, counted.found.level, (frame["lower"] == frame["upper"]).all()
    names, what = labels(counted.study, level), noun(counted.study, level)
    ends = {RAISED: "lower"} if exact else {"raised it, at least": "lower", "at most": "upper"}
    numbers = pd.DataFrame({what: [names[code] for code in frame["code"]]}, index=frame.index)
    numbers[inner(grouping.label)] = [grouping.levels[key] for key in frame["group"]]
    cells: dict[tuple[int, str], Sequence[str]] = {}
    for i, (code, key, n) in enumerate(zip(frame["code"], frame["group"], frame["n"], strict=True)):
        cells |= dict.fromkeys(((i, head) for head in ends), counted.excerpts(code, key))
        members = counted.members(key)
        cells[i, "of"] = members if len(members) == n else ()
    return numbers.assign(**{name: frame[end] for name, end in ends.items()}, of=frame["n"]), cells


def ranges_picture(study: Study, by: str | Grouping, level: str = "theme") -> Picture | Say:
    """Return a picture of the smallest and largest number of people who may have raised each code, a line a group.

    Parameters
    ----------
    study : Study
        A study.
    by : str or Grouping
        A grouping of study.toml, by its name or itself.
    level : str
        As `presence` takes it.

    Returns
    -------
    Picture or Say
        Its numbers have a row a code and group. A sentence where every count is exact.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.presence : The ranges, over every way of giving the excerpts to people that fits what is known.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.ranges_picture(study, "sector")
    Every count is exact: who raised what is known person by person, so there are no ranges to show.
    """
    grouping = study.grouping(by)
    frame = presence(study, grouping, level)
    names, what = labels(study, level), noun(study, level)
    if (frame["lower"] == frame["upper"]).all():
        return say("Every count is exact: who raised what is known person by person, so there are no ranges to show.")
    lines = frame[["lower", "upper", "group"]].set_axis(["low", "high", "look"], axis=1)
    lines["group"], lines["count"] = [names[code] for code in frame["code"]], _group_counts(frame, grouping)
    lines["at"] = lines["low"].astype(float).where(lines["low"] == lines["high"])
    most = int(frame["n"].max())
    scale = Scale(0, max(most, 1), {float(t): str(t) for t in ticks(most)}, "people who raised it")
    title = ranges_say(frame, names, what)
    figure = intervals(lines, scale, group_looks(grouping), title, (what, "people", ""))
    cells = [f"{group}: {joined(rows['count'])}" for group, rows in lines.groupby("group", sort=False)]
    caption = "A line runs from the smallest to the largest number of people who may have raised it, over every way of "
    caption += f"giving the excerpts to people that fits what is known. {title}"
    alt = f"Ranges of people, a line {one(what)} and level. {'; '.join(cells)}."
    return picture(figure, study, caption, alt, *_people_numbers(Counted.of(study, grouping, level), frame))


def ranges_say(frame: pd.DataFrame, names: dict[str, str], what: str) -> str:
    """Return for how many codes the ranges of all groups overlap, as shares of the people there."""
    gap = certain_gaps(frame)
    unequal = [quoted(names[str(code)]) for code in gap.index[gap > 0]]
    n = len(gap) - len(unequal)
    of_all = f"{number(n)} of {count(len(gap), what)}" if unequal else f"all {count(n, what)}"
    part = f"; {few(unequal, 3)} {verb(unequal, 'is', 'are')} certainly raised by unequal shares" if unequal else ""
    return f"In {of_all} the ranges of all levels overlap{part}."


def group_looks(grouping: Grouping) -> dict[str, Look]:
    """Return how each group looks."""
    return looks_in_turn(grouping.levels, COLOURS, SHAPES)


def ticks(most: int, several: int = 10) -> list[int]:
    """Return the numbers to write on a scale from none to so many people, not more than several above none."""
    step = next(s for k in range(19) for s in (10**k, 2 * 10**k, 5 * 10**k) if most / s <= several)
    return list(range(0, most + 1, step))


# How large each difference is: odds ratios with exact intervals, counts beside them and verdicts in words.

VERDICT_LOOKS = {
    DIFFERS: Look(BLUE, "o", DIFFERS),
    NOT_SHOWN: Look(GREY, "s", NOT_SHOWN),
    TOO_FEW: Look(QUIET, "D", TOO_FEW, "open"),
}
WIDEST = 3
"""The scale of odds ratios ends at 1,000 times either way."""
NO_ANSWER = {CONFOUNDED: "it could as well be the rooms", NOT_ATTRIBUTED: "who raised it is not known"}
NO_ODDS = {
    "none": "no odds to compare: raised by none",
    "all": "no odds to compare: raised by all",
    "whole": "whole events are compared: no odds of people",
    "open": "who raised it is not fully known: no odds",
    "alike": "no odds to compare: in each event raised by all or by none",
}
"""Why a code has no odds ratio."""
SHARES = {0.0: "none", 0.5: "half", 1.0: "all"}


def forest_picture(study: Study, found: Comparison) -> Picture | Say:
    """Return a picture of every difference with its counts and its verdict; a sentence where there is none to draw.

    Two groups: the odds ratio of each code and its exact interval. More groups: how many of each raised it.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Picture or Say
        Unit: people. Its numbers have a row a code: a count a group, for two groups the odds ratio, from and to (`no
        end`: infinite; a dash: not defined), and the verdict. A sentence where every verdict is `confounded` or `not
        attributed`.

    See Also
    --------
    plrlib.compare : The odds ratio, stratified by focus group, and its interval.
    compare_table : The same counts, with p.

    References
    ----------
    [fisher1935]_, [mehta1985]_

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "provision")
    >>> numbers = show.forest_picture(study, found).numbers
    >>> print(numbers.iloc[[2], 1:6].to_string(index=False))
    Targeted Universal odds ratio from     to
      8 of 8    2 of 7     no end 1.02 no end
    """
    grouping, what, frame = found.grouping, noun(study, found.level), found.frame
    if set(frame["verdict"]) <= set(NO_ANSWER):
        reasons = "; or ".join(reason for v, reason in NO_ANSWER.items() if (frame["verdict"] == v).any())
        return say(f"{grouping.label}: there is no difference to draw, for none has an answer: {reasons}.")
    two = len(grouping.levels) == 2 and frame["odds_ratio"].notna().any()
    names = stated_labels(study, labels(study, found.level), _stance(frame))
    lines = _odds_lines(found, names) if two else _group_lines(found, names)
    scale = _odds_scale(found) if two else Scale(0, 1, SHARES, "of the people at that level")
    groups = " against ".join(inner(label) for label in grouping.levels.values())
    heads = (what, groups if two else "people who raised it", "verdict")
    n = int((frame["verdict"] == DIFFERS).sum())
    shown = f"{number(n)} of {count(len(frame), what)} {verb(n or 1, 'is', 'are')} shown to differ"
    title = f"{grouping.label}: {shown} between {everybody(grouping)}."
    figure = intervals(lines, scale, VERDICT_LOOKS if two else group_looks(grouping), title, heads)
    verdicts = frame[["code", "verdict"]].itertuples(index=False, name=None)
    told = [f"{names[code]}: {counts_say(found.counted, found.counts, code)}: {verdict}" for code, verdict in verdicts]
    caption = _odds_caption(found) if two else "A mark shows how many of the people at a level raised it."
    alt = f"A row {one(what)}, with its counts and its verdict. {'; '.join(told)}."
    rows = found.counts.groupby("group", observed=False)
    by_group = {label: _counts_of(rows.get_group(key)) for key, label in grouping.levels.items()}
    columns = {"odds ratio": "odds_ratio", "from": "low", "to": "high"} if two else {}
    odds = {name: list(map(_odds, frame[column])) for name, column in columns.items()}
    by_code = {what: [names[code] for code in frame["code"]], **by_group, **odds, "verdict": list(frame["verdict"])}
    numbers = pd.DataFrame(by_code)
    ids = group_ids(found, list(frame["code"]), grouping.levels)
    return picture(figure, study, f"{title} {caption}", alt, numbers, ids)


def _stance(frame: pd.DataFrame) -> object:
    """Return the stance by which codes were compared; blank: any."""
    return frame["stance"].dropna().iloc[0] if frame["stance"].notna().any() else ""


def more_levels(study: Study, found: Comparison) -> Several | Say:
    """Return what a comparison of themes leaves out: the levels of the codebook to be shown besides.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study, by theme.

    Returns
    -------
    Several or Say
        Verdicts, people and sizes at the level below the themes, where these are fewer than three, and at every level
        that study.toml plans for this grouping; where there is none, that only themes are compared.

    See Also
    --------
    plrlib.compare : Takes a level.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> show.more_levels(study, compare(study, "sector"))
    The study has 6 themes and plans no comparison at another level, so that only themes are compared.
    """
    by, few_themes = found.grouping, len(study.themes) < FEW_THEMES
    planned = [plan.level for plan in study.settings.comparisons if plan.by == by.name]
    levels = dict.fromkeys([*(levels_of(study)[1:2] if few_themes else ()), *planned])
    parts: list[Say | Table | Picture] = []
    for level in levels:
        if level != found.level:
            below = compare(study, by, level, coder=found.coder, fragility=True)
            parts += [compare_say(study, below), compare_table(study, below), why_table(study, below)]
            parts += [people_picture(study, by, level), forest_picture(study, below)]
    themes = count(len(study.themes), "theme")
    only = f"The study has {themes} and plans no comparison at another level, so that only themes are compared."
    return Several(tuple(parts)) if parts else say(only)


def _counts_of(rows: pd.DataFrame) -> list[str]:
    return [out_of(*row) for row in zip(rows["lower"], rows["upper"], rows["n"], strict=True)]


def _group_counts(rows: pd.DataFrame, grouping: Grouping) -> list[str]:
    return [f"{n} {inner(grouping.levels[key])}" for n, key in zip(_counts_of(rows), rows["group"], strict=True)]


def _odds_caption(found: Comparison) -> str:
    first = whom(found.grouping, next(iter(found.grouping.levels)))
    within = " People are compared within rooms, so it need not be the ratio of the counts beside it."
    within = within if found.frame["method"].isin((WITHIN, BOTH)).any() else ""
    return (
        f"A mark is the odds of raising it among {first} against the others (odds are those who did to those who did "
        f"not).{within} Its line holds every ratio that the exact test does not reject at {100 * found.alpha:.2g} of "
        "100; an arrow means that it has no end, and a mark at an arrow that it has none either."
    )


def _odds_lines(found: Comparison, names: dict[str, str]) -> pd.DataFrame:
    frame, counts = found.frame, found.counts.groupby("code", observed=True)
    by_code = {str(code): " against ".join(_counts_of(rows)) for code, rows in counts}
    lines = pd.DataFrame({"at": _log(frame["odds_ratio"]), "low": _log(frame["low"]), "high": _log(frame["high"])})
    known = lines["at"].notna()
    lines = lines.where(known).assign(look=list(frame["verdict"]), after=list(frame["verdict"]))
    lines["group"], lines["count"] = zip(*((names[code], by_code[code]) for code in frame["code"]), strict=True)
    no_answer = {verdict: f"no answer: {reason}" for verdict, reason in NO_ANSWER.items()}
    why = [no_answer.get(str(row["verdict"])) or NO_ODDS[_no_odds(found, row)] for _, row in frame.iterrows()]
    return lines.assign(words=np.where(known, "", why))


def _no_odds(found: Comparison, row: "pd.Series[Any]") -> str:
    """Return why a code has no odds ratio, as a key of `NO_ODDS`."""
    counts = found.counts[found.counts["code"] == row["code"]]
    if not counts["upper"].any():
        return "none"
    if (counts["lower"] == counts["n"]).all():
        return "all"
    return "whole" if row["method"] == WHOLE else "open" if pd.isna(row["p"]) else "alike"


def _log(values: "pd.Series[float]") -> np.ndarray:
    """Return logarithms to the base 10; minus infinity of 0, and none where missing."""
    with np.errstate(divide="ignore"):
        return np.log10(values.to_numpy(dtype=float, na_value=np.nan))


def _odds_scale(found: Comparison) -> Scale:
    """Return a scale that holds every finite odds ratio and end of a range, alike to both sides, by powers of 10."""
    logs = np.concatenate([_log(found.frame[name]) for name in ("odds_ratio", "low", "high")])
    finite = np.abs(logs[np.isfinite(logs)])
    end = min(max(1, math.ceil(finite.max(initial=0.0))), WIDEST)
    texts = {float(t): "alike" if t == 0 else f"{10 ** abs(t):,}×" for t in range(-end, end + 1)}
    if end == WIDEST:  # the numbers would stand too close
        texts = {t: text for t, text in texts.items() if abs(t) != WIDEST - 1}
    first, second = (whom(found.grouping, key) for key in found.grouping.levels)
    sides = (f"← raised more by {second}", f"→ raised more by {first}")
    room = 0.05 + 0.24 * end  # beyond the last tick, for arrows and for marks beside them
    return Scale(-end - room, end + room, texts, "how many times as high the odds of raising it are", sides, middle=0.0)


def _group_lines(found: Comparison, names: dict[str, str]) -> pd.DataFrame:
    verdict, rows = found.frame.set_index("code")["verdict"], found.counts
    exact = rows["lower"] == rows["upper"]
    shares = rows[["lower", "upper"]].div(rows["n"].where(rows["n"] > 0), axis=0).astype(float)
    lines = shares.mask(exact).set_axis(["low", "high"], axis=1).assign(at=shares["lower"].where(exact))
    lines["group"], lines["count"] = [names[code] for code in rows["code"]], _group_counts(rows, found.grouping)
    return lines.assign(look=list(rows["group"]), after=[verdict[code] for code in rows["code"]])


def _odds(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return MISSING
    odds = float(value)  # type: ignore[arg-type]
    if math.isinf(odds):
        return "no end"
    digits = 3 if 0.9 < odds < 1.1 else 2  # which side of alike it is on must show
    return f"{odds:.{digits}g}" if odds < 100 else f"{odds:.0f}"
