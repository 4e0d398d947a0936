"""Measurements that each have a process of their own."""

import json
import os
import platform
import subprocess
import sys
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import psutil

try:
    import resource
except ImportError:  # Windows has no such measure
    resource = None


def peak() -> float:
    """Return the most memory that this process has used, in MB; nan where the system does not say."""
    if resource is None:
        return float("nan")
    kilobytes = 1 if sys.platform != "darwin" else 1 / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kilobytes / 1024


def in_a_process(script: str, what: str, folder: Path) -> dict[str, float]:
    """Measure in a process of its own, so that one does not stand on the memory of the other."""
    command = [sys.executable, script, what, str(folder)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def run_watched(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a program to its end; return the seconds, and the most memory, in MB, that it and all it started had at once.

    It is run as most people would: some shells forbid Python to keep bytecode, which slows whoever obeys.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    most, began = 0, time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as program:
        while program.poll() is None:
            with suppress(psutil.NoSuchProcess):
                own = psutil.Process(program.pid)
                most = max(most, sum(_resident(one) for one in [own, *own.children(recursive=True)]))
            time.sleep(0.2)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command)
    return time.perf_counter() - began, most / 1e6


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:  # it has just ended
        return 0


def report(path: Path, lines: list[str], *packages: str, also: str = "") -> None:
    """Write and print what a bench found, and below it what it was measured with."""
    versions = [f"{name} {version(name)}" for name in ("plrlib", *packages)]
    versions += [f"Python {platform.python_version()}", *([also] if also else [])]
    path.parent.mkdir(exist_ok=True)
    text = "\n".join([*lines, "", f"{', '.join(versions)}.", ""])
    path.write_text(text, encoding="utf-8", newline="")
    print(text)
