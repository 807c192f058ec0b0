"""How numbers came about: windows, products, sums."""

import numpy as np

from cnncalc.article import GRIDS
from cnncalc.explanation import derive, explain, follow
from cnncalc.layers import MaxPooling2D
from cnncalc.views.colors import LOOKS, ScaleKind
from cnncalc.views.figure.explanation_figure import draw_explanations, explained
from cnncalc.views.figure.shapes import Line
from tests.layer_examples import EVERY_EXAMPLE
from tests.views.figure.drawn import (
    calculated,
    find_text,
    rectangles,
    require_inside,
    texts,
    traced,
)

KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def drawn(trace, explanations, **options):
    return draw_explanations(explained(trace, explanations, **options), 4, "light", "Title")


def article(**options):
    return calculated(KERNEL, GRIDS["6x6"], bias=-500, activation="relu", **options)


def test_a_window_and_its_products_stand_beside_the_sum():
    trace = article(pooling=MaxPooling2D(2))
    drawing = drawn(trace, follow(trace, (1, 1)), is_article=True)
    require_inside(drawing)
    shown = texts(drawing)
    assert "conv2d (1, 1) = 292" in shown
    assert "792 = 121×1 + 75×0 + 78×1 + 24×0 + 204×1 + 113×0 + 154×1 + 104×0 + 235×1" in shown
    assert "relu(292) = 292 · conv2d (1, 1)" in shown
    assert "max_pooling2d (0, 0) = 292" in shown
    assert [shown.count(sign) for sign in ("×", "=")] == [1, 1]
    assert drawing.description.startswith("conv2d (1, 1) = 292.")


def test_the_window_lies_on_its_input_and_the_weights_are_dashed():
    trace = article()
    drawing = drawn(trace, follow(trace, (1, 1)), is_article=True)
    outlines = [box for box in rectangles(drawing) if box.stroke_width == 2.5]
    look = LOOKS["light"]
    strokes = [(box.stroke, box.is_dashed) for box in outlines]
    assert strokes == [
        (look.window, False),
        (look.window, False),
        (look.weights, True),
        (look.products, False),
    ]
    cells = [box for box in rectangles(drawing) if box.stroke_width == 1.0]
    first = cells[0]
    assert outlines[0].x == first.x + first.width
    assert outlines[0].width == 3 * first.width
    # All grids of a row have cells of one size.
    assert len({(box.width, box.height) for box in cells}) == 1


def test_a_window_on_padding_counts_rows_from_the_input():
    trace = article(padding="same")
    shown = texts(drawn(trace, follow(trace, (0, 0)), is_article=True))
    assert (
        "the window covers rows −1 to 1 and columns −1 to 1 of its input, some of them padding"
        in shown
    )
    assert "ᵖ a zero of the padding" in shown


def test_of_a_large_input_what_is_near_the_window_is_drawn():
    trace = calculated(KERNEL, np.arange(2500.0).reshape(50, 50) % 256)
    drawing = drawn(trace, [explain(trace.layers[0], (20, 30))])
    assert "input, rows 18 to 24, columns 28 to 34" in texts(drawing)
    require_inside(drawing)


def test_of_many_channels_those_that_add_most_are_drawn():
    trace = traced("Conv2D(1, 2)", (5, 5, 6))
    shown = texts(drawn(trace, [explain(trace.layers[0], (1, 1, 0))]))
    assert len([text for text in shown if text.startswith("channel ")]) == 3


def test_a_long_sum_has_lines_and_no_window():
    trace = traced("Flatten(); Dense(4, 'softmax')", (10, 10, 1))
    drawing = drawn(trace, [explain(trace.layers[1], (2,))])
    require_inside(drawing)
    assert drawing.width < 1100
    assert any("smaller terms" in text for text in texts(drawing))


def test_inputs_have_the_scale_of_what_they_can_be():
    trace = traced("Rescaling(1/255); Conv2D(2, 3, activation='relu'); MaxPooling2D(2)", (8, 8, 1))
    found = explained(
        trace, [step.explanation for step in derive(trace, "max_pooling2d", (0, 0, 0), 3)]
    )
    kinds = {number.explanation.layer.name: number.scale.kind for number in found}
    assert kinds == {
        "max_pooling2d": ScaleKind.SEQUENTIAL,
        "conv2d": ScaleKind.SHARE,
        "rescaling": ScaleKind.PIXELS,
    }


def test_numbers_are_told_apart_by_a_rule():
    trace = article()
    drawing = drawn(trace, [explain(trace.layers[0], (0, column)) for column in range(3)])
    heads = [find_text(drawing, f"conv2d (0, {at}) = {value}") for at, value in ((0, 0), (1, 5))]
    [first, _] = [shape for shape in drawing.shapes if isinstance(shape, Line)]
    assert heads[0].y < first.y < heads[1].y
    assert first.to_x == drawing.width - 24


def test_every_layer_is_explained_in_a_figure():
    for example in EVERY_EXAMPLE:
        trace = example.trace
        at = (0,) * trace.layers[0].output.ndim
        require_inside(drawn(trace, [explain(trace.layers[0], at)]))


def explained_texts(text, layer, at):
    trace = traced(text, (4, 4, 2))
    found = explain(trace.layers[trace.place(layer)], at)
    drawing = drawn(trace, [found])
    require_inside(drawing)
    return texts(drawing)


def test_a_unit_is_inputs_times_weights():
    shown = explained_texts("Conv2D(2, 3); Flatten(); Dense(2)", "dense", (1,))
    assert {"inputs", "weights", "products", "sum"} <= set(shown)
    many = explained_texts("Flatten(); Dense(2)", "dense", (1,))
    assert {"The 12 largest of 32 products:", "sum of all"} <= set(many)


def test_what_a_function_of_one_number_read_is_outlined_in_its_channel():
    shown = explained_texts("BatchNormalization(); ReLU()", "batch_normalization", (1, 2, 1))
    expected = ["input, channel 1", "gamma", "beta", "mean", "variance", "epsilon", "result"]
    assert [text for text in shown if text in expected] == expected
    assert "result" in explained_texts("BatchNormalization(); ReLU()", "re_lu", (1, 2, 1))


def test_what_softmax_compares_stands_below_each_other():
    shown = explained_texts("Flatten(); Dense(3); Softmax()", "softmax", (1,))
    assert "inputs" in shown
    assert "result" in shown
