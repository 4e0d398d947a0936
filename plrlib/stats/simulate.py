"""Draw a study of which the truth is known.

Letters: P people, C codes (those under the themes), E excerpts, K coders.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from plrlib.faults import as_frame
from plrlib.settings import Settings
from plrlib.shape import Tables
from plrlib.stats.draws import Draws, Effects, draw
from plrlib.stats.evidence import codes_at
from plrlib.stats.plan import Plan
from plrlib.study import SealedTexts, Study
from plrlib.voices import ATTRIBUTES


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
    Without effects the people of a room are therefore exchangeable whatever their levels, and so are rooms of one size;
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
    """
    effects = effects or {}
    drawn = draw(design, effects, seed)
    settings = replace(design.settings, seed=seed)
    tables = {name: frame.copy(deep=False) for name, frame in design.tables.items()}
    tables["attendance"] = _attendance(design, tables, drawn)
    tables["excerpts"] = _excerpts(settings, tables, drawn)
    tables["codings"], tables["envelopes"] = _coded(tables, drawn)
    n, c = drawn.raised.shape
    truth = {
        "participant": _column(tables, "participants", "participant").take(np.repeat(np.arange(n), c)),
        "code": _column(tables, "codebook", "code").take(np.tile(_under(tables), n)),
        "raised": drawn.raised.ravel(),
    }
    return Simulated(
        settings=settings,
        folder=Path(design.name),
        sources={},
        notes=_no_notes().copy(deep=False),
        withdrawn=0,
        texts=SealedTexts(pd.Series([], index=pd.Index([], dtype="object"), dtype="object", name="text")),
        truth=pd.DataFrame(truth),
        planted=_planted(effects),
        **tables,
    )


@cache
def _no_notes() -> pd.DataFrame:
    return as_frame([])


def _column(tables: Tables, table: str, name: str) -> pd.Categorical:
    return cast("pd.Categorical", tables[table][name].array)


def _under(tables: Tables) -> NDArray[np.int64]:
    """Return for each of C codes its row in the codebook."""
    return np.flatnonzero(_column(tables, "codebook", "parent").codes >= 0)


def _attendance(plan: Plan, tables: Tables, drawn: Draws) -> pd.DataFrame:
    """Return who was interviewed where: people heard alone, and then those heard again."""
    single = np.flatnonzero(~plan.grouped)
    who = _column(tables, "participants", "participant").take(np.append(single, drawn.again))
    where = np.append(plan.room[single], len(plan.rooms) + np.arange(len(drawn.again)))
    return pd.DataFrame({"participant": who, "event": _column(tables, "events", "event").take(where)})


def _excerpts(settings: Settings, tables: Tables, drawn: Draws) -> pd.DataFrame:
    n = len(drawn.speaker)
    named = np.where(drawn.blurred, -1, drawn.speaker)
    attributed = np.where(drawn.blurred, drawn.speaker, -1)
    filled: dict[str, ExtensionArray] = {
        "excerpt": _excerpt_ids(n),
        "participant": _column(tables, "participants", "participant").take(named, allow_fill=True),
        "event": _as_they_come(_column(tables, "events", "event"), drawn.event, ()),
        "n_words": pd.array(drawn.words, dtype="Int64"),
    }
    if drawn.blurred.any():
        for name in ATTRIBUTES:
            filled[name] = _as_they_come(_column(tables, "participants", name), attributed, settings.levels(name))
        one = np.where(drawn.blurred, 0, -1)
        filled["quantifier"] = _column(tables, "quantifiers", "quantifier").take(one, allow_fill=True)
    columns = {str(name): empty.array for name, empty in tables["excerpts"].items()}
    blank = np.full(n, -1)
    return pd.DataFrame(
        {name: filled[name] if name in filled else a.take(blank, allow_fill=True) for name, a in columns.items()}
    )


@lru_cache(maxsize=1024)
def _excerpt_ids(n: int) -> pd.Categorical:
    names = pd.Index([f"E{i:04d}" for i in range(1, n + 1)], dtype="str")
    return pd.Categorical.from_codes(np.arange(n), categories=names)


def _as_they_come(values: pd.Categorical, rows: NDArray[np.int64], declared: Collection[str]) -> pd.Categorical:
    """Return the values of some rows (-1: blank).

    As categories it has the values that are there: declared ones first, others in the order in which they come.
    """
    codes = np.where(rows < 0, -1, values.codes[rows])
    there, first = np.unique(codes, return_index=True)
    first, there = first[there >= 0], there[there >= 0]
    places = {key: i for i, key in enumerate(declared)}
    names = values.categories
    known = np.array([places.get(names[i], len(places)) for i in there], dtype=np.int64)
    there = there[np.lexsort((first, known))]
    new = np.full(len(names) + 1, -1)
    new[there] = np.arange(len(there))
    return pd.Categorical.from_codes(new[codes], categories=names[there])


def _coded(tables: Tables, drawn: Draws) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return codings and envelopes: a row an excerpt and coder."""
    coders = _column(tables, "codings", "coder").categories
    n = len(drawn.speaker)
    excerpt = _column(tables, "excerpts", "excerpt").take(np.repeat(np.arange(n), len(coders)))
    coder = pd.Categorical.from_codes(np.tile(np.arange(len(coders)), n), categories=coders)
    codes, given = _column(tables, "codebook", "code"), _under(tables)[drawn.codings.ravel()]
    theme = _column(tables, "codebook", "parent").codes[given]
    stances = _column(tables, "envelopes", "stance").categories
    stance = pd.Categorical.from_codes(drawn.stances.ravel(), categories=stances)
    codings = {"excerpt": excerpt, "coder": coder, "code": codes.take(given)}
    envelopes = {"excerpt": excerpt, "coder": coder, "theme": codes.take(theme), "stance": stance}
    return pd.DataFrame(codings), pd.DataFrame(envelopes)


def _planted(effects: Effects) -> pd.DataFrame:
    keys = [(*key[:3], key[3] if len(key) > 3 else "raising") for key in effects]
    columns = {
        name: pd.array([key[i] for key in keys], dtype="str")
        for i, name in enumerate(("column", "level", "code", "on"))
    }
    return pd.DataFrame({**columns, "effect": np.array(list(effects.values()), dtype=float)})
