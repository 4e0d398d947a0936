"""The notebooks made for groupings that none of the project's own is about."""

import ast
import re

import nbformat
import pytest
from rich.markdown import Markdown

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY
from plrlib.study.settings import Grouping, Settings
from plrlib.suite.execution import compared, plain
from plrlib.suite.run import run

ABOUT_SECTOR = {"plr": {"grouping": "sector", "after": []}}
SOURCE = 'from os import environ\nby = "sector"'


def settings(*names, **labels):
    levels = labels.pop("levels", {"a": "A", "b": "B"})
    return Settings(id="x", groupings={name: Grouping(name, labels.get("label", name), name, levels) for name in names})


def notebook(*code, metadata=ABOUT_SECTOR):
    cells = [
        nbformat.v4.new_markdown_cell("# 04 · Voluntary and statutory\n\n**Do the sectors?**", id="question"),
        *(nbformat.v4.new_code_cell(source, id=f"code-{i}") for i, source in enumerate(code)),
        nbformat.v4.new_markdown_cell("## Limits", id="limits"),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def made_from(source, found):
    return compared({"04-sectors.ipynb": source}, found)


def test_each_grouping_that_no_notebook_names_gets_one():
    notebooks = {
        "05-roles.ipynb": notebook('by = "role"', metadata={"plr": {"grouping": "role"}}),
        "04-sectors.ipynb": notebook(SOURCE, "compare(by)"),
        "01-check.ipynb": notebook("pass", metadata={}),
    }
    made = compared(notebooks, settings("age", "sector", "place", "role"))
    assert list(made) == ["04-compare-age.ipynb", "04-compare-place.ipynb"]
    for name, by in zip(made, ("age", "place"), strict=True):
        one = made[name]
        nbformat.validate(one)
        assert one.metadata["plr"] == {"grouping": by, "after": []}
        assert [cell.id for cell in one.cells] == ["question", "code-0", "code-1", "limits"]
        assert [cell.source for cell in one.cells][1:] == [
            f"from os import environ\nby = '{by}'", "compare(by)", "## Limits"
        ]  # fmt: skip
    assert notebooks["04-sectors.ipynb"] == notebook(SOURCE, "compare(by)"), "the source stays as it is"


def test_none_is_made_where_nothing_is_left_or_there_is_no_source():
    assert made_from(notebook(SOURCE), settings("sector")) == {}
    assert made_from(notebook(SOURCE), settings()) == {}
    assert made_from(notebook(SOURCE, metadata={}), settings("age")) == {}


@pytest.mark.parametrize(
    "name", ["it's", '"', "a\\", "a\nb = 1", "\u2028", "{x}", "\\1", "\\g<0>", "école", "部门", "😀"]
)
def test_whatever_a_grouping_is_called_the_code_names_it(name):
    [made] = made_from(notebook(SOURCE), settings(name)).values()
    [_, line] = ast.parse(made.cells[1].source).body
    assert isinstance(line, ast.Assign)
    assert ast.literal_eval(line.value) == name


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["age", "Age", "AGE "], ["age", "age-2", "age-3"]),
        (["a", "a-2", "a!"], ["a", "a-2", "a-3"]),
        (["../../etc/passwd", "a/b", "con", "a:b"], ["etc-passwd", "a-b", "con", "a-b-2"]),
        (["部门", "角色", "école", ".", "-"], ["grouping", "grouping-2", "ecole", "grouping-3", "grouping-4"]),
        (["x" * 300, "x" * 301], ["x" * 60, "x" * 60 + "-2"]),
        (["sectors"], ["sectors-2"]),  # where the project has a notebook of that name
    ],
)
def test_names_of_files_are_plain_and_kept_apart(names, files):
    notebooks = {"04-sectors.ipynb": notebook(SOURCE), "04-Compare-Sectors.ipynb": notebook("pass", metadata={})}
    made = compared(notebooks, settings(*names))
    assert list(made) == [f"04-compare-{file}.ipynb" for file in files]
    assert [one.metadata["plr"]["grouping"] for one in made.values()] == names
    assert all(re.fullmatch(r"[a-z0-9_-]+\.ipynb", name) for name in made)


HOSTILE = (
    "<img src=x onerror=alert(1)> **b** _i_ [l](http://x) `c` $x$ \\(y\\) # h\n\n# next & &lt; | ~~s~~ www.x.org a@b.c"
)


def test_labels_are_shown_as_they_are_whatever_they_hold():
    found = settings("age", label=HOSTILE, levels={"a": HOSTILE, "b": "- B", "c": "1. C"})
    [made] = made_from(notebook(SOURCE), found).values()
    blocks = Markdown(made.cells[0].source).parsed  # by CommonMark's rules
    assert [block.type for block in blocks if block.nesting == 1] == [
        "heading_open",
        "paragraph_open",
        "paragraph_open",
    ]
    heading, question, _ = [block.children for block in blocks if block.type == "inline"]
    marks = {(token.type, token.content) for token in (*heading, *question) if "text" not in token.type}
    assert marks <= {("html_inline", "<span>"), ("html_inline", "</span>"), ("strong_open", ""), ("strong_close", "")}
    shown = ["".join(token.content for token in line if "text" in token.type) for line in (heading, question)]
    label = " ".join(HOSTILE.split())
    assert shown[0] == f"04 · {label}"
    assert shown[1] == f"Do these groups see things differently: {label}, - B and 1. C?"


def test_a_viewer_finds_no_formula_in_a_label():
    """Neither in the Markdown, nor, once that is shown, within one element."""
    assert "$" not in plain("from $1 to $2")
    assert plain("$1") == "<span>&#36;</span>1"
    assert plain("\\(x\\)") == r"<span>&#92;</span>\(x<span>&#92;</span>\)"
    assert plain("Children's, 14 - 16") == r"Children's, 14 \- 16"


@pytest.mark.parametrize("code", [("pass",), ("  by = 1",), ('by = "sector"\nby = "sector"',), ('by = "s"', "by = 2")])
def test_a_source_without_one_plain_line_is_told(code):
    with pytest.raises(RunError, match=r'04-sectors\.ipynb is the source .* lines of its code are like by = "sector"'):
        made_from(notebook(*code), settings("age"))


@pytest.mark.parametrize("section", [{"grouping": ["sector"]}, {"grouping": 1}, [], "sector"])
def test_a_notebook_that_is_not_plain_is_told(section):
    with pytest.raises(RunError, match=r"04-sectors\.ipynb does not say plainly which grouping it is about"):
        made_from(notebook(SOURCE, metadata={"plr": section}), settings("age"))


AGE = '\n[groupings.age]\nlabel = "Age"\ncolumn = "role"\nlevels = { manager = "M", practitioner = "P" }\n'


@pytest.fixture
def grouped(project):
    """A project with a source and a notebook before it, and a study besides the published one; returns both files."""
    project.study("other")
    project.notebook("01-first", "open('../first', 'w').write('made') and None")
    about = {"plr": {"grouping": "sector", "after": ["01-first"]}}
    project.notebook("04-sectors", SOURCE, "print(by, environ['PLR_STUDY'], open('../first').read())", metadata=about)
    return project


def declare(project, study, text=AGE):
    path = project.folder / "data" / "raw" / study / "study.toml"
    path.write_text(f'[study]\nid = "{study}"\n{text}', encoding="utf-8")


@pytest.mark.parametrize("study", [DEFAULT_STUDY, "other"])
def test_it_is_executed_among_the_results_of_the_study_and_goes_when_the_grouping_does(grouped, watch, study):
    in_place = study == DEFAULT_STUDY
    if in_place:  # where it works the first notebook's file is not next door
        grouped.notebook("01-first", f"open('../data/processed/{study}/first', 'w').write('made') and None")
        grouped.notebook(
            "04-sectors", SOURCE, "print(by)", metadata={"plr": {"grouping": "sector", "after": ["01-first"]}}
        )
    (grouped.processed / study).mkdir(parents=True)
    run(study, 2, watch)
    before = grouped.files()
    copies = grouped.processed / study / "notebooks"
    assert copies.exists() != in_place
    declare(grouped, study)
    outcome = run(study, 2, watch)
    made = copies / "04-compare-age.ipynb"
    assert outcome.made == (made,)
    assert list(outcome.statuses) == ["01-first.ipynb", "04-compare-age.ipynb", "04-sectors.ipynb"]
    assert grouped.printed("04-compare-age", study).split()[0] == "age"
    assert sorted(path.name for path in grouped.notebooks.iterdir()) == ["01-first.ipynb", "04-sectors.ipynb"]
    assert grouped.manifest(study)["notebooks"]["04-compare-age.ipynb"]["status"] == "done"
    once = grouped.files()
    run(study, 1, watch)
    assert grouped.files() == once
    declare(grouped, study, "")
    assert run(study, 2, watch).made == ()
    after = grouped.files()
    for files in (before, after):  # the study.toml of the fixture was written otherwise
        files.pop(f"data/processed/{study}/manifest.json")
    assert after == before
    assert copies.exists() != in_place


def test_the_command_says_where_it_is(grouped):
    declare(grouped, "other")
    done = grouped.plr("run", "other", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "other: 3 notebooks executed." in done.stdout
    assert "Made for it data/processed/other/notebooks/04-compare-age.ipynb" in done.stdout
    assert grouped.printed("04-compare-age", "other") == "age other made\n"


def test_comparisons_take_longest_and_begin_first(grouped, watch):
    """One notebook at a time, and one more kernel boots meanwhile: so it is the first or the second to begin."""
    for number in ("02", "03"):
        grouped.notebook(f"{number}-other", "print(1)")
    grouped.notebook("04-sectors", "by = 1", metadata={"plr": {"grouping": "sector"}})
    run("other", 1, watch)
    assert "started 04-sectors.ipynb" in [one for one in watch.heard if one.startswith("started")][:2]
