"""The one style sheet of the built site: what it keeps, what it drops, and a second build."""

import re
from types import SimpleNamespace

import pytest
import tinycss2
from browsing import SITE, unavailable

from _ext import lighten

PAGE = """<html><head>
  <link rel="stylesheet" href="{up}_static/styles/theme.css">
    <link rel="stylesheet" type="text/css" href="{up}_static/own.css?v=1" />
</head><body class="wide" id="top"><img src="{up}_images/kept.png"><span class="n">x</span>
</body></html>"""
LOOP, COPY = (old for old, _ in lighten.SCRIPTS.values())
THEME, COPYBUTTON = f"pre.forEach(e=>{{{LOOP}}})", f"{COPY}(cell, index) => {{}})"


@pytest.fixture
def site(tmp_path):
    """Write a site of two pages in the way of the theme."""
    files = {
        "_static/basic.css": ".wide { color: red }",
        "_static/styles/theme.css": '@import "../basic.css"; @font-face { src: url(../f.woff2) }',
        "_static/own.css": "/* a note */ .wide { color: blue } .never { color: green }",
        "_static/macros.html": PAGE.format(up="{{ pathto('"),  # a template that the theme ships
        "_static/scripts/pydata-sphinx-theme.js": THEME,
        "_static/copybutton.js": COPYBUTTON,
        "_static/scripts/pydata-sphinx-theme.js.map": "{}",
        "_images/kept.png": "",
        "_images/shown-as-webp.png": "",
        "index.html": PAGE.format(up=""),
        "chapters/one.html": PAGE.format(up="../"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(site):
    """Do what Sphinx does at the end of a build."""
    lighten.lighten(SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=site), None)


def test_pages_link_one_sheet_that_holds_all_in_order(site):
    run(site)
    css = (site / "_static" / "site.css").read_text()
    assert css.index("red") < css.index("f.woff2") < css.index("blue")
    assert 'url("f.woff2")' in css
    for page, start in [("index.html", "_static"), ("chapters/one.html", "../_static")]:
        text = (site / page).read_text()
        assert (
            text.count("stylesheet") == text.count(f'"stylesheet" href="{start}/site.css?v=') == 1
        )


def test_plain_code_has_no_marks(site):
    run(site)
    assert ">x\n</body>" in (site / "index.html").read_text()
    code = '<a><span class="n">np</span><span class="o">.</span><span class="n">pad</span></a>'
    kept = '<span class="o">*</span><span class="mi">2</span><span class="n"><b>x</b></span>'
    assert lighten.unmarked(code + kept) == f"<a>np.pad</a>{kept}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_loses_its_mark_has_the_colour_of_plain_text(theme):
    if not (SITE / "_static" / "site.css").exists():
        unavailable("there is no built book to look at: run `make book` first")
    css = (SITE / "_static" / "site.css").read_text(encoding="utf-8").lower()

    def colour(name):
        rule = f'html[data-theme="{theme}"] .highlight{name}{{'
        return re.search(r"color: (#\w+)", css[css.index(rule) :])[1]

    assert {colour(f" .{name}") for name in ("n", "nn", "p", "pm", "w")} == {colour("")}


def test_what_no_page_asks_for_goes(site):
    run(site)
    assert "never" not in (site / "_static" / "site.css").read_text()
    assert "note" not in (site / "_static" / "site.css").read_text()
    assert [path.name for path in (site / "_images").iterdir()] == ["kept.png"]
    assert not list(site.rglob("*.map"))


def test_a_second_build_keeps_the_sheet(site):
    """Sphinx writes only pages that changed: the others already link the one sheet."""
    run(site)
    first = (site / "_static" / "site.css").read_text()
    (site / "_static" / "scripts" / "pydata-sphinx-theme.js").write_text(THEME)
    (site / "_static" / "copybutton.js").write_text(COPYBUTTON)
    run(site)
    assert (site / "_static" / "site.css").read_text() == first


def test_the_theme_no_longer_measures_every_listing(site):
    run(site)
    assert (site / "_static/scripts/pydata-sphinx-theme.js").read_text() == "pre.forEach(e=>{})"


def test_copy_buttons_wait_for_the_reader(site):
    run(site)
    script = (site / "_static/copybutton.js").read_text()
    assert script.startswith("whenNear(codeCells, (cell, index) => {})\n")
    assert "function whenNear(" in script


def test_a_script_that_has_changed_is_a_warning(site, monkeypatch):
    run(site)
    said = []
    monkeypatch.setattr(lighten.logger, "warning", lambda *text: said.append(text))
    lighten.relieve(site / "_static/scripts/pydata-sphinx-theme.js", LOOP, "")
    assert len(said) == 1


KEPT = [
    ("a{color:red}", "a{color:red}\n"),
    (".wide:hover>p{color:red}", ".wide:hover>p{color:red}\n"),
    (".wide,.never{color:red}", ".wide{color:red}\n"),
    (":is(.wide, .never) a{color:red}", ":is(.wide, .never) a{color:red}\n"),
    (".wide:not(.never){color:red}", ".wide:not(.never){color:red}\n"),
    ("#top .never{color:red}", ""),
    (".bs-tooltip-end{color:red}", ".bs-tooltip-end{color:red}\n"),
    ("@media print{.wide{color:red}.never{color:red}}", "@media print{.wide{color:red}\n}\n"),
    ("@media print{.never{color:red}}", ""),
    ("@keyframes turn{to{rotate:1turn}}", "@keyframes turn{to{rotate:1turn}}\n"),
]


@pytest.mark.parametrize(("sheet", "expected"), KEPT)
def test_a_rule_stays_if_its_names_can_occur(sheet, expected):
    rules = tinycss2.parse_stylesheet(sheet)
    assert lighten.used(rules, {"wide", "top"}, ("bs-tooltip-",)) == expected
