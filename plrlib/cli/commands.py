"""`plr`: a short function a command, then what several of them do and say.

What is slow to import is imported by the command that needs it.
"""

# ruff: noqa: PLC0415

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

import plrlib
from plrlib.paths import DEFAULT_STUDY, STORE, folder_for, home, known_studies, processed, shipped_studies, study_folder
from plrlib.text import joined, listed, plural, verb

if TYPE_CHECKING:
    from rich.console import Console

_TEXTS = Path(__file__).parent
_OPTIONS = tomllib.loads((_TEXTS / "options.toml").read_text(encoding="utf-8"))


Stance = Literal["supports", "qualifies", "opposes", "context"]
"""`plrlib.study.schema.STANCES`, which to import takes too long for `plr --help`."""

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=_HELP)
Command = Callable[..., None]


def _command(function: Command) -> Command:
    """Make a function a command, its parameters what options.toml says of them, and its errors sentences."""
    name, types = function.__name__.strip("_"), function.__annotations__
    for parameter, known in (_OPTIONS["any"] | _OPTIONS.get(name, {})).items():
        if parameter in types:
            said = {key: value for key, value in known.items() if key not in ("argument", "flags")}
            made = typer.Argument if known.get("argument") else typer.Option
            types[parameter] = Annotated[types[parameter], made(*known.get("flags", ()), **said)]

    @wraps(function)
    def explained(**given: Any) -> None:
        if given.get("as_json") and given.get("as_csv"):
            raise typer.BadParameter("give --json or --csv, not both")
        study = given.get("study")
        with explain_errors(*([] if study is None else [study])):
            function(**given)

    return app.command(name)(explained)


def main() -> None:
    """Run the command line; a console that knows no dash shows something in its place."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Analyse what people said in focus groups and interviews, in notebooks that anyone can run again."""
    if context.invoked_subcommand is None:
        studies = known_studies()
        executed = any((processed(name) / "manifest.json").is_file() for name in studies)
        then = "plr lab" if executed else "plr run" if studies else "plr new NAME, or plr import FILE... --into NAME"
        _say("overview.txt", version=version("plrlib"), studies=listed(studies, none="none yet"), then=then)


@_command
def run(study: str | None = None, jobs: int = 0, site: bool = True) -> None:
    """Check studies, execute every notebook on them, keep the results in data/processed/, and build site/ from them."""
    studies = [study] if study is not None else shipped_studies() or [DEFAULT_STUDY]
    with explain_errors(*studies):
        from plrlib.suite.progress import Progress
        from plrlib.suite.run import default_jobs, run_all
        from plrlib.suite.site import drop_outdated

        with Progress(_console(), f"loading {joined(studies)}") as progress:
            outcomes = run_all(studies, jobs or default_jobs(), progress)
        for outcome in outcomes:
            names = list(outcome.statuses)
            simulated = " (simulated)" if outcome.study.settings.kind == "simulated" else ""
            print(f"{outcome.study.id}{simulated}: {_number(len(names), 'notebook')} executed.")
            for name, status in outcome.statuses.items():
                if status != "done":
                    print(f"  {name}: not in this study")
            there = [path for path in outcome.paths.values() if path.is_file()]
            print(f"Start with  {_relative(there[0])}" if there else "No notebook has anything on this study")
            for path in filter(Path.is_file, outcome.made):
                print(f"Made for it {_relative(path)}")
            print(f"Tables in   {_relative(processed(outcome.study.id))}")
            for path in outcome.drafts:
                print(f"Drafted     {_relative(path)}")
        folders = [outcome.study.folder for outcome in outcomes]
        if site:
            _build_site(*folders)
        elif drop_outdated(folders):  # as where somebody has withdrawn since
            print("site/ was of other data and is gone; plr run without --no-site makes it")
        print("Open them:  plr lab  (or python3 run.py lab)")


@_command
def check(study: str = DEFAULT_STUDY) -> None:
    """Check a study's tables and say what is wrong with them, row by row."""
    from plrlib.privacy.identifiers import stops

    loaded = _load(study)
    if found := stops(loaded):
        raise plrlib.StudyError(study, found)
    themes, n = len(loaded.themes), loaded.withdrawn
    people, excerpts = _number(len(loaded.participants), "person"), _number(len(loaded.excerpts), "excerpt")
    codes = f"{_number(len(loaded.codebook) - themes, 'code')} in {_number(themes, 'theme')}"
    print(f"{loaded.id}: sound, with {_number(len(loaded.notes), 'note')}; {people}, {excerpts}, {codes}")
    if n:
        print(f"{_number(n, 'person')} withdrew and {verb(n, 'is', 'are')} left out")
    plain = loaded.notes.astype("object").where(loaded.notes.notna(), None)
    list_faults([plrlib.Fault(*row) for row in plain.itertuples(index=False)])


@_command
def compare_(
    study: str = DEFAULT_STUDY,
    by: str = "",
    level: str = "theme",
    stance: Stance | None = None,
    coder: str | None = None,
    fragility: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    """Test whether groups of people raised different themes, and say what can be told."""
    from plrlib.cli import screens

    loaded = plrlib.load_study(study)
    try:
        by = by or screens.only_grouping(loaded)
        with _console().status(f"comparing {loaded.id} by {by}"):
            found = plrlib.compare(loaded, by, level=level, stance=stance, coder=coder, fragility=fragility)
    except (plrlib.NotInStudy, ValueError) as error:
        fail(f"{loaded.id}: {error}")
    screens.show(found.frame, as_json, as_csv, lambda: screens.comparison(loaded, found, coder), _console())


@_command
def plan(
    study: str | None = None,
    n: tuple[int, int] | None = None,
    family: int = 1,
    power: float = 0.8,
    alpha: float = 0.05,
    freeze: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    """Say what difference two groups of people could show at all, or put on record what a study plans to compare."""
    from plrlib.cli import screens

    if freeze:
        if not study:
            raise typer.BadParameter("name the study whose plan to freeze: plr plan STUDY --freeze")
        from plrlib.study.plans import PLAN
        from plrlib.study.plans import freeze as put_on_record

        frozen = put_on_record(study_folder(study), f"{date.today():%Y-%m-%d}")
        there = f", when {_number(frozen.excerpts, 'excerpt')} were there" if frozen.excerpts else ", before any data"
        print(f"{study}: the plan is on record since {frozen.date}{there}; {PLAN} has its digest, {frozen.digest[:12]}")
        return
    if n is None:
        told = "say how many people each group has (--n 7 7), or --freeze the plan of a study"
        raise typer.BadParameter(told, param_hint="'--n'")
    try:
        frame = plrlib.smallest_difference(n, power=power, family=family, alpha=alpha)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    screens.show(frame, as_json, as_csv, lambda: screens.plan(frame, power, family, alpha), _console())


@_command
def review(
    study: str = DEFAULT_STUDY, by: str = "", on: str = "", note: str = "", replace: bool = False, site: bool = True
) -> None:
    """Collect what a mentor should check as a form, or put on record who has checked it."""
    from plrlib.suite.review import record, reviews_say, write_form

    day, loaded = _day(on), _load(study)
    if by:
        print(f"On record  {_relative(record(loaded, by, day, note))}")
    elif on or note:
        raise typer.BadParameter("--on and --note go with --by")
    else:
        path, new = write_form(loaded, replace)
        print(f"To fill in  {_relative(path)}")
        if not new:
            print("It was there, is not as it would be made now, and stays; --replace makes it anew.")
    print("\n".join(reviews_say(loaded)) or "Nobody has put a review on record yet.")
    if site and by:
        _build_site(loaded.folder)


def _day(text: str) -> str:
    """Return a day as YYYY-MM-DD, today where none is given."""
    try:
        return (date.fromisoformat(text) if text else date.today()).isoformat()
    except ValueError as error:
        raise typer.BadParameter(f"--on takes a day as 2026-01-31, not {text!r}") from error


@_command
def pack(study: str = DEFAULT_STUDY, to: Path | None = None) -> None:
    """Make one ZIP of a study's site, for a mentor who installs nothing."""
    from plrlib.suite import site

    loaded = _load(study)
    with _console().status("building the site"):
        path = site.pack(loaded, to)
    where = path if to else _relative(path)
    print(f"Packed  {where} ({path.stat().st_size / 1e6:.1f} MB): unpack it, and open {site.FIRST}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks of a STUDY in JupyterLab, which gets what options follow; it asks no other computer."""
    from plrlib.study.settings import FILE, read_settings

    study = [one for one in context.args[:1] if not one.startswith("-")]
    shared, folders = {**os.environ, STORE: str(processed(""))}, [home() / "notebooks"]
    if study:
        with explain_errors(*study):
            folder = study_folder(study[0])
        shared["PLR_STUDY"] = folder.name if folder.name in known_studies() else str(folder)
        folders.insert(0, folder_for(folder, read_settings(folder / FILE)[0].id))
    first = next((path for place in folders for path in sorted(place.glob("01-*.ipynb"))), folders[-1])
    quiet = ("news_url=None", "check_for_updates_class=jupyterlab.NeverCheckForUpdate", "extension_manager=readonly")
    options = [f"--ServerApp.root_dir={home()}", *(f"--LabApp.{option}" for option in quiet)]
    options += ["--ContentsManager.pre_save_hook=plrlib.suite.execution.as_executed", *context.args[len(study) :]]
    command = [sys.executable, "-m", "jupyterlab", *options, str(first)]
    with subprocess.Popen(command, cwd=home(), env=shared) as server, ExitStack() as afterwards:
        # JupyterLab answers Ctrl-C itself, and asks first; it would stay behind where only this process is ended.
        for number, answer in ((signal.SIGINT, lambda *_: None), (signal.SIGTERM, lambda *_: server.terminate())):
            afterwards.callback(signal.signal, number, signal.signal(number, answer))
        code = server.wait()
    raise typer.Exit(code)


# A study comes in, and copies of it go out.


@_command
def new(name: str) -> None:
    """Begin a study: its folder with study.toml, empty tables, a data dictionary, and the same as a workbook."""
    from plrlib.importers.new_study import new_study

    _say("begun.txt", where=_relative(new_study(name)), name=name)


@_command
def import_(
    files: list[Path],
    into: str,
    columns: list[str] | None = None,
    nesting: str = "",
    project: str = "",
    speakers: Literal["auto", "none", "same", "apart"] = "auto",
    leader: list[str] | None = None,
    keep_names: bool = False,
    replace: bool = False,
) -> None:
    """Make a study of other programs' files: REFI-QDA, Taguette, QualCoder, Dedoose, OpenQDA, or any sheets."""
    from plrlib.importers.import_files import import_files
    from plrlib.importers.material import Choices

    choices = Choices(_columns(columns or ()), nesting, project, speakers, tuple(leader or ()), keep_names, replace)
    with _console().status("reading"):
        folder, report = import_files(files, into, choices)
    show_report(report)
    print(f"Written to {_relative(folder)}/")


def _columns(pairs: Iterable[str]) -> dict[str, str]:
    """Return FIELD=COLUMN pairs as a mapping."""
    found = {}
    for pair in pairs:
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column:
            raise typer.BadParameter(f'--map takes FIELD=COLUMN, as in --map participant="Speaker", not {pair!r}')
        found[name] = column
    return found


@_command
def mask(study: str, out: Path) -> None:
    """Make a copy of a study in which identifiers are masked, each the same wherever it stands."""
    from plrlib.exporters.files import write_masked_copy
    from plrlib.study.store import delete

    loaded = _load(study)
    delete(loaded.id)
    print(write_masked_copy(loaded, out))


@_command
def disclosure(study: str = DEFAULT_STUDY) -> None:
    """Say who could be told apart by what is known of them, and what merging levels would cost and gain."""
    from plrlib.cli import screens

    screens.disclosure(_load(study)).print(_console())


@_command
def release(study: str, out: Path, keep: list[str] | None = None) -> None:
    """Make a copy of a study that is safe to share: rare people and small numbers taken out, and say what was."""
    from plrlib.exporters.files import write_release

    show_report(write_release(_load(study), out, keep))


# What several commands do and say.


def _build_site(*folders: Path) -> None:
    """Build site/ and say where it is."""
    from plrlib.suite.site import build_site

    with _console().status("building the site"):
        page = build_site(folders)
    print(f"As a site   {_relative(page)}" if page else "")


def _say(file: str, **words: str) -> None:
    """Print one of the texts that stand beside this file, with these words in it."""
    print((_TEXTS / file).read_text(encoding="utf-8").format(**words), end="")


def show_report(text: str) -> None:
    """Show a report in Markdown: laid out on a terminal, as it is elsewhere."""
    from rich.markdown import Markdown

    if _console().is_terminal:
        _console().print(Markdown(text))
    else:
        print(text)


def list_faults(faults: "Iterable[plrlib.Fault]") -> None:
    """Show faults, or notes: as a table on a terminal, else one on each line, unwrapped."""
    from rich.table import Table
    from rich.text import Text

    from plrlib.faults import in_order

    ordered = in_order(faults)
    if not _console().is_terminal:
        for fault in ordered:
            print(fault)
    elif ordered:
        table = Table("file", "row", "column", "what", "found", "what to do", show_edge=False)
        for fault in ordered:
            allowed = f"allowed: {fault.allowed}" if fault.allowed else ""
            remedy = "; ".join(filter(None, (allowed, fault.remedy)))
            cells = (fault.file, str(fault.row or ""), fault.column, fault.message, fault.value, remedy)
            table.add_row(*map(Text, cells))
        _console().print(table)


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
        fail(f"{error.study}: {_number(len(error.faults), 'fault')} found, nothing was done")
    except NotebookError as failure:
        fail(f"{failure.screen(height=37)}\n\nNothing else was changed. How far it got: {_relative(failure.kept)}")
    except RunError as error:
        fail(str(error))
    except PermissionError as error:
        fail(f"not allowed to read or write {error.filename}")
    except KeyboardInterrupt:
        fail("Stopped; everything is as it was.", 130)


def fail(message: str, code: int = 1) -> NoReturn:
    """Say why, and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


def _console() -> "Console":
    """Return the console, or whatever stands in its place."""
    from rich.console import Console

    return Console(highlight=False)


def _load(study: str) -> "plrlib.Study":
    """Load a study by its name or folder; answers about it as it was before it changed are deleted."""
    from plrlib.study.store import discard_stale

    loaded = plrlib.load_study(study)
    discard_stale(loaded)
    return loaded


def _number(n: int, one: str) -> str:
    """Return a number with what it counts, as `1,024 excerpts`; in a sum of figures none is 0 and not `no`."""
    return f"{n:,} {one if n == 1 else plural(one)}"


def _relative(path: Path | None) -> str:
    """Return a path from the project's folder, as it is written on every system."""
    return "" if path is None else path.relative_to(home()).as_posix()
