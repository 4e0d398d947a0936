"""What is left over when excerpts are sorted: which they are, and where others put them."""

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.naming import labels
from plrlib.show.opening import shown_excerpts
from plrlib.show.say import Say, capital, count, few, say, verb
from plrlib.show.sorting import sorters
from plrlib.show.table import Table
from plrlib.stats.ledger import IN_A_THEME, LEFT_OVER, NOT_SEEN, envelopes
from plrlib.study import Study


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
