"""Numbers on the site: each leads to as many excerpts or people as it says, and from there back."""

import json
import re

import pandas as pd
import pytest
from show.test_counts import NOT_KNOWN, counts_in

from plrlib import load_study, presence
from plrlib.markup import anchor
from plrlib.show import Table
from plrlib.site.build import write_study
from plrlib.site.linked import Number, Numbers, notebooks_of, numbers_page, page
from plrlib.stats.themes import envelopes
from plrlib.study.schema import STANCES

STUDY = "plr0809-017"
IN_LINKS = re.compile(r"<(a|summary|th|pre)\b.*?</\1>|<[^>]*>", re.DOTALL)


@pytest.fixture(scope="module")
def study():
    return load_study(STUDY)


@pytest.fixture(scope="module")
def pages(study):
    """Each notebook of the published study as its page and its numbers."""
    excerpts = frozenset(study.excerpts["excerpt"])
    return {name: page(notebook, name, excerpts, "evidence.html") for name, notebook in notebooks_of(study).items()}


def numbers(pages, *names):
    return [one for name, (_, _, found) in pages.items() for one in found.found if not names or name.startswith(names)]


class TestEveryNumber:
    def test_a_number_of_people_has_as_many_people_behind_it(self, study, pages):
        people = set(study.participants["participant"])
        some = [one for one in numbers(pages) if set(one.ids) <= people]
        assert len(some) > 10
        assert [one for one in some if one.text.isdigit() and int(one.text) != len(set(one.ids))] == []
        assert len([one for one in some if one.text.isdigit()]) > 10

    def test_a_number_of_excerpts_has_as_many_excerpts_behind_it(self, study, pages):
        excerpts = set(study.excerpts["excerpt"])
        heads = ("excerpts", "quoted", "reported", *STANCES, *study.settings.coders)
        some = [one for one in numbers(pages) if one.of.endswith(tuple(f", {head}" for head in heads))]
        assert len(some) > 200
        for one in some:
            assert set(one.ids) <= excerpts
            assert len(set(one.ids)) == int(one.text.partition(" of ")[0]), one

    def test_behind_people_who_raised_a_theme_lie_the_excerpts_that_may_be_theirs(self, study, pages):
        counted = presence(study, "sector")
        named = dict(zip(study.codebook["code"], study.codebook["label"], strict=True))
        of = {one.of: one.ids for one in numbers(pages, "04-")}
        for code, key, n in zip(counted["code"], counted["group"], counted["excerpts"], strict=True):
            level = study.grouping("sector").levels[key]
            assert len(of[f"{named[code]}, {level} (of 7)"]) == n

    def test_the_ledger_is_behind_its_own_numbers(self, study, pages):
        of = {one.of: one.ids for one in numbers(pages, "03-")}
        for coder in ("report", "reader-2"):
            ledger = envelopes(study, coder)
            for theme, rows in ledger.groupby("theme", observed=True):
                label = study.codebook.set_index("code")["label"][theme]
                assert sorted(of[f"{label}, {coder}"]) == sorted(rows["excerpt"]), (label, coder)

    def test_no_count_of_excerpts_or_people_stands_without_a_link(self, study, pages):
        counts = counts_in(study)
        left = []
        for name, (data, _, _) in pages.items():
            for cell in json.loads(data)["cells"]:
                for output in cell.get("outputs", []):
                    shown = output.get("data", {})
                    text = "".join(shown.get("text/html", shown.get("text/markdown", "")))
                    left += [(name, found[0]) for found in counts.finditer(IN_LINKS.sub("|", text))]
        assert [one for one in left if not NOT_KNOWN.fullmatch(one[1])] == []

    def test_a_number_without_ids_is_no_link(self):
        html = Table(pd.DataFrame({"a": ["x"], "n": [3]}))._repr_html_()
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": 1}
        cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}]
        data, _, found = page({"cells": [cell]}, "x", frozenset(), "evidence.html")
        assert found.found == []
        assert b"<a " not in data


class TestPagesOfNumbers:
    def test_each_leads_there_and_back(self, study, pages, tmp_path):
        write_study(study, tmp_path / STUDY)
        known = {anchor(e) for e in study.excerpts["excerpt"]} | {anchor(p) for p in study.participants["participant"]}
        for name, (data, _, found) in pages.items():
            if not found.found:
                continue
            text = (tmp_path / STUDY / f"{name}-numbers.md").read_text("utf-8")
            here = data.decode("utf-8")
            for n in range(1, len(found.found) + 1):
                assert f'id="n-{n}"' in text
                assert f'href="{name}.html#c-{n}"' in text
                assert f'id=\\"c-{n}\\" href=\\"{name}-numbers.html#n-{n}\\"' in here
            assert set(re.findall(r'html#(x-[a-z0-9-]+)"', text)) <= known

    def test_what_was_said_is_what_may_be_shown(self):
        study = load_study("worked-example")
        frame, ids = study.excerpts[["excerpt"]].head(3).assign(n=3), list(study.excerpts["excerpt"][:3])
        table = Table(frame, "x", {(0, "n"): ids})
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": 1}
        cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": table._repr_html_()}}]
        _, _, found = page({"cells": [cell]}, "x", frozenset(study.excerpts["excerpt"]), "evidence.html")
        assert [(one.text, one.of, len(one.ids)) for one in found.found] == [("3", "E0001, n", 3)]
        said = dict.fromkeys(study.excerpts["excerpt"], "A <b>gist</b>")
        text = numbers_page(found, "X", said, "evidence.html", "people.html")
        assert text.count("A &lt;b&gt;gist&lt;/b&gt;") == 3


def test_a_long_sentence_heads_its_numbers_with_its_beginning():
    """Each of its numbers has an entry of its own: the whole sentence over each would be all there is to see."""
    numbers = Numbers("01-x", ["X"], [Number(str(n), "word " * 60 + "end.", 0, ["P1"]) for n in (1, 2)])
    heads = re.findall(r"<h3[^>]*>(.*?)</h3>", numbers_page(numbers, "X", {}, "evidence.html", "people.html"))
    assert [head[-18:] for head in heads] == ["<strong>1</strong>", "<strong>2</strong>"]
    assert all(len(head) < 120 and " …: " in head and ".:" not in head for head in heads)
