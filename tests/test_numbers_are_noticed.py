"""A committed notebook whose data change must fail the notebook check, in the cell that shows the number."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STUDY = "plr0809-017"


@pytest.fixture
def copy(tmp_path):
    """A project of its own with the committed notebooks and data."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "data" / "raw" / STUDY, tmp_path / "data" / "raw" / STUDY)
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "nbval-sanitize.cfg", tmp_path / "tests")
    return tmp_path


def failed_cells(project, notebook, last):
    """Run nbval, strict, on one notebook up to a cell; return the ids of the code cells that failed."""
    path = project / "notebooks" / notebook
    content = json.loads(path.read_text(encoding="utf-8"))
    [end] = [n for n, one in enumerate(content["cells"], 1) if one["id"] == last]
    path.write_text(json.dumps(content | {"cells": content["cells"][:end]}), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-rf", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run([*command, str(path)], cwd=project, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stdout[-3000:] + done.stderr[-3000:]
    code = [c["id"] for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    assert f"{len(code)} " in done.stdout or done.returncode == 1
    return {code[int(number)] for number in re.findall(r"FAILED .*::Cell (\d+)", done.stdout)}


def change(project, table, old, new):
    path = project / "data" / "raw" / STUDY / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode("utf-8"))


@pytest.mark.parametrize(
    ("notebook", "table", "old", "new", "cell"),
    [
        ("01-check-the-data.ipynb", "margins", "staff,sector,voluntary,7,11", "staff,sector,voluntary,6,11", "totals"),
        ("02-who-took-part.ipynb", "events", "INT,interview,staff,6,", "INT,interview,staff,7,", "events"),
        ("03-do-the-themes-hold.ipynb", "envelopes", "E01,reader-2,T1,", "E01,reader-2,T2,", "ledger"),
    ],
)
def test_one_changed_number_fails_the_cell_that_shows_it(copy, notebook, table, old, new, cell):
    if notebook.startswith("01"):  # of each notebook nbval says so in the same run of the tests
        assert failed_cells(copy, notebook, cell) == set()
    change(copy, table, old, new)
    assert cell in failed_cells(copy, notebook, cell)


def words_of(notebook):
    """Return everything that a notebook put out as text."""
    path = ROOT / "notebooks" / notebook
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    data = [output.get("data", {}) for c in cells for output in c.get("outputs", [])]
    return "\n".join("".join(d.get("text/plain", "")) for d in data)


@pytest.mark.parametrize(
    ("notebook", "sentence"),
    [
        ("01-check-the-data.ipynb", "No excerpt can be given to managers or practitioners alone"),
        ("01-check-the-data.ipynb", "Sector: 4 of the 53 excerpts that staff may have said can be given to one level"),
        ("01-check-the-data.ipynb", "abstract: 6 + 4 + 4; 4.1 and 4.2: 6 + 4"),
        ("02-who-took-part.ipynb", "Role: no event held two levels"),
        ("02-who-took-part.ipynb", "There were 4 focus groups and 6 interviews."),
        ("03-do-the-themes-hold.ipynb", "13 of 64 excerpts change envelope"),
        ("03-do-the-themes-hold.ipynb", "5 of the 10 in “Diversity of services” go to “Integration”"),
    ],
)
def test_the_published_study_says_what_it_should(notebook, sentence):
    assert sentence in words_of(notebook)


def test_no_conclusion_is_typed_into_prose():
    """Prose is true of any study: it has no number of this one, no name of a level, an event or a theme."""
    text = "\n".join(
        "".join(cell["source"])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "markdown"
    )
    ours = ["HITS", "FG-", "INT", "reader-", "T1", "Halton", "voluntary", "statutory", "plr0809", "E04"]
    assert [word for word in ours if word in text] == []
    assert re.findall(r"\b\d+ of \d+\b", text) == []
