"""Set everything up, then run the analysis, the tests or JupyterLab: `python3 run.py` tells how.

This file needs Python 3.11 or newer and nothing else. It makes an environment in .venv from the locks in requirements/,
exact versions with hashes, and starts the rest there. A set-up that was broken off is made anew at the next call.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (before anything that an older Python does not know)
    sys.exit(
        f"This needs Python 3.11 or newer, and it was called with Python {sys.version_info[0]}.{sys.version_info[1]}: "
        "get a newer one from https://www.python.org/downloads/ and call it by name, as in: python3.12 run.py analysis"
    )

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sysconfig
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

HELP = """\
python3 run.py analysis [STUDY]    check a study, compute, execute the notebooks, and say where to look
                                   (STUDY: a name in data/raw/ or a folder; without it the studies shipped)
python3 run.py new NAME            begin a study of your own: empty tables, a workbook, a data dictionary
python3 run.py import FILE --into NAME   make a study of files of NVivo, MAXQDA, QualCoder, Taguette, or of sheets
python3 run.py check [STUDY]       only check a study's tables: every fault with file, row, column and remedy
python3 run.py compare [STUDY]     test whether groups of people raised different themes (--by GROUPING)
python3 run.py plan --n 7 7        say what difference groups of 7 and 7 people could show at all
python3 run.py lab [STUDY]         open JupyterLab on the notebooks
python3 run.py review [STUDY]      what a mentor should check, as a form; --by NAME puts on record that it was
python3 run.py pack [STUDY]        make one ZIP of a study's pages, for a mentor who installs nothing
python3 run.py mask|release STUDY --out FOLDER   a copy without identifiers; a copy that is safe to share
python3 run.py disclosure [STUDY]  who could be told apart by what is known of them
python3 run.py test                run all tests, the notebooks among them; --full adds the long ones

The first call sets everything up in .venv: a minute or so, with internet. Later calls start at once.
What follows the command is passed on to `plr run`, `plr check`, `plr compare` and so on, or `pytest`."""

REMEDY = """\
The set-up did not succeed. What usually helps:
  1. It needs the internet, this once. Offline: connect, then give the same command again.
  2. Behind a proxy: set HTTPS_PROXY; where it has a certificate of its own, set PIP_CERT and SSL_CERT_FILE to it.
  3. It needs 1.5 GB of free disk space, and nothing else may be using .venv (JupyterLab, an activated terminal).
The next call makes the environment anew, so nothing has to be cleaned up."""

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
READY = VENV / "plr-ready"  # written last: what the environment was made from
GUARD = VENV / "plr-guard"  # locked while the environment is made
PROGRAMS, EXE = (VENV / "Scripts", ".exe") if sys.platform == "win32" else (VENV / "bin", "")
PYTHON, PLR, UV = (str(PROGRAMS / f"{name}{EXE}") for name in ("python", "plr", "uv"))
OWN_NAMES = "new import check compare plan lab review pack mask disclosure release"
PLR_COMMANDS = {"analysis": "run", **{name: name for name in OWN_NAMES.split()}}  # what `plr` calls them
LOCKS = ("analysis", "test")  # requirements/<name>.txt; each holds all of the one before, at the same versions


class SetUpError(Exception):
    """A step of the set-up failed; the message is the end of what it printed."""


def main(arguments: list[str]) -> int:
    """Do what the arguments say and return the exit code."""
    command, *rest = arguments or ["--help"]
    if command in ("-h", "--help", "help"):
        print(HELP)
        return 0
    if command not in (*PLR_COMMANDS, "test", "lock"):
        print(f"There is no command {command!r}. There are:\n\n{HELP}", file=sys.stderr)
        return 2
    try:
        set_up("analysis" if command in PLR_COMMANDS else "test")
    except (SetUpError, OSError) as error:
        print(f"\n{error}\n\n{REMEDY}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next call makes the environment anew.", file=sys.stderr)
        return 130
    if command == "test":
        return start([PYTHON, "-m", "pytest", *pytest_options(), *rest], folder=HERE)
    if command == "lock":
        return start([PYTHON, str(HERE / "requirements" / "lock.py"), *rest])
    return start([PLR, PLR_COMMANDS[command], *rest])


def pytest_options() -> list[str]:
    """Return the options for all tests: each file on one processor, notebooks compared with what they show."""
    # the processors that this process may use, where the system tells
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    spread = ["-n", str(min(processors, 8)), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [*spread, "--timeout", "600", "--nbval"]


def start(command: list[str], folder: Path | None = None) -> int:
    """Run a program of the environment until it ends, and return its exit code."""
    with subprocess.Popen(command, cwd=folder, env=environment()) as program:
        signal.signal(signal.SIGTERM, lambda *_: program.terminate())
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reached the program too, and it tidies up
                code = program.wait()
                return code if code >= 0 else 128 - code  # as a shell tells of a signal


def environment() -> dict[str, str]:
    """Return the caller's environment without what would change a Python, and with ours first on the path.

    PYTHONPATH and PYTHONHOME would bring in other packages. PYTHONDONTWRITEBYTECODE would have every kernel compile
    plrlib again after an edit; the bytecode lies in folders that git ignores.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PYTHON")}
    path = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1", "PIP_USER": "0", "DO_NOT_TRACK": "1"}


def set_up(lock: str) -> None:
    """Make the environment hold what a lock lists, and plrlib; return at once where it does."""
    if is_ready(lock):
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(
                f"This Python has no {module} module, which makes environments: on Debian or Ubuntu install "
                f"python3.{sys.version_info[1]}-venv, elsewhere a Python from https://www.python.org/downloads/"
            )
    with alone():
        if is_ready(lock):
            return  # made by another call while this one waited
        begun = time.monotonic()
        anew = not is_ready("analysis")
        what = "Setting up in .venv" if anew else "Adding to .venv what the tests need"
        print(f"{what}, this once: about a minute, with internet.", flush=True)
        READY.unlink(missing_ok=True)
        if anew:
            clear()
            base = getattr(sys, "_base_executable", None) or sys.executable  # not a Python of the .venv just cleared
            step("making the environment", [base, "-m", "venv", str(VENV)])
        install(lock)
        READY.write_text("\n".join(state(name) for name in LOCKS[: LOCKS.index(lock) + 1]), encoding="utf-8")
        print(f"Set up in {time.monotonic() - begun:.0f} s.\n", flush=True)


def is_ready(lock: str) -> bool:
    """Tell whether the environment was made, to the end, from what is there now."""
    return READY.is_file() and Path(PYTHON).exists() and state(lock) in READY.read_text(encoding="utf-8").split()


def state(lock: str) -> str:
    """Return a digest of all that an environment depends on: the Python, the place, the project and its lock."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [sys.version_info[:2], sys.implementation.cache_tag, sysconfig.get_platform(), str(HERE)]
    parts += [project["build-system"], project["project"], project["tool"]["hatch"]]
    parts += [(HERE / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in ("installer", lock)]
    return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold off other calls that want to set up, and wait for one that does.

    The system frees the guard when run.py and the installer that it started have ended, however they end.
    """
    VENV.mkdir(exist_ok=True)
    with GUARD.open("a", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        if not is_held(file.fileno()):
            print("Another call is setting up; waiting for it to end.", flush=True)
            while not is_held(file.fileno()):
                time.sleep(0.5)
        yield


def is_held(guard: int) -> bool:
    """Try to lock an open file and tell whether it is ours; a file system without locks has nothing to wait for."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(guard, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, (BlockingIOError, PermissionError))
    return True


def clear() -> None:
    """Empty .venv, but for the guard."""
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != GUARD:
            path.unlink()


def install(lock: str) -> None:
    """Install what a lock lists, and plrlib from this folder, with their bytecode.

    uv does it in seconds. pip does it where there is no uv for the system, or where only pip's settings lead out.
    """
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    uv = [UV, "pip", "install", "--quiet", "--system-certs", "--python", PYTHON]
    installer, packages = (
        ["--require-hashes", "-r", str(HERE / "requirements" / f"{name}.txt")] for name in ("installer", lock)
    )
    library = ["--no-deps", "--no-build-isolation", "--editable", str(HERE)]
    try:
        step("fetching the installer", [*pip, "--only-binary", ":all:", "--retries", "1", *installer])
        step(f"installing what requirements/{lock}.txt lists", [*uv, "--compile-bytecode", *packages])
        step("installing plrlib", [*uv, *library])
    except SetUpError:
        step("installing with pip instead, a minute or two", [*pip, "--compile", *packages])
        step("installing plrlib", [*pip, *library])
    step("compiling plrlib", [PYTHON, "-m", "compileall", "-q", str(HERE / "plrlib")], strict=False)


def step(what: str, command: list[str], strict: bool = True) -> None:
    """Run one step of the set-up, showing what it is and how long it takes.

    Raises
    ------
    SetUpError
        If the step fails; not where `strict` is false.
    """
    begun = time.monotonic()
    print(f"  {what} ...", end="", flush=True)
    with subprocess.Popen(
        command,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,  # the installer holds the guard too
    ) as program:
        output = None
        while output is None:
            try:
                output, _ = program.communicate(timeout=1)
            except subprocess.TimeoutExpired:
                if sys.stdout.isatty():
                    print(f"\r  {what} ... {time.monotonic() - begun:.0f} s", end="", flush=True)
            except KeyboardInterrupt:
                program.terminate()
                raise
    failed = strict and program.returncode != 0
    start_of_line = f"\r  {what} ..." if sys.stdout.isatty() else ""
    print(f"{start_of_line}{' failed after' if failed else ''} {time.monotonic() - begun:.0f} s", flush=True)
    if failed:
        raise SetUpError("\n".join(line[:200] for line in output.strip().splitlines()[-12:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
