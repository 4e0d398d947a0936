"""Names that could be somebody's become ids; codes stay."""

import pytest

from plrlib.importers.merge import bare, coded_names, distinct, is_code


@pytest.mark.parametrize(
    "name",
    [
        "P01",
        "R1-01",
        "Speaker 2",
        "FG1 – P01, P02",
        "FG2 (RTL)",
        "Interview 12",
        "HITS-03",
        "Young person 4",
        "7",
        "A",
        "YP3b",
    ],
)
def test_a_code_is_kept(name):
    assert is_code(name)


@pytest.mark.parametrize(
    "name",
    [
        "Siobhán",
        "Anna",
        "anna 2",
        "Interview Anna",
        "P03 – Ärger",
        "Mary-Jane",
        "dup name",
        "Elizabeth1",
        "",
        "–",
        "李明",
        "Jo Smith",
    ],
)
def test_what_could_be_a_name_is_none(name):
    assert not is_code(name)


def test_the_same_name_gets_the_same_id_again():
    ids, replaced = coded_names(["Anna", "P01", "Ben", "Anna"], "P", {})
    assert ids == ["P2", "P01", "P3", "P2 (2)"]  # P1 would look like P01
    assert replaced == {"Anna": "P2", "Ben": "P3"}
    again, _ = coded_names(["Cleo", "Ben", "Anna"], "P", replaced)
    assert again[1:] == ["P3", "P2"]
    assert again[0] not in ("P2", "P3")


def test_names_stay_where_that_is_asked_for():
    assert coded_names(["Anna", "Ben"], "P", {"Anna": "P2"}, keep=True) == (["Anna", "Ben"], {})


def test_no_two_ids_look_alike():
    given: set[str] = set()
    assert [distinct(name, given) for name in ("Cost", "cost", " COST", "cost2", "R1-01", "R1-1")] == [
        "Cost", "cost (2)", " COST (3)", "cost2", "R1-01", "R1-1 (2)",
    ]  # fmt: skip


def test_the_ending_of_a_file_is_no_part_of_a_documents_name():
    assert [bare(name) for name in ("a;b.docx", "  FG1.TXT ", "v1.2", "two\nlines.pdf")] == [
        "a,b",
        "FG1",
        "v1.2",
        "two lines",
    ]
