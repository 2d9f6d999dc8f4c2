"""Pooling: slide a window and keep its largest value or its mean."""

import functools
from math import prod

import numpy as np

from ._args import REAL, arrays, axes, batched, filled, flag
from .sizes import pooled
from .windows import pad

BLOCK = 2**18  # pixels of the images that are pooled together: they stay in the cache


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest value of every window.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; floats or integers.
    kernel_size : int or (int, int)
        Sides of the window, in pixels.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` if left out.
    padding : int or (int, int)
        Border of minus infinity (the smallest integer), at most half of `kernel_size`.
    dilation : int or (int, int)
        Step between the pixels of a window.
    ceil_mode : bool
        Let the last window hang over the border, if it starts inside the image.

    Returns
    -------
    ndarray, shape (N, C, OH, OW) or (C, OH, OW)
        The dtype of the input. NaN wins.

    Raises
    ------
    TypeError
        If the input is not an array of numbers, or a setting is not an int.
    ValueError
        If a setting is out of range, or the window does not fit.

    See Also
    --------
    avg_pool2d : Keep the mean.
    adaptive_max_pool2d : Choose the windows to get a given output size.

    Notes
    -----
    Same as ``torch.nn.functional.max_pool2d``. The maximum over a rectangle is the maximum
    over columns of the maxima over rows, so each axis is reduced by itself. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, section 1.2, arXiv:1603.07285.

    Examples
    --------
    >>> max_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 5.,  7.],
            [13., 15.]]])
    """
    arrays(REAL, input=input)
    input, has_batch = batched(input, 2)
    dilation = axes(dilation, "dilation", 2, 1)
    kernel_size, stride, padding, sides = _geometry(
        input, kernel_size, stride, padding, dilation, ceil_mode
    )
    lowest = -np.inf if input.dtype.kind == "f" else np.iinfo(input.dtype).min
    result = _reduced(np.maximum, input, lowest, kernel_size, stride, padding, dilation, sides)
    return result if has_batch else result[0]


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Take the mean of every window.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; floats or int64 (means are cut towards zero).
    kernel_size : int or (int, int)
        Sides of the window, in pixels.
    stride : int or (int, int), optional
        Step between windows; `kernel_size` if left out.
    padding : int or (int, int)
        Border of zeros, at most half of `kernel_size`.
    ceil_mode : bool
        Let the last window hang over the border, if it starts inside the image.
    count_include_pad : bool
        Whether the zeros of the border count as pixels in the mean.

    Returns
    -------
    ndarray, shape (N, C, OH, OW) or (C, OH, OW)
        The dtype of the input.

    Raises
    ------
    TypeError
        If the input is not an array of such numbers, or a setting is not an int.
    ValueError
        If a setting is out of range, or the window does not fit.

    See Also
    --------
    max_pool2d : Keep the largest value.
    adaptive_avg_pool2d : Choose the windows to get a given output size.

    Notes
    -----
    Same as ``torch.nn.functional.avg_pool2d``. Paddle's default is the other one,
    ``exclusive=True``, that is ``count_include_pad=False``. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, section 1.2, arXiv:1603.07285.

    Examples
    --------
    >>> avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    arrays(REAL, input=input)
    if input.dtype.kind != "f" and input.dtype != np.int64:
        raise TypeError(f"input must be floats or int64 for a mean, got {input.dtype}")
    input, has_batch = batched(input, 2)
    kernel_size, stride, padding, sides = _geometry(
        input, kernel_size, stride, padding, (1, 1), ceil_mode
    )
    include = flag(count_include_pad, "count_include_pad")
    wide = input.astype(np.float32) if input.dtype == np.float16 else input
    total = _reduced(np.add, wide, 0, kernel_size, stride, padding, (1, 1), sides)
    each = zip(input.shape[2:], kernel_size, stride, padding, sides, strict=True)
    down, across = (_counts(*axis, include) for axis in each)
    result = _mean(total, down[:, None] * across).astype(input.dtype, copy=False)
    return result if has_batch else result[0]


def _geometry(input, kernel_size, stride, padding, dilation, ceil_mode):
    kernel_size = axes(kernel_size, "kernel_size", 2, 1)
    left_out = stride is None or (isinstance(stride, tuple | list) and not stride)
    stride = kernel_size if left_out else axes(stride, "stride", 2, 1)
    padding, ceil_mode = axes(padding, "padding", 2), flag(ceil_mode, "ceil_mode")
    each = zip(input.shape[2:], kernel_size, stride, padding, dilation, strict=True)
    return kernel_size, stride, padding, [pooled(*axis, ceil_mode) for axis in each]


def _reduced(ufunc, image, border, kernel_size, stride, padding, dilation, sides):
    """Combine the pixels of every window by `ufunc`, some images at a time: down, then across."""
    down, across = zip(kernel_size, stride, padding, dilation, strict=True)
    result = np.empty((*image.shape[:2], *sides), image.dtype)
    many = max(1, BLOCK // prod(image.shape[1:]))
    for n in range(0, len(image), many):
        part = image[n : n + many]
        rows = np.empty((*part.shape[:2], sides[0], image.shape[3]), image.dtype)
        _pass(ufunc, part, 2, border, *down, out=rows)
        _pass(ufunc, rows, 3, border, *across, out=result[n : n + many])
    return result


def _pass(ufunc, image, axis, border, kernel, stride, padding, dilation, out):
    """Combine the pixels of every window along one axis by `ufunc`, and write them to `out`."""
    reach = (out.shape[axis] - 1) * stride + 1  # from the first window to behind the last
    after = max(0, reach + dilation * (kernel - 1) - padding - image.shape[axis])
    pads = [(padding, after), (0, 0)] if axis == 2 else [(0, 0), (padding, after)]
    padded, lead = pad(image, pads, border), (slice(None),) * axis
    starts = range(0, kernel * dilation, dilation)
    taps = [padded[(*lead, slice(start, start + reach, stride))] for start in starts]
    if kernel == 1:
        out[...] = taps[0]
    functools.reduce(functools.partial(ufunc, out=out), taps)


def _counts(size, kernel, stride, padding, positions, include):
    """Pixels of each window along one axis: those of the border count if `include`."""
    if (include or not padding) and (positions - 1) * stride + kernel <= size + 2 * padding:
        return np.array([kernel])  # every window is full
    start = np.arange(positions) * stride - padding
    if include:
        return np.minimum(start + kernel, size + padding) - start
    return np.minimum(start + kernel, size) - np.maximum(start, 0)


def _mean(total, count):
    if total.dtype.kind == "f":
        total /= count.astype(total.dtype)
        return total
    return np.sign(total) * (np.abs(total) // count)  # towards zero, not down


def adaptive_max_pool2d(input, output_size):
    """Keep the largest value of each of ``OH x OW`` regions that cover the image.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; floats or integers.
    output_size : int or (int or None, int or None)
        Sides OH, OW of the output; None keeps that side of the input.

    Returns
    -------
    ndarray, shape (N, C, OH, OW) or (C, OH, OW)
        The dtype of the input. NaN wins.

    Raises
    ------
    TypeError
        If the input is not an array of numbers, or a size is not an int.
    ValueError
        If a size is negative, or the input is empty.

    See Also
    --------
    adaptive_avg_pool2d : The mean instead, with the rule for the regions.

    Notes
    -----
    Same as ``torch.nn.functional.adaptive_max_pool2d``. The regions are those of spatial
    pyramid pooling [1]_.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren and J. Sun, Spatial pyramid pooling in deep
       convolutional networks for visual recognition, 2014, arXiv:1406.4729.

    Examples
    --------
    >>> adaptive_max_pool2d(np.arange(5.0).reshape(1, 1, 5), (1, 2))
    array([[[2., 4.]]])
    """
    arrays(REAL, input=input)
    if input.ndim == 4:
        filled(input, "input", 1)
    return _adaptive(np.max, input, output_size)


def adaptive_avg_pool2d(input, output_size):
    """Take the mean of each of ``OH x OW`` regions that cover the image.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; floats.
    output_size : int or (int or None, int or None)
        Sides OH, OW of the output; None keeps that side of the input.

    Returns
    -------
    ndarray, shape (N, C, OH, OW) or (C, OH, OW)
        The dtype of the input.

    Raises
    ------
    TypeError
        If the input is not an array of floats, or a size is not an int.
    ValueError
        If a size is negative, or the input is empty.

    See Also
    --------
    adaptive_max_pool2d : The largest value instead.

    Notes
    -----
    Same as ``torch.nn.functional.adaptive_avg_pool2d``. Region i of o over n pixels goes
    from ``floor(i n / o)`` up to ``ceil((i + 1) n / o)``, so regions overlap where o does
    not divide n. With output size 1 it is global average pooling [1]_.

    References
    ----------
    .. [1] M. Lin, Q. Chen and S. Yan, Network in network, 2013, section 3.2,
       arXiv:1312.4400.

    Examples
    --------
    >>> adaptive_avg_pool2d(np.arange(5.0).reshape(1, 1, 5), (1, 2))
    array([[[1., 3.]]])
    """
    arrays("f", input=input)
    wide = input.astype(np.float32) if input.dtype == np.float16 else input
    return _adaptive(np.mean, wide, output_size).astype(input.dtype, copy=False)


def _adaptive(reduce, input, output_size):
    if isinstance(output_size, tuple | list) and len(output_size) == 2:
        kept = input.shape[-2:]
        output_size = [n if o is None else o for o, n in zip(output_size, kept, strict=True)]
    sides = axes(output_size, "output_size", 2, broadcast=False)
    input, has_batch = batched(input, 2, first=2)
    for axis, positions in ((2, sides[0]), (3, sides[1])):
        input = _regions(reduce, input, positions, axis)
    return input if has_batch else input[0]


def _regions(reduce, image, positions, axis):
    """Reduce each region along one axis to one number."""
    image = np.moveaxis(image, axis, 0)
    size = len(image)
    result = np.empty((positions, *image.shape[1:]), image.dtype)
    for i in range(positions):
        start, stop = i * size // positions, -(-(i + 1) * size // positions)
        reduce(image[start:stop], axis=0, out=result[i])
    return np.moveaxis(result, 0, axis)
