"""Drawn networks that branch, as Keras builds, orders, runs and trains them.

They run on the Keras of this process, on PyTorch unless the environment says otherwise, and once
more on TensorFlow in a process of its own: Keras keeps the backend that it was imported with.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.network import Network, assemble, forward, initialize
from cnncalc.training.dataset import Parts, make_dataset
from cnncalc.training.fit import epoch_order, fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import TrainingPlan
from tests.drawn_graphs import graphs
from tests.keras_peer import import_keras, keras_model
from tests.peers import requires
from tests.training.keras_training import arrays, compiled

pytestmark = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore"),  # what Keras warns about is Keras's to mend
]

ROOT = Path(__file__).parents[2]
BATCH, STEPS = 4, 3
TOLERANCE = 1e-5  # of the largest number of its array
LOGITS = replace(LOSSES["categorical_crossentropy"], from_logits=True)
OPTIMIZERS = {
    "momentum": SGD(learning_rate=0.02, momentum=0.9),
    # A bias in front of a normalization has a gradient of rounding alone, of which Adam's usual
    # epsilon of 1e-7 makes whole steps.
    "adam": Adam(learning_rate=0.01, epsilon=1e-3),
}

seeds = st.integers(0, 2**16)


def drawn_network(graph, seed: int) -> Network:
    """A network in float32 with no weight that is a neutral 0 or 1."""
    layers, shape = graph
    network = initialize(layers, shape, seed)
    generator = np.random.default_rng(seed)
    weights = [
        {
            name: (array + generator.uniform(-0.2, 0.4, array.shape)).astype(np.float32)
            for name, array in own.items()
        }
        for own in network.weights
    ]
    return assemble(network.layers, shape, weights)


def frozen(network: Network, places: frozenset[int]) -> Network:
    """The network with these of its layers frozen, of which the last one never is."""
    count = len(network.layers)
    layers = [
        replace(layer, trainable=place % count not in places or place == count - 1)
        for place, layer in enumerate(network.layers)
    ]
    return assemble(layers, network.input_shape, network.weights)


def assert_alike(ours: np.ndarray, theirs: np.ndarray, what: str) -> None:
    largest = np.abs(theirs).max(initial=0)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE * largest, err_msg=what)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(graphs(longest=6), seeds)
def test_a_branching_network_has_kerass_order_and_numbers(graph, seed):
    network = drawn_network(graph, seed)
    model = keras_model(network.layers, network.input_shape)
    theirs = [layer.name for layer in model.layers if "InputLayer" not in str(type(layer))]
    assert [layer.name for layer in network.layers] == theirs
    # By their order alone, as in a file: equal shapes could be swapped without notice.
    model.set_weights([array for own in network.weights for array in own.values()])
    images = np.random.default_rng(seed).normal(size=(3, *network.input_shape)).astype(np.float32)
    expected = import_keras().ops.convert_to_numpy(model(images, training=False))
    assert_alike(forward(network, images), expected, "output")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(deadline=None, max_examples=15, derandomize=True)
@given(graphs(), seeds, st.frozensets(st.integers(0, 12), max_size=4))
def test_three_steps_of_a_branching_network_equal_those_of_keras(optimizer, graph, seed, places):
    network = frozen(drawn_network(graph, seed), places)
    generator = np.random.default_rng(seed)
    images = generator.normal(size=(BATCH * STEPS, *network.input_shape)).astype(np.float32)
    training = make_dataset(images, np.arange(len(images)) % 2, ["even", "odd"])
    plan = TrainingPlan(network, LOGITS, OPTIMIZERS[optimizer], epochs=1, batch_size=BATCH)
    state = fit(plan, Parts(training, None))

    model = compiled(network, plan.loss, plan.optimizer)
    model.run_eagerly = True  # a graph that is compiled for three steps costs more than they do
    inputs, wanted = arrays(training, 2, epoch_order(len(training), plan.seed, 1))
    model.fit(inputs, wanted, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
    for layer, weights in zip(network.layers, state.weights, strict=True):
        found = model.get_layer(layer.name).get_weights()
        for (name, ours), theirs in zip(weights.items(), found, strict=True):
            assert_alike(ours, np.array(theirs), f"{layer.name}: {name}")


@requires("tensorflow")
@pytest.mark.skipif(os.environ.get("KERAS_BACKEND") == "tensorflow", reason="it runs on it already")
def test_all_of_it_holds_on_tensorflow():
    words = [sys.executable, "-m", "pytest", "-q", "-n0", "-m", "peer", __file__]
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " passed" in ran.stdout
