"""The quick questions of a chapter: check the key, fold the cell that computes it, add the script.

A question is a Markdown cell, and the code cell after it prints the key. The rules stand here for
the build, which a broken one fails, and for the tests, which need no build.
"""

import ast
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

OPENING = "<conv-question>"
QUESTION = re.compile(
    r"<conv-question>\n\n"
    r"\*\*Question (?P<number>\d)\.\*\* (?P<asked>\S.*)\n\n"
    r"<details><summary>Answer</summary>\n\n"
    r"(?P<answers>\S.*)\n\n"
    r"</details>\n\n"
    r"</conv-question>",
    re.DOTALL,
)
CHOICE = re.compile(r"^- \*\*([A-Z])\.\*\* \S", re.MULTILINE)
EXPLANATION = re.compile(r"^- \*\*([A-Z]|\d+)\.\*\* (Right|No)\. \S", re.MULTILINE)
COLLAPSED = {"source_hidden": True, "outputs_hidden": True}  # in JupyterLab
PROMPT = "The cell that computes it"
HOW_MANY = 5
logger = logging.getLogger(__name__)


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-read", check_key)
    app.connect("doctree-read", fold_answers)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# --- the rules ---------------------------------------------------------------


def complaints(notebook):
    """List what is wrong with the questions of a notebook, given as a dict."""
    cells = notebook["cells"]
    pairs = [pair for pair in zip(cells, [*cells[1:], {}], strict=True) if asks(pair[0])]
    titled = any(re.search(r"^## Quick questions$", text(cell), re.MULTILINE) for cell in cells)
    if not pairs and not titled:
        return []
    found = [] if len(pairs) == HOW_MANY else [f"{len(pairs)} questions, not {HOW_MANY}"]
    if sum(map(answers, cells)) != len(pairs):
        found.append("as many cells with the tag answer as questions are needed")
    kinds = [bool(CHOICE.search(asked(question))) for question, _ in pairs]
    if kinds.count(True) < 2 or kinds.count(False) < 1:
        found.append("at least two questions must be to choose, and one to type a number")
    for number, pair in enumerate(pairs, start=1):
        found += [f"question {number}: {wrong}" for wrong in wrong_in_question(number, *pair)]
    return found


def wrong_in_question(number, question, cell):
    """List what is wrong with one question and the cell after it."""
    parts = QUESTION.fullmatch(text(question).strip())
    if not parts or int(parts["number"]) != number:
        return ["it is not written as the others are"]
    choices, items = CHOICE.findall(parts["asked"]), EXPLANATION.findall(parts["answers"])
    labels = [label for label, _ in items]
    right = [label for label, verdict in items if verdict == "Right"]
    return [
        *wrong_choices(choices, labels),
        *([] if len(items) == bullets(parts["answers"]) else ["an explanation has no verdict"]),
        *([] if "](https://" in parts["answers"] else ["no explanation cites a thread"]),
        *(wrong_key(right, cell) if answers(cell) else ["no cell with the tag answer follows"]),
    ]


def wrong_choices(choices, labels):
    """Compare the choices, none where a number is typed, with those that are explained."""
    if not choices:
        return [] if all(label.isdigit() for label in labels) else ["a letter without a choice"]
    found = [] if choices == list("ABCD"[: len(choices)]) else [f"the choices are {choices}"]
    found += [] if 3 <= len(choices) <= 4 else [f"{len(choices)} choices"]
    return found + ([] if labels == choices else [f"explained are {labels} of {choices}"])


def wrong_key(right, cell):
    """Compare what is said to be right with what the cell has computed and stored."""
    key = "".join("".join(output.get("text", "")) for output in cell["outputs"]).strip()
    found = [] if right == [key] else [f"the cell says {key!r}, the text {' and '.join(right)!r}"]
    calls = [node for node in ast.walk(ast.parse(text(cell))) if isinstance(node, ast.Call)]
    if any(isinstance(argument, ast.Constant) for c in calls if is_print(c) for argument in c.args):
        found.append("the cell prints a constant instead of computing the key")
    if cell["metadata"].get("jupyter") != COLLAPSED:
        found.append(f'the metadata of the cell need "jupyter": {json.dumps(COLLAPSED)}')
    return found


def text(cell):
    """Return the text of a cell, which the file may hold as lines."""
    return "".join(cell.get("source", ""))


def asks(cell):
    """Tell whether a cell is a question."""
    return cell["cell_type"] == "markdown" and OPENING in text(cell)


def asked(question):
    """Return a question without its answer."""
    return text(question).split("<details>")[0]


def answers(cell):
    """Tell whether a cell computes the key of a question."""
    return "answer" in cell.get("metadata", {}).get("tags", [])


def bullets(block):
    """Count the items of a list."""
    return len(re.findall(r"^- ", block, re.MULTILINE))


def is_print(call):
    """Tell whether a call prints."""
    return isinstance(call.func, ast.Name) and call.func.id == "print"


# --- the page ----------------------------------------------------------------


def check_key(app, doctree):
    """Warn, and so fail the build, where the questions of a chapter break a rule."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix == ".ipynb":
        for wrong in complaints(json.loads(source.read_text(encoding="utf-8"))):
            logger.warning("quick questions: %s", wrong, location=app.env.docname, type="questions")


def fold_answers(app, doctree):
    """Fold each cell with a key, and move it into the folded answer before it."""
    for cell in list(doctree.findall(nodes.container)):
        if "tag_answer" not in cell["classes"]:
            continue
        cell.update_all_atts({"hide_mode": "all", "prompt_show": PROMPT, "prompt_hide": PROMPT})
        section, place = cell.parent, cell.parent.index(cell)
        ends = [i for i in range(place) if section[i].astext().strip() == "</details>"]
        if ends:
            section.remove(cell)
            section.insert(ends[-1], cell)


def add_script(app, pagename, templatename, context, doctree):
    """Load the script on pages with questions only."""
    if doctree and any(OPENING in node.astext() for node in doctree.findall(nodes.raw)):
        app.add_js_file("questions.js")
