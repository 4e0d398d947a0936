"""What can stop a run, told so that a reader knows what to do."""

from dataclasses import dataclass
from pathlib import Path


class RunError(RuntimeError):
    """A run cannot start, or cannot be finished; the message is one plain sentence."""


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
    kept
        Where that is kept.
    study
        The study on which it was executed.
    """

    name: str
    number: int
    cell_id: str
    source: str
    error: list[str]
    notebook: bytes
    kept: Path | None = None
    study: str = ""

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
    if left_out <= 1:
        kept = lines
    elif end == "first":
        kept = [*lines[: most - 1], f"… {left_out} more lines"]
    else:
        kept = [f"… {left_out} lines before", *lines[-(most - 1) :]]
    return ["    " + line for line in kept]
