"""What `plr` tells: the faults of a study, what a sound one holds, what a run has done, and what to do next."""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from plrlib.paths import home, known_studies, processed, study_folder

if TYPE_CHECKING:
    from rich.console import Console

    from plrlib.faults import Fault
    from plrlib.study.load import Study
    from plrlib.suite.run import Outcome


# JupyterLab on the notebooks, ended with its kernels when whoever opened it is.


def open_lab(options: Sequence[str]) -> int:
    """Open it at the first notebook, wait until it has ended, and return its exit code.

    Parameters
    ----------
    options
        What JupyterLab gets beside its own; it asks no other computer for anything.
    """
    first = next(iter(sorted((home() / "notebooks").glob("01-*.ipynb"))), home() / "notebooks")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={home()}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *options,
        str(first),
    ]
    with subprocess.Popen(command, cwd=home()) as server:
        before = {
            signal.SIGINT: signal.signal(
                signal.SIGINT, lambda *_: None
            ),  # JupyterLab answers it itself, and asks first
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: server.terminate()),  # else it would stay behind
        }
        try:
            return server.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


# What a command tells when it cannot do what was asked: words and the exit code, no traceback.

# ruff: noqa: PLC0415


@contextmanager
def in_words(*studies: str) -> Iterator[None]:
    """Tell what a user can put right in words and by the exit code, not by a traceback."""
    try:
        for study in studies:
            study_folder(study)
    except FileNotFoundError as unknown:
        fail(str(unknown))
    from plrlib.faults import RunError
    from plrlib.suite.progress import NotebookError

    try:
        yield
    except ValueError as error:
        from plrlib.faults import StudyError  # with it comes pandas, and `plr run` has something to launch before that

        if not isinstance(error, StudyError):
            raise
        list_faults(error.faults)
        fail(f"{error.study}: {number(len(error.faults), 'fault')} found, nothing was done")
    except NotebookError as failure:
        fail(f"{failure.screen(height=37)}\n\nNothing else was changed. How far it got: {relative(failure.kept)}")
    except RunError as error:
        fail(str(error))
    except PermissionError as error:
        fail(f"not allowed to read or write {error.filename}")
    except KeyboardInterrupt:
        print("Stopped; everything is as it was.", file=sys.stderr)
        raise typer.Exit(130) from None


def fail(message: str) -> NoReturn:
    """Say why, and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(1)


# What `plr` tells: the faults of a study, what a sound one holds, what a run has done, and what to do next.

# ruff: noqa: PLC0415


def console() -> "Console":
    """Return the screen, or whatever stands in its place."""
    from rich.console import Console

    return Console(highlight=False)


def list_faults(faults: "Iterable[Fault]") -> None:
    """Show faults, or notes: as a table on a terminal, else one on each line, unwrapped."""
    from rich.table import Table
    from rich.text import Text

    where = console()
    ordered = sorted(faults, key=lambda fault: (fault.file, fault.row or 0, fault.column))
    if not where.is_terminal:
        for fault in ordered:
            print(fault)
    elif ordered:
        table = Table("file", "row", "column", "what", "found", "what to do", show_edge=False)
        for fault in ordered:
            allowed = f"allowed: {fault.allowed}" if fault.allowed else ""
            remedy = "; ".join(part for part in (allowed, fault.remedy) if part)
            cells = (fault.file, str(fault.row or ""), fault.column, fault.message, fault.value, remedy)
            table.add_row(*(Text(cell) for cell in cells))
        where.print(table)


def summary(study: "Study") -> str:
    """Say in one or two lines what a sound study holds."""
    themes = len(study.themes)
    counts = [
        number(len(study.participants), "person", "people"),
        number(len(study.excerpts), "excerpt"),
        f"{number(len(study.codebook) - themes, 'code')} in {number(themes, 'theme')}",
    ]
    gone = f"\n{number(study.withdrawn, 'person', 'people')} withdrew and is left out" if study.withdrawn else ""
    return f"{study.id}: sound, with {number(len(study.notes), 'note')}; {', '.join(counts)}{gone}"


def where_to_look(outcome: "Outcome") -> str:
    """Say what a run has done for one study, and where that is."""
    names = list(outcome.statuses)
    answers = [f"  {name}: not in this study" for name, status in outcome.statuses.items() if status != "done"]
    simulated = " (simulated)" if outcome.study.settings.kind == "simulated" else ""
    return "\n".join(
        [
            f"{outcome.study.id}{simulated}: {number(len(names), 'notebook')} executed.",
            *answers,
            f"Start with  {relative(outcome.folder / names[0])}",
            *(f"Made for it {relative(path)}" for path in outcome.made),
            f"Tables in   {relative(processed(outcome.study.id))}",
            *(f"Drafted     {relative(path)}" for path in outcome.drafts),
        ]
    )


def next_step() -> str:
    """Say what there is, and what to do next."""
    studies = known_studies()
    done = [name for name in studies if (processed(name) / "manifest.json").is_file()]
    following = "plr lab" if done else "plr run" if studies else "plr new NAME, or plr import FILE... --into NAME"
    return "\n".join(
        [
            f"plrlib {version('plrlib')}; studies in data/raw/: {', '.join(studies) or 'none yet'}",
            "  plr new NAME                       begin a study of your own, with empty tables",
            "  plr import FILE... --into NAME     make a study of NVivo's, MAXQDA's, QualCoder's, … files",
            "  plr check [STUDY]                  check a study's tables",
            "  plr run [STUDY]                    execute the notebooks on a study, or on those that are shipped",
            "  plr compare [STUDY] --by GROUPING  test whether groups of people raised different themes",
            "  plr plan --n 7 7                   what difference groups of 7 and 7 people could show",
            "  plr lab                            open the notebooks",
            "  plr review [STUDY]                 what a mentor should check, as a form; --by NAME: it was",
            "  plr mask STUDY --out FOLDER        a copy in which identifiers are masked",
            "  plr disclosure [STUDY]             who could be told apart by what is known of them",
            "  plr release STUDY --out FOLDER     a copy that is safe to share",
            "  plr pack [STUDY]                   one ZIP of the study's pages, for a mentor",
            f"Next: {following}",
        ]
    )


def show_report(text: str) -> None:
    """Show a report in Markdown: laid out on a terminal, as it is elsewhere."""
    from rich.markdown import Markdown

    where = console()
    if where.is_terminal:
        where.print(Markdown(text))
    else:
        print(text)


def begun(folder: Path) -> str:
    """Say what a new study has, and what to do with it."""
    where = relative(folder)
    return "\n".join(
        [
            f"Begun  {where}/",
            f"Fill in {where}/study.xlsx in Excel or LibreOffice, or the CSV files beside it.",
            "participants, excerpts, codings and codebook are needed; all other tables can stay empty.",
            "data-dictionary.md says what each column means; study.toml, how people are grouped.",
            f"Then:  plr check {folder.name}",
        ]
    )


def loaded(study: str) -> "Study":
    """Load a study by its name or folder."""
    from plrlib.study.load import load_study

    return load_study(study)


def day(text: str) -> str | None:
    """Return a day as YYYY-MM-DD, today where none is given; None where the text is no day."""
    from datetime import date

    try:
        return (date.fromisoformat(text) if text else date.today()).isoformat()
    except ValueError:
        return None


def number(n: int, one: str, many: str = "") -> str:
    """Return a number with what it counts, as `1,024 excerpts`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def relative(path: Path | None) -> str:
    """Return a path from the project's folder, as it is written on every system."""
    return "" if path is None else path.relative_to(home()).as_posix()
