"""Which excerpts are evidence for or against a claim, who may have said them, and how many people that is.

Letters: P people, E excerpts, L levels, S stances.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.settings import Grouping
from plrlib.stats.attribution import attribution
from plrlib.stats.completions import count_people
from plrlib.stats.everybody import NAME, as_one
from plrlib.stats.evidence import Evidence, coder_or_reference, codes_at, evidence
from plrlib.stats.ledger import envelopes, moved
from plrlib.stats.program import Infeasible
from plrlib.stats.sorters import pairs
from plrlib.study import Study
from plrlib.tables import STANCES

NO_STANCE, OTHERS = "no stance", "others"
PARTS = (*STANCES, NO_STANCE, OTHERS)
"""What an excerpt of the theme is to a claim: its stance, or that only people said it whom the claim is not about."""


@dataclass(frozen=True)
class People:
    """How many of n people took each stance, at least and at most: S × 2, in the order of `plrlib.tables.STANCES`."""

    n: int
    ends: NDArray[np.int64]

    def least(self, stance: str) -> int:
        """Return the smallest number who took a stance."""
        return int(self.ends[STANCES.index(stance), 0])

    def most(self, stance: str) -> int:
        """Return the largest number who may have taken a stance."""
        return int(self.ends[STANCES.index(stance), 1])


def claim_evidence(study: Study) -> pd.DataFrame:
    """Return the excerpts of the theme (or code) that each claim rests on, and what they are to the claim.

    Parameters
    ----------
    study
        A study with claims. An excerpt is of a theme where the stance coder put it in its envelope. Where nobody whose
        stances count sorted, or the claim rests on a code, it is where the reference coder gave it the code, or one
        of that theme; then its stance counts only if its envelope is of the same theme.

    Returns
    -------
    DataFrame
        One row a claim and excerpt, in the order of the claims and of the excerpts. Unit: excerpts.

        - claim, excerpt;
        - part: the stance the excerpt takes to the theme; `no stance`: none is on record; `others`: nobody whom the
          claim is about can have said it. Categorical;
        - certain: whether only people whom the claim is about can have said it;
        - form: quoted or reported; missing where the study does not say;
        - left: the sorters of another kind who put it in another envelope, parted by `, `; blank where none did.

    Raises
    ------
    NotInStudy
        If the study has no claims.
    ValueError
        If totals and quantifiers cannot all be true.
    """
    study.needs("claims")
    away = _left(study)
    about = {who: _about(study, who) for who in dict.fromkeys(_who(claim) for claim in study.claims["who"])}
    form = study.excerpts["form"].astype("object").to_numpy()
    ids = study.excerpts["excerpt"].astype("object").to_numpy()
    rows: list[tuple[object, ...]] = []
    for claim, finding, who in zip(study.claims["claim"], study.claims["finding"], study.claims["who"], strict=True):
        theirs, certain = about[_who(who)]
        of, stance = _evidence_of(study, str(finding))
        for e in np.flatnonzero(of):
            part = stance[e] if theirs[e] else OTHERS
            rows.append((claim, ids[e], part, bool(certain[e]), form[e], away.get((ids[e], finding), "")))
    frame = pd.DataFrame(rows, columns=["claim", "excerpt", "part", "certain", "form", "left"])
    frame["part"] = pd.Categorical(frame["part"], categories=PARTS)
    return frame.astype({"certain": "bool"})


def people_by_stance(study: Study, claim: str, rows: pd.DataFrame, grouping: Grouping | None = None) -> list[People]:
    """Return how many people took each stance to a claim; people count once a stance, whenever they were heard.

    Parameters
    ----------
    study
        A study.
    claim
        The claim.
    rows
        What `claim_evidence` says of it.
    grouping
        A grouping of the study: one answer for each of L levels; None: one for all whom the claim is about.

    Raises
    ------
    ValueError
        If totals and quantifiers cannot all be true.
    """
    who = _who(study.claims.loc[study.claims["claim"] == claim, "who"].iloc[0])
    if grouping is None:
        study, grouping = as_one(study, who)
    place = {excerpt: e for e, excerpt in enumerate(study.excerpts["excerpt"])}
    taken = [(place[e], STANCES.index(p)) for e, p in zip(rows["excerpt"], rows["part"], strict=True) if p in STANCES]
    at, stance = np.array(taken, dtype=np.int64).reshape(-1, 2).T
    shape = (len(study.excerpts), len(STANCES))
    coded = sp.csc_array((np.ones(len(at), dtype=bool), (at, stance)), shape=shape)
    seen = np.isin(study.excerpts["excerpt"].astype("object"), _seen(study))
    asked = np.ones((len(study.participants), len(STANCES)), dtype=bool)
    found = Evidence(list(STANCES), coded, np.ones(len(study.excerpts), dtype=bool), seen, asked)
    try:
        counts = count_people(study, grouping, found)
    except Infeasible as error:
        raise ValueError(f"totals and quantifiers of {study.id} contradict one another: {error}") from None
    return [People(int(counts[0, i, 0]), counts[:, i, 1:3]) for i in range(len(grouping.levels))]


def sorter(study: Study) -> str:
    """Return whose envelopes say which theme an excerpt is of; blank: the reference coder's codes do."""
    coder = study.settings.stance_coder
    return coder if (study.envelopes["coder"] == coder).any() else ""


def excerpts_of(study: Study, finding: str) -> tuple[str, ...]:
    """Return the excerpts of a theme or code, as `claim_evidence` finds them."""
    of, _ = _evidence_of(study, finding)
    return tuple(study.excerpts["excerpt"].astype("object")[of])


def raised_in(study: Study, by: str, finding: str) -> tuple[str, ...]:
    """Return the excerpts by which `presence` counts the people at the levels of a grouping who raised a theme or code.

    They have it by the reference coder's codes, belong to a first hearing, and somebody at a level may have said them.
    """
    level = "theme" if finding in set(study.themes["code"]) else "code"
    found = evidence(study, level, None, None, "first")
    of = np.zeros(len(study.excerpts), dtype=bool)
    if finding in found.codes:
        of[_having(found, finding)] = True
    return tuple(study.excerpts["excerpt"].astype("object")[of & attribution(study, by)["about"].to_numpy(dtype=bool)])


def _having(found: Evidence, code: str) -> NDArray[np.int64]:
    c = found.codes.index(code)
    return np.asarray(found.coded.indices[found.coded.indptr[c] : found.coded.indptr[c + 1]], dtype=np.int64)


def _who(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _seen(study: Study) -> list[str]:
    """Return the excerpts that whoever says which theme an excerpt is of has seen."""
    coder = sorter(study) or coder_or_reference(study, None)
    tables = (study.envelopes, study.codings)
    return [str(e) for table in tables for e in table.loc[table["coder"] == coder, "excerpt"].unique()]


def _evidence_of(study: Study, finding: str) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Return for each of E excerpts whether it is of a theme or code, and which stance it takes to it."""
    n = len(study.excerpts)
    stance, theme = np.full(n, NO_STANCE, dtype=object), np.full(n, None, dtype=object)
    if coder := sorter(study):
        ledger = envelopes(study, coder)
        theme = ledger["theme"].astype("object").to_numpy()
        stance = ledger["stance"].astype("object").fillna(NO_STANCE).to_numpy()
        if finding in set(study.themes["code"]):
            return np.asarray(theme == finding, dtype=bool), stance
    level = "theme" if finding in set(study.themes["code"]) else "code"
    found = evidence(study, level, None, None, "all")
    of = np.zeros(n, dtype=bool)
    if finding in found.codes:
        of[_having(found, finding)] = True
    return of, np.where(theme == _theme_of(study, finding), stance, NO_STANCE)


def _theme_of(study: Study, code: str) -> str:
    codes, counts_for = codes_at(study, "theme")
    return codes[int(counts_for[list(study.codebook["code"]).index(code)])]


def _about(study: Study, who: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each of E excerpts whether somebody of a population may have said it, and whether nobody else can."""
    heard = attribution(as_one(study, who)[0], NAME)
    return heard["about"].to_numpy(dtype=bool), heard["certain"].to_numpy(dtype=bool)


def _left(study: Study) -> dict[tuple[str, str], str]:
    """Return the sorters of another kind who take an excerpt out of a theme, by excerpt and theme."""
    away: dict[tuple[str, str], list[str]] = {}
    for first, other in others_of_another_kind(study):
        gone = moved(study, first, other)
        for excerpt, theme in zip(gone["excerpt"], gone["from"].astype("object"), strict=True):
            away.setdefault((str(excerpt), str(theme)), []).append(other)
    return {key: ", ".join(coders) for key, coders in away.items()}


def others_of_another_kind(study: Study) -> list[tuple[str, str]]:
    """Return the stance coder with each sorter of another kind who is set against it; none where there is none."""
    try:
        return [pair for pair in pairs(study) if pair[0] == sorter(study)]
    except NotInStudy:
        return []
