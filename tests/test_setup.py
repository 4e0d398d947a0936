"""pyproject.toml, the locks, environment.yml and run.py: that they agree, and that a set-up ends where it should."""

import ast
import importlib.util
import os
import re
import shutil
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rattler
import yaml
from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent.parent
LOCKS = ("installer", "analysis", "test")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CONDA_NAMES = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base"}
PYPROJECT = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
RUN = (HERE / "run.py").read_text(encoding="utf-8")


def lock_text(name: str) -> str:
    return (HERE / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def entries(text: str) -> list[str]:
    """Return a lock's entries, one requirement with its hashes each, on one line."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def requirement(entry: str) -> Requirement:
    return Requirement(entry.partition("--hash")[0])


def version_at(text: str, name: str, python: str) -> str:
    """Return the one version that a lock has of a package for a Python."""
    fitting = [
        str(locked.specifier).removeprefix("==")
        for locked in map(requirement, entries(text))
        if locked.name == name
        and (
            locked.marker is None
            or locked.marker.evaluate({"python_version": python, "python_full_version": f"{python}.0"})
        )
    ]
    assert len(fitting) == 1, f"{name} on Python {python}: the lock has {fitting or 'none'}"
    return fitting[0]


def faults_in_conda(environment: dict[str, Any], lock: str) -> list[str]:
    """Return what environment.yml lacks, has too much, or has at another version than the lock for its Python."""
    pins = dict(line.partition("=")[::2] for line in environment["dependencies"])
    python = pins.pop("python", "")
    if f">={python}" != PYPROJECT["project"]["requires-python"]:
        return [f"python is {python!r}, pyproject.toml says {PYPROJECT['project']['requires-python']}"]
    names = [Requirement(line).name for line in PYPROJECT["project"]["dependencies"]]
    wanted = {CONDA_NAMES.get(name, name): version_at(lock, name, python) for name in [*names, "nbval"]} | {"pip": ""}
    return [
        f"{name}: environment.yml has {pins.get(name)!r}, the lock {wanted.get(name)!r}"
        for name in sorted(pins.keys() | wanted.keys())
        if pins.get(name) != wanted.get(name)
    ]


# pyproject.toml, the locks and environment.yml


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_locked_at_a_version_that_fits(python: str) -> None:
    project = PYPROJECT["project"]
    analysis = project["dependencies"] + PYPROJECT["build-system"]["requires"]
    for lock, lines in (("analysis", analysis), ("test", analysis + project["optional-dependencies"]["test"])):
        for direct in map(Requirement, lines):
            version = version_at(lock_text(lock), direct.name, python)
            assert direct.specifier.contains(version), f"pyproject.toml wants {direct}, {lock}.txt has {version}"


def test_the_test_lock_holds_all_of_the_other_at_the_same_versions() -> None:
    there = {(str(r.specifier), r.name): r.marker for r in map(requirement, entries(lock_text("test")))}
    hashes = {frozenset(re.findall("sha256:[0-9a-f]+", entry)) for entry in entries(lock_text("test"))}
    for entry in entries(lock_text("analysis")):
        one = requirement(entry)
        assert (str(one.specifier), one.name) in there, f"{one} is not in test.txt, or at another version"
        assert there[str(one.specifier), one.name] in (one.marker, None), f"{one} is for fewer systems in test.txt"
        assert frozenset(re.findall("sha256:[0-9a-f]+", entry)) in hashes, f"{one} has other hashes in test.txt"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_hashes_and_nothing_else(lock: str) -> None:
    entry = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*(?: ; [^\\#/@]+?)?\s+(?:--hash=sha256:[0-9a-f]{64}\s*)+")
    wrong = [line[:100] for line in entries(lock_text(lock)) if not entry.fullmatch(line)]
    assert entries(lock_text(lock))
    assert not wrong


def test_environment_yml_has_the_direct_dependencies_at_the_locked_versions() -> None:
    environment = yaml.safe_load((HERE / "environment.yml").read_text(encoding="utf-8"))
    assert (environment["name"], environment["channels"]) == ("plr", ["conda-forge"])
    assert faults_in_conda(environment, lock_text("test")) == []


def test_each_line_of_environment_yml_is_what_conda_understands() -> None:
    for line in yaml.safe_load((HERE / "environment.yml").read_text(encoding="utf-8"))["dependencies"]:
        spec = rattler.MatchSpec(line, strict=True)
        assert spec.name is not None
        assert re.fullmatch(rf"{re.escape(spec.name.normalized)}(=\d+(\.\d+)*)?", line)


def test_a_lock_with_two_versions_is_compared_at_the_python_of_environment_yml() -> None:
    lock = lock_text("test")
    numpy = version_at(lock, "numpy", "3.11")
    split = f"numpy==2.0.0 ; python_full_version < '3.12'\nnumpy=={numpy} ; python_full_version >= '3.12'"
    two = re.sub(r"^numpy==\S+", split, lock, flags=re.MULTILINE)
    environment = yaml.safe_load((HERE / "environment.yml").read_text(encoding="utf-8"))
    assert faults_in_conda(environment, two) == [f"numpy: environment.yml has '{numpy}', the lock '2.0.0'"]
    environment["dependencies"] = [
        line.replace(f"numpy={numpy}", "numpy=2.0.0") for line in environment["dependencies"]
    ]
    assert faults_in_conda(environment, two) == []


@pytest.mark.parametrize("file", ["environment.yml", "pyproject.toml", *(f"requirements/{lock}.txt" for lock in LOCKS)])
def test_no_file_of_the_set_up_names_a_host_or_a_folder_of_somebody(file: str) -> None:
    text = (HERE / file).read_text(encoding="utf-8")
    pattern = (
        r"\w+://|@|index-url|find-links|trusted-host|(?<![\w.*])/\w+|[A-Za-z]:\\|\b[a-z0-9-]+\.(?:org|com|net|io)\b"
    )
    assert re.findall(pattern, text) == []


# run.py as a text


def test_run_py_imports_the_standard_library_alone() -> None:
    names = set()
    for node in ast.walk(ast.parse(RUN)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or "").partition(".")[0])
    assert "subprocess" in names
    assert names - sys.stdlib_module_names == set()


@pytest.mark.parametrize("file", ["run.py", "requirements/lock.py"])
def test_the_set_up_names_an_encoding_wherever_it_opens_a_file(file: str) -> None:
    calls = [
        node for node in ast.walk(ast.parse((HERE / file).read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    opening = [call for call in calls if _name(call) in ("open", "fdopen", "read_text", "write_text")]
    text_mode = [call for call in calls if any(k.arg in ("text", "universal_newlines") for k in call.keywords)]
    assert opening
    bare = [call.lineno for call in opening + text_mode if "encoding" not in [k.arg for k in call.keywords]]
    assert bare == [], f"{file}, lines {bare}: no encoding named"


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_an_older_python_is_told_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse(RUN, feature_version=(3, 8))  # a syntax that Python 3.8 does not know would be told instead
    first = ast.parse(RUN).body[:3]
    assert [type(node) for node in first] == [ast.Expr, ast.Import, ast.If], "the check comes before all other imports"
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as told:
        exec(compile(ast.Module(first, []), "run.py", "exec"), {})
    assert "needs Python 3.11 or newer, and it was called with Python 3.8:" in str(told.value)
    assert "\n" not in str(told.value)


def test_ci_gets_a_browser_and_runs_the_tests_and_nothing_else() -> None:
    whole = (HERE / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert whole[0] == "#!/usr/bin/env bash"
    lines = [line.strip() for line in whole if not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[1].startswith("cd ")
    assert lines[2] == "if ! command -v chromium >/dev/null; then"
    assert lines[-2:] == ["fi", "PLR_BROWSER_TESTS=1 PLR_TAGUETTE_TESTS=1 python3 run.py test"]
    calls = [line.split("apt-get ")[1].split()[0] for line in lines[3:-2] if "apt-get " in line]
    assert calls == ["update", "install"]
    assert [line.split(">")[0].split()[-1] for line in lines if "apt-get install" in line] == ["chromium"]
    assert os.name == "nt" or os.access(HERE / ".ci" / "run", os.X_OK)


# run.py at work, with an installer that only takes notes


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("a_copy_of_run", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nothing(what: str, command: list[str]) -> None:
    """Let a step succeed."""


class SetUp:
    """A copy of run.py in a folder of its own; its steps are noted and not taken."""

    def __init__(self, folder: Path) -> None:
        self.run = load(folder / "run.py")
        self.real_step = self.run.step
        self.run.step = self.step  # type: ignore[attr-defined]
        self.steps: list[str] = []
        self.fail: Callable[[str, list[str]], None] = nothing

    def step(self, what: str, command: list[str], strict: bool = True) -> None:
        self.steps.append(what)
        self.fail(what, command)
        if what == "making the environment":
            python = Path(self.run.PYTHON)
            python.parent.mkdir()
            python.write_text("", encoding="utf-8")

    def __call__(self, lock: str) -> list[str]:
        """Set up for a lock and return the steps."""
        self.steps = []
        self.run.set_up(lock)
        return self.steps


FULL = ["making the environment", "fetching the installer", "installing what requirements/{}.txt lists"]
FULL += ["installing plrlib", "compiling plrlib"]


def steps(lock: str) -> list[str]:
    return [step.format(lock) for step in FULL]


@pytest.fixture
def set_up(tmp_path: Path) -> SetUp:
    folder = tmp_path / "project"
    (folder / "requirements").mkdir(parents=True)
    for name in ("run.py", "pyproject.toml", *(f"requirements/{lock}.txt" for lock in LOCKS)):
        shutil.copy(HERE / name, folder / name)
    return SetUp(folder)


@pytest.mark.parametrize("lock", ["analysis", "test"])
def test_a_second_call_does_nothing(set_up: SetUp, lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up(lock) == steps(lock)
    assert ".venv" in capsys.readouterr().out
    assert set_up(lock) == []
    assert capsys.readouterr().out == ""


def test_after_the_tests_the_analysis_needs_nothing(set_up: SetUp) -> None:
    set_up("test")
    assert set_up("analysis") == []


def test_after_the_analysis_the_tests_only_add(set_up: SetUp) -> None:
    set_up("analysis")
    kept = set_up.run.VENV / "kept"
    kept.write_text("", encoding="utf-8")
    assert set_up("test") == steps("test")[1:]
    assert kept.exists()
    assert (set_up("analysis"), set_up("test")) == ([], [])


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("requirements/analysis.txt", "numpy==", "numpy==9"),
        ("requirements/installer.txt", "uv==", "uv==9"),
        ("pyproject.toml", 'plr = "plrlib.cli.commands:main"', 'plr = "plrlib.cli.commands:other"'),
    ],
)
def test_what_the_environment_was_made_from_has_changed(set_up: SetUp, file: str, old: str, new: str) -> None:
    set_up("analysis")
    stale = set_up.run.VENV / "lib" / "stale.py"
    stale.parent.mkdir()
    stale.write_text("", encoding="utf-8")
    path = set_up.run.HERE / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert set_up("analysis") == steps("analysis")
    assert not stale.exists()
    assert set_up("analysis") == []


def test_a_change_of_the_test_lock_leaves_the_analysis_as_it_is(set_up: SetUp) -> None:
    set_up("test")
    path = set_up.run.HERE / "requirements" / "test.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("pytest==", "pytest==9"), encoding="utf-8")
    assert set_up("analysis") == []
    assert set_up("test") == steps("test")[1:]


def test_a_change_of_what_only_tools_read_sets_nothing_up(set_up: SetUp) -> None:
    set_up("analysis")
    path = set_up.run.HERE / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("line-length = ", "line-length = 1"), encoding="utf-8")
    assert set_up("analysis") == []


def test_another_python_makes_it_anew(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up("analysis")
    monkeypatch.setattr(sys, "version_info", (3, sys.version_info[1], 99))
    assert set_up("analysis") == [], "a new patch release runs the same packages"
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert set_up("analysis") == steps("analysis")


def test_a_folder_that_was_moved_makes_it_anew(set_up: SetUp) -> None:
    set_up("analysis")
    moved = SetUp(set_up.run.HERE.rename(set_up.run.HERE.parent / "moved"))
    assert moved("analysis") == steps("analysis"), "the programs in .venv name the folder where they were made"


def test_a_python_that_is_gone_makes_it_anew(set_up: SetUp) -> None:
    set_up("analysis")
    Path(set_up.run.PYTHON).unlink()
    assert set_up("analysis") == steps("analysis")


@pytest.mark.parametrize("end", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("at", range(len(FULL)))
@pytest.mark.parametrize("lock", ["analysis", "test"])
def test_a_set_up_that_was_broken_off_is_made_anew(set_up: SetUp, lock: str, at: int, end: type[BaseException]) -> None:
    def break_off(what: str, command: list[str]) -> None:
        if what == steps(lock)[at]:
            raise end

    set_up.fail = break_off
    with pytest.raises(end):
        set_up(lock)
    half = set_up.run.VENV / "half"
    half.write_text("", encoding="utf-8")
    set_up.fail = nothing
    assert set_up(lock) == steps(lock)
    assert not half.exists()


@pytest.mark.parametrize("at", range(1, len(FULL)))
def test_tests_that_were_half_added_have_it_made_anew(set_up: SetUp, at: int) -> None:
    def break_off(what: str, command: list[str]) -> None:
        if what == steps("test")[at]:
            raise KeyboardInterrupt

    set_up("analysis")
    set_up.fail = break_off
    with pytest.raises(KeyboardInterrupt):
        set_up("test")
    set_up.fail = nothing
    assert set_up("analysis") == steps("analysis")


def test_pip_installs_where_uv_cannot(set_up: SetUp) -> None:
    commands: list[list[str]] = []

    def no_uv(what: str, command: list[str]) -> None:
        commands.append(command)
        if command[0] == set_up.run.UV:
            raise set_up.run.SetUpError("no such index")

    set_up.fail = no_uv
    assert set_up("analysis")[3:] == [
        "installing with pip instead, a minute or two",
        "installing plrlib",
        "compiling plrlib",
    ]
    assert all(command[:4] == [set_up.run.PYTHON, "-m", "pip", "install"] for command in commands[3:5])
    listed = [command for command in commands if "-r" in command]
    assert len(listed) == 3
    assert all("--require-hashes" in command for command in listed)
    assert set_up("analysis") == []


def test_a_second_set_up_waits_for_the_first(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = set_up.run
    run.VENV.mkdir()
    with run.GUARD.open("a", encoding="utf-8") as first:
        assert run.is_held(first.fileno())

        def first_ends(seconds: float) -> None:
            assert set_up.steps == []
            set_up.run.clear()
            first.close()

        monkeypatch.setattr(time, "sleep", first_ends)
        assert set_up("analysis") == steps("analysis")
        assert first.closed
    assert capsys.readouterr().out.startswith("Another call is setting up; waiting for it to end.")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else find_spec(name))
    with pytest.raises(SystemExit) as told:
        set_up("analysis")
    assert f"no {module} module" in str(told.value)
    assert f"python3.{sys.version_info[1]}-venv" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_failure_is_one_screen_with_a_remedy(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(what: str, command: list[str], strict: bool = True) -> None:
        code = "import sys\nfor i in range(500): print(i, 'x' * 300, file=sys.stderr)\nsys.exit(3)"
        set_up.real_step(what, [sys.executable, "-c", code], strict)

    monkeypatch.setattr(set_up.run, "step", fail)
    assert set_up.run.main(["analysis"]) == 1
    out, err = capsys.readouterr()
    assert "making the environment ... failed after 0 s" in out
    assert "499 xxx" in err
    assert "Offline: connect" in err
    assert "Traceback" not in err
    assert len((out + err).splitlines()) <= 24
    assert max(map(len, err.splitlines())) <= 200
    assert not set_up.run.is_ready("analysis")


def test_a_step_need_not_succeed_where_nothing_hangs_on_it(set_up: SetUp) -> None:
    set_up.real_step("compiling plrlib", [sys.executable, "-c", "raise SystemExit(1)"], strict=False)


def test_what_was_started_gives_its_exit_code(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up.run.signal, "signal", lambda *_: None)
    assert set_up.run.start([sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.parametrize(
    ("arguments", "lock", "started"),
    [
        (["analysis"], "analysis", "PLR run"),
        (["analysis", "a/folder", "--jobs", "1"], "analysis", "PLR run a/folder --jobs 1"),
        (["check", "a/folder"], "analysis", "PLR check a/folder"),
        (["compare", "--by", "sector", "--csv"], "analysis", "PLR compare --by sector --csv"),
        (["plan", "--n", "7", "7"], "analysis", "PLR plan --n 7 7"),
        (["lab"], "analysis", "PLR lab"),
        (["test", "--full", "-k", "x"], "test", r"PYTHON -m pytest -n \d --dist loadfile .*--nbval --full -k x"),
        (["lock", "--upgrade"], "test", r"PYTHON \S+lock.py --upgrade"),
    ],
)
def test_each_command_sets_up_and_starts_its_program(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch, arguments: list[str], lock: str, started: str
) -> None:
    names = {set_up.run.PLR: "PLR", set_up.run.PYTHON: "PYTHON"}
    commands = []

    def start(command: list[str], folder: Path | None = None) -> int:
        commands.append(" ".join(names.get(part, part) for part in command))
        return 5

    monkeypatch.setattr(set_up.run, "start", start)
    assert set_up.run.main(arguments) == 5
    assert set_up.steps == steps(lock)
    assert len(commands) == 1
    assert re.fullmatch(started, commands[0])


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["anylysis"], 2)])
def test_help_sets_nothing_up(
    set_up: SetUp, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    assert set_up.run.main(arguments) == code
    told = capsys.readouterr()
    assert set_up.steps == []
    for command in ("analysis [STUDY]", "check [STUDY]", "compare [STUDY]", "plan --n 7 7", "lab ", "test "):
        assert f"python3 run.py {command}" in (told.err if code else told.out)
    assert len((told.out + told.err).splitlines()) < 21


def test_no_package_of_the_callers_leaks_in(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP", "PYTHONWARNINGS"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PLR_STUDY", "another")
    environment = set_up.run.environment()
    assert [name for name in environment if name.startswith("PYTHON")] == ["PYTHONUTF8"]
    assert environment["PATH"].startswith(str(set_up.run.PROGRAMS) + os.pathsep)
    assert environment["PLR_STUDY"] == "another"
