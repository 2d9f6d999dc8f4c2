"""What every function does with its operands and settings, whatever it computes."""

import numpy as np
import pytest
from cases import NAMES, calls, random, run

import convlib

BATCHED = [name for name in NAMES if name not in ("conv_matrix", "separate")]
FLOATS_ONLY = ["adaptive_avg_pool2d", "deform_conv2d"]
ANY_DTYPE = ["unfold", "fold", "channel_shuffle", "pixel_shuffle"]
TWO_ENTRIES = {  # these want exactly (height, width); the others also take one entry for all axes
    ("unfold", "kernel_size"), ("unfold", "dilation"), ("unfold", "padding"), ("unfold", "stride"),
    ("fold", "kernel_size"), ("fold", "dilation"), ("fold", "padding"), ("fold", "stride"),
    ("fold", "output_size"),
    ("deform_conv2d", "stride"), ("deform_conv2d", "padding"), ("deform_conv2d", "dilation"),
    ("adaptive_avg_pool2d", "output_size"), ("adaptive_max_pool2d", "output_size"),
}  # fmt: skip
SHAPES = ("input_size", "weight_size")  # whole shapes, never one number
FLAGS = ("ceil_mode", "count_include_pad")
SCALARS = ("groups", "upscale_factor")
TABLE = calls(np.random.default_rng(0))
SETTINGS = [(name, key) for name in NAMES for key in TABLE[name][1]]
PER_AXIS = [pair for pair in SETTINGS if pair[1] not in (*SHAPES, *FLAGS, *SCALARS)]
OPERANDS = [(name, key) for name in NAMES for key in TABLE[name][0]]


def assert_close(ours, expected):
    assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


def together(result):
    """Look at the pair that `separate` gives as one array."""
    return np.concatenate(result) if isinstance(result, tuple) else result


def results(result):
    return result if isinstance(result, tuple) else (result,)


def fortran(array):
    return np.asfortranarray(array)


def negative(array):
    back = (slice(None, None, -1),) * array.ndim
    return array[back].copy()[back]


def stepped(array):
    wide = np.zeros([2 * n for n in array.shape], array.dtype)
    view = wide[(slice(1, None, 2),) * array.ndim]
    view[...] = array
    return view


def channels_last(array):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = [fortran, negative, stepped, channels_last, read_only]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_any_memory_layout_gives_the_same(name, layout, rng):
    arrays, settings = calls(rng)[name]
    expected = run(name, arrays, settings)
    ours = run(name, {key: layout(array) for key, array in arrays.items()}, settings)
    assert_close(together(ours), together(expected))


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("name", NAMES)
def test_broadcast_operands_are_read_like_any_other(name, axis, rng):
    arrays, settings = calls(rng)[name]
    if name == "separate":
        arrays = {"kernel": np.ones((3, 4))}
    views = {
        key: np.broadcast_to(array.take([0], axis), array.shape) for key, array in arrays.items()
    }
    assert all(0 in view.strides for view in views.values())
    copies = {key: np.array(view) for key, view in views.items()}
    assert_close(together(run(name, views, settings)), together(run(name, copies, settings)))


@pytest.mark.parametrize("name", NAMES)
def test_operands_are_left_alone(name, rng):
    arrays, settings = calls(rng)[name]
    before = {key: array.copy() for key, array in arrays.items()}
    run(name, arrays, settings)
    for key, array in arrays.items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize("name", NAMES)
def test_the_result_is_a_new_writeable_array(name, rng):
    arrays, settings = calls(rng)[name]
    for result in results(run(name, arrays, settings)):
        assert result.flags.writeable
        assert not any(np.shares_memory(result, array) for array in arrays.values())


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("max_pool2d", {"kernel_size": 1}),
        ("avg_pool2d", {"kernel_size": 1}),
        ("adaptive_avg_pool2d", {"output_size": (3, 4)}),
        ("adaptive_avg_pool2d", {"output_size": (None, 4), "input": (2, 3, 4)}),
        ("adaptive_max_pool2d", {"output_size": (None, None)}),
        ("unfold", {"kernel_size": 1}),
        ("fold", {"kernel_size": 1, "output_size": (3, 4), "input": (2, 4, 12)}),
        ("channel_shuffle", {"groups": 1}),
        ("channel_shuffle", {"groups": 4}),
        ("pixel_shuffle", {"upscale_factor": 1}),
    ],
    ids=str,
)
def test_a_call_that_changes_nothing_still_copies(name, settings, rng):
    settings = dict(settings)
    image = random(rng, settings.pop("input", (2, 4, 3, 4)))
    result = run(name, {"input": image}, settings)
    np.testing.assert_array_equal(result.ravel(), image.ravel())
    assert not np.shares_memory(result, image)
    assert result.flags.writeable


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_floats_keep_their_dtype(name, dtype, rng):
    arrays, settings = calls(rng)[name]
    small = {key: array.astype(dtype) for key, array in arrays.items()}
    exact = {key: array.astype(float) for key, array in small.items()}
    if name == "separate" and dtype == "float16":
        small = exact = {"kernel": np.outer([1, 2, 4], [1, -0.5, 2, 8]).astype(dtype)}
    tolerance = {"float16": 0.02, "float32": 1e-5, "float64": 1e-12}[dtype]
    for ours, expected in zip(
        results(run(name, small, settings)), results(run(name, exact, settings)), strict=True
    ):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours.astype(float), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("separate", *FLOATS_ONLY)])
def test_int64_is_answered_exactly(name, rng):
    arrays, settings = calls(rng, "int64")[name]
    floats = {key: array.astype(float) for key, array in arrays.items()}
    ours = run(name, arrays, settings)
    assert ours.dtype == np.int64
    np.testing.assert_array_equal(ours, np.trunc(run(name, floats, settings)))


@pytest.mark.parametrize("name", FLOATS_ONLY)
def test_int64_is_refused_where_the_result_is_a_fraction(name, rng):
    arrays, settings = calls(rng, "int64")[name]
    with pytest.raises(TypeError, match=r"^input has dtype int64"):
        run(name, arrays, settings)


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("conv")])
def test_int64_is_exact_beyond_what_a_float_can_hold(name, rng):
    arrays, settings = calls(rng, "int64")[name]
    factor = 2**25 + 1
    square = factor if name == "conv_matrix" else factor**2
    big = {key: array * (square if key == "bias" else factor) for key, array in arrays.items()}
    small = run(name, arrays, settings)
    assert int(np.abs(small).max()) * factor**2 > 2**53
    np.testing.assert_array_equal(run(name, big, settings), small * square)


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("conv")])
def test_convolutions_take_complex_numbers(name, rng):
    arrays, settings = calls(rng)[name]
    arrays.pop("bias", None)
    first, expected = next(iter(arrays)), run(name, arrays, settings)
    arrays = {key: array + 0j for key, array in arrays.items()}
    ours = run(name, {**arrays, first: arrays[first] * 2j}, settings)
    assert ours.dtype == np.complex128
    np.testing.assert_allclose(ours, 2j * expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in NAMES if "pool" in n or n[:3] in ("def", "sep")])
def test_the_others_refuse_complex_numbers(name):
    arrays, settings = TABLE[name]
    with pytest.raises(TypeError, match=r"^(input|kernel) has dtype complex128"):
        run(name, {key: array + 0j for key, array in arrays.items()}, settings)


@pytest.mark.parametrize("name", ANY_DTYPE)
def test_moving_numbers_about_works_for_bool(name, rng):
    arrays, settings = calls(rng)[name]
    arrays = {"input": arrays["input"] > 0.5}
    counts = run(name, {"input": arrays["input"].astype(float)}, settings)
    ours = run(name, arrays, settings)
    assert ours.dtype == bool
    np.testing.assert_array_equal(ours, counts > 0)  # where fold adds up, True means any


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ANY_DTYPE])
def test_arithmetic_refuses_bool(name, rng):
    arrays, settings = calls(rng)[name]
    with pytest.raises(TypeError, match="dtype bool"):
        run(name, {key: array > 0 for key, array in arrays.items()}, settings)


@pytest.mark.parametrize("dtype", [object, "U3", "datetime64[s]"], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_number_is_refused(name, dtype):
    arrays, settings = TABLE[name]
    with pytest.raises(TypeError, match=r"^(input|kernel|weight) has dtype"):
        run(name, {k: np.zeros(array.shape, dtype) for k, array in arrays.items()}, settings)


@pytest.mark.parametrize(("name", "key"), OPERANDS)
def test_operands_must_be_arrays(name, key, rng):
    arrays, settings = calls(rng)[name]
    for other in (arrays[key].tolist(), "image", 3.0):
        with pytest.raises(
            TypeError, match=f"^{key} must be a NumPy array, got {type(other).__name__}"
        ):
            run(name, {**arrays, key: other}, settings)


@pytest.mark.parametrize(("name", "key"), OPERANDS)
def test_a_missing_operand_is_refused(name, key, rng):
    arrays, settings = calls(rng)[name]
    if key in ("bias", "mask"):
        run(name, {**arrays, key: None}, settings)
    else:
        with pytest.raises(TypeError, match=f"^{key} must be a NumPy array, got None"):
            run(name, {**arrays, key: None}, settings)


@pytest.mark.parametrize(("name", "key"), [row for row in OPERANDS if len(TABLE[row[0]][0]) > 1])
def test_operands_of_different_dtypes_are_refused(name, key, rng):
    arrays, settings = calls(rng)[name]
    with pytest.raises(TypeError, match=f"one dtype, got .*{key} float32"):
        run(name, {**arrays, key: arrays[key].astype("float32")}, settings)
    with pytest.raises(TypeError, match=f"{key}( has dtype)? int64"):
        run(name, {**arrays, key: arrays[key].astype("int64")}, settings)


def test_the_refusal_of_different_dtypes_names_them_all():
    image, weight = np.ones((1, 3, 3)), np.ones((1, 1, 2, 2), "float32")
    message = "^operands must share one dtype, got input float64, weight float32, bias float32$"
    with pytest.raises(TypeError, match=message):
        convlib.conv2d(image, weight, np.ones(1, "float32"))


@pytest.mark.parametrize("name", BATCHED)
def test_an_empty_batch_gives_an_empty_result(name, rng):
    arrays, settings = calls(rng)[name]
    full = run(name, arrays, settings)
    empty = {k: v if k in ("weight", "bias") else v[:0] for k, v in arrays.items()}
    if "input_size" in settings:
        settings["input_size"] = (0, *settings["input_size"][1:])
    result = run(name, empty, settings)
    assert result.dtype == full.dtype
    if name == "conv2d_weight":
        np.testing.assert_array_equal(result, np.zeros(full.shape))
    else:
        assert result.shape == (0, *full.shape[1:])


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("max_pool2d", {"input": (0, 4, 1, 8), "dilation": 4}, "^kernel_size must fit"),
        ("avg_pool2d", {"input": (0, 4, 9, 8), "kernel_size": 20}, "^kernel_size must fit"),
        ("unfold", {"input": (0, 4, 9, 8), "kernel_size": 12}, "^kernel_size must fit"),
        ("conv_transpose2d", {"input": (0, 4, 1, 1), "padding": 3}, "output -"),
        ("deform_conv2d", {"input": (0, 4, 9, 8)}, "^offset must have shape"),
        ("conv2d_weight", {"input": (0, 4, 9, 8)}, "^grad_output must have shape"),
        ("conv2d_input", {"input_size": (0, 4, 9, 8)}, "^grad_output must have shape"),
        ("channel_shuffle", {"input": (0, 4, 2), "groups": 3}, "divisible by groups=3"),
        ("pixel_shuffle", {"input": (0, 3, 2, 2)}, "divisible by 4"),
        ("adaptive_avg_pool2d", {"input": (0, 4, 9, 0)}, "^input must not be empty"),
        ("adaptive_max_pool2d", {"input": (0, 4, 0, 9)}, "^input must not be empty"),
    ],
)
def test_an_empty_batch_hides_no_refusal(name, changes, message, rng):
    arrays, settings = calls(rng)[name]
    for key, value in changes.items():
        (arrays if key in arrays else settings)[key] = np.ones(value) if key in arrays else value
    with pytest.raises(ValueError, match=message):
        run(name, arrays, settings)


@pytest.mark.parametrize(
    "name", [n for n in BATCHED if n[:4] in ("conv", "max_", "avg_", "adap", "unfo")]
)
@pytest.mark.parametrize("batch", [0, 2])
def test_an_image_without_pixels_is_refused(name, batch, rng):
    arrays, settings = calls(rng)[name]
    key = "input" if "input" in arrays else "grad_output"
    for axis in range(2, arrays[key].ndim):
        flat = arrays[key][:batch].take([], axis)
        padding = {"padding": (0,) * (flat.ndim - 2)} if name.endswith("pool2d") else {}
        padding = padding if "padding" in settings else {}
        with pytest.raises(ValueError, match=f"^{key} "):
            run(name, {**arrays, key: flat}, {**settings, **padding})


@pytest.mark.parametrize(("name", "key"), PER_AXIS)
@pytest.mark.parametrize("sequence", [tuple, list])
def test_settings_may_be_any_integers_in_a_tuple_or_list(name, key, sequence, rng):
    arrays, settings = calls(rng)[name]
    expected = run(name, arrays, settings)
    value = settings[key] if isinstance(settings[key], tuple) else (settings[key],)
    for entry in (int, np.int64, np.int8, np.uint16):
        given = sequence(entry(n) for n in value)
        assert_close(run(name, arrays, {**settings, key: given}), expected)


@pytest.mark.parametrize(("name", "key"), PER_AXIS)
def test_one_number_stands_for_every_axis(name, key, rng):
    arrays, settings = uniform(name, key, rng)
    number, axes = settings[key][0], len(settings[key])
    expected = run(name, arrays, settings)
    for same in (number, np.int32(number)):
        assert_close(run(name, arrays, {**settings, key: same}), expected)
    for single in ((number,), [number]):
        if (name, key) in TWO_ENTRIES:
            with pytest.raises(
                ValueError, match=rf"^{key} must have {axes} entries, got .{number}"
            ):
                run(name, arrays, {**settings, key: single})
        else:
            assert_close(run(name, arrays, {**settings, key: single}), expected)


def uniform(name, key, rng):
    """Give a valid call in which this setting is the same number on every axis, as a tuple."""
    arrays, settings = calls(rng)[name]
    axes = int(name[-2]) if name[-2:] in ("1d", "3d") else 2
    settings[key] = {"kernel_size": (2,) * axes, "output_size": (5,) * axes}.get(key, (1,) * axes)
    if key == "output_padding":
        settings["stride"] = 2
    elif "output_padding" in settings:
        settings["output_padding"] = 0
    if name.startswith("conv2d_"):
        full = run("conv2d", *conv_of(settings))
        arrays["grad_output"] = random(rng, full.shape)
    if name == "deform_conv2d":
        full = run("conv2d", *conv_of({**settings, "groups": 2}))
        arrays["offset"] = random(rng, (2, 24, *full.shape[2:]))
        arrays["mask"] = random(rng, (2, 12, *full.shape[2:]))
    if name == "fold":
        sides = settings["output_size"]
        cut = {k: v for k, v in settings.items() if k != "output_size"}
        shape = run("unfold", {"input": np.zeros((2, 4, *sides))}, cut).shape
        arrays["input"] = random(rng, shape)
    return arrays, settings


def conv_of(settings):
    names = ("stride", "padding", "dilation", "groups")
    operands = {"input": np.zeros((2, 4, 9, 8)), "weight": np.zeros((6, 2, 3, 2))}
    return operands, {key: settings[key] for key in names}


@pytest.mark.parametrize(("name", "key"), PER_AXIS)
def test_settings_must_have_one_entry_per_axis(name, key, rng):
    arrays, settings = uniform(name, key, rng)
    axes = len(settings[key])
    for wrong in ((1,) * (axes + 1), [1] * (axes + 2), (), *([(1, 1)] if axes == 3 else [])):
        if (key, wrong) == ("stride", ()) and name in ("max_pool2d", "avg_pool2d"):
            continue  # no stride at all means the size of the window
        with pytest.raises(ValueError, match=rf"^{key} must have {axes} entries, got "):
            run(name, arrays, {**settings, key: wrong})


def of_another_kind(name, key, setting):
    """Give what is not an integer, alone and as the first and the last entry of a tuple."""
    for wrong in (1.0, np.float64(1), True, np.True_, "1", b"1", None, 1j, {}):
        rest = (1,) * (len(setting) - 1) if isinstance(setting, tuple) else ()
        entries = [] if key in SCALARS else [(wrong, *rest), [*rest, wrong]]
        if wrong is None and "adaptive" in name:
            entries = []  # None keeps that side
        if wrong is None and key == "stride" and "pool" in name:
            continue  # no stride at all means the size of the window
        if wrong == "1" and key == "padding" and name in ("conv1d", "conv2d", "conv3d"):
            yield from entries  # the word alone is refused by the next test
        else:
            yield from (wrong, *entries)


@pytest.mark.parametrize(("name", "key"), [row for row in SETTINGS if row[1] not in FLAGS])
def test_settings_of_another_kind_are_refused(name, key, rng):
    arrays, settings = calls(rng)[name]
    for value in of_another_kind(name, key, settings[key]):
        with pytest.raises(TypeError, match=rf"^{key} must be .*, got "):
            run(name, arrays, {**settings, key: value})


@pytest.mark.parametrize(("name", "key"), [row for row in SETTINGS if row[1] == "padding"])
def test_only_convolutions_know_padding_by_name(name, key, rng):
    arrays, settings = calls(rng)[name]
    if name in ("conv1d", "conv2d", "conv3d"):
        for word in ("SAME", "full", "", "1", "Valid"):
            with pytest.raises(
                ValueError, match=f"^padding must be .*'valid' or 'same', got '{word}'"
            ):
                run(name, arrays, {**settings, key: word})
    else:
        for word in ("same", "valid"):
            with pytest.raises(TypeError, match=f"^padding must be .*, got '{word}'"):
                run(name, arrays, {**settings, key: word})


@pytest.mark.parametrize(("name", "key"), [row for row in SETTINGS if row[1] in FLAGS])
def test_flags_must_be_true_or_false(name, key, rng):
    arrays, settings = calls(rng)[name]
    for wrong in (1, 0, None, "True", 1.0, (True, True)):
        with pytest.raises(TypeError, match=f"^{key} must be True or False, got "):
            run(name, arrays, {**settings, key: wrong})


@pytest.mark.parametrize(
    ("name", "key"), [row for row in SETTINGS if row[1] not in (*FLAGS, *SHAPES)]
)
def test_settings_have_a_smallest_value(name, key, rng):
    arrays, settings = calls(rng)[name]
    least = 0 if "padding" in key or (key == "output_size" and name != "fold") else 1
    values = [least - 1, -7]
    if key not in SCALARS:
        length = len(settings[key]) if isinstance(settings[key], tuple) else 1
        values += [(1,) * (length - 1) + (least - 1,), [least - 1] * length]
    for value in values:
        number = value if isinstance(value, int) else value[-1]
        with pytest.raises(ValueError, match=rf"^{key} must be at least {least}, got {number}$"):
            run(name, arrays, {**settings, key: value})


CONV = {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
TRANSPOSED = {**CONV, "output_padding": 0}
GRADIENT = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
BLOCKS = {"dilation": 1, "padding": 0, "stride": 1}
DEFAULTS = [
    ("conv1d", {"input": (2, 4, 9), "weight": (6, 4, 3)}, CONV),
    ("conv2d", {"input": (2, 4, 9, 8), "weight": (6, 4, 3, 2)}, CONV),
    ("conv3d", {"input": (2, 4, 5, 4, 3), "weight": (6, 4, 3, 2, 2)}, CONV),
    ("conv_transpose1d", {"input": (2, 4, 9), "weight": (4, 6, 3)}, TRANSPOSED),
    ("conv_transpose2d", {"input": (2, 4, 9, 8), "weight": (4, 6, 3, 2)}, TRANSPOSED),
    ("conv_transpose3d", {"input": (2, 4, 5, 4, 3), "weight": (4, 6, 3, 2, 2)}, TRANSPOSED),
    (
        "max_pool2d",
        {"input": (2, 4, 9, 8), "kernel_size": 2},
        {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False},
    ),
    (
        "avg_pool2d",
        {"input": (2, 4, 9, 8), "kernel_size": 2},
        {"stride": None, "padding": 0, "ceil_mode": False},
    ),
    (
        "avg_pool2d",
        {"input": (2, 4, 9, 8), "kernel_size": 2, "padding": 1},
        {"count_include_pad": True},
    ),
    (
        "deform_conv2d",
        {"input": (2, 4, 9, 8), "offset": (2, 12, 7, 7), "weight": (6, 4, 3, 2)},
        {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "mask": None},
    ),
    ("unfold", {"input": (2, 4, 9, 8), "kernel_size": 2}, BLOCKS),
    ("fold", {"input": (2, 8, 56), "output_size": [9, 8], "kernel_size": 2}, BLOCKS),
    (
        "conv2d_input",
        {"input_size": [2, 4, 9, 8], "weight": (6, 4, 3, 2), "grad_output": (2, 6, 7, 7)},
        GRADIENT,
    ),
    (
        "conv2d_weight",
        {"input": (2, 4, 9, 8), "weight_size": [6, 4, 3, 2], "grad_output": (2, 6, 7, 7)},
        GRADIENT,
    ),
    (
        "conv_matrix",
        {"weight": (3, 2, 3, 2), "input_size": [6, 5]},
        {"stride": 1, "padding": 0, "dilation": 1},
    ),
]


@pytest.mark.parametrize(("name", "needed", "defaults"), DEFAULTS)
def test_what_is_left_out_has_its_default(name, needed, defaults, rng):
    call = {k: random(rng, v) if isinstance(v, tuple) else v for k, v in needed.items()}
    assert_close(run(name, call, {}), run(name, call, defaults))


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize("stride", [None, ()])
def test_no_stride_means_the_size_of_the_window(name, stride, rng):
    image = random(rng, (2, 3, 9, 8))
    function = getattr(convlib, name)
    assert_close(function(image, (3, 2), stride), function(image, (3, 2), (3, 2)))
    assert_close(function(image, (3, 2)), function(image, (3, 2), (3, 2)))
