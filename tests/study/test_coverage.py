"""What a coder has read: coded, listed in coverage.csv, or everything; what is read and silent, and what is unread."""

import shutil

import numpy as np
import pandas as pd
import pytest
from stats.made import TOML, made, said
from study_maker import rich, the_fault

from plrlib import change, compare, load_study, presence
from plrlib.paths import study_folder
from plrlib.study.coverage import read_by, silence_is_known

OPEN = TOML.replace("complete = true\n", "")
TWO = TOML.replace('id = "made"', 'id = "made"\nreference_coder = "me"')
ROWS = ("V1,A > c1", "V2,A >", "V3,B >", "V3,A;B >", "S1, >", "S2,B;INT >", ",B >")


def read(study, coder="me"):
    return study.excerpts["excerpt"][read_by(study, coder)].tolist()


def listing(*rows):
    return {"coverage": "coder,event,excerpt\n" + "".join(f"{row}\n" for row in rows)}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], "E1"),  # what was coded
        (["me,,E3"], "E1 E3"),
        (["me,A,"], "E1 E2 E5"),  # E5 is of S1, who sat in A alone
        (["me,B,"], "E1 E3 E7"),
        (["me,A,", "me,B,"], "E1 E2 E3 E4 E5 E7"),  # E4 was said at one of the two
        (["me,B,", "me,INT,E6"], "E1 E3 E6 E7"),
        (["me,,"], "E1 E2 E3 E4 E5 E6 E7"),
        (["you,,"], "E1"),
    ],
)
def test_what_was_read_is_listed_or_coded(tmp_path, rows, found):
    study = made(tmp_path, OPEN, **said(*ROWS, columns="participant,event"), **listing(*rows))
    assert " ".join(read(study)) == found
    assert silence_is_known(study, "me") == ("me" in "".join(rows)[:2])


def test_an_envelope_shows_that_an_excerpt_was_read(tmp_path):
    study = made(tmp_path, OPEN, **said("V1,A > c1", "V2,A >", "V3,B >", columns="participant,event"),
                 envelopes="excerpt,coder,theme\nE2,me,\n")  # fmt: skip
    assert read(study) == ["E1", "E2"]
    assert silence_is_known(study, "me")


def test_the_reference_coder_of_a_complete_study_read_everything_where_nothing_else_is_said(tmp_path):
    tables = said("V1,A > c1", "V2,A >", "V3,B >", columns="participant,event")
    codings = tables.pop("codings") + "E3,you,c1\n"
    study = made(tmp_path, TWO, **tables, codings=codings)
    assert read(study) == ["E1", "E2", "E3"]
    assert read(study, "you") == ["E3"]
    assert silence_is_known(study, "me")
    assert not silence_is_known(study, "you")
    assert read(made(tmp_path, TWO, **tables, codings=codings, **listing("me,,E2"))) == ["E1", "E2"]


def test_an_excerpt_is_of_the_event_that_its_own_row_says(tmp_path):
    fault = the_fault(rich(tmp_path, coverage="coder,event,excerpt\nanna,FG2,E01\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("coverage.csv", 2, "event", "FG2")
    assert fault.message == "the excerpt is of FG1, by its own row"


def counts(study, **options):
    return presence(study, "sector", level="code", **options)[["n", "lower", "upper"]].to_numpy()


def test_silence_is_no_voice_and_what_is_unread_may_be_one(tmp_path):
    """V2 and V3 said something that has no code; the coder read V2's, and not V3's."""
    tables = said("V1,A > c1", "V2,A >", "V3,B >", columns="participant,event")
    silent = counts(made(tmp_path, **tables))
    assert silent[:, 1].tolist() == silent[:, 2].tolist()
    listed = counts(made(tmp_path, **tables, **listing("me,,E2")))
    assert (listed[:, 1] == silent[:, 1]).all()
    assert (listed - silent)[:, 2].tolist() == [1, 0] * 3
    spoken = made(tmp_path, OPEN, **tables, **listing("me,,"))
    assert (counts(spoken)[:, 2] == counts(spoken)[:, 0]).all(), "not every transcript was coded through"


@pytest.mark.parametrize("seed", range(12))
def test_in_a_complete_study_uncoded_excerpts_change_nothing(tmp_path, seed):
    """Of people heard already, named or by what is known of them."""
    rng = np.random.default_rng(seed)
    who = rng.permutation(["V1,A", "V2,A", "S1,A", "V3,B", "S2,B", "S3,B", "S4,B", ",A", ",B"])
    codes = ["c1", "c2", "c3", "c1 c3"]
    rows = [f"{one} > {rng.choice(codes)}" for one in rng.choice(who, size=8)]
    more = [f"{one} >" for one in rng.choice(who, size=5)]
    before, after = (made(tmp_path, **said(*some, columns="participant,event")) for some in (rows, rows + more))
    assert (counts(before) == counts(after)).all()
    columns = ["code", "p_low", "p_high", "p_adjusted_high", "verdict"]
    one, other = (compare(study, "sector", level="code").frame[columns] for study in (before, after))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("seed", range(12))
def test_with_a_single_coder_less_coverage_only_widens(tmp_path, seed):
    rng = np.random.default_rng(100 + seed)
    people = ["V1,A", "V2,A", "S1,A", "V3,B", "S2,B", "S3,B", "S4,B", ",A", ",B"]
    rows = [f"{rng.choice(people)} > {rng.choice(['c1', 'c2', 'c3', '', ''])}" for _ in range(10)]
    tables = said(*rows, columns="participant,event")
    every = [f"me,,E{i}" for i in range(1, 11)]
    some = sorted(rng.choice(every, size=6, replace=False))
    wide, narrow = (counts(made(tmp_path, **tables, **listing(*listed))) for listed in (some, every))
    assert (wide[:, 0] == narrow[:, 0]).all()
    assert (wide[:, 1] <= narrow[:, 1]).all()
    assert (wide[:, 2] >= narrow[:, 2]).all()


def test_one_silent_excerpt_a_person_leaves_the_worked_example_as_it_was(tmp_path):
    folder = shutil.copytree(study_folder("worked-example"), tmp_path / "worked")
    study = load_study(folder)
    header = (folder / "excerpts.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    where = study.excerpts.dropna(subset=["participant"]).drop_duplicates("participant")
    rows = [
        ",".join({"excerpt": f"X{i}", "participant": p, "event": v}.get(name, "") for name in header)
        for i, (p, v) in enumerate(zip(where["participant"], where["event"], strict=True))
    ]
    with (folder / "excerpts.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    after = load_study(folder)
    assert len(after.excerpts) == len(study.excerpts) + len(rows)
    columns = ["code", "p", "p_adjusted", "verdict"]
    pd.testing.assert_frame_equal(compare(after, "sector").frame[columns], compare(study, "sector").frame[columns])
    pd.testing.assert_frame_equal(change(after), change(study))
