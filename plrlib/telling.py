"""What `plr` tells: the faults of a study, what a sound one holds, what a run has done, and what to do next."""
# ruff: noqa: PLC0415

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from plrlib.places import home, known_studies, processed

if TYPE_CHECKING:
    from rich.console import Console

    from plrlib.faults import Fault
    from plrlib.study import Study
    from plrlib.suite.run import Outcome


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
    from plrlib.study import load_study

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
