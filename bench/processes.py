"""Measurements that each have a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

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
