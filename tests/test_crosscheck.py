"""The checker must fail when it should; then, that it passes where the libraries agree."""

import functools
import subprocess
import sys

import numpy as np
import pytest

import convlib
from convlib import crosscheck as module
from convlib.crosscheck import crosscheck

IMAGE = np.arange(16.0).reshape(1, 1, 4, 4)
KERNEL = np.array([[[[1.0, 2.0], [3.0, 5.0]]]])

AGREEING = {
    "conv1d": [
        ([(2, 4, 9), (6, 2, 3)], {"stride": 2, "padding": 1, "groups": 2}),
        ([(2, 4, 9), (6, 4, 4), (6,)], {"padding": "same", "dilation": 3}),
        ([(2, 4, 9), (6, 4, 4)], {"padding": "valid", "stride": (2,)}),
    ],
    "conv2d": [
        ([(2, 4, 7, 8), (6, 2, 3, 2), (6,)], {"stride": (2, 1), "padding": (1, 0), "groups": 2}),
        ([(2, 4, 7, 8), (6, 4, 3, 2)], {"dilation": (1, 3), "padding": (0, 2)}),
        ([(2, 2, 7, 8), (6, 2, 3, 4)], {"padding": "same", "dilation": (2, 1)}),
    ],
    "conv3d": [
        ([(1, 4, 5, 6, 7), (2, 2, 2, 3, 2)], {"stride": (1, 2, 3), "groups": 2}),
        ([(1, 2, 5, 6, 7), (2, 2, 2, 3, 2)], {"padding": "same", "dilation": (1, 2, 3)}),
    ],
    "conv_transpose1d": [([(2, 4, 5), (4, 3, 3), (6,)], {"stride": 3, "groups": 2})],
    "conv_transpose2d": [
        (
            [(2, 4, 5, 4), (4, 3, 3, 2)],
            {"stride": (3, 2), "padding": (1, 0), "output_padding": (2, 0), "groups": 2},
        ),
        ([(2, 4, 5, 4), (4, 3, 3, 2)], {"dilation": (1, 2)}),
    ],
    "conv_transpose3d": [([(1, 2, 3, 4, 3), (2, 3, 2, 1, 2)], {"stride": (2, 1, 3)})],
    "max_pool2d": [([(2, 3, 7, 8)], {"kernel_size": (3, 2), "stride": (2, 1), "padding": 1})],
    "avg_pool2d": [
        ([(2, 3, 7, 8)], {"kernel_size": (3, 2), "stride": 2, "padding": (1, 0)}),
        ([(2, 3, 7, 8)], {"kernel_size": 3, "padding": 1, "count_include_pad": False}),
    ],
    "adaptive_avg_pool2d": [([(2, 3, 7, 8)], {"output_size": (3, None)})],
    "adaptive_max_pool2d": [([(2, 3, 7, 8)], {"output_size": (3, 5)})],
    "unfold": [([(2, 3, 7, 8)], {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 0)})],
    "fold": [([(2, 12, 64)], {"output_size": (8, 9), "kernel_size": (3, 2), "padding": (1, 0)})],
    "channel_shuffle": [([(2, 6, 3, 4)], {"groups": 3})],
    "pixel_shuffle": [([(2, 8, 3, 4)], {"upscale_factor": 2})],
}


def arrays(rng, shapes):
    return [rng.standard_normal(shape) for shape in shapes]


def wrong(monkeypatch, library, change):
    """Make one library answer with something else than it would."""
    if library == "numpy":
        right = convlib.conv2d

        @functools.wraps(right)
        def run(*args, **kwargs):
            return change(right(*args, **kwargs))

        monkeypatch.setattr(convlib, "conv2d", run)
        return
    right = getattr(module, f"_{library}")

    def run(*args):
        call, result = right(*args)
        return call, Tensor(change(result.numpy()))

    monkeypatch.setattr(module, f"_{library}", run)


class Tensor(np.ndarray):
    """An array with the one method of tensors that the checker uses."""

    def __new__(cls, values):
        return values.view(cls)

    def numpy(self):
        return self.view(np.ndarray)


@pytest.mark.parametrize(
    ("library", "pair"),
    [
        ("numpy", "numpy and torch"),
        ("torch", "numpy and torch"),
        ("paddle", "numpy and paddle"),
    ],
)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y + 1e-6 * (y == y.max()), r"value at \[0, 0, 2, 2\]: 149(\.000001)? and 149"),
        (lambda y: y[..., :-1], r"shape: \(1, 1, 3, [23]\) and \(1, 1, 3, [32]\)"),
        (lambda y: y.astype(np.float32), r"dtype: float(32|64) and float(64|32)"),
        (lambda y: np.where(y == y.min(), np.nan, y), r"value at \[0, 0, 0, 0\]: (nan|39) and"),
        (lambda y: y.transpose(0, 1, 3, 2).copy(), r"value at \[0, 0, 0, 1\]: (50|83) and"),
    ],
    ids=["value", "shape", "dtype", "nan", "transposed"],
)
def test_any_wrong_library_is_found_and_named(
    monkeypatch, torch, torchvision, paddle, library, pair, change, message
):
    wrong(monkeypatch, library, change)
    with pytest.raises(AssertionError, match=f"^{pair} differ in {message}"):
        crosscheck("conv2d", IMAGE, KERNEL)


def test_frameworks_are_compared_with_each_other_too(monkeypatch, torch, paddle):
    wrong(monkeypatch, "torch", lambda y: y + 0.4)
    wrong(monkeypatch, "paddle", lambda y: y - 0.4)
    with pytest.raises(
        AssertionError, match=r"^torch and paddle differ in value at \[0, 0, 0, 0\]"
    ):
        crosscheck("conv2d", 0 * IMAGE, KERNEL, tolerance=0.5)


def test_tolerance_is_absolute_plus_relative(monkeypatch, torch):
    wrong(monkeypatch, "torch", lambda y: y + 0.1)
    report = crosscheck("conv2d", IMAGE, KERNEL, tolerance=0.01, frameworks=["torch"])
    assert "float64  0.1  " in str(report).splitlines()[2]  # 39 and 39.1: 0.01 + 0.39
    with pytest.raises(AssertionError, match=r": 39 and 39\.1, tolerance 0\.002$"):
        crosscheck("conv2d", IMAGE, KERNEL, tolerance=0.002, frameworks=["torch"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_equal_infinities_and_nans_agree(torch, value):
    report = crosscheck("max_pool2d", np.full((1, 1, 4, 4), value), 2, frameworks=["torch"])
    assert "float64  < 1e-10  " in str(report).splitlines()[2]


def test_same_padding_in_paddle_without_translation_is_found(monkeypatch, torch, paddle):
    monkeypatch.setitem(module.PADDLE, "conv2d", ("conv2d", module._same))
    with pytest.raises(AssertionError, match="numpy and paddle differ in value"):
        crosscheck("conv2d", IMAGE, KERNEL, padding="same", dilation=2)


def test_average_in_paddle_without_translation_is_found(monkeypatch, torch, paddle):
    monkeypatch.setitem(module.PADDLE, "avg_pool2d", ("avg_pool2d", module._same))
    with pytest.raises(AssertionError, match="numpy and paddle differ in value"):
        crosscheck("avg_pool2d", IMAGE, 2, padding=1)


def test_paddle_rounds_ceil_mode_in_its_own_way(torch, paddle):
    with pytest.raises(AssertionError, match=r"numpy and paddle differ in shape: .*2, 2\) and .*3"):
        crosscheck("max_pool2d", IMAGE, 1, stride=2, ceil_mode=True)


@pytest.mark.parametrize(
    ("name", "shapes", "settings"),
    [(name, *case) for name, cases in AGREEING.items() for case in cases],
)
def test_libraries_agree(rng, torch, paddle, name, shapes, settings):
    report = crosscheck(name, *arrays(rng, shapes), **settings)
    assert [row.library for row in report.rows] == ["numpy", "torch", "paddle"]


@pytest.mark.parametrize("offset_groups", [1, 2])
def test_libraries_agree_on_deformable_convolution(rng, torch, torchvision, paddle, offset_groups):
    shapes = [(2, 4, 7, 8), (2, 12 * offset_groups, 4, 9), (6, 2, 3, 2), (6,)]
    mask = rng.random((2, 6 * offset_groups, 4, 9))
    settings = {"stride": (2, 1), "padding": 1, "mask": mask}
    report = crosscheck("deform_conv2d", *arrays(rng, shapes), **settings)
    assert report.rows[2].call.endswith(f"groups=2, deformable_groups={offset_groups})")


def test_libraries_agree_on_gradients(rng, torch, paddle):
    image, weight, grad = arrays(rng, [(2, 4, 7, 8), (6, 2, 3, 2), (2, 6, 4, 7)])
    settings = {"stride": 2, "padding": (1, 3), "groups": 2}
    crosscheck("conv2d_input", image.shape, weight, grad, **settings)
    crosscheck("conv2d_weight", image, weight.shape, grad, **settings)


def test_every_array_function_can_be_checked():
    others = {"conv_matrix", "separate", "cost"}
    assert set(module.PADDLE) == set(convlib.__all__) - others
    assert set(module.PADDLE) - set(AGREEING) == {"deform_conv2d", "conv2d_input", "conv2d_weight"}


def test_integers_run_as_float64_in_the_frameworks(torch, paddle):
    report = crosscheck("conv2d", IMAGE.astype(int), KERNEL.astype(int))
    assert [str(row.result.dtype) for row in report.rows] == ["int64", "float64", "float64"]
    assert "the frameworks ran the integers as float64" in str(report)
    with pytest.raises(AssertionError, match=r"numpy and torch differ in value.*: 2 and 2\.5"):
        crosscheck("avg_pool2d", IMAGE.astype(int), 2)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"^name must be one of conv1d, .*, got 'conv9d'"):
        crosscheck("conv9d", IMAGE, KERNEL)
    with pytest.raises(ValueError, match=r"^frameworks must be among torch, paddle, got 'jax'"):
        crosscheck("conv2d", IMAGE, KERNEL, frameworks=["jax"])


def test_what_paddle_cannot_express_is_refused(torch, paddle):
    with pytest.raises(ValueError, match="dilation must be 1 in Paddle's pooling"):
        crosscheck("max_pool2d", IMAGE, 2, dilation=2)
    crosscheck("max_pool2d", IMAGE, 2, dilation=2, frameworks=["torch"])


@pytest.mark.parametrize(
    ("framework", "packages"), [("torch", "torch torchvision"), ("paddle", "paddlepaddle")]
)
def test_a_missing_framework_says_what_to_install(monkeypatch, framework, packages):
    monkeypatch.setitem(sys.modules, framework, None)
    with pytest.raises(ImportError, match=f"{framework} needs: pip install {packages}$"):
        crosscheck("conv2d", IMAGE, KERNEL, frameworks=[framework])


TABLE = """\
library  shape         dtype    difference to NumPy  call
numpy    (1, 1, 4, 4)  float64                       conv2d(x, w, padding='same')
torch    (1, 1, 4, 4)  float64  < 1e-08              F.conv2d(x, w, padding='same')
paddle   (1, 1, 4, 4)  float64  < 1e-08              F.conv2d(x, w, padding=[0, 1, 0, 1])
Every pair agrees in shape, dtype and value (absolute plus relative tolerance 1e-08)."""


def test_table_is_stable(torch, paddle):
    report = crosscheck("conv2d", IMAGE / 7, KERNEL, None, padding="same", tolerance=1e-8)
    assert str(report) == repr(report) == TABLE
    html = report._repr_html_()
    assert html.count("<tr>") == 4
    assert html.count("<td>&lt; 1e-08</td>") == 2
    assert "<td><code>F.conv2d(x, w, padding=[0, 1, 0, 1])</code></td>" in html


def test_importing_the_checker_loads_no_framework():
    check = (
        "import sys, convlib.crosscheck; print({'torch', 'paddle', 'matplotlib'} & {*sys.modules})"
    )
    result = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"
