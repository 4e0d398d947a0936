"""Other programs' files into a study's folder: read, made one, laid out, written whole, and reported."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plrlib.faults import Fault, StudyError
from plrlib.ingest.carry import Carried, Rows, carry
from plrlib.ingest.material import Material
from plrlib.ingest.merge import merge
from plrlib.ingest.recognise import read
from plrlib.ingest.voices import Options
from plrlib.intake import report
from plrlib.intake.blank import DICTIONARY, files, header, template
from plrlib.intake.put import place, put
from plrlib.intake.settings import written
from plrlib.places import WORKBOOK
from plrlib.privacy.keys import read_key, write_key
from plrlib.settings import FILE
from plrlib.study_toml import read_settings
from plrlib.suite.errors import RunError
from plrlib.tables import TABLES


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
    text = report.report(name, materials, carried, str(key or ""))
    fresh = _files(folder, name, carried)
    gone = [WORKBOOK] if (folder / WORKBOOK).is_file() else []
    return put(name, fresh | {report.FILE: text.encode()}, replace=True, gone=gone), text


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
