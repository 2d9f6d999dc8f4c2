"""The picture of a transposed convolution: scaled kernels added one by one."""

import numpy as np

from convlib._args import axes

from .canvas import (
    FILL,
    GAP,
    LINE,
    STRONG,
    TIMES,
    WIDTH,
    canvas,
    cell_in,
    film,
    number,
    number_grid,
    place,
    plane,
    sheet,
    spots_of,
    style,
)


def scatter(input, weight, output, stride=1, seconds=1.0):
    """Draw a transposed convolution as an animated PNG: a frame adds one scaled kernel.

    Above: the input with the current pixel marked, the weight, and the sums so far with the
    place of the kernel marked. Below: what the frame adds. The first frame is complete.

    Parameters
    ----------
    input, weight, output : ndarray, shape (H, W), (KH, KW), (OH, OW)
        One plane each; leading axes of length 1 are dropped.
    stride : int or (int, int)
        Pixels of the output from kernel to kernel.
    seconds : float
        Time of a frame; the complete one stays twice as long.

    Returns
    -------
    IPython.display.Image
        Its ``data`` holds the PNG file.

    Raises
    ------
    ValueError
        If the arrays do not belong together, the drawing would not be legible, or the input
        has more than 25 numbers.

    Examples
    --------
    >>> pixels, kernel = np.array([[1.0, 2.0]]), np.ones((2, 2))
    >>> scatter(pixels, kernel, np.array([[1.0, 3.0, 2.0]] * 2)).data[1:4]
    b'PNG'
    """
    image, kernel = plane(input, "input"), plane(weight, "weight")
    result, stride = plane(output, "output"), axes(stride, "stride", 2, 1)
    frames = _stamps(image, kernel, stride)
    if result.shape != frames[-1].shape or not np.allclose(frames[-1], result):
        raise ValueError(f"output must be {frames[-1].tolist()}, got {result.tolist()}")

    def draw(last):
        return _stamp(image, kernel, frames[last], last, stride)

    return film(draw, "input", image.size, seconds)


def _stamps(image, kernel, stride):
    """Return the sums after each scaled kernel: NaN where none has been, the last complete."""
    sides = [(n - 1) * s + k for n, s, k in zip(image.shape, stride, kernel.shape, strict=True)]
    sums, touched, frames = np.zeros(sides), np.zeros(sides, bool), []
    for (i, j), value in np.ndenumerate(image):
        top, left = i * stride[0], j * stride[1]
        patch = np.s_[top : top + kernel.shape[0], left : left + kernel.shape[1]]
        sums[patch] += value * kernel
        touched[patch] = True
        frames.append(np.where(touched, sums, np.nan))
    return [*frames[:-1], sums]


def _stamp(image, kernel, sums, last, stride):
    """Draw the kernel of one input pixel being added to the sums."""
    at = tuple(map(int, np.unravel_index(last, image.shape)))
    top, left = (i * s for i, s in zip(at, stride, strict=True))
    marks = [[at], (), [(top + u, left + v) for u, v in np.ndindex(kernel.shape)]]
    shapes = [image.shape, kernel.shape, sums.shape]
    rows = [shapes] if cell_in([shapes]) >= 0.3 else [shapes[:2], shapes[2:]]
    cell = cell_in(rows)
    spots, bottom = spots_of(rows, cell)
    grids = zip(FILL, [image, kernel, sums], marks, spots, shapes, strict=True)
    with style():
        figure = canvas(bottom + GAP / 2 + LINE)
        for role, values, window, (x, y), (high, wide) in grids:
            ax = place(figure, x, y, wide * cell, high * cell)
            number_grid(ax, values, role, window, title=role)
        paper = sheet(figure, 0, figure.get_size_inches()[1])
        text = f"add {number(image[at])} {TIMES} weight at row {top}, column {left}"
        look = {"ha": "center", "va": "center_baseline", "fontsize": 12, "fontweight": "bold"}
        paper.text(WIDTH / 2, bottom + (GAP + LINE) / 2, text, color=STRONG["output"], **look)
    return figure
