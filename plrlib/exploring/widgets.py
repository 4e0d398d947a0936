"""The parts that ipywidgets does not have: a grid whose marks can be clicked, and a call that can be copied."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Grid(anywidget.AnyWidget):
    """The grid of people.

    `grid` is what `marks.grid` returns, with a `title`; `busy` dims it; `chosen` is the cell and the number of the mark
    that was clicked (-1: the whole cell), with the moment, so that a second click is a change too.
    """

    _esm = _HERE / "grid.js"
    _css = _HERE / "grid.css"
    grid: Any = traitlets.Dict().tag(sync=True)
    busy: Any = traitlets.Bool(False).tag(sync=True)
    chosen: Any = traitlets.Dict({"at": "", "number": -1}).tag(sync=True)


class Call(anywidget.AnyWidget):
    """Code to copy."""

    _esm = _HERE / "call.js"
    text: Any = traitlets.Unicode("").tag(sync=True)
