"""Every kind of layer in everything that can be done with one: a kind that misses a facet fails.

The kinds are those of the vocabulary, so that a new one is in here of itself.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor

import numpy as np
import pytest

from cnncalc import layers as specifications
from cnncalc.errors import OptionError
from cnncalc.explanation import explain
from cnncalc.files.keras_archive import KerasModel, read_keras, unknown_to_keras
from cnncalc.helper_cells import helper_values
from cnncalc.image_regions import image_regions
from cnncalc.keras_engine.model import require_known
from cnncalc.layers import (
    ACTIVATIONS,
    INFERENCE_ONLY_LAYERS,
    Activation,
    ActivationLayer,
    Combine,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    InferenceOnly,
    InputLayer,
    L2Pooling2D,
    Layer,
    Maximum,
    MaxPooling2D,
    MergeLayer,
    Minimum,
    WindowLayer,
)
from cnncalc.layers.graph import put_in
from cnncalc.layers.names import named
from cnncalc.layers.separable import SeparableConv2D
from cnncalc.layers.vocabulary import ARGUMENTS
from cnncalc.network import assemble, forward
from cnncalc.network.algorithms import choose
from cnncalc.network.saved_pass import save_layer
from cnncalc.notation import parse, write
from cnncalc.ops.dropout import dropout
from cnncalc.receptive_field import receptive_fields
from cnncalc.shapes import Pads
from cnncalc.sheet.quantities import BATCH, GradientStep
from cnncalc.sheet.values import trace_as_written
from cnncalc.summary import summarize
from cnncalc.trace import HelperName, StageName, trace_bytes
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import STAGES, explain_gradient, gradient_of
from cnncalc.verification.term_sizes import term_sizes
from cnncalc.views.numbers import format_number
from cnncalc.views.terminal.explanations import render_explanation
from cnncalc.views.terminal.gradient_explanations import render_gradient
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.summary import render_summary
from cnncalc.views.terminal.traces import render_trace
from tests.drawn_graphs import MERGES
from tests.drawn_layers import EVERY_LAYER
from tests.files.keras_files import saved
from tests.layer_examples import EVERY_EXAMPLE, EXAMPLES
from tests.network.test_backward_pass import check_gradients
from tests.reference_layers import ACTIVATIONS as REFERENCE_ACTIVATIONS
from tests.reference_layers import REFERENCES, reference_output
from tests.reference_merges import REFERENCE_MERGES, reference_forward
from tests.references import numerical_gradient
from tests.sheet.layers.laid_out import check
from tests.sheet.layers.test_network import case_of
from tests.sheet.training.examples import example as training_example
from tests.sheet.training.examples import pieces
from tests.test_recalculation_of_exports import reports
from tests.trace.drawn import vary
from tests.trace.test_recording import held
from tests.training_step.test_explaining import recalculated, some_positions
from tests.views.terminal.rendering import alone, printed
from tests.views.terminal.written import require_true
from tests.views.workbook.networks import written_network

KINDS = tuple(ARGUMENTS)
EVERY_REFERENCE = {*REFERENCES, *REFERENCE_MERGES}
# Training with them would be refused, so that chains have none.
EVERY_DRAWN = {*EVERY_LAYER, *MERGES, *INFERENCE_ONLY_LAYERS}
# Layers that Keras lacks, which it says so of.
OWN = (L2Pooling2D, Combine)

# All but those whose work in training isn't calculated.
TRAINED = [own for own in EVERY_EXAMPLE if not isinstance(own.layer, InferenceOnly)]

every_trained_example = pytest.mark.parametrize("example", TRAINED, ids=str)
every_example = pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)


def concrete_kinds(package):
    """The kinds of layers that a package has, without the families that they are in."""

    def within(kind):
        for own in kind.__subclasses__():
            if own.__module__.startswith(package):
                yield own
            yield from within(own)

    found = set(within(Layer))
    return [kind for kind in found if not any(own in found for own in kind.__subclasses__())]


def missing(kind):
    """What knows nothing of a kind, of all that these tests take their layers from."""
    known = {
        "vocabulary": KINDS,
        "examples": EXAMPLES,
        "reference": EVERY_REFERENCE,
        "drawn layers": EVERY_DRAWN,
    }
    return [name for name, kinds in known.items() if kind not in kinds]


def test_every_kind_is_in_the_vocabulary_and_has_examples():
    kinds = set(concrete_kinds("cnncalc.")) - {SeparableConv2D}  # which all readers split
    assert {kind: missing(kind) for kind in kinds if missing(kind)} == {}
    assert {kind.__name__ for kind in kinds} < set(specifications.__all__)
    listed = (KINDS, EXAMPLES, EVERY_REFERENCE, EVERY_DRAWN)
    assert all(set(some) == set(kinds) for some in listed)
    assert not set(REFERENCES) & set(REFERENCE_MERGES)
    assert all(type(own.layer) is kind for kind, some in EXAMPLES.items() for own in some)


def test_every_activation_has_a_reference():
    assert {*REFERENCE_ACTIVATIONS, "softmax"} == set(ACTIVATIONS)


@every_example
def test_forward_gives_the_numbers_of_a_slow_reference(example):
    network = example.network
    (result,) = forward(network, example.image[np.newaxis])
    expected = reference_forward(network, example.image)
    assert result.shape == network.shapes[-1]
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


@every_example
def test_backward_gives_numerical_gradients(example):
    check_gradients(example.layers, example.shape, seed=1)
    works_otherwise = example.layer.needs_batch or example.layer.is_random
    if works_otherwise and example in TRAINED:
        check_gradients(example.layers, example.shape, seed=1, generator_seed=2)


@every_example
def test_a_trace_comes_to_the_same_numbers_in_named_stages(example):
    network, trace = example.network, example.trace
    expected = reference_forward(network, example.image)
    np.testing.assert_allclose(trace.output, expected, rtol=1e-12, atol=1e-12)
    for stage in trace.layers[-1].stages:
        assert isinstance(stage.name, StageName)
        assert stage.note
    kept = {id(array): array.nbytes for array in held(trace)}
    assert trace_bytes(network.layers, network.input_shape) == sum(kept.values())
    sizes = term_sizes(trace)
    for layer in trace.layers:
        shapes = {stage.name: stage.values.shape for stage in layer.stages}
        shapes |= {name: values.shape for name, values in helper_values(layer).items()}
        found = {
            stage: size.shape for (name, stage), size in sizes.items() if name == layer.layer.name
        }
        assert found == shapes
    words = printed(render_trace(trace, Display(full=True)), 3000).split()
    assert {format_number(number, 4) for number in trace.output.ravel().tolist()} <= set(words)


def functions_of(layer):
    """What the activation of a layer is to make of a number, by its name."""
    if layer.has_softmax:
        return {}
    name = layer.activation_name
    alone = layer if isinstance(layer, ActivationLayer) else Activation(name)
    return {name: lambda x: reference_output(alone, {}, np.array([x])).item()}


@every_example
def test_an_explanation_adds_up_to_the_traced_number(example):
    layer = example.traced
    for at in some_positions(layer.output.shape, most=6):
        explanation = explain(layer, at)
        assert explanation.results[-1][1] == layer.output[at]
        first = explanation.results[0][1]
        total = layer.input[at] if explanation.rule == "each" else first
        assert explanation.total == pytest.approx(total, rel=1e-9, abs=1e-9)
        for term in explanation.terms:
            assert term.padding or layer.input[term.index] == term.value
        text = printed(render_explanation(*alone(explanation), Display(decimals=12)), 3000)
        is_equation = require_true(text, **functions_of(example.layer)) > 0
        assert is_equation == (explanation.rule != "same")


def trained(example):
    """A network with the layer in it, so that a gradient goes through it on to its input."""
    shape = example.shape
    before, end = Dense(shape[-1], use_bias=False), [Flatten(), Dense(2, "softmax")]
    # An input stands at the beginning, where no gradient goes.
    place = int(isinstance(example.layer, InputLayer))
    return vary([*put_in(example.layers, place, before), *end], shape)


def step_of(example):
    network = trained(example)
    images = np.random.default_rng(3).normal(size=(3, *example.shape))
    loss = LOSSES["categorical_crossentropy"]
    return next(record_steps(network, loss, SGD(), [(images, np.array([0, 1, 1]))]))


def mean_loss(record, index, images, weights):
    """The loss of what goes into a layer, its weights given, worked through as in the step."""
    steps = zip(record.layers, record.network.weights, strict=True)
    for place, (step, own) in enumerate(steps):
        if place < index:
            continue
        if isinstance(step.layer, Dropout) and step.drawn:
            images = dropout(images, step.drawn[0], step.layer.rate)
        else:
            given = weights if place == index else own
            images = save_layer(step.layer, given, images, np.random.default_rng(0)).output
    return float(-np.log(np.sum(images * record.targets, axis=-1)).mean())


@pytest.mark.parametrize("kind", INFERENCE_ONLY_LAYERS)
def test_what_works_in_training_alone_is_refused_there_by_name(kind):
    (example,) = EXAMPLES[kind]
    with pytest.raises(OptionError) as caught:
        step_of(example)
    name = example.network.layers[0].name
    assert str(caught.value).endswith(f"do nothing afterwards. Received: {name} ({kind.__name__})")


@every_trained_example
def test_a_gradients_explanation_adds_up_to_the_numerical_gradient(example):
    record = step_of(example)
    index = int(not isinstance(example.layer, InputLayer)) + len(example.before)
    step, own = record.layers[index], dict(record.network.weights[index])
    found = {}
    for name in step.weights:
        found[name] = numerical_gradient(
            lambda x, name=name: mean_loss(record, index, step.layer_input, {**own, name: x}),
            own[name],
        )
    if step.input is not None:
        found["input"] = numerical_gradient(
            lambda x: mean_loss(record, index, x, own), step.layer_input
        )
    assert found or not index
    for name, numerical in found.items():
        assert gradient_of(record, step.layer.name, name).shape == numerical.shape
        for at in some_positions(numerical.shape, most=6):
            if name == "input" and is_tie(step, at):
                continue
            sample, place = (at[0], at[1:]) if name in STAGES else (0, at)
            explanation = explain_gradient(record, step.layer.name, name, place, sample)
            expected = pytest.approx(numerical[at], rel=1e-5, abs=1e-7)
            assert explanation.value == expected
            assert recalculated(explanation) == expected
            text = printed(render_gradient(record, explanation, Display(decimals=12)), 3000)
            of_loss = name in STAGES  # then one sample's loss is written out, too
            assert require_true(text) == 1 + of_loss


def is_tie(step, at):
    """Whether a merge has the same number in another result: to both sides, a slope of its own."""
    if not isinstance(step.layer, Maximum | Minimum):
        return False
    count = step.layer_input.shape[-1]
    same_place = step.layer_input[at[:-1]][
        at[-1] % (count // step.layer.parts) :: count // step.layer.parts
    ]
    return np.count_nonzero(same_place == step.layer_input[at]) > 1


def test_of_equal_numbers_the_first_gets_all_of_an_error():
    """As on TensorFlow; what only rounding sets apart is equal in a record, which shows it."""
    for kind, names in ((Maximum, "bent input"), (Minimum, "input bent right")):
        example = next(one for one in EXAMPLES[kind] if one.layer.inputs == tuple(names.split()))
        record = step_of(example)
        step = record.layers[1 + len(example.before)]
        parts = np.split(step.layer_input, example.layer.parts, axis=-1)
        shares = np.split(step.input, example.layer.parts, axis=-1)
        tied = (parts[0] == parts[1]) & (parts[0] == step.layer_output)
        assert tied.any()
        np.testing.assert_array_equal(shares[0][tied], step.output[tied])
        assert not any(share[tied].any() for share in shares[1:])
        for sample, *place in np.argwhere(tied)[:4].tolist():
            given, gets = (
                explain_gradient(record, step.layer.name, name, tuple(place), sample)
                for name in ("output", "input")
            )
            assert gets.value == given.value


def test_every_workbook_is_recalculated_to_the_traced_numbers():
    contents = [
        written_network(trace_as_written(more_than_an_input(example), example.image))
        for example in EVERY_EXAMPLE
    ]
    found = dict(zip(map(str, EVERY_EXAMPLE), reports(contents, "formualizer"), strict=True))
    assert {name for name, report in found.items() if not report.agrees} == set()
    assert all(report.evaluated.cells for report in found.values())


def more_than_an_input(example):
    """The example's network, which an input alone is none."""
    more = [Flatten()] if isinstance(example.layer, InputLayer) else []
    return vary([*example.layers, *more], example.shape)


def test_every_layers_gradients_are_recalculated_in_cells():
    """An input stands on a sheet of its own, before all layers."""
    drawn = [own for own in TRAINED if not isinstance(own.layer, InputLayer | MergeLayer)]
    check([case_of(example.layer, example.shape, samples=2) for example in drawn])


def test_every_kinds_training_is_recalculated_to_the_steps_numbers():
    firsts = [own[0] for kind, own in EXAMPLES.items() if kind not in MERGES and own[0] in TRAINED]
    firsts += [example for kind in MERGES for example in EXAMPLES[kind]]
    steps = [((0, 1),) if example.before else ((0, 1), (2,)) for example in firsts]
    written = [
        training_example(pieces(trained(example), batches=batches))
        for example, batches in zip(firsts, steps, strict=True)
    ]
    contents = [own.content for own in written]
    found = dict(zip(map(str, firsts), reports(contents, "formualizer"), strict=True))
    assert {name for name, report in found.items() if not report.agrees} == set()
    blocks = [block for own in written for sheet in own.plan.sheets for block in sheet.blocks]
    assert {block.quantity for block in blocks if not is_named(block.quantity)} == set()


def is_named(quantity):
    """Whether a stage, or a smaller step, is called by a name out of those listed."""
    if quantity.kind == "stage":
        return isinstance(quantity.name, StageName)
    if quantity.kind == "helper":
        is_listed = isinstance(quantity.name, HelperName | GradientStep)
        return is_listed or quantity.name.startswith((BATCH, GradientStep.REPEATED))
    return True


@pytest.mark.parametrize("example", [own for own in EVERY_EXAMPLE if len(own.shape) == 3], ids=str)
def test_a_receptive_field_is_the_pixels_that_truly_matter(example):
    network, image = example.network, example.image
    plain = forward(network, image[np.newaxis])[0]
    changed = np.zeros((*plain.shape, *image.shape), bool)
    for pixel in np.ndindex(image.shape):
        for size in (-1000.0, 1000.0):
            other = image.copy()
            other[pixel] += size
            changed[(..., *pixel)] |= forward(network, other[np.newaxis])[0] != plain
    field = receptive_fields(network.layers, example.shape)[-1]
    for at in np.ndindex(plain.shape):
        regions = image_regions(network.layers, example.shape, at).regions
        matter = {tuple(map(int, pixel)) for pixel in np.argwhere(changed[at])}
        assert {number for region in regions for number in region.numbers} == matter
        if len(at) == 3 and matter:
            for span, own, seen in (
                (field.vertical, at[0], {row for region in regions for row in region.rows}),
                (field.horizontal, at[1], {one for region in regions for one in region.columns}),
            ):
                # A jump may be a part of a pixel.
                first = floor(span.start + own * span.jump)
                assert first <= min(seen) <= max(seen) < first + span.size


@every_example
def test_a_summary_counts_what_there_is(example):
    network, trace = example.network, example.trace
    summary = summarize(network.layers, example.shape)
    row = summary.layers[-1]
    assert row.output_shape == trace.output.shape
    assert row.parameters == sum(weight.size for weight in network.weights[-1].values())
    assert example.layer.has_weights == bool(network.weights[-1])
    assert row.formula.endswith(f" = {row.parameters:,}") or not row.parameters
    assert (row.multiply_adds > 0) or not row.parameters
    assert (row.window is not None) == isinstance(network.layers[-1], WindowLayer)
    choice = choose(network.layers, example.shape)[-1]
    assert choice.reason
    text = printed(render_summary(summary, "one"))
    assert all(name in text for name in (network.layers[-1].name, *example.layer.inputs[1:]))


@every_example
def test_keras_notation_comes_back(example):
    network = more_than_an_input(example)
    layers = [without_its_name(layer, example) for layer in network.layers]
    again = parse(write(layers, None if isinstance(layers[0], InputLayer) else example.shape))
    # An input is read as the shape that the network takes, and is no layer of it.
    expected = tuple(layer for layer in network.layers if not isinstance(layer, InputLayer))
    assert (named(again.layers), again.input_shape) == (expected, example.shape)


def without_its_name(layer, example):
    """The layer, named only where others take it by its name."""
    return layer if layer.name in example.layer.inputs else replace(layer, name="")


@every_example
def test_a_keras_file_comes_back(example, tmp_path):
    network = more_than_an_input(example)
    path = tmp_path / "model.keras"
    path.write_bytes(saved(KerasModel(network)))
    again = read_keras(path).network
    images = example.image[np.newaxis]
    expected = forward(network, images)
    np.testing.assert_allclose(forward(again, images), expected, rtol=1e-5, atol=1e-6)
    assert again.input_shape == network.input_shape
    if not isinstance(getattr(example.layer, "padding", None), Pads):
        expected = [layer for layer in network.layers if not isinstance(layer, InputLayer)]
        assert list(again.layers) == expected
    picks_channels = isinstance(example.layer, Cropping2D) and example.layer.channels is not None
    is_own = type(example.layer) in OWN or is_padded_maximum(example.layer) or picks_channels
    assert bool(unknown_to_keras(network)) == is_own


@every_example
def test_keras_trains_what_it_has_and_the_rest_is_refused_by_name(example):
    network = vary(example.layers, example.shape)
    weights = [
        {name: weight.astype(np.float32) for name, weight in own.items()} for own in network.weights
    ]
    given = assemble(network.layers, example.shape, weights)
    if not unknown_to_keras(given):
        require_known(given)
        return
    with pytest.raises(OptionError) as caught:
        require_known(given)
    assert str(caught.value) == (
        "engine keras can train layers that Keras has, engine numpy trains all. "
        f"Received: {given.layers[0].name}"
    )


def is_padded_maximum(layer):
    """Padding in numbers, which Keras has as zeros before the layer, where zeros don't count."""
    return isinstance(layer, MaxPooling2D) and isinstance(layer.padding, Pads)
