"""Figures say the right numbers, refuse what does not fit, and come out the same twice."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest

import convlib

plt = pytest.importorskip("matplotlib.pyplot")
from matplotlib.colors import to_rgba  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from convlib import figures  # noqa: E402
from convlib.figures import canvas  # noqa: E402
from convlib.figures.canvas import FILL  # noqa: E402

IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
RESULT = np.array([[4, 3, 4], [2, 4, 3], [2, 3, 4]])
ARTICLE = (IMAGE, KERNEL, RESULT)
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def slide(image, kernel, **settings):
    """Image, kernel, their convolution, and the settings, as the figures want them."""
    return (image, kernel, convlib.conv2d(image[None, None], kernel[None, None], **settings))


def words(ax):
    return [text.get_text().replace("\N{MINUS SIGN}", "-") for text in ax.texts]


def value(text):
    """Add up a sum such as 2 + 1 - 3."""
    return sum(int(term) for term in text.replace("+ ", "").replace("- ", "-").split())


def bold(ax):
    return [int(text.get_text()) for text in ax.texts if text.get_fontweight() == "bold"]


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def smallest_letters(figure):
    texts = figure.findobj(lambda artist: hasattr(artist, "get_fontsize"))
    return min(text.get_fontsize() for text in texts if text.get_text())


FIGURES = {
    "window": lambda: figures.window(*ARTICLE),
    "window-below": lambda: figures.window(*slide(IMAGE, SOBEL, padding=1), padding=1),
    "windows": lambda: figures.windows(*slide(IMAGE, KERNEL, stride=2), stride=2),
    "channels": lambda: figures.channels(
        np.ones((4, 5, 5)), np.ones((2, 2, 3, 3)), np.ones((2, 3, 3))
    ),
    "volumes": lambda: figures.volumes(
        {"one": (np.ones((3, 9, 9)), np.ones((40, 3, 3, 3)), np.ones((40, 7, 7)))}
    ),
    "block": lambda: figures.block({"skip": ["8", [["3 x 3 conv"], []], "+", "8"]}),
    "footprint": lambda: figures.footprint(RESULT, "uses"),
    "coverage": lambda: figures.coverage({"one": RESULT, "two": IMAGE}),
    "touches": lambda: figures.touches({"one": (RESULT, SOBEL, np.eye(2, dtype=bool))}),
    "images": lambda: figures.images([IMAGE, -RESULT], ["one", "two"], signed=[False, True]),
    "spectrum": lambda: figures.spectrum({"mean": [0.5, 0.5], "difference": [0.5, -0.5]}),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_figures_are_wide_enough_to_read_and_closed_for_pyplot(draw):
    before = plt.get_fignums()
    figure = draw()
    assert isinstance(figure, Figure)
    assert figure.get_figwidth() == 5
    assert figure.dpi == 144
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert smallest_letters(figure) >= 11
    assert plt.get_fignums() == before


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_figures_come_out_the_same_twice_whatever_the_readers_settings(draw):
    plain = png(draw())
    with plt.style.context("dark_background"):
        figure = draw()
    assert png(figure) == plain


def test_style_is_left_behind():
    before = dict(plt.rcParams)
    with figures.style():
        assert plt.rcParams["font.size"] == 11
    assert dict(plt.rcParams) == before


def test_grid_writes_its_numbers_and_marks_its_window():
    figure, ax = plt.subplots()
    values = np.array([[1.5, -2, np.nan], [1 / 3, 0, -0.001]])
    figures.number_grid(ax, values, "output", window=[(0, 1), (1, 1)], title="output")
    plt.close(figure)
    assert words(ax) == ["1.5", "-2", "", "0.33", "0", "0"]
    assert [text.get_fontweight() for text in ax.texts][1::3] == ["bold", "bold"]
    assert ax.get_title() == "output"
    frame = ax.patches[-1]
    assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (1, 0, 1, 2)


def test_grid_draws_padding_as_dashed_zeros():
    figure, ax = plt.subplots()
    figures.number_grid(ax, np.full((2, 2), 7), padding=(1, 2), window=[(-1, -2)])
    plt.close(figure)
    assert (
        list(map(int, words(ax))) == np.pad(np.full((2, 2), 7), [(1, 1), (2, 2)]).ravel().tolist()
    )
    assert [patch.get_linestyle() for patch in ax.patches].count("solid") == 4 + 1  # the frame
    assert len(ax.patches) == 24 + 1
    assert bold(ax) == [0]


@pytest.mark.parametrize("at", list(np.ndindex(3, 3)))
def test_window_writes_out_the_products_of_the_output(at):
    figure = figures.window(*ARTICLE, at=at)
    image, weight, output, arithmetic = figure.axes
    patch = IMAGE[at[0] : at[0] + 3, at[1] : at[1] + 3]
    assert bold(image) == patch.ravel().tolist()
    assert list(map(int, words(image))) == IMAGE.ravel().tolist()
    assert list(map(int, words(weight))) == KERNEL.ravel().tolist()
    assert list(map(int, words(output))) == RESULT.ravel().tolist()
    assert bold(output) == [RESULT[at]]
    _, _, *products, last = words(arithmetic)  # the first two are the star and the equals sign
    pixels, weights = np.array(products[::4], int), np.array(products[2::4], int)
    assert pixels.tolist() == patch.ravel().tolist()
    assert weights.tolist() == KERNEL.ravel().tolist()
    rows = (pixels * weights).reshape(3, 3).sum(axis=1)
    assert products[11::12] == [f"=  {row}" for row in rows]
    assert last.startswith(f"output[{at[0]}, {at[1]}] = ")
    assert [value(part) for part in last.split(" = ")[1:]] == [rows.sum(), RESULT[at]]


@pytest.mark.parametrize("dilation", [(1, 2), (2, 1)])
def test_window_follows_stride_padding_and_dilation(dilation):
    settings = {"stride": (2, 1), "padding": (1, 2), "dilation": dilation}
    figure = figures.window(*slide(IMAGE + 1, SOBEL, **settings), at=(1, 1), **settings)
    image, _, output, arithmetic = figure.axes
    padded = np.pad(IMAGE + 1, [(1, 1), (2, 2)])
    patch = padded[2 :: dilation[0], 1 :: dilation[1]][:3, :3]
    assert bold(image) == patch.ravel().tolist()
    assert bold(output) == [(patch * SOBEL).sum()]
    assert f"{patch[0, 0]} \u00b7 (-1)" in " ".join(words(arithmetic))


def test_windows_show_every_position_and_sum():
    figure = figures.windows(*ARTICLE)
    assert len(figure.axes) == 9
    for ax, at in zip(figure.axes, np.ndindex(3, 3), strict=True):
        *numbers, total = words(ax)
        assert list(map(int, numbers)) == IMAGE.ravel().tolist()
        assert [value(part) for part in total.split(" = ")] == [RESULT[at]] * 2
    corners = [(ax.get_position().x0, -ax.get_position().y0) for ax in figure.axes]
    assert corners == sorted(corners, key=lambda corner: (round(corner[1], 6), corner[0]))


def test_animation_has_a_frame_for_each_position_and_starts_complete():
    image_module = pytest.importorskip("PIL.Image")
    picture = figures.animation(*ARTICLE, seconds=0.5)
    movie = image_module.open(io.BytesIO(picture.data))
    assert movie.n_frames == RESULT.size
    assert movie.info["loop"] == 0
    assert len(picture.data) < 80_000
    durations = []
    for frame in range(movie.n_frames):
        movie.seek(frame)
        durations.append(movie.info["duration"])
    assert durations == [1000] + [500] * 8


ANIMATIONS = {
    "animation": lambda: figures.animation(*ARTICLE),
    "im2col": lambda: figures.im2col(np.eye(2, 3), np.eye(2), np.array([[2.0, 0.0]])),
    "scatter": lambda: figures.scatter(
        np.array([[1.0, 2.0]]), np.ones((2, 2)), np.array([[1.0, 3.0, 2.0]] * 2)
    ),
    "channel_shuffle": lambda: figures.channel_shuffle(
        np.arange(6), np.array([0, 3, 1, 4, 2, 5]), 2
    ),
}


@pytest.mark.parametrize("name", ANIMATIONS)
def test_animations_show_each_drawing_whole(monkeypatch, name):
    image_module = pytest.importorskip("PIL.Image")
    drawn, draw = [], canvas._pixels
    monkeypatch.setattr(canvas, "_pixels", lambda figure: drawn.append(draw(figure)) or drawn[-1])
    movie = image_module.open(io.BytesIO(ANIMATIONS[name]().data))
    assert movie.n_frames == len(drawn)
    for frame, meant in enumerate(drawn):
        movie.seek(frame)
        off = np.abs(np.asarray(movie.convert("RGB"), int) - np.asarray(meant, int))
        assert off.max() < 80  # the palette rounds colours, but nothing of another frame is left
        assert movie.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_animation_fills_the_output_one_number_after_the_other(monkeypatch):
    seen = []
    monkeypatch.setattr(canvas, "animated_png", lambda frames, times: seen.extend(frames) or b"")
    figures.animation(np.array([[1, 2, 3]]), np.array([[1]]), np.array([[1, 2, 3]]))
    outputs = [words(figure.axes[2]) for figure in seen]
    assert outputs == [["1", "2", "3"], ["1", "", ""], ["1", "2", ""]]


def test_im2col_fills_one_column_after_the_other(monkeypatch):
    seen = []
    monkeypatch.setattr(canvas, "animated_png", lambda frames, times: seen.extend(frames) or b"")
    figures.im2col(*ARTICLE)
    assert len(seen) == RESULT.size
    windows = convlib.unfold(IMAGE[None], 3)
    for figure, last in zip(seen, [8, *range(8)], strict=True):
        _, columns, row, sums = map(words, figure.axes)
        filled = [column[: last + 1] for column in np.reshape(columns, (9, 9)).tolist()]
        assert [list(map(int, column)) for column in filled] == windows[:, : last + 1].tolist()
        assert set(np.reshape(columns, (9, 9))[:, last + 1 :].ravel()) <= {""}
        assert list(map(int, row)) == KERNEL.ravel().tolist()
        assert list(map(int, sums[: last + 1])) == RESULT.ravel()[: last + 1].tolist()
        assert bold(figure.axes[1]) == windows[:, last].tolist()
        assert smallest_letters(figure) >= 11


def test_animation_comes_out_the_same_twice():
    operands = np.eye(2, 3), np.eye(2), np.array([[2.0, 0.0]])
    assert figures.animation(*operands).data == figures.animation(*operands).data


def test_channels_put_every_kernel_below_the_channel_it_reads():
    figure = figures.channels(np.ones((4, 5, 5)), np.ones((2, 2, 3, 3)), np.ones((2, 3, 3)))
    (ax,) = figure.axes
    labels = {text.get_text(): text.get_position() for text in ax.texts}
    green = to_rgba(canvas.FILL["weight"])
    greens = [patch for patch in ax.patches if patch.get_facecolor() == green]
    assert len(greens) == 2 * 2 * 9
    for filter_number, patches in enumerate([greens[:18], greens[18:]]):
        centres = sorted({round(sum(p.get_x() for p in patches[i : i + 9]) / 9, 2) for i in (0, 9)})
        side = patches[0].get_width() / 2
        below = [labels[str(2 * filter_number + c)][0] for c in range(2)]
        np.testing.assert_allclose(np.array(centres) + side, below, rtol=0, atol=0.01)
    assert "weight  Cout \u00d7 C/G \u00d7 KH \u00d7 KW = 2 \u00d7 2 \u00d7 3 \u00d7 3" in labels


def test_coverage_counts_what_is_read_and_leaves_the_rest_white():
    small, large = np.array([[2, 0], [0, 1]]), np.ones((4, 4))
    figure = figures.coverage({"small": small, "large": large})
    axes = figure.axes
    assert [ax.get_title() for ax in axes] == ["small", "large"]
    assert [ax.get_xlabel() for ax in axes] == ["2 of 4", "16 of 16"]
    assert axes[0].collections[0].get_array().mask.tolist() == [[False, True], [True, False]]
    widths = [ax.get_position().width for ax in axes]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert figure.get_size_inches()[0] == 5


@pytest.mark.parametrize("maps", [{}, {"negative": np.array([[1, -1]])}])
def test_coverage_refuses_what_is_no_count(maps):
    with pytest.raises(ValueError, match="counts of at least 0"):
        figures.coverage(maps)


def test_touches_draws_paths_weights_and_channels():
    paths, weights = np.zeros((4, 3), int), np.zeros((4, 3))
    paths[:2, 1], weights[:2, 1] = (2, 1), (0.5, -2)
    pairs = np.kron(np.eye(2, dtype=bool), np.ones((1, 2), bool))
    how_often, weight, channels = figures.touches({"two taps": (paths, weights, pairs)}).axes[1:]
    assert how_often.collections[0].get_array().mask.tolist() == (paths == 0).tolist()
    assert (how_often.get_xlabel(), channels.get_xlabel()) == ("2 pixels", "2 of 4")
    assert {frame.get_xy() for frame in how_often.patches} == {(1, 2)}
    full, hollow = weight.patches
    assert hollow.get_facecolor() == to_rgba(canvas.PAPER) != full.get_facecolor()
    assert hollow.get_width() == pytest.approx(2 * full.get_width())
    assert (full.get_y() + full.get_height() / 2, hollow.get_y() < 2) == (0.5, True)
    np.testing.assert_array_equal(~channels.collections[0].get_array().mask, pairs)


@pytest.mark.parametrize(
    ("operators", "message"),
    [
        ({}, "at least one"),
        ({"negative": (-SOBEL, SOBEL, np.eye(2))}, "paths of at least 0"),
        ({"small": (RESULT, SOBEL[:2], np.eye(2))}, "of small must fit"),
        ({"flat": (RESULT, SOBEL, np.ones(2))}, "of flat must fit"),
    ],
)
def test_touches_refuses_what_does_not_fit(operators, message):
    with pytest.raises(ValueError, match=message):
        figures.touches(operators)


def test_footprint_writes_counts_in_readable_ink():
    (ax,) = figures.footprint(np.array([[0, 3], [6, 9]])).axes
    assert words(ax) == ["0", "3", "6", "9"]
    assert [text.get_color() for text in ax.texts] == [canvas.INK] * 3 + [canvas.PAPER]
    assert ax.yaxis_inverted()


def test_small_cells_keep_letters_of_eleven_points():
    assert smallest_letters(figures.footprint(np.ones((2, 22)))) == 11


def test_scatter_adds_one_scaled_kernel_after_the_other(monkeypatch):
    seen = []
    monkeypatch.setattr(canvas, "animated_png", lambda frames, times: seen.extend(frames) or b"")
    figures.scatter(np.array([[2, 3]]), np.array([[1, 5]]), np.array([[2, 10, 3, 15]]), stride=2)
    outputs = [words(figure.axes[2]) for figure in seen]
    assert outputs == [["2", "10", "3", "15"], ["2", "10", "", ""]]
    assert [bold(figure.axes[2]) for figure in seen] == [[3, 15], [2, 10]]
    assert "add 3 \N{MULTIPLICATION SIGN} weight at row 0, column 2" in words(seen[0].axes[3])


def test_scatter_refuses_a_wrong_output_and_too_many_frames():
    row = np.array([[1, 2]])
    with pytest.raises(ValueError, match=r"output must be .*1.0, 3.0, 2.0.*, got .*1, 3, 9"):
        figures.scatter(row, np.ones((1, 2)), np.array([[1, 3, 9]]))
    with pytest.raises(ValueError, match="output must be"):
        figures.scatter(row, np.ones((1, 2)), row)
    with pytest.raises(ValueError, match="input must have at most 25 numbers, got 36"):
        figures.scatter(np.ones((6, 6)), np.ones((1, 1)), np.ones((6, 6)))


def test_images_of_a_kind_share_their_scale_and_signed_ones_are_centred():
    plain, negative = np.array([[1.0, 2], [3, 9]]), np.array([[-1.0, 0], [0, 4]])
    figure = figures.images([plain, 2 * plain, negative], list("abc"), signed=[False, False, True])
    limits = [ax.images[0].get_clim() for ax in figure.axes[::2]]
    assert limits == [(1, 18), (1, 18), (-4, 4)]
    marks = [[label.get_text() for label in ax.get_xticklabels()] for ax in figure.axes[1::2]]
    assert marks == [["1", "18"], ["1", "18"], ["\N{MINUS SIGN}4", "0", "4"]]


def test_spectrum_marks_the_nyquist_frequency():
    kernels = {"two": [1 / 2] * 2, "three": [1 / 3] * 3, "binomial": [1 / 4, 1 / 2, 1 / 4]}
    (ax,) = figures.spectrum(kernels).axes
    dots = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, [(0.5, 0), (0.5, 1 / 3), (0.5, 0)], rtol=0, atol=1e-12)
    styles = {line.get_linestyle() for line in ax.lines[:3]}
    assert len(styles) == 3


@pytest.mark.parametrize(
    "draw", [figures.window, figures.windows, figures.animation, figures.im2col]
)
@pytest.mark.parametrize(
    ("operands", "settings", "message"),
    [
        ((IMAGE, KERNEL, RESULT[:2]), {}, "output must have shape (3, 3) with these settings"),
        (ARTICLE, {"stride": 2}, "output must have shape (2, 2) with these settings, got (3, 3)"),
        ((IMAGE, KERNEL, RESULT + np.eye(3)), {}, "output[0, 0] must be 4, got 5.0"),
        ((np.stack([IMAGE] * 2), KERNEL, RESULT), {}, "input must be one plane of shape (H, W)"),
        ((IMAGE, KERNEL[0], RESULT), {}, "weight must be one plane of shape (H, W), got shape (3,"),
        ((KERNEL, IMAGE, RESULT), {}, "must fit in the padded input"),
        (ARTICLE, {"padding": -1}, "padding must be at least 0, got -1"),
        (ARTICLE, {"dilation": 0}, "dilation must be at least 1, got 0"),
    ],
)
def test_what_does_not_belong_together_is_refused(draw, operands, settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        draw(*operands, **settings)


def test_what_would_not_be_legible_is_refused():
    large = np.ones((40, 40))
    with pytest.raises(ValueError, match=r"cells must be at least 0\.17 inch wide .* got 0\.12"):
        figures.footprint(large)
    with pytest.raises(ValueError, match=r"numbers must fit their place .* '12346\.68'"):
        figures.window(IMAGE + 12345.678, np.ones((1, 1)), IMAGE + 12345.678)
    with pytest.raises(ValueError, match="weight has 12 columns: too many"):
        figures.window(np.ones((12, 12)), np.ones((1, 12)), np.full((12, 1), 12))
    with pytest.raises(ValueError, match="output must have at most 25 numbers, got 36"):
        figures.animation(np.ones((6, 6)), np.ones((1, 1)), np.ones((6, 6)))
    with pytest.raises(ValueError, match="at most 8 channels and 12 pixels a side"):
        figures.channels(np.ones((9, 5, 5)), np.ones((1, 9, 3, 3)), np.ones((1, 3, 3)))
    with pytest.raises(ValueError, match="at most 8 channels and 12 pixels a side"):
        figures.channels(np.ones((1, 13, 3)), np.ones((1, 1, 1, 1)), np.ones((1, 13, 3)))
    with pytest.raises(ValueError, match=r"numbers must fit their place .* '1000 \+ 1000 = 2000'"):
        figures.windows(*slide(np.ones((2, 4), int), np.full((2, 1), 1000)))
    with pytest.raises(ValueError, match="kernels must be at most 4, got 5"):
        figures.spectrum({name: [1.0] for name in "abcde"})


def test_other_bad_arguments_are_refused():
    with pytest.raises(
        ValueError, match=r"at must lie in the output of shape \(3, 3\), got \(3, 0"
    ):
        figures.window(*ARTICLE, at=(3, 0))
    figure, ax = plt.subplots()
    plt.close(figure)
    with pytest.raises(ValueError, match="role must be one of input, weight, output, got 'kernel'"):
        figures.number_grid(ax, KERNEL, "kernel")
    with pytest.raises(ValueError, match="window must lie in the values and their padding"):
        figures.number_grid(ax, KERNEL, window=[(0, 3)])
    with pytest.raises(ValueError, match="channels of input, weight and output must fit"):
        figures.channels(np.ones((3, 5, 5)), np.ones((2, 2, 3, 3)), np.ones((2, 3, 3)))
    with pytest.raises(ValueError, match="must have 3, 4 and 3 axes"):
        figures.channels(IMAGE, KERNEL, RESULT)
    with pytest.raises(ValueError, match="titles and signed must fit 2 arrays, got 1 and 2"):
        figures.images([IMAGE, KERNEL], ["one"])


def test_importing_figures_does_not_load_matplotlib():
    check = "import sys, convlib.figures; print({'matplotlib', 'IPython', 'PIL'} & {*sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


def test_channel_shuffle_moves_groups_to_rows_and_columns_to_the_output(monkeypatch):
    module = sys.modules["convlib.figures.shuffle"]
    seen = []
    monkeypatch.setattr(module, "animated_png", lambda frames, times: seen.extend(frames) or b"")
    x = np.arange(6)
    figures.channel_shuffle(x, convlib.channel_shuffle(x[None, :, None], 2), 2)
    assert len(seen) == (2 + 3) * 3
    complete, *frames = seen
    assert [words(ax) for ax in complete.axes[:3]] == [
        ["0", "1", "2", "3", "4", "5"],
        ["0", "1", "2", "3", "4", "5"],
        ["0", "3", "1", "4", "2", "5"],
    ]
    arrived = [["".join(words(ax)) for ax in f.axes[1:]] for f in frames[2::3]]
    assert arrived == [["012", ""], ["012345", ""], ["012345", "03"], ["012345", "0314"]]
    travelling = [[words(ax)[0] for ax in f.axes[3:]] for f in frames]
    assert travelling[:3] == [list("012"), list("012"), []]
    assert travelling[6:9] == [["0", "3"], ["0", "3"], []]
    places = [f.axes[4].get_position() for f in frames[:2]]
    assert places[0].y0 > places[1].y0 > frames[0].axes[1].get_position().y1 - 0.2
    assert all(smallest_letters(figure) >= 11 for figure in seen)


def test_channel_shuffle_is_light_and_refuses_a_wrong_output():
    image_module = pytest.importorskip("PIL.Image")
    x = np.arange(4)
    data = figures.channel_shuffle(x, np.array([0, 2, 1, 3]), 2).data
    movie = image_module.open(io.BytesIO(data))
    assert movie.n_frames == (2 + 2) * 3
    assert len(data) < 40_000
    with pytest.raises(ValueError, match=re.escape("output must be [0, 2, 1, 3], got [0, 1, 2")):
        figures.channel_shuffle(x, x, 2)
    with pytest.raises(ValueError, match="divisible"):
        figures.channel_shuffle(x, x, 3)
    with pytest.raises(ValueError, match="legible"):
        figures.channel_shuffle(np.zeros(40), np.zeros(40), 4)


def boxes(image, weight, output):
    """Axes of the volumes of one layer with arrays of these shapes."""
    return figures.volumes({"a layer": tuple(map(np.ones, (image, weight, output)))}).axes[0]


def test_volumes_tell_the_shapes_of_a_layer():
    texts = words(boxes((1, 3, 12, 12), (256, 3, 5, 5), (256, 8, 8)))
    assert texts[0] == "a layer"
    assert texts[-3:] == ["3 × 12 × 12", "256 × (3 × 5 × 5)", "256 × 8 × 8"]
    assert "\N{HORIZONTAL ELLIPSIS}" in texts


@pytest.mark.parametrize(
    ("shapes", "sheets"),
    [
        (((3, 9, 9), (1, 3, 3, 3), (1, 7, 7)), 3 + 3 + 1),
        (((3, 9, 9), (3, 1, 3, 3), (3, 7, 7)), 3 + 3 * 1 + 3),
        (((4, 9, 9), (64, 4, 1, 1), (64, 9, 9)), 4 + 3 * 4 + 12),
    ],
)
def test_volumes_draw_a_sheet_per_channel_and_at_most_three_filters(shapes, sheets):
    assert len(boxes(*shapes).patches) == sheets


def test_volumes_use_one_scale_for_all_layers():
    large, small = (np.ones((1, n, n)) for n in (10, 5))
    dot = np.ones((1, 1, 1, 1))
    ax = figures.volumes({"large": (large, dot, large), "small": (small, dot, small)}).axes[0]
    widths = [patch.get_width() for patch in ax.patches]
    assert np.allclose(np.array(widths) / widths[1], [10, 1, 10, 5, 1, 5])


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((9, 9), (1, 3, 3, 3), (1, 7, 7)), "must have 3, 4 and 3 axes"),
        (((4, 9, 9), (1, 3, 3, 3), (1, 7, 7)), "must fit"),
        (((3, 9, 9), (2, 3, 3, 3), (1, 7, 7)), "must fit"),
        (((4, 9, 9), (3, 2, 3, 3), (3, 7, 7)), "must fit"),
    ],
)
def test_volumes_refuse_channels_that_do_not_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        boxes(*shapes)


def test_volumes_refuse_an_empty_figure():
    with pytest.raises(ValueError, match="at least one layer"):
        figures.volumes({})


def quarter_offsets():
    """Image, offset, kernel and output of a 1 x 2 kernel, whose second tap reads four pixels."""
    image, kernel = np.arange(9.0).reshape(3, 3) ** 2, np.array([[2.0, -1.0]])
    offset = np.zeros((4, 3, 2))
    offset[:, 0, 0] = 1, 0, 0.5, 0.5
    output = convlib.deform_conv2d(image[None, None], offset[None], kernel[None, None])
    return image, offset, kernel, output


def test_sampling_moves_the_taps_and_then_reads_one_after_the_other(monkeypatch):
    seen = []
    monkeypatch.setattr(canvas, "animated_png", lambda frames, times: seen.extend(frames) or b"")
    image, offset, kernel, output = quarter_offsets()
    figures.sampling(image, offset, kernel, output)
    assert len(seen) == 7
    samples = [words(figure.axes[1]) for figure in seen]
    assert samples == [["9", "11.5"], *[["", ""]] * 5, ["9", ""]]
    assert [words(figure.axes[3]) for figure in seen] == [["6.5"], *[[""]] * 6]
    assert words(seen[0].axes[4]) == [
        "tap 1: 0.25·1 + 0.25·4 + 0.25·16 + 0.25·25 = 11.5",
        "6.5 = 6.5",
    ]
    rings = [[line.get_xydata()[0].tolist() for line in f.axes[0].lines[1::2]] for f in seen]
    assert rings[0] == [[0.5, 1.5], [2, 1]]
    assert rings[1] == [[0.5, 0.5], [1.5, 0.5]]
    assert rings[3] == [[0.5, 1], [1.75, 0.75]]
    assert min(smallest_letters(figure) for figure in seen) >= 11


def test_sampling_refuses_what_does_not_belong_together():
    image, offset, kernel, output = quarter_offsets()
    with pytest.raises(ValueError, match=r"output must be .*6\.5"):
        figures.sampling(image, offset, kernel, output + 1)
    with pytest.raises(
        ValueError, match=r"at must lie in the output of shape \(3, 2\), got \(3, 0\)"
    ):
        figures.sampling(image, offset, kernel, output, at=(3, 0))
    offset[0, 2, 1] = 1
    output = convlib.deform_conv2d(image[None, None], offset[None], kernel[None, None])
    with pytest.raises(ValueError, match="offset must keep the taps in the picture"):
        figures.sampling(image, offset, kernel, output, at=(2, 1))


def test_block_draws_boxes_in_their_colours_and_short_cuts_as_lines():
    steps = ["64", [["3 x 3 conv", "ReLU"], []], "+", "64"]
    ax = figures.block({"residual": steps}).axes[0]
    words = [text.get_text() for text in ax.texts]
    assert words == ["residual", "64", "3 x 3 conv", "ReLU", "+", "64"]
    colours = [tuple(patch.get_facecolor()) for patch in ax.patches]
    roles = [to_rgba(FILL[role]) for role in ("input", "weight", "output")]
    assert [colours[n] for n in (0, 1, 4)] == roles
    assert colours[2] == colours[3] == to_rgba("#ffffff")
    (left, top), (right, _) = [line.get_xydata()[0] for line in ax.lines[:2]]
    assert left < 2.5 < right
    assert ax.lines[1].get_xydata()[1, 1] > top


def test_block_puts_diagrams_side_by_side():
    ax = figures.block({"one": ["a", "bb", "c"], "two": ["dd", [["ee"], ["ff"]], "gg"]}).axes[0]
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert (
        places["one"] == places["bb"] < places["ee"] < places["two"] == places["gg"] < places["ff"]
    )


@pytest.mark.parametrize(
    ("diagrams", "message"),
    [
        ({}, "1 to 4 branches, got 0"),
        ({"five": ["a", [["b"]] * 5, "c"]}, "1 to 4 branches, got 5"),
        ({"fork": [[["a"], []], "b"]}, "start and end with a box"),
        ({"fork": ["a", [["b"], []]]}, "start and end with a box"),
        ({"empty": []}, "start and end with a box"),
        ({"wide": ["a", [["x" * 12]] * 4, "b"]}, "must fit its branch"),
    ],
)
def test_block_refuses_what_it_cannot_draw(diagrams, message):
    with pytest.raises(ValueError, match=message):
        figures.block(diagrams)
