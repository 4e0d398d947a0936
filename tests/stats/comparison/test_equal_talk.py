"""At equal talk: who is permuted with whom, against every permutation written out, and where there is no verdict."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from plrlib import Plan, Room, StudyError, alone, compare, simulate
from plrlib.show.compare import equal_talk_say, whys
from plrlib.stats.comparison.permutation import NamedPeople
from plrlib.stats.comparison.verdict import neighbours, talk_ratio

from ..made import TOML, made

GROUPS = {"sector": ("Sector", {"voluntary": "Voluntary", "statutory": "Statutory"})}
VOLUNTARY, STATUTORY = {"sector": "voluntary"}, {"sector": "statutory"}


def people(group, block):
    nobody = np.ones((len(group), 1), dtype=bool)
    return NamedPeople(np.array(group), np.array(block), np.zeros(len(group), dtype=np.int64), nobody, nobody)


def drawn(*rooms, effects=None, seed=1, **more):
    events = tuple(
        Room(f"FG{i}", tuple((who, n) for who, n in ((VOLUNTARY, v), (STATUTORY, s)) if n))
        for i, (v, s) in enumerate(rooms, 1)
    )
    return simulate(Plan(**{"rooms": events, "groupings": GROUPS, "turns": 8.0, **more}), effects or {}, seed=seed)


class TestPairs:
    def test_neighbours_by_talk_are_together_and_an_odd_one_joins_the_last_two(self):
        who = people([0, 1, 0, 1, 0, 1, 0], [3] * 7)
        found = neighbours(who, np.array([70.0, 10, 20, 60, 30, 40, 50]), seed=1)
        sets = {frozenset(np.flatnonzero(found.block == b).tolist()) for b in np.unique(found.block)}
        assert sets == {frozenset({1, 2}), frozenset({4, 5}), frozenset({6, 3, 0})}
        assert found.only_within

    def test_blocks_are_kept_apart_and_one_person_alone_stays_alone(self):
        found = neighbours(people([0, 1, 0, 0], [1, 1, 2, -1]), np.array([1.0, 9, 5, 5]), seed=1)
        assert found.block[0] == found.block[1]
        assert len(np.unique(found.block)) == 3

    def test_ties_are_broken_without_regard_to_group(self):
        """All talked alike: over many seeds a person of either group is next to one of the other as chance has it."""
        group = [0] * 10 + [1] * 10
        mixed = [0, 0]
        for seed in range(300):
            block = neighbours(people(group, [0] * 20), np.ones(20), seed).block
            mixed[0] += sum(len({group[i] for i in np.flatnonzero(block == b)}) == 2 for b in np.unique(block))
            mixed[1] += len(np.unique(block))
        assert mixed[0] / mixed[1] == pytest.approx(10 / 19, abs=0.03)

    def test_the_ratio_that_remains(self):
        """By hand: pairs of 10 and 20 words and of 30 and 30, the first group first: 40 against 50."""
        who = people([0, 1, 0, 1, 0], [0, 0, 1, 1, 2])
        assert talk_ratio(who, np.array([10.0, 20, 30, 30, 999])) == pytest.approx(50 / 40)
        assert np.isnan(talk_ratio(people([0, 0], [0, 0]), np.ones(2)))


@pytest.mark.parametrize("seed", range(6))
def test_p_is_the_share_of_swaps_within_pairs(seed):
    """One theme, so that p is adjusted for nothing. Oracle: every swap of the two people of a pair."""
    study = drawn((4, 4), (4, 4), seed=seed, themes=1, codes=1, popularity=(0.4, 0.6))
    words = pd.Series(np.random.default_rng(seed).permutation(16) + 90, dtype="Int64")
    study = replace(study, attendance=study.attendance.assign(words=words))
    row = compare(study, "sector").frame.iloc[0]
    at = pd.DataFrame({"words": words.to_numpy(dtype=float), "first": study.participants["sector"] == "voluntary"})
    at["raised"], at["event"] = study.raised()[:, 0], list(study.participants["focus_group"])
    ordered = at.sort_values(["event", "words"])
    outcomes = []
    for swap in product([False, True], repeat=8):
        total = 0
        for pair, swapped in enumerate(swap):
            two = ordered.iloc[2 * pair : 2 * pair + 2]
            total += int((two["raised"] & (two["first"] ^ (swapped and two["first"].sum() == 1))).sum())
        outcomes.append(total)
    often = {one: outcomes.count(one) for one in outcomes}
    assert row["talk_ratio"] < 1.25
    assert row["p_equal_talk"] == pytest.approx(sum(often[o] <= often[outcomes[0]] for o in outcomes) / len(outcomes))


class TestVerdict:
    def test_a_difference_of_talk_alone_goes_at_equal_talk(self):
        """Twice the talk and the same views: some study differs as raised, and not at equal talk."""
        found = [
            compare(drawn(*[(8, 8)] * 4, seed=seed, talkative={("sector", "voluntary"): 2.5}), "sector").frame
            for seed in range(8)
        ]
        raised = [(one["verdict"] == "differs").any() for one in found]
        equal = [(one["verdict_equal_talk"] == "differs").any() for one in found]
        assert sum(raised) >= 3
        assert sum(equal) <= 1

    def test_a_difference_of_views_stays(self):
        effects = {("sector", "voluntary", "T1"): 5.0}
        study = drawn(*[(6, 6)] * 4, effects=effects, popularity=(0.05, 0.1))
        found = compare(study, "sector")
        assert found.frame.loc[0, ["verdict", "verdict_equal_talk"]].tolist() == ["differs"] * 2
        assert "Among people who talked about as much, 1 of 5 themes differs." in equal_talk_say(study, found)

    def test_too_much_talk_that_remains_leaves_it_blank(self):
        study = drawn((2, 2), (2, 2), talkative={("sector", "voluntary"): 9.0})
        frame = compare(study, "sector").frame
        assert (frame["talk_ratio"] > 1.25).all()
        kept = frame["verdict"] != "no variation"
        assert set(frame.loc[kept, "verdict_equal_talk"]) == {""}
        assert set(frame.loc[kept, "reason_equal_talk"]) == {"talk remains"}

    def test_whole_events_and_confounded_groups_have_none(self):
        whole = compare(drawn(*[(5, 0)] * 4, *[(0, 5)] * 4), "sector").frame
        assert set(whole["reason_equal_talk"]) <= {"whole events", ""}
        apart = compare(drawn((5, 0), (0, 5)), "sector").frame
        assert set(apart["reason_equal_talk"]) == {"own events"}


class TestTalk:
    def test_where_only_coded_passages_exist_it_is_blank_and_says_why(self):
        study = drawn((4, 4), turns=0.0)
        found = compare(study, "sector")
        assert set(found.frame["reason_equal_talk"]) == {"only coded passages"}
        assert "only coded passages are on record" in equal_talk_say(study, found)

    def test_excerpts_without_a_code_tell_of_talk(self):
        """The same words of everybody but for one excerpt more each: the number of excerpts orders people."""
        study = drawn((4, 4), turns=0.0, seed=3)
        first = study.excerpts.groupby("participant", observed=True)["excerpt"].first()
        codings = study.codings[~study.codings["excerpt"].isin(first)]
        some = replace(study, codings=codings)
        found = compare(some, "sector").frame
        assert found["talk_ratio"].notna().all()
        nothing = replace(some, excerpts=some.excerpts.assign(participant=some.excerpts["participant"].where(
            some.excerpts.index > 0)))  # fmt: skip
        assert set(compare(nothing, "sector").frame["reason_equal_talk"]) == {"talk not known"}


def test_the_reason_tells_where_equal_talk_has_another_verdict():
    for seed in range(8):
        study = drawn(*[(8, 8)] * 4, seed=seed, talkative={("sector", "voluntary"): 2.5})
        found = compare(study, "sector")
        unlike = found.frame["verdict_equal_talk"] != found.frame["verdict"].astype(str)
        told = whys(study, found)
        for code in np.flatnonzero(unlike):
            assert f"{found.frame['verdict_equal_talk'][code]} at equal talk" in told[code]
        if unlike.any():
            return
    pytest.fail("no study in which the two verdicts are unlike")


class TestBlocks:
    def test_people_are_compared_with_others_of_the_same_interviewer(self):
        """Each interviewer drew one answer from everybody, and had mostly one group: nothing tells the groups apart."""
        people = [
            *alone(7, VOLUNTARY, "VA", "ann"), *alone(1, STATUTORY, "SA", "ann"),
            *alone(1, VOLUNTARY, "VB", "bob"), *alone(7, STATUTORY, "SB", "bob"),
        ]  # fmt: skip
        plan = Plan(rooms=tuple(people), groupings=GROUPS, themes=1, codes=1, popularity=(0.5, 0.5), propensity=0.0)
        study = simulate(plan, {}, seed=1)
        by = study.events.set_index("event")["interviewer"]
        assert by.value_counts().to_dict() == {"ann": 8, "bob": 8}
        blocks = study.prepared.block
        assert [len(set(blocks[:8])), len(set(blocks[8:]))] == [1, 1]
        assert blocks[0] != blocks[-1]
        free = replace(study, settings=replace(study.settings, interview_blocks=()))
        assert len(set(free.prepared.block)) == 1
        assert compare(study, "sector").frame["people_used"].tolist() == [16]
        assert compare(study, "sector").frame.loc[0, "p_min"] > compare(free, "sector").frame.loc[0, "p_min"]

    def test_within_another_grouping(self):
        """Sector within role: managers with managers; who has no role is left out and counted in nothing."""
        rooms = [
            Room(
                "FG1",
                (
                    ({**VOLUNTARY, "role": "m"}, 2),
                    ({**STATUTORY, "role": "m"}, 3),
                    ({**VOLUNTARY, "role": "p"}, 4),
                    ({**STATUTORY, "role": "p"}, 2),
                    (VOLUNTARY, 1),
                ),
            )
        ]
        groupings = {**GROUPS, "role": ("Role", {"m": "Manager", "p": "Practitioner"})}
        study = simulate(Plan(rooms=tuple(rooms), groupings=groupings, themes=1, codes=1, popularity=(0.4, 0.6)), {}, 2)
        found = compare(study, "sector", within="role").frame.iloc[0]
        assert (found["people_used"], found["left_out"]) == (11, 1)
        assert "1 person of unknown sector or role left out" in whys(study, compare(study, "sector", within="role"))[0]
        raised, role = study.raised()[:, 0], study.participants["role"].astype("object")
        first = (study.participants["sector"] == "voluntary").to_numpy()
        outcomes = []
        rng = np.random.default_rng(1)
        for _ in range(20_000):
            total = 0
            for one in ("m", "p"):
                here = np.flatnonzero(role == one)
                total += int((raised[here] & rng.permutation(first[here])).sum())
            outcomes.append(total)
        share = np.bincount(outcomes, minlength=12) / len(outcomes)
        seen = int((raised & first & role.notna().to_numpy()).sum())
        assert found["p"] == pytest.approx(share[share <= share[seen] * 1.05].sum(), abs=0.02)
        assert compare(study, "sector").frame.loc[0, "people_used"] == 12

    def test_what_interviews_are_parted_by_is_a_column_of_events(self, tmp_path):
        toml = TOML.replace("[study]", '[study]\ninterview_blocks = ["intervewer"]')
        events = "event,kind,interviewer\nA,focus group,\nB,interview,ann\n"
        with pytest.raises(StudyError, match="interviewer"):
            made(tmp_path, toml, events=events)
        assert made(tmp_path, toml.replace("intervewer", "interviewer"), events=events)
