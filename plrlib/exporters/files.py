"""Files that leave a study: copies for others, and Office and ZIP files that are the same whenever they are made."""

import io
import re
import secrets
import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from plrlib.faults import RunError
from plrlib.paths import home, write_through
from plrlib.privacy.identifiers import mask
from plrlib.privacy.keys import read_key, write_key
from plrlib.privacy.release import release
from plrlib.study.load import Study
from plrlib.text import joined

# Copies of a study, masked or safe to share: written where somebody says, and never into data/raw/.

_SALT = ("salt", "release")


def write_masked_copy(study: Study, out: Path) -> str:
    """Write a masked copy, and return what was done, in words.

    Raises
    ------
    RunError
        If the folder may not be written to.
    """
    done = mask(study, read_key(study.id))
    folder = write_new_folder(out, done.files)
    if not done.key:
        return f"No identifiers were found; the copy in {folder} is as the study."
    key = write_key(study.id, done.key)
    kinds = joined(f"{kind} ({n})" for kind, n in sorted(done.counts.items()))
    return f"Masked: {kinds}.\nCopy in {folder}\nWhich is which, outside of the project: {key}\nThen: plr run {folder}"


def write_release(study: Study, out: Path, keep: Collection[str] | None = None) -> str:
    """Write a copy that is safe to share, and return what it lacks, in Markdown.

    Raises
    ------
    RunError
        If the folder may not be written to, or no copy of the study is safe.
    """
    # Kept with the key, so that whoever releases a study again gives the same ids.
    salt = read_key(study.id).get(_SALT) or secrets.token_hex(16)
    try:
        made = release(study, salt, keep)
    except ValueError as error:
        raise RunError(str(error)) from error
    folder = write_new_folder(out, made.files)
    write_key(study.id, {_SALT: salt})
    lines = "\n".join(f"- {sentence}" for sentence in made.taken)
    return f"# What was taken away\n\n{lines}\n\nCopy in {folder}: read it before you share it."


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a new folder, all or none, and return it.

    Raises
    ------
    RunError
        If it lies in data/raw/, which holds what studies bring, or has something in it already.
    """
    target = folder.expanduser().resolve()
    if target.is_relative_to((home() / "data" / "raw").resolve()):
        raise RunError("--out may not lie in data/raw/: that holds what studies bring, and nothing that was made of it")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RunError(f"{folder} is there already and not empty; nothing was written: name a new folder with --out")
    return write_folder(target, files)


# Folders that are put in their place whole: whoever is stopped at any moment leaves what was there before.


def write_folder(folder: Path, files: Mapping[str, bytes], remove: Collection[str] = ()) -> Path:
    """Write files into a folder, beside whatever else is there, and return it.

    Parameters
    ----------
    folder
        Its path; it need not be there.
    files
        All of each file, by its name.
    remove
        Files that are not kept if they are there.
    """
    made, old = folder.with_name(f".{folder.name}.new"), _old(folder)
    for unfinished in (made, old):  # of somebody who was stopped
        shutil.rmtree(unfinished, ignore_errors=True)
    made.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.copytree(folder, made, symlinks=True, dirs_exist_ok=True)
    for name in remove:
        (made / name).unlink(missing_ok=True)
    for name, data in files.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        write_through(made / name, data)  # the folder must not be in its place before its files are on the disk
    if folder.exists():  # a folder that is not empty cannot be replaced in one step
        folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


def bring_back(folder: Path) -> None:
    """Put back a folder that `write_folder` had moved aside when it was stopped."""
    if _old(folder).exists() and not folder.exists():
        _old(folder).rename(folder)


def _old(folder: Path) -> Path:
    """Return where a folder waits until the new one is in its place."""
    return folder.with_name(f".{folder.name}.old")


# Office and ZIP files without the moment at which they were made, and text that no spreadsheet takes for a formula.

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the start of a formula (OWASP, CSV injection)."""
_MADE = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOMENT = b"2000-01-01T00:00:00Z"
_DATE = (1980, 1, 1, 0, 0, 0)


def safe(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula.

    Blanks before the sign do not help a spreadsheet to see it, but some drop them; letters that neither Word nor Excel
    can hold are left out.
    """
    plain = _CONTROL.sub("", text)
    return f"'{plain}" if text.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA) else plain


def saved(file: Any) -> bytes:
    """Return a Word document or an Excel workbook as the bytes of its file."""
    stream = io.BytesIO()
    file.save(stream)
    return steady(stream.getvalue())


def saved_workbook(title: str, sheets: Mapping[str, Any], fill: Callable[[Any, Any], None]) -> bytes:
    """Return an Excel workbook, each sheet of which `fill` fills from what stands under its name."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, ""
    for name, content in sheets.items():
        fill(book.create_sheet(name), content)
    return saved(book)


def steady(data: bytes) -> bytes:
    """Return an Office file without the moments at which it and its parts were made."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    core = "docProps/core.xml"
    return zipped({**parts, core: _MADE.sub(rb"\g<1>" + _MOMENT + rb"\g<2>", parts[core])})


def zipped(files: Mapping[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Return files as a ZIP, in their order and without the moment; those with a `stored` ending are packed as is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(stored) else zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return stream.getvalue()
