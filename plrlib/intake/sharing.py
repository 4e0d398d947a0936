"""Copies of a study for others: masked, or safe to share; written where somebody says, and never into data/raw/."""

import secrets
from collections.abc import Collection
from pathlib import Path

from plrlib.intake.apart import put_apart
from plrlib.privacy.keys import read_key, write_key
from plrlib.privacy.masking import mask
from plrlib.privacy.release import release
from plrlib.study import Study
from plrlib.suite.errors import RunError
from plrlib.wording import joined

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
