"""JupyterLab as `plr lab` starts it, on a copy of the project, in a browser."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from programs import PATIENCE, ended

READY = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  if (!panel || !panel.sessionContext) return false;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session && panel.sessionContext.session.kernel;
  if (!kernel) return false;
  await kernel.info;
  return kernel.status === "idle";
}"""
DONE = """() => {
  const panel = jupyterapp.shell.currentWidget;
  const cells = panel.content.model.sharedModel.cells.filter((c) => c.cell_type === "code" && c.source.trim());
  return cells.every((c) => c.execution_count) && panel.sessionContext.session.kernel.status === "idle";
}"""
ERRORS = """() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .filter((c) => c.cell_type === "code").flatMap((c) => c.outputs.filter((o) => o.output_type === "error"))
  .map((o) => o.evalue)"""
SETTINGS = {
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}


@contextmanager
def served(project: Path, scratch: Path) -> Iterator[tuple[str, str, Path]]:
    """Start `plr lab` on a project; yield its address, its token, and a file with the page it would open."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(scratch / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = scratch / "config" / "lab" / "user-settings"
    for name, content in SETTINGS.items():
        (settings / name).parent.mkdir(parents=True, exist_ok=True)
        (settings / name).write_text(json.dumps(content), encoding="utf-8")
    token = "for-the-tests"
    opened, opener = scratch / "opened.txt", scratch / "browser.py"
    opener.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).write_text(sys.argv[2], 'utf-8')\n", "utf-8")
    command = [
        str(Path(sys.executable).with_name("plr")), "lab", "--ip=127.0.0.1", f"--port={port}",
        f"--ServerApp.browser={sys.executable} {opener} {opened} %s",
        f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True", "--allow-root",
        f"--LabApp.user_settings_dir={settings}", f"--LabApp.workspaces_dir={scratch / 'workspaces'}",
    ]  # fmt: skip
    environment = {**os.environ, **folders, "IPYTHONDIR": str(scratch / "ipython"), "JUPYTER_PLATFORM_DIRS": "1"}
    environment.pop("PLR_STILL", None)
    with (scratch / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    with ended(server, PATIENCE):
        _wait_for(f"{address}/api", server, scratch / "lab.log")
        yield address, token, opened
        started = psutil.Process(server.pid).children(recursive=True)  # JupyterLab, kernels, and what these started
    _, left = psutil.wait_procs(started, timeout=PATIENCE)
    for process in left:
        process.kill()
    assert left == [], "JupyterLab was ended, and these stayed behind"


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text("utf-8")
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text('utf-8')}")


def open_notebook(page: Any, address: str, token: str, name: str) -> None:
    """Open a notebook, and wait until its kernel is there: what is clicked before is lost."""
    page.goto(f"{address}/lab/tree/notebooks/{name}?token={token}&reset", wait_until="domcontentloaded")
    wait_ready(page)


def wait_ready(page: Any) -> None:
    """Wait until the notebook in front has a kernel that answers."""
    page.wait_for_function("() => window.jupyterapp && jupyterapp.shell.currentWidget")
    page.wait_for_function(READY)


def run_all(page: Any, seconds: float = 2 * PATIENCE) -> list[str]:
    """Choose Run All Cells from the menu, wait until all are done, and return the errors of cells."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(DONE, timeout=seconds * 1000)
    found: list[str] = page.evaluate(ERRORS)
    return found
