"""Run one call in NumPy, PyTorch and Paddle, and raise an error if any two of them differ."""

import inspect
import warnings
from html import escape
from importlib import import_module
from itertools import combinations
from typing import NamedTuple

import numpy as np

import convlib

LETTERS = {"input": "x", "weight": "w", "bias": "b"}  # how the table writes operands
PACKAGES = {"torch": "torch torchvision", "paddle": "paddlepaddle"}  # what pip calls them


class Row(NamedTuple):
    """What one library was asked, and what it answered."""

    library: str
    call: str
    result: np.ndarray


class Report(NamedTuple):
    """A table of libraries that agree; notebooks show it as HTML.

    Parameters
    ----------
    rows : list of Row
        The NumPy row first.
    tolerance : float
        What they were compared with.
    """

    rows: list
    tolerance: float

    def _cells(self):
        yield "library", "shape", "dtype", "difference to NumPy", "call"
        for library, call, result in self.rows:
            difference = "" if library == "numpy" else self._difference(result)
            yield library, str(result.shape), str(result.dtype), difference, call

    def _difference(self, result):
        """Largest difference, with nothing below the tolerance: that is noise."""
        ours = self.rows[0].result
        unequal = ~((ours == result) | (np.isnan(ours) & np.isnan(result)))  # infinities cancel
        largest = np.abs(ours[unequal] - result[unequal]).max(initial=0)
        return f"< {self.tolerance:g}" if largest < self.tolerance else f"{largest:.1g}"

    def _caption(self):
        integers = self.rows[0].result.dtype.kind in "iu"
        as_floats = "; the frameworks ran the integers as float64" if integers else ""
        limits = f"absolute plus relative tolerance {self.tolerance:g}"
        return f"Every pair agrees in shape, dtype and value ({limits}{as_floats})."

    def __str__(self):
        columns = [[max(map(len, column))] for column in zip(*self._cells(), strict=True)]
        lines = [
            "  ".join(cell.ljust(*size) for cell, size in zip(line, columns, strict=True)).rstrip()
            for line in self._cells()
        ]
        return "\n".join([*lines, self._caption()])

    __repr__ = __str__

    def _repr_html_(self):
        head, *body = [[escape(cell) for cell in line] for line in self._cells()]
        top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
        lines = "".join(
            f'<tr><th scope="row">{library}</th><td>{shape}</td><td>{dtype}</td>'
            f"<td>{difference}</td><td><code>{call}</code></td></tr>"
            for library, shape, dtype, difference, call in body
        )
        table = f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"
        return f"{table}<p>{escape(self._caption())}</p>"


def crosscheck(name, *args, tolerance=1e-10, frameworks=("torch", "paddle"), **kwargs):
    """Run a convlib function in NumPy, PyTorch and Paddle, and compare every pair of results.

    Parameters
    ----------
    name : str
        Name of the function, such as ``'conv2d'``.
    *args
        What the function takes, with NumPy arrays.
    tolerance : float
        Largest difference of two values, plus as much again for each unit of their size.
    frameworks : sequence of {'torch', 'paddle'}
        Which frameworks to run besides NumPy.
    **kwargs
        Further arguments of the function, by name.

    Returns
    -------
    Report
        A table of the calls and results; in a notebook, let it be the last line of a cell.

    Raises
    ------
    AssertionError
        If two libraries differ in shape, dtype or value: names both and the first difference.
    ImportError
        If a framework is not installed.
    ValueError
        If the name is unknown, or a framework cannot express the call.

    Notes
    -----
    Paddle has no integer convolutions. So integers are given to every framework as float64,
    and NumPy's result is converted to float64 before it is compared: an average of integers,
    which NumPy truncates, then differs. Paddle takes batches only.

    Examples
    --------
    >>> image, kernel = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    >>> print(crosscheck("conv2d", image, kernel, stride=2, frameworks=["torch"]))
    library  shape         dtype    difference to NumPy  call
    numpy    (1, 1, 1, 1)  float64                       conv2d(x, w, stride=2)
    torch    (1, 1, 1, 1)  float64  < 1e-10              F.conv2d(x, w, stride=2)
    Every pair agrees in shape, dtype and value (absolute plus relative tolerance 1e-10).
    """
    if name not in PADDLE:
        raise ValueError(f"name must be one of {', '.join(PADDLE)}, got {name!r}")
    unknown = [framework for framework in frameworks if framework not in PACKAGES]
    if unknown:
        raise ValueError(f"frameworks must be among {', '.join(PACKAGES)}, got {unknown[0]!r}")
    function = getattr(convlib, name)
    required, options = _split(function, args, kwargs)
    rows = [Row("numpy", _write(name, required, options), function(*args, **kwargs))]
    required, options = _floats(required), _floats(options)
    for framework in frameworks:
        run = {"torch": _torch, "paddle": _paddle}[framework]
        rows.append(_row(framework, run, name, required, options))
    for first, second in combinations(rows, 2):
        _compare(first, second, tolerance)
    return Report(rows, tolerance)


def _split(function, args, kwargs):
    """Sort the arguments that were given into required ones and options, by name."""
    signature = inspect.signature(function)
    given = signature.bind(*args, **kwargs).arguments
    required = [n for n, p in signature.parameters.items() if p.default is p.empty]
    options = {n: value for n, value in given.items() if n not in required}
    return {n: given[n] for n in required}, options


def _floats(arguments):
    """Turn integer arrays into float64."""
    return {
        n: v.astype(np.float64) if isinstance(v, np.ndarray) and v.dtype.kind in "iu" else v
        for n, v in arguments.items()
    }


def _row(library, run, name, required, options):
    """Run one framework; say what to install if it is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Paddle warns about compilers when imported
            call, result = run(name, required, options)
    except ImportError as error:
        wanted = PACKAGES[library]
        raise ImportError(f"crosscheck with {library} needs: pip install {wanted}") from error
    return Row(library, call, result.numpy())


def _torch(name, required, options):
    """PyTorch: the same names and arguments as ours, in three modules."""
    import torch

    module, short = {
        "deform_conv2d": ("torchvision.ops", "torchvision.ops"),
        "conv2d_input": ("torch.nn.grad", "torch.nn.grad"),
        "conv2d_weight": ("torch.nn.grad", "torch.nn.grad"),
    }.get(name, ("torch.nn.functional", "F"))
    result = _call(getattr(import_module(module), name), torch.tensor, required, options)
    return _write(f"{short}.{name}", required, options), result


def _paddle(name, required, options):
    """Paddle: other names, and other arguments where `PADDLE` says so."""
    import paddle

    if name in ("conv2d_input", "conv2d_weight"):
        return _paddle_gradient(paddle, name, required, options)
    path, translate = PADDLE[name]
    options = translate(required, options)
    module, short = paddle.nn.functional, "F"
    if name == "deform_conv2d":
        module, short = paddle.vision.ops, "paddle.vision.ops"
    result = _call(getattr(module, path), paddle.to_tensor, required, options)
    return _write(f"{short}.{path}", required, options), result


def _paddle_gradient(paddle, name, required, options):
    """Paddle's gradients of conv2d come from its automatic differentiation."""
    size, wanted = ("input_size", "input") if name == "conv2d_input" else ("weight_size", "weight")
    given = dict(required)
    cotangent = given.pop("grad_output")
    unknown = np.zeros(given.pop(size), cotangent.dtype)  # any point will do: conv2d is linear
    given = {n: paddle.to_tensor(given.get(n, unknown)) for n in ("input", "weight")}
    given[wanted].stop_gradient = False
    output = paddle.nn.functional.conv2d(*given.values(), **options)
    (result,) = paddle.grad(output, given[wanted], paddle.to_tensor(cotangent))
    inner = _write("F.conv2d", dict.fromkeys(given, unknown), options)
    return f"paddle.grad({inner}, {LETTERS[wanted]}, grad_output)", result


def _call(function, tensor, required, options):
    """Call a framework with its own tensors in the place of arrays."""
    values, keywords = (
        {n: tensor(v.copy()) if isinstance(v, np.ndarray) else v for n, v in arguments.items()}
        for arguments in (required, options)
    )
    return function(*values.values(), **keywords)


def _write(function, required, options):
    """Write a call as a user would: arrays by their letter, options by name."""

    def word(n, value):
        return LETTERS.get(n, n) if isinstance(value, np.ndarray) else repr(value)

    words = [word(n, value) for n, value in required.items()]
    words += [f"{n}={word(n, value)}" for n, value in options.items() if value is not None]
    return f"{function}({', '.join(words)})"


def _compare(first, second, tolerance):
    """Raise an AssertionError that names two libraries and the first thing they differ in."""
    ours, theirs = first.result, second.result
    if first.library == "numpy" and ours.dtype.kind in "iu":
        ours = ours.astype(np.float64)
    pair = f"{first.library} and {second.library} differ in"
    if ours.shape != theirs.shape:
        raise AssertionError(f"{pair} shape: {ours.shape} and {theirs.shape}")
    if ours.dtype != theirs.dtype:
        raise AssertionError(f"{pair} dtype: {ours.dtype} and {theirs.dtype}")
    close = np.isclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)
    for index in map(tuple, np.argwhere(~close).tolist()):
        values = f"{ours[index]:.10g} and {theirs[index]:.10g}"
        raise AssertionError(f"{pair} value at {list(index)}: {values}, tolerance {tolerance:g}")


def _same(required, options):
    """Paddle takes the options as they are."""
    return options


def _convolution(required, options):
    """Write padding='same' out in numbers for each side: Paddle's word ignores the dilation."""
    if options.get("padding") == "same":
        kernel = required["weight"].shape[2:]
        dilation = options.get("dilation", 1)
        steps = dilation if isinstance(dilation, tuple | list) else [dilation] * len(kernel)
        spans = [d * (k - 1) for k, d in zip(kernel, steps, strict=True)]
        return options | {"padding": [n for span in spans for n in (span // 2, span - span // 2)]}
    return options


def _pool(required, options):
    """Refuse a dilation, which Paddle's pooling does not have."""
    options = dict(options)
    if options.pop("dilation", 1) not in (1, (1, 1), [1, 1]):
        raise ValueError("dilation must be 1 in Paddle's pooling: pass frameworks=['torch']")
    return options


def _average(required, options):
    """Paddle asks the opposite question, and its default is the opposite too."""
    options = dict(options)
    return options | {"exclusive": not options.pop("count_include_pad", True)}


def _plural(required, options):
    """Paddle writes strides, paddings, dilations."""
    return {f"{n}s": value for n, value in options.items()}


def _deformable(required, options):
    """Paddle wants the numbers of groups that we read off the shapes."""
    image, offset, weight = required.values()
    taps = weight.shape[2] * weight.shape[3]
    groups = {"groups": image.shape[1] // weight.shape[1]}
    return options | groups | {"deformable_groups": offset.shape[1] // (2 * taps)}


PADDLE = {  # our name: Paddle's name, and how the options are translated
    "conv1d": ("conv1d", _convolution),
    "conv2d": ("conv2d", _convolution),
    "conv3d": ("conv3d", _convolution),
    "conv_transpose1d": ("conv1d_transpose", _same),
    "conv_transpose2d": ("conv2d_transpose", _same),
    "conv_transpose3d": ("conv3d_transpose", _same),
    "max_pool2d": ("max_pool2d", _pool),
    "avg_pool2d": ("avg_pool2d", _average),
    "adaptive_avg_pool2d": ("adaptive_avg_pool2d", _same),
    "adaptive_max_pool2d": ("adaptive_max_pool2d", _same),
    "deform_conv2d": ("deform_conv2d", _deformable),
    "unfold": ("unfold", _plural),
    "fold": ("fold", _plural),
    "conv2d_input": ("grad", _same),
    "conv2d_weight": ("grad", _same),
    "channel_shuffle": ("channel_shuffle", _same),
    "pixel_shuffle": ("pixel_shuffle", _same),
}
