"""Saturation: what each event added to the codes already met, and how many may still be to come.

Letters: V events of one kind, C codes. References: references.toml, beside this file.
"""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom

from plrlib.faults import NotInStudy
from plrlib.stats.agreement import MOST_NOWHERE
from plrlib.study.evidence import evidence
from plrlib.study.load import Study, typed
from plrlib.text import count, verb

# How many codes there may be that nobody raised, from how many events each code came up in.

NORMAL = 1.959963984540054
"""The standard normal quantile that leaves 2.5 % above it."""
REPLICATES = 1000
Estimate = tuple[float, float, float]
"""An estimate and the ends of its 95 % interval; nan where not defined."""


def chao2(times: NDArray[np.int64], events: int) -> Estimate:
    """Chao2: a lower bound of how many codes there are, those seen and those that nobody raised yet.

    Parameters
    ----------
    times : ndarray
        For each of C codes seen, in how many events it came up.
    events : int
        V.

    Returns
    -------
    tuple of float
        Chao's estimate with the factor (V - 1) / V for few events; where no code came up in exactly two, its form
        that does without. The interval takes the logarithm of the number unseen as normal. Without unseen codes by the
        estimate there is no interval. All nan where nothing was seen, or in one event alone.

    Notes
    -----
    [chao1987]_; variance as R's vegan, `specpool`, has it.

    See Also
    --------
    coverage : The share of code occurrences that codes already seen would have.

    Examples
    --------
    >>> [round(x, 2) for x in chao2(np.array([1, 1, 1, 2, 3, 5]), events=6)]
    [9.75, 6.41, 40.47]
    """
    seen, once, twice = len(times), int((times == 1).sum()), int((times == 2).sum())
    if not seen or events < 2:
        return math.nan, math.nan, math.nan
    few = (events - 1) / events
    if twice:
        a = once / twice
        unseen = few * once * a / 2
        variance = once * few * (0.5 + few * (1 + a / 4) * a) * a
    else:
        unseen = few * once * (once - 1) / 2
        variance = few * (once * (2 * once - 1) ** 2 / 4 - once**4 / (seen + unseen) / 4)
        variance = few * (variance + once * (once - 1) / 2)
    if unseen <= 0 or variance <= 0:
        return seen + unseen, math.nan, math.nan
    spread = math.exp(NORMAL * math.sqrt(math.log1p(variance / unseen**2)))
    return seen + unseen, seen + unseen / spread, seen + unseen * spread


def coverage(times: NDArray[np.int64], events: int) -> float:
    """Sample coverage: the share of all code occurrences in a further event that are of codes already seen.

    Parameters
    ----------
    times : ndarray
        For each of C codes seen, in how many events it came up.
    events : int
        V.

    Returns
    -------
    float
        nan where nothing was seen, or in one event alone.

    Notes
    -----
    [chao2012]_, for incidences.

    See Also
    --------
    coverage_interval : Its interval.

    Examples
    --------
    >>> round(coverage(np.array([1, 1, 1, 2, 3, 5]), events=6), 3)
    0.796
    """
    total, once, twice = int(times.sum()), int((times == 1).sum()), int((times == 2).sum())
    if not total or events < 2:
        return math.nan
    if not once:
        return 1.0
    few = (events - 1) * (once if twice else once - 1)  # as if one code were expected twice where none was seen so
    return 1 - once / total * (few / (few + 2 * (twice or 1)))


def coverage_interval(times: NDArray[np.int64], events: int, seed: int) -> tuple[float, float]:
    """Interval of 95 % of sample coverage, from 1,000 studies drawn like this one.

    Parameters
    ----------
    times, events
        As in `coverage`.
    seed : int
        Of the studies that are drawn.

    Returns
    -------
    tuple of float
        Its ends.

    Notes
    -----
    The studies have the codes seen, each with a chance lowered by what coverage says is missing, and as many unseen
    ones as Chao's estimate has, which share that. In each of 1,000 that are drawn the estimate is off by what is known
    there; the interval is the estimate less the 97.5th and the 2.5th percentile of that, within 0 and 1. nan where the
    estimate is not defined, or is never off.

    The studies are those of [colwell2012]_ (appendix G). Their interval, from the spread of the estimate alone,
    held the truth in 75 to 85 of 100 studies as small as these, for the truth differs from study to study too; this
    one in 92 to 97.

    Examples
    --------
    >>> [round(x, 2) for x in coverage_interval(np.array([1, 1, 1, 2, 3, 5]), events=6, seed=1)]
    [0.53, 1.0]
    """
    whole = coverage(times, events)
    if math.isnan(whole):
        return math.nan, math.nan
    chances = _assemblage(times, events, whole)
    drawn = np.random.default_rng(seed).binomial(events, chances, size=(REPLICATES, len(chances)))
    estimated = np.array([coverage(some[some > 0], events) for some in drawn])
    off = estimated - (drawn > 0) @ chances / chances.sum()
    low, high = whole - np.nanpercentile(off, [97.5, 2.5])
    return (max(0.0, float(low)), min(1.0, float(high))) if low < high else (math.nan, math.nan)


def _assemblage(times: NDArray[np.int64], events: int, whole: float) -> NDArray[np.float64]:
    """Return the chance of each code, seen or not, to come up in an event."""
    share = times / events
    missing = times.sum() / events * (1 - whole)  # what an event has, on average, of codes not seen
    lost = float((share * (1 - share) ** events).sum())
    lower = missing / lost if lost > 0 else 0.0
    seen = np.clip(share * (1 - lower * (1 - share) ** events), 0.0, 1.0)
    estimate = chao2(times, events)[0]
    unseen = math.ceil(estimate - len(times) - 1e-9)
    return np.concatenate([seen, np.full(unseen, min(1.0, missing / unseen))]) if unseen > 0 else seen


def any_order(times: NDArray[np.int64], events: int) -> NDArray[np.float64]:
    """Codes seen after 1 to V events, on average over every order of them.

    Parameters
    ----------
    times : ndarray
        For each of C codes seen, in how many events it came up.
    events : int
        V.

    Notes
    -----
    Exact: a code that came up in k events is missed by v of V with the chance of v events without it [colwell2012]_.

    Examples
    --------
    >>> any_order(np.array([1, 1, 2]), events=3).round(3).tolist()
    [1.333, 2.333, 3.0]
    """
    after = np.arange(1, events + 1)[:, None]
    return np.asarray(hypergeom.sf(0, events, times, after).sum(axis=1), dtype=np.float64)


# What each event added to the codes already met, and how many may still be to come.

NEW, TOTAL, ANY_ORDER, INFORMATION = "new", "total", "any order", "new information"
REACHED, CODES, CHAO2, COVERAGE = "reached", "codes", "chao2", "coverage"
MEASURES = (NEW, TOTAL, ANY_ORDER, INFORMATION, REACHED, CODES, CHAO2, COVERAGE)
NOT_SAID = "not said"
ORDERS = 1000


def saturation(
    study: Study, level: str = "code", coder: str | None = None, base: int = 4, run: int = 2, threshold: float = 0.05
) -> pd.DataFrame:
    """Saturation of codes: what each event added, in the order held, and what a further one might add.

    Parameters
    ----------
    study : Study
        A study.
    level : str
        `code` or `theme`, as in `presence`.
    coder : str, optional
        Whose codings; None: those of the reference coder, or of all who divided the work.
    base, run : int
    threshold : float
        Guest, Namey & Chen's: how many first events make up the base, how many further ones a run, and the share of
        new information at or below which no more is looked for.

    Returns
    -------
    DataFrame
        One row a kind of event and measure, and event where it is about one; focus groups and interviews are counted
        apart. Unit: codes, unless said.

        - kind: focus group, interview, or `not said`; only kinds of which there are events;
        - measure: `new`: codes first met in that event; `total`: met so far; `any order`: met after so many events on
          average over every order, exactly, with 2.5th and 97.5th percentiles over 1,000 seeded orders; `new
          information`: the codes first met in the `run` events up to this one, divided by those of the base (a
          share); `reached`: after how many events the first run began whose share is at or below the threshold;
          `codes`: seen at all; `chao2`: Chao's lower bound of how many there are; `coverage`: the share of the code
          occurrences of a further event that would be of codes already seen;
        - position: 1 for the first event of its kind; missing where the measure is about all;
        - event; estimate; low, high: missing where not defined;
        - n: the events of that kind.

        Events go by `order`, at equal order as they stand in their table. One without a coded excerpt counts, with no
        codes. Excerpts of no one event are left out.

    Raises
    ------
    NotInStudy
        If a fifth or more of the excerpts have no single event.
    ValueError
        If an argument is not known to the study, or base or run is no whole number from 1.

    Notes
    -----
    Chao2 is not defined for one event, and has no interval where it finds nothing unseen.

    References
    ----------
    [guest2020]_ (new information), [chao1987]_ (Chao2), [chao2012]_ and [colwell2012]_ (coverage), [tran2017]_ (species
    richness as a model of saturation).

    See Also
    --------
    presence : How many people raised each code.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = plrlib.saturation(study).query("position.isna()")
    >>> print(found[["kind", "measure", "estimate", "low", "high", "n"]].round(2).to_string(index=False))
           kind  measure  estimate    low   high  n
    focus group  reached       4.0   <NA>   <NA>  9
    focus group    codes      18.0   <NA>   <NA>  9
    focus group    chao2      18.0   <NA>   <NA>  9
    focus group coverage       1.0   0.99    1.0  9
      interview  reached       6.0   <NA>   <NA> 15
      interview    codes      20.0   <NA>   <NA> 15
      interview    chao2     20.62  20.05  27.41 15
      interview coverage      0.98   0.93    1.0 15
    """
    if base < 1 or run < 1:
        raise ValueError(f"base and run are at least 1, not {base} and {run}")
    place = study.prepared.only_event
    nowhere = int((place < 0).sum())
    if not len(study.events) or nowhere >= MOST_NOWHERE * len(place):
        which = f"{nowhere} of {count(len(place), 'excerpt')} {verb(nowhere, 'names', 'name')} no single event"
        raise NotInStudy(f"{which}, so that what each event added cannot be told. Needed: the event of each excerpt.")
    found = evidence(study, level, None, coder, "all")
    came_up = np.zeros((len(study.events), len(found.codes)), dtype=bool)
    excerpts, codes = found.coded.nonzero()
    came_up[place[excerpts[place[excerpts] >= 0]], codes[place[excerpts] >= 0]] = True
    order = study.events["order"].fillna(np.iinfo(np.int64).max).to_numpy(dtype=np.int64)
    held = np.argsort(order, kind="stable")
    kinds = study.events["kind"].astype("object").fillna(NOT_SAID).to_numpy()
    names = study.events["event"].astype(str).to_numpy()
    rows: list[tuple[object, ...]] = []
    for kind in dict.fromkeys([*study.events["kind"].cat.categories, NOT_SAID]):
        mine = held[kinds[held] == kind]
        if len(mine):
            found_of_kind = _rows(came_up[mine], names[mine], (base, run, threshold), study.settings.seed)
            rows += [(kind, *row, len(mine)) for row in found_of_kind]
    frame = pd.DataFrame(rows, columns=["kind", "measure", "position", "event", "estimate", "low", "high", "n"])
    return typed(frame, numbers=("estimate", "low", "high"), whole=("position", "n"), measure=MEASURES)


def _rows(
    came_up: NDArray[np.bool_], names: NDArray[np.object_], rule: tuple[int, int, float], seed: int
) -> Iterator[tuple[object, ...]]:
    """Yield the measures of one kind of event: measure, position, event, estimate, low, high."""
    base, run, threshold = rule
    new, n = first_met(came_up), len(names)
    times = came_up.sum(axis=0)
    times = times[times > 0]
    orders = zip(any_order(times, n), *_orders(came_up, seed), strict=True)
    for v, (name, total, average) in enumerate(zip(names, np.cumsum(new), orders, strict=True)):
        yield NEW, v + 1, name, new[v], None, None
        yield TOTAL, v + 1, name, total, None, None
        yield ANY_ORDER, v + 1, None, *average
    shares = new_information(new, base, run)
    for v, share in shares:
        yield INFORMATION, v + 1, names[v], share, None, None
    yield REACHED, None, None, next((v + 1 - run for v, share in shares if share <= threshold), None), None, None
    yield CODES, None, None, len(times), None, None
    yield CHAO2, None, None, *chao2(times, n)
    yield COVERAGE, None, None, coverage(times, n), *coverage_interval(times, n, seed)


def first_met(came_up: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Codes new in each of V events: those that came up in it and in none before. `came_up` is V × C.

    Examples
    --------
    >>> first_met(np.array([[1, 0, 1], [1, 1, 0]], dtype=bool)).tolist()
    [2, 1]
    """
    before: NDArray[np.int64] = np.cumsum(came_up, axis=0) - came_up
    return np.asarray((came_up & (before == 0)).sum(axis=1), dtype=np.int64)


def new_information(new: NDArray[np.int64], base: int, run: int) -> list[tuple[int, float]]:
    """Share of new information in each run of events after the base, with the place of the run's last event.

    Nothing where the base holds no code, or there are no events after it [guest2020]_.

    Examples
    --------
    >>> new_information(np.array([6, 2, 1, 0, 1]), base=2, run=2)
    [(3, 0.125), (4, 0.125)]
    """
    found = int(new[:base].sum())
    ends = range(base + run - 1, len(new)) if found else range(0)
    return [(v, float(new[v - run + 1 : v + 1].sum()) / found) for v in ends]


def _orders(came_up: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    """Return the 2.5th and 97.5th percentile of the codes met after so many events, over orders drawn: 2 × V."""
    rng = np.random.default_rng(seed)
    orders = (came_up[rng.permutation(len(came_up))] for _ in range(ORDERS))
    met = [np.logical_or.accumulate(order).sum(axis=1) for order in orders]
    return np.asarray(np.percentile(met, [2.5, 97.5], axis=0), dtype=np.float64)
