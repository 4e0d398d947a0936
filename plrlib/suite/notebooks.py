"""Notebooks as files: read them, clear what an execution left, and write them so that equal ones are equal bytes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from plrlib.suite.errors import RunError

# What a kernel says of itself differs between releases of Python; a notebook need not.
_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import nbformat and nbclient within this: it then takes a third of a second, and otherwise two.

    jsonschema looks whether `rfc3987_syntax` is installed, to check values of the format "iri"; that package compiles a
    grammar when it is imported. Notebooks have no such value, so jsonschema is told that the package is not there.
    """
    optional = "rfc3987_syntax"
    if "jsonschema" in sys.modules or optional in sys.modules:
        yield
        return
    sys.modules[optional] = None  # type: ignore[assignment]  # documented: an import then raises ModuleNotFoundError
    try:
        yield
    finally:
        del sys.modules[optional]


with quick_imports():
    import nbformat


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
    notebook.metadata["kernelspec"] = _KERNELSPEC
    notebook.metadata["language_info"] = _LANGUAGE
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return (text.rstrip("\n") + "\n").encode("utf-8")
