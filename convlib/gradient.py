"""The two gradients of a convolution, which are convolutions themselves."""

from math import prod

import numpy as np

from ._args import arrays, axes, divides, filled, integer, rank, same_shape
from .conv import pieces, split
from .sizes import convolved
from .transpose import scatter
from .windows import pad, windows


def conv2d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Gradient of a convolution with respect to its input: the transposed convolution.

    Parameters
    ----------
    input_size : tuple of int
        Shape (N, C, H, W) of the input that the convolution had.
    weight : ndarray, shape (Cout, C / groups, KH, KW)
        The filters of the convolution; any numeric dtype.
    grad_output : ndarray, shape (N, Cout, OH, OW)
        Gradient of a scalar with respect to the output, same dtype.
    stride, padding, dilation : int or (int, int)
        Those of the convolution, in pixels.
    groups : int
        That of the convolution.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        The dtype of the operands. Pixels that no window reached have gradient 0.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If `grad_output` is not of the shape that the convolution gives.

    See Also
    --------
    conv_transpose2d : The same computation, seen as an operator.
    conv2d_weight : The gradient with respect to the weight.

    Notes
    -----
    Same as ``torch.nn.grad.conv2d_input``. See [1]_.

    References
    ----------
    .. [1] I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, 2016, section 9.5.

    Examples
    --------
    >>> weight = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> conv2d_input((1, 1, 3, 3), weight, np.ones((1, 1, 1, 1)), stride=2)
    array([[[[1., 2., 0.],
             [3., 4., 0.],
             [0., 0., 0.]]]])
    """
    arrays(weight=weight, grad_output=grad_output)
    input_size = _shape(input_size, "input_size", 0)
    filled(weight, "weight", 0)
    stride, padding, dilation = _settings(
        input_size, weight.shape, grad_output, stride, padding, dilation, groups
    )
    return scatter(grad_output, weight, input_size[2:], stride, padding, dilation, groups)


def conv2d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Gradient of a convolution with respect to its weight: windows times output gradient.

    Parameters
    ----------
    input : ndarray, shape (N, C, H, W)
        The input that the convolution had; any numeric dtype.
    weight_size : tuple of int
        Shape (Cout, C / groups, KH, KW) of the filters.
    grad_output : ndarray, shape (N, Cout, OH, OW)
        Gradient of a scalar with respect to the output, same dtype.
    stride, padding, dilation : int or (int, int)
        Those of the convolution, in pixels.
    groups : int
        That of the convolution.

    Returns
    -------
    ndarray, shape (Cout, C / groups, KH, KW)
        The dtype of the operands.

    Raises
    ------
    TypeError
        If operands are not arrays of one dtype, or a setting is not an int.
    ValueError
        If `grad_output` is not of the shape that the convolution gives.

    See Also
    --------
    conv2d_input : The gradient with respect to the input.

    Notes
    -----
    Same as ``torch.nn.grad.conv2d_weight``. Tap (u, v) of the kernel met one pixel in every
    window; its gradient is the sum of those pixels, each times the gradient of the output
    it went into. See [1]_.

    References
    ----------
    .. [1] I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, 2016, section 9.5.

    Examples
    --------
    >>> image = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_weight(image, (1, 1, 2, 2), np.ones((1, 1, 2, 2)))
    array([[[[ 8., 12.],
             [20., 24.]]]])
    """
    arrays(input=input, grad_output=grad_output)
    rank(input, "input", 4)
    weight_size = _shape(weight_size, "weight_size", 1)
    stride, padding, dilation = _settings(
        input.shape, weight_size, grad_output, stride, padding, dilation, groups
    )
    padded = pad(input, [(p, p) for p in padding])
    view = split(windows(padded, weight_size[2:], stride, dilation), groups)
    rows, taps = weight_size[0] // groups, prod(weight_size[1:])
    slopes = grad_output.reshape(len(input), groups, rows, prod(grad_output.shape[2:]))
    result = np.zeros((groups, rows, taps), input.dtype)
    for images, columns, patches in pieces(view, taps):
        result += np.matmul(slopes[images, ..., columns], patches.swapaxes(2, 3)).sum(axis=0)
    return result.reshape(weight_size)


def _shape(value, name, minimum):
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of 4 ints, got {value!r}")
    return axes(value, name, 4, minimum, broadcast=False)


def _settings(input_size, weight_size, grad_output, stride, padding, dilation, groups):
    """Check that the three shapes belong to one convolution; return per-axis settings."""
    stride, dilation = axes(stride, "stride", 2, 1), axes(dilation, "dilation", 2, 1)
    padding = axes(padding, "padding", 2)
    groups = integer(groups, "groups", 1)
    rank(grad_output, "grad_output", 4)
    if len(weight_size) != 4:
        raise ValueError(f"weight must have 4 axes, got shape {tuple(weight_size)}")
    divides(groups, weight_size[0], "weight.shape[0], the output channels,")
    if input_size[1] != weight_size[1] * groups:
        raise ValueError(
            f"input_size {tuple(input_size)} has {input_size[1]} channels, but weight of shape "
            f"{tuple(weight_size)} with groups={groups} expects {weight_size[1] * groups}"
        )
    each = zip(input_size[2:], weight_size[2:], stride, padding, dilation, strict=True)
    sides = [convolved(n, k, s, 2 * p, d) for n, k, s, p, d in each]
    same_shape(grad_output, "grad_output", (input_size[0], weight_size[0], *sides))
    return stride, padding, dilation
