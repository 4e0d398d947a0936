"""Sentences about made-up studies: what they count, in the singular and the plural, and what they do not claim."""

import pytest
from stats.made import TOML, made, said
from study_maker import RICH_TOML, least, rich

from plrlib import NotInStudy, load_study, show
from plrlib.text import few, inner, share, verb

NOT_EVIDENCE = "nothing here is evidence of their view by itself."
PEOPLE = "participant,role,sector,focus_group\n"


def sentences(told):
    return list(told.sentences)


class TestWords:
    def test_shares(self):
        assert [share(k, 7, "excerpt") for k in (0, 1, 5, 7)] == [
            "none of 7 excerpts", "1 of 7 excerpts", "5 of 7 excerpts", "all 7 excerpts",
        ]  # fmt: skip
        assert [share(k, n, "person", "people") for k, n in ((0, 0), (1, 1))] == ["no people", "the one person"]
        assert [verb(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]

    def test_long_lists_are_cut(self):
        assert few("abc") == "a, b and c"
        assert few((str(i) for i in range(40)), 3) == "0, 1, 2 and 37 more"
        assert few("abcd", 3) == "a, b, c and d"  # "and 1 more" would be no shorter

    def test_labels_inside_a_sentence(self):
        assert [inner(label) for label in ("Young people", "NHS staff", "A")] == ["young people", "NHS staff", "A"]


class TestWhose:
    def test_all_none_and_one(self, tmp_path):
        named = made(tmp_path, **said("V1,,,, > c1", "S1,,,, > c1"))
        assert sentences(show.whose_say(named, "sector")) == [
            "Sector: all 2 excerpts can be given to one level.", "Given: 1 to voluntary and 1 to statutory.",
        ]  # fmt: skip
        assert sentences(show.whose_say(made(tmp_path, **said(",A,,,one > c1", ",B,,,one > c1")), "sector")) == [
            "Sector: none of the 2 excerpts can be given to one level.",
            f"No excerpt can be given to voluntary or statutory alone: {NOT_EVIDENCE}",
        ]
        assert sentences(show.whose_say(made(tmp_path, **said(",A,,,one > c1")), "sector"))[0] == (
            "Sector: the one excerpt cannot be given to one level."
        )
        assert sentences(show.whose_say(made(tmp_path), "sector"))[0] == (
            "Sector: the one excerpt can be given to one level."
        )

    def test_what_only_others_said(self, tmp_path):
        toml = TOML.replace('label = "Sector"', 'label = "Sector"\npopulation = "managers"').replace(
            "[populations]", '[populations]\nmanagers = { role = ["manager"] }'
        )
        study = made(tmp_path, toml, **said("V3,,,, > c1", "S2,,,, > c1"))
        assert sentences(show.whose_say(study, "sector")) == [
            "Sector: no excerpt was said by anybody whom this grouping is about."
        ]
        picture = show.whose(study, "sector")
        assert picture.numbers.set_index("can be given to")["excerpts"].to_dict() == {
            "Voluntary": 0, "Statutory": 0, "Other people": 2,
        }  # fmt: skip
        assert "“Other people” are those whom this grouping is not about" in picture.caption

    def test_a_level_called_as_others_are(self, tmp_path):
        toml = '[study]\nid = "made"\n[groupings.place]\nlevels = { inside = "Inside", outside = "Outside" }\n'
        people = "participant,place\nR1,inside\nR2,outside\n"
        study = load_study(least(tmp_path / "s", toml, participants=people))
        assert sentences(show.whose_say(study, "place"))[1] == "Given: 1 to inside and 1 to outside."
        assert show.whose(study, "place").numbers["can be given to"].tolist() == ["Inside", "Outside"]


class TestWhoTookPart:
    def test_seats_and_rooms(self, tmp_path):
        study = made(
            tmp_path,
            participants=f"{PEOPLE}V1,manager,voluntary,A\nS1,practitioner,statutory,A\nS2,practitioner,statutory,\n",
            events="event,kind,participants,other_attendee\nA,focus group,,A teacher\nB,focus group,,A teacher\n"
            "INT,interview,1,\n",
            attendance="participant,event\nV1,B\n",
        )
        assert sentences(show.heard_say(study)) == [
            "3 people were heard.", "There were 2 focus groups and 1 interview.", "1 person sat in no focus group.",
            "1 person sat in more than one focus group.", "Who was heard at INT is not fully known.",
            "Also in the room, and not counted as heard: A teacher at A and B.",
        ]  # fmt: skip

    def test_nobody_and_nothing(self, tmp_path):
        one = least(tmp_path / "s", participants="participant\nR1\n", excerpts="excerpt,participant\nE01,R1\n",
                    codings="excerpt,coder,code\nE01,anna,c1\n")  # fmt: skip
        study = load_study(one)
        assert sentences(show.heard_say(study)) == ["1 person was heard."]
        assert sentences(show.consent(study)) == [
            "Nobody lets their words be shown (consent_quote is yes).",
            "No excerpt comes with the words themselves.", "Nothing can be shown.",
        ]  # fmt: skip
        assert sentences(show.limits_of_people(study))[0].startswith("1 person was heard; ")
        assert sentences(show.blanks(study)) == ["No cell about people, events or excerpts is blank."]
        assert "(no rows)" in repr(show.totals(study))

    def test_only_those_who_sat_together_can_be_compared_within_a_room(self, tmp_path):
        toml = TOML.replace('practitioner = "Practitioners" }', 'practitioner = "Practitioners", carer = "Carers" }')
        rows = ["V1,manager,,A", "V2,practitioner,,A", "V3,carer,,B", "V4,carer,,B"]
        study = made(tmp_path, toml, participants=PEOPLE + "\n".join(rows) + "\n")
        assert sentences(show.separable_say(study, "role")) == [
            "Role: levels sat together in the same event, so people can be compared within a room.",
            "Known of who was heard where: Managers: 1 at A; Practitioners: 1 at A; Carers: 2 at B.",
            "No other level was heard together with carers: of them nothing can be told from the room.",
        ]

    def test_whose_level_is_not_known_is_counted(self, tmp_path):
        rows = f"{PEOPLE}V1,manager,voluntary,A\nS1,manager,statutory,A\nX,practitioner,,A\n"
        study = made(tmp_path, participants=rows)
        assert "Person by person the sector is known of 2 of 3 people." in sentences(
            show.separable_say(study, "sector")
        )
        assert show.groupings(study).frame.set_index("grouping")["level known of"].to_dict() == {"Sector": 2, "Role": 3}
        assert "Not known of everybody it is about: sector." in sentences(show.limits_of_people(study))

    def test_many_interviews_are_a_number_and_one_row(self, tmp_path):
        rows = "".join(f"P{i},manager,{'voluntary' if i % 2 else 'statutory'},\n" for i in range(20))
        excerpts = "excerpt,participant,event\n" + "".join(f"E{i},P{i},I{i}\n" for i in range(20))
        study = made(
            tmp_path, participants=PEOPLE + rows, excerpts=excerpts, codings="excerpt,coder,code\nE1,me,c1\n",
            events="event,kind\n" + "".join(f"I{i},interview\n" for i in range(20)),
        )  # fmt: skip
        who = "Voluntary: 10 interviewed one by one; Statutory: 10 interviewed one by one"
        told = f"Known of who was heard where: {who}."
        assert told in sentences(show.separable_say(study, "sector"))
        numbers = show.seats_picture(study, "sector").numbers
        assert numbers.to_numpy().tolist() == [["interviewed one by one", 10, 10]]

    def test_more_were_heard_than_are_listed(self, tmp_path):
        study = made(tmp_path, events="event,kind,order,participants\nA,focus group,1,5\nB,focus group,2,4\n")
        numbers = show.seats_picture(study, "sector").numbers.set_index("event")
        assert numbers.loc["A"].to_dict() == {"Voluntary": 2, "Statutory": 1, "Sector not known": 2}
        assert show.totals(study).frame["reading"].tolist() == ["not all are listed", "agree"]

    def test_a_grouping_about_nobody_has_no_picture(self, tmp_path):
        toml = TOML.replace('label = "Sector"', 'label = "Sector"\npopulation = "interviewed"').replace(
            "[populations]", '[populations]\ninterviewed = { event = ["INT"] }'
        )
        told = show.seats_picture(made(tmp_path, toml), "sector")
        assert not isinstance(told, show.Picture)
        assert sentences(told) == ["Sector: nobody whom this grouping is about is known to have been heard."]


class TestSorting:
    def sorted_by(self, tmp_path, *rows, **more):
        envelopes = "excerpt,coder,theme,stance\n" + "".join(f"{row},\n" for row in rows)
        toml = RICH_TOML.replace('ben = { kind = "researcher" }', 'ben = { kind = "another team" }')
        return load_study(rich(tmp_path / "s", toml=toml, envelopes=envelopes, **more))

    def test_nothing_moves(self, tmp_path):
        study = self.sorted_by(tmp_path, "E01,anna,T1", "E01,ben,T1", "E02,anna,T2", "E02,ben,T2")
        assert sentences(show.moved_say(study, "anna", "ben")) == [
            "Sorted by ben (another team) instead of anna, none of 2 excerpts changes envelope."
        ]
        assert show.moved_picture(study, "anna", "ben").numbers["excerpts"].tolist() == [1, 1]

    def test_no_two_move_alike(self, tmp_path):
        study = self.sorted_by(tmp_path, "E01,anna,T1", "E01,ben,", "E02,anna,T2", "E02,ben,T2")
        assert sentences(show.moved_say(study, "anna", "ben")) == [
            "Sorted by ben (another team) instead of anna, 1 of 2 excerpts changes envelope.",
            "No two excerpts make the same move.", "Nothing leaves “Another”.",
        ]  # fmt: skip
        assert "1 from A theme to left over" in show.moved_picture(study, "anna", "ben").alt

    def test_from_what_was_left_over_a_move_is_a_move(self, tmp_path):
        rows = ["E01,anna,", "E01,ben,T1", "E02,anna,", "E02,ben,T1", "E03,anna,", "E03,ben,"]
        told = sentences(show.moved_say(self.sorted_by(tmp_path, *rows), "anna", "ben"))
        assert told[1] == "The largest move: 2 of the 3 in “left over” go to “A theme”."

    def test_two_who_sorted_different_excerpts_are_no_pair(self, tmp_path):
        with pytest.raises(NotInStudy, match="nothing can be seen to move"):
            show.pairs(self.sorted_by(tmp_path, "E01,anna,T1", "E02,ben,T1"))

    def test_words_are_shown_only_where_consent_allows(self, tmp_path):
        study = self.sorted_by(tmp_path, "E01,anna,T1", "E01,ben,T2", "E02,anna,T2", "E02,ben,T1")
        assert show.moved_table(study, "anna", "ben").frame["what was said"].tolist() == [
            "words of one",
            "gist of three",
        ]

    def test_who_has_not_seen_all_is_named(self, tmp_path):
        study = self.sorted_by(tmp_path, *(f"E0{i},anna,T1" for i in range(1, 5)), "E02,ben,T1")
        assert "Not every one of the 4 excerpts was read by ben (2)." in sentences(show.limits_of_sorting(study))
