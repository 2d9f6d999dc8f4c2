"""Costs: worked numbers, and counts of what a tiny convolution really does."""

import re

import loops
import numpy as np
import pytest
from cases import CASES, geometries
from hypothesis import given
from hypothesis import strategies as st

from convlib import conv2d, cost
from convlib.cost import flops, macs, output_size, params, receptive_field

PARAMS = [
    ((3, 4, 3), 108),
    ((3, 3, 3, 3), 27),
    ((3, 4, 1), 12),
    ((64, 64, 3), 36864),
    ((64, 64, 3, 2), 18432),
    ((64, 64, 3, 8), 4608),
    ((256, 256, 3), 589824),
    ((256, 256, 3, 8), 73728),
    ((10, 14, 3), 1260),
    ((10, 14, 3, 2), 630),
    ((3, 64, 3), 1728),
    ((12, 8, 3, 4), 216),
    ((3, 5, (3, 2)), 90),
    ((3, 5, (4,)), 60),
    ((3, 5, [1, 2, 3]), 90),
]
MACS = [
    ((5, 3, 4, 3), {}, 972),
    ((5, 3, 4, 3), {"padding": 1}, 2700),
    ((6, 3, 4, 3), {"stride": 2}, 432),
    ((5, 3, 3, 3), {"groups": 3}, 243),
    ((3, 3, 4, 1), {}, 108),
    ((12, 3, 256, 5), {}, 1228800),
    ((12, 3, 3, 5), {"groups": 3}, 4800),
    ((8, 3, 256, 1), {}, 49152),
    ((8, 6, 10, 3), {}, 19440),
    ((8, 6, 10, 3), {"padding": 1}, 34560),
    ((10, 8, 12, 3), {"padding": 1}, 86400),
    ((10, 8, 12, 3), {"padding": 2, "dilation": 2}, 86400),
    ((10, 8, 12, 3), {"padding": 1, "groups": 4}, 21600),
    ((10, 8, 12, 3), {"stride": 2, "transposed": True}, 86400),
    ((5, 3, 4, 3), {"transposed": True, "padding": 1}, 2700),
    ((8, 256, 256, 3), {"padding": 1}, 37748736),
    ((8, 256, 256, 3), {"padding": 1, "groups": 8}, 4718592),
    (((10,), 2, 3, 4), {}, 168),
    (((4, 5), 2, 3, (2, 1)), {}, 180),
    ((4, 1, 1, (2, 2, 2)), {}, 216),
]


@pytest.mark.parametrize(("arguments", "expected"), PARAMS, ids=str)
def test_parameters_of_worked_layers(arguments, expected):
    assert params(*arguments, bias=False) == expected
    assert params(*arguments) == expected + arguments[1]
    assert params(*arguments, bias=True) == expected + arguments[1]


@pytest.mark.parametrize(("arguments", "settings", "expected"), MACS, ids=str)
def test_multiplications_of_worked_layers(arguments, settings, expected):
    assert macs(*arguments, **settings) == expected
    assert flops(*arguments, **settings) == 2 * expected


def test_depthwise_and_pointwise_against_one_standard_layer():
    assert macs(5, 3, 3, 3, groups=3) + macs(3, 3, 4, 1) == 351
    assert params(3, 3, 3, 3, bias=False) + params(3, 4, 1, bias=False) == 39
    assert macs(12, 3, 3, 5, groups=3) + macs(8, 3, 256, 1) == 53952
    bottleneck = (
        params(256, 64, 1, 1, False),
        params(64, 64, 3, 1, False),
        params(64, 256, 1, 1, False),
    )
    assert sum(bottleneck) == 69632


def test_mobilenet_has_its_published_multiplications():
    blocks = [
        (64, 1),
        (128, 2),
        (128, 1),
        (256, 2),
        (256, 1),
        (512, 2),
        *[(512, 1)] * 5,
        (1024, 2),
        (1024, 1),
    ]
    side, channels, total = 112, 32, macs(224, 3, 32, 3, stride=2, padding=1)
    for filters, stride in blocks:
        total += macs(side, channels, channels, 3, stride, 1, groups=channels)
        side = output_size(side, 3, stride, 1)
        total += macs(side, channels, filters, 1)
        channels = filters
    assert total + 1024 * 1000 == 568_740_352


@pytest.mark.parametrize("case", CASES, ids=str)
def test_macs_are_the_multiplications_that_loops_do(case):
    image, weight, _ = case.operands(np.random.default_rng(0), "int64", batch=())
    settings = (case.stride, case.padding, case.dilation)
    _, counted = loops.convolve(image, weight, None, *settings, case.groups)
    arguments = (case.image, len(image), len(weight), case.kernel)
    assert macs(*arguments, *settings, case.groups) == counted
    assert flops(*arguments, *settings, case.groups) == 2 * counted


@given(case=geometries())
def test_macs_of_the_transposed_convolution_are_too(case):
    image, weight, _ = case.transposed_operands(np.random.default_rng(0), "int64", batch=())
    settings = (case.stride, case.padding, case.output_padding, case.groups, case.dilation)
    result, counted = loops.convolve_transposed(image, weight, None, *settings)
    if result.size:
        numbers = {name: getattr(case, name) for name in ("stride", "padding", "dilation")}
        numbers |= {"groups": case.groups, "output_padding": case.output_padding}
        arguments = (case.image, len(image), len(result), case.kernel)
        assert macs(*arguments, **numbers, transposed=True) == counted
        assert flops(*arguments, **numbers, transposed=True) == 2 * counted


@given(case=geometries())
def test_params_count_the_numbers_in_weight_and_bias(case):
    image, weight, _ = case.operands(np.random.default_rng(0), "int64", batch=())
    numbers = (len(image), len(weight), case.kernel, case.groups)
    assert params(*numbers, bias=False) == weight.size
    assert params(*numbers) == weight.size + len(weight)


FIELDS = [
    ([], 1),
    ([{"kernel": 3}], 3),
    ([{"kernel": 3}, {"kernel": 3}], 5),
    ([{"kernel": 3, "dilation": 2}], 5),
    ([{"kernel": 3, "dilation": 4}], 9),
    ([{"kernel": 3, "dilation": 2}] * 2, 9),
    ([{"kernel": 3, "dilation": d} for d in (1, 2, 4)], 15),
    ([{"kernel": 3, "stride": 2}, {"kernel": 3, "dilation": 2}], 11),
    ([{"kernel": 2, "dilation": 2**i} for i in range(10)], 1024),
    ([{"kernel": 5, "stride": 4}], 5),
    (([{"kernel": 3}] * 2 + [{"kernel": 2, "stride": 2}]) * 2
     + ([{"kernel": 3}] * 3 + [{"kernel": 2, "stride": 2}]) * 3, 212),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "expected"), FIELDS)
def test_receptive_fields_of_worked_stacks(layers, expected):
    assert receptive_field(layers) == expected
    assert receptive_field(iter(layers)) == expected
    assert type(receptive_field(layers)) is int


layer = st.fixed_dictionaries(
    {"kernel": st.integers(1, 3)},
    optional={"stride": st.integers(1, 2), "dilation": st.integers(1, 3)},
)


@given(layers=st.lists(layer, max_size=4))
def test_the_receptive_field_is_what_one_output_can_see(layers):
    field = receptive_field(layers)
    seen = []
    for place in range(field + 1):
        image = np.zeros((1, 1, field + 1))
        image[..., place] = 1
        for one in layers:
            weight = np.ones((1, 1, 1, one["kernel"]))
            settings = {name: (1, one.get(name, 1)) for name in ("stride", "dilation")}
            image = conv2d(image, weight, **settings)
        seen.append(image[0, 0, 0] > 0)
    assert seen[0]
    assert seen[field - 1]
    assert not seen[field]


REFUSALS = [
    (params, (0, 4, 3), "in_channels must be at least 1, got 0"),
    (params, (3, 0, 3), "out_channels must be at least 1, got 0"),
    (params, (3, 4, 0), "kernel_size must be at least 1, got 0"),
    (params, (3, 4, (3, 0)), "kernel_size must be at least 1, got 0"),
    (params, (4, 4, 3, 0), "groups must be at least 1, got 0"),
    (params, (3, 4, 3, 2), "in_channels must be divisible by groups=2, got 3"),
    (params, (4, 3, 3, 2), "out_channels must be divisible by groups=2, got 3"),
    (macs, (5, 3, 4, 6), "kernel_size must fit in the padded input, got 6"),
    (macs, (0, 3, 4, 3), "input_size must be at least 1, got 0"),
    (macs, (5, 0, 4, 3), "in_channels must be at least 1, got 0"),
    (macs, (5, 4, 6, 3, 1, 0, 1, 4), "out_channels must be divisible by groups=4, got 6"),
    (macs, ((5, 5), 3, 4, (3, 3, 3)), "kernel_size must have 2 entries, got (3, 3, 3)"),
    (flops, (5, 3, 4, 3, 0), "stride must be at least 1, got 0"),
    (flops, (5, 3, 4, 3, 1, 0, 1, 1, 1), "output_padding must be 0 without transposed=True, got 1"),
    (macs, (1, 3, 4, 1, 1, 1, 1, 1, 0, True), "output -1"),
    (receptive_field, ([{"kernel": 0}],), "kernel must be at least 1, got 0"),
    (receptive_field, ([{"kernel": 3, "stride": 0}],), "stride must be at least 1, got 0"),
    (receptive_field, ([{"kernel": 3, "dilation": 0}],), "dilation must be at least 1, got 0"),
    (receptive_field, ([{"stride": 2}],), "must have kernel"),
    (receptive_field, ([{"kernel": 3, "strides": 2}],), "strides"),
]


@pytest.mark.parametrize(("function", "arguments", "message"), REFUSALS, ids=str)
def test_refusals(function, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(*arguments)


@pytest.mark.parametrize("wrong", [1.0, True, "1", None])
def test_numbers_of_another_kind_are_refused(wrong):
    numbers = {"in_channels": 4, "out_channels": 4, "kernel_size": 3, "groups": 1}
    for name in numbers:
        with pytest.raises(TypeError, match=f"^{name} must be an int, got"):
            params(**{**numbers, name: wrong})
    numbers |= {"input_size": 5, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
    for name in numbers:
        with pytest.raises(TypeError, match=f"^{name} must be an int, got"):
            macs(**{**numbers, name: wrong})
    for name in ("kernel", "stride", "dilation"):
        with pytest.raises(TypeError, match=f"^{name} must be an int, got"):
            receptive_field([{"kernel": 3, name: wrong}])
    with pytest.raises(TypeError, match=r"^bias must be True or False, got 1"):
        params(3, 4, 3, bias=1)
    with pytest.raises(TypeError, match=r"^transposed must be True or False, got 1"):
        macs(5, 3, 4, 3, transposed=1)


def test_costs_are_plain_python_integers():
    for result in (
        params(np.int64(3), 4, 3),
        macs(np.int32(5), 3, np.int8(4), 3),
        flops(5, 3, 4, 3),
    ):
        assert type(result) is int
    wide = 2**20
    assert macs(wide, np.int32(wide), np.int32(wide), 1) == wide**4


def test_cost_exports_what_it_counts():
    assert set(cost.__all__) == {"flops", "macs", "output_size", "params", "receptive_field"}
