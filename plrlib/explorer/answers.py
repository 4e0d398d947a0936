"""What takes time is worked out in a process beside the notebook, so that the page answers at once."""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from plrlib.faults import NotInStudy
from plrlib.show.compare import compare_say, compare_table
from plrlib.show.display import Say, Table
from plrlib.show.labels import named_coder, named_coders, noun
from plrlib.stats.agreement import coders_of
from plrlib.stats.bounds.presence import presence
from plrlib.stats.comparison.compare import compare
from plrlib.study.coverage import coders_used
from plrlib.study.evidence import levels_of, stances
from plrlib.study.load import Study, load_study
from plrlib.study.prepared import EVERYBODY
from plrlib.study.schema import STANCES
from plrlib.text import capital, plural

# What can be chosen, what has been, and the call that gives the same numbers outside of the explorer.

ANY = ""
"""No stance is asked for."""


@dataclass(frozen=True)
class View:
    """One choice: a grouping, a level, a stance (blank: any) and a coder, each as `plrlib.compare` takes it."""

    by: str
    level: str
    stance: str
    coder: str

    @property
    def asked(self) -> str | None:
        """The stance as `plrlib.compare` takes it."""
        return self.stance or None


@dataclass(frozen=True)
class Choices:
    """What can be chosen in a study: for each control its values, and what each is called."""

    by: dict[str, str]
    level: dict[str, str]
    stance: dict[str, str]
    coder: dict[str, str]

    def first(self) -> View:
        """Return the view that the explorer starts with."""
        return View(*(next(iter(some)) for some in vars(self).values()))


def choices(study: Study) -> Choices:
    """Return what can be chosen in a study; what notebooks 04 to 06 show comes first.

    Raises
    ------
    NotInStudy
        If nobody coded anything.
    """
    coders = coders_of(study, "code")
    if not coders:
        raise NotInStudy("Nobody coded anything in this study, so there is nothing to explore.")
    used = coders_used(study)
    first = {used[0] if len(used) == 1 else "": named_coders(study, used)}
    given = set(stances(study).dropna())
    return Choices(
        {name: grouping.label for name, grouping in study.settings.groupings.items()} or {EVERYBODY: "Everybody"},
        {level: capital(plural(noun(study, level))) for level in levels_of(study)},
        {ANY: "any stance", **{stance: stance for stance in STANCES if stance in given}},
        first | {c: named_coder(study, c) for c in coders if c not in first},
    )  # fmt: skip


def call(study: str, view: View, codes: Sequence[str] = ()) -> str:
    """Return Python that gives the numbers of a view again.

    Parameters
    ----------
    study
        Its name in data/raw/, or its folder.
    view
        What was chosen.
    codes
        The codes shown, where not all of them are. All are compared whatever is shown: who looks at one of twenty has
        still compared twenty.
    """
    asked = "".join(f", {name}={value!r}" for name, value in (("stance", view.stance), ("coder", view.coder)) if value)
    arguments = f"study, {view.by!r}, level={view.level!r}{asked}"
    lines = ["from plrlib import compare, load_study, presence", "", f"study = load_study({study!r})"]
    lines.append(f"people = presence({arguments})")
    if view.by != EVERYBODY:
        lines.append(f"found = compare({arguments})")
    if codes and view.by != EVERYBODY:
        lines.append(f'found.frame[found.frame["code"].isin({list(codes)!r})]')
    return "\n".join(lines)


# What takes time is worked out in a process beside the notebook, so that the page answers at once.

Job = tuple[str, View]
COUNTS, VERDICTS = "counts", "verdicts"
ENDED = "the process that works this out has ended: run the cell again"


@dataclass(frozen=True)
class Compared:
    """A comparison as it is shown: the frame of `plrlib.compare`, its sentences and its table."""

    found: pd.DataFrame
    sentences: Say
    table: Table


@dataclass(frozen=True)
class Refused:
    """Why there is no answer."""

    why: str


def answer(study: Study, kind: str, view: View) -> "pd.DataFrame | Compared | Refused":
    """Return the counts of a view or its comparison; why not, where the study cannot give it."""
    try:
        if kind == COUNTS:
            return presence(study, view.by, view.level, view.asked, view.coder)
        if view.by == EVERYBODY:
            return Refused("study.toml declares no grouping, so people are counted and not compared.")
        found = compare(study, view.by, view.level, view.asked, view.coder)
        return Compared(found.frame, compare_say(study, found), compare_table(study, found))
    except ValueError as error:
        return Refused(str(error))


def quick(study: Study) -> bool:
    """Tell whether people can be counted while somebody waits: every excerpt names its speaker."""
    return bool(study.excerpts["participant"].notna().all())


def in_notebook() -> bool:
    """Tell whether this runs in an event loop, as a notebook's cells do, so that answers can come later."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def serve(pipe: Any, folder: str) -> None:
    """Answer one question after another, until nobody asks any more: the process beside the notebook."""
    try:
        study = load_study(folder)
        while True:
            kind, view = pipe.recv()
            pipe.send(answer(study, kind, view))
    except (EOFError, OSError, KeyboardInterrupt):
        return


class Beside:
    """A process that works out answers for one study; each question waits in a thread.

    The latest question comes first; what was only foreseen comes when nothing else is asked. It ends with the notebook.

    Parameters
    ----------
    folder
        The study's folder.
    told
        Called with a question and its answer, in the thread (the event loop) that made this.
    """

    def __init__(self, folder: Path, told: Callable[[Job, Any], None]) -> None:
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._closed = False
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there, str(folder)), daemon=True)
        self._process.start()
        there.close()  # so that each end hears when the other is gone

    def ask(self, job: Job, foreseen: Sequence[Job] = ()) -> None:
        """Ask for an answer now, instead of what is still waiting, and then for what may be asked next."""
        # What is being worked out needs no asking: its answer is on the way.
        self._waiting = [one for one in (job, *foreseen) if one != self._running]
        if not self._process.is_alive():
            self._told(job, Refused(ENDED))
        elif self._running is None:
            self._next()

    def close(self) -> None:
        """End the process, whatever it is working out; no answer of its own comes any more."""
        self._closed = True
        self._process.terminate()
        self._process.join()

    def _next(self) -> None:
        if self._waiting and self._process.is_alive():
            self._running = self._waiting.pop(0)
            threading.Thread(target=self._talk, args=(self._running,), daemon=True).start()

    def _talk(self, job: Job) -> None:
        """Have one question answered: in a thread of its own, which waits for it."""
        try:
            self._pipe.send(job)
            found = self._pipe.recv()
        except (EOFError, OSError):
            found = Refused(ENDED)
        try:
            self._loop.call_soon_threadsafe(self._tell, job, found)
        except RuntimeError:  # the notebook's loop is closed
            self._process.terminate()

    def _tell(self, job: Job, found: Any) -> None:
        self._running = None
        if not self._closed:  # since then another study may be shown
            self._told(job, found)
        if self._running is None:  # the one that was told may have asked for more
            self._next()
