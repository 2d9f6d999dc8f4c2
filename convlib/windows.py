"""The two primitives: gather every kernel-sized window, and add windows back."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .sizes import span


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
    ndim = len(kernel_size)
    reach = [span(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
    view = sliding_window_view(image, reach, axis=tuple(range(2, 2 + ndim)))
    steps = [slice(None, None, step) for step in (*stride, *dilation)]
    view = view[(..., *steps)]  # (N, C, OH, OW, KH, KW)
    positions, taps = range(2, 2 + ndim), range(2 + ndim, 2 + 2 * ndim)
    return view.transpose(0, 1, *taps, *positions)


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
