"""What notebook 03 shows of envelopes: who put what where, and what moves."""

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.privacy import text_of
from plrlib.show.dots import Axis, Look, dot_grid
from plrlib.show.picture import GREY, RED, Picture, picture
from plrlib.show.say import Say, capital, count, joined, say
from plrlib.show.table import Table
from plrlib.stats.ledger import LEFT_OVER, NOT_SEEN, envelopes, moved, sorted_twice
from plrlib.study import Study

NOWHERE = "left over"


def sorters(study: Study) -> list[str]:
    """Return the coders who sorted into envelopes, whose stances count first, then as study.toml lists them."""
    study.needs("envelopes")
    there = [c for c in study.envelopes["coder"].cat.categories if (study.envelopes["coder"] == c).any()]
    return sorted(there, key=lambda coder: coder != study.settings.stance_coder)


def kind_of(study: Study, coder: str) -> str:
    """Return the kind of a coder, as study.toml has it; the coder's own name where it says nothing."""
    return (study.settings.coders or {}).get(coder, coder)


def pairs(study: Study) -> list[tuple[str, str]]:
    """Return the first sorter with one sorter of each other kind: those of one kind tell little about one another.

    Raises
    ------
    NotInStudy
        If only one kind of coder sorted.
    """
    first, *others = sorters(study)
    kinds: dict[str, str] = {}
    for coder in others:
        if kind_of(study, coder) != kind_of(study, first):
            kinds.setdefault(kind_of(study, coder), coder)
    if not kinds:
        raise NotInStudy(f"Only {first} put these excerpts into envelopes, so nothing can be seen to move.")
    return [(first, coder) for coder in kinds.values()]


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
    columns = {}
    for coder in sorters(study):
        ledger = envelopes(study, coder)
        counts = ledger["theme"].value_counts(sort=False)
        columns[coder] = {
            **{labels[code]: int(n) for code, n in counts.items()},
            "left over, in no envelope": int(((ledger["status"] == LEFT_OVER) & ledger["theme"].isna()).sum()),
            "not seen": int((ledger["status"] == NOT_SEEN).sum()),
            "all": len(ledger),
        }
    frame = pd.DataFrame(columns)
    kept = (frame.sum(axis=1) > 0) | (frame.index == "all")
    frame = frame[kept].rename_axis("envelope").reset_index()
    return Table(frame, "Excerpts by envelope and coder; every column comes to the same total")


def moved_say(study: Study, a: str, b: str) -> Say:
    """Return how many excerpts leave the envelope of `a` when `b` sorts, and which theme loses the most."""
    both, away = sorted_twice(study, a, b), moved(study, a, b)
    change = f"{len(away)} of {count(len(both), 'excerpt')} change envelope"
    first = f"Sorted by {b} ({kind_of(study, b)}) instead of {a}, {change}."
    if away.empty:
        return say(first)
    route = away.groupby(["from", "to"], observed=True).size().sort_values(ascending=False, kind="stable")
    (start, end), n = route.index[0], int(route.iloc[0])
    of = int((both["from"] == start).sum())
    return say(
        first,
        f"The largest move: {n} of the {of} in “{_name(study, start)}” go to “{_name(study, end)}”.",
        _stay_say(study, both),
    )


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
    start = both["from"].astype("object").fillna(NOWHERE)
    end = both["to"].astype("object").fillna(NOWHERE)
    stays = start == end
    marks = pd.DataFrame(
        {
            "row": start, "column": end, "look": stays.map({True: "stays", False: "moves"}), "filled": True,
            "tag": both["excerpt"].astype("object").where(~stays, ""),
        }
    )  # fmt: skip
    used = [t for t in [*both["from"].cat.categories, NOWHERE] if (start == t).any() or (end == t).any()]
    columns = {theme: _name(study, theme) for theme in used}
    rows = {theme: f"{name} ({int((start == theme).sum())})" for theme, name in columns.items()}
    looks = {"stays": Look(GREY, "o", "stays"), "moves": Look(RED, "s", "moves, with its number")}
    sentence = moved_say(study, a, b).sentences
    figure = dot_grid(
        marks,
        Axis(rows, f"envelope by {a}"),
        Axis(columns, f"envelope by {b}"),
        looks,
        sentence[0].rstrip("."),
        per_line=5,
    )
    numbers = marks[["row", "column"]].map(columns.get).value_counts(sort=False).reset_index(name="excerpts")
    numbers = numbers.rename(columns={"row": "from", "column": "to"})
    place = f"in the row of its envelope by {a} and the column of its envelope by {b}"
    caption = f"One mark is one excerpt, {place}. {' '.join(sentence)}"
    away = ", ".join(
        f"{row.tag} from {_name(study, row.row)} to {_name(study, row.column)}" for row in marks[~stays].itertuples()
    )
    return picture(figure, study, caption, f"A grid of excerpts. {sentence[0]} {away}.", numbers)
