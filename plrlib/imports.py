"""Imports without the seconds that nobody needs."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any


def offered(package: str, file: str) -> tuple[list[str], Callable[[], list[str]], Callable[[str], Any]]:
    """Return the `__all__`, `__dir__` and `__getattr__` of a package that imports what it offers when it is asked for.

    What that is stands in the stub beside the package's file, where editors and mypy read it too, so that the two never
    differ.

    Parameters
    ----------
    package, file
        The package's `__name__` and `__file__`.
    """
    stub = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
    where = {one.name: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for one in node.names}

    def ask(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if where[name] == package:
            return import_module(f"{package}.{name}")
        found = getattr(import_module(str(where[name])), name)
        setattr(sys.modules[package], name, found)  # next time without coming here
        return found

    return list(where), lambda: sorted(where), ask


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import nbformat, nbclient and myst_nb within this: it then takes a third of a second, and otherwise two more.

    jsonschema looks whether `rfc3987_syntax` is installed, to check values of the format "iri"; that package compiles a
    grammar when it is imported. Notebooks have no such value, so jsonschema is told that the package is not there.
    """
    optional = "rfc3987_syntax"
    if "jsonschema" in sys.modules or optional in sys.modules:
        yield
        return
    sys.modules[optional] = None  # type: ignore[assignment]  # documented: an import then raises ModuleNotFoundError
    try:
        yield
    finally:
        del sys.modules[optional]
