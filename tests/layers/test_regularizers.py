import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import (
    L1,
    L1L2,
    L2,
    Conv2D,
    Dense,
    DepthwiseConv2D,
)
from cnncalc.layers.regularizers import REGULARIZERS
from tests.keras_peer import import_keras
from tests.peers import requires


@pytest.mark.parametrize("kind", [Conv2D, Dense])
def test_a_layer_takes_a_regularizer_or_its_name(kind):
    sizes = {Conv2D: (2, 3), Dense: (2,)}[kind]
    layer = kind(*sizes, kernel_regularizer="l2", bias_regularizer=L1(0.5))
    assert layer == kind(*sizes, kernel_regularizer=L2(0.01), bias_regularizer=L1(0.5))
    assert layer.regularizers == {"kernel": L2(0.01), "bias": L1(0.5)}
    assert kind(*sizes).regularizers == {}


def test_a_depthwise_kernel_has_its_own_argument():
    assert DepthwiseConv2D(3, depthwise_regularizer="l1").regularizers == {"kernel": L1(0.01)}


def test_a_bias_that_is_not_there_has_no_penalty():
    for layer in (Conv2D(2, 3, use_bias=False, bias_regularizer="l2"),
                  Dense(2, use_bias=False, bias_regularizer="l2")):  # fmt: skip
        assert layer.regularizers == {}


@pytest.mark.parametrize("value", ["l3", 0.01, True, (0.01,), "L1_L2"])
def test_anything_else_is_an_error(value):
    with pytest.raises(OptionError, match=r"must be L1, L2 or L1L2, such as L2\(0.01\)"):
        Dense(2, kernel_regularizer=value)


@pytest.mark.parametrize("factor", [-0.1, float("nan"), float("inf"), "0.1", None])
def test_a_factor_must_be_a_number_from_0_on(factor):
    for make in (L1, L2, lambda factor: L1L2(0.1, factor)):
        with pytest.raises(OptionError, match="must be a number, at least 0"):
            make(factor)


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize("name", REGULARIZERS)
def test_names_and_defaults_are_those_of_keras(name):
    regularizers = import_keras().regularizers
    theirs = regularizers.l1_l2() if name == "l1_l2" else regularizers.get(name)
    ours = REGULARIZERS[name]()
    assert type(theirs).__name__ == type(ours).__name__
    assert theirs.get_config() == pytest.approx(ours.factors)
