"""Drawings that chapters share: arrays already computed go in, a picture comes out.

Input is blue, weight green-grey, output orange, padding white with a dashed edge. A window is
marked by a thick frame and bold numbers, so that every figure reads in greyscale too. Figures
are 5 inches wide with letters of 11 points or more, legible on a phone; what would not be
legible is refused. Figures are closed for pyplot: let one be the last line of a cell.
"""

from .block import block
from .canvas import number_grid, style
from .coverage import coverage
from .plots import footprint, images, spectrum
from .product import im2col
from .sampling import sampling
from .shuffle import channel_shuffle
from .sliding import animation, window, windows
from .stacks import channels
from .stamp import scatter
from .touch import touches
from .volumes import volumes

__all__ = [
    "animation",
    "block",
    "channel_shuffle",
    "channels",
    "coverage",
    "footprint",
    "im2col",
    "images",
    "number_grid",
    "sampling",
    "scatter",
    "spectrum",
    "style",
    "touches",
    "volumes",
    "window",
    "windows",
]
