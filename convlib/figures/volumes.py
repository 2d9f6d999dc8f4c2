"""The picture of layers with many channels: arrays as boxes, labelled with their shapes."""

from .canvas import (
    FILL,
    INK,
    LINE,
    MARGIN,
    MARKED,
    STAR,
    STRONG,
    TIMES,
    canvas,
    sheet,
    style,
)
from .stacks import layer_shapes

SIDE, SHEET, DEEPEST, COPIES = 0.7, 0.035, 12, 3  # inches; sheets of a box and boxes drawn
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
    shapes = {title: layer_shapes(*operands) for title, operands in layers.items()}
    arrays = [array for layer in shapes.values() for array in layer]
    pixel = SIDE / max(max(array[-2:]) for array in arrays)
    tall = max(array[-2] * pixel + _depth(array[-3]) for array in arrays)
    pitch = 2 * LINE + tall + 2 * MARGIN
    with style():
        figure = canvas(len(shapes) * pitch + MARGIN)
        ax = sheet(figure, 0, figure.get_size_inches()[1])
        for row, (title, layer) in enumerate(shapes.items()):
            top = row * pitch + MARGIN
            ax.text(MARGIN, top + LINE / 2, title, va="center", weight="bold", color=INK)
            _boxes(ax, top + LINE + MARGIN / 2 + tall / 2, layer, pixel)
            _labels(ax, top + 1.5 * LINE + MARGIN + tall, layer)
    return figure


def _boxes(ax, y, shapes, pixel):
    """Draw the three boxes of a layer in a row, with the signs between them."""
    planes, filters, results = shapes
    _box(ax, CENTRES["input"], y, planes, pixel, "input")
    _filters(ax, y, filters, pixel)
    _box(ax, CENTRES["output"], y, results, pixel, "output")
    for x, sign in ((1.55, STAR), (3.35, "=")):
        ax.text(x, y, sign, ha="center", va="center", color=INK, fontsize=14)


def _labels(ax, y, shapes):
    """Write the three shapes of a layer."""
    planes, (count, *kernel), results = shapes
    words = [_words(planes), f"{count} {TIMES} ({_words(kernel)})", _words(results)]
    for (role, x), text in zip(CENTRES.items(), words, strict=True):
        ax.text(x, y, text, ha="center", va="center", color=STRONG[role])


def _filters(ax, y, filters, pixel):
    """Draw up to three filters side by side, with dots where some are left out."""
    count, *kernel = filters
    drawn = min(count, COPIES)
    step = min(0.5, kernel[2] * pixel + _depth(kernel[0]) + 0.13)
    dots = 0.2 * (count > COPIES)
    left = CENTRES["weight"] - ((drawn - 1) * step + dots) / 2
    for copy in range(drawn):
        x = left + copy * step + dots * (copy == drawn - 1)
        _box(ax, x, y, kernel, pixel, "weight")
    if dots:
        x = left + (drawn - 1.5) * step + dots / 2
        ax.text(x, y, "\u2026", ha="center", va="center", color=STRONG["weight"])


def _box(ax, x, y, shape, pixel, role):
    """Draw sheets one behind the other, the last one first; x, y is the middle of the box."""
    from matplotlib.patches import Rectangle

    depth, high, wide = shape
    for behind in reversed(range(min(depth, DEEPEST))):
        shift = behind * SHEET - _depth(depth) / 2
        corner = (x - wide * pixel / 2 + shift, y - high * pixel / 2 - shift)
        face = FILL[role] if behind else MARKED[role]
        look = {"facecolor": face, "edgecolor": STRONG[role], "linewidth": 0.8}
        ax.add_patch(Rectangle(corner, wide * pixel, high * pixel, **look))


def _depth(channels):
    """Inches from the first sheet of a box to the last."""
    return (min(channels, DEEPEST) - 1) * SHEET


def _words(shape):
    return f" {TIMES} ".join(map(str, shape))
