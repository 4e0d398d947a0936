"""OpenQDA's export of selections as CSV.

Source: OpenQDA, web/resources/js/exchange/useExport.js. Cells are parted by `;` and only the selection is quoted; in it
double quotation marks have become single ones, and line ends blanks.
"""

from plrlib.ingest.grid import Grid
from plrlib.ingest.mapped import read_grid
from plrlib.ingest.material import Material

_CODE, _START, _END, _TEXT = "code category", "start pos", "end pos", "selection"


def fits(grid: Grid) -> bool:
    """Tell whether a sheet is such an export."""
    return grid.has(_CODE, _START, _END, _TEXT)


def read(grid: Grid) -> Material:
    """Return its selections; those at the same place are one excerpt."""
    source = grid.header[max(0, grid.place("source", "file"))]
    fields = {"event": source, "code": _CODE, "coder": "created by", "start": _START, "end": _END, "text": _TEXT}
    material = read_grid(grid, fields)
    material.origin = "OpenQDA selections"
    material.guessed.clear()
    material.left.clear()
    return material
