"""Networks that branch: forward and backward against slow references and small differences."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
)
from cnncalc.network import assemble, backward, forward, forward_saved, initialize
from cnncalc.network.training_pass import TrainingPass, together
from tests.drawn_graphs import graphs
from tests.network.test_backward_pass import check_gradients
from tests.reference_merges import reference_forward
from tests.trace.drawn import vary

steady = settings(deadline=None, max_examples=40, derandomize=True)
seeds = st.integers(0, 2**16)


@steady
@given(graphs(), seeds)
def test_branches_forward_are_what_a_slow_walk_by_names_gives(graph, seed):
    layers, shape = graph
    network = vary(layers, shape, seed)
    image = np.random.default_rng(seed).normal(size=shape)
    expected = reference_forward(network, image)
    found = forward(network, image[np.newaxis])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@settings(deadline=None, max_examples=10, derandomize=True)
@given(graphs(longest=3), seeds)
def test_branches_backward_are_numerical_gradients(graph, seed):
    layers, shape = graph
    check_gradients(layers, shape, seed)


@steady
@given(graphs(), seeds)
def test_the_fast_pass_gives_what_the_plain_one_does(graph, seed):
    layers, shape = graph
    network = vary(layers, shape, seed)
    generator = np.random.default_rng(seed)
    images = generator.normal(size=(3, *shape))
    saved = forward_saved(network.layers, network.weights, images, np.random.default_rng(0))
    upstream = generator.normal(size=saved[-1].output.shape)
    expected = backward(network.layers, network.weights, saved, upstream).weights

    training = TrainingPass(network.layers, shape)
    prepared = training.prepare(network.weights)
    for _ in range(2):  # the second piece overwrites the first one's buffers
        room, draws = training.room(0), np.random.default_rng(0)
        (kept,) = together([training.forward(prepared, images, draws, room)])
        (sums,) = together([training.backward(prepared, kept, upstream, room)])
        found = training.finish(sums)
    np.testing.assert_allclose(kept[-1].output, saved[-1].output, rtol=1e-9, atol=1e-9)
    for by_layer, wanted in zip(found, expected, strict=True):
        assert by_layer.keys() == wanted.keys()
        for name, values in wanted.items():
            largest = max(1.0, np.abs(values).max(initial=0))
            np.testing.assert_allclose(by_layer[name], values, rtol=1e-8, atol=1e-9 * largest)


def test_what_a_skip_takes_too_is_not_worked_out_with_the_pooling_behind_it():
    layers = [
        Conv2D(2, 3, padding="same", name="conv"),
        MaxPooling2D(2, name="pool"),
        AveragePooling2D(2, name="means", inputs=("conv",)),
        Add(name="add", inputs=("pool", "means")),
    ]
    assert [choice.layers for choice in TrainingPass(layers[:2], (4, 4, 1)).choices] == [2]
    assert [choice.layers for choice in TrainingPass(layers, (4, 4, 1)).choices] == [1, 1, 1, 1]


def test_what_a_skip_takes_too_is_not_flattened_into_the_product_behind_it():
    layers = [
        Flatten(name="flat"),
        Dense(16, name="dense"),
        Add(name="add", inputs=("dense", "flat")),
    ]
    assert [choice.layers for choice in TrainingPass(layers, (4, 4, 1)).choices] == [1, 1, 1]


def test_weights_follow_their_layers_into_keras_order():
    short = Conv2D(1, 1, name="short", inputs=("input",), use_bias=False)
    long = Conv2D(1, 1, name="long", inputs=("input",), use_bias=False)
    norm, add = BatchNormalization(name="norm"), Add(name="add", inputs=("norm", "short"))
    layers = [short, long, norm, add]
    kernels = [{"kernel": np.full((1, 1, 1, 1), value)} for value in (3.0, 5.0)]
    neutral = initialize([norm], (2, 2, 1)).weights[0]
    network = assemble(layers, (2, 2, 1), [*kernels, neutral, {}])
    assert [layer.name for layer in network.layers] == ["long", "norm", "short", "add"]
    assert network.weights[0]["kernel"].item() == 5.0
    assert network.weights[2]["kernel"].item() == 3.0
