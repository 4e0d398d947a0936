"""What a design can separate: who of each group was where, how often, and how much of it is on record."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells, people_by_cell
from plrlib.stats.bounds.constraints import assign, counted_groups, possible
from plrlib.stats.bounds.presence import attribution, possible_groups
from plrlib.stats.comparison.permutation import CONFOUNDED, WHOLE, WITHIN, Permutations, setting
from plrlib.study.coverage import coders_used, codings_of, which_codings
from plrlib.study.load import Study, typed
from plrlib.study.prepared import NOT_KNOWN, remembered
from plrlib.study.settings import Grouping
from plrlib.study.speakers import may_fit

BETWEEN, NO = "between", "no"
"""Whole events can be compared; nothing can. Other answers are those of `setting`."""


@remembered
def design(study: Study, by: str | Grouping) -> pd.DataFrame:
    """Design of a study: who of each group was at each event, and whether the groups are confounded with events.

    Parameters
    ----------
    study : Study
        A study.
    by : str or Grouping
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row an event and group, in the order of the events and the groups declared. Unit: people.

        - grouping, event, group; the event is missing for people of whom no event is known;
        - people: how many of that group were heard there; missing where it is not published;
        - lower, upper: the smallest and largest number that published totals and the excerpts allow;
        - separable: one answer for the grouping. `within`: some event (or the people interviewed alone, by the same
          interviewer) holds two groups or more, so that they can be compared within it. `between`: each event holds one
          group, each group sat in at least two events of a kind, and their mean sizes differ by a quarter at most, so
          that whole events can be permuted. `both`: some of each. `no`: a difference between groups could as well be
          one between events. Missing where it may depend on who sat where, which is not published. Of whom the group is
          not known count where totals fix how many are in each group, and are left out otherwise;
        - hearings: hearings a person, of the people there; missing where one of them may have been heard at an event
          that does not say whom it heard;
        - excerpts, words: excerpts and words a person, of what these people said there; missing where some of what
          was said there is only attributed, or may have been said elsewhere.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If totals and quantifiers cannot all be true.

    See Also
    --------
    compare : The test that this design allows.
    talk : Whether groups had equal chances to speak.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = plrlib.design(study, "sector")
    >>> print(found[["event", "group", "people", "separable"]].head(4).to_string(index=False))
    event     group  people separable
    FG-M1 voluntary       3    within
    FG-M1 statutory       2    within
    FG-M2 voluntary       2    within
    FG-M2 statutory       3    within
    """
    grouping = study.grouping(by)
    people = _people(study, grouping)
    rows = [
        (event, key, *ends, *said)
        for event, here, talk in zip(study.events["event"], people, _said(study, grouping, people), strict=True)
        for key, ends, said in zip(grouping.levels, here, talk, strict=True)
    ]
    alone = ~study.prepared.attended.any(axis=1) & study.prepared.inside(grouping.population)
    if alone.any():  # those of whom no event is known; any group may have those whose group is not known either
        unknown, *sizes = np.bincount(study.prepared.group(grouping)[alone] + 1, minlength=len(grouping.levels) + 1)
        rows += [(None, key, n, n + unknown, *[np.nan] * 3) for key, n in zip(grouping.levels, sizes, strict=True)]
    frame = pd.DataFrame(rows, columns=["event", "group", "lower", "upper", "hearings", "excerpts", "words"])
    frame.insert(0, "grouping", grouping.name)
    frame.insert(3, "people", frame["lower"].where(frame["lower"] == frame["upper"]))
    frame.insert(6, "separable", _separable(study, grouping))
    kinds = {"whole": ("people", "lower", "upper"), "numbers": MEASURES}
    return typed(frame, **kinds, event=study.events["event"], group=grouping.levels)


@remembered
def unseen(study: Study, by: str | Grouping) -> list[str]:
    """Events where somebody of a grouping may have been of whom nothing says so.

    Examples
    --------
    >>> import plrlib
    >>> unseen(plrlib.load_study("plr0809-017"), "sector")
    ['INT']
    """
    grouping = study.grouping(by)
    cells = people_by_cell(study, grouping)
    about = cells.groups(study, grouping) >= 0
    found = assign(study, cells, events=True)
    known = {name: cells.people(cells.seats[:, v] & about) for v, name in enumerate(study.events["event"])}
    return [name for name, people in found.there.items() if found.program.most(people[about]) > known[name]]


def _people(study: Study, grouping: Grouping) -> list[list[tuple[int, int]]]:
    """Return V × G: the smallest and largest number of people of a group at an event."""
    cells = people_by_cell(study, grouping)
    group = cells.groups(study, grouping)
    certain = cells.certain(group)
    found = assign(study, cells, events=True)
    ends = []
    for v, event in enumerate(study.events["event"]):
        sat = cells.seats[:, v]
        if certain[sat].all() and not cells.unlisted[v]:
            ends.append([(n, n) for n in (cells.people(sat & (group == i)) for i in range(len(grouping.levels)))])
            continue
        there = found.there.get(event, np.where(sat, found.people, -1))
        ends.append([found.program.ends(there[(there >= 0) & (group == i)]) for i in range(len(grouping.levels))])
    return ends


def _separable(study: Study, grouping: Grouping) -> str | None:
    """Return the answer that `design` gives for a grouping; None where it depends on what is not published."""
    cells = people_by_cell(study, grouping)
    group, _ = counted_groups(study, cells, grouping)
    there = possible(study, cells)
    if any(len(set(group[there & (cells.of == one)])) > 1 for one in np.unique(cells.of)):
        return None if _unmixed_is_possible(study, cells, group) else WITHIN
    counted = there & (group >= 0)
    blocks = np.unique(cells.block[counted])
    at = [counted & (group == i) for i in range(len(grouping.levels))]
    sizes = np.array([[cells.people(here & (cells.block == v)) for here in at] for v in blocks], dtype=np.int64)
    kinds = dict(zip(study.prepared.block.tolist(), study.prepared.kind.tolist(), strict=True))
    kind = np.array([kinds[v] for v in blocks.tolist()], dtype=np.int64)
    how = setting(sizes.reshape(len(blocks), len(at)), blocks, kind).kind
    return {WHOLE: BETWEEN, CONFOUNDED: NO}.get(how, how)


def _unmixed_is_possible(study: Study, cells: Cells, group: NDArray[np.int64]) -> bool:
    """Tell whether there is a completion in which no block holds two groups."""
    found = assign(study, cells)
    for v in np.unique(cells.block):
        here = [np.flatnonzero((cells.block == v) & (group == i)) for i in np.unique(group[group >= 0])]
        chosen = found.program.variables(np.ones(len(here), dtype=np.int64))
        found.program.require([(chosen, 1.0)], high=1.0)
        for one, these in zip(chosen, here, strict=True):
            found.program.require([(found.people[these], 1.0), (one[None], -float(len(cells.alike)))], high=0.0)
    return found.program.allows([])


def _said(study: Study, grouping: Grouping, people: list[list[tuple[int, int]]]) -> NDArray[np.float64]:
    """Return V × G × 3: events, excerpts and words a person of a group at an event; nan where not known."""
    there, group, speaker = study.prepared.attended, study.prepared.group(grouping), study.prepared.speaker
    at = group[:, None] == np.arange(len(grouping.levels))
    listed = there.T.astype(np.int64) @ at
    low, high = np.moveaxis(np.array(people, dtype=np.int64).reshape(*listed.shape, 2), 2, 0)
    more = (high > listed)[study.prepared.not_all_known].any(axis=0)
    # unless all are listed, it is not known of each who they are
    size = np.where((low == high) & (high == listed) & (listed > 0), listed, np.nan)
    place, doubtful = _where_said(study)
    said = np.flatnonzero((place >= 0) & np.append(at.any(axis=1), False)[speaker])
    said = said[there[speaker[said], place[said]]]
    cell = place[said], group[speaker[said]]
    excerpts, words = np.zeros((2, *listed.shape))
    np.add.at(excerpts, cell, 1)
    np.add.at(words, cell, study.excerpts["n_words"].to_numpy(dtype=float, na_value=np.nan)[said])
    heard = np.where(more, np.nan, there.T @ (there.sum(axis=1)[:, None] * at) / size)
    size[doubtful] = np.nan
    return np.stack([heard, excerpts / size, words / size], axis=2)


def _where_said(study: Study) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return at which event each of E excerpts was said by somebody who is named (-1: not known, or attributed).

    Then, for each of V events, whether an excerpt may have been said there of which that is not known.
    """
    prepared, n = study.prepared, len(study.events)
    place = np.where(prepared.speaker >= 0, prepared.only_event, NOT_KNOWN)
    # what may have been said where: at the events named, else where the person was, else anywhere
    may = prepared.possible_events[prepared.event_cell].copy()
    blank = ~may.any(axis=1)
    may[blank] = np.vstack([prepared.attended, np.ones((1, n), dtype=bool)])[prepared.speaker[blank]]
    may[~may.any(axis=1)] = True
    return place, np.asarray(may[place < 0].any(axis=0), dtype=bool)


# Talk: whether groups had equal chances to speak, and so to raise things.

MEASURES = ("hearings", "excerpts", "words")
REASONS = UNLISTED, NOWHERE, NOT_NAMED, NOT_COUNTED, NOT_MIXED = (
    "events unlisted", "no event known", "speakers not named", "words not counted", "no event held two groups",
)  # fmt: skip
"""Why there is no p; their words are in plrlib/show/people.py."""
_TIE = 1e-9


@remembered
def talk(study: Study, by: str | Grouping) -> pd.DataFrame:
    """Return how often the people of each group were heard and how much they said, and test the differences.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml.

    Returns
    -------
    DataFrame
        One row a measure and group. Unit: people.

        - grouping, measure (hearings, excerpts, words), group;
        - people: those whose group is known;
        - mean: the measure a person; missing where it is not known of each of them;
        - p: the exact p-value of a difference between the groups, people permuted within the events where they were
          first heard; the same for all groups of a measure. Missing where no event held two groups, or the measure is
          not known of each person;
        - permuted: how many people that is over; permutations: how many ways to permute them; sampled: whether these
          are a sample of all;
        - reason: why there is no p: `events unlisted` (which: `events`, as a tuple), `no event known` (of how many
          people: `missing`), `speakers not named` (of how many excerpts: `missing`), `words not counted`, `no event
          held two groups`; blank where there is one.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.

    Notes
    -----
    Hearings are not known of each person where an event does not say whom it heard; excerpts and words are not, where
    people of the grouping may have said excerpts that name nobody.

    Examples
    --------
    >>> import plrlib
    >>> found = plrlib.talk(plrlib.load_study("worked-example"), "sector")
    >>> found["measure"].unique().tolist()
    ['hearings', 'excerpts', 'words']
    """
    grouping = study.grouping(by)
    group = study.prepared.group(grouping)
    known = group >= 0
    unknown = _unknown(study, grouping, known)
    rows = []
    for measure, values in zip(MEASURES, _values(study), strict=True):
        reason, missing, events = unknown[measure]
        found = Permuted(np.nan, 0, True, 0)
        if not reason:
            block = study.prepared.block[known]
            found = permutation_test(values[known], group[known], block, study.settings.seed)
        for position, key in enumerate(grouping.levels):
            who = group == position
            mean = values[who].mean() if who.any() and not reason else np.nan
            told = reason or ("" if found.people else NOT_MIXED)
            test = (found.p, found.people, found.permutations, not found.exact)
            rows.append((grouping.name, measure, key, int(who.sum()), mean, *test, told, missing, events))
    columns = ["grouping", "measure", "group", "people", "mean", "p", "permuted", "permutations", "sampled", "reason"]
    frame = pd.DataFrame(rows, columns=[*columns, "missing", "events"])
    return typed(frame, numbers=("mean", "p"), group=grouping.levels)


def _unknown(study: Study, grouping: Grouping, known: NDArray[np.bool_]) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    """Return for each measure why it is not known of each person, of how many, and where; blank where it is known."""
    unlisted, prepared = unseen(study, grouping), study.prepared
    nowhere = int((known & ~prepared.attended.any(axis=1)).sum())
    hearings = (UNLISTED, 0, tuple(unlisted)) if unlisted else (NOWHERE if nowhere else "", nowhere, ())
    attributed = int((attribution(study, grouping)["about"].to_numpy() & (prepared.speaker < 0)).sum())
    said = (NOT_NAMED if attributed else "", attributed, ())
    theirs = np.append(known, False)[prepared.speaker]
    uncounted = study.excerpts["n_words"][theirs].isna().any()
    words = said if attributed or not uncounted else (NOT_COUNTED, 0, ())
    return {"hearings": hearings, "excerpts": said, "words": words}


def _values(study: Study) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return events, excerpts and words of each of P people."""
    who = study.prepared.speaker
    words = study.excerpts["n_words"].fillna(0).to_numpy(dtype=float)
    n, named = len(study.participants), who >= 0
    excerpts, spoken = (np.bincount(who[named], w, minlength=n).astype(float) for w in (None, words[named]))
    return study.prepared.attended.sum(axis=1).astype(float), excerpts, spoken


class Permuted(NamedTuple):
    """The answer of `permutation_test`.

    Parameters
    ----------
    p
        The share of permutations at least as extreme as what was observed; missing (nan) where no block holds two
        groups.
    permutations
        How many permutations that share is of.
    exact
        Whether these were all there are; otherwise they were a seeded sample.
    people
        How many of the P people sit in a block that holds two groups or more: only these are permuted.
    """

    p: float
    permutations: int
    exact: bool
    people: int


def permutation_test(
    values: NDArray[np.float64], group: NDArray[np.int64], block: NDArray[np.int64], seed: int
) -> Permuted:
    """Stratified permutation test of whether a quantity differs between groups; people are permuted within blocks.

    Unit: people. The statistic is the sum of squares between groups of the values, each less the mean of its block.
    All permutations of groups within blocks are enumerated up to 200,000; beyond that 9,999 are drawn from
    `seed`, and p is (b + 1) / (m + 1).

    Parameters
    ----------
    values
        For each of P people the quantity; none may be missing.
    group
        For each of P people the position of the group, from 0.
    block
        For each of P people the number of the block.
    seed
        Of the sample, where one is drawn.

    Returns
    -------
    Permuted
        p, and what it rests on.

    Raises
    ------
    ValueError
        If the three are not of one length, or a value is missing.

    Notes
    -----
    [fisher1935]_; restricted randomisation.

    Examples
    --------
    >>> found = permutation_test(np.array([5.0, 4.0, 1.0, 2.0]), np.array([0, 0, 1, 1]), np.zeros(4, dtype=int), seed=1)
    >>> round(found.p, 3), found.permutations, found.exact
    (0.333, 6, True)
    """
    if not len(values) == len(group) == len(block):
        raise ValueError(f"{len(values)} values, {len(group)} groups and {len(block)} blocks: one of each a person")
    if np.isnan(values).any():
        raise ValueError("a value is missing: leave the person out, and say so")
    mixed = np.array([len(set(group[block == b])) > 1 for b in block], dtype=bool)
    if not mixed.any():
        return Permuted(np.nan, 0, True, 0)
    values, group, block = values[mixed].astype(float), group[mixed], block[mixed]
    for one in np.unique(block):
        values[block == one] -= values[block == one].mean()
    permutations = Permutations.of(group, block, seed)
    sizes = np.bincount(group)
    there = np.flatnonzero(sizes)
    by_group = np.array([permutations.sums(values[:, None], only)[0] for only in np.eye(len(sizes))[there]])
    between = (by_group**2 / sizes[there, None]).sum(axis=0)
    seen = (np.bincount(group, weights=values)[there] ** 2 / sizes[there]).sum()
    extreme = int((between >= seen * (1 - _TIE) - _TIE).sum())
    p = extreme / len(between) if permutations.exact else (extreme + 1) / (len(between) + 1)
    return Permuted(float(p), len(between), permutations.exact, len(values))


@remembered
def uncoded(study: Study) -> NDArray[np.bool_]:
    """For each of P people whether they count, and no excerpt that is or may be theirs has a code that counts.

    Examples
    --------
    >>> import plrlib
    >>> int(uncoded(plrlib.load_study("worked-example")).sum())
    0
    """
    prepared = study.prepared
    excerpts = codings_of(study, *coders_used(study))[0]
    named = np.zeros(len(study.participants) + 1, dtype=bool)
    named[prepared.speaker[excerpts]] = True
    possible = np.unique(prepared.attributions.of[excerpts])
    may_be = may_fit(prepared.attributions, prepared.listed, study.participants)[:, possible[possible >= 0]]
    return np.asarray(prepared.counted & ~named[:-1] & ~may_be.any(axis=1))


# Who coded whose words: where a coder and an event, or a coder and a group, coincide, nothing tells them apart.

BY_EVENT, BY_GROUP = "events", "groups"


@remembered
def coded_by(study: Study, by: str | Grouping | None = None) -> pd.DataFrame:
    """Excerpts that each coder coded of each event, or of each group.

    Parameters
    ----------
    study : Study
        A study.
    by : str or Grouping, optional
        A grouping; None: by event.

    Returns
    -------
    DataFrame
        One row an excerpt, coder and event or group (`where`): excerpt, coder, where, used (whether any coding of it
        counts in comparisons). Unit: excerpts. Those that may be of several events or groups are not there.

    Examples
    --------
    >>> import plrlib
    >>> found = coded_by(plrlib.load_study("worked-example"))
    >>> found.groupby("coder", observed=True).size().to_dict()
    {'first': 439, 'second': 439}
    """
    rows = study.codings[["excerpt", "coder"]].assign(used=which_codings(study, *coders_used(study)))
    at, names = np.asarray(study.prepared.only_event), study.prepared.events
    if by is not None:
        grouping = study.grouping(by)
        may = possible_groups(study, grouping)
        at = np.where((may.sum(axis=1) == 1) & ~may[:, -1], may.argmax(axis=1), NOT_KNOWN)
        names = list(grouping.levels)
    place = at[study.prepared.excerpt_rows(rows["excerpt"])]
    rows["where"] = pd.Categorical.from_codes(place, categories=pd.Index(names, dtype="str"))
    known = rows.dropna(subset="where").groupby(["excerpt", "coder", "where"], observed=True)
    return known["used"].any().reset_index()


def coinciding(study: Study, by: str | Grouping | None = None) -> tuple[str, ...]:
    """With what the coders whose codings count coincide: `events`, each of which one of them coded, or `groups`.

    Coders and groups coincide where no coder coded words of two groups. One coder coincides with nothing.

    Examples
    --------
    >>> import plrlib
    >>> coinciding(plrlib.load_study("worked-example"), "sector")
    ()
    """
    found = []
    for name, grouping, one, other in ((BY_EVENT, None, "where", "coder"), (BY_GROUP, by, "coder", "where")):
        if name == BY_GROUP and by is None:
            continue
        rows = coded_by(study, grouping)
        rows = rows[rows["used"]]
        several = min(rows["coder"].nunique(), rows["where"].nunique()) > 1
        if several and (rows.groupby(one, observed=True)[other].nunique() == 1).all():
            found.append(name)
    return tuple(found)
