"""What `import convlib` loads, which module may import which, and the public names."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import convlib

PACKAGE = Path(convlib.__file__).parent
# A module may import only modules that stand above it.
OPERATORS = [
    "_args", "sizes", "windows", "conv", "transpose", "gradient", "pooling", "patches",
    "matrix", "separable", "shuffle", "deform", "cost",
]  # fmt: skip
ORDER = [*OPERATORS, "exercises", "explorer", "figures", "crosscheck"]
APART = {"exercises", "explorer", "figures", "crosscheck"}  # asked for by name, never imported
SIGNATURES = {
    "conv1d": "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    "conv2d": "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    "conv3d": "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    "conv_transpose1d": "(input, weight, bias=None, stride=1, padding=0, output_padding=0, "
    "groups=1, dilation=1)",
    "conv_transpose2d": "(input, weight, bias=None, stride=1, padding=0, output_padding=0, "
    "groups=1, dilation=1)",
    "conv_transpose3d": "(input, weight, bias=None, stride=1, padding=0, output_padding=0, "
    "groups=1, dilation=1)",
    "max_pool2d": "(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False)",
    "avg_pool2d": "(input, kernel_size, stride=None, padding=0, ceil_mode=False, "
    "count_include_pad=True)",
    "adaptive_avg_pool2d": "(input, output_size)",
    "adaptive_max_pool2d": "(input, output_size)",
    "deform_conv2d": "(input, offset, weight, bias=None, stride=1, padding=0, dilation=1, "
    "mask=None)",
    "unfold": "(input, kernel_size, dilation=1, padding=0, stride=1)",
    "fold": "(input, output_size, kernel_size, dilation=1, padding=0, stride=1)",
    "conv2d_input": "(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1)",
    "conv2d_weight": "(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1)",
    "channel_shuffle": "(input, groups)",
    "pixel_shuffle": "(input, upscale_factor)",
    "conv_matrix": "(weight, input_size, stride=1, padding=0, dilation=1)",
    "separate": "(kernel)",
    "cost.output_size": "(input_size, kernel_size, stride=1, padding=0, dilation=1, "
    "output_padding=0, ceil_mode=False, transposed=False)",
    "cost.params": "(in_channels, out_channels, kernel_size, groups=1, bias=True)",
    "cost.macs": "(input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, "
    "dilation=1, groups=1, output_padding=0, transposed=False)",
    "cost.flops": "(input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, "
    "dilation=1, groups=1, output_padding=0, transposed=False)",
    "cost.receptive_field": "(layers)",
}


def find(name):
    *home, name = name.split(".")
    return getattr(convlib.cost if home else convlib, name)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_the_frameworks(name):
    function = find(name)
    assert str(inspect.signature(function)) == SIGNATURES[name]
    assert function.__name__ == name.split(".")[-1]


def test_nothing_else_is_public():
    ours = {name for name in SIGNATURES if "." not in name} | {"cost"}
    assert set(convlib.__all__) == ours
    counted = {name.removeprefix("cost.") for name in SIGNATURES if "." in name}
    assert set(convlib.cost.__all__) == counted


def loaded(statement):
    """Run a statement in a fresh process and list the packages it has loaded."""
    code = (
        f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_convlib_loads_numpy_and_nothing_else():
    ours = loaded("import convlib") - loaded("import numpy")
    assert ours - set(sys.stdlib_module_names) <= {"convlib", "__mp_main__"}


def test_importing_convlib_loads_the_operators_alone():
    code = "import sys, convlib; print(*[n for n in sys.modules if n.startswith('convlib.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name.removeprefix("convlib.") for name in done.stdout.split()}
    assert names == set(OPERATORS)


def imported(path):
    """List every import of a module, those inside functions too, as whole dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level:
            yield f"convlib.{node.module}"
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from (f"convlib.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def siblings(path):
    names = {name.split(".")[1] for name in imported(path) if name.startswith("convlib.")}
    return names & set(ORDER)


def files(name):
    """List the file of a module, or all files of a package; none when there is no such thing."""
    return [p for p in [PACKAGE / f"{name}.py", *(PACKAGE / name).glob("*.py")] if p.exists()]


def test_every_module_has_its_place():
    inside = {path.stem for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert inside - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_modules_import_only_modules_above_them(name):
    for path in files(name):
        assert siblings(path) <= {*ORDER[: ORDER.index(name)], name} - (APART - {name})
        if name in OPERATORS:
            outside = {n.split(".")[0] for n in imported(path)} - set(sys.stdlib_module_names)
            assert outside <= {"numpy", "convlib"}


def test_cost_never_runs_a_convolution():
    assert siblings(PACKAGE / "cost.py") <= {"_args", "sizes"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from .conv import conv2d", {"conv"}),
        ("from . import conv", {"conv"}),
        ("import convlib.conv", {"conv"}),
        ("from convlib import conv", {"conv"}),
        ("from convlib.conv import conv2d", {"conv"}),
        ("def f():\n    from .conv import conv2d", {"conv"}),
        ("import numpy.conv", set()),
    ],
)
def test_the_import_reader_misses_nothing(source, expected, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert siblings(path) == expected
