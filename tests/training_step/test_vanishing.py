import numpy as np
import pytest

from cnncalc.network import assemble
from cnncalc.notation import parse
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.training_step.vanishing import find_vanished, with_reason

CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
SQUARED = "mean_squared_error"


def step_of(text, weights, images, labels, loss=CATEGORICAL, **options):
    """Record a step of a network with these weights, none for layers that have none."""
    images = np.array(images, np.float64)
    layers = parse(text).layers
    given = iter(weights)
    own = [next(given) if hasattr(layer, "use_bias") else {} for layer in layers]
    network = assemble(layers, images.shape[1:], own)
    batch = (images, np.array(labels))
    return next(record_steps(network, LOSSES[loss], SGD(), [batch], **options))


def kernel(*rows, bias=None):
    array = np.array(rows, np.float64)
    return {"kernel": array, "bias": np.zeros(array.shape[-1]) if bias is None else bias}


def reasons(record):
    return {each.weights: (each.reason, each.advice) for each in find_vanished(record)}


DENSE = (("dense", "kernel"), ("dense", "bias"))
NOTHING = "Nothing is left to learn from this sample."
LEAKY = "A LeakyReLU has a slope there, too."
SMALLER = "Smaller numbers before it would leave it a slope."
SCALE = (
    "Pixels go up to 250: with Rescaling(1/255) as the network's first layer, a gradient would "
    "come back."
)


def test_a_gradient_that_came_back_is_nothing_to_explain():
    assert find_vanished(step_of("Dense(2, 'softmax')", [kernel([1, 2])], [[0.5]], [1])) == ()


@pytest.mark.parametrize(("pixel", "size"), [(250.0, "is about 2.7e-109 at most"), (800.0, "is 0")])
def test_a_saturated_softmax_is_named_and_scaled_pixels_are_proposed(pixel, size):
    record = step_of("Dense(2, 'softmax')", [kernel([0, 1])], [[pixel]], [1])
    reason = "the softmax is saturated: it gives the true class a share of 1, so that "
    divisor = 255 if pixel < 255 else 800
    advice = SCALE.replace("250", f"{pixel:g}").replace("255", str(divisor))
    assert reasons(record) == {DENSE: (f"{reason}output − target {size}", advice)}
    (found,) = find_vanished(record)
    start = "Next to no gradient comes back from the loss to any weight, about 6.7e-107 at most: "
    assert found.text.startswith(start if "e-" in size else "No gradient comes back from the loss ")


def test_where_scaled_pixels_would_not_help_they_are_not_proposed():
    record = step_of("Dense(2, 'softmax')", [kernel([0, 100])], [[250.0]], [1])
    ((_, advice),) = reasons(record).values()
    assert advice == NOTHING


def test_to_a_network_that_scales_something_true_is_said():
    layers = "Rescaling(0.1); Dense(2, 'softmax')"
    record = step_of(layers, [kernel([0, 10])], [[250.0], [200.0]], [1, 1])
    (found,) = find_vanished(record)
    assert "gives the true class of each sample a share of 1" in found.reason
    assert found.advice == "Nothing is left to learn from these samples."


def test_a_softmax_that_is_sure_and_wrong_has_a_gradient():
    assert find_vanished(step_of("Dense(2, 'softmax')", [kernel([0, 1])], [[250.0]], [0])) == ()


def test_a_saturated_sigmoid_is_named():
    record = step_of("Dense(1, 'sigmoid')", [kernel([-1.0])], [[250.0]], [0], BINARY)
    ((reason, advice),) = reasons(record).values()
    assert reason.startswith("the sigmoid is saturated: it puts out the target, so that output")
    assert advice == SCALE


@pytest.mark.parametrize("label", [0, 1])
def test_behind_another_loss_saturation_takes_the_slope_right_or_wrong(label):
    record = step_of("Dense(2); Softmax()", [kernel([0, 4])], [[250.0]], [label], SQUARED)
    ((reason, advice),) = reasons(record).values()
    right = (
        "the softmax is saturated: it gives the true class a share of 1, so that output − target"
    )
    wrong = "softmax is saturated: it puts out shares of 0 and 1, where its slope is next to 0"
    assert reason.startswith(right if label else wrong)
    assert advice == SCALE


def test_a_saturated_activation_inside_is_named():
    layers = "Dense(1, 'tanh'); Dense(2, 'softmax')"
    record = step_of(layers, [kernel([9.0]), kernel([1, 2])], [[250.0]], [0])
    ((reason, advice),) = reasons(record).values()
    assert reason == (
        "the tanh of dense is saturated: it puts out −1 or 1, where its slope is next to 0"
    )
    assert advice == SMALLER


DEAD = kernel([-1.0])


@pytest.mark.parametrize(
    ("hidden", "reason"),
    [
        ("Dense(1, 'relu')", "the relu of dense puts out 0 everywhere, where its slope is 0"),
        ("Dense(1); ReLU()", "re_lu puts out 0 everywhere, where its slope is 0"),
        (
            "Dense(1); Activation('relu')",
            "the relu of activation puts out 0 everywhere, where its slope is 0",
        ),
    ],
)
def test_a_dead_relu_is_named_with_the_weights_behind_it(hidden, reason):
    layers = f"{hidden}; Dense(2, 'softmax')"
    record = step_of(layers, [DEAD, kernel([1, 2])], [[3.0], [4.0]], [0, 1])
    assert reasons(record) == {
        DENSE: (reason, LEAKY),
        (("dense_1", "kernel"),): ("the input of dense_1 is 0 throughout", ""),
    }
    assert find_vanished(record)[0].text.startswith(
        "No gradient comes back from the loss to dense kernel and dense bias: "
    )


def test_a_relu_that_is_0_only_where_a_gradient_comes_is_told_from_a_dead_one():
    layers = "Dense(2, 'relu', use_bias=False); Dense(2, 'softmax', use_bias=False)"
    weights = [{"kernel": [[1.0, -1.0]]}, {"kernel": [[0.0, 0.0], [1.0, 2.0]]}]
    record = step_of(layers, weights, [[3.0]], [0])
    reason, _ = reasons(record)[(("dense", "kernel"),)]
    assert reason == "the relu of dense puts out 0 wherever a gradient comes to it, where its " + (
        "slope is 0"
    )


def test_weights_of_0_let_nothing_through():
    layers = "Dense(1); Dense(2, 'softmax')"
    record = step_of(layers, [kernel([2.0]), kernel([0, 0])], [[3.0]], [0])
    assert reasons(record) == {DENSE: ("the kernel of dense_1 is 0 throughout", "")}


def test_a_black_image_gives_no_gradient_by_a_kernel():
    record = step_of("Dense(2, 'softmax')", [kernel([1, 2])], [[0.0]], [0])
    assert reasons(record) == {
        (("dense", "kernel"),): ("the input of dense is 0 throughout", ""),
    }


def test_an_output_that_is_right_has_no_squared_error():
    record = step_of("Dense(1)", [kernel([0.5])], [[2.0]], [1], SQUARED)
    reason = "the output is what it should be: output − target is 0"
    assert reasons(record) == {DENSE: (reason, NOTHING)}


def test_a_loss_that_is_cut_off_is_flat():
    layers = "Dense(1, 'relu')"
    record = step_of(layers, [kernel([1.0])], [[0.0]], [1], BINARY)
    ((reason, _),) = reasons(record).values()
    assert reason == "the loss is flat where an output is cut off at 1e-07 or at 1 − 1e-07"


def test_a_dropout_that_drops_everything_is_named():
    layers = "Dense(1); Dropout(0.999); Dense(2, 'softmax')"
    record = step_of(layers, [kernel([2.0]), kernel([1, 2])], [[3.0]], [0])
    assert reasons(record)[DENSE] == ("dropout dropped every number", "")


@pytest.mark.parametrize("is_trained", [True, False])
def test_a_normalization_of_one_number_is_named_where_it_is_the_batchs(is_trained):
    layers = "Dense(1, use_bias=False); BatchNormalization(); Dense(2, 'softmax')"
    layers = layers if is_trained else layers.replace("tion()", "tion(trainable=False)")
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    normalization = dict(zip(names, np.array([[1.0], [0.5], [0.0], [1.0]]), strict=True))
    own = [{"kernel": [[2.0]]}, normalization, kernel([1, 2])]
    network = assemble(parse(layers).layers, (1,), own)
    batch = (np.array([[3.0]]), np.array([0]))
    record = next(record_steps(network, LOSSES[CATEGORICAL], SGD(), [batch]))
    reason = "batch_normalization has one number a channel, and makes 0 of it whatever it is"
    assert reasons(record).get((("dense", "kernel"),)) == ((reason, "") if is_trained else None)


def test_terms_that_cancel_are_no_reason():
    record = step_of("Dense(2, 'softmax')", [kernel([0, 0])], [[3.0], [3.0]], [0, 1])
    assert not record.updates[0].gradient.any()
    assert find_vanished(record) == ()


def test_of_a_batch_that_is_recorded_in_part_the_loss_alone_is_asked():
    layers = "Dense(1, 'relu'); Dense(2, 'softmax')"
    own = [DEAD, kernel([1, 2])]
    assert reasons(step_of(layers, own, [[3.0], [4.0]], [0, 1], samples=1)) == {}
    record = step_of("Dense(2, 'softmax')", [kernel([0, 1])], [[250.0]] * 3, [1] * 3, samples=1)
    ((reason, advice),) = reasons(record).values()
    assert reason.startswith("the softmax is saturated")
    assert advice == SCALE


def test_the_regularizers_share_is_left_out():
    layers = "Dense(2, 'softmax', kernel_regularizer=L2(0.1))"
    record = step_of(layers, [kernel([0, 1])], [[250.0]], [1])
    assert record.updates[0].gradient.any()
    assert list(reasons(record)) == [DENSE]


def told(record, layer, name, at, sample=0):
    return with_reason(record, explain_gradient(record, layer, name, at, sample)).vanished


def test_one_number_has_the_reason_of_its_own_sample():
    record = step_of("Dense(2, 'softmax')", [kernel([0, 1])], [[250.0], [250.0]], [1, 0])
    assert find_vanished(record) == ()
    assert told(record, "dense", "pre-activation", (0,), 1) == ""
    text = told(record, "dense", "pre-activation", (0,), 0)
    assert text.startswith("Next to no gradient comes back from the loss, about 1.3e-109 at most: ")
    assert text.endswith(SCALE)
    assert told(record, "dense", "kernel", (0, 0)) == ""


CONVOLUTION = "Conv2D(2, 1, activation='relu'); Flatten(); Dense(2, 'softmax')"


def test_one_filter_may_be_dead_and_one_pixel_black():
    filters = {"kernel": np.reshape([1.0, -1.0], (1, 1, 1, 2)), "bias": np.zeros(2)}
    record = step_of(CONVOLUTION, [filters, kernel([1, 2], [1, 2])], [[[[3.0]]]], [0])
    assert told(record, "conv2d", "kernel", (0, 0, 0, 0)) == ""
    expected = "It is 0: the relu of conv2d puts out 0 everywhere in filter 1."
    assert told(record, "conv2d", "kernel", (0, 0, 0, 1)) == expected
    assert told(record, "conv2d", "bias", (1,)) == expected
    dense = told(record, "dense", "kernel", (1, 0))
    assert dense == "It is 0: all that comes in there is 0."


def test_a_stage_on_the_way_has_the_reason_too():
    layers = "Dense(1, 'relu'); Dense(2, 'softmax')"
    record = step_of(layers, [DEAD, kernel([1, 2])], [[3.0]], [0])
    assert told(record, "dense", "pre-activation", (0,)).startswith("No gradient comes back from")
    assert told(record, "dense", "output", (0,)) == ""
