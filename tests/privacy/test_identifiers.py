"""Identifiers: how many are found, what they stop, and how one may stay. Oracle: published NHS numbers."""
# ruff: noqa: E501 - rows of data

import subprocess
import sys
from pathlib import Path

import pytest
from study_maker import RICH, RICH_TOML, rich

from plrlib import load_study
from plrlib.privacy import identifiers as finders
from plrlib.privacy.identifiers import find, found_names, identifiers, installed, stops
from plrlib.privacy.keys import write_key
from privacy.labelled import TABLE, row, sentences, without_presidio

CANARIES = {
    finders.EMAIL: "sam.o@example.org", finders.WEB: "https://example.org/x", finders.HANDLE: "@jo_smith99",
    finders.NHS: "943 476 5919", finders.INSURANCE: "AB 12 34 56 C", finders.BIRTH: "born on 3 May 1998",
    finders.PHONE: "07700 900123", finders.POSTCODE: "LS6 2AB", finders.STREET: "12 High Street",
}  # fmt: skip


def with_text(folder: Path, text: str, column: str = "text", toml: str = RICH_TOML):
    head, first, *others = RICH["excerpts"].splitlines()
    cells = first.split(",")
    cells[head.split(",").index(column)] = f'"{text}"'
    return load_study(rich(folder, toml=toml, excerpts="\n".join([head, ",".join(cells), *others, ""])))


def test_there_are_three_hundred_sentences_and_none_twice():
    texts = [sentence.text for sentence in sentences()]
    assert len(texts) >= 300
    assert f"{len(texts)} sentences" in TABLE.read_text(encoding="utf-8")
    assert f"{len(texts)} sentences" in (TABLE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert len(set(texts)) == len(texts)
    kinds = {one.kind for sentence in sentences() for one in sentence.marked}
    assert kinds == set(finders.KINDS)
    assert sum(not sentence.marked for sentence in sentences()) >= 100


def test_the_committed_table_is_what_is_measured():
    """Recall and false alarms without a model; the row of personal names is held by the long test below."""
    written = TABLE.read_text(encoding="utf-8")
    for kind, score in without_presidio().items():
        assert row(kind, score) in written


def test_recall_is_not_let_slip():
    for kind, score in without_presidio().items():
        assert score.found / score.marked >= 0.8, kind
        assert score.false <= 1, kind


@pytest.mark.parametrize("kind", CANARIES)
@pytest.mark.parametrize("column", ["text", "gist"])
def test_each_kind_stops_a_run_wherever_it_stands(tmp_path, kind, column):
    study = with_text(tmp_path, f"I said {CANARIES[kind]} to them", column)
    (fault,) = stops(study)
    assert (fault.file, fault.row, fault.column) == ("excerpts.csv", 2, column)
    assert kind in fault.message
    assert not any(part in str(fault) for part in CANARIES[kind].split() if len(part) > 3 and part != "born")
    assert f'kind = "{kind}", table = "excerpts", column = "{column}", row = "E01"' in fault.remedy


def test_memos_ids_labels_and_settings_are_looked_at_too(tmp_path):
    events = RICH["events"].replace("event,kind,participants,order", "event,kind,participants,order,stimulus").replace(
        "2,1\n", "2,1,ask sam@example.org\n").replace("2,2\n", "2,2,\n").replace("2,3\n", "2,3,\n")  # fmt: skip
    codebook = "code,parent,label,definition\nT1,,A theme,\nT2,,Another,see www.example.org\nc1,T1,07700 900123,\nc2,T2,Another code,\n"
    toml = RICH_TOML.replace('id = "rich"', 'id = "rich"\ntitle = "At 12 High Street"')
    study = load_study(rich(tmp_path, events=events, codebook=codebook, toml=toml))
    found = identifiers(study)
    assert set(zip(found["table"], found["column"], found["kind"], strict=True)) == {
        ("events", "stimulus", finders.EMAIL), ("codebook", "definition", finders.WEB), ("codebook", "label", finders.PHONE),
        ("study", "title", finders.STREET),
    }  # fmt: skip
    assert set(found["shape"]) == {"xxx@xxxxxxx.xxx", "xxx.xxxxxxx.xxx", "99999 999999", "99 Xxxx Xxxxxx".casefold()}


def test_an_identifier_stays_where_a_reason_is_written(tmp_path):
    entry = '\n[[allowed]]\nkind = "web address"\ntable = "excerpts"\ncolumn = "gist"\nrow = "E01"\nreason = "the council\'s own page"\n'
    study = with_text(tmp_path / "a", "see www.example.org", "gist", RICH_TOML + entry)
    assert stops(study) == []
    assert identifiers(study)["allowed"].tolist() == ["the council's own page"]
    assert len(stops(with_text(tmp_path / "b", "see www.example.org", "text", RICH_TOML + entry))) == 1
    assert (
        len(stops(with_text(tmp_path / "c", "see www.example.org", "gist", RICH_TOML + entry.replace("E01", "E02"))))
        == 1
    )
    assert (
        stops(with_text(tmp_path / "d", "see www.example.org", "gist", RICH_TOML + entry.replace('row = "E01"\n', "")))
        == []
    )


@pytest.mark.parametrize("missing", ["kind", "table", "column", "reason"])
def test_a_reason_and_a_place_are_needed(tmp_path, missing):
    lines = {"kind": "web address", "table": "excerpts", "column": "gist", "reason": "r"}
    entry = "\n[[allowed]]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items() if key != missing)
    with pytest.raises(ValueError, match=f"does not say {missing}"):
        load_study(rich(tmp_path, toml=RICH_TOML + entry))


def test_the_studys_own_list_is_found_however_it_is_written(tmp_path):
    toml = RICH_TOML + '\n[privacy]\nnames = ["Siobhán", "Elm House"]\n'
    study = with_text(tmp_path, "SIOBHAN’s friend at elm  house; Siobhanella and Elms House", "gist", toml)
    assert identifiers(study)["kind"].tolist() == [finders.LISTED] * 2


def test_names_that_an_import_replaced_must_not_stand_in_a_text(tmp_path, monkeypatch):
    monkeypatch.setenv("PLR_KEYS", str(tmp_path / "keys"))
    study = with_text(tmp_path / "a", "Oluwaseun told me so")
    assert stops(study) == []
    write_key("rich", {("person", "Oluwaseun"): "P1", ("person", "Jo"): "P2", ("focus group", "told"): "FG1"})
    assert [fault.value for fault in stops(study)] == ["xxxxxxxxx"]


@pytest.mark.parametrize("number", ["943 476 5919", "401 023 2137", "987 654 4321"])
def test_a_published_nhs_number_is_one_and_another_last_digit_makes_none(number):
    """943 476 5919 and 401 023 2137 are printed as valid examples; of ten last digits one is right at the most."""
    last = [f"{number[:-1]}{digit}" for digit in range(10)]
    found = [one for one in last if any(f.kind == finders.NHS for f in find(one))]
    assert found == [number] if number != "987 654 4321" else len(found) <= 1


def test_of_two_that_overlap_one_counts():
    text = "mail sam@example.org"
    assert [(f.kind, text[f.start : f.end]) for f in find(text)] == [(finders.EMAIL, "sam@example.org")]
    assert find(text, (), find(text)) == find(text)


def test_check_and_run_stop_and_change_nothing(project):
    project.notebook("01-a", "print(1)")
    project.study(
        "mine", excerpts="excerpt,participant,text,gist\nE1,P1,ring 07700 900123,a gist\nE2,P2,And these,another\n"
    )
    before = project.files()
    for command in ("check", "run"):
        done = project.plr(command, "mine")
        assert done.returncode == 1
        assert "excerpts.csv:2: text: a phone number stands here (found '99999 999999')" in done.stdout
        assert "07700" not in done.stdout + done.stderr
    assert project.files().keys() - {"data/processed/.lock"} == before.keys()


def test_without_presidio_no_name_is_guessed():
    if installed():
        pytest.skip("presidio is installed here")
    assert found_names(["Anna said so"]) == {}


@pytest.mark.full
def test_personal_names_with_presidio(tmp_path):
    """In an environment of its own, from requirements/names.txt: the table in docs/identifiers.md to the letter."""
    here = Path(__file__).resolve().parents[2]
    venv = tmp_path / "names"
    python = venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    uv = [
        str(Path(sys.executable).parent / "uv"),
        "pip",
        "install",
        "--quiet",
        "--system-certs",
        "--python",
        str(python),
    ]
    for lock in ("analysis", "names"):
        subprocess.run([*uv, "--require-hashes", "-r", str(here / "requirements" / f"{lock}.txt")], check=True)
    subprocess.run([*uv, "--no-deps", "--no-build-isolation", "--editable", str(here)], check=True)
    code = "from privacy.labelled import table, with_presidio\nprint(chr(10).join(table(with_presidio())))"
    environment = {"PYTHONPATH": f"{here}:{here / 'tests'}", "PYTHONUTF8": "1", "HOME": str(tmp_path)}
    done = subprocess.run([str(python), "-c", code], env=environment, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() in TABLE.read_text(encoding="utf-8")
    assert "| personal name |" in done.stdout
