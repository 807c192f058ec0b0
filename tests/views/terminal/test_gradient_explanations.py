import numpy as np

from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import initialize
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.terminal.colors import shown_scale
from cnncalc.views.terminal.gradient_explanations import render_gradient
from cnncalc.views.terminal.screen import Display
from cnncalc.views.trace_colors import trace_scales
from tests.training_step.examples import batches, small_network
from tests.views.terminal.rendering import color_screen, printed

CROSS_ENTROPY = LOSSES["categorical_crossentropy"]


def a_record(size=1, name="article"):
    network = small_network(name)
    return next(record_steps(network, CROSS_ENTROPY, SGD(), batches(1, size)))


def shown(record, at, width=100, layer="conv2d", name="kernel", **display):
    explanation = explain_gradient(record, layer, name, at)
    return printed(render_gradient(record, explanation, Display(**display)), width)


def background(span):
    return span.style.bgcolor and span.style.bgcolor.triplet


def a_large_record():
    """A step on an image that no screen is wide enough for."""
    layers = [Conv2D(1, 3), Flatten(), Dense(2, activation="softmax")]
    network = initialize(layers, (60, 60, 1), 1, np.float64)
    image = np.random.default_rng(2).uniform(0, 1, (1, 60, 60, 1))
    return next(record_steps(network, CROSS_ENTROPY, SGD(), [(image, np.array([1]))]))


def test_the_input_is_marked_where_the_weight_lies_on_it():
    text = shown(a_record(), (0, 1, 1, 0))
    assert "  input, channel 1\n" in text
    rows = [line for line in text.splitlines() if "│" in line]
    assert [row.count("[") for row in rows] == [5, 5, 5, 5, 0, 0]


def test_what_lies_under_a_weight_looks_as_in_the_forward_pass():
    record = a_record()
    explanation = explain_gradient(record, "conv2d", "kernel", (0, 1, 1, 0))
    lines = list(render_gradient(record, explanation, Display()).draw(color_screen(width=80)))
    texts = [line.plain for line in lines]
    scale = shown_scale(trace_scales(record.traces[0]).inputs["conv2d"], None)
    pixels = record.layer("conv2d").layer_input[0, :, :, 1]
    # The input's second row, which the weight lies on but for its ends.
    row = lines[texts.index("  input, channel 1") + 3]
    assert background(row.spans[1]) == tuple(scale.colors(pixels[1, 0]))
    below = next(line for line in lines if "input under the weight" in line.plain)
    first = lines[lines.index(below) + 1]
    under = [background(span) for span in first.spans]
    assert tuple(scale.colors(pixels[0, 1])) in under


def test_what_does_not_fit_beside_each_other_stands_below():
    wide, narrow, least = (shown(a_record(), (0, 1, 1, 0), width) for width in (200, 80, 40))
    assert "  products\n" in wide
    assert "products" not in narrow
    places = [narrow.index(part) for part in ("  input, channel 1\n", "  errors\n", "under the w")]
    assert places == sorted(places)
    assert "The terms that contribute most" in least


def test_of_a_batch_the_first_samples_are_set_out():
    some, every = (shown(a_record(6), (0, 1, 1, 0), full=full) for full in (False, True))
    assert [f"sample {number}\n" in some for number in range(6)] == [True] * 4 + [False] * 2
    assert "… and 2 more; --full shows them all." in some
    assert all(f"sample {number}\n" in every for number in range(6))


def test_of_an_image_too_large_the_largest_terms_are_listed_with_their_places():
    record = a_large_record()
    text = shown(record, (0, 2, 0, 0))
    explanation = explain_gradient(record, "conv2d", "kernel", (0, 2, 0, 0))
    largest = explanation.terms.largest(8)
    rows = [line for line in text.splitlines() if line.startswith("  (")]
    assert len(rows) == len(largest)
    for row, term in zip(rows, largest, strict=True):
        (y, x, _), at = term.place.error_at, f"({', '.join(map(str, term.place.error_at))})"
        assert row.split("  ")[1].strip() == at
        assert f"({y}, {x + 2}, 0)" in row


def test_the_cell_of_a_workbook_is_named():
    record = a_record()
    explanation = explain_gradient(record, "dense", "bias", (0,))
    text = printed(render_gradient(record, explanation, Display(), "'Step 1'!B7"))
    assert text.endswith("In the workbook it stands in 'Step 1'!B7.\n")


def test_the_loss_of_a_batch_is_its_mean():
    assert "mean loss of 3 samples: " in shown(a_record(3), (0,), layer="dense", name="bias")
    assert "−ln(" in shown(a_record(1), (0,), layer="dense", name="bias")
