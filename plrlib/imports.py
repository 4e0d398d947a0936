"""Imports without the seconds that nobody needs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
