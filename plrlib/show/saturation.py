"""What notebook 03 shows of saturation: what each event added, and what may be to come."""

import numpy as np
import pandas as pd

from plrlib.show.charts.lines import staircase
from plrlib.show.display import Picture, Say, Table, or_say, say
from plrlib.show.excerpts import excerpt_ids
from plrlib.show.figure import picture
from plrlib.show.labels import labels, quoted
from plrlib.stats import saturation as measures
from plrlib.study.evidence import codes_at, evidence
from plrlib.study.load import Study
from plrlib.text import capital, count, few, joined, plural, share, verb

BASE, RUN, THRESHOLD = 4, 2, 0.05
ONE = {"focus group": "focus group", "interview": "interview", measures.NOT_SAID: "event of no known kind"}


@or_say()
def saturation_say(study: Study) -> Say:
    """Return how many codes came up, when the last new one did, and what a further event might bring; kinds apart.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Unit: events, focus groups and interviews apart, in the order held. The rule of Guest, Namey and Chen with a
        base of 4, runs of 2 and a threshold of 5 %; Chao2 for codes not met; coverage for a further event. A sentence
        where a fifth or more of the excerpts have no single event.

    See Also
    --------
    plrlib.saturation : The measures, with another base, run or threshold.
    saturation_table : What each event added.

    References
    ----------
    [guest2020]_, [chao1987]_ (Chao2), [chao2012]_ (coverage).

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.saturation_say(study).sentences[0]
    '9 focus groups: 18 of 20 codes of the codebook came up; the last new one in number 4 of 9, in the order held.'
    """
    found = measures.saturation(study, base=BASE, run=RUN, threshold=THRESHOLD)
    codes = len(codes_at(study, "code")[0])
    told = []
    for kind in found["kind"].unique():
        told += _kind_say(found[found["kind"] == kind], str(kind), codes)
    left_out = excerpt_ids(study, study.prepared.only_event < 0)
    some = capital(share(left_out, excerpt_ids(study), "excerpt"))
    out = some + f" {verb(left_out, 'is', 'are')} of no single event, and left out."
    limit = "The codebook was made from what was said: a new event may need a code that is not in it."
    return say(*told, _of_one_kind_say(study), out if left_out else "", limit)


def _of_one_kind_say(study: Study) -> str:
    """Return which codes came up in one kind of event alone, where there are two kinds."""
    found, place = evidence(study, "code", None, None, "all"), study.prepared.only_event
    kinds = study.events["kind"].astype("object").fillna(measures.NOT_SAID).to_numpy()
    met = {str(kind): found.coded[np.isin(place, np.flatnonzero(kinds == kind))].any(axis=0) for kind in kinds}
    if len(met) < 2:
        return ""
    named, told, in_one = labels(study), [], np.sum(list(met.values()), axis=0) == 1
    for kind, theirs in met.items():
        own = np.flatnonzero(theirs & in_one)
        if len(own):
            some = few((quoted(named[found.codes[c]]) for c in own), 4)
            told.append(f"{some} in {plural(ONE[kind])} alone")
    if told:
        return f"Came up {joined(told)}."
    return f"Every code that came up did so in {joined(plural(ONE[kind]) for kind in met)}."


def _kind_say(rows: pd.DataFrame, kind: str, codes: int) -> list[str]:
    n = int(rows["n"].iloc[0])
    seen = int(_ends(rows, measures.CODES)[0] or 0)
    last = _last_new(rows[rows["measure"] == measures.NEW])
    came = f"{capital(count(n, ONE[kind]))}: {share(seen, codes, 'code')} of the codebook came up"
    if n == 1:
        return [f"{came}. With one alone, nothing can be said of a further one."]
    if not seen:
        return [f"{came}."]
    when = "the last" if last == n else f"number {last} of {n}"
    head = f"{came}; the last new one in {when}, in the order held."
    return [head, _guest_say(rows), _chao_say(rows), _coverage_say(rows, kind)]


def _guest_say(rows: pd.DataFrame) -> str:
    """Return what the rule of Guest, Namey and Chen says."""
    shares = rows[rows["measure"] == measures.INFORMATION]
    share_of = f"{100 * THRESHOLD:.0f} of 100 or fewer of the codes that the first {BASE} did"
    rule = f"the first run of {RUN} that brings {share_of}"
    if shares.empty:
        return f"They are too few for the rule of Guest, Namey and Chen ({rule} ends the search)."
    if (reached := _ends(rows, measures.REACHED)[0]) is None:
        return f"By the rule of Guest, Namey and Chen the search had not ended: there is no run yet like {rule}."
    return f"By the rule of Guest, Namey and Chen {int(reached)} + {RUN} were enough: {rule} came after {int(reached)}."


def _chao_say(rows: pd.DataFrame) -> str:
    (estimate, low, high), (seen, *_) = (_ends(rows, measure) for measure in (measures.CHAO2, measures.CODES))
    if estimate is None or seen is None:
        return ""
    unseen = estimate - seen
    if unseen < 0.5 or low is None or high is None:
        return "That some came up once or twice only gives no reason to think that others are missing (Chao2)."
    more = f"{count(round(unseen), 'more code')} may be out there (between {low - seen:.0f} and {high - seen:.0f})"
    return f"By how many came up once or twice only, at least {more}."


def _coverage_say(rows: pd.DataFrame, kind: str) -> str:
    estimate, low, high = _ends(rows, measures.COVERAGE)
    if estimate is None:
        return ""
    first = f"Of 100 codes that a further {ONE[kind]} brought up, about {_hundred(estimate)} would be known already"
    return f"{first}." if low is None or high is None else f"{first} ({_hundred(low)} to {_hundred(high)})."


def _hundred(value: float) -> str:
    return "all" if value > 0.9999 else f"{min(99.9, 100 * value):.3g}" if value > 0.99 else f"{100 * value:.0f}"


@or_say("There is no table of events, since what each event added cannot be told.")
def saturation_table(study: Study) -> Table:
    """Return a row an event: the codes it brought up first, those met so far, and on average over every order.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        Focus groups and interviews are counted apart. A sentence where a fifth or more of the excerpts have no single
        event.

    See Also
    --------
    plrlib.saturation : The measures behind it.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> print(show.saturation_table(study).frame.iloc[:2, :4].to_string(index=False))
           kind event  new codes  met so far
    focus group FG-M1         12          12
    focus group FG-M2          3          15
    """
    frame = _by_event(measures.saturation(study, base=BASE, run=RUN, threshold=THRESHOLD))
    return Table(frame, "Codes by event, in the order held; in brackets what 95 of 100 orders give")


def _by_event(found: pd.DataFrame) -> pd.DataFrame:
    wanted = measures.NEW, measures.TOTAL, measures.ANY_ORDER
    new, total, order = (found[found["measure"] == one].set_index(["kind", "position"]) for one in wanted)
    frame = new[["event", "estimate"]].astype({"estimate": int}).rename(columns={"estimate": "new codes"})
    frame["met so far"] = total["estimate"].astype(int)
    spans = order[["estimate", "low", "high"]].reindex(new.index).itertuples(index=False, name=None)
    frame["in any order, on average"] = [f"{mean:.1f} ({low:.0f} to {high:.0f})" for mean, low, high in spans]
    return frame.reset_index("kind").reset_index(drop=True)


@or_say("There is no picture of saturation, since what each event added cannot be told.")
def saturation_picture(study: Study) -> Picture:
    """Return a picture of the codes met so far, event by event, a panel a kind.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Picture or Say
        Its numbers are those of `saturation_table`. A sentence where a fifth or more of the excerpts have no single
        event.

    See Also
    --------
    plrlib.saturation : The measures behind it.
    saturation_say : What it shows, in sentences.

    References
    ----------
    [guest2020]_, [colwell2012]_

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> study = load_study("worked-example")
    >>> show.saturation_picture(study).numbers["new codes"].head(4).tolist()
    [12, 3, 1, 2]
    """
    found = measures.saturation(study, base=BASE, run=RUN, threshold=THRESHOLD)
    panels, told = {}, []
    for kind, rows in found.groupby("kind", sort=False, observed=True):
        total, order = (rows[rows["measure"] == measure] for measure in (measures.TOTAL, measures.ANY_ORDER))
        panel = order[["estimate", "low", "high"]].set_axis(["middle", "low", "high"], axis=1)
        kinds = capital(plural(ONE[str(kind)]))
        panels[f"{kinds} ({len(panel)})"] = panel.assign(name=list(total["event"]), step=list(total["estimate"]))
        told.append(f"{kinds}: {joined(f'{step:.0f}' for step in total['estimate'])}")
    title = _title(found)
    figure = staircase(panels, title, "codes met so far", "in any order")
    caption = f"A step is an event; above it stands what it added. {title}. The dashed line is the average over every "
    caption += "order in which the events could have been held, the band what 95 of 100 orders give."
    alt = f"Steps of the codes met so far. {'; '.join(told)}."
    return picture(figure, study, caption, alt, _by_event(found))


def _title(found: pd.DataFrame) -> str:
    parts = []
    for kind, new in found[found["measure"] == measures.NEW].groupby("kind", sort=False, observed=True):
        last = _last_new(new)
        parts.append(f"{f'number {last}' if last else 'none'} of {count(len(new), ONE[str(kind)])}")
    return f"The last new code came up in {joined(parts)}"


def _last_new(new: pd.DataFrame) -> int:
    """Return the position of the last event that brought a new code; 0: none did."""
    return int(new["position"].where(new["estimate"] > 0, 0).max())


def _ends(rows: pd.DataFrame, measure: str) -> list[float | None]:
    """Return the estimate of a measure and the ends of its interval, as far as they are known."""
    some = rows.loc[rows["measure"] == measure, ["estimate", "low", "high"]].iloc[0]
    return [None if pd.isna(value) else float(value) for value in some]
