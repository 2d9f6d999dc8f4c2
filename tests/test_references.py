"""The bibliography: each entry says where to find the work, and pages agree with it."""

import re
from collections import defaultdict

import pytest
from browsing import unavailable
from bs4 import BeautifulSoup
from notebooks import ROOT, chapters, output_text, source
from pybtex.database import parse_file

ENTRIES = parse_file(str(ROOT / "references.bib")).entries
ADDRESSES = {"eprint": "https://arxiv.org/abs/{}", "doi": "https://doi.org/{}", "url": "{}"}
PUBLISHERS = r"arxiv|doi|papers\.nips|neurips|distill|thecvf|hal|ieee|acm|springer|openreview"
LINK = re.compile(rf"https?://(?:[\w.-]+\.)?(?:{PUBLISHERS})\.[\w.]+/[^\s)\"'\\<>\]]+")
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
IN_DOCSTRING = {"eprint": r"\barXiv:(\d+\.\d+)", "doi": r"\bdoi:(10\.[\w./-]+\w)"}
LINKED_YEAR = re.compile(rf"\[([^][]*?)\(?((?:19|20)\d\d)\)?\]\(({LINK.pattern})\)")
CITED_YEAR = re.compile(r"((?:19|20)\d\d)(?:, [^;`{}\n]*)? \{cite\}`(\w+)`")
AUTHOR = re.compile(r"\b[A-Z]\. |\bet al\b|\band [A-Z]|^[A-Z][a-z]+[ ,(]*$")


def texts():
    """Return what a reader reads: chapters with their outputs, pages, docstrings; by name."""
    found = {}
    for name, notebook in chapters().items():
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        parts = [*map(source, notebook["cells"]), *map(output_text, outputs)]
        found[f"chapters/{name}"] = "\n".join(parts)
    pages = [*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/*.md"), *ROOT.glob("convlib/**/*.py")]
    for path in pages:
        found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


TEXTS = texts()


def addresses(entry):
    """Return the links under which a page may name this work."""
    return {
        form.format(entry.fields[kind]) for kind, form in ADDRESSES.items() if kind in entry.fields
    }


KEYS = {address: key for key, entry in ENTRIES.items() for address in addresses(entry)}


def links(text):
    """Return the addresses of papers in a text, those of docstrings written out."""
    found = set(LINK.findall(text))
    for kind, pattern in IN_DOCSTRING.items():
        found.update(ADDRESSES[kind].format(number) for number in re.findall(pattern, text))
    return found


def cited(text):
    """Return the keys that a text cites."""
    return {key.strip() for keys in CITATION.findall(text) for key in keys.split(",")}


def dated(text):
    """Return (names, year, key) wherever a text gives the year of a work beside a reference."""
    for match in LINKED_YEAR.finditer(text):
        if match[3] in KEYS:
            yield match[1], match[2], KEYS[match[3]]
    for match in CITED_YEAR.finditer(text):
        yield re.split(r"[;:`\n]", text[: match.start()])[-1], match[1], match[2]


# Each entry by itself ------------------------------------------------------------------


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_says_where_to_find_the_work(key):
    assert {"eprint", "doi", "isbn", "url", "note"} & set(ENTRIES[key].fields)


@pytest.mark.parametrize("key", [key for key in ENTRIES if "eprint" in ENTRIES[key].fields])
def test_an_arxiv_id_is_well_formed_and_of_the_year(key):
    fields = ENTRIES[key].fields
    assert fields["archiveprefix"] == "arXiv"
    year, month, number = re.fullmatch(r"(\d\d)(\d\d)\.(\d+)", fields["eprint"]).groups()
    assert 1 <= int(month) <= 12
    assert len(number) == (5 if int(year) >= 15 else 4)  # longer since January 2015
    years_between = abs(2000 + int(year) - int(fields["year"]))
    assert years_between <= (0 if ENTRIES[key].type == "misc" else 1)  # the preprint itself, or not


def test_dois_and_isbns_are_well_formed():
    for entry in ENTRIES.values():
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.fields.get("doi", "10.1000/1"))
        digits = [int(digit) for digit in re.sub("-", "", entry.fields.get("isbn", "0" * 13))]
        assert len(digits) == 13
        assert (sum(digits) + 2 * sum(digits[1::2])) % 10 == 0


def test_no_two_entries_are_one_work():
    titles = [re.sub(r"\W", "", entry.fields["title"]).lower() for entry in ENTRIES.values()]
    assert len(set(titles)) == len(titles)
    assert len(KEYS) == sum(len(addresses(entry)) for entry in ENTRIES.values())


# The pages and the bibliography --------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_links_and_citations_lead_to_entries(name):
    assert not links(TEXTS[name]) - set(KEYS), "papers that references.bib does not have"
    assert not cited(TEXTS[name]) - set(ENTRIES), "keys that references.bib does not have"


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith("chapters/")])
def test_a_chapter_cites_the_papers_that_it_links(name):
    assert {KEYS.get(link, link) for link in links(TEXTS[name])} <= cited(TEXTS[name])


def test_a_paper_has_one_address():
    found = defaultdict(set)
    for text in TEXTS.values():
        for link in links(text):
            found[KEYS.get(link, link)].add(link)
    assert not {key: used for key, used in found.items() if len(used) > 1}


def test_every_entry_is_cited():
    everything = "\n".join(TEXTS.values())
    assert not set(ENTRIES) - cited(everything) - {KEYS.get(link) for link in links(everything)}


@pytest.mark.parametrize("name", TEXTS)
def test_names_and_years_in_the_text_are_those_of_the_entry(name):
    for names, year, key in dated(TEXTS[name]):
        assert year == ENTRIES[key].fields["year"], f"{names}{year}: {key}"
        first_author = ENTRIES[key].persons["author"][0].last_names[-1]
        assert first_author in names or not AUTHOR.search(names), f"{names}{year}: {key}"


# The page that lists them --------------------------------------------------------------


def test_the_list_links_each_work_and_the_chapters_that_cite_it():
    path = ROOT / "_build" / "html" / "references.html"
    if not path.exists():
        unavailable("there is no built book to look at: run `make book` first")
    listed = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select("div.citation")
    assert len(listed) == len(ENTRIES)
    for entry in listed:
        assert entry.select("a.external"), entry.get_text()
        assert entry.select(".cited-in a.internal"), entry.get_text()
