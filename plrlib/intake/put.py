"""A study's folder in data/raw/, put there whole: whoever is stopped at any moment leaves what was there before."""

import os
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from plrlib.places import SHIPPED, home
from plrlib.suite.errors import RunError

_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def place(name: str) -> Path:
    """Return the folder that a study of this name has in data/raw/.

    One that was moved aside by somebody who was stopped before the new one had its place is put back.

    Raises
    ------
    RunError
        If the name is no plain one, or that of a study that comes with the project.
    """
    if not _PLAIN.fullmatch(name) or len(name) > 80 or _DEVICES.fullmatch(name):
        raise RunError(f"{name!r} is no name for a study: use letters, digits, and . _ - between them, as in my-study")
    if name in SHIPPED:
        raise RunError(f"{name} comes with the project; choose another name")
    folder = home() / "data" / "raw" / name
    _, old = _beside(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    return folder


def _beside(folder: Path) -> tuple[Path, Path]:
    """Return where a study's folder is made, and where the one before it waits until that is in its place."""
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def put(name: str, files: Mapping[str, bytes], *, replace: bool, gone: Collection[str] = ()) -> Path:
    """Write files into a study's folder, beside whatever else is there, and return the folder.

    Parameters
    ----------
    name
        The study's name.
    files
        All of each file, by its name.
    replace
        Whether the folder may be there already.
    gone
        Files that are there and are not kept.

    Raises
    ------
    RunError
        If the name will not do, or the folder is there and may not be.
    """
    folder = place(name)
    if folder.exists() and not replace:
        raise RunError(f"data/raw/{name}/ is there already; nothing was written")
    made, old = _beside(folder)
    for left in (made, old):
        shutil.rmtree(left, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.copytree(folder, made, symlinks=True)
    made.mkdir(exist_ok=True)
    for file in gone:
        (made / file).unlink(missing_ok=True)
    for file, data in files.items():
        with (made / file).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    if folder.exists():
        folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder
