"""`plr`: one short function a command. What is slow to import is imported by the command that needs it."""
# ruff: noqa: PLC0415

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plrlib import cli_studies, telling
from plrlib.options import AsCsv, AsJson, Jobs, Level, Site, Stance, StudyName, StudyOrAll
from plrlib.places import DEFAULT_STUDY, shipped_studies
from plrlib.refusing import fail, in_words

if TYPE_CHECKING:
    import pandas as pd

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=_HELP)


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Analyse what people said in focus groups and interviews, in notebooks that anyone can run again."""
    if context.invoked_subcommand is None:
        print(telling.next_step())


@app.command()
def run(study: StudyOrAll = None, jobs: Jobs = 0, site: Site = True) -> None:
    """Check studies, execute every notebook on them, keep the results in data/processed/, and build site/ from them."""
    studies = [study] if study is not None else shipped_studies() or [DEFAULT_STUDY]
    with in_words(*studies):
        from plrlib.suite.progress import Progress
        from plrlib.suite.run import default_jobs, run_all

        with Progress(telling.console(), f"loading {' and '.join(studies)}") as progress:
            outcomes = run_all(studies, jobs or default_jobs(), progress)
        print("\n".join(map(telling.where_to_look, outcomes)))
        folders = [outcome.study.folder for outcome in outcomes]
        if site:
            _build_site(*folders)
        else:
            _drop_site(*folders)
        print("Open them:  plr lab  (or python3 run.py lab)")


@app.command()
def check(study: StudyName = DEFAULT_STUDY) -> None:
    """Check a study's tables and say what is wrong with them, row by row."""
    with in_words(study):
        from plrlib.faults import Fault, StudyError
        from plrlib.privacy.sweep import stops

        loaded = telling.loaded(study)
        if found := stops(loaded):
            raise StudyError(study, found)
        print(telling.summary(loaded))
        plain = loaded.notes.astype("object").where(loaded.notes.notna(), None)
        telling.list_faults([Fault(*row) for row in plain.itertuples(index=False)])


@app.command()
def compare(
    study: StudyName = DEFAULT_STUDY,
    by: Annotated[str, typer.Option(metavar="GROUPING", help="A grouping of study.toml.", show_default=False)] = "",
    level: Annotated[Level, typer.Option(help="Whether themes are compared, or the codes in them.")] = Level.theme,
    stance: Annotated[Stance | None, typer.Option(help="Only excerpts with this stance to their theme.")] = None,
    coder: Annotated[str | None, typer.Option(metavar="CODER", help="Whose codings, if not the study's own.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Test whether groups of people raised different themes, and say what can be told."""
    _one_of(as_json, as_csv)
    with in_words(study):
        import plrlib
        from plrlib import screen

        loaded = plrlib.load_study(study)
        asked = stance.value if stance else None
        try:
            by = by or screen.only_grouping(loaded)
            with telling.console().status(f"comparing {loaded.id} by {by}"):
                found = plrlib.compare(loaded, by, level=level.value, stance=asked, coder=coder)
        except (plrlib.NotInStudy, ValueError) as error:
            fail(f"{loaded.id}: {error}")
        if not _for_programs(found, as_json, as_csv):
            screen.comparison(loaded, found, level.value, asked, coder).print(telling.console())


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
    with in_words():
        import plrlib
        from plrlib import screen

        try:
            frame = plrlib.smallest_difference(n, power=power, family=family, alpha=alpha)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        if not _for_programs(frame, as_json, as_csv):
            screen.plan(frame, power, family, alpha).print(telling.console())


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
    with in_words(study):
        from plrlib.suite import reviewing

        day = telling.day(on)
        if day is None:
            raise typer.BadParameter(f"--on takes a day as 2026-01-31, not {on!r}")
        loaded = telling.loaded(study)
        if by:
            print(f"On record  {telling.relative(reviewing.record(loaded, by, day, note))}")
        else:
            if on or note:
                raise typer.BadParameter("--on and --note go with --by")
            path, new = reviewing.write_form(loaded, replace)
            print(f"To fill in  {telling.relative(path)}")
            if not new:
                print("It was there, is not as it would be made now, and stays; --replace makes it anew.")
        print("\n".join(reviewing.reviews_say(loaded)) or "Nobody has put a review on record yet.")
        if site and by:
            _build_site(loaded.folder)


@app.command()
def pack(
    study: StudyName = DEFAULT_STUDY,
    to: Annotated[Path | None, typer.Option("-o", "--to", metavar="FILE", help="Where to write it.")] = None,
) -> None:
    """Make one ZIP of a study's site, for a mentor who installs nothing."""
    with in_words(study):
        from plrlib.suite import packing

        loaded = telling.loaded(study)
        with telling.console().status("building the site"):
            path = packing.pack(loaded, to)
        where = path if to else telling.relative(path)
        print(f"Packed  {where} ({path.stat().st_size / 1e6:.1f} MB): unpack it, and open {packing.FIRST}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks in JupyterLab, which gets whatever options follow; it asks no other computer for anything."""
    from plrlib.lab import open_lab

    raise typer.Exit(open_lab(context.args))


cli_studies.add_to(app)


def main() -> None:
    """Run the command line; a console that knows no dash shows something in its place."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    app()


def _build_site(*folders: Path) -> None:
    """Build site/ and say where it is."""
    from plrlib.suite.site import build_site

    with telling.console().status("building the site"):
        page = build_site(folders)
    print(f"As a site   {telling.relative(page)}" if page else "")


def _drop_site(*folders: Path) -> None:
    """Take site/ away where it shows what is not so any more, as what somebody said who has withdrawn since."""
    from plrlib.suite.site import drop_outdated

    if drop_outdated(folders):
        print("site/ was of other data and is gone; plr run without --no-site makes it")


def _one_of(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")


def _for_programs(frame: "pd.DataFrame", as_json: bool, as_csv: bool) -> bool:
    """Write all of a frame where that is asked for, and tell whether it was."""
    from plrlib import screen

    if as_json or as_csv:
        sys.stdout.write(screen.as_json(frame) if as_json else screen.as_csv(frame))
    return as_json or as_csv
