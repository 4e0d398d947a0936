"""The command line, as somebody calls it."""

import contextlib
import io
import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from typing import get_args

import pandas as pd
import pytest
from programs import PATIENCE, ended

from plrlib import compare, load_study, smallest_difference
from plrlib.cli import commands
from plrlib.faults import Fault, StudyError
from plrlib.paths import DEFAULT_STUDY, STORE
from plrlib.study.schema import STANCES

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
    assert all(f"  plr {command} " in first.stdout for command in ("run", "check", "compare", "plan --n 7 7", "lab"))
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


@pytest.mark.parametrize(
    ("withdrawn", "told"),
    [("P2", "1 person withdrew and is left out"), ("P2 P3", "2 people withdrew and are left out")],
)
def test_check_says_how_many_withdrew(project, withdrawn, told):
    rows = [f"{name},manager,{'yes' if name in withdrawn.split() else ''}" for name in ("P1", "P2", "P3")]
    project.study("left", participants="\n".join(["participant,role,withdrawn", *rows, ""]))
    done = project.plr("check", "left")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == told


def test_check_gives_a_fault_a_line_unwrapped_off_a_terminal(project):
    project.study("faulty", **FAULTS)
    done = project.plr("check", "faulty", COLUMNS="20")
    assert done.returncode == 1
    with pytest.raises(StudyError) as caught:
        from plrlib.study.load import load_study  # noqa: PLC0415

        load_study("faulty")
    assert sorted(done.stdout.splitlines()) == sorted(map(str, caught.value.faults))
    assert len(caught.value.faults) >= 3
    assert done.stderr == f"faulty: {len(caught.value.faults)} faults found, nothing was done\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal there")
def test_check_gives_a_table_on_a_terminal(project):
    import pty  # noqa: PLC0415

    project.study("faulty", **FAULTS)
    ours, theirs = pty.openpty()
    code = "import sys; from plrlib.cli.commands import main; sys.argv[1:] = ['check', 'faulty']; main()"
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=project.folder, stdout=theirs, stderr=theirs, stdin=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    with ended(process):
        with contextlib.suppress(OSError):  # the other end was closed
            while chunk := os.read(ours, 65536):
                shown += chunk
        os.close(ours)
        assert process.wait(PATIENCE) == 1
    text = shown.decode("utf-8")
    assert "what to do" in text
    assert "participants.csv" in text
    assert "participants.csv:3" not in text


def test_markup_in_what_was_found_is_shown_as_it_is(capsys, monkeypatch):
    fault = Fault("a.csv", 2, "b", "is not [known]", "[red]x[/red]")
    monkeypatch.setenv("FORCE_COLOR", "1")
    commands.list_faults([fault])
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

    class Server(contextlib.nullcontext):
        def __init__(self, command, cwd, env):
            called.append((command, cwd, env))
            super().__init__(self)

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Server)
    monkeypatch.setattr(sys, "argv", ["plr", "lab", "--no-browser"])
    first = project.notebook("01-a", "pass")
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 0
    [(command, folder, environment)] = called
    assert environment[STORE] == str(project.processed)
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-1] == str(first)
    assert folder == project.folder
    assert {"--no-browser", f"--ServerApp.root_dir={project.folder}", "--LabApp.news_url=None"} < set(command)
    # With a study: its copies, and whatever else is opened there loads it too.
    project.study("other")
    copy = project.processed / "other" / "notebooks" / "01-a.ipynb"
    for place in (first, copy):
        monkeypatch.setattr(sys, "argv", ["plr", "lab", "other", "--port=1"])
        with pytest.raises(SystemExit):
            commands.main()
        command, _, environment = called[-1]
        assert command[-2:] == ["--port=1", str(place)]
        assert environment["PLR_STUDY"] == "other"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(first.read_bytes())
    monkeypatch.setattr(sys, "argv", ["plr", "lab", "nowhere"])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 1


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
    for command in ("run", "check", "compare", "plan", "lab"):
        assert f"\n  {command} " in done.stdout
    for slow in ("pandas", "numpy", "nbclient", "jupyter_client", "rich.progress"):
        assert f"'{slow}'" not in done.stderr, f"plr --help imports {slow}"


READERS = {
    "--csv": pd.read_csv,
    "--json": lambda text: pd.DataFrame(json.load(text)),
}
SECTOR = '[groupings.sector]\nlabel = "Sector"\nlevels = { v = "Voluntary", s = "Statutory" }\n'
ROLE = '[groupings.role]\nlevels = { manager = "Managers", practitioner = "Practitioners" }\n'
PEOPLE = [(f"P{i}", "manager" if i < 5 else "practitioner", "v" if i % 2 else "s") for i in range(10)]


@pytest.fixture
def sectors(project):
    """A study in which all 5 voluntary and none of 5 statutory people raised a theme, and everybody another."""
    project.study(
        "sectors",
        participants="".join(f"{','.join(row)}\n" for row in [("participant", "role", "sector"), *PEOPLE]),
        excerpts="excerpt,participant\n" + "".join(f"E{i},P{i}\n" for i in range(10)),
        codings="excerpt,coder,code\n" + "".join(f"E{i},a,c2\n" + f"E{i},a,c1\n" * (i % 2) for i in range(10)),
        codebook='code,parent,label\nT1,,"A ""theme"", = quoted"\nT2,,Another\nc1,T1,A code\nc2,T2,Another code\n',
    )
    toml = project.folder / "data" / "raw" / "sectors" / "study.toml"

    def write(groupings, kind="collected"):
        head = f'[study]\nid = "sectors"\nkind = "{kind}"\ncomplete = true\nreference_coder = "a"\n'
        toml.write_text(head + groupings, encoding="utf-8")

    write(SECTOR)
    project.declare = write
    return project


def test_compare_prints_a_row_a_theme_and_why(sectors):
    done = sectors.plr("compare", "sectors", "--by", "sector", COLUMNS="20")
    assert (done.returncode, done.stderr) == (0, "")
    head, _, titles, first, second, _, *reasons = done.stdout.splitlines()
    assert head == "sectors: Sector, people who raised each theme; exploratory, at alpha 0.05"
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in (titles, first, second)]
    assert cells == [
        ["theme", "Voluntary", "Statutory", "difference within rooms", "exact p", "adjusted p", "verdict"],
        ['A "theme", = quoted', "5 of 5", "0 of 5", "+1.00", "0.0079", "0.0079", "differs"],
        ["Another", "5 of 5", "5 of 5", "+0.00", "1", "1", "no variation"],
    ]
    assert [reason.split(":")[0] for reason in reasons] == ['A "theme", = quoted', "Another"]
    assert "\x1b" not in done.stdout


def test_compare_says_that_a_study_is_simulated(sectors):
    sectors.declare(SECTOR, kind="simulated")
    assert sectors.plr("compare", "sectors").stdout.startswith("sectors (simulated): Sector, ")


def test_compare_writes_the_whole_frame_for_programs(sectors):
    frame = compare(load_study("sectors"), "sector", level="code").frame
    for option, read in READERS.items():
        done = sectors.plr("compare", "sectors", "--level", "code", option)
        assert (done.returncode, done.stderr) == (0, "")
        back = read(io.StringIO(done.stdout))
        assert list(back.columns) == list(frame.columns)
        assert back["code"].tolist() == ["c1", "c2"]
        for number in ("p", "odds_ratio"):
            assert back[number].dropna().tolist() == frame[number].dropna().tolist()
        blank = frame.drop(columns=["reason", "sampled", "verdict_equal_talk", "reason_equal_talk"])
        assert back[blank.columns].isna().to_numpy().tolist() == blank.isna().to_numpy().tolist()
    assert frame["odds_ratio"][0] == float("inf")


def test_one_grouping_need_not_be_named_and_of_several_one_must(sectors):
    assert sectors.plr("compare", "sectors").stdout == sectors.plr("compare", "sectors", "--by", "sector").stdout
    sectors.declare(SECTOR + ROLE)
    done = sectors.plr("compare", "sectors")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "sectors: say which groups to compare: --by sector or role\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--by", "sector", "--level", "them"], "level is 'theme' or 'code'"),
        (["--by", "sex"], "This study has no grouping called 'sex'; those it declares: sector, role."),
        (["--by", "sector", "--coder", "nobody"], "coder 'nobody' gave no codes in sectors"),
        (["--by", "sector", "--stance", "supports"], "stance 'supports' is asked for, but nobody"),
    ],
)
def test_what_a_study_cannot_answer_is_told_in_a_sentence(sectors, options, told):
    sectors.declare(SECTOR + ROLE)
    done = sectors.plr("compare", "sectors", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"sectors: {told}")
    assert len(done.stderr.splitlines()) == 1


def test_compare_tells_the_faults_of_a_study(project):
    project.study("faulty", **FAULTS)
    done = project.plr("compare", "faulty", "--json")
    assert done.returncode == 1
    assert "participants.csv:3: participant:" in done.stdout
    assert done.stderr.startswith("faulty: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["compare", "--stance", "for"], "'supports', 'qualifies', 'opposes', 'context'"),
        (["compare", "--json", "--csv"], "--json or --csv, not both"),
        (["plan"], "'--n'"),
        (["plan", "--n", "7"], "2 arguments"),
        (["plan", "--n", "7", "0"], "each group has at least one person, not 7 and 0"),
        (["plan", "--n", "7", "7", "--power", "2"], "power lies between 0 and 1"),
        (["plan", "--n", "7", "7", "--alpha", "0"], "alpha lies between 0 and 1"),
        (["plan", "--n", "7", "7", "--family", "0"], "family is a number of codes, at least 1"),
        (["plan", "--n", "7", "7", "--json", "--csv"], "--json or --csv, not both"),
    ],
)
def test_what_an_option_cannot_be_is_told(project, arguments, told):
    done = project.plr(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_stances_that_can_be_asked_for_are_those_there_are():
    assert get_args(commands.Stance) == STANCES


def test_plan_says_what_could_show(project):
    done = project.plr("plan", "--n", "7", "7", COLUMNS="20")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "With 7 and 7 people, only a gap as wide as 5 of 7 against none of 7 would show."
    assert any(line.split()[:7] == ["0", "of", "7", "5", "of", "7", "0.021"] for line in lines)
    more = project.plr("plan", "--n", "7", "7", "--family", "20", "--power", "0.9", "--alpha", "0.1").stdout
    assert more.startswith("With 7 and 7 people and 20 themes compared at once, only a gap as wide as 6 of 7 against")


def test_plan_writes_the_whole_frame_for_programs(project):
    frame = smallest_difference((7, 7), family=2)
    for option, read in READERS.items():
        back = read(io.StringIO(project.plr("plan", "--n", "7", "7", "--family", "2", option).stdout))
        assert list(back.columns) == list(frame.columns)
        assert back["p"].dropna().tolist() == frame["p"].dropna().tolist()
        assert back.isna().to_numpy().tolist() == frame.isna().to_numpy().tolist()
