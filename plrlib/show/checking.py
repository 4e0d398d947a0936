"""What notebook 01 shows: what was read, what reconciles, what is blank, and whose words they can be."""

from collections.abc import Mapping

import pandas as pd

from plrlib.privacy import text_of
from plrlib.show.dots import Axis, Look, dot_grid
from plrlib.show.hearing import members
from plrlib.show.picture import BLUE, GREY, Picture, picture
from plrlib.show.say import Say, capital, count, joined, people, say
from plrlib.show.table import Table
from plrlib.stats.attribution import OUTSIDE, SEPARATOR, attribution
from plrlib.study import Study
from plrlib.tables import TABLES

SHORT = 12
MANY = 20
"""A share in per cent is given of so many or more."""


def about(study: Study) -> Say:
    """Return what the study is, who was heard, and what kind of evidence there is."""
    settings = study.settings
    kind = {
        "published": "These are published results about a study, not its transcripts: what is blank was not published.",
        "collected": "These are data that the team collected itself.",
        "simulated": "These data are simulated: nobody said any of this.",
    }[settings.kind]
    coded = "Every transcript was coded through" if settings.complete else "Not every transcript was coded through"
    means = (
        "a code not given means that it was not said"
        if settings.complete
        else "a code not found may still have been said"
    )
    source = f" ({settings.source})" if settings.source else ""
    return say(f"**{study.title}**{source}.", kind, f"{coded}: {means}.")


BLANK_MEANS_NO = ("consent_quote", "withdrawn")


def inputs(study: Study) -> Table:
    """Return a row a file: rows read, what a row is, and the start of the file's digest."""
    rows = [
        (file, len(study.tables.get(file.removesuffix(".csv"), ())) or None, _row_of(file), digest[:SHORT])
        for file, digest in study.sources.items()
    ]
    frame = pd.DataFrame(rows, columns=["file", "rows", "one row is", "sha256 starts"]).astype({"rows": "Int64"})
    return Table(frame, f"{count(len(frame), 'file')} read from {study.id}; a changed file has another digest")


def _row_of(file: str) -> str:
    table = TABLES.get(file.removesuffix(".csv"))
    return table.about if table else "what the study is called, how its people are grouped, what was planned"


def notes(study: Study) -> Say | Table:
    """Return what was noted while the tables were read; a sentence where nothing was."""
    if study.notes.empty:
        return say("Every table was read as it stands; there was nothing to note.")
    shown = study.notes.drop(columns=["allowed"]).dropna(axis=1, how="all")
    return Table(shown, f"{count(len(shown), 'thing')} to know about how the tables were read")


def totals(study: Study) -> Table:
    """Return a row a total that the study states: beside it, what the people listed come to."""
    rows = [
        (f"people at {e.event}", e.participants, _listed_at(study, str(e.event))) for e in study.events.itertuples()
    ]
    rows += [
        (f"{m.population}: {m.attribute} is {m.level}", m.n, _listed_as(study, m)) for m in study.margins.itertuples()
    ]
    frame = pd.DataFrame(rows, columns=["total", "stated", "listed one by one"])
    frame = frame[frame["stated"].notna()].astype(dict.fromkeys(("stated", "listed one by one"), "Int64"))
    known = frame["listed one by one"].notna()
    frame["reading"] = ""
    frame.loc[known, "reading"] = "differ"
    frame.loc[known & (frame["stated"] == frame["listed one by one"]), "reading"] = "agree"
    frame.loc[~known, "reading"] = "a total only: not known of whom"
    return Table(frame, "What the study says in total, against the people listed")


def _listed_at(study: Study, event: str) -> int | None:
    there = set(study.participants["participant"][study.participants["focus_group"] == event])
    there |= set(study.attendance["participant"][study.attendance["event"] == event])
    return len(there) or None


def _listed_as(study: Study, margin: object) -> int | None:
    population, attribute, level = (getattr(margin, name) for name in ("population", "attribute", "level"))
    if attribute not in study.participants or "event" in study.settings.populations[population]:
        return None
    values = members(study, population)[attribute]
    return int((values == level).sum()) if values.notna().all() else None


def totals_say(study: Study) -> Say:
    """Return in a sentence whether the totals agree, and of how many it is not known whom they are of."""
    frame = totals(study).frame
    if frame.empty:
        return say("The study states no totals to check the people listed against.")
    only = frame["reading"].str.startswith("a total only")
    agree = int((frame["reading"] == "agree").sum())
    checked = f"{agree} of the {int((~only).sum())} totals that can be checked agree with the people listed."
    return say(
        checked, f"Of {count(int(only.sum()), 'more total')} it is not known of whom they are." if only.any() else ""
    )


def blanks(study: Study) -> Table:
    """Return a row a column of people and excerpts that is blank somewhere: blank means unknown or not published."""
    rows = [
        (name, column, int(cells.isna().sum()), len(cells))
        for name in ("participants", "events", "excerpts")
        for column, cells in getattr(study, name).items()
        if cells.isna().any() and column not in BLANK_MEANS_NO
    ]
    frame = pd.DataFrame(rows, columns=["table", "column", "blank", "of"])
    return Table(frame, f"{count(len(frame), 'column')} with blank cells: unknown, or not published")


def disagreements(study: Study) -> Table | Say:
    """Return what the source says in one place and otherwise in another, and what the tables hold."""
    if not study.settings.disagreements:
        return say("study.toml names no place where the source contradicts itself.")
    rows = []
    for found in study.settings.disagreements:
        says = "; ".join(f"{where}: {what}" for where, what in found.says.items())
        rows.append((found.about, says, _held(study, found.population, found.column)))
    frame = pd.DataFrame(rows, columns=["about", "the source says", "the tables hold"])
    return Table(frame, "Where the source contradicts itself, by study.toml, and what was kept")


def _held(study: Study, population: str, column: str) -> str:
    who = members(study, population)
    if not column:
        return people(len(who))
    counts = who[column].value_counts(sort=False)
    return joined(f"{level}: {n}" for level, n in counts.items() if n)


def whose(study: Study, by: str) -> Picture:
    """Return a picture of the excerpts by the levels they can be given to: one mark is one excerpt."""
    grouping = study.grouping(by)
    found = attribution(study, by).merge(study.excerpts[["excerpt", "form"]], on="excerpt")
    kept = [key for key in found["heard"].cat.categories if key != OUTSIDE or (found["heard"] == key).any()]
    counts = found["heard"].value_counts().reindex(kept, fill_value=0)
    labels = {key: f"{_label(key, grouping.levels)} ({counts[key]})" for key in kept}
    marks = pd.DataFrame(
        {
            "row": found["heard"].astype("object"), "column": "all", "tag": "", "filled": found["form"] != "reported",
            "look": found["certain"].map({True: "one", False: "open"}),
        }
    )  # fmt: skip
    looks = {
        "one": Look(BLUE, "o", f"can be given to one {grouping.label.lower()}"),
        "open": Look(GREY, "s", "cannot"),
    }
    sentence = whose_say(study, by).sentences
    figure = dot_grid(
        marks, Axis(labels), Axis({"all": "excerpts"}), looks, sentence[0].rstrip("."),
        per_line=26, filled=("quoted", "reported"), from_left=True,
    )  # fmt: skip
    numbers = pd.DataFrame(
        {"can be given to": [_label(k, grouping.levels) for k in kept], "excerpts": counts.to_numpy()}
    )
    caption = f"One mark is one excerpt, in the row of those who may have said it. {' '.join(sentence)}"
    in_words = joined(f"{label}: {n}" for label, n in numbers.itertuples(index=False, name=None))
    alt = f"Rows of marks, one an excerpt. {in_words}."
    return picture(figure, study, caption, alt, numbers)


def whose_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one level, and to which levels none can."""
    grouping = study.grouping(by)
    found = attribution(study, by)
    about_them = found[found["heard"] != OUTSIDE]
    certain = about_them[about_them["certain"]]
    per_level = certain["heard"].value_counts().reindex(list(grouping.levels), fill_value=0)
    if about_them.empty:
        return say(f"{grouping.label}: no excerpt was said by anybody whom this grouping is about.")
    whom = f" that {grouping.population} may have said" if grouping.population else ""
    share = f" ({100 * len(certain) / len(about_them):.0f} %)" if len(about_them) >= MANY else ""
    can = f"{len(certain)} of the {count(len(about_them), 'excerpt')}{whom} can be given to one level{share}"
    first = f"{grouping.label}: {can}."
    some = [f"{n} to {_inner(grouping.levels[key])}" for key, n in zip(grouping.levels, per_level, strict=True) if n]
    none = [f"{_inner(grouping.levels[key])}" for key, n in zip(grouping.levels, per_level, strict=True) if not n]
    given = f"Given: {joined(some)}." if some else ""
    missing = (
        f"No excerpt can be given to {joined(none, 'or')} alone: nothing here is evidence of their view by itself."
        if none
        else ""
    )
    return say(first, given, missing)


def _label(key: str, levels: Mapping[str, str]) -> str:
    names = [levels.get(part, "people outside the grouping") for part in key.split(SEPARATOR)]
    return capital(names[0] if len(names) == 1 else joined([names[0], *map(_inner, names[1:])], "or"))


def _inner(label: str) -> str:
    """Return a label as it stands inside a sentence: small, unless it looks like an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def consent(study: Study) -> Say:
    """Return how many people let their words be shown, and what is shown of the excerpts."""
    yes = int((study.participants["consent_quote"] == "yes").sum())
    words, shown = len(study.texts), text_of(study)
    kept_back = f"{yes} of {people(len(study.participants))} let their words be shown (consent_quote is yes)."
    held = (
        f"{count(words, 'excerpt')} come with the words themselves."
        if words
        else "No excerpt comes with the words themselves."
    )
    gist = f"A gist or consented words can be shown for {int(shown.notna().sum())} of {count(len(shown), 'excerpt')}."
    gone = (
        f"{people(study.withdrawn).capitalize()} withdrew and are left out with everything they said."
        if study.withdrawn
        else ""
    )
    return say(kept_back, held, gist, gone)
