"""The two gradients of a convolution: by hand, by finite differences, as adjoints."""

import numpy as np
import pytest
from cases import geometries, random
from hypothesis import given

from convlib import conv2d, conv2d_input, conv2d_weight, conv_transpose2d


def forward(case, seed=0):
    """Image, weight, and a gradient of the shape of the output."""
    rng = np.random.default_rng(seed)
    image, weight, _ = case.operands(rng, "int64")
    shape = conv2d(image, weight, **case.settings).shape
    return image, weight, random(rng, shape, "int64")


def test_pixels_that_no_window_reaches_have_gradient_zero():
    weight, slope = np.array([[[[1, 2], [3, 4]]]]), np.array([[[[1, 10], [100, 1000]]]])
    expected = [
        [1, 2, 10, 20, 0],
        [3, 4, 30, 40, 0],
        [100, 200, 1000, 2000, 0],
        [300, 400, 3000, 4000, 0],
        [0, 0, 0, 0, 0],
    ]
    result = conv2d_input((1, 1, 5, 5), weight, slope, stride=2)
    np.testing.assert_array_equal(result[0, 0], expected)


def test_weight_gradient_by_hand():
    image, slope = np.arange(9).reshape(1, 1, 3, 3), np.array([[[[1, 10], [100, 1000]]]])
    expected = [[4310, 5421], [7643, 8754]]
    np.testing.assert_array_equal(conv2d_weight(image, (1, 1, 2, 2), slope)[0, 0], expected)


@given(case=geometries(ranks=(2,)))
def test_both_gradients_are_adjoints_of_the_convolution(case):
    image, weight, slope = forward(case)
    along = (conv2d(image, weight, **case.settings) * slope).sum()
    back = conv2d_input(image.shape, weight, slope, **case.settings)
    assert (back.shape, back.dtype) == (image.shape, image.dtype)
    assert (back * image).sum() == along
    down = conv2d_weight(image, weight.shape, slope, **case.settings)
    assert (down.shape, down.dtype) == (weight.shape, weight.dtype)
    assert (down * weight).sum() == along


@given(case=geometries(ranks=(2,), largest=2))
def test_finite_differences(case):
    image, weight, slope = forward(case)
    back = conv2d_input(image.shape, weight, slope, **case.settings)
    down = conv2d_weight(image, weight.shape, slope, **case.settings)
    rng = np.random.default_rng(1)
    for gradient, operand in ((back, image), (down, weight)):
        place = tuple(rng.integers(operand.shape))
        step = np.zeros_like(operand)
        step[place] = 1
        moved = (image + step, weight) if operand is image else (image, weight + step)
        change = conv2d(*moved, **case.settings) - conv2d(image, weight, **case.settings)
        assert gradient[place] == (change * slope).sum()  # exact: the convolution is linear


@given(case=geometries(ranks=(2,)))
def test_input_gradient_is_the_transposed_convolution(case):
    image, weight, slope = forward(case)
    settings = (case.kernel, case.stride, case.padding, case.dilation)
    lines = zip(case.image, *settings, strict=True)
    lost = tuple((n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in lines)
    np.testing.assert_array_equal(
        conv2d_input(image.shape, weight, slope, **case.settings),
        conv_transpose2d(slope, weight, output_padding=lost, **case.settings),
    )


def test_shapes_may_be_lists_of_any_integers(rng):
    image, weight = random(rng, (2, 3, 6, 5)), random(rng, (4, 3, 2, 2))
    slope = random(rng, (2, 4, 5, 4))
    expected = conv2d_input((2, 3, 6, 5), weight, slope)
    np.testing.assert_array_equal(conv2d_input([2, 3, 6, 5], weight, slope), expected)
    np.testing.assert_array_equal(
        conv2d_input(list(np.array([2, 3, 6, 5])), weight, slope), expected
    )
    expected = conv2d_weight(image, (4, 3, 2, 2), slope)
    np.testing.assert_array_equal(conv2d_weight(image, [4, 3, 2, 2], slope), expected)


def test_the_size_of_the_pieces_does_not_show(rng, monkeypatch):
    image, slope = random(rng, (5, 4, 9, 8), "int64"), random(rng, (5, 6, 4, 8), "int64")
    settings = {"stride": (2, 1), "padding": (0, 1), "groups": 2}
    expected = conv2d_weight(image, (6, 2, 3, 3), slope, **settings)
    for block in (1, 100, 1000):
        monkeypatch.setattr("convlib.conv.BLOCK", block)
        monkeypatch.setattr("convlib.conv.COLUMNS", 1)
        np.testing.assert_array_equal(
            conv2d_weight(image, (6, 2, 3, 3), slope, **settings), expected
        )


INPUT = [
    ({"grad_output": (2, 6, 5, 9)}, "grad_output must have shape (2, 6, 5, 10), got (2, 6, 5, 9)"),
    (
        {"grad_output": (2, 6, 4, 10)},
        "grad_output must have shape (2, 6, 5, 10), got (2, 6, 4, 10)",
    ),
    (
        {"grad_output": (1, 6, 5, 10)},
        "grad_output must have shape (2, 6, 5, 10), got (1, 6, 5, 10)",
    ),
    (
        {"grad_output": (2, 3, 5, 10)},
        "grad_output must have shape (2, 6, 5, 10), got (2, 3, 5, 10)",
    ),
    ({"grad_output": (6, 5, 10)}, "grad_output must have 4 axes, got shape (6, 5, 10)"),
    ({"input_size": (4, 9, 8)}, "input_size must have 4 entries, got (4, 9, 8)"),
    ({"input_size": (2,)}, "input_size must have 4 entries, got (2,)"),
    (
        {"input_size": (2, 5, 9, 8)},
        "has 5 channels, but weight of shape (6, 2, 3, 2) with groups=2 expects 4",
    ),
    ({"input_size": (2, 4, 9, 0)}, "got 0"),
    ({"input_size": (-1, 4, 9, 8)}, "input_size must be at least 0, got -1"),
    ({"weight": (6, 2, 3)}, "weight must have 4 axes, got shape (6, 2, 3)"),
    ({"weight": (0, 2, 3, 2)}, "weight must not be empty, got shape (0, 2, 3, 2)"),
    ({"weight": (6, 2, 0, 2)}, "weight must not be empty, got shape (6, 2, 0, 2)"),
    (
        {"weight": (5, 2, 3, 2)},
        "weight.shape[0], the output channels, must be divisible by groups=2, got 5",
    ),
    ({"weight": (6, 2, 12, 2)}, "got 12 with dilation 1, which spans 12, on 11 pixels"),
]
WEIGHT = [
    ({"grad_output": (2, 6, 5, 9)}, "grad_output must have shape (2, 6, 5, 10), got (2, 6, 5, 9)"),
    (
        {"grad_output": (1, 6, 5, 10)},
        "grad_output must have shape (2, 6, 5, 10), got (1, 6, 5, 10)",
    ),
    (
        {"grad_output": (2, 5, 5, 10)},
        "grad_output must have shape (2, 6, 5, 10), got (2, 5, 5, 10)",
    ),
    ({"input": (4, 9, 8)}, "input must have 4 axes, got shape (4, 9, 8)"),
    (
        {"input": (2, 5, 9, 8)},
        "has 5 channels, but weight of shape (6, 2, 3, 2) with groups=2 expects 4",
    ),
    ({"input": (2, 4, 0, 8)}, "got "),
    ({"weight_size": (6, 2, 3)}, "weight_size must have 4 entries, got (6, 2, 3)"),
    ({"weight_size": (6, 0, 3, 2)}, "weight_size must be at least 1, got 0"),
    (
        {"weight_size": (5, 2, 3, 2)},
        "weight.shape[0], the output channels, must be divisible by groups=2, got 5",
    ),
    ({"weight_size": (6, 2, 12, 2)}, "got 12 with dilation 1, which spans 12, on 11 pixels"),
]


@pytest.mark.parametrize(("changes", "message"), INPUT, ids=lambda part: str(part)[:50])
def test_refusals_of_the_input_gradient(changes, message, refused):
    refused(ValueError, "conv2d_input", changes, message)


@pytest.mark.parametrize(("changes", "message"), WEIGHT, ids=lambda part: str(part)[:50])
def test_refusals_of_the_weight_gradient(changes, message, refused):
    refused(ValueError, "conv2d_weight", changes, message)


def test_one_number_is_no_shape(refused):
    message = "input_size must be a tuple of 4 ints, got 2"
    refused(TypeError, "conv2d_input", {"input_size": 2}, message)
    message = "weight_size must be a tuple of 4 ints, got 3"
    refused(TypeError, "conv2d_weight", {"weight_size": 3}, message)
