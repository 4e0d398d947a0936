"""A release: a copy of a study that is safe to share; nobody in it can be told apart, and no small number worked back.

Values are merged until everybody is in a group of `smallest_group`; what few of a group raised is told without them;
ids are new and in an order that says nothing; texts, and whatever is not needed to count, are left out.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from plrlib.privacy.disclosure import attributes, group_sizes, merged_label, recoded
from plrlib.study.coverage import coders_used, read_by, used_codings
from plrlib.study.load import Study
from plrlib.study.settings import FILE, Grouping, grouping_entries, quoted, toml
from plrlib.text import count, joined, listed, people, verb

ONE, CODER = "one", "coder"


@dataclass(frozen=True)
class Release:
    """The files of the copy by their path in it, and what was taken away, in sentences."""

    files: dict[str, bytes]
    taken: tuple[str, ...]


@dataclass(frozen=True)
class Hidden:
    """Themes that are told without who raised them, and codes that are told as their theme."""

    themes: frozenset[str]
    codes: frozenset[str]


def release(study: Study, salt: str, keep: Collection[str] | None = None) -> Release:
    """Return the files of a copy of a study that is safe to share, and what it lacks.

    Parameters
    ----------
    study
        A study; people who have withdrawn are not in it.
    salt
        A secret that gives ids their order; with the same one the copy is the same.
    keep
        The quasi-identifiers that the copy has, the fewer the more of the rest; None: all.

    Returns
    -------
    Release
        CSV tables and study.toml, which `load_study` reads; tables/people.csv and tables/raised.csv, which are counted
        from them and from nothing else, so that nothing can be worked back from the two together. Unit: people.

    Raises
    ------
    ValueError
        If the study has fewer people than `smallest_group`: no copy of it is safe; or lacks an attribute to keep, or
        one is called `people`, as the counts in the copy are.
    """
    k = study.settings.privacy.smallest_group
    known = attributes(study)[study.prepared.counted]
    strange = [name for name in keep or () if name not in known]
    if strange:
        raise ValueError(f"{listed(strange)}: no quasi-identifier of {study.id}; there: {listed(map(str, known))}")
    known = known[[column for column in known if keep is None or column in keep]]
    if "people" in known:
        raise ValueError("participants.csv: column 'people' is what a copy calls a count; rename it, or --keep others")
    if len(known) < k:
        raise ValueError(f"{study.id} has {len(known)} people, and smallest_group is {k}: no copy of it can be shared")
    told, merged_in = recoded(known, k)
    given = given_by(study)
    given = given[given["participant"].isin(["", *known.index])]  # who does not count is not in the copy
    away = hidden(given, told, k)
    groupings = _groupings_left(study, known, told)
    tables = _tables(study, told, _codings(given, away, _silent(told, given, away), salt), salt)
    tables = {name: table for name, table in tables.items() if len(table)}
    tables |= {"tables/people": _people(told), "tables/raised": _raised(groupings, told, given, away)}
    files = {f"{name}.csv": table.to_csv(index=False, lineterminator="\n").encode() for name, table in tables.items()}
    files[FILE] = _settings_text(study, groupings, [*map(str, told)]).encode()
    taken = _taken(study, known, told, merged_in, given, away)
    files["README.md"] = (
        f"# A copy of {study.id} to share\n\nMade so that nobody can be told by what is known of them, and no small "
        "number be worked back. tables/ is counted from the CSV files here and from nothing else. Taken away:\n\n"
        + "".join(f"- {sentence}\n" for sentence in taken)
    ).encode()
    return Release(files, tuple(taken))


# Small numbers taken out: what few people of a group raised is told without them, or by its theme alone.


def theme_of(study: Study) -> dict[str, str]:
    """Return the theme that each code stands under; a theme's own is itself."""
    return {code: path[-1] for code, path in study.prepared.paths.items()}


def given_by(study: Study) -> pd.DataFrame:
    """Return the codings that a copy has: excerpt, code, theme, participant (blank: not known).

    Those that count in comparisons, under one name: each excerpt as one coder has it.
    """
    own = used_codings(study)[["excerpt", "code"]].astype(str).reset_index(drop=True)
    speakers = study.excerpts.set_index(study.excerpts["excerpt"].astype(str))["participant"].astype("object")
    return own.assign(theme=own["code"].map(theme_of(study)), participant=own["excerpt"].map(speakers.fillna("")))


def hidden(given: pd.DataFrame, told: pd.DataFrame, k: int) -> Hidden:
    """Return what must be hidden so that no number of people in a group is small.

    Parameters
    ----------
    given
        Codings, as `given_by` returns them.
    told
        The attributes that are told, P × Q, by participant; a blank, not known, is a value too.
    k
        The smallest number that may be told.
    """
    named = given[given["participant"] != ""]
    themes = {str(theme) for theme, who in named.groupby("theme")["participant"] if _is_small(who, told, k)}
    codes: set[str] = set()
    for theme, rows in named[~named["theme"].isin(themes)].groupby("theme"):
        by_code = rows.groupby("code")["participant"]
        rare = {str(code) for code, own in by_code if code != theme and _is_small(own, told, k)}
        told_as_theme = rows.loc[rows["code"].isin({*rare, theme}), "participant"]
        codes |= set(rows["code"]) - {str(theme)} if _is_small(told_as_theme, told, k) else rare
    return Hidden(frozenset(themes), frozenset(codes))


def _is_small(people: pd.Series, told: pd.DataFrame, k: int) -> bool:
    """Tell whether so many people are few of any group, or few of everybody."""
    who = people.unique()
    return 0 < len(who) < k or any((told[column].loc[who].value_counts() < k).any() for column in told)


# The tables and study.toml of the copy.


def _new_ids(letter: str, ids: Iterable[str], salt: str) -> dict[str, str]:
    """Return new ids, in an order that nobody without the salt can tell from the old ones."""
    mixed = sorted(ids, key=lambda one: hashlib.sha256(f"{salt}\0{letter}\0{one}".encode()).hexdigest())
    return {one: f"{letter}{n:0{len(str(len(mixed)))}}" for n, one in enumerate(mixed, 1)}


def _silent(told: pd.DataFrame, given: pd.DataFrame, away: Hidden) -> list[str]:
    """Return who has neither a focus group nor an excerpt in the copy, and would seem not to have been heard."""
    spoke = set(given.loc[~given["theme"].isin(away.themes), "participant"])
    alone = told["focus_group"] == "" if "focus_group" in told else pd.Series(data=True, index=told.index)
    return [str(who) for who in told.index[alone] if who not in spoke]


def _codings(given: pd.DataFrame, away: Hidden, silent: list[str], salt: str) -> pd.DataFrame:
    """Return the codings of the copy: excerpt (a new id), code, participant (blank: not told).

    Each of the silent has an excerpt without a code.

    What an excerpt says on a theme that is told without its speaker becomes an excerpt of its own, so that nothing
    shows that they belong together; what else it says stays with whoever said it.
    """
    unnamed = given["theme"].isin(away.themes) & (given["participant"] != "")
    excerpt = given["excerpt"].mask(unnamed, given["excerpt"] + "\0" + given["theme"])
    own = [f"\0{who}" for who in silent]
    ids = _new_ids("E", [*excerpt.unique(), *own], salt)
    frame = pd.DataFrame({"excerpt": excerpt.map(ids)})
    frame["code"] = given["code"].mask(given["code"].isin(away.codes), given["theme"])
    frame["participant"] = given["participant"].mask(unnamed, "")
    frame = pd.concat([frame, pd.DataFrame({"excerpt": map(ids.get, own), "code": "", "participant": silent})])
    return frame.drop_duplicates().sort_values(["excerpt", "code"], ignore_index=True)


def _tables(study: Study, told: pd.DataFrame, codings: pd.DataFrame, salt: str) -> dict[str, pd.DataFrame]:
    ids = _new_ids("P", told.index, salt)
    participants = told.set_axis(told.index.map(ids)).sort_index().reset_index(names="participant")
    groups = sorted({*participants.get("focus_group", ())} - {""})
    excerpts = codings.drop_duplicates("excerpt")[["excerpt", "participant"]]
    unnamed = excerpts["participant"] == ""
    book = study.codebook[["code", "parent", "label", "definition"]].astype("object")
    quantifier = {"quantifier": ONE, "lower": "1", "upper": "all", "reads_as": "at least one voice"}
    return {
        "participants": participants,
        "events": pd.DataFrame({"event": groups, "kind": "focus group"}),
        "excerpts": excerpts.assign(
            participant=excerpts["participant"].map({"": "", **ids}), quantifier=np.where(unnamed, ONE, "")
        ),
        "quantifiers": pd.DataFrame([quantifier] if unnamed.any() else []),
        "codings": codings[codings["code"] != ""].assign(coder=CODER)[["excerpt", "coder", "code"]],
        "codebook": book.fillna(""),
    }


def _groupings_left(study: Study, known: pd.DataFrame, told: pd.DataFrame) -> dict[str, Grouping]:
    """Return the study's groupings with the groups that are left of them; one with a single group is none any more."""
    kept = {}
    there = {name: one for name, one in study.settings.groupings.items() if one.column in told}
    for name, grouping in there.items():
        told_as = dict(zip(known[grouping.column], told[grouping.column], strict=True))
        groups: dict[str, str] = {}
        for value, label in grouping.levels.items():
            new = told_as.get(value, value)
            groups[new] = merged_label(groups[new], label) if new in groups else label
        groups = {value: label for value, label in groups.items() if value and value in set(told[grouping.column])}
        if len(groups) > 1:
            kept[name] = Grouping(name, grouping.label, grouping.column, groups)
    return kept


def _settings_text(study: Study, groupings: Mapping[str, Grouping], columns: list[str]) -> str:
    settings = study.settings
    whole = settings.complete and bool(read_by(study, *coders_used(study)).all())  # what is unread is not in the copy
    what = {"id": f"{settings.id}-release", "title": study.title, "kind": settings.kind, "complete": whole}
    groups = ((f"[groupings.{quoted(name)}]", grouping_entries(one)) for name, one in groupings.items())
    privacy = {"quasi_identifiers": columns, "smallest_group": settings.privacy.smallest_group}
    return toml([("[study]", what | {"reference_coder": CODER}), *groups, ("[privacy]", privacy)])


def _people(told: pd.DataFrame) -> pd.DataFrame:
    """Return how many people have each combination of attributes."""
    if told.columns.empty:
        return pd.DataFrame({"people": [len(told)]})
    return told.groupby(list(told)).size().reset_index(name="people")


def _raised(groupings: Mapping[str, Grouping], told: pd.DataFrame, given: pd.DataFrame, away: Hidden) -> pd.DataFrame:
    """Return how many of each group raised each theme and code, as the copy tells it; blank where it does not."""
    named = given[given["participant"] != ""]
    rows = []
    for grouping in groupings.values():
        group = told[grouping.column]
        for theme, in_theme in given.groupby("theme"):
            for code in [theme, *sorted(set(in_theme["code"]) - {theme})]:
                who = named.loc[named["theme" if code == theme else "code"] == code, "participant"].unique()
                is_hidden = theme in away.themes or code in away.codes
                for value in grouping.levels:
                    row = {"grouping": grouping.name, "level": value, "people": (group == value).sum(), "code": code}
                    rows.append({**row, "raised": "" if is_hidden else (group[who] == value).sum()})
    return pd.DataFrame(rows, dtype="object")


def _taken(
    study: Study, known: pd.DataFrame, told: pd.DataFrame, merged_in: list[str], given: pd.DataFrame, away: Hidden
) -> list[str]:
    """Return what was taken away, in sentences."""
    k, sizes = study.settings.privacy.smallest_group, group_sizes(known)
    few, alone, by = (sizes < k).sum(), (sizes == 1).sum(), joined(map(str, known), none="nothing")
    among = f"{few} of {people(len(known))} {verb(few, 'was', 'were')} among fewer than {k} by {by}"
    taken = [f"{among}, {alone} of them alone; none is now."]
    for column in known:
        if column in merged_in:
            left = sorted(set(told[column]))
            names = listed(value or "not known" for value in left) if len(left) > 1 else "nothing"
            steps = count(merged_in.count(column), "step")
            taken.append(f"{column}: levels were merged in {steps}; what is left: {names}.")
    kept = {*known, "participant", "withdrawn", "excluded"}
    dropped = [str(name) for name, cells in study.participants.items() if name not in kept and cells.notna().any()]
    taken.append(f"Attributes left out: {joined(dropped)}.")
    n = given["theme"].isin(away.themes).sum()
    on_them = f"{n} of {count(len(given), 'coding')} {verb(n, 'is', 'are')} on them"
    themes = f"{count(len(away.themes), 'theme')} of {given['theme'].nunique()} without who raised them"
    taken.append(f"{themes}, since fewer than {k} of a level did: {joined(sorted(away.themes))}; {on_them}.")
    codes = f"{count(len(away.codes), 'code')} of other themes told as the theme"
    taken.append(f"{codes}, for the same reason: {joined(sorted(away.codes))}.")
    less = "Words, gists, events but groups, dates, pages, stances, other coders, totals and claims"
    if out := len(study.participants) - len(known):
        taken.append(f"People who were not heard, or are excluded, with what they said: {out}.")
    if len(study.coverage):
        taken.append(f"What coders read without a code: {count(len(study.coverage), 'row')} of coverage.csv.")
    return [*taken, f"{less} left out; ids are new."]
