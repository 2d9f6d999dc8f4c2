"""Finish each page: pictures, links, references, and scripts that do not block."""

import re
from pathlib import Path

from docutils import nodes
from PIL import Image

PIXELS_PER_CSS_PIXEL = 720 / 560
"""Figures are drawn 720 pixels wide and shown 560 wide, so that their text has one size."""

IMAGE = re.compile(r'<img\b[^>]*\bsrc="(?P<src>[^"]*_images/(?P<name>[^"]+\.png))"[^>]*>')

REFERENCE_ROLE = re.compile(r' role="(doc-biblioentry|list)"')
"""Docutils gives these roles to elements that must not have them (axe-core says)."""

HASHED_LABEL = re.compile(r"\[R[0-9a-f]{12}-(\d+)\]")
"""How numpydoc keeps apart the references of two docstrings on one page."""

LEDGER_TAG = re.compile(r"tag_([WEC]\d\d)")
"""The class that a cell gets from a tag which is an id of the ledger."""

SUMMARY_LABEL = ' aria-label="Toggle hidden content"'
"""A folded cell says what it shows; this name, which says something else, would replace that."""

NOTEBOOK_LINK = re.compile(r'(href="\w+)\.ipynb(?=[#"])')
"""A link that a cell has printed: right in a notebook, on the page it needs another ending."""


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-read", name_proofs)
    app.connect("autodoc-process-docstring", keep_initials, priority=400)  # before numpydoc
    app.connect("html-page-context", finish_body)
    app.connect("html-page-context", defer_scripts, priority=900)  # after all have been added
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def keep_initials(app, what, name, obj, options, lines):
    """Keep the initial of `.. [1] I. Newton` from being read as the first item of a list."""
    lines[:] = [re.sub(r"^(\s*\.\. \[\d+\] [A-Z])\. ", r"\1\. ", line) for line in lines]


def name_proofs(app, doctree):
    """Let `basics.html#W20` lead to the first cell that proves W20."""
    seen = set()
    for cell in doctree.findall(nodes.container):
        names = [match[1] for match in map(LEDGER_TAG.fullmatch, cell["classes"]) if match]
        cell["ids"] += [name for name in names if name not in seen]
        seen.update(names)


def finish_body(app, pagename, templatename, context, doctree):
    """Rewrite the image tags and the references of one page."""
    if doctree is None:
        return
    sources = {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}

    def finish(match):
        return image_tag(match, sources[match["name"]], Path(app.outdir, "_images"))

    body = IMAGE.sub(finish, context["body"]).replace(' loading="lazy"', "", 1)  # not the first
    body = NOTEBOOK_LINK.sub(r"\1.html", REFERENCE_ROLE.sub("", body)).replace(SUMMARY_LABEL, "")
    context["body"] = HASHED_LABEL.sub(r"[\1]", body)


def defer_scripts(app, pagename, templatename, context, doctree):
    """Let the page appear before its scripts run, except those that inline scripts rely on."""
    if pagename != "search":
        context["script_files"] = [deferred(script) for script in context["script_files"]]


def deferred(script):
    """Return a copy of a script whose tag has the attribute defer."""
    if not script.filename or "documentation_options" in script.filename:
        return script
    attributes = script.attributes | {"defer": "defer"}
    return type(script)(script.filename, priority=script.priority, **attributes)


def image_tag(match, source, folder):
    """Return the tag with its size; for an animation, with a still that a script can replace.

    Without the size the text would jump when the picture arrives, late, as the reader nears it.
    Without a script, and until the reader asks for motion, an animation shows its first frame.
    Stills are shown as lossless WebP, which has the same pixels in less than half of the bytes.
    """
    tag = match[0]
    with Image.open(source) as image:
        width, height = (round(pixels / PIXELS_PER_CSS_PIXEL) for pixels in image.size)
        tag = tag.replace(match["src"], still(image, match, folder))
        if getattr(image, "n_frames", 1) > 1:
            tag = tag.replace("<img", f'<img data-animation="{match["src"]}"', 1)
    return tag.replace("<img", f'<img loading="lazy" width="{width}" height="{height}"', 1)


def still(image, match, folder):
    """Write the first frame of an image as WebP; return the address for the page."""
    name = match["name"].replace(".png", ".webp")
    folder.mkdir(exist_ok=True)
    image.save(folder / name, lossless=True, quality=50, method=2, save_all=False)
    return match["src"].replace(match["name"], name)
