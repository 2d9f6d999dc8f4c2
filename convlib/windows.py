"""The two primitives: gather every kernel-sized window, and add windows back."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .sizes import convolved


def pad(image, pads, value=0):
    """Put a border of `value` around the last axes; `pads` gives (before, after) per axis."""
    if not any(map(any, pads)):
        return image
    lead = image.ndim - len(pads)
    each = zip(image.shape[lead:], pads, strict=True)
    sides = [n + before + after for n, (before, after) in each]
    result = np.full(image.shape[:lead] + tuple(sides), value, image.dtype)
    crop(result, [before for before, _ in pads], image.shape[lead:])[...] = image
    return result


def crop(image, start, sides):
    """Cut a block of these `sides` out of the last axes, from `start` on. A view."""
    return image[(..., *(slice(a, a + n) for a, n in zip(start, sides, strict=True)))]


def windows(image, kernel_size, stride, dilation):
    """Gather every window of an image, as a view: no number is copied.

    (N, C, H, W) becomes (N, C, KH, KW, OH, OW): entry [n, c, u, v, i, j] is the pixel that
    tap (u, v) of the kernel meets at output position (i, j). Any number of spatial axes.
    """
    each = zip(image.shape[2:], kernel_size, stride, dilation, strict=True)
    positions = [convolved(n, k, s, 0, d) for n, k, s, d in each]
    steps = image.strides[2:]  # bytes from a pixel to the next one
    between_taps = [d * step for d, step in zip(dilation, steps, strict=True)]
    between_windows = [s * step for s, step in zip(stride, steps, strict=True)]
    shape = (*image.shape[:2], *kernel_size, *positions)
    strides = (*image.strides[:2], *between_taps, *between_windows)
    return as_strided(image, shape, strides, writeable=False)


def overlap_add(columns, sides, stride, dilation):
    """Add every window back to where it was gathered: the adjoint of `windows`.

    (N, C, KH, KW, OH, OW) becomes (N, C, H, W) with H, W given by `sides`.
    """
    ndim = len(sides)
    kernel_size, positions = columns.shape[2 : 2 + ndim], columns.shape[2 + ndim :]
    result = np.zeros(columns.shape[:2] + tuple(sides), columns.dtype)
    for tap in np.ndindex(kernel_size):
        start = [t * d for t, d in zip(tap, dilation, strict=True)]
        stop = [a + s * (n - 1) + 1 for a, s, n in zip(start, stride, positions, strict=True)]
        touched = map(slice, start, stop, stride)
        result[(..., *touched)] += columns[(slice(None), slice(None), *tap)]
    return result
