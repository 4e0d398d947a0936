"""What a run worked on and what came of it, without a word of when, how long or where."""

import json
import platform
import re
import sysconfig
from collections.abc import Mapping
from importlib.metadata import requires, version
from typing import TYPE_CHECKING

from plrlib.suite.write import digest

if TYPE_CHECKING:
    from plrlib.study import Study

TABLE = ".parquet"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def dependencies() -> dict[str, str]:
    """Return the version of every package that plrlib needs directly, and its own."""
    needed = [line for line in requires("plrlib") or [] if "extra ==" not in line]
    names = [match[0].lower() for line in needed if (match := _NAME.match(line))]
    return {name: version(name) for name in sorted(["plrlib", *names])}


def manifest(study: "Study", files: Mapping[str, bytes], notebooks: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Return manifest.json: the same bytes whenever inputs, packages and platform are the same.

    Parameters
    ----------
    study
        The study that was run.
    files
        Each file made beside the notebooks, by its name.
    notebooks
        For each notebook how it ended, and the executed file.
    """
    content = {
        "study": {"id": study.id, "title": study.title},
        "inputs": dict(study.sources),
        "tables": {name: digest(data) for name, data in files.items() if name.endswith(TABLE)},
        "drafts": {name: digest(data) for name, data in files.items() if not name.endswith(TABLE)},
        "notebooks": {name: {"status": status, "sha256": digest(data)} for name, (status, data) in notebooks.items()},
        "packages": dependencies(),
        "python": platform.python_version(),
        "platform": sysconfig.get_platform(),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
