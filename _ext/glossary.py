"""The glossary: links to it from the chapters, with definitions, and an index by Chinese name.

The chapters write a term as "*stride* (步长)". The first such mention on a page becomes a link
to its entry. The definitions ride along on the page, and `assets/glossary.js` shows them.
"""

import functools
import itertools
import json
import re
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import Directive
from pypinyin import lazy_pinyin
from sphinx import addnodes

PAGE = "glossary"
CHAPTERS = "chapters/"

CHINESE = re.compile(r"[\u3400-\u9fff]+")

MENTION = re.compile(rf" ?\([^()]*{CHINESE.pattern}[^()]*\)|{CHINESE.pattern}")
"""A bracket with Chinese names in it, or Chinese without a bracket of its own."""

NOT_PROSE = (nodes.title, nodes.reference, nodes.literal, nodes.raw, nodes.FixedTextElement)


class Entry(NamedTuple):
    """What the pages need of one entry of the glossary."""

    anchor: str
    english: tuple
    chinese: tuple
    definition: str


def setup(app):
    """Connect to Sphinx."""
    app.add_directive("chinese-index", ChineseIndex)
    app.connect("doctree-read", depend_on_glossary)
    app.connect("doctree-resolved", link_and_mark)
    app.connect("html-page-context", add_definitions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class ChineseIndex(Directive):
    """The place for the index by Chinese name, which needs the whole page."""

    def run(self):
        """Leave an empty box with a name."""
        return [nodes.container(classes=["chinese-index"])]


def depend_on_glossary(app, doctree):
    """Let a change of the glossary reach the chapters; fill in the index of its own page."""
    if app.env.docname.startswith(CHAPTERS):
        app.env.note_dependency(app.env.doc2path(PAGE))
    for box in with_class(doctree, nodes.container, "chinese-index"):
        box += index_by_pinyin(entries(doctree))


def with_class(doctree, kind, name):
    """Return the elements of one kind that have a class."""
    return [element for element in doctree.findall(kind) if name in element["classes"]]


def entries(doctree):
    """Read the entries off the page; the first paragraph of each is its definition."""
    return [
        entry(item)
        for glossary in doctree.findall(addnodes.glossary)
        for item in glossary.findall(nodes.definition_list_item)
    ]


def entry(item):
    """Read one entry: its terms in both languages, and its definition."""
    terms = list(item.findall(nodes.term))
    names = [term.astext() for term in terms]
    definition = next(item.findall(nodes.paragraph)).astext()
    chinese = tuple(name for name in names if CHINESE.search(name))
    english = tuple(name for name in names if name not in chinese)
    return Entry(terms[0]["ids"][0], english, chinese, definition)


@functools.cache
def by_chinese_name(env):
    """Return the entry of each Chinese name."""
    return {name: entry for entry in entries(env.get_doctree(PAGE)) for name in entry.chinese}


# The index -----------------------------------------------------------------------------


def index_by_pinyin(entries):
    """List the Chinese names in the order of their pronunciation, a list for each letter."""
    names = sorted((pinyin(name), name, entry) for entry in entries for name in entry.chinese)
    for letter, group in itertools.groupby(names, key=lambda row: row[0][0][0].upper()):
        lines = [index_line(name, entry) for _, name, entry in group]
        yield nodes.rubric(letter, letter)
        yield nodes.bullet_list("", *lines)


def pinyin(name):
    """Return the syllables of a name, without what is not Chinese in it."""
    return lazy_pinyin("".join(CHINESE.findall(name)))


def index_line(name, entry):
    """Return one line of the index."""
    link = nodes.reference("", name, refid=entry.anchor, internal=True)
    return nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(f" {entry.english[0]}")))


# The links -----------------------------------------------------------------------------


def link_and_mark(app, doctree, docname):
    """Link the first mention of each term; say which words are Chinese."""
    if docname.startswith(CHAPTERS):
        address, seen = app.builder.get_relative_uri(docname, PAGE), set()
        for text in prose(doctree):
            link_terms(text, by_chinese_name(app.env), address, seen)
    for text in prose(doctree, NOT_PROSE[2:]):
        mark_chinese(text)


def prose(doctree, without=NOT_PROSE):
    """Return the texts with Chinese in them, but not those inside of these elements."""
    texts = [text for text in doctree.findall(nodes.Text) if CHINESE.search(text)]
    return [text for text in texts if not any(isinstance(up, without) for up in above(text))]


def above(node):
    """Yield what a node stands in."""
    while node := node.parent:
        yield node


def link_terms(text, known, address, seen):
    """Make a link of each mention in a text that is the first on its page."""
    parts, end = [], 0
    for mention in MENTION.finditer(text):
        names = re.split(r", |also |[()]", mention[0])
        entry = next((known[name] for name in names if name in known), None)
        if entry is None or entry in seen:
            continue
        seen.add(entry)
        start, emphasised = words_before(text, end, mention.start(), entry)
        label = text[start : mention.end()]
        if not emphasised and start == mention.start():
            label = label.lstrip()
        parts.append(nodes.Text(text[end : mention.end() - len(label)]))
        link = nodes.reference("", "", *emphasised, nodes.Text(label), internal=True)
        link.update_all_atts({"refuri": f"{address}#{entry.anchor}", "classes": ["glossary-term"]})
        parts.append(link)
        end = mention.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def words_before(text, earliest, start, entry):
    """Find the English term in front of a mention: its start, or the emphasised words."""
    names = "|".join(map(re.escape, sorted(entry.english, key=len, reverse=True)))
    if words := re.search(rf"\b(?:{names})s?$", text[earliest:start], re.IGNORECASE):
        return earliest + words.start(), []
    place = text.parent.index(text)
    previous = text.parent[place - 1] if place and start == 0 else None
    if isinstance(previous, nodes.emphasis | nodes.strong):
        text.parent.remove(previous)
        return start, [previous]
    return start, []


def mark_chinese(text):
    """Tell browsers and screen readers which words are Chinese."""
    parts, end = [], 0
    for word in CHINESE.finditer(text):
        chinese = nodes.inline("", word[0], classes=["language-zh-Hans"])  # gives lang="zh-Hans"
        parts += [nodes.Text(text[end : word.start()]), chinese]
        end = word.end()
    text.parent.replace(text, [*parts, nodes.Text(text[end:])])


# The definitions -----------------------------------------------------------------------


def add_definitions(app, pagename, templatename, context, doctree):
    """Give a chapter the definitions of the terms that it links, and the script to show them."""
    if doctree is None or not pagename.startswith(CHAPTERS):
        return
    links = with_class(doctree, nodes.reference, "glossary-term")
    anchors = {link["refuri"].partition("#")[2] for link in links}
    definitions = {
        entry.anchor: [entry.english[0], ", ".join(entry.chinese), entry.definition]
        for entry in by_chinese_name(app.env).values()
        if entry.anchor in anchors
    }
    if definitions:
        data = json.dumps(definitions, ensure_ascii=False).replace("<", r"\u003c")
        context["body"] += (
            f'<script type="application/json" id="glossary-definitions">{data}</script>'
        )
        app.add_js_file("glossary.js", defer="defer")
