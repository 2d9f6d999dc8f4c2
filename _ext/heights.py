"""Tell the browser how high each section of a page will be, before it lays the section out.

With `content-visibility: auto` a browser lays out a section when the reader comes near it, so a
long chapter opens at once. Until then it needs a height, for the scroll bar and for links into
the page. Here the height is estimated from what the section holds: within a tenth, mostly.
"""

import re
from collections import Counter
from html.parser import HTMLParser
from math import ceil

SCREENS = {"phone": (40, 342), "desktop": (85, 560)}
"""How many letters a line of text has there, and how many pixels wide a picture is at most."""

PIXELS = {
    "phone": {
        "line": 26.4,
        "code": 13.2,
        "pre": 79.4,
        "picture": 0.5,
        "formula": 151,
        "tr": 25,
        "solution": 165,
        "conv-explorer": 1490,
        "conv-question": 195,
    },
    "desktop": {
        "line": 22.7,
        "code": 15.1,
        "pre": 77.2,
        "picture": 0.8,
        "formula": 119,
        "tr": 17.8,
        "solution": 127,
        "conv-explorer": 1048,
        "conv-question": 215,
    },
}
"""What each line, block, row and so on adds: a least-squares fit to the sections of this book,
laid out by Chromium 390 and 1280 pixels wide. Rows on a phone have 13 more, because those of the
table of numbers, the longest one, are blocks there."""

BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "tr", "dt", "dd", "section", "summary"}
VOID = {"br", "col", "hr", "img", "input", "wbr"}
SECTION = re.compile(r'<section id="([^"]+)"')


def setup(app):
    """Run after everything else that changes the text of a page."""
    app.connect("html-page-context", add_heights, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_heights(app, pagename, templatename, context, doctree):
    """Write the heights into the tag of every section but the first, which is seen at once."""
    if doctree is None:
        return
    ruler = Ruler()
    ruler.feed(context["body"])
    found = dict(list(ruler.sections.items())[1:])

    def sized(match):
        return f'{match[0]} style="{style(found[match[1]])}"' if match[1] in found else match[0]

    context["body"] = SECTION.sub(sized, context["body"])


def style(contents):
    """Return the heights for each screen, as properties that course.css uses."""
    return ";".join(f"--{screen}:{height(contents, screen)}px" for screen in SCREENS)


def height(contents, screen):
    """Return the estimated height of a section in pixels."""
    columns, width = SCREENS[screen]
    counts = Counter(contents["counts"])
    counts["line"] = sum(ceil(letters / columns) for letters in contents["blocks"])
    counts["picture"] = sum(h * min(1, width / w) for w, h in contents["pictures"])
    return round(sum(PIXELS[screen][name] * count for name, count in counts.items()))


class Ruler(HTMLParser):
    """Count what the sections under the title of a page show, and the sections in these.

    What is folded away does not count.
    """

    def __init__(self):
        super().__init__()
        self.sections = {}  # what each holds, by id
        self.path = []  # the open elements: (tag, what it means here, what the section holds)
        self.letters = 0  # of the block of text that is being read

    def handle_starttag(self, tag, attrs):
        """Enter an element."""
        if self.ends_block(tag):
            self.end_block()
        attrs = dict(attrs)
        meaning, contents = self.meaning(tag, attrs), None
        if meaning == "section" and self.path and self.path[-1][0] == "section":
            contents = {"counts": Counter(), "blocks": [], "pictures": []}
            self.sections[attrs["id"]] = contents
        if tag not in VOID:
            self.path.append((tag, meaning, contents))
        if "dropdown" in attrs.get("class", ""):
            self.count("solution")
        if self.hidden:
            return
        if tag == "img" and "width" in attrs:
            self.note("pictures", (float(attrs["width"]), float(attrs["height"])))
        elif meaning in PIXELS["phone"]:
            self.count(meaning)

    def handle_endtag(self, tag):
        """Leave an element, and those within it that need no end tag."""
        if tag not in [name for name, *_ in self.path]:
            return
        if self.ends_block(tag):
            self.end_block()
        while self.path.pop()[0] != tag:
            pass

    def handle_data(self, data):
        """Count lines of code, or letters."""
        if self.hidden:
            return
        if self.depth("pre"):
            self.count("code", data.count("\n"))
        else:
            self.letters += len(data.strip())

    def meaning(self, tag, attrs):
        """Say what an element means for the height."""
        classes = attrs.get("class", "")
        if tag == "summary":
            return "shown"
        if (tag == "details" and "open" not in attrs) or tag in ("script", "style"):
            return "hidden"
        if "katex-mathml" in classes or "dropdown" in classes:
            return "hidden"
        return "formula" if "katex-display" in classes else tag

    def depth(self, meaning):
        """Return how many open elements have a meaning."""
        return sum(each == meaning for _, each, _ in self.path)

    @property
    def hidden(self):
        """Whether the text that is being read is folded away; the summary of a fold is not."""
        return self.depth("hidden") > self.depth("shown")

    def ends_block(self, tag):
        """Tell whether text before and after a tag stands on lines of its own: a row is a block."""
        return tag in BLOCKS and (tag == "tr" or not self.depth("tr"))

    def end_block(self):
        """Note how long a block of text was."""
        if self.letters:
            self.note("blocks", self.letters)
        self.letters = 0

    def count(self, name, number=1):
        """Add to a count of all sections that are open."""
        for *_, contents in self.path:
            if contents:
                contents["counts"][name] += number

    def note(self, name, value):
        """Add to a list of all sections that are open."""
        for *_, contents in self.path:
            if contents:
                contents[name].append(value)
