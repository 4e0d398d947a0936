"""Run the suite on a study: load it, execute the notebooks, and only then put everything in its place.

Kernels are launched first and boot while this process imports what is slow, so such imports stand in the functions.
"""
# ruff: noqa: PLC0415

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from plrlib.places import home, study_folder
from plrlib.suite.errors import NotebookError, RunError
from plrlib.suite.kernels import kernel_environment
from plrlib.suite.order import after
from plrlib.suite.pool import Pool
from plrlib.suite.publish import Results, check_name, check_unchanged, keep_failed, place_for, publish
from plrlib.suite.write import scratch_folder

if TYPE_CHECKING:
    from plrlib.study import Study


class Watch(Protocol):
    """Follows a run."""

    def total(self, number: int) -> None:
        """Hear how many notebooks there are."""

    def started(self, name: str) -> None:
        """Hear that a notebook's first cell is about to be executed."""

    def finished(self, name: str, status: str) -> None:
        """Hear that a notebook has come to its end, and how."""


@dataclass(frozen=True)
class Outcome:
    """What a run has done.

    Parameters
    ----------
    study
        The study it was done on.
    folder
        Where the executed notebooks are.
    statuses
        How each notebook ended, by the file's name: `done` or `not in study`.
    """

    study: "Study"
    folder: Path
    statuses: Mapping[str, str]


def default_jobs() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def run(name_or_path: str | Path, jobs: int, watch: Watch) -> Outcome:
    """Load a study, execute every notebook on it, and write tables, notebooks and manifest.

    Nothing is written before all has succeeded, but for the notebook that failed.

    Parameters
    ----------
    name_or_path
        The name of a study in data/raw/, or the path of a folder.
    jobs
        How many notebooks may be executed at the same time.
    watch
        Follows how it goes on.

    Raises
    ------
    FileNotFoundError
        If there is no such study.
    StudyError
        If something is wrong with it.
    RunError
        If a notebook fails, or the run cannot be done; `NotebookError` carries the cell and its error.
    """
    folder = study_folder(name_or_path)
    place = place_for(folder, folder.name)  # most studies carry their folder's name; this one's is read below
    with scratch_folder() as scratch, asyncio.Runner(loop_factory=_loop) as runner:
        files = {path.name: path.read_bytes() for path in _list_notebooks()}
        watch.total(len(files))
        with Pool(runner, place.folder, _environment(folder), scratch) as pool:
            pool.launch(min(jobs, len(files)))
            from plrlib.study import load_study
            from plrlib.suite.derived import parquet_tables
            from plrlib.suite.notebooks import as_bytes, read_notebook

            notebooks = {name: read_notebook(data, name) for name, data in files.items()}
            waits = after(notebooks)
            study = load_study(name_or_path)
            check_name(study)
            tables = parquet_tables(study.tables)
            place = place_for(study.folder, study.id)
            pool.move(place.folder)
            try:
                statuses = runner.run(_execute(notebooks, waits, pool, jobs, watch, place.in_place))
            except NotebookError as failure:
                keep_failed(failure, study.id, scratch)
                raise
        check_unchanged(files)
        results = Results(study, tables, {name: (statuses[name], as_bytes(notebooks[name])) for name in files})
        with _undisturbed():
            publish(results, place, scratch)
    return Outcome(study, place.folder, statuses)


def _list_notebooks() -> list[Path]:
    """Return the notebooks of the project, `NN-*.ipynb`, in order of name."""
    found = sorted((home() / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    if not found:
        raise RunError("there is no notebook in notebooks/; their names are like 01-check-the-data.ipynb")
    return found


def _environment(folder: Path) -> dict[str, str]:
    """Return the kernels' whole environment; a study in data/raw/ is called by its name, any other by its folder."""
    named = folder.parent == (home() / "data" / "raw").resolve()
    return {**os.environ, **kernel_environment(folder.name if named else str(folder))}


def _loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that can wait for a kernel's sockets; on Windows the default one cannot."""
    return asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()


async def _execute(
    notebooks: Mapping[str, Any],
    waits: Mapping[str, tuple[str, ...]],
    pool: Pool,
    jobs: int,
    watch: Watch,
    in_place: bool,
) -> dict[str, str]:
    """Execute the notebooks side by side, each after those it waits for, and return how each ended."""
    from plrlib.suite.execute import execute

    ended = {name: asyncio.Event() for name in notebooks}
    statuses: dict[str, str] = {}
    running = asyncio.Semaphore(jobs)
    alive = asyncio.Semaphore(jobs + 1)  # one more boots meanwhile

    async def one(name: str) -> None:
        for earlier in waits[name]:
            await ended[earlier].wait()
        async with alive, pool.kernel() as kernel:
            async with running:
                watch.started(name)
                statuses[name] = await execute(notebooks[name], name, kernel, keep_rest=in_place)
                watch.finished(name, statuses[name])
            ended[name].set()

    try:
        async with asyncio.TaskGroup() as group:
            for name in notebooks:
                group.create_task(one(name))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return {name: statuses[name] for name in notebooks}


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no Ctrl-C break off what is begun here; it takes a moment."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
