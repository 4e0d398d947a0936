"""What notebook 01 says of safety: what identifies somebody and may stay, and who could be told apart."""

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from plrlib.paths import WORKBOOK
from plrlib.privacy.consent import text_of
from plrlib.privacy.disclosure import quasi_identifiers, small_groups
from plrlib.show.charts.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.display import Say, Table, say
from plrlib.show.excerpts import behind_groups, ids_by, people_at
from plrlib.show.figure import BLUE, GREY, PALE, Picture, picture
from plrlib.stats.bounds.presence import attribution, group_sets
from plrlib.study.load import Study
from plrlib.study.schema import TABLES
from plrlib.text import capital, count, inner, joined, people, share, verb

# What notebook 01 shows: what was read, what reconciles, what is blank, and whose words they can be.

OTHERS = "other people"
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
    if file == WORKBOOK:
        return "a row of one of the tables, each in a sheet of its own"
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
    here = study.prepared.listed.sum(axis=0)
    heard = zip(study.events["event"], study.events["participants"], here, strict=True)
    rows = [(f"people at {event}", n, int(known) or None) for event, n, known in heard]
    rows += [
        (f"{m.population}: {m.attribute} is {m.level}", m.n, _listed_as(study, m)) for m in study.margins.itertuples()
    ]
    frame = pd.DataFrame(rows, columns=["total", "stated", "listed one by one"])
    frame = frame[frame["stated"].notna()].astype(dict.fromkeys(("stated", "listed one by one"), "Int64"))
    stated, known = frame["stated"], frame["listed one by one"]
    frame["reading"] = "a total only: not known of whom"
    frame.loc[known.notna(), "reading"] = "differ"
    frame.loc[known.notna() & (known < stated), "reading"] = "not all are listed"
    frame.loc[known.notna() & (known == stated), "reading"] = "agree"
    events: dict[Hashable, list[str]] = {f"people at {event}": people for event, people in people_at(study).items()}
    behind = behind_groups(frame["total"], "listed one by one", events)
    return Table(frame, "What the study says in total, against the people listed", behind)


def _listed_as(study: Study, margin: object) -> int | None:
    population, attribute, level = (getattr(margin, name) for name in ("population", "attribute", "level"))
    if attribute not in study.participants or "event" in study.settings.populations[population]:
        return None
    values = study.participants.loc[study.prepared.inside(population), attribute]
    return int((values == level).sum()) if values.notna().all() else None


def totals_say(study: Study) -> Say:
    """Return in a sentence whether the totals agree, and of how many it is not known whom they are of."""
    frame = totals(study).frame
    if frame.empty:
        return say("The study states no totals to check the people listed against.")
    only = int(frame["reading"].str.startswith("a total only").sum())
    n, agree = len(frame) - only, int((frame["reading"] == "agree").sum())
    checked = f"{agree} of the {n} totals that can be checked agree with the people listed."
    if n < 2:
        checked = f"The one total that can be checked {'agrees' if agree else 'does not agree'} with the people listed."
    whom = (
        f"Of {count(only, 'more total' if n else 'total')} it is not known whom {verb(only, 'it is', 'they are')} of."
    )
    return say(checked if n else "", whom if only else "")


def blanks(study: Study) -> Table | Say:
    """Return a row a column of people, events and excerpts that is blank in places: blank means unknown.

    Of a column that is not used at all nothing is said, but that of who said an excerpt.
    """
    rows = [
        (name, column, int(cells.isna().sum()), len(cells))
        for name in ("participants", "events", "excerpts")
        for column, cells in getattr(study, name).items()
        if cells.isna().any() and column not in BLANK_MEANS_NO and (cells.notna().any() or column == "participant")
    ]
    if not rows:
        return say("No cell about people, events or excerpts is blank.")
    frame = pd.DataFrame(rows, columns=["table", "column", "blank", "of"])
    behind: dict[tuple[int, str], Sequence[str]] = {}
    for i, (name, column, *_) in enumerate(rows):
        if name != "events":
            ids = getattr(study, name)[name.removesuffix("s")].astype(str)
            behind[i, "blank"], behind[i, "of"] = list(ids[getattr(study, name)[column].isna()]), list(ids)
    return Table(frame, f"{capital(count(len(frame), 'column'))} with blank cells: unknown, or not published", behind)


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
    who = study.participants[study.prepared.inside(population)]
    if not column:
        return people(len(who))
    counts = who[column].value_counts(sort=False)
    return joined(f"{level}: {n}" for level, n in counts.items() if n)


def whose(study: Study, by: str) -> Picture:
    """Return a picture of the excerpts by the levels they can be given to: one mark is one excerpt."""
    grouping = study.grouping(by)
    found = attribution(study, by).merge(study.excerpts[["excerpt", "form"]], on="excerpt")
    kept = [key for key in found["heard"].cat.categories if key in grouping.levels or (found["heard"] == key).any()]
    counts = found["heard"].value_counts().reindex(kept, fill_value=0)
    sets = group_sets(study, grouping)
    names = {key: groups_label(sets[key], grouping.levels) for key in kept}
    look = found["certain"].map({True: "one", False: "open"}).where(found["about"], "other")
    every = pd.DataFrame(
        {
            "row": found["heard"].astype("object"), "column": "all", "tag": "", "filled": found["form"] != "reported",
            "look": look,
        }
    )  # fmt: skip
    marks, each = thinned(every.sort_values(["row", "look", "filled"], ascending=[True, True, False], kind="stable"))
    sentence = whose_say(study, by).sentences
    figure = dot_grid(
        marks,
        Axis({key: f"{name} ({counts[key]})" for key, name in names.items()}),
        Axis({"all": "excerpts" if each == 1 else f"excerpts, {each} a mark"}),
        {
            "one": Look(BLUE, "o", f"can be given to one {grouping.label.lower()}"),
            "open": Look(GREY, "s", "cannot"),
            "other": Look(PALE, "d", OTHERS),
        },
        sentence[0].rstrip("."),
        per_line=26,
        filled=("quoted, or not said" if found["form"].isna().any() else "quoted", "reported"),
        from_left=True,
    )
    numbers = pd.DataFrame({"can be given to": list(names.values()), "excerpts": counts.to_numpy()})
    others = any(OTHERS in name.lower() for name in names.values())
    told = f"“{capital(OTHERS)}” are those whom this grouping is not about, or who may be at none of its levels."
    caption = f"One mark is {of_marks(each)}, in the row of those who may have said it. {' '.join(sentence)}"
    in_words = joined(f"{label}: {n}" for label, n in numbers.itertuples(index=False, name=None))
    alt = f"Rows of marks; one mark is {of_marks(each)}. {in_words}."
    behind = behind_groups(kept, "excerpts", ids_by(found, "heard"))
    return picture(figure, study, f"{caption} {told}" if others else caption, alt, numbers, behind)


def whose_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one level, and to which levels none can."""
    grouping = study.grouping(by)
    found = attribution(study, by)
    about_them = found[found["about"]]
    certain = about_them[about_them["certain"]]
    if about_them.empty:
        return say(f"{grouping.label}: no excerpt was said by anybody whom this grouping is about.")
    whom = f" that {grouping.population} may have said" if grouping.population else ""
    k, n = len(certain), len(about_them)
    percent = f" ({100 * k / n:.0f} %)" if n >= MANY else ""
    of = f"{k or 'none'} of the {n} excerpts" if k < n else f"all {n} excerpts"
    of = of if n > 1 else "the one excerpt"
    can = "can" if k or n > 1 else "cannot"
    first = f"{grouping.label}: {of}{whom} {can} be given to one level{percent if k else ''}."
    per_level = certain["heard"].value_counts().reindex(list(grouping.levels), fill_value=0)
    names = [inner(label) for label in grouping.levels.values()]
    some = [f"{n} to {name}" for name, n in zip(names, per_level, strict=True) if n]
    none = [name for name, n in zip(names, per_level, strict=True) if not n]
    given = f"Given: {joined(some)}." if some else ""
    alone = f"No excerpt can be given to {joined(none, 'or')} alone: nothing here is evidence of their view by itself."
    return say(first, given, alone if none else "")


def groups_label(groups: Sequence[str], labels: Mapping[str, str]) -> str:
    """Return what the groups in which a speaker may be are called: `Voluntary or statutory`, `Other people`."""
    names = [labels.get(group, OTHERS) for group in groups]
    return capital(names[0] if len(names) == 1 else joined([names[0], *map(inner, names[1:])], "or"))


def consent(study: Study) -> Say:
    """Return how many people let their words be shown, and what is shown of the excerpts."""
    n, words, shown = len(study.participants), len(study.texts), text_of(study)
    yes = int((study.participants["consent_quote"] == "yes").sum())
    some = f"{capital(share(yes, n, 'person', 'people'))} {verb(yes, 'lets', 'let')}" if yes else "Nobody lets"
    come = f"{count(words, 'excerpt')} {verb(words, 'comes', 'come')}" if words else "No excerpt comes"
    k = int(shown.notna().sum())
    can = (
        f"A gist or consented words can be shown for {share(k, len(shown), 'excerpt')}."
        if k
        else "Nothing can be shown."
    )
    gone = f"{capital(people(study.withdrawn))} withdrew, with everything they said." if study.withdrawn else ""
    let = f"{some} their words be shown (consent_quote is yes)."
    return say(let, f"{come} with the words themselves.", can, gone)


# What notebook 01 says of safety: what identifies somebody and may stay, and who could be told apart.


def safe_to_show(study: Study) -> Say:
    """Return whether identifiers stand in the tables, why those may that do, and how many people are among few."""
    from plrlib.privacy.identifiers import identifiers  # noqa: PLC0415 - its patterns, which one notebook alone needs

    found = identifiers(study)
    kept, stopping = found[found["allowed"].notna()], found[found["allowed"].isna()]
    sentences = [_none_or_some(len(kept), len(stopping))]
    for (kind, table, column), rows in kept.groupby(["kind", "table", "column"], sort=True):
        reasons = joined(dict.fromkeys(rows["allowed"].astype(str)))
        sentences.append(f"{capital(str(kind))}, {len(rows)} in {column} of {table}: {reasons}.")
    few, k, names = small_groups(study), study.settings.privacy.smallest_group, quasi_identifiers(study)
    alone = int((few["people"] == 1).sum())
    known = joined([name.replace("_", " ") for name in names])
    if not names:
        sentences.append("`study.toml` names nothing by which people could be told apart (`quasi_identifiers`).")
    elif len(few):
        n = people(len(study.participants))
        share = f"{len(few)} of {n} {verb(len(few), 'is', 'are')} among fewer than {k} who are alike"
        sentences.append(f"By {known}, {share}; {alone or 'none'} of them {verb(alone, 'is', 'are')} alone.")
    else:
        sentences.append(f"By {known}, everybody is one of {k} people or more who are alike.")
    return say(*sentences)


def _none_or_some(kept: int, stopping: int) -> str:
    n = stopping or kept
    stand = f"{capital(count(n, 'identifier'))} {verb(n, 'stands', 'stand')} in the tables"
    if stopping:
        return f"{stand}, and may not be shown."
    if kept:
        return f"{stand}, each with a reason why it may."
    return "No address, number, date of birth or listed name that identifies somebody was found in the tables."
