"""Print the built site as one book: `make pdf`.

The pages in the order of _toc.yml become one page without menus and scripts. Chromium prints it
twice: the contents of the second print have the page numbers that the first one showed. pypdf
adds the outline. Solutions, and the answers to the quick questions, stand at the end of their
chapter: a reader can try first, and a teacher can hand out the exercises alone.
"""

import html
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Error, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
BOOK = ROOT / "_build" / "convolutions-worked-out.pdf"
STYLE = ROOT / "tools" / "pdf.css"
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
NOT_ON_PAPER = "script, style, #book, .headerlink, .viewcode-link"
WHOLE = """<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="_static/site.css"><style>{style}</style></head>
<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">
<div class="book-title"><h1>{title}</h1>
<p>{abstract}</p><p>{authors}</p><p>Version {version}</p></div>
<nav class="book-contents"><h2>Contents</h2>{contents}</nav>
<article class="bd-article">{chapters}</article></div></div></main></body></html>"""


class Heading(NamedTuple):
    """A line of the outline: part, chapter or section, how deep, its text, where it leads."""

    kind: str
    depth: int
    text: str
    anchor: str


def main():
    """Print the book and say how large it is; return 1 if something is missing."""
    begin = time.monotonic()
    if not (SITE / "index.html").exists():
        print("There is no site yet: type 'make book' first.", file=sys.stderr)
        return 1
    toc, course = (read_yaml(ROOT / name) for name in ("_toc.yml", "CITATION.cff"))
    try:
        pages = make(toc, course, SITE, BOOK)
    except Error as error:
        reason = error.message.splitlines()[0]
        print(f"No Chromium or Chrome prints: install one ({reason}).", file=sys.stderr)
        return 1
    size = f"{pages} pages, {BOOK.stat().st_size / 1e6:.0f} MB"
    offer(BOOK, size, SITE)
    print(f"{BOOK.relative_to(ROOT)}: {size}, made in {time.monotonic() - begin:.0f} s.")
    return 0


def offer(book, size, site):
    """Put the book into the site, and a link to it in the place that the first page keeps."""
    shutil.copy(book, site)
    page = site / "intro.html"
    link = f'<p id="book"><a href="{book.name}">The whole course as a book</a> (PDF, {size})</p>'
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r'<p id="book">.*?</p>', link, text), encoding="utf-8")


def read_yaml(path):
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def make(toc, course, site, book):
    """Write the PDF of the pages in a table of contents; return its number of pages."""
    print("Joining the pages ...", flush=True)
    headings, chapters = joined(toc, site)
    page = site / "book.html"
    shown, numbers = None, {}
    try:
        while shown != numbers:  # twice, unless the contents get a line more or less
            shown = numbers
            page.write_text(whole(course, headings, chapters, shown), encoding="utf-8")
            print("Printing ...", flush=True)
            print_page(page, book)
            numbers = page_numbers(PdfReader(book), headings)
    finally:
        page.unlink(missing_ok=True)
    return add_outline(book, course, headings)


def joined(toc, site):
    """Return the headings of a book and the HTML of its chapters."""
    found = list(listed(toc))
    names = {name for _, name, _ in found}
    headings, chapters = [], []
    for depth, name, part in found:
        soup = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        chapter = soup.select_one("article > section")
        prepare(chapter, name, names)
        if part:
            label = soup.new_tag("p", attrs={"class": "book-part", "id": anchor(name, "part")})
            label.string = part
            chapter.insert(0, label)
            headings.append(Heading("part", 0, part, label["id"]))
        headings.append(Heading("chapter", depth, chapter.h1.get_text(), chapter.h1["id"]))
        headings += [
            Heading("section", depth + 1, title.get_text(), title.parent["id"])
            for title in chapter.select("section > h2")
        ]
        chapters.append(str(chapter))
    return headings, "\n".join(chapters)


def listed(toc):
    """Yield the depth and name of each page, with the caption of the part that it begins."""
    yield 0, toc["root"], None
    for part in toc["parts"]:
        caption = part["caption"]
        for chapter in part["chapters"]:
            yield 1, chapter["file"], caption
            caption = None
            for section in chapter.get("sections", []):
                yield 2, section["file"], None


def prepare(chapter, name, names):
    """Make a page of the site a chapter of the book."""
    for element in chapter.select(NOT_ON_PAPER):
        element.decompose()
    for noscript in chapter.select("noscript"):
        noscript.unwrap()
    for explorer in chapter.select("conv-explorer"):
        explorer.string = "On the site an explorer stands here: this operator on your own numbers."
    for details in chapter.select("details"):
        details["open"] = ""
    put_answers_last(chapter)
    for listing in chapter.select("pre"):
        hang(listing)
    for element in chapter.select("[id]"):
        element["id"] = anchor(name, element["id"])
    chapter.h1["id"] = anchor(name)
    for image in chapter.select("img"):
        image["src"] = urljoin(f"{name}.html", image["src"])
        image["loading"] = "eager"
    for link in chapter.select("a[href]"):
        point(link, name, names)


def hang(listing):
    """Make each line of a listing an element, so that what does not fit hangs below its start."""
    markup = ""
    for line in listing.decode_contents().removesuffix("\n").split("\n"):
        spaces = re.match(r"(?:<[^>]*>)*( *)", line)[1]
        markup += f'<span class="line" style="--spaces: {len(spaces)}ch">{line}</span>'
    listing.clear()
    # Outside of <pre> the parser would make one space of several.
    listing.extend(list(BeautifulSoup(f"<pre>{markup}</pre>", "html.parser").pre.contents))


def anchor(name, fragment=""):
    """Return the anchor in the book of a place on a page."""
    return f"{name}.{fragment}".replace("/", "-")


def point(link, name, names):
    """Let a link lead into the book, else to the published site, else nowhere."""
    url = urljoin(f"{name}.html", link["href"])
    address, fragment = urldefrag(url)
    target = address.removesuffix(".html")
    if target in names and "?" not in fragment:  # after a "?" stands what the explorer shows
        link["href"] = "#" + anchor(target, fragment)
    elif not re.match(r"https?:|mailto:", address):
        if site := os.environ.get("SITE_URL"):
            link["href"] = urljoin(site.rstrip("/") + "/", url)
        else:
            link.name = "span"
            del link["href"]


def put_answers_last(chapter):
    """Move solutions, and answers to quick questions, into sections at the end of a chapter."""
    answers = chapter.select("conv-question > details")
    for details in answers:
        details.summary.string = details.parent.strong.get_text()
        for cell in details.select(".cell"):
            cell.decompose()
    append_section(chapter, "Answers", answers)
    append_section(chapter, "Solutions", chapter.select(".solution"))


def append_section(chapter, title, elements):
    """Move elements, if there are any, into a section of their own."""
    if not elements:
        return
    name = f"book-{title.lower()}"
    markup = f'<section class="{name}" id="{name}"><h2>{title}</h2></section>'
    section = BeautifulSoup(markup, "html.parser").section
    section.extend(element.extract() for element in elements)
    chapter.append(section)


def whole(course, headings, chapters, numbers):
    """Return the HTML of the book."""
    return WHOLE.format(
        title=course["title"],
        abstract=course["abstract"],
        authors=authors(course),
        version=course["version"],
        style=STYLE.read_text(encoding="utf-8"),
        contents="\n".join(
            f'<a class="{heading.kind}" href="#{heading.anchor}">{html.escape(heading.text)}'
            f"&nbsp;<span>{numbers.get(heading.anchor, '000')}</span></a>"
            for heading in headings
        ),
        chapters=chapters,
    )


def authors(course):
    """Return who wrote the course."""
    return ", ".join(author["name"] for author in course["authors"])


def print_page(page, book):
    """Let the Chromium or Chrome of this machine, or else Playwright's own, print a page."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_context(java_script_enabled=False).new_page()
        tab.set_default_timeout(600_000)
        tab.goto(page.as_uri())
        tab.pdf(path=book, prefer_css_page_size=True, print_background=True)
        browser.close()


def page_numbers(pdf, headings):
    """Return the number of the page on which each heading stands."""
    numbers = {page.indirect_reference.idnum: n for n, page in enumerate(pdf.pages, 1)}
    places = pdf.named_destinations
    return {name: numbers[places[f"/{name}"].page.idnum] for *_, name in headings}


def add_outline(book, course, headings):
    """Add the outline and the title to the PDF; return its number of pages."""
    pdf = PdfReader(book)
    places, numbers = pdf.named_destinations, page_numbers(pdf, headings)
    writer = PdfWriter(book, incremental=True)
    above = {-1: None}
    for heading in headings:
        above[heading.depth] = writer.add_outline_item(
            title=heading.text,
            page_number=numbers[heading.anchor] - 1,
            parent=above[heading.depth - 1],
            fit=Fit.xyz(top=places[f"/{heading.anchor}"].top),
            is_open=heading.kind == "part",
        )
    writer.page_mode = "/UseOutlines"
    writer.add_metadata({"/Title": course["title"], "/Author": authors(course)})
    writer.write(book)
    return len(pdf.pages)


if __name__ == "__main__":
    sys.exit(main())
