"""A plan that is frozen: its date, what was there then, and whether it has changed since."""

import pytest

import plrlib
from plrlib import compare, load_study, show
from plrlib.faults import RunError
from plrlib.study.plans import as_frozen, digest, freeze, read

from ..made import TOML, made, said

PLANNED = TOML + '\n[[comparisons]]\nby = "sector"\n'


def first_lines(study):
    return " ".join(map(str, show.compared_say(study, compare(study, "sector")).sentences))


def test_a_plan_put_on_record_before_there_are_data(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "study.toml").write_text(PLANNED, encoding="utf-8")
    frozen = freeze(folder, "2026-03-01")
    assert (frozen.date, frozen.excerpts) == ("2026-03-01", 0)
    study = made(tmp_path, PLANNED, **said("V1,,,, > c1"))
    (study.folder / "plan.toml").write_bytes((folder / "plan.toml").read_bytes())
    assert as_frozen(study) == (frozen, False)
    assert "put on record on 2026-03-01, before there were data" in first_lines(study)


def test_the_day_of_the_first_data_is_named_where_it_is_known(tmp_path):
    study = made(
        tmp_path, PLANNED, events="event,kind,date\nA,focus group,2026-04-12\nB,focus group,2026-05-01\n",
        **said("V1,,,, > c1"),
    )  # fmt: skip
    (study.folder / "excerpts.csv").rename(study.folder / "kept.csv")
    freeze(study.folder, "2026-03-01")
    (study.folder / "kept.csv").rename(study.folder / "excerpts.csv")
    assert "before the data of 2026-04-12" in first_lines(load_study(study.folder))


def test_a_plan_that_was_changed_or_came_after_the_data_is_told(tmp_path):
    study = made(tmp_path, PLANNED, **said("V1,,,, > c1", "S1,,,, > c2"))
    assert "on record" not in first_lines(study)
    frozen = freeze(study.folder, "2026-06-01")
    assert frozen.excerpts == 2
    assert "on record on 2026-06-01, when 2 excerpts were there" in first_lines(study)
    assert freeze(study.folder, "2026-07-01") == frozen  # the first day is what counts
    path = study.folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'codes = ["T1"]\n', encoding="utf-8")
    changed = load_study(study.folder)
    assert "The plan has changed since it was put on record on 2026-06-01." in first_lines(changed)
    again = freeze(study.folder, "2026-07-01")
    assert read(study.folder) == [frozen, again]
    assert as_frozen(changed) == (again, False)


def test_what_a_study_is_called_is_no_part_of_its_plan(tmp_path):
    one = made(tmp_path, PLANNED).settings
    other = made(tmp_path, PLANNED.replace("[study]", '[study]\ntitle = "Another"')).settings
    assert digest(one) == digest(other)
    assert digest(one) != digest(made(tmp_path, TOML).settings)


def test_nothing_is_frozen_where_nothing_is_planned_or_study_toml_is_at_fault(tmp_path):
    study = made(tmp_path, TOML)
    with pytest.raises(RunError, match="plans no comparison"):
        freeze(study.folder, "2026-03-01")
    (study.folder / "study.toml").write_text("[study\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"study\.toml"):
        freeze(study.folder, "2026-03-01")


def test_a_family_of_codes_that_is_planned(tmp_path):
    """T1 is planned: it alone is adjusted for, at its share; T2 is a question for another study, over both themes."""
    toml = PLANNED + 'codes = ["T1"]\n'
    people = "".join(f"P{i},manager,{'voluntary' if i < 4 else 'statutory'},A\n" for i in range(8))
    rows = ["P0 > c1 c3", "P1 > c1 c3", "P2 > c1 c3", "P3 > c3", "P4 > c1"]
    study = made(
        tmp_path, toml, participants="participant,role,sector,focus_group\n" + people,
        **said(*rows, columns="participant"),
    )  # fmt: skip
    frame = compare(study, "sector").frame.set_index("code")
    assert frame["status"].tolist() == ["planned", "exploratory"]
    assert frame.loc["T1", "p_adjusted"] == pytest.approx(34 / 70)
    both = compare(made(tmp_path, TOML, participants="participant,role,sector,focus_group\n" + people,
                        **said(*rows, columns="participant")), "sector").frame.set_index("code")  # fmt: skip
    assert frame.loc["T2", "p"] == pytest.approx(2 / 70)
    assert frame.loc["T2", "p_adjusted"] == both.loc["T2", "p_adjusted"] == pytest.approx(4 / 70)
    assert compare(study, "sector", codes=["T2"]).frame["p_adjusted"].tolist() == [both.loc["T2", "p_adjusted"]]
    assert compare(study, "sector", codes=["T1"]).frame["status"].tolist() == ["planned"]
    assert "1 of the 2 themes are planned" in first_lines(study)
    with pytest.raises(ValueError, match="'T9': not at the level 'theme'"):
        compare(study, "sector", codes=["T9"])


def test_a_code_that_is_planned_and_not_there_is_a_fault(tmp_path):
    with pytest.raises(plrlib.StudyError, match="T9"):
        made(tmp_path, PLANNED + 'codes = ["T9"]\n')
