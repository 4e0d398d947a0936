"""What every test needs: the option `--full`, and for notebooks the kernels that `plr run` uses.

It lies beside tests/ and notebooks/, so that `pytest --nbval notebooks` finds it too.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = ".ipynb"
LONG = ("website/test_lab.py", "website/*.py", f"*{NOTEBOOK}")
"""The files that take longest, with browsers, servers and kernels: begun last, one would keep the others waiting."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--full`."""
    parser.addoption("--full", action="store_true", help="also run the tests marked `full`, which take minutes")


def pytest_configure(config: pytest.Config) -> None:
    """Let nbval use the running interpreter, and compare no picture."""
    config.addinivalue_line("markers", "full: takes minutes; run with --full only")
    if config.pluginmanager.hasplugin("nbval"):
        config.option.nbval_current_env = True
        # Other fonts make another picture: one inside HTML is compared as little as nbval compares a PNG.
        if config.option.nbval_sanitize_with is None:
            config.option.nbval_sanitize_with = str(Path(__file__).parent / "tests" / "nbval-sanitize.cfg")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the files that take longest, and skip what takes minutes, unless it is asked for."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONG) if item.path.match(name)), len(LONG)))
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: run with --full"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many inputs the fuzz tests tried, and what became of them."""
    for report in (report for kind in terminalreporter.stats.values() for report in kind):
        for name, value in getattr(report, "user_properties", ()):
            if name == "inputs tried" and report.when == "call":
                terminalreporter.write_line(f"INPUTS TRIED {report.nodeid}: {value}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Let nbval start its kernels in the environment in which `plr run` starts them."""
    if item.path.suffix != NOTEBOOK:
        return (yield)
    from nbval import kernel  # noqa: PLC0415 - most test runs start no kernel

    from plrlib.suite.kernels import kernel_environment  # noqa: PLC0415

    def start_or_again(*args: Any, start: Callable[..., Any] = kernel.start_new_kernel, **how: Any) -> Any:
        try:
            return start(*args, **how)
        except RuntimeError:  # another program may take a port between its choice and its use
            return start(*args, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "start_new_kernel", start_or_again)
        for name, value in kernel_environment().items():
            patch.setenv(name, value)
        return (yield)
