"""The store of answers: what statistics found of a study, kept on disk so that ten notebooks ask once.

`plr run`, its kernels and `plr lab` use it, where the environment's PLR_STORE names its folder; plain calls never do.
An answer is found by a digest of all that it depends on: the study's tables and settings, the library's source, the
versions of numpy, scipy and pandas, the function and its arguments. It holds counts, codes and ids, and never words. A
full store and an empty one give the same results.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plrlib.paths import STORE, digest_of, processed, write_whole
from plrlib.study.load import Study
from plrlib.study.prepared import remembered

FOLDER = ".answers"
"""What the folder is called, among a study's results."""
_ABOUT = "study"
_PACKAGE = Path(__file__).resolve().parents[1]

Answer = pd.DataFrame | np.ndarray


def look_up(study: Study, question: str, compute: Callable[[], Any]) -> Any:
    """Return the answer to a question about a study: as it was put down, else computed, and put down.

    What is not there, cannot be read or fails its digest is computed. What would not come back the same from a file is
    not put down.

    Parameters
    ----------
    question
        The function that is asked, and with what arguments.
    compute
        Answers it: with a frame, or an array of numbers.
    """
    path = _folder(study, Path(os.environ[STORE])) / f"{digest_of(_basis(study), _library(), question)}.json"
    if (found := _read(path)) is None:
        found = compute()
        _write(path, found)
    return found


def discard_stale(study: Study, results: Path | None = None) -> None:
    """Delete the answers about a study as it was before it changed: before somebody withdrew, or consent did.

    Parameters
    ----------
    results
        The folder that holds each study's results; None: the project's.
    """
    folder = (results or processed("")) / study.id / FOLDER
    with suppress(OSError, UnicodeDecodeError):
        if (folder / _ABOUT).read_text(encoding="ascii") == _basis(study):
            return
    shutil.rmtree(folder, ignore_errors=True)


def delete(study_id: str) -> None:
    """Delete all answers about a study."""
    shutil.rmtree(processed(study_id) / FOLDER, ignore_errors=True)


@remembered
def _folder(study: Study, results: Path) -> Path:
    """Return where the answers about a study are; older ones than of the study as it is are gone from there.

    That is looked after once for each time that the study was loaded.
    """
    discard_stale(study, results)
    folder = results / study.id / FOLDER
    with suppress(OSError):
        write_whole(folder / _ABOUT, _basis(study))
    return folder


@remembered
def _basis(study: Study) -> str:
    """Return the digest of a study's tables and settings, whoever may have changed them since they were read."""
    parts = [repr(vars(study.settings)), str(study.withdrawn)]
    for name, table in study.tables.items():
        parts += [name, repr([(c, str(kind)) for c, kind in table.dtypes.items()])]
        parts += [repr(list(table[c].cat.categories)) for c in table.select_dtypes("category")]
        parts.append(pd.util.hash_pandas_object(table, index=True).to_numpy().tobytes().hex())
    return digest_of(*parts)


@functools.cache
def _library() -> str:
    """Return the digest of the library's source and of what it counts with."""
    files = (p for p in _PACKAGE.rglob("*") if p.suffix in (".py", ".toml"))
    return digest_of(*(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas")), files=files)


# One file an answer: JSON, with the digest of what it says before it.


def _read(path: Path) -> Answer | None:
    """Return the answer in a file; None where it is not there or not as it was put down."""
    try:
        digest, _, content = path.read_text(encoding="utf-8").partition("\n")
        return _decoded(json.loads(content)) if digest == digest_of(content) else None
    except (OSError, ValueError):
        return None


def _write(path: Path, answer: Answer) -> None:
    """Put an answer down, if it would come back the same; a full or write-protected disk only costs time."""
    with suppress(TypeError, OSError):
        content = json.dumps(_encoded(answer), ensure_ascii=False, separators=(",", ":"))
        if _same(_decoded(json.loads(content)), answer):
            write_whole(path, f"{digest_of(content)}\n{content}")


def _encoded(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, np.ndarray):
        return {"dtype": str(answer.dtype), "shape": answer.shape, "values": answer.ravel().tolist()}
    return {"columns": [_encoded_column(str(name), answer[name]) for name in answer]}


def _encoded_column(name: str, column: pd.Series[Any]) -> dict[str, Any]:
    kind: Any = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        kind = {"categories": list(kind.categories), "ordered": bool(kind.ordered)}
    values = column.astype("object").where(column.notna(), None).tolist()
    return {"name": name, "dtype": kind if isinstance(kind, dict) else str(kind), "values": values}


def _decoded(said: dict[str, Any]) -> Answer:
    if "columns" not in said:
        return np.array(said["values"], dtype=said["dtype"]).reshape(said["shape"])
    return pd.DataFrame({one["name"]: pd.array(one["values"], dtype=_kind(one["dtype"])) for one in said["columns"]})


def _kind(said: Any) -> Any:
    return pd.CategoricalDtype(**said) if isinstance(said, dict) else said


def _same(found: Answer, answer: Answer) -> bool:
    if isinstance(found, np.ndarray) or isinstance(answer, np.ndarray):
        return isinstance(found, np.ndarray) and isinstance(answer, np.ndarray) and np.array_equal(found, answer)
    with suppress(AssertionError):
        pd.testing.assert_frame_equal(found, answer, check_exact=True, check_column_type=True)
        return True
    return False
