"""Other programs' files into a study's folder: read, made one, laid out, written whole, and reported."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plrlib.faults import Fault, RunError, StudyError
from plrlib.importers.material import KINDS, Material
from plrlib.importers.merge import merge
from plrlib.importers.new_study import DICTIONARY, files, header, place, put, template, written
from plrlib.importers.recognise import read
from plrlib.importers.speakers import Options
from plrlib.importers.to_tables import Carried, Rows, carry
from plrlib.markup import table
from plrlib.paths import WORKBOOK
from plrlib.privacy.keys import read_key, write_key
from plrlib.study.schema import TABLES
from plrlib.study.settings import FILE, read_settings
from plrlib.text import count, verb
from plrlib.text import people as of_people

# The import report: what was read, what became of it, what could not be carried, and what was guessed.

REPORT_FILE = "import-report.md"
_OUT = {"documents": "events", "people": "participants", "codes": "codebook"}


class Unreconciled(RuntimeError):  # noqa: N818 - what was lost is named in the message
    """What was read, less what was left and with what was added, is not what was written: a fault of this program."""


def reconciled(carried: Carried) -> dict[str, list[tuple[str, int]]]:
    """Return for each kind what was found, each change, and what is in the tables, with its number.

    Raises
    ------
    Unreconciled
        If the numbers do not add up.
    """
    ledger = {}
    for kind in KINDS:
        tally, out = carried.material.tallies[kind], carried.out[kind]
        changes = [(why, n) for why, n in tally.changes.items() if n]
        if tally.found + sum(n for _, n in changes) != out:
            raise Unreconciled(f"{kind}: {tally.found} found, {dict(changes)}, but {out} written")
        ledger[kind] = [("in the files", tally.found), *changes, (f"in {_OUT.get(kind, kind)}.csv", out)]
    return ledger


def report(name: str, read: Sequence[Material], carried: Carried, key: str) -> str:
    """Return the report in Markdown.

    Parameters
    ----------
    name
        The study.
    read
        Each file, as it was read.
    carried
        What was made of them.
    key
        Where the names are kept that ids stand for; blank: none was replaced.
    """
    material = carried.material
    rows = [(kind if n == 0 else "", _plain(what), f"{number:+d}" if 0 < n < len(steps) - 1 else str(number))
            for kind, steps in reconciled(carried).items() for n, (what, number) in enumerate(steps)]  # fmt: skip
    parts = [
        f"# Import report: {_plain(name)}",
        "What was read, what became of it, and what to look at before anything is concluded from it.",
        "## What was read",
        table(["file", "what it is"], [(_plain(one.file), _plain(one.origin)) for one in read]),
        "## What became of it",
        "Each number in the files, with every loss and gain by its reason, gives the number in the tables.",
        table(["", "what", "number"], rows),
        "## What could not be carried",
        _bullets([f"{what}: {n}" for what, n in material.left.items() if n > 0] or ["Nothing that was found."]),
        "## What was guessed",
        _bullets(_guesses(carried) or ["Nothing."]),
        "## What is worth knowing",
        _bullets([*material.told, *_told(carried, key)]),
        "## What to do next",
        _bullets(_next(name)),
    ]
    return "\n\n".join(parts) + "\n"


def _guesses(carried: Carried) -> list[str]:
    guesses = [*carried.material.guessed]
    if len(carried.coders) > 1:
        guesses.append("reference_coder in study.toml is the coder with the most codings")
    return guesses


def _told(carried: Carried, key: str) -> list[str]:
    told = []
    people = sum(kind == "person" for kind, _ in carried.renamed)
    documents = len(carried.renamed) - people
    if key:
        told.append(
            f"{of_people(people)} and {count(documents, 'document')} had a name that could be somebody's, and got an "
            f"id in its place; which is which is kept outside of the project, in {key}; with --keep-names names stay"
        )
    uncoded = {row["excerpt"] for row in carried.tables["excerpts"]} - {r["excerpt"] for r in carried.tables["codings"]}
    if uncoded:
        n = len(uncoded)
        told.append(f"{count(n, 'excerpt')} {verb(n, 'is', 'are')} left over: marked, and without a code")
    if not carried.tables["participants"]:
        return told
    consent = sum(row.get("consent_quote") == "yes" for row in carried.tables["participants"])
    n = len(carried.tables["participants"])
    told.append(
        f"consent_quote is yes for {consent} of {of_people(n)}: the words of everybody else are shown nowhere; write "
        "it into participants.csv for whoever agreed"
    )
    if carried.coders:
        told.append("coders are shown under the names that the program has for them")
    return told


def _next(name: str) -> list[str]:
    return [
        f"plr check {name}: what is wrong with the tables, row by row",
        "study.toml: set complete = true if every transcript was coded through; take out groupings you do not mean",
        f"plr run {name}: executes the notebooks on it",
    ]


def _plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, and an editor shows little else."""
    return re.sub(r"([|<>`*\[\]\\])", r"\\\1", " ".join(text.split()))


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)


# Other programs' files into a study's folder: read, made one, laid out, written whole, and reported.


@dataclass(frozen=True)
class Asked:
    """What is asked for beside the files: fields by column, and how to read what is not plain."""

    columns: Mapping[str, str]
    nesting: str = ""
    project: str = ""
    voices: Options = field(default_factory=Options)
    keep_names: bool = False
    replace: bool = False


def bring(paths: Sequence[Path], name: str, asked: Asked) -> tuple[Path, str]:
    """Make a study of files, and return its folder and the import report.

    Raises
    ------
    StudyError
        If any file cannot be read; it lists the faults of all of them, and nothing is written.
    RunError
        If a study of that name has rows already, and may not be replaced.
    """
    folder = place(name)
    _free(folder, name, asked.replace)
    columns, nesting = _from_settings(folder)
    columns |= asked.columns
    materials = _read_all(paths, columns, asked.nesting or nesting, asked.project)
    before = {} if asked.keep_names else read_key(name)
    whole = merge(materials)
    carried = carry(whole, asked.voices, before, keep_names=asked.keep_names)
    key = write_key(name, carried.renamed) if carried.renamed else None
    text = report(name, materials, carried, str(key or ""))
    fresh = _files(folder, name, carried)
    gone = [WORKBOOK] if (folder / WORKBOOK).is_file() else []
    return put(name, fresh | {REPORT_FILE: text.encode()}, replace=True, gone=gone), text


def _read_all(paths: Sequence[Path], columns: Mapping[str, str], nesting: str, project: str) -> list[Material]:
    materials: list[Material] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            materials += read(path, columns, nesting, project)
        except StudyError as error:
            faults += error.faults
        except OSError as error:
            faults.append(
                Fault(path.name, None, "", "the file cannot be opened", error.strerror or "", "", "check its path")
            )
    found = {name for material in materials for name in material.asked}
    sheets = [material for material in materials if material.header]
    for name, column in columns.items():
        if name not in found and not faults:
            allowed = "; ".join(f"{sheet.file}: {', '.join(sheet.header)}" for sheet in sheets) or "no sheet was given"
            faults.append(Fault("--map", None, name, "no sheet has such a column", column, allowed, "correct the name"))
    if faults:
        raise StudyError(", ".join(path.name for path in paths), faults)
    return materials


def _free(folder: Path, name: str, replace: bool) -> None:
    """Refuse to put rows where some are, unless that is asked for."""
    if not folder.exists() or replace:
        return
    filled = [f"{table}.csv" for table in TABLES if _has_rows(folder / f"{table}.csv")]
    if (folder / WORKBOOK).is_file() and (folder / WORKBOOK).read_bytes() != files(name)[WORKBOOK]:
        filled.append(WORKBOOK)
    if filled:
        what = ", ".join(filled)
        raise RunError(
            f"data/raw/{name}/ has rows already ({what}), and nothing was changed. Give all files of a study in one "
            "call: their people are put together by name. --replace puts imported rows in the place of those there"
        )


def _has_rows(path: Path) -> bool:
    return path.is_file() and len(path.read_bytes().strip().splitlines()) > 1


def _from_settings(folder: Path) -> tuple[dict[str, str], str]:
    """Return what a study.toml that is there says of columns, in [import]."""
    if not (folder / FILE).is_file():
        return {}, ""
    settings, faults, _ = read_settings(folder / FILE)
    if faults:
        raise StudyError(folder.name, faults)
    return dict(settings.columns), settings.nesting


def _files(folder: Path, name: str, carried: Carried) -> dict[str, bytes]:
    """Return the tables, and a study.toml where there is none that somebody has written."""
    fresh = tables_as_csv(carried)
    settings = folder / FILE
    if not settings.is_file() or settings.read_text(encoding="utf-8-sig") == template(name):
        fresh[FILE] = written(name, carried).encode()
    fresh[DICTIONARY] = files(name)[DICTIONARY]
    return fresh


def tables_as_csv(carried: Carried) -> dict[str, bytes]:
    """Return each table as the bytes of its CSV file, by the file's name."""
    return {f"{table}.csv": _csv(table, rows) for table, rows in carried.tables.items()}


def _csv(table: str, rows: Rows) -> bytes:
    """Return a table as CSV: the columns it may have, and those that its rows have beside them."""
    names = header(table).strip().split(",")
    names += [name for name in dict.fromkeys(name for row in rows for name in row) if name not in names]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
