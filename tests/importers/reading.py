"""Read a file as `plr import` does: through the reader that fits what is in it."""

from pathlib import Path

from plrlib.importers import import_files
from plrlib.importers.material import Choices, Material


def read(path: Path, columns: dict[str, str] | None = None, **choices: object) -> list[Material]:
    """Return the material of each sheet of a workbook, or of all of another file."""
    return [import_files.read(source) for source in import_files.sources(path, Choices(columns or {}, **choices))]


def read_one(path: Path, **choices: object) -> Material:
    """Return the material of a file that is one."""
    (material,) = read(path, **choices)
    return material
