"""Who counts: people with an event or an excerpt, less those excluded; the others are named and in no n."""

import pandas as pd
import pytest
from stats.made import BASE, TOML, made, said

from plrlib import attribution, change, compare, load_study, presence, show
from plrlib.privacy.release import release
from plrlib.stats.design import uncoded

PEOPLE = BASE["participants"].rstrip() + "\n        X1,manager,voluntary,\n        X2,manager,statutory,\n"
ROWS = ("V1,A > c1", "V2,A > c2", "S1,A > c1", "V3,B >", "S2,B > c3", "S3,B > c1", "S4,B > c2")


def study(tmp_path, *rows, people=PEOPLE, toml=TOML, columns="participant,event", **tables):
    return made(tmp_path, toml, participants=people, **said(*rows, columns=columns), **tables)


def excluding(**reasons):
    head, *rows = (line.strip() for line in BASE["participants"].strip().splitlines())
    return "\n".join([f"{head},excluded", *(f"{row},{reasons.get(row[:2], '')}" for row in rows), ""])


def sizes(found, by="sector"):
    counts = presence(found, by)
    return counts[counts["code"] == "T1"].set_index("group")["n"].to_dict()


def test_people_without_event_and_excerpt_are_in_no_n(tmp_path):
    found = study(tmp_path, *ROWS)
    assert found.prepared.heard.tolist() == [True] * 7 + [False] * 2
    assert sizes(found) == {"voluntary": 3, "statutory": 4}
    before = made(tmp_path, **said(*ROWS, columns="participant,event"))
    pd.testing.assert_frame_equal(compare(found, "sector").frame, compare(before, "sector").frame)
    told = show.counted_say(found).sentences
    assert told[0] == "7 of 9 participants count."
    assert told[1] == "2 participants have no event and no excerpt, and are not counted: X1 and X2."
    assert "X1" in show.alone_table(found).frame.to_string()


@pytest.mark.parametrize(
    ("more", "tables", "heard"),
    [
        ("X1,,, > c1", {}, {"X1"}),  # an excerpt of theirs
        (",,manager,voluntary > c1", {}, {"X1"}),  # one that may be theirs
        (",A,manager, > c1", {}, set()),  # A lists others
        (",INT,, > c1", {}, {"X1", "X2"}),  # INT lists nobody
        ("V1,A,, > c1", {"attendance": "participant,event\nX2,INT\n"}, {"X2"}),
        ("V1,A,, > c1", {"events": "event,kind,participants\nA,focus group,\nB,focus group,\nINT,interview,1\n"},
         {"X1", "X2"}),  # one was interviewed, and it is not known who
    ],
)  # fmt: skip
def test_an_event_or_an_excerpt_that_may_be_theirs_is_enough(tmp_path, more, tables, heard):
    rows = [f"{row.partition(' >')[0]},, >{row.partition(' >')[2]}" for row in ROWS]
    found = study(tmp_path, *rows, more, columns="participant,event,role,sector", **tables)
    assert {who for who in found.participants["participant"][found.prepared.heard] if who[0] == "X"} == heard


def test_the_excluded_are_in_no_n_and_their_excerpts_count_for_no_group(tmp_path):
    found = study(tmp_path, *ROWS, people=excluding(V2="left early", S2="left early", S3="a colleague"))
    assert sizes(found) == {"voluntary": 2, "statutory": 2}
    assert sum(sizes(found, "role").values()) == 4
    counts = presence(found, "sector")
    assert counts.loc[counts["code"] == "T2", ["lower", "upper", "excerpts"]].to_numpy().sum() == 0, "c3 was S2's"
    heard = attribution(found, "sector").set_index("excerpt")["heard"]
    assert heard["E2"] == "outside"
    told = show.counted_say(found).sentences
    assert told[1] == "3 participants are excluded: left early (2) and a colleague (1)."
    assert told[2] == "3 excerpts of theirs count for no group."
    assert "4 people were heard" in show.limits_of_people(found).sentences[0]


def test_an_attributed_excerpt_may_still_be_of_one_who_is_excluded(tmp_path):
    rows = ("V1,A,, >", "S1,A,, >", ",A,manager,voluntary > c1")
    counts = presence(study(tmp_path, *rows, people=excluding(V2="left"), columns="participant,event,role,sector"),
                      "sector")  # fmt: skip
    voluntary = counts[(counts["code"] == "T1") & (counts["group"] == "voluntary")].iloc[0]
    assert voluntary[["n", "lower", "upper"]].tolist() == [2, 0, 1]


def test_nobody_excluded_and_a_blank_reason_are_the_same(tmp_path):
    plain, blank = (study(tmp_path, *ROWS, people=people) for people in (BASE["participants"], excluding()))
    assert sizes(plain) == sizes(blank)


def test_the_excluded_are_not_set_side_by_side(tmp_path):
    seats = "participant,event\nV1,INT\nS1,INT\n"
    rows = ("V1,A > c1", "V1,INT >", "S1,A > c1", "S1,INT > c1")
    both = study(tmp_path, *rows, people=BASE["participants"], attendance=seats)
    one = study(tmp_path, *rows, people=excluding(V1="left"), attendance=seats)
    assert [int(change(found)["people"].iloc[0]) for found in (both, one)] == [2, 1]


def test_people_of_whom_nothing_is_coded_raised_nothing_and_are_named(tmp_path):
    found = study(tmp_path, *ROWS, people=BASE["participants"])
    assert found.participants["participant"][uncoded(found)].tolist() == ["V3"]
    assert show.counted_say(found).sentences[-1] == (
        "Nothing is coded of 1 participant who counts: V3. Each counts as not having raised anything."
    )
    rows = {row[0]: row[1:] for row in show.alone_table(found).frame.to_numpy().tolist()}
    assert rows["excerpts without a code"] == ["1", "E4"]
    assert rows["events without participants and excerpts"] == ["1", "INT"]


def test_a_release_has_who_counts_and_no_reason(tmp_path):
    """Silent people who were interviewed alone still count in it."""
    people = "participant,role,sector,focus_group,excluded\n" + "".join(
        f"P{i},manager,{'voluntary' if i % 2 else 'statutory'},,{'secret' if i == 9 else ''}\n" for i in range(12)
    )
    rows = [f"P{i}, > {'c1' if i < 8 else ''}" for i in range(10)]
    toml = TOML + '[privacy]\nquasi_identifiers = ["sector"]\nsmallest_group = 3\n'
    found = study(tmp_path, *rows, people=people, toml=toml)
    assert int(found.prepared.counted.sum()) == 9
    copy = release(found, "salt")
    folder = tmp_path / "copy"
    for name, data in copy.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    assert b"secret" not in b"".join(copy.files.values())
    again = load_study(folder)
    assert sizes(again) == sizes(found)
    assert "People who were not heard, or are excluded, with what they said: 3." in copy.taken
