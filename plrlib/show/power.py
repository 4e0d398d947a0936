"""What a design could ever have shown: the smallest gap it would see, and its exact power."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from plrlib.show.charts.canvas import Look
from plrlib.show.charts.lines import curves
from plrlib.show.compare_charts import ticks
from plrlib.show.display import Picture, Say, say
from plrlib.show.excerpts import group_size
from plrlib.show.figure import AMBER, BLUE, picture
from plrlib.show.labels import chance, everybody, noun, out_of, whom
from plrlib.stats.comparison.compare import Comparison
from plrlib.stats.comparison.permutation import CONFOUNDED, WHOLE
from plrlib.stats.comparison.power import power, smallest_difference
from plrlib.study.load import Study
from plrlib.text import Text, capital, count, joined, number, passage

ALPHA, ENOUGH = 0.05, 0.8
"""The chance of a false alarm in one comparison alone, and the chance of seeing what is there that is called enough."""
OFTEN = "4 times in 5"
STEPS = 240
SHARES = np.linspace(0, 1, STEPS + 1)
MOST_TICKS = 7


@dataclass(frozen=True)
class Sizes:
    """Two groups, the people of each, and how many of them sat in each focus group (B × 2; none where not known).

    `best`: there are more groups, and these two are largest; `told`: their sizes, with ids where all are known by name.
    """

    keys: tuple[str, str]
    n: tuple[int, int]
    rooms: tuple[tuple[int, int], ...]
    best: bool
    told: tuple[str, str] = ("", "")


def power_say(study: Study, found: Comparison) -> Say:
    """Return the smallest gaps that would have shown, alone and among all that is compared.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Say
        Unit: people; of more than two groups, the two largest. Where whole events are compared, one sentence on how
        rare the widest gap would be; where fewer than two groups have anybody, one that says so.

    See Also
    --------
    plrlib.smallest_difference : The gaps, for any two group sizes.
    plrlib.power : The exact power of a true difference.
    power_picture : The same as a curve.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "provision")
    >>> show.power_say(study, found).sentences[0]
    'With 8 targeted and 7 universal young people in 3 rooms, a difference from none would have shown 4 times in 5 in
    one theme alone from 5.6 of 8 on; with 6 themes compared, from 7.8 of 8 on.'
    """
    grouping, what = found.grouping, noun(study, found.level)
    if reason := _not_by_people(found):
        return say(reason)
    if (sizes := sizes_of(study, found)) is None:
        return say(f"{grouping.label}: fewer than two levels have anybody, so no difference could have shown.")
    told: list[str] = [Text(power_title(sizes, found, what), ".")]
    if _mixed(sizes) <= 1 and _widest(smallest_difference(sizes.n, alpha=ALPHA)):  # else the first sentence has it all
        for name, (alpha, family) in _settings(found, what).items():
            told.append(f"{capital(name)}: {_gaps_say(sizes, alpha, family)}")
    if found.alpha < ALPHA:
        planned = len(study.settings.comparisons)
        told.append(f"“As here” also allows for {planned} planned comparisons, which share what chance may do.")
    confounded = (found.frame["verdict"] == CONFOUNDED).all()
    only = "This would hold only if levels could be told from rooms; here they cannot, however many people there are."
    return say(only if confounded else "", *told)


def power_title(sizes: Sizes, found: Comparison, what: str) -> str:
    """Return in a sentence the smallest gap against none that would have shown in one code alone."""
    grouping = found.grouping
    best = f"{grouping.label}, at best: with " if sizes.best else "With "
    people = Text(best, everybody(grouping, dict(zip(sizes.keys, sizes.told, strict=True))))
    k, bar = len(found.frame), found.alpha
    if _mixed(sizes) > 1:  # which gaps show depends on the rooms they come about in
        one, among = (_from(enough_share(sizes, *setting), sizes.n[0]) for setting in ((ALPHA, 1), (bar, k)))
        many = f"; with {count(k, what)} compared, {among}" if k > 1 else ""
        seen = f"a difference from none would have shown {OFTEN}"
        return people + f" in {_mixed(sizes)} rooms, {seen} in one {what} alone {one}{many}"
    if not (one := _widest(smallest_difference(sizes.n, alpha=ALPHA))):
        return people + ", no gap at all would have shown"
    among = _widest(smallest_difference(sizes.n, family=k, alpha=bar))
    many = f"; with {count(k, what)} compared, {among or 'no gap at all'}" if k > 1 and among != one else ""
    return people + f", only a gap as wide as {one} would have shown in one {what} alone{many}"


def _widest(found: pd.DataFrame) -> str:
    """Return the smallest number of the first group that shows against none of the second: `5 of 7 against none`."""
    row = found.iloc[0]
    if pd.isna(row["raised_1"]):
        return ""
    return f"{out_of(int(row['raised_1']), int(row['raised_1']), int(row['n_1']))} against none"


def _not_by_people(found: Comparison) -> str:
    """Return why people are not what the power depends on; blank where they are."""
    if not (found.frame["method"].dropna() == WHOLE).any():
        return ""
    least, bar = found.frame["p_min"].min(), found.alpha
    counts = "Whole events are compared, so their number counts and not that of people."
    if pd.isna(least):
        return counts
    rare = "rare enough" if least <= bar else "not rare enough"
    widest = f"The widest gap there could be would come by chance in {chance(least, bar)} studies"
    return f"{counts} {widest}, which is {rare} to show."


def _mixed(sizes: Sizes) -> int:
    """Return how many rooms held both levels; 0 where that is not known."""
    return sum(min(room) > 0 for room in sizes.rooms)


def _settings(found: Comparison, what: str) -> dict[str, tuple[float, int]]:
    """Return by name the chance of a false alarm and the number of codes: alone, and as compared here."""
    k, bar = len(found.frame), found.alpha
    alone = {f"one {what} alone": (ALPHA, 1)}
    return alone if k == 1 and bar >= ALPHA else {**alone, f"as here, {count(k, what)}": (bar, k)}


def _gaps_say(sizes: Sizes, alpha: float, family: int) -> str:
    """Return which number at the first level would show against none, some and half of the second."""
    true = enough_share(sizes, alpha, family)
    often = f"nothing would be seen as often as {OFTEN}."
    if true is not None:
        share = f"{true * sizes.n[0]:.1f} of {sizes.n[0]}"
        often = f"to be seen {OFTEN}, {share} would have to raise it on average, against none."
    found = smallest_difference(sizes.n, power=ENOUGH, family=family, alpha=alpha)
    shown = found[found["raised_1"].notna()]
    if shown.empty:
        return "no gap would have shown."
    last = int(shown["raised_2"].max())
    rows = shown[shown["raised_2"].isin({1, sizes.n[1] // 4, sizes.n[1] // 2, last} - {0})]  # against none: told above
    gaps = joined(f"{k} against {number(less)}" for k, less in zip(rows["raised_1"], rows["raised_2"], strict=True))
    never = f"; against {last + 1} or more, nothing" if last + 1 < sizes.n[1] else ""
    more = f"{gaps} would have shown{never}. " if len(rows) else ""
    return more + (capital(often) if more else often)


def sizes_of(study: Study, found: Comparison) -> Sizes | None:
    """Return the two levels with the most people, and their rooms where who sat where is known; None without two."""
    grouping = found.grouping
    n = found.counts.groupby("group", observed=False)["n"].max().astype(int)
    keys = [key for key in n.sort_values(ascending=False, kind="stable").index if n[key]][:2]
    if len(keys) < 2:
        return None
    first, second = sorted(map(str, keys), key=list(grouping.levels).index)
    group, place = study.prepared.group(grouping), study.prepared.focus_group
    there = [group == list(grouping.levels).index(key) for key in (first, second)]
    rooms = tuple(tuple(int(((place == v) & at).sum()) for at in there) for v in np.unique(place))
    total = (int(n[first]), int(n[second]))
    known = tuple(int(at.sum()) for at in there) == total and any(min(room) for room in rooms)
    told = group_size(found.counted, first, total[0]), group_size(found.counted, second, total[1])
    return Sizes((first, second), total, rooms if known else (), len(grouping.levels) > 2, told)  # type: ignore[arg-type]


def power_picture(study: Study, found: Comparison) -> Picture | Say:
    """Return a picture of the exact power against the true difference, for one code alone and for all compared.

    Parameters
    ----------
    study : Study
        A study.
    found : Comparison
        As `compare` returns it for this study.

    Returns
    -------
    Picture or Say
        The true share of the first group runs along, none of the second raising it; of more than two groups, the two
        largest are drawn. Its numbers: curve, true share, chance of seeing it. A sentence where whole events are
        compared, fewer than two groups have anybody, or no gap could have shown.

    See Also
    --------
    plrlib.power : The numbers that are drawn.

    Examples
    --------
    >>> from plrlib import compare, load_study, show
    >>> study = load_study("worked-example")
    >>> found = compare(study, "provision")
    >>> numbers = show.power_picture(study, found).numbers
    >>> print(numbers.iloc[[6]].to_string(index=False))
              curve  true share of targeted young people  chance of seeing it
    one theme alone                                  0.5                 0.39
    """
    grouping, what = found.grouping, noun(study, found.level)
    reason = _not_by_people(found)
    sizes = None if reason else sizes_of(study, found)
    if sizes is None:
        return say(f"There is no curve to draw over people{', since whole events are compared' if reason else ''}.")
    drawn, title = power_curves(sizes, found, what), power_title(sizes, found, what)
    if drawn["power"].max() <= 0:
        return say(f"{title}: there is no curve to draw.")
    names = list(dict.fromkeys(drawn["curve"]))
    looks = {name: Look(*look, name) for name, look in zip(names, ((BLUE, "o"), (AMBER, "s")), strict=False)}
    n_1, n_2 = sizes.n
    first, second = (whom(grouping, key) for key in sizes.keys)
    places = {k / n_1: out_of(k, k, n_1) if k else "none" for k in ticks(n_1, MOST_TICKS)}
    along = f"of {first} raise it on average, and none of {n_2} {second}"
    titles = along, "chance that the difference would have shown"
    points = drawn.set_axis(["curve", "x", "y"], axis=1)
    figure = curves(points, places, titles, ENOUGH, f"{OFTEN} (80 %)", looks, title)
    enough = {name: _reached(rows.to_numpy()) for name, rows in drawn.groupby("curve", sort=False)["power"]}
    reached = [f"{name}, {_from(enough.get(name), n_1)}" for name in names]
    told = f"A true difference from none would be seen {OFTEN} or more: {'; '.join(reached)}."
    some = drawn[drawn["share"].isin(SHARES[:: STEPS // 12])].round(2)
    numbers = some.rename(columns={"share": f"true share of {first}", "power": "chance of seeing it"})
    each = " for each of them held to its share of what chance may do; allowing for all together sees as much or more"
    exact = f"The chances are exact{each if len(names) > 1 else ''}."
    exact += f" A gap is easiest to see where no {second} raise it, as here."
    caption = passage(Text(title, "."), told, exact)
    return picture(figure, study, caption, f"Curves of power. {title}. {told}", numbers)


def _from(share: float | None, n: int) -> str:
    return "never" if share is None else f"from {share * n:.1f} of {n} on"


def power_curves(sizes: Sizes, found: Comparison, what: str) -> pd.DataFrame:
    """Return the power at each true share of the first level, nobody at the second: curve, share, power."""
    curves = {name: _power(sizes, *setting) for name, setting in _settings(found, what).items()}
    drawn = pd.DataFrame({"share": SHARES, **curves}).melt("share", var_name="curve", value_name="power")
    return drawn[["curve", "share", "power"]]


def enough_share(sizes: Sizes, alpha: float, family: int) -> float | None:
    """Return the smallest true share of the first level that is seen often enough, against nobody at the second."""
    return _reached(_power(sizes, alpha, family))


def _reached(chances: np.ndarray) -> float | None:
    """Return the share from which the power at each of SHARES is high enough; None: it never is."""
    at = int(np.argmax(chances >= ENOUGH))
    if chances[at] < ENOUGH:
        return None
    return float(np.interp(ENOUGH, chances[at - 1 : at + 1], SHARES[at - 1 : at + 1])) if at else 0.0


def _power(sizes: Sizes, alpha: float, family: int) -> np.ndarray:
    """Return the power at each of SHARES."""
    pairs = np.column_stack([SHARES, np.zeros(len(SHARES))])
    try:
        found = power(None, pairs, alpha, blocks=sizes.rooms, family=family) if sizes.rooms else None
    except ValueError:  # too many rooms to go through
        found = None
    found = power(sizes.n, pairs, alpha, family=family) if found is None else found
    return found["power"].to_numpy(dtype=float)
