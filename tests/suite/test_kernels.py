"""The environment of kernels, and kernels one at a time."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plrlib.faults import RunError
from plrlib.imports import quick_imports
from plrlib.paths import DEFAULT_STUDY
from plrlib.suite import kernels
from plrlib.suite.kernels import PROFILE, Kernel, Pool, Server, cache_folder, imported, kernel_environment


def test_the_environment_names_folders_that_are_there_and_not_in_home(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "cache_folder", lambda: tmp_path / "cache")
    found = kernel_environment()
    assert found["PLR_STUDY"] == DEFAULT_STUDY
    assert kernel_environment("other")["PLR_STUDY"] == "other"
    folders = {name: Path(found[name]) for name in found if name.endswith(("DIR",))}
    assert set(folders) == {
        "IPYTHONDIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "MPLCONFIGDIR",
    }
    assert all(folder.is_dir() and tmp_path in folder.parents for folder in folders.values())
    assert any(folders["MPLCONFIGDIR"].glob("fontlist-*.json")), "the fonts are listed before a notebook would do it"
    profile = folders["IPYTHONDIR"] / "profile_default" / "ipython_kernel_config.py"
    assert profile.read_text(encoding="utf-8") == PROFILE
    profile.write_text("c.InteractiveShell.colors = 'linux'", encoding="utf-8")
    kernel_environment()
    assert profile.read_text(encoding="utf-8") == PROFILE
    assert [path.name for path in profile.parent.iterdir()] == [profile.name]


def test_an_environment_that_cannot_be_written_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "pyvenv.cfg").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert cache_folder() == tmp_path / "var" / "plr"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert tmp_path not in cache_folder().parents
    monkeypatch.undo()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "usr"))  # no environment of one's own
    assert tmp_path not in cache_folder().parents


def test_a_kernel_that_cannot_start_is_told_with_what_it_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text("#!/bin/sh\necho a library is missing >&2\nexit 1\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)

    async def start() -> None:
        kernel = Kernel(tmp_path, dict(os.environ), tmp_path)
        await kernel.launch()
        await kernel.ready()

    with pytest.raises(RunError, match=r"did not start(.|\n)*a library is missing"):
        asyncio.run(start())
    assert not list(tmp_path.glob("*.json"))
    assert len(list(tmp_path.glob("*.log"))) == 2


SEEN = """\
import os, subprocess, sys
print(os.environ["PLR_STUDY"], os.getcwd(), "seaborn" in sys.modules, subprocess.run(["false"]).returncode)
print(os.getppid() == int(os.environ["JPY_PARENT_PID"]), os.getsid(0) == os.getpid(), os.read(0, 1))
"""
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")


async def outputs(pool: Pool, folder: Path, study: str) -> tuple[str, int]:
    """Return what a kernel of the pool prints of itself, and its process's number."""
    said = []
    async with pool.kernel(folder, {**os.environ, **kernel_environment(study)}) as kernel:
        await kernel.client.execute_interactive(SEEN, output_hook=lambda m: said.append(m["content"].get("text", "")))
        return "".join(said), kernel.manager.provisioner.pid


@only_linux
def test_kernels_are_forks_with_imports_made_and_an_environment_of_their_own(tmp_path):
    folders, environment = [tmp_path / "a", tmp_path / "b"], {**os.environ, **kernel_environment()}
    with asyncio.Runner() as runner, Pool(runner, tmp_path, environment, ["seaborn"]) as pool:

        async def all_of_them() -> list[tuple[str, int]]:
            return await asyncio.gather(*(outputs(pool, folder, folder.name) for folder in folders))

        found = runner.run(all_of_them())
    for folder, (said, pid) in zip(folders, found, strict=True):
        assert said == f"{folder.name} {folder} True 1\nTrue True b''\n"
        assert not Path(f"/proc/{pid}").exists()
        assert not folder.exists(), "an empty folder is taken away"


@only_linux
@pytest.mark.parametrize("is_killed", [False, True])
def test_kernels_end_with_their_server(tmp_path, is_killed):
    server = Server({**os.environ, **kernel_environment()}, tmp_path)

    async def there_before_and_after() -> tuple[bool, bool]:
        kernel = Kernel(tmp_path, {**os.environ, **kernel_environment()}, tmp_path, server)
        await kernel.ready()
        kernel.client.execute("import time; time.sleep(600)")
        process = kernel.manager.provisioner.process
        before = process.poll() is None
        if is_killed:
            server._process.kill()
        server.end()
        after = process.wait(timeout=10) is None
        await kernel.stop()
        return before, after

    assert asyncio.run(there_before_and_after()) == (True, False)


@only_linux
def test_what_is_imported_may_print_read_and_exit_and_lie_beside_a_notebook(tmp_path):
    (tmp_path / "prints.py").write_text("print('hello', flush=True); input()", encoding="utf-8")
    (tmp_path / "exits.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "beside.py").write_text("said = 'beside'", encoding="utf-8")
    environment = {**os.environ, **kernel_environment(), "PYTHONPATH": str(tmp_path)}
    said = []

    async def execute(pool: Pool) -> None:
        async with pool.kernel(tmp_path / "a", environment) as kernel:
            code = "import beside, numpy; print(beside.said, numpy.random.rand())"
            await kernel.client.execute_interactive(code, output_hook=lambda m: said.append(m["content"].get("text")))

    with asyncio.Runner() as runner, Pool(runner, tmp_path, environment, ["prints", "exits", "numpy"]) as pool:
        for _ in range(2):
            runner.run(execute(pool))
    printed = [text for text in said if text]
    assert [text.split()[0] for text in printed] == ["beside", "beside"]
    assert len(set(printed)) == 2, "what is drawn without a seed differs"


@only_linux
def test_a_server_that_is_stuck_in_an_import_is_ended(tmp_path, monkeypatch):
    (tmp_path / "stuck.py").write_text("import time; time.sleep(600)", encoding="utf-8")
    monkeypatch.setattr(kernels, "_UNTIL_KILLED", 0.5)
    server = Server({**os.environ, **kernel_environment(), "PYTHONPATH": str(tmp_path)}, tmp_path, ["stuck"])
    server.end()
    assert server._process.returncode == -signal.SIGKILL


@only_linux
def test_a_kernel_that_is_forked_as_the_server_ends_is_ended_too(tmp_path):
    """It has no session of its own yet, by which others are ended."""
    (tmp_path / "slow.py").write_text("import time; time.sleep(1)", encoding="utf-8")
    environment = {**os.environ, **kernel_environment(), "PYTHONPATH": str(tmp_path)}
    server = Server(environment, tmp_path, ["slow"])
    (tmp_path / "said").touch()
    argv = ["ipykernel_launcher", "-f", str(tmp_path / "connection.json")]
    kernel = {"argv": argv, "folder": str(tmp_path), "environment": environment, "said": str(tmp_path / "said")}
    print(json.dumps(kernel), file=server._process.stdin, flush=True)
    server.end()
    assert server._process.returncode == 0, "it ended by itself"


@only_linux
def test_where_processes_cannot_be_watched_kernels_begin_anew(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    environment = {**os.environ, **kernel_environment()}
    with asyncio.Runner() as runner, Pool(runner, tmp_path, environment, ["seaborn"]) as pool:
        said, _ = runner.run(outputs(pool, tmp_path / "a", "a"))
    assert said == f"a {tmp_path / 'a'} False 1\nTrue True b''\n"


@only_linux
def test_a_server_that_cannot_start_is_told_with_what_it_said(tmp_path):
    (tmp_path / "ipykernel.py").write_text("raise RuntimeError('a library is broken')", encoding="utf-8")
    environment = {**os.environ, **kernel_environment(), "PYTHONPATH": str(tmp_path)}
    with (
        pytest.raises(RunError, match=r"did not start(.|\n)*a library is broken"),
        asyncio.Runner() as runner,
        Pool(runner, tmp_path, environment, ["no_such_module"]) as pool,
    ):
        runner.run(outputs(pool, tmp_path / "a", "a"))


def test_what_notebooks_import_is_read_from_their_code():
    cells = [
        {"cell_type": "markdown", "source": ["import this"]},
        {"cell_type": "code", "source": ["import a.b as c\n", "from d import e\n", "if c:\n", "    import f"]},
        {"cell_type": "code", "source": "import a.b\nimport g"},
    ]
    assert imported([json.dumps({"cells": cells}).encode(), b"{}", b"[", b"[1]"]) == ["a.b", "d", "g"]


def test_notebooks_are_imported_without_what_they_do_not_need():
    code = "import sys, plrlib.suite.execution\nprint(*(m for m in sys.modules if m in ('jsonschema', 'lark')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "jsonschema\n"


def test_the_import_that_is_put_off_can_be_made_later():
    code = "from plrlib.imports import quick_imports\nimport plrlib.suite.execution\nimport rfc3987_syntax"
    subprocess.run([sys.executable, "-c", code], check=True)
    with quick_imports():
        assert sys.modules.get("rfc3987_syntax", "not looked at") is not None
