"""Dedoose's export of excerpts as XLSX: a row an excerpt, and three columns a code."""

from plrlib.ingest.grid import Grid
from plrlib.ingest.mapped import read_grid
from plrlib.ingest.material import Material

_FIELDS = {
    "event": "Media Title", "coder": "Excerpt Creator", "text": "Excerpt Copy", "codes": "Code: * Applied",
}  # fmt: skip


def fits(grid: Grid) -> bool:
    """Tell whether a sheet is such an export."""
    wide = any(name.startswith("Code: ") and name.endswith(" Applied") for name in grid.header)
    return wide and grid.has("Media Title", "Excerpt Copy")


def read(grid: Grid) -> Material:
    """Return its excerpts: the creator is the coder, and a code's weight is left out."""
    fields = {name: column for name, column in _FIELDS.items() if name == "codes" or grid.has(column)}
    material = read_grid(grid, fields)
    material.origin = "Dedoose excerpts"
    weights = [at for at, name in enumerate(grid.header) if name.startswith("Code: ") and name.endswith(" Weight")]
    material.left.clear()
    material.left["weights of codes"] += sum(bool(row[at]) for row in grid.rows.values() for at in weights)
    return material
