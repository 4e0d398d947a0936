"""The notebooks of the repository, as they are committed."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from plrlib.study.settings import Grouping, Settings
from plrlib.suite.execution import compared

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Where a program or a person keeps things on Linux, macOS and Windows; addresses of objects; numbers of processes.
OF_A_MACHINE = re.compile(
    r"(?<![\w.:/])/(home|root|Users|tmp|var|usr|opt|work|private|mnt)/|[A-Za-z]:\\\\|\bat 0x[0-9a-f]{6,}|ipykernel_\d"
)
PICTURE = re.compile(r"data:image/\w+;base64,[A-Za-z0-9+/=\s]+")


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def outputs_as_text(path):
    """Return what the notebook put out, without pictures."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    for output in outputs:
        for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
            del output["data"][kind]
    return PICTURE.sub("", json.dumps(outputs, ensure_ascii=False))


def test_there_are_notebooks():
    numbers = [path.name[:3] for path in NOTEBOOKS]
    assert all(re.fullmatch(r"[0-9][0-9]-", number) for number in numbers), "what is not numbered is not run"
    assert len(set(numbers)) == len(numbers)
    assert {f"{n:02d}-" for n in range(1, 11)} <= set(numbers)


def test_comparisons_are_one_notebook_but_for_what_they_compare():
    """Whatever holds for one holds for the others, and for those made for a study's other groupings."""
    cells, groupings = [], []
    for path in [path for path in NOTEBOOKS if path.name[:3] in ("04-", "05-", "06-")]:
        notebook = read(path)
        groupings.append(notebook.metadata["plr"]["grouping"])
        cells.append([(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"])
        first = cells[-1][0][1].splitlines()
        assert f'by = "{groupings[-1]}"' in first, "the first cell of code says what is compared"
        cells[-1][0] = (cells[-1][0][0], [line for line in first if line != f'by = "{groupings[-1]}"'])
        assert [cell.id for cell in notebook.cells] == [cell.id for cell in read(NOTEBOOKS[3]).cells]
    assert groupings == ["sector", "role", "provision"]
    assert cells[0] == cells[1] == cells[2]


def test_each_comparison_can_be_the_source_of_others():
    settings = Settings(id="x", groupings={"age": Grouping("age", "Age", "age", {"young": "Young", "old": "Old"})})
    for path in [path for path in NOTEBOOKS if path.name[:3] in ("04-", "05-", "06-")]:
        ours = read(path)
        [made] = compared({path.name: ours}, settings).values()
        changed = [cell.id for cell, source in zip(made.cells, ours.cells, strict=True) if cell.source != source.source]
        assert changed == [made.cells[0].id, next(cell.id for cell in made.cells if cell.cell_type == "code")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestNotebook:
    def test_is_valid_and_every_cell_has_an_id_of_its_own(self, path):
        notebook = read(path)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)

    def test_was_executed_in_order_from_1_to_the_end(self, path):
        counts = [cell.execution_count for cell in read(path).cells if cell.cell_type == "code"]
        assert counts == list(range(1, len(counts) + 1))
        assert counts

    def test_has_no_error_and_no_warning(self, path):
        outputs = [output for cell in read(path).cells for output in cell.get("outputs", [])]
        assert [output for output in outputs if output.output_type == "error"] == []
        assert [output.text for output in outputs if output.get("name") == "stderr"] == []

    def test_tells_nothing_of_the_machine_or_the_moment(self, path):
        found = OF_A_MACHINE.search(outputs_as_text(path))
        assert found is None, found and outputs_as_text(path)[found.start() - 80 : found.end() + 40]
        notebook = read(path)
        assert "version" not in notebook.metadata.language_info
        assert all("execution" not in cell.metadata for cell in notebook.cells)

    def test_has_short_cells(self, path):
        """Code of one to five lines: what is longer belongs in the library, where it is tested."""
        long = {
            cell.id: cell.source
            for cell in read(path).cells
            if cell.cell_type == "code" and cell.source.count("\n") > 4
        }
        assert long == {}


@pytest.mark.parametrize(
    "text",
    ["'/home/a/b.csv'", '"/tmp/x"', r"C:\\Users\\a", "<function f at 0x7f00aa11bb22>", "/tmp/ipykernel_123/45.py"],
)
def test_what_tells_of_a_machine_is_recognised(text):
    assert OF_A_MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["role/sector", "https://example.org/home/x", "and/or", "data/raw/plr0809-017/", "../usr/x"]
)
def test_what_does_not_is_left_alone(text):
    assert not OF_A_MACHINE.search(text)
