"""However a run ends, every file is whole: the old one or the new one; and the next run succeeds."""

import ctypes
import shutil
import signal
import sys
import time

import psutil
import pytest
from programs import PATIENCE

from plrlib.paths import DEFAULT_STUDY
from plrlib.suite.run import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these tests send signals to processes")

DERIVED = f"data/processed/{DEFAULT_STUDY}"
# The process sends itself a signal just before, or just after, a file is put in its place.
SIGNAL = """
import os, signal
original = os.replace
def replace(*arguments):
    {before}
    original(*arguments)
    {after}
os.replace = replace
"""
SEND = "os.kill(os.getpid(), signal.{})"
BEFORE = SIGNAL.format(before=SEND.format("SIGKILL"), after="")
AFTER = SIGNAL.format(before="", after=SEND.format("SIGKILL"))
# The process is killed when half of a file is written.
HALF = """
import os, signal
def half(handle):
    os.truncate(handle, os.fstat(handle).st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)
os.fsync = half
"""
SLEEP = "import os, time\nopen('../{0}', 'w').write(str(os.getpid())) and None\ntime.sleep(600)"


@pytest.fixture
def changed(project, watch):
    """A project that was run and then changed; its files before the next run, and those after it."""
    project.notebook("01-a", "print('a')")
    project.notebook("02-b", "print('b')")
    run(DEFAULT_STUDY, 2, watch)
    project.study(DEFAULT_STUDY, participants="participant,role\nP1,manager\nP2,manager\n")
    project.notebook("01-a", "print('another a')")
    old = project.files()
    kept = project.folder.with_name("kept")
    shutil.copytree(project.folder, kept)
    run(DEFAULT_STUDY, 2, watch)
    new = project.files()
    for name in old:
        shutil.copy2(kept / name, project.folder / name)
    assert project.files() == old
    return project, old, new


def differing(project, old, new):
    """Return the names of the files that are the new ones already; every other must be the old one."""
    found = {name: digest for name, digest in project.files().items() if not name.startswith("data/processed/.tmp/")}
    assert set(found) == set(old)
    assert all(digest in (old[name], new[name]) for name, digest in found.items())
    return {name for name, digest in found.items() if digest != old[name]}


def test_a_run_that_is_killed_while_it_writes_leaves_whole_files(changed, watch):
    project, old, new = changed
    order = [f"{DERIVED}/participants.parquet", "notebooks/01-a.ipynb", f"{DERIVED}/manifest.json"]
    assert {name for name in old if old[name] != new[name]} == set(order)
    for point, done in ((HALF, 0), (BEFORE, 0), (AFTER, 1), (HALF, 1), (AFTER, 2), (BEFORE, 2)):
        killed = project.plr("run", before=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert differing(project, old, new) == set(order[:done])
    run(DEFAULT_STUDY, 2, watch)
    assert project.files() == new


def test_a_run_that_is_killed_at_any_time_leaves_whole_files_and_no_kernel(changed, watch):
    project, old, new = changed
    for delay in (0.2, 0.7, 1.2, 1.7, 2.2):
        with project.start("run") as process:
            time.sleep(delay)
            process.kill()
        deadline = time.monotonic() + PATIENCE
        while project.processes() and time.monotonic() < deadline:  # also what was forked at this very moment
            time.sleep(0.05)
        assert not project.processes()
        differing(project, old, new)
    run(DEFAULT_STUDY, 2, watch)
    assert project.files() == new


@pytest.fixture
def foster_parent():
    """Let this process be given the children of those that die, as a desktop's session is, and not process 1."""
    libc = ctypes.CDLL(None)
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    yield
    libc.prctl(36, 0, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has foster parents")
@pytest.mark.usefixtures("foster_parent")
def test_kernels_end_with_a_run_that_is_killed(project):
    """Those that execute a cell, and those that were launched a moment ago and do not yet watch their parent."""
    project.notebook("01-a", SLEEP.format("a"))
    project.notebook("02-b", SLEEP.format("b"))
    with project.start("run", "--jobs", "2") as process:
        pids = [int(pid) for pid in project.wait_for("a", "b")]
        process.kill()
    project.assert_gone(pids)
    with project.start("run", "--jobs", "2") as process:
        while not (kernels := forked(process)):
            time.sleep(0.001)
        process.kill()
    project.assert_gone([kernel.pid for kernel in kernels])


def forked(process):
    """Return the kernels of a run: on Linux children of the process that imports for them."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if sys.platform != "linux" or child.ppid() != process.pid]


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
@pytest.mark.parametrize("delay", [0.3, 0.6, 0.9, 1.2])
def test_ctrl_c_ends_a_run_that_only_begins(project, delay):
    project.notebook("01-a", SLEEP.format("a"))
    with project.start("run") as process:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode in (130, -signal.SIGINT)
    project.assert_gone([left.pid for left in project.processes()])  # one that was being started ends by itself


def test_ctrl_c_leaves_everything_as_it_was(project):
    project.notebook("01-a", SLEEP.format("a"))
    project.notebook("02-b", SLEEP.format("b"))
    before = project.files()
    with project.start("run", "--jobs", "2") as process:
        pids = [int(pid) for pid in project.wait_for("a", "b")]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err == "Stopped; everything is as it was.\n"
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not project.processes()
    assert set(project.files()) - set(before) == {"data/processed/.lock"}
    assert not (project.processed / ".tmp").exists()


def test_ctrl_c_is_heard_while_the_study_is_read(project):
    project.notebook("01-a", "pass")
    project.study("other")
    slow = (
        "import time\nfrom plrlib.study import load\n"
        "load.load_study = lambda name: open('a', 'w').write('x') and time.sleep(60)"
    )
    with project.start("run", "other", before=slow) as process:
        project.wait_for("a")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "Stopped; everything is as it was.\n")
    assert [path.name for path in project.processed.iterdir()] == [".lock"]


def test_ctrl_c_comes_too_late_once_files_are_being_written(changed):
    project, _, new = changed
    done = project.plr("run", before=SIGNAL.format(before="", after=SEND.format("SIGINT")))
    assert done.returncode == 0, done.stderr
    assert project.files() == new


def test_one_run_at_a_time_and_a_killed_one_blocks_nobody(project):
    project.notebook("01-a", SLEEP.format("a"))
    with project.start("run") as process:
        project.wait_for("a")
        second = project.plr("run")
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == "another run is going on in this project; wait until it has ended\n"
        assert process.poll() is None
        process.kill()
    (project.processed / ".tmp" / "left.part").write_bytes(b"half a file")
    project.notebook("01-a", "pass")
    assert project.plr("run").returncode == 0
    assert not (project.processed / ".tmp").exists()


def test_nothing_unfinished_lies_where_git_looks(project):
    """Only data/processed/ has files that come and go, and .gitignore leaves it out."""
    project.notebook("01-a", SLEEP.format("a"))
    before = {path for path in project.folder.rglob("*") if path.is_file()}
    with project.start("run") as process:
        project.wait_for("a")
        found = {path for path in project.folder.rglob("*") if path.is_file()}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    before |= {project.folder / "a"}  # which the notebook itself wrote
    assert {path for path in found - before if project.processed not in path.parents} == set()
    assert {path.relative_to(project.processed).parts[0] for path in found - before} == {".tmp", ".lock"}
