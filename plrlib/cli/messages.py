"""What `plr` says: the faults of a study, what a sound one holds, what a run has done, and what to do next."""

# ruff: noqa: PLC0415 - what is slow to import waits until something is to be said

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from plrlib.paths import home, known_studies, processed, study_folder
from plrlib.text import listed, plural, verb

if TYPE_CHECKING:
    from rich.console import Console

    from plrlib.faults import Fault
    from plrlib.study.load import Study
    from plrlib.suite.run import Outcome


def overview() -> str:
    """Say what there is, and what to do next."""
    studies = known_studies()
    executed = any((processed(name) / "manifest.json").is_file() for name in studies)
    then = "plr lab" if executed else "plr run" if studies else "plr new NAME, or plr import FILE... --into NAME"
    return f"""\
plrlib {version("plrlib")}; studies in data/raw/: {listed(studies, none="none yet")}
  plr new NAME                       begin a study of your own, with empty tables
  plr import FILE... --into NAME     make a study of NVivo's, MAXQDA's, QualCoder's, … files
  plr check [STUDY]                  check a study's tables
  plr run [STUDY]                    execute the notebooks on a study, or on those that are shipped
  plr compare [STUDY] --by GROUPING  test whether groups of people raised different themes
  plr plan --n 7 7                   what difference groups of 7 and 7 people could show
  plr lab                            open the notebooks
  plr review [STUDY]                 what a mentor should check, as a form; --by NAME: it was
  plr mask STUDY --out FOLDER        a copy in which identifiers are masked
  plr disclosure [STUDY]             who could be told apart by what is known of them
  plr release STUDY --out FOLDER     a copy that is safe to share
  plr pack [STUDY]                   one ZIP of the study's pages, for a mentor
Next: {then}"""


def begun(folder: Path) -> str:
    """Say what a new study has, and what to do with it."""
    where = relative(folder)
    return f"""\
Begun  {where}/
Fill in {where}/study.xlsx in Excel or LibreOffice, or the CSV files beside it.
participants, excerpts, codings and codebook are needed; all other tables can stay empty.
data-dictionary.md says what each column means; study.toml, how people are grouped.
Then:  plr check {folder.name}"""


def summary(study: "Study") -> str:
    """Say in one or two lines what a sound study holds."""
    themes = len(study.themes)
    people, excerpts = number(len(study.participants), "person"), number(len(study.excerpts), "excerpt")
    codes = f"{number(len(study.codebook) - themes, 'code')} in {number(themes, 'theme')}"
    n = study.withdrawn
    withdrawn = f"\n{number(n, 'person')} withdrew and {verb(n, 'is', 'are')} left out" if n else ""
    notes = number(len(study.notes), "note")
    return f"{study.id}: sound, with {notes}; {people}, {excerpts}, {codes}{withdrawn}"


def where_to_look(outcome: "Outcome") -> str:
    """Say what a run has done for one study, and where that is."""
    names = list(outcome.statuses)
    simulated = " (simulated)" if outcome.study.settings.kind == "simulated" else ""
    lines = [
        f"{outcome.study.id}{simulated}: {number(len(names), 'notebook')} executed.",
        *(f"  {name}: not in this study" for name, status in outcome.statuses.items() if status != "done"),
        f"Start with  {relative(outcome.folder / names[0])}",
        *(f"Made for it {relative(path)}" for path in outcome.made),
        f"Tables in   {relative(processed(outcome.study.id))}",
        *(f"Drafted     {relative(path)}" for path in outcome.drafts),
    ]
    return "\n".join(lines)


def show_report(text: str) -> None:
    """Show a report in Markdown: laid out on a terminal, as it is elsewhere."""
    from rich.markdown import Markdown

    if console().is_terminal:
        console().print(Markdown(text))
    else:
        print(text)


def list_faults(faults: "Iterable[Fault]") -> None:
    """Show faults, or notes: as a table on a terminal, else one on each line, unwrapped."""
    from rich.table import Table
    from rich.text import Text

    from plrlib.faults import in_order

    ordered = in_order(faults)
    if not console().is_terminal:
        for fault in ordered:
            print(fault)
    elif ordered:
        table = Table("file", "row", "column", "what", "found", "what to do", show_edge=False)
        for fault in ordered:
            allowed = f"allowed: {fault.allowed}" if fault.allowed else ""
            remedy = "; ".join(filter(None, (allowed, fault.remedy)))
            cells = (fault.file, str(fault.row or ""), fault.column, fault.message, fault.value, remedy)
            table.add_row(*map(Text, cells))
        console().print(table)


@contextmanager
def explain_errors(*studies: str) -> Iterator[None]:
    """Tell what a user can put right in words and by the exit code, not by a traceback."""
    try:  # before anything slow is imported
        for study in studies:
            study_folder(study)
    except FileNotFoundError as unknown:
        fail(str(unknown))
    from plrlib.faults import RunError, StudyError
    from plrlib.suite.progress import NotebookError

    try:
        yield
    except StudyError as error:
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


def console() -> "Console":
    """Return the console, or whatever stands in its place."""
    from rich.console import Console

    return Console(highlight=False)


def load(study: str) -> "Study":
    """Load a study by its name or folder; answers about it as it was before it changed are deleted."""
    from plrlib.study.load import load_study
    from plrlib.study.store import discard_stale

    loaded = load_study(study)
    discard_stale(loaded)
    return loaded


def number(n: int, one: str) -> str:
    """Return a number with what it counts, as `1,024 excerpts`; in a sum of figures none is 0 and not `no`."""
    return f"{n:,} {one if n == 1 else plural(one)}"


def relative(path: Path | None) -> str:
    """Return a path from the project's folder, as it is written on every system."""
    return "" if path is None else path.relative_to(home()).as_posix()
