"""One scale a stage, by what its numbers can be: every quantity of every layer and training."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.layers import (
    MERGE_LAYERS,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    InputLayer,
    MaxPooling2D,
    Rescaling,
)
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.rules.ranges import ANY, PIXELS, SHARES
from cnncalc.sheet.calculations import training_calculation
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Quantity, StageScale
from cnncalc.sheet.planning import specify, specify_network
from cnncalc.sheet.scales import stage_scales
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import record
from tests.layer_examples import EVERY_EXAMPLE
from tests.sheet.training.examples import ENDS, NETWORKS, drawn_network, pieces

UNSIGNED = {StageScale.PIXELS, StageScale.ARTICLE, StageScale.SEQUENTIAL, StageScale.SHARE}


def scales(layers, shape=(6, 6, 1), of=PIXELS, **options):
    flow = make_flow(specify(initialize(layers, shape)))
    found = stage_scales(flow, of, **options)
    return {
        (stage.volume.layer, stage.volume.quantity.name): str(scale)
        for stage, scale in zip(flow.stages, found, strict=True)
    }


def require_signs(flow, values, found):
    """No stage without a scale of two signs holds a negative number."""
    for stage, scale in zip(flow.stages, found, strict=True):
        if scale in UNSIGNED:
            numbers = np.asarray(values[stage.volume.quantity], dtype=float)
            assert not (numbers < 0).any(), stage.volume.quantity
            assert scale != StageScale.SHARE or not (numbers > 1).any(), stage.volume.quantity


# A network of layers has no layer of its own for the input.
SHOWN = [example for example in EVERY_EXAMPLE if not isinstance(example.layer, InputLayer)]


@pytest.mark.parametrize("example", SHOWN, ids=str)
def test_no_negative_number_of_a_layer_is_on_a_scale_without_signs(example):
    flow = make_flow((specify_network if example.before else specify)(example.network))
    for image, of in ((example.image, ANY), (np.abs(example.image) % 1, SHARES)):
        values = trace_values(record(example.network, image))
        require_signs(flow, values, stage_scales(flow, of))


@pytest.mark.parametrize("loss", ENDS)
@pytest.mark.parametrize("name", NETWORKS)
def test_no_negative_number_of_a_training_is_on_a_scale_without_signs(name, loss):
    made = pieces(drawn_network(name, loss), loss, "Adam(0.02, amsgrad=True)", [(0, 1)])
    specification, values = training_calculation(made)
    flow = make_flow(specification)
    require_signs(flow, values, stage_scales(flow, ANY))


def test_a_convolution_is_signed_and_its_relu_is_not():
    found = scales([Conv2D(1, 3, activation="relu", name="c"), MaxPooling2D(2, name="p")])
    assert found == {
        ("", ""): "pixels",
        ("c", "kernel"): "signed",
        ("c", "convolution"): "signed",
        ("c", "bias"): "signed",
        ("c", "activation"): "sequential",
        ("p", "pooling"): "sequential",
    }


def test_what_is_only_picked_from_an_image_looks_as_the_image():
    layers = [MaxPooling2D(2, name="m"), AveragePooling2D(2, name="a")]
    assert set(scales(layers, (8, 8, 1)).values()) == {"pixels"}
    assert set(scales(layers, (8, 8, 1), is_article=True).values()) == {"article"}
    assert set(scales(layers, (8, 8, 1), ANY).values()) == {"signed"}


def test_shares_of_a_softmax_and_a_rescaled_image_go_from_0_to_1():
    found = scales([Rescaling(1 / 255, name="r"), Flatten(name="f"), Dense(3, "softmax", name="d")])
    assert found["r", "rescaling"] == "share"
    assert found["d", "softmax"] == "share"
    assert found["d", "logits"] == "signed"


def test_an_image_from_0_to_1_is_one_of_pixels():
    assert scales([MaxPooling2D(2, name="p")], of=SHARES)["", ""] == "pixels"


def test_probabilities_of_classes_are_shares_and_their_numbers_are_not_coloured():
    flow = make_flow(specify_network(initialize([Flatten(), Dense(3, "softmax")], (2, 2, 1))))
    found = defaultdict(set)
    for stage, scale in zip(flow.stages, stage_scales(flow), strict=True):
        found[stage.volume.quantity.name].add(str(scale))
    assert found["outputs"] == {"share"}
    assert found["class numbers"] == found["class"] == {"none"}
    assert found["exponentials"] == {"share"}
    assert found["largest"] == {"signed"}


def test_a_quantity_that_nobody_told_its_scale_is_refused():
    flow = make_flow(specify(initialize([MaxPooling2D(2, name="p")], (4, 4, 1))))
    volume = replace(flow.stages[1].volume, quantity=Quantity("helper", "p", "dust"))
    unknown = replace(flow, stages=(replace(flow.stages[1], volume=volume),))
    with pytest.raises(TypeError, match="dust"):
        stage_scales(unknown)


@pytest.mark.parametrize("kind", MERGE_LAYERS, ids=lambda kind: kind.__name__)
def test_the_steps_of_every_merges_gradient_have_a_scale(kind):
    text = f"Conv2D(1, 2); Conv2D(1, 2)(input); {kind.__name__}()([conv2d, conv2d_1]); Flatten()"
    layers = parse(f'{text}; Dense(2, activation="softmax")').layers
    made = pieces(initialize(layers, (3, 3, 1), 0), batches=[(0, 1)])
    specification, values = training_calculation(made)
    flow = make_flow(specification)
    require_signs(flow, values, stage_scales(flow, ANY))
