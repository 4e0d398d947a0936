"""JupyterLab in a real browser: every notebook runs from the menu, and the explorer answers what is clicked."""

import re

import pytest
from programs import PATIENCE, copy_project

from plrlib.paths import home
from website.browser import CHROMIUM, MISSING, SHOTS, opened
from website.lab import open_notebook, run_all, served, wait_ready

pytestmark = [pytest.mark.skipif(not CHROMIUM, reason=MISSING), pytest.mark.timeout(900)]
NOTEBOOKS = sorted(path.name for path in (home() / "notebooks").glob("[0-9][0-9]-*.ipynb"))
OPENED = ("01-", "04-", "11-")
"""Opened in the browser each time; the others, which nbval and tests/show/test_counts.py execute, under --full."""
WITHOUT_FIGURE = {"11-explore.ipynb"}  # live, it has the explorer in its place


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    (folder / "scratch").mkdir()
    with served(copy_project(folder / "project"), folder / "scratch") as found:
        yield *found, folder / "project"


@pytest.fixture
def page(lab, browser):
    """A page of JupyterLab; whatever it asks of others, fails at or complains of fails the test."""
    address = lab[0]
    size = {"width": 1300, "height": 1400}
    with opened(browser, address, viewport=size, permissions=["clipboard-read", "clipboard-write"]) as (page, noted):
        yield page
        assert [url for url in noted.outside if not url.startswith("file:")] == []  # the page that leads to the first
        assert noted.failed == []
        assert noted.errors == []


def test_plr_lab_opens_at_the_first_notebook(lab, page):
    _, _, opened_page, _ = lab
    for _ in range(10 * PATIENCE):
        if opened_page.is_file() and opened_page.read_text("utf-8"):
            break
        page.wait_for_timeout(100)
    page.goto(opened_page.read_text("utf-8"), wait_until="domcontentloaded")
    wait_ready(page)
    assert page.evaluate("jupyterapp.shell.currentWidget.context.path") == "notebooks/01-check-the-data.ipynb"


@pytest.mark.parametrize(
    "name",
    [name if name.startswith(OPENED) else pytest.param(name, marks=pytest.mark.full) for name in NOTEBOOKS],
)
def test_each_notebook_runs_from_the_menu_and_its_figures_can_be_read_out(lab, page, name):
    address, token, *_ = lab
    open_notebook(page, address, token, name)
    page.evaluate("jupyterapp.commands.execute('editmenu:clear-all')")
    assert page.locator(".jp-OutputArea-output").count() == 0
    if name not in WITHOUT_FIGURE:  # the worked example takes a third of the time; nbval runs the published study
        page.evaluate(
            "code => jupyterapp.shell.currentWidget.sessionContext.session.kernel"
            ".requestExecute({code, silent: true}).done",
            "import os; os.environ['PLR_STUDY'] = 'worked-example'",
        )
    assert run_all(page) == []
    if name not in WITHOUT_FIGURE:
        assert "A worked example" in page.locator(".jp-OutputArea-output").first.inner_text()
        figures = page.locator(".jp-OutputArea-output figure img")
        assert figures.count() > 0
        assert all(len(alt) > 40 for alt in figures.evaluate_all("all => all.map(one => one.alt)"))
        figures.first.scroll_into_view_if_needed()
        assert figures.first.evaluate("one => one.complete && one.naturalWidth > 0")
    else:  # live, and yet the file stays as it is
        page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
        assert (lab[3] / "notebooks" / name).read_bytes() == (home() / "notebooks" / name).read_bytes()
    page.screenshot(path=SHOTS / f"lab-{name.removesuffix('.ipynb')}.png")


@pytest.fixture
def explorer(lab, page):
    address, token, *_ = lab
    open_notebook(page, address, token, "11-explore.ipynb")
    assert run_all(page) == []
    page.wait_for_selector(".plr-grid table")
    return page


def choose(page, control, label):
    """Choose a value, and return after how many milliseconds the page has answered it."""
    # Whatever changes in the grid or above it is an answer; it is timed in the page.
    page.evaluate(
        """() => { const box = document.querySelector(".plr-explorer"); window.answered = 0;
        box.addEventListener("change", () => { window.chose = performance.now(); }, { once: true, capture: true });
        const watch = new MutationObserver(() => {
            window.answered = performance.now() - window.chose; watch.disconnect(); });
        watch.observe(box.querySelector(".plr-grid"), { childList: true, attributes: true }); }"""
    )
    page.locator(".plr-explorer .widget-dropdown", has_text=re.compile(f"^{control}")).locator("select").select_option(
        label=label
    )
    page.wait_for_function("() => window.answered")
    return page.evaluate("window.answered")


def verdicts(page):
    """Wait until a comparison is there and return its text."""
    page.wait_for_selector(".plr-verdicts table")
    return page.locator(".plr-verdicts").inner_text()


def test_controls_change_the_chart_and_a_click_opens_the_excerpts(explorer, lab):
    page, project = explorer, lab[3]
    verdicts(page)
    choose(page, "Study", "worked-example")
    page.wait_for_function("() => document.querySelector('.plr-grid').innerText.includes('Simulated data')")
    assert "1 differs" in verdicts(page)
    page.locator(".plr-explorer").screenshot(path=SHOTS / "explorer-before.png")
    before = page.locator(".plr-grid table").inner_text()
    choose(page, "Groups", "Role")
    page.wait_for_function("text => document.querySelector('.plr-grid table').innerText !== text", arg=before)
    assert "Changed with this choice" in verdicts(page)
    assert "No verdict" not in verdicts(page)
    page.locator(".plr-mark.plr-kind-0").first.click()
    listed = page.locator(".plr-read li").first
    listed.wait_for()
    assert re.match(r"[A-Z]\d+.*: ", listed.inner_text())
    page.locator(".plr-explorer").screenshot(path=SHOTS / "explorer-after.png")

    page.get_by_role("button", name="Copy the call").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "compare(study, 'role'" in copied
    compile(copied, "copied", "exec")
    page.get_by_role("button", name="Export this view").click()
    page.get_by_text("Written: data/processed/worked-example/explored/").wait_for()
    assert len(list((project / "data" / "processed" / "worked-example" / "explored").iterdir())) == 3


def test_the_explorer_can_be_used_by_keyboard_alone(explorer):
    page = explorer
    verdicts(page)
    page.locator(".plr-explorer .widget-dropdown select").first.focus()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
        if reached[-1].endswith("Show the excerpts."):
            break
    assert reached[-1].endswith("raised it. Show the excerpts."), reached
    page.keyboard.press("Enter")
    page.wait_for_selector(".plr-read li")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
