"""The site as `plr run` leaves it: built from what was run, the same again, and whole."""

import hashlib

import pytest

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY
from plrlib.suite import site as sites
from plrlib.suite.run import run
from plrlib.suite.site import build_site


def files(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def ran(project, watch):
    project.notebook("01-first", "from IPython.display import HTML\nHTML('<p>E1 and E2</p>')")
    run(DEFAULT_STUDY, 1, watch)
    return project


def test_nothing_was_run_and_there_is_no_site(project):
    assert build_site() is None
    assert not (project.folder / "site").exists()


def test_it_is_built_from_what_was_run_and_the_same_when_built_anew(ran):
    page = build_site()
    site = ran.folder / "site"
    assert page == site / "index.html"
    once = files(site)
    assert {f"{DEFAULT_STUDY}/{name}.html" for name in ("index", "01-first", "evidence", "codebook")} < set(once)
    assert '<a href="evidence.html#x-z45z1">E1</a>' in (site / DEFAULT_STUDY / "01-first.html").read_text("utf-8")
    assert b"Words that stay here" not in b"".join(p.read_bytes() for p in site.rglob("*") if p.is_file())
    (site / sites.MADE).write_text("of something else", encoding="utf-8")
    build_site()
    assert files(site) == once
    assert not (ran.processed / ".tmp").exists()


def test_it_is_left_alone_where_nothing_has_changed(ran, monkeypatch):
    build_site()
    monkeypatch.setattr(sites.subprocess, "run", lambda *_, **__: pytest.fail("it was built again"))
    assert build_site() == ran.folder / "site" / "index.html"


def test_what_cannot_be_built_leaves_the_site_that_was_there(ran):
    build_site()
    before = files(ran.folder / "site")
    (ran.processed / DEFAULT_STUDY / "manifest.json").write_text("{}", encoding="utf-8")
    (ran.notebooks / "01-first.ipynb").write_text("no notebook", encoding="utf-8")
    with pytest.raises(RunError, match=r"could not be built, and stays as it was"):
        build_site()
    assert files(ran.folder / "site") == before


def test_plr_run_builds_it_and_says_where_it_is(project):
    project.notebook("01-first", "pass")
    done = project.plr("run", PLR_SITE="1")
    assert done.returncode == 0, done.stderr
    assert "As a site   site/index.html" in done.stdout
    assert (project.folder / "site" / "index.html").is_file()
    assert "As a site" not in project.plr("run", "--no-site", PLR_SITE="1").stdout
