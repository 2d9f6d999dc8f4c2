"""Transposed convolution in one, two and three dimensions: scatter where conv gathers."""

from math import prod

import numpy as np

from ._args import arrays, axes, batched, bias_of, channels, divides, filled, integer, rank
from .conv import correlate
from .sizes import span, transposed
from .windows import crop, overlap_add, pad

BLOCK = 2**19  # numbers in one piece of the columns before they are added up


def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Put a copy of the kernel, scaled by each sample, into a longer signal and add up.

    Parameters
    ----------
    input : ndarray, shape (N, C, L) or (C, L)
        Batch of signals, or one; any numeric dtype.
    weight : ndarray, shape (C, Cout / groups, K)
        Input channels come first; same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int,)
        Step between copies, in samples of the output.
    padding : int or (int,)
        Samples cropped from each end of the output.
    output_padding : int or (int,)
        Samples that the end of the output is longer; less than stride or dilation.
    groups : int
        Number of groups that input and output channels are split into.
    dilation : int or (int,)
        Step between the taps of the kernel; 1 is the ordinary kernel.

    Returns
    -------
    ndarray, shape (N, Cout, OL) or (Cout, OL)
        The dtype of the input; ``OL = (L - 1)s - 2p + d(K - 1) + 1 + output_padding``.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or nothing is left of the output.

    See Also
    --------
    conv_transpose2d : The same for images, with the details of the method.

    Notes
    -----
    Same as ``torch.nn.functional.conv_transpose1d``. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, chapter 4, arXiv:1603.07285.

    Examples
    --------
    >>> signal = np.array([[1.0, 2.0]])
    >>> conv_transpose1d(signal, np.array([[[1.0, 1.0, 1.0]]]), stride=2)
    array([[1., 1., 3., 2., 2.]])
    """
    return _transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Put a copy of the kernel, scaled by each pixel, into a larger image and add up.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; any numeric dtype.
    weight : ndarray, shape (C, Cout / groups, KH, KW)
        Input channels come first; same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int, int)
        Step between copies, in pixels of the output.
    padding : int or (int, int)
        Pixels cropped from each side of the output.
    output_padding : int or (int, int)
        Pixels that the end of the output is longer; less than stride or dilation. It
        tells which of several input sizes of the convolution is meant.
    groups : int
        Number of groups that input and output channels are split into.
    dilation : int or (int, int)
        Step between the taps of the kernel; 1 is the ordinary kernel.

    Returns
    -------
    ndarray, shape (N, Cout, OH, OW) or (Cout, OH, OW)
        The dtype of the input; ``OH = (H - 1)s - 2p + d(KH - 1) + 1 + output_padding``.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or nothing is left of the output.

    See Also
    --------
    conv2d : The convolution that this is the transpose of.
    conv2d_input : The same computation, seen as a gradient.

    Notes
    -----
    Same as ``torch.nn.functional.conv_transpose2d``. One matrix product makes all scaled
    copies, then they are added up where they overlap. It is the transpose of `conv2d` as
    a matrix, not its inverse. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, chapter 4, arXiv:1603.07285.

    Examples
    --------
    >>> image = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> conv_transpose2d(image, np.ones((1, 1, 2, 2)))
    array([[[ 1.,  3.,  2.],
            [ 4., 10.,  6.],
            [ 3.,  7.,  4.]]])
    """
    return _transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Put a copy of the kernel, scaled by each voxel, into a larger volume and add up.

    Parameters
    ----------
    input : ndarray, shape (N, C, D, H, W) or (C, D, H, W)
        Batch of volumes, or one; any numeric dtype.
    weight : ndarray, shape (C, Cout / groups, KD, KH, KW)
        Input channels come first; same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride : int or (int, int, int)
        Step between copies, in voxels of the output.
    padding : int or (int, int, int)
        Voxels cropped from each side of the output.
    output_padding : int or (int, int, int)
        Voxels that the end of the output is longer; less than stride or dilation.
    groups : int
        Number of groups that input and output channels are split into.
    dilation : int or (int, int, int)
        Step between the taps of the kernel; 1 is the ordinary kernel.

    Returns
    -------
    ndarray, shape (N, Cout, OD, OH, OW) or (Cout, OD, OH, OW)
        The dtype of the input; each side as in `conv_transpose2d`.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or nothing is left of the output.

    See Also
    --------
    conv_transpose2d : The same for images, with the details of the method.

    Notes
    -----
    Same as ``torch.nn.functional.conv_transpose3d``. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, chapter 4, arXiv:1603.07285.

    Examples
    --------
    >>> voxel = np.array([[[[2.0]]]])
    >>> conv_transpose3d(voxel, np.ones((1, 1, 2, 2, 2)))
    array([[[[2., 2.],
             [2., 2.]],
    <BLANKLINE>
            [[2., 2.],
             [2., 2.]]]])
    """
    return _transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _transpose(ndim, input, weight, bias, stride, padding, output_padding, groups, dilation):
    arrays(input=input, weight=weight, bias=bias)
    stride, dilation = axes(stride, "stride", ndim, 1), axes(dilation, "dilation", ndim, 1)
    padding = axes(padding, "padding", ndim)
    output_padding = axes(output_padding, "output_padding", ndim)
    groups = integer(groups, "groups", 1)
    input, has_batch = batched(input, ndim)
    rank(weight, "weight", ndim + 2)
    filled(weight, "weight", 0)
    channels(input, weight, weight.shape[0], groups)
    divides(groups, weight.shape[0], "weight.shape[0], the input channels,")
    bias_of(bias, weight.shape[1] * groups)
    settings = (input.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation)
    sides = [transposed(*axis) for axis in zip(*settings, strict=True)]
    result = scatter(input, weight, sides, stride, padding, dilation, groups)
    if bias is not None:
        result += bias.reshape(-1, *[1] * ndim)
    return result if has_batch else result[0]


def scatter(input, weight, sides, stride, padding, dilation, groups):
    """Add a scaled kernel for every input pixel; return the block of these `sides`.

    With stride 1 this is a convolution as well: the better way, unless it has to gather
    many more numbers than there are to scatter.
    """
    ndim, width = len(sides), weight.shape[1] * groups
    gathered, scattered = weight.shape[0] * prod(sides), width * prod(input.shape[2:])
    if all(s == 1 for s in stride) and gathered <= 1.5 * scattered:
        return _correlate_flipped(input, weight, sides, padding, dilation, groups)
    kernels = weight.reshape(groups, weight.shape[0] // groups, -1).swapaxes(1, 2)
    pixels = input.reshape(len(input), groups, kernels.shape[2], prod(input.shape[2:]))
    result = np.empty((len(input), width, *sides), weight.dtype)
    many = max(1, BLOCK // (kernels[..., 0].size * pixels.shape[-1]))
    for n in range(0, len(input), many):
        columns = np.matmul(kernels, pixels[n : n + many])  # (N, G, Cout/G*K, positions)
        columns = columns.reshape(-1, width, *weight.shape[2:], *input.shape[2:])
        result[n : n + many] = _added(columns, sides, stride, padding, dilation, ndim)
    return result


def _added(columns, sides, stride, padding, dilation, ndim):
    """Add the columns up on a canvas that holds them all, and cut the output out of it."""
    taps, positions = columns.shape[2 : 2 + ndim], columns.shape[2 + ndim :]
    canvas = [
        max((o - 1) * s + span(k, d), p + side)
        for o, s, k, d, p, side in zip(
            positions, stride, taps, dilation, padding, sides, strict=True
        )
    ]
    return crop(overlap_add(columns, canvas, stride, dilation), padding, sides)


def _correlate_flipped(input, weight, sides, padding, dilation, groups):
    """Take stride 1 as what it is: a convolution with the kernel turned by half a turn."""
    ndim = len(sides)
    kernel = np.flip(weight, range(2, 2 + ndim))
    kernel = kernel.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    kernel = kernel.reshape(-1, weight.shape[0] // groups, *weight.shape[2:])
    border = [d * (k - 1) for k, d in zip(weight.shape[2:], dilation, strict=True)]
    room = [p + side + b for p, side, b in zip(padding, sides, border, strict=True)]
    after = [max(0, r - n - b) for r, n, b in zip(room, input.shape[2:], border, strict=True)]
    padded = pad(input, list(zip(border, after, strict=True)))
    needed = [side + b for side, b in zip(sides, border, strict=True)]
    return correlate(crop(padded, padding, needed), kernel, (1,) * ndim, dilation, groups)
