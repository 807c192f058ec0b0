"""A flow holds all that a workbook's plan holds, in slices that name each other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cnncalc.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import initialize
from cnncalc.sheet.calculations import training_specification
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.planning import make_plan, specify, specify_network
from cnncalc.sheet.scenes import cell_formula
from tests.sheet.branching import BRANCHING, branching
from tests.sheet.training.examples import NETWORKS, drawn_network, pieces
from tests.views.workbook.drawn import drawn_trace

# What is drawn of each kind of flow; it is made when a test asks for it, once.
CASES = (
    *(("calculation", seed) for seed in range(12)),
    *(("network", name) for name in NETWORKS),
    *(("branching", name) for name in BRANCHING),
    *(("training", name) for name in NETWORKS),
    ("output size", ""),
)


@cache
def specified(kind, which):
    if kind == "calculation":
        return specify(drawn_trace(which).network)
    if kind == "network":
        return specify_network(drawn_network(which, "categorical_crossentropy"), has_target=True)
    if kind == "branching":
        return specify_network(branching(which))
    if kind == "training":
        network = drawn_network(which, "mean_squared_error")
        made_of = pieces(network, "mean_squared_error")
        return training_specification(made_of)
    return Specification("", (), (), "output size")


@cache
def flow_of(*case):
    return make_flow(specified(*case))


def shown(blocks):
    """Return which cells of which slice of a quantity are shown."""
    return sorted(
        (block.quantity, block.index, block.first_row + row, block.first_column + column)
        for block in blocks
        for row in range(block.height)
        for column in range(block.width)
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_flow_shows_every_number_of_the_plan(case):
    flow = flow_of(*case)
    plan = make_plan([specified(*case)])
    of_plan = {block.quantity for sheet in plan.sheets for block in sheet.blocks}
    # The dashboard compares some of the first weights, which stand in their steps.
    of_plan = {quantity for quantity in of_plan if not quantity.name.startswith("weights ")}
    assert {block.quantity for part in flow.slices for block in part.blocks} == of_plan
    standing = shown(block for part in flow.slices for block in part.blocks)
    assert len(set(standing)) == len(standing)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_reference_leaves_its_slice(case):
    flow = flow_of(*case)
    sizes = {
        part.number: (stage.volume.height, stage.volume.width)
        for stage in flow.stages
        for part in stage.slices
    }
    read = 0
    for part in flow.slices:
        height, width = sizes[part.number]
        for row in range(height):
            for column in range(width):
                found = cell_formula(part, row, column)
                for region in found.regions if found else ():
                    read += 1
                    assert region.row >= 0
                    assert region.column >= 0
                    assert region.row + region.height <= sizes[region.slice][0]
                    assert region.column + region.width <= sizes[region.slice][1]
    assert read


@pytest.mark.parametrize("case", CASES, ids=str)
def test_slices_and_stages_stand_at_the_place_of_their_number(case):
    flow = flow_of(*case)
    assert [part.number for part in flow.slices] == list(range(len(flow.slices)))
    assert [stage.number for stage in flow.stages] == list(range(len(flow.stages)))
    for stage in flow.stages:
        assert stage.column < len(flow.columns)
        assert stage.lane < len(flow.lanes)


def test_a_networks_columns_are_its_input_its_layers_and_its_prediction():
    network = drawn_network("valid, max", "categorical_crossentropy")
    flow = make_flow(specify_network(network))
    assert [column.name for column in flow.columns] == [
        "Input",
        *(layer.name for layer in network.layers),
        "Prediction",
    ]
    assert flow.columns[1].call == 'Conv2D(2, 3, activation="relu")'
    assert flow.columns[1].size == "6×6×1 → 4×4×2; parameters: (3×3×1 + 1) × 2 = 20"


@pytest.mark.parametrize(
    ("layer", "name", "title"),
    [
        (Dense(2), "inputs", "Inputs"),
        (Conv2D(1, 2, dilation_rate=2), "dilated kernel", "Dilated kernel"),
        (BatchNormalization(), "standard deviation", "Standard deviation"),
    ],
)
def test_what_stands_beside_weights_on_a_sheet_is_not_called_weights(layer, name, title):
    layers = [layer] if not isinstance(layer, Dense) else [Flatten(), layer]
    flow = make_flow(specify_network(initialize(layers, (4, 4, 1), 1, np.float64)))
    titles = {stage.volume.quantity.name: stage.volume.full_title for stage in flow.stages}
    assert titles[name] == title


def test_a_gradient_stands_in_the_column_of_its_layer_and_the_lane_of_its_sample():
    specification = specified("training", "dense")
    flow = make_flow(specification)
    stage = next(
        stage
        for stage in flow.stages
        if stage.volume.quantity[:3] == ("gradient", "dense", "pre-activation")
        and stage.volume.quantity.sample == 1
    )
    lane = flow.lanes[stage.lane]
    assert (flow.columns[stage.column].name, lane.direction) == ("dense", "backward")
    assert (lane.step, lane.sample) == (1, 1)


def test_a_training_of_several_steps_has_curves_and_of_one_step_has_none():
    specification = specified("training", "dense")
    assert [curve.title for curve in make_flow(specification).curves] == ["Loss", "Accuracy"]
    single = replace(specification.training, batches=((0, 1),))
    assert make_flow(replace(specification, training=single)).curves == ()


def test_an_unknown_layout_is_refused_by_name():
    pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1), "spiral")
    with pytest.raises(TypeError, match="spiral"):
        make_flow(pool)
