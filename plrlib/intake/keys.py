"""Which name an id stands for: kept on this machine, outside of the project, and read by nobody but its owner."""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

from plrlib.places import home

HEADER = ("kind", "name", "id")
Key = tuple[str, str]


def key_file(study: str) -> Path:
    """Return where the key of a study is kept; it need not exist.

    PLR_KEYS names another folder, as a drive that is locked away.
    """
    folder = Path(os.environ.get("PLR_KEYS") or user_data_path("plrlib", appauthor=False) / "keys")
    project = home().resolve()
    return folder / f"{project.name}-{study}.csv"


def read_key(study: str) -> dict[Key, str]:
    """Return the id of each kind and name; none where there is no key."""
    path = key_file(study)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["name"]): row["id"] for row in csv.DictReader(stream)}


def write_key(study: str, names: Mapping[Key, str]) -> Path:
    """Add names to a study's key, and return where it is; only its owner may read the file."""
    path = key_file(study)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((kind, name, one) for (kind, name), one in (read_key(study) | dict(names)).items())
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(text.getvalue())
    unfinished.replace(path)
    return path
