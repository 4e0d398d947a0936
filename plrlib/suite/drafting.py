"""Draft a study's joint display in a process of its own, in the environment that its notebooks have."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plrlib.places import DRAFTS
from plrlib.suite.errors import RunError


def drafted(folder: Path, environment: Mapping[str, str], scratch: Path) -> dict[str, bytes]:
    """Return the drafts of the study in a folder, by the file's name; nothing where it has no claims.

    Raises
    ------
    RunError
        If they cannot be made; the message ends with what was wrong.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        command = [sys.executable, "-m", "plrlib.drafts", str(folder), place]
        done = subprocess.run(command, env=dict(environment), capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise RunError(f"the joint display of the study in {folder.name}/ could not be drafted: {last}")
        return {name: (Path(place) / name).read_bytes() for name in DRAFTS if (Path(place) / name).is_file()}
