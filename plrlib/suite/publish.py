"""Put what a run has made in its place."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plrlib.places import DEFAULT_STUDY, home, processed
from plrlib.suite.errors import NotebookError, RunError
from plrlib.suite.manifest import manifest
from plrlib.suite.write import write_file
from plrlib.tables import TABLES

if TYPE_CHECKING:
    from plrlib.study import Study


@dataclass(frozen=True)
class Place:
    """Where the notebooks of one run are executed, and whether that is where they are kept."""

    folder: Path
    in_place: bool


@dataclass(frozen=True)
class Results:
    """All that a run has made.

    Parameters
    ----------
    study
        The study it was made from.
    tables
        Each table's file, by the file's name.
    notebooks
        How each notebook ended and the executed file, by the file's name.
    """

    study: "Study"
    tables: Mapping[str, bytes]
    notebooks: Mapping[str, tuple[str, bytes]]


def place_for(folder: Path, study_id: str) -> Place:
    """Return where notebooks are executed: in notebooks/ for the published study, among its results for any other.

    Parameters
    ----------
    folder
        The study's folder, resolved.
    study_id
        The study's name.
    """
    if folder == (home() / "data" / "raw" / DEFAULT_STUDY).resolve():
        return Place(home() / "notebooks", True)
    return Place(processed(study_id) / "notebooks", False)


def check_name(study: "Study") -> None:
    """Refuse a study that calls itself as another one in data/raw/ does: it would write over that one's results.

    Raises
    ------
    RunError
        If that is so.
    """
    namesake = home() / "data" / "raw" / study.id
    if namesake.is_dir() and namesake.resolve() != study.folder.resolve():
        raise RunError(
            f"this study calls itself {study.id!r} in study.toml, and data/raw/{study.id}/ is another one; "
            "give it an id of its own, so that neither writes over the other"
        )


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


def publish(results: Results, place: Place, scratch: Path) -> None:
    """Write tables, notebooks and, last, the manifest; take away what only an earlier run made."""
    derived = processed(results.study.id)
    for name, data in results.tables.items():
        write_file(derived / name, data, scratch)
    for name, (_, data) in results.notebooks.items():
        write_file(place.folder / name, data, scratch)
    stale = [derived / f"{name}.parquet" for name in TABLES if f"{name}.parquet" not in results.tables]
    if not place.in_place:
        stale += [path for path in place.folder.glob("*.ipynb") if path.name not in results.notebooks]
    for path in stale:
        path.unlink(missing_ok=True)
    shutil.rmtree(derived / "failed", ignore_errors=True)
    write_file(derived / "manifest.json", manifest(results.study, results.tables, results.notebooks), scratch)


def keep_failed(failure: NotebookError, study_id: str, scratch: Path) -> None:
    """Keep a failed notebook as far as it came, for somebody to look at; the next good run takes it away."""
    folder = processed(study_id) / "failed"
    shutil.rmtree(folder, ignore_errors=True)
    failure.kept = folder / failure.name
    write_file(failure.kept, failure.notebook, scratch)
