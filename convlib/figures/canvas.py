"""What every drawing is made of: colours, sizes, texts that fit, and one grid of numbers."""

import io
from itertools import pairwise

import numpy as np

from convlib._args import axes as per_axis
from convlib.windows import pad

PAPER, INK, GREY = "#ffffff", "#1b1f24", "#6b7280"
FILL = {"input": "#cfe2f3", "weight": "#dfe8d8", "output": "#fbd9b0"}
MARKED = {"input": "#9cc4e8", "weight": "#bdd2af", "output": "#f4b36b"}
STRONG = {"input": "#0b5394", "weight": "#3d6b2e", "output": "#a84300"}
WIDTH, MARGIN, HEAD, LINE, GAP = 5.0, 0.1, 0.32, 0.27, 0.42  # inches
SMALL, LARGE = 11, 15  # points
DPI, COLOURS = 144, 63  # dots per inch; colours of an animation besides transparent
MINUS, TIMES, DOT, STAR = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "\u00b7", "\u22c6"
WIDE = {MINUS: 0.84, "+": 0.84, "=": 0.84, ".": 0.38, " ": 0.35, "(": 0.46, ")": 0.46}  # in ems


def style():
    """Fonts, colours and resolution of the course, for use in a ``with`` block.

    Returns
    -------
    context manager
        Restores the reader's own matplotlib settings at its end.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with style():
    ...     figure, ax = plt.subplots()
    >>> figure.get_size_inches()
    array([5., 3.])
    >>> plt.close(figure)
    """
    import matplotlib
    from cycler import cycler

    colours = cycler(color=[*STRONG.values(), INK]) + cycler(linestyle=["-", "-.", "--", ":"])
    settings = {"axes.prop_cycle": colours, "lines.linewidth": 2, "legend.frameon": False}
    settings |= {"font.family": "DejaVu Sans", "font.size": SMALL, "axes.titleweight": "bold"}
    settings |= {"figure.dpi": DPI, "savefig.dpi": DPI, "figure.figsize": (WIDTH, 3)}
    settings |= {"axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 12}
    settings |= {"image.cmap": "gray", "image.interpolation": "nearest"}
    settings |= dict.fromkeys(["axes.labelsize", "legend.fontsize"], SMALL)
    settings |= dict.fromkeys(["xtick.labelsize", "ytick.labelsize"], SMALL)
    settings |= dict.fromkeys(["figure.facecolor", "axes.facecolor", "savefig.facecolor"], PAPER)
    settings |= dict.fromkeys(["text.color", "axes.labelcolor", "axes.edgecolor"], INK)
    settings |= dict.fromkeys(["xtick.color", "ytick.color"], INK)
    return matplotlib.rc_context(settings)


def number_grid(ax, values, role="input", window=(), title=None, padding=0):
    """Draw an array as a grid of numbers, with some cells marked.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw; one unit is one cell, and cell (0, 0) has its upper left corner at (0, 0).
    values : ndarray, shape (H, W)
        Leading axes of length 1 are dropped. NaN is drawn as an empty white cell.
    role : {'input', 'weight', 'output'}
        Chooses the colour.
    window : sequence of (int, int)
        Row and column of each marked cell; negative ones lie in the padding.
    title : str, optional
        Written above the grid.
    padding : int or (int, int)
        Rings of zeros to draw around the values, as dashed cells.

    Raises
    ------
    ValueError
        If the role is unknown, a marked cell is not there, or a number does not fit its cell.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> figure, ax = plt.subplots()
    >>> number_grid(ax, np.array([[1, -2], [0, 0.5]]), "weight", window=[(1, 1)])
    >>> [text.get_text() for text in ax.texts][2:]
    ['0', '0.5']
    >>> plt.close(figure)
    """
    if role not in FILL:
        raise ValueError(f"role must be one of {', '.join(FILL)}, got {role!r}")
    values, (top, left) = plane(values, "values"), per_axis(padding, "padding", 2)
    padded = pad(values, [(top, top), (left, left)])
    marked = {(int(row), int(column)) for row, column in window}
    cells = [(int(row) - top, int(column) - left) for row, column in np.ndindex(padded.shape)]
    if not marked <= set(cells):
        raise ValueError(f"window must lie in the values and their padding, got {sorted(marked)}")
    (rows, columns), texts = values.shape, [number(value) for value in padded.ravel()]
    ax.set(xlim=(-left, columns + left), ylim=(rows + top, -top), aspect="equal")
    ax.set_axis_off()
    ax.set_title(title or "", color=STRONG[role], pad=6)
    size = font_size(_cell_width(ax, padded.shape), texts)
    for (row, column), text in zip(cells, texts, strict=True):
        outside = not (0 <= row < rows and 0 <= column < columns)
        _cell(ax, column, row, text, role, (row, column) in marked, outside, size)
    _frame(ax, marked, role)


def plane(array, name):
    """Drop leading axes of length 1; refuse what is then not (H, W)."""
    array = np.asarray(array)
    if array.ndim < 2 or array.shape[:-2] != (1,) * (array.ndim - 2) or array.size == 0:
        raise ValueError(f"{name} must be one plane of shape (H, W), got shape {array.shape}")
    return array.reshape(array.shape[-2:])


def number(value):
    """Write a number with at most two decimals and a true minus sign; nothing for NaN."""
    if np.isnan(value):
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


def total(terms):
    """Write terms as a sum: 2 + 1, 2 - 1."""
    first, *rest = [number(term) for term in terms]
    return first + "".join(f" {MINUS} {t[1:]}" if t[0] == MINUS else f" + {t}" for t in rest)


def width(text, size):
    """Inches that a bold text of this size in points takes."""
    return sum(WIDE.get(letter, 0.7) for letter in text) * size / 72


def fits(text, inches):
    """Refuse a text that needs more room at the smallest legible size."""
    if width(text, SMALL) > inches:
        raise ValueError(f"numbers must fit their place in the figure, but {text!r} does not")


def font_size(cell, texts):
    """Points for the numbers in cells of this width; refuse cells too small to read."""
    if cell < 0.17:
        raise ValueError(f"cells must be at least 0.17 inch wide to be legible, got {cell:.2f}")
    widest = max(texts, key=lambda text: width(text, SMALL))
    fits(widest, cell)
    return max(SMALL, min(LARGE, 50 * cell, 0.9 * SMALL * cell / width(widest or "0", SMALL)))


def canvas(height):
    """Return a figure of our width that pyplot will not show a second time."""
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(WIDTH, round(height * DPI) / DPI))
    plt.close(figure)
    return figure


def place(figure, left, top, width, height):
    """Return axes placed in inches from the upper left corner."""
    wide, high = figure.get_size_inches()
    return figure.add_axes([left / wide, 1 - (top + height) / high, width / wide, height / high])


def sheet(figure, top, height):
    """Return blank axes over the full width, whose unit is the inch and whose y points down."""
    ax = place(figure, 0, top, WIDTH, height)
    ax.set(xlim=(0, WIDTH), ylim=(height, 0))
    ax.set_axis_off()
    return ax


def cell_in(rows):
    """Widest cell with which every row of grids fits the figure."""
    room = [WIDTH - 2 * MARGIN - 2 * (len(shapes) > 1) * GAP for shapes in rows]
    need = [sum(columns for _, columns in shapes) for shapes in rows]
    return min(0.45, *(inches / count for inches, count in zip(room, need, strict=True)))


def spots_of(rows, cell):
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


def lattice(ax, x, y, shape, pixel, role):
    """Draw a plane of small empty pixels around its centre."""
    from matplotlib.patches import Rectangle

    left, top = x - shape[1] * pixel / 2, y - shape[0] * pixel / 2
    look = {"facecolor": FILL[role], "edgecolor": STRONG[role], "linewidth": 0.8}
    for row, column in np.ndindex(*shape):
        corner = (left + column * pixel, top + row * pixel)
        ax.add_patch(Rectangle(corner, pixel, pixel, **look))


def film(draw, name, count, seconds):
    """Animate draw(0), draw(1), ...; the complete picture comes first and stays twice as long."""
    from IPython.display import Image

    if count > 25:
        raise ValueError(f"{name} must have at most 25 numbers, got {count}")
    figures = [draw(last) for last in [count - 1, *range(count - 1)]]
    times = [2000 * seconds] + [1000 * seconds] * (count - 1)
    return Image(data=animated_png(figures, times), format="png")


def animated_png(figures, milliseconds):
    """Return one PNG file with a frame for each figure, light enough for a page.

    All frames share a palette, and after the first they hold only the pixels that change.
    """
    from PIL import Image

    frames = [_pixels(figure) for figure in figures]
    palette = frames[0].quantize(COLOURS, dither=Image.Dither.NONE)
    frames = [np.asarray(f.quantize(palette=palette, dither=Image.Dither.NONE)) for f in frames]
    colours = palette.getpalette()
    paper = frames[0][0, 0]  # the mean of some whites and greys: white again
    colours[3 * paper : 3 * paper + 3] = 255, 255, 255
    clear = len(colours) // 3  # the number of one more colour: transparent
    changes = [np.where(now == old, clear, now) for old, now in pairwise(frames)]
    first, *rest = [Image.fromarray(np.uint8(indices)) for indices in [frames[0], *changes]]
    for image in [first, *rest]:
        image.putpalette([*colours, 255, 0, 255])
    buffer, keep = io.BytesIO(), {"transparency": clear, "blend": 1, "disposal": 0}
    keep |= {"save_all": True, "append_images": rest, "duration": milliseconds, "loop": 0}
    first.save(buffer, "png", optimize=True, **keep)
    return buffer.getvalue()


def _pixels(figure):
    """Draw a figure as an image of the imaging library that matplotlib itself uses."""
    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return Image.open(buffer).convert("RGB")


def _cell_width(ax, shape):
    """Inches of the smaller side of a cell when `shape` cells fill the axes."""
    box = ax.get_window_extent()
    return min(box.height / shape[0], box.width / shape[1]) / ax.figure.dpi


def _cell(ax, x, y, text, role, is_marked, is_outside, size):
    """Draw one square with its number; squares of the padding are smaller and dashed."""
    from matplotlib.patches import Rectangle

    inset, look = 0, {"edgecolor": STRONG[role], "zorder": 2}
    if is_outside:
        inset, look = 0.07, {"edgecolor": GREY, "linestyle": (0, (2, 2)), "zorder": 1}
    empty = is_outside or not text
    face = PAPER if empty else MARKED[role] if is_marked else FILL[role]
    side, corner = 1 - 2 * inset, (x + inset, y + inset)
    look |= {"facecolor": face, "linewidth": 0.8, "clip_on": False}
    ax.add_patch(Rectangle(corner, side, side, **look))
    bold = {"fontweight": "bold" if is_marked else "normal", "fontsize": size, "zorder": 4}
    colour = GREY if is_outside and not is_marked else INK
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center_baseline", color=colour, **bold)


def _frame(ax, cells, role):
    """Draw a thick frame around marked cells, those between the taps of a kernel included."""
    from matplotlib.patches import Rectangle

    if cells:
        (top, left), (bottom, right) = np.min([*cells], axis=0), np.max([*cells], axis=0) + 1
        look = {"fill": False, "linewidth": 2.5, "edgecolor": STRONG[role], "clip_on": False}
        ax.add_patch(Rectangle((left, top), right - left, bottom - top, zorder=5, **look))
