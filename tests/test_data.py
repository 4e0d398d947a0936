"""The published study: its tables give the totals that the report prints, and have not changed."""

import hashlib
import warnings
from pathlib import Path

import pytest

from plrlib import Study, load_study, text_of

FOLDER = Path(__file__).resolve().parent.parent / "data" / "raw" / "plr0809-017"
DIGESTS = {
    "claims.csv": "322cf6150f79346e14309d4d15e10320fb54ca22f37329a23c9ff927896953e0",
    "codebook.csv": "0a1c892ecaaf5a5e789fd093eed813b38619fe15fd1cc9c76aefa26264b6c88e",
    "codings.csv": "c66f662e9eecee09bb58b2091a0b6366a6ec520dedd298e4e0a291676918aeae",
    "envelopes.csv": "17172794cbd2269d539d7a0e7f595b6948244f719ca338c518a5ee7375c167f1",
    "events.csv": "2a795c42ed9e0593f745a9131a3af6cb0b1ae87f437062b4767e1a3822f15be2",
    "excerpts.csv": "004fae9b3f633e7b6215426a96398795db654c7991a1c4629e1d84667d3f413d",
    "margins.csv": "ed5e75ea0b2ce96f560f5051b376b9d4988cff41cbe35824214adca2a0a9905a",
    "participants.csv": "55017aff0cbd7b11d3a733c43509b0e1837624e8e24282427d5094df1d0f01cb",
    "quantifiers.csv": "0498834e057540cd9a1bb483c7b1c6fca62eec4dfa0c343cea58ade07d300c28",
    "statements.csv": "ad1be59be106a8ec8aea90979bc1036a59fd034a45c9b6f7cef06b0c62538342",
    "words.csv": "6fc00f3af20534074eed51cac221d7319050e3d90cd2c6504143ceb1b2bd318a",
    "README.md": "a8a1fe27116d7ed029617d9a5557bc03aed7318bff554f7910cf157ff2c013ab",
}


@pytest.fixture(scope="module")
def study() -> Study:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_study(FOLDER)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_table_is_what_it_was(name):
    """If the change is meant, change the digest here in the same commit and say why."""
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_no_table_is_new_or_gone():
    assert {path.name for path in FOLDER.iterdir()} == {*DIGESTS, "study.toml"}


def test_it_loads_without_any_note(study):
    assert study.notes.empty
    assert study.withdrawn == 0
    assert study.id == FOLDER.name
    assert study.settings.kind == "published"
    assert not study.settings.complete
    assert {name: digest for name, digest in study.sources.items() if name in DIGESTS} == {
        name: digest for name, digest in DIGESTS.items() if name.endswith(".csv")
    }


def counts(column):
    return {level: int(n) for level, n in column.value_counts(sort=False).items()}


def test_24_respondents_14_staff_and_10_young_people(study):
    assert len(study.participants) == 24
    assert counts(study.participants["role"]) == {"manager": 7, "practitioner": 7, "young_person": 10}
    staff = study.participants["role"].isin(study.settings.populations["staff"]["role"])
    young = study.participants["role"].isin(study.settings.populations["young people"]["role"])
    assert (staff.sum(), young.sum()) == (14, 10)
    assert (staff ^ young).all()


def test_7_managers_and_7_practitioners_each_in_one_group(study):
    sat = study.participants.groupby(["focus_group", "role"], observed=True).size()
    assert sat.to_dict() == {
        ("FG-HITS", "young_person"): 6,
        ("FG-CYS", "young_person"): 4,
        ("FG-PRAC", "practitioner"): 7,
        ("FG-MGR", "manager"): 7,
    }


def test_6_young_people_with_a_targeted_and_4_with_a_universal_service(study):
    young = study.participants[study.participants["role"] == "young_person"]
    assert counts(young["provision"]) == {"targeted": 6, "universal": 4}
    assert counts(young["sector"]) == {"voluntary": 6, "statutory": 4}


def test_7_voluntary_and_7_statutory_staff_but_not_who(study):
    staff = study.participants[study.participants["role"] != "young_person"]
    assert staff["sector"].isna().all()
    totals = study.margins.set_index(["population", "attribute", "level"])["n"]
    assert totals["staff", "sector"].to_dict() == {"voluntary": 7, "statutory": 7}
    assert totals["staff", "interviewed"].to_dict() == {"yes": 6}
    assert totals["staff-interviewed", "sector"].to_dict() == {"voluntary": 3, "statutory": 3}


def test_5_events_of_which_the_last_is_6_interviews(study):
    events = study.events.set_index("event")
    assert events["participants"].to_dict() == {"FG-HITS": 6, "FG-CYS": 4, "FG-PRAC": 7, "FG-MGR": 7, "INT": 6}
    assert counts(study.events["kind"]) == {"focus group": 4, "interview": 1}
    assert events["kind"]["INT"] == "interview"
    assert events["order"].tolist() == [1, 1, 2, 3, 4]


def test_64_excerpts_none_of_them_named(study):
    assert len(study.excerpts) == 64
    assert study.excerpts["participant"].isna().all()
    assert study.excerpts["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert study.excerpts["n_words"].notna().all()
    assert len(study.texts) == 0  # the report's sentences are not reproduced
    assert text_of(study).tolist() == study.excerpts["gist"].tolist()


def test_six_themes_and_what_is_left_over(study):
    assert study.themes["code"].tolist() == ["T1", "T2", "T3", "T4", "T5", "T6", "T0"]
    assert study.settings.left_over == "T0"
    assert len(study.codebook) == 33


def test_every_reader_put_every_excerpt_into_one_envelope(study):
    assert counts(study.envelopes["coder"]) == {"report": 64, "reader-1": 64, "reader-2": 64, "reader-3": 64}
    report = study.envelopes[study.envelopes["coder"] == "report"].set_index("excerpt")["theme"]
    heading = study.excerpts.set_index("excerpt")["heading"]
    assert report.astype("object").fillna("T0").to_dict() == heading.astype("object").fillna("T0").to_dict()


def test_what_the_readme_of_the_study_counts(study):
    rows = {name: len(frame) for name, frame in study.tables.items()}
    readme = (FOLDER / "README.md").read_text("utf-8")
    told = dict(line.strip("| ").split(" | ")[:2] for line in readme.splitlines() if ".csv | " in line)
    assert {f"{name}.csv": str(n) for name, n in rows.items()} == told


def test_no_excerpt_belongs_to_managers_or_to_practitioners_alone(study):
    roles = {frozenset(cell.split(";")) for cell in study.excerpts["role"].dropna()}
    assert roles == {frozenset({"young_person"}), frozenset({"manager", "practitioner"})}
