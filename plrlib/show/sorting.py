"""What notebook 03 shows of envelopes: who put what where, and what moves."""

from collections.abc import Sequence

import pandas as pd

from plrlib.privacy import text_of
from plrlib.show.counting import behind_groups, ids_by
from plrlib.show.dots import Axis, Look, dot_grid, of_marks, thinned
from plrlib.show.picture import GREY, RED, Picture, picture
from plrlib.show.say import Say, capital, count, few, joined, say, share, verb
from plrlib.show.table import Table
from plrlib.stats.ledger import LEFT_OVER, NOT_SEEN, envelopes, moved, sorted_twice
from plrlib.stats.sorters import kind_of, pairs, sorters
from plrlib.study import Study

__all__ = [
    "kind_of",
    "ledger_table",
    "moved_picture",
    "moved_say",
    "moved_table",
    "named_coder",
    "pairs",
    "sorters",
    "sorters_say",
]

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
