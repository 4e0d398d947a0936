"""Whether totals fit the people listed."""

import pytest
from study_maker import RICH, RICH_TOML, changed, faults, least, rich, the_fault

# Four staff: two voluntary and one statutory are known, one is not.
HEAD = "population,attribute,level,n\n"


@pytest.mark.parametrize(
    ("margins", "told", "allowed"),
    [
        ("staff,sector,voluntary,1\n", [(2, "1")], "2 to 3"),
        ("staff,sector,voluntary,4\n", [(2, "4")], "2 to 3"),
        ("staff,sector,statutory,0\nstaff,sector,voluntary,2\n", [(2, "0")], "1 to 2"),
        ("staff,role,manager,3\n", [(2, "3")], "2"),
        ("staff,sector,voluntary,3\nstaff,sector,statutory,2\n", [(2, "3"), (3, "2")], "at most 4 together"),
        ("staff,interviewed,yes,5\n", [(2, "5")], "at most 4 together"),
        ("staff,interviewed,yes,3\nstaff,interviewed,no,2\n", [(2, "3"), (3, "2")], "at most 4 together"),
    ],
)
def test_a_total_contradicts_the_people_listed(tmp_path, margins, told, allowed):
    found = faults(rich(tmp_path, margins=HEAD + margins))
    assert [(f.row, f.value) for f in found] == told
    assert {(f.file, f.column, f.allowed) for f in found} == {("margins.csv", "n", allowed)}
    assert all("staff" in f.message for f in found)


def test_an_undeclared_level_may_be_any(tmp_path):
    """It is a fault of its own; the totals of the level meant are none."""
    fault = the_fault(rich(tmp_path, **changed("participants", "R1,manager,voluntary", "R1,manager,volontary")))
    assert fault.file == "participants.csv"
    toml = RICH_TOML + '[groupings.role]\nlevels = { manager = "M", practitioner = "P" }\n'
    fault = the_fault(rich(tmp_path / "role", toml, **changed("participants", "R4,practitioner", "R4,practicioner")))
    assert (fault.file, fault.column) == ("participants.csv", "role")


@pytest.mark.parametrize(
    "margins",
    [
        "staff,sector,voluntary,2\n",
        "staff,sector,voluntary,3\nstaff,sector,statutory,1\n",
        "staff,sector,voluntary,2\nstaff,sector,statutory,1\n",
        "staff,interviewed,yes,4\n",
        "staff,role,manager,2\nstaff,role,practitioner,2\n",
    ],
)
def test_totals_that_fit(tmp_path, margins):
    assert faults(rich(tmp_path, margins=HEAD + margins)) == []


# INT heard two people; FG1 lists the two managers, R1 voluntary and R2 statutory.
@pytest.mark.parametrize(
    ("event", "listed", "margins", "allowed"),
    [
        ('["FG1"]', True, "some,sector,voluntary,1\nsome,sector,statutory,1\n", ""),
        ('["FG1"]', True, "some,sector,voluntary,2\n", "1"),
        ('["FG1"]', True, "some,sector,statutory,0\n", "1"),
        ('["INT"]', False, "some,sector,voluntary,1\nsome,sector,statutory,1\n", ""),
        ('["INT"]', False, "some,sector,voluntary,0\n", ""),  # nobody is listed there, so nobody is known to be counted
        ('["INT"]', False, "some,sector,voluntary,4\n", "0 to 3"),
        ('["INT"]', False, "some,sector,voluntary,3\n", "at most 2 together"),  # it heard two
        ('["INT"]', False, "some,interviewed,yes,3\n", "at most 2 together"),
        ('["INT"]', True, "some,sector,voluntary,2\n", ""),  # R1 and R3 are listed, both voluntary
        ('["INT"]', True, "some,sector,voluntary,1\n", "2"),
        ('["INT", "FG1"]', True, "some,sector,voluntary,2\nsome,sector,statutory,1\n", ""),
        ('["INT", "FG1"]', True, "some,sector,statutory,2\n", "1"),
    ],
)
def test_a_total_of_a_population_that_names_events(tmp_path, event, listed, margins, allowed):
    toml = RICH_TOML.replace("[populations]\n", f"[populations]\nsome = {{ event = {event} }}\n")
    attendance = {} if listed else {"attendance": None}
    found = faults(rich(tmp_path, toml, margins=HEAD + margins, **attendance))
    assert [f.allowed for f in found] == ([allowed] if allowed else [])


def test_an_event_that_lists_fewer_than_it_heard_leaves_room(tmp_path):
    toml = RICH_TOML.replace("[populations]\n", '[populations]\nsome = { event = ["INT"] }\n')
    attendance = "participant,event\nR1,INT\n"
    good = rich(tmp_path / "good", toml, attendance=attendance, margins=f"{HEAD}some,sector,voluntary,2\n")
    assert faults(good) == []
    bad = rich(tmp_path / "bad", toml, attendance=attendance, margins=f"{HEAD}some,sector,voluntary,0\n")
    assert the_fault(bad).allowed == "1 to 3"


def test_an_attribute_is_misspelt(tmp_path):
    fault = the_fault(rich(tmp_path, margins=f"{HEAD}staff,Sector,voluntary,2\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("margins.csv", 2, "attribute", "Sector")
    assert fault.message == "participants.csv has 'sector'"


def test_an_event_lists_more_people_than_it_heard(tmp_path):
    fault = the_fault(rich(tmp_path, **changed("events", "FG1,focus group,2", "FG1,focus group,1")))
    assert (fault.file, fault.row, fault.column, fault.value) == ("events.csv", 2, "participants", "1")
    assert fault.message == "2 people are listed at FG1"
    assert fault.allowed == "2 or more"


def test_an_event_may_list_fewer_people_than_it_heard(tmp_path):
    assert faults(rich(tmp_path, **changed("events", "FG1,focus group,2", "FG1,focus group,9"))) == []


def test_a_person_listed_twice_at_an_event_is_one_person(tmp_path):
    assert faults(rich(tmp_path, attendance="participant,event\nR1,FG1\nR2,FG1\n")) == []


def test_without_totals_nothing_is_compared(tmp_path):
    assert faults(least(tmp_path, margins="population,attribute,level,n\n")) == []


def test_somebody_who_is_not_a_participant_is_not_counted_at_an_event(tmp_path):
    fault = the_fault(rich(tmp_path, attendance="participant,event\nR1,INT\nR2,INT\nR9,INT\n"))
    assert (fault.file, fault.value) == ("attendance.csv", "R9")


def test_a_person_who_stands_there_twice_counts_once(tmp_path):
    again = "R1,manager,voluntary,FG1,yes,\n"
    fault = the_fault(rich(tmp_path, participants=f"{RICH['participants']}{again}"))
    assert (fault.row, fault.message) == (6, "the same participant stands in line 2 already")
