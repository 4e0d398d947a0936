"""The command line, as somebody calls it."""

import os
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from plrlib import cli
from plrlib.faults import Fault, StudyError
from plrlib.places import DEFAULT_STUDY

FAULTS = {
    "participants": "participant,role\nP1,manager\nP1,practitioner\n",
    "excerpts": "excerpt,participant,text,gist\nE1,P9,[bold]secret words[/bold],a gist\nE2,P1,,another\n",
    "codings": "excerpt,coder,code\nE7,a,c1\n",
}


def test_alone_it_says_what_to_do_next(project):
    first = project.plr()
    assert (first.returncode, first.stderr) == (0, "")
    assert f"studies in data/raw/: {DEFAULT_STUDY}" in first.stdout
    assert first.stdout.splitlines()[-1] == "Next: plr run"
    project.notebook("01-a", "pass")
    project.plr("run")
    assert project.plr().stdout.splitlines()[-1] == "Next: plr lab"


def test_run_tells_each_notebook_and_where_to_look(project):
    project.notebook("01-a", "pass")
    project.notebook("02-b", "class NotInStudy(LookupError): pass\nraise NotInStudy('No.')", after=["01-a"])
    done = project.plr("run", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["01-a.ipynb", "02-b.ipynb"]
    assert lines[1].endswith(" s, not in study")
    assert lines[2:5] == [
        f"{DEFAULT_STUDY}: 2 notebooks executed.",
        "  02-b.ipynb: not in this study",
        "Start with  notebooks/01-a.ipynb",
    ]
    assert str(project.folder) not in done.stdout
    assert "\x1b" not in done.stdout


def test_run_tells_a_failure_on_one_screen(project):
    project.notebook("01-bad", "def f(n):\n    return f(n - 1) if n else 1 / 0", "f(50)")
    done = project.plr("run")
    assert done.returncode == 1
    assert "01-bad.ipynb failed in cell 2 (id id-2):" in done.stderr
    assert "f(50)" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert f"data/processed/{DEFAULT_STUDY}/failed/01-bad.ipynb" in done.stderr
    assert len((done.stdout + done.stderr).splitlines()) <= 40
    assert "\x1b" not in done.stderr
    assert "Traceback (most recent call last)\n  File" not in done.stderr


def test_run_starts_nothing_on_a_faulty_study(project):
    project.notebook("01-a", "open('../ran', 'w').write('x')")
    project.study("faulty", **FAULTS)
    done = project.plr("run", "faulty")
    assert done.returncode == 1
    assert "participants.csv:3: participant:" in done.stdout
    assert not (project.folder / "ran").exists()
    assert [path.name for path in project.processed.iterdir()] == [".lock"]


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_unknown_study_is_told_in_a_sentence(project, command):
    done = project.plr(command, "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("no study called 'nowhere'")
    assert len(done.stderr.splitlines()) == 1


def test_check_sums_up_a_sound_study_and_lists_its_notes(project):
    project.study("sound", participants="participant,role\nP1,manager\nP2,practitioner\n", events="event,smell\nE,x\n")
    done = project.plr("check", "sound")
    assert (done.returncode, done.stderr) == (0, "")
    summary, note, *_ = done.stdout.splitlines()
    assert summary.startswith("sound: sound, with ")
    assert summary.endswith("; 2 people, 2 excerpts, 1 code in 1 theme")
    assert note.startswith("events.csv:1: smell: ")
    assert not project.processed.exists()


def test_check_gives_a_fault_a_line_unwrapped_off_a_terminal(project):
    project.study("faulty", **FAULTS)
    done = project.plr("check", "faulty", COLUMNS="20")
    assert done.returncode == 1
    with pytest.raises(StudyError) as caught:
        from plrlib.study import load_study  # noqa: PLC0415

        load_study("faulty")
    assert sorted(done.stdout.splitlines()) == sorted(map(str, caught.value.faults))
    assert len(caught.value.faults) >= 3
    assert done.stderr == f"faulty: {len(caught.value.faults)} faults found, nothing was done\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal there")
def test_check_gives_a_table_on_a_terminal(project):
    import pty  # noqa: PLC0415

    project.study("faulty", **FAULTS)
    ours, theirs = pty.openpty()
    code = "import sys; from plrlib.cli import main; sys.argv[1:] = ['check', 'faulty']; main()"
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=project.folder, stdout=theirs, stderr=theirs, stdin=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # the other end was closed
        pass
    os.close(ours)
    assert process.wait(30) == 1
    text = shown.decode("utf-8")
    assert "what to do" in text
    assert "participants.csv" in text
    assert "participants.csv:3" not in text


def test_markup_in_what_was_found_is_shown_as_it_is(capsys, monkeypatch):
    fault = Fault("a.csv", 2, "b", "is not [known]", "[red]x[/red]")
    monkeypatch.setenv("FORCE_COLOR", "1")
    cli._list([fault])
    assert "[red]x[/red]" in capsys.readouterr().out


def test_a_console_that_knows_no_dash_does_not_stop_it(project):
    study = project.study("dash")
    (study / "participants.csv").write_text(
        "participant,role\nP\u2013\u4e2d,manager\nP\u2013\u4e2d,manager\n", encoding="utf-8"
    )
    done = project.plr("check", study.name, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 1
    assert "\u2013\u4e2d" in done.stdout
    assert "Traceback" not in done.stderr


def test_lab_opens_the_first_notebook_in_the_project_and_asks_nobody(project, monkeypatch):
    called = []
    monkeypatch.setattr(subprocess, "call", lambda command, cwd: called.append((command, cwd)) or 0)
    monkeypatch.setattr(sys, "argv", ["plr", "lab", "--no-browser"])
    first = project.notebook("01-a", "pass")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    [(command, folder)] = called
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-1] == str(first)
    assert folder == project.folder
    assert {"--no-browser", f"--ServerApp.root_dir={project.folder}", "--LabApp.news_url=None"} < set(command)


def test_jupyterlab_knows_the_options_that_keep_it_from_asking():
    from jupyterlab import NeverCheckForUpdate  # noqa: PLC0415
    from jupyterlab.labapp import LabApp  # noqa: PLC0415

    assert LabApp.class_traits()["news_url"].from_string("None") is None
    assert entry_points(group="jupyterlab.extension_manager_v1", name="readonly")
    assert issubclass(NeverCheckForUpdate, LabApp.class_traits()["check_for_updates_class"].klass)


def test_help_imports_nothing_that_is_slow(project):
    done = project.plr(
        "--help", before="import atexit\natexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))"
    )
    assert done.returncode == 0
    assert "run " in done.stdout
    for slow in ("pandas", "numpy", "nbclient", "jupyter_client", "rich.progress"):
        assert f"'{slow}'" not in done.stderr, f"plr --help imports {slow}"
