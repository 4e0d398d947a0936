"""What notebook 07 shows of words: what is where, what an absence tells, and whose words are counted."""

import re

import pandas as pd
import pytest
from study_maker import RICH, RICH_TOML, least, rich

from plrlib import NotInStudy, load_study, show
from plrlib.privacy.consent import words_of


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


@pytest.fixture(scope="module")
def worked():
    return load_study("worked-example")


def frame(**voices):
    rows = [(voice, word, n) for voice, counts in voices.items() for word, n in counts.items()]
    return pd.DataFrame(rows, columns=["voice", "word", "count"])


class TestFamilies:
    def test_the_published_study_finds_the_two_words_in_no_quotation(self, published):
        told = show.families_say(published, words_of(published)).sentences
        assert len(told) == 4
        assert told[0].startswith(
            "“conformity” (conform…): 18 in the authors' own sentences (3.3 per thousand words), 2 in what the authors "
            "report (3.3 per thousand words) and none in respondents' quoted words."
        )
        assert told[0].endswith(
            "1.3 could be expected in these 407 words; finding none fits any rate up to 9.0 per thousand: so few words "
            "do not show that it is avoided."
        )

    def test_an_absence_in_many_words_is_more_than_chance(self, published):
        many = frame(authors={"conformity": 40, "x": 9960}, respondents={"x": 5000})
        [told, *_] = show.families_say(published, many).sentences
        assert "20.0 could be expected in these 5,000 words" in told
        assert told.endswith("so many words without one are more than chance, were words drawn one by one.")

    def test_a_family_found_nowhere_is_expected_nowhere(self, published):
        told = show.families_say(published, frame(authors={"x": 10}, respondents={"x": 5})).sentences
        assert told[0].endswith("none in the authors' own sentences and none in respondents' quoted words.")

    def test_the_picture_has_a_line_a_family_and_voice(self, published):
        picture = show.families_picture(published, words_of(published))
        assert len(picture.numbers) == 12
        assert picture.png.startswith(b"\x89PNG")
        assert "conformity, respondents' quoted words: 0 of 407" in picture.alt

    def test_without_families_it_says_so(self, tmp_path):
        study = load_study(rich(tmp_path))
        assert show.families_say(study, study.words).sentences[0].startswith("study.toml names no word families.")
        for shown in (show.families_table, show.families_picture):
            assert len(shown(study, study.words).sentences) == 1
        assert len(show.places_table(study).sentences) == 1

    def test_levels_are_named_as_people(self, worked):
        table = show.families_table(worked, words_of(worked, "sector")).frame
        assert set(table["voice"]) == {"What voluntary staff said", "What statutory staff said"}
        assert table["people, at least"].max() <= 15


class TestClaims:
    def test_the_claim_about_the_two_words_rests_on_what_is_reported(self, published):
        told = show.claims_of_words_say(published).sentences
        alone = "it rests on what is reported alone (2)"
        assert told == (
            "C4 is about “diversity”; 8 of 10 excerpts under it are quoted.",
            f"C6 is about “conformity” and “consistency”; of 2 excerpts under it none is quoted: {alone}.",
        )

    def test_claims_that_name_no_family_are_passed_over(self, worked, tmp_path):
        told = show.claims_of_words_say(worked).sentences
        assert [sentence[:2] for sentence in told] == ["C1", "C2", "C4", "C5"]
        assert show.claims_of_words_say(load_study(least(tmp_path))).sentences == (
            "No claim is about a word family that study.toml names.",
        )

    def test_places_are_of_people_who_may_be_quoted(self, worked):
        table = show.places_table(worked).frame
        silent = set(worked.participants.loc[worked.participants["consent_quote"] != "yes", "participant"])
        theirs = set(worked.excerpts.loc[worked.excerpts["participant"].isin(silent), "excerpt"])
        assert len(theirs) > 20
        assert not theirs & set(table["excerpt"])
        assert set(table["family"]) == {"money", "plan", "same", "choice"}

    def test_a_beginning_is_a_word_and_no_pattern(self, tmp_path):
        toml = RICH_TOML + '[words]\nfamilies = { odd = [".", "wor"] }\n'
        table = show.places_table(load_study(rich(tmp_path, toml)))
        assert set(table.frame["match"]) == {"words"}


class TestKeyness:
    def test_every_two_voices_once(self, published, worked):
        assert show.voice_pairs(words_of(published)) == [
            ("authors", "reported"), ("authors", "respondents"), ("reported", "respondents")
        ]  # fmt: skip
        assert list(show.voicings(published)) == [None]
        assert list(show.voicings(worked)) == ["sector", "role", "provision"]

    def test_sentences_table_and_picture_name_the_same_words(self, worked):
        words = words_of(worked, "sector")
        table = show.keyness_table(worked, words, "Voluntary", "Statutory").frame
        picture = show.keyness_picture(worked, words, "Voluntary", "Statutory")
        assert picture.numbers["word"].tolist() == table["word"].tolist()
        told = show.keyness_say(worked, words, "Voluntary", "Statutory").sentences
        assert told[0].startswith(
            "Most of what voluntary staff said, against what statutory staff said: “else” (42 against 8)"
        )
        assert all(f"“{word}”" in told[0] + told[1] for word in table["word"])
        assert {"voluntary, people", "statutory, people"} < set(table.columns)

    def test_a_word_of_one_person_is_told(self, tmp_path):
        excerpts = (
            "excerpt,participant,event,text,gist\n"
            "E01,R1,FG1,rain rain rain rain rain rain and sun,g\nE02,R2,FG1,sun and sun and sun and cloud,g\n"
        )
        study = load_study(
            rich(tmp_path, excerpts=excerpts, envelopes=None, words=None, codings="excerpt,coder,code\nE01,anna,c1\n")
        )
        told = show.keyness_say(study, words_of(study, "sector"), "Voluntary", "Statutory").sentences
        assert told[-1].startswith("By one person alone: “rain”")

    def test_only_words_that_are_listed_are_said_to_be_of_one_person(self, published):
        """Ten words are more of one voice and two of the other: the ninth and tenth are in neither list."""
        rows = [("authors", f"a{i}", 20 - i, 1) for i in range(10)] + [("respondents", f"b{i}", 9, 1) for i in range(2)]
        words = pd.DataFrame(rows, columns=["voice", "word", "count", "people"])
        first, second, alone = show.keyness_say(published, words, "authors", "respondents").sentences
        named = set(re.findall("“(.*?)”", alone))
        assert named == set(re.findall("“(.*?)”", first + second))
        assert len(named) == 10

    def test_the_same_words_in_both_set_nothing_apart(self, published):
        same = frame(authors={"x": 5, "y": 5}, respondents={"x": 5, "y": 5})
        assert show.keyness_picture(published, same, "authors", "respondents").sentences == (
            "No word is more of one voice than of the other.",
        )

    def test_what_is_left_out_is_told(self, tmp_path):
        toml = RICH_TOML + '[words]\nleave_out = ["And", "the"]\n'
        study = load_study(rich(tmp_path, toml))
        told = show.words_say(study, study.words, None).sentences
        assert "Left out as too common, by study.toml: and and the." in told
        assert "and" not in set(
            show.keyness_table(study, frame(a={"and": 3, "x": 1}, b={"y": 2}), "a", "b").frame["word"]
        )


class TestWhose:
    def test_who_is_not_counted_is_told(self, worked):
        told = show.words_say(worked, words_of(worked, "sector"), "sector").sentences
        assert "6 people let nobody show their words: 30 excerpts not counted." in told

    def test_words_of_the_silent_are_in_nothing_shown(self, tmp_path):
        """R3 lets nobody quote them, and says a word that nobody else says."""
        excerpts = RICH["excerpts"].replace("words of three", "zanzibar of three")
        study = load_study(rich(tmp_path, excerpts=excerpts, words=None))
        words = words_of(study, "sector")
        assert "zanzibar" not in set(words["word"])
        assert "words" in set(words["word"])

    def test_a_study_without_words_or_texts_is_one_plain_sentence(self, tmp_path):
        with pytest.raises(NotInStudy, match=r"This study has no words\.csv, and no texts"):
            show.voicings(load_study(least(tmp_path)))

    def test_limits_name_the_small_voices(self, published):
        told = show.limits_of_words(published, words_of(published)).sentences
        assert any("respondents' quoted words (407 words)" in sentence for sentence in told)
