"""What a published site has on top of one on a disk: addresses, ways to run it, a page for 404.

No address stands in the project. The workflow that publishes sets two variables:
SITE_URL, where the site will be, and REPOSITORY_URL, where the sources are.
Without them the site has no sitemap, no canonical links, no social card and no launch buttons.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import nbformat

BRANCH = "launch"
"""The branch whose notebooks begin with the cell that fetches the course."""

FETCH = """\
# On a machine without the course, such as Colab: fetch it, and Paddle.
import importlib.util
import os
import sys

if importlib.util.find_spec("convlib") is None:
    !git clone -q --depth 1 {repository} course
    %cd -q course/chapters
    sys.path.insert(0, os.path.abspath(".."))
if importlib.util.find_spec("paddle") is None:
    %pip install -q {paddle}"""

NOT_FOUND = """\
<h1>There is no such page</h1>
<p>The address may be from an older edition of the course, or mistyped.
Every chapter is in the menu of this page and on <a href="{home}">the first page</a>;
the search finds words in all of them.</p>"""

DESCRIPTION = re.compile(r'<meta content="([^"]*)" name="description"')
ON_CARD = re.compile(r'(?<=<meta property="og:description" content=")[^"]*')

NO_PAGES_OF_THE_COURSE = ["404.html", "genindex.html", "index.html", "search.html", "_modules/*"]


def setup(app):
    """Take the addresses from the environment, before any extension asks for them."""
    site, repository = (os.environ.get(name, "") for name in ("SITE_URL", "REPOSITORY_URL"))
    app.setup_extension("notfound.extension")
    if site:
        app.setup_extension("sphinx_sitemap")
        app.setup_extension("sphinxext.opengraph")
    app.connect("config-inited", lambda app, config: configure(config, site, repository), 100)
    app.connect("html-page-context", describe, priority=900)  # after the card has been written
    app.connect("build-finished", lambda app, error: error or prepare(app, repository))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def configure(config, site, repository):
    """Tell Sphinx, its extensions and the theme where the site and its sources will be."""
    folder = urlsplit(site).path.rstrip("/") + "/"
    config.notfound_urls_prefix = folder
    body = NOT_FOUND.format(home=f"{folder}{config.root_doc}.html")
    config.notfound_context = {"title": "There is no such page", "body": body}
    if site:
        config.html_baseurl = site.rstrip("/") + "/"
        config.sitemap_url_scheme = "{link}"
        config.sitemap_excludes = NO_PAGES_OF_THE_COURSE
        config.ogp_site_url = config.html_baseurl
        config.ogp_image = config.html_baseurl + "_static/card.png"
        config.ogp_image_alt = "A window slides over a grid of numbers and fills another grid."
    if repository:
        config.html_theme_options |= {
            "repository_url": repository,
            "repository_branch": BRANCH,
            "use_repository_button": True,
            "use_issues_button": True,
            "launch_buttons": {
                "colab_url": "https://colab.research.google.com",
                "binderhub_url": "https://mybinder.org",
                "notebook_interface": "jupyterlab",
            },
        }


def describe(app, pagename, templatename, context, doctree):
    """Put the description of a page on its card, not its first sentences cut off."""
    tags = context.get("metatags", "")
    description = DESCRIPTION.search(tags)
    if description:
        context["metatags"] = ON_CARD.sub(lambda match: description[1], tags)


def prepare(app, repository):
    """Let the notebooks that readers download or launch begin with the cell that fetches."""
    if repository and app.builder.format == "html":
        pins = Path(app.srcdir, "requirements.txt").read_text(encoding="utf-8").split()
        paddle = next(pin for pin in pins if pin.startswith("paddlepaddle=="))
        cell = FETCH.format(repository=repository, paddle=paddle)
        for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            notebook.cells.insert(0, nbformat.v4.new_code_cell(cell, id="fetch"))
            nbformat.write(notebook, path)
