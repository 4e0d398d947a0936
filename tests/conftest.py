"""A small project in a temporary folder, and notebooks of a line or two to run in it."""

import asyncio
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from programs import PATIENCE, Program

from plrlib.cli.commands import main
from plrlib.paths import DEFAULT_STUDY

TABLES = {
    "participants.csv": "participant,role\nP1,manager\nP2,practitioner\n",
    "excerpts.csv": "excerpt,participant,text,gist\nE1,P1,Words that stay here,a gist\nE2,P2,And these,another\n",
    "codings.csv": "excerpt,coder,code\nE1,a,c1\nE2,a,c1\n",
    "codebook.csv": "code,parent,label\nT1,,A theme\nc1,T1,A code\n",
}
SETTINGS = ("PLR_", "COLUMNS")
"""How settings begin that `plr` reads when it is called, and not Python when it starts."""


class Project:
    """A folder with data/raw/ and notebooks/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.processed = folder / "data" / "processed"
        self.notebooks.mkdir(parents=True)
        self.study(DEFAULT_STUDY)

    def study(self, name: str, folder: Path | None = None, **changes: str) -> Path:
        """Write a study's tables; `changes` are whole tables, by their name without the ending."""
        folder = folder or self.folder / "data" / "raw" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.toml").write_text(f'[study]\nid = "{name}"\n', encoding="utf-8")
        for file, content in (TABLES | {f"{table}.csv": text for table, text in changes.items()}).items():
            (folder / file).write_text(content, encoding="utf-8")
        return folder

    def notebook(self, name: str, *cells: str, after: Sequence[str] = (), metadata: Any = None) -> Path:
        """Write a notebook of code cells, as it comes from an author: not executed."""
        content = {
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"id-{i}",
                    "metadata": {},
                    "source": s,
                    "outputs": [],
                    "execution_count": None,
                }
                for i, s in enumerate(cells, 1)
            ],
            "metadata": metadata if metadata is not None else {"plr": {"after": list(after)}} if after else {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.notebooks / f"{name}.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def start(self, *arguments: str, before: str = "", **environment: str) -> Program:
        """Start `plr` in a process of its own, with some Python before it, and return at once.

        It hears Ctrl-C even where the tests were started in the background of a shell, and so do not.
        """
        hear = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)"
        run = f"import sys\nfrom plrlib.cli.commands import main\nsys.argv[1:] = {list(arguments)!r}\nmain()"
        code = f"{hear}\n{before}\n{run}"
        return Program(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env={**os.environ, "PLR_SITE": "0", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def plr(self, *arguments: str, before: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `plr` and return what it printed: here, or in a process of its own where Python itself is told something.

        A process takes seconds to import what is here already; where a test drives a browser, a run cannot have a loop.
        """
        occupied = asyncio._get_running_loop() is not None
        if before or occupied or any(not name.startswith(SETTINGS) for name in environment):
            with self.start(*arguments, before=before, **environment) as process:
                out, err = process.communicate(timeout=PATIENCE)
            return subprocess.CompletedProcess(process.args, process.returncode, out, err)
        out_err = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["plr", *arguments])
            for name, value in {"PLR_SITE": "0", **environment}.items():
                patch.setenv(name, value)
            for name, stream in zip(("stdout", "stderr"), out_err, strict=True):
                patch.setattr(sys, name, stream)
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = (stream.detach().getvalue().decode("utf-8") for stream in out_err)
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, out, err)

    def files(self) -> dict[str, str]:
        """Return the digest of every file derived or executed, by its path."""
        paths = [path for root in (self.processed, self.notebooks) for path in root.rglob("*") if path.is_file()]
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(paths)
        }

    def manifest(self, study: str = DEFAULT_STUDY) -> Any:
        return json.loads((self.processed / study / "manifest.json").read_text(encoding="utf-8"))

    def cells(self, name: str, study: str = "") -> list[Any]:
        """Return the cells of a notebook: of the one in notebooks/, or of a study's copy."""
        folder = self.processed / study / "notebooks" if study else self.notebooks
        found: list[Any] = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        return found

    def printed(self, name: str, study: str = "") -> str:
        """Return all that a notebook's cells printed."""
        outputs = [output for cell in self.cells(name, study) for output in cell["outputs"]]
        return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")

    def wait_for(self, *names: str, seconds: float = PATIENCE) -> list[str]:
        """Wait until notebooks have written these files into the project, and return what is in them."""
        deadline = time.monotonic() + seconds
        paths = [self.folder / name for name in names]
        while not all(path.is_file() and path.stat().st_size for path in paths):
            assert time.monotonic() < deadline, f"not written: {[path.name for path in paths if not path.is_file()]}"
            time.sleep(0.02)
        return [path.read_text(encoding="utf-8") for path in paths]

    def processes(self) -> list[psutil.Process]:
        """Return the processes that work in the project's folder: a run, the one it forks kernels of, and kernels."""
        found = []
        for process in {*psutil.process_iter()} - {psutil.Process()}:
            with suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(self.folder):
                    found.append(process)
        return found

    @staticmethod
    def assert_gone(pids: Iterable[int], seconds: float = PATIENCE) -> None:
        """Fail if one of these processes is there after so long; end those that are."""
        deadline = time.monotonic() + seconds
        left = [pid for pid in pids if _alive(pid)]
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = [pid for pid in left if _alive(pid)]
        for pid in left:
            psutil.Process(pid).kill()
        assert not left


def _alive(pid: int) -> bool:
    """Tell whether a process is there, and not only waiting for somebody to take note of its end."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Watch:
    """Writes down how a run goes on."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def total(self, number: int) -> None:
        self.heard.append(f"total {number}")

    def started(self, name: str) -> None:
        self.heard.append(f"started {name}")

    def finished(self, name: str, status: str) -> None:
        self.heard.append(f"finished {name} {status}")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("PLR_KEYS", str(tmp_path / "keys"))
    return made


CHECKLIST = (
    "## What a mentor should check\n\n- Are the **files** the `ones` meant?\n- A line\n  that goes on\n\nNo item."
)


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run, with its site; only to be copied."""
    folder = tmp_path_factory.mktemp("executed")
    made = Project(folder / "project")
    path = made.notebook("01-first", "from IPython.display import HTML\nHTML('<p>E1 and E2</p>')")
    content = json.loads(path.read_text("utf-8"))
    content["cells"] += [{"cell_type": "markdown", "id": "mentor", "metadata": {}, "source": CHECKLIST}]
    path.write_text(json.dumps(content), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLR_KEYS", str(folder / "keys"))
        done = made.plr("run", PLR_SITE="1")
    assert done.returncode == 0, done.stderr
    assert "As a site   site/index.html" in done.stdout
    return made.folder


@pytest.fixture
def ran(project: Project, executed: Path) -> Project:
    """A copy of a project that was run, and whose site was built."""
    shutil.copytree(executed, project.folder, dirs_exist_ok=True)
    return project


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need no browser
    from website.browser import CHROMIUM  # noqa: PLC0415

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
