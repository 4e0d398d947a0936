"""What there is to read below the grid, as HTML: the comparison, and the excerpts behind a mark."""

import html
from collections.abc import Sequence

from plrlib.exploring.answers import Compared
from plrlib.show.opening import shown_excerpts
from plrlib.show.say import count, few
from plrlib.show.table import Table
from plrlib.stats.readings import plural
from plrlib.study import Study

MOST_READ = 200
"""Of more excerpts only the first are listed."""


def compared_html(found: Compared, shown: Sequence[str], what: str, moved: str) -> str:
    """Return a comparison: its sentences, the rows of the codes shown, and how many more are compared.

    Parameters
    ----------
    found
        The comparison.
    shown
        The labels of the codes to show.
    what
        What one of them is.
    moved
        A sentence on what has changed; blank: none.
    """
    frame = found.table.frame
    table = Table(frame[frame.iloc[:, 0].isin(shown)], found.table.caption)
    told = [*found.sentences.sentences, *([moved] if moved else [])]
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in told)
    left = len(frame) - len(table.frame)
    kinds = count(left, what, plural(what))
    more = f"<p>{kinds} not shown {'is' if left == 1 else 'are'} compared all the same.</p>" if left else ""
    return f"<ul>{items}</ul>{table._repr_html_()}{more}"


def moved_say(labels: Sequence[str], before: Compared, now: Compared) -> str:
    """Say which verdicts are not as they were in a comparison of the same codes."""
    verdicts = (one.found["verdict"].astype(str) for one in (before, now))
    moved = [f"“{label}” (was {a}, now {b})" for label, a, b in zip(labels, *verdicts, strict=True) if a != b]
    return f"Changed with this choice: {few(moved)}." if moved else "No verdict changed with this choice."


def excerpts_html(study: Study, head: str, excerpts: Sequence[str]) -> str:
    """Return a list of excerpts with what may be shown of each, under a head."""
    some = excerpts[:MOST_READ]
    shown = shown_excerpts(study, some)
    items = "".join(f"<li>{html.escape(shown[excerpt])}</li>" for excerpt in some)
    more = f"<p>The first {MOST_READ} are listed.</p>" if len(excerpts) > MOST_READ else ""
    return f"<p><strong>{html.escape(head)}</strong></p><ul>{items}</ul>{more}"
