"""A copy of a study that is safe to share: who is who cannot be told, and no small number be worked back.

Levels are merged until everybody is in a group of `smallest_group`; what few of a level raised is told without them;
ids are new and in an order that says nothing; texts, and whatever is not needed to count, are left out.
"""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from plrlib.privacy.disclosure import Recoding, attributes, group_sizes, labels, merged_name, recoded
from plrlib.study.load import Study
from plrlib.study.settings import FILE, Grouping, quoted
from plrlib.text import count, joined, people

# What study.toml says in a copy to share: the groupings that are left, and nothing that was not told.


def groupings_left(study: Study, told: pd.DataFrame, recoding: Recoding) -> dict[str, Grouping]:
    """Return the study's groupings with the levels that are left of them; one with a single level is none any more."""
    kept = {}
    for name, grouping in study.settings.groupings.items():
        if grouping.column not in told:
            continue
        levels: dict[str, str] = {}
        for level, label in grouping.levels.items():
            new = recoding[grouping.column].get(level, level)
            if new:
                levels[new] = merged_name(levels[new], label) if new in levels else label
        levels = {level: label for level, label in levels.items() if level in set(told[grouping.column])}
        if len(levels) > 1:
            kept[name] = Grouping(name, grouping.label, grouping.column, levels)
    return kept


def settings_text(study: Study, groupings: Mapping[str, Grouping], columns: Sequence[str]) -> str:
    """Return the study.toml of a copy."""
    settings = study.settings
    lines = [
        "[study]",
        f"id = {quoted(f'{settings.id}-release')}",
        f"title = {quoted(study.title)}",
        f"kind = {quoted(settings.kind)}",
        f"complete = {str(settings.complete).lower()}",
    ]
    lines.append('reference_coder = "coder"')
    for grouping in groupings.values():
        levels = ", ".join(f"{quoted(level)} = {quoted(label)}" for level, label in grouping.levels.items())
        lines += ["", f"[groupings.{quoted(grouping.name)}]", f"label = {quoted(grouping.label)}"]
        lines += [f"column = {quoted(grouping.column)}", f"levels = {{ {levels} }}"]
    lines += ["", "[privacy]", f"quasi_identifiers = {json.dumps(list(columns), ensure_ascii=False)}"]
    return "\n".join([*lines, f"smallest_group = {settings.privacy.smallest_group}"]) + "\n"


# Small numbers taken out of a study: what few people of a level raised is told without them, or by its theme alone.

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


# A copy of a study that is safe to share: who is who cannot be told, and no small number be worked back.

ONE, CODER = "one", "coder"
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Release:
    """The files of the copy by their path in it, and what was taken away, in sentences."""

    files: dict[str, bytes]
    taken: tuple[str, ...]


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
        If the study has fewer people than `smallest_group`: no copy of it is safe; or lacks an attribute to keep.
    """
    k = study.settings.privacy.smallest_group
    known = attributes(study)
    strange = [name for name in keep or () if name not in known]
    if strange:
        raise ValueError(
            f"{', '.join(strange)}: no quasi-identifier of {study.id}; there: {', '.join(map(str, known))}"
        )
    known = known if keep is None else known[[column for column in known if column in keep]]
    if len(known) < k:
        raise ValueError(f"{study.id} has {len(known)} people, and smallest_group is {k}: no copy of it can be shared")
    told, steps = recoded(known, k)
    recoding = labels(steps, {column: list(dict.fromkeys(known[column])) for column in map(str, known)})
    levels = {column: {str(p): str(level) for p, level in told[column].items()} for column in map(str, told)}
    given = given_by(study)
    away = hidden(given, levels, k)
    groupings = groupings_left(study, told, recoding)
    codings = _codings(given, away, theme_of(study), salt)
    files = {f"{name}.csv": as_csv(rows) for name, rows in _tables(study, levels, codings, salt).items() if rows}
    files[FILE] = settings_text(study, groupings, list(levels)).encode()
    files["tables/people.csv"] = as_csv(_people(told))
    files["tables/raised.csv"] = as_csv(_raised(groupings, levels, given, away))
    taken = _taken(study, known, told, steps, given, away)
    files["README.md"] = _readme(study, taken).encode()
    return Release(files, tuple(taken))


def _new_ids(letter: str, ids: Iterable[str], salt: str) -> dict[str, str]:
    """Return new ids, in an order that nobody without the salt can tell from the old ones."""
    mixed = sorted(ids, key=lambda one: hashlib.sha256(f"{salt}\0{letter}\0{one}".encode()).hexdigest())
    return {one: f"{letter}{n:0{len(str(len(mixed)))}}" for n, one in enumerate(mixed, 1)}


def _codings(given: pd.DataFrame, away: Hidden, themes: Mapping[str, str], salt: str) -> pd.DataFrame:
    """Return the codings of the copy: excerpt (a new id), code, participant (blank: not told).

    What an excerpt says on a theme that is told without its speaker becomes an excerpt of its own, so that nothing
    shows that they belong together; what else it says stays with whoever said it.
    """
    apart = given["theme"].isin(away.themes) & (given["participant"] != "")
    code = given["code"].where(~given["code"].isin(away.codes), given["code"].map(themes))
    place = given["excerpt"].where(~apart, given["excerpt"] + "\0" + given["theme"])
    ids = _new_ids("E", place.unique(), salt)
    frame = pd.DataFrame(
        {"excerpt": place.map(ids), "code": code, "participant": given["participant"].where(~apart, "")}
    )
    return frame.drop_duplicates().sort_values(["excerpt", "code"], ignore_index=True)


def _tables(study: Study, levels: Levels, codings: pd.DataFrame, salt: str) -> dict[str, Rows]:
    people = _new_ids("P", study.participants["participant"].astype(str), salt)
    rows: dict[str, Rows] = {"participants": []}
    for person in sorted(people, key=people.__getitem__):
        rows["participants"].append({"participant": people[person], **{c: own[person] for c, own in levels.items()}})
    groups = sorted({row.get("focus_group", "") for row in rows["participants"]} - {""})
    rows["events"] = [{"event": group, "kind": "focus group"} for group in groups]
    speaker = codings.drop_duplicates("excerpt").set_index("excerpt")["participant"]
    rows["excerpts"] = [
        {"excerpt": str(excerpt), "participant": people.get(who, ""), "quantifier": "" if who else ONE}
        for excerpt, who in speaker.items()
    ]
    if any(row["quantifier"] for row in rows["excerpts"]):
        rows["quantifiers"] = [{"quantifier": ONE, "lower": "1", "upper": "all", "reads_as": "at least one voice"}]
    rows["codings"] = [
        {"excerpt": e, "coder": CODER, "code": c} for e, c in zip(codings["excerpt"], codings["code"], strict=True)
    ]
    book = study.codebook[["code", "parent", "label", "definition"]].astype("object")
    rows["codebook"] = [
        {str(c): str(v) for c, v in row.items()} for row in book.where(book.notna(), "").to_dict("records")
    ]
    return rows


def _people(told: pd.DataFrame) -> Rows:
    """Return how many people have each combination of attributes."""
    if told.columns.empty:
        return [{"people": str(len(told))}]
    counted = told.groupby(list(told.columns), sort=True).size().rename("people").reset_index()
    return [{str(c): str(v) for c, v in row.items()} for row in counted.to_dict("records")]


def _raised(groupings: Mapping[str, Grouping], levels: Levels, given: pd.DataFrame, away: Hidden) -> Rows:
    """Return how many of each level raised each theme and code, as the copy tells it; blank where it does not."""
    named = given[given["participant"] != ""]
    rows = []
    for grouping in groupings.values():
        own = levels[grouping.column]
        for theme, in_theme in given.groupby("theme", sort=True):
            for code in [theme, *sorted(set(in_theme["code"]) - {theme})]:
                blank = theme in away.themes or code in away.codes
                who = set(named.loc[named["theme" if code == theme else "code"] == code, "participant"])
                for level in grouping.levels:
                    n = sum(value == level for value in own.values())
                    told = "" if blank else str(sum(own[person] == level for person in who))
                    rows.append(
                        {"grouping": grouping.name, "level": level, "people": str(n), "code": str(code), "raised": told}
                    )
    return rows


def _taken(
    study: Study,
    known: pd.DataFrame,
    told: pd.DataFrame,
    steps: Sequence[tuple[str, str, str]],
    given: pd.DataFrame,
    away: Hidden,
) -> list[str]:
    k, columns = study.settings.privacy.smallest_group, [str(column) for column in known]
    sizes = group_sizes(known)
    few, alone = int((sizes < k).sum()), int((sizes == 1).sum())
    by = joined(columns, none="nothing")
    taken = [f"{few} of {people(len(known))} were among fewer than {k} by {by}, {alone} of them alone; none is now."]
    for column in columns:
        merged = [step for step in steps if step[0] == column]
        if merged:
            left = sorted(set(told[column]))
            names = ", ".join(level or "not known" for level in left) if len(left) > 1 else "nothing"
            taken.append(f"{column}: levels were merged in {count(len(merged), 'step')}; what is left: {names}.")
    own = (*columns, "participant", "withdrawn")
    dropped = [
        name for name in map(str, study.participants) if name not in own and study.participants[name].notna().any()
    ]
    taken.append(f"Attributes left out: {joined(dropped)}.")
    parts, all_of = int(given["theme"].isin(away.themes).sum()), len(set(given["theme"]))
    taken.append(
        f"{count(len(away.themes), 'theme')} of {all_of} without who raised them, since fewer than {k} of a level did: "
        f"{joined(sorted(away.themes))}; {parts} of {count(len(given), 'coding')} are on them."
    )
    taken.append(
        f"{count(len(away.codes), 'code')} of other themes told as the theme, for the same reason: "
        f"{joined(sorted(away.codes))}."
    )
    less = "Words, gists, events but groups, dates, pages, stances, other coders, totals and claims"
    taken.append(f"{less} left out; ids are new.")
    return taken


def _readme(study: Study, taken: Sequence[str]) -> str:
    head = f"# A copy of {study.id} to share\n\nMade so that nobody can be told by what is known of them, and no small "
    about = "number be worked back. tables/ is counted from the CSV files here and from nothing else. Taken away:\n\n"
    return head + about + "\n".join(f"- {sentence}" for sentence in taken) + "\n"


def as_csv(rows: Rows) -> bytes:
    """Return rows as the bytes of a CSV file."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
