from cnncalc.sheet.scenes import Region, scenes
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.sentences import cell_product, cell_sentence
from tests.views.film.calculations import convolution, network, training_step

LONG = 400


def cells_of(drawn, without=()):
    """The cells of a flow of which the stages with some titles aren't drawn."""
    flow = drawn.flow
    seen = {
        part.number
        for stage in flow.stages
        if stage.volume.title not in without
        for part in stage.slices
    }
    return FlowCells.of(flow, drawn.values, seen)


def sentence(cells, title, row=1, column=1, most=LONG):
    stage = next(stage for stage in cells.flow.stages if stage.volume.title == title)
    return cell_sentence(cells, Region(stage.slices[0].number, row, column, 1, 1), most)


def test_a_convolution_is_written_with_its_numbers():
    found = sentence(cells_of(convolution()), "Convolution")
    terms = "121×1 + 75×0 + 78×1 + 24×0 + 204×1 + 113×0 + 154×1 + 104×0 + 235×1"
    assert found == f"792 = {terms}"


def test_a_long_sum_is_cut_in_its_middle():
    found = sentence(cells_of(convolution()), "Convolution", most=40)
    assert found == "792 = 121×1 + 75×0 + 78×1 + … + 235×1"


def test_a_bias_and_an_activation_follow():
    cells = cells_of(convolution())
    assert sentence(cells, "Bias") == "292 = 792 + (−500)"
    assert sentence(cells, "ReLU") == "292 = max(0, 292)"
    assert sentence(cells, "ReLU", 0, 0) == "0 = max(0, −71)"


def test_what_is_not_drawn_is_written_where_it_is_used():
    cells = cells_of(convolution(), without=("Convolution", "Bias"))
    found = sentence(cells, "ReLU", 0, 0)
    assert found.startswith("0 = max(0, 18×1 + 54×0 + ")
    assert found.endswith(" + 204×1 + (−500))")


def test_what_is_no_arithmetic_is_told_in_words():
    assert sentence(cells_of(network()), "Flatten", 0, 0).startswith("A row for each position")


def test_every_number_of_a_network_and_of_a_training_step_is_told():
    for drawn in (network(), training_step()):
        cells = cells_of(drawn)
        for scene in scenes(drawn.flow):
            found = cell_sentence(
                cells, Region(scene.slices[-1], scene.row, scene.column, 1, 1), 90
            )
            stage = drawn.flow.stages[scene.stage]
            assert len(found) <= 90
            assert found or not stage.volume.rule
            assert not {"{", "}", "\0"} & set(found), found
            assert "SUMPRODUCT" not in found.upper()


def test_a_number_that_no_window_read_is_told_by_its_rule():
    # Of 15 rows of a convolution, a pooling leaves the last one out: its gradient is 0.
    cells = cells_of(training_step(image="article:digit4"))
    scenery = (Region(s.slices[-1], s.row, s.column, 1, 1) for s in scenes(cells.flow))
    unread = next(cell for cell in scenery if (f := cells.formula(cell)) and not f.regions)
    assert cell_sentence(cells, unread, LONG) == cells.stages[unread.slice].volume.rule


def test_a_window_and_its_weights_are_found_through_what_is_not_drawn():
    cells = cells_of(convolution(), without=("Convolution", "Bias"))
    stage = next(stage for stage in cells.flow.stages if stage.volume.title == "ReLU")
    found = cell_product(cells, Region(stage.slices[0].number, 1, 1, 1, 1))
    window, weights = found.values
    assert (window * weights).sum() == found.total == 792
    assert window.tolist() == [[121, 75, 78], [24, 204, 113], [154, 104, 235]]
