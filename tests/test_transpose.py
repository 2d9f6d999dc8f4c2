"""Transposed convolution: numbers worked on paper, properties, refusals."""

import tracemalloc

import loops
import numpy as np
import pytest
from cases import CASES, geometries, random
from hypothesis import assume, given

from convlib import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    transpose,
)
from convlib.cost import output_size

CONV = {1: conv1d, 2: conv2d, 3: conv3d}
TRANSPOSE = {1: conv_transpose1d, 2: conv_transpose2d, 3: conv_transpose3d}
PIXELS = [[2, 4], [0, 1]]
KERNEL = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
SPREAD = [[2, 8, 14, 12], [8, 27, 34, 27], [14, 48, 55, 42], [0, 7, 8, 9]]


def plane(image, weight, **settings):
    return conv_transpose2d(np.array(image)[None], np.array(weight)[None, None], **settings)[0]


def spread(case, image, weight, bias=None, **changes):
    settings = {**case.settings, "output_padding": case.output_padding or 0, **changes}
    return TRANSPOSE[case.rank](image, weight, bias, **settings)


def seeded(case, dtype="int64", seed=0):
    return case.transposed_operands(np.random.default_rng(seed), dtype)


def leaves_something(case):
    extra = case.output_padding or (0,) * case.rank
    settings = (case.kernel, case.stride, case.padding, case.dilation, extra)
    lines = zip(case.image, *settings, strict=True)
    return all((n - 1) * s - 2 * p + d * (k - 1) + m >= 0 for n, k, s, p, d, m in lines)


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64"])
def test_two_by_two_with_three_by_three(dtype):
    image, kernel = np.array(PIXELS, dtype), np.array(KERNEL, dtype)
    np.testing.assert_array_equal(plane(image, kernel), SPREAD)
    np.testing.assert_array_equal(plane(image, kernel, padding=1), [[27, 34], [48, 55]])


def test_strides_spread_the_copies_apart():
    expected = [
        [2, 4, 10, 8, 12],
        [8, 10, 28, 20, 24],
        [14, 16, 47, 34, 39],
        [0, 0, 4, 5, 6],
        [0, 0, 7, 8, 9],
    ]
    np.testing.assert_array_equal(plane(PIXELS, KERNEL, stride=2), expected)
    np.testing.assert_array_equal(
        plane(PIXELS, KERNEL, stride=2, padding=1), np.array(expected)[1:-1, 1:-1]
    )


def test_output_padding_uncovers_what_padding_cropped():
    line, kernel = np.array([[1, 2, 3]]), np.array([[[1, 10, 100]]])
    full = conv_transpose1d(line, kernel, stride=2)
    np.testing.assert_array_equal(full, [[1, 10, 102, 20, 203, 30, 300]])
    cropped = conv_transpose1d(line, kernel, stride=2, padding=1)
    np.testing.assert_array_equal(cropped, [[10, 102, 20, 203, 30]])
    longer = conv_transpose1d(line, kernel, stride=2, padding=1, output_padding=1)
    np.testing.assert_array_equal(longer, [[10, 102, 20, 203, 30, 300]])
    beyond = conv_transpose1d(line, kernel, np.array([5]), stride=3, padding=1, output_padding=2)
    np.testing.assert_array_equal(beyond, [[15, 105, 7, 25, 205, 8, 35, 305, 5]])


def test_overlap_counts_of_the_checkerboard():
    ones = np.ones((1, 6), int)
    for kernel, counts in ((2, [1]), (3, [1, 2]), (4, [2]), (5, [2, 3])):
        spread = conv_transpose1d(ones, np.ones((1, 1, kernel), int), stride=2)
        assert sorted(set(spread[0, kernel:-kernel].tolist())) == counts


@pytest.mark.parametrize("case", list(filter(leaves_something, CASES)), ids=str)
def test_every_case_equals_the_plain_loops(case):
    limit = [max(s, d) - 1 for s, d in zip(case.stride, case.dilation, strict=True)]
    image, weight, bias = seeded(case)
    settings = [case.stride, case.padding, tuple(limit), case.groups, case.dilation]
    result = spread(case, image, weight, bias, output_padding=limit)
    assert result.dtype == np.int64
    for one, alone in zip(image, result, strict=True):
        expected, _ = loops.convolve_transposed(one, weight, bias, *settings)
        np.testing.assert_array_equal(alone, expected)


@given(case=geometries())
def test_transpose_is_the_adjoint(case):
    image, weight, _ = case.operands(np.random.default_rng(0), "int64")
    y = CONV[case.rank](image, weight, **case.settings)
    other = random(np.random.default_rng(1), y.shape, "int64")
    settings = (case.kernel, case.stride, case.padding, case.dilation)
    lines = zip(case.image, *settings, strict=True)
    lost = tuple((n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in lines)
    back = spread(case, other, weight, output_padding=lost)
    assert back.shape == image.shape
    assert (y * other).sum() == (image * back).sum()


@given(case=geometries())
def test_transposed_convolution_is_linear(case):
    assume(leaves_something(case))
    (image, weight, bias), (other, kernel, _) = seeded(case), seeded(case, seed=1)
    result = spread(case, 2 * image - 3 * other, weight)
    expected = 2 * spread(case, image, weight) - 3 * spread(case, other, weight)
    np.testing.assert_array_equal(result, expected)
    result = spread(case, image, 2 * weight - 3 * kernel, bias)
    expected = 2 * spread(case, image, weight) - 3 * spread(case, image, kernel)
    bias = 0 if bias is None else bias.reshape(-1, *[1] * case.rank)
    np.testing.assert_array_equal(result, expected + bias)


@given(case=geometries())
def test_a_batch_is_its_images_one_by_one(case):
    assume(leaves_something(case))
    image, weight, bias = seeded(case)
    together = spread(case, image, weight, bias)
    alone = [spread(case, one, weight, bias) for one in image]
    assert alone[0].ndim == case.rank + 1
    np.testing.assert_array_equal(together, alone)


@given(case=geometries())
def test_groups_are_separate_transposed_convolutions(case):
    assume(leaves_something(case))
    image, weight, bias = seeded(case)
    biases = [None] * case.groups if bias is None else np.split(bias, case.groups)
    parts = zip(np.split(image, case.groups, 1), np.split(weight, case.groups), biases, strict=True)
    separate = [spread(case, *part, groups=1) for part in parts]
    np.testing.assert_array_equal(
        spread(case, image, weight, bias), np.concatenate(separate, axis=1)
    )


@given(case=geometries())
def test_it_is_a_convolution_of_an_image_with_zeros_between_its_pixels(case):
    assume(leaves_something(case))
    image, weight, bias = seeded(case)
    holes = [(n - 1) * s + 1 for n, s in zip(case.image, case.stride, strict=True)]
    stuffed = np.zeros((*image.shape[:2], *holes), image.dtype)
    stuffed[(..., *(slice(None, None, s) for s in case.stride))] = image
    reach = [d * (k - 1) for k, d in zip(case.kernel, case.dilation, strict=True)]
    more = zip(reach, case.output_padding, strict=True)
    stuffed = np.pad(stuffed, [(0, 0), (0, 0), *((r, r + m) for r, m in more)])
    turned = np.flip(weight, range(2, weight.ndim))
    blocks = [block.swapaxes(0, 1) for block in np.split(turned, case.groups)]
    settings = {**case.settings, "padding": 0, "stride": 1}
    full = CONV[case.rank](stuffed, np.concatenate(blocks), bias, **settings)
    kept = [slice(p, n - p) for p, n in zip(case.padding, full.shape[2:], strict=True)]
    np.testing.assert_array_equal(spread(case, image, weight, bias), full[(..., *kept)])


@pytest.mark.parametrize("block", [1, 100, 10**9])
def test_the_size_of_the_pieces_does_not_show(block, monkeypatch):
    for case in filter(leaves_something, CASES[::7] + CASES[-6:]):
        image, weight, bias = case.transposed_operands(np.random.default_rng(0), "int64", (5,))
        whole = spread(case, image, weight, bias)
        with monkeypatch.context() as patch:
            patch.setattr("convlib.transpose.BLOCK", block)
            pieces = spread(case, image, weight, bias)
        np.testing.assert_array_equal(pieces, whole, err_msg=str(case))


def test_padding_may_exceed_the_kernel(rng):
    image, weight = random(rng, (1, 9, 9)), random(rng, (1, 1, 2, 2))
    full = conv_transpose2d(image, weight)
    cropped = conv_transpose2d(image, weight, padding=(4, 2))
    np.testing.assert_allclose(cropped, full[:, 4:-4, 2:-2], rtol=1e-12)
    strided = conv_transpose2d(image, weight, stride=3)
    cropped = conv_transpose2d(image, weight, stride=3, padding=7)
    np.testing.assert_allclose(cropped, strided[:, 7:-7, 7:-7], rtol=1e-12)


def test_the_smallest_output_is_one_pixel():
    image, weight = np.ones((1, 2, 2)), np.ones((1, 1, 2, 2))
    np.testing.assert_array_equal(conv_transpose2d(image, weight, padding=1), [[[4.0]]])
    assert output_size(1, 3, padding=1, transposed=True) == 1


@pytest.mark.parametrize(("block", "calls"), [(1, 5), (12 * 9 * 20, 5), (2 * 12 * 9 * 20, 3)])
def test_pieces_are_as_large_as_the_cache_takes(block, calls, monkeypatch, rng):
    monkeypatch.setattr(transpose, "BLOCK", block)
    added = []
    overlap_add = transpose.overlap_add
    monkeypatch.setattr(transpose, "overlap_add", lambda *a: added.append(a) or overlap_add(*a))
    image, weight = random(rng, (5, 4, 5, 4)), random(rng, (4, 6, 3, 3))  # 12 x 9 x 20 numbers
    conv_transpose2d(image, weight, stride=2, groups=2)
    assert len(added) == calls


@pytest.mark.parametrize(
    ("channels", "filters", "stride", "gathers"),
    [
        (3, 2, 1, True),  # 1.5 numbers to gather for each one to scatter
        (4, 2, 1, False),
        (2, 4, 1, True),
        (2, 4, (1, 2), False),
    ],
)
def test_stride_one_gathers_where_that_is_less_work(
    channels, filters, stride, gathers, monkeypatch, rng
):
    gathered = []
    correlate = transpose.correlate
    monkeypatch.setattr(transpose, "correlate", lambda *a: gathered.append(a) or correlate(*a))
    image, weight = random(rng, (1, channels, 5, 4)), random(rng, (channels, filters, 3, 3))
    conv_transpose2d(image, weight, stride=stride, padding=1)
    assert bool(gathered) == gathers


def test_memory_stays_below_the_scaled_kernels():
    image, weight = np.ones((16, 16, 32, 32)), np.ones((16, 16, 4, 4))
    tracemalloc.start()
    conv_transpose2d(image, weight, stride=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.6 * image.nbytes * 16


REFUSALS = [
    ({"input": (4, 5)}, "input must have 3 or 4 axes, got shape (4, 5)"),
    ({"input": (1, 2, 4, 5, 4)}, "input must have 3 or 4 axes, got shape (1, 2, 4, 5, 4)"),
    ({"weight": (4, 3, 3)}, "weight must have 4 axes, got shape (4, 3, 3)"),
    ({"weight": (0, 3, 3, 2)}, "weight must not be empty, got shape (0, 3, 3, 2)"),
    ({"weight": (4, 0, 3, 2)}, "weight must not be empty, got shape (4, 0, 3, 2)"),
    ({"weight": (4, 3, 0, 2)}, "weight must not be empty, got shape (4, 3, 0, 2)"),
    (
        {"input": (2, 6, 5, 4)},
        "input has 6 channels, but weight of shape (4, 3, 3, 2) with groups=2 expects 4",
    ),
    (
        {"input": (0, 6, 5, 4)},
        "input has 6 channels, but weight of shape (4, 3, 3, 2) with groups=2 expects 4",
    ),
    ({"groups": 3}, "weight.shape[0], the input channels, must be divisible by groups=3, got 4"),
    ({"bias": (3,)}, "bias must have shape (6,), got (3,)"),
    ({"bias": (1,)}, "bias must have shape (6,), got (1,)"),
    ({"bias": (6, 1, 1)}, "bias must have shape (6,), got (6, 1, 1)"),
    (
        {"output_padding": (2, 0)},
        "output_padding must be smaller than stride 2 or dilation 1, got 2",
    ),
    (
        {"output_padding": (0, 2)},
        "output_padding must be smaller than stride 1 or dilation 2, got 2",
    ),
    ({"output_padding": (1, 0, 0)}, "output_padding must have 2 entries, got (1, 0, 0)"),
    ({"padding": (1, 3)}, "input 4 and output 0"),
    ({"padding": (6, 0)}, "input 5 and output 0"),
    ({"input": (2, 4, 0, 4)}, "input must not be empty, got shape (2, 4, 0, 4)"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSALS, ids=lambda part: str(part)[:50])
def test_refusals(changes, message, refused):
    refused(ValueError, "conv_transpose2d", changes, message)
