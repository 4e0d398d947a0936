"""To which levels an excerpt can be given."""

import plrlib
from plrlib import load_study

from ..made import made, said


def heard(study, by):
    return plrlib.attribution(study, by)["heard"].astype("object").tolist()


def test_a_named_excerpt_is_given_to_the_persons_level(tmp_path):
    study = made(tmp_path, **said("V1,,,, > c1", "S2,,,, > c1"))
    assert heard(study, "sector") == ["voluntary", "statutory"]
    assert heard(study, "role") == ["manager", "practitioner"]
    assert plrlib.attribution(study, "role")["certain"].all()


def test_an_attributed_one_is_given_to_a_level_only_where_every_candidate_is_at_it(tmp_path):
    study = made(tmp_path, **said(",A,,, > c1", ",A;B,,, > c1", ",A,,voluntary, > c1", ",,practitioner,, > c1"))
    assert heard(study, "role") == ["manager", "manager or practitioner", "manager", "practitioner"]
    either = "voluntary or statutory"
    assert heard(study, "sector") == [either, either, "voluntary", either]
    assert plrlib.attribution(study, "sector")["certain"].tolist() == [False, False, True, False]


def test_the_published_study_has_nothing_of_managers_or_practitioners_alone():
    """By hand from excerpts.csv.

    E01 to E11 are young people's, E63 and E64 anybody's, the other 51 carry both staff roles; E23 says voluntary, and
    E28, E29 and E46 say statutory.
    """
    study = load_study("plr0809-017")
    role = plrlib.attribution(study, "role")
    counts = role["heard"].value_counts()
    assert counts["manager"] == counts["practitioner"] == 0
    assert counts["young_person"] == 11
    assert counts["manager or practitioner"] == 51
    assert role.loc[role["heard"] == "manager or practitioner or young_person", "excerpt"].tolist() == ["E63", "E64"]
    sector = plrlib.attribution(study, "sector").set_index("excerpt")
    assert sector.index[sector["certain"]].tolist() == ["E23", "E28", "E29", "E46"]
    assert sector["heard"].value_counts()["voluntary or statutory"] == 47
    provision = plrlib.attribution(study, "provision")["heard"].value_counts()
    assert (provision["targeted"], provision["universal"], provision["outside"]) == (7, 4, 51)
