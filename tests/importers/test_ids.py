"""Names that could be somebody's become ids; codes stay."""

import pytest

from plrlib.importers.to_tables import distinct, document_name, ids_for, is_code


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


def people(*names):
    return {str(key): ("person", name) for key, name in enumerate(names)}


def test_the_same_name_gets_the_same_id_again():
    ids, replaced = ids_for(people("Anna", "P01", "Ben", "Anna"), {})
    assert list(ids.values()) == ["P2", "P01", "P3", "P2 (2)"]  # P1 would look like P01
    assert replaced == {("person", "Anna"): "P2", ("person", "Ben"): "P3"}
    again = list(ids_for(people("Cleo", "Ben", "Anna"), replaced)[0].values())
    assert again[1:] == ["P3", "P2"]
    assert again[0] not in ("P2", "P3")


def test_names_stay_where_that_is_asked_for():
    kept = ids_for(people("Anna", "Ben"), {("person", "Anna"): "P2"}, keep=True)
    assert kept == ({"0": "Anna", "1": "Ben"}, {})


def test_events_are_numbered_by_their_kind_and_no_two_look_alike():
    names = {
        "a": ("interview", "Anna"),
        "b": ("focus group", "Ben"),
        "c": ("interview", "I 1"),
        "d": ("interview", "i1"),
    }
    assert list(ids_for(names, {})[0].values()) == ["INT1", "FG1", "I 1", "i1 (2)"]


def test_no_two_ids_look_alike():
    given: set[str] = set()
    assert [distinct(name, given) for name in ("Cost", "cost", " COST", "cost2", "R1-01", "R1-1")] == [
        "Cost", "cost (2)", " COST (3)", "cost2", "R1-01", "R1-1 (2)",
    ]  # fmt: skip


def test_the_ending_of_a_file_is_no_part_of_a_documents_name():
    assert [document_name(name) for name in ("a;b.docx", "  FG1.TXT ", "v1.2", "two\nlines.pdf")] == [
        "a,b",
        "FG1",
        "v1.2",
        "two lines",
    ]
