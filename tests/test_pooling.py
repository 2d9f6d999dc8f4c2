"""Pooling: the corner values, windows that hang over, integers, NaN, refusals."""

import loops
import numpy as np
import pytest
from cases import random
from hypothesis import given
from hypothesis import strategies as st

from convlib import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    conv2d,
    max_pool2d,
    pooling,
)

SQUARE = np.arange(16).reshape(1, 4, 4)
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def test_two_by_two_windows_by_hand():
    np.testing.assert_array_equal(max_pool2d(SQUARE, 2), [[[5, 7], [13, 15]]])
    np.testing.assert_array_equal(avg_pool2d(SQUARE * 1.0, 2), [[[2.5, 4.5], [10.5, 12.5]]])
    np.testing.assert_array_equal(max_pool2d(SQUARE, 2, 1)[0, 0], [5, 6, 7])
    np.testing.assert_array_equal(max_pool2d(SQUARE, 2, 1, dilation=2), [[[10, 11], [14, 15]]])


@pytest.mark.parametrize(
    ("ceil_mode", "count_include_pad", "corner"),
    [
        (False, True, 4 / 9),
        (False, False, 1),
        (True, True, 4 / 9),
        (True, False, 1),
    ],
)
def test_first_corner_of_an_average_of_ones(ceil_mode, count_include_pad, corner):
    ones = np.ones((1, 4, 4))
    result = avg_pool2d(ones, 3, 2, 1, ceil_mode, count_include_pad)
    assert result[0, 0, 0] == pytest.approx(corner, rel=1e-15)


def test_what_hangs_over_the_right_padding_does_not_count():
    ones = np.ones((1, 4, 4))
    result = avg_pool2d(ones, 3, 2, 1, ceil_mode=True)  # last window: rows 3, 4 of [-1, 5)
    np.testing.assert_allclose(result[0, 2], [2 / 6, 3 / 6, 1 / 4], rtol=1e-15)
    result = avg_pool2d(ones, 2, 3, ceil_mode=True)  # last window: row 3 alone
    np.testing.assert_array_equal(result, np.ones((1, 2, 2)))


def test_the_last_window_must_start_inside_the_image():
    line = np.arange(5).reshape(1, 1, 5)
    np.testing.assert_array_equal(max_pool2d(line, 1, 2, ceil_mode=True), [[[0, 2, 4]]])
    np.testing.assert_array_equal(max_pool2d(line, (1, 2), 2, ceil_mode=True), [[[1, 3, 4]]])
    np.testing.assert_array_equal(max_pool2d(line, (1, 6), 6, ceil_mode=True), [[[4]]])
    short = line[..., :4]
    np.testing.assert_array_equal(max_pool2d(short, (1, 2), (1, 3), ceil_mode=True), [[[1, 3]]])
    np.testing.assert_array_equal(max_pool2d(short, (1, 1), (1, 4), ceil_mode=True), [[[0]]])


def test_means_of_integers_are_cut_towards_zero():
    pairs = np.array([[[-7, 0], [7, 0], [-1, 0], [1, 0], [-8, 0]]])
    np.testing.assert_array_equal(avg_pool2d(pairs, (1, 2))[0, :, 0], [-3, 3, 0, 0, -4])
    assert avg_pool2d(pairs, (1, 2)).dtype == np.int64
    large = np.array([[[2**60 + 1, 2**60 + 1]]])  # more than a float can tell apart
    np.testing.assert_array_equal(avg_pool2d(large, (1, 2)), [[[2**60 + 1]]])


def test_padding_of_a_maximum_is_never_zero():
    below = np.full((1, 3, 3), -1.0)
    np.testing.assert_array_equal(max_pool2d(below, 3, 1, 1), below)
    np.testing.assert_array_equal(max_pool2d(below.astype(int), 3, 1, 1), below)


@pytest.mark.parametrize("dtype", [*INTEGERS, "float16", "float32", "float64"])
def test_a_window_of_padding_alone_gives_the_smallest_number(dtype):
    image = np.ones((1, 1, 1), dtype)
    result = max_pool2d(image, (1, 2), 1, (0, 1), dilation=(1, 2))
    lowest = -np.inf if result.dtype.kind == "f" else np.iinfo(dtype).min
    np.testing.assert_array_equal(result, [[[lowest]]])
    assert result.dtype == dtype


@pytest.mark.parametrize("dtype", INTEGERS)
def test_maxima_of_every_integer_dtype(dtype, rng):
    ends = np.iinfo(dtype)
    image = rng.integers(ends.min, ends.max, (2, 3, 6, 5), dtype, endpoint=True)
    result = max_pool2d(image, 3, 2, 1)
    assert result.dtype == dtype
    wide = np.pad(image, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=ends.min)
    for i, j in np.ndindex(3, 3):
        block = wide[..., 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        np.testing.assert_array_equal(result[..., i, j], block.max((2, 3)))
    whole = adaptive_max_pool2d(image, 1)
    assert whole.dtype == dtype
    np.testing.assert_array_equal(whole[..., 0, 0], image.max((2, 3)))


@pytest.mark.parametrize("function", [max_pool2d, avg_pool2d])
def test_nan_wins(function):
    image = np.zeros((1, 4, 4))
    image[0, 0, 0] = np.nan
    np.testing.assert_array_equal(np.isnan(function(image, 2)), [[[True, False], [False, False]]])
    np.testing.assert_array_equal(
        np.isnan(adaptive_max_pool2d(image, 2)), np.isnan(function(image, 2))
    )


def test_float16_means_do_not_overflow_on_the_way():
    image = np.full((1, 4, 4), 30000, "float16")
    np.testing.assert_array_equal(avg_pool2d(image, 4), [[[30000]]])
    np.testing.assert_array_equal(adaptive_avg_pool2d(image, 1), [[[30000]]])


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "positions", "include", "expected"),
    [
        (4, 2, 2, 0, 2, True, [2]),  # all full: one number stands for all
        (4, 2, 2, 0, 2, False, [2]),
        (5, 2, 2, 0, 2, False, [2]),
        (4, 3, 1, 1, 4, True, [3]),
        (4, 3, 1, 1, 4, False, [2, 3, 3, 2]),
        (5, 2, 2, 0, 3, True, [2, 2, 1]),  # the last one hangs over
        (5, 2, 2, 0, 3, False, [2, 2, 1]),
        (4, 3, 2, 1, 3, True, [3, 3, 2]),
        (4, 3, 2, 1, 3, False, [2, 3, 1]),
    ],
)
def test_pixels_of_each_window(size, kernel, stride, padding, positions, include, expected):
    counts = pooling._counts(size, kernel, stride, padding, positions, include)
    assert counts.tolist() == expected


def test_windows_of_one_axis_alone_may_be_full():
    floats, integers = np.ones((1, 4, 5)), np.full((1, 4, 5), 2)
    for image in (floats, integers):
        for turned in (image, image.swapaxes(1, 2)):
            result = avg_pool2d(turned, 2, ceil_mode=True)
            np.testing.assert_array_equal(result, np.full(result.shape, image[0, 0, 0]))


@pytest.mark.parametrize("function", [max_pool2d, avg_pool2d])
def test_a_window_of_one_pixel_gives_a_copy(function, rng):
    image = random(rng, (2, 3, 4, 5))
    result = function(image, 1)
    np.testing.assert_array_equal(result, image)
    assert not np.shares_memory(result, image)


@st.composite
def pools(draw):
    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    kernel, stride, dilation = pair(1, 4), pair(1, 4), pair(1, 3)
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    needed = zip(kernel, padding, dilation, pair(0, 4), strict=True)
    size = tuple(max(1, d * (k - 1) + 1 - 2 * p) + more for k, p, d, more in needed)
    return size, kernel, stride, padding, dilation, draw(st.booleans())


@given(pool=pools())
def test_maxima_equal_the_plain_loops(pool):
    size, *settings = pool
    image = random(np.random.default_rng(0), (2, 2, *size), "int64") - 20
    lowest = np.iinfo("int64").min

    def reduce(plane, places):
        return max(loops.inside(plane, places), default=lowest)

    expected = [loops.pool(one, reduce, *settings) for one in image]
    np.testing.assert_array_equal(max_pool2d(image, *settings), expected)


@given(pool=pools(), include=st.booleans())
def test_means_equal_the_plain_loops(pool, include):
    size, kernel, stride, padding, _, ceil_mode = pool
    size = tuple(max(n, k - 2 * p) for n, k, p in zip(size, kernel, padding, strict=True))
    image = random(np.random.default_rng(0), (2, *size))

    def reduce(plane, places):
        ends = [n + p for n, p in zip(plane.shape, padding, strict=True)]
        counted = [(y, x) for y, x in places if y < ends[0] and x < ends[1]]
        values = loops.inside(plane, places)
        return sum(values) / (len(counted) if include else len(values))

    expected = loops.pool(image, reduce, kernel, stride, padding, (1, 1), ceil_mode)
    result = avg_pool2d(image, kernel, stride, padding, ceil_mode, include)
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


@given(pool=pools())
def test_an_average_that_counts_the_border_is_a_convolution(pool):
    size, kernel, stride, padding, _, _ = pool
    size = tuple(max(n, k - 2 * p) for n, k, p in zip(size, kernel, padding, strict=True))
    image = random(np.random.default_rng(0), (2, 3, *size))
    box = np.full((3, 1, *kernel), 1 / (kernel[0] * kernel[1]))
    np.testing.assert_allclose(
        avg_pool2d(image, kernel, stride, padding),
        conv2d(image, box, stride=stride, padding=padding, groups=3),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize(("block", "calls"), [(1, 5), (3 * 20 * 2 - 1, 5), (3 * 20 * 2, 3)])
def test_pieces_are_as_large_as_the_cache_takes(block, calls, monkeypatch, rng):
    image = random(rng, (5, 3, 5, 4))
    whole = max_pool2d(image, 2), avg_pool2d(image, 2)
    monkeypatch.setattr(pooling, "BLOCK", block)
    one_pass, sizes = pooling._pass, []

    def noted(ufunc, part, *settings, out):
        sizes.append(len(part))
        one_pass(ufunc, part, *settings, out=out)

    monkeypatch.setattr(pooling, "_pass", noted)
    np.testing.assert_array_equal(max_pool2d(image, 2), whole[0])
    assert len(sizes) == 2 * calls  # down and across
    assert sum(sizes) == 2 * 5
    np.testing.assert_array_equal(avg_pool2d(image, 2), whole[1])


def test_bins_of_adaptive_pools_by_hand():
    line = np.arange(7.0).reshape(1, 1, 7)
    np.testing.assert_array_equal(adaptive_max_pool2d(line, (1, 3)), [[[2, 4, 6]]])
    np.testing.assert_array_equal(adaptive_avg_pool2d(line, (1, 3)), [[[1, 3, 5]]])
    np.testing.assert_array_equal(
        adaptive_avg_pool2d(line[..., :3], (1, 5)), [[[0, 0.5, 1, 1.5, 2]]]
    )


@pytest.mark.parametrize("function", [adaptive_avg_pool2d, adaptive_max_pool2d])
@pytest.mark.parametrize("bins", [(1, 1), (2, 3), (7, 5), (4, 9), (10, 1)], ids=str)
def test_adaptive_pools_equal_the_plain_loops(function, bins, rng):
    image = random(rng, (2, 3, 7, 5))
    reduce = np.mean if function is adaptive_avg_pool2d else np.max
    expected = [loops.adaptive_pool(one, reduce, bins) for one in image]
    np.testing.assert_allclose(function(image, bins), expected, rtol=1e-12)


@pytest.mark.parametrize("function", [adaptive_avg_pool2d, adaptive_max_pool2d])
def test_adaptive_output_size_may_leave_a_side_alone(function, rng):
    image = random(rng, (2, 3, 7, 5))
    np.testing.assert_array_equal(function(image, (None, 2)), function(image, (7, 2)))
    np.testing.assert_array_equal(function(image, [2, None]), function(image, [2, 5]))
    np.testing.assert_array_equal(function(image[0], (3, None)), function(image[0], (3, 5)))
    np.testing.assert_array_equal(function(image, 3), function(image, (3, 3)))
    assert function(image, 0).shape == (2, 3, 0, 0)
    assert function(image, (0, 4)).shape == (2, 3, 0, 4)
    assert function(image[0], (2, 0)).shape == (3, 2, 0)


def test_only_the_adaptive_mean_takes_images_without_channels():
    assert adaptive_avg_pool2d(np.ones((2, 0, 4, 4)), 2).shape == (2, 0, 2, 2)
    assert adaptive_avg_pool2d(np.ones((0, 4, 4)), 2).shape == (0, 2, 2)
    with pytest.raises(ValueError, match=r"^input must not be empty, got shape \(2, 0, 4, 4\)$"):
        adaptive_max_pool2d(np.ones((2, 0, 4, 4)), 2)


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8"])
def test_means_of_other_integers_are_refused(dtype):
    with pytest.raises(TypeError, match=f"^input .*{dtype}"):
        avg_pool2d(SQUARE.astype(dtype), 2)


REFUSALS = [
    ("max_pool2d", {"padding": (2, 0)}, "padding must be at most half of kernel_size 3, got 2"),
    ("max_pool2d", {"padding": (1, 2)}, "padding must be at most half of kernel_size 2, got 2"),
    ("avg_pool2d", {"padding": 2}, "padding must be at most half of kernel_size 3, got 2"),
    ("avg_pool2d", {"kernel_size": 1, "padding": 1}, "at most half of kernel_size 1, got 1"),
    ("max_pool2d", {"dilation": 9}, "got 3 with dilation 9, which spans 19, on 11 pixels"),
    ("avg_pool2d", {"kernel_size": (3, 15)}, "got 15 with dilation 1, which spans 15, on 8 pixels"),
    ("max_pool2d", {"input": (9, 8)}, "input must have 3 or 4 axes, got shape (9, 8)"),
    ("avg_pool2d", {"input": (1, 1, 1, 9, 8)}, "input must have 3 or 4 axes"),
    ("max_pool2d", {"input": (2, 0, 9, 8)}, "input must not be empty, got shape (2, 0, 9, 8)"),
    ("avg_pool2d", {"input": (2, 4, 9, 0)}, "input must not be empty, got shape (2, 4, 9, 0)"),
    ("avg_pool2d", {"input": (0, 9, 8)}, "input must not be empty"),
    ("adaptive_avg_pool2d", {"input": (9, 8)}, "input must have 3 or 4 axes, got shape (9, 8)"),
    ("adaptive_avg_pool2d", {"input": (2, 4, 0, 8)}, "input must not be empty"),
    ("adaptive_max_pool2d", {"input": (2, 4, 9, 0)}, "input must not be empty"),
    ("adaptive_max_pool2d", {"input": (4, 0, 9)}, "input must not be empty"),
    ("adaptive_max_pool2d", {"output_size": (3,)}, "output_size must have 2 entries, got (3,)"),
    ("adaptive_avg_pool2d", {"output_size": (None,)}, "output_size must have 2 entries"),
    ("adaptive_avg_pool2d", {"output_size": (3, -1)}, "output_size must be at least 0, got -1"),
]


@pytest.mark.parametrize(("name", "changes", "message"), REFUSALS, ids=lambda part: str(part)[:45])
def test_refusals(name, changes, message, refused):
    refused(ValueError, name, changes, message)


@pytest.mark.parametrize("function", [adaptive_avg_pool2d, adaptive_max_pool2d])
def test_none_alone_is_no_output_size(function):
    with pytest.raises(TypeError, match=r"^output_size must be an int, got None"):
        function(np.ones((1, 4, 4)), None)
