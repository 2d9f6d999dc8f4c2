"""Make the finished site light: one small style sheet, no unused files or elements or layouts.

The theme brings Bootstrap and an icon library whole, 400 kB of rules in a dozen files that a
phone must have before it shows a word. The pages use a fifth of them. Here the sheets that
pages link become one, which keeps a rule only if every class and id in it occurs, as a word,
in some page or script of the site.

In code, Pygments marks every name, bracket and dot, although most have the colour of plain text.
They are half of the elements of a chapter; without their marks it opens sooner and looks the same.
"""

import hashlib
import re
from functools import partial
from itertools import chain, repeat
from pathlib import Path

import tinycss2
from sphinx.util import logging

LINK = re.compile(
    r' *<link (?=[^>]*rel="stylesheet")[^>]*href="(?P<static>[^"?]*_static/)'
    r'(?P<sheet>(?!site\.css)[^"?]+)[^>]*>\n?'
)
UNUSED = ["**/*.map", "**/scripts/fontawesome.js", "**/vendor/fontawesome/webfonts/*.ttf"]
"""Files of the theme that no page asks for."""

SCRIPTS = {
    "scripts/pydata-sphinx-theme.js": (
        "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1",
        "",
    ),
    "copybutton.js": ("codeCells.forEach(", "whenNear(codeCells, "),
}
"""What is replaced in scripts that are not ours.

The theme measures every listing when a page opens, each time after a change, so that the browser
lays out a long chapter again and again; course.js does the same without waiting. And a chapter
gets its 150 copy buttons at once, of which a reader sees three."""

WHEN_NEAR = """
// Do something with each element when the reader comes near it.
function whenNear(elements, act) {
    const order = new Map([...elements].map((element, index) => [element, index]));
    const near = new IntersectionObserver(
        (entries) => {
            for (const { isIntersecting, target } of entries) {
                if (!isIntersecting) continue;
                near.unobserve(target);
                act(target, order.get(target));
            }
        },
        { rootMargin: "600px" },
    );
    elements.forEach((element) => near.observe(element));
}
"""
"""The end of copybutton.js."""

NAME = re.compile(r"[.#](-?[a-z_][\w-]*)", re.I)
"""A class or an id in a selector."""

CHOICE = re.compile(r":(?:is|not|where)\([^()]*\)")
"""A part of a selector that can hold although a name in it never occurs."""

COMMA = re.compile(r",(?![^(]*\))")
"""A comma between selectors, not inside of `:is(a, b)`."""

ADDRESS = re.compile(r"""url\((?!["']?(?:data|#))["']?([^"')]+)["']?\)""")
"""An address of a font or picture, but not one that holds the picture itself."""

PLAIN = re.compile(
    r'<span class="(?:n|nn|p|pm|w)">(?P<text>[^<]*)</span>|<span class="o">(?P<dot>\.)</span>'
)
"""A piece of code that has the colour of plain text, and the dot of `np.pad`, which now has."""

NESTING = {"media", "supports"}
"""The rules that hold rules of which some may go."""

logger = logging.getLogger(__name__)


def setup(app):
    """Run after everything else that writes pages."""
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def lighten(app, exception):
    """Rewrite the pages in the output folder."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    paths = [path for path in sorted(site.rglob("*.html")) if path.parent.name != "_static"]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    sweep(site, pages.values())
    for name in SCRIPTS:
        relieve(site / "_static" / name, *SCRIPTS[name])
    bundle(site, pages)


def sweep(site, pages):
    """Delete files that no page asks for: of the theme, and pictures that pages show as WebP."""
    asked = {name for text in pages for name in re.findall(r"[\w.-]+\.png", text)}
    pictures = [path for path in site.glob("_images/*.png") if path.name not in asked]
    for path in chain(pictures, *map(site.glob, UNUSED)):
        path.unlink()


def relieve(script, old, new):
    """Replace what makes a script slow."""
    text = script.read_text(encoding="utf-8")
    if text.count(old) != 1:
        logger.warning("%s has changed: look for its new `%s`", script.name, old)
    text = text.replace(old, new) + (WHEN_NEAR if "whenNear" in new else "")
    script.write_text(text, encoding="utf-8")


def bundle(site, pages):
    """Join the sheets that pages link, keep what is used, and link the result instead."""
    linked = {path: text for path, text in pages.items() if LINK.search(text)}
    if not linked:  # no page was written again
        return
    names = [[match["sheet"] for match in LINK.finditer(text)] for text in linked.values()]
    longest_first = chain.from_iterable(sorted(names, key=len, reverse=True))
    sheets = [site / "_static" / name for name in dict.fromkeys(longest_first)]
    words, beginnings = vocabulary(site, pages.values())
    css = "".join(used(read(sheet), words, beginnings) for sheet in sheets)
    (site / "_static" / "site.css").write_text(css, encoding="utf-8")
    version = hashlib.sha1(css.encode()).hexdigest()[:8]
    for path, text in linked.items():
        path.write_text(unmarked(relinked(text, version)), encoding="utf-8")
    for sheet in sheets:
        sheet.unlink()


def relinked(text, version):
    """Return a page with one link in the place of the first, and none in the place of others."""
    first = LINK.search(text)
    link = f'<link rel="stylesheet" href="{first["static"]}site.css?v={version}">\n'
    links = chain([link], repeat(""))
    return LINK.sub(lambda match: next(links), text)


def unmarked(text):
    """Return a page whose code has no marks around what is not coloured."""
    return PLAIN.sub(lambda match: match["text"] or match["dot"] or "", text)


def vocabulary(site, pages):
    """Return the words of pages and scripts, and the beginnings that scripts build names from."""
    scripts = [path for path in site.rglob("*.js") if path.name != "searchindex.js"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    words = set().union(*(re.findall(r"[\w-]+", text) for text in [code, *pages]))
    return words, tuple(set(re.findall(r"[\"'`]([a-z][\w-]+-)[\"'`$]", code)))


def read(sheet):
    """Return the rules of a sheet and of those that it imports, with addresses for _static/."""
    css = ADDRESS.sub(partial(moved, sheet), sheet.read_text(encoding="utf-8"))
    rules = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            name = next(token.value for token in rule.prelude if token.type == "string")
            rules += read(sheet.parent / name)
        else:
            rules.append(rule)
    return rules


def moved(sheet, match):
    """Return an address of a sheet in a folder of _static/ as one of a sheet in _static/."""
    folder = next(parent for parent in sheet.resolve().parents if parent.name == "_static")
    inside = (sheet.parent / match[1]).resolve().relative_to(folder)
    return f'url("{inside.as_posix()}")'


def used(rules, words, beginnings):
    """Return the text of the rules of which a page can make use."""
    css = ""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = COMMA.split(tinycss2.serialize(rule.prelude))
            kept = [text.strip() for text in selectors if known(text, words, beginnings)]
            css += f"{','.join(kept)}{{{tight(rule.content)}}}\n" if kept else ""
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTING:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            inside = used(inner, words, beginnings)
            prelude = tinycss2.serialize(rule.prelude).strip()
            css += f"@{rule.at_keyword} {prelude}{{{inside}}}\n" if inside else ""
        else:
            css += rule.serialize() + "\n"
    return css


def known(selector, words, beginnings):
    """Tell whether every class and id can occur that a selector needs."""
    names = NAME.findall(CHOICE.sub("", selector))
    return all(name in words or name.startswith(beginnings) for name in names)


def tight(declarations):
    """Return the declarations of a rule without comments and line breaks."""
    kept = [token for token in declarations if token.type != "comment"]
    return re.sub(r"\s*\n\s*", " ", tinycss2.serialize(kept)).strip()
