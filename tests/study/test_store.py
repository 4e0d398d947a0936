"""The store of answers: what is looked up is what would be computed, and what depends on anything else is computed."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plrlib import Study, compare, load_study, presence
from plrlib.stats.change import change
from plrlib.study import store
from plrlib.study.prepared import stored
from plrlib.study.store import FOLDER, delete, discard_stale

asked: list[str] = []


@stored
def counted(study: Study, what: str = "theme", *, more: float = 0.5) -> pd.DataFrame:
    """Answer with a frame of every kind of column, and say that it was asked."""
    asked.append(what)
    return pd.DataFrame(
        {
            "code": pd.Categorical(["a", "b"], categories=["b", "a", "c"]), "n": pd.array([1, None], dtype="Int64"),
            "p": pd.array([0.1 + 0.2, None], dtype="Float64"), "share": [np.nan, 1 / 3], "many": [1, 2**53],
            "yes": [True, False], "why": pd.array(["", None], dtype="str"), "method": np.array([None, "within"]),
        }
    )  # fmt: skip


@stored
def spoken(study: Study) -> pd.DataFrame:
    """Answer with what a file would not give back the same."""
    asked.append("spoken")
    return pd.DataFrame({"who": [("P1", "P2"), ()]})


@pytest.fixture(scope="module")
def worked() -> Study:
    return load_study("worked-example")


@pytest.fixture
def study(worked: Study) -> Study:
    return replace(worked)


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLR_STORE", str(tmp_path))
    asked.clear()
    return tmp_path


def answers(results: Path, study: Study) -> list[Path]:
    return sorted((results / study.id / FOLDER).glob("*.json"))


def test_plain_calls_use_no_store(study, results, monkeypatch):
    monkeypatch.delenv("PLR_STORE")
    counted(study), counted(replace(study))
    assert asked == ["theme", "theme"]
    assert not list(results.iterdir())


def test_what_is_looked_up_is_what_was_computed(study, results):
    first, second, other = counted(study), counted(replace(study)), counted(replace(study))
    assert asked == ["theme"]
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(first, other, check_exact=True)
    assert second["p"][0] == 0.1 + 0.2


def test_an_array_keeps_its_shape_and_type(study, results):
    seen = stored(lambda study: np.arange(12, dtype=np.int64).reshape(2, 3, 2))
    first, second = seen(study), seen(replace(study))
    assert len(answers(results, study)) == 1
    assert (second.dtype, second.shape, second.tolist()) == (first.dtype, first.shape, first.tolist())


@pytest.mark.parametrize("other", [{"what": "code"}, {"more": 0.25}])
def test_every_argument_counts(study, results, other):
    counted(study), counted(study, **other)
    assert len(asked) == 2


def test_one_cell_makes_another_answer(study, results):
    counted(study)
    people = study.participants.copy()
    column = next(c for c in people if c != "participant" and isinstance(people[c].dtype, pd.CategoricalDtype))
    people.loc[0, column] = next(c for c in people[column].cat.categories if c != people.loc[0, column])
    counted(replace(study, participants=people))
    assert len(asked) == 2


def test_a_setting_makes_another_answer(study, results):
    counted(study), counted(replace(study, settings=replace(study.settings, seed=study.settings.seed + 1)))
    assert len(asked) == 2


def test_one_line_of_the_library_makes_another_answer(study, results, monkeypatch, tmp_path):
    counted(study)
    copy = tmp_path / "plrlib"
    shutil.copytree(store._PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(store, "_PACKAGE", copy)
    store._library.cache_clear()
    counted(replace(study))
    assert len(asked) == 1  # a copy is the same library
    with (copy / "stats" / "comparison" / "exact.py").open("a", encoding="utf-8") as file:
        file.write("# one line more\n")
    store._library.cache_clear()
    counted(replace(study))
    store._library.cache_clear()
    assert len(asked) == 2


def test_a_version_of_what_counts_makes_another_answer(study, results, monkeypatch):
    counted(study)
    monkeypatch.setattr(store, "version", lambda name: "0")
    store._library.cache_clear()
    counted(replace(study))
    store._library.cache_clear()
    assert len(asked) == 2


@pytest.mark.parametrize("at", [0, 63, 64, 65, -2, -1])
def test_one_byte_otherwise_is_computed_again(study, results, at):
    first = counted(study)
    (path,) = answers(results, study)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))
    pd.testing.assert_frame_equal(counted(replace(study)), first)
    assert len(asked) == 2
    counted(replace(study))
    assert len(asked) == 2  # and put down whole


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"nothing"])
def test_what_cannot_be_read_is_computed_again(study, results, content):
    counted(study)
    (path,) = answers(results, study)
    path.write_bytes(content)
    counted(replace(study))
    assert len(asked) == 2


def test_what_would_not_come_back_the_same_is_not_put_down(study, results):
    spoken(study), spoken(replace(study))
    assert asked == ["spoken", "spoken"]
    assert not answers(results, study)


def test_a_place_that_cannot_be_written_costs_time_alone(study, results):
    (results / study.id).write_text("a file where the folder would be")
    counted(study), counted(replace(study))
    assert len(asked) == 2


def test_a_study_that_changed_has_its_answers_deleted_first(study, results):
    """Consent and withdrawals are cells of a table, or rows that are gone."""
    counted(study)
    (before,) = answers(results, study)
    changed = replace(study, withdrawn=study.withdrawn + 1)
    counted(changed, "code")
    assert before not in answers(results, study)
    assert len(answers(results, study)) == 1


def test_what_is_stale_is_discarded_and_what_is_not_stays(study, results):
    counted(study)
    discard_stale(study, results)
    assert len(answers(results, study)) == 1
    discard_stale(replace(study, withdrawn=study.withdrawn + 1), results)
    assert not (results / study.id / FOLDER).exists()


def test_a_mask_deletes_all_answers(study, results, monkeypatch):
    monkeypatch.setattr(store, "processed", lambda name: results / name)
    counted(study)
    delete(study.id)
    assert not (results / study.id / FOLDER).exists()


def test_two_at_once_do_not_disturb_each_other(study, results):
    copies = [replace(study) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(counted, copies))
    for one in found:
        pd.testing.assert_frame_equal(one, found[0])
    assert len(answers(results, study)) == 1
    assert not list((results / study.id / FOLDER).glob("*.tmp"))


RUN = """
import sys
from plrlib import compare, load_study
study = load_study("worked-example")
for by in study.settings.groupings:
    for fragility in (False, True):
        print(compare(study, by, fragility=fragility, other_coders=True).frame.to_json(double_precision=15))
"""


def test_two_runs_at_once_and_a_full_store_say_the_same(results):
    def run() -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, encoding="utf-8")

    with run() as one, run() as other:
        empty = one.communicate()[0], other.communicate()[0]
    with run() as again:
        full = again.communicate()[0]
    assert empty[0] == empty[1] == full
    assert len(full) > 1000


@pytest.mark.parametrize("name", ["worked-example", "plr0809-017"])
def test_statistics_say_the_same_from_an_empty_store_and_from_a_full_one(name, results, monkeypatch):
    study = load_study(name)
    groupings = list(study.settings.groupings)

    def told(copy: Study) -> list[pd.DataFrame]:
        found = [compare(copy, by) for by in groupings]
        frames = [frame for one in found for frame in (one.frame, one.counts, one.other_coders)]
        frames += [presence(copy, by, "code") for by in groupings]
        return [*frames, change(copy)] if name == "worked-example" else frames

    empty, full = told(study), told(replace(study))
    n = len(answers(results, study))
    assert n >= 2 * len(groupings)
    monkeypatch.delenv("PLR_STORE")
    for one, two, plain in zip(empty, full, told(replace(study)), strict=True):
        pd.testing.assert_frame_equal(one, plain, check_exact=True)
        pd.testing.assert_frame_equal(two, plain, check_exact=True)
    content = "".join(path.read_text(encoding="utf-8") for path in answers(results, study))
    assert str(Path.cwd()) not in content
    table = pd.read_csv(study.folder / "excerpts.csv", dtype="str")
    texts = table[[c for c in ("text", "gist") if c in table]].stack()
    assert len(texts) > 20
    assert not [text for text in texts if text in content]
