"""Output sizes: the formulas against what really comes out, and what is refused."""

import re
from itertools import product

import loops
import numpy as np
import pytest

import convlib
from convlib import sizes
from convlib.cost import output_size

WORKED = [
    ((5, 3), {"padding": 1}, 5),
    ((5, 3), {}, 3),
    ((5, 3), {"stride": 2, "padding": 1}, 3),
    ((5, 3), {"padding": 2}, 7),
    ((6, 3), {"stride": 2}, 2),
    ((20, 3), {"dilation": 4, "padding": 4}, 20),
    ((20, 2), {"padding": 1}, 21),
    ((224, 7), {"stride": 2, "padding": 3}, 112),
    ((572, 3), {}, 570),
    ((5, 2), {"stride": 2, "ceil_mode": True}, 3),
    ((5, 2), {"stride": 2}, 2),
    ((5, 6), {"stride": 6, "ceil_mode": True}, 1),
    ((4, 1), {"stride": 2, "ceil_mode": True}, 2),  # a third window would start outside
    ((4, 4), {"stride": 2, "transposed": True}, 10),
    ((4, 4), {"stride": 2, "padding": 1, "transposed": True}, 8),
    ((4, 4), {"stride": 2, "padding": 2, "transposed": True}, 6),
    ((4, 3), {"stride": 2, "padding": 1, "output_padding": 1, "transposed": True}, 8),
    ((5, 3), {"dilation": 3, "output_padding": 2, "transposed": True}, 13),
    ((2, 3), {"transposed": True}, 4),
]


@pytest.mark.parametrize(("sides", "settings", "expected"), WORKED, ids=str)
def test_sizes_worked_by_hand(sides, settings, expected):
    result = output_size(*sides, **settings)
    assert (result, type(result)) == (expected, int)


def test_one_size_an_axis():
    assert output_size((224, 100), (7, 3), stride=2, padding=(3, 1)) == (112, 50)
    assert output_size([9, 8, 7], [1, 2, 3], [1, 2, 3], [0, 1, 2], [1, 1, 2]) == (9, 5, 3)
    assert output_size((9,), 3) == (7,)
    assert output_size((5, 5), 3, (2, 1), 1, 1, (1, 0), False, True) == (10, 5)
    assert output_size(np.int64(9), np.int8(3)) == 7
    assert type(output_size((np.int64(9),), 3)[0]) is int


GRID = list(product(range(1, 8), range(1, 5), range(1, 4), range(3), range(1, 3)))


def size_or_none(function, *args, **settings):
    try:
        return function(*args, **settings)
    except ValueError:
        return None


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_convolution_counts_the_places_its_window_can_start(stride):
    for n, k, s, p, d in GRID:
        if s == stride:
            expected = len(loops.starts(n + 2 * p, k, s, d)) or None
            assert size_or_none(output_size, n, k, s, p, d) == expected, (n, k, s, p, d)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_a_pool_counts_its_windows(ceil_mode):
    for n, k, s, p, d in GRID:
        allowed = p <= k // 2
        lines = loops.pooled_lines(n, k, s, p, d, ceil_mode)
        expected = len(lines) or None if allowed else None
        result = size_or_none(sizes.pooled, n, k, s, p, d, ceil_mode)
        assert result == expected, (n, k, s, p, d)
        if ceil_mode:
            assert size_or_none(output_size, n, k, s, p, d, ceil_mode=True) == expected


def test_a_transposed_convolution_undoes_the_size():
    for n, k, s, p, d in GRID:
        after = size_or_none(output_size, n, k, s, p, d)
        lost = (n + 2 * p - d * (k - 1) - 1) % s
        if after is not None:
            settings = {"stride": s, "padding": p, "dilation": d, "output_padding": lost}
            assert output_size(after, k, **settings, transposed=True) == n


def test_the_size_is_the_size_that_comes_out():
    image = np.zeros((1, 9, 8))
    settings = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2)}
    after = convlib.conv2d(image, np.zeros((1, 1, 3, 2)), **settings).shape[1:]
    assert output_size((9, 8), (3, 2), **settings) == after
    after = convlib.max_pool2d(image, (3, 2), ceil_mode=True, **settings).shape[1:]
    assert output_size((9, 8), (3, 2), ceil_mode=True, **settings) == after
    settings["output_padding"] = (1, 2)
    after = convlib.conv_transpose2d(image, np.zeros((1, 1, 3, 2)), **settings).shape[1:]
    assert output_size((9, 8), (3, 2), transposed=True, **settings) == after


REFUSALS = [
    ((0, 3), {}, "input_size must be at least 1, got 0"),
    ((5, 0), {}, "kernel_size must be at least 1, got 0"),
    ((5, 3), {"stride": 0}, "stride must be at least 1, got 0"),
    ((5, 3), {"padding": -1}, "padding must be at least 0, got -1"),
    ((5, 3), {"dilation": 0}, "dilation must be at least 1, got 0"),
    (
        (5, 3),
        {"output_padding": -1, "transposed": True},
        "output_padding must be at least 0, got -1",
    ),
    ((5, (3, 3)), {}, "kernel_size must have 1 entries, got (3, 3)"),
    (((5, 5), 3), {"stride": (1, 1, 1)}, "stride must have 2 entries, got (1, 1, 1)"),
    (
        (5, 6),
        {},
        "got 6 with dilation 1, which spans 6, on 5 pixels",
    ),
    ((5, 3), {"dilation": 4, "padding": 1}, "got 3 with dilation 4, which spans 9, on 7 pixels"),
    ((5, 7), {"stride": 2, "ceil_mode": True}, "got 7 with dilation 1, which spans 7, on 5 pixels"),
    (
        (5, 3),
        {"padding": 2, "ceil_mode": True},
        "padding must be at most half of kernel_size 3, got 2",
    ),
    ((5, 3), {"output_padding": 1}, "output_padding must be 0 without transposed=True, got 1"),
    (
        (5, 3),
        {"output_padding": 2, "stride": 2, "transposed": True},
        "output_padding must be smaller than stride 2 or dilation 1, got 2",
    ),
    (
        (5, 3),
        {"output_padding": 3, "dilation": 3, "transposed": True},
        "output_padding must be smaller than stride 1 or dilation 3, got 3",
    ),
    ((1, 2), {"padding": 1, "transposed": True}, "output 0"),
    (
        (5, 3),
        {"ceil_mode": True, "transposed": True},
        "ceil_mode must be False for a transposed convolution, got True",
    ),
]


@pytest.mark.parametrize(("sides", "settings", "message"), REFUSALS, ids=str)
def test_refusals(sides, settings, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        output_size(*sides, **settings)


@pytest.mark.parametrize("wrong", [5.0, True, "5", None])
def test_sizes_of_another_kind_are_refused(wrong):
    names = ("input_size", "kernel_size", "stride", "padding", "dilation", "output_padding")
    for name in names:
        sides = {"input_size": 5, "kernel_size": 3, name: wrong}
        with pytest.raises(TypeError, match=f"^{name} must be an int, got"):
            output_size(**sides)
    for name in ("ceil_mode", "transposed"):
        with pytest.raises(TypeError, match=f"^{name} must be True or False, got 1"):
            output_size(5, 3, **{name: 1})
