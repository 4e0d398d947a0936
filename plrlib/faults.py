"""Every fault found in an input, as rows; `StudyError` carries them all."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from plrlib.text import count

_IN_A_NOTEBOOK = 40
_TOLD: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with, or worth knowing about, one place in an input.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    row
        Line in the file; the header is line 1. None where the whole file or column is meant.
    column
        Name of the column; blank where the whole row or file is meant. In study.toml the path of the key.
    message
        What is wrong, in one sentence without a full stop.
    value
        What was found there; never the words of a respondent.
    allowed
        What may stand there, where that can be listed.
    remedy
        What to do about it, as an instruction.
    """

    file: str
    row: int | None
    column: str
    message: str
    value: str = ""
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """`file:row: column: message`, on one line, for programs and people who read line by line."""
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        found = f" (found {self.value!r})" if self.value else ""
        allowed = f"allowed: {self.allowed}" if self.allowed else ""
        what = "; ".join(part for part in (f"{self.message}{found}", allowed, self.remedy) if part)
        text = ": ".join(part for part in (place, self.column, what) if part)
        # What cannot be printed, line breaks above all, stands as Python writes it: a file's header may hold anything.
        return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def told(code: str, file: str, row: int | None = None, column: str = "", value: str = "", **words: object) -> Fault:
    """Return a fault of a study as faults.toml words it, with its words in braces put in."""
    words |= {"file": file, "column": column, "value": value}
    texts = {key: text.format(**words) for key, text in _TOLD[code].items()}
    return Fault(file, row, column, value=value, **texts)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults by file, and in a file by line."""
    return sorted(faults, key=lambda f: (f.file, f.row or 0, f.column, f.message))


def as_frame(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return one row a fault, by file and line."""
    frame = pd.DataFrame([vars(fault) for fault in in_order(faults)], columns=[one.name for one in fields(Fault)])
    return frame.astype({name: "Int64" if name == "row" else "str" for name in frame})


class StudyError(ValueError):
    """A study cannot be used as it stands; `faults` lists every reason.

    Parameters
    ----------
    study
        The study's name or folder, as it was asked for.
    faults
        All that was found, not only the first.
    """

    def __init__(self, study: str, faults: Sequence[Fault]) -> None:
        self.study = study
        self.faults = tuple(faults)
        super().__init__(study, self.faults)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def frame(self) -> pd.DataFrame:
        """Return one row a fault: file, row, column, message, value, allowed, remedy."""
        return as_frame(self.faults)

    def _lines(self, most: int | None = None) -> list[str]:
        shown = in_order(self.faults)[:most]
        more = len(self.faults) - len(shown)
        last = [f"… and {more} more: `plr check` lists them all"] if more else []
        return [f"{self.study}: {count(len(self.faults), 'fault')} found", *map(str, shown), *last]

    def _render_traceback_(self, *_: Any) -> list[str]:
        """In a notebook the faults are what helps, not the lines of code that found them."""
        return self._lines(_IN_A_NOTEBOOK)


class NotInStudy(LookupError):  # noqa: N818 - it is an answer, not an error: the study was never asked this
    """The study has nothing from which the question could be answered; the message says what is missing.

    A notebook that raises it has been answered in one plain sentence, and ends there.
    """

    def _render_traceback_(self, *_: Any) -> list[str]:
        return [str(self)]


class RunError(RuntimeError):
    """A run cannot start, or cannot be finished; the message is one plain sentence."""
