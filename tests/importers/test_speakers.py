"""Labels at the beginning of lines: which are speakers, which lead the talk, which are no labels at all."""

import pytest

from plrlib.importers.to_tables import is_moderator, turns


def labels(text):
    return [label for label, *_ in turns(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moderator: Hi.\nP01: One.\nP02: Two.\nP01: Three.", ["Moderator", "P01", "P02", "P01"]),
        ("Speaker 1: One.\nand more of it\nSpeaker 2: Two.", ["Speaker 1", "Speaker 2"]),
        ("R1-01: one\nR1-02: two", ["R1-01", "R1-02"]),
        ("Anna: one\nBen: two\nAnna: three\nBen: four", ["Anna", "Ben", "Anna", "Ben"]),
        ("INT: So?\nP5:\twell", ["INT", "P5"]),
        ("Note: this was hard.\nIt went on for an hour.\nAll were tired.", []),
        ("10:30: they came\nhttps://example.org\nSection 2: Results", []),
        ("Q1: What is it?\nQ2: And then?", []),
        ("Moderator: Hi.\nModerator: Bye.", []),
        ("She said: no.\nHe said: yes.\nShe said: why?\nHe said: so.", ["She said", "He said", "She said", "He said"]),
        ("", []),
    ],
)
def test_turns(text, expected):
    assert labels(text) == expected


def test_a_turn_ends_where_the_next_begins():
    text = "P01: One.\nmore\nP02: Two."
    assert [text[start:end] for _, start, end in turns(text)] == [" One.\nmore\n", " Two."]


@pytest.mark.parametrize("label", ["Moderator", "MOD", "Interviewer 2", "I", "Q3", "Facilitator"])
def test_who_leads_the_talk_is_known_by_the_label(label):
    assert is_moderator(label)


def test_a_label_can_be_said_to_lead_the_talk():
    assert not is_moderator("Jo")
    assert is_moderator("Jo", ["jo"])
