"""What is said of comparisons: what cannot be said first, people with their number, and never a bare p."""

import re

import pytest
from stats.made import TOML, made, said

from plrlib import compare, load_study, presence, show
from plrlib.show.display import MISSING
from plrlib.show.labels import chance, chances, everybody, out_of, whom
from show.frames import found
from show.rooms import AGAINST, FOR, PLANNED, everyone, two_rooms

DIFFER = {"p": 0.004, "p_low": 0.004, "p_high": 0.004, "p_adjusted": 0.02, "fragility": 2}
BARE = re.compile(r"p [=<>]|p-value|\d %")


def sentences(told):
    return list(told.sentences)


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


class TestWords:
    def test_chances_are_so_many_of_a_hundred(self):
        assert [chance(p) for p in (0, 0.004, 0.005001, 0.31, 0.996, 1, 1 - 1e-12)] == [
            "fewer than 1 of 100", "fewer than 1 of 100", "1 of 100", "31 of 100", "more than 99 of 100", "100 of 100",
            "100 of 100",
        ]  # fmt: skip

    def test_a_chance_never_reads_like_the_bar_that_it_is_over(self):
        assert chance(0.0504, 0.05) == "504 of 10,000"
        assert chance(0.052, 0.05) == "52 of 1,000"
        assert chance(0.048, 0.05) == "48 of 1,000"
        assert chance(0.2, 0.05) == "20 of 100"

    def test_a_range_of_chances(self):
        assert chances(0.04, 1.0) == "4 to 100 of 100"
        assert chances(0.3, 0.3) == "30 of 100"
        assert chances(None, 1.0) == ""

    def test_people_are_named_with_their_population_where_the_label_is_no_noun(self, published):
        by = published.settings.groupings
        assert [whom(by["sector"], k) for k in by["sector"].levels] == ["voluntary staff", "statutory staff"]
        assert [whom(by["role"], k) for k in by["role"].levels] == ["managers", "practitioners", "young people"]
        numbers = {"voluntary": "5 of 7", "statutory": "none of 7"}
        assert everybody(by["sector"], numbers) == "5 of 7 voluntary and none of 7 statutory staff"
        assert everybody(by["role"]) == "managers, practitioners and young people"
        assert [out_of(0, 0, 7), out_of(5, 5, 7), out_of(0, 7, 7)] == ["none of 7", "5 of 7", "0 to 7 of 7"]


class TestWhatCannotBeSaid:
    def test_it_is_said_first_and_what_would_be_needed(self, tmp_path):
        study = made(tmp_path)
        told = show.compare_say(study, found(study, "role", ("confounded", {}), ("confounded", {})))
        first, needed = sentences(told)
        assert first.startswith(
            "Role: nothing can be said of a difference between managers and practitioners: it could"
        )
        assert needed == (
            "Needed to tell: events that hold several groups, or several events of like size for each group."
        )

    def test_who_said_what_is_not_known(self, published):
        told = sentences(show.compare_say(published, found(published, "sector", *[("not attributed", {})] * 7)))
        assert told[0] == (
            "Sector: nothing can be said of a difference between voluntary and statutory staff: who raised what is not "
            "known well enough."
        )
        assert told[1].endswith("and every transcript coded through.")

    def test_no_theme_that_is_open_is_counted_as_not_differing(self, tmp_path):
        study = made(tmp_path, **said("V1,,,, > c3"))
        told = show.compare_say(study, found(study, "sector", ("not attributed", {}), ("too few to tell", {})))
        assert sentences(told)[0] == (
            "Sector: of 2 themes compared, none differs, 1 cannot be told, as who raised it is not known well enough "
            "and for 1 there are too few to tell."
        )
        assert "Needed for 1 of the 2 themes: more people." in sentences(told)

    def test_more_events_are_needed_where_events_are_compared(self, tmp_path):
        study = made(tmp_path, **said("V1,,,, > c1", "V2,,,, > c3"))
        rows = found(study, "role", *[("too few to tell", {})] * 2, method="whole events")
        assert "Needed to tell: more events." in sentences(show.compare_say(study, rows))


class TestWhatDiffers:
    def test_in_people_and_chances(self, tmp_path):
        study = made(tmp_path, **said("V1,,,, > c1", "V2,,,, > c1", "V3,,,, > c1"))
        told = sentences(show.compare_say(study, found(study, "sector", ("differs", DIFFER), ("too few to tell", {}))))
        assert told[0] == "Sector: of 2 themes compared, 1 differs and for 1 there are too few to tell."
        assert told[1] == (
            "“First theme”: 3 of 3 voluntary and none of 4 statutory people raised it. Chance alone would do this in "
            "fewer than 1 of 100 such studies; with 2 themes compared, in 2 of 100. Differs. It would take 2 people "
            "who did otherwise to change that."
        )
        assert not BARE.search("".join(told))

    def test_what_is_planted_is_found_and_nothing_else(self, tmp_path):
        some = everyone("V", 1, 2, 3, 7, 8) | everyone("S", 1, 2, 7, 8, 9)
        study = two_rooms(tmp_path, {"T1": everyone("V"), "T2": some})
        told = sentences(show.compare_say(study, compare(study, "sector")))
        assert told[0] == "Sector: of 2 themes compared, 1 differs and 1 is not shown to differ."
        assert told[1].startswith("“First theme”: 12 of 12 voluntary and none of 12 statutory staff raised it.")

    def test_sides_show_what_raising_does_not(self, tmp_path):
        study = two_rooms(
            tmp_path,
            {"T1": everyone("V") | everyone("S", stance=AGAINST), "T2": everyone("V", 1, 7) | everyone("S", 2, 8)},
        )
        rows = compare(study, "sector")
        assert (rows.frame["verdict"] != "differs").all()
        told = sentences(show.stance_say(study, rows))
        assert "Raising “First theme” alone does not show this." in told
        seen = "“First theme”: {} of 12 voluntary and {} of 12 statutory staff {} “First theme”."
        assert any(s.startswith(seen.format(12, "none", "supported")) for s in told)
        assert any(s.startswith(seen.format("None", 12, "opposed")) for s in told)

    def test_what_raising_shows_is_not_said_to_be_hidden(self, tmp_path):
        study = two_rooms(tmp_path, {"T1": everyone("V"), "T2": {}})
        told = sentences(show.stance_say(study, compare(study, "sector")))
        assert any(s.startswith("“First theme”: 12 of 12 voluntary") for s in told)
        assert not any("alone does not show" in s for s in told)

    def test_sides_without_stances(self, tmp_path):
        study = made(tmp_path)
        assert sentences(show.stance_say(study, compare(study, "sector"))) == [
            "No stances are on record, so who supported what and who opposed it is not compared."
        ]
        partly = two_rooms(tmp_path, {"T1": {"V1": FOR, "V2": ""}})
        assert sentences(show.stance_say(partly, compare(partly, "sector")))[0].startswith("Not compared by stance: ")

    def test_sides_are_confounded_where_raising_is(self, published, monkeypatch):
        monkeypatch.setattr("plrlib.show.compare.compare", None)  # it depends on the rooms, which are known
        told = sentences(show.stance_say(published, found(published, "role", *[("confounded", {})] * 7)))
        assert len(told) == 1
        assert told[0].startswith(
            "Supporting or opposing the statement of a theme: nothing can be said of a difference"
        )


class TestTables:
    def test_counts_stand_with_how_many_there_are(self, tmp_path):
        study = made(tmp_path, **said("V1,,,, > c1", "V2,,,, > c1"))
        table = show.compare_table(study, found(study, "sector", ("differs", DIFFER), ("too few to tell", {})))
        assert list(table.frame) == [
            "theme", "Voluntary (of 3)", "Statutory (of 4)", "by chance alone", "allowing for 2 themes", "verdict",
        ]  # fmt: skip
        assert table.frame.iloc[0].tolist() == [
            "First theme", "2", "none", "fewer than 1 of 100", "2 of 100", "differs",
        ]  # fmt: skip
        assert table.frame.iloc[1].isna().tolist() == [False, False, False, True, True, False]

    def test_counts_are_of_the_coder_and_the_stance_that_were_compared(self):
        study = load_study("worked-example")
        for asked in ({}, {"coder": "second"}, {"stance": "opposes"}):
            counted = presence(study, "sector", **asked).set_index(["code", "group"])
            table = show.compare_table(study, compare(study, "sector", **asked)).frame
            whole = [int(cell) if cell != "none" else 0 for cell in table.iloc[:, 1]]
            assert whole == [int(counted.loc[(code, "voluntary"), "lower"]) for code in study.themes["code"]]

    def test_where_nothing_has_a_p_there_is_no_column_for_it(self, published):
        table = show.compare_table(published, found(published, "role", *[("confounded", {})] * 7))
        assert list(table.frame)[-2:] == ["Young people (of 10)", "verdict"]
        assert table.frame["Managers (of 7)"].tolist() == ["1 to 7"] * 3 + ["0 to 7"] + ["1 to 7"] * 2 + ["0 to 7"]

    def test_people_who_were_not_asked_are_not_in_the_number(self, tmp_path):
        study = made(tmp_path, asked="event,code\nA,T1\nA,T2\nB,T1\n", **said("V1,,,, > c1"))
        table = show.compare_table(study, found(study, "sector", *[("too few to tell", {})] * 2))
        assert table.frame["Voluntary"].tolist() == ["1 of 3", "none of 2"]

    def test_one_reason_for_all_is_one_sentence(self, tmp_path):
        study = made(tmp_path, **said("V1,,,, > c1 c3"))
        rows = found(study, "role", *[("confounded", {"reason": "own events"})] * 2)
        assert sentences(show.why_table(study, rows)) == [
            (
                "1 of 3 managers and none of 4 practitioners raised it, but each group was first heard in events of its"
                " own, so a difference could as well be one between the events: confounded."
            )
        ]
        few = {"reason": "margins", "p_low": 1.0, "p_min": 1.0, "p_adjusted": 1.0, "p_adjusted_high": 1.0}
        differs = {**DIFFER, "p_adjusted_high": 0.02}
        rows = found(study, "sector", ("differs", differs), ("too few to tell", {**few, "p_min_adjusted": 1.0}))
        table = show.why_table(study, rows)
        assert table.frame["people to change it"].tolist() == ["2", MISSING]
        raised = "1 of 3 voluntary and none of 4 statutory raised it (exact p = "
        assert table.frame["why"].tolist() == [
            f"{raised}0.0040; 0.020 after allowing for the 2 themes compared): differs.",
            (
                f"{raised}1; 1 after allowing for the 2 themes compared), but with these numbers of people no p is "
                "below 1, or 1 after allowing for the 2 themes compared: too few to tell."
            ),
        ]

    @pytest.mark.parametrize("name", ["Smith; J", "and", "A, B and C", "me (1st)", "a\u2028b"])
    def test_a_coder_may_be_called_anything(self, tmp_path, name):
        """No name is taken apart again: not at a semicolon, not at what a sentence joins names with."""
        raised = {"T1": everyone("V"), "T2": everyone("S")}
        study = two_rooms(tmp_path, raised, coders=("me", f'"{name}"'))
        real = compare(study, "sector", other_coders=True)
        assert set(real.other_coders["coder"]) == {name}
        frame = show.others_table(study, real).frame
        assert name in frame.to_string() or name in " ".join(map(str, frame.columns))
        for say in (show.compare_say, show.compared_say, show.limits_of_comparing):
            assert say(study, real).sentences

    def test_the_coder_that_was_compared_is_the_one_told_of(self, monkeypatch):
        study = load_study("worked-example")
        theirs = compare(study, "sector", coder="second")
        assert "what second (" in " ".join(sentences(show.limits_of_comparing(study, theirs)))
        asked = []
        monkeypatch.setattr("plrlib.show.compare.compare", lambda *_, **how: asked.append(how["coder"]) or theirs)
        show.stance_say(study, theirs)
        assert asked == ["second", "second"]

    def test_verdicts_that_were_not_asked_for_are_not_said_to_be_unknown(self):
        study = load_study("worked-example")
        assert sentences(show.others_table(study, compare(study, "sector"))) == [
            "What other coders would have found was not asked: compare(…, other_coders=True) tells."
        ]

    def test_other_coders_stand_beside(self, tmp_path):
        study = made(tmp_path)
        others = [("T1", "ben", "too few to tell"), ("T1", "eve", "differs")]
        others += [("T2", "ben", "differs"), ("T2", "eve", "differs")]
        rows = found(study, "sector", *[("differs", {})] * 2, others=others)
        table = show.others_table(study, rows)
        assert table.frame.iloc[0].tolist() == ["First theme", "differs", "too few to tell", "differs"]
        assert "for 1 of 2 themes every coder leads to the same verdict" in table.caption
        alone = show.others_table(study, found(study, "sector", *[("differs", {})] * 2))
        assert sentences(alone)[0].startswith("Nobody but me coded these excerpts")


class TestWhoIsCompared:
    def test_planned_or_not(self, tmp_path):
        rows = {"T1": everyone("V")}
        planned = two_rooms(tmp_path, rows, toml=TOML + PLANNED)
        told = sentences(show.compared_say(planned, compare(planned, "sector")))
        assert told[0] == "Sector: 12 voluntary and 12 statutory staff are compared, over 2 themes."
        assert "People change places only with others first heard in the same room" in told[2]
        assert told[3].startswith(
            "Planned in study.toml. A theme differs if chance alone would bring such a gap in 5 of"
        )
        other = two_rooms(tmp_path, rows)
        frame = compare(other, "sector")
        assert sentences(show.compared_say(other, frame))[3].startswith("Not planned in study.toml")
        limits = sentences(show.limits_of_comparing(other, frame))
        assert limits[-1] == "This comparison was not planned before the data were seen."
        assert "not planned" not in "".join(sentences(show.limits_of_comparing(planned, compare(planned, "sector"))))

    def test_who_sat_only_with_their_own_level_is_counted(self, tmp_path):
        study = made(tmp_path)
        frame = found(study, "sector", *[("too few to tell", {"people_used": 4})] * 2)
        assert any(s.startswith("3 people of them were heard only") for s in sentences(
            show.limits_of_comparing(study, frame)))  # fmt: skip


def test_all_that_is_said_of_the_published_study_is_honest(published):
    """The real frames: nothing differs, and nothing is said to."""
    for by in ("role", "provision"):
        frame = compare(published, by)
        told = [*sentences(show.compare_say(published, frame)), *sentences(show.stance_say(published, frame))]
        assert told[0].startswith(f"{by.capitalize()}: nothing can be said of a difference between")
        assert not re.search(r"\bdiffers?\b|\bNone\b|nan|<NA>", " ".join(told))
        assert not BARE.search(" ".join(told))
