"""Run the suite on studies: load them, execute the notebooks, and only then put everything in its place.

The kernels' imports are begun first, and made while this process imports what is slow: such imports stand in functions.
"""

# ruff: noqa: PLC0415

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from plrlib.faults import RunError, StudyError
from plrlib.paths import DRAFTS, STORE, home, processed, study_folder
from plrlib.study.load import Study, load_study
from plrlib.suite.kernels import Pool, imported, kernel_environment, run_aside
from plrlib.suite.progress import NotebookError, Progress
from plrlib.suite.publish import check_names, check_unchanged, keep_failed, publish, scratch_folder
from plrlib.text import joined

if TYPE_CHECKING:
    from plrlib.suite.execution import Execution


def default_jobs() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def run(name_or_path: str | Path, jobs: int, progress: Progress) -> "Execution":
    """Run the suite on one study, as `run_all` does on several."""
    return run_all([name_or_path], jobs, progress)[0]


def run_all(names_or_paths: Sequence[str | Path], jobs: int, progress: Progress) -> "list[Execution]":
    """Load studies, execute every notebook on each of them, and write tables, notebooks and manifests.

    Nothing is written before all has succeeded on every study, but for a notebook that failed.

    Parameters
    ----------
    names_or_paths
        For each study its name in data/raw/, or the path of its folder; at least one.
    jobs
        How many notebooks may be executed at the same time.
    progress
        Follows how it goes on.

    Raises
    ------
    FileNotFoundError
        If there is no such study.
    StudyError
        If something is wrong with a study; it lists what is wrong with any of them.
    RunError
        If a notebook fails, or the run cannot be done; `NotebookError` carries the study, the cell and its error.
    """
    folders = [study_folder(name_or_path) for name_or_path in names_or_paths]
    with scratch_folder() as scratch, asyncio.Runner(loop_factory=_loop) as runner:
        sources = {path.name: path.read_bytes() for path in _list_notebooks()}
        progress.total(len(sources) * len(folders))
        environments = [_environment(folder) for folder in folders]
        with Pool(runner, scratch, environments[0], imported(sources.values())) as pool:
            from plrlib.suite.execution import execute_all, prepare

            studies = _load(names_or_paths)
            check_names(studies)
            tables = [parquet_tables(study.tables) for study in studies]
            executions = [prepare(*one, sources) for one in zip(studies, environments, tables, strict=True)]
            if any(execution.made for execution in executions):
                progress.total(sum(len(execution.notebooks) for execution in executions))
            with ThreadPoolExecutor(1) as aside:
                drafting = [one for one in executions if one.drafted]
                drafts = [aside.submit(drafted, one.study.folder, one.environment, scratch) for one in drafting]
                try:
                    runner.run(execute_all(executions, pool, jobs, progress))
                except NotebookError as failure:
                    keep_failed(failure, scratch)
                    raise
        check_unchanged(sources)
        for execution, made in zip(drafting, drafts, strict=True):
            execution.files.update(made.result())
        executed = [execution.executed() for execution in executions]
        with _undisturbed():
            for execution, notebooks in zip(executions, executed, strict=True):
                publish(execution.study, execution.files, notebooks, scratch)
    return executions


def _load(names_or_paths: Sequence[str | Path]) -> list[Study]:
    """Load all studies, or raise one error with what is wrong with any; of several it tells whose file it is."""
    from plrlib.privacy.identifiers import stops
    from plrlib.study.store import discard_stale

    studies, errors = [], []
    for name_or_path in names_or_paths:
        try:
            studies.append(load_study(name_or_path))
            discard_stale(studies[-1])
        except StudyError as error:
            errors.append(error)
    found = {study.id: stops(study) for study in studies}
    errors += [StudyError(name, faults) for name, faults in found.items() if faults]
    if len(errors) > 1:
        faults = [replace(fault, file=f"{error.study}/{fault.file}") for error in errors for fault in error.faults]
        raise StudyError(joined(error.study for error in errors), faults)
    if errors:
        raise errors[0]
    return studies


def parquet_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return each table as a Parquet file, by the file's name.

    Raises
    ------
    ValueError
        If a table has a column of respondents' words; such words are never written.
    """
    for name, table in tables.items():
        if words := [column for column in table.columns if str(column).strip().casefold() == "text"]:
            where = f"the table {name} has a column {words[0]!r}"
            raise ValueError(f"{where}: respondents' words are never written to a file")
    ordered = sorted(tables.items())
    return {f"{name}.parquet": table.to_parquet(engine="pyarrow", index=False) for name, table in ordered}


def drafted(folder: Path, environment: dict[str, str], scratch: Path) -> dict[str, bytes]:
    """Return the drafts of a study's joint display, by the file's name; nothing where it has no claims.

    They are made in a process of its own, in the environment that its notebooks have.

    Raises
    ------
    RunError
        If they cannot be made; the message ends with what was wrong.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        failed = f"the joint display of the study in {folder.name}/ could not be drafted: "
        run_aside("plrlib.exporters.drafts", folder, place, environment=environment, failed=failed)
        return {name: (Path(place) / name).read_bytes() for name in DRAFTS if (Path(place) / name).is_file()}


def _list_notebooks() -> list[Path]:
    """Return the notebooks of the project, `NN-*.ipynb`, in order of name."""
    if not (found := sorted((home() / "notebooks").glob("[0-9][0-9]-*.ipynb"))):
        raise RunError("there is no notebook in notebooks/; their names are like 01-check-the-data.ipynb")
    return found


def _environment(folder: Path) -> dict[str, str]:
    """Return the kernels' whole environment; a study in data/raw/ is called by its name, any other by its folder."""
    named = folder.parent == (home() / "data" / "raw").resolve()
    own = kernel_environment(folder.name if named else str(folder))
    return {**os.environ, **own, STORE: str(processed(""))}


def _loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that can wait for a kernel's sockets; on Windows the default one cannot."""
    return asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no Ctrl-C break off what is begun here; it takes a moment."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
