"""Scenes show each number once, after all that it is made of."""

from __future__ import annotations

import pytest

from cnncalc.layers import Conv2D, Flatten, MaxPooling2D
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.planning import specify_network
from cnncalc.sheet.scenes import Pace, cell_formula, read, runs, scenes
from tests.sheet.test_flow import CASES, flow_of
from tests.sheet.training.examples import drawn_network


def cells_of(flow, scene):
    """Return the cells that appear in a scene."""
    if scene.is_cell:
        return {(scene.slices[0], scene.row, scene.column)}
    volume = flow.stages[scene.stage].volume
    return {
        (number, row, column)
        for number in scene.slices
        for row in range(scene.first, scene.row + 1)
        for column in range(volume.width)
    }


def made_of(flow, cells):
    """Return the cells that others are made of."""
    formulas = (cell_formula(flow.slices[number], row, column) for number, row, column in cells)
    return {
        (region.slice, region.row + row, region.column + column)
        for found in formulas
        if found
        for region in found.regions
        for row in range(region.height)
        for column in range(region.width)
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_number_is_made_of_has_been_shown_before(case):
    flow = flow_of(*case)
    played = [(scene, cells_of(flow, scene)) for scene in scenes(flow)]
    later = set().union(*(cells for _, cells in played))
    for scene, cells in played:
        # A cell of a stage that appears at once may read another one of it.
        later -= cells
        missing = made_of(flow, cells) & later
        assert not missing, (flow.stages[scene.stage].volume.quantity, sorted(missing)[:3])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_formula_plays_once(case):
    flow = flow_of(*case)
    shown = [cell for scene in scenes(flow) for cell in cells_of(flow, scene)]
    formulas = {
        (part.number, row, column)
        for stage in flow.stages
        for part in stage.slices
        for row in range(stage.volume.height)
        for column in range(stage.volume.width)
        if cell_formula(part, row, column)
    }
    assert len(shown) == len(set(shown))
    # Padding and zeros between may appear with what they surround.
    assert formulas <= set(shown)


def test_a_window_slides_cell_by_cell_over_what_it_reads():
    pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1))
    flow = make_flow(pool)
    windows = [read(flow, scene)[0] for scene in scenes(flow)]
    assert [(window.row, window.column) for window in windows] == [(0, 0), (0, 2), (2, 0), (2, 2)]


def test_many_slices_appear_one_by_one_and_very_many_at_once():
    layers = (Conv2D(10, 3, name="few"), Conv2D(40, 3, name="many"), Flatten(name="flat"))
    flow = make_flow(Specification("", layers, (12, 12, 1), "network"))
    paces = {flow.stages[run.stage].volume.layer: run.pace for run in runs(flow)}
    assert paces["few"] == Pace.SLICES
    assert paces["many"] == Pace.WHOLE
    assert {part for scene in scenes(flow) for part in scene.slices} == {
        part.number for run in runs(flow) for part in flow.stages[run.stage].slices
    }


def test_a_large_matrix_fills_up_by_rows_in_at_most_24_scenes():
    convolution = Specification("", (Conv2D(1, 3, name="conv2d"),), (62, 30, 1), "steps")
    found = [scene for scene in scenes(make_flow(convolution)) if not scene.is_cell]
    convolved = [scene for scene in found if scene.stage == found[0].stage]
    assert len(convolved) == 24
    rows = [row for scene in convolved for row in range(scene.first, scene.row + 1)]
    assert rows == list(range(60))
    assert {scene.column for scene in convolved} == {14}


def test_the_way_back_begins_at_the_last_layer():
    flow = flow_of("training", "deep")
    backward = [
        flow.stages[run.stage].column
        for run in runs(flow)
        if flow.lanes[flow.stages[run.stage].lane][1:] == ("backward", 1, 0)
    ]
    assert backward == sorted(backward, reverse=True)
    assert len(set(backward)) > 3


def test_a_predictions_inputs_do_not_play():
    flow = make_flow(specify_network(drawn_network("a row", "mean_squared_error")))
    assert all(flow.stages[run.stage].volume.quantity.kind != "input" for run in runs(flow))
