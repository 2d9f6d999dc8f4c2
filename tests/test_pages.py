"""The built book, seen as a reader sees it: every page, wide and narrow, light and dark.

`make book` builds it. These tests skip without a book or a browser, and fail where CI is set.
"""

import contextlib
import functools
import gzip
import html.parser
import re
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import SITE
from playwright.sync_api import expect

import convlib

LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
BOTH_WIDTHS_AND_THEMES = [(1280, "light"), (390, "dark")]
NARROWEST = 360
HEAVIEST = 600_000
CHAPTER = "chapters/basics.html"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def pages():
    """Return the addresses of all pages, but not of index.html, which only forwards."""
    found = [path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")]
    return sorted(page for page in found if not page.startswith(("_static/", "index.html")))


# What the tests stand on ---------------------------------------------------------------


@contextlib.contextmanager
def opened(browser, address, page, width=1280, theme="light", **options):
    """Open a page; note what it asks from elsewhere, and what goes wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, **options
    )
    tab = context.new_page()
    tab.foreign, tab.errors = [], []

    def note(request):
        if request.url.startswith("http") and not request.url.startswith(address):
            tab.foreign.append(request.url)

    tab.on("request", note)
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("console", lambda said: tab.errors.append(said.text) if said.type == "error" else None)
    tab.on("response", lambda got: tab.errors.append(got.url) if got.status >= 400 else None)
    tab.goto(address + page)
    yield tab
    context.close()


def visits(looks):
    """Return every page in these looks; two are enough for the listings of source code."""
    return [
        pytest.param((page, *look), id=f"{page}-{look[0]}-{look[1]}")
        for page in pages() or [CHAPTER]
        for look in (BOTH_WIDTHS_AND_THEMES if page.startswith("_modules/") else looks)
    ]


@pytest.fixture(scope="module", params=visits(LOOKS))
def tab(request, browser, address):
    """Open one page in one look; the tests below share the visit."""
    page, width, theme = request.param
    with opened(browser, address, page, width, theme) as tab:
        yield tab


# Every page, in every look -------------------------------------------------------------


def test_asks_nothing_from_elsewhere_and_reports_no_error(tab):
    assert (tab.foreign, tab.errors) == ([], [])


def test_shows_every_picture_with_words_for_who_cannot_see_it(tab):
    broken = """images => Promise.all(images.map(async image => {
        image.loading = "eager";
        await image.decode().catch(() => null);
        return image.naturalWidth ? null : image.src;
    }))"""
    assert [src for src in tab.locator("img").evaluate_all(broken) if src] == []
    alts = tab.locator("article img").evaluate_all("images => images.map(image => image.alt)")
    assert [alt for alt in alts if len(alt.split()) < 3 or ".png" in alt] == []


def test_leaves_no_formula_unrendered(tab):
    assert tab.locator(".katex-error").count() == 0
    assert tab.locator(".math:not(:has(.katex math))").count() == 0
    prose = """article => {
        const copy = article.cloneNode(true);
        copy.querySelectorAll("pre, code, script, .katex").forEach(element => element.remove());
        return copy.textContent;
    }"""
    texts = tab.locator("article").evaluate_all(f"all => all.map({prose})")
    assert re.findall(r"\$[^$\n]+\$|\\[(\[][^\n]*|\\begin\{[^\n]*", "\n".join(texts)) == []


def test_never_scrolls_sideways(tab):
    size = tab.viewport_size
    tab.add_style_tag(content="section { content-visibility: visible !important }")
    widths = [size["width"]] if size["width"] > NARROWEST + 100 else [size["width"], NARROWEST]
    for width in widths:
        tab.set_viewport_size({"width": width, "height": size["height"]})
        page = tab.evaluate("document.documentElement.scrollWidth")
        assert page <= width, f"the page is {page} wide in a window of {width}"
    tab.set_viewport_size(size)


def test_sections_are_about_as_high_as_estimated(tab):
    """Until a section is laid out, the scroll bar and links into the page rely on the estimate."""
    tab.add_style_tag(content="section { content-visibility: visible !important }")
    found = tab.locator('section[style*="--phone"]').evaluate_all(
        """sections => sections.map(section => [
            parseFloat(getComputedStyle(section).containIntrinsicBlockSize.split(" ").pop()),
            section.getBoundingClientRect().height,
        ])"""
    )
    assert len(found) >= tab.locator("article > section > section").count() - 1
    estimated, real = (sum(heights) for heights in zip(*found, strict=True)) if found else (1, 1)
    assert 0.65 < estimated / real < 1.3


def test_is_light_even_when_read_to_the_end(tab, address):
    """Count what a web host sends: text compressed, and every picture; animations stand still."""
    loaded = """async () => {
        const images = [...document.images];
        images.forEach(image => image.loading = "eager");
        await Promise.all(images.map(image => image.decode().catch(() => null)));
        return performance.getEntriesByType("resource").map(entry => entry.name);
    }"""
    names = {tab.url, *tab.evaluate(loaded)}
    paths = [SITE / unquote(urlsplit(name).path)[1:] for name in names if name.startswith(address)]
    sizes = {path: len(sent(path)) for path in paths}
    largest = sorted(sizes, key=sizes.get)[-3:]
    assert sum(sizes.values()) <= HEAVIEST, [(path.name, sizes[path]) for path in largest]


@functools.cache
def sent(path):
    """Return the bytes that a web host sends for a file."""
    data = path.read_bytes()
    return gzip.compress(data) if path.suffix in {".html", ".css", ".js", ".svg"} else data


@pytest.mark.parametrize("tab", visits(BOTH_WIDTHS_AND_THEMES), indirect=True)
def test_is_accessible(tab):
    """For speed, 30 tokens of each listing stay, which have all its colours, and no formulas,
    which have none of their own.
    """
    heavy = "pre span:nth-of-type(n + 30), .katex-html"
    tab.locator(heavy).evaluate_all("elements => elements.forEach(element => element.remove())")
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


# Links, read from the files ------------------------------------------------------------


class Links(html.parser.HTMLParser):
    """The addresses that a page points to, and the anchors that it offers."""

    def __init__(self, page):
        super().__init__()
        self.anchors, self.addresses = {"", "top"}, []
        self.feed((SITE / page).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs["id"]} if attrs.get("id") else set()
        self.addresses += [attrs[name] for name in ("href", "src") if attrs.get(name)]


@functools.cache
def links(page):
    """Read a page once."""
    return Links(page)


@pytest.mark.parametrize("page", pages())
def test_every_internal_link_leads_somewhere(page):
    lost = []
    for link in links(page).addresses:
        if urlsplit(link).scheme or link.startswith("//"):
            continue
        target, anchor = urldefrag(urljoin(page, link) if link[0] != "#" else page + link)
        target = unquote(urlsplit(target).path).removeprefix("/")  # 404.html counts from the root
        exists = (SITE / target).is_file()
        anchor = "" if "?" in anchor else anchor  # the state of an explorer, see test_teaching.py
        if not exists or (target.endswith(".html") and anchor not in links(target).anchors):
            lost.append(link)
    assert lost == []


def test_the_reference_has_every_public_name(address):
    missing = {name for name in convlib.__all__ if name != "cost"}
    missing |= {f"cost.{name}" for name in convlib.cost.__all__}
    there = set().union(*(links(page).anchors for page in pages() if page.startswith("api/")))
    assert {name for name in missing if f"convlib.{name}" not in there} == set()


# What a reader does in a chapter -------------------------------------------------------


@pytest.fixture
def chapter(browser, address):
    with opened(browser, address, CHAPTER, permissions=["clipboard-read"]) as tab:
        yield tab


def test_search_finds_a_word(chapter):
    chapter.keyboard.press("Control+k")
    chapter.locator("#pst-search-dialog input").fill("dilation")
    chapter.keyboard.press("Enter")
    chapter.wait_for_url("**/search.html?q=dilation*")
    expect(chapter.locator(f"#search-results a[href*='{CHAPTER}']").first).to_be_visible()
    assert (chapter.foreign, chapter.errors) == ([], [])


PHRASES = {
    "空洞卷积的感受野": "chapters/dilated.html",  # the receptive field of dilated convolution
    "转置卷积的步长": "chapters/transposed.html",  # the stride of transposed convolution
    "分组卷积": "chapters/grouped.html",
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_search_cuts_a_chinese_phrase_into_words(phrase, browser, address):
    with opened(browser, address, f"search.html?q={phrase}") as tab:
        expect(tab.locator(f"#search-results a[href*='{PHRASES[phrase]}']").first).to_be_visible()
        assert tab.errors == []


def test_the_theme_button_switches_to_dark_and_back(chapter):
    root, button = chapter.locator("html"), chapter.locator(".theme-switch-button:visible")
    seen = set()
    for _ in range(3):
        button.first.click()
        seen.add(root.get_attribute("data-theme"))
    assert seen == {"light", "dark"}


def test_a_folded_solution_opens(chapter):
    solution = chapter.locator(".solution.dropdown").first
    content = solution.locator(":scope > section, :scope > div").first
    expect(content).not_to_be_visible()
    solution.locator("button.toggle-button").click()
    expect(content).to_be_visible()


def test_the_copy_button_copies_the_code(chapter):
    assert chapter.locator("button.copybtn").count() < chapter.locator("pre").count() / 2
    cell = chapter.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = chapter.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").inner_text().strip()
    assert copied.startswith("import ")


def test_an_animation_waits_for_its_button(chapter):
    image = chapter.locator("img[data-animation]").first
    button = chapter.locator(".animation-button").first
    still = image.get_attribute("src")
    assert still.endswith(".webp")
    button.focus()
    chapter.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-label", "Stop the animation")
    assert image.get_attribute("src").endswith(image.get_attribute("data-animation").strip("."))
    chapter.keyboard.press("Enter")
    assert image.get_attribute("src").endswith(still.strip("."))


@pytest.fixture
def numbers(browser, address):
    with opened(browser, address, "chapters/numbers.html") as tab:
        yield tab


def test_the_numbers_can_be_searched(numbers):
    rows = numbers.locator("table.numbers tbody tr:visible")
    everything = rows.count()
    numbers.locator(".numbers-search input").fill("972 MACs")
    assert 0 < rows.count() < everything
    assert all("972" in text for text in rows.all_inner_texts())
    numbers.locator(".numbers-search input").fill("no such thing")
    expect(numbers.locator(".numbers-search output")).to_have_text(f" 0 of {everything} rows")


def test_the_numbers_can_be_sorted_by_keyboard(numbers):
    verdicts = numbers.locator("table.numbers tbody td:last-child")
    numbers.locator("table.numbers thead button").last.focus()
    numbers.keyboard.press("Enter")
    once = verdicts.all_inner_texts()
    numbers.keyboard.press("Enter")
    assert (once, verdicts.all_inner_texts()) == (sorted(once), sorted(once, reverse=True))
    assert len(set(once)) > 1


def test_a_number_leads_to_the_cell_that_proves_it(numbers):
    numbers.locator("table.numbers a", has_text="W20").click()
    numbers.wait_for_url("**/chapters/basics.html#W20")
    assert "tag_W20" in numbers.locator("#W20").get_attribute("class")


def test_a_chapter_can_be_read_without_scripts(browser, address):
    with opened(browser, address, CHAPTER, java_script_enabled=False) as tab:
        expect(tab.locator("article .katex").first).to_be_visible()
        expect(tab.locator("img[data-animation]").first).to_be_visible()
        assert tab.foreign == []
