"""Is the answer right where the truth is known? Draw many studies, compare each, and count.

Every study here is simulated. Letters: P people, C codes, L levels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from plrlib.stats.bounds.presence import count_people
from plrlib.stats.comparison.effects import odds_interval
from plrlib.stats.comparison.verdict import DIFFERS, Judged, judge
from plrlib.stats.simulate.plan import Plan, Room, alone
from plrlib.stats.simulate.simulate import Simulated, simulate
from plrlib.study.load import Study

ALPHA = 0.05
BY = "group"
FIRST, SECOND, THIRD = ({BY: level} for level in ("first", "second", "third"))
ROOM_EFFECTS = 1.0
"""How differently a code comes up in different rooms, where rooms have effects: a standard deviation in log odds."""


def plan(*rooms: tuple[int, ...] | Room, **more: object) -> Plan:
    """Return a plan of 20 codes for rooms with so many people of each level.

    People raise more or less (whatever their level), and talk is overdispersed.
    """
    groups = [
        Room(f"FG{i}", tuple((who, n) for who, n in zip((FIRST, SECOND, THIRD), room, strict=False) if n))
        if not isinstance(room, Room)
        else room
        for i, room in enumerate(rooms, 1)
    ]
    levels = {"first": "First", "second": "Second"}
    if any(THIRD in (who for who, _ in room.people) for room in groups):
        levels["third"] = "Third"
    chosen: dict[str, object] = {"themes": 5, "codes": 4, "popularity": (0.1, 0.6), "propensity": 0.5, "talk": 1.5}
    return Plan(rooms=tuple(groups), groupings={BY: ("Group", levels)}, **(chosen | more))  # type: ignore[arg-type]


def null_plans() -> dict[str, Plan]:
    """Return a plan without any difference between levels for each kind of design, by what it is."""
    mixed = ((3, 3), (3, 3), (3, 3))
    return {
        "rooms alike, both levels in each": plan(*mixed),
        "rooms unlike, both levels in each": plan((2, 4), (5, 1), (1, 3), (3, 2)),
        "two rooms of 7, as in PLR0809/017": plan((4, 3), (3, 4)),
        "three levels in each room": plan((2, 2, 2), (2, 2, 2), (1, 2, 2)),
        "one level interviewed again": plan(*mixed, again=(BY, "first")),
        "one level talks three times as much": plan(*mixed, talkative={(BY, "first"): 3.0}),
        "whole rooms, alike": plan(*[(5, 0)] * 4, *[(0, 5)] * 4),
        "whole rooms, of 4 and of 6": plan((4, 0), (6, 0), (5, 0), (6, 0), (0, 4), (0, 5), (0, 6), (0, 4)),
        "whole rooms of three levels": plan(*[(5, 0, 0)] * 3, *[(0, 5, 0)] * 3, *[(0, 0, 5)] * 3),
        "interviews alone": plan(*alone(7, FIRST, "A"), *alone(7, SECOND, "B")),
        "mixed rooms and rooms of one level": plan((3, 3), (5, 0), (0, 5), (3, 2)),
        "each level in rooms of its own": plan((7, 0, 0), (0, 7, 0), (0, 0, 6), (0, 0, 4)),
        "two rooms a level": plan((5, 0), (5, 0), (0, 5), (0, 5)),
        "a room against interviews": plan((6, 0), *alone(6, SECOND, "B")),
        "four rooms of 3 against four of 10": plan(*[(3, 0)] * 4, *[(0, 10)] * 4),
    }


def count_false_findings(studies: int, seed: int, plans: Mapping[str, Plan] | None = None) -> Iterator[pd.DataFrame]:
    """Draw studies without any difference between levels, and count how often one is found.

    Parameters
    ----------
    studies
        How many of each design, without room effects and as many with them.
    seed
        Of the first study; each has one of its own.
    plans
        What to draw; None: all of `null_plans`.

    Yields
    ------
    DataFrame
        One row: design, room_effects, studies; with_differs: studies in which any code is said to differ;
        with_segments: studies in which a chi-squared test on counts of coded segments, the usual crosstab, has any p of
        0.05 or less; segments_called: the share of its comparisons of which that is so.
    """
    for about, drawn in (null_plans() if plans is None else plans).items():
        for effects in (0.0, ROOM_EFFECTS):
            with_effects = replace(drawn, event_sd=effects)
            found = [_false_findings(simulate(with_effects, {}, seed=seed + i)) for i in range(studies)]
            differs, called, compared = (np.array(part) for part in zip(*found, strict=True))
            yield pd.DataFrame(
                {
                    "design": [about], "room_effects": [effects > 0], "studies": [studies],
                    "with_differs": [int((differs > 0).sum())], "with_segments": [int((called > 0).sum())],
                    "segments_called": [called.sum() / max(compared.sum(), 1)],
                }
            )  # fmt: skip


def measure_power(studies: int, seed: int) -> Iterator[pd.DataFrame]:
    """Draw studies in which one code differs, and count how often it is found.

    Yields
    ------
    DataFrame
        One row: log_odds: what was planted; studies; found: studies that say the code differs; oracle: studies in which
        the test of that code alone, by somebody who knows which one it is, has a p of 0.05 or less; with_false: studies
        that say another code differs.
    """
    popular = {f"T{t}-{c}": 0.3 for t in range(1, 6) for c in range(1, 5)}
    drawn = plan((4, 4), (4, 4), (4, 4), popularity=popular)
    for effect in (0.0, 1.5, 3.0, 4.5):
        planted: dict[tuple[str, ...], float] = {(BY, "first", "T1-1"): effect} if effect else {}
        found = [_judged(simulate(drawn, planted, seed=seed + i)) for i in range(studies)]
        yield pd.DataFrame(
            {
                "log_odds": [effect], "studies": [studies],
                "found": [sum(one.verdicts[0] == DIFFERS for one in found)],
                "oracle": [sum(bool(one.p_low[0] <= ALPHA) for one in found)],
                "with_false": [sum(DIFFERS in one.verdicts[1:] for one in found)],
            }
        )  # fmt: skip


def measure_coverage(studies: int, seed: int) -> Iterator[pd.DataFrame]:
    """Draw studies with a known common odds ratio, and count how often the exact interval holds it.

    Yields
    ------
    DataFrame
        One row: log_odds: the truth for every code; intervals: 95 % intervals; covering: those that hold it.
    """
    drawn = plan((4, 3), (3, 4), (5, 5), propensity=0.0, event_sd=ROOM_EFFECTS)
    for effect in (0.0, 1.0, 2.0):
        planted: dict[tuple[str, ...], float] = {(BY, "first", f"T{t}"): effect for t in range(1, 6)}
        low, high = [], []
        for i in range(studies):
            counts = _judged(simulate(drawn, planted, seed=seed + i)).named.counts
            limits = odds_interval(counts.raised, counts.asked[0], ALPHA)
            low.append(limits[:, 0])
            high.append(limits[:, 1])
        holds = (np.concatenate(low) <= np.exp(effect)) & (np.exp(effect) <= np.concatenate(high))
        yield pd.DataFrame({"log_odds": [effect], "intervals": [len(holds)], "covering": [int(holds.sum())]})


def check_bounds(studies: int, seed: int) -> Iterator[pd.DataFrame]:
    """Draw studies in which some excerpts name nobody, and count how often the bounds hold what is true.

    Yields
    ------
    DataFrame
        One row: blur: the share of excerpts that name nobody; counts: codes by level; holding: those whose true count
        lies between lower and upper; comparisons: codes; p_holding: those whose true p lies between p_low and p_high.
    """
    named = plan((3, 3), (2, 4), themes=2, codes=2)
    for blur in (0.2, 0.6):
        counts = holding = comparisons = p_holding = 0
        for i in range(studies):
            study = simulate(replace(named, blur=blur), {}, seed=seed + i)
            judged, true = _judged(study), _judged(simulate(named, {}, seed=seed + i))
            grouping = study.grouping(BY)
            bounds = count_people(study, grouping, judged.found)
            level = study.prepared.group(grouping)
            there = np.stack([study.raised("code")[level == at].sum(axis=0) for at in range(2)], axis=1)
            counts += there.size
            holding += int(((bounds[:, :, 1] <= there) & (there <= bounds[:, :, 2])).sum())
            comparisons += len(true.p_low)
            inside = (judged.p_low <= true.p_low * (1 + 1e-9)) & (true.p_low <= judged.p_high * (1 + 1e-9))
            p_holding += int(inside.sum())
        yield pd.DataFrame(
            {
                "blur": [blur], "counts": [counts], "holding": [holding], "comparisons": [comparisons],
                "p_holding": [p_holding],
            }
        )  # fmt: skip


def _judged(study: Study) -> Judged:
    return judge(study, study.grouping(BY), "code", None, None, ALPHA)


def _false_findings(study: Simulated) -> tuple[int, int, int]:
    """Return how many codes are said to differ, how many the crosstab calls different, and how many it compares."""
    p = segments(study)
    known = ~np.isnan(p)
    return _judged(study).verdicts.count(DIFFERS), int((p[known] <= ALPHA).sum()), int(known.sum())


def segments(study: Study) -> NDArray[np.float64]:
    """Return for each code the p of a chi-squared test on counts of coded segments by level: what not to do.

    nan where the code was given to no segment, or to all.
    """
    speaker = pd.Index(study.participants["participant"]).get_indexer(pd.Index(study.excerpts["participant"]))
    level = np.append(study.prepared.group(study.grouping(BY)), -1)[speaker]
    first = study.codings[study.codings["coder"] == study.codings["coder"].iloc[0]]
    at = dict(zip(study.excerpts["excerpt"], level, strict=True))
    codes = [
        code for code, parent in zip(study.codebook["code"], study.codebook["parent"], strict=True) if parent == parent
    ]
    counts = pd.crosstab(first["code"].astype("object"), first["excerpt"].map(at).astype(int)).reindex(
        codes, fill_value=0
    )
    table = counts.drop(columns=-1, errors="ignore").to_numpy(dtype=float)
    total = np.bincount(level[level >= 0], minlength=table.shape[1]).astype(float)
    share = (table.sum(axis=1) / total.sum())[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        away = ((table - total * share) ** 2 / (total * share * (1 - share))).sum(axis=1)
    return np.asarray(chi2.sf(away, table.shape[1] - 1))
