"""`plr import` as a researcher uses it: one command, a study that runs, a report that reconciles, nothing overwritten."""
# ruff: noqa: E501 - rows of data and of files

import csv
import re
import sqlite3
from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.qualcoder_writer import coded
from importers.qualcoder_writer import project as qda
from importers.refi_writer import GROUP, made
from plrlib import load_study, presence
from plrlib.faults import RunError
from plrlib.importers.import_files import import_files
from plrlib.importers.material import Choices
from plrlib.importers.to_tables import to_tables
from plrlib.privacy.keys import key_file

PEOPLE = "participant,role,sector,consent_quote\nP01,manager,voluntary,yes\nP02,practitioner,statutory,\nP03,practitioner,voluntary,\nP04,manager,statutory,no\n"


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def ledger(report: str) -> dict[str, list[int]]:
    """Return the numbers of each kind in a report, read as a reader does: found, changes, written."""
    found: dict[str, list[int]] = {}
    kind = ""
    for first, _, number in re.findall(r"^\| (\w*) *\| ([^|]+) \| ([+-]?\d+) \|$", report, re.MULTILINE):
        kind = first or kind
        found.setdefault(kind, []).append(int(number))
    return found


def test_one_command_makes_a_study_that_runs(project, tmp_path):
    """From a project and a sheet of people to notebooks, without a line written by hand."""
    source = write(tmp_path, "a.qdpx", made()["windows line ends and a mark"])
    people = write(tmp_path, "people.csv", PEOPLE)
    done = project.plr("import", str(source), str(people), "--into", "mine")
    assert (done.returncode, done.stderr) == (0, "")
    folder = project.folder / "data" / "raw" / "mine"
    assert (folder / "import-report.md").read_text(encoding="utf-8").strip() in done.stdout
    checked = project.plr("check", "mine")
    assert checked.stdout.startswith("mine: sound, with 0 notes; 4 people, 7 excerpts, 5 codes in 3 themes")
    study = load_study("mine")
    assert set(study.settings.groupings) == {"role", "sector"}
    assert study.settings.coders == {"ann": "researcher", "bob": "researcher"}
    counted = presence(study, "sector", level="code", coder="bob")
    assert counted.set_index(["code", "group"]).loc[("cost", "voluntary"), "lower"] == 1
    project.notebook("01-a", "import plrlib\nprint(plrlib.load_study().participants['participant'].tolist())")
    assert project.plr("run", "mine").returncode == 0
    assert project.printed("01-a", "mine") == "['P01', 'P02', 'P03', 'P04']\n"


def test_the_report_reconciles_and_names_each_loss(project, tmp_path):
    source = write(tmp_path, "a.qdpx", made()["pictures and recordings"])
    folder, report = import_files([source], "mine", Choices())
    numbers = ledger(report)
    assert {kind: row[0] + sum(row[1:-1]) - row[-1] for kind, row in numbers.items()} == dict.fromkeys(numbers, 0)
    assert numbers["excerpts"][0] == 12
    assert sorted(numbers["excerpts"][1:-1]) == [-1, -1, -1, -1, 1]
    assert numbers["excerpts"][-1] == len(table(folder, "excerpts"))
    assert numbers["codings"][-1] == len(table(folder, "codings"))
    assert numbers["people"][-1] == len(table(folder, "participants"))
    for words in ("parts of pictures", "stretches of sound", "said by whoever leads the talk", "sets: 1", "left over"):
        assert words in report


def test_offsets_stand_in_the_table_and_are_those_of_the_words(project, tmp_path):
    folder, _ = import_files([write(tmp_path, "a.qdpx", made()["windows line ends and a mark"])], "mine", Choices())
    alone = [row for row in table(folder, "excerpts") if row["event"] == "FG1" and len(row["excerpt"]) == 5]
    assert len(alone) == 3
    for row in alone:
        assert GROUP[int(row["start"]) : int(row["end"])] == row["text"]


def test_nothing_is_replaced_unless_that_is_asked_for(project, tmp_path):
    source = write(tmp_path, "a.qdpx", made()["text in the project"])
    folder, _ = import_files([source], "mine", Choices())
    (folder / "claims.csv").write_text("claim,finding,gist\nC1,Mood,mine\n", encoding="utf-8")
    (folder / "study.toml").write_text('[study]\nid = "mine"\ntitle = "By hand"\n', encoding="utf-8")
    (folder / "own notes.txt").write_text("kept", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(RunError, match=r"has rows already \(participants.csv, .*--replace"):
        import_files([source], "mine", Choices())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    import_files([source], "mine", Choices(replace=True))
    assert (folder / "own notes.txt").read_text(encoding="utf-8") == "kept"
    assert 'title = "By hand"' in (folder / "study.toml").read_text(encoding="utf-8")


def test_a_study_begun_empty_is_filled(project, tmp_path):
    assert project.plr("new", "mine").returncode == 0
    folder, _ = import_files([write(tmp_path, "a.qdpx", made()["text in the project"])], "mine", Choices())
    assert 'reference_coder = "' in (folder / "study.toml").read_text(encoding="utf-8")
    assert len(load_study("mine").excerpts) == 7
    assert not (folder / "study.xlsx").exists()  # its sheets are blank, and the tables are in the CSV files


def test_a_workbook_that_somebody_filled_in_counts_as_rows(project, tmp_path):
    project.plr("new", "mine")
    book = Workbook()
    book.active.title = "participants"
    for row in (["participant"], ["P1"]):
        book.active.append(row)
    book.save(project.folder / "data" / "raw" / "mine" / "study.xlsx")
    with pytest.raises(RunError, match=r"study\.xlsx"):
        import_files([write(tmp_path, "a.qdpx", made()["text in the project"])], "mine", Choices())


def test_a_fault_in_any_file_writes_nothing_and_lists_all(project, tmp_path):
    sound = write(tmp_path, "a.qdpx", made()["text in the project"])
    bad, worse = write(tmp_path, "b.qdpx", b"PK\x03\x04broken"), write(tmp_path, "c.csv", "a,b\n1,2\n")
    raw = project.folder / "data" / "raw"
    before = sorted(p.name for p in raw.iterdir())
    done = project.plr("import", str(sound), str(bad), str(worse), str(tmp_path / "missing.qdpx"), "--into", "mine")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["b.qdpx", "c.csv", "missing.qdpx"]
    assert "3 faults found, nothing was done" in done.stderr
    assert sorted(p.name for p in raw.iterdir()) == before
    assert not key_file("mine").exists()


def test_a_mapping_stands_on_the_command_line_or_in_study_toml(project, tmp_path):
    text = "Speaker,Quote,fullCode,Age band\nP1,one,A > b,young\nP2,two,A > c,old\nP3,three,A > b,old\nP4,four,A > b,young\n"
    source = write(tmp_path, "a.csv", text)
    line = ["import", str(source), "--into", "mine", "--map", "participant=Speaker", "--map", "text=Quote",
            "--map", "code=fullCode", "--map", "age=Age band"]  # fmt: skip
    assert project.plr(*line).returncode == 0
    folder = project.folder / "data" / "raw" / "mine"
    assert [(row["participant"], row["age"]) for row in table(folder, "participants")] == [
        ("P1", "young"), ("P2", "old"), ("P3", "old"), ("P4", "young"),
    ]  # fmt: skip
    assert [(r["code"], r["parent"]) for r in table(folder, "codebook")] == [("A", ""), ("b", "A"), ("c", "A")]
    assert load_study("mine").settings.groupings["age"].levels == {"young": "Young", "old": "Old"}
    other = project.folder / "data" / "raw" / "other"
    other.mkdir()
    (other / "study.toml").write_text(
        '[study]\nid = "other"\n[import]\nnesting = ">"\n'
        'map = { participant = "Speaker", text = "Quote", code = "fullCode", age = "Age band" }\n',
        encoding="utf-8",
    )
    assert project.plr("import", str(source), "--into", "other").returncode == 0
    for name in ("participants", "excerpts", "codings", "codebook"):
        assert table(other, name) == table(folder, name)
    assert len(load_study("other").notes) == 0


def test_a_column_that_no_sheet_has_is_told_with_those_there_are(project, tmp_path):
    source = write(tmp_path, "a.csv", "Speaker,Quote,Code\nP1,one,A\n")
    done = project.plr("import", str(source), "--into", "mine", "--map", "participant=Talker")
    assert done.returncode == 1
    assert (
        "--map: participant: no sheet has such a column (found 'Talker'); allowed: a.csv: Speaker, Quote, Code"
        in done.stdout
    )


def test_a_pair_that_is_none_is_told(project, tmp_path):
    done = project.plr("import", "a.csv", "--into", "mine", "--map", "participant")
    assert done.returncode == 2
    assert "--map takes FIELD=COLUMN" in done.stderr


def test_real_names_are_kept_outside_of_the_project_and_stay_the_same(project, tmp_path):
    text = "Siobhán: it costs\nBen: I know\nSiobhán: so much\n"
    rows = {
        "source": [{"id": 1, "name": "Talk with Siobhán", "fulltext": text}],
        "code_name": [{"cid": 1, "name": "cost"}],
        "code_text": [coded(text, "it costs", 1, "ann"), coded(text, "I know", 1, "ann")],
    }
    source = qda(tmp_path / "a.qda", rows)
    folder, report = import_files([source], "mine", Choices())
    key = key_file("mine")
    assert project.folder not in key.parents
    assert (
        key.read_text(encoding="utf-8")
        == "kind,name,id\nperson,Siobhán,P1\nperson,Ben,P2\nfocus group,Talk with Siobhán,FG1\n"
    )
    assert key.stat().st_mode & 0o077 == 0
    written = {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.suffix != ".xlsx"}
    assert [name for name, content in written.items() if "Siobh" in content or "Ben" in content] == []
    assert str(key) in report
    with sqlite3.connect(source / "data.qda") as base:
        base.execute("update source set fulltext = 'Cleo: no\n' || fulltext")
        base.execute("update code_text set pos0 = pos0 + 9, pos1 = pos1 + 9")
    base.close()
    import_files([source], "mine", Choices(replace=True))
    assert [row["participant"] for row in table(folder, "participants")] == ["P3", "P1", "P2"]


def test_words_are_shown_only_for_those_who_said_yes(project, tmp_path):
    """What comes from another program has nobody's consent until somebody writes it down."""
    import_files([write(tmp_path, "a.qdpx", made()["text in the project"])], "mine", Choices())
    project.notebook("01-a", "import plrlib\ns = plrlib.load_study()\nprint(plrlib.text_of(s).dropna().tolist())")
    project.plr("run", "mine")
    assert project.printed("01-a", "mine") == "[]\n"


def test_an_import_is_the_same_each_time(project, tmp_path):
    source = write(tmp_path, "a.qdpx", made()["cases by passage"])
    folder, _ = import_files([source], "mine", Choices())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    import_files([source], "mine", Choices(replace=True))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_codebook_alone_begins_a_study(project, tmp_path):
    source = write(tmp_path, "codes.csv", "code,parent,definition\nA,,all\nb,A,some\n")
    folder, report = import_files([source], "mine", Choices())
    assert [(r["code"], r["parent"], r["definition"]) for r in table(folder, "codebook")] == [
        ("A", "", "all"),
        ("b", "A", "some"),
    ]
    assert "there are no people, marked passages or codings" in report
    assert table(folder, "participants") == []


def test_numbers_that_do_not_add_up_stop_the_import(project, tmp_path, monkeypatch):
    def wrong(*arguments, **more):
        done = to_tables(*arguments, **more)
        del done.tables["codings"][0]
        return done

    monkeypatch.setattr("plrlib.importers.import_files.to_tables", wrong)
    with pytest.raises(RuntimeError, match="codings: 8 found"):
        import_files([write(tmp_path, "a.qdpx", made()["text in the project"])], "mine", Choices())
    assert not (project.folder / "data" / "raw" / "mine").exists()
