"""Notebooks: read from files, executed in a kernel, and written so that equal ones are equal bytes."""

import asyncio
import json
import re
from typing import Any

from plrlib.faults import RunError
from plrlib.imports import quick_imports
from plrlib.suite.kernels import SET, Kernel
from plrlib.suite.progress import DONE, NOT_IN_STUDY, NotebookError

with quick_imports():
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError


def read_notebook(data: bytes, name: str) -> Any:
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
    clear(notebook.cells)
    notebook.metadata.pop("widgets", None)
    return notebook


def clear(cells: list[Any]) -> None:
    """Take outputs, counts and timings out of cells."""
    for cell in cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def sentence(text: str) -> Any:
    """Return the output of a cell that says something in words."""
    data = {"text/markdown": text, "text/plain": text}
    return nbformat.v4.new_output("display_data", data=data)  # type: ignore[no-untyped-call]


def as_bytes(notebook: Any) -> bytes:
    """Return the notebook as a file: sorted keys, one notation, nothing of the kernel's release."""
    notebook.metadata.update(SET["metadata"])
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return (text.rstrip("\n") + "\n").encode("utf-8")


_PATIENCE = 120  # seconds for the last output to come after a cell has ended; on a busy machine it may be late
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


async def execute(notebook: Any, name: str, study: str, kernel: Kernel, keep_rest: bool) -> str:
    """Execute a notebook's cells in order, and leave their outputs in it.

    Parameters
    ----------
    notebook
        As `read_notebook` returns it; changed in place.
    name
        The notebook's file name, for messages.
    study
        The study that it is executed on, for messages.
    kernel
        A kernel that was launched, and in which nothing was executed.
    keep_rest
        What becomes of the cells below one that finds the study has no answer (it raised `NotInStudy`): they stay
        without outputs (true), or they are taken out of the notebook (false).

    Returns
    -------
    str
        `done` or `not in study`.

    Raises
    ------
    NotebookError
        If a cell raises anything else, or the kernel dies.
    """
    client = NotebookClient(
        notebook, km=kernel.manager, record_timing=False, coalesce_streams=True, timeout=None, iopub_timeout=_PATIENCE,
        raise_on_iopub_timeout=True,  # else outputs that come late would be missing, and no word of it
    )  # fmt: skip
    client.kc = kernel.client
    for index, cell in enumerate(notebook.cells):
        try:
            await client.async_execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
        except CellExecutionError as error:
            if error.ename == "NotInStudy":
                _answer(notebook, index, error.evalue, keep_rest)
                return NOT_IN_STUDY
            lines = _COLOUR.sub("", error.traceback).splitlines()
            raise _failure(notebook, name, study, index, lines) from error
        except DeadKernelError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # nbclient takes being cancelled for a kernel that died
                raise asyncio.CancelledError from error
            lines = ["The notebook's kernel died.", *kernel.last_words().splitlines()]
            raise _failure(notebook, name, study, index, lines) from error
    return DONE


def _answer(notebook: Any, index: int, answer: str, keep_rest: bool) -> None:
    """Let the answer stand as what the cell put out, below anything it had printed, and end there."""
    cell = notebook.cells[index]
    printed = [output for output in cell.outputs if output.output_type != "error"]
    cell.outputs = [*printed, sentence(answer)]
    if keep_rest:
        clear(notebook.cells[index + 1 :])
    else:
        del notebook.cells[index + 1 :]


def _failure(notebook: Any, name: str, study: str, index: int, error: list[str]) -> NotebookError:
    cell = notebook.cells[index]
    number = sum(1 for other in notebook.cells[: index + 1] if other.cell_type == "code" and other.source.strip())
    return NotebookError(name, number, cell.id, cell.source, error, as_bytes(notebook), study)
