"""Copies of the notebooks load their own study wherever they are opened, and looking at notebook 11 changes no file."""

import os
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbclient import NotebookClient

import plrlib
from plrlib.paths import DEFAULT_STUDY, home
from plrlib.suite.execution import as_executed
from plrlib.suite.run import run_all

LOADS = "from plrlib import load_study\n\nstudy = load_study()\nprint(study.id, len(study.excerpts))"
NOT_OURS = {name: value for name, value in os.environ.items() if not name.startswith(("PLR_", "IPYTHON", "JUPYTER"))}
NOT_OURS["PYTHONPATH"] = str(Path(plrlib.__file__).parents[1])


def executed(path, cwd, env=NOT_OURS):
    """Execute a notebook where nothing of ours is in the environment; its cells."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, resources={"metadata": {"path": str(cwd)}}, timeout=120).execute(env=dict(env))
    return notebook


def test_a_copy_loads_its_study_without_any_environment(project, watch, tmp_path):
    project.study("mine")
    project.notebook("01-first", LOADS)
    run_all(["mine", project.study("elsewhere", tmp_path / "a folder")], 1, watch)
    for name in ("mine", "elsewhere"):
        path = project.processed / name / "notebooks" / "01-first.ipynb"
        told = project.printed("01-first", name)
        assert told.startswith(f"{name} ")
        assert executed(path, path.parent).cells[0].outputs[0].text == told
    # A copy names its study, so that neither another place nor another environment makes another study of it.
    source = "".join(project.cells("01-first", "mine")[0]["source"])
    assert 'load_study("mine")' in source
    command, other = [sys.executable, "-c", source], {**NOT_OURS, "PLR_STUDY": DEFAULT_STUDY}
    done = subprocess.run(command, cwd=project.folder, env=other, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == project.printed("01-first", "mine")
    assert "load_study()" in (project.notebooks / "01-first.ipynb").read_text("utf-8")


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, encoding="utf-8").stdout


def save(notebook, path, root):
    """Save a notebook as JupyterLab does with the hook that `plr lab` gives it."""
    as_executed({"type": "notebook", "content": notebook}, path, SimpleNamespace(root_dir=str(root)))
    nbformat.write(notebook, root / path)


def test_looking_at_the_explorer_leaves_git_clean(tmp_path):
    name = "11-explore.ipynb"
    shutil.copytree(home() / "data" / "raw" / DEFAULT_STUDY, tmp_path / "data" / "raw" / DEFAULT_STUDY)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(home() / "notebooks" / name, tmp_path / "notebooks")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    live = executed(tmp_path / "notebooks" / name, tmp_path / "notebooks")
    assert any("widget-view" in str(cell.get("outputs")) for cell in live.cells)
    assert any(cell.metadata.get("execution") for cell in live.cells)
    save(live, f"notebooks/{name}", tmp_path)
    assert git(tmp_path, "diff") == ""
    # What somebody wrote is kept.
    written = deepcopy(live)
    written.cells[0].source += "\n\nMy own question."
    save(written, f"notebooks/{name}", tmp_path)
    assert "My own question." in git(tmp_path, "diff")
