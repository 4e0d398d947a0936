"""The ledger as a picture: every excerpt is a mark that can be followed from one coder's envelope to the next one's."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.privacy.consent import text_of
from plrlib.show.charts.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.charts.trails import Trails, trails
from plrlib.show.display import Say, Table, say
from plrlib.show.excerpts import behind_groups, ids_by, shown_excerpts
from plrlib.show.figure import GREY, RED, Picture, picture
from plrlib.show.labels import labels
from plrlib.stats.themes import IN_A_THEME, LEFT_OVER, NOT_SEEN, envelopes, kind_of, moved, pairs, sorted_twice, sorters
from plrlib.study.load import Study
from plrlib.text import capital, count, few, joined, share, verb

# What notebook 03 shows of envelopes: who put what where, and what moves.

NOWHERE = "left over"
MOST_NAMED = 150
"""Of more excerpts that move, the picture shows no numbers; the table has them."""

LEFT, NOT_SEEN_BY = "left over, in no envelope", "not seen"


def named_coder(study: Study, coder: str) -> str:
    """Return a coder's name, with the kind where study.toml has one."""
    kind = (study.settings.coders or {}).get(coder)
    return f"{coder} ({kind})" if kind and kind != coder else coder


def sorters_say(study: Study) -> Say:
    """Return who sorted the excerpts, of what kind they are, and which of them are of one kind."""
    names = sorters(study)
    who = joined(f"{name} ({kind_of(study, name)})" for name in names)
    kinds = pd.Series({name: kind_of(study, name) for name in names})
    alike = [joined(group.index) for _, group in kinds.groupby(kinds, sort=False) if len(group) > 1]
    same = [f"{names} are of one kind: that they agree says little." for names in alike]
    return say(f"Sorted by {who}.", *same)


def ledger_table(study: Study) -> Table:
    """Return how many excerpts each coder put into each envelope; every column adds up to the same total."""
    labels = dict(zip(study.codebook["code"], study.codebook["label"], strict=True))
    columns, ids = {}, {}
    for coder in sorters(study):
        ledger = envelopes(study, coder)
        none = ledger["theme"].isna()
        kind = ledger["theme"].map(labels).astype("object").where(~none, NOT_SEEN_BY)
        kind = kind.where(~(none & (ledger["status"] == LEFT_OVER)), LEFT)
        ids[coder] = {**ids_by(ledger.assign(kind=kind), "kind"), "all": list(ledger["excerpt"].astype(str))}
        counts = ledger["theme"].value_counts(sort=False)
        columns[coder] = {
            **{labels[code]: int(n) for code, n in counts.items()},
            LEFT: int(((ledger["status"] == LEFT_OVER) & ledger["theme"].isna()).sum()),
            NOT_SEEN_BY: int((ledger["status"] == NOT_SEEN).sum()),
            "all": len(ledger),
        }
    frame = pd.DataFrame(columns)
    kept = (frame.sum(axis=1) > 0) | (frame.index == "all")
    frame = frame[kept].rename_axis("envelope").reset_index()
    behind: dict[tuple[int, str], Sequence[str]] = {}
    for coder, some in ids.items():
        behind |= behind_groups(frame["envelope"], coder, some)
    return Table(frame, "Excerpts by envelope and coder; every column comes to the same total", behind)


def moved_say(study: Study, a: str, b: str) -> Say:
    """Return how many excerpts leave the envelope of `a` when `b` sorts, and which theme loses the most."""
    both, away = sorted_twice(study, a, b), moved(study, a, b)
    n = len(away)
    of = f"{n or 'none'} of {count(len(both), 'excerpt')}" if len(both) != 1 else f"{share(n, 1, 'excerpt')}"
    first = f"Sorted by {b} ({kind_of(study, b)}) instead of {a}, {of} {verb(n or 1, 'changes', 'change')} envelope."
    if away.empty:
        return say(first)
    places = away[["from", "to"]].astype("object").fillna(NOWHERE)
    route = places.groupby(["from", "to"], sort=False).size().sort_values(ascending=False, kind="stable")
    (start, end), most = route.index[0], int(route.iloc[0])
    size = int((both["from"].astype("object").fillna(NOWHERE) == start).sum())
    whole = f"all {size}" if most == size else f"{most} of the {size}"
    largest = f"The largest move: {whole} in “{_name(study, start)}” go to “{_name(study, end)}”."
    return say(first, largest if most > 1 else "No two excerpts make the same move.", _stay_say(study, both))


def _stay_say(study: Study, both: pd.DataFrame) -> str:
    stays = (both["from"].astype("object") == both["to"].astype("object")).groupby(both["from"], observed=True).all()
    whole = [f"“{_name(study, theme)}”" for theme, same in stays.items() if same]
    return f"Nothing leaves {joined(whole)}." if whole else "Something leaves every envelope."


def _name(study: Study, theme: object) -> str:
    labels = dict(zip(study.codebook["code"], study.codebook["label"], strict=True))
    return str(labels.get(theme, NOWHERE))


def moved_table(study: Study, a: str, b: str) -> Table:
    """Return a row an excerpt that moves: from where to where, and what was said."""
    away = moved(study, a, b)
    gist = text_of(study, away["excerpt"]).to_numpy()
    page = study.excerpts.set_index("excerpt")["page"].reindex(away["excerpt"]).to_numpy()
    frame = pd.DataFrame(
        {
            "excerpt": away["excerpt"], "from": [_name(study, t) for t in away["from"]],
            "to": [_name(study, t) for t in away["to"]], "what was said": gist, "page": page,
        }
    ).dropna(axis=1, how="all")  # fmt: skip
    return Table(frame, f"{capital(count(len(frame), 'excerpt'))} that {b} puts elsewhere than {a}")


def moved_picture(study: Study, a: str, b: str) -> Picture:
    """Return a picture of every excerpt in the row of its envelope by `a` and the column of its envelope by `b`."""
    both = sorted_twice(study, a, b)
    places = both[["from", "to"]].astype("object").fillna(NOWHERE)
    stays = places["from"] == places["to"]
    named = both["excerpt"].astype("object").where(~stays & (int((~stays).sum()) <= MOST_NAMED), "")
    every = pd.DataFrame(
        {
            "row": places["from"], "column": places["to"], "look": stays.map({True: "stays", False: "moves"}),
            "filled": True, "tag": named,
        }
    )  # fmt: skip
    marks, each = thinned(every)
    used = [t for t in [*both["from"].cat.categories, NOWHERE] if (places == t).any(axis=None)]
    columns = {theme: _name(study, theme) for theme in used}
    rows = {theme: f"{name} ({int((places['from'] == theme).sum())})" for theme, name in columns.items()}
    moves = "moves, with its number" if (named != "").any() else "moves"
    looks = {"stays": Look(GREY, "o", "stays"), "moves": Look(RED, "s", moves)}
    sentence = moved_say(study, a, b).sentences
    titles = f"envelope by {a}", f"envelope by {b}"
    figure = dot_grid(
        marks, Axis(rows, titles[0]), Axis(columns, titles[1]), looks, sentence[0].rstrip("."), per_line=5
    )
    numbers = every[["row", "column"]].map(columns.get).value_counts(sort=False).reset_index(name="excerpts")
    numbers = numbers.rename(columns={"row": "from", "column": "to"})
    one = f"One mark is {of_marks(each)}, in the row of its {titles[0]} and the column of its {titles[1]}."
    routes = numbers[numbers["from"] != numbers["to"]].sort_values("excerpts", ascending=False, kind="stable")
    away = [f"{n} from {start} to {end}" for start, end, n in routes.itertuples(index=False, name=None)]
    alt = f"A grid of excerpts. {sentence[0]} {capital(few(away))}." if away else f"A grid of excerpts. {sentence[0]}"
    ids = ids_by(places.map(columns.get).assign(excerpt=both["excerpt"]), "from", "to")
    behind = behind_groups(zip(numbers["from"], numbers["to"], strict=True), "excerpts", ids)
    return picture(figure, study, f"{one} {' '.join(sentence)}", alt, numbers, behind)


# What is left over when excerpts are sorted: which they are, and where others put them.


def left_over_say(study: Study) -> Say:
    """Return how many excerpts each coder left over, and which were left over by all who saw them."""
    try:
        found = _status(study)
    except NotInStudy as error:
        return say(str(error))
    told = []
    for coder in found:
        ids = list(found.index[found[coder] == LEFT_OVER])
        told.append(f"{coder} left over {count(len(ids), 'excerpt')}{f' ({few(ids)})' if ids else ''}.")
    seen = found != NOT_SEEN
    everywhere = ((found == LEFT_OVER) | ~seen).all(axis=1) & (seen.sum(axis=1) > 1)
    ids = list(found.index[everywhere])
    if found.shape[1] < 2:
        return say(*told)
    by_all = (
        f"Left over by everybody who saw it: {few(ids)}." if ids else "Nothing was left over by everybody who saw it."
    )
    return say(
        *told, by_all, "What many leave over may be a theme that is missing; what one leaves over, a border in doubt."
    )


def left_over_table(study: Study) -> Table | Say:
    """Return a row an excerpt that somebody left over: what was said, and where each coder put it."""
    try:
        found = _status(study)
    except NotInStudy:
        return say("So nothing can be left over.")
    rows = found[(found == LEFT_OVER).any(axis=1)]
    if rows.empty:
        return say("Nobody left an excerpt over.")
    named, ids = labels(study), list(rows.index)
    shown = shown_excerpts(study, ids)
    frame = pd.DataFrame({"excerpt": [shown[excerpt] for excerpt in ids]})
    for coder in found:
        theme = envelopes(study, str(coder)).set_index("excerpt")["theme"].astype("object").reindex(ids)
        frame[coder] = [
            named[t] if status == IN_A_THEME else status for t, status in zip(theme, rows[coder], strict=True)
        ]
    n = len(frame)
    return Table(
        frame, f"{capital(count(n, 'excerpt'))} that somebody left over, and where {verb(n, 'it', 'they')} went"
    )


def _status(study: Study) -> pd.DataFrame:
    """Return what each coder (columns) did with each excerpt (rows): in a theme, left over, not seen."""
    columns = {coder: envelopes(study, coder)["status"].astype("object").to_numpy() for coder in sorters(study)}
    return pd.DataFrame(columns, index=study.excerpts["excerpt"].astype("object"))


# The ledger as a picture: every excerpt is a mark that can be followed from one coder's envelope to the next one's.

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
