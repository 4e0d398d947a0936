"""Key words: which words are more one voice's than another's, and how often the words of a family stand in each.

References: references.toml, beside this file.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy
from scipy.stats import beta

Array = NDArray[np.float64]

# Which words are more one voice's than another's: log-odds with an informative prior, and the likelihood ratio.

PRIOR = 500.0
"""The prior weighs as much as so many words: about a page of text."""
THOUSAND = 1000
LEVEL = 0.95


def keyness(words: pd.DataFrame, a: str, b: str, prior: float = PRIOR, leave_out: Collection[str] = ()) -> pd.DataFrame:
    """Key words of one voice against another: log-odds with an informative prior, and the likelihood ratio.

    Parameters
    ----------
    words : DataFrame
        A row a word and voice: voice, word, count and, where known, people (how many used it). Several rows of one word
        and voice, as of several sections, are added up. `study.words` is such a frame, and so is what
        `plrlib.words_of` returns.
    a, b : str
        Two voices.
    prior : float
        How many words the prior weighs: it expects of both voices what all voices of the frame do together. The larger,
        the less a word of few occurrences stands out.
    leave_out : collection of str
        Words that are left out of the rows; they still count among the words of a voice.

    Returns
    -------
    DataFrame
        One row a word that a or b used, those that are most a's first. Unit: words, one by one. Descriptive: words of
        one person hang together, so nothing here is a test.

        - word; count_a, count_b; per_thousand_a, per_thousand_b: per thousand words of the voice, with low_a, high_a,
          low_b, high_b, the exact (Clopper-Pearson) 95 % interval, also where the count is 0;
        - log_odds: of using the word, a's against b's, with the prior; z: that in its standard deviations;
        - g2: the log-likelihood ratio of the 2 × 2 table of word and voice;
        - people_a, people_b: how many people used it; missing where that is not known.

    Raises
    ------
    ValueError
        If a voice has no words in the frame, or a and b are the same.

    References
    ----------
    [monroe2008]_ (equations 15 to 22, the variance with all four terms), [dunning1993]_ (g2), [clopper1934]_ (the
    intervals).

    See Also
    --------
    families : The words that begin alike, by voice.
    words_of : The words of participants, for this.

    Examples
    --------
    The worked example has no texts but its excerpts; the published report has its words counted.

    >>> import plrlib
    >>> found = plrlib.keyness(plrlib.load_study("plr0809-017").words, "respondents", "authors")
    >>> print(found[["word", "count_a", "count_b", "z", "g2"]].head(3).round(1).to_string(index=False))
             word  count_a  count_b   z   g2
    organizations        8       13 3.6 16.8
              not       10       35 2.7 10.8
           sector        5       10 2.6  9.1
    """
    counts, people = word_counts(words)
    strangers = [voice for voice in (a, b) if voice not in counts]
    if strangers or a == b:
        why = f"{', '.join(strangers)} has no words" if strangers else f"{a!r} is set against itself"
        raise ValueError(f"{why}; voices there are: {', '.join(map(str, counts.columns))}")
    total = counts.sum().astype(float)
    ya, yb = (counts[voice].to_numpy(dtype=float) for voice in (a, b))
    frame = pd.DataFrame({"word": counts.index.astype("object"), "count_a": ya, "count_b": yb})
    for side, voice, count in (("a", a, ya), ("b", b, yb)):
        frame[f"per_thousand_{side}"], frame[f"low_{side}"], frame[f"high_{side}"] = per_thousand(count, total[voice])
    expected = prior * counts.sum(axis=1).to_numpy(dtype=float) / total.sum()
    frame["log_odds"], frame["z"] = _log_odds(ya, yb, total[a], total[b], expected)
    frame["g2"] = likelihood_ratio(ya, yb, total[a], total[b])
    for side, voice in (("a", a), ("b", b)):
        frame[f"people_{side}"] = people[voice].to_numpy() if people is not None else pd.NA
    used = (ya + yb > 0) & ~frame["word"].isin(set(leave_out)).to_numpy()
    order: dict[str, Any] = {"by": ["z", "word"], "ascending": [False, True], "kind": "stable", "ignore_index": True}
    rows: pd.DataFrame = frame[used].sort_values(**order)
    return rows.astype(dict.fromkeys(("count_a", "count_b", "people_a", "people_b"), "Int64"))


def word_counts(words: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Word frequencies by voice (columns) and, where known, how many people used each word; else None.

    Examples
    --------
    >>> rows = [("staff", "money", 9), ("staff", "money", 1), ("young people", "plan", 2)]
    >>> counts, people = word_counts(pd.DataFrame(rows, columns=["voice", "word", "count"]))
    >>> counts.to_numpy().tolist(), people
    ([[10, 0], [0, 2]], None)
    """
    voices = list(dict.fromkeys(words["voice"].dropna()))
    rows = words.assign(voice=words["voice"].astype("object"), word=words["word"].astype("object"))
    counts = rows.pivot_table(index="word", columns="voice", values="count", aggfunc="sum", fill_value=0)[voices]
    if "people" not in words or words["people"].isna().any():
        return counts.astype("int64"), None
    people = rows.pivot_table(index="word", columns="voice", values="people", aggfunc="max", fill_value=0)[voices]
    return counts.astype("int64"), people.astype("Int64")


def _log_odds(ya: Array, yb: Array, na: float, nb: float, prior: Array) -> tuple[Array, Array]:
    """Return W log-odds ratios with a Dirichlet prior, and their z; 0 where the word is the only one there is."""
    weight = prior.sum()
    inside = [(y + prior, n + weight - y - prior) for y, n in ((ya, na), (yb, nb))]
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(inside[0][0] / inside[0][1]) - np.log(inside[1][0] / inside[1][1])
        variance = sum(1 / part for pair in inside for part in pair)
        z = delta / np.sqrt(variance)
    whole = np.isfinite(delta) & np.isfinite(z)
    return np.where(whole, delta, 0.0), np.where(whole, z, 0.0)


def likelihood_ratio(ya: Array, yb: Array, na: float, nb: float) -> Array:
    """Log-likelihood ratio G² of W 2 × 2 tables: a word or another, by voice [dunning1993]_.

    Parameters
    ----------
    ya, yb : ndarray
        How often each of W words stands in either voice.
    na, nb : float
        How many words each voice has.

    Examples
    --------
    >>> likelihood_ratio(np.array([9.0]), np.array([2.0]), 29.0, 32.0).round(2).tolist()
    [6.68]
    """
    both, n = ya + yb, na + nb
    cells = [(ya, both * na / n), (yb, both * nb / n), (na - ya, na - both * na / n), (nb - yb, nb - both * nb / n)]
    g2 = 2 * sum(xlogy(o, o) - xlogy(o, e) for o, e in cells)
    return np.asarray(np.maximum(g2, 0.0), dtype=np.float64)


def share_interval(k: Array, n: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Clopper-Pearson interval of a share, k of n: exact; 0 to 1 where n is 0 [clopper1934]_.

    It takes words as drawn one by one. They are not: what one person says, and what one passage is about, hang
    together, so that it is narrower than it should be.

    Examples
    --------
    >>> low, high = share_interval(np.array([0.0, 9.0]), np.array([29.0, 29.0]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.153], [0.119, 0.508])
    """
    half = (1 - level) / 2
    low = np.where(k > 0, beta.ppf(half, np.where(k > 0, k, 1), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - half, k + 1, np.where(k < n, n - k, 1)), 1.0)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def per_thousand(k: Array, n: ArrayLike) -> Array:
    """Share k of n per thousand words, and the ends of its exact interval: 3 × W; where n is 0 the share is 0.

    Examples
    --------
    >>> per_thousand(np.array([9.0]), 29.0).round(0).ravel().tolist()
    [310.0, 153.0, 508.0]
    """
    of = np.broadcast_to(np.asarray(n, dtype=np.float64), k.shape)
    share = np.divide(THOUSAND * k, of, out=np.zeros_like(k), where=of > 0)
    low, high = share_interval(k, of)
    return np.array([share, THOUSAND * low, THOUSAND * high])


# How often the words of a family stand in each voice, per thousand words, with intervals.


def families(words: pd.DataFrame, beginnings: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Word frequencies of families of words that begin alike, by voice, per thousand words.

    Parameters
    ----------
    words : DataFrame
        A row a word and voice, as `keyness` takes it.
    beginnings : mapping
        For each family how its words begin, in small letters: `{"conformity": ["conform"]}`.

    Returns
    -------
    DataFrame
        One row a family and voice, in the order given and found. Unit: words, one by one.

        - family, voice;
        - count: how often its words stand there; of: all words of that voice;
        - per_thousand, low, high: per thousand words, with the exact 95 % interval (see `share_interval`), also where
          there is none;
        - words: which words these are, as pairs of a word and its count, the most frequent first;
        - people: how many people used the most common of them, at least; missing where that is not known.

    Raises
    ------
    ValueError
        If a family has no beginning, or a blank one.

    See Also
    --------
    keyness : The words that are most one voice's.

    Examples
    --------
    >>> import plrlib
    >>> found = plrlib.families(plrlib.load_study("plr0809-017").words, {"conformity": ["conform"]})
    >>> print(found[["voice", "count", "of", "per_thousand", "low", "high"]].round(1).to_string(index=False))
          voice  count   of  per_thousand  low  high
        authors     18 5458           3.3  2.0   5.2
       reported      2  606           3.3  0.4  11.9
    respondents      0  407           0.0  0.0   9.0
    """
    empty = [name for name, starts in beginnings.items() if not starts or not all(starts)]
    if empty:
        raise ValueError(f"families without a beginning: {', '.join(empty)}")
    counts, people = word_counts(words)
    total = counts.sum()
    rows = []
    for family, starts in beginnings.items():
        mine = counts[counts.index.str.startswith(tuple(start.casefold() for start in starts))]
        for voice in counts.columns:
            used = mine[voice][mine[voice] > 0].sort_values(ascending=False, kind="stable")
            who = None if people is None else int(people.loc[used.index, voice].max()) if len(used) else 0
            listed = tuple((str(word), int(n)) for word, n in used.items())
            rows.append((family, voice, int(used.sum()), int(total[voice]), listed, who))
    frame = pd.DataFrame(rows, columns=["family", "voice", "count", "of", "words", "people"])
    shares = per_thousand(frame["count"].to_numpy(dtype=float), frame["of"].to_numpy(dtype=float))
    frame["per_thousand"], frame["low"], frame["high"] = shares
    columns = ["family", "voice", "count", "of", "per_thousand", "low", "high", "words", "people"]
    return frame[columns].astype({"count": "Int64", "of": "Int64", "people": "Int64"})
