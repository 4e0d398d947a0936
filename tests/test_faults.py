"""A fault, and the error that carries all of them."""

import pickle
import re
import tomllib
from pathlib import Path

import pandas as pd

import plrlib
from plrlib import Fault, StudyError
from plrlib.faults import NotInStudy, as_frame, told

FULL = Fault("excerpts.csv", 7, "event", "is not in events.csv", "FG9", "FG1, FG2", "correct it")
SHORT = Fault("codings.csv", None, "", "the table is missing")


def test_a_fault_is_one_line():
    expected = "excerpts.csv:7: event: is not in events.csv (found 'FG9'); allowed: FG1, FG2; correct it"
    assert str(FULL) == expected
    assert str(SHORT) == "codings.csv: the table is missing"


def test_a_fault_stays_one_line_whatever_it_holds():
    fault = Fault("a.csv", 1, "two\nlines", "odd\x1b[31m", "x\r\ny", "\u2028", "z\0")
    assert str(fault).isprintable()
    assert str(fault) == r"a.csv:1: two\nlines: odd\x1b[31m (found 'x\r\ny'); allowed: \u2028; z\x00"


def test_faults_stand_by_file_and_line():
    later = Fault("excerpts.csv", 12, "event", "x")
    error = StudyError("made", [later, FULL, SHORT])
    assert str(error).splitlines() == ["made: 3 faults found", str(SHORT), str(FULL), str(later)]
    assert error.frame()["row"].tolist() == [pd.NA, 7, 12]
    assert str(StudyError("made", [SHORT])).splitlines()[0] == "made: 1 fault found"


def test_a_frame_of_faults_has_its_types_even_without_rows():
    assert as_frame([]).dtypes.equals(as_frame([FULL, SHORT]).dtypes)


def test_an_error_can_be_pickled():
    error = pickle.loads(pickle.dumps(StudyError("made", [FULL])))
    assert (error.study, error.faults) == ("made", (FULL,))


def test_a_notebook_shows_the_faults_and_no_lines_of_code():
    many = [Fault("codings.csv", i, "code", "is not there") for i in range(2, 1002)]
    shown = StudyError("made", many)._render_traceback_()
    assert len(shown) == 42
    assert shown[-1] == "… and 960 more: `plr check` lists them all"
    assert len(str(StudyError("made", many)).splitlines()) == 1001
    assert NotInStudy("This study has no events.csv.")._render_traceback_() == ["This study has no events.csv."]


def test_what_is_worded_is_told_and_what_is_told_is_worded():
    library = Path(plrlib.__file__).parent
    worded = tomllib.loads((library / "faults.toml").read_text(encoding="utf-8"))
    modules = [path for part in ("study", "privacy") for path in (library / part).rglob("*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in modules)
    assert {code for code in worded if f'"{code}"' not in source} == set()
    assert set(re.findall(r'\b(?:told|_fault|fault)\(\s*"(\w+)"', source)) <= set(worded)
    assert all({"message"} <= set(texts) <= {"message", "allowed", "remedy"} for texts in worded.values())


def test_a_fault_is_told_in_its_words_whatever_they_hold():
    fault = told("same_name", "{file}.csv", 1, "{column}", "{0}")
    expected = Fault("{file}.csv", 1, "{column}", "two columns have the same name", "{0}", "", "keep one of them")
    assert fault == expected
