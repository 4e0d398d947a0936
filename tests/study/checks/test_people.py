"""Whether what tables and study.toml say of people agrees: values, totals, and who may have said an excerpt."""

import pytest
from study_maker import RICH, RICH_TOML, TOML, changed, faults, least, notes, rich, the_fault

from plrlib import load_study

# Whether the values that tables and study.toml name are values that somebody has.


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


# Whether totals fit the people listed.

# Four staff: two voluntary and one statutory are known, one is not.
TOTALS = "population,attribute,level,n\n"


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
    found = faults(rich(tmp_path, margins=TOTALS + margins))
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
    assert faults(rich(tmp_path, margins=TOTALS + margins)) == []


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
    found = faults(rich(tmp_path, toml, margins=TOTALS + margins, **attendance))
    assert [f.allowed for f in found] == ([allowed] if allowed else [])


def test_an_event_that_lists_fewer_than_it_heard_leaves_room(tmp_path):
    toml = RICH_TOML.replace("[populations]\n", '[populations]\nsome = { event = ["INT"] }\n')
    attendance = "participant,event\nR1,INT\n"
    good = rich(tmp_path / "good", toml, attendance=attendance, margins=f"{TOTALS}some,sector,voluntary,2\n")
    assert faults(good) == []
    bad = rich(tmp_path / "bad", toml, attendance=attendance, margins=f"{TOTALS}some,sector,voluntary,0\n")
    assert the_fault(bad).allowed == "1 to 3"


def test_an_attribute_is_misspelt(tmp_path):
    fault = the_fault(rich(tmp_path, margins=f"{TOTALS}staff,Sector,voluntary,2\n"))
    assert (fault.file, fault.row, fault.column, fault.value) == ("margins.csv", 2, "attribute", "Sector")
    assert fault.message == "participants.csv has 'sector'"


def test_one_person_is_listed_where_an_event_had_none(tmp_path):
    attendance, events = (
        {"attendance": "participant,event\nR1,INT\n"},
        changed("events", "INT,interview,2", "INT,interview,0"),
    )
    fault = next(f for f in faults(rich(tmp_path, **attendance, **events)) if f.file == "events.csv")
    assert (fault.message, fault.allowed) == ("1 person is listed at INT", "1 or more")


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


# Whether every excerpt is said by somebody: by name, or by enough of the people it may be.

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


# A note where somebody is named at an event that lists others only.


def test_a_slip_in_the_focus_group_is_told(tmp_path):
    """R3 sat in FG2, where an excerpt names them; their row says FG1."""
    slipped = changed("participants", "R3,practitioner,voluntary,FG2", "R3,practitioner,voluntary,FG1")
    events = changed("events", "FG1,focus group,2,1\nFG2,focus group,2,2", "FG1,focus group,3,1\nFG2,focus group,1,2")
    study = load_study(rich(tmp_path / "s", **slipped, **events))
    [note] = [n for n in study.notes.to_dict("records") if "not among those listed" in n["message"]]
    assert (note["file"], note["row"], note["column"], note["value"]) == ("excerpts.csv", 3, "event", "FG2")
    assert note["message"].startswith("'R3' is named here (1 time)")
    assert "attendance.csv" in note["remedy"]


def test_those_listed_and_events_that_list_nobody_are_no_matter(tmp_path):
    study = load_study(rich(tmp_path / "s", attendance=None))
    assert not [message for _, message in notes(study) if "not among those listed" in message]


def test_each_person_and_event_is_told_once(tmp_path):
    excerpts = "excerpt,participant,event,gist\nE01,R1,FG1,a\nE02,R1,FG2,b\nE03,R1,FG2,c\n"
    study = load_study(rich(tmp_path / "s", excerpts=excerpts, envelopes=None))
    told = [message for _, message in notes(study) if "not among those listed" in message]
    assert told == ["'R1' is named here (2 times), and is not among those listed at this event"]
