"""Words that sentences are made of, and ids that look alike."""

import pytest

from plrlib.text import count, joined, listed, look, looks, people, plural, share


@pytest.mark.parametrize(
    "ids", [[], ["R1-01"], ["R1-01", " r1-1", "", "R10-001", "\uff32\uff11", "0", "00", "a\u0301", "\u0301b", "ß"]]
)
def test_ids_taken_together_look_as_they_do_one_by_one(ids):
    assert looks(ids) == [look(one) for one in ids]


def test_what_looks_the_same():
    assert look("R1-01") == look(" r1-1") == look("R 1 - 001")
    assert look("R1-10") != look("R1-1")


@pytest.mark.parametrize(
    ("noun", "none", "one", "two"),
    [
        ("person", "no people", "1 person", "2 people"),
        ("young person", "no young people", "1 young person", "2 young people"),
        ("family", "no families", "1 family", "2 families"),
        ("side of the market", "no sides of the market", "1 side of the market", "2 sides of the market"),
        ("attributed excerpt", "no attributed excerpts", "1 attributed excerpt", "2 attributed excerpts"),
    ],
)
def test_a_number_goes_with_its_noun(noun, none, one, two):
    assert [count(n, noun) for n in range(3)] == [none, one, two]
    assert two == f"2 {plural(noun)}"


def test_people_are_counted():
    assert [people(n) for n in range(3)] == ["no people", "1 person", "2 people"]
    assert [share(k, 2, "person") for k in range(3)] == ["none of 2 people", "1 of 2 people", "all 2 people"]


def test_lists():
    assert [joined("abc"[:n]) for n in range(4)] == ["none", "a", "a and b", "a, b and c"]
    assert listed("abcd", 2) == "a, b, and 2 more"
    assert listed([], none="none yet") == "none yet"
