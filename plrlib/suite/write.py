"""Write files whole, and one run at a time."""

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from plrlib.places import home
from plrlib.suite.errors import RunError


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
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
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
        if not _lock(file.fileno()):
            raise RunError("another run is going on in this project; wait until it has ended")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(exist_ok=True)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        """Take the lock on an open file; false: somebody has it."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        """Take the lock on an open file; false: somebody has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
