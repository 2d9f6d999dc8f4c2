"""Patches as columns: unfold (im2col) and its adjoint, fold (col2im)."""

import numpy as np

from ._args import ANY, arrays, axes, batched, rank, same_shape
from .sizes import convolved
from .windows import crop, overlap_add, pad, windows


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Lay every kernel-sized patch of an image out as one column (im2col).

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W) or (C, H, W)
        Batch of images, or one; any dtype, booleans included.
    kernel_size, dilation, padding, stride : int or (int, int)
        One value for both axes, or (height, width), in pixels.

    Returns
    -------
    ndarray, shape (N, C * KH * KW, L) or (C * KH * KW, L)
        Column l is the patch at output position l, counted row by row; ``L = OH * OW``.
        Channels vary slowest within a column, then kernel rows. A copy.

    Raises
    ------
    TypeError
        If the input is not an array, or a setting is not an int.
    ValueError
        If a setting is out of range, or the kernel does not fit.

    See Also
    --------
    fold : Add the patches back.

    Notes
    -----
    Same as ``torch.nn.functional.unfold``. A filter, laid out as a row, times this matrix
    is the convolution. See [1]_.

    References
    ----------
    .. [1] K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural
       networks for document processing, 2006.

    Examples
    --------
    >>> image = np.arange(9).reshape(1, 3, 3)
    >>> unfold(image, 2)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    arrays(ANY, input=input)
    input, has_batch = batched(input, 2)
    geometry = _geometry(kernel_size, dilation, padding, stride)
    positions = _positions(input.shape[2:], *geometry)
    kernel_size, dilation, padding, stride = geometry
    view = windows(pad(input, [(p, p) for p in padding]), kernel_size, stride, dilation)
    rows = input.shape[1] * kernel_size[0] * kernel_size[1]
    columns = np.array(view).reshape(len(input), rows, positions[0] * positions[1])
    return columns if has_batch else columns[0]


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Add columns back to the patches they came from (col2im); overlaps are summed.

    Parameters
    ----------
    input : ndarray, shape (N, C * KH * KW, L) or (C * KH * KW, L)
        Patches as `unfold` lays them out; any dtype, booleans included.
    output_size : int or (int, int)
        Sides (H, W) of the image to fill, in pixels.
    kernel_size, dilation, padding, stride : int or (int, int)
        One value for both axes, or (height, width), in pixels.

    Returns
    -------
    ndarray, shape (N, C, H, W) or (C, H, W)
        The dtype of the input; pixels that no patch covers are 0.

    Raises
    ------
    TypeError
        If the input is not an array, or a setting is not an int.
    ValueError
        If a setting is out of range, or the number of rows or columns does not fit it.

    See Also
    --------
    unfold : Lay patches out as columns.

    Notes
    -----
    Same as ``torch.nn.functional.fold``. It is the adjoint of `unfold`, not its inverse:
    ``fold(unfold(x))`` is x times the number of patches over each pixel. See [1]_.

    References
    ----------
    .. [1] K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural
       networks for document processing, 2006.

    Examples
    --------
    >>> columns = np.ones((4, 4))
    >>> fold(columns, 3, 2)
    array([[[1., 2., 1.],
            [2., 4., 2.],
            [1., 2., 1.]]])
    """
    arrays(ANY, input=input)
    rank(input, "input", 2, 3)
    sides = axes(output_size, "output_size", 2, 1, broadcast=False)
    geometry = _geometry(kernel_size, dilation, padding, stride)
    positions = _positions(sides, *geometry)
    kernel_size, dilation, padding, stride = geometry
    taps, columns = kernel_size[0] * kernel_size[1], input if input.ndim == 3 else input[None]
    if columns.shape[1] == 0 or columns.shape[1] % taps:
        raise ValueError(
            f"input must have a multiple of {taps} rows, KH * KW, got {columns.shape[1]}"
        )
    shape = (len(columns), columns.shape[1] // taps, *kernel_size, *positions)
    same_shape(columns, "input", (len(columns), columns.shape[1], positions[0] * positions[1]))
    canvas = [side + 2 * p for side, p in zip(sides, padding, strict=True)]
    image = crop(overlap_add(columns.reshape(shape), canvas, stride, dilation), padding, sides)
    return image if input.ndim == 3 else image[0]


def _geometry(kernel_size, dilation, padding, stride):
    return (
        axes(kernel_size, "kernel_size", 2, 1, broadcast=False),
        axes(dilation, "dilation", 2, 1, broadcast=False),
        axes(padding, "padding", 2, broadcast=False),
        axes(stride, "stride", 2, 1, broadcast=False),
    )


def _positions(sides, kernel_size, dilation, padding, stride):
    each = zip(sides, kernel_size, stride, padding, dilation, strict=True)
    return [convolved(n, k, s, 2 * p, d) for n, k, s, p, d in each]
