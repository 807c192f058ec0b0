"""Explanations of gradients on branches: what several layers hand back, what merges share out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    Add,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Maximum,
    Multiply,
    ReLU,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order
from cnncalc.network import assemble, initialize
from cnncalc.rules import Join
from cnncalc.rules.shares import share_words
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import STAGES, explain_gradient, gradient_of
from cnncalc.training_step.vanishing import find_vanished
from tests.drawn_graphs import graphs
from tests.sheet.training.branching import BRANCHING, branching
from tests.trace.drawn import vary
from tests.training_step.test_explaining import recalculated

SQUARED, CATEGORICAL = "mean_squared_error", "categorical_crossentropy"
# Of each gradient, so many numbers are explained.
FEW = 4


def step_of(network, loss=CATEGORICAL, count=2, seed=0):
    generator = np.random.default_rng(seed)
    images = generator.normal(size=(count, *network.input_shape))
    batch = (images, np.arange(count) % 2)
    return next(record_steps(network, LOSSES[loss], SGD(learning_rate=0.1), [batch]))


def require_explained(record, seed):
    """The terms of some numbers of every gradient add up to them, and so do those of shares."""
    generator = np.random.default_rng(seed)
    for step in record.layers:
        gradients = {name: step.gradient_by(name) for name in STAGES}
        for name, values in gradients.items():
            if values is None:
                continue
            least = 1e-9 * max(1e-30, np.abs(values).max())
            for flat in generator.choice(values.size, min(FEW, values.size), replace=False):
                sample, *at = map(int, np.unravel_index(flat, values.shape))
                explanation = explain_gradient(record, step.layer.name, name, tuple(at), sample)
                assert explanation.value == values[sample, *at]
                for one in (explanation, *explanation.shares):
                    sizes = 1e-12 * np.abs(one.terms.products).sum()
                    assert recalculated(one) == pytest.approx(one.value, abs=least + sizes)
        for name, values in step.weights.items():
            for flat in generator.choice(values.size, min(FEW, values.size), replace=False):
                at = tuple(map(int, np.unravel_index(flat, values.shape)))
                explanation = explain_gradient(record, step.layer.name, name, at)
                # Large terms may all but cancel.
                least = 1e-12 * max(np.abs(values).max(), np.abs(explanation.terms.products).sum())
                assert explanation.total == pytest.approx(explanation.value, rel=1e-9, abs=least)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(graphs(), st.integers(0, 2**16))
def test_the_terms_of_every_gradient_of_a_drawn_graph_add_up_to_it(graph, seed):
    layers, shape = graph
    require_explained(step_of(vary(layers, shape, seed), SQUARED, seed=seed), seed)


@pytest.mark.parametrize("name", BRANCHING)
def test_the_terms_of_every_gradient_add_up_to_it(name):
    layers, shape = branching(name)
    require_explained(step_of(vary(layers, shape, 5)), 0)


@settings(deadline=None, max_examples=10, derandomize=True)
@given(graphs(longest=3), st.integers(0, 2**16))
def test_the_recorded_gradients_are_numerical_ones(graph, seed):
    layers, shape = graph
    network = vary(layers, shape, seed)
    record = step_of(network, SQUARED, seed=seed)
    batch = [(record.images, record.labels)]
    generator, change = np.random.default_rng(seed), 1e-6
    for update in record.updates[:4]:
        index = [layer.name for layer in network.layers].index(update.layer)
        at = tuple(int(generator.integers(size)) for size in update.before.shape)
        losses = []
        for moved in (change, -change):
            weights = [{n: w.copy() for n, w in own.items()} for own in network.weights]
            weights[index][update.weight][at] += moved
            other = assemble(network.layers, network.input_shape, weights)
            found = record_steps(other, record.loss_function, record.optimizer, batch)
            losses.append(next(found).loss)
        numerical = (losses[0] - losses[1]) / (2 * change)
        size = max(1.0, np.abs(update.gradient).max())
        assert numerical == pytest.approx(update.gradient[at], abs=2e-5 * size)


def residual():
    layers, shape = branching("residual")
    return step_of(vary(layers, shape, 5))


def test_what_several_layers_hand_back_is_explained_one_by_one():
    record = residual()
    explanation = explain_gradient(record, "first", "output", (1, 1, 0), 1)
    assert explanation.note == "what second and add hand back, added up"
    assert [share.layer.name for share in explanation.shares] == ["second", "add"]
    assert [term.error for term in explanation.terms] == [
        share.value for share in explanation.shares
    ]
    # A convolution hands back the sum of its window, the sum its error.
    assert [len(share.terms) for share in explanation.shares] == [18, 1]
    assert explanation.shares[1].value == gradient_of(record, "add", "output")[1, 1, 1, 0]


def test_a_merges_input_is_told_by_the_result_that_stands_there():
    record = residual()
    explanation = explain_gradient(record, "add", "input", (3, 1, 3))
    assert (explanation.taken.layer, explanation.taken.at) == ("first", (3, 1, 1))
    assert explain_gradient(record, "add", "input", (3, 1, 1)).taken.layer == "second"


def test_one_layer_that_takes_a_result_alone_is_said_to_hand_it_back():
    explanation = explain_gradient(residual(), "second", "output", (0, 0, 0))
    assert explanation.note == "add hands it back: the gradient by the layer's output"
    assert explanation.shares == ()


def test_a_layer_that_takes_a_result_twice_hands_back_twice():
    layers, shape = branching("twice the same")
    record = step_of(vary(layers, shape, 5))
    explanation = explain_gradient(record, "first", "output", (0, 0, 1))
    assert explanation.note == "what add hands back each time, added up"
    assert [share.at for share in explanation.shares] == [(0, 0, 1), (0, 0, 3)]


def test_what_is_repeated_gets_back_what_all_its_places_do():
    layers, shape = branching("squeeze and excite")
    record = step_of(vary(layers, shape, 5))
    explanation = explain_gradient(record, "shares", "output", (1,))
    assert explanation.note == (
        "multiply hands it back: the gradient by the layer's output × "
        f"{share_words(Join.PRODUCT, by_window=False)}, at all 12 places that it is repeated at"
    )
    assert len(explanation.terms) == 12
    first = record.layer("first").layer_output[0, :, :, 1]
    np.testing.assert_array_equal(explanation.terms.factors, first.ravel())


def test_a_merge_shares_its_error_out_by_its_rule():
    pair = {"kernel": np.array([[3.0]])}, {"kernel": np.array([[5.0]])}
    factors = {Subtract: [1, -1], Multiply: [5, 3], Maximum: [0, 1], Add: [1, 1]}
    for kind, expected in factors.items():
        layers = [
            Dense(1, use_bias=False, name="left"),
            Dense(1, use_bias=False, name="right", inputs=("input",)),
            kind(name="merge", inputs=("left", "right")),
        ]
        network = assemble(layers, (1,), [*pair, {}])
        batch = [(np.ones((1, 1)), np.array([1]))]
        record = next(record_steps(network, LOSSES[SQUARED], SGD(), batch))
        found = [explain_gradient(record, "merge", "input", (unit,)) for unit in (0, 1)]
        assert [explanation.terms[0].factor for explanation in found] == expected


def blocked(left, right):
    """A step of two branches that are added: each multiplies by its kernel, then cuts off."""
    layers = [
        Conv2D(1, 1, use_bias=False, name="before"),
        Conv2D(1, 1, activation="relu", name="left", inputs=("before",)),
        Conv2D(1, 1, name="right", inputs=("before",)),
        Add(name="add", inputs=("left", "right")),
        GlobalAveragePooling2D(name="mean"),
        Dense(1, name="dense"),
    ]
    network = initialize(in_keras_order(layers), (2, 2, 1), 0, np.float64)
    one = np.ones((1, 1, 1, 1))
    weights = {
        "before": {"kernel": one},
        "left": {"kernel": one, "bias": np.full(1, left)},
        "right": {"kernel": one * right, "bias": np.full(1, 0.5)},
        "dense": {"kernel": np.ones((1, 1)), "bias": np.zeros(1)},
    }
    own = [weights.get(layer.name, {}) for layer in network.layers]
    network = assemble(network.layers, (2, 2, 1), own)
    batch = [(np.ones((1, 2, 2, 1)), np.array([1]))]
    return next(record_steps(network, LOSSES[SQUARED], SGD(), batch))


def reasons(record):
    return {found.weights: found.reason for found in find_vanished(record)}


DEAD = "the relu of left puts out 0 everywhere, where its slope is 0"
LEFT = (("left", "kernel"), ("left", "bias"))


def test_a_gradient_that_comes_back_on_one_way_is_nothing_to_explain():
    assert reasons(blocked(left=-9.0, right=2.0)) == {LEFT: DEAD}


def test_where_all_ways_are_blocked_each_is_named():
    found = reasons(blocked(left=-9.0, right=0.0))
    before = (("before", "kernel"),)
    assert found == {before: f"{DEAD}, and the kernel of right is 0 throughout", LEFT: DEAD}


def test_a_merge_that_lets_nothing_through_is_named():
    layers = [
        Dense(1, name="left"),
        Dense(1, name="right", inputs=("input",)),
        ReLU(name="relu"),
        Multiply(name="multiply", inputs=("left", "relu")),
    ]
    kernels = {"left": 3.0, "right": -5.0}
    layers = in_keras_order(layers)
    weights = [
        {"kernel": np.full((1, 1), kernels[layer.name]), "bias": np.zeros(1)}
        if layer.name in kernels
        else {}
        for layer in layers
    ]
    network = assemble(layers, (1,), weights)
    batch = [(np.ones((1, 1)), np.array([1]))]
    record = next(record_steps(network, LOSSES[SQUARED], SGD(), batch))
    found = reasons(record)
    assert found[("left", "kernel"), ("left", "bias")] == (
        "multiply multiplies by 0 wherever a gradient comes to it"
    )
    assert found[("right", "kernel"), ("right", "bias")] == (
        "relu puts out 0 everywhere, where its slope is 0"
    )


def test_flattened_results_know_their_own_places():
    layers = [
        Flatten(name="flat"),
        Dense(4, name="dense"),
        Add(name="add", inputs=("dense", "flat")),
        Dense(2, activation="softmax", name="classes"),
    ]
    record = step_of(initialize(layers, (2, 2, 1), 1, np.float64))
    assert explain_gradient(record, "add", "input", (6,)).taken.at == (2,)
