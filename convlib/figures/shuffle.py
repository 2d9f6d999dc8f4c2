"""The picture of a channel shuffle: groups become rows, and the columns are read."""

import numpy as np

from convlib.shuffle import channel_shuffle as shuffled

from .canvas import (
    HEAD,
    MARGIN,
    WIDTH,
    animated_png,
    canvas,
    number_grid,
    place,
    style,
)

STEPS = 3  # frames of a move; in the last of them the numbers have arrived
ROOM = 0.5  # inches between two grids, with the title of the lower one


def channel_shuffle(input, output, groups, seconds=1.0):
    """Draw a channel shuffle as an animated PNG: the numbers travel from place to place.

    Above: the input, one number for each channel. Middle: each group becomes a row. Below:
    the columns, one after the other, make the output. The first frame is complete.

    Parameters
    ----------
    input, output : ndarray, shape (C,)
        One number for each channel; axes of length 1 are dropped.
    groups : int
        Number of groups.
    seconds : float
        Time that a group or a column stays after its move; the complete picture stays twice
        as long.

    Returns
    -------
    IPython.display.Image
        Its ``data`` holds the PNG file.

    Raises
    ------
    ValueError
        If the output is not the shuffled input, or the drawing would not be legible.

    Examples
    --------
    >>> channel_shuffle(np.arange(4), np.array([0, 2, 1, 3]), 2).data[1:4]
    b'PNG'
    """
    from IPython.display import Image

    values, result = np.ravel(input), np.ravel(output)
    expected = shuffled(values[None, :, None], groups).ravel()
    if not np.array_equal(expected, result):
        raise ValueError(f"output must be {expected.tolist()}, got {result.tolist()}")
    rows = values.reshape(groups, -1)
    moves = sum(rows.shape)  # each group goes down to its row, then each column to the output
    frames = list(np.ndindex(moves, STEPS))
    figures = [_frame(rows, *at) for at in [frames[-1], *frames[:-1]]]
    times = [1000 * seconds if step == STEPS - 1 else 250 * seconds for _, step in frames[:-1]]
    return Image(data=animated_png(figures, [2000 * seconds, *times]), format="png")


def _frame(rows, move, step):
    """Draw what the moves before this one have filled, and this one on its way."""
    (groups, size), way = rows.shape, (step + 1) / STEPS
    cell = min(0.38, (WIDTH - 2 * MARGIN) / rows.size)
    tops = np.cumsum([HEAD, cell + ROOM, groups * cell + ROOM])
    lefts = [(WIDTH - columns * cell) / 2 for columns in (rows.size, size, rows.size)]
    done, marks = move + (step == STEPS - 1), _marks(groups, size, move)
    written = np.where(np.arange(groups)[:, None] < done, rows, np.nan)
    dealt = np.where(np.arange(size)[:, None] < done - groups, rows.T, np.nan)
    grids = [rows.reshape(1, -1), written, dealt.reshape(1, -1)]
    titles = ["input", f"{groups} groups, {groups} rows", "output: column after column"]

    def corner(grid, at):
        return np.array([lefts[grid] + at[1] * cell, tops[grid] + at[0] * cell])

    with style():
        figure = canvas(tops[-1] + cell + MARGIN)
        for n, values in enumerate(grids):
            (high, wide), role = values.shape, "output" if n == 2 else "input"
            ax = place(figure, lefts[n], tops[n], wide * cell, high * cell)
            number_grid(ax, values, role, marks.get(n, ()), titles[n])
        if done == move:
            start, end = marks
            for source, target in zip(marks[start], marks[end], strict=True):
                x, y = (1 - way) * corner(start, source) + way * corner(end, target)
                ax = place(figure, x, y, cell, cell)
                number_grid(ax, [[grids[start][source]]], "input", [(0, 0)])
    return figure


def _marks(groups, size, move):
    """Return the cells that a move reads and those that it fills, each by number of their grid."""
    if move < groups:
        taken = [(0, move * size + j) for j in range(size)]
        return {0: taken, 1: [(move, j) for j in range(size)]}
    column = move - groups
    taken = [(i, column) for i in range(groups)]
    return {1: taken, 2: [(0, column * groups + i) for i in range(groups)]}
