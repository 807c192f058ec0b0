import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    ReLU,
    Rescaling,
)
from cnncalc.network import backward, backward_layer, forward, forward_saved, initialize
from tests.drawn_layers import EVERY_LAYER, KERAS_LAYERS, chains, layer_and_shape
from tests.keras_peer import import_keras, keras_layer, set_weights
from tests.peers import requires
from tests.references import numerical_gradient

# The same examples in every run: a number that falls within a millionth of a kink of ReLU, or of a
# tie of two maxima, has no numerical gradient, and that would happen once in a hundred runs.
steady = settings(deadline=None, max_examples=20, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


def drawn_weights(network, generator):
    """The network's weights as a list that may change, every number drawn: none is a neutral 0."""
    return [
        {
            name: generator.uniform(0.5, 1.5, value.shape)
            if name == "moving_variance"
            else generator.standard_normal(value.shape)
            for name, value in weights.items()
        }
        for weights in network.weights
    ]


def check_gradients(layers, shape, seed, generator_seed=None):
    """Compare each gradient of a loss that weighs the output with a numerical one."""
    network = initialize(layers, shape, seed, np.float64)
    generator = np.random.default_rng(seed)
    weights = drawn_weights(network, generator)
    images = generator.standard_normal((2, *shape))

    def run(images):
        training = None if generator_seed is None else np.random.default_rng(generator_seed)
        return forward_saved(network.layers, weights, images, training)

    saved = run(images)
    upstream = generator.standard_normal(saved[-1].output.shape)
    result = backward(network.layers, weights, saved, upstream, to_input=True)

    expected = numerical_gradient(lambda x: np.sum(run(x)[-1].output * upstream), images)
    np.testing.assert_allclose(result.input, expected, rtol=1e-6, atol=1e-6)
    for layer, own, gradients in zip(network.layers, weights, result.weights, strict=True):
        assert list(gradients) == [name for name in own if layer.learns(name)]
        for name, gradient in gradients.items():

            def loss(value, own=own, name=name):
                kept, own[name] = own[name], value
                result = np.sum(run(images)[-1].output * upstream)
                own[name] = kept
                return result

            expected = numerical_gradient(loss, own[name])
            np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", EVERY_LAYER, ids=lambda kind: kind.__name__)
@steady
@given(data=st.data(), seed=seeds)
def test_a_layers_gradients_equal_numerical_ones(kind, data, seed):
    layer, shape = data.draw(layer_and_shape(kind))
    check_gradients([layer], shape, seed)


@pytest.mark.parametrize("kind", [BatchNormalization, Dropout])
@steady
@given(data=st.data(), seed=seeds)
def test_a_layers_gradients_in_training_equal_numerical_ones(kind, data, seed):
    layer, shape = data.draw(layer_and_shape(kind))
    check_gradients([layer], shape, seed, generator_seed=seed)


@steady
@given(chains(longest=4), seeds)
def test_a_networks_gradients_equal_numerical_ones(chain, seed):
    layers, shape = chain
    check_gradients(layers, shape, seed % 1000)


def test_the_inputs_gradient_is_left_out_unless_asked_for():
    layers = [Rescaling(2.0), Conv2D(2, 2), ReLU(), Flatten(), Dense(2)]
    network = initialize(layers, (3, 3, 1))
    saved = forward_saved(network.layers, network.weights, np.ones((1, 3, 3, 1), np.float32))
    result = backward(network.layers, network.weights, saved, np.ones((1, 2), np.float32))
    assert result.input is None
    assert [sorted(gradients) for gradients in result.weights] == [
        *([], ["bias", "kernel"], [], []),
        ["bias", "kernel"],
    ]
    first = backward_layer(
        network.layers[1], network.weights[1], saved[1], np.ones((1, 2, 2, 2)), to_input=False
    )
    assert first.input is None


def test_float32_stays_float32_in_every_gradient():
    layers = [Conv2D(2, 2, activation="softplus"), BatchNormalization(), Flatten(), Dense(2)]
    network = initialize(layers, (3, 3, 1))
    images = np.ones((2, 3, 3, 1), np.float32)
    generator = np.random.default_rng(0)
    saved = forward_saved(network.layers, network.weights, images, generator)
    gradient = np.ones((2, 2), np.float32)
    result = backward(network.layers, network.weights, saved, gradient, to_input=True)
    kept = [update for one in saved for update in one.updates.values()]
    arrays = [result.input, *kept, *(g for own in result.weights for g in own.values())]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@steady
@given(chains(), seeds)
def test_the_saved_pass_without_a_generator_equals_prediction(chain, seed):
    layers, shape = chain
    network = initialize(layers, shape, seed, np.float64)
    images = np.random.default_rng(seed).standard_normal((2, *shape))
    saved = forward_saved(network.layers, network.weights, images)
    np.testing.assert_array_equal(saved[-1].output, forward(network, images))
    assert tuple(one.output.shape[1:] for one in saved) == network.shapes[1:]


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize("training", [False, True], ids=["prediction", "training"])
@pytest.mark.parametrize("kind", KERAS_LAYERS, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=30, derandomize=True)
@given(data=st.data(), seed=seeds)
def test_a_layer_and_its_gradients_equal_keras(kind, training, data, seed):
    layer, shape = data.draw(layer_and_shape(kind, keras=True))
    assume(not differs_on_pytorch(layer, shape))
    if training and kind is Dropout:
        layer = Dropout(0)  # what Keras drops, it alone knows
    network = initialize([layer], shape, seed)
    generator = np.random.default_rng(seed)
    weights = [
        {name: value.astype(np.float32) for name, value in own.items()}
        for own in drawn_weights(network, generator)
    ]
    images = generator.standard_normal((4, *shape)).astype(np.float32)
    saved = forward_saved(network.layers, weights, images, generator if training else None)
    upstream = generator.standard_normal(saved[-1].output.shape).astype(np.float32)
    ours = backward(network.layers, weights, saved, upstream, to_input=True)

    output, by_input, by_weight, moving = run_keras(layer, weights[0], images, upstream, training)
    np.testing.assert_allclose(saved[-1].output, output, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours.input, by_input, rtol=1e-4, atol=1e-4)
    for gradient, expected in zip(ours.weights[0].values(), by_weight, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-4)
    kept = {name: weights[0][name] for name in layer.non_trainable} | dict(saved[0].updates)
    for name, update in kept.items():
        np.testing.assert_allclose(update, moving[name], rtol=1e-5, atol=1e-5)


def differs_on_pytorch(layer, shape):
    """Tell where Keras averages copies of the edge, on PyTorch and not on TensorFlow or JAX."""
    if not isinstance(layer, AveragePooling2D) or layer.padding != "same":
        return False
    top, bottom, left, right = layer.geometry(shape).pads
    return top != bottom or left != right


def run_keras(layer, weights, images, upstream, training):
    """Run a batch through a layer of Keras on PyTorch, forward and backward."""
    import_keras()
    import torch  # noqa: PLC0415 (a peer that may be missing)

    theirs = keras_layer(layer)
    theirs.build((None, *images.shape[1:]))
    set_weights(theirs, weights)
    inputs = torch.tensor(images, requires_grad=True)
    passes_training = "training" in theirs.call_signature_parameters
    output = theirs(inputs, **({"training": training} if passes_training else {}))
    output.backward(torch.tensor(upstream))
    gradients = {
        variable.name: variable.value.grad.numpy() for variable in theirs.trainable_weights
    }
    by_weight = [gradients[name] for name in weights if name in gradients]
    moving = {variable.name: variable.numpy() for variable in theirs.non_trainable_weights}
    return output.detach().numpy(), inputs.grad.numpy(), by_weight, moving
