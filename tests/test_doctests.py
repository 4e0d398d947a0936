"""The examples in the docstrings of plrlib.stats, run."""

import doctest
import importlib
import pkgutil

import pandas as pd
import pytest

import plrlib.stats

MODULES = [module.name for module in pkgutil.walk_packages(plrlib.stats.__path__, "plrlib.stats.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    with pd.option_context("display.width", 100, "display.max_columns", 20):
        found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


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
