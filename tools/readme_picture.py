"""Draw the pictures of the front page: python tools/readme_picture.py."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

import convlib
from convlib import figures
from convlib.crosscheck import crosscheck
from convlib.figures import canvas

ASSETS = Path(__file__).resolve().parent.parent / "assets"
IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)[None, None]
KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])[None, None]


def main():
    """Write readme.png (still) and sliding.png (animated) into the folder of assets."""
    crosscheck("conv2d", IMAGE, KERNEL)  # what the picture says is true, or there is no picture
    result = convlib.conv2d(IMAGE, KERNEL)
    ASSETS.mkdir(exist_ok=True)
    (ASSETS / "readme.png").write_bytes(still(figures.window(IMAGE, KERNEL, result, at=(1, 1))))
    (ASSETS / "sliding.png").write_bytes(figures.animation(IMAGE, KERNEL, result).data)


def still(figure):
    """Put the names of the libraries below a figure; return a PNG with few colours."""
    names = "NumPy  =  PyTorch  =  Paddle"
    look = {"fontsize": 17, "fontweight": "bold", "color": canvas.INK}
    figure.text(0.5, -0.05, names, ha="center", va="top", **look)
    buffer, light = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, dpi=figure.dpi, bbox_inches="tight")
    picture = Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    picture.save(light, "png", optimize=True)
    return light.getvalue()


if __name__ == "__main__":
    main()
