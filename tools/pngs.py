"""Compare two PNG images, still or animated, as a reader would see them."""

import io

import numpy as np
from PIL import Image

BLOCK = 16
TOLERANCE = 4.0
"""Grey levels (of 255) by which the mean of a 16 x 16 block may differ, in any channel.

Rounding on another processor moves a few pixels at the edge of a line by a few levels: far
less than one. One changed digit in a figure moves the blocks it stands in by 20 and more.
"""


def difference(stored, drawn):
    """Say how two PNGs (as bytes) differ; None if no reader would see it."""
    stored, drawn = Image.open(io.BytesIO(stored)), Image.open(io.BytesIO(drawn))
    if stored.size != drawn.size:
        return f"the stored size is {stored.size}, the new one {drawn.size}"
    if n_frames(stored) != n_frames(drawn):
        return f"{n_frames(stored)} frames are stored, the new image has {n_frames(drawn)}"
    for frame in range(n_frames(stored)):
        worst = largest_block_difference(pixels(stored, frame), pixels(drawn, frame))
        if worst > TOLERANCE:
            return f"frame {frame} differs by {worst:.1f} grey levels in one place"
    return None


def n_frames(image):
    """Count the frames of an image; a still one has 1."""
    return getattr(image, "n_frames", 1)


def pixels(image, frame):
    """Return one frame as floats, shape (H, W, 4)."""
    image.seek(frame)
    return np.asarray(image.convert("RGBA"), dtype=float)


def largest_block_difference(a, b):
    """Return the largest mean absolute difference over the blocks and channels of two frames."""
    apart = np.abs(a - b)
    height, width, channels = apart.shape
    apart = np.pad(apart, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)))
    blocks = apart.reshape(-(-height // BLOCK), BLOCK, -(-width // BLOCK), BLOCK, channels)
    return blocks.mean(axis=(1, 3)).max()
