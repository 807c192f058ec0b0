"""A layer that is not trainable: it has nothing to learn, and adds nothing to a loss."""

import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import INFERENCE_ONLY_LAYERS, L2, BatchNormalization, Conv2D, Dense
from cnncalc.layers.vocabulary import LAYERS, layer_from_arguments
from tests.layer_examples import needed_by

NEEDED = {
    "InputLayer": {"shape": (2, 2, 1)},
    "Rescaling": {"scale": 2},
    "Conv2D": {"filters": 1, "kernel_size": 2},
    "DepthwiseConv2D": {"kernel_size": 2},
    "Dense": {"units": 2},
    "Dropout": {"rate": 0.5},
    "Activation": {"activation": "relu"},
} | {kind.__name__: needed_by(kind) for kind in INFERENCE_ONLY_LAYERS}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_trainable_or_frozen_and_nothing_else(name):
    needed = NEEDED.get(name, {})
    assert layer_from_arguments(LAYERS[name], needed).trainable is True
    assert layer_from_arguments(LAYERS[name], needed | {"trainable": False}).trainable is False
    for value in (None, 0, 1, "False"):
        with pytest.raises(OptionError) as caught:
            layer_from_arguments(LAYERS[name], needed | {"trainable": value})
        message = f"trainable must be True or False. Received: trainable={value!r}"
        assert str(caught.value) == message


def test_a_frozen_layer_has_parameters_and_none_of_them_is_trainable():
    layer = Conv2D(3, 3, trainable=False)
    assert (layer.parameter_count((12, 12, 3)), layer.trainable_count((12, 12, 3))) == (84, 0)
    normalization = BatchNormalization(trainable=False)
    assert normalization.parameter_count((10,)) == 40
    assert normalization.trainable_count((10,)) == 0
    assert not any(map(normalization.learns, ("gamma", "beta", "moving_mean")))


def test_a_frozen_layers_regularizers_are_kept_and_count_for_nothing():
    layer = Dense(2, kernel_regularizer=L2(0.1), trainable=False)
    assert layer.regularizers == {"kernel": L2(0.1)}
    assert layer.penalties == {}


def test_only_a_normalization_that_learns_needs_the_whole_batch():
    layers = [BatchNormalization(), BatchNormalization(trainable=False), Dense(2)]
    assert [layer.needs_batch for layer in layers] == [True, False, False]
