"""Pack a study's site as one file that a mentor opens without installing anything."""

import html
from pathlib import Path

from plrlib.drafts.safe import zipped
from plrlib.places import processed
from plrlib.study import Study
from plrlib.suite.errors import RunError
from plrlib.suite.reviewing import FORM, form
from plrlib.suite.site import built
from plrlib.suite.write import scratch_folder, write_file

FIRST = "open-me.html"
_STORED = (".png", ".woff2", ".ttf", ".docx", ".xlsx")
_START = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
<p><a href="{page}">{title}</a></p>
</html>
"""


def pack(study: Study, path: Path | None = None) -> Path:
    """Write the site of one study, with the form for its review and its drafts, as a ZIP; return where it is.

    The same site gives the same bytes.

    Parameters
    ----------
    study
        A study that was run as it is now.
    path
        Where to write it; None: among the study's results.

    Raises
    ------
    RunError
        If the study was not run as it is now, or the site cannot be built or written.
    """
    name = f"{study.id}-site"
    target = path or processed(study.id) / f"{name}.zip"
    files = {FORM: form(study)}
    files |= {file.name: file.read_bytes() for file in processed(study.id).glob("joint-display.*")}
    start = _START.format(title=html.escape(study.title), page=f"site/{study.id}/index.html")
    files[FIRST] = start.encode("utf-8")
    with scratch_folder() as scratch:
        site = built([study.folder], scratch)
        pages = (file for file in site.rglob("*") if file.is_file())
        files |= {f"site/{page.relative_to(site).as_posix()}": page.read_bytes() for page in pages}
        data = zipped({f"{name}/{file}": files[file] for file in sorted(files)}, _STORED)
        try:
            if path is None:
                write_file(target, data, scratch)
            else:  # it may be on another disk
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        except OSError as error:
            raise RunError(f"{target.name} could not be written: {error.strerror}") from error
    return target
