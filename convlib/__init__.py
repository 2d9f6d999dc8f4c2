"""Convolution operators in plain NumPy, with the names and arguments of PyTorch."""

from . import cost
from .conv import conv1d, conv2d, conv3d
from .deform import deform_conv2d
from .gradient import conv2d_input, conv2d_weight
from .matrix import conv_matrix
from .patches import fold, unfold
from .pooling import adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d, max_pool2d
from .separable import separate
from .shuffle import channel_shuffle, pixel_shuffle
from .transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv2d_input",
    "conv2d_weight",
    "conv3d",
    "conv_matrix",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cost",
    "deform_conv2d",
    "fold",
    "max_pool2d",
    "pixel_shuffle",
    "separate",
    "unfold",
]
