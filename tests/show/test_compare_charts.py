"""Who raised what, as marks and ranges: every person once, and what is certain told from what may be."""

import re

import pytest
from matplotlib.collections import PathCollection
from stats.made import made, said

from plrlib import Plan, Room, load_study, presence, show, simulate
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
    assert raising.ticks(7001, 7) == [0, 2000, 4000, 6000]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"level": "nope"}, "level is 'theme' or 'code', or the depth 2, or a column of the codebook"),
        ({"codes": ["T1", "nope"]}, "codes: nope cannot be drawn; those of level 'theme': T1, T2"),
        ({"codes": []}, "codes: none cannot be drawn"),
        ({"level": "code", "codes": ["T1"]}, "codes: T1 cannot be drawn; those of level 'code': short-funding"),
    ],
)
def test_what_is_not_in_the_study_is_told(asked, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        show.people_picture(load_study("worked-example"), "provision", **asked)


@pytest.mark.parametrize(("people", "codes", "groups"), [(5, 3, 6), (33, 63, 2), (300, 3, 6)])
def test_every_person_is_counted_once_a_code_at_any_size(people, codes, groups, monkeypatch):
    """No mark stands for several people, however many there are: 1 of 17 and 6 of 17 never look the same."""
    kept = {}
    monkeypatch.setattr(raising, "dot_grid", lambda marks, *_, **options: kept.update(options, marks=marks))
    monkeypatch.setattr(raising, "picture", lambda _, *more: more)
    keys = [f"g{i}" for i in range(groups)]
    rooms = [keys[i : i + 6] for i in range(0, people, 6)] if people < groups else [keys] * (people // groups)
    rooms = tuple(Room(f"FG{i}", tuple(({"role": key}, 1) for key in room)) for i, room in enumerate(rooms))
    plan = Plan(rooms, {"role": ("Role", {key: f"Group {key}" for key in keys})}, themes=codes, codes=1, talk=0.0)
    study = simulate(plan, seed=codes)
    _, caption, alt, numbers, _ = show.people_picture(study, "role")
    marks, counts = kept["marks"], presence(study, "role")
    drawn = marks.groupby(["row", "column", "look"], observed=True).size()
    for code, key, n, lower in counts[["code", "group", "n", "lower"]].itertuples(index=False, name=None):
        told = f"{lower or 'none'} of {n}"
        assert (drawn.get((code, key, "raised it"), 0), kept["beside"][code, key]) == (lower, told)
        assert drawn.get((code, key, "did not raise it"), 0) == n - lower
    assert len(marks) == codes * len(study.participants)
    assert numbers["raised it"].tolist() == counts["lower"].tolist()
    single = "One mark is one person" if len(marks) <= 2000 else "A bar is to scale: the number of people stands beside"
    assert caption.startswith(single)
    assert "what is left" not in caption + alt
