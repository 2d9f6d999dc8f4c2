"""The picture of channels: which kernel reads which plane, and what it makes."""

from itertools import pairwise

import numpy as np

from .canvas import (
    FILL,
    HEAD,
    LINE,
    MARGIN,
    STRONG,
    TIMES,
    WIDTH,
    canvas,
    lattice,
    sheet,
    style,
)


def channels(input, weight, output):
    """Draw which kernel joins which input channel to which output channel.

    A row is one filter: a kernel for each channel it reads, then the plane it makes. With
    groups, the places of channels that it does not read stay empty.

    Parameters
    ----------
    input : ndarray, shape (C, H, W)
        Only its shape is used, as of the others; a leading axis of length 1 is dropped.
    weight : ndarray, shape (Cout, C / G, KH, KW)
        The filters.
    output : ndarray, shape (Cout, OH, OW)
        What they make.

    Returns
    -------
    matplotlib Figure
        One axes.

    Raises
    ------
    ValueError
        If the channels do not fit, or there are more than 8 of them or 12 pixels a side.

    Examples
    --------
    >>> figure = channels(np.ones((2, 4, 4)), np.ones((3, 2, 3, 3)), np.ones((3, 2, 2)))
    >>> [text.get_text() for text in figure.axes[0].texts][3:8]
    ['filter 0', '+', '=', 'filter 1', '+']
    """
    shapes = planes, filters, results = layer_shapes(input, weight, output)
    (outer, depth, *kernel), inner = filters, planes[0]
    if max(inner, outer) > 8 or max(*planes[1:], *kernel, *results[1:]) > 12:
        raise ValueError(f"at most 8 channels and 12 pixels a side can be drawn, got {shapes}")
    step = min(0.95, (WIDTH - 2 * MARGIN - 0.85) / (inner + 1.3))
    pixel = 0.8 * step / max(*planes[1:], *results[1:], *kernel)
    high, pitch = planes[1] * pixel, max(kernel[0], results[1]) * pixel + 0.25
    spots, top = [0.95 + (c + 0.5) * step for c in range(inner)], HEAD + high + 0.25
    with style():
        figure = canvas(top + outer * pitch + MARGIN + 3 * LINE)
        ax = sheet(figure, 0, figure.get_size_inches()[1])
        _label(ax, 0.5, HEAD + high / 2, "channel", "input")
        for c, x in enumerate(spots):
            lattice(ax, x, HEAD + high / 2, planes[1:], pixel, "input")
            _label(ax, x, HEAD / 2, c, "input")
        for o in range(outer):
            y, first = top + (o + 0.5) * pitch, o * (inner // depth) // outer * depth
            _label(ax, 0.5, y, f"filter {o}", "weight")
            _filter(ax, spots[first : first + depth], y, kernel, pixel)
            _label(ax, spots[-1] + 0.6 * step, y, "=", "output")
            lattice(ax, spots[-1] + 1.15 * step, y, results[1:], pixel, "output")
        _shape_lines(ax, top + outer * pitch + MARGIN, planes, filters, results)
    return figure


def layer_shapes(input, weight, output):
    """Shapes of the operands without the batch, after checking that their channels fit."""
    shapes = [np.shape(operand) for operand in (input, weight, output)]
    planes, results = (s[1:] if len(s) == 4 and s[0] == 1 else s for s in shapes[::2])
    if (len(planes), len(shapes[1]), len(results)) != (3, 4, 3):
        raise ValueError(f"input, weight and output must have 3, 4 and 3 axes, got shapes {shapes}")
    inner, (outer, depth) = planes[0], shapes[1][:2]
    if inner % depth or outer % (inner // depth) or results[0] != outer:
        raise ValueError(f"channels of input, weight and output must fit, got shapes {shapes}")
    return planes, shapes[1], results


def _filter(ax, spots, y, kernel, pixel):
    """Draw the kernels of one filter, each below the channel that it reads."""
    for x in spots:
        lattice(ax, x, y, kernel, pixel, "weight")
    for left, right in pairwise(spots):
        _label(ax, (left + right) / 2, y, "+", "weight")


def _shape_lines(ax, top, planes, filters, results):
    """Write one line for each array: its letters and its numbers."""
    depth = "C/G" if filters[1] < planes[0] else "C"
    letters = [["C", "H", "W"], ["Cout", depth, "KH", "KW"], ["Cout", "OH", "OW"]]
    for line, (role, shape) in enumerate(zip(FILL, (planes, filters, results), strict=True)):
        names, sizes = (f" {TIMES} ".join(map(str, words)) for words in (letters[line], shape))
        _label(ax, WIDTH / 2, top + (line + 0.5) * LINE, f"{role}  {names} = {sizes}", role)


def _label(ax, x, y, text, role):
    ax.text(x, y, str(text), ha="center", va="center", color=STRONG[role])
