"""`plr`: one short function a command. What is slow to import is imported by the command that needs it."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plrlib.cli import messages as telling
from plrlib.cli.messages import fail, in_words
from plrlib.paths import DEFAULT_STUDY, shipped_studies

if TYPE_CHECKING:
    import pandas as pd


# What the commands of `plr` are given: arguments, options, and the words that some of them may be.

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A folder's name in data/raw/, or its path.")]
StudyOrAll = Annotated[
    str | None,
    typer.Argument(metavar="STUDY", help="One study; without it those that are shipped.", show_default=False),
]
Site = Annotated[
    bool, typer.Option("--site/--no-site", envvar="PLR_SITE", help="Build site/ from the executed notebooks.")
]
Jobs = Annotated[int, typer.Option(min=0, help="How many notebooks at a time; 0: as many as there are processors.")]

AsJson = Annotated[bool, typer.Option("--json", help="Write all columns as JSON: null is missing, 1e999 infinite.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write all columns as CSV.")]


class Level(StrEnum):
    """What is compared."""

    theme = "theme"
    code = "code"


class Speakers(StrEnum):
    """How labels at the beginning of a transcript's lines are read."""

    auto = "auto"
    none = "none"
    as_one = "same"
    apart = "apart"

    @property
    def same(self) -> bool | None:
        """Whether a label is one person in every document; None: it is asked where it matters."""
        return {"same": True, "apart": False}.get(self.value)


class Stance(StrEnum):
    """What an excerpt may do to its theme; `plrlib.study.schema.STANCES`."""

    supports = "supports"
    qualifies = "qualifies"
    opposes = "opposes"
    context = "context"


NewName = Annotated[str, typer.Argument(metavar="NAME", help="What it is called in data/raw/.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of other programs, or QualCoder's folder.")]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder for the copy, not in data/raw/.")]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ATTRIBUTE", help="An attribute that the copy is to have; once for each. Without: all of them."
    ),
]
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
SpeakersAre = Annotated[
    Speakers,
    typer.Option(
        help="Labels at the beginning of lines (P01: ...): read them where they are clear; none of them; the same "
        "person in every document; each document has its own."
    ),
]
Leader = Annotated[list[str] | None, typer.Option(metavar="LABEL", help="Whoever leads the talk; once for each.")]
KeepNames = Annotated[bool, typer.Option("--keep-names", help="Keep names of people and documents as they are.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put imported rows in the place of those that are there.")]


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Return FIELD=COLUMN pairs as a mapping.

    Raises
    ------
    typer.BadParameter
        If one of them is no such pair.
    """
    found = {}
    for pair in given or ():
        name, sign, column = pair.partition("=")
        if not sign or not name.strip() or not column.strip():
            raise typer.BadParameter(f'--map takes FIELD=COLUMN, as in --map participant="Speaker", not {pair!r}')
        found[name.strip()] = column.strip()
    return found


# The commands by which a study comes in, and copies of it go out.

# ruff: noqa: PLC0415


def add_to(app: typer.Typer) -> None:
    """Add them to the others."""
    for name, command in (
        ("new", begin),
        ("import", bring),
        ("mask", mask),
        ("disclosure", disclosure),
        ("release", release),
    ):
        app.command(name)(command)


def begin(name: NewName) -> None:
    """Begin a study: its folder with study.toml, empty tables, a data dictionary, and the same as a workbook."""
    with in_words():
        from plrlib.importers.new_study import new_study

        print(telling.begun(new_study(name)))


def bring(
    files: Files, into: Into, columns: Columns = None, nesting: Nesting = "", project: Project = "",
    speakers: SpeakersAre = Speakers.auto, leader: Leader = None, keep_names: KeepNames = False,
    replace: Replace = False,
) -> None:  # fmt: skip
    """Make a study of other programs' files: REFI-QDA, Taguette, QualCoder, Dedoose, OpenQDA, or any sheets."""
    with in_words():
        from plrlib.importers.import_files import import_files
        from plrlib.importers.material import Choices

        choices = Choices(
            pairs(columns), nesting, project, read_labels=speakers != Speakers.none, same_speakers=speakers.same,
            moderators=tuple(leader or ()), keep_names=keep_names, replace=replace,
        )  # fmt: skip
        with telling.console().status("reading"):
            folder, report = import_files(files, into, choices)
        telling.show_report(report)
        print(f"Written to {telling.relative(folder)}/")


def mask(study: StudyName, out: Out) -> None:
    """Make a copy of a study in which identifiers are masked, each the same wherever it stands."""
    with in_words(study):
        from plrlib.exporters.files import write_masked_copy

        print(write_masked_copy(telling.loaded(study), out))


def release(study: StudyName, out: Out, keep: Keep = None) -> None:
    """Make a copy of a study that is safe to share: rare people and small numbers taken out, and say what was."""
    with in_words(study):
        from plrlib.exporters.files import write_release

        telling.show_report(write_release(telling.loaded(study), out, keep))


def disclosure(study: StudyName = DEFAULT_STUDY) -> None:
    """Say who could be told apart by what is known of them, and what merging levels would cost and gain."""
    with in_words(study):
        from plrlib.cli.screens import told_apart

        told_apart(telling.loaded(study)).print(telling.console())


# `plr`: one short function a command. What is slow to import is imported by the command that needs it.

# ruff: noqa: PLC0415


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
        from plrlib.privacy.identifiers import stops

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
        from plrlib.cli import screens as screen

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
        from plrlib.cli import screens as screen

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
        from plrlib.suite import review as reviewing

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
        from plrlib.suite import site as packing

        loaded = telling.loaded(study)
        with telling.console().status("building the site"):
            path = packing.pack(loaded, to)
        where = path if to else telling.relative(path)
        print(f"Packed  {where} ({path.stat().st_size / 1e6:.1f} MB): unpack it, and open {packing.FIRST}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open the notebooks in JupyterLab, which gets whatever options follow; it asks no other computer for anything."""
    from plrlib.cli.messages import open_lab

    raise typer.Exit(open_lab(context.args))


add_to(app)


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
    from plrlib.cli import screens as screen

    if as_json or as_csv:
        sys.stdout.write(screen.as_json(frame) if as_json else screen.as_csv(frame))
    return as_json or as_csv
