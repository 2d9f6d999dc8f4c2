"""The museum of wrong numbers shows every erratum, each with a link to the cell that proves it.

Each rule is a function from the exhibits (errata.csv), the rows of the ledger by id and what the
page shows to a list of complaints.
"""

import csv
import re
from collections import Counter
from html import escape

import notebooks
import pytest
from notebooks import ROOT, output_text, source

COLUMNS = ["id", "room", "claim", "why", "right"]
TEXTS = COLUMNS[2:]
IDS = [f"E{number:02d}" for number in range(1, 71)]
UNPROVED = {"E60", "E69", "E70"}  # conventions, typing errors, pointers to nowhere
SHORTEST, LONGEST = 10, 260  # characters of a text: more does not fit a card on a phone
CARD = re.compile(r'<div class="exhibit" id="(E\d\d)">(.*?)</div>', re.S)


def page_of(notebook):
    """Return the text and the outputs of a notebook as a reader meets them."""
    cells = notebook["cells"]
    outputs = [output_text(o) for cell in cells for o in cell.get("outputs", [])]
    return "\n".join([source(c) for c in cells if c["cell_type"] == "markdown"] + outputs)


# --- the rules ---------------------------------------------------------------


def every_erratum_hangs_once(exhibits, ledger, page):
    """The ids are E01 to E70, each once and in order."""
    found = [exhibit["id"] for exhibit in exhibits]
    return [] if found == IDS else [f"the ids are {found}"]


def texts_say_something(exhibits, ledger, page):
    """Each text is a sentence that a card can hold, and none stands twice."""
    texts = [(e["id"], key, e[key]) for e in exhibits for key in TEXTS]
    times = Counter(text for _, _, text in texts)
    return [
        f"{i}: {key}"
        for i, key, text in texts
        if times[text] > 1 or not SHORTEST <= len(text.strip()) <= LONGEST or not text.endswith(".")
    ]


def proofs_are_in_the_ledger(exhibits, ledger, page):
    """Every erratum has a row, but for three that say why there is nothing to compute."""
    wrong = [e["id"] for e in exhibits if (e["id"] in ledger) == (e["id"] in UNPROVED)]
    return wrong + [
        e["id"] for e in exhibits if (e["id"] in UNPROVED) != ("nothing to compute" in e["why"])
    ]


def page_shows_each_exhibit(exhibits, ledger, page):
    """Each stands on the page once, with its texts as they are in the file."""
    cards = CARD.findall(page)
    shown, times = dict(cards), Counter(i for i, _ in cards)
    texts = [(e["id"], f"<dd>{escape(e[key])}</dd>") for e in exhibits for key in TEXTS]
    wrong = {i for i in times.keys() | set(IDS) if times[i] != (i in IDS)}
    return sorted(wrong | {i for i, text in texts if text not in shown.get(i, "")})


def cards_link_their_proof(exhibits, ledger, page):
    """A card leads to the cell of its row's chapter and shows what that cell prints."""
    return [
        i
        for i, card in CARD.findall(page)
        if i in ledger
        and not (
            f'href="{ledger[i]["chapter"]}.ipynb#{i}"' in card
            and f"<code>{escape(ledger[i]['computed'])}</code>" in card
        )
    ]


def rooms_have_a_heading(exhibits, ledger, page):
    """The page has a heading for each room, and no file has a room without one."""
    headings = re.findall(r"^### (.+)$", page, re.M)
    return sorted({e["room"] for e in exhibits if e["room"].capitalize() not in headings})


RULES = [
    every_erratum_hangs_once,
    texts_say_something,
    proofs_are_in_the_ledger,
    page_shows_each_exhibit,
    cards_link_their_proof,
    rooms_have_a_heading,
]

# --- the page keeps them -----------------------------------------------------


def read(name, columns=None):
    """Return the rows of a file in the folder of the chapters."""
    with (ROOT / "chapters" / name).open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, strict=True)
        rows = list(table)
    assert columns in (None, table.fieldnames)
    return rows


@pytest.fixture(scope="module")
def museum():
    """Return the exhibits, the errata of the ledger by id, and the page."""
    ledger = {row["id"]: row for row in read("ledger.csv") if row["id"].startswith("E")}
    return read("errata.csv", COLUMNS), ledger, page_of(notebooks.chapters()["errata"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_museum_keeps_the_rule(museum, rule):
    assert rule(*museum) == []


# --- and each of them can fail -----------------------------------------------


def good_museum():
    """Return the smallest museum that keeps every rule."""
    exhibits, ledger, page = [], {}, "# A museum\n\n### Wrong formula\n"
    for i in IDS:
        why = "There is nothing to compute" if i in UNPROVED else "It forgets a > b"
        exhibit = {"claim": f"{i} is so.", "why": f"{why}, {i}.", "right": f"{i} is right."}
        card = "".join(f"<dd>{escape(text)}</dd>" for text in exhibit.values())
        if i not in UNPROVED:
            ledger[i] = {"chapter": "basics", "computed": f"{i} -> 3"}
            card += f'<a href="basics.ipynb#{i}">{i}</a> prints <code>{i} -&gt; 3</code>'
        exhibits.append({"id": i, "room": "wrong formula"} | exhibit)
        page += f'<div class="exhibit" id="{i}">{card}</div>'
    return exhibits, ledger, page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_museum_passes(rule):
    assert rule(*good_museum()) == []


def change(**values):
    """Return a change of the second exhibit."""
    return lambda exhibits, ledger, page: (exhibits[1].update(values), page)[1]


def replace(old, new):
    """Return a change of the page that must change something."""

    def changed(exhibits, ledger, page):
        assert old in page
        return page.replace(old, new, 1)

    return changed


BROKEN = [
    (every_erratum_hangs_once, change(id="E01")),
    (every_erratum_hangs_once, lambda exhibits, ledger, page: (exhibits.pop(), page)[1]),
    (every_erratum_hangs_once, lambda exhibits, ledger, page: (exhibits.reverse(), page)[1]),
    (texts_say_something, change(claim=" " * 20)),
    (texts_say_something, change(why="")),
    (texts_say_something, change(why="It is wrong. " * 30 + ".")),
    (texts_say_something, change(right="E01 is right.")),
    (texts_say_something, change(right="no end to this")),
    (proofs_are_in_the_ledger, lambda exhibits, ledger, page: (ledger.pop("E02"), page)[1]),
    (proofs_are_in_the_ledger, lambda exhibits, ledger, page: (ledger.update(E60={}), page)[1]),
    (proofs_are_in_the_ledger, change(why="There is nothing to compute here.")),
    (page_shows_each_exhibit, change(claim="Something else.")),
    (page_shows_each_exhibit, replace('id="E02"', 'id="E03"')),
    (page_shows_each_exhibit, replace('id="E02"', 'id="E99"')),
    (page_shows_each_exhibit, replace("E02 is so.", "")),
    (page_shows_each_exhibit, replace("a &gt; b", "a > b")),
    (cards_link_their_proof, replace("basics.ipynb#E02", "costs.ipynb#E02")),
    (cards_link_their_proof, replace("basics.ipynb#E02", "basics.ipynb#E03")),
    (cards_link_their_proof, replace("E02 -&gt; 3", "E02 -&gt; 4")),
    (rooms_have_a_heading, change(room="cellar")),
    (rooms_have_a_heading, replace("### Wrong formula", "Wrong formula")),
]


@pytest.mark.parametrize(
    ("rule", "breaking"), BROKEN, ids=[f"{rule.__name__}-{i}" for i, (rule, _) in enumerate(BROKEN)]
)
def test_a_broken_museum_fails(rule, breaking):
    exhibits, ledger, page = good_museum()
    page = breaking(exhibits, ledger, page)
    assert rule(exhibits, ledger, page) != []


def test_every_rule_is_seen_to_fail():
    assert {rule for rule, _ in BROKEN} == set(RULES)
