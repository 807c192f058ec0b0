import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import ELU, Conv2D, Dense, L2Pooling2D, LeakyReLU, MaxPooling2D
from cnncalc.layers.naming import automatic_names, named, snake_case
from cnncalc.layers.vocabulary import LAYERS
from tests.keras_peer import import_keras
from tests.peers import requires


def test_layers_are_numbered_by_type():
    layers = [Conv2D(1, 1), MaxPooling2D(), Conv2D(1, 1, name="mine"), Conv2D(1, 1)]
    assert [layer.name for layer in named(layers)] == [
        "conv2d",
        "max_pooling2d",
        "mine",
        "conv2d_2",
    ]
    assert automatic_names(layers) == ("conv2d", "max_pooling2d", "conv2d_1", "conv2d_2")
    assert automatic_names([L2Pooling2D(), ELU(), LeakyReLU()]) == (
        "l2_pooling2d",
        "elu",
        "leaky_re_lu",
    )


def test_a_name_given_twice_is_an_error():
    with pytest.raises(OptionError, match="Received: 2 named 'conv2d'"):
        named([Conv2D(1, 1), Dense(1, name="conv2d")])


@pytest.mark.parametrize("name", ["a/b", "a\tb", "\x1b[31m"])
def test_a_name_that_keras_or_a_terminal_would_refuse_is_an_error(name):
    with pytest.raises(OptionError, match="must be printable and without '/'"):
        named([Dense(1, name=name)])


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_snake_case_equals_keras():
    import_keras()
    from keras.src.utils.naming import to_snake_case  # noqa: PLC0415 (may be missing)

    assert [snake_case(name) for name in LAYERS] == [to_snake_case(name) for name in LAYERS]
