"""Draw the pictures of the front page: python tools/readme_picture.py."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

import convlib
from convlib import figures
from convlib.crosscheck import crosscheck
from convlib.figures import canvas

NAMES = "NumPy  =  PyTorch  =  Paddle"
ASSETS = Path(__file__).resolve().parent.parent / "assets"
IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)[None, None]
KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])[None, None]


def main():
    """Write readme.png, card.png and sliding.png (animated) into the folder of assets."""
    crosscheck("conv2d", IMAGE, KERNEL)  # what the picture says is true, or there is no picture
    result = convlib.conv2d(IMAGE, KERNEL)
    ASSETS.mkdir(exist_ok=True)
    (ASSETS / "readme.png").write_bytes(still(figures.window(IMAGE, KERNEL, result, at=(1, 1))))
    (ASSETS / "card.png").write_bytes(card(figures.window(IMAGE, KERNEL, result, at=(1, 1))))
    (ASSETS / "sliding.png").write_bytes(figures.animation(IMAGE, KERNEL, result).data)


def still(figure):
    """Put the names of the libraries below a figure; return a PNG with few colours."""
    look = {"fontsize": 17, "fontweight": "bold", "color": canvas.INK}
    figure.text(0.5, -0.05, NAMES, ha="center", va="top", **look)
    return few_colours(drawn(figure, figure.dpi))


def card(figure):
    """Put a figure on a card of 1200 by 630 pixels, with the title; return a PNG."""
    from matplotlib.figure import Figure

    page = Figure(figsize=(12, 6.3), dpi=100, facecolor=canvas.PAPER)
    look = {"ha": "center", "fontweight": "bold", "color": canvas.INK}
    page.text(0.5, 0.82, "Convolutions, Worked Out", fontsize=52, **look)
    page.text(0.5, 0.08, NAMES, fontsize=30, **look)
    picture = drawn(figure, 200)
    picture.thumbnail((1040, 370))
    page = drawn(page, page.dpi, tight=False)
    page.paste(picture, ((1200 - picture.width) // 2, 150))
    return few_colours(page)


def drawn(figure, dpi, tight=True):
    """Return a figure as a picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=dpi, bbox_inches="tight" if tight else None)
    return Image.open(buffer).convert("RGB")


def few_colours(picture):
    """Return a picture as a small PNG."""
    light = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(light, "png", optimize=True)
    return light.getvalue()


if __name__ == "__main__":
    main()
