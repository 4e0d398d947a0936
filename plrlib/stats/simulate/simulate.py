"""A simulated study as the files that `load_study` reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray
from scipy.special import expit, logit

from plrlib.faults import as_frame
from plrlib.stats.simulate.plan import Coder, Plan
from plrlib.study.evidence import codes_at
from plrlib.study.load import SealedTexts, Study, Tables
from plrlib.study.schema import STANCES, TABLES
from plrlib.study.settings import FILE, SECTIONS, Settings, bare, grouping_entries, toml
from plrlib.study.speakers import ATTRIBUTES

# What is drawn: what people raise, how often, and how it is coded, in arrays alone.

Effects = Mapping[tuple[str, ...], float]
SECOND = ("hearing", "second")
"""Stands for a column and level in effects that only second hearings have."""
OPPOSES = "opposes"
_WORDS_A_TURN = 22
_STREAMS = (
    "popularity", "propensity", "rooms", "raising", "talk", "again", "second", "stance", "words", "blur", "coders",
    "turns", "interviewers", "order",
)  # fmt: skip


def _effects(plan: Plan, effects: Effects) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return log odds added (P × C), log odds added at second hearings (C), and the probability to oppose (P × C)."""
    added = np.zeros((len(plan.people), len(plan.code_names)))
    later, opposes = np.zeros(added.shape[1]), np.full(added.shape, plan.opposes)
    for (column, level, code, *on), effect in effects.items():
        which = plan.below(code)
        if (column, level) == SECOND and not on:
            later[which] += effect
        elif not on:
            added[np.ix_(plan.at(column, level), which)] += effect
        elif on == [OPPOSES] and 0 <= effect <= 1:
            opposes[np.ix_(plan.at(column, level), which)] = effect
        else:
            raise ValueError(f"an effect of {effect} on {' '.join(on)!r} is not known: write 'opposes', a probability")
    return added, later, opposes


def _popularity(plan: Plan, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the log odds of each of C codes to be raised."""
    if isinstance(plan.popularity, Mapping):
        chances = np.array([plan.popularity[code] for code in plan.code_names])
    else:
        chances = rng.uniform(*plan.popularity, len(plan.code_names))
    return np.asarray(logit(chances))


def _turns(plan: Plan, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how many turns each of P people takes, by what is usual: the number itself where turns are not drawn."""
    if not plan.turns:
        return plan.talkativeness
    mean = plan.turns * plan.talkativeness * rng.gamma(plan.steadiness, 1 / plan.steadiness, len(plan.people))
    return np.asarray(np.maximum(rng.poisson(mean), 1) / plan.turns)


def _raised(
    plan: Plan, log_odds: NDArray[np.float64], turns: NDArray[np.float64], drawn: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:  # fmt: skip
    """Return P × C: who raises what, each turn a chance; with an echo one after another in each room."""
    raised = drawn < _chance(log_odds, turns)
    if not plan.echo:
        return raised
    for room in range(len(plan.rooms)):
        before: dict[str, NDArray[np.bool_]] = {}
        for p in rng.permutation(np.flatnonzero(plan.room == room)):
            alike = plan.people[p].get(plan.echo_of, "")
            heard = before.setdefault(alike, np.zeros(raised.shape[1], dtype=bool))
            raised[p] = drawn[p] < _chance(log_odds[p : p + 1] + plan.echo * heard, turns[p : p + 1])[0]
            heard |= raised[p]
    return raised


def _chance(log_odds: NDArray[np.float64], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability to raise a code in so many turns, by what is usual."""
    one = expit(log_odds)
    usual = turns[:, None] == 1.0
    return np.asarray(np.where(usual, one, -np.expm1(turns[:, None] * np.log1p(-np.minimum(one, 1 - 1e-15)))))


def _again(plan: Plan, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of those who are heard again, in order."""
    may_be = np.flatnonzero(plan.grouped)
    if isinstance(plan.again, tuple):
        return may_be[plan.at(*plan.again)[may_be]]
    return np.sort(rng.permutation(may_be)[: len(plan.later)])


def _views(plan: Plan, opposes: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return P × C: the stance that each person takes on each code, as its position among the stances."""
    drawn = rng.random((2, *opposes.shape))
    qualifies = drawn[1] * (1 - plan.opposes) < plan.qualifies  # of those who do not oppose
    otherwise = np.where(qualifies, STANCES.index("qualifies"), STANCES.index("supports"))
    return np.where(drawn[0] < opposes, STANCES.index(OPPOSES), otherwise)


def _changed(
    meant: NDArray[np.int64], n: int, coders: tuple[Coder, ...], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return E × K: what each coder gives to each excerpt; what is changed is any of the other values below n."""
    shape = (len(meant), len(coders))
    change = rng.random(shape) < np.array([coder.changed for coder in coders])
    other = rng.integers(1, max(n, 2), shape)
    return np.where(change, (meant[:, None] + other) % n, meant[:, None])


# Draw a study of which the truth is known.


@dataclass(frozen=True, repr=False, eq=False)
class Simulated(Study):
    """A study that was drawn; nobody said any of it.

    Parameters
    ----------
    truth
        One row a person and code under a theme: participant, code, raised (whether they raised it at their first
        hearing). Never blurred.
    planted
        One row an effect: column, level, code, on (`raising` or `opposes`), effect (log odds, or a probability).
    """

    truth: pd.DataFrame
    planted: pd.DataFrame

    def raised(self, level: str = "theme") -> NDArray[np.bool_]:
        """Return who truly raised each code of a level when first heard: P × the codes that `presence` has there."""
        people = len(self.participants)
        cells = self.truth["raised"].to_numpy().reshape(people, -1)
        codes, counts_for = codes_at(self, level)
        target = counts_for[self.truth["code"].cat.codes[: cells.shape[1]]]
        there = np.zeros((len(codes), people), dtype=bool)
        np.logical_or.at(there, target, cells.T)
        return there.T


def simulate(design: Plan, effects: Effects | None = None, seed: int = 0) -> Simulated:
    """Draw a study.

    Whether a person raises a code is a Bernoulli draw with log odds logit(popularity of the code) + propensity of the
    person + effect of room and code + planted effects; how often, given that they do, is 1 + a gamma-Poisson number.
    Who talks more has more chances to raise it (`turns`, `talkative`). Without effects, talkative groups and echoes of
    one's own group the people of a room are therefore exchangeable whatever their levels, and so are rooms of one size;
    without effects on second hearings a code is raised at them as readily as at the first.

    Parameters
    ----------
    design
        Who sits where, what can be raised, and how readily.
    effects
        What is planted. `(column, level, code)`: log odds added for people at that level, at every hearing; the code
        may be a theme, which means all codes under it. `("hearing", "second", code)`: log odds added at second hearings
        alone. `(column, level, code, "opposes")`: the probability that what they say of it opposes its theme.
    seed
        A whole number. The same one draws the same study, and each part of it from a stream of its own: blur, talk,
        coders or second hearings change nothing of who raised what at the first hearing.

    Returns
    -------
    Simulated
        The study that `load_study` would return from the files that `files_of` gives, and beside it the truth. Unit of
        the truth: people.

    Raises
    ------
    ValueError
        If an effect names a column and level that nobody has, or a code that is not there.

    Examples
    --------
    >>> from plrlib import Plan, Room, simulate
    >>> people = (({"sector": "voluntary"}, 4), ({"sector": "statutory"}, 4))
    >>> sectors = ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})
    >>> plan = Plan(rooms=(Room("FG1", people),), groupings={"sector": sectors}, themes=2, codes=2)
    >>> simulate(plan, seed=1)
    <Study simulated: 8 participants, 25 excerpts, 6 codes; simulated>
    """
    effects = effects or {}
    children = np.random.SeedSequence(seed).spawn(len(_STREAMS))
    rng = {name: np.random.Generator(np.random.PCG64(c)) for name, c in zip(_STREAMS, children, strict=True)}
    people, codes = shape = (len(design.people), len(design.code_names))
    added, later, opposes = _effects(design, effects)
    ready = _popularity(design, rng["popularity"]) + rng["propensity"].normal(0, design.propensity, (people, 1)) + added
    unlike = np.array([[room.unlike] for room in design.rooms])
    rooms = rng["rooms"].normal(0, design.event_sd, (len(design.rooms), codes)) * unlike
    if design.interviewer_sd:
        asking, number = np.unique([room.interviewer for room in design.rooms], return_inverse=True)
        rooms = rooms + rng["interviewers"].normal(0, design.interviewer_sd, (len(asking), codes))[number.reshape(-1)]
    turns = _turns(design, rng["turns"])
    raised = _raised(design, ready + rooms[design.room], turns, rng["raising"].random(shape), rng["order"])
    talk = rng["talk"].gamma(design.steadiness, 1 / design.steadiness, (people, 1)) * np.full(shape, design.talk)
    talk *= design.talkativeness[:, None]
    counts = np.where(raised, 1 + rng["talk"].poisson(talk), 0)
    again = _again(design, rng["again"])
    own = rng["second"].normal(0, design.event_sd, shape)[again]
    anew = rng["second"].random(shape)[again] < _chance(ready[again] + own + later, design.talkativeness[again])
    stays = (rng["second"].random(shape)[again] < design.stay) & (later == 0)
    raised_again = np.where(stays, raised[again], anew)
    counts_again = np.where(raised_again, 1 + rng["second"].poisson(talk[again]), 0)
    # From here on there are E excerpts, in the order of events: second interviews come after the V events.
    row, code = np.divmod(np.repeat(np.arange((people + len(again)) * codes), np.append(counts, counts_again)), codes)
    speaker = np.append(np.arange(people), again)[row]
    stance = _views(design, opposes, rng["stance"])[speaker, code]
    event = np.append(design.room, len(design.rooms) + np.arange(len(again)))[row]
    blurred, words = rng["blur"].random(len(row)) < design.blur, rng["words"].integers(5, 40, len(row))
    settings = replace(design.settings, seed=seed)
    tables = {name: frame.copy(deep=False) for name, frame in design.tables.items()}
    tables["attendance"] = _attendance(design, tables, again, turns)
    tables["excerpts"] = _excerpts(settings, tables, speaker, event, blurred, words)
    codings = _changed(code, codes, design.coders, rng["coders"])
    stances = _changed(stance, len(STANCES), design.coders, rng["coders"])
    tables["codings"], tables["envelopes"] = _coded(tables, codings, stances)
    tables["coverage"] = tables["coverage"].assign(excerpt=_column(tables, "excerpts", "excerpt")[:0])
    truth = {
        "participant": _column(tables, "participants", "participant").take(np.repeat(np.arange(people), codes)),
        "code": _column(tables, "codebook", "code").take(np.tile(_under(tables), people)),
        "raised": raised.ravel(),
    }
    tables |= {"notes": _no_notes().copy(deep=False), "truth": pd.DataFrame(truth), "planted": _planted(effects)}
    texts = SealedTexts(pd.Series([], index=pd.Index([], dtype="object"), dtype="object", name="text"))
    return Simulated(settings=settings, folder=Path(design.name), sources={}, withdrawn=0, texts=texts, **tables)


@cache
def _no_notes() -> pd.DataFrame:
    """Return the notes of a study that has none: made once, for a frame takes a third of the time that a draw does."""
    return as_frame([])


def _column(tables: Tables, table: str, name: str) -> pd.Categorical:
    return cast("pd.Categorical", tables[table][name].array)


def _under(tables: Tables) -> NDArray[np.int64]:
    """Return for each of C codes its row in the codebook."""
    return np.flatnonzero(_column(tables, "codebook", "parent").codes >= 0)


def _attendance(plan: Plan, tables: Tables, again: NDArray[np.int64], turns: NDArray[np.float64]) -> pd.DataFrame:
    """Return who was interviewed where: people heard alone, and then those heard again.

    Where turns are drawn those of focus groups come first, and words tell of turns at first hearings.
    """
    first = np.arange(len(turns)) if plan.turns else np.flatnonzero(~plan.grouped)
    who = _column(tables, "participants", "participant").take(np.append(first, again))
    where = np.append(plan.room[first], len(plan.rooms) + np.arange(len(again)))
    words = np.rint(turns[first] * plan.turns * _WORDS_A_TURN) if plan.turns else np.full(len(first), np.nan)
    spoken = pd.array(np.append(words, np.full(len(again), np.nan)), dtype="Float64").astype("Int64")
    there = _column(tables, "events", "event").take(where)
    return pd.DataFrame({"participant": who, "event": there, "words": spoken})


def _excerpts(
    settings: Settings, tables: Tables, speaker: NDArray[np.int64], event: NDArray[np.int64],
    blurred: NDArray[np.bool_], words: NDArray[np.int64],
) -> pd.DataFrame:  # fmt: skip
    """Return the excerpts, each with its speaker and event as their rows, whether it is blurred, and its words."""
    n = len(speaker)
    named = np.where(blurred, -1, speaker)
    attributed = np.where(blurred, speaker, -1)
    filled: dict[str, ExtensionArray] = {
        "excerpt": _excerpt_ids(n),
        "participant": _column(tables, "participants", "participant").take(named, allow_fill=True),
        "event": _as_they_come(_column(tables, "events", "event"), event, ()),
        "n_words": pd.array(words, dtype="Int64"),
    }
    if blurred.any():
        for name in ATTRIBUTES:
            filled[name] = _as_they_come(_column(tables, "participants", name), attributed, settings.levels(name))
        one = np.where(blurred, 0, -1)
        filled["quantifier"] = _column(tables, "quantifiers", "quantifier").take(one, allow_fill=True)
    return tables["excerpts"].reindex(pd.RangeIndex(n)).assign(**filled)


@lru_cache(maxsize=1024)
def _excerpt_ids(n: int) -> pd.Categorical:
    names = pd.Index([f"E{i:04d}" for i in range(1, n + 1)], dtype="str")
    return pd.Categorical.from_codes(np.arange(n), categories=names)


def _as_they_come(values: pd.Categorical, rows: NDArray[np.int64], declared: Collection[str]) -> pd.Categorical:
    """Return the values of some rows (-1: blank).

    As categories it has the values that are there: declared ones first, others in the order in which they come.
    """
    taken = values.take(rows, allow_fill=True)
    places = {name: i for i, name in enumerate(declared)}
    met = [int(code) for code in pd.unique(taken.codes) if code >= 0]
    met.sort(key=lambda code: places.get(str(values.categories[code]), len(places)))
    return taken.set_categories(values.categories.take(met))


def _coded(tables: Tables, code: NDArray[np.int64], view: NDArray[np.int64]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return codings and envelopes, a row an excerpt and coder, of the code and the stance that each gives: E × K."""
    coders = _column(tables, "codings", "coder").categories
    n = len(code)
    excerpt = _column(tables, "excerpts", "excerpt").take(np.repeat(np.arange(n), len(coders)))
    coder = pd.Categorical.from_codes(np.tile(np.arange(len(coders)), n), categories=coders)
    codes, given = _column(tables, "codebook", "code"), _under(tables)[code.ravel()]
    theme = _column(tables, "codebook", "parent").codes[given]
    stances = _column(tables, "envelopes", "stance").categories
    stance = pd.Categorical.from_codes(view.ravel(), categories=stances)
    codings = {"excerpt": excerpt, "coder": coder, "code": codes.take(given)}
    envelopes = {"excerpt": excerpt, "coder": coder, "theme": codes.take(theme), "stance": stance}
    return pd.DataFrame(codings), pd.DataFrame(envelopes)


def _planted(effects: Effects) -> pd.DataFrame:
    keys = [(*key[:3], key[3] if len(key) > 3 else "raising") for key in effects]
    frame = pd.DataFrame(keys, columns=["column", "level", "code", "on"], dtype="str")
    frame["effect"] = np.array(list(effects.values()), dtype=float)
    return frame


# A simulated study as the files that `load_study` reads.


def files_of(study: Simulated) -> dict[str, str]:
    """Return the content of each file of a simulated study by its name: study.toml, and each table that has rows.

    Columns without any value are left out, unless the table must have them. UTF-8, one line feed a line.

    Examples
    --------
    >>> from plrlib import Plan, Room, files_of, simulate
    >>> people = (({"sector": "voluntary"}, 4), ({"sector": "statutory"}, 4))
    >>> sectors = ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})
    >>> plan = Plan(rooms=(Room("FG1", people),), groupings={"sector": sectors}, themes=2, codes=2)
    >>> sorted(files_of(simulate(plan, seed=1)))[:3]
    ['codebook.csv', 'codings.csv', 'envelopes.csv']
    """
    settings = study.settings
    sections: list[tuple[str, Mapping[str, object]]] = [
        ("[study]", {name: getattr(settings, name) for name in SECTIONS["study"]}),
        ("[coders]", {name: {"kind": kind} for name, kind in (settings.coders or {}).items()}),
        ("[populations]", settings.populations),
        *((f"[groupings.{bare(name)}]", grouping_entries(one)) for name, one in settings.groupings.items()),
        *(
            ("[[comparisons]]", {name: value for name, value in vars(plan).items() if value})
            for plan in settings.comparisons
        ),
        ("[privacy]", vars(settings.privacy)),
    ]
    files = {FILE: toml(sections, bare)}
    for name, frame in study.tables.items():
        kept = [c for c in frame if c in TABLES[name].required_columns or frame[c].notna().any()]
        files[f"{name}.csv"] = frame[kept].to_csv(index=False, lineterminator="\n")
    return files
