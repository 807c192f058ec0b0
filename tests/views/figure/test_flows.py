"""A flow as a figure: every number in its cell, in its colour, beside what it was made of."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.layers import MaxPooling2D
from cnncalc.sheet.scenes import read, scenes
from cnncalc.trace import record
from cnncalc.views.colors import LOOKS, color_of
from cnncalc.views.figure.flow_drawing import Shown, draw_flow
from cnncalc.views.figure.flow_layout import FlowOptions, lay_out_flow
from cnncalc.views.figure.raster import image_of
from cnncalc.views.figure.shapes import Text
from cnncalc.views.figure.trace_figure import trace_flow
from tests.layer_examples import EVERY_EXAMPLE
from tests.views.figure.drawn import (
    calculated,
    find_text,
    pictures,
    rectangles,
    require_inside,
    texts,
    traced,
)

KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


@pytest.fixture(scope="module")
def article():
    """The article's 6×6 grid, convolved, with a bias, a ReLU and a pooling."""
    options = {"bias": -500, "activation": "relu", "pooling": MaxPooling2D(2)}
    return trace_flow(calculated(KERNEL, GRIDS["6x6"], **options), is_article=True)


def laid_out(made, **options):
    return lay_out_flow(made.flow, made.values, made.scales, FlowOptions(**options))


def test_stages_stand_from_left_to_right_and_never_on_each_other(article):
    layout = laid_out(article)
    require_inside(draw_flow(layout))
    titles = [stage.title for stage in layout.stages]
    assert titles == [
        "Image", "Kernel", "Bias", "Convolution", "With bias", "ReLU", "Max pooling",
    ]  # fmt: skip
    for one, other in itertools.combinations([stage.box for stage in layout.stages], 2):
        apart = (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
        assert apart, (one, other)


def test_every_number_stands_in_its_cell_in_its_colour(article):
    layout = laid_out(article)
    drawing = draw_flow(layout)
    stage = next(stage for stage in layout.stages if stage.title == "Convolution")
    pixels = np.asarray(image_of(drawing))
    numbers = article.trace.layers[0].stages[0].values[:, :, 0]
    for row, column in np.ndindex(4, 4):
        box = stage.slices[0].cells(row, column)
        middle = box.x + box.width / 2
        inside = [
            shape.text
            for shape in drawing.shapes
            if isinstance(shape, Text)
            and shape.x == middle
            and box.y < shape.y < box.y + box.height
        ]
        assert inside == [f"{numbers[row, column]:.0f}"]
        corner = pixels[int(2 * box.y) + 6, int(2 * box.x) + 6]
        assert corner.tolist() == color_of(numbers[row, column], stage.scale).tolist()


def test_the_scale_is_written_with_its_ends_and_the_size_below_the_title(article):
    drawing = draw_flow(laid_out(article))
    assert {"−913", "0", "913", "6×6", "3×3", "4×4", "2×2"} <= set(texts(drawing))
    title = find_text(drawing, "Max pooling")
    assert title.is_bold
    size = find_text(drawing, "2×2")
    assert (size.x, size.y) == (title.x, title.y + 16)


def test_what_takes_more_room_goes_on_in_the_next_row(article):
    wide, narrow = laid_out(article), laid_out(article, width=600)
    assert narrow.width <= 600 * 1.2 < wide.width
    assert narrow.height > wide.height
    assert len({stage.box.y for stage in narrow.stages}) > 2
    arrows = [sign for sign in narrow.signs if sign.kind == "arrow"]
    assert any(sign.x < min(stage.box.x for stage in wide.stages) + 60 for sign in arrows)
    require_inside(draw_flow(narrow))


def test_no_stage_stands_alone_in_a_row_that_hardly_was_too_short(article):
    whole = laid_out(article, width=10_000)
    hardly = laid_out(article, width=whole.width * 0.9)
    assert hardly.width == whole.width
    assert len({stage.box.y for stage in hardly.stages if not stage.is_weight}) == 1


def test_a_window_has_a_solid_outline_its_weights_a_dashed_one_and_the_result_a_third(article):
    layout = laid_out(article)
    scene = [scene for scene in scenes(article.flow) if scene.is_cell][5]
    regions = read(article.flow, scene)
    cell = (scene.slices[-1], scene.row, scene.column)
    drawing = draw_flow(layout, "light", Shown({}, regions, cell))
    look = LOOKS["light"]
    outlined = {box.stroke: box for box in rectangles(drawing) if box.stroke_width == 2.5}
    window = outlined[look.window]
    image = layout.stages[0].slices[0]
    assert (window.x, window.y) == image.cells(1, 1)[:2]
    assert (window.width, window.height) == image.cells(1, 1, 3, 3)[2:]
    assert not window.is_dashed
    assert outlined[look.weights].is_dashed
    assert outlined[look.result].width == layout.slices[cell[0]].cells(0, 0).width


def test_cells_that_are_not_there_yet_are_empty(article):
    layout = laid_out(article)
    stage = next(stage for stage in layout.stages if stage.title == "Max pooling")
    part = stage.slices[0]
    hidden = {part.number: np.array([[False, True], [True, True]])}
    shown, whole = draw_flow(layout, "light", Shown(hidden)), draw_flow(layout)
    assert len(texts(whole)) - len(texts(shown)) == 3
    box = part.cells(1, 1)
    fill = next(
        shape.fill
        for shape in rectangles(shown)
        if (shape.x, shape.y) == (box.x, box.y) and shape.width == box.width
    )
    assert fill == LOOKS["light"].empty


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_theme_changes_colours_and_no_places(article, theme):
    layout = laid_out(article)
    drawing, light = draw_flow(layout, theme), draw_flow(layout)
    assert drawing.paper == LOOKS[theme].paper
    assert texts(drawing) == texts(light)
    assert (drawing.width, drawing.height) == (light.width, light.height)


def test_sentences_stand_below_where_there_is_room_for_them(article):
    layout = laid_out(article, footer_lines=2)
    drawing = draw_flow(layout, "light", Shown(sentences=("792 = 121×1 + …", "and more")))
    assert find_text(drawing, "and more").y > layout.footer
    require_inside(drawing)
    assert layout.height > laid_out(article).height


def test_all_maps_of_a_stage_share_one_scale_so_that_a_dead_one_looks_dead():
    trace = traced("Conv2D(8, 3, activation='relu')", (12, 12, 1))
    weights = dict(trace.network.weights[0])
    weights["bias"] = np.array([-1e6, *[0.0] * 7])
    made = trace_flow(record(replace(trace.network, weights=(weights,)), trace.input.values))
    layout = laid_out(made)
    stage = next(stage for stage in layout.stages if stage.title == "ReLU")
    assert stage.scale.high == made.trace.output.max()
    dead, *alive = [np.unique(shown.pixels.reshape(-1, 3), axis=0) for shown in maps(layout, stage)]
    assert len(dead) == 1
    assert all(len(colors) > 1 for colors in alive)


def maps(layout, stage):
    """The pictures of a stage's slices."""
    places = {(part.box.x, part.box.y) for part in stage.slices}
    return [shown for shown in pictures(draw_flow(layout)) if (shown.x, shown.y) in places]


def test_many_slices_are_counted():
    made = trace_flow(traced("Conv2D(20, 3)", (12, 12, 1)))
    assert "and 4 more" in texts(draw_flow(laid_out(made)))


def test_tall_slices_stand_side_by_side():
    layout = laid_out(trace_flow(traced("Conv2D(3, (3, 1))", (14, 1, 1))))
    stage = next(stage for stage in layout.stages if stage.title == "Convolution")
    assert len({part.box.y for part in stage.slices}) == 1
    wide = laid_out(trace_flow(traced("Conv2D(3, (1, 3))", (1, 14, 1))))
    stage = next(stage for stage in wide.stages if stage.title == "Convolution")
    assert len({part.box.x for part in stage.slices}) == 1


def test_padding_is_grey_and_said():
    made = trace_flow(calculated(KERNEL, GRIDS["6x6"], padding="same"), is_article=True)
    layout = laid_out(made)
    drawing = draw_flow(layout)
    assert "8×8 with padding" in texts(drawing)
    box = layout.stages[0].slices[0].cells(0, 0)
    pixels = np.asarray(image_of(drawing))
    corner = pixels[int(2 * box.y) + 6, int(2 * box.x) + 6]
    assert corner.tolist() == list(bytes.fromhex(LOOKS["light"].padding_fill[1:]))


def test_a_row_of_units_stands_as_a_column_with_its_names():
    made = trace_flow(traced("Flatten(); Dense(3, 'softmax')", (2, 2, 1)), ["cat", "<dog>", "猫"])
    drawing = draw_flow(laid_out(made))
    cat, dog = (find_text(drawing, name) for name in ("cat", "<dog>"))
    assert cat.anchor == "end"
    assert cat.y < dog.y
    assert "猫" in texts(drawing)


def test_a_colour_photo_is_one_picture_and_its_channels_are_found_there():
    made = trace_flow(traced("Conv2D(2, 3)", (40, 30, 3)))
    layout = laid_out(made)
    image = layout.stages[0]
    assert image.are_colors
    boxes = {layout.slices[number].box for number in range(3)}
    assert len(boxes) == 1
    [shown] = [
        picture for picture in pictures(draw_flow(layout)) if picture.pixels.shape == (40, 30, 3)
    ]
    assert np.array_equal(shown.pixels, made.trace.input.values.astype(np.uint8))


@pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)
def test_every_layer_is_drawn_in_full(example):
    made = trace_flow(example.trace)
    drawing = draw_flow(laid_out(made))
    require_inside(drawing)
    assert len(texts(drawing)) > 2
