"""The one door by which respondents' words leave a study."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.study import Study
from plrlib.voices import attributions, may_fit, seats


def text_of(study: Study, excerpts: Iterable[str] | None = None) -> pd.Series:
    """Return what may be shown of excerpts: the words where consent allows, otherwise the gist.

    Parameters
    ----------
    study
        A study.
    excerpts
        The excerpts wanted, in the order wanted; None: all of them.

    Returns
    -------
    Series
        Text by excerpt. The words, where whoever said them has `consent_quote = yes`; where only an attribution is
        known, everybody it fits must have consented. Otherwise the gist; missing where there is none.

    Raises
    ------
    KeyError
        If an excerpt is not in the study.
    """
    ids = study.excerpts["excerpt"].astype("object")
    wanted = list(ids) if excerpts is None else list(excerpts)
    unknown = sorted(set(wanted) - set(ids))
    if unknown:
        raise KeyError(f"not among the excerpts of {study.id}: {', '.join(unknown)}")
    gist = pd.Series(study.excerpts["gist"].to_numpy(dtype="object"), index=ids)
    words = quoted_of(study)
    return words.where(words.notna(), gist).reindex(wanted).rename("text")


def quoted_of(study: Study) -> pd.Series:
    """Return the words themselves by excerpt, in the study's order; missing where there are none, or no consent."""
    words = _words(study)
    return words.where(_consented(study)).rename("text")


def withheld(study: Study) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether there are words that may not be shown."""
    return np.asarray(_words(study).notna().to_numpy() & ~_consented(study), dtype=bool)


def _words(study: Study) -> pd.Series:
    """Return the words by excerpt; the seal is opened here and nowhere else, to which a test holds the project."""
    return study.texts._texts.reindex(study.excerpts["excerpt"].astype("object")).astype("object")


def _consented(study: Study) -> NDArray[np.bool_]:
    """Return for each of E excerpts whether everybody who may have said it lets their words be shown."""
    yes = study.participants["consent_quote"] == "yes"
    by_name = study.excerpts["participant"].isin(study.participants["participant"][yes]).to_numpy()
    found = attributions(study.excerpts, study.events)
    listed = seats(study.participants, study.attendance, study.events)
    fit = may_fit(found, listed, study.participants)
    everybody = fit.any(axis=0) & ~fit[~yes.to_numpy()].any(axis=0)
    heard = study.events["participants"].fillna(0).to_numpy(dtype=np.int64)
    unlisted = listed.any(axis=0) & (listed.sum(axis=0) < heard)  # one of those may have spoken, whoever they are
    everybody &= ~found.events[:, unlisted].any(axis=1)
    return np.where(found.of >= 0, np.append(everybody, False)[found.of], by_name)
