"""What is shown: sentences, tables and pictures, on the published study and on studies that lack things."""

import json
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from html import unescape

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from study_maker import RICH_TOML, least, rich

from plrlib import NotInStudy, load_study, show
from plrlib.show.display import MISSING, say
from plrlib.text import Count, Mark, Text, capital, count, joined, people, share

NOT_EVIDENCE = "nothing here is evidence of their view by itself."
BY = ("sector", "role", "provision")


@pytest.fixture(scope="module")
def published():
    return load_study("plr0809-017")


def pictures(study):
    """Return every picture that notebooks 01 to 03 show of a study."""
    found = [draw(study, by) for by in study.settings.groupings for draw in (show.whose, show.seats_picture)]
    if len(study.envelopes) and len(show.sorters(study)) > 1:
        found += [show.moved_picture(study, a, b) for a, b in show.pairs(study)]
    return found


class TestTable:
    def test_what_stands_in_a_cell_is_text_and_never_markup(self):
        table = show.Table(pd.DataFrame({"<b>": ["<script>x</script> & co"]}), "a < b")
        page = table._repr_html_()
        assert "<script>" not in page
        assert "&lt;script&gt;x&lt;/script&gt; &amp; co" in page
        assert "a &lt; b</caption>" in page

    def test_numbers_stand_right_words_left_and_a_blank_is_a_dash(self):
        frame = pd.DataFrame({"who": ["a", None], "n": pd.array([3, None], dtype="Int64")})
        rows = re.findall(r"<td style=\"text-align:(\w+)\">(.*?)</td>", show.Table(frame)._repr_html_())
        assert rows == [("left", "a"), ("right", "3"), ("left", MISSING), ("right", MISSING)]
        assert MISSING in repr(show.Table(frame))

    def test_it_brings_no_style_sheet(self, published):
        assert "<style" not in show.ledger_table(published)._repr_html_()
        assert 'scope="col"' in show.ledger_table(published)._repr_html_()


class TestSay:
    def test_numbers_agree_with_what_they_count(self):
        assert [count(n, "excerpt") for n in (0, 1, 2)] == ["no excerpts", "1 excerpt", "2 excerpts"]
        assert [people(n) for n in (1, 7)] == ["1 person", "7 people"]

    def test_lists_read_as_in_a_sentence(self):
        assert [joined(words) for words in ((), "a", "ab", "abc")] == ["none", "a", "a and b", "a, b and c"]
        assert joined("ab", "or") == "a or b"
        assert capital("no excerpt") == "No excerpt"

    def test_one_sentence_is_a_paragraph_and_several_are_a_list(self):
        assert say("One.", "")._repr_markdown_() == "One."
        assert say("One.", "Two.")._repr_markdown_() == "- One.\n- Two."
        assert say("One.", "")._repr_html_() == "<p>One.</p>"
        assert say("One.", "Two.")._repr_html_() == "<ul><li>One.</li><li>Two.</li></ul>"

    def test_what_a_study_brings_is_text_and_never_markup(self):
        told = say(Text(Mark("<i>A</i>"), " *b* ", Mark("c_d", "`", "code"), " [e](f) <g>"))
        page = MarkdownIt("commonmark", {"html": True}).render(told._repr_markdown_())
        assert page == "<p><strong>&lt;i&gt;A&lt;/i&gt;</strong> *b* <code>c_d</code> [e](f) &lt;g&gt;</p>\n"
        assert told._repr_html_() == page.strip()

    def test_a_count_carries_its_ids_as_json_escaped_once(self):
        ids = ["E1", 'a"b', "c'd", "<e>"]
        html = say(Text("In ", count(ids, "excerpt"), "."))._repr_html_()
        value = re.search(r"<data value='([^']*)' data-of='In 4 excerpts.'", html)[1]
        assert json.loads(unescape(value)) == ids
        assert "<e>" not in html
        assert re.sub("<[^>]*>", "", html) == "In 4 excerpts."

    def test_counts_stay_in_lists_and_at_the_start_of_sentences(self):
        told = capital(joined([people(["P1", "P2"]), count([], "excerpt"), share(["E1"], ["E1", "E2"], "excerpt")]))
        assert told == "2 people, no excerpts and 1 of 2 excerpts"
        assert [len(part.ids) for part in told.parts if isinstance(part, Count)] == [2, 1, 2]
        assert pickle.loads(pickle.dumps(told)).parts == told.parts  # the explorer's process sends it


class TestPicture:
    def test_each_has_caption_alt_text_and_its_numbers(self, published):
        for picture in pictures(published):
            page = picture._repr_html_()
            assert picture.png.startswith(b"\x89PNG")
            assert len(picture.caption) > 40
            assert len(picture.alt) > 40
            assert f'alt="{picture.alt[:20]}' in page
            assert "<figcaption>" in page
            assert "The numbers drawn" in page
            assert len(picture.numbers) > 1

    def test_numbers_drawn_come_to_every_excerpt(self, published):
        for by in BY:
            assert show.whose(published, by).numbers["excerpts"].sum() == 64
        for a, b in show.pairs(published):
            assert show.moved_picture(published, a, b).numbers["excerpts"].sum() == 64

    def test_marks_of_who_sat_where_come_to_the_people(self, published):
        """24 sat in focus groups, 6 were interviewed; sector is about 14 staff, provision about 10 young people."""
        counted = {by: show.seats_picture(published, by).numbers.drop(columns="event").to_numpy().sum() for by in BY}
        assert counted == {"sector": 14 + 6, "role": 24 + 6, "provision": 10}

    def test_it_is_the_same_to_the_byte_in_another_process(self, published):
        code = (
            "import hashlib; from plrlib import load_study, show; s = load_study('plr0809-017');"
            "print(hashlib.sha256(show.moved_picture(s, 'report', 'reader-2').png).hexdigest())"
        )
        there = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
        here = sha256(show.moved_picture(published, "report", "reader-2").png).hexdigest()
        assert there.stdout.strip() == here

    def test_simulated_data_are_marked_on_the_picture(self, published):
        simulated = replace(published, settings=replace(published.settings, kind="simulated"))
        for real, marked in zip(pictures(published), pictures(simulated), strict=True):
            assert real.png != marked.png


class TestSentences:
    def test_nobody_is_given_what_only_staff_said(self, published):
        assert show.whose_say(published, "role").sentences == (
            "Role: 11 of the 64 excerpts can be given to one level (17 %).",
            "Given: 11 to young people.",
            "No excerpt can be given to managers or practitioners alone: " + NOT_EVIDENCE,
        )

    def test_what_moves_is_told_with_how_many_and_where_to(self, published):
        assert show.moved_say(published, "report", "reader-2").sentences == (
            "Sorted by reader-2 (model, blind) instead of report, 13 of 64 excerpts change envelope.",
            "The largest move: 5 of the 10 in “Diversity of services” go to “Integration”.",
            "Nothing leaves “The trust's role”, “Common processes” and “Words”.",
        )

    def test_coders_of_one_kind_are_not_set_against_each_other(self, published):
        assert show.pairs(published) == [("report", "reader-1"), ("report", "reader-2")]
        assert (
            "reader-2 and reader-3 are of one kind: that they agree says little."
            in show.sorters_say(published).sentences
        )

    def test_contradictions_are_counted_from_the_tables(self, published):
        assert show.disagreements(published).frame["the tables hold"].tolist() == ["10 people", "14-16: 6 and 13+: 4"]
        fewer = replace(published, participants=published.participants.iloc[1:].reset_index(drop=True))
        assert show.disagreements(fewer).frame["the tables hold"].tolist() == ["9 people", "14-16: 5 and 13+: 4"]

    def test_totals_agree_or_are_said_to_differ(self, published):
        assert show.totals_say(published).sentences[0].startswith("4 of the 4 totals")
        fewer = replace(published, participants=published.participants.iloc[1:].reset_index(drop=True))
        assert show.totals_say(fewer).sentences[0].startswith("3 of the 4 totals")
        assert "not all are listed" in set(show.totals(fewer).frame["reading"])
        more = replace(published, events=published.events.assign(participants=pd.array([5, 4, 7, 7, 6], dtype="Int64")))
        assert show.totals(more).frame["reading"].tolist()[:2] == ["differ", "agree"]


class TestStudiesThatLackThings:
    def everything(self, study):
        shown = [show.about, show.inputs, show.notes, show.totals_say, show.totals, show.disagreements, show.blanks]
        shown += [show.groupings, show.consent, show.heard_say, show.events, show.stamp]
        shown += [show.limits_of_data, show.limits_of_people, show.limits_of_sorting]
        texts = [repr(one(study)) for one in shown]
        for by in study.settings.groupings:
            texts += [
                repr(show.whose_say(study, by)),
                repr(show.separable_say(study, by)),
                repr(show.talk_say(study, by)),
            ]
            texts += [repr(show.design_table(study, by))]
        return "\n".join(texts + [p.caption + p.alt for p in pictures(study)])

    def test_the_least_study_is_shown_without_a_grouping(self, tmp_path):
        text = self.everything(load_study(least(tmp_path / "s")))
        assert "study.toml declares no grouping, so nothing is compared in this study." in text
        assert "Every excerpt names who said it." in text
        assert not re.search(r"\bnan\b|<NA>|\bNone\b(?! of)", text)

    def test_a_study_without_events_shows_people_of_no_known_event(self, tmp_path):
        toml = '[study]\nid = "alone"\n[groupings.sector]\nlevels = { v = "Voluntary", s = "Statutory" }\n'
        study = load_study(least(tmp_path / "s", toml=toml, participants="participant,sector\nR1,v\nR2,s\n"))
        text = self.everything(study)
        assert "no known event" in text
        assert "sector: people of several levels were heard one by one" in text
        assert "of 2 no event is known" in text
        assert not re.search(r"\bnan\b|<NA>", text)

    def test_a_study_with_every_table_is_shown(self, tmp_path):
        text = self.everything(load_study(rich(tmp_path / "s")))
        assert "words of one" not in text
        assert not re.search(r"\bnan\b|<NA>", text)

    def test_one_kind_of_coder_moves_nothing(self, tmp_path):
        with pytest.raises(NotInStudy, match="Only anna put these excerpts into envelopes"):
            show.pairs(load_study(rich(tmp_path / "s", toml=RICH_TOML)))

    def test_no_envelopes_is_one_plain_sentence(self, tmp_path):
        with pytest.raises(NotInStudy, match=r"This study has no envelopes\.csv"):
            show.sorters_say(load_study(least(tmp_path / "s")))
