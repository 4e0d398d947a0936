"""What names a row of another table, a coder or a population: each must be there."""

import pytest
from study_maker import RICH, RICH_TOML, changed, faults, least, rich, the_fault

from plrlib.study.schema import TABLES

NOWHERE = [
    ("participants", "practitioner,voluntary,FG2", "practitioner,voluntary,FG7", 4, "focus_group", "FG7", "events.csv"),
    ("excerpts", "E02,R3", "E02,R9", 3, "participant", "R9", "participants.csv"),
    ("excerpts", "E02,R3,FG2", "E02,R3,FG8", 3, "event", "FG8", "events.csv"),
    ("excerpts", "FG1;FG2", "FG1; FG8", 5, "event", "FG8", "events.csv"),
    ("excerpts", ",one,quoted", ",seventeen,quoted", 4, "quantifier", "seventeen", "quantifiers.csv"),
    ("codings", "E03,ben", "E77,ben", 4, "excerpt", "E77", "excerpts.csv"),
    ("codings", "E03,ben,c2", "E03,ben,theory", 4, "code", "theory", "codebook.csv"),
    ("codings", "E03,ben,c2", "E03,christopher,c2", 4, "coder", "christopher", "[coders] of study.toml"),
    ("codebook", "c2,T2", "c2,theory", 5, "parent", "theory", "codebook.csv"),
    ("envelopes", "E02,anna", "E77,anna", 3, "excerpt", "E77", "excerpts.csv"),
    ("envelopes", "E02,anna", "E02,christopher", 3, "coder", "christopher", "[coders] of study.toml"),
    ("envelopes", "E02,anna,,", "E02,anna,theory,", 3, "theme", "theory", "codebook.csv"),
    ("attendance", "R3,INT", "R9,INT", 3, "participant", "R9", "participants.csv"),
    ("attendance", "R3,INT", "R3,seminar", 3, "event", "seminar", "events.csv"),
    ("asked", "FG2,c2", "seminar,c2", 3, "event", "seminar", "events.csv"),
    ("asked", "FG2,c2", "FG2,theory", 3, "code", "theory", "codebook.csv"),
    ("margins", "staff,sector,statutory", "everyone,sector,statutory", 3, "population", "everyone",
     "[populations] of study.toml"),
    ("claims", "T1,staff", "theory,staff", 2, "finding", "theory", "codebook.csv"),
    ("claims", "T1,staff", "T1,everyone", 2, "who", "everyone", "[populations] of study.toml"),
    ("statements", "A prompt,T2", "A prompt,theory", 2, "finding", "theory", "codebook.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "value", "where"), NOWHERE)
def test_a_key_points_nowhere(tmp_path, table, old, new, row, column, value, where):
    fault = the_fault(rich(tmp_path, **changed(table, old, new)))
    assert (fault.file, fault.row, fault.column, fault.value) == (f"{table}.csv", row, column, value)
    assert fault.message == f"is not in {where}"
    assert fault.allowed
    assert fault.remedy == f"add it to {where}, or correct it here"


def test_every_key_of_the_data_dictionary_is_tested():
    keys = {(t.name, c.name) for t in TABLES.values() for c in t.columns if c.refers}
    assert keys - {("excerpts", "heading")} == {(table, column) for table, _, _, _, column, _, _ in NOWHERE}


def test_a_heading_points_nowhere(tmp_path):
    fault = the_fault(least(tmp_path, excerpts="excerpt,participant,heading\nE01,R1,T1\nE02,R2,theory\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("excerpts.csv", 3, "heading", "theory")


@pytest.mark.parametrize(("given", "value"), [("e1", "e1"), ("E1", "E1"), ("e01", "e01"), ("E 01", "E 01")])
def test_an_id_of_another_table_is_written_in_another_way(tmp_path, given, value):
    fault = the_fault(rich(tmp_path, **changed("codings", "E01,anna", f"{given},anna")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("codings.csv", 2, "excerpt", value)
    assert fault.message == "is not in excerpts.csv, but 'E01' is: they differ only in blanks, case or leading zeros"
    assert fault.remedy == "write 'E01'"


def test_a_near_miss_is_guessed(tmp_path):
    fault = the_fault(rich(tmp_path, **changed("claims", "T1,staff", "T1,staf")))
    assert fault.remedy.startswith("did you mean 'staff'? If not, add it to [populations]")


def test_every_row_that_points_nowhere_is_told_even_when_all_do(tmp_path):
    """A column in another notation takes no minutes, and no row of it is left out."""
    n = 3000
    excerpts = "excerpt,participant\n" + "".join(f"E{i:05},R1\n" for i in range(n))
    codings = "excerpt,coder,code\n" + "".join(f"passage {i} of interview,anna,c1\n" for i in range(n))
    found = faults(least(tmp_path, excerpts=excerpts, codings=codings))
    assert [f.row for f in found] == list(range(2, n + 2))
    assert found[0].allowed == ", ".join(f"E{i:05}" for i in range(12)) + f", and {n - 12} more"


def test_a_study_without_events_or_coders_needs_none(tmp_path):
    participants = "participant,focus_group\nR1,FG1\nR2,FG2\n"
    excerpts = "excerpt,participant,event\nE01,R1,FG1\nE02,,FG1;FG3\n"
    assert faults(least(tmp_path, participants=participants, excerpts=excerpts)) == []


def test_events_and_coders_that_nothing_lists_may_not_look_alike(tmp_path):
    found = faults(
        least(
            tmp_path,
            participants="participant,focus_group\nR1,FG1\nR2,FG1\n",
            excerpts="excerpt,participant,event\nE01,R1,FG1\nE02,R2,fg1\n",
            envelopes="excerpt,coder,theme\nE01,Anna,T1\n",
        )
    )
    assert [(f.file, f.row, f.column, f.value) for f in found] == [
        ("envelopes.csv", 2, "coder", "Anna"),
        ("excerpts.csv", 3, "event", "fg1"),
    ]
    assert "'anna' (codings.csv, line 2)" in found[0].message
    assert "'FG1' (participants.csv, line 2)" in found[1].message


def test_a_row_that_cannot_be_read_makes_no_second_fault(tmp_path):
    """R2 stands in a row with a cell too many: whoever points to it points somewhere."""
    found = faults(
        rich(
            tmp_path,
            **changed("participants", "R3,practitioner,voluntary,FG2,no,", "R3,practitioner,voluntary,FG2,no,,,"),
            **changed("codebook", "c2,T2,Another code", "c2,T2"),
        )
    )
    assert [(f.file, f.row) for f in found] == [("codebook.csv", 5), ("participants.csv", 4)]


@pytest.mark.parametrize("lost", ["participants", "excerpts", "codebook", "events", "quantifiers"])
def test_a_table_that_cannot_be_read_makes_no_second_fault(tmp_path, lost):
    fault = the_fault(rich(tmp_path, **{lost: b"\xff\xfep\x00a\x00"}))
    assert fault.file == f"{lost}.csv"


@pytest.mark.parametrize(
    ("codebook", "row", "circle"),
    [
        ("T1,,A\nc1,c1,B\n", 3, "c1 → c1"),
        ("T1,,A\nc1,c2,B\nc2,c1,C\n", 3, "c1 → c2 → c1"),
        ("T1,,A\nc0,c1,Z\nc1,c2,B\nc2,c3,C\nc3,c1,D\n", 4, "c1 → c2 → c3 → c1"),
    ],
)
def test_the_codebook_runs_in_a_circle(tmp_path, codebook, row, circle):
    fault = the_fault(least(tmp_path, codebook=f"code,parent,label\n{codebook}"))
    assert (fault.file, fault.row, fault.column) == ("codebook.csv", row, "parent")
    assert fault.message == f"the codes stand under one another in a circle: {circle}"
    assert fault.value == circle.split(" → ")[1]


def test_two_circles_are_two_faults(tmp_path):
    found = faults(least(tmp_path, codebook="code,parent,label\nT1,,A\nc1,c1,B\nc2,c3,C\nc3,c2,D\nc4,c3,E\n"))
    assert [f.row for f in found] == [3, 4]


def test_a_deep_codebook_is_no_circle(tmp_path):
    deep = "".join(f"d{i},d{i - 1},A code\n" for i in range(1, 3000))
    assert faults(least(tmp_path, codebook=f"code,parent,label\nT1,,A\nc1,T1,B\nd0,c1,C\n{deep}")) == []


def test_an_envelope_is_a_code(tmp_path):
    fault = the_fault(rich(tmp_path, **changed("envelopes", "E02,anna,,", "E02,anna,c2,")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("envelopes.csv", 3, "theme", "c2")
    assert fault.allowed == "T1, T2"
    assert fault.remedy == "write the theme it stands under, 'T2'"


def test_an_envelope_deep_under_a_theme(tmp_path):
    deep = {"codebook": RICH["codebook"] + "c3,c2,Deeper\n"}
    fault = the_fault(rich(tmp_path, **deep, **changed("envelopes", "E02,anna,,", "E02,anna,c3,")))
    assert fault.remedy == "write the theme it stands under, 'T2'"


def test_an_envelope_in_a_circle_is_no_second_fault(tmp_path):
    assert the_fault(rich(tmp_path, **changed("codebook", "T1,,A theme", "T1,c1,A theme"))).column == "parent"


@pytest.mark.parametrize(("key", "table"), [("reference_coder", "codings"), ("stance_coder", "envelopes")])
def test_a_coder_that_study_toml_relies_on_has_no_row(tmp_path, key, table):
    toml = RICH_TOML.replace("[coders]", '[coders]\nzoe = { kind = "researcher" }')
    fault = the_fault(rich(tmp_path, toml.replace(f'{key} = "anna"', f'{key} = "zoe"')))
    assert (fault.file, fault.column, fault.value) == ("study.toml", f"study.{key}", "zoe")
    assert fault.row == (3 if key == "reference_coder" else 4)
    assert fault.message == f"has no row in {table}.csv"


def test_what_is_left_over_is_no_theme(tmp_path):
    toml = RICH_TOML.replace('id = "rich"', 'id = "rich"\nleft_over = "rest"')
    fault = the_fault(rich(tmp_path, toml))
    assert (fault.file, fault.row, fault.column, fault.value) == ("study.toml", 3, "study.left_over", "rest")
    assert faults(rich(tmp_path, toml.replace('"rest"', '"T2"'))) == []


def test_a_planned_comparison_names_claims_that_are_there(tmp_path):
    toml = RICH_TOML + 'claims = ["C1", "C9"]\n'
    fault = the_fault(rich(tmp_path, toml))
    assert (fault.file, fault.row, fault.value) == ("study.toml", toml.count("\n"), "C9")
    assert (fault.message, fault.allowed) == ("is not in claims.csv", "C1")
