"""A study prepared: what is derived from its tables is worked out once, when first asked for, and kept with it.

Statistics take from here who attended what, who said an excerpt and who may have, and who is in which group; none
derives it a second time. The study does not change, so neither does anything here. Letters: P people, E excerpts, V
events, G groups.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.paths import STORE
from plrlib.study.settings import Grouping
from plrlib.study.speakers import Attributions, among, attributions, first_event, may_fit, parts, seats

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
if TYPE_CHECKING:
    from plrlib.study.load import Study

    Question = Callable[Concatenate[Study, Parameters], Answer]

NOT_KNOWN = -1
"""Stands for the position of an event, a person or a group that is not known."""
EVERYBODY = "everybody it is about"


def everybody(population: str) -> Grouping:
    """Return the grouping that puts all people of a population (blank: all participants) into one group.

    It has no column, so that it can be asked of any study: bounds for all together are narrower than the sum of the
    bounds by group.
    """
    return Grouping(EVERYBODY, EVERYBODY, "", {EVERYBODY: EVERYBODY}, population)


def codes_of(column: pd.Series[Any]) -> NDArray[np.integer]:
    """Return the codes of a categorical column as they are; `cat.codes` would copy them."""
    return cast("pd.Categorical", column.array).codes


def blocks(n: int, at_once: int = 2**18) -> Iterator[slice]:
    """Give the rows of a long table in blocks that stay in a processor's cache, where they are worked on fastest."""
    return (slice(begin, begin + at_once) for begin in range(0, n, at_once))


def ancestry(code: str, parents: dict[str, str], done: Container[str] = ()) -> list[str]:
    """Return a code, its parents, and what ends them: the blank above a theme, or a code unknown, done or met twice."""
    met: dict[str, None] = {}
    while code in parents and code not in met and code not in done:
        met[code] = None
        code = parents[code]
    return [*met, code]


def passed_over(parents: Mapping[str, str], envelopes: Container[str] = ()) -> list[str]:
    """Return the single root above all codes, the single code below it, and so on: they part nothing from anything.

    Parameters
    ----------
    parents
        For each code what it stands under; blank: nothing.
    envelopes
        What excerpts were put under as their theme; none of these is passed over.
    """
    under: dict[str, list[str]] = {}
    for code, parent in parents.items():
        under.setdefault(parent, []).append(code)
    passed, below = [], under.get("", [])
    while len(below) == 1 and below[0] in under and below[0] not in envelopes:
        passed += below
        below = under[below[0]]
    return passed


class Prepared:
    """What is derived from one study; reached as `study.prepared`.

    Parameters
    ----------
    study
        The study; its tables are only read.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self.answers: dict[Hashable, Any] = {}
        """What `remembered` functions have answered."""

    @cached_property
    def _above(self) -> dict[str, str]:
        """For each code what it stands under; blank: nothing."""
        codebook = self._study.codebook.astype("object")
        return dict(zip(codebook["code"], codebook["parent"].fillna(""), strict=True))

    @cached_property
    def passed_over(self) -> list[str]:
        """The single root above all codes, if there is one, and what stands alone below it (see `passed_over`)."""
        return passed_over(self._above, set(self._study.envelopes["theme"].dropna()))

    @cached_property
    def paths(self) -> dict[str, list[str]]:
        """For each code itself and all that it stands under, the theme last; a root passed over is in no other path."""
        return {code: ancestry(code, self._above, {*self.passed_over} - {code})[:-1] for code in self._above}

    @cached_property
    def events(self) -> list[str]:
        """The names of the V events."""
        return self._study.events["event"].astype(str).tolist()

    @cached_property
    def people(self) -> list[str]:
        """The names of the P people."""
        return self._study.participants["participant"].astype(str).tolist()

    @cached_property
    def listed(self) -> NDArray[np.bool_]:
        """P × V: who is listed where, by `focus_group` and the attendance table."""
        return seats(self._study.participants, self._study.attendance, self._study.events)

    @cached_property
    def attended(self) -> NDArray[np.bool_]:
        """P × V: who was where as far as that is known: who is listed, and whose excerpts name one event."""
        there = self.listed.copy()
        single = np.flatnonzero(self.possible_events.sum(axis=1) == 1)
        person, cell = np.nonzero(self._spoke[:-1, single])
        there[person, np.nonzero(self.possible_events[single])[1][cell]] = True
        return there

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """For each of P people whether they were heard: with an event, or an excerpt that is or may be theirs.

        Where an event had more people than are known, it may have been any of whom no event is known.
        """
        named = np.zeros(len(self._study.participants) + 1, dtype=bool)
        named[self.speaker] = True
        known = named[:-1] | self.attended.any(axis=1)
        said = self._study.events["participants"].fillna(0).to_numpy(dtype=np.int64)
        if known.all() or (said > self.attended.sum(axis=0)).any():
            return np.ones_like(known)
        return np.asarray(known | may_fit(self.attributions, self.listed, self._study.participants).any(axis=1))

    @cached_property
    def excluded(self) -> NDArray[np.bool_]:
        """For each of P people whether the study gives a reason why they do not count."""
        return self._study.participants["excluded"].notna().to_numpy(dtype=bool)

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """For each of P people whether they count: they were heard, and are not excluded."""
        return np.asarray(self.heard & ~self.excluded)

    @cached_property
    def not_all_known(self) -> NDArray[np.bool_]:
        """For each of V events whether somebody may have been there of whom nothing says so."""
        known = self.attended.sum(axis=0)
        said = self._study.events["participants"].fillna(0).to_numpy(dtype=np.int64)
        return np.asarray((known == 0) | (known < said), dtype=bool)

    @property
    def unlisted(self) -> list[str]:
        """The events where somebody may have been of whom nothing says so."""
        return [str(event) for event in self._study.events["event"][self.not_all_known]]

    @cached_property
    def first_event(self) -> NDArray[np.int64]:
        """For each of P people the position in `events` of the one that they attended first; -1: not known."""
        return first_event(self.attended, self._study.participants, self._study.events)

    @cached_property
    def focus_group(self) -> NDArray[np.int64]:
        """For each of P people the position of the focus group where they were first heard; -1: interviewed alone."""
        alone = np.append((self._study.events["kind"] == "interview").to_numpy(dtype=bool), True)
        return np.where(alone[self.first_event], NOT_KNOWN, self.first_event)

    @cached_property
    def block(self) -> NDArray[np.int64]:
        """For each of P people the block within which groups may change places.

        The position of the focus group where they were first heard; of those interviewed alone, V and up: one block for
        all who are alike in what `interview_blocks` of study.toml names of their event, such as its interviewer.
        """
        columns = [name for name in self._study.settings.interview_blocks if name in self._study.events]
        of_event = self._study.events[columns].astype("object").fillna("")
        of_event.loc[len(of_event)] = ""  # of those whose event is not known
        number = of_event.groupby(columns).ngroup().to_numpy() if columns else np.zeros(len(of_event), dtype=np.int64)
        alone = self.focus_group == NOT_KNOWN
        return np.where(alone, len(self.events) + number[self.first_event], self.focus_group).astype(np.int64)

    @cached_property
    def kind(self) -> NDArray[np.int64]:
        """For each of P people the number of the kind of event that their block is; -1: interviewed alone."""
        kinds = np.append(codes_of(self._study.events["kind"]), NOT_KNOWN)
        return np.where(self.focus_group == NOT_KNOWN, NOT_KNOWN, kinds[self.focus_group]).astype(np.int64)

    @cached_property
    def speaker(self) -> NDArray[np.integer]:
        """For each of E excerpts the row in `participants` of who said it; -1: no speaker is named.

        It is as narrow as so many people need, since there may be millions: widen it before you multiply.
        """
        names = self._study.excerpts["participant"].cat.categories
        row = pd.Index(self._study.participants["participant"]).get_indexer(names)
        rows = np.append(row, NOT_KNOWN).astype(np.min_scalar_type(-len(self._study.participants) - 1))
        return np.asarray(rows[codes_of(self._study.excerpts["participant"])])

    @cached_property
    def _spoke(self) -> NDArray[np.bool_]:
        """(P + 1) × D: whether an excerpt of a person has an event cell; the last row is of those without a speaker."""
        spoke = np.zeros((len(self._study.participants) + 1, len(self.possible_events)), dtype=bool)
        for block in blocks(len(self.event_cell)):
            place = self.speaker[block].astype(np.intp)
            place *= spoke.shape[1]
            place += self.event_cell[block]
            spoke.reshape(-1)[place + 1] = True  # a blank cell, -1, comes first here; a speaker of -1 is the last row
        return np.roll(spoke, -1, axis=1)

    @cached_property
    def attributions(self) -> Attributions:
        """The distinct attributions of the excerpts that name no speaker."""
        return attributions(self._study.excerpts, self._study.events)

    @cached_property
    def event_cell(self) -> NDArray[np.integer]:
        """For each of E excerpts the row of `possible_events` that its event cell has; a blank one the last."""
        return codes_of(self._study.excerpts["event"])

    @cached_property
    def possible_events(self) -> NDArray[np.bool_]:
        """D × V: the events that each distinct event cell of the excerpts names; the last row, of a blank, none."""
        cells = map(parts, self._study.excerpts["event"].cat.categories)
        return among([*cells, ()], self._study.events)

    def events_of(self) -> list[frozenset[int]]:
        """Return for each of E excerpts the positions of the events that it names; none where it is blank."""
        distinct = [frozenset(np.flatnonzero(row).tolist()) for row in self.possible_events]
        return [distinct[cell] for cell in self.event_cell]

    @cached_property
    def only_event(self) -> NDArray[np.int64]:
        """For each of E excerpts the position of the one event where it can have been said; -1: there is none.

        That is the one event it names; where it names none, but who said it, the one that they attended.
        """

        def single(there: NDArray[np.bool_]) -> NDArray[np.int64]:
            one = there.sum(axis=1) == 1
            return np.where(one, there.argmax(axis=1) if there.shape[1] else 0, NOT_KNOWN)

        blank = np.logical_not(self.possible_events.any(axis=1))
        by_speaker = np.append(single(self.attended), NOT_KNOWN)[self.speaker]
        by_event = single(self.possible_events)[self.event_cell]
        return np.asarray(np.where(blank[self.event_cell], by_speaker, by_event), dtype=np.int64)

    @cached_property
    def of_a_first_event(self) -> NDArray[np.bool_]:
        """For each of E excerpts whether it belongs to a first event.

        A named excerpt does if one of its possible events is the one that the person attended first, or if that is not
        known; an attributed one if one of its possible events is anybody's first. Where the event is not said it does.
        """
        own = self.first_event
        anybodys = np.zeros(len(self._study.events), dtype=bool)
        anybodys[own[own >= 0]] = True
        if (own == NOT_KNOWN).any():  # it may be any event that lists nobody, or not everybody
            anybodys |= self.not_all_known | ~self.listed.any(axis=0)
        possible = self.possible_events
        blank = np.logical_not(possible.any(axis=1))
        # a row an event cell, a column a person, and the last one for excerpts that name no speaker
        at_first = np.column_stack([possible, np.ones(len(blank), dtype=bool)])[:, own]
        belongs = np.column_stack([at_first, (possible & anybodys).any(axis=1)]) | blank[:, None]
        if belongs.T[self._spoke].all():
            return np.ones(len(self.event_cell), dtype=bool)
        return np.asarray(belongs[self.event_cell, self.speaker], dtype=bool)

    @cached_property
    def _excerpt_row(self) -> NDArray[np.int64] | None:
        """For each category of excerpt ids its row in `excerpts`; None where they stand in the same order."""
        ids = self._study.excerpts["excerpt"]
        codes = codes_of(ids)
        rows = np.arange(len(ids), dtype=codes.dtype)
        if len(ids) == len(ids.cat.categories) and np.array_equal(codes, rows):
            return None
        row = np.full(len(ids.cat.categories), NOT_KNOWN, dtype=np.int64)
        row[codes] = rows
        return row

    def excerpt_rows(self, ids: pd.Series[Any]) -> NDArray[np.integer]:
        """Return the rows in `excerpts` of a column of another table that names them."""
        codes = codes_of(ids)
        return codes if self._excerpt_row is None else self._excerpt_row[codes]

    def coders(self, *tables: str) -> list[str]:
        """Return the coders who have a row in one of some tables (see `CODED`), in the order of study.toml."""
        columns: list[pd.Series[Any]] = [getattr(self._study, table)["coder"] for table in tables]
        known = columns[0].cat.categories
        return [str(coder) for coder in known if any((coders == coder).any() for coders in columns)]

    def inside(self, population: str) -> NDArray[np.bool_]:
        """Return for each of P people whether they count and are known to belong to a population; blank: all who count.

        Where the population of study.toml names events, people count who are known to have attended one of them.
        """
        people, events = self._study.participants, self._study.events["event"]
        there = self.counted.copy()
        for attribute, values in self._study.settings.populations.get(population, {}).items():
            if attribute == "event":
                there &= self.attended[:, events.isin(values).to_numpy(dtype=bool)].any(axis=1)
            elif attribute in people:
                there &= people[attribute].isin(values).to_numpy(dtype=bool)
        return there

    def is_certain(self, grouping: Grouping) -> bool:
        """Tell whether of everybody it is known that they are outside of the population, or which group they are in."""
        people = self._study.participants[self.counted]
        rules = self._study.settings.populations.get(grouping.population, {})
        known = all(attribute in people and people[attribute].notna().all() for attribute in rules)
        return known and bool((self.group(grouping)[self.inside(grouping.population)] >= 0).all())

    def group(self, grouping: Grouping) -> NDArray[np.int64]:
        """Return for each of P people the position of their group; -1: not known, outside, or not counted."""
        at = np.zeros(len(self._study.participants), dtype=np.int64)
        if grouping.column:
            at = pd.Index(list(grouping.levels)).get_indexer(pd.Index(self._study.participants[grouping.column]))
        return np.where(self.inside(grouping.population), at, NOT_KNOWN)


def stored(function: Question[Parameters, Answer]) -> Question[Parameters, Answer]:
    """Let a function be remembered, and where a store of answers is in use look its answer up there first.

    Its answers are frames or arrays of counts, codes and ids; see `plrlib.study.store`.
    """
    return remembered(function, on_disk=True)


def remembered(function: Question[Parameters, Answer], on_disk: bool = False) -> Question[Parameters, Answer]:
    """Let a function of a study answer the same question once; later calls get the same answer.

    A frame is handed out as a copy that shares its memory until somebody changes it. What it raises is not remembered.

    Parameters
    ----------
    function
        The function; its first argument is the study.
    on_disk
        Whether to look up its answers in the store of answers, as `stored` does.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def answer(study: Study, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        asked = signature.bind(study, *args, **kwargs)
        asked.apply_defaults()
        key = repr((function.__module__, function.__qualname__, *[*asked.arguments.values()][1:]))
        answers = study.prepared.answers
        if key not in answers and on_disk and os.environ.get(STORE):
            from plrlib.study.store import look_up  # noqa: PLC0415 - plain calls need none of it

            answers[key] = look_up(study, key, lambda: function(study, *args, **kwargs))
        elif key not in answers:
            answers[key] = function(study, *args, **kwargs)
        found = answers[key]
        return cast("Answer", found.copy(deep=False) if isinstance(found, pd.DataFrame) else found)

    return cast("Question[Parameters, Answer]", answer)
