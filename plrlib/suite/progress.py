"""Show how a run goes on: a bar on a terminal, a line a notebook elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console

from plrlib.suite import DONE


class Progress:
    """Names the notebooks being executed, how many are done, and the time it has taken.

    Parameters
    ----------
    console
        Where to show it.
    what
        What is shown until the first notebook starts.
    """

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self._began: dict[str, float] = {}
        self._bar = progress.Progress(
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def total(self, number: int) -> None:
        """Hear how many notebooks there are."""
        self._bar.update(self._task, total=number)

    def started(self, name: str) -> None:
        """Hear that a notebook's first cell is about to be executed."""
        self._began[name] = time.monotonic()
        self._describe()

    def finished(self, name: str, status: str) -> None:
        """Hear that a notebook has come to its end, and how."""
        seconds = time.monotonic() - self._began.pop(name)
        note = "" if status == DONE else f", {status}"
        self._console.print(f"{name}  {seconds:.1f} s{note}", markup=False, highlight=False, soft_wrap=True)
        self._bar.advance(self._task)
        self._describe()

    def _describe(self) -> None:
        self._bar.update(self._task, description=", ".join(self._began))
