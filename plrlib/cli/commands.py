"""`plr`: one short function a command. What is slow to import is imported by the command that needs it."""

# ruff: noqa: PLC0415

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from plrlib.cli import messages
from plrlib.cli.messages import console, explain_errors, fail, load, relative
from plrlib.paths import DEFAULT_STUDY, STORE, home, processed, shipped_studies
from plrlib.text import joined

if TYPE_CHECKING:
    import pandas as pd

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A folder's name in data/raw/, or its path.")]
Site = Annotated[
    bool, typer.Option("--site/--no-site", envvar="PLR_SITE", help="Build site/ from the executed notebooks.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write all columns as JSON: null is missing, 1e999 infinite.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write all columns as CSV.")]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder for the copy, not in data/raw/.")]
Stance = Literal["supports", "qualifies", "opposes", "context"]
"""`plrlib.study.schema.STANCES`, which to import takes too long for `plr --help`."""

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=_HELP)


def main() -> None:
    """Run the command line; a console that knows no dash shows something in its place."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Analyse what people said in focus groups and interviews, in notebooks that anyone can run again."""
    if context.invoked_subcommand is None:
        print(messages.overview())


StudyOrAll = Annotated[
    str | None,
    typer.Argument(metavar="STUDY", help="One study; without it those that are shipped.", show_default=False),
]
Jobs = Annotated[int, typer.Option(min=0, help="How many notebooks at a time; 0: as many as there are processors.")]


@app.command()
def run(study: StudyOrAll = None, jobs: Jobs = 0, site: Site = True) -> None:
    """Check studies, execute every notebook on them, keep the results in data/processed/, and build site/ from them."""
    studies = [study] if study is not None else shipped_studies() or [DEFAULT_STUDY]
    with explain_errors(*studies):
        from plrlib.suite.progress import Progress
        from plrlib.suite.run import default_jobs, run_all
        from plrlib.suite.site import drop_outdated

        with Progress(console(), f"loading {joined(studies)}") as progress:
            outcomes = run_all(studies, jobs or default_jobs(), progress)
        print("\n".join(map(messages.where_to_look, outcomes)))
        folders = [outcome.study.folder for outcome in outcomes]
        if site:
            _build_site(*folders)
        elif drop_outdated(folders):  # as where somebody has withdrawn since
            print("site/ was of other data and is gone; plr run without --no-site makes it")
        print("Open them:  plr lab  (or python3 run.py lab)")


@app.command()
def check(study: StudyName = DEFAULT_STUDY) -> None:
    """Check a study's tables and say what is wrong with them, row by row."""
    with explain_errors(study):
        from plrlib.faults import Fault, StudyError
        from plrlib.privacy.identifiers import stops

        loaded = load(study)
        if found := stops(loaded):
            raise StudyError(study, found)
        print(messages.summary(loaded))
        plain = loaded.notes.astype("object").where(loaded.notes.notna(), None)
        messages.list_faults([Fault(*row) for row in plain.itertuples(index=False)])


@app.command()
def compare(
    study: StudyName = DEFAULT_STUDY,
    by: Annotated[str, typer.Option(metavar="GROUPING", help="A grouping of study.toml.", show_default=False)] = "",
    level: Annotated[
        Literal["theme", "code"], typer.Option(help="Whether themes are compared, or the codes in them.")
    ] = "theme",
    stance: Annotated[Stance | None, typer.Option(help="Only excerpts with this stance to their theme.")] = None,
    coder: Annotated[str | None, typer.Option(metavar="CODER", help="Whose codings, if not the study's own.")] = None,
    fragility: Annotated[bool, typer.Option("--fragility", help="Also search for how few people decide.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Test whether groups of people raised different themes, and say what can be told."""
    _one_of(as_json, as_csv)
    with explain_errors(study):
        import plrlib
        from plrlib.cli import screens

        loaded = plrlib.load_study(study)
        try:
            by = by or screens.only_grouping(loaded)
            with console().status(f"comparing {loaded.id} by {by}"):
                found = plrlib.compare(loaded, by, level=level, stance=stance, coder=coder, fragility=fragility)
        except (plrlib.NotInStudy, ValueError) as error:
            fail(f"{loaded.id}: {error}")
        if not _for_programs(found.frame, as_json, as_csv):
            screens.comparison(loaded, found, coder).print(console())


@app.command()
def plan(
    n: Annotated[tuple[int, int], typer.Option(metavar="N N", help="The people in one group and in the other.")],
    family: Annotated[int, typer.Option(help="How many themes or codes are compared at once.")] = 1,
    power: Annotated[float, typer.Option(help="The chance with which a true difference is to show.")] = 0.8,
    alpha: Annotated[
        float,
        typer.Option(
            help="The chance of a false alarm, for all compared at once; three planned comparisons share 0.05."
        ),
    ] = 0.05,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Say what difference two groups of people could show at all, before they are heard."""
    _one_of(as_json, as_csv)
    with explain_errors():
        import plrlib
        from plrlib.cli import screens

        try:
            frame = plrlib.smallest_difference(n, power=power, family=family, alpha=alpha)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        if not _for_programs(frame, as_json, as_csv):
            screens.plan(frame, power, family, alpha).print(console())


@app.command()
def review(
    study: StudyName = DEFAULT_STUDY,
    by: Annotated[str, typer.Option(metavar="NAME", help="Put on record that NAME has reviewed it.")] = "",
    on: Annotated[str, typer.Option(metavar="DATE", help="The day of the review, if not today.")] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="What is to be said with the review.")] = "",
    replace: Annotated[bool, typer.Option(help="Make the form anew, even if it has been filled in.")] = False,
    site: Site = True,
) -> None:
    """Collect what a mentor should check as a form, or put on record who has checked it."""
    with explain_errors(study):
        from plrlib.suite.review import record, reviews_say, write_form

        day, loaded = _day(on), load(study)
        if by:
            print(f"On record  {relative(record(loaded, by, day, note))}")
        elif on or note:
            raise typer.BadParameter("--on and --note go with --by")
        else:
            path, new = write_form(loaded, replace)
            print(f"To fill in  {relative(path)}")
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


@app.command()
def pack(
    study: StudyName = DEFAULT_STUDY,
    to: Annotated[Path | None, typer.Option("-o", "--to", metavar="FILE", help="Where to write it.")] = None,
) -> None:
    """Make one ZIP of a study's site, for a mentor who installs nothing."""
    with explain_errors(study):
        from plrlib.suite import site

        loaded = load(study)
        with console().status("building the site"):
            path = site.pack(loaded, to)
        where = path if to else relative(path)
        print(f"Packed  {where} ({path.stat().st_size / 1e6:.1f} MB): unpack it, and open {site.FIRST}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks in JupyterLab, which gets whatever options follow; it asks no other computer for anything."""
    first = next(iter(sorted((home() / "notebooks").glob("01-*.ipynb"))), home() / "notebooks")
    quiet = ("news_url=None", "check_for_updates_class=jupyterlab.NeverCheckForUpdate", "extension_manager=readonly")
    options = [f"--ServerApp.root_dir={home()}", *(f"--LabApp.{option}" for option in quiet), *context.args]
    shared = {**os.environ, STORE: str(processed(""))}
    with subprocess.Popen([sys.executable, "-m", "jupyterlab", *options, str(first)], cwd=home(), env=shared) as server:
        # JupyterLab answers Ctrl-C itself, and asks first; it would stay behind where only this process is ended.
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: server.terminate()),
        }
        try:
            code = server.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    raise typer.Exit(code)


# A study comes in, and copies of it go out.


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called in data/raw/.")]) -> None:
    """Begin a study: its folder with study.toml, empty tables, a data dictionary, and the same as a workbook."""
    with explain_errors():
        from plrlib.importers.new_study import new_study

        print(messages.begun(new_study(name)))


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of other programs, or QualCoder's folder.")]
Into = Annotated[str, typer.Option(metavar="NAME", help="The study's name in data/raw/.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="What a column of a sheet says: participant, code, text, event, coder, excerpt, any attribute of people; "
        'codes="A, B, Code: *" for a sheet with a column a code. Once for each.',
    ),
]
Nesting = Annotated[str, typer.Option(metavar="SIGN", help="What parts a theme from a code in a sheet, as > or .")]
Project = Annotated[str, typer.Option(metavar="PROJECT", help="Which one, of a Taguette database with several.")]
Speakers = Annotated[
    Literal["auto", "none", "same", "apart"],
    typer.Option(
        help="Labels at the beginning of lines (P01: ...): read them where they are clear; none of them; the same "
        "person in every document; each document has its own."
    ),
]
Leader = Annotated[list[str] | None, typer.Option(metavar="LABEL", help="Whoever leads the talk; once for each.")]
KeepNames = Annotated[bool, typer.Option("--keep-names", help="Keep names of people and documents as they are.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put imported rows in the place of those that are there.")]


@app.command("import")
def import_(
    files: Files, into: Into, columns: Columns = None, nesting: Nesting = "", project: Project = "",
    speakers: Speakers = "auto", leader: Leader = None, keep_names: KeepNames = False, replace: Replace = False,
) -> None:  # fmt: skip
    """Make a study of other programs' files: REFI-QDA, Taguette, QualCoder, Dedoose, OpenQDA, or any sheets."""
    with explain_errors():
        from plrlib.importers.import_files import import_files
        from plrlib.importers.material import Choices

        same = {"same": True, "apart": False}.get(speakers)
        choices = Choices(
            _columns(columns or ()), nesting, project, read_labels=speakers != "none", same_speakers=same,
            moderators=tuple(leader or ()), keep_names=keep_names, replace=replace,
        )  # fmt: skip
        with console().status("reading"):
            folder, report = import_files(files, into, choices)
        messages.show_report(report)
        print(f"Written to {relative(folder)}/")


def _columns(pairs: Sequence[str]) -> dict[str, str]:
    """Return FIELD=COLUMN pairs as a mapping."""
    found = {}
    for pair in pairs:
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column:
            raise typer.BadParameter(f'--map takes FIELD=COLUMN, as in --map participant="Speaker", not {pair!r}')
        found[name] = column
    return found


@app.command()
def mask(study: StudyName, out: Out) -> None:
    """Make a copy of a study in which identifiers are masked, each the same wherever it stands."""
    with explain_errors(study):
        from plrlib.exporters.files import write_masked_copy
        from plrlib.study.store import delete

        loaded = load(study)
        delete(loaded.id)
        print(write_masked_copy(loaded, out))


@app.command()
def disclosure(study: StudyName = DEFAULT_STUDY) -> None:
    """Say who could be told apart by what is known of them, and what merging levels would cost and gain."""
    with explain_errors(study):
        from plrlib.cli import screens

        screens.disclosure(load(study)).print(console())


Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ATTRIBUTE", help="An attribute that the copy is to have; once for each. Without: all of them."
    ),
]


@app.command()
def release(study: StudyName, out: Out, keep: Keep = None) -> None:
    """Make a copy of a study that is safe to share: rare people and small numbers taken out, and say what was."""
    with explain_errors(study):
        from plrlib.exporters.files import write_release

        messages.show_report(write_release(load(study), out, keep))


# What several commands do.


def _build_site(*folders: Path) -> None:
    """Build site/ and say where it is."""
    from plrlib.suite.site import build_site

    with console().status("building the site"):
        page = build_site(folders)
    print(f"As a site   {relative(page)}" if page else "")


def _one_of(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")


def _for_programs(frame: "pd.DataFrame", as_json: bool, as_csv: bool) -> bool:
    """Write all of a frame where that is asked for, and tell whether it was."""
    from plrlib.cli import screens

    if as_json or as_csv:
        sys.stdout.write(screens.as_json(frame) if as_json else screens.as_csv(frame))
    return as_json or as_csv
