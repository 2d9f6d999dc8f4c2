"""Output sizes: integers in, integers out, for convolution, its transpose and pooling."""

from ._args import axes, flag


def span(kernel, dilation):
    """Pixels from the first to the last tap of a dilated kernel, both included."""
    return dilation * (kernel - 1) + 1


def convolved(size, kernel, stride, padding, dilation):
    """Output positions along one axis; `padding` is the total of both sides."""
    reach = span(kernel, dilation)
    if size < 1:
        raise ValueError(f"input sides must be at least 1, got {size}")
    if reach > size + padding:
        raise ValueError(
            f"kernel_size must fit in the padded input, got {kernel} with dilation {dilation}, "
            f"which spans {reach}, on {size + padding} pixels"
        )
    return (size + padding - reach) // stride + 1


def transposed(size, kernel, stride, padding, output_padding, dilation):
    """Output positions of a transposed convolution; `padding` pixels are cropped per side."""
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be smaller than stride {stride} or dilation {dilation}, "
            f"got {output_padding}"
        )
    result = (size - 1) * stride - 2 * padding + span(kernel, dilation) + output_padding
    if size < 1 or result < 1:
        raise ValueError(
            f"input and output sides must be at least 1, got input {size} and output {result}"
        )
    return result


def pooled(size, kernel, stride, padding, dilation, ceil_mode):
    """Output positions of a pooling window; with `ceil_mode` the last one may overhang."""
    if padding > kernel // 2:
        raise ValueError(f"padding must be at most half of kernel_size {kernel}, got {padding}")
    room = size + 2 * padding - span(kernel, dilation)
    result = room // stride + 1
    if ceil_mode:
        result = -(-room // stride) + 1  # division rounded up
        if (result - 1) * stride >= size + padding:
            result -= 1  # the last window would start beyond the image
    if size < 1 or result < 1:
        raise ValueError(
            f"kernel_size must fit in the padded input, got {kernel} with dilation {dilation}, "
            f"which spans {span(kernel, dilation)}, on {size + 2 * padding} pixels"
        )
    return result


def output_size(
    input_size,
    kernel_size,
    stride=1,
    padding=0,
    dilation=1,
    output_padding=0,
    ceil_mode=False,
    transposed=False,
):
    """Side lengths of the output of a convolution, a pooling or a transposed convolution.

    Parameters
    ----------
    input_size : int or tuple of int
        Side length of the input, in pixels, or one for each axis.
    kernel_size, stride, padding, dilation : int or tuple of int
        One value for all axes, or one for each; `padding` is counted per side.
    output_padding : int or tuple of int
        Pixels added at the end of a transposed convolution's output.
    ceil_mode : bool
        Round up, as pooling can: the last window may hang over the right edge.
    transposed : bool
        Give the size of the transposed convolution instead.

    Returns
    -------
    int or tuple of int
        An int when `input_size` is one, otherwise one int for each axis.

    Raises
    ------
    TypeError
        If a size or setting is not an int.
    ValueError
        If a setting is out of range, or the kernel does not fit.

    Notes
    -----
    Convolution: ``floor((n + 2p - d(k - 1) - 1) / s) + 1``; the floor drops the last
    columns when the stride does not divide. Transposed: ``(n - 1)s - 2p + d(k - 1) + 1``
    plus `output_padding`. See [1]_.

    References
    ----------
    .. [1] V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning,
       2016, relationships 6, 14 and 15, arXiv:1603.07285.

    Examples
    --------
    >>> output_size(5, 3, padding=1)
    5
    >>> output_size((224, 224), 7, stride=2, padding=3)
    (112, 112)
    >>> output_size(4, 4, stride=2, padding=1, transposed=True)
    8
    """
    ndim = len(input_size) if isinstance(input_size, tuple | list) else 1
    settings = zip(
        axes(input_size, "input_size", ndim, 1),
        axes(kernel_size, "kernel_size", ndim, 1),
        axes(stride, "stride", ndim, 1),
        axes(padding, "padding", ndim),
        axes(dilation, "dilation", ndim, 1),
        axes(output_padding, "output_padding", ndim),
        strict=True,
    )
    flag(ceil_mode, "ceil_mode"), flag(transposed, "transposed")
    result = tuple(_one_axis(*axis, ceil_mode, transposed) for axis in settings)
    return result if isinstance(input_size, tuple | list) else result[0]


def _one_axis(size, kernel, stride, padding, dilation, extra, ceil_mode, is_transposed):
    if is_transposed and ceil_mode:
        raise ValueError("ceil_mode must be False for a transposed convolution, got True")
    if is_transposed:
        return transposed(size, kernel, stride, padding, extra, dilation)
    if extra:
        raise ValueError(f"output_padding must be 0 without transposed=True, got {extra}")
    if ceil_mode:
        return pooled(size, kernel, stride, padding, dilation, ceil_mode)
    return convolved(size, kernel, stride, 2 * padding, dilation)
