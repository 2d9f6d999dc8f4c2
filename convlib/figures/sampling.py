"""The picture of a deformable convolution: taps that leave the grid and read between pixels."""

from typing import NamedTuple

import numpy as np

from convlib._args import axes
from convlib.deform import deform_conv2d

from .canvas import (
    DOT,
    LINE,
    MARGIN,
    PAPER,
    SMALL,
    STRONG,
    WIDTH,
    canvas,
    cell_in,
    film,
    fits,
    number,
    number_grid,
    place,
    plane,
    sheet,
    spots_of,
    style,
    total,
)

STEPS = 4  # frames in which the taps travel


class Taps(NamedTuple):
    """One output number of a deformable convolution: its taps, and what they read."""

    image: np.ndarray
    kernel: np.ndarray
    answer: float
    start: np.ndarray  # (KH*KW, 2) row and column on the regular grid
    shift: np.ndarray  # (KH*KW, 2) dy, dx
    padding: tuple

    def shares(self, tap):
        """Row, column and share of the pixels between which a tap reads; padding counts 0."""
        (y, x), height, width = self.start[tap] + self.shift[tap], *self.image.shape
        corners = [(int(np.floor(y)) + i, int(np.floor(x)) + j) for i, j in np.ndindex(2, 2)]
        weighed = [(r, c, (1 - abs(y - r)) * (1 - abs(x - c))) for r, c in corners]
        return [w for w in weighed if w[2] > 0 and 0 <= w[0] < height and 0 <= w[1] < width]

    def sample(self, tap):
        """Return what a tap reads."""
        return sum(share * self.image[r, c] for r, c, share in self.shares(tap))


def sampling(
    input, offset, weight, output, at=(0, 0), stride=1, padding=0, dilation=1, seconds=1.0
):
    """Draw where one number of a deformable convolution comes from, as an animated PNG.

    First the taps travel from the regular grid to where their offsets send them; then each
    in turn reads its place, with the shares of the pixels around it written out. The first
    frame is complete.

    Parameters
    ----------
    input : ndarray, shape (H, W)
        Leading axes of length 1 are dropped, here and below.
    offset : ndarray, shape (2 * KH * KW, OH, OW)
        The offsets that `output` was computed with, y first.
    weight, output : ndarray, shape (KH, KW), (OH, OW)
        One plane each.
    at : (int, int)
        Row and column of the output number.
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
        If the arrays do not belong together, a tap leaves the picture, or the drawing would
        not be legible.

    Examples
    --------
    >>> image, kernel = np.arange(9.0).reshape(3, 3), np.ones((1, 1))
    >>> offset = np.zeros((2, 3, 3))
    >>> offset[0, 0, 0] = 0.5  # half a pixel down
    >>> output = np.array([[1.5, 1, 2], [3, 4, 5], [6, 7, 8]])
    >>> sampling(image, offset, kernel, output).data[1:4]
    b'PNG'
    """
    taps = _taps(input, offset, weight, output, at, stride, padding, dilation)
    frames = STEPS + len(taps.start) + 1

    def draw(frame):
        return _draw(taps, min(1, frame / STEPS), frame - STEPS - 1)

    return film(draw, "frames", frames, seconds)


def _taps(input, offset, weight, output, at, stride, padding, dilation):
    """Check that the output is what the operands give; find the taps of one number of it."""
    image, kernel, result = plane(input, "input"), plane(weight, "weight"), plane(output, "output")
    settings = [axes(v, n, 2) for v, n in ((stride, "stride"), (padding, "padding"))]
    settings.append(axes(dilation, "dilation", 2))
    shifts = np.asarray(offset, float)
    shifts = shifts.reshape(1, *shifts.shape[-3:])
    operands = image[None, None].astype(float), shifts, kernel[None, None].astype(float)
    expected = deform_conv2d(*operands, None, *settings)[0, 0]
    if result.shape != expected.shape or not np.allclose(expected, result):
        raise ValueError(f"output must be {expected.tolist()}, got {result.tolist()}")
    if not all(0 <= i < n for i, n in zip(at, result.shape, strict=True)):
        raise ValueError(f"at must lie in the output of shape {result.shape}, got {at}")
    stride, padding, dilation = settings
    corner = np.array(at) * stride - np.array(padding)
    start = corner + np.array([*np.ndindex(kernel.shape)]) * dilation
    shift = shifts[0, :, *at].reshape(-1, 2)
    low, high = np.array(padding) * -1, np.array(image.shape) + padding - 1
    if ((start + shift < low) | (start + shift > high)).any():
        raise ValueError("offset must keep the taps in the picture: give it more padding")
    return Taps(image, kernel, result[tuple(at)], start, shift, padding)


def _draw(taps, way, last):
    """Draw the taps after a part of their way, and what those up to `last` have read."""
    kernel, read = taps.kernel, np.full(taps.kernel.shape, np.nan)
    for tap in range(last + 1):
        read.flat[tap] = taps.sample(tap)
    done = last == kernel.size - 1
    drawn = tuple(n + 2 * p for n, p in zip(taps.image.shape, taps.padding, strict=True))
    rows = [[drawn], [kernel.shape, kernel.shape, (1, 1)]]
    cell = cell_in(rows)
    spots, bottom = spots_of(rows, cell)
    current = [np.unravel_index(last, kernel.shape)] if last >= 0 else []
    grids = [("input", read, "samples", current), ("weight", kernel, "weight", current)]
    answer = np.array([[taps.answer if done else np.nan]])
    grids.append(("output", answer, "output", [(0, 0)] if done else []))
    with style():
        figure = canvas(bottom + MARGIN + 2 * LINE)
        (x, y), *spots = spots
        ax = place(figure, x, y, drawn[1] * cell, drawn[0] * cell)
        marked = [(r, c) for r, c, _ in taps.shares(last)] if last >= 0 else []
        number_grid(ax, taps.image, "input", marked, "input", taps.padding)
        _points(ax, taps, way, last)
        for (role, values, title, window), (x, y) in zip(grids, spots, strict=True):
            ax = place(figure, x, y, values.shape[1] * cell, values.shape[0] * cell)
            number_grid(ax, values, role, window, title)
        paper = sheet(figure, bottom + MARGIN, 2 * LINE)
        for line, (text, role) in enumerate(_lines(taps, way, last, done)):
            fits(text, WIDTH - 2 * MARGIN)
            look = {"ha": "center", "va": "center_baseline", "fontsize": SMALL}
            paper.text(WIDTH / 2, (line + 0.5) * LINE, text, color=STRONG[role], **look)
    return figure


def _points(ax, taps, way, last):
    """Draw a ring for each tap and its way from the regular grid, under the numbers."""
    for tap, (start, shift) in enumerate(zip(taps.start, taps.shift, strict=True)):
        (y, x), (to_y, to_x) = start + 0.5, start + 0.5 + way * shift
        colour = STRONG["output" if tap == last else "weight"]
        look = {"color": colour, "zorder": 3, "clip_on": False}
        ax.plot([x, to_x], [y, to_y], "-", linewidth=1.5, **look)
        ring = {"markersize": 18, "markerfacecolor": PAPER, "markeredgewidth": 2.5}
        ax.plot(to_x, to_y, "o", **ring, **look)


def _lines(taps, way, last, done):
    """Say what the frame shows: how far the taps are, or what one of them reads, and the sum."""
    if last < 0:
        return [(f"the taps have gone {number(100 * way)} % of their offsets", "weight")]
    shares = [f"{number(s)}{DOT}{number(taps.image[r, c])}" for r, c, s in taps.shares(last)]
    lines = [(f"tap {last}: {' + '.join(shares)} = {number(taps.sample(last))}", "input")]
    if done:
        products = [taps.sample(tap) * w for tap, w in enumerate(taps.kernel.flat)]
        rows = np.reshape(products, taps.kernel.shape).sum(axis=1)
        lines.append((f"{total(rows)} = {number(taps.answer)}", "output"))
    return lines
