"""The tables: their headers, cells and keys, and whether every id is in the table that it names."""

import pytest
from study_maker import LEAST, RICH, RICH_TOML, TOML, changed, faults, least, notes, rich, the_fault

from plrlib import load_study
from plrlib.study.schema import TABLES

REQUIRED_COLUMNS = [
    ("participants", "participant"), ("excerpts", "excerpt"), ("codings", "excerpt"), ("codings", "coder"),
    ("codings", "code"), ("codebook", "code"), ("codebook", "parent"), ("codebook", "label"),
]  # fmt: skip


@pytest.mark.parametrize("table", LEAST)
def test_a_required_table_is_missing(tmp_path, table):
    fault = the_fault(least(tmp_path, **{table: None}))
    assert (fault.file, fault.row, fault.message) == (f"{table}.csv", None, "the table is missing")
    assert "with the columns" in fault.remedy


@pytest.mark.parametrize("name", ["Participants.csv", "participants.CSV", "participants.xlsx"])
def test_a_required_table_has_another_name(tmp_path, name):
    least(tmp_path, participants=None)
    (tmp_path / name).write_text(LEAST["participants"], encoding="utf-8")
    assert the_fault(tmp_path).remedy == f"save {name!r} as CSV UTF-8 under the name participants.csv"


@pytest.mark.parametrize(("table", "column"), REQUIRED_COLUMNS)
def test_a_required_column_is_missing(tmp_path, table, column):
    header, *rows = LEAST[table].splitlines()
    place = header.split(",").index(column)
    lines = [cells.split(",") for cells in (header, *rows)]
    if len(lines[0]) == 1:  # a table needs a column at all
        lines = [[*line, "x"] for line in lines]
        lines[0][-1] = "service"
    text = "\n".join(",".join(cell for i, cell in enumerate(line) if i != place) for line in lines)
    found = faults(least(tmp_path, **{table: text}))
    missing = [f for f in found if f.message in ("the column is missing", "no column has a name that is known")]
    assert [(f.file, f.row) for f in missing] == [(f"{table}.csv", 1)]
    assert column in missing[0].column or column in missing[0].allowed
    assert found == missing, "a column that is missing should not make a fault of every row"


def test_the_column_of_a_grouping_is_missing(tmp_path):
    toml = f'{TOML}[groupings.age]\ncolumn = "age_band"\nlevels = {{ young = "Young", old = "Old" }}\n'
    fault = the_fault(least(tmp_path, toml))
    assert (fault.file, fault.row, fault.column) == ("participants.csv", 1, "age_band")
    assert fault.remedy == "add the column, or correct [groupings.age] of study.toml"


def test_excerpts_have_no_column_that_says_who_spoke(tmp_path):
    fault = the_fault(least(tmp_path, excerpts="excerpt,gist\nE01,a\nE02,b\n"))
    assert (fault.file, fault.row, fault.column) == ("excerpts.csv", 1, "participant")
    assert fault.message == "no column says who spoke"


def test_an_unknown_column_is_a_note(tmp_path):
    study = load_study(least(tmp_path, codings="excerpt,coder,code,colour\nE01,anna,c1,red\nE02,anna,c1,\n"))
    assert study.notes[["file", "row", "column"]].values.tolist() == [["codings.csv", 1, "colour"]]
    assert list(study.codings) == ["excerpt", "coder", "code"]


def test_an_unknown_column_that_is_nearly_a_known_one_names_it(tmp_path):
    study = load_study(least(tmp_path, participants="participant,withdrwan\nR1,yes\nR2,\n"))
    assert study.notes["remedy"].tolist() == ["did you mean 'withdrawn'?"]
    assert study.withdrawn == 0


@pytest.mark.parametrize("name", ["Withdrawn", "WITHDRAWN", "with drawn"])
def test_a_column_in_another_spelling_is_a_fault(tmp_path, name):
    """It would be taken for an attribute of people, and nobody would be left out."""
    fault = the_fault(least(tmp_path, participants=f"participant,{name}\nR1,yes\nR2,\n"))
    assert (fault.file, fault.row, fault.column, fault.allowed) == ("participants.csv", 1, name, "withdrawn")


def test_a_missing_key_of_participants_is_told_once(tmp_path):
    fault = the_fault(rich(tmp_path, **changed("participants", "participant,role", "id,role")))
    assert (fault.file, fault.row, fault.column) == ("participants.csv", 1, "participant")


def test_a_column_in_another_spelling_is_told_once(tmp_path):
    """The population of study.toml names it too."""
    assert the_fault(rich(tmp_path, **changed("participants", "participant,role", "participant,Role"))).column == "Role"


BOOK = "code,parent,label,theory\nT1,,A theme,\nc1,T1,A code,x\nc2,T1,Another code,y\n"
READING = f"{TOML}[readings.theory]\n"


def test_a_column_that_a_reading_names_is_no_unknown_one(tmp_path):
    study = load_study(least(tmp_path / "read", READING, codebook=BOOK))
    assert notes(study) == []
    assert study.codebook["theory"].cat.categories.tolist() == ["x", "y"]
    plain = load_study(least(tmp_path / "plain", codebook=BOOK))
    assert notes(plain) == [("codebook.csv", "the column is not used")]
    assert "theory" not in plain.codebook


def test_the_column_of_a_reading_is_missing(tmp_path):
    fault = the_fault(least(tmp_path / "none", READING))
    assert (fault.file, fault.row, fault.column) == ("study.toml", 3, "readings.theory")
    assert fault.message == "is not a column of codebook.csv"
    assert (fault.allowed, fault.remedy) == ("code, parent, label", "add the column, or correct the name")
    near = the_fault(least(tmp_path / "near", READING, codebook=BOOK.replace("theory", "theory_of")))
    assert near.remedy == "did you mean 'theory_of'? If not, add the column, or correct the name"


def test_the_column_of_a_reading_in_another_spelling_is_told_once(tmp_path):
    fault = the_fault(least(tmp_path, READING, codebook=BOOK.replace("theory", "Theory")))
    assert (fault.file, fault.remedy) == ("codebook.csv", "rename the column to 'theory'")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("X", "'X' and 'x' (codebook.csv, line 3) differ only in blanks, case or leading zeros"),
        (" z", "starts or ends with a blank"),
        (" ", "the cell holds only blanks"),
    ],
)
def test_a_value_of_a_reading_is_written_in_one_way(tmp_path, value, message):
    fault = the_fault(least(tmp_path, READING, codebook=BOOK.replace("code,y", f"code,{value}")))
    assert (fault.file, fault.row, fault.column, fault.message) == ("codebook.csv", 4, "theory", message)


def test_participants_may_have_any_column(tmp_path):
    study = load_study(least(tmp_path, participants="participant,service\nR1,HITS\nR2,\n"))
    assert study.notes.empty
    assert study.participants["service"].tolist()[0] == "HITS"


@pytest.mark.parametrize("table", LEAST)
@pytest.mark.parametrize("rest", ["", "\n", ",,\n\n,,\n"])
def test_a_required_table_is_empty(tmp_path, table, rest):
    header = LEAST[table].splitlines()[0]
    found = faults(least(tmp_path, **{table: f"{header}\n{rest}"}))
    assert [(f.file, f.row) for f in found if f.message == "the table is empty"] == [(f"{table}.csv", None)]


def test_an_optional_table_may_be_empty(tmp_path):
    study = load_study(least(tmp_path, attendance="participant,event\n"))
    assert study.attendance.empty


@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column", "value"),
    [
        ("participants", "R2,manager", "R1,manager", 3, "participant", "R1"),
        ("events", "FG2,focus group", "FG1,focus group", 3, "event", "FG1"),
        ("excerpts", "E02,R3", "E01,R3", 3, "excerpt", "E01"),
        ("codings", "E02,anna,c1", "E01,anna,c1", 3, "excerpt, coder, code", "E01, anna, c1"),
        ("codebook", "T2,,Another\n", "T1,,Another\n", 3, "code", "T1"),
        ("envelopes", "E02,anna,,", "E01,anna,T2,", 3, "excerpt, coder", "E01, anna"),
        ("coverage", "ben,FG2,", "anna,,E01", 3, "coder, event, excerpt", "anna, , E01"),
        ("attendance", "R3,INT", "R1,INT", 3, "participant, event", "R1, INT"),
        ("asked", "FG2,c2", "FG1,T1", 3, "event, code", "FG1, T1"),
        ("margins", "statutory", "voluntary", 3, "population, attribute, level", "staff, sector, voluntary"),
        ("quantifiers", "most,", "one,", 3, "quantifier", "one"),
    ],
)
def test_a_key_stands_twice(tmp_path, table, old, new, row, column, value):
    found = faults(rich(tmp_path, **changed(table, old, new)))
    twice = [f for f in found if "already" in f.message]
    assert [(f.file, f.row, f.column, f.value) for f in twice] == [(f"{table}.csv", row, column, value)]
    assert "in line 2 already" in twice[0].message


def test_a_key_that_stands_three_times_names_the_first_line(tmp_path):
    found = faults(least(tmp_path, participants="participant\nR1\nR2\nR1\nR1\n"))
    assert [(f.row, f.message) for f in found] == [
        (4, "the same participant stands in line 2 already"),
        (5, "the same participant stands in line 2 already"),
    ]


@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column", "message"),
    [
        ("participants", "R4,practitioner", ",practitioner", 5, "participant", "the key is blank"),
        ("codings", "E03,ben,c2", "E03,ben,", 4, "code", "the key is blank"),
        ("codebook", "T2,,Another\n", "T2,,\n", 3, "label", "the cell is blank"),
        ("margins", "statutory,2", "statutory,", 3, "n", "the cell is blank"),
        ("quantifiers", "most,majority,all", "most,majority,", 3, "upper", "the cell is blank"),
    ],
)
def test_a_cell_that_must_be_filled_is_blank(tmp_path, table, old, new, row, column, message):
    fault = the_fault(rich(tmp_path, **changed(table, old, new)))
    assert (fault.file, fault.row, fault.column, fault.message) == (f"{table}.csv", row, column, message)


@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column"),
    [
        ("participants", "R4,practitioner,,", "R4,practitioner,  ,", 5, "sector"),
        ("excerpts", "words of one", "  ", 2, "text"),
        ("excerpts", "E03,,FG1", "E03, ,FG1", 4, "participant"),
        ("codings", "E01,anna", "E01,\u00a0", 2, "coder"),
        ("codebook", "T2,,", "T2,\t,", 3, "parent"),
        ("events", "INT,interview,2,", "INT,interview, ,", 4, "participants"),
        ("events", "INT,interview,", "INT, ,", 4, "kind"),
    ],
)
def test_a_cell_holds_only_blanks(tmp_path, table, old, new, row, column):
    fault = the_fault(rich(tmp_path, **changed(table, old, new)))
    assert (fault.file, fault.row, fault.column) == (f"{table}.csv", row, column)
    assert fault.message == "the cell holds only blanks"
    assert fault.value and not fault.value.strip()


@pytest.mark.parametrize("value", ["six", "6.0", "-1", "1e3", "²", "٣", "9" * 20, " 6"])
def test_a_number_is_not_whole(tmp_path, value):
    fault = the_fault(rich(tmp_path, **changed("events", "INT,interview,2", f"INT,interview,{value}")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("events.csv", 4, "participants", value)
    assert fault.message == "is not a whole number"


@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column", "value", "remedy"),
    [
        ("participants", "FG1,yes,no", "FG1,Yes,no", 3, "consent_quote", "Yes", "write 'yes'"),
        ("participants", "FG1,yes,no", "FG1,yes,y", 3, "withdrawn", "y", "write one of these"),
        ("events", "INT,interview", "INT,interviews", 4, "kind", "interviews", "did you mean 'interview'?"),
        ("excerpts", "one,quoted,words of a m", "one,said,words of a m", 4, "form", "said", "write one of these"),
        ("envelopes", "supports", "support", 2, "stance", "support", "did you mean 'supports'?"),
    ],
)
def test_a_value_is_none_of_those_allowed(tmp_path, table, old, new, row, column, value, remedy):
    fault = the_fault(rich(tmp_path, **changed(table, old, new)))
    assert (fault.file, fault.row, fault.column, fault.value) == (f"{table}.csv", row, column, value)
    assert fault.allowed
    assert fault.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column", "value"),
    [
        ("codings", "E03,ben", "E03 ,ben", 4, "excerpt", "E03 "),
        ("participants", "R2,manager,statutory", "R2,manager,statutory ", 3, "sector", "statutory "),
    ],
)
def test_an_id_or_a_level_starts_or_ends_with_a_blank(tmp_path, table, old, new, row, column, value):
    fault = the_fault(rich(tmp_path, **changed(table, old, new)))
    assert (fault.file, fault.row, fault.column, fault.value) == (f"{table}.csv", row, column, value)
    assert fault.message == "starts or ends with a blank"


@pytest.mark.parametrize("other", ["R1-1", "r1-01", " R1-01", "R1-001", "R1 -01", "R01-1", "\uff32\uff11-01"])
def test_ids_that_look_alike_name_both(tmp_path, other):
    fault = the_fault(least(tmp_path, participants=f"participant\nR1\nR2\nR1-01\n{other}\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("participants.csv", 5, "participant", other)
    assert repr(other) in fault.message
    assert "'R1-01' (participants.csv, line 4)" in fault.message


@pytest.mark.parametrize("other", ["R1-02", "R1-10", "R10-1", "R1-011", "R1.01", "R1-01a"])
def test_ids_that_differ_in_more_are_different(tmp_path, other):
    assert faults(least(tmp_path, participants=f"participant\nR1\nR2\nR1-01\n{other}\n")) == []


def test_every_table_notices_ids_that_look_alike(tmp_path):
    codebook = "code,parent,label\nT1,,A theme\nc1,T1,A code\nC1,T1,Another\n"
    excerpts = "excerpt,participant\nE01,R1\nE02,R2\nE2,R2\n"
    found = faults(least(tmp_path, codebook=codebook, excerpts=excerpts))
    assert [(f.file, f.row, f.value) for f in found] == [("codebook.csv", 4, "C1"), ("excerpts.csv", 4, "E2")]


def test_notes_name_their_file(tmp_path):
    least(tmp_path)
    (tmp_path / "partcipants.csv").write_text("participant\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("nothing to do with tables", encoding="utf-8")
    assert notes(load_study(tmp_path)) == [("partcipants.csv", "the file is no table of a study and was not read")]


# Rows whose cells have shifted, so that a respondent's words stand where an id belongs.


def test_a_long_text_in_place_of_an_id_is_not_repeated(tmp_path):
    secret = "that I said this in the room"
    text = f'excerpt,participant,form,text\nE01,R1,quoted,well\nE02,R2,{secret},quoted\nE03,"R2\nso {secret}",,\n'
    found = faults(least(tmp_path, excerpts=text))
    assert [(f.file, f.row, f.column, f.value) for f in found] == [
        ("excerpts.csv", 3, "form", ""),
        ("excerpts.csv", 4, "participant", ""),
    ]
    assert secret not in "".join(map(str, found))


def test_a_long_id_that_another_table_has_is_an_id(tmp_path):
    long = "the first focus group with all the managers of the town"
    assert faults(rich(tmp_path, **{name: text.replace("FG1", long) for name, text in RICH.items()})) == []


# What names a row of another table, a coder or a population.

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
    ("coverage", "anna,,E01", "anna,,E77", 2, "excerpt", "E77", "excerpts.csv"),
    ("coverage", "ben,FG2", "christopher,FG2", 3, "coder", "christopher", "[coders] of study.toml"),
    ("coverage", "ben,FG2", "ben,seminar", 3, "event", "seminar", "events.csv"),
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


DIRECTIONS = [  # what stands in the cell; the claims of the comparison; what is told, and what is allowed there
    ("voluntary > statutory", '["C1"]', None, None),
    ("", "[]", None, None),
    ("voluntary > statutory", "[]", "has a direction, and no comparison of study.toml decides claim 'C1'", ""),
    ("voluntary", '["C1"]', "is not one group ahead of another", "voluntary, statutory"),
    ("voluntary > ", '["C1"]', "is not one group ahead of another", "voluntary, statutory"),
    ("voluntary > voluntary", '["C1"]', "is not one group ahead of another", "voluntary, statutory"),
    ("voluntary > statutory > voluntary", '["C1"]', "is not one group ahead of another", "voluntary, statutory"),
    ("managers > statutory", '["C1"]', "does not name groups of the comparison that decides the claim",
     "voluntary, statutory"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "claims", "message", "allowed"), DIRECTIONS)
def test_a_direction_names_two_groups_of_the_comparison_of_its_claim(tmp_path, cell, claims, message, allowed):
    toml = f"{RICH_TOML}claims = {claims}\n"
    found = faults(rich(tmp_path, toml, claims=f"claim,finding,who,gist,direction\nC1,T1,staff,A claim,{cell}\n"))
    told = [(f.file, f.row, f.column, f.message, f.allowed) for f in found]
    assert told == ([("claims.csv", 2, "direction", message, allowed)] if message else [])


def test_a_direction_that_is_misspelt_is_guessed(tmp_path):
    claims = "claim,finding,who,gist,direction\nC1,T1,staff,A claim,voluntary > Statutory\n"
    fault = the_fault(rich(tmp_path, RICH_TOML + 'claims = ["C1"]\n', claims=claims))
    assert (fault.value, fault.remedy.split(":")[0]) == ("Statutory", "write 'statutory'")


@pytest.mark.parametrize("value", ["1", "0.5", "true", '"2"', "inf", "nan"])
def test_what_matters_is_an_odds_ratio_above_1(tmp_path, value):
    toml = RICH_TOML + "smallest_that_matters = "
    fault = the_fault(rich(tmp_path, f"{toml}{value}\n"))
    assert (fault.column, fault.allowed) == ("comparisons.smallest_that_matters", "a number above 1")
    assert load_study(rich(tmp_path, f"{toml}1.5\n")).settings.comparisons[0].smallest_that_matters == 1.5


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
