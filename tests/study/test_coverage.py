"""What a coder has read: coded, listed in coverage.csv, or everything; what is read and silent, and what is unread."""

import shutil

import numpy as np
import pandas as pd
import pytest
from stats.made import TOML, made, said
from study_maker import rich, the_fault

from plrlib import StudyError, change, compare, load_study, presence, show
from plrlib.paths import study_folder
from plrlib.stats.design import coinciding
from plrlib.study.coverage import coders_used, read_by, silence_is_known, used_codings

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


# Whose codings count.

PEOPLE = "V1,A", "S1,A", "V2,A", "V3,B", "S2,B"
EXCERPTS = "excerpt,participant,event\n" + "".join(f"E{i},{who}\n" for i, who in enumerate(PEOPLE, 1))
BOTH = {"ann": "1 c1, 2 c1, 3 c2", "ben": "2 c3, 3 c3, 4 c3"}


def coded(tmp_path, given, toml=TOML, **more):
    """Make the study from `coder: excerpt code, …`."""
    rows = [(who, *one.split()) for who, all_of in given.items() for one in all_of.split(", ")]
    codings = "excerpt,coder,code\n" + "".join(f"E{e},{who},{code}\n" for who, e, code in rows)
    return made(tmp_path, toml, excerpts=EXCERPTS, codings=codings, **more)


def named(coder):
    return TOML.replace('id = "made"', f'id = "made"\nreference_coder = {coder}')


def kept(study):
    return [tuple(row) for row in used_codings(study)[["excerpt", "coder", "code"]].astype(str).to_numpy()]


def test_who_coded_the_same_excerpts_must_be_chosen_between(tmp_path):
    with pytest.raises(StudyError) as error:
        coded(tmp_path, BOTH)
    [fault] = error.value.faults
    assert (fault.file, fault.column) == ("study.toml", "study.reference_coder")
    assert "ann coded 3 and ben coded 3, and 2 excerpts were coded by more than one" in fault.message
    assert 'reference_coder = "ann"' in fault.remedy
    study = coded(tmp_path, BOTH, named('"ben"'))
    assert coders_used(study) == ("ben",)
    assert coders_used(study, "ann") == ("ann",)
    assert kept(study) == [("E2", "ben", "c3"), ("E3", "ben", "c3"), ("E4", "ben", "c3")]


def test_divided_work_counts_whole(tmp_path):
    study = coded(tmp_path, {"ann": "1 c1, 2 c1", "ben": "3 c2, 4 c3"})
    assert coders_used(study) == ("ann", "ben")
    assert len(kept(study)) == 4
    alone = coded(tmp_path, {"ann": "1 c1, 2 c1, 3 c2, 4 c3"})
    assert (counts(study) == counts(alone)).all()
    one, other = (compare(one, "sector", level="code").frame.drop(columns="coder") for one in (study, alone))
    pd.testing.assert_frame_equal(one, other)
    assert set(compare(study, "sector").frame["coder"]) == {"ann, ben"}


def test_of_an_ordered_list_each_excerpt_is_the_firsts_who_read_it(tmp_path):
    """Ann read all of A, and gave V2's excerpt nothing; ben read the rest."""
    given = {"ann": "1 c1, 2 c1", "ben": "1 c3, 3 c3, 4 c3"}
    study = coded(tmp_path, given, named('["ann", "ben"]'), **listing("ann,A,", "ben,,"))
    assert kept(study) == [("E1", "ann", "c1"), ("E2", "ann", "c1"), ("E4", "ben", "c3")]
    assert read_by(study, "ann", "ben").all()
    other = coded(tmp_path, given, named('["ben", "ann"]'), **listing("ann,A,", "ben,,"))
    assert {coder for _, coder, _ in kept(other)} == {"ben"}


@pytest.mark.parametrize(
    ("coder", "coverage", "why"),
    [
        ('["ann", "ben"]', {}, "several reference coders are named"),
        ('["ann", "cho"]', listing("ann,,"), "has no row in"),
        ("3", {}, "a list of texts"),
    ],
)
def test_a_list_of_coders_that_cannot_be_used_is_told(tmp_path, coder, coverage, why):
    with pytest.raises(StudyError, match=why):
        coded(tmp_path, BOTH, named(coder), **coverage)


def test_who_read_and_gave_nothing_is_a_coder(tmp_path):
    study = coded(tmp_path, {"ann": "1 c1"}, named('"cho"'), **listing("cho,,"))
    assert counts(study)[:, 1:].sum() == 0


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"ann": "1 c1, 2 c1, 4 c1"}, ()),
        ({"ann": "1 c1, 2 c1", "ben": "4 c1, 5 c1"}, ("events",)),
        ({"ann": "1 c1, 4 c1", "ben": "2 c1, 5 c1"}, ("groups",)),
        ({"ann": "1 c1, 2 c1, 4 c1", "ben": "5 c1, 3 c1"}, ()),
        ({"ann": "1 c1, 3 c1", "ben": "5 c1"}, ("events", "groups")),
    ],
)
def test_where_coder_and_event_or_group_coincide_it_is_said(tmp_path, given, found):
    study = coded(tmp_path, given)
    assert coinciding(study, "sector") == found
    told = " ".join(show.limits_of_comparing(study, compare(study, "sector")).sentences)
    assert ("Each event was coded by one coder alone" in told) == ("events" in found)
    assert ("No coder coded words of two groups" in told) == ("groups" in found)
    whole = " ".join(show.coders_say(study).sentences)
    assert ("Sector: No coder coded words of two groups" in whole) == ("groups" in found)


def test_the_share_of_codings_is_said_where_it_is_not_all(tmp_path):
    study = coded(tmp_path, BOTH, named('"ben"'))
    told = " ".join(show.limits_of_comparing(study, compare(study, "sector")).sentences)
    assert "What counts as raised is what ben coded: 3 of 6 codings." in told
    assert show.coders_table(study).frame.to_numpy().tolist() == [["A", 3, 2], ["B", 0, 1], ["INT", 0, 0]]
