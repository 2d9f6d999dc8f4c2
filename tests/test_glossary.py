"""The glossary, the notation and the citation: complete, right, and in reach of a reader.

The tests of pages need the built book and a browser; the others read files.
"""

import contextlib
import inspect
import re
from collections import Counter

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from browsing import SITE
from notebooks import ROOT, chapters, source
from playwright.sync_api import expect

import convlib

CHAPTER = "chapters/basics.html"
CHINESE = re.compile(r"[\u3400-\u9fff]")
PAGE_BUDGET = 15_000
pages = pytest.mark.filterwarnings("ignore::ResourceWarning")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def prose():
    """Return the text cells of all chapters, with the name of the chapter."""
    for name, notebook in chapters().items():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                yield name, source(cell)


def entries():
    """Return the terms and the definition of each entry of the glossary."""
    listed = "\n\n".join(re.findall(r":::\{glossary\}\n(.*?)\n:::", read("glossary.md"), re.DOTALL))
    blocks = re.split(r"\n\n(?! )", listed)
    return [re.match(r"((?:\S.*\n)+) {4}(.*)", block).groups() for block in blocks]


def terms():
    """Return the terms of each entry, in both languages."""
    return [names.splitlines() for names, definition in entries()]


# The glossary as a file ----------------------------------------------------------------


def test_every_chinese_name_of_the_chapters_has_an_entry():
    known = {name for names in terms() for name in names}
    for chapter, text in prose():
        for bracket in re.findall(rf"\(([^()]*{CHINESE.pattern}[^()]*)\)", text):
            named = [name for name in re.split(r", |also ", bracket) if CHINESE.search(name)]
            assert set(named) <= known, f"{chapter}: ({bracket})"


def test_each_name_leads_to_one_entry():
    count = Counter(name.lower() for names in terms() for name in names)
    assert [name for name, times in count.items() if times > 1] == []


def test_entries_have_an_english_name_first_and_a_chinese_one():
    assert [names for names in terms() if CHINESE.search(names[0])] == []
    assert [names for names in terms() if not CHINESE.search("".join(names))] == []


def test_entries_stand_in_alphabetical_order():
    firsts = [names[0].lower() for names in terms()]
    assert firsts == sorted(firsts)


def test_definitions_are_short():
    for names, definition in entries():
        sentences = re.findall(r"[.?!](?: (?=[A-Z])|$)", definition)
        assert 1 <= len(sentences) <= 3, names
        assert len(definition.split()) <= 60, names


@pytest.mark.parametrize(
    ("one", "others"),
    [
        ("转置卷积", ["反卷积", "逆卷积", "解卷积"]),
        ("空洞卷积", ["膨胀卷积", "扩张卷积"]),
        ("扩张率", ["膨胀率", "空洞率", "空洞大小"]),
        ("步长", ["步幅"]),
        ("滤波器", ["过滤器"]),
        ("通道", ["信道"]),
        ("池化", ["汇聚"]),
        ("逐通道卷积", ["深度卷积"]),
    ],
)
def test_several_chinese_names_of_one_thing_are_told_apart(one, others):
    names, text = next(
        (names, block)
        for names in terms()
        if one in names
        for block in [read("glossary.md").split("\n" + "\n".join(names) + "\n")[1]]
    )
    note = text.split("\n\n")[1]
    assert {one, *others} <= set(names)
    assert [name for name in [one, *others] if name not in note] == []


# Notation ------------------------------------------------------------------------------


def tables(text, heading):
    """Return the rows, as lists of cells, of all tables with this first heading."""
    for table in re.findall(rf"^\| {heading} \|.*(?:\n\|.*)+", text, re.MULTILINE):
        yield from ([cell.strip() for cell in row.split(" | ")] for row in table.split("\n")[2:])


def test_every_symbol_of_the_chapters_stands_in_the_notation():
    known = set(re.findall(r"\$([^$\n]+)\$", read("notation.md")))
    known |= {part for symbol in known for part in symbol.split(", ")}
    for chapter, text in prose():
        for row in tables(text, "symbol"):
            for symbol in row[0].strip("| $").split(", "):
                assert symbol in known, f"{chapter}: {symbol}"


def arguments(*functions):
    return {name for function in functions for name in inspect.signature(function).parameters}


def test_the_libraries_have_the_arguments_of_the_notation(torch, torchvision, paddle):
    ours = [getattr(convlib, name) for name in convlib.__all__]
    nn, fast = paddle.nn, paddle.nn.functional
    layers = torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.MaxPool2d
    theirs = fast.conv2d, fast.conv2d_transpose, fast.max_pool2d, paddle.vision.ops.deform_conv2d
    held = [
        arguments(*layers, torchvision.ops.deform_conv2d),
        arguments(nn.Conv2D, nn.Conv2DTranspose, *theirs),
    ]
    rows = [row for row in tables(read("notation.md"), "symbol") if len(row) == 4]
    assert len(rows) > 10
    for _, *cells, _ in rows:
        for cell, names in zip(cells, held, strict=True):
            assert set(re.findall(r"`(\w+)`", cell)) <= names
    layer_only = {"in_channels", "out_channels"}
    said = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert said - layer_only <= arguments(*filter(callable, ours))


# The built pages -----------------------------------------------------------------------


@contextlib.contextmanager
def opened(browser, address, page, **options):
    """Open a page in a context of its own."""
    options.setdefault("viewport", {"width": 1280, "height": 900})
    context = browser.new_context(**options)
    tab = context.new_page()
    tab.goto(address + page)
    yield tab
    context.close()


@pytest.fixture
def chapter(browser, address):
    with opened(browser, address, CHAPTER) as tab:
        yield tab


def stride(tab):
    return tab.locator("a.glossary-term[href$='#term-stride']")


@pages
def test_the_citation_says_what_the_file_says(address):
    course = yaml.safe_load(read("CITATION.cff"))
    page = (SITE / "cite.html").read_text(encoding="utf-8")
    blocks = [
        re.sub("<[^>]+>", "", block) for block in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    ]
    assert len(blocks) == 2
    for block in blocks:
        assert course["title"] in block
        assert course["version"] in block
        assert course["authors"][0]["name"] in block


@pages
def test_only_the_first_mention_is_a_link(address):
    for page in SITE.glob("chapters/*.html"):
        found = re.findall(
            r'class="glossary-term[^>]*href="([^"]*)"', page.read_text(encoding="utf-8")
        )
        assert len(found) == len(set(found)), page.name


@pages
def test_a_page_grows_by_little(address):
    script = (SITE / "_static" / "glossary.js").stat().st_size
    for page in SITE.glob("chapters/*.html"):
        text = page.read_text(encoding="utf-8")
        added = re.findall(
            r'<a class="glossary-term[^>]*>|<script [^>]*id="glossary-definitions">.*?</script>',
            text,
        )
        assert script + len("".join(added).encode()) < PAGE_BUDGET, page.name


@pages
def test_a_definition_shows_under_the_pointer_and_can_be_pointed_at(chapter):
    tip = chapter.get_by_role("tooltip")
    stride(chapter).hover()
    expect(tip).to_contain_text("How far the window moves")
    expect(tip).to_contain_text("步长")
    tip.hover()
    chapter.wait_for_timeout(500)
    expect(tip).to_be_visible()
    chapter.mouse.move(2, 2)
    expect(tip).to_be_hidden()


@pages
def test_a_definition_shows_on_focus_and_escape_dismisses_it(chapter):
    tip = chapter.get_by_role("tooltip")
    stride(chapter).focus()
    expect(tip).to_be_visible()
    expect(stride(chapter)).to_have_attribute("aria-describedby", "glossary-definition")
    chapter.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(stride(chapter)).to_be_focused()
    chapter.keyboard.press("Enter")
    chapter.wait_for_url("**/glossary.html#term-stride")


@pages
def test_a_first_tap_shows_and_a_second_one_follows(browser, address):
    phone = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
    with opened(browser, address, CHAPTER, **phone) as tab:
        stride(tab).tap()
        tip = tab.get_by_role("tooltip")
        expect(tip).to_be_visible()
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.locator(".bd-article h1").tap()
        expect(tip).to_be_hidden()
        stride(tab).tap()
        stride(tab).tap()
        tab.wait_for_url("**/glossary.html#term-stride")


@pages
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_shown_definition_is_accessible(browser, address, theme):
    with opened(browser, address, CHAPTER, color_scheme=theme) as tab:
        stride(tab).focus()
        expect(tab.get_by_role("tooltip")).to_be_visible()
        found = Axe().run(
            tab, context="#glossary-definition", options={"resultTypes": ["violations"]}
        )
        assert found.violations_count == 0, found.generate_report()


@pages
def test_showing_a_definition_moves_nothing(chapter):
    heading = chapter.locator("h2").last
    stride(chapter).focus()
    expect(chapter.get_by_role("tooltip")).to_be_visible()
    place = heading.bounding_box()
    chapter.keyboard.press("Escape")
    expect(chapter.get_by_role("tooltip")).to_be_hidden()
    assert heading.bounding_box() == pytest.approx(place, abs=1)  # sections are laid out late


@pages
def test_without_scripts_a_term_is_a_link(browser, address):
    with opened(browser, address, CHAPTER, java_script_enabled=False) as tab:
        stride(tab).click()
        tab.wait_for_url("**/glossary.html#term-stride")


@pages
def test_chinese_words_are_marked_as_chinese(chapter):
    assert stride(chapter).locator("[lang='zh-Hans']").text_content() == "步长"


@pages
def test_the_index_lists_every_chinese_name_by_its_sound(browser, address):
    with opened(browser, address, "glossary.html") as tab:
        names = tab.locator(".chinese-index a").all_text_contents()
        assert sorted(names) == sorted(n for each in terms() for n in each if CHINESE.search(n))
        letters = tab.locator(".chinese-index .rubric").all_text_contents()
        assert letters == sorted(set(letters))
        order = [names.index(name) for name in ["伴随", "池化", "空洞卷积", "调制", "秩"]]
        assert order == sorted(order)
        tab.locator(".chinese-index a", has_text="膨胀卷积").first.click()
        assert "混合膨胀卷积" not in tab.locator(":target").text_content()


@pages
@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("空洞卷积", "chapters/dilated.html"),
        ("感受野", CHAPTER),
        ("步长", CHAPTER),
        ("池化", "chapters/pooling.html"),
        ("反卷积", "chapters/transposed.html"),
        ("逆卷积", "glossary.html"),
        ("步幅", "glossary.html"),
        ("膨胀", "glossary.html"),
        ("扩张卷积 空洞卷积", "chapters/dilated.html"),
    ],
)
def test_search_finds_chinese_words(browser, address, query, page):
    with opened(browser, address, f"search.html?q={query}") as tab:
        expect(tab.locator(f"#search-results a[href*='{page}']").first).to_be_visible()
