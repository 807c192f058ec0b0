from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
)
from cnncalc.network import forward, initialize, training_pass
from cnncalc.training.losses import LOSSES, target_outputs
from cnncalc.training.objective import make_objective
from tests.references import numerical_gradient
from tests.training.examples import dataset, flat, network

LOSS = LOSSES["categorical_crossentropy"]


def batch(samples=10, dtype=np.float64):
    return dataset(samples, dtype=dtype).batch(np.arange(samples))


def run(objective, images, labels, seed=(0,), threads=1):
    with ThreadPoolExecutor(threads) as executor:
        return objective.gradients(images, labels, seed, executor)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("last", ["softmax", "sigmoid"])
def test_gradients_are_those_of_the_batches_mean_loss(loss, last):
    layers = [MaxPooling2D(2), Flatten(), Dense(3, activation=last)]
    net = initialize(layers, (6, 5, 2), 0, np.float64)
    images, labels = batch()
    result = run(make_objective(net, LOSSES[loss], 3), images, labels)
    weights = [dict(own) for own in net.weights]

    def mean_loss(kernel):
        changed = initialize(layers, (6, 5, 2), 0, np.float64)
        changed.weights[2]["kernel"].flags.writeable = True
        changed.weights[2]["kernel"][...] = kernel
        outputs = forward(changed, images)
        return (
            LOSSES[loss]
            .compute(target_outputs(labels, 3, np.float64), outputs, False)
            .losses.mean()
        )

    expected = numerical_gradient(mean_loss, weights[2]["kernel"])
    np.testing.assert_allclose(result.gradients[2]["kernel"], expected, rtol=1e-5, atol=1e-8)
    assert result.loss == pytest.approx(10 * mean_loss(weights[2]["kernel"]))
    assert result.correct == (forward(net, images).argmax(axis=1) == labels).sum()


def test_pieces_add_up_to_the_whole(monkeypatch):
    objective = make_objective(network(dtype=np.float64), LOSS, 3)
    images, labels = batch(23)
    whole = run(objective, images, labels)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    assert len(objective.pieces(23)) == 12
    pieces = run(objective, images, labels)
    assert (pieces.correct, pieces.loss) == (whole.correct, pytest.approx(whole.loss))
    for mine, other in zip(pieces.gradients, whole.gradients, strict=True):
        for name, gradient in mine.items():
            np.testing.assert_allclose(gradient, other[name], rtol=1e-10, atol=1e-13)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    layers = [*network().layers[:-1], Dropout(0.5), network().layers[-1]]
    objective = make_objective(initialize(layers, (6, 5, 2)), LOSS, 3)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    images, labels = batch(50, np.float32)
    results = [run(objective, images, labels, threads=threads) for threads in (1, 2, 5)]
    assert len({flat(result.gradients) for result in results}) == 1
    assert len({result.loss for result in results}) == 1


def test_batch_normalization_sees_the_whole_batch(monkeypatch):
    layers = [Conv2D(2, 3), BatchNormalization(), ReLU(), Flatten(), Dense(3, activation="softmax")]
    objective = make_objective(initialize(layers, (6, 5, 2), 0, np.float64), LOSS, 3)
    images, labels = batch(50)
    whole = run(objective, images, labels)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    assert len(objective.pieces(50)) > 20
    again = run(objective, images, labels)
    assert set(again.updates[1]) == {"moving_mean", "moving_variance"}
    for mine, other in zip(
        (*again.gradients, *again.updates), (*whole.gradients, *whole.updates), strict=True
    ):
        for name, numbers in mine.items():
            np.testing.assert_allclose(numbers, other[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "middle", [[BatchNormalization()], [ReLU(), MaxPooling2D(2)], [BatchNormalization(), ReLU()]]
)
@pytest.mark.filterwarnings("error")
def test_a_training_that_diverges_is_warned_of_by_nobody(middle):
    """Where pieces' sums leave what floats hold, too: `fit` stops it by its loss."""
    layers = [Conv2D(2, 3), *middle, Flatten(), Dense(3, activation="softmax")]
    objective = make_objective(initialize(layers, (6, 5, 2)), LOSS, 3)
    images, labels = batch(50, np.float32)
    result = run(objective, np.where(images > 0, images, -1) * np.float32(3e38), labels)
    assert np.isnan(result.loss)


def test_a_recorded_piece_draws_what_the_pieces_of_training_draw(monkeypatch):
    objective = make_objective(network(extras=True, dtype=np.float64), LOSS, 3)
    images, labels = batch(9)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    assert len(objective.pieces(9)) > 1
    (piece,) = objective.recorded_pieces(9)
    recorded = objective.piece_forward(images, labels, (7,), piece)
    trained = run(objective, images, labels, (7,))
    assert trained.loss == pytest.approx(recorded.losses.sum())


@pytest.mark.parametrize("rows", [1, 7])
def test_a_piece_has_the_images_of_which_a_strip_holds_some_rows(monkeypatch, rows):
    net = initialize([Conv2D(2, 3), Flatten(), Dense(3)], (6, 5, 2), 0, np.float64)
    objective = make_objective(net, LOSSES["mean_squared_error"], 3)
    # Back, a row of 5 windows sees 3 columns of 2 filters for each.
    monkeypatch.setattr(training_pass, "STRIP_NUMBERS", 24 * rows * 5 * 3 * 2)
    monkeypatch.setattr(training_pass, "STRIP_ROWS", rows)
    # 24 of them: whole lines of the cache have 16 numbers.
    assert objective.pieces(64)[0] == slice(0, 16)


def test_what_dropout_keeps_follows_from_the_seed():
    objective = make_objective(network(extras=True), LOSS, 3)
    images, labels = batch(50, np.float32)
    losses = [run(objective, images, labels, seed).loss for seed in ([1, 2], [1, 2], [1, 3])]
    assert losses[0] == losses[1] != losses[2]


def test_bytes_are_taken_as_the_numbers_they_are():
    objective = make_objective(network(), LOSS, 3)
    images, labels = batch(5, np.uint8)
    bytes_ = run(objective, images, labels)
    floats = run(objective, images.astype(np.float32), labels)
    assert flat(bytes_.gradients) == flat(floats.gradients)


@pytest.mark.parametrize(
    ("batch", "values", "sizes"),
    [
        (1, 24, [1]),
        (5, 10**9, [3, 2]),
        (128, 15, [13] * 9 + [11]),  # nine of 15 would do
        (23, 3, [3] * 7 + [2]),
        (4, 1, [1] * 4),
        (3, 0, [1] * 3),
    ],
)
def test_a_batch_is_cut_into_an_even_number_of_pieces_of_one_size(
    monkeypatch, batch, values, sizes
):
    objective = make_objective(network(), LOSS, 3)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", values * objective._passes.numbers)
    pieces = objective.pieces(batch)
    assert [piece.stop - piece.start for piece in pieces] == sizes
    assert np.concatenate([np.arange(batch)[piece] for piece in pieces]).tolist() == [*range(batch)]


def test_an_outcome_keeps_the_output_of_each_piece(monkeypatch):
    """One thread works on all pieces here, and each overwrites the last one's output."""
    net = initialize([Flatten(), Dense(3)], (6, 5, 2), 0, np.float64)
    objective = make_objective(net, LOSSES["mean_squared_error"], 3)
    images, labels = batch(9)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    assert len(objective.pieces(9)) > 1
    with ThreadPoolExecutor(1) as executor:
        losses, outputs = objective.outcome(images, labels, executor)
    np.testing.assert_allclose(outputs, forward(net, images))
    errors = (outputs - target_outputs(labels, 3, np.float64)) ** 2
    np.testing.assert_allclose(losses, errors.mean(axis=1))


def test_an_outcome_has_probabilities_and_each_samples_loss(monkeypatch):
    net = network(dtype=np.float64)
    objective = make_objective(net, LOSS, 3)
    images, labels = batch(9)
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 2 * objective._passes.numbers)
    with ThreadPoolExecutor(2) as executor:
        losses, outputs = objective.outcome(images, labels, executor)
    np.testing.assert_allclose(outputs, forward(net, images))
    np.testing.assert_allclose(losses, -np.log(outputs[np.arange(9), labels]))


def test_only_the_activation_that_belongs_to_the_loss_is_peeled_off():
    net = network()
    assert make_objective(net, LOSS, 3).activation == "softmax"
    for name in ("binary_crossentropy", "mean_squared_error"):
        objective = make_objective(net, LOSSES[name], 3)
        assert objective.activation == "linear"
        assert objective.network is net


@pytest.mark.parametrize(
    ("layers", "loss", "classes", "words"),
    [
        ([Dense(2)], "categorical_crossentropy", 2, "such as Dense.2.. .* output of 6×5×2 for 2"),
        ([Flatten(), Dense(3)], "categorical_crossentropy", 2, "an output of 3 for 2 classes"),
        ([Flatten(), Dense(1)], "mean_squared_error", 3, "an output of 1 for 3 classes"),
    ],
)
def test_a_network_that_does_not_fit_the_classes_is_refused(layers, loss, classes, words):
    net = initialize(layers, (6, 5, 2))
    with pytest.raises(ShapeError, match=f"must end in one number a class, .*{words}"):
        make_objective(net, LOSSES[loss], classes)


def test_one_output_is_not_judged_by_categorical_crossentropy_and_the_loss_that_can_is_named():
    net = initialize([Flatten(), Dense(1, activation="sigmoid")], (6, 5, 2))
    with pytest.raises(OptionError, match="--loss binary_crossentropy behind a sigmoid"):
        make_objective(net, LOSS, 2)


def test_a_network_without_weights_is_refused():
    net = initialize([Flatten()], (1, 1, 2))
    with pytest.raises(OptionError, match="must have weights to be trained"):
        make_objective(net, LOSS, 2)
