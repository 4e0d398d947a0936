"""Copies of a study for others: masked, or safe to share; written where somebody says, and never into data/raw/."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from plrlib.faults import RunError
from plrlib.paths import home
from plrlib.privacy.keys import read_key, write_key
from plrlib.privacy.masking import mask
from plrlib.privacy.release import release
from plrlib.study.load import Study
from plrlib.text import joined

# Files that are written outside of data/raw/: a masked copy, a copy to share.


def put_apart(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a new folder, all or none, and return it.

    Raises
    ------
    RunError
        If it lies in data/raw/, which holds what studies bring, or has something in it already.
    """
    target = folder.expanduser().resolve()
    raw = (home() / "data" / "raw").resolve()
    if target == raw or raw in target.parents:
        raise RunError("--out may not lie in data/raw/: that holds what studies bring, and nothing that was made of it")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RunError(f"{folder} is there already and not empty; nothing was written: name a new folder with --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, data in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if target.exists():
            target.rmdir()
        os.replace(made, target)  # noqa: PTH105 - the moment at which it is there
    finally:
        shutil.rmtree(made, ignore_errors=True)
    target.chmod(0o755)
    return target


# Copies of a study for others: masked, or safe to share; written where somebody says, and never into data/raw/.

_SALT = ("salt", "release")


def masked(study: Study, out: Path) -> str:
    """Write a masked copy, and return what was done, in words.

    Raises
    ------
    RunError
        If the folder may not be written to.
    """
    done = mask(study, read_key(study.id))
    folder = put_apart(out, done.files)
    if not done.key:
        return f"No identifiers were found; the copy in {folder} is as the study."
    key = write_key(study.id, done.key)
    kinds = joined(f"{kind} ({n})" for kind, n in sorted(done.counts.items()))
    return f"Masked: {kinds}.\nCopy in {folder}\nWhich is which, outside of the project: {key}\nThen: plr run {folder}"


def released(study: Study, out: Path, keep: Collection[str] | None = None) -> str:
    """Write a copy that is safe to share, and return what it lacks, in Markdown.

    Raises
    ------
    RunError
        If the folder may not be written to, or no copy of the study is safe.
    """
    salt = read_key(study.id).get(_SALT) or secrets.token_hex(16)
    try:
        made = release(study, salt, keep)
    except ValueError as error:
        raise RunError(str(error)) from error
    folder = put_apart(out, made.files)
    write_key(study.id, {_SALT: salt})
    lines = "\n".join(f"- {sentence}" for sentence in made.taken)
    return f"# What was taken away\n\n{lines}\n\nCopy in {folder}: read it before you share it."
