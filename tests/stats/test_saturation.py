"""What each event added: by hand on small studies, and on the worked example against a plain count."""

import pandas as pd
import pytest

from plrlib import NotInStudy, load_study, saturation
from plrlib.stats.saturation import new_information
from stats.made import made

TOML = '[study]\nid = "made"\nreference_coder = "me"\n'


def held(tmp_path, rooms, kinds=None, order=None, extra=""):
    """Make a study from the codes that came up at each event: one person and excerpt an event and code."""
    names = [f"V{i}" for i in range(len(rooms))]
    kinds = kinds or ["focus group"] * len(rooms)
    order = order or range(1, len(rooms) + 1)
    codes = sorted({code for room in rooms for code in room.split()})
    rows = [(name, code) for name, room in zip(names, rooms, strict=True) for code in room.split()]
    tables = {
        "events": ["event,kind,order", *(f"{n},{k},{o}" for n, k, o in zip(names, kinds, order, strict=True))],
        "participants": ["participant,focus_group", *(f"P{i},{n}" for i, n in enumerate(names))],
        "excerpts": ["excerpt,participant,event", *(f"E{i},P{names.index(n)},{n}" for i, (n, _) in enumerate(rows))],
        "codings": ["excerpt,coder,code", *(f"E{i},me,{code}" for i, (_, code) in enumerate(rows))],
        "codebook": ["code,parent,label", "T1,,Theme", *(f"{c},T1,{c}" for c in codes)],
    }
    written = {name: "\n".join(lines) + "\n" for name, lines in tables.items()}
    written["excerpts"] += extra
    return made(tmp_path, TOML, quantifiers=None, **written)


def values(found, measure, kind="focus group", column="estimate"):
    return found[(found["kind"] == kind) & (found["measure"] == measure)][column].tolist()


def test_new_codes_and_codes_met_in_the_order_held(tmp_path):
    """Held in the order V2, V0, V1: a b, then a c, then nothing new."""
    found = saturation(held(tmp_path, ["a c", "b c", "a b"], order=[2, 3, 1]))
    assert values(found, "new") == [2, 1, 0]
    assert values(found, "total") == [2, 3, 3]
    assert found[found["measure"] == "new"]["event"].tolist() == ["V2", "V0", "V1"]
    assert found[found["measure"] == "new"]["position"].tolist() == [1, 2, 3]
    assert values(found, "codes") == [3]
    assert set(found["n"]) == {3}


def test_at_equal_order_events_go_as_in_their_table(tmp_path):
    found = saturation(held(tmp_path, ["a", "a b", "c"], order=[1, 1, 1]))
    assert found[found["measure"] == "new"]["event"].tolist() == ["V0", "V1", "V2"]


def test_any_order_is_told_with_its_range(tmp_path):
    found = saturation(held(tmp_path, ["a", "a b c", "a"]))
    assert values(found, "any order") == pytest.approx([5 / 3, 7 / 3, 3])
    assert (values(found, "any order", column="low")[0], values(found, "any order", column="high")[0]) == (1, 3)
    assert values(found, "any order", column="low")[-1] == values(found, "any order", column="high")[-1] == 3


def test_focus_groups_and_interviews_are_apart(tmp_path):
    kinds = ["focus group", "interview", "focus group", "interview", ""]
    found = saturation(held(tmp_path, ["a", "b", "a", "b c", "d"], kinds))
    assert list(found["kind"].unique()) == ["focus group", "interview", "not said"]
    assert values(found, "new", "interview") == [1, 1]
    assert values(found, "codes", "focus group") == [1]
    assert values(found, "chao2", "not said") == [pd.NA]


class TestGuestNameyAndChen:
    """Base of four with ten codes; runs of two, overlapping, each set against the base."""

    NEW = [4, 3, 2, 1, 1, 0, 0, 1, 0, 0]  # noqa: RUF012

    def test_new_information_of_each_run(self):
        shares = new_information(pd.array(self.NEW).to_numpy(), 4, 2)
        assert [place for place, _ in shares] == [5, 6, 7, 8, 9]
        assert [share for _, share in shares] == pytest.approx([0.1, 0.0, 0.1, 0.1, 0.0])

    def test_reached_is_after_how_many_events_the_first_quiet_run_began(self, tmp_path):
        letters = iter("abcdefghijklmnopqrstuvwxyz")
        rooms = [" ".join(["z0", *(next(letters) for _ in range(n))]) for n in self.NEW]
        found = saturation(held(tmp_path, rooms))
        assert values(found, "new") == [5, 3, 2, 1, 1, 0, 0, 1, 0, 0]
        assert values(found, "new information") == pytest.approx([1 / 11, 0, 1 / 11, 1 / 11, 0])
        assert values(found, "reached") == [5]  # "5 + 2"
        assert values(saturation(held(tmp_path, rooms), threshold=0.1), "reached") == [4]
        assert values(saturation(held(tmp_path, rooms), base=5, run=3), "reached") == [pd.NA], "1 of 12 in every run"

    def test_too_few_events_for_a_run(self, tmp_path):
        found = saturation(held(tmp_path, ["a", "b", "c", "d", "e"]))
        assert values(found, "new information") == []
        assert values(found, "reached") == [pd.NA]

    def test_a_base_without_codes(self):
        assert new_information(pd.array([0, 0, 1, 2]).to_numpy(), 2, 1) == []

    @pytest.mark.parametrize("rule", [{"base": 0}, {"run": 0}])
    def test_no_base_or_no_run_is_refused(self, tmp_path, rule):
        with pytest.raises(ValueError, match="base and run are at least 1"):
            saturation(held(tmp_path, ["a", "b"]), **rule)


class TestEventsNotKnown:
    def test_the_published_study_is_refused_in_words(self):
        with pytest.raises(NotInStudy, match=r"53 of 64 excerpts name no single event, so that what each event added"):
            saturation(load_study("plr0809-017"))

    @pytest.mark.parametrize(("rooms", "refused"), [(4, True), (5, False)])
    def test_a_fifth_is_too_many(self, tmp_path, rooms, refused):
        """One excerpt of no one event, of five and of six."""
        study = held(tmp_path, ["a"] * rooms, extra="X1,,V0;V1\n")
        if refused:
            with pytest.raises(NotInStudy, match=r"1 of 5 excerpts names no single event"):
                saturation(study)
        else:
            assert values(saturation(study), "codes") == [1]


def test_the_worked_example_is_counted_as_a_plain_loop_counts_it():
    study = load_study("worked-example")
    found = saturation(study)
    rows = study.codings[study.codings["coder"] == "first"].merge(study.excerpts[["excerpt", "event"]], on="excerpt")
    kinds = dict(zip(study.events["event"], study.events["kind"], strict=True))
    for kind in ("focus group", "interview"):
        met, new = set(), []
        for event in study.events.sort_values("order", kind="stable")["event"]:
            if kinds[event] == kind:
                codes = set(rows.loc[rows["event"] == event, "code"])
                new.append(len(codes - met))
                met |= codes
        assert values(found, "new", kind) == new
        assert values(found, "codes", kind) == [len(met)]
