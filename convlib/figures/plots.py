"""Pictures without a window: counts, images with their scale, spectra."""

import numpy as np

from .canvas import (
    GAP,
    GREY,
    HEAD,
    INK,
    LINE,
    MARGIN,
    PAPER,
    STRONG,
    WIDTH,
    canvas,
    font_size,
    number,
    place,
    plane,
    style,
)


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
