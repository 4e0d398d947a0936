"""Several studies in one run: all of them or none, side by side, each with its own notebooks."""

import signal
import sys

import psutil
import pytest
from programs import PATIENCE

from plrlib.faults import RunError, StudyError
from plrlib.paths import DEFAULT_STUDY, SHIPPED, shipped_studies
from plrlib.suite.progress import NotebookError
from plrlib.suite.run import run, run_all

OTHER = SHIPPED[1]
WHERE = "import os\nprint(os.environ['PLR_STUDY'], os.getcwd().split(os.sep)[-2:])"
BAD = f"import os\nassert os.environ['PLR_STUDY'] != '{OTHER}', 'not this one'"
FAULTY = "participant,role\nP1,manager\nP1,practitioner\n"
# Each waits until the same notebook has begun on the other study.
MEET = """
import os, time
from plrlib.paths import home
(home() / os.environ["PLR_STUDY"]).write_text("here")
until = time.monotonic() + 180
while len([1 for path in home().iterdir() if path.is_file()]) < 2:
    assert time.monotonic() < until, "alone"
    time.sleep(0.01)
"""
SLEEP = """
import os, time
from plrlib.paths import home
(home() / os.environ["PLR_STUDY"]).write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def both(project):
    project.study(OTHER)
    project.study("mine")
    return project


def test_those_shipped_are_run_if_they_are_there(project):
    assert shipped_studies() == [DEFAULT_STUDY]
    project.study(OTHER)
    project.study("another")
    assert shipped_studies() == [DEFAULT_STUDY, OTHER]


def test_without_a_name_the_shipped_studies_are_run_each_in_its_place(both):
    both.notebook("01-where", WHERE)
    both.notebook("02-after", "print('then')", after=["01-where"])
    toml = both.folder / "data" / "raw" / OTHER / "study.toml"
    toml.write_text(f'[study]\nid = "{OTHER}"\nkind = "simulated"\n', encoding="utf-8")
    done = both.plr("run", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert both.printed("01-where") == f"{DEFAULT_STUDY} ['project', 'notebooks']\n"
    assert both.printed("01-where", OTHER) == f"{OTHER} ['{OTHER}', 'notebooks']\n"
    lines = done.stdout.splitlines()
    assert sorted(line.split("  ")[0] for line in lines[:4]) == [
        f"{study}: {name}.ipynb" for study in (DEFAULT_STUDY, OTHER) for name in ("01-where", "02-after")
    ]
    assert lines[4:] == [
        f"{DEFAULT_STUDY}: 2 notebooks executed.",
        "Start with  notebooks/01-where.ipynb",
        f"Tables in   data/processed/{DEFAULT_STUDY}",
        f"{OTHER} (simulated): 2 notebooks executed.",
        f"Start with  data/processed/{OTHER}/notebooks/01-where.ipynb",
        f"Tables in   data/processed/{OTHER}",
        "Open them:  plr lab  (or python3 run.py lab)",
    ]
    assert not (both.processed / "mine").exists()
    once = both.files()
    both.plr("run")
    assert both.files() == once


def test_with_a_name_only_that_one_is_run(both):
    both.notebook("01-where", WHERE)
    before = both.files()
    done = both.plr("run", OTHER)
    assert done.returncode == 0, done.stderr
    assert set(both.files()) - set(before) >= {f"data/processed/{OTHER}/notebooks/01-where.ipynb"}
    assert not (both.processed / DEFAULT_STUDY).exists()
    assert both.cells("01-where")[0]["outputs"] == []


def test_together_they_come_out_as_they_do_one_by_one(both, watch):
    both.notebook("01-where", WHERE)
    both.notebook("02-b", "print({'a', 'b', 'c'})", after=["01-where"])
    run_all([DEFAULT_STUDY, OTHER], 3, watch)
    together = both.files()
    run(DEFAULT_STUDY, 1, watch)
    run(OTHER, 1, watch)
    assert both.files() == together
    assert watch.heard[0] == "total 4"


def test_their_notebooks_run_side_by_side(both, watch):
    both.notebook("01-meet", MEET)
    run_all([DEFAULT_STUDY, OTHER], 2, watch)
    assert sorted(watch.heard[1:3]) == [f"started {study}: 01-meet.ipynb" for study in (DEFAULT_STUDY, OTHER)]


def test_no_more_than_the_jobs_at_a_time(both, watch):
    """The other study's kernel has booted long before the first has ended, and waits."""
    both.notebook("01-a", "import time\ntime.sleep(3)")
    run_all([DEFAULT_STUDY, OTHER], 1, watch)
    _, *steps = watch.heard
    assert len(steps) == 4
    assert steps[1::2] == [f"finished {step.removeprefix('started ')} done" for step in steps[::2]]


@pytest.mark.parametrize("faulty", [DEFAULT_STUDY, OTHER])
def test_a_fault_in_one_keeps_both_as_they_were(both, faulty):
    both.notebook("01-a", "open('../ran', 'w').write('x')")
    both.study(faulty, participants=FAULTY)
    before = both.files()
    done = both.plr("run")
    assert done.returncode == 1
    assert "\nparticipants.csv:3: participant: " in done.stdout
    assert done.stderr.startswith(f"{faulty}: ")
    assert done.stderr.endswith(" found, nothing was done\n")
    assert set(both.files()) - set(before) == {"data/processed/.lock"}
    assert not (both.folder / "ran").exists()
    assert [path.name for path in both.processed.iterdir()] == [".lock"]


def test_faults_in_both_are_told_at_once_with_the_study(both, watch):
    both.notebook("01-a", "pass")
    for study in (DEFAULT_STUDY, OTHER):
        both.study(study, participants=FAULTY)
    with pytest.raises(StudyError) as caught:
        run_all([DEFAULT_STUDY, OTHER], 1, watch)
    files = {fault.file for fault in caught.value.faults}
    assert {f"{DEFAULT_STUDY}/participants.csv", f"{OTHER}/participants.csv"} < files
    assert all(file.startswith((f"{DEFAULT_STUDY}/", f"{OTHER}/")) for file in files)
    assert str(caught.value).startswith(f"{DEFAULT_STUDY} and {OTHER}: {len(caught.value.faults)} faults found")


def test_a_notebook_that_fails_on_one_leaves_both_as_they_were(both, watch):
    both.notebook("01-a", "print('fine')")
    both.notebook("02-bad", BAD, after=["01-a"])
    before = both.files()
    with pytest.raises(NotebookError, match=rf"^{OTHER}: 02-bad\.ipynb failed in cell 1 \(id id-1\)$"):
        run_all([DEFAULT_STUDY, OTHER], 2, watch)
    kept = f"data/processed/{OTHER}/failed/02-bad.ipynb"
    assert set(both.files()) - set(before) == {"data/processed/.lock", kept}
    assert {name: digest for name, digest in both.files().items() if name in before} == before
    assert sorted(path.name for path in both.processed.iterdir()) == [".lock", OTHER]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to a process")
def test_ctrl_c_leaves_both_as_they_were(both):
    both.notebook("01-a", SLEEP)
    before = both.files()
    with both.start("run", "--jobs", "2") as process:
        pids = [int(pid) for pid in both.wait_for(DEFAULT_STUDY, OTHER)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "Stopped; everything is as it was.\n")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert set(both.files()) - set(before) == {"data/processed/.lock"}
    assert [path.name for path in both.processed.iterdir()] == [".lock"]


def test_two_that_call_themselves_alike_are_refused(both, watch, tmp_path):
    both.notebook("01-a", "pass")
    folders = [both.study("same", tmp_path / name) for name in ("one", "two")]
    with pytest.raises(RunError, match=r"the study in two/ calls itself 'same' .* one/ is another one of that name"):
        run_all(folders, 1, watch)
    assert [path.name for path in both.processed.iterdir()] == [".lock"]
