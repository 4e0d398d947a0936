"""The commands by which a study comes in, and copies of it go out."""
# ruff: noqa: PLC0415

import typer

from plrlib import telling
from plrlib.options import (
    Columns,
    Files,
    Into,
    Keep,
    KeepNames,
    Leader,
    Nesting,
    NewName,
    Out,
    Project,
    Replace,
    Speakers,
    SpeakersAre,
    StudyName,
    pairs,
)  # fmt: skip
from plrlib.places import DEFAULT_STUDY
from plrlib.refusing import in_words


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
        from plrlib.intake.blank import begin

        print(telling.begun(begin(name)))


def bring(
    files: Files, into: Into, columns: Columns = None, nesting: Nesting = "", project: Project = "",
    speakers: SpeakersAre = Speakers.auto, leader: Leader = None, keep_names: KeepNames = False,
    replace: Replace = False,
) -> None:  # fmt: skip
    """Make a study of other programs' files: REFI-QDA, Taguette, QualCoder, Dedoose, OpenQDA, or any sheets."""
    with in_words():
        from plrlib.ingest.voices import Options
        from plrlib.intake.bring import Asked, bring

        voices = Options(speakers != Speakers.none, speakers.same, tuple(leader or ()))
        asked = Asked(pairs(columns), nesting, project, voices, keep_names, replace)
        with telling.console().status("reading"):
            folder, report = bring(files, into, asked)
        telling.show_report(report)
        print(f"Written to {telling.relative(folder)}/")


def mask(study: StudyName, out: Out) -> None:
    """Make a copy of a study in which identifiers are masked, each the same wherever it stands."""
    with in_words(study):
        from plrlib.intake.sharing import masked

        print(masked(telling.loaded(study), out))


def release(study: StudyName, out: Out, keep: Keep = None) -> None:
    """Make a copy of a study that is safe to share: rare people and small numbers taken out, and say what was."""
    with in_words(study):
        from plrlib.intake.sharing import released

        telling.show_report(released(telling.loaded(study), out, keep))


def disclosure(study: StudyName = DEFAULT_STUDY) -> None:
    """Say who could be told apart by what is known of them, and what merging levels would cost and gain."""
    with in_words(study):
        from plrlib.screen_groups import told_apart

        told_apart(telling.loaded(study)).print(telling.console())
