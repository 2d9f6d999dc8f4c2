"""The teacher's pages, made from the chapters: who needs whom, exercise sheets, all figures."""

import base64
import html
import io
import re
import textwrap
from itertools import count
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from docutils import nodes
from PIL import Image
from sheets import EDITIONS, sheet
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

THUMBNAIL = 180
"""Pixels of the longer side of a small picture in the index of figures."""

logger = logging.getLogger(__name__)


def setup(app):
    """Connect to Sphinx."""
    app.add_directive("prerequisites", Prerequisites)
    app.add_directive("sheets", Sheets)
    app.add_directive("figure-index", FigureIndex)
    app.connect("doctree-read", name_figures)
    app.connect("doctree-read", offer_sheets)
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# The chapters --------------------------------------------------------------------------


def chapters(folder):
    """Return the chapters as notebooks by name, in the order of the table of contents."""
    toc = yaml.safe_load(Path(folder, "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    paths = [Path(folder, file + ".ipynb") for file in files if file.startswith("chapters/")]
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def title(chapter):
    """Return the title of a chapter."""
    return re.match("# (.+)", chapter.cells[0].source)[1]


class MadeFromChapters(SphinxDirective):
    """A directive that writes Markdown about the chapters."""

    def run(self):
        """Parse what `markdown` returns, and build the page again when a chapter changes."""
        found = chapters(self.env.srcdir)
        for name in found:
            self.env.note_dependency(f"chapters/{name}.ipynb")
        return self.parse_text_to_nodes(self.markdown(found), allow_section_headings=True)


# Who needs whom ------------------------------------------------------------------------


class Needs(NamedTuple):
    """What a reader should know before a chapter, and what helps; both are names of chapters."""

    needed: list
    helpful: list


def needs(chapter):
    """Read them from the opening section; None for a page to look things up in.

    Needed is what the sentence that begins with "You need" links to. The other links help.
    """
    text = "\n".join(cell.source for cell in chapter.cells if cell.cell_type == "markdown")
    opening = text.partition("\n## The question")[2].partition("\n## ")[0]
    sentences = re.split(r"(?<=[.?!])\s+", opening)
    wanting = [sentence for sentence in sentences if sentence.startswith("You need")]
    if not wanting:
        return None
    needed = linked_chapters(" ".join(wanting))
    return Needs(needed, [name for name in linked_chapters(opening) if name not in needed])


def linked_chapters(text):
    """Return the names of the chapters that a text links to, each once, in order."""
    return list(dict.fromkeys(re.findall(r"\]\((\w+)\.ipynb", text)))


class Prerequisites(MadeFromChapters):
    """Draw which chapter needs which, and say the same in a list."""

    def markdown(self, found):
        """Return the drawing and the list; warn where a chapter needs one that comes later."""
        known = {name: needs(chapter) for name, chapter in found.items()}
        for name, later in out_of_order(known):
            logger.warning(
                "%s needs %s, which comes later", name, later, location=self.get_location()
            )
        titles = {name: title(chapter) for name, chapter in found.items()}
        links = {name: f"[{titles[name]}](chapters/{name})" for name in found}
        drawn = {name: need for name, need in known.items() if need}
        lines = [f"- {links[name]}{in_words(need, links)}" for name, need in drawn.items()]
        rest = [links[name] for name, need in known.items() if not need]
        lines.append(f"- To look things up, in any order: {', '.join(rest)}.")
        return "\n".join([picture(drawn, titles), "", *lines])


def out_of_order(known):
    """Return the pairs of a chapter and one that it needs although it comes later."""
    order = list(known)
    pairs = [(name, other) for name, need in known.items() if need for other in need.needed]
    return [pair for pair in pairs if order.index(pair[0]) <= order.index(pair[1])]


def in_words(need, links):
    """Say what a chapter needs."""
    helps = "helps" if len(need.helpful) == 1 else "help"
    needed = f" needs {joined(links[name] for name in need.needed)}" if need.needed else ""
    helpful = f"{joined(links[name] for name in need.helpful)} {helps}" if need.helpful else ""
    return (needed or " needs no other chapter") + ("; " if helpful else "") + helpful + "."


def joined(words):
    """Join words as in a sentence."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


LANE, ROW, SIDE = 20, 36, 9  # pixels between lanes, between rows, and at the left


def picture(known, titles):
    """Draw one row for each chapter, and from each that others use a lane down to those."""
    order = list(known)
    users = {
        name: [n for n in order if name in known[n].needed + known[n].helpful] for name in order
    }
    lanes = {name: SIDE + LANE * lane for lane, name in enumerate(n for n in order if users[n])}
    rows = {name: ROW * (row + 0.5) for row, name in enumerate(order)}
    label = SIDE + LANE * len(lanes)
    parts = []
    for name, x in lanes.items():
        parts.append(line(f"M{label - 6} {rows[name]}H{x}V{rows[users[name][-1]]}"))
    for name, y in rows.items():
        before = [lanes[other] for other in known[name].needed + known[name].helpful]
        if before:
            parts.append(line(f"M{min(before)} {y}H{label - 6}"))
        for other in known[name].needed + known[name].helpful:
            kind = "need" if other in known[name].needed else "help"
            parts.append(f'<circle class="{kind}" cx="{lanes[other]}" cy="{y}" r="5"/>')
        parts += row_label(titles[name], label, y)
    alt = (
        "Map of the chapters, one row each. A line leads from a chapter down to those that build "
        "on it. The list below says the same in words."
    )
    return (
        f'<svg class="prerequisites" role="img" aria-label="{alt}" viewBox="0 0 360 '
        f'{ROW * len(order)}">{"".join(parts)}</svg>'
    )


def line(way):
    """Draw a line; its colour is that of the text."""
    return f'<path fill="none" stroke="currentColor" d="{way}"/>'


def row_label(text, x, y):
    """Write the title of a chapter, on two lines if it is long."""
    lines = textwrap.wrap(text, 26)
    for number, line in enumerate(lines):
        shift = 5 + 16 * (number - (len(lines) - 1) / 2)
        yield f'<text x="{x}" y="{y + shift:g}">{html.escape(line)}</text>'


# Exercise sheets -----------------------------------------------------------------------


class Sheets(MadeFromChapters):
    """List the exercise sheets."""

    def markdown(self, found):
        """Return a table with one row for each chapter that has exercises."""
        rows = ["| Chapter | Sheet |", "| --- | --- |"]
        for name, chapter in found.items():
            if sheet(chapter, "exercises"):
                rows.append(
                    f"| [{title(chapter)}](chapters/{name}) | {downloads(name, 'sheets')} |"
                )
        return "\n".join(rows)


def downloads(name, folder):
    """Return the links to both editions of a sheet."""
    files = {edition: f"{folder}/{name}-{edition}.ipynb" for edition in EDITIONS}
    about = f'<span class="visually-hidden">: {name}</span>'
    return (
        f'<a href="{files["exercises"]}" download>without solutions{about}</a>, '
        f'<a href="{files["solutions"]}" download>with solutions{about}</a>'
    )


def offer_sheets(app, doctree):
    """Offer the sheets of a chapter below its heading Exercises."""
    folder, _, name = app.env.docname.rpartition("/")
    for section in doctree.findall(nodes.section):
        if folder == "chapters" and "exercises" in section["ids"]:
            text = f"<p>As a notebook: {downloads(name, '../sheets')}.</p>"
            section.insert(1, nodes.raw("", text, format="html"))


# The index of figures ------------------------------------------------------------------


class Figure(NamedTuple):
    """A figure of a chapter."""

    section: str
    alt: str
    png: bytes


def figures(chapter):
    """Return the figures that a reader of a chapter sees, in order."""
    section, found = "", []
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            section = [section, *re.findall(r"^##+ (.+?)\s*$", cell.source, re.M)][-1]
            continue
        for output in cell.outputs:
            if "image/png" in output.get("data", {}) and "remove-cell" not in cell.metadata.get(
                "tags", []
            ):
                png = base64.b64decode(output.data["image/png"])
                found.append(Figure(section, cell.metadata.mystnb.image.alt, png))
    return found


def name_figures(app, doctree):
    """Let `basics.html#figure-2` lead to the second figure of the chapter."""
    if app.env.docname.startswith("chapters/"):
        numbers = count(1)
        for cell in doctree.findall(nodes.container):
            if "cell_output" in cell["classes"]:
                for image in cell.findall(nodes.image):
                    image["ids"].append(f"figure-{next(numbers)}")


class FigureIndex(MadeFromChapters):
    """Show every figure of the course, small, with its description and the way to it."""

    def markdown(self, found):
        """Return a section for each chapter with figures."""
        lines = []
        for name, chapter in found.items():
            drawn = figures(chapter)
            items = [item(name, number, figure) for number, figure in enumerate(drawn, 1)]
            if items:
                lines += [f"## {title(chapter)}", "", '<ol class="figures">', *items, "</ol>", ""]
        return "\n".join(lines)


def item(name, number, figure):
    """Return the entry of one figure."""
    with Image.open(io.BytesIO(figure.png)) as image:
        width, height = reduced(image).size
        moves = ", moves" if getattr(image, "n_frames", 1) > 1 else ""
    section = html.escape(figure.section.replace("`", ""))
    return (
        f'<li><a href="chapters/{name}.html#figure-{number}"><img src="{thumbnail(name, number)}" '
        f'loading="lazy" width="{width}" height="{height}" alt="Figure {number}, made small">'
        f"<span>{section}</span></a> {html.escape(figure.alt)} "
        f'(<a href="{original(name, number)}" download>PNG<span class="visually-hidden"> of figure '
        f"{number}, {section}</span></a>, {len(figure.png) / 1000:.0f} kB{moves})</li>"
    )


def thumbnail(name, number):
    """Return where the small picture of a figure is."""
    return f"thumbnails/{name}-{number}.webp"


def original(name, number):
    """Return where the figure itself is."""
    return f"figures/{name}-{number}.png"


def reduced(image):
    """Return a small copy; of an animation, of its first picture."""
    small = image.convert("RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return small


# Files ---------------------------------------------------------------------------------


def write_files(app, exception):
    """Write the exercise sheets and the figures, also small, into the site."""
    if exception or app.builder.format != "html":
        return
    for folder in ("sheets", "thumbnails", "figures"):
        Path(app.outdir, folder).mkdir(exist_ok=True)
    for name, chapter in chapters(app.srcdir).items():
        for edition in EDITIONS:
            if made := sheet(chapter, edition):
                nbformat.write(made, Path(app.outdir, "sheets", f"{name}-{edition}.ipynb"))
        for number, figure in enumerate(figures(chapter), 1):
            Path(app.outdir, original(name, number)).write_bytes(figure.png)
            with Image.open(io.BytesIO(figure.png)) as image:
                reduced(image).save(Path(app.outdir, thumbnail(name, number)), quality=65)
