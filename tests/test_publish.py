"""What the publishing workflow adds to the site, tried on a book of two pages."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import nbformat
import pytest
from notebooks import ROOT

from tools.refresh import METADATA

SITE, REPOSITORY = "https://site.example/course", "https://github.com/OWNER/COURSE"
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions = ["myst_nb", "sphinx_book_theme", "publish"]
html_theme = "sphinx_book_theme"
html_theme_options = {{}}
project = "A course"
nb_execution_mode = "off"
"""

START = """---
myst:
  html_meta:
    description: What this book is about.
---
# Start

Words.

```{toctree}
numbers
```
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Return a function that builds the small book with these variables set."""
    source = tmp_path_factory.mktemp("book")
    (source / "conf.py").write_text(CONF)
    (source / "requirements.txt").write_text("paddlepaddle==1.2.3\n")
    (source / "index.md").write_text(START)
    cells = [nbformat.v4.new_markdown_cell("# Numbers"), nbformat.v4.new_code_cell("1 + 1")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(notebook, source / "numbers.ipynb")

    def build(name, **variables):
        site = source.parent / name
        plain = {key: os.environ[key] for key in os.environ.keys() - {"SITE_URL", "REPOSITORY_URL"}}
        command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", str(source), str(site)]
        subprocess.run(command, check=True, env=plain | variables)
        return site

    return build


@pytest.fixture(scope="module")
def published(book):
    return book("published", SITE_URL=SITE, REPOSITORY_URL=REPOSITORY)


@pytest.fixture(scope="module")
def private(book):
    return book("private")


def test_every_page_of_the_course_is_in_the_sitemap(published):
    places = xml.etree.ElementTree.parse(published / "sitemap.xml").getroot()
    assert sorted(place[0].text for place in places) == [f"{SITE}/numbers.html"]


def test_pages_name_their_address_and_their_card(published):
    page = (published / "numbers.html").read_text()
    assert f'<link rel="canonical" href="{SITE}/numbers.html"' in page
    assert f'<meta property="og:image" content="{SITE}/_static/card.png"' in page


def test_a_card_has_the_description_of_its_page(published):
    page = (published / "index.html").read_text()
    assert page.count("What this book is about.") == 2
    assert '<meta property="og:description" content="What this book is about."' in page


def test_notebooks_can_be_launched(published):
    page = (published / "numbers.html").read_text()
    assert "https://colab.research.google.com" in page
    assert "https://mybinder.org" in page
    assert "/launch" in page


def test_a_lost_reader_finds_the_site_from_any_depth(published, private):
    assert 'href="/course/index.html"' in (published / "404.html").read_text()
    assert 'href="/index.html"' in (private / "404.html").read_text()
    assert 'src="/course/_static' in (published / "404.html").read_text()


def test_nothing_is_invented_without_addresses(private):
    assert not (private / "sitemap.xml").exists()
    page = (private / "numbers.html").read_text()
    assert not any(word in page for word in ["canonical", "og:", "colab", "mybinder", "example"])
    first = nbformat.read(private / "_sources" / "numbers.ipynb", 4).cells[0]
    assert first.cell_type == "markdown"


def test_the_card_has_the_size_that_social_sites_ask_for():
    from PIL import Image

    with Image.open(ROOT / "assets" / "card.png") as card:
        assert card.size == (1200, 630)


def test_the_first_cell_fetches_the_course_on_a_machine_without_it(published, tmp_path):
    """The packages of this machine are there, the course is not: what Colab looks like."""
    cell = nbformat.read(published / "_sources" / "numbers.ipynb", 4).cells[0].source
    assert REPOSITORY in cell
    (tmp_path / "cell.ipy").write_text(
        cell.replace(REPOSITORY, ROOT.as_uri())
        + "\nimport convlib, json\nprint(json.dumps([convlib.__file__, os.getcwd()]))\n"
    )
    packages = Path(nbformat.__file__).parent.parent
    environment = os.environ | {"PYTHONPATH": str(packages), "IPYTHONDIR": str(tmp_path)}
    command = [sys._base_executable, "-m", "IPython", "--colors=NoColor", "cell.ipy"]
    run = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    library, folder = map(Path, json.loads(run.stdout.splitlines()[-1]))
    assert library == tmp_path / "course" / "convlib" / "__init__.py"
    assert folder == tmp_path / "course" / "chapters"
