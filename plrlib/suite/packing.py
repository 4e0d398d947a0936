"""Pack a study's site as one file that a mentor opens without installing anything."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from plrlib.places import processed
from plrlib.suite.errors import RunError
from plrlib.suite.reviewing import FORM, Reviewed
from plrlib.suite.site import built
from plrlib.suite.write import scratch_folder

FIRST = "open-me.html"
_DATE = (1980, 1, 1, 0, 0, 0)
_STORED = (".png", ".woff2", ".ttf", ".docx", ".xlsx")


def pack(one: Reviewed, form: bytes, path: Path | None = None) -> Path:
    """Write the site of one study, with the form for its review and its drafts, as a ZIP; return where it is.

    The same site gives the same bytes.

    Parameters
    ----------
    one
        What was run of the study.
    form
        The form for its review.
    path
        Where to write it; None: among the study's results.

    Raises
    ------
    RunError
        If the site cannot be built.
    """
    name = f"{one.study.id}-site"
    target = path or processed(one.study.id) / f"{name}.zip"
    with scratch_folder() as scratch:
        site = built([one.study.folder], scratch)
        files = {file.relative_to(site).as_posix(): file.read_bytes() for file in site.rglob("*") if file.is_file()}
        drafts = {file.name: file.read_bytes() for file in processed(one.study.id).glob("joint-display.*")}
        start = f'<!doctype html><meta charset="utf-8"><title>{one.study.id}</title>'
        start += f'<meta http-equiv="refresh" content="0; url=site/{one.study.id}/index.html">'
        start += f'<p><a href="site/{one.study.id}/index.html">Open the study</a></p>\n'
        whole = {
            FIRST: start.encode("utf-8"), FORM: form, **drafts,
            **{f"site/{name}": data for name, data in files.items()},
        }  # fmt: skip
        unfinished = scratch / "pack.zip"
        _zip(unfinished, {f"{name}/{file}": data for file, data in sorted(whole.items())})
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(unfinished.read_bytes()) if path else unfinished.replace(target)
        except OSError as error:
            raise RunError(f"{target.name} could not be written: {error.strerror}") from error
    return target


def _zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
