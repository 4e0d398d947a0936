"""Themes: the one theme that a coder assigns each excerpt to, what moves between coders, and what columns gather.

A *theme assignment* is a row of the table `envelopes`. A *side* is a value of a column of the codebook that gathers
codes across themes. Letters: E excerpts, S sides, G groups.
"""

import numpy as np
import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.stats.bounds.presence import attribution, possible_groups, presence
from plrlib.study.coverage import codings_of
from plrlib.study.evidence import codes_at, evidence, needs_reading, stances
from plrlib.study.load import Study, typed
from plrlib.study.prepared import everybody, remembered
from plrlib.study.schema import STANCES
from plrlib.study.settings import Grouping

IN_A_THEME, LEFT_OVER, NOT_SEEN = "in a theme", "left over", "not seen"
STATUSES = (IN_A_THEME, LEFT_OVER, NOT_SEEN)


@remembered
def envelopes(study: Study, coder: str) -> pd.DataFrame:
    """Theme assignments of one coder: every excerpt in exactly one theme, or left over.

    Parameters
    ----------
    study : Study
        A study with a table of envelopes.
    coder : str
        Whose envelopes.

    Returns
    -------
    DataFrame
        One row an excerpt, in the study's order. Unit: excerpts.

        - excerpt, coder;
        - theme: categorical, in the order of the codebook; missing where the excerpt is left over and the study has no
          theme for that, or was not seen;
        - stance: supports, qualifies, opposes, context; missing where the coder gave none;
        - status: `in a theme`; `left over`: the coder found no theme for it; `not seen`: the coder has no row for it.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        If the coder has none, or an excerpt is twice in its envelopes.

    See Also
    --------
    moved : The excerpts that two coders assign to different themes.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> print(plrlib.envelopes(study, "first").head(3).to_string(index=False))
    excerpt coder theme   stance     status
      E0001 first    T1 supports in a theme
      E0002 first    T1 supports in a theme
      E0003 first    T1 supports in a theme
    """
    study.needs("envelopes")
    themes = list(study.themes["code"])
    mine = study.envelopes[study.envelopes["coder"] == coder]
    if mine.empty:
        known = ", ".join(dict.fromkeys(study.envelopes["coder"]))
        raise ValueError(f"coder {coder!r} has no envelopes in {study.id}; coders who have: {known}")
    ledger = study.excerpts[["excerpt"]].merge(mine, on="excerpt", how="left", indicator=True, validate="1:1")
    seen = ledger["_merge"] == "both"
    left_over = study.settings.left_over
    named = ledger["theme"].astype("object")
    over = seen & (named.isna() | (named == left_over))
    if left_over in themes:
        named = named.where(~over, left_over)
    ledger["coder"] = coder
    ledger["theme"] = pd.Categorical(named, categories=themes)
    status = pd.Series(IN_A_THEME, index=ledger.index).where(~over, LEFT_OVER).where(seen, NOT_SEEN)
    ledger["status"] = pd.Categorical(status, categories=STATUSES)
    return ledger[["excerpt", "coder", "theme", "stance", "status"]]


def moved(study: Study, a: str, b: str) -> pd.DataFrame:
    """Excerpts that two coders assign to different themes, from which to which.

    Parameters
    ----------
    study : Study
        A study with a table of envelopes.
    a, b : str
        Two coders: the excerpt moves from the envelope of `a` to that of `b`.

    Returns
    -------
    DataFrame
        One row an excerpt that moved: excerpt, from, to (themes, categorical; missing: left over, where the study has
        no theme for that). Unit: excerpts. What either of them did not see is not there.

    Raises
    ------
    NotInStudy
        If the study has no envelopes.
    ValueError
        As `envelopes` does.

    See Also
    --------
    agreement : How far coders agree beyond chance.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = plrlib.moved(study, "first", "second")
    >>> len(found)
    46
    >>> print(found.head(3).to_string(index=False))
    excerpt from to
      E0003   T1 T3
      E0010   T1 T6
      E0018   T1 T5
    """
    both = sorted_twice(study, a, b)
    away = both["from"].astype("object").fillna("") != both["to"].astype("object").fillna("")
    return both[away].reset_index(drop=True)


@remembered
def sorted_twice(study: Study, a: str, b: str) -> pd.DataFrame:
    """Excerpts that two coders saw, moved or not, each with its theme by either; columns and errors as of `moved`.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> len(sorted_twice(study, "first", "second"))
    439
    """
    first, second = envelopes(study, a), envelopes(study, b)
    seen = (first["status"] != NOT_SEEN) & (second["status"] != NOT_SEEN)
    both = pd.DataFrame({"excerpt": first["excerpt"], "from": first["theme"], "to": second["theme"]})
    return both[seen.to_numpy()].reset_index(drop=True)


# Who sorted the excerpts into envelopes, and who of them can be set against whom.


def sorters(study: Study) -> list[str]:
    """Coders who assigned themes: first the one whose stances count, then as study.toml lists them.

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
    pairs : Those to set beside one another.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> sorters(study)
    ['first', 'second']
    """
    study.needs("envelopes")
    return sorted(study.prepared.coders("envelopes"), key=lambda coder: coder != study.settings.stance_coder)


def kind_of(study: Study, coder: str) -> str:
    """Kind of a coder, as study.toml has it; the coder's own name where it says nothing.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> kind_of(study, "second")
    'simulated: changes one code in eight'
    """
    return (study.settings.coders or {}).get(coder, coder)


@remembered
def pairs(study: Study) -> list[tuple[str, str]]:
    """Pairs of coders of different kinds who assigned themes: those of one kind tell little about one another.

    The first of `sorters` is in every pair, with one coder of each other kind.

    Parameters
    ----------
    study : Study
        A study.

    Raises
    ------
    NotInStudy
        If the study has no envelopes, if only one kind of coder sorted, or no two kinds the same excerpts.

    See Also
    --------
    moved : The excerpts that two coders assign to different themes.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> pairs(study)
    [('first', 'second')]
    """
    first, *others = sorters(study)
    kinds: dict[str, str] = {}
    for coder in others:
        if kind_of(study, coder) != kind_of(study, first) and len(sorted_twice(study, first, coder)):
            kinds.setdefault(kind_of(study, coder), coder)
    if not kinds:
        why = f"Only {first} put these excerpts into envelopes, or nobody of another kind did so with the same ones"
        raise NotInStudy(f"{why}: nothing can be seen to move.")
    return [(first, coder) for coder in kinds.values()]


FORMS = ("quoted", "reported")
COUNTS = ("excerpts", "certain", *STANCES, "no_stance", *FORMS, "codes")


@remembered
def sides(
    study: Study, column: str, by: str | Grouping | None = None, coder: str | None = None, events: str = "all"
) -> pd.DataFrame:
    """Evidence by the sides of a second reading of the codebook, and the people who raised something on each.

    Parameters
    ----------
    study : Study
        A study.
    column : str
        The column of the codebook by which it is read, as `market_side`: its values are the sides.
    by : str or Grouping, optional
        A grouping of study.toml: a row a side and group. None: a row a side, for everybody heard.
    coder : str, optional
        Whose codings; None: those of the reference coder, or of all who divided the work.
    events : str
        `all`: every event. `first`: only excerpts that may be of a first event (see `presence`).

    Returns
    -------
    DataFrame
        One row a side (and group), in the order of study.toml, also where nothing was said; then one whose side is
        missing, for excerpts on no side: they have no code by this coder, or only codes that have no side. An excerpt
        with codes of two sides counts once for each. Unit: excerpts, but for n, lower and upper: people.

        - side, group: categorical; group is missing throughout where `by` is None;
        - excerpts: those with a code of that side that somebody in that group may have said;
        - certain: those of them that only people in that group can have said; without `by` all of them;
        - supports, qualifies, opposes, context, no_stance: those of them (of `excerpts`) to which the study's stance
          coder gave this stance, or none. A stance is what an excerpt is to its **theme**, not to the side;
        - quoted, reported: those of them that are; both leave out excerpts of which the study does not say;
        - codes: how many codes of that side these excerpts have;
        - n, lower, upper: the people in that group who were asked about the side, and the smallest and largest number
          of them who raised it, as `presence` counts them; missing for excerpts on no side.

    Raises
    ------
    NotInStudy
        If the codebook has no such column, or no code has a value in it; or if the study has no such grouping.
    ValueError
        If the coder or events is not known to the study, or totals and quantifiers cannot all be true.

    See Also
    --------
    presence : The people who raised each theme or code.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> found = plrlib.sides(study, "market_side")
    >>> print(found[["side", "excerpts", "supports", "opposes", "n", "lower", "upper"]].to_string(index=False))
             side  excerpts  supports  opposes    n  lower  upper
           demand        77        71        2   45     31     31
           supply       142       119       19   45     42     42
       regulation       151       106       33   45     41     41
    commissioning        69        62        3   45     26     26
              NaN         0         0        0 <NA>   <NA>   <NA>
    """
    marks = on_sides(study, column, coder, events)
    order = list(marks["side"].cat.categories)
    grouping = everybody("") if by is None else study.grouping(by)
    row = pd.Index(study.excerpts["excerpt"]).get_indexer(pd.Index(marks["excerpt"]))
    may = possible_groups(study, grouping)[row]
    alone = attribution(study, grouping)["certain"].to_numpy(dtype=bool)[row]
    people = presence(study, grouping, column, coder=coder, events=events).set_index(["code", "group"])
    rows: list[tuple[object, ...]] = []
    for side in [*order, None]:
        of = (marks["side"].isna() if side is None else marks["side"] == side).to_numpy()
        for i, group in enumerate(grouping.levels):
            at = of & may[:, i]
            stance, form = (marks.loc[at, name].value_counts(dropna=False) for name in ("stance", "form"))
            counts = [*(stance.get(s, 0) for s in (*STANCES, np.nan)), *(form.get(f, 0) for f in FORMS)]
            codes = len({code for some in marks.loc[at, "codes"] for code in some})
            n = (None, None, None) if side is None else people.loc[(side, group), ["n", "lower", "upper"]]
            rows.append((side, None if by is None else group, at.sum(), alone[at].sum(), *counts, codes, *n))
    frame = pd.DataFrame(rows, columns=["side", "group", *COUNTS, "n", "lower", "upper"])
    return typed(frame, whole=("n", "lower", "upper"), side=order, group=() if by is None else grouping.levels)


@remembered
def statements(study: Study) -> dict[str, str]:
    """Return what a stance on each theme or code supports or opposes.

    The statement of the code, else of the nearest that it stands under; where none has one, the label of its theme.

    Examples
    --------
    >>> import plrlib
    >>> statements(plrlib.load_study("worked-example"))["bidding"]
    'Services are held back by money that runs out'
    """
    book = study.codebook.set_index("code")[["statement", "label"]].astype("object")
    stated, label = book["statement"].dropna().to_dict(), book["label"].to_dict()
    return {
        code: next((stated[one] for one in path if one in stated), label[path[-1]])
        for code, path in study.prepared.paths.items()
    }


def on_sides(study: Study, column: str, coder: str | None = None, events: str = "all") -> pd.DataFrame:
    """Excerpts by side: a row an excerpt and side that it has a code of; on no side: one row, its side missing.

    The arguments are those of `sides`, and so is what it raises.

    Returns
    -------
    DataFrame
        Excerpts in the study's order, and the sides of each in the order of the reading.

        - excerpt, side (categorical), form, theme (the one that its stance is to; missing where it is in none);
        - stance: what the excerpt is to its theme, by the study's stance coder; missing where none is on record;
        - codes: the codes of that side that it has, as a tuple; without a side: all that it has.

    Examples
    --------
    >>> import plrlib
    >>> study = plrlib.load_study("worked-example")
    >>> on_sides(study, "market_side").iloc[0].tolist()
    ['E0001', 'commissioning', 'quoted', 'T1', 'supports', ('short-funding',)]
    """
    needs_reading(study, column)
    order, target = codes_at(study, column)
    found = evidence(study, column, coder=coder, events=events)
    excerpt, code = codings_of(study, *found.coders)
    names = list(study.codebook["code"])
    codes: dict[tuple[int, int], tuple[str, ...]] = {}
    for e, c in zip(excerpt.tolist(), code.tolist(), strict=True):
        key = (e, int(target[c]))
        codes[key] = (*codes.get(key, ()), names[c])
    mine = study.envelopes[study.envelopes["coder"] == study.settings.stance_coder].astype("object")
    theme = dict(zip(mine["excerpt"], mine["theme"], strict=True))
    nowhere = np.flatnonzero(found.counts & ~found.coded.any(axis=1))
    marks = pd.DataFrame(
        {"e": np.r_[found.excerpt, nowhere], "s": np.r_[found.code, np.full(len(nowhere), -1)]}, dtype="int64"
    ).sort_values(["e", "s"], ignore_index=True)
    return pd.DataFrame(
        {
            "excerpt": study.excerpts["excerpt"].astype("object").to_numpy()[marks["e"]],
            "side": pd.Categorical.from_codes(marks["s"], categories=pd.Index(order, dtype="object")),
            "form": study.excerpts["form"].astype("object").to_numpy()[marks["e"]],
            "theme": study.excerpts["excerpt"].astype("object").map(theme).to_numpy()[marks["e"]],
            "stance": stances(study).to_numpy()[marks["e"]],
            "codes": [codes.get(key, ()) for key in marks[["e", "s"]].itertuples(index=False, name=None)],
        }
    )
