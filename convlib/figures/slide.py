"""One checked convolution of a plane: what the drawings of a sliding window are made from."""

from typing import NamedTuple

import numpy as np

from convlib._args import axes
from convlib.sizes import output_size
from convlib.windows import pad
from convlib.windows import windows as gather

from .canvas import plane


class Slide(NamedTuple):
    """One checked convolution of a plane, with its patches (KH, KW, OH, OW)."""

    image: np.ndarray
    kernel: np.ndarray
    result: np.ndarray
    patches: np.ndarray
    stride: tuple
    padding: tuple
    dilation: tuple

    @property
    def drawn(self):
        """Rows and columns of the image with its padding."""
        return tuple(n + 2 * p for n, p in zip(self.image.shape, self.padding, strict=True))

    def taps(self, at):
        """Row and column in the image of each pixel that output position `at` reads."""
        top, left = (i * s - p for i, s, p in zip(at, self.stride, self.padding, strict=True))
        down, across = self.dilation
        return [(top + u * down, left + v * across) for u, v in np.ndindex(self.kernel.shape)]

    def terms(self, at):
        """One number for each kernel row: the sum of its products at output position `at`."""
        return (self.patches[:, :, *at] * self.kernel).sum(axis=1)


def slide_of(input, weight, output, stride, padding, dilation):
    """Check that the output is what the input, the weight and the settings give."""
    image, kernel = plane(input, "input"), plane(weight, "weight")
    result, padding = plane(output, "output"), axes(padding, "padding", 2)
    stride, dilation = axes(stride, "stride", 2, 1), axes(dilation, "dilation", 2, 1)
    shape = output_size(image.shape, kernel.shape, stride, padding, dilation)
    if result.shape != shape:
        raise ValueError(f"output must have shape {shape} with these settings, got {result.shape}")
    padded = pad(image, [(p, p) for p in padding])[None, None]
    patches = gather(padded, kernel.shape, stride, dilation)[0, 0]  # (KH, KW, OH, OW)
    expected = np.einsum("uvij,uv->ij", patches, kernel)
    for i, j in np.argwhere(~np.isclose(expected, result)):
        raise ValueError(f"output[{i}, {j}] must be {expected[i, j]}, got {result[i, j]}")
    return Slide(image, kernel, result, patches, stride, padding, dilation)
