"""The ledger as a picture: every excerpt is a mark that can be followed from one coder's envelope to the next one's."""

import numpy as np
import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.counting import behind_groups, ids_by
from plrlib.show.naming import labels
from plrlib.show.picture import Picture, picture
from plrlib.show.say import Say, capital, few, joined, say, share, verb
from plrlib.show.sorting import NOWHERE, kind_of, pairs, sorters
from plrlib.show.trails import Trails, trails
from plrlib.stats.ledger import NOT_SEEN, envelopes
from plrlib.study import Study

MARK = "One mark is one excerpt"
MOST_CODERS, MOST_MARKS, MOST_MOVES = 5, 150, 400
"""So many coders stand side by side at most; of more excerpts, those that stay are drawn as one block an envelope."""


def followed_say(study: Study) -> Say:
    """Return how many excerpts are in the same envelope by every coder, and which are in three or more."""
    try:
        where = _where(study)
    except NotInStudy as error:
        return say(str(error))
    stays = where.nunique(axis=1) == 1
    n = int(stays.sum())
    by = joined(where.columns)
    first = f"{capital(share(n, len(where), 'excerpt'))} {verb(n or 1, 'is', 'are')} in one envelope by {by}."
    names = _names(study)
    many = [
        f"{excerpt} ({joined(dict.fromkeys(names[str(key)] for key in row))})"
        for excerpt, row in zip(where.index, where.itertuples(index=False, name=None), strict=True)
        if len(set(row)) > 2
    ]
    return say(first, f"In three or more: {few(many, 5)}." if many else "")


def followed_picture(study: Study) -> Picture | Say:
    """Return a picture in which each excerpt is one mark a coder, joined by a line; what moves is coloured and named.

    Where there are many excerpts, those that stay in one envelope throughout are drawn as one block, with their number.
    """
    try:
        where = _where(study)
    except NotInStudy:
        return say("So no excerpt can be followed from one coder to another.")
    names = _names(study)
    used = [key for key in names if (where == key).any(axis=None)]
    heads = {coder: _head(study, coder) for coder in map(str, where)}
    whole = len(where) > MOST_MARKS
    title = followed_say(study).sentences[0].rstrip(".")
    some, each = _thinned(where) if whole else (where, 1)
    drawn = Trails(some, {key: names[key] for key in used}, heads, whole, where)
    figure = trails(drawn, title)
    routes = _routes(where, names)
    stands = "one excerpt" if each == 1 else f"{each} excerpts, or what is left of them"
    mark = f"Of those that move one mark is {stands}; those that stay are a block" if whole else MARK
    caption = (
        f"{mark}, in the column of a coder and the row of the envelope, and a line follows it. {title}. "
        "Those that move are coloured, with their number."
    )
    moving = routes[routes["moves"] == "yes"]
    told = [f"{row.excerpts} {row.route}" for row in moving.itertuples()]
    alt = f"Envelopes as rows, coders as columns, excerpts as lines between them. {title}. {capital(few(told, 10))}."
    coders = [str(coder) for coder in where]
    named = where.map(lambda key: names[str(key)]).assign(excerpt=where.index)
    keys = routes[coders].itertuples(index=False, name=None)
    behind = behind_groups(keys, "excerpts", ids_by(named, *coders))
    return picture(figure, study, caption, alt, routes.drop(columns=["route"]), behind)


def _where(study: Study) -> pd.DataFrame:
    """Return the envelope of each excerpt (rows) by each coder (columns).

    Raises
    ------
    NotInStudy
        If fewer than two coders sorted.
    """
    coders = sorters(study)
    if len(coders) > MOST_CODERS:
        chosen = pairs(study)
        coders = list(dict.fromkeys(coder for pair in chosen for coder in pair))[:MOST_CODERS]
    if len(coders) < 2:
        raise NotInStudy(f"Only {coders[0]} put these excerpts into envelopes: no excerpt can be followed to another.")
    columns = {}
    for coder in coders:
        ledger = envelopes(study, coder)
        theme = ledger["theme"].astype("object").fillna(NOWHERE)
        columns[coder] = np.where(ledger["status"] == NOT_SEEN, NOT_SEEN, theme)
    return pd.DataFrame(columns, index=study.excerpts["excerpt"].astype("object"))


def _thinned(where: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return few enough of what moves to be drawn, those of one route ten or a hundred to one, and how many to one."""
    moved = where[where.nunique(axis=1) > 1]
    each = 1
    while len(moved) > each * MOST_MOVES:
        each *= 10
    alike = moved.groupby(list(moved.columns), sort=False).cumcount()
    return moved[(alike % each == 0).to_numpy()], each


def _head(study: Study, coder: str) -> str:
    kind = kind_of(study, coder)
    return f"{coder}\n{kind}" if kind != coder else coder


def _names(study: Study) -> dict[str, str]:
    named = labels(study)
    return {
        **{code: named[code] for code in study.themes["code"]},
        NOWHERE: capital(NOWHERE),
        NOT_SEEN: capital(NOT_SEEN),
    }


def _routes(where: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return a row a route: the envelope by each coder, how many excerpts take it, and which they are."""
    rows = []
    for key, some in where.groupby(list(where.columns), sort=False):
        path = [str(k) for k in key] if isinstance(key, tuple) else [str(key)]
        moves = len(set(path)) > 1
        route = f"{verb(len(some), 'goes', 'go')} {' → '.join(names[k] for k in path)}"
        which = few(some.index, 12) if moves else ""
        rows.append((*(names[k] for k in path), len(some), "yes" if moves else "no", which, route))
    frame = pd.DataFrame(rows, columns=[*where.columns, "excerpts", "moves", "which", "route"])
    return frame.sort_values(["moves", "excerpts"], ascending=[True, False], kind="stable").reset_index(drop=True)
