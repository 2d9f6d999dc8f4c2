"""The estimate of how high a section will be: what counts, and where it is written."""

import math

import pytest

from _ext import heights

SECTION = '<section id="title"><h1>T</h1><section id="part">{}</section></section>'
LETTERS = "x" * 80  # two lines on a phone, one on a desktop


def contents(html):
    """Return what a section holds."""
    ruler = heights.Ruler()
    ruler.feed(SECTION.format(html))
    return ruler.sections["part"]


def on_a_phone(html):
    """Return the estimated height there."""
    return heights.height(contents(html), "phone")


LINE = heights.PIXELS["phone"]["line"]
BLOCK, CODE = heights.PIXELS["phone"]["pre"], heights.PIXELS["phone"]["code"]
SHOWN = [
    (f"<p>{LETTERS}</p>", 2 * LINE),
    (f"<p>{LETTERS}<p>{LETTERS}</p>", 4 * LINE),  # two blocks, one without an end tag
    (f"<ul><li>a</li><li>{LETTERS}</li></ul>", 3 * LINE),
    ("<pre>one\ntwo\n</pre>", BLOCK + 2 * CODE),
    ("<pre>a<b>b</b>\n</pre>", BLOCK + CODE),
    ('<img width="684" height="300" alt="">', 300 / 2 * heights.PIXELS["phone"]["picture"]),
    ('<img width="100" height="80" alt="">', 80 * heights.PIXELS["phone"]["picture"]),
    ('<img alt="a picture without a size">', 0),
    ("<p>a<br>b<img alt=''></p>", LINE),
    ("<conv-explorer></conv-explorer>", heights.PIXELS["phone"]["conv-explorer"]),
    ("<table><tr><td>a</td></tr></table>", LINE + heights.PIXELS["phone"]["tr"]),
    ("<tr><td><p>a</p></td><td><p>b</p></td></tr>", LINE + heights.PIXELS["phone"]["tr"]),
    ("<div class='katex-display'>x</div>", LINE + heights.PIXELS["phone"]["formula"]),
    ("<section id='deeper'><p>a</p></section>", LINE),
]
FOLDED = [
    (f"<details><summary>a</summary><pre>\n</pre><p>{LETTERS}</p></details>", LINE),
    (f"<details open><p>{LETTERS}</p></details>", 2 * LINE),
    (f"<details><details><summary>a</summary>{LETTERS}</details></details>", 0),
    (f"<div class='solution dropdown'>{LETTERS}</div>", heights.PIXELS["phone"]["solution"]),
    (f"<p>a<span class='katex-mathml'>{LETTERS}</span></p>", LINE),
    (f"<p>a</p><script>{LETTERS}</script>", LINE),
]


@pytest.mark.parametrize(("html", "pixels"), SHOWN + FOLDED)
def test_what_is_shown_counts_and_what_is_folded_does_not(html, pixels):
    assert on_a_phone(html) == round(pixels)


def test_a_phone_needs_more_lines():
    found = contents(f"<p>{10 * LETTERS}</p>")
    assert heights.height(found, "phone") == round(20 * LINE)
    lines = math.ceil(800 / heights.SCREENS["desktop"][0])
    assert heights.height(found, "desktop") == round(lines * heights.PIXELS["desktop"]["line"])


def test_a_section_holds_what_is_in_its_sections():
    inner = f'<section id="inner"><p>{LETTERS}</p><pre>\n</pre></section>'
    ruler = heights.Ruler()
    ruler.feed(SECTION.format(f"<p>a</p>{inner}<img width='9' height='9'>"))
    part, inner = (heights.height(ruler.sections[name], "phone") for name in ("part", "inner"))
    assert inner == round(2 * LINE + BLOCK + CODE)
    assert part == round(3 * LINE + BLOCK + CODE + 9 * heights.PIXELS["phone"]["picture"])


def test_every_section_but_the_first_gets_its_heights():
    parts = "".join(
        f'<section id="{name}"><p>a</p><div><section id="in-{name}"></section></div></section>'
        for name in ("one", "two", "three")
    )
    context = {"body": f'<section id="title"><h1>T</h1>{parts}</section>'}
    heights.add_heights(None, "page", "page.html", context, doctree=object())
    style = f'style="--phone:{round(LINE)}px;--desktop:23px"'
    assert context["body"] == f'<section id="title"><h1>T</h1>{parts}</section>'.replace(
        'id="two"', f'id="two" {style}'
    ).replace('id="three"', f'id="three" {style}')


def test_a_page_that_is_not_of_the_book_stays_as_it_is():
    context = {"body": SECTION}
    heights.add_heights(None, "search", "search.html", context, doctree=None)
    assert context == {"body": SECTION}
