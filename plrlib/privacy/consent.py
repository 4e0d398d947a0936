"""Consent: what may be shown of respondents' words, and what can be done with those that may.

`text_of` is the one door by which words leave a study. They can be counted, and be seen where they stand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plrlib.faults import NotInStudy
from plrlib.study.load import Study
from plrlib.study.speakers import may_fit
from plrlib.text import listed

EVERYBODY = "everybody"
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
"""A word: letters, with an apostrophe or hyphen inside; or a number."""
WIDTH = 45


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
        Text by excerpt. The words, where the person who said them has `consent_quote = yes`; where only an attribution
        is known, everybody it fits must have consented. Where study.toml says with a reason that all words are public
        (`[consent] quotes = "all"`), nobody of them may have said no. Otherwise the gist; missing where there is none.

    Raises
    ------
    KeyError
        If an excerpt is not in the study.

    Examples
    --------
    >>> from plrlib import load_study, text_of
    >>> text_of(load_study("worked-example"), ["E0001"]).tolist()
    ['I noticed that the money stops just when the work begins to show.']
    """
    ids = study.excerpts["excerpt"].astype("object")
    wanted = list(ids) if excerpts is None else list(excerpts)
    unknown = sorted(set(wanted) - set(ids))
    if unknown:
        raise KeyError(f"not among the excerpts of {study.id}: {listed(unknown)}")
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
    """Return for each of E excerpts whether everybody who may have said it lets their words be shown.

    Where study.toml says that the words are public, everybody does whose row does not say no.
    """
    consent, public = study.participants["consent_quote"], study.settings.consent.quotes == "all"
    yes = consent != "no" if public else consent == "yes"
    by_name = study.excerpts["participant"].isin(study.participants["participant"][yes]).to_numpy()
    found, listed = study.prepared.attributions, study.prepared.listed
    fit = may_fit(found, listed, study.participants)
    everybody = (fit.any(axis=0) | public) & ~fit[~yes.to_numpy()].any(axis=0)
    sizes = study.events["participants"].fillna(0).to_numpy(dtype=np.int64)
    not_all_listed = listed.any(axis=0) & (listed.sum(axis=0) < sizes)  # somebody else may have spoken there
    everybody &= public | ~found.events[:, not_all_listed].any(axis=1)
    return np.where(found.of >= 0, np.append(everybody, False)[found.of], by_name)


# Words counted, and seen where they stand.


def words_of(study: Study, by: str | None = None) -> pd.DataFrame:
    """Return how often each word was used, by voice.

    Parameters
    ----------
    study
        A study with words.csv, or with texts.
    by
        A grouping of study.toml: words are counted in the texts, by the level of whoever said them. None: words.csv;
        where the study has none, the texts, by the first grouping, or of everybody together.

    Returns
    -------
    DataFrame
        A row a word and voice: voice (the label of a level, in order; or a voice of words.csv), word (in small
        letters), count and, from texts, people: how many used it, and who: their ids, in the study's order. Only words
        of people who let them be shown, and whose level is known; see `left_out_words`.

    Raises
    ------
    NotInStudy
        If the study has no such grouping, or neither words.csv nor texts that may be shown.

    Examples
    --------
    >>> from plrlib import load_study, words_of
    >>> study = load_study("worked-example")
    >>> list(words_of(study, "sector").columns)[:3]
    ['voice', 'word', 'count']
    """
    if by is None and len(study.words):
        return study.words[["voice", "word", "count"]].dropna(subset="voice").reset_index(drop=True)
    by = by or next(iter(study.settings.groupings), None)
    texts = _said(study, by)
    if texts.empty:
        raise NotInStudy("This study has no words.csv, and no texts whose words may be counted.")
    used = texts.assign(word=texts["said"].map(tokens)).explode("word").dropna(subset="word")
    by_word = used.groupby(["voice", "word"], sort=False)
    found = by_word.agg(count=("word", "size"), people=("person", "nunique"))
    names = study.participants["participant"].astype(str).tolist()
    found["who"] = [tuple(names[row] for row in sorted(set(rows))) for _, rows in by_word["person"]]
    found = found.reset_index()
    if (used["person"] < 0).any():  # somebody who is not named may be anybody
        found["people"], found["who"] = pd.NA, pd.NA
    labels = study.grouping(by).levels.values() if by else [EVERYBODY]
    found["voice"] = pd.Categorical(found["voice"], categories=[*labels]).remove_unused_categories()
    order = ["voice", "count", "word"]
    return found.sort_values(order, ascending=[True, False, True], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class LeftOut:
    """Whose words are not counted: people and excerpts without leave to be quoted, and excerpts of no known level."""

    people: int
    excerpts: int
    elsewhere: int


def left_out_words(study: Study, by: str | None) -> LeftOut:
    """Return how many people's words, and how many texts, `words_of` leaves out for a grouping (None: everybody)."""
    not_shown = withheld(study)
    who = study.excerpts.loc[not_shown, "participant"].dropna()
    shown = int(quoted_of(study).notna().sum())
    return LeftOut(who.nunique(), int(not_shown.sum()), shown - len(_said(study, by)))


def _said(study: Study, by: str | None) -> pd.DataFrame:
    """Return voice, person and text of each excerpt whose words may be shown, and whose voice is known."""
    person = study.prepared.speaker
    frame = pd.DataFrame({"person": person, "said": quoted_of(study).to_numpy(), "voice": EVERYBODY})
    if by is not None:
        grouping = study.grouping(by)
        labels = np.array([*grouping.levels.values(), None], dtype=object)
        frame["voice"] = labels[np.append(study.prepared.group(grouping), -1)[person]]
    return frame.dropna(subset=["said", "voice"]).reset_index(drop=True)


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, with a straight apostrophe."""
    return [word.replace("’", "'") for word in WORD.findall(text.casefold())]


def kwic(study: Study, pattern: str, width: int = WIDTH) -> pd.DataFrame:
    """Return each place where a pattern stands in the words of people who let them be shown, with what is around it.

    Parameters
    ----------
    study
        A study with texts.
    pattern
        A regular expression; capitals make no difference.
    width
        How many letters to show before and after.

    Returns
    -------
    DataFrame
        A row a place, in the order of the excerpts: excerpt, event, left, match, right. Unit: places.

    Raises
    ------
    NotInStudy
        If the study has no texts that may be shown.
    ValueError
        If the pattern is no regular expression, or matches nothing at all of a text.

    Examples
    --------
    >>> from plrlib import load_study, kwic
    >>> study = load_study("worked-example")
    >>> kwic(study, "begins to show", width=12)["excerpt"].head(1).tolist()
    ['E0001']
    """
    try:
        wanted = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"not a pattern, {error}: {pattern!r}") from None
    if wanted.match(""):
        raise ValueError(f"the pattern {pattern!r} matches even where nothing stands")
    quoted = quoted_of(study)
    if quoted.isna().all():
        raise NotInStudy("This study has no texts that may be shown, so no word can be seen where it stands.")
    rows = []
    for (excerpt, text), event in zip(quoted.items(), study.excerpts["event"], strict=True):
        for found in wanted.finditer(text if isinstance(text, str) else ""):
            left = text[max(0, found.start() - width) : found.start()]
            rows.append((excerpt, event, left, found.group(), text[found.end() :][:width]))
    return pd.DataFrame(rows, columns=["excerpt", "event", "left", "match", "right"])
