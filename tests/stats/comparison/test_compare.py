"""`compare`: what it says of whole studies. The tests behind it have oracles of their own (test_exact_oracles.py)."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

import plrlib
from plrlib import Coder, Plan, Room, alone, load_study, presence, simulate
from plrlib.show.compare import whys
from plrlib.stats.comparison.compare import COLUMNS
from plrlib.stats.comparison.verdict import VERDICTS, verdict

from ..made import TOML, made, said

VOLUNTARY, STATUTORY = {"role": "manager", "sector": "voluntary"}, {"role": "manager", "sector": "statutory"}
PEOPLE = "participant,role,sector,focus_group\n"
SECTOR = ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})


def compare(study, *asked, **more):
    """Return the frame of a comparison, with the fragility of each verdict and the sentence that `show` has for it."""
    found = plrlib.compare(study, *asked, **{"fragility": True, **more})
    return found.frame.assign(why=whys(study, found))


def drawn(rooms, effects=None, seed=1, **more):
    plan = Plan(
        rooms=tuple(rooms), groupings={"sector": SECTOR}, **{"themes": 3, "codes": 2, "popularity": (0.2, 0.6), **more}
    )
    return simulate(plan, effects or {}, seed=seed)


def rooms(*people):
    """Return focus groups with so many voluntary and statutory managers each."""
    return [
        Room(f"FG{i}", tuple((who, n) for who, n in ((VOLUNTARY, v), (STATUTORY, s)) if n))
        for i, (v, s) in enumerate(people, 1)
    ]


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


class TestPublished:
    """PLR0809/017: a design that confounds."""

    def test_roles_sat_in_rooms_of_their_own(self, published):
        found = compare(published, "role")
        assert (found["verdict"] == "confounded").all()
        assert found[["p", "p_low", "p_high", "p_min", "p_adjusted", "effect", "people_used"]].isna().all(axis=None)
        assert found["why"].str.contains("as well be one between the events: confounded.", regex=False).all()

    def test_so_did_those_with_a_targeted_and_a_universal_service(self, published):
        assert (compare(published, "provision")["verdict"] == "confounded").all()

    def test_who_is_voluntary_is_not_published(self, published):
        found = compare(published, "sector")
        assert (found["verdict"] == "not attributed").all()
        assert found["p"].isna().all()
        assert found["p_adjusted"].isna().all()
        assert (found["p_low"] < 0.05).all()
        assert (found["p_high"] == 1).all()

    def test_three_planned_comparisons_share_alpha(self, published):
        found = compare(published, "sector")
        assert (found["status"] == "planned").all()
        assert found["alpha"].to_numpy() == pytest.approx(0.05 / 3)
        other = compare(published, "sector", level="code")
        assert (other["status"] == "exploratory").all()
        assert other["alpha"].to_numpy() == pytest.approx(0.05)
        assert (compare(published, "role", coder="reader-2")["status"] == "exploratory").all()
        assert (compare(published, "role", stance="supports")["status"] == "exploratory").all()

    def test_the_verdict_by_each_other_reader_stands_beside_it(self, published):
        found = plrlib.compare(published, "role", other_coders=True).other_coders
        assert set(found.itertuples(index=False, name=None)) == {
            (f"T{i}", coder, "confounded") for i in range(7) for coder in ("reader-2", "reader-3")
        }


class TestFrame:
    def test_it_has_the_columns_promised_and_one_row_a_code(self):
        study = drawn(rooms((3, 3), (3, 3)))
        found = compare(study, "sector", level="code")
        assert tuple(found.columns) == (*COLUMNS, "why")
        assert list(found["code"]) == list(study.codebook["code"][study.codebook["parent"].notna()])
        assert tuple(found["verdict"].cat.categories) == VERDICTS
        assert found.dtypes[["p", "effect", "low"]].eq("Float64").all()
        assert found.dtypes[["people_used", "fragility"]].eq("Int64").all()

    def test_one_room_is_fishers_test_with_numbers_that_hang_together(self):
        """Oracle: scipy.stats.fisher_exact."""
        study = drawn(rooms((8, 7)), seed=3)
        found = compare(study, "sector", level="code").set_index("code")
        counts = presence(study, "sector", level="code")
        for code, row in found.iterrows():
            (n1, k1), (n2, k2) = counts.loc[counts["code"] == code, ["n", "lower"]].to_numpy()
            assert row.p == pytest.approx(fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue, rel=1e-9)
            assert row.effect == pytest.approx(k1 / n1 - k2 / n2)
            assert row.effect_low <= row.effect <= row.effect_high
            if not pd.isna(row.odds_ratio):
                assert row.low <= row.odds_ratio <= row.high
            assert row.p_min <= row.p <= row.p_adjusted
            assert row.p_low == row.p_high == row.p
            assert row.people_used == 15
            assert f"{k1 or 'none'} of {n1} voluntary".lower() in row.why.lower()

    def test_unknown_arguments_are_told(self):
        study = drawn(rooms((3, 3)))
        with pytest.raises(plrlib.NotInStudy, match="no grouping called 'rank'"):
            compare(study, "rank")
        with pytest.raises(ValueError, match="alpha lies between 0 and 1"):
            compare(study, "sector", alpha=1.5)
        with pytest.raises(ValueError, match="level is 'theme' or 'code'"):
            compare(study, "sector", level="word")
        with pytest.raises(ValueError, match="coder 'nobody' gave no codes"):
            compare(study, "sector", coder="nobody")


class TestConfounding:
    def test_two_rooms_a_level_can_show_no_less_than_two_of_six(self):
        found = compare(drawn(rooms((5, 0), (5, 0), (0, 5), (0, 5)), {("sector", "voluntary", "T1"): 9.0}), "sector")
        assert (found["method"] == "whole events").all()
        assert (found["p_min"] >= 2 / 6 - 1e-12).all()
        assert found["p_min"].iloc[0] == pytest.approx(2 / 6)
        assert (found["verdict"] == "too few to tell").all()
        assert found["why"].str.contains("too few to tell").all()

    def test_a_room_against_interviews(self):
        study = drawn([*rooms((6, 0)), *alone(6, STATUTORY, "I")], {("sector", "voluntary", "T1"): 9.0})
        assert (compare(study, "sector")["verdict"] == "confounded").all()

    def test_rooms_of_unlike_size(self):
        study = drawn(rooms(*[(3, 0)] * 4, *[(0, 10)] * 4), {("sector", "voluntary", "T1"): 9.0})
        assert (compare(study, "sector")["verdict"] == "confounded").all()

    def test_interviews_alone_are_not_confounded(self):
        study = drawn(
            [*alone(8, VOLUNTARY, "V"), *alone(8, STATUTORY, "S")],
            {("sector", "voluntary", "T1"): 9.0},
            popularity=(0.05, 0.1),
        )
        found = compare(study, "sector")
        assert (found["method"] == "within").all()
        assert found["verdict"].iloc[0] == "differs"
        assert (found["people_used"] == 16).all()

    def test_rooms_of_one_level_carry_no_information_beside_mixed_ones(self):
        study = drawn(rooms((4, 4), (5, 0), (0, 5)))
        found = compare(study, "sector")
        assert (found["people_used"] == 8).all()
        assert found["why"].str.contains("over the 8 people who can be compared").all()
        assert (compare(drawn(rooms((4, 4))), "sector")["why"].str.contains("who can be compared")).sum() == 0

    def test_whole_rooms_can_show_where_there_are_enough(self):
        study = drawn(rooms(*[(5, 0)] * 5, *[(0, 5)] * 5), {("sector", "voluntary", "T1"): 9.0}, popularity=(0.05, 0.1))
        found = compare(study, "sector")
        assert found["verdict"].iloc[0] == "differs"
        assert found["p"].iloc[0] == pytest.approx(
            2 / 252
        )  # of all ways to give five of ten rooms a level, two are as clear
        assert found.loc[0, ["odds_ratio", "low", "high"]].isna().all()

    def test_a_second_hearing_makes_no_block(self):
        """Everybody of one level is interviewed again: only the group counts, and nobody is exchanged over it."""
        study = drawn(rooms((4, 4), (4, 4)), again=("sector", "voluntary"), seed=5)
        once = drawn(rooms((4, 4), (4, 4)), seed=5)
        again, before = compare(study, "sector", level="code"), compare(once, "sector", level="code")
        assert len(study.events) > len(once.events)
        pd.testing.assert_frame_equal(again.drop(columns="why"), before.drop(columns="why"))

    def test_who_was_asked_decides_who_is_compared(self, tmp_path):
        """T2 was put to room A alone, where two levels sat; room B holds both too, and counts for T1 only."""
        study = made(
            tmp_path, asked="event,code\nA,T1\nA,T2\nB,T1\n",
            **said("V1 > c1 c3", "V2 > c1", "S2 > c1", columns="participant"),
        )  # fmt: skip
        found = compare(study, "sector").set_index("code")
        assert found.loc["T1", "people_used"] == 7
        assert found.loc["T2", "people_used"] == 3

    def test_those_interviewed_alone_are_exchanged_only_with_those_asked_the_same(self, tmp_path):
        """V1, V2 and S1 were asked about both themes, V3, S2 and S3 about the first: two blocks of interviews."""
        who = dict(zip(("V1", "V2", "S1", "V3", "S2", "S3"), ("voluntary", "voluntary", "statutory") * 2, strict=True))
        who["S2"] = "statutory"
        people = "".join(f"{name},manager,{sector},\n" for name, sector in who.items())
        events = "event,kind,order\n" + "".join(f"I{name},interview,1\n" for name in who)
        asked = "event,code\n" + "".join(f"I{n},T1\n" + (f"I{n},T2\n" if i < 3 else "") for i, n in enumerate(who))
        rows = [f"{n},I{n} > {'c1 c3' if n in ('V1', 'V2') else 'c2'}" for n in who]
        study = made(
            tmp_path, participants=PEOPLE + people, events=events, asked=asked,
            **said(*rows, columns="participant,event"),
        )  # fmt: skip
        found = compare(study, "sector", level="code").set_index("code")
        assert found.loc[["c1", "c3"], "people_used"].tolist() == [6, 3]
        assert found.loc["c1", "p"] == pytest.approx(1 / 3)  # 2 of 3 in the first block, and nobody in the second
        assert found.loc["c3", "p"] == pytest.approx(1 / 3)

    def test_a_code_raised_unasked_does_not_count(self, tmp_path):
        """Room B was not asked about T2, and three people spoke of it all the same."""
        study = made(
            tmp_path, asked="event,code\nA,T1\nA,T2\nB,T1\n",
            **said("V1 > c3", "S2 > c3", "S3 > c3", "S4 > c3", columns="participant"),
        )  # fmt: skip
        row = compare(study, "sector").set_index("code").loc["T2"]
        assert (row["people_used"], row["p"]) == (3, pytest.approx(1))

    def test_a_level_that_was_not_asked_cannot_be_compared(self, tmp_path):
        study = made(tmp_path, asked="event,code\nA,T1\nB,T2\n", **said("V1 > c1", "S2 > c3", columns="participant"))
        found = compare(study, "role").set_index("code")
        assert set(found["verdict"]) == {"confounded"}
        assert "of practitioners nobody was asked" in found.loc["T1", "why"]


class TestStance:
    def test_one_for_and_one_against_is_a_difference_that_presence_misses(self):
        """Both sectors raise T1 equally often; nearly all of one oppose it, nearly nobody of the other does."""
        study = drawn(
            rooms(*[(4, 4)] * 4),
            {("sector", "voluntary", "T1", "opposes"): 0.95, ("sector", "statutory", "T1", "opposes"): 0.02},
            seed=2, themes=2, codes=1, popularity=(0.8, 0.9),
        )  # fmt: skip
        assert compare(study, "sector")["verdict"].iloc[0] != "differs"
        opposed = compare(study, "sector", stance="opposes")
        supported = compare(study, "sector", stance="supports")
        assert opposed["verdict"].iloc[0] == supported["verdict"].iloc[0] == "differs"
        assert opposed["effect"].iloc[0] > 0 > supported["effect"].iloc[0]
        assert "statutory opposed “T1”" in opposed["why"].iloc[0]
        assert opposed["stance"].tolist() == ["opposes"] * 2
        assert compare(study, "sector")["stance"].isna().all()

    def test_a_blank_stance_is_an_error(self, tmp_path):
        with pytest.raises(ValueError, match="gave none to 1 of the excerpts"):
            compare(made(tmp_path), "sector", stance="opposes")


class TestUnknown:
    def test_people_of_unknown_level_without_totals_are_left_out_and_counted(self, tmp_path):
        people = f"{PEOPLE}V1,manager,voluntary,A\nS1,manager,statutory,A\nX1,manager,,A\nX2,manager,,A\n"
        toml = TOML.replace('label = "Sector"', 'label = "Sector"\npopulation = "staff"')
        found = compare(made(tmp_path, toml, participants=people), "sector")
        assert (found["people_used"] == 2).all()
        assert found["why"].str.contains("2 people of unknown sector left out").all()

    def test_with_totals_p_is_a_range_over_every_assignment(self, tmp_path):
        """Two of four are voluntary, all sat together, and two raised it: nobody knows who."""
        people = PEOPLE + "".join(f"P{i},manager,,A\n" for i in range(1, 5))
        study = made(
            tmp_path, participants=people,
            margins="population,attribute,level,n\nstaff,sector,voluntary,2\nstaff,sector,statutory,2\n",
            **said("P1 > c1", "P2 > c1", columns="participant"),
        )  # fmt: skip
        found = compare(study, "sector").iloc[0]
        assert found[["p_low", "p_high"]].tolist() == pytest.approx([1 / 3, 1])
        assert pd.isna(found["p"])
        assert found["verdict"] == "too few to tell"

    def test_attributed_excerpts_over_whole_rooms(self, tmp_path):
        """Six rooms of two; in a voluntary room one or two of the people raised it. Oracle: every assignment."""
        people = "".join(f"P{i},manager,{'voluntary' if i < 6 else 'statutory'},R{i // 2}\n" for i in range(12))
        rows = [f"P{i},,,,> c1" for i in range(4)] + [",R2,,,one > c1"]
        study = made(
            tmp_path, participants=PEOPLE + people,
            events="event,kind,order\n" + "".join(f"R{i},focus group,1\n" for i in range(6)), **said(*rows),
        )  # fmt: skip
        found = compare(study, "sector").set_index("code").loc["T1"]
        spread = [self.by_hand([2, 2, raised, 0, 0, 0]) for raised in (1, 2)]
        assert found[["p_low", "p_high"]].tolist() == pytest.approx([min(spread), max(spread)])

    @staticmethod
    def by_hand(raised):
        def away(rooms):
            return abs(2 * sum(raised[i] for i in rooms) - sum(raised))

        ways = list(combinations(range(6), 3))
        return sum(away(way) >= away((0, 1, 2)) for way in ways) / len(ways)

    def test_a_code_of_which_it_is_not_known_who_raised_it_counts_against_the_others(self, tmp_path):
        """T1 is known by name: 4 of 4 against none of 4, p = 2/70. T2 may be anybody's, and could show as well.

        So T1 may have to be judged at half of alpha: at 0.05 both is possible, at 0.06 it differs whatever T2 is.
        """
        people = "".join(f"P{i},manager,{'voluntary' if i < 4 else 'statutory'},A\n" for i in range(8))
        named = [f"P{i},,,,> c1" for i in range(4)]
        alone = made(tmp_path, participants=PEOPLE + people, **said(*named))
        both = made(tmp_path, participants=PEOPLE + people, **said(*named, ",A,,,several > c3"))
        found, beside = (compare(study, "sector").set_index("code") for study in (alone, both))
        assert found.loc["T1", ["p", "p_adjusted"]].tolist() == pytest.approx([2 / 70, 2 / 70])
        assert found.loc["T1", "verdict"] == "differs"
        assert beside.loc["T1", ["p", "p_adjusted"]].tolist() == pytest.approx([2 / 70, 4 / 70])
        assert beside.loc["T1", "verdict"] == "not attributed"
        assert "depends on themes of which it is not known who raised them" in beside.loc["T1", "why"]
        assert compare(both, "sector", alpha=0.06).set_index("code").loc["T1", "verdict"] == "differs"

    def test_incomplete_coding_leaves_everything_open(self, tmp_path):
        found = compare(made(tmp_path, TOML.replace("complete = true", "complete = false")), "sector")
        assert found["p"].isna().all()
        assert (found["p_high"] == 1).all()


class TestVerdict:
    """The order of the verdicts: the first that holds."""

    @pytest.mark.parametrize(
        ("p_min", "alike", "sometimes", "low", "high", "reach", "expected"),
        [
            (np.nan, True, True, np.nan, np.nan, np.nan, "confounded"),
            (1.0, True, False, 1.0, 1.0, 1.0, "no variation"),
            (0.001, False, False, 0.01, 0.2, 0.01, "not attributed"),
            (0.001, False, True, 0.2, 0.9, 0.01, "not attributed"),
            (0.04, False, False, 0.01, 0.2, 0.06, "not attributed"),
            (0.04, False, False, 0.2, 0.9, 0.06, "too few to tell"),
            (0.029, False, False, 0.029, 0.029, 0.029, "differs"),
            (0.04, False, False, 0.04, 0.04, 0.06, "differs"),  # step-down reaches what a single step does not
            (0.001, False, False, 0.05, 0.05, 0.04, "differs"),
            (0.001, False, False, 0.051, 0.051, 0.04, "not shown to differ"),
            (0.01, False, False, 0.2, 0.3, 0.05, "not shown to differ"),
        ],
    )
    def test_the_first_that_holds(self, p_min, alike, sometimes, low, high, reach, expected):
        assert verdict(p_min, alike, sometimes, low, high, reach, alpha=0.05) == expected

    def test_codes_raised_by_the_same_people_are_not_paid_for_twice(self, tmp_path):
        """Six codes, each raised by 4 of 4 and none of 4: all have p = 2/70, alone and together."""
        people = "".join(f"P{i},manager,{'voluntary' if i < 4 else 'statutory'},A\n" for i in range(8))
        codebook = "code,parent,label\n" + "".join(f"T{k},,T{k}\nc{k},T{k},c{k}\n" for k in range(6))
        rows = [f"P{i} > {' '.join(f'c{k}' for k in range(6))}" for i in range(4)]
        given = made(
            tmp_path, participants=PEOPLE + people, codebook=codebook, **said(*rows, columns="participant")
        )  # fmt: skip
        found = compare(given, "sector")
        assert found["p_adjusted"].tolist() == pytest.approx([2 / 70] * 6)
        assert set(found["verdict"]) == {"differs"}


def test_another_coder_can_come_to_another_verdict():
    study = drawn(
        rooms(*[(5, 5)] * 3), {("sector", "voluntary", "T1"): 5.0}, seed=4, themes=2, codes=1,
        popularity=(0.1, 0.2), coders=(Coder("coder-1"), Coder("coder-2", changed=0.5)),
    )  # fmt: skip
    one = plrlib.compare(study, "sector", other_coders=True)
    other = plrlib.compare(study, "sector", coder="coder-2", other_coders=True)
    for mine, coder, theirs in ((one, "coder-2", other), (other, "coder-1", one)):
        expected = theirs.frame[["code", "verdict"]].astype("str").assign(coder=coder)
        pd.testing.assert_frame_equal(mine.other_coders, expected[["code", "coder", "verdict"]])
    assert one.frame["verdict"].iloc[0] == "differs"
    assert set(one.frame["verdict"]) != set(other.frame["verdict"])
    assert plrlib.compare(study, "sector").other_coders.empty
