"""What there is to execute for each study of a run, and executing all of it side by side."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from plrlib.suite.compared import compared
from plrlib.suite.errors import NotebookError
from plrlib.suite.execute import execute
from plrlib.suite.notebooks import as_bytes, read_notebook
from plrlib.suite.order import after
from plrlib.suite.pool import Pool
from plrlib.suite.publish import Place, copies_of, place_for

if TYPE_CHECKING:
    from plrlib.study import Study


class Watch(Protocol):
    """Follows a run."""

    def total(self, number: int) -> None:
        """Hear how many notebooks there are; once more, where a study turns out to need others besides."""

    def started(self, name: str) -> None:
        """Hear that a notebook's first cell is about to be executed."""

    def finished(self, name: str, status: str) -> None:
        """Hear that a notebook has come to its end, and how."""


@dataclass(frozen=True)
class Work:
    """One study's notebooks, and how each ended.

    Parameters
    ----------
    study
        The study.
    place
        Where the project's notebooks are executed on it.
    environment
        The whole environment of the kernels.
    notebooks
        The project's, and those made for the study, by name and in order of name; executing changes them.
    made
        The names of those made for it; they are executed and kept among its results.
    waits
        For each notebook, those that must have run before it.
    statuses
        How each ended that has: `done` or `not in study`.
    """

    study: "Study"
    place: Place
    environment: dict[str, str]
    notebooks: Mapping[str, Any]
    made: Collection[str]
    waits: Mapping[str, tuple[str, ...]]
    statuses: dict[str, str] = field(default_factory=dict)

    def place_of(self, name: str) -> Place:
        """Return where a notebook is executed and kept."""
        return copies_of(self.study.id) if name in self.made else self.place

    def compares(self, name: str) -> bool:
        """Tell whether a notebook compares the levels of a grouping."""
        return bool(self.notebooks[name].metadata.get("plr", {}).get("grouping"))

    @property
    def drafted(self) -> bool:
        """Whether one of the notebooks shows what is also drafted for a report."""
        return any(notebook.metadata.get("plr", {}).get("drafts") for notebook in self.notebooks.values())

    def files(self) -> dict[Path, tuple[str, bytes]]:
        """Return how each notebook ended and the executed file, by its path; all must have ended."""
        return {
            self.place_of(name).folder / name: (self.statuses[name], as_bytes(notebook))
            for name, notebook in self.notebooks.items()
        }


def prepare(study: "Study", environment: dict[str, str], files: Mapping[str, bytes]) -> Work:
    """Read the project's notebooks for a study, and make those that it needs besides.

    Raises
    ------
    RunError
        If a file is no notebook, or does not say plainly what it waits for or what it is about.
    """
    notebooks = {name: read_notebook(data, name) for name, data in files.items()}
    made = compared(notebooks, study.settings)
    everything = dict(sorted({**notebooks, **made}.items()))
    place = place_for(study.folder, study.id)
    return Work(study, place, environment, everything, frozenset(made), after(everything))


async def execute_all(works: Sequence[Work], pool: Pool, jobs: int, watch: Watch) -> None:
    """Execute the notebooks of all studies side by side, each after those it waits for.

    Raises
    ------
    NotebookError
        If one fails; it tells on which study. The others are broken off.
    """
    ended = {(work.study.id, name): asyncio.Event() for work in works for name in work.notebooks}
    running = asyncio.Semaphore(jobs)
    alive = asyncio.Semaphore(jobs + 1)  # one more boots meanwhile

    async def one(work: Work, name: str) -> None:
        for earlier in work.waits[name]:
            await ended[work.study.id, earlier].wait()
        place = work.place_of(name)
        shown = name if len(works) == 1 else f"{work.study.id}: {name}"
        async with alive, pool.kernel(place.folder, work.environment) as kernel:
            async with running:
                watch.started(shown)
                try:
                    status = await execute(work.notebooks[name], name, kernel, keep_rest=place.in_place)
                except NotebookError as failure:
                    failure.study = work.study.id
                    raise
                work.statuses[name] = status
                watch.finished(shown, status)
            ended[work.study.id, name].set()

    try:
        async with asyncio.TaskGroup() as group:
            everything = [(work, name) for work in works for name in work.notebooks]
            # comparisons take longest: begun last, one of them would be waited for at the end
            for work, name in sorted(everything, key=lambda one: not one[0].compares(one[1])):
                group.create_task(one(work, name))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
