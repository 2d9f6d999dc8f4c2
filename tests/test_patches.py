"""unfold and fold: the order of the numbers, the overlap counts, refusals."""

import numpy as np
import pytest
from cases import random
from hypothesis import given
from hypothesis import strategies as st

from convlib import conv2d, fold, unfold

COUNTS = [[1, 2, 3, 2, 1], [2, 4, 6, 4, 2], [3, 6, 9, 6, 3], [2, 4, 6, 4, 2], [1, 2, 3, 2, 1]]


def test_columns_by_hand():
    image = np.arange(18).reshape(2, 3, 3)
    expected = [
        [0, 1, 3, 4],
        [1, 2, 4, 5],
        [3, 4, 6, 7],
        [4, 5, 7, 8],
        [9, 10, 12, 13],
        [10, 11, 13, 14],
        [12, 13, 15, 16],
        [13, 14, 16, 17],
    ]
    np.testing.assert_array_equal(unfold(image, 2), expected)
    np.testing.assert_array_equal(unfold(image[None], 2), [expected])


def test_fold_of_unfold_counts_the_patches_over_each_pixel():
    ones = np.ones((1, 1, 5, 5), int)
    np.testing.assert_array_equal(fold(unfold(ones, 3), 5, 3)[0, 0], COUNTS)


def test_places_that_no_block_covers_stay_zero():
    columns = np.arange(1, 5).reshape(1, 4)
    expected = [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(fold(columns, 4, 1, stride=2)[0], expected)


def test_booleans_fold_to_any():
    columns = np.array([[True, False], [False, False], [True, True], [False, False]])
    np.testing.assert_array_equal(fold(columns, (1, 2), 1)[:, 0], columns)
    overlap = fold(np.array([[True, True], [True, True]]), (1, 3), (1, 2))
    np.testing.assert_array_equal(overlap, [[[True, True, True]]])
    assert overlap.dtype == bool


@st.composite
def blocks(draw):
    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    kernel, dilation, padding, stride = pair(1, 3), pair(1, 2), pair(0, 3), pair(1, 3)
    needed = zip(kernel, padding, dilation, pair(0, 4), strict=True)
    size = tuple(max(1, d * (k - 1) + 1 - 2 * p) + more for k, p, d, more in needed)
    return size, (kernel, dilation, padding, stride)


@given(block=blocks())
def test_every_number_is_the_pixel_under_its_tap(block):
    size, (kernel, dilation, padding, stride) = block
    image = random(np.random.default_rng(0), (2, 3, *size), "int64")
    columns = unfold(image, kernel, dilation, padding, stride)
    padded = np.pad(image, [(0, 0), (0, 0), *((p, p) for p in padding)])
    high, wide = (
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, d, p, s in zip(size, kernel, dilation, padding, stride, strict=True)
    )
    assert columns.shape == (2, 3 * kernel[0] * kernel[1], high * wide)
    for row, (c, u, v) in enumerate(np.ndindex(3, *kernel)):
        for column, (i, j) in enumerate(np.ndindex(high, wide)):
            y, x = i * stride[0] + u * dilation[0], j * stride[1] + v * dilation[1]
            np.testing.assert_array_equal(columns[:, row, column], padded[:, c, y, x])


@given(block=blocks())
def test_fold_is_the_adjoint_of_unfold(block):
    size, settings = block
    image = random(np.random.default_rng(0), (2, 3, *size), "int64")
    columns = unfold(image, *settings)
    other = random(np.random.default_rng(1), columns.shape, "int64")
    assert (columns * other).sum() == (image * fold(other, size, *settings)).sum()


@given(block=blocks())
def test_fold_of_unfold_is_the_image_times_the_overlap_count(block):
    size, settings = block
    image = random(np.random.default_rng(0), (2, 3, *size), "int64")
    counts = fold(unfold(np.ones_like(image), *settings), size, *settings)
    np.testing.assert_array_equal(fold(unfold(image, *settings), size, *settings), image * counts)


@given(block=blocks())
def test_a_matrix_times_the_columns_is_the_convolution(block):
    size, (kernel, dilation, padding, stride) = block
    rng = np.random.default_rng(0)
    image = random(rng, (2, 3, *size), "int64")
    weight = random(rng, (4, 3, *kernel), "int64")
    expected = conv2d(image, weight, stride=stride, padding=padding, dilation=dilation)
    product = weight.reshape(4, -1) @ unfold(image, kernel, dilation, padding, stride)
    np.testing.assert_array_equal(product.reshape(expected.shape), expected)


def test_one_image_needs_no_batch(rng):
    image = random(rng, (3, 5, 4))
    np.testing.assert_array_equal(unfold(image, 2), unfold(image[None], 2)[0])
    columns = unfold(image, 2)
    np.testing.assert_array_equal(fold(columns, (5, 4), 2), fold(columns[None], (5, 4), 2)[0])


REFUSALS = [
    ("unfold", {"input": (9, 8)}, "input must have 3 or 4 axes, got shape (9, 8)"),
    ("unfold", {"input": (2, 0, 9, 8)}, "input must not be empty, got shape (2, 0, 9, 8)"),
    ("unfold", {"input": (2, 4, 9, 0)}, "input must not be empty, got shape (2, 4, 9, 0)"),
    ("unfold", {"kernel_size": (2, 9)}, "got 9 with dilation 1, which spans 9, on 8 pixels"),
    ("unfold", {"dilation": (11, 1)}, "got 2 with dilation 11, which spans 12, on 11 pixels"),
    ("fold", {"input": (30,)}, "input must have 2 or 3 axes, got shape (30,)"),
    ("fold", {"input": (1, 2, 24, 30)}, "input must have 2 or 3 axes"),
    ("fold", {"input": (2, 23, 30)}, "input must have a multiple of 6 rows, KH * KW, got 23"),
    ("fold", {"input": (2, 0, 30)}, "input must have a multiple of 6 rows, KH * KW, got 0"),
    ("fold", {"input": (2, 24, 29)}, "input must have shape (2, 24, 30), got (2, 24, 29)"),
    ("fold", {"input": (24, 31)}, "input must have shape (1, 24, 30), got (1, 24, 31)"),
    ("fold", {"input": (0, 24, 29)}, "input must have shape (0, 24, 30), got (0, 24, 29)"),
    ("fold", {"output_size": (0, 8)}, "output_size must be at least 1, got 0"),
    ("fold", {"output_size": (9, 2)}, "got 3 with dilation 1, which spans 3, on 2 pixels"),
]


@pytest.mark.parametrize(("name", "changes", "message"), REFUSALS, ids=lambda part: str(part)[:45])
def test_refusals(name, changes, message, refused):
    refused(ValueError, name, changes, message)
