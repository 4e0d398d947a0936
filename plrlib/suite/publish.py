"""What a run leaves: files written whole, the manifest, and one run at a time.

A manifest says what a run worked on and what came of it, without a word of when, how long or where.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import requires, version
from pathlib import Path

from plrlib.faults import RunError
from plrlib.paths import DRAFTS, EXPLORED, PLACE, copies_of, home, processed, write_through
from plrlib.privacy.keys import forget_withdrawn
from plrlib.study.load import Study
from plrlib.study.schema import TABLES
from plrlib.suite.progress import NotebookError

# The manifest.

TABLE = ".parquet"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def dependencies() -> dict[str, str]:
    """Return the version of every package that plrlib needs directly, and its own."""
    needed = [line for line in requires("plrlib") or [] if "extra ==" not in line]
    names = [match[0].lower() for line in needed if (match := _NAME.match(line))]
    return {name: version(name) for name in sorted(["plrlib", *names])}


def manifest(study: Study, files: Mapping[str, bytes], notebooks: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Return manifest.json: the same bytes whenever inputs, packages and platform are the same.

    Parameters
    ----------
    study
        The study that was run.
    files
        Each file made beside the notebooks, by its name.
    notebooks
        For each notebook how it ended, and the executed file.
    """
    content = {
        "study": {"id": study.id, "title": study.title},
        "inputs": dict(study.sources),
        "tables": {name: digest(data) for name, data in files.items() if name.endswith(TABLE)},
        "drafts": {name: digest(data) for name, data in files.items() if not name.endswith(TABLE)},
        "notebooks": {name: {"status": status, "sha256": digest(data)} for name, (status, data) in notebooks.items()},
        "packages": dependencies(),
        "python": platform.python_version(),
        "platform": sysconfig.get_platform(),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


# Files that are whole, and one run at a time.


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_file(path: Path, data: bytes, scratch: Path) -> None:
    """Put a file in its place, whole: whoever is stopped at any moment leaves the old one or the new one.

    Parameters
    ----------
    path
        Where the file belongs. Where the same bytes are there already, nothing is written.
    data
        All of the file.
    scratch
        A folder on the same disk, for the file while it is being written.
    """
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = scratch / f"{digest(os.fsencode(path))[:16]}.part"
    write_through(unfinished, data)
    os.replace(unfinished, path)  # noqa: PTH105 - named so in the promise, and tests stop here
    _keep_entry(path.parent)


def _keep_entry(folder: Path) -> None:
    """Make a folder's new entry outlive a power cut, where the system offers that."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Keep the project to this run, and give it a folder for what is unfinished; git sees neither.

    The lock is the system's and ends with the process, however it ends. What a killed run left is removed first.

    Raises
    ------
    RunError
        If another run is going on.
    """
    processed = home() / "data" / "processed"
    processed.mkdir(parents=True, exist_ok=True)
    scratch = processed / ".tmp"
    with (processed / ".lock").open("ab") as file:
        try:
            _lock(file.fileno())
        except _TAKEN:
            raise RunError("another run is going on in this project; wait until it has ended") from None
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(exist_ok=True)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        """Take the lock on an open file; `_TAKEN`: another process has it."""
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    _TAKEN = OSError
else:
    import fcntl

    def _lock(handle: int) -> None:
        """Take the lock on an open file; `_TAKEN`: another process has it."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    _TAKEN = BlockingIOError


# Where everything belongs.


def check_names(studies: Iterable[Study]) -> None:
    """Refuse a study that calls itself as another one does, in data/raw/ or here: each would write over the other.

    Raises
    ------
    RunError
        If that is so.
    """
    here: dict[str, Path] = {}
    for study in studies:
        namesake = home() / "data" / "raw" / study.id
        other = namesake if namesake.is_dir() else here.get(study.id, study.folder)
        if other.resolve() != study.folder.resolve():
            raise RunError(
                f"the study in {study.folder.name}/ calls itself {study.id!r} in study.toml, and {other.name}/ "
                "is another one of that name; give it an id of its own, so that neither writes over the other"
            )
        here[study.id] = study.folder


def check_unchanged(sources: Mapping[str, bytes]) -> None:
    """Refuse to write where somebody has saved a notebook since it was read.

    Raises
    ------
    RunError
        If that is so.
    """
    for name, data in sources.items():
        path = home() / "notebooks" / name
        if not path.is_file() or path.read_bytes() != data:
            raise RunError(f"{name} was changed while it was being executed; nothing was written, run again")


def publish(
    study: Study, files: Mapping[str, bytes], notebooks: Mapping[Path, tuple[str, bytes]], scratch: Path
) -> None:
    """Write all that a run has made of a study; take away what an earlier one made, or what was made of other data.

    Parameters
    ----------
    study
        The study it was made from.
    files
        Each file made of it beside the notebooks, by its name.
    notebooks
        How each notebook ended and the executed file, by its path.
    scratch
        A folder on the same disk, for files while they are being written; the manifest is the last of them.
    """
    derived, copies = processed(study.id), copies_of(study.id)
    for name, data in files.items():
        write_file(derived / name, data, scratch)
    for path, (_, data) in notebooks.items():
        write_file(path, data, scratch)
    if study.folder.resolve() != (home() / "data" / "raw" / study.id).resolve():
        write_file(derived / PLACE, str(study.folder).encode("utf-8"), scratch)
    made = [*(f"{table}.parquet" for table in TABLES), *DRAFTS]
    stale = [derived / name for name in made if name not in files]
    stale += [path for path in copies.glob("*.ipynb") if path not in notebooks]
    for path in stale:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        copies.rmdir()  # where nothing is left in it
    shutil.rmtree(derived / "failed", ignore_errors=True)
    if _made_of_other_data(study, derived):
        shutil.rmtree(derived / EXPLORED, ignore_errors=True)
        shutil.rmtree(copies / ".ipynb_checkpoints", ignore_errors=True)
        (derived / f"{study.id}-site.zip").unlink(missing_ok=True)
    if study.withdrawn:
        forget_withdrawn(study)
    by_name = {path.name: executed for path, executed in notebooks.items()}
    write_file(derived / "manifest.json", manifest(study, files, by_name), scratch)


def _made_of_other_data(study: Study, derived: Path) -> bool:
    """Tell whether what stands among a study's results was made of other data than it brings now."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return bool(json.loads((derived / "manifest.json").read_bytes())["inputs"] != dict(study.sources))
    return True


def keep_failed(failure: NotebookError, scratch: Path) -> None:
    """Keep a failed notebook as far as it came, for somebody to look at; the next good run takes it away."""
    folder = processed(failure.study) / "failed"
    shutil.rmtree(folder, ignore_errors=True)
    failure.kept = folder / failure.name
    write_file(failure.kept, failure.notebook, scratch)
