"""The progress of a run, and what can stop it, told so that a reader knows what to do."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich import progress
from rich.console import Console

from plrlib.faults import RunError

DONE = "done"
NOT_IN_STUDY = "not in study"


@dataclass
class NotebookError(RunError):
    """A cell of a notebook raised an error, or its kernel died.

    Parameters
    ----------
    name
        The notebook's file name.
    number
        Which code cell it was, counted from 1; JupyterLab shows it in brackets.
    cell_id
        The cell's id in the file.
    source
        The cell's code.
    error
        What the kernel said, one line an entry, without colours.
    notebook
        The notebook as far as it came, as it would be written to a file.
    study
        The study on which it was executed.
    kept
        Where the notebook is kept.
    """

    name: str
    number: int
    cell_id: str
    source: str
    error: list[str]
    notebook: bytes
    study: str = ""
    kept: Path | None = None

    def __str__(self) -> str:
        on = f"{self.study}: " if self.study else ""
        return f"{on}{self.name} failed in cell {self.number} (id {self.cell_id})"

    def screen(self, height: int = 40, width: int = 160) -> str:
        """Return the cell and the end of its error in at most `height` lines."""
        head = [f"{self}:", "", *_shorten(self.source.splitlines(), height // 4, "first"), ""]
        lines = head + _shorten(self.error, height - len(head) - 4, "last")
        return "\n".join(line if len(line) <= width else line[: width - 1] + "…" for line in lines)


def _shorten(lines: list[str], most: int, end: str) -> list[str]:
    """Return at most so many lines, the first or the last of them, indented, with a word on what was left out."""
    left_out = len(lines) - (most - 1)
    if left_out > 1 and end == "first":
        lines = [*lines[: most - 1], f"… {left_out} more lines"]
    elif left_out > 1:
        lines = [f"… {left_out} lines before", *lines[-(most - 1) :]]
    return ["    " + line for line in lines]


class Progress:
    """Names the notebooks being executed: in a bar on a terminal, a line a notebook elsewhere.

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
        text = progress.TextColumn("{task.description}", markup=False)
        columns = (progress.BarColumn(bar_width=24), progress.MofNCompleteColumn(), progress.TimeElapsedColumn(), text)
        self._bar = progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(what, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
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
