"""How to cite the course, made from the file CITATION.cff."""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive


def setup(app):
    """Connect to Sphinx."""
    app.add_directive("citation", Citation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Citation(Directive):
    """The citation of the course, as a sentence or as an entry for BibTeX."""

    required_arguments = 1

    def run(self):
        """Write it as a block of text that can be copied."""
        env = self.state.document.settings.env
        path = Path(env.srcdir, "CITATION.cff")
        env.note_dependency(str(path))
        make = {"plain": plain, "bibtex": bibtex}[self.arguments[0]]
        text = make(yaml.safe_load(path.read_text(encoding="utf-8")), env.config.copyright)
        wrap = ["wrap"] if make is plain else []
        return [nodes.literal_block(text, text, language="text", classes=wrap)]


def plain(course, year):
    """Return the citation as a sentence."""
    return f"{authors(course)}: {course['title']}, version {course['version']}, {year}."


def bibtex(course, year):
    """Return an entry for BibTeX; the inner braces keep a group's name in one piece."""
    return "\n".join(
        [
            "@misc{convolutions-worked-out,",
            f"  author = {{{{{authors(course)}}}}},",
            f"  title = {{{{{course['title']}}}}},",
            f"  year = {{{year}}},",
            f"  note = {{Version {course['version']}}},",
            "}",
        ]
    )


def authors(course):
    """Return the authors, in the order of the file."""
    return " and ".join(author["name"] for author in course["authors"])
