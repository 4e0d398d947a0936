"""Is the answer right where the truth is known? Draw many studies, compare each, and count.

Every study here is simulated. Letters: P people, C codes, L levels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom, boschloo_exact, chi2

from plrlib.stats.bounds.presence import count_people
from plrlib.stats.change import CHANGED, change
from plrlib.stats.comparison.compare import compare
from plrlib.stats.comparison.effects import odds_interval
from plrlib.stats.comparison.power import power
from plrlib.stats.comparison.verdict import DIFFERS, Judged, equal_talk, judge
from plrlib.stats.simulate.plan import Plan, Room, alone
from plrlib.stats.simulate.simulate import Simulated, simulate
from plrlib.study.load import Study
from plrlib.study.settings import Comparison

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


@dataclass(frozen=True)
class Row:
    """A design without any difference of views between groups, of which many studies are drawn.

    Parameters
    ----------
    design
        Of the i-th study, by its number: a plan.
    promised
        Whether the test promises to find no more than it should; the others are outside of what it says.
    finds
        Whether a study has a finding, and whether it has one at equal talk (None: there is no verdict at equal talk).
    effects
        What is planted all the same, where findings of other codes alone are counted.
    """

    design: Callable[[int], Plan]
    promised: bool = True
    finds: Callable[[Simulated], tuple[bool, bool | None]] = lambda study: _finds(study)  # noqa: PLW0108 - below
    effects: Mapping[tuple[str, ...], float] = field(default_factory=dict)


def rows() -> dict[str, Row]:
    """Return every row of the calibration table by what its design is; in most of them events have effects."""
    mixed, pure = ((3, 3), (3, 3), (3, 3)), (*[(5, 0)] * 6, *[(0, 5)] * 6)
    two = [*alone(16, FIRST, "A1", "ann"), *alone(4, SECOND, "A2", "ann"), *alone(4, FIRST, "B1", "bob")]
    two += alone(16, SECOND, "B2", "bob")

    def fixed(*rooms: tuple[int, ...] | Room, **more: object) -> Callable[[int], Plan]:
        drawn = plan(*rooms, **{"event_sd": ROOM_EFFECTS, **more})
        return lambda i: drawn

    def talking(times: float) -> Row:
        events = fixed(*[(6, 6)] * 4, turns=8.0, steadiness=4.0, talkative={(BY, "first"): times})
        return Row(events, promised=times == 1)

    interviewers = {"propensity": 0.5, "interviewer_sd": 1.0, "event_sd": 0.0}
    return {
        "both groups in each event": Row(fixed(*mixed)),
        "both groups in each event, events alike": Row(fixed(*mixed, event_sd=0.0)),
        "events unlike in make-up": Row(fixed((2, 4), (5, 1), (1, 3), (3, 2))),
        "two events of 7, as in PLR0809/017": Row(fixed((4, 3), (3, 4))),
        "three groups in each event": Row(fixed((2, 2, 2), (2, 2, 2), (1, 2, 2))),
        "five groups, permutations sampled": Row(_five_groups),
        "permutations sampled": Row(fixed(*[(6, 6)] * 4)),
        "pairs": Row(fixed(*[(1, 1)] * 12)),
        "one group interviewed again": Row(fixed(*mixed, again=(BY, "first"))),
        "interviews alone": Row(fixed(*alone(7, FIRST, "A"), *alone(7, SECOND, "B"), event_sd=0.0)),
        "whole events": Row(fixed(*pure)),
        "whole events, sizes 3 to 8 at random": Row(_random_sizes),
        "whole events of 4 and of 5": Row(fixed(*[(4, 0)] * 6, *[(0, 5)] * 6)),
        "whole events of three groups": Row(fixed(*[(5, 0, 0)] * 3, *[(0, 5, 0)] * 3, *[(0, 0, 5)] * 3)),
        "mixed and whole events": Row(fixed((3, 3), (2, 3), *pure)),
        "mixed events and two of one group": Row(fixed((3, 3), (5, 0), (0, 5), (3, 2))),
        "mixed events and lone interviews": Row(
            fixed((3, 3), (3, 3), *alone(5, FIRST, "A"), *alone(5, SECOND, "B"), event_sd=0.0)
        ),
        "two interviewers, 16 to 4, named": Row(fixed(*two, **interviewers)),
        "two interviewers, 16 to 4, not named": Row(fixed(*two, **interviewers), promised=False, finds=_not_blocked),
        "equal talk": talking(1.0),
        "one group talks 1.5 times as much": talking(1.5),
        "one group talks twice as much": talking(2.0),
        "one group talks 3 times as much": talking(3.0),
        "two groupings at once": Row(_two_groupings, finds=_either),
        "echo of anybody": Row(fixed(*mixed, echo=1.5)),
        "echo of one's own group": Row(fixed(*mixed, echo=1.5, echo_of=BY), promised=False),
        "coder with group": Row(fixed(*mixed), promised=False, finds=_coder_with_group),
        "events of one group vary more": Row(_unlike_variance),
        "asked at some events": Row(fixed(*mixed, (4, 2)), finds=_asked_at_some),
        "who is in which group is published as totals": Row(fixed((3, 3), (2, 3)), finds=_margins),
        "change between hearings": Row(fixed(*[(4, 4)] * 3, again=14, event_sd=0.0), finds=_changes),
        "four codes that do differ": Row(
            fixed((5, 5), (5, 5), (5, 5)), finds=_others, effects={(BY, "first", "T1"): 4.0}
        ),
        "a group an event": Row(fixed((7, 0, 0), (0, 7, 0), (0, 0, 6), (0, 0, 4))),
        "two events a group": Row(fixed((5, 0), (5, 0), (0, 5), (0, 5))),
        "kind of event with group": Row(fixed((6, 0), (6, 0), *alone(6, SECOND, "B"))),
        "whole events of 3 and of 10": Row(fixed(*[(3, 0)] * 4, *[(0, 10)] * 4)),
        "three events of 3 against nine of 10": Row(fixed(*[(3, 0)] * 3, *[(0, 10)] * 9)),
    }


CONFOUNDED = (
    "a group an event", "kind of event with group", "whole events of 3 and of 10",
    "three events of 3 against nine of 10",
)  # fmt: skip
"""Designs of which nothing can be said."""


def _random_sizes(i: int) -> Plan:
    sizes = np.random.default_rng(i).integers(3, 9, 12)
    events = [(int(n), 0) if e % 2 else (0, int(n)) for e, n in enumerate(sizes)]
    return plan(*events, event_sd=ROOM_EFFECTS)


def _unlike_variance(i: int) -> Plan:
    events = [
        Room(f"R{e}", ((FIRST, 5),) if e < 5 else ((SECOND, 5),), unlike=0.3 if e < 5 else 1.7) for e in range(10)
    ]
    return plan(*events, event_sd=ROOM_EFFECTS)


def _five_groups(i: int) -> Plan:
    levels = {f"g{k}": f"G{k}" for k in range(5)}
    events = [Room(f"R{e}", tuple(({BY: name}, 5) for name in levels)) for e in range(2)]
    return replace(plan(*events, event_sd=ROOM_EFFECTS), groupings={BY: ("Group", levels)})


def _two_groupings(i: int) -> Plan:
    """The second grouping goes across the first, person by person."""
    other = {"a": "A", "b": "B"}
    events = [
        Room(f"R{e}", tuple(({**who, "other": key}, 2) for who in (FIRST, SECOND) for key in other)) for e in range(3)
    ]
    both = {BY: ("Group", {"first": "First", "second": "Second"}), "other": ("Other", other)}
    planned = tuple(Comparison(name, "code") for name in both)
    return replace(plan(*events, event_sd=ROOM_EFFECTS), groupings=both, comparisons=planned)


def _finds(study: Study) -> tuple[bool, bool | None]:
    judged = _judged(study)
    talk = equal_talk(study, judged, len(study.grouping(BY).levels), ALPHA)
    told = any(talk.verdicts)
    return DIFFERS in judged.verdicts, (DIFFERS in talk.verdicts) if told else None


def _not_blocked(study: Simulated) -> tuple[bool, bool | None]:
    return _finds(replace(study, settings=replace(study.settings, interview_blocks=())))


def _either(study: Study) -> tuple[bool, bool | None]:
    found = [compare(study, name, "code").frame for name in study.settings.groupings]
    assert {one["alpha"].iloc[0] for one in found} == {ALPHA / 2}
    return any((one["verdict"] == DIFFERS).any() for one in found), None


def _coder_with_group(study: Simulated) -> tuple[bool, bool | None]:
    """Whoever coded the second group found one code of three."""
    group = np.append(study.prepared.group(study.grouping(BY)), -1)[study.prepared.speaker]
    found = np.random.default_rng(study.settings.seed).random(len(study.codings)) < 1 / 3
    return _finds(replace(study, codings=study.codings[(group == 0) | found]))


def _asked_at_some(study: Simulated) -> tuple[bool, bool | None]:
    """The last two themes were put to the first two events only."""
    asked = [(e, t) for e in study.events["event"][:2] for t in ("T4", "T5")]
    asked += [(e, t) for e in study.events["event"] for t in ("T1", "T2", "T3")]
    tables = {"event": study.events, "code": study.codebook}
    parts = zip(tables.items(), zip(*asked, strict=True), strict=True)
    columns = {n: pd.Categorical(part, categories=table[n].cat.categories) for (n, table), part in parts}
    table = pd.DataFrame(columns)
    return _finds(replace(study, asked=table))


def _margins(study: Simulated) -> tuple[bool, bool | None]:
    """Nobody's group is published, only how many people of each group there are, and were at each event."""
    people = study.participants.assign(
        **{BY: study.participants[BY].mask(np.ones(len(study.participants), dtype=bool))}
    )
    sizes = study.participants[BY].value_counts()
    rows = pd.DataFrame({
        "population": "everybody", "attribute": BY, "level": list(map(str, sizes.index)),
        "n": pd.array(sizes.to_numpy(), dtype="Int64"),
    })  # fmt: skip
    settings = replace(study.settings, populations={"everybody": {}})
    few = replace(study, participants=people, margins=rows, settings=settings)
    codes = tuple(few.codebook["code"][few.codebook["parent"].notna()][:4])
    judged = judge(few, few.grouping(BY), "code", None, None, ALPHA, codes=codes)
    return DIFFERS in judged.verdicts, None


def _changes(study: Study) -> tuple[bool, bool | None]:
    return bool((change(study, "code")["verdict"] == CHANGED).any()), None


def _others(study: Study) -> tuple[bool, bool | None]:
    verdicts = _judged(study).verdicts
    assert len(verdicts) == 20
    return DIFFERS in verdicts[4:], None


def count_false_findings(studies: int, seed: int, about: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
    """Draw studies without any difference of views between groups, and count how often one is found.

    Parameters
    ----------
    studies
        How many of each design.
    seed
        Of the first study; each has one of its own.
    about
        What to draw; None: all of `rows`.

    Yields
    ------
    DataFrame
        One row: design; promised; studies; with_differs: studies in which any code is said to differ; judged_equal:
        those with any verdict at equal talk, and with_equal: those of them in which any code is said to differ there;
        with_segments: studies in which a chi-squared test on counts of coded segments, the usual crosstab, has any p of
        0.05 or less; segments_called: the share of its comparisons of which that is so.
    """
    every = rows()
    for name in about or every:
        row = every[name]
        drawn = (simulate(row.design(seed + i), row.effects, seed=seed + i) for i in range(studies))
        found = [(*row.finds(study), *_called(study)) for study in drawn]
        differs, equal, called, compared = zip(*found, strict=True)
        judged = [one for one in equal if one is not None]
        yield pd.DataFrame(
            {
                "design": [name], "promised": [row.promised], "studies": [studies], "with_differs": [sum(differs)],
                "judged_equal": [len(judged)], "with_equal": [sum(judged)],
                "with_segments": [sum(n > 0 for n in called)],
                "segments_called": [sum(called) / max(sum(compared), 1)],
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


def measure_boschloo() -> Iterator[pd.DataFrame]:
    """Power of the test of one code in one event, beside Boschloo's unconditional test. Exact, by every outcome.

    Yields
    ------
    DataFrame
        One row: n: the people of each group; p_1, p_2: the true probabilities; compare, boschloo: the power.
    """
    for n in (5, 7, 10):
        k = np.arange(n + 1)
        rejected = np.array([[boschloo_exact([[a, b], [n - a, n - b]], n=32).pvalue <= ALPHA for b in k] for a in k])
        for p_1, p_2 in ((0.8, 0.2), (0.9, 0.3), (0.9, 0.1)):
            chance = binom.pmf(k, n, p_1) @ rejected @ binom.pmf(k, n, p_2)
            ours = power((n, n), (p_1, p_2), alpha=ALPHA)["power"].iloc[0]
            yield pd.DataFrame({"n": [n], "p_1": [p_1], "p_2": [p_2], "compare": [ours], "boschloo": [chance]})


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


def _called(study: Simulated) -> tuple[int, int]:
    """Return how many codes the crosstab calls different, and how many it compares."""
    p = segments(study)
    known = ~np.isnan(p)
    return int((p[known] <= ALPHA).sum()), int(known.sum())


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
