"""The picture of layers with many channels: arrays as boxes, labelled with their shapes."""

import numpy as np

from .canvas import (
    FILL,
    INK,
    LINE,
    MARGIN,
    MARKED,
    STAR,
    STRONG,
    TIMES,
    WIDTH,
    canvas,
    sheet,
    style,
)

SIDE, SHEET, DEEPEST, COPIES = 0.62, 0.06, 12, 3  # inches; sheets of a box and boxes drawn
CENTRES = {"input": 0.8, "weight": 2.45, "output": 4.15}


def volumes(layers):
    """Draw layers as boxes: what goes in, the filters, what comes out.

    A box is as high and wide as its pixels tell and as deep as its channels, up to 12 sheets.
    Of many filters the first two and the last are drawn.

    Parameters
    ----------
    layers : dict of str to (ndarray, ndarray, ndarray)
        For each title the input (C, H, W), the weight (Cout, C / G, KH, KW) and the output
        (Cout, OH, OW), of which only the shapes are used; a leading axis of length 1 of input
        and output is dropped.

    Returns
    -------
    matplotlib Figure
        One axes.

    Raises
    ------
    ValueError
        If there is no layer, or the channels of a layer do not fit.

    Examples
    --------
    >>> x, w, y = np.ones((3, 12, 12)), np.ones((256, 3, 5, 5)), np.ones((256, 8, 8))
    >>> figure = volumes({"standard": (x, w, y)})
    >>> [text.get_text() for text in figure.axes[0].texts if "5" in text.get_text()]
    ['256 × (3 × 5 × 5)', '256 × 8 × 8']
    """
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    shapes = {title: _shapes(*operands) for title, operands in layers.items()}
    pitch = 2 * LINE + SIDE + DEEPEST * SHEET / 2 + 2 * MARGIN
    with style():
        figure = canvas(len(shapes) * pitch + MARGIN)
        ax = sheet(figure, 0, figure.get_size_inches()[1])
        for row, (title, layer) in enumerate(shapes.items()):
            _layer(ax, row * pitch + MARGIN, title, layer)
    return figure


def _shapes(input, weight, output):
    """Shapes of the operands without the batch, after checking that their channels fit."""
    shapes = [np.shape(operand) for operand in (input, weight, output)]
    planes, results = (s[1:] if len(s) == 4 and s[0] == 1 else s for s in shapes[::2])
    if (len(planes), len(shapes[1]), len(results)) != (3, 4, 3):
        raise ValueError(f"input, weight and output must have 3, 4 and 3 axes, got shapes {shapes}")
    inner, (outer, depth) = planes[0], shapes[1][:2]
    if inner % depth or outer % (inner // depth) or results[0] != outer:
        raise ValueError(f"channels of input, weight and output must fit, got shapes {shapes}")
    return planes, shapes[1], results


def _layer(ax, top, title, shapes):
    """Draw one layer: a title, three boxes in a row, and their shapes below."""
    planes, filters, results = shapes
    pixel = SIDE / max(*planes[1:], *filters[2:], *results[1:])
    middle = top + LINE + DEEPEST * SHEET / 2 + SIDE / 2 + MARGIN / 2
    ax.text(MARGIN, top + LINE / 2, title, va="center", weight="bold", color=INK)
    _box(ax, CENTRES["input"], middle, planes, pixel, "input")
    _filters(ax, middle, filters, pixel)
    _box(ax, CENTRES["output"], middle, results, pixel, "output")
    for x, sign in ((1.55, STAR), (3.35, "=")):
        ax.text(x, middle, sign, ha="center", va="center", color=INK, fontsize=14)
    count, *kernel = filters
    words = [_words(planes), f"{count} {TIMES} ({_words(kernel)})", _words(results)]
    for (role, x), text in zip(CENTRES.items(), words, strict=True):
        below = middle + SIDE / 2 + LINE / 2 + MARGIN / 2
        ax.text(x, below, text, ha="center", va="center", color=STRONG[role])


def _filters(ax, middle, filters, pixel):
    """Draw up to three filters side by side, with dots where some are left out."""
    count, *kernel = filters
    drawn = min(count, COPIES)
    step = kernel[2] * pixel + min(kernel[0], DEEPEST) * SHEET / 2 + 0.14
    dots = 0.2 * (count > COPIES)
    left = CENTRES["weight"] - ((drawn - 1) * step + dots) / 2
    for copy in range(drawn):
        x = left + copy * step + dots * (copy == drawn - 1)
        _box(ax, x, middle, kernel, pixel, "weight")
    if dots:
        x = left + (drawn - 1.5) * step + dots / 2
        ax.text(x, middle, "\u2026", ha="center", va="center", color=STRONG["weight"])


def _box(ax, x, y, shape, pixel, role):
    """Draw sheets one behind the other, the last one first; x, y is the middle of the front."""
    from matplotlib.patches import Rectangle

    depth, high, wide = shape
    sheets = min(depth, DEEPEST)
    for behind in reversed(range(sheets)):
        shift = (behind - (sheets - 1) / 2) * SHEET / 2
        corner = (x - wide * pixel / 2 + shift, y - high * pixel / 2 - shift)
        face = FILL[role] if behind else MARKED[role]
        look = {"facecolor": face, "edgecolor": STRONG[role], "linewidth": 0.8}
        ax.add_patch(Rectangle(corner, wide * pixel, high * pixel, **look))


def _words(shape):
    return f" {TIMES} ".join(map(str, shape))
