"""Join the reference and the chapters: each function names its chapters, each call is a link."""

import ast
import functools
import inspect
import json
import re
import textwrap
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from sphinx.util.docutils import SphinxDirective

import convlib

ENTRIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LIBRARIES = {"numpy": "NumPy", "torch": "PyTorch", "paddle": "Paddle"}
CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"

NAME = re.compile(
    r"<a\b.*?</a>"  # what is a link already stays as it is
    r'|<code class="docutils literal notranslate"><span class="pre">[\w.]+</span></code>'
    r'|(?<!<span class="o">\.</span>)'
    r'<span class="n">\w+</span>(?:<span class="o">\.</span><span class="n">\w+</span>)*',
    re.DOTALL,
)
"""A name such as convlib.cost.macs on a page, in the text or in highlighted code."""


def setup(app):
    """Connect to Sphinx."""
    app.add_directive("overview", Overview)
    app.connect("autodoc-process-docstring", complete, priority=600)  # after numpydoc
    app.connect("html-page-context", link_code)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# The chapters ----------------------------------------------------------------------------


class Chapter(NamedTuple):
    """What a notebook says about convlib.

    Parameters
    ----------
    title : str
        Its heading.
    labels : dict
        The heading under each label.
    imports : dict
        What its code calls convlib and parts of it: local name -> full name.
    calls : dict
        The sections that call each function, in order: full name -> list of anchors.
    """

    title: str
    labels: dict
    imports: dict
    calls: dict


@functools.cache
def chapters():
    """Read every chapter once; return them by name."""
    return {path.stem: read(path) for path in sorted(CHAPTERS.glob("*.ipynb"))}


def read(path):
    """Read one chapter."""
    title, section, labels, imports, calls = "", "", {}, {}, defaultdict(list)
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title = title or source.splitlines()[0].removeprefix("# ")
            labels |= re.findall(r"^\((.+)\)=\n#+ (.+)", source, re.MULTILINE)
            section = [section, *re.findall(r"^## (.+)", source, re.MULTILINE)][-1]
        elif cell["cell_type"] == "code":
            tree = ast.parse(source)
            imports |= imported(tree)
            for name in called(tree, imports):
                calls[name].append(anchor(section))
    return Chapter(title, labels, imports, calls)


def anchor(heading):
    """Return the id that a section gets from its heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def imported(tree):
    """Return the names that code gives to convlib and to its parts."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            if any(alias.name.split(".")[0] == "convlib" for alias in node.names):
                names["convlib"] = "convlib"
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "convlib":
            names |= {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def called(tree, imports):
    """Yield the full name of each part of convlib that code calls, itself or by crosscheck."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = full_name(ast.unparse(node.func), imports)
            if name == "convlib.crosscheck.crosscheck" and isinstance(node.args[0], ast.Constant):
                yield f"convlib.{node.args[0].value}"
            if name:
                yield name


def full_name(dotted, imports):
    """Return the full name of a part of convlib, or None for anything else."""
    first, dot, rest = dotted.partition(".")
    return imports[first] + dot + rest if first in imports else None


# The entries of the reference ------------------------------------------------------------


def complete(app, what, name, obj, options, lines):
    """Put the chapters under the first sentence of an entry, and the tabs at its end."""
    short = name.removeprefix("convlib.")
    if short in ENTRIES:
        env = app.env
        end = lines.index("", 1)  # numpydoc begins with an empty line
        lines[end:end] = ["", *where(short, env)]
        lines += ["", *tabs(short, env)]


def page(chapter, env):
    """Return the address of a chapter, as seen from the page that is being read."""
    return env.app.builder.get_relative_uri(env.docname, f"chapters/{chapter}")


def explained(short, env):
    """Link to the section that explains a function."""
    chapter, section = ENTRIES[short]["explained"].split("#")
    return f"`{chapters()[chapter].title} <{page(chapter, env)}#{section}>`__"


def where(short, env):
    """Name the chapter that explains a function, and link to its use in the others."""
    teacher = ENTRIES[short]["explained"].split("#")[0]
    used = [
        f"`{name} <{page(name, env)}#{chapter.calls[f'convlib.{short}'][0]}>`__"
        for name, chapter in chapters().items()
        if name != teacher and f"convlib.{short}" in chapter.calls
    ]
    also = f" Used in {', '.join(used)}." if used else ""
    return [".. container:: where", "", f"   **Explained in** {explained(short, env)}.{also}"]


def tabs(short, env):
    """Show the same call in each library."""
    entry = ENTRIES[short]
    lines = [".. rubric:: In PyTorch and Paddle", ""]
    if "note" in entry:
        lines += [entry["note"], ""]
    lines += [".. tab-set::", "   :sync-group: library", ""]
    for key, label in LIBRARIES.items():
        code = textwrap.indent(entry[key], " " * 9).splitlines()
        lines += [f"   .. tab-item:: {label}", f"      :sync: {key}", ""]
        lines += ["      .. code-block:: python", "", *code, ""]
    if "trap" in entry:
        heading = chapters()["frameworks"].labels[entry["trap"]].replace("`", "")
        lines += [f"A trap: `{heading} <{page('frameworks', env)}#{entry['trap']}>`__", ""]
    return lines


class Overview(SphinxDirective):
    """A table of functions: what each does, and the chapter that explains it."""

    has_content = True

    def run(self):
        """Write the table as text, and let Sphinx read it."""
        lines = [".. list-table::", "   :class: overview", "   :header-rows: 1", ""]
        lines += ["   * - Function", "     - What it does", "     - Explained in"]
        for short in " ".join(self.content).split():
            function = functools.reduce(getattr, short.split("."), convlib)
            lines += [f"   * - :py:func:`{short} <convlib.{short}>`"]
            lines += [f"     - {inspect.getdoc(function).splitlines()[0]}"]
            lines += [f"     - {explained(short, self.env)}"]
        return self.parse_text_to_nodes("\n".join(lines))


# The code of the chapters ----------------------------------------------------------------


def link_code(app, pagename, templatename, context, doctree):
    """Make a link of every function of convlib that a chapter names, in its text and code."""
    chapter = chapters().get(pagename.removeprefix("chapters/"))
    if chapter is None or doctree is None:
        return
    functions = app.env.domains["py"].objects

    def link(match):
        dotted = "".join(re.findall(r">([\w.]+)<", match[0]))
        entry = functions.get(full_name(dotted, chapter.imports))
        if match[0].startswith("<a") or entry is None or entry.objtype != "function":
            return match[0]
        address = f"{app.builder.get_relative_uri(pagename, entry.docname)}#{entry.node_id}"
        return f'<a href="{address}">{match[0]}</a>'

    context["body"] = NAME.sub(link, context["body"])
