"""Convolution in one, two and three dimensions: gather windows, then one matrix product."""

from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ._args import arrays, axes, batched, bias_of, channels, divides, filled, integer, rank
from .sizes import convolved
from .windows import crop, pad, windows

BLOCK = 2**18  # numbers in one piece of the patch matrix: it stays in the cache
COLUMNS = 256  # columns that a piece has at least, so that its product is worth a call
WIDE = 56  # pixels of a row; if it has more, it is worth a product of its own


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel along a signal and take weighted sums (cross-correlation, no flip).

    Parameters
    ----------
    input : ndarray, shape (N, C, L) or (C, L)
        Batch of signals, or one; any numeric dtype.
    weight : ndarray, shape (Cout, C / groups, K)
        One filter for each output channel, same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int,)
        Step between windows, in samples.
    padding : int, (int,), 'valid' or 'same'
        Zeros on each side; 'same' keeps the length and needs stride 1.
    dilation : int or (int,)
        Step between the taps of the kernel; 1 is the ordinary kernel.
    groups : int
        Number of groups that input and output channels are split into.

    Returns
    -------
    ndarray, shape (N, Cout, OL) or (Cout, OL)
        The dtype of the input; ``OL = floor((L + 2p - d(K - 1) - 1) / s) + 1``.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or the kernel does not fit.

    See Also
    --------
    conv2d : The same for images, with the details of the method.

    Notes
    -----
    Same as ``torch.nn.functional.conv1d``. See [1]_.

    References
    ----------
    .. [1] I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, 2016, section 9.1.

    Examples
    --------
    >>> signal = np.array([[1.0, 2.0, 4.0, 7.0]])
    >>> conv1d(signal, np.array([[[-1.0, 1.0]]]))
    array([[1., 2., 3.]])
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel over an image and take weighted sums (cross-correlation, no flip).

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; any numeric dtype.
    weight : ndarray, shape (Cout, C / groups, KH, KW)
        One filter for each output channel, same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int, int)
        Step between windows, in pixels.
    padding : int, (int, int), 'valid' or 'same'
        Zeros on each side; 'same' keeps the size and needs stride 1. An odd total puts
        the extra zero at the end.
    dilation : int or (int, int)
        Step between the taps of the kernel; 1 is the ordinary kernel.
    groups : int
        Number of groups that input and output channels are split into.

    Returns
    -------
    ndarray, shape (N, Cout, OH, OW) or (Cout, OH, OW)
        The dtype of the input; ``OH = floor((H + 2p - d(KH - 1) - 1) / s) + 1``.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or the kernel does not fit.

    See Also
    --------
    conv_transpose2d : Its transpose.
    conv2d_weight : Its gradient with respect to the weight.

    Notes
    -----
    Same as ``torch.nn.functional.conv2d``. The windows are laid out as the columns of a
    matrix and multiplied by the filters (im2col, [2]_), a piece at a time, so that the
    matrix never has to exist whole. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, arXiv:1603.07285.
    .. [2] K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural
       networks for document processing, 2006.

    Examples
    --------
    >>> image = np.arange(9.0).reshape(1, 3, 3)
    >>> conv2d(image, np.ones((1, 1, 2, 2)))
    array([[[ 8., 12.],
            [20., 24.]]])
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel through a volume and take weighted sums (cross-correlation, no flip).

    Parameters
    ----------
    input : ndarray, shape (N, C, D, H, W) or (C, D, H, W)
        Batch of volumes or clips, or one; any numeric dtype.
    weight : ndarray, shape (Cout, C / groups, KD, KH, KW)
        One filter for each output channel, same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int, int, int)
        Step between windows, in voxels.
    padding : int, (int, int, int), 'valid' or 'same'
        Zeros on each side; 'same' keeps the size and needs stride 1.
    dilation : int or (int, int, int)
        Step between the taps of the kernel; 1 is the ordinary kernel.
    groups : int
        Number of groups that input and output channels are split into.

    Returns
    -------
    ndarray, shape (N, Cout, OD, OH, OW) or (Cout, OD, OH, OW)
        The dtype of the input; each side as in `conv2d`.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or the kernel does not fit.

    See Also
    --------
    conv2d : The same for images, with the details of the method.

    Notes
    -----
    Same as ``torch.nn.functional.conv3d``. Used on video by [1]_.

    References
    ----------
    .. [1] D. Tran, L. Bourdev, R. Fergus, L. Torresani and M. Paluri, Learning
       spatiotemporal features with 3D convolutional networks, 2015, arXiv:1412.0767.

    Examples
    --------
    >>> clip = np.ones((1, 3, 4, 4))
    >>> conv3d(clip, np.ones((1, 1, 3, 3, 3)))
    array([[[[27., 27.],
             [27., 27.]]]])
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def _conv(ndim, input, weight, bias, stride, padding, dilation, groups):
    arrays(input=input, weight=weight, bias=bias)
    stride, dilation = axes(stride, "stride", ndim, 1), axes(dilation, "dilation", ndim, 1)
    groups = integer(groups, "groups", 1)
    input, has_batch = batched(input, ndim)
    _check_weight(weight, ndim, groups)
    channels(input, weight, weight.shape[1] * groups, groups)
    bias_of(bias, weight.shape[0])
    pads = _pads(padding, weight.shape[2:], stride, dilation)
    each = zip(input.shape[2:], weight.shape[2:], stride, pads, dilation, strict=True)
    for n, k, s, p, d in each:
        convolved(n, k, s, sum(p), d)  # refuses a kernel that does not fit
    result = correlate(pad(input, pads), weight, stride, dilation, groups)
    if bias is not None:
        result += bias.reshape(-1, *[1] * ndim)
    return result if has_batch else result[0]


def _check_weight(weight, ndim, groups):
    rank(weight, "weight", ndim + 2)
    filled(weight, "weight", 0)
    divides(groups, weight.shape[0], "weight.shape[0], the output channels,")


def _pads(padding, kernel_size, stride, dilation):
    """Zeros (before, after) each axis; an odd total of 'same' puts the extra one after."""
    if not isinstance(padding, str):
        return [(p, p) for p in axes(padding, "padding", len(kernel_size))]
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be ints, 'valid' or 'same', got {padding!r}")
    if padding == "valid":
        return [(0, 0)] * len(kernel_size)
    if any(s != 1 for s in stride):
        raise ValueError(f"padding='same' needs stride 1, got stride {stride}")
    totals = [d * (k - 1) for k, d in zip(kernel_size, dilation, strict=True)]
    return [(total // 2, total - total // 2) for total in totals]


def correlate(padded, weight, stride, dilation, groups):
    """Multiply the filters with the windows of an image that is padded already."""
    weight = np.ascontiguousarray(weight)  # the product is slow on a kernel that is turned round
    if groups > 1 and weight[0].size * prod(padded.shape[2:]) <= BLOCK:
        if padded.ndim == 4 and padded.shape[3] > WIDE and dilation[0] == 1:
            return _correlate_rows(padded, weight, stride, dilation, groups)
        if set(stride) == {1}:
            return _correlate_lines(padded, weight, dilation, groups)
    view = windows(padded, weight.shape[2:], stride, dilation)
    view = split(view, groups)  # (N, G, C/G, *K, *O)
    filters = weight.reshape(groups, weight.shape[0] // groups, -1)  # (G, Cout/G, C/G*K)
    positions = view.shape[-padded.ndim + 2 :]
    result = np.empty((len(padded), weight.shape[0], *positions), weight.dtype)
    flat = result.reshape(len(padded), *filters.shape[:2], prod(positions))
    for images, columns, patches in pieces(view, filters.shape[-1]):
        np.matmul(filters, patches, out=flat[images, ..., columns])
    return result


def _correlate_lines(padded, weight, dilation, groups):
    """Do the same for small groups, whose products do not outweigh the copy, and stride 1.

    Read as one long line, the pixels that a tap meets follow one another: they are copied in
    one run. Windows that wrap around the edge of a row come out too, and are cut off.
    """
    images, sides, kernel_size = len(padded), padded.shape[2:], weight.shape[2:]
    jumps = [d * prod(sides[axis + 1 :]) for axis, d in enumerate(dilation)]  # from tap to tap
    length = prod(sides) - sum((k - 1) * jump for k, jump in zip(kernel_size, jumps, strict=True))
    lines = np.ascontiguousarray(padded).reshape(images, groups, weight.shape[1], prod(sides))
    steps = [lines.itemsize * jump for jump in (*jumps, 1)]
    shape, strides = (*lines.shape[:3], *kernel_size, length), (*lines.strides[:3], *steps)
    view = as_strided(lines, shape, strides, writeable=False)  # (N, G, C/G, *K, length)
    filters = weight.reshape(groups, weight.shape[0] // groups, -1)  # (G, Cout/G, C/G*K)
    some = max(1, BLOCK // (filters.shape[2] * length))  # groups at a time
    sums = np.empty((some, filters.shape[1], prod(sides)), weight.dtype)
    each = zip(sides, kernel_size, dilation, strict=True)
    positions = [convolved(n, k, 1, 0, d) for n, k, d in each]
    result = np.empty((images, *filters.shape[:2], *positions), weight.dtype)
    for n, g in product(range(images), range(0, groups, some)):
        runs = view[n, g : g + some].reshape(-1, filters.shape[2], length)
        part = sums[: len(runs)]
        np.matmul(filters[g : g + some], runs, out=part[..., :length])
        whole = part.reshape(*part.shape[:2], *sides)
        result[n, g : g + some] = crop(whole, [0] * len(sides), positions)
    return result.reshape(images, weight.shape[0], *positions)


def _correlate_rows(padded, weight, stride, dilation, groups):
    """Do the same for small groups on wide images: copy the windows of each row by itself.

    Those of KH rows that follow one another are the patch matrix of one line of the output,
    so each pixel is copied for KW taps, not for all KH * KW.
    """
    view = windows(padded, (1, weight.shape[3]), (1, stride[1]), (1, dilation[1]))[:, :, 0]
    view = split(view, groups).transpose(0, 1, 4, 2, 3, 5)  # (N, G, H, C/G, KW, OW)
    filters = weight.swapaxes(1, 2).reshape(groups, 1, weight.shape[0] // groups, -1)
    some = BLOCK // prod(view.shape[2:])  # groups at a time; one fits, as `correlate` asked
    rows = np.empty((some, *view.shape[2:]), weight.dtype)
    height, width = convolved(view.shape[2], weight.shape[2], stride[0], 0, 1), view.shape[5]
    shape = (some, height, filters.shape[3], width)  # (G, OH, KH*C/G*KW, OW)
    strides = (rows.strides[0], stride[0] * rows.strides[1], *rows.strides[3:])
    patches = as_strided(rows, shape, strides, writeable=False)
    result = np.empty((len(padded), groups, filters.shape[2], height, width), weight.dtype)
    for n, g in product(range(len(padded)), range(0, groups, some)):
        part = view[n, g : g + some]
        rows[: len(part)] = part
        lines = result[n, g : g + some].swapaxes(1, 2)  # (G, OH, Cout/G, OW)
        np.matmul(filters[g : g + some], patches[: len(part)], out=lines)
    return result.reshape(len(padded), weight.shape[0], height, width)


def split(view, groups):
    """Split the channels, axis 1, into groups: (N, C, ...) becomes (N, G, C/G, ...)."""
    return view.reshape(view.shape[0], groups, view.shape[1] // groups, *view.shape[2:])


def pieces(view, rows):
    """Copy the windows out, a piece at a time: as many whole images as fit, or rows of one.

    Yields which images and which output positions a piece is, and its patch matrix
    (images, G, C/G*K, positions): this is im2col.
    """
    ndim = (view.ndim - 3) // 2
    images, groups, lines = len(view), view.shape[1], view.shape[-ndim]
    width = prod(view.shape[view.ndim - ndim + 1 :])  # output positions of one line
    volume = groups * rows * width  # numbers that one output line needs
    many = max(1, BLOCK // (volume * lines))
    some = lines if volume * lines <= BLOCK else max(BLOCK // volume, COLUMNS // width, 1)
    cut = (slice(None),) * (2 + ndim)
    for n in range(0, images, many):
        for line in range(0, lines, some):
            piece = view[(slice(n, n + many), *cut, slice(line, line + some))]
            columns = slice(line * width, min(line + some, lines) * width)
            yield slice(n, n + many), columns, piece.reshape(len(piece), groups, rows, -1)
