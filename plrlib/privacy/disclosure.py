"""Disclosure risk: who could be told apart by what is known of them, being alone or few with their attributes.

Source: k-anonymity (Sweeney 2002, doi 10.1142/S0218488502001648), with k the study's `smallest_group` and the
attributes its `quasi_identifiers`. Letters: P people, Q quasi-identifiers.
"""

from itertools import combinations

import pandas as pd

from plrlib.study.load import Study

_OR = " or "


def quasi_identifiers(study: Study) -> list[str]:
    """Return the declared quasi-identifiers that the study has, and the focus group, which others know too."""
    declared = [name for name in study.settings.privacy.quasi_identifiers if name in study.participants]
    grouped = study.participants["focus_group"].notna().any()
    return list(dict.fromkeys([*declared, *(["focus_group"] if grouped else [])]))


def attributes(study: Study) -> pd.DataFrame:
    """Return the quasi-identifiers of P people as text, unknown as blank: P × Q, by participant."""
    known = study.participants[quasi_identifiers(study)].astype("object")
    return known.where(known.notna(), "").set_axis(study.participants["participant"].astype("object"))


def small_groups(study: Study) -> pd.DataFrame:
    """Return the people who are alone, or fewer than `smallest_group`, with their combination of attributes.

    Returns
    -------
    DataFrame
        participant, people (how many share all attributes, the person included), and the quasi-identifiers, the focus
        group among them; blank is unknown, and counts as a value of its own. Unit: people. Empty where everybody is in
        a group that is large enough.

    Examples
    --------
    >>> from plrlib import load_study, small_groups
    >>> study = load_study("worked-example")
    >>> small_groups(study)[["participant", "people"]].head(2).values.tolist()
    [['P16', 1], ['P17', 1]]
    """
    known = attributes(study)
    sizes = group_sizes(known)
    few = sizes < study.settings.privacy.smallest_group
    found = known[few].assign(people=sizes[few]).reset_index(names="participant")
    return found[["participant", "people", *known.columns]].sort_values("people", kind="stable", ignore_index=True)


def merges(study: Study) -> pd.DataFrame:
    """Return what it would cost and gain to tell two values of an attribute as one.

    Returns
    -------
    DataFrame
        column, level, other, cost (people of whom less would be known), gain (people who would no longer be in a group
        that is too small), left (those who still would be); the best first. Unit: people.

    Examples
    --------
    >>> from plrlib import load_study, merges
    >>> study = load_study("worked-example")
    >>> merges(study)[["column", "level", "other", "cost", "gain"]].head(1).values.tolist()
    [['focus_group', 'FG-P1', 'FG-P2', 10, 6]]
    """
    return _merges(attributes(study), study.settings.privacy.smallest_group)


def recoded(known: pd.DataFrame, k: int) -> tuple[pd.DataFrame, list[str]]:
    """Merge values, the cheapest gain first, until everybody is in a group of k; return P × Q, and the column of each.

    Where no single merge gains anything, the one that blurs the fewest people is made, so that it comes to an end: with
    all values of all attributes merged, all people are one group.
    """
    merged_in: list[str] = []
    while (group_sizes(known) < k).any() and len(possible := _merges(known, k)):
        gaining = possible[possible["gain"] > 0]
        best = (gaining if len(gaining) else possible.sort_values("cost", kind="stable")).iloc[0]
        known = _merged(known, best["column"], best["level"], best["other"])
        merged_in.append(best["column"])
    return known, merged_in


def group_sizes(known: pd.DataFrame) -> pd.Series:
    """Return for each of P people how many have the same attributes as they, they included."""
    if known.columns.empty:
        return pd.Series(len(known), index=known.index, dtype="int64")
    return known.groupby(list(known), sort=False)[known.columns[0]].transform("size").astype("int64")


def merged_label(one: str, other: str) -> str:
    """Return the label of two values told as one; with what is not known it is not known either."""
    if "" in (one, other):
        return ""
    return _OR.join(dict.fromkeys([*one.split(_OR), *other.split(_OR)]))


def _merges(known: pd.DataFrame, k: int) -> pd.DataFrame:
    before = int((group_sizes(known) < k).sum())
    rows = []
    for column in map(str, known):
        for level, other in combinations(known[column].unique(), 2):
            after = int((group_sizes(_merged(known, column, level, other)) < k).sum())
            cost = int(known[column].isin([level, other]).sum())
            rows.append((column, level, other, cost, before - after, after))
    rows.sort(key=lambda row: (-row[4] / row[3], row[3], row[0]))  # most gain by cost, then least cost
    return pd.DataFrame(rows, columns=["column", "level", "other", "cost", "gain", "left"])


def _merged(known: pd.DataFrame, column: str, level: str, other: str) -> pd.DataFrame:
    both = known[column].isin([level, other])
    return known.assign(**{column: known[column].mask(both, merged_label(level, other))})
