"""Notebooks 04, 05, 06 and 09: one source for all comparisons, no logic in cells, executed to the end."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
GROUPINGS = {
    "04-voluntary-and-statutory": "sector",
    "05-manager-practitioner-young-person": "role",
    "06-targeted-and-universal": "provision",
}
SKELETON = ["## What goes in", "## What came out", "## What a mentor should check", "## Limits"]
ALL = [*GROUPINGS, "09-focus-group-to-interview"]


def read(name):
    return json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def test_the_three_comparisons_are_one_notebook_but_for_question_and_grouping():
    first = read("04-voluntary-and-statutory")
    for name, by in GROUPINGS.items():
        book = read(name)
        assert book["metadata"]["plr"] == {"grouping": by}
        assert [c["id"] for c in book["cells"]] == [c["id"] for c in first["cells"]]
        unlike = [
            c["id"] for c, f in zip(book["cells"], first["cells"], strict=True) if source(c) != source(f)
        ]  # fmt: skip
        assert unlike == ([] if by == "sector" else ["question", "load"])
        load = next(source(c) for c in book["cells"] if c["id"] == "load")
        assert load == next(source(c) for c in first["cells"] if c["id"] == "load").replace("sector", by)
        assert load.splitlines().count(f'by = "{by}"') == 1


@pytest.mark.parametrize("name", ALL)
def test_cells_are_short_and_import_only_the_library(name):
    code = [source(c) for c in read(name)["cells"] if c["cell_type"] == "code"]
    assert all(1 <= len([line for line in text.splitlines() if line]) <= 5 for text in code)
    imports = [line for text in code for line in text.splitlines() if "import" in line]
    names = "compare, load_study, show" if name in GROUPINGS else "load_study, show"
    assert imports == [f"from plrlib import {names}"]
    assert not any(word in text for text in code for word in ("def ", "lambda", "if ", "for "))


@pytest.mark.parametrize("name", ALL)
def test_every_cell_ran_to_the_end_on_the_published_study(name):
    cells = [c for c in read(name)["cells"] if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for c in cells for output in c["outputs"]}
    assert kinds <= {"execute_result", "display_data"}
    assert all(c["outputs"] for c in cells)


@pytest.mark.parametrize("name", ALL)
def test_the_skeleton_is_that_of_all_notebooks(name):
    heads = [source(c).splitlines()[0] for c in read(name)["cells"] if c["cell_type"] == "markdown"]
    assert heads[0].startswith(f"# {name[:2]} · ")
    assert [head for head in heads if head in SKELETON] == SKELETON


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("04-voluntary-and-statutory", "nothing can be said of a difference between voluntary and statutory staff"),
        ("04-voluntary-and-statutory", "only a gap as wide as 5 of 7 against none would have shown in one theme alone"),
        ("05-manager-practitioner-young-person", "it could as well be one between the rooms where they were heard"),
        ("06-targeted-and-universal", "4 to 6 of 6 targeted"),
        ("09-focus-group-to-interview", "Nothing can be said of a change between the two hearings."),
        ("09-focus-group-to-interview", "none comes from an interview, 47 may come from either"),
    ],
)
def test_the_published_study_says_what_it_should(name, sentence):
    outputs = [output.get("data", {}) for c in read(name)["cells"] for output in c.get("outputs", [])]
    assert sentence in "\n".join("".join(data.get("text/plain", "")) for data in outputs)
