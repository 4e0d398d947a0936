"""The evidence map: who is heard saying what, and whether for or against; one mark is one excerpt."""

import numpy as np
import pandas as pd

from plrlib.privacy.consent import text_of
from plrlib.show.charts.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.data import OTHERS, groups_label, whose_say
from plrlib.show.display import BehindCells, Say, Table, say
from plrlib.show.excerpts import behind_groups, ids_by
from plrlib.show.figure import AMBER, BLUE, GREY, INK, RED, Picture, picture
from plrlib.show.labels import labels
from plrlib.show.sorting import NOWHERE
from plrlib.stats.bounds.presence import attribution, group_sets, presence
from plrlib.study.evidence import coder_or_reference, codes_at
from plrlib.study.load import Study
from plrlib.text import capital, count, few, inner, joined, verb

# A map of excerpts: a grid in which one mark is one excerpt, and its look its stance.

NOT_SAID = "not said"
LOOKS = {
    "supports": Look(BLUE, "o", "supports"),
    "qualifies": Look(AMBER, "s", "qualifies"),
    "opposes": Look(RED, "X", "opposes"),
    "context": Look(GREY, "^", "context"),
    NOT_SAID: Look(INK, "D", "stance not said"),
}
VERBS = {"supports": "support", "qualifies": "qualify", "opposes": "oppose"}
MOST_ACROSS, FEWEST, MOST = 30, 5, 12
"""So many marks stand side by side at most over all columns; at least and at most in one."""
NAMED = 6
"""So many excerpts are named in a cell."""


def evidence_map(study: Study, marks: pd.DataFrame, rows: Axis, columns: Axis, title: str, more: str) -> Picture:
    """Draw excerpts in a grid, with their stance.

    Parameters
    ----------
    study
        A study.
    marks
        One row a mark: excerpt, row and column (keys of the axes; row missing: the last of them), look (a key of
        `LOOKS`), filled and form.
    rows, columns
        The axes; what all rows are is a noun in the singular.
    title
        What is seen.
    more
        What the caption says after it.
    """
    marks = marks.assign(row=marks["row"].fillna(list(rows.labels)[-1]))
    sizes = marks["row"].value_counts()
    places = list(LOOKS)
    order = [places.index(look) + 0.5 * (not full) for look, full in zip(marks["look"], marks["filled"], strict=True)]
    every = marks.assign(order=order).sort_values("order", kind="stable")
    drawn, each = thinned(every[["row", "column", "look", "filled"]].assign(tag=""))
    across = min(max(MOST_ACROSS // max(len(columns.labels), 1), FEWEST), MOST)
    heads = Axis(
        {key: f"{label} ({sizes.get(key, 0)})" for key, label in rows.labels.items()}, f"{rows.title} (excerpts)"
    )
    forms = ("quoted, or not said" if marks["form"].isna().any() else "quoted", "reported")
    figure = dot_grid(drawn, heads, columns, LOOKS, title.rstrip("."), per_line=across, filled=forms, from_left=True)
    numbers = _listed(marks, rows, columns)
    cells = marks.groupby(["row", "column"], sort=False).size()
    told = [
        f"{name}, {label}: {cells[row, key]}"
        for row, name in rows.labels.items()
        for key, label in columns.labels.items()
        if (row, key) in cells.index
    ]
    caption = f"One mark is {of_marks(each)}, in the row of its {rows.title}. {title} {more}".strip()
    alt = f"A grid of excerpts. {title} {'; '.join(told)}."
    return picture(figure, study, caption, alt, numbers, _behind(marks, rows, columns))


def heard_columns(study: Study, by: str) -> tuple[Axis, str]:
    """Return the columns of a map: who may have said an excerpt, with people; and who other people are, if any."""
    grouping = study.grouping(by)
    counted = presence(study, by)
    sizes = {str(key): int(n) for key, n in counted.groupby("group", observed=False)["n"].max().items()}
    heard, sets = attribution(study, by)["heard"], group_sets(study, grouping)
    kept = [key for key in heard.cat.categories if key in grouping.levels or (heard == key).any()]
    columns = {}
    for key in kept:
        parts = sets[key]
        n = sum(sizes.get(part, 0) for part in parts)
        known = all(part in sizes for part in parts)
        columns[key] = f"{groups_label(parts, grouping.levels)}{f' ({n})' if known else ''}"
    there = any(OTHERS in label.lower() for label in columns.values())
    whom = f"“{capital(OTHERS)}” are those whom this grouping is not about, or who may be at none of its levels."
    return Axis(columns, "who may have said it (people)"), whom if there else ""


def stances_say(marks: pd.DataFrame, theme: str = "the theme") -> str:
    """Return how many marks take which stance to a theme, in words."""
    n = {look: int((marks["look"] == look).sum()) for look in LOOKS}
    taken = [f"{n[stance] or 'none'} {verb(n[stance] or 1, stance, many)}" for stance, many in VERBS.items()]
    told = f"{joined(taken)} {theme}" if sum(n[stance] for stance in VERBS) else ""
    none = f"{n[NOT_SAID]} {verb(n[NOT_SAID], 'has', 'have')} no stance on record" if n[NOT_SAID] else ""
    context = f"{n['context']} {verb(n['context'], 'gives', 'give')} context" if n["context"] else ""
    return f"of {count(len(marks), 'excerpt')}, {'; '.join(filter(None, (told, context, none)))}."


def _behind(marks: pd.DataFrame, rows: Axis, columns: Axis) -> BehindCells:
    """Return the excerpts of each row that `_listed` returns."""
    ids = ids_by(marks, "row", "column")
    cells = [(row, key) for row in rows.labels for key in columns.labels if (row, key) in ids]
    return behind_groups(cells, "excerpts", ids)


def _listed(marks: pd.DataFrame, rows: Axis, columns: Axis) -> pd.DataFrame:
    """Return a row a cell that is not empty: how many excerpts take which stance, and which they are."""
    listed = []
    for row, name in rows.labels.items():
        for key, label in columns.labels.items():
            cell = marks[(marks["row"] == row) & (marks["column"] == key)]
            if len(cell):
                ids = [list(cell.loc[cell["look"] == look, "excerpt"]) for look in LOOKS]
                which = [few(some, NAMED) if some else "" for some in ids]
                listed.append((name, label, len(cell), *which))
    heads = [rows.title, columns.title.partition(" (")[0], "excerpts", *(look.label for look in LOOKS.values())]
    frame = pd.DataFrame(listed, columns=heads)
    return frame.loc[:, [c for c in frame if (frame[c] != "").any()]]


# The evidence map: who is heard saying what, and whether for or against; one mark is one excerpt.

MOST_LISTED = 20
"""Of more excerpts only the first of each theme and level are listed."""
GROUP, ALONE, EITHER = "focus group", "interview", "focus group or interview"
ARTICLE = {GROUP: "a", ALONE: "an"}


def evidence_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one level, what stance these take, and which themes are opposed."""
    grouping = study.grouping(by)
    marks = _by_level(study, by)
    told = [whose_say(study, by).sentences[0]]
    for key, label in grouping.levels.items():
        theirs = marks[marks["column"] == key]
        if len(theirs):
            told.append(f"{label}: {stances_say(theirs)}")
    sets = group_sets(study, grouping)
    about = marks["column"].map(lambda key: not set(sets[key]).isdisjoint(grouping.levels))
    sizes = marks[about & (marks["look"] == "opposes")].groupby("row", sort=False).size()
    named = labels(study)
    some = few(f"“{named[str(theme)]}” ({n})" for theme, n in sizes.items())
    spoken = study.excerpts["participant"][attribution(study, by)["about"].to_numpy()].value_counts()
    most = int(spoken.max()) if len(spoken) else 0
    told.append(f"Excerpts are not people: one person alone said {most} of them." if most > 1 else "")
    against = f"Of all that they said or may have said, against a theme: {some}."
    nothing = "Nothing that they said or may have said is against a theme." if marks["look"].isin(VERBS).any() else ""
    return say(*told, against if len(sizes) else nothing)


def evidence_picture(study: Study, by: str) -> Picture:
    """Return a picture of the excerpts by theme and by who may have said them, with their stance."""
    grouping = study.grouping(by)
    columns, whom = heard_columns(study, by)
    marks = _by_level(study, by)
    given, stances = whose_say(study, by).sentences[0], f"{grouping.label}: {stances_say(marks)}"
    prefix = f"{grouping.label}: "
    whole = attribution(study, by)
    title, other = (stances, given) if whole["certain"].equals(whole["about"]) else (given, stances)
    return evidence_map(
        study, marks, _themes(study, marks), columns, title, f"{capital(other.removeprefix(prefix))} {whom}"
    )


def evidence_table(study: Study, by: str) -> Table | Say:
    """Return the excerpts that can be given to one level, with what was said; of many, the first a theme and level."""
    grouping = study.grouping(by)
    marks = _by_level(study, by)
    named = {**labels(study), NOWHERE: capital(NOWHERE)}
    theirs = marks[marks["column"].isin(list(grouping.levels))].fillna({"row": NOWHERE})
    if theirs.empty:
        return say("No excerpt can be given to one level, so none is listed.")
    order = {code: i for i, code in enumerate(named)} | {key: i for i, key in enumerate(grouping.levels)}
    theirs = theirs.sort_values(["row", "column"], key=lambda c: c.map(order), kind="stable")
    some = theirs if len(theirs) <= MOST_LISTED else theirs.drop_duplicates(["row", "column"])
    frame = pd.DataFrame(
        {
            "theme": [named[theme] for theme in some["row"]],
            inner(grouping.label): [grouping.levels[key] for key in some["column"]],
            "stance": [LOOKS[look].label for look in some["look"]], "excerpt": some["excerpt"],
            "what was said": text_of(study, some["excerpt"]).to_numpy(),
        }
    )  # fmt: skip
    which = "" if len(some) == len(theirs) else f": of {len(theirs)}, the first of each theme and level"
    return Table(frame.dropna(axis=1, how="all"), f"What each level is heard saying{which}")


def hearings_say(study: Study) -> Say:
    """Return how many excerpts come from a focus group, how many from an interview, and of how many nobody knows."""
    marks = _by_hearing(study)
    where = marks.drop_duplicates("excerpt")["column"].value_counts()
    n = len(study.excerpts)
    parts = [
        f"{int(where.get(key, 0)) or 'none'} {how}"
        for key, how in (
            (GROUP, f"{verb(int(where.get(GROUP, 0)) or 1, 'comes', 'come')} from a focus group"),
            (ALONE, f"{verb(int(where.get(ALONE, 0)) or 1, 'comes', 'come')} from an interview"),
            (EITHER, "may come from either"),
            (NOT_SAID, "may come from anywhere"),
        )
        if key in (GROUP, ALONE) or where.get(key, 0)
    ]
    named, told = {**labels(study), NOWHERE: capital(NOWHERE)}, []
    for key in (GROUP, ALONE):
        sizes = marks.loc[marks["column"] == key, "row"].fillna(NOWHERE).value_counts()
        some = few(f"“{label}” ({sizes[code]})" for code, label in named.items() if code in sizes)
        told.append(f"From {ARTICLE[key]} {key} for certain: {some}." if len(sizes) else "")
    return say(f"Of {count(n, 'excerpt')}, {joined(parts)}.", *told)


def hearings_picture(study: Study) -> Picture:
    """Return a picture of the excerpts by theme and by the kind of event where they may have been said."""
    marks = _by_hearing(study)
    order = [GROUP, ALONE, EITHER, NOT_SAID]
    used = set(marks["column"])
    kept = [key for key in order if key in (GROUP, ALONE) or key in used] + sorted(used - set(order))
    heads = {key: capital(key) for key in kept}
    columns = Axis(heads, "where it may have been said")
    return evidence_map(study, marks, _themes(study, marks), columns, hearings_say(study).sentences[0], "")


def _themes(study: Study, marks: pd.DataFrame) -> Axis:
    """Return the themes as rows of a map, and what is in none of them where anything is."""
    named = labels(study)
    rows = {code: named[code] for code in study.themes["code"]}
    return Axis(rows | ({NOWHERE: capital(NOWHERE)} if marks["row"].isna().any() else {}), "theme")


def _by_level(study: Study, by: str) -> pd.DataFrame:
    heard = attribution(study, by).set_index("excerpt")["heard"].astype("object")
    marks = _marks(study)
    return marks.assign(column=marks["excerpt"].map(heard))


def _by_hearing(study: Study) -> pd.DataFrame:
    marks = _marks(study)
    return marks.assign(column=marks["excerpt"].map(_kinds(study)))


def _kinds(study: Study) -> "pd.Series[str]":
    """Return for each excerpt the kinds of event where it may have been said."""
    kinds = study.events["kind"].astype("object").fillna(NOT_SAID).to_numpy()
    there = study.prepared.attended
    own = study.prepared.speaker
    found = []
    for events, person in zip(study.prepared.events_of(), own, strict=True):
        at = sorted(events) if events or person < 0 else np.flatnonzero(there[person]).tolist()
        some = {str(kinds[v]) for v in at}
        known = [kind for kind in (GROUP, ALONE) if kind in some]
        found.append(" or ".join(known) if known and NOT_SAID not in some else NOT_SAID)
    return pd.Series(found, index=study.excerpts["excerpt"].astype("object"))


def _marks(study: Study) -> pd.DataFrame:
    """Return a row a mark: excerpt, row (its theme), look (its stance), filled (quoted), form.

    An excerpt has the one envelope into which the stance coder put it. Where there are no envelopes, it has each theme
    to which the reference coder's codes belong, and no stance.
    """
    excerpts = study.excerpts[["excerpt", "form"]].astype("object")
    sorted_ = study.envelopes[study.envelopes["coder"] == study.settings.stance_coder]
    if len(sorted_):
        theirs = sorted_[["excerpt", "theme", "stance"]].astype("object")
    else:
        codes, counts_for = codes_at(study, "theme")
        mine = study.codings[study.codings["coder"] == coder_or_reference(study, None)]
        themes = np.array(codes, dtype=object)[counts_for[mine["code"].cat.codes]]
        theirs = pd.DataFrame({"excerpt": mine["excerpt"].astype("object"), "theme": themes, "stance": None})
        theirs = theirs.drop_duplicates()
    found = excerpts.merge(theirs, on="excerpt", how="left")
    return pd.DataFrame(
        {
            "excerpt": found["excerpt"], "row": found["theme"], "look": found["stance"].fillna(NOT_SAID),
            "filled": found["form"] != "reported", "form": found["form"],
        }
    )  # fmt: skip
