"""Where things are: the project's folder, a study's tables, and what is derived from them."""

import os
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from plrlib.text import listed

DEFAULT_STUDY = "plr0809-017"
SHIPPED = (DEFAULT_STUDY, "worked-example")
"""The studies that come with the project; `plr run` without a name runs those of them that are there."""
WORKBOOK = "study.xlsx"
"""A study's tables as the sheets of a workbook, for those who do not like CSV."""
EXPLORED = "explored"
"""Where views of the explorer are exported to, among a study's results."""
PLACE = "study-folder.txt"
"""Among a study's results: where it lies, if that is not in data/raw/ under its own name."""
STORE = "PLR_STORE"
"""The variable of the environment that names the folder of studies' results, where answers are stored and looked up."""
DRAFTS = ("joint-display.docx", "joint-display.xlsx")
"""What is drafted for a report, among a study's results."""


def home() -> Path:
    """Return the project's folder: the nearest one, from here upwards, with data/raw/ in it.

    A notebook is run in notebooks/, a command anywhere below the project. Where nothing fits, the folder that
    the library itself lies in; and where that is not a project either, the current folder.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "data" / "raw").is_dir():
            return folder
    return here


def study_folder(name_or_path: str | Path) -> Path:
    """Return the folder of a study given by its name in data/raw/, by its path, or by its name among the results.

    Raises
    ------
    FileNotFoundError
        If there is neither such a name nor such a folder; the message lists the names there are.
    """
    wanted = str(name_or_path)
    if wanted in known_studies():
        return (home() / "data" / "raw" / wanted).resolve()
    if wanted and Path(wanted).is_dir():
        return Path(wanted).resolve()
    if Path(wanted).name == WORKBOOK and Path(wanted).is_file():
        return Path(wanted).resolve().parent
    place = processed(wanted) / PLACE
    if Path(wanted).name == wanted and place.is_file() and Path(lies := place.read_text("utf-8")).is_dir():
        return Path(lies)
    known = listed(known_studies(), none="none yet")
    neither = f"neither a folder of data/raw/ (there: {known}) nor the path of a folder"
    raise FileNotFoundError(f"no study called {wanted!r}: {neither}")


def known_studies() -> list[str]:
    """Return the names of the studies in data/raw/, in alphabetical order."""
    return sorted(p.name for p in (home() / "data" / "raw").glob("*/") if not p.name.startswith("."))


def shipped_studies() -> list[str]:
    """Return the names of the shipped studies that are in data/raw/, the published one first."""
    return [name for name in SHIPPED if name in known_studies()]


def chosen_study() -> str:
    """Return the study among whose results we are, else the environment's PLR_STUDY, else the published one."""
    results, named = processed(""), os.environ.get("PLR_STUDY")
    own = next(iter(Path.cwd().relative_to(results).parts), "") if Path.cwd().is_relative_to(results) else ""
    if own and (own in known_studies() or (processed(own) / PLACE).is_file() or not named):
        return own
    return named or DEFAULT_STUDY


def processed(study_id: str) -> Path:
    """Return the folder for all that is derived from a study; it need not exist yet."""
    return home() / "data" / "processed" / study_id


def folder_for(folder: Path, study_id: str) -> Path:
    """Return where notebooks are executed: in notebooks/ for the published study, among its results for any other.

    Parameters
    ----------
    folder
        The study's folder, resolved.
    study_id
        The study's name.
    """
    if folder == (home() / "data" / "raw" / DEFAULT_STUDY).resolve():
        return home() / "notebooks"
    return copies_of(study_id)


def copies_of(study_id: str) -> Path:
    """Return where notebooks are executed that are kept among a study's results."""
    return processed(study_id) / "notebooks"


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, even while another process writes the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(name).replace(path)


def write_through(path: Path, data: bytes) -> None:
    """Write a file, and return once it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def digest_of(*words: str, files: Iterable[Path] = ()) -> str:
    """Return one SHA-256, in hexadecimal, of texts, and of files with their names and the folders they lie in."""
    whole = sha256("\0".join(words).encode())
    for path in sorted(files):
        whole.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
    return whole.hexdigest()
