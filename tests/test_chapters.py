"""The rules that every chapter keeps and that running its cells does not check.

Each rule is a function from a notebook (as a dict) to a list of complaints.
"""

import ast
import base64
import copy
import re
from decimal import Decimal
from itertools import pairwise
from statistics import median

import pytest
import yaml
from notebooks import ROOT, chapters, output_text, source, tags

from tools import refresh

CHAPTERS = chapters()
HEADINGS = [
    "The question",
    "The picture",
    "Definition",
    "By hand",
    "In convlib",
    "Matrix and gradient",
    "Costs",
    "Cross-check",
    "Where it is used",
    "Quick questions",
    "Exercises",
    "Sources and errata",
]
OPENING, CLOSING = HEADINGS[:2], HEADINGS[-2:]  # what chapters of other parts share with these
TAGS = {"answer", "remove-cell", "hide-input", "nbval-ignore-output"}
LINES_PER_CELL = 10
MEDIAN_LINES = 5
EXERCISES = 5
COMPARISONS = {"allclose", "isclose", "array_equal", "array_equiv", "equal"}
EXPLAINED = r"(?m)^- \*\*\d+\.\*\* (?=Right\.|No\.)"  # an answer to a quick question, often wrong
NUMBER = r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
ALONE = rf"(?<![\w.×−-]){NUMBER}(?!\w|[.,]\d|×|-[A-Za-z])"  # not in W20, 3x3, 2-D or ResNet-50


def code_cells(notebook):
    """Return the code cells in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook):
    """Return the Markdown cells without their fenced blocks of code."""
    texts = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return [re.sub(r"^```\w.*?^```", "", text, flags=re.M | re.S) for text in texts]


def sections(notebook):
    """Return the titles of the sections, in order."""
    return re.findall(r"^## (.+?)\s*$", "\n".join(prose(notebook)), re.M)


def tree(cell):
    """Parse a code cell; IPython's own lines are not Python, so they parse as nothing."""
    try:
        return ast.parse(source(cell))
    except SyntaxError:
        return ast.parse("")


def code_lines(cell):
    """Return the lines of a code cell that are neither blank nor comment."""
    lines = [line.strip() for line in source(cell).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def outputs(notebook):
    """Return every stored output."""
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


def name(cell):
    """Name a code cell in a complaint."""
    return f"[{cell['execution_count']}] {source(cell).splitlines()[:1]}"


# --- the rules ---------------------------------------------------------------


def headings_in_order(notebook):
    """One title; then the sections of an operator, or at least the same first and last two."""
    titles = re.findall(r"^# .+", "\n".join(prose(notebook)), re.M)
    wrong_title = [] if len(titles) == 1 else [f"{len(titles)} titles"]
    found = sections(notebook)
    fits = (found[:2], found[-2:]) == (OPENING, CLOSING)
    return wrong_title + ([] if fits else [f"sections {found}"])


def imports_come_first(notebook):
    """The first code cell holds every import, and nothing else."""
    first, *others = code_cells(notebook)
    is_import = ast.Import | ast.ImportFrom
    wrong = [] if all(isinstance(s, is_import) for s in tree(first).body) else [name(first)]
    return wrong + [
        name(cell) for cell in others if any(isinstance(n, is_import) for n in ast.walk(tree(cell)))
    ]


def cells_are_short(notebook):
    """A cell, and so any function in it, has at most ten lines of code."""
    cells = code_cells(notebook)
    lengths = [len(code_lines(cell)) for cell in cells]
    middle = median(lengths)
    too_long = [
        f"{name(cell)} has {n} lines"
        for cell, n in zip(cells, lengths, strict=True)
        if n > LINES_PER_CELL
    ]
    return too_long + ([f"the median is {middle} lines"] if middle > MEDIAN_LINES else [])


def no_empty_cells(notebook):
    """Every cell says something."""
    cells = enumerate(notebook["cells"])
    return [f"cell {i} is empty" for i, cell in cells if not source(cell).strip()]


def text_between_code(notebook):
    """What a reader sees of two cells of code has text in between."""
    shown = [cell for cell in notebook["cells"] if "remove-cell" not in tags(cell)]
    return [name(b) for a, b in pairwise(shown) if a["cell_type"] == b["cell_type"] == "code"]


def plain_python(notebook):
    """No line is for IPython or a shell, such as %pip and !ls."""
    wrong = []
    for cell in code_cells(notebook):
        try:
            ast.parse(source(cell))
        except SyntaxError as error:
            wrong.append(f"{name(cell)}: {error.text}")
    return wrong


def run_in_order(notebook):
    """The stored outputs come from one run from top to bottom."""
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"counts {counts}"]


def stored_by_refresh(notebook):
    """The metadata are those that every author and machine has in common, and the page's own."""
    shared = {key: value for key, value in notebook["metadata"].items() if key != "myst"}
    wrong = [] if shared == refresh.METADATA else [f"{shared}"]
    return wrong + [name(cell) for cell in code_cells(notebook) if "execution" in cell["metadata"]]


def no_errors_stored(notebook):
    """No traceback and no stderr is published."""
    wrong = [o for o in outputs(notebook) if o["output_type"] == "error"]
    wrong += [o for o in outputs(notebook) if o.get("name") == "stderr"]
    return [str(output)[:100] for output in wrong]


def nothing_of_this_machine_stored(notebook):
    """No output holds an address or a path, which are different elsewhere."""
    found = [
        re.search(r"0x[0-9a-f]{6,}|/(home|root|tmp|Users)/\S+", output_text(output))
        for output in outputs(notebook)
    ]
    return [match.group() for match in found if match]


def is_sentence(text):
    """Tell whether a text could be read out in place of a figure."""
    return len(text) >= 30 and text[0].isupper() and text.endswith(".") and text.count(" ") >= 4


def figures_have_png_and_alt(notebook):
    """A figure is stored as PNG, and described in a sentence."""
    wrong = []
    for cell in code_cells(notebook):
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt")
        data = [output.get("data", {}) for output in cell["outputs"]]
        pngs = [base64.b64decode("".join(d["image/png"])) for d in data if "image/png" in d]
        named = [d for d in data if re.match(r"<Figure|<IPython.*Image", output_text({"data": d}))]
        if any("image/svg+xml" in d for d in data):
            wrong.append(f"{name(cell)} stores an SVG")
        if len(pngs) < len(named) or not all(png.startswith(b"\x89PNG") for png in pngs):
            wrong.append(f"{name(cell)} has lost its PNG")
        if pngs and not is_sentence(alt or ""):
            wrong.append(f"{name(cell)} has alt text {alt!r}")
        if alt and not pngs:
            wrong.append(f"{name(cell)} has alt text and no figure")
    return wrong


def values(numbers):
    """Return what numbers are worth; 1,000 and 1000.0 are one value."""
    return {Decimal(number.replace(",", "").replace("−", "-")) for number in numbers}


def bold_numbers_are_computed(notebook):
    """Every bold number in the text stands in a stored output of the chapter."""
    texts = [re.sub(EXPLAINED, "", text) for text in prose(notebook)]
    bold = [span for text in texts for span in re.findall(r"\*\*(.+?)\*\*", text)]
    said = [number for span in bold for number in re.findall(ALONE, span)]
    text = "\n".join(output_text(output) for output in outputs(notebook))
    shown = values(re.findall(NUMBER, text))
    return [number for number in said if not values([number]) <= shown]


def exercise_marks(notebook):
    """Return the gates of exercises and solutions as (kind, label, whether folded)."""
    mark = re.compile(r"^[`:]{3,}\{((?:exercise|solution)[a-z-]*)\}(.*)$")
    marks = []
    for cell in notebook["cells"]:
        lines = source(cell).splitlines() if cell["cell_type"] == "markdown" else []
        for number, line in enumerate(lines):
            if found := mark.match(line):
                block = "\n".join(lines[number + 1 :]).split("```")[0].split(":::")[0]
                label = re.search(r"^:label: *(\S+)", block, re.M)
                label = label.group(1) if label else found.group(2).strip()
                folded = bool(re.search(r"^:class:.*\bdropdown\b", block, re.M))
                marks.append((found.group(1), label, folded))
    return marks


def exercises_have_solutions(notebook):
    """Each exercise is followed by its own folded solution, and there are enough of them.

    A solution is gated, because it has cells of code; an exercise without any need not be.
    """
    marks = [mark for mark in exercise_marks(notebook) if mark[0] != "exercise-end"]
    kinds = [kind.removesuffix("-start") for kind, _, _ in marks]
    if kinds != ["exercise", "solution", "solution-end"] * (len(kinds) // 3):
        return [f"the gates come as {kinds}"]
    wrong = []
    for start, solution in zip(marks[::3], marks[1::3], strict=True):
        if not start[1].startswith("ex-"):
            wrong.append(f"{start[1]!r} is no label of the form ex-name")
        if solution[1] != start[1]:
            wrong.append(f"the solution after {start[1]} is for {solution[1]}")
        if not solution[2]:
            wrong.append(f"the solution of {start[1]} is not a dropdown")
    labels = {label for _, label, _ in marks[::3]}
    if len(labels) < max(EXERCISES, len(marks) // 3):
        wrong.append(f"{len(marks) // 3} exercises with {len(labels)} labels")
    return wrong


def tags_are_known(notebook):
    """A tag is an option of the book or an id of the ledger."""
    ids = re.findall(r"^([WEC]\d\d),", (ROOT / "chapters/ledger.csv").read_text(), re.M)
    used = {tag for cell in notebook["cells"] for tag in tags(cell)}
    return sorted(used - TAGS - set(ids))


def no_dropped_comparison(notebook):
    """A comparison that stands alone as a statement tests nothing."""
    nodes = [node for cell in code_cells(notebook) for node in ast.walk(tree(cell))]
    alone = [n.value for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    return [
        ast.unparse(call) for call in alone if ast.unparse(call.func).split(".")[-1] in COMPARISONS
    ]


def code_stands_in_cells(notebook):
    """Python in the text is never run, so it stands in a cell instead."""
    texts = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return [line for text in texts for line in re.findall(r"^\s*[`~]{3,} *\{?py.*", text, re.M)]


RULES = [
    headings_in_order,
    imports_come_first,
    cells_are_short,
    no_empty_cells,
    text_between_code,
    plain_python,
    run_in_order,
    stored_by_refresh,
    no_errors_stored,
    nothing_of_this_machine_stored,
    figures_have_png_and_alt,
    bold_numbers_are_computed,
    exercises_have_solutions,
    tags_are_known,
    no_dropped_comparison,
    code_stands_in_cells,
]
FOR_LEARNING = [headings_in_order, exercises_have_solutions]  # reference pages need neither


def repeated_definitions(notebooks):
    """Return the functions and classes that more than one chapter defines."""
    kinds = ast.FunctionDef | ast.ClassDef
    homes = {}
    for chapter, notebook in notebooks.items():
        nodes = [node for cell in code_cells(notebook) for node in tree(cell).body]
        for node in nodes:
            if isinstance(node, kinds):
                homes.setdefault(node.name, set()).add(chapter)
    return {definition: where for definition, where in homes.items() if len(where) > 1}


def chapters_in_toc(toc):
    """Return every chapter that a table of contents names, at any depth, in order."""
    if isinstance(toc, list):
        return [file for entry in toc for file in chapters_in_toc(entry)]
    if not isinstance(toc, dict):
        return []
    own = [toc["file"]] if str(toc.get("file", "")).startswith("chapters/") else []
    return own + [file for value in toc.values() for file in chapters_in_toc(value)]


def part(caption, toc=None):
    """Return the names of the chapters in one part of the course."""
    toc = toc or yaml.safe_load((ROOT / "_toc.yml").read_text())
    parts = [entry for entry in toc["parts"] if entry["caption"] == caption]
    return [file.removeprefix("chapters/") for file in chapters_in_toc(parts)]


# --- the chapters keep them --------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_keeps_the_rule(chapter, rule):
    if chapter in part("Reference") and rule in FOR_LEARNING:
        pytest.skip("a page to look things up in")
    assert rule(CHAPTERS[chapter]) == []


def test_operator_chapters_have_the_same_sections():
    assert part("Operators")
    assert [name for name in part("Operators") if sections(CHAPTERS[name]) != HEADINGS] == []


def test_no_definition_appears_in_two_chapters():
    assert repeated_definitions(CHAPTERS) == {}


def test_toc_lists_exactly_the_chapters():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    assert CHAPTERS
    assert sorted(chapters_in_toc(toc)) == [f"chapters/{chapter}" for chapter in CHAPTERS]


def test_the_landing_page_links_every_chapter():
    text = (ROOT / "intro.md").read_text(encoding="utf-8")
    assert [name for name in CHAPTERS if f"](chapters/{name})" not in text] == []


# --- and each of them can fail -----------------------------------------------


def markdown(text):
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(text, count, *cell_outputs, **metadata):
    """Return a code cell that has been run."""
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": metadata,
        "outputs": list(cell_outputs),
        "source": text,
    }


def stream(text, stream_name="stdout"):
    """Return what a cell printed."""
    return {"output_type": "stream", "name": stream_name, "text": text}


def figure():
    """Return the output of a plotting cell."""
    png = base64.b64encode(b"\x89PNG and so on").decode()
    data = {"image/png": png, "text/plain": "<Figure size 600x300 with 1 Axes>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def exercise(label):
    """Return an exercise and its solution."""
    return "\n".join(
        [
            f"```{{exercise-start}} A title\n:label: {label}\n```\nWhy?\n```{{exercise-end}}\n```",
            f"```{{solution-start}} {label}\n:class: dropdown\n```\nSo.\n```{{solution-end}}\n```",
        ]
    )


def good_notebook():
    """Return the smallest chapter that keeps every rule."""
    sections = [markdown(f"## {heading}\n\nWords.") for heading in HEADINGS]
    alt = "The window covers nine pixels of the input."
    sections[1]["source"] += "\n\n**1,972 windows** of **3x3**: **ResNet-50 has −3**."
    sections[10]["source"] += "\n" + "\n".join(exercise(f"ex-{i}") for i in range(EXERCISES))
    return {
        "cells": [
            markdown("# A chapter"),
            code("import numpy as np", 1),
            *sections[:2],
            code("draw(np.ones(3))", 2, figure(), mystnb={"image": {"alt": alt}}),
            *sections[2:],
            code(
                "# Say it.\nassert_allclose(1, 1)\nprint(1972, -3)",
                3,
                stream("1972 -3\n"),
                tags=["hide-input"],
            ),
        ],
        "metadata": copy.deepcopy(refresh.METADATA) | {"myst": {}},
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_chapter_passes(rule):
    assert rule(good_notebook()) == []


def edit(index, old, new):
    """Return a change of the text of one cell that must change something."""

    def change(notebook):
        cell = notebook["cells"][index]
        assert old in cell["source"]
        cell["source"] = cell["source"].replace(old, new)

    return change


def append(*cells):
    """Return a change that adds cells at the end."""
    return lambda notebook: notebook["cells"].extend(cells)


def put(value, *keys):
    """Return a change that sets one place in the notebook."""

    def change(notebook):
        *path, last = keys
        for key in path:
            notebook = notebook[key]
        notebook[last] = value

    return change


IMPORTS, FIGURE, EXERCISE, PRINT = 1, 4, 13, -1
WITHOUT_PNG = {"text/plain": "<Figure size 600x300 with 1 Axes>"}
ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
SVG = {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>"}}

BROKEN = [
    (headings_in_order, edit(2, "The question", "A question")),
    (headings_in_order, edit(0, "# A", "A")),
    (headings_in_order, append(markdown("## More"))),
    (imports_come_first, edit(IMPORTS, "np", "np\nnp.ones(3)")),
    (imports_come_first, edit(PRINT, "print", "import os\nprint")),
    (imports_come_first, edit(PRINT, "print", "def f():\n    from os import path\nprint")),
    (cells_are_short, edit(PRINT, "print", "x = 1\n" * LINES_PER_CELL + "print")),
    (cells_are_short, append(*[code("x = 1\n" * (MEDIAN_LINES + 1), i) for i in range(4, 8)])),
    (no_empty_cells, append(markdown(" \n"))),
    (text_between_code, append(code("x = 1", 4))),
    (text_between_code, append(code("assert 1", 4, tags=["remove-cell"]), code("x = 1", 5))),
    (plain_python, edit(PRINT, "print", "%matplotlib inline\nprint")),
    (plain_python, edit(PRINT, "print", "files = !ls\nprint")),
    (run_in_order, put(4, "cells", PRINT, "execution_count")),
    (run_in_order, put(None, "cells", PRINT, "execution_count")),
    (stored_by_refresh, put("3.11.7", "metadata", "language_info", "version")),
    (stored_by_refresh, put({"a": "time"}, "cells", PRINT, "metadata", "execution")),
    (no_errors_stored, put([ERROR], "cells", PRINT, "outputs")),
    (no_errors_stored, put([stream("hm", "stderr")], "cells", IMPORTS, "outputs")),
    (nothing_of_this_machine_stored, put([stream("at 0x7f00aa00")], "cells", IMPORTS, "outputs")),
    (nothing_of_this_machine_stored, put([stream("in /home/me/x")], "cells", IMPORTS, "outputs")),
    (figures_have_png_and_alt, put(WITHOUT_PNG, "cells", FIGURE, "outputs", 0, "data")),
    (figures_have_png_and_alt, put([], "cells", FIGURE, "outputs")),
    (figures_have_png_and_alt, put("aGk=", "cells", FIGURE, "outputs", 0, "data", "image/png")),
    (figures_have_png_and_alt, put({}, "cells", FIGURE, "metadata")),
    (
        figures_have_png_and_alt,
        put(
            "window_over_the_input_image_3x3.png",
            "cells",
            FIGURE,
            "metadata",
            "mystnb",
            "image",
            "alt",
        ),
    ),
    (figures_have_png_and_alt, put([SVG], "cells", IMPORTS, "outputs")),
    (bold_numbers_are_computed, edit(3, "1,972", "1,973")),
    (bold_numbers_are_computed, edit(3, "−3", "3")),
    (bold_numbers_are_computed, edit(3, "−3", "1.5")),
    (bold_numbers_are_computed, append(markdown("That is **97 %** of them."))),
    (exercises_have_solutions, edit(EXERCISE, "{solution-end}", "{solution}")),
    (exercises_have_solutions, edit(EXERCISE, "label: ex-0", "label: ex-1")),
    (exercises_have_solutions, edit(EXERCISE, "ex-0", "task-0")),
    (exercises_have_solutions, edit(EXERCISE, "ex-0", "ex-1")),
    (exercises_have_solutions, edit(EXERCISE, "{solution-start} ex-3", "{solution-start} ex-9")),
    (exercises_have_solutions, edit(EXERCISE, ":class: dropdown", "")),
    (exercises_have_solutions, edit(EXERCISE, exercise("ex-4"), "")),
    (tags_are_known, put(["remove-cel"], "cells", PRINT, "metadata", "tags")),
    (tags_are_known, put(["W00"], "cells", PRINT, "metadata", "tags")),
    (no_dropped_comparison, edit(PRINT, "print", "np.allclose(1, 2)\nprint")),
    (no_dropped_comparison, edit(PRINT, "print", "torch.equal(1, 2)\nprint")),
    (code_stands_in_cells, append(markdown("So:\n```python\nprint(1)\n```"))),
]


@pytest.mark.parametrize(
    ("rule", "change"), BROKEN, ids=[f"{rule.__name__}-{i}" for i, (rule, _) in enumerate(BROKEN)]
)
def test_a_broken_chapter_fails(rule, change):
    notebook = good_notebook()
    change(notebook)
    assert rule(notebook) != []


def test_every_rule_is_seen_to_fail():
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_a_repeated_definition_is_found():
    one, two = good_notebook(), good_notebook()
    for notebook in (one, two):
        append(code("def window():\n    return 1", 4))(notebook)
    assert repeated_definitions({"one": one, "two": two}) == {"window": {"one", "two"}}


def test_chapters_are_those_of_their_part():
    parts = [("Operators", ["chapters/a", "chapters/b"]), ("Networks", ["chapters/c"])]
    parts = [
        {"caption": caption, "chapters": [{"file": file} for file in files]}
        for caption, files in parts
    ]
    assert part("Operators", {"root": "intro", "parts": parts}) == ["a", "b"]


def test_sections_are_read_in_order():
    notebook = {"cells": [markdown("# A\n\n## One\n\nWords."), markdown("## Two \n### Deep")]}
    assert sections(notebook) == ["One", "Two"]


def test_toc_is_read_at_every_depth():
    parts = [{"caption": "A", "chapters": [{"file": "chapters/a"}, {"file": "about"}]}]
    deep = {"file": "chapters/b", "sections": [{"file": "chapters/c"}]}
    toc = {"root": "intro", "parts": [*parts, {"chapters": [deep]}]}
    assert chapters_in_toc(toc) == ["chapters/a", "chapters/b", "chapters/c"]
