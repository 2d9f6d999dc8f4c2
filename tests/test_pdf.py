"""The printed book: the order of its pages, its outline, and links that lead somewhere."""

import pytest
from browsing import unavailable
from playwright.sync_api import Error
from pypdf import PdfReader

from tools import pdf

TOC = {"root": "intro", "parts": [{"caption": "Operators", "chapters": [{"file": "chapters/one"}]}]}
COURSE = {"title": "A Course", "abstract": "Short.", "authors": [{"name": "We"}], "version": "1"}
PAGE = """<html><body><nav>a menu</nav><article><section id="top">
<h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}</section></article></body></html>"""
FIRST = """<p>Begin with <a href="chapters/one.html#sums">sums</a>, with
<a href="https://example.org/">another book</a>, or <a href="sheets/one.ipynb">a sheet</a>.</p>"""
SECOND = """<section id="sums"><h2>Sums</h2>
<conv-question><p><strong>Question 1.</strong> One and one?</p>
<details><summary>Answer</summary><p>The answer is two.</p></details></conv-question>
<div class="solution" id="s"><p>The solution is three.</p></div>
<p>The last sentence of the section. <a href="../intro.html">Back</a></p></section>"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Print a site of two pages."""
    site = tmp_path_factory.mktemp("site")
    (site / "chapters").mkdir()
    (site / "intro.html").write_text(PAGE.format(title="Welcome", body=FIRST))
    (site / "chapters" / "one.html").write_text(PAGE.format(title="Chapter One", body=SECOND))
    try:
        assert pdf.make(TOC, COURSE, site, site / "book.pdf") == 5
    except Error as error:
        unavailable(f"no browser prints: install Chromium or Chrome ({error.message[:80]})")
    assert not (site / "book.html").exists()
    return PdfReader(site / "book.pdf")


@pytest.fixture(scope="module")
def text(book):
    return [" ".join(page.extract_text().split()) for page in book.pages]


def outline(items):
    """Return an outline as nested lists of titles."""
    return [outline(item) if isinstance(item, list) else item.title for item in items]


def test_the_pages_come_in_the_order_of_the_contents(text):
    begins = ["A Course", "Contents", "Welcome", "Operators Chapter One", "Solutions"]
    assert [page[: len(begin)] for page, begin in zip(text, begins, strict=True)] == begins
    assert "a menu" not in " ".join(text)


def test_the_contents_give_the_page_of_each_chapter(text):
    assert "Welcome 3 " in text[1]
    assert "Chapter One 4 Sums 4 Answers 4 Solutions 5" in text[1]


def test_answers_and_solutions_stand_at_the_end_of_the_chapter(text):
    order = ["One and one?", "The last sentence of the section.", "The answer is two."]
    places = [text[3].index(sentence) for sentence in order]
    assert places == sorted(places)
    assert "The solution is three." in text[4]


def test_the_outline_has_parts_chapters_and_sections(book):
    sections = ["Sums", "Answers", "Solutions"]
    assert outline(book.outline) == ["Welcome", "Operators", ["Chapter One", sections]]
    chapter = book.outline[2][0]
    assert book.get_destination_page_number(chapter) == 3


def test_links_lead_into_the_book_or_to_the_web(book):
    links = [link.get_object() for page in book.pages for link in page.get("/Annots") or []]
    addresses = [link["/A"]["/URI"] for link in links if "/A" in link and "/URI" in link["/A"]]
    assert addresses == ["https://example.org/"]
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    assert {"/chapters-one.sums", "/intro."} <= set(inside)
    assert set(inside) <= set(book.named_destinations)


def test_each_line_of_code_knows_where_it_begins():
    code = "<pre><span></span>for x:\n    <b>print</b>(x)\n\n        <b>y</b>\n</pre>"
    listing = pdf.BeautifulSoup(code, "html.parser").pre
    pdf.hang(listing)
    lines = [(line["style"], line.get_text()) for line in listing.select(".line")]
    spaces = ["--spaces: 0ch", "--spaces: 4ch", "--spaces: 0ch", "--spaces: 8ch"]
    texts = ["for x:", "    print(x)", "", "        y"]
    assert lines == list(zip(spaces, texts, strict=True))


@pytest.mark.parametrize("place", ["sheets/one.ipynb", "explorer.html#explorer?stride=2"])
def test_a_published_site_is_where_other_links_lead(place, monkeypatch):
    chapter = pdf.BeautifulSoup(f'<a href="../{place}">there</a>', "html.parser")
    monkeypatch.setenv("SITE_URL", "https://example.org/course")
    pdf.point(chapter.a, "chapters/one", {"explorer"})
    assert chapter.a["href"] == f"https://example.org/course/{place}"


def test_the_first_page_links_the_book_only_when_there_is_one(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    page, book = site / "intro.html", tmp_path / "book.pdf"
    page.write_text('<p id="book"></p>\n<p>More.</p>')
    for content in (b"one", b"another"):
        book.write_bytes(content)
        pdf.offer(book, "3 pages, 1 MB", site)
        assert (site / "book.pdf").read_bytes() == content
        link = '<a href="book.pdf">The whole course as a book</a> (PDF, 3 pages, 1 MB)'
        assert page.read_text() == f'<p id="book">{link}</p>\n<p>More.</p>'


def test_the_first_page_keeps_a_place_for_the_link():
    assert '<p id="book"></p>' in (pdf.ROOT / "intro.md").read_text(encoding="utf-8")


def test_without_a_site_there_is_one_clear_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pdf, "SITE", tmp_path)
    assert pdf.main() == 1
    assert capsys.readouterr().err == "There is no site yet: type 'make book' first.\n"


def test_a_dark_page_is_printed_in_the_light_theme(browser):
    tab = browser.new_page()
    tab.set_content('<html data-theme="dark">')
    tab.add_script_tag(path=pdf.ROOT / "assets" / "course.js")
    themes = []
    for event in ("beforeprint", "afterprint"):
        tab.evaluate(f"dispatchEvent(new Event('{event}'))")
        themes.append(tab.evaluate("document.documentElement.dataset.theme"))
    assert themes == ["light", "dark"]
