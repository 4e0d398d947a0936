"""`presence`, by hand-worked cases.

In brackets after an excerpt are its candidates. Tuples are n, lower, upper and excerpts.
"""

import pytest

import plrlib

from ..made import TOML, made, said

STAFF_TOTALS = "population,attribute,level,n\nstaff,sector,voluntary,2\nstaff,sector,statutory,2\n"
FOUR = "participant,role,sector,focus_group\n" + "".join(f"P{i},manager,,A\n" for i in range(1, 5))


def counts(study, code="T1", by="sector", **more):
    """Return n, lower, upper and excerpts for each level, in declared order."""
    found = plrlib.presence(study, by, **more)
    rows = found[found["code"] == code].sort_values("group")
    return list(rows[["n", "lower", "upper", "excerpts"]].itertuples(index=False, name=None))


def test_everybody_is_named(tmp_path):
    # V1 says three things about T1 and counts once; V2 one thing; S1 one. 2 of 3 voluntary, 1 of 4 statutory.
    study = made(tmp_path, **said("V1,,,, > c1", "V1,,,, > c1", "V1,,,, > c2", "V2,,,, > c1 c2", "S1,,,, > c2 c3"))
    assert counts(study) == [(3, 2, 2, 4), (4, 1, 1, 1)]
    assert counts(study, "T2") == [(3, 0, 0, 0), (4, 1, 1, 1)]


def test_the_frame_is_tidy(tmp_path):
    found = plrlib.presence(made(tmp_path), "sector")
    assert list(found.columns) == ["grouping", "group", "code", "n", "lower", "upper", "excerpts"]
    assert list(found["code"].cat.categories) == ["T1", "T2"]
    assert list(found["group"].cat.categories) == ["voluntary", "statutory"]
    assert list(found[["grouping", "code", "group"]].itertuples(index=False, name=None)) == [
        ("sector", "T1", "voluntary"), ("sector", "T1", "statutory"),
        ("sector", "T2", "voluntary"), ("sector", "T2", "statutory"),
    ]  # fmt: skip


def test_a_code_nobody_used_shows_as_zero(tmp_path):
    study = made(tmp_path)
    assert counts(study, "T2") == [(3, 0, 0, 0), (4, 0, 0, 0)]
    assert counts(study, "c2", level="code") == [(3, 0, 0, 0), (4, 0, 0, 0)]


# A holds V1, V2 and S1; B holds V3, S2, S3 and S4. Each excerpt has a code of its own: fewest and most of each sector.
ATTRIBUTED = [
    (",A,,,", (0, 2), (0, 1)),  # somebody of V1, V2, S1: it may be S1 alone, or all three
    (",A,,voluntary,", (1, 2), (0, 0)),  # V1 or V2
    (",,manager,statutory,", (0, 0), (1, 1)),  # S1 is the only statutory manager
    (",,manager,,", (0, 2), (0, 1)),  # V1, V2, S1
    (",A;B,practitioner,,", (0, 1), (0, 3)),  # V3, S2, S3, S4
    (",A,,,one", (0, 2), (0, 1)),  # at least one: others may share it
    (",A,,,one only", (0, 1), (0, 1)),  # one of V1, V2, S1
    (",A,,,two", (1, 2), (0, 1)),  # two of V1, V2, S1: one of them at least is voluntary
    (",A,,,several", (2, 2), (1, 1)),  # three of three
    (",A,,,majority", (1, 2), (0, 1)),  # more than 1.5: two at least
    (",A,,,minority", (0, 1), (0, 1)),  # fewer than 1.5: one
    (",A,,,group", (1, 2), (0, 1)),  # of the group as a whole: more than half
    (",A,,,everybody", (2, 2), (1, 1)),
    (",B,,,majority", (0, 1), (2, 3)),  # three of V3, S2, S3, S4: two statutory ones at least
    (",B,,,minority", (0, 1), (0, 1)),  # fewer than two of four: one
    (",B,,,several", (0, 1), (2, 3)),
    (",A;B,,,several", (0, 3), (0, 4)),  # three of seven: there are three voluntary, and four statutory
    (",A;B,,,majority", (0, 3), (1, 4)),  # four of seven: three voluntary and one statutory, or four statutory
    (",A;B,,,minority", (0, 3), (0, 3)),  # fewer than 3.5: three
    (",INT,,,several", (0, 3), (0, 4)),  # INT lists nobody: it may have heard any of the seven
    (",INT,,voluntary,several", (3, 3), (0, 0)),
    (",,,,two", (0, 3), (0, 4)),
]


def test_attributed(tmp_path):
    codebook = "code,parent,label\nT1,,Theme\n" + "".join(f"k{i},T1,Code {i}\n" for i in range(len(ATTRIBUTED)))
    rows = said(*(f"{row} > k{i}" for i, (row, *_) in enumerate(ATTRIBUTED)))
    found = plrlib.presence(made(tmp_path, codebook=codebook, **rows), "sector", level="code", events="all")
    ends = found.set_index(["group", "code"])[["n", "lower", "upper"]].apply(tuple, axis=1)
    for i, (row, voluntary, statutory) in enumerate(ATTRIBUTED):
        assert ends["voluntary", f"k{i}"] == (3, *voluntary), row
        assert ends["statutory", f"k{i}"] == (4, *statutory), row


def test_named_and_attributed_together(tmp_path):
    # S1 said it; "several" of A [V1 V2 S1] did: V1 and V2 too. "One only" of B [V3 S2 S3 S4] did.
    study = made(tmp_path, **said("S1,,,, > c1", ",A,,,several > c2", ",B,,,one only > c1"))
    assert counts(study) == [(3, 2, 3, 2), (4, 1, 2, 3)]


def test_an_upper_end_limits_the_excerpt_and_not_the_code(tmp_path):
    # A minority of A [V1 V2 S1] is one voice; two such excerpts may be two people, four at most all three of them.
    assert counts(made(tmp_path, **said(*[",A,,,minority > c1"] * 2))) == [(3, 0, 2, 2), (4, 0, 1, 2)]
    assert counts(made(tmp_path, **said(*[",A;B,,,one only > c1"] * 2))) == [(3, 0, 2, 2), (4, 0, 2, 2)]
    assert counts(made(tmp_path, **said(*[",A;B,,,one only > c1"] * 9))) == [(3, 0, 3, 9), (4, 0, 4, 9)]


def test_nested_candidates(tmp_path):
    # For the group: most of A [V1 V2 S1], two of them, so at least one voluntary person. For everybody: four of seven.
    # Fewest voluntary: S1 and V1 for the first, S1 to S4 for the second: 1. Fewest statutory: V1 and V2, then three
    # voluntary and one statutory: 1.
    study = made(tmp_path, **said(",A,,,majority > c1", ",A;B,,,majority > c1"))
    assert counts(study) == [(3, 1, 3, 2), (4, 1, 4, 2)]


def test_overlapping_candidates(tmp_path):
    # A holds V1 V2, B holds S1 S2, C holds V3 V4. Three of A;B [V1 V2 S1 S2] and three of B;C [S1 S2 V3 V4].
    # Fewest voluntary: S1 S2 V1 and S1 S2 V3: V1 and V3, 2. Fewest statutory: V1 V2 S1 and V3 V4 S1: the same S1, 1.
    study = made(
        tmp_path,
        participants="participant,sector,focus_group\nV1,voluntary,A\nV2,voluntary,A\nS1,statutory,B\n"
        "S2,statutory,B\nV3,voluntary,C\nV4,voluntary,C\n",
        events="event,kind,order\nA,focus group,1\nB,focus group,1\nC,focus group,1\n",
        toml='[study]\nid = "made"\ncomplete = true\n[groupings.sector]\nlevels = {voluntary = "V", statutory = "S"}\n',
        **said(",A;B,several > c1", ",B;C,several > c1", columns="participant,event,quantifier"),
    )
    assert counts(study) == [(4, 2, 4, 2), (2, 1, 2, 2)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Four staff in A, two of each sector; nobody says who. Most of them, three: one of each sector at least.
        ([",A,,,majority > c1"], [(2, 1, 2, 1), (2, 1, 2, 1)]),
        # Everybody who is voluntary: both. No statutory person.
        ([",A,,voluntary,everybody > c1"], [(2, 2, 2, 1), (2, 0, 0, 0)]),
        # P1 said it, whose sector is not published: one of either.
        (["P1,,,, > c1"], [(2, 0, 1, 1), (2, 0, 1, 1)]),
        # P1, P2 and P3 said it: two of one sector and one of the other.
        (["P1,,,, > c1", "P2,,,, > c1", "P3,,,, > c1"], [(2, 1, 2, 3), (2, 1, 2, 3)]),
        # P1 said it, and a voluntary person, who may be P1: then nobody else need have.
        (["P1,,,, > c1", ",,,voluntary,one only > c1"], [(2, 1, 2, 2), (2, 0, 1, 1)]),
    ],
)
def test_a_total_without_the_levels_of_people(tmp_path, rows, expected):
    study = made(tmp_path, participants=FOUR, events="event,kind\nA,focus group\n", margins=STAFF_TOTALS, **said(*rows))
    assert counts(study) == expected


def test_whose_level_nobody_knows_is_left_out_where_no_total_is_published(tmp_path):
    # V2's sector is blank: 2 voluntary and 4 statutory are known. Most of A [V1 ? S1] may be ? and S1.
    people = "participant,role,sector,focus_group\nV1,manager,voluntary,A\nV2,manager,,A\nS1,manager,statutory,A\n"
    study = made(
        tmp_path, participants=people, events="event\nA\n", **said("V2,,,, > c1", ",A,,,majority > c1", "V1,,,, > c3")
    )
    assert counts(study) == [(1, 0, 1, 2), (1, 0, 1, 2)]
    assert counts(study, "T2") == [(1, 1, 1, 1), (1, 0, 0, 0)]


def test_a_total_that_leaves_it_open_does_not_count(tmp_path):
    # Of four staff two are voluntary; the others may be statutory or neither, so nobody's level can be counted.
    margins = "population,attribute,level,n\nstaff,sector,voluntary,2\n"
    study = made(tmp_path, participants=FOUR, events="event\nA\n", margins=margins, **said(",A,,,majority > c1"))
    assert counts(study) == [(0, 0, 0, 1), (0, 0, 0, 1)]


def test_totals_count_for_those_they_are_of(tmp_path):
    # The totals are of the four staff. Of Y, a young person, no total says the sector: only Y is left out.
    people = FOUR + "Y,young,,A\n"
    toml = TOML[: TOML.index("[groupings.role]")].replace(', "practitioner"', "")
    study = made(tmp_path, toml, participants=people, events="event\nA\n", margins=STAFF_TOTALS, **said("P1,,,, > c1"))
    assert counts(study) == [(2, 0, 1, 1), (2, 0, 1, 1)]


def test_who_may_be_outside_the_population_is_not_counted(tmp_path):
    # The grouping is about managers. X is voluntary, but may be a manager or a practitioner: not counted for certain.
    toml = TOML.replace("[groupings.role]", 'population = "managers"\n[groupings.role]').replace(
        "[populations]", '[populations]\nmanagers = { role = ["manager"] }'
    )
    people = "participant,role,sector,focus_group\nX,,voluntary,A\nV1,manager,voluntary,A\nS1,manager,statutory,A\n"
    study = made(
        tmp_path, toml, participants=people, events="event\nA\n", **said("X,,,, > c1", "V1,,,, > c3", "S1,,,, > c3")
    )
    assert counts(study) == [(1, 0, 0, 1), (1, 0, 0, 0)]
    assert counts(study, "T2") == [(1, 1, 1, 1), (1, 1, 1, 1)]


def test_totals_of_people_heard_at_an_event(tmp_path):
    # P1 is voluntary, P2 and P3 are not known. Two staff were interviewed, both statutory: they are P2 and P3.
    toml = TOML.replace("[populations]", '[populations]\ninterviewed = { role = ["manager"], event = ["INT"] }')
    people = "participant,role,sector,focus_group\nP1,manager,voluntary,A\nP2,manager,,A\nP3,manager,,A\n"
    margins = "population,attribute,level,n\ninterviewed,sector,statutory,2\n"
    events = "event,kind,participants\nA,focus group,3\nINT,interview,2\n"
    study = made(tmp_path, toml, participants=people, events=events, margins=margins, **said(",A,,,two > c1"))
    assert counts(study) == [(1, 0, 1, 1), (2, 1, 2, 1)]
    # With one interviewed and statutory, it is open whether the other is: only P1 is counted.
    margins = margins.replace(",2", ",1")
    study = made(tmp_path, toml, participants=people, events=events, margins=margins, **said(",A,,,two > c1"))
    assert counts(study) == [(1, 0, 1, 1), (0, 0, 0, 1)]


def test_an_upper_end_is_known_only_where_coding_is_complete(tmp_path):
    rows = said("V1,,,, > c1", ",B,,,one only > c1")
    assert counts(made(tmp_path, **rows)) == [(3, 1, 2, 2), (4, 0, 1, 1)]
    assert counts(made(tmp_path, TOML.replace("true", "false"), **rows)) == [(3, 1, 3, 2), (4, 0, 4, 1)]


def test_what_a_coder_has_not_seen_may_hold_the_code(tmp_path):
    # E2 [V2], E3 [S1] and E4 [V3 S2 S3 S4, one voice] are not listed as read: each may hold the code.
    listed = "coder,event,excerpt\nme,,E1\n"
    study = made(tmp_path, coverage=listed, **said("V1,,,, > c1", "V2,,,, >", ",A,,statutory, >", ",B,,,one only >"))
    assert counts(study) == [(3, 1, 3, 1), (4, 0, 2, 0)]
    # Whoever put them into envelopes has seen them, and gave them no code.
    seen = "excerpt,coder,theme,stance\nE2,me,T2,supports\nE3,me,,\nE4,me,T1,supports\n"
    rows = said("V1,,,, > c1", "V2,,,, >", ",A,,statutory, >", ",B,,,one only >")
    assert counts(made(tmp_path, coverage=listed, envelopes=seen, **rows)) == [(3, 1, 1, 1), (4, 0, 0, 0)]
    # Without the table the one coder of a complete study has read everything.
    assert counts(made(tmp_path, **rows)) == [(3, 1, 1, 1), (4, 0, 0, 0)]
    # Another coder has seen only E2.
    rows["codings"] += "E2,you,c1\n"
    toml = TOML.replace("[populations]", 'reference_coder = "me"\n[populations]')
    study = made(tmp_path, toml, coverage=listed, **rows)
    assert counts(study) == [(3, 1, 3, 1), (4, 0, 2, 0)]
    assert counts(study, coder="you") == [(3, 1, 3, 1), (4, 0, 2, 0)]
    assert counts(study, coder="me") == counts(study)


STANCES = """
    excerpt,coder,theme,stance
    E1,me,T1,supports
    E2,me,T1,supports
    E3,me,T1,opposes
    E4,me,T1,opposes
    E5,me,T2,
    """


def test_stance_tells_apart_what_presence_alone_does_not(tmp_path):
    # V1 and V2 are for it, S1 and S2 against: two of each raise it.
    toml = TOML.replace("[populations]", 'stance_coder = "me"\n[populations]')
    rows = said("V1,,,, > c1", "V2,,,, > c1", "S1,,,, > c1", "S2,,,, > c2", "S3,,,, > c3")
    study = made(tmp_path, toml, envelopes=STANCES, **rows)
    assert counts(study) == [(3, 2, 2, 2), (4, 2, 2, 2)]
    assert counts(study, stance=None) == counts(study)
    for_t1 = plrlib.presence(made(tmp_path, toml, envelopes=STANCES.replace("T2,\n", "T2,context\n"), **rows),
                             "sector", stance="supports")  # fmt: skip
    assert list(for_t1["lower"]) == [2, 0, 0, 0]
    against = plrlib.presence(made(tmp_path, toml, envelopes=STANCES.replace("T2,\n", "T2,context\n"), **rows),
                              "sector", stance="opposes")  # fmt: skip
    assert list(against["lower"]) == [0, 2, 0, 0]


def test_a_blank_stance_that_is_asked_for_is_an_error(tmp_path):
    toml = TOML.replace("[populations]", 'stance_coder = "me"\n[populations]')
    rows = said("V1,,,, > c1", "V2,,,, > c1", "S1,,,, > c1", "S2,,,, > c2", "S3,,,, > c3")
    with pytest.raises(ValueError, match="me gave none to 1 of the excerpts: E5"):
        plrlib.presence(made(tmp_path, toml, envelopes=STANCES, **rows), "sector", stance="supports")
    with pytest.raises(ValueError, match=r"study\.toml names no stance_coder"):
        plrlib.presence(made(tmp_path, envelopes=STANCES, **rows), "sector", stance="supports")
    # One that is at no hearing asked for, or carries no code, need have no stance.
    rows = said(*(f"{p},{e},,, > {c}" for p, e, c in (("V1", "", "c1"), ("V2", "", "c1"), ("S1", "", "c1"),
                                                      ("S2", "", "c2"), ("S3", "INT", "c3"))))  # fmt: skip
    study = made(tmp_path, toml, envelopes=STANCES, **rows)
    assert counts(study, stance="supports") == [(3, 2, 2, 2), (4, 0, 0, 0)]
    with pytest.raises(ValueError, match="E5"):
        counts(study, stance="supports", events="all")


def test_the_first_hearing_counts(tmp_path):
    # V1 raises c1 where first heard, and c3 only when interviewed; S1 raises c1 only when interviewed.
    study = made(
        tmp_path, **said("V1,A,,, > c1", "V1,INT,,, > c3", "S1,INT,,, > c1", "S2,A;INT,,, > c1", "S3,,,, > c1")
    )
    # S2 sat in B first: what was said at A or INT is no first hearing. Of S3's the event is not said: it counts.
    assert counts(study) == [(3, 1, 1, 1), (4, 1, 1, 1)]
    assert counts(study, "T2") == [(3, 0, 0, 0), (4, 0, 0, 0)]
    assert counts(study, events="all") == [(3, 1, 1, 1), (4, 3, 3, 3)]
    assert counts(study, "T2", events="all") == [(3, 1, 1, 1), (4, 0, 0, 0)]


def test_attributed_excerpts_count_if_a_possible_event_is_somebodys_first_hearing(tmp_path):
    # INT is nobody's first hearing: of what may have been said there only A;INT [all seven] and the blank one count.
    study = made(tmp_path, **said(",INT,,,two > c1", ",A;INT,,,everybody > c1", ",,,,one > c3", ",INT,,,one > c3"))
    assert counts(study) == [(3, 3, 3, 1), (4, 4, 4, 1)]
    assert counts(study, "T2") == [(3, 0, 3, 1), (4, 0, 4, 1)]
    assert counts(study, events="all") == [(3, 3, 3, 2), (4, 4, 4, 2)]


def test_an_interview_is_the_first_hearing_of_who_sat_in_no_group(tmp_path):
    # S4 sat in no group: what S4 says at INT counts, and so may what is only attributed to INT.
    people = "participant,role,sector,focus_group\nV1,manager,voluntary,A\nS4,practitioner,statutory,\n"
    rows = said("S4,INT,,, > c1", "V1,INT,,, > c1", ",INT,,statutory, > c3")
    study = made(tmp_path, participants=people, **rows)
    assert counts(study) == [(1, 0, 0, 0), (1, 1, 1, 1)]
    assert counts(study, "T2") == [(1, 0, 0, 0), (1, 1, 1, 1)]
    # The same where S4 says nothing that is named: S4 may have been interviewed.
    study = made(tmp_path, participants=people, **said(",INT,,statutory, > c3"))
    assert counts(study, "T2") == [(1, 0, 0, 0), (1, 1, 1, 1)]


def test_of_whom_nobody_knows_the_first_hearing_everything_counts(tmp_path):
    # X is listed nowhere, and said it at A or at B: that may be where X was first heard.
    people = (
        "participant,role,sector,focus_group\nX,manager,voluntary,\nS1,manager,statutory,A\nS2,manager,statutory,A\n"
    )
    attendance = "participant,event\nS1,B\nS2,INT\n"
    study = made(tmp_path, participants=people, attendance=attendance, **said("X,B;INT,,, > c1"))
    assert counts(study) == [(1, 1, 1, 1), (2, 0, 0, 0)]


ASKED = "event,code\nA,T1\nB,c3\n"


def test_who_was_not_asked_is_not_counted(tmp_path):
    # A was asked about T1 (so c1 and c2), B about c3 (so T2). V3 raised c1 without being asked: not counted.
    rows = said("V1,A,,, > c1", "V3,B,,, > c1 c3", "S2,B,,, > c3")
    study = made(tmp_path, asked=ASKED, **rows)
    assert counts(study) == [(2, 1, 1, 1), (1, 0, 0, 0)]
    assert counts(study, "T2") == [(1, 1, 1, 1), (3, 1, 1, 1)]
    assert counts(study, "c2", level="code") == [(2, 0, 0, 0), (1, 0, 0, 0)]
    # B was not asked about T1: "several" of everybody [seven] are one of A at the least, as B is four.
    study = made(tmp_path, asked=ASKED, **said(",A;B,,,everybody > c1", ",B,,,one > c3"))
    assert counts(study) == [(2, 2, 2, 1), (1, 1, 1, 1)]


def test_who_was_asked_at_a_second_hearing_counts_where_all_hearings_do(tmp_path):
    # V1 sat in A, and was interviewed and there asked about T2.
    study = made(tmp_path, asked=ASKED + "INT,T2\n", attendance="participant,event\nV1,INT\n", **said("V1,INT,,, > c3"))
    assert counts(study, "T2") == [(1, 0, 0, 0), (3, 0, 0, 0)]
    assert counts(study, "T2", events="all") == [(2, 1, 1, 1), (3, 0, 0, 0)]


def test_who_was_heard_where_nobody_knows_counts_as_asked(tmp_path):
    people = "participant,role,sector,focus_group\nX,manager,voluntary,\nS1,manager,statutory,A\n"
    study = made(tmp_path, participants=people, asked="event,code\nA,T1\n", **said("S1,A,,, > c1", "X,,,, >"))
    for events in ("first", "all"):
        assert counts(study, "T2", events=events) == [(1, 0, 0, 0), (0, 0, 0, 0)]


DEEP = """
    code,parent,label
    T1,,First theme
    c1,T1,Code 1
    d1,c1,Under code 1
    d2,d1,Under that
    T2,,Second theme
    T3,,Third theme
    c3,T3,Code 3
    """


def test_deep_codebooks(tmp_path):
    study = made(
        tmp_path, codebook=DEEP, **said("V1,,,, > d2", "V2,,,, > c1", "S1,,,, > T1", "S2,,,, > T2", "S3,,,, > c3")
    )
    assert counts(study, "T1") == [(3, 2, 2, 2), (4, 1, 1, 1)]  # V1, V2; S1
    # Level `code`: what was given, and what has nothing under it; each counts for all above it. d1 was not given.
    codes = plrlib.presence(study, "sector", level="code")
    assert list(codes["code"].cat.categories) == ["T1", "c1", "d2", "T2", "c3"]
    assert counts(study, "d2", level="code") == [(3, 1, 1, 1), (4, 0, 0, 0)]
    assert counts(study, "c1", level="code") == [(3, 2, 2, 2), (4, 0, 0, 0)]
    assert counts(study, "T1", level="code") == [(3, 2, 2, 2), (4, 1, 1, 1)]
    # At a depth: what stands there, and what ends or was given above it.
    depths = plrlib.presence(study, "sector", level=3)
    assert list(depths["code"].cat.categories) == ["T1", "c1", "d1", "T2", "c3"]
    assert counts(study, "d1", level=3) == counts(study, "d1", level="3") == [(3, 1, 1, 1), (4, 0, 0, 0)]
    # Asked about c1: about all under it, and about its theme.
    study = made(tmp_path, codebook=DEEP, asked="event,code\nA,c1\n", **said("V1,A,,, > d2"))
    assert [counts(study, c, level=3)[0][0] for c in ("d1", "T2", "c3")] == [2, 0, 0]
    assert counts(study, "d2", level="code")[0][0] == 2
    assert [counts(study, c)[0][0] for c in ("T1", "T2", "T3")] == [2, 0, 0]


def test_the_withdrawn_are_left_out(tmp_path):
    # V2 withdraws: 2 voluntary people are left. "Several" of A [V1 V2 S1] were three, so V1 and S1 at the least.
    people = """
        participant,role,sector,focus_group,withdrawn
        V1,manager,voluntary,A,
        V2,manager,voluntary,A,yes
        S1,manager,statutory,A,
        V3,practitioner,voluntary,B,
        """
    study = made(
        tmp_path, participants=people, **said("V2,,,, > c1", ",A,,,several > c1", ",A,,voluntary,one only > c3")
    )
    assert counts(study) == [(2, 1, 1, 1), (1, 1, 1, 1)]
    # "One only" of A's voluntary people [V1 V2] may have been V2: V1 is not sure to have raised it.
    assert counts(study, "T2") == [(2, 0, 1, 1), (1, 0, 0, 0)]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"by": "age"}, plrlib.NotInStudy, "no grouping called 'age'; those it declares: sector, role"),
        ({"coder": "you"}, ValueError, "coder 'you' gave no codes in made; coders who did: me"),
        ({"level": "envelope"}, ValueError, "level is 'theme' or 'code', or the depth 2, not 'envelope'"),
        ({"stance": "likes"}, ValueError, "stance is one of supports, qualifies, opposes, context, not 'likes'"),
        ({"events": "second"}, ValueError, "events is 'first' or 'all', not 'second'"),
    ],
)
def test_what_the_study_does_not_know_is_told(tmp_path, arguments, error, message):
    with pytest.raises(error, match=message):
        plrlib.presence(made(tmp_path), **{"by": "sector", **arguments})


def test_of_several_coders_one_must_be_named(tmp_path):
    codings = "excerpt,coder,code\nE1,me,c1\nE1,you,c3\n"
    with pytest.raises(ValueError, match="it is not said whose codings count: me coded 1 and you coded 1"):
        made(tmp_path, codings=codings)
    study = made(tmp_path, TOML.replace("[populations]", 'reference_coder = "me"\n[populations]'), codings=codings)
    assert counts(study, "T2", coder="you") == [(3, 1, 1, 1), (4, 0, 0, 0)]


def test_totals_and_quantifiers_that_cannot_all_be_true_are_told(tmp_path):
    # Of four staff two are statutory, but three statutory ones are said to agree.
    study = made(
        tmp_path, participants=FOUR, events="event\nA\n", margins=STAFF_TOTALS, **said(",A,,statutory,several > c1")
    )
    with pytest.raises(ValueError, match="totals and quantifiers of made contradict one another"):
        plrlib.presence(study, "sector")
