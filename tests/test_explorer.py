"""The explorer in a real browser, its numbers and its words against convlib.

The module is loaded from the folder of the sources, so no book has to be built.
"""

import contextlib
import doctest
import io
import json
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import served
from playwright.sync_api import expect

import convlib
from convlib import explorer

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SETTINGS_EACH = 200
OPERATORS = explorer.OPERATORS
LINEAR = [name for name in OPERATORS if "pool" not in name and name != "deformable"]
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


# The page ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site():
    """Serve the sources of the explorer."""
    with served(ASSETS) as address:
        yield address


@contextlib.contextmanager
def shown(browser, site, attributes="", hash="", theme="light", width=1000, **options):
    """Open a page that holds nothing but an explorer, and want no error on it."""
    page = (
        f'<!doctype html><html lang="en" data-theme="{theme}"><title>explorer</title>'
        '<link rel="stylesheet" href="course.css"><link rel="stylesheet" href="explorer.css">'
        "<style>body { background: var(--pst-color-background); color: var(--pst-color-text-base) }"
        "</style><main><h1>It</h1>"
        f"<conv-explorer {attributes}>A sentence without scripts.</conv-explorer></main>"
        '<script type="module" src="explorer.js"></script>'
    )
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    tab = context.new_page()
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("console", lambda said: tab.errors.append(said.text) if said.type == "error" else None)
    tab.route("**/favicon.ico", lambda route: route.fulfill(body=""))
    tab.route("**/inter/**", lambda route: route.fulfill(body=""))
    tab.route("**/icons/**", lambda route: route.fulfill(body=""))
    tab.route("**/page", lambda route: route.fulfill(body=page, content_type="text/html"))
    tab.goto(f"{site}page{hash}")
    if options.get("java_script_enabled", True):
        expect(tab.locator("conv-explorer .stage .cell").first).to_be_visible()
    yield tab
    context.close()
    assert tab.errors == []


@pytest.fixture(scope="module")
def tab(browser, site):
    with shown(browser, site, permissions=["clipboard-read", "clipboard-write"]) as tab:
        yield tab


@pytest.fixture
def convolution(tab):
    """Give the explorer with 16 input numbers and 4 output numbers."""
    put(tab, "operator=convolution&size=4&input=" + ",".join(map(str, range(1, 17))))
    return tab


def put(tab, text):
    tab.evaluate("text => document.querySelector('conv-explorer').setState(text)", text)


def state(tab):
    return tab.evaluate("document.querySelector('conv-explorer').state")


def cell(tab, name, index):
    """Find a cell of the grid with this title."""
    tensor = tab.locator(".tensor", has=tab.locator(f".title:text-matches('^{name}')"))
    return tensor.locator(f'.cell[data-n="{index}"]')


def marked(tab, name):
    """List the cells that are marked in the grid with this title."""
    tensor = tab.locator(".tensor", has=tab.locator(f".title:text-matches('^{name}')"))
    found = "cells => cells.map(cell => Number(cell.dataset.n))"
    return tensor.locator(".cell.marked[data-n]").evaluate_all(found)


# Random settings, and what convlib makes of them ------------------------------------------


def pair(rng, low, high):
    values = rng.integers(low, high + 1, 2)
    return tuple(map(int, values if rng.random() < 0.5 else values[[0, 0]]))


def random_setting(rng, operator):
    """Draw settings of one operator, some of them refused."""
    wrong = rng.random() < 0.2  # then also values that are too small
    size = pair(rng, 1, 16) if rng.random() < 0.2 else pair(rng, 1, 7)
    setting = {
        "size": size,
        "in_channels": int(rng.integers(1, 5)),
        "out_channels": int(rng.integers(1, 5)),
        "kernel_size": pair(rng, 1, 4),
        "stride": pair(rng, 0 if wrong else 1, 4),
        "padding": pair(rng, -1 if wrong else 0, 3),
        "dilation": pair(rng, 0 if wrong else 1, 3),
        "output_padding": pair(rng, -1 if wrong else 0, 2),
        "groups": int(rng.integers(0 if wrong else 1, 5)),
        "ceil_mode": bool(rng.integers(2)),
        "count_include_pad": bool(rng.integers(2)),
    }
    if not wrong and operator != "separable":
        divisors = [g for g in (1, 2, 3, 4) if setting["in_channels"] % g == 0]
        setting["groups"] = int(rng.choice(divisors))
        setting["out_channels"] = setting["groups"] * int(
            rng.integers(1, 4 // setting["groups"] + 1)
        )
    if "pool" in operator and not wrong:
        setting["padding"] = tuple(int(rng.integers(0, k // 2 + 1)) for k in setting["kernel_size"])
    return setting


def random_numbers(rng, shape):
    """Draw integers, or quarters, which are exact too."""
    scale = rng.choice([1, 4])
    return rng.integers(-9 * scale, 9 * scale + 1, shape) / scale


def operands(rng, operator, setting):
    """Draw the arrays that belong to a setting."""
    inside, outside, groups = (setting[n] for n in ("in_channels", "out_channels", "groups"))
    arrays = {"input": random_numbers(rng, (1, inside, *setting["size"]))}
    if "pool" in operator:
        return arrays
    first, second = outside, inside
    if operator in ("convolution", "dilated", "grouped", "depthwise"):
        second = inside // groups if groups else 0
    if operator == "transposed":
        first, second = inside, outside // groups if groups else 0
    if operator == "separable":
        first, second = inside, 1
        arrays["pointwise"] = random_numbers(rng, (outside, inside, 1, 1))
    arrays["weight"] = random_numbers(rng, (first, second, *setting["kernel_size"]))
    if operator == "deformable":
        taps = np.prod(setting["kernel_size"])
        arrays["offset"] = rng.integers(-6, 7, (1, 2 * taps, *sides(setting))) / 4
    return arrays


def sides(setting):
    """Give the sides of the output, or none where they are refused."""
    names = ("kernel_size", "stride", "padding", "dilation")
    try:
        return convlib.cost.output_size(setting["size"], *(setting[name] for name in names))
    except ValueError:
        return 0, 0


def answer(operator, setting, arrays):
    """Give what convlib answers: an array, or the words of its refusal."""
    slide = {name: setting[name] for name in ("stride", "padding", "dilation")}
    x, w = arrays["input"], arrays.get("weight")
    try:
        if operator == "separable":
            middle = convlib.conv2d(x, w, **slide, groups=setting["in_channels"])
            return convlib.conv2d(middle, arrays["pointwise"])
        if operator == "transposed":
            slide |= {name: setting[name] for name in ("output_padding", "groups")}
            return convlib.conv_transpose2d(x, w, **slide)
        if operator == "deformable":
            return convlib.deform_conv2d(x, arrays["offset"], w, **slide)
        if operator == "max_pool":
            return convlib.max_pool2d(
                x, setting["kernel_size"], **slide, ceil_mode=setting["ceil_mode"]
            )
        if operator == "avg_pool":
            del slide["dilation"]
            slide |= {name: setting[name] for name in ("ceil_mode", "count_include_pad")}
            return convlib.avg_pool2d(x, setting["kernel_size"], **slide)
        return convlib.conv2d(x, w, **slide, groups=setting["groups"])
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def written(operator, setting, arrays):
    """Write a state as the address has it."""
    parts = {"operator": operator} | {name: text(value) for name, value in setting.items()}
    parts |= {name: ",".join(f"{n:g}" for n in array.ravel()) for name, array in arrays.items()}
    return "&".join(f"{name}={value}" for name, value in parts.items())


def text(value):
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def draws(operator, many=SETTINGS_EACH, seed=0):
    rng = np.random.default_rng([seed, OPERATORS.index(operator)])
    for _ in range(many):
        setting = random_setting(rng, operator)
        arrays = operands(rng, operator, setting)
        yield setting, arrays, answer(operator, setting, arrays)


LOOK = """texts => texts.map(text => {
    const explorer = document.querySelector("conv-explorer");
    explorer.setState(text);
    const root = explorer.shadowRoot;
    const refusal = root.querySelector(".stage .refusal code");
    const size = [...root.querySelectorAll(".size dd")].slice(1).map(dd => dd.textContent);
    if (refusal) return { refusal: refusal.textContent, size };
    const boards = [...root.querySelectorAll(".stage .tensor:last-child .board")];
    const rows = board => [...board.querySelectorAll(".row")].map(row =>
        [...row.querySelectorAll(".cell")].map(cell => cell.textContent));
    const at = Math.floor(Math.random() * explorer.stages.at(-1).output.values.length);
    explorer.choose("output", at);
    const { shape, values } = explorer.stages.at(-1).output;
    return {
        cells: boards.map(rows), shape, values, size, at,
        sum: root.querySelector(".sums p:last-child").textContent,
    };
})"""


def numeral(text):
    """Read a number as the page writes it."""
    return float(text.replace("−", "-").replace("∞", "inf"))


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_cell_and_every_refusal_is_that_of_convlib(tab, operator):
    cases = list(draws(operator))
    seen = tab.evaluate(LOOK, [written(operator, *case[:2]) for case in cases])
    refused = 0
    for (setting, arrays, expected), page in zip(cases, seen, strict=True):
        told = written(operator, setting, arrays)
        if isinstance(expected, str):
            refused += 1
            assert page.get("refusal") == expected, told
            continue
        assert "refusal" not in page, f"{page} {told}"
        expected = expected[0]
        assert page["shape"] == list(expected.shape), told
        np.testing.assert_allclose(
            np.reshape(page["values"], expected.shape), expected, rtol=1e-12, atol=1e-12
        )
        cells = [[[numeral(c) for c in row] for row in board] for board in page["cells"]]
        np.testing.assert_allclose(cells, expected, atol=0.0051)
        assert numeral(page["sum"].split(" = ")[-1]) == pytest.approx(
            expected.flat[page["at"]], abs=5.1e-5
        ), told
        ends = [int(line.split(" = ")[-1]) for line in page["size"]]
        assert ends in ([expected.shape[1]], list(expected.shape[1:])), told
        assert len(set(expected.shape[1:])) == 1 or len(ends) == 2
    assert 0.1 < refused / len(cases) < 0.6


MATRICES = """async texts => {
    const { matrix, run } = await import("./explorer/arithmetic.js");
    const { read } = await import("./explorer/state.js");
    return texts.map(text => {
        const { setting, operands } = read(new URLSearchParams(text));
        return matrix(run(setting, operands)).map(row => [...row]);
    });
}"""


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_matrix_times_the_input_is_the_output(tab, operator):
    cases = [case for case in draws(operator, 60, seed=1) if not isinstance(case[2], str)]
    cases = [c for c in cases if np.isfinite(c[2]).all() and c[2].size * c[1]["input"].size < 2e4]
    seen = tab.evaluate(MATRICES, [written(operator, *case[:2]) for case in cases])
    assert len(seen) > 10
    for (setting, arrays, expected), matrix in zip(cases, seen, strict=True):
        product = np.array(matrix) @ arrays["input"].ravel()
        np.testing.assert_allclose(product, expected.ravel(), atol=1e-9)
        if operator == "convolution" and setting["groups"] == 1:
            names = ("stride", "padding", "dilation")
            slide = {name: setting[name] for name in names}
            expected = convlib.conv_matrix(arrays["weight"], setting["size"], **slide)
            np.testing.assert_array_equal(matrix, expected)


LINKS = """async ([text, grid]) => {
    const { run } = await import("./explorer/arithmetic.js");
    const { links } = await import("./explorer/links.js");
    const { read } = await import("./explorer/state.js");
    const { setting, operands } = read(new URLSearchParams(text));
    const stages = run(setting, operands);
    return operands[grid].map((_, n) => {
        const found = links(stages, grid, n);
        return { output: [...found.output], weight: [...found.weight], input: [...found.input] };
    });
}"""
BACK = LINKS.replace("operands[grid].map((_, n)", "stages.at(-1).output.values.map((_, n)")


def ringed(operator, setting, arrays, grid):
    """Where a weight is followed, let the padding be pixels like others: it meets those too."""
    if grid == "input" or operator == "transposed":
        return setting, arrays
    sides = [(0, 0), (0, 0), *((p, p) for p in setting["padding"])]
    ones = np.pad(arrays["input"], sides, constant_values=1)
    return setting | {"padding": 0}, arrays | {"input": ones}


@pytest.mark.parametrize("operator", LINEAR)
@pytest.mark.parametrize("grid", ["input", "weight"])
def test_links_are_the_numbers_that_react(tab, operator, grid):
    """A one among zeros reaches exactly the outputs that are linked to its cell."""
    for setting, arrays, expected in draws(operator, 12, seed=2):
        if isinstance(expected, str) or arrays[grid].size * expected.size > 20000:
            continue
        ones = {name: np.ones_like(array) for name, array in arrays.items()}
        text = written(operator, setting, ones)
        reached = []
        for n in range(arrays[grid].size):
            ones[grid] = np.zeros_like(arrays[grid])
            ones[grid].flat[n] = 1
            reached.append(
                set(np.flatnonzero(answer(operator, *ringed(operator, setting, ones, grid))))
            )
        seen = tab.evaluate(LINKS, [text, grid])
        assert [set(found["output"]) for found in seen] == reached
        back = tab.evaluate(BACK, [text, "output"])
        pairs = {(n, o) for n, found in enumerate(reached) for o in found}
        assert {(n, o) for o, found in enumerate(back) for n in found[grid]} == pairs


# The programs ------------------------------------------------------------------------------


PROGRAMS = """async texts => {
    const { LIBRARIES, program } = await import("./explorer/code.js");
    const { read } = await import("./explorer/state.js");
    return texts.map(text => {
        const { setting, operands } = read(new URLSearchParams(text));
        return Object.fromEntries(
            Object.keys(LIBRARIES).map(name => [name, program(name, setting, operands)]));
    });
}"""


def ran(program):
    """Run a program as a reader would, and give its y."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "program", "exec"), names)
    assert printed.getvalue()
    return np.asarray(names["y"])


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_programs_give_the_output(tab, operator, torch, torchvision, paddle):
    cases = list(draws(operator, 12, seed=3))
    programs = tab.evaluate(PROGRAMS, [written(operator, *case[:2]) for case in cases])
    count = dict.fromkeys(programs[0], 0)
    for (setting, _arrays, expected), libraries in zip(cases, programs, strict=True):
        if isinstance(expected, str):
            with pytest.raises((TypeError, ValueError)) as error:
                ran(libraries["numpy"])
            assert f"{error.type.__name__}: {error.value}" == expected
            continue
        for library, program in libraries.items():
            if program == "# Paddle's max_pool2d has no dilation.\n":
                assert library == "paddle"
                assert setting["dilation"] != (1, 1)
                continue
            count[library] += 1
            result = ran(program)
            assert result.shape == expected.shape, program
            np.testing.assert_allclose(result, expected, atol=1e-9, err_msg=program)
    assert min(count.values()) >= 1


def test_the_tabs_and_the_copy_button(convolution):
    details = convolution.locator("details.code")
    details.locator("summary").click()
    convolution.get_by_role("tab", name="NumPy").focus()
    convolution.keyboard.press("ArrowRight")
    chosen = convolution.get_by_role("tab", selected=True)
    expect(chosen).to_have_text("PyTorch")
    expect(chosen).to_be_focused()
    details.get_by_role("button", name="Copy").click()
    expect(details.get_by_role("button", name="Copied")).to_be_visible()
    copied = convolution.evaluate("navigator.clipboard.readText()")
    assert copied == details.locator("pre").text_content()
    assert "y = F.conv2d(x, w)" in copied
    details.locator("summary").click()


# What a reader does ------------------------------------------------------------------------


def test_a_pointed_output_marks_its_window_and_back(convolution):
    window = [5, 6, 7, 9, 10, 11, 13, 14, 15]
    cell(convolution, "output", 3).hover()
    assert marked(convolution, "input") == window
    assert marked(convolution, "weight") == list(range(9))
    expect(convolution.locator(".sums p").last).to_contain_text("output[1, 1] =")
    cell(convolution, "input", 0).hover()
    assert (marked(convolution, "output"), marked(convolution, "weight")) == ([0], [0])
    cell(convolution, "weight", 4).hover()
    assert marked(convolution, "input") == [5, 6, 9, 10]
    assert marked(convolution, "output") == [0, 1, 2, 3]
    convolution.locator("h1").hover()
    assert marked(convolution, "output") == [0]  # what was chosen comes back


def test_the_keyboard_does_it_all(convolution):
    cell(convolution, "output", 0).focus()
    convolution.keyboard.press("ArrowRight")
    convolution.keyboard.press("ArrowDown")
    expect(cell(convolution, "output", 3)).to_be_focused()
    assert marked(convolution, "input") == [5, 6, 7, 9, 10, 11, 13, 14, 15]
    said = convolution.locator("[aria-live]")
    expect(said).to_contain_text("output[1, 1] =")
    convolution.keyboard.press("Home")
    expect(cell(convolution, "output", 2)).to_be_focused()
    convolution.keyboard.press("Shift+Tab")
    expect(cell(convolution, "weight", 0)).to_be_focused()
    convolution.keyboard.press("Shift+Tab")
    expect(cell(convolution, "input", 0)).to_be_focused()
    ring = "getComputedStyle(document.querySelector('conv-explorer').shadowRoot.activeElement)"
    assert convolution.evaluate(f"{ring}.outlineStyle") == "solid"
    before = float(cell(convolution, "output", 0).text_content())
    weight = float(cell(convolution, "weight", 0).text_content())
    convolution.keyboard.type("-7")
    convolution.keyboard.press("Enter")
    expect(cell(convolution, "input", 0)).to_have_text("−7")
    expect(cell(convolution, "input", 0)).to_be_focused()
    assert numeral(cell(convolution, "output", 0).text_content()) == before - 8 * weight
    convolution.keyboard.press("Enter")
    convolution.keyboard.press("Escape")
    expect(cell(convolution, "input", 0)).to_have_text("−7")


def test_a_finger_does_it_too(browser, site):
    with shown(browser, site, "size=4", has_touch=True, is_mobile=True, width=390) as tab:
        cell(tab, "output", 3).tap()
        assert marked(tab, "input") == [5, 6, 7, 9, 10, 11, 13, 14, 15]
        cell(tab, "weight", 0).tap()
        assert cell(tab, "weight", 0).locator("input").count() == 0
        cell(tab, "weight", 0).tap()
        cell(tab, "weight", 0).locator("input").fill("2.5")
        cell(tab, "output", 0).tap()
        expect(cell(tab, "weight", 0)).to_have_text("2.5")
        tab.get_by_role("button", name="stride: one more").tap()
        expect(tab.get_by_role("spinbutton", name="stride")).to_have_value("2")


def test_step_play_and_stop(convolution):
    step, back, play = (convolution.locator(f'[data-do="{n}"]') for n in ("step", "back", "play"))
    step.click()
    assert marked(convolution, "output") == [1]
    back.click()
    back.click()
    assert marked(convolution, "output") == [3]
    play.click()
    expect(play).to_have_text("Stop")
    assert marked(convolution, "output") == [0]  # from the start, for it stood at the end
    expect(cell(convolution, "output", 1)).to_have_class("cell marked chosen")
    play.click()
    expect(play).to_have_text("Play")
    assert marked(convolution, "output") == [1]


def test_playing_ends_at_the_last_number(convolution):
    convolution.locator('[data-do="play"]').click()
    expect(convolution.locator('[data-do="play"]')).to_have_text("Play", timeout=10_000)
    assert marked(convolution, "output") == [3]


def test_a_refusal_stands_where_the_output_was(convolution):
    for _ in range(3):
        convolution.get_by_role("button", name="kernel_size: one more").click()
    box = convolution.locator(".stage > :last-child")
    expect(box).to_contain_text("ValueError: kernel_size must fit in the padded input, got 6")
    expect(convolution.locator('[data-do="step"]')).to_be_disabled()
    expect(convolution.locator("[aria-live]")).to_contain_text("kernel_size must fit")
    convolution.get_by_role("button", name="padding: one more").click()
    expect(convolution.locator(".stage .refusal")).to_have_count(0)


def test_rows_and_columns_can_differ(convolution):
    convolution.get_by_role("button", name="rows ≠ columns").click()
    convolution.get_by_role("button", name="stride, columns: one more").click()
    assert "stride=1,2" in state(convolution)
    assert marked(convolution, "output") == [0]
    expect(cell(convolution, "output", 1)).to_be_visible()
    expect(cell(convolution, "output", 2)).to_have_count(0)
    convolution.get_by_role("button", name="rows ≠ columns").click()
    assert "stride" not in state(convolution)


def test_numbers_keep_their_places_when_the_size_changes(convolution):
    convolution.get_by_role("button", name="input size: one more").click()
    expect(cell(convolution, "input", 5)).to_have_text("5")
    expect(cell(convolution, "input", 18)).to_have_text("16")


def test_sampling_points_are_dragged_and_moved_by_keys(tab):
    put(tab, "operator=deformable&size=4&kernel_size=2&offset=" + ",".join(["0"] * 72))
    cell(tab, "output", 4).click()
    point = tab.locator(".point").nth(0)
    expect(point).to_have_attribute(
        "aria-label", "sampling point 0 at row 1, column 1; arrow keys move it"
    )
    point.focus()
    tab.keyboard.press("ArrowDown")
    expect(point).to_have_attribute(
        "aria-label", "sampling point 0 at row 1.25, column 1; arrow keys move it"
    )
    expect(point).to_be_focused()
    offset = np.zeros((1, 8, 3, 3))
    offset[0, 0, 1, 1] = 0.25
    check_deformed(tab, offset)
    box = cell(tab, "input", 15).bounding_box()
    point.hover()
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    tab.mouse.up()
    offset[0, :2, 1, 1] = 2
    check_deformed(tab, offset)
    assert 15 in marked(tab, "input")
    tab.get_by_role("button", name="Zero offsets").click()
    check_deformed(tab, offset * 0)


def check_deformed(tab, offset):
    explorer = "document.querySelector('conv-explorer')"
    given = tab.evaluate(f"({{ ...{explorer}.operands }})")
    x, w = np.reshape(given["input"], (1, 1, 4, 4)), np.reshape(given["weight"], (1, 1, 2, 2))
    assert given["offset"] == offset.ravel().tolist()
    expected = convlib.deform_conv2d(x.astype(float), offset, w.astype(float))
    np.testing.assert_allclose(
        tab.evaluate(f"{explorer}.stages[0].output.values"), expected.ravel()
    )


# The address -------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_state_survives_the_address(tab, operator):
    script = """texts => texts.map(text => {
        const explorer = document.querySelector("conv-explorer");
        explorer.setState(text);
        const { setting, operands, state } = explorer;
        explorer.setState(state);
        return [JSON.stringify([setting, operands]) ===
            JSON.stringify([explorer.setting, explorer.operands]), explorer.state === state, state];
    })"""
    texts = [written(operator, *case[:2]) for case in draws(operator, 40, seed=4)]
    for same_numbers, same_text, text in tab.evaluate(script, texts):
        assert same_numbers, text
        assert same_text, text


def test_a_link_shows_what_was_seen(browser, site):
    grant = {"permissions": ["clipboard-read", "clipboard-write"]}
    with shown(browser, site, 'id="it" operator="transposed"', **grant) as tab:
        tab.get_by_role("button", name="stride: one more").click()
        cell(tab, "output", 7).click()
        tab.get_by_role("button", name="Copy link").click()
        expect(tab.get_by_role("button", name="Copied")).to_be_visible()
        link = tab.evaluate("navigator.clipboard.readText()")
        assert link.endswith("#it?operator=transposed&stride=3&chosen=output.7")
        seen = tab.locator(".sums").text_content()
    with shown(browser, site, 'id="it"', "#" + link.split("#")[1]) as tab:
        assert tab.locator(".sums").text_content() == seen
        assert marked(tab, "output") == [7]
        tab.get_by_role("button", name="Reset").click()
        assert "#" not in tab.url
        expect(tab.get_by_role("combobox")).to_have_value("convolution")


@pytest.mark.parametrize(
    "hash", ["#it?operator=nothing&stride=x&input=1,2", "#it?&&=", "#it?size=99"]
)
def test_a_spoilt_address_does_no_harm(browser, site, hash):
    with shown(browser, site, 'id="it"', hash) as tab:
        expect(tab.get_by_role("combobox")).to_have_value("convolution")


# Looks and weight ----------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("operator", OPERATORS)
def test_is_accessible(browser, site, operator, theme):
    attributes = f'operator="{operator}"'
    if operator == "depthwise":
        attributes += ' groups="2"'  # refused
    with shown(browser, site, attributes, theme=theme, width=390) as tab:
        tab.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        background = tab.locator("conv-explorer .card").evaluate(
            "e => getComputedStyle(e).backgroundColor"
        )
        assert background == ("rgb(16, 21, 26)" if theme == "dark" else "rgb(255, 255, 255)")
        violations = Axe().run(tab).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in violations] == []


@pytest.mark.parametrize("operator", OPERATORS)
def test_never_scrolls_sideways(browser, site, operator):
    with shown(browser, site, width=360) as tab:
        for size in ("", "&size=16&kernel_size=5&padding=2&in_channels=4&out_channels=4"):
            put(tab, f"operator={operator}{size}")
            tab.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_jumps_while_it_plays(browser, site):
    with shown(browser, site, 'operator="transposed"') as tab:
        bottom = "document.querySelector('conv-explorer').getBoundingClientRect().height"
        tab.evaluate("""() => {
            for (let n = 0; n < 49; n++) document.querySelector("conv-explorer").step();
        }""")  # after the first round, every sum has its room
        heights = set()
        for _ in range(10):
            tab.locator('[data-do="step"]').click()
            heights.add(tab.evaluate(bottom))
        assert len(heights) == 1


def test_reduced_motion_is_respected(browser, site):
    for wish, expected in (("reduce", "0s"), ("no-preference", "0.12s")):
        with shown(browser, site, reduced_motion=wish) as tab:
            moves = "cell => getComputedStyle(cell).transitionDuration"
            assert cell(tab, "input", 0).evaluate(moves) == expected


def test_a_page_without_an_explorer_loads_a_few_hundred_bytes(browser, site):
    assert (ASSETS / "explorer.js").stat().st_size < 700
    assert (ASSETS / "explorer.css").stat().st_size < 700
    context = browser.new_context()
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url.removeprefix(site)))
    page = '<!doctype html><script type="module" src="explorer.js"></script>'
    tab.route("**/page", lambda route: route.fulfill(body=page, content_type="text/html"))
    tab.route("**/favicon.ico", lambda route: route.fulfill(body=""))
    tab.goto(f"{site}page", wait_until="networkidle")
    context.close()
    assert set(asked) - {"favicon.ico"} == {"page", "explorer.js"}


def test_without_scripts_a_sentence_stays(browser, site):
    with shown(browser, site, java_script_enabled=False) as tab:
        expect(tab.get_by_text("A sentence without scripts.")).to_be_visible()


# In a notebook -----------------------------------------------------------------------------


def test_the_python_and_the_browser_know_the_same_names(tab):
    names = tab.evaluate(
        "import('./explorer/operators.js').then(m => [m.OPERATORS, m.SETTINGS].map(Object.keys))"
    )
    assert names == [list(explorer.OPERATORS), list(explorer.SETTINGS)]


def test_a_notebook_cell_shows_it_without_a_server(browser, rng):
    x, w = rng.integers(0, 9, (2, 5, 4)), rng.integers(-2, 3, (3, 2, 3, 2))
    bundle = explorer.explorer(input=x, weight=w, padding=1)._repr_mimebundle_()
    context = browser.new_context()
    tab = context.new_page()
    tab.set_content(f"<!doctype html><body>{bundle['text/html']}{bundle['text/html']}")
    expect(tab.locator("conv-explorer .stage")).to_have_count(2)  # two cells, one definition
    script = "document.querySelector('conv-explorer').stages[0].output"
    seen = tab.evaluate(script)
    tab.get_by_role("button", name="stride, rows: one more").first.click()
    assert "#" not in tab.url  # the address is the notebook's, not ours
    context.close()
    expected = convlib.conv2d(x, w, padding=1)
    assert np.array_equal(np.reshape(seen["values"], seen["shape"]), expected)
    assert bundle["text/plain"].startswith(
        "Explorer(operator='convolution', size='5,4', in_channels='2'"
    )
    assert json.dumps(bundle)


@pytest.mark.parametrize(
    ("kind", "operator", "settings", "message"),
    [
        (ValueError, "pooling", {}, "operator must be one of convolution, dilated,"),
        (TypeError, "convolution", {"strides": 2}, "the explorer has no setting strides"),
    ],
)
def test_what_there_is_not_is_refused(kind, operator, settings, message):
    with pytest.raises(kind, match=message):
        explorer.explorer(operator, **settings)


def test_the_example_is_true():
    assert doctest.testmod(explorer) == (0, 1)


def test_arrays_set_the_sizes():
    shown = explorer.explorer("transposed", input=np.ones((2, 3)), weight=np.ones((1, 2, 4, 3)))
    assert shown.attributes["size"] == "2,3"
    assert shown.attributes["in_channels"] == "1"
    assert (shown.attributes["kernel_size"], shown.attributes["out_channels"]) == ("4,3", "2")
