"""Kernels that are an outer product of a column and a row."""

import numpy as np

from ._args import REAL, arrays, filled, rank

ROUNDING = 1e-5  # what float32 arithmetic may leave of a kernel of rank one


def separate(kernel):
    """Split a kernel of rank one into the column and the row that it is the product of.

    Parameters
    ----------
    kernel : ndarray, shape (KH, KW)
        Floats or integers.

    Returns
    -------
    column : ndarray, shape (KH,)
        The dtype of the kernel.
    row : ndarray, shape (KW,)
        Integers without a common divisor for a kernel of integers, otherwise floats of
        which the largest in size is 1 or -1. ``np.outer(column, row)`` gives the kernel
        back, up to rounding.

    Raises
    ------
    TypeError
        If `kernel` is not an array of real numbers.
    ValueError
        If the kernel is zero, not two-dimensional, or has a rank above one.

    Notes
    -----
    All rows of such a kernel are multiples of one row; the column holds the factors, here
    by least squares against the row with the largest entry. See [1]_.

    References
    ----------
    .. [1] G. H. Golub and C. F. Van Loan, Matrix Computations, 4th edition, 2013,
       section 2.4.

    Examples
    --------
    >>> column, row = separate(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    >>> column, row
    (array([1, 2, 1]), array([-1,  0,  1]))
    """
    arrays(REAL, kernel=kernel)
    rank(kernel, "kernel", 2)
    filled(kernel, "kernel", 0)
    exact = kernel.dtype.kind != "f"
    wide = kernel.astype(object if exact else np.float64)  # Python ints never overflow
    top, left = np.unravel_index(np.argmax(abs(wide)), kernel.shape)
    peak = wide[top, left]
    if peak == 0 or not (exact or np.isfinite(wide).all()):
        raise ValueError("kernel must be finite and not all zero")
    row = wide[top] // np.gcd.reduce(wide[top]) if exact else wide[top] / peak
    column = wide @ row // (row @ row) if exact else wide @ row / (row @ row)
    if column.sum() < 0:
        column, row = -column, -row
    left_over = abs(wide - np.outer(column, row)).max()
    if left_over > (0 if exact else ROUNDING * abs(peak)):
        raise ValueError(
            f"kernel must have rank 1 to be a column times a row, but {left_over:.3g} of "
            f"{abs(peak):.3g} is left over"
        )
    return column.astype(kernel.dtype), row.astype(kernel.dtype)
