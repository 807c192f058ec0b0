"""A flow laid out: what stands between its stages, and which of them stand together."""

import pytest

from cnncalc.views.figure.flow_drawing import draw_flow
from cnncalc.views.figure.flow_layout import FlowOptions, lay_out_flow
from cnncalc.views.figure.shapes import Text
from cnncalc.views.figure.trace_figure import trace_flow
from tests.views.figure.drawn import traced
from tests.views.film.calculations import training_step


def signs(text, shape=(6, 6, 1), **asked):
    """The titles of a network's stages, and what stands between them."""
    made = trace_flow(traced(text, shape))
    layout = lay_out_flow(made.flow, made.values, made.scales, FlowOptions(width=4000, **asked))
    kinds = {"times": "×", "equals": "=", "arrow": "→"}
    placed = [(stage.box.x, stage.title) for stage in layout.stages]
    placed += [(sign.x, kinds[sign.kind]) for sign in layout.signs]
    return " ".join(text for _, text in sorted(placed, key=lambda place: place[0]))


def test_a_dense_layers_weights_stand_between_its_input_and_what_it_makes_of_it():
    assert (
        signs("Flatten(); Dense(2, 'softmax')", (2, 2, 1))
        == "Image → Flatten × Kernel Bias = Weighted sum → Logits: sum + bias → Softmax"
    )


def test_a_result_is_no_product_where_a_stage_is_left_out():
    text = "Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"
    assert signs(text) == "Image × Kernel → ReLU → Max pooling → Flatten × Kernel → Softmax"


def test_what_normalizes_is_no_factor():
    assert (
        signs("BatchNormalization()")
        == "Image Gamma Beta Moving mean Moving variance → Normalization"
    )


def test_weights_take_their_input_with_them_into_the_next_row():
    text = "Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"
    made = trace_flow(traced(text, (6, 6, 1)))
    stages = lay_out_flow(made.flow, made.values, made.scales).stages
    row = [stage.title for stage in stages if stage.box.y > 100]
    assert row == ["Flatten", "Kernel", "Softmax"]


def test_a_short_flatten_is_one_column_with_its_numbers():
    trace = traced("MaxPooling2D(2); Flatten()", (4, 4, 2))
    made = trace_flow(trace)
    layout = lay_out_flow(made.flow, made.values, made.scales)
    [stage] = [stage for stage in layout.stages if stage.title == "Flatten"]
    assert stage.size == "8 · flatten"
    [part] = stage.slices
    tops = [part.cells(row, column).y for row in range(4) for column in range(2)]
    assert tops == sorted(tops)
    assert part.cells(1, 0, 2, 2).height == pytest.approx(part.box.height / 2)
    drawing = draw_flow(layout)
    column = [
        shape.text
        for shape in drawing.shapes
        if isinstance(shape, Text) and shape.x == part.box.x + part.box.width / 2
    ]
    assert column == [f"{number:.0f}" for number in trace.output]


def test_a_kernel_of_many_channels_shows_whole_filters():
    trace = traced("Conv2D(4, 3, name='one'); Conv2D(9, 3, name='two')", (8, 8, 3))
    made = trace_flow(trace)
    asked = FlowOptions(layer="two")
    layout = lay_out_flow(made.flow, made.values, made.scales, asked)
    [kernel] = [stage for stage in layout.stages if stage.title == "Kernel"]
    assert kernel.size == "3×3×4×9 · two"
    assert [part.caption for part in kernel.slices[:5]] == [
        "0 on 0", "0 on 1", "0 on 2", "0 on 3", "1 on 0",
    ]  # fmt: skip
    assert kernel.slices[3].box.y == kernel.slices[0].box.y < kernel.slices[4].box.y


def test_on_the_way_back_of_a_training_arrows_point_back_and_between_weights_there_are_none():
    made = training_step()
    layout = lay_out_flow(made.flow, made.values, made.scales)
    tops = [(heading.y, heading.text) for heading in layout.headings]
    found = {text: set() for _, text in tops}
    for sign in layout.signs:
        found[max(top for top in tops if top[0] < sign.y)[1]].add(sign.kind)
    assert found["Sample 0 · forward →"] == {"arrow"}
    assert found["Sample 0 · backward ←"] == {"back"}
    assert not found["Update: the weights after the step"]
