"""What a design can tell apart, on designs small enough to see it."""

import pandas as pd
import pytest

import plrlib
from plrlib import NotInStudy, load_study

from .made import TOML, made

HEAD = "participant,role,sector,focus_group"


def people(*rows):
    """Return a participants table from `(event, voluntary, statutory)`: so many of each sector, first heard there."""
    lines, n = [HEAD], 0
    for event, voluntary, statutory in rows:
        for sector in ["voluntary"] * voluntary + ["statutory"] * statutory:
            n += 1
            lines.append(f"P{n},manager,{sector},{event}")
    return "\n".join(lines) + "\n"


def separable(tmp_path, *rows, events="event,kind,order\n", **tables):
    kinds = "".join(f"{event},focus group,{i}\n" for i, (event, *_) in enumerate(rows, 1) if event)
    n = sum(voluntary + statutory for _, voluntary, statutory in rows)
    excerpts = "excerpt,participant\n" + "".join(f"E{i},P{i}\n" for i in range(1, n + 1))
    study = made(tmp_path, participants=people(*rows), events=events + kinds, excerpts=excerpts, **tables)
    answers = plrlib.design(study, "sector")["separable"].unique()
    assert len(answers) == 1
    return None if pd.isna(answers[0]) else answers[0]


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([("A", 3, 4)], "within"),
        ([("A", 3, 0), ("B", 0, 3)], "no"),
        ([("A", 4, 0), ("B", 0, 4), ("C", 4, 0), ("D", 0, 4)], "between"),
        ([("A", 4, 0), ("B", 0, 5), ("C", 4, 0), ("D", 0, 5)], "between"),  # a quarter more
        ([("A", 4, 0), ("B", 0, 6), ("C", 4, 0), ("D", 0, 6)], "no"),
        ([("A", 3, 0), ("B", 0, 3), ("C", 3, 0), ("D", 0, 3), ("E", 1, 2)], "both"),
        ([(e, 3, 0) for e in "ABCD"] + [(e, 0, 10) for e in "EFGH"], "no"),
        ([("A", 3, 0), ("B", 0, 3), ("C", 1, 2)], "within"),  # mixed and single-level events together
        ([("", 4, 5)], "within"),  # individual interviews only
        ([("A", 5, 0), ("", 0, 5)], "no"),  # one level in a focus group, the other one by one
        ([("A", 4, 0), ("B", 4, 0), ("C", 0, 4)], "no"),  # statutory staff sat in one event only
        ([("A", 4, 0), ("B", 0, 4), ("C", 1, 0), ("D", 0, 1)], "between"),  # an event of one counts as any other
    ],
)
def test_what_can_be_told_apart(tmp_path, rows, answer):
    assert separable(tmp_path, *rows) == answer


def test_an_interview_afterwards_makes_no_block(tmp_path):
    """Both sectors were interviewed again, but each sat first in a group of its own."""
    attendance = "participant,event\nP1,INT\nP4,INT\n"
    events = "event,kind,order\nINT,interview,9\n"
    assert separable(tmp_path, ("A", 3, 0), ("B", 0, 3), events=events, attendance=attendance) == "no"


def test_sectors_known_as_totals_may_or_may_not_have_sat_together(tmp_path):
    rows = [f"P{i},manager,,{'A' if i < 4 else 'B'}" for i in range(8)]
    events = "event,kind,order\nA,focus group,1\nB,focus group,2\n"
    tables = {
        "participants": "\n".join([HEAD, *rows]) + "\n",
        "events": events,
        "excerpts": "excerpt,participant\nE1,P1\n",
    }
    halves = "population,attribute,level,n\nstaff,sector,voluntary,4\nstaff,sector,statutory,4\n"
    assert plrlib.design(made(tmp_path, **tables, margins=halves), "sector")["separable"].isna().all()
    # three and five cannot be parted over two groups of four without mixing one of them
    uneven = "population,attribute,level,n\nstaff,sector,voluntary,3\nstaff,sector,statutory,5\n"
    found = plrlib.design(made(tmp_path, **tables, margins=uneven), "sector")
    assert set(found["separable"]) == {"within"}
    assert found.set_index(["event", "group"])[["lower", "upper"]].loc[("A", "voluntary")].tolist() == [0, 3]
    assert found["people"].isna().all()


def test_the_published_study_cannot_tell_role_from_room():
    study = load_study("plr0809-017")
    role = plrlib.design(study, "role")
    assert set(role["separable"]) == {"no"}
    there = role.set_index(["event", "group"])["people"]
    assert there["FG-MGR", "manager"] == there["FG-PRAC", "practitioner"] == 7
    assert (there["FG-HITS", "young_person"], there["FG-CYS", "young_person"]) == (6, 4)
    assert pd.isna(there["INT", "manager"])
    assert there["INT", "young_person"] == 0  # the six interviewed were staff
    sector = plrlib.design(study, "sector")
    assert sector["separable"].isna().all()
    assert sector.set_index(["event", "group"])["people"]["INT"].tolist() == [3, 3]


def test_hearings_and_talk_a_person(tmp_path):
    """V1 and V2 sat in A; V1 was interviewed again and said 30 words there, after 10 in A. V2 said 20 and 40 in A."""
    study = made(
        tmp_path,
        attendance="participant,event\nV1,INT\n",
        excerpts="excerpt,participant,event,n_words\nE1,V1,A,10\nE2,V1,INT,30\nE3,V2,A,20\nE4,V2,A,40\n",
        codings="excerpt,coder,code\nE1,me,c1\n",
    )
    found = plrlib.design(study, "sector").set_index(["event", "group"])
    assert found.loc[("A", "voluntary"), ["people", "hearings", "excerpts", "words"]].tolist() == [2, 1.5, 1.5, 35]
    assert found.loc[("INT", "voluntary"), ["people", "hearings", "excerpts", "words"]].tolist() == [1, 2, 1, 30]
    assert found.loc[("A", "statutory"), ["people", "excerpts", "words"]].tolist() == [1, 0, 0]


def test_people_of_whom_no_event_is_known_have_a_row(tmp_path):
    excerpts = "excerpt,participant\n" + "".join(f"E{i},P{i}\n" for i in range(1, 6))
    study = made(tmp_path, participants=people(("", 2, 3)), events=None, excerpts=excerpts)
    found = plrlib.design(study, "sector")
    assert found["event"].isna().all()
    assert found.set_index("group")["people"].to_dict() == {"voluntary": 2, "statutory": 3}


def test_an_unknown_grouping_is_told(tmp_path):
    with pytest.raises(NotInStudy, match="no grouping called 'age'; those it declares: sector, role"):
        plrlib.design(made(tmp_path, toml=TOML), "age")


def test_an_event_may_have_heard_more_than_it_lists(tmp_path):
    """A lists V1, V2 and S1, but heard five; INT heard two, and lists nobody. Everybody's sector is known."""
    events = "event,kind,order,participants\nA,focus group,1,5\nB,focus group,2,4\nINT,interview,3,2\n"
    found = plrlib.design(made(tmp_path, events=events), "sector").set_index(["event", "group"])
    ends = found[["lower", "upper"]].apply(tuple, axis=1)
    assert [ends["A", "voluntary"], ends["A", "statutory"]] == [(2, 3), (1, 3)]
    assert [ends["B", "voluntary"], ends["B", "statutory"]] == [(1, 1), (3, 3)]
    assert [ends["INT", "voluntary"], ends["INT", "statutory"]] == [(0, 2), (0, 2)]
    assert found["people"].isna().tolist() == [True, True, False, False, True, True]
    assert found["hearings"].isna().all()


def test_who_is_outside_the_population_is_not_talked_of(tmp_path):
    """The grouping is about practitioners, who sat in B: what V1 says in A is no talk of theirs."""
    toml = TOML.replace("[populations]", '[populations]\npractitioners = { role = ["practitioner"] }').replace(
        'label = "Sector"', 'label = "Sector"\npopulation = "practitioners"'
    )
    study = made(tmp_path, toml, events="event\nA\nB\n", excerpts="excerpt,participant,event,n_words\nE1,V1,A,9\n")
    found = plrlib.design(study, "sector").set_index(["event", "group"])
    assert found["people"].tolist() == [0, 0, 1, 3]
    assert found.loc["A", ["hearings", "excerpts", "words"]].isna().all(axis=None)
    assert found.loc["B", "hearings"].tolist() == [1, 1]


def test_who_has_no_known_sector_is_left_out_where_no_total_says_how_many(tmp_path):
    """A holds V and ?, B holds S and ?: each event holds one known level."""
    rows = f"{HEAD}\nP1,manager,voluntary,A\nP2,manager,,A\nP3,manager,statutory,B\nP4,manager,,B\n"
    found = plrlib.design(made(tmp_path, participants=rows, events="event\nA\nB\n",
                               excerpts="excerpt,participant\nE1,P1\n"), "sector")  # fmt: skip
    assert set(found["separable"]) == {"no"}
    ends = found.set_index(["event", "group"])[["lower", "upper"]].apply(tuple, axis=1)
    assert ends.tolist() == [(1, 2), (0, 1), (0, 1), (1, 2)]
    assert found["people"].isna().all()


def test_talk_is_missing_where_some_of_it_is_attributed_or_its_length_is_not_known(tmp_path):
    rows = "excerpt,participant,event,n_words\nE1,V1,A,9\nE2,S1,,\nE3,V3,B,5\nE4,,A,7\n"
    found = plrlib.design(made(tmp_path, events="event\nA\nB\n", excerpts=rows), "sector").set_index(["event", "group"])
    assert found.loc["A", ["excerpts", "words"]].isna().all(axis=None)  # E4 may be anybody's
    assert found.loc["B", "excerpts"].tolist() == [1, 0]
    rows = rows.replace("E4,,A,7\n", "")
    found = plrlib.design(made(tmp_path, events="event\nA\nB\n", excerpts=rows), "sector").set_index(["event", "group"])
    assert found.loc["A", "excerpts"].tolist() == [0.5, 1]  # S1 was heard in A alone, so E2 was said there
    assert found.loc["A", "words"].isna().tolist() == [False, True]


def test_excerpts_can_show_that_levels_sat_together(tmp_path):
    """Of four in A no sector is known but the totals, two and two; somebody of each sector speaks in A."""
    rows = [f"P{i},manager,,{'A' if i < 2 else 'B'}" for i in range(4)]
    halves = "population,attribute,level,n\nstaff,sector,voluntary,2\nstaff,sector,statutory,2\n"
    tables = {"participants": "\n".join([HEAD, *rows]) + "\n", "events": "event\nA\nB\n", "margins": halves}
    excerpts = "excerpt,participant,event,sector\nE1,,A,voluntary\nE2,,A,{}\n"
    for second, answer in (("voluntary", None), ("statutory", "within")):
        found = plrlib.design(made(tmp_path, **tables, excerpts=excerpts.format(second)), "sector")["separable"]
        assert found.isna().all() if answer is None else set(found) == {answer}
