"""Shuffles: which channel goes where, how to come back, refusals."""

import numpy as np
import pytest
from cases import random
from hypothesis import given
from hypothesis import strategies as st

from convlib import channel_shuffle, pixel_shuffle


def test_twelve_channels_in_three_groups():
    channels = np.arange(12).reshape(1, 12, 1)
    expected = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    np.testing.assert_array_equal(channel_shuffle(channels, 3).ravel(), expected)


def test_four_channels_become_four_pixels():
    image = np.arange(8).reshape(4, 1, 2)
    np.testing.assert_array_equal(pixel_shuffle(image, 2), [[[0, 2, 1, 3], [4, 6, 5, 7]]])


@given(groups=st.integers(1, 4), depth=st.integers(1, 4), rank=st.integers(1, 3))
def test_shuffling_by_groups_and_by_depth_comes_back(groups, depth, rank):
    image = random(np.random.default_rng(0), (2, groups * depth, *(3, 2, 4)[:rank]))
    shuffled = channel_shuffle(image, groups)
    assert (shuffled.shape, shuffled.dtype) == (image.shape, image.dtype)
    for g in range(groups):
        for j in range(depth):
            np.testing.assert_array_equal(shuffled[:, j * groups + g], image[:, g * depth + j])
    np.testing.assert_array_equal(channel_shuffle(shuffled, depth), image)


@given(factor=st.integers(1, 3), depth=st.integers(1, 3), lead=st.sampled_from([(), (2,), (2, 3)]))
def test_every_pixel_of_a_cell_comes_from_its_channel(factor, depth, lead):
    image = random(np.random.default_rng(0), (*lead, depth * factor**2, 3, 2))
    large = pixel_shuffle(image, factor)
    assert large.shape == (*lead, depth, 3 * factor, 2 * factor)
    for c, i, j in np.ndindex(depth, factor, factor):
        channel = c * factor**2 + i * factor + j
        np.testing.assert_array_equal(
            large[..., c, i::factor, j::factor], image[..., channel, :, :]
        )


def test_the_channel_axis_of_a_shuffle_is_always_the_second():
    image = np.arange(8).reshape(4, 2, 1)
    np.testing.assert_array_equal(channel_shuffle(image, 2), image)
    with pytest.raises(ValueError, match=r"divisible by groups=4, got 2$"):
        channel_shuffle(image, 4)


def test_sizes_of_zero_are_fine():
    assert channel_shuffle(np.ones((0, 4, 0)), 2).shape == (0, 4, 0)
    assert channel_shuffle(np.ones((2, 0, 3)), 2).shape == (2, 0, 3)
    assert pixel_shuffle(np.ones((0, 4, 3, 2)), 2).shape == (0, 1, 6, 4)


@pytest.mark.parametrize("dtype", [bool, "uint8", "float16", "complex128"])
def test_any_dtype_is_kept(dtype, rng):
    image = (rng.random((2, 4, 3, 2)) > 0.5).astype(dtype)
    assert channel_shuffle(image, 2).dtype == dtype
    assert pixel_shuffle(image, 2).dtype == dtype


REFUSALS = [
    (
        "channel_shuffle",
        {"groups": 3},
        "input.shape[1], the channels, must be divisible by groups=3, got 4",
    ),
    ("channel_shuffle", {"input": (4, 2)}, "input must have at least 3 axes, got shape (4, 2)"),
    ("pixel_shuffle", {"upscale_factor": 3}, "input must have channels divisible by 9, got 4"),
    ("pixel_shuffle", {"input": (4, 2)}, "input must have at least 3 axes, got shape (4, 2)"),
]


@pytest.mark.parametrize(("name", "changes", "message"), REFUSALS, ids=lambda part: str(part)[:45])
def test_refusals(name, changes, message, refused):
    refused(ValueError, name, changes, message)


@pytest.mark.parametrize("wrong", [(2,), (2, 2), [2]])
def test_a_factor_is_one_number(wrong):
    image = np.ones((1, 4, 2, 2))
    with pytest.raises(TypeError, match=r"^groups must be an int, got"):
        channel_shuffle(image, wrong)
    with pytest.raises(TypeError, match=r"^upscale_factor must be an int, got"):
        pixel_shuffle(image, wrong)
