"""A map of excerpts: a grid in which one mark is one excerpt, and its look its stance."""

import pandas as pd

from plrlib.show.checking import OTHERS, level_label
from plrlib.show.counting import behind_groups, ids_by
from plrlib.show.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.picture import AMBER, BLUE, GREY, INK, RED, Picture, picture
from plrlib.show.say import capital, count, few, joined, verb
from plrlib.show.table import BehindCells
from plrlib.stats.attribution import SEPARATOR, attribution
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
    sizes = {str(key): int(n) for key, n in counted.groupby("level", observed=False)["n"].max().items()}
    heard = attribution(study, by)["heard"]
    kept = [key for key in heard.cat.categories if key in grouping.levels or (heard == key).any()]
    columns = {}
    for key in kept:
        parts = key.split(SEPARATOR)
        n = sum(sizes.get(part, 0) for part in parts)
        known = all(part in sizes for part in parts)
        columns[key] = f"{level_label(key, grouping.levels)}{f' ({n})' if known else ''}"
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
