"""Put what a run has made in its place."""

import contextlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plrlib.places import DEFAULT_STUDY, DRAFTS, EXPLORED, home, processed
from plrlib.privacy.keys import forget_withdrawn
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
    """All that a run has made of one study.

    Parameters
    ----------
    study
        The study it was made from.
    files
        Each file made of it beside the notebooks, by its name.
    notebooks
        How each notebook ended and the executed file, by its path.
    """

    study: "Study"
    files: Mapping[str, bytes]
    notebooks: Mapping[Path, tuple[str, bytes]]


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
    return copies_of(study_id)


def copies_of(study_id: str) -> Place:
    """Return where notebooks are executed that are kept among a study's results."""
    return Place(processed(study_id) / "notebooks", False)


def check_names(studies: Iterable["Study"]) -> None:
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


def publish(results: Results, scratch: Path) -> None:
    """Write files, notebooks and, last, the manifest; take away what an earlier run made, or was made of other data."""
    derived = processed(results.study.id)
    copies = copies_of(results.study.id).folder
    for name, data in results.files.items():
        write_file(derived / name, data, scratch)
    for path, (_, data) in results.notebooks.items():
        write_file(path, data, scratch)
    made = [*(f"{table}.parquet" for table in TABLES), *DRAFTS]
    stale = [derived / name for name in made if name not in results.files]
    stale += [path for path in copies.glob("*.ipynb") if path not in results.notebooks]
    for path in stale:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        copies.rmdir()  # where nothing is left in it
    shutil.rmtree(derived / "failed", ignore_errors=True)
    if _made_of_other_data(results.study, derived):
        shutil.rmtree(derived / EXPLORED, ignore_errors=True)
        shutil.rmtree(copies / ".ipynb_checkpoints", ignore_errors=True)
        (derived / f"{results.study.id}-site.zip").unlink(missing_ok=True)
    if results.study.withdrawn:
        forget_withdrawn(results.study)
    notebooks = {path.name: executed for path, executed in results.notebooks.items()}
    write_file(derived / "manifest.json", manifest(results.study, results.files, notebooks), scratch)


def _made_of_other_data(study: "Study", derived: Path) -> bool:
    """Tell whether what stands among a study's results was made of other data than it brings now."""
    try:
        before = json.loads((derived / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return bool(before != dict(study.sources))


def keep_failed(failure: NotebookError, scratch: Path) -> None:
    """Keep a failed notebook as far as it came, for somebody to look at; the next good run takes it away."""
    folder = processed(failure.study) / "failed"
    shutil.rmtree(folder, ignore_errors=True)
    failure.kept = folder / failure.name
    write_file(failure.kept, failure.notebook, scratch)
