"""Files that are written outside of data/raw/: a masked copy, a copy to share."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plrlib.places import home
from plrlib.suite.errors import RunError


def put_apart(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a new folder, all or none, and return it.

    Raises
    ------
    RunError
        If it lies in data/raw/, which holds what studies bring, or has something in it already.
    """
    target = folder.expanduser().resolve()
    raw = (home() / "data" / "raw").resolve()
    if target == raw or raw in target.parents:
        raise RunError("--out may not lie in data/raw/: that holds what studies bring, and nothing that was made of it")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RunError(f"{folder} is there already and not empty; nothing was written: name a new folder with --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, data in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if target.exists():
            target.rmdir()
        os.replace(made, target)  # noqa: PTH105 - the moment at which it is there
    finally:
        shutil.rmtree(made, ignore_errors=True)
    target.chmod(0o755)
    return target
