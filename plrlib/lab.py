"""JupyterLab on the notebooks, ended with its kernels when whoever opened it is."""

import signal
import subprocess
import sys
from collections.abc import Sequence

from plrlib.places import home


def open_lab(options: Sequence[str]) -> int:
    """Open it at the first notebook, wait until it has ended, and return its exit code.

    Parameters
    ----------
    options
        What JupyterLab gets beside its own; it asks no other computer for anything.
    """
    first = next(iter(sorted((home() / "notebooks").glob("01-*.ipynb"))), home() / "notebooks")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={home()}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *options,
        str(first),
    ]
    with subprocess.Popen(command, cwd=home()) as server:
        before = {
            signal.SIGINT: signal.signal(
                signal.SIGINT, lambda *_: None
            ),  # JupyterLab answers it itself, and asks first
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: server.terminate()),  # else it would stay behind
        }
        try:
            return server.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
