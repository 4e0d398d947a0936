"""`plr mask`: identifiers out, tables still fit, the same mask for the same identifier, the key elsewhere."""

import csv

import pytest

from plrlib import load_study
from plrlib.exporters.files import write_masked_copy
from plrlib.faults import RunError
from plrlib.privacy.identifiers import identifiers, mask, stops
from plrlib.privacy.keys import key_file, read_key

EXCERPTS = (
    "excerpt,participant,text,gist\n"
    'E1,sam@example.org,"ring 07700 900123, or 07700900123, in LS6 2AB",asked Siobhán to ring\n'
    "E2,P2,not 07700 900999,Siobhan did not\n"
)
PEOPLE = "participant,role,consent_quote\nsam@example.org,manager,yes\nP2,practitioner,yes\n"
TOML = '[study]\nid = "mine"\ntitle = "At 12 High Street"\n\n[privacy]\nnames = ["Siobhán"]\n'


@pytest.fixture
def mine(project):
    folder = project.study("mine", excerpts=EXCERPTS, participants=PEOPLE)
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    return folder


def rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_copy_runs_where_the_study_did_not(project, mine, tmp_path):
    project.notebook("01-a", "print(1)")
    assert project.plr("run", "mine").returncode == 1
    out = tmp_path / "copy"
    done = project.plr("mask", "mine", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert rows(out, "excerpts") == [
        {"excerpt": "E1", "participant": "[e-mail address 1]",
         "text": "ring [phone number 1], or [phone number 1], in [postcode 1]", "gist": "asked [name 1] to ring"},
        {"excerpt": "E2", "participant": "P2", "text": "not [phone number 2]", "gist": "[name 1] did not"},
    ]  # fmt: skip
    study = load_study(out)
    assert stops(study) == []
    assert list(study.participants["participant"]) == ["[e-mail address 1]", "P2"]
    assert study.title == "At [street address 1]"
    copied = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file()).decode()
    for words in ("07700", "sam@", "LS6", "iobh", "High Street"):
        assert words not in copied
        assert words not in done.stdout
    assert project.plr("run", str(out)).returncode == 0


def test_the_key_is_outside_and_gives_the_same_masks_again(project, mine, tmp_path):
    project.plr("mask", "mine", "--out", str(tmp_path / "one"))
    project.plr("mask", "mine", "--out", str(tmp_path / "two"))
    assert project.folder not in key_file("mine").parents
    assert ("phone number", "07700900123") in read_key("mine")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_it_writes_where_out_says_and_never_into_data_raw(project, mine, tmp_path):
    raw = project.folder / "data" / "raw"
    before = {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()}
    for out in (raw, raw / "copy", raw / "mine", raw / "mine" / "x" / ".." / "deep"):
        with pytest.raises(RunError, match="may not lie in data/raw/"):
            write_masked_copy(load_study("mine"), out)
    full = tmp_path / "full"
    full.mkdir()
    (full / "a").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="not empty; nothing was written"):
        write_masked_copy(load_study("mine"), full)
    assert {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()} == before
    assert [path.name for path in full.iterdir()] == ["a"]


def test_a_study_without_identifiers_is_copied_as_it_is(project, tmp_path):
    done = project.plr("mask", "plr0809-017", "--out", str(tmp_path / "copy"))
    assert "No identifiers were found" in done.stdout
    assert rows(tmp_path / "copy", "excerpts") == rows(project.folder / "data" / "raw" / "plr0809-017", "excerpts")


def test_what_is_allowed_is_masked_too(mine):
    allowed = '\n[[allowed]]\nkind = "postcode"\ntable = "excerpts"\ncolumn = "text"\nreason = "a whole town"\n'
    (mine / "study.toml").write_text(TOML + allowed, encoding="utf-8")
    study = load_study("mine")
    assert identifiers(study)["allowed"].notna().sum() == 1
    assert b"LS6" not in mask(study, {}).files["excerpts.csv"]
