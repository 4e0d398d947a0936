"""Small numbers taken out of a study: what few people of a level raised is told without them, or by its theme alone.

A number is small where it is more than none and fewer than `smallest_group` of the people at a level, or of everybody.
A theme with a small number at any level loses its speakers at every level, and not only at that one: else what is left,
and the rule itself, would give the number away (complementary suppression). Of a theme that keeps its speakers, a code
with a small number is told as the theme; and if what is then told as the theme alone would be small, all its codes are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from plrlib.study import Study

Levels = Mapping[str, Mapping[str, str]]
"""For each attribute, each person's level as it is told; a blank level, not known, is one too."""


@dataclass(frozen=True)
class Hidden:
    """Themes that are told without who raised them, and codes that are told as their theme."""

    themes: frozenset[str]
    codes: frozenset[str]


def theme_of(study: Study) -> dict[str, str]:
    """Return the theme that each code stands under; a theme's own is itself."""
    above = dict(zip(study.codebook["code"].astype(str), study.codebook["parent"].astype("object"), strict=True))
    found = {}
    for code in above:
        seen: dict[str, None] = {}
        at: object = code
        while isinstance(at, str) and at in above and at not in seen:
            seen[at] = None
            at = above[at]
        found[code] = list(seen)[-1]
    return found


def given_by(study: Study) -> pd.DataFrame:
    """Return the codings that a copy has: excerpt, code, theme, participant (blank: not known), of one coder alone.

    That is the study's reference coder, else the one with the most codings: what two coders made of one excerpt would
    tell of each other.
    """
    coder = study.settings.reference_coder or str(study.codings["coder"].astype(str).value_counts().index[0])
    own = study.codings[study.codings["coder"].astype(str) == coder][["excerpt", "code"]].astype(str)
    speakers = study.excerpts.set_index(study.excerpts["excerpt"].astype(str))["participant"].astype("object")
    known = own["excerpt"].map(speakers)
    themes = theme_of(study)
    return own.assign(theme=own["code"].map(themes), participant=known.where(known.notna(), "")).reset_index(drop=True)


def hidden(given: pd.DataFrame, levels: Levels, k: int) -> Hidden:
    """Return what must be hidden so that no number of people at a level is small.

    Parameters
    ----------
    given
        Codings, as `given_by` returns them.
    levels
        The attributes that are told.
    k
        The smallest number that may be told.
    """
    named = given[given["participant"] != ""]
    themes = {theme for theme, rows in named.groupby("theme") if is_small(rows["participant"], levels, k)}
    codes: set[str] = set()
    for theme, rows in named.groupby("theme"):
        if theme in themes:
            continue
        few = {code for code, own in rows.groupby("code") if code != theme and is_small(own["participant"], levels, k)}
        told_as_theme = rows.loc[rows["code"].isin({*few, theme}), "participant"]
        if is_small(told_as_theme, levels, k):
            few = set(rows["code"]) - {theme}
        codes |= {str(code) for code in few}
    return Hidden(frozenset(map(str, themes)), frozenset(map(str, codes)))


def is_small(people: Iterable[object], levels: Levels, k: int) -> bool:
    """Tell whether so many people are few of any level, or few of everybody."""
    who = {str(person) for person in people}
    counts = [len(who)]
    for own in levels.values():
        counts += pd.Series([own[person] for person in sorted(who)], dtype="object").value_counts().tolist()
    return any(0 < n < k for n in counts)
