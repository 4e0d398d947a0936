"""Evidence: which excerpts count for which code, by level of the codebook, stance, coder and event.

Letters: P people, E excerpts, C codes, V events, N pairs of an excerpt and a code.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.study.coverage import coders_used, codings_of, read_by
from plrlib.study.load import Study
from plrlib.study.prepared import remembered
from plrlib.study.schema import CODEBOOK, STANCES

LEVELS = ("theme", "code")
"""What every codebook has; any other level is a depth of it, or the name of a column."""
_MOST_FLAGS = 2**29
"""Pairs of an excerpt and a code are made distinct by a flag for each, up to so many; beyond, by sorting."""


@dataclass(frozen=True)
class Evidence:
    """Excerpts and the codes they count for.

    Parameters
    ----------
    codes
        The C codes asked about, in the order of the codebook; of a column of it, its values.
    excerpt, code
        N pairs, each once: the row of an excerpt that counts, and the position of a code that it has. They are as
        narrow as the columns they come from, as there may be millions: widen them before you multiply.
    counts
        For each of E excerpts whether it counts at all: its event is one of those asked for, and who said it is not
        excluded.
    read
        For each of E excerpts whether the coder read it: coded it, or gave it nothing.
    asked
        P × C: whether a person was asked about a code.
    level
        What the codes are: `theme`, `code`, a depth, or the column of the codebook of which they are the values.
    coders
        Whose codings count, as `coders_used` returns them.
    """

    codes: list[str]
    excerpt: NDArray[np.integer]
    code: NDArray[np.integer]
    counts: NDArray[np.bool_]
    read: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    level: str = "code"
    coders: tuple[str, ...] = ()

    @cached_property
    def _by_code(self) -> list[NDArray[np.integer]]:
        order = np.lexsort((self.excerpt, self.code))
        ends = np.cumsum(np.bincount(self.code, minlength=len(self.codes)))
        return np.split(self.excerpt[order], ends[:-1])

    def only(self, codes: NDArray[np.int64]) -> "Evidence":
        """Return the evidence of some of the C codes, by their positions."""
        place = np.full(len(self.codes), -1, dtype=np.int64)
        place[codes] = np.arange(len(codes))
        code = place[self.code]
        kept = code >= 0
        names = [self.codes[c] for c in codes.tolist()]
        return replace(self, codes=names, excerpt=self.excerpt[kept], code=code[kept], asked=self.asked[:, codes])

    def excerpts(self, code: str) -> NDArray[np.integer]:
        """Return the rows of the excerpts that count for a code, in the study's order."""
        return self._by_code[self.codes.index(code)] if code in self.codes else np.zeros(0, dtype=np.int64)

    @cached_property
    def coded(self) -> NDArray[np.bool_]:
        """E × C: whether an excerpt counts for a code."""
        coded = np.zeros((len(self.counts), len(self.codes)), dtype=bool)
        coded[self.excerpt, self.code] = True
        return coded


@remembered
def evidence(
    study: Study, level: str, stance: str | None = None, coder: str | None = None, events: str = "first"
) -> Evidence:
    """Return the excerpts that count for each code; the arguments are those of `presence`.

    Raises
    ------
    ValueError
        If an argument has a value that the study does not know; the message lists those it does.
    """
    level = str(level)
    codes, nearest = codes_at(study, level)
    coders = coders_used(study, coder)
    counts = _counting(study, events)
    excerpt, code = codings_of(study, *coders)
    of, row = counts_for(study, level)
    keep = (nearest >= 0)[code]
    if not counts.all():
        keep &= counts[excerpt]
    if stance is not None:
        keep &= _with_stance(study, stance, np.unique(excerpt[keep]))[excerpt]
    if not keep.all():
        excerpt, code = excerpt[keep], code[keep]
    narrow = np.min_scalar_type(-len(codes) - 1)
    if len(np.unique(of)) < len(of):
        excerpt, code = _repeated(excerpt, code, np.bincount(of, minlength=len(nearest)), row.astype(narrow))
    else:
        code = nearest.astype(narrow)[code]
    if len(np.unique(row)) < len(row):  # several codes count for one: an excerpt may have it twice
        excerpt, code = _distinct(excerpt, code, len(study.excerpts), len(codes))
    return Evidence(codes, excerpt, code, counts, read_by(study, *coders), _asked(study, level, events), level, coders)


def _repeated(
    excerpt: NDArray[np.integer], code: NDArray[np.integer], times: NDArray[np.int64], row: NDArray[np.integer]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return each pair of an excerpt and a code once for each of the codes of the level that the code counts for."""
    first, often = np.cumsum(times) - times, times[code]
    within = np.arange(often.sum()) - np.repeat(np.cumsum(often) - often, often)
    return np.repeat(excerpt, often), row[np.repeat(first[code], often) + within]


def _distinct(
    excerpt: NDArray[np.integer], code: NDArray[np.integer], n: int, n_codes: int
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return each pair once, by excerpt and code."""
    pair = excerpt.astype(np.int64) * n_codes + code
    if n * n_codes <= _MOST_FLAGS:
        there = np.zeros(n * n_codes, dtype=bool)
        there[pair] = True
        pair = np.flatnonzero(there)
    else:
        pair = np.unique(pair)
    return pair // n_codes, pair % n_codes


def _counting(study: Study, events: str) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether it belongs to the events asked for, and is of nobody who is excluded."""
    if events not in ("first", "all"):
        raise ValueError(f"events is 'first' or 'all', not {events!r}")
    counts = study.prepared.of_a_first_event if events == "first" else np.ones(len(study.excerpts), dtype=bool)
    if study.prepared.excluded.any():
        counts = counts & ~np.append(study.prepared.excluded, False)[study.prepared.speaker]
    return counts


@remembered
def codes_at(study: Study, level: str | int) -> tuple[list[str], NDArray[np.int64]]:
    """Return the codes of a level, and for each code of the codebook the nearest of them it counts for (-1: none).

    `theme`: what stands at the top; a single root above everything is passed over. A depth (2: what stands below a
    theme): what stands there; a branch that ends higher up, and what was given as a code higher up, stands for itself,
    so that nothing is lost. `code`: whatever was given as a code, and what has nothing under it; a container that was
    given to no excerpt is none. At each of these a code counts for all that it stands under (`counts_for`). The name of
    a column of the codebook (see `reading_columns`): its values, as study.toml orders them, then as they come; every
    code counts for the value in its own row. A blank is none, whatever stands in the row of the theme above: what a
    column gathers is what the codebook writes down, code by code.

    Raises
    ------
    ValueError
        If there is no such level; the message lists those there are.
    """
    level, path, columns = str(level), study.prepared.paths, reading_columns(study)
    if level in columns:
        return reading_values(study, level), np.asarray(study.codebook[level].cat.codes, dtype=np.int64)
    deepest = max(map(len, path.values()))
    if level not in (*LEVELS, *map(str, range(2, deepest + 1))):
        more = f", or a depth from 2 to {deepest}" if deepest > 2 else ", or the depth 2" if deepest > 1 else ""
        more += f", or a column of the codebook ({', '.join(columns)})" if columns else ""
        raise ValueError(f"level is 'theme' or 'code'{more}, not {level!r}")
    depth = {"theme": 1, "code": deepest + 1}.get(level) or int(level)
    containers = set(study.codebook["parent"].dropna()) - set(study.codings["code"].unique())
    roots = () if level == "code" else study.prepared.passed_over
    codes = [
        name for name, of in path.items()
        if name not in roots and (len(of) == depth or (len(of) < depth and name not in containers))
    ]  # fmt: skip
    rows = set(codes)
    nearest = [next((code for code in of if code in rows), None) for of in path.values()]
    return codes, pd.Index(codes).get_indexer(pd.Index(nearest)).astype(np.int64)


@remembered
def counts_for(study: Study, level: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which code of the codebook counts for which code of a level, as pairs of positions, in order.

    A code counts for itself and for all that it stands under, at every depth.
    """
    codes, nearest = codes_at(study, level)
    if level in reading_columns(study):
        return np.flatnonzero(nearest >= 0), nearest[nearest >= 0]
    at, roots = {code: i for i, code in enumerate(codes)}, study.prepared.passed_over
    pairs = [
        (c, at[code]) for c, of in enumerate(study.prepared.paths.values()) for code in {*of, *roots} if code in at
    ]
    code, row = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    return code, row


def levels_of(study: Study) -> list[str]:
    """Return the levels at which a study can be looked at: themes, depths between, codes; columns of the codebook."""
    deepest = max(map(len, study.prepared.paths.values()))
    return ["theme", *map(str, range(2, deepest)), "code", *reading_columns(study)]


def level_of(study: Study, codes: Iterable[str]) -> str:
    """Return the level that has all of these codes: the first of `levels_of`, or `code`."""
    return next((level for level in levels_of(study) if {*codes} <= {*codes_at(study, level)[0]}), "code")


def reading_columns(study: Study) -> list[str]:
    """Return the columns of the codebook that gather its codes, and in which some code has a value.

    Those that `[readings]` of study.toml names come first, then any other that has a few values to choose from.
    """
    own = [column.name for column in CODEBOOK.columns if column.kind == "choice"]
    names = dict.fromkeys([*study.settings.readings, *own])
    return [name for name in names if name in study.codebook and study.codebook[name].notna().any()]


def needs_reading(study: Study, column: str) -> None:
    """Say in one sentence that the codebook has no such column to gather its codes by, where it has none.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.
    """
    known = reading_columns(study)
    if column not in known:
        named = ", ".join(known) or "none"
        lacks = f"This study's codebook has no column {column!r} to read it by a second time"
        raise NotInStudy(f"{lacks}; those it has: {named}.")


def reading_values(study: Study, column: str) -> list[str]:
    """Return the values of a column: as `[readings]` orders them, then as they come in the codebook."""
    return [str(value) for value in study.codebook[column].cat.categories]


def stances(study: Study) -> "pd.Series[str]":
    """Return for each of E excerpts the stance that the stance coder gave it; missing where none is on record."""
    mine = study.envelopes[study.envelopes["coder"] == study.settings.stance_coder].dropna(subset="stance")
    given = dict(zip(mine["excerpt"], mine["stance"], strict=True))
    return study.excerpts["excerpt"].astype("object").map(given).astype("object")


def _with_stance(study: Study, stance: str, needed: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether the stance coder gave it this stance."""
    if stance not in STANCES:
        raise ValueError(f"stance is one of {', '.join(STANCES)}, not {stance!r}")
    given = stances(study)
    blank = study.excerpts["excerpt"].iloc[needed][given.iloc[needed].isna()]
    if len(blank):
        who = study.settings.stance_coder or "nobody (study.toml names no stance_coder)"
        some = ", ".join(blank[:5]) + (" …" if len(blank) > 5 else "")
        raise ValueError(f"stance {stance!r} is asked for, but {who} gave none to {len(blank)} of the excerpts: {some}")
    return (given == stance).to_numpy()


def _asked(study: Study, level: str, events: str) -> NDArray[np.bool_]:
    """Return P × C: whether a person was asked about a code of a level, at the first event or at any.

    Who attended no known event counts as asked.
    """
    about = asked_at(study, level)
    if events == "first":
        return np.vstack([about, np.ones(about.shape[1], dtype=bool)])[study.prepared.first_event]
    there = study.prepared.attended
    nowhere = there.sum(axis=1) == 0
    return np.asarray(((there.astype(int) @ about.astype(int)) > 0) | nowhere[:, None], dtype=bool)


@remembered
def asked_at(study: Study, level: str) -> NDArray[np.bool_]:
    """Return V × C: whether an event was asked about a code of a level.

    Without a table `asked` each was asked about everything. An event asked about a theme was asked about all under it,
    and one asked about a code was asked about its theme. One asked about any code of a value of a column was asked
    about that value; about a value that no code has, none was.
    """
    codes, target = codes_at(study, level)
    about = np.full((len(study.events), len(codes)), study.asked.empty)
    path, roots = study.prepared.paths, study.prepared.passed_over
    for v, event in enumerate(study.events["event"]):
        topics = set(study.asked.loc[study.asked["event"] == event, "code"])
        covered = topics.union(*(path[topic] for topic in topics), roots if topics else ())
        row = [code in covered or not topics.isdisjoint(path[code]) or not topics.isdisjoint(roots) for code in path]
        about[v, target[np.array(row, dtype=bool) & (target >= 0)]] = True
    return about
