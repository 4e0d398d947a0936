"""The execution of a study's notebooks: read, each after those it waits for, and written.

Which there are, and which waits for which, stands in their metadata; equal ones are equal bytes.
"""

import asyncio
import copy
import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from plrlib.faults import RunError
from plrlib.imports import quick_imports
from plrlib.paths import DRAFTS, copies_of, folder_for, home, processed
from plrlib.study.load import Study
from plrlib.study.settings import Grouping, Settings
from plrlib.suite.kernels import SET, Kernel, Pool
from plrlib.suite.progress import DONE, NOT_IN_STUDY, NotebookError, Progress
from plrlib.text import joined

with quick_imports():
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

Said = TypeVar("Said", str, list[str])


class Execution(NamedTuple):
    """What there is to execute for one study, how each notebook ended, and what is written of it.

    Parameters
    ----------
    study
        The study.
    folder
        Where the project's notebooks are executed on it.
    environment
        The whole environment of the kernels.
    notebooks
        The project's, and those made for the study, by name and in order of name; executing changes them.
    paths
        Where each is executed and kept: those made for the study among its results.
    made
        The files of those made for it.
    waits
        For each notebook, those that must have run before it.
    files
        Its tables and drafts, by the file's name.
    statuses
        How each ended, in order of name: `done` or `not in study`; blank: it has not.
    """

    study: Study
    folder: Path
    environment: dict[str, str]
    notebooks: Mapping[str, Any]
    paths: Mapping[str, Path]
    made: tuple[Path, ...]
    waits: Mapping[str, tuple[str, ...]]
    files: dict[str, bytes]
    statuses: dict[str, str]

    def compares(self, name: str) -> bool:
        """Tell whether a notebook compares the groups of a grouping."""
        return bool(self.notebooks[name].metadata.get("plr", {}).get("grouping"))

    @property
    def drafted(self) -> bool:
        """Whether one of the notebooks shows what is also drafted for a report."""
        return any(notebook.metadata.get("plr", {}).get("drafts") for notebook in self.notebooks.values())

    @property
    def drafts(self) -> tuple[Path, ...]:
        """The files that were drafted for a report."""
        return tuple(processed(self.study.id) / name for name in DRAFTS if name in self.files)

    def executed(self) -> dict[Path, tuple[str, bytes]]:
        """Return how each notebook ended and the executed file, by its path; all must have ended.

        A copy of what is not in the study is left out.
        """
        kept = {n: p for n, p in self.paths.items() if self.statuses[n] == DONE or p.parent == home() / "notebooks"}
        return {path: (self.statuses[name], _as_bytes(self.notebooks[name])) for name, path in kept.items()}


def prepare(
    study: Study, environment: dict[str, str], files: dict[str, bytes], sources: Mapping[str, bytes]
) -> Execution:
    """Read the project's notebooks for a study, and make those that it needs besides.

    Raises
    ------
    RunError
        If a file is no notebook, or does not say plainly what it waits for or what it is about.
    """
    notebooks = {name: _read_notebook(data, name) for name, data in sources.items()}
    own = compared(notebooks, study.settings)
    everything = dict(sorted({**notebooks, **own}.items()))
    folder, statuses = folder_for(study.folder, study.id), dict.fromkeys(everything, "")
    paths = {name: (copies_of(study.id) if name in own else folder) / name for name in everything}
    if study.folder.parent == (home() / "data" / "raw").resolve():
        for name, notebook in everything.items():
            if paths[name].parent != home() / "notebooks":
                _name_study(notebook, study.folder.name)
    made = tuple(path for name, path in paths.items() if name in own)
    return Execution(study, folder, environment, everything, paths, made, after(everything), files, statuses)


async def execute_all(executions: Sequence[Execution], pool: Pool, jobs: int, progress: Progress) -> None:
    """Execute the notebooks of all studies side by side, each after those it waits for.

    Raises
    ------
    NotebookError
        If one fails; it tells on which study. The others are broken off.
    """
    notebooks = [(execution, name) for execution in executions for name in execution.notebooks]
    # comparisons take longest: begun last, one of them would be waited for at the end
    notebooks.sort(key=lambda notebook: not notebook[0].compares(notebook[1]))
    ended = {(execution.study.id, name): asyncio.Event() for execution, name in notebooks}
    running = asyncio.Semaphore(jobs)
    alive = asyncio.Semaphore(jobs + 1)  # one more boots meanwhile

    async def execute_one(execution: Execution, name: str) -> None:
        study_id = execution.study.id
        for earlier in execution.waits[name]:
            await ended[study_id, earlier].wait()
        shown = name if len(executions) == 1 else f"{study_id}: {name}"
        async with alive, pool.kernel(execution.paths[name].parent, execution.environment) as kernel:
            async with running:
                progress.started(shown)
                execution.statuses[name] = await _execute(execution, name, kernel)
                progress.finished(shown, execution.statuses[name])
            ended[study_id, name].set()

    try:
        async with asyncio.TaskGroup() as group:
            for execution, name in notebooks:
                group.create_task(execute_one(execution, name))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


_PATIENCE = 120  # seconds for the last output to come after a cell has ended; on a busy machine it may be late
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


async def _execute(execution: Execution, name: str, kernel: Kernel) -> str:
    """Execute a notebook's cells in order, leave their outputs in it, and return `done` or `not in study`.

    Parameters
    ----------
    execution
        Of which study, and with which notebooks.
    name
        The notebook's file name.
    kernel
        A kernel that was launched, and in which nothing was executed.

    Raises
    ------
    NotebookError
        If a cell raises anything but `NotInStudy`, or the kernel dies.
    """
    notebook = execution.notebooks[name]
    client = NotebookClient(
        notebook, km=kernel.manager, record_timing=False, coalesce_streams=True, timeout=None, iopub_timeout=_PATIENCE,
        raise_on_iopub_timeout=True,  # else outputs that come late would be missing, and no word of it
    )  # fmt: skip
    client.kc = kernel.client
    lacking: dict[str, int] = {}
    for index, cell in enumerate(notebook.cells):
        if _part(cell) in lacking:
            continue
        try:
            await client.async_execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
        except CellExecutionError as error:
            if error.ename == "NotInStudy":
                _answer(cell, error.evalue)
                if not (part := _part(cell)):
                    return NOT_IN_STUDY
                lacking[part] = index
                continue
            lines = _COLOUR.sub("", error.traceback).splitlines()
            raise _failure(execution, name, index, lines) from error
        except DeadKernelError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # nbclient takes being cancelled for a kernel that died
                raise asyncio.CancelledError from error
            lines = ["The notebook's kernel died.", *kernel.last_words().splitlines()]
            raise _failure(execution, name, index, lines) from error
    if lacking and {*filter(None, map(_part, notebook.cells))} == {*lacking}:
        return NOT_IN_STUDY
    if execution.paths[name].parent != home() / "notebooks":  # the project's own keep all cells, some without outputs
        _leave_out(notebook, lacking)
    return DONE


def _part(cell: Any) -> str:
    """Return which part of its notebook a cell belongs to, that a study may lack by itself; blank: none."""
    return str(cell.metadata.get("plr", {}).get("part", ""))


def _leave_out(notebook: Any, lacking: Mapping[str, int]) -> None:
    """Leave the parts that a study lacks out of a copy: a sentence stands in their place, once.

    `lacking` tells by part which cell answered that it is not in the study.
    """
    told, kept = "", []
    for index, cell in enumerate(notebook.cells):
        at = lacking.get(_part(cell), -1)
        answer = notebook.cells[at].outputs[-1].data["text/plain"] if at >= 0 else ""
        if not answer:
            told += str(cell.get("outputs", ""))
            kept.append(cell)
        elif answer in told:
            continue
        elif index < at:
            kept.append(cell)
        elif index == at:
            told += answer
            kept.append(nbformat.v4.new_markdown_cell(answer, id=cell.id))  # type: ignore[no-untyped-call]
    notebook.cells = kept


def _answer(cell: Any, text: str) -> None:
    """Let the answer, that this is not in the study, stand below anything the cell had printed."""
    cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
    data = {"text/markdown": text, "text/plain": text}
    cell.outputs.append(nbformat.v4.new_output("display_data", data=data))  # type: ignore[no-untyped-call]


def _failure(execution: Execution, name: str, index: int, error: list[str]) -> NotebookError:
    notebook = execution.notebooks[name]
    cell = notebook.cells[index]
    number = sum(1 for other in notebook.cells[: index + 1] if other.cell_type == "code" and other.source.strip())
    return NotebookError(name, number, cell.id, cell.source, error, _as_bytes(notebook), execution.study.id)


# Notebooks as files.


def _read_notebook(data: bytes, name: str) -> Any:
    """Return a notebook without what an earlier execution left in it.

    A cell without an id gets one from its place, so that it keeps it from the first run on.

    Raises
    ------
    RunError
        If the file is not a notebook of format 4.
    """
    try:
        raw = json.loads(data)
        for number, cell in enumerate(raw["cells"], 1):
            cell.setdefault("id", f"cell-{number:02d}")
        raw["nbformat_minor"] = max(raw["nbformat_minor"], 5)
        notebook = nbformat.v4.reads(json.dumps(raw))  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise RunError(f"{name} cannot be read as a notebook: {reason}") from error
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    return notebook


def _name_study(notebook: Any, study: str) -> None:
    """Let a copy load its own study, wherever it is opened and whatever the environment says."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace("load_study()", f"load_study({json.dumps(study, ensure_ascii=False)})")


def _as_bytes(notebook: Any) -> bytes:
    """Return the notebook as a file: sorted keys, one notation, nothing of the kernel's release."""
    notebook.metadata.update(SET["metadata"])
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return (text.rstrip("\n") + "\n").encode("utf-8")


_WIDGET = "application/vnd.jupyter.widget-view+json"
_KEPT = re.compile(r"/?(data/processed/[^/]+/)?notebooks/[^/]+\.ipynb")


def as_executed(model: Any, path: str, contents_manager: Any) -> None:
    """Let a notebook that JupyterLab saves be as a run leaves it: without times, widgets and the kernel's release.

    A live explorer is no picture for those who open the file next: its cell keeps the output that the file had. The
    arguments are those that Jupyter calls a `pre_save_hook` with; the model is changed.
    """
    if model["type"] != "notebook" or not _KEPT.fullmatch(path):
        return
    file, notebook = Path(contents_manager.root_dir) / path.lstrip("/"), model["content"]
    before = nbformat.read(file, as_version=4).cells if file.is_file() else []  # type: ignore[no-untyped-call]
    had = {cell.get("id"): cell.get("outputs", []) for cell in before}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if any(_WIDGET in output.get("data", {}) for output in cell.get("outputs", ())):
            cell["outputs"] = had.get(cell.get("id"), [])
    notebook["metadata"].pop("widgets", None)
    notebook["metadata"].update(SET["metadata"])


# Which notebook must wait for which.


def after(notebooks: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return, for each notebook, those that must have run before it.

    A notebook names them in its metadata: `{"plr": {"after": ["03-do-the-themes-hold"]}}`.

    Parameters
    ----------
    notebooks
        Each notebook by its file's name.

    Returns
    -------
    dict
        Names of files; none for a notebook that waits for nothing.

    Raises
    ------
    RunError
        If one waits for a notebook that is not there, or several wait for each other in a circle.
    """
    said = {name: _said(name, notebook, "after", []) for name, notebook in notebooks.items()}
    waits = {name: tuple(f"{other}.ipynb" for other in earlier) for name, earlier in said.items()}
    for name, earlier in waits.items():
        for other in earlier:
            if other not in waits:
                raise RunError(f"{name} is to run after {other}, and there is no notebook of that name")
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = ", which waits for ".join(reversed(error.args[1]))
        raise RunError(f"notebooks wait for each other: {circle}") from error
    return waits


_PLAINLY = {
    "after": 'what it runs after: write {"plr": {"after": ["01-name"]}}',
    "grouping": 'which grouping it is about: write {"plr": {"grouping": "role"}}',
}


def _said(name: str, notebook: Any, key: str, nothing: Said) -> Said:
    """Return what a notebook's metadata say under a key, a text or a list of texts; `nothing` where they do not."""
    section = notebook.metadata.get("plr", {})
    said = section.get(key, nothing) if isinstance(section, Mapping) else None
    if not isinstance(said, type(nothing)) or not all(isinstance(text, str) for text in said):
        raise RunError(f"{name} does not say plainly {_PLAINLY[key]}")
    return said


# A comparison notebook for each grouping that none of the project's own notebooks is about.

_BY = re.compile(r"^by = .*$", re.MULTILINE)
_LONGEST = 60  # letters of a grouping's name in the name of a file
# A viewer that sets formulas looks for these in what is shown too, but not across the border of an element.
_APART = {"$": "<span>&#36;</span>", "\\": "<span>&#92;</span>"}


def compared(notebooks: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return a notebook for each grouping of a study that no notebook names in its metadata.

    Parameters
    ----------
    notebooks
        The project's notebooks by their files' names, without outputs; they are not changed. The first by name that
        names a grouping is the source.
    settings
        What the study's study.toml says.

    Returns
    -------
    dict
        Notebooks by the names of their files, as `04-compare-age.ipynb`: in the order of study.toml, no two alike,
        whatever the groupings are called. None where no notebook names a grouping.

    Raises
    ------
    RunError
        If a notebook does not name its grouping plainly, or the source has no line `by = ...`, or several.
    """
    about = {name: _said(name, notebooks[name], "grouping", "") for name in sorted(notebooks)}
    source = next((name for name, by in about.items() if by), None)
    if source is None:
        return {}
    made: dict[str, Any] = {}
    for grouping in settings.groupings.values():
        if grouping.name not in about.values():
            name = _file_name(source[:2], grouping.name, {*notebooks, *made})
            made[name] = _made(source, notebooks[source], grouping)
    return made


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is, in one line, whatever marks it holds."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return re.sub(r"[!-&(-+\--/:-@\[-`{-~]", lambda mark: _APART.get(mark[0], f"\\{mark[0]}"), line)


def _file_name(number: str, grouping: str, taken: Collection[str]) -> str:
    """Return a name that every file system takes, and tells from those taken: some do not see capitals."""
    letters = unicodedata.normalize("NFKD", grouping).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^a-z0-9_]+", "-", letters.lower())[:_LONGEST].strip("-") or "grouping"
    others = {name.casefold() for name in taken}
    endings = ("", *(f"-{n}" for n in range(2, len(others) + 3)))
    names = (f"{number}-compare-{stem}{ending}.ipynb" for ending in endings)
    return next(name for name in names if name not in others)


def _made(source: str, notebook: Any, grouping: Grouping) -> Any:
    """Return a copy of the source that is about another grouping."""
    made = copy.deepcopy(notebook)
    places = [cell for cell in made.cells if cell.cell_type == "code" for _ in _BY.findall(cell.source)]
    if len(places) != 1:
        raise RunError(
            f"{source} is the source for comparing other groups, and {len(places) or 'no'} lines of its code are "
            'like by = "sector"; write one such line'
        )
    places[0].source = _BY.sub(lambda _: f"by = {grouping.name!r}", places[0].source)
    made.metadata["plr"] = {**made.metadata["plr"], "grouping": grouping.name}
    title = next((cell for cell in made.cells if cell.cell_type == "markdown"), None)
    if title is not None:
        title.source = _title(source, grouping)
    return made


def _title(source: str, grouping: Grouping) -> str:
    """Return the title and the question."""
    labels = [plain(label) for label in grouping.levels.values()]
    return (
        f"# {source[:2]} · {plain(grouping.label)}\n\n"
        f"**Do these groups see things differently: {joined(labels)}?**\n\n"
        f"The study declares this grouping, and the question is put to it as {source.removesuffix('.ipynb')} puts it."
    )
