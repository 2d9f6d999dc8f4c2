"""Moving numbers between channels and places: no arithmetic at all."""

import numpy as np

from ._args import ANY, arrays, divides, integer


def channel_shuffle(input, groups):
    """Deal the channels of all groups out in turn, so that groups mix.

    Parameters
    ----------
    input : ndarray, shape (N, C, ...)
        At least one axis after the channels; any dtype.
    groups : int
        Number of groups; it divides C.

    Returns
    -------
    ndarray, shape (N, C, ...)
        Channel ``j * groups + g`` of the result is channel j of group g. A copy.

    Raises
    ------
    TypeError
        If `input` is not an array, or `groups` is not an int.
    ValueError
        If there are fewer than three axes, or `groups` does not divide the channels.

    Notes
    -----
    Same as ``torch.nn.functional.channel_shuffle``: a fixed permutation, from [1]_.

    References
    ----------
    .. [1] X. Zhang, X. Zhou, M. Lin and J. Sun, ShuffleNet: an extremely efficient
       convolutional neural network for mobile devices, 2017, arXiv:1707.01083.

    Examples
    --------
    >>> channel_shuffle(np.arange(6).reshape(1, 6, 1), 2).ravel()
    array([0, 3, 1, 4, 2, 5])
    """
    arrays(ANY, input=input)
    groups = integer(groups, "groups", 1)
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 axes, got shape {input.shape}")
    divides(groups, input.shape[1], "input.shape[1], the channels,")
    grouped = input.reshape(len(input), groups, input.shape[1] // groups, *input.shape[2:])
    return np.array(grouped.swapaxes(1, 2)).reshape(input.shape)


def pixel_shuffle(input, upscale_factor):
    """Turn groups of ``r * r`` channels into images that are r times larger.

    Parameters
    ----------
    input : ndarray, shape (..., C * r * r, H, W)
        Any dtype.
    upscale_factor : int
        The factor r.

    Returns
    -------
    ndarray, shape (..., C, H * r, W * r)
        Channel ``c * r * r + i * r + j`` gives the pixels (i, j) of each r x r cell. A copy.

    Raises
    ------
    TypeError
        If `input` is not an array, or `upscale_factor` is not an int.
    ValueError
        If there are fewer than three axes, or ``r * r`` does not divide the channels.

    Notes
    -----
    Same as ``torch.nn.functional.pixel_shuffle``. See [1]_.

    References
    ----------
    .. [1] W. Shi et al., Real-time single image and video super-resolution using an
       efficient sub-pixel convolutional neural network, 2016, arXiv:1609.05158.

    Examples
    --------
    >>> pixel_shuffle(np.arange(4).reshape(4, 1, 1), 2)
    array([[[0, 1],
            [2, 3]]])
    """
    arrays(ANY, input=input)
    r = integer(upscale_factor, "upscale_factor", 1)
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 axes, got shape {input.shape}")
    *lead, channels, height, width = input.shape
    if channels % (r * r):
        raise ValueError(f"input must have channels divisible by {r * r}, got {channels}")
    cells = input.reshape(*lead, channels // (r * r), r, r, height, width)
    cells = np.moveaxis(cells, (-4, -3), (-3, -1))  # (..., C, H, r, W, r)
    return np.array(cells).reshape(*lead, channels // (r * r), height * r, width * r)
