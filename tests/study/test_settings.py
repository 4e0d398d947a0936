"""What study.toml may say, and what is told where it says something else."""

import pytest
from study_maker import RICH_TOML, TOML, faults, least, rich, the_fault

from plrlib import load_study
from plrlib.study.settings import Comparison, Disagreement, Grouping, Privacy, Reading, Settings, Words


def test_everything_is_read(tmp_path):
    toml = """\
[study]
id = "all-1.0"
title = "A title"
source = "A source"
kind = "simulated"
complete = true
reference_coder = "anna"
stance_coder = "anna"
left_over = "T2"
seed = 5

[coders]
anna = { kind = "researcher" }
ben = {}

[populations]
staff = { role = ["manager", "practitioner"], event = ["FG1"] }

[groupings.sector]
levels = { voluntary = "Voluntary", statutory = "Statutory" }

[groupings.job]
label = "What they do"
column = "role"
levels = { practitioner = "P", manager = "M" }
population = "staff"

[[comparisons]]
by = "sector"

[[comparisons]]
by = "job"
level = "code"
claims = ["C1"]

[[disagreements]]
about = "how many"
says = { "page 1" = "three", "page 2" = "four" }
population = "staff"
column = "sector"

[readings.market_side]
label = "Side of the market"
levels = { supply = "Supply", demand = "Demand" }

[readings.theory]

[words]
families = { conformity = ["Conform", "conform ", "uniform"], market = ["market"] }
leave_out = ["And", " the"]

[privacy]
quasi_identifiers = ["role", "sector"]
smallest_group = 5
names = ["Halton"]
"""
    book = "code,parent,label,market_side,theory\nT1,,A theme,,\nT2,,Another,,\nc1,T1,A code,demand,x\n"
    study = load_study(rich(tmp_path, toml, margins=None, codebook=f"{book}c2,T2,Another code,,y\n"))
    assert study.settings == Settings(
        id="all-1.0",
        title="A title",
        source="A source",
        kind="simulated",
        complete=True,
        reference_coder="anna",
        stance_coder="anna",
        left_over="T2",
        seed=5,
        coders={"anna": "researcher", "ben": "ben"},
        populations={"staff": {"role": ("manager", "practitioner"), "event": ("FG1",)}},
        groupings={
            "sector": Grouping("sector", "sector", "sector", {"voluntary": "Voluntary", "statutory": "Statutory"}),
            "job": Grouping("job", "What they do", "role", {"practitioner": "P", "manager": "M"}, "staff"),
        },
        comparisons=(Comparison("sector"), Comparison("job", "code")),
        disagreements=(Disagreement("how many", {"page 1": "three", "page 2": "four"}, "staff", "sector"),),
        readings={
            "market_side": Reading("market_side", "Side of the market", {"supply": "Supply", "demand": "Demand"}),
            "theory": Reading("theory", "theory", {}),
        },
        words=Words({"conformity": ("conform", "uniform"), "market": ("market",)}, ("and", "the")),
        privacy=Privacy(("role", "sector"), 5, ("Halton",)),
    )
    assert [plan.claims for plan in study.settings.comparisons] == [(), ("C1",)]  # which == does not look at
    assert list(study.settings.readings["market_side"].levels) == ["supply", "demand"]
    assert study.notes.empty
    assert study.id == "all-1.0"
    assert study.title == "A title"
    assert study.participants["role"].cat.categories.tolist() == ["practitioner", "manager"]


def test_the_least_has_an_id_alone(tmp_path):
    study = load_study(least(tmp_path))
    assert study.settings == Settings(id="made")
    assert study.title == "made"


def test_it_is_missing(tmp_path):
    fault = the_fault(rich(tmp_path, toml=None))
    assert (fault.file, fault.row, fault.message) == ("study.toml", None, "the file is missing")


@pytest.mark.parametrize(
    ("toml", "row", "message"),
    [
        ('[study]\nid = "a"\nid = "b"\n', 3, "not valid TOML"),
        ("[study]\nid = made\n", 2, "not valid TOML"),
        ('[study\nid = "a"\n', 1, "not valid TOML"),
        ('[study]\nid = "a"\n[study]\n', 3, "not valid TOML"),
        ("a = " + "[" * 100_000, None, "not valid TOML"),
        ("a = " + "9" * 5000, None, "not valid TOML"),
        (b'[study]\nid = "a"\ntitle = "Th\xe8me"\n', 3, "the text is not UTF-8"),
        (b"\xff\xfe[\0s\0", 1, "the text is not UTF-8"),
    ],
)
def test_it_cannot_be_read(tmp_path, toml, row, message):
    """Nothing else is then held against it: the tables of this study name populations and coders."""
    fault = the_fault(rich(tmp_path, toml))
    assert (fault.file, fault.row) == ("study.toml", row)
    assert fault.message.startswith(message)


def test_a_byte_order_mark_means_nothing(tmp_path):
    assert load_study(least(tmp_path, TOML.encode("utf-8-sig"))).id == "made"


STUDY = '# The study "id" is below\n[study]\nid = "made"\n'
SERVICE = '[groupings.service]\nlevels = { a = "A", b = "B" }\n'
AGE = '[[disagreements]]\nabout = "age"\nsays = { one = "1", other = "2" }\n'
WRONG = "is of the wrong type"
FEWER = "has fewer than two levels, or one without a label"
BEGIN = "does not say how its words begin"


def told(tmp_path, toml):
    """Return the one fault of a study in which two people have service a and b."""
    fault = the_fault(least(tmp_path, toml, participants="participant,service\nR1,a\nR2,b\n"))
    assert fault.file == "study.toml"
    return fault.row, fault.column, fault.value, fault.message


@pytest.mark.parametrize(
    ("toml", "row", "column", "value", "message"),
    [
        ("", None, "study", "", "the section is missing"),
        ("[populations]\n", None, "study", "", "the section is missing"),
        ('study = "made"\n', 1, "study", "made", "is not a section"),
        ("[study]\n", 1, "study", "", "the study has no id"),
        ("[study]\nid = 7\n", 2, "study.id", "7", WRONG),
        ('[study]\nid = ""\n', 2, "study.id", "", "is no plain name"),
        ('[study]\nid = "../made"\n', 2, "study.id", "../made", "is no plain name"),
        ('[study]\nid = "made."\n', 2, "study.id", "made.", "is no plain name"),
        ('[study]\nid = "a study"\n', 2, "study.id", "a study", "is no plain name"),
        (f'coders = ["anna"]\n{STUDY}', 1, "coders", "['anna']", "is not a section"),
        (f'comparisons = "role"\n{STUDY}', 1, "comparisons", "role", "is not a section"),
    ],
)
def test_a_section_is_wrong(tmp_path, toml, row, column, value, message):
    assert told(tmp_path, toml) == (row, column, value, message)


@pytest.mark.parametrize(
    ("more", "row", "column", "value", "message"),
    [
        ('kind = "real"', 4, "study.kind", "real", "is not known"),
        ('complete = "yes"', 4, "study.complete", "yes", WRONG),
        ("complete = 1", 4, "study.complete", "1", WRONG),
        ("seed = true", 4, "study.seed", "true", WRONG),
        ("seed = -1", 4, "study.seed", "-1", WRONG),
        ("seed = 1.5", 4, "study.seed", "1.5", WRONG),
        ('reference_coder = "zoe"\n[coders]\nanna = {}', 4, "study.reference_coder", "zoe", "is not among [coders]"),
        ('stance_coder = "zoe"\n[coders]\nanna = {}', 4, "study.stance_coder", "zoe", "is not among [coders]"),
        ('[coders]\nanna = "researcher"', 5, "coders.anna", "researcher", WRONG),
        ("[coders]\nanna = { kind = 3 }", 5, "coders.anna.kind", "3", WRONG),
        ('[populations]\nsome = { service = "x" }', 5, "populations.some.service", "x", WRONG),
        ('[populations]\nsome = ["x"]', 5, "populations.some", "['x']", WRONG),
        ("[populations]\nsome = { service = [1] }", 5, "populations.some.service", "[1]", WRONG),
        ("[groupings]\nservice = 3", 5, "groupings.service", "3", WRONG),
        ("[groupings.service]", 4, "groupings.service.levels", "", FEWER),
        ('[groupings.service]\nlevels = { a = "A" }', 5, "groupings.service.levels", "", FEWER),
        ('[groupings.service]\nlevels = { a = "A", b = "" }', 5, "groupings.service.levels", "", FEWER),
        ('[groupings.service]\nlevels = { a = "A", b = 2 }', 5, "groupings.service.levels", "", FEWER),
        ('[groupings.service]\nlevels = ["a"]', 5, "groupings.service.levels", "['a']", WRONG),
        (f'{SERVICE}population = "no"', 6, "groupings.service.population", "no", "is not declared"),
        (
            f'{SERVICE}[[comparisons]]\nby = "service"\n[[comparisons]]\nby = "role"',
            9, "comparisons.by", "role", "is not a grouping",
        ),
        (f'{SERVICE}[[comparisons]]\nby = "service"\nlevel = "word"', 8, "comparisons.level", "word", "is not known"),
        ('[[comparisons]]\nlevel = "theme"', 4, "comparisons", "", "does not say which groups are compared"),
        ('[[disagreements]]\nabout = "age"', 4, "disagreements", "", "does not say what disagrees with what"),
        (AGE.replace(', other = "2"', ""), 4, "disagreements", "", "does not say what disagrees with what"),
        (AGE.replace('"age"', "3"), 5, "disagreements.about", "3", WRONG),
        (f'{AGE}population = "no"', 7, "disagreements.population", "no", "is not declared"),
        (f'{AGE}column = "age"', 7, "disagreements.column", "age", "is not a column of participants.csv"),
        ('[readings]\nside = "Side"', 5, "readings.side", "Side", WRONG),
        ('[readings.side]\nlevels = { a = "" }', 5, "readings.side.levels", "", "has a level without a label"),
        ("[readings.side]\nlevels = { a = 1 }", 5, "readings.side.levels", "", "has a level without a label"),
        ('[readings.side]\nlabel = "Side"', 4, "readings.side", "side", "is not a column of codebook.csv"),
        ("[readings.parent]", 4, "readings.parent", "", "is no second reading: every codebook is read by it"),
        ("[words]\nfamilies = 3", 5, "words.families", "3", WRONG),
        ("[words]\nfamilies = { market = [] }", 5, "words.families.market", "", BEGIN),
        ('[words]\nfamilies = { market = [" "] }', 5, "words.families.market", "", BEGIN),
        ('[words]\nfamilies = { market = "market" }', 5, "words.families.market", "", BEGIN),
        ('[words]\nleave_out = "and"', 5, "words.leave_out", "and", WRONG),
        (f'{SERVICE}[[comparisons]]\nby = "service"\nclaims = "C1"', 8, "comparisons.claims", "C1", WRONG),
        (
            f'{SERVICE}[[comparisons]]\nby = "service"\nclaims = ["C1"]',
            8, "comparisons.claims", "C1", "is not in claims.csv",
        ),
        ("[privacy]\nsmallest_group = 0", 5, "privacy.smallest_group", "0", "is no group"),
        ('[privacy]\nnames = "Halton"', 5, "privacy.names", "Halton", WRONG),
    ],
)  # fmt: skip
def test_a_key_is_wrong(tmp_path, more, row, column, value, message):
    assert told(tmp_path, f"{STUDY}{more}\n") == (row, column, value, message)


@pytest.mark.parametrize(("key", "value"), [("label = 3", "3"), ('levels = ["a"]', "['a']")])
def test_a_key_of_a_reading_is_wrong(tmp_path, key, value):
    book = "code,parent,label,side\nT1,,A theme,\nc1,T1,A code,a\n"
    fault = the_fault(least(tmp_path, f"{STUDY}[readings.side]\n{key}\n", codebook=book))
    assert (fault.row, fault.column, fault.value) == (5, f"readings.side.{key.split()[0]}", value)
    assert fault.message == WRONG


@pytest.mark.parametrize(
    "more", ['reference_coder = ""\n[coders]\nanna = {}', f'{SERVICE}population = ""', f'{AGE}population = ""']
)
def test_a_blank_is_as_good_as_nothing(tmp_path, more):
    people = "participant,service\nR1,a\nR2,b\n"
    assert faults(least(tmp_path, f"{STUDY}{more}\n", participants=people)) == []


def test_a_grouping_at_fault_makes_no_second_fault(tmp_path):
    toml = f'{STUDY}[groupings.service]\nlevels = {{ a = "A" }}\n[[comparisons]]\nby = "service"\n'
    assert the_fault(least(tmp_path, toml)).column == "groupings.service.levels"


def test_every_fault_of_the_file_is_told(tmp_path):
    toml = RICH_TOML.replace('id = "rich"', 'id = "rich"\nseed = "one"\nkind = "real"').replace(
        'by = "sector"', 'by = "role"'
    )
    assert [f.column for f in faults(rich(tmp_path, toml))] == ["study.seed", "study.kind", "comparisons.by"]


def test_keys_that_mean_nothing_are_notes(tmp_path):
    toml = f'{STUDY}titel = "A title"\n[coders]\nanna = {{ sort = "x" }}\n[extra]\na = 1\n[privacy]\nk = 3\n'
    study = load_study(least(tmp_path, toml))
    assert study.notes[["row", "column"]].values.tolist() == [
        [4, "study.titel"],
        [6, "coders.anna.sort"],
        [7, "extra"],
        [10, "privacy.k"],
    ]
    assert "title" in study.notes["allowed"].iloc[0]
