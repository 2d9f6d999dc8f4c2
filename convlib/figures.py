"""Drawings that chapters share: arrays already computed go in, a picture comes out.

Input is blue, weight green-grey, output orange, padding white with a dashed edge. A window is
marked by a thick frame and bold numbers, so that every figure reads in greyscale too. Figures
are 5 inches wide with letters of 11 points or more, legible on a phone; what would not be
legible is refused. Figures are closed for pyplot: let one be the last line of a cell.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ._args import axes
from ._canvas import (
    DOT,
    FILL,
    GAP,
    GREY,
    HEAD,
    INK,
    LINE,
    MARGIN,
    PAPER,
    SMALL,
    STAR,
    STRONG,
    TIMES,
    WIDTH,
    animated_png,
    canvas,
    fits,
    font_size,
    lattice,
    number,
    number_grid,
    place,
    plane,
    sheet,
    style,
    total,
    width,
)
from .sizes import output_size
from .windows import pad
from .windows import windows as gather

__all__ = [
    "animation",
    "channels",
    "footprint",
    "im2col",
    "images",
    "number_grid",
    "scatter",
    "spectrum",
    "style",
    "window",
    "windows",
]


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
    slide = _slide(input, weight, output, stride, padding, dilation)
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
    slide = _slide(input, weight, output, stride, padding, dilation)
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
    slide = _slide(input, weight, output, stride, padding, dilation)
    order = np.arange(slide.result.size).reshape(slide.result.shape)

    def draw(last):
        at = tuple(map(int, np.unravel_index(last, order.shape)))
        return _draw(slide, at, np.where(order <= last, slide.result, np.nan))

    return _film(draw, "output", order.size, seconds)


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
    planes, filters, results = _stacks(input, weight, output)
    (outer, depth, *kernel), inner = filters, planes[0]
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


def footprint(counts, title=None):
    """Draw how often each input cell is used: the number, and a darker blue for more.

    Parameters
    ----------
    counts : ndarray of int, shape (H, W)
        Leading axes of length 1 are dropped.
    title : str, optional
        Written above.

    Returns
    -------
    matplotlib Figure
        One axes.

    Raises
    ------
    ValueError
        If the drawing would not be legible: more than about 24 columns.

    Examples
    --------
    >>> figure = footprint(np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]))
    >>> figure.axes[0].texts[4].get_text()
    '4'
    """
    from matplotlib.colors import LinearSegmentedColormap

    counts = plane(counts, "counts")
    (rows, columns), most = counts.shape, max(1, counts.max())
    cell, head = min(0.45, (WIDTH - 2 * MARGIN) / columns), MARGIN + (HEAD if title else 0)
    wide, high = columns * cell, rows * cell
    shade = LinearSegmentedColormap.from_list("uses", ["#eef5fb", STRONG["input"]])
    with style():
        figure = canvas(head + high + MARGIN)
        ax = place(figure, (WIDTH - wide) / 2, head, wide, high)
        ax.pcolormesh(counts, cmap=shade, vmin=0, vmax=most, edgecolors=PAPER, linewidth=1)
        ax.set(ylim=(rows, 0), title=title or "")
        ax.set_axis_off()
        look = {"ha": "center", "va": "center_baseline", "fontweight": "bold"}
        look["fontsize"] = font_size(cell, map(number, counts.ravel()))
        for (row, column), count in np.ndenumerate(counts):
            ink = PAPER if count > 0.7 * most else INK
            ax.text(column + 0.5, row + 0.5, number(count), color=ink, **look)
    return figure


def images(arrays, titles, signed=False):
    """Draw pictures side by side, two in a row, each with its scale below.

    Parameters
    ----------
    arrays : sequence of ndarray, shape (H, W)
        Leading axes of length 1 are dropped. Plain pictures share one scale from their lowest
        to their highest value; signed ones share another, whose middle is zero.
    titles : sequence of str
        One for each picture.
    signed : bool or sequence of bool
        Which pictures have a meaningful zero: it is grey, dark blue below, bright above.

    Returns
    -------
    matplotlib Figure
        Two axes for each picture: the picture, then its scale.

    Raises
    ------
    ValueError
        If there is not one title, and one `signed` if several, for each picture.

    Examples
    --------
    >>> figure = images([np.eye(4), np.eye(4) - 1], ["image", "change"], signed=[False, True])
    >>> [ax.get_title() for ax in figure.axes]
    ['image', '', 'change', '']
    """
    planes = [plane(array, f"arrays[{i}]") for i, array in enumerate(arrays)]
    flags = [signed] * len(planes) if isinstance(signed, bool) else list(signed)
    if not len(planes) == len(titles) == len(flags):
        counts = f"{len(titles)} and {len(flags)}"
        raise ValueError(f"titles and signed must fit {len(planes)} arrays, got {counts}")
    scales = _scales(planes, flags)
    side = (WIDTH - 2 * MARGIN - GAP) / 2
    high = max(image.shape[0] / image.shape[1] for image in planes) * side
    pitch = HEAD + high + 2 * LINE
    with style():
        figure = canvas(-(-len(planes) // 2) * pitch + MARGIN)
        for i, (image, title, flag) in enumerate(zip(planes, titles, flags, strict=True)):
            left, top = MARGIN + i % 2 * (side + GAP), MARGIN + i // 2 * pitch + HEAD
            ax = place(figure, left, top, side, high)
            drawn = ax.imshow(image, **scales[flag])
            ax.set(title=title, xticks=[], yticks=[], anchor="S")
            ax.spines[:].set_visible(True)
            _scale_bar(drawn, place(figure, left, top + high + 0.08, side, 0.1), flag)
    return figure


def spectrum(kernels):
    """Draw how much of each frequency one-dimensional kernels let through.

    Parameters
    ----------
    kernels : dict of str to sequence of float
        At most four kernels, by the name that the legend gives.

    Returns
    -------
    matplotlib Figure
        One axes; a dot marks each curve at the Nyquist frequency, 1/2 cycle per pixel.

    Raises
    ------
    ValueError
        If there are more than four kernels.

    Examples
    --------
    >>> figure = spectrum({"average of 2": [1 / 2, 1 / 2], "average of 3": [1 / 3, 1 / 3, 1 / 3]})
    >>> [round(float(line.get_ydata()[-1]), 4) for line in figure.axes[0].lines[:2]]
    [0.0, 0.3333]
    """
    import matplotlib.pyplot as plt

    if len(kernels) > 4:
        raise ValueError(f"kernels must be at most 4, got {len(kernels)}")
    with style():
        figure, ax = plt.subplots(figsize=(WIDTH, 3.4), layout="constrained")
        plt.close(figure)
        for name, kernel in kernels.items():
            ax.plot(np.linspace(0, 0.5, 257), np.abs(np.fft.rfft(kernel, 512)), label=name)
        for line in ax.get_lines():
            ax.plot(0.5, line.get_ydata()[-1], "o", color=line.get_color(), clip_on=False)
        ax.axvline(0.5, color=GREY, linewidth=1, linestyle=":")
        ax.set(xlabel="frequency (cycles per pixel)", ylabel="gain", xlim=(0, 0.5))
        ax.set_xticks([0, 0.25, 0.5], ["0", "1/4", "1/2\nNyquist"])
        figure.legend(loc="outside upper center", ncols=2)
    return figure


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
    slide = _slide(input, weight, output, stride, padding, dilation)
    return _film(lambda last: _product(slide, last), "output", slide.result.size, seconds)


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

    return _film(draw, "input", image.size, seconds)


class _Slide(NamedTuple):
    """One checked convolution of a plane, with its patches (KH, KW, OH, OW)."""

    image: np.ndarray
    kernel: np.ndarray
    result: np.ndarray
    patches: np.ndarray
    stride: tuple
    padding: tuple
    dilation: tuple

    @property
    def drawn(self):
        """Rows and columns of the image with its padding."""
        return tuple(n + 2 * p for n, p in zip(self.image.shape, self.padding, strict=True))

    def taps(self, at):
        """Row and column in the image of each pixel that output position `at` reads."""
        top, left = (i * s - p for i, s, p in zip(at, self.stride, self.padding, strict=True))
        down, across = self.dilation
        return [(top + u * down, left + v * across) for u, v in np.ndindex(self.kernel.shape)]

    def terms(self, at):
        """One number for each kernel row: the sum of its products at output position `at`."""
        return (self.patches[:, :, *at] * self.kernel).sum(axis=1)


def _film(draw, name, count, seconds):
    """Animate draw(0), draw(1), ...; the complete picture comes first and stays twice as long."""
    from IPython.display import Image

    if count > 25:
        raise ValueError(f"{name} must have at most 25 numbers, got {count}")
    figures = [draw(last) for last in [count - 1, *range(count - 1)]]
    times = [2000 * seconds] + [1000 * seconds] * (count - 1)
    return Image(data=animated_png(figures, times), format="png")


def _slide(input, weight, output, stride, padding, dilation):
    """Check that the output is what the input, the weight and the settings give."""
    image, kernel = plane(input, "input"), plane(weight, "weight")
    result, padding = plane(output, "output"), axes(padding, "padding", 2)
    stride, dilation = axes(stride, "stride", 2, 1), axes(dilation, "dilation", 2, 1)
    shape = output_size(image.shape, kernel.shape, stride, padding, dilation)
    if result.shape != shape:
        raise ValueError(f"output must have shape {shape} with these settings, got {result.shape}")
    padded = pad(image, [(p, p) for p in padding])[None, None]
    patches = gather(padded, kernel.shape, stride, dilation)[0, 0]  # (KH, KW, OH, OW)
    expected = np.einsum("uvij,uv->ij", patches, kernel)
    for i, j in np.argwhere(~np.isclose(expected, result)):
        raise ValueError(f"output[{i}, {j}] must be {expected[i, j]}, got {result[i, j]}")
    return _Slide(image, kernel, result, patches, stride, padding, dilation)


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
    rows = [shapes] if _cell_in([shapes]) >= 0.3 else [shapes[:2], shapes[2:]]
    cell = _cell_in(rows)
    spots, bottom = _spots(rows, cell)
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


def _draw(slide, at, shown):
    """Input, weight and output, arithmetic below; `shown` is the part of the output to write."""
    shapes = [slide.drawn, slide.kernel.shape, slide.result.shape]
    numbers = [*slide.image.ravel(), *slide.kernel.ravel(), *slide.result.ravel()]
    needed = max(0.3, *(width(number(value), SMALL) for value in numbers))
    cell = _cell_in([shapes])
    rows = [shapes] if cell >= needed else [shapes[:1], shapes[1:]]
    cell = _cell_in(rows)
    spots, bottom = _spots(rows, cell)
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


def _cell_in(rows):
    """Widest cell with which every row of grids fits the figure."""
    room = [WIDTH - 2 * MARGIN - 2 * (len(shapes) > 1) * GAP for shapes in rows]
    need = [sum(columns for _, columns in shapes) for shapes in rows]
    return min(0.45, *(inches / count for inches, count in zip(room, need, strict=True)))


def _spots(rows, cell):
    """Upper left corner of each grid when every row is centred, and the lower edge of all."""
    spots, bottom = [], MARGIN
    for shapes in rows:
        tall = max(high for high, _ in shapes) * cell
        left = (WIDTH - sum(wide for _, wide in shapes) * cell - (len(shapes) - 1) * GAP) / 2
        for high, wide in shapes:
            spots.append((left, bottom + HEAD + (tall - high * cell) / 2))
            left += wide * cell + GAP
        bottom += HEAD + tall + MARGIN
    return spots, bottom - MARGIN


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


def _stacks(input, weight, output):
    """Shapes of the operands without the batch, after checking that their channels fit."""
    shapes = [np.shape(operand) for operand in (input, weight, output)]
    planes, results = (s[1:] if len(s) == 4 and s[0] == 1 else s for s in shapes[::2])
    if (len(planes), len(shapes[1]), len(results)) != (3, 4, 3):
        raise ValueError(f"input, weight and output must have 3, 4 and 3 axes, got shapes {shapes}")
    inner, (outer, depth, *kernel) = planes[0], shapes[1]
    if inner % depth or outer % (inner // depth) or results[0] != outer:
        raise ValueError(f"channels of input, weight and output must fit, got shapes {shapes}")
    if max(inner, outer) > 8 or max(*planes[1:], *kernel, *results[1:]) > 12:
        raise ValueError(f"at most 8 channels and 12 pixels a side can be drawn, got {shapes}")
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


def _scales(planes, flags):
    """Colours and limits shared by all signed pictures, and those shared by all others."""
    from matplotlib.colors import LinearSegmentedColormap

    rising = ["#08306b", "#8a8f96", "#fff0d9"]  # brightness rises all the way: reads in greyscale
    colours, scales = LinearSegmentedColormap.from_list("signed", rising), {}
    for flag in set(flags):
        values = np.concatenate(
            [p.ravel() for p, f in zip(planes, flags, strict=True) if f == flag]
        )
        low, high = (
            (-abs(values).max(), abs(values).max()) if flag else (values.min(), values.max())
        )
        scales[flag] = {"cmap": colours if flag else "gray", "vmin": low, "vmax": high}
    return scales


def _scale_bar(drawn, ax, signed):
    """Draw the scale of a picture with its end values, and zero if that means something."""
    (low, high), middle = drawn.get_clim(), [0] * signed
    bar = drawn.figure.colorbar(drawn, cax=ax, orientation="horizontal")
    bar.set_ticks([low, *middle, high], labels=map(number, [low, *middle, high]))
    for label, side in zip(
        ax.get_xticklabels(), ["left", *["center"] * signed, "right"], strict=True
    ):
        label.set_ha(side)
