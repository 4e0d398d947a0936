"""Keys: which name an id stands for; kept on this machine, outside of the project, and read by nobody but its owner."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from platformdirs import user_data_path

from plrlib.paths import home
from plrlib.study.load import Study

PERSON_KIND = "person"
EVENT_KINDS = ("focus group", "interview")
_SHORTEST = 2
HEADER = ("kind", "name", "id")
Key = tuple[str, str]


def key_file(study: str) -> Path:
    """Return where the key of a study is kept; it need not exist.

    PLR_KEYS names another folder, as a drive that is locked away.
    """
    folder = Path(os.environ.get("PLR_KEYS") or user_data_path("plrlib", appauthor=False) / "keys")
    return folder / f"{home().resolve().name}-{study}.csv"


def read_key(study: str) -> dict[Key, str]:
    """Return the id of each kind and name; none where there is no key."""
    path = key_file(study)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["name"]): row["id"] for row in csv.DictReader(stream)}


def known_names(study: str) -> list[str]:
    """Return the names of people that an import replaced: they must not stand in a text either."""
    return [name for kind, name in read_key(study) if kind == PERSON_KIND and len(name) > _SHORTEST]


def forget_withdrawn(study: Study) -> None:
    """Take out of a study's key whatever stands for people who have withdrawn, and for events of theirs alone."""
    names = read_key(study.id)
    here = {*study.participants["participant"], *study.events["event"]}
    kept = {key: one for key, one in names.items() if one in here or key[0] not in (PERSON_KIND, *EVENT_KINDS)}
    if len(kept) < len(names):
        _write(key_file(study.id), kept)


def write_key(study: str, names: Mapping[Key, str]) -> Path:
    """Add names to a study's key, and return where it is; only its owner may read the file."""
    return _write(key_file(study), read_key(study) | dict(names))


def _write(path: Path, names: Mapping[Key, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = pd.DataFrame([(*key, one) for key, one in names.items()], columns=HEADER)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(0o600, exist_ok=False)
    rows.to_csv(unfinished, index=False, lineterminator="\n")
    return unfinished.replace(path)
