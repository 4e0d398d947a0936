"""Programs that tests start: none outlives its test, however that ends."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from plrlib.paths import SHIPPED, home

PATIENCE = 180
"""Seconds that a test waits for what must come: longer than it takes where other tests keep all processors busy."""


class Program(subprocess.Popen[str]):
    """A program that does not outlive its `with`: killed where a test fails in there, and waited for in any case."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, at)


@contextmanager
def ended(process: "subprocess.Popen[Any]", seconds: float = 30) -> Iterator[None]:
    """End a process when this is left: it is asked to end, and killed where it takes longer than so many seconds."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def copy_project(folder: Path) -> Path:
    """Copy the project's notebooks and the studies shipped."""
    here = home()
    shutil.copytree(here / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for study in SHIPPED:
        shutil.copytree(here / "data" / "raw" / study, folder / "data" / "raw" / study)
    return folder
