"""Who touches what: which pixels and channels one place of the output reads."""

import numpy as np

from .canvas import (
    FILL,
    GREY,
    HEAD,
    INK,
    LINE,
    MARGIN,
    PAPER,
    STRONG,
    WIDTH,
    canvas,
    place,
    sheet,
    style,
)

SIDE = 1.35  # inches
HEADS = ["how often", "weight", "channels"]


def touches(operators):
    """Draw what one place of the output reads, the same way for every operator.

    Each operator is a row of three maps. *How often*: the more paths lead from a pixel to this
    place, the darker its blue; a pixel without any stays white. *Weight*: a square for each
    pixel, as large as its weight, full when that is positive and hollow when it is negative.
    *Channels*: rows are channels of the output, columns channels of the input; a pair that is
    connected is dark. The pixel in the middle is framed.

    Parameters
    ----------
    operators : dict of str to (ndarray, ndarray, ndarray)
        For each title the paths from every pixel, shape (H, W); the weights, shape (H, W); and
        which channels are connected, shape (Cout, C), booleans.

    Returns
    -------
    matplotlib Figure
        Three axes for each operator.

    Raises
    ------
    ValueError
        If there is no operator, a number of paths is negative, or shapes do not fit.

    Examples
    --------
    >>> paths, weights = np.array([[0, 2], [1, 0]]), np.array([[0, -0.5], [1, 0]])
    >>> figure = touches({"two taps": (paths, weights, np.eye(3, dtype=bool))})
    >>> [ax.get_xlabel() for ax in figure.axes[1:]]
    ['2 pixels', '', '1 of 3']
    """
    for title, (paths, weights, pairs) in operators.items():
        shapes = paths.shape, weights.shape, pairs.shape
        if shapes[0] != shapes[1] or {len(shape) for shape in shapes} != {2}:
            raise ValueError(f"paths, weights and channels of {title} must fit, got {shapes}")
    if not operators or any((paths < 0).any() for paths, _, _ in operators.values()):
        raise ValueError("operators must hold at least one, and paths of at least 0")
    pitch = LINE + SIDE + 1.5 * LINE
    with style():
        figure = canvas(HEAD + len(operators) * pitch + MARGIN)
        ax = sheet(figure, 0, figure.get_size_inches()[1])
        gap = (WIDTH - 2 * MARGIN - 3 * SIDE) / 2
        lefts = [MARGIN + n * (SIDE + gap) for n in range(3)]
        for left, head in zip(lefts, HEADS, strict=True):
            ax.text(left + SIDE / 2, HEAD / 2 + 0.04, head, ha="center", va="center")
        for row, (title, maps) in enumerate(operators.items()):
            top = HEAD + row * pitch
            ax.text(MARGIN, top + LINE / 2, title, va="center", weight="bold", fontsize=12)
            panels = [place(figure, left, top + LINE, SIDE, SIDE) for left in lefts]
            _row(panels, *maps)
    return figure


def _row(panels, paths, weights, pairs):
    """Draw the three maps of one operator."""
    lines = {"edgecolors": GREY, "linewidth": 0.3}
    read, most = np.count_nonzero(paths), pairs.sum(axis=1).max()
    _shades(panels[0], paths, "1 pixel" if read == 1 else f"{read} pixels", **lines)
    _shades(panels[1], np.zeros_like(paths), "", **lines)
    _squares(panels[1], weights)
    _shades(panels[2], pairs.astype(int), f"{most} of {pairs.shape[1]}")
    _outline(panels[0], paths.shape)


def _shades(ax, counts, label, **look):
    """Colour cells the darker, the larger their count; those of 0 stay white."""
    from matplotlib.colors import LinearSegmentedColormap

    blues = [FILL["input"], STRONG["input"]]
    shade = LinearSegmentedColormap.from_list("paths", blues, bad=PAPER)
    top = max(1, counts.max())
    ax.pcolormesh(np.ma.masked_equal(counts, 0), cmap=shade, vmin=0, vmax=top, **look)
    ax.set(ylim=(len(counts), 0), xticks=[], yticks=[], xlabel=label)
    ax.spines[:].set(visible=True, color=GREY)


def _squares(ax, weights):
    """Draw each weight as a square whose area tells its size, hollow for a negative one."""
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(weights).tolist():
        side = 0.9 * np.sqrt(abs(weights[row, column]) / np.abs(weights).max())
        corner = (column + 0.5 - side / 2, row + 0.5 - side / 2)
        face = STRONG["weight"] if weights[row, column] > 0 else PAPER
        look = {"facecolor": face, "edgecolor": STRONG["weight"], "linewidth": 1}
        ax.add_patch(Rectangle(corner, side, side, **look))


def _outline(ax, shape):
    """Frame the pixel in the middle, in black on white, to be seen on every blue."""
    from matplotlib.patches import Rectangle

    corner = (shape[1] // 2, shape[0] // 2)
    for colour, width in ((PAPER, 4), (INK, 1.8)):
        ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=colour, linewidth=width))
