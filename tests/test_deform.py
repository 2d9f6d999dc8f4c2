"""Deformable convolution: the identity ladder, the rim of the image, refusals."""

import loops
import numpy as np
import pytest
from cases import random
from hypothesis import given, settings
from hypothesis import strategies as st

from convlib import conv2d, deform_conv2d

TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}
ROWS = np.broadcast_to(np.arange(9.0)[:, None], (1, 1, 9, 9))


def still(image, taps, sides, groups=1):
    return np.zeros((len(image), 2 * groups * taps, *sides))


def test_no_offset_is_the_convolution(rng):
    image, weight = random(rng, (2, 4, 7, 6)), random(rng, (6, 2, 3, 2))
    bias = random(rng, 6)
    settings = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    expected = conv2d(image, weight, bias, groups=2, **settings)
    offset = still(image, 6, expected.shape[2:])
    result = deform_conv2d(image, offset, weight, bias, **settings)
    np.testing.assert_allclose(result, expected, **TOLERANCE)


def test_offsets_that_spread_the_taps_are_a_dilation(rng):
    image, weight = random(rng, (1, 2, 11, 11)), random(rng, (3, 2, 3, 3))
    grid = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)], float)
    offset = np.broadcast_to(grid.reshape(1, 18, 1, 1), (1, 18, 11, 11))
    result = deform_conv2d(image, offset, weight, padding=1)
    np.testing.assert_allclose(result, conv2d(image, weight, padding=2, dilation=2), **TOLERANCE)


def test_half_a_pixel_averages_two_neighbours(rng):
    image, weight = random(rng, (1, 1, 8, 8)), random(rng, (1, 1, 3, 3))
    offset = still(image, 9, (6, 6))
    offset[:, 1::2] = 0.5
    between = np.pad(image, [(0, 0), (0, 0), (0, 0), (0, 1)])
    between = (between[..., :-1] + between[..., 1:]) / 2
    np.testing.assert_allclose(
        deform_conv2d(image, offset, weight), conv2d(between, weight), **TOLERANCE
    )


def test_a_mask_scales_each_sample_as_it_is(rng):
    image, weight = random(rng, (1, 2, 6, 6)), random(rng, (3, 2, 3, 3))
    offset = random(rng, (1, 18, 4, 4))
    plain = deform_conv2d(image, offset, weight)
    for factor in (0.5, -2.0, 0.0):
        mask = np.full((1, 9, 4, 4), factor)
        result = deform_conv2d(image, offset, weight, mask=mask)
        np.testing.assert_allclose(result, factor * plain, **TOLERANCE)


def test_the_even_channels_are_y():
    middle = np.zeros((1, 1, 3, 3))
    middle[..., 1, 1] = 1
    for channel, expected in ((8, 5.0), (9, 4.0)):
        offset = np.zeros((1, 18, 7, 7))
        offset[:, channel] = 1
        assert deform_conv2d(ROWS, offset, middle)[0, 0, 3, 3] == expected


@pytest.mark.parametrize(
    ("y", "value"),
    [
        (-1.5, 0), (-1, 0), (-0.75, 0.25), (-0.25, 0.75), (0, 1), (2.5, 1),
        (3, 1), (3.25, 0.75), (3.75, 0.25), (4, 0), (4.5, 0), (1e6, 0), (-1e6, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("axis", [0, 1])
def test_a_sample_fades_out_over_one_pixel_beyond_the_image(axis, y, value):
    offset = np.zeros((1, 2, 4, 4))
    place = np.moveaxis(np.arange(4.0)[:, None] + np.zeros((4, 4)), 0, axis)
    offset[0, axis] = y - place
    result = deform_conv2d(np.ones((1, 1, 4, 4)), offset, np.ones((1, 1, 1, 1)))
    np.testing.assert_array_equal(result, np.full((1, 1, 4, 4), float(value)))


@st.composite
def deformations(draw):
    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    kernel, stride, padding, dilation = pair(1, 3), pair(1, 2), pair(0, 2), pair(1, 2)
    needed = zip(kernel, padding, dilation, pair(0, 2), strict=True)
    size = tuple(max(1, d * (k - 1) + 1 - 2 * p) + more for k, p, d, more in needed)
    groups, shares = draw(st.tuples(st.integers(1, 2), st.sampled_from([1, 2, 4])))
    spread = draw(st.sampled_from([0.5, 3.0, 30.0]))
    extras = draw(st.tuples(st.booleans(), st.booleans()))
    return kernel, (stride, padding, dilation), size, groups, shares, spread, extras


@settings(max_examples=25)
@given(deformation=deformations())
def test_it_equals_the_plain_loops(deformation):
    kernel, geometry, size, groups, shares, spread, (has_bias, has_mask) = deformation
    rng = np.random.default_rng(0)
    image, weight = random(rng, (2, 4, *size)), random(rng, (2 * groups, 4 // groups, *kernel))
    stride, padding, dilation = geometry
    lines = zip(size, kernel, *geometry, strict=True)
    sides = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in lines]
    taps = kernel[0] * kernel[1]
    offset = spread * random(rng, (2, 2 * shares * taps, *sides))
    mask = random(rng, (2, shares * taps, *sides)) if has_mask else None
    bias = random(rng, 2 * groups) if has_bias else None
    result = deform_conv2d(image, offset, weight, bias, stride, padding, dilation, mask)
    for n in range(2):
        alone = None if mask is None else mask[n]
        expected = loops.deform(image[n], offset[n], weight, bias, *geometry, alone)
        np.testing.assert_allclose(result[n], expected, **TOLERANCE)


def test_shapes_of_the_worked_sample(rng):
    image, weight = random(rng, (8, 1, 28, 28)), random(rng, (16, 1, 3, 3))
    offset, mask = random(rng, (8, 18, 26, 26)), random(rng, (8, 9, 26, 26))
    assert deform_conv2d(image, offset, weight, mask=mask).shape == (8, 16, 26, 26)
    assert deform_conv2d(image, offset, weight).shape == (8, 16, 26, 26)


REFUSALS = [
    ({"input": (4, 9, 8)}, "input must have 4 axes, got shape (4, 9, 8)"),
    ({"input": (2, 0, 9, 8)}, "input must not be empty, got shape (2, 0, 9, 8)"),
    ({"input": (2, 4, 0, 8)}, "input must not be empty, got shape (2, 4, 0, 8)"),
    ({"weight": (6, 2, 3)}, "weight must have 4 axes, got shape (6, 2, 3)"),
    ({"weight": (0, 2, 3, 2), "bias": (0,)}, "weight must not be empty"),
    ({"weight": (6, 0, 3, 2)}, "weight must not be empty, got shape (6, 0, 3, 2)"),
    (
        {"weight": (6, 3, 3, 2)},
        "channels of input must be a multiple of weight.shape[1] = 3, got 4",
    ),
    (
        {"weight": (5, 2, 3, 2), "bias": (5,)},
        "weight.shape[0], the output channels, must be divisible by groups=2, got 5",
    ),
    (
        {"offset": (2, 23, 5, 10)},
        "channels of offset must be a multiple of 2 * KH * KW = 12, got 23",
    ),
    (
        {"offset": (2, 36, 5, 10), "mask": (2, 18, 5, 10)},
        "channels of input must be a multiple of offset groups = 3, got 4",
    ),
    (
        {"offset": (2, 0, 5, 10), "mask": (2, 0, 5, 10)},
        "channels of offset must be a multiple of 2 * KH * KW = 12, got 0",
    ),
    ({"offset": (2, 24, 5)}, "offset must have 4 axes, got shape (2, 24, 5)"),
    ({"offset": (2, 24, 5, 9)}, "offset must have shape (2, 24, 5, 10), got (2, 24, 5, 9)"),
    ({"offset": (2, 24, 9, 8)}, "offset must have shape (2, 24, 5, 10), got (2, 24, 9, 8)"),
    ({"offset": (1, 24, 5, 10)}, "offset must have shape (2, 24, 5, 10), got (1, 24, 5, 10)"),
    ({"mask": (2, 24, 5, 10)}, "mask must have shape (2, 12, 5, 10), got (2, 24, 5, 10)"),
    ({"mask": (2, 12, 5, 9)}, "mask must have shape (2, 12, 5, 10), got (2, 12, 5, 9)"),
    ({"mask": (1, 12, 5, 10)}, "mask must have shape (2, 12, 5, 10), got (1, 12, 5, 10)"),
    ({"mask": (2, 12, 5)}, "mask must have "),
    ({"bias": (1,)}, "bias must have shape (6,), got (1,)"),
    ({"stride": 0}, "stride must be at least 1, got 0"),
    ({"dilation": (6, 1)}, "got 3 with dilation 6, which spans 13, on 11 pixels"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSALS, ids=lambda part: str(part)[:45])
def test_refusals(changes, message, refused):
    refused(ValueError, "deform_conv2d", changes, message)
