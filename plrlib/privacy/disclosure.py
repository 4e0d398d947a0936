"""Who could be told apart by what is known of them: people who are alone, or few, with their combination of attributes.

Source: k-anonymity (Sweeney 2002, doi 10.1142/S0218488502001648), with k the study's `smallest_group` and the
attributes its `quasi_identifiers`. Letters: P people, Q quasi-identifiers.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

from plrlib.study.load import Study

Recoding = dict[str, dict[str, str]]
"""For each column, the label that each level is told under."""
BLANK = ""
_OR = " or "


def quasi_identifiers(study: Study) -> list[str]:
    """Return the declared quasi-identifiers that the study has, and the focus group, which others know too."""
    declared = [name for name in study.settings.privacy.quasi_identifiers if name in study.participants]
    grouped = study.participants["focus_group"].notna().any()
    return list(dict.fromkeys([*declared, *(["focus_group"] if grouped else [])]))


def attributes(study: Study) -> pd.DataFrame:
    """Return the quasi-identifiers of P people as text, unknown as blank: P × Q, by participant."""
    columns = quasi_identifiers(study)
    people = study.participants["participant"].astype("object")
    known = study.participants[columns].astype("object")
    return known.where(known.notna(), BLANK).set_axis(people, axis=0)


def group_sizes(known: pd.DataFrame) -> pd.Series:
    """Return for each of P people how many have the same attributes as they, they included."""
    if known.columns.empty:
        return pd.Series(len(known), index=known.index, dtype="int64")
    return (
        known.groupby(list(known.columns), sort=False, observed=True)[known.columns[0]]
        .transform("size")
        .astype("int64")
    )


def small_groups(study: Study) -> pd.DataFrame:
    """Return the people who are alone, or fewer than `smallest_group`, with their combination of attributes.

    Returns
    -------
    DataFrame
        participant, people (how many share all attributes, the person included), and the quasi-identifiers, the focus
        group among them; blank is unknown, and counts as a value of its own. Unit: people. Empty where everybody is in
        a group that is large enough.
    """
    known = attributes(study)
    sizes = group_sizes(known)
    few = sizes < study.settings.privacy.smallest_group
    found = known[few].assign(people=sizes[few]).reset_index(names="participant")
    return found[["participant", "people", *known.columns]].sort_values("people", kind="stable", ignore_index=True)


def merges(study: Study) -> pd.DataFrame:
    """Return what it would cost and gain to tell two levels of an attribute as one.

    Returns
    -------
    DataFrame
        column, level, other, cost (people of whom less would be known), gain (people who would no longer be in a group
        that is too small), left (those who still would be); the best first. Unit: people.
    """
    return _merges(attributes(study), study.settings.privacy.smallest_group)


def _merges(known: pd.DataFrame, k: int) -> pd.DataFrame:
    before = int((group_sizes(known) < k).sum())
    rows = []
    for column in map(str, known):
        levels = list(dict.fromkeys(known[column]))
        for level, other in combinations(levels, 2):
            both = known[column].isin([level, other])
            after = int(
                (group_sizes(known.assign(**{column: known[column].mask(both, merged_name(level, other))})) < k).sum()
            )
            rows.append((column, level, other, int(both.sum()), before - after, after))
    frame = pd.DataFrame(rows, columns=["column", "level", "other", "cost", "gain", "left"])
    ratio = (frame["gain"] / frame["cost"]).fillna(0)
    order = frame.assign(ratio=-ratio).sort_values(["ratio", "cost", "column"], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def merged_name(level: str, other: str) -> str:
    """Return the label of two levels told as one; with what is not known it is not known either."""
    if BLANK in (level, other):
        return BLANK
    return _OR.join(dict.fromkeys([*level.split(_OR), *other.split(_OR)]))


def recoded(known: pd.DataFrame, k: int) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Merge levels, the cheapest gain first, until everybody is in a group of k, and return what was merged.

    Where no single merge gains anything, the one that blurs the fewest people is made, so that it comes to an end: with
    all levels of all attributes merged, all people are one group.

    Returns
    -------
    tuple
        P × Q, and (column, level, other) in the order made.
    """
    steps: list[tuple[str, str, str]] = []
    while (group_sizes(known) < k).any():
        possible = _merges(known, k)
        if possible.empty:
            break
        gaining = possible[possible["gain"] > 0]
        best = (gaining if len(gaining) else possible.sort_values("cost", kind="stable")).iloc[0]
        column, level, other = str(best["column"]), str(best["level"]), str(best["other"])
        known = known.assign(
            **{column: known[column].replace({level: merged_name(level, other), other: merged_name(level, other)})}
        )
        steps.append((column, level, other))
    return known, steps


def labels(steps: Sequence[tuple[str, str, str]], levels: Mapping[str, Sequence[str]]) -> Recoding:
    """Return for each column the label under which each of its levels is told in the end."""
    told: Recoding = {column: {level: level for level in own} for column, own in levels.items()}
    for column, level, other in steps:
        new = merged_name(level, other)
        told[column] = {own: new if label in (level, other) else label for own, label in told[column].items()}
    return told
