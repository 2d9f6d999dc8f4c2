"""Make exercise sheets out of a chapter: the same cells, in two editions, each a notebook.

A sheet holds the quick questions and the exercises of a chapter, after those cells of the
chapter that define what they use. The edition without solutions has nothing of them.
"""

import ast
import dis
import re
from itertools import takewhile
from types import CodeType

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

EDITIONS = {"exercises": "exercises", "solutions": "exercises with solutions"}
"""How the name of a file ends, and what it is called."""

BOTH, WITHOUT, WITH = {"exercises", "solutions"}, {"exercises"}, {"solutions"}
QUESTIONS, EXERCISES = "Quick questions", "Exercises"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
OPENING = """\
# {title}: {edition}

From the course *Convolutions, Worked Out*. Text: CC BY 4.0. Code: MIT.

Put this notebook into the folder `chapters` of the course, type `make lab`, and open it there.
The first cells are copied from the chapter. Run them before you begin."""

EXERCISE = re.compile(
    r"^```\{exercise(?:-start)?\} (?P<title>.*)\n:label:.*\n(?P<text>(?:(?!```).*\n)*)```$", re.M
)
EXERCISE_END = re.compile(r"^```\{exercise-end\}\n```$", re.M)
SOLUTION = re.compile(r"^```\{solution-(?:start|end)\}.*\n(?:(?!```).*\n)*```$", re.M)
FOLDED = re.compile(r"<details><summary>Answer</summary>(.*?)</details>", re.S)
EQUATION = re.compile(r"(?:equation )?\{eq\}`([^`]+)`")
ON_THE_SITE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")


def sheet(chapter, edition):
    """Return a sheet of a chapter, a notebook; or None if the chapter has no exercises."""
    found = sections(chapter)
    if EXERCISES not in found:
        return None
    cells = [*questions(found.get(QUESTIONS, [])), *exercises(found[EXERCISES])]
    setup = needed(code_before_exercises(found), [cell for cell, _ in cells])
    title = re.match("# (.+)", chapter.cells[0].source)[1]
    opening = new_markdown_cell(OPENING.format(title=title, edition=EDITIONS[edition]))
    places = equation_places(found)
    own = [standing_alone(cell, places) for cell, editions in cells if edition in editions]
    notebook = new_notebook(metadata=METADATA, cells=[opening, *setup, *own])
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # by itself nbformat draws one at random
    return notebook


# The text ------------------------------------------------------------------------------


def sections(chapter):
    """Return the cells of a chapter by the section in which they stand."""
    found = {"": []}
    here = ""
    for cell in chapter.cells:
        if cell.cell_type == "code":
            found[here].append(cell)
            continue
        text, *rest = re.split(r"^## (.+?)\s*$", cell.source, flags=re.M)
        found[here] += markdown(text)
        for here, text in zip(rest[::2], rest[1::2], strict=True):
            found[here] = markdown(text)
    return found


def markdown(text):
    """Return a list with a Markdown cell, or without, if there is no text."""
    return [new_markdown_cell(text.strip())] if text.strip() else []


def questions(cells):
    """Yield the cells of the quick questions, each with the editions that it belongs to."""
    for cell in [*markdown(f"## {QUESTIONS}" if cells else ""), *cells]:
        if cell.cell_type == "code":
            yield cell, WITH
            continue
        text = re.sub("</?conv-question>", "", cell.source)
        question, *answer = FOLDED.split(text)
        yield from ((cell, BOTH) for cell in markdown(question))
        yield from ((cell, WITH) for text in answer for cell in markdown(text))


def exercises(cells):
    """Yield the cells of the exercises, each with the editions that it belongs to."""
    editions = BOTH
    yield new_markdown_cell(f"## {EXERCISES}"), BOTH
    for cell in cells:
        if cell.cell_type == "code":
            yield cell, editions
            continue
        text = EXERCISE_END.sub("", EXERCISE.sub(r"### \g<title>\n\g<text>", cell.source))
        for number, piece in enumerate(SOLUTION.split(text)):
            if number:  # a gate was passed: into the solution, or out of it
                editions = WITH if editions == BOTH else BOTH
                if editions == WITH:
                    yield new_code_cell("# Your answer:"), WITHOUT
                    yield new_markdown_cell("**Solution**"), WITH
            yield from ((cell, editions) for cell in markdown(piece))


def equation_places(found):
    """Return for the label of each equation the title of its section."""
    places = {}
    for title, cells in found.items():
        for cell in cells:
            places |= dict.fromkeys(re.findall(r"^\$\$ \(([\w-]+)\)", cell.source, re.M), title)
    return places


def standing_alone(cell, places):
    """Return a copy of a cell, without outputs, in which nothing refers to the site."""
    if cell.cell_type == "code":
        return new_code_cell(cell.source)
    text = EQUATION.sub(lambda match: f"the equation in *{places[match[1]]}*", cell.source)
    return new_markdown_cell(ON_THE_SITE.sub(r"\1", text))


# The code ------------------------------------------------------------------------------


def code_before_exercises(found):
    """Return the code cells that a reader has run on arriving at the exercises."""
    before = takewhile(lambda title: title not in (QUESTIONS, EXERCISES), found)
    return [cell for title in before for cell in found[title] if cell.cell_type == "code"]


def needed(before, cells):
    """Return copies of the cells that define, or change, what other cells use; imports first.

    Going back from the exercises, a cell is needed if it stores a name that is wanted.
    """
    wanted = set()
    for cell in reversed(cells):
        wanted = wanted_before(cell, wanted)
    imports, *rest = before
    setup = []
    for cell in reversed(rest):
        if (stored(cell) | changed(cell)) & wanted:
            wanted = wanted_before(cell, wanted)
            setup.insert(0, new_code_cell(cell.source))
    return [new_code_cell(imports_of(imports, wanted)), *setup]


def wanted_before(cell, wanted):
    """Return the names that must exist before a cell, if `wanted` must exist after it."""
    if cell.cell_type != "code":
        return wanted
    return (wanted - stored(cell)) | loaded(cell)


def compiled(cell):
    """Return the code object of a cell, and those of the functions in it."""
    codes = [compile(cell.source, "cell", "exec")]
    for code in codes:  # which grows meanwhile
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return codes


def stored(cell):
    """Return the names that a cell defines."""
    steps = dis.get_instructions(compiled(cell)[0])
    return {step.argval for step in steps if step.opname == "STORE_NAME"}


def loaded(cell):
    """Return the names that a cell reads and does not define before."""
    own, *inner = compiled(cell)
    defined, found = set(), set()
    for step in dis.get_instructions(own):
        if step.opname == "STORE_NAME":
            defined.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in defined:
            found.add(step.argval)
    for step in (step for code in inner for step in dis.get_instructions(code)):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in defined:
            found.add(step.argval)
    return found


def changed(cell):
    """Return the names whose contents a cell changes, as in `x[0] = 1` and `x.append(1)`."""
    tree = ast.parse(cell.source)
    found = set()
    for node in ast.walk(tree):
        is_part = isinstance(node, ast.Subscript | ast.Attribute)
        if is_part and isinstance(node.ctx, ast.Store):
            found.add(root(node))
    return found


def root(node):
    """Return the name that an expression such as `x.data[0]` begins with."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def imports_of(cell, wanted):
    """Return the imports of a cell, those alone that bind a name that is wanted."""
    kept = []
    for statement in ast.parse(cell.source).body:
        bound = [a for a in statement.names if (a.asname or a.name.split(".")[0]) in wanted]
        if bound:
            statement.names = bound
            kept.append(ast.unparse(statement))
    return "\n".join(kept)
