"""The quick questions: their rules, each broken once; a small build; every page answered."""

import copy
import subprocess
import sys

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import SITE
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebooks import ROOT, chapters
from playwright.sync_api import expect
from test_chapters import part
from test_pages import LOOKS, NARROWEST, opened

from _ext import questions
from tools import refresh

CHAPTERS = chapters()
OPERATORS = part("Operators")
FINGER = 44  # CSS pixels that a finger needs
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


# The rules ----------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_key_and_cell_agree(chapter):
    assert questions.complaints(CHAPTERS[chapter]) == []


CHOOSE = """<conv-question>

**Question {}.** One and one?

- **A.** One
- **B.** Two
- **C.** Three

<details><summary>Answer</summary>

- **A.** No. [Somebody](https://example.org/1) thought so.
- **B.** Right. Count.
- **C.** No. Count again.

</details>

</conv-question>"""

TYPE = """<conv-question>

**Question {}.** Two and two?

<details><summary>Answer</summary>

- **4.** Right. Count.
- **22.** No. [Somebody](https://example.org/2) thought so.

</details>

</conv-question>"""


def good_notebook():
    """Return a notebook with four questions to choose and one to type a number."""
    cells = [new_markdown_cell("# A chapter\n\n## Quick questions\n\nTry them.")]
    for number, (template, key) in enumerate([(CHOOSE, "B")] * 4 + [(TYPE, "4")], start=1):
        cell = new_code_cell("print(compute())", execution_count=number)
        cell.outputs = [new_output("stream", text=f"{key}\n")]
        cell.metadata = {"tags": ["answer"], "jupyter": dict(questions.COLLAPSED)}
        cells += [new_markdown_cell(template.format(number)), cell]
    cells.append(new_markdown_cell("## Exercises"))
    return new_notebook(cells=cells, metadata=refresh.METADATA)


def test_good_questions_pass():
    assert questions.complaints(good_notebook()) == []
    assert questions.complaints(new_notebook(cells=[new_markdown_cell("# No questions")])) == []


FIRST, KEY, LAST, LAST_KEY = 1, 2, 9, 10


def edit(index, old, new):
    """Return a change of the text of one cell that must change something."""

    def change(notebook):
        assert old in notebook.cells[index].source
        notebook.cells[index].source = notebook.cells[index].source.replace(old, new)

    return change


def say(index, text):
    """Return a change of what a cell has printed."""

    def change(notebook):
        notebook.cells[index].outputs[0].text = text

    return change


def drop(*indices):
    """Return a change that takes cells away."""

    def change(notebook):
        notebook.cells = [c for i, c in enumerate(notebook.cells) if i not in indices]

    return change


def untag(notebook):
    """Take the tag from the cell of the first question."""
    notebook.cells[KEY].metadata["tags"] = []


def uncollapse(notebook):
    """Let JupyterLab show the key."""
    del notebook.cells[KEY].metadata["jupyter"]


BROKEN = {
    "the cell finds another choice": (say(KEY, "C\n"), "the cell says 'C', the text 'B'"),
    "the cell finds two choices": (say(KEY, "B C\n"), "the cell says 'B C'"),
    "the cell finds none": (say(KEY, "\n"), "the cell says ''"),
    "the cell finds another number": (say(LAST_KEY, "5\n"), "the cell says '5', the text '4'"),
    "another choice is marked": (
        edit(FIRST, "**A.** No.", "**A.** Right."),
        "the cell says 'B', the text 'A and B'",
    ),
    "no choice is marked": (edit(FIRST, "Right.", "No."), "the cell says 'B', the text ''"),
    "a constant is printed": (edit(KEY, "compute()", "'B'"), "prints a constant"),
    "a choice is not explained": (
        edit(FIRST, "- **C.** No. Count again.\n", ""),
        "explained are ['A', 'B'] of ['A', 'B', 'C']",
    ),
    "an explanation has no verdict": (edit(FIRST, "No. Count", "Count"), "has no verdict"),
    "a letter is skipped": (edit(FIRST, "**C.**", "**D.**"), "the choices are ['A', 'B', 'D']"),
    "two choices": (edit(FIRST, "- **C.** Three\n", ""), "2 choices"),
    "a letter where a number is typed": (edit(LAST, "**22.**", "**A.**"), "without a choice"),
    "no thread": (edit(FIRST, "(https://example.org/1)", "(x)"), "no explanation cites a thread"),
    "numbered wrongly": (edit(FIRST, "Question 1", "Question 2"), "question 1: it is not written"),
    "not closed": (edit(FIRST, "</details>", "<details>"), "question 1: it is not written"),
    "no tag": (untag, "no cell with the tag answer follows"),
    "not collapsed": (uncollapse, "the metadata of the cell need"),
    "four questions": (drop(LAST, LAST_KEY), "4 questions, not 5"),
    "nothing to type": (drop(LAST, LAST_KEY), "one to type a number"),
    "no question at all": (drop(*range(1, 11)), "0 questions, not 5"),
    "a cell too many": (drop(LAST), "as many cells with the tag answer as questions"),
}


@pytest.mark.parametrize(("change", "wanted"), BROKEN.values(), ids=BROKEN)
def test_a_broken_question_is_found(change, wanted):
    notebook = copy.deepcopy(good_notebook())
    change(notebook)
    assert any(wanted in wrong for wrong in questions.complaints(notebook))


# The build ----------------------------------------------------------------------------

CONF = f"""
import sys

sys.path.append({str(ROOT / "_ext")!r})
extensions = ["myst_nb", "questions"]
nb_execution_mode = "off"
"""


def build(folder, notebook):
    """Build a book of two pages, one with questions; return how Sphinx ended, and both pages."""
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text("# A book\n\n```{toctree}\nchapter\n```\n")
    nbformat.write(notebook, folder / "chapter.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", ".", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done, *((folder / "out" / name).read_text() for name in ("chapter.html", "index.html"))


def test_the_build_folds_the_cells_and_adds_the_script(tmp_path):
    done, chapter, index = build(tmp_path, good_notebook())
    assert (done.returncode, done.stderr) == (0, "")
    inside = [block.split("</conv-question>")[0] for block in chapter.split("<conv-question>")[1:]]
    assert [block.count("tag_answer") for block in inside] == [1] * questions.HOW_MANY
    assert all(block.index(questions.PROMPT) < block.index("compute") for block in inside)
    assert "questions.js" in chapter
    assert "questions.js" not in index


def test_the_build_fails_when_key_and_cell_disagree(tmp_path):
    notebook = good_notebook()
    say(KEY, "C\n")(notebook)
    done, *_ = build(tmp_path, notebook)
    assert done.returncode == 1
    assert "question 1: the cell says 'C', the text 'B'" in done.stderr


# The pages ----------------------------------------------------------------------------


def keys(chapter):
    """Return what the cells of a chapter have found."""
    cells = [cell for cell in CHAPTERS[chapter]["cells"] if questions.answers(cell)]
    return ["".join(cell["outputs"][0]["text"]).strip() for cell in cells]


def explanations(question):
    """Return what the page says about each answer, as the folded list has it."""
    items = question.locator("details > ul > li").all_text_contents()
    return dict(" ".join(item.split()).split(". ", 1) for item in items)


def answer(question, label, act):
    """Choose or type an answer; `act` presses a button or a field."""
    if question.locator(".choices").count():
        button = question.locator(".choices button", has_text=label).filter(
            has=question.page.locator(f"strong:text-is('{label}.')")
        )
        act(button, "Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
    else:
        question.locator("input").fill(label)
        act(question.locator("input"), "Enter")


def by_keyboard(target, key):
    """Press a key on an element."""
    target.focus()
    target.page.keyboard.press(key)


def by_touch(target, key):
    """Tap an element; after typing, the button beside the field."""
    field = target.evaluate("element => element.tagName === 'INPUT'")
    (target.locator("xpath=ancestor::form//button") if field else target).tap()


def answer_everything(tab, chapter, act):
    """Give every explained answer, the right one last, and want its explanation."""
    found = tab.locator("conv-question").all()
    assert len(found) == questions.HOW_MANY
    for solved, (question, key) in enumerate(zip(found, keys(chapter), strict=True)):
        known = explanations(question)
        assert known[key].startswith("Right. ")
        for label in sorted(known, key=key.__eq__):
            answer(question, label, act)
            verdict = question.locator(".verdict")
            expect(verdict).to_have_text(known[label])
            expect(verdict).to_have_attribute("data-verdict", "right" if label == key else "wrong")
            expect(tab.locator(".questions-count")).to_have_text(
                f"{solved + (label == key)} of {questions.HOW_MANY} right"
            )
    assert tab.errors == []


@pytest.mark.parametrize("chapter", OPERATORS)
def test_every_answer_is_explained(browser, address, chapter):
    with opened(browser, address, f"chapters/{chapter}.html") as tab:
        answer_everything(tab, chapter, by_keyboard)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_answered_questions_are_accessible(browser, address, width, theme):
    with opened(browser, address, "chapters/basics.html", width, theme) as tab:
        answer_everything(tab, "basics", by_keyboard)
        tab.locator("conv-question summary").first.click()
        found = Axe().run(tab, context="conv-question")
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("chapter", OPERATORS)
def test_answers_by_touch_on_the_smallest_phone(browser, address, chapter):
    page = f"chapters/{chapter}.html"
    with opened(browser, address, page, NARROWEST, has_touch=True) as tab:
        answer_everything(tab, chapter, by_touch)
        tab.locator("conv-question details").evaluate_all("all => all.forEach(e => e.open = true)")
        heights = tab.locator(
            "conv-question :is(button:not(.copybtn), input, summary)"
        ).evaluate_all("all => all.map(element => element.getBoundingClientRect().height)")
        assert min(heights) >= FINGER
        assert tab.evaluate("document.documentElement.scrollWidth") <= NARROWEST


@pytest.fixture
def page(browser, address):
    """Open a chapter with questions of both kinds."""
    with opened(browser, address, "chapters/basics.html") as tab:
        yield tab


def test_other_numbers_are_answered_too(page):
    question = page.locator("conv-question", has=page.locator("input")).first
    verdict = question.locator(".verdict")
    answer(question, "99999", by_keyboard)
    expect(verdict).to_contain_text("No. Count again")
    answer(question, "a lot", by_keyboard)
    expect(verdict).to_have_text("Type a whole number.")
    answer(question, f"0{keys('basics')[2]} ", by_keyboard)
    expect(verdict).to_contain_text("Right.")


def test_the_tab_key_goes_through_the_choices_to_the_answer(page):
    question = page.locator("conv-question").first
    question.locator("button").first.focus()
    for target in [
        *question.locator(".choices button").all()[1:],
        question.locator("summary").first,
    ]:
        page.keyboard.press("Tab")
        expect(target).to_be_focused()
    page.keyboard.press("Enter")
    expect(question.locator("details > ul")).to_be_visible()
    expect(question.locator(".tag_answer .cell_input")).not_to_be_visible()
    question.locator(".tag_answer summary").click()
    expect(question.locator(".tag_answer .cell_input")).to_be_visible()
    expect(question.locator(".tag_answer .cell_output")).to_be_visible()


def test_a_wrong_answer_after_the_right_one_keeps_the_count(page):
    question = page.locator("conv-question").first
    for label in (keys("basics")[0], "C"):
        answer(question, label, by_keyboard)
        expect(page.locator(".questions-count")).to_have_text("1 of 5 right")


def test_the_questions_can_be_read_without_scripts(browser, address):
    with opened(browser, address, "chapters/basics.html", java_script_enabled=False) as tab:
        question = tab.locator("conv-question").first
        expect(question.locator(":scope > ul > li").first).to_be_visible()
        expect(question.locator("details > ul")).not_to_be_visible()
        question.locator("summary").first.click()
        expect(question.locator("details > ul")).to_be_visible()


def test_only_pages_with_questions_load_the_script(address):
    pages = {path.stem for path in SITE.rglob("*.html") if "questions.js" in path.read_text()}
    assert pages == set(OPERATORS)
