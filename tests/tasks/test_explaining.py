"""Where a number came from, asked in Python."""

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import OptionError

TEXT = 'Conv2D(2, 3); Flatten(); Dense(2, activation="softmax")'
PIXELS = np.arange(25.0).reshape(5, 5)


def test_a_layers_trace_a_trace_and_a_network_say_the_same():
    trace = cnncalc.record(TEXT, PIXELS)
    first = cnncalc.explain(trace.layers[0], (1, 1, 0))
    for found in (
        cnncalc.explain(trace, (1, 1, 0), layer_name="conv2d"),
        cnncalc.explain(TEXT, (1, 1, 0), layer_name="conv2d", image=PIXELS),
    ):
        assert (found.terms, found.total, found.at) == (first.terms, first.total, first.at)
    assert np.isclose(first.total + first.bias, trace.layers[0].output[1, 1, 0])


def test_a_gradient_of_one_image():
    found = cnncalc.explain_gradient(TEXT, (0, 0, 0, 1), layer_name="conv2d", data=PIXELS, target=1)
    assert found.name == "kernel"
    assert np.isclose(found.value, found.total)


def test_a_gradient_of_data():
    images = np.stack([PIXELS, PIXELS[::-1], PIXELS.T, PIXELS[:, ::-1]])
    found = cnncalc.explain_gradient(
        TEXT,
        (1,),
        layer_name="dense",
        by="bias",
        data=(images, ["a", "b", "a", "b"]),
        validation_split=0,
    )
    assert np.isclose(found.value, found.total)
    assert len(found.terms.products) == 4


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cnncalc.explain(TEXT, (0, 0, 0), image=PIXELS), "layer_name must say"),
        (
            lambda: cnncalc.explain(TEXT, (0,), layer_name="pool", image=PIXELS),
            "the network has the layers conv2d, flatten, dense. Received: pool",
        ),
        (lambda: cnncalc.explain(TEXT, (9, 9, 9), layer_name="conv2d", image=PIXELS), "Received"),
        (
            lambda: cnncalc.explain(
                cnncalc.record(TEXT, PIXELS).layers[0], (0, 0, 0), image=PIXELS
            ),
            "goes without layer_name and image",
        ),
        (
            lambda: cnncalc.explain_gradient(TEXT, (0,), layer_name="dense", by="weight"),
            "by must be one of kernel, bias",
        ),
        (
            lambda: cnncalc.explain_gradient(
                TEXT, (0,), layer_name="dense", by="bias", data=PIXELS, target="cat"
            ),
            "--target must be a class: 0 to 1. Received: 'cat'",
        ),
        (
            lambda: cnncalc.explain_gradient(TEXT, (0,), layer_name="dense", data=PIXELS),
            "data must be a path, or (images, labels) as arrays",
        ),
    ],
)
def test_what_cant_be_explained_is_an_error_of_cnncalc(call, said):
    with pytest.raises(OptionError) as raised:
        call()
    assert said in str(raised.value)
