"""Every public name has a whole numpydoc docstring, and its examples are true."""

import ast
import doctest
import inspect
from pathlib import Path

import numpy as np
import pytest
from numpydoc.validate import validate

import convlib
from convlib import figures

NAMES = [name for name in convlib.__all__ if name != "cost"]
NAMES += [f"cost.{name}" for name in convlib.cost.__all__]
# Checks of numpydoc that we leave out, and why.
IGNORED = {
    "ES01": "a second paragraph is written where the summary is not enough",
    "SA01": "related functions are named where there are any",
}
MODULES = sorted(Path(convlib.__file__).parent.rglob("*.py"))


def find(name):
    *home, name = name.split(".")
    return getattr(convlib.cost if home else convlib, name)


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_passes_numpydoc(name):
    function = find(name)
    errors = validate(f"{function.__module__}.{function.__name__}")["errors"]
    assert [(code, text) for code, text in errors if code not in IGNORED] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_section_is_there(name):
    function = find(name)
    text = inspect.getdoc(function)
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text


def check_examples(function, known):
    """Run the examples of a docstring, which may use the names of `known`."""
    examples = doctest.DocTestFinder().find(function, function.__name__, globs=known)
    assert sum(len(test.examples) for test in examples) > 0
    runner = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST)
    printed = []
    for test in examples:
        runner.run(test, out=printed.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(printed)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_true(name):
    known = {"np": np, "convlib": convlib, "cost": convlib.cost}
    known |= {other.split(".")[-1]: find(other) for other in NAMES}
    check_examples(find(name), known)


@pytest.mark.parametrize("name", figures.__all__)
def test_the_examples_of_figures_are_true(name):
    pytest.importorskip("matplotlib")
    check_examples(getattr(figures, name), {"np": np} | vars(figures))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_says_its_one_job_in_one_line(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text.splitlines()[0].endswith(".")
