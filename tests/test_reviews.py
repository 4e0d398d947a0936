"""Reviews: what is asked of a mentor, who has answered, and of which data."""

import json
import shutil
import zipfile
from xml.etree import ElementTree

import pytest
from website.browser import CHROMIUM, MISSING, opened

from conftest import CHECKLIST, Project
from plrlib import load_study
from plrlib.paths import DEFAULT_STUDY, home
from plrlib.site.build import NOBODY, review_page, reviews_say
from plrlib.site.linked import notebooks_of
from plrlib.study import store
from plrlib.study.reviews import Ran, Review, checks, read_reviews, standing
from plrlib.suite.site import FIRST

QUIET = {"PLR_SITE": "0"}


def words_in(document):
    """Return the text of a Word document."""
    with zipfile.ZipFile(document) as file:
        tree = ElementTree.fromstring(file.read("word/document.xml"))
    return " ".join(text for node in tree.iter() if (text := node.text))


class TestChecks:
    def test_items_are_taken_whole_and_nothing_else(self):
        cell = {"cell_type": "markdown", "source": CHECKLIST.splitlines(keepends=True)}
        assert checks({"cells": [cell]}) == ["Are the files the ones meant?", "A line that goes on"]
        assert checks({"cells": [{"cell_type": "code", "source": CHECKLIST}]}) == []

    @pytest.mark.parametrize("path", sorted((home() / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
    def test_every_notebook_ends_with_a_list(self, path):
        found = checks(json.loads(path.read_text("utf-8")))
        assert len(found) > 2
        assert all(item.endswith((".", "?")) for item in found)


class TestStanding:
    NOW = Ran({"a.csv": "1", "b.csv": "2"}, {"01.ipynb": "3"})

    @pytest.mark.parametrize(
        ("inputs", "notebooks", "told"),
        [
            ({"a.csv": "1", "b.csv": "2"}, {"01.ipynb": "3"}, "reviewed as of these data"),
            ({"a.csv": "1", "b.csv": "0"}, {"01.ipynb": "3"}, "data changed since: b.csv"),
            ({"a.csv": "1"}, {"01.ipynb": "3"}, "data changed since: b.csv"),
            ({"a.csv": "1", "b.csv": "2", "c.csv": "0"}, {"01.ipynb": "3"}, "data changed since: c.csv"),
            (
                {"a.csv": "1", "b.csv": "2"},
                {"01.ipynb": "0"},
                "reviewed as of these data; what is shown of them has changed since in: 01.ipynb",
            ),
        ],
    )
    def test_it_says_what_is_not_as_it_was(self, inputs, notebooks, told):
        assert standing(Review("A", "2026-01-01", "", inputs, notebooks), self.NOW) == told


class TestReview:
    def test_the_lists_are_a_form_that_is_not_written_over(self, ran):
        done = ran.plr("review")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            f"To fill in  data/processed/{DEFAULT_STUDY}/review.docx",
            "Nobody has put a review on record yet.",
        ]
        path = ran.processed / DEFAULT_STUDY / "review.docx"
        text = words_in(path)
        assert "A line that goes on" in text
        assert "excerpts.csv " in text
        first = path.read_bytes()
        ran.plr("review")
        assert path.read_bytes() == first, "the same bytes"
        path.write_bytes(first + b"filled in")
        assert "and stays; --replace" in ran.plr("review").stdout
        assert path.read_bytes() == first + b"filled in"
        ran.plr("review", "--replace")
        assert path.read_bytes() == first

    def test_who_has_reviewed_is_kept_and_the_site_shows_whether_it_holds(self, ran):
        done = ran.plr(
            "review", "--by", "A. <b>Mentor</b>", "--on", "2026-01-31", "--note", "Read twice.", PLR_SITE="1"
        )
        assert done.returncode == 0, done.stderr
        assert "A. <b>Mentor</b>, 2026-01-31: reviewed as of these data" in done.stdout
        page = (ran.folder / "site" / DEFAULT_STUDY / "index.html").read_text("utf-8")
        assert "By A. &lt;b&gt;Mentor&lt;/b&gt; on 2026-01-31: reviewed as of these data." in page
        path = ran.folder / "data" / "raw" / DEFAULT_STUDY / "excerpts.csv"
        path.write_text(path.read_text("utf-8").replace("a gist", "another gist"), "utf-8")
        refused = ran.plr("review", "--by", "B")
        assert refused.returncode == 1
        assert "excerpts.csv of plr0809-017 changed since it was run" in refused.stderr
        ran.plr("run", PLR_SITE="1")
        page = (ran.folder / "site" / DEFAULT_STUDY / "review.html").read_text("utf-8")
        assert "data changed since: excerpts.csv." in page
        ran.plr("review", "--by", "B", **QUIET)
        assert [one.who for one in read_reviews(DEFAULT_STUDY)] == ["A. <b>Mentor</b>", "B"]

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--by", "A", "--on", "yesterday"), "a day as 2026-01-31"),
            (("--note", "x"), "go with --by"),
            (("--by", " "), "give a name"),
        ],
    )
    def test_what_cannot_be_put_on_record_is_refused(self, ran, options, told):
        done = ran.plr("review", *options)
        assert done.returncode
        assert told in done.stderr
        assert not (ran.folder / "data" / "reviews").exists()

    def test_a_broken_record_is_named_and_stays(self, ran):
        path = ran.folder / "data" / "reviews" / f"{DEFAULT_STUDY}.json"
        path.parent.mkdir()
        path.write_text('{"reviews": [{"whom": 1}]}', "utf-8")
        done = ran.plr("review", "--by", "A")
        assert done.returncode == 1
        assert f"data/reviews/{DEFAULT_STUDY}.json is no list of reviews" in done.stderr
        assert "Traceback" not in ran.plr("review").stderr
        assert path.read_text("utf-8") == '{"reviews": [{"whom": 1}]}'

    def test_nothing_was_run_and_there_is_nothing_to_review(self, project):
        for command in ("review", "pack"):
            done = project.plr(command)
            assert done.returncode == 1
            assert "first plr run" in done.stderr

    def test_the_page_has_every_list(self):
        study = load_study("plr0809-017")
        notebooks = notebooks_of(study)
        page = review_page(study, notebooks, {name: name for name in notebooks})
        items = [item for notebook in notebooks.values() for item in checks(notebook)]
        assert page.count('<input type="checkbox">') == len(items) > 30
        if not read_reviews(study.id):
            assert reviews_say(study) == [NOBODY]


@pytest.fixture(scope="module")
def packed(executed, tmp_path_factory):
    """The pack of one study, made where another was run besides."""
    project = Project(tmp_path_factory.mktemp("packed") / "project")
    shutil.copytree(executed, project.folder, dirs_exist_ok=True)
    project.study("other")
    assert project.plr("run", "other").returncode == 0
    done = project.plr("pack")
    assert (done.returncode, done.stderr) == (0, "")
    path = project.processed / DEFAULT_STUDY / f"{DEFAULT_STUDY}-site.zip"
    assert f"Packed  data/processed/{DEFAULT_STUDY}/{path.name}" in done.stdout
    return path


class TestPack:
    def test_one_file_and_the_same_again(self, ran, packed, tmp_path):
        once = packed.read_bytes()
        elsewhere = tmp_path / "to" / "mentor.zip"
        assert ran.plr("pack", "--to", str(elsewhere)).returncode == 0
        assert elsewhere.read_bytes() == once
        with zipfile.ZipFile(packed) as file:
            assert file.testzip() is None
            names = {name.partition("/")[2] for name in file.namelist()}
            whole = b"".join(file.read(name) for name in file.namelist())
        assert {FIRST, "review.docx", f"site/{DEFAULT_STUDY}/01-first.html"} <= names
        assert b"Words that stay here" not in whole
        assert str(packed.parents[3]).encode() not in whole

    def test_answers_of_the_store_are_left_out(self, ran, tmp_path):
        """Of a pack, though they are about the study as it is; masking a study deletes them first."""
        folder = ran.processed / DEFAULT_STUDY / store.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / "study").write_text(store._basis(load_study(DEFAULT_STUDY)), encoding="ascii")
        (folder / "answer.json").write_text("an answer that stays here", encoding="utf-8")
        path, copy = tmp_path / "pack.zip", tmp_path / "copy"
        assert ran.plr("pack", "--to", str(path)).returncode == 0
        assert (folder / "answer.json").exists()
        assert ran.plr("mask", DEFAULT_STUDY, "--out", str(copy)).returncode == 0
        assert not folder.exists()
        with zipfile.ZipFile(path) as file:
            contents = {name: file.read(name) for name in file.namelist()}
        contents |= {str(one): one.read_bytes() for one in copy.rglob("*") if one.is_file()}
        assert not [name for name, data in contents.items() if store.FOLDER in name or b"answer that stays" in data]

    def test_only_the_study_asked_for_is_in_it(self, packed):
        with zipfile.ZipFile(packed) as file:
            assert not [name for name in file.namelist() if "other" in name]

    @pytest.mark.skipif(not CHROMIUM, reason=MISSING)
    def test_it_opens_from_the_file_that_says_so(self, packed, tmp_path, browser):
        with zipfile.ZipFile(packed) as file:
            file.extractall(tmp_path / "unpacked")
        [first] = (tmp_path / "unpacked").glob(f"*/{FIRST}")
        with opened(browser, tmp_path / "unpacked") as (page, noted):
            page.goto(first.as_uri())
            page.wait_for_url(f"**/{DEFAULT_STUDY}/index.html")
            page.get_by_role("heading", name="Who was heard?").wait_for()
            assert (noted.outside, noted.failed, noted.errors) == ([], [], [])
