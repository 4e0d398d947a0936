"""Words that sentences are made of, and ids that look alike."""

import pytest

from plrlib.text import look, looks


@pytest.mark.parametrize(
    "ids", [[], ["R1-01"], ["R1-01", " r1-1", "", "R10-001", "\uff32\uff11", "0", "00", "a\u0301", "\u0301b", "ß"]]
)
def test_ids_taken_together_look_as_they_do_one_by_one(ids):
    assert looks(ids) == [look(one) for one in ids]


def test_what_looks_the_same():
    assert look("R1-01") == look(" r1-1") == look("R 1 - 001")
    assert look("R1-10") != look("R1-1")
