"""The house: style, types, arrows, licences, and what must not get into the repository."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = ("plr0809-017", "worked-example")

# A licence that the check would refuse, by package: the reason why it may be here.
ACCEPTED_LICENCES: dict[str, str] = {
    "docutils": "public domain and BSD; its one file under the GPL, for Emacs, is in the source archive alone (tested)"
}

# What was written for later, or on one machine. Cut in two so that this file does not hold it.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK|WI" + r"P)\b")
SOMEBODYS = re.compile(
    r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot)/|\b[\w-]+\.(?:internal|localdomain|corp)\b|files\.pythonho" + r"sted"
)
HOMES = re.compile(r"(?<![\w.])/(?:ho" + r"me|Us" + r"ers)/\w+/|\b[A-Z]:\\+Us" + r"ers\\")


def tool(*command: str) -> None:
    """Run a tool on the project, and show what it prints where it finds something."""
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = [line if len(line) < 400 else f"{line[:200]} ... {line[-100:]}" for line in done.stdout.splitlines()]
        pytest.fail("\n".join([" ".join(command), *lines[-80:]]), pytrace=False)


def python_tool(name: str, *options: str) -> None:
    tool(sys.executable, "-m", name, *options)


def git(*arguments: str, answers: tuple[int, ...] = (0,)) -> str:
    """Return what git answers; skip where this is no repository, as in a downloaded copy."""
    program = shutil.which("git")
    if program is None or not (HERE / ".git").exists():
        pytest.skip("no git here")
    done = subprocess.run([program, *arguments], cwd=HERE, capture_output=True, encoding="utf-8", check=False)
    if "dubious ownership" in done.stderr:
        pytest.skip("git does not trust this folder")
    assert done.returncode in answers, done.stderr
    return done.stdout


def tracked_texts() -> dict[str, str]:
    """Return each tracked text by its path; pictures in notebooks and hashes in locks are no texts."""
    texts = {}
    for name in filter(None, git("ls-files", "-z").split("\0")):
        path = HERE / name
        if not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            text = content.decode("utf-8", errors="replace")
            texts[name] = re.sub(r'"image/(?:png|jpeg)": "[^"]*"|sha256:[0-9a-f]{64}|base64,[A-Za-z0-9+/=]+', "", text)
    assert "pyproject.toml" in texts
    return texts


def found(pattern: re.Pattern[str]) -> list[str]:
    """Return each place in the tracked texts where a pattern is, as file:line: what is there."""
    return [
        f"{name}:{number}: {match.group()}"
        for name, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def imports(folder: str) -> dict[str, set[str]]:
    """Return the packages that a folder's files import from elsewhere, each with the files that do."""
    named: dict[str, set[str]] = {}
    for path in sorted((HERE / folder).rglob("*.py")):
        if path.parent.name == "oracles":  # run by hand, in environments of their own
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in {name.partition(".")[0] for name in names}:
                named.setdefault(name, set()).add(path.relative_to(HERE).as_posix())
    return {name: files for name, files in named.items() if name not in sys.stdlib_module_names}


def run_time_packages() -> set[str]:
    """Return the names in the lock of the analysis that are meant for this system."""
    lines = (HERE / "requirements" / "analysis.txt").read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line.removesuffix("\\")) for line in lines if line[:1].isalpha()]
    return {str(canonicalize_name(one.name)) for one in locked if one.marker is None or one.marker.evaluate()}


def refused(licence: str) -> bool:
    """Tell whether a licence, or a part of it, is unknown or makes demands on what is built upon it; MPL makes none."""
    return not licence.strip() or bool(re.search(r"GPL|GNU|Affero|SSPL|UNKNOWN|Proprietary", licence, re.IGNORECASE))


def test_ruff_finds_nothing() -> None:
    python_tool("ruff", "check", "--output-format", "concise", ".")


def test_the_format_is_ruffs() -> None:
    python_tool("ruff", "format", "--check", "--output-format", "concise", ".")


def test_the_types_hold() -> None:
    assert PYPROJECT["tool"]["mypy"]["strict"] is True
    python_tool("mypy")


def test_the_arrows_run_one_way() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program is not None
    tool(program)


@pytest.mark.parametrize(("folder", "extra"), [("plrlib", ("names",)), ("tests", ("test",)), ("bench", ("test",))])
def test_what_is_imported_is_declared(folder: str, extra: tuple[str, ...]) -> None:
    project = PYPROJECT["project"]
    lines = project["dependencies"] + [line for name in extra for line in project["optional-dependencies"][name]]
    declared = {canonicalize_name(Requirement(line).name) for line in lines} | {"plrlib"}
    sources = packages_distributions()
    places = [HERE / folder, HERE / "tests"]  # a measurement may drive the browser as the tests do
    own = {"tests", *(p.stem for place in places for p in place.iterdir() if p.is_dir() or p.suffix == ".py")}
    for package, files in imports(folder).items():
        if package not in own:
            origins = {canonicalize_name(name) for name in sources.get(package, [package])}
            assert origins & declared, (
                f"{package} is imported by {sorted(files)}, and pyproject.toml does not declare it"
            )


def test_the_licences_of_what_is_installed_to_run_are_free_for_any_use() -> None:
    here = {str(canonicalize_name(one.metadata["Name"])) for one in distributions()}
    wanted = run_time_packages()
    assert wanted <= here, f"in the lock and not installed: {sorted(wanted - here)}"
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=all", "--with-system", "--packages"]
    done = subprocess.run([*command, *sorted(wanted)], capture_output=True, encoding="utf-8", check=True)
    licences = {}
    for row in json.loads(done.stdout):
        # the expression where there is one, else the classifiers, else what the author wrote
        told = [row[f"License-{kind}"] for kind in ("Expression", "Classifier", "Metadata")]
        licences[str(canonicalize_name(row["Name"]))] = next((text for text in told if text != "UNKNOWN"), "")
    assert licences.keys() == wanted
    wrong = {name: licence for name, licence in licences.items() if refused(licence)}
    assert wrong.keys() == ACCEPTED_LICENCES.keys(), f"refused: {wrong}; accepted: {ACCEPTED_LICENCES}"


def test_the_file_of_docutils_under_the_gpl_is_not_installed() -> None:
    [docutils] = [one for one in distributions() if one.metadata["Name"] == "docutils"]
    files = [str(file) for file in docutils.files or []]
    assert len(files) > 100
    assert [file for file in files if file.endswith(".el")] == []


@pytest.mark.parametrize(
    ("licence", "answer"),
    [
        ("MIT", False),
        ("BSD License", False),
        ("MPL-2.0", False),
        ("Apache-2.0 OR BSD-2-Clause", False),
        ("", True),
        ("GPL-3.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", True),
        ("MIT AND LGPL-2.1-only", True),
        ("Other/Proprietary License", True),
    ],
)
def test_which_licences_are_refused(licence: str, answer: bool) -> None:
    assert refused(licence) is answer


def test_no_tracked_file_waits_for_its_author() -> None:
    assert found(UNFINISHED) == []


def test_no_tracked_file_names_somebodys_machine() -> None:
    assert found(SOMEBODYS) == []
    # tests may make one up
    assert [place for place in found(HOMES) if not place.startswith("tests/")] == []


@pytest.mark.parametrize("lock", ["uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"])
def test_no_lock_that_writes_down_hosts_is_tracked(lock: str) -> None:
    assert [name for name in git("ls-files").splitlines() if name.endswith(lock)] == []


def test_git_keeps_every_study_out_but_those_shipped() -> None:
    secret = [
        "data/raw/somebody/participants.csv",
        "data/raw/somebody/study.toml",
        "data/raw/interviews.docx",
        "data/raw/plr0809-018/excerpts.csv",
        "data/processed/somebody/excerpts.parquet",
        f"data/processed/{SHIPPED[0]}/manifest.json",
        ".venv/plr-ready",
        "site/index.html",
        "build/screenshots/lab.png",
        "data/reviews/somebody.json",
    ]
    public = ["data/raw/README.md", "data/processed/README.md", "data/reviews/README.md"]
    public += [f"data/reviews/{study}.json" for study in SHIPPED]
    public += [*(f"data/raw/{study}/new.csv" for study in SHIPPED)]
    ignored = set(git("check-ignore", "--no-index", *secret, *public, answers=(0, 1)).splitlines())
    assert set(secret) - ignored == set(), "git would take these up"
    assert set(public) & ignored == set(), "git leaves these out"


def test_no_other_study_is_tracked() -> None:
    tracked = git("ls-files", "data").splitlines()
    told = ("raw/README.md", "processed/README.md", "reviews/README.md", *(f"raw/{study}/" for study in SHIPPED))
    allowed = tuple(f"data/{name}" for name in (*told, *(f"reviews/{study}.json" for study in SHIPPED)))
    assert [name for name in tracked if not name.startswith(allowed)] == []


def test_files_are_kept_byte_for_byte() -> None:
    names = ["run.py", "data/raw/plr0809-017/excerpts.csv", ".ci/run"]
    told = git("check-attr", "text", *names).splitlines()
    assert told == [f"{name}: text: unset" for name in names]
