"""The reference: each function has its chapter, its three calls agree, and links lead both ways."""

import ast
import contextlib
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from browsing import SITE

import convlib
from _ext import reference

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = tomllib.loads((ROOT / "_ext" / "reference.toml").read_text(encoding="utf-8"))
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}  # the calls compute in single precision
NAMES = [name for name in convlib.__all__ if name != "cost"]
NAMES += [f"cost.{name}" for name in convlib.cost.__all__]
pytestmark = pytest.mark.filterwarnings("ignore:Conversion of an array")  # in paddle.flops


# The chapters --------------------------------------------------------------------------


def test_every_public_name_has_an_entry_and_a_line_in_the_overview():
    listed = re.findall(r"overview:: (.+)", (ROOT / "api.md").read_text(encoding="utf-8"))
    assert sorted(ENTRIES) == sorted(NAMES) == sorted(" ".join(listed).split())


@pytest.mark.parametrize("name", NAMES)
def test_the_section_that_explains_a_function_calls_it(name):
    chapter, section = ENTRIES[name]["explained"].split("#")
    assert section in reference.chapters()[chapter].calls[f"convlib.{name}"]


def test_calls_are_found_under_every_name_that_an_import_gives():
    source = """
import convlib
from convlib import cost, conv2d
from convlib.crosscheck import crosscheck
convlib.fold(conv2d(x), cost.macs(3))
crosscheck("unfold", y)
other.conv2d(x), conv3d(x)
"""
    tree = ast.parse(source)
    found = set(reference.called(tree, reference.imported(tree)))
    own = {"convlib.fold", "convlib.conv2d", "convlib.cost.macs", "convlib.crosscheck.crosscheck"}
    assert found == own | {"convlib.unfold"}


# The calls -----------------------------------------------------------------------------


def result(code):
    """Run a call and return y as an array."""
    names = {}
    exec(code, names)
    y = names["y"]
    return np.asarray(y.numpy() if hasattr(y, "numpy") else y)


def differs(ours, theirs):
    """Say in what two results differ, or return an empty string."""
    if (ours.shape, ours.dtype) != (theirs.shape, theirs.dtype):
        return f"{ours.shape} {ours.dtype} and {theirs.shape} {theirs.dtype}"
    return "" if np.allclose(ours, theirs, **TOLERANCE) else f"{ours} and {theirs}"


@pytest.mark.parametrize("library", ["torch", "paddle"])
@pytest.mark.parametrize("name", NAMES)
def test_the_three_calls_agree(name, library, torchvision, paddle):
    ours = result(ENTRIES[name]["numpy"])
    assert ours.size > 0
    assert np.abs(ours).max() > 0
    assert differs(ours, result(ENTRIES[name][library])) == ""


def spoiled(code):
    """Yield the code without each of the settings that its calls name, one at a time."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for place, setting in enumerate(node.keywords):
                if setting.arg not in ("dtype", "display"):
                    del node.keywords[place]
                    yield f"without {ast.unparse(setting)}", ast.unparse(tree)
                    node.keywords.insert(place, setting)


@pytest.mark.parametrize("library", reference.LIBRARIES)
@pytest.mark.parametrize("name", NAMES)
def test_no_setting_of_a_call_is_idle(name, library, torchvision, paddle):
    whole = result(ENTRIES[name][library])
    for change, code in spoiled(ENTRIES[name][library]):
        with contextlib.suppress(AttributeError, RuntimeError, ValueError):  # refused
            assert differs(whole, result(code)), change


def test_channels_last_in_paddle_leaves_the_weight_as_it_is(paddle):
    code = ENTRIES["conv2d"]["paddle"]
    last = code.replace("y = F.conv2d(x, w,", "y = F.conv2d(x.transpose([0, 2, 3, 1]), w,")
    last = last.replace("groups=2)", 'groups=2, data_format="NHWC")')
    assert differs(result(code).transpose(0, 2, 3, 1), result(last)) == ""


# The pages -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entries(address):
    """Give each page of entries, as text, by its address."""
    return {f"api/{path.name}": path.read_text("utf-8") for path in (SITE / "api").glob("*.html")}


@pytest.mark.parametrize("name", NAMES)
def test_a_call_in_the_section_is_a_link_to_the_entry_and_back(name, entries):
    chapter, section = ENTRIES[name]["explained"].split("#")
    (entry,) = (page for page, text in entries.items() if f'id="convlib.{name}"' in text)
    page = (SITE / "chapters" / f"{chapter}.html").read_text(encoding="utf-8")
    code = page.partition(f'<section id="{section}"')[2]
    link = re.escape(f'<a href="../{entry}#convlib.{name}">')
    assert re.search(rf"{link}[\w.]+</a>", code)
    assert f'href="../chapters/{chapter}.html#{section}"' in entries[entry]


def test_linked_code_is_copied_plain(address, browser):
    context = browser.new_context(permissions=["clipboard-read"])
    tab = context.new_page()
    tab.goto(f"{address}chapters/pooling.html")
    cell = tab.locator("div.cell_input", has=tab.locator("a[href*='api/']")).first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = tab.evaluate("navigator.clipboard.readText()")
    shown = cell.locator("pre").inner_text()
    context.close()
    assert "convlib." in copied
    assert copied.strip() == shown.strip()


def test_all_tabs_follow_the_one_that_is_chosen(address, browser):
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{address}api/pooling.html")
    tab.locator("label.sd-tab-label", has_text="Paddle").first.click()
    shown = tab.locator(".sd-tab-content:visible")
    texts = shown.all_inner_texts()
    context.close()
    assert len(texts) == 4
    assert all("import paddle" in text for text in texts)
