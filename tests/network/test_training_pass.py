import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import inf
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    ACTIVATIONS,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
    Rescaling,
)
from cnncalc.network import (
    against_algorithms,
    algorithms,
    backward,
    forward,
    forward_saved,
    initialize,
)
from cnncalc.network.training_pass import TrainingPass, together
from cnncalc.ops import strip_convolution
from cnncalc.ops.dropout import DrawsByPiece
from tests.drawn_examples import of_examples
from tests.drawn_layers import chains, paddings
from tests.references import numerical_gradient

steady = settings(deadline=None, max_examples=of_examples(100))
seeds = st.integers(0, 2**32 - 1)
# Everything in one strip; some rows; or one.
tilings = st.sampled_from([1 << 20, 1000, 1])
# As it is; every gradient by an input that can be is a convolution; or none is.
copyings = st.sampled_from([against_algorithms.MOST_COPYING, inf, 0])


def tiles_of(numbers, copying=against_algorithms.MOST_COPYING):
    stack = ExitStack()
    stack.enter_context(patch.object(against_algorithms, "MOST_COPYING", copying))
    stack.enter_context(patch.object(strip_convolution, "STRIP_NUMBERS", numbers))
    return stack


@st.composite
def convolutions(draw):
    """Draw a convolution of many kinds behind a layer with weights, and often a pooling behind."""
    size = st.integers(1, 3)
    shape = (draw(st.integers(8, 12)), draw(st.integers(8, 12)), draw(size))
    dilation = draw(st.sampled_from([1, 1, 2, (1, 3)]))
    convolution = Conv2D(
        draw(st.integers(1, 4)),
        (draw(size), draw(size)),
        strides=(draw(size), draw(size)) if dilation == 1 else 1,
        padding=draw(paddings(keras=False)),
        dilation_rate=dilation,
        activation=draw(st.sampled_from([None, "relu", *ACTIVATIONS])),
        use_bias=draw(st.booleans()),
    )
    behind = [
        MaxPooling2D((draw(size), draw(size)), strides=draw(st.none() | size), padding="same"),
        MaxPooling2D((draw(st.integers(1, 2)), draw(st.integers(1, 2)))),
        AveragePooling2D((draw(st.integers(1, 2)), draw(st.integers(1, 2)))),
    ]
    poolings = draw(st.lists(st.sampled_from(behind), max_size=1))
    return [Conv2D(2, 1), convolution, *poolings, Flatten(), Dense(2)], (*shape[:2], 2)


def forward_piece(training, prepared, piece, generator):
    """Run one piece forward, as a batch of its own."""
    return together([training.forward(prepared, piece, generator, training.room(0))])[0]


def backward_piece(training, prepared, kept, upstream):
    """Work one piece's gradient back."""
    return together([training.backward(prepared, kept, upstream, training.room(0))])[0]


def drawn_pieces(seed, network, dtype, whole_numbers, sizes):
    """Return weights and pieces of a batch: whole numbers, to have ties, or any."""
    generator = np.random.default_rng(seed)

    def draw(shape):
        if whole_numbers:
            return generator.integers(-2, 3, shape).astype(dtype)
        return generator.standard_normal(shape).astype(dtype)

    weights = [
        {
            name: np.abs(draw(own.shape)) if "variance" in name else draw(own.shape)
            for name, own in each.items()
        }
        for each in network.weights
    ]
    pieces = [draw((size, *network.input_shape)) for size in sizes]
    return weights, pieces, [draw((size, *network.shapes[-1])) for size in sizes]


def check_against_layers(layers, shape, seed, dtype, whole_numbers=False, sizes=(3, 3, 1)):
    """Compare the pass with the layers one by one, piece after piece through the same buffers."""
    network = initialize(layers, shape, 0, dtype)
    weights, pieces, upstreams = drawn_pieces(seed, network, dtype, whole_numbers, sizes)
    training = TrainingPass(network.layers, network.input_shape)
    prepared = training.prepare(weights)
    close = {"rtol": 1e-8, "atol": 1e-8} if dtype == np.float64 else {"rtol": 1e-3, "atol": 1e-3}
    for piece, upstream in zip(pieces, upstreams, strict=True):
        own, others = (np.random.default_rng(seed) for _ in range(2))
        saved = forward_saved(network.layers, weights, piece, others)
        expected = backward(network.layers, weights, saved, upstream).weights
        kept = forward_piece(training, prepared, piece, own)
        np.testing.assert_allclose(kept[-1].output, saved[-1].output, **close)
        assert kept[-1].output.dtype == dtype
        found = training.finish(backward_piece(training, prepared, kept, upstream))
        updates = training.updates(kept)
        assert [list(each) for each in found] == [list(each) for each in expected]
        for mine, other in zip(
            (*found, *updates), (*expected, *(s.updates for s in saved)), strict=True
        ):
            for name, gradient in mine.items():
                scale = max(1, float(np.abs(other[name]).max(initial=0)))
                np.testing.assert_allclose(gradient / scale, other[name] / scale, **close)
                assert gradient.dtype == dtype
        predicted = forward_piece(training, prepared, piece, None)[-1].output
        reference = forward_saved(network.layers, weights, piece)[-1].output
        np.testing.assert_allclose(predicted, reference, **close)


@steady
@given(convolutions(), seeds, tilings, copyings, st.booleans())
def test_a_convolution_and_its_pooling_give_what_the_layers_give(
    drawn, seed, tiling, copying, whole
):
    with tiles_of(tiling, copying):
        check_against_layers(*drawn, seed, np.float64, whole)


@steady
@given(chains(), seeds)
def test_any_network_gives_what_its_layers_give(drawn, seed):
    layers, shape = drawn
    # All the rest of a network that has nothing to learn would have no gradient at all.
    check_against_layers([Conv2D(shape[-1], 1), *layers], shape, seed, np.float64)


@pytest.mark.parametrize("pool", [MaxPooling2D(2), AveragePooling2D(2), MaxPooling2D(3, 2)])
@pytest.mark.parametrize("filters", [2, 20])
@pytest.mark.parametrize("groups", [1, 2])
def test_float32_stays_float32(pool, filters, groups):
    layers = [
        Rescaling(0.5),
        Conv2D(4, 3, padding="same", activation="relu"),
        Conv2D(filters, 3, groups=groups, activation="relu"),
        pool,
        Dropout(0.25),
        Flatten(),
        Dense(5, activation="tanh"),
        Dense(2),
    ]
    check_against_layers(layers, (9, 8, 2), 0, np.float32, sizes=(7, 7, 3))


def test_gradients_have_columns_of_their_own():
    """A convolution with as many filters as channels spreads images and gradients alike."""
    layers = [Conv2D(2, 1), Conv2D(2, 2, padding="same"), Flatten(), Dense(2)]
    assert algorithms.choose(layers, (5, 4, 2))[1].algorithm == "turned patches"
    check_against_layers(layers, (5, 4, 2), 0, np.float64, sizes=(3, 3))


@pytest.mark.parametrize("copying", [0, inf])
def test_a_second_batch_makes_no_new_array(copying):
    layers = [
        *(Conv2D(3, 3, padding="same", activation="relu"), MaxPooling2D(2)),
        *(Conv2D(20, 3, padding="same", activation="relu"), MaxPooling2D(2)),
        *(Flatten(), Dense(2)),
    ]
    network = initialize(layers, (9, 8, 2))
    generator = np.random.default_rng(0)
    # Rows of which the last tile has fewer; pieces of which the last has fewer images.
    with tiles_of(3000, copying):
        training = TrainingPass(network.layers, network.input_shape)
        prepared = training.prepare(network.weights)

        def memory_after_a_batch():
            for size in (5, 5, 3):
                images = generator.random((size, 9, 8, 2), np.float32)
                kept = forward_piece(training, prepared, images, generator)
                backward_piece(training, prepared, kept, np.ones((size, 2), np.float32))
            room = training.room(0)
            return [array for one in room for array in one._memory.values()]

        first, second = memory_after_a_batch(), memory_after_a_batch()
    assert len(first) > 5
    assert all(mine is other for mine, other in zip(first, second, strict=True))


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_piece_is_planned_by_half_of_what_it_holds(dilation):
    layers = [
        Conv2D(8, 5, padding="same", dilation_rate=dilation, activation="relu"),
        MaxPooling2D(2),
        Conv2D(20, 3, padding="same", dilation_rate=dilation, activation="relu"),
        *(MaxPooling2D(2), Flatten(), Dense(2)),
    ]
    training = TrainingPass(layers, (64, 64, 3))
    prepared = training.prepare(initialize(layers, (64, 64, 3)).weights)
    with tiles_of(1):
        kept = forward_piece(training, prepared, np.zeros((4, 64, 64, 3), np.float32), None)
        backward_piece(training, prepared, kept, np.ones((4, 2), np.float32))
    held = sum(array.nbytes / 4 for array in training.room(0).kept._memory.values())
    assert 1 / 2 < held / (4 * training.numbers) < 2


def test_batch_normalization_gives_its_updates():
    layers = [
        Conv2D(3, 3),
        BatchNormalization(),
        Activation("relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(2),
    ]
    check_against_layers(layers, (8, 8, 2), 0, np.float64, sizes=(5,))


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0])
def test_the_first_of_equal_numbers_takes_the_gradient(value):
    """All sums of a pooling cell are equal here: their first one's pixels have the gradient."""
    layers = [Conv2D(1, 2, use_bias=False), MaxPooling2D(2)]
    training = TrainingPass(layers, (3, 3, 1))
    assert training.choices[0].layers == 2
    prepared = training.prepare([{"kernel": np.ones((2, 2, 1, 1))}, {}])
    images = np.full((1, 3, 3, 1), value)
    images[0, 2, 2] = value  # which only the last output sees
    kept = forward_piece(training, prepared, images, np.random.default_rng(0))
    found, _ = training.finish(backward_piece(training, prepared, kept, np.ones((1, 1, 1, 1))))
    assert found["kernel"].ravel().tolist() == [value] * 4


def test_gradients_are_numerical_ones():
    layers = [
        Conv2D(3, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(2, 2, strides=2, activation="tanh"),
        Flatten(),
        Dense(2),
    ]
    network = initialize(layers, (8, 7, 2), 3, np.float64)
    generator = np.random.default_rng(3)
    weights = [dict(each) for each in network.weights]
    images, upstream = generator.standard_normal((4, 8, 7, 2)), generator.standard_normal((4, 2))
    training = TrainingPass(layers, (8, 7, 2))
    prepared = training.prepare(weights)
    kept = forward_piece(training, prepared, images, generator)
    found = training.finish(backward_piece(training, prepared, kept, upstream))
    for own, gradients in zip(weights, found, strict=True):
        for name, gradient in gradients.items():

            def loss(value, own=own, name=name):
                before, own[name] = own[name], value
                output = forward_saved(layers, weights, images)[-1].output
                own[name] = before
                return np.sum(output * upstream)

            expected = numerical_gradient(loss, own[name])
            np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_a_network_is_worked_through_in_steps_of_layers_that_belong_together():
    network = initialize(
        [Conv2D(2, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2)], (8, 8, 1)
    )
    training = TrainingPass(network.layers, network.input_shape)
    images = np.random.default_rng(0).standard_normal((3, 8, 8, 1)).astype(np.float32)
    kept = forward_piece(training, training.prepare(network.weights), images, None)
    assert [each.output.shape for each in kept] == [(3, 3, 3, 2), (3, 2)]
    np.testing.assert_allclose(kept[-1].output, forward(network, images), rtol=1e-4, atol=1e-6)


def check_pieces_together(layers, shape, sizes):
    """Compare a batch in pieces that halt with the whole batch, layer by layer; return the pass."""
    network = initialize(layers, shape, 0, np.float64)
    weights, pieces, upstreams = drawn_pieces(1, network, np.float64, False, sizes)
    batch, upstream = np.concatenate(pieces), np.concatenate(upstreams)
    training = TrainingPass(network.layers, network.input_shape)
    prepared = training.prepare(weights)
    draws = [np.random.default_rng(number) for number in range(len(sizes))]
    rooms = [training.room(number) for number in range(len(sizes))]
    given = zip(pieces, draws, rooms, strict=True)
    kept = together([training.forward(prepared, *one) for one in given])
    given = zip(kept, upstreams, rooms, strict=True)
    shares = together([training.backward(prepared, *one) for one in given])
    sums = [
        {name: sum(share[place][name] for share in shares) for name in shares[0][place]}
        for place in range(len(shares[0]))
    ]
    edges = np.cumsum([0, *sizes]).tolist()
    slices = [slice(*edge) for edge in itertools.pairwise(edges)]
    whole = DrawsByPiece(slices, [np.random.default_rng(number) for number in range(len(sizes))])
    saved = forward_saved(network.layers, weights, batch, whole)
    expected = backward(network.layers, weights, saved, upstream).weights
    close = {"rtol": 1e-8, "atol": 1e-8}
    output = np.concatenate([one[-1].output for one in kept])
    np.testing.assert_allclose(output, saved[-1].output, **close)
    found = training.finish(sums)
    assert [list(one) for one in found] == [list(one) for one in expected]
    updates = training.updates(kept[0])
    for mine, other in zip(
        (*found, *updates), (*expected, *(one.updates for one in saved)), strict=True
    ):
        assert list(mine) == list(other)
        for name, gradient in mine.items():
            np.testing.assert_allclose(gradient, other[name], **close)
    return training


NORMALIZED = [
    Conv2D(3, 3, padding="same", name="first"),
    BatchNormalization(momentum=0.9),
    ReLU(),
    Conv2D(3, 3, padding="same", use_bias=False),
    BatchNormalization(scale=False),
    ReLU(max_value=1.0),
    Dropout(0.3),
    MaxPooling2D(2),
    BatchNormalization(center=False),
    Flatten(),
    Dense(4),
    BatchNormalization(),
    Dense(2),
]


@pytest.mark.parametrize("sizes", [(5,), (2, 2, 1), (1, 3)])
def test_pieces_with_batch_normalization_are_the_whole_batch(sizes):
    training = check_pieces_together(NORMALIZED, (6, 8, 2), sizes)
    assert [choice.algorithm for choice in training.choices].count("by moments") == 4


@pytest.mark.parametrize("sizes", [(5,), (2, 2, 1)])
def test_pieces_of_a_residual_network_are_the_whole_batch(sizes):
    layers = [
        Conv2D(4, 3, padding="same", name="a"),
        BatchNormalization(),
        Activation("relu", name="start"),
        Conv2D(4, 3, padding="same"),
        BatchNormalization(),
        ReLU(),
        Conv2D(4, 3, padding="same"),
        BatchNormalization(name="end"),
        Add(inputs=("end", "start")),
        ReLU(name="sum"),
        Conv2D(4, 1, strides=2, name="shortcut"),
        Conv2D(4, 3, strides=2, padding="same", inputs=("sum",), name="long"),
        Add(inputs=("long", "shortcut")),
        GlobalAveragePooling2D(),
        Dense(2),
    ]
    training = check_pieces_together(layers, (6, 8, 2), sizes)
    together_worked = [
        choice.layers for choice in training.choices if choice.algorithm == "row by row"
    ]
    assert together_worked == [2, 1]


def test_a_sum_of_a_volume_and_a_vector_repeats_the_vector():
    layers = [
        Conv2D(2, 3, name="volume"),
        GlobalAveragePooling2D(keepdims=True, name="vector"),
        Add(inputs=("volume", "vector")),
        Flatten(),
        Dense(2),
    ]
    check_against_layers(layers, (5, 6, 1), 0, np.float64)


@pytest.mark.parametrize("offset", [0.0, -0.5])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_bytes_are_rescaled_as_rows_are_read(offset, padding):
    layers = [
        Rescaling((0.5, 1 / 255), offset),
        Conv2D(3, 3, padding=padding, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(2),
    ]
    network = initialize(layers, (7, 8, 2), 0, np.float64)
    training = TrainingPass(network.layers, network.input_shape)
    assert training.choices[0].layers == 3
    images = np.random.default_rng(0).integers(0, 256, (3, 7, 8, 2), np.uint8)
    prepared = training.prepare(network.weights)
    kept = forward_piece(training, prepared, images, np.random.default_rng(0))
    saved = forward_saved(network.layers, network.weights, images.astype(np.float64))
    np.testing.assert_allclose(kept[-1].output, saved[-1].output, rtol=1e-9)
    found = training.finish(backward_piece(training, prepared, kept, np.ones((3, 2))))
    expected = backward(network.layers, network.weights, saved, np.ones((3, 2))).weights
    np.testing.assert_allclose(found[1]["kernel"], expected[1]["kernel"], rtol=1e-9, atol=1e-12)


def test_the_same_bytes_come_of_any_number_of_threads():
    network = initialize(NORMALIZED, (6, 8, 2))
    images = np.random.default_rng(0).random((6, 6, 8, 2), np.float32)

    def gradients(executor):
        training = TrainingPass(network.layers, network.input_shape)
        prepared = training.prepare(network.weights)
        pieces = [images[start : start + 2] for start in (0, 2, 4)]
        works = [
            training.forward(prepared, piece, np.random.default_rng(number), training.room(number))
            for number, piece in enumerate(pieces)
        ]
        kept = together(works, executor)
        works = [
            training.backward(prepared, one, np.ones((2, 2), np.float32), training.room(number))
            for number, one in enumerate(kept)
        ]
        shares = together(works, executor)
        return [array.tobytes() for share in shares for one in share for array in one.values()]

    alone = gradients(None)
    with ThreadPoolExecutor(3) as executor:
        assert gradients(executor) == alone


def test_a_mean_far_above_the_deviation_costs_no_digits_in_training():
    network = initialize([BatchNormalization(), Flatten(), Dense(2)], (4, 5, 3), 0, np.float32)
    images = (1e4 + np.random.default_rng(0).standard_normal((6, 4, 5, 3))).astype(np.float32)
    exact = [
        {name: array.astype(np.float64) for name, array in one.items()} for one in network.weights
    ]
    saved = forward_saved(
        network.layers, exact, images.astype(np.float64), np.random.default_rng(0)
    )
    upstream = np.random.default_rng(1).standard_normal((6, 2)).astype(np.float32)
    expected = backward(network.layers, exact, saved, upstream.astype(np.float64)).weights
    training = TrainingPass(network.layers, network.input_shape)
    prepared = training.prepare(network.weights)
    kept = forward_piece(training, prepared, images, np.random.default_rng(0))
    np.testing.assert_allclose(kept[0].output, saved[0].output, rtol=1e-5, atol=1e-5)
    found = training.finish(backward_piece(training, prepared, kept, upstream))
    for name, wanted in expected[0].items():
        np.testing.assert_allclose(found[0][name], wanted, rtol=1e-5, atol=1e-5)
