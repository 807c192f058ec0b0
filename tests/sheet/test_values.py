from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import InputError, ShapeError
from cnncalc.layers import Activation, Conv2D
from cnncalc.network import initialize
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.planning import specify
from cnncalc.sheet.quantities import IMAGE, SIZES
from cnncalc.sheet.values import (
    as_written,
    computed_values,
    input_shapes,
    size_values,
    trace_as_written,
)
from cnncalc.sheet.vector_cells import trace_values
from tests.views.workbook.drawn import drawn_trace

KERNEL, BIAS = Quantity("weight", "conv2d", "kernel"), Quantity("weight", "conv2d", "bias")
CONVOLUTION = Specification("", (Conv2D(2, (1, 2), name="conv2d"),), (3, 4, 1))
SIZE = Specification("", (Conv2D(10, 3, 2, padding=1, name="c"),), (32, 32, 3), "output size")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_numbers_are_rounded_as_a_workbook_stores_them(numbers):
    rounded = as_written(np.array(numbers)).tolist()
    known = [number if abs(number) >= 2.2250738585072014e-308 else 0.0 for number in numbers]
    assert rounded == [float(f"{number:.16G}") for number in known]


def test_a_calculation_is_of_0_where_its_input_is_a_denormal():
    network = initialize([Conv2D(1, 1, name="c")], (1, 2, 1), 0)
    (weights,) = network.weights
    tiny = replace(network, weights=({**weights, "kernel": np.full((1, 1, 1, 1), 1e-310)},))
    trace = trace_as_written(tiny, np.array([[1e300, -1e-309]]).reshape(1, 2, 1))
    assert trace.input.values.ravel().tolist() == [1e300, 0]
    assert trace.output.ravel().tolist() == [0, 0]


def test_whole_numbers_stay_as_they_are():
    image = np.arange(12.0).reshape(2, 3, 2)
    assert as_written(image) is image


def test_the_shape_of_every_input_is_known():
    assert input_shapes(CONVOLUTION) == {IMAGE: (3, 4, 1), KERNEL: (1, 2, 1, 2), BIAS: (1, 1, 2)}


@pytest.mark.parametrize("seed", range(10))
def test_a_workbooks_own_inputs_give_the_traces_numbers(seed):
    trace = drawn_trace(seed)
    specification, values = specify(trace.network), trace_values(trace)
    inputs = {key: values[key] for key in input_shapes(specification)}
    again = computed_values(specification, inputs)
    assert again.keys() == values.keys()
    for key, array in values.items():
        np.testing.assert_array_equal(again[key], array)


def test_softmax_and_partial_sums_are_among_the_values():
    layers = (Conv2D(2, 1, use_bias=False, name="conv2d"), Activation("softmax", name="softmax"))
    specification = Specification("", layers, (2, 2, 40))
    values = computed_values(
        specification, {IMAGE: np.ones((2, 2, 40)), KERNEL: np.ones((1, 1, 40, 2))}
    )
    assert (
        values[Quantity("helper", "conv2d", "partial sums")].ravel().tolist() == [32, 32, 8, 8] * 4
    )
    assert values[Quantity("helper", "softmax", "total")].ravel().tolist() == [2] * 4


def test_the_output_size_follows_from_its_letters():
    values = {key.name: array.item() for key, array in size_values(SIZE).items()}
    assert values == {
        "W": 32,
        "F": 3,
        "P": 1,
        "S": 2,
        "K": 10,
        "steps": 15.5,
        "size": 16,
        "uncovered": 1,
        "depth": 10,
    }


def test_the_output_size_is_computed_from_changed_letters():
    inputs = dict(zip(SIZES, np.array([7, 3, 0, 2, 1]).reshape(5, 1, 1), strict=True))
    assert computed_values(SIZE, inputs)[Quantity("stage", "", "size")].item() == 3


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ([32, 3.5, 0, 1, 1], InputError, r"must be whole numbers. Received: \[32.0, 3.5"),
        ([2, 3, 0, 1, 1], ShapeError, "window must fit"),
        ([32, 3, 0, 0, 1], ValueError, "at least 1"),
    ],
)
def test_letters_that_make_no_size_are_said(numbers, error, message):
    inputs = dict(zip(SIZES, np.array(numbers, float).reshape(5, 1, 1), strict=True))
    with pytest.raises(error, match=message):
        computed_values(SIZE, inputs)


def test_the_output_size_needs_a_window():
    with pytest.raises(ShapeError, match="Received: Activation"):
        size_values(Specification("", (Activation("relu"),), (3, 3, 1), "output size"))
