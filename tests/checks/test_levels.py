"""Whether the levels that tables and study.toml name are levels that somebody has."""

import pytest
from study_maker import RICH_TOML, TOML, changed, faults, least, rich, the_fault


@pytest.mark.parametrize("value", ["private", "Voluntary", "volontary"])
def test_a_level_is_not_declared(tmp_path, value):
    fault = the_fault(rich(tmp_path, **changed("participants", "R4,practitioner,,", f"R4,practitioner,{value},")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("participants.csv", 5, "sector", value)
    assert fault.message == "the level is not declared in [groupings.sector] of study.toml"
    assert fault.allowed == "voluntary, statutory"
    assert fault.remedy.startswith(
        {
            "private": "declare it there",
            "Voluntary": "write 'voluntary': it differs only in blanks, case or leading zeros",
            "volontary": "did you mean 'voluntary'? If not, declare it there",
        }[value]
    )


def test_a_level_outside_the_groupings_population_need_not_be_declared(tmp_path):
    text = "R5,young_person,school,,,\n"
    assert faults(rich(tmp_path, participants=changed("participants", "R4,", text + "R4,")["participants"])) == []


def test_a_level_of_a_total_is_not_declared(tmp_path):
    fault = the_fault(rich(tmp_path, **changed("margins", "statutory", "private")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("margins.csv", 3, "level", "private")


def test_two_groupings_of_one_column_may_declare_different_levels(tmp_path):
    toml = (
        RICH_TOML
        + '[groupings.wider]\ncolumn = "sector"\nlevels = { voluntary = "V", statutory = "S", school = "O" }\n'
    )
    margins = changed("margins", "statutory", "school")
    people = changed("participants", "R2,manager,statutory", "R2,manager,")
    assert faults(rich(tmp_path, toml, **margins, **people)) == []


@pytest.mark.parametrize(("attribute", "value"), [("role", "gardener"), ("sector", "private")])
def test_nobody_has_the_level_that_an_excerpt_is_attributed_to(tmp_path, attribute, value):
    old, new = {
        "role": (",manager,,one", f",manager;{value},,one"),
        "sector": ("FG1;FG2,,voluntary", f"FG1;FG2,,{value}"),
    }[attribute]
    fault = the_fault(rich(tmp_path, **changed("excerpts", old, new)))
    assert (fault.file, fault.column, fault.value) == ("excerpts.csv", attribute, value)
    assert fault.message == f"nobody has this {attribute}"
    assert fault.allowed


def test_a_level_that_only_a_total_knows_is_known(tmp_path):
    """Nobody's sector is published, but the total of the voluntary sector is."""
    people = "participant,role,sector\nR1,manager,\nR2,manager,\n"
    excerpts = "excerpt,sector\nE01,voluntary\nE02,voluntary\n"
    toml = '[study]\nid = "made"\n[populations]\nstaff = { role = ["manager"] }\n'
    margins = "population,attribute,level,n\nstaff,sector,voluntary,1\n"
    assert faults(least(tmp_path, toml, participants=people, excerpts=excerpts, margins=margins)) == []


@pytest.mark.parametrize("attribute", ["role", "sector", "service"])
def test_levels_that_no_grouping_declares_may_not_look_alike(tmp_path, attribute):
    toml = f'{TOML}[populations]\nsome = {{ {attribute} = ["HITS"] }}\n'
    fault = the_fault(least(tmp_path, toml, participants=f"participant,{attribute}\nR1,HITS\nR2,hits\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("participants.csv", 3, attribute, "hits")
    assert "'HITS' (participants.csv, line 2)" in fault.message


def test_what_is_written_in_other_columns_is_free(tmp_path):
    assert faults(least(tmp_path, participants="participant,remark\nR1,None\nR2,none\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "message"),
    [
        ('"practitioner"] }', '"practicioner"] }', "populations.staff.role", "practicioner", "nobody has this role"),
        (
            '{ role = ["manager", "practitioner"] }', '{ age = ["13"] }', "populations.staff.age", "age",
            "is not a column of participants.csv",
        ),
        (
            '"practitioner"] }', '"practitioner"], event = ["FG9"] }', "populations.staff.event", "FG9",
            "is not in events.csv",
        ),
    ],
)  # fmt: skip
def test_a_population_names_what_is_not_there(tmp_path, old, new, column, value, message):
    assert RICH_TOML.count(old) == 1
    fault = the_fault(rich(tmp_path, RICH_TOML.replace(old, new), margins=None))
    assert (fault.file, fault.row, fault.column, fault.value) == ("study.toml", 11, column, value)
    assert fault.message == message


def test_a_population_may_name_a_level_that_nobody_has(tmp_path):
    """The same study.toml may serve a study without gardeners."""
    assert faults(rich(tmp_path, RICH_TOML.replace('"practitioner"] }', '"practitioner", "gardener"] }'))) == []
