"""What notebook 01 shows of the data: what was read and reconciles, whose words they can be, and what may be shown."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import compress

import pandas as pd

from plrlib.paths import WORKBOOK
from plrlib.privacy.consent import quoted_of, text_of, withheld
from plrlib.privacy.disclosure import quasi_identifiers, small_groups
from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.display import Picture, Say, Table, say
from plrlib.show.excerpts import column_ids, counted, excerpt_ids, ids_by, people_at, people_ids
from plrlib.show.figure import BLUE, GREY, PALE, picture
from plrlib.stats.bounds.presence import attribution, group_sets
from plrlib.study.load import Study
from plrlib.study.schema import TABLES
from plrlib.study.settings import Disagreement
from plrlib.text import Mark, Text, capital, count, inner, joined, number, passage, people, share, verb

OTHERS = "other people"
SHORT = 12
MANY = 20
"""A share in per cent is given of so many or more."""


KINDS = {
    "published": "These are published results about a study, not its transcripts: what is blank was not published.",
    "collected": "These are data that the team collected itself.",
    "simulated": "These data are simulated: nobody said any of this.",
}


def about(study: Study) -> Say:
    """Return what the study is, what kind of evidence there is, and whether all of it was coded.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        The title and source; whether it is published, collected or simulated; whether every transcript was coded
        through.

    See Also
    --------
    heard_say : How many participants, at how many events.
    limits_of_data : What the data cannot tell.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.about(study).sentences[1]
    'These data are simulated: nobody said any of this.'
    """
    settings = study.settings
    coded = "Not every transcript was coded through: a code not found may still have been said."
    if settings.complete:
        coded = "Every transcript was coded through: a code not given means that it was not said."
    source = f" ({settings.source})" if settings.source else ""
    return say(Text(Mark(study.title), f"{source}."), KINDS[settings.kind], coded, public_say(study))


def public_say(study: Study) -> str:
    """Return why all words of a study may be shown, where study.toml says that they may."""
    reason = study.settings.consent.reason.strip().rstrip(".")
    return f"All words may be quoted, as study.toml says: {reason}." if study.settings.consent.quotes else ""


BLANK_MEANS_NO = ("consent_quote", "withdrawn")


def inputs(study: Study) -> Table:
    """Return a row a file: rows read, what a row is, and the start of the file's digest.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table
        Rows are missing for study.toml, which is no table.

    See Also
    --------
    stamp : One digest over all files.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.inputs(study).frame[["file", "rows"]].head(2).to_string(index=False))
              file  rows
    attendance.csv    15
        claims.csv     5
    """
    read = {file: len(study.tables.get(file.removesuffix(".csv"), ())) or None for file in study.sources}
    rows = [(file, n, _row_of(file), study.sources[file][:SHORT]) for file, n in read.items()]
    frame = pd.DataFrame(rows, columns=["file", "rows", "one row is", "sha256 starts"]).astype({"rows": "Int64"})
    return Table(frame, f"{count(len(frame), 'file')} read from {study.id}; a changed file has another digest")


def _row_of(file: str) -> str:
    if file == WORKBOOK:
        return "a row of one of the tables, each in a sheet of its own"
    table = TABLES.get(file.removesuffix(".csv"))
    return table.about if table else "what the study is called, how its people are grouped, what was planned"


def notes(study: Study) -> Say | Table:
    """Return what was noted while the tables were read; a sentence where nothing was.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A row a thing to know about how a table was read.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.notes(study)
    Every table was read as it stands; there was nothing to note.
    """
    if study.notes.empty:
        return say("Every table was read as it stands; there was nothing to note.")
    shown = study.notes.drop(columns=["allowed"]).dropna(axis=1, how="all")
    return Table(shown, f"{count(len(shown), 'thing')} to know about how the tables were read")


def totals(study: Study) -> Table:
    """Return a row a total that the study states: beside it, what the people listed come to.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table
        Unit: people. `listed one by one` is missing where the total is all that is known, which the reading says; else
        they agree, differ, or not all are listed.

    See Also
    --------
    totals_say : Whether they agree.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.totals(study).frame["reading"].value_counts().to_dict()
    {'agree': 24}
    """
    here = study.prepared.listed.sum(axis=0)
    heard = zip(study.events["event"], study.events["participants"], here, strict=True)
    rows = [(f"people at {event}", n, int(known) or None) for event, n, known in heard]
    for population, attribute, level, n in study.margins[["population", "attribute", "level", "n"]].itertuples(False):
        rows.append((f"{population}: {attribute} is {level}", n, _listed_as(study, population, attribute, level)))
    frame = pd.DataFrame(rows, columns=["total", "stated", "listed one by one"])
    frame = frame[frame["stated"].notna()].astype(dict.fromkeys(("stated", "listed one by one"), "Int64"))
    apart = (frame["listed one by one"] - frame["stated"]).clip(-1, 1)
    readings = {0: "agree", -1: "not all are listed", 1: "differ"}
    frame["reading"] = apart.map(readings).fillna("a total only: not known of whom")
    events: dict[Hashable, list[str]] = {f"people at {event}": people for event, people in people_at(study).items()}
    ids = column_ids(frame["total"], "listed one by one", events)
    return Table(frame, "What the study says in total, against the people listed", ids)


def _listed_as(study: Study, population: str, attribute: str, level: str) -> int | None:
    if attribute not in study.participants or "event" in study.settings.populations[population]:
        return None
    values = study.participants.loc[study.prepared.inside(population), attribute]
    return int((values == level).sum()) if values.notna().all() else None


def totals_say(study: Study) -> Say:
    """Return in a sentence whether the totals agree, and of how many it is not known whom they are of.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Where the study states no totals, that.

    See Also
    --------
    totals : The totals, one by one.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.totals_say(study)
    24 of the 24 totals that can be checked agree with the people listed.
    """
    frame = totals(study).frame
    if frame.empty:
        return say("The study states no totals to check the people listed against.")
    only = int(frame["reading"].str.startswith("a total only").sum())
    n, agree = len(frame) - only, int((frame["reading"] == "agree").sum())
    checked = f"{agree} of the {n} totals that can be checked agree with the people listed."
    if n < 2:
        checked = f"The one total that can be checked {'agrees' if agree else 'does not agree'} with the people listed."
    more = count(only, "more total" if n else "total")
    whom = f"Of {more} it is not known whom {verb(only, 'it is', 'they are')} of." if only else ""
    return say(checked if n else "", whom)


def blanks(study: Study) -> Table | Say:
    """Return a row a column of people, events and excerpts that is blank in places: blank means unknown.

    Of a column that is not used at all nothing is said, but that of who said an excerpt.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A sentence where no cell is blank.

    See Also
    --------
    limits_of_data : What the data cannot tell.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.blanks(study).frame.to_string(index=False))
           table            column  blank  of
    participants            sector     15  45
    participants         provision     30  45
    participants lead_professional     30  45
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
    known = {"participants": people_ids(study), "excerpts": excerpt_ids(study)}
    ids: dict[tuple[int, str], Sequence[str]] = {}
    for i, (name, column, *_) in enumerate(rows):
        every = known.get(name, [])
        ids |= {(i, "blank"): list(compress(every, getattr(study, name)[column].isna())), (i, "of"): every}
    return Table(frame, f"{capital(count(len(frame), 'column'))} with blank cells: unknown, or not published", ids)


def disagreements(study: Study) -> Table | Say:
    """Return what the source says in one place and otherwise in another, and what the tables hold.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A row a disagreement that study.toml names; a sentence where it names none.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.disagreements(study)
    study.toml names no place where the source contradicts itself.
    """
    if not (named := study.settings.disagreements):
        return say("study.toml names no place where the source contradicts itself.")
    says = ["; ".join(f"{where}: {what}" for where, what in one.says.items()) for one in named]
    rows = [(one.about, told, _held(study, one)) for one, told in zip(named, says, strict=True)]
    # as objects, since a column of strings would lose the ids
    frame = pd.DataFrame(rows, columns=["about", "the source says", "the tables hold"], dtype="object")
    return Table(frame, "Where the source contradicts itself, by study.toml, and what was kept")


def _held(study: Study, about: Disagreement) -> str:
    who = study.participants[study.prepared.inside(about.population)]
    if not about.column:
        return people(list(who["participant"].astype(str)))
    counts = who[about.column].value_counts(sort=False)
    return joined(f"{level}: {n}" for level, n in counts.items() if n)


def whose(study: Study, by: str) -> Picture:
    """Return a picture of the excerpts by the groups they can be given to: one mark is one excerpt.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Picture
        Its numbers have a row a group, or several of which it may be one, with its excerpts. `Other people` are those
        whom the grouping is not about, or whose group may be none of these.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.attribution : Whose each excerpt can be.
    whose_say : What it shows, in sentences.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.whose(study, "provision").numbers.to_string(index=False))
    can be given to  excerpts
           Targeted        81
          Universal        38
       Other people       320
    """
    grouping = study.grouping(by)
    found = attribution(study, by).merge(study.excerpts[["excerpt", "form"]], on="excerpt")
    names, given = heard_labels(study, by), ids_by(found, "heard")
    theirs = {key: given.get(key, []) for key in names}
    numbers, ids = counted({"can be given to": list(names.values())}, {"excerpts": list(theirs.values())})
    every = found[["heard"]].astype("object").set_axis(["row"], axis=1)
    every["look"] = found["certain"].map({True: "one", False: "open"}).where(found["about"], "other")
    every = every.assign(column="all", filled=found["form"] != "reported")
    marks = every.sort_values(["row", "look", "filled"], ascending=[True, True, False], kind="stable")
    told, one = whose_say(study, by).sentences, f"can be given to one {grouping.label.lower()}"
    looks = {"one": Look(BLUE, "o", one), "open": Look(GREY, "s", "cannot"), "other": Look(PALE, "d", OTHERS)}
    rows = Axis({key: f"{name} ({len(theirs[key])})" for key, name in names.items()})
    columns = Axis({"all": "excerpts"})
    figure = dot_grid(marks, rows, columns, looks, told[0], per_line=26, filled=forms(found["form"]), from_left=True)
    mark = f"{mark_say(len(marks))}, in the row of those who may have said it."
    caption = passage(mark, *told, others_say(names.values()))
    in_words = joined(f"{label}: {n}" for label, n in numbers.itertuples(index=False, name=None))
    alt = f"Excerpts by who may have said them. {in_words}."
    return picture(figure, study, caption, alt, numbers, ids)


def forms(form: "pd.Series[str]") -> tuple[str, str]:
    """Return what a filled mark of an excerpt means, and what an open one."""
    return "quoted, or not said" if form.isna().any() else "quoted", "reported"


def others_say(names: Iterable[str]) -> str:
    """Return who other people are, where one of the labels names them."""
    if not any(OTHERS in name.lower() for name in names):
        return ""
    return f"“{capital(OTHERS)}” are those whom this grouping is not about, or who may be at none of its levels."


def whose_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one group, and to which groups none can.

    Parameters
    ----------
    study : Study
        A study.
    by : str
        A grouping of study.toml, by its name.

    Returns
    -------
    Say
        Unit: excerpts whose possible speakers include participants whom the grouping is about. One sentence where there
        are none.

    Raises
    ------
    NotInStudy
        If the study declares no such grouping.

    See Also
    --------
    plrlib.attribution : Whose each excerpt can be.
    evidence_say : What they say, group by group.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.whose_say(study, "sector").sentences[1]
    'Given: 199 to voluntary and 121 to statutory.'
    """
    grouping, found = study.grouping(by), attribution(study, by)
    first = Text(f"{grouping.label}: ", given_say(study, by))
    if not found["about"].any():
        return say(first)
    ids = ids_by(found[found["about"] & found["certain"]], "heard")
    some = [number(ids[key]) + f" to {inner(label)}" for key, label in grouping.levels.items() if key in ids]
    none = [inner(label) for key, label in grouping.levels.items() if key not in ids]
    alone = f"No excerpt can be given to {joined(none, 'or')} alone: nothing here is evidence of their view by itself."
    return say(first, Text("Given: ", joined(some), ".") if some else "", alone if none else "")


def given_say(study: Study, by: str) -> str:
    """Return how many excerpts can be given to one group, as a sentence goes on after the name of the grouping."""
    grouping, found = study.grouping(by), attribution(study, by)
    about = list(found.loc[found["about"], "excerpt"].astype(str))
    certain = list(found.loc[found["about"] & found["certain"], "excerpt"].astype(str))
    if not about:
        return "no excerpt was said by anybody whom this grouping is about."
    k, n = len(certain), len(about)
    counted = number(certain) + " of the " + number(about) if k < n else "all " + number(about)
    counted = counted + " excerpts" if n > 1 else "the one excerpt"
    whom = f" that {grouping.population} may have said" if grouping.population else ""
    percent = f" ({100 * k / n:.0f} %)" if n >= MANY and 0 < k < n else ""
    return Text(counted, f"{whom} {'can' if k or n > 1 else 'cannot'} be given to one level{percent}.")


def heard_labels(study: Study, by: str) -> dict[str, str]:
    """Return what those who may have said an excerpt are called, by `heard`: `Voluntary or statutory`, `Other people`.

    All levels are there, and of several, or other people, those of whom there are excerpts.
    """
    grouping, heard, told = study.grouping(by), set(attribution(study, by)["heard"]), {}
    for key, groups in group_sets(study, grouping).items():
        if key in grouping.levels or key in heard:
            first, *others = [grouping.levels.get(group, OTHERS) for group in groups]
            told[key] = capital(joined([first, *map(inner, others)], "or"))
    return told


def consent(study: Study) -> Say:
    """Return how many people let their words be shown, and what is shown of the excerpts.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Blank consent is none. Of whom the words may not be shown, a gist is, where there is one; who withdrew is
        counted.

    See Also
    --------
    plrlib.text_of : What may be shown of each excerpt.
    safe_to_show : Whether anything identifies a person.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.consent(study).sentences[0]
    '39 of 45 people let their words be shown (consent_quote is yes).'
    """
    everybody, excerpts = people_ids(study), excerpt_ids(study)
    yes = people_ids(study, (study.participants["consent_quote"] == "yes").to_numpy(dtype=bool))
    shown = excerpt_ids(study, text_of(study).notna())
    words = excerpt_ids(study, quoted_of(study).notna().to_numpy() | withheld(study))
    some = capital(share(yes, everybody, "person", "people")) + f" {verb(yes, 'lets', 'let')}" if yes else "Nobody lets"
    come = count(words, "excerpt") + f" {verb(words, 'comes', 'come')}" if words else "No excerpt comes"
    can = Text("A gist or consented words can be shown for ", share(shown, excerpts, "excerpt"), ".")
    gone = f"{capital(people(study.withdrawn))} withdrew, with everything they said." if study.withdrawn else ""
    public = public_say(study)
    return say(
        public or some + " their words be shown (consent_quote is yes).", come + " with the words themselves.",
        can if shown else "Nothing can be shown.", gone,
    )  # fmt: skip


# Safety: what identifies somebody and may stay, and who could be told apart.


def safe_to_show(study: Study) -> Say:
    """Return whether identifiers stand in the tables, why those may that do, and how many people are among few.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        People are alike who have the same values in all quasi-identifiers that study.toml names, and sat in the same
        focus group; few are less than its `smallest_group`.

    See Also
    --------
    plrlib.identifiers : The identifiers that were found.
    plrlib.small_groups : The people who could be told apart.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.safe_to_show(study).sentences[0]
    'No address, number, date of birth or listed name that identifies somebody was found in the tables.'
    """
    from plrlib.privacy.identifiers import identifiers  # noqa: PLC0415 - its patterns, which one notebook alone needs

    found = identifiers(study)
    kept, stopping = found[found["allowed"].notna()], found[found["allowed"].isna()]
    sentences = [_none_or_some(len(kept), len(stopping))]
    for (kind, table, column), rows in kept.groupby(["kind", "table", "column"], sort=True):
        reasons = joined(dict.fromkeys(rows["allowed"].astype(str)))
        sentences.append(f"{capital(str(kind))}, {len(rows)} in {column} of {table}: {reasons}.")
    few, k, names = small_groups(study), study.settings.privacy.smallest_group, quasi_identifiers(study)
    known = joined(name.replace("_", " ") for name in names)
    if not names:
        toml, declared = (Mark(text, "`", "code") for text in ("study.toml", "quasi_identifiers"))
        sentences.append(Text(toml, " names nothing by which people could be told apart (", declared, ")."))
    elif len(few):
        listed, alone = (list(rows["participant"].astype(str)) for rows in (few, few[few["people"] == 1]))
        told = Text(f"By {known}, ", number(listed), " of ", people(people_ids(study)), f" {verb(listed, 'is', 'are')}")
        told += f" among fewer than {k} who are alike; "
        sentences.append(told + number(alone) + f" of them {verb(alone, 'is', 'are')} alone.")
    else:
        sentences.append(f"By {known}, everybody is one of {k} people or more who are alike.")
    return say(*sentences)


def _none_or_some(kept: int, stopping: int) -> str:
    if not (n := stopping or kept):
        return "No address, number, date of birth or listed name that identifies somebody was found in the tables."
    shown = "and may not be shown" if stopping else "each with a reason why it may"
    return f"{capital(count(n, 'identifier'))} {verb(n, 'stands', 'stand')} in the tables, {shown}."
