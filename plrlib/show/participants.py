"""Who counts: who was heard, who is left out and why, who raised nothing; and ids that stand in one table alone."""

import numpy as np
import pandas as pd

from plrlib.show.display import Say, Table, say
from plrlib.show.excerpts import excerpt_ids, people_ids
from plrlib.stats.design import uncoded
from plrlib.study.load import Study
from plrlib.study.speakers import parts
from plrlib.text import Text, capital, count, few, joined, share, verb

MOST = 8
"""So many ids of a kind are named; the number leads to all."""


def counted_say(study: Study) -> Say:
    """Return who of the participants counts, and who does not and why.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Say
        People with an event or an excerpt count, unless they are excluded. Named are those without; those excluded,
        with the reasons and the excerpts that count for no group; and those who count of whom nothing is coded.

    See Also
    --------
    heard_say : How many people were heard, and where.
    alone_table : Ids that stand in one table alone.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> show.counted_say(load_study("worked-example"))
    All 45 participants count.
    Something is coded of each of them.
    """
    prepared, every = study.prepared, people_ids(study)
    counted, unheard = people_ids(study, prepared.counted), people_ids(study, ~prepared.heard)
    first = capital(share(counted, every, "participant")) + f" {verb(counted, 'counts', 'count')}."
    if len(counted) == len(every):
        first = Text("All ", count(every, "participant"), " count.")
    have, are = verb(unheard, "has", "have"), verb(unheard, "is", "are")
    not_heard = capital(count(unheard, "participant")) + f" {have} no event and no excerpt, and {are} not counted: "
    silent = people_ids(study, uncoded(study))
    nothing = Text("Nothing is coded of ", count(silent, "participant"), f" who {verb(silent, 'counts', 'count')}: ")
    nothing += f"{few(silent, MOST)}. Each counts as not having raised anything."
    some = "Something is coded of each of them." if counted else ""
    return say(
        first, not_heard + f"{few(unheard, MOST)}." if unheard else "", *_excluded(study), nothing if silent else some
    )


def _excluded(study: Study) -> list[str]:
    """Return who is excluded, by reason, and how many excerpts then count for no group."""
    out = study.prepared.excluded
    if not out.any():
        return []
    reasons = study.participants.loc[out, "excluded"].astype(str)
    by_reason = reasons.groupby(reasons, sort=False).size()
    who = people_ids(study, out)
    told = joined(f"{reason} ({n})" for reason, n in by_reason.items())
    theirs = excerpt_ids(study, np.append(out, False)[study.prepared.speaker])
    said = capital(count(theirs, "excerpt")) + f" of theirs {verb(theirs, 'counts', 'count')} for no group."
    return [capital(count(who, "participant")) + f" {verb(who, 'is', 'are')} excluded: {told}.", said if theirs else ""]


def alone_table(study: Study) -> Table | Say:
    """Return the ids that stand in one table and have no partner in another.

    Parameters
    ----------
    study : Study
        A study.

    Returns
    -------
    Table or Say
        A row a kind: participants without event and excerpt, participants of whom nothing is coded, events without
        participants and excerpts, excerpts without a code of any coder, codes that were never given. A sentence where
        there are none.

    See Also
    --------
    counted_say : What it means for who counts.

    Examples
    --------
    >>> from plrlib import load_study, show
    >>> show.alone_table(load_study("worked-example"))
    No id stands in one table alone.
    """
    prepared = study.prepared
    named = {event for cell in study.excerpts["event"].cat.categories for event in parts(cell)}
    sizes = prepared.attended.sum(axis=0).tolist()
    events = [event for event, n in zip(prepared.events, sizes, strict=True) if not n and event not in named]
    given = set(study.codings["code"].astype(str))
    above = set(study.codebook["parent"].dropna().astype(str))
    codes = [code for code in study.codebook["code"].astype(str) if code not in given | above]
    bare = excerpt_ids(study, ~study.excerpts["excerpt"].isin(study.codings["excerpt"]))
    kinds = {
        "participants without an event and an excerpt": people_ids(study, ~prepared.heard),
        "participants of whom nothing is coded": people_ids(study, uncoded(study)),
        "events without participants and excerpts": events,
        "excerpts without a code": bare,
        "codes that were never given": codes,
    }
    found = {what: ids for what, ids in kinds.items() if ids}
    if not found:
        return say("No id stands in one table alone.")
    rows = [(what, str(len(ids)), few(ids, MOST)) for what, ids in found.items()]
    cells = {(i, "number"): ids for i, ids in enumerate(found.values())}
    return Table(pd.DataFrame(rows, columns=["what", "number", "which"]), "Ids that stand in one table alone", cells)
