"""Chances to speak: known of each person and tested, or said not to be known."""

import numpy as np
import pytest

import plrlib
from plrlib import load_study, show
from plrlib.stats.design import permutation_test

from .made import made

SAID = {
    "attendance": "participant,event\nV1,INT\nV3,INT\n",
    "excerpts": (
        "excerpt,participant,event,n_words\nE1,V1,A,10\nE2,V1,INT,30\nE3,S1,A,5\nE4,V3,B,50\nE5,S2,B,10\nE6,S3,B,10\n"
    ),
    "codings": "excerpt,coder,code\nE1,me,c1\n",
}


def test_measures_and_their_tests(tmp_path):
    """In A: V1 40 words, V2 0, S1 5. In B: V3 50, S2 10, S3 10, S4 0."""
    found = plrlib.talk(made(tmp_path, **SAID), "sector").set_index(["measure", "group"])
    assert found["people"].tolist() == [3, 4] * 3
    assert found["mean"]["words"].tolist() == [pytest.approx(30), pytest.approx(25 / 4)]
    assert found["mean"]["hearings"].tolist() == [pytest.approx(5 / 3), 1]
    assert found["mean"]["excerpts"].tolist() == [1, pytest.approx(3 / 4)]
    # 3 ways to place two voluntary in A times 4 ways to place one in B
    assert found[["permuted", "permutations", "sampled", "reason"]].drop_duplicates().to_numpy().tolist() == [
        [7, 12, False, ""]
    ]
    by_hand = permutation_test(
        np.array([40.0, 0, 5, 50, 10, 10, 0]), np.array([0, 0, 1, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1, 1]), 0
    )
    assert found["p"]["words"].tolist() == [pytest.approx(by_hand.p)] * 2


def test_where_no_event_held_two_groups_there_is_no_p(tmp_path):
    found = plrlib.talk(made(tmp_path, **SAID), "role")
    assert found["p"].isna().all()
    assert found["mean"].notna().all()
    assert set(found["reason"]) == {"no event held two groups"}


def test_what_is_only_attributed_is_not_known_of_each_person():
    found = plrlib.talk(load_study("plr0809-017"), "sector")
    assert found["mean"].isna().all()
    assert found["p"].isna().all()
    of = found.set_index("measure")
    assert set(of["reason"]["hearings"]) == {"events unlisted"}
    assert of["events"]["hearings"].iloc[0] == ("INT",)
    for measure in ("excerpts", "words"):
        assert set(of["reason"][measure]) == {"speakers not named"}
        assert set(of["missing"][measure]) == {53}


def test_who_cannot_have_been_at_an_event_that_lists_nobody_has_known_hearings():
    """Those interviewed were six staff, so of the young people it is known that each was heard once."""
    found = plrlib.talk(load_study("plr0809-017"), "provision").set_index(["measure", "group"])
    assert found["mean"]["hearings"].tolist() == [1, 1]
    assert found["mean"]["excerpts"].isna().all()


def told(study):
    return list(show.talk_say(study, "sector").sentences)


def test_reasons_are_in_the_singular_or_the_plural(tmp_path):
    excerpts = "excerpt,participant,event,n_words\nE1,V1,A,\nE2,,A,5\nE3,,A,5\n"
    more = {"codings": "excerpt,coder,code\nE1,me,c1\n"}
    assert told(made(tmp_path, excerpts=excerpts, **more)) == [
        "Sector: hearings a person are not known, because INT does not say whom it heard.",
        "Sector: excerpts and words a person are not known, because 2 excerpts name nobody.",
    ]
    excerpts = excerpts.replace("E3,,A,5\n", "")
    events = "event,kind\nA,focus group\nB,focus group\nINT,interview\nINT2,interview\n"
    assert told(made(tmp_path, excerpts=excerpts, events=events, **more)) == [
        "Sector: hearings a person are not known, because INT, INT2 do not say whom they heard.",
        "Sector: excerpts and words a person are not known, because 1 excerpt names nobody.",
    ]
    excerpts = excerpts.replace("E2,,A,5\n", "")
    assert told(made(tmp_path, excerpts=excerpts, **more))[-1] == (
        "Sector: words a person are not known, because not every excerpt has a number of words."
    )
