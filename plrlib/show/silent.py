"""On which side of a second-level reading nobody at a level can be heard, and what would be needed to hear them."""

import pandas as pd

from plrlib.settings import Grouping
from plrlib.show.naming import everybody, whom
from plrlib.show.say import Say, capital, inner, joined, say
from plrlib.stats.readings import needs_reading, noun, reading_labels
from plrlib.stats.sides import sides
from plrlib.study import Study

CANNOT, NOT_CERTAIN = "no excerpt on {} can be from {}", "no excerpt on {} is for certain from {}"
ASK, AND_CODE = "to ask them", "to ask them, or every transcript coded through"
WHO = "who said each excerpt, or at least at which level they were"


def silent_say(study: Study, column: str) -> Say:
    """Return, grouping by grouping, on which side nobody at a level can be heard, and on which nobody is for certain.

    Always with what would be needed. A side for which no excerpt speaks at all is told by `reading_say`.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it.
    """
    needs_reading(study, column)
    if not study.settings.groupings:
        return say("study.toml declares no grouping, so who is heard on which side is not asked.")
    told = []
    for grouping in study.settings.groupings.values():
        cannot, not_certain = _gaps(study, column, grouping)
        parts = [*cannot, f"needed: {ASK if study.settings.complete else AND_CODE}"] if cannot else []
        parts += [*not_certain, f"needed: {WHO}"] if not_certain else []
        parts = parts or [_heard(study, column, grouping)]
        told.append(f"{grouping.label}: {'. '.join([parts[0], *map(capital, parts[1:])])}.")
    return say(*told, "That somebody is not heard on a side does not mean that they have no view of it.")


def silent_title(study: Study, column: str, grouping: Grouping) -> str:
    """Return in one sentence on which side nobody at a level can be heard, or is for certain; or that all are."""
    cannot, not_certain = _gaps(study, column, grouping)
    told = next((some for some in (cannot, not_certain) if some), [_heard(study, column, grouping)])
    return f"{grouping.label}: {'; '.join(told)}."


def _heard(study: Study, column: str, grouping: Grouping) -> str:
    found = _sides(study, column, grouping)
    if found.empty:
        return "nobody is known to be at any level"
    every = found["side"].nunique() == len(reading_labels(study, column))
    that = "" if every else " that any excerpt speaks for"
    return f"{everybody(grouping)} are each heard for certain on every {noun(study, column)}{that}"


def _gaps(study: Study, column: str, grouping: Grouping) -> tuple[list[str], list[str]]:
    """Return sentences on which sides whoever is at a level cannot be heard, and may be but not for certain."""
    found = _sides(study, column, grouping)
    cannot, certain = found["excerpts"] == 0, found["certain"] > 0
    return _gap(study, column, grouping, found[cannot], CANNOT), _gap(
        study, column, grouping, found[~cannot & ~certain], NOT_CERTAIN
    )


def _gap(study: Study, column: str, grouping: Grouping, found: pd.DataFrame, sentence: str) -> list[str]:
    """Return a sentence for all levels that lack the same sides."""
    named = {side: inner(label) for side, label in reading_labels(study, column).items()}
    lacking: dict[tuple[str, ...], list[str]] = {}
    for level, rows in found.groupby("level", observed=True):
        lacking.setdefault(tuple(rows["side"]), []).append(whom(grouping, str(level)))
    every = f"any {noun(study, column)}"
    return [
        sentence.format(
            every if len(some) == len(named) > 1 else joined((named[s] for s in some), "or"), joined(who, "or")
        )
        for some, who in lacking.items()
    ]


def _sides(study: Study, column: str, grouping: Grouping) -> pd.DataFrame:
    """Return the sides by level, without those for which no excerpt speaks, and levels at which nobody is."""
    found, whole = sides(study, column, grouping.name), sides(study, column)
    spoken = whole.loc[whole["excerpts"] > 0, "side"].dropna()
    there = found.groupby("level", observed=False)["n"].transform("max") > 0
    return found[found["side"].isin(set(spoken)) & there.fillna(False).astype(bool)]
