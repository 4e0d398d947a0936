"""A study as a whole: found, read, and every fault of it told at once."""

import copy
import dataclasses
import pickle

import pandas as pd
import pytest
from study_maker import LEAST, RICH_TOML, changed, faults, least, rich, ten_faults

import plrlib
from plrlib import NotInStudy, StudyError, load_study
from plrlib.study.schema import TABLES

TEN = [
    ("codebook.csv", 3, "parent", "c2"),
    ("codings.csv", 2, "excerpt", "e1"),
    ("codings.csv", 4, "coder", "ben"),
    ("excerpts.csv", 5, "participant", ""),
    ("excerpts.csv", 7, "event", "FG9"),
    ("excerpts.csv", 7, "excerpt", "E04"),
    ("margins.csv", 3, "n", "9"),
    ("participants.csv", 3, "participant", "R1-1"),
    ("participants.csv", 3, "sector", "private"),
    ("participants.csv", 4, "", "5 cells"),
]


def test_ten_different_faults_are_told_at_once(tmp_path):
    found = faults(ten_faults(tmp_path))
    assert [(f.file, f.row, f.column, f.value) for f in found] == TEN
    assert len({f.message for f in found}) == 10


def test_a_study_with_every_table(tmp_path):
    study = load_study(rich(tmp_path))
    assert study.notes.empty
    assert study.withdrawn == 0
    assert set(study.tables) == set(TABLES)
    assert study.folder == tmp_path.resolve()
    assert list(study.sources) == sorted([*(f"{name}.csv" for name in TABLES), "study.toml"])
    for name, table in TABLES.items():
        columns = [c.name for c in table.columns if c.kind != "words"]
        assert list(getattr(study, name)) == columns
    assert study.participants["sector"].cat.categories.tolist() == ["voluntary", "statutory"]
    assert study.codings["code"].cat.categories.tolist() == study.codebook["code"].tolist() == ["T1", "T2", "c1", "c2"]
    assert study.codings["coder"].cat.categories.tolist() == ["anna", "ben"]
    assert study.events["order"].dtype == "Int64"
    assert study.excerpts["gist"].dtype == "str"
    assert study.excerpts["n_words"].tolist() == [3, 3, 4, 4]
    assert study.participants["sector"].isna().tolist() == [False, False, False, True]
    assert study.envelopes["theme"].isna().tolist() == [False, True]
    assert study.themes["code"].tolist() == ["T1", "T2"]
    assert repr(study) == "<Study rich: 4 participants, 4 excerpts, 4 codes; collected>"


def test_the_least_study(tmp_path):
    study = load_study(least(tmp_path))
    assert set(study.tables) == set(LEAST)
    assert study.attendance.empty
    assert list(study.attendance) == ["participant", "event", "words"]
    assert study.participants["consent_quote"].isna().all()
    assert study.participants["withdrawn"].cat.categories.tolist() == ["yes", "no"]


def test_events_that_no_table_lists_are_those_that_are_named(tmp_path):
    people = "participant,focus_group\nR1,FG2\nR2,FG1\n"
    excerpts = "excerpt,participant,event\nE01,R1,FG2\nE02,,FG1;INT\n"
    study = load_study(least(tmp_path, participants=people, excerpts=excerpts))
    assert study.events["event"].tolist() == ["FG2", "FG1", "INT"]
    assert study.events["kind"].tolist()[:2] == ["focus group", "focus group"]
    assert pd.isna(study.events["kind"][2])
    assert study.participants["focus_group"].cat.categories.tolist() == ["FG2", "FG1", "INT"]
    assert study.excerpts["event"].tolist() == ["FG2", "FG1;INT"]


def test_levels_stand_in_the_order_declared_even_where_nobody_has_them(tmp_path):
    toml = (
        '[study]\nid = "made"\n[groupings.age]\ncolumn = "age"\nlevels = { old = "Old", young = "Young", none = "?" }\n'
    )
    study = load_study(least(tmp_path, toml, participants="participant,age\nR1,young\nR2,old\n"))
    assert study.participants["age"].cat.categories.tolist() == ["old", "young", "none"]


def test_values_of_a_reading_stand_as_declared_then_as_they_come(tmp_path):
    toml = RICH_TOML + '[readings.market_side]\nlevels = { z = "Nothing", b = "Second" }\n'
    book = "code,parent,label,market_side\nT1,,A theme,\nT2,,Another,a\nc1,T1,A code,b\nc2,T2,Another code,c\n"
    study = load_study(rich(tmp_path, toml, codebook=book))
    assert study.codebook["market_side"].cat.categories.tolist() == ["z", "b", "a", "c"]
    assert list(study.codebook) == list(load_study("plr0809-017").codebook)


def test_possible_values_are_written_in_one_way(tmp_path):
    text = "excerpt,event\nE01,FG1;FG2\nE02, FG1 ; FG2;\n"
    study = load_study(rich(tmp_path, excerpts=text, codings="excerpt,coder,code\nE01,anna,c1\n", envelopes=None))
    assert study.excerpts["event"].tolist() == ["FG1;FG2", "FG1;FG2"]


def test_every_id_column_of_one_thing_has_the_same_categories(tmp_path):
    study = load_study(rich(tmp_path))
    for name, table in TABLES.items():
        for column in table.columns:
            key = TABLES[column.refers].key[0] if column.refers in TABLES else ""
            if key and not column.several:
                ids = getattr(study, column.refers)[key]
                assert getattr(study, name)[column.name].dtype == ids.dtype, (name, column.name)


def test_loading_twice_gives_the_same(tmp_path):
    one, other = load_study(rich(tmp_path)), load_study(rich(tmp_path))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.sources == other.sources


def test_what_a_study_lacks_is_said_in_a_sentence(tmp_path):
    study = load_study(least(tmp_path))
    with pytest.raises(NotInStudy, match=r"This study has no envelopes\.csv and claims\.csv, so"):
        study.needs("codings", "envelopes", "claims")
    with pytest.raises(NotInStudy, match="no grouping called 'sector'; those it declares: none"):
        study.grouping("sector")
    study.needs("codings")
    assert load_study(rich(tmp_path / "rich")).grouping("sector").label == "Sector"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one study in data/raw/, in which the test is run."""
    least(tmp_path / "data" / "raw" / "made")
    (tmp_path / "data" / "raw" / ".hidden").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("below", [".", "data/raw", "data/raw/made"])
def test_a_study_by_its_name_from_anywhere_in_the_project(project, monkeypatch, below):
    monkeypatch.chdir(project / below)
    assert load_study("made").folder == project / "data" / "raw" / "made"


def test_a_study_by_its_path(project, monkeypatch):
    folder = least(project / "elsewhere" / "made")
    assert load_study(folder).folder == folder
    assert load_study(str(folder)).folder == folder
    assert load_study("elsewhere/made").folder == folder
    monkeypatch.chdir(folder)
    assert load_study(".").folder == folder
    assert load_study("made").folder == project / "data" / "raw" / "made"


@pytest.mark.parametrize("name", ["unknown", "", "made/participants.csv", "no/such/path", "Made\n"])
def test_a_study_that_is_not_there(project, name):
    with pytest.raises(FileNotFoundError) as caught:
        load_study(name)
    assert str(caught.value).startswith(f"no study called {name!r}")
    assert "there: made)" in str(caught.value)


def test_a_folder_without_a_study_lacks_everything(project):
    (project / "empty").mkdir()
    with pytest.raises(StudyError) as caught:
        load_study("empty")
    assert {f.file for f in caught.value.faults} == {"study.toml", *(f"{name}.csv" for name in LEAST)}
    assert str(caught.value).startswith("empty: 5 faults found\n")


def test_the_parent_folder_is_a_path_and_no_name(project, monkeypatch):
    (project / "data" / "other").mkdir()
    monkeypatch.chdir(project / "data" / "other")
    with pytest.raises(StudyError):
        load_study("..")  # data/ itself: nothing of a study is in it


def test_a_folder_that_is_called_like_a_table(tmp_path):
    (least(tmp_path) / "events.csv").mkdir()
    assert load_study(tmp_path).events.empty


# Nothing that a respondent said may get out by itself.
CANARY = "zanzibar"


def said(text):
    """Return a study's tables with the canary in every text."""
    return {"excerpts": text.replace("words of", f"{CANARY} of")}


def test_a_study_shows_no_words(tmp_path):
    study = load_study(rich(tmp_path, **said(changed("excerpts", "words of one", "words of nobody")["excerpts"])))
    assert CANARY in str(plrlib.text_of(study).tolist())  # they are there
    shown = [
        repr(study),
        str(study),
        repr(study.texts),
        str(vars(study).keys()),
        repr(study.notes),
        repr(study.settings),
    ]
    for name in TABLES:
        frame = getattr(study, name)
        assert "text" not in frame
        frame.to_parquet(tmp_path / f"{name}.parquet")
        shown += [
            frame.to_csv(),
            repr(frame.dtypes),
            str(frame.attrs),
            (tmp_path / f"{name}.parquet").read_bytes().decode("latin-1"),
        ]
        pickle.dumps(frame)
    assert CANARY not in "".join(shown)
    assert len(study.texts) == 4
    with pytest.raises(TypeError):
        list(study.texts)


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_the_words_refuse_to_be_copied(tmp_path, take):
    study = load_study(rich(tmp_path))
    with pytest.raises(TypeError, match=r"use plrlib\.text_of"):
        take(study.texts)


@pytest.mark.parametrize(
    "take", [pickle.dumps, copy.deepcopy, dataclasses.asdict], ids=["pickle", "deepcopy", "asdict"]
)
def test_a_study_with_words_refuses_to_be_copied(tmp_path, take):
    with pytest.raises(TypeError, match=r"use plrlib\.text_of"):
        take(load_study(rich(tmp_path)))


def test_no_fault_repeats_what_was_said(tmp_path):
    tables = {
        "excerpts": (
            "excerpt,participant,event,role,sector,quantifier,form,text,gist,odd\n"
            f"E01,R9,FG9,x,y,several,said,{CANARY},,\n"
            f"E01,,,,,,,{CANARY},,\n"
            f'E03,"R1\n{CANARY}",,,,,,{CANARY},,\n'
            f"E04,R1,,,,,,{CANARY}, {CANARY},,\n"
            f'E05,R1,,,,,,"he said "{CANARY}"",,\n'
            f'E06,R1,,,,,,"{CANARY}\n'
            f"E07,R9,,,,,,{CANARY},,\n"
        ),
        "codings": "excerpt,coder,code\nE99,anna,c1\n",
    }
    found = faults(rich(tmp_path, **tables))
    assert {f.row for f in found if f.file == "excerpts.csv"} >= {2, 3, 4, 6, 7, 8, 9}
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path)
    shown = [str(caught.value), repr(caught.value), caught.value.frame().to_csv(), *caught.value._render_traceback_()]
    assert CANARY not in "".join(shown)
    assert CANARY.encode() not in pickle.dumps(caught.value)


@pytest.mark.parametrize(
    "excerpts",
    [
        f"E01,R1,{CANARY}\nE02,R2,{CANARY}\n",  # no header
        f'excerpt,"participant,text\nE01,R1,{CANARY}\nE02,R2,{CANARY}\n',  # a header that does not end
        f'excerpt,participant,"text\nE01,R1,{CANARY}"\nE02,R2,{CANARY}\n',
        f"excerpt;participant,text\nE01,R1,{CANARY}\n",
        f"excerpt,participant,text\n{CANARY},R1,{CANARY}, and more\n".replace(f"\n{CANARY}", "\nE01"),
        f"excerpt,participant,text\nE01,R1,{CANARY}\0\n",
        f"excerpt,participant,text\nE01,R1,{CANARY}\n".encode("utf-16"),
        f"excerpt,participant,text\nE01,R1,{CANARY}".encode() + b"\x8d\n",
        f"excerpt,participant,text, Text\nE01,R1,{CANARY},{CANARY}\n",
        f"excerpt,text,text\nE01,{CANARY},{CANARY}\n",
    ],
)
def test_no_fault_of_a_whole_file_repeats_what_was_said(tmp_path, excerpts):
    found = faults(least(tmp_path, excerpts=excerpts))
    assert found
    assert CANARY not in "".join(map(repr, found))
