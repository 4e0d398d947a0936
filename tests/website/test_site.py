"""The site as `plr run` leaves it: built from what was run, the same again, and whole."""

import hashlib

import pytest

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY
from plrlib.suite import site as sites
from plrlib.suite.site import build_site


def files(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_nothing_was_run_and_there_is_no_site(project):
    assert build_site() is None
    assert not (project.folder / "site").exists()


def test_it_is_built_from_what_was_run_and_the_same_when_built_anew(ran):
    site = ran.folder / "site"
    once = files(site)
    assert {f"{DEFAULT_STUDY}/{name}.html" for name in ("index", "01-first", "evidence", "codebook")} < set(once)
    assert '<a href="evidence.html#x-z45z1">E1</a>' in (site / DEFAULT_STUDY / "01-first.html").read_text("utf-8")
    assert b"Words that stay here" not in b"".join(p.read_bytes() for p in site.rglob("*") if p.is_file())
    (site / sites.MADE).write_text("of something else", encoding="utf-8")
    assert build_site() == site / "index.html"
    assert files(site) == once
    assert not (ran.processed / ".tmp").exists()


def test_it_is_left_alone_where_nothing_has_changed(ran, monkeypatch):
    monkeypatch.setattr(sites, "run_aside", lambda *_, **__: pytest.fail("it was built again"))
    assert build_site() == ran.folder / "site" / "index.html"


def test_what_cannot_be_built_leaves_the_site_that_was_there(ran):
    before = files(ran.folder / "site")
    (ran.processed / DEFAULT_STUDY / "manifest.json").write_text("{}", encoding="utf-8")
    (ran.notebooks / "01-first.ipynb").write_text("no notebook", encoding="utf-8")
    with pytest.raises(RunError, match=r"could not be built, and stays as it was"):
        build_site()
    assert files(ran.folder / "site") == before


def test_plr_run_builds_none_where_none_is_wanted(ran):
    (ran.folder / "site" / sites.MADE).write_text("of something else", encoding="utf-8")
    assert "As a site" not in ran.plr("run", "--no-site", PLR_SITE="1").stdout
    assert not (ran.folder / "site").exists()
