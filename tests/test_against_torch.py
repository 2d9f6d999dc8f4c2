"""convlib against PyTorch and torchvision: values, shapes, dtypes, gradients, refusals.

Random configurations come from a seeded generator and the message names the one
that failed. Everything is float64 and agrees to ``TOLERANCE``: both sides add the
same few hundred products, only in another order.
"""

import numpy as np
import pytest
from cases import CASES, NAMES, calls, random, run

import convlib

TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}
RUNS = 300
SHARED = [name for name in NAMES if name not in ("conv_matrix", "separate")]


@pytest.fixture
def functional(torch, torchvision):
    """Find the function of that name in PyTorch or torchvision."""
    from torch.nn import grad

    homes = (torch.nn.functional, torchvision.ops, grad)

    def find(name):
        return next(getattr(home, name) for home in homes if hasattr(home, name))

    return find


@pytest.fixture
def theirs(torch, functional):
    """Run one call there and give back a NumPy array."""

    def call(name, arrays, settings):
        tensors = {k: None if v is None else torch.tensor(v) for k, v in arrays.items()}
        return functional(name)(**tensors, **settings).numpy()

    return call


def assert_same(ours, theirs, message=""):
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), message
    np.testing.assert_allclose(ours, theirs, **TOLERANCE, err_msg=message)


def integers(rng, low, high, size=2):
    return tuple(int(n) for n in rng.integers(low, high + 1, size))


def one_or_all(rng, values):
    """Now and then replace a tuple by its first entry: an int for every axis."""
    return values[0] if len(set(values)) == 1 and rng.random() < 0.5 else values


@pytest.mark.parametrize("case", CASES, ids=str)
def test_convolution_agrees_on_every_case(case, theirs, rng):
    name = f"conv{case.rank}d"
    arrays = dict(zip(("input", "weight", "bias"), case.operands(rng), strict=True))
    assert_same(run(name, arrays, case.settings), theirs(name, arrays, case.settings))


@pytest.mark.parametrize("case", CASES[:-2], ids=str)  # the last two pad by more than there is
def test_transposed_convolution_agrees_on_every_case(case, theirs, rng):
    name = f"conv_transpose{case.rank}d"
    arrays = dict(zip(("input", "weight", "bias"), case.transposed_operands(rng), strict=True))
    spare = zip(case.stride, case.dilation, strict=True)
    settings = {**case.settings, "output_padding": tuple(max(s, d) - 1 for s, d in spare)}
    assert_same(run(name, arrays, settings), theirs(name, arrays, settings))


@pytest.mark.parametrize("name", SHARED)
def test_the_shared_call_agrees(name, theirs, rng):
    arrays, settings = calls(rng)[name]
    assert_same(run(name, arrays, settings), theirs(name, arrays, settings))


def random_convolution(rng, rank):
    """Draw (image, weight shape, settings) of a convolution that has an output."""
    while True:
        kernel, stride = integers(rng, 1, 4, rank), integers(rng, 1, 3, rank)
        padding, dilation = integers(rng, 0, 4, rank), integers(rng, 1, 3, rank)
        size = integers(rng, 1, 9 if rank < 3 else 5, rank)
        lines = zip(size, padding, dilation, kernel, strict=True)
        if all(n + 2 * p > d * (k - 1) for n, p, d, k in lines):
            break
    groups, channels, filters = integers(rng, 1, 3, 3)
    settings = {
        "stride": one_or_all(rng, stride),
        "padding": one_or_all(rng, padding),
        "dilation": one_or_all(rng, dilation),
        "groups": groups,
    }
    batch = (int(rng.integers(0, 3)),) if rng.random() < 0.8 else ()
    return (*batch, groups * channels, *size), (groups * filters, channels, *kernel), settings


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel")
def test_random_convolutions_agree(rank, theirs, rng):
    for _ in range(RUNS):
        image, weight, settings = random_convolution(rng, rank)
        if rng.random() < 0.15:
            settings["padding"] = "valid" if fits_unpadded(image, weight, settings) else "same"
        if settings["padding"] == "same":
            settings["stride"] = 1
        bias = random(rng, weight[0]) if rng.random() < 0.5 else None
        arrays = {"input": random(rng, image), "weight": random(rng, weight), "bias": bias}
        message = f"conv{rank}d {image} {weight} {settings}"
        ours = run(f"conv{rank}d", arrays, settings)
        assert_same(ours, theirs(f"conv{rank}d", arrays, settings), message)


def fits_unpadded(image, weight, settings):
    dilation = np.broadcast_to(settings["dilation"], len(weight) - 2)
    reach = dilation * (np.array(weight[2:]) - 1)
    return bool(np.all(reach < image[-len(reach) :]))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_random_transposed_convolutions_agree(rank, theirs, rng):
    for _ in range(RUNS):
        while True:
            size, kernel = integers(rng, 1, 5, rank), integers(rng, 1, 4, rank)
            stride, dilation = integers(rng, 1, 3, rank), integers(rng, 1, 3, rank)
            padding = integers(rng, 0, 4, rank)
            more = tuple(
                int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True)
            )
            lines = zip(size, kernel, stride, dilation, padding, more, strict=True)
            if all((n - 1) * s - 2 * p + d * (k - 1) + m >= 0 for n, k, s, d, p, m in lines):
                break
        groups, channels, filters = integers(rng, 1, 3, 3)
        batch = (int(rng.integers(0, 3)),) if rng.random() < 0.8 else ()
        settings = {
            "stride": one_or_all(rng, stride),
            "padding": one_or_all(rng, padding),
            "output_padding": one_or_all(rng, more),
            "groups": groups,
            "dilation": one_or_all(rng, dilation),
        }
        arrays = {
            "input": random(rng, (*batch, groups * channels, *size)),
            "weight": random(rng, (groups * channels, filters, *kernel)),
            "bias": random(rng, groups * filters) if rng.random() < 0.5 else None,
        }
        message = f"conv_transpose{rank}d {batch} {size} {kernel} {settings}"
        ours = run(f"conv_transpose{rank}d", arrays, settings)
        assert_same(ours, theirs(f"conv_transpose{rank}d", arrays, settings), message)


def random_image(rng, low=1, high=9):
    batch = (int(rng.integers(0, 3)),) if rng.random() < 0.8 else ()
    return random(rng, (*batch, int(rng.integers(1, 4)), *integers(rng, low, high)))


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_random_pools_agree(name, theirs, rng):
    refused = 0
    for _ in range(2 * RUNS):
        kernel, image = integers(rng, 1, 4), random_image(rng)
        settings = {
            "kernel_size": one_or_all(rng, kernel),
            "stride": one_or_all(rng, integers(rng, 1, 4)) if rng.random() < 0.7 else None,
            "padding": one_or_all(rng, tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)),
            "ceil_mode": bool(rng.random() < 0.5),
        }
        if name == "max_pool2d":
            settings["dilation"] = one_or_all(rng, integers(rng, 1, 3))
        else:
            settings["count_include_pad"] = bool(rng.random() < 0.5)
        message = f"{name} {image.shape} {settings}"
        try:
            expected = theirs(name, {"input": image}, settings)
        except RuntimeError:
            refused += 1
            with pytest.raises(ValueError, match=r"kernel_size|input"):
                run(name, {"input": image}, settings)
        else:
            assert_same(run(name, {"input": image}, settings), expected, message)
    assert refused < RUNS  # most of them must have been comparisons


@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_random_adaptive_pools_agree(name, theirs, rng):
    for _ in range(RUNS):
        image = random_image(rng)
        wanted = rng.integers(0, 12, 2)
        wanted = tuple(None if rng.random() < 0.1 else int(n) for n in wanted)
        wanted = wanted[0] if wanted[0] is not None and rng.random() < 0.2 else wanted
        ours = run(name, {"input": image}, {"output_size": wanted})
        expected = theirs(name, {"input": image}, {"output_size": wanted})
        assert_same(ours, expected, f"{name} {image.shape} {wanted}")


def random_blocks(rng):
    """Draw settings of unfold and an image size they cover."""
    while True:
        kernel, stride = integers(rng, 1, 4), integers(rng, 1, 4)
        padding, dilation = integers(rng, 0, 4), integers(rng, 1, 3)
        size = integers(rng, 1, 9)
        lines = list(zip(size, kernel, stride, padding, dilation, strict=True))
        blocks = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in lines]
        if all(b >= 1 for b in blocks):
            names = ("kernel_size", "dilation", "padding", "stride")
            settings = dict(zip(names, (kernel, dilation, padding, stride), strict=True))
            settings = {k: one_or_all(rng, v) for k, v in settings.items()}
            return size, settings, kernel[0] * kernel[1], blocks[0] * blocks[1]


def test_random_unfolds_agree(theirs, rng):
    for _ in range(RUNS):
        size, settings, _, _ = random_blocks(rng)
        batch = (int(rng.integers(0, 3)),) if rng.random() < 0.8 else ()
        arrays = {"input": random(rng, (*batch, int(rng.integers(1, 4)), *size))}
        message = f"unfold {arrays['input'].shape} {settings}"
        assert_same(run("unfold", arrays, settings), theirs("unfold", arrays, settings), message)


def test_random_folds_agree(theirs, rng):
    for _ in range(RUNS):
        size, settings, taps, blocks = random_blocks(rng)
        batch = (int(rng.integers(0, 3)),) if rng.random() < 0.8 else ()
        arrays = {"input": random(rng, (*batch, int(rng.integers(1, 4)) * taps, blocks))}
        settings["output_size"] = one_or_all(rng, size)
        message = f"fold {arrays['input'].shape} {settings}"
        assert_same(run("fold", arrays, settings), theirs("fold", arrays, settings), message)


def test_random_deformable_convolutions_agree(theirs, rng):
    for _ in range(RUNS):
        image, weight, settings = random_convolution(rng, 2)
        groups = settings.pop("groups")
        image = (max(1, len(image) - 3), *image[-3:])
        sizes = convlib.conv2d(np.zeros(image), np.zeros(weight), groups=groups, **settings).shape[
            2:
        ]
        parts = int(rng.choice([g for g in range(1, image[1] + 1) if image[1] % g == 0]))
        taps = weight[2] * weight[3]
        spread = rng.choice([0.3, 2.0, 8.0])
        offset = spread * random(rng, (image[0], parts * 2 * taps, *sizes))
        if rng.random() < 0.3:
            offset = np.round(offset)  # places exactly on pixels, and exactly on the rim
        arrays = {
            "input": random(rng, image),
            "offset": offset,
            "weight": random(rng, weight),
            "bias": random(rng, weight[0]) if rng.random() < 0.5 else None,
            "mask": None if rng.random() < 0.5 else random(rng, (image[0], parts * taps, *sizes)),
        }
        message = f"deform_conv2d {image} {weight} {settings} offset groups {parts}"
        ours = run("deform_conv2d", arrays, settings)
        assert_same(ours, theirs("deform_conv2d", arrays, settings), message)


def test_random_shuffles_agree(theirs, rng):
    for _ in range(RUNS):
        groups, per_group = integers(rng, 1, 5)
        rank = int(rng.integers(1, 4))
        shape = (int(rng.integers(1, 3)), groups * per_group, *integers(rng, 1, 3, rank))
        call = "channel_shuffle", {"input": random(rng, shape)}, {"groups": groups}
        assert_same(run(*call), theirs(*call), f"channel_shuffle {shape} {groups}")
        factor = int(rng.integers(1, 4))
        lead = integers(rng, 1, 3, int(rng.integers(0, 3)))
        shape = (*lead, factor * factor * per_group, *integers(rng, 1, 4))
        call = "pixel_shuffle", {"input": random(rng, shape)}, {"upscale_factor": factor}
        assert_same(run(*call), theirs(*call), f"pixel_shuffle {shape} {factor}")


def test_random_gradients_agree_with_autograd(torch, rng):
    for _ in range(RUNS):
        image, weight, settings = random_convolution(rng, 2)
        image = (max(1, len(image) - 3), *image[-3:])
        message = f"conv2d {image} {weight} {settings}"
        x = torch.tensor(random(rng, image), requires_grad=True)
        w = torch.tensor(random(rng, weight), requires_grad=True)
        y = torch.nn.functional.conv2d(x, w, **settings)
        gradient = random(rng, tuple(y.shape))
        y.backward(torch.tensor(gradient))
        ours = convlib.conv2d_input(image, w.detach().numpy(), gradient, **settings)
        assert_same(ours, x.grad.numpy(), message)
        ours = convlib.conv2d_weight(x.detach().numpy(), weight, gradient, **settings)
        assert_same(ours, w.grad.numpy(), message)


def test_transposed_convolution_is_the_input_gradient_of_autograd(torch, rng):
    for rank in (1, 2, 3):
        for _ in range(RUNS // 6):
            image, weight, settings = random_convolution(rng, rank)
            image = (max(1, len(image) - rank - 1), *image[-rank - 1 :])
            x = torch.tensor(random(rng, image), requires_grad=True)
            w = random(rng, weight)
            y = getattr(torch.nn.functional, f"conv{rank}d")(x, torch.tensor(w), **settings)
            gradient = random(rng, tuple(y.shape))
            y.backward(torch.tensor(gradient))
            smallest = convlib_size(y.shape[2:], weight[2:], settings)
            more = tuple(int(n) for n in np.array(image[2:]) - smallest)
            message = f"conv_transpose{rank}d {image} {weight} {settings} {more}"
            limit = np.maximum(settings["stride"], settings["dilation"])
            if np.any(more >= limit) or np.any(np.array(smallest) + more < 1):
                continue  # rows that no kernel reached: only conv2d_input can give those back
            ours = getattr(convlib, f"conv_transpose{rank}d")(
                gradient, w, output_padding=more, **settings
            )
            assert_same(ours, x.grad.numpy(), message)


def convlib_size(size, kernel, settings):
    stride, dilation = np.array(settings["stride"]), np.array(settings["dilation"])
    kept = (np.array(size) - 1) * stride + dilation * (np.array(kernel) - 1) + 1
    return kept - 2 * np.array(settings["padding"])


def test_flops_are_those_of_the_flop_counter(torch, rng):
    from torch.utils.flop_counter import FlopCounterMode

    for rank in (1, 2, 3):
        for _ in range(RUNS // 10):
            image, weight, settings = random_convolution(rng, rank)
            image = (1, *image[-rank - 1 :])
            settings["bias"] = torch.zeros(weight[0])
            functional, filters = torch.nn.functional, weight[0]
            with FlopCounterMode(display=False) as counter:
                result = getattr(functional, f"conv{rank}d")(
                    torch.zeros(image), torch.zeros(weight), **settings
                )
            del settings["bias"]
            layer = (image[2:], image[1], filters, weight[2:])
            message = f"conv{rank}d {image} {weight} {settings}"
            assert convlib.cost.flops(*layer, **settings) == counter.get_total_flops(), message
            with FlopCounterMode(display=False) as counter:
                settings["padding"] = 0
                back = getattr(functional, f"conv_transpose{rank}d")(
                    result, torch.zeros(weight), **settings
                )
            layer = (tuple(result.shape[2:]), filters, back.shape[1], weight[2:])
            ours = convlib.cost.flops(*layer, **settings, transposed=True)
            assert ours == counter.get_total_flops(), message


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
@pytest.mark.parametrize("name", SHARED)
def test_dtype_and_values_agree_where_torch_has_a_kernel(name, dtype, theirs, rng):
    arrays, settings = calls(rng, dtype)[name]
    try:
        expected = theirs(name, arrays, settings)
    except RuntimeError as missing:
        if "implemented" not in str(missing):
            raise
        pytest.skip(f"PyTorch has no {dtype} kernel")
    ours = run(name, arrays, settings)
    assert (ours.dtype, ours.shape) == (expected.dtype, expected.shape)
    loose = {"float16": 2e-2, "float32": 1e-4}.get(dtype, 1e-12)
    ours, expected = ours.astype(float), expected.astype(float)
    np.testing.assert_allclose(ours, expected, rtol=loose, atol=loose)


# One row per rule: the valid call of that name with something replaced.
BAD_CALLS = [
    ("conv1d", {"stride": 0}),
    ("conv1d", {"padding": -1}),
    ("conv1d", {"input": (2, 3, 9)}),
    ("conv1d", {"input": (2, 2, 4, 9)}),
    ("conv1d", {"bias": (5,)}),
    ("conv2d", {"stride": (0, 1)}),
    ("conv2d", {"dilation": 0}),
    ("conv2d", {"padding": (-1, 0)}),
    ("conv2d", {"groups": 0}),
    ("conv2d", {"groups": 3}),
    ("conv2d", {"stride": (1, 2, 3)}),
    ("conv2d", {"stride": 1.0}),
    ("conv2d", {"stride": "1"}),
    ("conv2d", {"stride": None}),
    ("conv2d", {"padding": 1.5}),
    ("conv2d", {"padding": "SAME"}),
    ("conv2d", {"padding": "full"}),
    ("conv2d", {"padding": ""}),
    ("conv2d", {"padding": "same"}),  # with a stride of (2, 1)
    ("conv2d", {"groups": 2.0}),
    ("conv2d", {"input": (4, 9)}),
    ("conv2d", {"input": (2, 5, 9, 8)}),
    ("conv2d", {"input": (2, 4, 9, 0)}),
    ("conv2d", {"input": (0, 4, 0, 8)}),
    ("conv2d", {"input": (0, 3, 9, 8)}),
    ("conv2d", {"weight": (5, 2, 3, 2)}),
    ("conv2d", {"weight": (0, 2, 3, 2), "bias": (0,)}),
    ("conv2d", {"weight": (6, 2, 13, 2)}),
    ("conv2d", {"weight": (6, 2, 0, 2)}),
    ("conv2d", {"weight": (6, 2, 3)}),
    ("conv2d", {"bias": (1,)}),
    ("conv2d", {"bias": (6, 1)}),
    ("conv2d", {"bias": ()}),
    ("conv2d", {"bias": "float32"}),
    ("conv2d", {"weight": "float32"}),
    ("conv3d", {"stride": (1, 1)}),
    ("conv3d", {"input": (2, 4, 5, 4)}),
    ("conv_transpose1d", {"output_padding": 2}),
    ("conv_transpose1d", {"padding": 9}),
    ("conv_transpose2d", {"stride": 0}),
    ("conv_transpose2d", {"dilation": (1, 0)}),
    ("conv_transpose2d", {"padding": "same"}),
    ("conv_transpose2d", {"padding": -1}),
    ("conv_transpose2d", {"padding": (0, 9)}),
    ("conv_transpose2d", {"output_padding": -1}),
    ("conv_transpose2d", {"output_padding": (2, 0)}),
    ("conv_transpose2d", {"output_padding": (0, 2)}),
    ("conv_transpose2d", {"output_padding": 0.0}),
    ("conv_transpose2d", {"groups": 3}),
    ("conv_transpose2d", {"bias": (4,)}),
    ("conv_transpose2d", {"bias": (1,)}),
    ("conv_transpose2d", {"input": (2, 3, 5, 4)}),
    ("conv_transpose2d", {"input": (2, 4, 0, 4)}),
    ("conv_transpose3d", {"output_padding": (0, 1, 0, 0)}),
    ("max_pool2d", {"kernel_size": 0}),
    ("max_pool2d", {"kernel_size": (3, 2, 1)}),
    ("max_pool2d", {"kernel_size": 2.0, "padding": 0}),
    ("max_pool2d", {"kernel_size": 12, "ceil_mode": False}),
    ("max_pool2d", {"stride": 0}),
    ("max_pool2d", {"padding": (2, 0)}),
    ("max_pool2d", {"padding": (1, 1), "kernel_size": 1}),
    ("max_pool2d", {"padding": -1}),
    ("max_pool2d", {"dilation": 0}),
    ("max_pool2d", {"input": (9, 8)}),
    ("max_pool2d", {"input": (2, 0, 9, 8)}),
    ("max_pool2d", {"input": (2, 4, 0, 8)}),
    ("avg_pool2d", {"kernel_size": -1}),
    ("avg_pool2d", {"padding": (0, 2)}),
    ("avg_pool2d", {"stride": (2, 0)}),
    ("avg_pool2d", {"kernel_size": 25, "stride": 2}),
    ("avg_pool2d", {"input": (2, 4, 9, 0)}),
    ("avg_pool2d", {"input": (1, 2, 4, 9, 8)}),
    ("adaptive_avg_pool2d", {"output_size": -1}),
    ("adaptive_avg_pool2d", {"output_size": (1, 2, 3)}),
    ("adaptive_avg_pool2d", {"output_size": (2,)}),
    ("adaptive_avg_pool2d", {"output_size": None}),
    ("adaptive_avg_pool2d", {"output_size": 2.0}),
    ("adaptive_avg_pool2d", {"input": (9, 8)}),
    ("adaptive_avg_pool2d", {"input": (2, 4, 0, 8)}),
    ("adaptive_max_pool2d", {"input": (2, 0, 9, 8)}),
    ("adaptive_max_pool2d", {"output_size": (2, -1)}),
    ("adaptive_max_pool2d", {"input": (2, 4, 9, 0)}),
    ("deform_conv2d", {"offset": (2, 23, 5, 10)}),
    ("deform_conv2d", {"offset": (2, 24, 5, 9)}),
    ("deform_conv2d", {"offset": (1, 24, 5, 10)}),
    ("deform_conv2d", {"offset": (2, 36, 5, 10), "mask": (2, 18, 5, 10)}),
    ("deform_conv2d", {"mask": (2, 24, 5, 10)}),
    ("deform_conv2d", {"mask": (2, 12, 4, 10)}),
    ("deform_conv2d", {"mask": (1, 12, 5, 10)}),
    ("deform_conv2d", {"weight": (6, 3, 3, 2)}),
    ("deform_conv2d", {"weight": (5, 2, 3, 2), "bias": (5,)}),
    ("deform_conv2d", {"bias": (5,)}),
    ("deform_conv2d", {"padding": -1}),
    ("deform_conv2d", {"dilation": 0}),
    ("deform_conv2d", {"input": (4, 9, 8)}),
    ("unfold", {"kernel_size": 0}),
    ("unfold", {"kernel_size": (2, 2, 2)}),
    ("unfold", {"kernel_size": 11}),
    ("unfold", {"stride": 0}),
    ("unfold", {"dilation": 0}),
    ("unfold", {"padding": -1}),
    ("unfold", {"stride": 1.0}),
    ("unfold", {"input": (9, 8)}),
    ("unfold", {"input": (2, 0, 9, 8)}),
    ("unfold", {"input": (2, 4, 0, 8)}),
    ("fold", {"input": (2, 23, 30)}),
    ("fold", {"input": (2, 24, 29)}),
    ("fold", {"input": (24,)}),
    ("fold", {"output_size": (9, 8, 1)}),
    ("fold", {"output_size": (0, 8)}),
    ("fold", {"output_size": (10, 9)}),
    ("fold", {"stride": 0}),
    ("fold", {"padding": -1}),
    ("conv2d_input", {"grad_output": (2, 6, 5, 9)}),
    ("conv2d_input", {"grad_output": (2, 5, 5, 10)}),
    ("conv2d_input", {"input_size": (2, 5, 9, 8)}),
    ("conv2d_input", {"input_size": (2, 4, 12, 8)}),
    ("conv2d_input", {"stride": 0}),
    ("conv2d_weight", {"grad_output": (2, 6, 4, 10)}),
    ("conv2d_weight", {"weight_size": (6, 3, 3, 2)}),
    ("conv2d_weight", {"weight_size": (6, 2, 4, 4)}),
    ("conv2d_weight", {"groups": 3}),
    ("channel_shuffle", {"groups": 3}),
    ("channel_shuffle", {"groups": 0}),
    ("channel_shuffle", {"groups": -2}),
    ("channel_shuffle", {"input": (4, 2)}),
    ("pixel_shuffle", {"upscale_factor": 3}),
    ("pixel_shuffle", {"upscale_factor": 0}),
    ("pixel_shuffle", {"input": (4, 2)}),
]


def spoilt(name, changes, rng):
    """Apply a row: tuples replace operands by arrays of that shape, words by that dtype."""
    arrays, settings = calls(rng)[name]
    arrays, settings = dict(arrays), dict(settings)
    for key, value in changes.items():
        if key not in arrays:
            settings[key] = value
        elif isinstance(value, str):
            arrays[key] = arrays[key].astype(value)
        else:
            arrays[key] = random(rng, value)
    return arrays, settings


@pytest.mark.parametrize(("name", "changes"), BAD_CALLS, ids=lambda row: str(row))
def test_what_torch_refuses_convlib_refuses(name, changes, theirs, rng):
    arrays, settings = spoilt(name, changes, rng)
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError), match=r"."):
        theirs(name, arrays, settings)
    arguments = "|".join([*arrays, *settings])
    with pytest.raises((TypeError, ValueError), match=rf"\b({arguments})\b"):
        run(name, arrays, settings)
