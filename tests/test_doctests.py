"""The examples in docstrings, run."""

import doctest
import importlib
import pkgutil

import pandas as pd
import pytest

import plrlib
from plrlib import show

RUN = ("plrlib.stats.", "plrlib.study.", "plrlib.privacy.", "plrlib.explorer.", "plrlib.show.")
MODULES = [m.name for m in pkgutil.walk_packages(plrlib.__path__, "plrlib.") if m.name.startswith(RUN)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    with pd.option_context("display.width", 100, "display.max_columns", 20):
        found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


FUNCTIONS = [n for n in plrlib.__all__ if n != "show" and not isinstance(getattr(plrlib, n), type)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example(name):
    assert ">>> " in (getattr(plrlib, name).__doc__ or "")


SHOWN = [n for n in show.__all__ if not isinstance(getattr(show, n), type)]


@pytest.mark.parametrize("name", SHOWN)
def test_every_public_function_of_show_has_an_example(name):
    assert ">>> " in (getattr(show, name).__doc__ or "")


def test_the_functions_of_these_modules_have_examples():
    for name in ("agreement", "claims", "coefficients", "design", "saturation", "themes", "words"):
        module = importlib.import_module(f"plrlib.stats.{name}")
        tried = {test.name for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples}
        public = {
            f"{module.__name__}.{key}"
            for key, value in vars(module).items()
            if not key.startswith("_") and callable(value) and not isinstance(value, type)
            and getattr(value, "__module__", "") == module.__name__
        }  # fmt: skip
        assert public - tried == set()
