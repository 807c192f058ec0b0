import math

import numpy as np
import pytest

from cnncalc.classification import classification_kind, classify, cross_entropy
from cnncalc.errors import OptionError
from cnncalc.layers import Activation, Conv2D, Dense, Dropout, Flatten, Softmax
from cnncalc.network import assemble
from cnncalc.trace import record


def classified(numbers, *layers):
    """What a network says whose last layers are given these numbers."""
    layers = [*layers] if layers else [Softmax()]
    weights = [{"kernel": np.ones((len(numbers), 1))} if type(x) is Dense else {} for x in layers]
    return classify(record(assemble(layers, (len(numbers),), weights), numbers))


@pytest.mark.parametrize(
    ("layers", "shape", "kind"),
    [
        ([Dense(3, "softmax")], (3,), "softmax"),
        ([Dense(3), Softmax()], (3,), "softmax"),
        ([Dense(3), Activation("softmax")], (3,), "softmax"),
        ([Dense(1, "sigmoid")], (1,), "yes or no"),
        ([Activation("sigmoid")], (1,), "yes or no"),
        ([Dense(3)], (3,), "scores"),
        ([Dense(3, "sigmoid")], (3,), "scores"),
        ([Dense(3, "softmax"), Dropout(0.1), Dropout(0.2)], (3,), "softmax"),
        ([Dense(1, "sigmoid"), Dropout(0.1)], (1,), "yes or no"),
        ([Dense(3), Dropout(0.1)], (3,), "scores"),
        ([Dropout(0.1)], (3,), "scores"),
        ([Dense(1, "softmax")], (1,), None),
        ([Dense(1)], (1,), None),
        ([Conv2D(2, 1, activation="softmax")], (4, 4, 2), None),
    ],
)
def test_the_last_activation_and_the_outputs_tell_what_is_said(layers, shape, kind):
    assert classification_kind(layers, shape) == kind


def test_the_class_of_the_largest_share_is_predicted():
    found = classified([1.0, 3.0, 2.0])
    assert found.predicted == 1
    assert found.outputs.sum() == pytest.approx(1)
    assert found.logits.tolist() == [1, 3, 2]


def test_a_dropout_at_the_end_leaves_the_logits_known():
    assert classified([1.0, 3.0, 2.0], Softmax(), Dropout(0.5)).logits.tolist() == [1, 3, 2]
    found = classified([2.0], Dense(1, "sigmoid", use_bias=False), Dropout(0.5))
    assert found.logits.tolist() == [2]


def test_the_first_of_equal_shares_counts():
    assert classified([2.0, 2.0]).predicted == 0


@pytest.mark.parametrize(("logit", "predicted"), [(3.0, 1), (-3.0, 0), (0.0, 0)])
def test_one_sigmoid_says_yes_above_a_half(logit, predicted):
    found = classified([logit], Dense(1, "sigmoid", use_bias=False))
    assert found.predicted == predicted
    assert found.outputs.tolist() == pytest.approx([1 - found.outputs[1], found.outputs[1]])
    assert found.logits.tolist() == [logit]


def test_scores_have_no_logits():
    found = classified([1.0, 2.0], Activation("tanh"))
    assert (found.predicted, found.logits) == (1, None)
    with pytest.raises(OptionError, match="ends in softmax, or in one unit with a sigmoid"):
        cross_entropy(found, 1)


def test_a_volume_says_nothing_of_classes():
    network = assemble([Activation("softmax")], (2, 2, 3), [{}])
    assert classify(record(network, np.zeros((2, 2, 3)))) is None


@pytest.mark.parametrize("target", [0, 1, 2])
def test_the_cross_entropy_is_that_of_the_targets_probability(target):
    found = classified([1.0, 3.0, 2.0])
    assert cross_entropy(found, target) == pytest.approx(-math.log(found.outputs[target]))


@pytest.mark.parametrize("target", [0, 1])
def test_the_cross_entropy_of_yes_or_no_as_well(target):
    found = classified([0.7], Activation("sigmoid"))
    assert cross_entropy(found, target) == pytest.approx(-math.log(found.outputs[target]))


def test_no_logarithm_of_zero_is_taken():
    assert cross_entropy(classified([0.0, 5000.0]), 0) == 5000
    assert cross_entropy(classified([-5000.0], Activation("sigmoid")), 1) == 5000


@pytest.mark.parametrize("target", [-1, 3])
def test_a_target_that_is_no_class_is_refused(target):
    with pytest.raises(OptionError, match=rf"0 to 2\. Received: {target}"):
        cross_entropy(classified([1.0, 3.0, 2.0]), target)


def test_an_image_is_classified_after_flattening():
    network = assemble([Flatten(), Softmax()], (1, 2, 1), [{}, {}])
    assert classify(record(network, [[[1.0], [2.0]]])).predicted == 1
