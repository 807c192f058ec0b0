import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import Conv2D, Dense, Flatten, InputLayer, MaxPooling2D
from cnncalc.network import initialize
from cnncalc.sheet.addresses import address_of
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.planning import make_plan, specify_network
from cnncalc.views.workbook.export import plan_trace
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.networks import DrawnNetwork
from tests.views.workbook.reading import values_of

SMALL = specify_network(
    initialize(
        [Conv2D(2, 3, padding="same", activation="relu"), MaxPooling2D(), Flatten(), Dense(4)],
        (6, 6, 1),
    )
)


def shown(book, address):
    sheet, _, cell = address.rpartition("!")
    return book[sheet.strip("'").replace("''", "'")][cell].value


@pytest.mark.parametrize("seed", range(12))
def test_every_number_of_every_stage_is_found_in_its_cell(seed):
    drawn = DrawnNetwork(seed)
    specification, _ = network_calculation(drawn.trace, "", drawn.class_names, drawn.target)
    plan, book = make_plan([specification]), values_of(drawn.written())
    random = np.random.default_rng(seed)
    for layer in drawn.trace.layers:
        for stage in layer.stages if not isinstance(layer.layer, InputLayer) else ():
            position = tuple(int(random.integers(size)) for size in stage.values.shape)
            address = address_of(plan, layer.name, stage.name, position)
            value = shown(book, address)
            expected = stage.values[position]
            assert value == expected or (value is None and np.isnan(expected)), address
        for name, weight in layer.weights.items():
            position = tuple(int(random.integers(size)) for size in weight.shape)
            address = address_of(plan, layer.name, f"weight {name}", position)
            assert shown(book, address) == weight[position], address


@pytest.mark.parametrize("seed", range(6))
def test_the_numbers_of_a_calculation_are_found_as_well(seed):
    trace = drawn_trace(seed)
    plan, book = plan_trace(trace), values_of(written(trace))
    for layer in trace.layers:
        last = layer.stages[-1]
        position = tuple(size - 1 for size in last.values.shape)
        value = shown(book, address_of(plan, layer.name, last.name, position))
        assert value == last.values[position]


@pytest.mark.parametrize(
    ("layer", "stage", "position", "address"),
    [
        ("", "", (0, 0, 0), "Input!B8"),
        ("", "", (5, 5, 0), "Input!G13"),
        ("conv2d", "padded input", (0, 0, 0), "conv2d!B8"),
        ("conv2d", "kernel", (2, 1, 0, 1), "conv2d!L18"),
        ("conv2d", "bias", (5, 5, 1), "conv2d!AB21"),
        ("conv2d", "weight bias", (1,), "conv2d!K20"),
        ("max_pooling2d", "pooling", (2, 0, 1), "max_pooling2d!F10"),
        ("flatten", "flatten", (17,), "flatten!D16"),
        ("dense", "inputs", (17, 0), "dense!C28"),
        ("dense", "bias", (3,), "dense!G8"),
        ("dense", "kernel", (17, 3), "dense!G28"),
    ],
)
def test_a_cell_is_named_with_its_sheet(layer, stage, position, address):
    assert address_of(make_plan([SMALL]), layer, stage, position) == address


@pytest.mark.parametrize(
    ("layer", "stage", "position", "said"),
    [
        ("conv2d", "convolution", (6, 0, 0), "6,0,0 of conv2d convolution"),
        ("conv2d", "convolution", (0, 0, 2), "0,0,2 of conv2d convolution"),
        ("conv2d", "convolution", (0, 0), "0,0 of conv2d convolution"),
        ("conv2d", "convolution", (-1, 0, 0), "-1,0,0 of"),
        ("dense", "weighted sum", (4,), "4 of dense weighted sum"),
        ("dense", "softmax", (0,), "0 of dense softmax"),
        ("nothing", "flatten", (0,), "0 of nothing flatten"),
        ("", "", (6, 0, 0), "6,0,0 of the image"),
    ],
)
def test_what_the_workbook_does_not_show_is_said(layer, stage, position, said):
    with pytest.raises(OptionError, match=f"Received: {said}"):
        address_of(make_plan([SMALL]), layer, stage, position)
