import json

import numpy as np
import pytest

from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.step_records import write_gradient_json, write_step_json
from tests.training_step.examples import NETWORKS, batches, small_network


def a_record(name="article", optimizer=None):
    network, loss = small_network(name), LOSSES["categorical_crossentropy"]
    return next(record_steps(network, loss, optimizer or SGD(), batches(1, 2)))


def parsed(pieces):
    return json.loads("".join(pieces))


@pytest.mark.parametrize("name", NETWORKS)
def test_json_holds_every_array_of_a_step(name):
    record = a_record(name, Adam())
    shown = parsed(write_step_json(record))
    assert [sample["output"] for sample in shown["samples"]] == record.outputs.tolist()
    for written, step in zip(shown["layers"], record.layers, strict=True):
        for stage, values in (("input", step.input), ("pre-activation", step.pre_activation)):
            assert written[stage] == (None if values is None else values.tolist())
    for written, update in zip(shown["weights"], record.updates, strict=True):
        assert written["gradient"] == update.gradient.tolist()
        assert written["new velocity"] == update.slots_after["velocity"].tolist()
        assert "clipped gradient" not in written


def test_json_names_classes_and_samples():
    shown = parsed(write_step_json(a_record(), ["cat", "dog"], ["a.jpg", "b.jpg"]))
    assert shown["class_names"] == ["cat", "dog"]
    assert [sample["name"] for sample in shown["samples"]] == ["a.jpg", "b.jpg"]
    stages = [stage["name"] for stage in shown["samples"][1]["stages"]]
    assert stages[0] == "input"
    assert stages[-1] == "softmax"


def test_json_of_a_gradient_adds_up_to_it():
    record = a_record()
    explanation = explain_gradient(record, "conv2d", "kernel", (1, 1, 1, 0))
    shown = parsed(write_gradient_json(explanation))
    products = [term["error"] * term["factor"] for term in shown["terms"]]
    assert np.sum(products) == pytest.approx(shown["value"], rel=1e-12)
    assert {term["sample"] for term in shown["terms"]} == {0, 1}


def test_json_of_a_formula_has_its_numbers():
    explanation = explain_gradient(a_record(), "dense", "pre-activation", (1,), 1)
    shown = parsed(write_gradient_json(explanation))
    assert shown["rule"] == "share"
    assert shown["terms"] == []
    numbers = shown["parameters"]
    assert shown["value"] == pytest.approx((numbers["output"] - numbers["target"]) / 2, rel=1e-12)
