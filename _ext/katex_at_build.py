"""Render formulas with KaTeX while the book is built, so that pages need no script for them.

KaTeX runs in V8, which the package mini-racer brings as a wheel: no Node is needed.
A formula that KaTeX refuses is a Sphinx warning, and so fails the build.
"""

from functools import cache
from pathlib import Path

from docutils.nodes import SkipNode
from py_mini_racer import MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

KATEX = Path(__file__).resolve().parent.parent / "vendor" / "katex" / "katex.min.js"
RENDER = """
function render(tex, displayMode) {
    try {
        return {html: katex.renderToString(tex, {displayMode, strict: "error"})};
    } catch (error) {
        return {refusal: error.message};
    }
}
"""
logger = logging.getLogger(__name__)


def setup(app):
    """Register the renderer; `html_math_renderer: katex` selects it."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_css_file("katex/katex.min.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


@cache
def engine():
    """Start V8 once and load KaTeX into it."""
    racer = MiniRacer()
    racer.eval(f"var self = globalThis; {KATEX.read_text(encoding='utf-8')}; {RENDER}")
    return racer


def render(node, display):
    """Return the HTML and MathML of a formula, or nothing, with a warning, if it is not TeX."""
    answer = engine().call("render", node.astext(), display)
    if "refusal" in answer:
        logger.warning("%s", answer["refusal"], location=node, type="katex")
    return answer.get("html", "")


def visit_inline(self, node):
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(render(node, display=False) + "</span>")
    raise SkipNode


def visit_display(self, node):
    """Write a formula on a line of its own, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(render(node, display=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise SkipNode
