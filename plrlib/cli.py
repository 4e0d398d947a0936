"""`plr`: one short function a command. What is slow to import is imported by the command that needs it."""
# ruff: noqa: PLC0415

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from plrlib.places import DEFAULT_STUDY, home, known_studies, processed, study_folder

if TYPE_CHECKING:
    from rich.console import Console

    from plrlib.faults import Fault
    from plrlib.study import Study
    from plrlib.suite.run import Outcome

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=_HELP)
StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A folder's name in data/raw/, or its path.")]
Jobs = Annotated[int, typer.Option(min=0, help="How many notebooks at a time; 0: as many as there are processors.")]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Analyse what people said in focus groups and interviews, in notebooks that anyone can run again."""
    if context.invoked_subcommand is None:
        print(_next_step())


@app.command()
def run(study: StudyName = DEFAULT_STUDY, jobs: Jobs = 0) -> None:
    """Check a study, execute every notebook on it, and keep its tables and results in data/processed/."""
    with _in_words(study):
        from plrlib.suite.progress import Progress
        from plrlib.suite.run import default_jobs
        from plrlib.suite.run import run as run_suite

        with Progress(_console(), f"loading {study}") as progress:
            outcome = run_suite(study, jobs or default_jobs(), progress)
        print(_where_to_look(outcome))


@app.command()
def check(study: StudyName = DEFAULT_STUDY) -> None:
    """Check a study's tables and say what is wrong with them, row by row."""
    with _in_words(study):
        from plrlib.faults import Fault
        from plrlib.study import load_study

        loaded = load_study(study)
        print(_summary(loaded))
        plain = loaded.notes.astype("object").where(loaded.notes.notna(), None)
        _list([Fault(*row) for row in plain.itertuples(index=False)])


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks in JupyterLab, which gets whatever options follow; it asks no other computer for anything."""
    first = next(iter(sorted((home() / "notebooks").glob("01-*.ipynb"))), home() / "notebooks")
    options = [
        f"--ServerApp.root_dir={home()}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options, *context.args, str(first)]
    before = signal.signal(signal.SIGINT, lambda *_: None)  # JupyterLab answers Ctrl-C itself, and asks first
    try:
        code = subprocess.call(command, cwd=home())
    finally:
        signal.signal(signal.SIGINT, before)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line; a console that knows no dash shows something in its place."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


@contextmanager
def _in_words(study: str) -> Iterator[None]:
    """Tell what a user can put right in words and by the exit code, not by a traceback."""
    try:
        study_folder(study)
    except FileNotFoundError as unknown:
        _fail(str(unknown))
    from plrlib.suite.errors import NotebookError, RunError

    try:
        yield
    except ValueError as error:
        from plrlib.faults import StudyError  # with it comes pandas, and `plr run` has something to launch before that

        if not isinstance(error, StudyError):
            raise
        _list(error.faults)
        _fail(f"{study}: {_number(len(error.faults), 'fault')} found, nothing was done")
    except NotebookError as failure:
        _fail(f"{failure.screen(height=37)}\n\nNothing else was changed. How far it got: {_relative(failure.kept)}")
    except RunError as error:
        _fail(str(error))
    except PermissionError as error:
        _fail(f"not allowed to read or write {error.filename}")
    except KeyboardInterrupt:
        print("Stopped; everything is as it was.", file=sys.stderr)
        raise typer.Exit(130) from None


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(1)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def _list(faults: "Iterable[Fault]") -> None:
    """Show faults, or notes: as a table on a terminal, else one on each line, unwrapped."""
    from rich.table import Table
    from rich.text import Text

    console = _console()
    ordered = sorted(faults, key=lambda fault: (fault.file, fault.row or 0, fault.column))
    if not console.is_terminal:
        for fault in ordered:
            print(fault)
    elif ordered:
        table = Table("file", "row", "column", "what", "found", "what to do", show_edge=False)
        for fault in ordered:
            allowed = f"allowed: {fault.allowed}" if fault.allowed else ""
            remedy = "; ".join(part for part in (allowed, fault.remedy) if part)
            cells = (fault.file, str(fault.row or ""), fault.column, fault.message, fault.value, remedy)
            table.add_row(*(Text(cell) for cell in cells))
        console.print(table)


def _summary(study: "Study") -> str:
    """Say in one or two lines what a sound study holds."""
    themes = len(study.themes)
    counts = [
        _number(len(study.participants), "person", "people"),
        _number(len(study.excerpts), "excerpt"),
        f"{_number(len(study.codebook) - themes, 'code')} in {_number(themes, 'theme')}",
    ]
    gone = f"\n{_number(study.withdrawn, 'person', 'people')} withdrew and is left out" if study.withdrawn else ""
    return f"{study.id}: sound, with {_number(len(study.notes), 'note')}; {', '.join(counts)}{gone}"


def _where_to_look(outcome: "Outcome") -> str:
    names = list(outcome.statuses)
    answers = [f"  {name}: not in this study" for name, status in outcome.statuses.items() if status != "done"]
    return "\n".join(
        [
            f"{outcome.study.id}: {_number(len(names), 'notebook')} executed.",
            *answers,
            f"Start with  {_relative(outcome.folder / names[0])}",
            f"Tables in   {_relative(processed(outcome.study.id))}",
            "Open them:  plr lab  (or python3 run.py lab)",
        ]
    )


def _next_step() -> str:
    """Say what there is, and what to do next."""
    studies = known_studies()
    done = [name for name in studies if (processed(name) / "manifest.json").is_file()]
    following = "plr lab" if done else "plr run" if studies else "put a study's tables in data/raw/<study>/"
    return "\n".join(
        [
            f"plrlib {version('plrlib')}; studies in data/raw/: {', '.join(studies) or 'none yet'}",
            "  plr check [STUDY]   check a study's tables",
            "  plr run [STUDY]     execute the notebooks on a study",
            "  plr lab             open the notebooks",
            f"Next: {following}",
        ]
    )


def _number(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _relative(path: Path | None) -> str:
    """Return a path from the project's folder, as it is written on every system."""
    return "" if path is None else path.relative_to(home()).as_posix()
