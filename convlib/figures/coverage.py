"""Small maps side by side of which pixels are read, and how often."""

import numpy as np

from .canvas import (
    FILL,
    GAP,
    GREY,
    HEAD,
    LINE,
    MARGIN,
    PAPER,
    STRONG,
    WIDTH,
    canvas,
    place,
    plane,
    style,
)


def coverage(maps):
    """Draw which pixels are read, one small map for each entry, two in a row.

    A pixel that nobody reads stays white; the more often one is read, the darker its blue.
    Below each map stands how many of its pixels are read.

    Parameters
    ----------
    maps : dict of str to ndarray, shape (H, W)
        Title and counts of each map; leading axes of length 1 are dropped. The maps are drawn
        at one scale, so that a larger one is larger in the picture.

    Returns
    -------
    matplotlib Figure
        One axes for each map.

    Raises
    ------
    ValueError
        If there is no map, or a count is negative.

    Examples
    --------
    >>> figure = coverage({"corners": np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]])})
    >>> figure.axes[0].get_xlabel()
    '4 of 9'
    """
    planes = {title: plane(counts, title) for title, counts in maps.items()}
    if not planes or any((counts < 0).any() for counts in planes.values()):
        raise ValueError("maps must hold at least one map, and counts of at least 0")
    pixel = (WIDTH - 2 * MARGIN - GAP) / 2 / max(max(counts.shape) for counts in planes.values())
    rows = [list(planes.items())[i : i + 2] for i in range(0, len(planes), 2)]
    heights = [pixel * max(len(counts) for _, counts in row) for row in rows]
    with style():
        figure = canvas(sum(heights) + len(rows) * (HEAD + 1.5 * LINE) + MARGIN)
        top = MARGIN
        for row, height in zip(rows, heights, strict=True):
            for n, (title, counts) in enumerate(row):
                high, wide = (pixel * length for length in counts.shape)
                middle = WIDTH * (0.25 + 0.5 * n)
                ax = place(figure, middle - wide / 2, top + HEAD + height - high, wide, high)
                _shade(ax, counts, title)
            top += HEAD + height + 1.5 * LINE
    return figure


def _shade(ax, counts, title):
    from matplotlib.colors import LinearSegmentedColormap

    blues = [FILL["input"], STRONG["input"]]
    shade = LinearSegmentedColormap.from_list("reads", blues, bad=PAPER)
    read, lines = np.ma.masked_equal(counts, 0), {"edgecolors": GREY, "linewidth": 0.3}
    ax.pcolormesh(read, cmap=shade, vmin=0, vmax=max(1, counts.max()), **lines)
    ax.set(ylim=(len(counts), 0), xticks=[], yticks=[], title=title)
    ax.set_xlabel(f"{np.count_nonzero(counts)} of {counts.size}")
    ax.spines[:].set(visible=True, color=GREY)
