"""Check a reader's own operator, and name the convention that it missed."""

import numpy as np

from .conv import conv2d


def diagnose_conv2d(function):
    """Compare a reader's two-dimensional convolution with `conv2d` and explain a difference.

    Parameters
    ----------
    function : callable
        Takes (x, w, stride=1, padding=0) with x of shape (N, C, H, W) and w of shape
        (Cout, C, KH, KW), and returns an ndarray of shape (N, Cout, OH, OW).

    Returns
    -------
    str
        One sentence: that it is correct, or what is wrong at the first setting that differs.

    Notes
    -----
    Images and kernels are not square and have no symmetry, so that no two slips give the
    same numbers. The answer is compared with that of each known slip.

    Examples
    --------
    >>> diagnose_conv2d(lambda x, w, stride=1, padding=0: conv2d(x, w))
    'wrong for stride=2, padding=0: the stride is ignored'
    """
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, 3, 6, 9)).astype(float)
    w = rng.integers(-9, 10, (4, 3, 2, 3)).astype(float)
    for stride, padding in SETTINGS:
        setting = f"stride={stride}, padding={padding}"
        given = x.copy(), w.copy()
        try:
            answer = function(*given, stride=stride, padding=padding)
        except Exception as error:  # whatever the reader's code raises is the finding
            return f"wrong for {setting}: it raises {type(error).__name__}: {error}"
        if not (np.array_equal(given[0], x) and np.array_equal(given[1], w)):
            return f"wrong for {setting}: it writes to its input"
        if not _same(answer, conv2d(x, w, stride=stride, padding=padding)):
            return f"wrong for {setting}: {_slip(answer, x, w, stride, padding)}"
    return f"correct in {len(SETTINGS)} settings"


SETTINGS = [(1, 0), (2, 0), (1, 1), (3, 2)]

SLIPS = {
    "the kernel is flipped; deep learning correlates, without a flip": lambda x, w, s, p: conv2d(
        x, np.flip(w, (2, 3)), None, s, p
    ),
    "rows and columns of the kernel are swapped": lambda x, w, s, p: conv2d(
        x, w.swapaxes(2, 3), None, s, p
    ),
    "rows and columns of the output are swapped": lambda x, w, s, p: conv2d(
        x, w, None, s, p
    ).swapaxes(2, 3),
    "images and output channels are swapped": lambda x, w, s, p: conv2d(x, w, None, s, p).swapaxes(
        0, 1
    ),
    "the stride is ignored": lambda x, w, s, p: conv2d(x, w, None, 1, p),
    "the padding is ignored": lambda x, w, s, p: conv2d(x, w, None, s, 0),
    "the padding is added on one side only": lambda x, w, s, p: conv2d(
        np.pad(x, [(0, 0), (0, 0), (p, 0), (p, 0)]), w, None, s
    ),
    "the padding is shared by both sides; it is meant for each side": lambda x, w, s, p: conv2d(
        np.pad(x, [(0, 0), (0, 0), (p // 2, p - p // 2), (p // 2, p - p // 2)]), w, None, s
    ),
    "the last window of each axis is missing": lambda x, w, s, p: conv2d(x, w, None, s, p)[
        :, :, :-1, :-1
    ],
    "only the first input channel is used": lambda x, w, s, p: conv2d(
        x[:, :1], w[:, :1], None, s, p
    ),
    "it is the mean of the products; take the sum": lambda x, w, s, p: (
        conv2d(x, w, None, s, p) / w[0].size
    ),
}


def _slip(answer, x, w, stride, padding):
    """Describe the first known slip that gives this answer."""
    if not isinstance(answer, np.ndarray):
        return f"it returns {type(answer).__name__}, not an array"
    for description, wrong in SLIPS.items():
        if _same(answer, wrong(x, w, stride, padding)):
            return description
    right = conv2d(x, w, stride=stride, padding=padding)
    if answer.shape != right.shape:
        return f"the shape is {answer.shape}, it should be {right.shape}"
    place = tuple(int(i) for i in np.argwhere(~np.isclose(answer, right))[0])
    return f"output {place} is {answer[place]:g}, it should be {right[place]:g}"


def _same(answer, right):
    return (
        isinstance(answer, np.ndarray)
        and answer.shape == right.shape
        and np.allclose(answer, right)
    )
