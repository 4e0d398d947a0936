"""What notebook 03 shows of theme assignments: who assigned what to which theme, what moves, and what is left over.

Texts that a reader sees call a theme assignment an envelope, as the published report does.
"""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.privacy.consent import text_of
from plrlib.show.charts.canvas import Look
from plrlib.show.charts.dots import MOST_MARKS as MOST_DRAWN
from plrlib.show.charts.dots import Axis, dot_grid, mark_say
from plrlib.show.charts.flows import flows
from plrlib.show.display import Picture, Say, Table, or_say, say
from plrlib.show.evidence import NOWHERE
from plrlib.show.excerpts import column_ids, counted, excerpt_ids, ids_by, shown_excerpts
from plrlib.show.figure import GREY, RED, picture
from plrlib.show.labels import labels, named_codes, quoted
from plrlib.stats.themes import IN_A_THEME, LEFT_OVER, NOT_SEEN, envelopes, kind_of, moved, pairs, sorted_twice, sorters
from plrlib.study.load import Study
from plrlib.text import Text, capital, count, few, joined, number, passage, share, verb

MOST_NAMED = 150
"""Of more excerpts that move, the picture shows no numbers; the table has them."""


def sorters_say(study: Study) -> Say:
    """Return who assigned themes, of what kind they are, and which of them are of one kind.

    Parameters
    ----------
    study : Study
        A study.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.

    See Also
    --------
    sorters : The names alone.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.sorters_say(study).sentences[0]
    'Sorted by first (simulated: codes as meant) and second (simulated: changes one code in eight).'
    """
    kinds = pd.Series({name: kind_of(study, name) for name in sorters(study)})
    who = joined(f"{name} ({kind})" for name, kind in kinds.items())
    alike = [joined(group.index) for _, group in kinds.groupby(kinds, sort=False) if len(group) > 1]
    same = [f"{coders} are of one kind: that they agree says little." for coders in alike]
    return say(f"Sorted by {who}.", *same)


def ledger_table(study: Study) -> Table:
    """Return how many excerpts each coder assigned to each theme; every column adds up to the same total.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table
        Unit: excerpts. A row a theme that is used, one for what is left over and one for what a coder did not see,
        where there is any; the last row is all.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.

    See Also
    --------
    plrlib.envelopes : The theme of each excerpt by one coder.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.ledger_table(study).frame.tail(2).to_string(index=False))
           envelope  first  second
    Having a choice     43      49
                all    439     439
    """
    where = _put(study, sorters(study))
    names = labels(study) | {LEFT_OVER: "left over, in no envelope", NOT_SEEN: "not seen"}
    used = [row for row in [*study.themes["code"], LEFT_OVER, NOT_SEEN] if (where == row).any(axis=None)]
    given = {str(c): [*(list(at.index[at == row]) for row in used), list(at.index)] for c, at in where.items()}
    frame, ids = counted({"envelope": [*(names[row] for row in used), "all"]}, given)
    return Table(frame, "Excerpts by envelope and coder; every column comes to the same total", ids)


def moved_say(study: Study, a: str, b: str) -> Say:
    """Return how many excerpts `b` assigns to another theme than `a`, and which theme loses the most.

    Parameters
    ----------
    study : Study
        A study.
    a, b : str
        Two coders who assigned themes, as `pairs` lists them.

    Returns
    -------
    Say
        Of the excerpts that both saw: how many change, the largest move, and which themes nothing leaves.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        If a coder assigned no themes.

    See Also
    --------
    plrlib.moved : The excerpts that move, as a frame.
    moved_table : The same, with what was said.
    moved_picture : Every excerpt by both coders.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.moved_say(study, "first", "second").sentences[0]
    'Sorted by second (simulated: changes one code in eight) instead of first, 46 of 439 excerpts change envelope.'
    """
    both, names = sorted_twice(study, a, b), _names(study)
    away = list(moved(study, a, b)["excerpt"].astype(str))
    every = list(both["excerpt"].astype(str))
    of = number(away) + " of " + count(every, "excerpt") if len(every) != 1 else share(away, every, "excerpt")
    changes = f" {verb(len(away) or 1, 'changes', 'change')} envelope."
    first = Text(f"Sorted by {b} ({kind_of(study, b)}) instead of {a}, ", of, changes)
    if not away:
        return say(first)
    places = both.assign(**both[["from", "to"]].astype("object").fillna(NOWHERE))
    routes = ids_by(places[places["from"] != places["to"]], "from", "to")
    (start, end), most = max(routes.items(), key=lambda route: len(route[1]))
    theirs = list(places.loc[places["from"] == start, "excerpt"].astype(str))
    whole = "all " + number(theirs) if len(most) == len(theirs) else number(most) + " of the " + number(theirs)
    largest = Text("The largest move: ", whole, f" in {quoted(names[start])} go to {quoted(names[end])}.")
    same = (places["from"] == places["to"]).groupby(both["from"], observed=True).all()
    unmoved = [quoted(names[str(theme)]) for theme, stays in same.items() if stays]
    stay = f"Nothing leaves {joined(unmoved)}." if unmoved else "Something leaves every envelope."
    return say(first, largest if len(most) > 1 else "No two excerpts make the same move.", stay)


def moved_table(study: Study, a: str, b: str) -> Table:
    """Return a row an excerpt that moves: from where to where, and what was said.

    Parameters
    ----------
    study : Study
        A study.
    a, b : str
        Two coders who assigned themes, as `pairs` lists them.

    Returns
    -------
    Table
        Words are shown where consent allows, else the gist; a page where the study has pages.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        If a coder assigned no themes.

    See Also
    --------
    plrlib.moved : The excerpts that move, as a frame.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.moved_table(study, "first", "second")
    >>> table.caption
    '46 excerpts that second puts elsewhere than first'
    >>> table.frame.iloc[0, :3].tolist()
    ['E0003', 'Money that runs out', 'Finding a way in']
    """
    away, names = moved(study, a, b), _names(study)
    frame = away.assign(**away[["from", "to"]].astype("object").fillna(NOWHERE).map(names.get))
    frame["what was said"] = text_of(study, away["excerpt"]).to_numpy()
    frame["page"] = study.excerpts.set_index("excerpt")["page"].reindex(away["excerpt"]).to_numpy()
    told = capital(count(list(away["excerpt"].astype(str)), "excerpt"))
    return Table(frame.dropna(axis=1, how="all"), told + f" that {b} puts elsewhere than {a}")


def moved_picture(study: Study, a: str, b: str) -> Picture:
    """Return a picture of every excerpt in the row of its theme by `a` and the column of its theme by `b`.

    Parameters
    ----------
    study : Study
        A study.
    a, b : str
        Two coders who assigned themes, as `pairs` lists them.

    Returns
    -------
    Picture
        Its numbers have a row a pair of themes that occurs: from, to, excerpts (that both coders saw).

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        If a coder assigned no themes.

    See Also
    --------
    moved_say : What it shows, in sentences.
    followed_picture : All coders at once.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.moved_picture(study, "first", "second").numbers
    >>> int(numbers.loc[numbers["from"] != numbers["to"], "excerpts"].sum())
    46
    """
    both, names = sorted_twice(study, a, b), _names(study)
    places = both[["from", "to"]].astype("object").fillna(NOWHERE)
    stays = places["from"] == places["to"]
    named = len(both) <= MOST_DRAWN and int((~stays).sum()) <= MOST_NAMED
    tags = both["excerpt"].astype("object").where(~stays & named, "")
    looked = stays.map({True: "stays", False: "moves"})
    marks = places.set_axis(["row", "column"], axis=1).assign(look=looked, tag=tags)
    fullest = int(places.value_counts().max())
    columns = {theme: name for theme, name in names.items() if (places == theme).any(axis=None)}
    rows = {theme: f"{name} ({int((places['from'] == theme).sum())})" for theme, name in columns.items()}
    moves = "moves, with its number" if (tags != "").any() else "moves"
    looks = {"stays": Look(GREY, "o", "stays"), "moves": Look(RED, "s", moves)}
    told = moved_say(study, a, b).sentences
    axes = Axis(rows, f"envelope by {a}"), Axis(columns, f"envelope by {b}")
    figure = dot_grid(marks, *axes, looks, told[0], per_line=max(5, math.ceil(math.sqrt(fullest))))
    numbers = places.map(columns.get).value_counts(sort=False).reset_index(name="excerpts")
    mark = f"{mark_say(len(marks))}, in the row of its {axes[0].title} and the column of its {axes[1].title}."
    routes = numbers[numbers["from"] != numbers["to"]].sort_values("excerpts", ascending=False, kind="stable")
    away = [f"{n} from {start} to {end}" for start, end, n in routes.itertuples(index=False, name=None)]
    alt = f"A grid of excerpts. {told[0]}" + (f" {capital(few(away))}." if away else "")
    by_route = ids_by(places.map(columns.get).assign(excerpt=both["excerpt"]), "from", "to")
    ids = column_ids(zip(numbers["from"], numbers["to"], strict=True), "excerpts", by_route)
    return picture(figure, study, passage(mark, *told), alt, numbers, ids)


def _names(study: Study) -> dict[str, str]:
    """Return what the themes are called, and what is in none."""
    return labels(study) | {NOWHERE: NOWHERE}


# What is left over: which excerpts, and what others assigned them to.


@or_say()
def left_over_say(study: Study) -> Say:
    """Return how many excerpts each coder left over, and which were left over by all who saw them.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        A sentence a coder; where the study has no envelopes, one that says so.

    See Also
    --------
    left_over_table : What was said, and where others put it.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.left_over_say(study).sentences[0]
    'Left over by first: no excerpts.'
    """
    found = _by_coder(study, "status", sorters(study))
    told = []
    for coder in found:
        ids = list(found.index[found[coder] == LEFT_OVER])
        told.append(Text(f"Left over by {coder}: ", count(ids, "excerpt"), f" ({few(ids)})." if ids else "."))
    if len(told) < 2:
        return say(*told)
    seen = found != NOT_SEEN
    by_all = list(found.index[((found == LEFT_OVER) | ~seen).all(axis=1) & (seen.sum(axis=1) > 1)])
    whole = f"Left over by everybody who saw it: {few(by_all)}." if by_all else ""
    whole = whole or "Nothing was left over by everybody who saw it."
    many = "What many leave over may be a theme that is missing; what one leaves over, a border in doubt."
    return say(*told, whole, many)


@or_say("Nothing can be left over, since the study has no envelopes.")
def left_over_table(study: Study) -> Table | Say:
    """Return a row an excerpt that a coder left over: what was said, and where each coder put it.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A sentence where no coder left an excerpt over, or the study has no envelopes.

    See Also
    --------
    left_over_say : How many each coder left over.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.left_over_table(study)
    Nobody left an excerpt over.
    """
    found, theme = (_by_coder(study, column, sorters(study)) for column in ("status", "theme"))
    over = (found == LEFT_OVER).any(axis=1)
    if not (ids := list(found.index[over])):
        return say("Nobody left an excerpt over.")
    frame = theme[over].map(labels(study).get).where(found == IN_A_THEME, found).reset_index(drop=True)
    frame.insert(0, "excerpt", list(shown_excerpts(study, ids).values()))
    told = capital(count(ids, "excerpt")) + f" that somebody left over, and where {verb(ids, 'it', 'they')} went"
    return Table(frame, told)


def _by_coder(study: Study, column: str, coders: Sequence[str]) -> pd.DataFrame:
    """Return a column of `envelopes` for each excerpt (rows) by each coder (columns)."""
    columns = {coder: envelopes(study, coder)[column].astype("object").to_numpy() for coder in coders}
    return pd.DataFrame(columns, index=study.excerpts["excerpt"].astype("object"))


def _put(study: Study, coders: Sequence[str]) -> pd.DataFrame:
    """Return the theme of each excerpt (rows) by each coder (columns), or `left over`, or `not seen`."""
    return _by_coder(study, "theme", coders).fillna(_by_coder(study, "status", coders))


# Every excerpt as a mark that can be followed from one coder's theme to the next one's.

MOST_CODERS, MOST_MARKS, MOST_MOVES = 5, 150, 400
"""So many coders stand side by side at most; of more excerpts, those that stay are drawn as one block a theme."""


@or_say()
def followed_say(study: Study) -> Say:
    """Return how many excerpts every coder assigned to the same theme, and which are in three or more.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Not to have seen an excerpt counts as a place of its own. Of more than five coders, those of different kinds are
        followed. Where fewer than two assigned themes, a sentence that says so.

    See Also
    --------
    followed_picture : The same, excerpt by excerpt.
    moved_say : Two coders alone.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.followed_say(study).sentences[0]
    '393 of 439 excerpts are in one envelope by first and second.'
    """
    where = _where(study)
    same = excerpt_ids(study, where.nunique(axis=1) == 1)
    first = capital(share(same, excerpt_ids(study), "excerpt"))
    first += f" {verb(len(same) or 1, 'is', 'are')} in one envelope by {joined(where.columns)}."
    named = where[where.nunique(axis=1) > 2].map(_row_names(study).get)
    many = [f"{excerpt} ({joined(dict.fromkeys(row))})" for excerpt, *row in named.itertuples(name=None)]
    return say(first, f"In three or more: {few(many, 5)}." if many else "")


@or_say("No excerpt can be followed from one coder to another, since fewer than two assigned themes.")
def followed_picture(study: Study) -> Picture:
    """Return a picture in which each excerpt is one mark a coder, joined by a line; what moves is coloured and named.

    Of more than 150 excerpts, those of one theme throughout are drawn as one block, with their number.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Picture or Say
        Its numbers have a row a route: the theme by each coder, excerpts, moves (`yes` or `no`), which. A sentence
        where fewer than two coders assigned themes.

    See Also
    --------
    followed_say : What it shows, in sentences.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> numbers = show.followed_picture(study).numbers
    >>> int(numbers.loc[numbers["moves"] == "no", "excerpts"].sum())
    393
    """
    where = _where(study)
    names = _row_names(study)
    rows = {key: name for key, name in names.items() if (where == key).any(axis=None)}
    coders = list(map(str, where))
    kinds = {coder: kind_of(study, coder) for coder in coders}
    heads = {coder: f"{coder}\n{kind}" if kind != coder else coder for coder, kind in kinds.items()}
    blocks = len(where) > MOST_MARKS
    told = followed_say(study).sentences[0]
    away = where[where.nunique(axis=1) > 1]
    routes_only = blocks and len(away) > MOST_MOVES
    if routes_only:  # a line a route, which is named by how many take it
        taken = away.value_counts(sort=False)
        away = taken.index.to_frame(index=False).set_axis(taken.to_numpy())
    some = away if blocks else where
    figure = flows(some, rows, heads, told, where, blocks)
    one_each = "one line is one route, with the number that take it" if routes_only else "one mark is one excerpt"
    mark = f"Of those that move {one_each}; those that stay are a block" if blocks else "One mark is one excerpt"
    mark += ", in the column of a coder and the row of the envelope, and a line follows it."
    named = len(some) <= MOST_NAMED and not routes_only
    caption = passage(mark, told, f"Those that move are coloured{', with their id' if named else ''}.")
    by_route = ids_by(where.map(names.get).assign(excerpt=where.index), *coders)
    routes = _routes(by_route, coders)
    moving = routes[routes["moves"] == "yes"]
    moves = [f"{n} {verb(n, 'goes', 'go')} {path}" for n, path in zip(moving["excerpts"], moving["path"], strict=True)]
    alt = f"Envelopes as rows, coders as columns, excerpts as lines between them. {told} {capital(few(moves, 10))}."
    ids = column_ids(routes[coders].itertuples(index=False, name=None), "excerpts", by_route)
    return picture(figure, study, caption, alt, routes.drop(columns=["path"]), ids)


def _where(study: Study) -> pd.DataFrame:
    """Return the theme of each excerpt (rows) by each coder (columns).

    Raises
    ------
    NotInStudy
        If fewer than two coders assigned themes.
    """
    coders = sorters(study)
    if len(coders) > MOST_CODERS:
        coders = list(dict.fromkeys(coder for pair in pairs(study) for coder in pair))[:MOST_CODERS]
    if len(coders) < 2:
        raise NotInStudy(f"Only {coders[0]} put these excerpts into envelopes: no excerpt can be followed to another.")
    return _put(study, coders)


def _row_names(study: Study) -> dict[str, str]:
    return named_codes(study, "theme") | {NOWHERE: capital(NOWHERE), NOT_SEEN: capital(NOT_SEEN)}


def _routes(by_route: Mapping[Sequence[str], list[str]], coders: list[str]) -> pd.DataFrame:
    """Return a row a route: the theme by each coder, how many excerpts take it, and which they are."""
    rows: list[Sequence[object]] = []
    for themes, some in by_route.items():
        moves = ("yes", few(some, 12)) if len(set(themes)) > 1 else ("no", "")
        rows.append((*themes, len(some), *moves, " → ".join(themes)))
    frame = pd.DataFrame(rows, columns=[*coders, "excerpts", "moves", "which", "path"])
    return frame.sort_values(["moves", "excerpts"], ascending=[True, False], kind="stable").reset_index(drop=True)
