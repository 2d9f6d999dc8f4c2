"""Turn arguments into per-axis tuples, and refuse bad ones in one wording."""

import numpy as np

REAL = "iuf"  # dtype kinds: signed and unsigned integers, floats
NUMBER = REAL + "c"
ANY = NUMBER + "b"
OPTIONAL = ("bias", "mask")


def integer(value, name, minimum):
    """Return `value` as an int that is at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an int, got {value!r}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")
    return int(value)


def axes(value, name, ndim, minimum=0, broadcast=True):
    """Return one int per spatial axis; with `broadcast`, one entry stands for all."""
    entries = value if isinstance(value, tuple | list) else [value] * ndim
    if broadcast and len(entries) == 1:
        entries = list(entries) * ndim
    if len(entries) != ndim:
        raise ValueError(f"{name} must have {ndim} entries, got {value!r}")
    return tuple(integer(entry, name, minimum) for entry in entries)


def flag(value, name):
    """Refuse anything but True and False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def arrays(kinds=NUMBER, **operands):
    """Refuse operands that are not arrays, not numbers, or not all of one dtype.

    Only the operands named in OPTIONAL may be None.
    """
    given = {n: v for n, v in operands.items() if v is not None or n not in OPTIONAL}
    for name, value in given.items():
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{name} must be a NumPy array, got {type(value).__name__}")
        if value.dtype.kind not in kinds:
            raise TypeError(f"{name} has dtype {value.dtype}, which this function does not take")
    if len({value.dtype for value in given.values()}) > 1:
        found = ", ".join(f"{name} {value.dtype}" for name, value in given.items())
        raise TypeError(f"operands must share one dtype, got {found}")


def rank(array, name, *allowed):
    """Refuse an array whose number of axes is not in `allowed`."""
    if array.ndim not in allowed:
        wanted = " or ".join(str(ndim) for ndim in allowed)
        raise ValueError(f"{name} must have {wanted} axes, got shape {array.shape}")


def filled(array, name, start):
    """Refuse an axis of length zero from axis `start` on; axis 0, the batch, may be empty."""
    if 0 in array.shape[start:]:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")


def batched(input, ndim, first=1):
    """Return `input` with a batch axis, and whether it came with one.

    No axis from `first` on may be empty: 1 is the channels, 2 the first side.
    """
    rank(input, "input", ndim + 1, ndim + 2)
    has_batch = input.ndim == ndim + 2
    input = input if has_batch else input[None]
    filled(input, "input", first)
    return input, has_batch


def divides(groups, number, name):
    """Refuse a `number` of channels that `groups` does not divide."""
    if number % groups:
        raise ValueError(f"{name} must be divisible by groups={groups}, got {number}")


def channels(input, weight, expected, groups):
    """Refuse an `input` (N, C, ...) whose channels are not what `weight` expects."""
    if input.shape[1] != expected:
        raise ValueError(
            f"input has {input.shape[1]} channels, but weight of shape {weight.shape} "
            f"with groups={groups} expects {expected}"
        )


def bias_of(bias, out_channels):
    """Refuse a bias that is not one number per output channel."""
    if bias is not None and bias.shape != (out_channels,):
        raise ValueError(f"bias must have shape ({out_channels},), got {bias.shape}")


def same_shape(array, name, shape):
    """Refuse an array that does not have exactly this shape."""
    if array.shape != tuple(shape):
        raise ValueError(f"{name} must have shape {tuple(shape)}, got {array.shape}")
