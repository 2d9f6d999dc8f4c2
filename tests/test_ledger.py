"""Every row of the ledger is proved by the cell that carries its id.

Each rule is a function from the rows and the chapters (notebooks as dicts, by name) to a list
of complaints.
"""

import ast
import csv
import re
from collections import Counter

import notebooks
import pytest
from notebooks import ROOT, output_text, source, tags

COLUMNS = ["id", "chapter", "source", "statement", "stated", "computed", "verdict"]
VERDICTS = {
    "W": {"right", "wrong", "imprecise", "missing"},
    "E": {"wrong", "imprecise", "inconsistent", "damaged"},
    "C": {"shown"},
}
ID = re.compile(r"[WEC]\d\d")


def claims(chapters):
    """Return every (chapter, id, cell) in which a cell claims a row by its tag."""
    return [
        (chapter, tag, cell)
        for chapter, notebook in chapters.items()
        for cell in notebook["cells"]
        for tag in tags(cell)
        if ID.fullmatch(tag)
    ]


def printed(cell):
    """Return everything in the stored outputs of a cell that a reader can read."""
    return "\n".join(output_text(output) for output in cell.get("outputs", []))


def can_fail(node):
    """Tell whether a piece of code is a check: an assertion, or a call that asserts."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        return "crosscheck" in function or function.split(".")[-1].startswith("assert_")
    return False


# --- the rules ---------------------------------------------------------------


def ids_are_unique(rows, chapters):
    """Each id stands in one row, and looks like W20, E01 or C07."""
    counts = Counter(row["id"] for row in rows)
    return [i for i, count in counts.items() if count > 1 or not ID.fullmatch(i)]


def rows_are_complete(rows, chapters):
    """Every column says something; only a concept (C) states no value."""
    empty = [(row["id"], key) for row in rows for key in COLUMNS if not row[key].strip()]
    return [f"{i}: {key}" for i, key in empty if key != "stated" or not i.startswith("C")]


def verdicts_are_known(rows, chapters):
    """The verdict is one of those for worked numbers, errata and concepts."""
    return [row["id"] for row in rows if row["verdict"] not in VERDICTS.get(row["id"][:1], ())]


def chapters_exist(rows, chapters):
    """A row belongs to a chapter that is there."""
    return [f"{row['id']}: {row['chapter']}" for row in rows if row["chapter"] not in chapters]


def rows_are_claimed(rows, chapters):
    """At least one cell of its chapter carries the id of a row."""
    claimed = {(chapter, tag) for chapter, tag, _ in claims(chapters)}
    return [row["id"] for row in rows if (row["chapter"], row["id"]) not in claimed]


def claims_are_assigned(rows, chapters):
    """No cell carries an id that is not its chapter's."""
    assigned = {(row["chapter"], row["id"]) for row in rows}
    return [f"{tag} in {name}" for name, tag, _ in claims(chapters) if (name, tag) not in assigned]


def claims_are_checked(rows, chapters):
    """A cell that carries an id is code with a check that can fail."""
    wrong = []
    for chapter, tag, cell in claims(chapters):
        is_code = cell["cell_type"] == "code"
        nodes = ast.walk(ast.parse(source(cell))) if is_code else []
        if not any(can_fail(node) for node in nodes):
            wrong.append(f"{tag} in {chapter}")
    return wrong


def claims_print_what_was_computed(rows, chapters):
    """The stored output of a cell that carries an id shows the computed value of the row."""
    computed = {(row["chapter"], row["id"]): row["computed"] for row in rows}
    return [
        f"{tag} in {name}: {computed[name, tag]!r} is not in {printed(cell)!r}"
        for name, tag, cell in claims(chapters)
        if (name, tag) in computed and computed[name, tag] not in printed(cell)
    ]


RULES = [
    ids_are_unique,
    rows_are_complete,
    verdicts_are_known,
    chapters_exist,
    rows_are_claimed,
    claims_are_assigned,
    claims_are_checked,
    claims_print_what_was_computed,
]

# --- the ledger keeps them ---------------------------------------------------


@pytest.fixture(scope="module")
def ledger():
    """Return the rows of the ledger and the chapters."""
    with (ROOT / "chapters/ledger.csv").open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, strict=True)
        rows = list(table)
        assert table.fieldnames == COLUMNS
    return rows, notebooks.chapters()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_ledger_keeps_the_rule(ledger, rule):
    assert rule(*ledger) == []


# --- and each of them can fail -----------------------------------------------


def row(**changes):
    """Return a good row with some changes."""
    values = ["W20", "basics", "S0:L25", "A map of 5 becomes 3.", "3", "5 -> 3", "right"]
    return dict(zip(COLUMNS, values, strict=True)) | changes


def cell(code="assert size(5) == 3\nprint('5 -> 3')", text="5 -> 3\n", tag="W20", kind="code"):
    """Return a good cell with some changes."""
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return {
        "cell_type": kind,
        "metadata": {"tags": [tag, "hide-input"]},
        "source": code,
        "outputs": [output],
    }


def chapters(*cells):
    """Return one chapter with these cells."""
    return {"basics": {"cells": list(cells)}}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    "code",
    [
        "assert size(5) == 3",
        "np.testing.assert_allclose(size(5), 3)",
        "crosscheck.table('conv2d', x, w)",
    ],
)
def test_a_good_ledger_passes(rule, code):
    assert rule([row()], chapters(cell(code))) == []


@pytest.mark.parametrize(
    ("rule", "rows", "cells"),
    [
        (ids_are_unique, [row(), row(chapter="costs")], [cell()]),
        (ids_are_unique, [row(id="W1")], [cell()]),
        (ids_are_unique, [row(id="X01")], [cell()]),
        (rows_are_complete, [row(source=" ")], [cell()]),
        (rows_are_complete, [row(computed="")], [cell()]),
        (rows_are_complete, [row(stated="")], [cell()]),
        (verdicts_are_known, [row(verdict="damaged")], [cell()]),
        (verdicts_are_known, [row(id="E01", verdict="missing")], [cell()]),
        (verdicts_are_known, [row(id="C01", verdict="right")], [cell()]),
        (chapters_exist, [row(chapter="costs")], [cell()]),
        (rows_are_claimed, [row()], [cell(tag="W21")]),
        (rows_are_claimed, [row(chapter="costs")], [cell()]),
        (claims_are_assigned, [row()], [cell(), cell(tag="W21")]),
        (claims_are_assigned, [row(chapter="costs")], [cell()]),
        (claims_are_checked, [row()], [cell("print('5 -> 3')")]),
        (claims_are_checked, [row()], [cell("assert True\nprint('5 -> 3')")]),
        (claims_are_checked, [row()], [cell("np.allclose(size(5), 3)")]),
        (claims_are_checked, [row()], [cell("# assert size(5) == 3")]),
        (claims_are_checked, [row()], [cell(), cell("print('5 -> 3')")]),
        (claims_are_checked, [row()], [cell("assert it", kind="markdown")]),
        (claims_print_what_was_computed, [row()], [cell(text="5 -> 2\n")]),
        (claims_print_what_was_computed, [row()], [cell(), cell(text="")]),
    ],
)
def test_a_broken_ledger_fails(rule, rows, cells):
    assert rule(rows, chapters(*cells)) != []
