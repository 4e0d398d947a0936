"""Which excerpts count as evidence for which code: by coder, stance and hearing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.study.load import Study
from plrlib.study.prepared import attended, counting, first
from plrlib.study.schema import CODEBOOK, STANCES
from plrlib.text import inner

# Second-level readings of a codebook: a column of it gathers codes across themes.

LEVELS = ("theme", "code")
"""What every codebook has; any other level is the name of a column of it."""
_CONSONANTS = set("bcdfghjklmnpqrstvwxz")
_JOINTS = ("of", "for", "in", "to", "on", "by", "with", "from")
"""What stands after the word that is made plural: `side of the market`, `sides of the market`."""


def reading_columns(study: Study) -> list[str]:
    """Return the columns by which the codebook can be read a second time, and in which some code has a value.

    Those that `[readings]` of study.toml names come first, then any other that has a few values to choose from.
    """
    own = [column.name for column in CODEBOOK.columns if column.kind == "choice"]
    names = dict.fromkeys([*study.settings.readings, *own])
    return [name for name in names if name in study.codebook and study.codebook[name].notna().any()]


def needs_reading(study: Study, column: str) -> None:
    """Say in one sentence that the codebook cannot be read by a column, where it cannot.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.
    """
    known = reading_columns(study)
    if column not in known:
        named = ", ".join(known) or "none"
        raise NotInStudy(
            f"This study's codebook has no column {column!r} to read it by a second time; those it has: {named}."
        )


def reading_values(study: Study, column: str) -> list[str]:
    """Return the values of a column: as `[readings]` orders them, then as they come in the codebook."""
    return [str(value) for value in study.codebook[column].cat.categories]


def reading_labels(study: Study, column: str) -> dict[str, str]:
    """Return the label of each value of a column; the value itself where study.toml has none."""
    read = study.settings.readings.get(column)
    given = read.levels if read else {}
    return {value: given.get(value, value) for value in reading_values(study, column)}


def noun(study: Study, level: str) -> str:
    """Return what one of the codes of a level is called in a sentence: `theme`, `code`, `side of the market`."""
    read = study.settings.readings.get(level)
    if level in LEVELS:
        return level
    return inner(read.label) if read and read.label != level else f"value of {level}"


def plural(noun: str) -> str:
    """Return a noun for several: `themes`, `sides of the market`, `values of market_side`, `countries`."""
    words = noun.split(" ")
    head = next((i for i, word in enumerate(words) if word in _JOINTS and i), len(words)) - 1
    word = words[head]
    if word.endswith("y") and word[-2:-1] in _CONSONANTS:
        word = f"{word[:-1]}ies"
    elif word.endswith(("s", "x", "ch", "sh")):
        word = f"{word}es"
    else:
        word = f"{word}s"
    return " ".join([*words[:head], word, *words[head + 1 :]])


def one(noun: str) -> str:
    """Return a noun with its article: `a theme`, `an age group`."""
    return f"{'an' if noun[:1].casefold() in 'aeiou' else 'a'} {noun}"


# Which excerpts count as evidence for which code: by coder, stance and hearing.


@dataclass(frozen=True)
class Evidence:
    """Excerpts and the codes they speak for.

    Parameters
    ----------
    codes
        The C codes asked about, in the order of the codebook; of a reading, its values.
    coded
        E × C, sparse: whether the coder gave the excerpt the code, and it counts.
    counts
        For each of E excerpts whether it counts at all: its hearing is one of those asked for.
    seen
        For each of E excerpts whether the coder saw it: has a row for it, in codings or envelopes.
    asked
        P × C: whether a person was asked about a code.
    level
        What the codes are: `theme`, `code`, or the column of the codebook of which they are the values.
    """

    codes: list[str]
    coded: sp.csc_array
    counts: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    level: str = "code"


def evidence(study: Study, level: str, stance: str | None, coder: str | None, hearing: str) -> Evidence:
    """Return the excerpts that speak for each code; the arguments are those of `presence`.

    Raises
    ------
    ValueError
        If an argument has a value that the study does not know; the message lists those it does.
    """
    codes, target = codes_at(study, level)
    coder = coder_or_reference(study, coder)
    counts = counting(study, hearing)
    place = _place(study)
    mine = study.codings[study.codings["coder"] == coder]
    rows, given = place[mine["excerpt"].cat.codes], target[mine["code"].cat.codes]
    seen = np.zeros(len(study.excerpts), dtype=bool)
    seen[rows] = True
    seen[place[study.envelopes.loc[study.envelopes["coder"] == coder, "excerpt"].cat.codes]] = True
    keep = counts[rows] & (given >= 0)
    if stance is not None:
        keep &= _with_stance(study, stance, np.unique(rows[keep]))[rows]
    shape = (len(study.excerpts), len(codes))
    coded = sp.csc_array((np.ones(keep.sum(), dtype=bool), (rows[keep], given[keep])), shape=shape)
    coded.sum_duplicates()
    return Evidence(codes, coded, counts, seen, _asked(study, level, hearing), level)


def codes_at(study: Study, level: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the codes of a level, and for each code of the codebook the one of them it counts for (-1: none).

    `theme`: what stands under nothing; every code counts for the theme above it. `code`: everything that stands under
    something, and a theme only where it has nothing under it or was given as a code itself. The name of a column of the
    codebook (see `reading_columns`): its values, as study.toml orders them, then as they come; every code counts for
    the value in its own row. A blank is none, whatever stands in the row of the theme above: what a reading gathers is
    what the codebook writes down, code by code.

    Raises
    ------
    ValueError
        If there is no such level; the message lists those there are.
    """
    names = list(study.codebook["code"])
    parent = dict(zip(names, study.codebook["parent"], strict=True))
    if level == "theme":
        themes = [name for name in names if not isinstance(parent[name], str)]
        return themes, np.array([themes.index(_root(name, parent)) for name in names], dtype=np.int64)
    if level == "code":
        above = {p for p in parent.values() if isinstance(p, str)}
        given = set(study.codings["code"].unique())
        codes = [n for n in names if isinstance(parent[n], str) or n not in above or n in given]
        return codes, np.array([codes.index(n) if n in codes else -1 for n in names], dtype=np.int64)
    columns = reading_columns(study)
    if level in columns:
        return reading_values(study, level), np.asarray(study.codebook[level].cat.codes, dtype=np.int64)
    more = f", or a column of the codebook ({', '.join(columns)})" if columns else ""
    raise ValueError(f"level is 'theme' or 'code'{more}, not {level!r}")


def _root(name: str, parent: dict[str, str]) -> str:
    while isinstance(parent[name], str):
        name = parent[name]
    return name


def coder_or_reference(study: Study, coder: str | None) -> str:
    """Return the coder asked for; None: the study's reference coder, or the only one there is.

    Raises
    ------
    ValueError
        If no such coder coded, or none is named and there are several.
    """
    known = list(study.codings["coder"].cat.remove_unused_categories().cat.categories)
    wanted = coder or study.settings.reference_coder or (known[0] if len(known) == 1 else "")
    if wanted not in known:
        raise ValueError(f"coder {wanted!r} gave no codes in {study.id}; coders who did: {', '.join(known)}")
    return wanted


def _place(study: Study) -> NDArray[np.int64]:
    """Return for each category of excerpt ids its row in the excerpts."""
    codes = study.excerpts["excerpt"].cat.codes.to_numpy()
    place = np.full(len(study.excerpts["excerpt"].cat.categories), -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return place


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


def _asked(study: Study, level: str, hearing: str) -> NDArray[np.bool_]:
    """Return P × C: whether a person was asked about a code of a level, at the first hearing or at any.

    Who was heard where nobody knows counts as asked.
    """
    about = asked_at(study, level)
    if study.asked.empty:
        return np.ones((len(study.participants), about.shape[1]), dtype=bool)
    if hearing == "first":
        return np.vstack([about, np.ones(about.shape[1], dtype=bool)])[first(study)]
    there = attended(study)
    nowhere = there.sum(axis=1) == 0
    return np.asarray(((there.astype(int) @ about.astype(int)) > 0) | nowhere[:, None], dtype=bool)


def asked_at(study: Study, level: str) -> NDArray[np.bool_]:
    """Return V × C: whether an event was asked about a code of a level.

    Without a table `asked` each was asked about everything. An event asked about a theme was asked about all under it,
    and one asked about a code was asked about its theme. One asked about any code of a value of a reading was asked
    about that value; about a value that no code has, none was.
    """
    codes, target = codes_at(study, level)
    if study.asked.empty:
        return np.ones((len(study.events), len(codes)), dtype=bool)
    above = dict(zip(study.codebook["code"], study.codebook["parent"], strict=True))
    lines = {code: _upwards(code, above) for code in above}
    about = np.zeros((len(study.events), len(codes)), dtype=bool)
    for v, event in enumerate(study.events["event"]):
        topics = set(study.asked.loc[study.asked["event"] == event, "code"])
        covered = topics.union(*(lines[topic] for topic in topics))
        row = [code in covered or not topics.isdisjoint(lines[code]) for code in above]
        about[v, target[np.array(row, dtype=bool) & (target >= 0)]] = True
    return about


def _upwards(code: str, above: dict[str, str]) -> list[str]:
    """Return a code and all that it stands under."""
    path = [code]
    while isinstance(above[path[-1]], str):
        path.append(above[path[-1]])
    return path
