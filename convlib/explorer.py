"""The explorer of the course's site, for a live notebook."""

import re
from html import escape
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SCRIPTS = HERE / "assets"  # in an installed package
if not SCRIPTS.exists():
    SCRIPTS = HERE.parent / "assets" / "explorer"  # in the folder of the course
OPERATORS = (
    "convolution",
    "dilated",
    "grouped",
    "depthwise",
    "separable",
    "transposed",
    "max_pool",
    "avg_pool",
    "deformable",
)
OPERANDS = ("input", "weight", "pointwise", "offset")
SETTINGS = (
    "size",
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "output_padding",
    "groups",
    "ceil_mode",
    "count_include_pad",
)
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.M)


class Explorer:
    """An operator that can be tried out; notebooks show it as HTML.

    Parameters
    ----------
    attributes : dict of str
        The attributes of the HTML element.
    """

    def __init__(self, attributes):
        self.attributes = attributes

    def __repr__(self):
        words = ", ".join(f"{name}={value!r}" for name, value in self.attributes.items())
        return f"Explorer({words})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        words = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        element = f"<conv-explorer detached{words}></conv-explorer>"
        html = f"{element}\n<script>\n{script()}</script>"
        return {"text/html": html, "text/plain": repr(self)}


def explorer(operator="convolution", **settings):
    """Show an operator at work: linked grids, arithmetic, matrix and code.

    Parameters
    ----------
    operator : str
        One of `OPERATORS`, such as ``'transposed'``.
    **settings
        Settings by the names of convlib's arguments, ints or pairs of ints; ``size`` is that of
        the input. Arrays `input` and `weight` may be given too, as convlib takes them for one
        image; their shapes then set the sizes and channels.

    Returns
    -------
    Explorer
        Let it be the last line of a cell.

    Raises
    ------
    ValueError
        If there is no such operator.
    TypeError
        If there is no such setting.

    Examples
    --------
    >>> explorer("transposed", stride=2, kernel_size=(3, 2))
    Explorer(operator='transposed', stride='2', kernel_size='3,2')
    """
    if operator not in OPERATORS:
        raise ValueError(f"operator must be one of {', '.join(OPERATORS)}, got {operator!r}")
    unknown = set(settings) - {*SETTINGS, *OPERANDS}
    if unknown:
        raise TypeError(f"the explorer has no setting {', '.join(sorted(unknown))}")
    shapes = _shapes(operator, settings)
    return Explorer({"operator": operator} | {n: _text(v) for n, v in (shapes | settings).items()})


def _shapes(operator, settings):
    """Derive settings from the shapes of the arrays."""
    found = {}
    if "input" in settings:
        shape = np.shape(settings["input"])
        found |= {"size": shape[-2:], "in_channels": shape[-3] if len(shape) > 2 else 1}
    if "weight" in settings:
        shape = np.shape(settings["weight"])
        found["kernel_size"] = shape[-2:]
        if len(shape) == 4 and operator != "separable":
            groups = settings.get("groups", 1)
            turned = operator == "transposed"
            found["out_channels"] = shape[1] * groups if turned else shape[0]
    return found


def _text(value):
    """Write a setting or an array as an attribute."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(f"{number:.17g}" for number in np.ravel(value))


def script():
    """Join the modules of the explorer into one script that needs no server."""
    parts, done = [], set()

    def add(name):
        if name in done:
            return
        done.add(name)
        source = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        for match in IMPORT.finditer(source):
            add(match[2])
        names = ", ".join(EXPORT.findall(source))
        body = EXPORT.sub("", IMPORT.sub(r"const {\1} = \2Module;\n", source))
        parts.append(f"const {name}Module = (() => {{\n{body}return {{ {names} }};\n}})();\n")

    add("element")
    return f"(() => {{\n{''.join(parts)}}})();\n"
