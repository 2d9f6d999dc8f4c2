"""A convolution as a matrix: its entries, its product, its transpose."""

import numpy as np
import pytest
from cases import geometries, random
from hypothesis import given

from convlib import conv2d, conv2d_input, conv_matrix, conv_transpose2d


def test_the_matrix_by_hand():
    weight = np.array([[[[1, 2], [3, 4]]]])
    expected = [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
    ]
    np.testing.assert_array_equal(conv_matrix(weight, 3), expected)
    np.testing.assert_array_equal(conv_matrix(weight, 3, stride=2), [expected[0]])
    np.testing.assert_array_equal(
        conv_matrix(weight, [2, 2], padding=1, stride=2), np.diag([4, 3, 2, 1])
    )
    np.testing.assert_array_equal(
        conv_matrix(weight, (3, 3), dilation=2), [[1, 0, 2, 0, 0, 0, 3, 0, 4]]
    )


def test_nine_weights_fill_81_of_225_entries():
    matrix = conv_matrix(np.arange(1, 10).reshape(1, 1, 3, 3), 5)
    assert matrix.shape == (9, 25)
    assert np.count_nonzero(matrix) == 81
    assert sorted(set(matrix.ravel().tolist())) == list(range(10))


def test_its_transpose_spreads_two_by_two_to_four_by_four():
    matrix = conv_matrix(np.arange(1, 10).reshape(1, 1, 3, 3), 4)
    expected = [[2, 8, 14, 12], [8, 27, 34, 27], [14, 48, 55, 42], [0, 7, 8, 9]]
    np.testing.assert_array_equal((matrix.T @ [2, 4, 0, 1]).reshape(4, 4), expected)


def matrix_of(case, weight):
    settings = {name: getattr(case, name) for name in ("stride", "padding", "dilation")}
    return conv_matrix(weight, case.image, **settings), settings


@given(case=geometries(ranks=(2,)))
def test_the_matrix_product_is_the_convolution(case):
    image, weight, _ = case.operands(np.random.default_rng(0), "int64", batch=())
    image = image[: weight.shape[1]]
    matrix, settings = matrix_of(case, weight)
    expected = conv2d(image, weight, **settings)
    assert matrix.shape == (expected.size, image.size)
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(matrix @ image.ravel(), expected.ravel())


@given(case=geometries(ranks=(2,)))
def test_its_transpose_is_the_transposed_convolution(case):
    image, weight, _ = case.operands(np.random.default_rng(0), "int64", batch=(1,))
    image = image[:, : weight.shape[1]]
    matrix, settings = matrix_of(case, weight)
    slope = random(np.random.default_rng(1), conv2d(image, weight, **settings).shape, "int64")
    back = (matrix.T @ slope.ravel()).reshape(image.shape)
    np.testing.assert_array_equal(back, conv2d_input(image.shape, weight, slope, **settings))
    numbers = zip(case.image, case.kernel, *settings.values(), strict=True)
    lost = tuple((n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in numbers)
    np.testing.assert_array_equal(
        back, conv_transpose2d(slope, weight, output_padding=lost, **settings)
    )


REFUSALS = [
    ({"weight": (2, 3, 2)}, "weight must have 4 axes, got shape (2, 3, 2)"),
    ({"weight": (2, 0, 3, 2)}, "weight must not be empty, got shape (2, 0, 3, 2)"),
    ({"weight": (0, 2, 3, 2)}, "weight must not be empty, got shape (0, 2, 3, 2)"),
    ({"input_size": (6,)}, "input_size must have 2 entries, got (6,)"),
    ({"input_size": (6, 5, 4)}, "input_size must have 2 entries, got (6, 5, 4)"),
    ({"input_size": (6, 0)}, "input_size must be at least 1, got 0"),
    ({"weight": (2, 2, 9, 2)}, "got 9 with dilation 1, which spans 9, on 8 pixels"),
    ({"padding": (0, -1)}, "padding must be at least 0, got -1"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSALS, ids=lambda part: str(part)[:45])
def test_refusals(changes, message, refused):
    refused(ValueError, "conv_matrix", changes, message)
