"""Mixed-methods analysis of what people said in focus groups and interviews.

What is listed here is imported when it is first asked for: `plr --help` and `plr check` need no statistics.
"""

import ast
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

__version__ = version("plrlib")
# The stub tells editors and mypy what there is, and this file the same; so that the two never differ, it is read.
_STUB = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_WHERE = {one.name: node.module for node in _STUB.body if isinstance(node, ast.ImportFrom) for one in node.names}
__all__ = [*_WHERE]  # noqa: PLE0604 - names, as the stub has them


def __dir__() -> list[str]:
    """Name what is public, and nothing else."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that defines it."""
    if name == "show":
        return import_module("plrlib.show")
    if name in _WHERE:
        found = globals()[name] = getattr(import_module(_WHERE[name]), name)  # next time without coming here
        return found
    raise AttributeError(f"module 'plrlib' has no attribute {name!r}")
