"""What notebook 10 shows: every number opens to as many excerpts as it says, and every sentence is computed."""

import html
import re

import pandas as pd
import pytest
from claimed import claims_of
from stats.test_claims import STANCED, stanced

from plrlib import joint_display, load_study, show
from plrlib.show.claims import people_of
from plrlib.show.excerpts import Line, Opening, shown_excerpts
from plrlib.stats.claims import RULES


@pytest.fixture(scope="module", params=["plr0809-017", "worked-example"])
def claimed(request):
    return claims_of(request.param)


class TestTable:
    def test_each_number_opens_to_as_many_excerpts(self, claimed):
        study, found = claimed
        table = show.joint_table(study, found)
        page = table._repr_html_()
        opened = re.findall(r"<details><summary>(.*?)</summary><ul[^>]*>(.*?)</ul></details>", page)
        assert len(opened) > 3 * len(found.frame)
        for summary, entries in opened:
            n = entries.count("<li>")
            text = re.sub("<[^>]+>", " ", html.unescape(summary))
            if "rule" not in text and "raised it" not in text:  # sentences, which open to all they are about
                counted = re.search(r"(\d+) excerpt|: (\d+)$|(\d+) of \d+ leave", text)
                assert counted, text
                assert n == int(next(filter(None, counted.groups()))), text
        ids = set(study.excerpts["excerpt"])
        assert set(re.findall(r"<li>(\w+?)[,:]", page)) <= ids

    def test_numbers_are_those_of_the_joint_display(self, claimed):
        study, found = claimed
        counted = show.joint_table(study, found).counted
        heads = {stance: stance for stance in ("supports", "qualifies", "opposes")}
        for claim in found.frame.to_dict(orient="records"):
            rows = counted[counted["row"] == claim["claim"]]
            for stance, head in heads.items():
                assert (rows["column"] == head).sum() == claim[stance]
            left = rows.loc[rows["column"] == "when others sort", "excerpt"]
            assert left.nunique() == claim["left"]
            others = rows["number"].str.startswith("Of other people only")
            assert others.sum() == claim["others"]
            heard = rows[(rows["column"] == "who is heard") & ~others]
            assert len(heard) == claim["excerpts"]

    def test_gists_and_pages_are_there_and_words_only_where_consent_allows(self):
        published, found = claims_of("plr0809-017")
        page = html.unescape(show.joint_table(published, found)._repr_html_())
        gists = published.excerpts.set_index("excerpt")
        assert f"<li>E61, p. 17: {gists.loc['E61', 'gist']}</li>" in page
        worked = load_study("worked-example")
        silent = set(worked.participants.loc[worked.participants["consent_quote"] != "yes", "participant"])
        theirs = worked.excerpts[worked.excerpts["participant"].isin(silent)]
        shown = shown_excerpts(worked, list(theirs["excerpt"]))
        assert len(theirs) > 20
        for excerpt, gist in zip(theirs["excerpt"], theirs["gist"], strict=True):
            assert shown[excerpt] == f"{excerpt}: {gist}"

    def test_what_stands_in_a_cell_is_text_and_never_markup(self):
        table = Opening(["a"], [[[Line("<b>1</b>\n& 2", ("E1",))]]], {"E1": "<script>"}, "a < b")
        page = table._repr_html_()
        assert "<b>" not in page
        assert "<script>" not in page
        assert "&lt;b&gt;1&lt;/b&gt;<br>&amp; 2" in page
        assert "a &lt; b" in page

    def test_without_gist_or_words_it_says_so(self, tmp_path):
        study = stanced(tmp_path, ["V1,A,,,,quoted > T1 supports"])
        assert shown_excerpts(study, ["E1"]) == {"E1": "E1: nothing of it can be shown"}


@pytest.mark.parametrize(
    ("low", "high", "n", "text"),
    [
        (13, 13, 30, "13 of 30 people"),
        (1, 1, 1, "1 of 1 person"),
        (7, 10, 10, "7 or more of 10 people"),
        (7, 9, 10, "7 to 9 of 10 people"),
        (0, 10, 10, "0 to 10 of 10 people"),
    ],
)
def test_people_are_told_between_bounds(low, high, n, text):
    assert people_of({"supports_lower": low, "supports_upper": high, "people": n}, "supports") == text


class TestSentences:
    def test_of_the_published_study(self):
        study, found = claims_of("plr0809-017")
        answers = "none is confirmed, 4 are expanded (C2, C3, C4 and C5), none is discordant and 2 are not testable"
        assert show.joint_say(study, found).sentences == (
            f"Of 6 claims, {answers} (C1 and C6).",
            "That groups differ, as C1 says, this design cannot tell.",
            "No printed words of a respondent stand behind C1 and C6: only what is reported of them.",
            "When others sort, excerpts leave the theme of C1, C2 and C4.",
        )
        assert "2 of 64 excerpts are under no theme of a claim." in show.limits_of_claims(study, found).sentences

    def test_who_is_heard_names_those_who_never_are_for_certain(self):
        heard = show.joint_table(*claims_of("plr0809-017")).frame["who is heard"]
        assert heard[1] == "Voluntary: 1\nStatutory: 2\nVoluntary or statutory: 11"
        assert heard[3] == "Statutory: 1\nVoluntary or statutory: 9\nOf voluntary alone: none"

    def test_a_study_that_says_of_nothing_if_it_is_quoted_is_not_said_to_have_no_words(self, tmp_path):
        study = stanced(tmp_path, ["V1,A,,,, > T1 supports", "V2,A,,,, > T1 supports"])
        found = joint_display(study)
        assert found.frame["quoted"].tolist() == [0]
        assert show.joint_say(study, found).sentences == (
            "Of 1 claim, 1 is confirmed (C1), none is expanded, none is discordant and none is not testable.",
        )

    def test_where_nobody_of_another_kind_sorted_nothing_is_said_to_stay(self, tmp_path):
        study = stanced(tmp_path, ["V1,A,,,, > T1 supports"])
        table = show.joint_table(study, joint_display(study))
        assert table.frame["when others sort"].tolist() == ["nobody of another kind sorted"]
        assert table.frame["groups compared"].tolist() == ["no planned comparison is about these people"]


class TestPicture:
    def test_marks_come_to_the_excerpts_of_the_claims(self, claimed):
        study, found = claimed
        picture = show.joint_picture(study, found)
        drawn = picture.numbers[["supports", "qualifies", "opposes"]].to_numpy().sum()
        assert drawn == found.frame[["supports", "qualifies", "opposes"]].to_numpy().sum()
        assert picture.numbers["answer"].tolist() == found.frame["inference"].tolist()
        assert picture.png.startswith(b"\x89PNG")
        assert f"{found.frame['claim'][0]}: {found.frame['supports'][0]} supports" in picture.alt


class TestStatements:
    def test_what_is_not_reported_is_told_and_stands_out(self):
        study = load_study("plr0809-017")
        told = show.statements_say(study).sentences
        assert told[0] == "6 prompts were put to people."
        assert told[1].startswith("What came of S4, S5 and S6 is not reported:")
        assert told[2] == "S5 bears on no theme."
        table = show.statements_table(study)
        assert table.frame["what came of it"].tolist()[3:] == ["not reported"] * 3
        assert table._repr_html_().count("<strong>not reported</strong>") == 3
        assert table.counted.groupby("row").size().to_dict() == {"S1": 9, "S2": 9, "S3": 12, "S4": 12, "S6": 10}

    def test_a_study_without_any_says_so(self):
        study = load_study("worked-example")
        assert show.statements_say(study).sentences == ("This study has no statements.csv: no prompts are on record.",)
        assert isinstance(show.statements_table(study), show.Say)

    def test_a_theme_without_evidence_is_told(self, tmp_path):
        statements = "statement,gist,outcome_reported,finding\nS1,A prompt,agreed,T2\nS2,Another,,T1\n"
        study = stanced(tmp_path, ["V1,A,,,, > T1 supports"], STANCED, statements=statements)
        told = show.statements_say(study).sentences
        assert "No excerpt is under the theme of S1 (“Second theme”)." in told
        assert "What came of S2 is not reported: it may have been accepted, rejected or passed over." in told


def test_the_rules_are_shown_as_they_are_applied():
    frame = show.rules_table().frame
    assert frame["rule"].tolist() == list(range(1, len(RULES) + 1))
    assert frame["answer"].tolist() == [rule.inference for rule in RULES]
    assert isinstance(frame, pd.DataFrame)
