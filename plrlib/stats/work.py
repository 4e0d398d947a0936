"""Progress of long work. Its limits are counted where the work is done."""

import os
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

TOLD_AFTER = 10.0
"""Seconds that work may take in silence."""

Thing = TypeVar("Thing")


def followed(things: Sequence[Thing], what: str) -> Iterator[Thing]:
    """Give things one by one, and after ten seconds begin to show how far it is.

    It is shown on standard error, in a terminal or in JupyterLab, and gone at the end. Where `PLR_STILL` is set, as in
    the notebooks that `plr run` executes, nothing is: `plr run` shows progress itself.

    Parameters
    ----------
    things
        What is worked on.
    what
        What the work is, in a few words.

    Examples
    --------
    >>> from plrlib.stats.work import followed
    >>> [2 * n for n in followed([1, 2, 3], "doubling")]
    [2, 4, 6]
    """
    began = time.monotonic()
    for i, thing in enumerate(things):
        if time.monotonic() - began >= TOLD_AFTER:
            seen, hidden = Console(stderr=True), bool(os.environ.get("PLR_STILL"))
            yield from track(things[i:], what, len(things), i, console=seen, transient=True, disable=hidden)
            return
        yield thing
