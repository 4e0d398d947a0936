"""The pages of the site before they are built: what stands in them, and what leads where."""

import html
import re

import pytest
from docutils.nodes import make_id
from markdown_it import MarkdownIt
from study_maker import least, rich

import plrlib
from plrlib import load_study
from plrlib.markup import anchor, bullets, link_html, plain, table
from plrlib.site.build import GROUPS, codebook_page, evidence_page, library, people_page, start_page
from plrlib.site.linked import linked, page, title
from plrlib.study.schema import TABLES, dictionary
from plrlib.text import Mark, Text


def notebook(*outputs, source="show.x()"):
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A heading\n\nText"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": source,
            "outputs": list(outputs),
            "execution_count": 1,
        },
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def shown(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


class TestMarkdown:
    @pytest.mark.parametrize("text", ["*a* _b_ `c` [d](e) <f> # g | h $i$ {j} ~k~ ^l^ @m \\n :o: 1. p - q ! r"])
    def test_no_sign_of_a_text_is_taken_for_markup(self, text):
        page = MarkdownIt("commonmark").enable("table").render(plain(text))
        assert page.count("<") == 2, page  # one paragraph
        row = MarkdownIt("commonmark").enable("table").render(table(["a"], [(link_html(text, "p", "x"),)]))
        [cell] = re.findall(r'<td><a href="p.html#x-x">(.*)</a></td>', row)
        row = MarkdownIt("commonmark").enable("table").render(table(["a"], [(link_html("b", '08-a|b "q" <c>'),)]))
        assert '<td><a href="08-a%7Cb%20%22q%22%20%3Cc%3E.html">b</a></td>' in row
        assert (html.unescape(cell), "<" in cell) == (text, False)
        assert plain("  a\n\n b ") == "a b"

    @pytest.mark.parametrize("nothing", [None, float("nan"), ""])
    def test_what_is_missing_is_a_dash(self, nothing):
        assert plain(nothing) == "–"

    def test_what_a_sentence_marks_stands_out_and_stars_of_a_text_do_not(self):
        assert bullets([Text(Mark("A*"), " b"), "a ** b"]) == "- **A\\*** b\n- a \\*\\* b"

    def test_anchors_are_different_for_different_names(self):
        names = ["E1", "E 1", "E-1", "E_1", "e1", "É1", "1"]
        assert len({anchor(name) for name in names}) == len(names)
        assert all(make_id(anchor(name)) == anchor(name) for name in names), "docutils leaves it as it is"

    def test_a_table(self):
        assert table(["a", "b"], [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


class TestLinked:
    def test_an_id_that_is_a_number_is_no_link_where_it_may_be_a_count(self):
        page = "<ul><li>5, p. 3: said by 5</li></ul><p>5</p><td>5</td>"
        assert linked(page, {"5"}, "evidence", {}) == (
            '<ul><li><a href="evidence.html#x-5">5</a>, p. 3: said by 5</li></ul><p>5</p><td>5</td>'
        )

    def test_ids_in_text_lead_to_their_place_and_those_in_tags_do_not(self):
        found = {}
        html = '<td title="E01">E01, p. 3 and E011; E02</td>'
        assert linked(html, {"E01", "E02"}, "evidence", found) == (
            '<td title="E01"><a href="evidence.html#x-z45z01">E01</a>, p. 3 and E011; '
            '<a href="evidence.html#x-z45z02">E02</a></td>'
        )
        assert list(found) == ["E01", "E02"]

    def test_code_is_folded_and_nothing_else_is_changed(self):
        source = notebook(shown(**{"text/html": "<p>E01</p>", "text/plain": "E01"}), shown(**{"text/plain": "E02"}))
        data, found, _ = page(source, "x", frozenset({"E01", "E02"}), "evidence")
        assert found == ["E01"]
        assert b'"hide-input"' in data
        assert b'href=\\"evidence.html#x-z45z01\\"' in data
        assert source["cells"][1]["metadata"] == {}, "the notebook itself stays as it is"

    def test_the_heading_is_the_title(self):
        assert title(notebook(), "x") == "A heading"
        assert title({"cells": []}, "x") == "x"


class TestPages:
    def test_the_start_page_has_the_answers_and_what_is_not_known(self):
        text = start_page(load_study("plr0809-017"), {"10-what-can-be-claimed": "10 · What can be claimed?"})
        assert "| C1 | **not testable** | Young people" in text
        assert text.count("**not testable**") == 2
        assert "## What is not known?" in text
        assert "Coding is not complete" in text
        assert "[10 · What can be claimed?](10-what-can-be-claimed.ipynb)" in text

    def test_every_excerpt_has_an_anchor_and_leads_back(self):
        study = load_study("plr0809-017")
        text = evidence_page(study, {"E04": ["03-x", "10-y"]}, {"03-x": "03 · X", "10-y": "10 · Y"})
        assert all(f"{{#{anchor(e)}}}" in text for e in study.excerpts["excerpt"])
        [row] = [line for line in text.splitlines() if line.startswith("| [E04]")]
        assert row.endswith('<a href="03-x.html">03</a>, <a href="10-y.html">10</a> |')
        assert "## Diversity of services (10)" in text

    def test_words_are_shown_where_consent_allows_and_nowhere_else(self):
        study = load_study("worked-example")
        text = evidence_page(study, {}, {})
        silent = set(study.participants.loc[study.participants["consent_quote"] != "yes", "participant"])
        rows = study.excerpts[study.excerpts["participant"].isin(silent)]
        assert len(rows) > 20
        for excerpt, gist in zip(rows["excerpt"], rows["gist"], strict=True):
            [row] = [line for line in text.splitlines() if line.startswith(f"| [{excerpt}]")]
            assert plain(gist) in row

    def test_the_codebook_counts_and_names_the_excerpts_of_each_coder(self):
        study = load_study("plr0809-017")
        text = codebook_page(study)
        for coder in ("reader-1", "reader-2", "reader-3"):
            n = int(((study.codings["coder"] == coder) & (study.codings["code"] == "retelling")).sum())
            assert f"{plain(coder)}: {n} (" in text
        assert '<a href="evidence.html#x-z45z06">E06</a>' in text

    def test_people_are_told_by_their_groupings_and_by_nothing_else(self):
        study = load_study("worked-example")
        text = people_page(study)
        assert all(f"{{#{anchor(who)}}}" in text for who in study.participants["participant"])
        first = f"{{#{anchor(study.participants['participant'].iloc[0])}}}"
        [row] = [line for line in text.splitlines() if first in line]
        assert row.count("|") == 1 + 2 + len(study.settings.groupings) + 1
        assert "consent" not in text

    def test_a_study_that_lacks_things_has_its_pages_all_the_same(self, tmp_path):
        study = load_study(rich(tmp_path, claims=None, envelopes=None))
        assert "This study has no claims" in start_page(study, {}).replace("\\", "")
        assert "## Under no theme (4)" in evidence_page(study, {}, {})
        assert "## A theme" in codebook_page(study)
        assert "R1" in people_page(load_study(least(tmp_path / "least")))


def test_the_library_has_everything_public_and_nothing_twice():
    listed = [name for names in GROUPS.values() for name in names]
    public = sorted(set(plrlib.__all__) - {"show"})
    assert sorted(listed) == public
    text = library()
    assert all(f":: plrlib.{name}\n" in text for name in public)
    assert all(f"`show.{name}`" in text for name in plrlib.show.__all__)
    assert "\n.. [krippendorff2011] Krippendorff, K. (2011)." in text
    # a DOI may hold what ends a link
    assert not [line for line in re.findall(r"https://doi\.org/.*", text) if re.search(r"[<>;:()]", line[8:])]


def test_the_dictionary_has_every_table_and_column():
    text = dictionary()
    for name, one in TABLES.items():
        assert f"## {name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in one.columns)
