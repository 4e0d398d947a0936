"""Who raised what, as marks and ranges: every person once, and what is certain told from what may be."""

import pytest
from matplotlib.collections import PathCollection
from stats.made import made, said

from plrlib import load_study, presence, show
from plrlib.show import compare_charts as raising
from plrlib.show.labels import labels
from plrlib.stats.bounds.presence import Counted
from show.frames import assert_clear
from show.rooms import everyone, two_rooms


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn: the marks of a grid or the lines of intervals, and the figure."""
    kept = {}
    for name in ("dot_grid", "intervals"):
        draw = getattr(raising, name)

        def kept_too(frame, *more, draw=draw, name=name, **options):
            kept[name] = frame, (figure := draw(frame, *more, **options))
            return figure

        monkeypatch.setattr(raising, name, kept_too)
    return kept


def test_one_mark_is_one_person(tmp_path, drawn):
    study = made(tmp_path, **said("V1,,,, > c1", "V1,,,, > c1 c2", "S1,,,, > c1", "V3,,,, > c3"))
    picture = show.people_picture(study, "sector")
    marks, figure = drawn["dot_grid"]
    counts = marks.groupby(["row", "column", "look"], observed=True).size()
    assert counts["T1", "voluntary"].to_dict() == {"raised it": 1, "did not raise it": 2}
    assert counts["T1", "statutory"].to_dict() == {"raised it": 1, "did not raise it": 3}
    assert len(marks) == 2 * 7
    assert picture.numbers["of"].tolist() == [3, 4, 3, 4]
    assert "“Second theme”: 1 of 3 voluntary and none of 4 statutory people" in picture.caption
    assert_clear(figure)


def test_what_may_be_is_told_from_what_is(published, drawn):
    show.people_picture(published, "provision")
    marks, figure = drawn["dot_grid"]
    counts = marks[marks["row"] == "T1"].groupby(["column", "look"], observed=True).size()
    assert counts.to_dict() == {
        ("targeted", "raised it"): 4, ("targeted", "may have raised it"): 2,
        ("universal", "raised it"): 3, ("universal", "may have raised it"): 1,
    }  # fmt: skip
    assert_clear(figure)


def test_ranges_run_from_the_smallest_to_the_largest_number(published, drawn, monkeypatch):
    picture = show.ranges_picture(published, "role")
    lines, figure = drawn["intervals"]
    counted = presence(published, "role")
    assert lines["low"].tolist() == counted["lower"].tolist()
    assert lines["high"].tolist() == counted["upper"].tolist()
    assert lines["count"].tolist()[:3] == [
        "1 to 7 of 7 managers",
        "1 to 7 of 7 practitioners",
        "7 to 10 of 10 young people",
    ]
    assert "In all 7 themes the ranges of all levels overlap." in picture.caption
    assert_clear(figure)
    fewer = counted.assign(upper=counted["lower"] + 1)
    fewer.loc[0, "upper"] = fewer.loc[0, "lower"]
    monkeypatch.setattr(raising, "presence", lambda *_: fewer)
    show.ranges_picture(published, "role")
    lines, _ = drawn["intervals"]
    assert lines["high"].tolist() == fewer["upper"].tolist()
    assert lines["at"].notna().tolist() == [True] + [False] * 20


def test_exact_counts_have_no_ranges(tmp_path):
    told = show.ranges_picture(made(tmp_path), "sector")
    assert isinstance(told, show.Say)
    assert told.sentences[0].startswith("Every count is exact")


def test_a_gap_is_told_only_where_it_is_certain(tmp_path):
    study = made(tmp_path)
    counted = Counted.of(study, "sector")
    frame = presence(study, "sector")
    for lower, upper, told in (
        ([2, 0], [3, 4], "As far as is known, every theme may have been raised by equal shares of voluntary and"),
        ([2, 0], [3, 1], "Widest apart, “First theme”: 2 to 3 of 3 voluntary and 0 to 1 of 4 statutory people."),
    ):
        some = frame[frame["code"] == "T1"].assign(lower=lower, upper=upper)
        assert raising.widest_gap_say(counted, some, labels(study, "theme"), "theme").startswith(told)
    apart = frame.assign(lower=[2, 0, 0, 0], upper=[3, 1, 3, 4])
    assert raising.ranges_say(apart, labels(study, "theme"), "theme") == (
        "In 1 of 2 themes the ranges of all levels overlap; “First theme” is certainly raised by unequal shares."
    )


def test_twice_as_many_rows_and_people_have_room(tmp_path, drawn):
    codes = "code,parent,label\n" + "".join(f"T{i},,A theme with rather a long label {i}\n" for i in range(1, 15))
    study = two_rooms(
        tmp_path, {"T1": everyone("V")}, codebook=codes, codings="excerpt,coder,code\nE1,me,T1\n", envelopes=None
    )
    show.people_picture(study, "sector")
    marks, figure = drawn["dot_grid"]
    assert len(marks) == 14 * 24
    assert_clear(figure)


def test_looks_are_told_apart_without_colour(published, drawn):
    show.people_picture(published, "role")
    _, figure = drawn["dot_grid"]
    assert len({(look.shape, look.fill) for look in raising.PERSON_LOOKS.values()}) == len(raising.PERSON_LOOKS)
    levels = raising.group_looks(published.grouping("role"))
    assert len({look.shape for look in levels.values()}) == len({look.colour for look in levels.values()}) == 3
    assert any(isinstance(c, PathCollection) for c in figure.axes[0].collections)


def test_numbers_on_a_scale_of_people():
    assert raising.ticks(7) == list(range(8))
    assert raising.ticks(45) == list(range(0, 46, 5))
    assert raising.ticks(1) == [0, 1]
    assert len(raising.ticks(2000)) <= 11
