"""A study begun with `plr new`: the right headers, the dictionary, the workbook, and nothing written over."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from plrlib import StudyError, load_study
from plrlib.exporters.files import write_folder
from plrlib.faults import RunError
from plrlib.importers.new_study import DICTIONARY, folder_of, new_files, new_study
from plrlib.paths import WORKBOOK
from plrlib.study.schema import TABLES

COMMITTED = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_committed_dictionary_is_that_of_the_code():
    assert COMMITTED.read_bytes() == new_files("any")[DICTIONARY]


def test_a_new_study_has_every_table_and_only_lacks_rows(project):
    folder = new_study("mine")
    assert folder == project.folder.resolve() / "data" / "raw" / "mine"
    for name, table in TABLES.items():
        assert (folder / f"{name}.csv").read_text(encoding="utf-8") == ",".join(table.names) + "\n"
    with pytest.raises(StudyError) as error:
        load_study("mine")
    required = sorted(f"{name}.csv" for name, table in TABLES.items() if table.required)
    assert [(f.file, f.message) for f in sorted(error.value.faults, key=lambda f: f.file)] == [
        (name, "the table is empty") for name in required
    ]


def test_the_workbook_has_the_same_tables_with_lists_and_frozen_headers(project):
    book = load_workbook(new_study("mine") / WORKBOOK)
    assert book.sheetnames == list(TABLES)
    for name, table in TABLES.items():
        page = book[name]
        assert [cell.value for cell in page[1]] == [column.name for column in table.columns]
        assert page.max_row == 1
        assert page.freeze_panes == "B2"
        lists = {str(v.sqref).split("2:")[0]: v.formula1 for v in page.data_validations.dataValidation}
        letters = {column.name: page.cell(1, n).column_letter for n, column in enumerate(table.columns, 1)}
        for column in table.columns:
            if column.allowed:
                assert lists[letters[column.name]] == f'"{",".join(column.allowed)}"'
    assert book["excerpts"].data_validations.dataValidation
    assert book["participants"].column_dimensions["A"].number_format == "@"


def test_the_workbook_is_the_same_whenever_it_is_made():
    assert new_files("a")[WORKBOOK] == new_files("b")[WORKBOOK]


def test_nothing_is_written_over(project):
    folder = new_study("mine")
    (folder / "participants.csv").write_text("participant\nP1\n", encoding="utf-8")
    with pytest.raises(RunError, match="is there already; nothing was written"):
        new_study("mine")
    assert (folder / "participants.csv").read_text(encoding="utf-8") == "participant\nP1\n"


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "/etc", "a b", ".a", "a.", "con", "NUL.txt", "x" * 90, "plr0809-017"]
)
def test_a_name_is_plain(project, name):
    with pytest.raises(RunError, match=r"no name for a study|comes with the project"):
        folder_of(name)
    assert sorted(p.name for p in (project.folder / "data" / "raw").iterdir()) == ["plr0809-017"]


@pytest.mark.parametrize("when", ["while files are written", "between the two moves", "before the old one is gone"])
def test_whoever_is_stopped_loses_nothing(project, monkeypatch, when):
    folder = write_folder(project.folder / "data" / "raw" / "mine", {"a.csv": b"old", "b.csv": b"old"})

    class Stop(BaseException):
        pass

    moves = []

    def stopped(self, target):
        moves.append(target)
        if when == "between the two moves" and len(moves) == 2:
            raise Stop
        return rename(self, target)

    def never(*_):
        raise Stop

    rename = Path.rename
    if when == "while files are written":
        monkeypatch.setattr("os.fsync", never)
    elif when == "between the two moves":
        monkeypatch.setattr(Path, "rename", stopped)
    else:
        monkeypatch.setattr(
            "plrlib.exporters.files.shutil.rmtree", lambda path, **_: never() if path.exists() else None
        )
    with pytest.raises(Stop):
        write_folder(folder, {"a.csv": b"new"})
    monkeypatch.undo()
    monkeypatch.chdir(project.folder)
    there = folder if folder.exists() else folder.with_name(".mine.old")
    assert (there / "b.csv").read_bytes() == b"old"
    assert (there / "a.csv").read_bytes() == (b"new" if when == "before the old one is gone" else b"old")
    assert folder_of("mine") == folder.resolve()  # which brings it back where it was moved aside
    write_folder(folder, {"a.csv": b"newer"})
    assert ((folder / "a.csv").read_bytes(), (folder / "b.csv").read_bytes()) == (b"newer", b"old")
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == []


def fill(folder, **rows):
    """Write rows into the workbook as somebody would."""
    book = load_workbook(folder / WORKBOOK)
    for name, entries in rows.items():
        for entry in entries:
            book[name].append(entry)
    book.save(folder / WORKBOOK)


ROWS = {
    "participants": [["P1", "manager"], ["P02", "practitioner"]],
    "excerpts": [["E1", "P1"], ["E2", "P02"]],
    "codings": [["E1", "ann", "c1"], ["E2", "ann", "c1"]],
    "codebook": [["T1", None, "A theme"], ["c1", "T1", "A code"]],
}


@pytest.mark.parametrize("given", ["mine", "the path", "the workbook"])
def test_the_workbook_is_read_in_place_of_the_csv(project, given):
    folder = new_study("mine")
    fill(folder, **ROWS)
    study = load_study({"mine": "mine", "the path": folder, "the workbook": folder / WORKBOOK}[given])
    assert list(study.participants["participant"]) == ["P1", "P02"]
    assert list(study.participants["role"]) == ["manager", "practitioner"]
    assert WORKBOOK in study.sources
    assert len(study.notes) == 0


def test_a_table_with_rows_in_both_is_a_fault(project):
    folder = new_study("mine")
    fill(folder, **ROWS)
    (folder / "codebook.csv").write_text("code,parent,label\nT1,,A theme\nc1,T1,A code\n", encoding="utf-8")
    with pytest.raises(
        StudyError, match=r"codebook\.csv: codebook\.csv and the sheet of that name in study.xlsx both have"
    ):
        load_study("mine")
    (folder / "codebook.csv").write_text(",".join(TABLES["codebook"].names) + "\n", encoding="utf-8")
    assert len(load_study("mine").codebook) == 2


def test_faults_in_the_workbook_say_sheet_and_row(project):
    folder = new_study("mine")
    fill(folder, **ROWS | {"codings": [["E1", "ann", "c1"], ["E9", "ann", "c1"]]})
    with pytest.raises(StudyError) as error:
        load_study("mine")
    (fault,) = error.value.faults
    assert (fault.file, fault.row, fault.column, fault.value) == ("study.xlsx[codings]", 3, "excerpt", "E9")


def test_a_damaged_workbook_is_one_fault(project):
    folder = new_study("mine")
    (folder / WORKBOOK).write_bytes((folder / WORKBOOK).read_bytes()[:4000])
    with pytest.raises(StudyError) as error:
        load_study("mine")
    assert [fault.file for fault in error.value.faults if "damaged" in fault.message] == [WORKBOOK]


def test_what_is_new_can_be_filled_in_as_csv(project):
    folder = new_study("mine")
    for name, entries in ROWS.items():
        width = len(TABLES[name].columns)
        text = io.StringIO()
        csv.writer(text).writerows([*row, *[""] * (width - len(row))] for row in entries)
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
    assert len(load_study("mine").excerpts) == 2
