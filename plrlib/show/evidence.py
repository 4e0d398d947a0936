"""The evidence map: who is heard saying what, and whether for or against; one mark is one excerpt."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from plrlib.privacy import text_of
from plrlib.show.checking import OTHERS, level_label, whose_say
from plrlib.show.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.naming import labels
from plrlib.show.picture import AMBER, BLUE, GREY, INK, RED, Picture, picture
from plrlib.show.say import Say, capital, count, few, inner, joined, say, verb
from plrlib.show.sorting import NOWHERE
from plrlib.show.table import Table
from plrlib.stats.attribution import SEPARATOR, attribution
from plrlib.stats.evidence import coder_or_reference, codes_at
from plrlib.stats.hearings import attended, possible_events, rows_of
from plrlib.stats.presence import presence
from plrlib.study import Study

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
MOST_LISTED = 20
"""Of more excerpts only the first of each theme and level are listed."""
NAMED = 6
"""So many excerpts are named in a cell."""
GROUP, ALONE = "focus group", "interview"
ARTICLE = {GROUP: "a", ALONE: "an"}


def evidence_say(study: Study, by: str) -> Say:
    """Return how many excerpts can be given to one level, what stance these take, and which themes are opposed."""
    grouping = study.grouping(by)
    marks = _by_level(study, by)
    told = [whose_say(study, by).sentences[0]]
    for key, label in grouping.levels.items():
        theirs = marks[marks["column"] == key]
        if len(theirs):
            told.append(f"{label}: {_stances(theirs)}")
    about = marks["column"].map(lambda key: not set(key.split(SEPARATOR)).isdisjoint(grouping.levels))
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
    counted = presence(study, by)
    sizes = {str(key): int(n) for key, n in counted.groupby("level", observed=False)["n"].max().items()}
    heard = attribution(study, by)["heard"]
    kept = [key for key in heard.cat.categories if key in grouping.levels or (heard == key).any()]
    columns = {}
    for key in kept:
        parts = key.split(SEPARATOR)
        n = sum(sizes.get(part, 0) for part in parts)
        known = all(part in sizes for part in parts)
        columns[key] = f"{level_label(key, grouping.levels)}{f' ({n})' if known else ''}"
    marks = _by_level(study, by)
    given, stances = whose_say(study, by).sentences[0], f"{grouping.label}: {_stances(marks)}"
    prefix = f"{grouping.label}: "
    whole = attribution(study, by)
    title, other = (stances, given) if whole["certain"].equals(whole["about"]) else (given, stances)
    there = any(OTHERS in label.lower() for label in columns.values())
    whom = f"“{capital(OTHERS)}” are those whom this grouping is not about, or who may be at none of its levels."
    return _map(
        study,
        marks,
        Axis(columns, "who may have said it (people)"),
        title,
        f"{capital(other.removeprefix(prefix))} {whom if there else ''}",
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
            (f"{GROUP}{SEPARATOR}{ALONE}", "may come from either"),
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
    order = [GROUP, ALONE, f"{GROUP}{SEPARATOR}{ALONE}", NOT_SAID]
    used = set(marks["column"])
    kept = [key for key in order if key in (GROUP, ALONE) or key in used] + sorted(used - set(order))
    heads = {key: capital(key) for key in kept}
    return _map(study, marks, Axis(heads, "where it may have been said"), hearings_say(study).sentences[0], "")


def _map(study: Study, marks: pd.DataFrame, columns: Axis, title: str, more: str) -> Picture:
    named = {**labels(study), NOWHERE: capital(NOWHERE)}
    marks = marks.assign(row=marks["row"].fillna(NOWHERE))
    themes = [code for code in [*study.themes["code"], NOWHERE] if code != NOWHERE or (marks["row"] == NOWHERE).any()]
    sizes = marks["row"].value_counts()
    places = list(LOOKS)
    order = [places.index(look) + 0.5 * (not full) for look, full in zip(marks["look"], marks["filled"], strict=True)]
    every = marks.assign(order=order).sort_values("order", kind="stable")
    drawn, each = thinned(every[["row", "column", "look", "filled"]].assign(tag=""))
    across = min(max(MOST_ACROSS // max(len(columns.labels), 1), FEWEST), MOST)
    rows = Axis({code: f"{named[code]} ({sizes.get(code, 0)})" for code in themes}, "theme (excerpts)")
    forms = ("quoted, or not said" if marks["form"].isna().any() else "quoted", "reported")
    figure = dot_grid(drawn, rows, columns, LOOKS, title.rstrip("."), per_line=across, filled=forms, from_left=True)
    numbers = _listed(study, marks, columns.labels, columns.title.partition(" (")[0], of_theme=True)
    cells = marks.groupby(["row", "column"], sort=False).size()
    told = [
        f"{named[code]}, {label}: {cells[code, key]}"
        for code in themes
        for key, label in columns.labels.items()
        if (code, key) in cells.index
    ]
    caption = f"One mark is {of_marks(each)}, in the row of its theme. {title} {more}".strip()
    alt = f"A grid of excerpts. {title} {'; '.join(told)}."
    return picture(figure, study, caption, alt, numbers)


def _stances(marks: pd.DataFrame) -> str:
    """Return how many marks take which stance, in words."""
    n = {look: int((marks["look"] == look).sum()) for look in LOOKS}
    taken = [f"{n[stance] or 'none'} {verb(n[stance] or 1, stance, many)}" for stance, many in VERBS.items()]
    told = f"{joined(taken)} the theme" if sum(n[stance] for stance in VERBS) else ""
    none = f"{n[NOT_SAID]} {verb(n[NOT_SAID], 'has', 'have')} no stance on record" if n[NOT_SAID] else ""
    context = f"{n['context']} {verb(n['context'], 'gives', 'give')} context" if n["context"] else ""
    return f"of {count(len(marks), 'excerpt')}, {'; '.join(filter(None, (told, context, none)))}."


def _listed(
    study: Study, marks: pd.DataFrame, columns: Mapping[str, str], head: str, of_theme: bool = False
) -> pd.DataFrame:
    """Return a row a theme and column: how many excerpts take which stance, and which they are."""
    named = {**labels(study), NOWHERE: capital(NOWHERE)}
    rows = []
    themes = [*study.themes["code"], NOWHERE]
    filled = marks.assign(row=marks["row"].fillna(NOWHERE))
    for theme in themes:
        for key, label in columns.items():
            cell = filled[(filled["row"] == theme) & (filled["column"] == key)]
            if len(cell):
                ids = [list(cell.loc[cell["look"] == look, "excerpt"]) for look in LOOKS]
                which = [few(some, NAMED) if some else "" for some in ids]
                rows.append((named[theme], label, len(cell), *which))
    frame = pd.DataFrame(rows, columns=["theme", head, "excerpts", *(look.label for look in LOOKS.values())])
    return frame.loc[:, [c for c in frame if (frame[c] != "").any()]]


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
    there = attended(study)
    own = rows_of(study, study.excerpts["participant"])
    found = []
    for events, person in zip(possible_events(study, study.excerpts["event"]), own, strict=True):
        at = sorted(events) if events or person < 0 else np.flatnonzero(there[person]).tolist()
        some = {str(kinds[v]) for v in at}
        known = [kind for kind in (GROUP, ALONE) if kind in some]
        found.append(SEPARATOR.join(known) if known and NOT_SAID not in some else NOT_SAID)
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
