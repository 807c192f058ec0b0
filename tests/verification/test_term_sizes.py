import math
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
)
from cnncalc.network import assemble, initialize
from cnncalc.trace import StageName, record
from cnncalc.trace.structure import make_stage
from cnncalc.verification.comparison import Evaluation, ExpectedBlock, Place, WorkbookCells, compare
from cnncalc.verification.term_sizes import term_sizes, training_size

IMAGE = np.array([[3.0, -4.0], [-5.0, 6.0]])[..., np.newaxis]


def sizes_of(network, image=IMAGE):
    return term_sizes(record(network, image))


def last_sizes(*layers: Layer, weights=None, image=IMAGE):
    """The sizes behind the last number of each layer's last stage."""
    trace = record(assemble(layers, image.shape, weights or [{}] * len(layers)), image)
    sizes = term_sizes(trace)
    return [sizes[layer.name, layer.stages[-1].name].max() for layer in trace.layers]


def test_signs_of_weights_and_pixels_are_dropped():
    kernel = np.array([[1.0, 2.0], [-3.0, 4.0]])[..., np.newaxis, np.newaxis]
    sizes = sizes_of(Calculation(kernel, bias=-7.0).network(IMAGE.shape))
    assert sizes["conv2d", "bias"].tolist() == [[[3 + 8 + 15 + 24 + 7]]]


def test_a_smaller_step_and_a_stage_without_sizes_are_refused(monkeypatch):
    trace = record(assemble([Flatten()], IMAGE.shape, [{}]), IMAGE)
    stage = make_stage(StageName.COMBINED, np.zeros(9), "nine numbers")
    odd = replace(trace, layers=(replace(trace.layers[0], stages=(stage,)),))
    with pytest.raises(TypeError, match=r"^combined must have its sizes .* Received: Flatten$"):
        term_sizes(odd)
    monkeypatch.setattr(
        "cnncalc.verification.term_sizes.helper_values", lambda layer: {"halves": layer.output}
    )
    with pytest.raises(TypeError, match="halves"):
        term_sizes(trace)


def test_each_number_has_its_own_size():
    sizes = sizes_of(Calculation(np.full((1, 1, 1, 1), -2.0)).network(IMAGE.shape))
    assert sizes["conv2d", "convolution"].tolist() == [[[6.0], [8.0]], [[10.0], [12.0]]]


def test_of_what_cancels_in_a_sum_a_tenth_is_remembered_in_the_next():
    first, last = np.full((1, 2, 1, 1), 3.0), np.full((2, 1, 1, 1), -2.0)
    first[0, 1] = -5.0
    image = np.array([[50.0, 30.0], [5.0, -6.0]])[..., np.newaxis]
    layers = (Conv2D(1, (1, 2), use_bias=False), Conv2D(1, (2, 1), use_bias=False))
    weights = [{"kernel": first}, {"kernel": last}]
    # 150 − 150 is 0, of the size 300; 15 + 30 is 45 without cancelling.
    assert last_sizes(*layers, weights=weights, image=image) == [300.0, 2 * (30.0 + 45.0)]


def test_a_layer_that_only_copies_remembers_all_that_cancelled():
    kernel = np.array([[1.0], [-1.0]]).reshape(1, 2, 1, 1)
    layers = (Conv2D(1, (1, 2), use_bias=False), MaxPooling2D((2, 1)), Flatten())
    image = np.full((2, 2, 1), 0.1)
    sizes = last_sizes(*layers, weights=[{"kernel": kernel}, {}, {}], image=image)
    assert sizes == pytest.approx([0.2, 0.2, 0.2])


def test_a_share_of_3e_10_stands_out_in_the_deepest_layers():
    layers = [
        *(Conv2D(6, 5, activation="tanh"), MaxPooling2D(2), Conv2D(16, 5, activation="tanh")),
        *(Flatten(), Dense(120, "tanh"), Dense(84, "tanh"), Dense(10, "softmax")),
    ]
    image = np.random.default_rng(0).uniform(size=(16, 16, 1))
    trace = record(initialize(layers, image.shape), image)
    sizes = term_sizes(trace)
    stages = [(layer.name, stage) for layer in trace.layers[-2:] for stage in layer.stages]
    for name, stage in stages:
        row, terms = stage.values[np.newaxis], sizes[name, stage.name][np.newaxis]
        block = ExpectedBlock(name, 0, 0, row, [["A1"] * row.size], terms)
        places = [Place(name, 0, column) for column in range(stage.values.size)]
        right = dict(zip(places, stage.values.tolist(), strict=True))
        wrong = {place: number * (1 + 3e-10) for place, number in right.items()}
        cells = WorkbookCells({}, dict.fromkeys(places, "A1"), wrong)
        report = compare([block], cells, Evaluation("an engine 1.0", right))
        assert (report.evaluated.differing, report.stored.differing) == (0, len(places))


def test_a_padded_input_is_as_exact_as_what_it_pads():
    first = np.ones((1, 1, 1, 1))
    layers = (Conv2D(1, 1, use_bias=False), MaxPooling2D(2, padding="same", strides=1))
    trace = record(assemble(layers, IMAGE.shape, [{"kernel": first}, {}]), IMAGE)
    sizes = term_sizes(trace)["max_pooling2d", "padded input"]
    assert sizes[..., 0].tolist() == [[3.0, 4.0, 0.0], [5.0, 6.0, 0.0], [0.0, 0.0, 0.0]]


def test_a_dilated_kernel_is_exact():
    kernel = np.array([[1e-9, -3.0]]).reshape(1, 2, 1, 1)
    network = Calculation(kernel, dilation_rate=2).network((1, 3, 1))
    sizes = sizes_of(network, np.full((1, 3, 1), 200.0))["conv2d", "dilated kernel"]
    assert sizes.ravel().tolist() == [1e-9, 0.0, 3.0]


def test_pooling_takes_the_sizes_of_its_window():
    sizes = sizes_of(pooling_network(IMAGE.shape, pooling_layer("average", 2)))
    assert sizes["average_pooling2d", "pooling"].tolist() == [[[4.5]]]


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (Activation("relu"), 6.0),
        (ReLU(max_value=5), 3.0),
        (LeakyReLU(0.5), 6.0),
        (ELU(alpha=2.0), 6.0),
        (Rescaling(-0.5, offset=-1.0), 4.0),
        (Rescaling(0.01), 0.06),
        (MaxPooling2D(2), 6.0),
        (Flatten(), 6.0),
    ],
)
def test_a_layer_without_weights(layer, size):
    assert last_sizes(layer) == [pytest.approx(size)]


@pytest.mark.parametrize(
    ("activation", "number", "slope"),
    [
        ("sigmoid", 0.0, 0.25),
        ("sigmoid", -100.0, math.exp(-100)),
        ("tanh", 0.5, 1 - math.tanh(0.5) ** 2),
        ("softplus", -80.0, math.exp(-80)),
        ("elu", -2.0, math.exp(-2)),
    ],
)
def test_an_activation_passes_sizes_on_times_its_slope(activation, number, slope):
    # 1000 less what makes it the number: the terms are large, the sum is small.
    weights = {"kernel": np.ones((1, 2, 1, 1)), "bias": np.zeros(1)}
    image = np.array([1000.0, number - 1000.0]).reshape(1, 2, 1)
    sizes = last_sizes(Conv2D(1, (1, 2), activation=activation), weights=[weights], image=image)
    assert sizes == [pytest.approx(slope * (2000 - number), rel=1e-3)]


def test_a_share_of_softmax_is_as_exact_as_the_exponents():
    image = np.array([-300.0, 0.0]).reshape(1, 1, 2)
    trace = record(assemble([Softmax()], image.shape, [{}]), image)
    sizes = term_sizes(trace)["softmax", trace.layers[0].stages[-1].name]
    assert sizes.tolist() == [[[2 * 300 * math.exp(-300), 2 * 300 * 1.0]]]


def test_the_exponentials_of_softmax_are_as_exact_as_the_exponents():
    kernel = np.array([[[[1.0, 2.0]]]])
    network = Calculation(kernel, activation="softmax").network((1, 1, 1))
    sizes = sizes_of(network, np.array([[[-50.0]]]))
    assert sizes["conv2d", "exponentials"].tolist() == [[[100.0, 100.0 * math.exp(-50)]]]
    assert sizes["conv2d", "largest"].tolist() == [[[100.0]]]


def test_a_batch_normalization_subtracts_its_mean():
    weights = {name: np.ones(1) for name in ("gamma", "beta", "moving_mean", "moving_variance")}
    found = last_sizes(BatchNormalization(epsilon=0.0), weights=[weights])
    assert found == [pytest.approx((6 + 1) / 1 + 1)]


def test_a_dense_layer_sums_all_its_inputs():
    weights = {"kernel": np.array([[1.0], [-1], [-1], [1]]), "bias": np.array([-2.0])}
    assert last_sizes(Flatten(), Dense(1), weights=[{}, weights]) == [6.0, 20.0]


def test_every_stage_and_step_has_sizes_of_its_shape():
    random = np.random.default_rng(0)
    kernel = random.normal(size=(2, 2, 40, 3))
    calculation = Calculation(
        kernel, 0.5, "same", 1, 2, "softmax", combine="sum", pooling=pooling_layer("max", 2)
    )
    trace = record(calculation.network((4, 4, 40)), random.normal(size=(4, 4, 40)))
    sizes = term_sizes(trace)
    for layer in trace.layers:
        for stage in layer.stages:
            assert sizes[layer.name, stage.name].shape == stage.values.shape
    assert sizes["conv2d", "partial sums"].shape == (4, 4, 2, 3)
    assert sizes["conv2d", "dilated kernel"].shape == (3, 3, 40, 3)


def test_the_difference_of_two_summing_orders_is_small_beside_the_size():
    random = np.random.default_rng(3)
    terms = random.normal(size=(1, 75, 1)) * 100
    kernel = random.normal(size=(1, 75, 1, 1))
    size = sizes_of(Calculation(kernel).network(terms.shape), terms)["conv2d", "convolution"].item()
    products = (terms[0, :, 0] * kernel[0, :, 0, 0]).tolist()
    assert abs(sum(products) - math.fsum(products)) < 1e-14 * size


def test_numbers_of_a_training_are_as_exact_as_the_largest_that_is_alike():
    large, small = np.array([[8.0]]), np.array([[1e-17, np.nan]])
    assert training_size([large, small], steps=1) == 800.0
    assert training_size([small], steps=2) == training_size([], steps=2) == 20.0
    assert training_size([np.array([["a"]], dtype=object)], steps=1) == 10.0


@pytest.mark.parametrize("number", [3.0, 3 * 1.1, 3.3 + 1e-9])
def test_near_a_jump_no_size_is_more_than_the_terms(number):
    """The height of the jump would excuse what is plainly wrong."""
    (size,) = last_sizes(ReLU(threshold=3.3), image=np.full((1, 1, 1), number))
    assert size <= number


def test_at_a_kink_the_steeper_side_counts():
    """0.1 + 0.2 − 0.3 may come out as 0 or as 5.6e-17."""
    weights = {"kernel": np.array([[[[0.1]], [[0.2]]]]), "bias": np.array([-0.3])}
    layer = Conv2D(1, (1, 2), activation="relu")
    sizes = last_sizes(layer, weights=[weights], image=np.ones((1, 2, 1)))
    assert sizes == [pytest.approx(0.6)]
