"""Coverage: what each coder has read, whether or not they coded it, and which codes they gave.

A coder has coded an excerpt, read it and given it nothing, or not read it. Letters: E excerpts, N codings.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study.load import Study
from plrlib.study.prepared import blocks, codes_of, remembered


def codings_of(study: Study, coder: str) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return the row of the excerpt and the position in the codebook of each code that a coder gave."""
    excerpt, code = study.prepared.excerpt_rows(study.codings["excerpt"]), codes_of(study.codings["code"])
    if len(study.codings["coder"].cat.categories) > 1:
        own = (study.codings["coder"] == coder).to_numpy()
        excerpt, code = excerpt[own], code[own]
    return excerpt, code


@remembered
def read_by(study: Study, coder: str) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether a coder read it.

    That is what coverage.csv lists for them, and whatever they gave a code or put into an envelope. Of whom the table
    lists nothing, the reference coder of a complete study has read everything.
    """
    listed = study.coverage[study.coverage["coder"] == coder]
    if listed.empty and study.settings.complete and coder == _reference(study):
        return np.ones(len(study.excerpts), dtype=bool)
    read = _covered(study, listed)
    excerpt = codings_of(study, coder)[0]
    for block in blocks(len(excerpt)):
        read[excerpt[block].astype(np.intp)] = True
    own = study.envelopes["coder"] == coder
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


def _reference(study: Study) -> str:
    """Return the study's reference coder, or the only one there is; blank: neither."""
    known = study.prepared.coders("codings")
    return study.settings.reference_coder or (known[0] if len(known) == 1 else "")


def coder_or_reference(study: Study, coder: str | None = None) -> str:
    """Return the coder asked for; None: the study's reference coder, or the only one there is.

    Raises
    ------
    ValueError
        If no such coder coded, or none is named and there are several.
    """
    known = study.prepared.coders("codings")
    wanted = coder or _reference(study)
    if wanted not in known:
        raise ValueError(f"coder {wanted!r} gave no codes in {study.id}; coders who did: {', '.join(known)}")
    return wanted
