"""What an operator costs: parameters, multiplications, receptive field. Integers only."""

from math import prod

from ._args import axes, divides, flag, integer
from .sizes import output_size

__all__ = ["flops", "macs", "output_size", "params", "receptive_field"]


def params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """Count the parameters of a convolution, or of a transposed one.

    Parameters
    ----------
    in_channels, out_channels : int
        Number of channels before and after.
    kernel_size : int or tuple of int
        Sides of the kernel; an int means a square one.
    groups : int
        Number of groups; it divides both numbers of channels.
    bias : bool
        Whether there is a bias, one number per output channel.

    Returns
    -------
    int
        ``K * K * in_channels / groups * out_channels``, plus the bias.

    Raises
    ------
    TypeError
        If an argument is not an int.
    ValueError
        If an argument is below 1, or `groups` does not divide the channels.

    Examples
    --------
    >>> params(3, 4, 3, bias=False)
    108
    >>> params(64, 64, 3, groups=2, bias=False)
    18432
    """
    filters = integer(out_channels, "out_channels", 1)
    return filters * _weights_of_a_filter(in_channels, out_channels, kernel_size, groups) + (
        filters if flag(bias, "bias") else 0
    )


def macs(
    input_size,
    in_channels,
    out_channels,
    kernel_size,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    output_padding=0,
    transposed=False,
):
    """Count the multiply-accumulates of a convolution on one image, without the bias.

    Parameters
    ----------
    input_size : int or tuple of int
        Sides of the input in pixels; an int means a square image.
    in_channels, out_channels : int
        Number of channels before and after.
    kernel_size, stride, padding, dilation : int or tuple of int
        One value for all axes, or one for each.
    groups : int
        Number of groups; it divides both numbers of channels.
    output_padding : int or tuple of int
        Pixels added at the end of a transposed convolution's output.
    transposed : bool
        Count the transposed convolution instead.

    Returns
    -------
    int
        One per weight and OUTPUT position; for a transposed convolution one per weight
        and INPUT position, cropped or not.

    Raises
    ------
    TypeError
        If an argument is not an int.
    ValueError
        If an argument is out of range, or the kernel does not fit.

    See Also
    --------
    flops : Twice as many.

    Examples
    --------
    >>> macs(5, 3, 4, 3)
    972
    >>> macs(5, 3, 3, 3, groups=3) + macs(3, 3, 4, 1)
    351
    """
    ndim = _rank_of(input_size, kernel_size)
    sides = axes(input_size, "input_size", ndim, 1)
    after = output_size(
        sides, kernel_size, stride, padding, dilation, output_padding, False, transposed
    )
    positions = prod(sides if transposed else after)
    kernel = axes(kernel_size, "kernel_size", ndim, 1)
    weights = _weights_of_a_filter(in_channels, out_channels, kernel, groups)
    return positions * int(out_channels) * weights


def flops(
    input_size,
    in_channels,
    out_channels,
    kernel_size,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    output_padding=0,
    transposed=False,
):
    """Count the floating-point operations of a convolution: two for each MAC.

    Parameters
    ----------
    input_size : int or tuple of int
        Sides of the input in pixels; an int means a square image.
    in_channels, out_channels : int
        Number of channels before and after.
    kernel_size, stride, padding, dilation : int or tuple of int
        One value for all axes, or one for each.
    groups : int
        Number of groups; it divides both numbers of channels.
    output_padding : int or tuple of int
        Pixels added at the end of a transposed convolution's output.
    transposed : bool
        Count the transposed convolution instead.

    Returns
    -------
    int
        Multiplications and additions, one of each per MAC.

    Raises
    ------
    TypeError
        If an argument is not an int.
    ValueError
        If an argument is out of range, or the kernel does not fit.

    See Also
    --------
    macs : Half as many.

    Notes
    -----
    The convention of ``torch.utils.flop_counter``. Many papers print MACs and call them
    FLOPs.

    Examples
    --------
    >>> flops(5, 3, 4, 3)
    1944
    """
    return 2 * macs(
        input_size,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding,
        dilation,
        groups,
        output_padding,
        transposed,
    )


def receptive_field(layers):
    """Span, in input pixels, of what one output of a stack of layers can depend on.

    Parameters
    ----------
    layers : iterable of mapping
        From the input on, each with ``kernel`` and, where they are not 1, ``stride`` and
        ``dilation``. Pooling counts like convolution.

    Returns
    -------
    int
        Side of the square; 1 for an empty stack.

    Raises
    ------
    TypeError
        If a value is not an int.
    ValueError
        If a value is below 1, or a layer has no kernel or an unknown key.

    Notes
    -----
    Each layer adds ``(kernel - 1) * dilation`` steps, and a step is as many input pixels as
    the product of the EARLIER strides. Padding plays no part. See [1]_.

    References
    ----------
    .. [1] A. Araujo, W. Norris and J. Sim, Computing receptive fields of convolutional
       neural networks, Distill, 2019, doi:10.23915/distill.00021.

    Examples
    --------
    >>> receptive_field([{"kernel": 3}, {"kernel": 3}])
    5
    >>> receptive_field([{"kernel": 3, "stride": 2}, {"kernel": 3, "dilation": 2}])
    11
    """
    field, step = 1, 1
    for layer in layers:
        if not {"kernel"} <= set(layer) <= {"kernel", "stride", "dilation"}:
            raise ValueError(
                f"a layer must have kernel and may have stride and dilation, got {dict(layer)}"
            )
        dilation = integer(layer.get("dilation", 1), "dilation", 1)
        field += (integer(layer["kernel"], "kernel", 1) - 1) * dilation * step
        step *= integer(layer.get("stride", 1), "stride", 1)
    return field


def _rank_of(*sizes):
    """Count the axes of the first tuple; ints alone mean an image, two axes."""
    return next((len(size) for size in sizes if isinstance(size, tuple | list)), 2)


def _weights_of_a_filter(in_channels, out_channels, kernel_size, groups):
    in_channels = integer(in_channels, "in_channels", 1)
    groups = integer(groups, "groups", 1)
    divides(groups, in_channels, "in_channels")
    divides(groups, integer(out_channels, "out_channels", 1), "out_channels")
    return in_channels // groups * prod(axes(kernel_size, "kernel_size", _rank_of(kernel_size), 1))
