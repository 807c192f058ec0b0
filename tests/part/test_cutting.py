"""A part's number is the whole network's, whatever the layers, wherever it stands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Add, AveragePooling2D, Concatenate, Conv2D, InputLayer
from cnncalc.part import cut_image, cut_network, part_depths, plan_part
from cnncalc.trace import record
from tests.drawn_graphs import graphs
from tests.trace.drawn import networks_and_images, vary


def require_same(network, image, layer, at):
    """Each part of a number comes to the number, and each of its results to the whole's."""
    whole = record(network, image)
    depths = list(part_depths(network.layers, network.input_shape, layer, at))
    for plan in depths:
        values = (
            image if plan.part.image.name == "input" else whole.layer(plan.part.image.name).output
        )
        part = cut_network(plan, network)
        assert part.layers == plan.layers
        trace = record(part, cut_image(plan, values))
        for own, shown in zip(trace.layers, plan.part.shown[1:], strict=True):
            expected = image if shown.name == "input" else whole.layer(shown.name).output
            np.testing.assert_allclose(
                own.output, expected[np.ix_(*shown.box)], rtol=1e-12, atol=1e-12
            )
        number = trace.output[plan.part.place_in_last]
        np.testing.assert_allclose(number, whole.layer(layer).output[at], rtol=1e-12, atol=1e-12)
    return depths


def some_number(data, network):
    layer = data.draw(st.sampled_from(range(len(network.layers))))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in network.shapes[layer + 1])
    return network.layers[layer].name, at


@settings(deadline=None, max_examples=100)
@given(graphs(), st.data())
def test_of_graphs(drawn, data):
    layers, shape = drawn
    network = vary(layers, shape)
    image = np.random.default_rng(1).normal(size=shape)
    depths = require_same(network, image, *some_number(data, network))
    assert depths[-1].part.image.name == "input"


@settings(deadline=None, max_examples=100)
@given(networks_and_images(), st.data())
def test_of_chains(drawn, data):
    network, image = drawn
    layer, at = some_number(data, network)
    try:
        require_same(network, image, layer, at)
    except ShapeError as error:
        # A stride steps over the input: no window of the layer reaches it.
        assert "padding alone" in str(error)  # noqa: PT017


BLOCK = (
    Conv2D(6, 3, padding="same", name="stem"),
    Conv2D(8, 1, name="expand"),
    Conv2D(6, 3, padding="same", name="project"),
    Add(name="add", inputs=("stem", "project")),
    Conv2D(3, 1, name="left"),
    Conv2D(3, 3, padding="same", name="right", inputs=("add",)),
    Concatenate(name="joined", inputs=("left", "right")),
)
SHAPE = (9, 9, 2)


def words(plan):
    return [shown.words for shown in plan.part.shown]


def test_a_skip_is_cut_out_of_what_the_block_begins_with():
    plan = plan_part(BLOCK, SHAPE, "add", (4, 5, 2), 2)
    assert words(plan) == [
        "rows 3 to 5, columns 4 to 6 of stem (9×9×6)",
        "rows 3 to 5, columns 4 to 6 of expand (9×9×8)",
        "row 4, column 5, channel 2 of stem (9×9×6)",
        "row 4, column 5, channel 2 of project (9×9×6)",
        "row 4, column 5, channel 2 of add (9×9×6)",
    ]
    assert [layer.name for layer in plan.layers] == ["expand", "stem_cropped", "project", "add"]
    assert plan.layers[2].filters == 1
    assert (plan.part.image.name, plan.depth) == ("stem", 3)


def test_a_channel_comes_from_one_of_the_results_that_stand_side_by_side():
    plan = plan_part(BLOCK, SHAPE, "joined", (4, 5, 1), 1)
    assert words(plan)[:2] == [
        "row 4, column 5 of add (9×9×6)",
        "row 4, column 5, channel 1 of left (9×9×3)",
    ]


def test_a_window_over_the_edge_keeps_its_padding():
    plan = plan_part(BLOCK, SHAPE, "project", (0, 8, 2), 1)
    assert plan.part.image.words == "rows 0 to 1, columns 7 to 8 of expand (9×9×8)"
    assert plan.layers[0].padding == (1, 0, 0, 1)


def test_an_average_without_its_padding_takes_the_whole_map():
    layers = [Conv2D(2, 1, name="conv"), AveragePooling2D(3, 1, "same", name="mean")]
    assert plan_part(layers, SHAPE, "mean", (1, 1, 0), 1).input_shape == (3, 3, 1)
    assert plan_part(layers, SHAPE, "mean", (0, 1, 0), 1).input_shape == (9, 9, 1)


def test_as_far_as_the_image():
    layers = [InputLayer(SHAPE, name="photo"), *BLOCK]
    plan = plan_part(layers, SHAPE, "add", (4, 5, 2))
    assert plan.part.image.words == "rows 2 to 6, columns 3 to 7 of photo (9×9×2)"
    assert [part.depth for part in part_depths(layers, SHAPE, "add", (4, 5, 2))] == [3, 4]


@pytest.mark.parametrize(
    ("layer", "at", "said"),
    [
        ("sum", (0, 0, 0), "the network has the layers stem, expand, project, add, left, right"),
        ("add", (0, 9, 0), "must be 0 to 8,0 to 8,0 to 5. Received: 0,9,0"),
        ("add", (0,), "must be 0 to 8,0 to 8,0 to 5. Received: 0"),
    ],
)
def test_numbers_that_are_not_there(layer, at, said):
    with pytest.raises(OptionError) as caught:
        plan_part(BLOCK, SHAPE, layer, at)
    assert said in str(caught.value)


def test_a_number_of_padding_alone():
    with pytest.raises(ShapeError, match="layer conv2d: what lies behind this number"):
        plan_part([Conv2D(1, 1, strides=99, padding=(1, 0, 1, 0))], (3, 3, 1), "conv2d", (0, 0, 0))
