"""The site in a real browser, opened from disk: nothing is fetched, numbers lead to excerpts, it fits the screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from plrlib.markup import anchor
from plrlib.site.build import main
from website.browser import CHROMIUM, MISSING, SHOTS, opened

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=MISSING)
STUDY = "plr0809-017"
PAGES = [
    "index", f"{STUDY}/index", f"{STUDY}/10-what-can-be-claimed", f"{STUDY}/03-do-the-themes-hold",
    f"{STUDY}/evidence", f"{STUDY}/people", f"{STUDY}/review", f"{STUDY}/11-explore", "worked-example/index",
    f"{STUDY}/04-voluntary-and-statutory-numbers", "method", "dictionary", "library",
]  # fmt: skip
# Of the theme itself, and not of these pages: its side bar and its buttons.
OF_THE_THEME = {
    "landmark-unique": "the theme has several regions without a name",
    "landmark-no-duplicate-banner": "the theme marks headers twice",
    "aria-allowed-role": "the theme gives its side bar's list a role",
    "summary-name": "the theme's arrows that unfold the list of pages have no name",
    "region": "the theme's skip link and buttons stand outside of any region",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    assert main([STUDY, "worked-example"], folder / "source", folder / "html") == "", "Sphinx warned of something"
    return folder / "html"


def settled(page):
    """Wait until a page has its fonts, its colours and whatever it asks for."""
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.wait_for_function("() => document.getAnimations().every((moving) => moving.playState !== 'running')")
    page.wait_for_timeout(300)


def address(site, name):
    page, _, place = name.partition("#")
    return (site / f"{page}.html").as_uri() + (f"#{place}" if place else "")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_leaves_the_folder_and_nothing_fails(site, browser, name):
    with opened(browser, site) as (page, noted):
        page.goto(address(site, name))
        settled(page)
        assert noted.outside == []
        assert noted.failed == []
        assert noted.errors == []


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_a_phone_and_a_desk(site, browser, name, width):
    with opened(browser, site, viewport={"width": width, "height": 900}) as (page, _):
        page.goto(address(site, name))
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width + 1, f"the page is {wide} wide on a screen of {width}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        f"{STUDY}/index",
        f"{STUDY}/04-voluntary-and-statutory",
        f"{STUDY}/10-what-can-be-claimed",
        f"{STUDY}/evidence",
        f"{STUDY}/review",
        f"{STUDY}/11-explore",
        "dictionary",
        "library",
    ],
)
def test_axe_finds_nothing_of_our_making(site, browser, name, scheme):
    with opened(browser, site, color_scheme=scheme) as (page, _):
        page.goto(address(site, name))
        settled(page)  # the theme's buttons take 150 ms to turn from light to dark: no colour of theirs is read halfway
        options = {"resultTypes": ["violations"]}
        if scheme == "dark":  # all else is as it is in light
            options["runOnly"] = ["color-contrast"]
        found = Axe().run(page, options=options).response["violations"]
        ours = {v["id"]: [n["html"][:160] for n in v["nodes"][:3]] for v in found if v["id"] not in OF_THE_THEME}
        assert ours == {}


def test_a_number_leads_to_its_excerpts_and_back(site, browser):
    with opened(browser, site) as (page, noted):
        page.goto(address(site, f"{STUDY}/10-what-can-be-claimed"))
        summary = page.locator("details:has(> ul) > summary", has_text="8 excerpts").first
        entry = summary.locator("xpath=..").locator("li a").first
        assert not entry.is_visible()
        summary.click()
        assert entry.is_visible()
        name = entry.inner_text()
        entry.click()
        page.wait_for_url(f"**/evidence.html#{anchor(name)}")
        target = page.locator(f"#{anchor(name)}")
        target.wait_for(state="visible")
        row = page.locator("tr", has=target)
        row.locator("a", has_text="10").click()
        page.wait_for_url("**/10-what-can-be-claimed.html")
        assert noted.failed == []


def test_a_number_of_a_table_leads_to_what_it_counts_and_back(site, browser):
    with opened(browser, site) as (page, noted):
        page.goto(address(site, f"{STUDY}/04-voluntary-and-statutory"))
        number = page.locator("td a.plr-number").first
        name = number.get_attribute("id")
        number.click()
        page.wait_for_url(f"**/04-voluntary-and-statutory-numbers.html#{name.replace('c-', 'n-')}")
        section = page.locator(f"#{name.replace('c-', 'n-')}")
        assert "Understanding of services, Voluntary (of 7): 1 to 7" in section.inner_text()
        page.locator(f'a[href$="#{name}"]').click()
        page.wait_for_url(f"**/04-voluntary-and-statutory.html#{name}")
        sentence = page.locator("li a.plr-number").first
        sentence.click()
        page.wait_for_url(re.compile(r"-numbers\.html#n-\d+$"))
        assert (noted.failed, noted.errors) == ([], [])


def test_search_finds_a_code(site, browser):
    with opened(browser, site) as (page, noted):
        page.goto((site / "search.html").as_uri() + "?q=telling+story+again")
        page.wait_for_selector("ul.search li a")
        found = page.locator("ul.search li a").all_inner_texts()
        assert any("codebook" in text.casefold() for text in found), found
        assert noted.errors == []


def test_search_finds_an_excerpt_where_it_is_and_not_in_the_lists_of_what_a_number_counts(site, browser):
    with opened(browser, site) as (page, _):
        page.goto((site / "search.html").as_uri() + "?q=lawful")
        page.wait_for_selector("ul.search li a")
        found = page.locator("ul.search li a").all_inner_texts()
        assert "Every excerpt" in found
        assert not [text for text in found if text.startswith("What is counted in")]


def test_what_people_said_is_shown_as_it_was_written_down(site):
    text = (site / STUDY / "evidence.html").read_text(encoding="utf-8")
    assert "The trust carries the Children's Plan and sees" in text  # no quotation mark is made another


def test_code_is_folded_away_and_one_click_off(site, browser):
    with opened(browser, site) as (page, _):
        page.goto(address(site, f"{STUDY}/10-what-can-be-claimed"))
        code = page.get_by_text("joint_display(study)").first
        assert not code.is_visible()
        page.locator("details.hide summary").nth(1).click()
        assert code.is_visible()


def test_every_figure_has_alt_text(site, browser):
    with opened(browser, site) as (page, _):
        page.goto(address(site, f"{STUDY}/03-do-the-themes-hold"))
        alts = page.eval_on_selector_all(".cell_output img", "images => images.map(image => image.alt)")
        assert len(alts) > 1
        assert all(len(alt) > 40 for alt in alts)


@pytest.mark.parametrize("name", [f"{STUDY}/index", f"{STUDY}/10-what-can-be-claimed", f"{STUDY}/review"])
def test_a_printed_page_has_the_page_and_nothing_around_it(site, browser, name):
    with opened(browser, site, viewport={"width": 720, "height": 1000}) as (page, _):
        page.goto(address(site, name))
        page.emulate_media(media="print")
        for around in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-area", "details.hide"):
            assert not any(one.is_visible() for one in page.locator(around).all()), around
        article = page.locator("article")
        assert article.bounding_box()["width"] > 600
        assert page.evaluate("document.documentElement.scrollWidth") <= 721, "nothing is cut off at the side"
        page.screenshot(path=SHOTS / f"print-{name.rpartition('/')[2]}.png", full_page=True)


def test_by_keyboard_alone_a_number_is_opened_and_its_excerpt_reached(site, browser):
    with opened(browser, site) as (page, _):
        page.goto(address(site, f"{STUDY}/10-what-can-be-claimed"))
        page.locator("details:has(> ul) > summary", has_text="8 excerpts").first.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/evidence.html#{anchor(name)}")
        page.keyboard.press("Control+k")
        page.keyboard.type("integration")
        page.keyboard.press("Enter")
        page.wait_for_selector("ul.search li a")


SHOWN = [
    ("start", f"{STUDY}/index", 1300, "light"),
    ("comparison", f"{STUDY}/04-voluntary-and-statutory#what-came-out", 1300, "light"),
    ("joint-display", f"{STUDY}/10-what-can-be-claimed#claim-by-claim", 1300, "light"),
    ("evidence", f"{STUDY}/evidence", 1300, "light"),
    ("phone", f"{STUDY}/index", 390, "light"),
    ("dark", f"{STUDY}/04-voluntary-and-statutory#who-raised-what", 1300, "dark"),
    ("explore", f"{STUDY}/11-explore#choose-and-look", 1300, "light"),
]


@pytest.mark.parametrize(("shot", "name", "width", "scheme"), SHOWN, ids=[shot for shot, *_ in SHOWN])
def test_pages_are_kept_as_pictures_to_be_looked_at(site, browser, shot, name, width, scheme):
    with opened(browser, site, viewport={"width": width, "height": 1000}, color_scheme=scheme) as (page, _):
        page.goto(address(site, name))
        settled(page)
        page.screenshot(path=SHOTS / f"site-{shot}.png")
        if width < 600:
            page.screenshot(path=SHOTS / f"site-{shot}-whole.png", full_page=True)
        assert (SHOTS / f"site-{shot}.png").stat().st_size > 10_000


def test_the_keyboard_reaches_the_first_link_of_the_page(site, browser):
    with opened(browser, site) as (page, _):
        page.goto(address(site, f"{STUDY}/index"))
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement && document.activeElement.getAttribute('href')"))
        assert any(href and "01-check-the-data" in href for href in reached)
