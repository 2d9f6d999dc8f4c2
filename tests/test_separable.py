"""Kernels of rank one: split, put together again, and told from all others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlib import conv2d, separate

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
LAPLACE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


def assert_split(kernel, column, row):
    result = separate(np.array(kernel))
    np.testing.assert_array_equal(result[0], column)
    np.testing.assert_array_equal(result[1], row)


def test_integer_kernels_split_into_integers():
    assert_split([[3, 6, 9], [4, 8, 12], [5, 10, 15]], [3, 4, 5], [1, 2, 3])
    assert_split(SOBEL, [1, 2, 1], [-1, 0, 1])
    assert_split([[4]], [4], [1])
    assert_split([[0, 0], [0, 6]], [0, 6], [0, 1])
    assert_split([[-4, 6]], [2], [-2, 3])
    assert_split([[1, 2], [-1, -2]], [1, -1], [1, 2])


def test_float_kernels_give_a_row_whose_largest_entry_is_one():
    column, row = separate(np.outer([3.0, 4.0, 5.0], [1.0, 2.0, 4.0]))
    np.testing.assert_allclose(column, [12, 16, 20], rtol=1e-12)
    np.testing.assert_allclose(row, [0.25, 0.5, 1], rtol=1e-12)
    column, row = separate(np.full((3, 5), 1 / 15))
    np.testing.assert_allclose(row, np.ones(5), rtol=1e-12)


integers = st.lists(st.integers(-20, 20), min_size=1, max_size=5).filter(any)


@given(column=integers, row=integers)
def test_an_integer_product_is_put_together_exactly(column, row):
    kernel = np.outer(column, row)
    high, wide = separate(kernel)
    assert high.dtype == wide.dtype == kernel.dtype
    assert np.gcd.reduce(wide) == 1
    np.testing.assert_array_equal(np.outer(high, wide), kernel)


@given(column=integers, row=integers, scale=st.sampled_from([1e-30, 0.1, 3.0, 1e30]))
def test_a_float_product_is_put_together_to_rounding(column, row, scale):
    kernel = scale * np.outer(column, row)
    high, wide = separate(kernel)
    np.testing.assert_allclose(np.abs(wide).max(), 1, rtol=1e-12)
    np.testing.assert_allclose(np.outer(high, wide), kernel, rtol=1e-9, atol=1e-12 * scale)


def test_negative_kernels_keep_their_sign():
    for kernel in (-SOBEL, -np.ones((2, 2), int), -np.ones((2, 2)), np.array([[1.0, -2.0]])):
        np.testing.assert_allclose(np.outer(*separate(kernel)), kernel, rtol=1e-12)


def test_huge_integers_do_not_overflow():
    kernel = np.outer([2**31 - 1, -3], [2**31 - 3, 5, -(2**30) - 1])
    np.testing.assert_array_equal(np.outer(*separate(kernel)), kernel)
    kernel = np.array([[2**60 + 1], [3]])
    np.testing.assert_array_equal(np.outer(*separate(kernel)), kernel)
    small = np.array([[-128, 64]], "int8")
    np.testing.assert_array_equal(np.outer(*separate(small)), small)


def test_float32_rounding_is_accepted_and_five_percent_noise_is_not(rng):
    for _ in range(50):
        column, row = rng.standard_normal((2, 5)).astype("float32")
        kernel = np.outer(column, row)
        assert kernel.dtype == np.float32
        high, wide = separate(kernel)
        assert high.dtype == wide.dtype == np.float32
        np.testing.assert_allclose(np.outer(high, wide), kernel, rtol=1e-4, atol=1e-5)
        noisy = kernel * (1 + 0.05 * rng.standard_normal(kernel.shape)).astype("float32")
        with pytest.raises(ValueError, match=r"^kernel must have rank 1"):
            separate(noisy)


def test_two_passes_are_one_convolution(rng):
    image = rng.integers(-9, 10, (1, 9, 8))
    column, row = separate(SOBEL)
    once = conv2d(image, SOBEL[None, None])
    twice = conv2d(conv2d(image, column[None, None, :, None]), row[None, None, None])
    np.testing.assert_array_equal(twice, once)


REFUSALS = [
    (LAPLACE, "kernel must have rank 1"),
    (LAPLACE * 1.0, "kernel must have rank 1"),
    (np.array([[4, 6], [6, 10]]), "kernel must have rank 1"),
    (np.eye(2), "kernel must have rank 1"),
    (np.array([[2**40, 2**40], [2**40, 2**40 + 1]]), "kernel must have rank 1"),
    (np.array([[2000000, 2], [1000000, 2]]), "kernel must have rank 1"),
    (np.zeros((3, 3)), "kernel must be finite and not all zero"),
    (np.zeros((3, 3), int), "kernel must be finite and not all zero"),
    (np.array([[1.0, np.nan]]), "kernel must be finite and not all zero"),
    (np.array([[1.0, np.inf]]), "kernel must be finite and not all zero"),
    (np.ones(3), r"kernel must have 2 axes, got shape \(3,\)"),
    (np.ones((1, 3, 3)), r"kernel must have 2 axes, got shape \(1, 3, 3\)"),
    (np.ones((3, 0)), r"kernel must not be empty, got shape \(3, 0\)"),
    (np.ones((0, 3)), r"kernel must not be empty, got shape \(0, 3\)"),
]


@pytest.mark.parametrize(("kernel", "message"), REFUSALS)
def test_refusals(kernel, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        separate(kernel)
