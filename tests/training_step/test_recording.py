from itertools import pairwise

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import L1, Conv2D, Dense, Flatten, LeakyReLU, ReLU
from cnncalc.network import assemble, initialize, training_pass
from cnncalc.training.dataset import Parts, make_dataset
from cnncalc.training.fit import epoch_order, fit, steps
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.plan import TrainingPlan
from cnncalc.training_step import record_steps
from tests.training_step.examples import (
    NETWORKS,
    batches,
    record_at_a_kink,
    small_network,
    weights_after,
)

OPTIMIZERS = [
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    RMSprop(learning_rate=0.01, momentum=0.5, centered=True),
    Adam(learning_rate=0.01, amsgrad=True, clipnorm=0.5),
    AdamW(learning_rate=0.01),
]
CROSS_ENTROPY = LOSSES["categorical_crossentropy"]


def recorded(network, optimizer=None, loss=CROSS_ENTROPY, **options):
    optimizer = optimizer or SGD(learning_rate=0.1)
    return list(record_steps(network, loss, optimizer, batches(), **options))


def fitted(network, optimizer, epochs=2):
    """Train on 10 samples in batches of 4; return the state and the batches in their order."""
    generator = np.random.default_rng(9)
    images = generator.integers(0, 256, (10, *network.input_shape))
    data = make_dataset(images, generator.integers(0, 2, 10), ["cat", "dog"])
    plan = TrainingPlan(network, CROSS_ENTROPY, optimizer, epochs, batch_size=4, seed=7, threads=1)
    state = fit(plan, Parts(data, None))
    taken = []
    for epoch in range(1, epochs + 1):
        order = epoch_order(10, 7, epoch)
        taken += [data.batch(order[start : start + 4]) for start in range(0, 10, 4)]
    return state, taken, steps(plan, data)


def require_equal(weights, expected):
    """Training joins some layers' work and adds up in another order: the last digits differ."""
    for own, wanted in zip(weights, expected, strict=True):
        for name, values in wanted.items():
            np.testing.assert_allclose(own[name], values, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_the_weights_are_those_of_fit(name, optimizer):
    network = small_network(name)
    state, taken, per_epoch = fitted(network, optimizer)
    *_, last = record_steps(
        network, CROSS_ENTROPY, optimizer, taken, seed=7, steps_per_epoch=per_epoch
    )
    assert last.number == 6
    require_equal(weights_after(last), state.weights)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_batch_in_pieces_is_recorded_as_fit_works_on_it(name, monkeypatch):
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 1)
    test_the_weights_are_those_of_fit(name, OPTIMIZERS[0])


def loss_of(record, network):
    """Return the mean loss of a record's batch on other weights, dropout as it was drawn."""
    batch = [(record.images, record.labels)]
    optimizer = SGD(learning_rate=0.1)
    (again,) = record_steps(network, record.loss_function, optimizer, batch)
    return again.loss


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradients_of_weights_are_those_of_the_mean_loss(name, loss):
    if loss == "binary_crossentropy" and name.startswith("same"):
        pytest.skip("a softmax is no sigmoid")
    network = small_network(name)
    record = recorded(network, loss=LOSSES[loss])[0]
    for update in record.updates:
        index = record.layers.index(record.layer(update.layer))
        at = tuple(size // 2 for size in update.before.shape)
        numbers = []
        for change in (1e-6, -1e-6):
            weights = [{n: w.copy() for n, w in own.items()} for own in network.weights]
            weights[index][update.weight][at] += change
            numbers.append(loss_of(record, assemble(network.layers, network.input_shape, weights)))
        slope = (numbers[0] - numbers[1]) / 2e-6
        assert update.gradient[at] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_each_step_starts_where_the_one_before_ended():
    first, second, third = recorded(small_network(), Adam(learning_rate=0.01))
    assert [step.number for step in (first, second, third)] == [1, 2, 3]
    for before, after in ((first, second), (second, third)):
        for update, following in zip(before.updates, after.updates, strict=True):
            assert (update.after == following.before).all()
            assert update.slots_before.keys() == {"momentum", "velocity"}
            for name, values in update.slots_after.items():
                assert (values == following.slots_before[name]).all()


def test_the_initial_weights_stay_as_they_are():
    network = small_network()
    before = [{name: w.copy() for name, w in own.items()} for own in network.weights]
    first, *_ = recorded(network)
    for own, expected, shown in zip(network.weights, before, first.network.weights, strict=True):
        for name, values in expected.items():
            assert (own[name] == values).all()
            assert (shown[name] == values).all()


def test_the_last_layer_has_the_gradient_before_its_softmax_only():
    record = recorded(small_network())[0]
    last = record.layers[-1]
    assert record.joined == "softmax"
    assert last.output is None
    expected = (record.outputs - record.targets) / 4
    np.testing.assert_allclose(last.pre_activation, expected, rtol=1e-12, atol=1e-15)
    assert last.error is last.pre_activation


def test_a_softmax_layer_joined_with_the_loss_hands_its_gradient_on():
    record = recorded(small_network("same, strides, average"))[0]
    dense, softmax = record.layers[-2:]
    assert softmax.output is None
    assert softmax.pre_activation is None
    assert (softmax.input == dense.output).all()
    assert dense.pre_activation is None
    np.testing.assert_allclose(dense.error, (record.outputs - record.targets) / 4, rtol=1e-12)


def test_squared_error_has_a_gradient_before_and_after_softmax():
    record = recorded(small_network(), loss=LOSSES["mean_squared_error"])[0]
    assert record.joined == "linear"
    assert record.layers[-1].output.shape == record.layers[-1].pre_activation.shape == (4, 2)


def test_before_the_first_weights_there_is_nothing():
    rescaling, conv, *_ = recorded(small_network())[0].layers
    assert (rescaling.output, rescaling.input, dict(rescaling.weights)) == (None, None, {})
    assert conv.input is None
    assert conv.output.shape == conv.pre_activation.shape == (4, 4, 5, 3)


def test_gradients_by_activations_are_those_that_the_layers_hand_on():
    layers = recorded(small_network())[0].layers
    for layer, following in pairwise(layers[1:]):
        assert (layer.output == following.input).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_traces_show_the_pass_that_gave_the_outputs(name):
    for record in recorded(small_network(name)):
        outputs = np.array([trace.output for trace in record.traces])
        np.testing.assert_allclose(outputs, record.outputs, rtol=1e-9, atol=1e-12)


def test_a_trace_tells_what_dropout_and_batch_normalization_did():
    trace = recorded(small_network("dropout, batch normalization"))[0].trace(1)
    notes = {stage.name: stage.note for stage in trace.stages}
    assert notes["dropout"] == "0 of 4 numbers become 0, the others are divided by 0.75"
    assert notes["normalization"].endswith("as each channel is in this batch")


def test_moving_statistics_are_no_update_but_move():
    record = recorded(small_network("dropout, batch normalization"))[0]
    normalization = record.layers[1]
    assert normalization.moved.keys() == {"moving_mean", "moving_variance"}
    assert [u.weight for u in record.updates if u.layer == normalization.layer.name] == [
        "gamma",
        "beta",
    ]
    moved = weights_after(record)[1]["moving_mean"]
    np.testing.assert_allclose(moved, normalization.drawn[0] * 0.01, rtol=1e-9)


@pytest.mark.parametrize("pieces", [2**22, 1])
@pytest.mark.parametrize("name", [name for name in NETWORKS if "normal" not in name])
def test_the_first_samples_alone_can_be_recorded(name, pieces, monkeypatch):
    monkeypatch.setattr(training_pass, "PIECE_VALUES", pieces)
    network = small_network(name)
    whole, some = recorded(network)[0], recorded(network, samples=2)[0]
    assert len(some.traces) == len(some.images) == 2
    assert (some.losses == whole.losses).all()
    for all_samples, two in zip(whole.layers, some.layers, strict=True):
        for stage in ("output", "pre_activation", "input"):
            expected, values = getattr(all_samples, stage), getattr(two, stage)
            assert (values is None) == (expected is None)
            assert values is None or (values == expected[:2]).all()
    for update, other in zip(whole.updates, some.updates, strict=True):
        assert (update.gradient == other.gradient).all()


def test_batch_normalization_needs_the_whole_batch():
    record = recorded(small_network("dropout, batch normalization"), samples=2)[0]
    assert len(record.images) == len(record.layers[1].output) == 4


def test_adam_tells_its_corrected_rate():
    steps_ = recorded(small_network(), Adam(learning_rate=0.001))
    assert [round(step.corrected_rate, 9) for step in steps_[:2]] == [0.000316228, 0.000235317]
    assert recorded(small_network())[0].corrected_rate is None


def test_float32_weights_are_recorded_in_float64():
    network = initialize([Flatten(), Dense(2, activation="softmax")], (6, 7, 2))
    record = recorded(network)[0]
    assert record.network.weights[1]["kernel"].dtype == np.float64
    assert record.updates[0].after.dtype == record.images.dtype == np.float64


def test_a_loss_that_is_no_number_is_refused_by_its_step():
    with pytest.raises(OptionError, match="the loss became nan in step 2"):
        recorded(small_network("same, strides, average"), SGD(learning_rate=1e300))


def test_unknown_layers_and_weights_are_named():
    record = recorded(small_network())[0]
    assert record.update("conv2d", "bias").weight == "bias"
    with pytest.raises(OptionError, match=r"has the layers rescaling, conv2d, .*Received: conv"):
        record.layer("conv")
    with pytest.raises(OptionError, match=r"trainable weights kernel, bias\. Received: gamma"):
        record.update("dense", "gamma")
    with pytest.raises(OptionError, match=r"has no trainable weights\. Received: kernel"):
        record.update("flatten", "kernel")


@pytest.mark.parametrize("name", NETWORKS)
def test_each_layer_keeps_what_it_took_in_and_put_out(name):
    record = recorded(small_network(name))[0]
    assert (record.layers[-1].layer_output == record.outputs).all()
    for sample, trace in enumerate(record.traces):
        for step, layer in zip(record.layers, trace.layers, strict=True):
            np.testing.assert_allclose(step.layer_input[sample], layer.input, atol=1e-9)
            np.testing.assert_allclose(step.layer_output[sample], layer.output, atol=1e-9)


def test_a_regularizer_adds_to_the_loss_and_to_the_gradient_of_its_weight():
    network = small_network("regularized")
    first = recorded(network)[0]
    kernel, update = network.weights[0]["kernel"], first.update("conv2d", "kernel")
    assert first.penalty == pytest.approx(
        0.1 * (kernel**2).sum() + 0.02 * np.abs(network.weights[2]["kernel"]).sum()
    )
    assert first.loss == pytest.approx(first.losses.mean() + first.penalty)
    own = first.layer("conv2d").weights["kernel"]
    np.testing.assert_allclose(update.gradient - own, 0.2 * kernel, atol=1e-12)


AT_A_KINK = [
    ([Conv2D(1, (1, 2), activation="relu")], -0.3, 0.0),
    ([Conv2D(1, (1, 2), activation="leaky_relu")], -0.3, 0.2),
    ([Conv2D(1, (1, 2)), ReLU(negative_slope=0.4)], -0.3, 0.4),
    ([Conv2D(1, (1, 2)), LeakyReLU(0.4)], -0.3, 0.4),
    ([Conv2D(1, (1, 2)), ReLU(threshold=0.3)], 0.0, 0.0),
    ([Conv2D(1, (1, 2)), ReLU(max_value=0.3)], 0.0, 1.0),
]


@pytest.mark.parametrize(("layers", "bias", "slope"), AT_A_KINK)
def test_rounding_does_not_decide_on_which_side_of_a_kink_a_sum_is(layers, bias, slope):
    """0.1 + 0.2 is more than 0.3: `fit` compares exactly, a record doesn't."""
    record = record_at_a_kink(layers, bias)
    (trace,) = record.traces
    assert record.outputs[0].tolist() == trace.output.tolist()
    handed_on = record.layer("conv2d").error.item() / record.layer("dense").error.item()
    assert handed_on == pytest.approx(slope, abs=1e-15)


def test_a_records_l1_has_no_sign_near_0():
    layers = [Dense(1, use_bias=False, kernel_regularizer=L1(0.5), name="dense")]
    kernel = np.array([[0.1 + 0.2 - 0.3], [0.2]])
    network = assemble(layers, (2,), [{"kernel": kernel}])
    batch = (np.zeros((1, 2)), np.array([0]))
    record = next(record_steps(network, LOSSES["mean_squared_error"], SGD(), [batch]))
    assert record.update("dense", "kernel").gradient.ravel().tolist() == [0, 0.5]
