"""What notebook 03 shows of agreement: coders of different kinds first, then those of one kind."""

from itertools import combinations

import numpy as np
import pandas as pd

from plrlib.show.charts.canvas import Look
from plrlib.show.charts.intervals import Scale, intervals
from plrlib.show.display import MISSING, Picture, Say, Table, or_say, say
from plrlib.show.excerpts import counted, excerpt_ids
from plrlib.show.figure import AMBER, BLUE, GREY, RED, picture
from plrlib.show.labels import labels, quoted
from plrlib.stats.agreement import EXCERPTS, GIVEN, OVERALL, READ, agreement, alike_excerpts, coders_of, ratings
from plrlib.stats.themes import kind_of, sorters
from plrlib.study.coverage import silence_is_known
from plrlib.study.load import Study
from plrlib.text import Text, count, few, joined, passage, share

DONE = {"code": ("gave the same codes to", ""), "theme": ("put", " in the same envelope")}
COLOURS, SHAPES = (BLUE, RED, AMBER, GREY), ("o", "s", "D", "^")
MOST_LINES = 4
"""So many pairs are drawn beside each other at most."""
Pair = tuple[str, str]


class Pairs:
    """How far each two coders agree on codes or themes, those of different kinds apart from those of one.

    Parameters
    ----------
    study
        A study.
    unit
        `code` or `theme`, as in `agreement`.
    """

    def __init__(self, study: Study, unit: str) -> None:
        self.study, self.unit = study, unit
        found = agreement(study, unit, "pairs")
        self.silent = set(found.loc[found["over"] == READ, "coders"])
        self.given = found[found["over"] == GIVEN]
        self.frame = found[(found["over"] == READ) | ~found["coders"].isin(self.silent)]
        order = coders_of(study, unit)
        first = sorters(study)[0] if unit == "theme" else order[0]
        every = sorted(combinations(order, 2), key=lambda pair: first not in pair)  # the first coder's before others
        self.unlike = [pair for pair in every if kind_of(study, pair[0]) != kind_of(study, pair[1])]
        self.alike = [pair for pair in every if pair not in self.unlike]

    @property
    def names(self) -> dict[str, str]:
        """What each theme or code is called."""
        left_over = {self.study.settings.left_over: "left over"} if self.unit == "theme" else {}
        return left_over | labels(self.study)

    @property
    def drawn(self) -> list[Pair]:
        """The first coder with one of each other kind; where all are of one kind, the first two."""
        first = self.unlike[0][0] if self.unlike else ""
        chosen: dict[frozenset[str], Pair] = {}
        for pair in self.unlike:
            if first in pair:
                chosen.setdefault(frozenset(kind_of(self.study, coder) for coder in pair), pair)
        return [*chosen.values()][:MOST_LINES] or self.alike[:1]

    def rows(self, pair: Pair, coefficient: str) -> pd.DataFrame:
        """Return one coefficient of a pair, by target."""
        found = self.frame
        return found[(found["coders"] == ", ".join(pair)) & (found["coefficient"] == coefficient)]

    def row(self, pair: Pair, coefficient: str, target: str = OVERALL) -> "pd.Series[float]":
        """Return one coefficient of a pair on a theme or code, or on all."""
        rows = self.rows(pair, coefficient)
        return rows[rows["target"] == target].iloc[0]

    def narrower(self, pair: Pair) -> "pd.Series[float] | None":
        """Return the positive agreement over what either gave a code, where both read more; None: they did not."""
        of_pair = self.given[(self.given["coders"] == ", ".join(pair)) & (self.given["target"] == OVERALL)]
        row = of_pair[of_pair["coefficient"] == "positive"].iloc[0]
        return row if self.unit == "code" and row["n"] < self.row(pair, "raw")["n"] else None

    def same(self, pair: Pair, target: str = OVERALL) -> str:
        """Return on how many excerpts a pair agrees, of how many both read."""
        raw = self.row(pair, "raw", target)
        n = int(raw["n"])
        return f"{round(float(raw['estimate']) * n)} of {n}" if n else MISSING

    def say(self, pair: Pair) -> str:
        """Return how far a pair agrees, in a sentence without its end."""
        if not (both := excerpt_ids(self.study, ratings(self.study, self.unit, pair).shown().seen.all(axis=0))):
            return f"{joined(pair)} read no excerpt both"
        before, after = DONE[self.unit]
        same = share(alike_excerpts(self.study, self.unit, pair), both, "excerpt")
        alpha = self.row(pair, "alpha")
        told = f": alpha {_span(alpha)}"
        if pd.isna(alpha["estimate"]):
            told = "; nothing varied, so that no agreement beyond chance can be told"
        if (row := self.narrower(pair)) is not None:
            silent = count(int(self.row(pair, "raw")["n"] - row["n"]), "excerpt")
            told += f"; both left {silent} without a code, and over the others positive agreement is {_span(row)}"
        return Text(f"{joined(pair)} {before} ", same, after + told)

    @property
    def unknown(self) -> str:
        """A sentence on the coders of whom it is not on record what they read and passed over, if there are any."""
        every = coders_of(self.study, self.unit) if self.unit == "code" else []
        some = [coder for coder in every if not silence_is_known(self.study, coder)]
        read = f"What {joined(some, 'or')} read and gave no code is not on record: with them only excerpts that both "
        return f"{read}coded count, which flatters agreement. Needed: coverage.csv." if some else ""


@or_say()
def agreement_say(study: Study, unit: str) -> Say:
    """Return how far coders agree, those of different kinds first; then who agrees because they are alike.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code`: agreement on the codes given. `theme`: on the theme assigned.

    Returns
    -------
    Say
        A sentence a pair of coders, with alpha and the excerpts that both read; then what is least agreed on, and what
        the intervals are. Where fewer than two coded (or assigned themes), one sentence that says so.

    Raises
    ------
    ValueError
        If the unit is neither.

    See Also
    --------
    plrlib.agreement : The coefficients, as a frame.
    agreement_table : The same pairs, with Cohen's kappa and Gwet's AC1.
    agreement_picture : Alpha theme by theme, or code by code.

    References
    ----------
    [krippendorff2011]_

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.agreement_say(study, "theme").sentences[0]
    'first and second put 393 of 439 excerpts in the same envelope: alpha 0.87 (0.83 to 0.91).'
    """
    found = Pairs(study, unit)
    told = [Text(found.say(pair), ".") for pair in found.unlike]
    same = [Text(found.say(pair), ". They are of one kind: that says little.") for pair in found.alike]
    one_kind = "All coders are of one kind, so that their agreement says little of how clear the themes are."
    what = "Alpha is agreement beyond chance: 1 is always, 0 no better than if each had dealt out what they gave "
    what += "blindly."
    least, intervals = _least_say(found), _interval_say(found)
    return say(*told, "" if told else one_kind, found.unknown, least, what, intervals, *same)


def _least_say(found: Pairs) -> str:
    """Return what the first two coders of different kinds agree on least."""
    if not found.unlike:
        return ""
    rows = found.rows(found.unlike[0], "alpha").sort_values("estimate", kind="stable")
    least = rows[(rows["target"] != OVERALL) & (rows["estimate"] < 1)].head(3)
    pairs = zip(least["target"], least["estimate"], strict=True)
    some = few(f"{quoted(found.names[target])} (alpha {value:.2f})" for target, value in pairs)
    return f"Least agreed on by {joined(found.unlike[0])}: {some}." if len(least) else ""


def _interval_say(found: Pairs) -> str:
    """Return what the intervals are, and why they are optimistic where they are."""
    study, kinds = found.study, set(found.frame["resampled"].dropna())
    if not kinds:
        return "No interval is given: nothing disagrees, or there is too little to resample."
    base = "In brackets: between which values it lies in 95 of 100 resamples"
    if EXCERPTS not in kinds:
        return f"{base} of whole events."
    seen = ratings(study, found.unit, coders_of(study, found.unit)).shown().seen.sum(axis=0) > 1
    place = study.prepared.only_event[seen]
    nowhere, events = int((place < 0).sum()), len(np.unique(place[place >= 0]))
    why = f"{nowhere} of {len(place)} are in no one event" if nowhere else f"there are but {count(events, 'event')}"
    return f"{base} of excerpts. That is optimistic, for excerpts of one event are alike; to draw events, {why}."


@or_say("There is no table of agreement, since fewer than two coders can be compared.")
def agreement_table(study: Study, unit: str) -> Table:
    """Return a row a pair of coders: whether they are of one kind, and each coefficient over all.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code`: agreement on the codes given. `theme`: on the theme assigned.

    Returns
    -------
    Table or Say
        Unit: excerpts that both coders read; where it is not on record what they passed over, those that both coded.
        `positive` is over what either gave something. In brackets a bootstrap interval of 95 %, where one is claimed; a
        dash where a coefficient is not defined. A sentence where fewer than two coded (or assigned themes).

    Raises
    ------
    ValueError
        If the unit is neither.

    See Also
    --------
    plrlib.agreement : What each coefficient is, and how its interval is made.
    agreed_table : A row a theme or code.

    References
    ----------
    [krippendorff2011]_ (alpha), [passonneau2006]_ (alpha on sets of codes), [cohen1960]_ (kappa), [gwet2008]_ (AC1).

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.agreement_table(study, "code").frame.iloc[0, [0, 2, 3, 6]].tolist()
    ['first and second', '387 of 439', '0.87 (0.84 to 0.91)', '0.88 (0.85 to 0.92)']
    """
    found = Pairs(study, unit)
    pairs = [*found.unlike, *found.alike]
    head = {"code": "same set of codes", "theme": "same envelope"}[unit]
    of = ["different kinds"] * len(found.unlike) + ["one kind"] * len(found.alike)
    frame = pd.DataFrame({"coders": list(map(joined, pairs)), "of": of, head: list(map(found.same, pairs))})
    for coefficient, name in (("alpha", "alpha"), ("kappa", "Cohen's kappa"), ("AC1", "Gwet's AC1"),
                              ("positive", "positive agreement")):  # fmt: skip
        frame[name] = [_span(found.row(pair, coefficient)) for pair in pairs]
    what = {"code": "codes they gave (alpha: by how unlike the sets are)", "theme": "envelopes"}[unit]
    ids = {(i, head): alike_excerpts(study, unit, pair) for i, pair in enumerate(pairs)}
    return Table(frame, f"Agreement of each two coders on the {what}", ids)


@or_say("There is no table of agreement, since fewer than two coders can be compared.")
def agreed_table(study: Study, unit: str) -> Table:
    """Return a row a theme or code: how many excerpts each coder gave it to, and alpha between kinds.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code`: agreement on the codes given. `theme`: on the theme assigned.

    Returns
    -------
    Table or Say
        Unit: excerpts. The first coder is set beside one of each other kind, or beside the second where all are of one
        kind; what none of them gave is left out. A sentence where fewer than two coded (or assigned themes).

    Raises
    ------
    ValueError
        If the unit is neither.

    See Also
    --------
    agreement_table : A row a pair of coders.
    agreement_picture : The same alphas, drawn.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> table = show.agreed_table(study, "theme")
    >>> print(table.frame.head(2).to_string(index=False))
                  theme  first  second alpha, first and second
    Money that runs out     78      74     0.87 (0.79 to 0.94)
      Planning together     78      76     0.91 (0.85 to 0.95)
    """
    found = Pairs(study, unit)
    coders = list(dict.fromkeys(coder for pair in found.drawn for coder in pair))
    given = ratings(study, unit, coders)
    kept = {given.codes[c]: c for c in np.flatnonzero(given.given.any(axis=(0, 1)))}
    by_coder = zip(coders, given.given, strict=True)
    theirs = {coder: [excerpt_ids(study, codes[:, c]) for c in kept.values()] for coder, codes in by_coder}
    frame, ids = counted({unit: [found.names[code] for code in kept]}, theirs)
    for pair in found.drawn:
        frame[f"alpha, {joined(pair)}"] = [_span(found.row(pair, "alpha", code)) for code in kept]
    return Table(frame, f"Excerpts that each coder gave each {unit}, and agreement on it beyond chance", ids)


@or_say("There is no picture of agreement, since fewer than two coders can be compared.")
def agreement_picture(study: Study, unit: str) -> Picture:
    """Return a picture of alpha by theme or code, with its interval, for coders of different kinds.

    Parameters
    ----------
    study : Study
        A study.
    unit : str
        `code`: agreement on the codes given. `theme`: on the theme assigned.

    Returns
    -------
    Picture or Say
        Its numbers have a row a theme or code and pair of coders: alike (excerpts on which both agree, of those that
        both read), alpha, from and to; missing where nothing varied or no interval is claimed. A sentence where fewer
        than two coded (or assigned themes).

    Raises
    ------
    ValueError
        If the unit is neither.

    See Also
    --------
    plrlib.agreement : The coefficients, as a frame.
    agreed_table : The same alphas, in a table.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> picture = show.agreement_picture(study, "theme")
    >>> print(picture.numbers.head(2).to_string(index=False))
                  theme           coders      alike  alpha  from   to
    Money that runs out first and second 423 of 439   0.87  0.79 0.94
      Planning together first and second 427 of 439   0.91  0.85 0.95
    """
    found = Pairs(study, unit)
    given = ratings(study, unit, list(dict.fromkeys(coder for pair in found.drawn for coder in pair)))
    used = [code for c, code in enumerate(given.codes) if given.given[:, :, c].any()]
    drawn = [(code, pair) for code in used for pair in found.drawn]
    alphas = pd.DataFrame([found.row(pair, "alpha", code) for code, pair in drawn])
    at, low, high = (alphas[name].to_numpy(dtype=float, na_value=np.nan) for name in ("estimate", "low", "high"))
    rows = [(found.names[code], joined(pair), found.same(pair, code)) for code, pair in drawn]
    lines = pd.DataFrame(rows, columns=["group", "look", "count"]).assign(low=low, at=at, high=high)
    lines["words"] = np.where(np.isnan(at), "nothing varied", "")
    numbers = pd.DataFrame(rows, columns=[unit, "coders", "alike"])
    numbers = numbers.assign(alpha=at.round(2), **{"from": low.round(2), "to": high.round(2)})
    lowest = np.nanmin([0.0, *at, *low])
    start = max(-1.0, np.floor(lowest * 2) / 2) - 0.05
    ticks = {t: text for t, text in ((-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")) if t >= start}
    scale = Scale(start, 1.08, ticks, "alpha: 0 as by chance, 1 always agreed", middle=0.0)
    looks = {joined(pair): Look(COLOURS[i], SHAPES[i], joined(pair)) for i, pair in enumerate(found.drawn)}
    title = found.say(found.drawn[0])
    figure = intervals(lines, scale, looks, title, (unit, "alike", ""))
    spans = ["nothing varied" if pd.isna(row["estimate"]) else _span(row) for _, row in alphas.iterrows()]
    told = "; ".join(f"{name}, {who}: {span}" for (name, who, _), span in zip(rows, spans, strict=True))
    mark = f"A mark is alpha, how far two coders agree beyond chance on whether an excerpt has the {unit}; its line is "
    mark += "where it lies in 95 of 100 resamples. “Alike” counts the excerpts on which they agree."
    caption = passage(mark, Text(title, "."))
    ids = {(i, "alike"): alike_excerpts(study, unit, pair, code) for i, (code, pair) in enumerate(drawn)}
    return picture(figure, study, caption, f"A row a {unit}, with alpha and its interval. {told}.", numbers, ids)


def _span(row: "pd.Series[float]") -> str:
    """Return an estimate with its interval: `0.79 (0.67 to 0.90)`."""
    if pd.isna(row["estimate"]):
        return MISSING
    value = f"{float(row['estimate']):.2f}"
    return value if pd.isna(row["low"]) else f"{value} ({float(row['low']):.2f} to {float(row['high']):.2f})"
