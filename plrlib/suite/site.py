"""The site of all studies that have been run, and one study's pages as a file that a mentor opens as it is."""

import html
import os
from collections.abc import Iterable
from pathlib import Path

from plrlib.exporters.files import zipped
from plrlib.faults import RunError
from plrlib.paths import STORE, digest_of, home, known_studies, processed
from plrlib.study.load import Study
from plrlib.suite.kernels import kernel_environment, run_aside
from plrlib.suite.publish import scratch_folder, write_file
from plrlib.suite.review import FORM, form

MADE = "made.txt"
"""In site/: the digest of all that it was made from."""


def build_site(folders: Iterable[Path] = ()) -> Path | None:
    """Build site/ from every study that has been run: those in data/raw/, and those in the folders given.

    Returns
    -------
    Path
        The page to start from; None where no study has been run.

    Raises
    ------
    RunError
        If it cannot be built, or another run is going on. The site that was there stays.
    """
    if not (wanted := _with_raw(folders)):
        return None
    site, key = home() / "site", _key(wanted)
    if not _is_of(site, key):
        with scratch_folder() as scratch:
            target = built(wanted, scratch)
            (target / MADE).write_text(key, encoding="utf-8")
            if site.exists():
                site.rename(scratch / "old")
            target.rename(site)
    return site / "index.html"


def drop_outdated(folders: Iterable[Path] = ()) -> bool:
    """Remove site/ where it is not of what has been run, and tell whether it was."""
    site = home() / "site"
    if not site.is_dir() or _is_of(site, _key(_with_raw(folders))):
        return False
    with scratch_folder() as scratch:
        site.rename(scratch / "old")
    return True


def built(folders: Iterable[Path], scratch: Path) -> Path:
    """Build the pages of studies in a process of its own, and return the folder that they are in.

    Raises
    ------
    RunError
        If they cannot be built.
    """
    source, target = scratch / "source", scratch / "html"
    environment = {**os.environ, **kernel_environment(), STORE: str(processed(""))}
    failed = "the site could not be built, and stays as it was:\n"
    run_aside("plrlib.site.build", source, target, *folders, environment=environment, failed=failed, most=5)
    return target


def _with_raw(folders: Iterable[Path]) -> list[Path]:
    """Return the studies in data/raw/ that have been run, and those in the folders given, each once."""
    names = [name for name in known_studies() if (processed(name) / "manifest.json").is_file()]
    raw = [home() / "data" / "raw" / name for name in names]
    return list(dict.fromkeys(folder.resolve() for folder in (*raw, *folders)))


def _is_of(site: Path, key: str) -> bool:
    """Tell whether a site was made from what has this digest."""
    return (site / MADE).is_file() and (site / MADE).read_text(encoding="utf-8") == key


def _key(folders: Iterable[Path]) -> str:
    """Return a digest of all that the site is made from: which studies, what was run, the library as it is."""
    root, data = home().resolve(), home() / "data"
    names = (folder.relative_to(root) if folder.is_relative_to(root) else folder for folder in folders)
    library = Path(__file__).resolve().parents[1].rglob("*")
    source = (path for path in library if path.suffix in (".py", ".md", ".toml", ".css", ".js"))
    files = [*data.glob("processed/*/manifest.json"), *data.glob("reviews/*.json"), *source]
    return digest_of(*map(str, names), files=files)


# The pack of one study.

FIRST = "open-me.html"
_STORED = (".png", ".woff2", ".ttf", ".docx", ".xlsx")


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
    start = Path(__file__).with_name(FIRST).read_text(encoding="utf-8")
    start = start.format(title=html.escape(study.title), page=f"site/{study.id}/index.html")
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
