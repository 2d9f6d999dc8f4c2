"""The teacher's pages: sheets that run, a map that is true, links that lead where they say."""

import builtins
import contextlib
import functools
import io
import re
import warnings
from html import unescape
from urllib.parse import urldefrag

import matplotlib
import nbformat
import pytest
import sheets
import teaching
from browsing import SITE
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebooks import ROOT
from playwright.sync_api import expect
from test_chapters import chapters_in_toc, part, yaml

CHAPTERS = teaching.chapters(ROOT)
WITH_EXERCISES = [name for name, chapter in CHAPTERS.items() if sheets.sheet(chapter, "solutions")]
NEEDS = {name: teaching.needs(chapter) for name, chapter in CHAPTERS.items()}
EXERCISE = r"^```\{exercise(?:-start)?\} (.+)"
LIGHT = 250_000  # bytes of the index of figures with the pictures that are seen first
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


# Exercise sheets, made from the chapters of the course ---------------------------------


def code(notebook):
    """Return the text of the code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def printed_by(notebook):
    """Run the code cells as one program; return what each of them prints."""
    scope, texts = {"get_ipython": lambda: None, "display": lambda *shown: None}, []
    for source in code(notebook):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            exec(compile(source, "sheet", "exec"), scope)
        texts.append(text.getvalue())
    return texts


def stored_in(chapter):
    """Return what each code cell of a chapter has printed."""
    cells = [cell for cell in chapter.cells if cell.cell_type == "code"]
    streams = [[out.text for out in cell.outputs if out.output_type == "stream"] for cell in cells]
    return {cell.source: "".join(texts) for cell, texts in zip(cells, streams, strict=True)}


@pytest.fixture
def like_a_kernel(monkeypatch):
    """Run in the folder of the chapters, draw nowhere, and let warnings pass."""
    monkeypatch.chdir(ROOT / "chapters")
    matplotlib.use("Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.usefixtures("like_a_kernel")
@pytest.mark.parametrize("chapter", WITH_EXERCISES)
def test_a_sheet_with_solutions_prints_what_the_chapter_prints(chapter):
    sheet = sheets.sheet(CHAPTERS[chapter], "solutions")
    nbformat.validate(sheet)
    stored = stored_in(CHAPTERS[chapter])
    first, *cells = zip(code(sheet), printed_by(sheet), strict=True)
    assert [source for source, text in cells if stored.get(source, "") != text] == []
    assert first[1] == ""


@pytest.mark.parametrize("chapter", WITH_EXERCISES)
def test_a_sheet_without_solutions_can_run(chapter):
    """Its cells are among those of the other, which has been run, and miss no name."""
    without, whole = (sheets.sheet(CHAPTERS[chapter], edition) for edition in sheets.EDITIONS)
    nbformat.validate(without)
    assert set(code(without)) - {"# Your answer:"} <= set(code(whole))
    cells = [cell for cell in without.cells if cell.cell_type == "code"]
    used, defined = (set().union(*map(kind, cells)) for kind in (sheets.loaded, sheets.stored))
    assert used - defined - set(dir(builtins)) - {"get_ipython"} == set()


def test_a_sheet_runs_in_jupyter():
    sheet = sheets.sheet(CHAPTERS["costs"], "solutions")
    NotebookClient(
        sheet, timeout=120, resources={"metadata": {"path": ROOT / "chapters"}}
    ).execute()
    assert [out for cell in sheet.cells for out in cell.get("outputs", []) if "ename" in out] == []


@pytest.mark.parametrize("chapter", WITH_EXERCISES)
def test_the_sheet_without_solutions_has_nothing_of_them(chapter):
    without, whole = (sheets.sheet(CHAPTERS[chapter], edition) for edition in sheets.EDITIONS)
    kept = {cell.source for cell in without.cells}
    secret = [cell for cell in whole.cells if cell.source not in kept]
    text = "\n".join(cell.source for cell in without.cells)
    assert len(secret) >= len(re.findall("Your answer", text)) >= 5
    assert [cell.source for cell in secret if cell.source in text] == []
    assert re.findall(r"<details|Solution|solution-|\*\*Answer|\bRight\.", text) == []


@pytest.mark.parametrize("edition", sheets.EDITIONS)
@pytest.mark.parametrize("chapter", WITH_EXERCISES)
def test_a_sheet_has_every_task_and_no_marks_of_the_book(chapter, edition):
    text = "\n".join(cell.source for cell in sheets.sheet(CHAPTERS[chapter], edition).cells)
    source = "\n".join(cell.source for cell in CHAPTERS[chapter].cells)
    titles = re.findall(EXERCISE, source, re.M)
    assert re.findall(r"^### (.+)", text, re.M)[-len(titles) :] == titles
    assert text.count("**Question ") == source.count("**Question ")
    assert re.findall(r"^```\{.*|\{eq\}.*|</?conv-.*|\]\((?!http).*", text, re.M) == []


def test_the_exercises_that_the_plans_name_exist():
    plans = (ROOT / "teach.md").read_text(encoding="utf-8")
    lists = re.findall(r"[Ee]xercises?:? ((?:\*[^*]+\*(?: and )?)+)", plans)
    named = re.findall(r"\*([^*]+)\*", " ".join(lists))
    sources = (cell.source for chapter in CHAPTERS.values() for cell in chapter.cells)
    titles = re.findall(EXERCISE, "\n".join(sources), re.M)
    assert len(named) >= 10
    assert set(named) <= set(titles)


def test_the_operators_and_networks_have_sheets():
    assert part("Operators") + part("Networks") == WITH_EXERCISES


# Exercise sheets, made from a chapter of a few lines -----------------------------------


def little_chapter(*setup, solution="print(size)"):
    """Return a chapter with one question and one exercise."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Little\n\n## The question\n\n$$\na = b\n$$ (eq-a)"),
            new_code_cell("import math\nimport torch\nfrom os import path, sep"),
            *map(new_code_cell, setup),
            new_markdown_cell("## Quick questions\n\nOne question."),
            new_markdown_cell(
                "<conv-question>\n\n**Question 1.** How many?\n\n"
                "<details><summary>Answer</summary>\n\n- **2.** Right.\n\n</details>\n\n"
                "</conv-question>"
            ),
            new_code_cell("print(2)"),
            new_markdown_cell(
                "## Exercises\n\n```{exercise} How large?\n:label: ex-little\n\n"
                "See {eq}`eq-a` and [costs](costs.ipynb).\n```\n\n"
                "```{solution-start} ex-little\n:class: dropdown\n```\n\nThis large."
            ),
            new_code_cell(solution),
            new_markdown_cell("```{solution-end}\n```"),
            new_markdown_cell("## Sources and errata\n\nNone."),
        ]
    )


def texts(chapter, edition):
    return [cell.source for cell in sheets.sheet(chapter, edition).cells][1:]


def test_both_editions_of_a_little_chapter():
    little = little_chapter("size = math.floor(2.5)")
    setup = ["import math", "size = math.floor(2.5)"]
    questions = ["## Quick questions", "One question.", "**Question 1.** How many?"]
    exercise = ["## Exercises", "### How large?\n\nSee the equation in *The question* and costs."]
    answer = ["- **2.** Right.", "print(2)"]
    solution = ["**Solution**", "This large.", "print(size)"]
    assert texts(little, "solutions") == setup + questions + answer + exercise + solution
    assert texts(little, "exercises") == setup + questions + exercise + ["# Your answer:"]


@pytest.mark.parametrize(
    ("setup", "kept"),
    [
        (["size = 1", "size = 2"], [1]),
        (["other = 1", "size = 2"], [1]),
        (["start = 1", "size = start + 1"], [0, 1]),
        (["size = [1]", "size[0] = 2"], [0, 1]),
        (["size = torch", "size.a.b = 2"], [0, 1]),
        (["n = 1", "size = [n for n in range(2)]"], [1]),
        (["n = 1", "for n in range(2):\n    size = n"], [1]),
        (["n = 1", "n = n + 1\nsize = n"], [0, 1]),
    ],
)
def test_the_cells_that_an_exercise_needs(setup, kept):
    found = texts(little_chapter(*setup), "exercises")
    assert found[1 : found.index("## Quick questions")] == [setup[number] for number in kept]


def test_only_the_needed_imports_are_kept():
    little = little_chapter(solution="print(path.join('a'), math.pi)")
    assert texts(little, "exercises")[0] == "import math\nfrom os import path"


def test_a_chapter_without_exercises_has_no_sheet():
    assert sheets.sheet(new_notebook(cells=[new_markdown_cell("# A\n\n## B")]), "solutions") is None


# Who needs whom ------------------------------------------------------------------------


def test_the_map_covers_every_chapter():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert [f"chapters/{name}" for name in CHAPTERS] == chapters_in_toc(toc)
    assert [name for name, need in NEEDS.items() if need] == part("Operators") + part("Networks")


def test_all_but_the_first_chapter_need_one_that_comes_earlier():
    assert teaching.out_of_order(NEEDS) == []
    assert [name for name, need in NEEDS.items() if need and not need.needed] == ["basics"]


def test_a_circle_is_found():
    circle = {"a": teaching.Needs(["b"], []), "b": teaching.Needs(["a"], []), "c": None}
    assert teaching.out_of_order(circle) == [("a", "b")]


def test_every_chapter_that_a_beginning_links_to_is_on_the_map():
    for name in part("Operators") + part("Networks"):
        text = "\n".join(cell.source for cell in CHAPTERS[name].cells if "outputs" not in cell)
        beginning = text[text.index("## The question") :].split("\n## ")[0]
        linked = set(re.findall(r"\((\w+)\.ipynb", beginning))
        assert linked == {*NEEDS[name].needed, *NEEDS[name].helpful}, name


def test_the_picture_shows_each_need_once():
    drawn = {name: need for name, need in NEEDS.items() if need}
    picture = teaching.picture(drawn, {name: name for name in drawn})
    for kind in ("needed", "helpful"):
        wanted = sum(len(getattr(need, kind)) for need in drawn.values())
        assert picture.count(f'class="{kind[:4]}"') == wanted > 0


# The built pages -----------------------------------------------------------------------


@functools.cache
def page(name):
    """Parse a page of the book once."""
    return BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser")


@pytest.mark.usefixtures("address")
def test_the_files_are_those_of_the_chapters():
    for name in WITH_EXERCISES:
        for edition in sheets.EDITIONS:
            written = nbformat.read(SITE / f"sheets/{name}-{edition}.ipynb", as_version=4)
            assert written == sheets.sheet(CHAPTERS[name], edition)
            for source in ("teach.html", f"chapters/{name}.html"):
                assert page(source).select(f'a[download][href$="sheets/{name}-{edition}.ipynb"]')


@pytest.mark.usefixtures("address")
def test_a_small_picture_leads_to_its_figure():
    entries = page("figures.html").select("ol.figures li")
    assert len(entries) == sum(len(teaching.figures(chapter)) for chapter in CHAPTERS.values())
    for entry in entries:
        chapter, anchor = urldefrag(entry.a["href"])
        figure = page(chapter).find(id=anchor)
        assert unescape(figure["alt"]) in entry.get_text()
        assert (SITE / entry.img["src"]).is_file()


def test_the_index_of_figures_is_light(browser, address):
    tab = browser.new_page()
    tab.goto(address + "figures.html", wait_until="networkidle")
    loaded = tab.evaluate(
        "performance.getEntries().map(({name, transferSize}) => [name, transferSize])"
    )
    sizes = [size for name, size in loaded if re.search(r"figures\.html$|thumbnails", name)]
    assert 50_000 < sum(sizes) < LIGHT
    tab.close()


def explorer_links():
    """Return every setting of the explorer that the page links to."""
    found = [urldefrag(link["href"]) for link in page("teach.html").select('a[href*="#explorer?"]')]
    return [(target, state.removeprefix("explorer?")) for target, state in found]


def test_each_link_opens_its_setting_of_the_explorer(browser, address):
    links = explorer_links()
    assert len(links) > 20
    tab = browser.new_page()
    for target, state in dict.fromkeys(links):
        tab.goto("about:blank")
        tab.goto(f"{address}{target}#explorer?{state}")
        expect(tab.locator("conv-explorer .stage .cell").first).to_be_visible()
        assert tab.evaluate("document.querySelector('conv-explorer').state") == state
        assert tab.locator("conv-explorer .refusal:visible").count() == 0
    tab.close()
