"""The picture of a convolution as a product of matrices, built window by window."""

import numpy as np

from .canvas import (
    GAP,
    HEAD,
    LINE,
    MARGIN,
    TIMES,
    WIDTH,
    canvas,
    film,
    number_grid,
    place,
    style,
)
from .slide import slide_of


def im2col(input, weight, output, stride=1, padding=0, dilation=1, seconds=1.0):
    """Draw windows that become the columns of a matrix, and its product, as an animated PNG.

    Above: the input, and the matrix with one column for each window. Below: the weight as a
    row, and the row times the matrix, which is the output. The first frame is complete.

    Parameters
    ----------
    input, weight, output : ndarray, shape (H, W), (KH, KW), (OH, OW)
        One plane each; leading axes of length 1 are dropped.
    stride, padding, dilation : int or (int, int)
        Settings that `output` was computed with.
    seconds : float
        Time of a frame; the complete one stays twice as long.

    Returns
    -------
    IPython.display.Image
        Its ``data`` holds the PNG file.

    Raises
    ------
    ValueError
        If the arrays do not belong together, or the drawing would not be legible.

    Examples
    --------
    >>> image, kernel = np.ones((2, 3)), np.ones((2, 2))
    >>> im2col(image, kernel, np.full((1, 2), 4.0)).data[1:4]
    b'PNG'
    """
    slide = slide_of(input, weight, output, stride, padding, dilation)
    return film(lambda last: _product(slide, last), "output", slide.result.size, seconds)


def _product(slide, last):
    """Draw a convolution as row times matrix, up to the window of this number."""
    taps, frames = slide.kernel.size, slide.result.size
    cell = min(0.36, (WIDTH - 2 * MARGIN - GAP) / (taps + frames))
    pixel = min(0.36, taps * cell / max(slide.drawn))
    known, bottom = np.arange(frames) <= last, HEAD + taps * cell + LINE + HEAD
    columns = np.where(known, slide.patches.reshape(taps, frames), np.nan)
    sums = np.where(known, slide.result.ravel(), np.nan)[None]
    seen = slide.taps(tuple(map(int, np.unravel_index(last, slide.result.shape))))
    marks = [(row, last) for row in range(taps)]
    right = MARGIN + taps * cell + GAP
    top, left = [(taps * cell - n * pixel) / 2 for n in slide.drawn]
    with style():
        figure = canvas(bottom + cell + MARGIN)
        wide, high = slide.drawn[1] * pixel, slide.drawn[0] * pixel
        ax = place(figure, MARGIN + left, HEAD + top, wide, high)
        number_grid(ax, slide.image, "input", seen, title="input", padding=slide.padding)
        ax = place(figure, right, HEAD, frames * cell, taps * cell)
        number_grid(ax, columns, "input", marks, title="windows as columns")
        ax = place(figure, MARGIN, bottom, taps * cell, cell)
        number_grid(ax, slide.kernel.reshape(1, taps), "weight", title="weight as a row")
        ax = place(figure, right, bottom, frames * cell, cell)
        number_grid(ax, sums, "output", [(0, last)], title=f"row {TIMES} columns = output")
    return figure
