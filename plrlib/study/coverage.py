"""Coverage: what each coder has read, whether or not they coded it; and whose codings count.

A coder has coded an excerpt, read it and given it nothing, or not read it. Letters: R coders, E excerpts, N codings.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.study.load import Study
from plrlib.study.prepared import blocks, codes_of, remembered


@remembered
def coders_used(study: Study, coder: str | None = None) -> tuple[str, ...]:
    """Return whose codings count: the coder asked for; None: the reference coders, or all who divided the work.

    Without a reference coder that is the only coder, or all of several who never coded the same excerpt.

    Raises
    ------
    NotInStudy
        If nothing is coded.
    ValueError
        If no such coder coded or read anything, or it is not said which of several counts.
    """
    known = study.prepared.coders("codings", "coverage")
    if not len(study.codings):
        raise NotInStudy(f"Nothing in {study.id} is coded, so this question cannot be put to it.")
    wanted = (coder,) if coder else reference_coders(study)
    if not wanted:
        raise ValueError(f"{study.id}: reference_coder in study.toml must say whose codings count: {', '.join(known)}")
    if strangers := [name for name in wanted if name not in known]:
        raise ValueError(f"coder {strangers[0]!r} gave no codes in {study.id}; coders who did: {', '.join(known)}")
    return wanted


@remembered
def reference_coders(study: Study) -> tuple[str, ...]:
    """Return whose codings count where nobody is asked for; none where that is not known."""
    known = tuple(study.prepared.coders("codings"))
    divided = len(known) < 2 or by_coder(study, known).sum(axis=0).max() == 1
    return _named(study) or (known if divided else ())


def _named(study: Study) -> tuple[str, ...]:
    """Return the reference coders that study.toml names."""
    named = study.settings.reference_coder
    return tuple(filter(None, [named])) if isinstance(named, str) else named


def by_coder(study: Study, coders: Sequence[str]) -> NDArray[np.bool_]:
    """Return R × E: which excerpts each of some coders gave a code."""
    excerpt, coder = study.prepared.excerpt_rows(study.codings["excerpt"]), codes_of(study.codings["coder"])
    coded = np.zeros((len(study.codings["coder"].cat.categories), len(study.excerpts)), dtype=bool)
    for block in blocks(len(excerpt)):
        coded[coder[block], excerpt[block].astype(np.intp)] = True
    return coded[study.codings["coder"].cat.categories.get_indexer(pd.Index(coders))]


def which_codings(study: Study, *coders: str) -> NDArray[np.bool_]:
    """Return for each of N codings whether it counts where the codings of some coders do.

    Of reference coders in order each excerpt is taken from the first who read it.
    """
    names = study.codings["coder"].cat.categories
    place = pd.Index(coders).get_indexer(names)[codes_of(study.codings["coder"])]
    if len(coders) > 1 and coders == _named(study):
        first = np.array([read_by(study, coder) for coder in coders]).argmax(axis=0)
        return np.asarray(place == first[study.prepared.excerpt_rows(study.codings["excerpt"])], dtype=bool)
    return np.asarray(place >= 0, dtype=bool)


def codings_of(study: Study, *coders: str) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return the row of the excerpt and the position in the codebook of each coding that counts by `which_codings`."""
    excerpt, code = study.prepared.excerpt_rows(study.codings["excerpt"]), codes_of(study.codings["code"])
    if len(study.codings["coder"].cat.categories) > 1:
        own = which_codings(study, *coders)
        excerpt, code = excerpt[own], code[own]
    return excerpt, code


def used_codings(study: Study) -> pd.DataFrame:
    """Return the rows of the codings that count where no coder is asked for; raises as `coders_used` does."""
    return study.codings[which_codings(study, *coders_used(study))]


@remembered
def read_by(study: Study, *coders: str) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether one of some coders read it.

    That is what coverage.csv lists for them, and whatever they gave a code or put into an envelope. Where the table
    lists nothing for them, the reference coders of a complete study have read everything.
    """
    listed = study.coverage[study.coverage["coder"].isin(coders)]
    if listed.empty and study.settings.complete and coders == reference_coders(study):
        return np.ones(len(study.excerpts), dtype=bool)
    read: NDArray[np.bool_] = np.logical_or.reduce(by_coder(study, coders), axis=0)
    for coder in coders:
        read |= _covered(study, listed[listed["coder"] == coder])
    own = study.envelopes["coder"].isin(coders)
    read[study.prepared.excerpt_rows(study.envelopes.loc[own, "excerpt"])] = True
    return read


def _covered(study: Study, listed: pd.DataFrame) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether some rows of coverage.csv list it.

    An event is that of an excerpt if it can have been said nowhere else.
    """
    prepared = study.prepared
    read = np.zeros(len(study.excerpts), dtype=bool)
    one = listed["excerpt"].notna()
    read[prepared.excerpt_rows(listed.loc[one, "excerpt"])] = True
    whole = listed.loc[~one, "event"]
    if whole.isna().any():
        return np.ones_like(read)
    if len(whole):
        beyond = ~np.isin(prepared.events, whole.to_numpy(dtype=object))
        cells, seats = ((there.any(axis=1) & ~there[:, beyond].any(axis=1))
                        for there in (prepared.possible_events, prepared.attended))  # fmt: skip
        blank = ~prepared.possible_events.any(axis=1)
        by_speaker = np.append(seats, False)[prepared.speaker]
        read |= np.where(np.take(blank, prepared.event_cell), by_speaker, np.take(cells, prepared.event_cell))
    return read


def silence_is_known(study: Study, coder: str) -> bool:
    """Tell whether it is on record what a coder read and gave nothing.

    Otherwise the excerpts they read are those they coded: what they passed over, and what they never saw, look alike.
    """
    told = any((table["coder"] == coder).any() for table in (study.coverage, study.envelopes))
    return told or bool(read_by(study, coder).sum() > len(np.unique(codings_of(study, coder)[0])))
