"""Presence: how many people raised a code, exactly where speakers are named, between bounds where not.

Beside it who may have said an excerpt (`attribution`), and which excerpts and people a count is of (`Counted`).
Letters: P people, E excerpts, C codes, G groups, N cells.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.stats.bounds.cells import Cells, people_by_cell
from plrlib.stats.bounds.constraints import RAISED, SILENT, UNREAD, Kind, attributed, counted_groups, possible, raising
from plrlib.study.evidence import Evidence, evidence
from plrlib.study.load import Study
from plrlib.study.prepared import blocks, remembered, stored
from plrlib.study.settings import Grouping

OUTSIDE = "outside"
GROUPS_JOINED = " or "


@remembered
def presence(
    study: Study,
    by: str | Grouping,
    level: str | int = "theme",
    stance: str | None = None,
    coder: str | None = None,
    events: str = "first",
) -> pd.DataFrame:
    """Count the people of each group who raised each code, with sharp bounds where speakers are not named.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml, by its name.
    level
        `theme`: the top of the codebook. `code`: whatever was given as a code. A depth (2: below the themes). At each
        of these a code counts for all that it stands under. The name of a column of the codebook: a code counts for the
        value in its row, as `market_side` or whatever `[readings]` of study.toml names.
    stance
        Only excerpts to which the study's stance coder gave this stance: supports, qualifies, opposes or context.
    coder
        Whose codings; None: those of the reference coder, or of all who divided the work.
    events
        `first`: only what people said at the event that they attended first. `all`: at every event.

    Returns
    -------
    DataFrame
        One row a code and group, also where no participant raised it. Unit: people.

        - grouping, group, code: categorical, groups and codes in declared order;
        - n: the people in that group who were heard and asked, and are not excluded. People whose group is not
          published count where published totals fix how many are in each group, and are left out otherwise;
        - lower, upper: the smallest and the largest number of the n who raised it, over all completions: every way of
          saying who is in which group and who raised what that satisfies every excerpt's possible speakers and
          quantifier and every published total. Where coding is not complete upper is n: a code not found may still
          have been raised;
        - excerpts: the excerpts with that code that a participant in that group may have said.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If an argument is not known to the study, if a stance is asked for that is blank, or if totals and quantifiers
        cannot all be true.

    Notes
    -----
    A quantifier's upper end limits its excerpt, not the code. The bounds are integer programmes over counts of people
    by cell (where they were × what they are), solved exactly: by linear programmes (HiGHS, which SciPy brings along),
    and by branching where these have no whole numbers.

    Examples
    --------
    >>> from plrlib import load_study, presence
    >>> print(presence(load_study("worked-example"), "sector").head(2).to_string(index=False))
    grouping     group code  n  lower  upper  excerpts
      sector voluntary   T1 15     15     15        49
      sector statutory   T1 15      0      0         0

    See Also
    --------
    attribution : Whom an excerpt may be of.
    compare : Tests whether groups raised codes equally often.
    """
    grouping = study.grouping(by)
    found = evidence(study, str(level), stance, coder, events)
    counts = presence_counts(study, grouping, str(level), stance, coder, events)
    keys, n_codes = list(grouping.levels), len(found.codes)
    codes = np.repeat(np.arange(n_codes), len(keys))
    code = pd.Categorical.from_codes(codes, categories=pd.Index(found.codes, dtype="str"))
    group = pd.Categorical(keys * n_codes, categories=keys)
    numbers = dict(zip(("n", "lower", "upper", "excerpts"), counts.reshape(-1, 4).T, strict=True))
    return pd.DataFrame({"grouping": grouping.name, "group": group, "code": code, **numbers})


@stored
def presence_counts(
    study: Study, grouping: Grouping, level: str, stance: str | None, coder: str | None, events: str
) -> NDArray[np.int64]:
    """Return the numbers of `presence`, C × G × 4: n, lower, upper and excerpts."""
    return count_people(study, grouping, evidence(study, level, stance, coder, events))


def count_people(study: Study, grouping: Grouping, found: Evidence) -> NDArray[np.int64]:
    """Return C × G × 4: n, lower, upper and excerpts, as `presence` defines them.

    Raises
    ------
    Infeasible
        If no completion satisfies every total and every quantifier.
    """
    if not len(study.prepared.attributions) and study.prepared.is_certain(grouping):
        return _count_named(study, found, study.prepared.group(grouping), len(grouping.levels))
    everybody = people_by_cell(study, grouping)
    speaker = study.prepared.speaker
    counts = np.zeros((len(found.codes), len(grouping.levels), 4), dtype=np.int64)
    for column in np.unique(found.asked, axis=1).T:  # codes about which the same people were asked
        cells, was_asked, _ = everybody.split(column.astype(np.int64))
        at, sizes = counted_groups(study, cells, grouping, was_asked == 1)
        could_be = np.where((was_asked == 1) & possible(study, cells), cells.groups(study, grouping), -1)
        may_be = np.array([np.isin(cells.alike, cells.of[could_be == i]) for i in range(len(sizes))])
        known: dict[Hashable, list[tuple[int, int]]] = {}
        for c in np.flatnonzero((found.asked == column[:, None]).all(axis=0)):
            code = states(study, found, int(c))
            named = code.coded & (speaker >= 0)
            fits = cells.fits[:, attributed(study).whose[code.coded & ~named]]
            key = code.signature(study)
            if key not in known:  # codes of which the same is known have the same bounds
                known[key] = _ends(study, cells, at, code, sizes)
            for i, n in enumerate(sizes):
                excerpts = may_be[i, speaker[named]].sum() + fits[could_be == i].any(axis=0).sum()
                counts[c, i] = n, *known[key][i], excerpts
    return counts


def _count_named(study: Study, found: Evidence, group: NDArray[np.int64], n_groups: int) -> NDArray[np.int64]:
    """Return what `count_people` does where every excerpt names its speaker and the group of everybody is known.

    Every number is then a count, and no programme has to be solved: ten million codings take a tenth of a second.
    """
    n_codes, n_people = len(found.codes), len(group)
    speaker = study.prepared.speaker
    excerpts = np.zeros(n_people * n_codes, dtype=np.int64)
    for block in blocks(len(found.excerpt), max(len(excerpts), 2**18)):
        place = speaker.take(found.excerpt[block]).astype(np.intp)
        place *= n_codes
        place += found.code[block]
        excerpts += np.bincount(place, minlength=len(excerpts))
    excerpts = excerpts.reshape(n_people, n_codes) * found.asked
    raised = excerpts > 0
    unread = np.zeros(n_people, dtype=bool)
    unread[speaker[found.counts & ~found.read]] = True
    could = (raised | unread[:, None]) & found.asked if study.settings.complete else found.asked
    members = (group == np.arange(n_groups)[:, None]).astype(np.int64)
    counts = [(members @ some.astype(np.int64)).T for some in (found.asked, raised, could, excerpts)]
    return np.stack(counts, axis=-1)


class States(NamedTuple):
    """What is known of a code: by name of each of P people, and of each of E excerpts.

    Parameters
    ----------
    known
        For each of P people SILENT, RAISED or UNREAD.
    coded, unread
        For each of E excerpts whether it has the code, and whether it counts and the coder has not read it.
    """

    known: NDArray[np.int64]
    coded: NDArray[np.bool_]
    unread: NDArray[np.bool_]

    def kinds(self, study: Study) -> tuple[list[Kind], list[Kind] | None]:
        """Return the attributed excerpts with the code and, where coding is complete, those that may have it too."""
        said = attributed(study)
        return said.among(self.coded), said.among(self.coded | self.unread) if study.settings.complete else None

    def signature(self, study: Study) -> Hashable:
        """Return what two codes have in common if nothing tells them apart but their names."""
        coded, could = self.kinds(study)
        return self.known.tobytes(), tuple(coded), None if could is None else tuple(could)


def states(study: Study, found: Evidence, c: int) -> States:
    """Return what is known of the code at a position of the evidence."""
    coded = np.zeros(len(study.excerpts), dtype=bool)
    coded[found.excerpts(found.codes[c])] = True
    speaker = study.prepared.speaker
    unread = found.counts & ~found.read
    known = np.full(len(study.participants), SILENT)
    known[speaker[unread & (speaker >= 0)]] = UNREAD
    known[speaker[coded & (speaker >= 0)]] = RAISED
    return States(known, coded, unread)


def _ends(study: Study, cells: Cells, at: NDArray[np.int64], code: States, sizes: list[int]) -> list[tuple[int, int]]:
    """Return the smallest and largest number of people of each group who raised one code; `at` is each cell's group.

    Where coding is not complete all people of a group may have raised it.
    """
    cells, state, old = cells.split(code.known)
    groups = [at[old] == i for i in range(len(sizes))]
    coded, could = code.kinds(study)
    if coded or could or not cells.certain(at[old]).all():
        found = raising(study, cells, state, coded, could)
        least = [found.program.least(found.raised[here]) for here in groups]
        most = [found.program.most(found.raised[here]) for here in groups] if study.settings.complete else sizes
    else:
        least = [cells.people(here & (state == RAISED)) for here in groups]
        most = [cells.people(here & (state != SILENT)) for here in groups] if study.settings.complete else sizes
    return list(zip(least, most, strict=True))


def attribution(study: Study, by: str | Grouping) -> pd.DataFrame:
    """Return for each excerpt the groups in which its speaker may be.

    Parameters
    ----------
    study
        A study.
    by
        A grouping of study.toml, by its name.

    Returns
    -------
    DataFrame
        One row an excerpt, in the study's order. Unit: excerpts.

        - excerpt;
        - heard: the groups that a possible speaker can be in, joined by ` or `, in declared order; `outside` stands for
          people whom the grouping is not about, or who may be in none of its groups. Categorical;
        - about: whether a participant in one of the groups may have said it;
        - certain: whether all who may have are in one group, and the excerpt therefore evidence of it.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.
    ValueError
        If totals and quantifiers cannot all be true.

    Examples
    --------
    >>> from plrlib import attribution, load_study
    >>> print(attribution(load_study("worked-example"), "sector").head(2).to_string(index=False))
    excerpt     heard  about  certain
      E0001 voluntary   True     True
      E0002 voluntary   True     True
    """
    grouping = study.grouping(by)
    may = possible_groups(study, grouping)
    sets = group_sets(study, grouping)
    bits = 1 << np.arange(may.shape[1])
    place = {int(bits @ [name in some for name in _names(grouping)]): i for i, some in enumerate(sets.values())}
    masks, of = np.unique(may @ bits, return_inverse=True)
    heard = np.array([place[int(mask)] for mask in masks], dtype=np.int64)[of]
    groups = pd.Categorical.from_codes(heard, categories=pd.Index(list(sets), dtype="str"))
    about, certain = may[:, :-1].any(axis=1), (may.sum(axis=1) == 1) & ~may[:, -1]
    return pd.DataFrame({"excerpt": study.excerpts["excerpt"], "heard": groups, "about": about, "certain": certain})


@remembered
def group_sets(study: Study, grouping: Grouping) -> dict[str, tuple[str, ...]]:
    """Return the groups that each value of `heard` in `attribution` stands for: each alone, then those possible."""
    names = _names(grouping)
    last = (len(names) - 1,)
    distinct = np.unique(possible_groups(study, grouping), axis=0)
    sets = {(i,) for i in range(len(names))} | {tuple(np.flatnonzero(row).tolist()) for row in distinct}
    order = sorted(sets, key=lambda some: (some == last, len(some), some))
    return {GROUPS_JOINED.join(names[i] for i in some): tuple(names[i] for i in some) for some in order}


def _names(grouping: Grouping) -> list[str]:
    return [*grouping.levels, OUTSIDE if OUTSIDE not in grouping.levels else f"{OUTSIDE} the grouping"]


@remembered
def possible_groups(study: Study, grouping: Grouping) -> NDArray[np.bool_]:
    """Return E × (G + 1): whether a possible speaker of an excerpt can be in a group; the last column: in none of them.

    Raises
    ------
    ValueError
        If totals and quantifiers cannot all be true.
    """
    cells = people_by_cell(study, grouping)
    group = cells.groups(study, grouping)
    is_in = np.zeros((len(group), len(grouping.levels) + 1), dtype=bool)
    is_in[np.arange(len(group)), group] = True  # the group -1, none, is the last column
    is_in &= possible(study, cells)[:, None]
    by_person = np.array([is_in[cells.of == one].any(axis=0) for one in range(len(cells.sizes))], dtype=bool)
    by_attribution = cells.fits.T.astype(np.int64) @ is_in.astype(np.int64) > 0
    speaker, whose = study.prepared.speaker, study.prepared.attributions.of
    may = by_person.reshape(-1, is_in.shape[1])[cells.alike][speaker]
    may[speaker < 0] = by_attribution[whose[speaker < 0]]
    return np.asarray(may, dtype=bool)


@dataclass(frozen=True)
class Counted:
    """The excerpts and people that the counts of `presence` are of.

    Parameters
    ----------
    study, grouping
        The study, and the grouping that people are counted by.
    found
        The excerpts that count.
    """

    study: Study
    grouping: Grouping
    found: Evidence

    @classmethod
    def of(
        cls, study: Study, by: str | Grouping, level: str = "theme", stance: str | None = None, coder: str | None = None
    ) -> "Counted":
        """Return what the counts of `presence` are of, called with the same arguments; raises as it does."""
        return cls(study, study.grouping(by), evidence(study, level, stance, coder))

    def excerpts(self, code: str, group: str | None = None) -> list[str]:
        """Return the excerpts with a code that a participant in a group (None: any) may have said, in order."""
        rows = self.found.excerpts(code)
        if group is not None:
            at = list(self.grouping.levels).index(group)
            rows = rows[possible_groups(self.study, self.grouping)[rows, at]]
        return self._named(rows)

    def people(self, code: str, group: str) -> list[str]:
        """Return those in a group who, by name, raised a code, in the study's order."""
        speaker = self.study.prepared.speaker[self.found.excerpts(code)]
        raised = np.zeros(len(self.study.participants), dtype=bool)
        raised[speaker[speaker >= 0]] = True
        return self._participants(raised & self._in(group) & self.found.asked[:, self.found.codes.index(code)])

    def members(self, group: str) -> list[str]:
        """Return those who are known to be in a group, in the study's order."""
        return self._participants(self._in(group))

    def excerpts_of_mark(self, code: str, group: str, number: int) -> list[str]:
        """Return the excerpts that one mark of a person stands for: theirs, where it is known who it is.

        Those who raised the code come first. None lie behind a participant who did not; the caller knows those.
        """
        known = self.people(code, group)
        if number >= len(known):
            return self.excerpts(code, group)
        rows = self.found.excerpts(code)
        who = list(self.study.participants["participant"]).index(known[number])
        return self._named(rows[self.study.prepared.speaker[rows] == who])

    def _in(self, group: str) -> NDArray[np.bool_]:
        at = list(self.grouping.levels).index(group)
        return np.asarray(self.study.prepared.group(self.grouping) == at, dtype=bool)

    def _participants(self, which: NDArray[np.bool_]) -> list[str]:
        return list(self.study.participants["participant"].astype(str)[which])

    def _named(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        return self.study.excerpts["excerpt"].astype(str).iloc[rows].tolist()
