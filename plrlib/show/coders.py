"""Whose codings count: their share of all, each coder's excerpts by event and by group, and where the two coincide."""

from plrlib.show.display import Say, Table, or_say, say
from plrlib.show.excerpts import counted
from plrlib.show.labels import named_coders
from plrlib.stats.design import BY_EVENT, coded_by, coinciding
from plrlib.study.coverage import coders_used, which_codings
from plrlib.study.load import Study
from plrlib.study.settings import Grouping
from plrlib.text import count, inner, joined

TOGETHER = {
    "events": "Each event was coded by one coder alone: what sets events apart may be who coded them.",
    "groups": "No coder coded words of two groups: what sets groups apart may be who coded them.",
}


def share_say(study: Study, coders: tuple[str, ...]) -> str:
    """Return whose codings count, and how many of all these are, where it is not all."""
    used, every = int(which_codings(study, *coders).sum()), len(study.codings)
    return f"{named_coders(study, coders)} coded" + (f": {used:,} of {count(every, 'coding')}" if used < every else "")


def coinciding_say(study: Study, by: str | Grouping) -> str:
    """Return with what coders coincide, and what that means for a comparison; blank where they do not."""
    return " ".join(TOGETHER[what] for what in coinciding(study, by))


@or_say()
def coders_say(study: Study) -> Say:
    """Return whose codings count, how many that are of all, and whether a coder coincides with an event or a group.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        Where nothing is coded, one sentence that says so.

    See Also
    --------
    coders_table : How many excerpts each coder coded.
    agreement_say : How far coders agree.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> show.coders_say(load_study("worked-example"))
    Comparisons use what first (simulated: codes as meant) coded: 439 of 878 codings.
    """
    coders = coders_used(study)
    how = ""
    if len(coders) > 1:
        how = f"Each excerpt is as the first of them who read it coded it, in the order {joined(coders)}."
        if not study.settings.reference:
            how = "They divided the work: none coded an excerpt that another coded."
    groups = [
        f"{grouping.label}: {TOGETHER[what]}"
        for grouping in study.settings.groupings.values()
        for what in coinciding(study, grouping)
        if what != BY_EVENT
    ]
    events = [TOGETHER[what] for what in coinciding(study)]
    return say(f"Comparisons use what {share_say(study, coders)}.", how, *events, *groups)


@or_say("So there is no table.")
def coders_table(study: Study, by: str | Grouping | None = None) -> Table:
    """Return how many excerpts of each event, or of each group, each coder coded.

    Parameters
    ----------
    study : Study
        A study.
    by : str or Grouping, optional
        A grouping; None: a row an event.

    Returns
    -------
    Table or Say
        Unit: excerpts. The last row has those that may be of several events or groups, where there are any. A sentence
        where nothing is coded.

    Raises
    ------
    NotInStudy
        If the study has no such grouping.

    See Also
    --------
    coders_say : Whose codings count.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> print(show.coders_table(load_study("worked-example"), "sector").frame.to_string(index=False))
             sector  first  second
          Voluntary    199     199
          Statutory    121     121
    in no one group    119     119
    """
    grouping = None if by is None else study.grouping(by)
    names = {event: event for event in study.prepared.events} if grouping is None else dict(grouping.levels)
    coders_used(study)
    rows = coded_by(study, grouping)
    ids = {key: list(some.astype(str)) for key, some in rows.groupby(["coder", "where"], observed=True)["excerpt"]}
    coded = study.codings.drop_duplicates(["excerpt", "coder"])
    outside = "in no one event" if grouping is None else "in no one group"
    columns = {}
    for coder in study.prepared.coders("codings"):
        known = [ids.get((coder, name), []) for name in names]
        placed = {excerpt for some in known for excerpt in some}
        theirs = coded.loc[coded["coder"] == coder, "excerpt"].astype(str)
        columns[coder] = [*known, [excerpt for excerpt in theirs if excerpt not in placed]]
    last = any(some[-1] for some in columns.values())
    columns = columns if last else {coder: some[:-1] for coder, some in columns.items()}
    head = "event" if grouping is None else inner(grouping.label)
    frame, cells = counted({head: [*names.values(), *([outside] if last else [])]}, columns)
    return Table(frame, f"Excerpts that each coder coded, by {head}", cells)
