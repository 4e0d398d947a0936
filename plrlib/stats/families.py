"""How often the words of a family stand in each voice, per thousand words, with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from plrlib.stats.keyness import THOUSAND, share_interval, word_counts


def families(words: pd.DataFrame, beginnings: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Count the words that begin alike, by voice.

    Parameters
    ----------
    words
        A row a word and voice, as `keyness` takes it.
    beginnings
        For each family how its words begin, in small letters: `{"conformity": ["conform"]}`.

    Returns
    -------
    DataFrame
        One row a family and voice, in the order given and found. Unit: words, one by one.

        - family, voice;
        - count: how often its words stand there; of: all words of that voice;
        - per_thousand, low, high: per thousand words, with the exact 95 % interval (see `share_interval`), also where
          there is none;
        - words: which words these are, each with its count, the most frequent first; blank where there is none;
        - people: how many people used the most common of them, at least; missing where that is not known.

    Raises
    ------
    ValueError
        If a family has no beginning, or a blank one.
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
            listed = ", ".join(f"{word} ({n})" for word, n in used.items())
            rows.append((family, voice, int(used.sum()), int(total[voice]), listed, who))
    frame = pd.DataFrame(rows, columns=["family", "voice", "count", "of", "words", "people"])
    k, n = frame["count"].to_numpy(dtype=float), frame["of"].to_numpy(dtype=float)
    low, high = share_interval(k, n)
    frame["per_thousand"] = THOUSAND * np.divide(k, n, out=np.zeros_like(k), where=n > 0)
    frame["low"], frame["high"] = THOUSAND * low, THOUSAND * high
    columns = ["family", "voice", "count", "of", "per_thousand", "low", "high", "words", "people"]
    return frame[columns].astype({"count": "Int64", "of": "Int64", "people": "Int64"})
