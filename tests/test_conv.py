"""Convolution: numbers worked on paper, properties, refusals."""

import tracemalloc

import loops
import numpy as np
import pytest
from cases import CASES, Case, geometries, random
from hypothesis import given

import convlib
from convlib import conv, conv1d, conv2d, conv2d_input, conv3d
from convlib.windows import windows

CONV = {1: conv1d, 2: conv2d, 3: conv3d}
IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
FRAMED = [[2, 2, 3, 1, 1], [1, 4, 3, 4, 1], [1, 2, 4, 3, 3], [1, 2, 3, 4, 1], [0, 2, 2, 1, 1]]


def convolve(case, image, weight, bias=None):
    return CONV[case.rank](image, weight, bias, **case.settings)


def plane(image, weight, **settings):
    """Convolve one plain (H, W) image by one plain (KH, KW) kernel."""
    return conv2d(np.array(image)[None], np.array(weight)[None, None], **settings)[0]


def seeded(case, dtype="int64"):
    return case.operands(np.random.default_rng(0), dtype)


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64"])
def test_the_cross_on_the_binary_image(dtype):
    image, cross = IMAGE.astype(dtype), CROSS.astype(dtype)
    np.testing.assert_array_equal(plane(image, cross), [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    np.testing.assert_array_equal(plane(image, cross, padding=1), FRAMED)
    np.testing.assert_array_equal(plane(image, cross, padding="same"), FRAMED)
    np.testing.assert_array_equal(plane(image, cross, stride=2), [[4, 4], [2, 4]])


def test_an_impulse_gives_the_kernel_turned_by_half_a_turn():
    impulse = np.zeros((5, 5), int)
    impulse[2, 2] = 1
    kernel = np.arange(1, 10).reshape(3, 3)
    np.testing.assert_array_equal(plane(impulse, kernel), [[9, 8, 7], [6, 5, 4], [3, 2, 1]])


def test_one_and_three_dimensions_by_hand():
    line = np.array([[1, 2, 4, 7, 11]])
    np.testing.assert_array_equal(conv1d(line, np.array([[[-1, 1]]])), [[1, 2, 3, 4]])
    np.testing.assert_array_equal(conv1d(line, np.array([[[-1, 1]]]), dilation=2), [[3, 5, 7]])
    np.testing.assert_array_equal(conv1d(line, np.array([[[-1, 1]]]), stride=3), [[1, 4]])
    cube = np.arange(27).reshape(1, 3, 3, 3)
    expected = [[[52, 60], [76, 84]], [[124, 132], [148, 156]]]
    np.testing.assert_array_equal(conv3d(cube, np.ones((1, 1, 2, 2, 2), int))[0], expected)


def test_bias_channels_and_groups_by_hand():
    pixel = np.array([2, 3, 5, 7]).reshape(4, 1, 1)
    weight = np.array([[1, 10], [2, 20], [3, 30], [4, 40]]).reshape(4, 2, 1, 1)
    bias = np.array([1000, 2000, 3000, 4000])
    result = conv2d(pixel, weight, bias, groups=2).ravel()
    np.testing.assert_array_equal(result, [1032, 2064, 3225, 4300])


def test_same_puts_the_odd_zero_at_the_end():
    line = np.array([[1, 2, 3]])
    ones = np.ones((1, 1, 2), int)
    np.testing.assert_array_equal(conv1d(line, ones, padding="same"), [[3, 5, 3]])
    ones = np.ones((1, 1, 4), int)  # one zero before, two after
    np.testing.assert_array_equal(conv1d(line, ones, padding="same"), [[6, 6, 5]])
    ones = np.ones((1, 1, 2), int)  # dilation 3: one before, two after
    np.testing.assert_array_equal(conv1d(line, ones, padding="same", dilation=3), [[3, 1, 2]])


@pytest.mark.parametrize("kernel", [(1, 2), (4, 3), (9, 8)], ids=str)
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_keeps_the_size_even_of_a_small_image(kernel, dilation, rng):
    image, weight = random(rng, (1, 2, 5, 4)), random(rng, (3, 2, *kernel))
    total = [dilation * (k - 1) for k in kernel]
    pads = [(0, 0), (0, 0), *((t // 2, t - t // 2) for t in total)]
    result = conv2d(image, weight, padding="same", dilation=dilation)
    assert result.shape == (1, 3, 5, 4)
    expected = conv2d(np.pad(image, pads), weight, dilation=dilation)
    np.testing.assert_allclose(result, expected, rtol=1e-12)


def test_valid_means_no_padding_and_takes_strides(rng):
    image, weight = random(rng, (2, 2, 7, 8)), random(rng, (3, 2, 3, 2))
    for stride in (1, (2, 3)):
        result = conv2d(image, weight, stride=stride, padding="valid")
        np.testing.assert_array_equal(result, conv2d(image, weight, stride=stride))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_case_equals_the_plain_loops(case):
    image, weight, bias = seeded(case)
    result = convolve(case, image, weight, bias)
    assert result.dtype == np.int64
    for one, alone in zip(image, result, strict=True):
        settings = (case.stride, case.padding, case.dilation, case.groups)
        np.testing.assert_array_equal(alone, loops.convolve(one, weight, bias, *settings)[0])


@given(case=geometries())
def test_a_batch_is_its_images_one_by_one(case):
    image, weight, bias = seeded(case)
    together = convolve(case, image, weight, bias)
    alone = [convolve(case, one, weight, bias) for one in image]
    assert alone[0].ndim == case.rank + 1
    np.testing.assert_array_equal(together, alone)


@given(case=geometries())
def test_convolution_is_linear(case):
    image, weight, bias = seeded(case)
    other, kernel, _ = case.operands(np.random.default_rng(1), "int64")
    zero = 0 * weight
    result = convolve(case, 2 * image - 3 * other, weight)
    expected = 2 * convolve(case, image, weight) - 3 * convolve(case, other, weight)
    np.testing.assert_array_equal(result, expected)
    result = convolve(case, image, 2 * weight - 3 * kernel, bias)
    expected = 2 * convolve(case, image, weight) - 3 * convolve(case, image, kernel)
    np.testing.assert_array_equal(result, expected + convolve(case, image, zero, bias))


@given(case=geometries())
def test_a_shift_by_one_stride_moves_the_output_by_one(case):
    image, weight, bias = seeded(case)
    moved = [(0, 0), (0, 0), *((s, 0) for s in case.stride)]
    inner = (..., *(slice(1, None) for _ in case.stride))
    case = Case(case.kernel, case.stride, (0,) * case.rank, case.dilation, case.groups)
    room = [
        (0, 0),
        (0, 0),
        *((d * (k - 1),) * 2 for d, k in zip(case.dilation, case.kernel, strict=True)),
    ]
    image = np.pad(image, room)
    still = convolve(case, image, weight, bias)
    np.testing.assert_array_equal(convolve(case, np.pad(image, moved), weight, bias)[inner], still)


@given(case=geometries())
def test_groups_are_separate_convolutions_side_by_side(case):
    image, weight, bias = seeded(case)
    biases = [None] * case.groups if bias is None else np.split(bias, case.groups)
    parts = zip(np.split(image, case.groups, 1), np.split(weight, case.groups), biases, strict=True)
    settings = {**case.settings, "groups": 1}
    separate = [CONV[case.rank](*part, **settings) for part in parts]
    np.testing.assert_array_equal(
        convolve(case, image, weight, bias), np.concatenate(separate, axis=1)
    )


@given(case=geometries())
def test_dilation_is_a_kernel_with_holes(case):
    image, weight, bias = seeded(case)
    spans = [d * (k - 1) + 1 for k, d in zip(case.kernel, case.dilation, strict=True)]
    holes = np.zeros((*weight.shape[:2], *spans), weight.dtype)
    holes[(..., *(slice(None, None, d) for d in case.dilation))] = weight
    settings = {**case.settings, "dilation": 1}
    np.testing.assert_array_equal(
        convolve(case, image, weight, bias), CONV[case.rank](image, holes, bias, **settings)
    )


@given(case=geometries())
def test_padding_is_zeros_put_round_the_image(case):
    image, weight, bias = seeded(case)
    border = np.pad(image, [(0, 0), (0, 0), *((p, p) for p in case.padding)])
    settings = {**case.settings, "padding": 0}
    np.testing.assert_array_equal(
        convolve(case, image, weight, bias), CONV[case.rank](border, weight, bias, **settings)
    )


@given(case=geometries())
def test_a_stride_keeps_every_so_many_outputs(case):
    image, weight, bias = seeded(case)
    dense = CONV[case.rank](image, weight, bias, **{**case.settings, "stride": 1})
    kept = (..., *(slice(None, None, s) for s in case.stride))
    np.testing.assert_array_equal(convolve(case, image, weight, bias), dense[kept])


@pytest.mark.parametrize("block", [1, 40, 400, 10**9])
@pytest.mark.parametrize("columns", [1, 9])
def test_the_size_of_the_pieces_does_not_show(block, columns, monkeypatch):
    for case in CASES[::7] + CASES[-6:]:
        image, weight, bias = case.operands(np.random.default_rng(0), "int64", (5,))
        whole = convolve(case, image, weight, bias)
        with monkeypatch.context() as patch:
            patch.setattr("convlib.conv.BLOCK", block)
            patch.setattr("convlib.conv.COLUMNS", columns)
            pieces = convolve(case, image, weight, bias)
        np.testing.assert_array_equal(pieces, whole, err_msg=str(case))


def test_a_convolution_too_large_for_one_piece(rng):
    image, weight = random(rng, (2, 8, 70, 60), "int64"), random(rng, (3, 8, 3, 3), "int64")
    result = conv2d(image, weight, padding=1)
    taps = np.lib.stride_tricks.sliding_window_view(
        np.pad(image, [(0, 0), (0, 0), (1, 1), (1, 1)]), (3, 3), (2, 3)
    )
    np.testing.assert_array_equal(result, np.einsum("nchwuv,ocuv->nohw", taps, weight))


@pytest.mark.parametrize(
    ("block", "columns", "images", "ends"),
    [
        (5 * 1620, 1, 5, [90]),  # everything at once
        (3 * 1620 - 1, 1, 2, [90]),  # two whole images, not quite three
        (1620, 1, 1, [90]),  # just one image
        (1619, 1, 1, [81, 90]),  # not quite one: as many whole lines as fit
        (162 * 5 + 1, 1, 1, [45, 90]),
        (100, 30, 1, [27, 54, 81, 90]),  # a line is too much, but COLUMNS wants three
        (100, 1, 1, list(range(9, 91, 9))),
    ],
)
def test_pieces_are_as_large_as_the_cache_takes(block, columns, images, ends, monkeypatch):
    monkeypatch.setattr(conv, "BLOCK", block)
    monkeypatch.setattr(conv, "COLUMNS", columns)
    image = np.arange(5 * 2 * 12 * 11).reshape(5, 2, 12, 11)
    view = conv.split(windows(image, (3, 3), (1, 1), (1, 1)), 2)  # 10 lines of 9, 162 numbers each
    found = list(conv.pieces(view, 9))
    firsts = [slice(n, n + images) for n in range(0, 5, images)]
    spans = [slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    assert [piece[:2] for piece in found] == [(n, span) for n in firsts for span in spans]
    whole = view.reshape(5, 2, 9, 90)
    for chosen, span, patches in found:
        np.testing.assert_array_equal(patches, whole[chosen, ..., span])


def test_memory_stays_far_below_the_patch_matrix():
    image, weight = np.ones((8, 32, 64, 64), "float32"), np.ones((32, 32, 3, 3), "float32")
    tracemalloc.start()
    conv2d(image, weight, padding=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.3 * image.nbytes * 9


REFUSALS = [
    ({"input": (4, 9)}, "input must have 3 or 4 axes, got shape (4, 9)"),
    ({"input": (1, 2, 4, 9, 8)}, "input must have 3 or 4 axes, got shape (1, 2, 4, 9, 8)"),
    ({"weight": (6, 2, 3)}, "weight must have 4 axes, got shape (6, 2, 3)"),
    ({"weight": (6, 2, 3, 0)}, "weight must not be empty, got shape (6, 2, 3, 0)"),
    ({"weight": (0, 2, 3, 2)}, "weight must not be empty, got shape (0, 2, 3, 2)"),
    ({"weight": (6, 0, 3, 2)}, "weight must not be empty, got shape (6, 0, 3, 2)"),
    ({"input": (2, 0, 9, 8)}, "input must not be empty, got shape (2, 0, 9, 8)"),
    (
        {"input": (2, 3, 9, 8)},
        "input has 3 channels, but weight of shape (6, 2, 3, 2) with groups=2 expects 4",
    ),
    (
        {"input": (0, 3, 9, 8)},
        "input has 3 channels, but weight of shape (6, 2, 3, 2) with groups=2 expects 4",
    ),
    (
        {"groups": 1},
        "input has 4 channels, but weight of shape (6, 2, 3, 2) with groups=1 expects 2",
    ),
    (
        {"weight": (5, 2, 3, 2)},
        "weight.shape[0], the output channels, must be divisible by groups=2, got 5",
    ),
    ({"bias": (5,)}, "bias must have shape (6,), got (5,)"),
    ({"bias": (1,)}, "bias must have shape (6,), got (1,)"),
    ({"bias": (6, 1)}, "bias must have shape (6,), got (6, 1)"),
    ({"bias": ()}, "bias must have shape (6,), got ()"),
    ({"weight": (6, 2, 12, 2)}, "kernel_size must fit in the padded input, got 12 with dilation 1"),
    (
        {"weight": (6, 2, 12, 2), "input": (0, 4, 9, 8)},
        "got 12 with dilation 1, which spans 12, on 11 pixels",
    ),
    ({"dilation": (6, 1)}, "got 3 with dilation 6, which spans 13, on 11 pixels"),
    ({"padding": "same"}, "padding='same' needs stride 1, got stride (2, 1)"),
    ({"input": (2, 4, 0, 8), "padding": 9}, "input must not be empty, got shape (2, 4, 0, 8)"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSALS, ids=lambda part: str(part)[:50])
def test_refusals(changes, message, refused):
    refused(ValueError, "conv2d", changes, message)


def test_same_is_refused_when_any_stride_is_not_one(rng):
    image, weight = random(rng, (1, 9, 9)), random(rng, (1, 1, 3, 3))
    for stride in ((1, 2), [2, 1], 3):
        with pytest.raises(ValueError, match=r"^padding='same' needs stride 1, got stride"):
            conv2d(image, weight, stride=stride, padding="same")
    assert conv2d(image, weight, stride=(1, 1), padding="same").shape == (1, 9, 9)


def test_the_largest_kernel_still_fits(rng):
    image = random(rng, (1, 5, 4))
    assert conv2d(image, random(rng, (1, 1, 7, 6)), padding=1).shape == (1, 1, 1)
    assert conv2d(image, random(rng, (1, 1, 3, 2)), dilation=(2, 3)).shape == (1, 1, 1)
    with pytest.raises(ValueError, match="spans 8, on 7 pixels"):
        conv2d(image, random(rng, (1, 1, 8, 6)), padding=1)


def test_convlib_names_its_functions_once():
    assert len(convlib.__all__) == len(set(convlib.__all__))
    assert all(hasattr(convlib, name) for name in convlib.__all__)


@pytest.mark.parametrize(
    ("groups", "stride", "dilation", "side", "expected"),
    [
        (2, 1, 1, (8, 8), "lines"),
        (6, 1, 1, (8, 8), "lines"),
        (6, 1, 1, (30, 14), "lines"),
        (6, 1, 1, (8, 15), "rows"),
        (2, 2, 1, (8, 15), "rows"),
        (6, 1, (1, 2), (8, 15), "rows"),
        (6, 1, (2, 1), (8, 15), "lines"),
        (6, 2, (2, 1), (8, 15), None),
        (1, 1, 1, (8, 8), None),
        (1, 1, 1, (8, 15), None),
        (2, 2, 1, (8, 8), None),
        (2, 1, 1, (300, 8), None),
        (2, 1, 1, (300, 15), None),
    ],
)
def test_small_groups_are_read_in_lines_or_in_rows(
    monkeypatch, rng, groups, stride, dilation, side, expected
):
    x, w = rng.standard_normal((2, 6, *side)), rng.standard_normal((6, 6 // groups, 3, 3))
    settings = {"stride": stride, "padding": 1, "dilation": dilation, "groups": groups}
    taken = []
    for name in ("lines", "rows"):
        way = getattr(conv, "_correlate_" + name)
        monkeypatch.setattr(
            conv,
            "_correlate_" + name,
            lambda *given, name=name, way=way: taken.append(name) or way(*given),
        )
    monkeypatch.setattr(conv, "BLOCK", 8192)
    monkeypatch.setattr(conv, "WIDE", 16)  # padded, a side of 15 has 17 pixels
    result = conv2d(x, w, **settings)
    assert taken == [expected] * (expected is not None)
    monkeypatch.setattr(conv, "BLOCK", 0)  # no group fits: the windows are gathered
    np.testing.assert_allclose(result, conv2d(x, w, **settings), atol=1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if case.groups > 1], ids=str)
@pytest.mark.parametrize("block", [400, 1500, 10**6])
def test_wide_images_equal_the_plain_loops(case, block, monkeypatch):
    monkeypatch.setattr(conv, "WIDE", 0)
    monkeypatch.setattr(conv, "BLOCK", block)
    image, weight, bias = seeded(case)
    result = convolve(case, image, weight, bias)
    assert result.dtype == np.int64
    settings = (case.stride, case.padding, case.dilation, case.groups)
    for one, alone in zip(image, result, strict=True):
        np.testing.assert_array_equal(alone, loops.convolve(one, weight, bias, *settings)[0])


def test_rows_of_many_groups_are_copied_some_groups_at_a_time(monkeypatch, rng):
    image, weight = random(rng, (2, 5, 4, 8), "int64"), random(rng, (10, 1, 3, 2), "int64")
    expected = np.concatenate(
        [conv2d(image[:, [g]], weight[2 * g : 2 * g + 2]) for g in range(5)], axis=1
    )
    monkeypatch.setattr(conv, "WIDE", 7)
    monkeypatch.setattr(conv, "BLOCK", 2 * 4 * 2 * 7 * 2)  # a group is 4 rows of 2 x 7: four fit
    matmul, groups = np.matmul, []
    monkeypatch.setattr(
        np, "matmul", lambda a, b, **to: groups.append((len(a), len(b))) or matmul(a, b, **to)
    )
    np.testing.assert_array_equal(conv2d(image, weight, groups=5), expected)
    assert groups == [(4, 4), (1, 1)] * 2


def test_a_kernel_that_is_turned_round_is_copied_for_the_product(monkeypatch, rng):
    image, weight = random(rng, (1, 4, 6, 6)), random(rng, (4, 1, 3, 3))
    lines, kernels = conv._correlate_lines, []
    monkeypatch.setattr(
        conv, "_correlate_lines", lambda *given: kernels.append(given[1]) or lines(*given)
    )
    turned = conv2d(image, weight[..., ::-1, ::-1], padding=1, groups=4)
    slope = conv2d_input(image.shape, weight, image, padding=1, groups=4)
    assert len(kernels) == 2
    for kernel in kernels:
        assert kernel.flags.c_contiguous
        np.testing.assert_array_equal(kernel, weight[..., ::-1, ::-1])
    np.testing.assert_array_equal(slope, turned)
