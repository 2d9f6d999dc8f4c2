"""The valid geometries that tests share, and one valid call for every public name.

``CASES`` crosses everything with everything: a bug that needs a bias, two groups
and two channels in a group at once has one case here that shows it.
"""

from dataclasses import dataclass
from itertools import product

import hypothesis.strategies as st
import numpy as np

import convlib


@dataclass(frozen=True)
class Case:
    """Settings of one convolution; ``channels`` and ``filters`` count one group."""

    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    groups: int = 1
    channels: int = 1
    filters: int = 1
    bias: bool = False
    size: tuple = ()
    output_padding: tuple = ()

    @property
    def rank(self):
        return len(self.kernel)

    @property
    def image(self):
        return self.size or (7, 6, 5)[: self.rank]

    @property
    def settings(self):
        names = ("stride", "padding", "dilation", "groups")
        return {name: getattr(self, name) for name in names}

    def operands(self, rng, dtype=np.float64, batch=(2,)):
        """Input, weight and bias (or None) of the convolution."""
        weight = (self.groups * self.filters, self.channels, *self.kernel)
        return self._draw(rng, dtype, batch, self.groups * self.channels, weight)

    def transposed_operands(self, rng, dtype=np.float64, batch=(2,)):
        """The same for the transposed convolution, which stores its weight (in, out)."""
        weight = (self.groups * self.channels, self.filters, *self.kernel)
        return self._draw(rng, dtype, batch, self.groups * self.channels, weight)

    def _draw(self, rng, dtype, batch, channels, weight):
        bias = random(rng, self.groups * self.filters, dtype) if self.bias else None
        image = random(rng, (*batch, channels, *self.image), dtype)
        return image, random(rng, weight, dtype), bias

    def __str__(self):
        def short(values):
            return "x".join(map(str, values if len(set(values)) > 1 else values[:1]))

        text = f"{self.rank}d-k{short(self.kernel)}-s{short(self.stride)}"
        text += f"-p{short(self.padding)}-d{short(self.dilation)}"
        text += f"-g{self.groups}-c{self.channels}-f{self.filters}"
        return text + ("-bias" if self.bias else "")


def random(rng, shape, dtype=np.float64):
    """Draw small integers for integer dtypes, normal numbers for the others."""
    if np.dtype(dtype).kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    return rng.integers(0 if np.dtype(dtype).kind in "ub" else -9, 10, shape).astype(dtype)


def crossed(rank, kernels, strides, paddings, dilations):
    """Cross the settings with groups, channels, filters and bias."""
    numbers = product(kernels, strides, paddings, dilations, (1, 2), (1, 2), (1, 2))
    return [
        Case(*((n,) * rank for n in row[:4]), *row[4:], bias=bias)
        for row in numbers
        for bias in (False, True)
    ]


CASES = [
    *crossed(1, (3,), (1, 2), (2,), (1, 2)),
    *crossed(2, (2,), (1, 2), (0, 1), (1, 2)),
    *crossed(3, (2,), (2,), (1,), (1, 2)),
    Case((3, 2), (1, 3), (2, 0), (1, 2), groups=3, channels=2, filters=1, bias=True),
    Case((1, 4), (2, 1), (0, 3), (3, 1), groups=1, channels=3, filters=5, bias=True),
    Case((2, 3), (3, 2), (1, 2), (2, 1), groups=4, channels=1, filters=3),
    Case((3, 1, 2), (1, 2, 3), (2, 0, 1), (1, 3, 2), groups=2, channels=3, filters=2, bias=True),
    Case((3, 3), (1, 1), (4, 5), (1, 1), channels=2, filters=2, size=(1, 2)),
    Case((5,), (4,), (7,), (3,), groups=3, filters=2, bias=True, size=(9,)),
]


@st.composite
def geometries(draw, ranks=(1, 2, 3), largest=3):
    """Draw a valid Case: the image is made at least as large as the kernel needs."""
    rank = draw(st.sampled_from(ranks))

    def numbers(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * rank))

    kernel, stride = numbers(1, largest), numbers(1, 3)
    padding, dilation = numbers(0, 2), numbers(1, 2)
    needed = zip(kernel, padding, dilation, numbers(0, 3), strict=True)
    size = tuple(max(1, d * (k - 1) + 1 - 2 * p) + more for k, p, d, more in needed)
    groups, channels, filters = draw(st.tuples(*[st.integers(1, 2)] * 3))
    spare = zip(stride, dilation, numbers(0, 2), strict=True)
    output_padding = tuple(min(max(s, d) - 1, more) for s, d, more in spare)
    bias = draw(st.booleans())
    return Case(
        kernel, stride, padding, dilation, groups, channels, filters, bias, size, output_padding
    )


def calls(rng, dtype=np.float64):
    """Give one valid call of every function that takes arrays: name -> (arrays, settings).

    The settings differ on every axis, so that swapping two of them shows.
    """

    def draw(*shape):
        return random(rng, shape, dtype)

    image = draw(2, 4, 9, 8)
    mixed = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    conv = {**mixed, "groups": 2}
    window = {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}
    column = {"kernel_size": (2, 3), "dilation": (2, 1), "padding": (1, 0), "stride": (2, 1)}
    transposed = {**conv, "output_padding": (1, 0)}
    return {
        "conv1d": (
            {"input": draw(2, 4, 9), "weight": draw(6, 2, 3), "bias": draw(6)},
            {"stride": 2, "padding": 1, "dilation": 1, "groups": 2},
        ),
        "conv2d": ({"input": image, "weight": draw(6, 2, 3, 2), "bias": draw(6)}, conv),
        "conv3d": (
            {"input": draw(2, 4, 5, 4, 3), "weight": draw(6, 2, 3, 2, 1), "bias": draw(6)},
            {"stride": (2, 1, 1), "padding": (1, 2, 0), "dilation": (1, 2, 3), "groups": 2},
        ),
        "conv_transpose1d": (
            {"input": draw(2, 4, 5), "weight": draw(4, 3, 3), "bias": draw(6)},
            {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2, "dilation": 1},
        ),
        "conv_transpose2d": (
            {"input": draw(2, 4, 5, 4), "weight": draw(4, 3, 3, 2), "bias": draw(6)},
            transposed,
        ),
        "conv_transpose3d": (
            {"input": draw(2, 4, 3, 4, 2), "weight": draw(4, 3, 2, 1, 3), "bias": draw(6)},
            {
                "stride": (2, 1, 1),
                "padding": (1, 0, 1),
                "output_padding": (1, 0, 0),
                "groups": 2,
                "dilation": (1, 2, 1),
            },
        ),
        "max_pool2d": ({"input": image}, {**window, "dilation": (1, 2), "ceil_mode": True}),
        "avg_pool2d": (
            {"input": image},
            {**window, "ceil_mode": True, "count_include_pad": False},
        ),
        "adaptive_avg_pool2d": ({"input": image}, {"output_size": (4, 3)}),
        "adaptive_max_pool2d": ({"input": image}, {"output_size": (4, 3)}),
        "deform_conv2d": (
            {
                "input": image,
                "offset": draw(2, 24, 5, 10),
                "weight": draw(6, 2, 3, 2),
                "bias": draw(6),
                "mask": draw(2, 12, 5, 10),
            },
            mixed,
        ),
        "unfold": ({"input": image}, column),
        "fold": ({"input": draw(2, 24, 30)}, {"output_size": (9, 8), **column}),
        "conv2d_input": (
            {"weight": draw(6, 2, 3, 2), "grad_output": draw(2, 6, 5, 10)},
            {"input_size": (2, 4, 9, 8), **conv},
        ),
        "conv2d_weight": (
            {"input": image, "grad_output": draw(2, 6, 5, 10)},
            {"weight_size": (6, 2, 3, 2), **conv},
        ),
        "channel_shuffle": ({"input": image}, {"groups": 2}),
        "pixel_shuffle": ({"input": image}, {"upscale_factor": 2}),
        "conv_matrix": ({"weight": draw(3, 2, 3, 2)}, {"input_size": (6, 5), **mixed}),
        "separate": ({"kernel": np.outer(draw(3) + 1, draw(4) + 1).astype(dtype)}, {}),
    }


def run(name, arrays, settings):
    """Call a public function by name."""
    return getattr(convlib, name)(**arrays, **settings)


NAMES = sorted(calls(np.random.default_rng(0)))
