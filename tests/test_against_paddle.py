"""convlib against Paddle: values, shapes, dtypes, gradients and refusals.

Paddle's own conventions are translated here, or left out with the reason:

- its pools count the padding only with ``exclusive=False``;
- its ``ceil_mode`` keeps windows that start beyond the image: left out;
- its 'SAME' ignores the dilation and takes strides: only ``dilation=1, stride=1``;
- its transposed convolution refuses an ``output_padding`` that only the dilation allows;
- it allows any padding of a pool, and has no dilated pool;
- its transposed convolution refuses padding that exceeds the dilated kernel: left out;
- it does not refuse a kernel or window larger than the padded image: left out;
- it has no images without a batch and no empty batches in most functions: left out.
"""

import numpy as np
import pytest
from cases import CASES, random

import convlib

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
RUNS = 200


@pytest.fixture
def theirs(paddle):
    """Call paddle.nn.functional on NumPy arrays and give one back."""

    def tensor(value):
        return paddle.to_tensor(value) if isinstance(value, np.ndarray) else value

    def call(name, *arrays, **settings):
        home = paddle.vision.ops if name == "deform_conv2d" else paddle.nn.functional
        arrays = [tensor(a) for a in arrays]
        settings = {key: tensor(value) for key, value in settings.items()}
        return getattr(home, name)(*arrays, **settings).numpy()

    return call


def assert_same(ours, theirs, message=""):
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), message
    np.testing.assert_allclose(ours, theirs, **TOLERANCE, err_msg=message)


def integers(rng, low, high, size=2):
    return tuple(int(n) for n in rng.integers(low, high + 1, size))


@pytest.mark.parametrize("case", CASES[::3] + CASES[-6:], ids=str)
def test_convolution_agrees(case, theirs, rng):
    name, arrays = f"conv{case.rank}d", case.operands(rng)
    ours = getattr(convlib, name)(*arrays, **case.settings)
    assert_same(ours, theirs(name, *arrays, **case.settings))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_random_convolutions_agree(rank, theirs, rng):
    for _ in range(RUNS):
        kernel, stride = integers(rng, 1, 4, rank), integers(rng, 1, 3, rank)
        padding, dilation = integers(rng, 0, 3, rank), integers(rng, 1, 3, rank)
        more = integers(rng, 0, 4, rank)
        reach = zip(kernel, padding, dilation, more, strict=True)
        size = [max(1, d * (k - 1) + 1 - 2 * p) + m for k, p, d, m in reach]
        groups, channels, filters = integers(rng, 1, 3, 3)
        image = random(rng, (int(rng.integers(1, 3)), groups * channels, *size))
        weight = random(rng, (groups * filters, channels, *kernel))
        bias = random(rng, groups * filters) if rng.random() < 0.5 else None
        settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        if rng.random() < 0.1:
            settings |= {"stride": 1, "padding": "same", "dilation": 1}
        translated = {k: v.upper() if isinstance(v, str) else v for k, v in settings.items()}
        ours = getattr(convlib, f"conv{rank}d")(image, weight, bias, **settings)
        expected = theirs(f"conv{rank}d", image, weight, bias, **translated)
        assert_same(ours, expected, f"{image.shape} {weight.shape} {settings}")


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_random_transposed_convolutions_agree(rank, theirs, rng):
    for _ in range(RUNS):
        kernel, stride = integers(rng, 1, 4, rank), integers(rng, 1, 3, rank)
        dilation, size = integers(rng, 1, 3, rank), integers(rng, 1, 5, rank)
        more = tuple(int(rng.integers(0, s)) for s in stride)
        lines = zip(size, kernel, stride, dilation, more, strict=True)
        room = [((n - 1) * s + d * (k - 1) + m, d * (k - 1)) for n, k, s, d, m in lines]
        padding = tuple(int(rng.integers(0, min(a // 2, b) + 1)) for a, b in room)
        groups, channels, filters = integers(rng, 1, 3, 3)
        image = random(rng, (int(rng.integers(1, 3)), groups * channels, *size))
        weight = random(rng, (groups * channels, filters, *kernel))
        bias = random(rng, groups * filters) if rng.random() < 0.5 else None
        settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        settings["output_padding"] = more
        name = f"conv{rank}d_transpose"
        ours = getattr(convlib, f"conv_transpose{rank}d")(image, weight, bias, **settings)
        expected = theirs(name, image, weight, bias, **settings)
        assert_same(ours, expected, f"{image.shape} {weight.shape} {settings}")


def test_random_pools_agree(theirs, rng):
    for _ in range(RUNS):
        kernel, stride = integers(rng, 1, 4), integers(rng, 1, 4)
        padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
        size = [k + m for k, m in zip(kernel, integers(rng, 0, 6), strict=True)]
        image = random(rng, (2, 3, *size))
        message = f"{size} {kernel} {stride} {padding}"
        settings = {"stride": stride, "padding": padding}
        ours = convlib.max_pool2d(image, kernel, **settings)
        assert_same(ours, theirs("max_pool2d", image, kernel_size=kernel, **settings), message)
        for include in (False, True):
            ours = convlib.avg_pool2d(image, kernel, count_include_pad=include, **settings)
            expected = theirs(
                "avg_pool2d", image, kernel_size=kernel, exclusive=not include, **settings
            )
            assert_same(ours, expected, f"{message} {include}")


@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_random_adaptive_pools_agree(name, theirs, rng):
    for _ in range(RUNS // 2):
        image, wanted = random(rng, (2, 3, *integers(rng, 1, 9))), integers(rng, 1, 9)
        ours = getattr(convlib, name)(image, wanted)
        assert_same(ours, theirs(name, image, wanted), f"{image.shape} {wanted}")


def test_random_unfolds_and_folds_agree(theirs, rng):
    for _ in range(RUNS):
        kernel, stride = integers(rng, 1, 3), integers(rng, 1, 3)
        padding, dilation = integers(rng, 0, 3), integers(rng, 1, 3)
        reach = zip(kernel, padding, dilation, integers(rng, 0, 4), strict=True)
        size = tuple(max(1, d * (k - 1) + 1 - 2 * p) + m for k, p, d, m in reach)
        image = random(rng, (2, 3, *size))
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        translated = {k: list(v) for k, v in settings.items()}
        translated["paddings"] = translated.pop("padding")
        translated["strides"] = translated.pop("stride")
        translated["dilations"] = translated.pop("dilation")
        columns = convlib.unfold(image, kernel, **settings)
        message = f"{size} {kernel} {settings}"
        expected = theirs("unfold", image, kernel_sizes=list(kernel), **translated)
        assert_same(columns, expected, message)
        other = random(rng, columns.shape)
        expected = theirs(
            "fold", other, output_sizes=list(size), kernel_sizes=list(kernel), **translated
        )
        assert_same(convlib.fold(other, size, kernel, **settings), expected, message)


def test_random_deformable_convolutions_agree(theirs, rng):
    for _ in range(RUNS):
        kernel, stride = integers(rng, 1, 3), integers(rng, 1, 2)
        padding, dilation = integers(rng, 0, 2), integers(rng, 1, 2)
        reach = list(zip(kernel, padding, dilation, integers(rng, 0, 4), strict=True))
        size = [max(1, d * (k - 1) + 1 - 2 * p) + m for k, p, d, m in reach]
        lines = zip(size, reach, stride, strict=True)
        sides = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, (k, p, d, _), s in lines]
        groups, shares = (int(g) for g in rng.choice([1, 2, 4], 2))
        taps = kernel[0] * kernel[1]
        image, weight = random(rng, (2, 4, *size)), random(rng, (4, 4 // groups, *kernel))
        offset = rng.choice([0.5, 4.0]) * random(rng, (2, 2 * shares * taps, *sides))
        mask = random(rng, (2, shares * taps, *sides)) if rng.random() < 0.5 else None
        bias = random(rng, 4) if rng.random() < 0.5 else None
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        ours = convlib.deform_conv2d(image, offset, weight, bias, mask=mask, **settings)
        expected = theirs(
            "deform_conv2d", image, offset, weight,
            bias=bias, mask=mask, groups=groups, deformable_groups=shares, **settings,
        )  # fmt: skip
        assert_same(ours, expected, f"{size} {weight.shape} {settings} {groups} {shares}")


def test_shuffles_agree(theirs, rng):
    for groups in (1, 2, 3, 4, 6, 12):
        image = random(rng, (2, 12, 3, 2))
        assert_same(
            convlib.channel_shuffle(image, groups), theirs("channel_shuffle", image, groups)
        )
    for factor in (1, 2, 3):
        image = random(rng, (2, 2 * factor**2, 3, 2))
        assert_same(convlib.pixel_shuffle(image, factor), theirs("pixel_shuffle", image, factor))


def test_gradients_agree_with_automatic_ones(paddle, rng):
    for case in [case for case in CASES if case.rank == 2][::5]:
        image, weight, _ = case.operands(rng)
        x, w = paddle.to_tensor(image), paddle.to_tensor(weight)
        x.stop_gradient = w.stop_gradient = False
        y = paddle.nn.functional.conv2d(x, w, **case.settings)
        slope = random(rng, tuple(y.shape))
        y.backward(paddle.to_tensor(slope))
        ours = convlib.conv2d_input(image.shape, weight, slope, **case.settings)
        assert_same(ours, x.grad.numpy(), str(case))
        ours = convlib.conv2d_weight(image, weight.shape, slope, **case.settings)
        assert_same(ours, w.grad.numpy(), str(case))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_agree(dtype, theirs, rng):
    image, weight = random(rng, (2, 3, 6, 5), dtype), random(rng, (4, 3, 2, 2), dtype)
    assert convlib.conv2d(image, weight).dtype == theirs("conv2d", image, weight).dtype == dtype
    ours, expected = convlib.max_pool2d(image, 2), theirs("max_pool2d", image, kernel_size=2)
    assert ours.dtype == expected.dtype == dtype


IMAGE, WEIGHT = np.ones((1, 4, 6, 5)), np.ones((4, 4, 3, 3))
BAD_CALLS = [
    ("conv2d", "conv2d", (IMAGE, WEIGHT[:, :3]), {}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT), {"stride": (1, 1, 1)}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT[:, :2]), {"groups": 4}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT[:3, :2]), {"groups": 2}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT), {"padding": "full"}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT), {"stride": 0}),
    ("conv2d", "conv2d", (IMAGE, WEIGHT), {"dilation": 0}),
    ("conv_transpose2d", "conv2d_transpose", (IMAGE[:, :3], WEIGHT), {}),
    ("conv_transpose2d", "conv2d_transpose", (IMAGE, WEIGHT), {"stride": 2, "output_padding": 2}),
    ("max_pool2d", "max_pool2d", (IMAGE,), {"kernel_size": (2, 2, 2)}),
    ("channel_shuffle", "channel_shuffle", (IMAGE,), {"groups": 3}),
    ("pixel_shuffle", "pixel_shuffle", (IMAGE,), {"upscale_factor": 3}),
]


@pytest.mark.parametrize(("ours", "name", "arrays", "settings"), BAD_CALLS)
def test_both_refuse(ours, name, arrays, settings, theirs):
    with pytest.raises(Exception, match=r"(?s)."):  # Paddle raises kinds of its own
        theirs(name, *arrays, **settings)
    with pytest.raises((TypeError, ValueError), match=r"(?s)."):
        getattr(convlib, ours)(*arrays, **settings)
