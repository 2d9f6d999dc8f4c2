"""Convolution as one matrix: every weight at the pixels that it multiplies."""

import numpy as np

from ._args import arrays, axes, filled, rank
from .patches import unfold


def conv_matrix(weight, input_size, stride=1, padding=0, dilation=1):
    """Matrix that maps a flattened image to the flattened output of its convolution.

    Parameters
    ----------
    weight : ndarray, shape (Cout, C, KH, KW)
        The filters; any numeric dtype.
    input_size : int or (int, int)
        Sides (H, W) of the image, in pixels.
    stride, padding, dilation : int or (int, int)
        Settings of the convolution, in pixels.

    Returns
    -------
    ndarray, shape (Cout * OH * OW, C * H * W)
        Dense, with the dtype of `weight`. Its transpose is the transposed convolution.

    Raises
    ------
    TypeError
        If `weight` is not an array, or a setting is not an int.
    ValueError
        If a setting is out of range, or the kernel does not fit.

    See Also
    --------
    conv2d : The convolution itself.

    Notes
    -----
    Unfolding an image of pixel numbers tells which pixel each weight meets at each output
    position; the matrix holds the weight in that pixel's column. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, section 4.1, arXiv:1603.07285.

    Examples
    --------
    >>> conv_matrix(np.array([[[[1, 2], [3, 4]]]]), (2, 3))
    array([[1, 2, 0, 3, 4, 0],
           [0, 1, 2, 0, 3, 4]])
    """
    arrays(weight=weight)
    rank(weight, "weight", 4)
    filled(weight, "weight", 0)
    sides = axes(input_size, "input_size", 2, 1, broadcast=False)
    pixels = weight.shape[1] * sides[0] * sides[1]
    numbers = np.arange(1, pixels + 1).reshape(weight.shape[1], *sides)  # 0 is the padding
    settings = [
        axes(v, n, 2, m)
        for v, n, m in ((dilation, "dilation", 1), (padding, "padding", 0), (stride, "stride", 1))
    ]
    met = unfold(numbers, weight.shape[2:], *settings)  # (C*KH*KW, OH*OW)
    matrix = np.zeros((len(weight), met.shape[1], pixels + 1), weight.dtype)
    for position, column in enumerate(met.T):
        matrix[:, position, column] = weight.reshape(len(weight), -1)
    return matrix[..., 1:].reshape(-1, pixels)
