"""The picture of a network's block: boxes on a line that forks and joins."""

from itertools import pairwise

from .canvas import (
    FILL,
    GREY,
    INK,
    MARGIN,
    PAPER,
    SMALL,
    STRONG,
    WIDTH,
    canvas,
    sheet,
    style,
)

ROW, PAD, STEP, SIGN = 0.19, 0.14, 0.24, 0.13  # inches: line, box, gap, half a round sign
LETTER = 0.092  # inches, a little more than a letter takes on average
LANES = 4


def block(diagrams):
    """Draw blocks of networks next to each other, each from top to bottom.

    Parameters
    ----------
    diagrams : dict of str to list
        For each title the steps of a block. A string is a box; one letter, as ``'+'``, is a
        round sign. A list of lists is a fork, each inner list one branch, joined by the next
        step; an empty branch is a bare line. The first box is the input, the last the output,
        and those that name a conv or a linear layer hold weights.

    Returns
    -------
    matplotlib Figure
        One axes.

    Raises
    ------
    ValueError
        If there is no diagram, a fork stands first or last, the branches of all diagrams
        together are more than four, or a text is too wide for its branch.

    Examples
    --------
    >>> figure = block({"residual": ["64", [["3 x 3 conv", "3 x 3 conv"], []], "+", "64"]})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['residual', '64', '3 x 3 conv', '3 x 3 conv', '+', '64']
    """
    lanes = [_lanes(steps) for steps in diagrams.values()]
    if not 1 <= sum(lanes) <= LANES:
        raise ValueError(f"diagrams must have 1 to {LANES} branches, got {sum(lanes)}")
    lane = (WIDTH - 2 * MARGIN) / sum(lanes)
    tall = max(_height(steps) for steps in diagrams.values())
    with style():
        figure = canvas(tall + STEP + 2 * ROW + MARGIN)
        ax, left = sheet(figure, 0, figure.get_size_inches()[1]), MARGIN
        for (title, steps), count in zip(diagrams.items(), lanes, strict=True):
            middle = left + count * lane / 2
            ax.text(middle, MARGIN + ROW / 2, title, ha="center", va="center", weight="bold")
            top = MARGIN + 2 * ROW + (tall - _height(steps)) / 2
            _draw(ax, steps, middle, top, lane, count * lane)
            left += count * lane
    return figure


def _lanes(steps):
    """Count the branches of the widest fork, after checking where forks stand."""
    if not steps or not all(isinstance(step, str) for step in (steps[0], steps[-1])):
        raise ValueError(f"a block must start and end with a box, got {steps}")
    return max(1 if isinstance(step, str) else len(step) for step in steps)


def _height(steps):
    """Inches of a chain of steps from its first upper to its last lower edge."""
    return sum(map(_tall, steps)) + STEP * max(len(steps) - 1, 0)


def _tall(step):
    if isinstance(step, str):
        return 2 * SIGN if len(step) == 1 else ROW * (step.count("\n") + 1) + PAD
    return max(map(_height, step))


def _draw(ax, steps, x, top, lane, room):
    """Draw a chain downwards from its upper edge, and the lines between its steps."""
    edges = []  # of each step: the ends that lines lead to, and those that they come from
    for place, step in enumerate(steps):
        role = {0: "input", len(steps) - 1: "output"}.get(place)
        edges.append(_step(ax, step, x, top, lane, room, role))
        top += _tall(step) + STEP
    for (_, above), (below, _) in pairwise(edges):
        for (x0, y0), (x1, y1) in [(a, b) for a in above for b in below]:
            bend = y1 - STEP / 2 if len(below) >= len(above) else y0 + STEP / 2
            ax.plot(
                [x0, x0, x1, x1], [y0, bend, bend, y1], "-", color=GREY, linewidth=1.2, zorder=0
            )


def _step(ax, step, x, top, lane, room, role):
    """Draw a box or a fork; return the points on its upper and on its lower edge."""
    if isinstance(step, str):
        _box(ax, step, x, top, lane, room, role)
        return [(x, top)], [(x, top + _tall(step))]
    upper, lower = [], []
    for number, branch in enumerate(step):
        at = x + (number - (len(step) - 1) / 2) * lane
        start = top + (_tall(step) - _height(branch)) / 2
        for place, text in enumerate(branch):
            y = start + _height(branch[:place]) + STEP * (place > 0)
            _box(ax, text, at, y, lane, lane, None)
        ax.plot([at, at], [top, top + _tall(step)], "-", color=GREY, linewidth=1.2, zorder=0)
        upper.append((at, top))
        lower.append((at, top + _tall(step)))
    return upper, lower


def _box(ax, text, x, top, lane, room, role):
    """Draw one box, or a round sign, with its text."""
    from matplotlib.patches import Circle, FancyBboxPatch

    if role is None and ("conv" in text or "linear" in text):
        role = "weight"
    look = {"facecolor": FILL.get(role, PAPER), "edgecolor": STRONG.get(role, INK)}
    y = top + _tall(text) / 2
    wide = max(lane - PAD, LETTER * max(map(len, text.split("\n"))) + PAD)
    if wide > room:
        raise ValueError(f"a text must fit its branch of {room:.2f} inches, but {text!r} does not")
    if len(text) == 1:
        ax.add_patch(Circle((x, y), SIGN, **look))
    else:
        corner = (x - wide / 2 + 0.05, top + 0.05)
        size = (wide - 0.1, _tall(text) - 0.1)
        ax.add_patch(FancyBboxPatch(corner, *size, boxstyle="round,pad=0.05", **look))
    ax.text(x, y, text, ha="center", va="center", fontsize=SMALL, linespacing=1.15)
