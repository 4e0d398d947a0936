"""Whether every excerpt is said by somebody: by name, or by enough of the people it may be."""

import pytest
from study_maker import RICH, changed, faults, least, rich, the_fault

HEAD = "excerpt,participant,event,role,sector,quantifier\nE01,R1,,,,\nE02,R1,,,,\nE03,R1,,,,\n"
QUANTIFIERS = RICH["quantifiers"] + "several,3,all\nfew,1,minority\npair,2,2\nnone,majority,minority\n"


def with_excerpt(tmp_path, cells, **tables):
    """Return the rich study with a fourth excerpt said by whoever these cells say."""
    return rich(tmp_path, excerpts=f"{HEAD}E04,{cells}\n", quantifiers=QUANTIFIERS, **tables)


@pytest.mark.parametrize("cells", [",,,,"])
def test_nothing_says_who_spoke(tmp_path, cells):
    fault = the_fault(with_excerpt(tmp_path, cells))
    assert (fault.file, fault.row, fault.column) == ("excerpts.csv", 5, "participant")
    assert "participant, event, role, sector and quantifier are all blank" in fault.message


@pytest.mark.parametrize("cells", ["R1,,,,", ",FG1,,,", ",,manager,,", ",,,voluntary,", ",,,,one"])
def test_one_mark_is_enough(tmp_path, cells):
    assert faults(with_excerpt(tmp_path, cells)) == []


def test_a_silent_excerpt_without_most_columns(tmp_path):
    fault = the_fault(least(tmp_path, excerpts="excerpt,participant\nE01,R1\nE02,\n"))
    assert (fault.file, fault.row, fault.column) == ("excerpts.csv", 3, "participant")


@pytest.mark.parametrize(
    ("cells", "fits"),
    [
        (",FG1,practitioner,,", 0),
        (",FG2,,statutory,", 1),  # R4's sector is not published
        (",FG1;FG2,practitioner,statutory,", 1),
        (",FG2,manager,,", 0),
        (",INT,manager,statutory,", 0),  # R1 and R3 are listed there
    ],
)
def test_nobody_fits(tmp_path, cells, fits):
    found = faults(with_excerpt(tmp_path, cells))
    expected = [] if fits else [("excerpts.csv", 5, "event, role, sector", "nobody fits all of these")]
    assert [(f.file, f.row, f.column, f.message) for f in found] == expected


def test_an_event_that_lists_nobody_may_have_heard_anybody(tmp_path):
    assert faults(with_excerpt(tmp_path, ",INT,manager,statutory,", attendance=None)) == []


@pytest.mark.parametrize(
    ("cells", "people", "low", "high"),
    [
        (",FG1,,,several", 2, 3, 2),  # three or more of two
        (",FG1,,,few", 2, 1, 0),  # fewer than half of two are none
        (",,manager,,none", 2, 2, 0),
        (",,,,none", 4, 3, 1),
        (",FG1,,voluntary,pair", 1, 2, 1),
    ],
)
def test_fewer_people_fit_than_are_meant(tmp_path, cells, people, low, high):
    fault = the_fault(with_excerpt(tmp_path, cells))
    assert (fault.file, fault.row, fault.column) == ("excerpts.csv", 5, "quantifier")
    assert fault.value == cells.rsplit(",", 1)[1]
    fit = "1 person fits" if people == 1 else f"{people} people fit"
    assert fault.message == f"{fit} event, role and sector: {low} voices or more are meant, and {high} is the most"


@pytest.mark.parametrize("cells", [",,,,several", ",FG1;FG2,,,few", ",FG1,,,pair", ",FG1,,,most", ",,,statutory,pair"])
def test_as_many_people_fit_as_are_meant(tmp_path, cells):
    assert faults(with_excerpt(tmp_path, cells)) == []


@pytest.mark.parametrize(
    ("line", "column", "value", "allowed"),
    [
        ("odd,some,all", "lower", "some", "a whole number, majority or all"),
        ("odd,minority,all", "lower", "minority", "a whole number, majority or all"),
        ("odd,1,majority", "upper", "majority", "a whole number, minority or all"),
        ("odd,1.5,all", "lower", "1.5", "a whole number, majority or all"),
        ("odd,²,all", "lower", "²", "a whole number, majority or all"),
        ("odd,4,3", "upper", "3", "4 or more"),
    ],
)
def test_a_quantifier_is_no_number_of_voices(tmp_path, line, column, value, allowed):
    fault = the_fault(rich(tmp_path, quantifiers=f"{RICH['quantifiers']}{line}\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("quantifiers.csv", 4, column, value)
    assert fault.allowed == allowed


@pytest.mark.parametrize(
    ("cells", "column", "value", "own"),
    [
        ("R1,,practitioner,,", "role", "practitioner", "manager"),
        ("R1,,,statutory,", "sector", "statutory", "voluntary"),
    ],
)
def test_a_named_excerpt_contradicts_its_participant(tmp_path, cells, column, value, own):
    fault = the_fault(with_excerpt(tmp_path, cells))
    assert (fault.file, fault.row, fault.column, fault.value) == ("excerpts.csv", 5, column, value)
    assert fault.allowed == own
    assert fault.message == f"the {column} of whoever is named is {own!r} in participants.csv"


@pytest.mark.parametrize("cells", ["R1,,manager,voluntary,", "R1,,practitioner;manager,,", "R4,,,statutory,"])
def test_a_named_excerpt_agrees_with_its_participant(tmp_path, cells):
    assert faults(with_excerpt(tmp_path, cells)) == []


def test_a_name_that_nobody_knows_is_told_once(tmp_path):
    """That nobody fits follows from it, and would send the reader looking in the wrong place."""
    fault = the_fault(rich(tmp_path, **changed("excerpts", ",manager,,one", ",manger,,one")))
    assert (fault.column, fault.value) == ("role", "manger")
