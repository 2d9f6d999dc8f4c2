"""Pictures of the sliding window: one position, all positions, and the window in motion."""

import numpy as np

from convlib._args import axes

from .canvas import (
    DOT,
    FILL,
    GAP,
    LINE,
    MARGIN,
    SMALL,
    STAR,
    STRONG,
    WIDTH,
    canvas,
    cell_in,
    film,
    fits,
    number,
    number_grid,
    place,
    sheet,
    spots_of,
    style,
    total,
    width,
)
from .slide import slide_of


def window(input, weight, output, at=(0, 0), stride=1, padding=0, dilation=1):
    """Draw where one output number comes from, with its arithmetic written out.

    Parameters
    ----------
    input, weight, output : ndarray, shape (H, W), (KH, KW), (OH, OW)
        One plane each; leading axes of length 1 are dropped.
    at : (int, int)
        Row and column of the output number.
    stride, padding, dilation : int or (int, int)
        Settings that `output` was computed with.

    Returns
    -------
    matplotlib Figure
        Four axes: input, weight, output, arithmetic.

    Raises
    ------
    ValueError
        If the arrays do not belong together, or the drawing would not be legible.

    Examples
    --------
    >>> image, kernel = np.ones((3, 3)), np.ones((2, 2))
    >>> figure = window(image, kernel, np.full((2, 2), 4.0), at=(1, 0))
    >>> figure.axes[3].texts[-1].get_text()
    'output[1, 0] = 2 + 2 = 4'
    """
    slide = slide_of(input, weight, output, stride, padding, dilation)
    at = axes(tuple(at), "at", 2, broadcast=False)
    if at[0] >= slide.result.shape[0] or at[1] >= slide.result.shape[1]:
        raise ValueError(f"at must lie in the output of shape {slide.result.shape}, got {at}")
    return _draw(slide, at, slide.result)


def windows(input, weight, output, stride=1, padding=0, dilation=1):
    """Draw one small panel for each output number: its window, and its sum.

    The panels lie as the numbers do in the output. Below each stands one term for each row
    of the window, then the output number.

    Parameters
    ----------
    input, weight, output : ndarray, shape (H, W), (KH, KW), (OH, OW)
        One plane each; leading axes of length 1 are dropped.
    stride, padding, dilation : int or (int, int)
        Settings that `output` was computed with.

    Returns
    -------
    matplotlib Figure
        OH * OW axes, row by row.

    Raises
    ------
    ValueError
        If the arrays do not belong together, or the drawing would not be legible.

    Examples
    --------
    >>> image, kernel = np.ones((3, 3)), np.ones((2, 2))
    >>> figure = windows(image, kernel, np.full((2, 2), 4.0))
    >>> [ax.texts[-1].get_text() for ax in figure.axes][:2]
    ['2 + 2 = 4', '2 + 2 = 4']
    """
    slide = slide_of(input, weight, output, stride, padding, dilation)
    (rows, columns), (down, across), gap = slide.drawn, slide.result.shape, GAP / 2
    cell = min(0.36, (WIDTH - 2 * MARGIN - (across - 1) * gap) / (across * columns))
    wide, high = columns * cell, rows * cell
    start, pitch = (WIDTH - across * wide - (across - 1) * gap) / 2, high + LINE + gap
    with style():
        figure = canvas(down * pitch)
        for i, j in np.ndindex(down, across):
            ax = place(figure, start + j * (wide + gap), MARGIN + i * pitch, wide, high)
            number_grid(ax, slide.image, "input", slide.taps((i, j)), padding=slide.padding)
            text = f"{total(slide.terms((i, j)))} = {number(slide.result[i, j])}"
            fits(text, wide + gap)
            below = {"transform": ax.transAxes, "ha": "center", "va": "top", "fontweight": "bold"}
            ax.text(0.5, -0.05, text, color=STRONG["output"], **below)
    return figure


def animation(input, weight, output, stride=1, padding=0, dilation=1, seconds=1.0):
    """Draw the sliding window as an animated PNG, one frame for each output number.

    The first frame shows the last position with the whole output, so that a still picture of
    the animation is complete; the second starts again at the first position.

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
        If the arrays do not belong together, the drawing would not be legible, or the output
        has more than 25 numbers.

    Examples
    --------
    >>> image, kernel = np.ones((2, 3)), np.ones((2, 2))
    >>> animation(image, kernel, np.full((1, 2), 4.0)).data[1:4]
    b'PNG'
    """
    slide = slide_of(input, weight, output, stride, padding, dilation)
    order = np.arange(slide.result.size).reshape(slide.result.shape)

    def draw(last):
        at = tuple(map(int, np.unravel_index(last, order.shape)))
        return _draw(slide, at, np.where(order <= last, slide.result, np.nan))

    return film(draw, "output", order.size, seconds)


def _draw(slide, at, shown):
    """Input, weight and output, arithmetic below; `shown` is the part of the output to write."""
    shapes = [slide.drawn, slide.kernel.shape, slide.result.shape]
    numbers = [*slide.image.ravel(), *slide.kernel.ravel(), *slide.result.ravel()]
    needed = max(0.3, *(width(number(value), SMALL) for value in numbers))
    cell = cell_in([shapes])
    rows = [shapes] if cell >= needed else [shapes[:1], shapes[1:]]
    cell = cell_in(rows)
    spots, bottom = spots_of(rows, cell)
    grids = [(slide.image, slide.taps(at), slide.padding), (slide.kernel, (), 0), (shown, [at], 0)]
    with style():
        figure = canvas(bottom + GAP / 2 + (len(slide.kernel) + 1) * LINE)
        for role, grid, (left, top), (high, wide) in zip(FILL, grids, spots, shapes, strict=True):
            values, marks, padding = grid
            ax = place(figure, left, top, wide * cell, high * cell)
            number_grid(ax, values, role, marks, title=role, padding=padding)
        paper = sheet(figure, 0, figure.get_size_inches()[1])
        for sign, (left, top), (high, _) in zip(STAR + "=", spots[1:], shapes[1:], strict=True):
            middle = {"ha": "center", "va": "center", "fontsize": 20}
            paper.text(left - GAP / 2, top + high * cell / 2, sign, **middle)
        _arithmetic(paper, slide, at, bottom + GAP / 2)
    return figure


def _arithmetic(paper, slide, at, top):
    """Write the products of one window, a line for each kernel row, and their sum."""
    (rows, columns), terms = slide.kernel.shape, slide.terms(at)
    pixels = [[number(value) for value in row] for row in slide.patches[:, :, *at]]
    weights = [[f"({number(w)})" if w < 0 else number(w) for w in row] for row in slide.kernel]
    before, after = (
        np.array([max(width(word, 12) for word in column) for column in zip(*words, strict=True)])
        for words in (pixels, weights)
    )
    pitch, tail = before + after + 0.35, max(width(number(term), 12) for term in terms)
    if pitch.sum() + tail > WIDTH - 2 * MARGIN:
        raise ValueError(f"weight has {columns} columns: too many to write out their products")
    dots = (WIDTH - pitch.sum() - tail) / 2 + np.cumsum(pitch) - pitch + before
    line = {"va": "center_baseline", "fontsize": 12}
    for u, v in np.ndindex(rows, columns):
        x, y = dots[v], top + (u + 0.5) * LINE
        paper.text(x, y, pixels[u][v], ha="right", color=STRONG["input"], **line)
        paper.text(x + 0.04, y, DOT, ha="center", **line)
        paper.text(x + 0.08, y, weights[u][v], color=STRONG["weight"], **line)
        sign = "+" if v + 1 < columns else f"=  {number(terms[u])}"
        paper.text(x + after[v] + 0.15, y, sign, **line)
    text = f"output[{at[0]}, {at[1]}] = {total(terms)} = {number(slide.result[at])}"
    line |= {"ha": "center", "color": STRONG["output"], "fontweight": "bold"}
    paper.text(WIDTH / 2, top + (rows + 0.5) * LINE, text, **line)
