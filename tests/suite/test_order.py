"""What waits for what, and what does not."""

import pytest
from nbformat import NotebookNode

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY
from plrlib.suite.execution import after
from plrlib.suite.run import default_jobs, run


def notebooks(**waits):
    return {f"{name}.ipynb": NotebookNode(metadata={"plr": {"after": earlier}}) for name, earlier in waits.items()}


def test_names_become_files():
    assert after(notebooks(a=[], b=["a"])) == {"a.ipynb": (), "b.ipynb": ("a.ipynb",)}
    assert after({"a.ipynb": NotebookNode(metadata={})}) == {"a.ipynb": ()}


def test_an_unknown_name_is_told():
    with pytest.raises(RunError, match=r"b\.ipynb is to run after c\.ipynb, and there is no notebook of that name"):
        after(notebooks(a=[], b=["c"]))


def test_a_circle_is_told():
    with pytest.raises(RunError, match=r"wait for each other: .*, which waits for ") as caught:
        after(notebooks(a=["c"], b=["a"], c=["b"], d=[]))
    assert all(f"{name}.ipynb" in str(caught.value) for name in "abc")
    assert "d.ipynb" not in str(caught.value)


def test_a_circle_is_told_the_right_way_round():
    with pytest.raises(RunError) as caught:
        after(notebooks(a=["b"], b=["c"], c=["a"]))
    told = str(caught.value).split(": ")[1].split(", which waits for ")
    waits = {"a.ipynb": "b.ipynb", "b.ipynb": "c.ipynb", "c.ipynb": "a.ipynb"}
    assert [waits[name] for name in told[:-1]] == told[1:]


@pytest.mark.parametrize("section", [{"after": "a"}, {"after": [1]}, [], "a"])
def test_what_is_not_plain_is_told(section):
    with pytest.raises(RunError, match=r"a\.ipynb does not say plainly what it runs after"):
        after({"a.ipynb": NotebookNode(metadata={"plr": section})})


MEET = """
import time
from pathlib import Path
Path("../{mine}").write_text("here")
until = time.monotonic() + 180
while not Path("../{other}").exists():
    assert time.monotonic() < until, "alone"
    time.sleep(0.01)
"""


def test_notebooks_run_side_by_side(project, watch):
    """Each waits until the other has begun."""
    project.notebook("01-a", MEET.format(mine="a", other="b"))
    project.notebook("02-b", MEET.format(mine="b", other="a"))
    run(DEFAULT_STUDY, 2, watch)
    assert sorted(watch.heard[1:3]) == ["started 01-a.ipynb", "started 02-b.ipynb"]


def test_one_job_is_one_at_a_time(project, watch):
    for name in ("01-a", "02-b", "03-c"):
        project.notebook(name, "import time\ntime.sleep(0.6)")
    run(DEFAULT_STUDY, 1, watch)
    total, *steps = watch.heard
    begun = [step.removeprefix("started ") for step in steps[::2]]
    assert total == "total 3"
    assert sorted(begun) == ["01-a.ipynb", "02-b.ipynb", "03-c.ipynb"]
    assert steps[1::2] == [f"finished {name} done" for name in begun]


def test_what_must_come_first_comes_first(project, watch):
    """The first in order of name needs what the last two leave behind."""
    project.notebook("01-last", "print(open('../b').read())", after=["02-middle", "03-first"])
    project.notebook(
        "02-middle", "open('../b', 'w').write(open('../a').read() + ' again') and None", after=["03-first"]
    )
    project.notebook("03-first", "import time\ntime.sleep(0.5)\nopen('../a', 'w').write('made') and None")
    run(DEFAULT_STUDY, 3, watch)
    assert project.printed("01-last") == "made again\n"


def test_there_is_at_least_one_job():
    assert default_jobs() >= 1
