"""A run from end to end, on notebooks of a line or two."""

import json
import os
import sys
from hashlib import sha256

import pandas as pd
import pytest

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY, DRAFTS
from plrlib.suite import run as derived
from plrlib.suite.progress import NotebookError
from plrlib.suite.run import run

TWO_STREAMS = """
import sys, time
print("out", flush=True)
print("err", file=sys.stderr, flush=True)
time.sleep(0.1)
print("out again")
"""
NOT_IN_STUDY = "class NotInStudy(LookupError): pass\nraise NotInStudy('Nobody was asked this.')"


def test_the_published_study_is_executed_in_place_and_a_second_run_changes_nothing(project, watch):
    project.notebook(
        "01-first", "print('one')", "", "1 + 1", metadata={"language_info": {"name": "x", "version": "3.5"}}
    )
    project.notebook("02-second", TWO_STREAMS)
    outcome = run(DEFAULT_STUDY, 2, watch)
    assert outcome.statuses == {"01-first.ipynb": "done", "02-second.ipynb": "done"}
    assert outcome.folder == project.notebooks
    first = project.cells("01-first")
    assert [cell["execution_count"] for cell in first] == [1, None, 2]
    assert [cell["id"] for cell in first] == ["id-1", "id-2", "id-3"]
    assert first[2]["outputs"][0]["data"]["text/plain"] == ["2"]
    assert project.printed("02-second") == "out\nout again\nerr\n"
    assert len(project.cells("02-second")[0]["outputs"]) == 2
    metadata = json.loads((project.notebooks / "01-first.ipynb").read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert "version" not in metadata["language_info"]
    once = project.files()
    assert {"data/processed/plr0809-017/manifest.json", "notebooks/01-first.ipynb"} < set(once)
    assert not (project.processed / ".tmp").exists()
    run("data/raw/plr0809-017", 1, watch)  # the same study, given by its folder
    assert project.files() == once


def test_what_is_hard_to_repeat_is_repeated(project, watch):
    project.notebook(
        "01-hard",
        "print({'a', 'b', 'c', 'd'}, hash('x'))",
        "import warnings\nwarnings.warn('careful')",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
        "import os\nprint(os.environ['TQDM_DISABLE'], os.environ['OMP_NUM_THREADS'])",
        "get_ipython().history_manager.enabled",
    )
    run(DEFAULT_STUDY, 1, watch)
    once = project.files()
    run(DEFAULT_STUDY, 1, watch)
    assert project.files() == once
    assert "<cell>:2: UserWarning: careful" in project.printed("01-hard")
    assert project.printed("01-hard").endswith("1 1\n")
    assert project.cells("01-hard")[4]["outputs"][0]["data"]["text/plain"] == ["False"]
    assert "image/png" in project.cells("01-hard")[2]["outputs"][0]["data"]


def test_another_study_is_executed_in_copies_without_old_outputs(project, watch):
    project.study("other")
    path = project.notebook(
        "01-first", "import os\nprint(os.environ['PLR_STUDY'], os.path.basename(os.getcwd()))", "pass"
    )
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][1] |= {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
        "execution_count": 7,
    }
    content["cells"][1]["metadata"]["execution"] = {"shell.execute_reply": "2009-02-01T00:00:00Z"}
    path.write_text(json.dumps(content), encoding="utf-8")
    original = path.read_bytes()
    run("other", 1, watch)
    assert path.read_bytes() == original
    assert project.printed("01-first", "other") == "other notebooks\n"
    assert project.cells("01-first", "other")[1]["execution_count"] == 2
    assert project.cells("01-first", "other")[1]["metadata"] == {}
    assert "data/processed/other/participants.parquet" in project.files()


def test_a_study_elsewhere_is_executed_under_its_own_name(project, watch, tmp_path):
    folder = project.study("elsewhere", tmp_path / "a folder")
    project.notebook(
        "01-first", "import os\nprint(os.path.basename(os.environ['PLR_STUDY']), os.getcwd().split(os.sep)[-2])"
    )
    run(folder, 1, watch)
    assert project.printed("01-first", "elsewhere") == "a folder elsewhere\n"
    assert sorted(path.name for path in project.processed.iterdir()) == [".lock", "elsewhere"]


def test_a_study_may_not_write_over_its_namesake(project, watch, tmp_path):
    project.notebook("01-first", "pass")
    folder = project.study(DEFAULT_STUDY, tmp_path / "copy")
    with pytest.raises(RunError, match="give it an id of its own"):
        run(folder, 1, watch)
    assert set(project.files()) == {"data/processed/.lock", "notebooks/01-first.ipynb"}


def test_a_failure_stops_the_run_and_what_was_there_stays(project, watch):
    project.notebook("01-good", "print('good')")
    project.notebook(
        "02-bad", "x = 1", "print('so far')\n" + "\n".join(f"y{i} = {i}" for i in range(30)), "x / 0", "pass"
    )
    project.notebook("03-slow", "import time\ntime.sleep(60)")
    before = project.files()
    with pytest.raises(NotebookError) as caught:
        run(DEFAULT_STUDY, 3, watch)
    failure = caught.value
    assert (failure.name, failure.number, failure.cell_id) == ("02-bad.ipynb", 3, "id-3")
    assert failure.error[-1] == "ZeroDivisionError: division by zero"
    kept = f"data/processed/{DEFAULT_STUDY}/failed/02-bad.ipynb"
    after = project.files()
    assert after.pop(kept)
    assert after == before | {"data/processed/.lock": after["data/processed/.lock"]}
    assert "so far" in (project.folder / kept).read_text(encoding="utf-8")
    project.notebook("02-bad", "x = 1")
    project.notebook("03-slow", "pass")
    run(DEFAULT_STUDY, 2, watch)
    assert kept not in project.files()


def test_a_kernel_that_dies_is_a_failure(project, watch):
    project.notebook("01-dies", "import os\nos.write(2, b'a last word')\nos._exit(3)")
    with pytest.raises(NotebookError) as caught:
        run(DEFAULT_STUDY, 1, watch)
    assert caught.value.number == 1
    assert caught.value.error[0] == "The notebook's kernel died."


@pytest.mark.parametrize("lines", [3, 300])
def test_a_failure_fits_on_one_screen(lines):
    source, error = "\n".join(f"line {i}" for i in range(lines)), [f"error {i}" + "x" * 400 for i in range(lines)]
    screen = NotebookError("01-a.ipynb", 2, "an-id", source, error, b"").screen().splitlines()
    assert len(screen) <= 40
    assert max(map(len, screen)) <= 160
    assert "01-a.ipynb failed in cell 2 (id an-id)" in screen[0]
    assert "line 0" in screen[2]
    assert f"error {lines - 1}" in screen[-1]
    assert any("more lines" in line for line in screen) == (lines > 3)


@pytest.mark.parametrize("study", [DEFAULT_STUDY, "other"])
def test_a_question_the_study_was_never_asked_is_answered(project, watch, study):
    project.study("other")
    path = project.notebook("01-asked", "print('first')", f"print('then')\n{NOT_IN_STUDY}", "print('never')", "1 / 0")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    path.write_text(json.dumps(content), encoding="utf-8")
    project.notebook("02-next", "print('goes on')", after=["01-asked"])
    outcome = run(study, 2, watch)
    assert outcome.statuses == {"01-asked.ipynb": "not in study", "02-next.ipynb": "done"}
    if study != DEFAULT_STUDY:  # what the study has nothing for is left out of its copies
        assert [path.name for path in (project.processed / study / "notebooks").iterdir()] == ["02-next.ipynb"]
        assert list(project.manifest(study)["notebooks"]) == ["02-next.ipynb"]
        return
    answered = project.cells("01-asked")
    assert len(answered) == 4
    stream, answer = answered[1]["outputs"]
    assert stream["text"] == ["then\n"]
    assert answer["data"]["text/markdown"] == ["Nobody was asked this."]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in answered[2:])
    assert project.manifest(study)["notebooks"]["01-asked.ipynb"]["status"] == "not in study"


@pytest.mark.parametrize("study", [DEFAULT_STUDY, "other"])
def test_what_a_study_lacks_of_a_notebook_is_one_sentence_and_the_rest_goes_on(project, watch, study):
    project.study("other")
    no = "class NotInStudy(LookupError): pass\nraise NotInStudy({!r})"
    cells = (
        "print('all')",
        "print('a')",
        no.format("No sheets."),
        "1 / 0",
        no.format("No sheets."),
        "1 / 0",
        "print('c')",
    )
    path = project.notebook("01-parts", *cells)
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell, part in zip(content["cells"], ("", "a", "a", "a", "b", "b", "c"), strict=True):
        cell["metadata"] = {"plr": {"part": part}} if part else {}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(study, 1, watch).statuses == {"01-parts.ipynb": "done"}
    if study == DEFAULT_STUDY:
        assert project.printed("01-parts") == "all\na\nc\n"
        assert [bool(cell["outputs"]) for cell in project.cells("01-parts")] == [1, 1, 1, 0, 1, 0, 1]
    else:
        kept = project.cells("01-parts", study)
        assert [cell["cell_type"] for cell in kept] == ["code", "code", "markdown", "code"]
        assert "".join(kept[2]["source"]) == "No sheets."
    for cell in content["cells"]:
        cell["metadata"] = {"plr": {"part": "a"}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(study, 1, watch).statuses == {"01-parts.ipynb": "not in study"}


def test_an_answer_of_the_library_itself_is_recognised(project, watch):
    project.notebook(
        "01-asked", "from plrlib.faults import NotInStudy", "raise NotInStudy('None of <these> is *here*.')"
    )
    assert run(DEFAULT_STUDY, 1, watch).statuses == {"01-asked.ipynb": "not in study"}


def test_results_of_an_earlier_run_do_not_outlive_their_cause(project, watch):
    project.study("other", margins="population,attribute,level,n\n")
    project.notebook("01-a", "pass")
    project.notebook("02-b", "pass")
    stale = project.processed / "other" / "margins.parquet"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"of an earlier run")
    run("other", 2, watch)
    (project.notebooks / "02-b.ipynb").unlink()
    run("other", 2, watch)
    assert [path.name for path in (project.processed / "other" / "notebooks").iterdir()] == ["01-a.ipynb"]
    assert not stale.exists()


def test_a_notebook_saved_during_the_run_is_not_written_over(project, watch):
    path = project.notebook("01-saved", "from pathlib import Path\nPath('01-saved.ipynb').write_text('mine')")
    with pytest.raises(RunError, match=r"01-saved\.ipynb was changed while"):
        run(DEFAULT_STUDY, 1, watch)
    assert path.read_text(encoding="utf-8") == "mine"


def test_the_manifest_tells_inputs_packages_and_results_but_not_when_or_where(project, watch):
    path = project.notebook("01-first", "pass")
    run(DEFAULT_STUDY, 1, watch)
    text = (project.processed / DEFAULT_STUDY / "manifest.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert text == json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    files = project.files()
    assert content["notebooks"] == {path.name: {"sha256": files["notebooks/01-first.ipynb"], "status": "done"}}
    for name, digest in content["tables"].items():
        assert files[f"data/processed/{DEFAULT_STUDY}/{name}"] == digest
    assert set(content["inputs"]) == {"study.toml", "participants.csv", "excerpts.csv", "codings.csv", "codebook.csv"}
    assert content["packages"]["pandas"] == pd.__version__
    assert content["packages"]["plrlib"]
    assert "pytest" not in content["packages"]
    assert content["python"] == ".".join(map(str, sys.version_info[:3]))
    assert str(project.folder) not in text


def test_drafts_are_made_where_a_notebook_asks_for_them_and_do_not_outlive_it(project, watch):
    project.study("claimed", claims="claim,finding,gist\nC1,T1,A claim\n")
    drafts = [project.processed / "claimed" / name for name in DRAFTS]
    path = project.notebook("01-claims", "pass", metadata={"plr": {"drafts": True}})
    outcome = run("claimed", 1, watch)
    assert list(outcome.drafts) == drafts
    manifest = project.manifest("claimed")
    assert manifest["drafts"] == {file.name: sha256(file.read_bytes()).hexdigest() for file in drafts}
    assert not set(manifest["tables"]) & set(DRAFTS)
    path.unlink()
    project.notebook("01-claims", "pass")
    assert run("claimed", 1, watch).drafts == ()
    assert not any(file.exists() for file in drafts)


def test_words_are_not_in_any_file_that_is_derived(project, watch):
    project.notebook("01-first", "pass")
    run(DEFAULT_STUDY, 1, watch)
    for path in project.processed.rglob("*.parquet"):
        assert "text" not in pd.read_parquet(path).columns
    assert not any(
        b"Words that stay here" in path.read_bytes() for path in project.processed.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("column", ["text", "Text", " text"])
def test_a_column_of_words_is_refused(column):
    with pytest.raises(ValueError, match="respondents' words are never written"):
        derived.parquet_tables({"excerpts": pd.DataFrame({column: ["a"]})})


def test_a_folder_without_notebooks_is_told(project, watch):
    with pytest.raises(RunError, match="no notebook in notebooks/"):
        run(DEFAULT_STUDY, 1, watch)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"cells": 1}', '{"cells": [], "nbformat": 4, "nbformat_minor": 5}']
)
def test_a_file_that_is_no_notebook_is_told(project, watch, content):
    (project.notebooks / "01-broken.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"01-broken\.ipynb cannot be read as a notebook"):
        run(DEFAULT_STUDY, 1, watch)


def test_the_user_s_own_settings_neither_matter_nor_change(project, tmp_path):
    """Neither what lies in HOME nor what the environment says reaches a kernel, and nothing is written to HOME."""
    user = tmp_path / "user"
    kernels = user / ".local" / "share" / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "x"}', encoding="utf-8")
    startup = user / "startup.py"
    startup.write_text("from_the_user = True", encoding="utf-8")
    project.notebook(
        "01-first",
        "import sys\nprint(sys.executable)",
        "import matplotlib\nprint(matplotlib.get_backend()[-6:])\nprint('from_the_user' in dir())",
    )
    before = sorted(user.rglob("*"))
    environment = {"HOME": str(user), "MPLBACKEND": "agg", "PYTHONSTARTUP": str(startup), "PYTHONHASHSEED": "5"}
    environment |= {name: "" for name in os.environ if name.startswith(("XDG_", "JUPYTER_", "IPYTHON"))}
    done = project.plr("run", **environment, JUPYTER_PATH=str(user / ".local" / "share" / "jupyter"))
    assert done.returncode == 0, done.stderr
    assert project.printed("01-first") == f"{sys.executable}\ninline\nFalse\n"
    assert sorted(user.rglob("*")) == before
