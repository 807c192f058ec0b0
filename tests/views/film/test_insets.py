import numpy as np

from cnncalc.sheet.scenes import Region
from cnncalc.views.colors import LOOKS
from cnncalc.views.figure.flow_layout import lay_out_flow
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.insets import make_inset
from tests.views.film.calculations import convolution, network


def inset(drawn, title, row=0, column=0):
    layout = lay_out_flow(drawn.flow, drawn.values, drawn.scales)
    cells = FlowCells.of(drawn.flow, drawn.values, layout.slices)
    stage = next(stage for stage in drawn.flow.stages if stage.volume.title == title)
    cell = Region(stage.slices[0].number, row, column, 1, 1)
    return make_inset(cells, layout, LOOKS["light"], cell)


def captions(found):
    return [grid.caption for grid in found.grids]


def test_a_convolution_is_its_window_its_weights_and_their_products():
    found = inset(convolution(), "Convolution", 1, 1)
    assert captions(found) == ["window", "weights", "products"]
    assert [grid.sign for grid in found.grids] == ["×", "=", "→"]
    assert (found.caption, found.result) == ("sum", "792")


def test_where_there_is_no_room_the_products_are_left_out():
    found = inset(convolution(), "Convolution").shorter
    assert captions(found) == ["window", "weights"]
    assert [grid.sign for grid in found.grids] == ["×", "→"]


def test_other_numbers_stand_beside_what_they_read():
    found = inset(convolution(), "ReLU", 1, 1)
    assert captions(found) == ["Bias"]
    assert found.grids[0].numbers.tolist() == [[292]]
    assert (found.caption, found.result) == ("ReLU", "292")


def test_a_pooling_stands_beside_its_window():
    found = inset(network("MaxPooling2D(2)"), "Max pooling")
    assert found.rows == 2
    assert found.grids[0].numbers.tolist() == [[18, 54], [55, 121]]
    assert found.result == "121"


def test_slices_of_one_stage_say_which_they_are_and_are_multiplied_in_pairs():
    color = np.arange(108.0).reshape(6, 6, 3)
    found = inset(network("Conv2D(1, 3)", color), "Convolution")
    assert captions(found) == ["red", "red", "green", "green", "blue", "blue"]
    assert [grid.sign for grid in found.grids] == ["×", "+", "×", "+", "×", "→"]
    assert [grid.is_dashed for grid in found.grids] == [False, True] * 3


def test_what_is_too_large_is_left_to_its_sentence():
    assert inset(network("Flatten(); Dense(2)"), "Weighted sum") is None
