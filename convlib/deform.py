"""Deformable convolution: every tap reads the image at a place of its own."""

import numpy as np

from ._args import arrays, axes, bias_of, divides, filled, rank, same_shape
from .sizes import convolved
from .windows import pad


def deform_conv2d(input, offset, weight, bias=None, stride=1, padding=0, dilation=1, mask=None):
    """Convolve, with each tap of the kernel moved by an offset of its own.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W)
        Batch of images; floats.
    offset : ndarray, shape (N, 2 * D * KH * KW, OH, OW)
        Shift (dy, dx) of every tap at every output position, y first, in pixels of the
        input; D offset groups share the channels between them. Same dtype.
    weight : ndarray, shape (Cout, C / groups, KH, KW)
        The filters; the number of groups is read off its shape. Same dtype.
    bias : ndarray, shape (Cout,), optional
        Added to every position of its output channel.
    stride, padding, dilation : int or (int, int)
        Those of the regular grid that the offsets start from, in pixels.
    mask : ndarray, shape (N, D * KH * KW, OH, OW), optional
        Factor of every sample, used as it is: version 2. Without it, version 1.

    Returns
    -------
    ndarray, shape (N, Cout, OH, OW)
        The dtype of the input.

    Raises
    ------
    TypeError
        If operands are not arrays of one float dtype, or a setting is not an int.
    ValueError
        If shapes disagree, a setting is out of range, or the kernel does not fit.

    See Also
    --------
    conv2d : The same with all offsets zero.

    Notes
    -----
    Same as ``torchvision.ops.deform_conv2d``. Between pixels the image is interpolated from
    the four neighbours; it is zero outside, so a sample fades out over one pixel beyond
    the border. See [1]_ and, for the mask, [2]_.

    References
    ----------
    .. [1] J. Dai et al., Deformable convolutional networks, 2017, arXiv:1703.06211.
    .. [2] X. Zhu, H. Hu, S. Lin and J. Dai, Deformable ConvNets v2: more deformable,
       better results, 2018, arXiv:1811.11168.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> offset = np.zeros((1, 2, 4, 4))
    >>> offset[:, 0] = 0.5  # half a pixel down
    >>> deform_conv2d(image, offset, np.ones((1, 1, 1, 1)))
    array([[[[ 2. ,  3. ,  4. ,  5. ],
             [ 6. ,  7. ,  8. ,  9. ],
             [10. , 11. , 12. , 13. ],
             [ 6. ,  6.5,  7. ,  7.5]]]])
    """
    arrays("f", input=input, offset=offset, weight=weight, bias=bias, mask=mask)
    settings = [
        axes(stride, "stride", 2, 1, broadcast=False),
        axes(padding, "padding", 2, broadcast=False),
        axes(dilation, "dilation", 2, 1, broadcast=False),
    ]
    sides, groups, offset_groups = _geometry(input, offset, weight, bias, mask, *settings)
    kernel_size = weight.shape[2:]
    taps = kernel_size[0] * kernel_size[1]
    shifts = offset.reshape(len(input), offset_groups, taps, 2, *sides)
    rows, columns = _grid(kernel_size, sides, *settings)
    rows = rows + shifts[:, :, :, 0]  # (N, D, KH*KW, OH, OW)
    columns = columns + shifts[:, :, :, 1]
    factors = None if mask is None else mask.reshape(rows.shape)
    filters = weight.reshape(groups, len(weight) // groups, -1)
    result = np.empty((len(input), len(weight), *sides), input.dtype)
    for n, image in enumerate(input):
        samples = sample(image.reshape(offset_groups, -1, *image.shape[1:]), rows[n], columns[n])
        if factors is not None:
            samples *= factors[n][:, None]
        patches = samples.reshape(groups, filters.shape[2], -1)  # (G, C/G*KH*KW, OH*OW)
        np.matmul(filters, patches, out=result[n].reshape(*filters.shape[:2], -1))
    if bias is not None:
        result += bias.reshape(-1, 1, 1)
    return result


def sample(image, rows, columns):
    """Read images (D, C, H, W) at places (D, ...) by bilinear interpolation: (D, C, ...).

    A border of zeros makes the image fade out over the pixel beyond its edge.
    """
    count, channels, height, width = image.shape
    bordered = pad(image, [(1, 1), (1, 1)])
    flat = bordered.reshape(count, channels, -1)
    top, down = _split(rows, height)
    left, right = _split(columns, width)
    corner = top * (width + 2) + left
    result = np.zeros((count, channels, *rows.shape[1:]), image.dtype)
    for g in range(count):
        for row, vertical in ((0, 1 - down[g]), (width + 2, down[g])):
            for step, horizontal in ((row, 1 - right[g]), (row + 1, right[g])):
                part = flat[g].take(corner[g] + step, axis=1)
                part *= (vertical * horizontal).astype(part.dtype, copy=False)
                result[g] += part
    return result


def _split(places, size):
    """Split places into the pixel before, counted from the border, and the way to the next."""
    places = np.clip(places, -1, size) + 1
    before = np.minimum(np.nan_to_num(places).astype(np.intp), size)
    return before, places - before.astype(places.dtype)


def _grid(kernel_size, sides, stride, padding, dilation):
    """Rows and columns of the regular grid of taps: each (KH*KW, 1 or OH, 1 or OW)."""
    start = [np.arange(o) * s - p for o, s, p in zip(sides, stride, padding, strict=True)]
    tap = [np.arange(k) * d for k, d in zip(kernel_size, dilation, strict=True)]
    rows = np.repeat(tap[0], kernel_size[1])[:, None, None] + start[0][:, None]
    columns = np.tile(tap[1], kernel_size[0])[:, None, None] + start[1]
    return rows, columns


def _geometry(input, offset, weight, bias, mask, stride, padding, dilation):
    """Check every shape; return the sides of the output, the groups and the offset groups."""
    for array, name in ((input, "input"), (offset, "offset"), (weight, "weight")):
        rank(array, name, 4)
    filled(input, "input", 1)
    filled(weight, "weight", 0)
    bias_of(bias, len(weight))
    each = zip(input.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    sides = [convolved(n, k, s, 2 * p, d) for n, k, s, p, d in each]
    groups = _whole(input.shape[1], weight.shape[1], "channels of input", "weight.shape[1]")
    divides(groups, len(weight), "weight.shape[0], the output channels,")
    taps = weight.shape[2] * weight.shape[3]
    offset_groups = _whole(offset.shape[1], 2 * taps, "channels of offset", "2 * KH * KW")
    _whole(input.shape[1], offset_groups, "channels of input", "offset groups")
    same_shape(offset, "offset", (len(input), 2 * offset_groups * taps, *sides))
    if mask is not None:
        same_shape(mask, "mask", (len(input), offset_groups * taps, *sides))
    return sides, groups, offset_groups


def _whole(total, part, name, rule):
    if total == 0 or total % part:
        raise ValueError(f"{name} must be a multiple of {rule} = {part}, got {total}")
    return total // part
